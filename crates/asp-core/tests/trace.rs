//! Sessions told step by step, and what there is to learn from them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use asp_core::name::{Issuer, StreamId};
use asp_core::position::{Hash, Millis};
use asp_core::rejection::Code;
use asp_core::session::digest::{HISTORY_MAX, SessionDigest};
use asp_core::session::table::{Guard, Role, Selector, State};
use asp_core::session::trace::{Awaited, Cause, SessionTrace, Tracer, WaitEnd, guard_of};
use asp_core::statement::body::{CommitmentState, Outcome as Came};
use asp_core::stream::Accepted;
use asp_core::trust::Outcome;
use support::ledger::{Ledger, check};
use support::{domain, uri, usd};

const DEAL: &str = "goods = seller owes buyer goods 100 within 1h
                    buyer PROPOSE with seller
                    +2s quietly
                    seller ACCEPT
                    buyer PROPOSE firm goods as offer
                    +10s quietly
                    seller ACCEPT
                    ";

/// The statements of a session.
fn entries(ledger: &Ledger, id: Hash) -> Vec<Accepted> {
    let of = |said: &asp_core::statement::Verified| said.statement().stream == StreamId::Session(id);
    let log = ledger.stage.log.iter().filter(|(_, said)| of(said));
    log.map(|(at, said)| Accepted::from_store(said.clone(), *at)).collect()
}

#[track_caller]
fn traced(ledger: &Ledger) -> SessionTrace {
    SessionTrace::of(&entries(ledger, ledger.id.unwrap())).unwrap().unwrap()
}

#[track_caller]
fn told(story: &str) -> SessionTrace {
    traced(&check(story))
}

fn agent(name: &str) -> Issuer {
    Issuer::Agent(uri(name))
}

#[test]
fn every_step_names_what_let_it_pass_and_where_it_led() {
    let trace = told(DEAL);
    let states: Vec<(State, State)> = trace.steps.iter().map(|step| (step.before, step.after)).collect();
    assert_eq!(
        states,
        [
            (State::Idle, State::Invited),
            (State::Invited, State::Introduced),
            (State::Introduced, State::Conversing),
            (State::Conversing, State::Executing),
        ]
    );
    let [invited, came, offered, accepted] = &trace.steps[..] else { panic!("{trace:?}") };
    assert_eq!((invited.role, invited.selector), (Role::Initiator, Some(Selector::Invitation)));
    assert!(invited.guards.contains(&Guard::ConsentCovers), "{invited:?}");
    assert_eq!(came.role, Role::Party);
    assert!(came.guards.contains(&Guard::CardShown), "{came:?}");
    assert_eq!(offered.kind.as_deref(), Some("proposal"));
    assert_eq!(offered.offers[0].owed[0].owed, [usd("100")]);
    assert_eq!(offered.offers[0].owed[0].debtor, uri("seller"));
    assert!(accepted.guards.contains(&Guard::YourTurn), "{accepted:?}");
    assert_eq!(accepted.in_reply_to, Some(offered.hash));
    assert_eq!(
        (accepted.commitments[0].before, accepted.commitments[0].after),
        (None, CommitmentState::Active)
    );
    assert_eq!(accepted.commitments[0].terms, offered.offers[0].terms);
    assert_eq!(accepted.obligations[0].after, "OPEN");
    assert_eq!(accepted.obligations[0].before, None);
    assert_eq!((trace.state, trace.head.hash), (State::Executing, accepted.hash));
}

#[test]
fn who_waited_for_whom_stands_there_with_how_long() {
    let trace = told(DEAL);
    let [invitation, offer] = &trace.waits[..] else { panic!("{:?}", trace.waits) };
    assert_eq!((invitation.what, invitation.waited_ms), (Awaited::Invitation, Some(Millis(2_000))));
    assert_eq!((&invitation.by, &invitation.of), (&uri("buyer"), &agent("seller")));
    assert_eq!((offer.what, offer.waited_ms), (Awaited::Offer, Some(Millis(10_000))));
    assert_eq!(offer.end, Some(WaitEnd::Answered));
    assert_eq!(offer.asked, trace.steps[2].hash);
    assert_eq!(offer.ended_by, Some(trace.steps[3].hash));
    // While it lasts it has no end.
    assert!(trace.steps[2].awaits.contains(&agent("seller")));
    assert!(trace.steps[3].awaits.is_empty());
}

#[test]
fn a_wait_that_nobody_ends_lasts() {
    let trace = told(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE goods",
    );
    let wait = trace.waits.last().unwrap();
    assert_eq!((wait.what, wait.end, wait.waited_ms), (Awaited::Offer, None, None));
}

#[test]
fn an_offer_that_is_taken_back_was_not_answered() {
    let trace = told(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE goods as offer
         buyer WITHDRAW offer",
    );
    assert_eq!(trace.waits.last().unwrap().end, Some(WaitEnd::Overtaken));
}

