//! What is fulfilled by itself: an obligation as a whole, or each of its stages. When that is due, how late it was, and
//! what the remedy costs.

use super::commitment::{Commitment, Duty, Progress};
use crate::amount::{Decimal, Money};
use crate::limits;
use crate::position::{LogTime, Millis};
use crate::statement::body::{Due, Obligation, ObligationId, ObligationStage, Showing};
use crate::trust::Outcome;

/// A stage of an obligation and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// What was agreed.
    pub stage: ObligationStage,
    /// How far it is.
    pub progress: Progress,
    /// When its fulfilment was last stated.
    pub delivered: Option<LogTime>,
}

/// What is fulfilled, acknowledged, contested and breached by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed<'a> {
    /// The obligation.
    pub duty: &'a Duty,
    /// The stage of it, where it has stages.
    pub milestone: Option<&'a Milestone>,
}

impl<'a> Owed<'a> {
    /// How far it is.
    #[must_use]
    pub const fn progress(&self) -> &'a Progress {
        match self.milestone {
            Some(milestone) => &milestone.progress,
            None => &self.duty.progress,
        }
    }

    /// How its fulfilment is shown: as the stage says, else as the obligation does.
    #[must_use]
    pub fn shown_by(&self) -> &'a Showing {
        let own = self.milestone.and_then(|milestone| milestone.stage.shown_by.as_ref());
        own.unwrap_or(&self.duty.obligation.shown_by)
    }

    /// What it is worth.
    #[must_use]
    pub const fn value(&self) -> &'a Money {
        match self.milestone {
            Some(milestone) => &milestone.stage.value,
            None => &self.duty.obligation.value,
        }
    }

    /// The name of the stage, where it is one.
    #[must_use]
    pub fn stage(&self) -> Option<&'a ObligationId> {
        self.milestone.map(|milestone| &milestone.stage.id)
    }

    /// When its fulfilment was last stated.
    #[must_use]
    pub fn delivered(&self) -> Option<LogTime> {
        self.milestone.map_or(self.duty.delivered, |milestone| milestone.delivered)
    }
}

impl Duty {
    /// All that is fulfilled by itself: the obligation, or its stages in their order.
    pub fn owed(&self) -> impl Iterator<Item = Owed<'_>> {
        let whole = self.stages.is_empty().then_some(Owed { duty: self, milestone: None });
        let stages = self.stages.iter().map(|milestone| Owed { duty: self, milestone: Some(milestone) });
        whole.into_iter().chain(stages)
    }

    /// When silence acknowledges a fulfilment stated at `delivered`.
    #[must_use]
    pub fn silence_at(&self, delivered: LogTime) -> LogTime {
        delivered.plus(self.obligation.acknowledge_ms.unwrap_or(limits::ACKNOWLEDGEMENT_MS))
    }

    /// Whether the fulfilment of the obligation or of a stage of it is contested.
    #[must_use]
    pub fn disputed(&self) -> bool {
        self.owed().any(|owed| *owed.progress() == Progress::Contested)
    }

    /// What of its value is not settled yet: of stages that of those that are not.
    #[must_use]
    pub fn unsettled(&self) -> Decimal {
        let unsettled = self.owed().filter(|owed| owed.progress().is_unsettled());
        unsettled.fold(Decimal::ZERO, |sum, owed| sum.saturating_add(owed.value().amount))
    }

    /// What is still open of its value: all of it, or that of the stages that are.
    #[must_use]
    pub fn open_value(&self) -> Money {
        let open = self.owed().filter(|owed| *owed.progress() == Progress::Open);
        let mut amounts = open.map(|owed| owed.value().amount);
        // Stages together are worth no more than the obligation, which can be written.
        let sum =
            amounts.try_fold(Decimal::ZERO, Decimal::checked_add).unwrap_or(self.obligation.value.amount);
        Money { amount: sum, currency: self.obligation.value.currency.clone() }
    }

    /// Sets how far it is, or one of its stages; of stages together follows how far the whole is.
    pub(super) fn set(&mut self, stage: Option<&ObligationId>, progress: Progress) {
        let delivered = |progress: &Progress| match progress {
            Progress::Delivered { at, .. } => Some(*at),
            Progress::Open
            | Progress::Fulfilled { .. }
            | Progress::Contested
            | Progress::Breached
            | Progress::Lapsed => None,
        };
        match stage {
            None if self.stages.is_empty() => {
                self.delivered = delivered(&progress).or(self.delivered);
                self.progress = progress;
            }
            // What is said of the whole is said of all that is not settled yet.
            None => {
                for milestone in self.stages.iter_mut().filter(|it| it.progress.is_unsettled()) {
                    milestone.progress = progress.clone();
                }
                self.progress = together(&self.stages);
            }
            Some(stage) => {
                let breached = progress == Progress::Breached;
                for milestone in &mut self.stages {
                    if milestone.stage.id == *stage {
                        milestone.delivered = delivered(&progress).or(milestone.delivered);
                        milestone.progress = progress.clone();
                    } else if breached && milestone.progress == Progress::Open {
                        // Who breaches one stage breaches the obligation: what it has not begun to give is not owed.
                        milestone.progress = Progress::Lapsed;
                    }
                }
                self.progress = together(&self.stages);
            }
        }
    }
}

