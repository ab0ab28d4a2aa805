//! Pages for people: what this is, and the API rendered from its own description. Nothing is loaded from anywhere.

use std::fmt::Write;
use std::sync::Arc;

use asp_core::position::Hash;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::openapi::TAGS;
use super::{App, plain};

/// The one style of all pages; it stands in each, and the policy names its hash.
const STYLE: &str = include_str!("page.css");

/// A page with the policy that lets its style and nothing else be used.
#[derive(Debug)]
pub(crate) struct Page {
    body: Bytes,
    policy: HeaderValue,
}

/// See the API.
#[utoipa::path(get, path = "/docs", tag = "node",
    responses((status = 200, description = "This page", body = String, content_type = "text/html")))]
pub(super) async fn docs(State(app): State<Arc<App>>) -> Response {
    answer(&app.pages.docs)
}

/// A page as an answer.
pub(super) fn answer(page: &Page) -> Response {
    let mut response = plain("text/html; charset=utf-8", page.body.clone());
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, page.policy.clone());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

fn page(title: &str, body: &str) -> Page {
    framed(title, body, &[])
}

/// A page in the frame of all; `styles` are those that stand in its body.
pub(super) fn framed(title: &str, body: &str, styles: &[&str]) -> Page {
    let whole = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    );
    let source =
        |style: &&str| format!(" 'sha256-{}'", STANDARD.encode(Hash::of(&[style.as_bytes()]).as_bytes()));
    let sources: String = std::iter::once(&STYLE).chain(styles).map(source).collect();
    let policy = format!(
        "default-src 'none'; style-src{sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let nothing = HeaderValue::from_static(super::NOTHING_LOADS);
    Page { body: whole.into(), policy: HeaderValue::from_str(&policy).unwrap_or(nothing) }
}

/// The same page, from which forms may be sent to this node.
pub(super) fn form(page: Page) -> Page {
    let policy = page.policy.to_str().unwrap_or_default().replace("form-action 'none'", "form-action 'self'");
    Page { policy: HeaderValue::from_str(&policy).unwrap_or(page.policy), body: page.body }
}

/// The page at the root.
pub(super) fn of_home() -> Page {
    page(
        "Assent",
        "<main>\n<section class=\"hero\">\n<p class=\"brand\">Assent</p>\n<h1>Deals between agents that anybody can \
         check</h1>\n<p>This is a node of the Agent Session Protocol: organisations’ agents find each other here, \
         negotiate, sign, keep and prove deals. Everything that is said is a signed statement in a log that nobody can \
         change unseen.</p>\n<p class=\"acts\"><a class=\"button\" href=\"/signin\">Sign in</a> \
         <a class=\"button quiet\" href=\"/spec\">Read the specification</a></p>\n</section>\n<ul class=\"ways\">\n\
         <li><a href=\"/docs\"><strong>The API</strong><span>Every route, as a page</span></a></li>\n\
         <li><a href=\"/openapi.json\"><strong>OpenAPI 3.1</strong><span>The same for machines</span></a></li>\n\
         <li><a href=\"/spec/differences\"><strong>Differences</strong><span>From what was published before</span></a></li>\n\
         <li><a href=\"/.well-known/asp-configuration\"><strong>This node</strong><span>Its log’s name and its \
         key</span></a></li>\n\
         <li><a href=\"/log/checkpoint\"><strong>Newest checkpoint</strong><span>A C2SP signed note</span></a></li>\n\
         <li><a href=\"/v1/agents\"><strong>Agents</strong><span>Everybody registered here</span></a></li>\n\
         <li><a href=\"/readyz\"><strong>Readiness</strong><span>Whether it takes statements</span></a></li>\n\
         <li><a href=\"/metrics\"><strong>Counters</strong><span>For Prometheus</span></a></li>\n</ul>\n</main>\n",
    )
}

/// A text as HTML, whatever stands in it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// A text as HTML, with code between backticks.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut code = false;
    for letter in escaped(text).chars() {
        match letter {
            '`' => {
                out.push_str(if code { "</code>" } else { "<code>" });
                code = !code;
            }
            other => out.push(other),
        }
    }
    if code {
        out.push_str("</code>");
    }
    out
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn members<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The page of the API, made of its description.
pub(super) fn of_document(document: &Value) -> Page {
    let mut body = String::with_capacity(128 * 1024);
    // Writing to a text cannot fail, here and below.
    let _ = write!(
        body,
        "<nav>\n<a href=\"/\">Assent</a>\n<a href=\"/spec\">specification</a>\n{}<a href=\"#schemas\">schemas</a>\n</nav>\n<main>\n<h1>{}</h1>\n<p>{}</p>\n",
        TAGS.iter().map(|(tag, _)| format!("<a href=\"#{tag}\">{tag}</a>\n")).collect::<String>(),
        html(text(document, "/info/title")),
        html(text(document, "/info/description")),
    );
    for (tag, about) in TAGS {
        let _ = write!(body, "<section>\n<h2 id=\"{tag}\">{tag}</h2>\n<p>{}</p>\n", html(about));
        for (path, item) in members(document, "/paths") {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if items(operation, "/tags").any(|known| known == tag) {
                    write_operation(&mut body, method, path, operation);
                }
            }
        }
        body.push_str("</section>\n");
    }
    body.push_str("<section>\n<h2 id=\"schemas\">schemas</h2>\n");
    for (name, schema) in members(document, "/components/schemas") {
        write_schema(&mut body, name, schema);
    }
    body.push_str("</section>\n</main>\n");
    page("Assent: the API", &body)
}

