//! Random dialogues of two to four agents, and what holds after each of their steps whatever was said.
//!
//! Steps are lines of a ledger, mostly such as the session awaits and some that nobody awaits: wrong roles, stale heads,
//! late answers, revoked consents. A failing dialogue shrinks to the lines that it needs. What the machine should do in
//! each case is the table's business (`table`); here stands what no dialogue may ever break.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use asp_core::name::{AgentUri, StreamId};
use asp_core::position::{Hash, LogPoint, LogTime};
use asp_core::rejection::Code;
use asp_core::session::table::{Next, Performative, State};
use asp_core::session::{OfferKind, Progress, Session};
use asp_core::statement::Verified;
use asp_core::statement::body::{Accept, Body, CommitmentState, Mode, ObligationId, ParticipantRole};
use asp_core::stream::Accepted;
use asp_core::world::World;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use support::ledger::{CAST, Ledger, Outcome};
use support::sealing::refused;
use support::uri;

/// The most steps of a dialogue.
const STEPS_MAX: usize = 60;
/// What is traded; `trade` and `goods` are every ledger's own.
const PACKAGES: [&str; 5] = ["goods", "cheap", "trade", "quick", "shared"];
const DEFINITIONS: &str = "quick = seller owes buyer goods 10 within 1m, buyer owes seller pay 10 within 1m
                           shared = seller owes buyer goods 10 within 1h digest, carrier owes buyer more 10 within 2h cure 10m";

/// Whoever talks, with the ledger so far: what is likely to be said next follows from it.
struct Talk;

/// The ledger as the talkers know it; a failure tells the lines, not the whole log.
#[derive(Clone)]
struct Told(Ledger);

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the whole cast")
    }
}

impl ReferenceStateMachine for Talk {
    type State = Told;
    type Transition = String;

    fn init_state() -> BoxedStrategy<Told> {
        let mut ledger = Ledger::open();
        ledger.check(DEFINITIONS);
        Just(Told(ledger)).boxed()
    }

    fn transitions(Told(ledger): &Told) -> BoxedStrategy<String> {
        let Some(session) = ledger.session() else { return invitation() };
        let likely = select(likely(ledger, session));
        let steps = ledger.names.keys().filter(|name| name.starts_with('#')).cloned().collect();
        let stale = (likely.clone(), select(steps)).prop_map(|(line, step)| format!("{line} on {step}"));
        prop_oneof![
            48 => likely,
            4 => anything(),
            4 => span(),
            2 => stale,
            1 => around(),
        ]
        .boxed()
    }

    /// A dialogue that is cut down still begins with its invitation and names only what was said.
    fn preconditions(Told(ledger): &Told, line: &String) -> bool {
        let named = line.split_once(" on ").is_none_or(|(_, step)| ledger.names.contains_key(step));
        named && (ledger.id.is_some() || line.contains(" PROPOSE with "))
    }

    fn apply(mut told: Told, line: &String) -> Told {
        told.0.line(line);
        told
    }
}

fn select(lines: Vec<String>) -> BoxedStrategy<String> {
    prop::sample::select(lines).boxed()
}

fn one_of(lines: &[&str]) -> BoxedStrategy<String> {
    select(lines.iter().map(|line| (*line).to_owned()).collect())
}

fn invitation() -> BoxedStrategy<String> {
    let who = one_of(&["seller", "seller carrier", "seller carrier? mediator!", "seller carrier watcher"]);
    let limits = one_of(&[
        "",
        "",
        "",
        "messages=12",
        "rounds=3",
        "ceiling=60",
        "response=2h session=9h",
        "escalation=10m",
        "tokens=12",
    ]);
    let mode = prop_oneof![3 => one_of(&["open"]), 1 => one_of(&["hybrid", "sealed"])];
    (who, limits, mode)
        .prop_map(|(who, limits, mode)| format!("buyer PROPOSE with {who} {limits} mode={mode}"))
        .boxed()
}

