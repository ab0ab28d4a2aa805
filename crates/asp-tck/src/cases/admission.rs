//! Who may invite: what policies say of it, and to whom.

use super::{Case, dialogue};

pub(crate) const CASES: &[Case] = &[
    dialogue(
        &["ASP-ADM-001"],
        "a policy names from whom invitations are welcome",
        "seller.example POLICY from carrier.example,mediator.example
         buyer PROPOSE with seller                  -> ! INVITATION_NOT_WELCOME ASP-ADM-001 /issuer
         buyer PROPOSE with carrier seller?         -> ! INVITATION_NOT_WELCOME
         buyer PROPOSE with carrier                 -> INVITED
         seller.example POLICY from none
         buyer PROPOSE with seller                  -> ! INVITATION_NOT_WELCOME
         seller.example POLICY from buyer.example
         buyer PROPOSE with seller                  -> INVITED
         seller ACCEPT                              -> INTRODUCED
         carrier.example POLICY from none
         buyer PROPOSE admission of carrier         -> ! INVITATION_NOT_WELCOME ASP-ADM-001 /issuer
         carrier.example POLICY from buyer.example
         buyer PROPOSE admission of carrier         -> CONVERSING",
    ),
    dialogue(
        &["ASP-ADM-002"],
        "who invites has to have earned what the policy of who is invited asks for",
        "seller.example POLICY floors 11
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW ASP-ADM-002 /issuer
         buyer PROPOSE with carrier seller?         -> ! TRUST_TOO_LOW
         buyer PROPOSE with carrier                 -> INVITED
         seller.example POLICY floors 10,transport=90
         buyer PROPOSE with seller                  -> INVITED
         seller.example POLICY floors 10,provision=90
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW
         seller.example POLICY floors 10
         buyer PROPOSE with seller                  -> INVITED
         seller ACCEPT                              -> INTRODUCED
         carrier.example POLICY floors 90
         buyer PROPOSE admission of carrier         -> ! TRUST_TOO_LOW ASP-ADM-002 /issuer
         carrier.example POLICY floors 10
         buyer PROPOSE admission of carrier         -> CONVERSING",
    ),
];
