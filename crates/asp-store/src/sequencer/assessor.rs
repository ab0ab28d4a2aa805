//! Answers questions of trust beside the writer: a maximum flow must not keep the log waiting.
//!
//! A statement comes from the writer with the question that stands before its judgement and goes back into the
//! writer's queue with the answer. It judges nothing.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use asp_core::name::Domain;
use asp_core::trust::{Question, Settled, Worth, worth};
use rusqlite::Connection;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::thread::{Answer, Job};
use super::writer::{Answered, Submission};
use super::{Lane, queued};
use crate::entries;
use crate::fault::Fault;
use crate::lanes::WeakSender;
use crate::pool::{self, snapshot};
use crate::views::evidence;
use crate::{FILE_NAME, Refusal};

/// Questions that wait; a further one is refused with [`Refusal::Full`].
const WAITING_MAX: usize = 64;

/// Questions about agents of one organisation that wait: whoever asks without end keeps nobody else waiting.
const WAITING_OF_ONE_MAX: usize = 4;

/// Answers that are remembered: who was refused can ask again as often as it likes, and costs no more than a look.
const REMEMBERED_MAX: usize = 1_024;

/// How often a statement is asked about: what an invitation asks changes with each minute of the log, and a minute may
/// end while it is answered.
const ROUNDS_MAX: u8 = 4;

/// A statement that waits for answers.
struct Asked {
    of: Domain,
    questions: Vec<Question>,
    submission: Submission,
    answer: Answer,
}

/// How many questions wait, by the organisation of the agent asked about.
type Waiting = Arc<Mutex<BTreeMap<Domain, usize>>>;

/// The way to the thread. It ends when the writer, who holds this, does, and is waited for.
#[derive(Debug)]
pub(crate) struct Assessor {
    waiting: Waiting,
    /// Taken away at the end; the thread ends once the queue is empty.
    queue: Option<mpsc::Sender<Asked>>,
    thread: Option<JoinHandle<()>>,
}

impl Assessor {
    /// Starts the thread on the database in a folder.
    ///
    /// # Errors
    /// That the database cannot be opened for reading, or that no thread could be started.
    pub(crate) fn start(folder: &Path, writer: WeakSender<Lane, Job>) -> Result<Self, Fault> {
        let connection = pool::open(&folder.join(FILE_NAME))?;
        let (queue, asked) = mpsc::channel(WAITING_MAX);
        let waiting = Waiting::default();
        let record =
            Record { connection, waiting: Arc::clone(&waiting), settled: Settled::default(), size: 0 };
        let thread = std::thread::Builder::new()
            .name("assent-assess".into())
            .spawn(move || run(record, asked, &writer))
            .map_err(|error| Fault::folder(folder, &error))?;
        Ok(Self { waiting, queue: Some(queue), thread: Some(thread) })
    }

    /// Lets the questions be answered and the statement come back; whoever waits hears of it if that cannot be.
    pub(crate) fn ask(&self, questions: Vec<Question>, submission: Submission, answer: Answer) {
        let (Some(queue), Some(first)) = (&self.queue, questions.first()) else { return };
        let of = first.subject.organisation();
        if submission.rounds >= ROUNDS_MAX || !enter(&self.waiting, &of) {
            return answer(Err(Refusal::Full));
        }
        match queue.try_send(Asked { of, questions, submission, answer }) {
            Ok(()) => {}
            Err(TrySendError::Full(asked)) => {
                leave(&self.waiting, &asked.of);
                (asked.answer)(Err(Refusal::Full));
            }
            Err(TrySendError::Closed(asked)) => {
                tracing::error!("the thread that answers questions of trust is gone");
                (asked.answer)(Err(Refusal::Fault(Fault::AssessorGone)));
            }
        }
    }
}

impl Drop for Assessor {
    fn drop(&mut self) {
        self.queue.take();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that answers questions of trust panicked");
        }
    }
}

/// Notes that one more waits; false if too many of its organisation do.
fn enter(waiting: &Waiting, of: &Domain) -> bool {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let count = waiting.entry(of.clone()).or_default();
    let fits = *count < WAITING_OF_ONE_MAX;
    *count += usize::from(fits);
    fits
}

/// Notes that one waits no more.
fn leave(waiting: &Waiting, of: &Domain) {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(count) = waiting.get_mut(of) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            waiting.remove(of);
        }
    }
}

/// What trust rests on, read once and kept: the log only grows.
struct Record {
    connection: Connection,
    waiting: Waiting,
    settled: Settled,
    /// How many entries of the log have been looked at.
    size: u64,
}

impl Record {
    fn worth(&mut self, question: &Question) -> Result<Worth, Fault> {
        if self.size < question.prefix.0 {
            // Taken out: after a failure half way all of it is read anew.
            let (from, mut settled) = (std::mem::take(&mut self.size), std::mem::take(&mut self.settled));
            let to = snapshot(&self.connection, |connection| {
                let to = entries::end(connection)?.0.min(question.prefix.0);
                evidence::follow(connection, &mut settled, from, to)?;
                Ok(to)
            })?;
            (self.settled, self.size) = (settled, to);
        }
        Ok(worth(self.settled.evidence(), question))
    }
}

fn run(mut record: Record, mut queue: mpsc::Receiver<Asked>, writer: &WeakSender<Lane, Job>) {
    let mut remembered: VecDeque<Answered> = VecDeque::new();
    while let Some(Asked { of, questions, mut submission, answer }) = queue.blocking_recv() {
        leave(&record.waiting, &of);
        // Nobody can submit any more once the store stops.
        let Some(writer) = writer.upgrade() else {
            answer(Err(Refusal::Stopping));
            continue;
        };
        let answers: Result<Vec<Answered>, Fault> =
            questions.into_iter().map(|question| answered(&mut record, &mut remembered, question)).collect();
        match answers {
            Ok(answers) => submission.trust = answers,
            Err(fault) => {
                answer(Err(Refusal::Fault(fault)));
                continue;
            }
        }
        submission.rounds += 1;
        if let Err((refusal, answer)) = queued(&writer, Job { submission, answer }) {
            answer(Err(refusal));
        }
    }
}

/// The answer to one question, which is remembered.
fn answered(
    record: &mut Record,
    remembered: &mut VecDeque<Answered>,
    question: Question,
) -> Result<Answered, Fault> {
    if let Some(known) = remembered.iter().find(|(asked, _)| *asked == question) {
        return Ok(known.clone());
    }
    let worth = record.worth(&question)?;
    remembered.truncate(REMEMBERED_MAX - 1);
    remembered.push_front((question.clone(), worth));
    Ok((question, worth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_of_one_organisation_keep_those_of_others_from_nothing() {
        let waiting = Waiting::default();
        let (one, other): (Domain, Domain) =
            ("one.example".parse().unwrap(), "other.example".parse().unwrap());
        assert!((0..WAITING_OF_ONE_MAX).all(|_| enter(&waiting, &one)));
        assert!(!enter(&waiting, &one) && enter(&waiting, &other));
        leave(&waiting, &one);
        assert!(enter(&waiting, &one) && !enter(&waiting, &one));
    }
}
