//! The embedded ledger: an ordered, durable log of signed statements, and the views that follow from it.
//!
//! One writer takes statements in, many readers look at one state each, everything is in one SQLite file. HTTP,
//! tokens and time are not known here: a clock and a key are given.
//!
//! Modules in reading order: [`fault`], then how the log is written ([`lanes`], `sequencer`, `facts`, `fold`), what
//! follows from it (`views`), how it is stored (`entries`, `names`, `receipts`, `tiles`, `migrate`, `wal`), how agents are found
//! (`search`), how it is read (`reads`, `pool`, `export`, `trail`), and how it is checked ([`audit`]). Beside it all, and no part of
//! it (`beside`), are the accounts of [`people`], the searches that are [`saved`], the [`webhooks`] of organisations, what is known of
//! [`a2a`] clients, the [`chunks`] of files that parties of sealed sessions share, which key [`packages`] of agents were handed out,
//! and what was seen of agents that were asked whether they are there ([`probes`]).

pub mod fault;
pub mod inbox;

pub mod lanes;
mod sequencer;

mod facts;
mod fold;

mod views;

mod entries;
mod migrate;
mod names;
mod receipts;
mod tiles;
mod wal;

mod search;

mod bundle;
mod export;
mod pool;
mod reads;
mod trail;

mod open;

pub mod audit;

pub mod a2a;
mod beside;
pub mod chunks;
pub mod packages;
pub mod people;
pub mod saved;
pub mod webhooks;

pub mod probes;

#[cfg(feature = "misbehave")]
pub mod misbehave;

// The stage of the integration tests names this crate as they do.
#[cfg(test)]
extern crate self as asp_store;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use asp_core::key::{KeyId, SecretKey};
use asp_core::limits;
use asp_core::log::receipt::Receipt;
use asp_core::name::Origin;
use asp_core::position::LogTime;
use asp_core::rejection::Rejection;
use asp_core::statement::Verified;
use tokio::sync::{oneshot, watch};

pub use entries::Entry;
pub use export::{accounts_waiting, custody, export};
pub use fault::{Fault, Step};
pub use reads::AgentWork;
pub use reads::{Admitted, Due, Reader};
pub use search::{
    AgentCursor, AgentNumber, AgentQuery, AgentsFound, Among, FoundAgent, Order, Ranked, Ranking, Standing,
};
pub use sequencer::Answer;
pub use trail::{TooMany, Trail, TrailEntry, TrailStep};
pub use views::Tenant;
pub use views::account::Posting;
pub use views::act::{Act, ActQuery};
pub use views::dispute::Docket;
pub use views::domain::DomainRow;
pub use views::session::{SessionQuery, SessionRow};
pub use views::terms::{SchemaQuery, SchemaRow};
pub use views::work::{Duties, Work};

use pool::Pool;
use search::Search;
use sequencer::Sequencer;

/// The name of the database in the folder.
pub const FILE_NAME: &str = "assent.sqlite";

/// The name of the file that a process which has the store holds a lock on.
pub const LOCK_NAME: &str = "assent.lock";

/// Who keeps the log: what receipts and checkpoints are signed with.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The log's name.
    pub origin: Origin,
    /// The node's key.
    pub key: SecretKey,
}

/// The only source of time; the writer makes log time of it, which never goes back.
pub type Clock = Arc<dyn Fn() -> LogTime + Send + Sync>;

/// How much a store takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Statements of one transaction, at least 1.
    pub batch_max: usize,
    /// Statements that wait for the writer, at least 1; a further one is refused with [`Refusal::Full`].
    pub queue_max: usize,
    /// Reads that run at once, at least 1; a further one waits.
    pub readers: usize,
    /// Streams whose state the writer keeps between batches.
    pub streams_cached: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch_max: limits::BATCH_MAX,
            queue_max: limits::SUBMIT_QUEUE_MAX,
            readers: limits::STORE_READERS,
            streams_cached: limits::STREAMS_CACHED_MAX,
        }
    }
}

/// Why a statement was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It breaks a rule. Nothing has changed.
    Rejected(Rejection),
    /// Too many wait. Nothing was queued: the same bytes may succeed in a moment.
    Full,
    /// The store is being closed. Nothing was queued.
    Stopping,
    /// We failed. Whether it was taken in is not known; asking again with the same bytes is safe.
    Fault(Fault),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => rejection.fmt(f),
            Self::Full => f.write_str("too many statements wait for the writer"),
            Self::Stopping => f.write_str("the store is being closed"),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

