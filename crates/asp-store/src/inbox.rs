//! Inboxes, beside the log: what a party has not confirmed waits for it, however long it was away.
//!
//! What is in an inbox follows from the log. Here stands only how far a group of workers has looked, and what it has in hand:
//! leased to one of them, waiting behind something of the same stream, or given up. What was confirmed has no row.

mod deliveries;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::limits;
use asp_core::name::StreamId;
use asp_core::position::{LogTime, Millis, Position};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::beside;
use crate::fault::{Fault, Step};
use crate::views::Tenant;
pub use deliveries::{Deliveries, Delivery, Reached};

/// The name of the file in the node's folder.
pub const INBOX_FILE_NAME: &str = "inbox.sqlite";
/// The file: "ASPi".
const FILE: beside::Kind = beside::Kind { application_id: 0x4153_5069, tables: include_str!("inbox.sql") };

/// Proves that who confirms is who was given it: 32 hexadecimal digits, by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeaseId(pub [u8; 16]);

impl fmt::Display for LeaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        beside::write_id(&self.0, f)
    }
}

impl FromStr for LeaseId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        beside::read_id(text).map(Self)
    }
}

/// The name of a group of workers: 1 to 64 lower-case letters, digits, hyphens and dots, a letter or digit first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupName(String);

impl GroupName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GroupName {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let first = text.bytes().next().is_some_and(word);
        let rest = text.bytes().all(|byte| word(byte) || matches!(byte, b'-' | b'.'));
        if first && rest && text.len() <= 64 { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

/// Something of the log that a party can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands.
    pub position: Position,
    /// In which stream: of one stream one worker at a time has something in hand, in order.
    pub stream: StreamId,
    /// Whether the party said it itself: then it is not told.
    pub own: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// How many at most.
    pub max: usize,
    /// For how long.
    pub lease: Millis,
    /// By what it is known.
    pub id: LeaseId,
}

/// Something that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Where it stands in the log.
    pub position: Position,
    /// Until when nobody else is given it.
    pub until: LogTime,
    /// How often it was handed out, this time included.
    pub attempt: usize,
}

/// Something that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Where it stands in the log.
    pub position: Position,
    /// How often it was handed out.
    pub attempts: usize,
    /// Why it was given up.
    pub reason: String,
}

/// How a group stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The first position of the log that it has not looked at.
    pub next: Position,
    /// When it was made.
    pub made: LogTime,
    /// How many it has in hand.
    pub leased: u64,
    /// How many wait behind those.
    pub waiting: u64,
    /// How many it has given up.
    pub dead: u64,
}

/// Why an inbox did not do what was asked. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDone {
    /// There is no such group, or no such item in it.
    Unknown,
    /// It was given to somebody else meanwhile, or is not in hand.
    LeaseLost {
        /// Which of those that were named.
        place: usize,
    },
    /// There are as many groups, or dead letters, as may be.
    Full,
    /// The storage failed.
    Fault(Fault),
}

impl From<rusqlite::Error> for NotDone {
    fn from(error: rusqlite::Error) -> Self {
        Self::Fault(fault(error))
    }
}

fn fault(error: rusqlite::Error) -> Fault {
    Fault::from(error).during(Step::Inbox)
}

/// A place as a row has it. No log reaches the places beyond: there the last one stands, which no item has.
fn row(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

fn shorten(connection: &mut Connection, size: i64) -> Result<(), rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("UPDATE groups SET next = ?1 WHERE next > ?1", [size])?;
    transaction.execute("DELETE FROM items WHERE position >= ?1", [size])?;
    transaction.commit()
}

/// All inboxes of a node. Each call blocks its thread, and what it says is durable when it returns.
#[derive(Debug)]
pub struct Inboxes {
    connection: Mutex<Connection>,
}

/// A row that is not dead.
struct InHand {
    position: u64,
    stream: String,
    until: u64,
    attempts: usize,
}

