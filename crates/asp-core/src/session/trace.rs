//! A session told step by step: who said what, what let it pass, who waited for whom and how long, what came of it.
//!
//! Follows from the statements alone, so everybody who has them tells the same. Judges nothing: what is told here has
//! been judged, and what was refused stands in no log.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::table::{Guard, Performative, Reason, Role, Row, Selector, State, rows};
use super::{Commitment, Effect, Session};
use crate::amount::Money;
use crate::name::{AgentUri, Capability, Issuer};
use crate::position::{Hash, Head, LogPoint, LogTime, Millis, Position, Sequence};
use crate::rejection::{Code, Rejection};
use crate::statement::Statement;
use crate::statement::body::{
    Body, Close, CommitmentState, Counter, Inform, ObligationId, Outcome as Came, Package, Propose, Usage,
    Withdraw,
};
use crate::stream::Accepted;
use crate::trust::{Evidence, Outcome};

/// Declares what is read by others: camel case, absent members left out.
macro_rules! api {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {$(
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        $(#[$doc])*
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )+};
}

api! {
    /// A session, step by step.
    struct SessionTrace {
        /// The session.
        session: Hash,
        /// What it is about.
        capability: Capability,
        /// Who opened it.
        initiator: AgentUri,
        /// Where the log has the invitation.
        opened: Position,
        /// When that was.
        opened_at: LogTime,
        /// Its state after the last step.
        state: State,
        /// Its last statement.
        head: Head,
        /// How it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<TraceEnd>,
        /// What it has come to: `none`, `fulfilled`, `breached`, `contested` or `terminated`; absent while that is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Came>,
        /// The consents that it rests on.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        consents: BTreeSet<Hash>,
        /// What was said, in order.
        steps: Vec<TraceStep>,
        /// Who waited for whom, in the order in which the waiting began.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waits: Vec<TraceWait>,
    }
    /// How a session ended.
    struct TraceEnd {
        /// The reason code.
        code: Reason,
        /// A sentence for people; it may be a participant's.
        sentence: String,
    }
    /// A statement, what let it pass and what it did.
    struct TraceStep {
        /// Its place in the session.
        sequence: Sequence,
        /// Its index in the log.
        log_index: Position,
        /// When the node took it in.
        log_time: LogTime,
        /// Its hash.
        hash: Hash,
        /// Who said it.
        issuer: Issuer,
        /// For whom, where that is somebody else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        principal: Option<AgentUri>,
        /// In what role.
        role: Role,
        /// What it does.
        #[serde(rename = "type")]
        performative: Performative,
        /// The kind of its body, where it has several: `counter-offer`, `fulfilment`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        /// The statement that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<Hash>,
        /// The state before it.
        before: State,
        /// The state after it.
        after: State,
        /// By which condition the row of the table was chosen that let it pass.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        selector: Option<Selector>,
        /// What that row required, in the order of checking; all of it held.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        guards: Vec<Guard>,
        /// The packages that it offers, the first first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        offers: Vec<TraceOffer>,
        /// The commitments that it formed or changed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        commitments: Vec<TraceCommitment>,
        /// The obligations that are elsewhere by it, and those of a commitment that it formed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        obligations: Vec<TraceObligation>,
        /// The money that it moved between accounts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        moved: Vec<TraceMovement>,
        /// What it means for trust.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        trust: Vec<TraceTrust>,
        /// Who came in by it, after the session had begun.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        joined: Option<AgentUri>,
        /// Who may act for its principal by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delegated: Option<AgentUri>,
        /// What its principal says that it has spent on the session so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        /// Whose answer is awaited after it.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        awaits: BTreeSet<Issuer>,
        /// Where it belongs in its issuer's distributed trace (W3C Trace Context).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        traceparent: Option<String>,
    }
    /// A package on offer: what everybody would owe.
    struct TraceOffer {
        /// The hash of its terms.
        terms: Hash,
        /// Who would owe how much.
        owed: Vec<TraceOwed>,
    }
    /// What one party would owe.
    struct TraceOwed {
        /// Who.
        debtor: AgentUri,
        /// How much, one sum a currency.
        owed: Vec<Money>,
    }
    /// A commitment that was formed or changed.
    struct TraceCommitment {
        /// Its id.
        id: Hash,
        /// The hash of its terms.
        terms: Hash,
        /// Its state before; absent if it was formed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<CommitmentState>,
        /// Its state after.
        after: CommitmentState,
    }
    /// An obligation, or a stage of one, that is elsewhere.
    struct TraceObligation {
        /// The commitment.
        commitment: Hash,
        /// The obligation in it.
        obligation: ObligationId,
        /// The stage of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<ObligationId>,
        /// Who owes.
        debtor: AgentUri,
        /// Who is owed.
        creditor: AgentUri,
        /// How far it was; absent if it is new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// How far it is: `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`.
        after: String,
        /// When the obligation is due, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<LogTime>,
    }
    /// Money that moved.
    struct TraceMovement {
        /// Where it was, as in the postings of an account.
        from: String,
        /// Where it is.
        to: String,
        /// How much.
        amount: Money,
        /// Why.
        why: String,
    }
    /// Evidence of trust that came to be, or ceased to count.
    struct TraceTrust {
        /// Whom it says something about; absent where earlier evidence ceased to count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        debtor: Option<AgentUri>,
        /// To whom that owed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        creditor: Option<AgentUri>,
        /// What the obligation was worth.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Money>,
        /// How the obligation ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
        /// Where the log has the outcome that counts no more from here on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overrules: Option<Position>,
        /// Why: `acknowledged`, `silent`, `attested`, `missed` or `awarded`.
        cause: Cause,
    }
    /// That somebody waited for somebody.
    struct TraceWait {
        /// The statement that asked.
        asked: Hash,
        /// For what: `invitation`, `offer`, `question`, `commit` or `escalation`.
        what: Awaited,
        /// Who asked.
        by: AgentUri,
        /// Whose answer was awaited.
        of: Issuer,
        /// Since when.
        since: LogTime,
        /// Until when it could be given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        respond_by: Option<LogTime>,
        /// The statement that ended it; absent while it lasts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended_by: Option<Hash>,
        /// When that was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ended_at: Option<LogTime>,
        /// How long it lasted, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_ms: Option<Millis>,
        /// How it ended: `answered`, `lapsed` or `overtaken`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<WaitEnd>,
    }
}

/// What an answer was awaited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Awaited {
    /// An invitation, or other conditions for it.
    Invitation,
    /// An offer.
    Offer,
    /// A question.
    Question,
    /// A commit that has to be signed.
    Commit,
    /// An escalation.
    Escalation,
}

