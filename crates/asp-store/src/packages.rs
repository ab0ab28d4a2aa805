//! Which key packages agents have published, and to whom each was handed out, beside the log: one for a single use is
//! handed out once.
//!
//! What a key package holds means nothing here, and stands in the log alone. Whoever asks reads the log and tells what is there.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{Hash, LogTime, Sequence};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::beside;
use crate::fault::{Fault, Step};

/// The name of the file in the node's folder.
pub const PACKAGES_FILE_NAME: &str = "packages.sqlite";
/// The file: "ASPk".
const FILE: beside::Kind = beside::Kind { application_id: 0x4153_506b, tables: include_str!("packages.sql") };

/// A key package where the log has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Its hash.
    pub hash: Hash,
    /// The place in the agent's stream of the statement that published it.
    pub at: Sequence,
    /// Which of that statement's packages it is, from 0.
    pub item: usize,
    /// Whether it is handed out to whoever gets no other, as often as that happens.
    pub last_resort: bool,
    /// The key that signed that statement.
    pub key: KeyId,
}

fn fault(error: rusqlite::Error) -> Fault {
    Fault::from(error).during(Step::Packages)
}

/// What is known of the key packages of all agents. Each call blocks its thread, and what it says is durable when it returns.
#[derive(Debug)]
pub struct Packages {
    connection: Mutex<Connection>,
}

impl Packages {
    /// Opens what is known in a node's folder; makes the file if there is none.
    ///
    /// # Errors
    /// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let connection = beside::open(&folder.join(PACKAGES_FILE_NAME), FILE)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left is rolled back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last statement of an agent's stream that [`Packages::learn`] was told of.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn seen(&self, agent: &AgentUri) -> Result<Option<Sequence>, Fault> {
        let connection = self.connection();
        let select = "SELECT seen FROM streams WHERE agent = ?1";
        let seen = connection.query_row(select, params![agent.to_string()], |row| row.get(0).map(Sequence));
        seen.optional().map_err(fault)
    }

    /// Takes in what an agent has published up to a statement of its stream. What is known stays as it is: a package that is
    /// published again is not handed out again.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn learn(&self, agent: &AgentUri, seen: Sequence, published: &[Published]) -> Result<(), Fault> {
        let mut connection = self.connection();
        let mut learn = || -> Result<(), rusqlite::Error> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let agent = agent.to_string();
            for Published { hash, at, item, last_resort, key } in published {
                transaction.execute(
                    "INSERT INTO packages (agent, hash, place, item, key, last_resort)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                    params![agent, hash.as_bytes(), at.0, item, key.to_string(), last_resort],
                )?;
            }
            transaction.execute(
                "INSERT INTO streams (agent, seen) VALUES (?1, ?2)
                 ON CONFLICT (agent) DO UPDATE SET seen = max(seen, excluded.seen)",
                params![agent, seen.0],
            )?;
            transaction.commit()
        };
        learn().map_err(fault)
    }

    /// Hands out a key package of an agent to an organisation: one for a single use, of those published last, that nobody has
    /// got; else the last resort published last; none if there is neither. Only those count that one of these keys signed.
    ///
    /// An organisation is given [`limits::KEY_PACKAGE_CLAIMS_MAX`] for a single use within
    /// [`limits::KEY_PACKAGE_CLAIMS_MS`], and then the last resort.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn hand_out(
        &self,
        agent: &AgentUri,
        keys: &[KeyId],
        to: &Domain,
        now: LogTime,
    ) -> Result<Option<Published>, Fault> {
        let mut connection = self.connection();
        let mut hand_out = || -> Result<Option<Published>, Fault> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let since = now.millis().saturating_sub(limits::KEY_PACKAGE_CLAIMS_MS.0);
            let given: usize = transaction.query_row(
                "SELECT count(*) FROM packages WHERE agent = ?1 AND given_to = ?2 AND given > ?3",
                params![agent.to_string(), to.as_str(), since],
                |row| row.get(0),
            )?;
            let may = given < limits::KEY_PACKAGE_CLAIMS_MAX;
            let single = if may { newest(&transaction, agent, keys, false)? } else { None };
            let Some(single) = single else { return newest(&transaction, agent, keys, true) };
            transaction.execute(
                "UPDATE packages SET given = ?3, given_to = ?4 WHERE agent = ?1 AND hash = ?2",
                params![agent.to_string(), single.hash.as_bytes(), now.millis(), to.as_str()],
            )?;
            transaction.commit()?;
            Ok(Some(single))
        };
        hand_out().map_err(|fault| fault.during(Step::Packages))
    }
}

/// The package that is left of those published last.
fn newest(
    transaction: &Transaction<'_>,
    agent: &AgentUri,
    keys: &[KeyId],
    last_resort: bool,
) -> Result<Option<Published>, Fault> {
    let mut query = transaction.prepare_cached(
        "SELECT hash, place, item, last_resort, key FROM packages
         WHERE agent = ?1 AND last_resort = ?2 AND given IS NULL AND key IN (SELECT value FROM json_each(?3))
         ORDER BY place DESC, item LIMIT 1",
    )?;
    let keys = serde_json::Value::from_iter(keys.iter().map(ToString::to_string)).to_string();
    let found = query.query_row(params![agent.to_string(), last_resort, keys], |row| Ok(published(row)));
    found.optional()?.transpose()
}

fn published(row: &Row<'_>) -> Result<Published, Fault> {
    let key: String = row.get(4)?;
    Ok(Published {
        hash: Hash::from_bytes(row.get(0)?),
        at: Sequence(row.get(1)?),
        item: row.get(2)?,
        last_resort: row.get(3)?,
        key: key.parse().map_err(|_| Fault::corrupt(None, "a key package is signed by no key"))?,
    })
}
