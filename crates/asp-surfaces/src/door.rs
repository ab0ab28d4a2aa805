//! The way to a node in somebody's name. From outside it is a client that verifies what it reads; within a node it is the
//! node's own handlers. What is read is the same, so whoever translates need not know which it is.

use std::future::Future;
use std::time::Duration;

use asp_client::api::{
    AgentPage, AgentView, AssessmentView, CommitmentView, Configuration, ConsentView, DisputeView, Message,
    SearchQuery, SessionSummary, SessionView, TraceView,
};
use asp_client::{AgentParty, Error, OrganisationParty};
use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Issuer};
use asp_core::position::{Hash, Sequence};
use futures::{StreamExt, TryStreamExt};

/// What somebody can read at a node, and, where its key is at hand, sign.
pub trait Door: Send + Sync + 'static {
    /// In whose name it asks; nobody reads what everybody may.
    fn who(&self) -> Option<Issuer>;

    /// Who signs here; nothing is signed where no key is at hand.
    fn own(&self) -> Option<&Own> {
        None
    }

    /// What the node says of itself.
    fn configuration(&self) -> impl Future<Output = Result<Configuration, Error>> + Send;

    /// Agents that fit, best first.
    fn search(&self, query: SearchQuery) -> impl Future<Output = Result<AgentPage, Error>> + Send;

    /// An agent.
    fn agent(&self, agent: &AgentUri) -> impl Future<Output = Result<AgentView, Error>> + Send;

    /// How far an agent can be trusted with a deal of this size.
    fn trust(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
    ) -> impl Future<Output = Result<AssessmentView, Error>> + Send;

    /// So many of the sessions, those moved last first.
    fn sessions(&self, most: usize) -> impl Future<Output = Result<Vec<SessionSummary>, Error>> + Send;

    /// A session as it stands.
    fn session(&self, id: &Hash) -> impl Future<Output = Result<SessionView, Error>> + Send;

    /// What was said in a session after a place. If that is nothing, waits so long for something.
    fn messages(
        &self,
        session: &Hash,
        after: Option<Sequence>,
        wait: Duration,
    ) -> impl Future<Output = Result<Vec<Message>, Error>> + Send;

    /// The course of a session.
    fn trace(&self, session: &Hash) -> impl Future<Output = Result<TraceView, Error>> + Send;

    /// So many of the commitments, newest first.
    fn commitments(&self, most: usize) -> impl Future<Output = Result<Vec<CommitmentView>, Error>> + Send;

    /// A commitment.
    fn commitment(&self, id: &Hash) -> impl Future<Output = Result<CommitmentView, Error>> + Send;

    /// The proof of a commitment.
    fn bundle(&self, commitment: &Hash) -> impl Future<Output = Result<Vec<u8>, Error>> + Send;

    /// So many of the consents, newest first.
    fn consents(&self, most: usize) -> impl Future<Output = Result<Vec<ConsentView>, Error>> + Send;

    /// So many of the disputes, those filed last first.
    fn disputes(&self, most: usize) -> impl Future<Output = Result<Vec<DisputeView>, Error>> + Send;

    /// A dispute.
    fn dispute(&self, id: &Hash) -> impl Future<Output = Result<DisputeView, Error>> + Send;
}

/// The door of who has its keys at hand: an agent, and its organisation where that key is here too.
#[derive(Debug, Clone)]
pub struct Own {
    agent: AgentParty,
    organisation: Option<OrganisationParty>,
}

impl Own {
    /// An agent's door. Without its organisation nothing is said of consents.
    #[must_use]
    pub const fn new(agent: AgentParty, organisation: Option<OrganisationParty>) -> Self {
        Self { agent, organisation }
    }

    /// The agent that signs.
    #[must_use]
    pub const fn agent(&self) -> &AgentParty {
        &self.agent
    }

    /// Its organisation, if its key is here.
    #[must_use]
    pub const fn organisation(&self) -> Option<&OrganisationParty> {
        self.organisation.as_ref()
    }
}

impl Door for Own {
    fn who(&self) -> Option<Issuer> {
        Some(Issuer::Agent(self.agent.agent().clone()))
    }

    fn own(&self) -> Option<&Own> {
        Some(self)
    }

    async fn configuration(&self) -> Result<Configuration, Error> {
        Ok(self.agent.client().configuration().clone())
    }

    async fn search(&self, query: SearchQuery) -> Result<AgentPage, Error> {
        self.agent.search(&query).await
    }

    async fn agent(&self, agent: &AgentUri) -> Result<AgentView, Error> {
        self.agent.client().agent(agent).await
    }

    async fn trust(
        &self,
        agent: &AgentUri,
        class: &Money,
        capability: Option<Capability>,
    ) -> Result<AssessmentView, Error> {
        self.agent.trust(agent, class, capability, &[]).await
    }

    async fn sessions(&self, most: usize) -> Result<Vec<SessionSummary>, Error> {
        self.agent.sessions().take(most).try_collect().await
    }

    async fn session(&self, id: &Hash) -> Result<SessionView, Error> {
        self.agent.session(id).view().await
    }

    async fn messages(
        &self,
        session: &Hash,
        after: Option<Sequence>,
        wait: Duration,
    ) -> Result<Vec<Message>, Error> {
        let session = self.agent.session(session);
        let said = session.messages(after).await?;
        if !said.is_empty() || wait.is_zero() {
            return Ok(said);
        }
        let moved = session.wait_until(Some(wait), |view| Some(view.head.sequence) > after).await;
        match moved {
            Ok(_) => session.messages(after).await,
            Err(Error::TimedOut) => Ok(said),
            Err(error) => Err(error),
        }
    }

    async fn trace(&self, session: &Hash) -> Result<TraceView, Error> {
        self.agent.session(session).trace().await
    }

    async fn commitments(&self, most: usize) -> Result<Vec<CommitmentView>, Error> {
        self.agent.commitments().take(most).try_collect().await
    }

    async fn commitment(&self, id: &Hash) -> Result<CommitmentView, Error> {
        self.agent.commitment(id).await
    }

    async fn bundle(&self, commitment: &Hash) -> Result<Vec<u8>, Error> {
        self.agent.bundle(commitment).await
    }

    async fn consents(&self, most: usize) -> Result<Vec<ConsentView>, Error> {
        self.agent.consents().take(most).try_collect().await
    }

    async fn disputes(&self, most: usize) -> Result<Vec<DisputeView>, Error> {
        self.agent.disputes().list().take(most).try_collect().await
    }

    async fn dispute(&self, id: &Hash) -> Result<DisputeView, Error> {
        self.agent.disputes().show(id).await
    }
}
