//! Sessions: their state, who may read them, which moved last, and when time alone changes them.

use std::collections::BTreeSet;

use asp_core::consent::Consent;
use asp_core::name::{AgentUri, Capability, Issuer, StreamId};
use asp_core::position::{Hash, LogTime, Position};
use asp_core::session::Session;
use asp_core::session::table::State;
use asp_core::stream::Accepted;
use asp_core::world::World;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Tenant;
use crate::fault::Fault;
use crate::names::{self, Names};
use crate::{entries, facts, open};

/// Names that are kept in memory while a store is brought up to date.
const MIGRATED_NAMES_MAX: usize = 100_000;

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: Hash,
    /// Its state.
    pub state: State,
    /// What it is about.
    pub capability: Capability,
    /// Who opened it.
    pub initiator: AgentUri,
    /// When it was opened.
    pub opened_at: LogTime,
    /// When something was last said.
    pub updated_at: LogTime,
    /// The position of the last statement.
    pub position: Position,
}

/// Which sessions of a tenant to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionQuery {
    /// Only those with a statement at this position or later: a size of the log, 0 for all.
    pub moved_since: u64,
    /// How many at most.
    pub limit: usize,
    /// Only those whose last statement is before this position: the last one of the page before.
    pub before: Option<Position>,
}

/// Who may read a session: agents, and the organisations of all of them. Who was invited and stayed away is none, nor is a
/// delegate whose mandate had ended where something was last said (ASP-AUT-014).
///
/// The same for one session, whatever was said of its consents since: who could read is known without a row.
pub(crate) fn members(world: &World, id: &Hash) -> BTreeSet<StreamId> {
    let mut members = BTreeSet::new();
    let Some(session) = world.session(id) else { return members };
    let further: Vec<&Consent> =
        session.further_consents().filter_map(|consent| world.consent(consent)).collect();
    let participants = session.participants().iter().map(|(agent, _)| agent);
    let participants = participants.filter(|agent| session.is_readable_by(agent, &further));
    for agent in participants.chain(session.delegates(&further)).chain(session.newcomers()) {
        members.insert(StreamId::Agent(agent.clone()));
        members.insert(StreamId::Org(agent.organisation()));
    }
    match session.escalation().map(|open| &open.authority) {
        Some(Issuer::Agent(agent)) => {
            members.insert(StreamId::Agent(agent.clone()));
            members.insert(StreamId::Org(agent.organisation()));
        }
        Some(Issuer::Organisation(domain)) => {
            members.insert(StreamId::Org(domain.clone()));
        }
        Some(Issuer::Node(_)) | None => {}
    }
    members
}

/// What a batch did to a session, besides what the session itself shows.
#[derive(Debug)]
pub(crate) struct Put<'a> {
    /// Its members before the batch.
    pub(crate) before: &'a BTreeSet<StreamId>,
    /// Its members after it.
    pub(crate) after: &'a BTreeSet<StreamId>,
    /// The position of its last statement.
    pub(crate) moved: Position,
    /// When time alone changes it next.
    pub(crate) deadline: Option<LogTime>,
    /// Whether it rests on further consents.
    pub(crate) consents_changed: bool,
}

/// Writes where a session stands, at the end of a batch that moved it.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    session: &Session,
    put: &Put<'_>,
) -> Result<(), Fault> {
    let Put { before, after, moved, deadline, consents_changed } = *put;
    let id = names.intern(connection, &StreamId::Session(session.id()))?;
    let moved_before: Option<u64> = connection
        .prepare_cached("SELECT moved FROM sessions WHERE session = ?1")?
        .query_row(params![id], |row| row.get(0))
        .optional()?;
    let initiator = names.intern(connection, &StreamId::Agent(session.initiator().clone()))?;
    connection
        .prepare_cached(
            "INSERT INTO sessions
               (session, state, capability, initiator, opened, updated, moved, owes, deadline)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (session) DO UPDATE SET
               state = excluded.state, updated = excluded.updated, moved = excluded.moved,
               owes = excluded.owes, deadline = excluded.deadline",
        )?
        .execute(params![
            id,
            session.state().as_str(),
            session.capability().as_str(),
            initiator,
            session.opened().time.millis(),
            session.last().millis(),
            moved.0,
            session.owes(),
            deadline.map(LogTime::millis),
        ])?;
    put_members(connection, names, id, (before, after), (moved_before, moved))?;
    put_consents(connection, names, id, session, moved_before.is_none() || consents_changed)
}

