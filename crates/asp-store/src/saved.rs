//! Searches that were saved, beside the log: whose, under what name, and since when.
//!
//! What a query means is the registry's to know; here it is text. A search is its saver's and, as everything of an agent
//! is, its organisation's too.

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::limits;
use asp_core::name::StreamId;
use asp_core::position::LogTime;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::fault::{Fault, Step};
use crate::views::Tenant;
use crate::{beside, names};

/// The name of the file in the node's folder.
pub const SEARCHES_FILE_NAME: &str = "searches.sqlite";
/// The file: "ASPq".
const FILE: beside::Kind = beside::Kind { application_id: 0x4153_5071, tables: include_str!("saved.sql") };
/// The columns that [`saved`] reads, in its order.
const SAVED: &str = "id, saved_by, name, query, size, saved";

/// Names a saved search: 32 hexadecimal digits, by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchId(pub [u8; 16]);

impl fmt::Display for SearchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        beside::write_id(&self.0, f)
    }
}

impl FromStr for SearchId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        beside::read_id(text).map(Self)
    }
}

/// A search that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its id.
    pub id: SearchId,
    /// Who saved it.
    pub by: Tenant,
    /// What its saver calls it; no other search of the same saver has this name.
    pub name: String,
    /// What is looked for, as the registry wrote it.
    pub query: String,
    /// How many entries the log had: what comes after them is news.
    pub size: u64,
    /// When it was saved.
    pub at: LogTime,
}

/// Why a search was not saved. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSaved {
    /// The organisation has as many as it may, or the node does.
    Full,
    /// The saver has another search under this name.
    NameTaken,
    /// The storage failed.
    Fault(Fault),
}

impl From<Fault> for NotSaved {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<rusqlite::Error> for NotSaved {
    fn from(error: rusqlite::Error) -> Self {
        Self::Fault(fault(error))
    }
}

fn fault(error: rusqlite::Error) -> Fault {
    Fault::from(error).during(Step::Searches)
}

/// All saved searches of a node. Each call blocks its thread, and what it says is durable when it returns.
#[derive(Debug)]
pub struct Searches {
    connection: Mutex<Connection>,
}

impl Searches {
    /// Opens the searches in a node's folder; makes the file if there is none.
    ///
    /// # Errors
    /// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let connection = beside::open(&folder.join(SEARCHES_FILE_NAME), FILE)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left is rolled back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves a search; one that its saver has under the same name with the same query stands, and is given back.
    ///
    /// # Errors
    /// [`NotSaved`].
    pub fn save(&self, search: SavedSearch) -> Result<SavedSearch, NotSaved> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(before) = under_name(&transaction, &search.by, &search.name)? {
            return if before.query == search.query { Ok(before) } else { Err(NotSaved::NameTaken) };
        }
        let organisation = search.by.organisation();
        let count = |which: &str, of: &[&str]| -> Result<usize, rusqlite::Error> {
            let count = format!("SELECT count(*) FROM searches {which}");
            transaction.prepare_cached(&count)?.query_row(rusqlite::params_from_iter(of), |row| row.get(0))
        };
        let own = count("WHERE organisation = ?1", &[organisation.as_str()])?;
        if own >= limits::SAVED_SEARCHES_MAX || count("", &[])? >= limits::SAVED_SEARCHES_ALL_MAX {
            return Err(NotSaved::Full);
        }
        transaction.execute(
            "INSERT INTO searches (id, organisation, saved_by, name, query, size, saved)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                search.id.0,
                organisation.as_str(),
                search.by.party().to_string(),
                search.name,
                search.query,
                search.size,
                search.at.millis()
            ],
        )?;
        transaction.commit()?;
        Ok(search)
    }

    /// The searches that a party has saved or, of an organisation, that its agents have; the first saved first.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn list(&self, tenant: &Tenant) -> Result<Vec<SavedSearch>, Fault> {
        let connection = self.connection();
        let list = || -> Result<Vec<_>, rusqlite::Error> {
            let (organisation, by) = whose(tenant);
            let select = format!(
                "SELECT {SAVED} FROM searches WHERE organisation = ?1 AND (?2 IS NULL OR saved_by = ?2)
                 ORDER BY saved, id"
            );
            let mut query = connection.prepare_cached(&select)?;
            let rows = query.query_map(params![organisation, by], |row| Ok(saved(row)))?;
            rows.collect()
        };
        list().map_err(fault)?.into_iter().collect()
    }

    /// A search that this party may see.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn find(&self, tenant: &Tenant, id: SearchId) -> Result<Option<SavedSearch>, Fault> {
        let connection = self.connection();
        let find = || {
            let (organisation, by) = whose(tenant);
            let select = format!(
                "SELECT {SAVED} FROM searches
                 WHERE id = ?3 AND organisation = ?1 AND (?2 IS NULL OR saved_by = ?2)"
            );
            let mut query = connection.prepare_cached(&select)?;
            query.query_row(params![organisation, by, id.0], |row| Ok(saved(row))).optional()
        };
        find().map_err(fault)?.transpose()
    }

    /// Forgets a search that this party may see; whether there was one.
    ///
    /// # Errors
    /// That the storage failed.
    pub fn forget(&self, tenant: &Tenant, id: SearchId) -> Result<bool, Fault> {
        let (organisation, by) = whose(tenant);
        let delete =
            "DELETE FROM searches WHERE id = ?3 AND organisation = ?1 AND (?2 IS NULL OR saved_by = ?2)";
        let gone = self.connection().execute(delete, params![organisation, by, id.0]).map_err(fault)?;
        Ok(gone > 0)
    }
}

/// The organisation, and the saver unless all of the organisation's are meant.
fn whose(tenant: &Tenant) -> (String, Option<String>) {
    let by = match tenant {
        Tenant::Agent(_) => Some(tenant.party().to_string()),
        Tenant::Organisation(_) => None,
    };
    (tenant.organisation().as_str().to_owned(), by)
}

fn under_name(
    transaction: &Transaction<'_>,
    by: &Tenant,
    name: &str,
) -> Result<Option<SavedSearch>, NotSaved> {
    let select =
        format!("SELECT {SAVED} FROM searches WHERE organisation = ?1 AND saved_by = ?2 AND name = ?3");
    let mut query = transaction.prepare_cached(&select)?;
    let (organisation, by) = (by.organisation().as_str().to_owned(), by.party().to_string());
    Ok(query.query_row(params![organisation, by, name], |row| Ok(saved(row))).optional()?.transpose()?)
}

/// A row of [`SAVED`].
fn saved(row: &Row<'_>) -> Result<SavedSearch, Fault> {
    let by = match names::parse(row, 1)? {
        StreamId::Agent(agent) => Tenant::Agent(agent),
        StreamId::Org(domain) => Tenant::Organisation(domain),
        StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_) => {
            return Err(Fault::corrupt(None, "a saved search is nobody's"));
        }
    };
    Ok(SavedSearch {
        id: SearchId(row.get(0)?),
        by,
        name: row.get(2)?,
        query: row.get(3)?,
        size: row.get(4)?,
        at: LogTime::from_millis(row.get(5)?),
    })
}
