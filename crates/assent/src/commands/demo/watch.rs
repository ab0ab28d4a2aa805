//! What a person sees of the demo. Statements are read from the node's own log, in its order, and replayed by the
//! core for the states before and after; the two agents only add how long each took and what the log does not hold.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use asp_core::log::receipt::Receipt;
use asp_core::name::{Issuer, StreamId};
use asp_core::position::{Hash, Sequence};
use asp_core::session::table::State;
use asp_core::world::World;
use asp_store::{Entry, Store};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::notes::Note;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::printer::Printer;
use crate::{narrate, words};

/// Happenings that wait to be shown; an agent that is faster than the terminal waits.
const QUEUE_MAX: usize = 256;
/// Entries of one stream that are read at once.
const ENTRIES_MAX: usize = 1_000;
/// Columns: log index, who, what is done, with what, state.
const COLUMNS: [usize; 5] = [5, 8, 16, 39, 24];

/// Something to show.
#[derive(Debug)]
pub(super) enum Happening {
    /// An agent has got a receipt for what it said.
    Said {
        /// The statement.
        statement: Hash,
        /// From signing to receipt.
        took: Duration,
    },
    /// What the log does not hold.
    Note {
        /// What it is.
        note: Note,
        /// The size of the log when it came to be: what had been said by then is shown before it.
        after: u64,
    },
}

/// How an agent tells what it does.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    queue: mpsc::Sender<Happening>,
    /// The size of the log.
    size: watch::Receiver<u64>,
}

impl Teller {
    /// Tells that a statement is in the log, and how long that took.
    pub(super) async fn said(&self, statement: Hash, took: Duration) {
        self.tell(Happening::Said { statement, took }).await;
    }

    /// The same by the statement's receipt.
    pub(super) async fn received(&self, receipt: &Receipt, took: Duration) {
        self.said(receipt.receipt.statement, took).await;
    }

    /// Tells what the log does not hold.
    pub(super) async fn note(&self, note: Note) {
        let after = *self.size.borrow();
        self.tell(Happening::Note { note, after }).await;
    }

    async fn tell(&self, happening: Happening) {
        // When the watch has ended there is nobody left to tell, and its own failure is what counts.
        let _unwatched = self.queue.send(happening).await;
    }
}

/// A queue of happenings beside the log of a store, and its two ends.
pub(super) fn channel(store: &Store) -> (Teller, mpsc::Receiver<Happening>) {
    let (queue, receiver) = mpsc::channel(QUEUE_MAX);
    (Teller { queue, size: store.watch() }, receiver)
}

/// Shows what happens, in the order of the log.
pub(super) struct Watch<'a> {
    printer: &'a Printer,
    store: Store,
    /// The log replayed so far: the same rules as the node's, from the outside.
    world: World,
    /// Entries read and not yet shown, by their index.
    entries: BTreeMap<u64, Entry>,
    /// What was told and not yet shown, as it came.
    told: VecDeque<Happening>,
    /// How far each stream is read.
    read: BTreeMap<StreamId, Sequence>,
    /// The size of the log up to which entries were read.
    size: u64,
    /// The index that is shown next.
    next: u64,
}

impl<'a> Watch<'a> {
    /// A watch over a node's log from its beginning.
    pub(super) fn new(printer: &'a Printer, store: Store) -> Self {
        let world = World::new(store.origin().clone(), store.node_key()).with_evidence();
        let (entries, told, read) = (BTreeMap::new(), VecDeque::new(), BTreeMap::new());
        Self { printer, store, world, entries, told, read, size: 0, next: 0 }
    }

    /// Shows until both agents have let go of their tellers; says how many statements there were.
    ///
    /// # Errors
    /// When the log cannot be read, or holds what the rules do not allow.
    pub(super) async fn run(mut self, mut happenings: mpsc::Receiver<Happening>) -> Outcome<u64> {
        let mut moved = self.store.watch();
        loop {
            tokio::select! {
                happening = happenings.recv() => match happening {
                    Some(happening) => self.told.push_back(happening),
                    None => break,
                },
                // The store outlives the watch, so this fails only after the end.
                changed = moved.changed() => if changed.is_err() { break },
            }
            self.catch_up()?;
        }
        self.catch_up()?;
        Ok(self.next)
    }

    /// Reads what is new in the log and shows what can be shown.
    fn catch_up(&mut self) -> Outcome {
        let (from, read) = (self.size, &self.read);
        let (size, entries) = self
            .store
            .read(|reader| {
                let size = reader.size()?;
                let mut entries = Vec::new();
                for stream in reader.streams_moved(from, size)? {
                    entries.extend(reader.entries(&stream, read.get(&stream).copied(), ENTRIES_MAX)?);
                }
                Ok((size, entries))
            })
            .map_err(Failure::fault)?;
        self.size = size;
        for entry in entries {
            let statement = entry.statement.statement();
            self.read.insert(statement.stream.clone(), statement.sequence);
            self.entries.insert(entry.point.index.0, entry);
        }
        while self.show_next()? {}
        Ok(())
    }