/// Anybody says anything.
fn anything() -> BoxedStrategy<String> {
    let who = CAST.into_iter().chain(["node", "seller.example", "buyer.example"]).collect::<Vec<_>>();
    let what = one_of(&[
        "PROPOSE firm goods",
        "PROPOSE with carrier",
        "PROPOSE amendment to cheap",
        "PROPOSE termination",
        "COUNTER conditions",
        "COUNTER cheap",
        "ACCEPT introduction",
        "ACCEPT acceptance",
        "ACCEPT resumption",
        "ACCEPT choosing other",
        "REJECT",
        "INFORM note",
        "INFORM progress goods",
        "INFORM fulfilment goods",
        "INFORM acknowledgement goods",
        "INFORM contest goods",
        "INFORM breach goods",
        "INFORM silence goods",
        "QUERY",
        "CLARIFY",
        "COMMIT goods",
        "DELEGATE to aide",
        "ESCALATE to seller.example",
        "WITHDRAW",
        "WITHDRAW timeout RESPONSE_TIMEOUT",
        "WITHDRAW departure",
        "PROPOSE admission of carrier",
        "ACCEPT admission",
        "QUERY to buyer",
        "INFORM usage tokens 2",
        "OBSERVE",
        "CLOSE",
        "CLOSE wrongly",
        "CLOSE timeout ABANDONED",
        "INFORM group",
        "INFORM group anew",
        "INFORM unreadable offer",
        "QUERY clear",
        "QUERY sealed",
    ]);
    (prop::sample::select(who), what).prop_map(|(who, what)| format!("{who} {what}")).boxed()
}

/// Time passes, mostly less than a session waits.
fn span() -> BoxedStrategy<String> {
    let span = prop_oneof![16 => one_of(&["+1s", "+20s", "+1m"]), 2 => one_of(&["+4m", "+5m", "+61m"]), 1 => one_of(&["+25h", "+80h"])];
    (span, prop::bool::weighted(0.2))
        .prop_map(|(span, quietly)| if quietly { format!("{span} quietly") } else { span })
        .boxed()
}

/// What happens around a session.
fn around() -> BoxedStrategy<String> {
    let rare = one_of(&[
        "seller.example REVOKE",
        "carrier.example REVOKE buyer-carrier",
        "carrier CARD translate",
        "seller CARD away",
        "seller KEY rotated next",
        "buyer KEY added further",
        "clerk RETIRE",
        "clerk.example REVOKE buyer-clerk",
    ]);
    prop_oneof![1 => rare, 2 => one_of(&["buyer.example POLICY ceiling 60", "seller.example POLICY ceiling 5"])].boxed()
}

/// Lines that fit what is on the table; what moves the session stands there more than once.
fn likely(ledger: &Ledger, session: &Session) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |times: usize, line: String| lines.extend(std::iter::repeat_n(line, times));
    let step = |id: &Hash| {
        let named = ledger.names.iter().find(|(name, head)| name.starts_with('#') && head.hash == *id);
        named.map_or("nothing", |(name, _)| name.as_str())
    };
    match session.state() {
        State::Idle | State::Failed => add(1, "buyer QUERY".to_owned()),
        State::Closed => CAST[..5].iter().for_each(|who| add(1, format!("{who} CLOSE"))),
        State::Invited => {
            let others = session.participants().iter().filter(|(agent, _)| *agent != session.initiator());
            others.for_each(|(agent, _)| add(24, format!("{} ACCEPT", short(agent))));
            add(4, "buyer ACCEPT".to_owned());
            add(4, "seller COUNTER conditions".to_owned());
            add(2, "carrier REJECT".to_owned());
            add(1, "buyer COUNTER conditions rounds=9".to_owned());
            add(1, "buyer WITHDRAW".to_owned());
        }
        State::Agreeing => {
            if let Some(pending) = session.pending() {
                pending.awaits.iter().for_each(|agent| add(6, format!("{} ACCEPT", short(agent))));
                add(1, format!("{} WITHDRAW", short(&pending.by)));
            }
            add(1, "seller REJECT".to_owned());
            add(1, "buyer COUNTER cheap".to_owned());
            add(1, "seller ESCALATE to seller.example".to_owned());
        }
        State::Escalated => {
            for line in
                ["seller.example ACCEPT", "seller.example REJECT", "mediator ACCEPT", "mediator REJECT"]
            {
                add(1, line.to_owned());
            }
            add(4, "seller.example ACCEPT".to_owned());
            add(4, "mediator ACCEPT".to_owned());
            add(1, "buyer WITHDRAW".to_owned());
            add(1, "seller WITHDRAW".to_owned());
            add(1, "buyer INFORM".to_owned());
        }
        State::Introduced | State::Conversing | State::Executing => bargain(session, &step, &mut add),
    }
    if session.mode() != Mode::Open {
        seal(session, &mut add);
    }
    for commitment in session.commitments().values() {
        let of = step(&commitment.id);
        for duty in commitment.duties() {
            let (debtor, creditor) = (short(&duty.obligation.debtor), short(&duty.obligation.creditor));
            let id = &duty.obligation.id;
            match duty.progress {
                Progress::Open | Progress::Contested => {
                    add(8, format!("{debtor} INFORM fulfilment {id} of {of}"));
                    add(2, format!("{debtor} INFORM fulfilment {id} of {of} digest any"));
                }
                Progress::Delivered { .. } => {
                    add(8, format!("{creditor} INFORM acknowledgement {id} of {of}"));
                    add(4, format!("{creditor} INFORM contest {id} of {of}"));
                }
                Progress::Fulfilled { .. } | Progress::Breached | Progress::Lapsed => {
                    add(1, format!("{debtor} INFORM progress {id} of {of}"));
                }
            }
        }
        if commitment.is_live() {
            add(4, format!("seller PROPOSE termination of {of}"));
            add(4, format!("buyer PROPOSE amendment to cheap of {of}"));
        }
    }
    lines
}

