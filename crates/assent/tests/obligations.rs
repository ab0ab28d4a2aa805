//! Obligations by the commands, as the guide types them: stages, results, attestations, penalties.
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
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asp_core::position::LogTime;
use serde_json::Value;
use support::{Ran, Served, User, assent};

const BUYER: &str = "acme.example/buyer";
const VENDOR: &str = "volt.example/sales";
const LABORATORY: &str = "lab.example/assay";

/// A buyer and a vendor in a session, and a laboratory that knows nothing of it.
struct Deal {
    buyer: User,
    vendor: User,
    laboratory: User,
    session: String,
    node: Served,
    folder: tempfile::TempDir,
}

impl Deal {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start(&folder.path().join("data"));
        let mut users = [("acme", BUYER), ("volt", VENDOR), ("lab", LABORATORY)].map(|(name, agent)| {
            let mut user = User::new(&folder.path().join(name), &node.url);
            let domain = format!("{name}.example");
            user.run(&["init", "--org", &domain, "--agent", agent]).with_code(0);
            user.done(&["org", "register"]);
            user.done(&["agent", "register", agent, "--capability", "survey.site"]);
            user
        });
        let [buyer, vendor, _] = &mut users;
        let asked = ["consent", "request", "--with", "volt.example", "--capability", "survey"];
        let consent = buyer.done(&asked);
        vendor.done(&["consent", "grant", consent["id"].as_str().unwrap()]);
        let opened =
            ["session", "open", "--with", VENDOR, "--capability", "survey.site", "--purpose", "a survey"];
        let session = buyer.done(&[&opened[..], &["--invitation-time", "10m"]].concat());
        let session = digits(&session["id"]);
        vendor.done(&["session", "say", &session, "accept"]);
        let [buyer, vendor, laboratory] = users;
        Self { buyer, vendor, laboratory, session, node, folder }
    }
}

fn digits(id: &Value) -> String {
    id.as_str().unwrap().trim_start_matches("sha256:").to_owned()
}

fn in_days(days: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(days * 86_400);
    LogTime::from_millis(u64::try_from(now.as_millis()).unwrap()).to_string()
}

/// The blocks of a page that are for a shell, each with whom it is for.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.strip_prefix("# ").unwrap().split_once('\n').unwrap()).collect()
}

/// Runs a block as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, folder: &Path, home: &str, variables: &[(&str, String)]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.current_dir(folder).args(["-e", "-c", block]).env("PATH", path).env("COLUMNS", "140");
    command.env("ASSENT_HOME", folder.join(home)).env_remove("ASSENT_AS");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    Ran::from(command.output().unwrap()).with_code(0)
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let mut deal = Deal::start();
    let blocks = blocks(include_str!("../../../docs/guides/obligations.md"));
    assert_eq!(blocks.len(), 8);
    let checkpoint = deal.buyer.done(&["log", "checkpoint"]);
    let log = checkpoint["origin"].as_str().unwrap().to_owned();
    let mut variables = vec![
        ("ASSENT_NODE", deal.node.url.clone()),
        ("SESSION", deal.session.clone()),
        ("LOG", log),
        ("DUE", in_days(30)),
    ];
    let mut told = Vec::new();
    for (whom, block) in blocks {
        let home = match whom {
            "the buyer" => "acme",
            "the vendor" => "volt",
            "the laboratory" => "lab",
            other => panic!("who is {other}?"),
        };
        told.push(shell(block, deal.folder.path(), home, &variables).stdout);
        let listed = deal.vendor.run(&["schema", "show", "volt.example/figures"]);
        if listed.code == 0 && !variables.iter().any(|(name, _)| *name == "SCHEMA") {
            variables.push(("SCHEMA", listed.one()["hash"].as_str().unwrap().to_owned()));
        }
        if let [only] = &deal.buyer.run(&["commitment", "list"]).json()[..]
            && !variables.iter().any(|(name, _)| *name == "COMMITMENT")
        {
            variables.push(("COMMITMENT", digits(&only["id"])));
        }
    }
    let two = &told[4];
    for words in ["survey (2 of 3 fulfilled)", "  assay", "word of lab", "200 USD from", "20 USD"] {
        assert!(two.contains(words), "{words}: {two}");
    }
    assert!(
        told[5].contains("lab.example/assay attests that survey, stage assay, is fulfilled"),
        "{}",
        told[5]
    );
    assert!(told[7].contains("survey (3 of 3 fulfilled)"), "{}", told[7]);
    let view = deal.buyer.done(&["commitment", "show", &variables.last().unwrap().1]);
    assert_eq!(view["state"], "FULFILLED");
    assert_eq!(view["obligations"][0]["stages"][2]["shownBy"]["by"], format!("agent://{LABORATORY}"));
    // The laboratory judged a part of it, and may read nothing of it.
    deal.laboratory.run(&["session", "show", &deal.session]).with_code(1);
    deal.laboratory.run(&["commitment", "show", &variables.last().unwrap().1]).with_code(1);
    let bundle = deal.folder.path().join("deal.json");
    let bundle = bundle.to_str().unwrap();
    deal.buyer.run(&["commitment", "bundle", &variables.last().unwrap().1, "-o", bundle]).with_code(0);
    let report = support::run(&["verify", bundle]).with_code(0).stdout;
    assert!(report.contains("(3 of 3 stages"), "{report}");
}

#[test]
fn an_attestation_is_signed_offline_and_read_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut user = User::new(&folder.path().join("lab"), "http://127.0.0.1:9");
    user.run(&["init", "--org", "lab.example", "--agent", LABORATORY]).with_code(0);
    let file = folder.path().join("word.json");
    let file = file.to_str().unwrap();
    let commitment = "9c1e".repeat(16);
    let attest = ["attest", &commitment, "steel", "--log", "node.example/log", "-o", file];
    let signed = user.done(&[&attest[..], &["--not", "--stage", "first"]].concat());
    assert_eq!(signed["claim"]["fulfilled"], false);
    let written: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(written, signed);
    user.run(&["attest", &commitment, &"s".repeat(33), "--log", "node.example/log", "-o", file]).with_code(2);
    user.run(&["attest", "9c1e", "steel", "--log", "node.example/log", "-o", file]).with_code(2);
}
