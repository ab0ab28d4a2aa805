//! Judges a trail offline, line by line: signatures, chains, rules, receipts and proofs, each with its verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use asp_core::bundle::{Anchors, Verdict};
use asp_core::log::checkpoint::Note;
use asp_core::log::leaf::Leaf;
use asp_core::log::proof::verify_inclusion;
use asp_core::log::receipt::ReceiptBody;
use asp_core::name::StreamId;
use asp_core::position::{Head, LogPoint, Position};
use asp_core::statement::{Verified, signatures_hash};
use asp_core::stream::check_place;
use asp_core::world::World;
use serde::Serialize;

use super::{TrailFile, TrailHead, TrailRecord, TrailUnreadable};

/// One check of a trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrailCheck {
    /// What was looked at.
    pub rule: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// In words.
    pub detail: String,
}

/// What a trail shows by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrailReport {
    /// How many statements it has.
    pub statements: u64,
    /// The checks, in reading order.
    pub checks: Vec<TrailCheck>,
}

impl TrailReport {
    /// Whether anything is refuted.
    #[must_use]
    pub fn refuted(&self) -> bool {
        self.checks.iter().any(|check| check.verdict == Verdict::Refuted)
    }
}

/// The first thing that is wrong with each part, while the file goes by.
#[derive(Default)]
struct Faults {
    order: Option<String>,
    signatures: Option<String>,
    chains: Option<String>,
    rules: Option<String>,
    inclusion: Option<String>,
    receipts: Option<String>,
}

/// What is known after the lines that have gone by.
struct Judge {
    head: TrailHead,
    note: Option<Note>,
    world: World,
    heads: BTreeMap<StreamId, Head>,
    /// Sessions that rest on what is not here, whose rules cannot be played.
    unshown: BTreeSet<StreamId>,
    /// Whether somebody was let in by trust, which rests on other deals.
    by_trust: bool,
    last: Option<Position>,
    statements: u64,
    faults: Faults,
}

impl<R: BufRead> TrailFile<R> {
    /// Judges everything in the rest of the file and says what is shown and what is not.
    ///
    /// # Errors
    /// The line that cannot be read.
    pub fn verify(&mut self, anchors: &Anchors) -> Result<TrailReport, TrailUnreadable> {
        let head = self.head().clone();
        let mut judge = Judge {
            note: head.note(),
            world: World::new(head.origin.clone(), head.node_key).without_trust(),
            head,
            heads: BTreeMap::new(),
            unshown: BTreeSet::new(),
            by_trust: false,
            last: None,
            statements: 0,
            faults: Faults::default(),
        };
        while let Some(record) = self.next_record()? {
            judge.take(&record);
        }
        Ok(judge.report(anchors))
    }
}

/// Keeps the first fault of a kind.
fn note(fault: &mut Option<String>, said: impl FnOnce() -> String) {
    if fault.is_none() {
        *fault = Some(said());
    }
}

impl Judge {
    fn take(&mut self, record: &TrailRecord) {
        let index = record.message.log_index;
        self.statements = self.statements.saturating_add(1);
        if self.last.is_some_and(|last| last >= index) {
            note(&mut self.faults.order, || format!("entry {index} is out of the order of the log"));
        }
        self.last = Some(index);
        let verified = match record.message.verify() {
            Ok(verified) => verified,
            Err(rejection) => {
                note(&mut self.faults.signatures, || format!("entry {index}: {rejection}"));
                return;
            }
        };
        let statement = verified.statement();
        let stream = &statement.stream;
        if let Err(rejection) = check_place(statement, self.heads.get(stream).copied(), stream.kind()) {
            note(&mut self.faults.chains, || {
                format!("entry {index} does not follow in {stream}: {rejection}")
            });
        }
        self.heads.insert(stream.clone(), Head { sequence: statement.sequence, hash: statement.hash });
        self.prove(record, &verified);
        self.play(record, &verified);
    }

    /// The receipt and the proof of an entry.
    fn prove(&mut self, record: &TrailRecord, verified: &Verified) {
        let (message, statement) = (&record.message, verified.statement());
        let index = message.log_index;
        let expected = ReceiptBody {
            log_index: index,
            log_time: message.log_time,
            origin: self.head.origin.clone(),
            sequence: statement.sequence,
            statement: statement.hash,
            stream: statement.stream.clone(),
        };
        if let Err(error) = record.receipt.verify(&self.head.node_key) {
            note(&mut self.faults.receipts, || format!("entry {index}: {error}"));
        } else if record.receipt.receipt != expected {
            note(&mut self.faults.receipts, || format!("entry {index}: the receipt is of something else"));
        }
        let Some(Note { checkpoint, .. }) = &self.note else { return };
        let leaf = Leaf {
            statement: statement.hash,
            signatures: signatures_hash(verified.signatures()),
            log_time: message.log_time,
        };
        let included =
            verify_inclusion(&leaf.hash(), index.0, checkpoint.size, &record.proof, &checkpoint.root);
        if let Err(error) = included {
            note(&mut self.faults.inclusion, || format!("entry {index}: {error}"));
        }
    }