#[test]
fn silence_until_the_time_is_over_is_no_answer() {
    let trace = told(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE goods
         +301s",
    );
    let wait = trace.waits.last().unwrap();
    assert_eq!((wait.end, &wait.of), (Some(WaitEnd::Lapsed), &agent("seller")));
    assert_eq!(trace.steps.last().unwrap().role, Role::Node);
}

#[test]
fn a_counter_offer_answers_and_is_waited_for() {
    let trace = told(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE goods
         +3s quietly
         seller COUNTER cheap",
    );
    let [.., first, second] = &trace.waits[..] else { panic!("{:?}", trace.waits) };
    assert_eq!((first.end, first.waited_ms), (Some(WaitEnd::Answered), Some(Millis(3_000))));
    assert_eq!((&second.of, &second.by, second.end), (&agent("buyer"), &uri("seller"), None));
}

#[test]
fn what_it_means_for_trust_stands_there_with_its_cause() {
    for (story, outcome, cause) in [
        (
            "seller INFORM fulfilment goods
             buyer INFORM acknowledgement goods",
            Outcome::Fulfilled,
            Cause::Acknowledged,
        ),
        ("seller INFORM fulfilment goods\n +73h", Outcome::Fulfilled, Cause::Silent),
        ("+2h", Outcome::Breached, Cause::Missed),
    ] {
        let trace = told(&format!("{DEAL}{story}"));
        let trust: Vec<_> = trace.steps.iter().flat_map(|step| &step.trust).collect();
        assert_eq!(trust.len(), 1, "{story}");
        assert_eq!((trust[0].outcome, trust[0].cause), (Some(outcome), cause), "{story}");
        assert_eq!((&trust[0].debtor, &trust[0].value), (&Some(uri("seller")), &Some(usd("100"))));
        let ended = trace.steps.iter().flat_map(|step| &step.obligations).last().unwrap();
        assert_eq!(ended.after, if outcome == Outcome::Fulfilled { "FULFILLED" } else { "BREACHED" });
    }
}

#[test]
fn who_speaks_for_another_is_told_with_whom_it_speaks_for() {
    let trace = told(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk may PROPOSE,ACCEPT expires 10m as m
         clerk for m PROPOSE goods",
    );
    let [.., given, said] = &trace.steps[..] else { panic!("{trace:?}") };
    assert_eq!((&given.delegated, &given.principal), (&Some(uri("clerk")), &None));
    assert_eq!((&said.issuer, &said.principal), (&agent("clerk"), &Some(uri("buyer"))));
    assert_eq!(trace.waits.last().unwrap().by, uri("buyer"));
}

#[test]
fn what_a_session_comes_to_is_told_once_it_is_decided() {
    for (story, outcome) in [
        ("", None),
        ("seller INFORM fulfilment goods", None),
        ("seller INFORM fulfilment goods\n buyer INFORM acknowledgement goods", Some(Came::Fulfilled)),
        ("+2h", Some(Came::Breached)),
    ] {
        assert_eq!(told(&format!("{DEAL}{story}")).outcome, outcome, "{story}");
    }
    let ended = "buyer PROPOSE with seller\n seller ACCEPT\n buyer CLOSE";
    assert_eq!(told(ended).outcome, Some(Came::None));
    let going_on = "buyer PROPOSE with seller\n seller ACCEPT";
    assert_eq!(told(going_on).outcome, None);
}

#[test]
fn a_trace_read_back_is_the_same() {
    let trace = told(&format!(
        "{DEAL}seller INFORM fulfilment goods\n buyer INFORM acknowledgement goods\n buyer CLOSE"
    ));
    let text = serde_json::to_string(&trace).unwrap();
    assert_eq!(serde_json::from_str::<SessionTrace>(&text).unwrap(), trace);
    assert!(!text.contains("null"), "{text}");
    let digest = SessionDigest::of(&trace, &domain("buyer"));
    let text = serde_json::to_string(&digest).unwrap();
    assert_eq!(serde_json::from_str::<SessionDigest>(&text).unwrap(), digest);
    assert!(!text.contains("null"), "{text}");
}

#[test]
fn what_begins_with_no_invitation_is_not_told() {
    assert_eq!(SessionTrace::of(&[]).unwrap(), None);
    let ledger = check(DEAL);
    let entries = entries(&ledger, ledger.id.unwrap());
    let refused = SessionTrace::of(entries.iter().skip(1)).unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed);
    // What does not fit changes nothing.
    let mut tracer = Tracer::default();
    tracer.take(&entries[0]).unwrap();
    tracer.take(&entries[3]).unwrap_err();
    tracer.take(&entries[1]).unwrap();
    assert_eq!(tracer.finish().unwrap().steps.len(), 2);
}

