//! Sessions as they are led: who may say what when, what binds, what time does. For each accepted case some refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod stage;

use std::collections::BTreeSet;

use asp_core::name::Issuer;
use asp_core::position::{Hash, Millis};
use asp_core::rejection::Code;
use asp_core::session::table::{Performative, State};
use asp_core::statement::body::{
    Amendment, Body, Commit, CommitmentState, Escalation, Evidence, Fulfilment, Inform, Mandate,
    ObligationNote, ParticipantRole, PolicySet, Propose, Termination, Withdraw,
};
use stage::{Stage, because, domain, note, text, uri, usd};

fn inform(words: &str) -> Body {
    Body::Inform(Inform::Note(note(words)))
}

#[track_caller]
fn ended(stage: &Stage, session: Hash, state: State, reason: &str) {
    assert_eq!(stage.state(session), state);
    let end = stage.session(session).end().map(|end| end.reason.as_str().to_owned());
    assert_eq!(end.as_deref(), Some(reason));
}

#[test]
fn a_session_has_one_initiator_who_invites_a_party() {
    // ASP-SES-001, ASP-SES-005, ASP-CON-008, ASP-CON-009
    let mut stage = Stage::with(&["buyer", "seller"]);
    let consent = stage.consent("buyer", "seller");
    let mut check = |change: &dyn Fn(&mut asp_core::statement::body::Invitation),
                     expected: Result<(), Code>| {
        let mut invitation = stage.invitation(&["buyer", "seller"], &[consent]);
        change(&mut invitation);
        assert_eq!(stage.invite("buyer", invitation).map(|_| ()), expected);
    };
    let invalid = Err(Code::InvalidParticipants);
    check(&|it| it.participants[1].role = ParticipantRole::Initiator, invalid);
    check(&|it| it.participants[0].role = ParticipantRole::Party, invalid);
    check(&|it| it.participants[1].role = ParticipantRole::Observer, invalid);
    check(&|it| it.participants[1].agent = uri("buyer"), invalid);
    check(&|it| it.participants[1].agent = uri("nobody"), Err(Code::UnknownAgent));
    check(&|it| it.consents.clear(), Err(Code::ConsentRequired));
    check(&|it| it.consents = BTreeSet::from([Hash::of(&[])]), Err(Code::ConsentRequired));
    check(&|it| it.capability = text("advise.law"), Err(Code::OutsideConsent));
    check(&|_| {}, Ok(()));
}

#[test]
fn an_invitation_waits_half_a_minute() {
    // ASP-SES-016
    let mut stage = Stage::with(&["buyer", "seller"]);
    let consent = stage.consent("buyer", "seller");
    let invitation = stage.invitation(&["buyer", "seller"], &[consent]);
    let session = stage.invite("buyer", invitation).unwrap();
    stage.pass(29_000);
    assert!(!stage.tick(session));
    let early = stage.world.clone();
    stage.pass(2_000);
    let due = stage.world.due(&session, stage.now).unwrap();
    stage.pass(0);
    let late = std::mem::replace(&mut stage.world, early);
    let now = stage.now;
    stage.now = asp_core::position::LogTime::from_millis(now.millis() - 2_000);
    assert_eq!(stage.by_node(session, due), Err(Code::NotDue), "the node cannot say so before it is so");
    (stage.world, stage.now) = (late, now);
    assert!(stage.tick(session));
    ended(&stage, session, State::Failed, "INVITATION_TIMEOUT");
    assert_eq!(stage.say(session, "buyer", inform("late"), None), Err(Code::SessionEnded));
}

#[test]
fn strangers_and_those_who_never_came_in_learn_nothing() {
    // ASP-SES-002
    let (mut stage, session) = Stage::talking();
    assert_eq!(stage.say(session, "other", inform("hello"), None), Err(Code::UnknownStream));
    let missing = stage.statement(session, "other", inform("hello"), None, &[]);
    assert_eq!(stage.judge(&missing).unwrap_err().head, None);
    assert!(stage.say(session, "seller", inform("hello"), None).is_ok());
}

