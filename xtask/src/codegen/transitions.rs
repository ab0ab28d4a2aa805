//! The session's transition table as `spec/transitions.toml` has it, checked before anything is made from it.
//! What is made from it stands in `table.rs`, `diagram.rs` and `reference.rs`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::is_upper_snake;
use super::rules::RuleRow;

/// Where the table is written by hand.
pub(super) const SOURCE: &str = "spec/transitions.toml";

/// What stands for the state before an escalation.
pub(super) const RETURN: &str = "RETURN";

/// A word of the protocol with its meaning.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Word {
    #[serde(alias = "code")]
    pub(super) name: String,
    pub(super) sentence: String,
}

/// A condition that refuses the statement when it does not hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Guard {
    pub(super) name: String,
    pub(super) refusal: String,
    /// The number of the rule that it holds up.
    pub(super) rule: String,
    /// What it looks at, as an RFC 6901 pointer.
    pub(super) place: String,
    pub(super) sentence: String,
}

/// What one performative may do in one state.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) state: String,
    pub(super) performative: String,
    pub(super) roles: Vec<String>,
    pub(super) when: Option<String>,
    pub(super) requires: Vec<String>,
    pub(super) next: String,
}

/// The whole table, its rows sorted by state and performative.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transitions {
    #[serde(rename = "guard", default)]
    pub(super) guards: Vec<Guard>,
    #[serde(rename = "selector", default)]
    pub(super) selectors: Vec<Word>,
    #[serde(rename = "reason", default)]
    pub(super) reasons: Vec<Word>,
    #[serde(rename = "row", default)]
    pub(super) rows: Vec<Row>,
}

/// An arrow of the diagram: one or more performatives that lead from a state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// In the order of [`PERFORMATIVES`].
    pub(super) performatives: Vec<&'static str>,
}

impl Transitions {
    /// Reads and checks the table, or `None` where the file is absent.
    ///
    /// # Errors
    /// A sentence per fault, each on a line of its own.
    pub(super) fn load(
        root: &Path,
        codes: &BTreeSet<&str>,
        rules: &[RuleRow],
    ) -> Result<Option<Self>, String> {
        if !root.join(SOURCE).exists() {
            return Ok(None);
        }
        let text = super::read_text(root, SOURCE)?;
        let table = Self::parse(&text, codes).map_err(|faults| format!("{SOURCE}:\n{faults}"))?;
        let faults = table.faults_of_rules(rules);
        if faults.is_empty() { Ok(Some(table)) } else { Err(format!("{SOURCE}:\n  {}", faults.join("\n  "))) }
    }

    /// Guards whose rule does not answer with what the guard refuses with.
    fn faults_of_rules(&self, rules: &[RuleRow]) -> Vec<String> {
        let unruled = |guard: &&Guard| !rules.iter().any(|rule| rule.answers(&guard.rule, &guard.refusal));
        let told = |guard: &Guard| {
            format!(
                "the guard {} refuses with {}, which {} does not name",
                guard.name, guard.refusal, guard.rule
            )
        };
        self.guards.iter().filter(unruled).map(told).collect()
    }

