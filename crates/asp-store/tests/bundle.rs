//! A bundle taken out of the store: it verifies, and no byte of it can be changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use asp_core::bundle::{Anchors, Bundle, Verdict};
use asp_core::name::{StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::statement::body::{Accept, Acceptance, Body, Empty, Introduction, Offer, Propose};
use asp_store::Tenant;
use support::{Stage, agent_uri, card, domain};

/// The bundle of a deal between a buyer and a seller, at the moment when it binds.
fn bundle() -> (Vec<u8>, Hash) {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    for name in ["acme", "volt"] {
        let statement = stage.author.org(name);
        stage.submit(statement).unwrap();
    }
    for name in ["acme/buyer", "volt/seller"] {
        let statement = stage.author.agent(name, card("An agent", &["provision.compute.gpu"], "sells"));
        stage.submit(statement).unwrap();
    }
    let request = stage.author.consent_request("acme", "volt");
    let consent = stage.submit(request).unwrap().receipt.statement;
    let stream = StreamName::Of(StreamId::Consent(consent));
    let grant = stage.author.by_org("volt", stream, Body::ConsentGrant(Empty {}));
    stage.submit(grant).unwrap();
    let invitation = stage.author.invitation("acme/buyer", "volt/seller", consent);
    let session = stage.submit(invitation).unwrap().receipt.statement;
    let card = stage.author.cards[&agent_uri("volt/seller")];
    let comes = Body::Accept(Accept::Introduction(Introduction { card }));
    let statement = stage.author.say(session, "volt/seller", comes, Some(session));
    stage.submit(statement).unwrap();
    let package = stage.author.package("volt/seller", "acme/buyer", "100");
    let terms_hash = package.terms_hash();
    let offer =
        Offer { awaits: None, binding: true, packages: vec![package], reasoning: None, respond_by: None };
    let statement = stage.author.say(session, "acme/buyer", Body::Propose(Propose::Proposal(offer)), None);
    let offered = stage.submit(statement).unwrap().receipt.statement;
    let accepts = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let statement = stage.author.say(session, "volt/seller", accepts, Some(offered));
    let commitment = stage.submit(statement).unwrap().receipt.statement;
    let read = |tenant: Tenant| stage.store.read(|reader| reader.bundle(&tenant, &commitment)).unwrap();
    assert_eq!(read(Tenant::Organisation(domain("other"))), None, "a stranger gets nothing");
    (read(Tenant::Agent(agent_uri("acme/buyer"))).unwrap(), commitment)
}

#[test]
fn what_the_store_gives_out_is_proved_without_it() {
    let (bytes, commitment) = bundle();
    let bundle = Bundle::parse(&bytes).unwrap();
    assert_eq!(bundle.to_bytes(), bytes);
    let trusted = support::identity().key.id();
    let report = bundle.verify(&Anchors { node_key: Some(trusted) });
    assert!(!report.refuted(), "{report:?}");
    let proved = report.checks.iter().filter(|check| check.verdict == Verdict::Proved).count();
    assert_eq!(proved, 12, "all but what no bundle can show: {report:?}");
    assert_eq!(report.summary.unwrap().commitment, commitment);
    let other = asp_core::key::SecretKey::from_seed(&[9; 32]).id();
    assert!(
        bundle.verify(&Anchors { node_key: Some(other) }).refuted(),
        "another log is not the one trusted"
    );
}

/// Whether bytes are a bundle in which nothing is refuted.
fn holds(bytes: &[u8]) -> bool {
    Bundle::parse(bytes).is_ok_and(|bundle| !bundle.verify(&Anchors::default()).refuted())
}

#[test]
fn no_byte_of_a_bundle_can_be_changed() {
    let (bytes, _) = bundle();
    assert!(holds(&bytes));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for first in 0..threads {
            let bytes = &bytes;
            scope.spawn(move || {
                for place in (first..bytes.len()).step_by(threads) {
                    let mut changed = bytes.clone();
                    changed[place] ^= 1 << (place % 7);
                    assert!(!holds(&changed), "a bit of byte {place} of {}", bytes.len());
                }
            });
        }
    });
}

#[test]
fn nothing_can_be_taken_out_or_put_in() {
    let (bytes, commitment) = bundle();
    let text = String::from_utf8(bytes).unwrap();
    let other = Hash::of(&[b"other"]).to_string();
    for changed in [
        text.replacen(&commitment.to_string(), &other, 1),
        text.replacen("{\"asp\"", "{ \"asp\"", 1),
        format!("{text}\n"),
        text.replacen("\"kind\":\"commitment-bundle\"", "\"kind\":\"bundle\"", 1),
        text.replacen(
            "\\n\",\"commitment\"",
            "\\n\u{2014} witness.example AAAAAAAAAAA=\\n\",\"commitment\"",
            1,
        ),
    ] {
        assert_ne!(changed, text);
        assert!(!holds(changed.as_bytes()), "{changed}");
    }
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let entries = value["entries"].as_array().unwrap().len();
    for taken in 0..entries {
        let mut without = value.clone();
        without["entries"].as_array_mut().unwrap().remove(taken);
        assert!(!holds(&serde_json::to_vec(&without).unwrap()), "without entry {taken}");
    }
    value["entries"].as_array_mut().unwrap().swap(0, 1);
    assert!(!holds(&serde_json::to_vec(&value).unwrap()), "two entries exchanged");
}
