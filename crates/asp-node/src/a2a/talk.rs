//! Saying what clients want said: who they are, opening a session, speaking in one, reading one as a task.
//!
//! What is signed here is signed with the key of the agent as which the client speaks, and goes through the same door as what
//! comes from outside: admission, quotas, rules, the log.

#![expect(clippy::wildcard_enum_match_arm, reason = "most bodies may mean something else on another head")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use asp_client::api::SessionView;
use asp_core::consent::Standing;
use asp_core::key::SecretKey;
use asp_core::limits;
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Capability, Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogTime, Sequence};
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::body::{
    Accept, Because, Inform, Invitation, Invitee, Limits, Mode, Nonce, ParticipantRole, Propose, Withdraw,
};
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Body, Verified};
use asp_store::a2a::{ClientId, Push, Request, Said};
use asp_store::{Reader, Tenant};
use tokio::time::Instant;

use super::act::{Act, Floor, Spoken, nothing, text};
use super::course::Course;
use super::wire::{A2aError, Event, Kind, Message, TaskState, has_ended};
use super::{Saying, token_hash};
use crate::admission::Encoding;
use crate::delivery::{Topic, Who};
use crate::http::problem::Denial;
use crate::http::{App, BLOCK_BYTES};
use crate::quota::Prefix;

/// Statements that are read at once: at most 8 MiB of them.
const CHUNK: usize = 32;
/// Consents among which one that fits is looked for.
const CONSENTS_MAX: usize = 200;
/// How often what cannot have changed its meaning is signed anew on a head that moved.
const RESIGN_MAX: usize = 8;
/// What a session is about if neither side says.
pub(crate) const ANYTHING: &str = "asp.session";

/// A client that has shown who it is, with the agent as which it speaks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) agent: AgentUri,
    key: SecretKey,
    /// Which client it is; a guest of the conformance kit is none.
    pub(crate) client: Option<ClientId>,
    /// The hash of the token that it showed; a guest of the conformance kit has none.
    token: Option<Hash>,
    pub(crate) from: Option<Prefix>,
}

impl Caller {
    /// As whom it reads.
    pub(crate) fn tenant(&self) -> Tenant {
        Tenant::Agent(self.agent.clone())
    }

    /// Whether it may still read: its token may have been taken away, or the key that it speaks with (ASP-AUT-004).
    ///
    /// # Errors
    /// That it may not, or that this cannot be read.
    pub(crate) fn check(&self, app: &App, reader: &Reader<'_>) -> Result<(), Denial> {
        let Some(token) = &self.token else { return Ok(()) };
        let stands = app.a2a.desk.client(token)?.is_some_and(|client| client.agent == self.agent);
        if stands && is_current(reader, &self.agent, &self.key)? {
            Ok(())
        } else {
            Err(Code::InvalidToken.into())
        }
    }

    /// As whom it waits, with the share that its organisation has.
    pub(crate) fn who(&self, app: &App) -> Who {
        let factor = app.levels.factor(&self.agent.organisation(), app.clock.now());
        Who { party: Some(self.tenant()), factor, from: self.from }
    }
}

/// Whether a key is a current one of an agent that is not retired.
///
/// # Errors
/// That the storage failed.
pub(crate) fn is_current(reader: &Reader<'_>, agent: &AgentUri, key: &SecretKey) -> Result<bool, Denial> {
    Ok(reader.agent(agent)?.is_some_and(|agent| !agent.retired() && agent.keys().is_current(&key.id())))
}

/// Who shows this token, or none; each call is one of its organisation's requests.
///
/// # Errors
/// That it is nobody, or asks for more than its share.
pub(crate) async fn authenticate(
    app: &Arc<App>,
    token: Option<&str>,
    target: &AgentUri,
    from: Option<Prefix>,
) -> Result<Caller, A2aError> {
    let caller = match (token, &app.a2a.cast) {
        (None, Some(cast)) if cast.agent == *target => {
            let (agent, key) = (cast.guest.clone(), cast.guest_key.clone());
            Caller { agent, key, client: None, token: None, from }
        }
        (None, _) => return Err(Denial::from(Code::Unauthenticated).into()),
        (Some(token), _) => {
            let (of_thread, hash) = (Arc::clone(app), token_hash(token));
            let find = move |reader: &Reader<'_>| {
                let known = of_thread.a2a.desk.client(&hash)?.ok_or(Code::InvalidToken)?;
                let (client, token) = (Some(known.id), Some(hash));
                let caller = Caller { agent: known.agent, key: known.key, client, token, from };
                caller.check(&of_thread, reader)?;
                Ok(caller)
            };
            app.reads.run(find).await?
        }
    };
    app.quotas.read(&caller.agent.organisation(), app.clock.now()).map_err(Denial::from)?;
    Ok(caller)
}

