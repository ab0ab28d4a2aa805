//! Commitments: obligations, fulfilment, acknowledgement, breach.
//! Knows no session state; the session asks what is open and when it is due.

use std::collections::{BTreeMap, BTreeSet};

use super::holds::Held;
use super::milestone::{Milestone, Owed};
use crate::name::AgentUri;
use crate::position::{Hash, LogPoint, LogTime, Position};
use crate::seal;
use crate::statement::body::{
    CommitmentState, Due, Evidence, Mode, Obligation, ObligationId, Package, Showing,
};
use crate::trust::{Ground, Outcome};

/// How far an obligation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Owed, or waiting for another.
    Open,
    /// Fulfilment stated, not yet answered.
    Delivered {
        /// When.
        at: LogTime,
        /// What shows it.
        evidence: Evidence,
        /// The statement.
        statement: Hash,
    },
    /// Acknowledged, by word or by silence.
    Fulfilled {
        /// When.
        at: LogTime,
    },
    /// The creditor contests the fulfilment; a dispute decides.
    Contested,
    /// The due time and the cure period passed.
    Breached,
    /// Ended with what it waited for, or with its commitment.
    Lapsed,
}

impl Progress {
    /// Whether the parties, time or a dispute will still settle it.
    #[must_use]
    pub const fn is_unsettled(&self) -> bool {
        match self {
            Self::Open | Self::Delivered { .. } | Self::Contested => true,
            Self::Fulfilled { .. } | Self::Breached | Self::Lapsed => false,
        }
    }

    /// The word that reading shows.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Delivered { .. } => "DELIVERED",
            Self::Fulfilled { .. } => "FULFILLED",
            Self::Contested => "CONTESTED",
            Self::Breached => "BREACHED",
            Self::Lapsed => "LAPSED",
        }
    }
}

/// An obligation and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What was agreed.
    pub obligation: Obligation,
    /// How far it is; of one with stages, how far these are together.
    pub progress: Progress,
    /// Its stages; none if it is fulfilled as a whole.
    pub stages: Vec<Milestone>,
    /// When its fulfilment as a whole was last stated.
    pub delivered: Option<LogTime>,
    /// Where it came to that, if it is settled or contested.
    ended: Option<LogPoint>,
    /// Where the log has the outcomes that it, or its stages, came to.
    outcomes: Vec<Position>,
    /// The disputes by whose awards it has been judged.
    pub(super) awards: Vec<Hash>,
}

impl Duty {
    /// Whether only the members of the session's group know what is owed and when.
    #[must_use]
    pub const fn is_withheld(&self) -> bool {
        matches!(self.obligation.due, Due::Withheld(_))
    }

    fn of(obligation: &Obligation) -> Self {
        let stages = obligation.stages.iter().flatten();
        let stages =
            stages.map(|stage| Milestone { stage: stage.clone(), progress: Progress::Open, delivered: None });
        Self {
            obligation: obligation.clone(),
            progress: Progress::Open,
            stages: stages.collect(),
            delivered: None,
            ended: None,
            outcomes: Vec::new(),
            awards: Vec::new(),
        }
    }

    /// Where it was settled or contested, as far as it is either.
    #[must_use]
    pub const fn ended(&self) -> Option<LogPoint> {
        self.ended
    }

    /// The disputes by whose awards it has been judged, in the order of the log.
    #[must_use]
    pub fn awards(&self) -> &[Hash] {
        &self.awards
    }

    /// Notes where it came to an end, if it did.
    fn note(&mut self, at: LogPoint) {
        let goes_on = matches!(self.progress, Progress::Open | Progress::Delivered { .. });
        self.ended = (!goes_on).then_some(at);
    }
}

/// A commitment: terms and obligations under the signatures of all who owe or are owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// The statement that completed it.
    pub id: Hash,
    /// What was signed.
    pub terms_hash: Hash,
    /// The terms for the parties' domain.
    pub package: Package,
    /// Who signed.
    pub signers: BTreeSet<AgentUri>,
    /// By what signatures each of them did.
    pub grounds: BTreeMap<AgentUri, Vec<Ground>>,
    /// Where in the log it was completed.
    pub formed: LogPoint,
    /// The commitment that it replaces.
    pub replaces: Option<Hash>,
    state: CommitmentState,
    duties: Vec<Duty>,
    pub(super) holds: Vec<Held>,
}

