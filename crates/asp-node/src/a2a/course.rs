//! A session as the task of one client: its statements, one after the other, become a state, a history, artifacts, events.
//!
//! A fold of the stream and of the client's own messages, so that whoever reads it, whenever and how often, is told the same in
//! the same order. Knows no store and no network.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "few bodies have words, data or packages, and few keep the move"
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use asp_client::api::{CommitmentView, SessionView};
use asp_core::a2a::EXTENSION;
use asp_core::limits;
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::{Hash, LogTime, Sequence};
use asp_core::session::Session;
use asp_core::session::table::{Reason, State};
use asp_core::statement::Statement;
use asp_core::statement::body::{
    Accept, Body, Close, CommitmentState, Counter, Inform, Outcome, Propose, Withdraw,
};
use asp_core::stream::Accepted;
use asp_store::Entry;
use asp_store::a2a::Said;
use serde_json::{Map, Value, json};

use super::act::{Spoken, awaits};
use super::wire::{
    Artifact, ArtifactUpdate, Event, Message, Part, Role, Status, StatusUpdate, Task, TaskState, has_ended,
};

/// The member of a note's data that is shown as an artifact of A2A.
const ARTIFACT: &str = "artifact";
/// The member of a note's data by which an agent answers with a message, and no task.
const DIRECT: &str = "direct";
/// What artifacts are called that the node itself vouches for.
const COMMITMENT: &str = "commitment";

/// Whose move it is, where nothing open says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Client,
    Agent,
}

/// A task, as far as it has been read.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    me: AgentUri,
    context: String,
    said: BTreeMap<Hash, Said>,
    session: Option<Session>,
    turn: Turn,
    /// Who closed it, if somebody did.
    closed_by: Option<Issuer>,
    state: TaskState,
    at: LogTime,
    last: Sequence,
    /// The last that the agent said in words or data.
    spoken: Option<Message>,
    /// Whether the agent answers by a message alone.
    direct: bool,
    /// Whether what was said and handed over is kept.
    records: bool,
    /// With the bytes of each.
    history: VecDeque<(usize, Message)>,
    history_bytes: usize,
    artifacts: Vec<Artifact>,
    /// The bytes of each artifact of the agent's.
    handed: BTreeMap<String, usize>,
    /// The bytes of all that was read.
    bytes: usize,
    commitments: BTreeSet<Hash>,
}

impl Course {
    /// Nothing read yet of a session that this agent's client opened.
    pub(crate) fn new(me: AgentUri, context: String, said: BTreeMap<Hash, Said>) -> Self {
        Self {
            me,
            context,
            said,
            session: None,
            turn: Turn::Agent,
            closed_by: None,
            state: TaskState::Submitted,
            at: LogTime::from_millis(0),
            last: Sequence(0),
            spoken: None,
            direct: false,
            records: true,
            history: VecDeque::new(),
            history_bytes: 0,
            artifacts: Vec::new(),
            handed: BTreeMap::new(),
            bytes: 0,
            commitments: BTreeSet::new(),
        }
    }

    /// The session so far.
    pub(crate) const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// How far the task is.
    pub(crate) const fn state(&self) -> TaskState {
        self.state
    }

    /// When something was last said in it.
    pub(crate) const fn at(&self) -> LogTime {
        self.at
    }

    /// The last statement that was read.
    pub(crate) const fn last(&self) -> Sequence {
        self.last
    }

    /// What the client calls the conversation.
    pub(crate) fn context(&self) -> &str {
        &self.context
    }

    /// The bytes of all that was read.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Lets go of what was said and handed over, and keeps no more of it: for whoever is told of changes alone. What is heard
    /// from then on needs the first message and no other.
    pub(crate) fn forget_past(&mut self) {
        self.records = false;
        (self.history, self.artifacts) = (VecDeque::new(), Vec::new());
        if let Some(first) = self.session.as_ref().map(Session::id) {
            self.said.retain(|statement, _| *statement == first);
        }
    }

    /// Notes messages that came since; what was refused of them changes how the task stands.
    pub(crate) fn hear(&mut self, said: BTreeMap<Hash, Said>) -> Option<Event> {
        self.said = said;
        let before = self.state;
        self.settle();
        (before != self.state).then(|| self.status_update())
    }