fn seal(session: &Session, add: &mut dyn FnMut(usize, String)) {
    let times = if session.channel().is_none() { 16 } else { 4 };
    for line in ["buyer INFORM group", "seller INFORM group", "carrier INFORM group anew"] {
        add(times, line.to_owned());
    }
    add(4, "seller INFORM unreadable #0".to_owned());
    add(2, "buyer PROPOSE firm goods bare".to_owned());
    add(2, "seller QUERY bare".to_owned());
}

fn bargain<'a>(session: &'a Session, step: &dyn Fn(&Hash) -> &'a str, add: &mut dyn FnMut(usize, String)) {
    for package in PACKAGES {
        add(3, format!("buyer PROPOSE firm {package}"));
        add(4, format!("seller PROPOSE {package} until 30m"));
    }
    add(1, "buyer PROPOSE firm quick or goods awaits seller".to_owned());
    for (id, offer) in session.offers() {
        let id = step(id);
        for agent in &offer.awaits {
            if let OfferKind::Admission(admission) = &offer.kind {
                let kind = if admission.agent == *agent { "introduction" } else { "admission" };
                add(24, format!("{} ACCEPT {id} {kind}", short(agent)));
                continue;
            }
            add(24, format!("{} ACCEPT {id}", short(agent)));
            add(2, format!("{} QUERY to {} about {id}", short(agent), short(&offer.by)));
            add(2, format!("{} REJECT {id}", short(agent)));
            add(3, format!("{} COUNTER to {id} firm cheap", short(agent)));
        }
        add(1, format!("{} WITHDRAW {id}", short(&offer.by)));
    }
    for agreement in session.agreed().values() {
        for (agent, package) in agreement.parties.iter().flat_map(|agent| PACKAGES.map(|name| (agent, name)))
        {
            add(6, format!("{} COMMIT {package}", short(agent)));
        }
    }
    for (id, question) in session.questions() {
        add(8, format!("{} CLARIFY {}", short(&question.awaits), step(id)));
    }
    for line in [
        "buyer PROPOSE firm goods or cheap quorum 1",
        "seller PROPOSE shared quorum 2",
        "buyer PROPOSE goods answers ACCEPT",
        "buyer PROPOSE admission of carrier",
        "seller PROPOSE admission of carrier watching",
        "carrier WITHDRAW departure",
        "seller WITHDRAW departure",
        "watcher WITHDRAW departure",
        "buyer QUERY to seller",
        "buyer INFORM usage",
        "seller INFORM usage tokens 9",
    ] {
        add(2, line.to_owned());
    }
    add(6, "buyer DELEGATE to clerk ceiling 60 expires 20m".to_owned());
    for (id, given) in session.mandates().iter() {
        add(4, format!("{} for {} PROPOSE firm cheap", short(&given.mandate.to), step(id)));
        add(1, format!("buyer WITHDRAW {}", step(id)));
    }
    for line in [
        "buyer QUERY",
        "carrier CLARIFY",
        "watcher OBSERVE",
        "seller OBSERVE",
        "mediator INFORM",
        "seller ESCALATE to seller.example",
    ] {
        add(2, line.to_owned());
    }
    add(1, "buyer ESCALATE to mediator".to_owned());
    add(1, "seller CLOSE".to_owned());
    add(1, "buyer CLOSE".to_owned());
}