/// A session as the task of an agent's client, if that agent opened it and this one was invited.
///
/// # Errors
/// That there is no such task, or a failure of ours.
pub(crate) fn read_task(
    app: &App,
    reader: &Reader<'_>,
    (me, target): (&AgentUri, Option<&AgentUri>),
    id: &Hash,
) -> Result<Course, Denial> {
    if !reader.may_read(Some(&Tenant::Agent(me.clone())), &StreamId::Session(*id))? {
        return Err(Code::NotFound.into());
    }
    let context = app.a2a.desk.context(id)?.unwrap_or_else(|| id.to_hex());
    let mut course = Course::new(me.clone(), context, app.a2a.desk.said(id)?);
    while read_on(reader, id, &mut course, |_, _| {})? {}
    let session = course.session().ok_or(Code::NotFound)?;
    let own = session.initiator() == me;
    let with = target.is_none_or(|target| target != me && session.participants().find(target).is_some());
    if own && with { Ok(course) } else { Err(Code::NotFound.into()) }
}

/// Reads some more of a task; whether there may be more.
///
/// # Errors
/// That the storage failed.
pub(crate) fn read_on(
    reader: &Reader<'_>,
    id: &Hash,
    course: &mut Course,
    mut tell: impl FnMut(Sequence, Event),
) -> Result<bool, Denial> {
    let after = course.session().map(|_| course.last());
    let entries = reader.entries(&StreamId::Session(*id), after, CHUNK)?;
    for entry in &entries {
        let events = course.take(entry);
        events.into_iter().for_each(|event| tell(course.last(), event));
    }
    Ok(entries.len() == CHUNK)
}

/// The same, for who asks for it.
///
/// # Errors
/// As [`read_task`].
pub(crate) async fn task(
    app: &Arc<App>,
    caller: &Caller,
    target: &AgentUri,
    id: &str,
) -> Result<(Hash, Course), A2aError> {
    let id = Hash::from_hex(id).ok_or_else(A2aError::no_task)?;
    let (of_thread, me, target) = (Arc::clone(app), caller.agent.clone(), target.clone());
    let read = move |reader: &Reader<'_>| read_task(&of_thread, reader, (&me, Some(&target)), &id);
    Ok((id, app.reads.run(read).await?))
}

/// A message as it is said.
#[derive(Debug)]
struct Letter {
    message: Message,
    spoken: Spoken,
    /// As the node writes it.
    written: String,
    /// What it is called, by the client and for whom it is.
    name: Hash,
    digest: Hash,
}

impl Letter {
    fn of(target: &AgentUri, message: &Message) -> Result<Self, A2aError> {
        message.check()?;
        let spoken = Spoken::of(message)?;
        let written = serde_json::to_string(message).map_err(|_| Denial::Internal)?;
        let (target, id) = (target.to_string(), &message.message_id);
        let name = Hash::of(&[b"asp a2a request\0", target.as_bytes(), b"\0", id.as_bytes()]);
        let digest = Hash::of(&[b"asp a2a message\0", written.as_bytes()]);
        Ok(Self { message: message.clone(), spoken, written, name, digest })
    }

    /// What is kept of it with a statement that it is made into.
    const fn said(&self, caller: &Caller, message: Option<String>, waits: bool) -> Said {
        Said { client: caller.client, request: self.name, message, waits, refused: None }
    }
}

/// Says a message of a client: in the task that it names, or in one that it opens. Gives the task. The same message again
/// goes on where it was left, and says nothing twice.
///
/// # Errors
/// What is wrong with the message, or the rule that it breaks.
pub(crate) async fn say(
    app: &Arc<App>,
    caller: &Caller,
    target: &AgentUri,
    message: &Message,
) -> Result<Hash, A2aError> {
    let letter = Letter::of(target, message)?;
    let begin = |client| {
        let busy = || A2aError::of(Kind::Busy, "this message is being said");
        Saying::begin(app, (client, letter.name)).ok_or_else(busy)
    };
    let saying = caller.client.map(begin).transpose()?;
    let (app, caller, target) = (Arc::clone(app), caller.clone(), target.clone());
    // Who hangs up leaves nothing half said.
    let whole = tokio::spawn(async move {
        let said = say_once(&app, &caller, &target, letter).await;
        drop(saying);
        said
    });
    whole.await.map_err(|_| Denial::Internal)?
}

