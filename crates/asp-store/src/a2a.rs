//! What a node knows of A2A clients, beside the log: who they speak as, what their messages were, where they are told of tasks.
//!
//! A task is a session and stands in the log; nothing here decides about one. Knows no HTTP and no A2A: messages and
//! configurations are text that the node wrote.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::key::{Algorithm, SecretKey};
use asp_core::limits;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, LogTime, Sequence};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::beside;
use crate::fault::{Fault, Step};

/// The name of the file in the node's folder.
pub const A2A_FILE_NAME: &str = "a2a.sqlite";
/// The file: "ASP2".
const FILE: beside::Kind = beside::Kind { application_id: 0x4153_5032, tables: include_str!("a2a.sql") };
/// The columns that [`client`] reads, in its order.
const CLIENT: &str = "id, agent, p256, seed, name, created";
/// The columns that [`push`] reads, in its order.
const PUSH: &str = "session, id, agent, config, place, attempts, due";

/// Names a client: 32 hexadecimal digits, by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientId(pub [u8; 16]);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        beside::write_id(&self.0, f)
    }
}

impl FromStr for ClientId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        beside::read_id(text).map(Self)
    }
}

/// A client that has no key of its own.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The agent as which it speaks.
    pub agent: AgentUri,
    /// With what it is signed what it says.
    pub key: SecretKey,
    /// What whoever added it calls it.
    pub name: String,
    /// When it was added.
    pub created: LogTime,
}

/// The message that a statement was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// It, as the node wrote it; none where another statement stands for the same message.
    pub message: Option<String>,
    /// Whether there is more in it that waits for the agent to come in.
    pub waits: bool,
    /// Why what waited could not be said.
    pub refused: Option<String>,
}

/// Where a client is told of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The task.
    pub session: Hash,
    /// What the client calls it; unique in the task.
    pub id: String,
    /// Whose client.
    pub agent: AgentUri,
    /// Where and how, as the node wrote it.
    pub config: String,
    /// The last statement of the session of which it was told.
    pub place: Sequence,
    /// How often in a row it could not be told of the next.
    pub attempts: u32,
    /// When it is tried again.
    pub due: Option<LogTime>,
}

/// Why something was not kept. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotKept {
    /// There are as many as there may be.
    Full,
    /// The storage failed.
    Fault(Fault),
}

