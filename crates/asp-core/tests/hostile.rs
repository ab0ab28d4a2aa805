//! What comes from outside and is refused, with the code that says why, before any signature is looked at.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::PathBuf;

use asp_core::key::{KeyId, PublicKey, SecretKey, SignatureBytes};
use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::rejection::Code;
use asp_core::statement::body::{Body, Offer, OrgRegister, OrgVerify, Propose, Showing, VerifyMethod};
use asp_core::statement::draft::Stamp;
use asp_core::statement::{Received, Verified};
use serde_json::Value;
use support::{Stage, domain, key, text, uri, usd};

fn valid() -> Verified {
    let mut stage = Stage::empty();
    let register = Body::OrgRegister(OrgRegister { key: key("a").id(), name: text("A") });
    let stream = StreamName::Of(StreamId::Org(domain("a")));
    let draft = stage.draft(stream, Issuer::Organisation(domain("a")), register);
    stage.sign(&draft, &[&key("a")])
}

fn parts() -> (String, String) {
    let envelope: Value = serde_json::from_slice(&valid().envelope()).unwrap();
    let statement = String::from_utf8(valid().statement().bytes().to_vec()).unwrap();
    (statement, envelope["signatures"].to_string())
}

fn envelope(statement: &str, signatures: &str) -> String {
    format!(r#"{{"statement":{statement},"signatures":{signatures}}}"#)
}

#[track_caller]
fn refused(bytes: &[u8], expected: Code) {
    assert_eq!(Verified::from_envelope(bytes).map(|_| ()).map_err(|rejection| rejection.code), Err(expected));
}

/// Changes the statement and leaves the signature, which no longer holds: the form is judged first.
#[track_caller]
fn check(from: &str, to: &str, expected: Code) {
    let (statement, signatures) = parts();
    let changed = statement.replacen(from, to, 1);
    assert_ne!(changed, statement, "{from} is not in {statement}");
    refused(envelope(&changed, &signatures).as_bytes(), expected);
}

#[test]
fn the_untouched_statement_holds() {
    let (statement, signatures) = parts();
    assert!(Verified::from_envelope(envelope(&statement, &signatures).as_bytes()).is_ok());
    let lenient = format!("{{ \"signatures\" : {signatures} ,\n \"statement\" : {statement} }}");
    assert!(Verified::from_envelope(lenient.as_bytes()).is_ok(), "only the statement has one spelling");
}

#[test]
fn a_statement_has_one_spelling() {
    // ASP-STM-001
    let name = r#""name":"A""#;
    for (to, expected) in [
        (r#""name": "A""#, Code::NotCanonical),
        (r#""name":"\u0041""#, Code::NotCanonical),
        (r#""name":"A","name":"A""#, Code::DuplicateName),
        (r#""name":"A","\u006eame":"A""#, Code::DuplicateName),
        (r#""name":"A","a":1"#, Code::NotCanonical),
        (r#""name":"A","z":9007199254740993"#, Code::NumberOutOfRange),
        (r#""name":"A","z":1.5"#, Code::NotAnInteger),
        (r#""name":"A","z":1e3"#, Code::NotAnInteger),
        (r#""name":"A","z":-0"#, Code::NotAnInteger),
        (r#""name":"A\u0000""#, Code::NulCharacter),
        (r#""name":"\ud800""#, Code::LoneSurrogate),
        (r#""name":"A","z":"#, Code::NotJson),
    ] {
        check(name, to, expected);
    }
    let deep = format!(r#""name":"A","z":{}1{}"#, "[".repeat(40), "]".repeat(40));
    check(name, &deep, Code::TooDeep);
    let wide = format!(r#""name":"A","z":[{}1]"#, "1,".repeat(5000));
    check(name, &wide, Code::TooManyNodes);
    let long = format!(r#""name":"A","z":"{}""#, "x".repeat(65_537));
    check(name, &long, Code::StringTooLong);
    refused(&vec![b' '; 300_000], Code::StatementTooLarge);
    refused(b"\xff\xfe", Code::InvalidUtf8);
    refused(b"", Code::NotJson);
    refused(b"[]", Code::InvalidEnvelope);
}

#[test]
fn signatures_are_few_ordered_and_of_a_known_kind() {
    // ASP-STM-002, ASP-STM-003
    let (statement, signatures) = parts();
    let one = signatures.trim_matches(['[', ']']);
    for (list, expected) in [
        ("[]".to_owned(), Code::InvalidEnvelope),
        (format!("[{one},{one}]"), Code::InvalidEnvelope),
        (format!("[{}]", [one; 5].join(",")), Code::InvalidEnvelope),
        (signatures.replace("Ed25519", "none"), Code::UnsupportedAlgorithm),
        (signatures.replace("Ed25519", "ES256"), Code::UnsupportedAlgorithm),
        (signatures.replace("\"alg\"", "\"more\":1,\"alg\""), Code::InvalidEnvelope),
    ] {
        refused(envelope(&statement, &list).as_bytes(), expected);
    }
}

#[test]
fn every_field_is_of_its_kind() {
    // ASP-STM-004, ASP-STM-005
    for (from, to, expected) in [
        (r#""asp":"1.0""#, r#""asp":"2.0""#, Code::UnsupportedVersion),
        (r#""type":"org.register""#, r#""type":"org.rule""#, Code::UnknownType),
        (r#""type":"org.register""#, r#""type":"PROPOSE""#, Code::UnknownType),
        (r#""sequence":0"#, r#""sequence":"0""#, Code::InvalidField),
        (r#""sequence":0"#, r#""sequence":-1"#, Code::InvalidField),
        (r#""sequence":0"#, r#""sequence":0,"shown":1"#, Code::InvalidField),
        (r#""stream":"org:a.example""#, r#""stream":"org:A.example""#, Code::InvalidField),
        (r#""stream":"org:a.example""#, r#""stream":"file:a""#, Code::InvalidField),
        (r#""stream":"org:a.example""#, r#""stream":"session:""#, Code::UnknownType),
        (r#""issuer":"a.example""#, r#""issuer":null"#, Code::InvalidField),
        (r#""name":"A""#, r#""name":null"#, Code::InvalidBody),
        (r#""name":"A""#, r#""name":"A","zzz":1"#, Code::InvalidBody),
        (r#""name":"A""#, r#""name":"""#, Code::InvalidBody),
    ] {
        check(from, to, expected);
    }
    let (statement, signatures) = parts();
    let moved = statement.replacen(r#""sequence":0"#, r#""sequence":1"#, 1);
    let held = Received::parse(envelope(&moved, &signatures).as_bytes()).unwrap().read().map(|_| ());
    assert!(held.is_ok(), "whether the place is right is for the log to say");
}

#[test]
fn what_is_understood_is_what_is_signed() {
    // ASP-STM-002, ASP-STM-003, ASP-STM-006, ASP-STM-009: a reader of types would let each of these pass.
    let (statement, signatures) = parts();
    refused(format!("[{statement},{signatures}]").as_bytes(), Code::InvalidEnvelope);
    let own = key("a").id().to_string();
    for (from, to, expected) in [
        (r#""alg":"Ed25519""#, r#""alg":{"Ed25519":null}"#, Code::InvalidEnvelope),
        (own.as_str(), "did:key:z6MkAAA", Code::InvalidKey),
        (own.as_str(), "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", Code::InvalidKey),
    ] {
        refused(envelope(&statement, &signatures.replacen(from, to, 1)).as_bytes(), expected);
    }
    let value = &signatures[signatures.find(r#""value":"#).unwrap() + 8..signatures.len() - 2];
    let list = format!(r#"[["Ed25519","{own}",{value}]]"#);
    refused(envelope(&statement, &list).as_bytes(), Code::InvalidEnvelope);
    check(r#","issuedAt""#, r#","id":"0","issuedAt""#, Code::DuplicateName);
    check(r#","previousHash""#, r#","onBehalfOf":[],"previousHash""#, Code::InvalidField);
    check(
        r#","type""#,
        r#","trace":["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],"type""#,
        Code::InvalidField,
    );
    check(&format!(r#"{{"key":"{own}","name":"A"}}"#), &format!(r#"["{own}","A"]"#), Code::InvalidBody);
}

/// Changes the body of a statement like those that are taken; it must be refused at this place, whoever signs it.
#[track_caller]
fn check_body(body: Body, from: &str, to: &str, place: &str) {
    let stage = Stage::with(&["buyer", "seller"]);
    let stream = match body.kind().stream() {
        StreamKind::Org => StreamName::Of(StreamId::Org(domain("buyer"))),
        kind => StreamName::Opens(kind),
    };
    let issuer = match stream {
        StreamName::Opens(StreamKind::Session) => Issuer::Agent(uri("buyer")),
        _ => Issuer::Organisation(domain("buyer")),
    };
    let draft = stage.draft(stream, issuer, body);
    let stamp = Stamp { issued_at: stage.now, random: [3; 10] };
    let signed = draft.sign(None, stamp, &[&key("buyer")]).unwrap();
    let statement = String::from_utf8(signed.statement().bytes().to_vec()).unwrap();
    let changed = statement.replacen(from, to, 1);
    assert_ne!(changed, statement, "{from} is not in {statement}");
    let (_, signatures) = parts();
    let refusal = Verified::from_envelope(envelope(&changed, &signatures).as_bytes()).unwrap_err();
    assert_eq!((refusal.code, refusal.pointer.as_deref()), (Code::InvalidBody, Some(place)), "{changed}");
}

#[test]
fn a_body_has_one_spelling() {
    // ASP-STM-015
    let mut stage = Stage::with(&["buyer", "seller"]);
    let mut request = stage.request("seller");
    request.ceiling = Some(usd("2.55"));
    request.capabilities = ["b", "a"].map(text).into();
    let body = || Body::ConsentRequest(request.clone());
    let money = r#"{"amount":"2.55","currency":"USD"}"#;
    check_body(body(), money, r#"["2.55","USD"]"#, "/body/ceiling");
    check_body(body(), r#"["a","b"]"#, r#"["a","a","b"]"#, "/body/capabilities");
    let verify = Body::OrgVerify(OrgVerify { key: key("buyer").id(), method: VerifyMethod::Dns });
    check_body(verify, r#""method":"dns""#, r#""method":{"dns":null}"#, "/body/method");
    let mut package = stage.package("100");
    package.obligations[0].shown_by = Showing::Acknowledgement;
    let offer = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
    let shown = r#""shownBy":{"method":"acknowledgement""#;
    let place = "/body/packages/0/obligations/0/shownBy/more";
    // Opens a session as far as the form is concerned: what a body means is judged later.
    check_body(offer, shown, &format!(r#"{shown},"more":1"#), place);
}

#[test]
fn the_items_of_a_set_stand_in_any_order() {
    let mut stage = Stage::with(&["buyer", "seller"]);
    let mut request = stage.request("seller");
    request.capabilities = ["b", "a"].map(text).into();
    let stream = StreamName::Opens(StreamKind::Consent);
    let draft = stage.draft(stream, Issuer::Organisation(domain("buyer")), Body::ConsentRequest(request));
    let stamp = stage.stamp();
    let signed = draft.sign(None, stamp, &[&key("buyer")]).unwrap();
    let statement = String::from_utf8(signed.statement().bytes().to_vec()).unwrap();
    let other = statement.replacen(r#"["a","b"]"#, r#"["b","a"]"#, 1);
    let (_, signatures) = parts();
    let read = Received::parse(envelope(&other, &signatures).as_bytes()).unwrap().read();
    assert!(read.is_ok_and(|read| read.statement.hash != signed.statement().hash));
}

#[test]
fn weak_keys_and_wrong_signatures_are_refused() {
    // ASP-STM-006, ASP-STM-007
    let (statement, signatures) = parts();
    let own = key("a").id().to_string();
    let identity = {
        let mut bytes = [0; 32];
        bytes[0] = 1;
        KeyId::from_bytes(bytes).to_string()
    };
    let beyond = KeyId::from_bytes([0xff; 32]).to_string();
    refused(envelope(&statement, &signatures.replace(&own, &identity)).as_bytes(), Code::WeakKey);
    refused(envelope(&statement, &signatures.replace(&own, &beyond)).as_bytes(), Code::InvalidKey);
    let other = key("b").id().to_string();
    refused(envelope(&statement, &signatures.replace(&own, &other)).as_bytes(), Code::InvalidSignature);
    check(r#""name":"A""#, r#""name":"B""#, Code::InvalidSignature);
}

#[test]
fn no_small_order_point_is_a_key() {
    // The eight points of small order, and encodings of them that are not canonical.
    for digits in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).unwrap();
        }
        let refused = PublicKey::try_from(&KeyId::from_bytes(bytes)).map(|_| ()).unwrap_err();
        assert!(matches!(refused, Code::WeakKey | Code::InvalidKey), "{digits}");
    }
}

/// A vector of Wycheproof: the key's point, the message, the signature, and whether it holds.
type Case = (Vec<u8>, Vec<u8>, Vec<u8>, bool);

fn wycheproof(name: &str, member: &str) -> Vec<Case> {
    let folder = std::env::var_os("ASSENT_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors")),
        PathBuf::from,
    );
    let path = folder.join("wycheproof").join(name);
    assert!(path.exists(), "{}", path.display());
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let bytes = |text: &Value| -> Vec<u8> {
        let text = text.as_str().unwrap();
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
    };
    let mut cases = Vec::new();
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = bytes(&group["publicKey"][member]);
        for test in group["tests"].as_array().unwrap() {
            let valid = test["result"] == "valid";
            cases.push((key.clone(), bytes(&test["msg"]), bytes(&test["sig"]), valid));
        }
    }
    let valid = cases.iter().filter(|(.., valid)| *valid).count();
    assert!(valid > 50 && cases.len() - valid > 50, "{valid} of {} valid", cases.len());
    cases
}

#[test]
fn wycheproof_agrees() {
    for (key, message, signature, valid) in wycheproof("ed25519_test.json", "pk") {
        let key = PublicKey::try_from(&KeyId::Ed25519(key.try_into().unwrap()));
        let signature = <[u8; 64]>::try_from(signature).map(SignatureBytes::from_bytes);
        let holds = match (signature, &key) {
            (Ok(signature), Ok(key)) => key.verify(&message, &signature).is_ok(),
            _ => false,
        };
        assert_eq!(holds, valid, "{message:?}");
    }
}

#[test]
fn wycheproof_agrees_on_es256_but_for_the_larger_s() {
    // ASP-STM-019
    let mut larger = 0;
    for (key, message, signature, valid) in
        wycheproof("ecdsa_secp256r1_sha256_p1363_test.json", "uncompressed")
    {
        let (x, y) = key[1..].split_at(32);
        let id = KeyId::of_coordinates(x.try_into().unwrap(), y.try_into().unwrap()).unwrap();
        assert_eq!(id.coordinates().unwrap(), (x.try_into().unwrap(), y.try_into().unwrap()));
        let key = PublicKey::try_from(&id).unwrap();
        let Ok(signature) = <[u8; 64]>::try_from(signature).map(SignatureBytes::from_bytes) else {
            assert!(!valid);
            continue;
        };
        let ordered = signature.in_order(&id);
        assert_eq!(key.verify_token(&message, &signature).is_ok(), valid, "{signature}");
        assert_eq!(key.verify(&message, &ordered).is_ok(), valid, "{signature}");
        assert_eq!(key.verify(&message, &signature).is_ok(), valid && ordered == signature, "{signature}");
        larger += usize::from(valid && ordered != signature);
    }
    assert!(larger > 20, "{larger} with the larger s");
}

#[test]
fn the_algorithm_is_the_one_of_the_key_and_never_of_the_message() {
    // ASP-STM-003, ASP-STM-019
    let hardware = SecretKey::from_scalar(&[7; 32]).unwrap();
    let (statement, signatures) = parts();
    let mut stage = Stage::empty();
    let register = Body::OrgRegister(OrgRegister { key: hardware.id(), name: text("A") });
    let stream = StreamName::Of(StreamId::Org(domain("a")));
    let draft = stage.draft(stream, Issuer::Organisation(domain("a")), register);
    let signed = stage.sign(&draft, &[&hardware]);
    assert!(stage.judge(&signed).is_ok());
    assert!(Verified::from_envelope(&signed.envelope()).is_ok());
    let text = String::from_utf8(signed.envelope()).unwrap();
    assert!(text.contains(r#""alg":"ES256""#), "{text}");
    for other in ["Ed25519", "none", "HS256", "es256", "RS256"] {
        let wrong = text.replace(r#""alg":"ES256""#, &format!(r#""alg":"{other}""#));
        refused(wrong.as_bytes(), Code::UnsupportedAlgorithm);
    }
    let wrong = envelope(&statement, &signatures.replace(r#""alg":"Ed25519""#, r#""alg":"ES256""#));
    refused(wrong.as_bytes(), Code::UnsupportedAlgorithm);
    // The bytes of a signature of one algorithm are none of the other.
    let own = key("a").id().to_string();
    let foreign = signatures.replace(&own, &hardware.id().to_string()).replace("Ed25519", "ES256");
    refused(envelope(&statement, &foreign).as_bytes(), Code::InvalidSignature);
}

#[test]
fn a_key_of_p256_is_a_point_in_its_one_encoding() {
    let good = SecretKey::from_scalar(&[7; 32]).unwrap().id();
    let bytes: [u8; 33] = good.as_bytes().try_into().unwrap();
    assert_eq!(good.to_string().parse(), Ok(good));
    assert!(good.to_string().starts_with("did:key:zDn"), "{good}");
    for tag in [0, 1, 4, 5, 6, 7, 0xff] {
        let mut other = bytes;
        other[0] = tag;
        let refused = PublicKey::try_from(&KeyId::P256(other)).map(|_| ()).unwrap_err();
        assert_eq!(refused, Code::InvalidKey, "{tag}");
    }
    // x beyond the prime, and x = 4, which no point has.
    let (mut beyond, mut none) = ([0xff; 33], [0; 33]);
    (beyond[0], none[0], none[32]) = (2, 2, 4);
    for other in [beyond, none] {
        assert!(PublicKey::try_from(&KeyId::P256(other)).is_err());
    }
    assert!(SecretKey::from_scalar(&[0; 32]).is_err());
    assert!(SecretKey::from_scalar(&[0xff; 32]).is_err());
    assert_eq!(KeyId::of_coordinates(&[1; 32], &[1; 32]), None);
}
