//! The two bindings of A2A 1.0 that a node speaks, below an address for each agent: JSON-RPC 2.0 by POST to the address itself,
//! HTTP+JSON behind it. Reads what a request brings, asks `crate::a2a`, writes the answer; every error has A2A's own shape.

mod asked;
mod list;
mod push;

use std::convert::Infallible;
use std::sync::Arc;

use asp_core::a2a::{EXTENSION, VERSION};
use asp_core::limits;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;
use serde_json::{Map, Value, json};

use super::extract::{self, A2aPath};
use super::{App, cards};
use crate::a2a::follow::{Follow, Until};
use crate::a2a::talk::{self, Caller};
use crate::a2a::wire::{A2aError, Event, Kind, Send};
use crate::delivery::sse::HEARTBEAT;
use crate::http::problem::Denial;
use crate::quota::Prefix;
use asked::{Asked, Streamed, length, of_address, of_method, query};
use list::list_tasks;
use push::{keep_push, permitted, pushes};

/// The media type of HTTP+JSON.
const A2A_JSON: &str = "application/a2a+json";
/// The media type of JSON-RPC.
const JSON: &str = "application/json";
/// What a client says of the version that it speaks.
const VERSION_HEADER: HeaderName = HeaderName::from_static("a2a-version");
/// What a client says of the extensions that it wants.
const EXTENSIONS_HEADER: HeaderName = HeaderName::from_static("a2a-extensions");
/// Seconds after which it may be tried again.
const AGAIN: HeaderValue = HeaderValue::from_static("1");

/// What an operation is answered with.
enum Answer {
    Json(Value),
    Stream(Box<Follow>),
}

/// Ask an agent by A2A: JSON-RPC, or HTTP+JSON with a body.
///
/// POST to the agent's address is JSON-RPC 2.0. Below it are `message:send`, `message:stream`, `tasks/{id}:cancel`,
/// `tasks/{id}:subscribe` and `tasks/{id}/pushNotificationConfigs` of HTTP+JSON. The header `A2A-Version` has to be `1.0`.
#[utoipa::path(post, path = "/a2a/{domain}/{*path}", tag = "a2a",
    params(("domain" = String, Path, description = "The domain of the agent's organisation"),
        ("path" = String, Path, description = "The rest of the agent's name, and what is asked of it")),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "A request of JSON-RPC 2.0, or the message of A2A"),
    responses((status = 200, description = "The answer of A2A; server-sent events for what is streamed",
            body = serde_json::Value),
        (status = 400, description = "An error of A2A", body = serde_json::Value)),
    security(("a2a" = [])))]
pub(super) async fn post(State(app): State<Arc<App>>, path: A2aPath, request: Request) -> Response {
    let A2aPath { agent, rest } = path;
    if rest.is_empty() {
        rpc(&app, &agent, request).await
    } else {
        http(&app, (&agent, &rest), request).await
    }
}

/// Ask an agent by A2A: what is read over HTTP+JSON.
///
/// Below the agent's address are `tasks`, `tasks/{id}`, `tasks/{id}:subscribe`, `tasks/{id}/pushNotificationConfigs`,
/// `extendedAgentCard`, and its card at `.well-known/agent-card.json`.
#[utoipa::path(get, path = "/a2a/{domain}/{*path}", tag = "a2a",
    params(("domain" = String, Path, description = "The domain of the agent's organisation"),
        ("path" = String, Path, description = "The rest of the agent's name, and what is asked of it")),
    responses((status = 200, description = "The answer of A2A", body = serde_json::Value),
        (status = 404, description = "An error of A2A", body = serde_json::Value)),
    security(("a2a" = [])))]
pub(super) async fn get(State(app): State<Arc<App>>, path: A2aPath, request: Request) -> Response {
    let A2aPath { agent, rest } = path;
    if rest == asp_core::a2a::PATH {
        return match card(&app, agent, request.headers()).await {
            Ok(response) => response,
            Err(denial) => denial.into_response(),
        };
    }
    http(&app, (&agent, &rest), request).await
}

