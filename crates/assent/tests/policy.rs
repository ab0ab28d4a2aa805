//! The guide about policies and limits, by its commands.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use support::{Ran, Served, assent};

/// Runs a block as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, folder: &Path, whose: &str, node: &str, variables: &[(&str, &str)]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).current_dir(folder).env("PATH", path).env("COLUMNS", "100");
    command.env("ASSENT_HOME", folder.join(whose)).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    // The vault holds one key alone.
    command.envs(match whose {
        "buyer" => Some(("ASSENT_AS", "acme.example/buyer")),
        "supplier" => Some(("ASSENT_AS", "volt.example/sales")),
        _ => None,
    });
    command.envs(variables.iter().copied());
    Ran::from(command.output().unwrap())
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let run = |block: &str, who: &str, variables: &[(&str, &str)]| {
        // Nobody listens there: the vault has no network.
        let node = if who == "vault" { "http://127.0.0.1:9" } else { node.url.as_str() };
        shell(block, folder.path(), who, node, variables)
    };
    let consent = "assent consent request --with volt.example --capability advise";
    for (who, block) in [
        ("vault", "assent key new root.pem"),
        ("buyer", "assent key import root.pem --for acme.example && assent org register acme.example"),
        ("buyer", "assent agent register acme.example/buyer --capability advise.energy"),
        ("supplier", "assent org register volt.example"),
        ("supplier", "assent agent register volt.example/sales --capability advise.energy"),
        ("buyer", consent),
    ] {
        run(block, who, &[]).with_code(0);
    }
    let asked = run("assent consent list --json", "supplier", &[]).with_code(0).one();
    let asked = &asked["id"].as_str().unwrap()[7..19];
    run("assent consent grant $ASKED", "supplier", &[("ASKED", asked)]).with_code(0);
    let page = include_str!("../../../docs/guides/policy.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut shown = Vec::new();
    for block in blocks {
        let (who, block) = block.strip_prefix("# the ").unwrap().split_once('\n').unwrap();
        // The id is known once the session is open: the last command has it.
        let (first, last) = block.split_once("assent session show").unwrap_or((block, ""));
        let mut ran = run(first, who, &[]).with_code(0);
        if !last.is_empty() {
            let listed = run("assent session list --json", who, &[]).with_code(0).one();
            let session = &listed["id"].as_str().unwrap()[7..19];
            ran = run(&format!("assent session show{last}"), who, &[("SESSION", session)]).with_code(0);
            let view =
                run("assent session show $SESSION --json", who, &[("SESSION", session)]).with_code(0).one();
            assert_eq!(view["admitted"]["floors"][0]["organisation"], "acme.example");
            assert_eq!(view["admitted"]["floors"][0]["floor"]["score"], 10);
        }
        shown.push(ran.stdout);
    }
    assert_eq!(shown.len(), 11);
    assert!(shown[2].contains("amp.example, volt.example"), "{}", shown[2]);
    assert!(shown[5].contains("10 points in a deal of 1,000 USD were asked"), "{}", shown[5]);
    for told in ["500 USD uncovered", "1 EUR = 1.08 USD", "guild.example for 5000 USD"] {
        assert!(shown[6].contains(told), "{}", shown[6]);
    }
    assert!(shown[9].contains("5,000 USD"), "{}", shown[9]);
    assert!(shown[10].contains("statements a second") && shown[10].contains("1,000"), "{}", shown[10]);

    // What a policy asks for holds.
    let invite = "assent session open --with acme.example/buyer --capability advise.energy";
    for (policy, code) in
        [("--floor '40@1000 USD'", "TRUST_TOO_LOW"), ("--from amp.example", "INVITATION_NOT_WELCOME")]
    {
        run(&format!("assent org policy set {policy}"), "buyer", &[]).with_code(0);
        let refused = run(invite, "supplier", &[]).with_code(1);
        assert!(refused.stderr.contains(code), "{}", refused.stderr);
    }
    run("assent org limits --json", "supplier", &[]).with_code(0);
}