impl From<Fault> for NotKept {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<rusqlite::Error> for NotKept {
    fn from(error: rusqlite::Error) -> Self {
        Self::Fault(fault(error))
    }
}

fn fault(error: rusqlite::Error) -> Fault {
    Fault::from(error).during(Step::A2a)
}

/// All that is kept. Each call blocks its thread, and what it says is durable when it returns.
#[derive(Debug)]
pub struct Desk {
    connection: Mutex<Connection>,
}

impl Desk {
    /// Opens the desk in a node's folder; makes the file if there is none. Another process may have it open.
    ///
    /// # Errors
    /// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let connection = beside::open(&folder.join(A2A_FILE_NAME), FILE)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left is rolled back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a client that shows a token with this hash.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn add(&self, client: &Client, token: &Hash) -> Result<(), NotKept> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let count: usize = transaction.query_row("SELECT count(*) FROM clients", [], |row| row.get(0))?;
        if count >= limits::A2A_CLIENTS_MAX {
            return Err(NotKept::Full);
        }
        let p256 = client.key.id().algorithm() == Algorithm::Es256;
        transaction.execute(
            "INSERT INTO clients (id, token, agent, p256, seed, name, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                client.id.0,
                token.as_bytes(),
                client.agent.to_string(),
                p256,
                client.key.seed(),
                client.name,
                client.created.millis()
            ],
        )?;
        Ok(transaction.commit()?)
    }

    /// The client that shows a token with this hash.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn client(&self, token: &Hash) -> Result<Option<Client>, Fault> {
        self.one_client("token = ?1", token.as_bytes())
    }

    /// A client that speaks as this agent, the one that was added last.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn client_of(&self, agent: &AgentUri) -> Result<Option<Client>, Fault> {
        self.one_client("agent = ?1 ORDER BY created DESC, id LIMIT 1", agent.to_string())
    }

    fn one_client(&self, which: &str, by: impl rusqlite::ToSql) -> Result<Option<Client>, Fault> {
        let connection = self.connection();
        let select = format!("SELECT {CLIENT} FROM clients WHERE {which}");
        let mut query = connection.prepare_cached(&select).map_err(fault)?;
        query.query_row(params![by], |row| Ok(client(row))).optional().map_err(fault)?.transpose()
    }

    /// All clients, those added first first.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn clients(&self) -> Result<Vec<Client>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<_>, rusqlite::Error> {
            let select = format!("SELECT {CLIENT} FROM clients ORDER BY created, id");
            connection.prepare_cached(&select)?.query_map([], |row| Ok(client(row)))?.collect()
        };
        list().map_err(fault)?.into_iter().collect()
    }

    /// Removes a client; whether there was one. Its tasks go on, and nobody speaks in them for it.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn remove(&self, id: ClientId) -> Result<bool, Fault> {
        let gone = self.connection().execute("DELETE FROM clients WHERE id = ?1", params![id.0]);
        Ok(gone.map_err(fault)? > 0)
    }

    /// Notes what a client calls the conversation that a session belongs to.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn name_context(&self, session: &Hash, context: &str) -> Result<(), Fault> {
        let insert = "INSERT INTO contexts (session, context) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.connection().execute(insert, params![session.as_bytes(), context]).map_err(fault)?;
        Ok(())
    }

    /// What a client calls the conversation that a session belongs to, if it gave it a name.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn context(&self, session: &Hash) -> Result<Option<String>, Fault> {
        let connection = self.connection();
        let select = "SELECT context FROM contexts WHERE session = ?1";
        let found = connection.query_row(select, params![session.as_bytes()], |row| row.get(0));
        found.optional().map_err(fault)
    }

    /// Notes the message that a statement was made of.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn note(&self, session: &Hash, statement: &Hash, said: &Said) -> Result<(), Fault> {
        let insert =
            "INSERT INTO said (statement, session, message, waits, refused) VALUES (?1, ?2, ?3, ?4, ?5)
                      ON CONFLICT DO NOTHING";
        let Said { message, waits, refused } = said;
        let values = params![statement.as_bytes(), session.as_bytes(), message, waits, refused];
        self.connection().execute(insert, values).map_err(fault)?;
        Ok(())
    }

    /// Forgets the message of a statement that was not taken in.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn forget(&self, statement: &Hash) -> Result<(), Fault> {
        let delete = "DELETE FROM said WHERE statement = ?1";
        self.connection().execute(delete, params![statement.as_bytes()]).map_err(fault)?;
        Ok(())
    }

    /// The messages of a session, by the statements that they were made into.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn said(&self, session: &Hash) -> Result<BTreeMap<Hash, Said>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<([u8; 32], Said)>, rusqlite::Error> {
            let select = "SELECT statement, message, waits, refused FROM said WHERE session = ?1";
            let mut query = connection.prepare_cached(select)?;
            let read = |row: &Row<'_>| {
                let said = Said { message: row.get(1)?, waits: row.get(2)?, refused: row.get(3)? };
                Ok((row.get(0)?, said))
            };
            query.query_map(params![session.as_bytes()], read)?.collect()
        };
        let said = list().map_err(fault)?;
        Ok(said.into_iter().map(|(statement, said)| (Hash::from_bytes(statement), said)).collect())
    }

    /// The sessions whose first message has something that waits for the agent to come in.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn waiting(&self) -> Result<Vec<Hash>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<[u8; 32]>, rusqlite::Error> {
            let mut query = connection.prepare_cached("SELECT session FROM said WHERE waits = 1")?;
            query.query_map([], |row| row.get(0))?.collect()
        };
        Ok(list().map_err(fault)?.into_iter().map(Hash::from_bytes).collect())
    }

    /// Notes that what waited was said, or why it was not.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn settle(&self, session: &Hash, refused: Option<&str>) -> Result<(), Fault> {
        let update = "UPDATE said SET waits = 0, refused = ?2 WHERE session = ?1 AND waits = 1";
        self.connection().execute(update, params![session.as_bytes(), refused]).map_err(fault)?;
        Ok(())
    }

    /// Keeps where a client is told of a task, in place of what had the same id; how far it was told stands then.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn keep_push(&self, push: &Push) -> Result<(), NotKept> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let session = push.session.as_bytes();
        let (of_task, of_agent): (usize, usize) = transaction.query_row(
            "SELECT (SELECT count(*) FROM pushes WHERE session = ?1 AND id <> ?2),
                    (SELECT count(*) FROM pushes WHERE agent = ?3)",
            params![session, push.id, push.agent.to_string()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if of_task >= limits::A2A_PUSHES_MAX || of_agent >= limits::A2A_PUSHES_OF_AGENT_MAX {
            return Err(NotKept::Full);
        }
        transaction.execute(
            "INSERT INTO pushes (session, id, agent, config, place) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (session, id) DO UPDATE SET config = excluded.config, attempts = 0, due = NULL",
            params![session, push.id, push.agent.to_string(), push.config, push.place.0],
        )?;
        Ok(transaction.commit()?)
    }

    /// Where a client is told of a task, by their ids.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn pushes(&self, session: &Hash) -> Result<Vec<Push>, Fault> {
        self.list_pushes("session = ?1 ORDER BY id", params![session.as_bytes()])
    }

    /// Everything of which anybody is to be told.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn all_pushes(&self) -> Result<Vec<Push>, Fault> {
        self.list_pushes("true ORDER BY session, id", params![])
    }

    fn list_pushes(&self, which: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Push>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<_>, rusqlite::Error> {
            let select = format!("SELECT {PUSH} FROM pushes WHERE {which}");
            let mut query = connection.prepare_cached(&select)?;
            query.query_map(values, |row| Ok(push(row)))?.collect()
        };
        list().map_err(fault)?.into_iter().collect()
    }

    /// Removes one; whether there was one.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn remove_push(&self, session: &Hash, id: &str) -> Result<bool, Fault> {
        let delete = "DELETE FROM pushes WHERE session = ?1 AND id = ?2";
        let gone = self.connection().execute(delete, params![session.as_bytes(), id]);
        Ok(gone.map_err(fault)? > 0)
    }

    /// Notes how far a client was told, and what keeps it. One that was removed meanwhile stays removed.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn note_push(&self, push: &Push) -> Result<(), Fault> {
        let update = "UPDATE pushes SET place = ?3, attempts = ?4, due = ?5 WHERE session = ?1 AND id = ?2";
        let due = push.due.map(LogTime::millis);
        let values = params![push.session.as_bytes(), push.id, push.place.0, push.attempts, due];
        self.connection().execute(update, values).map_err(fault)?;
        Ok(())
    }
}

/// A row of [`CLIENT`].
fn client(row: &Row<'_>) -> Result<Client, Fault> {
    let corrupt = |what| Fault::corrupt(None, what);
    let (agent, p256, seed): (String, bool, [u8; 32]) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let key = if p256 { SecretKey::from_scalar(&seed).ok() } else { Some(SecretKey::from_seed(&seed)) };
    Ok(Client {
        id: ClientId(row.get(0)?),
        agent: agent.parse().map_err(|_| corrupt("a client speaks as nobody"))?,
        key: key.ok_or_else(|| corrupt("a client has no key"))?,
        name: row.get(4)?,
        created: LogTime::from_millis(row.get(5)?),
    })
}

/// A row of [`PUSH`].
fn push(row: &Row<'_>) -> Result<Push, Fault> {
    let agent: String = row.get(2)?;
    Ok(Push {
        session: Hash::from_bytes(row.get(0)?),
        id: row.get(1)?,
        agent: agent.parse().map_err(|_| Fault::corrupt(None, "somebody is told who is nobody"))?,
        config: row.get(3)?,
        place: Sequence(row.get(4)?),
        attempts: row.get(5)?,
        due: row.get::<_, Option<u64>>(6)?.map(LogTime::from_millis),
    })
}
