//! What the README and the guides of other protocols print, run as it stands there against a served node.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{Ran, Served, assent};

/// A new home beside a node that runs.
struct Place {
    node: Served,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start(&folder.path().join("share/assent"));
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Self { node, folder }
    }

    /// A program as its user starts it: ours on the path, home, data and node in the environment.
    fn command(&self, program: &str) -> Command {
        let ours = assent();
        let ours: PathBuf = Path::new(ours.get_program()).parent().unwrap().to_owned();
        let path = format!("{}:{}", ours.display(), std::env::var("PATH").unwrap());
        let home = self.folder.path().join("home");
        let mut command = Command::new(program);
        command.current_dir(&home).env("PATH", path).env("ASSENT_HOME", &home);
        command.env("XDG_DATA_HOME", self.folder.path().join("share"));
        command.env("ASSENT_NODE", &self.node.url).env_remove("ASSENT_AS");
        command
    }

    fn shell(&self, block: &str) -> Ran {
        Ran::from(self.command("sh").args(["-e", "-c", block]).output().unwrap())
    }
}

/// The first block of this language after a heading.
fn block<'a>(page: &'a str, heading: &str, language: &str) -> &'a str {
    let (_, rest) = page.split_once(heading).unwrap();
    let (_, rest) = rest.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn a_node_of_ones_own_and_a_model_at_it_work_as_the_readme_says() {
    let place = Place::new();
    let page = include_str!("../../../README.md");
    let (serve, rest) = block(page, "## Your own node", "sh").split_once('\n').unwrap();
    assert!(serve.starts_with("assent serve "), "{serve}");
    let (commands, last) = rest.trim_end().rsplit_once('\n').unwrap();
    place.shell(commands).with_code(0);
    let found = place.shell(last).with_code(1);
    assert!(found.stderr.contains("no agent fits"), "nobody sells on a new node: {}", found.stderr);

    let servers: Value = serde_json::from_str(block(page, "## Your own node", "json")).unwrap();
    let server = &servers["mcpServers"]["assent"];
    let arguments = server["args"].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
    let mut command = place.command(server["command"].as_str().unwrap());
    let mut model = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let about = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "it", "version": "1" } });
    let asked = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about });
    let mut stdin = model.stdin.take().unwrap();
    writeln!(stdin, "{asked}").unwrap();
    let mut line = String::new();
    BufReader::new(model.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(told["result"]["protocolVersion"], "2025-11-25", "{told}");
    drop(stdin);
    assert!(model.wait().unwrap().success());
}

#[test]
fn a_client_of_a2a_gets_its_token_as_the_guide_says() {
    let place = Place::new();
    place
        .shell(
            "assent init --org acme.example --agent acme.example/guest && assent org register acme.example",
        )
        .with_code(0);
    let told = place.shell(block(include_str!("../../../docs/guides/a2a.md"), "# ", "sh")).with_code(0);
    assert!(told.stdout.contains("a2a_"), "{}", told.stdout);
}
