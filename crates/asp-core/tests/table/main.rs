//! The transition table row by row: what each allows, what each of its guards refuses, and what no row allows.
//!
//! The rows are read from the table itself, so a row or guard without an example fails the test, and so does an
//! example that another row decides than the one under whose heading it stands.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a test cannot do fails it"
)]

mod examples;
mod refused;
#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use asp_core::rejection::Code;
use asp_core::session::Session;
use asp_core::session::table::{Guard, Next, ROWS, Role, Row, State};
use support::ledger::{Ledger, Outcome};

use examples::{AGREEING, CONVERSING, ENDING, EXECUTING, OPENING, PACKAGES, SCENES, UNREACHABLE};

/// A row's heading.
fn name(row: &Row) -> String {
    let when = row.when.map(|selector| format!(" {selector}")).unwrap_or_default();
    let by = if row.roles == [Role::Node] { " by node" } else { "" };
    format!("{} {}{when}{by}", row.state, row.performative)
}

/// What is written under a row's heading, by role and by guard; `each` counts for the roles not named.
#[derive(Debug, Default)]
struct Section {
    taken: BTreeMap<String, String>,
    refused: BTreeMap<String, String>,
}

fn sections() -> BTreeMap<String, Section> {
    let mut all: BTreeMap<String, Section> = BTreeMap::new();
    let mut heading = String::new();
    for line in [OPENING, CONVERSING, AGREEING, EXECUTING, ENDING].into_iter().flat_map(str::lines) {
        if line.starts_with(|first: char| first.is_ascii_uppercase()) {
            line.clone_into(&mut heading);
            assert!(all.insert(heading.clone(), Section::default()).is_none(), "{line} stands there twice");
        } else if let Some((key, dialogue)) = line.trim().trim_start_matches("! ").split_once(' ') {
            let section = all.get_mut(&heading).expect("an example stands under a heading");
            let refuses = line.trim().starts_with('!');
            let place = if refuses { &mut section.refused } else { &mut section.taken };
            assert!(place.insert(key.to_owned(), dialogue.trim().to_owned()).is_none(), "{heading}: {line}");
        }
    }
    all
}

impl Section {
    /// The dialogue in which somebody in this role is taken by the row.
    fn taken_by(&self, role: Role) -> Option<Vec<String>> {
        let dialogue = self.taken.get(role.as_str()).or_else(|| self.taken.get("each"))?;
        Some(spoken(dialogue, role))
    }

    /// The dialogue that a guard refuses: the one written down, else the first that is taken, spoilt.
    fn refused_by(&self, row: &Row, guard: Guard) -> Option<Vec<String>> {
        match self.refused.get(guard.as_str()) {
            Some(dialogue) => Some(spoken(dialogue, Role::Initiator)),
            None => {
                let reachable = |role: &&Role| !is_unreachable(row, role.as_str());
                let role = row.roles.iter().find(reachable)?;
                self.taken_by(*role).map(|taken| spoil(taken, guard))
            }
        }
    }
}

/// Who speaks in a role.
fn speaker(role: Role) -> &'static str {
    match role {
        Role::Initiator => "buyer",
        Role::Party => "seller",
        Role::Mediator => "mediator",
        Role::Observer => "watcher",
        Role::Newcomer => "carrier",
        Role::Authority => "seller.example",
        Role::Node => "node",
    }
}

