//! Two trails of one consent side by side: each record that one of them lacks, or that differs.

use std::io::BufRead;

use asp_core::name::StreamId;
use asp_core::position::{Hash, Position, Sequence};
use serde::Serialize;

use super::{TrailFile, TrailUnreadable};

/// What two trails differ in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrailComparison {
    /// The size of the log up to which both reach.
    pub compared_up_to: u64,
    /// How many records under the consent both have.
    pub same: u64,
    /// The records in which they differ, in the order of the log.
    pub differences: Vec<TrailDifference>,
}

/// A record in which two trails of one consent differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrailDifference {
    /// The place in the log.
    pub log_index: Position,
    /// The stream.
    pub stream: StreamId,
    /// The place in it.
    pub sequence: Sequence,
    /// What the first trail has there; absent if it lacks the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Hash>,
    /// What the second has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<Hash>,
}

/// A statement under the consent: of its own stream, or of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    index: Position,
    stream: StreamId,
    sequence: Sequence,
    hash: Hash,
}

impl<R: BufRead> TrailFile<R> {
    /// Compares what two trails have under their consent, as far as both checkpoints reach. Judges neither.
    ///
    /// `None` if they are not about one consent of one log.
    ///
    /// # Errors
    /// The line of the first or of the second that cannot be read.
    pub fn compare<S: BufRead>(
        &mut self,
        other: &mut TrailFile<S>,
    ) -> Result<Option<TrailComparison>, TrailUnreadable> {
        let (one, two) = (self.head(), other.head());
        if one.consent != two.consent || one.origin != two.origin || one.node_key != two.node_key {
            return Ok(None);
        }
        let size = |head: &super::TrailHead| head.note().map_or(0, |note| note.checkpoint.size);
        let until = size(one).min(size(two));
        let mut found = TrailComparison { compared_up_to: until, same: 0, differences: Vec::new() };
        let (mut first, mut second) = (self.said(until)?, other.said(until)?);
        // Each turn takes a record of a file.
        while first.is_some() || second.is_some() {
            let place = |said: &Option<Said>| said.as_ref().map_or(u64::MAX, |said| said.index.0);
            let (one, two) = (place(&first), place(&second));
            let own = if one <= two { first.take() } else { None };
            let others = if two <= one { second.take() } else { None };
            if own.is_some() {
                first = self.said(until)?;
            }
            if others.is_some() {
                second = other.said(until)?;
            }
            found.note(own, others);
        }
        Ok(Some(found))
    }

    /// The next record that stands under the consent and before a size of the log.
    fn said(&mut self, until: u64) -> Result<Option<Said>, TrailUnreadable> {
        while let Some(record) = self.next_record()? {
            let Ok(verified) = record.message.verify() else { continue };
            let statement = verified.statement();
            let under = match &statement.stream {
                StreamId::Session(_) | StreamId::Dispute(_) => true,
                StreamId::Consent(id) => *id == self.head().consent,
                StreamId::Org(_) | StreamId::Agent(_) | StreamId::Account(_) => false,
            };
            if under && record.message.log_index.0 < until {
                return Ok(Some(Said {
                    index: record.message.log_index,
                    stream: statement.stream.clone(),
                    sequence: statement.sequence,
                    hash: statement.hash,
                }));
            }
        }
        Ok(None)
    }
}

impl TrailComparison {
    fn note(&mut self, first: Option<Said>, second: Option<Said>) {
        if first == second {
            self.same = self.same.saturating_add(1);
            return;
        }
        let hash = |said: &Option<Said>| said.as_ref().map(|said| said.hash);
        let (one, two) = (hash(&first), hash(&second));
        if let Some(Said { index, stream, sequence, .. }) = first.or(second) {
            self.differences.push(TrailDifference {
                log_index: index,
                stream,
                sequence,
                first: one,
                second: two,
            });
        }
    }
}
