//! A session: the state machine that runs from the transition table.
//!
//! The table says whether a statement is allowed and what state follows; this module says what it does to offers,
//! commitments, mandates and participants. `decide` only reads; `apply` cannot fail.

mod apply;
mod award;
mod card;
mod commitment;
mod company;
mod deadline;
pub mod digest;
mod flow;
mod guard;
mod holds;
mod milestone;
mod party;
mod proposal;
mod receipt;
mod remedy;
mod sealing;
mod showing;
pub mod table;
pub mod trace;

use std::collections::{BTreeMap, BTreeSet};

pub use commitment::{Commitment, Duty, Progress};
pub use holds::{Funds, Held, HoldState};
pub use milestone::{Milestone, Owed};
pub use party::{GivenMandate, Mandates, Participant, Participants};
pub use proposal::{Agreement, OfferKind, OpenOffer, OpenQuestion, PendingCommit};
pub use sealing::{Channel, Grounds};

use crate::account::Movement;
use crate::admission::Host;
use crate::agent::Agent;
use crate::amount::{Decimal, Money};
use crate::consent::Consent;
use crate::exposure::{self, Amounts, Cap};
use crate::limits;
use crate::name::{AgentUri, Capability, Domain, Issuer};
use crate::position::{Hash, Head, LogPoint, LogTime, Millis, Position};
use crate::rejection::{Code, Rejection};
use crate::statement::body::{
    Accept, Award, Body, Budget, Counter, Invitation, Limits, Mode, Name, Package, Propose, SchemaRef,
    SessionReceipt, Text, TrustFloor, Usage,
};
use crate::statement::{Kind, Statement, Verified};
use crate::stream::{Accepted, check_place};
use crate::terms::TermsSchema;
use crate::trust::{Evidence, Outlook, Points, Question};
use flow::Flowed;
use table::{Next, Performative, Reason, Role, Row, Selector, State};

/// What the rest of the log says at the moment of judging.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Where and when the statement would stand.
    pub at: LogPoint,
    /// The consents that the session names and that exist.
    pub consents: Vec<&'a Consent>,
    /// Those that further participants and delegates rest on, or would by this statement.
    pub further: Vec<&'a Consent>,
    /// Whether every agent that the statement would let in is registered and not retired.
    pub newcomer_registered: bool,
    /// The terms schemas that the session or the statement names and that exist.
    pub schemas: Vec<TermsSchema>,
    /// The people who answer for the organisations of participants.
    pub contacts: Vec<(&'a Domain, &'a [Name])>,
    /// The ceilings that organisations set for their agents.
    pub ceilings: Vec<(&'a Domain, &'a Money)>,
    /// The statement that set the card of the agent who speaks.
    pub card: Option<Hash>,
    /// The agents whose cards the statement's judgement rests on, as far as they are registered.
    pub agents: Vec<&'a Agent>,
    /// The agents who are to attest what is offered, or attest what is said, as far as they are registered.
    pub attesters: Vec<&'a Agent>,
    /// The trust of who comes in, where the session asks for some.
    pub earned: Earned,
    /// What the organisations say whose agents the statement invites.
    pub hosts: Vec<Host>,
    /// The accounts of the organisations of participants.
    pub funds: Funds<'a>,
    /// The award that the dispute which the statement names makes due.
    pub award: Option<Award>,
    /// What organisations let those owe them whom the statement could bind.
    pub caps: Vec<Cap>,
    /// How closed organisations want sessions of their agents to be at least.
    pub modes: Vec<(&'a Domain, Mode)>,
}

/// What is known of the trust that [`Session::trust_asked`] asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earned {
    /// The score that the log gives.
    Points(Points),
    /// It cannot be known from the part of the log that is here; a floor then counts as reached.
    NotShown,
    /// Nobody has computed it; a floor then counts as missed.
    Unanswered,
}

impl Earned {
    /// Whether the floor counts as reached.
    #[must_use]
    pub fn reaches(self, floor: &TrustFloor) -> bool {
        match self {
            Self::Points(points) => points.thousandths() >= i64::from(floor.score) * 1_000,
            Self::NotShown => true,
            Self::Unanswered => false,
        }
    }
}

