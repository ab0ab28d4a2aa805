//! A node that is itself the attacker: its readers see it. The control is a reader who does not look.
#![cfg(feature = "misbehave")]

use asp_client::{Client, Error};
use asp_core::name::StreamId;
use asp_core::position::Sequence;
use futures::StreamExt;

use crate::author::{agent_uri, domain, key};
use crate::scene::Scene;
use crate::support::Served;
use crate::{scene, wrong};

/// Whether a reader says that it was lied to.
fn is_forged<T>(read: &Result<T, Error>) -> bool {
    matches!(read, Err(Error::Forged { .. }))
}

fn honest() -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(folder.path());
    (folder, node)
}

// THR-REORDER
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_that_statements_are_in_another_order() {
    for ((_folder, node), lies) in [(honest(), false), (wrong("reorders-messages"), true)] {
        let mut scene = scene(&node);
        scene.org("buyer").await;
        let draft = scene.policy("Ada");
        let statement = scene.author.sign(&draft, &[&key(&scene.name("buyer"))]);
        scene.take(statement).await;
        let stream = StreamId::Org(domain(&scene.name("buyer")));
        let client = Client::connect(&node.url).await.unwrap();
        assert_eq!(is_forged(&client.statements(&stream, None).await), lies);
        // The control: who does not look at the chain takes the policy for what came first.
        let page = scene.get(&format!("/v1/statements?stream={stream}")).await.json();
        let first = &page["messages"][0]["statement"]["type"];
        assert_eq!(first == "org.policy.set", lies);
    }
}

// THR-GAP
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_that_a_statement_was_left_out() {
    for ((_folder, node), lies) in [(honest(), false), (wrong("loses-events"), true)] {
        let mut scene = scene(&node);
        let session = scene.session().await;
        for _ in 0..3 {
            scene.say(session, "buyer", Scene::remark(), None).await;
        }
        let client = Client::connect(&node.url).await.unwrap();
        let buyer = scene.agent("buyer");
        let agent = client.agent_with(agent_uri(&buyer), key(&buyer));
        let mut events = Box::pin(agent.session(&session).watch(Some(Sequence(1))));
        assert_eq!(is_forged(&events.next().await.unwrap()), lies);
        // The control: who does not look at the chain reads on and misses what was said.
        let path = format!("/v1/sessions/{}/events", session.to_hex());
        let request = scene.request_as(&buyer, &path).await.header("last-event-id", "1");
        let mut pieces = request.send().await.unwrap().bytes_stream();
        let mut text = String::new();
        while !text.contains("id:") {
            text.push_str(&String::from_utf8_lossy(&pieces.next().await.unwrap().unwrap()));
        }
        let missed = !text.replace("id: ", "id:").contains("id:2\n");
        assert_eq!(missed, lies, "{text}");
    }
}

// THR-FORGED-RECEIPT
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_not_the_nodes_is_none() {
    for ((_folder, node), lies) in [(honest(), false), (wrong("forges-receipts"), true)] {
        let mut scene = scene(&node);
        let client = Client::connect(&node.url).await.unwrap();
        let statement = scene.author.org(&scene.name("buyer"));
        assert_eq!(is_forged(&client.submit(&statement).await), lies);
        // The control: who does not verify it reads that the statement stands.
        let answer = scene.send(statement.envelope()).await;
        let receipt = Scene::receipt(&answer);
        assert_eq!(receipt.receipt.statement, statement.statement().hash);
        assert_eq!(receipt.verify(&client.node_key()).is_err(), lies);
    }
}
