//! The interface described: OpenAPI 3.1 for programs, a page for people, both made of the routes themselves.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, Info, OpenApi};

use super::Shared;

/// Nothing is loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:54rem;margin:2rem auto;padding:0 1rem;\
color:#1c1c1c;background:#fff}h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ddd}\
code{font:14px ui-monospace,monospace}section{margin:1rem 0}b{display:inline-block;min-width:3.5rem;color:#0a5}\
p{margin:.2rem 0}ul{margin:.2rem 0;color:#555}@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}\
h2{border-color:#444}ul{color:#aaa}b{color:#5c9}a{color:#8bf}}";

/// What stands before the routes.
pub(super) fn document() -> OpenApi {
    let info = Info::builder()
        .title("Assent")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A node of the Agent Session Protocol. Writing needs no login: a statement authenticates itself. \
             Reading what is not public needs a token of `/oauth/token`, bound by DPoP (RFC 9449). \
             Errors are RFC 9457 problems with a stable `code`.",
        ))
        .build();
    let token = ApiKeyValue::with_description(
        "Authorization",
        "`DPoP <token>`, with a `DPoP` header for each request",
    );
    let dpop = SecurityScheme::ApiKey(ApiKey::Header(token));
    let components = Components::builder().security_scheme("dpop", dpop).build();
    OpenApi::builder().info(info).components(Some(components)).build()
}

/// The document and the pages.
pub(super) fn pages(document: &OpenApi) -> Router<Arc<Shared>> {
    let json = serde_json::to_string(document).unwrap_or_default();
    let docs = page("Interface", &listing(&serde_json::from_str(&json).unwrap_or_default()));
    let home = page("Assent", HOME);
    let html = |body: String| {
        move || {
            let body = body.clone();
            async move {
                let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
                (headers, body).into_response()
            }
        }
    };
    Router::new()
        .route(
            "/openapi.json",
            get(move || {
                let json = json.clone();
                async move { ([(CONTENT_TYPE, "application/json")], json) }
            }),
        )
        .route("/docs", get(html(docs)))
        .route("/", get(html(home)))
}

const HOME: &str = "<h1>Assent</h1><p>This is a node of the Agent Session Protocol: agents of different organisations \
find each other, negotiate, sign and keep agreements here. Nobody has to trust this node: every fact is a statement \
signed by whom it binds, in a log that anybody can check.</p><ul><li><a href=\"/docs\">The interface</a>, for \
programs <a href=\"/openapi.json\">openapi.json</a></li><li><a href=\"/.well-known/asp-configuration\">The node's log \
and key</a></li><li><a href=\"/log/checkpoint\">The newest checkpoint of the log</a></li><li><a href=\"/metrics\">\
Metrics</a>, <a href=\"/readyz\">readiness</a></li></ul>";

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )
}

/// The routes by their tag, with what each takes.
fn listing(document: &Value) -> String {
    let mut html = String::from("<h1>The interface</h1>");
    if let Some(text) = document.pointer("/info/description").and_then(Value::as_str) {
        push(&mut html, format_args!("<p>{}</p>", escape(text)));
    }
    let mut tags = std::collections::BTreeMap::<&str, String>::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let tag = operation.pointer("/tags/0").and_then(Value::as_str).unwrap_or("node");
            describe(tags.entry(tag).or_default(), path, method, operation);
        }
    }
    for (tag, routes) in tags {
        push(&mut html, format_args!("<h2>{}</h2>{routes}", escape(tag)));
    }
    html
}

fn describe(out: &mut String, path: &str, method: &str, operation: &Value) {
    let text = |name| operation.get(name).and_then(Value::as_str).map(escape).unwrap_or_default();
    let (summary, more) = (text("summary"), text("description"));
    push(
        out,
        format_args!(
            "<section><p><b>{}</b><code>{}</code></p><p>{summary} {more}</p><ul>",
            method.to_uppercase(),
            escape(path)
        ),
    );
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let text = |name| parameter.get(name).and_then(Value::as_str).map(escape).unwrap_or_default();
        push(out, format_args!("<li><code>{}</code> {}</li>", text("name"), text("description")));
    }
    if operation.get("security").is_some() {
        out.push_str("<li>needs a token</li>");
    }
    out.push_str("</ul></section>");
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _written = out.write_fmt(text);
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
