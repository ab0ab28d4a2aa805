//! The console: what each page shows to whom, that others' words stay text, and what a form may do.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

mod support;
#[path = "support/visitor.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod visitor;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_node::acting::ActingKeys;
use axum::http::StatusCode;
use serde_json::json;

use support::*;
use visitor::*;

/// The pages that need no id.
const PAGES: [&str; 7] = [
    "/",
    "/console/commitments",
    "/console/disputes",
    "/console/agents",
    "/console/consents",
    "/console/log",
    "/console/settings",
];

#[tokio::test(flavor = "multi_thread")]
async fn who_has_signed_in_finds_each_page_and_nobody_else_does() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let commitment = stage.agreed(session, package(stage.now(), "globex/seller", "acme/buyer")).await;
    let acme = stage.reader("acme").await;
    let owner = stage.sign_in(&stage.link(&acme, json!({})).await).await;
    let (_, outsider) = stage.person(&stage.reader("initech").await, "owner").await;
    for path in PAGES {
        let page = stage.browse(Some(&owner), path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!((page.header("cache-control"), page.header("vary")), ("no-store", "Cookie"));
        for forbidden in ["style=\"", "onclick", "<style", "javascript:", "http://", "https://"] {
            assert!(!page.text().contains(forbidden), "{path}: {forbidden}");
        }
        if path != "/" {
            let answer = stage.browse(None, path).await;
            assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "../signin"), "{path}");
            assert_eq!(stage.get(path).await.code(), "UNAUTHENTICATED");
            // Pages are for people; a program asks the API.
            assert_eq!(stage.get_as(&acme, path).await.code(), "NOT_PERMITTED", "{path}");
        }
    }
    let (session, commitment) = (session.to_hex(), commitment.to_hex());
    for path in [format!("/console/sessions/{session}"), format!("/console/commitments/{commitment}")] {
        assert_eq!(stage.browse(Some(&owner), &path).await.status, 200, "{path}");
        // What is another's and what is not there are one, for a browser too.
        let hidden = stage.browse(Some(&outsider), &path).await;
        let absent = path.rsplit_once('/').unwrap().0.to_owned() + "/" + &"7".repeat(64);
        let absent = stage.browse(Some(&outsider), &absent).await;
        assert_eq!((hidden.status.as_u16(), hidden.text()), (404, absent.text()));
        assert!(hidden.text().contains(Code::NotFound.sentence()));
        assert_eq!(stage.look(&outsider, &path).await.code(), "NOT_FOUND");
    }
    let list = stage.browse(Some(&outsider), "/").await.text();
    assert!(!list.contains(&session) && list.contains("No session yet"));
    assert!(stage.browse(Some(&owner), "/").await.text().contains(&session));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_side_says_stays_text_and_is_marked_as_theirs() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let script = "<script>alert(1)</script> \" onload=\"x";
    stage.say(session, "globex/seller", note(script)).await;
    let owner = stage.sign_in(&stage.link(&stage.reader("acme").await, json!({})).await).await;
    let page = stage.browse(Some(&owner), &format!("/console/sessions/{}", session.to_hex())).await.text();
    assert!(!page.contains("<script>alert") && !page.contains("\" onload=\""), "{page}");
    let shown = "&lt;script&gt;alert(1)&lt;/script&gt;";
    let theirs = page
        .split("class=\"theirs")
        .skip(1)
        .any(|rest| rest.split("</span>").next().unwrap().contains(shown));
    assert!(theirs, "{page}");
    assert!(page.len() < 100_000, "{} bytes", page.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_stands_in_the_page_byte_for_byte() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let said: Hash = stage.say(session, "globex/seller", note("a & b")).await;
    let acme = stage.reader("acme").await;
    let owner = stage.sign_in(&stage.link(&acme, json!({})).await).await;
    let path = format!("/v1/sessions/{}/messages", session.to_hex());
    let raw = stage.get_as(&acme, &path).await.text();
    let raw = raw.split("\"statement\":").last().unwrap().split(",\"signatures\"").next().unwrap().to_owned();
    let escaped = raw.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;");
    for path in [format!("/console/sessions/{}", session.to_hex()), format!("/console/log?hash={said}")] {
        let page = stage.browse(Some(&owner), &path).await;
        assert!(page.text().contains(&escaped), "{path}: {escaped}\n{}", page.text());
        assert!(page.text().contains(&format!("data-hash=\"{said}\"")), "{path}");
    }
    // Nobody looks up what is not theirs.
    let (_, outsider) = stage.person(&stage.reader("initech").await, "owner").await;
    let page = stage.browse(Some(&outsider), &format!("/console/log?hash={said}")).await;
    assert!(page.status == 200 && page.text().contains("not yours to read"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arbiter_is_led_to_its_cases_and_rules_by_a_form() {
    // ASP-AUT-012, ASP-AUT-015
    let mut stage = Stage::new().await;
    let (dispute, session) = put_before_initech(&mut stage).await;
    let initech = stage.reader("initech").await;
    let (_, arbiter) = stage.person(&initech, "arbiter").await;
    let (_, owner) = stage.person(&initech, "owner").await;
    assert_eq!(stage.browse(Some(&arbiter), "/").await.header("location"), "console/disputes");
    let path = format!("/console/disputes/{dispute}");
    assert!(stage.browse(Some(&arbiter), "/console/disputes").await.text().contains("yours to rule"));
    let hidden = format!("/console/sessions/{}", session.to_hex());
    assert_eq!(stage.browse(Some(&arbiter), &hidden).await.status, 404);
    // Without a key there is no form, and who may not rule sees neither.
    let form = format!("action=\"../../console/disputes/{dispute}/ruling\"");
    let page = stage.browse(Some(&arbiter), &path).await.text();
    assert!(!page.contains(&form) && page.contains("no key of initech.example is kept"), "{page}");
    ActingKeys::of(&stage.config.data).keep(&domain("initech"), &key("initech")).unwrap();
    assert!(stage.browse(Some(&arbiter), &path).await.text().contains(&form));
    assert!(!stage.browse(Some(&owner), &path).await.text().contains(&form));

    let fields = [("outcome", "upheld"), ("amount", ""), ("currency", "USD"), ("reasons", "it is rust")];
    let ruling = format!("{path}/ruling");
    let send = |cookie: &str, fields: &[(&str, &str)], site: &str| {
        let request = stage.form_request(&ruling, fields).header("cookie", cookie);
        Answer::of(request.header("sec-fetch-site", site.to_owned()))
    };
    assert_eq!(send(&arbiter, &fields, "cross-site").await.code(), "CROSS_SITE_REQUEST");
    assert_eq!(send(&owner, &fields, "same-origin").await.code(), "NOT_PERMITTED");
    assert_eq!(send("a=b", &fields, "same-origin").await.code(), "UNAUTHENTICATED");
    for wrong in [&fields[..1], &[("outcome", "maybe"), ("reasons", "x")], &[("reasons", "x")]] {
        assert_eq!(send(&arbiter, wrong, "same-origin").await.code(), "INVALID_BODY", "{wrong:?}");
    }
    let answer = send(&arbiter, &fields, "same-origin").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("../{dispute}").as_str()));
    let page = stage.browse(Some(&arbiter), &path).await.text();
    assert!(page.contains("it is rust") && !page.contains(&form), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pages_are_drawn_with_is_there_for_everybody() {
    let stage = Stage::new().await;
    for (name, kind) in
        [("console.css", "text/css"), ("console.js", "text/javascript"), ("icon.svg", "image/svg+xml")]
    {
        let answer = stage.get(&format!("/assets/{name}")).await;
        assert!(answer.status == 200 && answer.header("content-type").starts_with(kind), "{name}");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
    for absent in ["/assets/mod.rs", "/assets/..%2fmod.rs", "/assets/"] {
        assert_eq!(stage.get(absent).await.status, 404, "{absent}");
    }
}

/// Where webhooks lead in this test: takes nothing until it is told to.
async fn receiver(taking: Arc<AtomicBool>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let answer = move || {
        let taking = taking.load(Ordering::SeqCst);
        async move { if taking { StatusCode::NO_CONTENT } else { StatusCode::BAD_REQUEST } }
    };
    let app = axum::Router::new().route("/in", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_makes_tries_and_removes_a_webhook() {
    // ASP-AUT-012
    let mut stage = Stage::with(|config| config.fetch_allow = "127.0.0.1/32".parse().unwrap()).await;
    stage.people().await;
    let acme = stage.reader("acme").await;
    let (_, owner) = stage.person(&acme, "owner").await;
    let (_, auditor) = stage.person(&acme, "auditor").await;
    let (_, stranger) = stage.person(&stage.reader("initech").await, "owner").await;
    let taking = Arc::new(AtomicBool::new(false));
    let url = receiver(Arc::clone(&taking)).await;
    let send = |cookie: &str, path: &str, fields: &[(&str, &str)], site: &str| {
        let request = stage.form_request(path, fields).header("cookie", cookie).header("accept", "text/html");
        Answer::of(request.header("sec-fetch-site", site.to_owned()))
    };
    let settings = stage.browse(Some(&owner), "/console/settings").await.text();
    assert!(settings.contains("action=\"../console/webhooks\""), "{settings}");
    let add = "/console/webhooks";
    assert_eq!(send(&owner, add, &[("url", &url)], "cross-site").await.code(), "CROSS_SITE_REQUEST");
    assert_eq!(send("a=b", add, &[("url", &url)], "same-origin").await.status, 303);
    assert_eq!(send(&auditor, add, &[("url", &url)], "same-origin").await.status, 403);
    for wrong in ["", "ftp://acme.example", "http://10.0.0.1/in"] {
        let refused = send(&owner, add, &[("url", wrong)], "same-origin").await;
        assert!(refused.status.is_client_error() && refused.text().contains("WEBHOOK_ADDRESS"), "{wrong}");
    }
    let made = send(&owner, add, &[("url", &url)], "same-origin").await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.text().contains("whsec_"));

    let settings = stage.browse(Some(&owner), "/console/settings").await.text();
    let (_, link) = settings.split_once("../console/webhooks/").unwrap();
    let path = format!("/console/webhooks/{}", link.split_once('"').unwrap().0);
    let page = stage.browse(Some(&owner), &path).await.text();
    assert!(page.contains(&url) && !page.contains("whsec_"), "the secret is told once: {page}");
    assert!(!stage.browse(Some(&auditor), &path).await.text().contains("name=\"act\""));
    assert_eq!(stage.browse(Some(&stranger), &path).await.status, 404);
    let test = [("act", "test")];
    assert_eq!(send(&auditor, &path, &test, "same-origin").await.status, 403);
    assert_eq!(send(&stranger, &path, &test, "same-origin").await.status, 404);
    assert_eq!(send(&owner, &path, &test, "cross-site").await.code(), "CROSS_SITE_REQUEST");
    assert_eq!(send(&owner, &path, &[("act", "bless")], "same-origin").await.status, 400);
    assert!(send(&owner, &path, &test, "same-origin").await.text().contains("it answers 400"));
    taking.store(true, Ordering::SeqCst);
    assert!(send(&owner, &path, &test, "same-origin").await.text().contains("It took the test event"));
    for act in ["resume", "replay"] {
        assert_eq!(send(&owner, &path, &[("act", act)], "same-origin").await.status, 200, "{act}");
    }
    let removed = send(&owner, &path, &[("act", "remove")], "same-origin").await;
    assert_eq!((removed.status.as_u16(), removed.header("location")), (303, "../settings"));
    assert_eq!(stage.browse(Some(&owner), &path).await.status, 404);
}
