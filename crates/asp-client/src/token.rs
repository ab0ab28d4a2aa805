//! Reading is authorised by tokens: `private_key_jwt` (RFC 7523) for a token that DPoP (RFC 9449) binds to a key.
//! An assertion is signed as its key signs; the DPoP key is of Ed25519, made anew for each party and never stored.

use std::fmt;
use std::time::{Duration, Instant};

use asp_core::key::SecretKey;
use asp_core::login::{self, Once};
use asp_core::name::{Issuer, Origin};
use reqwest::{Method, RequestBuilder};
use tokio::sync::Mutex;

use crate::Error;
use crate::api::TokenResponse;
use crate::clock::{self, Offset};
use crate::transport::{self, Attempts, Transport};

/// A token is renewed this long before it expires.
const MARGIN: Duration = Duration::from_secs(30);

/// Tokens of one party at one node.
#[derive(Debug)]
pub(crate) struct Tokens {
    dpop: SecretKey,
    held: Mutex<Option<Held>>,
}

/// A token until it is to be renewed.
struct Held {
    token: String,
    until: Instant,
}

/// Shows nothing of the token: whoever prints a session does not mean to print what opens it.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Who asks for a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claimant<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) key: &'a SecretKey,
    pub(crate) origin: &'a Origin,
    pub(crate) offset: Offset,
}

impl Tokens {
    /// No token yet, and a fresh key to bind them to.
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { dpop: SecretKey::from_seed(&seed), held: Mutex::new(None) }
    }

    /// Forgets the token, which the node no longer takes.
    pub(crate) async fn forget(&self) {
        *self.held.lock().await = None;
    }

    /// Adds a token and the proof of its key to a request.
    pub(crate) async fn sign(
        &self,
        transport: &Transport,
        claimant: Claimant<'_>,
        request: RequestBuilder,
        (method, path): (&Method, &str),
    ) -> Result<RequestBuilder, Error> {
        let token = self.token(transport, claimant).await?;
        let url = transport.url(path.split('?').next().unwrap_or(path));
        let proof = self.proof(claimant.offset, method, &url, Some(token.as_str()))?;
        Ok(request.header("authorization", format!("DPoP {token}")).header("dpop", proof))
    }

    async fn token(&self, transport: &Transport, claimant: Claimant<'_>) -> Result<String, Error> {
        let mut held = self.held.lock().await;
        if let Some(held) = &*held
            && Instant::now() < held.until
        {
            return Ok(held.token.clone());
        }
        let mut attempts = Attempts::default();
        let answer = loop {
            let proof = self.proof(claimant.offset, &Method::POST, &transport.url("/oauth/token"), None)?;
            let form = [
                ("grant_type", "client_credentials".to_owned()),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
                ),
                ("client_assertion", claimant.assertion()?),
            ];
            let request = transport.request(Method::POST, "/oauth/token").header("dpop", proof).form(&form);
            match transport::send(request).await {
                Err(failure) => attempts.again(failure).await?,
                Ok(answer) => break answer,
            }
        };
        let TokenResponse { access_token, expires_in, .. } = transport::json(&answer)?;
        let lasts = Duration::from_secs(expires_in.min(86_400)).saturating_sub(MARGIN);
        *held = Some(Held { token: access_token.clone(), until: Instant::now() + lasts });
        Ok(access_token)
    }

    fn proof(
        &self,
        offset: Offset,
        method: &Method,
        url: &str,
        token: Option<&str>,
    ) -> Result<String, Error> {
        Ok(login::proof(&self.dpop, method.as_str(), url, token, once(offset)?))
    }
}

impl Claimant<'_> {
    fn assertion(self) -> Result<String, Error> {
        Ok(login::assertion(self.issuer, self.key, self.origin, once(self.offset)?))
    }
}

fn once(offset: Offset) -> Result<Once, Error> {
    Ok(Once { now: offset.now(), unique: clock::random()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_shows_no_token() {
        let tokens = Tokens::new([2; 32]);
        let held = Held { token: "opens-everything".to_owned(), until: Instant::now() };
        *tokens.held.try_lock().unwrap() = Some(held);
        let text = format!("{tokens:?}");
        assert!(text.contains("until") && !text.contains("opens-everything"), "{text}");
    }
}
