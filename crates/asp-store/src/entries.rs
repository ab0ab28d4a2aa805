//! The rows of the log: statements byte for byte as they came, with their signatures.
//! Knows nothing of what a statement means.

use asp_core::key::{KeyId, SignatureBytes};
use asp_core::name::{Issuer, StreamId};
use asp_core::position::{Hash, LogPoint, LogTime, Position, Sequence};
use asp_core::statement::{Received, Signature, Statement, Verified};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fault::Fault;

/// A statement where the log has it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where and when.
    pub point: LogPoint,
    /// The statement; its signatures were verified when it was taken in.
    pub statement: Verified,
}

/// The number of Ed25519 in stored signatures.
const ED25519: u8 = 1;
/// The number of ES256 in stored signatures.
const ES256: u8 = 2;

/// Signatures as they are stored, one after the other: the algorithm, the key, the signature.
pub(crate) fn encode_signatures(signatures: &[Signature]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(signatures.len() * (1 + 33 + 64));
    for Signature { key_id, value } in signatures {
        bytes.push(match key_id {
            KeyId::Ed25519(_) => ED25519,
            KeyId::P256(_) => ES256,
        });
        bytes.extend(key_id.as_bytes());
        bytes.extend(value.as_bytes());
    }
    bytes
}

/// Reads what [`encode_signatures`] wrote and nothing else.
pub(crate) fn decode_signatures(mut bytes: &[u8]) -> Option<Vec<Signature>> {
    let mut signatures = Vec::new();
    // Each turn takes a hundred bytes of a stored row, whose number is bounded.
    while let Some((algorithm, rest)) = bytes.split_first() {
        let (key_id, rest) = match *algorithm {
            ED25519 => rest.split_first_chunk().map(|(key, rest)| (KeyId::Ed25519(*key), rest))?,
            ES256 => rest.split_first_chunk().map(|(key, rest)| (KeyId::P256(*key), rest))?,
            _ => return None,
        };
        let (value, rest) = rest.split_first_chunk()?;
        signatures.push(Signature { key_id, value: SignatureBytes::from_bytes(*value) });
        bytes = rest;
    }
    Some(signatures)
}

/// The key that a repetition is found by: the id and eight bytes that tell the issuer.
///
/// Two issuers can share one by malice or accident; what is found is compared with the statement itself.
pub(crate) fn request_key(statement: &Statement) -> [u8; 24] {
    let issuer = Hash::of(&[b"asp-store/issuer\n", issuer_text(&statement.issuer).as_bytes()]);
    let mut key = [0; 24];
    let (id, tag) = key.split_at_mut(16);
    id.copy_from_slice(statement.id.as_bytes());
    tag.copy_from_slice(issuer.as_bytes().first_chunk::<8>().unwrap_or(&[0; 8]));
    key
}

fn issuer_text(issuer: &Issuer) -> String {
    issuer.to_string()
}

/// Writes an entry.
pub(crate) fn append(
    connection: &Connection,
    point: LogPoint,
    stream: i64,
    request: &[u8; 24],
    verified: &Verified,
) -> Result<(), Fault> {
    let statement = verified.statement();
    connection
        .prepare_cached(
            "INSERT INTO entries (position, time, stream, sequence, request, hash, signatures, statement)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            point.index.0,
            point.time.millis(),
            stream,
            statement.sequence.0,
            request,
            statement.hash.as_bytes(),
            encode_signatures(verified.signatures()),
            statement.bytes(),
        ])?;
    Ok(())
}

/// How many entries there are, and the log time of the last.
pub(crate) fn end(connection: &Connection) -> Result<(u64, Option<LogTime>), Fault> {
    let last = connection
        .prepare_cached("SELECT position, time FROM entries ORDER BY position DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?)))
        .optional()?;
    Ok(last.map_or((0, None), |(position, time)| (position + 1, Some(LogTime::from_millis(time)))))
}

/// The columns that [`read`] takes, in its order.
const COLUMNS: &str = "position, time, signatures, statement";

/// Reads an entry from a row of [`COLUMNS`]; its signatures are not verified again.
fn read(row: &Row<'_>) -> Result<Entry, Fault> {
    let point = LogPoint { index: Position(row.get(0)?), time: LogTime::from_millis(row.get(1)?) };
    let corrupt = |what: String| Fault::corrupt(Some(point.index.0), what);
    let signatures =
        decode_signatures(blob(row, 2)?).ok_or_else(|| corrupt("its signatures are none".into()))?;
    let signed = Received::from_parts(blob(row, 3)?, signatures)
        .and_then(Received::read)
        .map_err(|rejection| corrupt(rejection.to_string()))?;
    Ok(Entry { point, statement: signed.assume_verified() })
}

/// The bytes of a column without a copy.
pub(crate) fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], Fault> {
    row.get_ref(column)?.as_blob().map_err(|error| Fault::corrupt(None, error.to_string()))
}

/// The statements of a stream after a sequence, in order.
pub(crate) fn of_stream(
    connection: &Connection,
    stream: i64,
    after: Option<Sequence>,
    limit: usize,
) -> Result<Vec<Entry>, Fault> {
    let from = after.map_or(0, |after| after.0.saturating_add(1));
    let sql = format!(
        "SELECT {COLUMNS} FROM entries WHERE stream = ?1 AND sequence >= ?2 ORDER BY sequence LIMIT ?3"
    );
    let mut query = connection.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![stream, from, limit], read)?;
    rows.collect()
}

/// The entries with the request key of a statement.
pub(crate) fn of_request(connection: &Connection, request: &[u8; 24]) -> Result<Vec<Entry>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE request = ?1 ORDER BY position");
    let mut query = connection.prepare_cached(&sql)?;
    let rows = query.query_and_then(params![request], read)?;
    rows.collect()
}

/// One entry by its place.
pub(crate) fn at(connection: &Connection, position: u64) -> Result<Option<Entry>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE position = ?1");
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows = query.query_and_then(params![position], read)?;
    rows.next().transpose()
}

/// The log time of an entry by its place.
pub(crate) fn time(connection: &Connection, position: u64) -> Result<Option<LogTime>, Fault> {
    let found = connection
        .prepare_cached("SELECT time FROM entries WHERE position = ?1")?
        .query_row(params![position], |row| row.get::<_, u64>(0))
        .optional()?;
    Ok(found.map(LogTime::from_millis))
}

/// The position of a statement by its place in its stream.
pub(crate) fn position(
    connection: &Connection,
    stream: i64,
    sequence: Sequence,
) -> Result<Option<u64>, Fault> {
    let place = i64::try_from(sequence.0).unwrap_or(i64::MAX);
    let found = connection
        .prepare_cached("SELECT position FROM entries WHERE stream = ?1 AND sequence = ?2")?
        .query_row(params![stream, place], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Where a statement stands: its position and its stream.
pub(crate) fn find(connection: &Connection, statement: &Hash) -> Result<Option<(u64, i64)>, Fault> {
    let found = connection
        .prepare_cached(
            "SELECT position, stream FROM entries WHERE substr(hash, 1, 8) = substr(?1, 1, 8) AND hash = ?1",
        )?
        .query_row(params![statement.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

/// The streams that have an entry in a span of the log, each once.
pub(crate) fn streams_between(connection: &Connection, from: u64, to: u64) -> Result<Vec<StreamId>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT name FROM names
         WHERE id IN (SELECT stream FROM entries WHERE position >= ?1 AND position < ?2) ORDER BY id",
    )?;
    let rows = query.query_and_then(params![from, to], |row| crate::names::parse(row, 0))?;
    rows.collect()
}
