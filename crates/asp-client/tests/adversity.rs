//! Connections that break, nodes that are busy, and nodes that lie.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_client::{Client, Error};
use asp_core::position::Sequence;
use futures::StreamExt as _;

use support::relay::Relay;
use support::{PATIENCE, People, node, offer, package, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_is_cut_goes_on_with_nothing_lost_and_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let direct = Client::connect(&node.url()).await.unwrap();
    let people = People::at(&direct).await;
    let (of_buyer, _) = people.session().await;
    let relay = Relay::to(node.address()).await;
    let client = Client::connect(&relay.url).await.unwrap();
    let vendor = client.agent_with(text("agent://volt.example/vendor"), support::key("vendor"));
    let mut watch = Box::pin(vendor.session(&of_buyer.id()).watch(None));
    let mut seen = Vec::new();
    for round in 0..4 {
        of_buyer.inform(text(&format!("round {round}"))).await.unwrap();
        while seen.len() < 3 + 2 * round {
            let message = tokio::time::timeout(PATIENCE, watch.next()).await.unwrap().unwrap().unwrap();
            seen.push(message.verify().unwrap().statement().sequence.0);
        }
        relay.cut();
        of_buyer.inform(text("said while nobody listens")).await.unwrap();
    }
    let last = tokio::time::timeout(PATIENCE, watch.next()).await.unwrap().unwrap().unwrap();
    seen.push(last.verify().unwrap().statement().sequence.0);
    assert_eq!(seen, (0..10).collect::<Vec<u64>>());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again_and_the_statement_stands_once() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let relay = Relay::to(node.address()).await;
    let client = Client::connect(&relay.url).await.unwrap();
    let (of_buyer, _) = People::at(&client).await.session().await;
    of_buyer.view().await.unwrap();
    relay.lose_an_answer();
    let receipt = of_buyer.propose(offer(package())).await.unwrap();
    assert!(relay.has_acted());
    assert_eq!(receipt.receipt.sequence, Sequence(2));
    assert_eq!(of_buyer.messages(None).await.unwrap().len(), 3);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_node_is_sent_the_same_bytes_again() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let relay = Relay::to(node.address()).await;
    let client = Client::connect(&relay.url).await.unwrap();
    let (of_buyer, _) = People::at(&client).await.session().await;
    of_buyer.view().await.unwrap();
    relay.be_busy(2);
    let receipt = of_buyer.propose(offer(package())).await.unwrap();
    let turned_away = relay.turned_away();
    assert_eq!(turned_away.len(), 2);
    assert_eq!(turned_away[0], turned_away[1]);
    let said = of_buyer.messages(Some(Sequence(1))).await.unwrap();
    assert_eq!(said[0].hash, receipt.receipt.statement);
    let text = String::from_utf8(turned_away[0].clone()).unwrap();
    assert!(text.contains(said[0].statement.get()), "what was taken in is what was sent first");
    node.stop().await;
}

/// The buyer proposes through a relay that alters the receipt.
async fn forged(from: &'static str, with: fn(&mut [u8])) {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let relay = Relay::to(node.address()).await;
    let client = Client::connect(&relay.url).await.unwrap();
    let (of_buyer, _) = People::at(&client).await.session().await;
    of_buyer.view().await.unwrap();
    relay.alter(from, with);
    let answer = of_buyer.propose(offer(package())).await;
    assert!(relay.has_acted());
    assert!(matches!(answer, Err(Error::Forged { .. })), "{from}: {answer:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_was_altered_is_none() {
    let other_digit = |rest: &mut [u8]| rest[0] = if rest[0] == b'1' { b'2' } else { b'1' };
    for field in [r#""statement":"sha256:"#, r#""sequence":"#, r#""stream":"session:"#, r#""logTime":"20"#] {
        forged(field, other_digit).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_nodes_receipt_is_none() {
    let (folder, other_folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (node, other) = (node(&folder).await, node(&other_folder).await);
    assert_ne!(node.node_key(), other.node_key());
    let relay = Relay::to(node.address()).await;
    let client = Client::connect(&relay.url).await.unwrap();
    relay.lead_to(other.address());
    let acme = client.organisation_with(text("acme.example"), support::key("acme.example"));
    let answer = acme.register(text("Acme")).await;
    assert!(matches!(answer, Err(Error::Forged { .. })), "{answer:?}");
    node.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_altered_on_the_way_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let relay = Relay::to(node.address()).await;
    let client = Client::connect(&relay.url).await.unwrap();
    let (of_buyer, _) = People::at(&client).await.session().await;
    of_buyer.inform(text("the price is 100")).await.unwrap();
    relay.alter("the price is ", |rest| rest[0] = b'9');
    let read = of_buyer.messages(None).await;
    assert!(relay.has_acted());
    assert!(matches!(read, Err(Error::Forged { .. })), "{read:?}");
    node.stop().await;
}