/// The lines of a dialogue as somebody in this role leads it.
fn spoken(dialogue: &str, role: Role) -> Vec<String> {
    let mut dialogue = dialogue.to_owned();
    for (scene, lines) in SCENES.iter().rev() {
        dialogue = dialogue.replace(&format!("{{{scene}}}"), lines);
    }
    let (other, own, due) = match role {
        Role::Party => ("buyer", "goods", "pay"),
        Role::Initiator => ("seller", "pay", "goods"),
        Role::Mediator | Role::Observer | Role::Newcomer | Role::Authority | Role::Node => ("buyer", "", ""),
    };
    for (word, meant) in [("{}", speaker(role)), ("{other}", other), ("{own}", own), ("{due}", due)] {
        dialogue = dialogue.replace(word, meant);
    }
    let mut lines = Vec::new();
    for line in dialogue.split(';').map(str::trim) {
        match line.split_once("* ") {
            Some((times, several)) => {
                for _ in 0..times.parse::<usize>().unwrap() {
                    lines.extend(several.split(" & ").map(str::to_owned));
                }
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

/// A dialogue that is taken, changed in the one thing that this guard looks at.
fn spoil(mut lines: Vec<String>, guard: Guard) -> Vec<String> {
    let last = lines.pop().unwrap();
    let performative = last.split(' ').nth(1).unwrap().to_owned();
    let answers = matches!(performative.as_str(), "ACCEPT" | "COMMIT");
    match guard {
        Guard::ConsentStands => lines.push("seller.example REVOKE".to_owned()),
        Guard::CardUnchanged => lines.push("seller CARD translate".to_owned()),
        Guard::BelowCeiling => {
            lines.extend(["buyer", "seller"].map(|who| format!("{who}.example POLICY ceiling 0.01")));
        }
        // Nobody has an account.
        Guard::FundsCover => {
            let held = "hold price 100 by buyer to seller pays for goods";
            lines.insert(0, format!("goods = seller owes buyer goods 100 within 1h, {held}"));
        }
        Guard::ExposureCapped => {
            lines.extend(["buyer", "seller"].map(|who| format!("{who}.example POLICY exposure 0.01")));
        }
        Guard::AnswersInvitation => lines.push("+30s quietly".to_owned()),
        Guard::OfferOpen => lines.push("+121m quietly".to_owned()),
        Guard::WindowOpen => lines.push("+72h quietly".to_owned()),
        Guard::InTime => lines.push("+61m quietly".to_owned()),
        Guard::TermsValid if answers => lines.push("+61m quietly".to_owned()),
        Guard::TermsValid => return with(lines, format!("{last} bad")),
        Guard::RoomLeft if performative == "DELEGATE" => {
            lines.extend((0..64).map(|_| "buyer DELEGATE".to_owned()))
        }
        Guard::RoomLeft => lines.extend((0..32).map(|_| "buyer PROPOSE".to_owned())),
        Guard::MessageLeft => {
            let (_, messages) = play(&lines).session().unwrap().counts();
            lines[0] = lines[0].replacen("with", &format!("with messages={messages}"), 1);
        }
        Guard::RoundLeft => {
            let (rounds, _) = play(&lines).session().unwrap().counts();
            if rounds == 0 {
                lines.push("buyer PROPOSE".to_owned());
            }
            lines[0] = lines[0].replacen("with", &format!("with rounds={}", rounds.max(1)), 1);
        }
        // What was said just before is what made it possible.
        Guard::ObligationDelivered | Guard::Overdue => drop(lines.pop()),
        Guard::ObligationOpen | Guard::NotCountersigned => lines.push(last.clone()),
        _ => return respoken(lines, last, guard),
    }
    with(lines, last)
}

/// The same dialogue with its last line changed, or the one before it.
fn respoken(mut lines: Vec<String>, last: String, guard: Guard) -> Vec<String> {
    let performative = last.split(' ').nth(1).unwrap().to_owned();
    match guard {
        Guard::CardShown => return with(lines, last.replace("ACCEPT", "ACCEPT introduction wrongly")),
        Guard::TermsMatch => return with(lines, format!("{last} choosing nothing")),
        Guard::TermsAgreed => return with(lines, format!("{last} nothing")),
        Guard::CommitmentActive => return with(lines, format!("{last} of nothing")),
        Guard::EvidenceMatches => return with(lines, format!("{last} digest other")),
        Guard::ReceiptMatches => return with(lines, format!("{last} wrongly")),
        Guard::MandateNarrows => return with(lines, format!("{last} expires 0s")),
        Guard::AuthorityValid => return with(lines, last.replace("seller.example", "stranger.example")),
        Guard::AnswersCommit if performative == "COUNTER" => return with(lines, format!("{last} to offer")),
        Guard::AnswersCommit => return with(lines, format!("{last} offer")),
        Guard::ObligationKnown => {
            let (said, _) = last.rsplit_once(' ').unwrap();
            return with(lines, format!("{said} nothing"));
        }
        Guard::YourTurn | Guard::Own | Guard::IsDebtor | Guard::IsCreditor => {
            let (who, said) = last.split_once(' ').unwrap();
            let other = if who == "buyer" { "seller" } else { "buyer" };
            return with(lines, format!("{other} {said}"));
        }
        Guard::NewcomerValid => return with(lines, last.replace("carrier", "mediator")),
        Guard::SchemasKnown => return with(lines, format!("{last} schemas=nothing")),
        Guard::SchemaShared => return with(lines, format!("{last} speaking=nothing")),
        Guard::TermsFit => return with(lines, format!("{last} in nothing none")),
        Guard::NewcomerCovered => return with(lines, format!("{last} consents=none")),
        Guard::AnswerAllowed => {
            let other = if performative == "COUNTER" { "ACCEPT" } else { "COUNTER" };
            let offer = lines.pop().unwrap();
            lines.push(format!("{offer} answers {other}"));
        }
        Guard::QuestionValid => return with(lines, format!("{last} to stranger")),
        Guard::AnswersQuestion => {
            lines.push("mediator QUERY to seller as q".to_owned());
            return with(lines, format!("{last} q"));
        }
        Guard::UsageGrows => return with(lines, format!("{last} cost 3")),
        Guard::Welcome | Guard::InviterTrusted => {
            let policy = if guard == Guard::Welcome { "from none" } else { "floors 11" };
            lines.push(format!("carrier.example POLICY {policy}"));
        }
        Guard::DelegateAdmitted => return with(lines, format!("{last} consent none")),
        // What is refused by these is written out.
        _ => {}
    }
    with(lines, last)
}

fn with(mut lines: Vec<String>, last: String) -> Vec<String> {
    lines.push(last);
    lines
}

/// Plays lines that must all be taken.
fn play(lines: &[String]) -> Ledger {
    let mut ledger = Ledger::open();
    ledger.check(&PACKAGES.join("\n"));
    ledger.check(&lines.join("\n"));
    ledger
}

/// What came of the last line of a dialogue.
struct Judged {
    ledger: Ledger,
    before: Option<Session>,
    /// The row that decided and in what role the statement was made.
    ruling: Result<(Role, &'static Row), Code>,
    outcome: Outcome,
}

impl Judged {
    fn of(lines: &[String]) -> Self {
        let (last, before) = lines.split_last().unwrap();
        let ledger = play(before);
        Self::after(ledger, last)
    }

    fn after(mut ledger: Ledger, line: &str) -> Self {
        let before = ledger.session().cloned();
        ledger.tried = None;
        let outcome = ledger.line(line);
        let tried = ledger.tried.clone();
        let ruling = match (&before, &tried) {
            (_, None) => panic!("{line} makes no statement\n{}", ledger.story()),
            (Some(session), Some((at, statement))) => {
                session.ruling(statement, *at).map_err(|rejection| rejection.code)
            }
            // Who opens a session is its initiator, or is told so by the row's first guard.
            (None, Some((_, statement))) => {
                let row = ROWS.iter().find(|row| {
                    row.state == State::Idle
                        && row.performative.as_str() == statement.statement().kind.as_str()
                });
                row.map(|row| (Role::Initiator, row)).ok_or(Code::NotAllowed)
            }
        };
        Self { ledger, before, ruling, outcome }
    }

    fn state(session: Option<&Session>) -> State {
        session.map_or(State::Idle, Session::state)
    }

    /// Why this is no example of the row; none if it is.
    fn not_of(&self, row: &Row) -> Option<String> {
        match self.ruling {
            Ok((_, decided)) if decided == row => None,
            Ok((_, decided)) => Some(format!("decided by {}", name(decided))),
            Err(code) => Some(format!("decided by no row: {code}")),
        }
    }

    fn not_taken_by(&self, row: &Row, role: Role) -> Option<String> {
        let next = match row.next {
            Next::To(state) => state,
            Next::Return => self.before.as_ref().unwrap().escalation().unwrap().from,
        };
        let came = Self::state(self.ledger.session());
        let not_so = |holds: bool, why: String| (!holds).then_some(why);
        self.not_of(row)
            .or(not_so(self.outcome == Outcome::Moved, format!("{:?}", self.outcome)))
            .or(not_so(
                self.ruling.is_ok_and(|(said_as, _)| said_as == role),
                "said in another role".to_owned(),
            ))
            .or(not_so(came == next, format!("leads to {came} and not to {next}")))
    }

    fn not_refused_by(&self, row: &Row, guard: Guard) -> Option<String> {
        let as_guarded =
            matches!(self.outcome, Outcome::Refused(code) if codes(guard).contains(&code)).then_some(());
        let refusal = self.ledger.stage.refusal.as_ref();
        let other_rule =
            refusal.filter(|refusal| refusal.code == guard.refusal() && refusal.rule != Some(guard.rule()));
        let unchanged = self.before.as_ref() == self.ledger.session();
        self.not_of(row)
            .or(as_guarded.is_none().then(|| format!("{:?}", self.outcome)))
            .or(other_rule.map(|refusal| format!("by another rule: {refusal}")))
            .or((!unchanged).then(|| "the session was changed".to_owned()))
    }
}

/// What a guard refuses with: its code, and those of its family that say it more precisely.
fn codes(guard: Guard) -> Vec<Code> {
    let family: &[Code] = match guard {
        Guard::ConsentStands => &[Code::ConsentExpired, Code::OutsideConsent],
        Guard::FundsCover => &[Code::UnknownAccount],
        Guard::ConsentCovers => &[Code::ConsentExpired, Code::ConsentRevoked, Code::OutsideConsent],
        _ => &[],
    };
    family.iter().copied().chain([guard.refusal()]).collect()
}

fn is_unreachable(row: &Row, word: &str) -> bool {
    UNREACHABLE.iter().any(|(heading, what, _)| *heading == name(row) && *what == word)
}

#[test]
fn headings_and_rows_are_the_same() {
    let written: BTreeSet<String> = sections().into_keys().collect();
    let rows: BTreeSet<String> = ROWS.iter().map(name).collect();
    assert_eq!(rows.len(), ROWS.len(), "two rows have one name");
    assert_eq!(written, rows);
    for (heading, section) in sections() {
        let row = ROWS.iter().find(|row| name(row) == heading).unwrap();
        let role = |key: &str| key == "each" || row.roles.iter().any(|role| role.as_str() == key);
        let guard = |key: &str| row.requires.iter().any(|guard| guard.as_str() == key);
        assert!(section.taken.keys().all(|key| role(key)), "{heading}: {:?}", section.taken.keys());
        assert!(section.refused.keys().all(|key| guard(key)), "{heading}: {:?}", section.refused.keys());
    }
}

#[test]
fn every_row_takes_what_it_allows_from_each_of_its_roles() {
    let sections = sections();
    let mut wrong = Vec::new();
    let mut taken = 0;
    for row in ROWS {
        for role in row.roles.iter().filter(|role| !is_unreachable(row, role.as_str())) {
            let example = sections[&name(row)].taken_by(*role);
            let lines = example.unwrap_or_else(|| panic!("{} has no example by the {role}", name(row)));
            let why = Judged::of(&lines).not_taken_by(row, *role);
            wrong
                .extend(why.map(|why| format!("{} by the {role}: {why}\n  {}", name(row), lines.join("; "))));
            taken += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(taken > ROWS.len(), "{taken} examples");
}

#[test]
fn every_guard_of_every_row_refuses_with_its_code() {
    let sections = sections();
    let mut wrong = Vec::new();
    for row in ROWS {
        for guard in row.requires.iter().filter(|guard| !is_unreachable(row, guard.as_str())) {
            let example = sections[&name(row)].refused_by(row, *guard);
            let lines = example.unwrap_or_else(|| panic!("{} has no example for {guard}", name(row)));
            let why = Judged::of(&lines).not_refused_by(row, *guard);
            wrong.extend(why.map(|why| format!("{} ! {guard}: {why}\n  {}", name(row), lines.join("; "))));
        }
    }
    assert!(wrong.is_empty(), "{} pairs\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_code_tells_which_guard_of_a_row_refused() {
    for row in ROWS {
        let codes: Vec<Code> = row.requires.iter().flat_map(|guard| codes(*guard)).collect();
        let distinct: BTreeSet<&str> = codes.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), distinct.len(), "{}", name(row));
    }
}

#[test]
fn what_is_called_unreachable_is_a_role_or_guard_of_its_row_without_an_example() {
    let sections = sections();
    for (heading, word, why) in UNREACHABLE {
        let row = ROWS.iter().find(|row| name(row) == heading);
        let row = row.unwrap_or_else(|| panic!("no row is named {heading}"));
        let section = &sections[heading];
        assert!(!why.is_empty());
        if let Some(role) = row.roles.iter().find(|role| role.as_str() == word) {
            assert!(!section.taken.contains_key(word), "{heading} has an example by the {word}");
            if let Some(lines) = section.taken_by(*role) {
                assert!(Judged::of(&lines).not_taken_by(row, *role).is_some(), "{heading}: {word}");
            }
        } else {
            assert!(row.requires.iter().any(|guard| guard.as_str() == word), "{heading} names no {word}");
            assert!(!section.refused.contains_key(word), "{heading} has an example for {word}");
            let guard = word.parse().unwrap();
            let (last, before) = section
                .refused_by(row, guard)
                .unwrap()
                .split_last()
                .map(|(last, before)| (last.clone(), before.to_vec()))
                .unwrap();
            let mut ledger = play(&[]);
            for line in &before {
                ledger.line(line);
            }
            assert!(Judged::after(ledger, &last).not_refused_by(row, guard).is_some(), "{heading}: {word}");
        }
    }
}