/// What a dispute about an obligation is about.
impl Duty {
    /// How far it is where it can be in dispute: contested or delivered if a stage of it is, else as the whole is.
    #[must_use]
    pub fn in_question(&self) -> &Progress {
        let stages = || self.stages.iter().map(|milestone| &milestone.progress);
        let contested = stages().find(|progress| **progress == Progress::Contested);
        contested.or_else(|| stages().find(|progress| is_in_doubt(progress))).unwrap_or(&self.progress)
    }

    /// Whether stages of it wait for somebody's word. A dispute is about those then, and about all of it otherwise.
    pub(super) fn is_doubted(&self) -> bool {
        self.stages.iter().any(|milestone| is_in_doubt(&milestone.progress))
    }

    /// How that is shown which a dispute is about.
    pub fn showings_in_question(&self) -> impl Iterator<Item = &Showing> {
        let doubted = self.is_doubted();
        self.owed().filter(move |owed| !doubted || is_in_doubt(owed.progress())).map(|owed| owed.shown_by())
    }

    /// The value that an award is about; with a breach goes what has not been begun.
    pub(super) fn judged_value(&self, outcome: Outcome) -> Money {
        let whole = &self.obligation.value;
        if !self.is_doubted() {
            return whole.clone();
        }
        let judged = |milestone: &&Milestone| {
            let lapses = outcome == Outcome::Breached && milestone.progress == Progress::Open;
            lapses || is_in_doubt(&milestone.progress)
        };
        let mut amounts = self.stages.iter().filter(judged).map(|milestone| milestone.stage.value.amount);
        // Stages together are worth no more than the obligation, which can be written.
        let sum = amounts.try_fold(Decimal::ZERO, Decimal::checked_add).unwrap_or(whole.amount);
        Money { amount: sum, currency: whole.currency.clone() }
    }

    /// Sets how far it is by an award, settled or not.
    pub(super) fn judge(&mut self, progress: Progress) {
        if self.stages.is_empty() {
            self.progress = progress;
            return;
        }
        let doubted = self.is_doubted();
        let breached = progress == Progress::Breached;
        for milestone in &mut self.stages {
            if !doubted || is_in_doubt(&milestone.progress) {
                milestone.progress = progress.clone();
            } else if breached && milestone.progress == Progress::Open {
                milestone.progress = Progress::Lapsed;
            }
        }
        self.progress = together(&self.stages);
    }
}

const fn is_in_doubt(progress: &Progress) -> bool {
    matches!(progress, Progress::Delivered { .. } | Progress::Contested)
}

/// How far an obligation is whose stages are so far.
fn together(stages: &[Milestone]) -> Progress {
    let any = |is: fn(&Progress) -> bool| stages.iter().any(|milestone| is(&milestone.progress));
    if any(|progress| *progress == Progress::Breached) {
        return Progress::Breached;
    }
    if any(|progress| matches!(progress, Progress::Open | Progress::Delivered { .. })) {
        return Progress::Open;
    }
    if any(|progress| *progress == Progress::Contested) {
        return Progress::Contested;
    }
    let fulfilled = stages.iter().map(|milestone| match milestone.progress {
        Progress::Fulfilled { at } => Some(at),
        Progress::Open
        | Progress::Delivered { .. }
        | Progress::Contested
        | Progress::Breached
        | Progress::Lapsed => None,
    });
    let last: Option<Vec<LogTime>> = fulfilled.collect();
    last.and_then(|all| all.into_iter().max()).map_or(Progress::Lapsed, |at| Progress::Fulfilled { at })
}

