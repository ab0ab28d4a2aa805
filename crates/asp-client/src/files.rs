//! Files in sessions that the node cannot read: sent and fetched chunk by chunk, going on where it broke off.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use asp_core::log::receipt::Receipt;
use asp_core::statement::body::{Attachment, Body, FileName, FileNote, Inform, MediaType, Mode, Text};
use asp_seal::file::{Fault, Opener, Sealer};

use crate::Error;
use crate::session::Session;

/// How a file is begun that is not whole yet.
const PART: &str = "part";

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
        let mut sealer = Sealer::<&[u8]>::of_held(bytes, &secret);
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
        let fault = |error: io::Error| Error::File { why: format!("{}: {error}", path.display()) };
        let mut part = path.as_os_str().to_owned();
        part.push(".");
        part.push(PART);
        let mut held = begun(Path::new(&part)).map_err(fault)?;
        let mut opener = Opener::resume(file, &mut held)?;
        held.set_len(opener.written()).and_then(|()| held.seek(SeekFrom::End(0))).map_err(fault)?;
        while let Some((_, digest)) = opener.wanted() {
            told(opener.written());
            let chunk = self.get_chunk(&digest).await?;
            opener.take(chunk, &mut held)?;
        }
        told(opener.written());
        opener.finish()?;
        held.sync_all().and_then(|()| std::fs::rename(&part, path)).map_err(fault)
    }
}

/// What has come of a file so far, to be read and written by its owner alone. What somebody else may have put there is refused.
fn begun(part: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.create_new(true).open(part) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    // No link, and nothing that others write: what is checked has to be what stands there afterwards.
    let found = std::fs::symlink_metadata(part)?;
    #[cfg(unix)]
    let shared = {
        use std::os::unix::fs::MetadataExt as _;
        found.mode() & 0o022 != 0 || found.nlink() != 1
    };
    #[cfg(not(unix))]
    let shared = false;
    if !found.is_file() || shared {
        let why = format!("{} is no file of yours alone: move it away", part.display());
        return Err(io::Error::other(why));
    }
    options.create_new(false).open(part)
}
