//! Finding agents: an index in memory that follows the log, on a thread of its own.
//!
//! The writer does not wait for it and does not know it: the thread hears that the log has grown and reads the rows that
//! are new. What it has seen is published, so that whoever has registered can wait until it is found. At the start the
//! index is made from the rows; until that is done nobody is found, and whoever asks is told so.

mod index;
mod query;
mod rank;
mod words;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, mpsc};
use std::thread::JoinHandle;
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::watch;

pub use query::{
    AgentCursor, AgentNumber, AgentQuery, AgentsFound, Among, FoundAgent, Order, Ranked, Ranking, Standing,
};

use crate::FILE_NAME;
use crate::fault::Fault;
use crate::pool::{self, snapshot};
use crate::views::agent::{self, AgentRow};
use crate::views::likeness;
use index::Index;

/// Rows that are read at once, and listed while nobody searches.
const CHUNK: usize = 512;

/// The index and the thread that keeps it. The thread ends when the writer does, and is waited for.
#[derive(Debug)]
pub(crate) struct Search {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    /// None until it is made.
    index: RwLock<Option<Index>>,
    /// How many entries of the log the index has seen; none until it is made.
    size: watch::Sender<Option<u64>>,
    stopping: AtomicBool,
}

/// Tells the thread that the log has grown, or, dropped, that it never will again.
#[derive(Debug)]
pub(crate) struct Bell(mpsc::SyncSender<()>);

impl Bell {
    /// Rings; whoever is awake hears it next time. Does not wait.
    pub(crate) fn ring(&self) {
        // Full: it has been told. Gone: the thread has said why.
        let _ = self.0.try_send(());
    }
}

/// What the writer rings and the thread hears.
pub(crate) fn bell() -> (Bell, mpsc::Receiver<()>) {
    let (sender, receiver) = mpsc::sync_channel(1);
    (Bell(sender), receiver)
}

impl Search {
    /// Starts the thread on the database in a folder; `log` says how long the log is.
    ///
    /// # Errors
    /// That the database cannot be opened for reading, or that no thread could be started.
    pub(crate) fn start(
        folder: &Path,
        log: watch::Receiver<u64>,
        rung: mpsc::Receiver<()>,
    ) -> Result<Self, Fault> {
        let connection = pool::open(&folder.join(FILE_NAME))?;
        let shared = Arc::new(Shared {
            index: RwLock::new(None),
            size: watch::Sender::new(None),
            stopping: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("assent-search".into())
            .spawn(move || of_thread.run(&connection, &log, &rung))
            .map_err(|error| Fault::folder(folder, &error))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// How many entries of the log the index has seen; none while it is being made.
    pub(crate) fn size(&self) -> watch::Receiver<Option<u64>> {
        self.shared.size.subscribe()
    }

    /// How many agents can be found.
    pub(crate) fn count(&self) -> u64 {
        self.shared.read().as_ref().map_or(0, Index::count)
    }

    /// A page of those who fit; none while the index is being made.
    pub(crate) fn find(&self, query: &AgentQuery) -> Option<Ranking> {
        self.shared.read().as_ref().map(|index| rank::find(index, query))
    }

    /// Notes how agents stand that were asked whether they answer, by the number of their name.
    pub(crate) fn stand(&self, agents: &[(AgentNumber, Standing)]) {
        if let Some(index) = self.shared.write().as_mut() {
            agents.iter().for_each(|(agent, standing)| index.stand(agent.0, *standing));
        }
    }
}

/// What is shown of those on a page; whoever changed its card meanwhile is left out, and found again by it.
pub(crate) fn show(
    connection: &Connection,
    query: &AgentQuery,
    ranked: &[Ranked],
) -> Result<Vec<FoundAgent>, Fault> {
    let mut found = Vec::with_capacity(ranked.len());
    for place in ranked {
        let Some(row) = agent::at(connection, place.set_at)? else { continue };
        let AgentRow { agent, card: Some(card), named_at, .. } = row else { continue };
        let mistakable_for = likeness::of_agent(connection, &agent, &card.name, named_at)?;
        let reasons = rank::reasons(query, &card, place.standing);
        found.push(FoundAgent { agent, card, place: *place, reasons, mistakable_for });
    }
    Ok(found)
}

impl Drop for Search {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that keeps the search index panicked");
        }
    }
}

impl Shared {
    fn read(&self) -> RwLockReadGuard<'_, Option<Index>> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Index>> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// The thread's whole life.
    fn run(&self, connection: &Connection, log: &watch::Receiver<u64>, rung: &mpsc::Receiver<()>) {
        loop {
            // Copied: the writer cannot publish a size while one is borrowed.
            let size = *log.borrow();
            if let Err(fault) = self.follow(connection, size) {
                tracing::error!(%fault, "the search index stays behind the log");
                return;
            }
            if self.is_stopping() || rung.recv().is_err() {
                return;
            }
        }
    }

    /// Brings the index up to a size of the log; makes it, if there is none or it is worn.
    fn follow(&self, connection: &Connection, size: u64) -> Result<(), Fault> {
        let seen = self.read().as_ref().filter(|index| !index.is_worn()).map(|index| index.size);
        let Some(seen) = seen else { return self.make(connection, size) };
        self.fill(connection, seen, size, |rows| {
            if let Some(index) = self.write().as_mut() {
                list(index, rows);
            }
        })?;
        if let Some(index) = self.write().as_mut() {
            index.size = size;
        }
        self.size.send_replace(Some(size));
        Ok(())
    }

    fn make(&self, connection: &Connection, size: u64) -> Result<(), Fault> {
        let began = Instant::now();
        let mut index = Index::default();
        index.size = size;
        self.fill(connection, 0, size, |rows| list(&mut index, rows))?;
        if self.is_stopping() {
            return Ok(());
        }
        tracing::info!(agents = index.count(), elapsed = ?began.elapsed(), "search index made");
        let mut place = self.write();
        if let Some(before) = place.as_ref() {
            index.stand_as_in(before);
        }
        // The one before is dropped outside of the lock: it can be large.
        let before = place.replace(index);
        drop(place);
        drop(before);
        self.size.send_replace(Some(size));
        Ok(())
    }

    /// Reads the rows from one position to another, piece by piece, until there are no more or the store stops.
    fn fill(
        &self,
        connection: &Connection,
        mut from: u64,
        to: u64,
        mut take: impl FnMut(Vec<AgentRow>),
    ) -> Result<(), Fault> {
        while from < to && !self.is_stopping() {
            let rows = snapshot(connection, |connection| agent::between(connection, from, to, CHUNK))?;
            let last = rows.last().filter(|_| rows.len() == CHUNK).map(|row| row.set_at.0);
            from = last.map_or(to, |last| last.saturating_add(1));
            take(rows);
        }
        Ok(())
    }
}

fn list(index: &mut Index, rows: Vec<AgentRow>) {
    for row in rows {
        match &row.card {
            Some(card) => index.put(row.name, row.set_at.0, &row.agent, card),
            None => index.strike(row.name),
        }
    }
}
