//! The profile of an agent: what the log tells of it besides the score.

#![expect(clippy::unwrap_used, reason = "what a test cannot read is a failed test")]

mod support;

use std::collections::BTreeMap;

use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{LogTime, Position};
use asp_core::statement::body::{Body, Endorsement, Rating};
use asp_core::stream::Accepted;
use asp_core::trust::{Notes, Profile, Question, profile};
use asp_core::world::World;
use support::ledger::Ledger;
use support::*;

/// The profile of an agent in the eyes of the buyer's organisation, by the first so many entries.
fn seen(ledger: &Ledger, name: &str, prefix: usize, instant: LogTime) -> Profile {
    let stage = &ledger.stage;
    let mut world = World::new(stage.world.origin().clone(), *stage.world.node_key()).with_evidence();
    let mut notes = Notes::about(uri(name));
    for (at, said) in stage.log.iter().take(prefix) {
        let accepted = Accepted::from_store(said.clone(), *at);
        let awaited = Notes::awaited(&world, accepted.statement());
        world.apply(&accepted);
        notes.take(&awaited, &accepted, &world);
    }
    let question = Question {
        subject: uri(name),
        observer: [domain("buyer")].into(),
        class: usd("100"),
        outlook: asp_core::trust::Outlook::default(),
        capability: None,
        instant,
        prefix: Position(prefix as u64),
    };
    profile(world.settled().unwrap().evidence(), &notes.dossier(&world).unwrap(), &question)
}

fn now(ledger: &Ledger, name: &str) -> Profile {
    seen(ledger, name, ledger.stage.log.len(), ledger.stage.now)
}

/// Each component by its name: its score, then its facts.
fn told(profile: &Profile) -> BTreeMap<&'static str, String> {
    let line = |component: &asp_core::trust::Component| {
        let facts =
            component.facts.iter().filter(|fact| !fact.name.ends_with("ince") && fact.name != "registered");
        let facts: Vec<String> = facts.map(|fact| format!("{} {}", fact.name, fact.value)).collect();
        (component.name, format!("{}: {}", component.score, facts.join(", ")))
    };
    profile.components.iter().map(line).collect()
}

fn by_agent(ledger: &mut Ledger, name: &str, body: Body) {
    let stream = StreamName::Of(StreamId::Agent(uri(name)));
    let draft = ledger.stage.draft(stream, Issuer::Agent(uri(name)), body);
    let statement = ledger.stage.sign(&draft, &[&agent_key(name)]);
    ledger.stage.take(statement).unwrap();
}

fn kept() -> Ledger {
    let mut ledger = Ledger::open();
    ledger.check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm
         +2s
         seller ACCEPT as deal
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods
         buyer CLOSE",
    );
    ledger
}

#[test]
fn who_has_just_registered_has_next_to_nothing() {
    // ASP-TRU-008
    let ledger = kept();
    let nobody = told(&now(&ledger, "clerk"));
    assert_eq!(nobody["commitmentFulfilment"], "0: kept 0, broken 0");
    assert_eq!(nobody["communicationHistory"], "0: sessions 0, ended 0, endedByItsSilence 0, answers 0");
    assert_eq!(nobody["securityPosture"], "100: currentKeys 1, stolenWithinAYear 0");
    assert_eq!(nobody["identityVerification"], "0: domainProved false");
    assert_eq!(nobody["peerEndorsements"], "0: endorsements 0, organisations 0, trustedOrganisations 0");
}

