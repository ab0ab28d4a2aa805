//! Tenders by the commands, as the guide types them and as a script does.
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
use std::process::Command;

use serde_json::Value;
use support::{Ran, Served, User, assent};

const BUYER: &str = "acme.example/buyer";
const SUPPLIERS: [&str; 2] = ["volt", "amp"];

/// A buyer and two suppliers, registered and free to trade with the buyer.
struct Market {
    buyer: User,
    suppliers: Vec<User>,
    node: Served,
    folder: tempfile::TempDir,
}

impl Market {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start(&folder.path().join("data"));
        let user = |name: &str| User::new(&folder.path().join(name), &node.url);
        let mut buyer = user("acme");
        let mut suppliers: Vec<User> = SUPPLIERS.map(user).into();
        buyer.run(&["init", "--org", "acme.example", "--agent", BUYER]).with_code(0);
        buyer.done(&["org", "register"]);
        buyer.done(&["agent", "register", BUYER, "--capability", "procure.compute"]);
        for (user, name) in suppliers.iter_mut().zip(SUPPLIERS) {
            let (domain, agent) = (format!("{name}.example"), format!("{name}.example/sales"));
            user.run(&["init", "--org", &domain, "--agent", &agent]).with_code(0);
            user.done(&["org", "register", &domain]);
            user.done(&["agent", "register", &agent, "--capability", "provision.compute.gpu"]);
            let asked =
                buyer.done(&["consent", "request", "--with", &domain, "--capability", "provision.compute"]);
            user.done(&["consent", "grant", asked["id"].as_str().unwrap()]);
        }
        Self { buyer, suppliers, node, folder }
    }

    fn open(&mut self, name: &str, more: &[&str]) -> Ran {
        let asked = ["session", "tender", "open", name, "--with", "volt.example/sales"];
        let about = ["--with", "amp.example/sales", "--capability", "provision.compute.gpu"];
        self.buyer.run(&[&asked[..], &about, more].concat())
    }

    /// The one session of a supplier.
    fn session(&mut self, supplier: usize) -> String {
        self.suppliers[supplier].done(&["session", "list"])["id"].as_str().unwrap().to_owned()
    }

    /// A supplier comes in and offers at these prices, each an alternative of its own.
    fn offer(&mut self, supplier: usize, prices: &[&str], firm: bool) {
        let session = self.session(supplier);
        let user = &mut self.suppliers[supplier];
        user.done(&["session", "say", &session, "accept"]);
        for price in prices {
            let words = ["session", "say", &session, "propose", "--sell", "GPU hours", "--price", price];
            user.done(&[&words[..], if firm { &["--firm"] } else { &[] }].concat());
        }
    }
}

fn field<'a>(lines: &'a [Value], supplier: &str, name: &str) -> &'a Value {
    let of = |line: &&Value| line["supplier"] == format!("agent://{supplier}.example/sales");
    &lines.iter().find(of).unwrap()[name]
}

/// The blocks of a page that are for a shell, each with whom it is for.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.strip_prefix("# ").unwrap().split_once('\n').unwrap()).collect()
}

/// Runs a block as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, home: &Path, node: &str, session: &str) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-e", "-c", block]).env("PATH", path).env("COLUMNS", "100").env("SESSION", session);
    command.env("ASSENT_HOME", home).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    Ran::from(command.output().unwrap()).with_code(0)
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let mut market = Market::start();
    let blocks = blocks(include_str!("../../../docs/guides/tenders.md"));
    assert_eq!(blocks.len(), 5);
    let (folder, node) = (market.folder.path().to_owned(), market.node.url.clone());
    let mut told = Vec::new();
    for (whom, block) in blocks {
        match whom {
            "the buyer" => told.push(shell(block, &folder.join("acme"), &node, "").stdout),
            "each supplier" => {
                for (place, name) in SUPPLIERS.iter().enumerate() {
                    let session = market.session(place);
                    let digits = session.strip_prefix("sha256:").unwrap();
                    shell(block, &folder.join(name), &node, &digits[..8]);
                }
            }
            other => panic!("who is {other}?"),
        }
    }
    let [opened, compared, awarded, declined] = &told[..] else { panic!("{told:?}") };
    assert_eq!(opened.matches("invited").count(), 2, "{opened}");
    assert_eq!(compared.matches("2,550 USD").count(), 2, "{compared}");
    assert!(awarded.contains("commitment") && awarded.contains("declined"), "{awarded}");
    assert!(declined.contains("bound") && declined.contains("ended-before"), "{declined}");
}

