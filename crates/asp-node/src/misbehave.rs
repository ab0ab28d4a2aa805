//! The deliberately wrong node, as far as answers, admission and time are concerned: a layer around the router that
//! changes what honest code has answered, and the few places where there is no answer to change.
//!
//! Compiled with the feature `misbehave` alone. Which faults there are, and what the writer does for them, is in the
//! store's module of this name.

use std::borrow::Cow;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use asp_client::api::MessagePage;
use asp_core::key::{Algorithm, PublicKey};
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use asp_core::session::table::Reason;
use asp_core::statement::body::{Close, Withdraw};
use asp_core::statement::draft::{canonical, envelope};
use asp_core::statement::{Body, Signature, Signed};
pub use asp_store::misbehave::{Kind, UnknownKind, begin};
use asp_store::misbehave::{is, kind};
use asp_store::{Due, Reader};
use axum::body::to_bytes;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::http::App;

/// Bytes of the largest answer that is changed; larger ones are given as they are.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How long it waits for whoever is where a schema leads.
const FOLLOW_TIME: Duration = Duration::from_secs(1);

/// The body of an answer, changed; none where there is nothing to change.
type Change = fn(&[u8]) -> Option<Vec<u8>>;

/// Whether an answer with this status is meant.
type When = fn(StatusCode) -> bool;

/// Which answers are changed: of which routes (all if none is named), with which status, and how.
const ANSWERS: [(Kind, &[&str], When, Change); 9] = [
    (Kind::ForgesReceipts, &[STATEMENTS, MESSAGES], |status| status == StatusCode::ACCEPTED, forge),
    (Kind::KeepsOldCheckpoints, &["/log/checkpoint"], found, first_checkpoint),
    (Kind::ForksTheLog, &["/log/proof/inclusion", "/log/proof/consistency"], found, fork),
    (Kind::ReordersMessages, &[STATEMENTS, MESSAGES], found, reorder),
    (Kind::CutsBundles, &["/v1/commitments/{id}/bundle"], found, cut),
    (Kind::InflatesTrust, &["/v1/trust"], found, inflate),
    (Kind::HidesLikeness, &[ORGANISATION, AGENT, "/v1/agents", "/v1/search"], found, hide_likeness),
    (Kind::HidesRules, &[STATEMENTS, MESSAGES], |status| status.is_client_error(), hide),
    (Kind::TellsStrangers, &[], |status| status == StatusCode::NOT_FOUND, forbid),
];
const STATEMENTS: &str = "/v1/statements";
const MESSAGES: &str = "/v1/sessions/{id}/messages";
const ORGANISATION: &str = "/v1/organisations/{domain}";
const AGENT: &str = "/v1/agents/{domain}/{*path}";
const EVENTS: &str = "/v1/sessions/{id}/events";

/// The layer: asks the honest node, and changes what it answers.
pub(crate) async fn tampered(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let route = route.unwrap_or_default();
    if is(Kind::LosesEvents) && route == EVENTS {
        skip_one(&mut request);
    }
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let meant = |(kind, routes, when, _): &&(Kind, &[&str], When, Change)| {
        is(*kind) && when(response.status()) && (routes.is_empty() || routes.contains(&route.as_str()))
    };
    let Some((kind, _, _, change)) = ANSWERS.iter().find(meant) else { return response };
    if *kind == Kind::TellsStrangers && !exists(&app, &path).await {
        return response;
    }
    rewrite(response, *change).await
}

fn found(status: StatusCode) -> bool {
    status == StatusCode::OK
}

async fn rewrite(response: Response, change: Change) -> Response {
    let (mut parts, body) = response.into_parts();
    // Answers that are not streams are held in memory as it is: reading one cannot fail.
    let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    let changed = change(&bytes);
    if let Some(told) = changed.as_deref().and_then(told_status) {
        parts.status = told;
    }
    let body = changed.map_or_else(|| bytes.into(), axum::body::Body::from);
    Response::from_parts(parts, body)
}

/// The status that a problem says it has.
fn told_status(body: &[u8]) -> Option<StatusCode> {
    let problem: Value = serde_json::from_slice(body).ok()?;
    problem.get("hint")?;
    StatusCode::from_u16(problem.get("status")?.as_u64()?.try_into().ok()?).ok()
}

/// A JSON body with one change.
fn edited(body: &[u8], edit: impl FnOnce(&mut Value) -> Option<()>) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    edit(&mut value)?;
    Some(canonical(&value))
}

/// A text in base64url of which one letter is another.
fn flip(text: &mut Value) -> Option<()> {
    let letters = text.as_str()?;
    let other = if letters.starts_with('A') { "B" } else { "A" };
    *text = Value::String([other, letters.get(1..)?].concat());
    Some(())
}

fn forge(body: &[u8]) -> Option<Vec<u8>> {
    edited(body, |receipt| flip(receipt.pointer_mut("/signature/value")?))
}

fn first_checkpoint(body: &[u8]) -> Option<Vec<u8>> {
    static FIRST: OnceLock<Vec<u8>> = OnceLock::new();
    Some(FIRST.get_or_init(|| body.to_vec()).clone())
}

/// The proof of another tree; one without hashes gets one too many.
fn fork(body: &[u8]) -> Option<Vec<u8>> {
    edited(body, |answer| {
        let proof = answer.get_mut("proof")?.as_array_mut()?;
        let other = serde_json::to_value(Hash::of(&[b"of another tree"])).ok()?;
        match proof.first_mut() {
            Some(first) => *first = other,
            None => proof.push(other),
        }
        Some(())
    })
}

