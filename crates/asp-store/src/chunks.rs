//! Chunks of files that are attached in sealed sessions, beside the log: bytes under their own hash, put there by parties.
//!
//! What a chunk holds is sealed and means nothing here; who may ask for one is judged elsewhere. Each is a file below
//! `chunks/`, by its session, the organisation that put it and its digest, and is there whole or not at all.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::limits;
use asp_core::name::Domain;
use asp_core::position::Hash;

use crate::fault::{Fault, Step};

/// The name of the folder in the node's own.
pub const CHUNKS_FOLDER_NAME: &str = "chunks";
/// What the name of a file ends with that is being written.
const UNFINISHED: &str = ".unfinished";
/// What the smallest chunk counts as, so that nobody fills the disk with names.
const COST_MIN: u64 = 64 * 1024;

/// How many bytes of chunks may be kept; 0 bears any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Of one organisation.
    pub organisation: u64,
    /// Of all.
    pub all: u64,
}

/// What became of a chunk that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is kept from now on.
    New,
    /// It was there already.
    Known,
}

/// Why a chunk was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPut {
    /// The bytes have another digest. Nothing has changed.
    Digest,
    /// The organisation has as many as it may in this session or in all, or the node has. Nothing has changed.
    Full,
    /// The storage failed. The chunk is there whole or not at all; putting it again is safe.
    Fault(Fault),
}

impl From<io::Error> for NotPut {
    fn from(error: io::Error) -> Self {
        Self::Fault(fault(&error))
    }
}

fn fault(error: &io::Error) -> Fault {
    Fault::Storage { during: Step::Chunks, detail: error.to_string() }
}

/// What an organisation has put into a session, or is putting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Share {
    chunks: usize,
    bytes: u64,
}

/// How much is kept, counted from the files when they were opened.
#[derive(Debug, Default)]
struct Used {
    all: u64,
    by: BTreeMap<Domain, u64>,
    sessions: BTreeMap<Hash, BTreeMap<Domain, Share>>,
}

impl Used {
    fn add(&mut self, session: &Hash, by: &Domain, cost: u64) {
        self.all = self.all.saturating_add(cost);
        let own = self.by.entry(by.clone()).or_default();
        *own = own.saturating_add(cost);
        let share = self.sessions.entry(*session).or_default().entry(by.clone()).or_default();
        share.chunks = share.chunks.saturating_add(1);
        share.bytes = share.bytes.saturating_add(cost);
    }

    fn take(&mut self, session: &Hash, by: &Domain, Share { chunks, bytes }: Share) {
        self.all = self.all.saturating_sub(bytes);
        if let Some(own) = self.by.get_mut(by) {
            *own = own.saturating_sub(bytes);
            if *own == 0 {
                self.by.remove(by);
            }
        }
        if let Some(share) = self.sessions.get_mut(session).and_then(|shares| shares.get_mut(by)) {
            share.chunks = share.chunks.saturating_sub(chunks);
            share.bytes = share.bytes.saturating_sub(bytes);
        }
    }

    fn fits(&self, session: &Hash, by: &Domain, cost: u64, room: Room) -> bool {
        let within = |used: u64, most: u64| most == 0 || used.saturating_add(cost) <= most;
        // Each organisation has its own, so that no side keeps the others from sending.
        let own = self.sessions.get(session).and_then(|shares| shares.get(by));
        own.map_or(0, |share| share.chunks) < limits::CHUNKS_MAX
            && within(self.by.get(by).copied().unwrap_or(0), room.organisation)
            && within(self.all, room.all)
    }
}

/// What so many bytes count as.
fn cost(bytes: u64) -> u64 {
    bytes.max(COST_MIN)
}

/// All chunks of a node, which nobody else writes. Each call blocks its thread.
#[derive(Debug)]
pub struct Chunks {
    root: PathBuf,
    used: Mutex<Used>,
    /// Tells files apart that are being written.
    written: AtomicU64,
}

impl Chunks {
    /// Opens the chunks in a node's folder, counts them, and removes what was not written to its end.
    ///
    /// # Errors
    /// That the folder cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let root = folder.join(CHUNKS_FOLDER_NAME);
        let used = prepare(folder, &root).map_err(|error| Fault::folder(&root, &error))?;
        Ok(Self { root, used: Mutex::new(used), written: AtomicU64::new(0) })
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        // What is counted changes in steps that do not panic.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a chunk of a session; when this returns, it survives loss of power. One that is there stays as it is.
    ///
    /// # Errors
    /// [`NotPut`].
    pub fn put(
        &self,
        session: &Hash,
        digest: &Hash,
        by: &Domain,
        bytes: &[u8],
        room: Room,
    ) -> Result<Put, NotPut> {
        if Hash::of(&[bytes]) != *digest {
            return Err(NotPut::Digest);
        }
        let cost = cost(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        {
            let mut used = self.used();
            if let Some(there) = self.find(&used, session, digest)? {
                drop(used);
                // Whoever put it may not have got so far.
                self.sync(&there)?;
                return Ok(Put::Known);
            }
            if !used.fits(session, by, cost, room) {
                return Err(NotPut::Full);
            }
            // Before it is written, so that many at once find no more room than there is.
            used.add(session, by, cost);
        }
        let kept = self.write(session, digest, by, bytes);
        if !matches!(kept, Ok(Put::New)) {
            self.used().take(session, by, Share { chunks: 1, bytes: cost });
        }
        let kept = kept?;
        if kept == Put::New {
            self.sync(&self.path(session, by, digest))?;
        }
        Ok(kept)
    }

    /// Writes a chunk beside its place, and moves it there. After an error nothing of it is left.
    fn write(&self, session: &Hash, digest: &Hash, by: &Domain, bytes: &[u8]) -> io::Result<Put> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.root.join(format!("{}.{number}{UNFINISHED}", digest.to_hex()));
        let moved = write_private(&unfinished, bytes).and_then(|()| {
            let place = self.path(session, by, digest);
            place.parent().map_or(Ok(()), make_folder)?;
            let used = self.used();
            if let Some(there) = self.find(&used, session, digest)? {
                drop(used);
                self.sync(&there)?;
                return Ok(Put::Known);
            }
            fs::rename(&unfinished, &place).map(|()| Put::New)
        });
        if !matches!(moved, Ok(Put::New)) {
            // What cannot be removed is removed at the next start.
            let _ = fs::remove_file(&unfinished);
        }
        moved
    }

