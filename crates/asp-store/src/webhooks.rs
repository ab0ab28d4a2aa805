//! Webhooks of organisations, beside the log: where what they may read is delivered, how far that has come, and what was
//! put aside.
//!
//! The events themselves are the log's: a place in it is all that is kept of what was delivered. What an address answers and
//! when it is asked is the node's to know; the time is told.

mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::limits;
use asp_core::name::{Domain, StreamKind, WebAddress};
use asp_core::position::{LogTime, Position};
use asp_core::statement::Kind;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::beside;
use crate::fault::{Fault, Step};
use rows::{DEAD, WEBHOOK, dead, kinds, streams, webhook};

/// The name of the file in the node's folder.
pub const WEBHOOKS_FILE_NAME: &str = "webhooks.sqlite";
/// The file: "ASPw".
const FILE: beside::Kind = beside::Kind { application_id: 0x4153_5077, tables: include_str!("webhooks.sql") };

/// Names a webhook: 32 hexadecimal digits, by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebhookId(pub [u8; 16]);

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        beside::write_id(&self.0, f)
    }
}

impl FromStr for WebhookId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        beside::read_id(text).map(Self)
    }
}

/// What a webhook signs with. Its bytes never appear in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The seed of its own Ed25519 key.
    pub seed: [u8; 32],
    /// What it shares with the receiver.
    pub shared: [u8; 32],
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secrets")
    }
}

/// Why a webhook delivers nothing until its organisation says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stopped {
    /// The receiver said that it is gone.
    Gone,
    /// Nobody answered for too long.
    Silent,
    /// As many events were put aside as may be.
    Refused,
}

impl Stopped {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Gone, Self::Silent, Self::Refused];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Silent => "silent",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for Stopped {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|stopped| stopped.as_str() == text).ok_or(())
    }
}

/// How far a webhook has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What stands in the log from here on is to be delivered.
    pub place: Position,
    /// How often the event there was refused.
    pub attempts: u64,
    /// How often in a row nothing could be delivered.
    pub failures: u64,
    /// Since when nobody has answered.
    pub silent_from: Option<LogTime>,
    /// Nothing is delivered before.
    pub due: Option<LogTime>,
    /// When something was delivered last.
    pub delivered: Option<LogTime>,
    /// Why the last attempt delivered nothing, in words of the node's.
    pub reason: Option<String>,
    /// Whether it has been stopped, and why.
    pub stopped: Option<Stopped>,
}

impl Progress {
    /// That of a webhook that has tried nothing yet.
    #[must_use]
    pub const fn at(place: Position) -> Self {
        Self {
            place,
            attempts: 0,
            failures: 0,
            silent_from: None,
            due: None,
            delivered: None,
            reason: None,
            stopped: None,
        }
    }
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is, and as whom it reads.
    pub organisation: Domain,
    /// Where to.
    pub url: WebAddress,
    /// Only of streams of these kinds; of all if none is named.
    pub streams: BTreeSet<StreamKind>,
    /// Only statements of these types; all if none is named.
    pub types: BTreeSet<Kind>,
    /// What it signs with.
    pub secrets: Secrets,
    /// When it was made.
    pub created: LogTime,
    /// How far it has come.
    pub progress: Progress,
}

/// An event that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Where the log has it.
    pub position: Position,
    /// How often it was refused.
    pub attempts: u64,
    /// When it was put aside, or refused last.
    pub aside: LogTime,
    /// How it was refused last, in words of the node's.
    pub reason: String,
    /// Whether it is to be delivered once more.
    pub again: bool,
}

/// Why a webhook was not kept. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdded {
    /// The organisation has as many as it may, or the node does.
    Full,
    /// The storage failed.
    Fault(Fault),
}

impl From<rusqlite::Error> for NotAdded {
    fn from(error: rusqlite::Error) -> Self {
        Self::Fault(fault(error))
    }
}

fn fault(error: rusqlite::Error) -> Fault {
    Fault::from(error).during(Step::Webhooks)
}

