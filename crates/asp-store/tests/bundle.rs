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
use asp_core::statement::body::{
    Accept, Acceptance, Because, Body, Empty, Inform, Introduction, Invitee, Note, Offer, ParticipantRole,
    Propose, Termination, Withdraw,
};
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
    let comes = Body::Accept(Accept::Introduction(Introduction { card, schemas: None }));
    let statement = stage.author.say(session, "volt/seller", comes, Some(session));
    stage.submit(statement).unwrap();
    let package = stage.author.package("volt/seller", "acme/buyer", "100");
    let terms_hash = package.terms_hash();
    let offer = Offer::of(vec![package], true);
    let statement = stage.author.say(session, "acme/buyer", Body::Propose(Propose::Proposal(offer)), None);
    let offered = stage.submit(statement).unwrap().receipt.statement;
    let accepts = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let statement = stage.author.say(session, "volt/seller", accepts, Some(offered));
    let commitment = stage.submit(statement).unwrap().receipt.statement;
    let read = |tenant: Tenant| stage.store.read(|reader| reader.bundle(&tenant, &commitment)).unwrap();
    assert_eq!(read(Tenant::Organisation(domain("other"))), None, "a stranger gets nothing");
    (read(Tenant::Agent(agent_uri("acme/buyer"))).unwrap(), commitment)
}

/// Who has left proves what it signed, and learns nothing of what came afterwards.
#[test]
fn who_left_gets_the_bundle_up_to_there() {
    // ASP-SES-041, ASP-SES-042
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    for name in ["acme", "volt", "haul"] {
        stage.org(name);
    }
    for name in ["acme/buyer", "volt/seller", "haul/carrier"] {
        stage.agent(name);
    }
    let consents = [stage.consent("acme", "volt"), stage.consent("acme", "haul")];
    let mut invitation = stage.author.invitation_of("acme/buyer", "volt/seller", consents[0]);
    invitation.consents.insert(consents[1]);
    invitation.participants.push(Invitee::of(agent_uri("haul/carrier"), ParticipantRole::Party));
    let invitation = stage.author.invite("acme/buyer", invitation);
    let session = stage.take(invitation);
    for name in ["volt/seller", "haul/carrier"] {
        let card = stage.author.cards[&agent_uri(name)];
        let comes = Body::Accept(Accept::Introduction(Introduction { card, schemas: None }));
        stage.say(session, name, comes, Some(session));
    }
    let package = stage.author.package("volt/seller", "acme/buyer", "100");
    let terms_hash = package.terms_hash();
    let mut offer = Offer::of(vec![package], true);
    offer.awaits = Some([agent_uri("volt/seller")].into());
    let offered = stage.say(session, "acme/buyer", Body::Propose(Propose::Proposal(offer)), None);
    let accepts = || Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let commitment = stage.say(session, "volt/seller", accepts(), Some(offered));
    let ends = Termination { commitment, reason: support::text("over"), respond_by: None, shares: None };
    let ends = stage.say(session, "acme/buyer", Body::Propose(Propose::Termination(ends)), None);
    stage.say(session, "volt/seller", accepts(), Some(ends));
    let leave = Body::Withdraw(Withdraw::Departure(Because { reason: support::text("bye") }));
    let left = stage.say(session, "volt/seller", leave, None);
    let secret = Note { data: None, text: support::text("among ourselves") };
    let later = stage.say(session, "acme/buyer", Body::Inform(Inform::Note(secret)), None);
    let read = |tenant: &Tenant| stage.store.read(|reader| reader.bundle(tenant, &commitment)).unwrap();
    let seller = Tenant::Agent(agent_uri("volt/seller"));
    let full = String::from_utf8(read(&Tenant::Agent(agent_uri("haul/carrier"))).unwrap()).unwrap();
    assert!(full.contains("among ourselves") && full.contains(&later.to_string()));
    for tenant in [seller.clone(), Tenant::Organisation(domain("volt"))] {
        let bytes = read(&tenant).unwrap();
        assert!(holds(&bytes));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(&left.to_string()) && !text.contains("among ourselves"));
    }
    assert!(stage.store.read(|reader| reader.session(&seller, &session)).unwrap().is_none());
    assert_eq!(read(&Tenant::Organisation(domain("other"))), None);
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
