//! How a session ends, and what it came to.

use asp_core::statement::body::Outcome;

use crate::bound;
use crate::support::ledger::check;

#[test]
fn a_session_is_closed_by_its_receipt_and_countersigned_once() {
    // ASP-SES-015
    let ledger = bound(
        "seller owes buyer goods 100 within 1h",
        "buyer CLOSE                                 -> ! OBLIGATION_OPEN
         node CLOSE timeout ABANDONED                -> ! OBLIGATION_OPEN
         seller INFORM fulfilment goods              -> EXECUTING
         buyer CLOSE                                 -> ! OBLIGATION_OPEN
         buyer INFORM acknowledgement goods          -> EXECUTING
         buyer CLOSE wrongly                         -> ! RECEIPT_MISMATCH
         buyer CLOSE timeout ABANDONED               -> ! NOT_ALLOWED
         buyer CLOSE                                 -> CLOSED(COMPLETED)
         buyer CLOSE                                 -> ! ALREADY_COUNTERSIGNED
         seller CLOSE wrongly                        -> ! RECEIPT_MISMATCH
         node CLOSE timeout ABANDONED                -> ! ROLE_NOT_ALLOWED
         seller QUERY                                -> ! SESSION_ENDED
         seller PROPOSE                              -> ! SESSION_ENDED
         seller INFORM                               -> ! SESSION_ENDED
         stranger CLOSE                              -> ! UNKNOWN_STREAM
         seller CLOSE                                -> CLOSED(COMPLETED)
         seller CLOSE                                -> ! ALREADY_COUNTERSIGNED
         +1000h                                      -> CLOSED(COMPLETED)",
    );
    let receipt = ledger.session().unwrap().receipt();
    assert_eq!((receipt.outcome, receipt.count, receipt.commitments.len()), (Outcome::Fulfilled, 6, 1));
}

#[test]
fn talk_that_comes_to_nothing_is_closed_in_order() {
    let ledger = check(
        "buyer PROPOSE with seller watcher           -> INVITED
         buyer CLOSE                                 -> ! ROLE_NOT_ALLOWED
         watcher ACCEPT                              -> INVITED
         seller ACCEPT                               -> INTRODUCED
         seller CLOSE wrongly                        -> ! RECEIPT_MISMATCH
         seller CLOSE                                -> CLOSED(COMPLETED)
         watcher CLOSE                               -> CLOSED(COMPLETED)
         buyer CLOSE                                 -> CLOSED(COMPLETED)",
    );
    assert_eq!(ledger.session().unwrap().receipt().outcome, Outcome::None);
}

#[test]
fn what_was_offered_ends_with_the_session() {
    for end in ["seller CLOSE -> CLOSED(COMPLETED)", "+5m -> FAILED(RESPONSE_TIMEOUT)"] {
        let talking = "buyer PROPOSE with seller\n seller ACCEPT\n buyer PROPOSE firm -> CONVERSING\n";
        let ledger = check(&format!("{talking}{end}"));
        assert!(ledger.session().unwrap().offers().is_empty(), "{}", ledger.story());
    }
}

#[test]
fn what_failed_is_over() {
    check(
        "buyer PROPOSE with seller                   -> INVITED
         seller ACCEPT                               -> INTRODUCED
         +5m                                         -> FAILED(RESPONSE_TIMEOUT)
         buyer CLOSE                                 -> ! SESSION_ENDED
         seller PROPOSE                              -> ! SESSION_ENDED
         seller INFORM                               -> ! SESSION_ENDED
         node CLOSE timeout RESPONSE_TIMEOUT         -> ! SESSION_ENDED
         stranger QUERY                              -> ! UNKNOWN_STREAM
         +1000h                                      -> FAILED(RESPONSE_TIMEOUT)",
    );
}

#[test]
fn a_receipt_says_what_the_session_came_to() {
    for (story, outcome) in [
        ("+61m -> EXECUTING", Outcome::Breached),
        ("seller INFORM fulfilment goods\n buyer INFORM contest goods", Outcome::Contested),
        ("buyer PROPOSE termination\n seller ACCEPT", Outcome::Terminated),
        ("seller INFORM fulfilment goods\n buyer INFORM acknowledgement goods", Outcome::Fulfilled),
    ] {
        let ledger = bound("seller owes buyer goods 1 within 1h", &format!("{story}\n buyer CLOSE"));
        assert_eq!(ledger.session().unwrap().receipt().outcome, outcome, "{}", ledger.story());
    }
}

#[test]
fn nobody_speaks_for_the_node() {
    // ASP-SES-022
    let invited = "buyer PROPOSE with seller\n";
    let talking = &format!("{invited}seller ACCEPT\nbuyer PROPOSE\n");
    let agreeing = &format!("{talking}seller ACCEPT\nbuyer COMMIT\n");
    let escalated = &format!("{talking}buyer ESCALATE to seller.example\n");
    for story in [invited, talking, agreeing, escalated] {
        for reason in ["INVITATION_TIMEOUT", "RESPONSE_TIMEOUT", "ESCALATION_TIMEOUT"] {
            check(&format!("{story} buyer WITHDRAW timeout {reason} -> ! NOT_ALLOWED"));
        }
    }
    check(&format!("{talking} buyer CLOSE timeout RESPONSE_TIMEOUT -> ! NOT_ALLOWED"));
    check(&format!("{talking} node CLOSE -> ! NOT_ALLOWED"));
    check(&format!("{agreeing} node WITHDRAW -> ! NOT_ALLOWED"));
    bound(
        "seller owes buyer goods 1 within 1h",
        "buyer INFORM breach goods  -> ! NOT_ALLOWED
         buyer INFORM silence goods -> ! NOT_ALLOWED
         node INFORM note           -> ! NOT_ALLOWED
         node INFORM contest goods  -> ! NOT_ALLOWED",
    );
}