impl Commitment {
    /// What a statement about an obligation, or about a stage of it, is about.
    ///
    /// None where there is no such thing: a stage has to be named exactly where there are stages (ASP-COM-016).
    #[must_use]
    pub fn owed(&self, obligation: &ObligationId, stage: Option<&ObligationId>) -> Option<Owed<'_>> {
        self.duty(obligation)?.owed().find(|owed| owed.stage() == stage)
    }

    /// The value that an outcome is about: of a fulfilment that of what is fulfilled, of a breach that of all that was open
    /// of the obligation. None where there is no such thing.
    pub(super) fn at_stake(
        &self,
        obligation: &ObligationId,
        stage: Option<&ObligationId>,
        progress: &Progress,
    ) -> Option<Money> {
        let owed = self.owed(obligation, stage)?;
        Some(match progress {
            Progress::Breached => owed.duty.open_value(),
            Progress::Open
            | Progress::Delivered { .. }
            | Progress::Fulfilled { .. }
            | Progress::Contested
            | Progress::Lapsed => owed.value().clone(),
        })
    }

    /// When it is due: the stage's own instant, else when the obligation is; none while that waits for another.
    #[must_use]
    pub fn due_of(&self, owed: Owed<'_>) -> Option<LogTime> {
        let whole = self.due_at(owed.duty)?;
        let own = owed.milestone.and_then(|milestone| milestone.stage.due.as_ref());
        Some(own.map_or(whole, |due| due.at))
    }

    /// The last instant at which it can be met: when it is due, and the cure period.
    #[must_use]
    pub fn met_until_of(&self, owed: Owed<'_>) -> Option<LogTime> {
        let remedy = self.agreed(owed.duty).remedy.as_ref();
        let cure = remedy.and_then(|remedy| remedy.cure_ms).unwrap_or(Millis(0));
        Some(self.due_of(owed)?.plus(cure))
    }

    /// How late its fulfilment was stated; none where it was not late, or has not been stated.
    #[must_use]
    pub fn late_ms(&self, owed: Owed<'_>) -> Option<Millis> {
        let late = owed.delivered()?.since(self.due_of(owed)?);
        (late > Millis(0)).then_some(late)
    }

    /// What the debtor owes at `now` by the remedy of an obligation, for being late and for a breach; none for nothing.
    #[must_use]
    pub fn penalty(&self, duty: &Duty, now: LogTime) -> Option<Money> {
        self.sum(duty, |owed, progress| self.price(owed, progress, now))
    }

    /// What will be owed by the remedy once this is breached, which is what the node then says (ASP-COM-017).
    pub(super) fn breach_costs(&self, breached: Owed<'_>) -> Option<Money> {
        let at = self.met_until_of(breached)?;
        self.sum(breached.duty, |owed, progress| match progress {
            _ if owed == breached => self.price(owed, &Progress::Breached, at),
            // It lapses with the breach.
            Progress::Open => Some(Decimal::ZERO),
            Progress::Delivered { .. }
            | Progress::Fulfilled { .. }
            | Progress::Contested
            | Progress::Breached
            | Progress::Lapsed => self.price(owed, progress, at),
        })
    }

    fn sum<'a>(
        &self,
        duty: &'a Duty,
        price: impl Fn(Owed<'a>, &'a Progress) -> Option<Decimal>,
    ) -> Option<Money> {
        let remedy = self.agreed(duty).remedy.as_ref()?;
        let mut prices = duty.owed().map(|owed| price(owed, owed.progress()));
        remedy.money(prices.try_fold(Decimal::ZERO, |sum, price| sum.checked_add(price?)))
    }

    /// What one thing that is owed has cost so far, without the cap.
    fn price(&self, owed: Owed<'_>, progress: &Progress, now: LogTime) -> Option<Decimal> {
        let nothing = Some(Decimal::ZERO);
        let (Some(remedy), Some(due)) = (&self.agreed(owed.duty).remedy, self.due_of(owed)) else {
            return nothing;
        };
        let until = self.met_until_of(owed).unwrap_or(due);
        match progress {
            Progress::Open => remedy.days(due, now.min(until)),
            Progress::Delivered { .. } | Progress::Fulfilled { .. } | Progress::Contested => {
                remedy.days(due, owed.delivered().unwrap_or(due))
            }
            Progress::Breached => remedy.breached(due, until),
            Progress::Lapsed => nothing,
        }
    }
}

/// Whether the stages of an obligation fit it: what no schema can say (ASP-COM-015).
#[must_use]
pub(super) fn stages_fit(obligation: &Obligation, now: LogTime) -> bool {
    let Some(stages) = &obligation.stages else { return true };
    let mut names: Vec<&ObligationId> = stages.iter().map(|stage| &stage.id).collect();
    names.sort_unstable();
    names.dedup();
    let timely = |stage: &ObligationStage| match (&stage.due, &obligation.due) {
        (None, _) => true,
        (Some(own), Due::At(whole)) => own.at > now && own.at <= whole.at,
        // What waits for another has no instant that a stage of it could come before.
        (Some(_), Due::After(_) | Due::Withheld(_)) => false,
    };
    let one_currency = stages.iter().all(|stage| stage.value.currency == obligation.value.currency);
    let mut values = stages.iter().map(|stage| stage.value.amount);
    let sum = values.try_fold(Decimal::ZERO, Decimal::checked_add);
    names.len() == stages.len()
        && stages.iter().all(timely)
        && one_currency
        && sum == Some(obligation.value.amount)
}
