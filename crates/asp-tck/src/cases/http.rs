//! HTTP: errors, encodings, bounds, pages, and what a node says of itself (ASP-API).

use std::collections::BTreeSet;

use asp_core::log::checkpoint::NoteKey;
use asp_core::rejection::Code;
use asp_core::statement::ENVELOPE_BYTES_MAX;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Case, code, dialogue};
use crate::finding::{Finding, hold, same};
use crate::stage::Stage;
use crate::wire::{Answer, check_problem};

pub(super) const CASES: &[Case] = &[
    dialogue(
        &["ASP-API-001"],
        "the refusal of a statement names its rule and the place in the statement",
        "buyer PROPOSE with seller seller       -> ! INVALID_PARTICIPANTS ASP-SES-001 /body/participants
         buyer PROPOSE with seller consents=none -> ! CONSENT_REQUIRED ASP-CON-008 /body/consents
         buyer PROPOSE with seller ceiling=60   -> INVITED
         seller ACCEPT introduction wrongly     -> ! CARD_MISMATCH ASP-SES-026 /body/card
         seller ACCEPT                          -> INTRODUCED
         buyer PROPOSE goods                    -> ! ABOVE_CEILING ASP-SES-017 /body
         buyer PROPOSE firm cheap               -> CONVERSING
         buyer ACCEPT                           -> ! NOT_YOUR_TURN ASP-SES-013 /issuer
         seller ACCEPT choosing other           -> ! TERMS_MISMATCH ASP-SES-014 /body/termsHash
         seller WITHDRAW                        -> ! NOT_THE_ISSUER ASP-SES-029 /inReplyTo
         seller ACCEPT                          -> EXECUTING
         buyer CLOSE                            -> ! OBLIGATION_OPEN ASP-SES-015 /type",
    ),
    code!(["ASP-API-001"], "every error is a problem with its code, status and retry", problems),
    code!(["ASP-API-002"], "an envelope in MessagePack is the same statement", packed),
    code!(["ASP-API-002"], "what JSON cannot say is refused in MessagePack", unpackable),
    code!(["ASP-API-003"], "what is not there is 404, a method that is not there 405", nowhere),
    code!(["ASP-API-003"], "a body is JSON or MessagePack, and not too large", media),
    code!(["ASP-API-003"], "a malformed query is 400", queries),
    code!(["ASP-API-004"], "page by page a list gives each item once", pages),
    code!(
        ["ASP-API-005"],
        "the configuration names log, keys, versions, token address and time",
        configuration
    ),
];

/// An answer that has to be this problem.
fn is_problem(answer: &Answer, code: Code, place: &str) -> Result<(), Finding> {
    let came = || Finding::new(code, answer.told()).at(place);
    if answer.member("code") != code.as_str() || answer.status != code.status() {
        return Err(came());
    }
    check_problem(answer).map_err(|finding| finding.at(place))
}

async fn problems(stage: &mut Stage) -> Result<(), Finding> {
    let answer = stage.wire.get("/v1/sessions").await?;
    is_problem(&answer, Code::Unauthenticated, "/v1/sessions")?;
    let answer = stage.wire.get("/v1/organisations/nobody.example").await?;
    is_problem(&answer, Code::NotFound, "/v1/organisations/nobody.example")?;
    let answer = stage.send(b"{".to_vec()).await?;
    is_problem(&answer, Code::NotJson, "/v1/statements")?;
    let answer = stage.wire.get("/.well-known/asp-configuration").await?;
    hold(answer.status == 200, "200", answer.told())
}

/// An envelope's value as MessagePack.
fn pack(value: &Value) -> Result<Vec<u8>, Finding> {
    rmp_serde::to_vec(value).map_err(|error| Finding::new("a case that can be packed", error))
}

const MESSAGE_PACK: &str = "application/asp+msgpack";

async fn packed(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    let Some(session) = stage.session else { return Ok(()) };
    let note = stage.note("buyer", session)?;
    let value: Value = serde_json::from_slice(&note.envelope()).unwrap_or_default();
    let mut forged = value.clone();
    if let Some(words) = forged.pointer_mut("/statement/body/text") {
        *words = json!("something else");
    }
    let answer = stage.wire.post("/v1/statements", MESSAGE_PACK, pack(&forged)?).await?;
    is_problem(&answer, Code::InvalidSignature, "a forged envelope in MessagePack")?;
    let answer = stage.wire.post("/v1/statements", MESSAGE_PACK, pack(&value)?).await?;
    hold(answer.status == 202, "202 for MessagePack", answer.told())?;
    let again = stage.send(note.envelope()).await?;
    hold(again.bytes == answer.bytes, "the same receipt for the same value in JSON", again.told())
}

async fn unpackable(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    for (what, bytes) in [
        ("no map", vec![0xc1]),
        ("a map that ends early", vec![0x82, 0xa9]),
        ("a float", vec![0x81, 0xa1, b'a', 0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]),
        ("bytes", vec![0x81, 0xa1, b'a', 0xc4, 0x01, 0x00]),
        ("a number for a name", vec![0x81, 0x01, 0x01]),
        ("a name twice", vec![0x82, 0xa1, b'a', 0x01, 0xa1, b'a', 0x02]),
        ("an extension", vec![0x81, 0xa1, b'a', 0xd4, 0x01, 0x00]),
        ("text after the end", vec![0x80, 0x80]),
    ] {
        let answer = stage.wire.post("/v1/statements", MESSAGE_PACK, bytes).await?;
        is_problem(&answer, Code::NotMessagePack, what)?;
    }
    Ok(())
}

