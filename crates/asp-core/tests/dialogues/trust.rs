//! Trust floors: who comes in has earned what the session asks for, by the log as it was before.

use crate::support::ledger::check;

/// The seller delivers to the buyer once, which earns it some 16 points.
const EARNED: &str = "buyer PROPOSE with seller
                      seller ACCEPT
                      buyer PROPOSE firm goods
                      seller ACCEPT
                      seller INFORM fulfilment goods
                      buyer INFORM acknowledgement goods
                      anew
                      ";

#[test]
fn who_has_not_earned_the_floor_cannot_come_in() {
    // ASP-SES-047
    check(
        "buyer PROPOSE with seller floor=10
         seller ACCEPT                              -> INTRODUCED
         anew
         buyer PROPOSE with seller floor=11
         seller ACCEPT                              -> ! TRUST_TOO_LOW ASP-SES-047 /issuer
         +30s                                       -> FAILED(INVITATION_TIMEOUT)",
    );
    check(&format!(
        "{EARNED}
         buyer PROPOSE with seller carrier floor=15
         carrier ACCEPT                             -> ! TRUST_TOO_LOW
         seller ACCEPT                              -> INVITED
         anew
         buyer PROPOSE with seller floor=50
         seller ACCEPT                              -> ! TRUST_TOO_LOW"
    ));
}

#[test]
fn a_floor_is_asked_of_the_log_before_the_invitation() {
    // ASP-SES-047
    let mut ledger = check("");
    ledger.check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm goods
         seller ACCEPT
         seller INFORM fulfilment goods",
    );
    let deal = ledger.id;
    ledger.check("anew\n buyer PROPOSE with seller floor=11 invitation=1h");
    let invited = ledger.id;
    ledger.id = deal;
    ledger.check("buyer INFORM acknowledgement goods");
    ledger.id = invited;
    ledger.check("seller ACCEPT -> ! TRUST_TOO_LOW");
    ledger.check(
        "anew
         buyer PROPOSE with seller floor=11
         seller ACCEPT                              -> INTRODUCED",
    );
}

#[test]
fn a_floor_is_seen_through_the_eyes_of_who_invites() {
    // ASP-SES-047: what the buyer knows of the seller says nothing to the mediator's organisation.
    check(&format!(
        "{EARNED}
         mediator.example CONSENT seller.example
         mediator PROPOSE with seller floor=11 consents=mediator-seller
         seller ACCEPT                              -> ! TRUST_TOO_LOW"
    ));
}

#[test]
fn conditions_can_ask_for_another_floor_and_the_initiator_needs_none() {
    // ASP-SES-047
    check(
        "buyer PROPOSE with seller floor=90
         seller COUNTER conditions floor=10
         buyer ACCEPT                               -> INTRODUCED",
    );
    check(
        "buyer PROPOSE with seller carrier
         seller COUNTER conditions floor=90         -> ! TRUST_TOO_LOW ASP-SES-047 /issuer
         seller COUNTER conditions floor=10         -> INVITED
         buyer COUNTER conditions floor=90          -> INVITED
         carrier ACCEPT                             -> ! TRUST_TOO_LOW
         carrier COUNTER conditions floor=90        -> ! TRUST_TOO_LOW",
    );
}

#[test]
fn a_floor_is_a_score_from_1_to_100() {
    check(
        "buyer PROPOSE with seller floor=0          -> ! INVALID_BODY ASP-STM-015 /body/limits/trustFloor/score
         buyer PROPOSE with seller floor=101        -> ! INVALID_BODY
         buyer PROPOSE with seller floor=100        -> INVITED",
    );
}

#[test]
fn who_comes_in_later_has_to_have_earned_it_too() {
    // ASP-SES-047
    check(&format!(
        "{EARNED}
         buyer PROPOSE with seller floor=15
         seller ACCEPT
         buyer PROPOSE admission of carrier
         seller ACCEPT admission
         carrier ACCEPT introduction                -> ! TRUST_TOO_LOW ASP-SES-047 /issuer"
    ));
}