#[test]
fn the_table_says_what_is_allowed_and_to_whom() {
    // ASP-SES-003, ASP-SES-004
    let (mut stage, session) = Stage::talking();
    let commit = Body::Commit(Commit { terms_hash: Hash::of(&[]) });
    assert_eq!(stage.say(session, "buyer", commit, None), Err(Code::NotAllowed));
    let mut stage = Stage::with(&["buyer", "seller", "watcher"]);
    let consents = [stage.consent("buyer", "seller"), stage.consent("buyer", "watcher")];
    let mut invitation = stage.invitation(&["buyer", "seller", "watcher"], &consents);
    invitation.participants[2].role = ParticipantRole::Observer;
    let session = stage.invite("buyer", invitation).unwrap();
    stage.introduce(session, "watcher").unwrap();
    stage.introduce(session, "seller").unwrap();
    assert_eq!(stage.state(session), State::Introduced);
    let offer = stage.offer("1", true);
    assert_eq!(stage.propose(session, "watcher", offer), Err(Code::RoleNotAllowed));
    assert_eq!(stage.say(session, "watcher", inform("psst"), None), Err(Code::RoleNotAllowed));
    assert_eq!(stage.close(session, "watcher"), Err(Code::RoleNotAllowed));
    assert!(stage.say(session, "watcher", Body::Observe(note("I see")), None).is_ok());
    assert!(stage.say(session, "watcher", Body::Query(note("why?")), None).is_ok());
}

#[test]
fn rounds_and_messages_are_counted() {
    // ASP-SES-010, ASP-SES-011
    let (mut stage, session) = Stage::talking_of(|it| it.limits.rounds = Some(2));
    for _ in 0..2 {
        let offer = stage.offer("1", true);
        stage.propose(session, "buyer", offer).unwrap();
    }
    let offer = stage.offer("1", true);
    assert_eq!(stage.propose(session, "buyer", offer), Err(Code::RoundLimit));
    let (mut stage, session) = Stage::talking_of(|it| it.limits.messages = Some(4));
    assert!(stage.say(session, "buyer", inform("3"), None).is_ok());
    assert!(stage.say(session, "buyer", inform("4"), None).is_ok());
    assert_eq!(stage.say(session, "seller", inform("5"), None), Err(Code::MessageLimit));
}

#[test]
fn a_firm_offer_binds_by_acceptance_alone() {
    // ASP-SES-013, ASP-SES-014
    let (mut stage, session) = Stage::talking();
    let offer = stage.offer("2.4", true);
    let terms = offer.packages[0].terms_hash();
    let offered = stage.propose(session, "buyer", offer).unwrap();
    assert_eq!(stage.accept(session, "buyer", offered, terms), Err(Code::NotYourTurn));
    assert_eq!(stage.accept(session, "seller", offered, Hash::of(&[])), Err(Code::TermsMismatch));
    assert_eq!(stage.accept(session, "seller", Hash::of(&[]), terms), Err(Code::ProposalNotOpen));
    let commitment = stage.accept(session, "seller", offered, terms).unwrap();
    assert_eq!(stage.state(session), State::Executing);
    let formed = &stage.session(session).commitments()[&commitment];
    assert_eq!(formed.signers, BTreeSet::from([uri("buyer"), uri("seller")]));
    assert_eq!(stage.accept(session, "seller", offered, terms), Err(Code::ProposalNotOpen));
}

#[test]
fn agreement_binds_nobody_until_both_commit() {
    let (mut stage, session) = Stage::talking();
    let offer = stage.offer("2.4", false);
    let terms = offer.packages[0].terms_hash();
    let offered = stage.propose(session, "buyer", offer).unwrap();
    let commit = || Body::Commit(Commit { terms_hash: terms });
    assert_eq!(stage.say(session, "buyer", commit(), None), Err(Code::TermsNotAgreed));
    stage.accept(session, "seller", offered, terms).unwrap();
    assert_eq!(stage.state(session), State::Conversing);
    let committed = stage.say(session, "buyer", commit(), None).unwrap();
    assert_eq!(stage.state(session), State::Agreeing);
    assert_eq!(stage.accept(session, "buyer", committed, terms), Err(Code::NotYourTurn));
    let withdraw = Body::Withdraw(Withdraw::Withdrawal(because("no")));
    assert_eq!(stage.say(session, "seller", withdraw, Some(committed)), Err(Code::NotTheIssuer));
    stage.accept(session, "seller", committed, terms).unwrap();
    assert_eq!(stage.state(session), State::Executing);
    assert_eq!(stage.session(session).commitments().len(), 1);
}