/// The limits of a session with the defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// What the participants together may spend on the session itself.
    pub budget: Option<Budget>,
    /// The most that one party may owe under one package.
    pub ceiling: Option<Money>,
    /// How long an escalation waits.
    pub escalation_ms: Millis,
    /// How long the invitation waits.
    pub invitation_ms: Millis,
    /// How many statements participants may make.
    pub messages: u32,
    /// How long the session waits for the next statement.
    pub response_ms: Millis,
    /// How many offers may be made.
    pub rounds: u32,
    /// How long the session may go on before a commitment stands.
    pub session_ms: Millis,
    /// What whoever comes in has to have earned in the eyes of the initiator's organisation.
    pub trust_floor: Option<TrustFloor>,
}

impl From<&Limits> for Bounds {
    fn from(asked: &Limits) -> Self {
        let count = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
        Self {
            budget: asked.budget.clone(),
            ceiling: asked.ceiling.clone(),
            escalation_ms: asked.escalation_ms.unwrap_or(limits::ESCALATION_MS),
            invitation_ms: asked.invitation_ms.unwrap_or(limits::INVITATION_MS),
            messages: asked.messages.unwrap_or(count(limits::MESSAGES_MAX)),
            response_ms: asked.response_ms.unwrap_or(limits::RESPONSE_MS),
            rounds: asked.rounds.unwrap_or(count(limits::ROUNDS_MAX)),
            session_ms: asked.session_ms.unwrap_or(limits::SESSION_MS),
            trust_floor: asked.trust_floor.clone(),
        }
    }
}

/// Terms schemas by the hash of their content, with who registered them; nobody a starter.
pub type Schemas = BTreeMap<Hash, Option<Domain>>;

/// The schemas of a list.
fn schemas_of(refs: &[SchemaRef]) -> Schemas {
    refs.iter().map(|schema| (schema.hash, schema.by.clone())).collect()
}

/// The conditions on the table while participants come in; kept where none could.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Conditions {
    /// The invitation, or the last COUNTER to it.
    statement: Hash,
    /// Who stands by them.
    accepted: BTreeSet<AgentUri>,
    /// The terms schemas on offer, which an introduction may narrow.
    offered: Schemas,
    /// Who declined although the session could do without; asked again when the conditions change.
    declined: BTreeSet<AgentUri>,
}

impl Conditions {
    fn new(statement: Hash, by: AgentUri, offered: Schemas) -> Self {
        Self { statement, accepted: BTreeSet::from([by]), offered, declined: BTreeSet::new() }
    }

    fn awaits(&self, agent: &AgentUri) -> bool {
        !self.accepted.contains(agent) && !self.declined.contains(agent)
    }
}

/// A question that waits for an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenEscalation {
    /// The statement that asked.
    pub statement: Hash,
    /// Who asked.
    pub by: AgentUri,
    /// Who decides.
    pub authority: Issuer,
    /// The person there who is asked, if one is named.
    pub contact: Option<Name>,
    /// What is asked.
    pub question: Text,
    /// The state to come back to.
    pub from: State,
}

/// How a session ended: a code and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The code.
    pub reason: Reason,
    /// The words of who ended it, or the code's own sentence.
    pub sentence: String,
}

/// What an applied statement changed: what views are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The session is in another state, or has been opened.
    Entered(State),
    /// A commitment was formed or changed.
    Commitment(Hash),
    /// An obligation came to its outcome.
    Settled(Evidence),
    /// Somebody may act for a participant.
    Delegated(AgentUri),
    /// Somebody came in while the session went on, and with it further consents.
    Joined(AgentUri),
    /// Money that is held was taken, or let go.
    Moved(Movement),
    /// The outcome that an obligation came to does not count from here on.
    Overruled {
        /// Where the log has that outcome.
        settled: Position,
        /// Where and when it ceases to count.
        at: LogPoint,
    },
}

impl Effect {
    /// The outcome of an obligation, if it is one.
    #[must_use]
    pub const fn settled(&self) -> Option<&Evidence> {
        match self {
            Self::Settled(evidence) => Some(evidence),
            Self::Entered(_)
            | Self::Commitment(_)
            | Self::Delegated(_)
            | Self::Joined(_)
            | Self::Moved(_)
            | Self::Overruled { .. } => None,
        }
    }

