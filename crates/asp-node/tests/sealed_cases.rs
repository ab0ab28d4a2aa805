//! Disputes about sessions that the node cannot read: what is disclosed to who rules is opened and proved on the case's page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what a test cannot do fails it")]

mod support;
#[path = "support/visitor.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod visitor;

use std::sync::Arc;

use asp_client::{AgentParty, CaseEvidence, Client, Filing, Opening, Session};
use asp_core::key::KeyId;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened};
use asp_core::statement::body::{
    Body, Disclosure, DisputeReason, DisputeTerms, Evidence, Inform, Mode, ObligationRef, Offer, Package,
    Rung, Unreadable,
};
use asp_node::acting::ActingKeys;
use asp_seal::disclosure::{Place, shut};
use asp_seal::folder::Folder;
use support::*;

fn party(client: &Client, name: &str) -> AgentParty {
    let agent: AgentUri = agent_uri(name);
    let vault = Folder::in_memory(agent.clone());
    client.agent_with(agent, key(name)).with_vault(Arc::new(vault))
}

/// A sealed deal with a delivery that the buyer contests.
struct Contested {
    buying: Session,
    selling: Session,
    commitment: Hash,
    /// The statement of the offer, and its number.
    offer: (Hash, Sequence),
    /// The number of what is said to show the delivery.
    fulfilled: Sequence,
}

async fn contested(stage: &mut Stage, evidence: Evidence) -> Contested {
    stage.people().await;
    let client = Client::connect(&stage.url("")).await.unwrap();
    let (buyer, seller) = (party(&client, "acme/buyer"), party(&client, "globex/seller"));
    let asked = Opening {
        mode: Mode::Sealed,
        ..Opening::new(agent_uri("globex/seller"), text("provision.compute.gpu"))
    };
    let buying = buyer.open_session(asked).await.unwrap();
    let selling = seller.session(&buying.id());
    selling.introduce().await.unwrap();
    let rules = DisputeTerms {
        arbiter: Some(issuer("initech")),
        rungs: Some([Rung::Arbiter].into()),
        ..DisputeTerms::defaults()
    };
    let terms = Package { disputes: Some(rules), ..package(stage.now(), "globex/seller", "acme/buyer") };
    let offer = selling.propose(Offer::of(vec![terms], true)).await.unwrap().receipt;
    let view = buying.view().await.unwrap();
    let terms_hash = *view.offers[0].packages.keys().next().unwrap();
    buying.accept(&view.offers[0].id, terms_hash).await.unwrap();
    let commitment = selling.view().await.unwrap().commitments[0].id;
    let whole = || ObligationRef::whole(commitment, text("delivery"));
    let fulfilled = selling.fulfil(whole(), evidence).await.unwrap().receipt.sequence;
    buying.view().await.unwrap();
    buying.contest(whole(), text("no")).await.unwrap();
    Contested { buying, selling, commitment, offer: (offer.statement, offer.sequence), fulfilled }
}

/// What was agreed on as evidence.
fn there() -> Evidence {
    Evidence::Acknowledgement { text: text("there") }
}

/// The page of a case as the arbiter of who rules sees it, with the key that is kept there.
async fn ruled(stage: &Stage, id: &Hash) -> String {
    let initech = stage.reader("initech").await;
    let (_, arbiter) = stage.person(&initech, "arbiter").await;
    ActingKeys::of(&stage.config.data).keep(&domain("initech"), &key("initech")).unwrap();
    stage.browse(Some(&arbiter), &format!("/console/disputes/{}", id.to_hex())).await.text()
}

async fn file(buying: &Session, commitment: &Hash, disclosures: Vec<Disclosure>) -> Hash {
    let filing = Filing {
        party: agent_uri("acme/buyer"),
        against: agent_uri("globex/seller"),
        obligation: Some(text("delivery")),
        reason: DisputeReason::NotAsAgreed,
        severity: 3,
        claim: text("half of it is rust"),
        amount: None,
        evidence: CaseEvidence { exhibits: Vec::new(), disclosures },
    };
    let about = buying.agent().commitment(commitment).await.unwrap();
    buying.agent().disputes().file(&about, filing).await.unwrap()
}