    /// Shows the one thing that is next, if there is one.
    fn show_next(&mut self) -> Outcome<bool> {
        let next = self.next;
        let ripe = |told: &mut Happening| matches!(told, Happening::Note { after, .. } if *after <= next);
        if let Some(Happening::Note { note, .. }) = self.told.pop_front_if(ripe) {
            note.show(self.printer);
            return Ok(true);
        }
        let Some(entry) = self.entries.get(&self.next) else { return Ok(false) };
        let hash = entry.statement.statement().hash;
        let place = self
            .told
            .iter()
            .position(|told| matches!(told, Happening::Said { statement, .. } if *statement == hash));
        let took = match (place, &entry.statement.statement().issuer) {
            (Some(place), _) => match self.told.remove(place) {
                Some(Happening::Said { took, .. }) => Some(took),
                Some(Happening::Note { .. }) | None => None,
            },
            // Nobody tells what the node says by itself.
            (None, Issuer::Node(_)) => None,
            (None, Issuer::Agent(_) | Issuer::Organisation(_)) => return Ok(false),
        };
        if let Some(entry) = self.entries.remove(&self.next) {
            self.next += 1;
            self.show(&entry, took)?;
        }
        Ok(true)
    }

    /// Judges an entry as the node did, and shows it with what it changed.
    fn show(&mut self, entry: &Entry, took: Option<Duration>) -> Outcome {
        let statement = entry.statement.statement();
        let session = match &statement.stream {
            StreamId::Session(id) => self.world.session(id),
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        };
        let before = session.map(asp_core::session::Session::state);
        let told = narrate::tell(statement, session);
        let accepted = self.world.judge(&entry.statement, entry.point).map_err(|refusal| {
            Failure::fault(format_args!("log index {} does not hold: {refusal}", entry.point.index))
        })?;
        self.world.apply(&accepted);
        let after = match &statement.stream {
            StreamId::Session(id) => self.world.session(id).map(asp_core::session::Session::state),
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        };
        if self.printer.is_json() {
            self.printer.json(&line(entry, &told, before, after, took));
        } else {
            self.printer.line(human(entry, &told, before, after, took));
        }
        Ok(())
    }
}

fn line(
    entry: &Entry,
    told: &narrate::Told,
    before: Option<State>,
    after: Option<State>,
    took: Option<Duration>,
) -> Value {
    let statement = entry.statement.statement();
    json!({
        "event": told.event,
        "logIndex": entry.point.index,
        "logTime": entry.point.time,
        "issuer": statement.issuer,
        "type": told.verb,
        "about": told.about,
        "stream": statement.stream,
        "statement": statement.hash,
        "before": before,
        "after": after,
        "tookMs": took.map(super::notes::millis),
        "body": statement.body,
    })
}

fn human(
    entry: &Entry,
    told: &narrate::Told,
    before: Option<State>,
    after: Option<State>,
    took: Option<Duration>,
) -> Text {
    let [index, who, verb, about, state] = COLUMNS;
    let statement = entry.statement.statement();
    let paint = match &statement.issuer {
        Issuer::Node(_) => Paint::Bad,
        Issuer::Agent(_) | Issuer::Organisation(_) => Paint::Accent,
    };
    let states = match (before, after) {
        (Some(before), Some(after)) if before == after => words::state(after),
        (Some(before), Some(after)) => {
            Text::of(Paint::Dim, format_args!("{before} → ")).join(words::state(after))
        }
        (None, Some(after)) => words::state(after),
        (_, None) => Text::default(),
    };
    let took = took.map_or_else(String::new, |took| format!("{:>5.1}", super::notes::millis(took)));
    Text::of(Paint::Dim, format_args!("{:>4}", entry.point.index))
        .pad(index)
        .join(Text::of(Paint::Strong, short(&statement.issuer)).pad(who))
        .join(Text::of(paint, told.verb).pad(verb))
        .join(Text::from(words::line(&told.about, about - 1)).pad(about))
        .join(states.pad(state))
        .dim(took)
}

/// Whoever speaks, in one word: the last part of an agent's name, the first of an organisation's.
pub(super) fn short(issuer: &Issuer) -> String {
    let name = match issuer {
        Issuer::Agent(agent) => agent.path().rsplit('/').next().map(str::to_owned),
        Issuer::Organisation(domain) => domain.as_str().split('.').next().map(str::to_owned),
        Issuer::Node(_) => Some("node".to_owned()),
    };
    name.unwrap_or_default()
}

/// The line above the columns.
pub(super) fn header() -> Text {
    let names = ["log", "who", "does", "what", "state"];
    let mut text = Text::from(" ");
    for (name, width) in names.iter().zip(COLUMNS) {
        let width = if *name == "log" { width - 1 } else { width };
        text = text.join(Text::of(Paint::Dim, name).pad(width));
    }
    text.dim("   ms")
}

/// Aligns something that is no statement under the columns.
pub(super) fn aside(who: &str, verb: &str, about: Text) -> Text {
    let [index, name, does, ..] = COLUMNS;
    Text::from(" ".repeat(index))
        .join(Text::of(Paint::Strong, who).pad(name))
        .join(Text::of(Paint::Plain, verb).pad(does))
        .join(about)
}