    /// A chunk of a session, if it is there.
    ///
    /// # Errors
    /// That the storage failed, or that the bytes are not those that were put.
    pub fn get(&self, session: &Hash, digest: &Hash) -> Result<Option<Vec<u8>>, Fault> {
        let found = self.find(&self.used(), session, digest).map_err(|error| fault(&error))?;
        let Some(path) = found else { return Ok(None) };
        let mut bytes = Vec::new();
        let most = u64::try_from(limits::CHUNK_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
        match File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)) {
            // It was removed in between.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(&error)),
            Ok(_) => {}
        }
        if Hash::of(&[&bytes]) == *digest {
            Ok(Some(bytes))
        } else {
            Err(Fault::corrupt(None, format!("the chunk {} of a session", digest.to_hex())))
        }
    }

    /// How many bytes a chunk of a session has, if it is there.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn size(&self, session: &Hash, digest: &Hash) -> Result<Option<u64>, Fault> {
        let found = self.find(&self.used(), session, digest).map_err(|error| fault(&error))?;
        let Some(path) = found else { return Ok(None) };
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault(&error)),
            Ok(about) => Ok(Some(about.len())),
        }
    }

    /// What the chunks that an organisation put count as, in bytes: each as 64 KiB at least.
    #[must_use]
    pub fn used_by(&self, organisation: &Domain) -> u64 {
        self.used().by.get(organisation).copied().unwrap_or(0)
    }

    /// The sessions that have chunks, in the order of their ids: at most so many after one of them.
    #[must_use]
    pub fn sessions(&self, after: Option<&Hash>, limit: usize) -> Vec<Hash> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, |after| Excluded(*after));
        self.used().sessions.range((from, Unbounded)).take(limit).map(|(session, _)| *session).collect()
    }

    /// Removes all chunks of a session, into which nobody puts any more.
    ///
    /// # Errors
    /// That the storage failed; what is left of them is removed by asking again.
    pub fn remove(&self, session: &Hash) -> Result<(), Fault> {
        match fs::remove_dir_all(self.root.join(session.to_hex())) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(fault(&error)),
            Ok(()) | Err(_) => {}
        }
        let mut used = self.used();
        for (by, share) in used.sessions.get(session).cloned().unwrap_or_default() {
            used.take(session, &by, share);
        }
        used.sessions.remove(session);
        Ok(())
    }

    fn path(&self, session: &Hash, by: &Domain, digest: &Hash) -> PathBuf {
        self.root.join(session.to_hex()).join(by.as_str()).join(digest.to_hex())
    }

    /// Where a chunk is, whoever put it.
    fn find(&self, used: &Used, session: &Hash, digest: &Hash) -> io::Result<Option<PathBuf>> {
        for by in used.sessions.get(session).into_iter().flat_map(BTreeMap::keys) {
            let path = self.path(session, by, digest);
            if path.try_exists()? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Makes the name of a chunk durable, with those of the folders that it stands in.
    fn sync(&self, path: &Path) -> io::Result<()> {
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
        folders.into_iter().try_for_each(|folder| File::open(folder)?.sync_all())
    }
}

/// Makes the folder, removes what is unfinished in it and counts what is there.
fn prepare(node: &Path, root: &Path) -> io::Result<Used> {
    make_folder(root)?;
    File::open(node)?.sync_all()?;
    let mut used = Used::default();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if name.ends_with(UNFINISHED) {
            fs::remove_file(entry.path())?;
        } else if let Some(session) = Hash::from_hex(&name) {
            used.sessions.entry(session).or_default();
            count(&entry.path(), &session, &mut used)?;
        }
    }
    Ok(used)
}

/// Counts the chunks of a session.
fn count(folder: &Path, session: &Hash, used: &mut Used) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(by) = entry.file_name().to_str().and_then(|name| name.parse::<Domain>().ok()) else {
            continue;
        };
        for chunk in fs::read_dir(entry.path())? {
            let chunk = chunk?;
            if chunk.file_name().to_str().is_some_and(|name| Hash::from_hex(name).is_some()) {
                used.add(session, &by, cost(chunk.metadata()?.len()));
            }
        }
    }
    Ok(())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file for its owner alone; when this returns, its bytes are durable.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
