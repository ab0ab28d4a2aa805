//! Making a card: of an agent or of the node itself, and signing it.
//!
//! Nothing is on it that A2A leaves out before a signature (its §8.4.1: what is empty or has its default value), and no
//! number, so that every reader comes to the bytes that were signed.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{BASE, BINDING, EXTENSION, SIGNATURES, VERSION, payload, signing_input};
use crate::key::{Algorithm, SecretKey};
use crate::name::{AgentUri, Capability, Origin};
use crate::position::Hash;
use crate::statement::body::Card;
use crate::statement::draft::canonical;

/// What is signed here is JSON, and words are taken too.
const MODES: [&str; 2] = ["application/json", "text/plain"];
/// How a card calls the token of a client that has no key of its own.
const SCHEME: &str = "client";
/// Hexadecimal digits of what is on a card, as its version.
const VERSION_DIGITS: usize = 16;

/// The node by which an agent is reached.
#[derive(Debug, Clone, Copy)]
pub struct Host<'a> {
    /// The name of its log.
    pub log: &'a Origin,
    /// Its address, without a slash at the end.
    pub url: &'a str,
}

/// The card of an agent, not signed yet. What the agent pins is left out: a card cannot hold its own digest.
#[must_use]
pub fn of_agent(agent: &AgentUri, card: &Card, host: &Host<'_>) -> Map<String, Value> {
    let shown = Card { a2a: None, ..card.clone() };
    let description = Some(card.description.to_string()).filter(|text| !text.is_empty());
    let organisation = agent.organisation();
    let skills: Vec<Value> = card.capabilities.iter().map(skill).collect();
    let facts = params(agent, &shown, host.log);
    let uses = extension("Deals with this agent are signed statements in a log.", facts, false);
    let token = "A token that whoever runs the node gives to a client without a key of its own.";
    let about = json!({
        "capabilities": { "extensions": [uses], "pushNotifications": true, "streaming": true },
        "description": description.unwrap_or_else(|| agent.to_string()),
        "name": card.name,
        "provider": { "organization": organisation, "url": format!("https://{organisation}") },
        "securityRequirements": [{ "schemes": { SCHEME: { "list": ["sessions"] } } }],
        "securitySchemes": { SCHEME: { "httpAuthSecurityScheme": { "description": token, "scheme": "Bearer" } } },
        "skills": if skills.is_empty() { vec![session()] } else { skills },
        "version": version(&shown),
    });
    let url = format!("{}{BASE}/{organisation}/{}", host.url, agent.path());
    let interface =
        |binding: &str| json!({ "protocolBinding": binding, "protocolVersion": VERSION, "url": url });
    whole(about, vec![interface("JSONRPC"), interface("HTTP+JSON"), own(host)])
}

/// The card of the node: a directory of agents, and where their sessions are kept.
#[must_use]
pub fn of_node(host: &Host<'_>) -> Map<String, Value> {
    let facts = json!({ "log": host.log });
    let find = json!({
        "description": "Finds agents by what they can do, price, language and organisation.",
        "id": "registry.search",
        "name": "Find agents",
        "tags": ["registry", "search"],
    });
    let about = json!({
        "capabilities": { "extensions": [extension("This node keeps a log of signed statements.", facts, true)] },
        "description": "A directory of agents, and the log of what they agree on.",
        "name": format!("Assent node {}", host.log),
        "skills": [find, session()],
        "version": crate::statement::VERSION,
    });
    whole(about, vec![own(host)])
}

/// Signs a card that nobody has signed, and gives its canonical bytes with the signature (A2A §8.4.2).
#[must_use]
pub fn sign(card: Map<String, Value>, key: &SecretKey) -> Vec<u8> {
    let id = key.id();
    let alg = match id.algorithm() {
        // RFC 8037 §3.1, which libraries know better than RFC 9864.
        Algorithm::Ed25519 => "EdDSA",
        Algorithm::Es256 => "ES256",
    };
    let header = canonical(&json!({ "alg": alg, "kid": id, "typ": "JOSE" }));
    let protected = URL_SAFE_NO_PAD.encode(header);
    let signature = key.sign(&signing_input(&protected, &payload(&card)));
    let mut card = card;
    card.insert(SIGNATURES.to_owned(), json!([{ "protected": protected, "signature": signature }]));
    canonical(&card)
}

fn whole(about: Value, interfaces: Vec<Value>) -> Map<String, Value> {
    let Value::Object(mut card) = about else { return Map::new() };
    card.insert("supportedInterfaces".to_owned(), Value::Array(interfaces));
    for modes in ["defaultInputModes", "defaultOutputModes"] {
        card.insert(modes.to_owned(), json!(MODES));
    }
    card
}

/// The interface that takes signed statements, for who has a key.
fn own(host: &Host<'_>) -> Value {
    json!({ "protocolBinding": BINDING, "protocolVersion": VERSION, "url": host.url })
}

/// The extension; `required` says that nothing works without it, and what is not so is left out.
fn extension(description: &str, params: Value, required: bool) -> Value {
    let mut extension = json!({ "description": description, "params": params, "uri": EXTENSION });
    if let Some(members) = extension.as_object_mut().filter(|_| required) {
        members.insert("required".to_owned(), Value::Bool(true));
    }
    extension
}

/// What the log says of the agent and A2A has no member for. There is no score among it, as there is none on a card.
fn params(agent: &AgentUri, card: &Card, log: &Origin) -> Value {
    let Ok(Value::Object(mut facts)) = serde_json::to_value(card) else { return Value::Null };
    for elsewhere in ["description", "name"] {
        facts.remove(elsewhere);
    }
    facts.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    facts.insert("agent".to_owned(), json!(agent));
    facts.insert("log".to_owned(), json!(log));
    Value::Object(facts)
}

fn skill(capability: &Capability) -> Value {
    let name = capability.to_string();
    let tags: BTreeSet<&str> = name.split('.').collect();
    json!({ "description": format!("Makes deals about {name}."), "id": name, "name": name, "tags": tags })
}

/// The skill of whoever names no capability; a card without any is none.
fn session() -> Value {
    json!({
        "description": "Negotiates, signs and keeps deals by the Agent Session Protocol.",
        "id": "asp.session",
        "name": "Sessions",
        "tags": ["asp", "negotiation"],
    })
}

/// Another one whenever the card says something else.
fn version(card: &Card) -> String {
    let digits = Hash::of(&[&canonical(card)]).to_hex();
    digits.get(..VERSION_DIGITS).unwrap_or_default().to_owned()
}
