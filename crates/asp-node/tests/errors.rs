//! What is refused, and how it is told: one shape for everything.

mod support;

use asp_core::key::KeyId;
use asp_core::position::Hash;
use asp_core::statement::ENVELOPE_BYTES_MAX;
use reqwest::{Method, StatusCode};

use support::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_meaning_is_a_problem() {
    // ASP-API-001, ASP-API-003
    let stage = Stage::new().await;
    for (method, path, status, code) in [
        (Method::GET, "/nothing", 404, "NOT_FOUND"),
        (Method::GET, "/v1", 404, "NOT_FOUND"),
        (Method::GET, "/assets/%ff", 404, "NOT_FOUND"),
        (Method::POST, "/v1/nothing", 404, "NOT_FOUND"),
        (Method::GET, "/v1/sessions/not-an-id", 401, "UNAUTHENTICATED"),
        (Method::DELETE, "/v1/statements", 405, "METHOD_NOT_ALLOWED"),
        (Method::PUT, "/v1/sessions", 405, "METHOD_NOT_ALLOWED"),
        (Method::GET, "/oauth/token", 405, "METHOD_NOT_ALLOWED"),
        (Method::POST, "/healthz", 405, "METHOD_NOT_ALLOWED"),
    ] {
        let answer = Answer::of(stage.http.request(method.clone(), stage.url(path))).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{method} {path}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_parameter_is_a_problem() {
    // ASP-API-003
    let mut stage = Stage::new().await;
    stage.people().await;
    let reader = stage.reader("acme/buyer").await;
    let long = format!("/v1/agents?text={}", "x".repeat(300));
    let longer = format!("/v1/agents?text={}", "x".repeat(5000));
    for path in [
        "/v1/agents?pageSize=0",
        "/v1/agents?pageSize=1001",
        "/v1/agents?pageSize=-1",
        "/v1/agents?pageToken=nonsense",
        "/v1/agents?capability=No",
        "/v1/agents?unknown=1",
        "/v1/agents?pageSize=1&pageSize=2",
        &long,
        &longer,
        "/v1/statements",
        "/v1/statements?stream=nothing",
        "/v1/statements?stream=org:acme.example&after=x",
        "/v1/statements?stream=org:acme.example&limit=0",
        "/v1/statements?stream=org:acme.example&waitSeconds=31",
        "/v1/sessions?waitSeconds=31",
        "/v1/sessions?after=-1",
        "/v1/consents?pageToken=x",
        "/log/proof/inclusion?index=1",
        "/log/proof/consistency?from=a&to=b",
    ] {
        assert_eq!(stage.get_as(&reader, path).await.code(), "INVALID_QUERY", "{path}");
    }
    let id = Hash::of(&[b"x"]).to_hex();
    let request = stage.request_as(&reader, &format!("/v1/sessions/{id}/events"));
    assert_eq!(Answer::of(request.header("last-event-id", "x")).await.code(), "INVALID_QUERY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_json_of_a_bounded_length() {
    // ASP-API-003
    let stage = Stage::new().await;
    for (kind, body, status, code) in [
        ("text/plain", "{}".to_owned(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/jsonx", "{}".to_owned(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("", "{}".to_owned(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", String::new(), 400, "NOT_JSON"),
        ("application/json; charset=utf-8", "{}".to_owned(), 400, "INVALID_ENVELOPE"),
        ("application/json", "[".repeat(100_000), 400, "NOT_JSON"),
        ("application/json", " ".repeat(ENVELOPE_BYTES_MAX + 1), 413, "STATEMENT_TOO_LARGE"),
        // Who sends much more than anybody would hears the reason too, once it has sent it.
        ("application/json", " ".repeat(8 * ENVELOPE_BYTES_MAX), 413, "STATEMENT_TOO_LARGE"),
        ("text/plain", " ".repeat(8 * ENVELOPE_BYTES_MAX), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", r#"{"statement":{},"signatures":[]}"#.to_owned(), 400, "INVALID_ENVELOPE"),
        ("application/asp+msgpack", "{}".to_owned(), 400, "NOT_MESSAGE_PACK"),
        ("application/asp+msgpack", "\u{1}".to_owned(), 400, "INVALID_ENVELOPE"),
        ("application/asp+msgpack", " ".repeat(ENVELOPE_BYTES_MAX + 1), 413, "STATEMENT_TOO_LARGE"),
    ] {
        let request = stage.http.post(stage.url("/v1/statements")).header("content-type", kind).body(body);
        let answer = Answer::of(request).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{kind}");
    }
    // Without an announced length the bytes are counted as they come.
    let endless = futures::stream::iter((0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; 8192])));
    let request = stage.http.post(stage.url("/v1/statements")).header("content-type", "application/json");
    let answer = Answer::of(request.body(reqwest::Body::wrap_stream(endless))).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "STATEMENT_TOO_LARGE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_in_message_pack_is_the_same_statement() {
    // ASP-API-002
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let remark = stage.author.say(session, "acme/buyer", note("hello, \u{1f980}"), None);
    let value: serde_json::Value = serde_json::from_slice(&remark.envelope()).unwrap();
    let packed = rmp_serde::to_vec(&value).unwrap();
    let request = stage.http.post(stage.url("/v1/statements"));
    let request = request.header("content-type", "application/asp+msgpack").body(packed);
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    let again = stage.send("/v1/statements", remark.envelope()).await;
    assert_eq!((again.status, again.bytes), (StatusCode::ACCEPTED, answer.bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_breaks_a_rule_is_told_which() {
    // ASP-API-001
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let path = format!("/v1/sessions/{}/messages", session.to_hex());
    let elsewhere = format!("/v1/sessions/{}/messages", Hash::of(&[b"elsewhere"]).to_hex());
    let remark = stage.author.say(session, "acme/buyer", note("hello"), None);
    // ASP-STM-016
    assert_eq!(stage.send(&elsewhere, remark.envelope()).await.code(), "STREAM_MISMATCH");
    assert_eq!(stage.send(&path, remark.envelope()).await.status, StatusCode::ACCEPTED);

    // Another one on the head that was.
    let late = stage.author.say(session, "globex/seller", note("too late"), None);
    let answer = stage.send(&path, late.envelope()).await;
    assert_eq!(answer.code(), "SEQUENCE_CONFLICT");
    let problem: asp_client::api::Problem = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!(problem.head.unwrap().hash, remark.statement().hash);
    assert_eq!(problem.retry, "change");

    stage.author.note(&remark);
    let stranger = stage.author.say(session, "initech/clerk", note("hi"), None);
    assert_eq!(stage.send(&path, stranger.envelope()).await.code(), "UNKNOWN_STREAM");
    let good = stage.author.say(session, "globex/seller", note("x"), None);
    let forged = String::from_utf8(good.envelope()).unwrap().replace("\"text\":\"x\"", "\"text\":\"y\"");
    assert_eq!(stage.send(&path, forged).await.code(), "INVALID_SIGNATURE");
    let mut weak = serde_json::from_slice::<serde_json::Value>(&good.envelope()).unwrap();
    weak["signatures"][0]["keyId"] = serde_json::json!(KeyId::from_bytes([0; 32]));
    assert_eq!(stage.send(&path, weak.to_string()).await.code(), "WEAK_KEY");
    stage.stepper.pass(asp_core::position::Millis(121_000));
    assert_eq!(stage.send(&path, good.envelope()).await.code(), "CLOCK_SKEW");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_large_never_reaches_a_route() {
    let stage = Stage::new().await;
    let request = stage.http.get(stage.url("/healthz")).header("x-long", "x".repeat(20_000));
    assert_eq!(request.send().await.unwrap().status(), 431);
    let many = (0..100).fold(stage.http.get(stage.url("/healthz")), |request, number| {
        request.header(format!("x-{number}"), "x")
    });
    assert_eq!(many.send().await.unwrap().status(), 431);
}

/// A request whose body never comes.
fn stalled(stage: &Stage) -> reqwest::RequestBuilder {
    let stalled = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = stage.http.post(stage.url("/v1/statements")).header("content-type", "application/json");
    request.body(reqwest::Body::wrap_stream(stalled))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_comes_is_not_waited_for() {
    // ASP-API-003, THR-SLOW-SENDER
    // The control: a node that bears it, which was asked before.
    let patient = Stage::with(|config| config.body_timeout_ms = 3_600_000).await;
    let held = tokio::spawn(Answer::of(stalled(&patient)));
    let stage = Stage::with(|config| config.body_timeout_ms = 50).await;
    let answer = Answer::of(stalled(&stage)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (408, "REQUEST_TIMEOUT"));
    assert!(!held.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_never_ends_is_not_waited_for() {
    // THR-SLOW-SENDER
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let begin = async |stage: &Stage| {
        let mut stream = tokio::net::TcpStream::connect(stage.node.address()).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a").await.unwrap();
        stream
    };
    let patient = Stage::with(|config| config.header_timeout_ms = 3_600_000).await;
    let held = begin(&patient).await;
    let stage = Stage::with(|config| config.header_timeout_ms = 50).await;
    let mut cut = begin(&stage).await;
    let mut rest = Vec::new();
    let _ended = cut.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
    // The control: the other, which came before, is still waited for.
    let waits = held.try_read(&mut [0; 16]).unwrap_err();
    assert_eq!(waits.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_take_so_much_memory_and_no_more() {
    let mut stage = Stage::with(|config| config.bodies_bytes_max = 0).await;
    let org = stage.author.org("acme");
    // A body of unknown length that does not end takes all that there is, unless another was there first: as it asks before
    // it sends, it is told so at once.
    let hold = || {
        let stalled = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let request = stage.http.post(stage.url("/v1/statements")).header("content-type", "application/json");
        let request = request.header("expect", "100-continue");
        tokio::spawn(request.body(reqwest::Body::wrap_stream(stalled)).send())
    };
    let mut holding = hold();
    let statement = org.envelope();
    loop {
        let answer = stage.send("/v1/statements", statement.clone()).await;
        if answer.status != StatusCode::ACCEPTED {
            assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("OVERLOADED", "1"));
            break;
        }
        if holding.is_finished() {
            holding = hold();
        }
        // The one that does not end comes in while no other is there, and the address stays within its rate.
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    holding.abort();
    // Whoever goes gives it back.
    while stage.post(&org).await.status != StatusCode::ACCEPTED {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
