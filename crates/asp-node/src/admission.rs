//! Bytes to verified statements, on a few threads of their own: checking signatures never keeps the network waiting.
//!
//! The threads share one bounded queue; each takes a share of what waits at once, so that under load a statement
//! costs no wake-up of its own. What holds goes on to the store with the place of whoever waits: nobody is woken in
//! between. Whether a key counts for its issuer is not known here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use asp_core::key::KeyCache;
use asp_core::log::receipt::Receipt;
use asp_core::name::{Domain, StreamId};
use asp_core::rejection::{Code, Rejection};
use asp_core::statement::{Received, Verified};
use asp_store::{Answer, Refusal, Store};
use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::clock::Clock;
use crate::http::problem::Denial;
use crate::msgpack;
use crate::quota::{Prefix, Quotas};

/// Statements that one thread takes at once: a millisecond of work, which is as long as anybody waits for it.
const TAKE_MAX: usize = 16;

/// Keys that a thread remembers, a megabyte of them: those that sign often are among the last so many.
const KEYS_MAX: usize = 4096;

/// How an envelope is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As JSON, whose statement is signed byte for byte.
    Json,
    /// As MessagePack, made into canonical JSON first.
    MessagePack,
}

struct Job {
    bytes: Bytes,
    encoding: Encoding,
    /// The stream of the address, if the address has one.
    expected: Option<StreamId>,
    from: Option<Prefix>,
    answer: Answer,
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
    pub(crate) fn start(
        (threads, queue_max): (usize, usize),
        store: &Store,
        (quotas, clock): (Arc<Quotas>, Clock),
    ) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(queue_max.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = threads.max(1);
        let start = |number: usize| {
            let receiver = Arc::clone(&receiver);
            let desk = Desk { store: store.clone(), quotas: Arc::clone(&quotas), clock: clock.clone() };
            std::thread::Builder::new()
                .name(format!("assent-verify-{number}"))
                .spawn(move || work(&receiver, threads, &desk))
        };
        let threads: std::io::Result<Vec<JoinHandle<()>>> = (0..threads).map(start).collect();
        Ok(Self { queue: Mutex::new(Some(sender)), threads: Mutex::new(threads?) })
    }

    /// Takes a statement in: reads it from an envelope, checks its signatures and submits it; with `expected` it
    /// must be of that stream. Its share of the memory is given back once it is answered, whoever still waits.
    ///
    /// # Errors
    /// The first rule that is broken, that too many wait, or why the store did not take it.
    pub(crate) async fn admit(
        &self,
        (bytes, encoding): (Bytes, Encoding),
        expected: Option<StreamId>,
        (from, share): (Option<Prefix>, OwnedSemaphorePermit),
    ) -> Result<Receipt, Denial> {
        let (told, answered) = oneshot::channel();
        let answer = Box::new(move |answer| {
            drop(share);
            // Who does not wait any more has gone.
            let _ = told.send(answer);
        });
        self.enqueue(Job { bytes, encoding, expected, from, answer })?;
        Ok(answered.await.map_err(|_| Denial::Internal)??)
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

/// Where verified statements are handed in, each paid for by whoever sends it.
struct Desk {
    store: Store,
    quotas: Arc<Quotas>,
    clock: Clock,
}

impl Desk {
    fn submit(&self, verified: Verified, from: Option<Prefix>, answer: Answer) {
        let rate = |domain: &Domain| {
            // What cannot be read is not counted; the writer will find the fault.
            let found = self.store.read(|reader| reader.organisation(domain)).ok().flatten()?;
            found.policy()?.invitations.as_ref().map(|rate| rate.per_hour)
        };
        let ticket = match self.quotas.begin(&verified, from, self.clock.now(), rate) {
            Ok(ticket) => ticket,
            Err(rejection) => return answer(Err(Refusal::Rejected(rejection))),
        };
        let quotas = Arc::clone(&self.quotas);
        let told = move |result: Result<Receipt, Refusal>| {
            let refused = match &result {
                Ok(_) => None,
                Err(Refusal::Rejected(rejection)) => Some(rejection.code),
                Err(Refusal::Full | Refusal::Stopping | Refusal::Fault(_)) => Some(Code::Overloaded),
            };
            quotas.end(ticket, refused);
            answer(result);
        };
        self.store.submit_for(verified, Box::new(told));
    }
}

/// One thread's life: the one that holds the lock waits for work, takes its share, lets the next one wait.
fn work(receiver: &Mutex<mpsc::Receiver<Job>>, threads: usize, desk: &Desk) {
    let mut jobs = Vec::with_capacity(TAKE_MAX);
    let mut keys = KeyCache::new(KEYS_MAX);
    loop {
        {
            let mut receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
            let share = (receiver.len() / threads).clamp(1, TAKE_MAX);
            if receiver.blocking_recv_many(&mut jobs, share) == 0 {
                return;
            }
        }
        for Job { bytes, encoding, expected, from, answer } in jobs.drain(..) {
            let checked = || match encoding {
                Encoding::Json => check(&bytes, expected.as_ref(), &mut keys),
                Encoding::MessagePack => check(&msgpack::to_json(&bytes)?, expected.as_ref(), &mut keys),
            };
            // Hostile bytes must not cost a thread, whatever they find; without an answer it is a defect of ours.
            match catch_unwind(AssertUnwindSafe(checked)) {
                Ok(Ok(verified)) => desk.submit(verified, from, answer),
                Ok(Err(rejection)) => answer(Err(Refusal::Rejected(rejection))),
                Err(_) => keys = KeyCache::new(KEYS_MAX),
            }
        }
    }
}

fn check(bytes: &[u8], expected: Option<&StreamId>, keys: &mut KeyCache) -> Result<Verified, Rejection> {
    #[cfg(feature = "misbehave")]
    let bytes = &*crate::misbehave::repaired(bytes);
    let signed = Received::parse(bytes)?.read()?;
    // Cheaper than a signature, so it comes before.
    let elsewhere = expected.is_some_and(|expected| *expected != signed.statement.stream);
    #[cfg(feature = "misbehave")]
    let elsewhere = elsewhere && !asp_store::misbehave::is(asp_store::misbehave::Kind::IgnoresAddresses);
    if elsewhere {
        return Err(Code::StreamMismatch.at("/stream"));
    }
    #[cfg(feature = "misbehave")]
    if crate::misbehave::believes(&signed) {
        return Ok(signed.assume_verified());
    }
    signed.verify_with(keys)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::sync::Semaphore;

    use super::*;

    #[test]
    fn a_body_keeps_its_share_of_the_memory_until_it_is_answered_though_nobody_waits() {
        let (sender, mut queue) = mpsc::channel(1);
        let admission = Admission { queue: Mutex::new(Some(sender)), threads: Mutex::default() };
        let memory = Arc::new(Semaphore::new(1));
        let share = Arc::clone(&memory).try_acquire_owned().unwrap();
        // The connection breaks as soon as the statement is queued.
        assert!(
            admission
                .admit((Bytes::from_static(b"{}"), Encoding::Json), None, (None, share))
                .now_or_never()
                .is_none()
        );
        assert_eq!(memory.available_permits(), 0);
        let job = queue.try_recv().unwrap();
        (job.answer)(Err(Refusal::Full));
        assert_eq!(memory.available_permits(), 1);
    }
}
