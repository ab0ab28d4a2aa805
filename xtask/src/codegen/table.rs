//! Writes the transition table as Rust: the vocabulary of sessions and the rows, found without a search.

use std::fmt::Write as _;

use super::camel;
use super::transitions::{PERFORMATIVES, RETURN, ROLES, Row, STATES, Transitions};

/// The text of `crates/asp-core/src/session/table.rs`, before it is formatted.
pub(super) fn rust(table: &Transitions) -> String {
    let guards: Vec<_> =
        table.guards.iter().map(|guard| (guard.name.as_str(), guard.sentence.as_str())).collect();
    let selectors: Vec<_> =
        table.selectors.iter().map(|word| (word.name.as_str(), word.sentence.as_str())).collect();
    let reasons: Vec<_> =
        table.reasons.iter().map(|word| (word.name.as_str(), word.sentence.as_str())).collect();
    let mut out = String::from(HEAD);
    vocabulary(&mut out, "State", "Where a session stands.", "a state of a session", &STATES);
    vocabulary(
        &mut out,
        "Performative",
        "What a statement in a session does.",
        "a performative",
        &PERFORMATIVES,
    );
    vocabulary(&mut out, "Role", "Who a participant is in a session.", "a role", &ROLES);
    vocabulary(
        &mut out,
        "Guard",
        "A condition of a row; where it does not hold, the statement is refused.",
        "a guard",
        &guards,
    );
    refusals(&mut out, table);
    vocabulary(
        &mut out,
        "Selector",
        "What tells which of several rows applies to a statement.",
        "a selector",
        &selectors,
    );
    vocabulary(&mut out, "Reason", "Why a session ended.", "a reason for which sessions end", &reasons);
    out.push_str(TYPES);
    rows(&mut out, &table.rows);
    ranges(&mut out, &table.rows);
    out
}

/// An enum of words with their sentences and both ways of its text form.
fn vocabulary(out: &mut String, name: &str, meaning: &str, expected: &str, words: &[(&str, &str)]) {
    let _ = writeln!(
        out,
        "/// {meaning}\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]\npub enum {name} {{"
    );
    for (word, sentence) in words {
        let _ = writeln!(out, "/// {sentence}\n{},", camel(word));
    }
    let _ = writeln!(
        out,
        "}}\n\nimpl {name} {{\n/// All of them, in order.\n#[must_use]\npub const fn all() -> [Self; {}] {{\n[",
        words.len()
    );
    for (word, _) in words {
        let _ = writeln!(out, "Self::{},", camel(word));
    }
    out.push_str(
        "]\n}\n\n/// The text form.\n#[must_use]\npub const fn as_str(self) -> &'static str {\nmatch self {\n",
    );
    for (word, _) in words {
        let _ = writeln!(out, "Self::{} => {word:?},", camel(word));
    }
    out.push_str("}\n}\n\n/// What it means, as a sentence.\n#[must_use]\npub const fn sentence(self) -> &'static str {\nmatch self {\n");
    for (word, sentence) in words {
        let _ = writeln!(out, "Self::{} => {sentence:?},", camel(word));
    }
    let _ = writeln!(
        out,
        "}}\n}}\n}}\n\n\
         impl fmt::Display for {name} {{\n\
         fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\nf.write_str(self.as_str())\n}}\n}}\n\n\
         impl FromStr for {name} {{\ntype Err = InvalidText;\n\
         fn from_str(text: &str) -> Result<Self, Self::Err> {{\nmatch text {{"
    );
    for (word, _) in words {
        let _ = writeln!(out, "{word:?} => Ok(Self::{}),", camel(word));
    }
    let _ = writeln!(out, "_ => Err(InvalidText({expected:?})),\n}}\n}}\n}}\n");
}

