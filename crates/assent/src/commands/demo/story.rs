//! The two agents' world: what each knows when it starts. What they do stands in `buyer` and `vendor`; they share
//! nothing but the node's address and a folder in which the vendor leaves what it delivers.

pub(super) mod buyer;
pub(super) mod vendor;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use asp_client::{AgentParty, Client, OrganisationParty};
use asp_core::amount::Money;
use asp_core::display::DisplayName;
use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Capability, Domain};
use asp_core::statement::body::Card;

use super::notes::{Note, Score, Trusts};
use super::watch::Teller;
use crate::failure::{Failure, Outcome};

/// How long an agent waits for the other before it gives the demo up.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// How often an agent looks again where nothing can be waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Who plays a part, and what it has.
#[derive(Debug)]
pub(super) struct Part {
    /// The node's address.
    pub(super) node: String,
    /// Its organisation.
    pub(super) domain: Domain,
    /// What people call the organisation.
    pub(super) organisation_name: DisplayName,
    /// The organisation's root key.
    pub(super) organisation_key: SecretKey,
    /// The agent.
    pub(super) agent: AgentUri,
    /// The agent's key.
    pub(super) agent_key: SecretKey,
    /// What it shows of itself.
    pub(super) card: Card,
    /// Where the vendor leaves what it delivers and the buyer finds it.
    pub(super) hand_over: PathBuf,
    /// Tells the watch.
    pub(super) teller: Teller,
}

/// A part that is registered.
#[derive(Debug)]
pub(super) struct Registered {
    /// Speaks for the organisation.
    pub(super) organisation: OrganisationParty,
    /// Speaks for the agent.
    pub(super) agent: AgentParty,
    /// Asks what is public.
    pub(super) client: Client,
}

impl Part {
    /// Registers the organisation, then the agent.
    ///
    /// # Errors
    /// When the node does not take it.
    pub(super) async fn register(&self) -> Outcome<Registered> {
        let client = Client::connect(&self.node).await?;
        let organisation = client.organisation_with(self.domain.clone(), self.organisation_key.clone());
        let start = Instant::now();
        let receipt = organisation.register(self.organisation_name.clone()).await?;
        self.teller.received(&receipt, start.elapsed()).await;
        let start = Instant::now();
        let receipt = organisation.register_agent(&self.agent, &self.agent_key, self.card.clone()).await?;
        self.teller.received(&receipt, start.elapsed()).await;
        let agent = client.agent_with(self.agent.clone(), self.agent_key.clone());
        Ok(Registered { organisation, agent, client })
    }

    /// Asks how far `subject` can be trusted with `amount`, and tells it beside what was said `before`.
    ///
    /// # Errors
    /// When the node does not answer.
    pub(super) async fn trust(
        &self,
        party: &AgentParty,
        subject: &AgentUri,
        amount: &Money,
        before: Option<Score>,
    ) -> Outcome<Score> {
        let start = Instant::now();
        let assessment = party.trust(subject, amount, None, &[]).await?;
        let took = start.elapsed();
        let parts = assessment.parts.iter().map(|part| (part.name.to_string(), part.points.to_string()));
        let now = Score {
            score: assessment.score.to_string(),
            level: assessment.level.to_string(),
            parts: parts.collect(),
        };
        let trusts = Trusts {
            observer: self.domain.clone(),
            subject: subject.clone(),
            amount: amount.clone(),
            before,
            now: now.clone(),
            took,
        };
        self.teller.note(Note::Trusts(trusts)).await;
        Ok(now)
    }
}

/// What both trade in.
pub(super) fn capability() -> Outcome<Capability> {
    "provision.compute.gpu".parse().map_err(Failure::fault)
}

/// Looks until there is something to see.
///
/// # Errors
/// When the patience ends, or a look fails.
pub(super) async fn look<T, F: Future<Output = Outcome<Option<T>>>>(
    what: &str,
    mut look: impl FnMut() -> F,
) -> Outcome<T> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(Failure::fault(format_args!("waited {} s in vain for {what}", PATIENCE.as_secs())))
}