    fn parse(text: &str, codes: &BTreeSet<&str>) -> Result<Self, String> {
        let mut table: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let faults = table.faults(codes);
        if !faults.is_empty() {
            return Err(faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n"));
        }
        // A stable sort: what stands together keeps the order of the source.
        table.rows.sort_by_key(|row| (index(&STATES, &row.state), index(&PERFORMATIVES, &row.performative)));
        Ok(table)
    }

    fn faults(&self, codes: &BTreeSet<&str>) -> Vec<String> {
        let mut faults = self.faults_of_words(codes);
        for (number, row) in self.rows.iter().enumerate() {
            faults
                .extend(self.faults_of_row(row).into_iter().map(|fault| format!("{}: {fault}", row.place())));
            for earlier in self.rows.iter().take(number) {
                faults.extend(earlier.conflict(row));
            }
        }
        faults.extend(self.unused());
        // Only a table whose names are right can be walked.
        if faults.is_empty() {
            faults.extend(self.stranded());
        }
        faults
    }

    fn faults_of_words(&self, codes: &BTreeSet<&str>) -> Vec<String> {
        let guards =
            self.guards.iter().map(|guard| ("guard", &guard.name, &guard.sentence, is_kebab as Form));
        let selectors =
            self.selectors.iter().map(|word| ("selector", &word.name, &word.sentence, is_kebab as Form));
        let reasons =
            self.reasons.iter().map(|word| ("reason", &word.name, &word.sentence, is_upper_snake as Form));
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for (kind, name, sentence, form) in guards.chain(selectors).chain(reasons) {
            if !form(name) {
                faults.push(format!("the {kind} {name:?} is not spelled as {kind}s are"));
            }
            if !seen.insert((kind, name)) {
                faults.push(format!("the {kind} {name} is declared twice"));
            }
            if !sentence.ends_with('.') {
                faults.push(format!("the sentence of the {kind} {name} does not end with a full stop"));
            }
        }
        for guard in self.guards.iter().filter(|guard| !codes.contains(guard.refusal.as_str())) {
            faults.push(format!(
                "the guard {} refuses with {}, which spec/errors.toml lacks",
                guard.name, guard.refusal
            ));
        }
        faults
    }

    fn faults_of_row(&self, row: &Row) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |known: bool, fault: String| {
            if !known {
                faults.push(fault);
            }
        };
        check(is_word(&STATES, &row.state), format!("there is no state {}", row.state));
        check(
            is_word(&PERFORMATIVES, &row.performative),
            format!("there is no performative {}", row.performative),
        );
        check(!row.roles.is_empty(), "no role may say it".to_owned());
        for (number, role) in row.roles.iter().enumerate() {
            check(is_word(&ROLES, role), format!("there is no role {role}"));
            check(
                !row.roles.iter().take(number).any(|other| other == role),
                format!("{role} is named twice"),
            );
        }
        if let Some(when) = &row.when {
            let known = self.selectors.iter().any(|word| word.name == *when);
            check(known, format!("there is no selector {when}"));
        }
        for (number, guard) in row.requires.iter().enumerate() {
            let known = self.guards.iter().any(|known| known.name == *guard);
            check(known, format!("there is no guard {guard}"));
            let twice = row.requires.iter().take(number).any(|other| other == guard);
            check(!twice, format!("{guard} is required twice"));
        }
        if row.next == RETURN {
            check(row.state == ESCALATED, format!("only {ESCALATED} has a state to return to"));
        } else {
            check(is_word(&STATES, &row.next), format!("there is no state {} to go to", row.next));
        }
        let stays = row.next == row.state;
        check(!TERMINAL.contains(&row.state.as_str()) || stays, "a terminal state is never left".to_owned());
        faults
    }

    fn unused(&self) -> Vec<String> {
        let required: BTreeSet<&String> = self.rows.iter().flat_map(|row| &row.requires).collect();
        let selected: BTreeSet<&String> = self.rows.iter().filter_map(|row| row.when.as_ref()).collect();
        let guards = self.guards.iter().filter(|guard| !required.contains(&guard.name));
        let selectors = self.selectors.iter().filter(|word| !selected.contains(&word.name));
        guards
            .map(|guard| format!("the guard {} is required by no row", guard.name))
            .chain(selectors.map(|word| format!("the selector {} is used by no row", word.name)))
            .collect()
    }

    /// States that no dialogue reaches, and states from which none comes to an end.
    fn stranded(&self) -> Vec<String> {
        let arrows = self.arrows();
        let forwards = spread([INITIAL].into(), |state, reached| {
            arrows.iter().any(|arrow| arrow.to == state && reached.contains(arrow.from))
        });
        let backwards = spread(TERMINAL.into(), |state, reached| {
            arrows.iter().any(|arrow| arrow.from == state && reached.contains(arrow.to))
        });
        let states = || STATES.iter().map(|(state, _)| *state);
        let unreachable = states().filter(|state| !forwards.contains(state));
        let endless = states().filter(|state| !backwards.contains(state));
        unreachable
            .map(|state| format!("no dialogue reaches {state}"))
            .chain(endless.map(|state| format!("no dialogue ends once it is in {state}")))
            .collect()
    }