impl Commitment {
    /// A commitment that has just been completed in a session of this mode.
    ///
    /// In a sealed one the node knows no more than outlines of what is owed. Who knows all of it keeps the order by the same,
    /// so that everybody has one state.
    #[must_use]
    pub fn form(
        id: Hash,
        terms_hash: Hash,
        package: Package,
        grounds: BTreeMap<AgentUri, Vec<Ground>>,
        formed: LogPoint,
        mode: Mode,
        replaces: Option<Hash>,
    ) -> Self {
        let duty = |owed: &Obligation| match mode {
            Mode::Open | Mode::Hybrid => Duty::of(owed),
            Mode::Sealed => Duty::of(&seal::obligation(owed, mode)),
        };
        let duties = package.obligations.iter().map(duty).collect();
        let signers = grounds.keys().cloned().collect();
        let state = CommitmentState::Active;
        let holds = Vec::new();
        Self { id, terms_hash, package, signers, grounds, formed, replaces, state, duties, holds }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> CommitmentState {
        self.state
    }

    /// Whether a fulfilment of it is contested.
    #[must_use]
    pub fn disputed(&self) -> bool {
        self.duties.iter().any(Duty::disputed)
    }

    /// Whether anything owed under it was breached, whatever became of the rest.
    #[must_use]
    pub fn breached(&self) -> bool {
        self.duties.iter().any(|duty| duty.progress == Progress::Breached)
    }

    /// What is owed under it, in the order of the terms.
    #[must_use]
    pub fn duties(&self) -> &[Duty] {
        &self.duties
    }

    /// One duty by its name.
    #[must_use]
    pub fn duty(&self, id: &ObligationId) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.obligation.id == *id)
    }

    /// How the fulfilment of something that is owed under it is shown, as far as it is known here.
    pub(super) fn shown_by<'a>(&'a self, owed: Owed<'a>) -> &'a Showing {
        if owed.duty.is_withheld() { &self.agreed(owed.duty).shown_by } else { owed.shown_by() }
    }

    /// What a duty is as far as it is known here: to who has read the terms all of it, although the order is kept by less.
    #[must_use]
    pub fn agreed<'a>(&'a self, duty: &'a Duty) -> &'a Obligation {
        let mut agreed = self.package.obligations.iter().filter(|_| duty.is_withheld());
        agreed.find(|agreed| agreed.id == duty.obligation.id).unwrap_or(&duty.obligation)
    }

    /// Whether it can still be fulfilled, amended or ended.
    #[must_use]
    pub fn is_live(&self) -> bool {
        match self.state {
            CommitmentState::Active => true,
            CommitmentState::Breached => self.has_open(),
            CommitmentState::Fulfilled | CommitmentState::Terminated | CommitmentState::Amended => false,
        }
    }

    /// Whether it was ended by consent, and nothing is owed under it.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        match self.state {
            CommitmentState::Terminated | CommitmentState::Amended => true,
            CommitmentState::Active | CommitmentState::Breached | CommitmentState::Fulfilled => false,
        }
    }

    /// Whether something is owed that time or the parties will still settle.
    #[must_use]
    pub fn has_open(&self) -> bool {
        self.duties.iter().any(|duty| self.is_open(duty))
    }

    /// Whether the duty will be settled by the parties or by time; what waits for something contested will not.
    fn is_open(&self, duty: &Duty) -> bool {
        // A stage that was delivered before another was breached is still answered.
        if duty.stages.iter().any(|milestone| matches!(milestone.progress, Progress::Delivered { .. })) {
            return true;
        }
        match (&duty.progress, &duty.obligation.due) {
            (Progress::Delivered { .. }, _) | (Progress::Open, Due::At(_) | Due::Withheld(_)) => true,
            // Obligations wait only for earlier ones, so this ends.
            (Progress::Open, Due::After(due)) => {
                self.duty(&due.after).is_some_and(|before| match before.progress {
                    Progress::Fulfilled { .. } => true,
                    Progress::Contested | Progress::Breached | Progress::Lapsed => false,
                    Progress::Open | Progress::Delivered { .. } => self.is_open(before),
                })
            }
            (Progress::Fulfilled { .. } | Progress::Contested | Progress::Breached | Progress::Lapsed, _) => {
                false
            }
        }
    }

    /// The signatures that the outcome of a duty rests on; `by` are those of who acknowledged it, if it was by word.
    ///
    /// A fulfilment falls with any of the two sides. A breach falls with the creditor's alone, and by nobody of the
    /// debtor's organisation: else each debtor would distrust its own key and owe nothing (ASP-TRU-003).
    pub(super) fn rests_on(&self, duty: &Duty, outcome: Outcome, by: Vec<Ground>) -> BTreeSet<Ground> {
        let Obligation { debtor, creditor, .. } = &duty.obligation;
        let of = |party: &AgentUri| self.grounds.get(party).into_iter().flatten().cloned();
        match outcome {
            Outcome::Fulfilled => of(debtor).chain(of(creditor)).chain(by).collect(),
            Outcome::Breached => {
                let home = debtor.organisation();
                of(creditor).filter(|ground| ground.by.organisation() != home).collect()
            }
        }
    }

    /// When the duty is due; none while it waits for another.
    #[must_use]
    pub fn due_at(&self, duty: &Duty) -> Option<LogTime> {
        match &self.agreed(duty).due {
            Due::At(due) => Some(due.at),
            Due::Withheld(_) => None,
            Due::After(due) => match self.duty(&due.after)?.progress {
                Progress::Fulfilled { at } => Some(at.plus(due.within_ms)),
                Progress::Open
                | Progress::Delivered { .. }
                | Progress::Contested
                | Progress::Breached
                | Progress::Lapsed => None,
            },
        }
    }

    /// The last instant at which the duty can be met: its due time and the cure period.
    #[must_use]
    pub fn met_until(&self, duty: &Duty) -> Option<LogTime> {
        let cure = self.agreed(duty).remedy.as_ref().and_then(|remedy| remedy.cure_ms);
        self.due_at(duty).map(|due| cure.map_or(due, |cure| due.plus(cure)))
    }

    /// Sets how far a duty is, and what follows for those that wait for it and for the whole.
    ///
    /// With a stage it is said of that alone, without one of all of the obligation that is not settled.
    pub(super) fn set(
        &mut self,
        id: &ObligationId,
        stage: Option<&ObligationId>,
        progress: Progress,
        at: LogPoint,
    ) {
        if let Some(duty) = self.duties.iter_mut().find(|duty| duty.obligation.id == *id)
            && matches!(progress, Progress::Fulfilled { .. } | Progress::Breached)
        {
            duty.outcomes.push(at.index);
        }
        self.progress(id, stage, progress, at);
    }

    /// The same without an outcome that says something about who owed it.
    fn progress(
        &mut self,
        id: &ObligationId,
        stage: Option<&ObligationId>,
        progress: Progress,
        at: LogPoint,
    ) {
        if let Some(duty) = self.duties.iter_mut().find(|duty| duty.obligation.id == *id) {
            duty.set(stage, progress);
            duty.note(at);
        }
        self.lapse_waiting();
        self.settle();
    }

    /// An obligation to pay that is owed no longer, as money that was held has paid it.
    pub(super) fn settle_by_hold(&mut self, id: &ObligationId, at: LogPoint) {
        let owed = self.duty(id).is_some_and(|duty| duty.progress.is_unsettled());
        if owed {
            self.progress(id, None, Progress::Fulfilled { at: at.time }, at);
        }
    }

    /// What waits for a breached or lapsed obligation is not owed.
    fn lapse_waiting(&mut self) {
        let mut ended: BTreeSet<ObligationId> = BTreeSet::new();
        for duty in &mut self.duties {
            let waits_for_ended = match &duty.obligation.due {
                Due::At(_) | Due::Withheld(_) => false,
                Due::After(due) => ended.contains(&due.after),
            };
            if waits_for_ended && duty.progress == Progress::Open {
                duty.set(None, Progress::Lapsed);
            }
            if matches!(duty.progress, Progress::Breached | Progress::Lapsed) {
                ended.insert(duty.obligation.id.clone());
            }
        }
    }

    fn settle(&mut self) {
        let unsettled = self.duties.iter().any(|duty| duty.progress.is_unsettled());
        if self.state == CommitmentState::Active {
            if self.breached() {
                self.state = CommitmentState::Breached;
            } else if !unsettled {
                self.state = CommitmentState::Fulfilled;
            }
        }
    }

    /// Notes an award of this dispute; how far what it is about was.
    pub(super) fn awarded(&mut self, id: &ObligationId, dispute: Hash) -> Option<Progress> {
        let duty = self.duties.iter_mut().find(|duty| duty.obligation.id == *id)?;
        duty.awards.push(dispute);
        Some(duty.in_question().clone())
    }

    /// Sets how far a duty is by an award, whatever it was before; the places of the outcomes that count no more.
    pub(super) fn overrule(&mut self, id: &ObligationId, progress: Progress, at: LogPoint) -> Vec<Position> {
        let mut overruled = Vec::new();
        if let Some(duty) = self.duties.iter_mut().find(|duty| duty.obligation.id == *id) {
            // Where a stage is in doubt the award is about that: what the others came to stays.
            if !duty.is_doubted() {
                overruled = std::mem::take(&mut duty.outcomes);
            }
            if matches!(progress, Progress::Fulfilled { .. } | Progress::Breached) {
                duty.outcomes.push(at.index);
            }
            duty.judge(progress);
            duty.note(at);
        }
        self.lapse_waiting();
        overruled
    }

    /// Where it stands after an award. `last` if nobody can fulfil anything any more: what waits for what was judged then
    /// lapses too.
    pub(super) fn follow(&mut self, id: &ObligationId, last: bool) {
        if last {
            let waits = |duty: &Duty| match &duty.obligation.due {
                Due::At(_) | Due::Withheld(_) => false,
                Due::After(due) => due.after == *id,
            };
            for duty in self.duties.iter_mut().filter(|duty| duty.progress == Progress::Open && waits(duty)) {
                duty.set(None, Progress::Lapsed);
            }
            self.lapse_waiting();
        }
        let unsettled = self.duties.iter().any(|duty| duty.progress.is_unsettled());
        let fulfilled = self.duties.iter().any(|duty| matches!(duty.progress, Progress::Fulfilled { .. }));
        self.state = match self.state {
            CommitmentState::Terminated | CommitmentState::Amended => self.state,
            CommitmentState::Active | CommitmentState::Breached | CommitmentState::Fulfilled => {
                match (self.breached(), unsettled, fulfilled) {
                    (true, ..) => CommitmentState::Breached,
                    (false, true, _) => CommitmentState::Active,
                    (false, false, true) => CommitmentState::Fulfilled,
                    (false, false, false) => CommitmentState::Terminated,
                }
            }
        };
    }

    /// Ends it by consent: what was owed lapses, what was contested is settled, what was done or breached stays so.
    pub(super) fn end(&mut self, state: CommitmentState) {
        self.state = state;
        for duty in &mut self.duties {
            if duty.owed().any(|owed| owed.progress().is_unsettled()) {
                duty.set(None, Progress::Lapsed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SecretKey;

    fn agent(text: &str) -> AgentUri {
        text.parse().unwrap()
    }

    fn ground(by: &str) -> Ground {
        let key = SecretKey::from_seed(Hash::of(&[by.as_bytes()]).as_bytes()).id();
        Ground { at: Position(7), by: agent(by), key }
    }

    /// An obligation of `agent://d.example/a` to `agent://c.example/a`, whose sides were bound by these agents.
    fn commitment(debtor: &[&str], creditor: &[&str]) -> Commitment {
        let obligation = serde_json::json!({
            "creditor": "agent://c.example/a", "debtor": "agent://d.example/a", "due": {"at": "2026-11-23T15:55:12.000Z"},
            "id": "goods", "shownBy": {"method": "acknowledgement"},
            "value": {"amount": "1", "currency": "USD"}, "what": "goods",
        });
        let obligations = vec![serde_json::from_value(obligation).unwrap()];
        let package = Package {
            disputes: None,
            hidden: None,
            holds: None,
            obligations,
            salt: None,
            schema: None,
            terms: serde_json::Map::new(),
        };
        let of = |names: &[&str]| names.iter().map(|name| ground(name)).collect::<Vec<_>>();
        let grounds = [("agent://d.example/a", of(debtor)), ("agent://c.example/a", of(creditor))];
        let grounds = grounds.map(|(party, grounds)| (agent(party), grounds)).into();
        let formed = LogPoint { index: Position(7), time: LogTime::from_millis(1) };
        Commitment::form(Hash::of(&[]), Hash::of(&[]), package, grounds, formed, Mode::Open, None)
    }

    #[test]
    fn nobody_of_the_debtors_organisation_can_undo_its_breach() {
        // ASP-TRU-003: the creditor let an agent of the debtor's organisation sign for it.
        let names = ["agent://d.example/other", "agent://d.example.org/a", "agent://c.example/a"];
        let commitment = commitment(&["agent://d.example/a", "agent://e.example/a"], &names);
        let duty = commitment.duties().first().unwrap();
        let rests = |outcome, by| -> Vec<String> {
            commitment.rests_on(duty, outcome, by).into_iter().map(|ground| ground.by.to_string()).collect()
        };
        assert_eq!(rests(Outcome::Breached, vec![]), ["agent://c.example/a", "agent://d.example.org/a"]);
        let acknowledged = rests(Outcome::Fulfilled, vec![ground("agent://f.example/a")]);
        assert_eq!(acknowledged.len(), 6, "{acknowledged:?}");
    }
}
