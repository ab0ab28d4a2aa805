//! What an accepted statement does to its session. Total: what comes here has been judged.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::guard::{Case, awaited};
use super::table::{Performative, Reason, Role, State};
use super::{
    Agreement, Bounds, Commitment, Conditions, Effect, End, GivenMandate, OfferKind, OpenEscalation,
    OpenOffer, PendingCommit, Progress, Session,
};
use crate::name::AgentUri;
use crate::position::Hash;
use crate::statement::Kind;
use crate::statement::body::{
    Accept, Body, Close, CommitmentState, Counter, Inform, ObligationId, Offer, Package, Propose, Withdraw,
};
use crate::stream::Accepted;
use crate::trust::{Evidence, Outcome};

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
        self.effect(accepted, actor.agent.as_ref(), &mut effects);
        self.count(performative, actor.role);
        self.finish(accepted, actor.agent.as_ref(), next, &mut effects);
        effects
    }

    fn count(&mut self, performative: Performative, role: Role) {
        if role != Role::Node {
            self.messages = self.messages.saturating_add(1);
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
            (Body::Accept(Accept::Introduction(_)), Some(agent)) => self.introduce(agent),
            (Body::Accept(Accept::Acceptance(acceptance)), Some(agent)) => {
                self.accept(acceptance.terms_hash, agent, accepted, effects);
            }
            (Body::Reject(_), agent) => {
                if let (Some(conditions), Some(agent)) = (&mut self.conditions, agent) {
                    conditions.declined.insert(agent.clone());
                }
                self.take_offer_back(statement.in_reply_to);
            }
            (Body::Withdraw(Withdraw::Withdrawal(_)), _) => {
                self.take_offer_back(statement.in_reply_to);
                self.mandates.take_back(statement.in_reply_to);
            }
            (Body::Commit(commit), Some(agent)) => self.commit(commit.terms_hash, hash, agent),
            (Body::Delegate(mandate), Some(agent)) => {
                let by = statement.issuer.agent().unwrap_or(agent).clone();
                let chain = statement.on_behalf_of.clone();
                let given = GivenMandate { by, principal: agent.clone(), mandate: mandate.clone(), chain };
                self.mandates.give(hash, given);
                effects.push(Effect::Delegated(mandate.to.clone()));
            }
            (Body::Escalate(escalation), Some(agent)) => {
                self.escalation = Some(OpenEscalation {
                    statement: hash,
                    by: agent.clone(),
                    authority: escalation.authority.clone(),
                    question: escalation.question.clone(),
                    from: self.state,
                });
            }
            (Body::Inform(inform), _) => self.inform(inform, accepted, effects),
            _ => {}
        }
    }

    fn propose(&mut self, propose: &Propose, hash: Hash, agent: &AgentUri, accepted: &Accepted) {
        let (kind, commitment, packages, respond_by) = match propose {
            Propose::Invitation(_) => return,
            Propose::Proposal(offer) => return self.offer(offer, hash, agent, None, accepted),
            Propose::Amendment(change) => {
                let kind = OfferKind::Amendment { commitment: change.commitment };
                (kind, change.commitment, by_hash([&change.package]), change.respond_by)
            }
            Propose::Termination(change) => {
                let Some(commitment) = self.commitments.get(&change.commitment) else { return };
                let packages = BTreeMap::from([(commitment.terms_hash, commitment.package.clone())]);
                (
                    OfferKind::Termination { commitment: change.commitment },
                    change.commitment,
                    packages,
                    change.respond_by,
                )
            }
        };
        let Some(commitment) = self.commitments.get(&commitment) else { return };
        let awaits = commitment.signers.iter().filter(|signer| *signer != agent).cloned().collect();
        let respond_by = respond_by.unwrap_or_else(|| accepted.at().time.plus(self.limits.response_ms));
        let offer = OpenOffer {
            by: agent.clone(),
            kind,
            packages,
            awaits,
            accepted: BTreeSet::new(),
            chosen: None,
            respond_by,
        };
        self.offers.insert(hash, offer);
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
        let open = OpenOffer {
            by: agent.clone(),
            kind,
            packages: by_hash(&offer.packages),
            awaits,
            accepted: BTreeSet::new(),
            chosen: None,
            respond_by,
        };
        self.offers.insert(hash, open);
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
                self.conditions = Some(Conditions::new(hash, agent.clone()));
                self.entered = accepted.at().time;
            }
            Counter::CounterOffer(offer) => {
                let superseded = replied.and_then(|id| self.offers.remove(&id));
                let amends = superseded.and_then(|open| match open.kind {
                    OfferKind::Amendment { commitment } => {
                        let others = open.signers().into_iter().filter(|signer| signer != agent).collect();
                        Some((commitment, others))
                    }
                    OfferKind::Business { .. } | OfferKind::Termination { .. } => None,
                });
                self.offer(offer, hash, agent, amends, accepted);
            }
        }
    }

    fn introduce(&mut self, agent: &AgentUri) {
        if let Some(conditions) = &mut self.conditions {
            conditions.accepted.insert(agent.clone());
        }
    }

    fn accept(&mut self, terms: Hash, agent: &AgentUri, accepted: &Accepted, effects: &mut Vec<Effect>) {
        if self.state == State::Agreeing {
            return self.sign_commit(agent, accepted, effects);
        }
        let Some(id) = accepted.statement().in_reply_to else { return };
        let Some(offer) = self.offers.get_mut(&id) else { return };
        offer.accepted.insert(agent.clone());
        offer.chosen = Some(terms);
        if !offer.completed_by(agent) {
            return;
        }
        let Some(mut offer) = self.offers.remove(&id) else { return };
        let signers = offer.signers();
        let Some(package) = offer.packages.remove(&terms) else { return };
        match offer.kind {
            OfferKind::Business { binding: false } => {
                self.agreed.insert(terms, Agreement { package, parties: signers });
            }
            OfferKind::Business { binding: true } => {
                self.form(terms, package, signers, accepted, None, effects)
            }
            OfferKind::Amendment { commitment } => {
                self.end_commitment(&commitment, CommitmentState::Amended, effects);
                self.form(terms, package, signers, accepted, Some(commitment), effects);
            }
            OfferKind::Termination { commitment } => {
                self.end_commitment(&commitment, CommitmentState::Terminated, effects);
            }
        }
    }

    fn end_commitment(&mut self, id: &Hash, state: CommitmentState, effects: &mut Vec<Effect>) {
        if let Some(commitment) = self.commitments.get_mut(id) {
            commitment.end(state);
            effects.push(Effect::Commitment(*id));
        }
    }

    fn form(
        &mut self,
        terms: Hash,
        package: Package,
        signers: BTreeSet<AgentUri>,
        accepted: &Accepted,
        replaces: Option<Hash>,
        effects: &mut Vec<Effect>,
    ) {
        let id = accepted.statement().hash;
        let commitment = Commitment::form(id, terms, package, signers, accepted.at(), replaces);
        self.commitments.insert(id, commitment);
        effects.push(Effect::Commitment(id));
    }

    fn commit(&mut self, terms_hash: Hash, statement: Hash, agent: &AgentUri) {
        let Some(agreement) = self.agreed.get(&terms_hash) else { return };
        self.pending = Some(PendingCommit {
            statement,
            by: agent.clone(),
            terms_hash,
            package: agreement.package.clone(),
            awaits: agreement.parties.iter().filter(|party| *party != agent).cloned().collect(),
            accepted: BTreeSet::new(),
        });
    }

    fn sign_commit(&mut self, agent: &AgentUri, accepted: &Accepted, effects: &mut Vec<Effect>) {
        let Some(pending) = &mut self.pending else { return };
        pending.accepted.insert(agent.clone());
        if pending.awaits != pending.accepted {
            return;
        }
        let Some(pending) = self.pending.take() else { return };
        self.agreed.remove(&pending.terms_hash);
        let signers = pending.awaits.into_iter().chain([pending.by]).collect();
        self.form(pending.terms_hash, pending.package, signers, accepted, None, effects);
    }

    /// An offer is off the table, where offers can be answered: an authority's word may name anything.
    fn take_offer_back(&mut self, id: Option<Hash>) {
        if matches!(self.state, State::Conversing | State::Executing) {
            self.offers.retain(|offer, _| Some(*offer) != id);
        }
    }

    fn inform(&mut self, inform: &Inform, accepted: &Accepted, effects: &mut Vec<Effect>) {
        let at = accepted.at().time;
        let (commitment, obligation, progress) = match inform {
            Inform::Note(_) | Inform::Progress(_) => return,
            Inform::Fulfilment(done) => {
                let statement = accepted.statement().hash;
                let delivered = Progress::Delivered { at, evidence: done.evidence.clone(), statement };
                (done.commitment, &done.obligation, delivered)
            }
            Inform::Acknowledgement(named) | Inform::Silence(named) => {
                (named.commitment, &named.obligation, Progress::Fulfilled { at })
            }
            Inform::Contest(note) => (note.commitment, &note.obligation, Progress::Contested),
            Inform::Breach(named) => (named.commitment, &named.obligation, Progress::Breached),
        };
        let outcome = match progress {
            Progress::Fulfilled { .. } => Some(Outcome::Fulfilled),
            Progress::Breached => Some(Outcome::Breached),
            Progress::Open | Progress::Delivered { .. } | Progress::Contested | Progress::Lapsed => None,
        };
        let Some(found) = self.commitments.get_mut(&commitment) else { return };
        found.set(obligation, progress);
        effects.push(Effect::Commitment(commitment));
        effects.extend(outcome.and_then(|outcome| self.evidence(&commitment, obligation, outcome, accepted)));
    }

    fn evidence(
        &self,
        commitment: &Hash,
        obligation: &ObligationId,
        outcome: Outcome,
        accepted: &Accepted,
    ) -> Option<Effect> {
        let duty = self.commitments.get(commitment)?.duty(obligation)?;
        Some(Effect::Settled(Evidence {
            index: accepted.at().index,
            at: accepted.at().time,
            debtor: duty.obligation.debtor.clone(),
            creditor: duty.obligation.creditor.clone(),
            value: duty.obligation.value.clone(),
            capability: Some(self.capability.clone()),
            outcome,
            statement: accepted.statement().hash,
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
        self.last = time;
        self.head = accepted.head();
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
