//! The meaning of the transition table's selectors and guards: each a question about state, statement and facts.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::BTreeSet;

use super::holds;
use super::proposal::makes_sense;
use super::table::{Guard, Performative, Role, Row, Selector, State, rows};
use super::{Actor, Facts, Mandates, OfferKind, OpenOffer, Participants, Progress, Session};
use crate::amount::Money;
use crate::consent::{Consent, Standing};
use crate::exposure::{self, Amounts, Cap};
use crate::limits;
use crate::name::{AgentUri, Capability, Domain, Issuer};
use crate::position::{Hash, LogPoint, LogTime};
use crate::rejection::{Code, Rejection};
use crate::statement::Statement;
use crate::statement::body::{
    Accept, Admission, Body, Close, Counter, Inform, Invitation, Name, Obligation, ObligationId, Offer,
    Package, ParticipantRole, Propose, Withdraw,
};

/// A statement before its session: what selectors and guards are asked about.
pub(super) struct Case<'a> {
    pub(super) session: &'a Session,
    pub(super) statement: &'a Statement,
    pub(super) performative: Performative,
    pub(super) actor: &'a Actor,
    pub(super) at: LogPoint,
}

impl<'a> Case<'a> {
    /// The row of the table that applies.
    ///
    /// # Errors
    /// [`Code::SessionEnded`], [`Code::NotAllowed`] or [`Code::RoleNotAllowed`].
    pub(super) fn row(&self) -> Result<&'static Row, Rejection> {
        let rows = rows(self.session.state, self.performative);
        let ended = matches!(self.session.state, State::Closed | State::Failed);
        if rows.is_empty() {
            return Err(if ended { Code::SessionEnded } else { Code::NotAllowed }.at("/type")); // ASP-SES-003
        }
        let of_role = |row: &&Row| row.roles.contains(&self.actor.role) && self.session.has_row(row);
        let mut of_role = rows.iter().filter(of_role).peekable();
        if of_role.peek().is_none() {
            // What the node alone may still say in a session that is over is nobody else's business.
            let over = ended && rows.iter().all(|row| row.roles == [Role::Node]);
            if over {
                return Err(Code::SessionEnded.at("/type"));
            }
            return Err(Code::RoleNotAllowed.at("/issuer")); // ASP-SES-004
        }
        let applies = |row: &&Row| {
            self.is_of_speaker()
                && row.when.map_or_else(|| self.is_plain(row), |selector| self.selects(selector))
        };
        of_role.find(applies).ok_or_else(|| {
            let refusal = Code::NotAllowed.at("/body");
            if self.is_of_speaker() { refusal } else { refusal.by("ASP-SES-022") }
        })
    }

    /// A row without a selector still takes only the kind of body that its place is for.
    fn is_plain(&self, row: &Row) -> bool {
        match &self.statement.body {
            Body::Accept(accept) => match accept {
                Accept::Introduction(_) => row.state == State::Invited,
                Accept::Acceptance(_) => row.state != State::Escalated,
                Accept::Resumption(_) => row.state == State::Escalated,
                Accept::Admission(_) => false,
            },
            Body::Withdraw(Withdraw::Departure(_)) => false,
            _ => true,
        }
    }

    /// What time ends is said by the node alone, and the node says nothing else.
    fn is_of_speaker(&self) -> bool {
        let by_node = self.actor.role == Role::Node;
        match &self.statement.body {
            Body::Close(Close::Timeout(_)) | Body::Withdraw(Withdraw::Timeout(_)) => by_node,
            Body::Close(Close::Receipt(_))
            | Body::Withdraw(Withdraw::Withdrawal(_) | Withdraw::Departure(_)) => !by_node,
            _ => true,
        }
    }

    /// The participant for whom the statement is made.
    pub(super) fn agent(&self) -> Option<&'a AgentUri> {
        self.actor.agent.as_ref()
    }

    fn replied(&self) -> Option<&'a Hash> {
        self.statement.in_reply_to.as_ref()
    }

    /// The offer that the statement answers or takes back.
    pub(super) fn offer(&self) -> Option<&'a OpenOffer> {
        self.session.offers.get(self.replied()?)
    }

    /// The participant whose admission the statement answers.
    pub(super) fn admission(&self) -> Option<&'a Admission> {
        match &self.offer()?.kind {
            OfferKind::Admission(admission) => Some(admission),
            OfferKind::Business { .. } | OfferKind::Amendment { .. } | OfferKind::Termination { .. } => None,
        }
    }

    fn counters(&self) -> bool {
        self.performative == Performative::Counter
    }

    pub(super) fn acceptance(&self) -> Option<Hash> {
        match &self.statement.body {
            Body::Accept(Accept::Acceptance(acceptance)) => Some(acceptance.terms_hash),
            _ => None,
        }
    }

    /// Whether the row with this selector is meant.
    pub(super) fn selects(&self, selector: Selector) -> bool {
        let session = self.session;
        let body = &self.statement.body;
        match selector {
            Selector::Invitation => matches!(body, Body::Propose(Propose::Invitation(_))),
            Selector::Proposal => matches!(body, Body::Propose(Propose::Proposal(_))),
            Selector::Change => {
                matches!(body, Body::Propose(Propose::Amendment(_) | Propose::Termination(_)))
            }
            Selector::Admission => matches!(body, Body::Propose(Propose::Admission(_))),
            Selector::Admits => {
                matches!(body, Body::Accept(Accept::Admission(_))) && self.admission().is_some()
            }
            Selector::Joins => self.introduces(),
            Selector::Departs => matches!(body, Body::Withdraw(Withdraw::Departure(_))),
            Selector::Conditions => matches!(body, Body::Counter(Counter::Conditions(_))),
            Selector::CounterOffer => self.is_counter_offer(),
            Selector::AllIn => self.introduces() && self.all_in(),
            Selector::MoreInvitees => self.introduces() && !self.all_in(),
            Selector::TooFew => self.is_required(),
            Selector::Enough => !self.is_required(),
            Selector::CompletesBinding => self.completes(true),
            Selector::CompletesAgreement => self.completes(false),
            // What is not open is refused by the guards of this last row.
            Selector::MoreAcceptances => {
                self.acceptance().is_some() && !self.completes(true) && !self.completes(false)
            }
            Selector::CompletesCommit => self.acceptance().is_some() && self.all_signed(),
            Selector::MoreSignatures => self.acceptance().is_some() && !self.all_signed(),
            Selector::CommitmentsStand => self.is_ordinary() && !session.commitments.is_empty(),
            Selector::NoCommitment => self.is_ordinary() && session.commitments.is_empty(),
            Selector::TakesBackMandate => {
                self.is_ordinary() && self.replied().is_some_and(|id| session.mandates.find(id).is_some())
            }
            Selector::TakesBackOffer => {
                self.is_ordinary() && self.replied().is_none_or(|id| session.mandates.find(id).is_none())
            }
            Selector::ObligationsOpen => session.owes(),
            Selector::NothingOwed => !session.owes(),
            Selector::Note
            | Selector::Usage
            | Selector::Progress
            | Selector::Fulfilment
            | Selector::Acknowledgement
            | Selector::Contest
            | Selector::LapseOfTime
            | Selector::Award
            | Selector::Group
            | Selector::Unreadable => self.informs(selector),
        }
    }

    fn informs(&self, selector: Selector) -> bool {
        let Body::Inform(inform) = &self.statement.body else { return false };
        let meant = match inform {
            Inform::Note(_) | Inform::File(_) => Selector::Note,
            Inform::Usage(_) => Selector::Usage,
            Inform::Group(_) => Selector::Group,
            Inform::Unreadable(_) => Selector::Unreadable,
            Inform::Progress(_) => Selector::Progress,
            Inform::Fulfilment(_) => Selector::Fulfilment,
            Inform::Acknowledgement(_) => Selector::Acknowledgement,
            Inform::Contest(_) => Selector::Contest,
            Inform::Breach(_) | Inform::Silence(_) => Selector::LapseOfTime,
            Inform::Award(_) => Selector::Award,
        };
        meant == selector
    }

    fn introduces(&self) -> bool {
        matches!(&self.statement.body, Body::Accept(Accept::Introduction(_)))
    }

    /// Neither conditions for a session that has begun nor somebody's leave: they have places of their own.
    fn is_ordinary(&self) -> bool {
        !matches!(
            &self.statement.body,
            Body::Counter(Counter::Conditions(_)) | Body::Withdraw(Withdraw::Departure(_))
        )
    }

    /// An end by consent cannot be countered, and other terms for a commitment are one package and firm.
    fn is_counter_offer(&self) -> bool {
        let Body::Counter(Counter::CounterOffer(offer)) = &self.statement.body else { return false };
        match self.offer().map(|open| &open.kind) {
            Some(OfferKind::Termination { .. } | OfferKind::Admission(_)) => false,
            Some(OfferKind::Amendment { .. }) => {
                offer.packages.len() == 1 && offer.binding && offer.quorum.is_none() && offer.awaits.is_none()
            }
            Some(OfferKind::Business { .. }) | None => true,
        }
    }

    fn all_in(&self) -> bool {
        let Some(conditions) = &self.session.conditions else { return false };
        let required = self.session.participants.required();
        required.iter().all(|agent| conditions.accepted.contains(agent) || self.agent() == Some(agent))
    }

    fn is_required(&self) -> bool {
        let participant = self.agent().and_then(|agent| self.session.participants.find(agent));
        participant.is_some_and(|participant| participant.required)
    }

    fn completes(&self, binding: bool) -> bool {
        let (Some(offer), Some(agent)) = (self.offer(), self.agent()) else { return false };
        self.acceptance().is_some_and(|terms| offer.completed_by(agent, &terms) && offer.binds() == binding)
    }

    fn all_signed(&self) -> bool {
        let (Some(pending), Some(agent)) = (&self.session.pending, self.agent()) else { return false };
        pending.awaits.iter().all(|awaited| awaited == agent || pending.accepted.contains(awaited))
    }

    /// Whether a guard holds.
    ///
    /// # Errors
    /// The guard's code, or a more precise one of the same family.
    pub(super) fn check(&self, guard: Guard, facts: &Facts<'_>) -> Result<(), Rejection> {
        let holds = match guard {
            // Judged when the session is opened, before there is a state to ask.
            Guard::ParticipantsValid | Guard::ConsentCovers => true,
            Guard::SchemasKnown => return schemas_known(&self.statement.body, facts),
            Guard::SchemaShared => self.schema_shared(),
            Guard::Trusted => self.trusted(facts),
            Guard::Welcome => welcome(facts),
            Guard::InviterTrusted => return inviter_trusted(facts),
            Guard::CapabilityOffered => self.capability_offered(facts),
            Guard::CardUnchanged => self.cards_unchanged(facts),
            Guard::TermsFit => return self.terms_fit(facts),
            Guard::NewcomerCovered => self.newcomer_covered(facts),
            Guard::NewcomerValid => self.newcomer_valid(facts),
            Guard::AnswerAllowed => {
                self.offer().is_some_and(|offer| offer.answers.contains(&self.performative))
            }
            Guard::OthersRemain => self.others_remain(),
            Guard::Unbound => self.is_unbound(),
            Guard::QuestionValid => self.question_valid(),
            Guard::AnswersQuestion => self.answers_question(),
            Guard::UsageGrows => self.usage_grows(),
            Guard::DelegateAdmitted => self.delegate_admitted(facts),
            Guard::ConsentStands => return self.consents_stand(facts),
            Guard::BelowCeiling => return self.below_ceiling(facts),
            Guard::AnswersInvitation => {
                let until = self.session.entered.plus(self.session.limits.invitation_ms);
                let answers = self.replied().copied() == self.session.conditions();
                self.replied().is_some() && answers && self.at.time < until // ASP-SES-025
            }
            Guard::CardShown => match &self.statement.body {
                Body::Accept(Accept::Introduction(introduction)) => Some(introduction.card) == facts.card, // ASP-SES-026
                _ => false,
            },
            Guard::YourTurn => self.is_awaited(),
            Guard::RoundLeft => self.session.rounds < self.session.limits.rounds, // ASP-SES-010
            Guard::MessageLeft if self.actor.role == Role::Observer => {
                usize::try_from(self.session.remarks).is_ok_and(|said| said < limits::OBSERVER_REMARKS_MAX) // ASP-SES-035
            }
            Guard::MessageLeft => self.session.messages < self.session.limits.messages, // ASP-SES-011
            Guard::TermsValid => self.terms_valid(),
            Guard::RoomLeft => self.has_room(),
            Guard::OfferOpen => self.offer().is_some_and(|offer| self.at.time <= offer.respond_by), // ASP-SES-012
            Guard::TermsMatch => self.terms_match(),
            Guard::TermsAgreed => self.terms_agreed(),
            Guard::AnswersCommit => self.answers_commit(),
            Guard::Own => self.is_own(),
            Guard::AuthorityValid => self.authority_valid(facts),
            Guard::MandateNarrows => self.mandate_narrows(),
            Guard::FundsCover => return self.funds_cover(facts),
            Guard::ExposureCapped => return self.exposure_capped(facts),
            Guard::NoObligationOpen => !self.session.owes(), // ASP-SES-015
            Guard::ReceiptMatches => self.receipt_matches(),
            Guard::NotCountersigned => self
                .agent()
                .and_then(|agent| self.session.participants.find(agent))
                .is_some_and(|participant| !participant.countersigned),
            Guard::Overdue => self.overdue(facts),
            Guard::AwardDue => self.award_due(facts),
            Guard::CommitmentActive
            | Guard::ObligationKnown
            | Guard::IsDebtor
            | Guard::IsCreditor
            | Guard::ObligationOpen
            | Guard::ObligationDelivered
            | Guard::WindowOpen
            | Guard::InTime => self.check_duty(guard),
            Guard::EvidenceMatches => return self.evidence_matches(facts),
            Guard::GroupValid => return self.group_valid(facts),
            Guard::SealNamed => return self.seal_named(),
        };
        if holds { Ok(()) } else { Err(guard.refusal().at(guard.place()).by(guard.rule())) }
    }

    /// What time alone has made due is exactly this.
    fn overdue(&self, facts: &Facts<'_>) -> bool {
        self.session.due(self.at.time, &facts.consents).as_ref() == Some(&self.statement.body) // ASP-SES-016
    }

    /// The award is the one that the dispute makes due.
    fn award_due(&self, facts: &Facts<'_>) -> bool {
        match &self.statement.body {
            Body::Inform(Inform::Award(award)) => facts.award.as_ref() == Some(award), // ASP-DIS-013
            _ => false,
        }
    }

    fn is_awaited(&self) -> bool {
        let Some(agent) = self.agent() else { return false };
        match self.session.state {
            State::Invited => {
                self.session.conditions.as_ref().is_some_and(|conditions| conditions.awaits(agent))
            }
            State::Agreeing => {
                self.session.pending.as_ref().is_some_and(|pending| {
                    pending.awaits.contains(agent) && !pending.accepted.contains(agent)
                })
            }
            State::Idle
            | State::Introduced
            | State::Conversing
            | State::Executing
            | State::Escalated
            | State::Closed
            | State::Failed => self.offer().is_some_and(|offer| offer.awaits(agent)), // ASP-SES-013
        }
    }

    fn has_room(&self) -> bool {
        match self.performative {
            Performative::Propose | Performative::Counter => {
                // What has expired is nobody's to answer, and a counter takes the place of what it answers.
                let answered = self.replied().filter(|_| self.counters());
                let stays = |(id, offer): &(&Hash, &OpenOffer)| {
                    self.at.time <= offer.respond_by && answered != Some(*id)
                };
                self.session.offers.iter().filter(stays).count() < limits::OPEN_OFFERS_MAX // ASP-SES-023
            }
            Performative::Delegate => self.session.mandates.len() < limits::MANDATES_MAX,
            Performative::Accept | Performative::Commit => {
                let ends =
                    matches!(self.offer().map(|offer| &offer.kind), Some(OfferKind::Termination { .. }));
                ends || self.session.commitments.len() < limits::COMMITMENTS_MAX
            }
            Performative::Reject
            | Performative::Inform
            | Performative::Query
            | Performative::Clarify
            | Performative::Escalate
            | Performative::Withdraw
            | Performative::Observe
            | Performative::Close => true,
        }
    }

    fn terms_match(&self) -> bool {
        let Some(terms) = self.acceptance() else { return false };
        match (&self.session.pending, self.session.state) {
            (Some(pending), State::Agreeing) => pending.terms_hash == terms,
            _ => self.offer().is_some_and(|offer| offer.offers(&terms)), // ASP-SES-014
        }
    }

    fn terms_agreed(&self) -> bool {
        let (Body::Commit(commit), Some(agent)) = (&self.statement.body, self.agent()) else { return false };
        self.session.agreed.get(&commit.terms_hash).is_some_and(|agreement| agreement.parties.contains(agent))
    }

    fn is_own(&self) -> bool {
        let (Some(agent), Some(id)) = (self.agent(), self.replied()) else { return false };
        if let Some(given) = self.session.mandates.find(id) {
            return self.statement.issuer.agent() == Some(&given.by) || given.principal == *agent;
        }
        let said = match self.session.state {
            State::Agreeing => self.session.pending.as_ref().map(|open| (&open.by, open.statement)),
            State::Escalated => self.session.escalation.as_ref().map(|open| (&open.by, open.statement)),
            State::Idle
            | State::Invited
            | State::Introduced
            | State::Conversing
            | State::Executing
            | State::Closed
            | State::Failed => self.offer().map(|offer| (&offer.by, *id)),
        };
        said == Some((agent, *id))
    }

    /// The person asked, if one is named, answers for the organisation.
    fn authority_valid(&self, facts: &Facts<'_>) -> bool {
        let Body::Escalate(escalation) = &self.statement.body else { return false };
        let participants = &self.session.participants;
        let answers = |name: &Name| {
            facts.contacts.iter().any(|(domain, contacts)| {
                escalation.authority == Issuer::Organisation((*domain).clone()) && contacts.contains(name)
            })
        };
        if !escalation.contact.as_ref().is_none_or(answers) {
            return false;
        }
        match &escalation.authority {
            Issuer::Agent(agent) => participants
                .find(agent)
                .is_some_and(|found| found.role == ParticipantRole::Mediator && found.joined),
            Issuer::Organisation(domain) => participants
                .iter()
                .any(|(agent, participant)| participant.joined && agent.organisation() == *domain),
            Issuer::Node(_) => false,
        }
    }

    fn mandate_narrows(&self) -> bool {
        let (Body::Delegate(mandate), Some(giver)) = (&self.statement.body, self.statement.issuer.agent())
        else {
            return false;
        };
        let chain =
            self.session.mandates.chain(self.statement, self.performative, self.at.time).unwrap_or_default();
        Mandates::narrows(&chain, mandate, giver, self.at.time) // ASP-SES-021
    }

    fn receipt_matches(&self) -> bool {
        match &self.statement.body {
            Body::Close(Close::Receipt(closing)) => closing.receipt == self.session.receipt(),
            _ => false,
        }
    }

    /// The packages in question, each with the parties who would be bound.
    fn packages(&self) -> Vec<(&'a Package, BTreeSet<AgentUri>)> {
        let of_offer = |offer: &'a Offer, agent: &AgentUri| {
            let parties: BTreeSet<_> = match self.offer() {
                // Other terms for a commitment are its signers' business, whoever answers.
                Some(open) if matches!(open.kind, OfferKind::Amendment { .. }) && self.counters() => {
                    open.parties()
                }
                _ => awaited(self.session, offer, agent).into_iter().chain([agent.clone()]).collect(),
            };
            offer.packages.iter().map(|package| (package, parties.clone())).collect()
        };
        let Some(agent) = self.agent() else { return Vec::new() };
        match &self.statement.body {
            Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) => {
                of_offer(offer, agent)
            }
            Body::Propose(Propose::Amendment(amendment)) => {
                let signers =
                    self.session.commitments.get(&amendment.commitment).map(|found| found.signers.clone());
                vec![(&amendment.package, signers.unwrap_or_default())]
            }
            Body::Commit(commit) => match self.session.agreed.get(&commit.terms_hash) {
                Some(agreement) => vec![(&agreement.package, agreement.parties.clone())],
                None => Vec::new(),
            },
            Body::Accept(Accept::Acceptance(acceptance)) => self.accepted_package(&acceptance.terms_hash),
            _ => Vec::new(),
        }
    }

    fn accepted_package(&self, terms: &Hash) -> Vec<(&'a Package, BTreeSet<AgentUri>)> {
        if let (State::Agreeing, Some(pending)) = (self.session.state, &self.session.pending) {
            let parties = pending.awaits.iter().cloned().chain([pending.by.clone()]).collect();
            return vec![(&pending.package, parties)];
        }
        match self.offer() {
            // The terms of an end are those of what it ends: nothing of them is to lie ahead any more.
            Some(OpenOffer { kind: OfferKind::Termination { .. }, .. }) | None => Vec::new(),
            Some(offer) => {
                offer.packages.get(terms).map(|package| (package, offer.parties())).into_iter().collect()
            }
        }
    }

    fn terms_valid(&self) -> bool {
        let now = self.at.time;
        let timely = |respond_by: Option<LogTime>| {
            respond_by.is_none_or(|by| by > now && by.since(now) <= limits::SESSION_LIMIT_MS_MAX)
        };
        let offer_valid = match &self.statement.body {
            Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) => {
                let Some(agent) = self.agent() else { return false };
                let others = self.session.participants.negotiators(agent);
                let awaited = awaited(self.session, offer, agent);
                let quorum = offer.quorum.map_or(1, |quorum| usize::try_from(quorum).unwrap_or(usize::MAX));
                let answered = !awaited.is_empty() && awaited.is_subset(&others) && quorum <= awaited.len();
                timely(offer.respond_by) && answered
            }
            Body::Propose(Propose::Amendment(change)) => {
                timely(change.respond_by) && self.is_signer(&change.commitment)
            }
            Body::Propose(Propose::Termination(change)) => {
                let commitment = self.session.commitments.get(&change.commitment);
                let shares = change.shares.as_deref().unwrap_or_default();
                timely(change.respond_by)
                    && self.is_signer(&change.commitment)
                    && commitment.is_some_and(|found| holds::shares_make_sense(found, shares))
            }
            _ => true,
        };
        let mode = self.session.mode();
        offer_valid
            && self.packages().iter().all(|(package, parties)| makes_sense(package, parties, now, mode))
    }

    fn answers_commit(&self) -> bool {
        let pending = self.session.pending.as_ref().map(|open| &open.statement);
        pending.is_some() && self.replied() == pending
    }

    /// There is money for all that would be held.
    fn funds_cover(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let replaced = match self.offer().map(|offer| &offer.kind) {
            Some(OfferKind::Amendment { commitment }) => self.session.commitments.get(commitment),
            Some(OfferKind::Business { .. } | OfferKind::Termination { .. } | OfferKind::Admission(_))
            | None => None,
        };
        self.packages().iter().try_for_each(|(package, _)| facts.funds.cover(package, replaced))
    }

    /// Nobody would owe an organisation more, uncovered, than its policy allows.
    fn exposure_capped(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        if facts.caps.is_empty() {
            return Ok(());
        }
        let replaced = match self.offer().map(|offer| &offer.kind) {
            Some(OfferKind::Amendment { commitment }) => Some(commitment),
            Some(OfferKind::Business { .. } | OfferKind::Termination { .. } | OfferKind::Admission(_))
            | None => None,
        };
        let standing = self.session.uncovered(replaced);
        let none = Amounts::new();
        for (package, _) in self.packages() {
            for cap in &facts.caps {
                let mut more = Amounts::new();
                for owed in package.obligations.iter().filter(|owed| owed.debtor == cap.debtor) {
                    exposure::add(&mut more, owed, owed.value.amount, package.holds.iter().flatten());
                }
                let before = standing.get(&cap.debtor).unwrap_or(&none);
                cap.check(before, &more).map_err(|refused| self.told(cap, refused))?; // ASP-TRU-011
            }
        }
        Ok(())
    }

    /// A refusal as who speaks may have it: how much room is left is for the two whom it concerns to know.
    fn told(&self, cap: &Cap, refused: Rejection) -> Rejection {
        let own = self.agent().map(AgentUri::organisation);
        let concerned = own.is_some_and(|own| own == cap.by || own == cap.debtor.organisation());
        Rejection { room: refused.room.filter(|_| concerned), ..refused }
    }

    /// Something of what is on offer is spoken by who comes in, all of it by who comes later.
    fn schema_shared(&self) -> bool {
        let Body::Accept(Accept::Introduction(introduction)) = &self.statement.body else { return false };
        let Some(spoken) = &introduction.schemas else { return true };
        let mut on_offer = self.session.schemas.keys();
        match self.session.state {
            State::Invited => on_offer.any(|hash| spoken.contains(hash)), // ASP-TRM-005
            State::Idle
            | State::Introduced
            | State::Conversing
            | State::Agreeing
            | State::Executing
            | State::Escalated
            | State::Closed
            | State::Failed => on_offer.len() > 0 && on_offer.all(|hash| spoken.contains(hash)),
        }
    }

    /// Who comes in has earned the trust that the session asks for.
    fn trusted(&self, facts: &Facts<'_>) -> bool {
        let Some(floor) = self.session.floor_of(&self.statement.body) else { return true };
        if self.session.trust_asked(self.statement).is_none() {
            return true;
        }
        facts.earned.reaches(floor) // ASP-SES-047
    }

    /// The terms of each package follow a schema of the session, or name none where the session has none.
    fn terms_fit(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let refused = |place: String| Code::TermsDoNotFit.at(place).by("ASP-TRM-006");
        for (place, package) in self.statement.body.packages_offered() {
            match &package.schema {
                // What is hidden is judged by who can read it.
                None if package.hidden.is_some() => {}
                None if self.session.schemas.is_empty() => {}
                Some(hash) if self.session.schemas.contains_key(hash) => {
                    let schema = facts.schemas.iter().find(|schema| schema.hash() == *hash);
                    let schema = schema.ok_or_else(|| refused(format!("{place}/schema")))?;
                    schema.check(&package.terms).map_err(|at| refused(format!("{place}/terms{at}")))?;
                }
                Some(_) | None => return Err(refused(format!("{place}/schema"))),
            }
        }
        self.showings_known(facts)
    }

    fn is_signer(&self, commitment: &Hash) -> bool {
        let found = self.session.commitments.get(commitment);
        found.zip(self.agent()).is_some_and(|(found, agent)| found.signers.contains(agent))
    }

    /// Nobody may owe more than session and consents allow, nor than its organisation, nor than the mandate under
    /// which it would be bound.
    fn below_ceiling(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let general = self
            .session
            .limits
            .ceiling
            .iter()
            .chain(facts.consents.iter().filter_map(|consent| consent.terms().ceiling.as_ref()));
        let general: Vec<&Money> = general.collect();
        let chain =
            self.session.mandates.chain(self.statement, self.performative, self.at.time).unwrap_or_default();
        let mandated: Vec<&Money> = chain.iter().filter_map(|link| link.mandate.ceiling.as_ref()).collect();
        let principal = self.agent();
        let holds = self.packages().iter().all(|(package, _)| {
            let own = facts.ceilings.iter().all(|(domain, ceiling)| {
                package.owes_at_most(ceiling, |debtor| debtor.organisation() == **domain)
            });
            own && general.iter().all(|ceiling| package.owes_at_most(ceiling, |_| true))
                && mandated
                    .iter()
                    .all(|ceiling| package.owes_at_most(ceiling, |debtor| Some(debtor) == principal))
        });
        if holds { Ok(()) } else { Err(Code::AboveCeiling.at("/body")) } // ASP-SES-017
    }

    fn consents_stand(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        for consent in &facts.consents {
            standing(consent, self.at.time).map_err(|code| code.at("/type"))?; // ASP-SES-018
            if self.session.fell_away(consent).is_some() {
                return Err(Code::OutsideConsent.at("/type").by("ASP-CON-015"));
            }
            if !consent.permits(self.performative) {
                return Err(Code::OutsideConsent.at("/type").by("ASP-SES-019"));
            }
        }
        self.data_flows(facts)?;
        self.history_flows(facts)?;
        let Some(admission) = self.admission().filter(|_| self.introduces()) else { return Ok(()) };
        let mut named = facts.further.iter().filter(|consent| admission.consents.contains(&consent.id()));
        named.try_for_each(|consent| standing(consent, self.at.time).map_err(|code| code.at("/type")))
    }

    /// The commitment, obligation and stage that a statement about a duty names.
    fn duty_named(&self) -> Option<(&'a Hash, &'a ObligationId, Option<&'a ObligationId>)> {
        match &self.statement.body {
            Body::Inform(inform) => match inform {
                Inform::Note(_)
                | Inform::File(_)
                | Inform::Usage(_)
                | Inform::Group(_)
                | Inform::Unreadable(_) => None,
                Inform::Progress(note) | Inform::Contest(note) => {
                    Some((&note.commitment, &note.obligation, note.stage.as_ref()))
                }
                Inform::Award(award) => Some((&award.commitment, &award.obligation, None)),
                Inform::Fulfilment(done) => Some((&done.commitment, &done.obligation, done.stage.as_ref())),
                Inform::Breach(breach) => {
                    Some((&breach.commitment, &breach.obligation, breach.stage.as_ref()))
                }
                Inform::Acknowledgement(named) | Inform::Silence(named) => {
                    Some((&named.commitment, &named.obligation, named.stage.as_ref()))
                }
            },
            _ => None,
        }
    }

    fn commitment_named(&self) -> Option<&'a Hash> {
        match &self.statement.body {
            Body::Propose(Propose::Amendment(change)) => Some(&change.commitment),
            Body::Propose(Propose::Termination(change)) => Some(&change.commitment),
            Body::Accept(_) => match &self.offer()?.kind {
                OfferKind::Amendment { commitment } | OfferKind::Termination { commitment, .. } => {
                    Some(commitment)
                }
                OfferKind::Business { .. } | OfferKind::Admission(_) => None,
            },
            _ => self.duty_named().map(|(commitment, ..)| commitment),
        }
    }

    fn check_duty(&self, guard: Guard) -> bool {
        let Some(id) = self.commitment_named() else {
            // An acceptance of business names no commitment and needs none.
            return guard == Guard::CommitmentActive && self.performative == Performative::Accept;
        };
        let Some(commitment) = self.session.commitments.get(id) else { return false };
        if guard == Guard::CommitmentActive {
            return commitment.is_live();
        }
        let named = self.duty_named();
        // ASP-COM-007, ASP-COM-016
        let Some(owed) = named.and_then(|(_, obligation, stage)| commitment.owed(obligation, stage)) else {
            return false;
        };
        let Obligation { debtor, creditor, .. } = &owed.duty.obligation;
        match guard {
            Guard::IsDebtor => self.agent() == Some(debtor),
            Guard::IsCreditor => self.agent() == Some(creditor),
            Guard::ObligationOpen => {
                let open = match owed.progress() {
                    Progress::Open => true,
                    // Stating and contesting by turns has to end, and the first statement must never be refused.
                    Progress::Contested => self.session.messages < self.session.limits.messages, // ASP-COM-005
                    Progress::Delivered { .. }
                    | Progress::Fulfilled { .. }
                    | Progress::Breached
                    | Progress::Lapsed => false,
                };
                open && (owed.duty.is_withheld() || commitment.due_of(owed).is_some())
            }
            Guard::ObligationDelivered => matches!(owed.progress(), Progress::Delivered { .. }),
            Guard::WindowOpen => match owed.progress() {
                Progress::Delivered { at, .. } => self.at.time < owed.duty.silence_at(*at), // ASP-COM-004
                Progress::Open
                | Progress::Fulfilled { .. }
                | Progress::Contested
                | Progress::Breached
                | Progress::Lapsed => false,
            },
            Guard::InTime => {
                let until = commitment.met_until_of(owed);
                owed.duty.is_withheld() || until.is_some_and(|until| self.at.time <= until) // ASP-COM-002
            }
            _ => true,
        }
    }
}

