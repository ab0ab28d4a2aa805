//! Answers questions of trust beside the writer: a maximum flow must not keep the log waiting.
//!
//! A statement comes from the writer with the question that stands before its judgement and goes back into the
//! writer's queue with the answer. It judges nothing.

use std::collections::VecDeque;
use std::path::Path;
use std::thread::JoinHandle;

use asp_core::statement::Verified;
use asp_core::trust::{Points, Question, assess};
use rusqlite::Connection;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, WeakSender};

use super::queued;
use super::thread::{Answer, Job};
use super::writer::Submission;
use crate::fault::Fault;
use crate::pool::{self, snapshot};
use crate::views::evidence;
use crate::{FILE_NAME, Refusal};

/// Questions that wait; a further one is refused with [`Refusal::Full`].
const WAITING_MAX: usize = 64;

/// Answers that are remembered: who was refused can ask again as often as it likes, and costs no more than a look.
const REMEMBERED_MAX: usize = 256;

/// A statement that waits for an answer.
struct Asked {
    question: Question,
    statement: Verified,
    answer: Answer,
}

/// The way to the thread. It ends when the writer, who holds this, does, and is waited for.
#[derive(Debug)]
pub(crate) struct Assessor {
    /// Taken away at the end; the thread ends once the queue is empty.
    queue: Option<mpsc::Sender<Asked>>,
    thread: Option<JoinHandle<()>>,
}

impl Assessor {
    /// Starts the thread on the database in a folder.
    ///
    /// # Errors
    /// That the database cannot be opened for reading, or that no thread could be started.
    pub(crate) fn start(folder: &Path, writer: WeakSender<Job>) -> Result<Self, Fault> {
        let connection = pool::open(&folder.join(FILE_NAME))?;
        let (queue, asked) = mpsc::channel(WAITING_MAX);
        let thread = std::thread::Builder::new()
            .name("assent-assess".into())
            .spawn(move || run(&connection, asked, &writer))
            .map_err(|error| Fault::folder(folder, &error))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Lets the question be answered and the statement come back; whoever waits hears of it if that cannot be.
    pub(crate) fn ask(&self, question: Question, statement: Verified, answer: Answer) {
        let asked = Asked { question, statement, answer };
        let Some(queue) = &self.queue else { return };
        match queue.try_send(asked) {
            Ok(()) => {}
            Err(TrySendError::Full(asked)) => (asked.answer)(Err(Refusal::Full)),
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

fn run(connection: &Connection, mut queue: mpsc::Receiver<Asked>, writer: &WeakSender<Job>) {
    let mut remembered: VecDeque<(Question, Points)> = VecDeque::new();
    while let Some(Asked { question, statement, answer }) = queue.blocking_recv() {
        // Nobody can submit any more once the store stops.
        let Some(writer) = writer.upgrade() else {
            answer(Err(Refusal::Stopping));
            continue;
        };
        let known = remembered.iter().find(|(asked, _)| *asked == question).map(|(_, points)| *points);
        let points = match known.map_or_else(|| score(connection, &question), Ok) {
            Ok(points) => points,
            Err(fault) => {
                answer(Err(Refusal::Fault(fault)));
                continue;
            }
        };
        if known.is_none() {
            remembered.truncate(REMEMBERED_MAX - 1);
            remembered.push_front((question.clone(), points));
        }
        let submission = Submission { statement, trust: Some((question, points)) };
        if let Err((refusal, answer)) = queued(&writer, Job { submission, answer }) {
            answer(Err(refusal));
        }
    }
}

fn score(connection: &Connection, question: &Question) -> Result<Points, Fault> {
    let evidence = snapshot(connection, |connection| evidence::all(connection, question.prefix.0))?;
    Ok(assess(&evidence, question).score)
}
