//! Words for people and data for machines: QUERY, CLARIFY, OBSERVE. Here stand the bounds of all JSON too.

use serde_json::json;

use crate::vectors::case::{Case, continuing};
use crate::vectors::people::{BUYER, CARRIER, SELLER, after, opened};

pub(super) fn cases() -> Vec<Case> {
    let stream = opened("session", "a session");
    let asked = json!({
        "awaits": SELLER, "data": {"sample": true}, "respondBy": after(30), "text": "Which grade?",
    });
    vec![
        continuing("QUERY", "to all", &stream, BUYER, json!({"text": "Which grade?"})),
        continuing("QUERY", "to somebody, with all that it can say", &stream, BUYER, asked).replying(),
        continuing("CLARIFY", "an answer", &stream, SELLER, json!({"text": "S235."})).replying(),
        continuing("CLARIFY", "an answer with data", &stream, SELLER, json!({"data": {}, "text": ""}))
            .replying(),
        continuing("OBSERVE", "a remark", &stream, CARRIER, json!({"text": "Noted."})),
        continuing(
            "OBSERVE",
            "a remark with data",
            &stream,
            CARRIER,
            json!({"data": {"n": -7}, "text": "é\n\u{1}\"\\/"}),
        ),
    ]
}