    /// The money that was moved, if it is that.
    #[must_use]
    pub const fn moved(&self) -> Option<&Movement> {
        match self {
            Self::Moved(movement) => Some(movement),
            Self::Entered(_)
            | Self::Commitment(_)
            | Self::Delegated(_)
            | Self::Joined(_)
            | Self::Settled(_)
            | Self::Overruled { .. } => None,
        }
    }
}

/// The state of a `session:` stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    id: Hash,
    state: State,
    head: Head,
    opened: LogPoint,
    /// Where its last statement stands.
    moved: LogPoint,
    /// The hashes of its statements, in their order.
    said: Vec<Hash>,
    entered: LogTime,
    last: LogTime,
    /// How long authorities were asked, all escalations together.
    asked_ms: Millis,
    initiator: AgentUri,
    mode: Mode,
    channel: Option<Channel>,
    unread: sealing::Unread,
    capability: Capability,
    purpose: Text,
    consents: BTreeSet<Hash>,
    schemas: Schemas,
    participants: Participants,
    limits: Bounds,
    conditions: Option<Conditions>,
    offers: BTreeMap<Hash, OpenOffer>,
    questions: BTreeMap<Hash, OpenQuestion>,
    agreed: BTreeMap<Hash, Agreement>,
    pending: Option<PendingCommit>,
    commitments: BTreeMap<Hash, Commitment>,
    mandates: Mandates,
    escalation: Option<OpenEscalation>,
    rounds: u32,
    messages: u32,
    /// Statements of observers, which have a limit of their own.
    remarks: u32,
    usage: BTreeMap<AgentUri, Usage>,
    flowed: Flowed,
    receipt: Option<SessionReceipt>,
    end: Option<End>,
}

/// Who speaks in a session, and in what role.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Actor {
    /// The participant for whom it is said; none for an authority from outside and for the node.
    agent: Option<AgentUri>,
    role: Role,
}

