//! An inbox at a node: taken from by workers, each message by one of them at a time. Nothing of it is a statement.

use asp_core::position::Position;
use futures::Stream;
use reqwest::Method;

use crate::agent::AgentParty;
use crate::api::{
    DeadLetterPage, DeadLetterRef, InboxConfirmation, InboxRefusal, InboxView, LeaseRequest, LeaseView,
    Message,
};
use crate::organisation::OrganisationParty;
use crate::party::Party;
use crate::{Error, stream};

/// The inbox of a party, as one group of workers has it.
#[derive(Debug, Clone)]
pub struct Inbox {
    party: Party,
    group: String,
}

impl Inbox {
    fn path(&self, what: &str) -> String {
        format!("/v1/inbox/{}{what}", self.group)
    }

    /// Takes messages: nobody else of the group is given them until the lease ends.
    ///
    /// # Errors
    /// As every call.
    pub async fn lease(&self, request: &LeaseRequest) -> Result<LeaseView, Error> {
        self.party.post(&self.path("/lease"), request).await
    }

    /// Confirms messages of a lease: they are not told again. All or none.
    ///
    /// # Errors
    /// `LEASE_LOST` if another worker was given one meanwhile, else as every call.
    pub async fn confirm(&self, lease: &str, positions: Vec<Position>) -> Result<(), Error> {
        self.tell("/confirm", &InboxConfirmation { lease: lease.to_owned(), positions }).await
    }

    /// Gives a message up: it becomes a dead letter.
    ///
    /// # Errors
    /// As [`Inbox::confirm`].
    pub async fn refuse(&self, lease: &str, position: Position, reason: &str) -> Result<(), Error> {
        let refusal = InboxRefusal { lease: lease.to_owned(), position, reason: reason.to_owned() };
        self.tell("/refuse", &refusal).await
    }

    /// A page of dead letters; the token of the page before leads to the next.
    ///
    /// # Errors
    /// As every call.
    pub async fn dead(&self, page: Option<&str>) -> Result<DeadLetterPage, Error> {
        let query = page.map(|page| ("pageToken", page.to_owned())).into_iter().collect();
        self.party.get(&self.path("/dead"), &query).await
    }

    /// Lets a dead letter be handed out again.
    ///
    /// # Errors
    /// As every call.
    pub async fn replay(&self, position: Position) -> Result<(), Error> {
        self.tell("/replay", &DeadLetterRef { position }).await
    }

    /// Forgets a dead letter.
    ///
    /// # Errors
    /// As every call.
    pub async fn discard(&self, position: Position) -> Result<(), Error> {
        self.tell("/discard", &DeadLetterRef { position }).await
    }

    /// Forgets the group with all that it has in hand.
    ///
    /// # Errors
    /// As every call.
    pub async fn forget(&self) -> Result<(), Error> {
        self.party.change(Method::DELETE, &self.path(""), None).await.map(drop)
    }

    async fn tell(&self, what: &str, body: &impl serde::Serialize) -> Result<(), Error> {
        let body = serde_json::to_vec(body).map_err(Error::bad)?;
        self.party.change(Method::POST, &self.path(what), Some(body)).await.map(drop)
    }
}

/// The same for whoever has an inbox.
macro_rules! inboxes {
    ($($party:ident)+) => {$(
        impl $party {
            /// The inbox as a group of workers has it; the group is made when something is first taken.
            #[must_use]
            pub fn inbox(&self, group: &str) -> Inbox {
                Inbox { party: self.party().clone(), group: group.to_owned() }
            }

            /// The groups of workers of the inbox.
            ///
            /// # Errors
            /// As every call.
            pub async fn inbox_groups(&self) -> Result<InboxView, Error> {
                self.party().get("/v1/inbox", &Vec::new()).await
            }

            /// Whatever it reads, in the order of the log, as it comes, from a position on; what comes from now on begins at
            /// [`crate::Client::size`]. Each statement is verified here. Goes on by itself where a connection broke off, with nothing missing and nothing twice; ends
            /// with an error.
            pub fn events(
                &self,
                from: Position,
            ) -> impl Stream<Item = Result<Message, Error>> + Send + use<> {
                stream::events(self.party().clone(), from)
            }
        }
    )+};
}

inboxes! { AgentParty OrganisationParty }
