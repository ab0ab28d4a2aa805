//! The WebSocket: statements in, with their receipts; what one reads out, resumed exactly wherever the connection broke.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test whose preparation fails is to stop"
)]

mod support;

use asp_core::log::receipt::Receipt;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use support::*;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// One connection.
struct Wire(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Wire {
    fn request(stage: &Stage, reader: &Reader) -> Request {
        let address = stage.url("/v1/socket").replace("http:", "ws:");
        let mut request = address.into_client_request().unwrap();
        let proof = stage.proof(&reader.dpop, "GET", "/v1/socket", Some(&reader.token)).text();
        let headers = request.headers_mut();
        headers.insert("authorization", format!("DPoP {}", reader.token).parse().unwrap());
        headers.insert("dpop", proof.parse().unwrap());
        request
    }

    async fn open(stage: &Stage, reader: &Reader) -> Self {
        Self(connect_async(Self::request(stage, reader)).await.unwrap().0)
    }

    async fn send(&mut self, frame: Value) {
        self.0.send(Message::Text(frame.to_string().into())).await.unwrap();
    }

    /// The next frame that is no ping; none when the connection ends.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(_) | Err(_) => return None,
            }
        }
    }

    async fn asked(&mut self, frame: Value) -> Value {
        self.send(frame).await;
        self.next().await.unwrap()
    }
}

