//! Offers, counters, acceptances and commits, within the limits of the session.

use crate::support::ledger::{Ledger, check};
use crate::support::uri;

#[test]
fn a_firm_offer_binds_by_its_acceptance_alone() {
    // ASP-SES-013
    let ledger = check(
        "buyer PROPOSE with seller         -> INVITED
         seller ACCEPT                     -> INTRODUCED
         buyer PROPOSE firm trade          -> CONVERSING
         buyer ACCEPT                      -> ! NOT_YOUR_TURN
         buyer REJECT                      -> ! NOT_YOUR_TURN
         buyer COUNTER firm                -> ! NOT_YOUR_TURN
         buyer COMMIT trade                -> ! TERMS_NOT_AGREED
         seller ACCEPT                     -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
         seller ACCEPT                     -> ! PROPOSAL_NOT_OPEN",
    );
    let formed = &ledger.session().unwrap().commitments()[&ledger.hash("deal")];
    assert_eq!(formed.signers, [uri("buyer"), uri("seller")].into());
}

#[test]
fn agreed_terms_bind_once_a_commit_is_accepted() {
    check(
        "buyer PROPOSE with seller         -> INVITED
         seller ACCEPT                     -> INTRODUCED
         buyer PROPOSE trade               -> CONVERSING
         buyer COMMIT trade                -> ! TERMS_NOT_AGREED
         seller ACCEPT                     -> CONVERSING
         buyer COMMIT other                -> ! TERMS_NOT_AGREED
         buyer COMMIT trade as commit      -> AGREEING
         buyer ACCEPT                      -> ! NOT_YOUR_TURN
         seller COMMIT trade               -> ! NOT_ALLOWED
         seller PROPOSE                    -> ! NOT_ALLOWED
         seller CLOSE                      -> ! ROLE_NOT_ALLOWED
         seller ACCEPT choosing other      -> ! TERMS_MISMATCH
         seller ACCEPT offer               -> ! PROPOSAL_NOT_OPEN
         seller WITHDRAW                   -> ! NOT_THE_ISSUER
         seller ACCEPT                     -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
         buyer COMMIT trade                -> ! TERMS_NOT_AGREED",
    );
}

#[test]
fn a_commit_that_is_not_signed_comes_to_nothing() {
    let agreed = "buyer PROPOSE with seller
                  seller ACCEPT
                  buyer PROPOSE
                  seller ACCEPT
                  seller COMMIT             -> AGREEING
                  ";
    for (answer, then) in [
        ("buyer REJECT", "-> CONVERSING\n buyer COMMIT -> AGREEING"),
        ("seller WITHDRAW", "-> CONVERSING\n seller ACCEPT -> ! PROPOSAL_NOT_OPEN"),
        (
            "buyer COUNTER cheap",
            "-> CONVERSING\n seller ACCEPT -> CONVERSING\n buyer COMMIT cheap -> AGREEING",
        ),
        ("+5m", "-> FAILED(RESPONSE_TIMEOUT)"),
        ("seller REJECT", "-> ! NOT_YOUR_TURN\n seller COUNTER -> ! NOT_YOUR_TURN"),
        ("buyer WITHDRAW", "-> ! NOT_THE_ISSUER\n buyer REJECT offer -> ! PROPOSAL_NOT_OPEN"),
    ] {
        check(&format!("{agreed}{answer} {then}"));
    }
}

#[test]
fn a_further_commit_leaves_what_stands() {
    let executing = "buyer PROPOSE with seller
                     seller ACCEPT
                     buyer PROPOSE firm
                     seller ACCEPT as first
                     buyer PROPOSE cheap
                     seller ACCEPT
                     buyer COMMIT cheap    -> AGREEING
                     ";
    for answer in ["seller REJECT", "seller COUNTER", "buyer WITHDRAW", "+5m"] {
        check(&format!("{executing}{answer} -> EXECUTING [ACTIVE: goods OPEN]"));
    }
    check(&format!(
        "{executing}
         seller INFORM progress goods       -> AGREEING
         seller INFORM fulfilment goods     -> AGREEING
         buyer INFORM contest goods         -> AGREEING
         seller INFORM fulfilment goods     -> AGREEING
         buyer INFORM acknowledgement goods -> AGREEING [FULFILLED: goods FULFILLED]
         seller ACCEPT                      -> EXECUTING [FULFILLED: goods FULFILLED; ACTIVE: goods OPEN]"
    ));
}

