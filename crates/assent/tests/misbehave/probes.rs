//! One probe a fault: does the smallest thing that shows it, and tells whether the node is wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use asp_core::amount::Money;
use asp_core::bundle::{Anchors, Bundle, Verdict};
use asp_core::log::checkpoint::{Note as SignedNote, NoteKey};
use asp_core::log::leaf::Leaf;
use asp_core::log::proof::verify_inclusion;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::{Hash, Head, Millis};
use asp_core::session::table::Performative;
use asp_core::statement::Body;
use asp_core::statement::body::*;
use asp_core::statement::draft::{Draft, Stamp};
use asp_node::Clock;
use asp_node::misbehave::Kind;
use futures::StreamExt;
use serde_json::{Value, json};

use crate::author::{domain, issuer, key, offer, text};
use crate::scene::{Scene, changed};
use crate::sealing;

/// How many half seconds a node has to state that time has passed.
const PATIENCE: usize = 12;

/// Whether the node is wrong in this way.
pub(crate) async fn is_wrong(scene: &mut Scene, kind: Kind) -> bool {
    match kind {
        Kind::AcceptsUncanonical => uncanonical(scene).await,
        Kind::IgnoresSignatureOrder => signature_order(scene).await,
        Kind::IgnoresAlgorithms => algorithms(scene).await,
        Kind::TakesWeakKeys => weak_keys(scene).await,
        Kind::SkipsSignatures => signatures(scene).await,
        Kind::IgnoresPreviousHash => previous_hash(scene).await,
        Kind::TakesAnyAudience => audience(scene).await,
        Kind::IgnoresClock => clock(scene).await,
        Kind::IgnoresAddresses => addresses(scene).await,
        Kind::TakesReplays => replays(scene).await,
        Kind::ForgetsRequests => requests(scene).await,
        Kind::IgnoresKeyHistory => key_history(scene).await,
        Kind::RevokesLastKeys => last_keys(scene).await,
        Kind::LetsDomainsProveThemselves => own_domains(scene).await,
        Kind::AdmitsUnsignedAgents => unsigned_agents(scene).await,
        Kind::IgnoresConsent => consent(scene).await,
        Kind::LeaksData => data(scene).await,
        Kind::IgnoresConsentRules => consent_rules(scene).await,
        Kind::WidensConsents => widening(scene).await,
        Kind::IgnoresNarrowing => narrowing(scene).await,
        Kind::IgnoresRevocation => revocation(scene).await,
        Kind::SealsOpenSessions => sealing::open_sessions(scene).await,
        Kind::IgnoresModes => sealing::modes(scene).await,
        Kind::TakesClearContent => sealing::clear_content(scene).await,
        Kind::TakesForeignSeals => sealing::foreign_seals(scene).await,
        Kind::TakesStaleEpochs => sealing::stale_epochs(scene).await,
        Kind::TakesAnyGroup => sealing::groups(scene).await,
        Kind::TakesAnyPackages => sealing::packages(scene).await,
        Kind::ReadsNothing => sealing::unreadable(scene).await,
        Kind::AllowsAnyState => states(scene).await,
        Kind::IgnoresRoles => roles(scene).await,
        Kind::IgnoresLimits => limits(scene).await,
        Kind::AnswersDeadOffers => dead_offers(scene).await,
        Kind::IgnoresTurns => turns(scene).await,
        Kind::IgnoresTermsHash => terms_hash(scene).await,
        Kind::IgnoresCeilings => ceilings(scene).await,
        Kind::IgnoresFloors => floors(scene).await,
        Kind::IgnoresPolicies => policies(scene).await,
        Kind::IgnoresCards => cards(scene).await,
        Kind::IgnoresMandates => mandates(scene).await,
        Kind::IgnoresSchemas => schemas(scene).await,
        Kind::FollowsSchemas => references(scene).await,
        Kind::LetsAnybodyFulfil => fulfilment(scene).await,
        Kind::ForgesReceipts => receipts(scene).await,
        Kind::KeepsOldCheckpoints => checkpoints(scene).await,
        Kind::ForksTheLog => proofs_of_the_log(scene).await,
        Kind::ReadsForAnybody => anybody(scene).await,
        Kind::TellsStrangers => strangers(scene).await,
        Kind::IgnoresProofs => proofs_of_possession(scene).await,
        Kind::ReordersMessages => order(scene).await,
        Kind::LosesEvents => events(scene).await,
        Kind::NeverTimesOut => time(scene).await,
        Kind::HidesRules => problems(scene).await,
        Kind::HidesLikeness => likeness(scene).await,
        Kind::CutsBundles => bundles(scene).await,
        Kind::InflatesTrust => trust(scene).await,
    }
}

