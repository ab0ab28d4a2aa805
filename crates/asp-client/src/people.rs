//! What an organisation does with accounts of its people at a node. Nothing of it is a statement.

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::{InvitationLink, NewInvitation, NewLink, PeopleView, SignInLink};
use crate::organisation::OrganisationParty;
use crate::party::Party;
use crate::{Error, transport};

impl OrganisationParty {
    /// Its people with accounts at the node, and who is invited.
    ///
    /// # Errors
    /// As every call.
    pub async fn people(&self) -> Result<PeopleView, Error> {
        self.party().get("/v1/people", &Vec::new()).await
    }

    /// Invites a person; the link is given this once.
    ///
    /// # Errors
    /// As every call.
    pub async fn invite_person(&self, invitation: &NewInvitation) -> Result<InvitationLink, Error> {
        self.party().post("/v1/people/invitations", invitation).await
    }

    /// A link that signs a person in, once: this one, or the first owner, who is made if there is none.
    ///
    /// # Errors
    /// As every call.
    pub async fn sign_in_link(&self, person: Option<String>) -> Result<SignInLink, Error> {
        self.party().post("/v1/people/links", &NewLink { person }).await
    }

    /// Removes a person with its sessions and links, or takes an invitation back.
    ///
    /// # Errors
    /// As every call.
    pub async fn remove_person(&self, id: &str) -> Result<(), Error> {
        self.party().change(Method::DELETE, &format!("/v1/people/{id}"), None).await.map(drop)
    }
}

impl Party {
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body = serde_json::to_vec(body).map_err(Error::bad)?;
        transport::json(&self.change(Method::POST, path, Some(body)).await?)
    }

    /// Asks for a change, once: one that may have happened is not asked for again. A token that the node forgot is
    /// renewed.
    pub(crate) async fn change(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Error> {
        let mut renewed = false;
        loop {
            let mut request = self.transport().request(method.clone(), path);
            if let Some(body) = &body {
                request = request.header("content-type", "application/json").body(body.clone());
            }
            match transport::send(self.signed(request, &method, path).await?).await {
                Err(failure) if !renewed && failure.is_unauthorised() => {
                    renewed = true;
                    self.forget_token().await;
                }
                Err(failure) => return Err(failure.into()),
                Ok(answer) => return Ok(answer),
            }
        }
    }
}
