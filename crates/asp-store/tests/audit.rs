//! An audit finds every changed byte, in a folder and in an export, and names the first entry that does not hold.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use asp_core::rejection::Code;
use asp_store::audit::{self, AuditError, Finding, Report};
use rusqlite::Connection;

use support::*;

/// Entries of the log that is tampered with: `business`, then 300 remarks.
const REMARKS: u64 = 300;

/// The first remark after the business.
const FIRST_REMARK: u64 = 13;

fn long_log(folder: &Path) {
    let mut stage = Stage::new(folder);
    let (_, session, _) = stage.business();
    assert_eq!(stage.taken.len() as u64, FIRST_REMARK);
    for number in 0..REMARKS {
        let (name, words) =
            (["acme/buyer", "globex/seller"][number as usize % 2], format!("remark {number}"));
        stage.author.pass(10);
        stage.remark(session, name, &words);
    }
    stage.store.stop();
}

fn audit(folder: &Path) -> Report {
    audit::folder(folder, &mut |_, _| ()).unwrap()
}

fn exported(folder: &Path) -> String {
    let author = Author::new();
    let store = open(folder, author.clock()).unwrap();
    let mut bytes = Vec::new();
    store.read(|reader| reader.export(&mut bytes)).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn audit_export(text: &str) -> Result<Report, AuditError> {
    audit::export(text.as_bytes(), &mut |_, _| ())
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.path().join(file.file_name())).unwrap();
    }
    to
}

#[test]
fn an_honest_log_holds_in_its_folder_and_as_an_export() {
    let folder = tempfile::tempdir().unwrap();
    long_log(folder.path());
    let report = audit(folder.path());
    assert_eq!(report.finding, None);
    assert_eq!((report.entries, report.node_key), (FIRST_REMARK + REMARKS, identity().key.id()));
    let mut told = Vec::new();
    let text = exported(folder.path());
    let again = audit::export(text.as_bytes(), &mut |done, _| told.push(done)).unwrap();
    assert_eq!(again, Report { elapsed: again.elapsed, ..report });
    assert!(told.is_sorted() && told.last() == Some(&(FIRST_REMARK + REMARKS)));
}

#[test]
fn an_empty_log_holds() {
    let folder = tempfile::tempdir().unwrap();
    drop(Stage::new(folder.path()));
    assert_eq!(audit(folder.path()).finding, None);
    assert_eq!(audit_export(&exported(folder.path())).unwrap().finding, None);
}

#[test]
fn a_log_with_every_turn_of_time_and_consent_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, session) = stage.introduced();
    let owing = stage.session("acme/buyer", "globex/seller", consent);
    stage.deal(owing, "globex/seller", "acme/buyer", "5");
    let revoke =
        asp_core::statement::Body::ConsentRevoke(asp_core::statement::body::Because { reason: text("over") });
    let stream = asp_core::name::StreamName::Of(asp_core::name::StreamId::Consent(consent));
    let revoke = stage.author.by_org("acme", stream, revoke);
    stage.author.pass(1000);
    stage.take(revoke);
    assert_eq!(audit(folder.path()).finding, None);
    // The session without duties ends at once, the obligation is breached when its time is over.
    for _ in 0..2 {
        let now = stage.author.now();
        for due in stage.store.read(|reader| reader.due(now, 10)).unwrap() {
            let statement = stage.author.by_node(&due);
            stage.take(statement);
        }
        assert_eq!(audit(folder.path()).finding, None);
        stage.author.pass(3_600_001);
    }
    let evidence = stage.store.read(|reader| reader.settled(u64::MAX)).unwrap();
    let evidence = evidence.evidence();
    assert_eq!(evidence.len(), 1, "{evidence:?}");
    let ended = stage
        .store
        .read(|reader| reader.session(&asp_store::Tenant::Agent(agent_uri("acme/buyer")), &session));
    assert!(ended.unwrap().unwrap().end().is_some());
}

#[track_caller]
fn check(folder: &Path, sql: &str, expected: Option<u64>, words: &str) {
    let copy = copy(folder);
    let connection = Connection::open(copy.path().join(asp_store::FILE_NAME)).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
    drop(connection);
    let finding = audit(copy.path()).finding;
    let finding = finding.unwrap_or_else(|| panic!("{sql} was not found"));
    assert_eq!(finding.index, expected, "{sql}: {finding}");
    assert!(finding.what.contains(words), "{sql}: {finding}");
}

