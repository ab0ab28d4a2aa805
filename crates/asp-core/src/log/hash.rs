//! The hashing of RFC 6962: leaves and nodes in separate domains.
//! Knows neither tiles nor proofs.

use crate::position::Hash;

/// The hash of a leaf with these bytes: SHA-256 over 0x00 and them (RFC 6962 §2.1).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash::of(&[&[0x00], data])
}

/// The hash of a node: SHA-256 over 0x01 and its two children (RFC 6962 §2.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// The root of the tree without leaves: SHA-256 over nothing (RFC 6962 §2.1).
#[must_use]
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// The hash above a row of nodes of one height, the first of them being its leftmost.
///
/// `None` for an empty row. A row whose length is no power of two is hashed like a tree of that size.
#[must_use]
pub fn row_root(row: &[Hash]) -> Option<Hash> {
    let mut row = row.to_vec();
    // Each turn halves the row, so there are at most 64.
    while row.len() > 1 {
        row = row_above(&row);
    }
    row.first().copied()
}

/// The next row up; a node without a sibling moves up unchanged, which is where RFC 6962 puts it.
pub(super) fn row_above(row: &[Hash]) -> Vec<Hash> {
    let above = |pair: &[Hash]| match pair {
        [left, right] => Some(node_hash(left, right)),
        [alone] => Some(*alone),
        _ => None,
    };
    row.chunks(2).filter_map(above).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_hashes_of_certificate_transparency_come_out() {
        let hex = |hash: Hash| hash.to_hex();
        assert_eq!(hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(leaf_hash(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(
            hex(node_hash(&leaf_hash(b""), &leaf_hash(b"\0"))),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    #[test]
    fn leaves_and_nodes_never_share_a_hash() {
        let (left, right) = (leaf_hash(b"l"), leaf_hash(b"r"));
        let both = [*left.as_bytes(), *right.as_bytes()].concat();
        assert_ne!(node_hash(&left, &right), leaf_hash(&both));
        assert_ne!(node_hash(&left, &right), node_hash(&right, &left));
        assert_eq!(row_root(&[]), None);
        assert_eq!(row_root(&[left]), Some(left));
    }
}
