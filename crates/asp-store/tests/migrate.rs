//! What is found in a folder: an older store is brought up to date, a newer or foreign file is left alone.

#![expect(clippy::unwrap_used, reason = "what a test cannot do fails it")]

mod support;

use std::path::Path;

use asp_store::{FILE_NAME, Fault};
use rusqlite::Connection;

use support::*;

#[track_caller]
fn check(folder: &Path, expected: impl FnOnce(&Fault) -> bool) {
    let path = folder.join(FILE_NAME);
    let before = std::fs::read(&path).unwrap();
    let fault = open(folder, Author::new().clock()).unwrap_err();
    assert!(expected(&fault), "{fault}");
    assert!(std::fs::read(&path).unwrap() == before, "the file was changed");
}

#[test]
fn a_newer_store_is_refused_with_a_sentence_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(Stage::new(folder.path()));
    let connection = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    check(folder.path(), |fault| {
        fault.to_string().contains("use a newer program") && matches!(fault, Fault::Newer { found: 99, .. })
    });
}

#[test]
fn what_is_no_store_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), "a letter to my grandmother, in which no database is")
        .unwrap();
    check(folder.path(), |fault| matches!(fault, Fault::Foreign { .. }));

    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    connection.execute_batch("CREATE TABLE recipes (title TEXT)").unwrap();
    drop(connection);
    check(folder.path(), |fault| matches!(fault, Fault::Foreign { .. }));
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), "").unwrap();
    Stage::new(folder.path()).introduced();
}

#[test]
fn entries_without_their_checkpoint_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    Stage::new(folder.path()).introduced();
    let connection = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    connection.execute("DELETE FROM checkpoint", []).unwrap();
    drop(connection);
    let fault = open(folder.path(), Author::new().clock()).unwrap_err();
    assert!(matches!(fault, Fault::Corrupt { .. }), "{fault}");
}
