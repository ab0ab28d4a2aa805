//! Cards in sessions: what is on them when somebody comes in, and what may not change until somebody is bound.

use crate::support::ledger::check;

/// A session in which the seller can be bound by its acceptance of a firm offer.
const OFFERED: &str = "buyer PROPOSE with seller
                       seller ACCEPT
                       buyer PROPOSE firm
                       ";

#[test]
fn nobody_is_bound_to_a_card_that_was_exchanged_since_the_invitation() {
    // ASP-SES-048
    for who in ["buyer", "seller"] {
        check(&format!(
            "{OFFERED}{who} CARD translate
             seller ACCEPT                        -> ! CARD_CHANGED ASP-SES-048 /type
             seller REJECT                        -> CONVERSING
             buyer CLOSE                          -> CLOSED(COMPLETED)"
        ));
    }
    // Between the invitation and the answer to it too, though the invitee could have looked.
    check(
        "buyer PROPOSE with seller
         buyer CARD provision
         seller ACCEPT                            -> INTRODUCED
         seller PROPOSE firm                      -> CONVERSING
         buyer ACCEPT                             -> ! CARD_CHANGED",
    );
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE
         seller ACCEPT
         buyer COMMIT                             -> AGREEING
         buyer CARD translate
         seller ACCEPT                            -> ! CARD_CHANGED ASP-SES-048 /type
         seller REJECT                            -> CONVERSING",
    );
}

#[test]
fn a_card_that_says_the_same_again_has_been_another_one() {
    // ASP-SES-048
    check(&format!(
        "{OFFERED}seller CARD translate
         seller CARD provision.compute.gpu
         seller ACCEPT                            -> ! CARD_CHANGED"
    ));
}

#[test]
fn availability_may_change_at_any_time() {
    // ASP-SES-048
    check(&format!(
        "{OFFERED}seller CARD away
         buyer CARD away
         seller ACCEPT                            -> EXECUTING [ACTIVE: goods OPEN]"
    ));
}

#[test]
fn whoever_stands_by_its_card_anew_can_be_bound() {
    // ASP-SES-048
    check(
        "buyer PROPOSE with seller
         buyer CARD provision
         seller COUNTER conditions                -> INVITED
         buyer ACCEPT                             -> INTRODUCED
         buyer PROPOSE firm
         seller ACCEPT                            -> EXECUTING [ACTIVE: goods OPEN]",
    );
}

#[test]
fn the_cards_of_those_who_are_not_bound_do_not_matter() {
    // ASP-SES-048
    check(
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm goods awaits seller
         carrier CARD translate
         seller ACCEPT                            -> EXECUTING [ACTIVE: goods OPEN]",
    );
}

#[test]
fn an_amendment_binds_anew_and_an_end_does_not() {
    // ASP-SES-048
    check(&format!(
        "{OFFERED}seller ACCEPT
         seller CARD translate
         buyer PROPOSE amendment to cheap
         seller ACCEPT                            -> ! CARD_CHANGED
         seller REJECT
         buyer PROPOSE termination
         seller ACCEPT                            -> EXECUTING [TERMINATED: goods LAPSED]"
    ));
}

#[test]
fn a_party_comes_in_for_what_one_of_the_cards_offers() {
    // ASP-SES-049
    check(
        "buyer CARD translate
         seller CARD translate
         buyer PROPOSE with seller                -> INVITED
         seller ACCEPT                            -> ! CAPABILITY_NOT_OFFERED ASP-SES-049 /body/card
         seller CARD provision.compute.gpu.h100
         seller ACCEPT                            -> ! CAPABILITY_NOT_OFFERED
         seller CARD provision.compute
         seller ACCEPT                            -> INTRODUCED",
    );
    // Who sells may invite who buys; who watches or mediates sells nothing.
    check(
        "buyer CARD translate
         buyer PROPOSE with seller                -> INVITED
         seller ACCEPT                            -> INTRODUCED",
    );
    check(
        "seller CARD translate
         buyer PROPOSE with seller                -> INVITED
         seller ACCEPT                            -> INTRODUCED",
    );
    check(
        "buyer CARD translate
         watcher CARD translate
         buyer PROPOSE with seller watcher        -> INVITED
         watcher ACCEPT                           -> INVITED
         seller ACCEPT                            -> INTRODUCED",
    );
}

#[test]
fn while_another_card_than_the_pinned_one_is_served_nobody_is_bound() {
    // ASP-SES-048
    check(
        "seller CARD pinned
         buyer PROPOSE with seller                              -> INVITED
         seller ACCEPT                                          -> INTRODUCED
         buyer PROPOSE firm                                     -> CONVERSING
         seller CARD swapped
         seller ACCEPT                                          -> ! CARD_CHANGED
         seller CARD there
         seller ACCEPT                                          -> EXECUTING",
    );
}