async fn say_once(
    app: &Arc<App>,
    caller: &Caller,
    target: &AgentUri,
    letter: Letter,
) -> Result<Hash, A2aError> {
    let known = known(app, caller, &letter).await?;
    if letter.message.task_id.is_empty() {
        return match known {
            Some((id, _)) => Ok(id),
            None => open(app, caller, target, letter).await,
        };
    }
    let (id, course) = task(app, caller, target, &letter.message.task_id).await?;
    let done = known.map_or(0, |(_, done)| done);
    if done > 0 && done >= letter.spoken.acts.len() {
        return Ok(id);
    }
    let message = &letter.message;
    if !message.context_id.is_empty() && message.context_id != course.context() {
        return Err(A2aError::params("message.contextId is not that of the task"));
    }
    if course.state().is_terminal() {
        return Err(A2aError::of(Kind::Unsupported, "the task has ended: nothing more is said in it"));
    }
    let invited = course.session().is_some_and(|session| session.state() == State::Invited);
    if invited && letter.spoken.acts.is_empty() {
        return Err(A2aError::params("the task is open already"));
    }
    keep_request(app, caller, &letter, id).await?;
    let mut written = (done == 0).then(|| letter.written.clone());
    for (place, act) in letter.spoken.acts.iter().enumerate().skip(done) {
        let said = letter.said(caller, written.take(), false);
        if let Err(error) = speak(app, caller, &id, act, said).await {
            if place == 0 {
                forget_request(app, caller, letter.name).await?;
            }
            return Err(error);
        }
    }
    Ok(id)
}

/// The session in which a message was said before, if it was, and how many of its acts stand there.
async fn known(app: &Arc<App>, caller: &Caller, letter: &Letter) -> Result<Option<(Hash, usize)>, A2aError> {
    let Some(client) = caller.client else { return Ok(None) };
    let (of_thread, name) = (Arc::clone(app), letter.name);
    let read = move |reader: &Reader<'_>| {
        let desk = &of_thread.a2a.desk;
        let Some(request) = desk.request(client, &name)? else { return Ok(None) };
        // The node may have stopped before the session was there.
        if reader.entries(&StreamId::Session(request.session), None, 1)?.is_empty() {
            return Ok(None);
        }
        let done = acts_that_stand(reader, &request.session, (&name, &desk.said(&request.session)?))?;
        Ok(Some((request, done)))
    };
    let Some((request, done)) = app.reads.run(read).await? else { return Ok(None) };
    if request.digest != letter.digest {
        return Err(A2aError::params("message.messageId was used for another message"));
    }
    Ok(Some((request.session, done)))
}

/// How many acts of a message stand in a session, besides its opening.
fn acts_that_stand(
    reader: &Reader<'_>,
    session: &Hash,
    (name, said): (&Hash, &BTreeMap<Hash, Said>),
) -> Result<usize, Denial> {
    let mut stand = 0;
    for (statement, _) in said.iter().filter(|(id, said)| said.request == *name && *id != session) {
        stand += usize::from(reader.receipt(statement)?.is_some());
    }
    Ok(stand)
}

async fn keep_request(app: &Arc<App>, caller: &Caller, letter: &Letter, session: Hash) -> Result<(), Denial> {
    let Some(client) = caller.client else { return Ok(()) };
    let request = Request { client, name: letter.name, digest: letter.digest, session };
    let of_thread = Arc::clone(app);
    app.reads.run(move |_| Ok(of_thread.a2a.desk.keep_request(&request)?)).await
}

async fn forget_request(app: &Arc<App>, caller: &Caller, name: Hash) -> Result<(), Denial> {
    let Some(client) = caller.client else { return Ok(()) };
    let of_thread = Arc::clone(app);
    app.reads.wait_and_run(move |_| Ok(of_thread.a2a.desk.forget_request(client, &name)?)).await
}

