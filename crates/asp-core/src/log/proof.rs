//! Proofs that a leaf is in a log and that a log only grew: making and verifying them.
//! Hashes of complete subtrees come from a function; where they are kept is not known here.

use std::fmt;

use super::hash::node_hash;
use crate::position::Hash;

/// Hashes of the longest proof of inclusion; a `u64` counts no taller tree.
pub const PATH_MAX: usize = 64;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofError {
    /// The index is not in a tree of that size, or the sizes are not those of a tree with leaves and a later one.
    OutOfRange,
    /// The path has more or fewer hashes than the index and sizes ask for.
    WrongLength,
    /// The hashes lead to another root.
    RootMismatch,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "no tree of that size has that index or earlier tree",
            Self::WrongLength => "the path has more or fewer hashes than it must",
            Self::RootMismatch => "the hashes lead to another root",
        })
    }
}

impl std::error::Error for ProofError {}

/// Verifies that the leaf with this hash is the `index`-th of the tree with `size` leaves and this root.
///
/// # Errors
/// Which of the three ways to be wrong it is (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if inclusion_root(leaf, index, size, path)? == *root { Ok(()) } else { Err(ProofError::RootMismatch) }
}

/// The root that a proof of inclusion leads to; whether it is the right one is the caller's to see.
///
/// # Errors
/// [`ProofError::OutOfRange`] and [`ProofError::WrongLength`] (RFC 9162 §2.1.3.2).
pub fn inclusion_root(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Result<Hash, ProofError> {
    let last = size.checked_sub(1).filter(|last| index <= *last).ok_or(ProofError::OutOfRange)?;
    let mut place = Climb { index, last };
    let mut root = *leaf;
    for sibling in path {
        root = match place.up()? {
            Side::Left => node_hash(sibling, &root),
            Side::Right => node_hash(&root, sibling),
        };
    }
    if place.last == 0 { Ok(root) } else { Err(ProofError::WrongLength) }
}

/// Verifies that the tree of `new_size` leaves begins with the tree of `old_size` leaves.
///
/// The empty tree is refused: everything begins with it, so a proof would say nothing.
///
/// # Errors
/// Which of the three ways to be wrong it is (RFC 9162 §2.1.4.2).
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    old_root: &Hash,
    new_root: &Hash,
    path: &[Hash],
) -> Result<(), ProofError> {
    if old_size == 0 || old_size > new_size {
        return Err(ProofError::OutOfRange);
    }
    if old_size == new_size {
        return match path {
            [] if old_root == new_root => Ok(()),
            [] => Err(ProofError::RootMismatch),
            _ => Err(ProofError::WrongLength),
        };
    }
    // An old tree that is one complete subtree is the first hash itself and is not sent.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, path)
    } else {
        path.split_first().ok_or(ProofError::WrongLength)?
    };
    let height = old_size.trailing_zeros();
    let mut place = Climb { index: (old_size - 1) >> height, last: (new_size - 1) >> height };
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        match place.up()? {
            Side::Left => {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
            }
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    if place.last != 0 {
        Err(ProofError::WrongLength)
    } else if old == *old_root && new == *new_root {
        Ok(())
    } else {
        Err(ProofError::RootMismatch)
    }
}

/// Where the sibling stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: `fn` and `sn` of RFC 9162 §2.1.3.2.
struct Climb {
    /// The place of the node in its row.
    index: u64,
    /// The last place of that row.
    last: u64,
}

impl Climb {
    /// Goes up to the next node that has a sibling's hash in the path; says on which side that is.
    fn up(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::WrongLength);
        }
        // Rows in which the node is the last and has no sibling are passed over; the root's row has last 0.
        let alone = if self.index == self.last { self.index.trailing_zeros() } else { 0 };
        self.index = self.index.checked_shr(alone).unwrap_or(0);
        self.last = self.last.checked_shr(alone).unwrap_or(0);
        let side = if self.index.is_multiple_of(2) { Side::Right } else { Side::Left };
        self.index >>= 1;
        self.last >>= 1;
        Ok(side)
    }
}

/// The root of the first `size` leaves; `node(height, index)` gives the `index`-th complete subtree with 2 to the
/// power of `height` leaves. `None` if `node` gives none or `size` is zero.
pub fn root(size: u64, mut node: impl FnMut(u8, u64) -> Option<Hash>) -> Option<Hash> {
    span_root(0, size, &mut node)
}

