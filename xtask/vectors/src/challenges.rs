//! Challenges and their answers: good ones, and changed ones with what is wrong.

use std::collections::BTreeSet;

use asp_core::challenge::{Challenge, ChallengeAnswer, ChallengeError};
use asp_core::key::KeyId;
use asp_core::limits::CLOCK_SKEW_MS;
use asp_core::name::{AgentUri, Origin};
use asp_core::position::LogTime;
use serde_json::{Value, json};

use super::case::set;
use super::log::{Vectors, fault, read, written};
use super::people::{AUDIENCE, BUYER, ISSUED_AT, SELLER, key, key_id};

/// A key of the buyer's that lives in hardware.
const TOKEN: &str = "agent://acme.example/procurement/buyer, in hardware";

/// The challenge to the buyer.
fn asked() -> Value {
    json!({
        "agent": BUYER,
        "audience": AUDIENCE,
        "challenge": "000102030405060708090a0b0c0d0e0f",
        "issuedAt": ISSUED_AT,
    })
}

/// The answer with a signature over any text, by the key of a name.
fn signed(by: &str, text: &str) -> Value {
    json!({"keyId": key_id(by), "signature": key(by).sign(text.as_bytes())})
}

/// What is signed of a challenge: put together here, not by the core.
fn input(challenge: &str) -> String {
    format!("asp/1.0/challenge\n{challenge}")
}

/// A whole vector: a challenge to the buyer at this instant, and its answer by the key of a name.
fn vector(by: &str) -> Value {
    let challenge = written(&asked());
    let keys: BTreeSet<String> = [key_id(BUYER), key_id(TOKEN)].into();
    json!({
        "agent": BUYER,
        "answer": written(&signed(by, &input(&challenge))),
        "audience": AUDIENCE,
        "challenge": challenge,
        "keys": keys,
        "now": ISSUED_AT,
    })
}

/// First as who is asked, then as who asked.
fn judge(vector: &Value) -> Result<(), String> {
    let (challenge, answer): (String, String) = (read(vector, "challenge")?, read(vector, "answer")?);
    let (agent, audience): (AgentUri, Origin) = (read(vector, "agent")?, read(vector, "audience")?);
    let (keys, now): (BTreeSet<KeyId>, LogTime) = (read(vector, "keys")?, read(vector, "now")?);
    let follow = || -> Result<(), ChallengeError> {
        let challenge = Challenge::from_json(challenge.as_bytes())?;
        challenge.check(&agent, &audience, now)?;
        ChallengeAnswer::from_json(answer.as_bytes())?.verify(&challenge, |key| keys.contains(key))
    };
    follow().map_err(|error| fault(&error))
}

/// The file of challenges.
///
/// # Errors
/// A vector that the core judges otherwise than is stated.
pub(super) fn file() -> Result<Value, String> {
    let mut vectors = Vectors::new();
    let (plain, hardware) = ("answered with Ed25519", "answered with ES256");
    for (name, by) in [(plain, BUYER), (hardware, TOKEN)] {
        let good = vector(by);
        vectors.good(name, good.clone(), judge(&good))?;
    }
    let at = |later: bool, beyond: u64| {
        let (now, skew) = (ISSUED_AT.millis(), CLOCK_SKEW_MS.0 + beyond);
        json!(LogTime::from_millis(if later { now + skew } else { now - skew }))
    };
    for (name, later) in [("two minutes later", true), ("two minutes before", false)] {
        let mut good = vector(BUYER);
        set(&mut good, "/now", Some(at(later, 0))).ok_or("a vector is an object")?;
        vectors.good(name, good.clone(), judge(&good))?;
    }
    let challenge = written(&asked());
    let text = |value: &Value| json!(written(value));
    let other = |name: &str, value: Value| {
        let mut other = asked();
        set(&mut other, name, Some(value)).map(|()| other).ok_or("a challenge is an object")
    };
    let cut = challenge.replace(&format!("\"audience\":\"{AUDIENCE}\","), "");
    let answer = written(&signed(BUYER, &input(&challenge)));
    for (change, member, value, found) in [
        ("a line break at the end", "/challenge", json!(format!("{challenge}\n")), "not-canonical"),
        ("a member more", "/challenge", text(&other("/type", json!("org.register"))?), "not-canonical"),
        ("a member less", "/challenge", json!(cut), "not-canonical"),
        ("another order", "/challenge", json!(reordered(&challenge)), "not-canonical"),
        ("a short nonce", "/challenge", text(&other("/challenge", json!("00"))?), "not-canonical"),
        ("another agent is asked", "/agent", json!(SELLER), "other-agent"),
        ("of another log", "/audience", json!("elsewhere.example"), "other-log"),
        ("more than two minutes old", "/now", at(true, 1), "other-time"),
        ("more than two minutes ahead", "/now", at(false, 1), "other-time"),
        ("a list for an answer", "/answer", json!(format!("[{answer}]")), "no-answer"),
        (
            "an answer with a member more",
            "/answer",
            json!(answer.replace('}', ",\"alg\":\"Ed25519\"}")),
            "no-answer",
        ),
        ("by another's key", "/answer", text(&signed(SELLER, &input(&challenge))), "other-key"),
        ("by a key that has ended", "/keys", json!([key_id(TOKEN)]), "other-key"),
        ("without the tag", "/answer", text(&signed(BUYER, &challenge)), "invalid-signature"),
        (
            "with the tag of a statement",
            "/answer",
            text(&signed(BUYER, &format!("asp/1.0/org.register\n{challenge}"))),
            "invalid-signature",
        ),
        (
            "of another challenge",
            "/answer",
            text(&signed(BUYER, &input(&written(&other("/challenge", json!("f".repeat(32)))?)))),
            "invalid-signature",
        ),
    ] {
        let mut wrong = vector(BUYER);
        set(&mut wrong, member, Some(value)).ok_or("a vector is an object")?;
        vectors.bad((plain, change, found), wrong.clone(), judge(&wrong))?;
    }
    Ok(vectors.json())
}

/// The same members, the last one first.
fn reordered(challenge: &str) -> String {
    let inner = challenge.trim_matches(['{', '}']);
    inner.rsplit_once(',').map_or_else(String::new, |(rest, last)| format!("{{{last},{rest}}}"))
}