fn envelope(verified: &asp_core::statement::Verified) -> Value {
    serde_json::from_slice(&verified.envelope()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_taken_in_and_acknowledged_in_their_order() {
    // ASP-DLV-005
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let buyer = stage.reader("acme/buyer").await;
    let mut wire = Wire::open(&stage, &buyer).await;
    let mut said = Vec::new();
    for number in 0..3 {
        let statement = stage.author.say(session, "acme/buyer", note(&format!("remark {number}")), None);
        stage.author.note(&statement);
        wire.send(json!({ "id": format!("s{number}"), "submit": envelope(&statement) })).await;
        said.push(statement);
    }
    let mut last = None;
    for (number, statement) in said.iter().enumerate() {
        let answer = wire.next().await.unwrap();
        assert_eq!(answer["id"], format!("s{number}"), "{answer}");
        let receipt = Receipt::from_json(answer["receipt"].to_string().as_bytes()).unwrap();
        receipt.verify(&stage.node.node_key()).unwrap();
        assert_eq!(receipt.receipt.statement, statement.statement().hash);
        assert!(last.is_none_or(|last| last < receipt.receipt.log_index));
        last = Some(receipt.receipt.log_index);
    }
    // The same bytes get the same receipt; what breaks a rule gets its code, and the connection goes on.
    let again = wire.asked(json!({ "id": "again", "submit": envelope(&said[2]) })).await;
    assert_eq!(again["receipt"]["receipt"]["logIndex"], json!(last.unwrap().0));
    let mut forged = envelope(&said[0]);
    forged["statement"]["body"]["text"] = json!("another");
    let refused = wire.asked(json!({ "id": "forged", "submit": forged })).await;
    assert_eq!(
        (&refused["id"], &refused["problem"]["code"]),
        (&json!("forged"), &json!("INVALID_SIGNATURE"))
    );
    for (frame, code) in [
        (json!({ "id": "x" }), "INVALID_BODY"),
        (json!({ "id": "x", "submit": {}, "unsubscribe": "y" }), "INVALID_BODY"),
        (json!({ "id": "y".repeat(65), "unsubscribe": "y" }), "INVALID_BODY"),
        (json!({ "id": "x", "unsubscribe": "y" }), "NOT_FOUND"),
        (json!({ "id": "x", "other": 1 }), "NOT_JSON"),
        (json!([]), "NOT_JSON"),
        (json!({ "id": "x", "subscribe": { "stream": format!("session:{}", "0".repeat(64)) } }), "NOT_FOUND"),
        (json!({ "id": "x", "subscribe": { "after": 1 } }), "INVALID_BODY"),
    ] {
        assert_eq!(wire.asked(frame.clone()).await["problem"]["code"], code, "{frame}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_reads_is_told_once_across_connections_that_break() {
    // ASP-DLV-005
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    for number in 0..4 {
        stage.say(session, "acme/buyer", note(&format!("remark {number}"))).await;
    }
    let seller = stage.reader("globex/seller").await;
    let mut wire = Wire::open(&stage, &seller).await;
    let answer = wire.asked(json!({ "id": "all", "subscribe": { "from": 0 } })).await;
    assert_eq!(answer, json!({ "id": "all", "subscribed": true }));
    let mut whole = Vec::new();
    while whole.len() < 9 {
        let told = wire.next().await.unwrap();
        assert_eq!((&told["id"], &told["event"]), (&json!("all"), &told["message"]["logIndex"]));
        whole.push(told["event"].as_u64().unwrap());
    }
    assert!(whole.windows(2).all(|pair| pair[0] < pair[1]), "{whole:?}");
    // The connection dies after each: the next begins after the last that came.
    for (place, last) in whole.iter().enumerate() {
        drop(wire);
        wire = Wire::open(&stage, &seller).await;
        wire.asked(json!({ "id": "on", "subscribe": { "from": last + 1 } })).await;
        for next in whole.iter().skip(place + 1) {
            assert_eq!(wire.next().await.unwrap()["event"], *next);
        }
    }
    // A stream of its own, beside it; a name is one subscription's, and what is ended tells nothing more.
    let stream = format!("session:{}", session.to_hex());
    let subscribe = json!({ "id": "one", "subscribe": { "stream": stream, "after": 4 } });
    assert_eq!(wire.asked(subscribe.clone()).await["subscribed"], true);
    assert_eq!(wire.next().await.unwrap()["event"], 5);
    assert_eq!(wire.asked(subscribe).await["problem"]["code"], "INVALID_BODY");
    assert_eq!(wire.asked(json!({ "id": "x", "unsubscribe": "one" })).await["unsubscribed"], "one");
    stage.say(session, "acme/buyer", note("one more")).await;
    assert_eq!(wire.next().await.unwrap()["id"], "on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_search_is_told_after_the_place_that_is_named() {
    // ASP-REG-010
    let mut stage = Stage::new().await;
    stage.people().await;
    let buyer = stage.reader("acme/buyer").await;
    let body = json!({ "name": "Compute", "query": { "capability": "provision.compute" } });
    let saved = Answer::of(stage.post_as(&buyer, "/v1/searches").json(&body)).await.ok();
    let search = saved["id"].as_str().unwrap();
    let mut found = Vec::new();
    for name in ["first", "second", "third"] {
        stage.agent(&format!("globex/{name}")).await;
        found.push(*stage.node.store().watch().borrow() - 1);
    }
    let mut wire = Wire::open(&stage, &buyer).await;
    let asked = json!({ "id": "gpu", "subscribe": { "search": search } });
    assert_eq!(wire.asked(asked).await["subscribed"], true);
    for place in &found {
        let told = wire.next().await.unwrap();
        assert_eq!((&told["id"], &told["event"]), (&json!("gpu"), &json!(place)));
        assert_eq!(told["agent"]["setAt"], *place);
    }
    // It breaks, and goes on after the first.
    let mut again = Wire::open(&stage, &buyer).await;
    again.asked(json!({ "id": "on", "subscribe": { "search": search, "after": found[0] } })).await;
    assert_eq!(again.next().await.unwrap()["event"], found[1]);
    let mut asking = Wire::open(&stage, &buyer).await;
    for (subscribe, code) in [
        (json!({ "search": search, "from": 0 }), "INVALID_BODY"),
        (json!({ "search": "0".repeat(32) }), "NOT_FOUND"),
        (json!({ "search": "gpu" }), "NOT_JSON"),
    ] {
        let answer = asking.asked(json!({ "id": "x", "subscribe": subscribe.clone() })).await;
        assert_eq!(answer["problem"]["code"], code, "{subscribe}");
    }
    // Another's search is not there.
    let seller = stage.reader("globex/seller").await;
    let mut others = Wire::open(&stage, &seller).await;
    let answer = others.asked(json!({ "id": "x", "subscribe": { "search": search } })).await;
    assert_eq!(answer["problem"]["code"], "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_socket_without_showing_who_it_is_or_for_another_protocol() {
    // ASP-AUT-001
    let mut stage = Stage::new().await;
    stage.people().await;
    let address = stage.url("/v1/socket").replace("http:", "ws:");
    match connect_async(address).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 401),
        other => panic!("{other:?}"),
    }
    let buyer = stage.reader("acme/buyer").await;
    assert_eq!(stage.get_as(&buyer, "/v1/socket").await.code(), "UPGRADE_REQUIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_keeps_the_place_of_its_connection() {
    // THR-CONNECTION-HOARDING
    let mut stage = Stage::with(|config| config.connections_max = 4).await;
    stage.people().await;
    let buyer = stage.reader("acme/buyer").await;
    // Clients that were here before keep what they keep: sockets take the rest, and there is an end.
    let mut wires = Vec::new();
    let refused = loop {
        match connect_async(Wire::request(&stage, &buyer)).await {
            Ok((stream, _)) => wires.push(Wire(stream)),
            Err(Error::Http(response)) => break response.status(),
            Err(other) => panic!("{other:?}"),
        }
        assert!(wires.len() <= 4, "more sockets than there are places");
    };
    assert_eq!(refused, 503);
    let others = || reqwest::Client::new().get(stage.url("/healthz"));
    assert_eq!(Answer::of(others()).await.code(), "OVERLOADED");
    let mut last = wires.pop().unwrap();
    assert_eq!(last.asked(json!({ "id": "x", "unsubscribe": "y" })).await["problem"]["code"], "NOT_FOUND");
    drop((last, wires));
    while Answer::of(others()).await.status != 200 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_is_cut_off_and_resumes_after_what_it_has() {
    // THR-SLOW-READER, ASP-DLV-005
    let mut stage = Stage::with(|config| config.stall_timeout_ms = 100).await;
    let (session, _) = stage.session().await;
    // More than the buffers of a connection hold.
    let filling = "x".repeat(4000);
    for _ in 0..800 {
        stage.say(session, "acme/buyer", note(&filling)).await;
    }
    let seller = stage.reader("globex/seller").await;
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(stage.node.address()).await.unwrap();
    let request = Wire::request(&stage, &seller);
    let mut slow =
        Wire(tokio_tungstenite::client_async(request, MaybeTlsStream::Plain(stream)).await.unwrap().0);
    assert_eq!(slow.asked(json!({ "id": "all", "subscribe": { "from": 0 } })).await["subscribed"], true);
    // It gives its place back although it never says anything.
    while !stage.get("/metrics").await.text().contains("\nassent_subscribers 0\n") {
        tokio::task::yield_now().await;
    }
    let mut last = 0;
    while let Some(told) = slow.next().await {
        last = told["event"].as_u64().unwrap();
    }
    assert!(last < 700, "it has all of it: {last}");
    let mut wire = Wire::open(&stage, &seller).await;
    wire.asked(json!({ "id": "on", "subscribe": { "from": last + 1 } })).await;
    assert_eq!(wire.next().await.unwrap()["event"], last + 1);
}