/// Opens a session with the agent, and leaves what else the message says until that has come in.
async fn open(app: &Arc<App>, caller: &Caller, target: &AgentUri, letter: Letter) -> Result<Hash, A2aError> {
    let waits = !letter.spoken.acts.is_empty();
    let said = letter.said(caller, Some(letter.written.clone()), waits);
    let (me, with, opening) = (caller.agent.clone(), target.clone(), letter.spoken.opening.clone());
    let now = app.clock.now();
    let named = (opening.capability, opening.consents);
    let about = app.reads.run(move |reader| about(reader, (&me, &with), named, now)).await?;
    let words = letter.message.words();
    let purpose = match opening.purpose {
        Some(purpose) => purpose,
        // What is too long for a purpose is in the message, which is said whole.
        None => text(words.lines().next().unwrap_or_default()).unwrap_or_else(|_| nothing()),
    };
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|_| Denial::Internal)?;
    let body = Body::Propose(Propose::Invitation(Invitation {
        capability: about.0,
        consents: about.1,
        // Whoever answers may be asleep for a while; a client that knows better says so.
        limits: opening
            .limits
            .unwrap_or(Limits { invitation_ms: Some(limits::RESPONSE_MS), ..Limits::defaults() }),
        mode: Mode::Open,
        nonce: Nonce(nonce),
        participants: vec![
            Invitee::of(caller.agent.clone(), ParticipantRole::Initiator),
            Invitee::of(target.clone(), ParticipantRole::Party),
        ],
        purpose,
        schemas: opening.schemas,
    }));
    let stream = StreamName::Opens(StreamKind::Session);
    let verified = sign(app, (&caller.agent, &caller.key), (stream, None), (body, None))?;
    let id = verified.statement().hash;
    keep_request(app, caller, &letter, id).await?;
    note(app, id, id, said, letter.message.context_id).await?;
    if let Err(denial) = admit(app, &verified, caller.from).await {
        forget(app, id).await?;
        forget_request(app, caller, letter.name).await?;
        return Err(denial.into());
    }
    app.a2a.moved.notify_one();
    Ok(id)
}

/// What a session is about, and on which consents it rests: those named, or what fits.
fn about(
    reader: &Reader<'_>,
    (me, target): (&AgentUri, &AgentUri),
    (capability, consents): (Option<Capability>, Option<BTreeSet<Hash>>),
    now: LogTime,
) -> Result<(Capability, BTreeSet<Hash>), Denial> {
    let agent = reader.agent(target)?.filter(|agent| !agent.retired()).ok_or(Code::NotFound)?;
    let anything = || ANYTHING.parse().map_err(|_| Denial::Internal);
    let offered: Vec<Capability> = match capability {
        Some(capability) => vec![capability],
        None if agent.card().capabilities.is_empty() => vec![anything()?],
        None => agent.card().capabilities.iter().cloned().collect(),
    };
    let first = offered.first().cloned().map_or_else(anything, Ok)?;
    let (home, away) = (me.organisation(), target.organisation());
    if let Some(consents) = consents {
        return Ok((first, consents));
    }
    if home == away {
        return Ok((first, BTreeSet::new()));
    }
    let known = reader.consents(&Tenant::Organisation(home.clone()), CONSENTS_MAX, None)?;
    let stands = known.iter().filter(|(_, consent)| consent.standing(now) == Standing::Granted);
    let stands: Vec<_> = stands.map(|(_, consent)| consent).collect();
    for capability in offered {
        if let Some(consent) = stands.iter().find(|consent| consent.covers(&home, &away, &capability)) {
            return Ok((capability, BTreeSet::from([consent.id()])));
        }
    }
    // Whether it can do without is for the log to say.
    Ok((first, BTreeSet::new()))
}

/// Says one act of a client in a session.
async fn speak(app: &Arc<App>, caller: &Caller, id: &Hash, act: &Act, said: Said) -> Result<(), A2aError> {
    utter(app, (&caller.agent, &caller.key, caller.from), id, Some(said), |floor| act.body(floor)).await
}

