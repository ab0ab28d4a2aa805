//! The numbers of the specification's rules: what the code cites, a test cites too.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{Tree, is_in_crate, is_test, split_tests};

/// Rules that stand at a check in the code while no test names them.
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
    let untested = cited.iter().filter(|(rule, _)| !tested.contains(*rule));
    untested.map(|(rule, path)| format!("{path} cites {rule}, and no test does")).collect()
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
    fn each_rule_of_the_code_is_named_by_a_test() {
        let tree = Tree::of(&[
            (
                "crates/a/src/a.rs",
                "// ASP-AAA-001 ASP-AAA-002 ASP-AAA-003\n#[cfg(test)]\nmod tests {\n// ASP-AAA-001\n}\n",
            ),
            ("crates/a/tests/b.rs", "// ASP-AAA-002\n"),
            ("crates/a/benches/b.rs", "// ASP-AAA-003\n"),
            ("xtask/src/c.rs", "// ASP-AAA-009\n"),
        ]);
        assert_eq!(rules(&tree), ["crates/a/src/a.rs cites ASP-AAA-003, and no test does"]);
    }
}
