//! The single writer: judges, appends and folds a batch in one transaction, signs it, and makes it durable.
//! It knows no HTTP, no subscriber and no wall clock; `thread.rs` gives it work and the time.

use asp_core::log::checkpoint::Checkpoint;
use asp_core::log::leaf::Leaf;
use asp_core::log::receipt::{Receipt, ReceiptBody, SignedBatch, sign_batch};
use asp_core::log::tree::Tree;
use asp_core::position::{LogPoint, LogTime, Position};
use asp_core::rejection::{Code, Rejection};
use asp_core::statement::Verified;
use asp_core::stream::Accepted;
use asp_core::trust::{Question, Worth};
use asp_core::world::World;
use rusqlite::params;

use super::disk::Disk;
use crate::entries;
use crate::facts::Facts;
use crate::fault::{Fault, Step};
use crate::fold::Fold;
#[cfg(feature = "misbehave")]
use crate::misbehave;
use crate::{Identity, receipts, tiles};

/// A question of trust with its answer.
pub(crate) type Answered = (Question, Worth);

/// A statement with what was found out for it.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) statement: Verified,
    pub(crate) trust: Vec<Answered>,
    /// How often it has been asked about.
    pub(crate) rounds: u8,
}

/// What became of one statement.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is durable, now or since long.
    Taken(Receipt),
    /// It breaks a rule.
    Refused(Rejection),
    /// It can be judged once the questions are answered; every other rule holds.
    Asks(Vec<Question>, Box<Submission>),
}

/// What a batch will say about one statement once it is durable.
enum Pending {
    /// Taken in.
    Accepted,
    /// Taken in before, or by this batch already.
    Repeated(Box<entries::Entry>),
    /// Refused.
    Rejected(Rejection),
    /// Not judged to the end.
    Asks(Vec<Question>, Box<Submission>),
}

/// The writer and everything that it holds in memory.
///
/// After an error all of it may differ from what is on disk: the writer must not be used again.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) disk: Disk,
    identity: Identity,
    facts: Facts,
    tree: Tree,
    /// The log time of the last entry.
    time: LogTime,
}

impl Writer {
    /// Takes over a log at its end.
    pub(crate) fn new(
        disk: Disk,
        identity: Identity,
        tree: Tree,
        time: LogTime,
        streams_cached: usize,
    ) -> Self {
        let world = World::new(identity.origin.clone(), identity.key.id());
        Self { disk, identity, facts: Facts::new(world, streams_cached), tree, time }
    }

    /// How many entries the log has.
    pub(crate) const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Takes a batch in at this time, or a later one if the log has that already. All of it is durable on return.
    ///
    /// # Errors
    /// The first failure of the storage. Whether the batch is on disk is then not known; nothing is tried again.
    pub(crate) fn run(&mut self, batch: Vec<Submission>, now: LogTime) -> Result<Vec<Verdict>, Fault> {
        // ASP-LOG-006
        self.time = self.time.max(now);
        let first = self.tree.size();
        self.disk.step(Step::Begin, |connection| Ok(connection.execute_batch("BEGIN IMMEDIATE")?))?;
        let mut fold = Fold::default();
        let mut bodies = Vec::with_capacity(batch.len());
        let mut pending = Vec::with_capacity(batch.len());
        for submission in batch {
            pending.push(self.take(submission, &mut fold, &mut bodies)?);
        }
        let mut signed = None;
        if !bodies.is_empty() {
            let facts = &mut self.facts;
            self.disk.step(Step::Sessions, |connection| fold.finish(connection, facts))?;
            signed = Some(self.seal(first, &bodies)?);
        }
        let verdicts = self.answers(pending, bodies, signed.as_ref())?;
        self.disk.step(Step::Commit, |connection| Ok(connection.execute_batch("COMMIT")?))?;
        self.facts.end_batch();
        Ok(verdicts)
    }

