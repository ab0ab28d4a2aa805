//! The goals in small worlds, the mechanisms that they need, and real ratings against figures of another program.

#![expect(clippy::panic, reason = "what a test cannot read is a failed test")]

use std::path::PathBuf;

use asp_core::trust::Model;
use asp_sim::ablations::MECHANISMS;
use asp_sim::attacks::ring_gains;
use asp_sim::goals::{GOALS, Laboratory, Measured, Scale};
use asp_sim::otc::{foresee, read};
use asp_sim::report::{Request, fingerprint, names, run};
use asp_sim::rings::case;
use asp_sim::systems::{System, flow};
use proptest::prelude::*;

/// Of this seed the small worlds are.
const SEED: u64 = 1;

fn measure(model: &Model, goal: &str) -> Measured {
    let goal = GOALS.iter().find(|it| it.name == goal).unwrap_or_else(|| panic!("no goal {goal}"));
    goal.measure(&Laboratory { model, seed: SEED, scale: Scale::SMALL })
}

#[test]
fn rings_words_and_new_names_gain_nothing() {
    for goal in ["ring", "isolated", "whitewash", "lies", "friend", "imbalance"] {
        let found = measure(&Model::FLOW_1, goal);
        assert!(found.held, "{goal}: {}", found.reached);
    }
}

#[test]
fn honest_agents_rise_and_unreliable_ones_do_not() {
    for goal in ["honest", "unreliable", "haste"] {
        let found = measure(&Model::FLOW_1, goal);
        assert!(found.held, "{goal}: {}", found.reached);
    }
}

#[test]
fn breaches_cost_what_they_should_and_are_outlived() {
    for goal in ["breach", "trifle", "on-off-10", "on-off-50", "redeemer", "forgiven", "verdicts"] {
        let found = measure(&Model::FLOW_1, goal);
        assert!(found.held, "{goal}: {}", found.reached);
    }
}

#[test]
fn names_that_sleep_fade() {
    for goal in ["sleeper", "drowsy"] {
        let found = measure(&Model::FLOW_1, goal);
        assert!(found.held, "{goal}: {}", found.reached);
    }
}

/// For each mechanism one goal that breaks without it; the laboratory names all.
const NEEDED: [(&str, &str); 14] = [
    ("bound of lending", "friend"),
    ("seeds without bound", "ring"),
    ("fading of deals", "drowsy"),
    ("weight by value", "imbalance"),
    ("growth", "haste"),
    ("certainty", "imbalance"),
    ("breaches in certainty", "breach"),
    ("inactivity", "sleeper"),
    ("fall by breach", "on-off-10"),
    ("aggravation", "on-off-10"),
    ("fading of breaches", "redeemer"),
    ("healing by deals", "forgiven"),
    ("severity by value", "trifle"),
    ("least severity", "trifle"),
];

#[test]
fn without_any_one_mechanism_a_goal_breaks() {
    for (mechanism, (name, goal)) in MECHANISMS.iter().zip(NEEDED) {
        assert_eq!(mechanism.name, name);
        let mut poorer = Model { name: "poorer", ..Model::FLOW_1 };
        (mechanism.without)(&mut poorer);
        let found = measure(&poorer, goal);
        assert!(!found.held, "{goal} holds without {name}: {}", found.reached);
    }
}

#[test]
fn the_page_names_every_goal_and_every_mechanism_as_they_are() {
    let page = include_str!("../../../docs/trust.md");
    for goal in GOALS {
        assert!(
            page.contains(&format!("| `{}` | {} |", goal.name, goal.asks)),
            "the page lacks {}",
            goal.name
        );
    }
    for mechanism in MECHANISMS {
        let row = format!("| {} | {} |", mechanism.name, mechanism.purpose);
        assert!(page.contains(&row), "the page lacks {}", mechanism.name);
    }
    for (mechanism, goal) in NEEDED {
        let row = page.lines().find(|line| line.starts_with(&format!("| {mechanism} |"))).unwrap();
        assert!(row.contains(&format!("`{goal}`")), "{row} lacks {goal}");
    }
}

