//! One POST, one message, one answer as JSON (streamable HTTP). Knows no server: whoever has one gives what the request
//! says and sends what is answered. Who asks, from which page, and whether it may, is judged there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::wire::{
    self, Fault, HEADER_MISMATCH, INVALID_PARAMS, INVALID_REQUEST, Incoming, METHOD_NOT_FOUND, PARSE_ERROR,
    Request, UNSUPPORTED_VERSION,
};
use super::{Era, META_VERSION, MODERN, WITH_HANDSHAKE, respond, unsupported};
use crate::door::Door;

/// The headers of a request that repeat what its body says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head<'a> {
    /// `mcp-protocol-version`
    pub version: Option<&'a str>,
    /// `mcp-method`
    pub method: Option<&'a str>,
    /// `mcp-name`
    pub name: Option<&'a str>,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// JSON; nothing where there is nothing to say.
    pub body: Option<Vec<u8>>,
}

impl Reply {
    fn of(status: u16, answer: &Value) -> Self {
        Self { status, body: serde_json::to_vec(answer).ok() }
    }
}

/// A request as it was read. It holds nothing of the body that it came in, so that can be let go before it is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked(Request);

/// Reads the message in a body.
///
/// # Errors
/// What to answer at once: that it is none, or that nothing is asked by it.
pub fn read(head: Head<'_>, body: &[u8]) -> Result<Asked, Reply> {
    let request = match wire::read(body) {
        Err(refused) => return Err(Reply::of(400, &refused)),
        Ok(Incoming::Request(request)) => request,
        Ok(Incoming::Notification(..)) => return Err(Reply { status: 202, body: None }),
        Ok(Incoming::Answer) => {
            let why = Fault::new(INVALID_REQUEST, "nothing was asked that this could answer");
            return Err(Reply::of(400, &why.answer(&Value::Null)));
        }
    };
    agree(head, &request).map_err(|fault| Reply::of(400, &fault.answer(&request.id)))?;
    Ok(Asked(request))
}

impl Asked {
    /// Answers it.
    pub async fn answer<D: Door>(self, door: &D) -> Reply {
        let Self(request) = self;
        let modern = Era::of(&request) == Era::Modern;
        let answer = respond(door, request).await;
        let code = answer.pointer("/error/code").and_then(Value::as_i64);
        Reply::of(if modern { status(code) } else { 200 }, &answer)
    }
}

/// The status by which 2026-07-28 tells an error.
const fn status(code: Option<i64>) -> u16 {
    match code {
        Some(METHOD_NOT_FOUND) => 404,
        Some(PARSE_ERROR | INVALID_REQUEST | INVALID_PARAMS | HEADER_MISMATCH | UNSUPPORTED_VERSION) => 400,
        Some(_) | None => 200,
    }
}

/// Holds that headers and body say the same, so that whoever routes by the headers and whoever reads the body see one request.
fn agree(head: Head<'_>, request: &Request) -> Result<(), Fault> {
    let differs =
        |what: &str| Fault::new(HEADER_MISMATCH, format!("the header {what} is not what the body says"));
    if let Some(version) = head.version
        && version != MODERN
        && !WITH_HANDSHAKE.contains(&version)
    {
        return Err(unsupported(version));
    }
    let said = request.params.get("_meta").and_then(|meta| meta.get(META_VERSION)).and_then(Value::as_str);
    if Era::of(request) == Era::Handshake {
        // Whoever says a modern version in the header alone has said half of it.
        return if head.version == Some(MODERN) { Err(differs("mcp-protocol-version")) } else { Ok(()) };
    }
    if said.is_some() && head.version != said {
        return Err(differs("mcp-protocol-version"));
    }
    if head.method != Some(request.method.as_str()) {
        return Err(differs("mcp-method"));
    }
    let named = match request.method.as_str() {
        "tools/call" | "prompts/get" => request.params.get("name"),
        "resources/read" => request.params.get("uri"),
        _ => None,
    };
    match named.and_then(Value::as_str) {
        Some(name) if head.name.and_then(decoded).as_deref() != Some(name) => Err(differs("mcp-name")),
        Some(_) | None => Ok(()),
    }
}

/// What a header says; what fits into none is sent as `=?base64?…?=`.
fn decoded(header: &str) -> Option<String> {
    match header.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(digits) => String::from_utf8(STANDARD.decode(digits).ok()?).ok(),
        None => Some(header.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(method: &str, params: &Value) -> Request {
        Request { id: json!(1), method: method.to_owned(), params: params.as_object().unwrap().clone() }
    }

    #[test]
    fn what_asks_nothing_is_answered_at_once() {
        let read = |body: &str| read(Head::default(), body.as_bytes());
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#),
            Ok(Asked(request("ping", &json!({}))))
        );
        let taken = read(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        assert_eq!(taken, Err(Reply { status: 202, body: None }));
        for wrong in ["{", "[]", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#] {
            assert_eq!(read(wrong).unwrap_err().status, 400, "{wrong}");
        }
    }

    #[test]
    fn headers_say_what_the_body_says() {
        let meta = json!({ META_VERSION: MODERN });
        let call = request("tools/call", &json!({ "name": "whoami", "_meta": meta }));
        let head = Head { version: Some(MODERN), method: Some("tools/call"), name: Some("whoami") };
        assert_eq!(agree(head, &call), Ok(()));
        let spelled = Head { name: Some("=?base64?d2hvYW1p?="), ..head };
        assert_eq!(agree(spelled, &call), Ok(()));
        for wrong in [
            Head::default(),
            Head { version: None, ..head },
            Head { version: Some("2025-11-25"), ..head },
            Head { method: Some("tools/list"), ..head },
            Head { name: None, ..head },
            Head { name: Some("=?base64?*?="), ..head },
            Head { name: Some("Whoami"), ..head },
        ] {
            assert_eq!(agree(wrong, &call).unwrap_err().code, HEADER_MISMATCH, "{wrong:?}");
        }
        let old = request("tools/list", &json!({}));
        assert_eq!(agree(Head { version: Some("2025-06-18"), ..Head::default() }, &old), Ok(()));
        assert_eq!(agree(Head::default(), &old), Ok(()));
        let unknown = Head { version: Some("1999-01-01"), ..Head::default() };
        assert_eq!(agree(unknown, &old).unwrap_err().code, UNSUPPORTED_VERSION);
        let half = Head { version: Some(MODERN), ..Head::default() };
        assert_eq!(agree(half, &old).unwrap_err().code, HEADER_MISMATCH);
    }
}
