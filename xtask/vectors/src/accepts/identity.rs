//! Outside sessions: organisations, agents, consents.

use serde_json::json;

use super::money;
use crate::case::{Case, continuing, opening};
use crate::people::{ACME, BUYER, GLOBEX, NODE, SELLER, after, hash, key_id, opened};

const ORG: &str = "org:acme.example";
const AGENT: &str = "agent:agent://acme.example/procurement/buyer";
/// A key that comes later than the first.
const NEXT: &str = "acme.example, second key";
/// A key that lives in hardware.
const HARDWARE: &str = "acme.example, in hardware";
/// The agent's key after the first.
const NEXT_AGENT: &str = "agent://acme.example/procurement/buyer, second key";

pub(super) fn cases() -> Vec<Case> {
    [organisations(), domains(), schemas(), agents(), praise(), consents()].concat()
}

fn organisations() -> Vec<Case> {
    let register = json!({"key": key_id(ACME), "name": "ACME Metal Works"});
    let short = json!({"key": key_id(ACME), "name": "A"});
    vec![
        opening("org.register", "an organisation", ORG, ACME, register).but_of_type("agent.retire"),
        opening("org.register", "with every optional field", ORG, ACME, short)
            .with("expiresAt", json!(after(60)))
            .with("trace", json!({"traceparent": TRACEPARENT, "tracestate": "vendor=1"})),
        opening(
            "org.register",
            "a name of 200 bytes",
            ORG,
            ACME,
            json!({"key": key_id(ACME), "name": bytes(200)}),
        ),
        opening(
            "org.register",
            "with a key of P-256",
            ORG,
            ACME,
            json!({"key": key_id(HARDWARE), "name": "ACME Metal Works"}),
        )
        .signed_by(&[HARDWARE]),
        continuing("org.key.add", "a key in hardware", ORG, ACME, json!({"key": key_id(HARDWARE)}))
            .and(HARDWARE),
        continuing("org.key.add", "a second key", ORG, ACME, json!({"key": key_id(NEXT)})).and(NEXT),
        continuing(
            "org.key.rotate",
            "another key",
            ORG,
            ACME,
            json!({"newKey": key_id(NEXT), "oldKey": key_id(ACME)}),
        )
        .and(NEXT),
        continuing(
            "org.key.revoke",
            "from here on",
            ORG,
            ACME,
            json!({"key": key_id(NEXT), "reason": "lost"}),
        ),
        continuing(
            "org.key.revoke",
            "from an index on",
            ORG,
            ACME,
            json!({"fromIndex": 41, "key": key_id(NEXT), "reason": ""}),
        ),
        continuing("org.policy.set", "no more than it must say", ORG, ACME, json!({"humanContacts": []})),
        continuing(
            "org.policy.set",
            "a ceiling and people",
            ORG,
            ACME,
            json!({"ceiling": money("25000.5", "USD"), "humanContacts": ["mailto:ada@acme.example", "Ada"]}),
        ),
        continuing("org.policy.set", "with all that it can say", ORG, ACME, policy()),
        continuing(
            "org.policy.set",
            "nobody may invite",
            ORG,
            ACME,
            json!({"admission": {"floors": [], "from": []}, "humanContacts": []}),
        ),
    ]
}

fn domains() -> Vec<Case> {
    vec![
        continuing("org.verify", "by file", ORG, ACME, json!({"key": key_id(ACME), "method": "well-known"})),
        continuing("org.verify", "by DNS", ORG, ACME, json!({"key": key_id(ACME), "method": "dns"})),
        continuing(
            "org.check",
            "the key is there",
            ORG,
            NODE,
            json!({"evidence": hash("a record"), "found": true, "key": key_id(ACME), "method": "dns"}),
        ),
        continuing(
            "org.check",
            "nothing is there",
            ORG,
            NODE,
            json!({"found": false, "key": key_id(ACME), "method": "well-known"}),
        ),
    ]
}

