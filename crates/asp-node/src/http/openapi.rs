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

/// Adds what all operations share, and writes paths as OpenAPI does.
fn finished(mut document: Value) -> Value {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        let written: Map<String, Value> = std::mem::take(paths)
            .into_iter()
            // The router's sign for "and everything after it" is no part of a name.
            .map(|(path, item)| (path.replace("{*", "{"), item))
            .collect();
        *paths = written;
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
        for responses in operations.filter_map(|operation| operation.get_mut("responses")) {
            if let Some(responses) = responses.as_object_mut() {
                responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
            }
            // A problem has its own media type (RFC 9457 §3).
            for response in responses.as_object_mut().into_iter().flat_map(Map::values_mut) {
                as_problem(response);
            }
        }
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("responses".to_owned(), json!({ "Problem": problem() }));
        components.insert("securitySchemes".to_owned(), json!({ "dpop": scheme(), "session": cookie() }));
    }
    if let Some(document) = document.as_object_mut() {
        let tags = TAGS.iter().map(|(name, description)| json!({ "name": name, "description": description }));
        document.insert("tags".to_owned(), tags.collect());
    }
    document
}

fn as_problem(response: &mut Value) {
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else { return };
    let is_problem = |content: &Value| {
        content.pointer("/schema/$ref").and_then(Value::as_str) == Some("#/components/schemas/Problem")
    };
    if content.get("application/json").is_some_and(is_problem)
        && let Some(problem) = content.remove("application/json")
    {
        content.insert("application/problem+json".to_owned(), problem);
    }
}

fn problem() -> Value {
    let codes: Vec<&str> = Code::all().map(Code::as_str).collect();
    json!({
        "description": "Refused; `code` says why, `retry` whether trying again can help.",
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
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
