//! The tree of RFC 6962 as its own sentences define it: slow, recursive, and not the core's way.

use asp_core::position::Hash;

/// The hash of a leaf with these bytes (RFC 6962 §2.1).
pub(super) fn leaf(bytes: &[u8]) -> Hash {
    Hash::of(&[&[0], bytes])
}

/// The bytes of an entry of the log, which its leaf is the hash of.
pub(super) fn entry(statement: &Hash, signatures: &Hash, millis: u64) -> Vec<u8> {
    [b"asp/1.0/leaf\n", statement.as_bytes().as_slice(), signatures.as_bytes(), &millis.to_be_bytes()]
        .concat()
}

/// MTH of RFC 6962 §2.1, over leaves that are hashed already.
pub(super) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [alone] => *alone,
        _ => {
            let (left, right) = halves(leaves);
            Hash::of(&[&[1], root(left).as_bytes(), root(right).as_bytes()])
        }
    }
}

/// PATH of RFC 6962 §2.1.1.
pub(super) fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = halves(leaves);
    let (mut proof, beside) = match index.checked_sub(left.len()) {
        None => (path(index, left), root(right)),
        Some(index) => (path(index, right), root(left)),
    };
    proof.push(beside);
    proof
}

/// PROOF of RFC 6962 §2.1.2: that the tree of the first `size` leaves is where this one begins.
pub(super) fn growth(size: usize, leaves: &[Hash]) -> Vec<Hash> {
    sub_proof(size, leaves, true)
}

/// SUBPROOF of RFC 6962 §2.1.2.
fn sub_proof(size: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if size == leaves.len() {
        return if is_whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = halves(leaves);
    let (mut proof, beside) = match size.checked_sub(left.len()) {
        None | Some(0) => (sub_proof(size, left, is_whole), root(right)),
        Some(size) => (sub_proof(size, right, false), root(left)),
    };
    proof.push(beside);
    proof
}

/// The first leaves, as many as the greatest power of two below their number, and the others.
fn halves(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    let mut split = 1;
    while split * 2 < leaves.len() {
        split *= 2;
    }
    leaves.split_at_checked(split).unwrap_or((leaves, &[]))
}