#[test]
fn nobody_answers_an_expired_superseded_or_withdrawn_proposal() {
    // ASP-SES-012
    let (mut stage, session) = Stage::talking();
    let mut offer = stage.offer("2.4", true);
    offer.respond_by = Some(stage.now.plus(Millis(1_000)));
    let terms = offer.packages[0].terms_hash();
    let expired = stage.propose(session, "buyer", offer).unwrap();
    stage.pass(1_001);
    assert_eq!(stage.accept(session, "seller", expired, terms), Err(Code::ProposalNotOpen));
    let offer = stage.offer("2.5", true);
    let countered = stage.propose(session, "buyer", offer.clone()).unwrap();
    let counter = stage.offer("2.8", true);
    stage.counter(session, "seller", countered, counter).unwrap();
    let terms = offer.packages[0].terms_hash();
    assert_eq!(stage.accept(session, "seller", countered, terms), Err(Code::ProposalNotOpen));
    let offer = stage.offer("2.6", true);
    let terms = offer.packages[0].terms_hash();
    let taken_back = stage.propose(session, "buyer", offer).unwrap();
    let withdraw = || Body::Withdraw(Withdraw::Withdrawal(because("no")));
    assert_eq!(stage.say(session, "seller", withdraw(), Some(taken_back)), Err(Code::NotTheIssuer));
    stage.say(session, "buyer", withdraw(), Some(taken_back)).unwrap();
    assert_eq!(stage.accept(session, "seller", taken_back, terms), Err(Code::ProposalNotOpen));
}

#[test]
fn nobody_owes_more_than_was_allowed() {
    // ASP-SES-017
    let (mut stage, session) = Stage::talking_of(|it| it.limits.ceiling = Some(usd("100")));
    let offer = stage.offer("100.01", true);
    assert_eq!(stage.propose(session, "buyer", offer), Err(Code::AboveCeiling));
    let offer = stage.offer("100", true);
    assert!(stage.propose(session, "buyer", offer).is_ok());
    let (mut stage, session) = Stage::talking();
    let policy = PolicySet { ceiling: Some(usd("50")), human_contacts: Vec::new() };
    let stream = asp_core::name::StreamName::Of(asp_core::name::StreamId::Org(domain("seller")));
    stage.by_org("seller", stream, Body::OrgPolicySet(policy)).unwrap();
    let offer = stage.offer("50.01", true);
    assert_eq!(stage.propose(session, "buyer", offer), Err(Code::AboveCeiling));
    let offer = stage.offer("50", true);
    assert!(stage.propose(session, "buyer", offer).is_ok());
}

#[test]
fn a_revoked_consent_leaves_only_what_is_owed() {
    // ASP-SES-018
    let (mut stage, session, commitment) = Stage::bound();
    let consent = *stage.session(session).consents().first().unwrap();
    stage.of_consent("seller", consent, Body::ConsentRevoke(because("no more"))).unwrap();
    let offer = stage.offer("1", true);
    assert_eq!(stage.propose(session, "buyer", offer), Err(Code::ConsentRevoked));
    assert_eq!(stage.say(session, "buyer", inform("hm"), None), Err(Code::ConsentRevoked));
    assert!(stage.fulfil(session, "seller", commitment).is_ok());
    assert!(stage.acknowledge(session, "buyer", commitment).is_ok());
    assert!(stage.close(session, "buyer").is_ok());
    let (mut stage, session) = Stage::talking();
    let consent = *stage.session(session).consents().first().unwrap();
    stage.of_consent("seller", consent, Body::ConsentRevoke(because("no more"))).unwrap();
    assert!(stage.tick(session), "where nothing is owed the session ends");
    ended(&stage, session, State::Failed, "CONSENT_REVOKED");
}

#[test]
fn a_consent_names_the_performatives_it_covers() {
    // ASP-SES-019
    let mut stage = Stage::with(&["buyer", "seller"]);
    let mut request = stage.request("seller");
    request.performatives = Some([Performative::Propose, Performative::Accept, Performative::Inform].into());
    let consent = stage.consent_of("buyer", "seller", request);
    let invitation = stage.invitation(&["buyer", "seller"], &[consent]);
    let session = stage.invite("buyer", invitation).unwrap();
    stage.introduce(session, "seller").unwrap();
    assert_eq!(stage.say(session, "buyer", Body::Query(note("?")), None), Err(Code::OutsideConsent));
    assert!(stage.say(session, "buyer", inform("!"), None).is_ok());
}