impl Session {
    /// Judges the invitation that would open the stream.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide_opening(verified: &Verified, facts: &Facts<'_>) -> Result<(), Rejection> {
        let statement = verified.statement();
        let Body::Propose(Propose::Invitation(invitation)) = &statement.body else {
            return Err(Code::NotAllowed.at("/type"));
        };
        let Some(issuer) = statement.issuer.agent() else {
            return Err(Code::InvalidParticipants.at("/issuer"));
        };
        if !statement.on_behalf_of.is_empty() {
            return Err(Code::InvalidMandate.at("/onBehalfOf"));
        }
        let participants = Participants::of(&invitation.participants, issuer)
            .ok_or_else(|| Code::InvalidParticipants.at("/body/participants"))?;
        guard::consents_cover(invitation, issuer, &participants, facts)?;
        if !sealing::mode_fits(invitation.mode, facts.consents.iter(), facts) {
            return Err(Code::ModeTooOpen.at("/body/mode")); // ASP-SEA-002
        }
        guard::schemas_known(&statement.body, facts)?;
        let open = |guard: table::Guard| guard.refusal().at(guard.place()).by(guard.rule());
        if !guard::welcome(facts) {
            return Err(open(table::Guard::Welcome));
        }
        guard::inviter_trusted(facts)
    }

    /// The session after its invitation; none if the statement is no invitation by an agent.
    #[must_use]
    pub fn open(accepted: &Accepted) -> Option<Self> {
        let statement = accepted.statement();
        let Body::Propose(Propose::Invitation(invitation)) = &statement.body else { return None };
        let initiator = statement.issuer.agent()?;
        let Invitation { capability, consents, limits, mode, purpose, participants, .. } = invitation;
        let time = accepted.at().time;
        let schemas = schemas_of(statement.body.schemas_offered());
        let mut participants = Participants::of(participants, initiator)?;
        participants.stand(initiator, accepted.at().index);
        Some(Self {
            id: statement.hash,
            state: State::Invited,
            head: accepted.head(),
            opened: accepted.at(),
            moved: accepted.at(),
            said: vec![statement.hash],
            entered: time,
            last: time,
            asked_ms: Millis(0),
            initiator: initiator.clone(),
            mode: *mode,
            channel: None,
            unread: sealing::Unread::default(),
            capability: capability.clone(),
            purpose: purpose.clone(),
            consents: consents.clone(),
            schemas: schemas.clone(),
            participants,
            limits: Bounds::from(limits),
            conditions: Some(Conditions::new(statement.hash, initiator.clone(), schemas)),
            offers: BTreeMap::new(),
            questions: BTreeMap::new(),
            agreed: BTreeMap::new(),
            pending: None,
            commitments: BTreeMap::new(),
            mandates: Mandates::default(),
            escalation: None,
            rounds: 0,
            messages: 1,
            remarks: 0,
            usage: BTreeMap::new(),
            flowed: Flowed::default(),
            receipt: None,
            end: None,
        })
    }

    /// Judges a further statement at this point of the stream. Changes nothing.
    ///
    /// # Errors
    /// The rule that is broken, in this order: who, where in the stream, whether the table allows it, its guards.
    pub fn decide(&self, verified: &Verified, facts: &Facts<'_>) -> Result<(), Rejection> {
        let statement = verified.statement();
        let Kind::Session(performative) = statement.kind else {
            return Err(Code::UnknownType.at("/type"));
        };
        // A stranger learns nothing, not even where the stream ends: this comes before the place is judged.
        let actor = self.actor(statement, performative, facts.at.time)?;
        check_place(statement, Some(self.head), crate::name::StreamKind::Session)?;
        let case = guard::Case { session: self, statement, performative, actor: &actor, at: facts.at };
        case.mandates_stand(facts)?;
        let row = case.row()?;
        case.seal_fits(facts)?;
        row.requires.iter().try_for_each(|guard| case.check(*guard, facts))?;
        case.lets_in_fits(facts)
    }

    /// The floor that a statement puts its issuer to: that of the session for an introduction, and for other conditions,
    /// which their author stands by, the one that they name.
    pub(super) fn floor_of<'a>(&'a self, body: &'a Body) -> Option<&'a TrustFloor> {
        if let Body::Counter(Counter::Conditions(conditions)) = body {
            return conditions.limits.trust_floor.as_ref();
        }
        let introduces = matches!(body, Body::Accept(Accept::Introduction(_)));
        self.limits.trust_floor.as_ref().filter(|_| introduces)
    }

    /// The question of trust that a statement raises: whether who would come in by it has earned the floor.
    ///
    /// It is asked through the eyes of the initiator's organisation, of the log as it was when the session was
    /// opened: nobody can move the answer afterwards. Agents of that organisation need no trust.
    #[must_use]
    pub fn trust_asked(&self, statement: &Statement) -> Option<Question> {
        let floor = self.floor_of(&statement.body)?;
        let subject = statement.issuer.agent()?;
        let observer = self.initiator.organisation();
        (subject.organisation() != observer).then(|| Question {
            subject: subject.clone(),
            observer: BTreeSet::from([observer]),
            class: floor.value.clone(),
            // What the session asks for was fixed when it opened; rates can change.
            outlook: Outlook::default(),
            capability: None,
            instant: self.opened.time,
            prefix: self.opened.index,
        })
    }

    /// The row of the table that decides about a statement at this instant, and the role in which it is said.
    ///
    /// What a trace shows of a verdict; the row's guards and the statement's place are not judged.
    ///
    /// # Errors
    /// As [`Session::decide`], where nobody may say it or no row fits.
    pub fn ruling(&self, verified: &Verified, at: LogPoint) -> Result<(Role, &'static Row), Rejection> {
        let statement = verified.statement();
        let Kind::Session(performative) = statement.kind else {
            return Err(Code::UnknownType.at("/type"));
        };
        let actor = self.actor(statement, performative, at.time)?;
        let row = guard::Case { session: self, statement, performative, actor: &actor, at }.row()?;
        Ok((actor.role, row))
    }

    /// Who speaks: a participant or its delegate, the authority of an escalation, or the node.
    fn actor(
        &self,
        statement: &Statement,
        performative: Performative,
        now: LogTime,
    ) -> Result<Actor, Rejection> {
        let stranger = || Code::UnknownStream.at("/stream"); // ASP-SES-002
        let authority = self.escalation.as_ref().is_some_and(|open| open.authority == statement.issuer)
            && self.state == State::Escalated;
        match &statement.issuer {
            Issuer::Node(_) => Ok(Actor { agent: None, role: Role::Node }),
            Issuer::Organisation(_) if authority => Ok(Actor { agent: None, role: Role::Authority }),
            Issuer::Organisation(_) => Err(stranger()),
            Issuer::Agent(agent) => {
                let chain = self.mandates.chain(statement, performative, now);
                let known = self.participants.find(agent).is_some()
                    || self.mandates.iter().any(|(_, given)| given.mandate.to == *agent)
                    || self.invited(agent);
                if !known {
                    return Err(stranger());
                }
                let chain = chain.map_err(|code| code.at("/onBehalfOf"))?;
                if chain.is_empty() && self.invited(agent) {
                    return Ok(Actor { agent: Some(agent.clone()), role: Role::Newcomer });
                }
                let principal = chain.first().map_or(agent, |link| &link.by);
                let participant = self.participants.find(principal).ok_or_else(stranger)?;
                if !self.takes_part(participant) {
                    return Err(stranger());
                }
                let role = if authority { Role::Authority } else { Role::from(participant.role) };
                Ok(Actor { agent: Some(principal.clone()), role })
            }
        }
    }

    /// Whether all who are in have admitted this agent, which has not answered yet.
    fn invited(&self, agent: &AgentUri) -> bool {
        let asks = |offer: &OpenOffer| matches!(&offer.kind, OfferKind::Admission(admission) if admission.agent == *agent);
        self.offers.values().any(|offer| asks(offer) && offer.admitted())
    }

    /// Whether a participant is in: everybody who was invited until the session begins, then who came in.
    ///
    /// A session that never began keeps its conditions, so that all who were invited learn how it ended.
    const fn takes_part(&self, participant: &Participant) -> bool {
        participant.joined || (self.conditions.is_some() && !participant.left) // ASP-SES-024
    }

    /// Whether an agent can read the session: who takes part, a delegate, who is asked to come in, or the authority that is
    /// asked. `further` are the consents that mandates rest on.
    #[must_use]
    pub fn is_readable_by(&self, agent: &AgentUri, further: &[&Consent]) -> bool {
        self.participants.find(agent).is_some_and(|participant| self.takes_part(participant))
            || self.delegates(further).contains(agent)
            || self.invited(agent)
            || self.escalation.as_ref().is_some_and(|open| open.authority.agent() == Some(agent))
    }

    /// The delegates who can read the session: those by a mandate that held where something was last said, with all that it
    /// was given under and the consents that these rest on. `further` are those consents.
    #[must_use]
    pub fn delegates(&self, further: &[&Consent]) -> BTreeSet<&AgentUri> {
        self.delegates_at(further, self.moved)
    }

    /// The same where something is said at this place.
    fn delegates_at(&self, further: &[&Consent], at: LogPoint) -> BTreeSet<&AgentUri> {
        let holds = |given: &GivenMandate| {
            let rests = |id: &Hash| further.iter().any(|it| it.id() == *id && self.stood(it, at));
            at.time < given.mandate.expires_at && given.mandate.consent.as_ref().is_none_or(rests)
        };
        let whole = |given: &&GivenMandate| {
            holds(given) && given.chain.iter().all(|id| self.mandates.find(id).is_some_and(holds))
        };
        let given = self.mandates.iter().map(|(_, given)| given).filter(whole); // ASP-AUT-014
        given.map(|given| &given.mandate.to).collect()
    }

    /// Whether a consent had not ended, nor ceased to be about this, where something was said.
    fn stood(&self, consent: &Consent, said: LogPoint) -> bool {
        let before = |at: LogPoint| at.index < said.index;
        let revoked = consent.revoked().is_some_and(|(_, at)| before(*at));
        let fell = self.fell_away(consent).is_some_and(before);
        !revoked && !fell && said.time < consent.terms().expires_at
    }

    /// Who was invited while the session went on, was admitted, and has not answered yet.
    pub fn newcomers(&self) -> impl Iterator<Item = &AgentUri> {
        self.offers.values().filter(|offer| offer.admitted()).filter_map(|offer| match &offer.kind {
            OfferKind::Admission(admission) => Some(&admission.agent),
            OfferKind::Business { .. } | OfferKind::Amendment { .. } | OfferKind::Termination { .. } => None,
        })
    }

    /// The consents that newcomers and delegates rest on, who are not participants by the session's own.
    pub fn further_consents(&self) -> impl Iterator<Item = &Hash> {
        let newcomers = self.offers.values().flat_map(|offer| match &offer.kind {
            OfferKind::Admission(admission) => Some(&admission.consents),
            OfferKind::Business { .. } | OfferKind::Amendment { .. } | OfferKind::Termination { .. } => None,
        });
        let delegates = self.mandates.iter().filter_map(|(_, given)| given.mandate.consent.as_ref());
        newcomers.flatten().chain(delegates)
    }

    /// Where in the log a consent that the session rests on was narrowed so that it is no longer about this.
    pub(super) fn fell_away(&self, consent: &Consent) -> Option<LogPoint> {
        consent.fell_away(&self.capability, self.opened.index)
    }

    /// The organisations whose money this statement can move: those that holds name, of what stands and what could.
    #[must_use]
    pub fn money_of(&self, body: &Body) -> BTreeSet<Domain> {
        let standing = self.commitments.values().map(|commitment| &commitment.package);
        let pending = self.pending.iter().map(|pending| &pending.package);
        let offered = self.offers.values().flat_map(|offer| offer.packages.values());
        let accepts = matches!(body, Body::Accept(Accept::Acceptance(_)));
        let packages = standing.chain(pending.chain(offered).filter(move |_| accepts));
        let named = |package: &Package| -> BTreeSet<Domain> {
            let holds = package.holds.iter().flatten();
            let holds = holds.flat_map(|hold| [hold.payer.organisation(), hold.payee.organisation()]);
            let deposits = package.disputes.as_ref().is_some_and(|terms| terms.deposit.is_some());
            let parties = package.parties().map(AgentUri::organisation).filter(|_| deposits);
            holds.chain(parties).collect()
        };
        packages.flat_map(named).collect()
    }

    /// Whom a statement could bind to owe whose organisation: what a cap on that has to be known for.
    #[must_use]
    pub fn exposes(&self, body: &Body) -> BTreeSet<(AgentUri, Domain)> {
        if !matches!(body, Body::Accept(Accept::Acceptance(_))) {
            return BTreeSet::new();
        }
        let pending = self.pending.iter().map(|pending| &pending.package);
        let offered = self.offers.values().flat_map(|offer| offer.packages.values());
        let obligations = pending.chain(offered).flat_map(|package| &package.obligations);
        let pairs = obligations.map(|owed| (&owed.debtor, owed.creditor.organisation()));
        let others = pairs.filter(|(debtor, creditor)| debtor.organisation() != *creditor);
        others.map(|(debtor, creditor)| (debtor.clone(), creditor)).collect()
    }

    /// What its commitments leave uncovered, but for one that is replaced: by debtor, each who ever owed here.
    #[must_use]
    pub fn uncovered(&self, replaced: Option<&Hash>) -> BTreeMap<AgentUri, Amounts> {
        let mut owed: BTreeMap<AgentUri, Amounts> = BTreeMap::new();
        for commitment in self.commitments.values() {
            for duty in commitment.duties() {
                let amounts = owed.entry(duty.obligation.debtor.clone()).or_default();
                if commitment.is_over() || replaced == Some(&commitment.id) {
                    continue;
                }
                let held = commitment.holds().iter().filter(|held| held.state == HoldState::Held);
                exposure::add(amounts, &duty.obligation, duty.unsettled(), held.map(|held| &held.hold));
            }
        }
        owed
    }

    /// Whether the participants have spent more than the budget.
    #[must_use]
    pub fn overspent(&self) -> bool {
        let Some(budget) = &self.limits.budget else { return false };
        let tokens = self.usage.values().filter_map(|usage| usage.tokens);
        let tokens = tokens.fold(0u64, u64::saturating_add);
        let costs = self.usage.values().filter_map(|usage| usage.cost.as_ref());
        let cost = costs.map(|cost| cost.amount).try_fold(Decimal::ZERO, |sum, cost| sum.checked_add(cost));
        budget.tokens.is_some_and(|most| tokens > most)
            || budget.cost.as_ref().is_some_and(|most| cost.is_none_or(|cost| cost > most.amount))
    }

    /// Whether anything is owed that the parties or time will still settle.
    #[must_use]
    pub fn owes(&self) -> bool {
        self.commitments.values().any(|commitment| commitment.is_live() && commitment.has_open())
    }

    /// The performatives that each role may use in the present state.
    pub fn allowed(&self, role: Role) -> impl Iterator<Item = Performative> {
        let state = self.state;
        let says = move |performative: &Performative| {
            table::rows(state, *performative).iter().any(|row| row.roles.contains(&role) && self.has_row(row))
        };
        Performative::all().into_iter().filter(says)
    }

    /// Whether a row is one of sessions as open as this one: where nothing is sealed nobody says who can read it.
    const fn has_row(&self, row: &Row) -> bool {
        let closed_alone = matches!(row.when, Some(Selector::Group | Selector::Unreadable));
        !closed_alone || !matches!(self.mode, Mode::Open)
    }

    /// The state that a row leads to.
    fn next_state(&self, row: &Row) -> State {
        match row.next {
            Next::To(state) => state,
            Next::Return => self.escalation.as_ref().map_or(State::Conversing, |open| open.from),
        }
    }
}

