//! The model without one of its mechanisms at a time: what each is for is the goal that breaks without it.

use asp_core::trust::Model;
use serde::Serialize;

use crate::goals::{GOALS, Goal, Laboratory, Scale};
use crate::workers::each;

/// A mechanism, and the model without it.
pub struct Mechanism {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// The numbers without it.
    pub without: fn(&mut Model),
}

/// What broke without a mechanism.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ablated {
    /// The mechanism.
    pub mechanism: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// The goals that hold with it and not without it.
    pub breaks: Vec<&'static str>,
}

/// So long, or so much, that it is never reached.
const NEVER: u32 = 40_000_000;

/// All mechanisms of the model that are numbers.
pub const MECHANISMS: [Mechanism; 14] = [
    Mechanism {
        name: "bound of lending",
        purpose: "one partner, however well connected, makes nobody great",
        without: |model| model.lending_max = NEVER,
    },
    Mechanism {
        name: "seeds without bound",
        purpose: "many identities take no more from a seed than one",
        without: |model| model.seed_lending_max = model.lending_max,
    },
    Mechanism {
        name: "fading of deals",
        purpose: "what was earned long ago does not carry a name for ever",
        without: |model| model.deal_half_life_days = NEVER,
    },
    Mechanism {
        name: "weight by value",
        purpose: "many small deals do not add up to a large one",
        without: |model| model.value_power = 0,
    },
    Mechanism {
        name: "growth",
        purpose: "the first deals bring little, and the next bring less each",
        without: |model| model.grown_flow = 1,
    },
    Mechanism {
        name: "certainty",
        purpose: "few deals are little evidence, however good",
        without: |model| model.certain_flow = 1,
    },
    Mechanism {
        name: "breaches in certainty",
        purpose: "a breach costs more than its share where there is little else",
        without: |model| model.breach_weight = 0,
    },
    Mechanism {
        name: "inactivity",
        purpose: "a name that slept is not what it was, whoever has it now",
        without: |model| model.idle_half_life_days = NEVER,
    },
    Mechanism {
        name: "fall by breach",
        purpose: "a broken deal costs at once and much",
        without: |model| model.breach_leaves_hundredths = 100,
    },
    Mechanism {
        name: "aggravation",
        purpose: "to break one in many, again and again, is no business",
        without: |model| model.breach_window_days = 0,
    },
    Mechanism {
        name: "fading of breaches",
        purpose: "what was broken long ago does not weigh for ever",
        without: |model| model.breach_half_life_days = NEVER,
    },
    Mechanism {
        name: "healing by deals",
        purpose: "who keeps its word again comes back, and a wrong verdict is outlived",
        without: |model| model.earned_halves = NEVER,
    },
    Mechanism {
        name: "severity by value",
        purpose: "a trifle is not punished as a large deal",
        without: |model| model.severity_parts = 1,
    },
    Mechanism {
        name: "least severity",
        purpose: "to break small deals is not free",
        without: |model| model.severity_parts = NEVER,
    },
];

/// For each mechanism the goals that hold by `model` and not without it, in worlds that are small.
#[must_use]
pub fn ablations(model: &Model, seed: u64) -> Vec<Ablated> {
    let held =
        |model: &Model, goal: &Goal| goal.measure(&Laboratory { model, seed, scale: Scale::SMALL }).held;
    let whole: Vec<bool> = each(&GOALS, |goal| held(model, goal));
    let holding: Vec<&Goal> =
        GOALS.iter().zip(whole).filter(|(_, held)| *held).map(|(goal, _)| goal).collect();
    each(&MECHANISMS, |mechanism| {
        let mut poorer = Model { name: "ablated", ..model.clone() };
        (mechanism.without)(&mut poorer);
        let breaks = holding.iter().filter(|goal| !held(&poorer, goal));
        Ablated {
            mechanism: mechanism.name,
            purpose: mechanism.purpose,
            breaks: breaks.map(|goal| goal.name).collect(),
        }
    })
}
