//! The writer's thread: a bounded queue, group commit, answers after the commit.
//! It owns the writer for its whole life; what it says to others goes through [`Shared`] and the answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use asp_core::log::receipt::Receipt;
use tokio::sync::watch;

use super::Lane;
use super::assessor::Assessor;
use super::writer::{Submission, Verdict, Writer};
use crate::fault::Fault;
use crate::lanes::Receiver;
use crate::search::Bell;
use crate::wal::{Chore, Wal};
use crate::{Clock, Refusal, Statistics};

/// Called with the answer to a statement, from the writer's thread, the one that answers questions of trust, or that of
/// whoever submits: it must not wait. What it holds is kept until then. Dropped without a call it means that one of the
/// first two is gone.
pub type Answer = Box<dyn FnOnce(Result<Receipt, Refusal>) + Send>;

/// A statement on its way in, with whoever waits for the answer.
pub(crate) struct Job {
    pub(crate) submission: Submission,
    pub(crate) answer: Answer,
}

/// The threads beside the writer's, which end with it.
#[derive(Debug)]
pub(crate) struct Beside {
    /// Answers questions of trust.
    pub(crate) assessor: Assessor,
    /// Wakes the one that keeps the search index.
    pub(crate) bell: Bell,
}

/// What everybody may know of the writer.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The size of the durable log.
    pub(crate) size: watch::Sender<u64>,
    /// Why nothing is written any more.
    pub(crate) poisoned: OnceLock<Fault>,
    batches: AtomicU64,
    accepted: AtomicU64,
    refused: AtomicU64,
    last_batch: AtomicU64,
}

impl Shared {
    pub(crate) fn new(size: u64) -> Self {
        Self {
            size: watch::Sender::new(size),
            poisoned: OnceLock::new(),
            batches: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            last_batch: AtomicU64::new(0),
        }
    }

    pub(crate) fn statistics(&self, queued: usize) -> Statistics {
        Statistics {
            batches: self.batches.load(Ordering::Relaxed),
            accepted: self.accepted.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            last_batch: self.last_batch.load(Ordering::Relaxed),
            queued,
        }
    }

    fn count(&self, batch: usize, accepted: usize, refused: usize) {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.accepted.fetch_add(number(accepted), Ordering::Relaxed);
        self.refused.fetch_add(number(refused), Ordering::Relaxed);
        self.last_batch.store(number(batch), Ordering::Relaxed);
    }
}

/// Takes in what waits, batch by batch, until nobody can submit any more and nothing is queued.
///
/// No batch is waited for: what came while the one before was written is the next.
pub(crate) fn run(
    mut writer: Writer,
    mut wal: Wal,
    queue: Receiver<Lane, Job>,
    shared: &Arc<Shared>,
    clock: &Clock,
    batch_max: usize,
    beside: &Beside,
) {
    let mut jobs = Vec::with_capacity(batch_max);
    while queue.take(|_| batch_max, &mut jobs) {
        let (submissions, answers): (Vec<_>, Vec<_>) =
            jobs.drain(..).map(|job| (job.submission, job.answer)).unzip();
        let began = Instant::now();
        match writer.run(submissions, clock()) {
            Ok(verdicts) => {
                finish(shared, &writer, answers, verdicts, beside);
                tracing::debug!(size = writer.size(), elapsed = ?began.elapsed(), "batch committed");
            }
            Err(fault) => {
                // The transaction, if one is open, is left to be rolled back with the connection.
                return end(shared, (writer, wal), answers, queue, &fault);
            }
        }
        // The batch is durable and answered; a failure here ends what could come after it.
        let carried = wal.after_batch().and_then(|chore| match chore {
            Chore::Tail => writer.disk.backfill(),
            Chore::None => Ok(()),
        });
        if let Err(fault) = carried {
            return end(shared, (writer, wal), Vec::new(), queue, &fault);
        }
    }
    if let Err(fault) = writer.disk.backfill() {
        // Nothing is written after it: the next start reads the log that is left.
        tracing::warn!(%fault, "the write-ahead log could not be carried over");
    }
}

/// The first fault: nothing more is written, whoever waits and everybody who comes is told why.
fn end(
    shared: &Shared,
    ended: (Writer, Wal),
    answers: Vec<Answer>,
    queue: Receiver<Lane, Job>,
    fault: &Fault,
) {
    tracing::error!(%fault, "the writer stops: nothing more is written");
    shared.poisoned.get_or_init(|| fault.clone());
    refuse(answers, fault);
    drop(ended);
    refuse_all(&queue, fault);
}

fn finish(shared: &Shared, writer: &Writer, answers: Vec<Answer>, verdicts: Vec<Verdict>, beside: &Beside) {
    let taken = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Taken(_))).count();
    let refused = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Refused(_))).count();
    shared.count(verdicts.len(), taken, refused);
    // Before the answers: whoever has a receipt finds the log at least that long.
    shared.size.send_if_modified(|size| std::mem::replace(size, writer.size()) != writer.size());
    beside.bell.ring();
    for (answer, verdict) in answers.into_iter().zip(verdicts) {
        match verdict {
            Verdict::Taken(receipt) => answer(Ok(receipt)),
            Verdict::Refused(rejection) => answer(Err(Refusal::Rejected(rejection))),
            Verdict::Asks(questions, submission) => beside.assessor.ask(questions, *submission, answer),
        }
    }
}

fn refuse(answers: Vec<Answer>, fault: &Fault) {
    for answer in answers {
        answer(Err(Refusal::Fault(fault.clone())));
    }
}

/// After the first fault: every later statement is told of it, until nobody can submit any more.
fn refuse_all(queue: &Receiver<Lane, Job>, fault: &Fault) {
    let mut jobs = Vec::new();
    while queue.take(|waiting| waiting, &mut jobs) {
        refuse(jobs.drain(..).map(|job| job.answer).collect(), fault);
    }
}
