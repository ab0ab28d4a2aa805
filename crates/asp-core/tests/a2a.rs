//! Agent Cards of A2A: what is made says what the log says, and what comes from outside is believed no further than signed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

use std::collections::BTreeSet;

use asp_core::a2a::{self, EXTENSION, Host, Received, Unreadable};
use asp_core::key::SecretKey;
use asp_core::limits;
use asp_core::name::{AgentUri, Origin};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{A2aPin, Availability, Card};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

fn agent() -> AgentUri {
    "agent://volt.example/sales/gpu".parse().unwrap()
}

fn card() -> Card {
    let capabilities = ["provision.compute.gpu", "provision.storage"].map(|it| it.parse().unwrap());
    Card {
        availability: Some(Availability::Busy),
        ceiling: Some("5000 USD".parse().unwrap()),
        languages: ["de".parse().unwrap()].into(),
        schemas: [Hash::of(&[b"a schema"])].into(),
        ..Card::of("GPU hours".parse().unwrap(), "Rents graphics cards".parse().unwrap(), capabilities.into())
    }
}

fn made(card: &Card) -> Map<String, Value> {
    let log: Origin = "node.example".parse().unwrap();
    a2a::of_agent(&agent(), card, &Host { log: &log, url: "https://node.example" })
}

fn keys() -> [SecretKey; 2] {
    [SecretKey::from_seed(&[7; 32]), SecretKey::from_scalar(&[7; 32]).unwrap()]
}

fn read(value: &Value) -> Result<Received, Unreadable> {
    Received::read(value.to_string().as_bytes())
}

/// A signed card, with something changed afterwards.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut value: Value = serde_json::from_slice(&a2a::sign(made(&card()), &keys()[0])).unwrap();
    change(&mut value);
    value
}

#[test]
fn a_card_says_what_the_log_says_of_the_agent() {
    let made = made(&card());
    assert_eq!(made["name"], "GPU hours");
    assert_eq!(made["description"], "Rents graphics cards");
    let interfaces = made["supportedInterfaces"].as_array().unwrap();
    let places = [
        ("JSONRPC", "https://node.example/a2a/volt.example/sales/gpu"),
        ("HTTP+JSON", "https://node.example/a2a/volt.example/sales/gpu"),
        (a2a::BINDING, "https://node.example"),
    ];
    assert_eq!(interfaces.len(), places.len());
    for (interface, (binding, url)) in interfaces.iter().zip(places) {
        assert_eq!(
            (&interface["protocolVersion"], &interface["protocolBinding"], &interface["url"]),
            (&json!("1.0"), &json!(binding), &json!(url))
        );
    }
    // A client that knows nothing of the extension is as welcome.
    assert!(made["capabilities"]["extensions"][0].get("required").is_none());
    let skills: Vec<&str> =
        made["skills"].as_array().unwrap().iter().map(|skill| skill["id"].as_str().unwrap()).collect();
    assert_eq!(skills, ["provision.compute.gpu", "provision.storage"]);
    assert_eq!(made["skills"][0]["tags"], json!(["compute", "gpu", "provision"]));
    let extension = &made["capabilities"]["extensions"][0];
    assert_eq!(extension["uri"], EXTENSION);
    let params = &extension["params"];
    assert_eq!(params["agent"], "agent://volt.example/sales/gpu");
    assert_eq!(params["log"], "node.example");
    assert_eq!(params["ceiling"], json!({ "amount": "5000", "currency": "USD" }));
    assert_eq!((&params["availability"], &params["languages"]), (&json!("busy"), &json!(["de"])));
    assert_eq!(params["schemas"], json!([Hash::of(&[b"a schema"])]));
    assert!(!Value::Object(made.clone()).to_string().contains("score"), "a card has no score");
}

#[test]
fn nothing_on_a_card_is_empty_or_a_number() {
    fn check(value: &Value) {
        match value {
            Value::Object(members) => {
                assert!(!members.is_empty());
                members.values().for_each(check);
            }
            Value::Array(items) => {
                assert!(!items.is_empty());
                items.iter().for_each(check);
            }
            Value::String(text) => assert!(!text.is_empty()),
            Value::Bool(truth) => assert!(*truth),
            Value::Number(_) | Value::Null => panic!("{value}"),
        }
    }
    let bare = Card::of("Bare".parse().unwrap(), "".parse().unwrap(), BTreeSet::new());
    let log: Origin = "node.example".parse().unwrap();
    let host = Host { log: &log, url: "https://node.example" };
    for card in [made(&card()), made(&bare), a2a::of_node(&host)] {
        check(&Value::Object(card));
    }
}

#[test]
fn the_version_changes_with_what_the_card_says_and_not_with_what_it_pins() {
    let pin = A2aPin { digest: Hash::of(&[b"a card"]), url: "https://volt.example/card".parse().unwrap() };
    assert_eq!(made(&card()), made(&Card { a2a: Some(pin), ..card() }));
    let other = Card { languages: BTreeSet::new(), ..card() };
    assert_ne!(made(&card())["version"], made(&other)["version"]);
}

#[test]
fn a_signature_holds_over_the_card_that_was_signed() {
    for key in keys() {
        let bytes = a2a::sign(made(&card()), &key);
        let received = Received::read(&bytes).unwrap();
        assert_eq!(received.signers(), [key.id()].into());
        assert_eq!((received.agent(), received.log()), (Some(agent()), "node.example".parse().ok()));
        assert_eq!(received.name(), "GPU hours");
        assert_eq!(received.digest(), Hash::of(&[&bytes]));
        // Who serves it may write it as it likes.
        let pretty = serde_json::to_string_pretty(&serde_json::from_slice::<Value>(&bytes).unwrap()).unwrap();
        let pretty = Received::read(pretty.as_bytes()).unwrap();
        assert_eq!((pretty.signers(), pretty.digest()), ([key.id()].into(), received.digest()));
    }
}