#[test]
fn an_acceptance_names_one_of_the_packages() {
    // ASP-SES-014
    check(
        "buyer PROPOSE with seller                -> INVITED
         seller ACCEPT                            -> INTRODUCED
         buyer PROPOSE firm goods or cheap or trade -> CONVERSING
         seller ACCEPT choosing other             -> ! TERMS_MISMATCH
         +1s                                      -> CONVERSING
         seller ACCEPT choosing trade             -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
         seller ACCEPT choosing cheap             -> ! PROPOSAL_NOT_OPEN",
    );
    check(
        "buyer PROPOSE with seller carrier        -> INVITED
         seller ACCEPT                            -> INVITED
         carrier ACCEPT                           -> INTRODUCED
         buyer PROPOSE firm goods or cheap        -> CONVERSING
         seller ACCEPT choosing cheap             -> CONVERSING
         seller ACCEPT choosing cheap             -> ! NOT_YOUR_TURN
         carrier ACCEPT choosing goods            -> ! TERMS_MISMATCH
         carrier ACCEPT choosing cheap            -> EXECUTING [ACTIVE: goods OPEN]",
    );
}

#[test]
fn an_offer_awaits_only_whom_it_names() {
    check(
        "buyer PROPOSE with seller carrier        -> INVITED
         seller ACCEPT                            -> INVITED
         carrier ACCEPT                           -> INTRODUCED
         buyer PROPOSE firm awaits seller         -> CONVERSING
         carrier ACCEPT                           -> ! NOT_YOUR_TURN
         carrier REJECT                           -> ! NOT_YOUR_TURN
         carrier COUNTER                          -> ! NOT_YOUR_TURN
         carrier WITHDRAW                         -> ! NOT_THE_ISSUER
         seller ACCEPT                            -> EXECUTING
         three = seller owes carrier goods 1 within 1h
         buyer PROPOSE firm three awaits seller   -> ! INVALID_TERMS
         buyer PROPOSE firm goods awaits buyer    -> ! INVALID_TERMS
         buyer PROPOSE firm goods awaits stranger -> ! INVALID_TERMS",
    );
}

#[test]
fn a_counter_takes_the_place_of_the_offer() {
    check(
        "buyer PROPOSE with seller          -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE firm as first        -> CONVERSING
         seller COUNTER firm cheap as second -> CONVERSING
         seller ACCEPT first                -> ! PROPOSAL_NOT_OPEN
         seller COUNTER to first            -> ! PROPOSAL_NOT_OPEN
         buyer WITHDRAW first               -> ! PROPOSAL_NOT_OPEN
         seller ACCEPT second               -> ! NOT_YOUR_TURN
         buyer COUNTER conditions           -> ! NOT_ALLOWED
         buyer ACCEPT second                -> EXECUTING",
    );
}

#[test]
fn what_was_withdrawn_or_rejected_is_not_answered() {
    for end in ["buyer WITHDRAW", "seller REJECT"] {
        check(&format!(
            "buyer PROPOSE with seller          -> INVITED
             seller ACCEPT                      -> INTRODUCED
             buyer PROPOSE firm                 -> CONVERSING
             seller WITHDRAW                    -> ! NOT_THE_ISSUER
             {end}                              -> CONVERSING
             seller ACCEPT                      -> ! PROPOSAL_NOT_OPEN
             seller REJECT                      -> ! PROPOSAL_NOT_OPEN
             seller COUNTER                     -> ! PROPOSAL_NOT_OPEN
             buyer WITHDRAW                     -> ! PROPOSAL_NOT_OPEN"
        ));
    }
}

#[test]
fn nobody_answers_an_expired_proposal() {
    // ASP-SES-012
    check(
        "buyer PROPOSE with seller response=1h -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE firm until 30s       -> CONVERSING
         buyer PROPOSE until 0s             -> ! INVALID_TERMS
         buyer PROPOSE until 400d           -> ! INVALID_TERMS
         +30s                               -> CONVERSING
         buyer ACCEPT                       -> ! NOT_YOUR_TURN
         +1ms                               -> CONVERSING
         seller ACCEPT                      -> ! PROPOSAL_NOT_OPEN
         seller REJECT                      -> ! PROPOSAL_NOT_OPEN
         seller COUNTER                     -> ! PROPOSAL_NOT_OPEN
         buyer WITHDRAW                     -> ! PROPOSAL_NOT_OPEN",
    );
    check(
        "buyer PROPOSE with seller response=1h -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE firm until 30s       -> CONVERSING
         +30s                               -> CONVERSING
         seller ACCEPT                      -> EXECUTING",
    );
}

