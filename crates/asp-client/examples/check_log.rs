//! Checks, without a network, what a log has promised: a receipt, that the statement is in the log, that the log only
//! grew.
//!
//! `cargo run -p asp-client --example check_log -- did:key:… FOLDER`, where the folder has the files that
//! `docs/concepts/log.md` tells how to fetch.
#![expect(clippy::print_stdout, reason = "this is a program that talks")]

use std::error::Error;
use std::path::Path;

use asp_client::api::{ConsistencyProof, InclusionProof};
use asp_core::key::KeyId;
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::leaf::Leaf;
use asp_core::log::proof::{verify_consistency, verify_inclusion};
use asp_core::log::receipt::Receipt;
use asp_core::statement::Verified;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let key = arguments.next().ok_or("the node's key is missing")?.parse()?;
    let folder = arguments.next().ok_or("the folder is missing")?;
    println!("{}", check(key, Path::new(&folder))?);
    Ok(())
}

/// Checks the files of a folder under the node's key, which has to be known from elsewhere.
pub fn check(node_key: KeyId, folder: &Path) -> Result<String, Box<dyn Error>> {
    let read = |name: &str| std::fs::read(folder.join(name));

    // The statement is what its issuer signed.
    let statement = Verified::from_envelope(&read("statement.json")?)?;

    // The receipt is the node's, and of this statement.
    let receipt = Receipt::from_json(&read("receipt.json")?)?;
    receipt.verify(&node_key)?;
    if receipt.receipt.statement != statement.statement().hash {
        return Err("the receipt is of another statement".into());
    }

    // Both checkpoints are signed by this node in the name of the log that the statement was meant for.
    let note_key = NoteKey { name: receipt.receipt.origin.clone(), key: node_key };
    let old = Note::open(&String::from_utf8(read("old.checkpoint")?)?, &note_key)?.checkpoint;
    let new = Note::open(&String::from_utf8(read("new.checkpoint")?)?, &note_key)?.checkpoint;

    // The statement is where the receipt says. What the tree has of it are two hashes and the time.
    let leaf = Leaf {
        statement: statement.statement().hash,
        signatures: statement.signatures_hash(),
        log_time: receipt.receipt.log_time,
    };
    let index = receipt.receipt.log_index.0;
    let inclusion: InclusionProof = serde_json::from_slice(&read("inclusion.json")?)?;
    verify_inclusion(&leaf.hash(), index, new.size, &inclusion.proof, &new.root)?;

    // The newer log begins with all of the older one: nothing was changed, taken away or put in between.
    let consistency: ConsistencyProof = serde_json::from_slice(&read("consistency.json")?)?;
    verify_consistency(old.size, new.size, &old.root, &new.root, &consistency.proof)?;

    Ok(format!("entry {index} of {} is in the log, and nothing before it was changed", new.size))
}