async fn uncanonical(scene: &mut Scene) -> bool {
    let envelope = String::from_utf8(scene.author.org(&scene.name("buyer")).envelope()).unwrap();
    scene.send(envelope.replace("{\"asp\":", "{ \"asp\":")).await.taken()
}

async fn signature_order(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let statement = scene.author.agent(&scene.agent("buyer"));
    let reversed = changed(&statement, |envelope| envelope["signatures"].as_array_mut().unwrap().reverse());
    scene.send(reversed).await.taken()
}

async fn algorithms(scene: &mut Scene) -> bool {
    let statement = scene.author.org(&scene.name("buyer"));
    scene.send(changed(&statement, |envelope| envelope["signatures"][0]["alg"] = "none".into())).await.taken()
}

async fn weak_keys(scene: &mut Scene) -> bool {
    // The neutral element of the curve, under which anybody can sign.
    let weak = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj";
    let statement = scene.author.org(&scene.name("buyer"));
    let value = format!("AQ{}", "A".repeat(84));
    let forged = changed(&statement, |envelope| {
        envelope["statement"]["body"]["key"] = weak.into();
        envelope["signatures"][0] = json!({ "alg": "Ed25519", "keyId": weak, "value": value });
    });
    scene.send(forged).await.taken()
}

async fn signatures(scene: &mut Scene) -> bool {
    let statement = scene.author.org(&scene.name("buyer"));
    let other = scene.author.org(&scene.name("seller"));
    let value = Value::String(other.signatures()[0].value.to_string());
    scene.send(changed(&statement, |envelope| envelope["signatures"][0]["value"] = value)).await.taken()
}

async fn previous_hash(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let draft = scene.policy("Ada");
    let StreamName::Of(stream) = draft.stream.clone() else { panic!("a stream") };
    let head = scene.author.heads[&stream];
    scene.author.heads.insert(stream, Head { hash: Hash::of(&[b"another"]), ..head });
    let statement = scene.author.sign(&draft, &[&key(&scene.name("buyer"))]);
    let wrong = scene.takes(&statement).await;
    // What breaks nothing goes on after it.
    let next = scene.policy("Ben");
    let next = scene.author.sign(&next, &[&key(&scene.name("buyer"))]);
    assert!(!wrong || scene.takes(&next).await);
    wrong
}

async fn audience(scene: &mut Scene) -> bool {
    let own = std::mem::replace(&mut scene.author.origin, text("elsewhere.example"));
    let statement = scene.author.org(&scene.name("buyer"));
    scene.author.origin = own;
    scene.takes(&statement).await
}

async fn clock(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let draft = scene.policy("Ada");
    let StreamName::Of(stream) = &draft.stream else { panic!("a stream") };
    let issued_at = Clock::system().now().plus(Millis(600_000));
    let stamp = Stamp { issued_at, random: [7; 10] };
    let head = scene.author.heads[stream];
    let statement = draft.sign(Some(head), stamp, &[&key(&scene.name("buyer"))]).unwrap();
    scene.takes(&statement).await
}

async fn requests(scene: &mut Scene) -> bool {
    let statement = scene.org("buyer").await;
    !scene.send(statement.envelope()).await.taken()
}

async fn addresses(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let said = scene.words(session, "buyer", Scene::remark(), None);
    let elsewhere = format!("/v1/sessions/{}/messages", Hash::of(&[b"another"]).to_hex());
    scene.send_to(&elsewhere, said.envelope()).await.taken()
}

async fn replays(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let said = scene.words(session, "buyer", Scene::remark(), None);
    let first = scene.send(said.envelope()).await;
    let again = scene.send(said.envelope()).await;
    first.taken() && again.taken() && first.bytes != again.bytes
}

async fn key_history(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let draft = scene.policy("Ada");
    let statement = scene.author.sign(&draft, &[&key("nobody")]);
    scene.takes(&statement).await
}

async fn last_keys(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let buyer = scene.name("buyer");
    let revoke = KeyRevoke { from_index: None, key: key(&buyer).id(), reason: text("lost") };
    let stream = StreamName::Of(StreamId::Org(domain(&buyer)));
    let statement = scene.author.by(&buyer, stream, Body::OrgKeyRevoke(revoke));
    scene.takes(&statement).await
}

async fn own_domains(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let buyer = scene.name("buyer");
    let (stream, key) = (StreamName::Of(StreamId::Org(domain(&buyer))), key(&buyer).id());
    let method = VerifyMethod::Dns;
    let evidence = Some(Hash::of(&[b"nothing that stands anywhere"]));
    let check = Body::OrgCheck(OrgCheck { evidence, found: true, key, method });
    let statement = scene.author.by(&buyer, stream, check);
    scene.takes(&statement).await
}

