//! What an accepted statement does to its session. Total: what comes here has been judged.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::guard::{Case, awaited};
use super::holds;
use super::table::{Performative, Reason, Role, State};
use super::{
    Agreement, Bounds, Commitment, Conditions, Effect, End, GivenMandate, OfferKind, OpenEscalation,
    OpenOffer, OpenQuestion, PendingCommit, Progress, Session, schemas_of,
};
use crate::amount::Money;
use crate::name::AgentUri;
use crate::position::{Hash, LogTime, Position};
use crate::statement::Kind;
use crate::statement::body::{
    Accept, Body, Close, CommitmentState, Counter, Evidence as Shown, Inform, Mode, ObligationId, Offer,
    Package, Propose, Question, Withdraw,
};
use crate::stream::Accepted;
use crate::trust::{Evidence, Ground, Outcome};

impl Session {
    /// Applies a statement that was accepted; says what changed.
    pub fn apply(&mut self, accepted: &Accepted) -> Vec<Effect> {
        let statement = accepted.statement();
        let at = accepted.at();
        let Kind::Session(performative) = statement.kind else { return Vec::new() };
        let Ok(actor) = self.actor(statement, performative, at.time) else { return Vec::new() };
        let case = Case { session: self, statement, performative, actor: &actor, at };
        let Ok(row) = case.row() else { return Vec::new() };
        let next = self.next_state(row);
        let mut effects = Vec::new();
        self.offers.retain(|_, offer| offer.respond_by >= at.time);
        self.questions.retain(|_, question| question.respond_by >= at.time);
        self.effect(accepted, actor.agent.as_ref(), &mut effects);
        self.flowed.note(&statement.body);
        let unread = matches!(statement.body, Body::Inform(Inform::Unreadable(_)));
        if !unread && !matches!(statement.body, Body::Inform(Inform::Group(_))) {
            self.count(performative, actor.role); // ASP-SEA-006, ASP-SEA-013
        }
        // Who only watches does not keep a session going, nor who could not read what was said.
        if actor.role != Role::Observer && !unread {
            self.last = at.time; // ASP-SES-037
        }
        self.finish(accepted, actor.agent.as_ref(), next, &mut effects);
        effects
    }

    fn count(&mut self, performative: Performative, role: Role) {
        match role {
            Role::Observer => self.remarks = self.remarks.saturating_add(1),
            Role::Node => {}
            Role::Initiator | Role::Party | Role::Mediator | Role::Authority | Role::Newcomer => {
                self.messages = self.messages.saturating_add(1);
            }
        }
        if matches!(performative, Performative::Propose | Performative::Counter) {
            self.rounds = self.rounds.saturating_add(1);
        }
    }