#[test]
fn a_refusal_names_the_condition_that_did_not_hold() {
    for guard in Guard::all() {
        let found = guard_of(guard.refusal(), Some(guard.rule())).unwrap();
        assert_eq!((found.refusal(), found.rule()), (guard.refusal(), guard.rule()));
    }
    assert_eq!(guard_of(Code::UnknownStream, Some(Guard::YourTurn.rule())), None);
    assert_eq!(guard_of(Guard::YourTurn.refusal(), None), None);
}

/// The seller begins at 300, the buyer at 200; they meet at what the last line says.
fn bargain(end: &str) -> Ledger {
    check(&format!(
        "low = seller owes buyer goods 200 within 1h
         high = seller owes buyer goods 300 within 1h
         middle = seller owes buyer goods 240 within 1h
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm low
         +4s quietly
         seller COUNTER firm high
         +6s quietly
         buyer COUNTER firm middle
         +8s quietly
         {end}"
    ))
}

#[test]
fn a_digest_tells_who_gave_way_by_how_much() {
    let trace = traced(&bargain("seller ACCEPT"));
    let mine = SessionDigest::of(&trace, &domain("buyer"));
    let prices: Vec<_> = mine.path.iter().map(|price| (price.own, price.price.clone())).collect();
    assert_eq!(prices, [(true, usd("200")), (false, usd("300")), (true, usd("240"))]);
    assert_eq!((mine.gap.clone(), mine.agreed.clone()), (Some(usd("100")), Some(usd("240"))));
    assert_eq!(mine.mine.conceded_permille, Some(400));
    assert_eq!(mine.theirs.conceded_permille, Some(600));
    assert_eq!((mine.rounds, mine.agreed_in_ms), (3, Some(Millis(18_000))));
    // The seller answered after 4 s and after 8 s, the buyer after 6 s.
    assert_eq!((mine.theirs.answers, mine.theirs.answer_ms), (2, Some(Millis(4_000))));
    assert_eq!(mine.theirs.slowest_ms, Some(Millis(8_000)));
    assert_eq!((mine.mine.answers, mine.mine.answer_ms), (1, Some(Millis(6_000))));
    // The other side sees the same with the sides exchanged.
    let theirs = SessionDigest::of(&trace, &domain("seller"));
    assert_eq!((&theirs.mine, &theirs.theirs), (&mine.theirs, &mine.mine));
    assert_eq!(theirs.others, [domain("buyer")].into());
}

#[test]
fn without_a_deal_the_last_offers_count() {
    let digest = SessionDigest::of(&traced(&bargain("seller REJECT")), &domain("buyer"));
    assert_eq!((digest.agreed.clone(), digest.agreed_in_ms), (None, None));
    assert_eq!(digest.mine.conceded_permille, Some(400));
    assert_eq!(digest.theirs.conceded_permille, Some(0));
    assert_eq!(digest.outcome, None);
}

#[test]
fn one_offer_leaves_no_gap_to_give_way_in() {
    let digest = SessionDigest::of(&told(DEAL), &domain("seller"));
    assert_eq!((digest.gap.clone(), digest.agreed.clone()), (None, Some(usd("100"))));
    assert_eq!((digest.mine.conceded_permille, digest.theirs.conceded_permille), (None, None));
}

#[test]
fn a_digest_is_compared_with_those_before_it_alone() {
    let now = SessionDigest::of(&traced(&bargain("seller ACCEPT")), &domain("buyer"));
    let earlier = |number: u64| {
        let mut digest = now.clone();
        digest.opened.0 -= number;
        digest.session = Hash::of(&[&number.to_be_bytes()]);
        digest.mine.conceded_permille = i64::try_from(number).ok();
        digest
    };
    assert_eq!(now.clone().against(&[]).history, None);
    let of = |change: fn(&mut SessionDigest)| {
        let mut other = earlier(1);
        change(&mut other);
        now.clone().against(&[other]).history
    };
    assert_eq!(of(|it| it.opened.0 += 5), None);
    assert_eq!(of(|it| it.capability = "other.thing".parse().unwrap()), None);
    assert_eq!(of(|it| it.own = domain("clerk")), None);
    assert_eq!(of(|it| it.others = [domain("carrier")].into()), None);
    let three = [earlier(2), earlier(1), earlier(3)];
    let history = now.clone().against(&three).history.unwrap();
    assert_eq!(history.sessions, [1, 2, 3].map(|number: u64| Hash::of(&[&number.to_be_bytes()])));
    assert_eq!((history.agreed, history.rounds), (3, 3));
    assert_eq!(history.conceded_permille, Some(2));
    assert_eq!(history.agreed_at, Some(usd("240")));
}

#[test]
fn history_is_bounded() {
    let mut now = SessionDigest::of(&told(DEAL), &domain("buyer"));
    now.opened.0 += 1_000;
    let number = |number: u64| {
        let mut digest = now.clone();
        digest.opened.0 -= number + 1;
        digest
    };
    let many: Vec<SessionDigest> = (0..100).map(number).collect();
    assert_eq!(now.clone().against(&many).history.unwrap().sessions.len(), HISTORY_MAX);
}
