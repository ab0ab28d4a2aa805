//! A node as an operator sees it: it says where it is, stops when it is asked, and has everything when it starts again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use support::{Served, User, run};

#[test]
fn a_node_stops_in_order_and_starts_again_with_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("data"), folder.path().join("home"));
    let mut registered: Vec<&str> = Vec::new();
    let mut identity = None;
    for (signal, domain) in [("TERM", "one.example"), ("INT", "two.example"), ("TERM", "three.example")] {
        let node = Served::start(&data);
        let known = (node.first["origin"].clone(), node.first["nodeKey"].clone());
        assert_eq!(*identity.get_or_insert(known.clone()), known, "the node is another one");
        let mut user = User::new(&home, &node.url);
        for domain in &registered {
            user.run(&["org", "show", domain]).with_code(0);
        }
        user.done(&["org", "register", domain]);
        registered.push(domain);
        let size = user.done(&["log", "checkpoint"]);
        assert_eq!(size["size"].as_u64(), Some(registered.len() as u64));
        node.signal(signal);
        assert_eq!(node.wait().code(), Some(0), "SIG{signal}");
    }
    let audit = run(&["log", "audit", "--data", data.to_str().unwrap(), "--json"]).with_code(0).one();
    assert_eq!(audit["entries"].as_u64(), Some(3));
}

#[test]
fn two_nodes_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Served::start(folder.path());
    let at = folder.path().to_str().unwrap();
    let second = run(&["serve", "--data", at, "--listen", "127.0.0.1:0"]);
    assert!(matches!(second.code, 1..=4) && second.stdout.is_empty(), "{second:?}");
}

#[test]
fn an_export_says_the_same_as_its_folder_and_a_changed_one_is_refuted() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("data"), folder.path().join("home"));
    let node = Served::start(&data);
    let mut user = User::new(&home, &node.url);
    for domain in ["one.example", "two.example"] {
        user.done(&["org", "register", domain]);
    }
    node.signal("TERM");
    assert_eq!(node.wait().code(), Some(0));
    let file = folder.path().join("log.jsonl");
    let (from, to) = (data.to_str().unwrap(), file.to_str().unwrap());
    run(&["log", "export", "--data", from, "-o", to]).with_code(0);
    let clean = run(&["log", "audit", "--export", to, "--json"]).with_code(0).one();
    let of_folder = run(&["log", "audit", "--data", from, "--json"]).with_code(0).one();
    for field in ["entries", "origin", "nodeKey", "size", "root"] {
        assert_eq!(clean[field], of_folder[field], "{field}");
    }
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = text.replacen("two.example", "twa.example", 1);
    assert_ne!(text, changed);
    std::fs::write(&file, changed).unwrap();
    let ran = run(&["log", "audit", "--export", to, "--json"]).with_code(1).one();
    assert_eq!(ran["finding"]["index"].as_u64(), Some(1), "{ran}");
}

#[cfg(not(feature = "misbehave"))]
#[test]
fn what_ships_has_nothing_of_the_deliberately_wrong_node() {
    assert!(!run(&["serve", "--help"]).with_code(0).stdout.contains("misbehave"));
    for kind in ["list", "ignores-turns"] {
        run(&["serve", "--misbehave", kind]).with_code(2);
    }
    let has = |word: &str| {
        let mut search = std::process::Command::new("grep");
        let found = search.args(["-aqF", word, env!("CARGO_BIN_EXE_assent")]).status().unwrap();
        assert!(matches!(found.code(), Some(0 | 1)), "grep: {found}");
        found.success()
    };
    assert!(has("assent serve") && !has("ignores-turns") && !has("ON PURPOSE"));
}
