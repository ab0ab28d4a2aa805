//! The order of the log, and its promise.
//!
//! When `submit` returns a receipt, the statement survives loss of power and no other holds its place in its stream.
//! After a fault the caller knows nothing: asking again with the same bytes is safe, of this store opened anew.

mod assessor;
mod disk;
pub(crate) mod thread;
pub(crate) mod writer;

#[cfg(test)]
pub(crate) mod faults;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use asp_core::log::receipt::BATCH_RECEIPTS_MAX;
use asp_core::name::Domain;
use asp_core::rejection::Code;
use asp_core::statement::Verified;

use assessor::Assessor;
pub(crate) use disk::Disk;
pub use thread::Answer;
use thread::{Job, Shared};
use writer::{Submission, Writer};

use crate::fault::Fault;
use crate::lanes::{self, NotQueued, Sender};
use crate::search::Bell;
use crate::wal::Wal;
use crate::{Clock, Refusal, Settings, Statistics};

/// Statements of one organisation in one batch: some milliseconds of the writer's time, which is as long as a flood
/// keeps anybody else waiting. Enough that the one sync costs each of them little.
const LANE_BATCH_MAX: usize = 64;

/// Whose place in the queue it is: an organisation's for all its agents, nobody's for the node.
type Lane = Option<Domain>;

/// The way to the writer's thread.
#[derive(Debug)]
pub(crate) struct Sequencer {
    /// Taken away when the store stops; the thread ends once the queue is empty.
    queue: Mutex<Option<Sender<Lane, Job>>>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Sequencer {
    /// Starts the thread.
    ///
    /// # Errors
    /// That no thread could be started.
    pub(crate) fn start(
        writer: Writer,
        wal: Wal,
        clock: Clock,
        settings: &Settings,
        folder: &Path,
        bell: Bell,
    ) -> Result<Self, Fault> {
        let (sender, queue) = lanes::queue(settings.queue_max, LANE_BATCH_MAX);
        let assessor = Assessor::start(folder, sender.downgrade())?;
        let shared = Arc::new(Shared::new(writer.size()));
        let of_thread = Arc::clone(&shared);
        // A larger one could not have receipts.
        let batch_max = settings.batch_max.clamp(1, BATCH_RECEIPTS_MAX as usize);
        let thread = std::thread::Builder::new()
            .name("assent-writer".into())
            .spawn(move || {
                let beside = thread::Beside { assessor, bell };
                thread::run(writer, wal, queue, &of_thread, &clock, batch_max, &beside);
            })
            .map_err(|error| Fault::folder(folder, &error))?;
        Ok(Self { queue: Mutex::new(Some(sender)), shared, thread: Mutex::new(Some(thread)) })
    }

    /// Puts a statement in the queue; the answer comes once it is durable or refused, or at once if it cannot be
    /// queued: [`Refusal::Full`], [`Refusal::Stopping`], or the fault that stopped the writer. In a full queue the
    /// organisation with most in it gives its last place to another, and is told `RATE_LIMITED`.
    pub(crate) fn enqueue(&self, statement: Verified, answer: Answer) {
        if let Err((refusal, answer)) = self.try_enqueue(statement, answer) {
            answer(Err(refusal));
        }
    }

    fn try_enqueue(&self, statement: Verified, answer: Answer) -> Result<(), (Refusal, Answer)> {
        if let Some(fault) = self.shared.poisoned.get() {
            return Err((Refusal::Fault(fault.clone()), answer));
        }
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = queue.as_ref() else { return Err((Refusal::Stopping, answer)) };
        queued(sender, Job { submission: Submission { statement, trust: Vec::new(), rounds: 0 }, answer })
    }

    /// Whether a statement could be taken in.
    pub(crate) fn is_writable(&self) -> bool {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.poisoned.get().is_none() && queue.as_ref().is_some_and(|sender| !sender.is_gone())
    }

    /// What everybody may know of the writer.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// What was done so far.
    pub(crate) fn statistics(&self) -> Statistics {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let queued = queue.as_ref().map_or(0, Sender::waiting);
        self.shared.statistics(queued)
    }

    /// Takes nothing more, waits until what is queued is written; what still waits for trust is refused.
    pub(crate) fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the writer's thread panicked");
        }
    }
}

/// Puts a job in the writer's queue, or says why not and gives back who waits. Who gives way to it is told that its
/// organisation asks for more than its share.
fn queued(sender: &Sender<Lane, Job>, job: Job) -> Result<(), (Refusal, Answer)> {
    let crowded = || Refusal::Rejected(Code::RateLimited.into());
    let lane = job.submission.statement.statement().issuer.organisation();
    match sender.push(lane, job) {
        Ok(given_way) => {
            if let Some(job) = given_way {
                (job.answer)(Err(crowded()));
            }
            Ok(())
        }
        Err(NotQueued::Full(job)) => Err((Refusal::Full, job.answer)),
        Err(NotQueued::Crowded(job)) => Err((crowded(), job.answer)),
        Err(NotQueued::Gone(job)) => Err((Refusal::Fault(Fault::WriterGone), job.answer)),
    }
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        self.stop();
    }
}
