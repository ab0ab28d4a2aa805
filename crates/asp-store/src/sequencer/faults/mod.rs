//! Tests: each call that a batch makes to storage fails, once before and once after it has its effect.
//!
//! Whatever fails, the writer takes nothing more, reads go on, and the store opened anew holds everything that was
//! acknowledged; the same bytes then get a receipt, and the same one for ever.

mod court;
mod money;

use std::cell::RefCell;
use std::path::Path;
use std::sync::{Arc, Mutex};

use asp_core::log::receipt::Receipt;
use asp_core::position::Hash;
use asp_core::statement::Verified;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::fault::{Fault, Step};
use crate::support::{Stage, open, text};
use crate::{Refusal, audit};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// It has no effect.
    Lost,
    /// It has its effect, and says that it failed.
    PersistedAnyway,
    /// The disk is full from here on: the storage itself finds out.
    Full,
}

#[derive(Debug, Clone, Copy)]
struct Armed {
    step: Step,
    how: How,
    /// How many such calls succeed before.
    spare: usize,
}

/// What is to fail, and when. Every store opened on a thread has the plan of that thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan(Arc<Mutex<Option<Armed>>>);

thread_local! {
    static PLAN: RefCell<Plan> = RefCell::new(Plan::default());
}

impl Plan {
    pub(crate) fn of_this_thread() -> Self {
        PLAN.with_borrow(Plan::clone)
    }

    fn arm(&self, step: Step, how: How, spare: usize) {
        *self.0.lock().unwrap() = Some(Armed { step, how, spare });
    }

    fn disarm(&self) -> bool {
        self.0.lock().unwrap().take().is_none()
    }