impl Awaited {
    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Offer => "offer",
            Self::Question => "question",
            Self::Commit => "commit",
            Self::Escalation => "escalation",
        }
    }
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitEnd {
    /// By an answer of whom it was awaited of.
    Answered,
    /// Its time passed.
    Lapsed,
    /// Something else was said that left nothing to answer.
    Overtaken,
}

/// Why evidence of trust came to be, or ceased to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The creditor acknowledged.
    Acknowledged,
    /// The creditor was silent for as long as it could contest.
    Silent,
    /// Whom both named attested it.
    Attested,
    /// It was not met in time.
    Missed,
    /// A dispute ended so.
    Awarded,
}

impl Cause {
    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Silent => "silent",
            Self::Attested => "attested",
            Self::Missed => "missed",
            Self::Awarded => "awarded",
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what else settles an obligation is the creditor's word"
    )]
    const fn of(body: &Body) -> Self {
        match body {
            Body::Inform(Inform::Silence(_)) => Self::Silent,
            Body::Inform(Inform::Fulfilment(_)) => Self::Attested,
            Body::Inform(Inform::Breach(_)) => Self::Missed,
            Body::Inform(Inform::Award(_)) => Self::Awarded,
            _ => Self::Acknowledged,
        }
    }
}

/// The condition that a refusal says does not hold, where it is one of the table's.
#[must_use]
pub fn guard_of(code: Code, rule: Option<&str>) -> Option<Guard> {
    Guard::all().into_iter().find(|guard| guard.refusal() == code && Some(guard.rule()) == rule)
}

impl SessionTrace {
    /// Tells a session from its statements in order; none without an invitation.
    ///
    /// # Errors
    /// The first that no row of the table lets pass.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Accepted>) -> Result<Option<Self>, Rejection> {
        let mut tracer = Tracer::default();
        for accepted in entries {
            tracer.take(accepted)?;
        }
        Ok(tracer.finish())
    }
}

/// Takes in a session's statements one after the other.
#[derive(Debug, Default)]
pub struct Tracer {
    session: Option<Session>,
    steps: Vec<TraceStep>,
    waits: Vec<TraceWait>,
    /// The waits that last, by what was asked and of whom: their place among all.
    lasting: BTreeMap<(Hash, Issuer), usize>,
    /// For whom each statement was said.
    speakers: BTreeMap<Hash, AgentUri>,
}