#[test]
fn a_tender_goes_from_offers_to_one_commitment_and_survives_the_program() {
    let mut market = Market::start();
    let opened = market.open("gpu", &["--with", "ghost.example/sales"]).with_code(0).one();
    let ghost = opened["suppliers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["agent"] == "agent://ghost.example/sales");
    assert!(ghost.unwrap()["failure"].as_str().unwrap().contains("consent"), "{opened}");
    market.open("gpu", &[]).with_code(2);
    assert_eq!(market.buyer.done(&["session", "tender", "list"])["tender"], "gpu");
    market.offer(0, &["2.80 USD"], false);
    market.offer(1, &["2.60 USD", "2.55 USD"], true);
    let show = ["session", "tender", "show", "gpu", "--wait=20s"];
    let bids = market.buyer.run(&show).with_code(0).json();
    let order: Vec<&str> = bids.iter().map(|bid| bid["supplier"].as_str().unwrap()).collect();
    assert_eq!(order, ["amp", "volt", "ghost"].map(|name| format!("agent://{name}.example/sales")));
    let offers = field(&bids, "amp", "offers");
    assert_eq!(offers[0]["buyerOwes"][0]["amount"], "2.55");
    assert_eq!(field(&bids, "ghost", "standing"), "not-invited");

    let mut award = |more: &[&str]| {
        market.buyer.run(&[&["session", "tender", "award", "gpu", "amp.example/sales"], more].concat())
    };
    let several = award(&[]).with_code(2);
    assert!(several.stderr.contains("--package"), "{}", several.stderr);
    award(&["--package", "000000"]).with_code(1);
    award(&["--as", "acme.example/other", "--package", "000000"]).with_code(2);
    let terms = offers[0]["terms"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    let settled = award(&["--package", &terms[..8]]).with_code(0).one();
    assert_eq!(field(settled["declined"].as_array().unwrap(), "volt", "outcome"), "declined");
    let again = award(&[]).with_code(0).one();
    assert_eq!(again["commitment"], settled["commitment"]);
    assert_eq!(field(again["declined"].as_array().unwrap(), "volt", "outcome"), "ended-before");

    let other = market.buyer.run(&["session", "tender", "award", "gpu", "volt.example/sales"]).with_code(1);
    assert!(other.stderr.contains("awarded once"), "{}", other.stderr);
    assert_eq!(market.buyer.run(&["commitment", "list"]).json().len(), 1);
    let loser = market.suppliers[0].run(&["session", "list"]).one();
    assert_eq!(loser["state"], "CLOSED");
    let listed = market.buyer.done(&["session", "tender", "list"]);
    assert_eq!(listed["award"]["supplier"], "agent://amp.example/sales");
}

#[test]
fn nobody_is_declined_before_the_winner_has_signed() {
    let mut market = Market::start();
    let file = market.folder.path().join("own.json");
    let file = file.to_str().unwrap();
    market.open(file, &[]).with_code(0);
    market.offer(0, &["2.80 USD"], false);
    let award = ["session", "tender", "award", file, "volt.example/sales", "--wait", "0s"];
    let waits = market.buyer.run(&award).with_code(1);
    assert!(waits.stderr.contains("Run the same command again"), "{}", waits.stderr);
    assert_eq!(market.suppliers[1].done(&["session", "list"])["state"], "INVITED");
    let session = market.session(0);
    market.suppliers[0].done(&["session", "say", &session, "accept"]);
    let settled = market.buyer.run(&award).with_code(0).one();
    assert!(settled["commitment"].is_string(), "{settled}");
    assert_eq!(market.suppliers[1].done(&["session", "list"])["state"], "FAILED");
}

#[test]
fn who_is_named_is_declined_with_the_reason_given_and_nobody_else() {
    let mut market = Market::start();
    market.open("gpu", &[]).with_code(0);
    let stranger = ["session", "tender", "decline", "gpu", "ghost.example/sales"];
    market.buyer.run(&stranger).with_code(1);
    market.buyer.run(&["session", "tender", "decline", "gpu"]).with_code(2);
    let reason = "We have what we need.";
    let one = ["session", "tender", "decline", "gpu", "amp.example/sales", "--reason", reason];
    assert_eq!(market.buyer.done(&one)["outcome"], "declined");
    let session = market.session(1);
    let view = market.suppliers[1].done(&["session", "show", &session]);
    assert_eq!(view["end"]["sentence"], reason);
    let session = market.session(0);
    assert_eq!(market.suppliers[0].done(&["session", "show", &session])["state"], "INVITED");
    let all = market.buyer.run(&["session", "tender", "decline", "gpu", "--all"]).with_code(0).json();
    assert_eq!(field(&all, "amp", "outcome"), "ended-before");
    assert_eq!(field(&all, "volt", "outcome"), "declined");
    market.buyer.run(&["session", "tender", "show", "none"]).with_code(2);
}
