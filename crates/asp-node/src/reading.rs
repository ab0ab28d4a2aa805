//! Reads of the store on threads that may block: so many at once, so many waiting, no more.

use std::sync::Arc;

use asp_store::{Fault, Reader, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::problem::Denial;

/// The way to the store for everything that reads.
#[derive(Debug)]
pub(crate) struct Reads {
    store: Store,
    running: Arc<Semaphore>,
    /// Places for those that wait and those that run.
    admitted: Arc<Semaphore>,
}

impl Reads {
    pub(crate) fn new(store: Store, running_max: usize, waiting_max: usize) -> Self {
        let running = running_max.clamp(1, Semaphore::MAX_PERMITS / 2);
        let admitted = waiting_max.saturating_add(running).min(Semaphore::MAX_PERMITS);
        Self {
            store,
            running: Arc::new(Semaphore::new(running)),
            admitted: Arc::new(Semaphore::new(admitted)),
        }
    }

    /// Reads at one state of the log, on a thread that may block.
    ///
    /// # Errors
    /// What `read` says, that too many wait, or that the storage failed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Denial::Full)?;
        self.run_in(Some(admitted), read).await
    }

    /// The same for the node's own tasks, which are few and wait for as long as it takes.
    ///
    /// # Errors
    /// As [`Reads::run`], but never that too many wait.
    pub(crate) async fn wait_and_run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        self.run_in(None, read).await
    }

    async fn run_in<T: Send + 'static>(
        &self,
        admitted: Option<OwnedSemaphorePermit>,
        read: impl FnOnce(&Reader<'_>) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Denial::Stopping)?;
        let store = self.store.clone();
        let whole = move || -> Result<T, Denial> {
            // A read that has begun goes on when who asked for it has gone, and keeps its places until it ends.
            let _places = (admitted, running);
            let answer: Result<Result<T, Denial>, Fault> = store.read(|reader| Ok(read(reader)));
            answer?
        };
        tokio::task::spawn_blocking(whole).await.unwrap_or(Err(Denial::Internal))
    }
}

#[cfg(test)]
mod tests {
    use asp_core::key::SecretKey;
    use asp_core::position::LogTime;
    use asp_store::{Identity, Settings};
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_read_keeps_its_place_when_who_asked_for_it_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let identity =
            Identity { origin: "assent.example/test".parse().unwrap(), key: SecretKey::from_seed(&[1; 32]) };
        let clock = Arc::new(|| LogTime::from_millis(1));
        let store = Store::open(folder.path(), identity, clock, Settings::default()).unwrap();
        let reads = Reads::new(store, 1, 0);
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (begin, begun) = oneshot::channel();
        let long = reads.run(move |_| {
            let _ = begin.send(());
            let _ = released.recv();
            Ok(())
        });
        tokio::select! {
            _ = long => panic!("it waits to be released"),
            begun = begun => begun.unwrap(),
        }
        assert!(matches!(reads.run(|_| Ok(())).await, Err(Denial::Full)));
        drop(release);
        // Its end gives the places back.
        while reads.run(|_| Ok(())).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}
