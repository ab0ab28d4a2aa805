//! What was seen of the node, as lines of JSON that a verifier in any language can check without the kit.

use std::sync::{Mutex, PoisonError};

use asp_core::key::KeyId;
use asp_core::log::leaf::Leaf;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_core::statement::Verified;
use serde_json::{Value, json};

/// Bytes of a transcript at most; a run on a node that keeps the rules has some ten MiB.
const BYTES_MAX: usize = 256 << 20;

/// Stands at the end of a transcript that is not whole: no verifier takes it for a line.
const CUT: &str = r#"{"cut":"more was seen than is kept"}"#;

/// The lines so far.
#[derive(Debug, Default)]
pub(crate) struct Transcript(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    text: String,
    cut: bool,
}

impl Transcript {
    fn line(&self, value: &Value) {
        let line = value.to_string();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.cut |= kept.text.len() + line.len() > BYTES_MAX;
        if !kept.cut {
            kept.text.push_str(&line);
            kept.text.push('\n');
        }
    }

    /// All lines, each with its end.
    pub(crate) fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.cut { format!("{}{CUT}\n", kept.text) } else { kept.text.clone() }
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
