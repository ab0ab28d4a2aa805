//! Reads of the store on threads that may block: so many at once, so many waiting, no more.

use asp_store::{Fault, Reader, Store};
use tokio::sync::Semaphore;

use crate::http::problem::Denial;

/// The way to the store for everything that reads.
#[derive(Debug)]
pub(crate) struct Reads {
    store: Store,
    running: Semaphore,
    /// Places for those that wait and those that run.
    admitted: Semaphore,
}

impl Reads {
    pub(crate) fn new(store: Store, running_max: usize, waiting_max: usize) -> Self {
        let running = running_max.clamp(1, Semaphore::MAX_PERMITS / 2);
        let admitted = waiting_max.saturating_add(running).min(Semaphore::MAX_PERMITS);
        Self { store, running: Semaphore::new(running), admitted: Semaphore::new(admitted) }
    }

    /// Reads at one state of the log, on a thread that may block.
    ///
    /// # Errors
    /// What `read` says, that too many wait, or that the storage failed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let _admitted = self.admitted.try_acquire().map_err(|_| Denial::Full)?;
        self.wait_and_run(read).await
    }

    /// The same for the node's own tasks, which are few and wait for as long as it takes.
    ///
    /// # Errors
    /// As [`Reads::run`], but never that too many wait.
    pub(crate) async fn wait_and_run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let _running = self.running.acquire().await.map_err(|_| Denial::Stopping)?;
        let store = self.store.clone();
        let whole = move || -> Result<T, Denial> {
            let answer: Result<Result<T, Denial>, Fault> = store.read(|reader| Ok(read(reader)));
            answer?
        };
        tokio::task::spawn_blocking(whole).await.unwrap_or(Err(Denial::Internal))
    }
}
