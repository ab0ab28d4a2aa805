//! The words of the API about consents.

use asp_core::name::{AgentUri, Capability};
use asp_core::position::{Hash, LogTime};
use asp_core::session::Session;
use asp_core::session::table::State;
use asp_core::statement::body::{CommitmentState, Text};
use serde::{Deserialize, Serialize};

/// How the organisation that was asked for consent granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum GrantedBy {
    /// By a rule of its policy.
    Rule,
    /// By a statement of its own.
    Statement,
}

/// What a person can decide about a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ConsentDecision {
    /// To grant it, as who was asked.
    Grant,
    /// To revoke it, effective at once.
    Revoke,
    /// To confirm that the other side revoked it.
    Acknowledge,
}

api! {
    /// What a person decides about a consent.
    #[serde(deny_unknown_fields)]
    struct NewConsentDecision {
        /// `grant`, `revoke`, or `acknowledge` that the other side revoked it.
        decision: ConsentDecision,
        /// Why, for people; of a revocation, and of nothing else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        reason: Option<Text>,
    }
    /// A session under a consent.
    struct ConsentSession {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Its state.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        state: State,
        /// What it is about.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        capability: Capability,
        /// Who was invited or came in, by name.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        agents: Vec<AgentUri>,
        /// When it was opened.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        opened_at: LogTime,
        /// Its commitments by id.
        commitments: Vec<ConsentCommitment>,
    }
    /// A commitment of a session under a consent.
    struct ConsentCommitment {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Where it stands.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        state: CommitmentState,
    }
    /// A page of the sessions under a consent.
    struct ConsentSessionPage {
        /// The sessions, those opened last first.
        sessions: Vec<ConsentSession>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
}

impl From<&Session> for ConsentSession {
    fn from(session: &Session) -> Self {
        let commitments = session.commitments().iter();
        Self {
            id: session.id(),
            state: session.state(),
            capability: session.capability().clone(),
            agents: session.participants().iter().map(|(agent, _)| agent.clone()).collect(),
            opened_at: session.opened().time,
            commitments: commitments
                .map(|(id, commitment)| ConsentCommitment { id: *id, state: commitment.state() })
                .collect(),
        }
    }
}
