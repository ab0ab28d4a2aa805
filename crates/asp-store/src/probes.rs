//! What a node saw when it asked agents whether they are there, and whom it asks next: a file of its own beside the log.
//!
//! It is one node's memory and no protocol: nothing in it is signed, logged, folded or audited. A file of its own, since
//! what is learnt here must never hold up the writer of the log. Asking is the node's; the time is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use asp_core::name::{AgentUri, WebAddress};
use asp_core::position::{LogTime, Millis};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::beside;
use crate::fault::{Fault, Step};
use crate::search::Standing;

/// The name of the file in the node's folder.
pub const PROBES_FILE_NAME: &str = "probes.sqlite";
/// "ASPr".
const FILE: beside::Kind =
    beside::Kind { application_id: 0x4153_5072, tables: include_str!("../probes.sql") };
/// How long an agent is left alone after it was asked, whatever its card says meanwhile.
const ASKED_AGAIN_AFTER: Millis = Millis(60_000);
/// Silences in a row without which nobody is taken for gone: the node itself may have been cut off.
const FAILURES_MIN: u64 = 3;

/// What was seen of an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Probe {
    /// When it was asked last.
    pub attempted: Option<LogTime>,
    /// When it answered last.
    pub answered: Option<LogTime>,
    /// When it was asked the first time of those since then that it did not answer.
    pub silent_from: Option<LogTime>,
    /// How often in a row it did not answer.
    pub failures: u64,
}

impl Probe {
    /// How the agent stands at `now`, if it is stale and gone after so long a silence.
    #[must_use]
    pub fn standing(&self, now: LogTime, stale: Millis, gone: Millis) -> Standing {
        let silence = self.silent_from.map_or(Millis(0), |from| now.since(from));
        match self.silent_from {
            Some(_) if silence >= gone && self.failures >= FAILURES_MIN => Standing::Gone,
            Some(_) if silence >= stale => Standing::Stale,
            Some(_) | None if self.answered.is_some() => Standing::Answering,
            Some(_) | None => Standing::Unknown,
        }
    }

    /// After one more attempt.
    #[must_use]
    pub fn after(self, now: LogTime, answered: bool) -> Self {
        if answered {
            return Self { attempted: Some(now), answered: Some(now), silent_from: None, failures: 0 };
        }
        Self {
            attempted: Some(now),
            answered: self.answered,
            silent_from: self.silent_from.or(Some(now)),
            failures: self.failures.saturating_add(1),
        }
    }
}

/// An agent that is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who.
    pub agent: AgentUri,
    /// Where.
    pub endpoint: WebAddress,
    /// The host of that: those at one are asked one after the other.
    pub host: String,
    /// What was seen of it before.
    pub probe: Probe,
}

/// What a card says of where its agent answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who.
    pub agent: AgentUri,
    /// Where; none if it says nothing, or has retired.
    pub endpoint: Option<WebAddress>,
}

/// All that was seen. Each call blocks its thread.
#[derive(Debug)]
pub struct Probes {
    connection: Mutex<Connection>,
}

const PROBE: &str = "attempted, answered, silent_from, failures";

impl Probes {
    /// Opens the file in a node's folder; makes it if there is none.
    ///
    /// # Errors
    /// [`Fault::Foreign`], [`Fault::Newer`], or that the file cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let connection = beside::open(&folder.join(PROBES_FILE_NAME), FILE)?;
        // What power takes away is asked again; it costs nobody a sync.
        let set = connection.pragma_update(None, "synchronous", "normal");
        set.map_err(|error| Fault::from(error).during(Step::Open))?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic left is rolled back when it is dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Up to where the log has been looked through for cards.
    ///
    /// # Errors
    /// That the storage failed; so do all others.
    pub fn size(&self) -> Result<u64, Fault> {
        let connection = self.connection();
        let size = connection.query_row("SELECT size FROM seen", [], |row| row.get(0)).optional()?;
        Ok(size.unwrap_or(0))
    }

