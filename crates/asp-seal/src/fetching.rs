//! A file as it is fetched: what has come stands beside its path, with `.part` after its name, until it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use asp_core::position::Hash;
use asp_core::statement::body::Attachment;

use crate::file::{Fault, Opener};

/// How a file is begun that is not whole yet.
const PART: &str = "part";

/// A file that is being fetched.
#[derive(Debug)]
pub struct Fetching {
    opener: Opener,
    held: File,
    part: PathBuf,
    path: PathBuf,
}

impl Fetching {
    /// Begins a file, or goes on where the last attempt broke off: what is there already is checked once more.
    ///
    /// What has come is its owner's alone to read and write, and what somebody else may have put there is refused.
    ///
    /// # Errors
    /// [`Fault::Target`] if nothing can be written there; else as [`Opener::resume`].
    pub fn begin(file: &Attachment, path: &Path) -> Result<Self, Fault> {
        let mut part = path.as_os_str().to_owned();
        part.push(".");
        part.push(PART);
        let part = PathBuf::from(part);
        let mut held = begun(&part).map_err(|error| at(path, &error))?;
        let opener = Opener::resume(file, &mut held)?;
        let written = opener.written();
        held.set_len(written).and_then(|()| held.seek(SeekFrom::End(0))).map_err(|error| at(path, &error))?;
        Ok(Self { opener, held, part, path: path.to_owned() })
    }

    /// The chunk that is wanted next, by its digest; none if all are there.
    #[must_use]
    pub fn wanted(&self) -> Option<Hash> {
        self.opener.wanted().map(|(_, digest)| digest)
    }

    /// How many bytes of the file are there.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.opener.written()
    }

    /// Takes the chunk that is wanted.
    ///
    /// # Errors
    /// As [`Opener::take`].
    pub fn take(&mut self, content: Vec<u8>) -> Result<(), Fault> {
        self.opener.take(content, &mut self.held)
    }

    /// Says that all of it has come, and that it is the file; it stands under its path from here on.
    ///
    /// # Errors
    /// As [`Opener::finish`]; [`Fault::Target`].
    pub fn finish(self) -> Result<(), Fault> {
        let Self { opener, held, part, path } = self;
        opener.finish()?;
        held.sync_all().and_then(|()| std::fs::rename(&part, &path)).map_err(|error| at(&path, &error))
    }
}

fn at(path: &Path, error: &io::Error) -> Fault {
    Fault::Target(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
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
