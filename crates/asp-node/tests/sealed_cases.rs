//! Disputes about sessions that the node cannot read: what is disclosed to who rules is opened and proved on the case's page.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;
#[path = "support/visitor.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod visitor;

use std::sync::Arc;

use asp_client::{AgentParty, CaseEvidence, Client, Filing, Opening, Session};
use asp_core::key::KeyId;
use asp_core::name::{AgentUri, StreamId, StreamName};
use asp_core::position::{Hash, Head, Sequence};
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened, Salt, Seal, outline};
use asp_core::statement::body::{
    Body, Disclosure, DisputeReason, DisputeTerms, Evidence, Fulfilment, Inform, Mode, ObligationRef, Offer,
    Package, Rung, Unreadable,
};
use asp_core::statement::draft::Draft;
use asp_node::acting::ActingKeys;
use asp_seal::disclosure::{Place, shut};
use asp_seal::folder::Folder;
use support::*;

fn party(client: &Client, name: &str) -> AgentParty {
    let agent: AgentUri = agent_uri(name);
    let vault = Folder::in_memory(agent.clone());
    client.agent_with(agent, key(name)).with_vault(Arc::new(vault))
}

/// A sealed deal about a delivery, which is shown by a word.
struct Deal {
    buying: Session,
    selling: Session,
    commitment: Hash,
    /// The statement of the offer, and its number.
    offer: (Hash, Sequence),
    /// The last statement.
    head: Head,
}

impl Deal {
    fn delivery(&self) -> ObligationRef {
        ObligationRef::whole(self.commitment, text("delivery"))
    }

    async fn contest(&self) {
        self.buying.view().await.unwrap();
        self.buying.contest(self.delivery(), text("no")).await.unwrap();
    }
}

/// A deal whose delivery the buyer contests.
async fn contested(stage: &mut Stage) -> Deal {
    let deal = bound(stage).await;
    deal.selling.fulfil(deal.delivery(), Evidence::Acknowledgement { text: text("there") }).await.unwrap();
    deal.contest().await;
    deal
}

async fn bound(stage: &mut Stage) -> Deal {
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
    let last = buying.accept(&view.offers[0].id, terms_hash).await.unwrap().receipt;
    let commitment = selling.view().await.unwrap().commitments[0].id;
    let head = Head { sequence: last.sequence, hash: last.statement };
    Deal { buying, selling, commitment, offer: (offer.statement, offer.sequence), head }
}

/// What is said with a commitment to all of it, and noise where the group looks for it: the statement and the text.
async fn sealed_as_noise(stage: &mut Stage, deal: &Deal, body: Body) -> (Hash, Opened) {
    let opened = Opened { body, salt: Salt([7; 32]) };
    let stream = StreamId::Session(deal.buying.id());
    stage.author.heads.insert(stream.clone(), deal.head);
    let shown = outline(&opened.body, Mode::Sealed);
    let (origin, by) = (stage.author.origin.clone(), issuer("globex/seller"));
    let mut draft = Draft::new(StreamName::Of(stream), origin, by, shown);
    let content = Opaque::new(b"noise".to_vec()).unwrap();
    draft.seal = Some(Seal { commitment: opened.commitment(), content, epoch: 1 });
    let statement = stage.author.sign(&draft, &[&key("globex/seller")]);
    (stage.take(statement).await, opened)
}

/// A text shut to one key as it ought to be, whatever was sealed.
fn shut_to(buying: &Session, statement: Hash, opened: &Opened, to: &KeyId) -> Disclosure {
    let place = Place { origin: buying.agent().client().origin(), session: buying.id(), statement };
    let made = shut(to, &place, &opened.to_text()).unwrap();
    let opaque = |bytes| Opaque::new(bytes).unwrap();
    Disclosure { content: opaque(made.content), enc: opaque(made.enc), statement, to: *to }
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
    shut_to(buying, statement, &other, to)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_rules_reads_what_was_disclosed_to_it_and_nobody_else_does() {
    // THR-SEAL-STOLEN-DISCLOSURE, THR-SEAL-SAID-TO-NOBODY
    let mut stage = Stage::new().await;
    let Deal { buying, commitment, offer: (_, offered), .. } = contested(&mut stage).await;
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
    let Deal { buying, commitment, offer: (_, offered), .. } = contested(&mut stage).await;
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
    let Deal { buying, commitment, offer, .. } = contested(&mut stage).await;
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
async fn who_rules_is_told_that_what_was_committed_to_breaks_a_rule() {
    // ASP-SEA-011, THR-SEAL-SAID-TO-NOBODY: a word was agreed on as evidence, and the node sees nothing else.
    let mut stage = Stage::new().await;
    let deal = bound(&mut stage).await;
    let evidence = Evidence::Digest { digest: Hash::of(&[b"something else"]) };
    let ObligationRef { commitment, obligation, stage: part } = deal.delivery();
    let done = Fulfilment { commitment, evidence, obligation, stage: part };
    let body = Body::Inform(Inform::Fulfilment(done));
    let (statement, opened) = sealed_as_noise(&mut stage, &deal, body).await;
    deal.contest().await;
    let to = key("initech").id();
    let offer = deal.buying.disclose(deal.offer.1, &to).await.unwrap();
    let told = vec![offer, shut_to(&deal.buying, statement, &opened, &to)];
    let id = file(&deal.buying, &deal.commitment, told).await;
    let page = ruled(&stage, &id).await;
    assert!(page.contains("Committed to, and breaks a rule"), "{page}");
    let found = "it breaks a rule (EVIDENCE_MISMATCH) and counted as unread; \
                 1 of its members said that they could not read it: CONTENT_UNOPENED.";
    assert!(page.contains(found), "{page}");
    assert!(page.contains("Disclosed and proved"), "the offer breaks none: {page}");
}
