//! What a client asks for, read from a method of JSON-RPC or from an address of HTTP+JSON: the same operations from both.

use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{Method, Uri};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::a2a::wire::{A2aError, Kind, List, Named, PushConfig, Send};

/// Where an object stands in what clients ask; derived code would take an array there, member by member.
const OBJECTS: [&str; 6] = [
    "",
    "/message",
    "/configuration",
    "/configuration/taskPushNotificationConfig",
    "/configuration/taskPushNotificationConfig/authentication",
    "/authentication",
];

/// An operation, whichever binding it came by.
#[derive(Debug)]
pub(super) enum Asked {
    Send(Box<Send>, Streamed),
    Get(Named),
    List(Box<List>),
    Cancel(String),
    Subscribe(String),
    KeepPush(Box<PushConfig>),
    GetPush(String, String),
    ListPushes(String),
    RemovePush(String, String),
    ExtendedCard,
}

/// Whether an answer comes piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Streamed {
    Yes,
    No,
}

/// What a method of JSON-RPC asks for.
pub(super) fn of_method(method: &str, params: Value) -> Result<Asked, A2aError> {
    check_objects(&params)?;
    let named = |params| -> Result<Named, A2aError> { typed(params) };
    let task = |params| required(named(params)?.id, "id");
    let of_task = |params| required(named(params)?.task_id, "taskId");
    let pushed = |params| -> Result<(String, String), A2aError> {
        let Named { id, task_id, .. } = named(params)?;
        Ok((required(task_id, "taskId")?, required(id, "id")?))
    };
    Ok(match method {
        "SendMessage" => Asked::Send(typed(params)?, Streamed::No),
        "SendStreamingMessage" => Asked::Send(typed(params)?, Streamed::Yes),
        "GetTask" => {
            let named = named(params)?;
            Asked::Get(Named { id: required(named.id, "id")?, ..named })
        }
        "ListTasks" => Asked::List(typed(params)?),
        "CancelTask" => Asked::Cancel(task(params)?),
        "SubscribeToTask" => Asked::Subscribe(task(params)?),
        "CreateTaskPushNotificationConfig" => {
            let config: PushConfig = typed(params)?;
            let task_id = required(config.task_id, "taskId")?;
            Asked::KeepPush(Box::new(PushConfig { task_id, ..config }))
        }
        "GetTaskPushNotificationConfig" => {
            let (task, id) = pushed(params)?;
            Asked::GetPush(task, id)
        }
        "ListTaskPushNotificationConfigs" => Asked::ListPushes(of_task(params)?),
        "DeleteTaskPushNotificationConfig" => {
            let (task, id) = pushed(params)?;
            Asked::RemovePush(task, id)
        }
        "GetExtendedAgentCard" => Asked::ExtendedCard,
        _ => return Err(A2aError::of(Kind::Method, "there is no such method")),
    })
}

fn check_objects(value: &Value) -> Result<(), A2aError> {
    let wrong = |at: &str| Err(A2aError::params(format!("an array is no object (at {at})")));
    if let Some(at) = OBJECTS.iter().find(|at| value.pointer(at).is_some_and(Value::is_array)) {
        return wrong(at);
    }
    let parts = value.pointer("/message/parts").and_then(Value::as_array);
    if parts.is_some_and(|parts| parts.iter().any(Value::is_array)) {
        wrong("/message/parts")
    } else {
        Ok(())
    }
}

/// A member that A2A requires.
fn required(member: String, name: &str) -> Result<String, A2aError> {
    if member.is_empty() { Err(A2aError::params(format!("`{name}` is missing"))) } else { Ok(member) }
}

/// What an address of HTTP+JSON asks for, below that of the agent.
pub(super) fn of_address(method: &Method, rest: &str, uri: &Uri, bytes: &Bytes) -> Result<Asked, A2aError> {
    let none = || A2aError::of(Kind::Method, "there is nothing at this address");
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let posts = *method == Method::POST;
    let parts: Vec<&str> = rest.trim_start_matches('/').split('/').collect();
    Ok(match parts.as_slice() {
        ["message:send"] if posts => Asked::Send(parsed(bytes)?, Streamed::No),
        ["message:stream"] if posts => Asked::Send(parsed(bytes)?, Streamed::Yes),
        ["extendedAgentCard"] if reads => Asked::ExtendedCard,
        ["tasks"] if reads => Asked::List(Box::new(list(uri)?)),
        ["tasks", task] => match task.split_once(':') {
            None if reads => Asked::Get(Named { id: (*task).to_owned(), ..queried(uri)? }),
            Some((id, "cancel")) if posts => Asked::Cancel(id.to_owned()),
            Some((id, "subscribe")) if posts || reads => Asked::Subscribe(id.to_owned()),
            Some(_) | None => return Err(none()),
        },
        ["tasks", task, "pushNotificationConfigs"] if reads => Asked::ListPushes((*task).to_owned()),
        ["tasks", task, "pushNotificationConfigs"] if posts => {
            let config: Box<PushConfig> = parsed(bytes)?;
            Asked::KeepPush(Box::new(PushConfig { task_id: (*task).to_owned(), ..*config }))
        }
        ["tasks", task, "pushNotificationConfigs", id] if reads => {
            Asked::GetPush((*task).to_owned(), (*id).to_owned())
        }
        ["tasks", task, "pushNotificationConfigs", id] if *method == Method::DELETE => {
            Asked::RemovePush((*task).to_owned(), (*id).to_owned())
        }
        _ => return Err(none()),
    })
}

/// The parameters of an address, all of them as text.
pub(super) fn query(uri: &Uri) -> Result<Map<String, Value>, A2aError> {
    let wrong = |_| A2aError::params("the query cannot be read");
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(wrong)?;
    Ok(pairs.into_iter().map(|(name, text)| (name, Value::String(text))).collect())
}

/// The same with numbers and truths as a message has them (A2A §11.5).
fn members(mut query: Map<String, Value>) -> Result<Value, A2aError> {
    for name in ["pageSize", "historyLength"] {
        if let Some(value) = query.get_mut(name) {
            let number = value.as_str().and_then(|text| text.parse::<i64>().ok());
            *value = json!(number.ok_or_else(|| A2aError::params(format!("{name} is no integer")))?);
        }
    }
    if let Some(value) = query.get_mut("includeArtifacts") {
        let truth = value.as_str().and_then(|text| text.parse::<bool>().ok());
        *value = json!(truth.ok_or_else(|| A2aError::params("includeArtifacts is neither true nor false"))?);
    }
    Ok(Value::Object(query))
}

fn queried(uri: &Uri) -> Result<Named, A2aError> {
    typed(members(query(uri)?)?)
}

fn list(uri: &Uri) -> Result<List, A2aError> {
    typed(members(query(uri)?)?)
}

fn parsed<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, A2aError> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|_| A2aError::of(Kind::Parse, "the body is no JSON"))?;
    if !value.is_object() {
        return Err(A2aError::of(Kind::Request, "the body is no object"));
    }
    check_objects(&value)?;
    typed(value)
}

pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, A2aError> {
    serde_json::from_value(value).map_err(|error| A2aError::params(error.to_string()))
}

/// How many messages of a history are wanted.
pub(super) fn length(asked: Option<i64>) -> Result<Option<usize>, A2aError> {
    let number =
        |asked: i64| usize::try_from(asked).map_err(|_| A2aError::params("historyLength is negative"));
    asked.map(number).transpose()
}
