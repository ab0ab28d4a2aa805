//! Being found alive by the commands of the guide: an agent that answers, a node that asks, and what everybody sees.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Ran, Served, User, assent};

/// Where the page listens; the test takes any port that is free.
const LISTEN: &str = "127.0.0.1:4870";

/// A block as its user has it.
fn shell(block: &str, folder: &Path, node: &str) -> Command {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-e", "-c", block]).current_dir(folder).env("PATH", path).env("COLUMNS", "100");
    command.env("ASSENT_HOME", folder.join("volt")).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    command
}

/// The blocks of the page that are for a shell, each with whom it is for.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks
        .map(|block| block.strip_prefix("# the ").or_else(|| block.strip_prefix("# ")).unwrap())
        .map(|block| block.split_once('\n').unwrap())
        .collect()
}

/// `assent agent answer`, until the test ends.
struct Answering {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Answering {
    fn start(block: &str, folder: &Path, node: &str) -> Self {
        // The shell gives its place to the program, so that it is the program that is ended.
        let block = format!("exec {} --json", block.trim().replace(LISTEN, "127.0.0.1:0"));
        let mut command = shell(&block, folder, node);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(first["event"], "answering");
        let address = first["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Self { child, lines, address }
    }

    /// The next thing that it says.
    fn said(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Status and body of what it answers to these bytes.
    fn ask(&self, method: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("{method} / HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().to_owned(), body.to_owned())
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Looks until it is so.
fn until(mut look: impl FnMut() -> bool) {
    let start = Instant::now();
    while !look() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never is");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_commands_of_the_guide_make_an_agent_seen() {
    let folder = tempfile::tempdir().unwrap();
    let page = include_str!("../../../docs/guides/answering.md");
    let settings = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let file = folder.path().join("node.toml");
    std::fs::write(&file, settings).unwrap();
    let node = Served::start_with(&folder.path().join("data"), &["--config", file.to_str().unwrap()]);
    let mut user = User::new(&folder.path().join("volt"), &node.url);
    user.run(&["init", "--org", "volt.example", "--agent", "volt.example/sales"]).with_code(0);
    user.done(&["org", "register"]);
    user.done(&["agent", "register", "volt.example/sales", "--capability", "provision.compute"]);

    let blocks = blocks(page);
    let [(_, answer), (_, set), (_, look)] = blocks.as_slice() else { panic!("{blocks:?}") };
    let mut answering = Answering::start(answer, folder.path(), &node.url);
    let set = set.replace(LISTEN, &answering.address);
    Ran::from(shell(&set, folder.path(), &node.url).output().unwrap()).with_code(0);
    assert_eq!(answering.said()["event"], "answered");
    until(|| user.done(&["agent", "show", "volt.example/sales"])["standing"] == "answering");
    let looked = Ran::from(shell(look, folder.path(), &node.url).output().unwrap()).with_code(0);
    assert!(looked.stdout.contains("answering  last answer 2"), "{}", looked.stdout);
    assert!(looked.stdout.contains("\"lastAnswer\":\"2"), "{}", looked.stdout);

    // Whatever else is asked is refused, and nothing is signed.
    for (method, body, status) in
        [("POST", "{}", "400"), ("POST", "", "400"), ("POST", &*"x".repeat(2000), "400"), ("GET", "", "405")]
    {
        let (found, text) = answering.ask(method, body);
        assert_eq!((found.as_str(), text.as_str()), (status, "{}"), "{method} {body}");
        if method == "POST" {
            let said = answering.said();
            assert_eq!((&said["event"], said["refused"].is_string()), (&"refused".into(), true));
        }
    }
}