#[test]
fn what_is_changed_in_a_folder_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    long_log(folder.path());
    let folder = folder.path();
    let remark = "CAST(replace(CAST(statement AS TEXT), 'remark', 'Remark') AS BLOB)";
    let first_leaf = "CAST(x'00' || substr(leaves, 2) AS BLOB)";
    for (sql, index, words) in [
        (format!("UPDATE entries SET statement = {remark} WHERE position = 40"), Some(40), "INVALID_SIGNATURE"),
        (format!("UPDATE entries SET statement = {remark} WHERE position IN (270, 290)"), Some(270), "INVALID_SIGNATURE"),
        ("UPDATE entries SET statement = x'7b7d' WHERE position = 3".into(), Some(3), "INVALID_FIELD"),
        ("UPDATE entries SET signatures = zeroblob(97) WHERE position = 5".into(), Some(5), "signatures"),
        ("UPDATE entries SET signatures = zeroblob(96) WHERE position = 5".into(), Some(5), "signatures"),
        (
            "UPDATE entries SET signatures = CAST(substr(signatures, 1, 96) || x'01' AS BLOB) WHERE position = 6"
                .into(),
            Some(6),
            "INVALID_SIGNATURE",
        ),
        ("UPDATE entries SET time = time + 1 WHERE position = 20".into(), Some(20), "receipt"),
        ("UPDATE entries SET time = 1 WHERE position = 20".into(), Some(20), "receipt"),
        ("UPDATE entries SET hash = zeroblob(32) WHERE position = 21".into(), Some(21), "hash"),
        ("UPDATE entries SET request = zeroblob(24) WHERE position = 22".into(), Some(22), "request"),
        ("UPDATE entries SET sequence = 9999 WHERE position = 23".into(), Some(23), "sequence"),
        ("UPDATE entries SET stream = 9999 WHERE position = 24".into(), Some(24), "another stream"),
        ("DELETE FROM entries WHERE position = 25".into(), Some(25), "missing"),
        ("DELETE FROM entries WHERE position >= 300".into(), None, "edge"),
        ("UPDATE batches SET signature = zeroblob(64) WHERE first = 26".into(), Some(26), "receipts of its batch"),
        (format!("UPDATE batches SET leaves = {first_leaf} WHERE first = 27"), Some(27), "receipt"),
        ("UPDATE batches SET leaves = x'' WHERE first = 28".into(), Some(28), "no batch"),
        ("DELETE FROM batches WHERE first = 29".into(), Some(29), "no batch"),
        (
            "UPDATE tiles SET hashes = CAST(substr(hashes, 1, 320) || zeroblob(32) || substr(hashes, 353) AS BLOB)
             WHERE place = 0"
                .into(),
            Some(10),
            "tile/0/000",
        ),
        ("UPDATE tiles SET hashes = zeroblob(32) WHERE place = 1 << 56".into(), None, "edge"),
        ("UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE place = 1".into(), None, "edge"),
        ("UPDATE tiles SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE place = 1".into(), None, "edge"),
        ("DELETE FROM tiles WHERE place = 0".into(), Some(0), "tile/0/000"),
        ("INSERT INTO tiles VALUES (77, zeroblob(32))".into(), None, "tiles"),
        ("DELETE FROM checkpoint".into(), None, "no checkpoint"),
        ("UPDATE checkpoint SET note = replace(note, '313', '312')".into(), None, "signature"),
    ] {
        check(folder, &sql, index, words);
    }
}

#[test]
fn what_is_changed_in_a_view_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    long_log(folder.path());
    for (sql, index, words) in [
        ("UPDATE agents SET named_at = 1", Some(2), "agents"),
        ("UPDATE likenesses SET unproved = 0 WHERE registered = 0", Some(0), "likenesses"),
        ("DELETE FROM likenesses WHERE skeleton = 'acrne'", Some(0), "likenesses"),
        ("UPDATE evidence SET amount = '1001'", Some(11), "evidence"),
        ("UPDATE evidence SET outcome = 'breached'", Some(11), "evidence"),
        ("DELETE FROM evidence", Some(11), "evidence"),
        (
            "INSERT INTO evidence SELECT 3, debtor, creditor, amount, currency, capability, outcome FROM evidence",
            Some(3),
            "evidence",
        ),
        (
            "UPDATE evidence_grounds SET signed = 0 WHERE signed = (SELECT min(signed) FROM evidence_grounds)",
            Some(11),
            "evidence_grounds",
        ),
        ("DELETE FROM evidence_grounds WHERE signed < 11", Some(11), "evidence_grounds"),
        ("INSERT INTO distrusts SELECT 7, agent, key, 0 FROM evidence_grounds LIMIT 1", Some(7), "distrusts"),
        ("UPDATE sessions SET state = 'CLOSED'", Some(312), "sessions"),
        ("UPDATE sessions SET deadline = deadline + 1", Some(312), "sessions"),
        ("UPDATE sessions SET owes = 1", Some(312), "sessions"),
        ("DELETE FROM session_members WHERE party = 1", Some(312), "session_members"),
        ("INSERT INTO session_members SELECT 9999, moved, session FROM sessions", None, "session_members"),
        ("DELETE FROM session_consents", None, "session_consents"),
        ("UPDATE commitments SET state = 'ACTIVE'", Some(9), "commitments"),
        ("DELETE FROM commitment_parties WHERE party = 1", Some(9), "commitment_parties"),
        ("UPDATE consent_parties SET requested = 5", Some(4), "consent_parties"),
        ("UPDATE agents SET card = replace(card, 'compute', 'computer') WHERE set_at = 2", Some(2), "agents"),
        ("UPDATE agents SET card = NULL WHERE set_at = 2", Some(2), "agents"),
        ("UPDATE agents SET set_at = 5 WHERE set_at = 2", Some(2), "agents"),
        (
            "UPDATE names SET name = 'agent:agent://acme.example/thief' WHERE name LIKE 'agent:%buyer'",
            Some(2),
            "another stream",
        ),
    ] {
        check(folder.path(), sql, index, words);
    }
}

