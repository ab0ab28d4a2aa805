//! The audit of an export, line by line: a header, the entries in order, the checkpoint. There are no receipts in it,
//! so a change that only the root shows cannot be given an index.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::course::{Checked, Course, convened};
use super::{Finding, Money};
use crate::account::Movement;
use crate::key::KeyId;
use crate::name::{AgentUri, Origin};
use crate::position::{Hash, LogTime};
use crate::session::Effect;
use crate::statement::{ENVELOPE_BYTES_MAX, Signature, VERSION};
use crate::stream::Accepted;
use crate::trust::{Dossier, Notes, Outlook, Question, Settled};
use crate::world::{Change, World};

/// Bytes of the longest line: an envelope, its index and time.
pub const LINE_BYTES_MAX: usize = ENVELOPE_BYTES_MAX + 1024;

/// What the first line says it is.
pub const KIND: &str = "log-export";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// The version of the protocol.
    pub asp: String,
    /// [`KIND`].
    pub kind: String,
    /// The node's key, by its own word.
    pub node_key: KeyId,
    /// The log, by its own word.
    pub origin: Origin,
}

/// The line of an entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line<'a> {
    /// Its index in the log.
    pub index: u64,
    /// When the node took it in.
    pub log_time: LogTime,
    /// Who signed it.
    pub signatures: Vec<Signature>,
    /// What was signed, in its canonical form.
    #[serde(borrow)]
    pub statement: &'a RawValue,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// The checkpoint over all entries: a signed note.
    pub checkpoint: String,
}

/// A line behind the first, checked by itself.
#[derive(Debug)]
pub enum Read {
    /// An entry whose signatures hold.
    Entry(Box<Checked>),
    /// The checkpoint, of which nothing was checked.
    Checkpoint(String),
}

impl Read {
    /// Checks a line alone, without its end; `index` is that which it ought to have if it is an entry.
    ///
    /// # Errors
    /// What does not hold.
    pub fn of(index: u64, line: &[u8]) -> Result<Self, Finding> {
        entry(index, line).map(Box::new).map(Self::Entry).or_else(|finding| {
            serde_json::from_slice(line)
                .map(|footer: Footer| Self::Checkpoint(footer.checkpoint))
                .map_err(|_| finding)
        })
    }
}

fn entry(index: u64, line: &[u8]) -> Result<Checked, Finding> {
    let line: Line<'_> = serde_json::from_slice(line)
        .map_err(|error| Finding::at(index, format!("its line is not that of an entry: {error}")))?;
    if line.index != index {
        return Err(Finding::at(index, format!("entry {} stands in its place", line.index)));
    }
    Checked::of(index, line.log_time, line.signatures, line.statement.get().as_bytes())
}

/// Why something is no export of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoExport {
    /// Its first line says something else, or nothing.
    Header,
    /// It is of another version of the protocol.
    Version,
}

impl fmt::Display for NoExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "the first line is not that of an export",
            Self::Version => "it is of another version of the protocol",
        })
    }
}

impl std::error::Error for NoExport {}

/// An export as far as it was read and holds.
#[derive(Debug)]
pub struct Export {
    origin: Origin,
    node_key: KeyId,
    world: World,
    course: Course,
    about: Option<About>,
    note: Option<String>,
    finding: Option<Finding>,
}

/// What an export came to.
#[derive(Debug)]
pub struct Examined {
    /// The log, by its own word: compare it with what you know.
    pub origin: Origin,
    /// The node's key, by its own word: compare it too.
    pub node_key: KeyId,
    /// Entries that hold, from the first.
    pub entries: u64,
    /// The RFC 6962 root over those entries.
    pub root: Hash,
    /// What all movements of money come to.
    pub money: Money,
    /// The first thing that does not hold; none if everything does.
    pub finding: Option<Finding>,
    /// What trust rests on by those entries.
    pub basis: Basis,
}

/// What an answer about trust rests on.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// The evidence of all entries that hold.
    pub settled: Settled,
    /// What else was known of the agent, by as many entries as the question looks at; none if the log had no such agent
    /// by then, or nobody asked.
    pub dossier: Option<Dossier>,
    /// How the observer looked at the value class by then, by its policy.
    pub outlook: Outlook,
}

