//! What trust rests on when a key is found stolen later: a gain falls with either side, a breach not by who is to blame.
//!
//! ASP-TRU-003

use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Position;
use asp_core::session::table::Performative;
use asp_core::statement::Kind;
use asp_core::statement::body::{Body, KeyRevoke};
use asp_core::trust::{Outcome, Question, assess};

use crate::bound;
use crate::support::ledger::{Ledger, check};
use crate::support::{agent_key, domain, key, text, uri};

/// Where the log has what was said first, second and so on as this in the session.
fn places(ledger: &Ledger, performative: Performative) -> Vec<u64> {
    let said =
        ledger.stage.log.iter().filter(|(_, said)| said.statement().kind == Kind::Session(performative));
    said.map(|(at, _)| at.index.0).collect()
}

fn size(ledger: &Ledger) -> u64 {
    ledger.stage.log.len() as u64
}

/// The organisation takes its agent's key back from an index of the log on.
fn distrust(ledger: &Ledger, name: &str, from: u64) -> Ledger {
    let mut ledger = ledger.clone();
    let stream = StreamName::Of(StreamId::Agent(uri(name)));
    let from_index = Some(Position(from));
    let revoke = KeyRevoke { from_index, key: agent_key(name).id(), reason: text("stolen") };
    let issuer = Issuer::Organisation(domain(name));
    let draft = ledger.stage.draft(stream, issuer, Body::AgentKeyRevoke(revoke));
    let statement = ledger.stage.sign(&draft, &[&key(name)]);
    ledger.stage.take(statement).unwrap();
    ledger
}

/// What the buyer thinks of the seller, by so many entries of the log.
fn score(ledger: &Ledger, prefix: u64) -> i64 {
    let question = Question {
        subject: uri("seller"),
        observer: [domain("buyer")].into(),
        class: text("100 USD"),
        outlook: asp_core::trust::Outlook::default(),
        capability: None,
        instant: ledger.stage.now,
        prefix: Position(prefix),
    };
    assess(ledger.stage.world.settled().unwrap().evidence(), &question).score.thousandths()
}

/// A key that is distrusted from each of these places in turn leaves the score as it is, or as that of a newcomer.
#[track_caller]
fn stands(ledger: &Ledger, name: &str, from: &[(u64, bool)]) {
    let before = score(ledger, size(ledger));
    assert_ne!(before, 10_000, "something was settled");
    for (from, stands) in from {
        let later = distrust(ledger, name, *from);
        let expected = if *stands { before } else { 10_000 };
        assert_eq!(score(&later, size(&later)), expected, "{name} distrusted from {from}");
        assert_eq!(score(&later, size(ledger)), before, "an answer of an earlier place stays what it was");
    }
}

const GOODS: &str = "seller owes buyer goods 100 within 1h";

#[test]
fn a_fulfilment_falls_with_what_bound_either_side_and_with_its_acknowledgement() {
    // ASP-TRU-003
    let word = bound(GOODS, "seller INFORM fulfilment goods\n buyer INFORM acknowledgement goods");
    let (offer, acceptance) =
        (places(&word, Performative::Propose)[1], places(&word, Performative::Accept)[1]);
    let [fulfilment, acknowledgement] = places(&word, Performative::Inform)[..] else { panic!() };
    stands(&word, "buyer", &[(0, false), (offer, false), (offer + 1, false), (acknowledgement, false)]);
    stands(&word, "buyer", &[(acknowledgement + 1, true)]);
    stands(&word, "seller", &[(0, false), (acceptance, false), (acceptance + 1, true), (fulfilment, true)]);
    stands(&word, "carrier", &[(0, true)]);
    // Silence is nobody's word: what is left is what bound the two.
    let silence = bound(GOODS, "seller INFORM fulfilment goods\n +259200s");
    stands(&silence, "buyer", &[(offer, false), (offer + 1, true)]);
}

#[test]
fn a_breach_does_not_fall_with_the_key_of_who_is_to_blame() {
    // ASP-TRU-003
    let breach = bound(GOODS, "+1h\n +1s");
    let settled = breach.stage.world.settled().unwrap();
    assert_eq!(settled.evidence()[0].outcome, Outcome::Breached);
    assert!(score(&breach, size(&breach)) < 10_000);
    let offer = places(&breach, Performative::Propose)[1];
    // Else every debtor would find that its key was stolen.
    stands(&breach, "seller", &[(0, true), (offer, true), (offer + 1, true)]);
    // Who made a debtor promise something by a stolen key has not been let down.
    stands(&breach, "buyer", &[(0, false), (offer, false), (offer + 1, true)]);
}

#[test]
fn a_commit_is_what_binds_and_not_the_talk_before_it() {
    // ASP-TRU-003
    let ledger = check(&format!(
        "deal = {GOODS}
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE deal
         seller ACCEPT
         buyer COMMIT deal
         seller ACCEPT
         seller INFORM fulfilment goods
         +259200s"
    ));
    let (commit, talk) =
        (places(&ledger, Performative::Commit)[0], places(&ledger, Performative::Propose)[1]);
    stands(&ledger, "buyer", &[(talk, false), (commit, false), (commit + 1, true)]);
    let signed = places(&ledger, Performative::Accept)[2];
    stands(&ledger, "seller", &[(signed, false), (signed + 1, true)]);
}

#[test]
fn what_a_delegate_signed_falls_with_its_key_and_with_its_mandate() {
    // ASP-TRU-003
    let ledger = check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk may PROPOSE,ACCEPT ceiling 60 expires 10m as m
         clerk for m PROPOSE firm cheap
         seller ACCEPT
         seller INFORM fulfilment goods
         +259200s",
    );
    let mandate = places(&ledger, Performative::Delegate)[0];
    let offer = places(&ledger, Performative::Propose)[1];
    stands(&ledger, "clerk", &[(mandate, false), (offer, false), (offer + 1, true)]);
    stands(&ledger, "buyer", &[(mandate, false), (mandate + 1, true)]);
}

#[test]
fn a_key_that_was_distrusted_before_the_outcome_earns_nothing_by_it() {
    // ASP-TRU-003
    let delivered = bound(GOODS, "seller INFORM fulfilment goods");
    let offer = places(&delivered, Performative::Propose)[1];
    for (from, earns) in [(offer, false), (offer + 1, true)] {
        let mut ledger = distrust(&delivered, "buyer", from);
        ledger.check("+259200s");
        assert_eq!(ledger.stage.world.settled().unwrap().evidence().len(), 1);
        assert_eq!(score(&ledger, size(&ledger)) > 10_000, earns, "from {from}");
    }
}
