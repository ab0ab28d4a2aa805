//! The log beside two implementations by others: Cloudflare's port of Go's tlog (`tlog_tiles`), and `ct-merkle`.
//! Roots, proofs, tiles and checkpoint texts are the same bytes, whatever the sizes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of this file is a test, also the helpers outside the test functions"
)]

use std::cell::RefCell;

use asp_core::log::hash::leaf_hash;
use asp_core::log::proof::{consistency, inclusion, root};
use asp_core::log::tile::{Tile, TileKind, TilePath, node_from_tile, tiles_between};
use asp_core::log::tree::Tree;
use asp_core::position::Hash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use tlog_tiles::tile::Tile as TheirTile;
use tlog_tiles::tlog::{self, HashReader};

/// The log of Go's tlog: hashes in the order in which they become known.
#[derive(Default)]
struct Theirs {
    hashes: RefCell<Vec<tlog::Hash>>,
}

impl HashReader for Theirs {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog_tiles::Error> {
        let hashes = self.hashes.borrow();
        Ok(indexes.iter().map(|index| hashes[usize::try_from(*index).unwrap()]).collect())
    }
}

fn leaf(number: u64) -> Vec<u8> {
    format!("leaf {number}").into_bytes()
}

/// The same log three times over.
struct Logs {
    tree: Tree,
    tiles: Vec<Tile>,
    theirs: Theirs,
    others: MemoryBackedTree<sha2::Sha256, Vec<u8>>,
}

impl Logs {
    fn of(size: u64) -> Self {
        let mut logs = Self {
            tree: Tree::new(),
            tiles: Vec::new(),
            theirs: Theirs::default(),
            others: MemoryBackedTree::new(),
        };
        for number in 0..size {
            logs.tree.append(leaf_hash(&leaf(number)));
            let stored = tlog::stored_hashes(number, &leaf(number), &logs.theirs).unwrap();
            logs.theirs.hashes.borrow_mut().extend(stored);
            logs.others.push(leaf(number));
        }
        logs.tiles = logs.tree.take_changed();
        logs
    }

    fn node(&self, height: u8, index: u64) -> Option<Hash> {
        let find = |level: u8, index: u64| {
            self.tiles.iter().find(|tile| tile.level() == level && tile.index() == index)
        };
        node_from_tile(height, index, find)
    }
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn their_bytes(hashes: &[tlog::Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// A place as both libraries write it.
fn check_path(kind: TileKind, index: u64, width: u16) {
    let Some(path) = TilePath::new(kind, index, width) else { return };
    let (level, is_entries) = match kind {
        TileKind::Hashes(level) => (level, false),
        TileKind::Entries => (0, true),
    };
    let their_path = TheirTile::new(8, level, index, width.into(), is_entries).path();
    // Theirs is Go's, with the height of the tiles as a part of the path and `data` for entries.
    let theirs = their_path.replace("tile/8/data/", "tile/entries/").replace("tile/8/", "tile/");
    assert_eq!(path.to_string(), theirs);
    assert_eq!(theirs.parse(), Ok(path));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn roots_proofs_and_tiles_are_those_of_others(
        size in 1..1200u64, indexes in prop::collection::vec(any::<prop::sample::Index>(), 8),
    ) {
        let logs = Logs::of(size);
        let their_root = tlog::tree_hash(size, &logs.theirs).unwrap();
        prop_assert_eq!(*logs.tree.root().as_bytes(), their_root.0);
        prop_assert_eq!(logs.tree.root().as_bytes().to_vec(), logs.others.root().as_bytes().to_vec());
        for index in indexes {
            let index = index.index(usize::try_from(size).unwrap());
            let place = index as u64;
            let path = inclusion(place, size, |height, at| logs.node(height, at)).unwrap();
            prop_assert_eq!(bytes(&path), their_bytes(&tlog::prove_record(size, place, &logs.theirs).unwrap()));
            prop_assert_eq!(bytes(&path), logs.others.prove_inclusion(index).as_bytes().to_vec());
            let old_size = place + 1;
            let path = consistency(old_size, size, |height, at| logs.node(height, at)).unwrap();
            prop_assert_eq!(bytes(&path), their_bytes(&tlog::prove_tree(size, old_size, &logs.theirs).unwrap()));
            let additions = usize::try_from(size - old_size).unwrap();
            prop_assert_eq!(bytes(&path), logs.others.prove_consistency(additions).as_bytes().to_vec());
            let old_root = tlog::tree_hash(old_size, &logs.theirs).unwrap();
            let root = root(old_size, |height, at| logs.node(height, at)).unwrap();
            prop_assert_eq!(*root.as_bytes(), old_root.0);
        }
        for tile in &logs.tiles {
            let width = u32::from(tile.path().width());
            let theirs = TheirTile::new(8, tile.level(), tile.index(), width, false);
            prop_assert_eq!(tile.to_bytes(), theirs.read_data(&logs.theirs).unwrap());
        }
    }

    #[test]
    fn the_tiles_to_publish_are_those_of_another(old in 0..3_000_000u64, more in 0..3_000_000u64) {
        let place = |tile: &TheirTile| (tile.level(), tile.level_index(), tile.width());
        let theirs: Vec<_> = TheirTile::new_tiles(8, old, old + more).iter().map(place).collect();
        let ours: Vec<_> = tiles_between(old, old + more)
            .map(|path| match path.kind() {
                TileKind::Hashes(level) => (level, path.index(), u32::from(path.width())),
                TileKind::Entries => panic!("only hashes are told"),
            })
            .collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn tile_paths_are_those_of_another(level in 0..8u8, index: u64, bits in 0..64u32, width in 1..=256u16) {
        check_path(TileKind::Hashes(level), index >> bits, width);
        check_path(TileKind::Entries, index >> bits, width);
    }

    #[test]
    fn a_text_that_reads_as_a_tile_path_is_its_spelling(
        text in "tile/([0-9]{1,2}|entries)/(x[0-9]{3}/){0,2}[0-9]{2,3}(\\.p/[0-9]{1,3})?",
    ) {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }
}
