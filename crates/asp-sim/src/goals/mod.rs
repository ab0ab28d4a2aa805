//! The goals that the model is held to. Each is measured in a seeded world and says in a sentence what it asks.

mod breaches;
mod dynamics;
mod population;
mod rings;
mod words;

use asp_core::trust::Model;
use serde::Serialize;

/// How large the worlds are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Graphs with rings.
    pub rings: u32,
    /// Identities of a ring, at most.
    pub ring_max: u32,
    /// Populations whose agents are counted together.
    pub populations: u32,
    /// So many times as many for a kind that is rare.
    pub crowd: u32,
    /// Agents of one.
    pub agents: u32,
    /// Honest agents around somebody looked at.
    pub around: u32,
    /// Deals in a hundred days of an on-off agent, one world for each.
    pub rates: &'static [u32],
    /// Days between two looks.
    pub step: u32,
}

impl Scale {
    /// What the goals ask for.
    pub const FULL: Self = Self {
        rings: 10_000,
        ring_max: 500,
        populations: 6,
        crowd: 6,
        agents: 300,
        around: 60,
        rates: &[13, 25, 50, 100, 200],
        step: 15,
    };
    /// For a quick look.
    pub const QUICK: Self = Self {
        rings: 1_000,
        ring_max: 500,
        populations: 2,
        crowd: 3,
        agents: 200,
        around: 40,
        rates: &[13, 50],
        step: 30,
    };
    /// For ablations and tests.
    pub const SMALL: Self = Self {
        rings: 60,
        ring_max: 60,
        populations: 1,
        crowd: 1,
        agents: 100,
        around: 30,
        rates: &[50],
        step: 60,
    };
}

/// One world to measure in.
#[derive(Debug, Clone, Copy)]
pub struct Laboratory<'a> {
    /// The numbers of the model.
    pub model: &'a Model,
    /// The seed of all chance.
    pub seed: u64,
    /// How large the worlds are.
    pub scale: Scale,
}

/// A goal.
#[derive(Clone, Copy)]
pub struct Goal {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// Measures it.
    measure: fn(&Laboratory<'_>) -> Measured,
}

/// What was reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// In words and figures.
    pub reached: String,
    /// Whether that is what the goal asks.
    pub held: bool,
}

impl Goal {
    /// Measures the goal. The same laboratory measures the same.
    #[must_use]
    pub fn measure(&self, laboratory: &Laboratory<'_>) -> Measured {
        (self.measure)(laboratory)
    }
}

/// All goals but those on real data and on ablations, in the order of the report.
pub const GOALS: [Goal; 18] = [
    Goal {
        name: "ring",
        asks: "a ring of up to 500 identities gains at most 0.5 points over one agent with its outside deals",
        measure: rings::ring,
    },
    Goal {
        name: "isolated",
        asks: "no member of an isolated ring has more than a newcomer",
        measure: rings::isolated,
    },
    Goal {
        name: "honest",
        asks: "95 % of honest agents have 40 points after 180 days and 20 deals",
        measure: population::honest,
    },
    Goal {
        name: "unreliable",
        asks: "at most 1 % of unreliable agents have 40 points after 180 days",
        measure: population::unreliable,
    },
    Goal {
        name: "breach",
        asks: "one breach of the class's value costs 35 to 50 points from 80 or more",
        measure: breaches::breach,
    },
    Goal {
        name: "on-off-10",
        asks: "who breaks every tenth deal has at most 15 points on average",
        measure: breaches::every_tenth,
    },
    Goal {
        name: "on-off-50",
        asks: "who breaks every fiftieth deal has at most 50 points on average",
        measure: breaches::every_fiftieth,
    },
    Goal {
        name: "imbalance",
        asks: "asked about 200 times what it ever dealt, an agent has at most 15 points",
        measure: dynamics::imbalance,
    },
    Goal {
        name: "whitewash",
        asks: "a new identity gains at most 10 points, whatever was done before",
        measure: words::whitewash,
    },
    Goal { name: "lies", asks: "words without commitments change nothing", measure: words::lies },
    Goal {
        name: "verdicts",
        asks: "2 % wrong verdicts cost honest agents a median of at most 10 points",
        measure: words::verdicts,
    },
    Goal {
        name: "trifle",
        asks: "a breach of a hundredth of the class's value costs 5 to 20 points",
        measure: breaches::trifle,
    },
    Goal {
        name: "redeemer",
        asks: "who broke every fourth deal for 60 days has 40 points again within two years, not within 60 days",
        measure: breaches::redeemer,
    },
    Goal {
        name: "forgiven",
        asks: "a breach of two years ago costs at most 5 points if every other deal was kept",
        measure: breaches::forgiven,
    },
    Goal {
        name: "sleeper",
        asks: "an agent silent for a year has at most 40 points, whatever it had",
        measure: dynamics::sleeper,
    },
    Goal {
        name: "drowsy",
        asks: "kept awake by one deal a month, a name of 80 points loses 20 in two years",
        measure: dynamics::drowsy,
    },
    Goal {
        name: "friend",
        asks: "a hundred deals with one partner that is no seed bring less than 50 points",
        measure: dynamics::friend,
    },
    Goal {
        name: "haste",
        asks: "three kept deals bring less than 50 points, whoever vouches",
        measure: dynamics::haste,
    },
];

/// The seeds of so many worlds that are counted together; the first is the laboratory's own.
fn seeds(seed: u64, count: u32) -> impl Iterator<Item = u64> {
    (0..u64::from(count)).map(move |number| seed.wrapping_add(number * 7_919))
}

/// The largest of some numbers; the smallest possible if there are none.
fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// The smallest of some numbers; the largest possible if there are none.
fn smallest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().fold(f64::INFINITY, f64::min)
}

/// The mean; nothing if there are none.
fn mean(numbers: &[f64]) -> f64 {
    let count = u32::try_from(numbers.len()).map_or(1.0, f64::from).max(1.0);
    numbers.iter().sum::<f64>() / count
}

/// The median, of two in the middle the larger; nothing if there are none.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

/// How many of a hundred are true; nothing if there are none.
fn percent(of: impl IntoIterator<Item = bool>) -> (f64, u32) {
    let (mut yes, mut all) = (0_u32, 0_u32);
    for one in of {
        yes += u32::from(one);
        all += 1;
    }
    (100.0 * f64::from(yes) / f64::from(all.max(1)), all)
}
