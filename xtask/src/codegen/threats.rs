//! `spec/threats.toml`: what somebody may try against a node or its users, what stops it, and the tests that show both.
//! Whether those tests exist is looked at by tidy.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::rules::{RuleRow, rule_link};
use super::{is_upper_snake, read};

pub(crate) const SOURCE: &str = "spec/threats.toml";

/// Where the page stands.
pub(super) const TARGET: &str = "docs/threats.md";

/// One threat.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Threat {
    /// `THR-` and words in capitals.
    pub(crate) id: String,
    /// What it is called.
    name: String,
    /// The part of the page; those of one part stand together.
    part: String,
    /// What the attacker does.
    attack: String,
    /// What stops it.
    defence: String,
    /// The numbered rules that the defence is, if the protocol has any for it.
    #[serde(default)]
    rules: Vec<String>,
    /// The tests that make the attack, such as `assent/tests/threats/statements.rs: a_statement_counts_once`.
    pub(crate) tests: Vec<String>,
    /// How it is shown that the defence is what stops it.
    pub(crate) control: Control,
    /// What the defence does not cover, or is not there yet.
    open: Option<String>,
}

/// The same attack with the defence switched off, where it has to succeed.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Control {
    /// The tests run the attack against a node that has this fault, too.
    Fault {
        /// As `--misbehave` knows it.
        fault: String,
    },
    /// A test leaves the same check out, or sets it so that it lets everything pass.
    Test {
        /// Where, as in `tests`.
        test: String,
        /// What is left out.
        without: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    threat: Vec<Threat>,
}

/// Reads the threats, in their order.
///
/// # Errors
/// A sentence with the threat that is not sound: its id, its words, its rules, or that it has no test.
pub(crate) fn load(root: &Path) -> Result<Vec<Threat>, String> {
    let File { threat: threats } = read(root, SOURCE)?;
    check(&threats).map_err(|fault| format!("{SOURCE}: {fault}"))?;
    Ok(threats)
}

fn check(threats: &[Threat]) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    let mut parts: Vec<&str> = Vec::new();
    for Threat { id, name, part, attack, defence, rules: _, tests, control, open } in threats {
        let named = id.strip_prefix("THR-").is_some_and(|words| words.split('-').all(is_upper_snake))
            && ids.insert(id);
        if !named {
            return Err(format!("{id} is no id of one threat"));
        }
        if parts.last() != Some(&part.as_str()) {
            if parts.contains(&part.as_str()) {
                return Err(format!("{id} does not stand with the others of its part, {part}"));
            }
            parts.push(part);
        }
        let sentences = [Some(attack), Some(defence), open.as_ref()];
        if name.is_empty() || !sentences.into_iter().flatten().all(|text| text.ends_with('.')) {
            return Err(format!("{id} does not say in sentences what is done and what stops it"));
        }
        if tests.is_empty() {
            return Err(format!("{id} has no test"));
        }
        match control {
            Control::Fault { fault: words } | Control::Test { without: words, .. } if words.is_empty() => {
                return Err(format!("{id} has no control"));
            }
            Control::Fault { .. } | Control::Test { .. } => {}
        }
    }
    Ok(())
}

/// Checks that the rules that threats name exist.
///
/// # Errors
/// A sentence with the first that does not.
pub(super) fn check_rules(threats: &[Threat], rules: &[RuleRow]) -> Result<(), String> {
    let known: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    for Threat { id, rules, .. } in threats {
        if let Some(unknown) = rules.iter().find(|rule| !known.contains(rule.as_str())) {
            return Err(format!("{SOURCE}: {id} names {unknown}, which is no rule"));
        }
    }
    Ok(())
}

const HEAD: &str = "<!-- Generated from spec/threats.toml by `cargo xtask codegen`; do not edit. -->\n\n\
# Threats\n\n\
What somebody may try against a node, its organisations and their agents, and what stops it. Each threat is an executable \
test with a control: the attack is made once with the defence, where it has to fail, and once without it, where it has to \
succeed, so that the test shows that this very defence is what stops it. Most controls are nodes that are wrong on purpose \
(`assent serve --misbehave KIND`, in no build that ships); the others leave the check out within the test. `cargo xtask \
tidy` finds a threat without either.\n";