async fn unsigned_agents(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let name = scene.agent("buyer");
    let whole = scene.author.agent(&name);
    let stream = StreamName::Of(whole.statement().stream.clone());
    let draft =
        Draft::new(stream, scene.author.origin.clone(), issuer(&name), whole.statement().body.clone());
    let statement = scene.author.sign(&draft, &[&key(&name)]);
    scene.takes(&statement).await
}

async fn consent(scene: &mut Scene) -> bool {
    let consent = scene.people().await;
    let without = scene.invitation(consent, |invitation| invitation.consents.clear());
    let outside = scene.invitation(consent, |invitation| invitation.capability = text("consume.tea"));
    let first = scene.takes(&without).await;
    first == scene.takes(&outside).await && first
}

async fn data(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let fields = Some(BTreeSet::new());
    scene.narrow(ConsentNarrow { fields, ..ConsentNarrow::because(text("none")) }).await;
    let data = json!({ "size": 1 }).as_object().cloned();
    scene.says(session, "buyer", Body::Inform(Inform::Note(Note { data, text: text("one") })), None).await
}

async fn consent_rules(scene: &mut Scene) -> bool {
    scene.people().await;
    let (buyer, seller) = (scene.name("buyer"), scene.name("seller"));
    let rule = ConsentRule {
        capabilities: BTreeSet::from([text("provision")]),
        ceiling: None,
        data_classes: None,
        floor: None,
        lasts_ms: Millis(365 * 86_400_000),
    };
    let body = Body::OrgPolicySet(PolicySet { consent_rules: Some(vec![rule]), ..PolicySet::of(vec![]) });
    let policy = scene.author.by(&seller, StreamName::Of(StreamId::Org(domain(&seller))), body);
    scene.take(policy).await;
    let request = scene.author.consent_request(&buyer, &seller);
    let consent = scene.take(request).await;
    let invitation = scene.invitation(consent, |_| ());
    !scene.takes(&invitation).await
}

async fn widening(scene: &mut Scene) -> bool {
    scene.people().await;
    let wider = Some(BTreeSet::from([text("provision"), text("sell")]));
    let narrow = ConsentNarrow { capabilities: wider, ..ConsentNarrow::because(text("more")) };
    scene.narrows(narrow).await
}

async fn narrowing(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let other = Some(BTreeSet::from([text("provision.nothing")]));
    scene.narrow(ConsentNarrow { capabilities: other, ..ConsentNarrow::because(text("less")) }).await;
    // An honest node has ended the session by then.
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.says(session, "buyer", Scene::remark(), None).await
        && scene.says(session, "seller", Scene::remark(), None).await
}

async fn revocation(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let stream = StreamName::Of(StreamId::Consent(scene.consent()));
    let seller = scene.name("seller");
    let revoke = scene.author.by(&seller, stream, Body::ConsentRevoke(Because { reason: text("no trust") }));
    scene.take(revoke).await;
    // An honest node has ended the session by then.
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.says(session, "buyer", Scene::remark(), None).await
        && scene.says(session, "seller", Scene::remark(), None).await
}

async fn states(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let no = Body::Reject(Because { reason: text("of nothing") });
    let wrong = scene.says(session, "buyer", no, None).await;
    let goes_on = scene.says(session, "seller", Scene::remark(), None).await;
    assert!(goes_on, "the session goes on after it");
    wrong
}

async fn roles(scene: &mut Scene) -> bool {
    let consent = scene.people().await;
    let invitation = scene.invitation(consent, |_| {});
    let session = scene.take(invitation).await;
    let back = Body::Withdraw(Withdraw::Withdrawal(Because { reason: text("not mine to take back") }));
    let wrong = scene.says(session, "seller", back, Some(session)).await;
    let introduction = scene.author.introduction(&scene.agent("seller"));
    scene.say(session, "seller", introduction, Some(session)).await;
    wrong
}

async fn limits(scene: &mut Scene) -> bool {
    let session = scene
        .session_with(|invitation| {
            invitation.limits.rounds = Some(1);
            invitation.limits.messages = Some(4);
        })
        .await;
    let package = scene.package();
    scene.say(session, "seller", offer(package.clone()), None).await;
    // The second offer is one round too many, and what comes after it one message.
    scene.says(session, "seller", offer(package), None).await
        && scene.says(session, "buyer", Scene::remark(), None).await
}

