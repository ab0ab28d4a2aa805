//! Scores of those who owed something, computed once per question and kept: many searches ask the same. When the log
//! grows, only those whom the change can reach are computed again.
//!
//! The evidence is read once and kept, for the log only grows. Whoever never owed anything has a newcomer's points and
//! is not computed. The digits are asp-core's.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use asp_core::amount::Money;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{LogTime, Position};
use asp_core::trust::{Level, Outlook, Points, Question, Settled, score};
use asp_store::{AgentNumber, Reader};

use crate::http::problem::Denial;

/// Questions whose scores are kept; each has as many as agents owed something.
const QUESTIONS_MAX: usize = 32;
/// Agents whose trust one search computes at most.
const COMPUTED_MAX: usize = 200;
/// Pieces of evidence that one search looks at at most, all agents together.
const LOOKED_AT_MAX: usize = 4_000_000;
/// Agents of one organisation that are looked at for its level.
const OF_ONE_MAX: usize = 16;
/// Instants are rounded up to this many milliseconds, so that searches of one minute ask the same.
const ROUNDED_MS: u64 = 60_000;

/// Of what scores are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) observer: Domain,
    pub(super) class: Money,
    /// What the observer's policy says beside.
    pub(super) outlook: Outlook,
    pub(super) instant: LogTime,
    /// Up to and with the last entry that settled or distrusted something: what comes after it changes no score.
    pub(super) prefix: u64,
}

/// What is known of everybody's trust.
#[derive(Debug, Default)]
pub(crate) struct Scores(Mutex<Known>);

#[derive(Debug, Default)]
pub(super) struct Known {
    settled: Settled,
    /// How many entries of the log have been looked at.
    size: u64,
    /// Everybody who owed something, with where that ended first.
    debtors: BTreeMap<AgentNumber, (AgentUri, u64)>,
    numbers: BTreeMap<AgentUri, AgentNumber>,
    computed: VecDeque<(Asked, BTreeMap<AgentNumber, Points>)>,
}

impl Scores {
    /// Works with what is known.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the evidence that has come since the last time.
    ///
    /// # Errors
    /// That the storage failed.
    pub(crate) fn catch_up(&self, reader: &Reader<'_>) -> Result<(), Denial> {
        self.with(|known| {
            let size = reader.size()?;
            if size <= known.size {
                return Ok(());
            }
            let before = known.settled.evidence().len();
            // Taken out: after a failure half way all of it is read anew.
            let from = std::mem::take(&mut known.size);
            let mut settled = std::mem::take(&mut known.settled);
            reader.settled_between(&mut settled, from, size)?;
            for piece in settled.evidence().iter().skip(before) {
                if !known.numbers.contains_key(&piece.debtor)
                    && let Some(number) = reader.agent_number(&piece.debtor)?
                {
                    known.numbers.insert(piece.debtor.clone(), number);
                    known.debtors.insert(number, (piece.debtor.clone(), piece.index.0));
                }
            }
            (known.settled, known.size) = (settled, size);
            Ok(())
        })
    }

    /// Where what has been read of the log ends: after the last evidence.
    pub(crate) fn prefix(&self) -> u64 {
        self.with(|known| known.prefix())
    }

    /// The level of the best agent of an organisation in the eyes of some, of those whose obligations ended last; and
    /// where the evidence ends by which that is so.
    pub(crate) fn best(
        &self,
        observer: &BTreeSet<Domain>,
        class: &Money,
        organisation: &Domain,
        instant: LogTime,
    ) -> (Level, u64) {
        let (agents, prefix) = self.with(|known| (known.lately(organisation), known.prefix()));
        let question = |subject| Question {
            subject,
            observer: observer.clone(),
            class: class.clone(),
            outlook: Outlook::default(),
            capability: None,
            instant,
            prefix: Position(prefix),
        };
        // Each with a turn of its own, so that a search can come in between.
        let level = |agent| self.with(|known| Level::of(score(known.settled.evidence(), &question(agent))));
        (agents.into_iter().map(level).max().unwrap_or(Level::Unverified), prefix)
    }