/// Its tables are made from the report by `cargo xtask codegen`, its plots by the run that wrote the report.
#[test]
fn the_figures_of_the_page_are_those_of_the_model_that_is_there() {
    let report = include_str!("../../../docs/images/trust/report.json");
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    assert_eq!(
        report["fingerprint"],
        fingerprint(&Model::FLOW_1),
        "run: assent lab trust --otc FILE --out docs/images/trust && cargo xtask codegen"
    );
    assert_eq!(report["seed"], SEED);
    let goals: Vec<_> = report["goals"].as_array().unwrap().iter().map(|goal| &goal["goal"]).collect();
    assert_eq!(goals, names().collect::<Vec<_>>());
    let page = include_str!("../../../docs/trust.md");
    for plot in ["trajectories", "rings", "foresight"] {
        assert!(page.contains(&format!("(images/trust/{plot}.svg)")), "the page lacks {plot}");
    }
    let other = Model { earned_halves: 11, ..Model::FLOW_1 };
    assert_ne!(fingerprint(&other), fingerprint(&Model::FLOW_1));
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let told = |seed| {
        let request = Request { seed, scale: Scale::SMALL, goal: Some("unreliable"), otc: None };
        serde_json::to_string(&run(&request, &|_, _, _| ())).unwrap()
    };
    assert_eq!(told(3), told(3));
    assert_ne!(told(3), told(4));
}

#[test]
fn one_goal_is_measured_alone_and_every_name_is_a_goal() {
    let request = Request { seed: 1, scale: Scale::SMALL, goal: Some("haste"), otc: None };
    let report = run(&request, &|_, _, _| ());
    assert_eq!(report.goals.iter().map(|goal| goal.goal).collect::<Vec<_>>(), ["haste"]);
    assert!(report.held() && report.attacks.is_empty() && report.plots().is_empty());
    assert_eq!(names().count(), GOALS.len() + 3);
}

#[test]
fn other_systems_fall_for_a_ring_and_this_one_does_not() {
    let gains = ring_gains(&Model::FLOW_1, SEED, Scale::SMALL);
    let of = |system: System| {
        let column = System::ALL.iter().position(|it| *it == system).unwrap();
        gains.iter().map(|it| it.gain[column]).fold(f64::NEG_INFINITY, f64::max)
    };
    assert!(of(System::Flow) <= 0.0, "{gains:?}");
    assert!(of(System::Beta) > 5.0, "{gains:?}");
}

/// The areas of Beta and of the average were computed by another program, from the file and the definition alone.
#[test]
fn real_ratings_are_judged_as_the_task_says() {
    let folder = std::env::var_os("ASSENT_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors")),
        PathBuf::from,
    );
    let path = folder.join("trust/bitcoin-otc.csv");
    assert!(path.exists(), "{}", path.display());
    let rows = read(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let found = foresee(&Model::FLOW_1, &rows, &[System::Beta, System::Average]);
    assert_eq!((found.known, found.judged, found.negative), (24_914, 5_855, 727));
    assert!((found.area(System::Beta) - 0.6119).abs() < 0.0001, "{}", found.area(System::Beta));
    assert!((found.area(System::Average) - 0.6788).abs() < 0.0001, "{}", found.area(System::Average));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The bound: whatever a ring does among its own members, none has more than one agent with its outside deals.
    #[test]
    fn no_member_of_a_ring_beats_one_agent(seed in any::<u64>(), number in 0_u64..1_000_000) {
        let case = case(seed, number, 40, false);
        for (member, alone) in &case.members {
            let together = flow(&Model::FLOW_1, &case.together, &case.asked, &[*member]);
            let single = flow(&Model::FLOW_1, alone, &case.asked, &[case.single]);
            prop_assert!(together[0] <= single[0], "{} of {}: {} > {}", member, case.identities, together[0], single[0]);
        }
    }

    #[test]
    fn a_member_of_an_isolated_ring_has_what_a_newcomer_has(seed in any::<u64>(), number in 0_u64..1_000_000) {
        let case = case(seed, number, 40, true);
        for (member, _) in &case.members {
            let scores = flow(&Model::FLOW_1, &case.together, &case.asked, &[*member, case.single]);
            prop_assert_eq!(scores[0].to_bits(), scores[1].to_bits());
        }
    }
}