/// Whose answers an offer awaits.
pub(super) fn awaited(session: &Session, offer: &Offer, by: &AgentUri) -> BTreeSet<AgentUri> {
    offer.awaits.clone().unwrap_or_else(|| session.participants.negotiators(by))
}

fn standing(consent: &Consent, now: LogTime) -> Result<(), Code> {
    match consent.standing(now) {
        Standing::Granted => Ok(()),
        Standing::Requested => Err(Code::ConsentNotGranted),
        Standing::Expired => Err(Code::ConsentExpired),
        Standing::Revoked => Err(Code::ConsentRevoked),
    }
}

/// Whether every terms schema that a statement offers is known.
pub(super) fn schemas_known(body: &Body, facts: &Facts<'_>) -> Result<(), Rejection> {
    let known = |hash: &Hash| facts.schemas.iter().any(|schema| schema.hash() == *hash);
    match body.schemas_offered().iter().position(|schema| !known(&schema.hash)) {
        Some(number) => Err(Code::UnknownSchema.at(format!("/body/schemas/{number}"))), // ASP-TRM-004
        None => Ok(()),
    }
}

/// Whether the policies of all who are invited let the inviter's organisation invite.
pub(super) fn welcome(facts: &Facts<'_>) -> bool {
    facts.hosts.iter().all(|host| host.welcomes) // ASP-ADM-001
}

