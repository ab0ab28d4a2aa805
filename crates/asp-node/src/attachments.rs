//! Chunks of files that parties of sealed sessions share: how many are written at once, and when they go.
//!
//! They are written beside the log on the same disk, so few at a time; who may ask for one is judged where it is asked.

use std::sync::Arc;

use asp_core::name::Domain;
use asp_core::position::{Hash, Millis};
use asp_store::chunks::{Chunks, Put, Room};
use asp_store::{Fault, Reader};
use tokio::sync::Semaphore;

use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// Chunks that are written at once: each holds up a commit of the log by its own flush.
const WRITES_AT_ONCE: usize = 2;
/// How often the node looks for chunks that have had their time.
const LOOK: Millis = Millis(3_600_000);
/// Sessions that are looked at in one reading of the log.
const PAGE: usize = 256;

/// The chunks of a node.
#[derive(Debug)]
pub(crate) struct Attachments {
    kept: Arc<Chunks>,
    writing: Arc<Semaphore>,
    /// How long they stay after their session; none for good.
    keep: Option<Millis>,
}

impl Attachments {
    pub(crate) fn new(kept: Chunks, keep: Millis) -> Self {
        let keep = (keep.0 > 0).then_some(keep);
        Self { kept: Arc::new(kept), writing: Arc::new(Semaphore::new(WRITES_AT_ONCE)), keep }
    }

    /// Keeps a chunk on a thread that may block; it goes on when who put it has gone. `held` is given back when it is done.
    ///
    /// # Errors
    /// That it is not what it is called, that there is no room, or that the storage failed.
    pub(crate) async fn put(
        &self,
        (session, digest): (Hash, Hash),
        by: Domain,
        (bytes, held): (axum::body::Bytes, impl Send + 'static),
        room: Room,
    ) -> Result<Put, Denial> {
        let turn = Arc::clone(&self.writing).acquire_owned().await.map_err(|_| Denial::Stopping)?;
        let kept = Arc::clone(&self.kept);
        let put = move || {
            let _held = (turn, held);
            kept.put(&session, &digest, &by, &bytes, room)
        };
        let put = tokio::task::spawn_blocking(put).await.map_err(|_| Denial::Internal)?;
        Ok(put?)
    }

    /// A chunk, if it is there. Blocks.
    ///
    /// # Errors
    /// That the storage failed.
    pub(crate) fn get(&self, session: &Hash, digest: &Hash) -> Result<Option<Vec<u8>>, Fault> {
        self.kept.get(session, digest)
    }

    /// How many bytes a chunk has, if it is there. Blocks.
    ///
    /// # Errors
    /// That the storage failed.
    pub(crate) fn size(&self, session: &Hash, digest: &Hash) -> Result<Option<u64>, Fault> {
        self.kept.size(session, digest)
    }

    /// What the chunks of an organisation count as, in bytes.
    pub(crate) fn used_by(&self, organisation: &Domain) -> u64 {
        self.kept.used_by(organisation)
    }
}

/// Removes chunks whose time is over until the node stops.
pub(crate) async fn run(app: Arc<App>) {
    let Some(keep) = app.attachments.keep else { return };
    let mut stopping = app.stopping.clone();
    while !app.is_stopping() {
        let next = app.clock.now().plus(LOOK);
        if let Err(denial) = look(&app, keep).await {
            tracing::error!(?denial, "chunks that have had their time are not removed");
        }
        tokio::select! {
            () = app.clock.reaches(next) => {}
            () = stopped(&mut stopping) => {}
        }
    }
}

/// Removes the chunks of all sessions that have been quiet for long enough.
async fn look(app: &Arc<App>, keep: Millis) -> Result<(), Denial> {
    let mut after = None;
    // Each turn looks at those after the last, so the last session ends it.
    while !app.is_stopping() {
        let sessions = app.attachments.kept.sessions(after.as_ref(), PAGE);
        let Some(last) = sessions.last().copied() else { break };
        let (now, kept) = (app.clock.now(), Arc::clone(&app.attachments.kept));
        let remove = move |reader: &Reader<'_>| {
            for session in sessions {
                if reader.quiet_since(&session)?.is_some_and(|since| now >= since.plus(keep)) {
                    kept.remove(&session)?;
                    tracing::info!(session = %session.to_hex(), "the chunks of a session are removed");
                }
            }
            Ok(())
        };
        app.reads.wait_and_run(remove).await?;
        after = Some(last);
    }
    Ok(())
}