#[test]
fn a_deal_that_was_kept_shows_in_each_component_that_it_touches() {
    // ASP-TRU-008
    let mut ledger = kept();
    let profile = now(&ledger, "seller");
    let names: Vec<&str> = profile.components.iter().map(|component| component.name).collect();
    assert_eq!(
        names,
        [
            "identityVerification",
            "communicationHistory",
            "commitmentFulfilment",
            "behaviouralConsistency",
            "responseQuality",
            "securityPosture",
            "economicReliability",
            "peerEndorsements"
        ]
    );
    let before = told(&profile);
    assert_eq!(before["commitmentFulfilment"], "33: kept 1, broken 0");
    assert_eq!(before["economicReliability"], "33: currency USD");
    assert!(
        before["communicationHistory"].starts_with("33: sessions 1, ended 1, endedByItsSilence 0, answers 2")
    );
    assert_eq!(before["responseQuality"], "0: ratings 0, organisations 0");

    let session = ledger.session().unwrap().id();
    let rating = |stars| Body::AgentRate(Rating { agent: uri("seller"), note: None, session, stars });
    by_agent(&mut ledger, "buyer", rating(1));
    by_agent(&mut ledger, "buyer", rating(5));
    let endorsement = || Endorsement { agent: uri("seller"), capability: None, note: None };
    by_agent(&mut ledger, "buyer", Body::AgentEndorse(endorsement()));
    by_agent(&mut ledger, "carrier", Body::AgentEndorse(endorsement()));
    let after = told(&now(&ledger, "seller"));
    // The last word counts, and one organisation is one voice.
    assert_eq!(after["responseQuality"], "33: ratings 1, organisations 1, meanStars 5.00");
    // Of the two only the observer's own is one that the observer trusts.
    assert_eq!(after["peerEndorsements"], "33: endorsements 2, organisations 2, trustedOrganisations 1");
    assert_eq!(after["commitmentFulfilment"], before["commitmentFulfilment"]);
}

#[test]
fn who_keeps_others_waiting_until_time_runs_out_is_told_by_name() {
    // ASP-TRU-008
    let mut ledger = Ledger::open();
    ledger.check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE
         buyer WITHDRAW
         buyer PROPOSE
         +10m",
    );
    assert!(ledger.session().unwrap().end().is_some(), "{}", ledger.story());
    let line = |name: &str| told(&now(&ledger, name))["communicationHistory"].clone();
    assert!(line("seller").starts_with("0: sessions 1, ended 1, endedByItsSilence 1"), "{}", line("seller"));
    assert!(line("buyer").starts_with("33: sessions 1, ended 1, endedByItsSilence 0"), "{}", line("buyer"));
    let consistency = told(&now(&ledger, "buyer"))["behaviouralConsistency"].clone();
    let claims = "claimsDecided 0, claimsLost 0, claimsAbusive 0";
    assert_eq!(consistency, format!("40: offers 3, withdrawn 1, contested 0, {claims}"));
}

#[test]
fn who_files_what_is_dismissed_has_it_in_its_profile() {
    // ASP-TRU-008: the buyer says that it was late, and the log that it was not.
    let mut ledger = kept();
    let line = |ledger: &Ledger| told(&now(ledger, "buyer"))["behaviouralConsistency"].clone();
    let before = line(&ledger);
    assert!(before.ends_with("claimsDecided 0, claimsLost 0, claimsAbusive 0"), "{before}");
    ledger.check("buyer DISPUTE goods late");
    let after = line(&ledger);
    assert!(after.ends_with("claimsDecided 1, claimsLost 1, claimsAbusive 0"), "{after}");
    let score = |line: &str| line.split_once(':').unwrap().0.parse::<u8>().unwrap();
    assert!(score(&after) < score(&before), "{before} {after}");
    let others = told(&now(&ledger, "seller"))["behaviouralConsistency"].clone();
    assert!(others.ends_with("claimsDecided 0, claimsLost 0, claimsAbusive 0"), "{others}");
}

#[test]
fn a_profile_of_an_earlier_place_stays_what_it_was() {
    // ASP-TRU-008
    let mut ledger = kept();
    let (size, then) = (ledger.stage.log.len(), ledger.stage.now);
    let before = seen(&ledger, "seller", size, then);
    let session = ledger.session().unwrap().id();
    by_agent(
        &mut ledger,
        "buyer",
        Body::AgentRate(Rating { agent: uri("seller"), note: None, session, stars: 1 }),
    );
    assert_eq!(seen(&ledger, "seller", size, then), before);
    assert_ne!(now(&ledger, "seller").components, before.components);
}
