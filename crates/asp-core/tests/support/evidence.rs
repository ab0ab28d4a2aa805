//! Bundles made from a log in memory, as a node would make them, and as a dishonest one would.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

use std::collections::BTreeSet;

use asp_core::bundle::{Bundle, Piece, Report, Verdict, needs};
use asp_core::key::SecretKey;
use asp_core::log::checkpoint::Checkpoint;
use asp_core::log::hash::row_root;
use asp_core::log::leaf::Leaf;
use asp_core::log::proof;
use asp_core::log::receipt::{Receipt, ReceiptBody, sign_batch};
use asp_core::name::{Origin, StreamId};
use asp_core::position::{Hash, LogPoint};
use asp_core::statement::Verified;

use super::{Stage, key};

/// Statements that share one signature of receipts.
const BATCH: usize = 2;

/// A log with its node, from which bundles are taken. It keeps whatever it is given.
pub struct Node {
    pub origin: Origin,
    pub key: SecretKey,
    pub log: Vec<(LogPoint, Verified)>,
}

impl From<&Stage> for Node {
    fn from(stage: &Stage) -> Self {
        Self { origin: stage.origin.clone(), key: key("node"), log: stage.log.clone() }
    }
}

impl Node {
    fn leaves(&self) -> Vec<Hash> {
        let leaf = |(at, verified): &(LogPoint, Verified)| {
            let statement = verified.statement().hash;
            Leaf { statement, signatures: verified.signatures_hash(), log_time: at.time }.hash()
        };
        self.log.iter().map(leaf).collect()
    }

    fn receipts(&self) -> Vec<Receipt> {
        let body = |(at, verified): &(LogPoint, Verified)| ReceiptBody {
            log_index: at.index,
            log_time: at.time,
            origin: self.origin.clone(),
            sequence: verified.statement().sequence,
            statement: verified.statement().hash,
            stream: verified.statement().stream.clone(),
        };
        let bodies: Vec<ReceiptBody> = self.log.iter().map(body).collect();
        let mut receipts = Vec::new();
        for batch in bodies.chunks(BATCH) {
            let signed = sign_batch(batch, &self.key).unwrap();
            for (place, receipt) in (0..).zip(batch) {
                let batch = signed.place(place).unwrap();
                receipts.push(Receipt { batch, receipt: receipt.clone(), signature: *signed.signature() });
            }
        }
        receipts
    }

    /// The signed note over the first `size` entries.
    pub fn checkpoint(&self, size: usize) -> String {
        let root = row_root(&self.leaves()[..size]).unwrap();
        let checkpoint = Checkpoint { origin: self.origin.clone(), size: size as u64, root };
        checkpoint.sign(&self.key).to_string()
    }

    /// The entries at these indexes, proved in the whole log.
    pub fn pieces(&self, chosen: impl Fn(&Verified) -> bool) -> Vec<Piece> {
        let leaves = self.leaves();
        let size = leaves.len() as u64;
        let subtree = |height: u8, index: u64| {
            let start = (index << height) as usize;
            row_root(&leaves[start..start + (1 << height)])
        };
        let receipts = self.receipts();
        let entries = self.log.iter().zip(receipts).filter(|((_, verified), _)| chosen(verified));
        let piece = |((at, verified), receipt): (&(LogPoint, Verified), Receipt)| Piece {
            index: at.index,
            log_time: at.time,
            statement: verified.clone(),
            receipt,
            proof: proof::inclusion(at.index.0, size, subtree).unwrap(),
        };
        entries.map(piece).collect()
    }

    /// The streams that a session rests on.
    pub fn streams(&self, session: Hash) -> BTreeSet<StreamId> {
        let mut streams = BTreeSet::from([StreamId::Session(session)]);
        loop {
            let before = streams.len();
            for (_, verified) in &self.log {
                if streams.contains(&verified.statement().stream) {
                    streams.extend(needs(verified.statement()));
                }
            }
            if streams.len() == before {
                return streams;
            }
        }
    }

    pub fn bundle(&self, session: Hash, commitment: Hash) -> Bundle {
        let streams = self.streams(session);
        let pieces = self.pieces(|verified| streams.contains(&verified.statement().stream));
        self.bundle_of(commitment, pieces)
    }

    pub fn bundle_of(&self, commitment: Hash, pieces: Vec<Piece>) -> Bundle {
        let checkpoint = self.checkpoint(self.log.len());
        Bundle::build(commitment, self.origin.clone(), self.key.id(), checkpoint, pieces).unwrap()
    }
}

/// The rules of a report with this verdict, in their order.
pub fn rules(report: &Report, verdict: Verdict) -> Vec<&'static str> {
    report.checks.iter().filter(|check| check.verdict == verdict).map(|check| check.rule).collect()
}
