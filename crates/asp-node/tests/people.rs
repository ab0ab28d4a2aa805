//! People: invited, signed in by links, let in as far as their roles go, and out at once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

mod support;
#[path = "support/visitor.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod visitor;

use asp_core::log::receipt::Receipt;
use asp_core::position::Millis;
use asp_node::acting::ActingKeys;
use futures::StreamExt;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use support::*;
use visitor::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_used_up_by_its_button_and_by_nothing_else() {
    // ASP-AUT-010, THR-LINK-PREFETCH
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    let acme = stage.reader("acme").await;
    let link = stage.link(&acme, json!({})).await;
    assert_eq!(link["person"]["roles"], json!(["owner"]));
    let (url, path) = (link["url"].as_str().unwrap(), format!("/signin/{}", secret(&link["url"])));
    assert_eq!(url, stage.url(&path));
    // Whoever looks at links beforehand uses up none, and learns nothing.
    let unknown = format!("/signin/{}", "0".repeat(64));
    for _ in 0..3 {
        let (real, other) = (stage.get(&path).await, stage.get(&unknown).await);
        assert_eq!((real.status.as_u16(), other.status.as_u16()), (200, 200));
        let digits = |answer: &Answer, path: &str| answer.text().replace(&path[8..], "");
        assert_eq!(digits(&real, &path), digits(&other, &unknown));
        assert_eq!(real.header("cache-control"), "no-store");
        assert!(real.header("set-cookie").is_empty());
        let policy = real.header("content-security-policy");
        assert!(policy.contains("form-action 'self'") && policy.contains("default-src 'none'"), "{policy}");
        assert!(!real.text().contains("<script"));
    }
    for wrong in ["/signin/x", &format!("/signin/{}", "A".repeat(64)), &format!("/signin/{}", "0".repeat(63))]
    {
        assert_eq!(stage.get(wrong).await.code(), "NOT_FOUND");
    }
    let cookie = stage.sign_in(&link).await;
    assert_eq!(stage.look(&cookie, "/v1/me").await.ok()["person"]["id"], link["person"]["id"]);
    // Used, expired, unknown, malformed, and of another kind: one answer.
    let late = stage.link(&acme, json!({})).await;
    stage.stepper.pass(Millis(10 * MINUTE));
    let acme = stage.reader("acme").await;
    let asked = json!({ "roles": ["auditor"] });
    let invited = stage.act(&acme, Method::POST, "/v1/people/invitations", Some(asked)).await.ok();
    let mut told = std::collections::BTreeSet::new();
    for wrong in [
        secret(&link["url"]),
        secret(&late["url"]),
        secret(&invited["url"]),
        "0".repeat(64),
        "short".to_owned(),
    ] {
        let answer = stage.form("/signin", &[("secret", &wrong)]).await;
        assert_eq!(answer.code(), "INVALID_LINK", "{wrong}");
        told.insert(answer.text());
    }
    let link = stage.link(&acme, json!({})).await;
    for fields in [&[][..], &[("secret", "0"), ("secret", "0")]] {
        told.insert(stage.form("/signin", fields).await.text());
    }
    let answer = stage.form("/join", &[("secret", &secret(&link["url"])), ("name", "Ann")]).await;
    told.insert(answer.text());
    assert_eq!(told.len(), 1, "{told:?}");
    stage.sign_in(&link).await;
    let answer = stage.form("/join", &[("secret", &secret(&invited["url"])), ("name", " Ann ")]).await;
    assert_eq!(answer.status, 303);
    let ann = stage.look(&self::cookie(&answer).0, "/v1/me").await.ok();
    assert_eq!((&ann["person"]["name"], &ann["person"]["roles"]), (&json!("Ann"), &json!(["auditor"])));
    let again = stage.form("/join", &[("secret", &secret(&invited["url"])), ("name", "Bob")]).await;
    assert_eq!(again.code(), "INVALID_LINK");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_links_are_borne_so_often_and_keep_nobody_out() {
    // ASP-AUT-010, THR-LINK-GUESS
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    let acme = stage.reader("acme").await;
    let link = stage.link(&acme, json!({})).await;
    for number in 0..60 {
        let answer = stage.form("/signin", &[("secret", &format!("{number:064}"))]).await;
        assert_eq!(answer.code(), "INVALID_LINK");
    }
    let answer = stage.form("/signin", &[("secret", &"0".repeat(64))]).await;
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("OVERLOADED", "1"));
    stage.sign_in(&link).await;
    stage.stepper.pass(Millis(MINUTE));
    let answer = stage.form("/signin", &[("secret", &"0".repeat(64))]).await;
    assert_eq!(answer.code(), "INVALID_LINK");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_new_in_each_browser_and_ends_when_it_is_told_to() {
    // ASP-AUT-010, THR-SESSION-FIXATION
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    let acme = stage.reader("acme").await;
    let link = stage.link(&acme, json!({})).await;
    // A cookie that somebody has put there beforehand is not taken on.
    let planted = format!("assent={}", "0f".repeat(32));
    let form = [("secret", secret(&link["url"]))];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = stage.form_request("/signin", &form).header("sec-fetch-site", "same-origin");
    let answer = Answer::of(request.header("cookie", &planted)).await;
    let (first, how) = cookie(&answer);
    assert_ne!(first, planted);
    assert_eq!(how, "Path=/; Max-Age=604800; HttpOnly; SameSite=Lax");
    assert_eq!(stage.look(&planted, "/v1/me").await.code(), "UNAUTHENTICATED");
    // Signing in again ends what was there before in this browser.
    let link = stage.link(&acme, json!({})).await;
    let secret = secret(&link["url"]);
    let request = stage.form_request("/signin", &[("secret", &secret)]);
    let request = request.header("sec-fetch-site", "same-origin").header("cookie", &first);
    let second = cookie(&Answer::of(request).await).0;
    assert_eq!(stage.look(&first, "/v1/me").await.code(), "UNAUTHENTICATED");
    // Two cookies of one name: one of them is somebody else's.
    let both = format!("{second}; {planted}");
    assert_eq!(stage.look(&both, "/v1/me").await.code(), "UNAUTHENTICATED");
    assert_eq!(stage.look(&second, "/v1/me").await.status, 200);
    let home = stage.look(&second, "/").await;
    assert!(home.text().contains("Sign out") && home.text().contains("acme.example"), "{}", home.text());
    assert_eq!((home.header("vary"), home.header("cache-control")), ("Cookie", "no-store"));
    let request = stage.form_request("/signout", &[]).header("sec-fetch-site", "same-origin");
    let answer = Answer::of(request.header("cookie", &second)).await;
    assert_eq!(cookie(&answer).0, "assent=");
    assert_eq!(stage.look(&second, "/v1/me").await.code(), "UNAUTHENTICATED");
    assert!(!stage.look(&second, "/").await.text().contains("Sign out"));
    // Unused for twelve hours, or a week old.
    let acme = stage.reader("acme").await;
    let cookie = stage.sign_in(&stage.link(&acme, json!({})).await).await;
    stage.stepper.pass(Millis(12 * HOUR - 1));
    assert_eq!(stage.look(&cookie, "/v1/me").await.status, 200);
    stage.stepper.pass(Millis(12 * HOUR));
    assert_eq!(stage.look(&cookie, "/v1/me").await.code(), "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_reads_what_it_may_and_writes_nothing() {
    // ASP-AUT-011
    let mut stage = Stage::new().await;
    let (session, consent) = stage.session().await;
    let acme = stage.reader("acme").await;
    let (session, consent) = (session.to_hex(), consent.to_hex());
    let own = [
        "/v1/sessions".to_owned(),
        format!("/v1/sessions/{session}"),
        format!("/v1/sessions/{session}/messages"),
        format!("/v1/consents/{consent}"),
        "/v1/commitments".to_owned(),
    ];
    let (owner_id, owner) = stage.person(&acme, "owner").await;
    let (_, auditor) = stage.person(&acme, "auditor").await;
    let (_, arbiter) = stage.person(&acme, "arbiter").await;
    for path in &own {
        let token = stage.get_as(&acme, path).await.ok();
        for cookie in [&owner, &auditor] {
            assert_eq!(stage.look(cookie, path).await.ok(), token, "{path}");
        }
        assert_eq!(stage.look(&arbiter, path).await.code(), "NOT_FOUND", "{path}");
        assert_eq!(stage.get(path).await.code(), "UNAUTHENTICATED");
    }
    // Another organisation's people see exactly what is not there.
    let initech = stage.reader("initech").await;
    let (stranger_id, stranger) = stage.person(&initech, "owner").await;
    let nothing = stage.look(&stranger, &format!("/v1/sessions/{}", "0".repeat(64))).await;
    for path in [&own[1], &own[2], &own[3], &format!("/v1/people/{owner_id}")] {
        assert_eq!(stage.look(&stranger, path).await.text(), nothing.text(), "{path}");
    }
    // Accounts: an owner manages, an auditor looks, an arbiter has its own.
    let invite = Some(json!({ "roles": ["auditor"] }));
    let people = "/v1/people";
    for (cookie, sees, manages) in [(&owner, true, true), (&auditor, true, false), (&arbiter, false, false)] {
        assert_eq!(stage.look(cookie, people).await.status == 200, sees);
        assert_eq!(stage.look(cookie, "/v1/me").await.status, 200);
        assert_eq!(stage.look(cookie, "/v1/node").await.code(), "NOT_FOUND");
        for (path, body) in
            [("/v1/people/invitations", invite.clone()), ("/v1/people/links", Some(json!({})))]
        {
            let answer = stage.page(cookie, Method::POST, path, body).await;
            if manages {
                assert_eq!(answer.status, 201, "{}", answer.text());
            } else {
                assert_eq!(answer.code(), "NOT_PERMITTED", "{path}");
            }
        }
        if !manages {
            let answer = stage.page(cookie, Method::DELETE, &format!("{people}/{owner_id}"), None).await;
            assert_eq!(answer.code(), "NOT_PERMITTED");
        }
    }
    // Nobody makes an operator, a person without a role, or touches another organisation's people.
    for roles in [json!(["operator"]), json!([]), json!(["owner", "operator"]), json!(["king"])] {
        let asked = Some(json!({ "roles": roles }));
        let answer = stage.page(&owner, Method::POST, "/v1/people/invitations", asked).await;
        assert_eq!(answer.code(), "INVALID_BODY", "{roles}");
    }
    let asked = json!({ "roles": ["auditor"], "email": "nobody" });
    let answer = stage.page(&owner, Method::POST, "/v1/people/invitations", Some(asked)).await;
    assert_eq!(answer.code(), "INVALID_BODY");
    let path = format!("{people}/{stranger_id}");
    assert_eq!(stage.page(&owner, Method::DELETE, &path, None).await.code(), "NOT_FOUND");
    let asked = json!({ "person": stranger_id });
    assert_eq!(stage.page(&owner, Method::POST, "/v1/people/links", Some(asked)).await.code(), "NOT_FOUND");
    // An agent's token manages nobody.
    let buyer = stage.reader("acme/buyer").await;
    let answer = stage.act(&buyer, Method::POST, "/v1/people/links", Some(json!({}))).await;
    assert_eq!(answer.code(), "NOT_PERMITTED");
    assert_eq!(stage.get_as(&buyer, people).await.code(), "NOT_FOUND");
    assert_eq!(stage.get_as(&acme, "/v1/me").await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_is_everybodys_whoever_has_signed_in() {
    // ASP-AUT-011
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let (acme, session) = (stage.reader("acme").await, session.to_hex());
    let (_, auditor) = stage.person(&acme, "auditor").await;
    let (_, arbiter) = stage.person(&acme, "arbiter").await;
    let public = "/v1/statements?stream=org:acme.example";
    assert_eq!(stage.look(&arbiter, public).await.ok(), stage.get(public).await.ok());
    let private = format!("/v1/statements?stream=session:{session}");
    assert_eq!(stage.look(&auditor, &private).await.status, 200);
    let unknown = format!("/v1/statements?stream=session:{}", "0".repeat(64));
    let (unseen, absent) = (stage.look(&arbiter, &private).await, stage.look(&arbiter, &unknown).await);
    assert_eq!((unseen.code().as_str(), unseen.text()), ("UNKNOWN_STREAM", absent.text()));
    for path in [public, &private] {
        let gone = format!("assent={}", "0".repeat(64));
        assert_eq!(stage.look(&gone, path).await.code(), "UNAUTHENTICATED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_changes_anything() {
    // ASP-AUT-012, THR-CROSS-SITE
    let mut stage = Stage::new().await;
    stage.org("acme").await;
    let acme = stage.reader("acme").await;
    let link = stage.link(&acme, json!({})).await;
    let secret = secret(&link["url"]);
    let own = stage.url("");
    let site = "sec-fetch-site";
    let wrong: [&[(&str, &str)]; 5] = [
        &[],
        &[(site, "cross-site"), ("origin", "https://evil.example")],
        &[(site, "same-site"), ("origin", &own)],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
    ];
    let dressed = |mut request: RequestBuilder, headers: &[(&str, &str)]| {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    };
    for headers in wrong {
        let request = stage.form_request("/signin", &[("secret", &secret)]);
        let answer = Answer::of(dressed(request, headers)).await;
        assert_eq!(answer.code(), "CROSS_SITE_REQUEST", "{headers:?}");
    }
    // That used nothing up.
    let request = stage.form_request("/signin", &[("secret", &secret)]).header("origin", &own);
    let cookie = cookie(&Answer::of(request).await).0;
    let body = json!({ "roles": ["auditor"] });
    let invite = || {
        let request = stage.http.post(stage.url("/v1/people/invitations"));
        request.header("cookie", &cookie).json(&body)
    };
    for headers in wrong {
        let answer = Answer::of(dressed(invite(), headers).header("assent-intent", "1")).await;
        assert_eq!(answer.code(), "CROSS_SITE_REQUEST", "{headers:?}");
        let request = stage.form_request("/signout", &[]).header("cookie", &cookie);
        assert_eq!(Answer::of(dressed(request, headers)).await.code(), "CROSS_SITE_REQUEST");
    }
    let answer = Answer::of(invite().header(site, "same-origin")).await;
    assert_eq!(answer.code(), "CROSS_SITE_REQUEST", "without the header that says so");
    let answer = Answer::of(invite().header("origin", &own).header("assent-intent", "1")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(stage.look(&cookie, "/v1/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_is_out_at_once_with_all_that_was_open() {
    // ASP-AUT-011, THR-STOLEN-COOKIE
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let acme = stage.reader("acme").await;
    let (id, auditor) = stage.person(&acme, "auditor").await;
    let path = format!("/v1/sessions/{}/events", session.to_hex());
    let response = stage.http.get(stage.url(&path)).header("cookie", &auditor).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut events = response.bytes_stream();
    assert!(events.next().await.unwrap().is_ok());
    let listed = stage.get_as(&acme, "/v1/people").await.ok();
    assert_eq!(listed["people"].as_array().unwrap().len(), 1);
    let link = stage.link(&acme, json!({ "person": id })).await;
    let answer = stage.act(&acme, Method::DELETE, &format!("/v1/people/{id}"), None).await;
    assert_eq!(answer.status, 204);
    // What was under way may still come; then the stream ends without anything else happening.
    while let Some(event) = events.next().await {
        event.unwrap();
    }
    assert_eq!(stage.look(&auditor, "/v1/me").await.code(), "UNAUTHENTICATED");
    assert_eq!(stage.look(&auditor, "/v1/sessions").await.code(), "UNAUTHENTICATED");
    let answer = stage.form("/signin", &[("secret", &secret(&link["url"]))]).await;
    assert_eq!(answer.code(), "INVALID_LINK");
    let answer = stage.act(&acme, Method::DELETE, &format!("/v1/people/{id}"), None).await;
    assert_eq!(answer.code(), "NOT_FOUND");
    // An invitation is taken back in the same way.
    let asked = json!({ "roles": ["auditor"], "email": "ann@acme.example" });
    let invited = stage.act(&acme, Method::POST, "/v1/people/invitations", Some(asked)).await.ok();
    let listed = stage.get_as(&acme, "/v1/people").await.ok();
    assert_eq!(listed["invitations"], json!([invited["invitation"]]));
    let path = format!("/v1/people/{}", invited["invitation"]["id"].as_str().unwrap());
    assert_eq!(stage.act(&acme, Method::DELETE, &path, None).await.status, 204);
    let answer = stage.form("/join", &[("secret", &secret(&invited["url"])), ("name", "Ann")]).await;
    assert_eq!(answer.code(), "INVALID_LINK");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_there_again_after_a_restart_and_behind_tls_their_cookie_is_locked() {
    // ASP-AUT-011
    let mut stage = Stage::with(|config| config.public_url = Some("https://node.example".to_owned())).await;
    stage.org("acme").await;
    let acme = stage.reader("acme").await;
    let link = stage.link(&acme, json!({})).await;
    assert!(link["url"].as_str().unwrap().starts_with("https://node.example/signin/"));
    let form = [("secret", secret(&link["url"]))];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = stage.form_request("/signin", &form).header("origin", "https://node.example");
    let (cookie, how) = cookie(&Answer::of(request).await);
    assert!(cookie.starts_with("__Host-assent="), "{cookie}");
    assert_eq!(how, "Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure");
    let stage = stage.restart(Millis(0)).await;
    assert_eq!(stage.look(&cookie, "/v1/me").await.status, 200);
    let bare = cookie.trim_start_matches("__Host-").to_owned();
    assert_eq!(stage.look(&bare, "/v1/me").await.code(), "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_an_arbiter_rules_with_the_key_that_is_kept() {
    // ASP-AUT-015, ASP-DIS-016, THR-RULING-USURPED
    let mut stage = Stage::new().await;
    let (dispute, session) = put_before_initech(&mut stage).await;
    let (initech, acme) = (stage.reader("initech").await, stage.reader("acme").await);
    let (_, arbiter) = stage.person(&initech, "arbiter").await;
    let (_, owner) = stage.person(&initech, "owner").await;
    let (_, side) = stage.person(&acme, "arbiter").await;
    let path = format!("/v1/disputes/{dispute}");
    // Who is here to rule reads the case, and of a session nothing but that.
    for cookie in [&arbiter, &owner] {
        assert_eq!(
            stage.look(cookie, "/v1/disputes").await.ok()["disputes"][0]["id"],
            format!("sha256:{dispute}")
        );
        assert_eq!(stage.look(cookie, &path).await.ok()["phase"], "ARBITRATING");
        assert_eq!(stage.look(cookie, &format!("{path}/bundle")).await.status, 200);
    }
    let session = format!("/v1/sessions/{}", session.to_hex());
    assert_eq!(stage.look(&arbiter, &session).await.code(), "NOT_FOUND");
    // A side's own arbiter has nothing before it, although its organisation reads the dispute.
    assert_eq!(stage.get_as(&acme, &path).await.status, 200);
    assert_eq!(stage.look(&side, "/v1/disputes").await.ok()["disputes"], json!([]));
    for path in [path.clone(), format!("{path}/bundle"), format!("{path}/statements")] {
        assert_eq!(stage.look(&side, &path).await.code(), "NOT_FOUND", "{path}");
    }

    let ruling = format!("{path}/ruling");
    let upheld = || Some(json!({ "outcome": "upheld", "reasons": "it is rust" }));
    assert_eq!(stage.page(&owner, Method::POST, &ruling, upheld()).await.code(), "NOT_PERMITTED");
    assert_eq!(stage.page(&side, Method::POST, &ruling, upheld()).await.code(), "NOT_FOUND");
    assert_eq!(stage.act(&initech, Method::POST, &ruling, upheld()).await.code(), "NOT_PERMITTED");
    let unasked = stage.http.post(stage.url(&ruling)).header("cookie", &arbiter).json(&upheld());
    assert_eq!(Answer::of(unasked).await.code(), "CROSS_SITE_REQUEST");
    assert_eq!(stage.page(&arbiter, Method::POST, &ruling, upheld()).await.code(), "NO_ACTING_KEY");
    let keys = ActingKeys::of(&stage.config.data);
    // A key that is none of the organisation's signs nothing that is taken.
    keys.keep(&domain("initech"), &key("acme")).unwrap();
    assert_eq!(stage.page(&arbiter, Method::POST, &ruling, upheld()).await.code(), "KEY_NOT_VALID");
    keys.keep(&domain("initech"), &key("initech")).unwrap();
    let too_much =
        json!({ "outcome": "upheld", "amount": { "amount": "1001", "currency": "USD" }, "reasons": "" });
    assert_eq!(stage.page(&arbiter, Method::POST, &ruling, Some(too_much)).await.code(), "ABOVE_CLAIM");
    for wrong in [json!({ "outcome": "upheld" }), json!({ "outcome": "maybe", "reasons": "" }), json!([])] {
        assert_eq!(
            stage.page(&arbiter, Method::POST, &ruling, Some(wrong.clone())).await.code(),
            "INVALID_BODY",
            "{wrong}"
        );
    }
    let answer = stage.page(&arbiter, Method::POST, &ruling, upheld()).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    Receipt::from_json(&answer.bytes).unwrap().verify(&stage.node.node_key()).unwrap();
    let view = stage.get_as(&initech, &path).await.ok();
    let given = &view["rulings"][0];
    assert_eq!(
        (&given["by"], &given["reasons"]),
        (&json!(issuer("initech")), &json!("it is rust")),
        "{view}"
    );
    // It is given once.
    assert_ne!(stage.page(&arbiter, Method::POST, &ruling, upheld()).await.status, 202);
    keys.remove(&domain("initech")).unwrap();
    assert_eq!(stage.page(&arbiter, Method::POST, &ruling, upheld()).await.code(), "NO_ACTING_KEY");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_makes_webhooks_an_auditor_sees_them_and_nobody_else_does() {
    // ASP-AUT-012
    let mut stage = Stage::new().await;
    for name in ["acme", "globex"] {
        stage.org(name).await;
    }
    let (acme, globex) = (stage.reader("acme").await, stage.reader("globex").await);
    let (owner, auditor) = (stage.person(&acme, "owner").await.1, stage.person(&acme, "auditor").await.1);
    let (arbiter, stranger) =
        (stage.person(&acme, "arbiter").await.1, stage.person(&globex, "owner").await.1);
    let (all, asked) = ("/v1/webhooks", json!({ "url": "https://hooks.acme.example/in" }));
    for cookie in [&auditor, &arbiter] {
        let refused = stage.page(cookie, Method::POST, all, Some(asked.clone())).await;
        assert_eq!(refused.code(), "NOT_PERMITTED");
    }
    let elsewhere = stage.http.post(stage.url(all)).header("cookie", &owner).json(&asked);
    assert_eq!(Answer::of(elsewhere).await.code(), "CROSS_SITE_REQUEST");
    let made = stage.page(&owner, Method::POST, all, Some(asked.clone())).await.ok();
    let one = format!("{all}/{}", made["webhook"]["id"].as_str().unwrap());
    for cookie in [&owner, &auditor] {
        assert_eq!(stage.look(cookie, &one).await.ok()["url"], asked["url"]);
        assert_eq!(stage.look(cookie, all).await.ok()["webhooks"].as_array().unwrap().len(), 1);
    }
    assert_eq!(stage.look(&stranger, all).await.ok()["webhooks"], json!([]));
    for (cookie, denied) in
        [(&auditor, "NOT_PERMITTED"), (&arbiter, "NOT_PERMITTED"), (&stranger, "NOT_FOUND")]
    {
        for (method, end) in [(Method::DELETE, ""), (Method::POST, "/test"), (Method::POST, "/resume")] {
            let answer = stage.page(cookie, method, &format!("{one}{end}"), None).await;
            assert_eq!(answer.code(), denied, "{end}");
        }
    }
    for cookie in [&arbiter, &stranger] {
        assert_eq!(stage.look(cookie, &one).await.code(), "NOT_FOUND");
    }
    assert_eq!(stage.page(&owner, Method::DELETE, &one, None).await.status, 204);
    assert_eq!(stage.look(&owner, &one).await.code(), "NOT_FOUND");
}