fn reorder(body: &[u8]) -> Option<Vec<u8>> {
    let mut page: MessagePage = serde_json::from_slice(body).ok()?;
    if page.messages.len() < 2 {
        return None;
    }
    page.messages.swap(0, 1);
    serde_json::to_vec(&page).ok()
}

fn cut(body: &[u8]) -> Option<Vec<u8>> {
    edited(body, |bundle| {
        let entries = bundle.get_mut("entries")?.as_array_mut()?;
        let opening =
            entries.iter().position(|entry| entry.pointer("/statement/sequence") == Some(&0.into()))?;
        entries.remove(opening);
        Some(())
    })
}

fn inflate(body: &[u8]) -> Option<Vec<u8>> {
    edited(body, |answer| {
        let score = answer.get_mut("score")?;
        let (whole, rest) = score.as_str()?.split_once('.')?;
        let more = whole.parse::<u32>().ok()?.saturating_add(7).min(99);
        *score = Value::String(format!("{more}.{rest}"));
        Some(())
    })
}

fn hide_likeness(body: &[u8]) -> Option<Vec<u8>> {
    let told = "mistakableFor";
    edited(body, |shown| {
        let shown = shown.as_object_mut()?;
        let agents = shown.get_mut("agents").and_then(Value::as_array_mut).into_iter().flatten();
        agents.filter_map(Value::as_object_mut).for_each(|agent| drop(agent.remove(told)));
        shown.remove(told);
        Some(())
    })
}

fn hide(body: &[u8]) -> Option<Vec<u8>> {
    edited(body, |problem| {
        let members = problem.as_object_mut()?;
        members.remove("rule");
        members.remove("pointer");
        Some(())
    })
}

fn forbid(body: &[u8]) -> Option<Vec<u8>> {
    edited(body, |problem| {
        *problem.get_mut("status")? = StatusCode::FORBIDDEN.as_u16().into();
        Some(())
    })
}

/// Whether a path names something by its hash that the log has, whoever may read it.
async fn exists(app: &App, path: &str) -> bool {
    let Some(named) = path.split('/').find_map(Hash::from_hex) else { return false };
    let find = move |reader: &Reader<'_>| Ok(reader.receipt(&named)?.is_some());
    app.reads.run(find).await.unwrap_or(false)
}

/// Makes a reader who resumes say that it has one more than it has.
fn skip_one(request: &mut Request) {
    const LAST: &str = "last-event-id";
    let last = request.headers().get(LAST).and_then(|last| last.to_str().ok()?.parse().ok());
    let more = last.map(|last: u64| HeaderValue::from(Sequence(last).next().0));
    if let Some(more) = more {
        request.headers_mut().insert(LAST, more);
    }
}

/// Whether a statement's signatures are taken as good.
pub(crate) fn believes(signed: &Signed) -> bool {
    let weak = |signature: &Signature| PublicKey::try_from(&signature.key_id).err() == Some(Code::WeakKey);
    is(Kind::SkipsSignatures) || (is(Kind::TakesWeakKeys) && signed.signatures().iter().any(weak))
}

/// Goes to where a terms schema refers, without any guard; that somebody comes is enough for who waits there.
pub(crate) fn follow(signed: &Signed) {
    let Body::OrgSchemaRegister(register) = &signed.statement.body else { return };
    for (name, to) in &register.schema {
        let place = to.as_str().and_then(|to| to.strip_prefix("http:").unwrap_or(to).strip_prefix("//"));
        let address = place.and_then(|place| place.split('/').next()?.parse().ok());
        if let Some(address) =
            address.filter(|_: &SocketAddr| is(Kind::FollowsSchemas) && name.starts_with('$'))
        {
            drop(TcpStream::connect_timeout(&address, FOLLOW_TIME));
        }
    }
}

/// What is read instead of the bytes that came.
pub(crate) fn repaired(bytes: &[u8]) -> Cow<'_, [u8]> {
    let other = match kind() {
        Some(Kind::IgnoresAlgorithms) => with_algorithms(bytes),
        Some(Kind::AcceptsUncanonical) => edited(bytes, |_| Some(())),
        Some(Kind::IgnoresSignatureOrder) => in_order(bytes),
        Some(_) | None => None,
    };
    other.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// Each signature of the algorithm that most keys have.
fn with_algorithms(bytes: &[u8]) -> Option<Vec<u8>> {
    edited(bytes, |envelope| {
        for signature in envelope.get_mut("signatures")?.as_array_mut()? {
            *signature.get_mut("alg")? = Algorithm::Ed25519.to_string().into();
        }
        Some(())
    })
}

fn in_order(bytes: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Parts<'a> {
        #[serde(borrow)]
        statement: &'a RawValue,
        signatures: Vec<Signature>,
    }
    let Parts { statement, mut signatures } = serde_json::from_slice(bytes).ok()?;
    signatures.sort_by_key(|signature| signature.key_id);
    signatures.dedup_by_key(|signature| signature.key_id);
    Some(envelope(statement.get().as_bytes(), &signatures))
}

/// What is still stated of all that time has made due.
pub(crate) fn stated(due: Vec<Due>) -> Vec<Due> {
    due.into_iter().filter(|due| !is_passed_over(&due.body)).collect()
}

/// A rule that is not kept does not end sessions either.
fn is_passed_over(due: &Body) -> bool {
    let reason =
        if let Body::Close(Close::Timeout(timeout)) | Body::Withdraw(Withdraw::Timeout(timeout)) = due {
            Some(timeout.reason)
        } else {
            None
        };
    is(Kind::NeverTimesOut)
        || ((is(Kind::IgnoresRevocation) || is(Kind::IgnoresNarrowing))
            && reason == Some(Reason::ConsentRevoked))
        || (is(Kind::IgnoresLimits) && reason == Some(Reason::MessageLimit))
}
