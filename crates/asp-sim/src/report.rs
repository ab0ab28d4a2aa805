//! One run of the laboratory: what is measured, in which order, and the plots. Prints nothing.

use asp_core::position::Hash;
use asp_core::trust::Model;
use serde::Serialize;

use crate::ablations::{Ablated, ablations};
use crate::attacks::{Attack, RingGain, Trajectory, attacks, ring_gains, trajectories};
use crate::goals::{GOALS, Laboratory, Scale};
use crate::market::Market;
use crate::otc::{Foresight, Row, foresee};
use crate::plot::{Axis, Line, Plot};
use crate::record::Agent;
use crate::systems::{System, flow};

/// What is to be measured.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The seed of all chance.
    pub seed: u64,
    /// How large the worlds are.
    pub scale: Scale,
    /// One goal alone, and nothing else; all if absent.
    pub goal: Option<&'a str>,
    /// Real ratings, if there are any.
    pub otc: Option<&'a [Row]>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The model.
    pub model: &'static str,
    /// Changes with every number and formula of the model: whether figures are those of the model that is there.
    pub fingerprint: String,
    /// The seed: the same seed gives the same report.
    pub seed: u64,
    /// The goals.
    pub goals: Vec<Reached>,
    /// The systems of the columns of attacks.
    pub systems: Vec<&'static str>,
    /// The same attacks on all systems.
    pub attacks: Vec<Attack>,
    /// The model without one mechanism at a time.
    pub ablations: Vec<Ablated>,
    /// Rings of growing size.
    pub ring_gains: Vec<RingGain>,
    /// Scores by kind through time.
    pub trajectories: Vec<Trajectory>,
    /// What was foreseen of real ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foresight: Option<Foresight>,
}

/// A goal and what was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reached {
    /// The goal's name.
    pub goal: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// What was reached.
    pub reached: String,
    /// Whether that is what it asks.
    pub held: bool,
}

/// Goals that are measured on real ratings or on other models, with what they ask.
const FURTHER: [(&str, &str); 3] = [
    ("otc", "on real ratings, the area under the curve is at least 0.68"),
    ("otc-beta", "that is at least 0.05 more than Beta reputation"),
    ("ablations", "without any one mechanism at least one goal breaks"),
];

/// The names of all goals.
pub fn names() -> impl Iterator<Item = &'static str> {
    GOALS.iter().map(|goal| goal.name).chain(FURTHER.iter().map(|goal| goal.0))
}

/// Measures. `tell` hears what comes next, how much is done and of how much.
#[must_use]
pub fn run(request: &Request<'_>, tell: &dyn Fn(&str, u64, u64)) -> Report {
    let model = &Model::FLOW_1;
    let Request { seed, scale, goal: only, otc } = *request;
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let total = 24;
    let mut done = 0;
    let mut step = |what: &str| {
        tell(what, done, total);
        done += 1;
    };
    let mut report = Report {
        model: model.name,
        fingerprint: fingerprint(model),
        seed,
        goals: Vec::new(),
        systems: System::ALL.map(System::name).into(),
        attacks: Vec::new(),
        ablations: Vec::new(),
        ring_gains: Vec::new(),
        trajectories: Vec::new(),
        foresight: None,
    };
    for goal in GOALS.iter().filter(|goal| wanted(goal.name)) {
        step(goal.name);
        let found = goal.measure(&Laboratory { model, seed, scale });
        report.goals.push(Reached {
            goal: goal.name,
            asks: goal.asks,
            reached: found.reached,
            held: found.held,
        });
    }
    if let Some(rows) = otc.filter(|_| wanted("otc") || wanted("otc-beta")) {
        step("real ratings");
        let found = foresee(model, rows, &System::ALL);
        report.goals.extend(foreseen(&found).into_iter().filter(|goal| wanted(goal.goal)));
        report.foresight = Some(found);
    }
    if wanted("ablations") {
        step("ablations");
        report.ablations = ablations(model, seed);
        report.goals.push(ablated(&report.ablations));
    }
    if only.is_none() {
        step("attacks");
        report.attacks = attacks(model, seed, scale);
        step("rings");
        report.ring_gains = ring_gains(model, seed, scale);
        step("trajectories");
        report.trajectories = trajectories(model, seed, scale);
    }
    tell("done", total, total);
    report
}

/// A hash of the model's numbers, and of its scores in a small world, which its formulas decide.
#[must_use]
pub fn fingerprint(model: &Model) -> String {
    let market = Market::mixed(1, 60, 6, 150);
    let agents: Vec<Agent> = market.agents.iter().map(|agent| agent.0).collect();
    let scores = flow(model, &market.record, &market.asked(150), &agents);
    Hash::of(&[format!("{model:?}").as_bytes(), format!("{scores:?}").as_bytes()]).to_string()
}

