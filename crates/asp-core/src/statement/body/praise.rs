//! What agents say of one another, in streams of their own. It moves no score; whoever reads it weighs it.

use serde::{Deserialize, Serialize};

use super::{Text, bound, some};
use crate::limits;
use crate::name::{AgentUri, Capability};
use crate::position::Hash;
use crate::rejection::Rejection;

bodies! {
    /// `agent.endorse`: its issuer speaks for another organisation's agent.
    struct Endorsement {
        /// For whom.
        agent: AgentUri,
        /// In what; in all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        capability: Option<Capability>,
        /// Why, for people.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        note: Option<Text>,
    }
    /// `agent.endorse.withdraw`: it does so no more.
    struct EndorsementEnd {
        /// For whom it spoke.
        agent: AgentUri,
        /// In what.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        capability: Option<Capability>,
        /// Why, for people.
        reason: Text,
    }
    /// `agent.rate`: how it was to deal with another participant of a session that has ended. A later one replaces it.
    struct Rating {
        /// Who is rated.
        agent: AgentUri,
        /// Why, for people.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        note: Option<Text>,
        /// Where both took part.
        session: Hash,
        /// From 1, as bad as can be, to 5, as good.
        stars: u32,
    }
}

impl Rating {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        let stars = usize::try_from(self.stars).unwrap_or(usize::MAX);
        bound("/body/stars", stars, 1..=limits::STARS_MAX)
    }
}