/// Whether who invites has earned what each of those whom it invites asks for.
///
/// # Errors
/// [`Code::TrustTooLow`], by the rule that sets the floor.
pub(super) fn inviter_trusted(facts: &Facts<'_>) -> Result<(), Rejection> {
    let guard = Guard::InviterTrusted;
    match facts.hosts.iter().find(|host| !host.trusts()) {
        Some(host) => Err(guard.refusal().at(guard.place()).by(host.asked.rule)), // ASP-ADM-002, ASP-CON-013
        None => Ok(()),
    }
}

/// Whether each organisation that is invited has a consent with the initiator's that covers the session.
pub(super) fn consents_cover(
    invitation: &Invitation,
    initiator: &AgentUri,
    participants: &Participants,
    facts: &Facts<'_>,
) -> Result<(), Rejection> {
    let refused = |code: Code| code.at("/body/consents");
    let home = initiator.organisation();
    let own = facts.consents.iter().filter(|consent| consent.is_party(&home)).count();
    // A consent of others is answered like one that does not exist.
    if own != invitation.consents.len() {
        return Err(refused(Code::ConsentRequired));
    }
    for consent in &facts.consents {
        standing(consent, facts.at.time).map_err(|code| refused(code).by("ASP-CON-008"))?;
    }
    let others: BTreeSet<_> = participants.iter().map(|(agent, _)| agent.organisation()).collect();
    let named: Vec<_> = facts.consents.clone();
    others.iter().try_for_each(|other| covers(&named, &home, other, &invitation.capability).map_err(refused))
}

/// Whether consents let these two organisations meet about `capability`; one needs none with itself.
pub(super) fn covers(
    consents: &[&Consent],
    home: &Domain,
    other: &Domain,
    capability: &Capability,
) -> Result<(), Code> {
    if home == other {
        return Ok(());
    }
    let between: Vec<_> = consents.iter().filter(|consent| consent.is_party(other)).collect();
    if between.is_empty() {
        return Err(Code::ConsentRequired); // ASP-CON-008
    }
    let covered = |consent: &&&&Consent| {
        consent.covers(home, other, capability) && consent.permits(Performative::Propose)
    };
    if between.iter().any(|consent| covered(&consent)) { Ok(()) } else { Err(Code::OutsideConsent) } // ASP-CON-009
}
