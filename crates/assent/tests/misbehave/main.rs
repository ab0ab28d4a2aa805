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
#[allow(dead_code, reason = "each test uses its part")]
mod scene;
mod sealing;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Mutex;
use std::time::Instant;

use asp_node::misbehave::Kind;
use futures::StreamExt;

use probes::is_wrong;
use scene::Scene;
use support::{Served, run};

/// Nodes that run at once: with most of them one waits for time to pass.
const NODES_AT_ONCE: usize = 6;

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

/// What the kit found about a wrong node.
struct Found {
    kind: Kind,
    /// Its exit code.
    code: i32,
    /// The rules that it calls broken.
    broken: Vec<String>,
    seconds: f64,
}

impl Found {
    /// Whether the kit says no, and names a rule that the fault breaks.
    fn is_right(&self) -> bool {
        self.code == 1 && self.broken.iter().any(|rule| self.kind.breaks().contains(&rule.as_str()))
    }
}

/// Tries a wrong node with the cases about the rules that it breaks.
fn try_wrong(kind: Kind) -> Found {
    let start = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start_with(folder.path(), &["--misbehave", kind.as_str()]);
    let rules = kind.breaks().iter().flat_map(|rule| ["--rule", rule]);
    let arguments: Vec<&str> = ["--json", "--node", &node.url, "tck"].into_iter().chain(rules).collect();
    let ran = run(&arguments);
    let lines = ran.json();
    let broken = lines.iter().filter(|line| line["verdict"] == "broken");
    let broken = broken.map(|line| line["rule"].as_str().unwrap().to_owned()).collect();
    Found { kind, code: ran.code, broken, seconds: start.elapsed().as_secs_f64() }
}

#[test]
fn the_kit_finds_every_fault() {
    // Those for which time has to pass stand last, and are begun first.
    let kinds = Mutex::new(Kind::ALL.iter().rev());
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..NODES_AT_ONCE {
            scope.spawn(|| {
                // Each thread takes the next kind until there is none.
                while let Some(kind) = { kinds.lock().unwrap().next() } {
                    let result = try_wrong(*kind);
                    found.lock().unwrap().push(result);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    println!("{:<26} {:<6} {:>6}  RULES THAT THE KIT CALLS BROKEN", "FAULT", "FOUND", "TOOK");
    for Found { kind, broken, seconds, .. } in &found {
        let mark = if found.iter().any(|it| it.kind == *kind && it.is_right()) { "yes" } else { "NO" };
        println!("{:<26} {mark:<6} {seconds:>4.1} s  {}", kind.as_str(), broken.join(" "));
    }
    let missed: Vec<_> = found.iter().filter(|it| !it.is_right()).map(|it| it.kind.as_str()).collect();
    assert!(missed.is_empty(), "the kit does not find {missed:?}");
}

#[test]
fn the_kit_finds_nothing_in_a_node_that_is_not_asked_to_be_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(folder.path());
    let ran = run(&["--json", "--node", &node.url, "tck"]);
    let lines = ran.json();
    let found: Vec<_> = lines.iter().filter(|line| line["findings"].is_array()).collect();
    assert!(found.is_empty(), "{found:#?}");
    let last = lines.last().unwrap();
    assert_eq!((last["level"].as_str(), last["holds"].as_bool()), (Some("full"), Some(true)), "{last}");
    assert_eq!(ran.code, 0);
}
