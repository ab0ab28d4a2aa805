//! Agents as they are listed: a row for each that ever registered, with its card until it retires.
//! Finding them is the search index's; here are the rows that it is made from.

use asp_core::agent::Agent;
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::Position;
use asp_core::statement::body::Card;
use rusqlite::{Connection, Row, params};

use super::Tenant;
use crate::fault::Fault;
use crate::names::Names;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AgentRow {
    /// Where the log has the card, or the retirement.
    pub(crate) set_at: Position,
    /// The number of the agent's name.
    pub(crate) name: i64,
    /// The agent.
    pub(crate) agent: AgentUri,
    /// Its card; none once it has retired.
    pub(crate) card: Option<Card>,
    /// From where on it has been called as it is; 0 once it has retired.
    pub(crate) named_at: Position,
}

/// Writes what is shown of an agent from a position on, or that it has retired.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    agent: &Agent,
    at: Position,
) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Agent(agent.uri().clone()))?;
    let card = if agent.retired() { None } else { Some(spelt(agent.card())?) };
    let named_at = if agent.retired() { 0 } else { agent.named_at().0 };
    connection.prepare_cached("DELETE FROM agents WHERE agent = ?1")?.execute(params![id])?;
    connection
        .prepare_cached("INSERT INTO agents (set_at, agent, card, named_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![at.0, id, card, named_at])?;
    Ok(())
}

fn spelt(card: &Card) -> Result<String, Fault> {
    serde_json::to_string(card).map_err(|error| Fault::corrupt(None, format!("a card: {error}")))
}

/// The rows from a position up to but not including another, in order, at most `limit`.
pub(crate) fn between(
    connection: &Connection,
    from: u64,
    to: u64,
    limit: usize,
) -> Result<Vec<AgentRow>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT set_at, agent, name, card, named_at FROM agents JOIN names ON id = agent
         WHERE set_at >= ?1 AND set_at < ?2 ORDER BY set_at LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![place(from), place(to), limit], read)?;
    rows.collect()
}

/// The agents whose present card pins one of A2A, set from a position up to but not including another, in order.
pub(crate) fn pinning(
    connection: &Connection,
    from: u64,
    to: u64,
    limit: usize,
) -> Result<Vec<(u64, AgentUri)>, Fault> {
    // The members of a card stand in order, and this is the first.
    let mut query = connection.prepare_cached(
        "SELECT set_at, agent, name, card, named_at FROM agents JOIN names ON id = agent
         WHERE set_at >= ?1 AND set_at < ?2 AND substr(card, 1, 8) = '{\"a2a\":{' ORDER BY set_at LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![place(from), place(to), limit], read)?;
    rows.map(|row| row.map(|row| (row.set_at.0, row.agent))).collect()
}

/// The row at a position, if it still stands there.
pub(crate) fn at(connection: &Connection, set_at: Position) -> Result<Option<AgentRow>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT set_at, agent, name, card, named_at FROM agents JOIN names ON id = agent WHERE set_at = ?1",
    )?;
    let mut rows = query.query_and_then(params![place(set_at.0)], read)?;
    rows.next().transpose()
}

/// The number of an agent's name, if it ever was named.
pub(crate) fn number(connection: &Connection, agent: &AgentUri) -> Result<Option<i64>, Fault> {
    crate::names::find(connection, &StreamId::Agent(agent.clone()))
}

/// The names between which those of the tenant's agents stand, both aside: none if the tenant is an agent itself.
pub(crate) fn span(tenant: &Tenant) -> (String, String) {
    match tenant {
        // The letter after the slash: no path has it in this place.
        Tenant::Organisation(domain) => {
            (format!("agent:agent://{domain}/"), format!("agent:agent://{domain}0"))
        }
        Tenant::Agent(_) => (String::new(), String::new()),
    }
}

/// The agents of the tenant's organisation that ever registered, in the order of their names, after one of them.
pub(crate) fn of_tenant(
    connection: &Connection,
    tenant: &Tenant,
    after: Option<&AgentUri>,
    limit: usize,
) -> Result<Vec<AgentUri>, Fault> {
    // The order of the two tables is that of the names' index.
    let mut query = connection.prepare_cached(
        "SELECT name FROM names CROSS JOIN agents ON agent = id WHERE name > ?1 AND name < ?2
         ORDER BY name LIMIT ?3",
    )?;
    let (from, to) = span(tenant);
    let from = after.map_or(from, |after| StreamId::Agent(after.clone()).to_string());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![from, to, limit], |row| {
        let StreamId::Agent(agent) = crate::names::parse(row, 0)? else {
            return Err(Fault::corrupt(None, "a row of an agent names none"));
        };
        Ok(agent)
    })?;
    rows.collect()
}

fn place(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn read(row: &Row<'_>) -> Result<AgentRow, Fault> {
    let set_at = Position(row.get(0)?);
    let corrupt = |what: String| Fault::corrupt(Some(set_at.0), what);
    let StreamId::Agent(agent) = crate::names::parse(row, 2)? else {
        return Err(corrupt("a row of an agent names none".to_owned()));
    };
    let text = row.get_ref(3)?.as_str_or_null().map_err(|error| corrupt(error.to_string()))?;
    let card = text.map(serde_json::from_str).transpose();
    let card = card.map_err(|error| corrupt(format!("the card of {agent}: {error}")))?;
    Ok(AgentRow { set_at, name: row.get(1)?, agent, card, named_at: Position(row.get(4)?) })
}