    fn effect(&mut self, accepted: &Accepted, agent: Option<&AgentUri>, effects: &mut Vec<Effect>) {
        let statement = accepted.statement();
        let hash = statement.hash;
        match (&statement.body, agent) {
            (Body::Propose(propose), Some(agent)) => self.propose(propose, hash, agent, accepted),
            (Body::Counter(counter), Some(agent)) => {
                self.counter(counter, hash, statement.in_reply_to, agent, accepted);
            }
            (Body::Accept(Accept::Introduction(introduction)), Some(agent)) => {
                if let Some(spoken) = &introduction.schemas {
                    self.schemas.retain(|hash, _| spoken.contains(hash));
                }
                self.introduce(agent, statement.in_reply_to, accepted.at().index, effects);
            }
            (Body::Accept(Accept::Admission(_)), Some(agent)) => {
                let admission = statement.in_reply_to.and_then(|id| self.offers.get_mut(&id));
                admission.into_iter().for_each(|offer| {
                    offer.accepted.insert(agent.clone(), hash);
                });
            }
            (Body::Accept(Accept::Acceptance(acceptance)), Some(agent)) => {
                self.accept(acceptance.terms_hash, agent, accepted, effects);
            }
            (Body::Reject(_), agent) => {
                if let (Some(conditions), Some(agent)) = (&mut self.conditions, agent) {
                    conditions.declined.insert(agent.clone());
                }
                self.decline(statement.in_reply_to, agent);
            }
            (Body::Withdraw(Withdraw::Departure(_)), Some(agent)) => self.depart(agent),
            (Body::Query(question), Some(agent)) => {
                self.ask(question, hash, statement.in_reply_to, agent, accepted);
            }
            (Body::Clarify(_), Some(agent)) => self.clarify(statement.in_reply_to, agent, accepted),
            (Body::Inform(Inform::Usage(usage)), Some(agent)) => {
                self.usage.insert(agent.clone(), usage.clone());
            }
            (Body::Withdraw(Withdraw::Withdrawal(_)), _) => {
                self.take_offer_back(statement.in_reply_to);
                self.mandates.take_back(statement.in_reply_to);
            }
            (Body::Commit(commit), Some(agent)) => self.commit(commit.terms_hash, agent, accepted),
            (Body::Delegate(mandate), Some(agent)) => {
                let by = statement.issuer.agent().unwrap_or(agent).clone();
                let chain = statement.on_behalf_of.clone();
                let (mandate, grounds) = (mandate.clone(), self.grounds(accepted));
                let given = GivenMandate { by, principal: agent.clone(), mandate, chain, grounds };
                effects.push(Effect::Delegated(given.mandate.to.clone()));
                self.mandates.give(hash, given);
            }
            (Body::Escalate(escalation), Some(agent)) => {
                self.escalation = Some(OpenEscalation {
                    statement: hash,
                    by: agent.clone(),
                    authority: escalation.authority.clone(),
                    contact: escalation.contact.clone(),
                    question: escalation.question.clone(),
                    from: self.state,
                });
            }
            (Body::Inform(inform), _) => self.inform(inform, accepted, effects),
            _ => {}
        }
    }

    fn propose(&mut self, propose: &Propose, hash: Hash, agent: &AgentUri, accepted: &Accepted) {
        let until =
            |by: Option<LogTime>| by.unwrap_or_else(|| accepted.at().time.plus(self.limits.response_ms));
        let of = |commitment: &Hash| {
            let commitment = self.commitments.get(commitment)?;
            let others = commitment.signers.iter().filter(|signer| *signer != agent).cloned().collect();
            Some((commitment, others))
        };
        let offer = match propose {
            Propose::Invitation(_) => return,
            Propose::Proposal(offer) => return self.offer(offer, hash, agent, None, accepted),
            Propose::Amendment(change) => {
                let Some((_, awaits)) = of(&change.commitment) else { return };
                let kind = OfferKind::Amendment { commitment: change.commitment };
                let packages = by_hash([&change.package]);
                OpenOffer::new(agent.clone(), kind, packages, awaits, until(change.respond_by))
            }
            Propose::Termination(change) => {
                let Some((commitment, awaits)) = of(&change.commitment) else { return };
                let shares = holds::shares_of(change.shares.as_deref());
                let kind = OfferKind::Termination { commitment: change.commitment, shares };
                let packages = BTreeMap::from([(commitment.terms_hash, commitment.package.clone())]);
                OpenOffer::new(agent.clone(), kind, packages, awaits, until(change.respond_by))
            }
            Propose::Admission(admission) => {
                let mut awaits = self.participants.negotiators(agent);
                awaits.insert(admission.agent.clone());
                let kind = OfferKind::Admission(admission.clone());
                OpenOffer::new(agent.clone(), kind, BTreeMap::new(), awaits, until(admission.respond_by))
            }
        };
        self.put_offer(hash, offer, accepted);
    }

    /// Puts an offer on the table, with the signatures of who made it.
    fn put_offer(&mut self, hash: Hash, mut offer: OpenOffer, accepted: &Accepted) {
        offer.grounds.insert(offer.by.clone(), self.grounds(accepted));
        self.offers.insert(hash, offer);
    }

    /// What a statement rests on: its signatures, and those of the mandates under which it is said.
    fn grounds(&self, accepted: &Accepted) -> Vec<Ground> {
        let Some(by) = accepted.statement().issuer.agent() else { return Vec::new() };
        let at = accepted.at().index;
        let own = accepted.verified().signatures().iter();
        let own = own.map(|signature| Ground { at, by: by.clone(), key: signature.key_id });
        let last = accepted.statement().on_behalf_of.last();
        let given = last.and_then(|id| self.mandates.find(id)).into_iter().flat_map(|given| &given.grounds);
        own.chain(given.cloned()).collect()
    }