/// Says something in a session as an agent whose key is here, on its head as it is; what cannot have changed its meaning is
/// signed anew if somebody else speaks first.
///
/// # Errors
/// What `make` says, or the rule that is broken.
pub(crate) async fn utter(
    app: &Arc<App>,
    (agent, key, from): (&AgentUri, &SecretKey, Option<Prefix>),
    id: &Hash,
    said: Option<Said>,
    make: impl Fn(&Floor<'_>) -> Result<(Body, Option<Hash>), A2aError>,
) -> Result<(), A2aError> {
    let mut attempt = 0;
    loop {
        let (view, card) = view(app, agent, id).await?;
        let (body, reply) = make(&Floor { view: &view, me: agent, card })?;
        let stream = StreamName::Of(StreamId::Session(*id));
        let again = keeps_its_meaning(&body);
        let verified = sign(app, (agent, key), (stream, Some(view.head)), (body, reply))?;
        let hash = verified.statement().hash;
        if let Some(said) = &said {
            note(app, *id, hash, said.clone(), String::new()).await?;
        }
        let Err(denial) = admit(app, &verified, from).await else { return Ok(()) };
        if said.is_some() {
            forget(app, hash).await?;
        }
        let conflict = matches!(&denial, Denial::Rejected(it) if it.code == Code::SequenceConflict);
        attempt += 1;
        if !(conflict && again && attempt < RESIGN_MAX) {
            return Err(denial.into());
        }
    }
}

/// The session as the agent sees it, and what set the agent's card.
async fn view(app: &Arc<App>, agent: &AgentUri, id: &Hash) -> Result<(SessionView, Hash), Denial> {
    let (agent, id) = (agent.clone(), *id);
    let read = move |reader: &Reader<'_>| {
        let session = reader.session(&Tenant::Agent(agent.clone()), &id)?.ok_or(Code::NotFound)?;
        let card = reader.agent(&agent)?.ok_or(Code::NotFound)?.card_set_by();
        Ok((SessionView::from(&session), card))
    };
    app.reads.run(read).await
}

fn keeps_its_meaning(body: &Body) -> bool {
    match body {
        Body::Inform(Inform::Note(_))
        | Body::Query(_)
        | Body::Clarify(_)
        | Body::Observe(_)
        // Names the terms that it accepts, or the card.
        | Body::Accept(Accept::Acceptance(_) | Accept::Introduction(_)) => true,
        _ => false,
    }
}

fn sign(
    app: &App,
    (agent, key): (&AgentUri, &SecretKey),
    (stream, head): (StreamName, Option<Head>),
    (body, reply): (Body, Option<Hash>),
) -> Result<Verified, A2aError> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| Denial::Internal)?;
    let stamp = Stamp { issued_at: app.clock.now(), random };
    let origin = app.store.origin().clone();
    let mut draft = Draft::new(stream, origin, Issuer::Agent(agent.clone()), body);
    draft.in_reply_to = reply;
    draft.sign(head, stamp, &[key]).map_err(|rejection| Denial::from(rejection).into())
}

/// Hands a statement in as everybody does.
///
/// # Errors
/// As admission says.
pub(crate) async fn admit(
    app: &Arc<App>,
    verified: &Verified,
    from: Option<Prefix>,
) -> Result<Receipt, Denial> {
    if app.is_stopping() {
        return Err(Denial::Stopping);
    }
    let bytes = verified.envelope();
    let places = u32::try_from(bytes.len().div_ceil(BLOCK_BYTES)).unwrap_or(u32::MAX);
    let share = Arc::clone(&app.bodies).try_acquire_many_owned(places).map_err(|_| Denial::Full)?;
    app.admission.admit((bytes.into(), Encoding::Json), None, (from, share)).await
}

async fn note(
    app: &Arc<App>,
    session: Hash,
    statement: Hash,
    said: Said,
    context: String,
) -> Result<(), Denial> {
    let of_thread = Arc::clone(app);
    let keep = move |_: &Reader<'_>| {
        let desk = &of_thread.a2a.desk;
        if !context.is_empty() {
            desk.name_context(&session, &context)?;
        }
        Ok(desk.note(&session, &statement, &said)?)
    };
    app.reads.run(keep).await
}

async fn forget(app: &Arc<App>, statement: Hash) -> Result<(), Denial> {
    let of_thread = Arc::clone(app);
    app.reads.wait_and_run(move |_| Ok(of_thread.a2a.desk.forget(&statement)?)).await
}