fn refusals(out: &mut String, table: &Transitions) {
    out.push_str("impl Guard {\n/// What the statement is refused with where the guard does not hold.\n#[must_use]\npub const fn refusal(self) -> Code {\nmatch self {\n");
    for guard in &table.guards {
        let _ = writeln!(out, "Self::{} => Code::{},", camel(&guard.name), camel(&guard.refusal));
    }
    out.push_str("}\n}\n\n/// The number of the rule that it holds up, see `spec/rules.toml`.\n#[must_use]\npub const fn rule(self) -> &'static str {\nmatch self {\n");
    for guard in &table.guards {
        let _ = writeln!(out, "Self::{} => {:?},", camel(&guard.name), guard.rule);
    }
    out.push_str("}\n}\n\n/// What it looks at, as an RFC 6901 pointer into the statement.\n#[must_use]\npub const fn place(self) -> &'static str {\nmatch self {\n");
    for guard in &table.guards {
        let _ = writeln!(out, "Self::{} => {:?},", camel(&guard.name), guard.place);
    }
    out.push_str("}\n}\n}\n\n");
}

fn rows(out: &mut String, rows: &[Row]) {
    out.push_str(
        "/// Every row, by state and performative, and where several fit, in the order in which they are tried.\n\
         pub const ROWS: &[Row] = &[\n",
    );
    for row in rows {
        let when = row
            .when
            .as_ref()
            .map_or_else(|| "None".to_owned(), |selector| format!("Some(Selector::{})", camel(selector)));
        let next = match row.next.as_str() {
            RETURN => "Next::Return".to_owned(),
            state => format!("Next::To(State::{})", camel(state)),
        };
        let _ = writeln!(
            out,
            "Row {{ state: State::{}, performative: Performative::{}, roles: &[{}], when: {when}, requires: &[{}], next: {next} }},",
            camel(&row.state),
            camel(&row.performative),
            variants("Role", &row.roles),
            variants("Guard", &row.requires),
        );
    }
    out.push_str("];\n\n");
}

fn variants(of: &str, names: &[String]) -> String {
    names.iter().map(|name| format!("{of}::{}", camel(name))).collect::<Vec<_>>().join(", ")
}

/// The range of rows of each performative in each state, so that nothing is searched.
fn ranges(out: &mut String, rows: &[Row]) {
    let _ = writeln!(
        out,
        "/// First row and the row after the last, by state and performative in the order of their enums.\n\
         #[rustfmt::skip]\n\
         const RANGES: [[(usize, usize); {}]; {}] = [",
        PERFORMATIVES.len(),
        STATES.len()
    );
    let mut start = 0;
    for (state, _) in STATES {
        let mut line = Vec::new();
        for (performative, _) in PERFORMATIVES {
            let fits = |row: &&Row| row.state == state && row.performative == performative;
            let end = start + rows.iter().filter(fits).count();
            line.push(format!("({start}, {end})"));
            start = end;
        }
        let _ = writeln!(out, "    [{}], // {state}", line.join(", "));
    }
    out.push_str("];\n");
}

const HEAD: &str = "\
//! What may be said in a session, by whom, under which conditions, and where it leads. Generated from
//! `spec/transitions.toml` by `cargo xtask codegen`; do not edit.
#![expect(clippy::too_many_lines, reason = \"a line for each word that there is\")]

use std::fmt;
use std::str::FromStr;

use crate::position::{InvalidText, text_serde};
use crate::rejection::Code;

";

const TYPES: &str = "\
text_serde!(State, Performative, Role, Guard, Selector, Reason);

/// Where a row leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// To this state.
    To(State),
    /// To the state from which the session was escalated.
    Return,
}

/// One performative in one state: who may say it, under which conditions, and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The state in which it is said.
    pub state: State,
    /// What is said.
    pub performative: Performative,
    /// Who may say it.
    pub roles: &'static [Role],
    /// What must hold for this row to be the one that applies; `None` always does.
    pub when: Option<Selector>,
    /// What must hold for the statement to be taken, in the order of checking.
    pub requires: &'static [Guard],
    /// Where it leads.
    pub next: Next,
}

/// The rows of a performative in a state, in the order in which they are tried; empty if it may not be said.
#[must_use]
pub fn rows(state: State, performative: Performative) -> &'static [Row] {
    let range = RANGES.get(state as usize).and_then(|ranges| ranges.get(performative as usize));
    range.and_then(|(start, end)| ROWS.get(*start..*end)).unwrap_or_default()
}

";
