//! Escrow by the commands, as the guide types them: money comes in, is held, pays, and goes out.
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

use serde_json::Value;
use support::{Ran, Served, User};

/// A buyer and a seller who may talk to one another, and whoever runs the node.
struct Market {
    buyer: User,
    seller: User,
    _node: Served,
    folder: tempfile::TempDir,
    /// What the guide's commands call by a name.
    named: Vec<(&'static str, String)>,
}

impl Market {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start(&folder.path().join("data"));
        let user = |name: &str| User::new(&folder.path().join(name), &node.url);
        let (mut buyer, mut seller) = (user("acme"), user("volt"));
        for (user, domain, agent, what) in [
            (&mut buyer, "acme.example", "acme.example/buyer", "procure.compute"),
            (&mut seller, "volt.example", "volt.example/sales", "provision.compute.gpu"),
        ] {
            user.run(&["init", "--org", domain, "--agent", agent]).with_code(0);
            user.done(&["org", "register", domain]);
            user.done(&["agent", "register", agent, "--capability", what]);
        }
        let asked = ["consent", "request", "--with", "volt.example", "--capability", "provision.compute"];
        let consent = buyer.done(&asked)["id"].as_str().unwrap().to_owned();
        seller.done(&["consent", "grant", &consent]);
        let about = ["--with", "volt.example/sales", "--capability", "provision.compute.gpu"];
        let session =
            buyer.done(&[&["session", "open"], &about[..]].concat())["id"].as_str().unwrap().to_owned();
        Self { buyer, seller, _node: node, folder, named: vec![("$SESSION", session)] }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs a command of the guide for who it is for: `# the buyer`, `# the seller`, `# the operator`.
    fn run(&mut self, who: &str, command: &str) -> Ran {
        let mut command = command.strip_prefix("assent ").unwrap().to_owned();
        for (name, value) in &self.named {
            command = command.replace(name, value);
        }
        let mut words = split(&command);
        if who == "the operator" {
            words.extend(["--data".to_owned(), self.data().display().to_string()]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let user = if who == "the seller" { &mut self.seller } else { &mut self.buyer };
        user.run(&words)
    }

    fn available(&mut self, buyer: bool) -> String {
        let user = if buyer { &mut self.buyer } else { &mut self.seller };
        user.done(&["account", "show"])["balances"][0]["available"]["amount"].as_str().unwrap().to_owned()
    }
}

/// A line as a shell splits it, with double quotes.
fn split(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(number, part)| match number % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

/// The commands of a page, each with who runs it.
fn commands(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for block in page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        let mut who = String::new();
        for line in block.replace("\\\n", " ").lines() {
            match line.strip_prefix("# ") {
                Some(name) => who = name.to_owned(),
                None => found.push((who.clone(), line.trim().to_owned())),
            }
        }
    }
    found
}

#[test]
fn the_guide_is_what_happens() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/escrow.md");
    let mut market = Market::start();
    let mut count = 0;
    for (who, command) in commands(&std::fs::read_to_string(page).unwrap()) {
        let ran = market.run(&who, &command);
        ran.with_code(0);
        count += 1;
    }
    assert!(count >= 15, "{count}");
    assert_eq!((market.available(true), market.available(false)), ("450".to_owned(), "1550".to_owned()));
    let history: Vec<Value> = market.seller.run(&["account", "history"]).json();
    let why: Vec<&str> = history.iter().map(|entry| entry["why"].as_str().unwrap()).collect();
    assert_eq!(why, ["paid-out", "withdrawal", "released", "paid", "held", "deposit"]);
    let data = market.data();
    let report = market.buyer.done(&["log", "audit", "--data", data.to_str().unwrap()]);
    assert_eq!(report["money"]["inside"][0]["amount"], "2000");
    assert_eq!(report["finding"], Value::Null);
}

#[test]
fn what_there_is_no_money_for_is_refused_in_words() {
    let mut market = Market::start();
    market.buyer.run(&["account", "show"]).with_code(1);
    market.buyer.done(&["account", "open", "USD"]);
    market.buyer.run(&["account", "open", "USD"]).with_code(1);
    let ran = market.buyer.run(&["account", "withdraw", "1 USD", "--to", "the bank"]);
    assert!(ran.with_code(1).stderr.contains("INSUFFICIENT_FUNDS"));
    let data = market.data();
    let data = data.to_str().unwrap();
    // Nothing waits, and nobody but the node says that something came.
    market.buyer.run(&["account", "credit", "acme.example", "--data", data]).with_code(1);
    let elsewhere = market.folder.path().join("elsewhere");
    market
        .buyer
        .run(&["account", "credit", "acme.example", "--data", elsewhere.to_str().unwrap()])
        .with_code(2);
    market.buyer.done(&["account", "deposit", "5 USD"]);
    market.buyer.done(&["account", "deposit", "7 USD"]);
    market.buyer.run(&["account", "credit", "acme.example", "--data", data]).with_code(2);
    let view = market.buyer.done(&["account", "show"]);
    let first = view["transfers"][0]["statement"].as_str().unwrap().to_owned();
    let credited = market.buyer.done(&[
        "account",
        "credit",
        "acme.example",
        &first,
        "--amount",
        "4.99 USD",
        "--data",
        data,
    ]);
    assert_eq!(credited["balances"][0]["available"]["amount"], "4.99");
    let refused =
        market.buyer.done(&["account", "refuse", "acme.example", "--reason", "declined", "--data", data]);
    assert_eq!(refused["transfers"], serde_json::json!([]));
}
