//! A node that is two: what its readers can prove by what they were told.

use std::path::Path;
use std::process::Command;

use crate::author::key;
use crate::support::{Served, run};
use crate::{Attack, scene};

#[tokio::test(flavor = "multi_thread")]
async fn readers_who_compare_receipts_prove_that_their_node_is_two() {
    // THR-FORK, ASP-RCT-003
    assert_eq!(fork(&[]).await, Err("proved".to_owned()));
    if cfg!(feature = "misbehave") {
        assert_eq!(fork(&["--misbehave", "forges-receipts"]).await, Ok(()));
    }
}

/// One node on two folders tells one reader one thing and another the other, who put side by side what they were given.
async fn fork(arguments: &[&str]) -> Attack {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let node = Served::start_with(&at("first"), arguments);
    let node_key = node.first["nodeKey"].as_str().unwrap().to_owned();
    let mut scene = scene(&node);
    scene.org("buyer").await;
    node.signal("TERM");
    assert_eq!(node.wait().code(), Some(0));
    copy(&at("first"), &at("second"));
    let mut files = Vec::new();
    for (name, contact) in [("first", "Ada"), ("second", "Bob")] {
        let node = Served::start_with(&at(name), arguments);
        scene.url.clone_from(&node.url);
        let draft = scene.policy(contact);
        let statement = scene.author.sign(&draft, &[&key(&scene.name("buyer"))]);
        let answer = scene.send(statement.envelope()).await;
        assert!(answer.taken(), "{}", answer.text());
        let file = at(&format!("{name}.json"));
        std::fs::write(&file, &answer.bytes).unwrap();
        files.push(file.to_str().unwrap().to_owned());
    }
    let judged = run(&["--json", "verify-fraud", "--node-key", &node_key, &files[0], &files[1]]);
    match judged.code {
        0 => Err(judged.one()["verdict"].as_str().unwrap().to_owned()),
        1 => Ok(()),
        _ => panic!("{judged:?}"),
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").args(["-r"]).args([from, to]).status().unwrap().success());
}
