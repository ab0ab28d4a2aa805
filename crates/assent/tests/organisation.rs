//! What an organisation sees of its agents, by the commands of the guide.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Ran, Served, assent};

/// Runs a block as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, folder: &Path, whose: &str, node: &str, variables: &[(&str, &str)]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).current_dir(folder).env("PATH", path).env("COLUMNS", "160");
    command.env("ASSENT_HOME", folder.join(whose)).env("ASSENT_NODE", node);
    let agent = if whose == "buyer" { "acme.example/buyer" } else { "volt.example/sales" };
    command.env("ASSENT_AS", agent).envs(variables.iter().copied());
    Ran::from(command.output().unwrap())
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let run = |block: &str, who: &str, variables: &[(&str, &str)]| {
        shell(block, folder.path(), who, &node.url, variables)
    };
    for (who, block) in [
        ("buyer", "assent org register acme.example"),
        ("buyer", "assent agent register acme.example/buyer --capability provision.compute"),
        ("buyer", "assent agent register acme.example/clerk --capability provision.compute"),
        ("supplier", "assent org register volt.example"),
        ("supplier", "assent agent register volt.example/sales --capability provision.compute"),
        ("buyer", "assent consent request --with volt.example --capability provision"),
    ] {
        run(block, who, &[]).with_code(0);
    }
    let digits = |view: &Value| view["id"].as_str().unwrap()[7..19].to_owned();
    let asked = digits(&run("assent consent list --json", "supplier", &[]).with_code(0).one());
    run("assent consent grant $ASKED", "supplier", &[("ASKED", &asked)]).with_code(0);
    let open = "assent session open --with volt.example/sales --capability provision.compute --json";
    let session = digits(&run(open, "buyer", &[]).with_code(0).one());
    let offer = "--quantity 1000 --price '2.40 USD'";
    for (who, said) in [
        ("supplier", "accept".to_owned()),
        ("buyer", format!("propose --buy 'GPU hours' {offer}")),
        ("supplier", format!("counter --sell 'GPU hours' {offer}")),
        ("buyer", format!("counter --firm --buy 'GPU hours' {offer}")),
        ("supplier", "accept".to_owned()),
    ] {
        run(&format!("assent session say $SESSION {said}"), who, &[("SESSION", &session)]).with_code(0);
    }

    let page = include_str!("../../../docs/guides/organisation.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let shown: Vec<String> = blocks.map(|block| run(block, "buyer", &[]).with_code(0).stdout).collect();
    let [agents, trouble, activity, later] = &shown[..] else { panic!("{shown:?}") };
    let (buyer, clerk) = agents.split_once("\n\n").unwrap();
    assert!(buyer.starts_with("acme.example/buyer  registered"), "{agents}");
    for shown in ["1 open  0 ended", "1 active", "1 open, 2400 USD", "next due", "COUNTER"] {
        assert!(buyer.contains(shown), "{shown}: {agents}");
    }
    assert!(clerk.starts_with("acme.example/clerk") && clerk.contains("0 open  0 ended"), "{agents}");
    assert!(!clerk.contains("owe") && !agents.contains("volt.example"), "{agents}");
    assert_eq!(trouble, "");
    assert!(activity.contains("org.register") && activity.contains("COUNTER"), "{activity}");
    assert!(!activity.contains("ACCEPT") && !activity.contains("volt.example"), "{activity}");
    // The consent's request, the invitation, the proposal and the counter-offer.
    assert_eq!(later.lines().count(), 4, "{later}");

    let acts = run("assent org activity --json", "buyer", &[]).with_code(0).json();
    let indices: Vec<u64> = acts.iter().map(|act| act["logIndex"].as_u64().unwrap()).collect();
    assert!(indices.is_sorted_by(|newer, older| newer > older), "{indices:?}");
    let few = run("assent org activity --limit 2 --json", "buyer", &[]).with_code(0).json();
    assert_eq!(few[..], acts[..2]);
    // Nothing of one organisation is told to another, and what is no type is not asked for.
    let none = run("assent org activity --agent acme.example/buyer --json", "supplier", &[]).with_code(0);
    assert_eq!(none.stdout, "");
    run("assent org activity --type wish", "buyer", &[]).with_code(2);
    run("assent org activity --limit 0", "buyer", &[]).with_code(2);
}
