//! SQLite files of a node beside its log: private, durable, of a known version, and nothing of the protocol; and the ids
//! by chance that name what is in them.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::fault::{Fault, Step};

/// What a file is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Tells it from any other SQLite file.
    pub(crate) application_id: i64,
    /// Its tables, of the only version there is.
    pub(crate) tables: &'static str,
}

/// The only version of each kind.
const VERSION: i64 = 1;

/// Opens a file; makes it, for its owner alone, if there is none. Others may have it open.
///
/// # Errors
/// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
pub(crate) fn open(path: &Path, kind: Kind) -> Result<Connection, Fault> {
    make_private(path)?;
    let open = |error: rusqlite::Error| Fault::from(error).during(Step::Open);
    let mut connection = Connection::open(path).map_err(open)?;
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(open)?;
    set_up(&mut connection, path, kind).map_err(|fault| fault.during(Step::Open))?;
    Ok(connection)
}

/// Makes the file, if it is not there, for its owner alone. One that is there is not opened: closing it would drop the
/// locks of whoever in this process has it open.
fn make_private(path: &Path) -> Result<(), Fault> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(Fault::folder(path, &error)),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn set_up(connection: &mut Connection, path: &Path, kind: Kind) -> Result<(), Fault> {
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let read = |pragma: &str| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (application, version) = (read("application_id")?, read("user_version")?);
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 && version == 0 {
        transaction.execute_batch(kind.tables)?;
        transaction.pragma_update(None, "application_id", kind.application_id)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    } else if application != kind.application_id {
        return Err(Fault::Foreign { path: path.to_owned() });
    } else if version > VERSION {
        return Err(Fault::Newer { found: version, known: VERSION });
    }
    transaction.commit()?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // What was removed leaves nothing in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(())
}

/// Writes an id as 32 hexadecimal digits.
pub(crate) fn write_id(id: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    id.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Reads an id from 32 hexadecimal digits in lower case; nothing else is one.
pub(crate) fn read_id(text: &str) -> Result<[u8; 16], ()> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() != 32 || !lower {
        return Err(());
    }
    u128::from_str_radix(text, 16).map(u128::to_be_bytes).map_err(|_| ())
}
