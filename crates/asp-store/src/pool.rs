//! A bounded number of connections for reading; each read sees one state of the log from beginning to end.

use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::fault::{Fault, Step};

/// Connections that wait for a reader.
#[derive(Debug)]
pub(crate) struct Pool {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

/// Opens a connection that cannot write.
///
/// # Errors
/// That the file cannot be opened.
pub(crate) fn open(file: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -8192)?;
    connection.pragma_update(None, "mmap_size", 256 << 20)?;
    prepare_once(&connection)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

/// Statements that one connection keeps prepared; all that this crate has are fewer.
const PREPARED_MAX: usize = 128;

/// Keeps statements prepared, and their plans whatever is bound to them: SQLite would plan anew for each value.
pub(crate) fn prepare_once(connection: &Connection) -> Result<(), Fault> {
    connection.set_prepared_statement_cache_capacity(PREPARED_MAX);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

impl Pool {
    /// Opens `size` connections, at least one.
    pub(crate) fn new(file: &Path, size: usize) -> Result<Self, Fault> {
        let idle: Result<Vec<Connection>, Fault> = (0..size.max(1)).map(|_| open(file)).collect();
        Ok(Self {
            idle: Mutex::new(idle.map_err(|fault| fault.during(Step::Open))?),
            returned: Condvar::new(),
        })
    }

    /// Waits for a connection and reads with it, in one transaction.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let lent = self.lend()?;
        snapshot(lent.connection()?, read)
    }

    fn lend(&self) -> Result<Lent<'_>, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut idle =
            self.returned.wait_while(idle, |idle| idle.is_empty()).unwrap_or_else(PoisonError::into_inner);
        Ok(Lent { pool: self, connection: idle.pop() })
    }
}

/// Reads in one transaction, so that everything read belongs to one state of the log.
pub(crate) fn snapshot<T>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let transaction = connection.unchecked_transaction()?;
    let result = read(&transaction)?;
    // Nothing was written: ending it cannot lose anything.
    transaction.finish()?;
    Ok(result)
}

/// A connection on loan; it goes back whatever happens to the reader.
struct Lent<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Lent<'_> {
    fn connection(&self) -> Result<&Connection, Fault> {
        self.connection.as_ref().ok_or_else(|| Fault::corrupt(None, "a connection is missing from the pool"))
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.connection.take());
        self.pool.returned.notify_one();
    }
}
