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
         buyer INFORM note data=grade              -> CONVERSING
         buyer DELEGATE to clerk as clerks         -> CONVERSING
         buyer INFORM note data=size               -> ! FIELD_NOT_CONSENTED
         seller INFORM note data=size              -> ! FIELD_NOT_CONSENTED
         clerk for clerks INFORM note data=grade   -> CONVERSING",
    );
}

#[test]
fn nobody_comes_in_to_read_what_its_consent_would_not_have_let_flow() {
    // ASP-CON-016
    check(
        "buyer.example CONSENT carrier.example fields grade,size
         buyer PROPOSE with seller
         seller ACCEPT
         buyer INFORM note data=grade              -> CONVERSING
         buyer PROPOSE admission of carrier as first -> CONVERSING
         buyer WITHDRAW first                      -> CONVERSING
         seller QUERY data=size                    -> CONVERSING
         buyer PROPOSE admission of carrier as second -> CONVERSING
         carrier.example NARROW of buyer-carrier fields size
         seller ACCEPT second admission            -> ! FIELD_NOT_CONSENTED ASP-CON-016 /inReplyTo
         seller REJECT second                      -> CONVERSING
         buyer PROPOSE admission of carrier        -> ! FIELD_NOT_CONSENTED ASP-CON-016 /body/consents
         buyer.example CONSENT carrier.example fields grade,size,weight
         buyer PROPOSE admission of carrier as third -> CONVERSING
         seller ACCEPT third admission             -> CONVERSING
         carrier ACCEPT introduction               -> CONVERSING
         buyer INFORM note data=weight             -> CONVERSING",
    );
    check(
        "seller.example SCHEMA person upto 9 class personal
         buyer.example CONSENT carrier.example classes internal,public
         buyer.example CONSENT clerk.example classes public,personal
         buyer PROPOSE with seller schemas=person
         seller ACCEPT
         buyer DELEGATE to clerk as clerks         -> CONVERSING
         seller PROPOSE goods in person 3          -> CONVERSING
         buyer PROPOSE admission of carrier        -> ! DATA_CLASS_NOT_CONSENTED ASP-CON-016 /body/consents
         buyer WITHDRAW clerks                     -> CONVERSING
         buyer INFORM note data=size               -> CONVERSING
         buyer DELEGATE to clerk                   -> ! DATA_CLASS_NOT_CONSENTED ASP-CON-016 /body/consent",
    );
    // A consent that names neither fields nor classes lets anybody read anything.
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer INFORM note data=size               -> CONVERSING
         buyer DELEGATE to clerk                   -> CONVERSING
         buyer PROPOSE admission of carrier        -> CONVERSING",
    );
}

