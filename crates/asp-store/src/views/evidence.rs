//! Obligations with an outcome: what trust rests on. The score is not computed here.

use asp_core::amount::Money;
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::{Hash, LogTime, Position};
use asp_core::trust::{Evidence, Outcome};
use rusqlite::{Connection, Row, params};

use crate::fault::Fault;
use crate::names::Names;

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fulfilled => "fulfilled",
        Outcome::Breached => "breached",
    }
}

/// Writes what an entry settled.
pub(crate) fn put(connection: &Connection, names: &mut Names, evidence: &Evidence) -> Result<(), Fault> {
    let debtor = names.intern(connection, &StreamId::Agent(evidence.debtor.clone()))?;
    let creditor = names.intern(connection, &StreamId::Agent(evidence.creditor.clone()))?;
    connection
        .prepare_cached(
            "INSERT INTO evidence (position, debtor, creditor, amount, currency, capability, outcome)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            evidence.index.0,
            debtor,
            creditor,
            evidence.value.amount.to_string(),
            evidence.value.currency.as_str(),
            evidence.capability.as_ref().map(asp_core::name::Capability::as_str),
            word(evidence.outcome),
        ])?;
    Ok(())
}

/// All evidence within the first `prefix` entries, in log order.
pub(crate) fn all(connection: &Connection, prefix: u64) -> Result<Vec<Evidence>, Fault> {
    between(connection, 0, prefix)
}

/// The evidence of the entries from `from` on and before `to`, in log order.
pub(crate) fn between(connection: &Connection, from: u64, to: u64) -> Result<Vec<Evidence>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT position, time, debtor.name, creditor.name, amount, currency, capability, outcome, hash
         FROM evidence JOIN entries USING (position)
         JOIN names AS debtor ON debtor.id = debtor JOIN names AS creditor ON creditor.id = creditor
         WHERE position >= ?1 AND position < ?2 ORDER BY position",
    )?;
    let place = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![place(from), place(to)], read)?;
    rows.collect()
}

fn read(row: &Row<'_>) -> Result<Evidence, Fault> {
    let index: u64 = row.get(0)?;
    let corrupt = || Fault::corrupt(Some(index), "the evidence that it settled cannot be read");
    let text = |column: usize| -> Result<String, Fault> { Ok(row.get(column)?) };
    let agent = |column: usize| -> Result<AgentUri, Fault> {
        match crate::names::parse(row, column)? {
            StreamId::Agent(agent) => Ok(agent),
            StreamId::Org(_) | StreamId::Consent(_) | StreamId::Session(_) => Err(corrupt()),
        }
    };
    let capability: Option<String> = row.get(6)?;
    let outcome = text(7)?;
    Ok(Evidence {
        index: Position(index),
        at: LogTime::from_millis(row.get(1)?),
        debtor: agent(2)?,
        creditor: agent(3)?,
        value: Money {
            amount: text(4)?.parse().map_err(|_| corrupt())?,
            currency: text(5)?.parse().map_err(|_| corrupt())?,
        },
        capability: capability.map(|name| name.parse()).transpose().map_err(|_| corrupt())?,
        outcome: [Outcome::Fulfilled, Outcome::Breached]
            .into_iter()
            .find(|known| word(*known) == outcome)
            .ok_or_else(corrupt)?,
        statement: Hash::from_bytes(row.get(8)?),
    })
}