/// Waits until a task has nothing to wait for, as long as anybody waits; gives it as it stands.
///
/// # Errors
/// As [`read_task`], or that too many wait.
pub(crate) async fn settled(
    app: &Arc<App>,
    caller: &Caller,
    target: &AgentUri,
    id: &Hash,
) -> Result<Course, A2aError> {
    let subscription = app.hub.subscribe(Topic::Stream(StreamId::Session(*id)), caller.who(app))?;
    let until = Instant::now() + Duration::from_millis(limits::A2A_WAIT_MS.0);
    let mut stopping = app.stopping.clone();
    let (_, mut course) = task(app, caller, target, &id.to_hex()).await?;
    // Each turn waits for a wake-up or the end of the time.
    loop {
        if course.state().rests() || app.is_stopping() {
            return Ok(course);
        }
        tokio::select! {
            () = subscription.woken() => {}
            () = crate::stopped(&mut stopping) => {}
            () = tokio::time::sleep_until(until) => return Ok(course),
        }
        course = gone_on(app, caller, *id, course).await?;
    }
}

/// A task with what has come since it was read.
async fn gone_on(app: &Arc<App>, caller: &Caller, id: Hash, mut course: Course) -> Result<Course, A2aError> {
    let (of_thread, caller) = (Arc::clone(app), caller.clone());
    let read = move |reader: &Reader<'_>| {
        caller.check(&of_thread, reader)?;
        if !reader.may_read(Some(&caller.tenant()), &StreamId::Session(id))? {
            return Err(Denial::from(Code::NotFound));
        }
        course.hear(of_thread.a2a.desk.said(&id)?);
        while read_on(reader, &id, &mut course, |_, _| {})? {}
        Ok(course)
    };
    Ok(app.reads.run(read).await?)
}

/// Ends a task as far as one side can: takes back an invitation, or closes a session in which nothing is owed.
///
/// # Errors
/// That there is no such task, or that it cannot be ended.
pub(crate) async fn cancel(
    app: &Arc<App>,
    caller: &Caller,
    target: &AgentUri,
    id: &str,
) -> Result<Course, A2aError> {
    let (id, course) = task(app, caller, target, id).await?;
    let not_cancelable = |detail: &str| A2aError::of(Kind::NotCancelable, detail);
    if course.state() == TaskState::Canceled {
        return Ok(course);
    }
    let session = course.session().ok_or_else(A2aError::no_task)?;
    if has_ended(session.state()) {
        return Err(not_cancelable("the task has ended"));
    }
    if !session.commitments().is_empty() {
        return Err(not_cancelable("a commitment stands: nobody takes it back alone"));
    }
    let speaker = (&caller.agent, &caller.key, caller.from);
    let withdraw = |floor: &Floor<'_>| {
        let because = Because { reason: nothing() };
        Ok((Body::Withdraw(Withdraw::Withdrawal(because)), Some(floor.own()?)))
    };
    let closing = |floor: &Floor<'_>| Ok((floor.close(nothing()), None));
    let refused = |error: A2aError| error.into_kind(Kind::NotCancelable);
    match session.state() {
        State::Idle | State::Invited => utter(app, speaker, &id, None, withdraw).await.map_err(refused)?,
        State::Agreeing => {
            // What is taken back, or refused, leads back to where a session is closed.
            let back = |floor: &Floor<'_>| match &floor.view.pending {
                Some(pending) if pending.by != caller.agent => {
                    let because = Because { reason: nothing() };
                    Ok((Body::Reject(because), Some(pending.id)))
                }
                Some(_) | None => withdraw(floor),
            };
            utter(app, speaker, &id, None, back).await.map_err(refused)?;
            utter(app, speaker, &id, None, closing).await.map_err(refused)?;
        }
        State::Introduced
        | State::Conversing
        | State::Executing
        | State::Escalated
        | State::Closed
        | State::Failed => utter(app, speaker, &id, None, closing).await.map_err(refused)?,
    }
    Ok(task(app, caller, target, &id.to_hex()).await?.1)
}

/// Keeps where a client is told of a task.
///
/// # Errors
/// That the node may not reach it, or that there are as many as may be.
pub(crate) async fn keep_push(app: &Arc<App>, push: Push) -> Result<(), A2aError> {
    let of_thread = Arc::clone(app);
    let kept = app.reads.run(move |_| Ok(of_thread.a2a.desk.keep_push(&push))).await?;
    kept.map_err(|not_kept| match not_kept {
        asp_store::a2a::NotKept::Full => A2aError::params("there are as many configurations as may be"),
        asp_store::a2a::NotKept::Fault(fault) => Denial::from(fault).into(),
    })?;
    app.a2a.moved.notify_one();
    Ok(())
}

