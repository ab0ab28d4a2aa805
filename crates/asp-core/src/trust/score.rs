//! The score: from flow, breaches and idleness to factors, and from factors to points that add up.
//! Knows node numbers, not names; `explain.rs` tells people.

use std::fmt;

use serde::{Serialize, Serializer};

use super::evidence::{Evidence, Question};
use super::fixed::Fixed;
use super::flow::{Belief, Deal, Flow, Graph, SUBJECT};
use super::parameters::{self, BREACHES_APART_MAX, Model, days};
use super::quantile;
use crate::position::{LogTime, Position};

/// Points, a hundred at most, in thousandths: `61.204`. Also a difference of points, `-4.100`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(i64);

impl Points {
    #[cfg(test)]
    pub(super) const fn new(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// The points in thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// How much more these are than `other`.
    pub(super) const fn less(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:03}", size / 1000, size % 1000)
    }
}

/// A factor or an amount of flow in millionths, written with all six places: `0.925000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millionths(u64);

impl Millionths {
    /// The number in millionths.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// A flow, counted in deals.
    pub(super) fn of_flow(flow: u64) -> Self {
        Self(parameters::deals(flow).micros())
    }
}

impl fmt::Display for Millionths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / MILLION, self.0 % MILLION)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Millionths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A breach of the subject, before it is known what was earned since.
#[derive(Clone, Copy)]
pub(super) struct Breach {
    pub index: Position,
    pub at: LogTime,
    /// The breaches of the window that ends with this one, itself included.
    pub recent: u32,
    /// Up to 1.
    pub severity: Fixed,
}

impl Breach {
    /// The subject's breaches, which come in log order.
    pub(super) fn among(broken: &[&Evidence], question: &Question, model: &Model) -> Vec<Self> {
        let window = days(model.breach_window_days);
        let mut breaches: Vec<Self> = Vec::new();
        let mut from = 0;
        for obligation in broken {
            while breaches.get(from).is_some_and(|breach| obligation.at.since(breach.at) > window) {
                from += 1;
            }
            breaches.push(Self {
                index: obligation.index,
                at: obligation.at,
                recent: u32::try_from(breaches.len() - from)
                    .map_or(u32::MAX, |before| before.saturating_add(1)),
                severity: severity(question.worth(&obligation.value).unwrap_or(0), question, model),
            });
        }
        breaches
    }

    /// A breach of the class's value at the question's instant, after all others.
    pub(super) fn supposed(breaches: &[Self], question: &Question, model: &Model) -> Self {
        let window = days(model.breach_window_days);
        let recent = breaches.iter().filter(|breach| question.instant.since(breach.at) <= window).count();
        Self {
            index: Position(u64::MAX),
            at: question.instant,
            recent: u32::try_from(recent).map_or(u32::MAX, |before| before.saturating_add(1)),
            severity: Fixed::ONE,
        }
    }

    /// What is left of the breach: less with time, and less by the flow earned since.
    ///
    /// The first deals after it heal little, so that few good ones do not hide that many were bad; and the second breach of
    /// the window needs four times the flow of a lone one, so that to break one deal in many heals for nobody, slow or busy.
    fn keep(&self, earned: u64, instant: LogTime, model: &Model) -> Fixed {
        let aged = Fixed::spans(instant.since(self.at), days(model.breach_half_life_days)).half_to();
        let times = self.aggravation(model).max(1);
        let halves = model.earned_halves.saturating_mul(times.saturating_mul(times));
        let healed = parameters::deals(earned) / Fixed::whole(halves);
        aged / (Fixed::ONE + healed * healed)
    }

    /// The breaches of the window, as far as they aggravate.
    fn aggravation(&self, model: &Model) -> u32 {
        self.recent.min(model.breach_power_max)
    }
}

/// The value against the class's, within bounds.
///
/// Whoever asks about deals of a size takes a breach of that size in full. Nothing else that the debtor did counts here:
/// what is usual for it, it could pretend.
fn severity(value: u128, question: &Question, model: &Model) -> Fixed {
    Fixed::share(value, question.class_nanos()).max(Fixed::share(1, u128::from(model.severity_parts)))
}

/// How an agent stands: everything that the factors are made of.
pub(super) struct Standing<'a> {
    pub graph: Graph<'a>,
    pub flow: Flow,
    pub facts: Facts,
}

