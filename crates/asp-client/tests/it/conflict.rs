//! Two speak at once: what is signed anew by itself, and what comes back.

use asp_client::{Error, Session};
use asp_core::position::Head;
use asp_core::statement::body::{Body, Note};

use crate::support::*;

/// Has the seller speak, so that the buyer's handle knows a head that is none any more; gives the true one.
async fn overtake(ours: &Session, theirs: &Session) -> Head {
    ours.view().await.unwrap();
    let receipt = theirs.inform(text("one more thing")).await.unwrap().receipt;
    Head { sequence: receipt.sequence, hash: receipt.statement }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_said_is_signed_anew_when_another_spoke_first() {
    let (_stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let note = || Note { data: None, text: text("as I was saying") };
    let inform = asp_core::statement::body::Inform::Note(note());
    for body in [
        Body::Inform(inform),
        Body::Query(asp_core::statement::body::Question::to_all(text("as I was asking"))),
        Body::Clarify(note()),
        Body::Observe(note()),
    ] {
        let head = overtake(&ours, &theirs).await;
        let receipt = ours.say(body.clone(), None).await.unwrap_or_else(|error| panic!("{body:?}: {error}"));
        assert_eq!(receipt.receipt.sequence, head.sequence.next(), "{body:?}");
        theirs.view().await.unwrap();
    }
    assert_eq!(ours.messages(None).await.unwrap().len(), 2 + 2 * 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_binds_comes_back_with_the_head() {
    let (_stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let terms = offer("500", true);
    let open = theirs.propose(terms.clone()).await.unwrap().receipt.statement;

    let head = overtake(&ours, &theirs).await;
    check(ours.propose(offer("400", false)).await, head);
    let head = overtake(&ours, &theirs).await;
    check(ours.accept(&open, terms_hash(&terms)).await, head);
    let head = overtake(&ours, &theirs).await;
    check(ours.commit(terms_hash(&terms)).await, head);
    let head = overtake(&ours, &theirs).await;
    check(ours.reject(&open, text("no")).await, head);
    // Having read what came between, the same can be said.
    ours.accept(&open, terms_hash(&terms)).await.unwrap();
}

#[track_caller]
fn check<T: std::fmt::Debug>(answer: Result<T, Error>, head: Head) {
    match answer {
        Err(Error::Conflict { head: Some(told) }) => assert_eq!(told, head),
        other => panic!("no conflict: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_session_can_answer_at_once() {
    let (_stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let terms = offer("500", true);
    let open = theirs.propose(terms.clone()).await.unwrap().receipt.statement;
    // Reading the statements is enough to know the head.
    ours.messages(None).await.unwrap();
    ours.accept(&open, terms_hash(&terms)).await.unwrap();
}
