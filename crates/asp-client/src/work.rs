//! What an organisation sees of its own agents: what each is about, and what all of them said.

use asp_core::name::AgentUri;
use asp_core::position::{LogTime, Position};
use asp_core::statement::Kind;
use futures::Stream;

use crate::Error;
use crate::api::{ActView, ActivityPage, OwnAgentPage, OwnAgentView};
use crate::list::entries;
use crate::organisation::OrganisationParty;
use crate::party::Query;

/// Which statements of an organisation and its agents to read; all that is given has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// Only those of this agent.
    pub agent: Option<AgentUri>,
    /// Only those of this type.
    pub kind: Option<Kind>,
    /// Only those that the log has since then.
    pub since: Option<LogTime>,
    /// Only those after this position of the log.
    pub after: Option<Position>,
}

impl OrganisationParty {
    /// Its agents with what they are about, in the order of their names, read as far as one looks. An error, as of every
    /// call, ends them.
    pub fn agents(&self) -> impl Stream<Item = Result<OwnAgentView, Error>> + Send + use<> {
        let path = format!("/v1/organisations/{}/agents", self.domain());
        entries::<OwnAgentPage>(self.party().clone(), path, Query::new())
    }

    /// What it and its agents said, newest first, read as far as one looks. An error, as of every call, ends them.
    pub fn activity(&self, wanted: &Activity) -> impl Stream<Item = Result<ActView, Error>> + Send + use<> {
        let path = format!("/v1/organisations/{}/activity", self.domain());
        let Activity { agent, kind, since, after } = wanted;
        let mut query = Query::new();
        query.extend(agent.as_ref().map(|agent| ("agent", agent.to_string())));
        query.extend(kind.map(|kind| ("type", kind.to_string())));
        query.extend(since.map(|since| ("since", since.to_string())));
        query.extend(after.map(|after| ("after", after.to_string())));
        entries::<ActivityPage>(self.party().clone(), path, query)
    }
}
