//! Stories of sessions, told as ledgers: what each party says, and what the machine answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a test cannot do fails it"
)]

mod admission;
mod authority;
mod bargaining;
mod cards;
mod closing;
mod company;
mod consent;
mod duties;
mod escrow;
mod hindsight;
mod opening;
mod showing;
#[path = "../support/mod.rs"]
mod support;
mod terms;
mod trust;

use support::ledger::{Ledger, check};

const BOUND: &str = "buyer PROPOSE with seller
                     seller ACCEPT
                     buyer PROPOSE firm deal
                     seller ACCEPT
                     ";

/// A seller and a buyer bound to `deal`, and what follows.
#[track_caller]
pub(crate) fn bound(deal: &str, story: &str) -> Ledger {
    check(&format!("deal = {deal}\n{BOUND}{story}"))
}