/// Where the commitments and obligations of a session stand.
type Standing = (BTreeMap<Hash, CommitmentState>, BTreeMap<Part, &'static str>);

/// An obligation, or a stage of one.
type Part = (Hash, ObligationId, Option<ObligationId>);

/// Who owes it, who is owed, and when it is due.
type Whose<'a> = (&'a AgentUri, &'a AgentUri, Option<LogTime>);

impl Tracer {
    /// Takes in the next statement.
    ///
    /// # Errors
    /// No row of the table lets it pass; nothing has changed then.
    pub fn take(&mut self, accepted: &Accepted) -> Result<(), Rejection> {
        let statement = accepted.statement();
        let (session, ruled, speaker, before, standing, effects) = match self.session.take() {
            None => {
                let refused = || Code::NotAllowed.at("/type");
                let row = opening().ok_or_else(refused)?;
                let opened = Session::open(accepted).ok_or_else(refused)?;
                let by = statement.issuer.agent().cloned();
                (opened, (Role::Initiator, row), by, State::Idle, Standing::default(), Vec::new())
            }
            Some(mut session) => {
                let ruled = match session.ruling(accepted.verified(), accepted.at()) {
                    Ok(ruled) => ruled,
                    Err(rejection) => {
                        self.session = Some(session);
                        return Err(rejection);
                    }
                };
                let (before, standing) = (session.state, standing(&session));
                let by = speaker(&session, statement);
                let effects = session.apply(accepted);
                (session, ruled, by, before, standing, effects)
            }
        };
        self.speakers.extend(speaker.clone().map(|speaker| (statement.hash, speaker)));
        self.wait(&session, accepted, speaker.as_ref());
        let mut step = step(accepted, ruled, (before, session.state));
        step.principal = speaker.filter(|speaker| statement.issuer.agent() != Some(speaker));
        step.awaits = self.lasting.keys().map(|(_, of)| of.clone()).collect();
        changes(&mut step, &session, &standing);
        effected(&mut step, effects, &statement.body);
        self.steps.push(step);
        self.session = Some(session);
        Ok(())
    }

    /// What was told; none if nothing was taken in.
    #[must_use]
    pub fn finish(self) -> Option<SessionTrace> {
        let session = self.session?;
        let end = session.end.as_ref();
        Some(SessionTrace {
            session: session.id,
            capability: session.capability.clone(),
            initiator: session.initiator.clone(),
            opened: session.opened.index,
            opened_at: session.opened.time,
            state: session.state,
            head: session.head,
            end: end.map(|end| TraceEnd { code: end.reason, sentence: end.sentence.clone() }),
            outcome: outcome(&session),
            consents: session.consents.clone(),
            steps: self.steps,
            waits: self.waits,
        })
    }

    /// Ends the waits that are over after a statement, and begins those that it began.
    fn wait(&mut self, session: &Session, accepted: &Accepted, speaker: Option<&AgentUri>) {
        let (statement, at) = (accepted.statement(), accepted.at());
        let now = open(session);
        let over: Vec<(Hash, Issuer)> =
            self.lasting.keys().filter(|asked| !now.contains_key(*asked)).cloned().collect();
        for asked in over {
            let found = self.lasting.remove(&asked).and_then(|place| self.waits.get_mut(place));
            let Some(wait) = found else { continue };
            let spoke = statement.issuer == wait.of || speaker.is_some_and(|it| wait.of.agent() == Some(it));
            let answers = statement.in_reply_to == Some(wait.asked) || wait.what == Awaited::Escalation;
            let late = wait.respond_by.is_some_and(|until| until < at.time) || is_timeout(&statement.body);
            wait.ended_by = Some(statement.hash);
            wait.ended_at = Some(at.time);
            wait.waited_ms = Some(at.time.since(wait.since));
            wait.end = Some(match (spoke && answers, late) {
                (true, _) => WaitEnd::Answered,
                (false, true) => WaitEnd::Lapsed,
                (false, false) => WaitEnd::Overtaken,
            });
        }
        for ((asked, of), (what, respond_by)) in now {
            let known = self.lasting.get(&(asked, of.clone())).and_then(|place| self.waits.get_mut(*place));
            if let Some(wait) = known {
                // A question stops the time of the offer that it is about.
                wait.respond_by = respond_by;
                continue;
            }
            let by = self.speakers.get(&asked).unwrap_or(&session.initiator).clone();
            self.lasting.insert((asked, of.clone()), self.waits.len());
            self.waits.push(TraceWait {
                asked,
                what,
                by,
                of,
                since: at.time,
                respond_by,
                ended_by: None,
                ended_at: None,
                waited_ms: None,
                end: None,
            });
        }
    }
}

/// What a session has come to, unless it goes on and that could still be anything.
fn outcome(session: &Session) -> Option<Came> {
    let outcome = session.receipt().outcome;
    let over = matches!(session.state, State::Closed | State::Failed);
    let open = !over && matches!(outcome, Came::None | Came::Terminated);
    (!open).then_some(outcome)
}

/// The row that lets an invitation pass.
fn opening() -> Option<&'static Row> {
    let rows = rows(State::Idle, Performative::Propose);
    rows.iter().find(|row| row.when == Some(Selector::Invitation))
}

