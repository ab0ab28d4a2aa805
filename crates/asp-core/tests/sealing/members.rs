//! What members find in seals: they judge by the same core what the node could not, and say what they could not read.

use asp_core::limits;
use asp_core::position::Hash;
use asp_core::rejection::{Code, Rejection};
use asp_core::seal::{Opened, Salt};
use asp_core::session::table::{Performative, Role};
use asp_core::statement::Verified;
use asp_core::statement::body::{Body, Mode, Propose, Text};

use crate::support::ledger::{Ledger, check};
use crate::support::sealing::refused;
use crate::{CLOSED, GROUPED, THREE, in_both, play};

/// A story of which the node takes every line, and what members refuse of its last.
#[track_caller]
fn found(mode: &str, story: &str) -> String {
    let ledger = check(&story.replace("MODE", mode));
    let mut refused = refused(&ledger);
    let Some((sequence, rejection)) = refused.pop() else { return String::new() };
    assert!(refused.is_empty(), "{refused:?}\n{}", ledger.story());
    assert_eq!(sequence, ledger.session().unwrap().head().sequence, "the last is refused");
    told(&rejection)
}

fn told(rejection: &Rejection) -> String {
    let pointer = rejection.pointer.as_deref().unwrap_or_default();
    format!("{} {} {pointer}", rejection.code, rejection.rule.unwrap_or_default())
}

#[test]
fn terms_follow_the_schema_that_was_agreed() {
    // ASP-SEA-011
    let story = "seller.example SCHEMA box upto 9
                 buyer PROPOSE with seller mode=MODE schemas=box
                 seller ACCEPT
                 buyer INFORM group
                 ";
    for mode in CLOSED {
        for (offer, came) in [
            ("buyer PROPOSE goods in box 3", ""),
            ("buyer PROPOSE goods in box 10", "TERMS_DO_NOT_FIT ASP-TRM-006 /body/packages/0/terms/size"),
            ("buyer PROPOSE goods in other 3", "TERMS_DO_NOT_FIT ASP-TRM-006 /body/packages/0/schema"),
            ("buyer PROPOSE goods", "TERMS_DO_NOT_FIT ASP-TRM-006 /body/packages/0/schema"),
        ] {
            assert_eq!(found(mode, &format!("{story}{offer}")), came, "{mode}: {offer}");
        }
    }
}

#[test]
fn nobody_owes_more_than_ceilings_allow() {
    // ASP-SEA-011
    let above = "ABOVE_CEILING ASP-SES-017 /body";
    let grouped = |ceiling: &str| {
        format!("buyer PROPOSE with seller mode=MODE {ceiling}\nseller ACCEPT\nbuyer INFORM group\n")
    };
    let limited = [
        grouped("ceiling=60"),
        format!("seller.example POLICY ceiling 60\n{}", grouped("")),
        format!("buyer.example CONSENT seller.example ceiling 60\n{}", grouped("")),
    ];
    for before in limited {
        check(&format!("{before}buyer PROPOSE -> ! {above}").replace("MODE", "hybrid"));
        assert_eq!(found("sealed", &format!("{before}buyer PROPOSE")), above);
        assert_eq!(found("sealed", &format!("{before}buyer PROPOSE cheap")), "");
    }
    // A delegate binds its principal to no more than it may.
    let given = "seller DELEGATE to clerk ceiling 60 as m
                 seller INFORM group
                 buyer PROPOSE firm
                 clerk for m ACCEPT offer";
    check(&format!("{GROUPED}{given} -> ! {above}").replace("MODE", "hybrid"));
    assert_eq!(found("sealed", &format!("{GROUPED}{given}")), above);
}

#[test]
fn evidence_is_what_was_agreed() {
    // ASP-SEA-011
    let bound = |deal: &str| {
        format!(
            "seller.example SCHEMA box upto 9\n{GROUPED}goods = seller owes buyer goods 100 within 1h {deal}\nbuyer PROPOSE firm\nseller ACCEPT\n"
        )
    };
    let mismatch = "EVIDENCE_MISMATCH ASP-COM-003 /body/evidence";
    let result = "EVIDENCE_MISMATCH ASP-COM-012 /body/evidence/result/size";
    for mode in CLOSED {
        for (shown, came) in [("result 9", ""), ("result 10", result), ("", mismatch)] {
            let story = format!("{}seller INFORM fulfilment goods {shown}", bound("schema=box"));
            assert_eq!(found(mode, &story), came, "{mode}: {shown}");
        }
    }
    for (deal, shown, came) in [
        ("digest=x", "digest x", ""),
        ("digest=x", "digest y", mismatch),
        ("digest=x", "", mismatch),
        ("attested=carrier", "attested carrier", ""),
        (
            "attested=carrier",
            "attested carrier about pay",
            "EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/obligation",
        ),
        (
            "attested=carrier",
            "attested clerk",
            "EVIDENCE_MISMATCH ASP-COM-014 /body/evidence/attestation/claim/attester",
        ),
    ] {
        let story = format!("{}seller INFORM fulfilment goods {shown}", bound(deal));
        assert_eq!(found("sealed", &story), came, "{deal}: {shown}");
    }
}