    fn offer(
        &mut self,
        offer: &Offer,
        hash: Hash,
        agent: &AgentUri,
        amends: Option<(Hash, BTreeSet<AgentUri>)>,
        accepted: &Accepted,
    ) {
        let (kind, awaits) = match amends {
            Some((commitment, awaits)) => (OfferKind::Amendment { commitment }, awaits),
            None => (OfferKind::Business { binding: offer.binding }, awaited(self, offer, agent)),
        };
        let respond_by = offer.respond_by.unwrap_or_else(|| accepted.at().time.plus(self.limits.response_ms));
        let mut open = OpenOffer::new(agent.clone(), kind, by_hash(&offer.packages), awaits, respond_by);
        if let Some(quorum) = offer.quorum.and_then(|quorum| usize::try_from(quorum).ok()) {
            open.quorum = quorum;
        }
        if let Some(answers) = &offer.answers {
            open.answers.clone_from(answers);
        }
        self.put_offer(hash, open, accepted);
    }

    fn counter(
        &mut self,
        counter: &Counter,
        hash: Hash,
        replied: Option<Hash>,
        agent: &AgentUri,
        accepted: &Accepted,
    ) {
        match counter {
            Counter::Conditions(conditions) => {
                self.limits = Bounds::from(&conditions.limits);
                let before = self.conditions.take().map(|before| before.offered).unwrap_or_default();
                let offered = conditions.schemas.as_deref().map_or(before, schemas_of);
                self.schemas = offered.clone();
                self.conditions = Some(Conditions::new(hash, agent.clone(), offered));
                self.participants.stand(agent, accepted.at().index);
                self.entered = accepted.at().time;
            }
            Counter::CounterOffer(offer) => {
                let amends = replied.and_then(|id| self.offers.get(&id)).and_then(|open| match open.kind {
                    OfferKind::Amendment { commitment } => {
                        let others = open.parties().into_iter().filter(|party| party != agent).collect();
                        Some((commitment, others))
                    }
                    OfferKind::Business { .. } | OfferKind::Termination { .. } | OfferKind::Admission(_) => {
                        None
                    }
                });
                self.decline(replied, Some(agent));
                self.offer(offer, hash, agent, amends, accepted);
            }
        }
    }

    fn introduce(
        &mut self,
        agent: &AgentUri,
        replied: Option<Hash>,
        at: Position,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(conditions) = &mut self.conditions {
            conditions.accepted.insert(agent.clone());
            self.participants.stand(agent, at);
            return;
        }
        let Some(OfferKind::Admission(admission)) =
            replied.and_then(|id| self.offers.remove(&id)).map(|offer| offer.kind)
        else {
            return;
        };
        self.participants.join(admission.agent.clone(), admission.role, at);
        self.consents.extend(admission.consents);
        effects.push(Effect::Joined(admission.agent));
    }

    /// Somebody leaves: what it offered and what waits for it alone is off the table, and nobody acts for it.
    fn depart(&mut self, agent: &AgentUri) {
        self.participants.leave(agent);
        self.mandates.end_of(agent);
        self.agreed.retain(|_, agreement| !agreement.parties.contains(agent));
        self.questions.retain(|_, question| question.by != *agent && question.awaits != *agent);
        self.offers.retain(|_, offer| {
            if offer.awaits(agent) {
                offer.declined.insert(agent.clone());
            }
            offer.by != *agent && offer.is_possible()
        });
    }

    /// A question for somebody; asked by who is to answer an offer, it stops that offer's time.
    fn ask(
        &mut self,
        question: &Question,
        hash: Hash,
        replied: Option<Hash>,
        agent: &AgentUri,
        accepted: &Accepted,
    ) {
        let Some(awaits) = &question.awaits else { return };
        let now = accepted.at().time;
        let respond_by = question.respond_by.unwrap_or_else(|| now.plus(self.limits.response_ms));
        let about = replied
            .filter(|id| self.offers.get(id).is_some_and(|offer| offer.awaits(agent) && offer.by == *awaits));
        if let Some(offer) = about.and_then(|id| self.offers.get_mut(&id)) {
            offer.respond_by = offer.respond_by.plus(respond_by.since(now));
        }
        let (by, awaits, text) = (agent.clone(), awaits.clone(), question.text.clone());
        self.questions.insert(hash, OpenQuestion { by, awaits, about, text, respond_by });
    }

