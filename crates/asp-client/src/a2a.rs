//! An agent elsewhere that speaks A2A 1.0 and nothing else: found by its card, spoken to, and quoted.
//!
//! What it answers is signed by nobody. It is kept as hearsay: a remark of one's own about what was heard, which binds who
//! said that it was heard to nothing and the other side still less.

use asp_core::a2a::{PATH, Received, VERSION};
use asp_core::limits;
use asp_core::name::WebAddress;
use asp_core::position::Hash;
use asp_core::statement::body::{Note, Text};
use serde_json::{Map, Value, json};

use crate::{Error, clock, transport};

/// The bindings that are spoken here.
const BINDINGS: [&str; 2] = ["JSONRPC", "HTTP+JSON"];
/// The member of a remark's data that holds what was heard.
pub const HEARSAY: &str = "hearsay";

/// An agent that speaks A2A.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// What its card calls it.
    pub name: String,
    /// Where it is spoken to.
    pub url: WebAddress,
    binding: String,
}

/// What is said to a peer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Saying {
    /// Words for people.
    pub text: Option<String>,
    /// Data for machines.
    pub data: Option<Value>,
    /// The task that it belongs to, where the peer gave one.
    pub task: Option<String>,
    /// The conversation that it belongs to, where the peer gave one.
    pub context: Option<String>,
}

/// What a peer answered: its own word, signed by nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Where it was said.
    pub url: WebAddress,
    /// The id of the message that it answers.
    pub message_id: String,
    /// The answer as it came.
    pub answer: String,
    /// The task, if it is one.
    pub task: Option<String>,
    /// The conversation.
    pub context: Option<String>,
    /// How far the task is, in the words of A2A.
    pub state: Option<String>,
    /// What it says in words.
    pub words: String,
}

impl Peer {
    /// Reads the card of an agent: at this address, or where A2A has it below.
    ///
    /// # Errors
    /// [`Error::Unreachable`], or [`Error::BadAnswer`] if there is no card of an agent that speaks A2A 1.x by JSON-RPC or HTTP+JSON.
    pub async fn find(address: &WebAddress) -> Result<Self, Error> {
        let text = address.as_str();
        let at = if text.ends_with(".json") {
            text.to_owned()
        } else {
            format!("{}{PATH}", text.trim_end_matches('/'))
        };
        let at: WebAddress = at.parse().map_err(Error::bad)?;
        let card = Received::read(&transport::document(&at, limits::A2A_CARD_BYTES_MAX).await?)
            .map_err(Error::bad)?;
        let unspoken = || Error::bad(format_args!("{at}: no interface of A2A 1.x by JSON-RPC or HTTP+JSON"));
        let (binding, url) = card.interface(&BINDINGS).ok_or_else(unspoken)?;
        Ok(Self {
            name: card.name().to_owned(),
            url: url.parse().map_err(Error::bad)?,
            binding: binding.to_owned(),
        })
    }

    /// Says something, and waits for the answer as long as an answer may take.
    ///
    /// # Errors
    /// [`Error::Unreachable`], or [`Error::BadAnswer`] with what the peer says is wrong.
    pub async fn say(&self, saying: &Saying, token: Option<&str>) -> Result<Heard, Error> {
        let message_id = hex(&clock::random::<16>()?);
        let request = json!({ "message": saying.message(&message_id) });
        let (url, body) = if self.binding == "JSONRPC" {
            let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": request });
            (self.url.clone(), call)
        } else {
            let url = format!("{}/message:send", self.url.as_str().trim_end_matches('/'));
            (url.parse().map_err(Error::bad)?, request)
        };
        let mut headers = vec![("A2A-Version", VERSION.to_owned())];
        headers.extend(token.map(|token| ("Authorization", format!("Bearer {token}"))));
        let body = body.to_string().into_bytes();
        let (status, bytes) = transport::ask(&url, &headers, body, limits::A2A_ANSWER_BYTES_MAX).await?;
        let answer: Value = serde_json::from_slice(&bytes)
            .map_err(|_| Error::bad(format_args!("{url} answers {status}, and no JSON")))?;
        if let Some(error) = answer.get("error") {
            let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
            return Err(Error::bad(format_args!("{url} answers: {message}")));
        }
        let result = if self.binding == "JSONRPC" {
            answer.get("result").cloned().unwrap_or_default()
        } else {
            answer
        };
        Heard::of(url, message_id, &result)
            .ok_or_else(|| Error::bad(format_args!("{}: no task and no message", self.url)))
    }
}