#[test]
fn terms_fit_the_parties_and_lie_ahead() {
    let talking = "buyer PROPOSE with seller carrier
                   seller ACCEPT
                   carrier ACCEPT -> INTRODUCED
                   ";
    for package in [
        "seller owes buyer goods 1 within 0s",
        "seller owes buyer goods 1 within 367d",
        "seller owes seller goods 1 within 1h",
        "seller owes stranger goods 1 within 1h",
        "stranger owes buyer goods 1 within 1h",
        "seller owes buyer goods 1 within 1h, seller owes buyer goods 1 within 2h",
        "seller owes buyer goods 1 within 1h of pay, buyer owes seller pay 1 within 1h",
        "seller owes buyer goods 1 within 1h of goods",
        "seller owes buyer goods 1 within 1h cure 400d",
        "seller owes buyer goods 1 within 1h look 400d",
        "seller owes buyer goods 1 within 1h, buyer owes seller pay 1 within 400d of goods",
    ] {
        check(&format!("{talking}deal = {package}\n buyer PROPOSE firm deal -> ! INVALID_TERMS"));
    }
    check(
        "buyer PROPOSE with seller response=5h session=5h
         seller ACCEPT
         buyer PROPOSE firm goods until 2h as firm  -> CONVERSING
         buyer PROPOSE goods until 2h as soft       -> CONVERSING
         seller ACCEPT soft                         -> CONVERSING
         +1h
         seller ACCEPT firm                         -> ! INVALID_TERMS
         seller COMMIT                              -> ! INVALID_TERMS
         seller COUNTER goods                       -> ! PROPOSAL_NOT_OPEN
         seller COUNTER to firm goods               -> CONVERSING",
    );
}

#[test]
fn offers_are_counted() {
    // ASP-SES-010
    check(
        "buyer PROPOSE with seller rounds=2 -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE                      -> CONVERSING
         seller COUNTER cheap               -> CONVERSING
         buyer COUNTER goods                -> ! ROUND_LIMIT
         buyer PROPOSE                      -> ! ROUND_LIMIT
         seller PROPOSE                     -> ! ROUND_LIMIT
         buyer ACCEPT                       -> CONVERSING
         buyer COMMIT cheap                 -> AGREEING
         seller COUNTER                     -> ! ROUND_LIMIT
         seller ACCEPT                      -> EXECUTING",
    );
}

#[test]
fn statements_are_counted_and_the_last_one_ends_the_session() {
    // ASP-SES-011
    check(
        "buyer PROPOSE with seller messages=4 -> INVITED
         seller ACCEPT                        -> INTRODUCED
         buyer PROPOSE                        -> CONVERSING
         seller QUERY                         -> CONVERSING
         buyer CLARIFY                        -> ! MESSAGE_LIMIT
         buyer PROPOSE                        -> ! MESSAGE_LIMIT
         seller ACCEPT                        -> ! MESSAGE_LIMIT
         seller COUNTER                       -> ! MESSAGE_LIMIT
         +0s                                  -> FAILED(MESSAGE_LIMIT)",
    );
    check(
        "buyer PROPOSE with seller messages=4 -> INVITED
         seller ACCEPT                        -> INTRODUCED
         buyer PROPOSE firm                   -> CONVERSING
         seller ACCEPT                        -> EXECUTING
         +0s                                  -> EXECUTING
         buyer QUERY                          -> ! MESSAGE_LIMIT
         seller INFORM progress goods         -> ! MESSAGE_LIMIT
         seller INFORM fulfilment goods       -> EXECUTING
         buyer INFORM acknowledgement goods   -> EXECUTING
         +0s                                  -> CLOSED(MESSAGE_LIMIT)",
    );
}

