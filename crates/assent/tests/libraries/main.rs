//! What a node delivers to webhooks is believed by the libraries that others have published, and what is forged is not: the
//! programs of the guide as they stand there.
//!
//! `cargo xtask test` installs the libraries, as they are pinned here, and says where.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::AtomicU16;

use serde_json::{Value, json};
use support::hooks::{Told, WAIT, blocks, calling, receive, shell};
use support::{User, Wire};

/// Says in which folder the libraries are.
const LIBRARIES: &str = "ASSENT_TEST_LIBRARIES";

/// What a program of the guide rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rests {
    /// The secret: `v1`, by the libraries of Standard Webhooks.
    Secret,
    /// The public half of the webhook's key: `v1a`, by libraries of cryptography.
    Key,
}

/// The programs: language and number of the block, its file, and what it rests on.
const PROGRAMS: [(&str, usize, &str, Rests); 4] = [
    ("py", 0, "check.py", Rests::Secret),
    ("py", 1, "check_key.py", Rests::Key),
    ("js", 0, "check.cjs", Rests::Secret),
    ("mjs", 0, "check.mjs", Rests::Key),
];

/// Runs a program of the guide.
fn run(folder: &Path, (language, number, file, _): (&str, usize, &str, Rests)) -> Output {
    let libraries = PathBuf::from(std::env::var_os(LIBRARIES).expect("`cargo xtask test` runs this test"));
    std::fs::write(folder.join(file), blocks(language)[number]).unwrap();
    let mut command = match language {
        "py" => Command::new(libraries.join("python/bin/python")),
        _ => Command::new("node"),
    };
    command.arg(file).current_dir(folder).env("NODE_PATH", libraries.join("node_modules"));
    command.output().unwrap()
}

/// Puts where the programs look for it what was received.
fn receive_as(folder: &Path, headers: &Value, body: &str) {
    std::fs::write(folder.join("headers.json"), headers.to_string()).unwrap();
    std::fs::write(folder.join("body.json"), body).unwrap();
}

/// Holds that each program believes what was received, or that those refuse it that rest on this.
#[track_caller]
fn check(folder: &Path, what: &str, refuse: &[Rests]) {
    for program in PROGRAMS {
        let ran = run(folder, program);
        let error = String::from_utf8_lossy(&ran.stderr).into_owned();
        let printed = String::from_utf8(ran.stdout).unwrap();
        if refuse.contains(&program.3) {
            assert!(!ran.status.success() && printed.is_empty(), "{}: {what} is believed", program.2);
            // By what it found, not by what it lacks.
            assert!(!error.contains("No module") && !error.contains("Cannot find module"), "{error}");
        } else {
            assert_eq!(printed.trim(), "asp.org.register org:acme.example", "{}: {what}: {error}", program.2);
        }
    }
}

#[test]
fn published_libraries_believe_what_is_delivered_and_nothing_else() {
    // ASP-DLV-011, THR-WEBHOOK-FORGED
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (address, told) = receive(Arc::new(AtomicU16::new(204)));
    let node = calling(folder);
    let mut acme = User::new(&folder.join("home"), &node.url);
    acme.run(&["init", "--org", "acme.example"]).with_code(0);
    acme.done(&["org", "register", "--name", "Acme"]);
    let hook = format!("http://{address}/in");
    shell(blocks("sh")[0], folder, &node.url, &[("HOOK", &hook)]);
    let (headers, body): Told = told.recv_timeout(WAIT).unwrap();
    let headers = json!(headers);

    // The key as whoever receives asks for it, with the id that each delivery names.
    let (id, _) = headers["webhook-id"].as_str().unwrap().split_once('-').unwrap();
    let (status, answer) =
        Wire::connect(node.address()).unwrap().get(&format!("/v1/webhooks/{id}/key")).unwrap();
    assert_eq!(status, 200);
    let published: Value = serde_json::from_slice(&answer).unwrap();
    let (key, secret) = (folder.join("key"), folder.join("secret"));
    assert_eq!(std::fs::read_to_string(&key).unwrap().trim(), published["publicKey"]);

    receive_as(folder, &headers, &body);
    check(folder, "what was delivered", &[]);
    let both = [Rests::Secret, Rests::Key];
    receive_as(folder, &headers, &body.replace("acme", "evil"));
    check(folder, "another body", &both);
    let changed = |name: &str, value: String| {
        let mut headers = headers.clone();
        headers[name] = value.into();
        headers
    };
    receive_as(folder, &changed("webhook-id", format!("{id}-9")), &body);
    check(folder, "another id", &both);
    let seconds: u64 = headers["webhook-timestamp"].as_str().unwrap().parse().unwrap();
    for (what, other) in [("an old one", seconds - 3_600), ("one of a second later", seconds + 1)] {
        receive_as(folder, &changed("webhook-timestamp", other.to_string()), &body);
        check(folder, what, &both);
    }
    receive_as(folder, &changed("webhook-signature", "v1,AAAA v1a,AAAA".to_owned()), &body);
    check(folder, "no signature", &both);

    // Another webhook's key and secret are another's.
    receive_as(folder, &headers, &body);
    let other = acme.done(&["webhook", "add", &hook]);
    let before = [std::fs::read(&key).unwrap(), std::fs::read(&secret).unwrap()];
    std::fs::write(&key, other["webhook"]["publicKey"].as_str().unwrap()).unwrap();
    check(folder, "what another key signed", &[Rests::Key]);
    std::fs::write(&key, &before[0]).unwrap();
    std::fs::write(&secret, other["secret"].as_str().unwrap()).unwrap();
    check(folder, "what another secret signed", &[Rests::Secret]);
    std::fs::write(&secret, &before[1]).unwrap();
    check(folder, "what was delivered", &[]);
}
