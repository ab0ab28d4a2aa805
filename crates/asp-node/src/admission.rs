//! Bytes to verified statements. They are read where they come in; signatures are checked on a few threads of their own,
//! which never keeps the network waiting.
//!
//! The threads share one bounded queue with a lane for each organisation and network; each takes a share of what waits at
//! once, so that under load a statement costs no wake-up of its own. What holds goes on to the store with the place of
//! whoever waits: nobody is woken in between. Whether a key counts for its issuer is not known here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use asp_core::key::KeyCache;
use asp_core::log::receipt::Receipt;
use asp_core::name::{Domain, StreamId};
use asp_core::rejection::{Code, Rejection};
use asp_core::statement::{Received, Signed, Verified};
use asp_store::lanes::{self, NotQueued, Receiver, Sender};
use asp_store::{Answer, Refusal, Store};
use axum::body::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::clock::Clock;
use crate::http::problem::Denial;
use crate::msgpack;
use crate::quota::{Prefix, Quotas};
use crate::refusals::{Attempt, Refusals};

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

/// Whose place it is: of whom the statement says that it is, at the network that it came from. Nobody can fill the lane
/// that others have elsewhere by writing their name.
type Lane = (Option<Prefix>, Option<Domain>);

struct Job {
    signed: Signed,
    from: Option<Prefix>,
    answer: Answer,
}

/// The way to the threads.
#[derive(Debug)]
pub(crate) struct Admission {
    /// Taken away when the node stops; the threads end once the queue is empty.
    queue: Mutex<Option<Sender<Lane, Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    quotas: Arc<Quotas>,
    clock: Clock,
}

impl Admission {
    /// Starts the threads. What has to wait for its turn waits on the runtime within which this is called.
    ///
    /// # Errors
    /// That no thread could be started.
    ///
    /// # Panics
    /// Outside a runtime.
    pub(crate) fn start(
        (threads, queue_max): (usize, usize),
        store: &Store,
        (quotas, clock, refusals): (Arc<Quotas>, Clock, Arc<Refusals>),
    ) -> std::io::Result<Self> {
        let (sender, receiver) = lanes::queue(queue_max, TAKE_MAX);
        let threads = threads.max(1);
        let start = |number: usize| {
            let receiver = receiver.clone();
            let (quotas, clock) = (Arc::clone(&quotas), clock.clone());
            let refusals = Arc::clone(&refusals);
            let desk = Desk { store: store.clone(), quotas, clock, refusals, runtime: Handle::current() };
            std::thread::Builder::new()
                .name(format!("assent-verify-{number}"))
                .spawn(move || work(&receiver, threads, &desk))
        };
        let threads: std::io::Result<Vec<JoinHandle<()>>> = (0..threads).map(start).collect();
        Ok(Self { queue: Mutex::new(Some(sender)), threads: Mutex::new(threads?), quotas, clock })
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
        let signed = read(&bytes, encoding, expected.as_ref())?;
        // A flood costs no signature: whoever has nothing left is told so before.
        let issuer = signed.statement.issuer.organisation();
        self.quotas.is_open(issuer.as_ref(), signed.statement.bytes().len(), self.clock.now())?;
        let (told, answered) = oneshot::channel();
        let answer = Box::new(move |answer| {
            drop(share);
            // Who does not wait any more has gone.
            let _ = told.send(answer);
        });
        self.enqueue((from, issuer), Job { signed, from, answer })?;
        Ok(answered.await.map_err(|_| Denial::Internal)??)
    }

    fn enqueue(&self, lane: Lane, job: Job) -> Result<(), Denial> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().ok_or(Denial::Stopping)?.push(lane, job) {
            Ok(given_way) => {
                if let Some(job) = given_way {
                    (job.answer)(Err(Refusal::Rejected(Code::RateLimited.into())));
                }
                Ok(())
            }
            Err(NotQueued::Full(_) | NotQueued::Gone(_)) => Err(Denial::Full),
            Err(NotQueued::Crowded(_)) => Err(Code::RateLimited.into()),
        }
    }

    /// Statements that wait for a thread at this moment.
    pub(crate) fn queued(&self) -> usize {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().map_or(0, Sender::waiting)
    }

    /// Takes nothing more, waits until what is queued is handed in or refused; what is kept waiting by its pace is answered
    /// by the store when its turn comes. Blocks.
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
    /// Where parties find what they were refused.
    refusals: Arc<Refusals>,
    runtime: Handle,
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
        let wait = self.quotas.wait(&ticket, Instant::now());
        let quotas = Arc::clone(&self.quotas);
        let (attempt, refusals, clock) =
            (Attempt::of(&verified), Arc::clone(&self.refusals), self.clock.clone());
        let told = move |result: Result<Receipt, Refusal>| {
            let became = match &result {
                Ok(receipt) => Ok(receipt.receipt.log_time),
                Err(Refusal::Rejected(rejection)) => Err(rejection.code),
                Err(Refusal::Full | Refusal::Stopping | Refusal::Fault(_)) => Err(Code::Overloaded),
            };
            quotas.end(ticket, became);
            if let (Some(attempt), Err(Refusal::Rejected(rejection))) = (attempt, &result) {
                refusals.note(attempt, rejection, clock.now());
            }
            answer(result);
        };
        if wait.is_zero() {
            return self.store.submit_for(verified, Box::new(told));
        }
        let store = self.store.clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(wait).await;
            store.submit_for(verified, Box::new(told));
        });
    }
}

