//! The audit of a data folder: everything that an export can show, and receipts, tiles and views besides.

use std::path::Path;
use std::time::Instant;

use asp_core::audit::Checked;
use asp_core::key::KeyId;
use asp_core::log::tile::{TILE_WIDTH, Tile};
use asp_core::name::Origin;
use asp_core::position::LogTime;
use rusqlite::{Connection, params};

use super::examiner::Examiner;
use super::{AuditError, Finding, Report, pipeline, unreadable, views};
use crate::entries::{blob, decode_signatures, request_key};
use crate::fault::Fault;
use crate::names::Names;
use crate::receipts::{self, StoredBatch};
use crate::{FILE_NAME, entries, migrate, open, pool, reads, tiles};

/// Entries that are checked together, at least, unless the log ends.
const CHUNK_ENTRIES: usize = 512;

/// Names of streams that are kept to compare numbers with.
const NAMES_MAX: usize = 1 << 20;

/// The row of an entry as it is stored.
struct RawEntry {
    position: u64,
    time: LogTime,
    stream: i64,
    sequence: u64,
    request: Vec<u8>,
    hash: Vec<u8>,
    signatures: Vec<u8>,
    statement: Vec<u8>,
}

/// A batch with its entries, as far as they are there.
struct RawBatch {
    batch: StoredBatch,
    entries: Vec<RawEntry>,
}

/// What a chunk came to: entries that hold alone with the number of their stream, then perhaps the first that does not.
struct Done {
    entries: Vec<(Checked, i64)>,
    finding: Option<Finding>,
}

/// Audits the store in a folder, at one state of it. `progress` is told how many entries hold, and of how many.
///
/// A running node is not disturbed, but its write-ahead log grows until the audit ends.
///
/// # Errors
/// That the folder has no store that can be opened.
pub fn folder(folder: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, AuditError> {
    let began = Instant::now();
    let path = folder.join(FILE_NAME);
    if !path.exists() {
        return Err(Fault::Folder { path, detail: "there is no such file".into() }.into());
    }
    let connection = pool::open(&path)?;
    let report = pool::snapshot(&connection, |connection| {
        migrate::check(connection, &path)?;
        let (origin, node_key) =
            open::identity(connection)?.ok_or_else(|| Fault::corrupt(None, "it is nobody's log"))?;
        let mut audit = Audit::new(connection, origin, node_key)?;
        let finding = audit.run(progress).err();
        Ok(Report {
            entries: audit.examiner.course.tree.size(),
            root: audit.examiner.course.tree.root(),
            elapsed: began.elapsed(),
            money: audit.examiner.course.money(),
            finding,
            origin: audit.examiner.origin,
            node_key,
        })
    })?;
    Ok(report)
}

struct Audit<'a> {
    connection: &'a Connection,
    examiner: Examiner,
    names: Names,
    tiles: u64,
}

impl<'a> Audit<'a> {
    fn new(connection: &'a Connection, origin: Origin, node_key: KeyId) -> Result<Self, Fault> {
        let examiner = Examiner::new(origin, node_key)?;
        Ok(Self { connection, examiner, names: Names::new(NAMES_MAX), tiles: 0 })
    }

