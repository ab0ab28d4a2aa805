//! Who is woken, and that nothing is lost or told twice on the way.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use std::time::Duration;

use asp_client::api::{Message, SessionPage};
use asp_core::name::{StreamId, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::statement::Body;
use asp_core::statement::body::*;
use serde_json::json;

use support::*;

/// Events of one connection, taken out of its bytes.
struct Events(EventStream);

impl Events {
    async fn open(stage: &Stage, reader: &Reader, session: Hash, last: Option<u64>) -> Self {
        let path = format!("/v1/sessions/{}/events", session.to_hex());
        Self(EventStream::open(stage, reader, &path, last).await)
    }

    /// The next event's id and message; none when the stream ends.
    async fn next(&mut self) -> Option<(u64, Message)> {
        let (id, message) = self.0.next("message").await?;
        Some((id, serde_json::from_str(&message).unwrap()))
    }

    async fn take(&mut self, count: usize) -> Vec<u64> {
        let mut ids = Vec::new();
        while ids.len() < count {
            let (id, message) = self.next().await.unwrap();
            assert_eq!(message.verify().unwrap().statement().sequence.0, id);
            ids.push(id);
        }
        ids
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_once_each_across_reconnects() {
    // ASP-DLV-001, ASP-DLV-002
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let reader = stage.reader("globex/seller").await;
    let mut seen = Vec::new();
    for round in 0..6_u64 {
        let mut events = Events::open(&stage, &reader, session, seen.last().copied()).await;
        if round == 0 {
            seen.extend(events.take(2).await);
        }
        // Some come while it listens, some after it has gone.
        for word in ["heard", "heard too"] {
            stage.say(session, "acme/buyer", note(word)).await;
            seen.extend(events.take(1).await);
        }
        drop(events);
        stage.say(session, "acme/buyer", note("missed")).await;
        let mut events = Events::open(&stage, &reader, session, seen.last().copied()).await;
        seen.extend(events.take(1).await);
    }
    assert_eq!(seen, (0..20).collect::<Vec<u64>>());
    let mut all = Events::open(&stage, &reader, session, None).await;
    assert_eq!(all.take(20).await, seen);
    let after = stage.request_as(&reader, &format!("/v1/sessions/{}/events?after=17", session.to_hex()));
    let mut after = Events(EventStream::of(after.send().await.unwrap()));
    assert_eq!(after.take(2).await, [18, 19]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_may_not_any_more_hears_nothing_more() {
    // ASP-AUT-004
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let (agent, organisation) = (stage.reader("globex/seller").await, stage.reader("globex").await);
    let mut of_agent = Events::open(&stage, &agent, session, Some(1)).await;
    let mut of_organisation = Events::open(&stage, &organisation, session, Some(1)).await;
    let stream = StreamName::Of(StreamId::Agent(agent_uri("globex/seller")));
    let revoke = KeyRevoke { from_index: None, key: key("globex/seller").id(), reason: text("lost") };
    let statement = stage.author.by("globex", stream, Body::AgentKeyRevoke(revoke));
    stage.take(statement).await;
    stage.say(session, "acme/buyer", note("a secret")).await;
    assert!(of_agent.next().await.is_none());
    assert_eq!(of_organisation.take(1).await, [2]);
    // A token that ends, ends what it opened.
    stage.stepper.pass(Millis(600_000));
    let mut rest = Vec::new();
    while let Some((id, _)) = of_organisation.next().await {
        rest.push(id);
    }
    // Time has passed for the session too; whatever the node said of it came before the end or not at all.
    assert!(rest.is_empty() || rest == [3], "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_answers_when_a_session_of_the_caller_moves_and_not_for_others() {
    let mut stage = Stage::new().await;
    let consent = stage.people().await;
    let (seller, clerk) = (stage.reader("globex/seller").await, stage.reader("initech/clerk").await);
    let size = stage.get_as(&seller, "/v1/sessions").await.ok()["size"].as_u64().unwrap();
    let path = format!("/v1/sessions?after={size}&waitSeconds=");
    let for_seller = tokio::spawn(stage.request_as(&seller, &format!("{path}30")).send());
    let for_clerk = tokio::spawn(stage.request_as(&clerk, &format!("{path}1")).send());
    while subscribers(&stage).await < 2 {
        tokio::task::yield_now().await;
    }
    let session = stage.invite(consent).await;
    let page: SessionPage = for_seller.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!((page.sessions[0].id, page.size), (session, size + 1));
    let page: SessionPage = for_clerk.await.unwrap().unwrap().json().await.unwrap();
    assert!(page.sessions.is_empty());
    // Nothing moved since.
    let page = stage.get_as(&seller, &format!("/v1/sessions?after={}", size + 1)).await.ok();
    assert_eq!(page["sessions"], json!([]));
    assert_eq!(subscribers(&stage).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_for_a_stream_answers_with_what_comes() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let buyer = stage.reader("acme/buyer").await;
    let path = format!("/v1/sessions/{}/messages?after=1&waitSeconds=30", session.to_hex());
    let waiting = tokio::spawn(stage.request_as(&buyer, &path).send());
    let public = stage.http.get(stage.url("/v1/statements?stream=org:acme.example&after=0&waitSeconds=30"));
    let public = tokio::spawn(public.send());
    while subscribers(&stage).await < 2 {
        tokio::task::yield_now().await;
    }
    stage.say(session, "globex/seller", note("here")).await;
    let page: serde_json::Value = waiting.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(page["messages"][0]["statement"]["body"]["text"], "here");
    let policy = PolicySet::of(vec![text("somebody")]);
    let stream = StreamName::Of(StreamId::Org(domain("acme")));
    let statement = stage.author.by("acme", stream, Body::OrgPolicySet(policy));
    stage.take(statement).await;
    let page: serde_json::Value = public.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(page["messages"][0]["statement"]["type"], "org.policy.set");
}

/// What the node says of how many wait.
async fn subscribers(stage: &Stage) -> u64 {
    let metrics = stage.get("/metrics").await.text();
    metrics.lines().find_map(|line| line.strip_prefix("assent_subscribers ")).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_wait_at_once() {
    let mut stage = Stage::with(|config| {
        config.subscribers_max = 3;
        config.subscribers_per_party_max = 2;
    })
    .await;
    let (session, _) = stage.session().await;
    let (buyer, seller) = (stage.reader("acme/buyer").await, stage.reader("globex/seller").await);
    let path = format!("/v1/sessions/{}/events", session.to_hex());
    let first = Events::open(&stage, &buyer, session, None).await;
    let _second = Events::open(&stage, &buyer, session, None).await;
    assert_eq!(stage.get_as(&buyer, &path).await.code(), "RATE_LIMITED");
    let _third = Events::open(&stage, &seller, session, None).await;
    assert_eq!(stage.get_as(&seller, &path).await.code(), "OVERLOADED");
    // A place that is given back can be had again.
    drop(first);
    while subscribers(&stage).await == 3 {
        stage.say(session, "acme/buyer", note("whoever has gone is noticed")).await;
    }
    Events::open(&stage, &seller, session, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_lets_nobody_wait() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let buyer = stage.reader("acme/buyer").await;
    let mut events = Events::open(&stage, &buyer, session, Some(1)).await;
    let path = format!("/v1/sessions/{}/messages?after=1&waitSeconds=30", session.to_hex());
    let polling = tokio::spawn(stage.request_as(&buyer, &path).send());
    let idle = tokio::net::TcpStream::connect(stage.node.address()).await.unwrap();
    while subscribers(&stage).await < 2 {
        tokio::task::yield_now().await;
    }
    // Far less than any wait that was asked for, and than what running requests are given.
    let stopped = tokio::time::timeout(Duration::from_secs(5), stage.node.stop()).await;
    assert!(stopped.is_ok(), "it waits");
    assert!(events.next().await.is_none());
    assert_eq!(polling.await.unwrap().unwrap().status(), 200);
    drop(idle);
}

/// A reader that asks for more than the buffers of a connection hold, and takes none of it.
async fn slow_reader(stage: &mut Stage) -> tokio::net::TcpStream {
    use tokio::io::AsyncWriteExt;
    let (session, _) = stage.session().await;
    let filling = "x".repeat(4000);
    for _ in 0..800 {
        let statement = stage.author.say(session, "acme/buyer", note(&filling), None);
        stage.take(statement).await;
    }
    let buyer = stage.reader("acme/buyer").await;
    let path = format!("/v1/sessions/{}/events", session.to_hex());
    let proof = stage.proof(&buyer.dpop, "GET", &path, Some(&buyer.token)).text();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut slow = socket.connect(stage.node.address()).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: DPoP {}\r\ndpop: {proof}\r\n\r\n",
        stage.node.address(),
        buyer.token
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    while subscribers(stage).await == 0 {
        tokio::task::yield_now().await;
    }
    slow
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_takes_nothing_is_cut_off() {
    // THR-SLOW-READER
    use tokio::io::AsyncReadExt;
    // The control: a node that bears it, where the same reader came before.
    let mut patient = Stage::with(|config| config.stall_timeout_ms = 3_600_000).await;
    let _held = slow_reader(&mut patient).await;
    let mut stage = Stage::with(|config| config.stall_timeout_ms = 100).await;
    let mut slow = slow_reader(&mut stage).await;
    // It gives its place back although it never says anything.
    while subscribers(&stage).await == 1 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(subscribers(&patient).await, 1);
    let mut rest = Vec::new();
    // What was sent can still be taken; then there is nothing more.
    let _ = slow.read_to_end(&mut rest).await;
    assert!(rest.len() < 800 * 4000, "{}", rest.len());
}
