//! Disputes: who may read them, which a session has, how they ended, and when time alone changes them.

use asp_core::dispute::{Dispute, Filings, Verdict};
use asp_core::name::{AgentUri, Domain, Issuer, StreamId};
use asp_core::position::{Hash, LogTime, Millis, Position};
use rusqlite::{Connection, params};

use super::Tenant;
use crate::fault::Fault;
use crate::names::{self, Names};

/// Writes where a dispute stands; at its beginning, who may read it.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    dispute: &Dispute,
    deadline: Option<LogTime>,
) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Dispute(dispute.id()))?;
    let session = names.intern(connection, &StreamId::Session(dispute.filing().session))?;
    connection
        .prepare_cached(
            "INSERT INTO disputes (dispute, filed, session, moved, closed, outcome, deadline, abusive)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (dispute) DO UPDATE SET moved = excluded.moved, closed = excluded.closed,
               outcome = excluded.outcome, deadline = excluded.deadline, abusive = excluded.abusive",
        )?
        .execute(params![
            id,
            dispute.filed().index.0,
            session,
            dispute.moved().index.0,
            dispute.closed().map(|closed| closed.index.0),
            dispute.ended().map(word),
            deadline.map(LogTime::millis),
            dispute.is_abusive(),
        ])?;
    if dispute.filed() == dispute.moved() {
        return put_parties(connection, names, dispute, id);
    }
    let Some(panel) = dispute.panel() else { return Ok(()) };
    let members = panel.seats().iter().map(|seat| &seat.member);
    put_members(connection, names, members, (id, dispute.filed().index))
}

/// Who sits on the panel reads the dispute, and who sat there and was silent does not any more.
fn put_members<'a>(
    connection: &Connection,
    names: &mut Names,
    members: impl Iterator<Item = &'a AgentUri>,
    (id, filed): (i64, Position),
) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM dispute_parties WHERE dispute = ?1 AND filed = ?2 AND side = 'panel'")?
        .execute(params![id, filed.0])?;
    for member in members {
        let party = names.intern(connection, &StreamId::Agent(member.clone()))?;
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO dispute_parties (party, filed, dispute, side) VALUES (?1, ?2, ?3, 'panel')",
            )?
            .execute(params![party, filed.0, id])?;
    }
    Ok(())
}

/// How it ended, as its statements say it.
fn word(verdict: &Verdict) -> String {
    serde_json::to_value(verdict.outcome)
        .ok()
        .and_then(|it| it.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn put_parties(connection: &Connection, names: &mut Names, dispute: &Dispute, id: i64) -> Result<(), Fault> {
    let of = |agent: &AgentUri| vec![StreamId::Agent(agent.clone()), StreamId::Org(agent.organisation())];
    let arbiter = match dispute.ladder().arbiter() {
        Some(Issuer::Agent(agent)) => of(agent),
        Some(Issuer::Organisation(domain)) => vec![StreamId::Org(domain.clone())],
        Some(Issuer::Node(_)) | None => Vec::new(),
    };
    let filing = dispute.filing();
    for (side, parties) in
        [("filer", of(&filing.party)), ("against", of(&filing.against)), ("arbiter", arbiter)]
    {
        for party in parties {
            let party = names.intern(connection, &party)?;
            // Two agents of one organisation may be on both sides.
            connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO dispute_parties (party, filed, dispute, side) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![party, dispute.filed().index.0, id, side])?;
        }
    }
    Ok(())
}

/// Notes that an award overruled an outcome; of an obligation with stages it may overrule several.
pub(crate) fn overrule(connection: &Connection, at: Position, settled: Position) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT INTO overruled (position, settled) VALUES (?1, ?2)")?
        .execute(params![at.0, settled.0])?;
    Ok(())
}

/// The disputes of the session with this number.
pub(crate) fn of_session(connection: &Connection, session: i64) -> Result<Vec<Hash>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT name FROM disputes JOIN names ON id = dispute WHERE session = ?1 ORDER BY filed",
    )?;
    let rows = query.query_and_then(params![session], |row| names::parse(row, 0))?;
    let streams: Vec<StreamId> = rows.collect::<Result<_, Fault>>()?;
    streams.into_iter().map(hash).collect()
}

pub(super) fn hash(stream: StreamId) -> Result<Hash, Fault> {
    match stream {
        StreamId::Dispute(id) => Ok(id),
        StreamId::Org(_)
        | StreamId::Agent(_)
        | StreamId::Consent(_)
        | StreamId::Session(_)
        | StreamId::Account(_) => {
            Err(Fault::corrupt(None, format!("{stream} is listed as a dispute and is none")))
        }
    }
}

