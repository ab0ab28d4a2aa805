//! What agents say of one another, by whom it is about, and the dossier of an agent that is made from it and the entries.

use std::collections::BTreeMap;

use asp_core::name::{AgentUri, StreamId};
use asp_core::position::{Hash, Position};
use asp_core::session::Session;
use asp_core::stream::Accepted;
use asp_core::trust::{Claims, Dossier, PROFILE_CLAIMS_MAX, PROFILE_SESSIONS_MAX, Praise, Watch, conduct_of};
use asp_core::world::World;
use rusqlite::{Connection, params};

use crate::fault::Fault;
use crate::names::{self, Names};
use crate::{entries, facts};

/// Writes that something was said of an agent.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    subject: &AgentUri,
    at: Position,
) -> Result<(), Fault> {
    let subject = names.intern(connection, &StreamId::Agent(subject.clone()))?;
    connection
        .prepare_cached("INSERT INTO praise (position, subject) VALUES (?1, ?2)")?
        .execute(params![at.0, subject])?;
    Ok(())
}

/// What is known of an agent besides its obligations; none if it is not registered.
///
/// Reads its stream, what was said of it, and the sessions in which it spoke last, at most [`PROFILE_SESSIONS_MAX`].
pub(crate) fn dossier(
    connection: &Connection,
    world: &mut World,
    agent: &AgentUri,
) -> Result<Option<Dossier>, Fault> {
    let stream = StreamId::Agent(agent.clone());
    let Some(number) = names::find(connection, &stream)? else { return Ok(None) };
    for stream in [stream, StreamId::Org(agent.organisation())] {
        facts::load(connection, world, &stream)?;
    }
    let filed = claims_of(connection, number)?;
    for dispute in &filed {
        facts::load(connection, world, &StreamId::Dispute(*dispute))?;
    }
    let claims = Claims::of(filed.iter().filter_map(|dispute| world.dispute(dispute)));
    let (Some(known), Some(organisation)) = (world.agent(agent), world.organisation(&agent.organisation()))
    else {
        return Ok(None);
    };
    let own = entries::of_stream(connection, number, None, usize::MAX)?;
    let times: BTreeMap<_, _> = own.iter().map(|entry| (entry.point.index, entry.point.time)).collect();
    let mut praise = Praise::EMPTY;
    for position in said_of(connection, number)? {
        if let Some(entry) = entries::at(connection, position)? {
            praise.take(&Accepted::from_store(entry.statement, entry.point));
        }
    }
    let watches: Vec<Watch> = sessions_of(connection, number)?
        .into_iter()
        .map(|session| watch(connection, session))
        .collect::<Result<_, _>>()?;
    Ok(Some(Dossier {
        agent: known.clone(),
        organisation: organisation.clone(),
        conduct: conduct_of(agent, watches.iter()),
        praise,
        claims,
        times,
    }))
}

fn said_of(connection: &Connection, subject: i64) -> Result<Vec<u64>, Fault> {
    let mut query =
        connection.prepare_cached("SELECT position FROM praise WHERE subject = ?1 ORDER BY position")?;
    let positions = query.query_map(params![subject], |row| row.get(0))?;
    Ok(positions.collect::<Result<_, _>>()?)
}

/// The disputes that were filed last in an agent's name, the last first.
fn claims_of(connection: &Connection, agent: i64) -> Result<Vec<Hash>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT name FROM dispute_parties JOIN names ON id = dispute
         WHERE party = ?1 AND side = 'filer' ORDER BY filed DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(PROFILE_CLAIMS_MAX).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![agent, limit], |row| names::parse(row, 0))?;
    let streams: Vec<StreamId> = rows.collect::<Result<_, Fault>>()?;
    streams.into_iter().map(super::dispute::hash).collect()
}

/// The sessions in which an agent spoke last, by their numbers.
fn sessions_of(connection: &Connection, agent: i64) -> Result<Vec<i64>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT stream FROM acts JOIN entries USING (position) JOIN sessions ON session = stream
         WHERE issuer = ?1 GROUP BY stream ORDER BY max(position) DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(PROFILE_SESSIONS_MAX).unwrap_or(i64::MAX);
    let sessions = query.query_map(params![agent, limit], |row| row.get(0))?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

fn watch(connection: &Connection, stream: i64) -> Result<Watch, Fault> {
    let mut watch = Watch::default();
    let mut session: Option<Session> = None;
    for entry in entries::of_stream(connection, stream, None, usize::MAX)? {
        let accepted = Accepted::from_store(entry.statement, entry.point);
        let awaited = session.as_ref().map(Watch::awaited).unwrap_or_default();
        match &mut session {
            Some(session) => drop(session.apply(&accepted)),
            None => session = Session::open(&accepted),
        }
        if let Some(session) = &session {
            watch.take(&awaited, &accepted, session);
        }
    }
    Ok(watch)
}