    /// Who leads where, states that stay left out; a return leads to each state that can be escalated.
    pub(super) fn arrows(&self) -> Vec<Arrow> {
        let escalating =
            self.rows.iter().filter(|row| row.next == ESCALATED).map(|row| row.state.as_str()).collect();
        let mut arrows = Vec::new();
        for (from, _) in STATES {
            for (to, _) in STATES.iter().filter(|(to, _)| *to != from) {
                let leads = |row: &&Row| row.state == from && row.leads_to(to, &escalating);
                let said: BTreeSet<&str> =
                    self.rows.iter().filter(leads).map(|row| row.performative.as_str()).collect();
                let performatives: Vec<&'static str> =
                    PERFORMATIVES.iter().map(|(name, _)| *name).filter(|name| said.contains(name)).collect();
                if !performatives.is_empty() {
                    arrows.push(Arrow { from, to, performatives });
                }
            }
        }
        arrows
    }
}

impl Row {
    fn leads_to(&self, to: &str, escalating: &BTreeSet<&str>) -> bool {
        self.next == to || (self.next == RETURN && escalating.contains(to))
    }

    fn place(&self) -> String {
        let when = self.when.as_ref().map(|when| format!(" when {when}")).unwrap_or_default();
        format!("{} {}{when}", self.state, self.performative)
    }

    /// Why this row and a later one cannot both stand.
    fn conflict(&self, later: &Self) -> Option<String> {
        let same = self.state == later.state && self.performative == later.performative;
        let shared: Vec<&str> =
            self.roles.iter().filter(|role| later.roles.contains(role)).map(String::as_str).collect();
        if !same || shared.is_empty() {
            return None;
        }
        let roles = shared.join(", ");
        match (&self.when, &later.when) {
            (first, second) if first == second => {
                Some(format!("{}: there are two rows for {roles}", later.place()))
            }
            (None, _) => {
                Some(format!("{}: never applies to {roles}, an earlier row takes all", later.place()))
            }
            (Some(_), _) => None,
        }
    }
}

type Form = fn(&str) -> bool;

fn is_kebab(name: &str) -> bool {
    name.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn is_word(words: &[(&str, &str)], name: &str) -> bool {
    words.iter().any(|(word, _)| *word == name)
}

/// The place of a name among the words; past the end if it is none of them.
pub(super) fn index(words: &[(&str, &str)], name: &str) -> usize {
    words.iter().position(|(word, _)| *word == name).unwrap_or(words.len())
}

/// Adds states that `joins` those reached until none does; each round adds one or is the last.
fn spread(
    mut reached: BTreeSet<&'static str>,
    joins: impl Fn(&'static str, &BTreeSet<&'static str>) -> bool,
) -> BTreeSet<&'static str> {
    for _ in STATES {
        let more: Vec<_> =
            STATES.iter().map(|(state, _)| *state).filter(|state| joins(state, &reached)).collect();
        reached.extend(more);
    }
    reached
}

pub(super) const INITIAL: &str = "IDLE";
pub(super) const ESCALATED: &str = "ESCALATED";
pub(super) const TERMINAL: [&str; 2] = ["CLOSED", "FAILED"];

/// The states in the order of a dialogue that goes well, the ends last.
pub(super) const STATES: [(&str, &str); 9] = [
    ("IDLE", "Nothing has been said."),
    ("INVITED", "The invitation waits for the invitees."),
    ("INTRODUCED", "All required invitees are in, nothing is on the table."),
    ("CONVERSING", "The participants talk and bargain."),
    ("AGREEING", "A commit waits for the signatures of those it binds."),
    ("EXECUTING", "At least one commitment stands and is carried out."),
    ("ESCALATED", "The session waits for the decision of an authority."),
    ("CLOSED", "The session ended in good order; terminal."),
    ("FAILED", "The session ended without what it was for; terminal."),
];