/// A question of which is kept what was known, by as many entries as it looks at.
#[derive(Debug)]
struct About {
    notes: Notes,
    question: Question,
    dossier: Option<Dossier>,
    outlook: Outlook,
}

impl About {
    fn take(&mut self, awaited: &BTreeSet<AgentUri>, accepted: &Accepted, world: &World, size: u64) {
        if size <= self.question.prefix.0 {
            self.notes.take(awaited, accepted, world);
        }
        if size == self.question.prefix.0 {
            self.dossier = self.notes.dossier(world);
            self.outlook = world.outlook(&self.question.observer, &self.question.class.currency);
        }
    }
}

impl Export {
    /// Begins with the first line, without its end.
    ///
    /// # Errors
    /// That it is not the first line of an export.
    pub fn begin(header: &[u8]) -> Result<Self, NoExport> {
        let header: Header = serde_json::from_slice(header).map_err(|_| NoExport::Header)?;
        if header.kind != KIND {
            return Err(NoExport::Header);
        }
        if header.asp != VERSION {
            return Err(NoExport::Version);
        }
        let Header { origin, node_key, .. } = header;
        let world = World::new(origin.clone(), node_key).with_evidence();
        Ok(Self {
            origin,
            node_key,
            world,
            course: Course::default(),
            about: None,
            note: None,
            finding: None,
        })
    }

    /// Keeps what is known of what a question is about, by as many entries as it looks at.
    #[must_use]
    pub fn about(self, question: Question) -> Self {
        let notes = Notes::about(question.subject.clone());
        Self { about: Some(About { notes, question, dossier: None, outlook: Outlook::default() }), ..self }
    }

    /// Entries that hold so far.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.course.tree.size()
    }

    /// Takes the next line as [`Read::of`] found it; says whether to go on. After the first thing that does not hold
    /// nothing is taken.
    pub fn take(&mut self, read: Result<Read, Finding>) -> bool {
        if self.finding.is_none() {
            self.finding = self.judge(read).err();
        }
        self.finding.is_none()
    }

    fn judge(&mut self, read: Result<Read, Finding>) -> Result<(), Finding> {
        if self.note.is_some() {
            return Err(Finding::whole("there are lines after the checkpoint"));
        }
        let entry = match read? {
            Read::Entry(entry) => *entry,
            Read::Checkpoint(note) => {
                self.note = Some(note);
                return Ok(());
            }
        };
        let accepted = self.course.judge(&self.world, entry)?;
        let awaited = self.about.as_ref().map(|_| Notes::awaited(&self.world, accepted.statement()));
        let moved = money(self.world.apply(&accepted));
        if let (Some(about), Some(awaited)) = (&mut self.about, awaited) {
            about.take(&awaited, &accepted, &self.world, self.course.tree.size());
        }
        if let Some(dispute) = convened(accepted.statement()) {
            self.world.note_root(dispute, self.course.tree.root());
        }
        self.course.add_up(&self.world, &moved)
    }

    /// What it came to, when there are no more lines.
    #[must_use]
    pub fn finish(self) -> Examined {
        let Self { origin, node_key, world, course, about, note, finding } = self;
        let finding = finding.or_else(|| course.check_note(&origin, node_key, note.as_deref()).err());
        let (dossier, outlook) = about.map(|about| (about.dossier, about.outlook)).unwrap_or_default();
        Examined {
            entries: course.tree.size(),
            root: course.tree.root(),
            money: course.money(),
            finding,
            basis: Basis { settled: world.settled().cloned().unwrap_or_default(), dossier, outlook },
            origin,
            node_key,
        }
    }
}

/// What money an entry moved.
fn money(change: Change) -> Vec<Movement> {
    match change {
        Change::Account(_, moved) | Change::Dispute(_, moved) => moved,
        Change::Session(_, effects) => effects.iter().filter_map(Effect::moved).cloned().collect(),
        Change::Organisation(_) | Change::Agent(_) | Change::Consent(_) => Vec::new(),
    }
}
