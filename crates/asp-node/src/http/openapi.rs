//! The API's own description, OpenAPI 3.1: made from the routes themselves, so that it cannot say anything else.

use std::sync::Arc;

use asp_core::rejection::Code;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use super::{App, page, plain, spec};

/// What the API is, for people.
const ABOUT: &str = "Organisations' agents find each other, negotiate, sign, keep and prove deals by the Agent \
Session Protocol. Everything that is said is a signed statement in a log that anybody can check. Writing needs no \
login, since a statement authenticates itself; reading what is not public needs a token bound to a key (RFC 9449). \
Whatever is refused is `application/problem+json` (RFC 9457) with a stable code; what may not be seen is 404.";

/// What stands before the operations that belong together, in the order in which one needs them.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("statements", "Everything that happens is a statement, signed by who it binds."),
    ("registry", "Organisations and agents, with their keys. Public."),
    ("organisation", "What an organisation sees of its own agents, and nobody else."),
    ("authority", "Tokens for reading what is not public."),
    ("consents", "What two organisations allow each other's agents."),
    ("sessions", "Where agents negotiate, deliver and settle."),
    ("commitments", "What is owed, by whom, until when."),
    ("accounts", "The money of an organisation, and what its commitments hold."),
    ("disputes", "What is argued about, what was ruled, and by whom."),
    ("delivery", "What happens, as it happens."),
    ("a2a", "Each agent as an agent of A2A 1.0, for clients that know nothing of signed statements."),
    ("webhooks", "Where an organisation has what happens delivered."),
    ("trust", "How far to trust whom, and why."),
    ("log", "The Merkle log under it all, for auditors. Public."),
    ("people", "Accounts by which people look; they sign nothing."),
    (
        "console",
        "Pages for people who have signed in: what they may read, to look at. Each reads as the API does.",
    ),
    ("models", "What can be read here, as tools for models: the Model Context Protocol."),
    ("node", "What the node is and how it is."),
];

/// What never changes while the node runs, kept ready.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(super) document: Bytes,
    pub(super) docs: page::Page,
    pub(super) home: page::Page,
    pub(super) specification: spec::Specification,
}

impl Pages {
    /// Describes the routes.
    pub(super) fn of(routes: &OpenApi) -> Self {
        let document = finished(serde_json::to_value(routes).unwrap_or_default());
        Self {
            docs: page::of_document(&document),
            home: page::of_home(),
            specification: spec::Specification::default(),
            document: serde_json::to_vec_pretty(&document).unwrap_or_default().into(),
        }
    }
}

/// The document before any route has added itself.
pub(super) fn head() -> OpenApi {
    let licence = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Assent node")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(licence));
    OpenApiBuilder::new().info(info.build()).build()
}

/// With what any request may be refused.
const REFUSED: &[u16] = &[400, 404, 429, 503];
/// With what one is refused that says who asks.
const REFUSED_CALLERS: &[u16] = &[401, 403];
/// With what one is refused that brings a body, in which somebody may speak too.
const REFUSED_BODIES: &[u16] = &[401, 403, 408, 409, 413, 415];
/// Where the id of something stands in what is answered to who has made it, and where it is.
const MADE: &[(&str, &str, &str)] = &[
    ("/v1/people/invitations", "/invitation/id", "/v1/people/{id}"),
    ("/v1/people/invitations:accept", "/id", "/v1/people/{id}"),
    ("/v1/people/links", "/person/id", "/v1/people/{id}"),
    ("/v1/searches", "/id", "/v1/searches/{id}"),
    ("/v1/webhooks", "/webhook/id", "/v1/webhooks/{id}"),
];

/// Adds what all operations share, and writes paths as OpenAPI does.
fn finished(mut document: Value) -> Value {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        let written: Map<String, Value> = std::mem::take(paths)
            .into_iter()
            // The router's sign for "and everything after it" is no part of a name.
            .map(|(path, item)| (path.replace("{*", "{"), item))
            .collect();
        *paths = written;
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if let Some(operation) = operation.as_object_mut() {
                    complete(method, path, operation);
                }
            }
        }
        link(paths);
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert(
            "responses".to_owned(),
            json!({ "A2aError": a2a_error(), "Problem": problem(), "Refused": refused() }),
        );
        components.insert(
            "securitySchemes".to_owned(),
            json!({ "a2a": bearer(), "dpop": scheme(), "session": cookie() }),
        );
    }
    if let Some(document) = document.as_object_mut() {
        let tags = TAGS.iter().map(|(name, description)| json!({ "name": name, "description": description }));
        document.insert("tags".to_owned(), tags.collect());
    }
    document
}

