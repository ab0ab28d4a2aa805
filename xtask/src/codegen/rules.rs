//! The numbered rules of the protocol: from `spec/rules.toml` to their reference page.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::proofs::Proofs;
use super::{cell, read};

/// Where the rules are written by hand.
pub(super) const SOURCE: &str = "spec/rules.toml";

/// What the letters between the dashes stand for, and the level of conformance that needs rules of the family.
const FAMILIES: [(&str, &str, Level); 20] = [
    ("STM", "Statements", Level::Core),
    ("KEY", "Keys", Level::Core),
    ("ORG", "Organisations", Level::Core),
    ("AGT", "Agents", Level::Core),
    ("REG", "The registry", Level::Full),
    ("ADM", "Admission", Level::Full),
    ("CON", "Consents", Level::Standard),
    ("SEA", "Sealing", Level::Full),
    ("SES", "Sessions", Level::Standard),
    ("TRM", "Terms schemas", Level::Full),
    ("COM", "Commitments", Level::Standard),
    ("ESC", "Escrow", Level::Full),
    ("DIS", "Disputes", Level::Full),
    ("TRU", "Trust", Level::Full),
    ("LOG", "The log", Level::Core),
    ("RCT", "Receipts", Level::Core),
    ("API", "HTTP", Level::Core),
    ("AUT", "Reading", Level::Standard),
    ("DLV", "Delivery", Level::Standard),
    ("BUN", "Bundles", Level::Full),
];

/// How much of the protocol an implementation speaks: each level includes the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// Statements, keys, parties, the log and its receipts.
    Core,
    /// Consents, sessions of two, commitments, reading and delivery.
    Standard,
    /// Sessions of many, mandates, terms schemas, bundles and trust.
    Full,
}

impl Level {
    /// The level as texts name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Core => "Core",
            Self::Standard => "Standard",
            Self::Full => "Full",
        }
    }
}

/// One rule: its number, what it says, how a statement that breaks it is answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleRow {
    pub(super) id: String,
    pub(super) sentence: String,
    #[serde(default)]
    pub(super) codes: Vec<String>,
    /// The level that needs it, where it is not the one of its family.
    level: Option<Level>,
    /// Why it cannot be seen from outside a node, where it cannot.
    pub(super) inside: Option<String>,
}

impl RuleRow {
    /// The level of conformance that needs the rule.
    pub(super) fn level(&self) -> Level {
        let of_family = FAMILIES.iter().find(|(letters, _, _)| is_of(&self.id, letters));
        self.level.or_else(|| of_family.map(|(_, _, level)| *level)).unwrap_or(Level::Full)
    }

    /// Whether this is the rule of that number and a statement that breaks it is answered with that code.
    pub(super) fn answers(&self, id: &str, code: &str) -> bool {
        self.id == id && self.names(code)
    }

