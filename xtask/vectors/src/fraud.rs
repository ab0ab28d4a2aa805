//! Proofs of fraud: good ones, and changed ones with what is wrong.

use asp_core::key::{KeyId, SecretKey};
use asp_core::log::checkpoint::{Checkpoint, NoteSignature};
use asp_core::log::fraud::FraudProof;
use asp_core::position::Hash;
use serde_json::{Value, json};

use super::case::set;
use super::log::{Said, Vectors, batch, fault, read, written};
use super::people::{AUDIENCE, ISSUED_AT, NODE, key, key_id};

/// A receipt alone in its batch.
fn receipt(index: usize, sequence: u64, statement: &Hash, by: &SecretKey) -> Value {
    let stream = "org:acme.example".to_owned();
    let said = Said { index, time: ISSUED_AT, sequence, statement: *statement, stream };
    batch(&[&said], by).into_iter().next().unwrap_or_default()
}

/// A signed checkpoint, with the line of a witness where one is wanted.
fn checkpoint(size: u64, root: &Hash, witnessed: bool) -> Result<Value, String> {
    let origin = AUDIENCE.parse().map_err(|_| "the log has a name")?;
    let mut note = Checkpoint { origin, size, root: *root }.sign(&key(NODE));
    note.signatures
        .extend(NoteSignature::new("witness.example/W1", [1, 2, 3, 4], &[5; 72]).filter(|_| witnessed));
    Ok(json!(note.to_string()))
}

fn proof(kind: &str, pair: [Value; 2]) -> Value {
    json!({"nodeKey": key_id(NODE), "proof": "asp/1.0/fraud", kind: pair})
}

fn vector(text: &str) -> Value {
    json!({"nodeKey": key_id(NODE), "fraud": text})
}

fn judge(vector: &Value) -> Result<(), String> {
    let text: String = read(vector, "fraud")?;
    let known: KeyId = read(vector, "nodeKey")?;
    let proof = FraudProof::from_json(text.as_bytes()).map_err(|error| fault(&error))?;
    proof.verify(Some(&known)).map(|_| ()).map_err(|error| fault(&error))
}

/// Two hashes, the smaller first.
fn hashes() -> [Hash; 2] {
    let mut both = [Hash::of(&[b"one"]), Hash::of(&[b"another"])];
    both.sort_unstable();
    both
}

/// The file of proofs of fraud.
///
/// # Errors
/// A vector that the core judges otherwise than is stated.
pub(super) fn fraud() -> Result<Value, String> {
    let [one, other] = hashes();
    let node = key(NODE);
    let first = receipt(7, 2, &one, &node);
    let place = proof("receipts", [first.clone(), receipt(9, 2, &other, &node)]);
    let index = proof("receipts", [first.clone(), receipt(7, 3, &other, &node)]);
    let trees = proof("checkpoints", [checkpoint(5, &one, false)?, checkpoint(5, &other, false)?]);
    let mut vectors = Vectors::new();
    for (name, good) in [
        ("two receipts for one place", &place),
        ("two receipts for one index", &index),
        ("two checkpoints of one size", &trees),
    ] {
        let vector = vector(&written(good));
        vectors.good(name, vector.clone(), judge(&vector))?;
    }
    let mut forged = place.clone();
    set(&mut forged, "/receipts/1/receipt/statement", Some(json!(Hash::from_bytes([255; 32]))))
        .ok_or("a receipt has a statement")?;
    let strange = receipt(9, 2, &other, &key("a stranger"));
    let witnessed = [checkpoint(5, &one, false)?, checkpoint(5, &other, true)?];
    let names = ["two receipts for one place", "two checkpoints of one size"];
    let [receipts, checkpoints] = names;
    for (of, change, wrong, found) in [
        (receipts, "another place", [first.clone(), receipt(9, 3, &other, &node)], "no-contradiction"),
        (receipts, "the same statement", [first.clone(), first.clone()], "no-contradiction"),
        (receipts, "the other order", [receipt(9, 2, &other, &node), first.clone()], "out-of-order"),
        (receipts, "a receipt by another key", [first.clone(), strange], "receipt-other-key"),
        (
            checkpoints,
            "another size",
            [checkpoint(5, &one, false)?, checkpoint(6, &other, false)?],
            "no-contradiction",
        ),
        (checkpoints, "the line of a witness", witnessed, "foreign-lines"),
    ] {
        let kind = if of == receipts { "receipts" } else { "checkpoints" };
        let vector = vector(&written(&proof(kind, wrong)));
        vectors.bad((of, change, found), vector.clone(), judge(&vector))?;
    }
    let text = written(&place);
    for (change, changed, found) in [
        ("a statement's hash changed", written(&forged), "receipt-invalid-signature"),
        ("a line break at the end", format!("{text}\n"), "not-canonical"),
        ("another form", text.replace("asp/1.0/fraud", "asp/2.0/fraud"), "not-canonical"),
    ] {
        let vector = vector(&changed);
        vectors.bad((receipts, change, found), vector.clone(), judge(&vector))?;
    }
    let mut about = vector(&text);
    set(&mut about, "/nodeKey", Some(json!(key_id("a stranger")))).ok_or("a vector is an object")?;
    vectors.bad((receipts, "another key is known", "other-key"), about.clone(), judge(&about))?;
    Ok(vectors.json())
}