    /// Takes the next statement; tells what changed by it.
    pub(crate) fn take(&mut self, entry: &Entry) -> Vec<Event> {
        let accepted = Accepted::from_store(entry.statement.clone(), entry.point);
        match &mut self.session {
            Some(session) => {
                session.apply(&accepted);
            }
            None => self.session = Session::open(&accepted),
        }
        let statement = entry.statement.statement();
        self.last = statement.sequence;
        // Whatever is said updates the task: those that are listed stand in the order of this time (A2A §3.1.4).
        self.at = entry.point.time;
        let mut events = Vec::new();
        self.bytes += statement.bytes().len();
        let heard = self.record(statement, &mut events);
        self.turn(statement);
        let before = self.state;
        self.settle();
        events.extend(self.formed());
        if before != self.state || heard {
            events.push(self.status_update());
        }
        events
    }

    /// Puts a statement into the history; whether the agent said something to the client by it.
    fn record(&mut self, statement: &Statement, events: &mut Vec<Event>) -> bool {
        if statement.issuer.agent() == Some(&self.me) {
            if !self.records {
                return false;
            }
            match self.said.get(&statement.hash).map(|said| said.message.as_deref()) {
                Some(Some(message)) => {
                    let bytes = message.len();
                    let message = serde_json::from_str::<Message>(message).unwrap_or_default();
                    self.bytes += bytes;
                    let message = self.belonging(message);
                    self.remember(bytes, message);
                }
                Some(None) => {}
                None => {
                    let message = self.told(statement, Role::User);
                    self.remember(statement.bytes().len(), message);
                }
            }
            return false;
        }
        if let Body::Close(Close::Receipt(_)) = statement.body
            && self.closed_by.is_some()
        {
            // A countersignature says nothing.
            return false;
        }
        // What there is no place for is told as what it is in the log: a remark.
        let handed = self.artifact(statement);
        if let Some(artifact) = handed.filter(|update| self.fits(update, statement)) {
            self.merge(&artifact);
            events.push(Event::ArtifactUpdate(Box::new(artifact)));
            return false;
        }
        if matches!(&statement.body, Body::Accept(Accept::Introduction(_))) {
            return false;
        }
        self.direct |= data_of(&statement.body).is_some_and(|data| data.contains_key(DIRECT));
        let message = self.told(statement, Role::Agent);
        self.spoken = Some(message.clone());
        self.remember(statement.bytes().len(), message);
        true
    }

    /// Puts a message into the history, whose beginning goes when it is too long.
    fn remember(&mut self, bytes: usize, message: Message) {
        if !self.records {
            return;
        }
        self.history.push_back((bytes, message));
        self.history_bytes += bytes;
        while self.history_bytes > limits::A2A_TASK_BYTES_MAX
            && let Some((bytes, _)) = self.history.pop_front()
        {
            self.history_bytes -= bytes;
        }
    }

    /// A message as a part of this task.
    fn belonging(&self, mut message: Message) -> Message {
        message.task_id = self.id();
        message.context_id.clone_from(&self.context);
        message
    }

    /// A statement as a message: its words, and all of it as data.
    fn told(&self, statement: &Statement, role: Role) -> Message {
        let words = words_of(&statement.body);
        let body = serde_json::to_value(&statement.body).unwrap_or_default();
        let mut data = Map::from_iter([
            ("act".to_owned(), json!(statement.kind.as_str().to_ascii_lowercase())),
            ("statement".to_owned(), json!(statement.hash)),
            ("by".to_owned(), json!(statement.issuer)),
            ("body".to_owned(), body),
        ]);
        if let Some(answered) = statement.in_reply_to {
            data.insert("inReplyTo".to_owned(), json!(answered));
        }
        let packages = packages_of(&statement.body);
        if !packages.is_empty() {
            data.insert("termsHashes".to_owned(), json!(packages));
        }
        let text = words.filter(|words| !words.is_empty()).map(Part::of_text);
        let message = Message {
            message_id: statement.hash.to_hex(),
            role,
            parts: text.into_iter().chain([Part::of_data(Value::Object(data))]).collect(),
            extensions: vec![EXTENSION.to_owned()],
            ..Message::default()
        };
        self.belonging(message)
    }