    /// Whether a statement that breaks the rule is answered with that code.
    pub(super) fn names(&self, code: &str) -> bool {
        self.codes.iter().any(|named| named == code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<RuleRow>,
}

/// Reads the rules, in their order.
///
/// # Errors
/// A sentence with the rule that is not sound: its number, its family, its words or a code.
pub(super) fn load(root: &Path, codes: &BTreeSet<&str>) -> Result<Vec<RuleRow>, String> {
    let File { rule: rows } = read(root, SOURCE)?;
    check(&rows, codes).map_err(|fault| format!("{SOURCE}: {fault}"))?;
    Ok(rows)
}

fn check(rows: &[RuleRow], codes: &BTreeSet<&str>) -> Result<(), String> {
    if let Some((first, second)) =
        rows.iter().zip(rows.iter().skip(1)).find(|(first, second)| first.id >= second.id)
    {
        return Err(format!("{} does not come after {}", second.id, first.id));
    }
    for RuleRow { id, sentence, codes: named, level, inside } in rows {
        let Some((_, _, of_family)) = FAMILIES.iter().find(|(letters, _, _)| is_of(id, letters)) else {
            return Err(format!("{id} is of no family"));
        };
        if !(sentence.contains("MUST") || sentence.contains("MAY")) || !sentence.ends_with('.') {
            return Err(format!("{id} demands nothing"));
        }
        if *level == Some(*of_family) {
            return Err(format!("{id} repeats the level of its family"));
        }
        if inside.as_ref().is_some_and(|reason| !reason.ends_with('.')) {
            return Err(format!("{id} does not say in a sentence why it cannot be seen from outside"));
        }
        if let Some(unknown) = named.iter().find(|code| !codes.contains(code.as_str())) {
            return Err(format!("{id} names {unknown}, which is no code"));
        }
    }
    Ok(())
}

/// Whether a number is `ASP-`, the letters, a dash and three digits.
fn is_of(id: &str, letters: &str) -> bool {
    let digits = id.strip_prefix("ASP-").and_then(|id| id.strip_prefix(letters)?.strip_prefix('-'));
    digits.is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// A link to where a page has the rule.
pub(super) fn rule_link(page: &str, id: &str) -> String {
    format!("[{id}]({page}#{})", id.to_lowercase())
}

/// The rules of a family as a list for the specification, each with the tests that prove it.
///
/// # Errors
/// A sentence with letters that are of no family, or with a rule that no test proves.
pub(super) fn list(rows: &[RuleRow], letters: &str, proofs: &Proofs) -> Result<String, String> {
    if !FAMILIES.iter().any(|(family, _, _)| *family == letters) {
        return Err(format!("no rules are of the family {letters}"));
    }
    let mut out = String::new();
    for row in rows.iter().filter(|row| is_of(&row.id, letters)) {
        let (id, anchor) = (&row.id, row.id.to_lowercase());
        let codes: Vec<String> =
            row.codes.iter().map(|code| format!("[`{code}`](#{})", code.to_lowercase())).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" Else {}.", codes.join(", ")) };
        let inside =
            row.inside.as_ref().map(|why| format!(" Not seen from outside: {why}")).unwrap_or_default();
        let tests = proofs.get(id).ok_or_else(|| format!("no test proves {id}"))?;
        let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
        let (sentence, level, tests) = (&row.sentence, row.level().name(), tests.join(", "));
        let _ = writeln!(
            out,
            "- <a id=\"{anchor}\"></a>**{id}** {sentence}{codes}{inside} *{level}; proved by {tests}.*"
        );
    }
    Ok(out)
}

/// The text of `docs/reference/rules.md`.
pub(super) fn page(rows: &[RuleRow]) -> String {
    let mut out = String::from(
        "<!-- Generated from spec/rules.toml by `cargo xtask codegen`; do not edit. -->\n\n\
         # Rules\n\n\
         What a number such as `ASP-SES-003` says. The code names the number where it checks the rule, a test where it \
         breaks it. MUST, SHOULD and MAY are meant as in RFC 2119; the codes are the answers to what breaks the rule. The \
         level is the one of conformance that needs it; what is marked * cannot be seen from outside a node.\n",
    );
    for (letters, title, _) in FAMILIES {
        let _ = write!(out, "\n## {title}\n\n| number | rule | else | level |\n|---|---|---|---|\n");
        for row in rows.iter().filter(|row| is_of(&row.id, letters)) {
            let link = |code: &String| format!("[`{code}`](errors.md#{})", code.to_lowercase());
            let codes: Vec<String> = row.codes.iter().map(link).collect();
            let (id, anchor, level) = (&row.id, row.id.to_lowercase(), row.level().name());
            let mark = if row.inside.is_some() { "*" } else { "" };
            let (sentence, codes) = (cell(&row.sentence), codes.join(", "));
            let _ = writeln!(out, "| <a id=\"{anchor}\"></a>{id} | {sentence} | {codes} | {level}{mark} |");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, sentence: &str, codes: &[&str]) -> RuleRow {
        let codes = codes.iter().map(|&code| code.to_owned()).collect();
        RuleRow { id: id.to_owned(), sentence: sentence.to_owned(), codes, level: None, inside: None }
    }

    #[test]
    fn a_rule_has_a_number_of_a_family_in_order_demands_something_and_names_codes() {
        let codes = BTreeSet::from(["EXPIRED"]);
        let good = || row("ASP-STM-001", "It MUST be so.", &["EXPIRED"]);
        assert_eq!(check(&[good(), row("ASP-STM-002", "It MAY be so.", &[])], &codes), Ok(()));
        for (rows, fault) in [
            (vec![good(), good()], "ASP-STM-001 does not come after ASP-STM-001"),
            (vec![row("ASP-XXX-001", "It MUST be so.", &[])], "ASP-XXX-001 is of no family"),
            (vec![row("ASP-STM-01", "It MUST be so.", &[])], "ASP-STM-01 is of no family"),
            (vec![row("ASP-STM-001", "It is so.", &[])], "ASP-STM-001 demands nothing"),
            (vec![row("ASP-STM-001", "It MUST be so", &[])], "ASP-STM-001 demands nothing"),
            (
                vec![row("ASP-STM-001", "It MUST be so.", &["LATE"])],
                "ASP-STM-001 names LATE, which is no code",
            ),
            (
                vec![RuleRow { level: Some(Level::Core), ..good() }],
                "ASP-STM-001 repeats the level of its family",
            ),
            (
                vec![RuleRow { inside: Some("so".to_owned()), ..good() }],
                "ASP-STM-001 does not say in a sentence why it cannot be seen from outside",
            ),
        ] {
            assert_eq!(check(&rows, &codes), Err(fault.to_owned()));
        }
    }

    #[test]
    fn the_page_shows_each_rule_in_its_family_with_links_to_its_codes() {
        let page = page(&[row("ASP-STM-014", "It MUST be so.", &["EXPIRED"])]);
        let line = "| <a id=\"asp-stm-014\"></a>ASP-STM-014 | It MUST be so. | [`EXPIRED`](errors.md#expired) | Core |";
        let head = "## Statements\n\n| number | rule | else | level |\n|---|---|---|---|\n";
        assert!(page.contains(&format!("{head}{line}\n")));
        let full = RuleRow {
            level: Some(Level::Full),
            inside: Some("Within.".to_owned()),
            ..row("ASP-SES-001", "It MUST be so.", &[])
        };
        assert!(super::page(&[full]).contains("| It MUST be so. |  | Full* |\n"));
    }
}