fn put_members(
    connection: &Connection,
    names: &mut Names,
    id: i64,
    (before, after): (&BTreeSet<StreamId>, &BTreeSet<StreamId>),
    (moved_before, moved): (Option<u64>, Position),
) -> Result<(), Fault> {
    for gone in before.difference(after) {
        let party = names.intern(connection, gone)?;
        connection
            .prepare_cached("DELETE FROM session_members WHERE party = ?1 AND moved = ?2")?
            .execute(params![party, moved_before])?;
    }
    for member in after {
        let party = names.intern(connection, member)?;
        if before.contains(member) {
            connection
                .prepare_cached("UPDATE session_members SET moved = ?3 WHERE party = ?1 AND moved = ?2")?
                .execute(params![party, moved_before, moved.0])?;
        } else {
            connection
                .prepare_cached("INSERT INTO session_members (party, moved, session) VALUES (?1, ?2, ?3)")?
                .execute(params![party, moved.0, id])?;
        }
    }
    Ok(())
}

fn put_consents(
    connection: &Connection,
    names: &mut Names,
    id: i64,
    session: &Session,
    changed: bool,
) -> Result<(), Fault> {
    if changed {
        put_under(connection, names, id, session)?;
    }
    let ended = matches!(session.state(), State::Closed | State::Failed);
    let sql = match (changed, ended) {
        (_, true) => "DELETE FROM session_consents WHERE consent = ?1 AND session = ?2",
        (true, false) => "INSERT OR IGNORE INTO session_consents (consent, session) VALUES (?1, ?2)",
        (false, false) => return Ok(()),
    };
    for consent in session.consents() {
        let consent = names.intern(connection, &StreamId::Consent(*consent))?;
        connection.prepare_cached(sql)?.execute(params![consent, id])?;
    }
    Ok(())
}

/// Notes for good that a session rests on its consents.
fn put_under(connection: &Connection, names: &mut Names, id: i64, session: &Session) -> Result<(), Fault> {
    for consent in session.consents() {
        let consent = names.intern(connection, &StreamId::Consent(*consent))?;
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO consent_sessions (consent, opened, session) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![consent, session.opened().index.0, id])?;
    }
    Ok(())
}

/// Makes the rows of the consents that older sessions rested on, from what was said in them.
pub(crate) fn make_consents(connection: &Connection) -> Result<(), Fault> {
    let mut names = Names::new(MIGRATED_NAMES_MAX);
    let mut query = connection.prepare("SELECT session FROM sessions ORDER BY session")?;
    let sessions: Vec<i64> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for stream in sessions {
        if let Some(session) = replayed(connection, stream)? {
            put_under(connection, &mut names, stream, &session)?;
        }
    }
    Ok(())
}

/// Takes those out of the readers of older sessions whose mandates had ended where something was last said.
pub(crate) fn make_readers(connection: &Connection) -> Result<(), Fault> {
    let Some((origin, node_key)) = open::identity(connection)? else { return Ok(()) };
    let mut query = connection.prepare(
        "SELECT DISTINCT stream FROM entries WHERE json_extract(CAST(statement AS TEXT), '$.type') = 'DELEGATE'",
    )?;
    let sessions: Vec<i64> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for number in sessions {
        let StreamId::Session(id) = names::name(connection, number)? else { continue };
        let mut world = World::new(origin.clone(), node_key);
        while let Some(stream) = world.missing_for(&StreamId::Session(id)) {
            facts::load_bare(connection, &mut world, &stream)?;
        }
        let after = members(&world, &id);
        let mandates = world.session(&id).into_iter().flat_map(|session| session.mandates().iter());
        let parties = mandates.flat_map(|(_, given)| {
            let to = &given.mandate.to;
            [StreamId::Agent(to.clone()), StreamId::Org(to.organisation())]
        });
        for gone in parties.filter(|party| !after.contains(party)) {
            connection.execute(
                "DELETE FROM session_members WHERE party = (SELECT id FROM names WHERE name = ?1)
                   AND moved = (SELECT moved FROM sessions WHERE session = ?2)",
                params![gone.to_string(), number],
            )?;
        }
    }
    Ok(())
}

/// A session as its statements make it, without looking at anything else.
fn replayed(connection: &Connection, stream: i64) -> Result<Option<Session>, Fault> {
    let mut session: Option<Session> = None;
    for entry in entries::of_stream(connection, stream, None, usize::MAX)? {
        let accepted = Accepted::from_store(entry.statement, entry.point);
        match &mut session {
            Some(session) => drop(session.apply(&accepted)),
            None => session = Session::open(&accepted),
        }
    }
    Ok(session)
}