/// The text of `docs/threats.md`.
pub(super) fn page(threats: &[Threat]) -> String {
    let mut out = HEAD.to_owned();
    let mut part = "";
    for threat in threats {
        if threat.part != part {
            part = &threat.part;
            let _ = writeln!(out, "\n## {part}");
        }
        out.push_str(&section(threat));
    }
    out
}

fn section(threat: &Threat) -> String {
    let Threat { id, name, part: _, attack, defence, rules, tests, control, open } = threat;
    let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
    let rules: Vec<String> = rules.iter().map(|rule| rule_link("reference/rules.md", rule)).collect();
    let rules = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    let control = match control {
        Control::Fault { fault } => format!("the same test against a node with `--misbehave {fault}`."),
        Control::Test { test, without } => format!("`{test}`, without {without}."),
    };
    let mut out = format!("\n### <a id=\"{}\"></a>{name}\n\n`{id}`\n\n", id.to_lowercase());
    let _ = writeln!(out, "- **Attack:** {attack}");
    let _ = writeln!(out, "- **Defence:** {defence}{rules}");
    let _ = writeln!(out, "- **Test:** {}", tests.join(", "));
    let _ = writeln!(out, "- **Control:** {control}");
    if let Some(open) = open {
        let _ = writeln!(out, "- **Not covered:** {open}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threat(id: &str) -> Threat {
        Threat {
            id: id.to_owned(),
            name: "Replay".to_owned(),
            part: "Statements".to_owned(),
            attack: "It is sent twice.".to_owned(),
            defence: "It counts once.".to_owned(),
            rules: vec!["ASP-STM-017".to_owned()],
            tests: vec!["a/tests/b.rs: c".to_owned()],
            control: Control::Fault { fault: "takes-replays".to_owned() },
            open: None,
        }
    }

    #[test]
    fn a_threat_has_an_id_sentences_a_test_and_a_control() {
        assert_eq!(check(&[threat("THR-REPLAY"), threat("THR-GAP")]), Ok(()));
        let elsewhere = |id| Threat { part: "Reading".to_owned(), ..threat(id) };
        let off = |without: &str| Control::Test { test: "a".to_owned(), without: without.to_owned() };
        for (threats, fault) in [
            (vec![threat("THR-A"), threat("THR-A")], "THR-A is no id of one threat"),
            (vec![threat("THR-a")], "THR-a is no id of one threat"),
            (vec![threat("A")], "A is no id of one threat"),
            (
                vec![threat("THR-A"), elsewhere("THR-B"), threat("THR-C")],
                "THR-C does not stand with the others of its part, Statements",
            ),
            (
                vec![Threat { attack: "It is".to_owned(), ..threat("THR-A") }],
                "THR-A does not say in sentences what is done and what stops it",
            ),
            (
                vec![Threat { open: Some("all".to_owned()), ..threat("THR-A") }],
                "THR-A does not say in sentences what is done and what stops it",
            ),
            (vec![Threat { tests: vec![], ..threat("THR-A") }], "THR-A has no test"),
            (vec![Threat { control: off(""), ..threat("THR-A") }], "THR-A has no control"),
        ] {
            assert_eq!(check(&threats), Err(fault.to_owned()));
        }
        let unknown = check_rules(&[threat("THR-A")], &[]).unwrap_err();
        assert_eq!(unknown, "spec/threats.toml: THR-A names ASP-STM-017, which is no rule");
    }

    #[test]
    fn the_page_says_what_is_done_what_stops_it_and_how_that_is_shown() {
        let page = page(&[
            threat("THR-A"),
            Threat {
                control: Control::Test { test: "a: b".to_owned(), without: "the check".to_owned() },
                open: Some("Delay.".to_owned()),
                rules: vec![],
                ..threat("THR-B")
            },
        ]);
        for part in [
            "\n## Statements\n\n### <a id=\"thr-a\"></a>Replay\n\n`THR-A`\n\n- **Attack:** It is sent twice.\n",
            "- **Defence:** It counts once. ([ASP-STM-017](reference/rules.md#asp-stm-017))\n",
            "- **Test:** `a/tests/b.rs: c`\n- **Control:** the same test against a node with `--misbehave takes-replays`.\n",
            "- **Defence:** It counts once.\n",
            "- **Control:** `a: b`, without the check.\n- **Not covered:** Delay.\n",
        ] {
            assert!(page.contains(part), "{part}\nis not in\n{page}");
        }
        assert_eq!(page.matches("## Statements").count(), 1);
    }
}