    fn run(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Finding> {
        let unreadable = |fault: Fault| unreadable(None, &fault);
        let (total, _) = entries::end(self.connection).map_err(unreadable)?;
        let connection = self.connection;
        let (origin, node_key) = (self.examiner.origin.clone(), self.examiner.node_key);
        let mut next = 0;
        let mut unread = None;
        let mut finding = None;
        pipeline::run(
            || match chunk(connection, &mut next, total) {
                Ok(batches) if batches.is_empty() => None,
                Ok(batches) => Some(batches),
                Err(found) => {
                    unread = Some(found);
                    None
                }
            },
            |batches| check(batches, &origin, node_key),
            |done: Done| {
                let verdict = self.take(done);
                progress(self.examiner.course.tree.size(), total);
                finding = verdict.err();
                finding.is_none()
            },
        );
        // What could not be read comes after everything that was.
        finding.or(unread).map_or(Ok(()), Err)?;
        self.finish()
    }

    fn take(&mut self, done: Done) -> Result<(), Finding> {
        for (entry, stream) in done.entries {
            let index = entry.point.index.0;
            let named = self
                .names
                .find(self.connection, &entry.verified.statement().stream)
                .map_err(|fault| unreadable(Some(index), &fault))?;
            if named != Some(stream) {
                return Err(Finding::at(index, "its row belongs to another stream"));
            }
            self.examiner.take(entry)?;
        }
        done.finding.map_or(Ok(()), Err)?;
        let changed = self.examiner.course.tree.take_changed();
        changed.iter().filter(|tile| tile.path().is_full()).try_for_each(|tile| self.check_tile(tile))
    }

    fn check_tile(&mut self, tile: &Tile) -> Result<(), Finding> {
        self.tiles += 1;
        let stored = tiles::stored(self.connection, tile.level(), tile.index())
            .map_err(|fault| unreadable(None, &fault))?;
        let stored = stored.as_ref().map_or(&[][..], Tile::hashes);
        if stored == tile.hashes() {
            return Ok(());
        }
        let name = tile.path();
        let same = stored.iter().zip(tile.hashes()).take_while(|(stored, derived)| stored == derived).count();
        let what = format!("{name} is not the tile of these entries");
        let first =
            tile.index().saturating_mul(TILE_WIDTH.into()).saturating_add(u64::try_from(same).unwrap_or(0));
        // A hash of a higher level is of many entries, none of which is to blame.
        Err(if tile.level() == 0 { Finding::at(first, what) } else { Finding::whole(what) })
    }

    /// What is of the log as a whole: the right edge, the checkpoint, the views, the file.
    fn finish(&mut self) -> Result<(), Finding> {
        let unreadable = |fault: Fault| unreadable(None, &fault);
        self.check_edge()?;
        let note = reads::checkpoint(self.connection).map_err(unreadable)?;
        self.examiner.check_note(note.as_deref())?;
        views::compare(self.connection, self.examiner.finish_views().map_err(unreadable)?)?;
        let sound: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|error| unreadable(error.into()))?;
        if sound == "ok" { Ok(()) } else { Err(Finding::whole(format!("the file is damaged: {sound}"))) }
    }

    /// The last tile of each level, and that there are no others.
    fn check_edge(&mut self) -> Result<(), Finding> {
        let unreadable = |fault: Fault| unreadable(None, &fault);
        self.examiner.course.tree.take_changed();
        let mut rows = self.examiner.course.tree.size();
        while rows > 0 {
            self.tiles += u64::from(!rows.is_multiple_of(TILE_WIDTH.into()));
            rows /= u64::from(TILE_WIDTH);
        }
        // Of a tree, the right edge and the peaks are all that is kept: equal ones came from equal tiles.
        let restored =
            tiles::restore(self.connection, self.examiner.course.tree.size()).map_err(unreadable)?;
        if restored != self.examiner.course.tree {
            return Err(Finding::whole("the right edge of the tree is not that of these entries"));
        }
        let stored: u64 = self
            .connection
            .query_row("SELECT count(*) FROM tiles", [], |row| row.get(0))
            .map_err(|error| unreadable(error.into()))?;
        if stored == self.tiles {
            Ok(())
        } else {
            Err(Finding::whole(format!("there are {stored} tiles where the log has {}", self.tiles)))
        }
    }
}