    /// Takes in what cards say that were set before `size` in the log. Whoever says where it answers is asked soon,
    /// but not within a minute of having been asked. Of whoever does not nothing is kept; gives those of whom something was.
    ///
    /// # Errors
    /// As [`Probes::size`].
    pub fn list(&self, cards: &[Listed], size: u64, now: LogTime) -> Result<Vec<AgentUri>, Fault> {
        self.write(|transaction| {
            let mut forgotten = Vec::new();
            for Listed { agent, endpoint } in cards {
                match endpoint {
                    None => {
                        let known = transaction
                            .prepare_cached("DELETE FROM probes WHERE agent = ?1")?
                            .execute(params![agent.as_str()])?;
                        forgotten.extend((known > 0).then(|| agent.clone()));
                    }
                    Some(endpoint) => {
                        transaction
                            .prepare_cached(
                                "INSERT INTO probes (agent, endpoint, host, due) VALUES (?1, ?2, ?3, ?4)
                             ON CONFLICT DO UPDATE SET endpoint = ?2, host = ?3,
                               due = min(due, max(?4, coalesce(attempted + ?5, 0)))",
                            )?
                            .execute(params![
                                agent.as_str(),
                                endpoint.as_str(),
                                host(endpoint),
                                now.millis(),
                                ASKED_AGAIN_AFTER.0
                            ])?;
                    }
                }
            }
            transaction.execute("INSERT OR REPLACE INTO seen (one, size) VALUES (1, ?1)", params![size])?;
            Ok(forgotten)
        })
    }

    /// Who is to be asked by `now`: of at most so many hosts, at most so many of each, the longest overdue first.
    ///
    /// # Errors
    /// As [`Probes::size`].
    pub fn due(&self, now: LogTime, hosts_max: usize, of_host_max: usize) -> Result<Vec<Asked>, Fault> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(
            "SELECT host FROM probes GROUP BY host HAVING min(due) <= ?1 ORDER BY min(due), host LIMIT ?2",
        )?;
        let rows = query.query_map(params![now.millis(), count(hosts_max)], |row| row.get(0))?;
        let hosts: Vec<String> = rows.collect::<Result<_, _>>()?;
        let mut query = connection.prepare_cached(&format!(
            "SELECT {PROBE}, agent, endpoint FROM probes WHERE host = ?1 AND due <= ?2 ORDER BY due LIMIT ?3"
        ))?;
        let mut asked = Vec::new();
        for host in hosts {
            let rows = query
                .query_and_then(params![host, now.millis(), count(of_host_max)], |row| read(row, &host))?;
            asked.extend(rows.collect::<Result<Vec<_>, Fault>>()?);
        }
        Ok(asked)
    }

    /// When somebody is to be asked next; none if nobody is.
    ///
    /// # Errors
    /// As [`Probes::size`].
    pub fn next(&self) -> Result<Option<LogTime>, Fault> {
        let connection = self.connection();
        let next: Option<u64> = connection.query_row("SELECT min(due) FROM probes", [], |row| row.get(0))?;
        Ok(next.map(LogTime::from_millis))
    }

    /// Notes what was seen of those who were asked, and when each is to be asked again; who says since then that it answers
    /// elsewhere is asked there as it was to be. Who is not listed any more is passed over.
    ///
    /// # Errors
    /// As [`Probes::size`].
    pub fn note(&self, seen: &[(Asked, Probe, LogTime)]) -> Result<(), Fault> {
        self.write(|transaction| {
            let mut update = transaction.prepare_cached(
                "UPDATE probes SET attempted = ?2, answered = ?3, silent_from = ?4, failures = ?5,
                   due = CASE endpoint WHEN ?7 THEN ?6 ELSE due END
                 WHERE agent = ?1",
            )?;
            for (asked, probe, due) in seen {
                update.execute(params![
                    asked.agent.as_str(),
                    probe.attempted.map(LogTime::millis),
                    probe.answered.map(LogTime::millis),
                    probe.silent_from.map(LogTime::millis),
                    probe.failures,
                    due.millis(),
                    asked.endpoint.as_str()
                ])?;
            }
            Ok(())
        })
    }

    /// What was seen of these agents; nothing of those who were never asked.
    ///
    /// # Errors
    /// As [`Probes::size`].
    pub fn of<'a>(
        &self,
        agents: impl IntoIterator<Item = &'a AgentUri>,
    ) -> Result<BTreeMap<AgentUri, Probe>, Fault> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(&format!("SELECT {PROBE} FROM probes WHERE agent = ?1"))?;
        let mut found = BTreeMap::new();
        for agent in agents {
            let probe = query.query_row([agent.as_str()], |row| Ok(probe(row))).optional()?.transpose()?;
            found.extend(probe.map(|probe| (agent.clone(), probe)));
        }
        Ok(found)
    }

    /// What was seen of everybody, in the order of names: at most so many after one of them.
    ///
    /// # Errors
    /// As [`Probes::size`].
    pub fn all(&self, after: Option<&AgentUri>, limit: usize) -> Result<Vec<(AgentUri, Probe)>, Fault> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(&format!(
            "SELECT {PROBE}, agent FROM probes WHERE agent > ?1 ORDER BY agent LIMIT ?2"
        ))?;
        let after = after.map_or("", AgentUri::as_str);
        let rows = query.query_and_then(params![after, count(limit)], |row| -> Result<_, Fault> {
            Ok((text(row, 4)?, probe(row)?))
        })?;
        rows.collect()
    }
}