    /// Called before each step.
    pub(crate) fn before(&self, step: Step, connection: &Connection) -> Result<(), Fault> {
        let mut armed = self.0.lock().unwrap();
        match *armed {
            Some(Armed { step: at, how: How::Lost, spare: 0 }) if at == step => {
                *armed = None;
                Err(Fault::Storage { during: step, detail: "lost".into() })
            }
            Some(Armed { step: at, how: How::Full, spare: 0 }) if at == step => {
                *armed = None;
                let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
                connection.pragma_update(None, "max_page_count", pages)?;
                Ok(())
            }
            Some(Armed { step: at, how: How::Lost | How::Full, ref mut spare }) if at == step => {
                *spare -= 1;
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Called after each step that succeeded.
    pub(crate) fn after(&self, step: Step) -> Result<(), Fault> {
        let mut armed = self.0.lock().unwrap();
        match *armed {
            Some(Armed { step: at, how: How::PersistedAnyway, spare: 0 }) if at == step => {
                *armed = None;
                Err(Fault::Storage { during: step, detail: "persisted anyway".into() })
            }
            Some(Armed { step: at, how: How::PersistedAnyway, ref mut spare }) if at == step => {
                *spare -= 1;
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The steps that a batch with new statements takes.
const STEPS: [Step; 10] = [
    Step::Begin,
    Step::Repeat,
    Step::Facts,
    Step::Entry,
    Step::Views,
    Step::Sessions,
    Step::Receipts,
    Step::Tiles,
    Step::Checkpoint,
    Step::Commit,
];

type Answer = oneshot::Receiver<Result<Receipt, Refusal>>;

/// Statements that can all be taken in: a remark in each of several sessions.
fn remarks(stage: &mut Stage, sessions: &[Hash], words: &str) -> Vec<Verified> {
    sessions.iter().map(|session| stage.author.remark(*session, "acme/buyer", words)).collect()
}

fn enqueue(stage: &Stage, statements: &[Verified]) -> Vec<Answer> {
    let queue = |statement: &Verified| {
        let (told, answered) = oneshot::channel();
        stage.store.submit_for(statement.clone(), Box::new(move |answer| drop(told.send(answer))));
        answered
    };
    statements.iter().map(queue).collect()
}

/// Runs a store into one fault and opens it again.
#[track_caller]
fn check(step: Step, how: How, spare: usize) {
    let what = format!("{step:?} {how:?} after {spare}");
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::of_this_thread();
    let mut stage = Stage::new(folder.path());
    let (consent, first) = stage.introduced();
    let second = stage.session("acme/buyer", "globex/seller", consent);
    let third = stage.session("acme/buyer", "globex/seller", consent);
    let statements = remarks(&mut stage, &[first, second, third], "is it there?");

    plan.arm(step, how, spare);
    let answers = enqueue(&stage, &statements);
    let mut acknowledged = Vec::new();
    let mut failed = 0;
    for (statement, answer) in statements.iter().zip(answers) {
        match answer.blocking_recv().unwrap() {
            Ok(receipt) => acknowledged.push((statement.clone(), receipt)),
            Err(Refusal::Fault(Fault::Storage { .. })) => failed += 1,
            Err(other) => panic!("{what}: {other}"),
        }
    }
    assert!(plan.disarm(), "{what} was never reached");
    assert!(failed > 0 || how == How::Full, "{what}");

    // Nothing more is written, reads go on.
    assert!(!stage.store.is_writable(), "{what}");
    assert!(matches!(stage.store.submit_blocking(statements[0].clone()), Err(Refusal::Fault(_))), "{what}");
    let size = stage.store.read(|reader| reader.size()).unwrap();
    assert!(size >= (stage.taken.len() + acknowledged.len()) as u64, "{what}");
    let receipt = stage.store.read(|reader| reader.receipt(&first)).unwrap().unwrap().0;
    assert_eq!(receipt.receipt.statement, first, "{what}");

    // Everything acknowledged is there after the restart, with its receipt.
    stage.store.stop();
    let Stage { author, store, mut taken } = stage;
    drop(store);
    let store = open(folder.path(), author.clock()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
    assert_eq!(audit::folder(folder.path(), &mut |_, _| ()).unwrap().finding, None, "{what}");
    taken.extend(acknowledged);
    for (statement, receipt) in &taken {
        assert_eq!(store.submit_blocking(statement.clone()).as_ref(), Ok(receipt), "{what}");
    }
    // What was not is taken in now, or was already; either way there is one receipt for it from here on.
    for statement in &statements {
        let receipt = store.submit_blocking(statement.clone()).unwrap();
        assert_eq!(store.submit_blocking(statement.clone()).as_ref(), Ok(&receipt), "{what}");
        let stored = store.read(|reader| reader.receipt(&statement.statement().hash)).unwrap();
        assert_eq!(stored.map(|(receipt, _)| receipt), Some(receipt), "{what}");
    }
    store.stop();
    let report = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!((report.finding, report.entries), (None, stage_size(&taken, &statements)), "{what}");
}

fn stage_size(taken: &[(Verified, Receipt)], statements: &[Verified]) -> u64 {
    let mut hashes: Vec<Hash> = taken.iter().map(|(statement, _)| statement.statement().hash).collect();
    hashes.extend(statements.iter().map(|statement| statement.statement().hash));
    hashes.sort_unstable();
    hashes.dedup();
    hashes.len() as u64
}

#[test]
fn whatever_call_is_lost_nothing_acknowledged_is() {
    for step in STEPS {
        check(step, How::Lost, 0);
    }
    for step in [Step::Repeat, Step::Facts, Step::Entry, Step::Views] {
        check(step, How::Lost, 1);
    }
}

#[test]
fn whatever_call_persists_although_it_failed_the_log_is_consistent() {
    for step in STEPS {
        check(step, How::PersistedAnyway, 0);
    }
    for step in [Step::Repeat, Step::Facts, Step::Entry, Step::Views] {
        check(step, How::PersistedAnyway, 1);
    }
}

#[test]
fn a_full_disk_stops_the_writer_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::of_this_thread();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    plan.arm(Step::Begin, How::Full, 0);
    let long = "a".repeat(3000);
    let refused = (0..100).find_map(|_| {
        let statement = stage.author.remark(session, "acme/buyer", &long);
        stage.submit(statement.clone()).err().map(|refusal| (statement, refusal))
    });
    let (statement, refusal) = refused.unwrap();
    assert!(matches!(refusal, Refusal::Fault(Fault::Storage { .. })), "{refusal}");
    assert!(!stage.store.is_writable());
    stage
        .store
        .read(|reader| {
            reader.session(&crate::Tenant::Agent(crate::support::agent_uri("acme/buyer")), &session)
        })
        .unwrap()
        .unwrap();
    stage.reopen(folder.path());
    for (statement, receipt) in stage.taken.clone() {
        assert_eq!(stage.store.submit_blocking(statement), Ok(receipt));
    }
    stage.submit(statement).unwrap();
    assert_eq!(audit::folder(folder.path(), &mut |_, _| ()).unwrap().finding, None);
}

/// What both accounts have: available, held, on its way out, in cents.
fn balances(stage: &Stage) -> [(u64, u64, u64); 2] {
    ["acme", "globex"].map(|name| {
        let domain = crate::support::domain(name);
        let account = stage.store.read(|reader| reader.custody(&domain)).unwrap();
        let balance = account.and_then(|account| account.balance(&text("USD"))).unwrap_or_default();
        (balance.available.0, balance.held.0, balance.withdrawing.0)
    })
}

/// How many movements there were, of a log that holds.
#[track_caller]
fn audited(folder: &Path, what: &str) -> u64 {
    let report = audit::folder(folder, &mut |_, _| ()).unwrap();
    assert_eq!(report.finding, None, "{what}");
    report.money.movements
}

/// Takes a statement whose batch fails at this step, opens the store again, and takes the same bytes: there is one receipt for
/// them.
#[track_caller]
fn take_failing(stage: &mut Stage, folder: &Path, statement: &Verified, step: Step, how: How, what: &str) {
    let plan = Plan::of_this_thread();
    plan.arm(step, how, 0);
    let refused = stage.store.submit_blocking(statement.clone());
    assert!(plan.disarm(), "{what} was never reached");
    assert!(matches!(refused, Err(Refusal::Fault(_))), "{what}: {refused:?}");
    stage.reopen(folder);
    audited(folder, what);
    take(stage, statement, what);
}

/// Takes a statement twice: there is one receipt for it.
#[track_caller]
fn take(stage: &mut Stage, statement: &Verified, what: &str) {
    let receipt = stage.submit(statement.clone()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(stage.store.submit_blocking(statement.clone()).as_ref(), Ok(&receipt), "{what}");
}