/// Reading what a session is.
impl Session {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Hash {
        self.id
    }
    /// Its state.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }
    /// Its last statement.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }
    /// Where in the log it was opened.
    #[must_use]
    pub const fn opened(&self) -> LogPoint {
        self.opened
    }
    /// When something was last said.
    #[must_use]
    pub const fn last(&self) -> LogTime {
        self.last
    }
    /// Who opened it.
    #[must_use]
    pub const fn initiator(&self) -> &AgentUri {
        &self.initiator
    }
    /// What it is about.
    #[must_use]
    pub const fn capability(&self) -> &Capability {
        &self.capability
    }
    /// What for, in the initiator's words.
    #[must_use]
    pub const fn purpose(&self) -> &Text {
        &self.purpose
    }
    /// The consents it rests on.
    #[must_use]
    pub const fn consents(&self) -> &BTreeSet<Hash> {
        &self.consents
    }
    /// The schemas that terms have to follow; none if any terms will do.
    #[must_use]
    pub const fn schemas(&self) -> &Schemas {
        &self.schemas
    }
    /// Who takes part.
    #[must_use]
    pub const fn participants(&self) -> &Participants {
        &self.participants
    }
    /// Its limits.
    #[must_use]
    pub const fn limits(&self) -> &Bounds {
        &self.limits
    }
    /// The statement whose conditions are on the table while participants come in.
    #[must_use]
    pub fn conditions(&self) -> Option<Hash> {
        let open = self.conditions.as_ref().filter(|_| self.state == State::Invited);
        open.map(|conditions| conditions.statement)
    }
    /// Offers that can be answered.
    #[must_use]
    pub const fn offers(&self) -> &BTreeMap<Hash, OpenOffer> {
        &self.offers
    }
    /// Questions that wait for somebody's answer.
    #[must_use]
    pub const fn questions(&self) -> &BTreeMap<Hash, OpenQuestion> {
        &self.questions
    }
    /// What each participant says that it has spent on the session.
    #[must_use]
    pub const fn usage(&self) -> &BTreeMap<AgentUri, Usage> {
        &self.usage
    }
    /// Terms agreed on that bind nobody yet, by their hash.
    #[must_use]
    pub const fn agreed(&self) -> &BTreeMap<Hash, Agreement> {
        &self.agreed
    }
    /// The commit that awaits signatures.
    #[must_use]
    pub const fn pending(&self) -> Option<&PendingCommit> {
        self.pending.as_ref()
    }
    /// Its commitments by id.
    #[must_use]
    pub const fn commitments(&self) -> &BTreeMap<Hash, Commitment> {
        &self.commitments
    }
    /// Its mandates.
    #[must_use]
    pub const fn mandates(&self) -> &Mandates {
        &self.mandates
    }
    /// The question that waits for an authority.
    #[must_use]
    pub const fn escalation(&self) -> Option<&OpenEscalation> {
        self.escalation.as_ref()
    }
    /// How it ended.
    #[must_use]
    pub const fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }
    /// Offers made, and statements by participants who negotiate or mediate.
    #[must_use]
    pub const fn counts(&self) -> (u32, u32) {
        (self.rounds, self.messages)
    }
}
