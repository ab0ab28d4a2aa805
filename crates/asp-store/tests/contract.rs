//! The promise of the store, through its public door: real core, real files, stepped time.

mod support;

use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::proof::verify_inclusion;
use asp_core::name::StreamId;
use asp_core::rejection::Code;
use asp_store::{Fault, Refusal};

use support::*;

#[track_caller]
fn code(refusal: Refusal) -> Code {
    match refusal {
        Refusal::Rejected(rejection) => rejection.code,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_acknowledged_is_in_the_log_with_a_receipt_that_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.business();
    let node_key = stage.store.node_key();
    for (position, (statement, receipt)) in (0..).zip(&stage.taken) {
        assert_eq!(receipt.verify(&node_key), Ok(()));
        assert_eq!(receipt.receipt.log_index.0, position);
        assert_eq!(receipt.receipt.statement, statement.statement().hash);
    }
    let size = stage.taken.len() as u64;
    assert_eq!(*stage.store.watch().borrow(), size);
    let note = stage.store.read(|reader| reader.checkpoint()).unwrap().unwrap();
    let name = stage.store.origin().clone();
    let checkpoint = Note::open(&note, &NoteKey { name, key: node_key }).unwrap().checkpoint;
    assert_eq!(checkpoint.size, size);
    for (index, (statement, receipt)) in (0..).zip(&stage.taken) {
        let leaf = asp_core::log::leaf::Leaf {
            statement: statement.statement().hash,
            signatures: statement.signatures_hash(),
            log_time: receipt.receipt.log_time,
        };
        let proof = stage.store.read(|reader| reader.inclusion(index, size)).unwrap().unwrap();
        assert_eq!(verify_inclusion(&leaf.hash(), index, size, &proof, &checkpoint.root), Ok(()));
    }
}

#[test]
fn the_same_bytes_get_the_same_receipt_and_others_must_not_have_the_id() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.business();
    stage.author.pass(600_000);
    for (statement, receipt) in stage.taken.clone() {
        assert_eq!(stage.store.submit_blocking(statement), Ok(receipt));
    }
    // The same statement under the signature of another key is other bytes.
    let (statement, _) = stage.taken.last().unwrap().clone();
    let countersigned = statement.countersign(&key(9)).unwrap();
    assert_eq!(code(stage.store.submit_blocking(countersigned).unwrap_err()), Code::IdReused);
    assert_eq!(*stage.store.watch().borrow(), stage.taken.len() as u64);
}

#[test]
fn a_refused_statement_changes_nothing_and_is_told_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    let late = stage.author.remark(session, "acme/buyer", "late");
    stage.remark(session, "globex/seller", "first");
    let head = stage.author.heads[&StreamId::Session(session)];
    match stage.store.submit_blocking(late) {
        Err(Refusal::Rejected(rejection)) => {
            assert_eq!(rejection.code, Code::SequenceConflict);
            assert_eq!(rejection.head, Some(head));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.store.read(|reader| reader.size()).unwrap(), stage.taken.len() as u64);
}

#[test]
fn after_a_restart_everything_is_there_with_the_same_receipts() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session, _) = stage.business();
    let before = stage.store.read(|reader| reader.checkpoint()).unwrap();
    stage.reopen(folder.path());
    assert_eq!(stage.store.read(|reader| reader.checkpoint()).unwrap(), before);
    for (statement, receipt) in stage.taken.clone() {
        assert_eq!(stage.store.submit_blocking(statement), Ok(receipt));
    }
    stage.remark(session, "globex/seller", "and on it goes");
}

#[test]
fn a_store_belongs_to_one_process_and_one_node() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::new(folder.path());
    let clock = stage.author.clock();
    assert!(matches!(open(folder.path(), clock.clone()), Err(Fault::InUse { .. })));
    drop(stage);
    let mut other = identity();
    other.key = key(1);
    let settings = asp_store::Settings::default();
    let refused = asp_store::Store::open(folder.path(), other, clock.clone(), settings);
    assert!(matches!(refused, Err(Fault::OtherIdentity { .. })));
    open(folder.path(), clock).unwrap();
}
