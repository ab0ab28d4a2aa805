//! Outlines of bodies with random content: what they show, and that an outline is its own outline.

use asp_core::attestation::Claim;
use asp_core::position::{Hash, LogTime};
use asp_core::seal::{Opened, Salt, outline};
use asp_core::session::table::Performative;
use asp_core::statement::Kind;
use asp_core::statement::body::{Body, Mode};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::support::{agent_key, text, uri};

/// Words that stand in nothing but a secret.
fn secret() -> impl Strategy<Value = String> {
    "§[a-zà-ü ]{3,40}".prop_map(|words| words.trim_end().to_owned())
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(
    it: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(it)
}

fn hash() -> impl Strategy<Value = String> {
    any::<[u8; 8]>().prop_map(|bytes| Hash::of(&[&bytes]).to_string())
}

/// A secret amount, which no other has the fraction of.
fn money() -> impl Strategy<Value = Value> {
    (1_000..9_999_999_u32).prop_map(|amount| json!({"amount": format!("{amount}.9871"), "currency": "SEK"}))
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![secret().prop_map(Value::from), (987_100..987_200_u32).prop_map(Value::from)];
    proptest::collection::btree_map(secret(), leaf, 0..4).prop_map(|map| json!(map))
}

/// An instant that lies in a year of its own.
fn instant() -> impl Strategy<Value = Value> {
    (0..1_000_000_u64)
        .prop_map(|more| json!({"at": LogTime::from_millis(4_000_000_000_000 + more).to_string()}))
}

fn agent() -> impl Strategy<Value = &'static str> {
    select(vec!["agent://buyer.example/a", "agent://seller.example/a"])
}

fn showing() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"method": "acknowledgement"})),
        maybe(hash()).prop_map(|digest| with(json!({"method": "digest"}), "digest", digest.map(Value::from))),
        hash().prop_map(|schema| json!({"method": "schema", "schema": schema, "by": "secrets.example"})),
        Just(json!({"method": "attestation", "by": "agent://secret-judge.example/a"})),
    ]
}

fn with(mut object: Value, name: &str, value: Option<Value>) -> Value {
    object.as_object_mut().unwrap().extend(value.map(|value| (name.to_owned(), value)));
    object
}

fn stage() -> impl Strategy<Value = Value> {
    (maybe(instant()), maybe(showing()), money(), secret()).prop_map(|(due, shown, value, what)| {
        let stage = json!({"id": "part", "value": value, "what": what});
        with(with(stage, "due", due), "shownBy", shown)
    })
}

fn obligation() -> impl Strategy<Value = Value> {
    let due = prop_oneof![
        instant(),
        Just(json!({"after": "first", "withinMs": 987_123})),
        Just(json!({"withheld": true})),
    ];
    let remedy = (maybe(money()), maybe(Just(json!(987_145))))
        .prop_map(|(penalty, cure)| with(with(json!({}), "penalty", penalty), "cureMs", cure));
    let quantity = money().prop_map(|money| json!({"amount": money["amount"], "unit": "§ounces"}));
    let stages = proptest::collection::vec(stage(), 1..3).prop_map(Value::from);
    let always = (agent(), agent(), due, showing(), money(), secret());
    let sometimes = (maybe(remedy), maybe(quantity), maybe(stages), maybe(Just(json!(5_000))));
    (always, sometimes).prop_map(
        |((debtor, creditor, due, shown_by, value, what), (remedy, quantity, stages, look))| {
            let owed = json!({
                "id": "first", "debtor": debtor, "creditor": creditor, "due": due, "shownBy": shown_by,
                "value": value, "what": what,
            });
            let owed = with(with(owed, "remedy", remedy), "quantity", quantity);
            with(with(owed, "stages", stages), "acknowledgeMs", look)
        },
    )
}

fn package() -> impl Strategy<Value = Value> {
    let holds = money().prop_map(|amount| {
        json!([{
            "amount": amount, "id": "secret-hold", "obligation": "first", "onFulfilled": "pay",
            "payee": "agent://seller.example/a", "payer": "agent://buyer.example/a",
        }])
    });
    let disputes = Just(json!({"arbiter": "agent://judge.example/a"}));
    let salt = any::<[u8; 16]>().prop_map(|bytes| json!(hex::encode(bytes)));
    let obligations = proptest::collection::vec(obligation(), 1..3);
    let some = (maybe(holds), maybe(disputes), maybe(salt), maybe(hash().prop_map(Value::from)));
    (obligations, data(), some).prop_map(|(obligations, terms, (holds, disputes, salt, schema))| {
        let package = json!({"obligations": obligations, "terms": terms});
        let package = with(with(package, "holds", holds), "disputes", disputes);
        with(with(package, "salt", salt), "schema", schema)
    })
}