#[test]
fn of_more_members_than_a_session_remembers_none_is_said_to_have_been_allowed() {
    // ASP-CON-016
    let many = |from: usize| {
        let names: Vec<String> = (from..from + 256).map(|number| format!("m{number}")).collect();
        format!("buyer INFORM note data={}\n", names.join(","))
    };
    let said: String = [0, 256, 512, 768].map(many).concat();
    let begin = "buyer.example CONSENT clerk.example classes internal
                 buyer PROPOSE with seller
                 seller ACCEPT\n";
    check(&format!("{begin}{said}{}buyer DELEGATE to clerk -> CONVERSING", many(0)));
    check(&format!(
        "{begin}{said}buyer INFORM note data=one
         buyer DELEGATE to clerk                   -> ! FIELD_NOT_CONSENTED ASP-CON-016 /body/consent"
    ));
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

#[test]
fn a_request_that_fits_a_rule_is_granted_by_itself() {
    // ASP-CON-012
    check(
        "seller.example POLICY grants provision.compute;ceiling=50;for=1h;classes=public,internal
         buyer.example ASK seller.example about provision.compute.gpu ceiling 50 for 1h classes public
         seller.example GRANT                       -> ! ALREADY_GRANTED
         buyer PROPOSE with seller                  -> INVITED
         anew
         buyer.example ASK seller.example about provision ceiling 50 for 1h classes public
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED ASP-CON-008 /body/consents
         buyer.example ASK seller.example about provision.compute,transport ceiling 50 for 1h classes public
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example about provision.compute ceiling 50.01 for 1h classes public
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example about provision.compute for 1h classes public
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example about provision.compute ceiling 50 for 61m classes public
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example about provision.compute ceiling 50 for 1h classes public,personal
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example about provision.compute ceiling 50 for 1h
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         seller.example GRANT
         buyer PROPOSE with seller                  -> INVITED",
    );
}

#[test]
fn what_a_rule_granted_stands_whatever_policy_comes_later() {
    // ASP-CON-012: the policy at the request's place of the log counts, and a rule grants what is asked of its owner.
    check(
        "buyer.example POLICY grants provision
         buyer.example ASK seller.example
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         seller.example POLICY grants transport grants provision
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example
         seller.example POLICY person Ada
         buyer PROPOSE with seller                  -> INVITED
         anew
         buyer.example ASK seller.example
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED",
    );
}

#[test]
fn a_stream_that_is_read_alone_tells_the_same_of_a_grant_by_rule() {
    // ASP-CON-012: whoever loads the consent long after knows the asked organisation's whole stream.
    let ledger = check(
        "seller.example POLICY grants provision;floor=20@5
         buyer.example ASK seller.example
         seller.example POLICY person Ada
         seller.example NARROW of buyer-seller ceiling 5",
    );
    let id = ledger.consent("buyer-seller");
    let world = &ledger.stage.world;
    let seller = world.organisation(&crate::support::domain("seller")).unwrap();
    let consent = world.consent(&id).unwrap();
    let (policy, rules) = seller.consent_rules_at(consent.requested().index).unwrap();
    let floor = rules[0].floor.clone();
    assert_eq!(consent.grant(), Some(&asp_core::consent::Grant::Rule { policy, floor }));
    assert_eq!(seller.consent_rules_at(policy), None, "a policy does not grant what came before it");
    let later = seller.consent_rules_at(asp_core::position::Position(u64::MAX)).unwrap();
    assert!(later.0 > policy && later.1.is_empty(), "{later:?}");
}

#[test]
fn who_invites_under_a_rule_has_to_have_earned_its_floor() {
    // ASP-CON-013
    check(
        "seller.example POLICY grants provision;floor=20@5
         buyer.example ASK seller.example
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW ASP-CON-013 /issuer
         seller PROPOSE with buyer consents=buyer-seller -> INVITED
         anew
         seller.example POLICY person Ada
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW
         seller.example POLICY floors 11
         buyer PROPOSE with seller                  -> ! TRUST_TOO_LOW ASP-ADM-002 /issuer
         buyer.example CONSENT seller.example
         seller.example POLICY grants provision;floor=10@5
         buyer PROPOSE with seller                  -> INVITED
         anew
         buyer.example ASK seller.example
         buyer PROPOSE with seller                  -> INVITED
         seller ACCEPT
         carrier.example POLICY grants provision;floor=11@5
         seller.example ASK carrier.example
         seller PROPOSE admission of carrier        -> ! TRUST_TOO_LOW ASP-CON-013 /issuer",
    );
}

#[test]
fn a_consent_is_narrowed_and_never_widened() {
    // ASP-CON-014
    check(
        "buyer.example CONSENT seller.example about a.b,c
         buyer.example NARROW of buyer-seller about a,c       -> ! NOT_NARROWER ASP-CON-014 /body/capabilities
         buyer.example NARROW of buyer-seller about a.b,c     -> ! NOT_NARROWER
         buyer.example NARROW of buyer-seller about a.b,a.b.c,c -> ! NOT_NARROWER
         buyer.example NARROW of buyer-seller about a.b.c,c
         seller.example NARROW of buyer-seller about a.b,c    -> ! NOT_NARROWER
         seller.example NARROW of buyer-seller about c
         seller.example NARROW of buyer-seller ceiling 50
         buyer.example NARROW of buyer-seller ceiling 50      -> ! NOT_NARROWER ASP-CON-014 /body/ceiling
         buyer.example NARROW of buyer-seller ceiling 49.99
         buyer.example NARROW of buyer-seller classes public,internal,confidential,personal,special -> ! NOT_NARROWER
         buyer.example NARROW of buyer-seller classes public,internal
         buyer.example NARROW of buyer-seller classes public,personal -> ! NOT_NARROWER ASP-CON-014 /body/dataClasses
         buyer.example NARROW of buyer-seller fields size,grade
         buyer.example NARROW of buyer-seller fields weight   -> ! NOT_NARROWER ASP-CON-014 /body/fields
         buyer.example NARROW of buyer-seller fields none
         buyer.example NARROW of buyer-seller only PROPOSE,ACCEPT
         buyer.example NARROW of buyer-seller only PROPOSE,QUERY -> ! NOT_NARROWER ASP-CON-014 /body/performatives
         buyer.example NARROW of buyer-seller for 91d         -> ! NOT_NARROWER ASP-CON-014 /body/expiresAt
         buyer.example NARROW of buyer-seller for 0s          -> ! NOT_NARROWER
         buyer.example NARROW of buyer-seller for 1h ceiling 60 -> ! NOT_NARROWER ASP-CON-014 /body/ceiling
         carrier.example NARROW of buyer-seller for 1h        -> ! UNKNOWN_STREAM
         buyer.example NARROW of buyer-seller for 1h
         +1h
         buyer.example NARROW of buyer-seller ceiling 5       -> ! CONSENT_EXPIRED ASP-CON-014 /type
         buyer.example CONSENT seller.example
         buyer.example REVOKE
         seller.example NARROW of buyer-seller ceiling 5      -> ! CONSENT_REVOKED ASP-CON-014 /type",
    );
}

#[test]
fn a_consent_is_narrowed_so_many_times_and_no_more() {
    // ASP-CON-014
    let most = asp_core::limits::CONSENT_NARROWINGS_MAX;
    let mut ledger = check("buyer.example CONSENT seller.example");
    for number in 0..most {
        ledger.check(&format!("seller.example NARROW of buyer-seller ceiling {}", 1_000 - number));
    }
    ledger.check(
        "seller.example NARROW of buyer-seller ceiling 1 -> ! NARROWING_LIMIT ASP-CON-014 /type
         buyer PROPOSE with seller                       -> INVITED
         seller.example REVOKE",
    );
}

#[test]
fn who_is_asked_can_grant_less() {
    // ASP-CON-014
    check(
        "buyer.example ASK seller.example ceiling 500
         seller.example NARROW of buyer-seller ceiling 50
         buyer PROPOSE with seller                  -> ! CONSENT_NOT_GRANTED
         seller.example GRANT
         buyer PROPOSE with seller                  -> INVITED
         seller ACCEPT
         buyer PROPOSE goods                        -> ! ABOVE_CEILING
         buyer PROPOSE cheap                        -> CONVERSING",
    );
}

#[test]
fn what_is_open_is_judged_by_what_is_left_of_the_consent() {
    // ASP-CON-014, ASP-CON-015
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE goods as dear                -> CONVERSING
         seller QUERY data=size                     -> CONVERSING
         seller.example NARROW of buyer-seller ceiling 50
         seller ACCEPT dear                         -> ! ABOVE_CEILING
         seller.example NARROW of buyer-seller fields grade
         seller QUERY data=size                     -> ! FIELD_NOT_CONSENTED
         seller.example NARROW of buyer-seller only PROPOSE,ACCEPT,INFORM
         seller QUERY data=grade                    -> ! OUTSIDE_CONSENT ASP-SES-019 /type
         buyer PROPOSE cheap                        -> CONVERSING
         buyer.example NARROW of buyer-seller about provision.compute
         buyer INFORM note                          -> CONVERSING
         buyer.example NARROW of buyer-seller for 1m
         +60s                                       -> FAILED(CONSENT_REVOKED)",
    );
}

