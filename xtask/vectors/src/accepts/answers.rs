//! What answers, binds, hands on or takes back: ACCEPT, REJECT, COMMIT, DELEGATE, ESCALATE, WITHDRAW.

use serde_json::{Value, json};

use super::money;
use crate::case::{Case, continuing};
use crate::people::{ACME, BUYER, CARRIER, MEDIATOR, NODE, SELLER, after, hash, opened};

pub(super) fn cases() -> Vec<Case> {
    [acceptances(), others(), withdrawals()].concat()
}

fn acceptances() -> Vec<Case> {
    let stream = opened("session", "a session");
    let accept =
        |name: &str, by: &'static str, body: Value| continuing("ACCEPT", name, &stream, by, body).replying();
    let introduction = json!({"card": hash("a card"), "kind": "introduction"});
    let speaking = json!({
        "card": hash("a card"), "kind": "introduction", "schemas": [hash("a schema"), hash("a starter")],
    });
    let resumption = json!({"decidedBy": "Ada", "instructions": "Split the cost.", "kind": "resumption"});
    vec![
        accept("introduction", SELLER, introduction),
        accept("introduction that names schemas", SELLER, speaking),
        accept("acceptance", SELLER, json!({"kind": "acceptance", "termsHash": hash("terms")})),
        accept(
            "acceptance on behalf of another",
            CARRIER,
            json!({"kind": "acceptance", "termsHash": hash("terms")}),
        )
        .with("onBehalfOf", json!([hash("a mandate"), hash("a further mandate")])),
        accept("resumption", MEDIATOR, json!({"kind": "resumption"})),
        accept("resumption with instructions, by an organisation", ACME, resumption),
        accept("admission", SELLER, json!({"kind": "admission"})),
    ]
}

fn others() -> Vec<Case> {
    let stream = opened("session", "a session");
    let mandate = json!({"expiresAt": after(3_600), "performatives": ["ACCEPT"], "to": CARRIER});
    let all = [
        "PROPOSE", "COUNTER", "ACCEPT", "REJECT", "INFORM", "QUERY", "CLARIFY", "COMMIT", "DELEGATE",
        "ESCALATE", "WITHDRAW", "OBSERVE", "CLOSE",
    ];
    let mandate_whole = json!({
        "ceiling": money("100", "USD"), "consent": hash("a consent"), "expiresAt": after(3_600),
        "hops": 0, "performatives": all, "to": CARRIER,
    });
    vec![
        continuing("REJECT", "a refusal", &stream, SELLER, json!({"reason": "too dear"})).replying(),
        continuing("REJECT", "a refusal without words", &stream, SELLER, json!({"reason": ""})).replying(),
        continuing("COMMIT", "a commit", &stream, SELLER, json!({"termsHash": hash("terms")})),
        continuing("DELEGATE", "no more than it must say", &stream, SELLER, mandate),
        continuing("DELEGATE", "with all that it can say", &stream, SELLER, mandate_whole),
        continuing(
            "ESCALATE",
            "to a mediator",
            &stream,
            BUYER,
            json!({"authority": MEDIATOR, "question": "Who pays for the delay?"}),
        )
        .but("to-a-node", "a node as the authority", "/authority", json!(NODE)),
        continuing(
            "ESCALATE",
            "to a person of an organisation",
            &stream,
            BUYER,
            json!({"authority": ACME, "contact": "Ada", "question": ""}),
        ),
    ]
}

fn withdrawals() -> Vec<Case> {
    let stream = opened("session", "a session");
    let withdraw =
        |name: &str, by: &'static str, body: Value| continuing("WITHDRAW", name, &stream, by, body);
    let timeout = json!({"kind": "timeout", "reason": "RESPONSE_TIMEOUT"});
    let receipt = json!({
        "kind": "timeout", "reason": "CONSENT_REVOKED",
        "receipt": {"commitments": [], "count": 4, "head": hash("the statement before"), "outcome": "none"},
    });
    vec![
        withdraw("withdrawal", BUYER, json!({"kind": "withdrawal", "reason": "sold out"})).replying(),
        withdraw("departure", SELLER, json!({"kind": "departure", "reason": "no interest"})),
        withdraw("timeout", NODE, timeout),
        withdraw("timeout with a receipt", NODE, receipt),
    ]
}
