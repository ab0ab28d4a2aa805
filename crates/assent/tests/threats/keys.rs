//! Who signs: weak keys, other people's keys, old keys, and signatures that were made for something else.

use asp_core::name::{StreamId, StreamName};
use asp_core::statement::body::KeyRevoke;
use asp_core::statement::draft::Draft;
use asp_core::statement::{Body, Verified};
use serde_json::{Value, json};

use crate::author::{agent_uri, issuer, key, text};
use crate::scene::{Scene, changed};
use crate::{Attack, outcome, stopped};

/// The key that is the neutral element of the curve.
const NEUTRAL: &str = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_a_key_under_which_anybody_can_sign() {
    stopped("THR-WEAK-KEY", "WEAK_KEY", "takes-weak-keys", sign_without_a_key).await;
}

/// Under the neutral element the signature that is the neutral element and zero fits every message, unless one looks.
async fn sign_without_a_key(scene: &mut Scene) -> Attack {
    let statement = scene.author.org(&scene.name("buyer"));
    let value = format!("AQ{}", "A".repeat(84));
    let forged = changed(&statement, |envelope| {
        envelope["statement"]["body"]["key"] = NEUTRAL.into();
        envelope["signatures"][0] = json!({ "alg": "Ed25519", "keyId": NEUTRAL, "value": value });
    });
    outcome(&scene.send(forged).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_for_another_with_a_key_of_its_own() {
    stopped("THR-FOREIGN-KEY", "KEY_NOT_VALID", "ignores-key-history", sign_for_another).await;
}

async fn sign_for_another(scene: &mut Scene) -> Attack {
    scene.org("buyer").await;
    scene.org("third").await;
    let draft = scene.policy("Mallory");
    let statement = scene.author.sign(&draft, &[&key(&scene.name("third"))]);
    outcome(&scene.send(statement.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_signs_nothing_more_whatever_the_date_that_it_gives() {
    stopped("THR-REVOKED-KEY", "KEY_NOT_VALID", "ignores-key-history", sign_with_a_revoked_key).await;
}

async fn sign_with_a_revoked_key(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    // Signed before the revocation is known, and sent after: the race that a thief would like to win.
    let said = scene.words(session, "seller", Scene::remark(), None);
    let (seller, agent) = (scene.name("seller"), scene.agent("seller"));
    let revoke = KeyRevoke { from_index: None, key: key(&agent).id(), reason: text("stolen") };
    let stream = StreamName::Of(StreamId::Agent(agent_uri(&agent)));
    let revocation = scene.author.by(&seller, stream, Body::AgentKeyRevoke(revoke));
    scene.take(revocation).await;
    outcome(&scene.send(said.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_over_something_else_is_none_over_a_statement() {
    stopped("THR-TYPE-CONFUSION", "INVALID_SIGNATURE", "skips-signatures", use_another_signature).await;
}

/// Somebody is asked to sign what looks like a challenge and is, byte for byte, a statement.
async fn use_another_signature(scene: &mut Scene) -> Attack {
    scene.org("buyer").await;
    let draft = scene.policy("Mallory");
    let signer = key(&scene.name("buyer"));
    let statement = scene.author.sign(&draft, &[&signer]);
    let signed = [b"asp/1.0/challenge\n", statement.statement().bytes()].concat();
    let value = signer.sign(&signed).to_string();
    let forged = changed(&statement, |envelope| envelope["signatures"][0]["value"] = value.into());
    outcome(&scene.send(forged).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_decides_the_algorithm_and_not_the_message() {
    stopped("THR-ALGORITHM", "UNSUPPORTED_ALGORITHM", "ignores-algorithms", name_another_algorithm).await;
}

async fn name_another_algorithm(scene: &mut Scene) -> Attack {
    let statement = scene.author.org(&scene.name("buyer"));
    let mut last = Err("nothing was sent".to_owned());
    for alg in ["none", "HS256", "ed25519", "ES256"] {
        let other = |envelope: &mut Value| envelope["signatures"][0]["alg"] = alg.into();
        last = outcome(&scene.send(changed(&statement, other)).await);
        if last.is_ok() {
            return last;
        }
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_an_agent_of_an_organisation_that_has_not_signed_for_it() {
    stopped("THR-CARD-SPOOFING", "SIGNATURE_MISSING", "admits-unsigned-agents", pretend).await;
}

/// An agent under somebody else's name, with a card as good as that one's.
async fn pretend(scene: &mut Scene) -> Attack {
    scene.org("buyer").await;
    let name = scene.agent("buyer");
    let whole: Verified = scene.author.agent(&name);
    let (stream, body) = (StreamName::Of(whole.statement().stream.clone()), whole.statement().body.clone());
    let draft = Draft::new(stream, scene.author.origin.clone(), issuer(&name), body);
    let statement = scene.author.sign(&draft, &[&key(&name)]);
    outcome(&scene.send(statement.envelope()).await)
}