#[test]
fn who_acts_for_another_has_its_mandate() {
    // ASP-SES-020, ASP-SES-021
    let (mut stage, session) = Stage::talking();
    let mandate = |to: &str, stage: &Stage, performatives: &[Performative]| Mandate {
        ceiling: Some(usd("10")),
        expires_at: stage.now.plus(Millis(60_000)),
        performatives: performatives.iter().copied().collect(),
        to: uri(to),
    };
    let all = [Performative::Inform, Performative::Propose, Performative::Delegate];
    let given = mandate("other", &stage, &all);
    let link = stage.say(session, "buyer", Body::Delegate(given), None).unwrap();
    let speak = |stage: &mut Stage, body: Body, chain: &[Hash]| {
        let statement = stage.statement(session, "other", body, None, chain);
        stage.take(statement)
    };
    assert_eq!(speak(&mut stage, inform("hello"), &[]), Err(Code::UnknownStream));
    assert_eq!(speak(&mut stage, inform("hello"), &[Hash::of(&[])]), Err(Code::InvalidMandate));
    assert_eq!(speak(&mut stage, Body::Query(note("?")), &[link]), Err(Code::InvalidMandate));
    assert!(speak(&mut stage, inform("hello"), &[link]).is_ok());
    let mut wider = mandate("seller", &stage, &all);
    wider.ceiling = Some(usd("11"));
    assert_eq!(speak(&mut stage, Body::Delegate(wider), &[link]), Err(Code::InvalidMandate));
    let longer = Mandate { expires_at: stage.now.plus(Millis(60_001)), ..mandate("seller", &stage, &all) };
    assert_eq!(speak(&mut stage, Body::Delegate(longer), &[link]), Err(Code::InvalidMandate));
    let more = mandate("seller", &stage, &[Performative::Inform, Performative::Query]);
    assert_eq!(speak(&mut stage, Body::Delegate(more), &[link]), Err(Code::InvalidMandate));
    stage.pass(60_000);
    assert_eq!(speak(&mut stage, inform("hello"), &[link]), Err(Code::InvalidMandate));
}

#[test]
fn an_obligation_is_met_in_time_as_agreed_and_by_whom_it_binds() {
    // ASP-COM-002, ASP-COM-003, ASP-SES-015
    let (mut stage, session, commitment) = Stage::bound();
    assert_eq!(stage.fulfil(session, "buyer", commitment), Err(Code::NotTheDebtor));
    assert_eq!(stage.acknowledge(session, "buyer", commitment), Err(Code::ObligationNotOpen));
    assert_eq!(stage.close(session, "buyer"), Err(Code::ObligationOpen));
    let word = Evidence::Acknowledgement { text: text("trust me") };
    let body = Fulfilment { commitment, evidence: word, obligation: text("delivery") };
    let said = stage.say(session, "seller", Body::Inform(Inform::Fulfilment(body)), None);
    assert_eq!(said, Err(Code::EvidenceMismatch));
    let mut late = stage_copy(&stage);
    late.pass(3_600_000 + 60_001);
    assert_eq!(late.fulfil(session, "seller", commitment), Err(Code::DeadlinePassed));
    stage.pass(3_600_000 + 60_000);
    assert!(stage.fulfil(session, "seller", commitment).is_ok(), "the cure period counts");
    assert_eq!(stage.acknowledge(session, "seller", commitment), Err(Code::NotTheCreditor));
    stage.acknowledge(session, "buyer", commitment).unwrap();
    assert_eq!(stage.session(session).commitments()[&commitment].state(), CommitmentState::Fulfilled);
    stage.close(session, "seller").unwrap();
    assert_eq!(stage.close(session, "seller"), Err(Code::AlreadyCountersigned));
    stage.close(session, "buyer").unwrap();
    assert_eq!(stage.say(session, "buyer", inform("more"), None), Err(Code::SessionEnded));
}

fn stage_copy(stage: &Stage) -> Stage {
    let mut copy = Stage::empty();
    copy.world = stage.world.clone();
    copy.now = stage.now;
    copy.log = stage.log.clone();
    copy
}

