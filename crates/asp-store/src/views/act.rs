//! What organisations and their agents said, by who said it: so that each finds its own without reading the log.
//! A row says who and where; what was said stands in the entry.

use std::collections::BTreeSet;

use asp_core::name::{AgentUri, Issuer, StreamId};
use asp_core::position::{Hash, LogTime, Position, Sequence};
use asp_core::statement::Kind;
use rusqlite::{Connection, params};

use super::{Tenant, agent};
use crate::entries::{self, Entry};
use crate::fault::Fault;
use crate::names::Names;

/// Statements that are read for one page at most: a page for which much is passed over has fewer.
const READ_MAX: usize = 1_000;

/// A statement of an organisation or an agent: who said it, where it stands, and not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Where the log has it.
    pub index: Position,
    /// When.
    pub time: LogTime,
    /// Its hash.
    pub hash: Hash,
    /// Its type.
    pub kind: Kind,
    /// Who said it.
    pub issuer: Issuer,
    /// In which stream.
    pub stream: StreamId,
    /// Its place there.
    pub sequence: Sequence,
}

impl Act {
    fn of(entry: &Entry) -> Self {
        let said = entry.statement.statement();
        Self {
            index: entry.point.index,
            time: entry.point.time,
            hash: said.hash,
            kind: said.kind,
            issuer: said.issuer.clone(),
            stream: said.stream.clone(),
            sequence: said.sequence,
        }
    }
}

/// Which of a tenant's statements to read; all that is given has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActQuery {
    /// Only those of this agent.
    pub agent: Option<AgentUri>,
    /// Only those of this type.
    pub kind: Option<Kind>,
    /// Only those that the log has since then.
    pub since: Option<LogTime>,
    /// Only those after this position.
    pub after: Option<Position>,
    /// Only those before this position: where the page before ended.
    pub before: Option<Position>,
    /// How many at most.
    pub limit: usize,
}

/// Writes who said what stands at a position. The node's own words are nobody's.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    issuer: &Issuer,
    at: Position,
) -> Result<(), Fault> {
    let name = match issuer {
        Issuer::Agent(agent) => StreamId::Agent(agent.clone()),
        Issuer::Organisation(domain) => StreamId::Org(domain.clone()),
        Issuer::Node(_) => return Ok(()),
    };
    let issuer = names.intern(connection, &name)?;
    connection
        .prepare_cached("INSERT INTO acts (issuer, position) VALUES (?1, ?2)")?
        .execute(params![issuer, at.0])?;
    Ok(())
}

/// What the tenant or its agents said, newest first, and the position before which the rest is; none at the end.
pub(crate) fn list(
    connection: &Connection,
    tenant: &Tenant,
    query: &ActQuery,
) -> Result<(Vec<Act>, Option<Position>), Fault> {
    let before = query.before.map_or(i64::MAX, |before| place(before.0));
    let mut waiting = match &query.agent {
        Some(agent) if tenant.is(agent) => newest(connection, &Tenant::Agent(agent.clone()), before)?,
        Some(_) => BTreeSet::new(),
        None => newest(connection, tenant, before)?,
    };
    let (mut acts, mut last) = (Vec::new(), None);
    for _ in 0..READ_MAX {
        let Some((position, issuer)) = waiting.pop_last() else { return Ok((acts, None)) };
        if acts.len() >= query.limit {
            break;
        }
        waiting.extend(before_of(connection, issuer, position)?.map(|earlier| (earlier, issuer)));
        let entry = entries::at(connection, position)?
            .ok_or_else(|| Fault::corrupt(Some(position), "somebody is said to have said it"))?;
        let late = query.since.is_none_or(|since| entry.point.time >= since)
            && query.after.is_none_or(|after| entry.point.index > after);
        if !late {
            return Ok((acts, None));
        }
        last = Some(entry.point.index);
        acts.extend(
            query.kind.is_none_or(|kind| entry.statement.statement().kind == kind).then(|| Act::of(&entry)),
        );
    }
    Ok((acts, last))
}

/// The last thing that an agent said.
pub(crate) fn last(connection: &Connection, agent: &AgentUri) -> Result<Option<Act>, Fault> {
    let newest = newest(connection, &Tenant::Agent(agent.clone()), i64::MAX)?;
    let Some((position, _)) = newest.last() else { return Ok(None) };
    Ok(entries::at(connection, *position)?.as_ref().map(Act::of))
}

/// Of the tenant and each of its agents the last position before this one, for those that can be on a page: the newest.
fn newest(connection: &Connection, tenant: &Tenant, before: i64) -> Result<BTreeSet<(u64, i64)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT newest, id FROM (
           SELECT id, (SELECT max(position) FROM acts WHERE issuer = id AND position < ?4) AS newest FROM names
           WHERE name = ?1 OR (name > ?2 AND name < ?3))
         WHERE newest IS NOT NULL ORDER BY newest DESC LIMIT ?5",
    )?;
    let (from, to) = agent::span(tenant);
    let limit = i64::try_from(READ_MAX).unwrap_or(i64::MAX);
    let rows = query.query_map(params![tenant.party().to_string(), from, to, before, limit], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The last position of an issuer before this one.
fn before_of(connection: &Connection, issuer: i64, before: u64) -> Result<Option<u64>, Fault> {
    let earlier = connection
        .prepare_cached("SELECT max(position) FROM acts WHERE issuer = ?1 AND position < ?2")?
        .query_row(params![issuer, place(before)], |row| row.get(0))?;
    Ok(earlier)
}

fn place(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