    /// The rules of the protocol, as the node had to keep them.
    fn play(&mut self, record: &TrailRecord, verified: &Verified) {
        let statement = verified.statement();
        let is_here = |id: &&asp_core::position::Hash| self.world.consent(id).is_some();
        if !statement.body.consents_named().iter().all(is_here) {
            self.unshown.insert(statement.stream.clone());
        }
        if self.unshown.contains(&statement.stream) || self.faults.rules.is_some() {
            return;
        }
        let index = record.message.log_index;
        let at = LogPoint { index, time: record.message.log_time };
        match self.world.judge(verified, at) {
            Ok(accepted) => {
                self.by_trust |= !self.world.questions(statement, at).is_empty();
                self.world.apply(&accepted);
            }
            Err(rejection) => note(&mut self.faults.rules, || format!("entry {index}: {rejection}")),
        }
    }

    /// A stream that does not belong to the consent, if there is one.
    fn strange(&self) -> Option<String> {
        let consent = &self.head.consent;
        let rests = |stream: &&StreamId| match stream {
            StreamId::Session(id) => {
                self.world.session(id).is_none_or(|session| session.consents().contains(consent))
            }
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => true,
        };
        self.heads
            .keys()
            .find(|stream| !rests(stream))
            .map(|stream| format!("{stream} does not rest on the consent"))
    }

    fn report(self, anchors: &Anchors) -> TrailReport {
        let strange = self.strange();
        let Self { head, note, world, heads, unshown, by_trust, statements, faults, .. } = self;
        let party = world.consent(&head.consent).is_some_and(|consent| consent.is_party(&head.of));
        let no_party = (!party).then(|| format!("no consent of {} is here", head.of));
        let sessions = heads.keys().filter(|stream| matches!(stream, StreamId::Session(_))).count();
        let size = note.as_ref().map(|note| note.checkpoint.size);
        let of = |rule, fault: Option<String>, proved: String| TrailCheck {
            rule,
            verdict: if fault.is_some() { Verdict::Refuted } else { Verdict::Proved },
            detail: fault.unwrap_or(proved),
        };
        let unsaid = |rule, detail: String| TrailCheck { rule, verdict: Verdict::NotShown, detail };
        let rules = if faults.rules.is_none() && !unshown.is_empty() {
            let count = unshown.len();
            unsaid(
                "rules",
                format!("the rules allow the rest; {count} sessions rest on consents that are not here"),
            )
        } else if faults.rules.is_none() && by_trust {
            unsaid(
                "rules",
                "the rules allow all of it but for trust floors, which rest on other deals".to_owned(),
            )
        } else {
            of(
                "rules",
                faults.rules,
                "the rules of the protocol allow all of it, signed by keys that counted".to_owned(),
            )
        };
        let inclusion = match size {
            None => unsaid("inclusion", "there is no checkpoint that holds".to_owned()),
            Some(size) => {
                of("inclusion", faults.inclusion, format!("the log of {size} entries has each of them"))
            }
        };
        let unsigned = size.is_none().then(|| "it is not a note that the log signed".to_owned());
        let signed = size.map_or_else(String::new, |size| format!("signed by the log for {size} entries"));
        let log_key = match anchors.node_key {
            Some(key) => {
                let other =
                    (key != head.node_key).then(|| format!("it is {}, and you trust {key}", head.node_key));
                of("log-key", other, "it is the one you trust".to_owned())
            }
            None => unsaid(
                "log-key",
                format!("whether {} is the key of a log you trust is for you to know", head.node_key),
            ),
        };
        let left_out =
            "a session, or the end of one, may have been left out: compare with the other side's file";
        let checks = vec![
            of("form", faults.order, format!("{statements} statements in the order of the log")),
            of("signatures", faults.signatures, format!("every signature of {statements} statements holds")),
            of("chains", faults.chains, format!("{} streams, each without a gap", heads.len())),
            rules,
            of("consent", no_party, format!("{} is one of its two organisations", head.of)),
            of("sessions", strange, format!("{sessions} sessions, each resting on the consent")),
            of("checkpoint", unsigned, signed),
            inclusion,
            of("receipts", faults.receipts, "the node signed for each of them".to_owned()),
            log_key,
            unsaid("complete", left_out.to_owned()),
        ];
        TrailReport { statements, checks }
    }
}
