//! Obligations with an outcome, the signatures that each rests on, and the keys that were distrusted in hindsight: what
//! trust rests on. The score is not computed here, nor what still counts: a reader puts the two together.

use std::collections::BTreeSet;

use asp_core::amount::Money;
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::{Hash, LogPoint, LogTime, Position};
use asp_core::session::{Effect, Session};
use asp_core::stream::Accepted;
use asp_core::trust::{Distrust, Evidence, Ground, Outcome, Settled};
use rusqlite::{Connection, Row, params};

use crate::entries;
use crate::fault::Fault;
use crate::names::Names;

/// Names that are kept in memory while a store is brought up to date.
const MIGRATED_NAMES_MAX: usize = 100_000;

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
    put_grounds(connection, names, evidence)
}

fn put_grounds(connection: &Connection, names: &mut Names, evidence: &Evidence) -> Result<(), Fault> {
    for Ground { at, by, key } in &evidence.grounds {
        let agent = names.intern(connection, &StreamId::Agent(by.clone()))?;
        connection
            .prepare_cached(
                "INSERT INTO evidence_grounds (position, signed, agent, key) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![evidence.index.0, at.0, agent, key.to_string()])?;
    }
    Ok(())
}

/// Writes what an entry says of a key in hindsight.
pub(crate) fn put_distrust(
    connection: &Connection,
    names: &mut Names,
    distrust: &Distrust,
) -> Result<(), Fault> {
    let agent = names.intern(connection, &StreamId::Agent(distrust.agent.clone()))?;
    connection
        .prepare_cached("INSERT INTO distrusts (position, agent, key, since) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![distrust.at.index.0, agent, distrust.key.to_string(), distrust.from.0])?;
    Ok(())
}

/// Makes the rows of what older evidence rests on, from the sessions that it was settled in.
pub(crate) fn make_grounds(connection: &Connection) -> Result<(), Fault> {
    let mut names = Names::new(MIGRATED_NAMES_MAX);
    let mut query =
        connection.prepare("SELECT DISTINCT stream FROM evidence JOIN entries USING (position)")?;
    let sessions: Vec<i64> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for stream in sessions {
        let mut session: Option<Session> = None;
        for entry in entries::of_stream(connection, stream, None, usize::MAX)? {
            let accepted = Accepted::from_store(entry.statement, entry.point);
            let effects = match &mut session {
                Some(session) => session.apply(&accepted),
                None => {
                    session = Session::open(&accepted);
                    Vec::new()
                }
            };
            for evidence in effects.iter().filter_map(Effect::settled) {
                put_grounds(connection, &mut names, evidence)?;
            }
        }
    }
    Ok(())
}

/// What the entries from `from` on and before `to` settled and distrusted, taken in after what was before.
pub(crate) fn follow(
    connection: &Connection,
    settled: &mut Settled,
    from: u64,
    to: u64,
) -> Result<(), Fault> {
    // In whatever order: what counts follows from the places that each of them names.
    between(connection, from, to)?.into_iter().for_each(|evidence| settled.settle(evidence));
    distrusts(connection, from, to)?.into_iter().for_each(|distrust| settled.distrust(distrust));
    overruled(connection, from, to)?.into_iter().for_each(|(before, at)| settled.overrule(before, at));
    Ok(())
}

/// The outcomes that were overruled, each with where and when.
fn overruled(connection: &Connection, from: u64, to: u64) -> Result<Vec<(Position, LogPoint)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT position, time, settled FROM overruled JOIN entries USING (position)
         WHERE position >= ?1 AND position < ?2 ORDER BY position",
    )?;
    let rows = query.query_and_then(params![place(from), place(to)], |row| -> Result<_, Fault> {
        let at = LogPoint { index: Position(row.get(0)?), time: LogTime::from_millis(row.get(1)?) };
        Ok((Position(row.get(2)?), at))
    })?;
    rows.collect()
}

/// All evidence within the first `prefix` entries, in log order, and what of it counts there.
pub(crate) fn all(connection: &Connection, prefix: u64) -> Result<Settled, Fault> {
    let mut settled = Settled::default();
    follow(connection, &mut settled, 0, prefix)?;
    Ok(settled)
}

fn distrusts(connection: &Connection, from: u64, to: u64) -> Result<Vec<Distrust>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT position, time, name, key, since FROM distrusts JOIN entries USING (position)
         JOIN names ON id = agent WHERE position >= ?1 AND position < ?2 ORDER BY position",
    )?;
    let rows = query.query_and_then(params![place(from), place(to)], |row| -> Result<Distrust, Fault> {
        let index: u64 = row.get(0)?;
        let corrupt = || Fault::corrupt(Some(index), "the key that it distrusts cannot be read");
        let StreamId::Agent(agent) = crate::names::parse(row, 2)? else { return Err(corrupt()) };
        let key: String = row.get(3)?;
        Ok(Distrust {
            agent,
            key: key.parse().map_err(|_| corrupt())?,
            from: Position(row.get(4)?),
            at: LogPoint { index: Position(index), time: LogTime::from_millis(row.get(1)?) },
        })
    })?;
    rows.collect()
}

