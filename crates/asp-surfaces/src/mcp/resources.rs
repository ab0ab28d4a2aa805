//! Resources: the course of a session and a commitment, as text for a model.

use asp_core::position::Hash;
use serde_json::{Value, json};

use super::failure::Failure;
use super::{picture, words};
use crate::door::Door;

/// Resources of each kind that are listed; others are read by the templates.
const LISTED_MAX: usize = 20;
/// What comes before and after the id in the address of a session's course.
const TRACE: (&str, &str) = ("asp://session/", "/trace");
/// What comes before the id in the address of a commitment.
const COMMITMENT: &str = "asp://commitment/";
const TEXT: &str = "text/plain";

/// What can be read.
enum Resource {
    Trace(Hash),
    Commitment(Hash),
}

fn parse(uri: &str) -> Option<Resource> {
    if let Some(id) = uri.strip_prefix(COMMITMENT) {
        return Hash::from_hex(id).map(Resource::Commitment);
    }
    let id = uri.strip_prefix(TRACE.0)?.strip_suffix(TRACE.1)?;
    Hash::from_hex(id).map(Resource::Trace)
}

/// The addresses of all there is.
pub(super) fn templates() -> Value {
    let (before, after) = TRACE;
    json!([
        {
            "uriTemplate": format!("{before}{{session}}{after}"), "name": "session-trace", "mimeType": TEXT,
            "title": "The course of a session",
            "description": "Who said what, what let it pass, who waited for whom, what came of it. The session's id \
                without sha256:.",
        },
        {
            "uriTemplate": format!("{COMMITMENT}{{commitment}}"), "name": "commitment", "mimeType": TEXT,
            "title": "A commitment",
            "description": "Who owes what to whom, until when, how far it is. The commitment's id without sha256:.",
        },
    ])
}

/// The latest sessions and commitments of who asks; none of who is nobody.
///
/// # Errors
/// As every question to a node.
pub(super) async fn list<D: Door>(door: &D) -> Result<Value, Failure> {
    if door.who().is_none() {
        return Ok(json!([]));
    }
    let (before, after) = TRACE;
    let (sessions, commitments) = (door.sessions(LISTED_MAX).await?, door.commitments(LISTED_MAX).await?);
    let sessions = sessions.iter().map(|session| {
        let id = session.id.to_hex();
        json!({
            "uri": format!("{before}{id}{after}"), "name": format!("session {}", id.get(..12).unwrap_or_default()),
            "title": format!("Session about {}, {}", session.capability, session.state), "mimeType": TEXT,
        })
    });
    let commitments = commitments.iter().map(|commitment| {
        let id = commitment.id.to_hex();
        json!({
            "uri": format!("{COMMITMENT}{id}"), "name": format!("commitment {}", id.get(..12).unwrap_or_default()),
            "title": format!("Commitment of {}", commitment.formed_at), "mimeType": TEXT,
        })
    });
    Ok(sessions.chain(commitments).collect())
}

/// Reads one; nothing if the address is none of these.
///
/// # Errors
/// As every question to a node.
pub(super) async fn read<D: Door>(door: &D, uri: &str) -> Result<Option<Value>, Failure> {
    let Some(resource) = parse(uri) else { return Ok(None) };
    let data = match resource {
        Resource::Commitment(id) => picture::commitment(door.who().as_ref(), &door.commitment(&id).await?),
        Resource::Trace(id) => {
            let trace = door.trace(&id).await?;
            let mut told = words::foreign("the parties of the session, as its course has them", json!(trace));
            told.insert("session".to_owned(), json!(id));
            Value::Object(told)
        }
    };
    Ok(Some(json!([{ "uri": uri, "mimeType": TEXT, "text": words::as_text(&data) }])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_thing_or_nothing() {
        let id = "0f".repeat(32);
        assert!(matches!(parse(&format!("asp://session/{id}/trace")), Some(Resource::Trace(_))));
        assert!(matches!(parse(&format!("asp://commitment/{id}")), Some(Resource::Commitment(_))));
        for wrong in [
            String::new(),
            format!("asp://session/{id}"),
            format!("asp://commitment/{id}/trace"),
            format!("asp://commitment/../{id}"),
            "asp://commitment/0f".to_owned(),
            "file:///etc/passwd".to_owned(),
        ] {
            assert!(parse(&wrong).is_none(), "{wrong}");
        }
    }
}