#[test]
fn a_due_time_that_passes_is_a_breach_found_by_the_node() {
    let (mut stage, session, commitment) = Stage::bound();
    stage.pass(3_600_000 + 60_000);
    assert!(!stage.tick(session));
    stage.pass(1);
    assert!(stage.tick(session));
    let state = |stage: &Stage| stage.session(session).commitments()[&commitment].state();
    assert_eq!(state(&stage), CommitmentState::Breached);
    assert_eq!(stage.fulfil(session, "seller", commitment), Err(Code::CommitmentNotActive));
    let lie = Body::Inform(Inform::Breach(asp_core::statement::body::ObligationRef {
        commitment,
        obligation: text("delivery"),
    }));
    assert_eq!(stage.say(session, "buyer", lie, None), Err(Code::NotAllowed));
}

#[test]
fn silence_acknowledges_and_a_contest_stops_it() {
    let (mut stage, session, commitment) = Stage::bound();
    let mut contested = stage_copy(&stage);
    stage.fulfil(session, "seller", commitment).unwrap();
    stage.pass(72 * 3_600_000 - 1);
    assert!(!stage.tick(session));
    stage.pass(1);
    assert!(stage.tick(session));
    assert_eq!(stage.session(session).commitments()[&commitment].state(), CommitmentState::Fulfilled);
    contested.fulfil(session, "seller", commitment).unwrap();
    let contest = ObligationNote { commitment, obligation: text("delivery"), text: text("broken") };
    contested.say(session, "buyer", Body::Inform(Inform::Contest(contest)), None).unwrap();
    contested.pass(72 * 3_600_000 + 1);
    let commitment = contested.session(session).commitments()[&commitment].clone();
    assert!(commitment.disputed() && commitment.state() == CommitmentState::Active);
}

#[test]
fn nobody_changes_or_ends_a_commitment_alone() {
    let (mut stage, session, commitment) = Stage::bound();
    let package = stage.package("90");
    let terms = package.terms_hash();
    let amend = Body::Propose(Propose::Amendment(Amendment { commitment, package, respond_by: None }));
    let offered = stage.say(session, "seller", amend, None).unwrap();
    assert_eq!(stage.accept(session, "seller", offered, terms), Err(Code::NotYourTurn));
    let amended = stage.accept(session, "buyer", offered, terms).unwrap();
    let state = |stage: &Stage, id: Hash| stage.session(session).commitments()[&id].state();
    assert_eq!(state(&stage, commitment), CommitmentState::Amended);
    assert_eq!(state(&stage, amended), CommitmentState::Active);
    let end = |commitment| {
        Body::Propose(Propose::Termination(Termination {
            commitment,
            reason: text("moot"),
            respond_by: None,
        }))
    };
    assert_eq!(stage.say(session, "seller", end(commitment), None), Err(Code::CommitmentNotActive));
    let offered = stage.say(session, "seller", end(amended), None).unwrap();
    let terms = *stage.session(session).offers()[&offered].packages.keys().next().unwrap();
    stage.accept(session, "buyer", offered, terms).unwrap();
    assert_eq!(state(&stage, amended), CommitmentState::Terminated);
    assert!(stage.close(session, "buyer").is_ok());
}

#[test]
fn an_escalation_waits_for_its_authority() {
    let (mut stage, session) = Stage::talking();
    stage.say(session, "buyer", inform("x"), None).unwrap();
    let ask = |authority: Issuer| Body::Escalate(Escalation { authority, question: text("may I?") });
    let outside = Issuer::Organisation(domain("other"));
    assert_eq!(stage.say(session, "buyer", ask(outside), None), Err(Code::InvalidAuthority));
    stage.say(session, "buyer", ask(Issuer::Organisation(domain("buyer"))), None).unwrap();
    assert_eq!(stage.state(session), State::Escalated);
    let offer = stage.offer("1", true);
    assert_eq!(stage.propose(session, "seller", offer), Err(Code::NotAllowed));
    stage.pass(86_400_000 + 1);
    assert!(stage.tick(session));
    ended(&stage, session, State::Failed, "ESCALATION_TIMEOUT");
}

#[test]
fn replaying_the_log_gives_the_same_state() {
    let (mut stage, session, commitment) = Stage::bound();
    stage.fulfil(session, "seller", commitment).unwrap();
    stage.acknowledge(session, "buyer", commitment).unwrap();
    stage.close(session, "buyer").unwrap();
    let mut world = asp_core::world::World::new(stage.origin.clone(), stage::key("node").id());
    for (at, statement) in &stage.log {
        let accepted = world.judge(statement, *at).unwrap();
        world.apply(&accepted);
    }
    assert_eq!(world.session(&session), stage.world.session(&session));
}
