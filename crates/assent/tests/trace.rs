//! Traces and digests by the commands, as the guide types them; spans as a collector gets them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use support::trade::Trade;
use support::{Ran, User, assent};

const PATIENCE: Duration = Duration::from_secs(60);

/// A collector that keeps what it is sent, and answers as it is told.
struct Collector {
    url: String,
    requests: Receiver<(String, Value)>,
}

impl Collector {
    fn start(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
                }
                let length = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap()];
                reader.read_exact(&mut body).unwrap();
                let answer = answers.get(number).or(answers.last()).unwrap();
                let (status, text) = answer.split_once(' ').unwrap();
                let length = text.len();
                write!(stream, "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}").unwrap();
                if sender.send((head, serde_json::from_slice(&body).unwrap())).is_err() {
                    return;
                }
            }
        });
        Self { url, requests }
    }

    fn next(&self) -> (String, Value) {
        self.requests.recv_timeout(PATIENCE).unwrap()
    }
}

/// The spans of a request, each held to be one of OTLP.
fn spans(request: &Value) -> Vec<Value> {
    let resource = &request["resourceSpans"][0];
    let service = &resource["resource"]["attributes"][0];
    assert_eq!(
        (&service["key"], &service["value"]["stringValue"]),
        (&"service.name".into(), &"assent".into())
    );
    let spans = resource["scopeSpans"][0]["spans"].as_array().unwrap().clone();
    for span in &spans {
        let hex = |name: &str, digits: usize| {
            let text = span[name].as_str().unwrap();
            assert!(text.len() == digits && text.bytes().all(|it| it.is_ascii_hexdigit()), "{name}: {text}");
        };
        hex("traceId", 32);
        hex("spanId", 16);
        let time = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
        assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"), "{span}");
        assert!(span["kind"].is_u64() && span["name"].is_string(), "{span}");
    }
    spans
}

fn attribute<'a>(span: &'a Value, key: &str) -> Option<&'a str> {
    let attributes = span["attributes"].as_array().unwrap();
    attributes.iter().find(|it| it["key"] == key)?["value"]["stringValue"].as_str()
}

/// The blocks of a page that are for a shell, each with whom it is for.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.strip_prefix("# ").unwrap().split_once('\n').unwrap()).collect()
}

