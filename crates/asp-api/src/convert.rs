//! From the core's states to what the API shows of them.

use std::collections::BTreeSet;

use asp_core::agent::Agent;
use asp_core::consent::{Consent, Grant};
use asp_core::name::Domain;
use asp_core::org::Organisation;
use asp_core::position::{Hash, LogTime, Position};
use asp_core::rejection::{Rejection, Retry};
use asp_core::session::table::Role;
use asp_core::session::{Commitment, Duty, GivenMandate, OfferKind, OpenOffer, OpenQuestion, Owed, Session};
use asp_core::statement::body::{Card, OrgVerify, TrustFloor};
use asp_core::stream::{KeyHistory, KeyLife};

use super::{
    AdmittedView, AgentView, ChannelView, CommitmentView, ConsentView, DomainView, EndView, EscalationView,
    FloorView, GrantedBy, HoldView, KeyView, MandateView, NarrowedView, ObligationView, OfferView,
    OrganisationView, ParticipantView, PendingView, Problem, QuestionView, SessionView, StageView, UsageView,
};

impl Problem {
    /// The rule that is broken and where in the statement, as far as either is known: `ASP-SES-013 at /issuer`.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        let pointer = self.pointer.as_ref().filter(|pointer| !pointer.is_empty());
        match (&self.rule, pointer) {
            (Some(rule), Some(pointer)) => Some(format!("{rule} at {pointer}")),
            (Some(rule), None) => Some(rule.clone()),
            (None, Some(pointer)) => Some(format!("at {pointer}")),
            (None, None) => None,
        }
    }
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        let code = rejection.code;
        Self {
            code,
            detail: code.sentence().to_owned(),
            head: rejection.head,
            hint: code.hint().to_owned(),
            pointer: rejection.pointer.clone(),
            retry: match code.retry() {
                Retry::Never => "never",
                Retry::Change => "change",
                Retry::Later => "later",
            }
            .to_owned(),
            room: rejection.room.as_deref().cloned(),
            rule: rejection.rule.map(str::to_owned),
            status: code.status(),
            title: code.as_str().to_owned(),
            kind: format!("urn:asp:error:{}", code.as_str()),
        }
    }
}

fn keys(history: &KeyHistory) -> Vec<KeyView> {
    history
        .all()
        .map(|(key, KeyLife { from, until, distrusted_from })| KeyView {
            key: *key,
            from: *from,
            until: *until,
            distrusted_from: *distrusted_from,
        })
        .collect()
}

fn domain(organisation: &Organisation) -> Option<DomainView> {
    let OrgVerify { key, method } = *organisation.evidence()?;
    let check = organisation.check();
    let asked = check.filter(|check| (check.found.key, check.found.method) == (key, method));
    Some(DomainView {
        proved: organisation.proved(),
        method,
        key,
        found: asked.map(|check| check.found.found),
        checked_at: check.map(|check| check.at.time),
        checked_in: check.map(|check| check.at.index),
        looked_at: None,
        saw: None,
    })
}

impl From<&Organisation> for OrganisationView {
    fn from(organisation: &Organisation) -> Self {
        Self {
            domain: organisation.domain().clone(),
            name: organisation.name().to_string(),
            proof: domain(organisation),
            mistakable_for: BTreeSet::new(),
            keys: keys(organisation.keys()),
            policy: organisation.policy().cloned(),
            head: organisation.head(),
            registered_at: organisation.registered().time,
        }
    }
}

impl From<&Agent> for AgentView {
    fn from(agent: &Agent) -> Self {
        Self {
            agent: agent.uri().clone(),
            name: agent.card().name.to_string(),
            description: agent.card().description.to_string(),
            capabilities: agent.card().capabilities.clone(),
            a2a: agent.card().a2a.clone(),
            a2a_check: agent.card_check().cloned(),
            availability: agent.card().availability,
            ceiling: agent.card().ceiling.clone(),
            endpoint: agent.card().endpoint.clone(),
            languages: agent.card().languages.clone(),
            price: agent.card().price.clone(),
            schemas: agent.card().schemas.clone(),
            keys: keys(agent.keys()),
            mistakable_for: BTreeSet::new(),
            card: agent.card_set_by(),
            standing: None,
            last_answer: None,
            retired: agent.retired(),
            head: agent.head(),
            registered_at: agent.registered().time,
        }
    }
}