fn policy() -> serde_json::Value {
    let rule = json!({
        "capabilities": ["procure.metal", "carry"], "ceiling": money("500", "USD"),
        "dataClasses": ["internal", "public"], "floor": {"score": 20, "value": money("500", "USD")},
        "lastsMs": 7_776_000_000_u64,
    });
    json!({
        "admission": {
            "floors": [
                {"score": 1, "value": money("1", "EUR")},
                {"capability": "procure.metal", "score": 100, "value": money("25000.5", "USD")},
            ],
            "from": ["volt.example", GLOBEX],
        },
        "ceiling": money("25000.5", "USD"),
        "consentRules": [rule, {"capabilities": ["procure"], "lastsMs": 0}],
        "exposureCap": {"floor": money("500", "USD"), "share": 40},
        "humanContacts": ["Ada"],
        "mode": "sealed",
        "invitations": {"perHour": 60},
        "rates": {
            "base": "USD",
            "worth": [{"currency": "EUR", "worth": "1.08"}, {"currency": "USDC", "worth": "0.999999999"}],
        },
        "seeds": [{"organisation": "guild.example", "worth": money("5000", "USD")}],
    })
}

fn schemas() -> Vec<Case> {
    let schema = json!({"properties": {"size": {"type": "integer"}}, "type": "object"});
    let register = |alias: &str, version: u64| json!({"alias": alias, "description": "Boxes.", "schema": schema, "version": version});
    let largest = register(&"a".repeat(64), 4_294_967_295);
    vec![
        continuing("org.schema.register", "a schema", ORG, ACME, register("box-2", 1)),
        continuing("org.schema.register", "the longest alias, the last version", ORG, ACME, largest),
    ]
}

fn agents() -> Vec<Case> {
    let card = |capabilities: &[&str]| json!({"capabilities": capabilities, "description": "Buys metal.", "name": "Buyer"});
    let register = json!({"card": card(&["procure.metal"]), "key": key_id(BUYER)});
    let whole = json!({"card": {
        "a2a": {"digest": hash("an A2A card"), "url": "https://acme.example/.well-known/agent-card.json"},
        "availability": "available",
        "capabilities": ["procure.metal"],
        "ceiling": money("25000", "USD"),
        "description": "Buys metal.",
        "endpoint": "https://buyer.acme.example:8443/asp?x=1",
        "languages": ["de", "en", "zh-Hant-TW"],
        "name": "Buyer",
        "price": money("0.5", "USD"),
        "schemas": [hash("a schema"), hash("another schema")],
    }});
    let rotate = json!({"newKey": key_id(NEXT_AGENT), "oldKey": key_id(BUYER)});
    let revoke = json!({"key": key_id(BUYER), "reason": "stolen"});
    let revoke_from = json!({"fromIndex": 0, "key": key_id(BUYER), "reason": "stolen"});
    let longest = format!("a{}", ".b-2".repeat(7));
    vec![
        opening("agent.register", "an agent, admitted", AGENT, BUYER, register)
            .and(ACME)
            .but_of_type("org.verify"),
        continuing("agent.card.set", "all that a card can say", AGENT, BUYER, whole),
        continuing(
            "agent.card.check",
            "the card is there",
            AGENT,
            NODE,
            json!({"digest": hash("a card"), "matches": true, "pin": hash("a card")}),
        ),
        continuing(
            "agent.card.check",
            "nothing is there",
            AGENT,
            NODE,
            json!({"matches": false, "pin": hash("a card")}),
        ),
        continuing("agent.card.set", "no capabilities", AGENT, BUYER, json!({"card": card(&[])})),
        continuing(
            "agent.card.set",
            "capabilities in any order",
            AGENT,
            BUYER,
            json!({"card": card(&["procure.metal", "a", &longest])}),
        ),
        continuing("agent.key.add", "by the agent", AGENT, BUYER, json!({"key": key_id(NEXT_AGENT)}))
            .and(NEXT_AGENT),
        continuing("agent.key.add", "by the organisation", AGENT, ACME, json!({"key": key_id(NEXT_AGENT)}))
            .and(NEXT_AGENT),
        continuing("agent.key.rotate", "another key", AGENT, BUYER, rotate).and(NEXT_AGENT),
        continuing("agent.key.revoke", "by the organisation", AGENT, ACME, revoke),
        continuing("agent.key.revoke", "from the first index on", AGENT, BUYER, revoke_from),
        continuing("agent.retire", "for a reason", AGENT, BUYER, json!({"reason": "replaced"})),
    ]
}