/// Ask an agent by A2A: have a client told of a task no more.
#[utoipa::path(delete, path = "/a2a/{domain}/{*path}", tag = "a2a",
    params(("domain" = String, Path, description = "The domain of the agent's organisation"),
        ("path" = String, Path, description = "The rest of the agent's name, and what is asked of it")),
    responses((status = 200, description = "The answer of A2A", body = serde_json::Value),
        (status = 404, description = "An error of A2A", body = serde_json::Value)),
    security(("a2a" = [])))]
pub(super) async fn delete(State(app): State<Arc<App>>, path: A2aPath, request: Request) -> Response {
    let A2aPath { agent, rest } = path;
    http(&app, (&agent, &rest), request).await
}

async fn card(app: &Arc<App>, agent: AgentUri, headers: &HeaderMap) -> Result<Response, Denial> {
    cards::of_agent(app, agent, headers).await
}

/// JSON-RPC 2.0: every answer has the id of its request, and errors are answers.
async fn rpc(app: &Arc<App>, agent: &AgentUri, request: Request) -> Response {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let from = request.extensions().get::<Prefix>().copied();
    let bytes = match extract::a2a_body(request, app).await {
        Ok(bytes) => bytes,
        Err(denial) => return rpc_error(&Value::Null, &denial.into()),
    };
    let (id, method, params) = match rpc_request(&bytes) {
        Ok(request) => request,
        Err((id, error)) => return rpc_error(&id, &error),
    };
    let answered = async {
        // Another version has other methods: none of them is unknown before that is said.
        versioned(&headers, &uri)?;
        carry_out(app, (agent, of_method(&method, params)?), &headers, from).await
    };
    let mut response = match answered.await {
        Ok(Answer::Json(result)) => {
            json_of(JSON, 200, &json!({ "jsonrpc": "2.0", "id": id, "result": result }))
        }
        Ok(Answer::Stream(follow)) => {
            let wrap = move |event| json!({ "jsonrpc": "2.0", "id": id, "result": event });
            streamed(*follow, wrap)
        }
        Err(error) => rpc_error(&id, &error),
    };
    activated(&headers, &mut response);
    response
}

/// A request as JSON-RPC has it: its id, its method and its parameters.
fn rpc_request(bytes: &Bytes) -> Result<(Value, String, Value), (Value, A2aError)> {
    let refused = |id: &Value, kind, detail: &str| (id.clone(), A2aError::of(kind, detail));
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|_| refused(&Value::Null, Kind::Parse, "the body is no JSON"))?;
    let id = value.get("id").cloned().unwrap_or_default();
    let short = id.as_str().is_none_or(|text| text.len() <= limits::A2A_ID_BYTES_MAX);
    let id = if short && (id.is_string() || id.is_i64() || id.is_u64()) { id } else { Value::Null };
    let given = value.get("id");
    let request = |detail: &str| refused(&id, Kind::Request, detail);
    let object = value.as_object().ok_or_else(|| request("a request is an object"))?;
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(request("`jsonrpc` is not \"2.0\""));
    }
    // Without an id nobody could be answered.
    if given.is_none_or(|given| given.is_null() || id.is_null()) {
        return Err(request("`id` is no integer and no short string"));
    }
    let method =
        object.get("method").and_then(Value::as_str).ok_or_else(|| request("there is no `method`"))?;
    let params = match object.get("params") {
        None | Some(Value::Null) => Value::Object(Map::new()),
        Some(params) => params.clone(),
    };
    let method = method.to_owned();
    Ok((id, method, params))
}

/// HTTP+JSON: methods and addresses below that of the agent.
async fn http(app: &Arc<App>, (agent, rest): (&AgentUri, &str), request: Request) -> Response {
    let (headers, uri, method) = (request.headers().clone(), request.uri().clone(), request.method().clone());
    let from = request.extensions().get::<Prefix>().copied();
    let answered = async {
        versioned(&headers, &uri)?;
        let bytes = if method == Method::POST {
            extract::a2a_body_or_none(request, app).await?
        } else {
            Bytes::new()
        };
        let asked = of_address(&method, rest, &uri, &bytes)?;
        carry_out(app, (agent, asked), &headers, from).await
    };
    let mut response = match answered.await {
        Ok(Answer::Json(result)) => json_of(A2A_JSON, 200, &result),
        Ok(Answer::Stream(follow)) => streamed(*follow, |event| event),
        Err(error) => {
            let (_, status, ..) = error.kind.row();
            failing(&error, json_of(A2A_JSON, status, &error.of_http()))
        }
    };
    activated(&headers, &mut response);
    response
}

