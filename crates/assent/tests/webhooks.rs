//! Webhooks by the commands of the guide: made, tried, put aside, replayed, removed. Its programs are run by `libraries`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::Value;
use support::hooks::{WAIT, blocks, calling, receive, shell};
use support::{Served, User};

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let status = Arc::new(AtomicU16::new(204));
    let (address, told) = receive(Arc::clone(&status));
    let node = calling(folder);
    let mut acme = User::new(&folder.join("home"), &node.url);
    acme.run(&["init", "--org", "acme.example"]).with_code(0);
    acme.done(&["org", "register", "--name", "Acme"]);

    let hook = format!("http://{address}/in");
    let [make, try_it, resume, dead, remove] = &blocks("sh")[..] else { panic!("the blocks of the guide") };
    let listed = shell(make, folder, &node.url, &[("HOOK", &hook)]).stdout;
    assert!(listed.contains(&hook) && listed.contains("running"), "{listed}");
    for (file, prefix) in [("secret", "whsec_"), ("key", "whpk_")] {
        assert!(std::fs::read_to_string(folder.join(file)).unwrap().starts_with(prefix));
    }
    // It is told what its organisation has done.
    let (headers, body) = told.recv_timeout(WAIT).unwrap();
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&event["type"], &event["subject"]), (&"asp.org.register".into(), &"org:acme.example".into()));
    assert_eq!(headers["content-type"], "application/cloudevents+json");

    let webhooks = acme.run(&["webhook", "list"]).with_code(0).one();
    let id = webhooks["id"].as_str().unwrap().to_owned();
    let named = [("WEBHOOK", &id[..8])];
    let tried = shell(try_it, folder, &node.url, &named).stdout;
    assert!(tried.contains("took it"), "{tried}");
    let (headers, _) = told.recv_timeout(WAIT).unwrap();
    assert!(headers["webhook-id"].starts_with(&format!("{id}-test-")));
    status.store(500, Ordering::SeqCst);
    let refused = acme.run(&["webhook", "test", &id[..8]]).with_code(1);
    assert!(refused.stderr.contains("it answers 500"), "{}", refused.stderr);
    status.store(204, Ordering::SeqCst);
    shell(resume, folder, &node.url, &named);
    let aside = shell(dead, folder, &node.url, &named).stdout;
    assert!(aside.contains("nothing was put aside") && aside.contains("0 to be delivered"), "{aside}");
    shell(remove, folder, &node.url, &named);
    assert_eq!(acme.run(&["webhook", "list"]).with_code(0).json(), Vec::<Value>::new());
}

#[test]
fn an_address_that_the_node_does_not_call_and_a_webhook_that_there_is_not_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let mut acme = User::new(&folder.path().join("home"), &node.url);
    acme.run(&["init", "--org", "acme.example"]).with_code(0);
    acme.done(&["org", "register"]);
    let refused = acme.run(&["webhook", "add", "http://127.0.0.1:9/in"]).with_code(1);
    assert!(refused.stderr.contains("WEBHOOK_ADDRESS"), "{}", refused.stderr);
    for wrong in
        [&["add", "ftp://hooks.example"][..], &["add"], &["test", "abc"], &["add", "--stream", "people"]]
    {
        acme.run(&[&["webhook"], wrong].concat()).with_code(2);
    }
    for command in ["test", "dead", "replay", "resume", "remove"] {
        acme.run(&["webhook", command, "abcd"]).with_code(1);
    }
    let shown = acme.plain(&["webhook", "list"]).with_code(0);
    assert!(shown.stdout.contains("no webhooks"), "{}", shown.stdout);
}
