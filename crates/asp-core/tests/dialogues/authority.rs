//! Escalation, consent that ends, and delegation: whose word counts for how much.

use crate::bound;
use crate::support::ledger::check;

#[test]
fn an_authority_lets_the_session_go_on() {
    check(
        "buyer PROPOSE with seller mediator!         -> INVITED
         mediator ACCEPT                             -> INVITED
         seller ACCEPT                               -> INTRODUCED
         buyer ESCALATE                              -> ! NOT_ALLOWED
         buyer PROPOSE firm                          -> CONVERSING
         buyer ESCALATE to stranger.example          -> ! INVALID_AUTHORITY
         buyer ESCALATE to seller                    -> ! INVALID_AUTHORITY
         buyer ESCALATE to watcher                   -> ! INVALID_AUTHORITY
         buyer ESCALATE                              -> ESCALATED
         buyer ESCALATE                              -> ! NOT_ALLOWED
         seller ACCEPT                               -> ! ROLE_NOT_ALLOWED
         seller REJECT                               -> ! ROLE_NOT_ALLOWED
         seller WITHDRAW                             -> ! NOT_THE_ISSUER
         seller QUERY                                -> ! NOT_ALLOWED
         seller.example ACCEPT                       -> ! UNKNOWN_STREAM
         seller INFORM                               -> ESCALATED
         mediator INFORM                             -> ESCALATED
         mediator ACCEPT acceptance                  -> ! NOT_ALLOWED
         mediator ACCEPT                             -> CONVERSING
         mediator ACCEPT                             -> ! ROLE_NOT_ALLOWED
         seller ACCEPT offer                         -> EXECUTING",
    );
}

#[test]
fn an_organisation_decides_for_its_people() {
    check(
        "buyer PROPOSE with seller                   -> INVITED
         seller ACCEPT                               -> INTRODUCED
         buyer PROPOSE                               -> CONVERSING
         seller ESCALATE to seller.example           -> ESCALATED
         buyer.example ACCEPT                        -> ! UNKNOWN_STREAM
         buyer WITHDRAW                              -> ! NOT_THE_ISSUER
         seller.example WITHDRAW                     -> ! ROLE_NOT_ALLOWED
         seller.example INFORM                       -> ESCALATED
         seller.example REJECT                       -> FAILED(ESCALATION_REJECTED)
         seller.example ACCEPT                       -> ! UNKNOWN_STREAM",
    );
    check(
        "buyer PROPOSE with seller                   -> INVITED
         seller ACCEPT                               -> INTRODUCED
         buyer PROPOSE                               -> CONVERSING
         seller ESCALATE to seller.example           -> ESCALATED
         seller WITHDRAW                             -> CONVERSING
         seller.example ACCEPT                       -> ! UNKNOWN_STREAM",
    );
}

#[test]
fn an_escalation_that_nobody_decides_is_given_up() {
    check(
        "buyer PROPOSE with seller                   -> INVITED
         seller ACCEPT                               -> INTRODUCED
         buyer PROPOSE                               -> CONVERSING
         seller ESCALATE to seller.example           -> ESCALATED
         +23h                                        -> ESCALATED
         seller INFORM                               -> ESCALATED
         +1h                                         -> FAILED(ESCALATION_TIMEOUT)",
    );
    bound(
        "seller owes buyer goods 100 within 30h",
        "seller ESCALATE to seller.example           -> ESCALATED
         +24h                                        -> EXECUTING [ACTIVE: goods OPEN]
         seller INFORM fulfilment goods              -> EXECUTING",
    );
}

#[test]
fn duties_go_on_while_an_authority_decides() {
    bound(
        "seller owes buyer a 1 within 1h, seller owes buyer b 1 within 1h",
        "seller ESCALATE to seller.example           -> ESCALATED
         seller INFORM progress a                    -> ESCALATED
         seller INFORM fulfilment a                  -> ESCALATED
         buyer INFORM contest a                      -> ESCALATED
         seller INFORM fulfilment a                  -> ESCALATED
         buyer INFORM acknowledgement a              -> ESCALATED [ACTIVE: a FULFILLED, b OPEN]
         seller.example REJECT                       -> EXECUTING [ACTIVE: a FULFILLED, b OPEN]
         seller ESCALATE to seller.example           -> ESCALATED
         +61m                                        -> ESCALATED [BREACHED: a FULFILLED, b BREACHED]
         seller.example REJECT                       -> FAILED(ESCALATION_REJECTED)",
    );
}