fn offer(kind: &'static str) -> impl Strategy<Value = Value> {
    let packages = proptest::collection::vec(package(), 1..3);
    (packages, maybe(secret()), any::<bool>()).prop_map(move |(packages, reasoning, binding)| {
        let offer = json!({"kind": kind, "binding": binding, "packages": packages});
        with(offer, "reasoning", reasoning.map(Value::from))
    })
}

fn evidence() -> impl Strategy<Value = Value> {
    let claim = Claim {
        attester: uri("secret-judge"),
        audience: text("test.example/log"),
        commitment: Hash::of(&[b"deal"]),
        digest: None,
        fulfilled: true,
        obligation: text("first"),
        stage: None,
    };
    let attestation = serde_json::to_value(claim.sign(&agent_key("secret-judge"))).unwrap();
    prop_oneof![
        secret().prop_map(|text| json!({"method": "acknowledgement", "text": text})),
        hash().prop_map(|digest| json!({"method": "digest", "digest": digest})),
        (data(), hash())
            .prop_map(|(result, schema)| json!({"method": "schema", "result": result, "schema": schema})),
        Just(json!({"method": "attestation", "attestation": attestation})),
    ]
}

/// What participants say in sessions that have begun, by its performative.
fn said() -> impl Strategy<Value = (Performative, Value)> {
    let deal = || json!(Hash::of(&[b"deal"]).to_string());
    let note =
        || (secret(), maybe(data())).prop_map(|(text, data)| with(json!({"text": text}), "data", data));
    let because = || secret().prop_map(|reason| json!({"reason": reason}));
    let of = |kind: &'static str, body: Value| with(body, "kind", Some(json!(kind)));
    let about = move |kind: &'static str| {
        secret().prop_map(
            move |text| json!({"kind": kind, "commitment": deal(), "obligation": "first", "text": text}),
        )
    };
    let inform = prop_oneof![
        note().prop_map(move |body| of("note", body)),
        about("progress"),
        about("contest"),
        evidence().prop_map(move |evidence| {
            json!({"kind": "fulfilment", "commitment": deal(), "obligation": "first", "evidence": evidence})
        }),
        Just(json!({"kind": "acknowledgement", "commitment": deal(), "obligation": "first"})),
        Just(json!({"kind": "usage", "tokens": 5})),
        Just(json!({"kind": "unreadable", "code": "CONTENT_INVALID"})),
    ];
    let propose = prop_oneof![
        offer("proposal"),
        package()
            .prop_map(move |package| json!({"kind": "amendment", "commitment": deal(), "package": package})),
        secret()
            .prop_map(move |reason| json!({"kind": "termination", "commitment": deal(), "reason": reason})),
        Just(
            json!({"kind": "admission", "agent": "agent://carrier.example/a", "consents": [], "role": "party"})
        ),
    ];
    let accept = prop_oneof![
        Just(json!({"kind": "acceptance", "termsHash": deal()})),
        maybe(secret()).prop_map(|words| with(
            json!({"kind": "resumption"}),
            "instructions",
            words.map(Value::from)
        )),
        Just(json!({"kind": "admission"})),
    ];
    let query = (note(), maybe(agent())).prop_map(|(body, to)| with(body, "awaits", to.map(Value::from)));
    let withdraw =
        (because(), select(vec!["withdrawal", "departure"])).prop_map(move |(body, kind)| of(kind, body));
    let receipt = json!({"commitments": [], "count": 5, "head": deal(), "outcome": "none"});
    let close =
        secret().prop_map(move |reason| json!({"kind": "receipt", "reason": reason, "receipt": receipt}));
    let escalate = secret().prop_map(|question| json!({"authority": "seller.example", "question": question}));
    prop_oneof![
        propose.prop_map(|body| (Performative::Propose, body)),
        offer("counter-offer").prop_map(|body| (Performative::Counter, body)),
        accept.prop_map(|body| (Performative::Accept, body)),
        because().prop_map(|body| (Performative::Reject, body)),
        inform.prop_map(|body| (Performative::Inform, body)),
        query.prop_map(|body| (Performative::Query, body)),
        note().prop_map(|body| (Performative::Clarify, body)),
        note().prop_map(|body| (Performative::Observe, body)),
        escalate.prop_map(|body| (Performative::Escalate, body)),
        withdraw.prop_map(|body| (Performative::Withdraw, body)),
        close.prop_map(|body| (Performative::Close, body)),
        Just((Performative::Commit, json!({"termsHash": deal()}))),
    ]
}

fn body() -> impl Strategy<Value = Body> {
    said().prop_map(|(performative, value)| {
        let read = Body::from_json(Kind::Session(performative), &value.to_string());
        read.unwrap_or_else(|refusal| panic!("{refusal}: {value}"))
    })
}

fn canonical(body: &Body) -> String {
    String::from_utf8(serde_json_canonicalizer::to_vec(body).unwrap()).unwrap()
}