/// The thirteen performatives.
pub(super) const PERFORMATIVES: [(&str, &str); 13] = [
    ("PROPOSE", "Puts an invitation, an offer or a change on the table."),
    ("COUNTER", "Answers with other conditions or another offer."),
    ("ACCEPT", "Agrees to what is on the table."),
    ("REJECT", "Declines what is on the table."),
    ("INFORM", "Tells a fact, progress, fulfilment or its acknowledgement."),
    ("QUERY", "Asks."),
    ("CLARIFY", "Answers a question."),
    ("COMMIT", "Asks for signatures under agreed terms."),
    ("DELEGATE", "Lets another agent act under a mandate."),
    ("ESCALATE", "Hands the session to an authority."),
    ("WITHDRAW", "Takes back what its issuer said."),
    ("OBSERVE", "Notes something without taking part."),
    ("CLOSE", "Ends the session with its receipt."),
];

/// Who may speak.
pub(super) const ROLES: [(&str, &str); 7] = [
    ("initiator", "Opened the session."),
    ("party", "Negotiates and can be bound."),
    ("mediator", "Helps the parties; is never bound."),
    ("observer", "Watches and may ask."),
    ("newcomer", "Invited while the session goes on; answers that and no more."),
    ("authority", "Decides an escalation."),
    ("node", "Keeps the log; speaks for the passing of time alone."),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A table in small that reaches every state and is without fault.
    const SAMPLE: &str = r#"
        guard = [{ name = "your-turn", refusal = "NOT_YOUR_TURN", rule = "ASP-SES-013", place = "/issuer", sentence = "It is." }]
        selector = [{ name = "enough", sentence = "Enough." }]
        reason = [{ code = "COMPLETED", sentence = "Done." }]
        row = [
          { state = "ESCALATED", performative = "ACCEPT", roles = ["authority"], requires = [], next = "RETURN" },
          { state = "IDLE", performative = "PROPOSE", roles = ["initiator"], requires = [], next = "INVITED" },
          { state = "INVITED", performative = "REJECT", roles = ["party"], when = "enough", requires = ["your-turn"], next = "INVITED" },
          { state = "INVITED", performative = "REJECT", roles = ["party"], requires = ["your-turn"], next = "FAILED" },
          { state = "INVITED", performative = "ACCEPT", roles = ["party"], requires = [], next = "INTRODUCED" },
          { state = "INTRODUCED", performative = "QUERY", roles = ["party"], requires = [], next = "CONVERSING" },
          { state = "CONVERSING", performative = "COMMIT", roles = ["party"], requires = [], next = "AGREEING" },
          { state = "AGREEING", performative = "ACCEPT", roles = ["party"], requires = [], next = "EXECUTING" },
          { state = "EXECUTING", performative = "ESCALATE", roles = ["party"], requires = [], next = "ESCALATED" },
          { state = "EXECUTING", performative = "CLOSE", roles = ["party", "node"], requires = [], next = "CLOSED" },
        ]
    "#;

    fn parse(text: &str) -> Result<Transitions, String> {
        Transitions::parse(text, &["NOT_YOUR_TURN"].into())
    }

    /// The sample with one text put in place of another is refused with a line that contains `fault`.
    fn refused(old: &str, new: &str, fault: &str) {
        assert!(SAMPLE.contains(old), "the sample has no {old}");
        let faults = parse(&SAMPLE.replacen(old, new, 1)).unwrap_err();
        assert!(faults.contains(fault), "{fault:?} is not among\n{faults}");
    }

    #[test]
    fn rows_are_sorted_and_keep_their_order_within() {
        let table = parse(SAMPLE).unwrap();
        let places: Vec<String> = table.rows.iter().map(Row::place).collect();
        assert_eq!(
            places.iter().map(String::as_str).collect::<Vec<_>>(),
            [
                "IDLE PROPOSE",
                "INVITED ACCEPT",
                "INVITED REJECT when enough",
                "INVITED REJECT",
                "INTRODUCED QUERY",
                "CONVERSING COMMIT",
                "AGREEING ACCEPT",
                "EXECUTING ESCALATE",
                "EXECUTING CLOSE",
                "ESCALATED ACCEPT",
            ]
        );
    }

    #[test]
    fn a_return_leads_to_where_the_escalation_came_from() {
        let arrows = parse(SAMPLE).unwrap().arrows();
        let back: Vec<_> = arrows.iter().filter(|arrow| arrow.from == ESCALATED).collect();
        assert_eq!(back, [&Arrow { from: ESCALATED, to: "EXECUTING", performatives: vec!["ACCEPT"] }]);
    }

    #[test]
    fn unknown_names_are_named() {
        refused("\"IDLE\"", "\"IDLES\"", "IDLES PROPOSE: there is no state IDLES");
        refused("\"PROPOSE\"", "\"OFFER\"", "there is no performative OFFER");
        refused("[\"initiator\"]", "[\"buyer\"]", "there is no role buyer");
        refused("when = \"enough\"", "when = \"few\"", "there is no selector few");
        refused("[\"your-turn\"], next", "[\"my-turn\"], next", "there is no guard my-turn");
        refused("\"NOT_YOUR_TURN\"", "\"NOPE\"", "refuses with NOPE, which spec/errors.toml lacks");
        refused("next = \"CLOSED\"", "next = \"DONE\"", "there is no state DONE to go to");
        refused("next = \"CLOSED\"", "next = \"RETURN\"", "only ESCALATED has a state to return to");
        refused("next = \"CLOSED\" }", "next = \"CLOSED\", then = \"\" }", "unknown field");
    }

    #[test]
    fn words_are_spelled_once_and_used() {
        refused("name = \"your-turn\"", "name = \"Your turn\"", "is not spelled as guards are");
        refused("code = \"COMPLETED\"", "code = \"completed\"", "is not spelled as reasons are");
        refused("\"Enough.\"", "\"Enough\"", "does not end with a full stop");
        refused("when = \"enough\", ", "", "the selector enough is used by no row");
        let never = SAMPLE.replace("[\"your-turn\"]", "[]");
        assert!(parse(&never).unwrap_err().contains("the guard your-turn is required by no row"));
        let twice = "selector = [{ name = \"enough\", sentence = \"Enough.\" }, ";
        refused("selector = [", twice, "the selector enough is declared twice");
    }

    #[test]
    fn two_rows_never_claim_the_same_statement() {
        let row = "{ state = \"INVITED\", performative = \"REJECT\", roles = [\"party\"], requires = [], next = \"FAILED\" },";
        let end = "next = \"CLOSED\" },";
        refused(end, &format!("{end} {row}"), "INVITED REJECT: there are two rows for party");
        let later = row.replace("requires", "when = \"enough\", requires").replace("REJECT", "ACCEPT");
        refused(end, &format!("{end} {later}"), "INVITED ACCEPT when enough: never applies to party");
        refused("[\"party\", \"node\"]", "[\"node\", \"node\"]", "node is named twice");
        refused("[\"party\", \"node\"]", "[]", "no role may say it");
    }

    #[test]
    fn every_state_is_reached_and_comes_to_an_end() {
        refused("next = \"AGREEING\"", "next = \"EXECUTING\"", "no dialogue reaches AGREEING");
        refused("next = \"CLOSED\"", "next = \"EXECUTING\"", "no dialogue reaches CLOSED");
        refused("next = \"CLOSED\"", "next = \"EXECUTING\"", "no dialogue ends once it is in EXECUTING");
        let end = "next = \"CLOSED\" },";
        let leaves = "{ state = \"CLOSED\", performative = \"PROPOSE\", roles = [\"party\"], requires = [], next = \"IDLE\" },";
        refused(end, &format!("{end} {leaves}"), "a terminal state is never left");
    }
}