fn write_operation(body: &mut String, method: &str, path: &str, operation: &Value) {
    let locked = items(operation, "/security").any(|way| way.get("dpop").is_some());
    let signed_in = items(operation, "/security").any(|way| way.get("session").is_some());
    let open =
        !locked || items(operation, "/security").any(|way| way.as_object().is_some_and(|way| way.is_empty()));
    let token = match (locked, open) {
        (true, false) => " <span class=\"token\">token</span>",
        (true, true) => " <span class=\"token\">token for what is not public</span>",
        (false, _) if signed_in => " <span class=\"token\">session</span>",
        (false, _) => "",
    };
    let _ = write!(
        body,
        "<article>\n<h3><span class=\"{method}\">{}</span> <code>{}</code>{token}</h3>\n<p><strong>{}</strong></p>\n",
        method.to_uppercase(),
        html(path),
        html(text(operation, "/summary")),
    );
    for paragraph in text(operation, "/description").split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        let _ = writeln!(body, "<p>{}</p>", html(paragraph));
    }
    let parameters: Vec<&Value> = items(operation, "/parameters").collect();
    if !parameters.is_empty() {
        body.push_str("<table>\n<tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>\n");
        for parameter in parameters {
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
            write_row(
                body,
                (text(parameter, "/name"), required),
                &[
                    html(text(parameter, "/in")),
                    kind(parameter.get("schema")),
                    html(text(parameter, "/description")),
                ],
            );
        }
        body.push_str("</table>\n");
    }
    for (media, content) in members(operation, "/requestBody/content") {
        let about = html(text(operation, "/requestBody/description"));
        let _ = writeln!(
            body,
            "<p>Body: <code>{}</code> {} {about}</p>",
            html(media),
            kind(content.get("schema"))
        );
    }
    body.push_str("<ul>\n");
    // What is common to all is said at the top of the page, not at each.
    let own = members(operation, "/responses").filter(|(_, response)| response.get("$ref").is_none());
    for (status, response) in own {
        let _ = write!(body, "<li><code>{}</code> {}", html(status), html(text(response, "/description")));
        for (media, content) in members(response, "/content") {
            let _ = write!(body, ": <code>{}</code> {}", html(media), kind(content.get("schema")));
        }
        body.push_str("</li>\n");
    }
    body.push_str("</ul>\n</article>\n");
}

fn write_schema(body: &mut String, name: &str, schema: &Value) {
    let _ = write!(
        body,
        "<article>\n<h3 id=\"schema-{0}\"><code>{0}</code></h3>\n<p>{1}</p>\n<table>\n",
        html(name),
        html(text(schema, "/description"))
    );
    let required: Vec<&str> = items(schema, "/required").filter_map(Value::as_str).collect();
    for (member, property) in members(schema, "/properties") {
        let needed = required.contains(&member.as_str());
        write_row(body, (member, needed), &[kind(Some(property)), html(text(property, "/description"))]);
    }
    body.push_str("</table>\n</article>\n");
}

/// A row of a table; what is needed has a strong name.
fn write_row(body: &mut String, (name, needed): (&str, bool), cells: &[String]) {
    let name = html(name);
    let name = if needed { format!("<strong>{name}</strong>") } else { name };
    let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
    let _ = writeln!(body, "<tr><td>{name}</td>{cells}</tr>");
}

/// A schema in a word or a link.
fn kind(schema: Option<&Value>) -> String {
    let Some(schema) = schema else { return String::new() };
    if let Some(name) = text(schema, "/$ref").rsplit('/').next().filter(|name| !name.is_empty()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", html(name));
    }
    let alternatives: Vec<String> = items(schema, "/oneOf")
        .filter(|one| text(one, "/type") != "null")
        .map(|one| kind(Some(one)))
        .collect();
    if !alternatives.is_empty() {
        return alternatives.join(" or ");
    }
    let mut kinds: Vec<&str> = items(schema, "/type").filter_map(Value::as_str).collect();
    kinds.retain(|kind| *kind != "null");
    match (kinds.first().copied().unwrap_or_else(|| text(schema, "/type")), schema.get("items")) {
        ("array", Some(items)) => format!("list of {}", kind(Some(items))),
        (kind, _) => html(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_stays_text() {
        assert_eq!(html("<b>&\"`a<b`"), "&lt;b&gt;&amp;&quot;<code>a&lt;b</code>");
        assert_eq!(html("open `code"), "open <code>code</code>");
    }
}