/// `buyer` of agent://buyer.example/a.
fn short(agent: &AgentUri) -> &'static str {
    CAST.into_iter().find(|name| uri(name) == *agent).unwrap()
}

/// A dialogue under watch: the ledger, what it showed before, and all that was tried.
struct Watched {
    ledger: Ledger,
    /// Every session statement that was judged, with the length of the log before it and the verdict.
    tried: Vec<(usize, LogPoint, Verified, Option<Code>)>,
    /// The session after each entry of the log, where it was seen, and when time would change it next.
    seen: BTreeMap<usize, (Session, Option<LogTime>)>,
}

impl StateMachineTest for Watched {
    type SystemUnderTest = Self;
    type Reference = Talk;

    fn init_test(Told(ledger): &Told) -> Self {
        Self { ledger: ledger.clone(), tried: Vec::new(), seen: BTreeMap::new() }
    }

    fn apply(mut self_: Self, Told(told): &Told, line: String) -> Self {
        self_.step(&line);
        assert_eq!(self_.ledger.session(), told.session(), "the same lines led elsewhere");
        self_
    }

    fn teardown(self_: Self, _: Told) {
        self_.replays();
        self_.replays_from_parts();
        self_.members_come_to_the_same();
        self_.time_alone_ends_it();
        self_.each_party_alone_ends_it();
    }
}

impl Watched {
    /// Plays a line and checks what holds between the session before and after it.
    fn step(&mut self, line: &str) -> Outcome {
        let before = self.ledger.session().cloned();
        let length = self.ledger.stage.log.len();
        self.ledger.tried = None;
        let outcome = self.ledger.line(line);
        let tried = self.ledger.tried.clone();
        // Key packages may have been published for what was said.
        let length = tried.as_ref().map_or(length, |(at, _)| usize::try_from(at.index.0).unwrap());
        let refused = match outcome {
            Outcome::Refused(code) => Some(code),
            Outcome::Moved => None,
        };
        self.tried.extend(tried.clone().map(|(at, statement)| (length, at, statement, refused)));
        if refused.is_some() {
            assert_eq!(self.ledger.stage.log.len(), length, "{}", self.story());
            assert_eq!(self.ledger.session(), before.as_ref(), "{}", self.story());
            return outcome;
        }
        let Some(after) = self.ledger.session() else { return outcome };
        let deadline = self.ledger.stage.world.next_deadline(&after.id());
        self.seen.insert(self.ledger.stage.log.len(), (after.clone(), deadline));
        self.stream_is_a_chain(after);
        if let Some(before) = &before {
            self.nothing_is_lost(before, after);
            self.terminal_is_terminal(before, after);
            if let Some((at, statement)) = &tried {
                self.row_led_here(before, after, *at, statement);
                self.what_is_accepted_was_open(before, *at, statement);
                self.head_has_one_successor(before, after);
            }
        }
        self.nothing_hangs(after);
        outcome
    }

    fn story(&self) -> String {
        self.ledger.story()
    }

    fn stream_is_a_chain(&self, session: &Session) {
        let own = StreamId::Session(session.id());
        let stream = self.ledger.stage.log.iter().filter(|(_, it)| it.statement().stream == own);
        let mut last = None;
        for (expected, (_, verified)) in (0..).zip(stream) {
            let statement = verified.statement();
            assert_eq!(statement.sequence.0, expected, "{}", self.story());
            last = Some((statement.sequence, statement.hash));
        }
        assert_eq!(last, Some((session.head().sequence, session.head().hash)), "{}", self.story());
    }

    /// A second statement on the head that was just extended.
    fn head_has_one_successor(&self, before: &Session, after: &Session) {
        let mut ledger = self.ledger.clone();
        ledger.names.insert("before".to_owned(), before.head());
        // Who has left learns nothing any more, not even that it is late; who stays is told.
        let stays = |agent: &&AgentUri| before.is_readable_by(agent, &[]) && after.is_readable_by(agent, &[]);
        let Some(speaker) = after.participants().iter().map(|(agent, _)| agent).find(stays) else { return };
        let outcome = ledger.line(&format!("{} QUERY on before", short(speaker)));
        assert_eq!(outcome, Outcome::Refused(Code::SequenceConflict), "{}", ledger.story());
    }