    /// What the agent hands over by a note, in the form of A2A. Nothing that could be taken for what the node vouches for.
    fn artifact(&self, statement: &Statement) -> Option<ArtifactUpdate> {
        let Body::Inform(Inform::Note(_)) = &statement.body else { return None };
        let data = data_of(&statement.body)?;
        let mut artifact: Artifact = serde_json::from_value(data.get(ARTIFACT)?.clone()).ok()?;
        if artifact.parts.is_empty() || looks_vouched_for(&artifact) {
            return None;
        }
        if !artifact.parts.iter().all(Part::is_one) {
            // No reader of A2A could take it.
            return None;
        }
        if artifact.artifact_id.is_empty() {
            artifact.artifact_id = format!("note:{}", statement.hash);
        }
        artifact.extensions.retain(|extension| !is_ours(extension));
        artifact.metadata.retain(|name, _| !is_ours(name));
        for part in &mut artifact.parts {
            part.metadata.retain(|name, _| !is_ours(name));
        }
        let flag = |name: &str| data.get(name).and_then(Value::as_bool).unwrap_or(false);
        Some(ArtifactUpdate {
            task_id: self.id(),
            context_id: self.context.clone(),
            artifact,
            append: flag("append"),
            last_chunk: flag("lastChunk"),
        })
    }

    /// Whether there is a place for what the agent hands over by a statement; it has it then.
    fn fits(&mut self, update: &ArtifactUpdate, statement: &Statement) -> bool {
        let id = &update.artifact.artifact_id;
        let known = self.handed.get(id).copied().unwrap_or(0);
        let others = self.handed.values().sum::<usize>() - known;
        let bytes = statement.bytes().len() + if update.append { known } else { 0 };
        let fits = others + bytes <= limits::A2A_TASK_BYTES_MAX;
        if fits {
            self.handed.insert(id.clone(), bytes);
        }
        fits
    }

    fn merge(&mut self, update: &ArtifactUpdate) {
        if !self.records {
            return;
        }
        let known = self.artifacts.iter_mut().find(|known| known.artifact_id == update.artifact.artifact_id);
        match known {
            Some(known) if update.append => known.parts.extend(update.artifact.parts.iter().cloned()),
            Some(known) => known.clone_from(&update.artifact),
            None => self.artifacts.push(update.artifact.clone()),
        }
    }

    /// Commitments that the last statement formed or changed, as artifacts.
    fn formed(&mut self) -> Vec<Event> {
        let Some(session) = &self.session else { return Vec::new() };
        let view = |commitment| CommitmentView::of(session.id(), commitment, session.last());
        let views: Vec<CommitmentView> = session.commitments().values().map(view).collect();
        let mut events = Vec::new();
        for view in views {
            let formed = self.commitments.insert(view.id);
            let update = ArtifactUpdate {
                task_id: self.id(),
                context_id: self.context.clone(),
                artifact: commitment(&view),
                append: false,
                last_chunk: true,
            };
            self.merge(&update);
            if formed {
                events.push(Event::ArtifactUpdate(Box::new(update)));
            }
        }
        events
    }

    /// Whose move it is after a statement.
    fn turn(&mut self, statement: &Statement) {
        if let Body::Close(Close::Receipt(_)) = statement.body {
            self.closed_by.get_or_insert_with(|| statement.issuer.clone());
        }
        let own = statement.issuer.agent() == Some(&self.me);
        self.turn = match (&statement.body, own) {
            (
                Body::Propose(Propose::Invitation(_))
                | Body::Inform(Inform::Note(_))
                | Body::Query(_)
                | Body::Clarify(_)
                | Body::Observe(_),
                true,
            ) => Turn::Agent,
            // How far it is, and what is handed over on the way, keeps the move.
            (Body::Inform(Inform::Note(_) | Inform::Progress(_) | Inform::Usage(_)), false)
                if statement.in_reply_to.is_none() =>
            {
                self.turn
            }
            (Body::Observe(_) | Body::Delegate(_), false) => self.turn,
            (Body::Accept(Accept::Introduction(_)), false) if self.waits() => Turn::Agent,
            (_, true | false) => Turn::Client,
        };
    }

    /// Whether the first message has more in it than an opening, which is said once the agent has come in.
    fn waits(&self) -> bool {
        let first = self.session.as_ref().and_then(|session| self.said.get(&session.id()));
        let Some(Said { message: Some(message), refused: None, .. }) = first else { return false };
        let message = serde_json::from_str(message).unwrap_or_default();
        Spoken::of(&message).is_ok_and(|spoken| !spoken.acts.is_empty())
    }

    /// Why what waited could not be said, if so.
    fn refused(&self) -> Option<&str> {
        let session = self.session.as_ref()?;
        self.said.get(&session.id())?.refused.as_deref()
    }

    /// How far the task is by all that has been read.
    fn settle(&mut self) {
        let Some(session) = &self.session else { return };
        let view = SessionView::from(session);
        self.state = match view.state {
            State::Closed => self.ended(&view),
            State::Failed => failed(&view),
            State::Idle | State::Invited => self.invited(&view),
            State::Escalated => self.escalated(&view),
            State::Introduced | State::Conversing | State::Agreeing | State::Executing => {
                self.speaking(&view)
            }
        };
    }

