//! Who could be mistaken for whom: the skeletons that organisations have, and what is asked of them.
//!
//! Of two that look alike the weaker one is told, never the stronger: first stands who has proved its domain, then who
//! registered first. So nobody is accused by what comes after it, and who squats on a name loses it to its owner.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::display::DisplayName;
use asp_core::likeness::{self, Skeleton};
use asp_core::name::{AgentUri, Domain, StreamId};
use asp_core::org::Organisation;
use asp_core::position::Position;
use asp_core::stream::Accepted;
use rusqlite::{Connection, OptionalExtension, params};

use crate::entries;
use crate::fault::Fault;
use crate::names::Names;

/// Organisations that are told at most, the strongest.
const TOLD_MAX: usize = 8;
/// Bearers of one skeleton that are looked at, the strongest: some can be of the owner who is asked about.
const READ_MAX: i64 = 32;

/// How strong a claim to a name is; the lesser is the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    unproved: bool,
    since: Position,
}

/// Writes the skeletons of an organisation that has registered.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    organisation: &Organisation,
) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Org(organisation.domain().clone()))?;
    let skeletons = skeletons(organisation.domain(), Some(organisation.name()));
    write(connection, id, &skeletons, organisation.registered().index.0)?;
    prove(connection, names, organisation)
}

/// All by which an organisation can be known.
fn skeletons(domain: &Domain, name: Option<&DisplayName>) -> BTreeSet<Skeleton> {
    let of_domain = likeness::of_domain(domain).into_iter().chain(likeness::of_owner(domain));
    of_domain.chain(name.into_iter().flat_map(likeness::of_name)).collect()
}

fn write(
    connection: &Connection,
    organisation: i64,
    skeletons: &BTreeSet<Skeleton>,
    registered: u64,
) -> Result<(), Fault> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO likenesses (skeleton, unproved, registered, organisation) VALUES (?1, 1, ?2, ?3)",
    )?;
    for skeleton in skeletons {
        insert.execute(params![skeleton.as_str(), registered, organisation])?;
    }
    Ok(())
}

/// Writes whether the domain of an organisation is proved, after a statement that can change it.
pub(crate) fn prove(
    connection: &Connection,
    names: &mut Names,
    organisation: &Organisation,
) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Org(organisation.domain().clone()))?;
    connection
        .prepare_cached("UPDATE likenesses SET unproved = ?2 WHERE organisation = ?1 AND unproved <> ?2")?
        .execute(params![id, !organisation.proved()])?;
    Ok(())
}

/// The organisations for which this one could be mistaken, at most eight.
pub(crate) fn of_organisation(
    connection: &Connection,
    organisation: &Organisation,
) -> Result<BTreeSet<Domain>, Fault> {
    let own = Claim { unproved: !organisation.proved(), since: organisation.registered().index };
    let domain = organisation.domain();
    let mut own_names = likeness::of_name(organisation.name());
    own_names.extend(likeness::of_domain(domain));
    let mut found = alike(connection, &own_names, |other| other != domain)?;
    // What lies below a domain has the label of its owner by right.
    let label = likeness::of_owner(domain).difference(&own_names).cloned().collect();
    found.extend(alike(connection, &label, |other| !likeness::same_owner(other, domain))?);
    Ok(told(found, own))
}

/// The organisations for which an agent of another one could be mistaken, at most eight. It has its name from `named_at` on.
pub(crate) fn of_agent(
    connection: &Connection,
    agent: &AgentUri,
    name: &DisplayName,
    named_at: Position,
) -> Result<BTreeSet<Domain>, Fault> {
    let home = agent.organisation();
    let found = alike(connection, &likeness::of_name(name), |other| *other != home)?;
    if found.is_empty() {
        return Ok(BTreeSet::new());
    }
    let own = Claim { unproved: unproved(connection, &home)?, since: named_at };
    Ok(told(found, own))
}

/// Those whose claim is stronger: of them the strongest.
fn told(found: BTreeMap<Domain, Claim>, own: Claim) -> BTreeSet<Domain> {
    let mut stronger: Vec<(Claim, Domain)> =
        found.into_iter().filter(|(_, claim)| *claim < own).map(|(domain, claim)| (claim, domain)).collect();
    stronger.sort();
    stronger.into_iter().take(TOLD_MAX).map(|(_, domain)| domain).collect()
}

