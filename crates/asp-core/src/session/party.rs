//! Who takes part in a session, as what, and who may act for whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits;
use crate::name::AgentUri;
use crate::position::{Hash, LogTime, Position};
use crate::rejection::Code;
use crate::session::table::{Performative, Role};
use crate::statement::Statement;
use crate::statement::body::{Invitee, Mandate, ParticipantRole};
use crate::trust::Ground;

impl From<ParticipantRole> for Role {
    fn from(role: ParticipantRole) -> Self {
        match role {
            ParticipantRole::Initiator => Self::Initiator,
            ParticipantRole::Party => Self::Party,
            ParticipantRole::Observer => Self::Observer,
            ParticipantRole::Mediator => Self::Mediator,
        }
    }
}

/// A participant of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// As what.
    pub role: ParticipantRole,
    /// Whether the session cannot start without it.
    pub required: bool,
    /// Whether it has introduced itself; the initiator has by inviting.
    pub joined: bool,
    /// Whether it came in and went again.
    pub left: bool,
    /// Whether it has signed the session's receipt.
    pub countersigned: bool,
    /// Where in the log it last stood by its card: by inviting, by introducing itself, by asking for other conditions.
    pub stands_by: Option<Position>,
}

/// All participants by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Participants(BTreeMap<AgentUri, Participant>);

impl Participants {
    /// Reads an invitation's list; none if it does not make a session.
    #[must_use]
    pub fn of(invitees: &[Invitee], issuer: &AgentUri) -> Option<Self> {
        let mut all = BTreeMap::new();
        for invitee in invitees {
            let initiator = invitee.role == ParticipantRole::Initiator;
            let participant = Participant {
                role: invitee.role,
                required: initiator || invitee.required.unwrap_or(invitee.role == ParticipantRole::Party),
                joined: initiator,
                left: false,
                countersigned: false,
                stands_by: None,
            };
            // Who only watches keeps nobody waiting.
            let waits_for_observer = participant.required && participant.role == ParticipantRole::Observer; // ASP-SES-035
            if initiator != (invitee.agent == *issuer)
                || waits_for_observer
                || all.insert(invitee.agent.clone(), participant).is_some()
            {
                return None;
            }
        }
        let comes = |role| {
            all.values().any(|participant: &Participant| participant.role == role && participant.required)
        };
        // Without a party that must come, nobody might be there to deal with.
        let valid = comes(ParticipantRole::Initiator) && comes(ParticipantRole::Party);
        valid.then_some(Self(all)) // ASP-SES-001
    }

    /// A participant by name.
    #[must_use]
    pub fn find(&self, agent: &AgentUri) -> Option<&Participant> {
        self.0.get(agent)
    }

    /// Changes a participant.
    pub(super) fn find_mut(&mut self, agent: &AgentUri) -> Option<&mut Participant> {
        self.0.get_mut(agent)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&AgentUri, &Participant)> {
        self.0.iter()
    }

    /// Lets a newcomer in, or one who was invited before and stayed away or left.
    pub(super) fn join(&mut self, agent: AgentUri, role: ParticipantRole, at: Position) {
        let newcomer = Participant {
            role,
            required: false,
            joined: true,
            left: false,
            countersigned: false,
            stands_by: Some(at),
        };
        self.0.insert(agent, newcomer);
    }

    /// Notes that somebody stands by its card.
    pub(super) fn stand(&mut self, agent: &AgentUri, at: Position) {
        if let Some(participant) = self.0.get_mut(agent) {
            participant.stands_by = Some(at);
        }
    }

    /// Lets somebody go.
    pub(super) fn leave(&mut self, agent: &AgentUri) {
        if let Some(participant) = self.0.get_mut(agent) {
            participant.joined = false;
            participant.left = true;
        }
    }

    /// How many there are, who stayed away and who left among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those who negotiate and are in, without `except`.
    #[must_use]
    pub fn negotiators(&self, except: &AgentUri) -> BTreeSet<AgentUri> {
        let negotiates = |role| matches!(role, ParticipantRole::Initiator | ParticipantRole::Party);
        self.iter()
            .filter(|(agent, participant)| {
                *agent != except && participant.joined && negotiates(participant.role)
            })
            .map(|(agent, _)| agent.clone())
            .collect()
    }