#[test]
fn nothing_hangs() {
    check(
        "buyer PROPOSE with seller          -> INVITED
         seller ACCEPT                      -> INTRODUCED
         +299s                              -> INTRODUCED
         +1s                                -> FAILED(RESPONSE_TIMEOUT)",
    );
    check(
        "buyer PROPOSE with seller session=10m response=4m -> INVITED
         seller ACCEPT                      -> INTRODUCED
         +3m                                -> INTRODUCED
         seller QUERY                       -> CONVERSING
         +3m                                -> CONVERSING
         buyer CLARIFY                      -> CONVERSING
         +3m                                -> CONVERSING
         seller QUERY                       -> CONVERSING
         +1m                                -> FAILED(SESSION_TIMEOUT)",
    );
    check(
        "buyer PROPOSE with seller          -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE firm                 -> CONVERSING
         seller ACCEPT                      -> EXECUTING
         seller INFORM fulfilment goods     -> EXECUTING
         +50m                               -> EXECUTING
         buyer INFORM acknowledgement goods -> EXECUTING
         +299s                              -> EXECUTING
         +1s                                -> CLOSED(ABANDONED)",
    );
}

#[test]
fn nobody_owes_more_than_every_ceiling_allows() {
    // ASP-SES-017
    let cases = [
        ("ceiling=60", "", ""),
        ("", "buyer.example CONSENT seller.example ceiling 60", ""),
        ("", "", "seller.example POLICY ceiling 60"),
    ];
    for (limit, consent, policy) in cases {
        check(&format!(
            "{consent}
             {policy}
             sum   = seller owes buyer goods 50 within 1h, seller owes buyer more 11 within 1h
             split = seller owes buyer goods 60 within 1h, buyer owes seller pay 60 within 1h
             euros = seller owes buyer goods 1 within 1h EUR
             buyer PROPOSE with seller {limit}   -> INVITED
             seller ACCEPT                       -> INTRODUCED
             buyer PROPOSE goods                 -> ! ABOVE_CEILING
             buyer PROPOSE cheap or goods        -> ! ABOVE_CEILING
             buyer PROPOSE sum                   -> ! ABOVE_CEILING
             buyer PROPOSE euros                 -> ! ABOVE_CEILING
             buyer PROPOSE split                 -> CONVERSING
             seller COUNTER goods                -> ! ABOVE_CEILING
             seller COUNTER firm cheap           -> CONVERSING
             buyer ACCEPT                        -> EXECUTING
             buyer PROPOSE amendment to goods    -> ! ABOVE_CEILING
             buyer PROPOSE amendment to split    -> EXECUTING"
        ));
    }
}

#[test]
fn a_ceiling_that_is_lowered_holds_for_the_acceptance_too() {
    check(
        "buyer PROPOSE with seller           -> INVITED
         seller ACCEPT                       -> INTRODUCED
         buyer PROPOSE firm goods as firm    -> CONVERSING
         buyer PROPOSE goods as soft         -> CONVERSING
         seller ACCEPT soft                  -> CONVERSING
         seller.example POLICY ceiling 99
         seller ACCEPT firm                  -> ! ABOVE_CEILING
         buyer COMMIT                        -> ! ABOVE_CEILING
         seller.example POLICY ceiling 100
         buyer COMMIT                        -> AGREEING
         seller.example POLICY ceiling 99
         seller ACCEPT                       -> ! ABOVE_CEILING
         buyer.example POLICY ceiling 1
         seller.example POLICY ceiling 100
         seller ACCEPT                       -> EXECUTING",
    );
}

#[test]
fn a_ceiling_counts_what_its_own_people_owe() {
    // ASP-SES-017
    let packages = "within = seller owes buyer goods 100 within 1h EUR, buyer owes seller pay 10 within 1h
                    above  = seller owes buyer goods 100 within 1h, buyer owes seller pay 11 within 1h
                    other  = seller owes buyer goods 100 within 1h, buyer owes seller pay 1 within 1h EUR
                    buyer PROPOSE with seller
                    seller ACCEPT -> INTRODUCED
                    ";
    check(&format!(
        "{packages}
         buyer.example POLICY ceiling 10
         buyer PROPOSE firm above                            -> ! ABOVE_CEILING
         seller PROPOSE firm other                           -> ! ABOVE_CEILING
         buyer PROPOSE firm within                           -> CONVERSING
         seller ACCEPT                                       -> EXECUTING"
    ));
    check(&format!(
        "{packages}
         buyer DELEGATE to clerk ceiling 10 as m             -> CONVERSING
         clerk for m PROPOSE firm above                      -> ! ABOVE_CEILING
         clerk for m PROPOSE firm other                      -> ! ABOVE_CEILING
         clerk for m PROPOSE firm goods                      -> CONVERSING
         clerk for m PROPOSE firm within                     -> CONVERSING
         seller COUNTER firm above                           -> CONVERSING
         clerk for m ACCEPT                                  -> ! ABOVE_CEILING
         buyer ACCEPT                                        -> EXECUTING"
    ));
}

