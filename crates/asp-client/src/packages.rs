//! Key packages of others: claimed at the node, and checked to be what their agents have published.

use asp_core::name::{AgentUri, StreamId};
use asp_core::statement::Verified;
use asp_core::statement::body::{Body, KeyPackages};

use crate::Error;
use crate::agent::AgentParty;
use crate::api::{ClaimPackages, ClaimedPackage, ClaimedPackages, KeyPackageView};
use crate::organisation::OrganisationParty;
use crate::party::Party;

impl Party {
    /// Claims once: a claim that may have been heard is not made again, since each costs a package.
    async fn claim_packages(&self, agents: &[AgentUri]) -> Result<Vec<ClaimedPackage>, Error> {
        let asked = ClaimPackages { agents: agents.to_vec() };
        let ClaimedPackages { claimed } = self.post("/v1/key-packages/claim", &asked).await?;
        if !claimed.iter().map(|one| &one.agent).eq(agents) {
            return Err(Error::forged("key packages of other agents"));
        }
        for one in &claimed {
            self.check_package(one).await?;
        }
        Ok(claimed)
    }

    /// Checks that a package was published by its agent, with a key that it had then.
    async fn check_package(&self, claimed: &ClaimedPackage) -> Result<(), Error> {
        let ClaimedPackage { agent, package, statement } = claimed;
        let Some(package) = package else { return Ok(()) };
        let message =
            statement.as_ref().ok_or_else(|| Error::forged("a key package that nobody published"))?;
        let said = message.verify().map_err(Error::forged)?;
        let own = said.statement().stream == StreamId::Agent(agent.clone());
        if !own || !publishes(&said, package) {
            return Err(Error::forged("a key package that its agent did not publish"));
        }
        self.client().check_author(&said, message.log_index).await
    }
}

/// Whether a statement publishes a package.
fn publishes(said: &Verified, package: &KeyPackageView) -> bool {
    let Body::AgentKeypackagePublish(KeyPackages { packages }) = &said.statement().body else { return false };
    packages.iter().any(|one| {
        one.hash() == package.hash
            && one.content.to_string() == package.content
            && one.last_resort.is_some() == package.last_resort
    })
}

/// The same for whoever can claim.
macro_rules! packages {
    ($($party:ident)+) => {$(
        impl $party {
            /// Claims a key package of each of these agents, 1 to 32, in this order; without one of who has none. Each has been
            /// checked to be its agent's.
            ///
            /// # Errors
            /// As every call; [`Error::Forged`] if a package is not its agent's.
            pub async fn claim_packages(&self, agents: &[AgentUri]) -> Result<Vec<ClaimedPackage>, Error> {
                self.party().claim_packages(agents).await
            }
        }
    )+};
}

packages! { AgentParty OrganisationParty }
