//! Statements: bytes, envelopes, fields, and their place in a stream (ASP-STM).

use asp_core::key::{KeyId, SignatureBytes};
use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogTime, Millis, Sequence};
use asp_core::rejection::Code;
use asp_core::statement::body::{Body, Empty, KeyAdd, PolicySet};
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Kind, Verified};
use serde_json::{Value, json};

use super::{Case, code};
use crate::finding::{Finding, hold};
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(["ASP-STM-001"], "a statement is canonical JSON, taken as it comes or not at all", canonical),
    code!(["ASP-STM-001"], "a statement keeps within the bounds of size, depth, values and strings", bounds),
    code!(["ASP-STM-002"], "an envelope holds one to four signatures in the order of their keys", signatures),
    code!(["ASP-STM-003"], "a signature is of a known algorithm", algorithms),
    code!(["ASP-STM-004"], "a type belongs to its kind of stream", types),
    code!(["ASP-STM-005"], "sequence 0 opens its stream, which is named by it", openings),
    code!(["ASP-STM-006"], "a key is a canonical point that is not of small order", points),
    code!(["ASP-STM-007"], "every signature verifies strictly over the bytes that were sent", verifies),
    code!(["ASP-STM-008"], "a statement is of this version", versions),
    code!(["ASP-STM-009"], "a statement has its members, each of its form, and no others", members),
    code!(["ASP-STM-010"], "the next statement of a stream stands after its head", heads),
    code!(["ASP-STM-011"], "a statement names the hash of the stream's head", hashes),
    code!(["ASP-STM-012"], "a statement is for the log that takes it in", audiences),
    code!(["ASP-STM-013"], "a statement is issued within two minutes of the log time", clocks),
    code!(["ASP-STM-014"], "a statement is not taken in once it has expired", expiries),
    code!(["ASP-STM-015"], "a body fits the schema of its type", bodies),
    code!(["ASP-STM-016"], "a statement is sent to the address of its own stream", addresses),
    code!(["ASP-STM-017"], "the same bytes get the same receipt, other bytes of the same id none", ids),
    code!(["ASP-STM-018"], "a statement continues a stream that exists", streams),
    code!(["ASP-STM-019"], "a key of P-256 signs in one spelling", hardware),
];

/// Who speaks in these cases.
const WHO: &str = "buyer.example";

/// A draft of a policy, the plainest thing that an organisation can say.
fn policy(stage: &Stage, contact: &str) -> Result<Draft, Finding> {
    let body = Body::OrgPolicySet(PolicySet::of(vec![text(contact)?]));
    stage.draft(WHO, stage.org_stream("buyer")?, body)
}

/// A registered organisation, and a statement of its that would be taken in.
async fn good(stage: &mut Stage) -> Result<Verified, Finding> {
    stage.organisation("buyer").await?;
    stage.sign(&policy(stage, "Ada")?, &[WHO])
}

fn written(statement: &Verified) -> String {
    String::from_utf8_lossy(statement.statement().bytes()).into_owned()
}

/// What is sent in place of a contact, and the answer.
async fn contact_is(stage: &mut Stage, statement: &Verified, wrong: &[(&str, Code)]) -> Result<(), Finding> {
    let written = written(statement);
    for (contact, code) in wrong {
        let bytes = written.replace("\"Ada\"", contact);
        let envelope = stage.envelope(Kind::OrgPolicySet, bytes.as_bytes(), &[WHO]);
        let shown: String = contact.chars().take(40).collect();
        stage.refuse_bytes(envelope, *code).await.map_err(|finding| finding.at(shown))?;
    }
    Ok(())
}