/// The grounds of evidence, each with the position of that, in its order.
fn grounds(connection: &Connection, from: u64, to: u64) -> Result<Vec<(u64, Ground)>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT position, signed, name, key FROM evidence_grounds JOIN names ON id = agent
         WHERE position >= ?1 AND position < ?2 ORDER BY position",
    )?;
    let rows = query.query_and_then(params![place(from), place(to)], |row| -> Result<_, Fault> {
        let index: u64 = row.get(0)?;
        let corrupt = || Fault::corrupt(Some(index), "what its evidence rests on cannot be read");
        let StreamId::Agent(by) = crate::names::parse(row, 2)? else { return Err(corrupt()) };
        let key: String = row.get(3)?;
        let key = key.parse().map_err(|_| corrupt())?;
        Ok((index, Ground { at: Position(row.get(1)?), by, key }))
    })?;
    rows.collect()
}

fn place(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// The evidence of the entries from `from` on and before `to`, in log order; what of it counts is not asked.
fn between(connection: &Connection, from: u64, to: u64) -> Result<Vec<Evidence>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT position, time, debtor.name, creditor.name, amount, currency, capability, outcome, hash
         FROM evidence JOIN entries USING (position)
         JOIN names AS debtor ON debtor.id = debtor JOIN names AS creditor ON creditor.id = creditor
         WHERE position >= ?1 AND position < ?2 ORDER BY position",
    )?;
    let rows = query.query_and_then(params![place(from), place(to)], read)?;
    let mut evidence: Vec<Evidence> = rows.collect::<Result<_, _>>()?;
    let mut grounds = grounds(connection, from, to)?.into_iter().peekable();
    for piece in &mut evidence {
        while let Some((_, ground)) = grounds.next_if(|(index, _)| *index <= piece.index.0) {
            piece.grounds.insert(ground);
        }
    }
    Ok(evidence)
}

fn read(row: &Row<'_>) -> Result<Evidence, Fault> {
    let index: u64 = row.get(0)?;
    let corrupt = || Fault::corrupt(Some(index), "the evidence that it settled cannot be read");
    let text = |column: usize| -> Result<String, Fault> { Ok(row.get(column)?) };
    let agent = |column: usize| -> Result<AgentUri, Fault> {
        match crate::names::parse(row, column)? {
            StreamId::Agent(agent) => Ok(agent),
            StreamId::Org(_)
            | StreamId::Consent(_)
            | StreamId::Session(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => Err(corrupt()),
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
        grounds: BTreeSet::new(),
        void: None,
    })
}

#[cfg(test)]
mod tests {
    use asp_core::name::StreamName;
    use asp_core::statement::Body;
    use asp_core::statement::body::KeyRevoke;

    use super::*;
    use crate::migrate::GROUNDS;
    use crate::support::*;

    fn rows(connection: &Connection) -> Vec<String> {
        let sql = "SELECT 'ground', position, signed, agent, key FROM evidence_grounds
                   UNION ALL SELECT 'distrust', position, since, agent, key FROM distrusts";
        let mut query = connection.prepare(sql).unwrap();
        let row = |row: &Row<'_>| {
            let (what, key): (String, String) = (row.get(0)?, row.get(4)?);
            let [position, place, agent]: [i64; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
            Ok(format!("{what} {position} {place} {agent} {key}"))
        };
        query.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn an_older_store_learns_what_its_evidence_rests_on() {
        // ASP-TRU-003
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::new(folder.path());
        stage.business();
        for (from_index, name) in [(Some(Position(3)), "acme/buyer"), (None, "globex/seller")] {
            let key = key(seed_of(name)).id();
            let revoke = KeyRevoke { from_index, key, reason: "stolen".parse().unwrap() };
            let stream = StreamName::Of(StreamId::Agent(agent_uri(name)));
            let organisation = name.split('/').next().unwrap();
            let revoke = stage.author.by_org(organisation, stream, Body::AgentKeyRevoke(revoke));
            stage.take(revoke);
        }
        drop(stage);
        let connection = Connection::open(folder.path().join(crate::FILE_NAME)).unwrap();
        let before = rows(&connection);
        // Two who were bound, the acknowledgement, and the one key that is distrusted from before its revocation.
        assert_eq!(before.len(), 4, "{before:?}");
        connection.execute_batch("DROP TABLE evidence_grounds; DROP TABLE distrusts").unwrap();
        connection.execute_batch(GROUNDS).unwrap();
        make_grounds(&connection).unwrap();
        assert_eq!(rows(&connection), before);
        let all = all(&connection, u64::MAX).unwrap();
        assert_eq!(all.evidence().len(), 1);
        assert!(all.evidence().first().unwrap().void.is_some());
    }
}