/// Makes the proof that the `index`-th leaf is in the tree of `size` leaves (RFC 6962 §2.1.1), from the leaf up.
///
/// `node` is that of [`root`] and is asked at most 128 times. `None` if it gives none or there is no such leaf.
pub fn inclusion(index: u64, size: u64, mut node: impl FnMut(u8, u64) -> Option<Hash>) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(span_root(middle, end, &mut node)?);
            end = middle;
        } else {
            path.push(span_root(start, middle, &mut node)?);
            start = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// Makes the proof that the tree of `new_size` leaves begins with that of `old_size` (RFC 6962 §2.1.2).
///
/// `node` is that of [`root`] and is asked at most 128 times. `None` if it gives none, `old_size` is zero or larger
/// than `new_size`. Empty for equal sizes.
pub fn consistency(
    old_size: u64,
    new_size: u64,
    mut node: impl FnMut(u8, u64) -> Option<Hash>,
) -> Option<Vec<Hash>> {
    if old_size == 0 || old_size > new_size {
        return None;
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, new_size);
    while old_size < end {
        let middle = start + split(end - start);
        if old_size <= middle {
            path.push(span_root(middle, end, &mut node)?);
            end = middle;
        } else {
            path.push(span_root(start, middle, &mut node)?);
            start = middle;
        }
    }
    // The verifier has the old root; only a part of the old tree must be told.
    if start > 0 {
        path.push(span_root(start, end, &mut node)?);
    }
    path.reverse();
    Some(path)
}

/// The largest power of two below `count`, which is at least 2: where RFC 6962 §2.1 splits a tree.
const fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The root over the leaves `start..end`, a span that RFC 6962 splits off: `start` is a multiple of a power of two
/// that is no less than the span. Its complete subtrees are one per bit of its length, largest first.
fn span_root(start: u64, end: u64, node: &mut impl FnMut(u8, u64) -> Option<Hash>) -> Option<Hash> {
    let mut after = end;
    let mut root: Option<Hash> = None;
    while after > start {
        let height = (after - start).trailing_zeros();
        after -= 1 << height;
        let subtree = node(u8::try_from(height).ok()?, after >> height)?;
        root = Some(root.map_or(subtree, |right| node_hash(&subtree, &right)));
    }
    root
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::hash::leaf_hash;
    use super::super::tile::{Tile, node_from_tile};
    use super::super::tree::Tree;
    use super::*;

    const SIZE_MAX: usize = 300;

    /// RFC 6962 §2.1, word by word: recursive, by spans of leaves, each hashed once.
    struct Naive {
        leaves: Vec<Hash>,
        roots: BTreeMap<(usize, usize), Hash>,
    }

    impl Naive {
        fn new() -> Self {
            let leaves = (0..SIZE_MAX).map(|number| leaf_hash(&number.to_be_bytes())).collect();
            Self { leaves, roots: BTreeMap::new() }
        }

        /// MTH(D[start:end])
        fn root(&mut self, start: usize, end: usize) -> Hash {
            if end - start == 1 {
                return self.leaves[start];
            }
            if let Some(root) = self.roots.get(&(start, end)) {
                return *root;
            }
            let middle = start + (end - start).next_power_of_two() / 2;
            let root = node_hash(&self.root(start, middle), &self.root(middle, end));
            self.roots.insert((start, end), root);
            root
        }

        /// PATH(index - start, D[start:end]), §2.1.1
        fn path(&mut self, index: usize, start: usize, end: usize) -> Vec<Hash> {
            if end - start == 1 {
                return Vec::new();
            }
            let middle = start + (end - start).next_power_of_two() / 2;
            let (mut path, sibling) = if index < middle {
                (self.path(index, start, middle), self.root(middle, end))
            } else {
                (self.path(index, middle, end), self.root(start, middle))
            };
            path.push(sibling);
            path
        }

        /// SUBPROOF(old_size - start, D[start:end], whole), §2.1.2
        fn subproof(&mut self, old_size: usize, start: usize, end: usize, whole: bool) -> Vec<Hash> {
            if old_size == end {
                return if whole { Vec::new() } else { vec![self.root(start, end)] };
            }
            let middle = start + (end - start).next_power_of_two() / 2;
            let (mut path, sibling) = if old_size <= middle {
                (self.subproof(old_size, start, middle, whole), self.root(middle, end))
            } else {
                (self.subproof(old_size, middle, end, false), self.root(start, middle))
            };
            path.push(sibling);
            path
        }
    }

    fn node(naive: &mut Naive, height: u8, index: u64) -> Option<Hash> {
        let start = usize::try_from(index << height).ok()?;
        (start + (1 << height) <= SIZE_MAX).then(|| naive.root(start, start + (1 << height)))
    }

    #[test]
    fn each_leaf_of_each_small_tree_is_proved_in_one_place_alone() {
        let mut naive = Naive::new();
        for size in 1..=SIZE_MAX {
            let tree_root = naive.root(0, size);
            assert_eq!(root(size as u64, |height, index| node(&mut naive, height, index)), Some(tree_root));
            for index in 0..size {
                let read = |height, index| node(&mut naive, height, index);
                let path = inclusion(index as u64, size as u64, read).unwrap();
                assert_eq!(path, naive.path(index, 0, size));
                let leaf = naive.leaves[index];
                let verify = |index: usize, path: &[Hash]| {
                    verify_inclusion(&leaf, index as u64, size as u64, path, &tree_root)
                };
                assert_eq!(verify(index, &path), Ok(()));
                assert!(size == 1 || verify((index + 1) % size, &path).is_err());
                assert_eq!(verify(size, &path), Err(ProofError::OutOfRange));
                assert_eq!(verify(index, &[&path[..], &[leaf]].concat()), Err(ProofError::WrongLength));
                if let Some((_, shorter)) = path.split_last() {
                    assert_eq!(verify(index, shorter), Err(ProofError::WrongLength));
                }
            }
            assert_eq!(inclusion(size as u64, size as u64, |_, _| Some(tree_root)), None);
        }
    }

    #[test]
    fn each_small_tree_is_consistent_with_each_earlier_one() {
        let mut naive = Naive::new();
        for new_size in 1..=SIZE_MAX {
            for old_size in 1..=new_size {
                let (old, new) = (old_size as u64, new_size as u64);
                let (old_root, new_root) = (naive.root(0, old_size), naive.root(0, new_size));
                let path = consistency(old, new, |height, index| node(&mut naive, height, index)).unwrap();
                assert_eq!(path, naive.subproof(old_size, 0, new_size, true));
                let verify = |path: &[Hash]| verify_consistency(old, new, &old_root, &new_root, path);
                assert_eq!(verify(&path), Ok(()));
                assert_eq!(verify(&[&path[..], &[new_root]].concat()), Err(ProofError::WrongLength));
                if let Some((_, shorter)) = path.split_last() {
                    assert_eq!(verify(shorter), Err(ProofError::WrongLength));
                }
                if old_size != new_size {
                    let forged = verify_consistency(old, new, &new_root, &new_root, &path);
                    assert_eq!(forged, Err(ProofError::RootMismatch));
                }
            }
        }
        assert_eq!(consistency(0, 5, |_, _| Some(leaf_hash(b""))), None);
        assert_eq!(consistency(6, 5, |_, _| Some(leaf_hash(b""))), None);
    }

    #[test]
    fn proofs_are_made_from_the_tiles_of_a_tree() {
        let mut tree = Tree::new();
        let hashes: Vec<Hash> = (0..70_000u64).map(|number| leaf_hash(&number.to_be_bytes())).collect();
        for hash in &hashes {
            tree.append(*hash);
        }
        let tiles = tree.take_changed();
        let find = |level: u8, index: u64| -> Option<&Tile> {
            tiles.iter().find(|tile| tile.level() == level && tile.index() == index)
        };
        let read = |height: u8, index: u64| node_from_tile(height, index, find);
        assert_eq!(root(70_000, read), Some(tree.root()));
        for index in [0, 255, 256, 65_535, 65_536, 69_631, 69_999] {
            let path = inclusion(index, 70_000, read).unwrap();
            let leaf = &hashes[usize::try_from(index).unwrap()];
            assert_eq!(verify_inclusion(leaf, index, 70_000, &path, &tree.root()), Ok(()));
        }
        for old_size in [1, 256, 257, 65_536, 65_537, 69_999, 70_000] {
            let path = consistency(old_size, 70_000, read).unwrap();
            let old_root = root(old_size, read).unwrap();
            assert_eq!(verify_consistency(old_size, 70_000, &old_root, &tree.root(), &path), Ok(()));
        }
    }

    #[test]
    fn the_largest_sizes_neither_overflow_nor_hold() {
        let hash = leaf_hash(b"");
        let long = vec![hash; PATH_MAX + 1];
        for (index, size) in [(u64::MAX, u64::MAX), (u64::MAX - 1, u64::MAX), (0, u64::MAX), (0, 0), (1, 1)] {
            for length in [0, 1, 63, 64, 65] {
                assert!(verify_inclusion(&hash, index, size, &long[..length], &hash).is_err());
                assert!(verify_consistency(index, size, &hash, &leaf_hash(b"b"), &long[..length]).is_err());
            }
        }
        let all = |_: u8, _: u64| Some(hash);
        assert_eq!(inclusion(0, u64::MAX, all).map(|path| path.len()), Some(64));
        assert_eq!(inclusion(u64::MAX - 1, u64::MAX, all).map(|path| path.len()), Some(63));
        assert_eq!(consistency(1, u64::MAX, all).map(|path| path.len()), Some(64));
        assert_eq!(consistency(u64::MAX - 1, u64::MAX, all).map(|path| path.len()), Some(64));
    }
}