/// Says what waits in sessions whose agents have come in; of those that moved, or of all. Whether there was no room for some.
pub(crate) async fn carry(app: &Arc<App>, moved: Option<&BTreeSet<Hash>>) -> bool {
    let of_thread = Arc::clone(app);
    let waiting = match app.reads.wait_and_run(move |_| Ok(of_thread.a2a.desk.waiting()?)).await {
        Ok(waiting) => waiting,
        Err(denial) => {
            tracing::error!(?denial, "what A2A clients wait to say cannot be read");
            return true;
        }
    };
    let mut again = false;
    for id in waiting.into_iter().filter(|id| moved.is_none_or(|moved| moved.contains(id))) {
        if app.is_stopping() {
            return again;
        }
        let refused = match carry_one(app, id).await {
            Ok(Carried::NotYet) => continue,
            Ok(Carried::Said) => None,
            Err(error) if matches!(error.kind, Kind::Busy | Kind::TooMuch | Kind::Internal) => {
                tracing::warn!(session = %id.to_hex(), "what an A2A client said waits still");
                again = true;
                continue;
            }
            Err(error) => Some(error.words()),
        };
        let of_thread = Arc::clone(app);
        let settle = move |_: &Reader<'_>| Ok(of_thread.a2a.desk.settle(&id, refused.as_deref())?);
        if let Err(denial) = app.reads.wait_and_run(settle).await {
            tracing::error!(?denial, "what became of what an A2A client said is not noted");
        }
        app.hub.alarm(&Topic::Stream(StreamId::Session(id)));
    }
    again
}

/// What became of what waits in a session.
enum Carried {
    NotYet,
    Said,
}

async fn carry_one(app: &Arc<App>, id: Hash) -> Result<Carried, A2aError> {
    let of_thread = Arc::clone(app);
    let read = move |reader: &Reader<'_>| {
        let first = reader.entries(&StreamId::Session(id), None, 1)?;
        let me = first.first().and_then(|entry| entry.statement.statement().issuer.agent().cloned());
        let Some(me) = me else { return Ok(None) };
        let session = reader.session(&Tenant::Agent(me.clone()), &id)?.ok_or(Code::NotFound)?;
        let desk = &of_thread.a2a.desk;
        let said = desk.said(&id)?;
        let Some(first) = said.get(&id).cloned() else { return Ok(None) };
        // The node may have stopped, or had no room, after some of it was said.
        let done = acts_that_stand(reader, &id, (&first.request, &said))?;
        let client = first.client.map(|client| desk.client_by_id(client)).transpose()?.flatten();
        Ok(Some((session.state(), client, first, done, me)))
    };
    let Some((state, client, first, done, me)) = app.reads.wait_and_run(read).await? else {
        return Ok(Carried::NotYet);
    };
    if matches!(state, State::Idle | State::Invited) {
        return Ok(Carried::NotYet);
    }
    if has_ended(state) {
        return Ok(Carried::Said);
    }
    let guest = app.a2a.cast.as_ref().filter(|cast| cast.guest == me).map(|cast| cast.guest_key.clone());
    let client = client.filter(|client| client.agent == me).map(|client| client.key);
    // No other client's key signs what this one said.
    let key = if first.client.is_some() { client } else { guest };
    let key = key.ok_or_else(|| A2aError::params("the client was removed"))?;
    let message = first.message.as_deref().unwrap_or_default();
    let message: Message = serde_json::from_str(message).map_err(|_| Denial::Internal)?;
    let caller = Caller { agent: me, key, client: first.client, token: None, from: None };
    let said = Said { message: None, waits: false, refused: None, ..first };
    for act in Spoken::of(&message)?.acts.iter().skip(done) {
        speak(app, &caller, &id, act, said.clone()).await?;
    }
    Ok(Carried::Said)
}

/// Forgets first messages whose sessions the log has not: the node stopped before they were taken in.
pub(crate) async fn forget_lost(app: &Arc<App>) {
    let of_thread = Arc::clone(app);
    let forget = move |reader: &Reader<'_>| {
        for id in of_thread.a2a.desk.waiting()? {
            if reader.entries(&StreamId::Session(id), None, 1)?.is_empty() {
                of_thread.a2a.desk.forget(&id)?;
            }
        }
        Ok(())
    };
    if let Err(denial) = app.reads.wait_and_run(forget).await {
        tracing::error!(?denial, "what A2A clients wait to say cannot be read");
    }
}