    /// An answer; what it did not take of its time the offer in question gives back.
    fn clarify(&mut self, replied: Option<Hash>, agent: &AgentUri, accepted: &Accepted) {
        let Some(id) = replied else { return };
        if self.questions.get(&id).is_none_or(|question| question.awaits != *agent) {
            return;
        }
        let Some(question) = self.questions.remove(&id) else { return };
        if let Some(offer) = question.about.and_then(|id| self.offers.get_mut(&id)) {
            let unused = question.unused(accepted.at().time);
            offer.respond_by = LogTime::from_millis(offer.respond_by.millis().saturating_sub(unused.0)); // ASP-SES-038
        }
    }

    fn accept(&mut self, terms: Hash, agent: &AgentUri, accepted: &Accepted, effects: &mut Vec<Effect>) {
        if self.state == State::Agreeing {
            return self.sign_commit(agent, accepted, effects);
        }
        let Some(id) = accepted.statement().in_reply_to else { return };
        let grounds = self.grounds(accepted);
        let Some(offer) = self.offers.get_mut(&id) else { return };
        offer.accepted.insert(agent.clone(), terms);
        offer.grounds.insert(agent.clone(), grounds);
        if !offer.completed_by(agent, &terms) {
            // Acceptances of different packages can leave each without the number that it needs.
            self.offers.retain(|other, offer| *other != id || offer.is_possible());
            return;
        }
        let Some(mut offer) = self.offers.remove(&id) else { return };
        let signed = offer.signed(&terms);
        let Some(package) = offer.packages.remove(&terms) else { return };
        match offer.kind {
            OfferKind::Business { binding: false } => {
                self.agreed.insert(terms, Agreement { package, parties: signed.into_keys().collect() });
            }
            OfferKind::Business { binding: true } => {
                self.form(terms, package, signed, accepted, None, effects)
            }
            OfferKind::Amendment { commitment } => {
                self.end_commitment(&commitment, CommitmentState::Amended, accepted, effects);
                self.form(terms, package, signed, accepted, Some(commitment), effects);
            }
            OfferKind::Termination { commitment, shares } => {
                if let Some(ended) = self.commitments.get_mut(&commitment) {
                    effects.extend(ended.divide(&shares).into_iter().map(Effect::Moved));
                }
                self.end_commitment(&commitment, CommitmentState::Terminated, accepted, effects);
            }
            OfferKind::Admission(_) => {}
        }
    }

    fn end_commitment(
        &mut self,
        id: &Hash,
        state: CommitmentState,
        accepted: &Accepted,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(commitment) = self.commitments.get_mut(id) {
            commitment.end(state);
            effects.extend(commitment.release(accepted.at()).into_iter().map(Effect::Moved));
            effects.push(Effect::Commitment(*id));
        }
    }

    fn form(
        &mut self,
        terms: Hash,
        package: Package,
        signed: BTreeMap<AgentUri, Vec<Ground>>,
        accepted: &Accepted,
        replaces: Option<Hash>,
        effects: &mut Vec<Effect>,
    ) {
        let id = accepted.statement().hash;
        let mut commitment = Commitment::form(id, terms, package, signed, accepted.at(), self.mode, replaces);
        effects.extend(commitment.hold().into_iter().map(Effect::Moved));
        self.commitments.insert(id, commitment);
        effects.push(Effect::Commitment(id));
    }

    fn commit(&mut self, terms_hash: Hash, agent: &AgentUri, accepted: &Accepted) {
        let Some(agreement) = self.agreed.get(&terms_hash) else { return };
        self.pending = Some(PendingCommit {
            statement: accepted.statement().hash,
            by: agent.clone(),
            terms_hash,
            package: agreement.package.clone(),
            awaits: agreement.parties.iter().filter(|party| *party != agent).cloned().collect(),
            accepted: BTreeSet::new(),
            grounds: BTreeMap::from([(agent.clone(), self.grounds(accepted))]),
        });
    }

