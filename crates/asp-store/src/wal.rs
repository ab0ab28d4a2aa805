//! The write-ahead log of SQLite: carried over into the database beside the writer, so that no batch waits for it.
//!
//! SQLite begins the log anew only when all of it is carried over, which a busy writer never lets happen. So the
//! bulk goes over in a thread of its own, and the writer carries over what came meanwhile, between two batches.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use asp_core::limits;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};

use crate::fault::Fault;

/// Carries over what can be without waiting for anybody; says whether that was all.
pub(crate) fn backfill(connection: &Connection) -> Result<bool, Fault> {
    let (all, done) = connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE)?;
    Ok(all == done)
}

/// How the writer and the thread that carries over see each other.
#[derive(Debug, Default)]
struct Shared {
    /// Pages in the log after the last commit.
    pages: AtomicUsize,
    /// The bulk is done: what is left is little.
    tail: AtomicBool,
}

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Wal {
    shared: Arc<Shared>,
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
        let (wake, woken) = sync_channel(1);
        let bulk = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("assent-backfill".into())
            .spawn(move || run(&own, &file, &woken, &bulk))
            .map_err(|error| Fault::corrupt(None, format!("no thread could be started: {error}")))?;
        Ok(Self { shared, wake: Some(wake), thread: Some(thread) })
    }

    /// Called after each batch.
    pub(crate) fn after_batch(&self) -> Chore {
        if self.shared.tail.swap(false, Ordering::AcqRel) {
            return Chore::Tail;
        }
        if self.shared.pages.load(Ordering::Relaxed) > limits::WAL_PAGES_MAX {
            // Full means that the thread knows already.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
        Chore::None
    }
}

impl Drop for Wal {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to say: its faults are logged where they happen.
            let _ = thread.join();
        }
    }
}

/// A failure here loses nothing: the log stays where it is, and longer.
fn run(connection: &Connection, file: &File, woken: &Receiver<()>, shared: &Shared) {
    while woken.recv().is_ok() {
        let done = backfill(connection);
        // The writer's share then finds little left to be flushed.
        if let Err(error) = file.sync_data() {
            tracing::warn!(%error, "the database could not be flushed beside the writer");
        }
        match done {
            Ok(_) => shared.tail.store(true, Ordering::Release),
            Err(fault) => tracing::warn!(%fault, "the write-ahead log could not be carried over"),
        }
    }
}