/// Texts longer than three characters, but for those that name something in the order that the node keeps: agents, ids,
/// hashes of what is in the log, what a member is called, and the terms of disputes.
fn texts(value: &Value, name: &str, found: &mut Vec<String>) {
    const NAMES: [&str; 20] = [
        "after",
        "agent",
        "authority",
        "awaits",
        "code",
        "commitment",
        "creditor",
        "debtor",
        "head",
        "id",
        "kind",
        "method",
        "obligation",
        "outcome",
        "payee",
        "payer",
        "role",
        "termsHash",
        "stage",
        "consents",
    ];
    let free = |name: &str| matches!(name, "terms" | "data" | "result");
    match value {
        Value::String(text) if text.chars().count() > 3 && !NAMES.contains(&name) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, found)),
        Value::Object(members) if name != "disputes" => {
            for (member, value) in members {
                if free(name) {
                    found.push(member.clone());
                }
                texts(value, member, found);
            }
        }
        _ => {}
    }
}

fn is_empty(data: &Map<String, Value>) -> bool {
    data.is_empty()
}

proptest! {
    #[test]
    fn an_outline_is_its_own_outline(body in body()) {
        // ASP-SEA-010
        for mode in [Mode::Open, Mode::Hybrid, Mode::Sealed] {
            let once = outline(&body, mode);
            prop_assert_eq!(&outline(&once, mode), &once);
            // What is more closed shows nothing that what is less closed hides.
            prop_assert_eq!(outline(&once, Mode::Sealed), outline(&body, Mode::Sealed));
            prop_assert_eq!(once.kind(), body.kind());
            // It can be said: it is read again as what it is.
            let read = Body::from_json(once.kind(), &canonical(&once)).unwrap();
            prop_assert_eq!(read, once);
        }
        prop_assert_eq!(outline(&body, Mode::Open), body);
    }

    #[test]
    fn a_sealed_outline_repeats_no_text(body in body()) {
        // ASP-SEA-003
        let shown = canonical(&outline(&body, Mode::Sealed));
        for mark in ["§", ".9871", "2096-", "9871", "secret"] {
            prop_assert!(!shown.contains(mark), "{} in {}", mark, shown);
        }
        let mut all = Vec::new();
        texts(&serde_json::to_value(&body).unwrap(), "", &mut all);
        // How something is not withheld, which everybody is told.
        for text in all.iter().filter(|text| !matches!(text.as_str(), "acknowledgement" | "withheld")) {
            prop_assert!(!shown.contains(text.as_str()), "{} in {}", text, shown);
        }
    }

    #[test]
    fn a_hybrid_outline_shows_what_breaches_are_found_by(body in body()) {
        // ASP-SEA-003
        let hybrid = outline(&body, Mode::Hybrid);
        prop_assert!(!canonical(&hybrid).contains('§'));
        let pairs = body.packages_offered().into_iter().zip(hybrid.packages_offered());
        for ((_, full), (_, shown)) in pairs {
            prop_assert_eq!(full.terms_hash(), shown.terms_hash());
            prop_assert_eq!(&full.holds, &shown.holds);
            prop_assert_eq!(&full.disputes, &shown.disputes);
            prop_assert!(is_empty(&shown.terms));
            for (owed, seen) in full.obligations.iter().zip(&shown.obligations) {
                prop_assert_eq!((&owed.due, &owed.value, &owed.remedy), (&seen.due, &seen.value, &seen.remedy));
                prop_assert_eq!((&owed.debtor, &owed.creditor, &owed.id), (&seen.debtor, &seen.creditor, &seen.id));
            }
        }
    }

    #[test]
    fn what_is_padded_is_read_again(body in body(), salt in any::<[u8; 32]>(), flipped in any::<(u16, u8)>()) {
        // ASP-SEA-008, ASP-SEA-009
        let opened = Opened { body, salt: Salt(salt) };
        let kind = opened.body.kind();
        let padded = opened.padded().unwrap();
        prop_assert!(padded.len() == 45_056 || (padded.len().is_power_of_two() && padded.len() <= 32_768));
        prop_assert_eq!(&Opened::from_padded(kind, &padded).unwrap(), &opened);
        // Whatever is changed, it is refused or is something else that commits to something else.
        let mut changed = padded.clone();
        let place = usize::from(flipped.0) % changed.len();
        changed[place] ^= flipped.1.max(1);
        match Opened::from_padded(kind, &changed) {
            Err(_) => {}
            Ok(other) => prop_assert_ne!(other.commitment(), opened.commitment()),
        }
        // And so of another length, which would tell apart what is to look alike.
        for size in [padded.len() - 1, padded.len() + 1, padded.len() + 256] {
            let mut sized = padded.clone();
            sized.resize(size, 0);
            prop_assert!(Opened::from_padded(kind, &sized).is_err(), "{size}");
        }
    }
}