#[test]
fn data_flows_as_the_consents_let_it() {
    // ASP-SEA-011
    let story = "seller.example SCHEMA box upto 9 class personal
                 buyer.example CONSENT seller.example fields size classes internal
                 GROUPED";
    let story = story.replace("GROUPED", GROUPED);
    let grade = "FIELD_NOT_CONSENTED ASP-CON-010 /body/data/grade";
    for mode in CLOSED {
        for said in ["INFORM note", "QUERY", "CLARIFY", "OBSERVE"] {
            assert_eq!(found(mode, &format!("{story}buyer {said} data=grade")), grade, "{mode}: {said}");
            assert_eq!(found(mode, &format!("{story}buyer {said} data=size")), "", "{mode}: {said}");
        }
        // A result was agreed with the terms: it is asked of no consent, here as little as in an open session.
        let deal = "goods = seller owes buyer goods 100 within 1h schema=box
                    buyer PROPOSE firm
                    seller ACCEPT
                    seller INFORM fulfilment goods result 3";
        assert_eq!(found(mode, &format!("{story}{deal}")), "");
    }
}

#[test]
fn terms_make_sense_to_who_can_read_them() {
    // ASP-SEA-011
    let story = "buyer PROPOSE with seller mode=MODE response=3h session=1d
                 seller ACCEPT
                 buyer INFORM group
                 ";
    let invalid = "INVALID_TERMS ASP-SES-031 /body";
    let deals = [
        "seller owes buyer goods 100 within 0s",
        "seller owes buyer goods 100 within 1h stages=design:40/build:60",
        "seller owes buyer goods 100 within 1h of pay",
        "seller owes buyer goods 100 within 1h, hold price 100 by buyer to seller pays for goods",
    ];
    for deal in deals {
        assert_eq!(found("sealed", &format!("{story}deal = {deal}\nbuyer PROPOSE deal")), invalid, "{deal}");
    }
    // Stages are for sessions where somebody keeps their order.
    assert_eq!(found("hybrid", &format!("{story}deal = {}\nbuyer PROPOSE deal", deals[1])), "");
    // What was in time when it was offered is not when it is accepted.
    let late = "buyer PROPOSE firm until 2h\n+61m\nseller ACCEPT";
    check(&format!("{story}{late} -> ! INVALID_TERMS").replace("MODE", "hybrid"));
    assert_eq!(found("sealed", &format!("{story}{late}")), invalid);
}

#[test]
fn nobody_acts_on_terms_that_nobody_has_shown() {
    // ASP-SEA-011, THR-SEAL-HIDDEN-TERMS
    let hidden = "INVALID_TERMS ASP-SEA-011 /body";
    for mode in CLOSED {
        assert_eq!(found(mode, &format!("{GROUPED}buyer PROPOSE bare")), hidden);
        assert_eq!(found(mode, &format!("{GROUPED}buyer PROPOSE\nseller COUNTER cheap bare")), hidden);
        // The control: the same offers with their terms in a seal.
        assert_eq!(found(mode, &format!("{GROUPED}buyer PROPOSE")), "");
        assert_eq!(found(mode, &format!("{GROUPED}buyer PROPOSE\nseller COUNTER cheap")), "");
    }
}

/// The last statement of a story, what is in its seal, and how members judge it with that changed.
fn judged(story: &str, change: impl FnOnce(&mut Opened, &mut Ledger)) -> Result<(), Code> {
    let mut ledger = play("sealed", GROUPED, story);
    let (_, verified) = ledger.stage.log.last().unwrap().clone();
    let mut opened = ledger.opened[&verified.statement().hash].clone();
    change(&mut opened, &mut ledger);
    opened.fits(verified.statement(), Mode::Sealed).map_err(|refusal| refusal.code)
}

#[test]
fn what_was_sealed_is_what_was_signed() {
    // ASP-SEA-009, THR-SEAL-OTHER-BODY
    let mismatch = Err(Code::CommitmentMismatch);
    assert_eq!(judged("buyer QUERY", |_, _| ()), Ok(()));
    assert_eq!(judged("buyer QUERY", |opened, _| opened.salt = Salt([1; 32])), mismatch);
    let other = |opened: &mut Opened, _: &mut Ledger| {
        let Body::Query(question) = &mut opened.body else { panic!("a question") };
        question.text = "how much?".parse::<Text>().unwrap();
    };
    assert_eq!(judged("buyer QUERY", other), mismatch);
}

