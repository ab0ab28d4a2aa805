//! Disputes by the commands, as the guide types them.
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
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Ran, Served, User, assent};

/// A buyer, a vendor and somebody who may rule, all registered; the first two in a session.
struct Court {
    users: Vec<User>,
    names: Vec<&'static str>,
    node: Served,
    folder: tempfile::TempDir,
    session: String,
}

const NAMES: [(&str, &str); 3] = [("acme", "buyer"), ("volt", "sales"), ("court", "judge")];

fn digits(id: &Value) -> String {
    id.as_str().unwrap().strip_prefix("sha256:").unwrap()[..12].to_owned()
}

impl Court {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start(&folder.path().join("data"));
        let mut users = Vec::new();
        for (organisation, agent) in NAMES {
            let mut user = User::new(&folder.path().join(organisation), &node.url);
            let domain = format!("{organisation}.example");
            let name = format!("{domain}/{agent}");
            user.run(&["init", "--org", &domain, "--agent", &name]).with_code(0);
            user.done(&["org", "register", &domain]);
            user.done(&["agent", "register", &name, "--capability", "provision.compute.gpu"]);
            users.push(user);
        }
        let asked = users[0].done(&[
            "consent",
            "request",
            "--with",
            "volt.example",
            "--capability",
            "provision.compute",
        ]);
        users[1].done(&["consent", "grant", asked["id"].as_str().unwrap()]);
        let open =
            ["session", "open", "--with", "volt.example/sales", "--capability", "provision.compute.gpu"];
        let session = digits(&users[0].done(&open)["id"]);
        users[1].done(&["session", "say", &session, "accept"]);
        let names = NAMES.iter().map(|(organisation, _)| *organisation).collect();
        Self { users, names, node, folder, session }
    }

    fn home(&self, user: usize) -> PathBuf {
        self.folder.path().join(self.names[user])
    }

    /// Somebody who offers to sit on panels, by the command of the guide.
    fn juror(&mut self, name: &'static str, block: &str) {
        let mut user = User::new(&self.folder.path().join(name), &self.node.url);
        let domain = format!("{name}.example");
        let agent = format!("{domain}/juror");
        user.run(&["init", "--org", &domain, "--agent", &agent]).with_code(0);
        user.done(&["org", "register", &domain]);
        self.users.push(user);
        self.names.push(name);
        let block = format!("AGENT={agent}\n{block}");
        self.shell(self.users.len() - 1, &block);
    }

    /// Runs a block as its user has it: the program on the path, the home and the node in the environment.
    fn shell(&mut self, user: usize, block: &str) -> Ran {
        let program = assent();
        let program = Path::new(program.get_program()).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let home = self.home(user);
        let mut command = Command::new("sh");
        command
            .args(["-e", "-c", block])
            .env("PATH", path)
            .env("COLUMNS", "100")
            .env("SESSION", &self.session);
        if block.contains("$COMMITMENT") {
            command.env("COMMITMENT", digits(&self.users[user].done(&["commitment", "list"])["id"]));
        }
        if block.contains("$DISPUTE") {
            command.env("DISPUTE", digits(&self.users[user].done(&["dispute", "list"])["id"]));
        }
        command.env("ASSENT_HOME", &home).env("ASSENT_NODE", &self.node.url).env_remove("ASSENT_AS");
        Ran::from(command.current_dir(&home).output().unwrap()).with_code(0)
    }

    /// Asks until the dispute stands there.
    fn until(&mut self, user: usize, phase: &str) -> Value {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let view = self.users[user].done(&["dispute", "list"]);
            if view["phase"] == phase {
                return view;
            }
            assert!(Instant::now() < end, "{phase} does not come: {view}");
            std::thread::yield_now();
        }
    }
}

/// The blocks of a page that are for a shell, each with whom it is for.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.strip_prefix("# ").unwrap().split_once('\n').unwrap()).collect()
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let mut court = Court::start();
    let blocks = blocks(include_str!("../../../docs/guides/disputes.md"));
    assert_eq!(blocks.len(), 8);
    let mut told = Vec::new();
    for (whom, block) in blocks {
        let user = match whom {
            "the buyer" => 0,
            "the vendor" => {
                if block.contains("dispute respond") {
                    court.until(1, "SETTLING");
                }
                1
            }
            "the arbiter" => 2,
            "the arbiter in its time" => {
                court.until(2, "ARBITRATING");
                2
            }
            "the buyer at the end" => {
                court.until(0, "CLOSED");
                0
            }
            other => panic!("who is {other}?"),
        };
        told.push(court.shell(user, block).stdout);
    }
    let [.., answered, case, ruled, ended] = &told[..] else { panic!("{told:?}") };
    assert!(answered.contains("denies it") && answered.contains("partly of the other side"), "{answered}");
    assert!(case.contains("not-as-agreed, severity 3") && case.contains("as it was packed"), "{case}");
    assert!(ruled.contains("upheld") && ruled.contains("40 USD"), "{ruled}");
    assert!(ended.contains("upheld, binding, 40 USD"), "{ended}");
    // Who rules reads the session no longer.
    let stranger = court.users[2].run(&["session", "show", &court.session.clone()]);
    assert_ne!(stranger.code, 0);
}

