//! Cards by the commands of the guide: in the log, for A2A, pinned and checked.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Ran, Served, assent};

/// Serves one file as the agent's own site would, for as long as the test runs.
fn site(file: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/.well-known/agent-card.json", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 2048];
            let _read = stream.read(&mut request).unwrap();
            let body = std::fs::read(&file).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        }
    });
    url
}

/// Runs a block as its user has it: the program on the path, the home and a node in the environment.
fn shell(block: &str, folder: &Path, node: &str, card: &str) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).current_dir(folder).env("PATH", path).env("COLUMNS", "100");
    command.env("ASSENT_HOME", folder.join("home")).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    command.env("CARD", card);
    Ran::from(command.output().unwrap())
}

fn verdict<'a>(checked: &'a Value, check: &str) -> &'a str {
    let checks = checked["checks"].as_array().unwrap();
    checks.iter().find(|it| it["check"] == check).unwrap()["verdict"].as_str().unwrap()
}

/// What the node found of the card, as the agent's page has it.
fn seen(run: &impl Fn(&str) -> Ran) -> Value {
    run("assent agent show volt.example/sales/gpu --json").with_code(0).one()["a2aCheck"].clone()
}

/// Waits for what follows by itself.
fn until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never is");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("node.toml");
    std::fs::write(&settings, "fetch_allow = [\"127.0.0.0/8\"]\ncard_check_ms = 100\n").unwrap();
    let data = folder.path().join("data");
    let node = Served::start_with(&data, &["--config", settings.to_str().unwrap()]);
    let file = folder.path().join("agent-card.json");
    let card = site(file.clone());
    let run = |block: &str| shell(block, folder.path(), &node.url, &card);
    let page = include_str!("../../../docs/guides/cards.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut count = 0;
    for block in blocks {
        run(block).with_code(0);
        count += 1;
    }
    assert_eq!(count, 5);
    until(|| seen(&run)["matches"] == true);
    let shown = run("assent agent card show volt.example/sales/gpu").with_code(0);
    assert!(shown.stdout.contains("this card, as the node says"), "{}", shown.stdout);

    let checked = run("assent agent card verify $CARD --json").with_code(0).one();
    for check in ["agent", "log", "signature", "pin"] {
        assert_eq!(verdict(&checked, check), "proved", "{checked}");
    }
    // Availability changes without another pin; anything else makes the card an old one, which still is the pinned one.
    run("assent agent card set volt.example/sales/gpu --availability away").with_code(0);
    run("assent agent card verify $CARD").with_code(0);

    // Somebody changes what is served: neither the signature nor the pin holds.
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"5000\"", "\"9000\"")).unwrap();
    let checked = run("assent agent card verify $CARD --json").with_code(1).one();
    assert_eq!((verdict(&checked, "signature"), verdict(&checked, "pin")), ("refuted", "refuted"));
    // The node sees that too.
    until(|| seen(&run)["matches"] == false);
    assert!(seen(&run)["digest"].is_string());
    let shown = run("assent agent card show volt.example/sales/gpu").with_code(0);
    assert!(shown.stdout.contains("another card, as the node says: nobody is bound"), "{}", shown.stdout);
    // It is not the card of another, and cannot be pinned by one.
    std::fs::write(&file, &text).unwrap();
    run("assent agent card set volt.example/sales/gpu").with_code(0);
    until(|| seen(&run)["matches"] == true);
    run("assent agent register volt.example/other").with_code(0);
    let other = run("assent agent card verify $CARD --agent volt.example/other --json").with_code(1).one();
    assert_eq!((verdict(&other, "agent"), verdict(&other, "signature")), ("refuted", "refuted"));
    let refused = run("assent agent card set volt.example/other --a2a-url $CARD").with_code(1);
    assert!(refused.stderr.contains("has the card of volt.example/sales/gpu"), "{}", refused.stderr);

    // What the node has signed is told from what the agent has, and a key that was given up signs for nobody.
    let own = "assent agent card verify $ASSENT_NODE/v1/agents/volt.example/sales/gpu/.well-known/agent-card.json --json";
    let checked = run(own).with_code(1).one();
    assert_eq!((verdict(&checked, "signature"), verdict(&checked, "pin")), ("not-shown", "refuted"));
    run("assent agent key rotate volt.example/sales/gpu").with_code(0);
    let checked = run("assent agent card verify $CARD --json").with_code(1).one();
    assert_eq!((verdict(&checked, "signature"), verdict(&checked, "pin")), ("refuted", "proved"));
    for wrong in ["[]", "{}", "{\"name\":1,\"name\":2}"] {
        std::fs::write(&file, wrong).unwrap();
        run("assent agent card verify $CARD --agent volt.example/other").with_code(2);
    }
    run("assent agent card verify http://10.0.0.1/card --agent volt.example/other").with_code(2);
}
