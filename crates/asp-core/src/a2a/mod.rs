//! The Agent Card of A2A 1.0 (§4.4 and §8 of its specification): how an agent of the log reads there, and what is
//! believed of a card that came from outside.
//!
//! Knows no address beyond what it is told, and not whether a key is an agent's: that is for who has its history.

mod made;
mod received;

use serde_json::{Map, Value};

use crate::statement::draft::canonical;

pub use made::{Host, of_agent, of_node, sign};
pub use received::{Received, Unreadable};

/// Where a card is served, below the address of whom it is about (A2A §8.2).
pub const PATH: &str = "/.well-known/agent-card.json";

/// Below which address of a node its agents are A2A agents, each at its domain and path.
pub const BASE: &str = "/a2a";

/// The A2A extension by which a card says who the agent is in the log; its parameters are the card there.
pub const EXTENSION: &str = "urn:asp:a2a:1.0";

/// The protocol binding of an interface that takes signed statements over HTTP.
pub const BINDING: &str = "urn:asp:http:1.0";

/// The version of A2A that cards are of.
pub const VERSION: &str = "1.0";

/// The member of a card that signatures leave out.
const SIGNATURES: &str = "signatures";

/// What a signature of a card is over (RFC 7515 §5.1): the header, and the canonical card without its signatures.
fn signing_input(protected: &str, payload: &[u8]) -> Vec<u8> {
    use base64::Engine;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload);
    [protected, ".", &payload].concat().into_bytes()
}

/// The canonical form (RFC 8785) of a card without its signatures.
fn payload(card: &Map<String, Value>) -> Vec<u8> {
    let unsigned: Map<String, Value> = card
        .iter()
        .filter(|(name, _)| name.as_str() != SIGNATURES)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    canonical(&unsigned)
}
