//! The tree of the log on disk: tiles of hashes, the right edge at each restart, proofs from tiles.
//! Entry bundles are not stored: they follow from the entries.

use asp_core::log::leaf::Leaf;
use asp_core::log::proof;
use asp_core::log::tile::{TILE_WIDTH, Tile, TileKind, TilePath, encode_bundle, node_from_tile};
use asp_core::log::tree::Tree;
use asp_core::position::{Hash, LogTime};
use asp_core::statement::signatures_hash;
use rusqlite::{Connection, OptionalExtension, params};

use crate::entries::{blob, decode_signatures};
use crate::fault::Fault;

/// The key of a tile: levels lie 2^56 apart, more than any level has tiles.
fn place(level: u8, index: u64) -> Result<i64, Fault> {
    let place = u64::from(level).checked_shl(56).and_then(|base| base.checked_add(index));
    place
        .and_then(|place| i64::try_from(place).ok())
        .ok_or_else(|| Fault::corrupt(None, format!("there is no tile {index} of level {level}")))
}

/// Writes the tiles that a batch changed.
pub(crate) fn put(connection: &Connection, tiles: &[Tile]) -> Result<(), Fault> {
    let mut insert =
        connection.prepare_cached("INSERT OR REPLACE INTO tiles (place, hashes) VALUES (?1, ?2)")?;
    for tile in tiles {
        insert.execute(params![place(tile.level(), tile.index())?, tile.to_bytes()])?;
    }
    Ok(())
}

/// The stored tile, as wide as it is.
pub(crate) fn stored(connection: &Connection, level: u8, index: u64) -> Result<Option<Tile>, Fault> {
    let hashes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT hashes FROM tiles WHERE place = ?1")?
        .query_row(params![place(level, index)?], |row| row.get(0))
        .optional()?;
    let Some(hashes) = hashes else { return Ok(None) };
    let tile = Tile::from_bytes(level, index, &hashes);
    tile.map(Some).ok_or_else(|| Fault::corrupt(None, format!("tile {index} of level {level} is no tile")))
}

/// The tree of `size` leaves from its stored right edge.
pub(crate) fn restore(connection: &Connection, size: u64) -> Result<Tree, Fault> {
    let mut fault = None;
    // The edge is as wide as the log is long: a wider one would be that of another log.
    let tree = Tree::restore(size, |path| match stored_at(connection, path) {
        Ok(tile) => tile,
        Err(error) => {
            fault = Some(error);
            None
        }
    });
    match (tree, fault) {
        (_, Some(fault)) => Err(fault),
        (Some(tree), None) => Ok(tree),
        (None, None) => Err(Fault::corrupt(None, "the tiles of the right edge are not all there")),
    }
}

/// The stored tile of hashes of this place, whatever its width.
fn stored_at(connection: &Connection, path: &TilePath) -> Result<Option<Tile>, Fault> {
    match path.kind() {
        TileKind::Hashes(level) => stored(connection, level, path.index()),
        TileKind::Entries => Ok(None),
    }
}

/// The bytes of a tile or an entry bundle as C2SP tlog-tiles names it; none if the log has not got so far
/// (ASP-LOG-005).
pub(crate) fn bytes(connection: &Connection, path: &TilePath) -> Result<Option<Vec<u8>>, Fault> {
    match path.kind() {
        // A narrower tile is the beginning of a wider one.
        TileKind::Hashes(_) => Ok(stored_at(connection, path)?
            .and_then(|tile| Some(tile.to_bytes().get(..usize::from(path.width()) * 32)?.to_vec()))),
        TileKind::Entries => bundle(connection, path),
    }
}

fn bundle(connection: &Connection, path: &TilePath) -> Result<Option<Vec<u8>>, Fault> {
    let first = path.index().saturating_mul(TILE_WIDTH.into());
    let mut query = connection.prepare_cached(
        "SELECT position, time, hash, signatures FROM entries
         WHERE position >= ?1 AND position < ?2 ORDER BY position",
    )?;
    let after = first.saturating_add(path.width().into());
    let integer = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let rows = query.query_and_then(params![integer(first), integer(after)], |row| {
        let position: u64 = row.get(0)?;
        let signatures = decode_signatures(blob(row, 3)?)
            .ok_or_else(|| Fault::corrupt(Some(position), "its signatures are none"))?;
        Ok::<_, Fault>(Leaf {
            statement: Hash::from_bytes(row.get(2)?),
            signatures: signatures_hash(&signatures),
            log_time: LogTime::from_millis(row.get(1)?),
        })
    })?;
    let leaves: Vec<Vec<u8>> = rows.map(|leaf| leaf.map(|leaf| leaf.encode())).collect::<Result<_, _>>()?;
    Ok(if leaves.len() == usize::from(path.width()) { encode_bundle(&leaves) } else { None })
}

/// Runs a proof over stored tiles; tells a fault from a node that is not there (ASP-LOG-003).
fn over_tiles<T>(
    connection: &Connection,
    make: impl FnOnce(&mut dyn FnMut(u8, u64) -> Option<Hash>) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let mut fault = None;
    let made = make(&mut |height, index| {
        node_from_tile(height, index, |level, tile| match stored(connection, level, tile) {
            Ok(tile) => tile,
            Err(error) => {
                fault = Some(error);
                None
            }
        })
    });
    match fault {
        Some(fault) => Err(fault),
        None => Ok(made),
    }
}

/// The root of the log of a size; none if it has not got so far.
pub(crate) fn root(connection: &Connection, size: u64) -> Result<Option<Hash>, Fault> {
    over_tiles(connection, |node| proof::root(size, node))
}

/// The proof that an entry is in the log of a size.
pub(crate) fn inclusion(connection: &Connection, index: u64, size: u64) -> Result<Option<Vec<Hash>>, Fault> {
    over_tiles(connection, |node| proof::inclusion(index, size, node))
}

/// The proof that the log of one size begins with that of another.
pub(crate) fn consistency(connection: &Connection, from: u64, to: u64) -> Result<Option<Vec<Hash>>, Fault> {
    over_tiles(connection, |node| proof::consistency(from, to, node))
}