/// The sessions that rest, or rested, on a consent and that the tenant may read: the position at which each was opened and
/// its number, those opened last first.
pub(crate) fn under(
    connection: &Connection,
    tenant: &Tenant,
    consent: &Hash,
    (limit, before): (usize, u64),
) -> Result<Vec<(u64, i64)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT under.opened, under.session FROM consent_sessions AS under
         JOIN sessions ON sessions.session = under.session
         JOIN session_members AS members ON members.moved = sessions.moved
           AND members.party = (SELECT id FROM names WHERE name = ?2)
         WHERE consent = (SELECT id FROM names WHERE name = ?1) AND under.opened < ?3
         ORDER BY under.opened DESC LIMIT ?4",
    )?;
    let (consent, party) = (StreamId::Consent(*consent).to_string(), tenant.party().to_string());
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows =
        query.query_map(params![consent, party, before, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Brings the deadlines of the open sessions that rest on a consent forward to its revocation.
///
/// Exact for a consent that had not expired: the revocation takes the place of the later end. Duties survive it, so
/// sessions that owe are left alone.
pub(crate) fn revoke(
    connection: &Connection,
    names: &mut Names,
    consent: &Hash,
    at: LogTime,
) -> Result<(), Fault> {
    let consent = names.intern(connection, &StreamId::Consent(*consent))?;
    connection
        .prepare_cached(
            "UPDATE sessions SET deadline = ?2
             WHERE session IN (SELECT session FROM session_consents WHERE consent = ?1)
               AND owes = 0 AND deadline > ?2",
        )?
        .execute(params![consent, at.millis()])?;
    Ok(())
}

/// Brings the deadlines of the open sessions that rest on a consent forward to what its narrowings made of it.
///
/// Exact: an earlier end takes the place of the later one, and so does the instant at which the consent ceased to be
/// about what a session is about. Duties survive it, so sessions that owe are left alone.
pub(crate) fn narrow(connection: &Connection, names: &mut Names, consent: &Consent) -> Result<(), Fault> {
    let number = names.intern(connection, &StreamId::Consent(consent.id()))?;
    let mut query = connection.prepare_cached(
        "SELECT session, capability, position FROM session_consents JOIN sessions USING (session)
         JOIN entries ON entries.stream = session AND sequence = 0
         WHERE consent = ?1 AND owes = 0 ORDER BY session",
    )?;
    let read = |row: &Row<'_>| Ok::<_, Fault>((row.get(0)?, row.get(1)?, row.get(2)?));
    let resting: Result<Vec<(i64, String, u64)>, Fault> =
        query.query_and_then(params![number], read)?.collect();
    for (session, capability, opened) in resting? {
        let corrupt = |_| Fault::corrupt(Some(opened), "what its session is about cannot be read");
        let capability: Capability = capability.parse().map_err(corrupt)?;
        let fell = consent.fell_away(&capability, Position(opened)).map(|fell| fell.time);
        let ends = fell.map_or(consent.terms().expires_at, |fell| fell.min(consent.terms().expires_at));
        connection
            .prepare_cached("UPDATE sessions SET deadline = ?2 WHERE session = ?1 AND deadline > ?2")?
            .execute(params![session, ends.millis()])?;
    }
    Ok(())
}

/// The open sessions that rest on a consent.
pub(crate) fn resting_on(
    connection: &Connection,
    names: &mut Names,
    consent: &Hash,
) -> Result<Vec<StreamId>, Fault> {
    let consent = names.intern(connection, &StreamId::Consent(*consent))?;
    let mut query = connection.prepare_cached(
        "SELECT name FROM session_consents JOIN names ON names.id = session WHERE consent = ?1 ORDER BY session",
    )?;
    let rows = query.query_and_then(params![consent], |row| names::parse(row, 0))?;
    rows.collect()
}

/// Sets the deadline of a session that did not move.
pub(crate) fn set_deadline(
    connection: &Connection,
    names: &mut Names,
    session: &Hash,
    deadline: Option<LogTime>,
) -> Result<(), Fault> {
    let session = names.intern(connection, &StreamId::Session(*session))?;
    connection
        .prepare_cached("UPDATE sessions SET deadline = ?2 WHERE session = ?1")?
        .execute(params![session, deadline.map(LogTime::millis)])?;
    Ok(())
}

/// Whether the tenant may read the session.
pub(crate) fn is_member(connection: &Connection, tenant: &Tenant, session: &StreamId) -> Result<bool, Fault> {
    #[cfg(feature = "misbehave")]
    if crate::misbehave::shows(connection, session)? {
        return Ok(true);
    }
    let found = connection
        .prepare_cached(
            "SELECT EXISTS (
               SELECT 1 FROM session_members
               WHERE party = (SELECT id FROM names WHERE name = ?1)
                 AND moved = (SELECT moved FROM sessions
                              WHERE session = (SELECT id FROM names WHERE name = ?2)))",
        )?
        .query_row(params![tenant.party().to_string(), session.to_string()], |row| row.get(0))?;
    Ok(found)
}

/// Where a session stands, and when something was last said in it; none if there is no such session.
pub(crate) fn standing(connection: &Connection, id: &Hash) -> Result<Option<(State, LogTime)>, Fault> {
    let found: Option<(String, u64)> = connection
        .prepare_cached(
            "SELECT state, updated FROM sessions WHERE session = (SELECT id FROM names WHERE name = ?1)",
        )?
        .query_row(params![StreamId::Session(*id).to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((state, updated)) = found else { return Ok(None) };
    let state = state.parse().map_err(|_| Fault::corrupt(None, "the row of a session cannot be read"))?;
    Ok(Some((state, LogTime::from_millis(updated))))
}

/// The tenant's sessions, those moved last first.
pub(crate) fn list(
    connection: &Connection,
    tenant: &Tenant,
    query: SessionQuery,
) -> Result<Vec<SessionRow>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT members.moved, session.name, state, capability, initiator.name, opened, updated
         FROM session_members AS members JOIN sessions USING (session)
         JOIN names AS session ON session.id = sessions.session
         JOIN names AS initiator ON initiator.id = sessions.initiator
         WHERE members.party = (SELECT id FROM names WHERE name = ?1)
           AND members.moved >= ?2 AND members.moved < ?3
         ORDER BY members.moved DESC LIMIT ?4",
    )?;
    let integer = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let rows = statement.query_and_then(
        params![
            tenant.party().to_string(),
            integer(query.moved_since),
            query.before.map_or(i64::MAX, |before| integer(before.0)),
            i64::try_from(query.limit).unwrap_or(i64::MAX),
        ],
        read,
    )?;
    rows.collect()
}

fn read(row: &Row<'_>) -> Result<SessionRow, Fault> {
    let position: u64 = row.get(0)?;
    let corrupt = || Fault::corrupt(Some(position), "the row of its session cannot be read");
    let (StreamId::Session(id), StreamId::Agent(initiator)) = (names::parse(row, 1)?, names::parse(row, 4)?)
    else {
        return Err(corrupt());
    };
    let state: String = row.get(2)?;
    let capability: String = row.get(3)?;
    Ok(SessionRow {
        id,
        state: state.parse().map_err(|_| corrupt())?,
        capability: capability.parse().map_err(|_| corrupt())?,
        initiator,
        opened_at: LogTime::from_millis(row.get(5)?),
        updated_at: LogTime::from_millis(row.get(6)?),
        position: Position(position),
    })
}

/// The earliest deadline of all sessions and disputes.
pub(crate) fn next_deadline(connection: &Connection) -> Result<Option<LogTime>, Fault> {
    let next: Option<u64> = connection
        .prepare_cached(
            "SELECT min(deadline) FROM (
               SELECT min(deadline) AS deadline FROM sessions WHERE deadline IS NOT NULL
               UNION ALL SELECT min(deadline) FROM disputes WHERE deadline IS NOT NULL)",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(next.map(LogTime::from_millis))
}

/// The sessions and disputes whose deadline has come, the earliest first.
pub(crate) fn due(connection: &Connection, now: LogTime, limit: usize) -> Result<Vec<StreamId>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT name FROM (
           SELECT * FROM (SELECT session AS stream, deadline FROM sessions
             WHERE deadline IS NOT NULL AND deadline <= ?1 ORDER BY deadline, session LIMIT ?2)
           UNION ALL SELECT * FROM (SELECT dispute, deadline FROM disputes
             WHERE deadline IS NOT NULL AND deadline <= ?1 ORDER BY deadline, dispute LIMIT ?2))
         JOIN names ON names.id = stream ORDER BY deadline, stream LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![now.millis(), limit], |row| names::parse(row, 0))?;
    rows.collect()
}