/// For whom something is said: a participant, if not by an authority from outside or the node.
fn speaker(session: &Session, statement: &Statement) -> Option<AgentUri> {
    let first = statement.on_behalf_of.first().and_then(|id| session.mandates.find(id));
    first.map(|given| given.principal.clone()).or_else(|| statement.issuer.agent().cloned())
}

/// What the session waits for: what was asked of whom, and until when it can be answered.
fn open(session: &Session) -> BTreeMap<(Hash, Issuer), (Awaited, Option<LogTime>)> {
    let mut all = BTreeMap::new();
    if let Some(conditions) = session.conditions.as_ref().filter(|_| session.state == State::Invited) {
        let until = session.entered.plus(session.limits.invitation_ms);
        for (agent, _) in session.participants.iter().filter(|(agent, _)| conditions.awaits(agent)) {
            let key = (conditions.statement, Issuer::Agent(agent.clone()));
            all.insert(key, (Awaited::Invitation, Some(until)));
        }
    }
    for (id, offer) in &session.offers {
        for agent in offer.awaits.iter().filter(|agent| offer.awaits(agent)) {
            all.insert((*id, Issuer::Agent(agent.clone())), (Awaited::Offer, Some(offer.respond_by)));
        }
    }
    for (id, question) in &session.questions {
        let key = (*id, Issuer::Agent(question.awaits.clone()));
        all.insert(key, (Awaited::Question, Some(question.respond_by)));
    }
    if let Some(pending) = &session.pending {
        for agent in pending.awaits.difference(&pending.accepted) {
            all.insert((pending.statement, Issuer::Agent(agent.clone())), (Awaited::Commit, None));
        }
    }
    if let Some(asked) = &session.escalation {
        let until = session.entered.plus(session.limits.escalation_ms);
        all.insert((asked.statement, asked.authority.clone()), (Awaited::Escalation, Some(until)));
    }
    all
}

const fn is_timeout(body: &Body) -> bool {
    matches!(body, Body::Close(Close::Timeout(_)) | Body::Withdraw(Withdraw::Timeout(_)))
}

fn step(accepted: &Accepted, (role, row): (Role, &Row), (before, after): (State, State)) -> TraceStep {
    let (statement, LogPoint { index, time }) = (accepted.statement(), accepted.at());
    TraceStep {
        sequence: statement.sequence,
        log_index: index,
        log_time: time,
        hash: statement.hash,
        issuer: statement.issuer.clone(),
        principal: None,
        role,
        performative: row.performative,
        kind: kind(statement),
        in_reply_to: statement.in_reply_to,
        before,
        after,
        selector: row.when,
        guards: row.requires.to_vec(),
        offers: packages(&statement.body).into_iter().map(offer).collect(),
        commitments: Vec::new(),
        obligations: Vec::new(),
        moved: Vec::new(),
        trust: Vec::new(),
        joined: None,
        delegated: None,
        usage: usage(&statement.body),
        awaits: BTreeSet::new(),
        traceparent: statement.trace.as_ref().map(|trace| trace.traceparent.clone()),
    }
}

/// The kind of a body, as it says itself.
fn kind(statement: &Statement) -> Option<String> {
    #[derive(Deserialize)]
    struct Outer {
        body: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[serde(default)]
        kind: Option<String>,
    }
    serde_json::from_slice::<Outer>(statement.bytes()).ok()?.body.kind
}

