//! Stories of sessions, told as ledgers: what each party says, and what the machine answers.

mod support;

use support::ledger::check;

#[test]
fn an_invitation_that_nobody_answers_fails() {
    check(
        "buyer PROPOSE with seller -> INVITED
         +29s -> INVITED
         +2s -> FAILED(INVITATION_TIMEOUT)",
    );
}

#[test]
fn a_firm_offer_binds_by_its_acceptance_alone() {
    check(
        "buyer PROPOSE with seller -> INVITED
         seller ACCEPT -> INTRODUCED
         buyer PROPOSE firm trade -> CONVERSING
         buyer ACCEPT -> ! NOT_YOUR_TURN
         seller ACCEPT -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
         +1h -> EXECUTING
         +1s -> EXECUTING [BREACHED: goods BREACHED, pay LAPSED]",
    );
}