#[test]
fn a_consent_that_is_revoked_ends_what_owes_nothing() {
    // ASP-SES-018
    let invited = "buyer PROPOSE with seller -> INVITED\n";
    let talking = "buyer PROPOSE with seller\n seller ACCEPT\n buyer PROPOSE -> CONVERSING\n";
    let agreeing = "buyer PROPOSE with seller\n seller ACCEPT\n buyer PROPOSE\n seller ACCEPT\n seller COMMIT -> AGREEING\n";
    let escalated = &format!("{talking} seller ESCALATE to seller.example -> ESCALATED\n");
    for (story, refused) in [
        (invited, "seller ACCEPT -> ! CONSENT_REVOKED\n seller COUNTER conditions -> ! CONSENT_REVOKED"),
        (talking, "seller ACCEPT -> ! CONSENT_REVOKED\n seller QUERY -> ! CONSENT_REVOKED"),
        (agreeing, "buyer ACCEPT -> ! CONSENT_REVOKED\n buyer CLARIFY -> ! CONSENT_REVOKED"),
        (escalated, "seller QUERY -> ! NOT_ALLOWED"),
    ] {
        check(&format!("{story} seller.example REVOKE\n {refused}\n +0s -> FAILED(CONSENT_REVOKED)"));
    }
    check(&format!(
        "{talking} +0s\n seller REJECT -> CONVERSING\n seller.example REVOKE\n buyer CLOSE -> CLOSED(COMPLETED)"
    ));
}

#[test]
fn duties_survive_the_end_of_consent() {
    bound(
        "seller owes buyer goods 100 within 2h, buyer owes seller pay 100 within 1h of goods",
        "buyer PROPOSE firm cheap as offer           -> EXECUTING
         buyer.example REVOKE                        -> EXECUTING
         +0s                                         -> EXECUTING
         seller ACCEPT offer                         -> ! CONSENT_REVOKED
         seller PROPOSE                              -> ! CONSENT_REVOKED
         seller PROPOSE termination                  -> ! CONSENT_REVOKED
         seller INFORM                               -> ! CONSENT_REVOKED
         buyer QUERY                                 -> ! CONSENT_REVOKED
         buyer OBSERVE                               -> ! CONSENT_REVOKED
         seller INFORM progress goods                -> EXECUTING
         seller INFORM fulfilment goods              -> EXECUTING
         buyer INFORM contest goods                  -> EXECUTING
         +0s                                         -> CLOSED(CONSENT_REVOKED)",
    );
    bound(
        "seller owes buyer goods 100 within 2h, buyer owes seller pay 100 within 1h of goods",
        "buyer.example REVOKE                        -> EXECUTING
         seller INFORM fulfilment goods              -> EXECUTING
         buyer INFORM acknowledgement goods          -> EXECUTING
         +61m                                        -> CLOSED(CONSENT_REVOKED) [BREACHED: goods FULFILLED, pay BREACHED]",
    );
}

#[test]
fn a_commit_is_given_up_when_consent_ends_over_what_was_done() {
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm
         seller ACCEPT
         buyer PROPOSE cheap
         seller ACCEPT
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods
         buyer COMMIT cheap                          -> AGREEING
         seller.example REVOKE
         +0s                                         -> CLOSED(CONSENT_REVOKED)",
    );
}

#[test]
fn a_consent_that_expires_ends_like_one_that_is_revoked() {
    check(
        "buyer.example CONSENT seller.example for 3m
         buyer PROPOSE with seller                   -> INVITED
         seller ACCEPT                               -> INTRODUCED
         +2m                                         -> INTRODUCED
         +1m quietly
         buyer QUERY                                 -> ! CONSENT_EXPIRED
         +0s                                         -> FAILED(CONSENT_REVOKED)",
    );
}

