//! Sessions of many and sessions with terms schemas, through the client and a real node.

use asp_client::{Opening, SchemaSearch};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::body::{Admission, Package, ParticipantRole, SchemaRef, SchemaRegister, Usage};
use asp_core::terms::starters;

use crate::support::*;

fn starter(alias: &str) -> SchemaRef {
    let (_, schema) = starters().iter().find(|(known, _)| *known == alias).unwrap();
    SchemaRef { by: None, hash: schema.hash() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_registered_found_and_followed() {
    // ASP-TRM-001, ASP-TRM-006
    let (_stage, client) = Stage::with_people().await;
    let acme = client.organisation_with(text("acme.example"), key("acme"));
    let schema: serde_json::Map<_, _> =
        serde_json::from_str(r#"{"type":"object","properties":{"size":{"minimum":1}},"required":["size"]}"#)
            .unwrap();
    let register = |version, schema| SchemaRegister {
        alias: text("rack"),
        description: text("Racks of servers"),
        schema,
        version,
    };
    acme.register_schema(register(1, schema.clone())).await.unwrap();
    let mut costly = schema.clone();
    costly.insert("uniqueItems".to_owned(), true.into());
    let refused = acme.register_schema(register(2, costly)).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::SchemaTooCostly), "{refused}");
    assert!(refused.to_string().contains("ASP-TRM-002 at /body/schema/uniqueItems"), "{refused}");

    let found = |search: SchemaSearch| {
        let client = client.clone();
        async move {
            let found = client.schemas(&search).await.unwrap();
            found.into_iter().map(|view| view.alias).collect::<Vec<_>>()
        }
    };
    assert_eq!(found(SchemaSearch::default()).await.len(), 6);
    let of = |words: Option<&str>, alias: Option<&str>, organisation: Option<&str>| SchemaSearch {
        text: words.map(str::to_owned),
        alias: alias.map(str::to_owned),
        organisation: organisation.map(text),
    };
    assert_eq!(found(of(Some("SERVERS"), None, None)).await, ["rack"]);
    assert_eq!(found(of(Some("cargo"), None, None)).await, ["freight"]);
    assert_eq!(found(of(None, Some("rack"), Some("volt.example"))).await, Vec::<String>::new());
    let listed = client.schemas(&of(None, Some("rack"), Some("acme.example"))).await.unwrap();
    let view = client.schema(&listed[0].hash).await.unwrap();
    assert_eq!((view.schema.unwrap(), view.version), (serde_json::Value::Object(schema), 1));
    assert!(client.schema(&starter("freight").hash).await.unwrap().schema.is_some());
    assert_eq!(client.schema(&Hash::of(&[])).await.unwrap_err().code(), Some(Code::NotFound));

    let (ours, theirs) = (buyer_at(&client), seller_at(&client));
    let by = Some(text("acme.example"));
    let schemas = vec![SchemaRef { by, hash: view.hash }, starter("compute-lease")];
    let opening = Opening { schemas, ..Opening::new(seller(), text("provision.compute.gpu")) };
    let session = ours.open_session(opening).await.unwrap();
    let their_session = theirs.session(&session.id());
    their_session.introduce().await.unwrap();
    assert_eq!(session.replayed().await.unwrap().schemas.len(), 2);
    let mut said = offer("100", true);
    let refused = session.propose(said.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::TermsDoNotFit), "{refused}");
    said.packages = said
        .packages
        .into_iter()
        .map(|package| Package {
            schema: Some(view.hash),
            terms: [("size".to_owned(), 3.into())].into_iter().collect(),
            ..package
        })
        .collect();
    let terms_hash = said.packages[0].terms_hash();
    let offered = session.propose(said).await.unwrap().receipt.statement;
    their_session.view().await.unwrap();
    let deal = their_session.accept(&offered, terms_hash).await.unwrap().receipt.statement;
    // What proves the deal holds the stream in which the schema was registered.
    let bundle = ours.bundle(&deal).await.unwrap();
    let report = asp_core::bundle::Bundle::parse(&bundle).unwrap().verify(&Default::default());
    assert!(!report.refuted(), "{report:?}");
    assert!(String::from_utf8(bundle).unwrap().contains("org.schema.register"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_is_admitted_reads_speaks_and_leaves() {
    // ASP-SES-040, ASP-SES-041
    let (_stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let watcher = client.agent_with(text("agent://volt.example/watcher"), key("watcher"));
    let volt = client.organisation_with(text("volt.example"), key("volt"));
    volt.register_agent(watcher.agent(), &key("watcher"), card("Watcher")).await.unwrap();
    let consents = ours.view().await.unwrap().consents;
    let theirs_watch = watcher.session(&ours.id());
    assert!(theirs_watch.view().await.is_err(), "a stranger reads nothing");
    let admission = Admission {
        agent: watcher.agent().clone(),
        consents,
        respond_by: None,
        role: ParticipantRole::Observer,
    };
    let asked = ours.propose_admission(admission).await.unwrap().receipt.statement;
    assert!(theirs_watch.view().await.is_err(), "not before all have admitted it");
    theirs.view().await.unwrap();
    theirs.admit(&asked).await.unwrap();
    assert_eq!(theirs_watch.view().await.unwrap().state, State::Conversing);
    theirs_watch.introduce().await.unwrap();
    theirs_watch.observe(text("here I am")).await.unwrap();
    ours.view().await.unwrap();
    let asked = ours.ask(theirs.agent().agent().clone(), text("how many?"), None).await.unwrap();
    assert_eq!(theirs.view().await.unwrap().questions.len(), 1);
    theirs.clarify(text("eight"), Some(asked.receipt.statement)).await.unwrap();
    theirs_watch.view().await.unwrap();
    theirs_watch.leave(text("bye")).await.unwrap();
    assert!(theirs_watch.view().await.is_err(), "who left reads no more");
    let view = ours.replayed().await.unwrap();
    let left = view.participants.iter().find(|one| one.agent == *watcher.agent()).unwrap();
    assert!(left.left && view.questions.is_empty());
    let refused = ours.spent(Usage { cost: None, tokens: Some(5) }).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::InvalidUsage));
}