impl Inboxes {
    /// Opens the inboxes in a node's folder; makes the file if there is none.
    ///
    /// Of a log that was put back from an older copy they may know more than is in it: a group looks on from the log's `size`
    /// at most, and what is not in the log any more is in nobody's hand.
    ///
    /// # Errors
    /// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
    pub fn open(folder: &Path, size: u64) -> Result<Self, Fault> {
        let mut connection = beside::open(&folder.join(INBOX_FILE_NAME), FILE)?;
        shorten(&mut connection, row(Position(size))).map_err(fault)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left is rolled back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first position that a group has not looked at; the group is made with `from` if it is not there.
    ///
    /// # Errors
    /// [`NotDone::Full`] or a failure of the storage.
    pub fn begin(
        &self,
        tenant: &Tenant,
        group: &GroupName,
        from: Position,
        now: LogTime,
    ) -> Result<Position, NotDone> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let party = tenant.party().to_string();
        if let Some(next) = next_of(&transaction, &party, group)? {
            return Ok(next);
        }
        let count: usize = transaction
            .prepare_cached("SELECT count(*) FROM groups WHERE party = ?1")?
            .query_row(params![party], |row| row.get(0))?;
        if count >= limits::INBOX_GROUPS_MAX {
            return Err(NotDone::Full);
        }
        transaction.execute(
            "INSERT INTO groups (party, name, next, made) VALUES (?1, ?2, ?3, ?4)",
            params![party, group.as_str(), row(from), now.millis()],
        )?;
        transaction.commit()?;
        Ok(from)
    }

