//! Tiles: how the log is cut into files that never change (C2SP tlog-tiles).
//! Knows where each hash stands; which tree it belongs to is not known here.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use super::hash::row_root;
use crate::position::{Hash, InvalidText};

/// Levels of the tree in one tile; 8 is the only height of C2SP tlog-tiles.
pub const TILE_HEIGHT: u8 = 8;

/// Hashes, or entries, of a full tile.
pub const TILE_WIDTH: u16 = 256;

/// The last level with a tile: one of level 8 would need more leaves than a `u64` counts.
pub const TILE_LEVEL_MAX: u8 = 7;

/// The bytes of the longest entry of a bundle; its length is a `u16` (C2SP tlog-tiles, Log entries).
pub const ENTRY_BYTES_MAX: usize = 0xffff;

/// What a tile has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of subtrees with 256 to the power of this level leaves; level 0 has the leaf hashes.
    Hashes(u8),
    /// The entries themselves: a bundle.
    Entries,
}

impl TileKind {
    const fn level(self) -> u8 {
        match self {
            Self::Hashes(level) => level,
            Self::Entries => 0,
        }
    }
}

/// The name of a tile that can exist: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
///
/// Ordered by kind and level, then index, then width. Has one spelling, without a slash before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TilePath {
    /// Names the `index`-th tile of this kind, `width` hashes or entries wide.
    ///
    /// `None` if the width is not 1 to 256, the level is above [`TILE_LEVEL_MAX`], or the tile reaches beyond
    /// `u64::MAX` leaves.
    #[must_use]
    pub fn new(kind: TileKind, index: u64, width: u16) -> Option<Self> {
        let level = kind.level();
        if !(1..=TILE_WIDTH).contains(&width) || level > TILE_LEVEL_MAX {
            return None;
        }
        let end = index.checked_mul(TILE_WIDTH.into())?.checked_add(width.into())?;
        (end <= rows(u64::MAX, level)).then_some(Self { kind, index, width })
    }

    /// Names the `index`-th tile as wide as a log of `size` entries has it; `None` if it has none there.
    #[must_use]
    pub fn in_log(kind: TileKind, index: u64, size: u64) -> Option<Self> {
        let before = index.checked_mul(TILE_WIDTH.into())?;
        let width = rows(size, kind.level()).checked_sub(before)?.min(TILE_WIDTH.into());
        Self::new(kind, index, u16::try_from(width).ok()?)
    }

    /// What it has in it.
    #[must_use]
    pub const fn kind(&self) -> TileKind {
        self.kind
    }

    /// The zero-based number of the tile in its level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it has: 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it has all 256; such a tile never changes again.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }
}

/// How many hashes a level has in a log of `size` entries: its complete subtrees (C2SP tlog-tiles, Partial Tiles).
pub(super) fn rows(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0)
}

/// The tiles of hashes that a log of `new` entries has and one of `old` has not, by level and index.
///
/// Only the last of each level can be partial. Nothing if `new` is not larger.
pub fn tiles_between(old: u64, new: u64) -> impl Iterator<Item = TilePath> {
    (0..=TILE_LEVEL_MAX).flat_map(move |level| {
        let (had, has) = (rows(old, level), rows(new, level));
        let first = had / u64::from(TILE_WIDTH);
        let after = if had < has { has.div_ceil(TILE_WIDTH.into()) } else { first };
        (first..after).filter_map(move |index| TilePath::in_log(TileKind::Hashes(level), index, new))
    })
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        write_index(f, self.index)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// Groups of three digits, all but the last with an `x` before them.
fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    // 20 digits at most, so seven groups.
    let groups = std::iter::successors(Some(index), |rest| Some(rest / 1000).filter(|higher| *higher > 0));
    let groups: Vec<u64> = groups.map(|rest| rest % 1000).collect();
    let mut groups = groups.iter().rev().peekable();
    while let Some(group) = groups.next() {
        match groups.peek() {
            Some(_) => write!(f, "x{group:03}/")?,
            None => write!(f, "{group:03}")?,
        }
    }
    Ok(())
}

impl FromStr for TilePath {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a tile like tile/0/x001/234 or tile/entries/000.p/7");
        let path = read_path(text).ok_or(invalid)?;
        // Reading is lax about zeros and signs; writing again shows whether this was the one spelling.
        if path.to_string() == text { Ok(path) } else { Err(invalid) }
    }
}