    /// Those without whom the session cannot start.
    #[must_use]
    pub fn required(&self) -> BTreeSet<AgentUri> {
        self.iter().filter(|(_, participant)| participant.required).map(|(agent, _)| agent.clone()).collect()
    }
}

/// A mandate that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenMandate {
    /// Who gave it.
    pub by: AgentUri,
    /// For whom the delegate acts in the end.
    pub principal: AgentUri,
    /// What it allows.
    pub mandate: Mandate,
    /// The mandates under which it was given, from the principal's own.
    pub chain: Vec<Hash>,
    /// The signatures that it rests on: of who gave it, and of all that it was given under.
    pub grounds: Vec<Ground>,
}

/// The mandates of a session by the statement that gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mandates(BTreeMap<Hash, GivenMandate>);

impl Mandates {
    /// A mandate by the statement that gave it.
    #[must_use]
    pub fn find(&self, id: &Hash) -> Option<&GivenMandate> {
        self.0.get(id)
    }

    /// All that stand.
    pub fn iter(&self) -> impl Iterator<Item = (&Hash, &GivenMandate)> {
        self.0.iter()
    }

    /// How many stand.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none stands.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn give(&mut self, id: Hash, mandate: GivenMandate) {
        self.0.insert(id, mandate);
    }

    /// Takes a mandate back, and with it every one that was given under it.
    pub(super) fn take_back(&mut self, id: Option<Hash>) {
        let Some(id) = id else { return };
        self.0.retain(|given, mandate| *given != id && !mandate.chain.contains(&id));
    }

    /// Takes back all by which others act for who leaves.
    pub(super) fn end_of(&mut self, principal: &AgentUri) {
        self.0.retain(|_, mandate| mandate.principal != *principal);
    }

    /// The links of the chain that a statement names, checked one by one; empty for one's own statements.
    ///
    /// # Errors
    /// [`Code::InvalidMandate`] for a chain that does not lead to the issuer, or does not cover the performative now.
    pub fn chain(
        &self,
        statement: &Statement,
        performative: Performative,
        now: LogTime,
    ) -> Result<Vec<&GivenMandate>, Code> {
        let Some((last, before)) = statement.on_behalf_of.split_last() else { return Ok(Vec::new()) };
        let given = self.find(last).ok_or(Code::InvalidMandate)?;
        let leads_here = statement.issuer.agent() == Some(&given.mandate.to) && given.chain == before;
        let links: Vec<&GivenMandate> =
            statement.on_behalf_of.iter().filter_map(|id| self.find(id)).collect();
        let covers = |link: &&GivenMandate| {
            now < link.mandate.expires_at && link.mandate.performatives.contains(&performative)
        };
        let whole = links.len() == statement.on_behalf_of.len() && links.iter().all(covers);
        if leads_here && whole { Ok(links) } else { Err(Code::InvalidMandate) } // ASP-SES-020
    }

    /// Whether `mandate`, given under `chain`, only narrows what it is given under.
    #[must_use]
    pub fn narrows(chain: &[&GivenMandate], mandate: &Mandate, giver: &AgentUri, now: LogTime) -> bool {
        let within = |link: &&GivenMandate| {
            let scope = mandate.performatives.is_subset(&link.mandate.performatives);
            let time = mandate.expires_at <= link.mandate.expires_at;
            let value = match (&mandate.ceiling, &link.mandate.ceiling) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(own), Some(wider)) => own.currency == wider.currency && own.amount <= wider.amount,
            };
            scope && time && value
        };
        // How many mandates would stand one under the other below each link, this one counted.
        let depths = (1..=chain.len()).rev();
        let deep = chain.iter().zip(depths).all(|(link, below)| {
            link.mandate.hops.is_none_or(|hops| u32::try_from(below).is_ok_and(|below| below <= hops))
        });
        // A chain that comes back to somebody would let authority be renewed in a circle.
        let circle = mandate.to == *giver || chain.iter().any(|link| link.by == mandate.to);
        chain.len() < limits::DELEGATION_HOPS_MAX
            && !circle
            && deep
            && now < mandate.expires_at
            && chain.iter().all(within)
    }
}
