//! Who is told to be mistakable for whom, as the log has it: the weaker of two claims, and nobody else.

#![expect(clippy::unwrap_used, reason = "what a test cannot do fails it")]

mod support;

use std::collections::BTreeSet;

use asp_core::name::{Domain, Issuer, StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::statement::Body;
use asp_core::statement::body::{CardSet, KeyRotate, OrgCheck, OrgRegister, OrgVerify, VerifyMethod};
use asp_core::statement::draft::Draft;
use asp_store::{AgentQuery, audit};
use support::*;

/// Registers an organisation of this whole domain.
fn register(stage: &mut Stage, domain: &str, name: &str) {
    let key = key(seed_of(domain));
    says(stage, domain, Body::OrgRegister(OrgRegister { key: key.id(), name: text(name) }), &[]);
}

fn says(stage: &mut Stage, domain: &str, body: Body, further: &[&str]) {
    let domain_of: Domain = text(domain);
    let stream = StreamName::Of(StreamId::Org(domain_of.clone()));
    let draft = Draft::new(stream, identity().origin, Issuer::Organisation(domain_of), body);
    let own = key(seed_of(domain));
    let further: Vec<_> = further.iter().map(|name| key(seed_of(name))).collect();
    let keys: Vec<_> = [&own].into_iter().chain(&further).collect();
    let statement = stage.author.sign(&draft, &keys);
    stage.take(statement);
}

/// The node says that it found the organisation's key under its domain, or that it did not.
fn looked(stage: &mut Stage, domain: &str, found: bool) {
    let key = key(seed_of(domain)).id();
    let method = VerifyMethod::Dns;
    says(stage, domain, Body::OrgVerify(OrgVerify { key, method }), &[]);
    let check = OrgCheck { evidence: Some(Hash::of(&[b"a record"])), found, key, method };
    let stream = StreamName::Of(StreamId::Org(text(domain)));
    let origin = identity().origin;
    let draft = Draft::new(stream, origin.clone(), Issuer::Node(origin), Body::OrgCheck(check));
    let statement = stage.author.sign(&draft, &[&identity().key]);
    stage.take(statement);
}

/// The organisations for which one could be mistaken.
fn told(stage: &Stage, domain: &str) -> Vec<String> {
    let read = stage.store.read(|reader| {
        let organisation = reader.organisation(&text(domain))?.unwrap();
        reader.organisation_mistakable_for(&organisation)
    });
    texts(read.unwrap())
}

fn told_of_agent(stage: &Stage, name: &str) -> Vec<String> {
    let read = stage.store.read(|reader| {
        let agent = reader.agent(&agent_uri(name))?.unwrap();
        reader.agent_mistakable_for(&agent)
    });
    texts(read.unwrap())
}

fn texts(domains: BTreeSet<Domain>) -> Vec<String> {
    domains.into_iter().map(|domain| domain.to_string()).collect()
}

fn called(name: &str) -> Body {
    let card = card("x", &["provision"], "");
    Body::AgentCardSet(CardSet { card: asp_core::statement::body::Card { name: text(name), ..card } })
}

#[test]
fn the_later_of_two_that_look_alike_is_told_and_the_first_is_not() {
    // ASP-REG-011
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    register(&mut stage, "paypal.example", "Paypal");
    register(&mut stage, "other.example", "Other");
    for (domain, name) in [
        ("paypa1.example", "Payments"),
        ("first.example", "P\u{430}ypal"),
        ("second.example", "PAY PAL"),
        ("third.example", "PayPaI"),
        ("paypal.test", "Tests"),
        ("xn--pypal-4ve.example", "Fourth"),
    ] {
        register(&mut stage, domain, name);
        assert!(told(&stage, domain).contains(&"paypal.example".to_owned()), "{domain} {name}");
    }
    assert_eq!(told(&stage, "first.example")[..], ["paypa1.example", "paypal.example"]);
    assert_eq!(told(&stage, "paypal.example"), [""; 0]);
    assert_eq!(told(&stage, "other.example"), [""; 0]);
    // What lies below a domain has its label by right, and its name as anybody.
    register(&mut stage, "agents.paypal.example", "Agents");
    let below = told(&stage, "agents.paypal.example");
    assert!(!below.contains(&"paypal.example".to_owned()), "{below:?}");
    register(&mut stage, "shops.paypal.example", "Shops");
    assert!(!told(&stage, "shops.paypal.example").contains(&"paypal.example".to_owned()));
    register(&mut stage, "shop.other.example", "0ther");
    assert_eq!(told(&stage, "shop.other.example"), ["other.example"]);
}

#[test]
fn who_has_proved_its_domain_is_stronger_than_who_came_first() {
    // ASP-REG-011
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    register(&mut stage, "acrne.example", "Acme");
    register(&mut stage, "acme.example", "Acme Inc.");
    assert_eq!(told(&stage, "acme.example"), ["acrne.example"]);
    looked(&mut stage, "acme.example", false);
    assert_eq!(told(&stage, "acme.example"), ["acrne.example"]);
    looked(&mut stage, "acme.example", true);
    assert_eq!(told(&stage, "acme.example"), [""; 0]);
    assert_eq!(told(&stage, "acrne.example"), ["acme.example"]);
    // The proof ends with its key, without anybody looking.
    let (old, new) = (key(seed_of("acme.example")).id(), key(seed_of("another key")).id());
    let rotate = Body::OrgKeyRotate(KeyRotate { new_key: new, old_key: old });
    says(&mut stage, "acme.example", rotate, &["another key"]);
    assert_eq!(told(&stage, "acme.example"), ["acrne.example"]);
    assert_eq!(told(&stage, "acrne.example"), [""; 0]);
    stage.store.stop();
    assert_eq!(audit::folder(folder.path(), &mut |_, _| ()).unwrap().finding, None);
}

#[test]
fn an_agent_is_told_by_its_name_and_not_for_its_own_organisation() {
    // ASP-REG-011
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    for name in ["acme", "volt"] {
        stage.org(name);
    }
    let card = |name: &str| asp_core::statement::body::Card {
        name: text(name),
        ..card("x", &["provision"], "sells")
    };
    for (name, card) in
        [("acme/buyer", card("Acme")), ("volt/acme", card("A\u{441}me")), ("volt/late", card("Late"))]
    {
        let statement = stage.author.agent(name, card);
        stage.take(statement);
    }
    assert_eq!(told_of_agent(&stage, "acme/buyer"), [""; 0]);
    assert_eq!(told_of_agent(&stage, "volt/acme"), ["acme.example"]);
    let found = stage.found(&AgentQuery { limit: 10, ..AgentQuery::default() });
    let marked: Vec<_> = found.agents.iter().filter(|hit| !hit.mistakable_for.is_empty()).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0].agent, agent_uri("volt/acme"));
    // An organisation that comes later accuses nobody, also if the card is set anew under the same name.
    register(&mut stage, "late.example", "Late");
    let stream = |name: &str| StreamName::Of(StreamId::Agent(agent_uri(name)));
    for (name, told) in [
        ("Late", vec![]),
        ("L\u{430}te", vec!["late.example"]),
        ("Late", vec!["late.example"]),
        ("Early", vec![]),
    ] {
        let statement = stage.author.by_agent("volt/late", stream("volt/late"), called(name), None);
        stage.take(statement);
        assert_eq!(told_of_agent(&stage, "volt/late"), told, "{name}");
    }
    stage.reopen(folder.path());
    assert_eq!(told_of_agent(&stage, "volt/acme"), ["acme.example"]);
    stage.store.stop();
    assert_eq!(audit::folder(folder.path(), &mut |_, _| ()).unwrap().finding, None);
}

#[test]
fn eight_are_told_at_most_the_strongest() {
    // ASP-REG-011
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    for number in 0..12 {
        register(&mut stage, &format!("n{number:02}.example"), "Acme");
    }
    let first: Vec<String> = (0..8).map(|number| format!("n{number:02}.example")).collect();
    assert_eq!(told(&stage, "n11.example"), first);
    assert_eq!(told(&stage, "n03.example"), first[..3]);
}
