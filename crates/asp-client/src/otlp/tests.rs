//! Spans of a trace that is written by hand.

use super::*;

const OTHER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn hash(digit: &str) -> String {
    format!("sha256:{}", digit.repeat(64))
}

fn step(number: u64, hash: &str, issuer: &str, before: &str, after: &str) -> serde_json::Value {
    serde_json::json!({
        "sequence": number, "logIndex": 10 + number, "logTime": format!("2026-11-23T15:55:1{number}.000Z"),
        "hash": hash, "issuer": issuer, "role": "party", "type": "PROPOSE", "kind": "proposal",
        "before": before, "after": after, "guards": ["your-turn"],
    })
}

fn trace(parents: [Option<&str>; 3]) -> SessionTrace {
    let (buyer, seller) = ("agent://acme.example/buyer", "agent://volt.example/sales");
    let mut steps = vec![
        step(0, &hash("a"), buyer, "IDLE", "INVITED"),
        step(1, &hash("b"), seller, "INVITED", "INTRODUCED"),
        step(2, &hash("c"), buyer, "INTRODUCED", "FAILED"),
    ];
    for (step, parent) in steps.iter_mut().zip(parents) {
        step["guards"] = serde_json::json!([Guard::YourTurn.as_str()]);
        if let Some(parent) = parent {
            step["traceparent"] = parent.into();
        }
    }
    serde_json::from_value(serde_json::json!({
        "session": hash("a"), "capability": "provision.compute", "initiator": buyer, "opened": 10,
        "openedAt": "2026-11-23T15:55:10.000Z", "state": "FAILED", "head": {"sequence": 2, "hash": hash("c")},
        "end": {"code": "RESPONSE_TIMEOUT", "sentence": "words of a stranger"}, "outcome": "none", "steps": steps,
        "waits": [
            {"asked": hash("a"), "what": "invitation", "by": buyer, "of": seller, "since": "2026-11-23T15:55:10.000Z",
             "endedBy": hash("b"), "endedAt": "2026-11-23T15:55:11.000Z", "waitedMs": 1000, "end": "answered"},
            {"asked": hash("b"), "what": "offer", "by": seller, "of": buyer, "since": "2026-11-23T15:55:11.000Z"},
        ],
    }))
    .unwrap()
}

fn value<'a>(span: &'a Span, key: &str) -> &'a AnyValue {
    &span.attributes.iter().find(|attribute| attribute.key == key).unwrap().value
}

#[test]
fn a_session_becomes_one_trace_with_a_span_of_each_statement_and_each_wait() {
    let spans = spans(&trace([None; 3]), None);
    assert_eq!(spans.len(), 5);
    assert!(spans.iter().all(|span| span.trace_id == "a".repeat(32)), "{spans:?}");
    let [session, first, second, _, wait] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((session.parent_span_id.as_deref(), session.events.len()), (None, 3));
    assert_eq!(session.status.as_ref().unwrap().message, "RESPONSE_TIMEOUT");
    assert_eq!(first.parent_span_id.as_ref(), Some(&session.span_id));
    assert_eq!(second.span_id, "b".repeat(16));
    assert_eq!(
        value(second, "gen_ai.agent.id"),
        &AnyValue::StringValue("agent://volt.example/sales".to_owned())
    );
    assert_eq!(value(second, "asp.log.index"), &AnyValue::IntValue("11".to_owned()));
    assert_eq!(
        (wait.name.as_str(), wait.parent_span_id.as_deref()),
        ("await invitation", Some("a".repeat(16).as_str()))
    );
    assert_eq!(wait.start_time_unix_nano, "1795449310000000000");
    assert_eq!(wait.end_time_unix_nano, "1795449311000000000");
}

#[test]
fn a_session_whose_invitation_belongs_to_a_trace_is_a_part_of_that() {
    let spans = spans(&trace([Some(OTHER), None, Some(OTHER)]), None);
    let [session, first, _, third, _] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(session.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(session.parent_span_id.as_deref(), Some("00f067aa0ba902b7"));
    assert_eq!(first.parent_span_id.as_ref(), Some(&session.span_id));
    assert_eq!((third.parent_span_id.as_deref(), third.links.len()), (Some("00f067aa0ba902b7"), 0));
}

#[test]
fn a_statement_of_another_trace_is_linked_to_it() {
    let spans = spans(&trace([None, Some(OTHER), None]), None);
    let [session, _, second, ..] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(second.parent_span_id.as_ref(), Some(&session.span_id));
    assert_eq!(second.links[0].trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[test]
fn what_names_no_trace_is_linked_to_none() {
    for nothing in [
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ] {
        let spans = spans(&trace([Some(nothing), Some(nothing), None]), None);
        assert!(spans.iter().all(|span| span.links.is_empty()), "{nothing}");
        assert_eq!(spans[0].trace_id, "a".repeat(32), "{nothing}");
    }
}

#[test]
fn from_a_place_on_only_what_ended_there_or_later_is_told() {
    let names = |from| spans(&trace([None; 3]), Some(Position(from))).len();
    // Session, three statements, one wait; the second statement ends the wait, the third the session.
    assert_eq!([10, 11, 12, 13].map(names), [5, 4, 2, 0]);
}

#[test]
fn spans_say_nothing_of_what_was_said() {
    let origin = "node.example/log".parse().unwrap();
    let request = ExportRequest::of(&origin, spans(&trace([None; 3]), None));
    let text = serde_json::to_string(&request).unwrap();
    assert!(!text.contains("stranger") && !text.contains("null"), "{text}");
    assert!(
        text.contains(r#"{"key":"asp.log.origin","value":{"stringValue":"node.example/log"}}"#),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<ExportRequest>(&text).unwrap(), request);
    assert_eq!(request.count(), 5);
}

#[test]
fn numbers_of_64_bits_are_read_in_both_spellings() {
    for (value, read) in [("\"3\"", 3), ("3", 3), ("null", 0), ("\"x\"", 0)] {
        assert_eq!(number(&serde_json::from_str(value).unwrap()), read);
    }
}
