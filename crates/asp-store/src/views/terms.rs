//! Terms schemas: found by what they are called, by words, by who registered them. Public.

use asp_core::name::{Domain, StreamId};
use asp_core::org::RegisteredSchema;
use asp_core::position::{Hash, Position};
use rusqlite::{Connection, Row, params};

use crate::fault::Fault;
use crate::names::Names;

/// Which schemas to find.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaQuery {
    /// Only those with this alias.
    pub alias: Option<String>,
    /// Only those with this text in alias or description, in any case of ASCII letters.
    pub text: Option<String>,
    /// Only those that this organisation registered.
    pub organisation: Option<Domain>,
    /// How many at most.
    pub limit: usize,
    /// Only those registered before this position: the last one of the page before.
    pub before: Option<Position>,
}

/// A schema that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaRow {
    /// Where it was registered.
    pub position: Position,
    /// By whom.
    pub organisation: Domain,
    /// What people call it.
    pub alias: String,
    /// Its version.
    pub version: u32,
    /// The hash of its content.
    pub hash: Hash,
    /// What it is for.
    pub description: String,
}

/// Writes a schema that was registered.
pub(crate) fn put(
    connection: &Connection,
    names: &mut Names,
    organisation: &Domain,
    known: &RegisteredSchema,
) -> Result<(), Fault> {
    let organisation = names.intern(connection, &StreamId::Org(organisation.clone()))?;
    connection
        .prepare_cached(
            "INSERT INTO terms_schemas (position, organisation, alias, version, hash, description)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            known.registered.index.0,
            organisation,
            known.alias.as_str(),
            known.version,
            known.schema.hash().as_bytes(),
            known.description.as_str(),
        ])?;
    Ok(())
}

/// The schemas that fit, those registered last first.
pub(crate) fn find(connection: &Connection, query: &SchemaQuery) -> Result<Vec<SchemaRow>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT position, name, alias, version, hash, description
         FROM terms_schemas JOIN names ON names.id = organisation
         WHERE position < ?1 AND (?2 IS NULL OR alias = ?2) AND (?3 IS NULL OR name = ?3)
           AND (?4 IS NULL OR instr(lower(alias || ' ' || description), lower(?4)) > 0)
         ORDER BY position DESC LIMIT ?5",
    )?;
    let before = query.before.map_or(i64::MAX, |before| i64::try_from(before.0).unwrap_or(i64::MAX));
    let organisation = query.organisation.as_ref().map(|domain| StreamId::Org(domain.clone()).to_string());
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    let rows =
        statement.query_and_then(params![before, query.alias, organisation, query.text, limit], read)?;
    rows.collect()
}

/// The first registration of a schema.
pub(crate) fn of_hash(connection: &Connection, hash: &Hash) -> Result<Option<SchemaRow>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT position, name, alias, version, hash, description
         FROM terms_schemas JOIN names ON names.id = organisation
         WHERE substr(hash, 1, 8) = substr(?1, 1, 8) AND hash = ?1 ORDER BY position LIMIT 1",
    )?;
    let mut rows = statement.query_and_then(params![hash.as_bytes()], read)?;
    rows.next().transpose()
}

fn read(row: &Row<'_>) -> Result<SchemaRow, Fault> {
    let position: u64 = row.get(0)?;
    let corrupt = || Fault::corrupt(Some(position), "the row of its terms schema cannot be read");
    let StreamId::Org(organisation) = crate::names::parse(row, 1)? else { return Err(corrupt()) };
    let hash: [u8; 32] = row.get(4)?;
    Ok(SchemaRow {
        position: Position(position),
        organisation,
        alias: row.get(2)?,
        version: row.get(3)?,
        hash: Hash::from_bytes(hash),
        description: row.get(5)?,
    })
}
