//! Which commitments a tenant has signed, and which session has a commitment.

use std::collections::BTreeMap;

use asp_core::name::StreamId;
use asp_core::session::Commitment;
use asp_core::statement::body::CommitmentState;
use rusqlite::{Connection, OptionalExtension, params};

use super::Tenant;
use crate::fault::Fault;
use crate::names::Names;

const STATES: [CommitmentState; 5] = [
    CommitmentState::Active,
    CommitmentState::Fulfilled,
    CommitmentState::Breached,
    CommitmentState::Terminated,
    CommitmentState::Amended,
];

const fn word(state: CommitmentState) -> &'static str {
    match state {
        CommitmentState::Active => "ACTIVE",
        CommitmentState::Fulfilled => "FULFILLED",
        CommitmentState::Breached => "BREACHED",
        CommitmentState::Terminated => "TERMINATED",
        CommitmentState::Amended => "AMENDED",
    }
}

/// Writes where a commitment of a session stands, and once, who signed it.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    session: i64,
    commitment: &Commitment,
) -> Result<(), Fault> {
    let formed = commitment.formed.index.0;
    let known = connection
        .prepare_cached("UPDATE commitments SET state = ?2 WHERE formed = ?1")?
        .execute(params![formed, word(commitment.state())])?;
    if known > 0 {
        return Ok(());
    }
    connection
        .prepare_cached("INSERT INTO commitments (formed, session, state) VALUES (?1, ?2, ?3)")?
        .execute(params![formed, session, word(commitment.state())])?;
    for signer in &commitment.signers {
        for party in [StreamId::Agent(signer.clone()), StreamId::Org(signer.organisation())] {
            let party = names.intern(connection, &party)?;
            // Two agents of one organisation may both have signed.
            connection
                .prepare_cached("INSERT OR IGNORE INTO commitment_parties (party, formed) VALUES (?1, ?2)")?
                .execute(params![party, formed])?;
        }
    }
    Ok(())
}

/// The session whose commitment was completed by the statement at this position.
pub(crate) fn session_of(connection: &Connection, formed: u64) -> Result<Option<i64>, Fault> {
    let session = connection
        .prepare_cached("SELECT session FROM commitments WHERE formed = ?1")?
        .query_row(params![formed], |row| row.get(0))
        .optional()?;
    Ok(session)
}

/// How many commitments a party signed, by their state: of those that were formed last, so many at most.
pub(crate) fn counts(
    connection: &Connection,
    party: i64,
    limit: i64,
) -> Result<BTreeMap<CommitmentState, u64>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT state, count(*) FROM
           (SELECT formed FROM commitment_parties WHERE party = ?1 ORDER BY formed DESC LIMIT ?2)
         JOIN commitments USING (formed) GROUP BY state",
    )?;
    let rows = query.query_and_then(params![party, limit], |row| {
        let text: String = row.get(0)?;
        let state = STATES.into_iter().find(|state| word(*state) == text);
        let state =
            state.ok_or_else(|| Fault::corrupt(None, format!("{text:?} is no state of a commitment")))?;
        Ok((state, row.get(1)?))
    })?;
    rows.collect()
}

/// Those under which something may be owed, the last `formed.0` looked through and `formed.1` given, newest first.
pub(crate) fn live(
    connection: &Connection,
    party: i64,
    formed: (i64, i64),
) -> Result<Vec<(u64, StreamId)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT formed, name FROM
           (SELECT formed FROM commitment_parties WHERE party = ?1 ORDER BY formed DESC LIMIT ?2)
         JOIN commitments USING (formed) JOIN names ON names.id = session
         WHERE state IN ('ACTIVE', 'BREACHED') ORDER BY formed DESC LIMIT ?3",
    )?;
    let (among, limit) = formed;
    let rows = query.query_and_then(params![party, among, limit], |row| {
        Ok((row.get(0)?, crate::names::parse(row, 1)?))
    })?;
    rows.collect()
}

/// The positions of the tenant's commitments with their sessions, newest first.
pub(crate) fn list(
    connection: &Connection,
    tenant: &Tenant,
    limit: usize,
    before: u64,
) -> Result<Vec<(u64, StreamId)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT formed, name FROM commitment_parties
         JOIN commitments USING (formed) JOIN names ON names.id = session
         WHERE party = (SELECT id FROM names WHERE name = ?1) AND formed < ?2
         ORDER BY formed DESC LIMIT ?3",
    )?;
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![tenant.party().to_string(), before, limit], |row| {
        Ok((row.get(0)?, crate::names::parse(row, 1)?))
    })?;
    rows.collect()
}