/// Runs a block as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, folder: &Path, home: &str, variables: &[(&str, &str)]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.current_dir(folder).args(["-e", "-c", block]).env("PATH", path).env("COLUMNS", "140");
    command.env("ASSENT_HOME", folder.join(home)).env_remove("ASSENT_AS");
    command.envs(variables.iter().copied());
    Ran::from(command.output().unwrap()).with_code(0)
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let mut trade = Trade::start(&[]);
    let session = trade.bargain(&[]);
    let collector = Collector::start(&["200 {}"]);
    let blocks = blocks(include_str!("../../../docs/guides/traces.md"));
    assert_eq!(blocks.len(), 5);
    let url = trade.node.url.clone();
    let variables = [("ASSENT_NODE", url.as_str()), ("SESSION", &session), ("COLLECTOR", &collector.url)];
    let mut told = Vec::new();
    for (whom, block) in blocks {
        let home = match whom {
            "the buyer" => "acme",
            "the vendor" => "volt",
            other => panic!("who is {other}?"),
        };
        told.push(shell(block, trade.folder.path(), home, &variables).stdout);
    }
    let [shown, kept, learned, sent, _] = &told[..] else { panic!("{told:?}") };
    for words in [
        "PROPOSE session-invitation",
        "COUNTER counter-offer",
        "Who waited for whom",
        "held: ",
        "consent.grant",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // What the vendor was refused is the vendor's to see.
    assert!(!shown.contains("Refused to you"), "{shown}");
    assert!(kept.matches("Who waited for whom").count() == 2, "{kept}");
    assert!(
        learned.contains("gave way") && learned.contains("60.0 %") && learned.contains("40.0 %"),
        "{learned}"
    );
    assert!(sent.contains("spans"), "{sent}");
    let (head, request) = collector.next();
    assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
    assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
    assert!(spans(&request).len() > 6);
    let trace = trade.buyer.done(&["trace", &session]);
    let last = trace["trace"]["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(last["traceparent"], "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    trade.buyer.run(&["--traceparent", "4bf92f35", "trace", &session]).with_code(2);
}

#[test]
fn both_sides_see_the_same_steps_and_each_its_own_refusals() {
    let mut trade = Trade::start(&[]);
    let session = trade.bargain(&[]);
    let [buyers, vendors] = [&mut trade.buyer, &mut trade.vendor].map(|user| user.done(&["trace", &session]));
    assert_eq!(buyers["trace"], vendors["trace"]);
    assert_eq!(buyers.get("refused"), None);
    let refused = vendors["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((&refused[0]["code"], &refused[0]["guard"]), (&"NOT_YOUR_TURN".into(), &"your-turn".into()));
    assert_eq!(refused[0]["rule"], "ASP-SES-013");
    let kinds: BTreeSet<&str> =
        buyers["beside"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["consent.grant", "consent.request"].into());
}

#[test]
fn what_an_inbox_has_not_confirmed_is_told_to_its_own_side_alone() {
    let mut trade = Trade::start(&[]);
    let session = trade.bargain(&[]);
    let fares = |user: &mut User| -> Vec<(String, u64)> {
        let told = user.done(&["trace", &session]);
        let told = told["deliveries"].as_array().cloned().unwrap_or_default();
        told.iter()
            .map(|it| (it["state"].as_str().unwrap().to_owned(), it["attempts"].as_u64().unwrap()))
            .collect()
    };
    let states = |all: &[(&str, u64)]| -> Vec<(String, u64)> {
        all.iter().map(|(state, attempts)| ((*state).to_owned(), *attempts)).collect()
    };
    // Nobody has asked for anything.
    assert_eq!(fares(&mut trade.vendor), []);
    // The invitation and two offers are the buyer's words; what stands before the session is confirmed first.
    let mut taken = trade.vendor.done(&["inbox", "take", "--max", "1"]);
    let position = |taken: &Value| taken["items"][0]["message"]["logIndex"].as_u64().unwrap();
    let in_session = |taken: &Value| {
        let stream = &taken["items"][0]["message"]["statement"]["stream"];
        stream.as_str().is_some_and(|it| it.starts_with("session"))
    };
    while !in_session(&taken) {
        let lease = taken["lease"].as_str().unwrap().to_owned();
        trade.vendor.run(&["inbox", "confirm", &lease, &position(&taken).to_string()]).with_code(0);
        taken = trade.vendor.done(&["inbox", "take", "--max", "1"]);
    }
    assert_eq!(fares(&mut trade.vendor), states(&[("leased", 1), ("unseen", 0), ("unseen", 0)]));
    let lease = taken["lease"].as_str().unwrap().to_owned();
    let refuse = ["inbox", "refuse", &lease, &position(&taken).to_string(), "--reason", "no model for it"];
    trade.vendor.run(&refuse).with_code(0);
    assert_eq!(fares(&mut trade.vendor), states(&[("dead", 1), ("unseen", 0), ("unseen", 0)]));
    let shown = trade.vendor.plain(&["trace", &session]).with_code(0).stdout;
    assert!(shown.contains("Not delivered to you yet") && shown.contains("no model for it"), "{shown}");
    let rest = trade.vendor.done(&["inbox", "take", "--max", "9"]);
    let lease = rest["lease"].as_str().unwrap().to_owned();
    let mut confirm = vec!["inbox".to_owned(), "confirm".to_owned(), lease];
    let items = rest["items"].as_array().unwrap();
    confirm.extend(items.iter().map(|it| it["message"]["logIndex"].as_u64().unwrap().to_string()));
    let confirm: Vec<&str> = confirm.iter().map(String::as_str).collect();
    trade.vendor.run(&confirm).with_code(0);
    assert_eq!(fares(&mut trade.vendor), states(&[("dead", 1)]));
    assert_eq!(fares(&mut trade.buyer), []);
}

#[test]
fn a_trace_in_a_file_is_the_same_without_the_node() {
    let mut trade = Trade::start(&[]);
    let session = trade.bargain(&[]);
    let (trace, export) = (trade.folder.path().join("trace.json"), trade.folder.path().join("session.json"));
    let told = trade.buyer.done(&["trace", &session]);
    std::fs::write(&trace, told.to_string()).unwrap();
    trade.buyer.done(&["session", "export", &session, "-o", export.to_str().unwrap()]);
    trade.node.kill();
    let mut read = |file: &Path| trade.buyer.done(&["trace", "--file", file.to_str().unwrap()]);
    assert_eq!(read(&trace), told);
    assert_eq!(read(&export)["trace"], told["trace"]);
    // An export with another word in it is no session.
    let forged = std::fs::read_to_string(&export).unwrap().replace("secret words", "others words");
    std::fs::write(&export, forged).unwrap();
    trade.buyer.run(&["trace", "--file", export.to_str().unwrap()]).with_code(1);
    std::fs::write(&trace, "{}").unwrap();
    trade.buyer.run(&["trace", "--file", trace.to_str().unwrap()]).with_code(2);
}

#[test]
fn a_digest_holds_a_session_against_those_before() {
    let mut trade = Trade::start(&[]);
    let first = trade.bargain(&[]);
    assert_eq!(trade.buyer.done(&["session", "digest", &first]).get("history"), None);
    let second = trade.bargain(&[]);
    let digest = trade.vendor.done(&["session", "digest", &second]);
    assert_eq!(digest["history"]["sessions"], serde_json::json!([format!("sha256:{first}")]));
    assert_eq!(
        (&digest["history"]["agreed"], &digest["history"]["concededPermille"]),
        (&1.into(), &600.into())
    );
    assert_eq!(digest["agreed"], serde_json::json!({"amount": "240", "currency": "USD"}));
    assert_eq!(
        (&digest["mine"]["concededPermille"], &digest["theirs"]["concededPermille"]),
        (&600.into(), &400.into())
    );
}

#[test]
fn a_collector_that_refuses_or_is_away_is_told_apart() {
    let mut trade = Trade::start(&[]);
    let session = trade.open(&[]);
    let collector = Collector::start(&[
        "200 {\"partialSuccess\":{\"rejectedSpans\":\"1\",\"errorMessage\":\"no\"}}",
        "503 {}",
    ]);
    let mut sent = |url: &str| trade.buyer.run(&["trace", &session, "--otlp", url]);
    let partly = sent(&collector.url).with_code(1);
    assert_eq!(partly.one()["spans"].as_u64().unwrap(), partly.one()["taken"].as_u64().unwrap() + 1);
    sent(&format!("{}/v1/traces", collector.url)).with_code(3);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    sent(&format!("http://{nobody}")).with_code(3);
}

#[test]
fn a_node_tells_its_collector_of_sessions_as_they_go_on_and_nothing_of_what_is_said() {
    let collector = Collector::start(&["503 {}", "200 {}"]);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("node.toml");
    std::fs::write(&config, format!("otlp_endpoint = \"{}\"\n", collector.url)).unwrap();
    let mut trade = Trade::start(&["--config", config.to_str().unwrap()]);
    let session = trade.bargain(&[]);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    // What the collector did not take the first time comes again.
    while !seen.contains("EXECUTING") {
        let (_, request) = collector.next();
        assert!(!request.to_string().contains("secret words"), "{request}");
        assert!(!request.to_string().contains("USD"), "{request}");
        for span in spans(&request) {
            assert_eq!(span["traceId"].as_str().unwrap(), &session[..32]);
            assert_eq!(attribute(&span, "gen_ai.conversation.id"), Some(session.as_str()));
            seen.extend(attribute(&span, "asp.state.after").map(str::to_owned));
        }
    }
    assert!(seen.contains("INVITED") && seen.contains("CONVERSING"), "{seen:?}");
}
