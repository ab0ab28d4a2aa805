//! What was settled so far, and which of it still counts: evidence rests on signatures, and keys are found stolen later.
//!
//! Whether a piece counts is decided by the place of the log at which the first of its signatures was distrusted, so the
//! answer to a question of an earlier place stays what it was. Knows neither weights nor scores.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use crate::key::KeyId;
use crate::name::{AgentUri, Domain, StreamId};
use crate::position::{LogPoint, Position};
use crate::statement::body::Body;
use crate::stream::Accepted;

/// A key of an agent that is not to be trusted from a place of the log on: what a revocation says in hindsight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distrust {
    /// Whose key.
    pub agent: AgentUri,
    /// Which.
    pub key: KeyId,
    /// The first index at which a signature by it does not count.
    pub from: Position,
    /// Where and when the log has the revocation.
    pub at: LogPoint,
}

impl Distrust {
    /// What a statement says of a key in hindsight; none if it does not.
    #[must_use]
    pub fn of(accepted: &Accepted) -> Option<Self> {
        let (StreamId::Agent(agent), Body::AgentKeyRevoke(revoke)) =
            (&accepted.statement().stream, &accepted.statement().body)
        else {
            return None;
        };
        // From its own place on a key that was revoked signs nothing, so nothing rests on that.
        let from = revoke.from_index.filter(|from| *from < accepted.at().index)?;
        Some(Self { agent: agent.clone(), key: revoke.key, from, at: accepted.at() })
    }
}

/// Evidence in the order of the log, each piece with the place from which it does not count.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    evidence: Vec<Evidence>,
    /// Which pieces rest on signatures by a key.
    resting_on: BTreeMap<(AgentUri, KeyId), Vec<usize>>,
    distrusts: BTreeMap<(AgentUri, KeyId), Vec<Distrust>>,
    changed: Option<Position>,
    /// To whose agents each organisation ever lent, whatever became of it.
    lent: BTreeMap<Domain, BTreeSet<Domain>>,
    /// Whose obligations changed what counts, in the order of the log.
    changes: Vec<(Position, Domain)>,
}

impl Settled {
    /// All of it.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// The last place of the log that changed what counts.
    #[must_use]
    pub const fn changed(&self) -> Option<Position> {
        self.changed
    }

    /// The organisations whose agents' scores may have changed by the entries from `from` on and before `to`; every other
    /// score, whatever is asked, is what it was.
    ///
    /// A change is felt by who owed, and by those to whom its organisation lent, and so on: nothing flows upwards.
    #[must_use]
    pub fn touched(&self, from: Position, to: Position) -> BTreeSet<Domain> {
        let begin = self.changes.partition_point(|(at, _)| *at < from);
        let changed = self.changes.iter().skip(begin).take_while(|(at, _)| *at < to);
        let mut open: Vec<&Domain> = changed.map(|(_, domain)| domain).collect();
        let mut touched = BTreeSet::new();
        while let Some(domain) = open.pop() {
            if touched.insert(domain.clone()) {
                open.extend(self.lent.get(domain).into_iter().flatten());
            }
        }
        touched
    }

    fn note_change(&mut self, at: Position, debtor: Domain) {
        self.changed = self.changed.max(Some(at));
        let place = self.changes.partition_point(|(known, _)| *known <= at);
        self.changes.insert(place, (at, debtor));
    }

    /// Takes in the outcome of an obligation (ASP-TRU-003).
    pub fn settle(&mut self, mut evidence: Evidence) {
        let debtor = evidence.debtor.organisation();
        self.lent.entry(evidence.creditor.organisation()).or_default().insert(debtor.clone());
        self.note_change(evidence.index, debtor);
        for ground in &evidence.grounds {
            let key = (ground.by.clone(), ground.key);
            for distrust in self.distrusts.get(&key).into_iter().flatten() {
                distrust.strike(&mut evidence.void, ground.at);
            }
            self.resting_on.entry(key).or_default().push(self.evidence.len());
        }
        self.evidence.push(evidence);
    }

    /// Takes in that the outcome at a place of the log does not count from another on: a dispute overruled it (ASP-DIS-014).
    pub fn overrule(&mut self, settled: Position, at: LogPoint) {
        let mut struck = BTreeSet::new();
        for evidence in self.evidence.iter_mut().filter(|evidence| evidence.index == settled) {
            struck.insert(evidence.debtor.organisation());
            if evidence.void.is_none_or(|void| void.index > at.index) {
                evidence.void = Some(at);
            }
        }
        struck.into_iter().for_each(|debtor| self.note_change(at.index, debtor));
    }

    /// Takes in that a key is not trusted from a place on.
    pub fn distrust(&mut self, distrust: Distrust) {
        self.changed = self.changed.max(Some(distrust.at.index));
        let key = (distrust.agent.clone(), distrust.key);
        let mut struck = BTreeSet::new();
        for place in self.resting_on.get(&key).into_iter().flatten() {
            let Some(evidence) = self.evidence.get_mut(*place) else { continue };
            struck.insert(evidence.debtor.organisation());
            let own = |ground: &&super::Ground| ground.by == distrust.agent && ground.key == distrust.key;
            for ground in evidence.grounds.iter().filter(own) {
                distrust.strike(&mut evidence.void, ground.at);
            }
        }
        struck.into_iter().for_each(|debtor| self.note_change(distrust.at.index, debtor));
        self.distrusts.entry(key).or_default().push(distrust);
    }
}

impl Distrust {
    /// Notes that a signature at `signed` does not count from here on, unless it is known not to from earlier.
    fn strike(&self, void: &mut Option<LogPoint>, signed: Position) {
        if signed >= self.from && void.is_none_or(|void| void.index > self.at.index) {
            *void = Some(self.at);
        }
    }
}