/// The packages that a statement puts on the table.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other body offers any")]
fn packages(body: &Body) -> Vec<&Package> {
    match body {
        Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) => {
            offer.packages.iter().collect()
        }
        Body::Propose(Propose::Amendment(change)) => vec![&change.package],
        _ => Vec::new(),
    }
}

fn offer(package: &Package) -> TraceOffer {
    let mut owed: BTreeMap<&AgentUri, BTreeMap<_, _>> = BTreeMap::new();
    for obligation in &package.obligations {
        let of = owed.entry(&obligation.debtor).or_default();
        let sum = of.entry(obligation.value.currency.clone()).or_insert(crate::amount::Decimal::ZERO);
        *sum = sum.saturating_add(obligation.value.amount);
    }
    let owed = owed.into_iter().map(|(debtor, sums)| TraceOwed {
        debtor: debtor.clone(),
        owed: sums.into_iter().map(|(currency, amount)| Money { amount, currency }).collect(),
    });
    TraceOffer { terms: package.terms_hash(), owed: owed.collect() }
}

fn usage(body: &Body) -> Option<Usage> {
    let Body::Inform(Inform::Usage(usage)) = body else { return None };
    Some(usage.clone())
}

fn standing(session: &Session) -> Standing {
    let commitments = session.commitments.values();
    let states = commitments.clone().map(|it| (it.id, it.state())).collect();
    let parts = commitments.flat_map(parts).map(|(part, progress, _)| (part, progress)).collect();
    (states, parts)
}

/// Every obligation of a commitment and every stage of one, with how far it is.
fn parts(commitment: &Commitment) -> Vec<(Part, &'static str, Whose<'_>)> {
    let mut all = Vec::new();
    for duty in commitment.duties() {
        let owed = &duty.obligation;
        let whose = (&owed.debtor, &owed.creditor, commitment.due_at(duty));
        all.push(((commitment.id, owed.id.clone(), None), duty.progress.as_str(), whose));
        for stage in &duty.stages {
            let part = (commitment.id, owed.id.clone(), Some(stage.stage.id.clone()));
            all.push((part, stage.progress.as_str(), whose));
        }
    }
    all
}

/// What a statement changed in commitments and obligations.
fn changes(step: &mut TraceStep, session: &Session, (states, before): &Standing) {
    for commitment in session.commitments.values() {
        let was = states.get(&commitment.id).copied();
        if was != Some(commitment.state()) {
            step.commitments.push(TraceCommitment {
                id: commitment.id,
                terms: commitment.terms_hash,
                before: was,
                after: commitment.state(),
            });
        }
        for (part, after, (debtor, creditor, due_at)) in parts(commitment) {
            let was = before.get(&part).copied();
            if was != Some(after) {
                let (commitment, obligation, stage) = part;
                let (debtor, creditor) = (debtor.clone(), creditor.clone());
                let (before, after) = (was.map(str::to_owned), after.to_owned());
                let told = TraceObligation {
                    commitment,
                    obligation,
                    stage,
                    debtor,
                    creditor,
                    before,
                    after,
                    due_at,
                };
                step.obligations.push(told);
            }
        }
    }
}

/// What else came of a statement.
fn effected(step: &mut TraceStep, effects: Vec<Effect>, body: &Body) {
    let cause = Cause::of(body);
    for effect in effects {
        match effect {
            // Told by the states before and after.
            Effect::Entered(_) | Effect::Commitment(_) => {}
            Effect::Settled(evidence) => step.trust.push(settled(evidence, cause)),
            Effect::Overruled { settled, at: _ } => step.trust.push(TraceTrust {
                debtor: None,
                creditor: None,
                value: None,
                outcome: None,
                overrules: Some(settled),
                cause,
            }),
            Effect::Delegated(agent) => step.delegated = Some(agent),
            Effect::Joined(agent) => step.joined = Some(agent),
            Effect::Moved(moved) => step.moved.push(TraceMovement {
                from: moved.from.to_string(),
                to: moved.to.to_string(),
                amount: moved.amount.of(&moved.currency),
                why: moved.why.as_str().to_owned(),
            }),
        }
    }
}

fn settled(evidence: Evidence, cause: Cause) -> TraceTrust {
    let Evidence { debtor, creditor, value, outcome, .. } = evidence;
    TraceTrust {
        debtor: Some(debtor),
        creditor: Some(creditor),
        value: Some(value),
        outcome: Some(outcome),
        overrules: None,
        cause,
    }
}
