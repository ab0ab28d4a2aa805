//! What agents owe that no held money covers, as each session has it: the writer loads it with the agent.

use std::collections::BTreeMap;

use asp_core::exposure::{Amounts, Owing};
use asp_core::name::StreamId;
use asp_core::position::Hash;
use asp_core::session::Session;
use asp_core::stream::Accepted;
use rusqlite::{Connection, params};

use crate::entries;
use crate::fault::Fault;
use crate::names::Names;

/// Names that are kept in memory while a store is brought up to date.
const MIGRATED_NAMES_MAX: usize = 100_000;

/// Writes what each debtor of a session owes by it, in place of what it owed by it before.
pub(crate) fn put(connection: &Connection, names: &mut Names, session: &Session) -> Result<(), Fault> {
    let number = names.intern(connection, &StreamId::Session(session.id()))?;
    for (debtor, owed) in session.uncovered(None) {
        let debtor = names.intern(connection, &StreamId::Agent(debtor))?;
        connection
            .prepare_cached("DELETE FROM owing WHERE debtor = ?1 AND session = ?2")?
            .execute(params![debtor, number])?;
        for ((creditor, currency), amount) in owed {
            let creditor = names.intern(connection, &StreamId::Org(creditor))?;
            connection
                .prepare_cached(
                    "INSERT INTO owing (debtor, session, creditor, currency, amount) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![debtor, number, creditor, currency.as_str(), amount.to_string()])?;
        }
    }
    Ok(())
}

/// What the agent whose stream has this number owes.
pub(crate) fn load(connection: &Connection, id: i64) -> Result<Owing, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT session.name, creditor.name, currency, amount FROM owing
         JOIN names AS session ON session.id = session JOIN names AS creditor ON creditor.id = creditor
         WHERE debtor = ?1",
    )?;
    let corrupt = || Fault::corrupt(None, "what an agent owes cannot be read");
    let mut rows = query.query(params![id])?;
    let mut owed: BTreeMap<Hash, Amounts> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (StreamId::Session(session), StreamId::Org(creditor)) =
            (crate::names::parse(row, 0)?, crate::names::parse(row, 1)?)
        else {
            return Err(corrupt());
        };
        let (currency, amount): (String, String) = (row.get(2)?, row.get(3)?);
        let currency = currency.parse().map_err(|_| corrupt())?;
        let amount = amount.parse().map_err(|_| corrupt())?;
        owed.entry(session).or_default().insert((creditor, currency), amount);
    }
    let mut owing = Owing::default();
    owed.into_iter().for_each(|(session, amounts)| owing.set(session, amounts));
    Ok(owing)
}

/// Makes the rows of sessions that are older than they are.
pub(crate) fn make(connection: &Connection) -> Result<(), Fault> {
    let mut names = Names::new(MIGRATED_NAMES_MAX);
    let mut query = connection.prepare("SELECT DISTINCT session FROM commitments")?;
    let sessions: Vec<i64> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for stream in sessions {
        let mut session: Option<Session> = None;
        for entry in entries::of_stream(connection, stream, None, usize::MAX)? {
            let accepted = Accepted::from_store(entry.statement, entry.point);
            match &mut session {
                Some(session) => drop(session.apply(&accepted)),
                None => session = Session::open(&accepted),
            }
        }
        if let Some(session) = session {
            put(connection, &mut names, &session)?;
        }
    }
    Ok(())
}