#[test]
fn what_both_sides_say_ends_a_dispute() {
    let mut court = Court::start();
    let session = court.session.clone();
    let offer =
        ["session", "say", &session, "propose", "--sell", "GPU hours", "--price", "100 USD", "--firm"];
    court.users[1].done(&offer);
    court.users[0].done(&["session", "say", &session, "accept"]);
    court.users[1].done(&[
        "session",
        "say",
        &session,
        "inform",
        "--fulfil",
        "delivery",
        "--digest",
        &"ab".repeat(32),
    ]);
    court.users[0].done(&["session", "say", &session, "inform", "--contest", "delivery", "--text", "no"]);
    let commitment = digits(&court.users[0].done(&["commitment", "list"])["id"]);
    let filing = ["dispute", "file", &commitment, "--obligation", "delivery", "--claim", "no"];
    court.users[0].run(&[&filing[..], &["--reason", "spite"]].concat()).with_code(2);
    court.users[1].run(&["dispute", "show", "000000"]).with_code(1);
    let filed = court.users[0].done(&[&filing[..], &["--reason", "not-as-agreed"]].concat());
    let id = digits(&filed["id"]);
    court.until(1, "SETTLING");
    let again = court.users[0].run(&[&filing[..], &["--reason", "late"]].concat()).with_code(1);
    assert!(again.stderr.contains("DISPUTE_OPEN"), "{}", again.stderr);
    court.users[0].run(&["dispute", "settle", &id, "--take"]).with_code(1);
    court.users[1].done(&["dispute", "settle", &id, "--outcome", "partly", "--amount", "20 USD"]);
    court.users[0].done(&["dispute", "settle", &id, "--take"]);
    let ended = court.until(0, "CLOSED");
    assert_eq!(
        (&ended["verdict"]["outcome"], &ended["verdict"]["rung"]),
        (&Value::from("partly"), &Value::from(1))
    );
    let stranger = court.users[2].run(&["dispute", "show", filed["id"].as_str().unwrap()]).with_code(1);
    assert!(stranger.stderr.contains("NOT_FOUND"), "{}", stranger.stderr);
}

#[test]
fn the_commands_of_the_guide_to_panels_work_as_they_stand_there() {
    let mut court = Court::start();
    let blocks = blocks(include_str!("../../../docs/guides/panels.md"));
    assert_eq!(blocks.len(), 8);
    let (mut told, mut members) = (Vec::new(), Vec::new());
    for (whom, block) in blocks {
        match whom {
            "each who offers to sit" => {
                for name in ["hooli", "stark", "wayne", "tyrell"] {
                    court.juror(name, block);
                }
            }
            "the buyer" => told.push(court.shell(0, block).stdout),
            "the vendor" => told.push(court.shell(1, block).stdout),
            "each member" => {
                let sits = court.until(0, "COMMITTING")["panel"]["seats"].clone();
                let seats: Vec<String> =
                    sits.as_array().unwrap().iter().map(|seat| seat["member"].to_string()).collect();
                let of = |(_, name): &(usize, &&'static str)| {
                    seats.iter().any(|seat| seat.contains(&format!("//{name}.example/")))
                };
                members = court.names.iter().enumerate().filter(of).map(|(user, _)| user).collect();
                assert_eq!(members.len(), 3, "{sits}");
                for member in &members {
                    told.push(court.shell(*member, block).stdout);
                }
                // Nobody has a second vote.
                let id = digits(&court.users[members[0]].done(&["dispute", "list"])["id"]);
                let again = ["dispute", "vote", &id, "--outcome", "dismissed", "--reasons", "no"];
                court.users[members[0]].run(&again).with_code(1);
            }
            "each member once all have voted" => {
                for member in &members {
                    told.push(court.shell(*member, block).stdout);
                }
            }
            "the buyer at the end" => {
                court.until(0, "CLOSED");
                told.push(court.shell(0, block).stdout);
            }
            other => panic!("who is {other}?"),
        }
    }
    let ended = told.last().unwrap();
    assert!(ended.contains("partly, binding, 40 USD"), "{ended}");
    assert!(told.iter().any(|page| page.contains("hidden")), "{told:?}");
    // Who sat there reads the session no longer, and others never did.
    for user in 2..court.users.len() {
        let session = court.session.clone();
        assert_ne!(court.users[user].run(&["session", "show", &session]).code, 0);
    }
}
