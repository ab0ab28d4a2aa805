//! Consent between two organisations through the commands of its guide, and what a trail that was cut shows.
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

use support::{Ran, Served, assent, run};

/// Two organisations with an agent each, in homes of their own.
struct Two {
    folder: tempfile::TempDir,
    node: Served,
    consent: String,
}

impl Two {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start(&folder.path().join("data"));
        let two = Self { folder, node, consent: String::new() };
        for (whose, agent, can) in [
            ("acme", "acme.example/buyer", "procure.compute"),
            ("volt", "volt.example/gpu", "provision.compute.gpu"),
        ] {
            two.shell(whose, &format!("assent init --org {whose}.example --agent {agent}")).with_code(0);
            two.shell(whose, "assent org register").with_code(0);
            two.shell(whose, &format!("assent agent register {agent} --capability {can}")).with_code(0);
        }
        two
    }

    fn shell(&self, whose: &str, block: &str) -> Ran {
        let program = assent();
        let program = Path::new(program.get_program()).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        let mut command = std::process::Command::new("sh");
        command.args(["-e", "-c", block]).current_dir(self.folder.path()).env("PATH", path);
        command.env("ASSENT_HOME", self.folder.path().join(whose)).env("ASSENT_NODE", &self.node.url);
        command.env_remove("ASSENT_AS").env("COLUMNS", "160").env("CONSENT", &self.consent);
        Ran::from(command.output().unwrap())
    }

    /// A session in which the second word is a question.
    fn session(&self) -> String {
        let opened = "assent session open --with volt.example/gpu --capability provision.compute.gpu --json";
        let opened = self.shell("acme", opened).with_code(0).one();
        let session = opened["id"].as_str().unwrap().strip_prefix("sha256:").unwrap().to_owned();
        self.shell("volt", &format!("assent session say {session} accept")).with_code(0);
        self.shell("acme", &format!("assent session say {session} query --text 'Which region?'"))
            .with_code(0);
        session
    }

    fn audit(&self, words: &str) -> Ran {
        self.shell("acme", &format!("assent consent audit {words}"))
    }
}

#[test]
fn the_commands_of_the_guide_work_and_a_trail_that_was_cut_is_found_out() {
    let mut two = Two::start();
    let mut session = String::new();
    let page = include_str!("../../../docs/guides/consent.md");
    let blocks = page.split("```sh\n# ").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut told = Vec::new();
    for block in blocks {
        let (whose, block) = block.split_once('\n').unwrap();
        let ran = two.shell(whose, block).with_code(0);
        if two.consent.is_empty() {
            let listed = two.shell("acme", "assent consent list --json").with_code(0).one();
            two.consent = listed["id"].as_str().unwrap().to_owned();
        } else if session.is_empty() {
            session = two.session();
        }
        told.push(ran.stdout);
    }
    assert_eq!(told.len(), 9);
    assert!(told[3].contains("GRANTED"), "by rule: {}", told[3]);
    assert!(told[4].contains("5,000 USD"), "narrowed: {}", told[4]);
    assert!(told[6].contains("0 differences"), "{}", told[6]);
    let shown = two.shell("acme", "assent consent show $CONSENT --json").with_code(0).one();
    let listed = &shown["sessions"][0];
    assert!(listed["id"].as_str().unwrap().ends_with(&session), "{shown}");
    assert_eq!(
        (&listed["agents"][1], &shown["moreSessions"]),
        (&"agent://volt.example/gpu".into(), &false.into())
    );
    let shown = two.shell("volt", "assent consent show $CONSENT --sessions 0").with_code(0);
    assert!(shown.stdout.contains("more than 0"), "{}", shown.stdout);
    cheat(&two, &session);
}

/// As well as a cheat could: a record taken out and the number set right.
fn cheat(two: &Two, session: &str) {
    let theirs = std::fs::read_to_string(two.folder.path().join("theirs.jsonl")).unwrap();
    let lines: Vec<&str> = theirs.lines().collect();
    let (_, records) = lines.split_last().unwrap();
    let write = |gone: &dyn Fn(&str) -> bool| {
        let kept: Vec<&str> = records.iter().copied().filter(|line| !gone(line)).collect();
        let end = format!("{{\"count\":{}}}\n", kept.len() - 1);
        std::fs::write(two.folder.path().join("cut.jsonl"), kept.join("\n") + "\n" + &end).unwrap();
        records.len() - kept.len()
    };
    let of_session = format!("session:{session}");
    let last = |line: &str| line.contains("Which region?");
    let whole = |line: &str| line.contains(&of_session) || line.contains("session-invitation");
    for (gone, count) in [(&last as &dyn Fn(&str) -> bool, 1), (&whole, 3)] {
        assert_eq!(write(gone), count);
        let alone = two.audit("cut.jsonl").with_code(0);
        assert!(alone.stdout.contains("not shown  complete"), "{}", alone.stdout);
        let found = two.audit("ours.jsonl --against cut.jsonl").with_code(1);
        assert_eq!(found.stdout.matches("volt.example lacks it").count(), count, "{}", found.stdout);
        assert!(found.stdout.contains(&of_session), "{}", found.stdout);
        let found = two.audit("cut.jsonl --against ours.jsonl").with_code(1);
        assert_eq!(found.stdout.matches("volt.example lacks it").count(), count, "{}", found.stdout);
    }
    // A gap, another word, another key and half a file are seen alone.
    write(&|line| line.contains("\"introduction\""));
    let gap = two.audit("cut.jsonl").with_code(1);
    assert!(gap.stdout.contains("REFUTED    chains"), "{}", gap.stdout);
    std::fs::write(two.folder.path().join("cut.jsonl"), theirs.replace("Which region?", "Which colour?"))
        .unwrap();
    two.audit("cut.jsonl").with_code(1);
    let stranger = "did:key:z6MkwVDfCg9LbbY6xjH3EZk8YSFQZujV5Y4y1ZWeER9tDiN3";
    two.audit(&format!("ours.jsonl --node-key {stranger}")).with_code(1);
    std::fs::write(two.folder.path().join("cut.jsonl"), records.join("\n") + "\n").unwrap();
    two.audit("cut.jsonl").with_code(2);
    run(&["consent", "audit", "nowhere.jsonl"]).with_code(2);
}
