//! What a node and a command tell of sessions, as a collector of OpenTelemetry has it that is not ours: Rotel.
//!
//! `cargo xtask test` fetches it and says by `ASSENT_COLLECTOR` where it is; by itself `cargo test` leaves this out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use support::trade::Trade;

const PATIENCE: Duration = Duration::from_secs(60);
/// Ports that were free may be taken before the collector has them.
const STARTS: usize = 5;

/// The traces to which buyer and vendor say that their work belongs.
const BUYERS: (&str, &str) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
const VENDORS: (&str, &str) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");

fn traceparent((trace, span): (&str, &str)) -> String {
    format!("00-{trace}-{span}-01")
}

/// A span as the collector tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Span {
    trace: String,
    parent: String,
    id: String,
    name: String,
    status: String,
    attributes: BTreeMap<String, String>,
    events: Vec<String>,
    links: Vec<(String, String)>,
}

impl Span {
    fn says(&self, key: &str, value: &str) -> bool {
        self.attributes.get(key).is_some_and(|it| it == value)
    }
}

/// The collector, which writes what it receives to its standard output.
struct Collector {
    process: Child,
    lines: Receiver<String>,
    url: String,
    /// Everything that it wrote.
    written: String,
    _folder: tempfile::TempDir,
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Collector {
    fn start() -> Self {
        let program = std::env::var_os("ASSENT_COLLECTOR").expect("`cargo xtask test` says where it is");
        (0..STARTS).find_map(|_| Self::try_start(Path::new(&program))).expect("it starts")
    }

    fn try_start(program: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let free = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [http, grpc] = free.map(|listener| listener.local_addr().unwrap().to_string());
        let file = |name: &str| folder.path().join(name);
        let mut process = Command::new(program)
            .args([
                "start",
                "--exporter",
                "blackhole",
                "--debug-log",
                "traces",
                "--debug-log-verbosity",
                "detailed",
            ])
            .args(["--otlp-http-endpoint", &http, "--otlp-grpc-endpoint", &grpc])
            .arg("--pid-file")
            .arg(file("pid"))
            .arg("--log-file")
            .arg(file("log"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        if !first.contains("Starting Rotel") {
            let _ = process.kill();
            let _ = process.wait();
            return None;
        }
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let url = format!("http://{http}");
        Some(Self { process, lines, url, written: String::new(), _folder: folder })
    }

    /// Reads on until what the collector has received is enough.
    fn until(&mut self, enough: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let mut spans = spans(&self.written);
        while !enough(&spans) {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|error| panic!("{error}: {}", self.written));
            self.written += &line;
            self.written += "\n";
            spans = self::spans(&self.written);
        }
        spans
    }
}

/// The spans in what the collector has written; of the last one lines may be missing.
fn spans(written: &str) -> Vec<Span> {
    written.split("\nSpan #").skip(1).map(span).collect()
}

/// Reads a span: its own members first, then attributes, events and links, each below a heading.
fn span(block: &str) -> Span {
    let mut span = Span::default();
    let mut part = "";
    for line in block.lines() {
        match line {
            "Attributes:" | "Events:" | "Links:" => part = line,
            _ if line.starts_with("ResourceSpans #") || line.starts_with("ScopeSpans #") => break,
            _ => {
                let Some((key, value)) = line.trim().trim_start_matches("-> ").split_once(':') else {
                    continue;
                };
                let (key, value) = (key.trim(), value.trim().to_owned());
                match (part, key) {
                    ("", "Trace ID") => span.trace = value,
                    ("", "Parent ID") => span.parent = value,
                    ("", "ID") => span.id = value,
                    ("", "Name") => span.name = value,
                    ("", "Status code") => span.status = value,
                    ("Attributes:", _) => drop(span.attributes.insert(key.to_owned(), value)),
                    ("Events:", "Name") => span.events.push(value),
                    ("Links:", "Trace ID") => span.links.push((value, String::new())),
                    ("Links:", "ID") => span.links.last_mut().unwrap().1 = value,
                    _ => {}
                }
            }
        }
    }
    span
}

fn of_statements(spans: &[Span]) -> BTreeSet<String> {
    spans.iter().filter(|span| is_statement(span)).map(|span| span.id.clone()).collect()
}

fn is_statement(span: &Span) -> bool {
    span.attributes.contains_key("asp.statement.hash")
}

fn is_session(span: &Span) -> bool {
    span.says("gen_ai.operation.name", "Str(invoke_agent)")
}

#[test]
fn a_collector_of_others_has_one_trace_of_both_sides_and_nothing_of_what_was_said() {
    let mut collector = Collector::start();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("node.toml");
    std::fs::write(&config, format!("otlp_endpoint = \"{}\"\n", collector.url)).unwrap();
    let mut trade = Trade::start(&["--config", config.to_str().unwrap()]);
    let session = trade.bargain(&["--traceparent", &traceparent(BUYERS)]);
    let note = ["session", "say", &session, "inform", "--text", "more secret words"];
    trade.vendor.done(&[&note[..], &["--traceparent", &traceparent(VENDORS)]].concat());

    // The node tells of seven statements as they are said: invitation, acceptance, three offers, acceptance, note. The link
    // is the last of the last one.
    let linked = |span: &Span| span.links.iter().any(|(_, id)| !id.is_empty());
    let told = collector.until(|spans| of_statements(spans).len() == 7 && spans.iter().any(linked));
    let about = format!("Str({session})");
    for span in told.iter().filter(|span| is_statement(span)) {
        assert_eq!(span.trace, BUYERS.0, "{span:?}");
        assert!(
            span.says("gen_ai.conversation.id", &about) && span.says("asp.session.id", &about),
            "{span:?}"
        );
    }
    assert!(!told.iter().any(is_session), "the session goes on: {told:?}");
    let first = told.iter().find(|it| it.says("asp.statement.kind", "Str(session-invitation)")).unwrap();
    assert!(first.says("gen_ai.agent.id", "Str(agent://acme.example/buyer)"), "{first:?}");
    assert!(
        first.says("asp.statement.type", "Str(PROPOSE)") && first.says("asp.state.after", "Str(INVITED)"),
        "{first:?}"
    );
    assert!(first.attributes["asp.guards"].contains("consent-covers"), "{first:?}");
    let noted = told.iter().find(|it| it.says("asp.statement.type", "Str(INFORM)")).unwrap();
    assert_eq!(noted.links, [(VENDORS.0.to_owned(), VENDORS.1.to_owned())]);
    let agreed = told.iter().find(|it| it.says("asp.state.after", "Str(EXECUTING)")).unwrap();
    assert_eq!(agreed.events, ["asp.obligation", "asp.obligation"], "{agreed:?}");

    // The command tells the same spans, and the session above them, below the span that the buyer named.
    trade.vendor.run(&["trace", &session, "--otlp", &collector.url]).with_code(0);
    let all = collector.until(|spans| {
        let Some(last) = spans.iter().rposition(is_session) else { return false };
        let ended = spans[last..].iter().filter(|span| span.attributes.contains_key("asp.wait.end")).count();
        of_statements(&spans[last..]) == of_statements(&told) && ended == 4
    });
    let whole = all.iter().find(|span| is_session(span)).unwrap();
    assert_eq!((whole.trace.as_str(), whole.parent.as_str()), BUYERS);
    assert!(whole.says("asp.capability", "Str(provision.compute.gpu)"), "{whole:?}");
    assert!(whole.says("asp.statements", "Int(7)") && whole.status.is_empty(), "{whole:?}");
    for span in all.iter().filter(|span| is_statement(span)) {
        assert_eq!(span.parent, whole.id, "{span:?}");
    }
    let waits: Vec<&Span> = all.iter().filter(|span| span.name.starts_with("await ")).collect();
    assert!(
        waits.iter().any(|it| it.name == "await invitation" && it.says("asp.wait.end", "Str(answered)")),
        "{waits:?}"
    );
    let statements = of_statements(&all);
    assert!(waits.iter().all(|wait| statements.contains(&wait.parent)), "{waits:?}");

    for secret in ["secret words", "GPU hours", "USD"] {
        assert!(!collector.written.contains(secret), "{secret}");
    }
}
