//! The audit trail of a consent: what was said under it and what that rests on, in the order of the log, a few statements
//! at a time. Holds the numbers of streams and never a statement.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

use asp_core::bundle::needs;
use asp_core::log::receipt::Receipt;
use asp_core::name::StreamId;
use asp_core::position::{Hash, Sequence};

use crate::entries::{self, Entry};
use crate::fault::Fault;
use crate::reads::Reader;
use crate::views::Tenant;
use crate::{names, receipts, tiles, views};

/// Streams that one trail can rest on: some 40 bytes of memory each.
const STREAMS_MAX: usize = 100_000;

/// A trail that is being read. What is in it was settled when it was begun, and does not change while the log grows.
#[derive(Debug)]
pub struct Trail {
    tenant: Tenant,
    note: String,
    size: u64,
    /// The streams in it.
    known: BTreeSet<i64>,
    /// Streams whose statements have not all been looked at for what they rest on, with the last that was.
    unread: VecDeque<(i64, Option<Sequence>)>,
    /// Of each stream the next statement: its position, the stream, its place there.
    next: BinaryHeap<Reverse<(u64, i64, u64)>>,
}

/// A statement of a trail.
#[derive(Debug, Clone)]
pub struct TrailEntry {
    /// The statement and its place in the log.
    pub entry: Entry,
    /// The node's receipt for it.
    pub receipt: Receipt,
    /// The proof that the tree of the trail's note has it.
    pub proof: Vec<Hash>,
}

/// What comes next in a trail.
#[derive(Debug, Clone)]
pub enum TrailStep {
    /// It is not known yet what comes first: ask again.
    Looking,
    /// Statements in the order of the log; none at the end.
    Entries(Vec<TrailEntry>),
    /// It rests on more streams than one trail can.
    TooMany,
}

impl Trail {
    /// The log's signed note over what the trail was taken from.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Whether all that it rests on is known, so that its statements come next.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.unread.is_empty()
    }
}

impl Reader<'_> {
    /// Begins the trail of a consent up to here; none if the tenant is of neither of its organisations, or nothing is there.
    ///
    /// Sessions are in it that the tenant may read. `Err` of the inner result if there are more than a trail can hold.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn trail(&self, tenant: &Tenant, consent: &Hash) -> Result<Option<Result<Trail, TooMany>>, Fault> {
        let connection = self.connection();
        if !views::consent::is_party(connection, tenant, consent)? {
            return Ok(None);
        }
        let stream = StreamId::Consent(*consent);
        let (Some(number), Some(note)) = (names::find(connection, &stream)?, self.checkpoint()?) else {
            return Ok(None);
        };
        let sessions = views::session::under(connection, tenant, consent, (STREAMS_MAX, u64::MAX))?;
        if sessions.len() >= STREAMS_MAX {
            return Ok(Some(Err(TooMany)));
        }
        let mut trail = Trail {
            tenant: tenant.clone(),
            note,
            size: self.size()?,
            known: BTreeSet::new(),
            unread: VecDeque::new(),
            next: BinaryHeap::new(),
        };
        sessions.into_iter().map(|(_, session)| session).chain([number]).for_each(|number| trail.add(number));
        Ok(Some(Ok(trail)))
    }

    /// Goes on with a trail: looks at up to `limit` statements for what they rest on, or gives as many once all is known.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn trail_step(&self, trail: &mut Trail, limit: usize) -> Result<TrailStep, Fault> {
        if !trail.unread.is_empty() {
            let mut left = limit.max(1);
            // Each turn looks at a statement or ends a stream.
            while left > 0
                && let Some(begun) = trail.unread.pop_front()
            {
                let looked_at = self.look(trail, begun, left)?;
                left = left.saturating_sub(looked_at.max(1));
            }
            let fits = trail.known.len() <= STREAMS_MAX;
            return Ok(if fits { TrailStep::Looking } else { TrailStep::TooMany });
        }
        let mut given = Vec::new();
        while given.len() < limit
            && let Some(Reverse((position, stream, sequence))) = trail.next.pop()
        {
            given.push(self.trail_entry(trail, position)?);
            self.advance(trail, stream, sequence.saturating_add(1))?;
        }
        Ok(TrailStep::Entries(given))
    }

    /// Looks on in a stream for what its statements rest on; at how many.
    fn look(
        &self,
        trail: &mut Trail,
        (stream, after): (i64, Option<Sequence>),
        limit: usize,
    ) -> Result<usize, Fault> {
        if after.is_none() {
            self.advance(trail, stream, 0)?;
        }
        let entries = entries::of_stream(self.connection(), stream, after, limit)?;
        let whole = entries.len() < limit;
        let size = trail.size;
        let mut last = None;
        for entry in entries.iter().take_while(|entry| entry.point.index.0 < size) {
            last = Some(entry.statement.statement().sequence);
            for needed in needs(entry.statement.statement()) {
                if let Some(number) = self.in_sight(&trail.tenant, &needed)? {
                    trail.add(number);
                }
            }
        }
        // What came after the trail was begun is not of it: then there is nothing left to look at either.
        let ended = whole || last != entries.last().map(|entry| entry.statement.statement().sequence);
        if !ended {
            trail.unread.push_front((stream, last));
        }
        Ok(entries.len())
    }

    /// The number of a stream that is there for the tenant.
    ///
    /// A consent of two others, as in a session of three, is left out; whoever judges the trail says what could not be
    /// judged for it.
    fn in_sight(&self, tenant: &Tenant, stream: &StreamId) -> Result<Option<i64>, Fault> {
        let may = match stream {
            StreamId::Org(_) | StreamId::Agent(_) => true,
            StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_) => {
                self.may_read(Some(tenant), stream)?
            }
        };
        if may { names::find(self.connection(), stream) } else { Ok(None) }
    }

    /// Puts the next statement of a stream in its place among those of the others.
    fn advance(&self, trail: &mut Trail, stream: i64, sequence: u64) -> Result<(), Fault> {
        let position = entries::position(self.connection(), stream, Sequence(sequence))?;
        let within = position.filter(|position| *position < trail.size);
        trail.next.extend(within.map(|position| Reverse((position, stream, sequence))));
        Ok(())
    }

    fn trail_entry(&self, trail: &Trail, position: u64) -> Result<TrailEntry, Fault> {
        let missing = |what: &str| Fault::corrupt(Some(position), what);
        let entry = entries::at(self.connection(), position)?.ok_or_else(|| missing("it is not there"))?;
        let receipt = receipts::of(self.connection(), self.origin(), self.node_key(), &entry)?;
        let proof = tiles::inclusion(self.connection(), position, trail.size)?;
        let proof = proof.ok_or_else(|| missing("the tree does not have it"))?;
        Ok(TrailEntry { entry, receipt, proof })
    }
}

/// That a trail would rest on more streams than one can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

impl Trail {
    fn add(&mut self, stream: i64) {
        if self.known.insert(stream) {
            self.unread.push_back((stream, None));
        }
    }
}
