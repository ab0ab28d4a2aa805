//! Challenges: an agent signs what it was asked and nothing else, and nothing else counts as its answer.
//!
//! ASP-AGT-009, ASP-AGT-010
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

use asp_core::challenge::{Challenge, ChallengeAnswer, ChallengeError};
use asp_core::key::{SecretKey, SignatureBytes};
use asp_core::limits;
use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogTime, Sequence};
use asp_core::statement::body::{Because, Body, Nonce};
use asp_core::statement::draft::{Draft, Stamp, envelope};
use asp_core::statement::{Kind, Signature, Verified, signing_input};

const NOW: LogTime = LogTime::from_millis(1_795_449_312_000);
const AGENT: &str = "agent://volt.example/sales";
const LOG: &str = "node.example/log";

fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(Hash::of(&[name.as_bytes()]).as_bytes())
}

fn asked() -> Challenge {
    Challenge {
        agent: AGENT.parse().unwrap(),
        audience: LOG.parse().unwrap(),
        challenge: Nonce([7; 16]),
        issued_at: NOW,
    }
}

#[test]
fn an_agent_signs_what_it_is_asked_by_its_own_log_and_in_time() {
    let answer = |challenge: &Challenge, now| {
        challenge.answer(&AGENT.parse().unwrap(), &LOG.parse().unwrap(), now, &key("sales")).map(drop)
    };
    let skew = limits::CLOCK_SKEW_MS.0;
    let at = |millis: u64| LogTime::from_millis(millis);
    for now in [NOW, at(NOW.millis() - skew), at(NOW.millis() + skew)] {
        assert_eq!(answer(&asked(), now), Ok(()), "{now}");
    }
    let other = |agent: &str, log: &str| Challenge {
        agent: agent.parse().unwrap(),
        audience: log.parse().unwrap(),
        ..asked()
    };
    for (challenge, now, refused) in [
        (other("agent://volt.example/sales/2", LOG), NOW, ChallengeError::OtherAgent),
        (other("agent://volt.example.org/sales", LOG), NOW, ChallengeError::OtherAgent),
        (other(AGENT, "node.example"), NOW, ChallengeError::OtherLog),
        (other(AGENT, "node.example/log/2"), NOW, ChallengeError::OtherLog),
        (asked(), at(NOW.millis() - skew - 1), ChallengeError::OtherTime),
        (asked(), at(NOW.millis() + skew + 1), ChallengeError::OtherTime),
        (asked(), at(0), ChallengeError::OtherTime),
    ] {
        assert_eq!(answer(&challenge, now), Err(refused), "{challenge:?} at {now}");
    }
}

#[test]
fn a_challenge_has_one_spelling_and_no_other_members() {
    let bytes = asked().bytes();
    assert_eq!(Challenge::from_json(&bytes), Ok(asked()));
    let text = String::from_utf8(bytes).unwrap();
    let nonce = "07".repeat(16);
    for changed in [
        format!("{text}\n"),
        text.replace(",", ", "),
        text.replace("{", "{\"a\":1,"),
        text.replace("}", ",\"type\":\"org.register\"}"),
        text.replace(&nonce, &nonce.to_uppercase().replace("07", "0A")),
        text.replace(&nonce, &nonce[2..]),
        text.replace("12.000Z", "12Z"),
        text.replace("\"audience\"", "\"agent\":\"agent://volt.example/sales\",\"audience\""),
        format!("[\"{AGENT}\",\"{LOG}\",\"{nonce}\",\"{NOW}\"]"),
        String::new(),
        "{}".to_owned(),
        "null".to_owned(),
        format!("{}{text}", " ".repeat(limits::CHALLENGE_BYTES_MAX)),
    ] {
        assert_eq!(Challenge::from_json(changed.as_bytes()), Err(ChallengeError::NotCanonical), "{changed}");
    }
}

#[test]
fn the_longest_names_fit() {
    let label = "a".repeat(63);
    let challenge = Challenge {
        agent: format!("agent://{label}.{label}.example/{}", "b".repeat(64)).parse().unwrap(),
        audience: "c".repeat(200).parse().unwrap(),
        ..asked()
    };
    assert_eq!(Challenge::from_json(&challenge.bytes()), Ok(challenge));
}

