//! What was seen of the node, as lines of JSON that a verifier in any language can check without the kit.

use std::sync::{Mutex, PoisonError};

use asp_core::key::KeyId;
use asp_core::log::leaf::Leaf;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_core::statement::Verified;
use serde_json::{Value, json};

/// Lines of a transcript at most; what comes after them is not kept.
const LINES_MAX: usize = 100_000;

/// The lines so far.
#[derive(Debug, Default)]
pub(crate) struct Transcript(Mutex<Vec<String>>);

impl Transcript {
    fn line(&self, value: &Value) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < LINES_MAX {
            lines.push(value.to_string());
        }
    }

    /// All lines, each with its end.
    pub(crate) fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// A statement that the node took in, and the receipt that it gave.
    pub(crate) fn taken(&self, statement: &Verified, receipt: &[u8], node_key: KeyId) {
        let hash = statement.statement().hash;
        self.line(&json!({
            "statement": String::from_utf8_lossy(&statement.envelope()),
            "hash": hash,
            "signaturesHash": statement.signatures_hash(),
        }));
        let receipt = String::from_utf8_lossy(receipt);
        self.line(&json!({ "receipt": receipt, "statement": hash, "nodeKey": node_key }));
    }

    pub(crate) fn checkpoint(&self, note: &str, origin: &Origin, node_key: KeyId) {
        self.line(&json!({ "checkpoint": note, "origin": origin, "nodeKey": node_key }));
    }

    pub(crate) fn inclusion(&self, leaf: &Leaf, index: u64, (size, root): (u64, Hash), proof: &[Hash]) {
        self.line(&json!({ "inclusion": {
            "statement": leaf.statement, "signatures": leaf.signatures, "logTime": leaf.log_time,
            "index": index, "size": size, "root": root, "proof": proof,
        }}));
    }

    pub(crate) fn consistency(&self, (from, old): (u64, Hash), (to, new): (u64, Hash), proof: &[Hash]) {
        self.line(&json!({ "consistency": {
            "from": from, "to": to, "fromRoot": old, "toRoot": new, "proof": proof,
        }}));
    }

    pub(crate) fn bundle(&self, bundle: &[u8]) {
        self.line(&json!({ "bundle": String::from_utf8_lossy(bundle) }));
    }
}