/// The figures of a standing, which a supposition can change.
#[derive(Clone)]
pub(super) struct Facts {
    pub flow: u64,
    /// When the subject was last fresh; none without flow.
    pub latest: Option<LogTime>,
    /// Each breach, with the flow that stems from deals after it alone.
    pub breaches: Vec<(Breach, u64)>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(deals: &[Deal<'_>], breaches: &[Breach], seeds: &'a [Belief], model: &'a Model) -> Self {
        let graph = Graph::of(deals.iter(), seeds, model);
        let flow = graph.flow_to(SUBJECT);
        let earned_since = |index: Position| {
            let after = deals.iter().filter(|deal| deal.index > index);
            Graph::of(after, seeds, model).flow_to(SUBJECT).value
        };
        let mut earned = 0;
        let mut apart: Vec<(Breach, u64)> = Vec::new();
        for (back, breach) in breaches.iter().rev().enumerate() {
            if back < BREACHES_APART_MAX {
                earned = earned_since(breach.index);
            }
            apart.push((*breach, earned));
        }
        apart.reverse();
        let facts = Facts { flow: flow.value, latest: graph.latest(), breaches: apart };
        Self { graph, flow, facts }
    }
}

/// The five factors in millionths: the score follows from these digits alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Factors {
    pub flow: Millionths,
    pub growth: Millionths,
    pub certainty: Millionths,
    pub inactivity: Millionths,
    pub breach: Millionths,
}

impl Factors {
    pub(super) fn of(facts: &Facts, instant: LogTime, model: &Model) -> Self {
        let flow = parameters::deals(facts.flow);
        let grown = (Fixed::ONE + Fixed::whole(model.grown_flow)).ln();
        let growth = ((Fixed::ONE + flow).ln() / grown).min(Fixed::ONE);

        let (mut left, mut broken) = (Fixed::ONE, Fixed::ZERO);
        for (breach, earned) in &facts.breaches {
            let weight = breach.severity * breach.keep(*earned, instant, model);
            let lone = Fixed::share(u128::from(model.breach_leaves_hundredths), 100);
            let loss = Fixed::ONE - lone.power(breach.aggravation(model));
            left = left * (Fixed::ONE - loss * weight);
            broken = broken + Fixed::whole(model.breach_weight) * weight * Fixed::whole(breach.recent);
        }
        let best = quantile::tenth(Fixed::whole(model.certain_flow), Fixed::ZERO);
        let certainty = (quantile::tenth(flow, broken) / best).min(Fixed::ONE);

        let idle = facts.latest.map_or(Fixed::ZERO, |latest| {
            let span = instant.since(latest.plus(days(model.idle_free_days)));
            Fixed::spans(span, days(model.idle_half_life_days))
        });
        let millionths = |number: Fixed| Millionths(number.micros());
        Self {
            flow: millionths(flow),
            growth: millionths(growth),
            certainty: millionths(certainty),
            inactivity: millionths(idle.half_to()),
            breach: millionths(left),
        }
    }

    /// `F · (10 + 90·L·q·D)`, rounded down: no rounding lifts anybody to a level. Without a record it is 10
    /// (ASP-TRU-002).
    pub(super) fn score(&self, model: &Model) -> Points {
        let [.., last] = self.fall(model);
        last
    }

    /// The score as it becomes after each factor: base, growth, certainty, inactivity, breaches.
    pub(super) fn fall(&self, model: &Model) -> [Points; 5] {
        let base = u128::from(model.base_points);
        let growth = u128::from(model.growth_points);
        let part = |factor: Millionths| u128::from(factor.0);
        // At most 10⁵ · 10²⁴, far within 128 bits, so that each step is exact before it is rounded down.
        let one = u128::from(MILLION);
        let grown = growth * part(self.growth);
        let certain = grown * part(self.certainty);
        let active = certain * part(self.inactivity);
        let whole = base * one * one * one;
        let points = |thousandths: u128| Points(i64::try_from(thousandths).unwrap_or(i64::MAX));
        [
            points(base),
            points(base + grown / one),
            points(base + certain / (one * one)),
            points(base + active / (one * one * one)),
            points((whole + active) * part(self.breach) / (one * one * one * one)),
        ]
    }
}

const MILLION: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_factors_have_one_spelling() {
        assert_eq!(Points(61_204).to_string(), "61.204");
        assert_eq!(Points(-40).to_string(), "-0.040");
        assert_eq!(Millionths(925_000).to_string(), "0.925000");
    }

    #[test]
    fn full_factors_give_a_hundred_points_and_none_overflows() {
        let all = |factor| Factors {
            flow: Millionths(u64::MAX),
            growth: Millionths(factor),
            certainty: Millionths(factor),
            inactivity: Millionths(factor),
            breach: Millionths(factor),
        };
        assert_eq!(all(MILLION).score(&Model::FLOW_1), Points(100_000));
        assert_eq!(all(0).score(&Model::FLOW_1), Points(0));
        assert_eq!(all(MILLION / 2).score(&Model::FLOW_1), Points(10_625));
    }
}
