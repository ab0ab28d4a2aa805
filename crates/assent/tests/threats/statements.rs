//! Statements that were said somewhere else, before, or never: replays, false pasts, false times.

use asp_core::name::StreamName;
use asp_core::position::{Hash, Head, LogTime, Millis};
use asp_core::statement::Verified;
use asp_core::statement::draft::{Draft, Stamp};
use asp_node::Clock;

use crate::author::{key, text};
use crate::scene::{Scene, changed};
use crate::{Attack, outcome, stopped};

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_counts_once() {
    stopped("THR-REPLAY-SESSION", "the same receipt", "takes-replays", say_it_twice).await;
}

async fn say_it_twice(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let said = scene.words(session, "seller", Scene::remark(), None);
    let first = scene.send(said.envelope()).await;
    assert!(first.taken());
    scene.author.note(&said);
    // Something was said since, so that the replay would be news.
    scene.say(session, "buyer", Scene::remark(), None).await;
    let again = scene.send(said.envelope()).await;
    let path = format!("/v1/sessions/{}/messages", session.to_hex());
    let page = scene.get_as(&scene.agent("buyer"), &path).await.json();
    let same = serde_json::to_value(said.statement().hash).unwrap();
    let times = page["messages"].as_array().unwrap().iter().filter(|message| message["hash"] == same).count();
    if times == 2 {
        return Ok(());
    }
    assert_eq!((times, &again.bytes), (1, &first.bytes));
    Err("the same receipt".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_one_session_are_no_words_of_another() {
    stopped("THR-REPLAY-OTHER-SESSION", "INVALID_SIGNATURE", "skips-signatures", move_it).await;
}

async fn move_it(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let said = scene.words(session, "seller", Scene::remark(), None);
    scene.take(said.clone()).await;
    let consent = scene.consent();
    let invitation = scene.invitation(consent, |_| {});
    let other = scene.take(invitation).await;
    let introduction = scene.author.introduction(&scene.agent("seller"));
    let head = scene.say(other, "seller", introduction, Some(other)).await;
    let moved = changed(&said, |envelope| {
        let statement = &mut envelope["statement"];
        assert_eq!(statement["sequence"], 2);
        // Another id, or it would be the same request with other bytes.
        let id = statement["id"].as_str().unwrap();
        let last = if id.ends_with('0') { '1' } else { '0' };
        statement["id"] = format!("{}{last}", &id[..id.len() - 1]).into();
        statement["stream"] = format!("session:{}", other.to_hex()).into();
        statement["previousHash"] = serde_json::to_value(head).unwrap();
    });
    outcome(&scene.send(moved).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_for_one_node_is_none_for_another() {
    stopped("THR-REPLAY-NODE", "WRONG_AUDIENCE", "takes-any-audience", carry_it_over).await;
}

async fn carry_it_over(scene: &mut Scene) -> Attack {
    let own = std::mem::replace(&mut scene.author.origin, text("elsewhere.example"));
    let statement = scene.author.org(&scene.name("buyer"));
    scene.author.origin = own;
    outcome(&scene.send(statement.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_continues_what_was_never_said() {
    stopped("THR-FALSE-PAST", "PREVIOUS_HASH_MISMATCH", "ignores-previous-hash", continue_another).await;
}

async fn continue_another(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let said = scene.words(session, "seller", Scene::remark(), None);
    let stream = said.statement().stream.clone();
    let head = Head { hash: Hash::of(&[b"another"]), ..scene.author.heads[&stream] };
    scene.author.heads.insert(stream, head);
    let said = scene.words(session, "seller", Scene::remark(), None);
    outcome(&scene.send(said.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_does_not_decide_which_session_is_meant() {
    stopped("THR-ADDRESS", "STREAM_MISMATCH", "ignores-addresses", send_it_elsewhere).await;
}

async fn send_it_elsewhere(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let said = scene.words(session, "seller", Scene::remark(), None);
    let elsewhere = Hash::of(&[b"another session"]).to_hex();
    outcome(&scene.send_to(&format!("/v1/sessions/{elsewhere}/messages"), said.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_says_something_at_another_time() {
    stopped("THR-CLOCK", "CLOCK_SKEW CLOCK_SKEW", "ignores-clock", misdate).await;
}

async fn misdate(scene: &mut Scene) -> Attack {
    scene.org("buyer").await;
    let draft = scene.policy("Ada");
    let now = Clock::system().now();
    let times = [now.plus(Millis(600_000)), LogTime::from_millis(now.millis() - 600_000)];
    let mut answers = Vec::new();
    for time in times {
        let statement = dated(scene, &draft, time);
        answers.push(outcome(&scene.send(statement.envelope()).await));
    }
    // One of them is enough for who backdates; both have to be refused.
    if answers.iter().any(Result::is_ok) { Ok(()) } else { Err(told(answers)) }
}

fn dated(scene: &Scene, draft: &Draft, issued_at: LogTime) -> Verified {
    let StreamName::Of(stream) = &draft.stream else { panic!("a stream") };
    let stamp = Stamp { issued_at, random: [7; 10] };
    draft.sign(Some(scene.author.heads[stream]), stamp, &[&key(&scene.name("buyer"))]).unwrap()
}

/// The codes of several refusals.
pub(crate) fn told(answers: Vec<Attack>) -> String {
    answers.into_iter().filter_map(Result::err).collect::<Vec<_>>().join(" ")
}
