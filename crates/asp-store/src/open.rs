//! From a folder to a running store: lock, version, identity, right edge, threads.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use asp_core::key::KeyId;
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::tree::Tree;
use asp_core::name::Origin;
use asp_core::position::LogTime;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::fault::{Fault, Step};
use crate::pool::{self, Pool};
use crate::search::{self, Search};
use crate::sequencer::writer::Writer;
use crate::sequencer::{Disk, Sequencer};
use crate::wal::Wal;
use crate::{Clock, FILE_NAME, Identity, Inner, LOCK_NAME, Settings, Store, entries, migrate, reads, tiles};

pub(crate) fn open(
    folder: &Path,
    identity: Identity,
    clock: Clock,
    settings: Settings,
) -> Result<Store, Fault> {
    std::fs::create_dir_all(folder).map_err(|error| Fault::folder(folder, &error))?;
    let lock = lock(folder)?;
    let path = folder.join(FILE_NAME);
    keep_private(&path)?;
    let mut connection = connect(&path).map_err(|fault| fault.during(Step::Open))?;
    migrate::guard(&connection, &path)?;
    make_durable(&connection).map_err(|fault| fault.during(Step::Open))?;
    migrate::migrate(&mut connection, &path)?;
    own(&connection, &identity)?;
    let file = File::open(&path).map_err(|error| Fault::folder(&path, &error))?;
    // The names of new files are durable only with their folder.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Fault::folder(folder, &error))?;
    let file = Arc::new(file);
    let (tree, time) = right_edge(&connection, &identity)?;
    let pool = Pool::new(&path, settings.readers)?;
    let wal = Wal::start(&mut connection, connect(&path)?, Arc::clone(&file))?;
    let (origin, node_key) = (identity.origin.clone(), identity.key.id());
    let writer = Writer::new(Disk::new(connection), identity, tree, time, settings.streams_cached);
    tracing::info!(%origin, size = writer.size(), "store opened");
    let (bell, rung) = search::bell();
    let sequencer = Sequencer::start(writer, wal, clock, &settings, folder, bell)?;
    let search = Search::start(folder, sequencer.shared().size.subscribe(), rung)?;
    Ok(Store {
        inner: Arc::new(Inner { sequencer, search, pool, origin, node_key, _file: file, _lock: lock }),
    })
}

/// Makes the database, if it is not there, for its owner alone, whoever can enter the folder; SQLite gives the files
/// that it makes beside it the same mode.
fn keep_private(path: &Path) -> Result<(), Fault> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| Fault::folder(path, &error))
}

/// Holds the folder against other processes.
fn lock(folder: &Path) -> Result<File, Fault> {
    let path = folder.join(LOCK_NAME);
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| Fault::folder(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(Fault::folder(&path, &error)),
    }
}

/// A connection to the file, which is made if it is not there.
fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    pool::prepare_once(&connection)?;
    Ok(connection)
}

/// Makes each commit durable. Changes the file: it must be known to be ours.
fn make_durable(connection: &Connection) -> Result<(), Fault> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cache_size", -65536)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // wal.rs carries the log over.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(())
}

/// Whose log a file is; none in a new one.
pub(crate) fn identity(connection: &Connection) -> Result<Option<(Origin, KeyId)>, Fault> {
    let found: Option<(String, [u8; 32])> = connection
        .query_row("SELECT origin, node_key FROM identity", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((origin, node_key)) = found else { return Ok(None) };
    let origin = origin.parse().map_err(|_| Fault::corrupt(None, "the log's name is none"))?;
    Ok(Some((origin, KeyId::from_bytes(node_key))))
}

/// Makes a new file the log of this node; refuses that of another.
fn own(connection: &Connection, own: &Identity) -> Result<(), Fault> {
    match identity(connection)? {
        Some((origin, node_key)) if origin == own.origin && node_key == own.key.id() => Ok(()),
        Some((origin, node_key)) => Err(Fault::OtherIdentity { origin, node_key }),
        None => {
            connection.execute(
                "INSERT INTO identity (one, origin, node_key) VALUES (1, ?1, ?2)",
                params![own.origin.as_str(), own.key.id().as_bytes()],
            )?;
            Ok(())
        }
    }
}

/// The end of the log, which the stored checkpoint must be of: the next one cannot be of less (ASP-LOG-004).
fn right_edge(connection: &Connection, identity: &Identity) -> Result<(Tree, LogTime), Fault> {
    let (size, time) = entries::end(connection)?;
    let tree = tiles::restore(connection, size)?;
    let key = NoteKey { name: identity.origin.clone(), key: identity.key.id() };
    let corrupt = |what: &str| Fault::corrupt(None, format!("the checkpoint {what}"));
    match reads::checkpoint(connection)? {
        None if size == 0 => {}
        None => return Err(corrupt("is not there")),
        Some(note) => {
            let note =
                Note::open(&note, &key).map_err(|error| corrupt(&format!("cannot be read: {error}")))?;
            if (note.checkpoint.size, note.checkpoint.root) != (size, tree.root()) {
                return Err(corrupt("is not that of the entries"));
            }
        }
    }
    Ok((tree, time.unwrap_or(LogTime::from_millis(0))))
}