    /// The question of an organisation about a value class: as it stands now, or as the page before had it. None if no
    /// page can have had that.
    ///
    /// # Errors
    /// That the storage failed.
    pub(super) fn ask(
        &self,
        reader: &Reader<'_>,
        observer: Domain,
        class: Money,
        now: LogTime,
        pinned: Option<(LogTime, u64)>,
    ) -> Result<Option<Asked>, Denial> {
        let instant = LogTime::from_millis((now.millis() / ROUNDED_MS).saturating_add(1) * ROUNDED_MS);
        let prefix = self.prefix();
        let (instant, prefix) = match pinned {
            None => (instant, prefix),
            Some((then, before)) if then <= instant && before <= prefix => (then, before),
            Some(_) => return Ok(None),
        };
        let outlook = outlook(reader, &[observer.clone()].into(), &class)?;
        Ok(Some(Asked { observer, class, outlook, instant, prefix }))
    }
}

/// How an observer looks at a value class, by its policy; several have none in common (ASP-TRU-009).
///
/// # Errors
/// That the storage failed.
pub(crate) fn outlook(
    reader: &Reader<'_>,
    observer: &BTreeSet<Domain>,
    class: &Money,
) -> Result<Outlook, Denial> {
    let (1, Some(only)) = (observer.len(), observer.first()) else { return Ok(Outlook::default()) };
    let known = reader.organisation(only)?;
    Ok(Outlook::of(known.as_ref().and_then(|known| known.policy()), &class.currency))
}

impl Known {
    fn prefix(&self) -> u64 {
        self.settled.changed().map_or(0, |last| last.0 + 1)
    }

    /// The agents of an organisation whose obligations ended last, at most so many.
    fn lately(&self, organisation: &Domain) -> BTreeSet<AgentUri> {
        let own = format!("agent://{organisation}/");
        let mut agents = BTreeSet::new();
        let debtors = self.settled.evidence().iter().rev().map(|piece| &piece.debtor);
        for debtor in debtors.filter(|debtor| debtor.as_str().starts_with(&own)) {
            if !agents.contains(debtor) {
                agents.insert(debtor.clone());
            }
            if agents.len() >= OF_ONE_MAX {
                break;
            }
        }
        agents
    }

    /// Everybody who owed something by then.
    pub(super) fn debtors(&self, asked: &Asked) -> Vec<AgentNumber> {
        let by_then = self.debtors.iter().filter(|(_, (_, first))| *first < asked.prefix);
        by_then.map(|(number, _)| *number).collect()
    }

    /// How many agents one search may compute.
    pub(super) fn computed_max(&self) -> usize {
        (LOOKED_AT_MAX / self.settled.evidence().len().max(1)).clamp(1, COMPUTED_MAX)
    }

    /// The points of whoever never owed anything.
    pub(super) fn base(&self, asked: &Asked) -> Points {
        let nobody = || format!("agent://{}/nobody", asked.observer).parse().ok();
        nobody().map_or_else(Points::default, |nobody| score(&[], &asked.about(nobody)))
    }

    /// The points of an agent.
    pub(super) fn score(&mut self, asked: &Asked, number: AgentNumber) -> Points {
        let Some((agent, _)) = self.debtors.get(&number).filter(|(_, first)| *first < asked.prefix) else {
            return self.base(asked);
        };
        let question = asked.about(agent.clone());
        if !self.computed.iter().any(|(question, _)| question == asked) {
            let carried = self.carried(asked);
            self.computed.truncate(QUESTIONS_MAX - 1);
            self.computed.push_front((asked.clone(), carried));
        }
        let known = self.computed.iter_mut().find(|(question, _)| question == asked);
        let compute = || score(self.settled.evidence(), &question);
        match known {
            Some((_, scores)) => *scores.entry(number).or_insert_with(compute),
            None => compute(),
        }
    }