/// Between the scheme and the path: with a port if there is one.
fn host(endpoint: &WebAddress) -> &str {
    let rest = endpoint.as_str().split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn read(row: &Row<'_>, host: &str) -> Result<Asked, Fault> {
    Ok(Asked { probe: probe(row)?, agent: text(row, 4)?, endpoint: text(row, 5)?, host: host.to_owned() })
}

fn text<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T, Fault> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| Fault::corrupt(None, format!("{text:?} is not what probes are of")))
}

fn probe(row: &Row<'_>) -> Result<Probe, Fault> {
    let time = |column: usize| -> Result<Option<LogTime>, Fault> {
        Ok(row.get::<_, Option<u64>>(column)?.map(LogTime::from_millis))
    };
    Ok(Probe { attempted: time(0)?, answered: time(1)?, silent_from: time(2)?, failures: row.get(3)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: LogTime = LogTime::from_millis(1_795_449_312_000);
    const HOUR: Millis = Millis(3_600_000);
    const DAY: Millis = Millis(24 * HOUR.0);
    const WEEK: Millis = Millis(7 * DAY.0);

    fn agent(name: &str) -> AgentUri {
        format!("agent://volt.example/{name}").parse().unwrap()
    }

    fn listed(name: &str, endpoint: &str) -> Listed {
        let endpoint = (!endpoint.is_empty()).then(|| endpoint.parse().unwrap());
        Listed { agent: agent(name), endpoint }
    }

    fn names(asked: &[Asked]) -> String {
        let names = asked.iter().map(|asked| asked.agent.as_str().rsplit('/').next().unwrap_or_default());
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn who_was_silent_for_a_day_is_stale_and_for_a_week_gone() {
        let seen = |probe: Probe, now| probe.standing(now, DAY, WEEK);
        let at = |millis: u64| NOW.plus(Millis(millis));
        let never = Probe::default();
        assert_eq!(seen(never, NOW), Standing::Unknown);
        let once = never.after(NOW, true);
        assert_eq!(seen(once, at(WEEK.0 * 9)), Standing::Answering, "who is not asked is not silent");
        let silent = once.after(at(HOUR.0), false).after(at(2 * HOUR.0), false);
        assert_eq!((silent.answered, silent.silent_from), (Some(NOW), Some(at(HOUR.0))));
        assert_eq!(seen(silent, at(DAY.0)), Standing::Answering);
        assert_eq!(seen(silent, at(HOUR.0 + DAY.0)), Standing::Stale);
        assert_eq!(seen(silent, at(HOUR.0 + WEEK.0)), Standing::Stale, "two silences are not enough");
        let thrice = silent.after(at(3 * HOUR.0), false);
        assert_eq!(seen(thrice, at(HOUR.0 + WEEK.0 - 1)), Standing::Stale);
        assert_eq!(seen(thrice, at(HOUR.0 + WEEK.0)), Standing::Gone);
        assert_eq!(seen(thrice.after(at(WEEK.0 * 2), true), at(WEEK.0 * 2)), Standing::Answering);
        let mute = never.after(NOW, false);
        assert_eq!(seen(mute, NOW), Standing::Unknown, "who has not answered yet may be about to begin");
        assert_eq!(seen(mute, at(DAY.0)), Standing::Stale);
    }

    #[test]
    fn each_host_has_its_turn_whoever_has_many_agents_there() {
        let folder = tempfile::tempdir().unwrap();
        let probes = Probes::open(folder.path()).unwrap();
        let many = (0..50).map(|number| listed(&format!("m{number:02}"), "https://many.example/a"));
        probes.list(&many.collect::<Vec<_>>(), 50, NOW).unwrap();
        let later = NOW.plus(Millis(1));
        let others = [listed("one", "https://one.example"), listed("two", "https://two.example:8443/x?y")];
        probes.list(&others, 52, later).unwrap();
        assert_eq!(names(&probes.due(NOW, 9, 2).unwrap()), "m00 m01");
        assert_eq!(names(&probes.due(later, 9, 2).unwrap()), "m00 m01 one two");
        assert_eq!(names(&probes.due(later, 2, 1).unwrap()), "m00 one");
        let asked = probes.due(later, 9, 1).unwrap();
        assert_eq!(asked.last().unwrap().host, "two.example:8443");
        assert_eq!((probes.next().unwrap(), probes.size().unwrap()), (Some(NOW), 52));
    }

    #[test]
    fn what_was_seen_outlives_a_new_card_and_a_restart_but_not_the_endpoint() {
        let folder = tempfile::tempdir().unwrap();
        let probes = Probes::open(folder.path()).unwrap();
        probes.list(&[listed("one", "https://one.example")], 1, NOW).unwrap();
        let seen = Probe::default().after(NOW, true);
        let one = probes.due(NOW, 9, 9).unwrap().remove(0);
        let two = Asked { agent: agent("two"), ..one.clone() };
        probes.note(&[(one.clone(), seen, NOW.plus(HOUR)), (two, seen, NOW)]).unwrap();
        assert_eq!(probes.of([&agent("one"), &agent("two")]).unwrap(), [(agent("one"), seen)].into());
        assert_eq!(probes.due(NOW, 9, 9).unwrap(), []);
        // A new card is a reason to ask, but not at once again: else each card would be a request to somebody.
        probes.list(&[listed("one", "https://other.example")], 2, NOW.plus(Millis(5))).unwrap();
        assert_eq!(probes.next().unwrap(), Some(NOW.plus(ASKED_AGAIN_AFTER)));
        // What is learnt now of the place before says nothing of when the new one is asked.
        probes.note(&[(one, seen, NOW.plus(HOUR))]).unwrap();
        assert_eq!(probes.next().unwrap(), Some(NOW.plus(ASKED_AGAIN_AFTER)));
        drop(probes);
        let probes = Probes::open(folder.path()).unwrap();
        assert_eq!(probes.all(None, 9).unwrap(), [(agent("one"), seen)]);
        assert_eq!(probes.all(Some(&agent("one")), 9).unwrap(), []);
        assert_eq!(probes.size().unwrap(), 2);
        let silent = [listed("one", ""), listed("three", "")];
        assert_eq!(probes.list(&silent, 3, NOW).unwrap(), [agent("one")]);
        assert_eq!((probes.next().unwrap(), probes.all(None, 9).unwrap()), (None, vec![]));
    }
}
