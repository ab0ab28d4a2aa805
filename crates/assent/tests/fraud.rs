//! A node that was made twice, and what its users can prove about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Ran, Served, User, assent, run};

/// One node on two folders, with one key: it tells acme one thing and globex another.
struct Fork {
    folder: tempfile::TempDir,
    nodes: [Served; 2],
    key: String,
    /// The hash of what each of the two was told is the first statement of the buyer.
    said: [String; 2],
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").args(["-r"]).args([from, to]).status().unwrap();
    assert!(copied.success());
}

impl Fork {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let node = Served::start(&at("first"));
        let key = node.first["nodeKey"].as_str().unwrap().to_owned();
        let mut user = User::new(&at("acme"), &node.url);
        user.run(&["init", "--org", "acme.example", "--agent", "acme.example/buyer"]).with_code(0);
        user.done(&["org", "register"]);
        node.signal("TERM");
        assert_eq!(node.wait().code(), Some(0));
        copy(&at("first"), &at("second"));
        copy(&at("acme"), &at("globex"));
        let nodes = ["first", "second"].map(|name| Served::start(&at(name)));
        let mut said = Vec::new();
        for ((name, node), sells) in
            ["acme", "globex"].iter().zip(&nodes).zip(["procure.gold", "procure.lead"])
        {
            let mut user = User::new(&at(name), &node.url);
            let receipt = user.done(&["agent", "register", "acme.example/buyer", "--capability", sells]);
            said.push(receipt["receipt"]["statement"].as_str().unwrap().to_owned());
        }
        let said = said.try_into().unwrap();
        Self { folder, nodes, key, said }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a block as its user has it.
    fn shell(&self, whom: &str, block: &str) -> Ran {
        let place = usize::from(whom == "globex");
        let program = assent();
        let program = Path::new(program.get_program()).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command.args(["-e", "-c", block]).current_dir(self.folder.path()).env("PATH", path);
        command.env("STATEMENT", &self.said[place]).env("NODE_KEY", &self.key).env("COLUMNS", "100");
        command.env("ASSENT_HOME", self.path(whom)).env("ASSENT_NODE", &self.nodes[place].url);
        Ran::from(command.env_remove("ASSENT_AS").output().unwrap()).with_code(0)
    }

    fn judge(&self, files: &[&str], key: &str) -> Ran {
        let files = files.iter().map(|file| self.path(file).to_str().unwrap().to_owned());
        let arguments: Vec<String> = ["--json", "verify-fraud", "--node-key", key]
            .map(String::from)
            .into_iter()
            .chain(files)
            .collect();
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// The blocks of a page that are for a shell, each with whom it is for.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.strip_prefix("# ").unwrap().split_once('\n').unwrap()).collect()
}

// THR-FORK, ASP-RCT-004
#[test]
fn a_node_that_tells_two_users_different_things_is_proved_to_have_lied() {
    let fork = Fork::start();
    let blocks = blocks(include_str!("../../../docs/guides/fraud.md"));
    assert_eq!(blocks.len(), 4);
    let mut told = Vec::new();
    for (whom, block) in blocks {
        told.push(fork.shell(whom, block).stdout);
    }
    assert!(told[2].contains("number 0 of agent:agent://acme.example/buyer"), "{}", told[2]);
    assert!(told[2].contains("two trees have the size 2"), "{}", told[2]);
    let last: Value = serde_json::from_str(told[3].lines().last().unwrap()).unwrap();
    assert_eq!((&last["verdict"], &last["nodeKey"]), (&"proved".into(), &fork.key.as_str().into()));

    // What one user holds contradicts nothing, and another key has not lied.
    copy(&fork.path("acme.json"), &fork.path("again.json"));
    fork.judge(&["acme.json", "again.json"], &fork.key).with_code(1);
    let stranger = "did:key:z6MkwVDfCg9LbbY6xjH3EZk8YSFQZujV5Y4y1ZWeER9tDiN3";
    fork.judge(&["proof.json"], stranger).with_code(1);
    fork.judge(&["acme.json", "globex.json"], stranger).with_code(1);
    fork.judge(&["acme.json", "acme-checkpoint.json"], &fork.key).with_code(2);
    fork.judge(&["acme.json"], &fork.key).with_code(2);
    fork.judge(&["nowhere.json"], &fork.key).with_code(2);
    // One letter of what was said is another: no proof any more.
    let proof = std::fs::read_to_string(fork.path("proof.json")).unwrap();
    let changed = proof.replacen("\"logIndex\":1", "\"logIndex\":2", 1);
    assert_ne!(proof, changed);
    std::fs::write(fork.path("changed.json"), changed).unwrap();
    let refused = fork.judge(&["changed.json"], &fork.key).with_code(1).one();
    assert_eq!(refused["verdict"], "not-proved");
}
