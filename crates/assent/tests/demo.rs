//! The demo's two stories, step by step, as `--json` tells them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Ran, Wire, assent, run};

/// Runs the demo in a folder of its own.
fn demo(folder: &Path, arguments: &[&str]) -> Ran {
    let ran: Ran = assent().arg("demo").args(arguments).current_dir(folder).output().unwrap().into();
    ran.with_code(0)
}

/// A story as lines of `event before → after`, without what differs from run to run.
fn steps(lines: &[Value]) -> Vec<String> {
    let statements = lines.iter().filter(|line| line.get("logIndex").is_some());
    statements
        .map(|line| {
            let who = line["issuer"].as_str().unwrap();
            let who = who.rsplit('/').next().unwrap().split(':').next().unwrap();
            let state = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            format!("{who} {} {} {}", line["event"].as_str().unwrap(), state("before"), state("after"))
        })
        .collect()
}

fn events<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

fn points(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

const KEPT: [&str; 12] = [
    "buyer session.invite - INVITED",
    "vendor session.introduce INVITED INTRODUCED",
    "buyer session.propose INTRODUCED CONVERSING",
    "vendor session.counter CONVERSING CONVERSING",
    "buyer session.propose CONVERSING CONVERSING",
    "vendor session.accept CONVERSING EXECUTING",
    "vendor obligation.fulfil EXECUTING EXECUTING",
    "buyer obligation.acknowledge EXECUTING EXECUTING",
    "buyer obligation.fulfil EXECUTING EXECUTING",
    "vendor obligation.acknowledge EXECUTING EXECUTING",
    "buyer session.close EXECUTING CLOSED",
    "vendor session.countersign CLOSED CLOSED",
];

const BROKEN: [&str; 7] = [
    "buyer session.invite - INVITED",
    "vendor session.introduce INVITED INTRODUCED",
    "buyer session.propose INTRODUCED CONVERSING",
    "vendor session.accept CONVERSING EXECUTING",
    "node obligation.breach EXECUTING EXECUTING",
    "buyer session.close EXECUTING CLOSED",
    "vendor session.countersign CLOSED CLOSED",
];

#[test]
fn the_demo_tells_both_stories_in_the_order_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let lines = demo(folder.path(), &["--json"]).json();
    let told = steps(&lines);
    let (arrival, stories) = told.split_at(6);
    for event in ["acme.example org.register - -", "volt.example org.register - -"] {
        assert!(arrival.contains(&event.to_owned()), "{arrival:?}");
    }
    assert_eq!(arrival[4..], ["acme.example consent.request - -", "volt.example consent.grant - -"]);
    assert_eq!(stories[..KEPT.len()], KEPT);
    assert_eq!(stories[KEPT.len()..], BROKEN);
    let indices: Vec<u64> = lines.iter().filter_map(|line| line["logIndex"].as_u64()).collect();
    assert_eq!(indices, (0..indices.len() as u64).collect::<Vec<_>>());
    let first = &lines[0];
    assert_eq!(first["event"], "demo.start");
    assert_eq!(lines.last().unwrap()["event"], "demo.end");
    assert_eq!(lines.last().unwrap()["statements"].as_u64(), Some(indices.len() as u64));
}