    fn sign_commit(&mut self, agent: &AgentUri, accepted: &Accepted, effects: &mut Vec<Effect>) {
        let grounds = self.grounds(accepted);
        let Some(pending) = &mut self.pending else { return };
        pending.accepted.insert(agent.clone());
        pending.grounds.insert(agent.clone(), grounds);
        if pending.awaits != pending.accepted {
            return;
        }
        let Some(pending) = self.pending.take() else { return };
        self.agreed.remove(&pending.terms_hash);
        // All who are awaited have signed, and so has who committed first.
        self.form(pending.terms_hash, pending.package, pending.grounds, accepted, None, effects);
    }

    /// Who is asked declines; the offer stays on the table for the others as long as they can make it good.
    ///
    /// Only where offers can be answered: an authority's word may name anything.
    fn decline(&mut self, id: Option<Hash>, agent: Option<&AgentUri>) {
        if !matches!(self.state, State::Conversing | State::Executing) {
            return;
        }
        let (Some(id), Some(agent)) = (id, agent) else { return };
        let Some(offer) = self.offers.get_mut(&id) else { return };
        offer.declined.insert(agent.clone());
        if !offer.is_possible() {
            self.offers.remove(&id);
        }
    }

    /// An offer is off the table, where offers can be answered: an authority's word may name anything.
    fn take_offer_back(&mut self, id: Option<Hash>) {
        if matches!(self.state, State::Conversing | State::Executing) {
            self.offers.retain(|offer, _| Some(*offer) != id);
        }
    }

    fn inform(&mut self, inform: &Inform, accepted: &Accepted, effects: &mut Vec<Effect>) {
        let at = accepted.at().time;
        let (commitment, obligation, stage, progress) = match inform {
            Inform::Note(_) | Inform::File(_) | Inform::Progress(_) | Inform::Usage(_) => return,
            Inform::Unreadable(_) => return self.note_unread(accepted.statement()),
            Inform::Group(group) => return self.regroup(group, accepted.statement().hash, accepted.at()),
            Inform::Award(award) => return self.award(award, accepted, effects),
            Inform::Fulfilment(done) => {
                let statement = accepted.statement().hash;
                let delivered = Progress::Delivered { at, evidence: done.evidence.clone(), statement };
                (done.commitment, &done.obligation, &done.stage, delivered)
            }
            Inform::Acknowledgement(named) | Inform::Silence(named) => {
                (named.commitment, &named.obligation, &named.stage, Progress::Fulfilled { at })
            }
            Inform::Contest(note) => (note.commitment, &note.obligation, &note.stage, Progress::Contested),
            Inform::Breach(named) => (named.commitment, &named.obligation, &named.stage, Progress::Breached),
        };
        let stage = stage.as_ref();
        let attested = self.attested(&progress, accepted);
        let settled = if attested.is_some() { Progress::Fulfilled { at } } else { progress.clone() };
        let outcome = match settled {
            Progress::Fulfilled { .. } => Some(Outcome::Fulfilled),
            Progress::Breached => Some(Outcome::Breached),
            Progress::Open | Progress::Delivered { .. } | Progress::Contested | Progress::Lapsed => None,
        };
        let Some(found) = self.commitments.get_mut(&commitment) else { return };
        let Some(value) = found.at_stake(obligation, stage, &settled) else { return };
        found.set(obligation, stage, progress, accepted.at());
        if attested.is_some() {
            found.set(obligation, stage, settled, accepted.at());
        }
        effects.extend(found.release(accepted.at()).into_iter().map(Effect::Moved));
        effects.push(Effect::Commitment(commitment));
        let by = self.grounds(accepted).into_iter().chain(attested).collect();
        let evidence = |outcome| self.evidence(&commitment, obligation, (outcome, value), by, accepted);
        effects.extend(outcome.and_then(evidence));
    }