    /// Judges one statement and, if it holds, appends and folds it. Those before it in the batch count already.
    fn take(
        &mut self,
        Submission { statement: verified, trust, rounds }: Submission,
        fold: &mut Fold,
        bodies: &mut Vec<ReceiptBody>,
    ) -> Result<Pending, Fault> {
        let request = entries::request_key(verified.statement());
        let repeated = self.repeated(&verified, &request)?;
        #[cfg(feature = "misbehave")]
        let (again, repeated) =
            (repeated.is_some(), repeated.filter(|_| !misbehave::forgets(verified.statement())));
        if let Some(repeated) = repeated {
            return Ok(repeated);
        }
        let (facts, now) = (&mut self.facts, self.time);
        self.disk.step(Step::Facts, |connection| facts.ensure(connection, verified.statement(), now))?;
        // One place of the log for one statement: ASP-RCT-003.
        let point = LogPoint { index: Position(self.tree.size()), time: self.time };
        let world = &mut self.facts.world;
        #[cfg(feature = "misbehave")]
        let verified = misbehave::moved_up(world, verified, again);
        if rounds > 0 {
            world.answer(trust);
        }
        let verdict = world.decide(&verified, point);
        #[cfg(feature = "misbehave")]
        let verdict = misbehave::forgive(verdict, world, &verified, point);
        if let Err(rejection) = verdict {
            // A floor is the last that is looked at: whoever breaks another rule costs no maximum flow.
            let missed = matches!(rejection.code, Code::TrustTooLow | Code::ExposureTooHigh);
            let asked = if missed { world.trust_asked(verified.statement(), point) } else { Vec::new() };
            if asked.is_empty() {
                return Ok(Pending::Rejected(rejection));
            }
            let submission = Submission { statement: verified, trust: Vec::new(), rounds };
            return Ok(Pending::Asks(asked, Box::new(submission)));
        }
        let names = &mut self.facts.names;
        self.disk.step(Step::Entry, |connection| {
            let stream = names.intern(connection, &verified.statement().stream)?;
            entries::append(connection, point, stream, &request, &verified)
        })?;
        // ASP-LOG-002
        let leaf = Leaf {
            statement: verified.statement().hash,
            signatures: verified.signatures_hash(),
            log_time: point.time,
        };
        self.tree.append(leaf.hash());
        bodies.push(receipts::body(&self.identity.origin, verified.statement(), point));
        let facts = &mut self.facts;
        let accepted = Accepted::from_store(verified, point);
        self.disk.step(Step::Views, |connection| fold.apply(connection, facts, &accepted))?;
        Ok(Pending::Accepted)
    }

    /// The same bytes are the same request; other bytes must not have its id.
    fn repeated(&mut self, verified: &Verified, request: &[u8; 24]) -> Result<Option<Pending>, Fault> {
        let found = self.disk.step(Step::Repeat, |connection| entries::of_request(connection, request))?;
        let same_issuer =
            |entry: &entries::Entry| entry.statement.statement().issuer == verified.statement().issuer;
        let Some(entry) = found.into_iter().find(same_issuer) else { return Ok(None) };
        let same_bytes = entry.statement.statement().hash == verified.statement().hash
            && entry.statement.signatures() == verified.signatures();
        Ok(Some(if same_bytes {
            Pending::Repeated(Box::new(entry))
        } else {
            Pending::Rejected(Code::IdReused.at("/id"))
        }))
    }

    /// Signs the batch and the log with it, and writes the tiles: all before the commit, so that what is durable
    /// has its receipts and is covered by a checkpoint (ASP-LOG-001, ASP-RCT-001).
    fn seal(&mut self, first: u64, bodies: &[ReceiptBody]) -> Result<SignedBatch, Fault> {
        let batch = sign_batch(bodies, &self.identity.key)
            .ok_or_else(|| Fault::corrupt(None, "a batch is larger than receipts can be"))?;
        self.disk.step(Step::Receipts, |connection| receipts::put(connection, first, &batch))?;
        let changed = self.tree.take_changed();
        self.disk.step(Step::Tiles, |connection| tiles::put(connection, &changed))?;
        let size = self.tree.size();
        let checkpoint = Checkpoint { origin: self.identity.origin.clone(), size, root: self.tree.root() };
        let note = checkpoint.sign(&self.identity.key).to_string();
        self.disk.step(Step::Checkpoint, |connection| {
            connection
                .prepare_cached("INSERT OR REPLACE INTO checkpoint (one, size, note) VALUES (1, ?1, ?2)")?
                .execute(params![size, note])?;
            Ok(())
        })?;
        Ok(batch)
    }

    fn answers(
        &mut self,
        pending: Vec<Pending>,
        bodies: Vec<ReceiptBody>,
        signed: Option<&SignedBatch>,
    ) -> Result<Vec<Verdict>, Fault> {
        let Identity { origin, key } = &self.identity;
        let node_key = key.id();
        // What was accepted stands in the order of the bodies.
        let mut bodies = (0..).zip(bodies);
        let mut answers = Vec::with_capacity(pending.len());
        for verdict in pending {
            answers.push(match verdict {
                Pending::Rejected(rejection) => Verdict::Refused(rejection),
                Pending::Asks(questions, submission) => Verdict::Asks(questions, submission),
                Pending::Accepted => {
                    let receipt = bodies.next().zip(signed).and_then(|((index, receipt), signed)| {
                        Some(Receipt { batch: signed.place(index)?, receipt, signature: *signed.signature() })
                    });
                    Verdict::Taken(
                        receipt
                            .ok_or_else(|| Fault::corrupt(None, "a statement of the batch has no receipt"))?,
                    )
                }
                Pending::Repeated(entry) => {
                    Verdict::Taken(self.disk.step(Step::Receipts, |connection| {
                        receipts::of(connection, origin, node_key, &entry)
                    })?)
                }
            });
        }
        Ok(answers)
    }
}