/// What agents say of one another.
fn praise() -> Vec<Case> {
    vec![
        continuing("agent.endorse", "in all", AGENT, BUYER, json!({"agent": SELLER})),
        continuing(
            "agent.endorse",
            "in something, with words",
            AGENT,
            BUYER,
            json!({"agent": SELLER, "capability": "provision.metal", "note": "always on time"}),
        ),
        continuing(
            "agent.endorse.withdraw",
            "in something",
            AGENT,
            BUYER,
            json!({"agent": SELLER, "capability": "provision.metal", "reason": "no longer"}),
        ),
        continuing(
            "agent.rate",
            "the worst, without words",
            AGENT,
            BUYER,
            json!({"agent": SELLER, "session": hash("a session"), "stars": 1}),
        ),
        continuing(
            "agent.rate",
            "the best",
            AGENT,
            BUYER,
            json!({"agent": SELLER, "note": "as agreed", "session": hash("a session"), "stars": 5}),
        ),
    ]
}

fn consents() -> Vec<Case> {
    let stream = opened("consent", "a consent");
    let nonce = "00112233445566778899aabbccddeeff";
    let request = json!({
        "capabilities": ["procure"], "expiresAt": after(86_400), "nonce": nonce, "purpose": "metal",
        "with": GLOBEX,
    });
    let whole = json!({
        "capabilities": ["procure", "carry"], "ceiling": money("0.000000001", "EUR"),
        "dataClasses": ["public", "internal", "confidential", "personal", "special"],
        "expiresAt": "9998-12-31T23:59:59.999Z", "fields": ["size", "grade"], "mode": "hybrid",
        "nonce": nonce, "performatives": ["PROPOSE", "ACCEPT"], "purpose": "", "with": GLOBEX,
    });
    let reason = json!({"reason": "no more"});
    vec![
        opening("consent.request", "no more than it must say", "consent:", ACME, request)
            .but_of_type("PROPOSE")
            .but_numbered("opens in the middle", "sequence 1 of a stream that has no name yet", 1),
        opening("consent.request", "with all that it can say", "consent:", ACME, whole),
        continuing("consent.grant", "a grant", &stream, GLOBEX, json!({})).replying().but_numbered(
            "opens by name",
            "sequence 0 of a stream that has a name",
            0,
        ),
        continuing(
            "consent.narrow",
            "all that can be narrowed",
            &stream,
            ACME,
            json!({
                "capabilities": ["procure.metal"], "ceiling": money("5", "EUR"),
                "dataClasses": ["public"], "expiresAt": after(3_600), "fields": ["size"],
                "performatives": ["PROPOSE"], "reason": "less",
            }),
        ),
        continuing(
            "consent.narrow",
            "no fields at all",
            &stream,
            GLOBEX,
            json!({"fields": [], "reason": ""}),
        ),
        continuing("consent.revoke", "a revocation", &stream, ACME, reason),
        continuing("consent.acknowledge", "an acknowledgement", &stream, GLOBEX, json!({}))
            .with("inReplyTo", json!(hash("a revocation"))),
    ]
}

/// A trace context as W3C writes it.
pub(super) const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A text of so many bytes, the first character of two.
fn bytes(count: usize) -> String {
    format!("é{}", "a".repeat(count.saturating_sub(2)))
}
