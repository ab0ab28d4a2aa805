//! What the pages under `docs` say is so.

#[path = "../../examples/check_log.rs"]
#[expect(dead_code, reason = "its main is for who runs it by hand")]
mod check_log;
#[path = "../../examples/negotiate.rs"]
#[expect(dead_code, reason = "its main is for who runs it by hand")]
mod negotiate;

use asp_core::key::KeyId;
use asp_core::log::receipt::Receipt;
use asp_core::position::{Hash, LogTime, Position};
use asp_core::statement::Verified;
use asp_core::trust::{Assessment, Consequences, Evidence, Level, Outcome, Question, assess};

use crate::support::*;

/// Holds that every block of code of a page stands in the program, however far it is indented there.
fn check_blocks(page: &str, program: &str, least: usize) {
    fn lines(text: &str) -> Vec<&str> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }
    let program = lines(program);
    let blocks = page.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut count = 0;
    for block in blocks {
        let wanted = lines(block);
        assert!(program.windows(wanted.len()).any(|part| part == wanted), "not in the program:\n{block}");
        count += 1;
    }
    assert!(count >= least, "{count} blocks");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_makes_a_deal_and_makes_it_again() {
    let stage = Stage::new().await;
    let keys = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let said = negotiate::negotiate(&stage.url(), keys.path().to_str().unwrap()).await.unwrap();
        assert!(said.starts_with("sha256:") && said.ends_with(" 0 refuted"), "{said}");
    }
}

#[test]
fn the_guides_show_the_examples_as_they_are() {
    let guide = include_str!("../../../../docs/guides/rust.md");
    check_blocks(guide, include_str!("../../examples/negotiate.rs"), 12);
    let page = include_str!("../../../../docs/concepts/log.md");
    check_blocks(page, include_str!("../../examples/check_log.rs"), 4);
}

#[test]
fn the_statement_on_the_page_is_the_one_in_the_file() {
    let page = include_str!("../../../../docs/concepts/statement.md");
    let file = include_str!("../../../../docs/concepts/statement.json");
    assert!(page.contains(&format!("```json\n{file}\n```")));
    assert!(page.contains(&format!("one line of {} bytes", file.len())));
    let verified = Verified::from_envelope(file.as_bytes()).unwrap();
    assert!(page.contains(&format!("This prints `{}`", verified.statement().hash.to_hex())));
}

/// Fetches like the page with curl and keeps what came in a folder.
async fn fetch(url: String, file: std::path::PathBuf) {
    let answer = reqwest::get(url).await.unwrap().error_for_status().unwrap();
    std::fs::write(file, answer.bytes().await.unwrap()).unwrap();
}

