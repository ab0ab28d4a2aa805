//! Nothing in a bundle is without meaning: whichever byte is changed, taken away or added, it is found.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use asp_core::bundle::{Anchors, Bundle, Unreadable};
use asp_core::rejection::Code;
use serde_json::Value;
use support::Stage;
use support::evidence::Node;

/// Threads among which the places are divided.
const THREADS: usize = 4;

/// The smallest deal: an offer and its acceptance, and what they rest on.
fn bundle() -> Vec<u8> {
    let (stage, session, commitment) = Stage::bound();
    Node::from(&stage).bundle(session, commitment).to_bytes()
}

fn holds(bytes: &[u8]) -> bool {
    Bundle::parse(bytes).is_ok_and(|bundle| !bundle.verify(&Anchors::default()).refuted())
}

/// Tries every change of every place of the smallest bundle; `change` gives none where there is nothing to try.
fn none_holds(change: impl Fn(&[u8], usize) -> Option<Vec<u8>> + Sync) {
    let bytes = bundle();
    assert!(holds(&bytes));
    let (bytes, change) = (&bytes, &change);
    std::thread::scope(|scope| {
        for first in 0..THREADS {
            scope.spawn(move || {
                for place in (first..=bytes.len()).step_by(THREADS) {
                    let Some(changed) = change(bytes, place) else { continue };
                    assert!(!holds(&changed), "unnoticed at byte {place} of {}", bytes.len());
                }
            });
        }
    });
}

#[test]
fn no_flipped_bit_goes_unnoticed() {
    none_holds(|bytes, place| {
        let mut changed = bytes.to_vec();
        // The lowest bit turns digits, letters and base64 into others that can be read: the hardest to notice.
        *changed.get_mut(place)? ^= if place % 2 == 0 { 1 } else { 1 << (place % 8) };
        Some(changed)
    });
}

#[test]
fn no_missing_byte_goes_unnoticed() {
    none_holds(|bytes, place| {
        let mut changed = bytes.to_vec();
        (place < changed.len()).then(|| changed.remove(place))?;
        Some(changed)
    });
}

#[test]
fn no_added_byte_goes_unnoticed() {
    none_holds(|bytes, place| {
        let mut changed = bytes.to_vec();
        // White space, what stands there once more, and what could stand there.
        let again = bytes.get(place).copied().unwrap_or(b'\n');
        changed.insert(place, [b' ', again, b'0', b'a'][place % 4]);
        Some(changed)
    });
}

/// What is no bundle at all: the change is made in the text, `expected` is how the refusal begins.
#[track_caller]
fn unreadable(from: &str, to: &str, expected: &str) {
    let text = String::from_utf8(bundle()).unwrap();
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text, "{from} does not occur");
    let Err(error) = Bundle::parse(changed.as_bytes()) else { panic!("{from} to {to} is read") };
    let error = error.to_string();
    assert!(error.starts_with(expected), "{from} to {to}: {error}");
}

#[test]
fn only_the_one_spelling_is_read() {
    // ASP-BUN-001
    let canonical = "the file is not canonical JSON";
    unreadable("{\"asp\":", "{ \"asp\":", canonical);
    unreadable("\"kind\":", "\"kind\": ", canonical);
    unreadable("buyer.example", "\\u0062uyer.example", canonical);
    unreadable("\"index\":0", "\"index\":0.0", canonical);
    unreadable("{\"asp\":\"1.0\",", "{\"asp\":\"1.0\",\"asp\":\"1.0\",", canonical);
    unreadable("{\"asp\":\"1.0\",", "", canonical);
    let members = "the file has not the members of a bundle";
    unreadable("{\"asp\":\"1.0\"", "{\"asp\":\"1.1\"", &format!("{members} at /asp"));
    unreadable("commitment-bundle", "commitment-bundel", &format!("{members} at /kind"));
    unreadable("\"nodeKey\":\"did:key:z", "\"nodeKey\":\"did:key:x", &format!("{members} at /nodeKey"));
    unreadable("\"kind\":\"commitment-bundle", "\"kine\":\"commitment-bundle", members);
    unreadable("\"proof\":[\"sha256:", "\"proof\":[\"sha257:", &format!("{members} at /entries/0/proof/0"));
    unreadable("\"proof\":[", "\"proof\":[1,", &format!("{members} at /entries/0/proof/0"));
    let statement = "an entry is no statement";
    unreadable("\"sequence\":0,\"stream\":\"session:\"", "\"sequence\":1,\"stream\":\"session:\"", statement);
    unreadable("{\"asp\":\"1.0\",\"audience\"", "{\"asp\":\"1.1\",\"audience\"", statement);
    assert_eq!(Bundle::parse(b"").err().unwrap().to_string(), "the file is not canonical JSON (NOT_JSON)");
    let much = vec![b' '; asp_core::limits::BUNDLE_BYTES_MAX + 1];
    assert_eq!(Bundle::parse(&much).err(), Some(Unreadable::TooLarge));
}

#[test]
fn the_signatures_of_a_statement_have_one_order() {
    let mut json: Value = serde_json::from_slice(&bundle()).unwrap();
    json["entries"][1]["signatures"].as_array_mut().unwrap().reverse();
    let changed = serde_json_canonicalizer::to_vec(&json).unwrap();
    let Err(error) = Bundle::parse(&changed) else { panic!("another order is read") };
    assert_eq!(error.pointer().as_deref(), Some("/entries/1/signatures"));
    assert!(
        matches!(error, Unreadable::Statement { entry: 1, rejection } if rejection.code == Code::InvalidEnvelope)
    );
}
