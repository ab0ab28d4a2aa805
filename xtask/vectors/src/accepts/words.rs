//! Words for people and data for machines: QUERY, CLARIFY, OBSERVE. Here stand the bounds of all JSON too.

use asp_core::limits;
use asp_core::rejection::Code;
use serde_json::{Value, json};

use crate::case::{Case, continuing};
use crate::people::{BUYER, CARRIER, SELLER, after, opened};

pub(super) fn cases() -> Vec<Case> {
    [said(), bounds()].concat()
}

fn said() -> Vec<Case> {
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

/// What may be had at most of all that any JSON has, and one more of it.
fn bounds() -> Vec<Case> {
    let observe = |name: &str, data: Value| {
        let body = json!({"data": data, "text": ""});
        continuing("OBSERVE", name, &opened("session", "a session"), CARRIER, body)
    };
    let at_bound = |name: &str, words: &str, make: &dyn Fn(usize) -> Value, most: usize, code: Code| {
        let more = format!("{words} in place of {most}");
        observe(name, make(most)).changed("one more", &more, "/body/data", Some(make(most + 1)), code, None)
    };
    let around = nodes(&Value::Object(observe("", json!({"l": []})).statement));
    let listed = |count: usize| json!({"l": vec![0; count - around]});
    // The statement, its body and the data are three levels.
    let nested = |levels: usize| (4..levels).fold(json!([]), |inner, _| json!([inner]));
    let deep = |levels: usize| json!({"a": nested(levels)});
    let long = |bytes: usize| json!({"a": "x".repeat(bytes)});
    let empty = observe("as many bytes as may be", json!({"a": "", "b": "", "c": "", "d": ""})).text().len();
    let large = |bytes: usize| {
        let text = "x".repeat((bytes - empty) / 4);
        let last = "x".repeat(bytes - empty - 3 * text.len());
        json!({"a": text, "b": text, "c": text, "d": last})
    };
    vec![
        at_bound("as deep as may be", "33 levels", &deep, limits::STATEMENT_DEPTH_MAX, Code::TooDeep),
        at_bound(
            "as many values as may be",
            "4,097 values",
            &listed,
            limits::STATEMENT_NODES_MAX,
            Code::TooManyNodes,
        ),
        at_bound(
            "a text as long as may be",
            "65,537 bytes",
            &long,
            limits::STRING_BYTES_MAX,
            Code::StringTooLong,
        ),
        at_bound(
            "as many bytes as may be",
            "262,145 bytes",
            &large,
            limits::STATEMENT_BYTES_MAX,
            Code::StatementTooLarge,
        ),
    ]
}

/// Values in all: objects, lists and what they hold, without names.
fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(nodes).sum(),
        Value::Object(members) => members.values().map(nodes).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
