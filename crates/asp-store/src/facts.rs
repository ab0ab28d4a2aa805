//! What judging needs: the streams that a statement touches, loaded from their entries and kept while in use.
//! Judges nothing itself.

use std::collections::HashMap;

use asp_core::dispute::{Panel, Phase};
use asp_core::name::StreamId;
use asp_core::position::LogTime;
use asp_core::statement::{Body, Statement};
use asp_core::stream::Accepted;
use asp_core::world::World;
use rusqlite::Connection;

use crate::entries;
use crate::fault::Fault;
use crate::names::{self, Names};
use crate::views;

/// Loads one stream into a world, or marks it absent.
pub(crate) fn load(connection: &Connection, world: &mut World, stream: &StreamId) -> Result<(), Fault> {
    if let Some(id) = names::find(connection, stream)? {
        note_disputes(connection, world, stream, id)?;
    }
    load_bare(connection, world, stream)
}

/// Who knows a session knows of all disputes about it, so that none is filed twice and no award is forgotten.
fn note_disputes(
    connection: &Connection,
    world: &mut World,
    stream: &StreamId,
    id: i64,
) -> Result<(), Fault> {
    if let StreamId::Session(session) = stream {
        for dispute in views::dispute::of_session(connection, id)? {
            world.note_dispute(*session, dispute);
        }
    }
    Ok(())
}

/// Loads one stream of a store that is older than disputes.
pub(crate) fn load_bare(connection: &Connection, world: &mut World, stream: &StreamId) -> Result<(), Fault> {
    match names::find(connection, stream)? {
        Some(id) => load_numbered(connection, world, stream, id),
        None => {
            world.mark_absent(stream.clone());
            Ok(())
        }
    }
}

fn load_numbered(
    connection: &Connection,
    world: &mut World,
    stream: &StreamId,
    id: i64,
) -> Result<(), Fault> {
    if let StreamId::Account(_) = stream {
        // It follows from more streams than its own, so it is kept as it stands.
        match views::account::load(connection, id)? {
            Some(account) => world.put_account(account),
            None => world.mark_absent(stream.clone()),
        }
        return Ok(());
    }
    let entries = entries::of_stream(connection, id, None, usize::MAX)?;
    if entries.is_empty() {
        // Named by others, never opened.
        world.mark_absent(stream.clone());
    }
    for entry in entries {
        // Organisations rest on nothing, so this ends with the next call.
        if let Some(needed) = World::read_by(&entry.statement.statement().body).filter(|it| !world.knows(it))
        {
            load(connection, world, &needed)?;
        }
        let accepted = Accepted::from_store(entry.statement, entry.point);
        #[cfg(feature = "misbehave")]
        let accepted = crate::misbehave::applicable(world, accepted);
        world.apply(&accepted);
    }
    if let StreamId::Agent(agent) = stream {
        // What it owes follows from more streams than its own.
        world.put_owing(agent.clone(), views::owing::load(connection, id)?);
    }
    if world.knows(stream) { Ok(()) } else { Err(Fault::corrupt(None, format!("{stream} has no beginning"))) }
}

/// Tells a world what a statement of a dispute rests on in other sessions.
#[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of statement rest on other sessions")]
fn note_others(
    connection: &Connection,
    world: &mut World,
    statement: &Statement,
    now: LogTime,
) -> Result<(), Fault> {
    match &statement.body {
        Body::DisputeDraw(_) => note_pool(connection, world, &statement.stream),
        Body::DisputeFile(file) => {
            let (filer, against) = (file.party.organisation(), file.against.organisation());
            let filings = views::dispute::filings(connection, &filer, &against, now)?;
            world.note_filings(filer, against, filings);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Tells a world what the lottery of a dispute is drawn from, where one is due and can be drawn.
fn note_pool(connection: &Connection, world: &mut World, stream: &StreamId) -> Result<(), Fault> {
    let StreamId::Dispute(id) = stream else { return Ok(()) };
    let draws = |panel: &Panel| panel.phase() == Phase::Drawing;
    let Some(dispute) = world.dispute(id).filter(|it| it.panel().is_some_and(draws)) else { return Ok(()) };
    if let Some((root, candidates)) = views::panel::pool(connection, dispute)? {
        world.note_pool(*id, root, candidates);
    }
    Ok(())
}

/// Loads a stream and what its deadlines depend on.
pub(crate) fn load_whole(connection: &Connection, world: &mut World, stream: &StreamId) -> Result<(), Fault> {
    // Each turn loads one of a bounded number of streams.
    while let Some(stream) = world.missing_for(stream) {
        load(connection, world, &stream)?;
    }
    note_pool(connection, world, stream)
}

/// The part of the world that the writer holds.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The streams in memory.
    pub(crate) world: World,
    /// The numbers of names.
    pub(crate) names: Names,
    /// The batch that last read each stream in memory.
    used: HashMap<StreamId, u64>,
    batch: u64,
    max: usize,
}

impl Facts {
    /// Holds about `max` streams between batches, and as many more as a batch needs.
    pub(crate) fn new(world: World, max: usize) -> Self {
        // A stream goes with the names of its parties, most of which it shares with others.
        Self { world, names: Names::new(max.saturating_mul(2)), used: HashMap::new(), batch: 0, max }
    }

    /// Loads what judging the statement at this instant needs.
    pub(crate) fn ensure(
        &mut self,
        connection: &Connection,
        statement: &Statement,
        now: LogTime,
    ) -> Result<(), Fault> {
        loop {
            let touched = self.world.touches(statement);
            let Some(missing) = touched.iter().find(|stream| !self.world.knows(stream)) else {
                // The stream itself is read next even if this statement only opens it.
                for stream in touched.into_iter().chain([statement.stream.clone()]) {
                    self.used.insert(stream, self.batch);
                }
                return note_others(connection, &mut self.world, statement, now);
            };
            // Each turn loads one of a bounded number of streams.
            self.load(connection, missing)?;
        }
    }

    /// Loads a stream with what its deadlines depend on.
    pub(crate) fn ensure_whole(&mut self, connection: &Connection, stream: &StreamId) -> Result<(), Fault> {
        while let Some(stream) = self.world.missing_for(stream) {
            self.load(connection, &stream)?;
        }
        Ok(())
    }

    fn load(&mut self, connection: &Connection, stream: &StreamId) -> Result<(), Fault> {
        match self.names.find(connection, stream)? {
            Some(id) => {
                note_disputes(connection, &mut self.world, stream, id)?;
                load_numbered(connection, &mut self.world, stream, id)?;
            }
            None => self.world.mark_absent(stream.clone()),
        }
        // A consent brings the organisation that was asked.
        if let StreamId::Consent(id) = stream {
            let asked = self.world.consent(id).map(|consent| StreamId::Org(consent.terms().with.clone()));
            self.used.extend(asked.map(|asked| (asked, self.batch)));
        }
        self.used.insert(stream.clone(), self.batch);
        Ok(())
    }

    /// Drops the streams that were not read for longest, once there are too many.
    pub(crate) fn end_batch(&mut self) {
        self.batch += 1;
        if self.used.len() <= self.max {
            return;
        }
        let mut by_use: Vec<(u64, StreamId)> =
            self.used.iter().map(|(stream, batch)| (*batch, stream.clone())).collect();
        by_use.sort_unstable();
        // A quarter at once, so that the sorting is paid for by many batches.
        let drop = by_use.len() - self.max * 3 / 4;
        for (_, stream) in by_use.into_iter().take(drop) {
            self.world.forget(&stream);
            self.used.remove(&stream);
        }
    }
}
