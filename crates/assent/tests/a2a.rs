//! A2A by commands: a client is let in and sent away, and an agent that signs nothing is talked to and quoted.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use serde_json::{Value, json};
use support::{Served, User};

const CAPABILITY: &str = "provision.compute.gpu";

fn acme(folder: &std::path::Path, node: &Served) -> User {
    let mut acme = User::new(&folder.join("acme"), &node.url);
    acme.run(&["init", "--org", "acme.example", "--agent", "acme.example/buyer"]).with_code(0);
    acme.done(&["org", "register"]);
    for agent in ["acme.example/buyer", "acme.example/clerk"] {
        acme.done(&["agent", "register", agent, "--capability", CAPABILITY]);
    }
    acme
}

#[test]
fn a_client_is_let_in_listed_and_sent_away() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let node = Served::start(&data);
    let mut acme = acme(folder.path(), &node);
    let data = data.to_str().unwrap();
    let client = ["a2a", "client"];
    let added = acme.done(&[&client[..], &["add", "acme.example/buyer", "--data", data]].concat());
    assert!(added["token"].as_str().unwrap().starts_with("a2a_"), "{added}");
    assert_eq!(added["agent"], "agent://acme.example/buyer");
    let listed = acme.run(&[&client[..], &["list", "--data", data]].concat()).with_code(0).one();
    assert_eq!((&listed["id"], listed.get("token")), (&added["id"], None));
    let plain = acme.plain(&[&client[..], &["list", "--data", data]].concat()).with_code(0).stdout;
    assert!(plain.contains("acme.example/buyer"), "{plain}");
    // A key that is not the agent's any more is not left anywhere.
    acme.done(&["agent", "key", "rotate", "acme.example/clerk"]);
    std::fs::remove_dir_all(folder.path().join("acme/keys")).unwrap();
    acme.run(&[&client[..], &["add", "acme.example/clerk", "--data", data]].concat()).with_code(2);
    let id = &added["id"].as_str().unwrap()[..8];
    acme.run(&[&client[..], &["remove", "none", "--data", data]].concat()).with_code(1);
    acme.done(&[&client[..], &["remove", id, "--data", data]].concat());
    assert!(acme.run(&[&client[..], &["list", "--data", data]].concat()).with_code(0).json().is_empty());
    let empty = folder.path().to_str().unwrap();
    acme.run(&[&client[..], &["list", "--data", empty]].concat()).with_code(2);
}

#[test]
fn what_an_agent_says_that_signs_nothing_is_kept_as_hearsay_and_binds_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start_with(&folder.path().join("data"), &["--a2a-conformance"]);
    let mut acme = acme(folder.path(), &node);
    let peer = format!("{}/a2a/a2a-conformance.invalid/agent", node.url);
    let talk = ["a2a", "talk", &peer, "--as", "acme.example/buyer"];
    let heard = acme.done(&[&talk[..], &["What do they cost?", "--witness", "acme.example/clerk"]].concat());
    assert_eq!(
        (&heard["words"], &heard["state"]),
        (&json!("Hello from TCK"), &json!("TASK_STATE_COMPLETED"))
    );
    let session = heard["session"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    let further =
        acme.plain(&[&talk[..], &["And four?", "--session", &session]].concat()).with_code(0).stdout;
    assert!(further.contains("nobody has signed it"), "{further}");

    let shown = ["session", "show", &session, "--messages", "--as", "acme.example/buyer"];
    let messages = acme.run(&shown).with_code(0).json();
    let of = |message: &&Value| message["hash"] == heard["hearsay"];
    let quoted = messages.iter().find(of).unwrap();
    let note = &quoted["statement"]["body"];
    assert_eq!((&note["kind"], &note["data"]["hearsay"]["signed"]), (&json!("note"), &json!(false)));
    assert!(note["data"]["hearsay"]["quote"].as_str().unwrap().contains("Hello from TCK"));
    // Neither of the two can make a commitment of it.
    for who in ["acme.example/buyer", "acme.example/clerk"] {
        let terms = heard["hearsay"].as_str().unwrap();
        for word in ["commit", "accept"] {
            let reply = ["--reply-to", terms, "--terms", terms, "--as", who];
            acme.run(&[&["session", "say", &session, word][..], &reply].concat()).with_code(1);
        }
    }
    acme.run(&[&talk[..], &["--session", &session]].concat()).with_code(2);
    let nobody = ["a2a", "talk", "http://127.0.0.1:9/a2a", "hello", "--session", &session];
    acme.run(&[&nobody[..], &["--as", "acme.example/buyer"]].concat()).with_code(3);
}