/// Says an offer with something else in its seal than it shows; what members say of it.
fn forged(mode: Mode, change: impl FnOnce(&mut Body)) -> Result<(), Code> {
    let name = if mode == Mode::Sealed { "sealed" } else { "hybrid" };
    let mut ledger = play(name, GROUPED, "");
    let words: Vec<&str> = vec!["PROPOSE", "goods"];
    let mut body = ledger.body("buyer", &words).body;
    let shown = asp_core::seal::outline(&body, mode);
    change(&mut body);
    let opened = Opened { body, salt: Salt([3; 32]) };
    let (_, seal, _) =
        ledger.shown("buyer", &opened.body, crate::support::sealing::Manner::Sealed(None, true));
    let seal = asp_core::seal::Seal { commitment: opened.commitment(), ..seal.unwrap() };
    ledger.say("buyer", shown, None, Some(seal)).unwrap();
    let said: &Verified = &ledger.stage.log.last().unwrap().1;
    opened.fits(said.statement(), mode).map_err(|refusal| refusal.code)
}

#[test]
fn what_everybody_sees_is_the_outline_of_what_was_sealed() {
    // ASP-SEA-010, THR-SEAL-OTHER-BODY, THR-SEAL-GUESSED-TERMS
    fn package(body: &mut Body) -> &mut asp_core::statement::body::Package {
        let Body::Propose(Propose::Proposal(offer)) = body else { panic!("an offer") };
        &mut offer.packages[0]
    }
    for mode in [Mode::Hybrid, Mode::Sealed] {
        let mismatch = Err(Code::OutlineMismatch);
        assert_eq!(forged(mode, |_| ()), Ok(()));
        assert_eq!(
            forged(mode, |body| package(body).obligations[0].what = "horses".parse().unwrap()),
            mismatch
        );
        assert_eq!(forged(mode, |body| drop(package(body).terms.insert("a".to_owned(), 1.into()))), mismatch);
        // A package without a salt can be found by trying.
        assert_eq!(forged(mode, |body| package(body).salt = None), mismatch);
        // One that is hidden in its seal too has been shown to nobody, whatever salt stands beside it.
        let hide = |body: &mut Body| {
            let package = package(body);
            package.hidden = Some(package.terms_hash());
        };
        assert_eq!(forged(mode, hide), mismatch);
        // Nor is an offer the answer to another one.
        assert_eq!(forged(mode, |body| *body = Body::Reject(crate::support::because("no"))), mismatch);
    }
}

#[test]
fn a_seal_that_nobody_opened_is_acted_on_by_nobody() {
    // ASP-SEA-014
    let ledger = play("sealed", GROUPED, "buyer QUERY");
    let (at, verified) = ledger.stage.log.last().unwrap();
    let opened = &ledger.opened[&verified.statement().hash];
    let judge = |ledger: &Ledger, verified, opened| ledger.stage.world.judge_opened(verified, opened, *at);
    assert!(judge(&ledger, verified, Some(opened)).is_ok());
    let refusal = judge(&ledger, verified, None).unwrap_err();
    assert_eq!(told(&refusal), "CONTENT_UNOPENED ASP-SEA-014 /seal");
    let bare = play("sealed", GROUPED, "buyer QUERY bare");
    let (_, unsealed) = bare.stage.log.last().unwrap();
    assert_eq!(judge(&bare, unsealed, Some(opened)).unwrap_err().code, Code::ContentUnopened);
    assert!(judge(&bare, unsealed, None).is_ok());
    // Outside of sessions nobody seals anything.
    let (_, elsewhere) = &ledger.stage.log[0];
    assert_eq!(judge(&ledger, elsewhere, None).unwrap_err().code, Code::UnknownStream);
}

#[test]
fn what_could_not_be_read_was_not_answered() {
    // ASP-SEA-013
    for mode in CLOSED {
        let before = play(mode, GROUPED, "buyer PROPOSE firm as offered\n+2m");
        let mut after = before.clone();
        after.check("seller INFORM unreadable offered -> CONVERSING");
        let [one, other] = [&before, &after].map(|ledger| ledger.session().unwrap());
        assert_eq!(one.offers(), other.offers());
        assert_eq!((one.last(), one.counts()), (other.last(), other.counts()), "it is no message");
        let deadline = |ledger: &Ledger| ledger.stage.world.next_deadline(&ledger.id.unwrap());
        assert_eq!(deadline(&before), deadline(&after), "and waits no longer");
        // It can still be answered, by the same one.
        after.clone().check("seller ACCEPT offered -> EXECUTING");
        after.check("+3m -> FAILED(RESPONSE_TIMEOUT)");
    }
    let unknown = Hash::of(&[b"nothing"]);
    assert!(!play("hybrid", GROUPED, "").session().unwrap().has_said(&unknown));
    play(
        "hybrid",
        GROUPED,
        "buyer QUERY as asked
         seller INFORM unreadable nothing          -> ! INVALID_FIELD ASP-SEA-013 /inReplyTo
         seller INFORM unreadable asked            -> CONVERSING
         buyer INFORM unreadable asked sealed      -> CONVERSING
         carrier INFORM unreadable asked           -> ! UNKNOWN_STREAM
         node INFORM unreadable asked              -> ! ROLE_NOT_ALLOWED",
    );
}