fn read_path(text: &str) -> Option<TilePath> {
    // Longer than the longest name of a tile, `tile/entries/` with seven groups and a width.
    if text.len() > 64 {
        return None;
    }
    let (kind, place) = text.strip_prefix("tile/")?.split_once('/')?;
    let kind = if kind == "entries" { TileKind::Entries } else { TileKind::Hashes(kind.parse().ok()?) };
    let (index, width) = match place.split_once(".p/") {
        Some((index, width)) => (index, width.parse().ok()?),
        None => (place, TILE_WIDTH),
    };
    let digits: String = index.chars().filter(|digit| !matches!(digit, 'x' | '/')).collect();
    TilePath::new(kind, digits.parse().ok()?, width)
}

/// A tile of hashes: 1 to 256 of them, all of one level, side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    path: TilePath,
    hashes: Vec<Hash>,
}

impl Tile {
    /// Takes the hashes of a tile; `None` if no tile has this place and number of hashes.
    #[must_use]
    pub fn new(level: u8, index: u64, hashes: Vec<Hash>) -> Option<Self> {
        let path = TilePath::new(TileKind::Hashes(level), index, u16::try_from(hashes.len()).ok()?)?;
        Some(Self { path, hashes })
    }

    /// Reads what [`Tile::to_bytes`] wrote; `None` unless it is 1 to 256 whole hashes.
    #[must_use]
    pub fn from_bytes(level: u8, index: u64, bytes: &[u8]) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || hashes.len() > TILE_WIDTH.into() {
            return None;
        }
        Self::new(level, index, hashes.iter().copied().map(Hash::from_bytes).collect())
    }

    /// The hashes one after the other, 32 bytes each: the file of C2SP tlog-tiles.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }

    /// The level: its hashes stand `8 * level` above the leaves.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.path.kind.level()
    }

    /// The zero-based number of the tile in its level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.path.index
    }

    /// The name, with the width.
    #[must_use]
    pub const fn path(&self) -> TilePath {
        self.path
    }

    /// The hashes, from the left.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }
}

/// The hash of a complete subtree: the `index`-th of those with 2 to the power of `height` leaves.
///
/// Asks `tile(level, index)` for the one tile that has it, at any width. `None` if that gives nothing, the tile of
/// another place or one too narrow. Costs up to 127 hashes.
pub fn node_from_tile<T: Borrow<Tile>>(
    height: u8,
    index: u64,
    tile: impl FnOnce(u8, u64) -> Option<T>,
) -> Option<Hash> {
    let (level, above) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
    // The first row of the subtree within the whole level; a lost bit means that there is no such subtree.
    let first = index.checked_mul(1 << above)?;
    let (tile_index, offset) = (first / u64::from(TILE_WIDTH), first % u64::from(TILE_WIDTH));
    let tile = tile(level, tile_index)?;
    let tile: &Tile = tile.borrow();
    if (tile.level(), tile.index()) != (level, tile_index) {
        return None;
    }
    let offset = usize::try_from(offset).ok()?;
    row_root(tile.hashes.get(offset..offset + (1 << above))?)
}

/// The bytes of a bundle of entries: each with its length before it, a big-endian `u16`.
///
/// `None` if an entry is longer than [`ENTRY_BYTES_MAX`] or there are not 1 to 256.
#[must_use]
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Option<Vec<u8>> {
    if !(1..=TILE_WIDTH.into()).contains(&entries.len()) {
        return None;
    }
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend(entry);
    }
    Some(bytes)
}

