//! Who can be drawn for panels: the agents that offer to sit, and with whom an organisation has dealt lately.

use std::collections::BTreeSet;

use asp_core::agent::Agent;
use asp_core::dispute::{Dispute, offering, offers};
use asp_core::name::{AgentUri, Domain, StreamId};
use asp_core::position::{Millis, Position};
use asp_core::statement::body::Card;
use asp_core::stream::Accepted;
use rusqlite::{Connection, params};

use crate::fault::Fault;
use crate::names::{self, Names};
use crate::{entries, tiles};

/// Writes whether an agent offers to sit, and since when its card says so.
pub(crate) fn put(connection: &Connection, names: &mut Names, agent: &Agent) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Agent(agent.uri().clone()))?;
    write(connection, id, offering(agent))
}

fn write(connection: &Connection, agent: i64, since: Option<Position>) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM arbiters WHERE agent = ?1")?.execute(params![agent])?;
    if let Some(since) = since {
        connection
            .prepare_cached("INSERT INTO arbiters (agent, since) VALUES (?1, ?2)")?
            .execute(params![agent, since.0])?;
    }
    Ok(())
}

/// Makes the rows of the agents that an older store has; few of its cards offer it.
pub(crate) fn make(connection: &Connection) -> Result<(), Fault> {
    let mut query = connection
        .prepare("SELECT agent, name, card FROM agents JOIN names ON id = agent WHERE card IS NOT NULL")?;
    let rows = query.query_and_then([], |row| -> Result<_, Fault> {
        Ok((row.get::<_, i64>(0)?, names::parse(row, 1)?, row.get::<_, String>(2)?))
    })?;
    for row in rows {
        let (id, stream, card) = row?;
        let offered = serde_json::from_str::<Card>(&card).is_ok_and(|card| offers(&card));
        let StreamId::Agent(uri) = stream else { continue };
        if offered {
            write(connection, id, replayed(connection, id, &uri)?.as_ref().and_then(offering))?;
        }
    }
    Ok(())
}

fn replayed(connection: &Connection, id: i64, uri: &AgentUri) -> Result<Option<Agent>, Fault> {
    let mut agent: Option<Agent> = None;
    for entry in entries::of_stream(connection, id, None, usize::MAX)? {
        let accepted = Accepted::from_store(entry.statement, entry.point);
        match &mut agent {
            Some(agent) => agent.apply(&accepted),
            None => agent = Agent::open(uri, &accepted),
        }
    }
    Ok(agent)
}

/// What the lottery of a dispute is drawn from: the root of the log that convened its panel, and who can be drawn, trust aside
/// (ASP-DIS-020). None while the log has not got so far.
pub(crate) fn pool(
    connection: &Connection,
    dispute: &Dispute,
) -> Result<Option<(asp_core::position::Hash, BTreeSet<AgentUri>)>, Fault> {
    let Some(panel) = dispute.panel() else { return Ok(None) };
    let size = panel.convened_at().index.0.saturating_add(1);
    let Some(root) = tiles::root(connection, size)? else { return Ok(None) };
    let mut query = connection
        .prepare_cached("SELECT name, since FROM arbiters JOIN names ON id = agent WHERE since < ?1")?;
    let rows = query.query_and_then(params![dispute.filed().index.0], |row| -> Result<_, Fault> {
        Ok((names::parse(row, 0)?, Position(row.get(1)?)))
    })?;
    let mut offering = Vec::new();
    for row in rows {
        if let (StreamId::Agent(agent), since) = row? {
            offering.push((agent, since));
        }
    }
    let mut dealt = BTreeSet::new();
    for home in dispute.homes() {
        dealt.extend(dealt_with(connection, &home, dispute)?);
    }
    Ok(Some((root, dispute.candidates(offering.into_iter(), &dealt))))
}

/// The organisations with which another made a deal in the time before a filing, itself among them.
fn dealt_with(connection: &Connection, home: &Domain, dispute: &Dispute) -> Result<BTreeSet<Domain>, Fault> {
    let filed = dispute.filed();
    let Millis(apart) = asp_core::limits::PANEL_APART_MS;
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT other.name FROM commitment_parties AS own
         JOIN entries ON entries.position = own.formed
         JOIN commitment_parties AS with_it ON with_it.formed = own.formed
         JOIN names AS other ON other.id = with_it.party
         WHERE own.party = (SELECT id FROM names WHERE name = ?1) AND own.formed < ?2 AND entries.time >= ?3",
    )?;
    let own = StreamId::Org(home.clone()).to_string();
    let since = filed.time.millis().saturating_sub(apart);
    let rows = query.query_and_then(params![own, filed.index.0, since], |row| names::parse(row, 0))?;
    let mut dealt = BTreeSet::new();
    for row in rows {
        if let StreamId::Org(domain) = row? {
            dealt.insert(domain);
        }
    }
    Ok(dealt)
}
