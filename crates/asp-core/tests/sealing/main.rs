//! Sessions that the node cannot read: it keeps order among outlines, and the members judge what is sealed by the same core.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a test cannot do fails it"
)]

mod clear;
mod deals;
mod groups;
mod members;
mod opening;
mod outlines;
mod standing;
#[path = "../support/mod.rs"]
mod support;

use support::ledger::{Ledger, check};
use support::sealing::refused;

/// The modes in which the node does not read.
pub(crate) const CLOSED: [&str; 2] = ["hybrid", "sealed"];

/// Buyer and seller with a group.
pub(crate) const GROUPED: &str = "buyer PROPOSE with seller mode=MODE
                                  seller ACCEPT
                                  buyer INFORM group
                                  ";

/// The same three: the carrier comes with them.
pub(crate) const THREE: &str = "buyer PROPOSE with seller carrier mode=MODE
                                seller ACCEPT
                                carrier ACCEPT
                                buyer INFORM group
                                ";

/// Plays a story, with what came before it, in a mode; then everybody has the same state.
#[track_caller]
pub(crate) fn play(mode: &str, before: &str, story: &str) -> Ledger {
    let ledger = check(&format!("{before}{story}").replace("MODE", mode));
    assert!(refused(&ledger).is_empty(), "{:?}\n{}", refused(&ledger), ledger.story());
    ledger
}

/// The same in each mode.
#[track_caller]
pub(crate) fn in_both(before: &str, story: &str) {
    CLOSED.into_iter().for_each(|mode| drop(play(mode, before, story)));
}