async fn canonical(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let right = String::from_utf8_lossy(&statement.envelope()).into_owned();
    // The signature is over the canonical bytes: a node that puts the rest right finds it in order.
    for (from, to) in [
        ("\"statement\":{", "\"statement\":{ "),
        ("\"Ada\"", "\"\\u0041da\""),
        ("\"Ada\"", " \"Ada\""),
        ("{\"asp\":\"1.0\",\"audience\"", "{\"audience\""),
    ] {
        let mut wrong = right.replace(from, to);
        if to == "{\"audience\"" {
            wrong = wrong.replace(",\"body\"", ",\"asp\":\"1.0\",\"body\"");
        }
        let refused = stage.refuse_bytes(wrong.into_bytes(), Code::NotCanonical).await;
        refused.map_err(|finding| finding.at(format_args!("{to} for {from}")))?;
    }
    contact_is(
        stage,
        &statement,
        &[
            ("\"Ada\",{\"a\":1,\"a\":1}", Code::DuplicateName),
            ("1.5", Code::NotAnInteger),
            ("1e3", Code::NotAnInteger),
            ("-0", Code::NotAnInteger),
            ("9007199254740992", Code::NumberOutOfRange),
            ("\"\\ud800\"", Code::LoneSurrogate),
            ("\"\\u0000\"", Code::NulCharacter),
        ],
    )
    .await?;
    let mut cut = right.clone().into_bytes();
    cut.pop();
    stage.refuse_bytes(cut, Code::NotJson).await?;
    let place = right.find("Ada").unwrap_or_default();
    let mut foreign = right.into_bytes();
    foreign.splice(place..place, [0xff]);
    stage.refuse_bytes(foreign, Code::InvalidUtf8).await?;
    stage.take(statement).await.map(drop)
}

async fn bounds(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let many = vec!["0"; 4_200].join(",");
    let long = format!("\"{}\"", "x".repeat(65_537));
    let whole = [65_000, 65_000, 65_000, 65_000, 3_000].map(|count| format!("\"{}\"", "x".repeat(count)));
    contact_is(
        stage,
        &statement,
        &[
            (&deep, Code::TooDeep),
            (&many, Code::TooManyNodes),
            (&long, Code::StringTooLong),
            (&whole.join(","), Code::StatementTooLarge),
        ],
    )
    .await?;
    stage.take(statement).await.map(drop)
}

/// A statement that needs two signatures.
fn addition(stage: &Stage, key: &str) -> Result<Draft, Finding> {
    stage.draft(WHO, stage.org_stream("buyer")?, Body::OrgKeyAdd(KeyAdd { key: stage.key(key).id() }))
}

async fn signatures(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let statement = stage.sign(&addition(stage, "second")?, &[WHO, "second"])?;
    let envelope: Value = serde_json::from_slice(&statement.envelope()).unwrap_or_default();
    let list = envelope.get("signatures").and_then(Value::as_array).cloned().unwrap_or_default();
    let reversed: Vec<Value> = list.iter().rev().cloned().collect();
    let doubled: Vec<Value> = list.iter().flat_map(|one| [one.clone(), one.clone()]).collect();
    let names = [WHO, "second", "third", "fourth", "fifth"];
    let five: Value =
        serde_json::from_slice(&stage.envelope(Kind::OrgKeyAdd, statement.statement().bytes(), &names))
            .unwrap_or_default();
    let five = five.get("signatures").and_then(Value::as_array).cloned().unwrap_or_default();
    for (what, wrong) in [("none", vec![]), ("reversed", reversed), ("doubled", doubled), ("five", five)] {
        let list = serde_json::to_string(&wrong).unwrap_or_default();
        let bytes = format!("{{\"signatures\":{list},\"statement\":{}}}", written(&statement));
        let refused = stage.refuse_bytes(bytes.into_bytes(), Code::InvalidEnvelope).await;
        refused.map_err(|finding| finding.at(format_args!("signatures: {what}")))?;
    }
    stage.take(statement).await.map(drop)
}

/// An envelope with its one signature changed.
fn resigned(statement: &Verified, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut envelope: Value = serde_json::from_slice(&statement.envelope()).unwrap_or_default();
    envelope.pointer_mut("/signatures/0").map(change);
    let list = envelope.get("signatures").cloned().unwrap_or_default();
    format!("{{\"signatures\":{list},\"statement\":{}}}", written(statement)).into_bytes()
}