/// All webhooks of a node. Each call blocks its thread, and what it says is durable when it returns.
#[derive(Debug)]
pub struct Webhooks {
    connection: Mutex<Connection>,
}

impl Webhooks {
    /// Opens the webhooks in a node's folder; makes the file if there is none.
    ///
    /// # Errors
    /// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let connection = beside::open(&folder.join(WEBHOOKS_FILE_NAME), FILE)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left is rolled back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, Fault> {
        let mut connection = self.connection();
        let write = || -> Result<T, rusqlite::Error> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        write().map_err(fault)
    }

    /// Keeps a new webhook.
    ///
    /// # Errors
    /// [`NotAdded`].
    pub fn add(&self, new: &Webhook) -> Result<(), NotAdded> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let count = |which: &str, of: &[&str]| -> Result<usize, rusqlite::Error> {
            let count = format!("SELECT count(*) FROM webhooks {which}");
            transaction.prepare_cached(&count)?.query_row(rusqlite::params_from_iter(of), |row| row.get(0))
        };
        let own = count("WHERE organisation = ?1", &[new.organisation.as_str()])?;
        if own >= limits::WEBHOOKS_MAX || count("", &[])? >= limits::WEBHOOKS_ALL_MAX {
            return Err(NotAdded::Full);
        }
        transaction.execute(
            "INSERT INTO webhooks (id, organisation, url, streams, types, seed, shared, created, place)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                new.id.0,
                new.organisation.as_str(),
                new.url.as_str(),
                streams(&new.streams),
                kinds(&new.types),
                new.secrets.seed,
                new.secrets.shared,
                new.created.millis(),
                new.progress.place.0
            ],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The webhooks of an organisation, the first made first, each with how many of its events are put aside.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn list(&self, organisation: &Domain) -> Result<Vec<(Webhook, u64)>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<_>, rusqlite::Error> {
            let select = format!(
                "SELECT {WEBHOOK}, (SELECT count(*) FROM dead WHERE webhook = id) FROM webhooks
                 WHERE organisation = ?1 ORDER BY created, id"
            );
            let mut query = connection.prepare_cached(&select)?;
            let rows = query.query_map([organisation.as_str()], |row| Ok((webhook(row), row.get(16)?)))?;
            rows.collect()
        };
        list().map_err(fault)?.into_iter().map(|(webhook, dead)| Ok((webhook?, dead))).collect()
    }

    /// A webhook of an organisation, with how many of its events are put aside.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn find(&self, organisation: &Domain, id: WebhookId) -> Result<Option<(Webhook, u64)>, Fault> {
        Ok(self.list(organisation)?.into_iter().find(|(webhook, _)| webhook.id == id))
    }

    /// A webhook, whosever it is: for who delivers, and for the public half of its key.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn any(&self, id: WebhookId) -> Result<Option<Webhook>, Fault> {
        let connection = self.connection();
        let find = || {
            let select = format!("SELECT {WEBHOOK} FROM webhooks WHERE id = ?1");
            connection.prepare_cached(&select)?.query_row([id.0], |row| Ok(webhook(row))).optional()
        };
        find().map_err(fault)?.transpose()
    }

    /// All that are not stopped.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn running(&self) -> Result<Vec<Webhook>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<_>, rusqlite::Error> {
            let select = format!("SELECT {WEBHOOK} FROM webhooks WHERE stopped IS NULL ORDER BY id");
            let mut query = connection.prepare_cached(&select)?;
            let rows = query.query_map([], |row| Ok(webhook(row)))?;
            rows.collect()
        };
        list().map_err(fault)?.into_iter().collect()
    }

    /// Forgets a webhook with what was put aside; whether there was one.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn forget(&self, organisation: &Domain, id: WebhookId) -> Result<bool, Fault> {
        self.write(|transaction| {
            let delete = "DELETE FROM webhooks WHERE id = ?1 AND organisation = ?2";
            Ok(transaction.execute(delete, params![id.0, organisation.as_str()])? > 0)
        })
    }

    /// Notes how far a webhook has come, and what was put aside on the way; nothing of one that was forgotten.
    ///
    /// # Errors
    /// That the storage failed; then nothing of it is noted.
    pub fn note(&self, id: WebhookId, progress: &Progress, aside: Option<&DeadLetter>) -> Result<(), Fault> {
        self.write(|transaction| {
            let time = |time: Option<LogTime>| time.map(LogTime::millis);
            let there = transaction.execute(
                "UPDATE webhooks SET place = ?2, attempts = ?3, failures = ?4, silent_from = ?5, due = ?6,
                   delivered = ?7, reason = ?8, stopped = ?9 WHERE id = ?1",
                params![
                    id.0,
                    progress.place.0,
                    progress.attempts,
                    progress.failures,
                    time(progress.silent_from),
                    time(progress.due),
                    time(progress.delivered),
                    progress.reason,
                    progress.stopped.map(Stopped::as_str)
                ],
            )?;
            match aside.filter(|_| there > 0) {
                Some(letter) => put_aside(transaction, id, letter),
                None => Ok(()),
            }
        })
    }

    /// Lets a webhook try again at once, whether it was stopped or waits; whether there is one.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn resume(&self, organisation: &Domain, id: WebhookId) -> Result<bool, Fault> {
        self.write(|transaction| {
            let update = "UPDATE webhooks SET stopped = NULL, failures = 0, silent_from = NULL, due = NULL
                          WHERE id = ?1 AND organisation = ?2";
            Ok(transaction.execute(update, params![id.0, organisation.as_str()])? > 0)
        })
    }

    /// The events of a webhook that were put aside, in the order of the log.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn dead(&self, id: WebhookId) -> Result<Vec<DeadLetter>, Fault> {
        self.letters(id, "", limits::WEBHOOK_DEAD_MAX)
    }

    /// Those of them that are to be delivered once more: at most so many.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn again(&self, id: WebhookId, limit: usize) -> Result<Vec<DeadLetter>, Fault> {
        self.letters(id, "AND again = 1", limit)
    }

    fn letters(&self, id: WebhookId, which: &str, limit: usize) -> Result<Vec<DeadLetter>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<_>, rusqlite::Error> {
            let select =
                format!("SELECT {DEAD} FROM dead WHERE webhook = ?1 {which} ORDER BY position LIMIT ?2");
            let mut query = connection.prepare_cached(&select)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = query.query_map(params![id.0, limit], dead)?;
            rows.collect()
        };
        list().map_err(fault)
    }

    /// Marks events that were put aside to be delivered once more, all of them without positions; how many.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn replay(&self, id: WebhookId, positions: Option<&BTreeSet<u64>>) -> Result<usize, Fault> {
        self.write(|transaction| match positions {
            None => transaction.execute("UPDATE dead SET again = 1 WHERE webhook = ?1", [id.0]),
            Some(positions) => {
                let update = "UPDATE dead SET again = 1 WHERE webhook = ?1 AND position = ?2";
                let mut update = transaction.prepare_cached(update)?;
                // No log reaches the places beyond what a row can say.
                let mut places = positions.iter().filter_map(|it| i64::try_from(*it).ok());
                places.try_fold(0, |sum, position| Ok(sum + update.execute(params![id.0, position])?))
            }
        })
    }

    /// Forgets an event that was put aside: it was delivered after all, or cannot be read any more.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn settle(&self, id: WebhookId, position: Position) -> Result<(), Fault> {
        self.write(|transaction| {
            let delete = "DELETE FROM dead WHERE webhook = ?1 AND position = ?2";
            transaction.execute(delete, params![id.0, position.0]).map(drop)
        })
    }
}

fn put_aside(
    transaction: &Transaction<'_>,
    id: WebhookId,
    letter: &DeadLetter,
) -> Result<(), rusqlite::Error> {
    let mut insert = transaction.prepare_cached(
        "INSERT OR REPLACE INTO dead (webhook, position, attempts, aside, reason, again)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let DeadLetter { position, attempts, aside, reason, again } = letter;
    insert.execute(params![id.0, position.0, attempts, aside.millis(), reason, again]).map(drop)
}
