//! What users see when a node's storage fails under them: a real limit on the length of its files.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

#[path = "../../asp-node/tests/support/author.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod author;
mod support;

use asp_node::Clock;
use author::Author;
use serde_json::Value;
use support::{Served, Wire, run};

/// Bytes that no file of the failing node exceeds: enough to start, and for some statements.
const BYTES_MAX: u64 = 1024 * 1024;
/// Far more organisations than there is room for.
const MANY: usize = 20_000;

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}

#[test]
fn a_failing_disk_stops_the_writer_keeps_reads_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let node = Served::start_within(&data, BYTES_MAX);
    let mut author = Author::new(node.first["origin"].as_str().unwrap().parse().unwrap(), Clock::system());
    let mut wire = Wire::connect(node.address()).unwrap();
    assert_eq!(wire.get("/readyz").unwrap(), (200, b"ready\n".to_vec()));

    let mut receipts: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let (unsure, refused) = loop {
        let envelope = author.org(&format!("org-{}", receipts.len())).envelope();
        match wire.submit(&envelope).unwrap() {
            (202, receipt) => receipts.push((envelope, receipt)),
            (status, body) => {
                assert_eq!(status, 503);
                break (envelope, json(&body));
            }
        }
        assert!(receipts.len() < MANY, "the storage does not fail");
    };
    assert!(!receipts.is_empty());
    assert_eq!((refused["code"].as_str(), refused["retry"].as_str()), (Some("STORAGE_FAULT"), Some("later")));

    // Nothing is taken in any more, not even by a writer that would have room, and whoever asks is told why.
    let (status, body) = wire.submit(&author.org("latecomer").envelope()).unwrap();
    assert_eq!((status, json(&body)["code"].as_str()), (503, Some("STORAGE_FAULT")));
    let (status, body) = wire.get("/readyz").unwrap();
    assert_eq!((status, json(&body)["code"].as_str()), (503, Some("STORAGE_FAULT")));
    assert_eq!(wire.get("/healthz").unwrap(), (200, b"ok\n".to_vec()));
    // Reads go on, to the last that was acknowledged.
    for number in [0, receipts.len() - 1] {
        let (status, body) = wire.get(&format!("/v1/organisations/org-{number}.example")).unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    }
    node.signal("TERM");
    node.wait();

    // With room again everything is there, and what nobody was sure of is settled by asking again.
    let node = Served::start(&data);
    let mut wire = Wire::connect(node.address()).unwrap();
    for (envelope, receipt) in &receipts {
        assert_eq!(wire.submit(envelope).unwrap(), (202, receipt.clone()));
    }
    assert_eq!(wire.submit(&unsure).unwrap().0, 202);
    assert_eq!(wire.submit(&author.org("latecomer").envelope()).unwrap().0, 202);
    node.signal("TERM");
    assert!(node.wait().success());
    let audit = run(&["log", "audit", "--data", data.to_str().unwrap(), "--json"]).with_code(0).one();
    assert_eq!(audit["entries"].as_u64(), Some(receipts.len() as u64 + 2));
}
