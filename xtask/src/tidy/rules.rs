//! The numbers of the specification's rules: each that is written down is checked by code and broken by a test.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Tree, is_in_crate, is_test, split_tests};

/// The page of the rules; that it says what its source says is another check.
const PAGE: &str = "docs/reference/rules.md";

/// Rules that stand in one of the three places (the page, a check in the code, a test) and not in the others.
pub(super) fn rules(tree: &Tree) -> Vec<String> {
    let mut cited: BTreeMap<&str, &str> = BTreeMap::new();
    let mut tested = BTreeSet::new();
    for (path, text) in tree.rust() {
        if is_test(path) {
            tested.extend(numbers(text));
        } else if is_in_crate(path, "src") {
            let (code, tests) = split_tests(text);
            tested.extend(numbers(tests));
            for rule in numbers(code) {
                cited.entry(rule).or_insert(path);
            }
        }
    }
    let page = tree.files.get(PAGE).map(String::as_str).unwrap_or_default();
    let written: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| <a")).flat_map(first).collect();
    let untested = cited.iter().filter(|(rule, _)| !tested.contains(*rule));
    let untested = untested.map(|(rule, path)| format!("{path} cites {rule}, and no test does"));
    let named: BTreeSet<&str> = cited.keys().copied().chain(tested.iter().copied()).collect();
    let unwritten =
        named.difference(&written).map(|rule| format!("{rule} is cited, and spec/rules.toml has it not"));
    let unchecked = written.iter().filter(|rule| !cited.contains_key(*rule));
    let unchecked = unchecked.map(|rule| format!("spec/rules.toml has {rule}, and no code cites it"));
    untested.chain(unwritten).chain(unchecked).collect()
}

/// The number that a row of the page begins with, behind its anchor.
fn first(row: &str) -> Option<&str> {
    numbers(row.split(" | ").next().unwrap_or_default()).first().copied()
}

/// Every `ASP-` with three capitals, a dash and three digits.
fn numbers(text: &str) -> Vec<&str> {
    let candidates = text.match_indices("ASP-").filter_map(|(at, _)| text.get(at..at + SHAPE.len()));
    candidates.filter(|candidate| candidate.bytes().zip(SHAPE).all(fits)).collect()
}

const SHAPE: &[u8] = b"ASP-AAA-000";

fn fits((byte, shape): (u8, &u8)) -> bool {
    match shape {
        b'-' => byte == b'-',
        b'0' => byte.is_ascii_digit(),
        _ => byte.is_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_shape() {
        let text = "ASP-SES-003, (ASP-CON-017) ASP-ses-004 ASP-SES-04x ASP-SE ASP-LOG-0010 ASP-LÖ-001";
        assert_eq!(numbers(text), ["ASP-SES-003", "ASP-CON-017", "ASP-LOG-001"]);
    }

    #[test]
    fn a_rule_stands_on_the_page_in_the_code_and_in_a_test() {
        let tree = Tree::of(&[
            (
                "crates/a/src/a.rs",
                "// ASP-AAA-001 ASP-AAA-002 ASP-AAA-003\n#[cfg(test)]\nmod tests {\n// ASP-AAA-001\n}\n",
            ),
            ("crates/a/tests/b.rs", "// ASP-AAA-002\n"),
            ("crates/a/benches/b.rs", "// ASP-AAA-003\n"),
            ("xtask/src/c.rs", "// ASP-AAA-009\n"),
            (
                PAGE,
                "Such as ASP-AAA-008.\n| <a></a>ASP-AAA-001 | a |\n| <a></a>ASP-AAA-003 | b |\n| <a></a>ASP-AAA-004 | c ASP-AAA-007 |\n",
            ),
        ]);
        let found = [
            "crates/a/src/a.rs cites ASP-AAA-003, and no test does",
            "ASP-AAA-002 is cited, and spec/rules.toml has it not",
            "spec/rules.toml has ASP-AAA-004, and no code cites it",
        ];
        assert_eq!(rules(&tree), found);
    }
}
