//! JSON-RPC 2.0 as MCP uses it: one message at a time, bounded, read once into a type. Knows no method.

use serde_json::{Map, Value, json};

/// What was received is no JSON.
pub(super) const PARSE_ERROR: i64 = -32700;
/// It is JSON, but no message.
pub(super) const INVALID_REQUEST: i64 = -32600;
/// There is no such method.
pub(super) const METHOD_NOT_FOUND: i64 = -32601;
/// What the method was given is not what it takes.
pub(super) const INVALID_PARAMS: i64 = -32602;
/// A defect of ours.
pub(super) const INTERNAL_ERROR: i64 = -32603;
/// There is no such resource, in versions before 2026-07-28.
pub(super) const RESOURCE_NOT_FOUND: i64 = -32002;
/// Header and body of a request say different things.
pub(super) const HEADER_MISMATCH: i64 = -32020;
/// The version is not spoken here.
pub(super) const UNSUPPORTED_VERSION: i64 = -32022;

/// Bytes of the longest id of a request: it is given back, and nothing else.
const ID_BYTES_MAX: usize = 128;

/// What somebody sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Incoming {
    /// It wants an answer.
    Request(Request),
    /// It wants none: the method and what it is about.
    Notification(String, Map<String, Value>),
    /// An answer, though nothing was asked.
    Answer,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    /// What its answer is known by: a number or a text.
    pub(super) id: Value,
    pub(super) method: String,
    pub(super) params: Map<String, Value>,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) code: i64,
    message: String,
    data: Option<Value>,
}

impl Fault {
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub(super) fn with(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// The answer that tells it.
    pub(super) fn answer(self, id: &Value) -> Value {
        let Self { code, message, data } = self;
        let mut error = json!({ "code": code, "message": message });
        if let (Some(data), Some(error)) = (data, error.as_object_mut()) {
            error.insert("data".to_owned(), data);
        }
        json!({ "jsonrpc": "2.0", "id": id, "error": error })
    }
}

/// Reads a message.
///
/// # Errors
/// The answer to what is none.
pub(super) fn read(bytes: &[u8]) -> Result<Incoming, Value> {
    let refuse = |code, message: &str, id: &Value| Err(Fault::new(code, message).answer(id));
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(_) => return refuse(PARSE_ERROR, "this is not JSON", &Value::Null),
    };
    let Value::Object(mut message) = value else {
        return refuse(INVALID_REQUEST, "a message is one object; batches are not taken", &Value::Null);
    };
    let id = message.remove("id");
    let known = id.clone().filter(is_id).unwrap_or(Value::Null);
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return refuse(INVALID_REQUEST, "a message says \"jsonrpc\": \"2.0\"", &known);
    }
    let Some(method) = message.remove("method") else {
        let answers = message.contains_key("result") || message.contains_key("error");
        return if answers {
            Ok(Incoming::Answer)
        } else {
            refuse(INVALID_REQUEST, "there is no method", &known)
        };
    };
    let Value::String(method) = method else {
        return refuse(INVALID_REQUEST, "a method is a text", &known);
    };
    let params = match message.remove("params") {
        None => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => return refuse(INVALID_PARAMS, "params is an object", &known),
    };
    match id {
        None => Ok(Incoming::Notification(method, params)),
        Some(id) if is_id(&id) => Ok(Incoming::Request(Request { id, method, params })),
        Some(_) => refuse(INVALID_REQUEST, "an id is a whole number or a short text", &Value::Null),
    }
}

fn is_id(id: &Value) -> bool {
    match id {
        Value::String(text) => text.len() <= ID_BYTES_MAX,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// The answer with a result.
pub(super) fn answer(id: &Value, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> (i64, Value) {
        let refused = read(text.as_bytes()).unwrap_err();
        (refused["error"]["code"].as_i64().unwrap(), refused["id"].clone())
    }

    #[test]
    fn a_message_is_a_request_a_notification_or_an_answer() {
        let request = read(br#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#).unwrap();
        let Incoming::Request(Request { id, method, params }) = request else { panic!("{request:?}") };
        assert_eq!((id, method.as_str(), params.len()), (json!("a"), "ping", 0));
        let notification = read(br#"{"jsonrpc":"2.0","method":"x","params":{"a":1}}"#).unwrap();
        assert!(
            matches!(notification, Incoming::Notification(method, params) if method == "x" && params.len() == 1)
        );
        assert_eq!(read(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#), Ok(Incoming::Answer));
    }

    #[test]
    fn what_is_no_message_is_refused_by_its_code() {
        for (text, expected, id) in [
            ("", PARSE_ERROR, Value::Null),
            ("{", PARSE_ERROR, Value::Null),
            ("\u{1}", PARSE_ERROR, Value::Null),
            ("[]", INVALID_REQUEST, Value::Null),
            ("1", INVALID_REQUEST, Value::Null),
            (r#"{"id":1,"method":"ping"}"#, INVALID_REQUEST, json!(1)),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, INVALID_REQUEST, json!(1)),
            (r#"{"jsonrpc":"2.0","id":1}"#, INVALID_REQUEST, json!(1)),
            (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, INVALID_REQUEST, json!(1)),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, INVALID_REQUEST, Value::Null),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, INVALID_REQUEST, Value::Null),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, INVALID_REQUEST, Value::Null),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, INVALID_PARAMS, json!(1)),
        ] {
            assert_eq!(code(text), (expected, id), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(code(&deep).0, PARSE_ERROR);
        let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "x".repeat(129));
        assert_eq!(code(&long).0, INVALID_REQUEST);
    }
}