impl AgentView {
    /// The card as the agent would have to set it to say the same; none if a node shows what no card can say.
    #[must_use]
    pub fn to_card(&self) -> Option<Card> {
        Some(Card {
            a2a: self.a2a.clone(),
            availability: self.availability,
            capabilities: self.capabilities.clone(),
            ceiling: self.ceiling.clone(),
            description: self.description.parse().ok()?,
            endpoint: self.endpoint.clone(),
            languages: self.languages.clone(),
            name: self.name.parse().ok()?,
            price: self.price.clone(),
            schemas: self.schemas.clone(),
        })
    }
}

impl ConsentView {
    /// A consent as it stands at `now`.
    #[must_use]
    pub fn of(consent: &Consent, now: LogTime) -> Self {
        let terms = consent.terms();
        let (granted_by, policy, trust_floor) = match consent.grant() {
            Some(Grant::Rule { policy, floor }) => (Some(GrantedBy::Rule), Some(*policy), floor.clone()),
            Some(Grant::Statement) => (Some(GrantedBy::Statement), None, None),
            None => (None, None, None),
        };
        let narrowed = consent.narrowings().last();
        Self {
            id: consent.id(),
            by: consent.by().clone(),
            with: terms.with.clone(),
            standing: consent.standing(now).as_str().to_owned(),
            purpose: terms.purpose.to_string(),
            capabilities: terms.capabilities.clone(),
            ceiling: terms.ceiling.clone(),
            expires_at: terms.expires_at,
            data_classes: terms.data_classes.clone(),
            fields: terms.fields.clone(),
            performatives: terms.performatives.clone(),
            granted_by,
            policy,
            trust_floor,
            narrowed_by: narrowed.map(|narrowing| narrowing.by.clone()),
            narrowed_at: narrowed.map(|narrowing| narrowing.at.time),
            revoked_by: consent.revoked().map(|(by, _)| by.clone()),
            revoked_at: consent.revoked().map(|(_, at)| at.time),
            acknowledged: consent.acknowledged().is_some(),
            acknowledged_at: consent.acknowledged().map(|at| at.time),
            head: consent.head(),
        }
    }
}

impl CommitmentView {
    /// A commitment of a session, as it is read at `now`.
    #[must_use]
    pub fn of(session: Hash, commitment: &Commitment, now: LogTime) -> Self {
        let obligations = commitment.duties().iter().map(|duty| obligation(commitment, duty, now)).collect();
        Self {
            id: commitment.id,
            session,
            terms_hash: commitment.terms_hash,
            terms: commitment.package.terms.clone(),
            disputes: commitment.package.disputes.clone(),
            state: commitment.state(),
            disputed: commitment.disputed(),
            holds: commitment.holds().iter().map(HoldView::of).collect(),
            signers: commitment.signers.clone(),
            formed_at: commitment.formed.time,
            replaces: commitment.replaces,
            obligations,
        }
    }
}

fn obligation(commitment: &Commitment, duty: &Duty, now: LogTime) -> ObligationView {
    let due = commitment.due_at(duty);
    let agreed = commitment.agreed(duty);
    let remedy = agreed.remedy.clone();
    let stages = duty.stages.iter().map(|milestone| {
        let owed = Owed { duty, milestone: Some(milestone) };
        StageView {
            id: milestone.stage.id.to_string(),
            what: milestone.stage.what.to_string(),
            value: milestone.stage.value.clone(),
            state: milestone.progress.as_str().to_owned(),
            shown_by: owed.shown_by().clone(),
            due: commitment.due_of(owed),
            met_until: commitment.met_until_of(owed),
            late_ms: commitment.late_ms(owed),
        }
    });
    ObligationView {
        id: duty.obligation.id.to_string(),
        what: agreed.what.to_string(),
        debtor: duty.obligation.debtor.clone(),
        creditor: duty.obligation.creditor.clone(),
        value: agreed.value.clone(),
        state: duty.progress.as_str().to_owned(),
        stages: stages.collect(),
        shown_by: agreed.shown_by.clone(),
        penalty: commitment.penalty(duty, now),
        capped_at: remedy.as_ref().zip(due).and_then(|(remedy, due)| remedy.capped_at(due)),
        late_ms: commitment.late_ms(Owed { duty, milestone: None }),
        remedy,
        due,
        met_until: commitment.met_until(duty),
    }
}

