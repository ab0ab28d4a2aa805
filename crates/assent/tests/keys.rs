//! Keys by the commands of the guide: a root key that stays offline, hardware, and a theft found out late.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use support::{Ran, Served, assent};

/// Runs a block as its user has it: the program on the path, the home and, at the desk, a node in the environment.
fn shell(block: &str, folder: &Path, whose: &str, node: &str, variables: &[(&str, String)]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).current_dir(folder).env("PATH", path).env("COLUMNS", "100");
    command.env("ASSENT_HOME", folder.join(whose)).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    command.envs(variables.iter().map(|(name, value)| (name, value.as_str())));
    Ran::from(command.output().unwrap())
}

/// The first word that names a key.
fn key_in(text: &str) -> String {
    text.split_whitespace().find(|word| word.starts_with("did:key:")).unwrap().to_owned()
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    // Nobody listens there: the vault has no network.
    let nowhere = "http://127.0.0.1:9";
    let mut variables: Vec<(&str, String)> = vec![("INDEX", "1".to_owned())];
    let run = |block: &str, who: &str, variables: &[(&str, String)]| {
        let node = if who == "vault" { nowhere } else { node.url.as_str() };
        shell(block, folder.path(), who, node, variables)
    };
    let page = include_str!("../../../docs/guides/keys.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut count = 0;
    for block in blocks {
        let (who, block) = block.strip_prefix("# the ").unwrap().split_once('\n').unwrap();
        if block.contains("$STOLEN") {
            run("assent key new spare.pem", "desk", &[]).with_code(0);
        }
        let ran = run(block, who, &variables).with_code(0);
        for (named, made) in [("ROOT", "new root.pem"), ("TOKEN", "new token.pem")] {
            if block.contains(made) {
                variables.push((named, key_in(&ran.stdout)));
            }
        }
        if block.contains("agent key rotate") {
            let listed = run("assent agent key list acme.example/buyer", "desk", &[]).with_code(0);
            let ended = listed.stdout.lines().find(|line| line.contains("until")).unwrap();
            variables.push(("STOLEN", key_in(ended)));
        }
        count += 1;
    }
    assert_eq!(count, 13);
    let listed = run("assent agent key list acme.example/buyer --json", "desk", &[]).with_code(0).one();
    let stolen = &variables.iter().find(|(name, _)| *name == "STOLEN").unwrap().1;
    let revoked = listed.as_array().unwrap().iter().find(|view| view["key"] == stolen.as_str()).unwrap();
    assert_eq!(revoked["distrustedFrom"], 1);
    assert_eq!(listed.as_array().unwrap().len(), 3);

    // A file that says one thing and does another is signed by nobody.
    run("assent org key revoke $TOKEN --prepare revoke.json --as acme.example", "desk", &variables)
        .with_code(0);
    let file = folder.path().join("revoke.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("revokes the key", "adds the key")).unwrap();
    let refused = run("assent sign revoke.json --key root.pem --yes", "vault", &variables).with_code(1);
    assert!(refused.stderr.contains("is not what the statement does"), "{}", refused.stderr);
    std::fs::write(&file, &text).unwrap();
    let unsigned = run("assent submit revoke.json", "desk", &variables).with_code(1);
    assert!(unsigned.stderr.contains("nobody has signed"), "{}", unsigned.stderr);
    // Nobody is asked where nobody sits, and a stranger's signature is the node's to refuse.
    run("assent sign revoke.json --key root.pem < /dev/null", "vault", &variables).with_code(2);
    run("assent sign revoke.json --key spare.pem --yes", "vault", &variables).with_code(0);
    let refused = run("assent submit revoke.json", "desk", &variables).with_code(1);
    assert!(refused.stderr.contains("KEY_NOT_VALID"), "{}", refused.stderr);
}

#[test]
fn key_files_are_of_one_owner_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let run = |block: &str| shell(block, folder.path(), "home", "http://127.0.0.1:9", &[]);
    run("openssl genpkey -algorithm ed25519 -out a.pem && openssl ecparam -name prime256v1 -genkey -noout -out b.pem")
        .with_code(0);
    run("assent key import a.pem --for acme.example").with_code(0);
    run("assent key import b.pem --for acme.example/buyer").with_code(0);
    for (who, file) in [("acme.example", "a"), ("acme.example/buyer", "b")] {
        let shown = run(&format!("assent key show --of {who} --json")).with_code(0).one();
        assert_eq!(run(&format!("assent key show {file}.pem --json")).with_code(0).one(), shown);
        run(&format!("assent key export {who} -o {file}2.pem && openssl pkey -in {file}2.pem -noout"))
            .with_code(0);
        assert_eq!(run(&format!("assent key show {file}2.pem --json")).with_code(0).one(), shown);
        run(&format!("assent key export {who} -o {file}2.pem")).with_code(2);
    }
    run("assent key import b.pem --for acme.example").with_code(2);
    run("echo no key > c.pem && assent key show c.pem").with_code(2);
    run("assent key new a.pem").with_code(2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("a2.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