async fn nowhere(stage: &mut Stage) -> Result<(), Finding> {
    for (method, path, code) in [
        (Method::GET, "/nothing", Code::NotFound),
        (Method::GET, "/v1/nothing", Code::NotFound),
        (Method::POST, "/v1/nothing", Code::NotFound),
        (Method::GET, "/v1/agents/nobody.example/nothing", Code::NotFound),
        (Method::DELETE, "/v1/statements", Code::MethodNotAllowed),
        (Method::PUT, "/v1/sessions", Code::MethodNotAllowed),
        (Method::GET, "/oauth/token", Code::MethodNotAllowed),
        (Method::POST, "/log/checkpoint", Code::MethodNotAllowed),
    ] {
        let answer = stage.wire.send(stage.wire.request(method.clone(), path)).await?;
        is_problem(&answer, code, &format!("{method} {path}"))?;
    }
    Ok(())
}

async fn media(stage: &mut Stage) -> Result<(), Finding> {
    let json = "application/json";
    for (kind, body, code) in [
        ("text/plain", b"{}".to_vec(), Code::UnsupportedMediaType),
        ("application/jsonx", b"{}".to_vec(), Code::UnsupportedMediaType),
        (json, Vec::new(), Code::NotJson),
        (json, b"{}".to_vec(), Code::InvalidEnvelope),
        (json, vec![b' '; ENVELOPE_BYTES_MAX + 1], Code::StatementTooLarge),
        (MESSAGE_PACK, vec![b' '; ENVELOPE_BYTES_MAX + 1], Code::StatementTooLarge),
    ] {
        let place = format!("{} bytes of {kind}", body.len());
        let answer = stage.wire.post("/v1/statements", kind, body).await?;
        is_problem(&answer, code, &place)?;
    }
    stage.organisation("buyer").await
}

async fn queries(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    for path in [
        "/v1/agents?pageSize=0",
        "/v1/agents?pageSize=1001",
        "/v1/agents?pageToken=nonsense",
        "/v1/agents?unknown=1",
        "/v1/statements",
        "/v1/statements?stream=nothing",
        "/v1/statements?stream=org:acme.example&after=x",
        "/v1/sessions?waitSeconds=31",
        "/v1/sessions?after=-1",
        "/v1/consents?pageToken=x",
        "/log/proof/inclusion?index=1",
        "/log/proof/consistency?from=a&to=b",
    ] {
        let answer = stage.get_as("buyer", path).await?;
        is_problem(&answer, Code::InvalidQuery, path)?;
    }
    let answer = stage.get_as("buyer", "/v1/sessions?pageSize=1").await?;
    hold(answer.status == 200, "200", answer.told())
}

/// Reads a list page by page to its end: the ids of all items.
async fn whole(stage: &mut Stage, path: &str, list: &str, id: &str) -> Result<Vec<String>, Finding> {
    let (mut token, mut seen) = (String::new(), Vec::new());
    for _ in 0..20 {
        let answer = stage.get_as("buyer", &format!("{path}{token}")).await?;
        let page: Value = answer.json().map_err(|finding| finding.at(path))?;
        let items = page.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
        hold(items.len() <= 2, "a page of two at most", items.len()).map_err(|finding| finding.at(path))?;
        let name = |item: &Value| item.get(id).and_then(Value::as_str).unwrap_or_default().to_owned();
        seen.extend(items.iter().map(name));
        match page.get("nextPageToken").and_then(Value::as_str) {
            Some(next) => token = format!("&pageToken={next}"),
            None => return Ok(seen),
        }
    }
    Err(Finding::new("a last page", "always one more").at(path))
}

async fn pages(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    let mut sessions = BTreeSet::from([stage.session.map(|id| id.to_string()).unwrap_or_default()]);
    let mut consents: BTreeSet<String> = stage.consents.values().map(ToString::to_string).collect();
    for _ in 0..4 {
        consents.insert(stage.consent("buyer", "seller").await?.to_string());
        stage.go_on("buyer PROPOSE with seller -> INVITED").await?;
        sessions.extend(stage.session.map(|id| id.to_string()));
    }
    let seen = whole(stage, "/v1/sessions?pageSize=2", "sessions", "id").await?;
    hold(seen.len() == sessions.len(), format_args!("{} sessions", sessions.len()), seen.len())?;
    same("the sessions", &seen.into_iter().collect(), &sessions)?;
    let seen = whole(stage, "/v1/consents?pageSize=2", "consents", "id").await?;
    hold(seen.len() == consents.len(), format_args!("{} consents", consents.len()), seen.len())?;
    same("the consents", &seen.into_iter().collect(), &consents)?;
    let domain = stage.domain("buyer")?;
    let path = format!("/v1/agents?organisation={domain}&pageSize=2");
    same("the agents", &whole(stage, &path, "agents", "agent").await?, &vec![stage.uri("buyer")?.to_string()])
}

async fn configuration(stage: &mut Stage) -> Result<(), Finding> {
    let answer = stage.wire.get("/.well-known/asp-configuration").await?;
    let said: Value = answer.json()?;
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let note_key = NoteKey { name: stage.wire.origin.clone(), key: stage.wire.node_key };
    same("noteKey", &text("noteKey"), &note_key.to_string())?;
    same("tokenEndpoint", &text("tokenEndpoint").is_empty(), &false)?;
    let versions = said.get("aspVersions").and_then(Value::as_array).cloned().unwrap_or_default();
    let speaks = versions.iter().any(|version| version == asp_core::statement::VERSION);
    hold(speaks, "the version of this specification", format_args!("{versions:?}"))?;
    let time: asp_core::position::LogTime =
        text("time").parse().map_err(|error| Finding::new("the node's time", error))?;
    let off = time.millis().abs_diff(stage.now().millis());
    hold(off < 30_000, "a clock that goes on", format_args!("one that is {off} ms off"))
}