fn accepts(terms_hash: Hash) -> Body {
    Body::Accept(Accept::Acceptance(Acceptance { terms_hash }))
}

async fn dead_offers(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let package = scene.package();
    let terms = package.terms_hash();
    let offered = scene.say(session, "seller", offer(package), None).await;
    let back = Body::Withdraw(Withdraw::Withdrawal(Because { reason: text("sold") }));
    scene.say(session, "seller", back, Some(offered)).await;
    scene.says(session, "buyer", accepts(terms), Some(offered)).await
}

async fn turns(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let package = scene.package();
    let terms = package.terms_hash();
    let offered = scene.say(session, "seller", offer(package), None).await;
    scene.says(session, "seller", accepts(terms), Some(offered)).await
}

async fn terms_hash(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let offered = scene.say(session, "seller", offer(scene.package()), None).await;
    scene.says(session, "buyer", accepts(Hash::of(&[b"other terms"])), Some(offered)).await
}

async fn ceilings(scene: &mut Scene) -> bool {
    let ceiling = Money { amount: text("100"), currency: text("USD") };
    let session = scene.session_with(|invitation| invitation.limits.ceiling = Some(ceiling)).await;
    scene.says(session, "seller", offer(scene.package()), None).await
}

async fn floors(scene: &mut Scene) -> bool {
    let consent = scene.people().await;
    let value = Money { amount: text("100"), currency: text("USD") };
    let floor = TrustFloor { score: text("50"), value };
    let invitation = scene.invitation(consent, |invitation| invitation.limits.trust_floor = Some(floor));
    let session = scene.take(invitation).await;
    let introduction = scene.author.introduction(&scene.agent("seller"));
    scene.says(session, "seller", introduction, Some(session)).await
}

async fn cards(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let package = scene.package();
    let terms_hash = package.terms_hash();
    let offered = scene.say(session, "seller", offer(package), None).await;
    scene.show("seller", "translate").await;
    let acceptance = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    scene.says(session, "buyer", acceptance, Some(offered)).await
}

async fn policies(scene: &mut Scene) -> bool {
    let consent = scene.people().await;
    let admission = AdmissionPolicy { floors: Vec::new(), from: Some(BTreeSet::new()) };
    let seller = scene.name("seller");
    let body = Body::OrgPolicySet(PolicySet { admission: Some(admission), ..PolicySet::of(vec![]) });
    let policy = scene.author.by(&seller, StreamName::Of(StreamId::Org(domain(&seller))), body);
    scene.take(policy).await;
    let invitation = scene.invitation(consent, |_| ());
    scene.takes(&invitation).await
}

async fn mandates(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let mandate = Mandate {
        ceiling: None,
        consent: None,
        expires_at: Clock::system().now().plus(Millis(60_000)),
        hops: None,
        performatives: BTreeSet::from([Performative::Inform]),
        // To itself: authority that renews itself in a circle.
        to: scene.uri("buyer"),
    };
    scene.says(session, "buyer", Body::Delegate(mandate), None).await
}

async fn schemas(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let package = Package { schema: Some(Hash::of(&[b"no schema"])), ..scene.package() };
    scene.says(session, "seller", offer(package), None).await
}

async fn references(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let buyer = scene.name("buyer");
    let schema = json!({ "$ref": "http://127.0.0.1:9/a" }).as_object().cloned().unwrap();
    let register = SchemaRegister { alias: text("terms"), description: text("terms"), schema, version: 1 };
    let stream = StreamName::Of(StreamId::Org(domain(&buyer)));
    let statement = scene.author.by(&buyer, stream, Body::OrgSchemaRegister(register));
    scene.takes(&statement).await
}

async fn fulfilment(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let commitment = scene.deal(session).await;
    scene.says(session, "buyer", Scene::fulfilment(commitment), None).await
}

async fn node_key(scene: &Scene) -> NoteKey {
    let configuration = scene.get("/.well-known/asp-configuration").await.json();
    let key: NoteKey = configuration["noteKey"].as_str().unwrap().parse().unwrap();
    key
}

async fn receipts(scene: &mut Scene) -> bool {
    let statement = scene.author.org(&scene.name("buyer"));
    let answer = scene.send(statement.envelope()).await;
    assert!(answer.taken());
    Scene::receipt(&answer).verify(&node_key(scene).await.key).is_err()
}

async fn checkpoint(scene: &Scene) -> asp_core::log::checkpoint::Checkpoint {
    SignedNote::open(&scene.get("/log/checkpoint").await.text(), &node_key(scene).await).unwrap().checkpoint
}

async fn checkpoints(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let before = checkpoint(scene).await;
    scene.org("seller").await;
    checkpoint(scene).await == before
}

