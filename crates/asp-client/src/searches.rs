//! Searches that an agent or organisation keeps at a node, and follows. Nothing of it is a statement.

use asp_core::position::Position;
use futures::Stream;
use reqwest::Method;

use crate::agent::AgentParty;
use crate::api::{AgentHit, NewSearch, SavedSearchView, SavedSearches};
use crate::organisation::OrganisationParty;
use crate::party::Party;
use crate::{Error, stream};

impl Party {
    async fn save_search(&self, search: &NewSearch) -> Result<SavedSearchView, Error> {
        self.post("/v1/searches", search).await
    }

    async fn saved_searches(&self) -> Result<Vec<SavedSearchView>, Error> {
        Ok(self.get::<SavedSearches>("/v1/searches", &Vec::new()).await?.searches)
    }

    async fn forget_search(&self, id: &str) -> Result<(), Error> {
        self.change(Method::DELETE, &format!("/v1/searches/{id}"), None).await.map(drop)
    }

    fn follow_search(
        &self,
        id: &str,
        after: Option<Position>,
    ) -> impl Stream<Item = Result<AgentHit, Error>> + Send + use<> {
        stream::follow(self.clone(), format!("/v1/searches/{id}/events"), after)
    }
}

/// The same for whoever can save searches.
macro_rules! searches {
    ($($party:ident: $whose:literal;)+) => {$(
        impl $party {
            /// Saves a search under a name; the same under the same name again changes nothing.
            ///
            /// # Errors
            /// As every call; [`Error::Refused`] if another has the name, or there are as many as may be.
            pub async fn save_search(&self, search: &NewSearch) -> Result<SavedSearchView, Error> {
                self.party().save_search(search).await
            }

            #[doc = $whose]
            ///
            /// # Errors
            /// As every call.
            pub async fn saved_searches(&self) -> Result<Vec<SavedSearchView>, Error> {
                self.party().saved_searches().await
            }

            /// Forgets a saved search, by its id.
            ///
            /// # Errors
            /// As every call; [`Error::Refused`] if there is none.
            pub async fn forget_search(&self, id: &str) -> Result<(), Error> {
                self.party().forget_search(id).await
            }

            /// Agents that are new to a saved search, as they come: after a position of the log, or since it was saved.
            /// Goes on by itself where a connection broke off; ends with an error.
            pub fn follow_search(
                &self,
                id: &str,
                after: Option<Position>,
            ) -> impl Stream<Item = Result<AgentHit, Error>> + Send + use<> {
                self.party().follow_search(id, after)
            }
        }
    )+};
}

searches! {
    AgentParty: "The searches that it saved, the first saved first.";
    OrganisationParty: "The searches that it and its agents saved, the first saved first.";
}
