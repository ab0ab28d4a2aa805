//! Who reads: stolen tokens and addresses, guessed names, and answers that tell more than they say.

use asp_core::name::{StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::statement::Body;
use asp_core::statement::body::Because;

use crate::author::text;
use crate::scene::Scene;
use crate::statements::told;
use crate::{Attack, outcome, stopped};

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_token_is_worth_nothing_without_its_key() {
    let answers = "INVALID_TOKEN INVALID_DPOP_PROOF INVALID_DPOP_PROOF";
    stopped("THR-STOLEN-TOKEN", answers, "ignores-proofs", use_a_stolen_token).await;
}

async fn use_a_stolen_token(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let (buyer, thief) = (scene.agent("buyer"), scene.agent("third"));
    let path = format!("/v1/sessions/{}", session.to_hex());
    let token = scene.token(&buyer).await;
    // Its owner reads with it once, and the thief sees that request whole.
    let seen = scene.proof(&buyer, "GET", &path, Some(&token));
    assert_eq!(scene.get_with(&token, &seen, &path).await.status, 200);
    let own = scene.proof(&thief, "GET", &path, Some(&token));
    let elsewhere = scene.proof(&buyer, "GET", "/v1/sessions", Some(&token));
    let mut answers = Vec::new();
    for proof in [own, seen, elsewhere] {
        answers.push(outcome(&scene.get_with(&token, &proof, &path).await));
    }
    if answers.iter().any(Result::is_ok) { Ok(()) } else { Err(told(answers)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_session_opens_nothing() {
    let answers = "NOT_FOUND NOT_FOUND UNKNOWN_STREAM UNKNOWN_STREAM";
    stopped("THR-STOLEN-ADDRESS", answers, "reads-for-anybody", use_a_stolen_address).await;
}

async fn use_a_stolen_address(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let thief = scene.agent("third");
    let path = format!("/v1/sessions/{}", session.to_hex());
    let mut answers = vec![
        outcome(&scene.get_as(&thief, &path).await),
        outcome(&scene.get_as(&thief, &format!("{path}/messages")).await),
        outcome(&scene.get_as(&thief, &format!("/v1/statements?stream=session:{}", session.to_hex())).await),
    ];
    let words = scene.words(session, "third", Scene::remark(), None);
    answers.push(outcome(&scene.send(words.envelope()).await));
    if answers.iter().any(Result::is_ok) { Ok(()) } else { Err(told(answers)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_cannot_be_guessed_and_a_guess_tells_nothing() {
    stopped("THR-GUESSING", "the same answer", "tells-strangers", guess).await;
}

/// Two sessions of the same words on the same day, and an outsider who tries names near one that it knows.
async fn guess(scene: &mut Scene) -> Attack {
    let first = scene.session().await;
    let consent = scene.consent();
    let invitation = scene.invitation(consent, |_| {});
    let second = scene.take(invitation).await;
    let pairs = first.as_bytes().iter().zip(second.as_bytes());
    let alike = pairs.map(|(one, other)| (one ^ other).count_zeros()).sum::<u32>();
    // Of 256 bits about half; further away is as likely as a coin that falls the same way forty times.
    assert!((60..=196).contains(&alike), "{alike} bits of 256 are the same");
    let outsider = scene.agent("third");
    let mut near = *first.as_bytes();
    near[31] ^= 1;
    let mut answers = Vec::new();
    for id in [first, Hash::from_bytes(near)] {
        let answer = scene.get_as(&outsider, &format!("/v1/sessions/{}", id.to_hex())).await;
        answers.push((answer.status, answer.bytes));
    }
    if answers[0] == answers[1] { Err("the same answer".to_owned()) } else { Ok(()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegate_does_not_read_on_when_its_mandate_has_fallen() {
    stopped("THR-OUTLIVED-MANDATE", "NOT_FOUND", "reads-for-anybody", read_on).await;
}

async fn read_on(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let consent = crate::sessions::deputise(scene, session, |_| {}).await.unwrap();
    let (third, path) = (scene.agent("third"), format!("/v1/sessions/{}/messages", session.to_hex()));
    assert_eq!(scene.get_as(&third, &path).await.status, 200);
    let stream = StreamName::Of(StreamId::Consent(consent));
    let revoke = Body::ConsentRevoke(Because { reason: text("no trust") });
    let revoke = scene.author.by(&scene.name("third"), stream, revoke);
    scene.take(revoke).await;
    scene.say(session, "buyer", Scene::remark(), None).await;
    outcome(&scene.get_as(&third, &path).await)
}
