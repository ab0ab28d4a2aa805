//! The list of threats against the tests: each has a test that makes the attack, and a control that is really there.

use std::collections::BTreeMap;

use super::tree::Tree;
use crate::codegen::proofs::functions;
use crate::codegen::threats::{self, Control, Threat};

/// Where the faults of the deliberately wrong node are declared.
const FAULTS: &str = "crates/asp-store/src/misbehave.rs";

/// Threats whose tests or controls are not there, or do not say which threat they are about; and tests of no threat.
///
/// # Errors
/// A sentence if the list cannot be read.
pub(super) fn threats(tree: &Tree) -> Result<Vec<String>, String> {
    Ok(missing(tree, &threats::load(&tree.root)?))
}

fn missing(tree: &Tree, threats: &[Threat]) -> Vec<String> {
    let mut tests: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in tree.rust() {
        let Some(path) = path.strip_prefix("crates/") else { continue };
        let found = functions(text).into_iter().filter(|test| test.text.contains("THR-"));
        tests.extend(found.map(|test| (format!("{path}: {}", test.name), test.text)));
    }
    let faults = tree.files.get(FAULTS).map(String::as_str).unwrap_or_default();
    let mut found = Vec::new();
    for Threat { id, tests: named, control, .. } in threats {
        let cites = |test: &String| tests.get(test).is_some_and(|text| cited(text).any(|other| other == id));
        found.extend(
            named.iter().filter(|test| !cites(test)).map(|test| format!("no test {test:?} cites {id}")),
        );
        match control {
            Control::Fault { fault } => {
                let word = format!("\"{fault}\"");
                if !faults.contains(&format!("= {word}")) {
                    found.push(format!("the control of {id}, {fault}, is no fault in {FAULTS}"));
                }
                let tried = named.iter().filter_map(|test| tests.get(test)).any(|text| text.contains(&word));
                if !tried {
                    found.push(format!("no test of {id} runs against a node with {fault}"));
                }
            }
            Control::Test { test, .. } if !cites(test) => {
                found.push(format!("no control {test:?} cites {id}"));
            }
            Control::Test { .. } => {}
        }
    }
    for (test, text) in &tests {
        let unknown = cited(text).filter(|id| !threats.iter().any(|threat| threat.id == *id));
        found.extend(unknown.map(|id| format!("{test} cites {id}, and spec/threats.toml has it not")));
    }
    found
}

/// The ids of threats in a text.
fn cited(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("THR-").filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest
            .find(|letter: char| !(letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-'));
        rest.get(..end.unwrap_or(rest.len())).map(|id| id.trim_end_matches('-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
[[threat]]
id = "THR-A"
name = "a"
part = "p"
attack = "a."
defence = "d."
tests = ["a/tests/t.rs: first"]
control = { fault = "barks" }
[[threat]]
id = "THR-B"
name = "b"
part = "p"
attack = "a."
defence = "d."
tests = ["a/tests/t.rs: second"]
control = { test = "a/tests/t.rs: second", without = "it" }
"#;

    #[derive(serde::Deserialize)]
    struct List {
        threat: Vec<Threat>,
    }

    fn check(test: &str, found: &[&str]) {
        let faults = (FAULTS, "    Barks = \"barks\" Answers [\"STM-001\"];\n");
        let tree = Tree::of(&[("crates/a/tests/t.rs", test), faults]);
        let list: List = toml::from_str(LIST).unwrap();
        assert_eq!(missing(&tree, &list.threat), found, "{test}");
    }

    #[test]
    fn each_threat_has_a_test_that_cites_it_and_a_control_that_is_there() {
        let first = "#[test]\nfn first() {\n    stopped(\"THR-A\", \"barks\");\n}\n";
        let second = "// THR-B\n#[test]\nfn second() {\n}\n";
        check(&[first, second].concat(), &[]);
        check(
            first,
            &[
                "no test \"a/tests/t.rs: second\" cites THR-B",
                "no control \"a/tests/t.rs: second\" cites THR-B",
            ],
        );
        check(
            &[&first.replace("\"barks\"", "\"bites\""), second].concat(),
            &["no test of THR-A runs against a node with barks"],
        );
        check(
            &[first, second, "// THR-C-D, THR-A\n#[test]\nfn third() {\n}\n"].concat(),
            &["a/tests/t.rs: third cites THR-C-D, and spec/threats.toml has it not"],
        );
        let mut list: List = toml::from_str(&LIST.replace("barks", "bites")).unwrap();
        list.threat.truncate(1);
        let told = missing(&Tree::of(&[("crates/a/tests/t.rs", first)]), &list.threat);
        let gone = "the control of THR-A, bites, is no fault in crates/asp-store/src/misbehave.rs";
        assert_eq!(told, [gone, "no test of THR-A runs against a node with bites"]);
    }
}
