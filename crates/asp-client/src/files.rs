//! Files in sessions that the node cannot read: sent and fetched chunk by chunk, going on where it broke off.

use std::path::Path;

use asp_core::log::receipt::Receipt;
use asp_core::statement::body::{Attachment, Body, FileName, FileNote, Inform, MediaType, Mode, Text};
use asp_seal::fetching::Fetching;
use asp_seal::file::{Fault, Sealer};

use crate::Error;
use crate::session::Session;

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::File { why: fault.to_string() }
    }
}

impl Session {
    /// Sends a file of at most 64 MiB to the members of the group, with words to it. `told` hears of bytes that are there.
    ///
    /// Sent again after it broke off, what is at the node already is not sent twice.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] in an open session, which has no group; [`Error::File`].
    pub async fn send_file(
        &self,
        (name, media_type): (FileName, Option<MediaType>),
        bytes: &[u8],
        text: Text,
        mut told: impl FnMut(u64),
    ) -> Result<Receipt, Error> {
        if self.mode().await? == Mode::Open {
            return Err(Error::Missing {
                what: "group in an open session, for which a file could be sealed",
            });
        }
        let secret = self.file_secret().await?;
        let mut sealer = Sealer::of_held(bytes, &secret);
        let mut sent = 0_u64;
        for chunk in sealer.by_ref() {
            let chunk = chunk?;
            if !self.has_chunk(&chunk.digest).await? {
                self.put_chunk(&chunk.content).await?;
            }
            sent = sent.saturating_add(chunk.content.len() as u64);
            told(sent);
        }
        let file = sealer.attachment(name, media_type)?;
        self.say(Body::Inform(Inform::File(FileNote { file, text })), None).await
    }

    /// Fetches a file to this path, checked to be the one that was sent. `told` hears of bytes that are there.
    ///
    /// What has come stands beside it, with `.part` after its name, until it is whole; the next attempt goes on there.
    ///
    /// # Errors
    /// As every call; [`Error::File`].
    pub async fn fetch_file(
        &self,
        file: &Attachment,
        path: &Path,
        mut told: impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut fetching = Fetching::begin(file, path)?;
        while let Some(digest) = fetching.wanted() {
            told(fetching.written());
            let chunk = self.get_chunk(&digest).await?;
            fetching.take(chunk)?;
        }
        told(fetching.written());
        Ok(fetching.finish()?)
    }
}
