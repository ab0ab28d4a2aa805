//! Bytes to verified statements, on a few threads of their own: checking signatures never keeps the network waiting.
//!
//! The threads share one bounded queue; each takes a share of what waits at once, so that under load a statement
//! costs no wake-up of its own. Whether a key counts for its issuer is not known here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use asp_core::name::StreamId;
use asp_core::rejection::{Code, Rejection};
use asp_core::statement::{Received, Verified};
use axum::body::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::http::problem::Denial;

/// Statements that one thread takes at once: a millisecond of work, which is as long as anybody waits for it.
const TAKE_MAX: usize = 16;

struct Job {
    bytes: Bytes,
    /// The stream of the address, if the address has one.
    expected: Option<StreamId>,
    answer: oneshot::Sender<Result<Verified, Denial>>,
}

/// The way to the threads.
#[derive(Debug)]
pub(crate) struct Admission {
    /// Taken away when the node stops; the threads end once the queue is empty.
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Admission {
    /// Starts the threads.
    ///
    /// # Errors
    /// That no thread could be started.
    pub(crate) fn start(threads: usize, queue_max: usize) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(queue_max.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = threads.max(1);
        let start = |number: usize| {
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new()
                .name(format!("assent-verify-{number}"))
                .spawn(move || work(&receiver, threads))
        };
        let threads: std::io::Result<Vec<JoinHandle<()>>> = (0..threads).map(start).collect();
        Ok(Self { queue: Mutex::new(Some(sender)), threads: Mutex::new(threads?) })
    }

    /// Reads a statement from an envelope and checks its signatures; with `expected`, also which stream it is of.
    ///
    /// # Errors
    /// The first rule that is broken, or that too many wait.
    pub(crate) async fn admit(&self, bytes: Bytes, expected: Option<StreamId>) -> Result<Verified, Denial> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Job { bytes, expected, answer })?;
        answered.await.unwrap_or(Err(Denial::Internal))
    }

    fn enqueue(&self, job: Job) -> Result<(), Denial> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().ok_or(Denial::Stopping)?.try_send(job).map_err(|_| Denial::Full)
    }

    /// Statements that wait for a thread at this moment.
    pub(crate) fn queued(&self) -> usize {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().map_or(0, |sender| sender.max_capacity() - sender.capacity())
    }

    /// Takes nothing more, waits until what is queued is answered. Blocks.
    pub(crate) fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread that checks signatures panicked");
            }
        }
    }
}

/// One thread's life: the one that holds the lock waits for work, takes its share, lets the next one wait.
fn work(receiver: &Mutex<mpsc::Receiver<Job>>, threads: usize) {
    let mut jobs = Vec::with_capacity(TAKE_MAX);
    loop {
        {
            let mut receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
            let share = (receiver.len() / threads).clamp(1, TAKE_MAX);
            if receiver.blocking_recv_many(&mut jobs, share) == 0 {
                return;
            }
        }
        for Job { bytes, expected, answer } in jobs.drain(..) {
            // Hostile bytes must not cost a thread, whatever they find.
            let checked = catch_unwind(AssertUnwindSafe(|| check(&bytes, expected.as_ref())));
            let checked = checked.map_or(Err(Denial::Internal), |checked| checked.map_err(Denial::from));
            // Who does not wait any more has gone.
            let _ = answer.send(checked);
        }
    }
}

fn check(bytes: &[u8], expected: Option<&StreamId>) -> Result<Verified, Rejection> {
    let signed = Received::parse(bytes)?.read()?;
    // Cheaper than a signature, so it comes before.
    if expected.is_some_and(|expected| *expected != signed.statement.stream) {
        return Err(Code::StreamMismatch.at("/stream"));
    }
    signed.verify()
}