/// Another text than was sealed, shut as it ought to be.
async fn lie(buying: &Session, sequence: Sequence, to: &KeyId) -> Disclosure {
    let (statement, opened) = buying.opened(sequence).await.unwrap();
    let mut value = serde_json::to_value(&opened).unwrap();
    value["body"]["packages"][0]["obligations"][0]["what"] = "gold".into();
    let kind = asp_core::statement::Kind::Session(asp_core::session::table::Performative::Propose);
    // Names of ASCII, sorted already: it is canonical.
    let canonical = serde_json::to_vec(&value).unwrap();
    let other = Opened::from_text(kind, &canonical).unwrap();
    let place = Place { origin: buying.agent().client().origin(), session: buying.id(), statement };
    let made = shut(to, &place, &other.to_text()).unwrap();
    let opaque = |bytes| Opaque::new(bytes).unwrap();
    Disclosure { content: opaque(made.content), enc: opaque(made.enc), statement, to: *to }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_rules_reads_what_was_disclosed_to_it_and_nobody_else_does() {
    // THR-SEAL-STOLEN-DISCLOSURE
    let mut stage = Stage::new().await;
    let Contested { buying, commitment, offer: (_, offered), .. } = contested(&mut stage, there()).await;
    let (_, opened) = buying.opened(offered).await.unwrap();
    let opened = serde_json::to_value(&opened.body).unwrap();
    let what = opened["packages"][0]["obligations"][0]["what"].as_str().unwrap();
    let initech = issuer("initech");
    let keys = buying.agent().disclosure_keys(&initech).await.unwrap();
    assert_eq!(keys, [key("initech").id()]);
    let told = buying.disclose(offered, &keys[0]).await.unwrap();
    let id = file(&buying, &commitment, vec![told]).await;
    let (initech, acme) = (stage.reader("initech").await, stage.reader("acme").await);
    let (_, arbiter) = stage.person(&initech, "arbiter").await;
    let (_, owner) = stage.person(&initech, "owner").await;
    let (_, side) = stage.person(&acme, "owner").await;
    let path = format!("/console/disputes/{}", id.to_hex());
    // Without the key nothing opens.
    let page = stage.browse(Some(&arbiter), &path).await.text();
    assert!(page.contains("Sealed") && !page.contains(what), "{page}");
    ActingKeys::of(&stage.config.data).keep(&domain("initech"), &key("initech")).unwrap();
    let page = stage.browse(Some(&arbiter), &path).await.text();
    assert!(page.contains("Disclosed and proved") && page.contains(what), "{page}");
    for other in [&owner, &side] {
        let page = stage.browse(Some(other), &path).await.text();
        assert!(page.contains("Sealed") && !page.contains(what), "{page}");
    }
    // In the session it is shown as sealed, with who can open it.
    let page = stage.browse(Some(&side), &format!("/console/sessions/{}", buying.id().to_hex())).await.text();
    assert!(page.contains("group of epoch 1") && page.contains("In the group"), "{page}");
    assert!(!page.contains(what), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disclosure_that_lies_is_refuted() {
    // THR-SEAL-FALSE-DISCLOSURE
    let mut stage = Stage::new().await;
    let Contested { buying, commitment, offer: (_, offered), .. } = contested(&mut stage, there()).await;
    let told = lie(&buying, offered, &key("initech").id()).await;
    let id = file(&buying, &commitment, vec![told]).await;
    let page = ruled(&stage, &id).await;
    assert!(page.contains("Disclosure does not hold") && page.contains("COMMITMENT_MISMATCH"), "{page}");
    assert!(!page.contains("gold"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_rules_is_told_what_members_said_they_could_not_read() {
    // THR-SEAL-SAID-TO-NOBODY
    let mut stage = Stage::new().await;
    let Contested { buying, commitment, offer, .. } = contested(&mut stage, there()).await;
    let lost = Body::Inform(Inform::Unreadable(Unreadable { code: Code::ContentUnopened }));
    buying.say(lost, Some(offer.0)).await.unwrap();
    let told = buying.disclose(offer.1, &key("initech").id()).await.unwrap();
    let id = file(&buying, &commitment, vec![told]).await;
    let page = ruled(&stage, &id).await;
    assert!(page.contains("Committed to, and not read by all"), "{page}");
    assert!(page.contains("1 of its members said that they could not read it: CONTENT_UNOPENED."), "{page}");
    assert!(!page.contains("Disclosed and proved"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_rules_is_told_that_what_was_sealed_breaks_a_rule() {
    // ASP-SEA-011: an acknowledgement was agreed on, and the node sees nothing else in either case.
    let mut stage = Stage::new().await;
    let digest = Evidence::Digest { digest: Hash::of(&[b"something else"]) };
    let found = contested(&mut stage, digest).await;
    let mut told = Vec::new();
    for sequence in [found.offer.1, found.fulfilled] {
        told.push(found.selling.disclose(sequence, &key("initech").id()).await.unwrap());
    }
    let id = file(&found.buying, &found.commitment, told).await;
    let page = ruled(&stage, &id).await;
    assert!(page.contains("Committed to, and breaks a rule"), "{page}");
    assert!(page.contains("it breaks a rule (EVIDENCE_MISMATCH) and counted as unread"), "{page}");
    assert!(page.contains("Disclosed and proved"), "the offer breaks none: {page}");
}
