//! How the statements of one stream fare in inboxes: in hand, coming again, given up, not looked at yet.
//! What was confirmed has left nothing, and is not told.

use asp_core::name::StreamId;
use asp_core::position::{LogTime, Position};
use rusqlite::{Connection, Row, params};

use super::{Inboxes, fault};
use crate::fault::Fault;
use crate::views::Tenant;

/// Statements that are told, the first in the log first.
const ITEMS_MAX: i64 = 1_000;
/// Groups that are told.
const GROUPS_MAX: i64 = 64;

/// A statement that a group of workers has looked at and not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose inbox it is.
    pub party: StreamId,
    /// The group of workers.
    pub group: String,
    /// Where the statement stands in the log.
    pub position: Position,
    /// How often it was handed out.
    pub attempts: usize,
    /// Until when a worker has it in hand; none if none ever had, or it was given up.
    pub until: Option<LogTime>,
    /// Why it was given up, if it was.
    pub dead: Option<String>,
}

/// How far a group of workers has looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Whose inbox it is.
    pub party: StreamId,
    /// The group of workers.
    pub group: String,
    /// The first position of the log that it has not looked at.
    pub next: Position,
}

/// How the statements of a stream fare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliveries {
    /// What was looked at and not confirmed, in the order of the log: 1,000 at most.
    pub items: Vec<Delivery>,
    /// The groups, each with how far it has looked: 64 at most.
    pub groups: Vec<Reached>,
}

impl Inboxes {
    /// How the statements of a stream fare in the inboxes of a tenant: an agent's own, or those of an organisation and of
    /// its agents. Says nothing of whether a party may read the stream.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn deliveries(&self, tenant: &Tenant, stream: &StreamId) -> Result<Deliveries, Fault> {
        let connection = self.connection();
        let own = tenant.party().to_string();
        let agents = agents(tenant);
        let within = (own.as_str(), (agents.0.as_str(), agents.1.as_str()));
        let items = items(&connection, within, stream).map_err(fault)?;
        let groups = groups(&connection, within).map_err(fault)?;
        Ok(Deliveries { items, groups })
    }
}

/// The names of parties: one's own, and those from one name on up to but not including another.
type Within<'a> = (&'a str, (&'a str, &'a str));

/// Between which names those of an organisation's agents lie; an agent has none.
fn agents(tenant: &Tenant) -> (String, String) {
    match tenant {
        Tenant::Agent(_) => (String::new(), String::new()),
        // A slash ends the domain, and the character after it comes next.
        Tenant::Organisation(domain) => {
            (format!("agent:agent://{domain}/"), format!("agent:agent://{domain}0"))
        }
    }
}

fn items(
    connection: &Connection,
    (own, (from, to)): Within<'_>,
    stream: &StreamId,
) -> Result<Vec<Delivery>, rusqlite::Error> {
    let mut query = connection.prepare_cached(
        "SELECT party, name, position, lease, until, attempts, dead FROM items
         WHERE stream = ?1 AND (party = ?2 OR (party >= ?3 AND party < ?4))
         ORDER BY position, party, name LIMIT ?5",
    )?;
    let rows = query.query_map(params![stream.to_string(), own, from, to, ITEMS_MAX], |row| {
        let lease: Option<Vec<u8>> = row.get(3)?;
        let until = LogTime::from_millis(row.get(4)?);
        Ok(Delivery {
            party: party(row)?,
            group: row.get(1)?,
            position: Position(row.get(2)?),
            attempts: row.get(5)?,
            until: lease.map(|_| until),
            dead: row.get(6)?,
        })
    })?;
    rows.collect()
}

fn groups(connection: &Connection, (own, (from, to)): Within<'_>) -> Result<Vec<Reached>, rusqlite::Error> {
    let mut query = connection.prepare_cached(
        "SELECT party, name, next FROM groups WHERE party = ?1 OR (party >= ?2 AND party < ?3)
         ORDER BY party, name LIMIT ?4",
    )?;
    let rows = query.query_map(params![own, from, to, GROUPS_MAX], |row| {
        Ok(Reached { party: party(row)?, group: row.get(1)?, next: Position(row.get(2)?) })
    })?;
    rows.collect()
}

/// The party that a row names in its first column.
fn party(row: &Row<'_>) -> Result<StreamId, rusqlite::Error> {
    let text: String = row.get(0)?;
    text.parse().map_err(|_| rusqlite::Error::InvalidColumnType(0, text, rusqlite::types::Type::Text))
}
