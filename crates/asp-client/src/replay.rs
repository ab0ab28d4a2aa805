//! What follows from verified statements: who could sign what, and what a session has come to.
//!
//! The same judge as the node's, run here. It knows what was fetched, not whether another reader was given the same:
//! that is for the log's proofs.

use std::collections::BTreeMap;
use std::sync::Arc;

use asp_core::name::{Issuer, StreamId};
use asp_core::position::{Hash, LogPoint, Position, Sequence};
use asp_core::reading::{keys_of, signed_by_issuer};
use asp_core::session::Session;
use asp_core::statement::Verified;
use asp_core::stream::KeyHistory;
use asp_core::world::World;
use asp_seal::fault::Fault::LogChanged;
use tokio::sync::Mutex;

use crate::Error;
use crate::api::Message;
use crate::client::Client;
use crate::export::judge;
use crate::party::Party;

/// Streams that one session can rest on; more than any has.
const STREAMS_MAX: usize = 256;
/// Statements of a session and of what it rests on; more than any has.
const STATEMENTS_MAX: usize = 1_000_000;

/// The keys of issuers, as their own streams have them; read when one is met that is not known.
#[derive(Debug, Default)]
pub(crate) struct Authors {
    known: Mutex<BTreeMap<Issuer, KeyHistory>>,
}

impl Authors {
    /// Checks that the issuer signed, with a key that was its own at this place of the log.
    ///
    /// # Errors
    /// [`Error::Forged`] if not; else as every call.
    pub(crate) async fn check(&self, client: &Client, said: &Verified, at: Position) -> Result<(), Error> {
        let issuer = &said.statement().issuer;
        let signed = |keys: &KeyHistory| signed_by_issuer(keys, said, at);
        let strange = || Error::forged(format_args!("the statement at {at} is not signed by {issuer}"));
        if let Issuer::Node(origin) = issuer {
            let own = origin == client.origin() && said.signed_by(&client.node_key());
            return if own { Ok(()) } else { Err(strange()) };
        }
        let mut known = self.known.lock().await;
        if known.get(issuer).is_some_and(signed) {
            return Ok(());
        }
        let keys = read_keys(client, issuer).await?;
        let holds = signed(&keys);
        known.insert(issuer.clone(), keys);
        if holds { Ok(()) } else { Err(strange()) }
    }
}

/// The keys of an agent or organisation, replayed from its public stream.
///
/// # Errors
/// As every call; [`Error::Forged`] if it is not registered.
pub(crate) async fn read_keys(client: &Client, issuer: &Issuer) -> Result<KeyHistory, Error> {
    let mut messages = Vec::new();
    if let Some(agent) = issuer.agent() {
        messages.extend(client.chained(&StreamId::Agent(agent.clone()), None).await?);
    }
    // Read last, so that what the agent's stream rests on is there.
    if let Some(domain) = issuer.organisation() {
        messages.extend(client.chained(&StreamId::Org(domain), None).await?);
    }
    let world = replay(client, &messages)?;
    let keys = keys_of(&world, issuer).cloned();
    keys.ok_or_else(|| Error::forged(format_args!("{issuer} signs but is not registered")))
}

/// A session as it follows from its statements and those that they rest on.
///
/// # Errors
/// [`Error::Forged`] if the rules do not allow them; else as every call.
pub(crate) async fn session(party: &Party, id: Hash) -> Result<Session, Error> {
    let world = replay(party.client(), &messages(party, id).await?)?;
    world.session(&id).cloned().ok_or_else(|| Error::forged("the session does not begin"))
}

/// The statements of a session and of what they rest on, in the order of the log, each verified and none judged.
///
/// # Errors
/// As every call.
pub(crate) async fn messages(party: &Party, id: Hash) -> Result<Vec<Message>, Error> {
    let mut ground = Ground::default();
    ground.read(party, id).await?;
    let mut messages: Vec<Message> =
        ground.streams.into_values().flatten().map(|read| read.message).collect();
    messages.sort_by_key(|message| message.log_index);
    Ok(messages)
}

/// A statement as it was read.
#[derive(Debug)]
struct Read {
    message: Message,
    said: Arc<Verified>,
}

/// What was read of a session and of the streams that it rests on; what is read again is only what is new.
#[derive(Debug, Default)]
pub(crate) struct Ground {
    streams: BTreeMap<StreamId, Vec<Read>>,
}

impl Ground {
    /// Reads what has come since the last time.
    ///
    /// # Errors
    /// As every call; what was read so far stays.
    pub(crate) async fn read(&mut self, party: &Party, id: Hash) -> Result<(), Error> {
        let mut streams = vec![StreamId::Session(id)];
        let (mut next, mut all) = (0, 0_usize);
        // The session comes first, so that whatever it rests on is at least as recent.
        while let Some(stream) = streams.get(next).cloned() {
            next += 1;
            let known = self.streams.entry(stream.clone()).or_default();
            let last = known.last().map(|read| Arc::clone(&read.said));
            // From the last that is known on, so that a node which takes it back is found.
            let after =
                last.as_ref().and_then(|last| last.statement().sequence.0.checked_sub(1)).map(Sequence);
            let new = match &stream {
                StreamId::Org(_) | StreamId::Agent(_) => party.client().chained(&stream, after).await?,
                StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_) => {
                    party.chained(&stream, after).await?
                }
            };
            let mut new = new.into_iter();
            if let Some(last) = last {
                let still = new.next().is_some_and(|first| first.hash == last.statement().hash);
                still.then_some(()).ok_or_else(|| Error::forged(LogChanged))?;
            }
            for message in new {
                known.push(Read { said: Arc::new(verified(&message)?), message });
            }
            all = all.saturating_add(known.len());
            if all > STATEMENTS_MAX {
                return Err(Error::forged("a session that rests on more than any does"));
            }
            for needed in known.iter().flat_map(|read| asp_core::bundle::needs(read.said.statement())) {
                if !streams.contains(&needed) && streams.len() < STREAMS_MAX {
                    streams.push(needed);
                }
            }
        }
        Ok(())
    }

    /// All of it, in the order of the log.
    pub(crate) fn in_order(&self) -> Vec<(Arc<Verified>, LogPoint)> {
        let at = |message: &Message| LogPoint { index: message.log_index, time: message.log_time };
        let all = self.streams.values().flatten();
        let mut all: Vec<_> = all.map(|read| (Arc::clone(&read.said), at(&read.message))).collect();
        all.sort_by_key(|(_, at)| at.index);
        all
    }
}

fn verified(message: &Message) -> Result<Verified, Error> {
    message.verify().map_err(|rejection| Error::forged(format_args!("a message: {rejection}")))
}

/// Judges statements, whatever their order.
fn replay(client: &Client, messages: &[Message]) -> Result<World, Error> {
    let mut ordered: Vec<&Message> = messages.iter().collect();
    ordered.sort_by_key(|message| message.log_index);
    judge(client.origin().clone(), client.node_key(), ordered, |_, _| ()).map_err(Error::forged)
}