/// One thread's life: it takes its share of what waits, again and again.
fn work(receiver: &Receiver<Lane, Job>, threads: usize, desk: &Desk) {
    let mut jobs = Vec::with_capacity(TAKE_MAX);
    let mut keys = KeyCache::new(KEYS_MAX);
    while receiver.take(|waiting| (waiting / threads).clamp(1, TAKE_MAX), &mut jobs) {
        for Job { signed, from, answer } in jobs.drain(..) {
            // Hostile bytes must not cost a thread, whatever they find; without an answer it is a defect of ours.
            match catch_unwind(AssertUnwindSafe(|| check(signed, &mut keys))) {
                Ok(Ok(verified)) => desk.submit(verified, from, answer),
                Ok(Err(rejection)) => answer(Err(Refusal::Rejected(rejection))),
                Err(_) => keys = KeyCache::new(KEYS_MAX),
            }
        }
    }
}

/// Reads a statement that nobody has checked.
fn read(bytes: &[u8], encoding: Encoding, expected: Option<&StreamId>) -> Result<Signed, Rejection> {
    let json = match encoding {
        Encoding::Json => None,
        Encoding::MessagePack => Some(msgpack::to_json(bytes)?),
    };
    let bytes = json.as_deref().unwrap_or(bytes);
    #[cfg(feature = "misbehave")]
    let bytes = &*crate::misbehave::repaired(bytes);
    let signed = Received::parse(bytes)?.read()?;
    let elsewhere = expected.is_some_and(|expected| *expected != signed.statement.stream);
    #[cfg(feature = "misbehave")]
    let elsewhere = elsewhere && !asp_store::misbehave::is(asp_store::misbehave::Kind::IgnoresAddresses);
    if elsewhere { Err(Code::StreamMismatch.at("/stream")) } else { Ok(signed) }
}

fn check(signed: Signed, keys: &mut KeyCache) -> Result<Verified, Rejection> {
    #[cfg(feature = "misbehave")]
    crate::misbehave::follow(&signed);
    #[cfg(feature = "misbehave")]
    if crate::misbehave::believes(&signed) {
        return Ok(signed.assume_verified());
    }
    signed.verify_with(keys)
}

#[cfg(test)]
mod tests {
    use asp_core::key::SecretKey;
    use asp_core::name::{Issuer, StreamName};
    use asp_core::position::LogTime;
    use asp_core::statement::body::{Body, OrgRegister};
    use asp_core::statement::draft::{Draft, Stamp};
    use futures::FutureExt;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::quota::Bounds;
    use crate::share::{Domains, Factors, Levels};

    fn registration() -> Bytes {
        let (domain, key): (Domain, _) = ("acme.example".parse().unwrap(), SecretKey::from_seed(&[1; 32]));
        let body = Body::OrgRegister(OrgRegister { key: key.id(), name: "Acme".parse().unwrap() });
        let stream = StreamName::Of(StreamId::Org(domain.clone()));
        let draft = Draft::new(stream, "log.example".parse().unwrap(), Issuer::Organisation(domain), body);
        let stamp = Stamp { issued_at: LogTime::from_millis(1), random: [0; 10] };
        draft.sign(None, stamp, &[&key]).unwrap().envelope().into()
    }

    #[test]
    fn a_body_keeps_its_share_of_the_memory_until_it_is_answered_though_nobody_waits() {
        let (sender, queue) = lanes::queue(1, 1);
        let levels = Arc::new(Levels::new(Domains::default(), Factors::default()));
        let admission = Admission {
            queue: Mutex::new(Some(sender)),
            threads: Mutex::default(),
            quotas: Arc::new(Quotas::new(Bounds::default(), levels)),
            clock: Clock::system(),
        };
        let memory = Arc::new(Semaphore::new(1));
        let share = Arc::clone(&memory).try_acquire_owned().unwrap();
        // The connection breaks as soon as the statement is queued.
        let admitted = admission.admit((registration(), Encoding::Json), None, (None, share));
        assert!(admitted.now_or_never().is_none());
        assert_eq!(memory.available_permits(), 0);
        let mut jobs = Vec::new();
        assert!(queue.take(|_| 1, &mut jobs));
        let job = jobs.pop().unwrap();
        (job.answer)(Err(Refusal::Full));
        assert_eq!(memory.available_permits(), 1);
    }
}
