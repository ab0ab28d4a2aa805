//! What an agent is about, for its organisation: sessions, commitments and what is still owed, from the rows of other views.

use std::collections::BTreeMap;

use asp_core::amount::{Currency, Decimal, Money};
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::LogTime;
use asp_core::session::{Commitment, Progress};
use asp_core::statement::body::CommitmentState;
use rusqlite::{Connection, params};

use crate::fault::Fault;
use crate::names;

/// Sessions and commitments of an agent that are counted at most, those that moved or were formed last.
const COUNTED_MAX: i64 = 10_000;
/// Commitments of an agent that are read at most to see what is owed, those formed last.
const READ_MAX: i64 = 100;

/// Counts of an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// Sessions that go on.
    pub sessions_open: u64,
    /// Sessions that were closed or failed.
    pub sessions_ended: u64,
    /// The commitments that it signed, by their state.
    pub commitments: BTreeMap<CommitmentState, u64>,
    /// What it owes.
    pub owes: Duties,
    /// What it is owed.
    pub owed: Duties,
    /// Whether there is more than is counted here, which is older.
    pub partial: bool,
}

/// Obligations of commitments that are active or breached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duties {
    /// Not yet fulfilled.
    pub open: u64,
    /// Said to be fulfilled, which nobody has acknowledged yet.
    pub delivered: u64,
    /// Said to be fulfilled, which is contested.
    pub contested: u64,
    /// Not fulfilled in time.
    pub breached: u64,
    /// When the next of the open ones is due.
    pub next_due: Option<LogTime>,
    /// What the open ones are worth, one sum a currency.
    worth: BTreeMap<Currency, Decimal>,
}

impl Duties {
    /// What the open ones are worth, one sum a currency.
    #[must_use]
    pub fn worth(&self) -> Vec<Money> {
        let money =
            |(currency, amount): (&Currency, &Decimal)| Money { amount: *amount, currency: currency.clone() };
        self.worth.iter().map(money).collect()
    }

    /// Adds one; says whether its worth could be added too.
    fn add(&mut self, progress: &Progress, due: Option<LogTime>, value: &Money) -> bool {
        match progress {
            Progress::Open => {
                self.open += 1;
                self.next_due = self.next_due.into_iter().chain(due).min();
                let sum = self.worth.entry(value.currency.clone()).or_insert(Decimal::ZERO);
                let more = sum.checked_add(value.amount);
                *sum = more.unwrap_or(*sum);
                more.is_some()
            }
            Progress::Delivered { .. } => {
                self.delivered += 1;
                true
            }
            Progress::Contested => {
                self.contested += 1;
                true
            }
            Progress::Breached => {
                self.breached += 1;
                true
            }
            Progress::Fulfilled { .. } | Progress::Lapsed => true,
        }
    }
}

impl Work {
    /// Counts the sessions and commitments of an agent, and gives those commitments under which something may be owed:
    /// the position of each, and its session.
    pub(crate) fn count(
        connection: &Connection,
        agent: &AgentUri,
    ) -> Result<(Self, Vec<(u64, StreamId)>), Fault> {
        let Some(id) = names::find(connection, &StreamId::Agent(agent.clone()))? else {
            return Ok((Self::default(), Vec::new()));
        };
        let mut work = Self::default();
        let (ended, all): (u64, u64) = connection
            .prepare_cached(
                "SELECT coalesce(sum(state IN ('CLOSED', 'FAILED')), 0), count(*) FROM
                   (SELECT session FROM session_members WHERE party = ?1 ORDER BY moved DESC LIMIT ?2)
                 JOIN sessions USING (session)",
            )?
            .query_row(params![id, COUNTED_MAX], |row| Ok((row.get(0)?, row.get(1)?)))?;
        (work.sessions_open, work.sessions_ended) = (all.saturating_sub(ended), ended);
        work.commitments = super::commitment::counts(connection, id, COUNTED_MAX)?;
        let counted = work.commitments.values().sum::<u64>().max(all);
        let live = super::commitment::live(connection, id, (COUNTED_MAX, READ_MAX.saturating_add(1)))?;
        let most = usize::try_from(READ_MAX).unwrap_or(usize::MAX);
        work.partial =
            live.len() > most || i64::try_from(counted).is_ok_and(|counted| counted >= COUNTED_MAX);
        Ok((work, live.into_iter().take(most).collect()))
    }

    /// Adds what an agent owes and is owed under a commitment.
    pub(crate) fn add(&mut self, agent: &AgentUri, commitment: &Commitment) {
        for duty in commitment.duties() {
            // Of one with stages what counts is the next of them, and what those are worth that are open.
            let open = duty.owed().filter(|owed| *owed.progress() == Progress::Open);
            let (due, value) = (open.filter_map(|owed| commitment.due_of(owed)).min(), &duty.open_value());
            if duty.obligation.debtor == *agent {
                self.partial |= !self.owes.add(&duty.progress, due, value);
            }
            if duty.obligation.creditor == *agent {
                self.partial |= !self.owed.add(&duty.progress, due, value);
            }
        }
    }
}
