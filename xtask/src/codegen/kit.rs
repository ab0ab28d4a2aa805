//! What the conformance kit needs of the specification as Rust text: the rules, and the vectors that it sends.

use std::fmt::Write as _;

use super::rules::RuleRow;

/// The text of `crates/asp-tck/src/rules/table.rs`.
pub(super) fn rules(rows: &[RuleRow]) -> String {
    let mut out = String::from(
        "//! The numbered rules. Generated from `spec/rules.toml` by `cargo xtask codegen`; do not edit.\n\n\
         use super::{Level, Rule};\n\n\
         /// All rules, in the order of their numbers.\npub const RULES: &[Rule] = &[\n",
    );
    for row in rows {
        let RuleRow { id, sentence, codes, inside, .. } = row;
        let level = row.level().name();
        let _ = writeln!(
            out,
            "Rule {{ id: {id:?}, sentence: {sentence:?}, codes: &{codes:?}, level: Level::{level}, inside: {inside:?} }},"
        );
    }
    out.push_str("];\n");
    out
}