/// Who has one of these skeletons.
fn alike(
    connection: &Connection,
    skeletons: &BTreeSet<Skeleton>,
    counts: impl Fn(&Domain) -> bool,
) -> Result<BTreeMap<Domain, Claim>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT name, unproved, registered FROM likenesses JOIN names ON id = organisation
         WHERE skeleton = ?1 ORDER BY unproved, registered LIMIT ?2",
    )?;
    let mut found = BTreeMap::new();
    for skeleton in skeletons {
        let mut rows = query.query(params![skeleton.as_str(), READ_MAX])?;
        while let Some(row) = rows.next()? {
            let StreamId::Org(domain) = crate::names::parse(row, 0)? else {
                return Err(Fault::corrupt(None, "the row of a likeness names no organisation"));
            };
            let claim = Claim { unproved: row.get(1)?, since: Position(row.get(2)?) };
            if counts(&domain) {
                found.insert(domain, claim);
            }
        }
    }
    Ok(found)
}

fn unproved(connection: &Connection, organisation: &Domain) -> Result<bool, Fault> {
    let Some(id) = crate::names::find(connection, &StreamId::Org(organisation.clone()))? else {
        return Ok(true);
    };
    let found = connection
        .prepare_cached("SELECT unproved FROM likenesses WHERE organisation = ?1 LIMIT 1")?
        .query_row(params![id], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(true))
}

/// Organisations whose rows are made at once, so that the names of a large log need not be held together.
const MADE_AT_ONCE: usize = 10_000;

/// Makes the rows of the organisations that an older store has.
pub(crate) fn make(connection: &Connection) -> Result<(), Fault> {
    let mut last = 0;
    loop {
        let made = make_after(connection, last)?;
        let Some(next) = made else { return Ok(()) };
        last = next;
    }
}

/// The next so many after the one with this number; the number of the last, if there were any.
fn make_after(connection: &Connection, last: i64) -> Result<Option<i64>, Fault> {
    let mut query = connection.prepare(
        "SELECT id, name, (SELECT min(position) FROM entries WHERE stream = id) AS registered FROM names
         WHERE id > ?1 AND name GLOB 'org:*' AND registered IS NOT NULL ORDER BY id LIMIT ?2",
    )?;
    let limit = i64::try_from(MADE_AT_ONCE).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![last, limit], |row| -> Result<_, Fault> {
        Ok((row.get::<_, i64>(0)?, crate::names::parse(row, 1)?, row.get::<_, u64>(2)?))
    })?;
    let rows: Vec<(i64, StreamId, u64)> = rows.collect::<Result<_, _>>()?;
    for (id, stream, registered) in &rows {
        let StreamId::Org(domain) = stream else { continue };
        let name: Option<String> = connection
            .prepare_cached(
                "SELECT json_extract(CAST(statement AS TEXT), '$.body.name') FROM entries WHERE position = ?1",
            )?
            .query_row(params![registered], |row| row.get(0))?;
        let name = name.and_then(|name| name.parse::<DisplayName>().ok());
        write(connection, *id, &skeletons(domain, name.as_ref()), *registered)?;
        make_proof(connection, *id, domain)?;
    }
    Ok(rows.last().map(|(id, ..)| *id))
}

/// Replays an organisation of which the node once said what it found under its domain.
fn make_proof(connection: &Connection, id: i64, domain: &Domain) -> Result<(), Fault> {
    let looked: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM entries WHERE stream = ?1
               AND json_extract(CAST(statement AS TEXT), '$.type') = 'org.check')",
        )?
        .query_row(params![id], |row| row.get(0))?;
    if !looked {
        return Ok(());
    }
    let mut organisation: Option<Organisation> = None;
    for entry in entries::of_stream(connection, id, None, usize::MAX)? {
        let accepted = Accepted::from_store(entry.statement, entry.point);
        match &mut organisation {
            Some(organisation) => organisation.apply(&accepted),
            None => organisation = Organisation::open(domain, &accepted),
        }
    }
    match organisation {
        Some(organisation) => prove(connection, &mut Names::new(1), &organisation),
        None => Ok(()),
    }
}