async fn proofs_of_the_log(scene: &mut Scene) -> bool {
    let statement = scene.author.org(&scene.name("buyer"));
    let receipt = Scene::receipt(&scene.send(statement.envelope()).await).receipt;
    let tree = checkpoint(scene).await;
    let path = format!("/log/proof/inclusion?index={}&size={}", receipt.log_index, tree.size);
    let proof: Vec<Hash> = serde_json::from_value(scene.get(&path).await.json()["proof"].clone()).unwrap();
    let leaf = Leaf {
        statement: statement.statement().hash,
        signatures: statement.signatures_hash(),
        log_time: receipt.log_time,
    };
    verify_inclusion(&leaf.hash(), receipt.log_index.0, tree.size, &proof, &tree.root).is_err()
}

async fn anybody(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    scene.get_as(&scene.agent("third"), &format!("/v1/sessions/{}", session.to_hex())).await.status == 200
}

async fn strangers(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let third = scene.agent("third");
    let foreign = scene.get_as(&third, &format!("/v1/sessions/{}", session.to_hex())).await;
    let nothing = Hash::of(&[b"nothing"]).to_hex();
    let unknown = scene.get_as(&third, &format!("/v1/sessions/{nothing}")).await;
    (foreign.status, foreign.bytes) != (unknown.status, unknown.bytes)
}

async fn proofs_of_possession(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let (buyer, path) = (scene.agent("buyer"), format!("/v1/sessions/{}", session.to_hex()));
    let token = scene.token(&buyer).await;
    let elsewhere = scene.proof(&buyer, "GET", "/v1/sessions", Some(&token));
    scene.get_with(&token, &elsewhere, &path).await.status == 200
}

async fn order(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let draft = scene.policy("Ada");
    let statement = scene.author.sign(&draft, &[&key(&scene.name("buyer"))]);
    scene.take(statement).await;
    let page = scene.get(&format!("/v1/statements?stream=org:{}.example", scene.name("buyer"))).await.json();
    page["messages"][0]["statement"]["sequence"] != 0
}

async fn events(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    for _ in 0..3 {
        scene.say(session, "buyer", Scene::remark(), None).await;
    }
    let path = format!("/v1/sessions/{}/events", session.to_hex());
    let request = scene.request_as(&scene.agent("buyer"), &path).await.header("last-event-id", "1");
    let mut pieces = request.send().await.unwrap().bytes_stream();
    let mut text = String::new();
    while !text.contains("id: ") && !text.contains("id:") {
        text.push_str(&String::from_utf8_lossy(&pieces.next().await.unwrap().unwrap()));
    }
    !text.replace("id: ", "id:").starts_with("id:2\n") && !text.contains("\nid: 2\n")
}

async fn time(scene: &mut Scene) -> bool {
    let consent = scene.people().await;
    let invitation =
        scene.invitation(consent, |invitation| invitation.limits.invitation_ms = Some(Millis(1_000)));
    let session = scene.take(invitation).await;
    let (buyer, path) = (scene.agent("buyer"), format!("/v1/sessions/{}", session.to_hex()));
    for _ in 0..PATIENCE {
        tokio::time::sleep(Duration::from_millis(500)).await;
        if scene.get_as(&buyer, &path).await.json()["state"] != "INVITED" {
            return false;
        }
    }
    true
}

async fn problems(scene: &mut Scene) -> bool {
    scene.org("buyer").await;
    let draft = scene.policy("Ada");
    let statement = scene.author.sign(&draft, &[&key("nobody")]);
    let problem = scene.send(statement.envelope()).await.json();
    assert_eq!(problem["code"], "KEY_NOT_VALID");
    problem["rule"].is_null() && problem["pointer"].is_null()
}

async fn likeness(scene: &mut Scene) -> bool {
    scene.impostor().await.iter().all(|shown| shown["mistakableFor"].is_null())
}

async fn bundles(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let commitment = scene.deal(session).await;
    let path = format!("/v1/commitments/{}/bundle", commitment.to_hex());
    let bundle = Bundle::parse(&scene.get_as(&scene.agent("buyer"), &path).await.bytes).unwrap();
    let report = bundle.verify(&Anchors { node_key: Some(node_key(scene).await.key) });
    report.checks.iter().any(|check| check.verdict == Verdict::Refuted)
}

async fn trust(scene: &mut Scene) -> bool {
    scene.people().await;
    let path = format!("/v1/trust?agent={}", scene.uri("seller"));
    scene.get_as(&scene.agent("buyer"), &path).await.json()["score"] != "10.000"
}
