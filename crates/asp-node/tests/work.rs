//! What an organisation sees of its own agents, and nobody else of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use std::time::Duration;

use asp_core::name::{StreamId, StreamName};
use asp_core::position::Millis;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use serde_json::{Value, json};

use support::*;

const AGENTS: &str = "/v1/organisations/acme.example/agents";
const ACTIVITY: &str = "/v1/organisations/acme.example/activity";

fn kinds(page: &Value) -> Vec<&str> {
    page["statements"].as_array().unwrap().iter().map(|act| act["type"].as_str().unwrap()).collect()
}

fn names(page: &Value) -> Vec<&str> {
    page["agents"].as_array().unwrap().iter().map(|view| view["agent"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_sees_what_each_of_its_agents_is_about() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let (acme, globex) = (stage.reader("acme").await, stage.reader("globex").await);
    let sellers = "/v1/organisations/globex.example/agents";
    let commitment = stage.deal(session).await;
    let due = stage.now().plus(Millis(3_600_000));
    let seller = stage.get_as(&globex, sellers).await.ok()["agents"][0].clone();
    assert_eq!(seller["agent"], "agent://globex.example/seller");
    assert_eq!(seller["keys"], json!([key("globex/seller").id()]));
    assert_eq!(
        (&seller["retired"], &seller["sessionsOpen"], &seller["sessionsEnded"]),
        (&json!(false), &json!(1), &json!(0))
    );
    assert_eq!(
        (&seller["commitments"]["active"], &seller["commitments"]["fulfilled"]),
        (&json!(1), &json!(0))
    );
    let owes = json!({
        "open": 1, "delivered": 0, "contested": 0, "breached": 0, "nextDue": due,
        "worth": [{ "amount": "1000", "currency": "USD" }],
    });
    let nothing = json!({ "open": 0, "delivered": 0, "contested": 0, "breached": 0, "worth": [] });
    assert_eq!((&seller["owes"], &seller["owed"]), (&owes, &nothing));
    assert_eq!(
        (&seller["last"]["type"], &seller["last"]["stream"]),
        (&json!("PROPOSE"), &json!(Stage::stream(session)))
    );
    assert!(seller.get("standing").is_none() && seller.get("partial").is_none(), "{seller}");
    let buyer = stage.get_as(&acme, AGENTS).await.ok()["agents"][0].clone();
    assert_eq!((&buyer["owes"], &buyer["owed"]), (&nothing, &owes));
    assert_eq!(buyer["last"]["type"], "ACCEPT");

    // Delivered, then acknowledged: nothing is owed any more.
    let obligation: ObligationId = text("delivery");
    let evidence = Evidence::Acknowledgement { text: text("there") };
    let fulfilment = Fulfilment { commitment, evidence, obligation: obligation.clone(), stage: None };
    stage.say(session, "globex/seller", Body::Inform(Inform::Fulfilment(fulfilment))).await;
    let seller = stage.get_as(&globex, sellers).await.ok()["agents"][0].clone();
    assert_eq!((&seller["owes"]["open"], &seller["owes"]["delivered"]), (&json!(0), &json!(1)));
    assert!(seller["owes"].get("nextDue").is_none(), "{seller}");
    let thanks = Inform::Acknowledgement(ObligationRef::whole(commitment, obligation));
    stage.say(session, "acme/buyer", Body::Inform(thanks)).await;
    let seller = stage.get_as(&globex, sellers).await.ok()["agents"][0].clone();
    assert_eq!((&seller["owes"], &seller["commitments"]["fulfilled"]), (&nothing, &json!(1)));

    // Who has ended is seen all the same.
    let retire = Body::AgentRetire(Because { reason: text("done") });
    let statement =
        stage.author.by("globex", StreamName::Of(StreamId::Agent(agent_uri("globex/seller"))), retire);
    stage.take(statement).await;
    let seller = stage.get_as(&globex, sellers).await.ok()["agents"][0].clone();
    assert_eq!((&seller["retired"], &seller["last"]["type"]), (&json!(true), &json!("INFORM")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_given_in_time_is_seen_by_both_sides() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    stage.deal(session).await;
    let mut size = stage.node.store().watch();
    size.borrow_and_update();
    stage.stepper.pass(Millis(3_600_001));
    tokio::time::timeout(Duration::from_secs(60), size.changed()).await.unwrap().unwrap();
    for (name, side) in [("globex", "owes"), ("acme", "owed")] {
        let reader = stage.reader(name).await;
        let page = stage.get_as(&reader, &format!("/v1/organisations/{name}.example/agents")).await.ok();
        let view = &page["agents"][0];
        assert_eq!(
            (&view["commitments"]["breached"], &view[side]["breached"]),
            (&json!(1), &json!(1)),
            "{view}"
        );
        assert_eq!(view[side]["open"], 0);
        // The breach is the node's word, and no act of anybody's.
        let page = stage.get_as(&reader, &format!("/v1/organisations/{name}.example/activity")).await.ok();
        assert!(
            page["statements"]
                .as_array()
                .unwrap()
                .iter()
                .all(|act| !act["issuer"].as_str().unwrap().starts_with("node:"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_come_in_the_order_of_their_names_and_in_pages() {
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    stage.org("acmes").await;
    for name in ["acme/c", "acme/a/2", "acmes/a", "acme/a", "acme/b"] {
        stage.agent(name).await;
    }
    let acme = stage.reader("acme").await;
    let expected = ["a", "a/2", "b", "c"].map(|path| format!("agent://acme.example/{path}"));
    let whole = stage.get_as(&acme, AGENTS).await.ok();
    assert_eq!(names(&whole), expected);
    assert!(whole.get("nextPageToken").is_none(), "{whole}");
    let (mut found, mut token) = (Vec::new(), String::new());
    for _ in 0..2 {
        let page = stage.get_as(&acme, &format!("{AGENTS}?pageSize=2{token}")).await.ok();
        found.extend(names(&page).into_iter().map(str::to_owned));
        token = page["nextPageToken"].as_str().map_or_else(String::new, |next| format!("&pageToken={next}"));
    }
    assert_eq!((found.as_slice(), token.as_str()), (&expected[..], ""));
    for wrong in ["pageSize=0", "pageSize=1001", "pageToken=b", "pageToken=agent://acmes.example/a", "text=a"]
    {
        assert_eq!(
            stage.get_as(&acme, &format!("{AGENTS}?{wrong}")).await.code(),
            "INVALID_QUERY",
            "{wrong}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_comes_newest_first_as_far_as_it_fits() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    stage.stepper.pass(Millis(60_000));
    let later = stage.now();
    stage.deal(session).await;
    let acme = stage.reader("acme").await;
    let whole = stage.get_as(&acme, ACTIVITY).await.ok();
    let expected = ["ACCEPT", "PROPOSE", "consent.request", "agent.register", "org.register"];
    assert_eq!(kinds(&whole), expected);
    let newest = &whole["statements"][0];
    assert_eq!(
        (&newest["issuer"], &newest["stream"]),
        (&json!("agent://acme.example/buyer"), &json!(Stage::stream(session)))
    );
    let receipt =
        format!("/v1/receipts/{}", newest["hash"].as_str().unwrap().strip_prefix("sha256:").unwrap());
    assert_eq!(stage.get_as(&acme, &receipt).await.ok()["receipt"]["logIndex"], newest["logIndex"]);
    let (mut found, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = stage.get_as(&acme, &format!("{ACTIVITY}?pageSize=2{token}")).await.ok();
        found.extend(kinds(&page).into_iter().map(str::to_owned));
        token = page["nextPageToken"].as_str().map_or_else(String::new, |next| format!("&pageToken={next}"));
    }
    assert_eq!(
        (found.iter().map(String::as_str).collect::<Vec<_>>(), token.as_str()),
        (expected.to_vec(), "")
    );
    let before = whole["statements"][1]["logIndex"].as_u64().unwrap();
    for (query, expected) in [
        ("agent=agent://acme.example/buyer".to_owned(), &["ACCEPT", "PROPOSE", "agent.register"][..]),
        ("agent=agent://acme.example/nobody".to_owned(), &[]),
        ("agent=agent://globex.example/seller".to_owned(), &[]),
        ("type=PROPOSE".to_owned(), &["PROPOSE"]),
        ("type=consent.request&agent=agent://acme.example/buyer".to_owned(), &[]),
        (format!("since={later}"), &["ACCEPT"]),
        (format!("after={before}"), &["ACCEPT"]),
        (format!("after={}", before + 1_000), &[]),
    ] {
        let page = stage.get_as(&acme, &format!("{ACTIVITY}?{query}")).await.ok();
        assert_eq!(kinds(&page), expected, "{query}");
    }
    for wrong in [
        "type=wish",
        "type=propose",
        "agent=buyer",
        "since=yesterday",
        "after=-1",
        "pageToken=x",
        "kind=PROPOSE",
    ] {
        assert_eq!(
            stage.get_as(&acme, &format!("{ACTIVITY}?{wrong}")).await.code(),
            "INVALID_QUERY",
            "{wrong}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_learns_that_there_is_anything() {
    let mut stage = Stage::new().await;
    stage.people().await;
    for (path, of_nobody) in [
        (AGENTS, "/v1/organisations/nobody.example/agents"),
        (ACTIVITY, "/v1/organisations/nobody.example/activity"),
    ] {
        for name in ["globex", "initech", "acme/buyer", "globex/seller"] {
            let reader = stage.reader(name).await;
            let told = stage.get_as(&reader, path).await;
            assert_eq!((told.status.as_u16(), told.code().as_str()), (404, "NOT_FOUND"), "{name} {path}");
            assert_eq!(told.bytes, stage.get_as(&reader, of_nobody).await.bytes, "{name} {path}");
        }
        for path in [path, of_nobody] {
            assert_eq!(stage.get(path).await.code(), "UNAUTHENTICATED", "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_may_read_see_it_and_others_do_not() {
    // ASP-AUT-011
    let mut stage = Stage::new().await;
    stage.people().await;
    for (organisation, role, status) in
        [("acme", "owner", 200), ("acme", "auditor", 200), ("acme", "arbiter", 404), ("globex", "owner", 404)]
    {
        let reader = stage.reader(organisation).await;
        let asked = json!({ "roles": [role], "name": role });
        let invited = Answer::of(stage.post_as(&reader, "/v1/people/invitations").json(&asked)).await.ok();
        let secret = invited["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let request = stage.http.post(stage.url("/v1/people/invitations:accept"));
        let accepted = Answer::of(request.json(&json!({ "secret": secret }))).await;
        let cookie = accepted.header("set-cookie").split(';').next().unwrap().to_owned();
        for path in [AGENTS, ACTIVITY] {
            let told = Answer::of(stage.http.get(stage.url(path)).header("cookie", &cookie)).await;
            assert_eq!(told.status, status, "{organisation} {role} {path}: {}", told.text());
        }
    }
}
