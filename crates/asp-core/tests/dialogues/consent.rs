//! What a consent lets flow, and what is left of a session whose consent has ended.

use crate::bound;
use crate::support::ledger::check;

#[test]
fn members_that_a_consent_does_not_name_do_not_flow() {
    // ASP-CON-010
    check(
        "seller.example SCHEMA box upto 9
         buyer.example CONSENT seller.example fields size,grade
         buyer PROPOSE with seller schemas=box
         seller ACCEPT
         buyer INFORM note data=size,weight        -> ! FIELD_NOT_CONSENTED ASP-CON-010 /body/data/weight
         seller QUERY data=a/b                     -> ! FIELD_NOT_CONSENTED ASP-CON-010 /body/data/a~1b
         buyer CLARIFY data=Size                   -> ! FIELD_NOT_CONSENTED
         buyer OBSERVE data=sizes                  -> ! FIELD_NOT_CONSENTED
         buyer INFORM note data=size,grade         -> CONVERSING
         seller QUERY data=grade                   -> CONVERSING
         buyer CLARIFY data=size                   -> CONVERSING
         buyer INFORM note                         -> CONVERSING
         buyer PROPOSE firm goods in box 3         -> CONVERSING
         buyer.example CONSENT seller.example fields grade
         anew
         buyer PROPOSE with seller schemas=box
         seller ACCEPT
         buyer PROPOSE goods in box 3              -> ! FIELD_NOT_CONSENTED ASP-CON-010 /body/packages/0/terms/size
         buyer PROPOSE goods or cheap in box 3     -> ! FIELD_NOT_CONSENTED
         buyer.example CONSENT seller.example fields none
         anew
         buyer PROPOSE with seller
         seller ACCEPT
         buyer INFORM note data=size               -> ! FIELD_NOT_CONSENTED
         buyer PROPOSE firm goods                  -> CONVERSING
         seller ACCEPT                             -> EXECUTING",
    );
}

#[test]
fn data_of_a_class_that_a_consent_does_not_name_does_not_flow() {
    // ASP-CON-011
    check(
        "seller.example SCHEMA box upto 9
         seller.example SCHEMA person upto 9 class personal
         seller.example SCHEMA open upto 9 class public
         buyer.example CONSENT seller.example classes public,internal
         buyer PROPOSE with seller schemas=box,person,open
         seller ACCEPT
         buyer PROPOSE goods in person 3           -> ! DATA_CLASS_NOT_CONSENTED ASP-CON-011 /body/packages/0/terms/size
         buyer PROPOSE goods in box 3              -> CONVERSING
         seller COUNTER cheap in person 3          -> ! DATA_CLASS_NOT_CONSENTED
         seller COUNTER cheap in open 3            -> CONVERSING
         buyer INFORM note data=size               -> CONVERSING
         buyer.example CONSENT seller.example classes public,personal
         anew
         buyer PROPOSE with seller schemas=box,person,open
         seller ACCEPT
         buyer INFORM note data=size               -> ! DATA_CLASS_NOT_CONSENTED ASP-CON-011 /body/data/size
         buyer PROPOSE goods in box 3              -> ! DATA_CLASS_NOT_CONSENTED
         buyer PROPOSE goods in open 3             -> CONVERSING
         seller COUNTER firm cheap in person 3     -> CONVERSING
         buyer ACCEPT                              -> EXECUTING
         seller PROPOSE amendment to goods in box  -> ! TERMS_DO_NOT_FIT",
    );
}

#[test]
fn everybody_who_reads_is_asked_whether_data_may_flow() {
    // ASP-CON-010: what two of three may tell one another, the third would read.
    check(
        "buyer.example CONSENT watcher.example fields grade
         buyer PROPOSE with seller watcher
         watcher ACCEPT
         seller ACCEPT
         seller INFORM note data=size              -> ! FIELD_NOT_CONSENTED
         watcher OBSERVE data=size                 -> ! FIELD_NOT_CONSENTED
         seller INFORM note data=grade             -> CONVERSING",
    );
    check(
        "buyer.example CONSENT clerk.example fields grade
         buyer PROPOSE with seller
         seller ACCEPT
         buyer INFORM note data=size               -> CONVERSING
         buyer DELEGATE to clerk as clerks         -> CONVERSING
         buyer INFORM note data=size               -> ! FIELD_NOT_CONSENTED
         seller INFORM note data=size              -> ! FIELD_NOT_CONSENTED
         clerk for clerks INFORM note data=grade   -> CONVERSING",
    );
}

#[test]
fn what_ends_or_settles_needs_no_permission() {
    // ASP-SES-019
    check(
        "buyer.example CONSENT seller.example only PROPOSE,ACCEPT
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm goods as first
         seller INFORM note                        -> ! OUTSIDE_CONSENT ASP-SES-019 /type
         seller QUERY                              -> ! OUTSIDE_CONSENT
         seller COUNTER to first cheap             -> ! OUTSIDE_CONSENT
         seller REJECT first                       -> CONVERSING
         buyer PROPOSE firm goods as second
         buyer WITHDRAW second                     -> CONVERSING
         buyer PROPOSE firm goods as third
         seller ACCEPT third                       -> EXECUTING
         seller INFORM progress goods of third     -> ! COMMITMENT_NOT_ACTIVE
         buyer QUERY                               -> ! OUTSIDE_CONSENT",
    );
    check(
        "buyer.example CONSENT seller.example only PROPOSE,ACCEPT
         buyer PROPOSE with seller
         seller ACCEPT
         buyer CLOSE                               -> CLOSED(COMPLETED)",
    );
}

#[test]
fn a_session_without_duties_ends_with_its_consent_and_one_with_duties_narrows() {
    // ASP-SES-018
    let ledger = bound(
        "seller owes buyer goods 100 within 1h",
        "seller.example REVOKE
         buyer INFORM note                         -> ! CONSENT_REVOKED
         buyer PROPOSE                             -> ! CONSENT_REVOKED
         buyer CLOSE                               -> ! OBLIGATION_OPEN",
    );
    let session = ledger.session().unwrap();
    let world = &ledger.stage.world;
    let consents: Vec<_> = session.consents().iter().filter_map(|id| world.consent(id)).collect();
    let (consent, at) = session.narrowed(ledger.stage.now, &consents).unwrap();
    assert_eq!(Some(&consent), session.consents().first());
    assert_eq!(at, consents[0].revoked().unwrap().1.time);
    let mut ledger = ledger;
    ledger.check(
        "seller INFORM progress goods
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods
         +1ms                                      -> CLOSED(CONSENT_REVOKED)",
    );
    let session = ledger.session().unwrap();
    let world = &ledger.stage.world;
    let consents: Vec<_> = session.consents().iter().filter_map(|id| world.consent(id)).collect();
    assert_eq!(session.narrowed(ledger.stage.now, &consents), None);
}
