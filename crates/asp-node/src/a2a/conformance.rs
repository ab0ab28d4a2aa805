//! An agent that plays the other side of the public conformance kit of A2A, for nodes that are tried with it and for no others.
//!
//! It takes part in sessions as every agent does, by signed statements through the same door; what it says follows from how the
//! id of the client's message begins. A guest in its own organisation speaks for clients that show no token.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Domain, Issuer, StreamId, StreamName};
use asp_core::position::{Hash, LogTime};
use asp_core::rejection::Code;
use asp_core::session::Session;
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::{
    Accept, AgentRegister, Because, Card, Escalation, Inform, Introduction, Note, OrgRegister, Question, Text,
};
use asp_core::statement::draft::{Draft, Stamp};
use asp_store::{Reader, SessionQuery, Tenant};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use super::act::{Floor, nothing, text};
use super::talk::{ANYTHING, admit, utter};
use super::wire::{A2aError, Message};
use crate::delivery::{Topic, Who};
use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// The organisation, in the top-level domain that never resolves (RFC 6761 §6.4).
const ORGANISATION: &str = "a2a-conformance.invalid";
/// How long a task stays open for those who come back to it.
const OPEN_FOR: Duration = Duration::from_millis(4_500);
/// Sessions that are played at once.
const PLAYED_MAX: usize = 64;
/// Sessions that one look reads.
const LOOK_MAX: usize = 256;

/// Who plays, with their keys. They follow from the node's own, so that a node that is started again has them.
#[derive(Debug)]
pub(crate) struct Cast {
    organisation: Domain,
    organisation_key: SecretKey,
    pub(crate) agent: AgentUri,
    key: SecretKey,
    pub(crate) guest: AgentUri,
    pub(crate) guest_key: SecretKey,
}

/// What the agent does next.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// Hands an artifact over; the second member is how the note says that it is a piece of one.
    Hand(Value, Value),
    /// Asks the client for something.
    Ask,
    /// Asks the client's organisation to allow something.
    Escalate,
    /// Answers by a message and no task.
    Answer(&'static str),
    /// Does nothing for a while.
    Wait,
    /// Closes the session with these words.
    Close(&'static str),
}

impl Cast {
    /// Whoever plays at the node with this key.
    pub(crate) fn of(node: &SecretKey) -> Option<Self> {
        let key = |name: &str| {
            let seed = Hash::of(&[b"asp a2a conformance\0", name.as_bytes(), &node.seed()]);
            SecretKey::from_seed(seed.as_bytes())
        };
        let agent = |name: &str| format!("agent://{ORGANISATION}/{name}").parse().ok();
        Some(Self {
            organisation: ORGANISATION.parse().ok()?,
            organisation_key: key(""),
            agent: agent("agent")?,
            key: key("agent"),
            guest: agent("guest")?,
            guest_key: key("guest"),
        })
    }

    /// Registers those who play, as far as they are not.
    ///
    /// # Errors
    /// Why a registration is refused.
    pub(crate) async fn register(&self, app: &Arc<App>) -> Result<(), Denial> {
        let organisation = self.organisation.clone();
        if app.reads.run(move |reader| Ok(reader.organisation(&organisation)?)).await?.is_none() {
            let name = "A2A conformance".parse().map_err(|_| Denial::Internal)?;
            let body = Body::OrgRegister(OrgRegister { key: self.organisation_key.id(), name });
            let issuer = Issuer::Organisation(self.organisation.clone());
            let stream = StreamId::Org(self.organisation.clone());
            first(app, (stream, issuer), body, &[&self.organisation_key]).await?;
        }
        for (agent, key) in [(&self.agent, &self.key), (&self.guest, &self.guest_key)] {
            let of_thread = agent.clone();
            if app.reads.run(move |reader| Ok(reader.agent(&of_thread)?)).await?.is_some() {
                continue;
            }
            let name = format!("A2A conformance {}", agent.path()).parse().map_err(|_| Denial::Internal)?;
            let about =
                "Plays the other side of the conformance kit.".parse().map_err(|_| Denial::Internal)?;
            let offers = ANYTHING.parse().map_err(|_| Denial::Internal)?;
            let card = Card::of(name, about, BTreeSet::from([offers]));
            let body = Body::AgentRegister(AgentRegister { card, key: key.id() });
            let stream = StreamId::Agent(agent.clone());
            first(app, (stream, Issuer::Agent(agent.clone())), body, &[key, &self.organisation_key]).await?;
        }
        Ok(())
    }
}

/// Says the first statement of a stream.
async fn first(
    app: &Arc<App>,
    (stream, issuer): (StreamId, Issuer),
    body: Body,
    keys: &[&SecretKey],
) -> Result<(), Denial> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| Denial::Internal)?;
    let stamp = Stamp { issued_at: app.clock.now(), random };
    let draft = Draft::new(StreamName::Of(stream), app.store.origin().clone(), issuer, body);
    admit(app, &draft.sign(None, stamp, keys)?, None).await.map(drop)
}