async fn algorithms(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    for name in ["RS256", "none", "ed25519ph"] {
        let wrong = resigned(&statement, |signature| set(signature, "alg", json!(name)));
        stage.refuse_bytes(wrong, Code::UnsupportedAlgorithm).await.map_err(|finding| finding.at(name))?;
    }
    stage.take(statement).await.map(drop)
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// Sends a statement with one member changed at a time; each has to be refused with this code.
async fn changed(
    stage: &mut Stage,
    statement: &Verified,
    code: Code,
    changes: &[(&str, Value)],
) -> Result<(), Finding> {
    for (name, value) in changes {
        let wrong = stage.altered(statement, &[WHO], |fields| set(fields, name, value.clone()))?;
        let refused = stage.refuse_bytes(wrong, code).await;
        refused.map_err(|finding| finding.at(format_args!("{name}: {value}")))?;
    }
    Ok(())
}

/// The order of P-256 in big-endian bytes (SEC 2 §2.4.2): with s, also the order less s verifies.
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn negated(signature: SignatureBytes) -> SignatureBytes {
    let mut bytes = *signature.as_bytes();
    let mut borrow = 0;
    for (byte, order) in bytes.iter_mut().skip(32).zip(P256_ORDER).rev() {
        let difference = i16::from(order) - i16::from(*byte) - borrow;
        borrow = i16::from(difference < 0);
        *byte = difference.to_le_bytes()[0];
    }
    SignatureBytes::from_bytes(bytes)
}

/// An organisation adds a key that lives in hardware and speaks with it.
async fn hardware(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let addition = stage.sign(&addition(stage, "hardware")?, &[WHO, "hardware"])?;
    stage.take(addition).await?;
    let statement = stage.sign(&policy(stage, "Ada")?, &["hardware"])?;
    let right = statement.signatures().first().map(|one| one.value);
    let right = right.ok_or_else(|| Finding::new("a signature", "none"))?;
    let wrong = |value: SignatureBytes| resigned(&statement, |one| set(one, "value", json!(value)));
    let larger = stage.refuse_bytes(wrong(negated(right)), Code::InvalidSignature).await;
    larger.map_err(|finding| finding.at("the larger s"))?;
    stage.refuse_bytes(wrong(SignatureBytes::from_bytes([0; 64])), Code::InvalidSignature).await?;
    let named = resigned(&statement, |one| set(one, "alg", json!("Ed25519")));
    stage.refuse_bytes(named, Code::UnsupportedAlgorithm).await?;
    stage.take(statement).await.map(drop)
}

async fn types(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let wrong = ["org.nonsense", "PROPOSE", "agent.retire", "Org.Policy.Set", ""];
    let wrong = wrong.map(|name| ("type", json!(name)));
    changed(stage, &statement, Code::UnknownType, &wrong).await?;
    stage.take(statement).await.map(drop)
}

async fn openings(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    stage.organisation("seller").await?;
    let request = Body::ConsentRequest(stage.consent_request("seller")?);
    let opening = stage.by(WHO, StreamName::Opens(StreamKind::Consent), request)?;
    let named = format!("consent:{}", opening.statement().hash.to_hex());
    let wrong = [("sequence", json!(1)), ("stream", json!(named))];
    changed(stage, &opening, Code::InvalidField, &wrong).await?;
    let consent = stage.take(opening).await?;
    let stream = StreamName::Of(StreamId::Consent(consent));
    let grant = stage.by("seller.example", stream, Body::ConsentGrant(Empty {}))?;
    let wrong = stage.altered(&grant, &["seller.example"], |fields| set(fields, "sequence", json!(0)))?;
    stage.refuse_bytes(wrong, Code::InvalidField).await?;
    stage.take(grant).await.map(drop)
}

async fn points(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let one = {
        let mut bytes = [0; 32];
        bytes[0] = 1;
        bytes
    };
    for (bytes, code) in [([0; 32], Code::WeakKey), (one, Code::WeakKey), ([0xff; 32], Code::InvalidKey)] {
        let key = json!(KeyId::from_bytes(bytes));
        let wrong = resigned(&statement, |signature| set(signature, "keyId", key.clone()));
        stage.refuse_bytes(wrong, code).await.map_err(|finding| finding.at(&key))?;
    }
    stage.take(statement).await.map(drop)
}

/// The order of the group (RFC 8032 §5.1), little-endian: S and S + L sign the same for a verifier that is not strict.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn malleated(signature: SignatureBytes) -> SignatureBytes {
    let mut bytes = *signature.as_bytes();
    let mut carry = 0_u16;
    for (byte, order) in bytes.iter_mut().skip(32).zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    SignatureBytes::from_bytes(bytes)
}

