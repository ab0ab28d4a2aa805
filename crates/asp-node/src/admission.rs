//! Bytes to verified statements, on threads of their own: a signature check would hold up everybody's I/O.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use asp_core::name::StreamId;
use asp_core::rejection::{Code, Rejection};
use asp_core::statement::{Received, Verified};
use axum::body::Bytes;
use tokio::sync::oneshot;

/// A pool of threads, one for each core.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    queue: SyncSender<Job>,
}

struct Job {
    envelope: Bytes,
    /// The stream that the request's address names, if it names one.
    expected: Option<StreamId>,
    answer: oneshot::Sender<Result<Verified, Rejection>>,
}

impl Admission {
    /// Starts the threads; they end when the last clone of this is dropped.
    pub(crate) fn start(queue_max: usize) -> Self {
        let (queue, jobs) = sync_channel(queue_max.max(1));
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for number in 0..threads {
            let jobs = Arc::clone(&jobs);
            let spawned =
                std::thread::Builder::new().name(format!("assent-admit-{number}")).spawn(move || work(&jobs));
            if let Err(error) = spawned {
                tracing::error!(%error, "no thread for admission");
            }
        }
        Self { queue }
    }

    /// Reads an envelope and checks its signatures.
    ///
    /// # Errors
    /// The rule that it breaks; [`Code::Overloaded`] if too many wait.
    pub(crate) async fn admit(
        &self,
        envelope: Bytes,
        expected: Option<StreamId>,
    ) -> Result<Verified, Rejection> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Job { envelope, expected, answer }).map_err(|error| match error {
            TrySendError::Full(_) => Rejection::from(Code::Overloaded),
            TrySendError::Disconnected(_) => Rejection::from(Code::Internal),
        })?;
        answered.await.unwrap_or_else(|_| Err(Code::Internal.into()))
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // One thread waits for work while the others do theirs.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { envelope, expected, answer }) = job else { return };
        // Who asked may be gone; then nobody minds.
        let _gone = answer.send(judge(&envelope, expected.as_ref()));
    }
}

fn judge(envelope: &[u8], expected: Option<&StreamId>) -> Result<Verified, Rejection> {
    let signed = Received::parse(envelope)?.read()?;
    if expected.is_some_and(|stream| signed.statement.stream != *stream) {
        return Err(Code::StreamMismatch.at("/stream"));
    }
    signed.verify()
}
