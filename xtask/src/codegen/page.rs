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
    words(&mut out, "States", "state", STATES.iter().copied());
    words(&mut out, "Performatives", "performative", PERFORMATIVES.iter().copied());
    words(&mut out, "Roles", "role", ROLES.iter().copied());
    rows(&mut out, table);
    let selectors = table.selectors.iter().map(|word| (word.name.as_str(), word.sentence.as_str()));
    words(&mut out, "Selectors", "selector", selectors);
    guards(&mut out, table);
    let reasons = table.reasons.iter().map(|word| (word.name.as_str(), word.sentence.as_str()));
    words(&mut out, "Reasons", "reason", reasons);
    out
}

fn words<'a>(out: &mut String, title: &str, kind: &str, words: impl Iterator<Item = (&'a str, &'a str)>) {
    let _ = write!(out, "\n## {title}\n\n| {kind} | means |\n|---|---|\n");
    for (name, sentence) in words {
        let _ = writeln!(out, "| `{name}` | {} |", cell(sentence));
    }
}

fn rows(out: &mut String, table: &Transitions) {
    out.push_str(
        "\n## Rows\n\n\
         Guards are checked from left to right; the first that does not hold refuses the statement. \
         What no row allows is refused with [`NOT_ALLOWED`](errors.md#not_allowed), with \
         [`ROLE_NOT_ALLOWED`](errors.md#role_not_allowed) where another role may say it, and with \
         [`SESSION_ENDED`](errors.md#session_ended) once the session is closed or failed.\n",
    );
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

fn guards(out: &mut String, table: &Transitions) {
    out.push_str("\n## Guards\n\n| guard | holds when | else | rule | looks at |\n|---|---|---|---|---|\n");
    for guard in &table.guards {
        let _ = writeln!(
            out,
            "| `{}` | {} | [`{}`](errors.md#{}) | {} | `{}` |",
            guard.name,
            cell(&guard.sentence),
            guard.refusal,
            guard.refusal.to_lowercase(),
            rule_link(&guard.rule),
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