    fn ended(&self, view: &SessionView) -> TaskState {
        let completed = view.end.as_ref().is_some_and(|end| end.code == Reason::Completed.as_str());
        let made = view.commitments.iter().any(|made| made.state != CommitmentState::Terminated);
        if view.receipt.outcome == Outcome::Breached {
            TaskState::Failed
        } else if made {
            TaskState::Completed
        } else if !completed {
            TaskState::Failed
        } else if self.closed_by.as_ref().and_then(Issuer::agent) == Some(&self.me) {
            TaskState::Canceled
        } else {
            TaskState::Completed
        }
    }

    fn invited(&self, view: &SessionView) -> TaskState {
        // Other conditions than the client's own are for it to answer.
        let own = view.conditions.is_none_or(|conditions| conditions == view.id) || self.turn == Turn::Agent;
        if own { TaskState::Submitted } else { TaskState::InputRequired }
    }

    fn escalated(&self, view: &SessionView) -> TaskState {
        let asked = view.escalation.as_ref().map(|escalation| &escalation.authority);
        let own = asked.is_some_and(|asked| asked.organisation() == Some(self.me.organisation()));
        if own { TaskState::AuthRequired } else { TaskState::Working }
    }

    fn speaking(&self, view: &SessionView) -> TaskState {
        let me = &self.me;
        let asked = view.offers.iter().any(|offer| awaits(offer, me))
            || view.pending.as_ref().is_some_and(|pending| pending.awaits.contains(me))
            || view.questions.iter().any(|question| question.awaits == *me);
        let asks = view.offers.iter().any(|offer| offer.by == *me)
            || view.pending.as_ref().is_some_and(|pending| pending.by == *me)
            || view.questions.iter().any(|question| question.by == *me);
        match (asked, asks, self.turn) {
            (true, _, _) => TaskState::InputRequired,
            (false, true, _) => TaskState::Working,
            (false, false, Turn::Agent) if self.refused().is_none() => TaskState::Working,
            (false, false, Turn::Agent | Turn::Client) => TaskState::InputRequired,
        }
    }

    fn id(&self) -> String {
        self.session.as_ref().map(|session| session.id().to_hex()).unwrap_or_default()
    }

    fn status(&self) -> Status {
        let refused = self.refused().filter(|_| !self.state.is_terminal()).map(|why| {
            let (message_id, parts) = (format!("{}-refused", self.id()), vec![Part::of_text(why)]);
            self.belonging(Message { message_id, role: Role::Agent, parts, ..Message::default() })
        });
        let ended =
            self.session.as_ref().and_then(Session::end).filter(|_| self.spoken.is_none()).map(|end| {
                let (message_id, parts) = (format!("{}-end", self.id()), vec![Part::of_text(&end.sentence)]);
                self.belonging(Message { message_id, role: Role::Agent, parts, ..Message::default() })
            });
        let shown = self.spoken.clone().filter(|_| self.state.rests());
        let message = refused.or_else(|| self.asked_for()).or(shown).or(ended);
        Status { state: self.state, message, timestamp: self.at.to_string() }
    }

    /// What the client's organisation is asked to allow, where the agent's last words do not say it (A2A §7.6.1).
    fn asked_for(&self) -> Option<Message> {
        let open = self.session.as_ref().and_then(Session::escalation)?;
        let message_id = open.statement.to_hex();
        let said = self.spoken.as_ref().is_some_and(|spoken| spoken.message_id == message_id);
        if self.state != TaskState::AuthRequired || said {
            return None;
        }
        let parts = vec![Part::of_text(open.question.to_string())];
        let message = Message { message_id, role: Role::Agent, parts, ..Message::default() };
        Some(self.belonging(message))
    }

    fn status_update(&self) -> Event {
        let (task_id, context_id) = (self.id(), self.context.clone());
        Event::StatusUpdate(Box::new(StatusUpdate { task_id, context_id, status: self.status() }))
    }

