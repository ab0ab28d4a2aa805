//! Names that look alike, by the commands of the guide, against a served node.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use serde_json::json;
use support::{Ran, Served, User, assent};

/// Runs a block as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, home: &Path, node: &str) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).env("PATH", path).env("COLUMNS", "120");
    command.env("ASSENT_HOME", home).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    Ran::from(command.output().unwrap())
}

#[test]
fn the_commands_of_the_guide_mark_who_could_be_mistaken() {
    // ASP-REG-011
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let page = include_str!("../../../docs/guides/names.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut told = Vec::new();
    for block in blocks {
        let (who, block) = block.strip_prefix("# ").unwrap().split_once('\n').unwrap();
        told.push(shell(block, &folder.path().join(who), &node.url).with_code(0).stdout);
    }
    let [_, _, shown] = &told[..] else { panic!("{} blocks", told.len()) };
    let cautions = shown.matches("could be mistaken for acme.example").count();
    assert_eq!(cautions, 3, "{shown}");
    assert!(shown.contains("reads as") && shown.contains("\u{430}cme.example"), "{shown}");
    let mut anybody = User::new(&folder.path().join("anybody"), &node.url);
    for (arguments, expected) in [
        (&["org", "show", "acme.example"][..], json!(null)),
        (&["agent", "show", "acme.example/sales"], json!(null)),
        (&["org", "show", "xn--cme-5cd.example"], json!(["acme.example"])),
        (&["agent", "show", "xn--cme-5cd.example/sales"], json!(["acme.example"])),
        (&["discover", "--organisation", "xn--cme-5cd.example"], json!(["acme.example"])),
    ] {
        assert_eq!(anybody.done(arguments)["mistakableFor"], expected, "{arguments:?}");
    }
}

#[test]
fn a_name_that_hides_something_is_refused_before_anything_is_signed() {
    // ASP-ORG-010
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let mut user = User::new(&folder.path().join("home"), &node.url);
    for (name, why) in [
        ("Ac\u{200b}me", "cannot be seen"),
        ("\u{202e}emcA", "cannot be seen"),
        ("Acme  Ltd", "single spaces"),
        ("Acm\u{e9}\u{301}", "few marks"),
        ("\u{2026}", "a letter or a digit"),
    ] {
        let refused = user.run(&["org", "register", "acme.example", "--name", name]).with_code(2);
        assert!(refused.stderr.contains(why), "{name:?}: {}", refused.stderr);
    }
    user.done(&["org", "register", "acme.example", "--name", "Acme"]);
}
