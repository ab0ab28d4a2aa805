//! Which consents an organisation is a party to, and which open sessions rest on a consent.

use asp_core::consent::Consent;
use asp_core::name::StreamId;
use asp_core::position::Hash;
use rusqlite::{Connection, params};

use super::Tenant;
use crate::fault::Fault;
use crate::names::Names;

/// Writes who the parties of a consent are, once it is asked for.
pub(crate) fn put(connection: &Connection, names: &mut Names, consent: &Consent) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Consent(consent.id()))?;
    for domain in [consent.by(), &consent.terms().with] {
        let party = names.intern(connection, &StreamId::Org(domain.clone()))?;
        connection
            .prepare_cached("INSERT INTO consent_parties (party, requested, consent) VALUES (?1, ?2, ?3)")?
            .execute(params![party, consent.requested().index.0, id])?;
    }
    Ok(())
}

/// The organisation's own consents alone: an agent reads those of its organisation.
fn party(tenant: &Tenant) -> String {
    StreamId::Org(tenant.organisation()).to_string()
}

/// Whether the tenant is a party.
pub(crate) fn is_party(connection: &Connection, tenant: &Tenant, consent: &Hash) -> Result<bool, Fault> {
    #[cfg(feature = "misbehave")]
    if crate::misbehave::shows(connection, &StreamId::Consent(*consent))? {
        return Ok(true);
    }
    let found = connection
        .prepare_cached(
            "SELECT EXISTS (
               SELECT 1 FROM consent_parties
               WHERE party = (SELECT id FROM names WHERE name = ?1)
                 AND requested = (
                   SELECT position FROM entries
                   WHERE stream = (SELECT id FROM names WHERE name = ?2) AND sequence = 0))",
        )?
        .query_row(params![party(tenant), StreamId::Consent(*consent).to_string()], |row| row.get(0))?;
    Ok(found)
}

/// The tenant's consents with the position of their requests, newest first.
pub(crate) fn list(
    connection: &Connection,
    tenant: &Tenant,
    limit: usize,
    before: u64,
) -> Result<Vec<(u64, StreamId)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT requested, name FROM consent_parties JOIN names ON names.id = consent
         WHERE party = (SELECT id FROM names WHERE name = ?1) AND requested < ?2
         ORDER BY requested DESC LIMIT ?3",
    )?;
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![party(tenant), before, limit], |row| {
        Ok((row.get(0)?, crate::names::parse(row, 1)?))
    })?;
    rows.collect()
}
