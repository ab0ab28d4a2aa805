//! The checks of a bundle, in reading order: each alone, none stops the others, nothing panics.
//! Knows no rule of a stream; those are replayed with the node's own code, see `replay`.

use std::collections::{BTreeMap, BTreeSet};

use super::replay::{Replay, Seen};
use super::report::{Anchors, Check, Report, Rule, Subject, Verdict};
use super::{Bundle, Entry, Openings, needs};
use crate::log::checkpoint::{Note, NoteKey};
use crate::log::leaf::Leaf;
use crate::log::proof::verify_inclusion;
use crate::log::receipt::ReceiptBody;
use crate::name::StreamId;
use crate::position::{Hash, Head, LogPoint};
use crate::statement::{Statement, signatures_hash};
use crate::stream::check_place;

/// What is wrong, in the order in which it was found.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn note(&mut self, fault: String) {
        self.0.push(fault);
    }

    /// Proved if there is no fault; otherwise refuted by the first one.
    fn check(self, rule: Rule, proved: impl Into<String>) -> Check {
        match self.0.split_first() {
            None => Check::of(rule, Verdict::Proved, proved),
            Some((first, [])) => Check::of(rule, Verdict::Refuted, first),
            Some((first, more)) => {
                Check::of(rule, Verdict::Refuted, format!("{first} (and {} more)", more.len()))
            }
        }
    }
}

impl Bundle {
    /// Makes every check and says how each came out. Reads nothing but the bundle and the anchors.
    ///
    /// Costs up to four signatures of each statement, one of each receipt, and the rules of the protocol once.
    #[must_use]
    pub fn verify(&self, anchors: &Anchors) -> Report {
        self.verify_opened(anchors, &Openings::new())
    }

    /// The same with what is known of sealed statements: each text is checked too, and what follows from it.
    ///
    /// Who opened the texts, and how, does not matter: a text is what was sealed if it fits what was signed.
    #[must_use]
    pub fn verify_opened(&self, anchors: &Anchors, openings: &Openings) -> Report {
        let look = |entry: &Entry| Seen { at: entry.at, verified: entry.signed.clone().verify() };
        let seen: Vec<Seen> = self.entries.iter().map(look).collect();
        let note: Option<Note> = self.checkpoint.parse().ok();
        let size = note.as_ref().map(|note| note.checkpoint.size);
        let session = self.session();
        let replay = Replay::of(self, session, &seen, openings);
        let mut checks = vec![
            self.form(),
            self.signatures(&seen),
            self.chains(session),
            replay.keys_when_logged(),
            replay.keys_now(),
            replay.rules(),
            replay.signed_by_all(),
            self.checkpoint_signed(),
            self.inclusion(note.as_ref()),
            self.receipts(),
            replay.obligations(),
            self.log_key(anchors),
            replay.domain_control(),
            witnesses(),
            self.later(session, size.unwrap_or_default()),
        ];
        checks.extend(replay.disclosures());
        let subject = Subject {
            commitment: self.commitment,
            session,
            origin: self.origin.clone(),
            node_key: self.node_key,
            checkpoint_size: size,
            entries: self.entries.len(),
        };
        let signatures = replay.signature_checks();
        let (summary, disclosed) = (replay.summary(size.unwrap_or_default()), replay.disclosed());
        Report { subject, checks, signatures, summary, disclosed }
    }

    pub(super) fn statements(&self) -> impl Iterator<Item = (LogPoint, &Statement)> {
        self.entries.iter().map(|entry| (entry.at, &entry.signed.statement))
    }

    /// The session of the statement that completed the commitment; none if the bundle does not have that.
    #[must_use]
    pub fn session(&self) -> Option<Hash> {
        let (_, completed) = self.statements().find(|(_, statement)| statement.hash == self.commitment)?;
        match completed.stream {
            StreamId::Session(id) => Some(id),
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        }
    }

    /// The spelling was judged on reading; what is left is the order, and that there is something to judge.
    fn form(&self) -> Check {
        let mut faults = Faults::default();
        for pair in self.entries.windows(2) {
            let [Entry { at: before, .. }, Entry { at: after, .. }] = pair else { continue };
            if after.index <= before.index {
                faults.note(format!("entry {} stands after entry {}", after.index, before.index));
            } else if after.time < before.time {
                faults.note(format!("the log time goes back to {} at entry {}", after.time, after.index));
            }
        }
        if self.session().is_none() {
            faults.note(format!("no statement of a session here is {}", self.commitment));
        }
        let count = self.entries.len();
        faults.check(Rule::Form, format!("canonical JSON, {count} entries in the order of the log"))
    }

    fn signatures(&self, seen: &[Seen]) -> Check {
        let mut faults = Faults::default();
        for Seen { at, verified } in seen {
            if let Err(rejection) = verified {
                faults.note(format!("entry {}: {rejection}", at.index));
            }
        }
        let count: usize = self.entries.iter().map(|entry| entry.signed.signatures().len()).sum();
        let proved = format!("{count} signatures over {} statements, each strictly verified", seen.len());
        faults.check(Rule::Signatures, proved)
    }

