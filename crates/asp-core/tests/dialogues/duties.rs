//! What is owed: fulfilment, contest, silence, breach, and change by every signature.

use asp_core::statement::body::Outcome;

use crate::bound;
use crate::support::ledger::check;

#[test]
fn a_fulfilment_is_acknowledged_by_the_creditor() {
    bound(
        "seller owes buyer goods 100 within 1h",
        "seller INFORM fulfilment other           -> ! UNKNOWN_OBLIGATION
         seller INFORM fulfilment goods of other  -> ! COMMITMENT_NOT_ACTIVE
         buyer INFORM fulfilment goods            -> ! NOT_THE_DEBTOR
         buyer INFORM progress goods              -> ! NOT_THE_DEBTOR
         buyer INFORM acknowledgement goods       -> ! OBLIGATION_NOT_OPEN
         buyer INFORM contest goods               -> ! OBLIGATION_NOT_OPEN
         node INFORM breach goods                 -> ! NOT_DUE
         node INFORM silence goods                -> ! NOT_DUE
         seller INFORM breach goods               -> ! NOT_ALLOWED
         seller INFORM progress goods             -> EXECUTING [ACTIVE: goods OPEN]
         seller INFORM fulfilment goods           -> EXECUTING [ACTIVE: goods DELIVERED]
         seller INFORM fulfilment goods           -> ! OBLIGATION_NOT_OPEN
         seller INFORM acknowledgement goods      -> ! NOT_THE_CREDITOR
         seller INFORM contest goods              -> ! NOT_THE_CREDITOR
         seller CLOSE                             -> ! OBLIGATION_OPEN
         buyer INFORM acknowledgement goods       -> EXECUTING [FULFILLED: goods FULFILLED]
         buyer INFORM acknowledgement goods       -> ! COMMITMENT_NOT_ACTIVE
         buyer INFORM contest goods               -> ! COMMITMENT_NOT_ACTIVE",
    );
}

#[test]
fn evidence_is_of_the_method_agreed() {
    // ASP-COM-003
    bound(
        "seller owes buyer goods 100 within 1h digest=artefact",
        "seller INFORM fulfilment goods                 -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods digest other    -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods digest artefact -> EXECUTING [ACTIVE: goods DELIVERED]",
    );
    bound(
        "seller owes buyer goods 100 within 1h digest",
        "seller INFORM fulfilment goods                 -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods digest any      -> EXECUTING [ACTIVE: goods DELIVERED]",
    );
    bound(
        "seller owes buyer goods 100 within 1h",
        "seller INFORM fulfilment goods digest any      -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods                 -> EXECUTING [ACTIVE: goods DELIVERED]",
    );
}

#[test]
fn silence_acknowledges_after_the_window() {
    bound(
        "seller owes buyer goods 100 within 1h",
        "seller INFORM fulfilment goods  -> EXECUTING
         +259199s                        -> EXECUTING [ACTIVE: goods DELIVERED]
         +1s                             -> EXECUTING [FULFILLED: goods FULFILLED]
         +5m                             -> CLOSED(ABANDONED)",
    );
    bound(
        "seller owes buyer goods 100 within 1h look 2m, buyer owes seller pay 100 within 1h of goods",
        "buyer INFORM fulfilment pay     -> ! OBLIGATION_NOT_OPEN
         seller INFORM fulfilment goods  -> EXECUTING
         +2m                             -> EXECUTING [ACTIVE: goods FULFILLED, pay OPEN]
         +1h                             -> EXECUTING [ACTIVE: goods FULFILLED, pay OPEN]
         buyer INFORM fulfilment pay     -> EXECUTING [ACTIVE: goods FULFILLED, pay DELIVERED]
         seller INFORM acknowledgement pay -> EXECUTING [FULFILLED: goods FULFILLED, pay FULFILLED]",
    );
}

#[test]
fn what_is_contested_can_be_stated_again_in_time() {
    // ASP-COM-002
    bound(
        "seller owes buyer goods 100 within 1h, buyer owes seller pay 100 within 1h of goods",
        "seller INFORM fulfilment goods     -> EXECUTING
         buyer INFORM contest goods         -> EXECUTING [ACTIVE: goods CONTESTED, pay OPEN]
         buyer INFORM acknowledgement goods -> ! OBLIGATION_NOT_OPEN
         buyer INFORM contest goods         -> ! OBLIGATION_NOT_OPEN
         buyer INFORM fulfilment pay        -> ! OBLIGATION_NOT_OPEN
         seller INFORM fulfilment goods     -> EXECUTING [ACTIVE: goods DELIVERED, pay OPEN]
         buyer INFORM contest goods         -> EXECUTING [ACTIVE: goods CONTESTED, pay OPEN]
         buyer QUERY                        -> EXECUTING
         +4m                                -> EXECUTING
         buyer QUERY                        -> EXECUTING
         +1h quietly                        -> EXECUTING
         seller INFORM fulfilment goods     -> ! DEADLINE_PASSED
         buyer CLOSE                        -> CLOSED(COMPLETED) [ACTIVE: goods CONTESTED, pay OPEN]",
    );
}

