//! A sealer in a folder of its owner: one process at a time, and nothing lost when one is killed.
//!
//! `texts` takes a line for everything that was opened or said and is synced first; `vault` is replaced as a whole after. What
//! stands in `texts` and not yet in `vault` is opened again, or was never said.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::name::AgentUri;
use asp_core::position::Hash;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::sealer::{KeptText, Sealer};

/// Bytes of a line of `texts`: a sealed body and its names.
const LINE_BYTES_MAX: u64 = 128 * 1024;

/// What keeps a vault from being used.
#[derive(Debug)]
pub enum FolderError {
    /// The folder cannot be read or written.
    Io {
        /// Which file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// What is in it is not what was written.
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        fault: Fault,
    },
}

impl std::fmt::Display for FolderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Damaged { path, fault } => write!(f, "{}: {fault}", path.display()),
        }
    }
}

impl std::error::Error for FolderError {}

/// The vault of one agent, in a folder or in memory alone.
#[derive(Debug)]
pub struct Folder {
    agent: AgentUri,
    path: Option<PathBuf>,
    kept: Mutex<Kept>,
}

/// The sealer as this process knows it, and what file it came from.
#[derive(Debug, Default)]
struct Kept {
    sealer: Option<Sealer>,
    /// The hash of what was read or written last: another process may have gone on.
    file: Option<Hash>,
}

/// The sealer while nobody else may use it; [`Open::save`] before anything that it made is handed in.
#[derive(Debug)]
pub struct Open<'a> {
    folder: &'a Folder,
    kept: MutexGuard<'a, Kept>,
    /// Whether something could not be kept: nothing can from then on.
    failed: bool,
    /// Held as long as this lives.
    _lock: Option<File>,
}

impl Folder {
    /// The vault of an agent in this folder, which is made when something is kept there.
    #[must_use]
    pub fn new(agent: AgentUri, path: impl Into<PathBuf>) -> Self {
        Self { agent, path: Some(path.into()), kept: Mutex::default() }
    }

    /// A vault that ends with the process.
    #[must_use]
    pub fn in_memory(agent: AgentUri) -> Self {
        Self { agent, path: None, kept: Mutex::default() }
    }

    /// Whose it is.
    #[must_use]
    pub const fn agent(&self) -> &AgentUri {
        &self.agent
    }

    /// Takes the sealer for as long as the answer lives; waits while another process has it.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open(&self) -> Result<Open<'_>, FolderError> {
        // A panic of another thread leaves what is on the disk, which is read again.
        let poisoned = self.kept.is_poisoned();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if poisoned {
            *kept = Kept::default();
            self.kept.clear_poison();
        }
        let lock = self.path.as_deref().map(lock).transpose()?;
        if let Some(path) = &self.path {
            self.read(path, &mut kept)?;
        } else if kept.sealer.is_none() {
            kept.sealer = Some(Sealer::new(self.agent.clone()));
        }
        Ok(Open { folder: self, kept, failed: false, _lock: lock })
    }

    fn read(&self, path: &Path, kept: &mut Kept) -> Result<(), FolderError> {
        let vault = path.join("vault");
        let bytes = match fs::read(&vault) {
            Ok(bytes) => Some(Zeroizing::new(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(FolderError::Io { path: vault, source }),
        };
        let file = bytes.as_ref().map(|bytes| Hash::of(&[bytes]));
        if kept.sealer.is_some() && kept.file == file {
            return Ok(());
        }
        let damaged = |fault| FolderError::Damaged { path: vault.clone(), fault };
        let texts = read_texts(&path.join("texts"))?;
        let sealer = if let Some(bytes) = bytes {
            Sealer::from_bytes(&bytes, texts).map_err(damaged)?
        } else {
            let mut sealer = Sealer::new(self.agent.clone());
            sealer.remember(texts);
            sealer
        };
        if *sealer.agent() != self.agent {
            return Err(damaged(Fault::WrongKey));
        }
        *kept = Kept { sealer: Some(sealer), file };
        Ok(())
    }
}

impl Open<'_> {
    /// The sealer.
    ///
    /// # Errors
    /// Never, while nothing has panicked inside.
    pub fn sealer(&mut self) -> &mut Sealer {
        let agent = &self.folder.agent;
        self.kept.sealer.get_or_insert_with(|| Sealer::new(agent.clone()))
    }

    /// Keeps what has changed, so that it outlives the process and the machine's power.
    ///
    /// # Errors
    /// [`FolderError`]; what was made since is then not to be handed in.
    pub fn save(&mut self) -> Result<(), FolderError> {
        let texts = self.sealer().take_texts();
        let Some(path) = self.folder.path.clone() else { return Ok(()) };
        if self.failed {
            return Err(at(&path)(io::Error::other("an earlier change could not be kept")));
        }
        let saved = self.write(&path, &texts);
        if saved.is_err() {
            // Keys that were used up have to open again what was not kept: the next one reads what is on the disk.
            self.failed = true;
            *self.kept = Kept::default();
        }
        saved
    }

    fn write(&mut self, path: &Path, texts: &[KeptText]) -> Result<(), FolderError> {
        let vault = path.join("vault");
        let bytes = self.sealer().to_bytes();
        let bytes = bytes.map_err(|fault| FolderError::Damaged { path: vault.clone(), fault })?;
        append_texts(&path.join("texts"), texts)?;
        let file = Some(Hash::of(&[&bytes]));
        if self.kept.file != file {
            replace(path, &vault, &bytes)?;
            self.kept.file = file;
        }
        Ok(())
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    |source| FolderError::Io { path, source }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the folder for its owner alone, and waits until it is this process's.
fn lock(path: &Path) -> Result<File, FolderError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(at(path))?;
    let name = path.join("lock");
    let file = private().write(true).create(true).truncate(false).open(&name).map_err(at(&name))?;
    file.lock().map_err(at(&name))?;
    Ok(file)
}

/// All lines that are whole; the last may be cut off where a process was killed.
fn read_texts(path: &Path) -> Result<Vec<KeptText>, FolderError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(path)(error)),
    };
    let mut reader = BufReader::new(file);
    let mut texts = Vec::new();
    loop {
        let mut line = Vec::new();
        let mut bounded = io::Read::take(&mut reader, LINE_BYTES_MAX);
        let read = bounded.read_until(b'\n', &mut line).map_err(at(path))?;
        if read == 0 {
            return Ok(texts);
        }
        if let Ok(kept) = serde_json::from_slice(&line) {
            texts.push(kept);
        }
    }
}

fn append_texts(path: &Path, texts: &[KeptText]) -> Result<(), FolderError> {
    if texts.is_empty() {
        return Ok(());
    }
    let mut lines = Zeroizing::new(Vec::new());
    // A line that was cut off ends here.
    lines.push(b'\n');
    for kept in texts {
        let written = serde_json::to_writer(&mut *lines, kept);
        written.map_err(|error| at(path)(error.into()))?;
        lines.push(b'\n');
    }
    let mut file = private().append(true).create(true).open(path).map_err(at(path))?;
    file.write_all(&lines).and_then(|()| file.sync_data()).map_err(at(path))
}

fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let next = folder.join("vault.next");
    let mut file = private().write(true).create(true).truncate(true).open(&next).map_err(at(&next))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&next))?;
    fs::rename(&next, path).map_err(at(path))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}