    fn row_led_here(&self, before: &Session, after: &Session, at: LogPoint, statement: &Verified) {
        let (_, row) = before.ruling(statement, at).unwrap_or_else(|_| panic!("no row\n{}", self.story()));
        let next = match row.next {
            Next::To(state) => Some(state),
            Next::Return => before.escalation().map(|open| open.from),
        };
        assert_eq!(Some(after.state()), next, "{}", self.story());
    }

    fn what_is_accepted_was_open(&self, before: &Session, at: LogPoint, statement: &Verified) {
        let statement = statement.statement();
        let Body::Accept(accept) = &statement.body else { return };
        let reply = statement.in_reply_to;
        let open = match accept {
            Accept::Introduction(_) if before.conditions().is_some() => before.conditions() == reply,
            Accept::Introduction(_) | Accept::Admission(_) => {
                let asked = reply.and_then(|id| before.offers().get(&id));
                asked.is_some_and(|offer| {
                    let by = statement.issuer.agent().unwrap();
                    matches!(offer.kind, OfferKind::Admission(_))
                        && (offer.awaits(by) || !statement.on_behalf_of.is_empty())
                })
            }
            Accept::Resumption(_) => before.escalation().is_some(),
            Accept::Acceptance(acceptance) => match before.pending() {
                Some(pending) => {
                    Some(pending.statement) == reply && pending.terms_hash == acceptance.terms_hash
                }
                None => reply.and_then(|id| before.offers().get(&id)).is_some_and(|offer| {
                    at.time <= offer.respond_by && offer.packages.contains_key(&acceptance.terms_hash)
                }),
            },
        };
        assert!(open, "{}", self.story());
    }

    /// What was once owed stays listed, as it was signed, and goes on only to where it can go.
    fn nothing_is_lost(&self, before: &Session, after: &Session) {
        for (id, commitment) in before.commitments() {
            let now = after.commitments().get(id).unwrap_or_else(|| panic!("{id} is lost\n{}", self.story()));
            assert!(goes_on(commitment.state(), now.state()), "{}", self.story());
            assert_eq!((&commitment.package, &commitment.signers), (&now.package, &now.signers));
            let names = |duties: &[asp_core::session::Duty]| -> Vec<ObligationId> {
                duties.iter().map(|duty| duty.obligation.id.clone()).collect()
            };
            assert_eq!(names(commitment.duties()), names(now.duties()), "{}", self.story());
            for (was, is) in commitment.duties().iter().zip(now.duties()) {
                assert_eq!(was.obligation, is.obligation, "{}", self.story());
                assert!(leads_to(&was.progress, &is.progress), "{:?} {:?}\n{}", was, is, self.story());
            }
        }
        for (id, commitment) in after.commitments() {
            let obligations: Vec<_> = commitment.duties().iter().map(|duty| &duty.obligation).collect();
            let signed: Vec<_> = commitment.package.obligations.iter().collect();
            assert_eq!(obligations, signed, "{id}\n{}", self.story());
            let live = commitment.duties().iter().any(|duty| duty.progress == Progress::Open)
                && commitment.has_open();
            assert!(!live || commitment.is_live(), "{id} is forgotten\n{}", self.story());
        }
    }

    fn terminal_is_terminal(&self, before: &Session, after: &Session) {
        let ended = |state| matches!(state, State::Closed | State::Failed);
        if ended(after.state()) {
            assert!(!after.owes() && after.end().is_some(), "something is owed\n{}", self.story());
            let open =
                after.offers().len() + after.pending().iter().count() + after.escalation().iter().count();
            assert_eq!(open, 0, "something can be answered\n{}", self.story());
        }
        if !ended(before.state()) {
            return;
        }
        let kept = |session: &Session| {
            (session.state(), session.end().cloned(), session.commitments().clone(), session.offers().clone())
        };
        assert_eq!(kept(before), kept(after), "{}", self.story());
        let (_, last) = self.ledger.stage.log.last().unwrap();
        let countersigns = last.statement().kind.as_str() == Performative::Close.as_str();
        let moved = before.head() != after.head();
        assert!(!moved || (before.state() == State::Closed && countersigns), "{}", self.story());
    }

