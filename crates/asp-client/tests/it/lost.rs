//! Overload, faults and lost answers: the same bytes again give the same receipt, and are stored once.

use std::sync::{Arc, Mutex};

use asp_client::Error;
use asp_core::log::receipt::Receipt;
use asp_core::name::StreamId;
use asp_core::rejection::Code;
use asp_core::statement::Verified;
use asp_core::statement::body::{Body, Inform, Note};

use crate::support::*;

/// What was handed in, attempt by attempt.
type Sent = Arc<Mutex<Vec<Vec<u8>>>>;

fn note(words: &str) -> Body {
    Body::Inform(Inform::Note(Note { data: None, text: text(words) }))
}

/// Has a statement handed in through a server that refuses the first attempts, before or after the node has it.
async fn refused_at_first(
    code: Code,
    retry_after: Option<u64>,
    attempts: usize,
) -> (Verified, Receipt, Sent) {
    let (stage, direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = asp_client::Client::connect(between.url()).await.unwrap();
    let (ours, _) = session(&direct, &direct).await;
    let ours = buyer_at(&client).session(&ours.id());
    let statement = ours.sign(note("only once"), None).await.unwrap();
    let sent = Sent::default();
    let seen = Arc::clone(&sent);
    between.lie(move |answer| {
        if answer.request == "POST /v1/statements" {
            let mut seen = seen.lock().unwrap();
            seen.push(answer.sent.to_vec());
            if seen.len() <= attempts {
                answer.refuse(code, retry_after);
            }
        }
    });
    let receipt = client.submit(&statement).await.unwrap();
    assert_eq!(receipt, direct.submit(&statement).await.unwrap(), "a receipt is given once and for all");
    assert_eq!(ours.messages(None).await.unwrap().len(), 3, "what is handed in again is stored once");
    (statement, receipt, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overloaded_node_gets_the_same_bytes_again() {
    let (statement, receipt, sent) = refused_at_first(Code::Overloaded, Some(1), 1).await;
    assert_eq!(*sent.lock().unwrap(), vec![statement.envelope(); 2]);
    assert_eq!(receipt.receipt.statement, statement.statement().hash);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_not_know_is_asked_again() {
    for code in [Code::StorageFault, Code::Internal] {
        let (statement, _, sent) = refused_at_first(code, None, 2).await;
        assert_eq!(*sent.lock().unwrap(), vec![statement.envelope(); 3]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_repeated() {
    let (stage, direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = asp_client::Client::connect(between.url()).await.unwrap();
    let sent = Sent::default();
    let seen = Arc::clone(&sent);
    between.lie(move |answer| seen.lock().unwrap().push(answer.sent.to_vec()));
    let again = client.organisation_with(text("acme.example"), key("acme")).register(text("acme")).await;
    assert_eq!(again.unwrap_err().code(), Some(Code::AlreadyRegistered));
    assert_eq!(sent.lock().unwrap().len(), 1);
    assert_eq!(direct.statements(&StreamId::Org(text("acme.example")), None).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_lost_the_node_is_no_answer_of_the_node() {
    let (stage, _) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = asp_client::Client::connect(between.url()).await.unwrap();
    let mut left = 2;
    between.lie(move |answer| {
        if left > 0 {
            left -= 1;
            answer.status = axum::http::StatusCode::BAD_GATEWAY;
            answer.bytes = b"<html>bad gateway</html>".to_vec();
        }
    });
    client.checkpoint().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_whose_answer_was_lost_is_stored_once_with_one_receipt() {
    let (stage, direct) = Stage::with_people().await;
    let relay = Relay::to(stage.node.address()).await;
    let client = asp_client::Client::connect(&relay.url()).await.unwrap();
    let (ours, _) = session(&direct, &direct).await;
    let ours = buyer_at(&client).session(&ours.id());
    let before = ours.messages(None).await.unwrap().len();
    let statement = ours.sign(note("did you hear me?"), None).await.unwrap();
    relay.lose_next_answer();
    let receipt = client.submit(&statement).await.unwrap();
    assert_eq!(relay.lost(), 1);
    assert_eq!(receipt, direct.submit(&statement).await.unwrap());
    assert_eq!(ours.messages(None).await.unwrap().len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_binds_cannot_be_said_twice_after_an_unknown_fate() {
    let (stage, direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = asp_client::Client::connect(between.url()).await.unwrap();
    let (first, _) = session(&direct, &direct).await;
    let ours = buyer_at(&client).session(&first.id());
    ours.view().await.unwrap();
    between.lie(|answer| {
        if answer.request == "POST /v1/statements" {
            answer.status = axum::http::StatusCode::IM_A_TEAPOT;
        }
    });
    let unknown = ours.propose(offer("100", true)).await;
    assert!(matches!(unknown, Err(Error::BadAnswer { .. })), "{unknown:?}");
    between.lie(|_| {});
    let again = ours.propose(offer("100", true)).await;
    assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
    assert_eq!(first.view().await.unwrap().offers.len(), 1);
}