/// What the writer has done since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Transactions.
    pub batches: u64,
    /// Statements that got a receipt, repetitions among them.
    pub accepted: u64,
    /// Statements that a rule refused.
    pub refused: u64,
    /// Statements of the last batch.
    pub last_batch: u64,
    /// Statements that wait for the writer at this moment.
    pub queued: usize,
}

/// The store. Cheap to clone; the last one dropped stops it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// The fields are dropped in this order: connections before the files that guard them.
#[derive(Debug)]
struct Inner {
    sequencer: Sequencer,
    /// After the writer, with whom its thread ends.
    search: Search,
    pool: Pool,
    origin: Origin,
    node_key: KeyId,
    /// The database once more: closing it while a connection is open would drop that one's locks.
    _file: Arc<File>,
    /// Locked as long as this is open.
    _lock: File,
}

impl Store {
    /// Opens the store in a folder, which is made if it is not there, and brings an older one up to date.
    ///
    /// Nothing is replayed; everything in the file counts, whoever was told of it.
    ///
    /// # Errors
    /// [`Fault::InUse`], [`Fault::Foreign`], [`Fault::Newer`], [`Fault::OtherIdentity`], that the folder or the
    /// storage failed, or that what is stored is not what was written.
    pub fn open(folder: &Path, identity: Identity, clock: Clock, settings: Settings) -> Result<Self, Fault> {
        open::open(folder, identity, clock, settings)
    }

    /// Takes a statement in; when this returns a receipt, the statement is durable.
    ///
    /// # Errors
    /// See [`Refusal`]. Dropping the future does not take the statement back.
    pub async fn submit(&self, statement: Verified) -> Result<Receipt, Refusal> {
        let answered = self.ask(statement);
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// [`Store::submit`] for somebody else who waits: a pipeline hands its caller's place on instead of waking it.
    ///
    /// The answer always comes, unless the writer ends without a word; then `answer` is dropped.
    pub fn submit_for(&self, statement: Verified, answer: Answer) {
        self.inner.sequencer.enqueue(statement, answer);
    }

    /// [`Store::submit`] for a thread that may wait; inside an asynchronous task it panics.
    ///
    /// # Errors
    /// As [`Store::submit`].
    pub fn submit_blocking(&self, statement: Verified) -> Result<Receipt, Refusal> {
        self.ask(statement).blocking_recv().unwrap_or_else(|_| Err(self.gone()))
    }

    fn ask(&self, statement: Verified) -> oneshot::Receiver<Result<Receipt, Refusal>> {
        let (told, answered) = oneshot::channel();
        // Who does not wait any more can ask again with the same bytes.
        self.submit_for(statement, Box::new(move |answer| drop(told.send(answer))));
        answered
    }

    fn gone(&self) -> Refusal {
        let fault = self.inner.sequencer.shared().poisoned.get();
        Refusal::Fault(fault.cloned().unwrap_or(Fault::WriterGone))
    }

    /// The size of the durable log, as it grows.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.inner.sequencer.shared().size.subscribe()
    }

    /// Reads at one state of the log; blocks the thread, for longer while all readers are in use.
    ///
    /// A read within a read waits for itself when it is the last of the readers: do not nest them.
    ///
    /// # Errors
    /// What `read` returns, or that the storage failed.
    pub fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let Inner { pool, search, origin, node_key, .. } = &*self.inner;
        pool.read(|connection| read(&Reader::new(connection, origin, *node_key).with_search(search)))
    }

    /// How many entries of the log the index of agents has seen, as it grows; none while it is being made.
    #[must_use]
    pub fn search_size(&self) -> watch::Receiver<Option<u64>> {
        self.inner.search.size()
    }

    /// Finds agents, in memory alone; none while the index of them is being made. Public.
    ///
    /// The index can be behind the log by a moment: see [`Store::search_size`].
    #[must_use]
    pub fn rank_agents(&self, query: &AgentQuery) -> Option<Ranking> {
        self.inner.search.find(query)
    }

    /// How many agents can be found.
    #[must_use]
    pub fn agents_listed(&self) -> u64 {
        self.inner.search.count()
    }

    /// Notes for the ranking whether agents answer. Not kept: whoever asks them says so again after a start.
    pub fn note_standing(&self, agents: &[(AgentNumber, Standing)]) {
        self.inner.search.stand(agents);
    }

    /// Whether statements can be taken in: false once storage has failed or the store stops.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.inner.sequencer.is_writable()
    }

    /// What the writer has done.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.inner.sequencer.statistics()
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    /// The key that signs receipts and checkpoints.
    #[must_use]
    pub fn node_key(&self) -> KeyId {
        self.inner.node_key
    }

    /// Takes nothing more in, waits until what is queued is durable and answered. Reads go on. Blocks.
    pub fn stop(&self) {
        self.inner.sequencer.stop();
    }
}
