//! Accounts as they stand, every movement of money, and what commitments hold. The rows of accounts are also what the
//! writer loads them from: an account follows from more streams than its own.

use std::collections::BTreeSet;

use asp_core::account::{Account, Movement, Place, Why};
use asp_core::amount::{Currency, Minor};
use asp_core::name::{Domain, StreamId};
use asp_core::position::{LogTime, Position};
use asp_core::session::Commitment;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fault::Fault;
use crate::names::Names;

/// A movement of an account with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The entry that moved the money.
    pub position: Position,
    /// Which of the entry's movements it is.
    pub part: u64,
    /// When.
    pub at: LogTime,
    /// What moved.
    pub movement: Movement,
}

/// Writes an account as it stands.
pub(crate) fn put(connection: &Connection, names: &mut Names, account: &Account) -> Result<(), Fault> {
    let id = names.intern(connection, &StreamId::Account(account.domain().clone()))?;
    let state = serde_json::to_string(account)
        .map_err(|error| Fault::corrupt(None, format!("an account cannot be written: {error}")))?;
    let open = i64::try_from(account.transfers().len()).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO accounts (account, moved, open, state) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, account.moved().0, open, state])?;
    Ok(())
}

/// The account whose stream has this number; none if it was never opened.
pub(crate) fn load(connection: &Connection, id: i64) -> Result<Option<Account>, Fault> {
    let state: Option<String> = connection
        .prepare_cached("SELECT state FROM accounts WHERE account = ?1")?
        .query_row(params![id], |row| row.get(0))
        .optional()?;
    state.map(|state| read(&state)).transpose()
}

fn read(state: &str) -> Result<Account, Fault> {
    serde_json::from_str(state)
        .map_err(|error| Fault::corrupt(None, format!("an account cannot be read: {error}")))
}

/// Writes what an entry moved.
pub(crate) fn post(
    connection: &Connection,
    names: &mut Names,
    at: Position,
    movements: &[Movement],
) -> Result<(), Fault> {
    for (part, movement) in (0i64..).zip(movements) {
        connection
            .prepare_cached(
                "INSERT INTO postings (position, part, source, target, currency, amount, why)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                at.0,
                part,
                movement.from.to_string(),
                movement.to.to_string(),
                movement.currency.as_str(),
                movement.amount.0,
                movement.why.as_str(),
            ])?;
        let places = [&movement.from, &movement.to];
        let domains: BTreeSet<&Domain> = places.into_iter().filter_map(Place::organisation).collect();
        for domain in domains {
            let account = names.intern(connection, &StreamId::Account(domain.clone()))?;
            connection
                .prepare_cached("INSERT INTO posting_accounts (account, position, part) VALUES (?1, ?2, ?3)")?
                .execute(params![account, at.0, part])?;
        }
    }
    Ok(())
}

/// Writes what a commitment holds, and what became of it.
pub(crate) fn put_holds(
    connection: &Connection,
    names: &mut Names,
    commitment: &Commitment,
) -> Result<(), Fault> {
    for held in commitment.holds() {
        let payer = names.intern(connection, &StreamId::Account(held.hold.payer.organisation()))?;
        let payee = names.intern(connection, &StreamId::Account(held.hold.payee.organisation()))?;
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO holds (formed, hold, payer, payee, currency, amount, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                commitment.formed.index.0,
                held.hold.id.as_str(),
                payer,
                payee,
                held.hold.amount.currency.as_str(),
                held.amount.0,
                held.state.as_str(),
            ])?;
    }
    Ok(())
}

/// The accounts that have a deposit or a withdrawal waiting, at most so many, in the order of their numbers.
pub(crate) fn waiting(connection: &Connection, limit: usize) -> Result<Vec<Account>, Fault> {
    let mut query =
        connection.prepare_cached("SELECT state FROM accounts WHERE open > 0 ORDER BY account LIMIT ?1")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![limit], |row| {
        let state: String = row.get(0)?;
        read(&state)
    })?;
    rows.collect()
}

/// The movements of an account before a place of the log, newest first.
pub(crate) fn history(
    connection: &Connection,
    domain: &Domain,
    limit: usize,
    before: (u64, u64),
) -> Result<Vec<Posting>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT position, part, time, source, target, currency, amount, why
         FROM posting_accounts JOIN postings USING (position, part) JOIN entries USING (position)
         WHERE account = (SELECT id FROM names WHERE name = ?1) AND (position, part) < (?2, ?3)
         ORDER BY position DESC, part DESC LIMIT ?4",
    )?;
    let name = StreamId::Account(domain.clone()).to_string();
    let [position, part] = [before.0, before.1].map(|place| i64::try_from(place).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![name, position, part, limit], posting)?;
    rows.collect()
}

fn posting(row: &Row<'_>) -> Result<Posting, Fault> {
    let position = Position(row.get(0)?);
    let corrupt = || Fault::corrupt(Some(position.0), "what it moved cannot be read");
    let place = |column: usize| -> Result<Place, Fault> {
        let text: String = row.get(column)?;
        text.parse().map_err(|_| corrupt())
    };
    let (currency, why): (String, String) = (row.get(5)?, row.get(7)?);
    let currency: Currency = currency.parse().map_err(|_| corrupt())?;
    let why = Why::ALL.into_iter().find(|known| known.as_str() == why).ok_or_else(corrupt)?;
    Ok(Posting {
        position,
        part: row.get(1)?,
        at: LogTime::from_millis(row.get(2)?),
        movement: Movement { from: place(3)?, to: place(4)?, currency, amount: Minor(row.get(6)?), why },
    })
}
