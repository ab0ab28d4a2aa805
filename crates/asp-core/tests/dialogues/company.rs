//! More than two: quorums, newcomers, who leaves, who watches, who is asked, who spends.

use crate::support::ledger::check;
use crate::support::uri;

#[test]
fn as_many_accept_as_the_offer_asks_for() {
    // ASP-SES-036
    let three = "buyer PROPOSE with seller carrier
                 seller ACCEPT
                 carrier ACCEPT
                 ";
    let ledger = check(&format!(
        "{three}buyer PROPOSE firm goods quorum 1   -> CONVERSING
         carrier ACCEPT                             -> CONVERSING
         carrier REJECT                             -> ! NOT_YOUR_TURN
         seller ACCEPT                              -> EXECUTING [ACTIVE: goods OPEN]"
    ));
    let formed = &ledger.session().unwrap().commitments()[&ledger.hash("deal")];
    assert_eq!(formed.signers, [uri("buyer"), uri("carrier"), uri("seller")].into());
    // Who is not named in the terms is not bound by others' acceptance.
    let ledger = check(&format!(
        "{three}buyer PROPOSE firm goods quorum 1
         seller ACCEPT                              -> EXECUTING [ACTIVE: goods OPEN]"
    ));
    let formed = &ledger.session().unwrap().commitments()[&ledger.hash("deal")];
    assert_eq!(formed.signers, [uri("buyer"), uri("seller")].into());
    check(&format!(
        "{three}ride = carrier owes buyer goods 10 within 1h
         buyer PROPOSE firm goods or ride quorum 1 as either
         seller REJECT                              -> CONVERSING
         seller ACCEPT                              -> ! NOT_YOUR_TURN
         carrier ACCEPT choosing goods              -> CONVERSING
         buyer PROPOSE firm goods or ride quorum 1
         carrier ACCEPT choosing ride               -> EXECUTING [ACTIVE: goods OPEN]"
    ));
    check(&format!(
        "{three}buyer PROPOSE goods quorum 3        -> ! INVALID_TERMS
         buyer PROPOSE goods quorum 0               -> ! INVALID_BODY
         buyer PROPOSE goods quorum 2
         carrier ACCEPT                             -> CONVERSING
         buyer COMMIT                               -> ! TERMS_NOT_AGREED
         seller ACCEPT                              -> CONVERSING
         carrier COMMIT                             -> AGREEING"
    ));
}

#[test]
fn an_offer_that_nobody_can_make_good_is_off_the_table() {
    // ASP-SES-036
    let ledger = check(
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm goods quorum 1
         carrier COUNTER cheap
         seller ACCEPT #3
         buyer PROPOSE firm goods
         carrier REJECT",
    );
    assert_eq!(ledger.session().unwrap().offers().len(), 1, "the counter alone");
    let ledger = check(
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm goods quorum 1
         seller REJECT",
    );
    assert!(ledger.session().unwrap().offers().is_empty(), "goods need the seller");
}

#[test]
fn an_offer_says_how_it_may_be_answered() {
    // ASP-SES-039
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm answers ACCEPT
         seller COUNTER cheap                       -> ! ANSWER_NOT_ALLOWED ASP-SES-039 /type
         seller REJECT                              -> CONVERSING
         buyer PROPOSE answers COUNTER
         seller ACCEPT                              -> ! ANSWER_NOT_ALLOWED
         seller COUNTER cheap                       -> CONVERSING
         buyer PROPOSE answers INFORM               -> ! INVALID_BODY ASP-STM-015 /body/answers",
    );
}

#[test]
fn a_newcomer_is_admitted_by_all_and_comes_in() {
    // ASP-SES-040
    let ledger = check(
        "buyer PROPOSE with seller
         seller ACCEPT
         carrier QUERY                              -> ! UNKNOWN_STREAM
         buyer PROPOSE admission of carrier consents=none -> ! CONSENT_REQUIRED ASP-SES-040 /body/consents
         buyer PROPOSE admission of seller          -> ! INVALID_PARTICIPANTS ASP-SES-040 /body/agent
         buyer PROPOSE admission of stranger        -> ! CONSENT_REQUIRED
         buyer PROPOSE admission of carrier as asked
         buyer PROPOSE admission of carrier         -> ! INVALID_PARTICIPANTS
         carrier ACCEPT introduction                -> ! UNKNOWN_STREAM
         buyer ACCEPT admission                     -> ! NOT_YOUR_TURN
         seller COUNTER to asked cheap              -> ! NOT_ALLOWED
         seller ACCEPT acceptance                   -> ! TERMS_MISMATCH
         seller ACCEPT admission                    -> CONVERSING
         carrier QUERY                              -> ! ROLE_NOT_ALLOWED
         carrier ACCEPT introduction wrongly        -> ! CARD_MISMATCH
         carrier ACCEPT introduction                -> CONVERSING
         carrier QUERY                              -> CONVERSING
         buyer PROPOSE firm awaits carrier          -> ! INVALID_TERMS
         ride = carrier owes buyer goods 10 within 1h
         buyer PROPOSE firm ride awaits carrier     -> CONVERSING
         carrier ACCEPT                             -> EXECUTING [ACTIVE: goods OPEN]
         carrier.example REVOKE buyer-carrier       -> EXECUTING
         carrier QUERY                              -> ! CONSENT_REVOKED",
    );
    assert_eq!(ledger.session().unwrap().consents().len(), 2);
}

