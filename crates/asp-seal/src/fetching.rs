//! A file as it is fetched: what has come stands beside its path, with `.part` after its name, until it is whole.

use std::fs::{File, OpenOptions, TryLockError};
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
    /// What has come is its owner's alone to read and write, and what somebody else may have put there is refused. A file that
    /// stands under the path is replaced when this one is whole.
    ///
    /// # Errors
    /// [`Fault::Target`] if nothing can be written there, if what stands there is no file, or if it is being fetched already;
    /// else as [`Opener::resume`].
    pub fn begin(file: &Attachment, path: &Path) -> Result<Self, Fault> {
        if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(at(
                path,
                &io::Error::other("what stands there is no file, and is not replaced by one"),
            ));
        }
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

/// What has come of a file so far, to be read and written by its owner alone, while no other fetches it. What somebody else
/// may have put there is refused.
fn begun(part: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = match options.create_new(true).open(part) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.create_new(false).open(part)?,
        made => made?,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(io::Error::other("it is being fetched by somebody else"));
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Not before: whoever had it until now may have put it in its place as the whole file.
    if is_own(part, &file)? {
        return Ok(file);
    }
    let why = format!("{} is no file of yours alone: move it away", part.display());
    Err(io::Error::other(why))
}

/// Whether what was opened is no link, and nothing that others own or write: what is checked has to be what stands there
/// afterwards.
#[cfg(unix)]
fn is_own(part: &Path, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (opened, named) = (file.metadata()?, std::fs::symlink_metadata(part)?);
    let same = (opened.dev(), opened.ino()) == (named.dev(), named.ino());
    let owned = opened.uid() == rustix::process::geteuid().as_raw() && opened.mode() & 0o022 == 0;
    Ok(same && named.is_file() && opened.nlink() == 1 && owned)
}

#[cfg(not(unix))]
fn is_own(part: &Path, _: &File) -> io::Result<bool> {
    Ok(std::fs::symlink_metadata(part)?.is_file())
}