async fn verifies(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let right = statement.signatures().first().map(|one| one.value);
    let right = right.ok_or_else(|| Finding::new("a signature", "none"))?;
    let mut flipped = *right.as_bytes();
    if let Some(last) = flipped.get_mut(7) {
        *last ^= 1;
    }
    let key = stage.key(WHO);
    let bytes = statement.statement().bytes();
    let untagged = key.sign(bytes);
    let of_other_type = key.sign(&asp_core::statement::signing_input(Kind::OrgVerify, bytes));
    for (what, value) in [
        ("one bit flipped", SignatureBytes::from_bytes(flipped)),
        ("over the bytes without their tag", untagged),
        ("over the tag of another type", of_other_type),
        ("S + L for S", malleated(right)),
        (
            "by another key",
            stage.key("other").sign(&asp_core::statement::signing_input(Kind::OrgPolicySet, bytes)),
        ),
    ] {
        let wrong = resigned(&statement, |signature| set(signature, "value", json!(value)));
        let refused = stage.refuse_bytes(wrong, Code::InvalidSignature).await;
        refused.map_err(|finding| finding.at(format_args!("a signature {what}")))?;
    }
    let other = String::from_utf8_lossy(&statement.envelope()).replace("\"Ada\"", "\"Eve\"");
    stage.refuse_bytes(other.into_bytes(), Code::InvalidSignature).await?;
    stage.take(statement).await.map(drop)
}

async fn versions(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let wrong = ["1.1", "1", "2.0", ""].map(|version| ("asp", json!(version)));
    changed(stage, &statement, Code::UnsupportedVersion, &wrong).await?;
    stage.take(statement).await.map(drop)
}

async fn members(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    changed(
        stage,
        &statement,
        Code::InvalidField,
        &[
            ("more", json!(1)),
            ("id", json!("7d444840-9dc0-41d1-b245-5ffdce74fad2")),
            ("id", json!("not an id")),
            ("expiresAt", Value::Null),
            ("inReplyTo", json!("sha256:00")),
            ("issuedAt", json!("2026-11-23T15:55:12Z")),
            ("issuer", json!("nobody")),
            ("stream", json!("org:x")),
            ("sequence", json!("1")),
            ("previousHash", json!("00")),
            ("trace", json!({ "traceparent": "00" })),
        ],
    )
    .await?;
    for name in ["asp", "audience", "body", "id", "issuedAt", "issuer", "previousHash", "sequence", "stream"]
    {
        let wrong = stage.altered(&statement, &[WHO], |fields| {
            fields.as_object_mut().map(|fields| fields.remove(name));
        })?;
        let refused = stage.refuse_bytes(wrong, Code::InvalidField).await;
        refused.map_err(|finding| finding.at(format_args!("no {name}")))?;
    }
    stage.take(statement).await.map(drop)
}

async fn heads(stage: &mut Stage) -> Result<(), Finding> {
    let first = good(stage).await?;
    let second = stage.sign(&policy(stage, "Ben")?, &[WHO])?;
    let head = stage.take(first).await?;
    let answer = stage.post(&second).await?;
    stage.refuses(&answer, Code::SequenceConflict, None)?;
    let said: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    let told = said.pointer("/head/hash").and_then(Value::as_str).unwrap_or_default();
    hold(told == head.to_string(), format_args!("the head {head} to sign on"), format_args!("{told:?}"))?;
    let beyond = Head { sequence: Sequence(7), hash: head };
    let early = stage.sign_on(&policy(stage, "Ben")?, Some(beyond), &[WHO])?;
    stage.refuse(&early, Code::SequenceConflict).await?;
    let anew = stage.sign(&policy(stage, "Ben")?, &[WHO])?;
    stage.take(anew).await.map(drop)
}

async fn hashes(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let other = json!(Hash::of(&[b"another head"]));
    changed(stage, &statement, Code::PreviousHashMismatch, &[("previousHash", other)]).await?;
    stage.take(statement).await.map(drop)
}

async fn audiences(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let mut draft = policy(stage, "Ada")?;
    draft.audience = text("another.example/log")?;
    let elsewhere = stage.sign(&draft, &[WHO])?;
    stage.refuse(&elsewhere, Code::WrongAudience).await?;
    stage.take(statement).await.map(drop)
}

