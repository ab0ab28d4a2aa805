//! The values that the specification shows are those that the code gives.
#![allow(clippy::unwrap_used, reason = "what a test cannot do fails it")]

use asp_core::key::SecretKey;
use asp_core::log::leaf::Leaf;
use asp_core::log::receipt::{Receipt, ReceiptBody, sign_batch};
use asp_core::name::StreamKind;
use asp_core::position::{LogTime, Position};
use asp_core::statement::Verified;
use asp_core::statement::body::Package;

fn page() -> String {
    std::fs::read_to_string("../../spec/asp-1.0.md").unwrap()
}

/// The package on the page: the block after the words that announce it.
fn package(page: &str) -> Package {
    let (_, rest) = page.split_once("For example the package\n\n```json\n").unwrap();
    serde_json::from_str(rest.split_once("```").unwrap().0).unwrap()
}

#[track_caller]
fn check(page: &str, value: &str) {
    assert!(page.contains(value), "spec/asp-1.0.md does not have {value}");
}

#[test]
fn the_example_of_a_statement_has_the_values_on_the_page() {
    let page = page();
    let envelope = std::fs::read_to_string("../../docs/concepts/statement.json").unwrap();
    check(&page, envelope.trim());
    let statement = Verified::from_envelope(envelope.as_bytes()).unwrap();
    check(&page, &format!("| statement hash | `{}` |", statement.statement().hash));
    check(&page, &format!("| signatures hash | `{}` |", statement.signatures_hash()));
    let time: LogTime = "2026-11-23T12:00:00.250Z".parse().unwrap();
    let leaf = Leaf {
        statement: statement.statement().hash,
        signatures: statement.signatures_hash(),
        log_time: time,
    };
    check(&page, &format!("| leaf bytes at log time {time} | `{}` |", hex::encode(leaf.encode())));
    check(&page, &format!("| leaf hash | `{}` |", leaf.hash()));

    let body = ReceiptBody {
        log_index: Position(0),
        log_time: time,
        origin: statement.statement().audience.clone(),
        sequence: statement.statement().sequence,
        statement: statement.statement().hash,
        stream: statement.statement().stream.clone(),
    };
    let batch = sign_batch(std::slice::from_ref(&body), &SecretKey::from_seed(&[9; 32])).unwrap();
    let receipt = Receipt { batch: batch.place(0).unwrap(), receipt: body, signature: *batch.signature() };
    let shown = serde_json::to_string(&receipt).unwrap();
    // The page breaks the one line before each of the two inner members.
    let shown = shown.replace(",\"receipt\"", ",\n\"receipt\"").replace(",\"signature\"", ",\n\"signature\"");
    check(&page, &shown);
}

#[test]
fn first_statements_name_the_hashes_on_the_page() {
    let page = page();
    let kinds = [
        StreamKind::Org,
        StreamKind::Agent,
        StreamKind::Consent,
        StreamKind::Session,
        StreamKind::Account,
        StreamKind::Dispute,
    ];
    for kind in kinds {
        check(&page, &format!("{:8} {}\n", kind.as_str(), kind.genesis()));
    }
}

#[test]
fn the_package_on_the_page_has_the_hash_beside_it() {
    let page = page();
    check(&page, &format!("has the terms hash `{}`", package(&page).terms_hash()));
}