#[test]
fn that_something_could_not_be_read_is_said_once_by_each() {
    // ASP-SEA-013, THR-SEAL-SPENT
    let named = "! INVALID_FIELD ASP-SEA-013 /inReplyTo";
    let again = "! NOTHING_CHANGED ASP-SEA-013 /inReplyTo";
    in_both(
        THREE,
        &format!(
            "buyer QUERY as asked
             seller INFORM unreadable asked as told    -> CONVERSING
             seller INFORM unreadable asked            -> {again}
             seller INFORM unreadable asked sealed     -> {again}
             carrier INFORM unreadable asked           -> CONVERSING
             carrier INFORM unreadable asked           -> {again}
             buyer QUERY as further
             seller INFORM unreadable further          -> CONVERSING
             buyer INFORM unreadable told              -> {named}
             carrier INFORM unreadable told            -> {named}"
        ),
    );
}

#[test]
fn that_something_could_not_be_read_needs_no_message_left() {
    // ASP-SEA-013, ASP-SES-011, THR-SEAL-SPENT
    in_both(
        "buyer PROPOSE with seller mode=MODE messages=4
         seller ACCEPT
         buyer INFORM group
         ",
        "buyer PROPOSE firm as offered
         seller INFORM unreadable offered
         buyer INFORM unreadable offered
         seller ACCEPT offered as bound            -> EXECUTING
         buyer QUERY                               -> ! MESSAGE_LIMIT
         buyer INFORM unreadable bound             -> EXECUTING
         seller INFORM fulfilment goods            -> EXECUTING [ACTIVE: goods DELIVERED]",
    );
}

#[test]
fn whoever_can_be_in_the_group_says_what_it_could_not_read() {
    // ASP-SEA-013, ASP-SES-035
    let before = "buyer PROPOSE with seller mediator! watcher mode=MODE
                  mediator ACCEPT
                  watcher ACCEPT
                  seller ACCEPT
                  buyer INFORM group
                  buyer QUERY as asked
                  ";
    for mode in CLOSED {
        let silent = play(mode, before, "+1m");
        let told = play(
            mode,
            before,
            "+1m
             watcher INFORM unreadable asked           -> CONVERSING
             watcher INFORM unreadable asked           -> ! NOTHING_CHANGED
             watcher INFORM group                      -> ! NOT_ALLOWED
             watcher INFORM                            -> ! NOT_ALLOWED
             mediator INFORM unreadable asked          -> CONVERSING",
        );
        let [one, other] = [&silent, &told].map(|ledger| ledger.session().unwrap());
        assert_eq!((one.last(), one.counts()), (other.last(), other.counts()));
        // Nor is it one of the remarks that observers have, of which its introduction was the first.
        let all = "watcher OBSERVE\n".repeat(limits::OBSERVER_REMARKS_MAX - 1);
        told.clone().check(&format!("{all}watcher OBSERVE -> ! MESSAGE_LIMIT"));
        told.clone().check(&format!("{all}watcher INFORM unreadable #3 -> CONVERSING"));
    }
    // Where nothing is sealed an observer informs nobody of anything.
    let may = |ledger: &Ledger| {
        ledger.session().unwrap().allowed(Role::Observer).any(|said| said == Performative::Inform)
    };
    let open = check("buyer PROPOSE with seller watcher\nwatcher ACCEPT\nseller ACCEPT");
    assert_eq!((may(&open), may(&play("hybrid", before, ""))), (false, true));
    open.clone().check("watcher INFORM unreadable #0 -> ! ROLE_NOT_ALLOWED ASP-SES-004 /issuer");
    // Whose word is awaited is still in the group.
    in_both(
        before,
        "seller ESCALATE to mediator as raised
         mediator INFORM unreadable asked          -> ESCALATED
         watcher INFORM unreadable asked           -> ESCALATED",
    );
    in_both(
        before,
        "seller ESCALATE to seller.example
         seller.example INFORM unreadable asked    -> ! INVALID_FIELD ASP-SEA-013 /inReplyTo",
    );
}