#[test]
fn a_due_time_that_passes_is_a_breach() {
    // ASP-SES-016, ASP-COM-002
    bound(
        "seller owes buyer goods 100 within 1h, buyer owes seller pay 100 within 1h of goods",
        "+1h                             -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
         node INFORM breach goods        -> ! NOT_DUE
         +1ms                            -> EXECUTING [BREACHED: goods BREACHED, pay LAPSED]
         seller INFORM fulfilment goods  -> ! COMMITMENT_NOT_ACTIVE
         node INFORM breach goods        -> ! NOT_DUE
         +5m                             -> CLOSED(ABANDONED)",
    );
    bound(
        "seller owes buyer goods 100 within 1h",
        "+1h                             -> EXECUTING
         +1ms quietly                    -> EXECUTING [ACTIVE: goods OPEN]
         seller INFORM fulfilment goods  -> ! DEADLINE_PASSED
         node INFORM silence goods       -> ! NOT_DUE
         node CLOSE timeout ABANDONED    -> ! OBLIGATION_OPEN
         node INFORM breach other        -> ! NOT_DUE
         node INFORM breach goods        -> EXECUTING [BREACHED: goods BREACHED]",
    );
}

#[test]
fn what_is_late_is_cured_within_the_period() {
    bound(
        "seller owes buyer goods 100 within 1h cure 10m",
        "+70m                               -> EXECUTING [ACTIVE: goods OPEN]
         seller INFORM fulfilment goods     -> EXECUTING [ACTIVE: goods DELIVERED]
         +1m                                -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM acknowledgement goods -> EXECUTING [FULFILLED: goods FULFILLED]",
    );
    bound(
        "seller owes buyer goods 100 within 1h cure 10m",
        "+70m                               -> EXECUTING [ACTIVE: goods OPEN]
         +1ms                               -> EXECUTING [BREACHED: goods BREACHED]",
    );
}

#[test]
fn what_waits_for_a_breach_lapses_and_the_rest_stays_owed() {
    bound(
        "seller owes buyer a 1 within 1h, buyer owes seller b 1 within 1h of a, seller owes buyer c 1 within \
         1h of b, seller owes buyer d 1 within 3h",
        "+61m                              -> EXECUTING [BREACHED: a BREACHED, b LAPSED, c LAPSED, d OPEN]
         buyer INFORM fulfilment b         -> ! OBLIGATION_NOT_OPEN
         buyer CLOSE                       -> ! OBLIGATION_OPEN
         seller INFORM fulfilment d        -> EXECUTING
         buyer INFORM acknowledgement d    -> EXECUTING [BREACHED: a BREACHED, b LAPSED, c LAPSED, d FULFILLED]
         buyer CLOSE                       -> CLOSED(COMPLETED)",
    );
}

#[test]
fn an_amendment_replaces_a_commitment() {
    bound(
        "seller owes buyer goods 100 within 1h",
        "seller PROPOSE amendment to cheap of other  -> ! COMMITMENT_NOT_ACTIVE
         seller PROPOSE amendment to cheap           -> EXECUTING
         seller ACCEPT                               -> ! NOT_YOUR_TURN
         buyer COUNTER cheap                         -> ! NOT_ALLOWED
         buyer COUNTER firm cheap or goods           -> ! NOT_ALLOWED
         buyer ACCEPT choosing deal                  -> ! TERMS_MISMATCH
         buyer ACCEPT                                -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods OPEN]
         seller INFORM fulfilment goods              -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods DELIVERED]",
    );
    bound(
        "seller owes buyer goods 100 within 1h",
        "seller PROPOSE amendment to cheap           -> EXECUTING
         buyer COUNTER firm goods                    -> EXECUTING
         buyer ACCEPT                                -> ! NOT_YOUR_TURN
         seller ACCEPT as changed                    -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods OPEN]
         seller INFORM fulfilment goods of changed   -> EXECUTING
         buyer INFORM acknowledgement goods          -> EXECUTING
         seller PROPOSE amendment to cheap           -> ! COMMITMENT_NOT_ACTIVE",
    );
}

#[test]
fn an_end_by_consent_lets_what_was_owed_lapse() {
    bound(
        "seller owes buyer goods 100 within 1h",
        "buyer PROPOSE termination of other          -> ! COMMITMENT_NOT_ACTIVE
         buyer PROPOSE termination as end            -> EXECUTING
         buyer PROPOSE amendment to cheap as change  -> EXECUTING
         seller COUNTER to end firm                  -> ! NOT_ALLOWED
         seller ACCEPT end choosing other            -> ! TERMS_MISMATCH
         seller ACCEPT end                           -> EXECUTING [TERMINATED: goods LAPSED]
         seller ACCEPT change                        -> ! COMMITMENT_NOT_ACTIVE
         seller INFORM fulfilment goods              -> ! COMMITMENT_NOT_ACTIVE
         +2h                                         -> CLOSED(ABANDONED)",
    );
}

