//! Threats as tests: each attack fails against an honest node, and succeeds where the one defence is switched off.
//!
//! `spec/threats.toml` is the list. The half with the defence runs everywhere; the control needs the feature `misbehave`.
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
mod fork;
mod keys;
mod log;
mod names;
mod reading;
#[path = "../misbehave/scene.rs"]
#[allow(dead_code, reason = "each test uses its part")]
mod scene;
mod sealed;
#[path = "../misbehave/sealing.rs"]
#[allow(dead_code, reason = "each test uses its part")]
mod sealing;
mod sessions;
mod statements;
#[path = "../support/mod.rs"]
mod support;

use scene::{Answer, Scene};
use support::Served;

/// What an attack came to: the attacker has what it wanted, or the answer that stopped it.
pub(crate) type Attack = Result<(), String>;

/// Makes an attack against an honest node, which stops it with `answer`, and against one with this fault, where it succeeds.
pub(crate) async fn stopped(
    threat: &str,
    answer: &str,
    fault: &str,
    attack: impl AsyncFn(&mut Scene) -> Attack,
) {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(folder.path());
    assert_eq!(attack(&mut scene(&node)).await, Err(answer.to_owned()), "{threat} with its defence");
    if cfg!(feature = "misbehave") {
        let (_folder, node) = wrong(fault);
        assert_eq!(attack(&mut scene(&node)).await, Ok(()), "{threat} against {fault}");
    }
}

/// A node with a fault, and the folder that it lives in.
pub(crate) fn wrong(fault: &str) -> (tempfile::TempDir, Served) {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start_with(folder.path(), &["--misbehave", fault]);
    (folder, node)
}

pub(crate) fn scene(node: &Served) -> Scene {
    Scene::new(&node.url, node.first["origin"].as_str().unwrap())
}

/// What an answer means for who attacks: success, or the code of the refusal.
pub(crate) fn outcome(answer: &Answer) -> Attack {
    match answer.status {
        200 | 202 => Ok(()),
        _ => Err(answer.json()["code"].as_str().unwrap().to_owned()),
    }
}
