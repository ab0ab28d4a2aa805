//! Who may invite: what the policies of those who are invited say of it.

use crate::support::ledger::check;

/// The buyer pays the seller once, which earns the buyer some 16 points in the seller's eyes.
const EARNED: &str = "fee = buyer owes seller fee 100 within 1h
                      buyer PROPOSE with seller
                      seller ACCEPT
                      buyer PROPOSE firm fee
                      seller ACCEPT
                      buyer INFORM fulfilment fee
                      seller INFORM acknowledgement fee
                      anew
                      ";

#[test]
fn a_policy_names_from_whom_invitations_are_welcome() {
    // ASP-ADM-001
    check(
        "seller.example POLICY from carrier.example,mediator.example
         buyer PROPOSE with seller                  -> ! INVITATION_NOT_WELCOME ASP-ADM-001 /issuer
         buyer PROPOSE with carrier seller?         -> ! INVITATION_NOT_WELCOME
         buyer PROPOSE with carrier                 -> INVITED
         anew
         seller.example POLICY from none
         buyer PROPOSE with seller                  -> ! INVITATION_NOT_WELCOME
         seller.example POLICY from buyer.example
         buyer PROPOSE with seller                  -> INVITED
         anew
         seller.example POLICY person Ada
         buyer PROPOSE with seller                  -> INVITED",
    );
}

#[test]
fn without_a_consent_nobody_learns_what_a_policy_says() {
    // ASP-ADM-001: consents come first, the floors last.
    check(
        "seller.example POLICY from none floors 90
         buyer PROPOSE with seller consents=none    -> ! CONSENT_REQUIRED
         stranger PROPOSE with seller               -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller schemas=nothing  -> ! UNKNOWN_SCHEMA
         buyer PROPOSE with seller                  -> ! INVITATION_NOT_WELCOME",
    );
}

#[test]
fn a_policy_does_not_bind_who_set_it() {
    // ASP-ADM-001, ASP-ADM-002
    check(
        "buyer.example POLICY from none floors 90
         buyer PROPOSE with seller                  -> INVITED
         anew
         seller PROPOSE with buyer consents=buyer-seller -> ! INVITATION_NOT_WELCOME",
    );
}

#[test]
fn who_invites_has_to_have_earned_the_floor() {
    // ASP-ADM-002
    check(
        "seller.example POLICY floors 11
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW ASP-ADM-002 /issuer
         seller.example POLICY floors 10
         buyer PROPOSE with seller                  -> INVITED",
    );
    check(&format!(
        "{EARNED}
         seller.example POLICY floors 15
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW
         +1m
         buyer PROPOSE with seller                  -> INVITED
         anew
         seller.example POLICY floors 15@100000
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW
         seller.example POLICY floors 50
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW"
    ));
}

#[test]
fn of_the_floors_that_cover_the_session_the_strictest_holds() {
    // ASP-ADM-002
    check(&format!(
        "{EARNED}
         +1m
         seller.example POLICY floors 12,provision=15,transport=90
         buyer PROPOSE with seller                  -> INVITED
         anew
         seller.example POLICY floors 12,provision.compute.gpu=90,provision=15
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW
         seller.example POLICY floors 12,provision.compute.gpu.small=90
         buyer PROPOSE with seller                  -> INVITED
         anew
         seller.example POLICY floors 15@100,15@100000
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW"
    ));
}

#[test]
fn a_floor_is_seen_through_the_eyes_of_who_is_invited() {
    // ASP-ADM-002: what the seller knows of the buyer says nothing to the carrier, and each of two is asked.
    check(&format!(
        "{EARNED}
         +1m
         seller.example POLICY floors 15
         carrier.example POLICY floors 15
         buyer PROPOSE with seller                  -> INVITED
         anew
         buyer PROPOSE with carrier                 -> ! TRUST_TOO_LOW
         buyer PROPOSE with seller carrier?         -> ! TRUST_TOO_LOW"
    ));
}

#[test]
fn who_is_invited_later_says_who_may_invite_it() {
    // ASP-ADM-001, ASP-ADM-002
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         carrier.example POLICY from seller.example
         buyer PROPOSE admission of carrier         -> ! INVITATION_NOT_WELCOME ASP-ADM-001 /issuer
         carrier.example POLICY floors 11
         buyer PROPOSE admission of carrier         -> ! TRUST_TOO_LOW ASP-ADM-002 /issuer
         carrier.example POLICY from buyer.example floors 10
         buyer PROPOSE admission of carrier         -> CONVERSING",
    );
}

#[test]
fn who_speaks_under_a_mandate_invites_in_the_name_of_who_gave_it() {
    // ASP-ADM-001, ASP-ADM-002: it is the principal's organisation that has to be welcome.
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk as m
         carrier.example POLICY from clerk.example
         clerk for m PROPOSE admission of carrier consents=buyer-carrier -> ! INVITATION_NOT_WELCOME
         carrier.example POLICY from buyer.example
         clerk for m PROPOSE admission of carrier consents=buyer-carrier -> CONVERSING",
    );
}

#[test]
fn a_later_policy_ends_nothing_that_has_begun() {
    // ASP-ADM-001, ASP-ADM-002
    check(
        "buyer PROPOSE with seller
         seller.example POLICY from none floors 90
         seller ACCEPT                              -> INTRODUCED
         buyer PROPOSE                              -> CONVERSING",
    );
}
