//! Proofs of fraud: two words of one key that cannot both be so, and everything that only looks like it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

use asp_core::key::SecretKey;
use asp_core::log::checkpoint::{Checkpoint, Note, NoteSignature};
use asp_core::log::fraud::{Contradiction, FraudError, FraudProof};
use asp_core::log::receipt::{Receipt, ReceiptBody, ReceiptError, sign_batch};
use asp_core::position::{Hash, LogTime, Position, Sequence};

fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(Hash::of(&[name.as_bytes()]).as_bytes())
}

fn node() -> SecretKey {
    key("node")
}

fn body(index: u64, sequence: u64, statement: &str) -> ReceiptBody {
    ReceiptBody {
        log_index: Position(index),
        log_time: LogTime::from_millis(1_795_449_312_007),
        origin: "assent.example/main".parse().unwrap(),
        sequence: Sequence(sequence),
        statement: Hash::of(&[statement.as_bytes()]),
        stream: "org:acme.example".parse().unwrap(),
    }
}

/// A receipt among others of its batch, as a node gives it.
fn receipt_by(key: &SecretKey, body: ReceiptBody) -> Receipt {
    let others = (0..3).map(|number| ReceiptBody {
        log_index: Position(body.log_index.0 + 1 + number),
        sequence: Sequence(body.sequence.0 + 1 + number),
        ..body.clone()
    });
    let bodies: Vec<ReceiptBody> = [body.clone()].into_iter().chain(others).collect();
    let batch = sign_batch(&bodies, key).unwrap();
    Receipt { batch: batch.place(0).unwrap(), receipt: body, signature: *batch.signature() }
}

fn receipt(index: u64, sequence: u64, statement: &str) -> Receipt {
    receipt_by(&node(), body(index, sequence, statement))
}

fn note(size: u64, root: &str) -> Note {
    let root = Hash::of(&[root.as_bytes()]);
    Checkpoint { origin: "assent.example/main".parse().unwrap(), size, root }.sign(&node())
}

fn of_receipts(one: Receipt, other: Receipt) -> Result<FraudProof, FraudError> {
    FraudProof::of_receipts(one, other, node().id())
}

fn of_checkpoints(one: Note, other: Note) -> Result<FraudProof, FraudError> {
    FraudProof::of_checkpoints(one, other, node().id())
}

/// What a text proves.
fn judge(text: &[u8]) -> Result<Contradiction, FraudError> {
    FraudProof::from_json(text)?.verify(Some(&node().id()))
}

// ASP-RCT-004, ASP-RCT-003, THR-FORK
#[test]
fn two_receipts_for_one_place_are_a_proof_in_whatever_order_they_came() {
    let stream = "org:acme.example".parse().unwrap();
    for (one, other, found) in [
        (receipt(7, 2, "a"), receipt(9, 2, "b"), Contradiction::Place(stream, Sequence(2))),
        (receipt(7, 2, "a"), receipt(7, 3, "b"), Contradiction::Index(Position(7))),
    ] {
        let proof = of_receipts(one.clone(), other.clone()).unwrap();
        assert_eq!(of_receipts(other, one), Ok(proof.clone()));
        let text = proof.to_json();
        assert_eq!(judge(text.as_bytes()), Ok(found));
        assert_eq!(FraudProof::from_json(text.as_bytes()), Ok(proof));
    }
}

// ASP-RCT-004, ASP-LOG-004
#[test]
fn two_checkpoints_of_one_size_are_a_proof_whoever_else_signed_them() {
    let mut witnessed = note(5, "a");
    witnessed.signatures.push(NoteSignature::new("witness.example/W1", [1, 2, 3, 4], &[5; 72]).unwrap());
    let proof = of_checkpoints(witnessed.clone(), note(5, "b")).unwrap();
    assert_eq!(judge(proof.to_json().as_bytes()), Ok(Contradiction::Tree(5)));
    assert_eq!(of_checkpoints(note(5, "b"), note(5, "a")), Ok(proof.clone()));
    // Lines that nobody checks do not come along: a proof has one spelling.
    let FraudProof { node_key, .. } = proof;
    let foreign = asp_core::log::fraud::Evidence::Checkpoints(Box::new([witnessed, note(5, "b")]));
    let foreign = FraudProof { node_key, evidence: foreign };
    assert_eq!(judge(foreign.to_json().as_bytes()), Err(FraudError::ForeignLines));
}