async fn clocks(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let now = stage.now();
    for at in [LogTime::from_millis(now.millis().saturating_sub(180_000)), now.plus(Millis(180_000))] {
        let stamp = Stamp { issued_at: at, ..stage.stamp()? };
        let head = stage.head(&stage.org_stream("buyer")?);
        let key = stage.key(WHO);
        let signed = policy(stage, "Ada")?.sign(head, stamp, &[&key]);
        let off = signed.map_err(|rejection| Finding::new("a case that signs", rejection))?;
        stage
            .refuse(&off, Code::ClockSkew)
            .await
            .map_err(|finding| finding.at(format_args!("issued at {at}")))?;
    }
    stage.take(statement).await.map(drop)
}

async fn expiries(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let mut draft = policy(stage, "Ada")?;
    draft.expires_at = Some(LogTime::from_millis(stage.now().millis().saturating_sub(1_000)));
    let late = stage.sign(&draft, &[WHO])?;
    stage.refuse(&late, Code::Expired).await?;
    draft.expires_at = Some(stage.now().plus(Millis(60_000)));
    let in_time = stage.sign(&draft, &[WHO])?;
    stage.take(in_time).await.map(drop)
}

async fn bodies(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let contacts = vec!["x"; 17];
    changed(
        stage,
        &statement,
        Code::InvalidBody,
        &[
            ("body", json!({})),
            ("body", json!({ "humanContacts": ["Ada"], "more": 1 })),
            ("body", json!({ "humanContacts": "Ada" })),
            ("body", json!({ "humanContacts": contacts })),
            ("body", json!({ "humanContacts": [""] })),
            ("body", json!({ "ceiling": null, "humanContacts": [] })),
            ("body", json!({ "ceiling": { "amount": 5, "currency": "USD" }, "humanContacts": [] })),
            ("body", json!({ "ceiling": { "amount": "5.0", "currency": "USD" }, "humanContacts": [] })),
        ],
    )
    .await?;
    stage.take(statement).await.map(drop)
}

async fn addresses(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let note = stage.note("buyer", session)?;
    let at = |id: Hash| format!("/v1/sessions/{}/messages", id.to_hex());
    let elsewhere = at(Hash::of(&[b"another session"]));
    let answer = stage.wire.post(&elsewhere, "application/json", note.envelope()).await?;
    stage.refuses(&answer, Code::StreamMismatch, None)?;
    let answer = stage.wire.post(&at(session), "application/json", note.envelope()).await?;
    hold(answer.status == 202, "202 at the session's own address", answer.told())
}

async fn ids(stage: &mut Stage) -> Result<(), Finding> {
    let statement = good(stage).await?;
    let first = stage.post(&statement).await?;
    let again = stage.send(statement.envelope()).await?;
    hold(first.status == 202 && again.status == 202, "202 for the same bytes", again.told())?;
    hold(first.bytes == again.bytes, "the same receipt", again.text())?;
    let other = stage.altered(&statement, &[WHO], |fields| {
        set(fields, "body", json!({ "humanContacts": ["Eve"] }));
    })?;
    stage.refuse_bytes(other, Code::IdReused).await?;
    // The answer is still the same when the stream has gone on.
    let next = stage.sign(&policy(stage, "Ben")?, &[WHO])?;
    stage.take(next).await?;
    let late = stage.send(statement.envelope()).await?;
    hold(late.bytes == first.bytes, "the same receipt later too", late.told())
}

async fn streams(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let missing = Head { sequence: Sequence(0), hash: Hash::of(&[b"no such stream"]) };
    let stream = StreamName::Of(StreamId::Session(missing.hash));
    let draft = stage.draft("buyer", stream, stage.remark()?)?;
    let lost = stage.sign_on(&draft, Some(missing), &["buyer"])?;
    stage.refuse(&lost, Code::UnknownStream).await?;
    let stream = StreamName::Of(StreamId::Consent(missing.hash));
    let draft = stage.draft(WHO, stream, Body::ConsentGrant(Empty {}))?;
    let lost = stage.sign_on(&draft, Some(missing), &[WHO])?;
    stage.refuse(&lost, Code::UnknownStream).await?;
    let known = stage.sign(&policy(stage, "Ada")?, &[WHO])?;
    stage.take(known).await.map(drop)
}