/// Reads whole batches from the entry `next` on, which moves with them.
fn chunk(connection: &Connection, next: &mut u64, total: u64) -> Result<Vec<RawBatch>, Finding> {
    let mut batches = Vec::new();
    let mut count = 0;
    while *next < total && count < CHUNK_ENTRIES {
        let at = *next;
        let unreadable = |fault: Fault| unreadable(Some(at), &fault);
        let batch = receipts::batch_of(connection, at).map_err(unreadable)?;
        let batch = batch.filter(|batch| batch.first == at && !batch.leaves.is_empty());
        let Some(batch) = batch else {
            // What was read before is checked first; then this is found again.
            return if batches.is_empty() {
                Err(Finding::at(at, "no batch has its receipt"))
            } else {
                Ok(batches)
            };
        };
        let size = u64::try_from(batch.leaves.len()).unwrap_or(u64::MAX);
        let entries = raw_entries(connection, at, at.saturating_add(size)).map_err(unreadable)?;
        count += batch.leaves.len();
        *next = at.saturating_add(size);
        batches.push(RawBatch { batch, entries });
    }
    Ok(batches)
}

fn raw_entries(connection: &Connection, from: u64, to: u64) -> Result<Vec<RawEntry>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT position, time, stream, sequence, request, hash, signatures, statement
         FROM entries WHERE position >= ?1 AND position < ?2 ORDER BY position",
    )?;
    let rows = query.query_and_then(params![from, to], |row| {
        Ok(RawEntry {
            position: row.get(0)?,
            time: LogTime::from_millis(row.get(1)?),
            stream: row.get(2)?,
            sequence: row.get(3)?,
            request: blob(row, 4)?.to_vec(),
            hash: blob(row, 5)?.to_vec(),
            signatures: blob(row, 6)?.to_vec(),
            statement: blob(row, 7)?.to_vec(),
        })
    })?;
    rows.collect()
}

fn check(batches: Vec<RawBatch>, origin: &Origin, node_key: KeyId) -> Done {
    let mut done = Done { entries: Vec::new(), finding: None };
    for batch in batches {
        if let Err(finding) = check_batch(&batch, origin, node_key, &mut done.entries) {
            done.finding = Some(finding);
            break;
        }
    }
    done
}

/// Checks each entry of a batch and its receipt; the signature over all of them last, since it names none of them.
fn check_batch(
    raw: &RawBatch,
    origin: &Origin,
    node_key: KeyId,
    checked: &mut Vec<(Checked, i64)>,
) -> Result<(), Finding> {
    let (first, before) = (raw.batch.first, checked.len());
    let mut receipt = None;
    let mut entries = raw.entries.iter();
    for (index, leaf) in (first..).zip(&raw.batch.leaves) {
        let entry = entries.next().filter(|entry| entry.position == index);
        let entry = entry.ok_or_else(|| Finding::at(index, "it is missing"))?;
        let found = check_entry(entry)?;
        let body = receipts::body(origin, found.verified.statement(), found.point);
        if body.leaf() != *leaf {
            return Err(Finding::at(index, "its receipt is for something else"));
        }
        receipt = receipt.or_else(|| raw.batch.receipt(body, node_key));
        checked.push((found, entry.stream));
    }
    let signed = receipt.map(|receipt| receipt.verify(&node_key));
    let what = match signed {
        Some(Ok(())) => return Ok(()),
        Some(Err(error)) => format!("the receipts of its batch do not hold: {error}"),
        None => "its batch cannot have receipts".to_owned(),
    };
    checked.truncate(before);
    Err(Finding::at(first, what))
}

fn check_entry(entry: &RawEntry) -> Result<Checked, Finding> {
    let index = entry.position;
    let signatures = decode_signatures(&entry.signatures)
        .ok_or_else(|| Finding::at(index, "its signatures are not what was written"))?;
    let checked = Checked::of(index, entry.time, signatures, &entry.statement)?;
    let statement = checked.verified.statement();
    let columns = [
        ("hash", entry.hash == statement.hash.as_bytes()),
        ("request", entry.request == request_key(statement)),
        ("sequence", entry.sequence == statement.sequence.0),
    ];
    match columns.into_iter().find(|(_, same)| !same) {
        None => Ok(checked),
        Some((name, _)) => {
            Err(Finding::at(index, format!("the {name} in its row is not that of the statement")))
        }
    }
}
