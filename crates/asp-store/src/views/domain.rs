//! Where organisations say that their keys are published, and what the node found there: what its schedule is made from.

use asp_core::name::{Domain, StreamId};
use asp_core::org::DomainCheck;
use asp_core::position::{LogTime, Position};
use rusqlite::{Connection, Row, params};

use crate::fault::Fault;
use crate::names::{self, Names};

/// An organisation that said where its key is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainRow {
    /// The organisation.
    pub organisation: Domain,
    /// Where in the log it last said so.
    pub asked: Position,
    /// When.
    pub asked_at: LogTime,
    /// Where the node last said what it found, and whether that was the key.
    pub checked: Option<(Position, bool)>,
}

/// Writes that an organisation said where its key is published.
pub(crate) fn ask(
    connection: &Connection,
    names: &mut Names,
    organisation: &Domain,
    at: Position,
) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Org(organisation.clone()))?;
    connection
        .prepare_cached(
            "INSERT INTO domains (asked, organisation) VALUES (?1, ?2)
             ON CONFLICT (organisation) DO UPDATE SET asked = ?1",
        )?
        .execute(params![at.0, id])?;
    Ok(())
}

/// Writes what the node found.
pub(crate) fn answer(
    connection: &Connection,
    names: &mut Names,
    organisation: &Domain,
    check: &DomainCheck,
) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Org(organisation.clone()))?;
    connection
        .prepare_cached("UPDATE domains SET checked = ?1, found = ?2 WHERE organisation = ?3")?
        .execute(params![check.at.index.0, check.found.found, id])?;
    Ok(())
}

/// The organisations that last said so from a position up to but not including another, in order, at most `limit`.
pub(crate) fn between(
    connection: &Connection,
    from: u64,
    to: u64,
    limit: usize,
) -> Result<Vec<DomainRow>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT asked, time, name, checked, found FROM domains
         JOIN names ON names.id = organisation JOIN entries ON entries.position = asked
         WHERE asked >= ?1 AND asked < ?2 ORDER BY asked LIMIT ?3",
    )?;
    let [from, to] = [from, to].map(|place| i64::try_from(place).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![from, to, limit], read)?;
    rows.collect()
}

fn read(row: &Row<'_>) -> Result<DomainRow, Fault> {
    let asked = Position(row.get(0)?);
    let StreamId::Org(organisation) = names::parse(row, 2)? else {
        return Err(Fault::corrupt(Some(asked.0), "it is listed as an organisation and is none"));
    };
    let checked: Option<u64> = row.get(3)?;
    let found: Option<bool> = row.get(4)?;
    let asked_at = LogTime::from_millis(row.get(1)?);
    Ok(DomainRow { organisation, asked, asked_at, checked: checked.map(Position).zip(found) })
}
