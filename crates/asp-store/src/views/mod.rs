//! Views: what can be read of the log without reading all of it. Each is a fold of the entries and nothing more.
//!
//! Whoever may see only a part is named by its [`Tenant`]; a query over what is not public does not exist without.

pub(crate) mod account;
pub(crate) mod act;
pub(crate) mod agent;
pub(crate) mod commitment;
pub(crate) mod consent;
pub(crate) mod dispute;
pub(crate) mod domain;
pub(crate) mod evidence;
pub(crate) mod feed;
pub(crate) mod likeness;
pub(crate) mod owing;
pub(crate) mod panel;
pub(crate) mod praise;
pub(crate) mod session;
pub(crate) mod terms;
pub(crate) mod work;

use asp_core::name::{AgentUri, Domain, Issuer, StreamId};

/// Who reads: made from an authenticated token and from nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tenant {
    /// An agent: sees what it takes part in.
    Agent(AgentUri),
    /// An organisation: sees what it or one of its agents takes part in.
    Organisation(Domain),
}

impl Tenant {
    /// The stream that bears the tenant's name, by which rows know it.
    #[must_use]
    pub fn party(&self) -> StreamId {
        match self {
            Self::Agent(agent) => StreamId::Agent(agent.clone()),
            Self::Organisation(domain) => StreamId::Org(domain.clone()),
        }
    }

    /// Whether the tenant said something itself, or an agent of it.
    #[must_use]
    pub fn said(&self, issuer: &Issuer) -> bool {
        match self {
            Self::Agent(agent) => issuer.agent() == Some(agent),
            Self::Organisation(domain) => issuer.organisation().as_ref() == Some(domain),
        }
    }

    /// Whether what is this agent's is the tenant's: its own, or one of its agents'.
    #[must_use]
    pub fn is(&self, agent: &AgentUri) -> bool {
        match self {
            Self::Agent(own) => own == agent,
            Self::Organisation(domain) => agent.organisation() == *domain,
        }
    }

    /// The organisation that the tenant is, or belongs to.
    #[must_use]
    pub fn organisation(&self) -> Domain {
        match self {
            Self::Agent(agent) => agent.organisation(),
            Self::Organisation(domain) => domain.clone(),
        }
    }
}
