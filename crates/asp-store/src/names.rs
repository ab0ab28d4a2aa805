//! Small numbers for the names of streams and parties: an agent or organisation is named like its stream.

use std::collections::HashMap;

use asp_core::name::StreamId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fault::Fault;

/// The number of a name, if it ever was named.
pub(crate) fn find(connection: &Connection, name: &StreamId) -> Result<Option<i64>, Fault> {
    let found = connection
        .prepare_cached("SELECT id FROM names WHERE name = ?1")?
        .query_row(params![name.to_string()], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// The name with this number.
pub(crate) fn name(connection: &Connection, id: i64) -> Result<StreamId, Fault> {
    let mut query = connection.prepare_cached("SELECT name FROM names WHERE id = ?1")?;
    let mut rows = query.query_and_then(params![id], |row| parse(row, 0))?;
    rows.next().unwrap_or_else(|| Err(Fault::corrupt(None, format!("nothing has the number {id}"))))
}

/// Reads a name from a column.
pub(crate) fn parse(row: &Row<'_>, column: usize) -> Result<StreamId, Fault> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| Fault::corrupt(None, format!("{text:?} is no stream")))
}

/// The writer's own copy of the table, as far as it fits.
#[derive(Debug)]
pub(crate) struct Names {
    known: HashMap<StreamId, i64>,
    max: usize,
}

impl Names {
    /// Keeps at most `max` names.
    pub(crate) fn new(max: usize) -> Self {
        Self { known: HashMap::new(), max }
    }

    /// The number of a name, if it ever was named.
    pub(crate) fn find(&mut self, connection: &Connection, name: &StreamId) -> Result<Option<i64>, Fault> {
        if let Some(id) = self.known.get(name) {
            return Ok(Some(*id));
        }
        let found = find(connection, name)?;
        Ok(found.inspect(|id| self.keep(name, *id)))
    }

    /// The number of a name, which it gets now if it has none.
    pub(crate) fn intern(&mut self, connection: &Connection, name: &StreamId) -> Result<i64, Fault> {
        if let Some(id) = self.find(connection, name)? {
            return Ok(id);
        }
        connection
            .prepare_cached("INSERT INTO names (name) VALUES (?1)")?
            .execute(params![name.to_string()])?;
        let id = connection.last_insert_rowid();
        self.keep(name, id);
        Ok(id)
    }

    fn keep(&mut self, name: &StreamId, id: i64) {
        // Starting anew is as good as any other choice: what is in use comes back at once.
        if self.known.len() >= self.max {
            self.known.clear();
        }
        self.known.insert(name.clone(), id);
    }
}
