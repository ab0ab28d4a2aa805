//! The binary as a script sees it: exit codes, what goes to stdout and what to stderr, colours, files it makes.
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

use support::{Ran, assent, run};

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// An address at which nobody listens: the port was free a moment ago and is bound to nothing.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn help_is_data_and_a_wrong_command_is_talk() {
    let help = run(&["--help"]).with_code(0);
    assert!(help.stdout.contains("Exit codes:") && help.stdout.contains("assent demo"), "{help:?}");
    assert_eq!(help.stderr, "");
    for wrong in [
        &["fly"][..],
        &[],
        &["session"],
        &["session", "say", "xyz", "propose"],
        &["verify"],
        &["--color", "red", "demo"],
    ] {
        let ran = run(wrong).with_code(2);
        assert_eq!(ran.stdout, "", "{wrong:?}");
        assert!(!ran.stderr.is_empty(), "{wrong:?}");
    }
    assert!(run(&["--version"]).with_code(0).stdout.starts_with("assent "));
}

#[test]
fn no_line_of_help_is_wider_than_a_hundred_columns() {
    for path in [
        &["--help"][..],
        &["session", "say", "--help"],
        &["demo", "--help"],
        &["bench", "ingest", "--help"],
        &["bench", "flood", "--help"],
        &["lab", "trust", "--help"],
        &["session", "tender", "open", "--help"],
        &["session", "tender", "award", "--help"],
        &["session", "tender", "show", "--help"],
        &["session", "tender", "decline", "--help"],
    ] {
        let ran = run(path).with_code(0);
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= 100, "{path:?}: {line}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_usage_and_says_so_in_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.json");
    std::fs::write(&garbage, "{\"asp\":").unwrap();
    for file in [garbage.to_str().unwrap(), "/nowhere/at/all.json"] {
        let ran = run(&["verify", file]).with_code(2);
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: "), "{ran:?}");
        let ran = run(&["verify", file, "--json"]).with_code(2);
        let error: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(
            (error["error"]["exit"].as_i64(), error["error"]["kind"].as_str()),
            (Some(2), Some("usage"))
        );
    }
}

#[test]
fn a_node_that_is_not_there_is_worth_another_try() {
    let home = tempfile::tempdir().unwrap();
    let node = nobody();
    let base = ["--node", &node, "--home", home.path().to_str().unwrap()];
    for command in [&["org", "show", "acme.example"][..], &["discover"], &["log", "checkpoint"]] {
        let ran = run(&[&base[..], command].concat()).with_code(3);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("hint"), "{ran:?}");
    }
}

#[test]
fn init_makes_keys_that_only_their_owner_can_read_and_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let init = |extra: &[&str]| -> Ran {
        let arguments = [
            "--home",
            home.to_str().unwrap(),
            "init",
            "--org",
            "acme.example",
            "--agent",
            "acme.example/buyer",
        ];
        run(&[&arguments[..], extra].concat())
    };
    let first = init(&["--json"]).with_code(0).one();
    let second = init(&["--json"]).with_code(0).one();
    for (number, made) in [(0, true), (1, true)] {
        assert_eq!(first["keys"][number]["made"], made);
        assert_eq!(second["keys"][number]["made"], false);
        assert_eq!(first["keys"][number]["key"], second["keys"][number]["key"]);
    }
    assert_eq!(mode(&home), 0o700);
    let talk = init(&[]).with_code(0);
    let files: Vec<_> =
        std::fs::read_dir(home.join("keys")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(mode(&file), 0o600);
        let secret = std::fs::read_to_string(&file).unwrap();
        for word in secret.split(|letter: char| !letter.is_ascii_hexdigit()).filter(|word| word.len() >= 64) {
            assert!(!talk.stdout.contains(word) && !talk.stderr.contains(word));
        }
    }
    let other =
        run(&["--home", home.to_str().unwrap(), "init", "--org", "a.example", "--agent", "b.example/x"]);
    assert_eq!(other.code, 2);
}

#[test]
fn a_key_file_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let at = home.path().to_str().unwrap();
    run(&["--home", at, "init", "--org", "acme.example"]).with_code(0);
    let file = std::fs::read_dir(home.path().join("keys")).unwrap().next().unwrap().unwrap().path();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = run(&["--home", at, "--node", &nobody(), "consent", "list"]).with_code(2);
    assert!(ran.stderr.contains("others can read it"), "{ran:?}");
}

#[test]
fn colour_is_for_terminals_and_whoever_asks() {
    let help = |arguments: &[&str], no_color: bool| {
        let mut command = assent();
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let home = tempfile::tempdir().unwrap();
        let ran: Ran =
            command.args(["--home", home.path().to_str().unwrap()]).args(arguments).output().unwrap().into();
        ran.stdout.contains('\u{1b}')
    };
    assert!(!help(&["init", "--org", "acme.example"], false), "a pipe is no terminal");
    assert!(help(&["init", "--org", "acme.example", "--color", "always"], false));
    assert!(help(&["init", "--org", "acme.example", "--color", "always"], true), "who asks gets it");
    assert!(!help(&["init", "--org", "acme.example", "--color", "never"], false));
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(run(&["completions", shell]).with_code(0).stdout.contains("assent"), "{shell}");
    }
}