/// Gives an operation a name of its own, and every answer that it can have.
fn complete(method: &str, path: &str, operation: &mut Map<String, Value>) {
    operation.insert("operationId".to_owned(), Value::String(name(method, path)));
    let ways = operation.get("security").and_then(Value::as_array);
    let named = ways.is_some_and(|ways| ways.iter().any(|way| *way != json!({})));
    let writes = operation.contains_key("requestBody");
    let tagged =
        |tag: &str| operation.get("tags").and_then(|tags| tags.get(0)).and_then(Value::as_str) == Some(tag);
    let (speaks_a2a, is_console) = (tagged("a2a"), tagged("console"));
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    // Where people are led by browsers, they are refused by a page.
    let is_page = is_console || responses.contains_key("303");
    for (status, response) in responses.iter_mut() {
        as_problem(response);
        if speaks_a2a {
            speak_a2a(response);
        } else if status.starts_with('4') {
            or_problem(response);
        }
    }
    if is_console && named && !responses.contains_key("303") {
        let leads = json!({ "description": "To where people sign in, for a browser whose person has not" });
        responses.insert("303".to_owned(), leads);
    }
    let shape = match (speaks_a2a, is_page) {
        (true, _) => "A2aError",
        (false, true) => "Refused",
        (false, false) => "Problem",
    };
    let callers: &[u16] = if named { REFUSED_CALLERS } else { &[] };
    let bodies: &[u16] = if writes { REFUSED_BODIES } else { &[] };
    for status in [REFUSED, callers, bodies].concat() {
        let refusal = || json!({ "$ref": format!("#/components/responses/{shape}") });
        responses.entry(status.to_string()).or_insert_with(refusal);
    }
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
}

/// What an operation is called: as no other.
fn name(method: &str, path: &str) -> String {
    let letters = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let words: String = path.chars().filter(|letter| !matches!(letter, '{' | '}')).map(letters).collect();
    format!("{method}{words}")
}

/// Says of what is made where it can be read and changed.
fn link(paths: &mut Map<String, Value>) {
    for (from, id, to) in MADE {
        let below = paths.iter().filter(|(path, _)| path.starts_with(*to));
        let all = below.flat_map(|(path, item)| {
            item.as_object().into_iter().flat_map(Map::keys).map(move |method| name(method, path))
        });
        let parameters = json!({ "id": format!("$response.body#{id}") });
        let described = |called: String| {
            let leads = json!({ "operationId": called, "parameters": parameters });
            (called, leads)
        };
        let links: Map<String, Value> = all.map(described).collect();
        let made = paths.get_mut(*from).and_then(|item| item.pointer_mut("/post/responses/201"));
        if let Some(made) = made.and_then(Value::as_object_mut) {
            made.insert("links".to_owned(), Value::Object(links));
        }
    }
}

fn as_problem(response: &mut Value) {
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    let is_problem = |content: &Value| {
        content.pointer("/schema/$ref").and_then(Value::as_str) == Some("#/components/schemas/Problem")
    };
    // A problem has its own media type (RFC 9457 §3).
    if content.get("application/json").is_some_and(is_problem)
        && let Some(problem) = content.remove("application/json")
    {
        content.insert("application/problem+json".to_owned(), problem);
    }
}

/// What another protocol refuses in its own words, the node may refuse before it comes to that.
fn or_problem(response: &mut Value) {
    if let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) {
        content.entry("application/problem+json").or_insert_with(|| json!({ "schema": schema_of_problem() }));
    }
}

/// Each of the two bindings of A2A has its media type.
fn speak_a2a(response: &mut Value) {
    if let Some(response) = response.as_object_mut() {
        response.insert("content".to_owned(), a2a_content());
    }
}

fn a2a_content() -> Value {
    json!({
        "application/a2a+json": { "schema": {} },
        "application/json": { "schema": {} },
        "application/problem+json": { "schema": schema_of_problem() },
        "text/event-stream": { "schema": { "type": "string" } },
    })
}

fn a2a_error() -> Value {
    json!({ "description": "An error of A2A, or refused before it came to that.", "content": a2a_content() })
}

fn schema_of_problem() -> Value {
    json!({ "$ref": "#/components/schemas/Problem" })
}

fn refused() -> Value {
    json!({
        "description": "Refused; a page for who accepts `text/html`.",
        "content": {
            "application/problem+json": { "schema": schema_of_problem() },
            "text/html": { "schema": { "type": "string" } },
        },
    })
}

fn problem() -> Value {
    let codes: Vec<&str> = Code::all().map(Code::as_str).collect();
    json!({
        "description": "Refused; `code` says why, `retry` whether trying again can help.",
        "content": { "application/problem+json": {
            "schema": schema_of_problem(),
            "x-codes": codes,
        } },
    })
}

fn scheme() -> Value {
    json!({
        "type": "http",
        "scheme": "dpop",
        "description": "`Authorization: DPoP <token>` and a `DPoP` proof for the very request, with `ath` (RFC 9449).",
    })
}

fn bearer() -> Value {
    json!({
        "type": "http",
        "scheme": "bearer",
        "description": "The token of an A2A client that has no key of its own: `assent a2a client add`.",
    })
}

fn cookie() -> Value {
    json!({
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-assent",
        "description": "The session of a person who has signed in; `assent` where the node is reached without TLS. It \
            reads what a token of its organisation reads, as far as the person's role goes. Whatever changes something \
            needs `Sec-Fetch-Site: same-origin` or an own `Origin`, and the header `Assent-Intent`.",
    })
}

/// Get this description.
///
/// OpenAPI 3.1, made from the routes that are served.
#[utoipa::path(get, path = "/openapi.json", tag = "node",
    responses((status = 200, description = "The document", body = serde_json::Value)))]
pub(super) async fn document(State(app): State<Arc<App>>) -> Response {
    let mut response = plain("application/json", app.pages.document.clone());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