impl Saying {
    fn message(&self, id: &str) -> Value {
        let text = self.text.as_ref().map(|text| json!({ "text": text, "mediaType": "text/plain" }));
        let data = self.data.as_ref().map(|data| json!({ "data": data, "mediaType": "application/json" }));
        let parts: Vec<Value> = text.into_iter().chain(data).collect();
        let mut message = Map::from_iter([
            ("messageId".to_owned(), json!(id)),
            ("role".to_owned(), json!("ROLE_USER")),
            ("parts".to_owned(), json!(parts)),
        ]);
        for (name, value) in [("taskId", &self.task), ("contextId", &self.context)] {
            message.extend(value.as_ref().map(|value| (name.to_owned(), json!(value))));
        }
        Value::Object(message)
    }

    /// What was said, as a remark of who said it.
    ///
    /// # Errors
    /// The words are longer than a text may be.
    pub fn note(&self, peer: &Peer) -> Result<Note, Error> {
        let said = json!({ "data": written(self.data.as_ref()), "to": peer.url });
        let text = self.text.clone().unwrap_or_default().parse().map_err(Error::bad)?;
        Ok(Note { data: Some(Map::from_iter([("said".to_owned(), said)])), text })
    }
}

impl Heard {
    fn of(url: WebAddress, message_id: String, result: &Value) -> Option<Self> {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let (task, message) = (result.get("task"), result.get("message"));
        let said = message.or_else(|| task?.pointer("/status/message"));
        let artifacts = task.and_then(|task| task.get("artifacts")).and_then(Value::as_array);
        let parts = said.into_iter().chain(artifacts.into_iter().flatten());
        let parts = parts.filter_map(|one| one.get("parts")?.as_array()).flatten();
        let words: Vec<String> = parts.filter_map(|part| text(part, "text")).collect();
        let answered = task.or(message)?;
        Some(Self {
            url,
            message_id,
            answer: result.to_string(),
            task: task.and_then(|task| text(task, "id")),
            context: text(answered, "contextId"),
            state: task.and_then(|task| task.pointer("/status/state")?.as_str().map(str::to_owned)),
            words: words.join("\n"),
        })
    }

    /// What was heard, as a remark of who heard it: quoted as text, so that nothing in it is read as terms.
    #[must_use]
    pub fn note(&self) -> Note {
        let heard = json!({
            "digest": Hash::of(&[self.answer.as_bytes()]),
            "from": self.url,
            "inReplyTo": self.message_id,
            "quote": begins(&self.answer, limits::A2A_HEARSAY_BYTES_MAX),
            "signed": false,
        });
        let words = format!("Heard, and signed by nobody: {}", self.words);
        let text: Text = begins(&words, limits::TEXT_BYTES_MAX)
            .parse()
            .unwrap_or_else(|_| unreachable!("what was cut is short enough"));
        Note { data: Some(Map::from_iter([(HEARSAY.to_owned(), heard)])), text }
    }
}

/// Data as text, since numbers of A2A can be what no statement has.
fn written(data: Option<&Value>) -> String {
    data.map(Value::to_string).unwrap_or_default()
}

/// The beginning of a text, cut between characters; U+0000, which no statement has, is left out.
fn begins(text: &str, bytes_max: usize) -> String {
    let text = text.replace('\0', "");
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(result: &Value) -> Option<Heard> {
        Heard::of("https://peer.example/a2a".parse().unwrap(), "1".to_owned(), result)
    }

    #[test]
    fn an_answer_is_quoted_and_never_terms() {
        let task = json!({ "task": {
            "id": "t", "contextId": "c",
            "status": { "state": "TASK_STATE_COMPLETED", "message": { "parts": [{ "text": "240 USD" }] } },
            "artifacts": [{ "parts": [{ "text": "agreed" }, { "data": { "price": 240.5 } }] }],
        } });
        let heard = heard(&task).unwrap();
        assert_eq!((heard.task.as_deref(), heard.context.as_deref()), (Some("t"), Some("c")));
        assert_eq!(heard.words, "240 USD\nagreed");
        let note = heard.note();
        let quote = &note.data.as_ref().unwrap()[HEARSAY];
        assert_eq!((&quote["signed"], quote["quote"].as_str().unwrap()), (&json!(false), &*heard.answer));
        assert!(note.text.as_str().starts_with("Heard, and signed by nobody: 240 USD"));
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let long = "ä\0".repeat(limits::A2A_HEARSAY_BYTES_MAX);
        let heard = heard(&json!({ "message": { "parts": [{ "text": long }] } })).unwrap();
        let note = heard.note();
        let quote = note.data.unwrap()[HEARSAY]["quote"].as_str().unwrap().to_owned();
        assert!(quote.len() <= limits::A2A_HEARSAY_BYTES_MAX && !quote.contains('\0'));
        assert!(note.text.as_str().len() <= limits::TEXT_BYTES_MAX);
    }

    #[test]
    fn what_is_neither_task_nor_message_is_no_answer() {
        for wrong in [json!({}), json!([]), json!("x"), json!({ "tasks": {} })] {
            assert_eq!(heard(&wrong), None, "{wrong}");
        }
    }
}