#[test]
fn only_a_signature_over_what_was_asked_by_a_current_key_is_an_answer() {
    let sales = key("sales");
    let judge = |answer: &ChallengeAnswer| answer.verify(&asked(), |key| *key == sales.id());
    let good = asked().answer(&AGENT.parse().unwrap(), &LOG.parse().unwrap(), NOW, &sales).unwrap();
    assert_eq!(judge(&good), Ok(()));
    let spelt = format!("\n{{ \"signature\": \"{}\", \"keyId\": \"{}\" }}", good.signature, good.key_id);
    assert_eq!(ChallengeAnswer::from_json(spelt.as_bytes()), Ok(good.clone()), "any spelling will do");
    let over =
        |key: &SecretKey, bytes: &[u8]| ChallengeAnswer { key_id: key.id(), signature: key.sign(bytes) };
    let others = Challenge { challenge: Nonce([8; 16]), ..asked() };
    for (what, answer, refused) in [
        ("another's key", over(&key("other"), &asked().signing_input()), ChallengeError::OtherKey),
        ("no tag", over(&sales, &asked().bytes()), ChallengeError::InvalidSignature),
        ("another challenge", over(&sales, &others.signing_input()), ChallengeError::InvalidSignature),
        (
            "another's signature",
            ChallengeAnswer { key_id: sales.id(), ..over(&key("other"), &asked().signing_input()) },
            ChallengeError::InvalidSignature,
        ),
    ] {
        assert_eq!(judge(&answer), Err(refused), "{what}");
    }
    let ended = good.verify(&asked(), |_| false);
    assert_eq!(ended, Err(ChallengeError::OtherKey), "a key that has ended answers for nobody");
}

#[test]
fn what_is_no_answer_is_not_read_as_one() {
    let good = asked().answer(&AGENT.parse().unwrap(), &LOG.parse().unwrap(), NOW, &key("sales")).unwrap();
    let text = String::from_utf8(good.bytes()).unwrap();
    for changed in [
        format!("[\"{}\",\"{}\"]", good.key_id, good.signature),
        text.replace("}", ",\"alg\":\"Ed25519\"}"),
        text.replace("\"keyId\"", "\"key\""),
        text.replace("\"signature\"", &format!("\"signature\":\"{}\",\"signature\"", good.signature)),
        format!("{text}{text}"),
        String::new(),
        "null".to_owned(),
        format!("{text}{}", " ".repeat(limits::CHALLENGE_BYTES_MAX)),
    ] {
        assert_eq!(
            ChallengeAnswer::from_json(changed.as_bytes()),
            Err(ChallengeError::NoAnswer),
            "{changed}"
        );
    }
}

// THR-SIGNING-ORACLE
#[test]
fn nobody_gets_a_statement_signed_by_asking() {
    let sales = key("sales");
    let stream = StreamName::Of(StreamId::Agent(AGENT.parse().unwrap()));
    let body = Body::AgentRetire(Because { reason: "Mallory said so".parse().unwrap() });
    let draft = Draft::new(stream, LOG.parse().unwrap(), Issuer::Agent(AGENT.parse().unwrap()), body);
    let stamp = Stamp { issued_at: NOW, random: [0; 10] };
    let head = Head { sequence: Sequence(0), hash: Hash::of(&[b"registered"]) };
    let bytes = draft.unsigned(Some(head), stamp);
    let kind = draft.sign(Some(head), stamp, &[&sales]).unwrap().statement().kind;
    let input = signing_input(kind, &bytes);
    let stands = |value: SignatureBytes| {
        let signature = Signature { key_id: sales.id(), value };
        Verified::from_envelope(&envelope(&bytes, &[signature])).is_ok()
    };
    // Neither what is signed of a statement nor the statement itself is a challenge.
    for asked in [&input, &bytes] {
        assert_eq!(Challenge::from_json(asked), Err(ChallengeError::NotCanonical));
    }
    // The best that can be asked has texts that look like one; what is signed of it begins with its own tag.
    let answer = asked().answer(&AGENT.parse().unwrap(), &LOG.parse().unwrap(), NOW, &sales).unwrap();
    assert!(!stands(answer.signature));
    assert!(asked().signing_input().starts_with(b"asp/1.0/challenge\n{"));
    for stream in
        [StreamKind::Org, StreamKind::Agent, StreamKind::Consent, StreamKind::Session, StreamKind::Account]
    {
        assert!(Kind::read("challenge", stream).is_none(), "no type of statement has the tag of a challenge");
    }
    // The control: who signs what it is sent, without reading it or without the tag, has said that it retires.
    assert!(stands(sales.sign(&input)));
}