fn offer(id: Hash, offer: &OpenOffer) -> OfferView {
    let (kind, commitment) = match &offer.kind {
        OfferKind::Business { .. } => ("business", None),
        OfferKind::Amendment { commitment } => ("amendment", Some(*commitment)),
        OfferKind::Termination { commitment, .. } => ("termination", Some(*commitment)),
        OfferKind::Admission(_) => ("admission", None),
    };
    let admits = match &offer.kind {
        OfferKind::Admission(admission) => Some(admission.agent.clone()),
        OfferKind::Business { .. } | OfferKind::Amendment { .. } | OfferKind::Termination { .. } => None,
    };
    OfferView {
        id,
        by: offer.by.clone(),
        kind: kind.to_owned(),
        binding: offer.binds(),
        commitment,
        packages: offer.packages.clone(),
        admits,
        awaits: offer.awaits.iter().filter(|agent| offer.awaits(agent)).cloned().collect(),
        accepted: offer.accepted.clone(),
        quorum: offer.quorum,
        answers: offer.answers.clone(),
        respond_by: offer.respond_by,
    }
}

fn question(id: Hash, open: &OpenQuestion) -> QuestionView {
    QuestionView {
        id,
        by: open.by.clone(),
        awaits: open.awaits.clone(),
        about: open.about,
        text: open.text.to_string(),
        respond_by: open.respond_by,
    }
}

fn mandate(id: Hash, given: &GivenMandate) -> MandateView {
    MandateView {
        id,
        by: given.by.clone(),
        principal: given.principal.clone(),
        mandate: given.mandate.clone(),
        chain: given.chain.clone(),
    }
}

impl SessionView {
    /// The same, with what narrowed the session at the moment of reading: time alone can end a consent.
    #[must_use]
    pub fn narrowed_by(mut self, ended: Option<(Hash, LogTime)>) -> Self {
        self.narrowed = ended.map(|(consent, at)| NarrowedView { consent, at });
        self
    }

    /// The same, with what its initiator had to have earned: where the log has the invitation, the last instant that
    /// counted, and the floors of those who were invited.
    #[must_use]
    pub fn admitted_by(
        mut self,
        index: Position,
        judged_at: LogTime,
        floors: Vec<(Domain, TrustFloor)>,
    ) -> Self {
        let floors =
            floors.into_iter().map(|(organisation, floor)| FloorView { organisation, floor }).collect();
        self.admitted = Some(AdmittedView { index, judged_at, floors });
        self
    }
}

impl From<&Session> for SessionView {
    fn from(session: &Session) -> Self {
        let (rounds, messages) = session.counts();
        let participants = session
            .participants()
            .iter()
            .map(|(agent, participant)| ParticipantView {
                agent: agent.clone(),
                role: participant.role,
                joined: participant.joined,
                left: participant.left,
                countersigned: participant.countersigned,
                may_say: session.allowed(Role::from(participant.role)).collect(),
            })
            .collect();
        Self {
            id: session.id(),
            state: session.state(),
            head: session.head(),
            mode: session.mode(),
            channel: session.channel().map(|channel| ChannelView {
                epoch: channel.epoch,
                statement: channel.statement,
                members: channel.members.clone(),
            }),
            opened_at: session.opened().time,
            updated_at: session.last(),
            initiator: session.initiator().clone(),
            capability: session.capability().clone(),
            purpose: session.purpose().to_string(),
            consents: session.consents().clone(),
            schemas: session.schemas().clone(),
            participants,
            conditions: session.conditions(),
            offers: session.offers().iter().map(|(id, open)| offer(*id, open)).collect(),
            questions: session.questions().iter().map(|(id, open)| question(*id, open)).collect(),
            mandates: session.mandates().iter().map(|(id, given)| mandate(*id, given)).collect(),
            usage: session
                .usage()
                .iter()
                .map(|(agent, usage)| UsageView { agent: agent.clone(), usage: usage.clone() })
                .collect(),
            agreed: session.agreed().keys().copied().collect(),
            pending: session.pending().map(|pending| PendingView {
                id: pending.statement,
                by: pending.by.clone(),
                terms_hash: pending.terms_hash,
                awaits: pending.awaits.difference(&pending.accepted).cloned().collect(),
            }),
            commitments: session
                .commitments()
                .values()
                .map(|commitment| CommitmentView::of(session.id(), commitment, session.last()))
                .collect(),
            trust_floor: session.limits().trust_floor.clone(),
            escalation: session.escalation().map(|open| EscalationView {
                by: open.by.clone(),
                authority: open.authority.clone(),
                contact: open.contact.as_ref().map(ToString::to_string),
                question: open.question.to_string(),
            }),
            narrowed: None,
            admitted: None,
            receipt: session.receipt(),
            end: session
                .end()
                .map(|end| EndView { code: end.reason.as_str().to_owned(), sentence: end.sentence.clone() }),
            rounds,
            messages,
        }
    }
}