/// Whether the client speaks a version that is spoken here; who says nothing speaks 0.3 (A2A §3.6.2).
fn versioned(headers: &HeaderMap, uri: &Uri) -> Result<(), A2aError> {
    let header = headers.get(VERSION_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let parameter = || query(uri).ok()?.get("A2A-Version")?.as_str().map(str::to_owned);
    let said = header.or_else(parameter).unwrap_or_default();
    let mut numbers = said.trim().split('.');
    let spoken = (numbers.next(), numbers.next()) == (Some("1"), Some("0"))
        && numbers.all(|number| number.parse::<u32>().is_ok());
    if spoken {
        return Ok(());
    }
    Err(A2aError::of(Kind::Version, format!("A2A-Version has to be {VERSION}")))
}

/// Says that the extension is used, where the client asked for it.
fn activated(asked: &HeaderMap, response: &mut Response) {
    let mut wanted = asked.get_all(EXTENSIONS_HEADER).iter().filter_map(|value| value.to_str().ok());
    if wanted.any(|list| list.split(',').any(|uri| uri.trim() == EXTENSION)) {
        response.headers_mut().insert(EXTENSIONS_HEADER, HeaderValue::from_static(EXTENSION));
    }
    response.headers_mut().insert(VERSION_HEADER, HeaderValue::from_static(VERSION));
}

/// The token of a client; one that is shown in another way than as a bearer's is none.
fn token(headers: &HeaderMap) -> Result<Option<&str>, A2aError> {
    let Some(shown) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let bearer = || {
        let (scheme, token) = shown.to_str().ok()?.split_once(' ')?;
        (scheme.eq_ignore_ascii_case("Bearer") && token.len() <= limits::A2A_ID_BYTES_MAX)
            .then_some(token.trim())
    };
    bearer().map(Some).ok_or_else(|| Denial::from(Code::InvalidToken).into())
}

async fn carry_out(
    app: &Arc<App>,
    (agent, asked): (&AgentUri, Asked),
    headers: &HeaderMap,
    from: Option<Prefix>,
) -> Result<Answer, A2aError> {
    let caller = talk::authenticate(app, token(headers)?, agent, from).await?;
    let json = |value: Value| Ok(Answer::Json(value));
    match asked {
        Asked::Send(send, Streamed::No) => send_message(app, &caller, agent, *send).await.map(Answer::Json),
        Asked::Send(send, Streamed::Yes) => {
            let history = length(send.configuration.history_length)?;
            let id = say(app, &caller, agent, *send).await?;
            let follow = Follow::begin(app, caller, agent, (&id, history, Until::ItRests)).await?;
            Ok(Answer::Stream(Box::new(follow)))
        }
        Asked::Get(named) => {
            let history = length(named.history_length)?;
            let (_, course) = talk::task(app, &caller, agent, &named.id).await?;
            json(json!(course.task(history, true)))
        }
        Asked::List(list) => list_tasks(app, &caller, agent, *list).await.map(Answer::Json),
        Asked::Cancel(id) => json(json!(talk::cancel(app, &caller, agent, &id).await?.task(None, true))),
        Asked::Subscribe(id) => {
            let (id, course) = talk::task(app, &caller, agent, &id).await?;
            if course.state().is_terminal() {
                return Err(A2aError::of(Kind::Unsupported, "the task has ended: nothing follows"));
            }
            let follow = Follow::begin(app, caller, agent, (&id, None, Until::ItEnds)).await?;
            Ok(Answer::Stream(Box::new(follow)))
        }
        Asked::KeepPush(config) => json(json!(keep_push(app, (&caller, agent), *config, None).await?)),
        Asked::GetPush(task, id) => {
            let found = pushes(app, &caller, agent, &task).await?.into_iter().find(|config| config.id == id);
            json(json!(found.ok_or_else(A2aError::no_task)?))
        }
        Asked::ListPushes(task) => {
            json(json!({ "configs": pushes(app, &caller, agent, &task).await?, "nextPageToken": "" }))
        }
        Asked::RemovePush(task, id) => {
            let (session, _) = talk::task(app, &caller, agent, &task).await?;
            let of_thread = Arc::clone(app);
            app.reads.run(move |_| Ok(of_thread.a2a.desk.remove_push(&session, &id)?)).await?;
            app.a2a.moved.notify_one();
            json(json!({}))
        }
        // The card says that there is none.
        Asked::ExtendedCard => {
            Err(A2aError::of(Kind::Unsupported, "there is no other card than the public one"))
        }
    }
}

async fn say(app: &Arc<App>, caller: &Caller, agent: &AgentUri, send: Send) -> Result<Hash, A2aError> {
    let message = send.message.ok_or_else(|| A2aError::params("there is no message"))?;
    let config = send.configuration.task_push_notification_config;
    // Whoever wants to be told is told all that follows on its message, however soon that comes.
    let mut from = Sequence(0);
    if let Some(config) = &config {
        permitted(app, config)?;
        if !message.task_id.is_empty() {
            from = talk::task(app, caller, agent, &message.task_id).await?.1.last();
        }
    }
    let id = talk::say(app, caller, agent, &message).await?;
    if let Some(mut config) = config {
        config.task_id = id.to_hex();
        if config.id.is_empty() {
            // The same message again asks for the same.
            let name = [b"asp a2a push\0".as_slice(), message.message_id.as_bytes()];
            config.id = Hash::of(&name).to_hex();
        }
        keep_push(app, (caller, agent), config, Some(from)).await?;
    }
    Ok(id)
}

async fn send_message(
    app: &Arc<App>,
    caller: &Caller,
    agent: &AgentUri,
    send: Send,
) -> Result<Value, A2aError> {
    let history = length(send.configuration.history_length)?;
    let returns = send.configuration.return_immediately;
    let id = say(app, caller, agent, send).await?;
    let course = if returns {
        talk::task(app, caller, agent, &id.to_hex()).await?.1
    } else {
        talk::settled(app, caller, agent, &id).await?
    };
    Ok(match course.direct() {
        Some(message) => json!({ "message": message }),
        None => json!({ "task": course.task(history, true) }),
    })
}

fn streamed(follow: Follow, wrap: impl Fn(Value) -> Value + std::marker::Send + 'static) -> Response {
    let events = unfold((follow, wrap), |(mut follow, wrap)| async move {
        let event: Event = follow.next().await?;
        let data = wrap(json!(event)).to_string();
        Some((Ok::<_, Infallible>(SseEvent::default().data(data)), (follow, wrap)))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}

fn rpc_error(id: &Value, error: &A2aError) -> Response {
    // An error of the operation is an answer; what keeps the node from looking at it is one of HTTP too.
    let (_, status, ..) = error.kind.row();
    let status = if matches!(status, 401 | 429 | 503) { status } else { 200 };
    failing(error, json_of(JSON, status, &json!({ "jsonrpc": "2.0", "id": id, "error": error.of_rpc() })))
}

fn failing(error: &A2aError, mut response: Response) -> Response {
    match error.kind {
        Kind::Unauthenticated => {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"a2a\""));
        }
        Kind::TooMuch | Kind::Busy => {
            response.headers_mut().insert(RETRY_AFTER, AGAIN);
        }
        Kind::Parse
        | Kind::Request
        | Kind::Method
        | Kind::Params
        | Kind::Internal
        | Kind::TaskNotFound
        | Kind::NotCancelable
        | Kind::Unsupported
        | Kind::ContentType
        | Kind::Version => {}
    }
    response
}

fn json_of(kind: &'static str, status: u16, value: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, HeaderValue::from_static(kind))], value.to_string()).into_response()
}
