//! Envelopes that are not of their form, and members of statements that say what this version does not know.

use asp_core::rejection::Code;
use serde_json::{Value, json};

use super::Row;
use crate::case::{Case, envelope, signatures};
use crate::people::key;

const CODE: Code = Code::InvalidEnvelope;

pub(super) fn rows() -> Vec<Row> {
    [shapes(), counts(), members()].concat()
}

fn own(case: &Case) -> Vec<Value> {
    signatures(case.kind, &case.text(), &case.keys())
}

/// The envelope with these signatures.
fn signed(case: &Case, signatures: &Value) -> Vec<u8> {
    let text = case.text();
    [b"{\"signatures\":", signatures.to_string().as_bytes(), b",\"statement\":", text.as_slice(), b"}"]
        .concat()
}

/// The envelope whose first signature has this member of another value, or of none.
fn with_member(case: &Case, member: &str, value: Option<Value>) -> Option<Vec<u8>> {
    let mut signatures = own(case);
    let first = signatures.first_mut()?.as_object_mut()?;
    match value {
        Some(value) => first.insert(member.to_owned(), value),
        None => first.remove(member),
    };
    Some(envelope(&case.text(), &signatures))
}

/// The value of the first signature.
fn first_value(case: &Case) -> Option<String> {
    Some(own(case).first()?.get("value")?.as_str()?.to_owned())
}

fn shapes() -> Vec<Row> {
    let row = |name, words, make| Row { name, words, code: CODE, make };
    vec![
        row("no-signatures", "no member `signatures`", |case| {
            Some([b"{\"statement\":", case.text().as_slice(), b"}"].concat())
        }),
        row("no-statement", "no member `statement`", |case| {
            Some(format!("{{\"signatures\":{}}}", Value::Array(own(case))).into_bytes())
        }),
        row("bare", "the statement without an envelope", |case| Some(case.text())),
        row("more-members", "a third member", |case| {
            let bytes = case.resigned(&case.text());
            Some([bytes.strip_suffix(b"}")?, b",\"version\":1}"].concat())
        }),
        row("two-statements", "the statement twice", |case| {
            let bytes = case.resigned(&case.text());
            Some([bytes.strip_suffix(b"}")?, b",\"statement\":", case.text().as_slice(), b"}"].concat())
        }),
        row("list", "a list of the two parts in place of the envelope", |case| {
            let signatures = Value::Array(own(case)).to_string();
            Some([b"[", case.text().as_slice(), b",", signatures.as_bytes(), b"]"].concat())
        }),
        row("quoted-statement", "the statement as a text", |case| {
            let text = String::from_utf8(case.text()).ok()?;
            Some(json!({"signatures": own(case), "statement": text}).to_string().into_bytes())
        }),
        row("null-statement", "null in place of the statement", |case| Some(envelope(b"null", &own(case)))),
        row("null-signatures", "null in place of the signatures", |case| Some(signed(case, &Value::Null))),
        row("one-signature", "a signature that is in no list", |case| Some(signed(case, own(case).first()?))),
    ]
}

fn counts() -> Vec<Row> {
    let row = |name, words, make| Row { name, words, code: CODE, make };
    vec![
        row("unsigned", "an empty list of signatures", |case| Some(envelope(&case.text(), &[]))),
        row("five-signatures", "five signatures, each of which holds", |case| {
            let keys: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|name| key(name)).collect();
            Some(envelope(&case.text(), &signatures(case.kind, &case.text(), &keys)))
        }),
        row("signed-twice", "the same signature twice", |case| {
            let first = own(case).first()?.clone();
            Some(envelope(&case.text(), &[first.clone(), first]))
        }),
        row("out-of-order", "two signatures, the greater key id first", |case| {
            let keys = [case.keys().first()?.clone(), key("a")];
            let mut signatures = signatures(case.kind, &case.text(), &keys);
            signatures.reverse();
            Some(envelope(&case.text(), &signatures))
        }),
    ]
}

fn members() -> Vec<Row> {
    let row = |name, words, code, make| Row { name, words, code, make };
    vec![
        row("other-algorithm", "another algorithm", Code::UnsupportedAlgorithm, |case| {
            with_member(case, "alg", Some(json!("RS256")))
        }),
        row("algorithm-of-another-key", "ES256 beside an Ed25519 key", Code::UnsupportedAlgorithm, |case| {
            with_member(case, "alg", Some(json!("ES256")))
        }),
        row("no-algorithm-at-all", "the algorithm `none`", Code::UnsupportedAlgorithm, |case| {
            with_member(case, "alg", Some(json!("none")))
        }),
        row(
            "algorithm-in-another-case",
            "the algorithm in small letters",
            Code::UnsupportedAlgorithm,
            |case| with_member(case, "alg", Some(json!("ed25519"))),
        ),
        row("no-algorithm", "a signature without `alg`", CODE, |case| with_member(case, "alg", None)),
        row("no-key", "a signature without `keyId`", CODE, |case| with_member(case, "keyId", None)),
        row("no-value", "a signature without `value`", CODE, |case| with_member(case, "value", None)),
        row("more-in-a-signature", "a fourth member in a signature", CODE, |case| {
            with_member(case, "at", Some(json!("2026-11-23T15:55:12.000Z")))
        }),
        row("padded", "a signature with padding", CODE, |case| {
            with_member(case, "value", Some(json!(format!("{}==", first_value(case)?))))
        }),
        row("short-value", "a signature of 63 bytes", CODE, |case| {
            with_member(case, "value", Some(json!("A".repeat(84))))
        }),
        row("loose-bits", "a signature whose last digit has bits beyond the 64th byte", CODE, |case| {
            let mut value = first_value(case)?;
            let last = value.pop()?;
            // The digit after one that may stand there differs in a bit that means nothing.
            value.push(char::from(u8::try_from(last).ok()? + 1));
            with_member(case, "value", Some(json!(value)))
        }),
        row("standard-alphabet", "a signature in base64 that is not of URLs", CODE, |case| {
            let value = first_value(case)?;
            with_member(case, "value", Some(json!(format!("+{}", value.get(1..)?))))
        }),
        row("no-did", "a key id without `did:key:`", Code::InvalidKey, |case| {
            let id = case.keys().first()?.id().to_string();
            with_member(case, "keyId", Some(json!(id.strip_prefix("did:key:")?)))
        }),
        row("other-key-type", "a key id of another multicodec", Code::InvalidKey, |case| {
            // did:key of a P-256 point, from the did:key method's own examples.
            with_member(
                case,
                "keyId",
                Some(json!("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")),
            )
        }),
        row("algorithm-as-object", "an object in place of the algorithm", CODE, |case| {
            with_member(case, "alg", Some(json!({"Ed25519": null})))
        }),
        row("signature-as-list", "a signature as a list of its values", CODE, |case| {
            let first = own(case).first()?.clone();
            let values = json!([[first.get("alg")?, first.get("keyId")?, first.get("value")?]]);
            Some(signed(case, &values))
        }),
    ]
}
