//! What a node knows of A2A clients, beside the log: who they speak as, what their messages were, where they are told of tasks.
//!
//! A task is a session and stands in the log; nothing here decides about one. Knows no HTTP and no A2A: messages and
//! configurations are text that the node wrote.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
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
const PUSH: &str = "session, id, agent, client, config, place, attempts, due";
/// Why what waited was not said when its client is no more.
const REMOVED: &str = "the client was removed";

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
    /// The client whose message it is; none of one that showed no token.
    pub client: Option<ClientId>,
    /// What the message is called: the same in all statements that were made of it.
    pub request: Hash,
    /// It, as the node wrote it; none where another statement stands for the same message.
    pub message: Option<String>,
    /// Whether there is more in it that waits for the agent to come in.
    pub waits: bool,
    /// Why what waited could not be said.
    pub refused: Option<String>,
}

/// A message of a client that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Whose it is.
    pub client: ClientId,
    /// What it is called: by the client, and whom it is for.
    pub name: Hash,
    /// The hash of all of it.
    pub digest: Hash,
    /// The session in which it is said.
    pub session: Hash,
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
    /// Which client; none of one that showed no token.
    pub client: Option<ClientId>,
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

    /// A client by its id.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn client_by_id(&self, id: ClientId) -> Result<Option<Client>, Fault> {
        self.one_client("id = ?1", id.0)
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

    /// Removes a client; whether there was one. Its tasks go on, and nobody speaks in them for it: what waits to be said is not
    /// said, and it is told of nothing any more.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn remove(&self, id: ClientId) -> Result<bool, Fault> {
        let mut connection = self.connection();
        let mut remove = || -> Result<bool, rusqlite::Error> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let gone = transaction.execute("DELETE FROM clients WHERE id = ?1", params![id.0])?;
            transaction.execute("DELETE FROM pushes WHERE client = ?1", params![id.0])?;
            transaction.execute("DELETE FROM requests WHERE client = ?1", params![id.0])?;
            transaction.execute(
                "UPDATE said SET waits = 0, refused = ?2 WHERE client = ?1 AND waits = 1",
                params![id.0, REMOVED],
            )?;
            transaction.commit()?;
            Ok(gone > 0)
        };
        remove().map_err(fault)
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
        let insert = "INSERT INTO said (statement, session, client, request, message, waits, refused)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
        let Said { client, request, message, waits, refused } = said;
        let (client, request) = (client.map(|id| id.0), request.as_bytes());
        let values =
            params![statement.as_bytes(), session.as_bytes(), client, request, message, waits, refused];
        self.connection().execute(insert, values).map_err(fault)?;
        Ok(())
    }

    /// Forgets the message of a statement that was not taken in, with the name of the conversation that it would have begun.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn forget(&self, statement: &Hash) -> Result<(), Fault> {
        let mut connection = self.connection();
        let mut forget = || -> Result<(), rusqlite::Error> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute("DELETE FROM said WHERE statement = ?1", params![statement.as_bytes()])?;
            transaction.execute("DELETE FROM contexts WHERE session = ?1", params![statement.as_bytes()])?;
            transaction.commit()
        };
        forget().map_err(fault)
    }

    /// The messages of a session, by the statements that they were made into. Of more than [`limits::A2A_TASK_BYTES_MAX`] the
    /// oldest have no words any more, besides the first.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn said(&self, session: &Hash) -> Result<BTreeMap<Hash, Said>, Fault> {
        self.list_said(session, "ORDER BY rowid DESC")
    }

    /// The same of the statement that opened the session alone.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn said_first(&self, session: &Hash) -> Result<BTreeMap<Hash, Said>, Fault> {
        self.list_said(session, "AND statement = ?1")
    }

    fn list_said(&self, session: &Hash, which: &str) -> Result<BTreeMap<Hash, Said>, Fault> {
        let connection = self.connection();
        let list = || -> Result<BTreeMap<Hash, Said>, rusqlite::Error> {
            let select = format!(
                "SELECT statement, client, request, waits, refused, message FROM said WHERE session = ?1 {which}"
            );
            let mut query = connection.prepare_cached(&select)?;
            let mut rows = query.query(params![session.as_bytes()])?;
            let (mut all, mut bytes) = (BTreeMap::new(), 0);
            while let Some(row) = rows.next()? {
                let statement = Hash::from_bytes(row.get(0)?);
                // A column that nobody asks for is not read.
                let wanted = bytes <= limits::A2A_TASK_BYTES_MAX || statement == *session;
                let message: Option<String> = if wanted { row.get(5)? } else { None };
                bytes += message.as_ref().map_or(0, String::len);
                let client = row.get::<_, Option<[u8; 16]>>(1)?.map(ClientId);
                let request = Hash::from_bytes(row.get(2)?);
                let said = Said { client, request, message, waits: row.get(3)?, refused: row.get(4)? };
                all.insert(statement, said);
            }
            Ok(all)
        };
        list().map_err(fault)
    }

    /// Keeps that a client had a message said, in place of what had the same name; of each client's only the
    /// [`limits::A2A_REQUESTS_MAX`] newest stay.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn keep_request(&self, request: &Request) -> Result<(), Fault> {
        let mut connection = self.connection();
        let mut keep = || -> Result<(), rusqlite::Error> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Request { client, name, digest, session } = request;
            transaction.execute(
                "INSERT OR REPLACE INTO requests (client, request, digest, session) VALUES (?1, ?2, ?3, ?4)",
                params![client.0, name.as_bytes(), digest.as_bytes(), session.as_bytes()],
            )?;
            transaction.execute(
                "DELETE FROM requests WHERE client = ?1 AND number <= (SELECT number FROM requests
                 WHERE client = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
                params![client.0, limits::A2A_REQUESTS_MAX],
            )?;
            transaction.commit()
        };
        keep().map_err(fault)
    }

    /// What a client had said under this name, if it is one of its newest.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn request(&self, client: ClientId, name: &Hash) -> Result<Option<Request>, Fault> {
        let connection = self.connection();
        let select = "SELECT digest, session FROM requests WHERE client = ?1 AND request = ?2";
        let read = |row: &Row<'_>| {
            let (digest, session) = (Hash::from_bytes(row.get(0)?), Hash::from_bytes(row.get(1)?));
            Ok(Request { client, name: *name, digest, session })
        };
        connection.query_row(select, params![client.0, name.as_bytes()], read).optional().map_err(fault)
    }

    /// Forgets a message of which nothing was taken in.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn forget_request(&self, client: ClientId, name: &Hash) -> Result<(), Fault> {
        let delete = "DELETE FROM requests WHERE client = ?1 AND request = ?2";
        self.connection().execute(delete, params![client.0, name.as_bytes()]).map_err(fault)?;
        Ok(())
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
            "INSERT INTO pushes (session, id, agent, client, config, place) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (session, id) DO UPDATE
             SET client = excluded.client, config = excluded.config, attempts = 0, due = NULL",
            params![
                session,
                push.id,
                push.agent.to_string(),
                push.client.map(|id| id.0),
                push.config,
                push.place.0
            ],
        )?;
        Ok(transaction.commit()?)
    }

    /// Where a client is told of a task, by their ids.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn pushes(&self, session: &Hash) -> Result<Vec<Push>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<_>, rusqlite::Error> {
            let select = format!("SELECT {PUSH} FROM pushes WHERE session = ?1 ORDER BY id");
            let mut query = connection.prepare_cached(&select)?;
            query.query_map(params![session.as_bytes()], |row| Ok(push(row)))?.collect()
        };
        list().map_err(fault)?.into_iter().collect()
    }

    /// Of which of these sessions, or of all, anybody is told, with whose agent's client that is.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn told_of(&self, among: Option<&BTreeSet<Hash>>) -> Result<BTreeMap<Hash, AgentUri>, Fault> {
        let connection = self.connection();
        let read = |row: &Row<'_>| Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, String>(1)?));
        let list = || -> Result<Vec<([u8; 32], String)>, rusqlite::Error> {
            let Some(among) = among else {
                let select = "SELECT session, min(agent) FROM pushes GROUP BY session";
                return connection.prepare_cached(select)?.query_map([], read)?.collect();
            };
            let select = "SELECT session, agent FROM pushes WHERE session = ?1 LIMIT 1";
            let mut query = connection.prepare_cached(select)?;
            let one = |id: &Hash| query.query_row(params![id.as_bytes()], read).optional().transpose();
            among.iter().filter_map(one).collect()
        };
        let named = |(session, agent): ([u8; 32], String)| Ok((Hash::from_bytes(session), told(&agent)?));
        list().map_err(fault)?.into_iter().map(named).collect()
    }

    /// The sessions of which anybody is to be told at some time, with whose agent's client that is and the first such time.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn due_pushes(&self) -> Result<Vec<(Hash, AgentUri, LogTime)>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<([u8; 32], String, u64)>, rusqlite::Error> {
            let select =
                "SELECT session, min(agent), min(due) FROM pushes WHERE due IS NOT NULL GROUP BY session";
            let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            connection.prepare_cached(select)?.query_map([], read)?.collect()
        };
        let named = |(session, agent, due): ([u8; 32], String, u64)| {
            Ok((Hash::from_bytes(session), told(&agent)?, LogTime::from_millis(due)))
        };
        list().map_err(fault)?.into_iter().map(named).collect()
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

/// The agent whose client is told of something.
fn told(agent: &str) -> Result<AgentUri, Fault> {
    agent.parse().map_err(|_| Fault::corrupt(None, "somebody is told who is nobody"))
}

/// A row of [`PUSH`].
fn push(row: &Row<'_>) -> Result<Push, Fault> {
    let agent: String = row.get(2)?;
    Ok(Push {
        session: Hash::from_bytes(row.get(0)?),
        id: row.get(1)?,
        agent: told(&agent)?,
        client: row.get::<_, Option<[u8; 16]>>(3)?.map(ClientId),
        config: row.get(4)?,
        place: Sequence(row.get(5)?),
        attempts: row.get(6)?,
        due: row.get::<_, Option<u64>>(7)?.map(LogTime::from_millis),
    })
}
