//! The right edge of the log: what is needed to append leaves, know the root and write the tiles.
//! Knows no storage: it hands out the tiles that changed and can be put together from them.

use super::hash::{empty_root, node_hash, row_root};
use super::tile::{TILE_HEIGHT, TILE_WIDTH, Tile, TileKind, TilePath, rows};
use crate::limits;
use crate::position::{Hash, Position};

/// A growing tree of RFC 6962 §2.1, of which only the right edge is kept.
///
/// Its memory is the last tile of each level, plus the tiles filled since they were last taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// The roots of the complete subtrees that `size` is made of, largest first: one per bit that is set.
    peaks: Vec<Hash>,
    /// The hashes of the last tile of each level, less than 256 of them.
    edge: Vec<Vec<Hash>>,
    /// Tiles that were filled since `taken`.
    full: Vec<Tile>,
    /// The size at which changed tiles were last taken.
    taken: u64,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// The tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new(), edge: Vec::new(), full: Vec::new(), taken: 0 }
    }

    /// Puts the tree of `size` leaves together; asks `tile` for its partial tiles, at most one per level.
    ///
    /// `None` if one is missing or is not the one asked for, or if `size` exceeds [`limits::INTEGER_MAX`]. Whether
    /// the hashes are right shows only when [`Tree::root`] is compared with a checkpoint.
    #[must_use]
    pub fn restore(size: u64, mut tile: impl FnMut(&TilePath) -> Option<Tile>) -> Option<Self> {
        if size > limits::INTEGER_MAX {
            return None;
        }
        let mut tree = Self { size, taken: size, ..Self::new() };
        let mut level = 0;
        let mut rows = size;
        while rows > 0 {
            let index = rows / u64::from(TILE_WIDTH);
            let hashes = if rows.is_multiple_of(TILE_WIDTH.into()) {
                Vec::new()
            } else {
                let path = TilePath::in_log(TileKind::Hashes(level), index, size)?;
                let tile = tile(&path).filter(|tile| tile.path() == path)?;
                tile.hashes().to_vec()
            };
            tree.edge.push(hashes);
            rows = index;
            level += 1;
        }
        tree.peaks = peaks(&tree.edge);
        Some(tree)
    }

    /// Appends a leaf by its hash; says where it stands.
    pub fn append(&mut self, leaf: Hash) -> Position {
        let position = Position(self.size);
        let mut carry = leaf;
        self.put(0, carry);
        // One bit of `size` that is set is one peak that the carry completes a subtree with.
        for (height, _) in (1u8..).zip(0..self.size.trailing_ones()) {
            let Some(left) = self.peaks.pop() else { break };
            carry = node_hash(&left, &carry);
            if height.is_multiple_of(TILE_HEIGHT) {
                self.put(height / TILE_HEIGHT, carry);
            }
        }
        self.peaks.push(carry);
        // No run of a node comes near 2^53 leaves, the bound of `restore`.
        self.size = self.size.saturating_add(1);
        position
    }

    /// Puts a hash at the end of a level; a tile that is full with it is set aside.
    fn put(&mut self, level: u8, hash: Hash) {
        while self.edge.len() <= level.into() {
            self.edge.push(Vec::new());
        }
        let Some(row) = self.edge.get_mut(usize::from(level)) else { return };
        row.push(hash);
        if row.len() == usize::from(TILE_WIDTH) {
            let index = rows(self.size, level) / u64::from(TILE_WIDTH);
            self.full.extend(Tile::new(level, index, std::mem::take(row)));
        }
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves (RFC 6962 §2.1). Costs one hash per bit set in the size.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }

    /// The tiles that appending changed since this was last asked, or since the tree was restored, by level and
    /// index: the filled ones and the last one of each level. They are those of [`super::tile::tiles_between`].
    ///
    /// A full tile replaces the partial one of the same level and index.
    pub fn take_changed(&mut self) -> Vec<Tile> {
        let mut changed = std::mem::take(&mut self.full);
        for (level, row) in (0..).zip(&self.edge) {
            let rows_now = rows(self.size, level);
            // A level that ends with a full tile has an empty row, which makes no tile.
            if rows_now != rows(self.taken, level) {
                changed.extend(Tile::new(level, rows_now / u64::from(TILE_WIDTH), row.clone()));
            }
        }
        changed.sort_by_key(|tile| (tile.level(), tile.index()));
        self.taken = self.size;
        changed
    }
}

/// The roots of the complete subtrees on the right edge, largest first.
fn peaks(edge: &[Vec<Hash>]) -> Vec<Hash> {
    let mut peaks = Vec::new();
    for row in edge.iter().rev() {
        let mut rest = row.as_slice();
        for height in (0..TILE_HEIGHT).rev() {
            if let Some((subtree, after)) = rest.split_at_checked(1 << height) {
                peaks.extend(row_root(subtree));
                rest = after;
            }
        }
    }
    peaks
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::hash::leaf_hash;
    use super::super::tile::tiles_between;
    use super::*;

    fn leaf(number: u64) -> Hash {
        leaf_hash(&number.to_be_bytes())
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_each_size() {
        let leaves: Vec<Hash> = (0..600).map(leaf).collect();
        let mut tree = Tree::new();
        assert_eq!(tree.root(), empty_root());
        for (number, hash) in leaves.iter().enumerate() {
            assert_eq!(tree.append(*hash), Position(number as u64));
            assert_eq!(tree.root(), row_root(&leaves[..=number]).unwrap());
        }
        assert_eq!(tree.size(), 600);
    }

    #[test]
    fn a_tree_restored_from_its_tiles_is_the_same_tree() {
        let mut tree = Tree::new();
        let mut store = BTreeMap::new();
        for number in 0..70_000 {
            tree.append(leaf(number));
            let boundary = [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999].contains(&number);
            if number % 997 != 0 && !boundary {
                continue;
            }
            let before = tree.taken;
            let changed = tree.take_changed();
            assert!(changed.iter().map(Tile::path).eq(tiles_between(before, tree.size())));
            store.extend(changed.into_iter().map(|tile| ((tile.level(), tile.index()), tile)));
            let read = |path: &TilePath| {
                let TileKind::Hashes(level) = path.kind() else { panic!("only hashes are needed") };
                store.get(&(level, path.index())).cloned()
            };
            assert_eq!(Tree::restore(tree.size(), read).as_ref(), Some(&tree));
        }
        assert_eq!(tree.take_changed(), []);
        assert_eq!(store.len(), 277);
    }

    #[test]
    fn a_tree_is_not_restored_from_other_tiles() {
        let mut tree = Tree::new();
        for number in 0..300 {
            tree.append(leaf(number));
        }
        let changed = tree.take_changed();
        let read = |level: u8, index: u64| {
            changed.iter().find(|tile| tile.level() == level && tile.index() == index).cloned()
        };
        let level_and_index = |path: &TilePath| match path.kind() {
            TileKind::Hashes(level) => (level, path.index()),
            TileKind::Entries => panic!("only hashes are needed"),
        };
        let with = |size: u64| {
            Tree::restore(size, |path| {
                let (level, index) = level_and_index(path);
                read(level, index)
            })
        };
        assert_eq!(with(300), Some(tree));
        assert_eq!(with(299), None);
        assert_eq!(with(301), None);
        assert_eq!(with(limits::INTEGER_MAX + 1), None);
        assert_eq!(Tree::restore(300, |_| None), None);
        assert_eq!(Tree::restore(300, |_| read(0, 0)), None);
        assert_eq!(Tree::restore(0, |_| None), Some(Tree::new()));
    }
}