#[test]
fn a_newcomer_may_stay_away() {
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         seller PROPOSE admission of carrier as asked
         buyer REJECT                               -> CONVERSING
         carrier ACCEPT asked introduction          -> ! UNKNOWN_STREAM
         seller PROPOSE admission of carrier watching
         buyer ACCEPT admission
         carrier REJECT                             -> CONVERSING
         carrier ACCEPT introduction                -> ! UNKNOWN_STREAM
         seller PROPOSE admission of carrier until 1m
         buyer ACCEPT admission
         +61s quietly
         carrier ACCEPT introduction                -> ! PROPOSAL_NOT_OPEN
         buyer PROPOSE admission of carrier
         buyer WITHDRAW
         seller ACCEPT admission                    -> ! NOT_ALLOWED",
    );
}

#[test]
fn who_stayed_away_can_be_asked_again() {
    check(
        "buyer PROPOSE with seller carrier?
         seller ACCEPT                              -> INTRODUCED
         carrier QUERY                              -> ! UNKNOWN_STREAM
         buyer PROPOSE admission of carrier         -> CONVERSING
         seller ACCEPT admission
         carrier ACCEPT introduction                -> CONVERSING
         carrier WITHDRAW departure                 -> CONVERSING
         buyer PROPOSE admission of carrier
         seller ACCEPT admission
         carrier ACCEPT introduction
         carrier QUERY                              -> CONVERSING",
    );
}

#[test]
fn whoever_is_not_bound_may_leave() {
    // ASP-SES-041, ASP-SES-042
    let ledger = check(
        "buyer PROPOSE with seller carrier watcher
         watcher ACCEPT
         seller ACCEPT
         carrier ACCEPT
         carrier PROPOSE cheap awaits buyer         -> ! INVALID_TERMS
         ride = carrier owes buyer goods 10 within 1h
         carrier PROPOSE ride awaits buyer as ride
         buyer PROPOSE firm goods
         carrier ACCEPT
         carrier DELEGATE to clerk consent none     -> ! CONSENT_REQUIRED ASP-SES-046 /body/to
         carrier WITHDRAW departure                 -> CONVERSING
         carrier QUERY                              -> ! UNKNOWN_STREAM
         buyer ACCEPT ride                          -> ! PROPOSAL_NOT_OPEN
         seller WITHDRAW departure                  -> ! TOO_FEW_REMAIN ASP-SES-041 /issuer
         watcher WITHDRAW departure                 -> CONVERSING
         watcher QUERY                              -> ! UNKNOWN_STREAM
         buyer PROPOSE firm
         seller ACCEPT                              -> EXECUTING
         seller WITHDRAW departure                  -> ! TOO_FEW_REMAIN",
    );
    assert!(ledger.session().unwrap().participants().find(&uri("carrier")).unwrap().left);
}

#[test]
fn an_observer_keeps_nobody_waiting() {
    // ASP-SES-035, ASP-SES-037
    check(
        "buyer PROPOSE with seller watcher!         -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller watcher messages=4
         watcher ACCEPT
         seller ACCEPT
         +4m
         watcher OBSERVE                            -> CONVERSING
         watcher QUERY                              -> CONVERSING
         watcher OBSERVE                            -> CONVERSING
         buyer INFORM                               -> CONVERSING
         buyer INFORM                               -> CONVERSING
         buyer INFORM                               -> ! MESSAGE_LIMIT",
    );
    check(
        "buyer PROPOSE with seller watcher
         watcher ACCEPT
         seller ACCEPT
         +4m
         watcher OBSERVE                            -> CONVERSING
         +61s                                       -> FAILED(RESPONSE_TIMEOUT)",
    );
    let mut ledger = check("buyer PROPOSE with seller watcher\n watcher ACCEPT\n seller ACCEPT");
    for _ in 1..asp_core::limits::OBSERVER_REMARKS_MAX {
        ledger.check("watcher OBSERVE");
    }
    ledger.check("watcher OBSERVE -> ! MESSAGE_LIMIT\n buyer OBSERVE -> CONVERSING");
}

