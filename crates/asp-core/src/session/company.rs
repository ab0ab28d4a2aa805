//! Guards about who else is there: newcomers, delegates from outside, who leaves, whose answer is awaited, who spends.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a guard asks for the body that it looks at; every other is answered alike"
)]

use super::guard::{Case, covers};
use super::table::State;
use super::{Facts, OfferKind};
use crate::consent::{Consent, Standing};
use crate::limits;
use crate::name::AgentUri;
use crate::position::Hash;
use crate::rejection::{Code, Rejection};
use crate::statement::body::{Admission, Body, Inform, Mandate, ParticipantRole, Propose};

impl Case<'_> {
    fn asks_in(&self) -> Option<&Admission> {
        match &self.statement.body {
            Body::Propose(Propose::Admission(admission)) => Some(admission),
            _ => None,
        }
    }

    /// A newcomer takes no part yet, is asked once at a time, and there is room.
    pub(super) fn newcomer_valid(&self, facts: &Facts<'_>) -> bool {
        let Some(admission) = self.asks_in() else { return false };
        let participants = &self.session.participants;
        let known = participants.find(&admission.agent);
        let takes_part = known.is_some_and(|participant| participant.joined);
        let asked = self.session.offers.values().any(|offer| match &offer.kind {
            OfferKind::Admission(other) => other.agent == admission.agent && self.at.time <= offer.respond_by,
            OfferKind::Business { .. } | OfferKind::Amendment { .. } | OfferKind::Termination { .. } => false,
        });
        let room = known.is_some() || participants.len() < limits::PARTICIPANTS_MAX;
        let timely = admission
            .respond_by
            .is_none_or(|by| by > self.at.time && by.since(self.at.time) <= limits::SESSION_LIMIT_MS_MAX);
        facts.newcomer_registered && !takes_part && !asked && room && timely // ASP-SES-040
    }

    /// The issuer's organisation has a consent with the newcomer's that covers the session.
    pub(super) fn newcomer_covered(&self, facts: &Facts<'_>) -> bool {
        let (Some(admission), Some(issuer)) = (self.asks_in(), self.agent()) else { return false };
        let home = issuer.organisation();
        let named: Vec<&Consent> = of(&facts.further, |id| admission.consents.contains(id));
        let own = named
            .iter()
            .all(|consent| consent.is_party(&home) && consent.standing(self.at.time) == Standing::Granted);
        let newcomers = admission.agent.organisation();
        named.len() == admission.consents.len()
            && own
            && covers(&named, &home, &newcomers, &self.session.capability).is_ok()
    }

    /// A delegate is registered and known to those who take part, or let in by a consent of who gives the mandate.
    pub(super) fn delegate_admitted(&self, facts: &Facts<'_>) -> bool {
        let Body::Delegate(mandate) = &self.statement.body else { return false };
        let Some(giver) = self.statement.issuer.agent() else { return false };
        let organisation = mandate.to.organisation();
        let takes_part = |agent: &AgentUri| agent.organisation() == organisation;
        let within = self
            .session
            .participants
            .iter()
            .any(|(agent, participant)| participant.joined && takes_part(agent));
        facts.newcomer_registered && (within || self.lets_in(mandate, giver, facts)) // ASP-SES-046
    }

    fn lets_in(&self, mandate: &Mandate, giver: &AgentUri, facts: &Facts<'_>) -> bool {
        let named: Vec<&Consent> = of(&facts.further, |id| mandate.consent.as_ref() == Some(id));
        let stands = named.iter().all(|consent| consent.standing(self.at.time) == Standing::Granted);
        let (home, other) = (giver.organisation(), mandate.to.organisation());
        stands && covers(&named, &home, &other, &self.session.capability).is_ok()
    }

    /// The consents on which the mandates of a statement rest are in force.
    ///
    /// # Errors
    /// [`Code::InvalidMandate`].
    pub(super) fn mandates_stand(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let chain = self.statement.on_behalf_of.iter().filter_map(|id| self.session.mandates.find(id));
        let rest_on: Vec<Hash> = chain.filter_map(|given| given.mandate.consent).collect();
        let fallen = facts.further.iter().filter(|consent| rest_on.contains(&consent.id()));
        let mut fallen = fallen.filter(|consent| {
            let fell_away = self.session.fell_away(consent).is_some(); // ASP-CON-015
            fell_away || consent.standing(self.at.time) != Standing::Granted
        });
        match fallen.next() {
            Some(_) => Err(Code::InvalidMandate.at("/onBehalfOf")), // ASP-SES-020
            None => Ok(()),
        }
    }

    /// Without who leaves there is still somebody to deal with.
    pub(super) fn others_remain(&self) -> bool {
        let Some(agent) = self.agent() else { return false };
        let participants = &self.session.participants;
        let negotiates = participants.find(agent).is_some_and(|participant| {
            matches!(participant.role, ParticipantRole::Initiator | ParticipantRole::Party)
        });
        !negotiates || participants.negotiators(agent).len() >= 2 // ASP-SES-041
    }

    /// Who leaves owes nothing and is owed nothing, and no commit bears or awaits its signature.
    pub(super) fn is_unbound(&self) -> bool {
        let Some(agent) = self.agent() else { return false };
        let session = self.session;
        let live = session.commitments.values().filter(|commitment| commitment.is_live());
        let bound = live.flat_map(|commitment| &commitment.signers).any(|signer| signer == agent);
        let signs = session
            .pending
            .as_ref()
            .is_some_and(|pending| pending.by == *agent || pending.awaits.contains(agent));
        !bound && !signs // ASP-SES-042
    }

    /// Who is asked takes part and may answer, in a time that is not too long, and not too many wait.
    pub(super) fn question_valid(&self) -> bool {
        let Body::Query(question) = &self.statement.body else { return false };
        let timely = question
            .respond_by
            .is_none_or(|by| by > self.at.time && by.since(self.at.time) <= self.session.limits.response_ms);
        let Some(awaits) = &question.awaits else { return question.respond_by.is_none() };
        let answers =
            self.session.participants.find(awaits).is_some_and(|participant| {
                participant.joined && participant.role != ParticipantRole::Observer
            });
        let open = || self.session.questions.values().filter(|open| self.at.time <= open.respond_by);
        // One question at a time stops the time of an offer, so that what it gives back is its own.
        let about = self.statement.in_reply_to.filter(|id| self.session.offers.contains_key(id));
        let free = about.is_none() || open().all(|other| other.about != about);
        let room = open().count() < limits::OPEN_QUESTIONS_MAX;
        timely && answers && free && room && self.agent() != Some(awaits) // ASP-SES-043
    }

    /// A question to somebody is answered by that one.
    pub(super) fn answers_question(&self) -> bool {
        let asked = self.statement.in_reply_to.and_then(|id| self.session.questions.get(&id));
        asked.is_none_or(|question| self.agent() == Some(&question.awaits)) // ASP-SES-044
    }

    /// There is a budget, in the same currency, and nobody takes back what it has spent.
    pub(super) fn usage_grows(&self) -> bool {
        let Body::Inform(Inform::Usage(usage)) = &self.statement.body else { return false };
        let (Some(agent), Some(budget)) = (self.agent(), &self.session.limits.budget) else { return false };
        let before = self.session.usage.get(agent);
        let counted = match (&usage.cost, &budget.cost) {
            (Some(cost), Some(most)) => cost.currency == most.currency,
            (Some(_), None) => false,
            (None, _) => true,
        };
        let cost_before = before.and_then(|before| before.cost.as_ref());
        let cost = cost_before
            .is_none_or(|before| usage.cost.as_ref().is_some_and(|cost| cost.amount >= before.amount));
        let tokens =
            before.and_then(|before| before.tokens).is_none_or(|before| usage.tokens >= Some(before));
        let counts_tokens = usage.tokens.is_none() || budget.tokens.is_some();
        counted && counts_tokens && cost && tokens && self.session.state != State::Invited // ASP-SES-045
    }
}

/// Those consents whose id is asked for.
fn of<'a>(consents: &[&'a Consent], named: impl Fn(&Hash) -> bool) -> Vec<&'a Consent> {
    consents.iter().filter(|consent| named(&consent.id())).copied().collect()
}