/// The task's whole life: plays in every session that the agent is invited to, until the node stops.
pub(crate) async fn run(app: Arc<App>) {
    let Some(cast) = &app.a2a.cast else { return };
    let tenant = Tenant::Agent(cast.agent.clone());
    let who = Who { party: Some(tenant.clone()), factor: 1, from: None };
    let Ok(subscription) = app.hub.subscribe(Topic::Sessions(tenant.clone()), who) else { return };
    let mut stopping = app.stopping.clone();
    let (mut playing, mut ready, mut plays) = (BTreeSet::new(), BTreeSet::new(), JoinSet::new());
    let mut seen = 0;
    while !app.is_stopping() {
        let of_thread = tenant.clone();
        if let Ok((moved, size)) = app.reads.wait_and_run(move |reader| moved(reader, &of_thread, seen)).await
        {
            seen = size;
            ready.extend(moved);
        }
        // What moves while it is played is looked at again when that ends, as is what there is no place for.
        let next: Vec<Hash> = ready.difference(&playing).copied().collect();
        for id in next.into_iter().take(PLAYED_MAX.saturating_sub(plays.len())) {
            ready.remove(&id);
            playing.insert(id);
            let app = Arc::clone(&app);
            plays.spawn(async move {
                if let Err(error) = play(&app, id).await {
                    tracing::debug!(session = %id.to_hex(), why = error.words(), "a part was not played to its end");
                }
                id
            });
        }
        tokio::select! {
            () = subscription.woken() => {}
            Some(played) = plays.join_next() => match played {
                Ok(id) => {
                    playing.remove(&id);
                }
                Err(error) => {
                    tracing::error!(%error, "a part was played badly");
                    playing.clear();
                }
            },
            () = stopped(&mut stopping) => {}
        }
    }
}

/// The sessions of the agent that moved, those that wait for it, and how long the log is.
fn moved(reader: &Reader<'_>, tenant: &Tenant, since: u64) -> Result<(Vec<Hash>, u64), Denial> {
    let query = SessionQuery { moved_since: since, limit: LOOK_MAX, before: None };
    let open = reader.sessions(tenant, query)?.into_iter();
    let open = open.filter(|row| !super::wire::has_ended(row.state)).map(|row| row.id);
    Ok((open.collect(), reader.size()?))
}

/// Does what the session asks of the agent now, if anything.
async fn play(app: &Arc<App>, id: Hash) -> Result<(), A2aError> {
    let Some(cast) = &app.a2a.cast else { return Ok(()) };
    let (of_thread, agent) = (Arc::clone(app), cast.agent.clone());
    let look = move |reader: &Reader<'_>| {
        let session = reader.session(&Tenant::Agent(agent.clone()), &id)?.ok_or(Code::NotFound)?;
        let after = session.head().sequence.0.checked_sub(1).map(asp_core::position::Sequence);
        let last = reader.entries(&StreamId::Session(id), after, 1)?;
        let by = last.first().map(|entry| entry.statement.statement().issuer.clone());
        let said = of_thread.a2a.desk.said(&id)?;
        let own = said.get(&session.head().hash).and_then(|said| said.message.clone());
        let message = own.or_else(|| said.get(&id).and_then(|said| said.message.clone()));
        Ok((session, by, message))
    };
    let (session, by, message) = app.reads.wait_and_run(look).await?;
    let message: Message = message.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let speaker = (&cast.agent, &cast.key, None);
    if session.state() == State::Invited {
        let answer = |floor: &Floor<'_>| Ok(answer(floor, &message.message_id));
        return utter(app, speaker, &id, None, answer).await;
    }
    if by.as_ref().and_then(Issuer::agent) == Some(&cast.agent) || !open_to_words(&session) {
        return Ok(());
    }
    for step in script(&message.message_id) {
        if step == Step::Wait {
            let until = app
                .clock
                .now()
                .plus(asp_core::position::Millis(u64::try_from(OPEN_FOR.as_millis()).unwrap_or(u64::MAX)));
            wait(app, until).await;
            continue;
        }
        utter(app, speaker, &id, None, |floor| body(floor, &step)).await?;
    }
    Ok(())
}

async fn wait(app: &App, until: LogTime) {
    let mut stopping = app.stopping.clone();
    tokio::select! {
        () = app.clock.reaches(until) => {}
        () = stopped(&mut stopping) => {}
    }
}

const fn open_to_words(session: &Session) -> bool {
    matches!(session.state(), State::Introduced | State::Conversing | State::Executing)
}

