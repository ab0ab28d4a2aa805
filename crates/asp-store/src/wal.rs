//! The write-ahead log of SQLite: carried over into the database beside the writer, so that no batch waits for it.
//!
//! A thread of its own carries over a little at a time, because what it flushes at once the writer's own flushes wait
//! for. SQLite begins the log anew only when all of it is carried over, which a busy writer never lets happen: so once
//! the log is long, the writer carries over the few pages that are left, between two batches.

use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use asp_core::limits;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode, MAIN_DB};

use crate::fault::{Fault, Step};

/// Carries over what can be without waiting for anybody.
///
/// # Errors
/// That the storage failed. What was written of the database is then not known to be on disk, and the next flush may
/// pass over it and succeed, after which the log, which still has it, would begin anew: nothing more may be written.
pub(crate) fn backfill(connection: &Connection) -> Result<(), Fault> {
    let (all, _) = match connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE) {
        // Somebody else is carrying over.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => return Ok(()),
        other => other.map_err(|error| Fault::from(error).during(Step::CarryOver))?,
    };
    if all < 0 {
        // A connection that has not read yet does not know of the log, and SQLite calls that success.
        return Err(Fault::corrupt(None, "there is no write-ahead log".to_owned()));
    }
    Ok(())
}

/// Makes the connection find the log, which it does when it first reads.
fn open(connection: &Connection) -> Result<(), Fault> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(())
}

/// How the writer and the thread that carries over see each other.
#[derive(Debug, Default)]
struct Shared {
    /// Pages in the log after the last commit.
    pages: AtomicUsize,
    /// The log is long, and what is left of it is little.
    tail: AtomicBool,
    /// Why nothing is carried over any more.
    failed: OnceLock<Fault>,
}

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Wal {
    shared: Arc<Shared>,
    /// Pages in the log when the thread was last woken.
    woken_at: usize,
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What is to be done by the writer between two batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chore {
    /// Nothing.
    None,
    /// To carry over the rest.
    Tail,
}

impl Wal {
    /// Watches the log of the writer's connection and starts the thread, which has a connection of its own.
    ///
    /// `file` is the database, open as long as any connection: closing it earlier would drop their locks.
    pub(crate) fn start(writer: &mut Connection, own: Connection, file: Arc<File>) -> Result<Self, Fault> {
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: std::ffi::c_int| {
            seen.pages.store(usize::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        open(&own)?;
        let (wake, woken) = sync_channel(1);
        let bulk = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("assent-backfill".into())
            .spawn(move || run(&own, &file, &woken, &bulk))
            .map_err(|error| Fault::corrupt(None, format!("no thread could be started: {error}")))?;
        Ok(Self { shared, woken_at: 0, wake: Some(wake), thread: Some(thread) })
    }

    /// Called after each batch.
    ///
    /// # Errors
    /// That the thread met a failure of the storage: see [`backfill`].
    pub(crate) fn after_batch(&mut self) -> Result<Chore, Fault> {
        if let Some(fault) = self.shared.failed.get() {
            return Err(fault.clone());
        }
        if self.shared.tail.swap(false, Ordering::AcqRel) {
            return Ok(Chore::Tail);
        }
        let pages = self.shared.pages.load(Ordering::Relaxed);
        if pages < self.woken_at {
            // The log has begun anew.
            self.woken_at = 0;
        }
        if pages - self.woken_at >= limits::WAL_STEP_PAGES {
            self.woken_at = pages;
            // Full means that the thread knows already.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
        Ok(Chore::None)
    }
}

impl Drop for Wal {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // Nobody is left whom its faults would concern.
            let _ = thread.join();
        }
    }
}

/// Carries over and flushes, so that neither is left to the writer.
fn carry_over(connection: &Connection, file: &File) -> Result<(), Fault> {
    backfill(connection)?;
    file.sync_data().map_err(|error| Fault::Storage { during: Step::CarryOver, detail: error.to_string() })
}

/// Ends with the first failure, which the writer finds after its next batch.
fn run(connection: &Connection, file: &File, woken: &Receiver<()>, shared: &Shared) {
    while woken.recv().is_ok() {
        match carry_over(connection, file) {
            Ok(()) if shared.pages.load(Ordering::Relaxed) > limits::WAL_PAGES_MAX => {
                shared.tail.store(true, Ordering::Release);
            }
            Ok(()) => {}
            Err(fault) => {
                shared.failed.get_or_init(|| fault);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_connection_carries_over_what_the_writer_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.sqlite");
        let writer = Connection::open(&path).unwrap();
        writer.pragma_update(None, "journal_mode", "wal").unwrap();
        writer.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        writer.execute_batch("CREATE TABLE t (x BLOB); INSERT INTO t VALUES (zeroblob(100000))").unwrap();
        let before = std::fs::metadata(&path).unwrap().len();
        let other = Connection::open(&path).unwrap();
        assert!(backfill(&other).is_err(), "it has not read, and does not know of the log");
        open(&other).unwrap();
        assert_eq!(backfill(&other), Ok(()));
        assert!(std::fs::metadata(&path).unwrap().len() > before + 100_000);
    }

    /// A file that takes what is written and cannot be flushed.
    #[cfg(unix)]
    fn that_cannot_be_flushed() -> File {
        let (_, end) = std::io::pipe().unwrap();
        File::from(std::os::fd::OwnedFd::from(end))
    }

    #[cfg(unix)]
    #[test]
    fn a_failed_flush_is_not_tried_again_and_told_to_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.sqlite");
        let mut writer = Connection::open(&path).unwrap();
        writer.pragma_update(None, "journal_mode", "wal").unwrap();
        writer.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        writer.execute_batch("CREATE TABLE t (x BLOB)").unwrap();
        let own = Connection::open(&path).unwrap();
        let mut wal = Wal::start(&mut writer, own, Arc::new(that_cannot_be_flushed())).unwrap();
        assert_eq!(wal.after_batch(), Ok(Chore::None));
        wal.wake.as_ref().unwrap().send(()).unwrap();
        wal.thread.take().unwrap().join().unwrap();
        for _ in 0..2 {
            let fault = wal.after_batch().unwrap_err();
            assert!(matches!(fault, Fault::Storage { during: Step::CarryOver, .. }), "{fault}");
        }
    }
}
