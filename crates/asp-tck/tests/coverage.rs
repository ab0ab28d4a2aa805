//! The kit against the specification: no rule that can be seen is left out, and no case is about nothing.

#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use std::collections::BTreeSet;

use asp_tck::Options;
use asp_tck::rules::{Level, RULES, find};

#[test]
fn every_rule_that_can_be_seen_from_outside_has_a_case() {
    let untried: Vec<&str> = asp_tck::coverage()
        .into_iter()
        .filter(|(rule, cases)| *cases == 0 && rule.inside.is_none())
        .map(|(rule, _)| rule.id)
        .collect();
    assert_eq!(untried, Vec::<&str>::new());
}

#[test]
fn what_is_tried_is_no_secret_of_a_node() {
    let tried = asp_tck::coverage().into_iter().filter(|(rule, cases)| *cases > 0 && rule.inside.is_some());
    assert_eq!(tried.map(|(rule, _)| rule.id).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn every_case_has_a_name_of_its_own_and_rules_that_exist() {
    let mut names = BTreeSet::new();
    for (rules, name) in asp_tck::list(&Options::default()) {
        assert!(!rules.is_empty() && rules.iter().all(|rule| find(rule).is_some()), "{name}: {rules:?}");
        assert!(names.insert(name), "two cases say: {name}");
        assert!(!name.ends_with('.'), "{name}");
    }
}

#[test]
fn a_choice_of_rules_or_levels_is_a_choice_of_cases() {
    let count = |rules: &[&str], level| {
        let rules = rules.iter().map(|&rule| rule.to_owned()).collect();
        asp_tck::list(&Options { rules, level }).count()
    };
    // Turns: a rule of sessions, which Core does without.
    let turns = RULES.iter().find(|rule| rule.family() == "SES" && rule.id.ends_with("013")).unwrap().id;
    assert!(count(&[turns], None) >= 2);
    assert_eq!(count(&[turns], Some(Level::Core)), 0);
    let (core, standard, full) =
        (count(&[], Some(Level::Core)), count(&[], Some(Level::Standard)), count(&[], None));
    assert!(0 < core && core < standard && standard < full);
    assert!(RULES.iter().all(|rule| rule.family().len() == 3));
}
