//! The proofs of transparency-dev/merkle, good and bad, that nobody here wrote.
//! They stand outside the repository: in `ASSENT_VECTORS`, or `../shared/vectors` beside it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "all of this file is a test, also the helpers outside the test functions"
)]

use std::path::PathBuf;

use asp_core::log::proof::{verify_consistency, verify_inclusion};
use asp_core::position::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    file: String,
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    file: String,
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let folder = std::env::var_os("ASSENT_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors")),
        PathBuf::from,
    );
    let path = folder.join("rfc6962").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// `None` for what is no hash; our type has no such values.
fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).unwrap().try_into().ok().map(Hash::from_bytes)
}

fn path(proof: Option<Vec<String>>) -> Option<Vec<Hash>> {
    proof.into_iter().flatten().map(|text| hash(&text)).collect()
}

#[test]
fn inclusion_is_judged_as_certificate_transparency_judges_it() {
    let cases: Vec<Inclusion> = read("inclusion.json");
    assert_eq!(cases.len(), 98);
    for case in cases {
        let verdict = || {
            let (leaf, root, path) = (hash(&case.leaf_hash)?, hash(&case.root)?, path(case.proof)?);
            verify_inclusion(&leaf, case.leaf_idx, case.tree_size, &path, &root).ok()
        };
        assert_eq!(verdict().is_none(), case.want_err, "{}", case.file);
    }
}

#[test]
fn consistency_is_judged_as_certificate_transparency_judges_it() {
    let cases: Vec<Consistency> = read("consistency.json");
    assert_eq!(cases.len(), 98);
    for case in cases {
        // Some cases have words for roots of which only matters whether they are the same.
        let root = |text: &str| hash(text).unwrap_or_else(|| Hash::of(&[text.as_bytes()]));
        let (old, new) = (root(&case.root1), root(&case.root2));
        let verdict = || verify_consistency(case.size1, case.size2, &old, &new, &path(case.proof)?).ok();
        assert_eq!(verdict().is_none(), case.want_err, "{}", case.file);
    }
}