#[test]
fn a_consent_may_allow_some_performatives_alone() {
    // ASP-SES-019
    check(
        "buyer.example CONSENT seller.example only PROPOSE,ACCEPT,INFORM
         buyer PROPOSE with seller                   -> INVITED
         seller COUNTER conditions                   -> ! OUTSIDE_CONSENT
         seller ACCEPT                               -> INTRODUCED
         buyer QUERY                                 -> ! OUTSIDE_CONSENT
         buyer OBSERVE                               -> ! OUTSIDE_CONSENT
         buyer DELEGATE                              -> ! OUTSIDE_CONSENT
         buyer PROPOSE firm                          -> CONVERSING
         seller COUNTER                              -> ! OUTSIDE_CONSENT
         seller ACCEPT                               -> EXECUTING",
    );
}

#[test]
fn a_delegate_acts_within_its_mandate() {
    // ASP-SES-020
    check(
        "buyer PROPOSE with seller                             -> INVITED
         seller ACCEPT                                         -> INTRODUCED
         clerk QUERY                                           -> ! UNKNOWN_STREAM
         buyer DELEGATE to clerk may PROPOSE,ACCEPT ceiling 60 expires 10m as m -> CONVERSING
         clerk QUERY                                           -> ! UNKNOWN_STREAM
         clerk for m QUERY                                     -> ! INVALID_MANDATE
         clerk for other PROPOSE                               -> ! INVALID_MANDATE
         clerk for m,m PROPOSE cheap                           -> ! INVALID_MANDATE
         aide for m PROPOSE cheap                              -> ! UNKNOWN_STREAM
         seller for m PROPOSE cheap                            -> ! INVALID_MANDATE
         seller.example for m PROPOSE cheap                    -> ! UNKNOWN_STREAM
         pays = buyer owes seller pay 61 within 1h
         clerk for m PROPOSE firm pays                         -> ! ABOVE_CEILING
         clerk for m PROPOSE firm cheap                        -> CONVERSING
         buyer ACCEPT                                          -> ! NOT_YOUR_TURN
         clerk for m ACCEPT                                    -> ! NOT_YOUR_TURN
         buyer WITHDRAW offer                                  -> CONVERSING
         seller PROPOSE firm cheap until 1h                    -> CONVERSING
         +4m
         buyer QUERY
         +4m
         buyer QUERY
         +2m                                                   -> CONVERSING
         clerk for m ACCEPT                                    -> ! INVALID_MANDATE
         buyer ACCEPT                                          -> EXECUTING",
    );
}

#[test]
fn a_mandate_only_narrows_along_the_chain() {
    // ASP-SES-021
    let given = "buyer PROPOSE with seller
                 seller ACCEPT
                 buyer DELEGATE to clerk may PROPOSE,DELEGATE,WITHDRAW ceiling 60 expires 10m as m
                 ";
    for wider in [
        "to aide may PROPOSE,ACCEPT ceiling 60 expires 10m",
        "to aide may PROPOSE ceiling 61 expires 10m",
        "to aide may PROPOSE expires 10m",
        "to aide may PROPOSE ceiling 60 expires 11m",
        "to aide may PROPOSE ceiling 60 expires 0s",
        "to clerk may PROPOSE ceiling 60 expires 10m",
        "to buyer may PROPOSE ceiling 60 expires 10m",
    ] {
        check(&format!("{given}clerk for m DELEGATE {wider} -> ! INVALID_MANDATE"));
    }
    check(&format!(
        "{given}
         buyer DELEGATE to buyer                                         -> ! INVALID_MANDATE
         buyer DELEGATE to aide expires 0s                               -> ! INVALID_MANDATE
         clerk for m DELEGATE to aide may PROPOSE ceiling 60 expires 10m as n -> CONVERSING
         aide for n PROPOSE cheap                                        -> ! INVALID_MANDATE
         aide for n,m PROPOSE cheap                                      -> ! INVALID_MANDATE
         aide for m,n DELEGATE to stranger                               -> ! INVALID_MANDATE
         aide for m,n PROPOSE cheap                                      -> CONVERSING
         seller WITHDRAW m                                               -> ! NOT_THE_ISSUER
         buyer WITHDRAW m                                                -> CONVERSING
         aide for m,n PROPOSE cheap                                      -> ! UNKNOWN_STREAM
         clerk for m PROPOSE cheap                                       -> ! UNKNOWN_STREAM
         buyer WITHDRAW m                                                -> ! PROPOSAL_NOT_OPEN"
    ));
    check(&format!(
        "{given}
         clerk for m DELEGATE to aide may PROPOSE ceiling 60 expires 10m as n -> CONVERSING
         clerk for m WITHDRAW n                                          -> CONVERSING
         aide for m,n PROPOSE cheap                                      -> ! UNKNOWN_STREAM
         clerk for m PROPOSE cheap                                       -> CONVERSING"
    ));
}