#[test]
fn a_session_whose_capability_is_taken_away_ends_or_narrows_as_with_a_revocation() {
    // ASP-CON-015
    for (story, end) in [
        ("buyer PROPOSE with seller\n", "FAILED"),
        ("buyer PROPOSE with seller\n seller ACCEPT\n", "FAILED"),
        (
            "buyer PROPOSE with seller\n seller ACCEPT\n buyer PROPOSE goods\n seller ACCEPT\n buyer COMMIT\n",
            "FAILED",
        ),
    ] {
        check(&format!(
            "{story}
             seller.example NARROW of buyer-seller about provision.storage
             +0s                                        -> {end}(CONSENT_REVOKED)"
        ));
    }
    let mut ledger = bound(
        "seller owes buyer goods 100 within 1h",
        "seller.example NARROW of buyer-seller about provision.storage
         buyer INFORM note                         -> ! OUTSIDE_CONSENT ASP-CON-015 /type
         buyer PROPOSE                             -> ! OUTSIDE_CONSENT
         buyer CLOSE                               -> ! OBLIGATION_OPEN
         anew
         buyer PROPOSE with seller                 -> ! OUTSIDE_CONSENT ASP-CON-009 /body/consents
         buyer PROPOSE with seller about=provision.storage -> INVITED
         anew",
    );
    ledger.id =
        ledger.stage.world.sessions().find(|session| session.owes()).map(asp_core::session::Session::id);
    let session = ledger.session().unwrap();
    let world = &ledger.stage.world;
    let consents: Vec<_> = session.consents().iter().filter_map(|id| world.consent(id)).collect();
    let (_, at) = session.narrowed(ledger.stage.now, &consents).unwrap();
    assert_eq!(at, consents[0].narrowings()[0].at.time);
    // A revocation later does not put the end off.
    ledger.check(
        "seller.example REVOKE
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods
         +1ms                                      -> CLOSED(CONSENT_REVOKED)",
    );
}

#[test]
fn a_delegate_stops_where_the_consent_that_let_it_in_is_narrowed() {
    // ASP-CON-015
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk as clerks
         clerk for clerks INFORM note              -> CONVERSING
         clerk.example NARROW of buyer-clerk about provision.storage
         clerk for clerks INFORM note              -> ! INVALID_MANDATE ASP-SES-020 /onBehalfOf
         buyer INFORM note                         -> CONVERSING",
    );
}