#[test]
fn what_is_empty_is_left_out_before_a_signature() {
    let card = changed(|card| {
        card["documentationUrl"] = "".into();
        card["skills"][0]["examples"] = json!([]);
    });
    assert_eq!(read(&card).unwrap().signers(), [keys()[0].id()].into());
    // But it is another document, which nobody pinned.
    assert_ne!(read(&card).unwrap().digest(), read(&changed(|_| {})).unwrap().digest());
}

#[test]
fn whoever_changes_a_card_has_no_signature() {
    type Change = fn(&mut Value);
    let header = |header: Value| URL_SAFE_NO_PAD.encode(header.to_string());
    let changes: [Change; 6] = [
        |card| card["name"] = "Another".into(),
        |card| card["supportedInterfaces"][0]["url"] = "https://evil.example".into(),
        |card| card["capabilities"]["extensions"][0]["params"]["ceiling"]["amount"] = "5001".into(),
        |card| card["iconUrl"] = "https://evil.example/a.png".into(),
        |card| card["signatures"] = json!([]),
        |card| drop(card.as_object_mut().unwrap().remove("signatures")),
    ];
    for change in changes {
        assert!(read(&changed(change)).unwrap().signers().is_empty());
    }
    let [first, second] = keys();
    for (alg, kid, more) in [
        ("EdDSA", second.id().to_string(), json!({})),
        ("ES256", first.id().to_string(), json!({})),
        ("none", first.id().to_string(), json!({})),
        ("HS256", first.id().to_string(), json!({})),
        ("EdDSA", "did:web:volt.example#key".to_owned(), json!({})),
        ("EdDSA", first.id().to_string(), json!({ "crit": ["b64"], "b64": false })),
        ("EdDSA", first.id().to_string(), json!({ "crit": ["exp"] })),
    ] {
        let mut named = json!({ "alg": alg, "kid": kid, "typ": "JOSE" });
        named.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        // Signed in earnest, so that it is the header that decides.
        let protected = header(named);
        let mut unsigned = made(&card());
        let payload = URL_SAFE_NO_PAD.encode(asp_core::statement::draft::canonical(&unsigned));
        let signature = first.sign(format!("{protected}.{payload}").as_bytes());
        unsigned.insert("signatures".to_owned(), json!([{ "protected": protected, "signature": signature }]));
        assert!(read(&Value::Object(unsigned)).unwrap().signers().is_empty(), "{alg} {kid}");
    }
}

#[test]
fn a_card_that_says_twice_who_it_is_says_it_not_at_all() {
    let twice = changed(|card| {
        let extensions = card["capabilities"]["extensions"].as_array_mut().unwrap();
        let mut other = extensions[0].clone();
        other["params"]["agent"] = "agent://acme.example/buyer".into();
        extensions.push(other);
    });
    assert_eq!(read(&twice).unwrap().agent(), None);
    let other = changed(|card| card["capabilities"]["extensions"][0]["uri"] = "urn:other".into());
    assert_eq!(read(&other).unwrap().agent(), None);
    let number = changed(|card| card["capabilities"]["extensions"][0]["params"]["agent"] = 1.into());
    assert_eq!(read(&number).unwrap().agent(), None);
}

#[test]
fn what_two_readers_could_read_in_two_ways_is_no_card() {
    let card = changed(|_| {}).to_string();
    let with = |member: &str| card.replacen('{', &format!("{{{member},"), 1);
    for (bytes, code) in [
        (with(r#""name":"Another""#), Code::DuplicateName),
        (with(r#""x":1.5"#), Code::NotAnInteger),
        (with(r#""x":9007199254740993"#), Code::NumberOutOfRange),
        ("[]".to_owned(), Code::InvalidEnvelope),
        (card.trim_end_matches('}').to_owned(), Code::NotJson),
        (with(&format!(r#""x":{}1{}"#, "[".repeat(40), "]".repeat(40))), Code::TooDeep),
        (with(&format!(r#""x":"{}""#, "a".repeat(limits::A2A_CARD_BYTES_MAX))), Code::StatementTooLarge),
    ] {
        assert_eq!(Received::read(bytes.as_bytes()).unwrap_err(), Unreadable::Json(code), "{code:?}");
    }
    type Change = fn(&mut Value);
    let shapes: [Change; 6] = [
        |card| drop(card.as_object_mut().unwrap().remove("name")),
        |card| drop(card.as_object_mut().unwrap().remove("supportedInterfaces")),
        |card| card["supportedInterfaces"] = json!([]),
        |card| drop(card["supportedInterfaces"][0].as_object_mut().unwrap().remove("protocolBinding")),
        |card| card["signatures"] = json!([{ "protected": "e30" }]),
        |card| card["capabilities"]["extensions"][0]["params"] = "none".into(),
    ];
    for change in shapes {
        assert!(matches!(read(&changed(change)).unwrap_err(), Unreadable::Shape(_)));
    }
    let many = changed(|card| {
        let one = card["signatures"][0].clone();
        card["signatures"] = json!(vec![one; limits::A2A_SIGNATURES_MAX + 1]);
    });
    assert_eq!(read(&many).unwrap_err(), Unreadable::Signatures);
}
