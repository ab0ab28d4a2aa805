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

use asp_core::name::StreamId;
use asp_core::position::{LogTime, Sequence};
use asp_core::rejection::Rejection;
use asp_core::session::Session;
use asp_core::stream::Accepted;
use asp_core::world::World;

use support::key;
use support::ledger::{Ledger, check};

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

/// What the members refuse of a session, each by its place.
///
/// They replay the log beside the node. After each statement they are where the node is: state is a function of the log for
/// everybody, and what only they know changes none of it.
#[track_caller]
pub(crate) fn refused(ledger: &Ledger) -> Vec<(Sequence, Rejection)> {
    let world = || World::new(ledger.stage.origin.clone(), key("node").id()).with_evidence();
    let (mut node, mut members) = (world(), world());
    let mut refused = Vec::new();
    for (at, verified) in &ledger.stage.log {
        let statement = verified.statement();
        node.apply(&node.judge(verified, *at).unwrap());
        let sealed = match &statement.stream {
            StreamId::Session(id) if !statement.opens => {
                members.session(id).unwrap().mode() != asp_core::statement::body::Mode::Open
            }
            _ => false,
        };
        let accepted = if sealed {
            let opened = ledger.opened.get(&statement.hash);
            members.judge_opened(verified, opened, *at).unwrap_or_else(|rejection| {
                refused.push((statement.sequence, rejection));
                Accepted::from_store(verified.clone(), *at)
            })
        } else {
            members.judge(verified, *at).unwrap()
        };
        members.apply(&accepted);
        if let StreamId::Session(id) = &statement.stream {
            let [told, known] =
                [&node, &members].map(|world| told(world.session(id).unwrap(), world.next_deadline(id)));
            assert_eq!(told, known, "after {}\n{}", statement.sequence, ledger.story());
        }
    }
    refused
}

/// All that order depends on.
fn told(session: &Session, deadline: Option<LogTime>) -> Vec<String> {
    let mut all = vec![
        format!("{} {:?} {:?} {:?}", session.state(), session.head(), session.counts(), session.end()),
        format!("owes {}, until {deadline:?}", session.owes()),
        format!("{:?} {:?}", session.receipt(), session.channel()),
    ];
    all.extend(
        session.offers().iter().map(|(id, offer)| {
            format!("{id} {:?} {:?} {:?}", offer.kind, offer.awaits, offer.packages.keys())
        }),
    );
    all.extend(session.agreed().keys().map(|terms| format!("agreed {terms}")));
    for commitment in session.commitments().values() {
        all.push(format!("{} {} {:?}", commitment.id, commitment.terms_hash, commitment.state()));
        all.extend(commitment.duties().iter().map(|duty| {
            // What only members know of a due time is no part of the order.
            let until = commitment.met_until(duty).filter(|_| !duty.is_withheld());
            format!("{} {} {until:?}", duty.obligation.id, duty.progress.as_str())
        }));
    }
    all
}