    /// Hands out what nobody has in hand, in the order of the log, and of each stream only what comes next in it.
    ///
    /// `candidates` is what the log has from [`Inboxes::begin`]'s position on, up to but not including `seen`; if another worker
    /// looked at them meanwhile they are passed over.
    ///
    /// # Errors
    /// [`NotDone::Unknown`] or a failure of the storage.
    pub fn lease(
        &self,
        tenant: &Tenant,
        group: &GroupName,
        (candidates, seen): (&[Candidate], Position),
        wanted: Wanted,
        now: LogTime,
    ) -> Result<Vec<Leased>, NotDone> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let party = tenant.party().to_string();
        let next = next_of(&transaction, &party, group)?.ok_or(NotDone::Unknown)?;
        let mut hand = Hand {
            transaction: &transaction,
            party: &party,
            group,
            wanted,
            until: now.plus(wanted.lease),
            blocked: BTreeSet::new(),
            leased: Vec::new(),
            count: 0,
        };
        for row in in_hand(&transaction, &party, group)? {
            hand.again(row, now)?;
        }
        let mut reached = next;
        for candidate in candidates.iter().filter(|it| it.position >= next) {
            if !hand.first(candidate)? {
                break;
            }
            reached = Position(candidate.position.0.saturating_add(1));
        }
        let all = candidates.last().is_none_or(|last| last.position < reached);
        let reached = if all { reached.max(seen) } else { reached };
        let leased = hand.leased;
        transaction
            .prepare_cached("UPDATE groups SET next = ?3 WHERE party = ?1 AND name = ?2")?
            .execute(params![party, group.as_str(), row(reached)])?;
        transaction.commit()?;
        Ok(leased)
    }

    /// Confirms what was handed out: it is not told again. All of it or nothing.
    ///
    /// # Errors
    /// [`NotDone::LeaseLost`] or a failure of the storage.
    pub fn confirm(
        &self,
        tenant: &Tenant,
        group: &GroupName,
        items: &[(Position, LeaseId)],
    ) -> Result<(), NotDone> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let party = tenant.party().to_string();
        for (place, (position, lease)) in items.iter().enumerate() {
            let gone = transaction
                .prepare_cached(
                    "DELETE FROM items WHERE party = ?1 AND name = ?2 AND position = ?3 AND lease = ?4
                       AND dead IS NULL",
                )?
                .execute(params![party, group.as_str(), row(*position), lease.0])?;
            if gone == 0 {
                return Err(NotDone::LeaseLost { place });
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Gives something up: it becomes a dead letter, and what comes after it in its stream goes on.
    ///
    /// # Errors
    /// [`NotDone::LeaseLost`], [`NotDone::Full`] or a failure of the storage.
    pub fn refuse(
        &self,
        tenant: &Tenant,
        group: &GroupName,
        (position, lease): (Position, LeaseId),
        reason: &str,
    ) -> Result<(), NotDone> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let party = tenant.party().to_string();
        if dead_count(&transaction, &party, group)? >= limits::INBOX_DEAD_MAX {
            return Err(NotDone::Full);
        }
        let found = transaction.execute(
            "UPDATE items SET dead = ?5, lease = NULL
             WHERE party = ?1 AND name = ?2 AND position = ?3 AND lease = ?4 AND dead IS NULL",
            params![party, group.as_str(), row(position), lease.0, reason],
        )?;
        if found == 0 {
            return Err(NotDone::LeaseLost { place: 0 });
        }
        transaction.commit()?;
        Ok(())
    }

    /// The dead letters of a group after a position, in the order of the log.
    ///
    /// # Errors
    /// [`NotDone::Unknown`] or a failure of the storage.
    pub fn dead(
        &self,
        tenant: &Tenant,
        group: &GroupName,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, NotDone> {
        let connection = self.connection();
        let party = tenant.party().to_string();
        next_of(&connection, &party, group)?.ok_or(NotDone::Unknown)?;
        let mut query = connection.prepare_cached(
            "SELECT position, attempts, dead FROM items
             WHERE party = ?1 AND name = ?2 AND dead IS NOT NULL AND position >= ?3 ORDER BY position LIMIT ?4",
        )?;
        let from = after.map_or(0, |after| row(after).saturating_add(1));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = query.query_map(params![party, group.as_str(), from, limit], |row| {
            Ok(DeadLetter { position: Position(row.get(0)?), attempts: row.get(1)?, reason: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lets a dead letter be handed out again, as if it never had been.
    ///
    /// # Errors
    /// [`NotDone::Unknown`] or a failure of the storage.
    pub fn replay(&self, tenant: &Tenant, group: &GroupName, position: Position) -> Result<(), NotDone> {
        self.bury(
            "UPDATE items SET dead = NULL, lease = NULL, until = 0, attempts = 0
             WHERE party = ?1 AND name = ?2 AND position = ?3 AND dead IS NOT NULL",
            (tenant, group, position),
        )
    }

    /// Forgets a dead letter.
    ///
    /// # Errors
    /// [`NotDone::Unknown`] or a failure of the storage.
    pub fn discard(&self, tenant: &Tenant, group: &GroupName, position: Position) -> Result<(), NotDone> {
        self.bury(
            "DELETE FROM items WHERE party = ?1 AND name = ?2 AND position = ?3 AND dead IS NOT NULL",
            (tenant, group, position),
        )
    }

    fn bury(
        &self,
        change: &str,
        (tenant, group, position): (&Tenant, &GroupName, Position),
    ) -> Result<(), NotDone> {
        let party = tenant.party().to_string();
        let changed = self.connection().execute(change, params![party, group.as_str(), row(position)])?;
        if changed == 0 { Err(NotDone::Unknown) } else { Ok(()) }
    }

    /// Takes what cannot be read any more out of a group, whoever had it.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn drop_unreadable(
        &self,
        tenant: &Tenant,
        group: &GroupName,
        position: Position,
    ) -> Result<(), Fault> {
        let party = tenant.party().to_string();
        self.connection()
            .execute(
                "DELETE FROM items WHERE party = ?1 AND name = ?2 AND position = ?3",
                params![party, group.as_str(), row(position)],
            )
            .map_err(fault)?;
        Ok(())
    }

    /// The groups of a party, by name.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn groups(&self, tenant: &Tenant, now: LogTime) -> Result<Vec<Group>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<Group>, rusqlite::Error> {
            let mut query = connection.prepare_cached(
                "SELECT groups.name, next, made,
                   count(position) FILTER (WHERE dead IS NULL AND lease IS NOT NULL AND until > ?2),
                   count(position) FILTER (WHERE dead IS NULL AND (lease IS NULL OR until <= ?2)),
                   count(position) FILTER (WHERE dead IS NOT NULL)
                 FROM groups LEFT JOIN items USING (party, name)
                 WHERE party = ?1 GROUP BY groups.name ORDER BY groups.name",
            )?;
            let rows = query.query_map(params![tenant.party().to_string(), now.millis()], |row| {
                Ok(Group {
                    name: row.get(0)?,
                    next: Position(row.get(1)?),
                    made: LogTime::from_millis(row.get(2)?),
                    leased: row.get(3)?,
                    waiting: row.get(4)?,
                    dead: row.get(5)?,
                })
            })?;
            rows.collect()
        };
        list().map_err(fault)
    }

    /// Forgets a group with all that it has in hand; whether there was one.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn forget(&self, tenant: &Tenant, group: &GroupName) -> Result<bool, Fault> {
        let gone = self
            .connection()
            .execute(
                "DELETE FROM groups WHERE party = ?1 AND name = ?2",
                params![tenant.party().to_string(), group.as_str()],
            )
            .map_err(fault)?;
        Ok(gone > 0)
    }

    /// When the first lease of a group ends; none if nothing is leased.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn next_end(&self, tenant: &Tenant, group: &GroupName) -> Result<Option<LogTime>, Fault> {
        let connection = self.connection();
        let end = || -> Result<Option<u64>, rusqlite::Error> {
            connection
                .prepare_cached(
                    "SELECT min(until) FROM items
                     WHERE party = ?1 AND name = ?2 AND dead IS NULL AND lease IS NOT NULL",
                )?
                .query_row(params![tenant.party().to_string(), group.as_str()], |row| row.get(0))
        };
        Ok(end().map_err(fault)?.map(LogTime::from_millis))
    }
}

/// What one worker is given.
struct Hand<'a> {
    transaction: &'a Transaction<'a>,
    party: &'a str,
    group: &'a GroupName,
    wanted: Wanted,
    until: LogTime,
    /// Streams of which something earlier is not confirmed and not in this hand.
    blocked: BTreeSet<String>,
    leased: Vec<Leased>,
    /// Rows that are not dead.
    count: usize,
}