fn foreseen(found: &Foresight) -> [Reached; 2] {
    let (flow, beta) = (found.area(System::Flow), found.area(System::Beta));
    let [first, second, _] = FURTHER;
    [
        Reached {
            goal: first.0,
            asks: first.1,
            reached: format!("{flow:.4} on {} ratings of {} known", found.judged, found.known),
            held: flow >= 0.68,
        },
        Reached {
            goal: second.0,
            asks: second.1,
            reached: format!("{:+.4}, Beta has {beta:.4}", flow - beta),
            held: flow - beta >= 0.05,
        },
    ]
}

fn ablated(ablations: &[Ablated]) -> Reached {
    let idle: Vec<&str> = ablations.iter().filter(|it| it.breaks.is_empty()).map(|it| it.mechanism).collect();
    let [.., last] = FURTHER;
    let reached = if idle.is_empty() {
        format!("each of {} mechanisms has a goal that breaks", ablations.len())
    } else {
        format!("nothing breaks without: {}", idle.join(", "))
    };
    Reached { goal: last.0, asks: last.1, reached, held: idle.is_empty() }
}

impl Report {
    /// Whether every goal that was measured is held.
    #[must_use]
    pub fn held(&self) -> bool {
        self.goals.iter().all(|goal| goal.held)
    }

    /// The plots with the names of their files.
    #[must_use]
    pub fn plots(&self) -> Vec<(&'static str, String)> {
        let mut plots = Vec::new();
        if !self.trajectories.is_empty() {
            plots.push(("trajectories.svg", self.trajectory_plot().svg()));
        }
        if !self.ring_gains.is_empty() {
            plots.push(("rings.svg", self.ring_plot().svg()));
        }
        if let Some(foresight) = &self.foresight {
            plots.push(("foresight.svg", foresight_plot(foresight).svg()));
        }
        plots
    }

    fn trajectory_plot(&self) -> Plot {
        let line = |it: &Trajectory| Line {
            name: it.kind.name().to_owned(),
            points: it.means.iter().map(|(day, mean)| (f64::from(*day), *mean)).collect(),
        };
        Plot {
            title: "Scores by kind of agent".into(),
            subtitle: "Means of a mixed population. A newcomer has 10 points.".into(),
            across: Axis::of("days", &[0, 90, 180, 270]),
            up: Axis::of("points", &[0, 25, 50, 75, 100]),
            lines: self.trajectories.iter().map(line).collect(),
        }
    }

    fn ring_plot(&self) -> Plot {
        let line = |(number, system): (usize, &System)| Line {
            name: system.name().to_owned(),
            points: (0_u32..)
                .zip(&self.ring_gains)
                .map(|(place, it)| (f64::from(place), it.gain.get(number).copied().unwrap_or(0.0)))
                .collect(),
        };
        let sizes = (0_u32..).zip(&self.ring_gains);
        Plot {
            title: "What a ring gains over one agent".into(),
            subtitle: "One deal outside, and ten of each member inside.".into(),
            across: Axis {
                name: "identities".into(),
                ticks: sizes.map(|(place, it)| (f64::from(place), it.identities.to_string())).collect(),
            },
            up: Axis {
                name: "points gained".into(),
                ticks: [-10_i32, 0, 10, 20, 30]
                    .map(|tick| {
                        (f64::from(tick), if tick > 0 { format!("+{tick}") } else { tick.to_string() })
                    })
                    .into(),
            },
            lines: System::ALL.iter().enumerate().map(line).collect(),
        }
    }
}

fn foresight_plot(foresight: &Foresight) -> Plot {
    let percents = |name: &str| Axis {
        name: name.to_owned(),
        ticks: [0, 25, 50, 75, 100].map(|tick| (f64::from(tick) / 100.0, format!("{tick} %"))).into(),
    };
    let lines = foresight.systems.iter().map(|found| Line {
        name: format!("{} {:.3}", found.system.name(), found.area),
        points: found.curve.clone(),
    });
    let chance = Line { name: String::new(), points: vec![(0.0, 0.0), (1.0, 1.0)] };
    Plot {
        title: "Who will be rated badly".into(),
        subtitle: format!("{} later ratings, {} of them negative.", foresight.judged, foresight.negative),
        across: percents("good ones suspected"),
        up: percents("bad ones found"),
        lines: lines.chain([chance]).collect(),
    }
}