    /// What is known of a question by what was known of it before the log changed: of those whom no change has touched.
    fn carried(&self, asked: &Asked) -> BTreeMap<AgentNumber, Points> {
        let same = |(question, _): &&(Asked, BTreeMap<AgentNumber, Points>)| {
            question.prefix <= asked.prefix && Asked { prefix: asked.prefix, ..question.clone() } == *asked
        };
        let before = self.computed.iter().filter(same).max_by_key(|(question, _)| question.prefix);
        let Some((question, scores)) = before else { return BTreeMap::new() };
        let touched = self.settled.touched(Position(question.prefix), Position(asked.prefix));
        let untouched = |number: &AgentNumber| {
            let agent = self.debtors.get(number).map(|(agent, _)| agent.organisation());
            agent.is_some_and(|organisation| !touched.contains(&organisation))
        };
        scores
            .iter()
            .filter(|(number, _)| untouched(number))
            .map(|(number, points)| (*number, *points))
            .collect()
    }
}

impl Asked {
    fn about(&self, subject: AgentUri) -> Question {
        Question {
            subject,
            observer: [self.observer.clone()].into(),
            class: self.class.clone(),
            outlook: self.outlook.clone(),
            capability: None,
            instant: self.instant,
            prefix: Position(self.prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use asp_core::position::Hash;
    use asp_core::trust::{Evidence, Outcome};

    use super::*;

    fn kept(index: u64, debtor: &str, creditor: &str) -> Evidence {
        let agent = |name: &str| format!("agent://{name}.example/a").parse().unwrap();
        Evidence {
            index: Position(index),
            at: LogTime::from_millis(index),
            debtor: agent(debtor),
            creditor: agent(creditor),
            value: "1000 USD".parse().unwrap(),
            capability: None,
            outcome: Outcome::Fulfilled,
            statement: Hash::of(&[&index.to_be_bytes()]),
            grounds: BTreeSet::new(),
            void: None,
        }
    }

    impl Known {
        fn settle(&mut self, evidence: Evidence) {
            let number = self.debtors.values().find(|(agent, _)| *agent == evidence.debtor);
            if number.is_none() {
                let number = AgentNumber(i64::try_from(self.debtors.len()).unwrap());
                self.debtors.insert(number, (evidence.debtor.clone(), evidence.index.0));
            }
            self.settled.settle(evidence);
        }

        fn scores(&mut self, prefix: u64) -> Vec<(AgentNumber, Points)> {
            let asked = Asked {
                observer: "seed.example".parse().unwrap(),
                class: "1000 USD".parse().unwrap(),
                outlook: Outlook::default(),
                instant: LogTime::from_millis(1_000),
                prefix,
            };
            let numbers = self.debtors(&asked);
            numbers.into_iter().map(|number| (number, self.score(&asked, number))).collect()
        }
    }

    #[test]
    fn what_the_log_adds_leaves_alone_whom_it_cannot_reach() {
        let mut known = Known::default();
        for (index, debtor, creditor) in
            [(1, "mill", "seed"), (2, "shop", "mill"), (3, "farm", "seed"), (4, "worker", "shop")]
        {
            known.settle(kept(index, debtor, creditor));
        }
        let before = known.scores(5);
        // The mill earns more, and with it those to whom it lends; the farm has nothing to do with it.
        known.settle(kept(7, "mill", "seed"));
        let asked = Asked { prefix: 8, ..known.computed.front().unwrap().0.clone() };
        let carried = known.carried(&asked);
        assert_eq!(carried, BTreeMap::from([before[2]]));
        let after = known.scores(8);
        assert_eq!(after[2], before[2]);
        assert!(after[0] > before[0], "{after:?}");
        // As anew, and never of another question.
        known.computed.clear();
        assert_eq!(known.scores(8), after);
        let other = Asked { observer: "farm.example".parse().unwrap(), ..asked };
        assert!(known.carried(&other).is_empty());
    }
}
