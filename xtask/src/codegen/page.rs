//! Writes the transition table as a page for people.

use std::fmt::Write as _;

use super::cell;
use super::diagram::mermaid;
use super::rules::rule_link;
use super::transitions::{PERFORMATIVES, RETURN, ROLES, STATES, Transitions};

/// The text of `docs/reference/transitions.md`.
pub(super) fn page(table: &Transitions) -> String {
    let mut out = String::from(HEAD);
    let _ = write!(out, "```mermaid\n{}```\n", mermaid(&table.arrows()));
    out.push_str("\n## States\n\n");
    states(&mut out);
    out.push_str("\n## Performatives\n\n");
    performatives(&mut out);
    out.push_str("\n## Roles\n\n");
    roles(&mut out);
    out.push_str(
        "\n## Rows\n\n\
         Guards are checked from left to right; the first that does not hold refuses the statement. \
         What no row allows is refused with [`NOT_ALLOWED`](errors.md#not_allowed), with \
         [`ROLE_NOT_ALLOWED`](errors.md#role_not_allowed) where another role may say it, and with \
         [`SESSION_ENDED`](errors.md#session_ended) once the session is closed or failed.\n",
    );
    rows(&mut out, table);
    out.push_str("\n## Selectors\n\n");
    selectors(&mut out, table);
    out.push_str("\n## Guards\n\n");
    guards(&mut out, table, ("errors.md", "rules.md"));
    out.push_str("\n## Reasons\n\n");
    reasons(&mut out, table);
    out
}

fn words<'a>(out: &mut String, kind: &str, words: impl Iterator<Item = (&'a str, &'a str)>) {
    let _ = write!(out, "| {kind} | means |\n|---|---|\n");
    for (name, sentence) in words {
        let _ = writeln!(out, "| `{name}` | {} |", cell(sentence));
    }
}

/// The table of states.
pub(super) fn states(out: &mut String) {
    words(out, "state", STATES.iter().copied());
}

/// The table of performatives.
pub(super) fn performatives(out: &mut String) {
    words(out, "performative", PERFORMATIVES.iter().copied());
}

/// The table of roles.
pub(super) fn roles(out: &mut String) {
    words(out, "role", ROLES.iter().copied());
}

/// The table of selectors.
pub(super) fn selectors(out: &mut String, table: &Transitions) {
    words(out, "selector", table.selectors.iter().map(|word| (word.name.as_str(), word.sentence.as_str())));
}

/// The table of reasons for which sessions end.
pub(super) fn reasons(out: &mut String, table: &Transitions) {
    words(out, "reason", table.reasons.iter().map(|word| (word.name.as_str(), word.sentence.as_str())));
}

/// What each state allows, a heading and a table for each.
pub(super) fn rows(out: &mut String, table: &Transitions) {
    for (state, _) in STATES {
        let mut rows = table.rows.iter().filter(|row| row.state == state).peekable();
        if rows.peek().is_none() {
            let _ = write!(out, "\n### {state}\n\nNothing may be said.\n");
            continue;
        }
        let _ = write!(
            out,
            "\n### {state}\n\n| performative | said by | when | requires | leads to |\n|---|---|---|---|---|\n"
        );
        for row in rows {
            let when = row.when.as_ref().map(|when| format!("`{when}`")).unwrap_or_default();
            let requires: Vec<_> = row.requires.iter().map(|guard| format!("`{guard}`")).collect();
            let next = if row.next == RETURN { "the state before the escalation" } else { &row.next };
            let _ = writeln!(
                out,
                "| `{}` | {} | {when} | {} | {next} |",
                row.performative,
                row.roles.join(", "),
                requires.join(", "),
            );
        }
    }
}

/// The table of guards, with links into the pages of errors and of rules.
pub(super) fn guards(out: &mut String, table: &Transitions, (errors, rules): (&str, &str)) {
    out.push_str("| guard | holds when | else | rule | looks at |\n|---|---|---|---|---|\n");
    for guard in &table.guards {
        let _ = writeln!(
            out,
            "| `{}` | {} | [`{}`]({errors}#{}) | {} | `{}` |",
            guard.name,
            cell(&guard.sentence),
            guard.refusal,
            guard.refusal.to_lowercase(),
            rule_link(rules, &guard.rule),
            guard.place
        );
    }
}

const HEAD: &str = "\
<!-- Generated from spec/transitions.toml by `cargo xtask codegen`; do not edit. -->

# Transitions of a session

What may be said in which state, by whom, under which conditions, and where it leads. The state machine runs from the
same table.

![The states of a session and what leads from one to another](transitions.svg)

The same as text:

";