    /// Until its end a session always has an instant at which time moves it on, and not in the far future.
    fn nothing_hangs(&self, session: &Session) {
        let ended = matches!(session.state(), State::Closed | State::Failed);
        let deadline = self.ledger.stage.world.next_deadline(&session.id());
        assert!(!ended || deadline.is_none(), "{deadline:?}\n{}", self.story());
        assert!(ended || deadline.is_some() || is_for_the_parties(session), "{}", self.story());
        let limits = session.limits();
        let waits = limits.response_ms.max(limits.invitation_ms).max(limits.escalation_ms);
        let soon = deadline.is_none_or(|time| time <= session.last().plus(waits));
        assert!(session.owes() || soon, "{deadline:?}\n{}", self.story());
    }

    /// Whatever was said, the session ends although nobody says anything more.
    fn time_alone_ends_it(&self) {
        let mut ledger = self.ledger.clone();
        ledger.line("+400d");
        ledger.line("+400d");
        let Some(session) = ledger.session() else { return };
        let ended = matches!(session.state(), State::Closed | State::Failed);
        let end = session.end().filter(|end| !end.sentence.is_empty());
        assert!(ended && end.is_some() || is_for_the_parties(session), "{}", ledger.story());
    }

    /// Where nothing is owed, each negotiator who is in can end it at once, unless others have its word to answer.
    fn each_party_alone_ends_it(&self) {
        let Some(session) = self.ledger.session() else { return };
        let negotiates = |role| matches!(role, ParticipantRole::Initiator | ParticipantRole::Party);
        let negotiators = session.participants().iter();
        for (agent, _) in negotiators.filter(|(_, other)| other.joined && negotiates(other.role)) {
            let mut ledger = self.ledger.clone();
            let who = short(agent);
            for _ in 0..3 {
                let session = ledger.session().unwrap();
                let pending = session.pending();
                let line = match session.state() {
                    State::Invited if agent == session.initiator() => "WITHDRAW",
                    State::Introduced | State::Conversing | State::Executing if !session.owes() => "CLOSE",
                    State::Agreeing if pending.unwrap().by == *agent => "WITHDRAW",
                    State::Agreeing if pending.unwrap().awaits.contains(agent) => "REJECT",
                    State::Escalated if session.escalation().unwrap().by == *agent => "WITHDRAW ESCALATE",
                    _ => break,
                };
                // A commit that it has signed already is for the others to answer.
                let signed = pending.is_some_and(|pending| pending.accepted.contains(agent));
                let overdue = ledger.stage.world.due(&session.id(), ledger.stage.now).is_some();
                if signed && line == "REJECT" || overdue {
                    break;
                }
                let outcome = ledger.line(&format!("{who} {line} bare"));
                assert_eq!(outcome, Outcome::Moved, "{}", ledger.story());
            }
        }
    }

    /// Who reads what is sealed, and refuses some of it, is at each entry where the node is.
    fn members_come_to_the_same(&self) {
        refused(&self.ledger);
    }

    /// Another node that reads the log comes to the same session at every entry.
    fn replays(&self) {
        let Some(id) = self.ledger.id else { return };
        let mut world = empty(&self.ledger);
        for (number, (at, statement)) in (1..).zip(&self.ledger.stage.log) {
            let accepted = world.judge(statement, *at).unwrap();
            world.apply(&accepted);
            if let Some((seen, _)) = self.seen.get(&number) {
                assert_eq!(world.session(&id), Some(seen), "{}", self.story());
            }
        }
    }

    /// A node that holds only the streams a verdict rests on, and drops them again, gives the same verdicts.
    fn replays_from_parts(&self) {
        let mut world = empty(&self.ledger);
        for (length, at, statement, refused) in &self.tried {
            while let Some(stream) = world.missing(statement.statement()) {
                load(&mut world, stream, &self.ledger.stage.log[..*length]);
            }
            let verdict = world.judge(statement, *at);
            assert_eq!(verdict.as_ref().err().map(|rejection| rejection.code), *refused, "{}", self.story());
            let mut touched = world.touches(statement.statement());
            if let Ok(accepted) = verdict {
                world.apply(&accepted);
                let (seen, deadline) = &self.seen[&(length + 1)];
                assert_eq!(world.session(&seen.id()), Some(seen), "{}", self.story());
                while let Some(stream) = world.missing_for(&StreamId::Session(seen.id())) {
                    load(&mut world, stream, &self.ledger.stage.log[..=*length]);
                }
                assert_eq!(world.next_deadline(&seen.id()), *deadline, "{}", self.story());
                touched.push(StreamId::Session(seen.id()));
                touched
                    .extend(seen.participants().iter().map(|(agent, _)| StreamId::Org(agent.organisation())));
            }
            // Others and time move on before the next statement, and this world does not see it.
            touched.iter().for_each(|stream| world.forget(stream));
        }
    }
}

