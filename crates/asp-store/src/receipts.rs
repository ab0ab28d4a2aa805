//! Receipts on disk: one signature and the hashes of the bodies per batch, from which each receipt follows again,
//! byte for byte.

use asp_core::key::{Algorithm, KeyId, SignatureBytes};
use asp_core::log::receipt::{BatchPlace, BatchSignature, Receipt, ReceiptBody, SignedBatch};
use asp_core::name::Origin;
use asp_core::position::{Hash, LogPoint};
use asp_core::statement::Statement;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::entries::Entry;
use crate::fault::Fault;

/// What the node says about a statement at its place.
pub(crate) fn body(origin: &Origin, statement: &Statement, point: LogPoint) -> ReceiptBody {
    ReceiptBody {
        log_index: point.index,
        log_time: point.time,
        origin: origin.clone(),
        sequence: statement.sequence,
        statement: statement.hash,
        stream: statement.stream.clone(),
    }
}

/// Writes what a batch was signed with; `first` is the position of its first entry.
pub(crate) fn put(connection: &Connection, first: u64, batch: &SignedBatch) -> Result<(), Fault> {
    let leaves: Vec<u8> = batch.leaves().iter().flat_map(|leaf| *leaf.as_bytes()).collect();
    connection
        .prepare_cached("INSERT INTO batches (first, signature, leaves, seed) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            first,
            batch.signature().value.as_bytes(),
            leaves,
            batch.seed().map(|seed| *seed.as_bytes())
        ])?;
    Ok(())
}

/// A batch as it is stored.
pub(crate) struct StoredBatch {
    /// The position of its first entry.
    pub(crate) first: u64,
    /// The signature.
    pub(crate) signature: SignatureBytes,
    /// The hashes of the bodies.
    pub(crate) leaves: Vec<Hash>,
    /// What the hashes between them follow from; none in a batch of one, and in those of older versions.
    pub(crate) seed: Option<Hash>,
}

impl StoredBatch {
    /// The receipt of one of its entries from the body; none if it is not one of them.
    pub(crate) fn receipt(&self, receipt: ReceiptBody, node_key: KeyId) -> Option<Receipt> {
        let index = u32::try_from(receipt.log_index.0.checked_sub(self.first)?).ok()?;
        let signature = BatchSignature { alg: Algorithm::Ed25519, key_id: node_key, value: self.signature };
        let batch = BatchPlace::among(&self.leaves, self.seed.as_ref(), index)?;
        Some(Receipt { batch, receipt, signature })
    }
}

/// The batch that an entry belongs to: the last one that begins there or before.
pub(crate) fn batch_of(connection: &Connection, position: u64) -> Result<Option<StoredBatch>, Fault> {
    let mut query = connection.prepare_cached(
        "SELECT first, signature, leaves, seed FROM batches WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
    )?;
    let read = |row: &Row<'_>| {
        let signature = SignatureBytes::from_bytes(row.get(1)?);
        let seed: Option<[u8; 32]> = row.get(3)?;
        let leaves: Vec<u8> = row.get(2)?;
        Ok((
            StoredBatch {
                first: row.get(0)?,
                signature,
                leaves: Vec::new(),
                seed: seed.map(Hash::from_bytes),
            },
            leaves,
        ))
    };
    let Some((batch, leaves)) = query.query_row(params![position], read).optional()? else { return Ok(None) };
    let (leaves, rest) = leaves.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(Fault::corrupt(Some(batch.first), "the hashes of its batch's receipts are cut off"));
    }
    let leaves = leaves.iter().copied().map(Hash::from_bytes).collect();
    Ok(Some(StoredBatch { leaves, ..batch }))
}

/// The receipt of an entry, the same that was given when it was taken in (ASP-RCT-002).
pub(crate) fn of(
    connection: &Connection,
    origin: &Origin,
    node_key: KeyId,
    entry: &Entry,
) -> Result<Receipt, Fault> {
    let position = entry.point.index.0;
    let missing = || Fault::corrupt(Some(position), "no batch has its receipt");
    let batch = batch_of(connection, position)?.ok_or_else(missing)?;
    batch.receipt(body(origin, entry.statement.statement(), entry.point), node_key).ok_or_else(missing)
}