    /// The signature of who attests what is delivered, where somebody does: then it is settled by it.
    fn attested(&self, progress: &Progress, accepted: &Accepted) -> Option<Ground> {
        // What the node does not see settles nothing by itself.
        let Progress::Delivered { evidence, .. } = progress else { return None };
        let Shown::Attestation { attestation } = evidence else { return None };
        if self.mode == Mode::Sealed {
            return None;
        }
        let by = attestation.claim.attester.clone();
        Some(Ground { at: accepted.at().index, by, key: attestation.key_id })
    }

    pub(super) fn evidence(
        &self,
        commitment: &Hash,
        obligation: &ObligationId,
        (outcome, value): (Outcome, Money),
        by: Vec<Ground>,
        accepted: &Accepted,
    ) -> Option<Effect> {
        let commitment = self.commitments.get(commitment)?;
        // What it was worth only the members of the group know.
        let duty = commitment.duty(obligation).filter(|duty| !duty.is_withheld())?;
        Some(Effect::Settled(Evidence {
            index: accepted.at().index,
            at: accepted.at().time,
            debtor: duty.obligation.debtor.clone(),
            creditor: duty.obligation.creditor.clone(),
            value,
            capability: Some(self.capability.clone()),
            outcome,
            statement: accepted.statement().hash,
            // The node's word, of silence or of a breach, is nobody's signature.
            grounds: commitment.rests_on(duty, outcome, by),
            void: None,
        }))
    }

    /// Enters the next state and notes how and when.
    fn finish(
        &mut self,
        accepted: &Accepted,
        agent: Option<&AgentUri>,
        next: State,
        effects: &mut Vec<Effect>,
    ) {
        let time = accepted.at().time;
        let body = &accepted.statement().body;
        if let Body::Close(close) = body {
            let receipt = match close {
                Close::Receipt(closing) => Some(closing.receipt.clone()),
                Close::Timeout(timeout) => timeout.receipt.clone(),
            };
            self.receipt = self.receipt.take().or(receipt);
            if let Some(participant) = agent.and_then(|agent| self.participants.find_mut(agent)) {
                participant.countersigned = true;
            }
        }
        if next != self.state {
            if matches!(next, State::Closed | State::Failed) {
                self.end = Some(self.ended(body));
                self.offers.clear();
                self.questions.clear();
            }
            if next == State::Introduced {
                self.come_in();
            }
            if self.state == State::Escalated {
                self.escalation = None;
                self.asked_ms.0 = self.asked_ms.0.saturating_add(time.since(self.entered).0);
            }
            // A commit waits in AGREEING, and through an escalation from there.
            if !matches!(next, State::Agreeing | State::Escalated) {
                self.pending = None;
            }
            self.state = next;
            self.entered = time;
            effects.push(Effect::Entered(next));
        }
        self.head = accepted.head();
        self.said.push(self.head.hash);
        self.moved = accepted.at();
    }

    /// Those who stand by the conditions are in once the session begins.
    fn come_in(&mut self) {
        let Some(conditions) = self.conditions.take() else { return };
        for agent in &conditions.accepted {
            if let Some(participant) = self.participants.find_mut(agent) {
                participant.joined = true;
            }
        }
    }

    fn ended(&self, body: &Body) -> End {
        let (reason, words) = match body {
            Body::Close(Close::Receipt(closing)) => (Reason::Completed, Some(closing.reason.as_str())),
            Body::Close(Close::Timeout(timeout)) => (timeout.reason, None),
            Body::Reject(because) if self.state == State::Invited => {
                (Reason::InvitationRejected, Some(because.reason.as_str()))
            }
            Body::Reject(because) => (Reason::EscalationRejected, Some(because.reason.as_str())),
            Body::Withdraw(Withdraw::Withdrawal(because)) => {
                (Reason::InvitationWithdrawn, Some(because.reason.as_str()))
            }
            _ => (Reason::Abandoned, None),
        };
        let words = words.filter(|words| !words.is_empty());
        End { reason, sentence: words.unwrap_or_else(|| reason.sentence()).to_owned() }
    }
}

fn by_hash<'a>(packages: impl IntoIterator<Item = &'a Package>) -> BTreeMap<Hash, Package> {
    packages.into_iter().map(|package| (package.terms_hash(), package.clone())).collect()
}