/// The entries of a bundle; `None` unless there are exactly `width` of them and nothing after.
#[must_use]
pub fn decode_bundle(bytes: &[u8], width: u16) -> Option<Vec<&[u8]>> {
    if !(1..=TILE_WIDTH).contains(&width) {
        return None;
    }
    let mut rest = bytes;
    let mut entries = Vec::with_capacity(width.into());
    for _ in 0..width {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
        entries.push(entry);
        rest = after;
    }
    rest.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::super::hash::leaf_hash;
    use super::*;

    fn check(spelling: &str, kind: TileKind, index: u64, width: u16) {
        let path = TilePath::new(kind, index, width).unwrap();
        assert_eq!(path.to_string(), spelling);
        assert_eq!(spelling.parse(), Ok(path));
    }

    #[test]
    fn a_tile_path_has_one_spelling() {
        check("tile/0/x001/x234/067", TileKind::Hashes(0), 1_234_067, 256);
        check("tile/entries/000", TileKind::Entries, 0, 256);
        check("tile/1/000.p/1", TileKind::Hashes(1), 0, 1);
        check("tile/entries/x001/000.p/255", TileKind::Entries, 1000, 255);
        check("tile/7/000.p/255", TileKind::Hashes(7), 0, 255);
        check("tile/0/x072/x057/x594/x037/x927/935.p/255", TileKind::Hashes(0), 72_057_594_037_927_935, 255);
        for wrong in [
            "",
            "/tile/0/000",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/+0/000",
            "tile/8/000",
            "tile/63/000",
            "tile/256/000",
            "tile/-1/000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/0/x001",
            "tile/0/x1/000",
            "tile/0/000/",
            "tile/0//000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/+1",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000.p/1/",
            "tile/0/000.p/1.p/1",
            "tile/Entries/000",
            "tile/entries",
            "tile/7/000",
            "tile/7/001.p/1",
            "tile/0/x072/x057/x594/x037/x927/935",
            "tile/0/x072/x057/x594/x037/x927/936.p/1",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/0/\u{661}00",
            "tile/0/000\n",
        ] {
            assert!(wrong.parse::<TilePath>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_example_of_the_specification_has_its_tiles() {
        let paths: Vec<TilePath> = tiles_between(0, 70_000).collect();
        let count = |level, full| {
            paths
                .iter()
                .filter(|path| path.kind() == TileKind::Hashes(level) && path.is_full() == full)
                .count()
        };
        assert_eq!((count(0, true), count(0, false)), (273, 1));
        assert_eq!((count(1, true), count(1, false)), (1, 1));
        assert_eq!((count(2, true), count(2, false)), (0, 1));
        assert_eq!(paths.len(), 277);
        let partial: Vec<String> =
            paths.iter().filter(|path| !path.is_full()).map(TilePath::to_string).collect();
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        let paths: Vec<String> = tiles_between(255, 256).map(|path| path.to_string()).collect();
        assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(tiles_between(7, 7).count() + tiles_between(8, 7).count(), 0);
        assert_eq!(tiles_between(u64::MAX - 1, u64::MAX).count(), 1);
    }

    #[test]
    fn a_tile_is_whole_hashes() {
        let hashes: Vec<Hash> = (0..=255u8).map(|leaf| leaf_hash(&[leaf])).collect();
        let tile = Tile::new(0, 3, hashes.clone()).unwrap();
        let bytes = tile.to_bytes();
        assert_eq!(Tile::from_bytes(0, 3, &bytes).as_ref(), Some(&tile));
        assert_eq!(tile.path().to_string(), "tile/0/003");
        assert_eq!(Tile::from_bytes(0, 3, &bytes[..bytes.len() - 1]), None);
        assert_eq!(Tile::from_bytes(0, 3, &[]), None);
        assert_eq!(Tile::from_bytes(0, 3, &[bytes, vec![0; 32]].concat()), None);
        assert_eq!(Tile::from_bytes(8, 0, &[0; 32]), None);
    }

    #[test]
    fn a_node_comes_from_the_one_tile_that_has_it() {
        let hashes: Vec<Hash> = (0..200u8).map(|leaf| leaf_hash(&[leaf])).collect();
        let tile = Tile::new(0, 1, hashes.clone()).unwrap();
        let read = |level, index| (level == 0 && index == 1).then_some(&tile);
        assert_eq!(node_from_tile(0, 256 + 9, read), Some(hashes[9]));
        assert_eq!(node_from_tile(2, 64 + 1, read), row_root(&hashes[4..8]));
        assert_eq!(node_from_tile(7, 2, read), row_root(&hashes[..128]));
        assert_eq!(node_from_tile(7, 3, read), None);
        assert_eq!(node_from_tile(8, 1, read), None);
        assert_eq!(node_from_tile(7, u64::MAX, read), None);
        assert_eq!(node_from_tile(0, 0, |_, _| Some(&tile)), None);
    }

    #[test]
    fn a_bundle_has_its_entries_and_nothing_else() {
        let entries: [&[u8]; 3] = [b"one", b"", b"three"];
        let bytes = encode_bundle(&entries).unwrap();
        assert_eq!(bytes, b"\0\x03one\0\0\0\x05three");
        assert_eq!(decode_bundle(&bytes, 3).unwrap(), entries);
        assert_eq!(decode_bundle(&bytes, 2), None);
        assert_eq!(decode_bundle(&bytes, 4), None);
        assert_eq!(decode_bundle(&bytes, 0), None);
        assert_eq!(decode_bundle(&bytes[..bytes.len() - 1], 3), None);
        assert_eq!(decode_bundle(&[], 0), None);
        assert_eq!(encode_bundle(&[vec![0; ENTRY_BYTES_MAX + 1]]), None);
        assert!(encode_bundle(&[vec![0; ENTRY_BYTES_MAX]]).is_some());
        assert_eq!(encode_bundle(&vec![[0; 1]; 257]), None);
        assert_eq!(encode_bundle::<&[u8]>(&[]), None);
    }
}