    /// The task, with at most so many messages of its history; none for 0, all without a number.
    pub(crate) fn task(&self, history: Option<usize>, artifacts: bool) -> Task {
        let most = history.unwrap_or(usize::MAX);
        let from = self.history.len().saturating_sub(most);
        let recent: Vec<Message> =
            self.history.iter().skip(from).map(|(_, message)| message.clone()).collect();
        let session = self.session.as_ref();
        let phase = session.map(|session| json!({ "session": session.id(), "state": session.state() }));
        Task {
            id: self.id(),
            context_id: self.context.clone(),
            status: self.status(),
            artifacts: (artifacts && !self.artifacts.is_empty()).then(|| self.artifacts.clone()),
            history: (most > 0 && !recent.is_empty()).then_some(recent),
            metadata: phase.map(|phase| (EXTENSION.to_owned(), phase)).into_iter().collect(),
        }
    }

    /// The answer of an agent that answers with a message and no task.
    pub(crate) fn direct(&self) -> Option<Message> {
        let ended = self.session.as_ref().is_some_and(|session| has_ended(session.state()));
        let direct = self.history.iter().rev().map(|(_, message)| message).find(|message| {
            let data = message.parts.iter().filter_map(|part| part.data.as_ref());
            data.filter_map(|data| data.pointer("/body/data")).any(|data| data.get(DIRECT).is_some())
        });
        let message = direct.filter(|_| self.direct && ended)?;
        Some(Message { task_id: String::new(), ..message.clone() })
    }
}

/// How a session that came to nothing stands as a task.
fn failed(view: &SessionView) -> TaskState {
    let code = view.end.as_ref().and_then(|end| end.code.parse::<Reason>().ok());
    match code {
        Some(Reason::InvitationRejected | Reason::EscalationRejected) => TaskState::Rejected,
        Some(Reason::InvitationWithdrawn) => TaskState::Canceled,
        Some(
            Reason::Completed
            | Reason::Abandoned
            | Reason::InvitationTimeout
            | Reason::ResponseTimeout
            | Reason::SessionTimeout
            | Reason::MessageLimit
            | Reason::BudgetSpent
            | Reason::EscalationTimeout
            | Reason::ConsentRevoked,
        )
        | None => TaskState::Failed,
    }
}

/// Whether a word is the name of the protocol's own extension.
fn is_ours(word: &str) -> bool {
    word.trim().eq_ignore_ascii_case(EXTENSION)
}

/// Whether what an agent hands over has the name or the id of something that the node vouches for.
fn looks_vouched_for(artifact: &Artifact) -> bool {
    let id = artifact.artifact_id.trim().to_ascii_lowercase();
    Hash::from_hex(&id).is_some() || artifact.name.trim().eq_ignore_ascii_case(COMMITMENT)
}

fn commitment(view: &CommitmentView) -> Artifact {
    Artifact {
        artifact_id: view.id.to_hex(),
        name: COMMITMENT.to_owned(),
        description: "What both sides have signed, as it stands in the log.".to_owned(),
        parts: vec![Part::of_data(serde_json::to_value(view).unwrap_or_default())],
        extensions: vec![EXTENSION.to_owned()],
        ..Artifact::default()
    }
}

/// The data of a remark or a question.
fn data_of(body: &Body) -> Option<&Map<String, Value>> {
    match body {
        Body::Inform(Inform::Note(note)) | Body::Clarify(note) | Body::Observe(note) => note.data.as_ref(),
        Body::Query(question) => question.data.as_ref(),
        _ => None,
    }
}

/// The words for people in what is said.
fn words_of(body: &Body) -> Option<String> {
    let text = match body {
        Body::Inform(Inform::Note(note)) | Body::Clarify(note) | Body::Observe(note) => &note.text,
        Body::Inform(Inform::Progress(note) | Inform::Contest(note)) => &note.text,
        Body::Query(question) => &question.text,
        Body::Reject(because)
        | Body::Withdraw(Withdraw::Withdrawal(because) | Withdraw::Departure(because)) => &because.reason,
        Body::Close(Close::Receipt(closing)) => &closing.reason,
        Body::Escalate(escalation) => &escalation.question,
        Body::Propose(Propose::Proposal(offer)) => offer.reasoning.as_ref()?,
        Body::Counter(Counter::CounterOffer(offer)) => offer.reasoning.as_ref()?,
        Body::Close(Close::Timeout(timeout)) | Body::Withdraw(Withdraw::Timeout(timeout)) => {
            return Some(timeout.reason.sentence().to_owned());
        }
        _ => return None,
    };
    Some(text.to_string())
}

/// The hashes of the packages of an offer, in their order: what an acceptance names.
fn packages_of(body: &Body) -> Vec<Hash> {
    let packages = match body {
        Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) => {
            &offer.packages
        }
        _ => return Vec::new(),
    };
    packages.iter().map(|package| package.terms_hash()).collect()
}
