//! What a tenant may read of the log, whatever stream it stands in, in the order of the log.
//!
//! Made from the views of who reads what, not kept: a stream of which somebody becomes a reader late is told from there on,
//! and what was said in it before is read in the stream itself.

use asp_core::name::{StreamId, StreamKind};
use rusqlite::{Connection, params};

use super::Tenant;
use crate::entries::{self, Entry};
use crate::fault::Fault;

/// The streams of the party `?1` that may have an entry at the position `?2` or later; its agents lie between `?3` and `?4`, and
/// its account is `?5`; its organisation, whose consents are its own, is `?7`.
///
/// A session is listed with each who reads it at the place where something was last said, so one look at an index finds
/// those that moved; of the other kinds a party has few.
const STREAMS: &str = "
    SELECT members.session AS stream FROM session_members AS members JOIN sessions USING (session)
      WHERE members.party = ?1 AND members.moved >= ?2 AND sessions.moved = members.moved
    UNION SELECT session FROM dispute_parties JOIN disputes USING (dispute)
      WHERE party = ?1 AND side IN ('arbiter', 'panel') AND closed IS NULL
    UNION SELECT dispute FROM dispute_parties JOIN disputes USING (dispute) WHERE party = ?1 AND moved >= ?2
    UNION SELECT consent FROM consent_parties WHERE party = (SELECT id FROM names WHERE name = ?7)
    UNION SELECT id FROM names WHERE name > ?3 AND name < ?4
    UNION SELECT id FROM names WHERE name = ?5
    UNION SELECT ?1";

/// The tenant's entries from a position on, in log order.
pub(crate) fn read(
    connection: &Connection,
    tenant: &Tenant,
    from: u64,
    limit: usize,
) -> Result<Vec<Entry>, Fault> {
    let Some(party) = crate::names::find(connection, &tenant.party())? else { return Ok(Vec::new()) };
    // Money is the organisation's own affair, and no agent's. Agents are named below their organisation: `0` follows `/`.
    let (first, last, account) = match tenant {
        Tenant::Organisation(domain) => (
            format!("agent:agent://{domain}/"),
            format!("agent:agent://{domain}0"),
            StreamId::Account(domain.clone()).to_string(),
        ),
        Tenant::Agent(_) => (String::new(), String::new(), String::new()),
    };
    let home = StreamId::Org(tenant.organisation()).to_string();
    // Positions are in the index by stream: no statement is read that is not told.
    let select = format!(
        "WITH streams AS MATERIALIZED ({STREAMS})
         SELECT position FROM streams CROSS JOIN entries INDEXED BY entries_by_stream USING (stream)
         WHERE position >= ?2 ORDER BY position LIMIT ?6"
    );
    let mut query = connection.prepare_cached(&select)?;
    let (from, limit) = (i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
    let positions =
        query.query_map(params![party, from, first, last, account, limit, home], |row| row.get(0))?;
    let positions: Vec<u64> = positions.collect::<Result<_, _>>()?;
    let entry = |position| {
        let found = entries::at(connection, position)?;
        found.ok_or_else(|| Fault::corrupt(Some(position), "it is listed and is not there"))
    };
    positions.into_iter().map(entry).collect()
}

/// Whether one of these streams, which moved, is told in the tenant's feed. Of the sessions that it takes part in that is for the
/// caller to ask, who finds them by one look at an index.
pub(crate) fn has(connection: &Connection, tenant: &Tenant, streams: &[StreamId]) -> Result<bool, Fault> {
    let sessions = streams.iter().any(|stream| stream.kind() == StreamKind::Session);
    let ruled = if sessions { super::dispute::before(connection, tenant)? } else { Vec::new() };
    for stream in streams {
        let told = match stream {
            StreamId::Agent(agent) => tenant.is(agent),
            StreamId::Org(domain) | StreamId::Account(domain) => {
                *tenant == Tenant::Organisation(domain.clone())
            }
            StreamId::Consent(id) => super::consent::is_party(connection, tenant, id)?,
            StreamId::Dispute(_) => super::dispute::is_party(connection, tenant, stream)?,
            StreamId::Session(_) => ruled.contains(stream),
        };
        if told {
            return Ok(true);
        }
    }
    Ok(false)
}
