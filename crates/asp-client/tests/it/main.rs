//! The client against a real node, and against what can go wrong between them.
#![allow(unreachable_pub, reason = "what a test file includes is its own")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

mod company;
mod conflict;
mod deal;
mod forged;
mod identity;
mod isolation;
mod lists;
mod lost;
mod pages;
mod sealed;
mod sealed_lies;
mod tender;
mod trail;
mod watch;
