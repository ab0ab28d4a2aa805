//! Cards in a session: who comes in offers what it is about, and nobody is bound to a card that was exchanged.

use std::collections::BTreeSet;

use super::guard::Case;
use super::table::State;
use super::{Facts, OfferKind};
use crate::name::AgentUri;
use crate::statement::body::ParticipantRole;

impl Case<'_> {
    /// What the session is about is on the card of whoever comes in as a party, or on that of who invites.
    ///
    /// Who sells may invite a buyer, so one of the two suffices; who watches or mediates need not offer it.
    pub(super) fn capability_offered(&self, facts: &Facts<'_>) -> bool {
        let Some(agent) = self.agent().or_else(|| self.statement.issuer.agent()) else { return false };
        let invited = self.session.participants.find(agent).map(|participant| participant.role);
        let is_party = match self.admission().map(|admission| admission.role).or(invited) {
            Some(ParticipantRole::Party) => true,
            Some(ParticipantRole::Initiator | ParticipantRole::Observer | ParticipantRole::Mediator)
            | None => false,
        };
        let offers = |who: &AgentUri| {
            let mut cards = facts.agents.iter().filter(|agent| agent.uri() == who).map(|agent| agent.card());
            cards.any(|card| card.offers(&self.session.capability))
        };
        !is_party || offers(agent) || offers(&self.session.initiator) // ASP-SES-049
    }

    /// The card of nobody who would be bound says anything else than when its agent stood by it.
    ///
    /// The place in the log decides, not the content: a card that was changed and changed back has been another one.
    pub(super) fn cards_unchanged(&self, facts: &Facts<'_>) -> bool {
        self.would_be_bound().iter().all(|agent| {
            let stood = self.session.participants.find(agent).and_then(|participant| participant.stands_by);
            let known = facts.agents.iter().find(|known| known.uri() == agent);
            stood.zip(known).is_some_and(|(stood, known)| {
                // What another card lies where the pinned one should, has been exchanged as well.
                known.card_since() <= stood && known.card_check().is_none_or(|check| check.matches) // ASP-SES-048
            })
        })
    }

    /// Whom an acceptance binds, if it is the last that is needed; nobody where it ends a commitment.
    fn would_be_bound(&self) -> BTreeSet<AgentUri> {
        let (Some(agent), Some(terms)) = (self.agent(), self.acceptance()) else { return BTreeSet::new() };
        if let (State::Agreeing, Some(pending)) = (self.session.state, &self.session.pending) {
            return pending.awaits.iter().chain([&pending.by]).cloned().collect();
        }
        let Some(offer) = self.offer() else { return BTreeSet::new() };
        match offer.kind {
            OfferKind::Business { .. } | OfferKind::Amendment { .. } => {
                offer.signers(&terms).into_iter().chain([agent.clone()]).collect()
            }
            OfferKind::Termination { .. } | OfferKind::Admission(_) => BTreeSet::new(),
        }
    }
}
