//! Tenancy: what is another's is answered as what does not exist, byte for byte, on every route and to every kind of caller.
//!
//! `rows` has a row for each operation of `/openapi.json` and for each member of a statement that names something; what
//! has none fails here, and says what to add. How long an answer takes is not compared.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

#[path = "../../../asp-node/tests/support/author.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod author;
mod callers;
mod rows;
#[path = "../misbehave/scene.rs"]
#[allow(dead_code, reason = "each test uses its part")]
mod scene;
#[path = "../support/mod.rs"]
mod support;
mod walk;
mod words;
mod world;

use scene::Scene;
use support::Served;
use walk::Walk;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_anothers_is_answered_as_what_does_not_exist() {
    // ASP-AUT-005, ASP-STM-018, THR-TENANCY
    let folder = tempfile::tempdir().unwrap();
    let (found, summary) = walked(folder.path(), &Served::start(folder.path())).await;
    println!("{summary}");
    assert!(found.is_empty(), "{} answers tell strangers something:\n{}", found.len(), found.join("\n"));
    if cfg!(feature = "misbehave") {
        for fault in ["tells-strangers", "reads-for-anybody"] {
            let folder = tempfile::tempdir().unwrap();
            let node = Served::start_with(folder.path(), &["--misbehave", fault]);
            let (found, summary) = walked(folder.path(), &node).await;
            println!("{fault}: {summary}");
            assert!(!found.is_empty(), "the walk does not find {fault}");
        }
    }
}

/// Fills a node with what three organisations have, and walks it; what was found, and a line about it.
async fn walked(data: &std::path::Path, node: &Served) -> (Vec<String>, String) {
    let mut scene = Scene::new(&node.url, node.first["origin"].as_str().unwrap());
    let mut world = world::World::build(&mut scene).await;
    world.people(&scene, data).await;
    let mut walk = Walk::new(&world);
    walk.routes(&scene).await;
    words::walk(&mut walk, &mut scene).await;
    let summary = walk.summary();
    (walk.found(), summary)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_can_be_asked_is_left_out_of_the_walk() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(folder.path());
    let document = reqwest::get(format!("{}/openapi.json", node.url)).await.unwrap().bytes().await.unwrap();
    let document = serde_json::from_slice(&document).unwrap();
    let missing = [rows::missing(&document), words::missing()].concat();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    // A route, a parameter and a member that nobody has thought of are found.
    let further = serde_json::json!({ "paths": {
        "/v1/further/{id}": { "get": { "parameters": [{ "name": "id" }] } },
        "/v1/me": { "get": { "parameters": [{ "name": "of" }] } },
        "/v1/people/links": { "post": { "requestBody": { "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/NewLink" } } } } } },
    }, "components": { "schemas": { "NewLink": { "properties": { "person": {}, "session": {} } } } } });
    let missing = rows::missing(&further).join("\n");
    for part in ["GET /v1/further/{id} has no row", "GET /v1/me: `of`", "POST /v1/people/links: `session`"] {
        assert!(missing.contains(part), "{part} is not in\n{missing}");
    }
}