/// Whether something is owed of which the parties alone know by when: time does not end that.
fn is_for_the_parties(session: &Session) -> bool {
    session.mode() == Mode::Sealed && session.owes()
}

fn empty(ledger: &Ledger) -> World {
    World::new(ledger.stage.origin.clone(), support::key("node").id())
}

/// Folds one stream of a log into a world, as a store would.
fn load(world: &mut World, stream: StreamId, log: &[(LogPoint, Verified)]) {
    let entries: Vec<_> = log.iter().filter(|(_, it)| it.statement().stream == stream).collect();
    if entries.is_empty() {
        world.mark_absent(stream);
    }
    for (at, statement) in entries {
        world.apply(&Accepted::from_store(statement.clone(), *at));
    }
}

fn goes_on(before: CommitmentState, after: CommitmentState) -> bool {
    match before {
        CommitmentState::Active => true,
        CommitmentState::Breached => after != CommitmentState::Active && after != CommitmentState::Fulfilled,
        CommitmentState::Fulfilled | CommitmentState::Terminated | CommitmentState::Amended => {
            before == after
        }
    }
}

/// Whether an obligation can come from one progress to the other within one line; time may take several steps.
fn leads_to(before: &Progress, after: &Progress) -> bool {
    match before {
        Progress::Open => !matches!(after, Progress::Fulfilled { .. } | Progress::Contested),
        Progress::Delivered { .. } => !matches!(after, Progress::Open | Progress::Breached),
        Progress::Contested => {
            matches!(after, Progress::Contested | Progress::Delivered { .. } | Progress::Lapsed)
        }
        Progress::Fulfilled { .. } | Progress::Breached | Progress::Lapsed => before == after,
    }
}

prop_state_machine! {
    // As many cases as PROPTEST_CASES says, else 256; a failure prints its dialogue, so no seed is kept.
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_dialogue_breaks_what_always_holds(sequential 1..STEPS_MAX => Watched);
}

/// The same dialogues reach everything: what is never reached would hold without meaning anything.
#[test]
fn random_dialogues_go_deep() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let strategy = Talk::sequential_strategy(1..STEPS_MAX);
    let mut states = BTreeSet::from([State::Idle]);
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let (mut formed, mut sealed) = (0, 0);
    for _ in 0..288 {
        let (ledger, lines, _) = strategy.new_tree(&mut runner).unwrap().current();
        let mut watched = Watched::init_test(&ledger);
        for line in lines {
            let outcome = watched.step(&line);
            states.extend(watched.ledger.session().map(Session::state));
            match outcome {
                Outcome::Refused(code) => *refused.entry(code.as_str()).or_default() += 1,
                Outcome::Moved => {
                    let kind =
                        watched.ledger.tried.as_ref().map(|(_, it)| it.statement().kind.as_str().to_owned());
                    *taken.entry(kind.unwrap_or_else(|| "TIME".to_owned())).or_default() += 1;
                }
            }
        }
        sealed += watched.ledger.opened.len();
        for commitment in
            watched.ledger.session().into_iter().flat_map(|session| session.commitments().values())
        {
            formed += 1;
            *ends.entry(format!("{:?}", commitment.state())).or_default() += 1;
        }
    }
    let found = format!("{formed} commitments {ends:?}, {sealed} seals\n{states:?}\n{taken:?}\n{refused:?}");
    assert_eq!(states.len(), State::all().len(), "{found}");
    for performative in Performative::all() {
        assert!(taken.get(performative.as_str()).is_some_and(|count| *count >= 5), "{performative}\n{found}");
    }
    assert!(formed >= 80 && ends.len() == 5 && ends.values().all(|count| *count >= 4), "{found}");
    assert!(refused.len() >= 20 && sealed >= 40, "{found}");
}