impl Hand<'_> {
    fn is_full(&self) -> bool {
        self.leased.len() >= self.wanted.max
    }

    /// Looks at something that was looked at before.
    fn again(&mut self, row: InHand, now: LogTime) -> Result<(), NotDone> {
        let InHand { position, stream, until, attempts } = row;
        self.count += 1;
        let held = until > now.millis();
        if held || self.is_full() || self.blocked.contains(&stream) {
            self.blocked.insert(stream);
            return Ok(());
        }
        if attempts >= limits::INBOX_ATTEMPTS_MAX {
            return self.give_up(position, &stream, attempts);
        }
        self.transaction
            .prepare_cached(
                "UPDATE items SET lease = ?4, until = ?5, attempts = attempts + 1
                 WHERE party = ?1 AND name = ?2 AND position = ?3",
            )?
            .execute(params![
                self.party,
                self.group.as_str(),
                position,
                self.wanted.id.0,
                self.until.millis()
            ])?;
        self.leased.push(Leased { position: Position(position), until: self.until, attempt: attempts + 1 });
        Ok(())
    }

    /// Nobody confirms it: it becomes a dead letter, unless there are too many, in which case its stream waits.
    fn give_up(&mut self, position: u64, stream: &str, attempts: usize) -> Result<(), NotDone> {
        if dead_count(self.transaction, self.party, self.group)? >= limits::INBOX_DEAD_MAX {
            self.blocked.insert(stream.to_owned());
            return Ok(());
        }
        self.count -= 1;
        let reason = format!("handed out {attempts} times and never confirmed");
        self.transaction
            .prepare_cached(
                "UPDATE items SET dead = ?4, lease = NULL WHERE party = ?1 AND name = ?2 AND position = ?3",
            )?
            .execute(params![self.party, self.group.as_str(), position, reason])?;
        Ok(())
    }

    /// Looks at something for the first time; false if it is for later.
    fn first(&mut self, candidate: &Candidate) -> Result<bool, NotDone> {
        if candidate.own {
            return Ok(true);
        }
        let stream = candidate.stream.to_string();
        let waits = self.blocked.contains(&stream);
        if self.is_full() || self.count >= limits::INBOX_IN_HAND_MAX {
            return Ok(false);
        }
        let (lease, until) = if waits { (None, 0) } else { (Some(self.wanted.id.0), self.until.millis()) };
        self.transaction
            .prepare_cached(
                "INSERT INTO items (party, name, position, stream, lease, until, attempts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                self.party,
                self.group.as_str(),
                row(candidate.position),
                stream,
                lease,
                until,
                usize::from(!waits)
            ])?;
        self.count += 1;
        if !waits {
            self.leased.push(Leased { position: candidate.position, until: self.until, attempt: 1 });
        }
        Ok(true)
    }
}

fn next_of(
    connection: &Connection,
    party: &str,
    group: &GroupName,
) -> Result<Option<Position>, rusqlite::Error> {
    let next: Option<u64> = connection
        .prepare_cached("SELECT next FROM groups WHERE party = ?1 AND name = ?2")?
        .query_row(params![party, group.as_str()], |row| row.get(0))
        .optional()?;
    Ok(next.map(Position))
}

fn in_hand(connection: &Connection, party: &str, group: &GroupName) -> Result<Vec<InHand>, rusqlite::Error> {
    let mut query = connection.prepare_cached(
        "SELECT position, stream, until, attempts FROM items
         WHERE party = ?1 AND name = ?2 AND dead IS NULL ORDER BY position",
    )?;
    let rows = query.query_map(params![party, group.as_str()], |row| {
        Ok(InHand { position: row.get(0)?, stream: row.get(1)?, until: row.get(2)?, attempts: row.get(3)? })
    })?;
    rows.collect()
}

fn dead_count(connection: &Connection, party: &str, group: &GroupName) -> Result<usize, rusqlite::Error> {
    connection
        .prepare_cached("SELECT count(*) FROM items WHERE party = ?1 AND name = ?2 AND dead IS NOT NULL")?
        .query_row(params![party, group.as_str()], |row| row.get(0))
}
