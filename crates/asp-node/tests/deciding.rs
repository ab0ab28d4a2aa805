//! Decisions of people about consents: who may take them, what is said before, and what becomes of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

mod support;
#[path = "support/visitor.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod visitor;

use asp_core::log::receipt::Receipt;
use asp_node::acting::ActingKeys;
use reqwest::Method;
use serde_json::json;

use support::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_decides_about_a_consent_with_the_key_that_is_kept() {
    // ASP-AUT-016, THR-CONSENT-USURPED
    let mut stage = Stage::new().await;
    for name in ["acme", "globex", "initech"] {
        stage.org(name).await;
    }
    let request = stage.author.consent_request("acme", "globex");
    let consent = stage.take(request).await.to_hex();
    let globex = stage.reader("globex").await;
    let (_, owner) = stage.person(&globex, "owner").await;
    let (_, auditor) = stage.person(&globex, "auditor").await;
    let (_, arbiter) = stage.person(&globex, "arbiter").await;
    let (_, asker) = stage.person(&stage.reader("acme").await, "owner").await;
    let (_, stranger) = stage.person(&stage.reader("initech").await, "owner").await;
    let path = format!("/v1/consents/{consent}");
    let decision = format!("{path}/decision");
    let grant = || Some(json!({ "decision": "grant" }));
    let revoke = || Some(json!({ "decision": "revoke", "reason": "they were bought" }));
    let know = || Some(json!({ "decision": "acknowledge" }));

    assert_eq!(stage.page(&owner, Method::POST, &decision, grant()).await.code(), "NO_ACTING_KEY");
    let keys = ActingKeys::of(&stage.config.data);
    // A key that is none of the organisation's signs nothing that is taken.
    keys.keep(&domain("globex"), &key("acme")).unwrap();
    assert_eq!(stage.page(&owner, Method::POST, &decision, grant()).await.code(), "KEY_NOT_VALID");
    for name in ["acme", "globex", "initech"] {
        keys.keep(&domain(name), &key(name)).unwrap();
    }
    for other in [&auditor, &arbiter] {
        assert_eq!(stage.page(other, Method::POST, &decision, grant()).await.code(), "NOT_PERMITTED");
    }
    assert_eq!(stage.act(&globex, Method::POST, &decision, grant()).await.code(), "NOT_PERMITTED");
    assert_eq!(stage.page(&stranger, Method::POST, &decision, revoke()).await.code(), "NOT_FOUND");
    assert_eq!(stage.page(&asker, Method::POST, &decision, grant()).await.code(), "ALREADY_GRANTED");
    assert_eq!(stage.page(&owner, Method::POST, &decision, know()).await.code(), "NOT_REVOKED");
    let unasked = stage.http.post(stage.url(&decision)).header("cookie", &owner).json(&grant());
    assert_eq!(Answer::of(unasked).await.code(), "CROSS_SITE_REQUEST");
    for wrong in [
        json!({}),
        json!({ "decision": "maybe" }),
        json!({ "decision": "grant", "reason": "we like them" }),
        json!({ "decision": "revoke" }),
        json!({ "decision": "narrow", "reason": "x" }),
    ] {
        let answer = stage.page(&owner, Method::POST, &decision, Some(wrong.clone())).await;
        assert_eq!(answer.code(), "INVALID_BODY", "{wrong}");
    }
    assert_eq!(stage.get_as(&globex, &path).await.ok()["standing"], "REQUESTED");

    let answer = stage.page(&owner, Method::POST, &decision, grant()).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    Receipt::from_json(&answer.bytes).unwrap().verify(&stage.node.node_key()).unwrap();
    assert_eq!(stage.get_as(&globex, &path).await.ok()["standing"], "GRANTED");
    assert_eq!(stage.page(&owner, Method::POST, &decision, grant()).await.code(), "ALREADY_GRANTED");
    assert_eq!(stage.page(&asker, Method::POST, &decision, revoke()).await.status, 202);
    let view = stage.get_as(&globex, &path).await.ok();
    assert_eq!(
        (&view["standing"], &view["revokedBy"]),
        (&json!("REVOKED"), &json!("acme.example")),
        "{view}"
    );
    assert_eq!(stage.page(&owner, Method::POST, &decision, revoke()).await.code(), "CONSENT_REVOKED");
    assert_eq!(stage.page(&asker, Method::POST, &decision, know()).await.code(), "NOT_REVOKED");
    assert_eq!(stage.page(&owner, Method::POST, &decision, know()).await.status, 202);
    assert_eq!(stage.get_as(&globex, &path).await.ok()["acknowledged"], true);
    // A key that is taken away signs nothing any more.
    keys.remove(&domain("globex")).unwrap();
    assert_eq!(stage.page(&owner, Method::POST, &decision, know()).await.code(), "NO_ACTING_KEY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_what_a_revocation_ends_before_it_is_signed() {
    // ASP-AUT-012, ASP-AUT-016
    let mut stage = Stage::new().await;
    let (session, consent) = stage.session().await;
    let idle = stage.invite(consent).await;
    stage.deal(session).await;
    let acme = stage.reader("acme").await;
    let (_, owner) = stage.person(&acme, "owner").await;
    let (_, auditor) = stage.person(&acme, "auditor").await;
    let (_, stranger) = stage.person(&stage.reader("initech").await, "owner").await;
    let id = consent.to_hex();
    let path = format!("/console/consents/{id}");
    let decision = format!("{path}/decision");
    let ask = format!("{decision}?decision=revoke");
    let form = format!("action=\"../../../console/consents/{id}/decision\"");

    // Without a key there is the command, and no form.
    let page = stage.browse(Some(&owner), &path).await.text();
    assert!(page.contains(&format!("assent consent revoke {}", &id[..12])), "{page}");
    assert!(!page.contains("decision?decision="), "{page}");
    assert!(!stage.browse(Some(&owner), &ask).await.text().contains(&form));
    ActingKeys::of(&stage.config.data).keep(&domain("acme"), &key("acme")).unwrap();
    let page = stage.browse(Some(&owner), &path).await.text();
    assert!(page.contains("/decision?decision=revoke\"") && !page.contains("decision=grant"), "{page}");
    let page = stage.browse(Some(&owner), &ask).await.text();
    assert!(page.contains(&form), "{page}");
    // What owes nothing ends, what owes something is finished first.
    let (ends, rest) = page.split_once("Ends at once").unwrap().1.split_once("Is finished").unwrap();
    assert!(ends.contains(&idle.to_hex()) && !ends.contains(&session.to_hex()), "{ends}");
    assert!(rest.contains(&session.to_hex()) && !rest.contains(&idle.to_hex()), "{rest}");
    // Who may not decide sees no way to.
    assert!(!stage.browse(Some(&auditor), &path).await.text().contains("/decision"));
    assert_eq!(stage.browse(Some(&auditor), &ask).await.status, 403);
    assert_eq!(stage.browse(Some(&stranger), &ask).await.status, 404);

    let send = |cookie: &str, fields: &[(&str, &str)], site: &str| {
        let request = stage.form_request(&decision, fields).header("cookie", cookie);
        Answer::of(request.header("sec-fetch-site", site.to_owned()))
    };
    let fields = [("decision", "revoke"), ("reason", "they were bought")];
    assert_eq!(send(&owner, &fields, "cross-site").await.code(), "CROSS_SITE_REQUEST");
    assert_eq!(send(&auditor, &fields, "same-origin").await.code(), "NOT_PERMITTED");
    assert_eq!(send(&stranger, &fields, "same-origin").await.code(), "NOT_FOUND");
    assert_eq!(send("a=b", &fields, "same-origin").await.code(), "UNAUTHENTICATED");
    for wrong in [&fields[..1], &fields[1..], &[("decision", "forget"), ("reason", "x")]] {
        assert_eq!(send(&owner, wrong, "same-origin").await.code(), "INVALID_BODY", "{wrong:?}");
    }
    let answer = send(&owner, &fields, "same-origin").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("../{id}").as_str()));
    let page = stage.browse(Some(&owner), &path).await.text();
    assert!(page.contains("acme.example revoked it") && !page.contains("/decision"), "{page}");
    // What cannot be decided any more is not asked for.
    let answer = stage.browse(Some(&owner), &ask).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, format!("../{id}").as_str()));
}