    /// Each stream without a gap, every stream that is needed, and none besides.
    fn chains(&self, session: Option<Hash>) -> Check {
        let mut faults = Faults::default();
        let mut heads: BTreeMap<&StreamId, Head> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for (at, statement) in self.statements() {
            let stream = &statement.stream;
            if let Err(rejection) = check_place(statement, heads.get(stream).copied(), stream.kind()) {
                faults.note(format!("entry {} does not follow in {stream}: {rejection}", at.index));
            }
            if !ids.insert((&statement.issuer, statement.id)) {
                faults.note(format!("entry {} has the id of another statement of its issuer", at.index));
            }
            heads.insert(stream, Head { sequence: statement.sequence, hash: statement.hash });
        }
        let needed = self.needed(session);
        for stream in needed.iter().filter(|stream| !heads.contains_key(stream)) {
            faults.note(format!("the stream {stream} is missing"));
        }
        for stream in heads.keys().filter(|stream| !needed.contains(stream)) {
            faults.note(format!("the stream {stream} does not belong to this deal"));
        }
        faults.check(Rule::Chains, format!("{} streams, whole from their first statement on", heads.len()))
    }

    /// The streams that can be reached from the session's.
    fn needed(&self, session: Option<Hash>) -> BTreeSet<StreamId> {
        let mut needed: BTreeSet<StreamId> = session.map(StreamId::Session).into_iter().collect();
        // A dispute belongs to the session that it is about.
        let about = |statement: &Statement| {
            let named = statement.opens.then(|| statement.body.stream_named()).flatten();
            named.is_some() && named == session.map(StreamId::Session)
        };
        let disputes = self.statements().filter(|(_, statement)| about(statement));
        needed.extend(disputes.map(|(_, statement)| statement.stream.clone()));
        // From a session to disputes, from those to consents and agents, from those to organisations: four turns reach the end.
        for _ in 0..4 {
            let reached = self.statements().filter(|(_, statement)| needed.contains(&statement.stream));
            let more: Vec<StreamId> = reached.flat_map(|(_, statement)| needs(statement)).collect();
            needed.extend(more);
        }
        needed
    }

    fn checkpoint_signed(&self) -> Check {
        let key = NoteKey { name: self.origin.clone(), key: self.node_key };
        let (verdict, detail) = match Note::open(&self.checkpoint, &key) {
            Err(error) => (Verdict::Refuted, error.to_string()),
            // A line that nobody checks could be changed unseen.
            Ok(note) if note.signatures.len() != 1 => {
                (Verdict::Refuted, "it has lines that nothing here can check".to_owned())
            }
            Ok(note) => (Verdict::Proved, format!("signed by the log for {} entries", note.checkpoint.size)),
        };
        Check::of(Rule::Checkpoint, verdict, detail)
    }

    fn inclusion(&self, note: Option<&Note>) -> Check {
        let Some(Note { checkpoint, .. }) = note else {
            return Check::of(Rule::Inclusion, Verdict::NotShown, "there is no checkpoint that can be read");
        };
        let mut faults = Faults::default();
        for Entry { at, proof, signed, .. } in &self.entries {
            let leaf = Leaf {
                statement: signed.statement.hash,
                signatures: signatures_hash(signed.signatures()),
                log_time: at.time,
            };
            let included =
                verify_inclusion(&leaf.hash(), at.index.0, checkpoint.size, proof, &checkpoint.root);
            if let Err(error) = included {
                faults.note(format!("entry {}: {error}", at.index));
            }
        }
        faults.check(Rule::Inclusion, format!("the log of {} entries has each of them", checkpoint.size))
    }

    fn receipts(&self) -> Check {
        let mut faults = Faults::default();
        for Entry { at, receipt, signed, .. } in &self.entries {
            let statement = &signed.statement;
            let expected = ReceiptBody {
                log_index: at.index,
                log_time: at.time,
                origin: self.origin.clone(),
                sequence: statement.sequence,
                statement: statement.hash,
                stream: statement.stream.clone(),
            };
            if let Err(error) = receipt.verify(&self.node_key) {
                faults.note(format!("entry {}: {error}", at.index));
            } else if receipt.receipt != expected {
                faults.note(format!("entry {}: the receipt is of something else", at.index));
            }
        }
        faults.check(Rule::Receipts, "the node signed for each of them")
    }

    fn log_key(&self, anchors: &Anchors) -> Check {
        let key = self.node_key;
        let (verdict, detail) = match anchors.node_key {
            Some(trusted) if trusted == key => (Verdict::Proved, "it is the one you trust".to_owned()),
            Some(trusted) => (Verdict::Refuted, format!("it is {key}, and you trust {trusted}")),
            None => {
                (Verdict::NotShown, format!("whether {key} is the key of a log you trust is for you to know"))
            }
        };
        Check::of(Rule::LogKey, verdict, detail)
    }

    /// A bundle never shows that nothing follows; it says up to where it shows something.
    fn later(&self, session: Option<Hash>, size: u64) -> Check {
        let of_session =
            |statement: &Statement| session.map(StreamId::Session) == Some(statement.stream.clone());
        let last = self.statements().filter(|(_, statement)| of_session(statement)).last();
        let last = last.map_or_else(|| "no entry".to_owned(), |(at, _)| format!("entry {}", at.index));
        let shown = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        let others = size.saturating_sub(shown);
        let detail = format!(
            "the session is shown up to {last}; {others} other entries of the log up to {size}, and all later ones, \
             are not here"
        );
        Check::of(Rule::Later, Verdict::NotShown, detail)
    }
}

/// Cosignatures have no place in this version of the file.
fn witnesses() -> Check {
    Check::of(Rule::Witnesses, Verdict::NotShown, "no witness has cosigned the checkpoint")
}
