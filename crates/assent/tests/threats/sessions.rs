//! Within and around sessions: who comes in uninvited, what is swapped, what is taken without having it.

use std::collections::BTreeSet;

use asp_core::amount::Money;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::session::table::Performative;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use asp_node::Clock;

use crate::author::{issuer, key, offer, text};
use crate::scene::Scene;
use crate::statements::told;
use crate::{Attack, outcome, stopped};

/// Says something in a session, and tells what came of it.
async fn try_to_say(scene: &mut Scene, session: Hash, who: &str, body: Body, to: Option<Hash>) -> Attack {
    let words = scene.words(session, who, body, to);
    outcome(&scene.send(words.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_invited_without_a_consent() {
    stopped("THR-UNWANTED", "CONSENT_REQUIRED", "ignores-consent", invite_a_stranger).await;
}

async fn invite_a_stranger(scene: &mut Scene) -> Attack {
    let consent = scene.people().await;
    let invitation = scene.invitation(consent, |invitation| invitation.consents.clear());
    outcome(&scene.send(invitation.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_crosses_a_revocation_is_refused() {
    stopped("THR-REVOCATION-RACE", "CONSENT_REVOKED", "ignores-consent", invite_after_revocation).await;
}

async fn revoke(scene: &mut Scene, consent: Hash) {
    let stream = StreamName::Of(StreamId::Consent(consent));
    let revoke = Body::ConsentRevoke(Because { reason: text("no trust") });
    let revocation = scene.author.by(&scene.name("seller"), stream, revoke);
    scene.take(revocation).await;
}

async fn invite_after_revocation(scene: &mut Scene) -> Attack {
    let consent = scene.people().await;
    // Signed while the consent stands; the log has the revocation first.
    let invitation = scene.invitation(consent, |_| {});
    revoke(scene, consent).await;
    outcome(&scene.send(invitation.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_cross_a_revocation_are_refused() {
    stopped("THR-REVOCATION-RACE-SESSION", "refused", "ignores-revocation", go_on_after_revocation).await;
}

async fn go_on_after_revocation(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let words = scene.words(session, "buyer", Scene::remark(), None);
    let consent = scene.consent();
    revoke(scene, consent).await;
    // The node may have closed the session already: then somebody else spoke first.
    let refused = |code: String| {
        assert!(["CONSENT_REVOKED", "SEQUENCE_CONFLICT"].contains(&code.as_str()), "{code}");
        "refused".to_owned()
    };
    outcome(&scene.send(words.envelope()).await).map_err(refused)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_bound_to_a_card_that_was_exchanged() {
    stopped("THR-CARD-CHANGED", "CARD_CHANGED", "ignores-cards", exchange_the_card).await;
}

/// The seller comes in with one card, and is bound with another; also if it shows the first again meanwhile.
async fn exchange_the_card(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let package = scene.package();
    let terms_hash = package.terms_hash();
    let offered = scene.say(session, "seller", offer(package), None).await;
    for capability in ["translate", "provision.compute.gpu"] {
        scene.show("seller", capability).await;
    }
    let acceptance = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    try_to_say(scene, session, "buyer", acceptance, Some(offered)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_offer_it_does_not_come_in_for_it() {
    stopped("THR-CAPABILITY-CLOAKING", "CAPABILITY_NOT_OFFERED", "ignores-cards", come_in_cloaked).await;
}

/// Found and invited for what its card offers, the seller takes it off, and comes in all the same.
async fn come_in_cloaked(scene: &mut Scene) -> Attack {
    let consent = scene.people().await;
    scene.show("buyer", "procure").await;
    let invitation = scene.invitation(consent, |_| {});
    let session = scene.take(invitation).await;
    scene.show("seller", "translate").await;
    let introduction = scene.author.introduction(&scene.agent("seller"));
    try_to_say(scene, session, "seller", introduction, Some(session)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_of_a_schema_that_was_not_agreed_on_are_no_terms() {
    stopped("THR-SCHEMA-SWAP", "TERMS_DO_NOT_FIT", "ignores-schemas", swap_the_schema).await;
}

async fn swap_the_schema(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let package = Package { schema: Some(Hash::of(&[b"no schema"])), ..scene.package() };
    try_to_say(scene, session, "seller", offer(package), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_accepts_other_terms_than_were_offered() {
    stopped("THR-TERMS-SWAP", "TERMS_MISMATCH", "ignores-terms-hash", swap_the_terms).await;
}

async fn swap_the_terms(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let offered = scene.say(session, "seller", offer(scene.package()), None).await;
    let other = Acceptance { terms_hash: Hash::of(&[b"other terms"]) };
    try_to_say(scene, session, "buyer", Body::Accept(Accept::Acceptance(other)), Some(offered)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_owes_more_than_was_allowed() {
    stopped("THR-CEILING", "ABOVE_CEILING", "ignores-ceilings", promise_too_much).await;
}

async fn promise_too_much(scene: &mut Scene) -> Attack {
    let ceiling = Money { amount: text("100"), currency: text("USD") };
    let session = scene.session_with(|invitation| invitation.limits.ceiling = Some(ceiling)).await;
    let package = scene.package();
    try_to_say(scene, session, "seller", offer(package), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_says_for_another_that_it_has_delivered() {
    stopped("THR-FALSE-FULFILMENT", "NOT_THE_DEBTOR", "lets-anybody-fulfil", fulfil_for_another).await;
}

async fn fulfil_for_another(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let commitment = scene.deal(session).await;
    try_to_say(scene, session, "buyer", Scene::fulfilment(commitment), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn authority_does_not_renew_itself_in_a_circle() {
    stopped("THR-DELEGATION-CYCLE", "INVALID_MANDATE", "ignores-mandates", give_it_back).await;
}

/// The buyer gives the seller a mandate, who gives it back in the buyer's name.
async fn give_it_back(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let mandate = |to, hops| Mandate {
        ceiling: None,
        consent: None,
        expires_at: Clock::system().now().plus(Millis(60_000)),
        hops,
        performatives: BTreeSet::from([Performative::Delegate, Performative::Inform]),
        to,
    };
    let given = mandate(scene.uri("seller"), Some(2));
    let given = scene.say(session, "buyer", Body::Delegate(given), None).await;
    let back = Body::Delegate(mandate(scene.uri("buyer"), Some(1)));
    let stream = StreamName::Of(StreamId::Session(session));
    let seller = scene.agent("seller");
    let mut draft = Draft::new(stream, scene.author.origin.clone(), issuer(&seller), back);
    draft.on_behalf_of = vec![given];
    let statement = scene.author.sign(&draft, &[&key(&seller)]);
    outcome(&scene.send(statement.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_leads_nowhere() {
    stopped("THR-SSRF-SCHEMA", "INVALID_SCHEMA", "follows-schemas", lead_away).await;
}

/// Schemas that refer to an address of the node's own machine, where somebody listens.
async fn lead_away(scene: &mut Scene) -> Attack {
    scene.org("buyer").await;
    let buyer = scene.name("buyer");
    let within = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    within.set_nonblocking(true).unwrap();
    let address = within.local_addr().unwrap();
    let mut answers = BTreeSet::new();
    for to in [format!("http://{address}/a"), format!("//{address}/a"), "file:///etc/passwd".to_owned()] {
        for member in ["$ref", "$dynamicRef", "$schema", "$id"] {
            let schema = serde_json::Map::from_iter([(member.to_owned(), to.clone().into())]);
            let register =
                SchemaRegister { alias: text("terms"), description: text("terms"), schema, version: 1 };
            let stream = StreamName::Of(StreamId::Org(crate::author::domain(&buyer)));
            let statement = scene.author.by(&buyer, stream, Body::OrgSchemaRegister(register));
            answers.extend(outcome(&scene.send(statement.envelope()).await).err());
        }
    }
    // Who came by the time of the answers waits to be let in.
    match within.accept() {
        Ok(_) => Ok(()),
        Err(nobody) => {
            assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
            Err(answers.into_iter().collect::<Vec<_>>().join(" "))
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_consent_does_not_name_does_not_flow() {
    let answers = "DATA_CLASS_NOT_CONSENTED FIELD_NOT_CONSENTED";
    stopped("THR-DATA-LEAK", answers, "leaks-data", tell_too_much).await;
}

/// Says to the other side what its consent does not let flow: by its class, then by its name.
async fn tell_too_much(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let narrow = || ConsentNarrow::because(text("less"));
    let classes = Some(BTreeSet::from([DataClass::Public]));
    let fields = Some(BTreeSet::new());
    let mut answers = Vec::new();
    for less in [ConsentNarrow { data_classes: classes, ..narrow() }, ConsentNarrow { fields, ..narrow() }] {
        scene.narrow(less).await;
        let data = serde_json::json!({ "size": 1 }).as_object().cloned();
        let told = Body::Inform(Inform::Note(Note { data, text: text("one") }));
        answers.push(try_to_say(scene, session, "buyer", told, None).await);
    }
    if answers.iter().any(Result::is_ok) { Ok(()) } else { Err(told(answers)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_does_not_outlive_what_its_consent_was_about() {
    stopped("THR-NARROWED-SESSION", "refused", "ignores-narrowing", go_on_after_narrowing).await;
}

async fn go_on_after_narrowing(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    // Signed while the consent is about it; the log has the narrowing first.
    let words = scene.words(session, "buyer", Scene::remark(), None);
    let capabilities = Some(BTreeSet::from([text("provision.nothing")]));
    scene.narrow(ConsentNarrow { capabilities, ..ConsentNarrow::because(text("less")) }).await;
    // The node may have closed the session already: then somebody else spoke first.
    let refused = |code: String| {
        assert!(["OUTSIDE_CONSENT", "SEQUENCE_CONFLICT"].contains(&code.as_str()), "{code}");
        "refused".to_owned()
    };
    outcome(&scene.send(words.envelope()).await).map_err(refused)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_to_read_what_does_not_flow_to_it() {
    stopped("THR-DATA-LATECOMER", "FIELD_NOT_CONSENTED", "leaks-data", let_in_afterwards).await;
}

/// Says to the seller what the third may not be told, and then gives the third a mandate.
async fn let_in_afterwards(scene: &mut Scene) -> Attack {
    let session = scene.session().await;
    let data = serde_json::json!({ "size": 1 }).as_object().cloned();
    let said = Body::Inform(Inform::Note(Note { data, text: text("one") }));
    scene.say(session, "buyer", said, None).await;
    deputise(scene, session, |narrow| narrow.fields = Some(BTreeSet::new())).await.map(drop)
}

/// Has the buyer give the third a mandate, under a consent that is narrowed first: the consent, if it is taken.
pub(crate) async fn deputise(
    scene: &mut Scene,
    session: Hash,
    change: impl FnOnce(&mut ConsentNarrow),
) -> Result<Hash, String> {
    let (buyer, third) = (scene.name("buyer"), scene.name("third"));
    let request = scene.author.consent_request(&buyer, &third);
    let consent = scene.take(request).await;
    let grant = scene.author.consent_grant(&third, consent);
    scene.take(grant).await;
    let mut narrow = ConsentNarrow::because(text("less"));
    let expires_at = Clock::system().now().plus(Millis(600_000));
    narrow.expires_at = Some(expires_at);
    change(&mut narrow);
    let stream = StreamName::Of(StreamId::Consent(consent));
    let narrow = scene.author.by(&third, stream, Body::ConsentNarrow(narrow));
    scene.take(narrow).await;
    let mandate = Mandate {
        ceiling: None,
        consent: Some(consent),
        expires_at,
        hops: None,
        performatives: BTreeSet::from([Performative::Inform]),
        to: scene.uri("third"),
    };
    let words = scene.words(session, "buyer", Body::Delegate(mandate), None);
    let answer = scene.send(words.envelope()).await;
    if answer.taken() {
        scene.author.note(&words);
    }
    outcome(&answer).map(|()| consent)
}
