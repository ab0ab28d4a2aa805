//! Sessions: who may say what, when, and on which terms (ASP-SES).

use super::{Case, dialogue};

pub(super) const CASES: &[Case] = &[
    dialogue(
        &["ASP-SES-013"],
        "a firm offer binds by the acceptance of those alone whose answer it awaits",
        "buyer PROPOSE with seller         -> INVITED
         seller ACCEPT                     -> INTRODUCED
         buyer PROPOSE firm trade          -> CONVERSING
         buyer ACCEPT                      -> ! NOT_YOUR_TURN ASP-SES-013 /issuer
         buyer REJECT                      -> ! NOT_YOUR_TURN
         buyer COUNTER firm                -> ! NOT_YOUR_TURN
         seller ACCEPT                     -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]",
    ),
    dialogue(
        &["ASP-SES-012"],
        "an offer is answered no later than the instant until which it stands",
        "buyer PROPOSE with seller         -> INVITED
         seller ACCEPT                     -> INTRODUCED
         buyer PROPOSE firm until 1s       -> CONVERSING
         +1500ms
         seller ACCEPT                     -> ! PROPOSAL_NOT_OPEN
         seller REJECT                     -> ! PROPOSAL_NOT_OPEN
         buyer PROPOSE firm until 1m       -> CONVERSING
         seller ACCEPT                     -> EXECUTING",
    ),
    dialogue(
        &["ASP-DLV-003"],
        "an invitation that nobody answers is ended by the node",
        "buyer PROPOSE with seller invitation=1s -> INVITED
         +1s                                     -> FAILED(INVITATION_TIMEOUT)",
    ),
];