#[test]
fn the_price_moves_as_the_agents_limits_let_it() {
    let folder = tempfile::tempdir().unwrap();
    let lines = demo(folder.path(), &["--json"]).json();
    let about = |event| {
        events(&lines, event)
            .iter()
            .map(|line| line["about"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        about("session.propose"),
        ["1,000 GPU hours × 2.40 USD", "1,000 GPU hours × 2.55 USD, firm", "200 GPU hours × 2.55 USD, firm"]
    );
    assert_eq!(about("session.counter"), ["1,000 GPU hours × 2.80 USD"]);
    assert_eq!(about("session.accept"), ["1,000 GPU hours × 2.55 USD", "200 GPU hours × 2.55 USD"]);
    let evidence = &events(&lines, "obligation.fulfil")[0]["body"]["evidence"];
    assert_eq!(evidence["method"], "digest");
    let search = events(&lines, "registry.search")[0];
    assert_eq!(search["capability"], "provision.compute.gpu");
    assert_eq!(search["found"][0]["agent"], "agent://volt.example/vendor");
}

#[test]
fn trust_rises_with_the_deal_and_falls_with_the_breach_for_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let lines = demo(folder.path(), &["--json"]).json();
    let of_vendor: Vec<&Value> = events(&lines, "trust.assess")
        .into_iter()
        .filter(|line| line["subject"] == "agent://volt.example/vendor")
        .collect();
    let [newcomer, kept, broken] = of_vendor[..] else { panic!("{of_vendor:#?}") };
    assert_eq!(newcomer["score"], "10.000");
    assert!(points(&kept["score"]) > points(&newcomer["score"]), "{kept}");
    assert!(points(&broken["score"]) < points(&kept["score"]), "{broken}");
    assert_eq!(broken["scoreBefore"], kept["score"]);
    for line in &of_vendor {
        let parts = line["parts"].as_array().unwrap();
        let sum: f64 = parts.iter().map(|part| points(&part["points"])).sum();
        assert!((sum - points(&line["score"])).abs() < 1e-9, "{line}");
    }
    let breaches =
        broken["parts"].as_array().unwrap().iter().find(|part| part["name"] == "breaches").unwrap();
    assert!(points(&breaches["points"]) < 0.0);
    let of_buyer: Vec<&Value> = events(&lines, "trust.assess")
        .into_iter()
        .filter(|line| line["subject"] == "agent://acme.example/buyer")
        .collect();
    let [before, after] = of_buyer[..] else { panic!("{of_buyer:#?}") };
    assert!(points(&after["score"]) > points(&before["score"]));
}

#[test]
fn the_bundle_it_leaves_verifies_without_it_and_only_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let lines = demo(folder.path(), &["--json"]).json();
    let file = folder.path().join("assent-demo-bundle.json");
    let at = file.to_str().unwrap();
    let checked = events(&lines, "bundle.verify")[0];
    assert_eq!(checked["refuted"].as_u64(), Some(0));
    let report = run(&["verify", at, "--json"]).with_code(0).one();
    assert_eq!(report["checks"], checked["checks"]);
    let node_key = lines[0]["nodeKey"].as_str().unwrap();
    run(&["verify", at, "--node-key", node_key]).with_code(0);
    let stranger = asp_core::key::SecretKey::from_seed(&[7; 32]).id().to_string();
    run(&["verify", at, "--node-key", &stranger]).with_code(1);
    let bytes = std::fs::read(&file).unwrap();
    for place in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let ran = run(&["verify", at]);
        assert!(matches!(ran.code, 1 | 2), "byte {place}: {ran:?}");
    }
}

#[test]
fn what_is_kept_can_be_audited_and_nothing_secret_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let ran = demo(folder.path(), &["--keep", "kept"]);
    let kept = folder.path().join("kept");
    assert!(
        kept.join("assent-demo-bundle.json").is_file()
            && !folder.path().join("assent-demo-bundle.json").exists()
    );
    let audit =
        run(&["log", "audit", "--data", kept.join("node").to_str().unwrap(), "--json"]).with_code(0).one();
    assert_eq!(audit["entries"].as_u64(), Some(6 + KEPT.len() as u64 + BROKEN.len() as u64));
    for home in ["buyer", "vendor"] {
        for entry in std::fs::read_dir(kept.join(home).join("keys")).unwrap() {
            let secret = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for word in
                secret.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() == 64)
            {
                assert!(!ran.stdout.contains(word) && !ran.stderr.contains(word));
            }
        }
    }
    let again: Ran =
        assent().args(["demo", "--keep", "kept"]).current_dir(folder.path()).output().unwrap().into();
    again.with_code(2);
}

#[test]
fn for_people_it_fits_a_hundred_columns() {
    let folder = tempfile::tempdir().unwrap();
    let ran = demo(folder.path(), &[]);
    assert!(!ran.stdout.contains('\u{1b}'));
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    for word in ["PROPOSE", "2.55 USD, firm", "EXECUTING → CLOSED", "breach", "Try next", "assent verify"] {
        assert!(ran.stdout.contains(word), "{word}");
    }
}

/// A market that goes on, ended when it is dropped.
struct Market(std::process::Child);

impl Drop for Market {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn served_it_opens_a_market_that_one_can_look_into() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let mut command = assent();
    command.args(["demo", "--serve", "--json", "--quiet"]).current_dir(folder.path());
    let mut market = Market(command.stdout(std::process::Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(market.0.stdout.take().unwrap()).lines();
    let mut lines = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let end = lines.find(|line| line["event"] == "demo.end").unwrap();
    let node = end["node"].as_str().unwrap();
    let opened = lines.find(|line| line["event"] == "demo.market").unwrap();
    for link in ["console", "arbiter"] {
        assert!(opened[link].as_str().unwrap().starts_with(node), "{opened}");
    }
    // What is past is past: a dozen organisations with agents that traded, and one that rules.
    let found = run(&["--node", node, "discover", "--json", "--limit", "50"]).with_code(0);
    let agents: Vec<Value> = found.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let desks = agents.iter().filter(|agent| agent["agent"].as_str().unwrap().ends_with("/desk"));
    assert_eq!(desks.count(), 13, "{}", found.stdout);
    let (status, checkpoint) =
        Wire::connect(node.strip_prefix("http://").unwrap()).unwrap().get("/log/checkpoint").unwrap();
    let checkpoint = String::from_utf8(checkpoint).unwrap();
    let size: u64 = checkpoint.lines().nth(1).unwrap().parse().unwrap();
    assert!(status == 200 && size > 300, "{checkpoint}");
}