/// Comes in, or declines.
fn answer(floor: &Floor<'_>, message: &str) -> (Body, Option<Hash>) {
    if message.starts_with("tck-reject-task") {
        let reason = text("rejected").unwrap_or_else(|_| nothing());
        return (Body::Reject(Because { reason }), floor.view.conditions);
    }
    let introduction = Introduction { card: floor.card, schemas: None };
    (Body::Accept(Accept::Introduction(introduction)), floor.view.conditions)
}

fn body(floor: &Floor<'_>, step: &Step) -> Result<(Body, Option<Hash>), A2aError> {
    let note =
        |data: Map<String, Value>, text: Text| Body::Inform(Inform::Note(Note { data: Some(data), text }));
    let member = |name: &str, value: Value| Map::from_iter([(name.to_owned(), value)]);
    Ok(match step {
        Step::Hand(artifact, piece) => {
            let mut data = member("artifact", artifact.clone());
            data.extend(piece.as_object().cloned().unwrap_or_default());
            (note(data, nothing()), None)
        }
        Step::Ask => {
            let awaits = Some(floor.view.initiator.clone());
            let question = Question { awaits, data: None, respond_by: None, text: text("Go on, please.")? };
            (Body::Query(question), None)
        }
        Step::Escalate => {
            let authority = Issuer::Organisation(floor.view.initiator.organisation());
            let question = text("May it be done?")?;
            (Body::Escalate(Escalation { authority, contact: None, question }), None)
        }
        Step::Answer(words) => (note(member("direct", json!(true)), text(words)?), None),
        Step::Wait => return Err(A2aError::params("nothing is said")),
        Step::Close(words) => (floor.close(text(words)?), None),
    })
}

/// What is done for a message whose id begins so.
fn script(message: &str) -> Vec<Step> {
    let whole = |part: Value| {
        Step::Hand(json!({ "artifactId": "output", "name": "output", "parts": [part] }), json!({}))
    };
    let words = |text: &str| whole(json!({ "text": text, "mediaType": "text/plain" }));
    let file = |kind: &str, value: &str| {
        whole(json!({ kind: value, "filename": "output.txt", "mediaType": "text/plain" }))
    };
    let piece = |text: &str, piece: Value| {
        Step::Hand(
            json!({ "artifactId": "chunked", "parts": [{ "text": text, "mediaType": "text/plain" }] }),
            piece,
        )
    };
    let done = Step::Close("Done.");
    // The longer beginnings first.
    let scripts: [(&str, Vec<Step>); 16] = [
        ("tck-delayed-complete", vec![Step::Wait, Step::Close("Done after delay")]),
        ("tck-auth-required", vec![Step::Escalate]),
        ("tck-artifact-file-url", vec![file("url", "https://example.com/output.txt"), done.clone()]),
        ("tck-artifact-file", vec![file("raw", "dGNr"), done.clone()]),
        ("tck-artifact-data", vec![whole(json!({ "data": { "count": 42, "key": "value" } })), done.clone()]),
        ("tck-artifact-text", vec![words("Generated text content"), done.clone()]),
        ("tck-message-response", vec![Step::Answer("Direct message response"), done.clone()]),
        ("tck-input-required", vec![Step::Ask]),
        ("tck-stream-ordering-001", vec![words("Ordered output"), done.clone()]),
        ("tck-stream-001", vec![words("Stream hello from TCK"), done.clone()]),
        ("tck-stream-002", vec![done.clone()]),
        ("tck-stream-003", vec![words("Stream task lifecycle"), done.clone()]),
        ("tck-stream-artifact-text", vec![words("Streamed text content"), done.clone()]),
        ("tck-stream-artifact-file", vec![file("raw", "dGNr"), done.clone()]),
        (
            "tck-stream-artifact-chunked",
            vec![
                piece("chunk-1 ", json!({})),
                piece("chunk-2", json!({ "append": true, "lastChunk": true })),
                done.clone(),
            ],
        ),
        ("test-resubscribe-message-id", vec![Step::Wait, done]),
    ];
    let fits = scripts.into_iter().find(|(beginning, _)| message.starts_with(beginning));
    fits.map_or_else(|| vec![Step::Close("Hello from TCK")], |(_, steps)| steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_beginning_decides() {
        let part = |message: &str| match script(message).first() {
            Some(Step::Hand(artifact, _)) => artifact["parts"][0].clone(),
            other => panic!("{other:?}"),
        };
        assert!(part("tck-artifact-file-url-1")["url"].is_string());
        assert!(part("tck-artifact-file-1")["raw"].is_string());
        assert_eq!(part("tck-stream-ordering-001-x")["text"], "Ordered output");
        assert_eq!(script("tck-complete-task-1"), [Step::Close("Hello from TCK")]);
        assert_eq!(script("hello"), script("tck-complete-task-1"));
    }
}
