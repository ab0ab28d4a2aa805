//! The deliberately wrong node: every fault that it can have is really there, and the conformance kit finds it.
#![cfg(feature = "misbehave")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use support::run;

#[test]
fn every_fault_has_a_name_a_sentence_and_the_rules_that_it_breaks() {
    let list = run(&["serve", "--misbehave", "list", "--json"]).with_code(0).json();
    assert_eq!(list.len(), 33);
    let help = run(&["serve", "--help"]).with_code(0).stdout;
    for line in &list {
        let (kind, breaks) = (line["kind"].as_str().unwrap(), line["breaks"].as_array().unwrap());
        assert!(help.contains(kind) && !breaks.is_empty(), "{kind}");
        assert!(breaks.iter().all(|rule| rule.as_str().unwrap().starts_with("ASP-")), "{kind}");
    }
    let unknown = run(&["serve", "--misbehave", "barks"]).with_code(2);
    assert!(unknown.stderr.contains("--misbehave list"), "{unknown:?}");
}
