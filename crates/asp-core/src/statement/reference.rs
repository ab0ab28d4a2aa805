//! What a body refers to outside its own stream: what has to be known before it can be judged.
#![expect(clippy::wildcard_enum_match_arm, reason = "few bodies refer to anything")]

use super::body::{Body, Counter, Propose, SchemaRef};
use crate::name::{AgentUri, Domain};
use crate::position::Hash;

impl Body {
    /// The agents that it would let into a session: those invited, a newcomer, a delegate.
    #[must_use]
    pub fn lets_in(&self) -> Vec<&AgentUri> {
        match self {
            Self::Propose(Propose::Invitation(invitation)) => {
                invitation.participants.iter().map(|invitee| &invitee.agent).collect()
            }
            Self::Propose(Propose::Admission(admission)) => vec![&admission.agent],
            Self::Delegate(mandate) => vec![&mandate.to],
            _ => Vec::new(),
        }
    }

    /// The terms schemas that it offers for a session.
    #[must_use]
    pub fn schemas_offered(&self) -> &[SchemaRef] {
        let offered = match self {
            Self::Propose(Propose::Invitation(invitation)) => &invitation.schemas,
            Self::Counter(Counter::Conditions(conditions)) => &conditions.schemas,
            _ => &None,
        };
        offered.as_deref().unwrap_or_default()
    }

    /// The organisation that it asks for consent.
    #[must_use]
    pub const fn asks_consent_of(&self) -> Option<&Domain> {
        match self {
            Self::ConsentRequest(request) => Some(&request.with),
            _ => None,
        }
    }

    /// The consents that it names.
    #[must_use]
    pub fn consents_named(&self) -> Vec<&Hash> {
        match self {
            Self::Propose(Propose::Invitation(invitation)) => invitation.consents.iter().collect(),
            Self::Propose(Propose::Admission(admission)) => admission.consents.iter().collect(),
            Self::Delegate(mandate) => mandate.consent.iter().collect(),
            _ => Vec::new(),
        }
    }
}
