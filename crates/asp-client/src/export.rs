//! A session in a file, with all that it rests on, and what it comes to when anybody judges it again.

use std::collections::BTreeSet;
use std::fmt;

use asp_core::key::KeyId;
use asp_core::name::{Origin, StreamId};
use asp_core::position::{Hash, LogPoint, Position};
use asp_core::rejection::{Code, Rejection};
use asp_core::session::table::State;
use asp_core::session::trace::{SessionTrace, Tracer};
use asp_core::stream::Accepted;
use asp_core::world::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::{Message, SessionView};

/// A session as a reader took it from a node: the statements, and what the node said that they come to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionExport {
    /// The log that it was said in.
    pub origin: Origin,
    /// The key under which the node was known.
    pub node_key: KeyId,
    /// The session.
    pub session: Hash,
    /// Statements of the session and of the streams on which it rests, in the order of the log.
    pub messages: Vec<Message>,
    /// What the node said that the session has come to, a [`SessionView`] as JSON.
    pub recorded: Value,
}

/// What an export comes to when it is judged again.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The session's statements up to the first difference, each with the states that it led between.
    pub steps: Vec<Step>,
    /// The first thing in which the record and the rules differ; none if the record is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

/// One statement of the session and what it did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The statement.
    #[serde(flatten)]
    pub message: Message,
    /// The state before it.
    pub before: State,
    /// The state after it.
    pub state: State,
}

/// Where a record is not what follows from the rules.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Difference {
    /// A statement that could not have been taken in where it stands.
    Refused {
        /// Its place in the log.
        log_index: Position,
        /// What it breaks.
        code: Code,
        /// The numbered rule that it breaks, where one says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<&'static str>,
        /// Where in the statement, as an RFC 6901 pointer.
        #[serde(skip_serializing_if = "Option::is_none")]
        pointer: Option<String>,
    },
    /// Two statements at one place of the log, or one that stands out of its order.
    Misplaced {
        /// The place.
        log_index: Position,
    },
    /// No statement opens the session.
    NoBeginning,
    /// The session comes to something else than was recorded.
    Outcome {
        /// Where in the session, as an RFC 6901 pointer.
        pointer: String,
        /// What was recorded there; absent if nothing was.
        #[serde(skip_serializing_if = "Option::is_none")]
        recorded: Option<Value>,
        /// What follows from the statements; absent if nothing does.
        #[serde(skip_serializing_if = "Option::is_none")]
        follows: Option<Value>,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
        match self {
            Self::Refused { log_index, code, rule, pointer } => {
                write!(f, "the statement at log index {log_index} would be refused: {code}")?;
                let parts = [rule.map(str::to_owned), pointer.clone()];
                let parts: Vec<String> =
                    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
                if parts.is_empty() { Ok(()) } else { write!(f, " ({})", parts.join(" at ")) }
            }
            Self::Misplaced { log_index } => write!(f, "the order of the log is broken at {log_index}"),
            Self::NoBeginning => write!(f, "no statement opens the session"),
            Self::Outcome { pointer, recorded, follows } => write!(
                f,
                "{pointer} was recorded as {}, and {} follows from the statements",
                shown(recorded),
                shown(follows)
            ),
        }
    }
}

impl SessionExport {
    /// Judges every statement again, from nothing, and compares what follows with what was recorded.
    #[must_use]
    pub fn replay(&self) -> Replay {
        let mut steps: Vec<Step> = Vec::new();
        let judged = judge(self.origin.clone(), self.node_key, &self.messages, |message, world| {
            let session = world.session(&self.session);
            if let Some(session) = session.filter(|session| session.head().hash == message.hash) {
                let before = steps.last().map_or(State::Idle, |step| step.state);
                steps.push(Step { message: message.clone(), before, state: session.state() });
            }
        });
        let difference = match judged {
            Err(difference) => Some(difference),
            Ok(world) => self.outcome(&world),
        };
        Replay { steps, difference }
    }

    /// Judges every statement again, from nothing, and tells the session's course.
    ///
    /// # Errors
    /// The first statement that the rules do not allow, or that the session does not begin.
    pub fn trace(&self) -> Result<SessionTrace, Difference> {
        judge(self.origin.clone(), self.node_key, &self.messages, |_, _| ())?;
        let mut tracer = Tracer::default();
        for message in &self.messages {
            let refused = |rejection| refused(message.log_index, rejection);
            let verified = message.verify().map_err(refused)?;
            if verified.statement().stream == StreamId::Session(self.session) {
                let at = LogPoint { index: message.log_index, time: message.log_time };
                tracer.take(&Accepted::from_store(verified, at)).map_err(refused)?;
            }
        }
        tracer.finish().ok_or(Difference::NoBeginning)
    }

    fn outcome(&self, world: &World) -> Option<Difference> {
        let Some(session) = world.session(&self.session) else { return Some(Difference::NoBeginning) };
        let follows = serde_json::to_value(SessionView::from(session)).unwrap_or_default();
        let mut recorded = self.recorded.clone();
        // What narrows a session depends on when one looks, not on what was said in it; what its initiator had to have
        // earned stands in the policies of others.
        if let Some(recorded) = recorded.as_object_mut() {
            recorded.remove("narrowed");
            recorded.remove("admitted");
        }
        differ("", Some(&recorded), Some(&follows))
    }
}

/// Judges statements that stand in the order of the log, from nothing, and shows the world after each.
///
/// # Errors
/// The first that is out of order or that the rules do not allow.
pub(crate) fn judge<'a>(
    origin: Origin,
    node_key: KeyId,
    messages: impl IntoIterator<Item = &'a Message>,
    mut seen: impl FnMut(&Message, &World),
) -> Result<World, Difference> {
    let mut world = World::new(origin, node_key).without_trust();
    let mut last = None;
    for message in messages {
        let log_index = message.log_index;
        if last.is_some_and(|last| last >= log_index) {
            return Err(Difference::Misplaced { log_index });
        }
        last = Some(log_index);
        let at = LogPoint { index: log_index, time: message.log_time };
        let accepted = message.verify().and_then(|verified| world.judge(&verified, at));
        let accepted = accepted.map_err(|rejection| refused(log_index, rejection))?;
        world.apply(&accepted);
        seen(message, &world);
    }
    Ok(world)
}

fn refused(log_index: Position, Rejection { code, rule, pointer, .. }: Rejection) -> Difference {
    Difference::Refused { log_index, code, rule, pointer }
}

/// The first place in which two values differ, members in the order of their names.
fn differ(pointer: &str, recorded: Option<&Value>, follows: Option<&Value>) -> Option<Difference> {
    let below = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    match (recorded, follows) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            names.into_iter().find_map(|name| differ(&below(name), left.get(name), right.get(name)))
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => (0..left.len().max(right.len()))
            .find_map(|index| differ(&below(&index.to_string()), left.get(index), right.get(index))),
        (left, right) if left == right => None,
        (left, right) => Some(Difference::Outcome {
            pointer: pointer.to_owned(),
            recorded: left.cloned(),
            follows: right.cloned(),
        }),
    }
}
