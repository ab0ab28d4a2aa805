//! The log as JSON lines, as any program can read it: a header, the entries in order, the checkpoint.

use std::io::Write;
use std::path::Path;

use asp_core::account::Account;
use asp_core::audit::{Footer, Header, KIND, Line};
use asp_core::key::KeyId;
use asp_core::name::{Domain, Origin, StreamId};
use asp_core::position::LogTime;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::entries::{blob, decode_signatures};
use crate::fault::Fault;
use crate::{FILE_NAME, migrate, names, open, pool, views};

/// Writes the log of a data folder as JSON lines, at one state of it; returns how many entries it has.
///
/// Needs neither the node's key nor the folder's lock: a node that runs is not disturbed.
///
/// # Errors
/// That the folder has no store that can be read, or that `out` fails.
pub fn export(folder: &Path, out: &mut dyn Write) -> Result<u64, Fault> {
    let path = folder.join(FILE_NAME);
    if !path.exists() {
        return Err(Fault::Folder { path, detail: "there is no such file".into() });
    }
    let connection = pool::open(&path)?;
    pool::snapshot(&connection, |connection| {
        migrate::check(connection, &path)?;
        let (origin, node_key) =
            open::identity(connection)?.ok_or_else(|| Fault::corrupt(None, "it is nobody's log"))?;
        write(connection, &origin, &node_key, out)
    })
}

/// The account of an organisation in a data folder, at one state of it: for who keeps the log.
///
/// # Errors
/// That the folder has no store that can be read.
pub fn custody(folder: &Path, domain: &Domain) -> Result<Option<Account>, Fault> {
    of_folder(folder, |connection| match names::find(connection, &StreamId::Account(domain.clone()))? {
        Some(id) => views::account::load(connection, id),
        None => Ok(None),
    })
}

/// The accounts in a data folder that have a deposit or a withdrawal waiting, at most so many: for who keeps the log.
///
/// # Errors
/// As [`custody`].
pub fn accounts_waiting(folder: &Path, limit: usize) -> Result<Vec<Account>, Fault> {
    of_folder(folder, |connection| views::account::waiting(connection, limit))
}

fn of_folder<T>(folder: &Path, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
    let path = folder.join(FILE_NAME);
    if !path.exists() {
        return Err(Fault::Folder { path, detail: "there is no such file".into() });
    }
    let connection = pool::open(&path)?;
    pool::snapshot(&connection, |connection| {
        migrate::check(connection, &path)?;
        read(connection)
    })
}

/// Writes everything; returns how many entries there were.
pub(crate) fn write(
    connection: &Connection,
    origin: &Origin,
    node_key: &KeyId,
    out: &mut dyn Write,
) -> Result<u64, Fault> {
    let header = Header {
        asp: asp_core::statement::VERSION.to_owned(),
        kind: KIND.to_owned(),
        node_key: *node_key,
        origin: origin.clone(),
    };
    line(out, &header)?;
    let mut query = connection
        .prepare_cached("SELECT position, time, signatures, statement FROM entries ORDER BY position")?;
    let mut rows = query.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let index: u64 = row.get(0)?;
        let corrupt = |what: &str| Fault::corrupt(Some(index), what);
        let signatures =
            decode_signatures(blob(row, 2)?).ok_or_else(|| corrupt("its signatures are none"))?;
        let statement = std::str::from_utf8(blob(row, 3)?).map_err(|_| corrupt("it is no text"))?;
        let statement: &RawValue =
            serde_json::from_str(statement).map_err(|_| corrupt("its statement is no JSON"))?;
        line(out, &Line { index, log_time: LogTime::from_millis(row.get(1)?), signatures, statement })?;
        count += 1;
    }
    if let Some(checkpoint) = crate::reads::checkpoint(connection)? {
        line(out, &Footer { checkpoint })?;
    }
    out.flush().map_err(|error| Fault::Output { detail: error.to_string() })?;
    Ok(count)
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> Result<(), Fault> {
    let output = |detail: String| Fault::Output { detail };
    let mut bytes = serde_json::to_vec(value).map_err(|error| output(error.to_string()))?;
    bytes.push(b'\n');
    out.write_all(&bytes).map_err(|error| output(error.to_string()))
}