#[test]
fn a_question_to_somebody_is_that_ones_to_answer() {
    // ASP-SES-043, ASP-SES-044
    check(
        "buyer PROPOSE with seller mediator!
         mediator ACCEPT
         seller ACCEPT
         buyer QUERY to buyer                       -> ! INVALID_QUESTION ASP-SES-043 /body
         buyer QUERY to stranger                    -> ! INVALID_QUESTION
         buyer QUERY to seller until 6m             -> ! INVALID_QUESTION
         buyer QUERY until 1m                       -> ! INVALID_QUESTION
         buyer QUERY to seller as asked             -> CONVERSING
         mediator CLARIFY asked                     -> ! NOT_YOUR_TURN ASP-SES-044 /inReplyTo
         mediator CLARIFY                           -> CONVERSING
         seller CLARIFY asked                       -> CONVERSING
         mediator CLARIFY asked                     -> CONVERSING",
    );
    let mut ledger = check("buyer PROPOSE with seller messages=100\n seller ACCEPT");
    for _ in 0..asp_core::limits::OPEN_QUESTIONS_MAX {
        ledger.check("buyer QUERY to seller");
    }
    ledger.check("buyer QUERY to seller -> ! INVALID_QUESTION\n buyer QUERY -> CONVERSING");
}

#[test]
fn the_time_of_an_offer_stands_still_while_it_is_being_explained() {
    // ASP-SES-038
    let asked = "buyer PROPOSE with seller
                 seller ACCEPT
                 buyer PROPOSE until 2m as offered
                 +1m
                 seller QUERY to buyer about offered until 2m as why
                 ";
    check(&format!(
        "{asked}seller QUERY to buyer about offered -> ! INVALID_QUESTION
         +90s
         buyer CLARIFY why
         +59s
         seller ACCEPT offered                      -> CONVERSING"
    ));
    check(&format!(
        "{asked}+90s
         buyer CLARIFY why
         +61s
         seller ACCEPT offered                      -> ! PROPOSAL_NOT_OPEN"
    ));
    // Without an answer the offer's time goes on once that of the question is over.
    check(&format!("{asked}+2m\n +59s\n seller ACCEPT offered -> CONVERSING"));
    check(&format!("{asked}+2m\n +61s\n seller ACCEPT offered -> ! PROPOSAL_NOT_OPEN"));
    // Whoever is not asked for an answer stops no time, nor does a question to somebody else.
    check(
        "buyer PROPOSE with seller mediator!
         mediator ACCEPT
         seller ACCEPT
         buyer PROPOSE until 1m as offered
         mediator QUERY to buyer about offered
         seller QUERY to mediator about offered     -> CONVERSING
         +61s
         seller ACCEPT offered                      -> ! PROPOSAL_NOT_OPEN",
    );
}

#[test]
fn what_is_spent_only_grows_and_ends_the_session_beyond_its_budget() {
    // ASP-SES-045
    check(
        "buyer PROPOSE with seller tokens=10 cost=5
         seller ACCEPT
         buyer INFORM usage tokens 6                -> CONVERSING
         buyer INFORM usage tokens 5                -> ! INVALID_USAGE ASP-SES-045 /body
         buyer INFORM usage cost 1                  -> ! INVALID_USAGE
         buyer INFORM usage tokens 6 cost 1         -> CONVERSING
         seller INFORM usage tokens 4               -> CONVERSING
         +1s                                        -> CONVERSING
         seller INFORM usage tokens 5               -> CONVERSING
         +1s                                        -> FAILED(BUDGET_SPENT)",
    );
    check(
        "buyer PROPOSE with seller cost=5
         seller ACCEPT
         buyer INFORM usage tokens 6                -> ! INVALID_USAGE
         buyer PROPOSE firm
         seller ACCEPT
         buyer INFORM usage cost 6                  -> EXECUTING
         +1s                                        -> EXECUTING
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods         -> EXECUTING
         +1s                                        -> CLOSED(BUDGET_SPENT)",
    );
    check("buyer PROPOSE with seller\n seller ACCEPT\n buyer INFORM usage -> ! INVALID_USAGE");
}

#[test]
fn a_named_person_is_one_of_the_organisations_contacts() {
    // ASP-SES-034
    let ledger = check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer QUERY
         buyer ESCALATE to seller.example person Ada -> ! INVALID_AUTHORITY
         seller.example POLICY person Ada
         buyer ESCALATE to buyer.example person Ada -> ! INVALID_AUTHORITY
         buyer ESCALATE to seller.example person Ada -> ESCALATED",
    );
    let asked = ledger.session().unwrap().escalation().unwrap();
    assert_eq!(asked.contact.as_ref().map(|name| name.as_str()), Some("Ada"));
}

#[test]
fn a_mandate_says_how_far_it_may_be_handed_on_and_falls_with_its_consent() {
    // ASP-SES-020, ASP-SES-021, ASP-SES-046
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk hops 0 as short
         clerk for short DELEGATE to aide           -> ! INVALID_MANDATE ASP-SES-021 /body
         buyer DELEGATE to clerk hops 1 as longer
         clerk for longer DELEGATE to aide as further
         clerk for longer PROPOSE                   -> CONVERSING
         aide for longer,further PROPOSE            -> CONVERSING
         clerk.example REVOKE clerk-aide
         aide for longer,further PROPOSE            -> ! INVALID_MANDATE ASP-SES-020 /onBehalfOf
         clerk for longer PROPOSE                   -> CONVERSING
         buyer DELEGATE to stranger                 -> ! CONSENT_REQUIRED ASP-SES-046 /body/to
         buyer DELEGATE to nobody                   -> ! CONSENT_REQUIRED",
    );
}
