//! What an organisation does with its webhooks at a node. Nothing of it is a statement.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::Error;
use crate::api::{
    DeadEventView, DeadEvents, MadeWebhook, NewWebhook, ReplayDead, Replayed, WebhookTest, WebhookView,
    Webhooks,
};
use crate::organisation::OrganisationParty;

impl OrganisationParty {
    /// Makes a webhook; what receivers can share with it is given this once.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if the node calls no such address, or there are as many as may be.
    pub async fn add_webhook(&self, webhook: &NewWebhook) -> Result<MadeWebhook, Error> {
        self.party().post("/v1/webhooks", webhook).await
    }

    /// Its webhooks and how they are, the first made first.
    ///
    /// # Errors
    /// As every call.
    pub async fn webhooks(&self) -> Result<Vec<WebhookView>, Error> {
        Ok(self.party().get::<Webhooks>("/v1/webhooks", &Vec::new()).await?.webhooks)
    }

    /// Has a test delivered now.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if there is no such webhook.
    pub async fn test_webhook(&self, id: &str) -> Result<WebhookTest, Error> {
        self.party().post(&format!("/v1/webhooks/{id}/test"), &NOTHING).await
    }

    /// Has a webhook that waits or is stopped try again at once.
    ///
    /// # Errors
    /// As [`OrganisationParty::test_webhook`].
    pub async fn resume_webhook(&self, id: &str) -> Result<WebhookView, Error> {
        self.party().post(&format!("/v1/webhooks/{id}/resume"), &NOTHING).await
    }

    /// The events of a webhook that were put aside, in the order of the log.
    ///
    /// # Errors
    /// As [`OrganisationParty::test_webhook`].
    pub async fn dead_events(&self, id: &str) -> Result<Vec<DeadEventView>, Error> {
        let path = format!("/v1/webhooks/{id}/dead");
        Ok(self.party().get::<DeadEvents>(&path, &Vec::new()).await?.dead)
    }

    /// Has events that were put aside delivered once more, all of them without positions; how many.
    ///
    /// # Errors
    /// As [`OrganisationParty::test_webhook`].
    pub async fn replay_dead_events(
        &self,
        id: &str,
        positions: Option<BTreeSet<u64>>,
    ) -> Result<Replayed, Error> {
        self.party().post(&format!("/v1/webhooks/{id}/dead"), &ReplayDead { positions }).await
    }

    /// Removes a webhook with what was put aside.
    ///
    /// # Errors
    /// As [`OrganisationParty::test_webhook`].
    pub async fn remove_webhook(&self, id: &str) -> Result<(), Error> {
        self.party().change(Method::DELETE, &format!("/v1/webhooks/{id}"), None).await.map(drop)
    }
}

/// The body of a request that says nothing more.
const NOTHING: ReplayDead = ReplayDead { positions: None };
