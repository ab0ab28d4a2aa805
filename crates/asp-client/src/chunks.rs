//! Files in sealed sessions: chunks, encrypted already, that parties of a session put at its node and get from there.

use std::time::Duration;

use asp_core::position::Hash;
use asp_core::rejection::Code;
use reqwest::Method;

use crate::Error;
use crate::session::Session;

/// How long to wait where the node says that its organisation has sent enough for now.
const SHARE_WAIT: Duration = Duration::from_secs(1);
/// How often that is waited out for one chunk.
const SHARE_WAITS_MAX: u32 = 60;

impl Session {
    /// Puts a chunk; gives the digest that names it. One that is there stays, so what broke off can be done again.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if the session has ended, or there is no room.
    pub async fn put_chunk(&self, bytes: &[u8]) -> Result<Hash, Error> {
        let digest = Hash::of(&[bytes]);
        let path = chunk(self, &digest);
        let body = |request: reqwest::RequestBuilder| {
            request.header("content-type", "application/octet-stream").body(bytes.to_vec())
        };
        let mut waits = 0;
        loop {
            match self.agent().party().ask(&Method::PUT, &path, body).await {
                Err(Error::Refused(problem))
                    if problem.code == Code::RateLimited && waits < SHARE_WAITS_MAX =>
                {
                    waits += 1;
                    tokio::time::sleep(SHARE_WAIT).await;
                }
                put => return put.map(|_| digest),
            }
        }
    }

    /// Gets a chunk, whose bytes have been checked to be those that the digest names.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if there is none, [`Error::Forged`] if it is another.
    pub async fn get_chunk(&self, digest: &Hash) -> Result<Vec<u8>, Error> {
        let bytes = self.agent().party().bytes(&chunk(self, digest), &Vec::new()).await?;
        if Hash::of(&[&bytes]) == *digest {
            Ok(bytes)
        } else {
            Err(Error::forged("a chunk under another's digest"))
        }
    }

    /// Whether a chunk is there.
    ///
    /// # Errors
    /// As every call.
    pub async fn has_chunk(&self, digest: &Hash) -> Result<bool, Error> {
        self.agent().party().is_there(&chunk(self, digest)).await
    }
}

/// The address of a chunk.
fn chunk(session: &Session, digest: &Hash) -> String {
    format!("/v1/sessions/{}/chunks/{}", session.id().to_hex(), digest.to_hex())
}