#[test]
fn an_escalation_leaves_everything_else_on_the_table() {
    let talking = "buyer PROPOSE with seller mediator!
                   mediator ACCEPT
                   seller ACCEPT
                   seller DELEGATE to clerk as mandate
                   buyer PROPOSE firm as offer
                   ";
    for wrong in ["offer", "mandate"] {
        check(&format!(
            "{talking}
             buyer ESCALATE to mediator as question      -> ESCALATED
             buyer WITHDRAW {wrong}                      -> ! NOT_THE_ISSUER
             buyer WITHDRAW question                     -> CONVERSING
             clerk for mandate QUERY                     -> CONVERSING
             seller ACCEPT offer                         -> EXECUTING
             buyer PROPOSE firm as more                  -> EXECUTING
             buyer ESCALATE to mediator                  -> ESCALATED
             mediator REJECT {wrong}                     -> EXECUTING
             buyer ESCALATE to mediator                  -> ESCALATED
             mediator REJECT more                        -> EXECUTING
             clerk for mandate QUERY                     -> EXECUTING
             seller ACCEPT more                          -> EXECUTING"
        ));
    }
}

#[test]
fn a_commit_waits_for_the_authority_too() {
    let agreeing = "buyer PROPOSE with seller
                    seller ACCEPT
                    deal = seller owes buyer goods 1 within 30h
                    buyer PROPOSE firm deal
                    seller ACCEPT
                    buyer PROPOSE cheap until 30h as cheap
                    seller ACCEPT
                    buyer COMMIT cheap as commit                -> AGREEING
                    seller ESCALATE to seller.example           -> ESCALATED
                    ";
    check(&format!("{agreeing} seller.example ACCEPT -> AGREEING\n seller ACCEPT commit -> EXECUTING"));
    check(&format!("{agreeing} seller WITHDRAW -> AGREEING\n seller REJECT commit -> EXECUTING"));
    // The package names no instant that has passed, so what nobody decided can still be signed.
    let waits = agreeing.replace(
        "buyer PROPOSE cheap until",
        "cheap = seller owes buyer goods 1 within 40h\n buyer PROPOSE cheap until",
    );
    check(&format!("{waits} +24h -> AGREEING\n seller ACCEPT commit -> EXECUTING"));
    let rejected = check(&format!(
        "{agreeing} seller.example REJECT -> EXECUTING\n seller ACCEPT commit -> ! PROPOSAL_NOT_OPEN"
    ));
    assert!(rejected.session().unwrap().pending().is_none());
}

#[test]
fn a_mandate_is_taken_back_at_any_time() {
    let given = "buyer PROPOSE with seller
                 seller ACCEPT
                 buyer DELEGATE to clerk as mandate
                 seller PROPOSE
                 buyer ACCEPT
                 ";
    check(&format!(
        "{given}
         seller COMMIT                               -> AGREEING
         seller WITHDRAW mandate                     -> ! NOT_THE_ISSUER
         buyer WITHDRAW mandate                      -> AGREEING
         buyer WITHDRAW mandate                      -> ! NOT_THE_ISSUER
         clerk for mandate ACCEPT                    -> ! UNKNOWN_STREAM
         buyer ACCEPT                                -> EXECUTING"
    ));
    check(&format!(
        "{given}
         seller ESCALATE to seller.example           -> ESCALATED
         seller WITHDRAW mandate                     -> ! NOT_THE_ISSUER
         buyer WITHDRAW mandate                      -> ESCALATED
         clerk for mandate INFORM                    -> ! UNKNOWN_STREAM
         seller.example ACCEPT                       -> CONVERSING"
    ));
}