/// What an organisation has filed, as far as it bounds what it files next (ASP-DIS-025).
pub(crate) fn filings(
    connection: &Connection,
    filer: &Domain,
    against: &Domain,
    now: LogTime,
) -> Result<Filings, Fault> {
    let name = |domain: &Domain| StreamId::Org(domain.clone()).to_string();
    let Millis(window) = asp_core::limits::DISPUTE_ABUSIVE_MS;
    // An organisation that disputes with itself is listed on the side that files alone.
    let open: usize = connection
        .prepare_cached(
            "SELECT count(*) FROM dispute_parties AS own JOIN disputes USING (dispute)
             JOIN dispute_parties AS other ON other.dispute = own.dispute AND other.side = 'against'
             WHERE own.party = (SELECT id FROM names WHERE name = ?1) AND own.side = 'filer'
               AND other.party = (SELECT id FROM names WHERE name = ?2) AND closed IS NULL",
        )?
        .query_row(params![name(filer), name(against)], |row| row.get(0))?;
    let abusive: usize = connection
        .prepare_cached(
            "SELECT count(*) FROM dispute_parties AS own JOIN disputes USING (dispute)
             JOIN entries ON entries.position = closed
             WHERE own.party = (SELECT id FROM names WHERE name = ?1) AND own.side = 'filer'
               AND abusive = 1 AND entries.time >= ?2",
        )?
        .query_row(params![name(filer), now.millis().saturating_sub(window)], |row| row.get(0))?;
    Ok(Filings { open, abusive })
}

/// Whether the tenant may read the dispute.
pub(crate) fn is_party(connection: &Connection, tenant: &Tenant, dispute: &StreamId) -> Result<bool, Fault> {
    #[cfg(feature = "misbehave")]
    if crate::misbehave::shows(connection, dispute)? {
        return Ok(true);
    }
    let found = connection
        .prepare_cached(
            "SELECT EXISTS (
               SELECT 1 FROM dispute_parties
               WHERE party = (SELECT id FROM names WHERE name = ?1)
                 AND filed = (SELECT filed FROM disputes
                              WHERE dispute = (SELECT id FROM names WHERE name = ?2)))",
        )?
        .query_row(params![tenant.party().to_string(), dispute.to_string()], |row| row.get(0))?;
    Ok(found)
}

/// Whether the tenant is to rule in a dispute about the session that has not ended (ASP-DIS-016).
pub(crate) fn arbitrates(
    connection: &Connection,
    tenant: &Tenant,
    session: &StreamId,
) -> Result<bool, Fault> {
    let found = connection
        .prepare_cached(
            "SELECT EXISTS (
               SELECT 1 FROM disputes JOIN dispute_parties USING (dispute)
               WHERE session = (SELECT id FROM names WHERE name = ?2) AND closed IS NULL
                 AND side IN ('arbiter', 'panel')
                 AND party = (SELECT id FROM names WHERE name = ?1))",
        )?
        .query_row(params![tenant.party().to_string(), session.to_string()], |row| row.get(0))?;
    Ok(found)
}

/// Whether a dispute about a session has not ended.
pub(crate) fn is_open_about(connection: &Connection, session: &Hash) -> Result<bool, Fault> {
    let found = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM disputes
               WHERE session = (SELECT id FROM names WHERE name = ?1) AND closed IS NULL)",
        )?
        .query_row(params![StreamId::Session(*session).to_string()], |row| row.get(0))?;
    Ok(found)
}

/// The sessions about which the tenant is to rule in a dispute that has not ended.
pub(crate) fn before(connection: &Connection, tenant: &Tenant) -> Result<Vec<StreamId>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT name FROM dispute_parties JOIN disputes USING (dispute) JOIN names ON id = session
         WHERE party = (SELECT id FROM names WHERE name = ?1) AND side IN ('arbiter', 'panel') AND closed IS NULL",
    )?;
    let rows = query.query_and_then(params![tenant.party().to_string()], |row| names::parse(row, 0))?;
    rows.collect()
}

/// Which of a tenant's disputes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Docket {
    /// Those that it filed, answers or rules.
    All,
    /// Those that it rules.
    Arbiter,
}

/// The tenant's disputes with the positions of their filings, newest first.
pub(crate) fn list(
    connection: &Connection,
    tenant: &Tenant,
    docket: Docket,
    limit: usize,
    before: u64,
) -> Result<Vec<(u64, Hash)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT filed, name FROM dispute_parties JOIN names ON id = dispute
         WHERE party = (SELECT id FROM names WHERE name = ?1) AND filed < ?2 AND (?4 OR side = 'arbiter')
         ORDER BY filed DESC LIMIT ?3",
    )?;
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query
        .query_and_then(params![tenant.party().to_string(), before, limit, docket == Docket::All], |row| {
            Ok::<_, Fault>((row.get(0)?, names::parse(row, 1)?))
        })?;
    let rows: Vec<(u64, StreamId)> = rows.collect::<Result<_, _>>()?;
    rows.into_iter().map(|(filed, stream)| Ok((filed, hash(stream)?))).collect()
}
