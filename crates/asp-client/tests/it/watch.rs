//! Following a session over connections that break.

use std::pin::pin;

use asp_client::api::Message;
use asp_client::{Client, Error};
use asp_core::position::{Position, Sequence};
use futures::{Stream, StreamExt, TryStreamExt};

use crate::support::*;

/// The next messages, by their sequences.
async fn next(
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    count: usize,
) -> Vec<Sequence> {
    let mut sequences = Vec::new();
    while sequences.len() < count {
        let message = tokio::time::timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap();
        sequences.push(message.verify().unwrap().statement().sequence);
    }
    sequences
}

fn places(range: std::ops::Range<u64>) -> Vec<Sequence> {
    range.map(Sequence).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_resumes_with_each_statement_exactly_once() {
    let (stage, direct) = Stage::with_people().await;
    let relay = Relay::to(stage.node.address()).await;
    let client = Client::connect(&relay.url()).await.unwrap();
    let (ours, theirs) = session(&direct, &direct).await;
    let mut watch = pin!(seller_at(&client).session(&ours.id()).watch(None));
    assert_eq!(next(&mut watch, 2).await, places(0..2));
    let mut expected = 2;
    for round in 0..5 {
        let connections = relay.accepted();
        // Once with something waiting to be read, once with nothing, once with what comes while it is away.
        if round % 2 == 0 {
            ours.inform(text("before the cut")).await.unwrap();
            expected += 1;
        }
        relay.cut();
        theirs.query(text("after the cut?")).await.unwrap();
        expected += 1;
        let first = expected - 1 - u64::from(round % 2 == 0);
        assert_eq!(next(&mut watch, (expected - first) as usize).await, places(first..expected));
        assert!(relay.accepted() > connections, "it had to connect anew");
    }
}

/// The places of the next events.
async fn told(
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    count: usize,
) -> Vec<Position> {
    let mut places = Vec::new();
    while places.len() < count {
        let message = tokio::time::timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap();
        places.push(message.log_index);
    }
    places
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_all_that_is_read_resume_with_each_exactly_once_after_every_one() {
    // ASP-DLV-005
    let (stage, direct) = Stage::with_people().await;
    let relay = Relay::to(stage.node.address()).await;
    let client = Client::connect(&relay.url()).await.unwrap();
    let (ours, theirs) = session(&direct, &direct).await;
    let mut whole = pin!(seller_at(&direct).events(Position(0)));
    let mut broken = pin!(seller_at(&client).events(Position(0)));
    // Its registration, what the consent says, and the session's opening.
    let mut expected = told(&mut whole, 5).await;
    let mut seen = Vec::new();
    for _ in 0..expected.len() {
        seen.extend(told(&mut broken, 1).await);
        relay.cut();
    }
    assert_eq!(seen, expected);
    for _ in 0..3 {
        ours.inform(text("before the cut")).await.unwrap();
        relay.cut();
        theirs.query(text("after the cut?")).await.unwrap();
        expected = told(&mut whole, 2).await;
        assert_eq!(told(&mut broken, 2).await, expected);
    }
    // Who asks for what comes is told nothing of before.
    let mut since = pin!(seller_at(&client).events(client.size().await.unwrap()));
    ours.inform(text("the last")).await.unwrap();
    assert_eq!(told(&mut whole, 1).await, told(&mut since, 1).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_outlives_its_node_and_its_token() {
    let (stage, direct) = Stage::with_people().await;
    let relay = Relay::to(stage.node.address()).await;
    let client = Client::connect(&relay.url()).await.unwrap();
    let (ours, _) = session(&direct, &direct).await;
    let mut watch = pin!(buyer_at(&client).session(&ours.id()).watch(Some(Sequence(0))));
    assert_eq!(next(&mut watch, 1).await, places(1..2));
    // The node that comes back knows no token of the one before.
    let stage = stage.restart().await;
    relay.lead_to(stage.node.address());
    let direct = stage.client().await;
    seller_at(&direct).session(&ours.id()).inform(text("back again")).await.unwrap();
    assert_eq!(next(&mut watch, 1).await, places(2..3));
    // What is not watched asks for a token anew as well.
    assert_eq!(buyer_at(&client).sessions().try_collect::<Vec<_>>().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_of_what_may_not_be_seen_ends() {
    let (_stage, client) = Stage::with_people().await;
    let nowhere = asp_core::position::Hash::of(&[b"nowhere"]);
    let mut watch = pin!(buyer_at(&client).session(&nowhere).watch(None));
    assert!(matches!(watch.next().await, Some(Err(Error::Refused(_)))));
    assert!(watch.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_was_changed_ends_a_watch() {
    let (stage, direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = Client::connect(between.url()).await.unwrap();
    let (ours, _) = session(&direct, &direct).await;
    between.lie(|answer| {
        let text = String::from_utf8_lossy(&answer.bytes).replace("ten percent", "one percent");
        answer.bytes = text.into_bytes();
    });
    let mut watch = pin!(seller_at(&client).session(&ours.id()).watch(Some(Sequence(1))));
    ours.inform(text("ten percent")).await.unwrap();
    let item = tokio::time::timeout(PATIENCE, watch.next()).await.unwrap().unwrap();
    assert_forged(item, "a message");
    assert!(watch.next().await.is_none());
}