// ASP-RCT-004
#[test]
fn what_does_not_contradict_itself_proves_nothing() {
    let good = receipt(7, 2, "a");
    let elsewhere = ReceiptBody { origin: "assent.example/other".parse().unwrap(), ..body(7, 2, "b") };
    let stranger = receipt_by(&key("a stranger"), body(7, 2, "b"));
    let mut forged = receipt(7, 3, "b");
    forged.receipt.sequence = Sequence(2);
    for (other, why) in [
        (receipt(8, 3, "b"), FraudError::NoContradiction),
        (receipt(7, 2, "a"), FraudError::NoContradiction),
        // The same statement at another index is a mistake, and no second statement.
        (receipt(8, 2, "a"), FraudError::NoContradiction),
        (receipt_by(&node(), elsewhere), FraudError::OtherLog),
        (stranger, FraudError::Receipt(ReceiptError::OtherKey)),
        (forged, FraudError::Receipt(ReceiptError::InvalidSignature)),
    ] {
        assert_eq!(of_receipts(good.clone(), other), Err(why));
    }
    assert_eq!(of_checkpoints(note(5, "a"), note(6, "b")), Err(FraudError::NoContradiction));
    assert_eq!(of_checkpoints(note(5, "a"), note(5, "a")), Err(FraudError::NoContradiction));
    let elsewhere = Checkpoint { origin: "assent.example/other".parse().unwrap(), ..note(5, "b").checkpoint };
    assert_eq!(of_checkpoints(note(5, "a"), elsewhere.sign(&node())), Err(FraudError::OtherLog));
    let stranger = note(5, "b").checkpoint.sign(&key("a stranger"));
    assert!(matches!(of_checkpoints(note(5, "a"), stranger), Err(FraudError::Checkpoint(_))));
}

#[test]
fn a_proof_has_one_spelling_and_is_about_the_key_that_is_known() {
    let text = of_receipts(receipt(7, 2, "a"), receipt(9, 2, "b")).unwrap().to_json();
    let about = FraudProof::from_json(text.as_bytes()).unwrap();
    assert_eq!(about.verify(Some(&key("a stranger").id())), Err(FraudError::OtherKey));
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["receipts"].as_array_mut().unwrap().swap(0, 1);
    assert_eq!(judge(value.to_string().as_bytes()), Err(FraudError::OutOfOrder));
    for changed in [
        format!("{text}\n"),
        text.replacen(',', ", ", 1),
        text.replace("asp/1.0/fraud", "asp/1.0/receipt"),
        text.replacen('{', r#"{"checkpoints":[],"#, 1),
        text.replacen('{', r#"{"checkpoints":null,"#, 1),
        r#"{"nodeKey":"x","proof":"asp/1.0/fraud"}"#.to_owned(),
        " ".repeat(asp_core::log::fraud::FRAUD_BYTES_MAX + 1),
        String::new(),
    ] {
        assert_eq!(judge(changed.as_bytes()), Err(FraudError::NotCanonical), "{changed}");
    }
}

/// A sequence that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// The text with one change: a byte another, gone, or more; a piece twice; two pieces exchanged.
fn mutated(text: &[u8], place: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let other = text[dice.below(text.len())];
    match dice.below(6) {
        0 => bytes[place] ^= 1 << dice.below(8),
        1 => bytes[place] = other,
        2 => drop(bytes.remove(place)),
        3 => bytes.insert(place, other),
        4 => {
            let end = (place + 1 + dice.below(80)).min(bytes.len());
            let piece = bytes[place..end].to_vec();
            bytes.splice(end..end, piece);
        }
        _ => bytes.swap(place, dice.below(text.len())),
    }
    bytes
}

// ASP-RCT-004, THR-FORK
#[test]
fn ten_thousand_changed_proofs_all_fail() {
    let receipts = of_receipts(receipt(7, 2, "a"), receipt(9, 2, "b")).unwrap().to_json();
    let checkpoints = of_checkpoints(note(5, "a"), note(5, "b")).unwrap().to_json();
    let mut dice = Dice(20_261_127);
    let mut tried = 0;
    for text in [receipts.as_bytes(), checkpoints.as_bytes()] {
        assert!(judge(text).is_ok());
        // Each byte is changed several times over.
        for place in 0..6_000 {
            let changed = mutated(text, place % text.len(), &mut dice);
            if changed == text {
                continue;
            }
            tried += 1;
            let shown = String::from_utf8_lossy(&changed).into_owned();
            assert!(judge(&changed).is_err(), "{shown}");
        }
    }
    assert!(tried >= 10_000, "{tried}");
    // The control: who does not verify the receipts takes one in which anybody changed a statement's hash.
    let mut value: serde_json::Value = serde_json::from_str(&receipts).unwrap();
    value["receipts"][1]["receipt"]["statement"] = serde_json::to_value(Hash::from_bytes([255; 32])).unwrap();
    let forged = FraudProof::from_json(value.to_string().as_bytes()).unwrap();
    let believed = forged.to_json();
    assert!(believed.contains("\"sequence\":2") && believed.contains("sha256:ffff"));
    assert_eq!(forged.verify(None), Err(FraudError::Receipt(ReceiptError::InvalidSignature)));
}