/// A folder as the page says to make it, of a session's first note; and the node's key.
async fn evidence(folder: &std::path::Path) -> KeyId {
    let (stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let (node, at) = (stage.url(), |name: &str| folder.join(name));
    fetch(format!("{node}/log/checkpoint"), at("old.checkpoint")).await;
    let body = asp_core::statement::body::Question::to_all(text("for the record"));
    let statement = ours.sign(asp_core::statement::Body::Query(body), None).await.unwrap();
    let receipt: Receipt = client.submit(&statement).await.unwrap();
    theirs.view().await.unwrap();
    theirs.inform(text("noted")).await.unwrap();
    fetch(format!("{node}/log/checkpoint"), at("new.checkpoint")).await;
    let size = |name: &str| std::fs::read_to_string(at(name)).unwrap().lines().nth(1).unwrap().to_owned();
    let (old, new) = (size("old.checkpoint"), size("new.checkpoint"));
    let index = receipt.receipt.log_index;
    fetch(format!("{node}/log/proof/inclusion?index={index}&size={new}"), at("inclusion.json")).await;
    fetch(format!("{node}/log/proof/consistency?from={old}&to={new}"), at("consistency.json")).await;
    std::fs::write(at("statement.json"), statement.envelope()).unwrap();
    std::fs::write(at("receipt.json"), serde_json::to_vec(&receipt).unwrap()).unwrap();
    stage.node.node_key()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_checked_offline_and_each_changed_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let key = evidence(folder.path()).await;
    let said = check_log::check(key, folder.path()).unwrap();
    assert!(said.contains("is in the log"), "{said}");
    let refused = |what: &str| assert!(check_log::check(key, folder.path()).is_err(), "{what}");
    for (name, from, to) in [
        ("statement.json", "for the record", "off the record"),
        ("receipt.json", "\"sequence\":2", "\"sequence\":3"),
        ("old.checkpoint", "assent.example", "assent.exampel"),
        ("new.checkpoint", "assent.example", "assent.exampel"),
        ("inclusion.json", "\"sha256:", "\"sha256:00"),
        (
            "consistency.json",
            "[\"sha256:",
            "[\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"sha256:",
        ),
    ] {
        let file = folder.path().join(name);
        let honest = std::fs::read_to_string(&file).unwrap();
        let changed = honest.replace(from, to);
        assert_ne!(changed, honest, "{name}");
        std::fs::write(&file, changed).unwrap();
        refused(name);
        std::fs::write(&file, honest).unwrap();
    }
    assert!(check_log::check(asp_core::key::SecretKey::from_seed(&[9; 32]).id(), folder.path()).is_err());
    check_log::check(key, folder.path()).unwrap();
}

const DAY: u64 = 86_400_000;
const VOLT: &str = "agent://volt.example/sales";

/// A deal, so many days before the question.
fn deal(debtor: &str, creditor: &str, value: &str, days: u64, outcome: Outcome) -> Evidence {
    Evidence {
        index: Position(1_000 - days),
        at: LogTime::from_millis(START.millis() - days * DAY),
        debtor: text(debtor),
        creditor: text(creditor),
        value: text(value),
        capability: None,
        outcome,
        statement: Hash::of(&[&days.to_be_bytes()]),
        grounds: [].into(),
        void: None,
    }
}

fn ask(evidence: &[Evidence], class: &str, observer: &str) -> Assessment {
    let question = Question {
        subject: text(VOLT),
        observer: [text(observer)].into(),
        class: text(class),
        outlook: asp_core::trust::Outlook::default(),
        capability: None,
        instant: START,
        prefix: Position(10_000),
    };
    assess(evidence, &question)
}

#[test]
fn the_figures_of_trust_are_those_of_the_model() {
    let page = include_str!("../../../../docs/concepts/trust.md");
    let has = |row: String| assert!(page.contains(&row), "the page lacks {row}");
    let (acme, initech) = ("agent://acme.example/buyer", "agent://initech.example/clerk");
    let kept = |debtor, creditor, value, days| deal(debtor, creditor, value, days, Outcome::Fulfilled);
    let four = [
        kept(VOLT, acme, "1000 USD", 90),
        kept(initech, acme, "1000 USD", 60),
        kept(VOLT, initech, "250 USD", 30),
        kept(VOLT, "agent://stranger.example/one", "1000 USD", 3),
    ];
    let seen = ask(&four, "1000 USD", "acme.example");
    has(format!("= **{}**, level {}", seen.score, seen.level_number));
    for factor in &seen.factors {
        has(format!("| {} | {} | {} |", factor.symbol, factor.name, factor.value));
    }
    for part in &seen.parts {
        has(format!("| {} | {} |", part.name, part.points));
    }
    for (lender, days) in seen.lenders.first.iter().zip([90, 30]) {
        has(format!("| {days} | {} |", lender.lends));
    }
    has(format!(
        "| 60 | {} |",
        ask(&[kept(VOLT, acme, "1000 USD", 60)], "1000 USD", "acme.example").lenders.first[0].lends
    ));

    let with = |more: Evidence| four.iter().cloned().chain([more]).collect::<Vec<_>>();
    let one_more = with(kept(VOLT, acme, "1000 USD", 0));
    let broken = with(deal(VOLT, acme, "1000 USD", 1, Outcome::Breached));
    for (question, evidence, class, observer) in [
        ("the example", &four[..], "1000 USD", "acme.example"),
        ("without any record", &[], "1000 USD", "acme.example"),
        ("without the stranger's deal", &four[..3], "1000 USD", "acme.example"),
        ("for a deal of 250 USD", &four, "250 USD", "acme.example"),
        ("after one more kept deal with acme", &one_more, "1000 USD", "acme.example"),
        ("after a broken deal of 1000 USD, a day ago", &broken, "1000 USD", "acme.example"),
        ("the same, as a stranger sees it who names no other", &broken, "1000 USD", "nobody.example"),
    ] {
        has(format!("| {question} | {} |", ask(evidence, class, observer).score));
    }
    let breach = ask(&broken, "1000 USD", "acme.example");
    let left = breach.factors.iter().find(|factor| factor.symbol == "F").unwrap().value;
    has(format!("F falls to {left}"));
    for level in Level::ALL {
        let Consequences { cover, judges, share } = level.consequences();
        let (number, name, from) = (level.number(), level.as_str(), level.begins() / 1_000);
        let judges = if judges { "yes" } else { "no" };
        has(format!("| {number} | {name} | {from} | {} | {judges} | {share} |", cover.as_str()));
    }
}