/// A session in which both talk, with room for many offers.
fn roomy() -> Ledger {
    check(
        "buyer PROPOSE with seller rounds=200 response=2h
         seller ACCEPT -> INTRODUCED",
    )
}

#[test]
fn only_open_offers_take_room() {
    // ASP-SES-023
    let mut ledger = roomy();
    ledger.check("buyer PROPOSE as agreed\n seller ACCEPT agreed -> CONVERSING");
    for _ in 0..31 {
        ledger.check("buyer PROPOSE cheap until 10s -> CONVERSING");
    }
    ledger.check(
        "buyer PROPOSE cheap                                 -> CONVERSING
         buyer PROPOSE                                       -> ! TOO_MANY_OPEN
         seller PROPOSE                                      -> ! TOO_MANY_OPEN
         seller COUNTER                                      -> CONVERSING
         buyer COMMIT                                        -> AGREEING
         seller COUNTER                                      -> ! TOO_MANY_OPEN
         seller REJECT                                       -> CONVERSING
         +10s                                                -> CONVERSING
         buyer PROPOSE                                       -> ! TOO_MANY_OPEN
         +1ms                                                -> CONVERSING
         buyer PROPOSE                                       -> CONVERSING",
    );
}

#[test]
fn commitments_and_mandates_have_a_bound_that_leaves_their_end_open() {
    let mut ledger = roomy();
    ledger.check("buyer PROPOSE as soft\n seller ACCEPT -> CONVERSING");
    for _ in 0..64 {
        ledger.check("buyer DELEGATE to clerk as m");
    }
    ledger.check("buyer DELEGATE -> ! TOO_MANY_OPEN\n buyer WITHDRAW m\n buyer DELEGATE -> CONVERSING");
    for _ in 0..64 {
        ledger.check("buyer PROPOSE firm cheap\n seller ACCEPT -> EXECUTING");
    }
    ledger.check(
        "buyer COMMIT                                        -> ! TOO_MANY_OPEN
         buyer PROPOSE firm                                  -> EXECUTING
         seller ACCEPT                                       -> ! TOO_MANY_OPEN
         buyer PROPOSE amendment to goods                    -> EXECUTING
         seller ACCEPT                                       -> ! TOO_MANY_OPEN
         buyer PROPOSE termination                           -> EXECUTING
         seller ACCEPT                                       -> EXECUTING",
    );
}

#[test]
fn an_escalation_counts_as_a_statement() {
    // ASP-SES-011
    check(
        "buyer PROPOSE with seller messages=6                -> INVITED
         seller ACCEPT                                       -> INTRODUCED
         buyer PROPOSE firm                                  -> CONVERSING
         seller ACCEPT                                       -> EXECUTING
         seller ESCALATE to seller.example                   -> ESCALATED
         seller WITHDRAW                                     -> EXECUTING
         seller ESCALATE to seller.example                   -> ! MESSAGE_LIMIT",
    );
}

#[test]
fn the_time_of_an_authority_is_not_the_session_s() {
    // ASP-SES-027
    check(
        "buyer PROPOSE with seller session=10m               -> INVITED
         seller ACCEPT                                       -> INTRODUCED
         buyer QUERY                                         -> CONVERSING
         +4m
         seller ESCALATE to seller.example                   -> ESCALATED
         +23h                                                -> ESCALATED
         seller.example ACCEPT                               -> CONVERSING
         +4m
         buyer QUERY                                         -> CONVERSING
         +119s                                               -> CONVERSING
         +1s                                                 -> FAILED(SESSION_TIMEOUT)",
    );
}
