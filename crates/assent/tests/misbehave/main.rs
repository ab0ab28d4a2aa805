//! The deliberately wrong node: every fault that it can have is really there, and the conformance kit finds it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

#[path = "../../../asp-node/tests/support/author.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod author;
mod probes;
mod scene;
#[path = "../support/mod.rs"]
mod support;

use asp_node::misbehave::Kind;
use futures::StreamExt;

use probes::is_wrong;
use scene::Scene;
use support::{Served, run};

/// Nodes that run at once.
const NODES_AT_ONCE: usize = 4;

fn scene(node: &Served) -> Scene {
    Scene::new(&node.url, node.first["origin"].as_str().unwrap())
}

#[test]
fn every_fault_has_a_name_a_sentence_and_the_rules_that_it_breaks() {
    let list = run(&["serve", "--misbehave", "list", "--json"]).with_code(0).json();
    assert_eq!(list.len(), Kind::ALL.len());
    let help = run(&["serve", "--help"]).with_code(0).stdout;
    for line in &list {
        let (kind, breaks) = (line["kind"].as_str().unwrap(), line["breaks"].as_array().unwrap());
        assert!(help.contains(kind) && !breaks.is_empty(), "{kind}");
        assert!(breaks.iter().all(|rule| rule.as_str().unwrap().starts_with("ASP-")), "{kind}");
    }
    let unknown = run(&["serve", "--misbehave", "barks"]).with_code(2);
    assert!(unknown.stderr.contains("--misbehave list"), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_really_there() {
    let probed = futures::stream::iter(Kind::ALL).map(async |kind| {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start_with(folder.path(), &["--misbehave", kind.as_str()]);
        (kind, is_wrong(&mut scene(&node), *kind).await)
    });
    let probed: Vec<_> = probed.buffer_unordered(NODES_AT_ONCE).collect().await;
    let right: Vec<_> = probed.iter().filter(|(_, wrong)| !wrong).map(|(kind, _)| kind.as_str()).collect();
    assert!(right.is_empty(), "not wrong: {right:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_not_asked_to_be_wrong_has_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(folder.path());
    let probed = futures::stream::iter(Kind::ALL).map(async |kind| {
        let wrong = is_wrong(&mut scene(&node), *kind).await;
        (kind, wrong)
    });
    let probed: Vec<_> = probed.buffer_unordered(NODES_AT_ONCE).collect().await;
    let wrong: Vec<_> = probed.iter().filter(|(_, wrong)| *wrong).map(|(kind, _)| kind.as_str()).collect();
    assert!(wrong.is_empty(), "wrong: {wrong:?}");
}
