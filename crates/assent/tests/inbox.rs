//! Inboxes by the commands of the guide, against a served node.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Ran, Served, User, assent};

/// Runs a block of the guide as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, home: &Path, node: &str, variables: &[(&str, String)]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).env("PATH", path).env("COLUMNS", "120").current_dir(home);
    for (name, value) in variables {
        command.env(name, value);
    }
    command.env("ASSENT_HOME", home).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    Ran::from(command.output().unwrap()).with_code(0)
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let mut users = Vec::new();
    for (organisation, agent) in [("acme", "buyer"), ("volt", "sales")] {
        let mut user = User::new(&folder.path().join(organisation), &node.url);
        let name = format!("{organisation}.example/{agent}");
        user.run(&["init", "--org", &format!("{organisation}.example"), "--agent", &name]).with_code(0);
        user.done(&["org", "register", &format!("{organisation}.example")]);
        user.done(&["agent", "register", &name, "--capability", "provision.compute"]);
        users.push(user);
    }
    let asked = users[0].done(&["consent", "request", "--with", "volt.example", "--capability", "provision"]);
    users[1].done(&["consent", "grant", asked["id"].as_str().unwrap()]);
    let open = ["session", "open", "--with", "volt.example/sales", "--capability", "provision.compute"];
    let session = users[0].done(&open)["id"].as_str().unwrap()[7..19].to_owned();
    users[1].done(&["session", "say", &session, "accept"]);
    users[0].done(&["session", "say", &session, "inform", "--text", "Is it there?"]);

    let home = folder.path().join("volt");
    let page = include_str!("../../../docs/guides/inbox.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut told = Vec::new();
    let mut variables: Vec<(&str, String)> = Vec::new();
    for block in blocks {
        let (whom, block) = block.strip_prefix("# ").unwrap().split_once('\n').unwrap();
        assert_eq!(whom, "the vendor");
        let ran = shell(block, &home, &node.url, &variables);
        if variables.is_empty() {
            // The lease and the positions that it printed: all but the last are handled.
            let words: Vec<&str> = ran.stdout.split_whitespace().collect();
            let lease = words.iter().skip_while(|word| **word != "lease").nth(1).unwrap();
            let rows = ran.stdout.lines().filter_map(|line| line.split_whitespace().next());
            let positions: Vec<&str> = rows.filter(|word| word.parse::<u64>().is_ok()).collect();
            let (last, handled) = positions.split_last().unwrap();
            variables = vec![
                ("LEASE", (*lease).to_owned()),
                ("POSITIONS", handled.join(" ")),
                ("OTHER", (*last).to_owned()),
            ];
        }
        told.push(ran.stdout);
    }
    let [taken, confirmed, refused, groups] = &told[..] else { panic!("{told:?}") };
    assert!(taken.contains("Is it there?") && taken.contains("acme.example/buyer"), "{taken}");
    assert!(confirmed.starts_with("confirmed"), "{confirmed}");
    assert!(refused.contains("no model for it") && refused.contains("replayed"), "{refused}");
    assert!(groups.contains("audit") && groups.contains("forgotten"), "{groups}");
    let audited = std::fs::read_to_string(home.join("audited.json")).unwrap();
    let audited: Value = serde_json::from_str(&audited).unwrap();
    assert!(audited["items"].as_array().unwrap().len() >= 2, "{audited}");
    // What was confirmed does not come again, what was replayed does.
    let again = users[1].done(&["inbox", "take"]);
    let places: Vec<String> = again["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["message"]["logIndex"].to_string())
        .collect();
    assert_eq!(places, [variables[2].1.clone()], "{again}");
    users[1].run(&["inbox", "take"]).with_code(1);
}