/// Where a change of an export is found, if it still is one.
#[track_caller]
fn found(text: &str) -> Finding {
    audit_export(text).unwrap().finding.unwrap()
}

#[test]
fn what_is_changed_in_an_export_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    long_log(folder.path());
    let text = exported(folder.path());
    let lines: Vec<&str> = text.lines().collect();
    let line_of = |index: u64| index as usize + 1;
    let with = |index: u64, line: &str| {
        let mut lines = lines.clone();
        lines[line_of(index)] = line;
        lines.join("\n") + "\n"
    };
    for index in [0, 7, 40, 312] {
        let line = lines[line_of(index)];
        let changed = line.replacen("\"asp\":\"1.0\"", "\"asp\":\"1.1\"", 1);
        assert_eq!(found(&with(index, &changed)).index, Some(index));
        assert_eq!(found(&with(index, &line.replace("\"alg\"", "\"algo\""))).index, Some(index));
        assert_eq!(found(&with(index, "{}")).index, Some(index));
        let other = lines[line_of((index + 1) % 300)];
        assert_eq!(found(&with(index, other)).index, Some(index));
    }
    let remark = lines[line_of(40)];
    let finding = found(&with(40, &remark.replace("remark", "Remark")));
    assert_eq!((finding.index, finding.code), (Some(40), Some(Code::InvalidSignature)));
    // A time within the order is seen by the root alone; one out of it is named.
    let time_of = |line: &str| {
        let at = line.find("\"logTime\":\"").unwrap() + 11;
        line[at..at + 24].to_owned()
    };
    let later = time_of(lines[line_of(41)]);
    let finding = found(&with(40, &remark.replacen(&time_of(remark), &later, 1)));
    assert_eq!(finding.index, None);
    assert!(finding.what.contains("root"));
    let finding = found(&with(40, &remark.replacen(&time_of(remark), &time_of(lines[line_of(38)]), 1)));
    assert_eq!(finding.index, Some(40));
    // An entry left out, the end cut off, something after it.
    let mut without: Vec<&str> = lines.clone();
    without.remove(line_of(9));
    assert_eq!(found(&(without.join("\n") + "\n")).index, Some(9));
    assert_eq!(found(&(lines[..300].join("\n") + "\n")).index, None);
    assert!(found(&format!("{text}{}\n", lines[1])).what.contains("after the checkpoint"));
    assert!(found(&format!("{text}{}\n", lines.last().unwrap())).what.contains("after the checkpoint"));
}

#[test]
fn what_is_no_export_is_no_finding_but_an_error() {
    for wrong in ["", "\n", "{}\n", "{\"asp\":\"1.0\"}\n", "not json\n"] {
        assert!(matches!(audit_export(wrong), Err(AuditError::Input { .. })), "{wrong:?}");
    }
    let nowhere = tempfile::tempdir().unwrap();
    assert!(matches!(audit::folder(nowhere.path(), &mut |_, _| ()), Err(AuditError::Fault(_))));
}

#[test]
fn no_flipped_byte_of_an_export_goes_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.org("acme");
    stage.agent("acme/buyer");
    stage.store.stop();
    drop(stage);
    let text = exported(folder.path()).into_bytes();
    for place in 0..text.len() {
        let mut changed = text.clone();
        changed[place] ^= 1;
        match audit::export(changed.as_slice(), &mut |_, _| ()) {
            // The last end of line says nothing.
            Ok(report) if report.finding.is_none() => assert_eq!(place, text.len() - 1),
            Ok(_) | Err(_) => {}
        }
    }
}