#[test]
fn only_who_signed_changes_a_commitment() {
    check(
        "buyer PROPOSE with seller carrier           -> INVITED
         seller ACCEPT                               -> INVITED
         carrier ACCEPT                              -> INTRODUCED
         buyer PROPOSE firm awaits seller            -> CONVERSING
         seller ACCEPT as deal                       -> EXECUTING
         carrier PROPOSE termination                 -> ! INVALID_TERMS
         carrier PROPOSE amendment to cheap          -> ! INVALID_TERMS
         buyer PROPOSE amendment to cheap            -> EXECUTING
         carrier ACCEPT                              -> ! NOT_YOUR_TURN
         seller ACCEPT                               -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods OPEN]",
    );
}

#[test]
fn a_fulfilment_is_contested_within_the_window() {
    // ASP-COM-004
    bound(
        "seller owes buyer goods 100 within 1h look 2m",
        "seller INFORM fulfilment goods     -> EXECUTING
         +119999ms                          -> EXECUTING
         buyer INFORM contest goods         -> EXECUTING [ACTIVE: goods CONTESTED]",
    );
    bound(
        "seller owes buyer goods 100 within 1h look 2m",
        "seller INFORM fulfilment goods     -> EXECUTING
         +2m quietly                        -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM contest goods         -> ! DEADLINE_PASSED
         buyer INFORM acknowledgement goods -> EXECUTING [FULFILLED: goods FULFILLED]",
    );
}

#[test]
fn what_is_contested_is_not_stated_again_without_end() {
    // ASP-COM-005
    check(
        "buyer PROPOSE with seller messages=6
         seller ACCEPT
         buyer PROPOSE firm trade
         seller ACCEPT
         seller INFORM fulfilment goods     -> EXECUTING
         buyer INFORM contest goods         -> EXECUTING
         seller INFORM fulfilment goods     -> ! OBLIGATION_NOT_OPEN
         +0s                                -> CLOSED(MESSAGE_LIMIT) [ACTIVE: goods CONTESTED, pay OPEN]",
    );
}

#[test]
fn an_end_by_consent_settles_what_is_contested_and_no_breach() {
    let contested = "seller INFORM fulfilment goods
                     buyer INFORM contest goods
                     ";
    let ledger = bound(
        "seller owes buyer goods 100 within 1h",
        &format!(
            "{contested} buyer PROPOSE termination\n seller ACCEPT -> EXECUTING [TERMINATED: goods LAPSED]\n buyer CLOSE"
        ),
    );
    assert_eq!(ledger.session().unwrap().receipt().outcome, Outcome::Terminated);
    let ledger = bound(
        "seller owes buyer a 1 within 1m, seller owes buyer b 1 within 1h",
        "+61s                               -> EXECUTING [BREACHED: a BREACHED, b OPEN]
         buyer PROPOSE termination          -> EXECUTING
         seller ACCEPT                      -> EXECUTING [TERMINATED: a BREACHED, b LAPSED]
         buyer CLOSE                        -> CLOSED(COMPLETED)",
    );
    assert_eq!(ledger.session().unwrap().receipt().outcome, Outcome::Breached);
}

#[test]
fn a_counter_to_an_amendment_binds_only_who_signed() {
    check(
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm awaits seller
         seller ACCEPT as deal              -> EXECUTING
         buyer PROPOSE amendment to cheap   -> EXECUTING
         third = carrier owes buyer goods 1 within 1h
         seller COUNTER firm third          -> ! INVALID_TERMS
         seller COUNTER firm goods          -> EXECUTING
         buyer ACCEPT                       -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods OPEN]",
    );
}

#[test]
fn a_remedy_is_one_that_can_be_computed() {
    // ASP-COM-011
    for remedy in [
        "cure 48h daily 5 cap 4",
        "cure 48h penalty 5 cap 4",
        "daily 5 cap 20",
        "cure 48h daily 0",
        "cure 48h daily 999999999999999999",
        "cap 5",
    ] {
        check(&format!(
            "buyer PROPOSE with seller
             seller ACCEPT
             bad = seller owes buyer goods 100 within 1h {remedy}
             buyer PROPOSE firm bad             -> ! INVALID_TERMS",
        ));
    }
    bound(
        "seller owes buyer goods 100 within 1h cure 48h penalty 10 daily 5 cap 12",
        "+48h                                   -> EXECUTING [ACTIVE: goods OPEN]
         seller INFORM fulfilment goods         -> EXECUTING [ACTIVE: goods DELIVERED]",
    );
}
