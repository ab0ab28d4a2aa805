//! Sealed sessions in which the node or a member lies: what does not hold counts as unsaid, and nothing is told that should not be.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use asp_client::{AgentParty, Client, Error, Opening, Session};
use asp_core::key::SecretKey;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Head, LogPoint, Sequence};
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Seal};
use asp_core::session::table::State;
use asp_core::statement::Verified;
use asp_core::statement::body::{Accept, Body, Inform, Introduction, Mode, Note, Offer, Propose};
use asp_core::statement::draft::{Draft, Stamp};
use asp_seal::course::Course;
use asp_seal::folder::Folder;
use asp_seal::sealer::{Reading, salted};

use crate::sealed::with_vault;
use crate::support::*;

/// Words that nobody but the two may read.
const SECRET: &str = "eight GPUs for a day";

fn held(agent: AgentParty) -> (AgentParty, Arc<Folder>) {
    let vault = Arc::new(Folder::in_memory(agent.agent().clone()));
    (agent.with_vault(Arc::clone(&vault)), vault)
}

async fn opened(buyer: &AgentParty) -> Session {
    let opening = Opening { mode: Mode::Sealed, ..Opening::new(seller(), text("provision.compute.gpu")) };
    buyer.open_session(opening).await.unwrap()
}

fn note(words: &str) -> Body {
    Body::Inform(Inform::Note(Note { data: None, text: text(words) }))
}

/// What is done to a statement before it is signed.
type Change = Box<dyn FnOnce(&mut Body, &mut Seal)>;

/// What the buyer seals next, changed before it is signed.
async fn changed(
    side: &Session,
    vault: &Folder,
    body: Body,
    change: impl FnOnce(&mut Body, &mut Seal),
) -> Verified {
    let (export, key): (_, SecretKey) = (side.export().await.unwrap(), key("buyer"));
    let mut vault = vault.open().unwrap();
    let mut course = Course::new(export.origin.clone(), export.node_key, side.id());
    for message in &export.messages {
        let at = LogPoint { index: message.log_index, time: message.log_time };
        course.take(vault.sealer(), &key, &message.verify().unwrap(), at).unwrap();
    }
    let known = course.finish(vault.sealer()).unwrap();
    let head = known.outlined.head();
    let (mut shown, seal) = vault.sealer().seal(&key, &known.outlined, head, salted(body).unwrap()).unwrap();
    let mut seal = seal.unwrap();
    change(&mut shown, &mut seal);
    let stream = StreamName::Of(StreamId::Session(side.id()));
    let mut draft = Draft::new(stream, export.origin, Issuer::Agent(buyer()), shown);
    let random =
        std::array::from_fn(|at| Hash::of(&[seal.content.bytes(), head.hash.as_bytes()]).as_bytes()[at]);
    draft.seal = Some(seal);
    let stamp = Stamp { issued_at: export.messages.last().unwrap().log_time, random };
    draft.sign(Some(head), stamp, &[&key]).unwrap()
}

/// What the others could not read, by their own words: the statement and why.
async fn unread(side: &Session) -> BTreeSet<(Hash, Code)> {
    let messages = side.messages(None).await.unwrap();
    let told = messages.iter().filter_map(|message| {
        let said = message.verify().unwrap();
        let Body::Inform(Inform::Unreadable(unreadable)) = &said.statement().body else { return None };
        Some((said.statement().in_reply_to.unwrap(), unreadable.code))
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_seals_otherwise_than_it_signs_is_told_and_counts_for_nothing() {
    // ASP-SEA-009, ASP-SEA-010, ASP-SEA-013, ASP-SEA-014, THR-SEAL-OTHER-BODY, THR-SEAL-MOVED
    let (_stage, client) = Stage::with_people().await;
    let (buyer, vault) = held(buyer_at(&client));
    let buying = opened(&buyer).await;
    let selling = with_vault(seller_at(&client)).session(&buying.id());
    selling.introduce().await.unwrap();
    buying.inform(text(SECRET)).await.unwrap();
    let first = selling.messages(None).await.unwrap().last().unwrap().verify().unwrap();
    let own = first.statement().seal.clone().unwrap();

    let mut expected = BTreeSet::new();
    let offers = || Body::Propose(Propose::Proposal(offer("1150.75", true)));
    let other_terms = |shown: &mut Body, _: &mut Seal| {
        let Body::Propose(Propose::Proposal(Offer { packages, .. })) = shown else { panic!("{shown:?}") };
        packages[0].hidden = Some(Hash::of(&[b"other terms"]));
    };
    let garbage = || Opaque::new(vec![7; 600]).unwrap();
    let lies: [(Body, Change, Code); 4] = [
        (note("x"), Box::new(|_, seal| seal.commitment = Hash::of(&[b"x"])), Code::CommitmentMismatch),
        (offers(), Box::new(other_terms), Code::OutlineMismatch),
        (note("x"), Box::new(move |_, seal| seal.content = garbage()), Code::ContentUnopened),
        // What was said before, once more by its commitment: it opens for nobody, whoever knows what is in it.
        (note("x"), Box::new(move |_, seal| *seal = own), Code::ContentUnopened),
    ];
    for (body, change, code) in lies {
        let lie = changed(&buying, &vault, body, change).await;
        client.submit(&lie).await.unwrap();
        expected.insert((lie.statement().hash, code));
        let heard = selling.messages(None).await.unwrap();
        let read = selling.read(heard.last().unwrap()).await.unwrap();
        assert_eq!(read.reading, Reading::Unreadable(code));
    }
    // The node has an offer there, of which nobody knows the terms.
    let view = selling.view().await.unwrap();
    let (offer, terms) = (view.offers[0].id, *view.offers[0].packages.keys().next().unwrap());
    assert!(matches!(selling.accept(&offer, terms).await, Err(Error::Unread { .. })));
    // Whoever says anything says first what it could not read.
    assert_eq!(unread(&buying).await, expected);
    // The control: what is sealed as it is signed is read, also after all that.
    buying.inform(text("never mind")).await.unwrap();
    let heard = selling.messages(None).await.unwrap();
    let read = selling.read(heard.last().unwrap()).await.unwrap();
    assert!(matches!(read.reading, Reading::Opened(_)), "{:?}", read.reading);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_takes_back_what_it_has_shown_is_found() {
    // THR-SEAL-LEFT
    let (stage, direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = Client::connect(between.url()).await.unwrap();
    let (buying, vault) = held(buyer_at(&client));
    let buying = opened(&buying).await;
    let selling = with_vault(seller_at(&direct)).session(&buying.id());
    selling.introduce().await.unwrap();
    buying.inform(text("one")).await.unwrap();
    selling.inform(text("two")).await.unwrap();
    // A statement that nothing else rests on: without it the rest would hold.
    let seller = client.agent(&seller()).await.unwrap().card;
    seller_at(&direct).set_card(card("another name")).await.unwrap();
    let whole = buying.view().await.unwrap();
    assert_ne!(seller, client.agent(&self::seller()).await.unwrap().card);
    // The last of any stream that was followed: of the session, and of the seller's, whose keys end there.
    for of in ["stream=session%3A", "stream=agent:agent://volt"] {
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        between.lie(move |answer| {
            if answer.request.contains(of) {
                *count.lock().unwrap() += 1;
                answer.change(|page| drop(page["messages"].as_array_mut().unwrap().pop()));
            }
        });
        assert_forged(buying.view().await, "not the one that was followed");
        assert_ne!(*asked.lock().unwrap(), 0, "{of}");
        // Nor by another process with the same vault.
        let again = buyer_at(&client).with_vault(Arc::clone(&vault)).session(&buying.id());
        assert_forged(again.inform(text(SECRET)).await, "not the one that was followed");
    }
    between.lie(|_| ());
    assert_eq!(buying.view().await.unwrap().head, whole.head, "nothing was said meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_is_told_nothing_while_nobody_has_come_in() {
    // THR-SEAL-CLEAR
    let (stage, _direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = Client::connect(between.url()).await.unwrap();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    between.lie(move |answer| seen.lock().unwrap().extend_from_slice(&answer.sent));
    let (buyer, _vault) = held(buyer_at(&client));
    let buying = opened(&buyer).await;
    let refused = [
        buying.inform(text(SECRET)).await,
        buying.propose(offer("1150.75", true)).await,
        buying.send_file((text("a.txt"), None), SECRET.as_bytes(), text(SECRET), |_| ()).await,
    ];
    assert!(refused.iter().all(|told| matches!(told, Err(Error::Missing { .. }))), "{refused:?}");
    assert_eq!(buying.view().await.unwrap().state, State::Invited);
    let sent = String::from_utf8_lossy(&sent.lock().unwrap()).into_owned();
    assert!(sent.contains("PROPOSE") && !sent.contains("GPUs") && !sent.contains("1150.75"), "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_kept_by_somebody_who_cannot_be_taken_into_the_group() {
    let (_stage, client) = Stage::with_people().await;
    let (buyer, _vault) = held(buyer_at(&client));
    let buying = opened(&buyer).await;
    // Comes in without a key package.
    let card = client.agent(&seller()).await.unwrap().card;
    let body = Body::Accept(Accept::Introduction(Introduction { card, schemas: None }));
    let head = Head { sequence: Sequence(0), hash: buying.id() };
    let stream = StreamName::Of(StreamId::Session(buying.id()));
    let mut draft = Draft::new(stream, client.origin().clone(), Issuer::Agent(seller()), body);
    draft.in_reply_to = Some(buying.id());
    let stamp = Stamp { issued_at: START, random: [8; 10] };
    client.submit(&draft.sign(Some(head), stamp, &[&key("seller")]).unwrap()).await.unwrap();
    let refused = buying.inform(text(SECRET)).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    // It goes, and does not tell the node why.
    buying.close(text(SECRET)).await.unwrap();
    let said = buying.messages(None).await.unwrap();
    let last = said.iter().rev().map(|message| message.statement.get()).find(|said| said.contains("CLOSE"));
    assert!(!last.unwrap().contains("GPUs"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_package_of_last_resort_is_followed_by_new_ones() {
    // THR-SEAL-PACKAGE
    let (_stage, client) = Stage::with_people().await;
    let (seller, _vault) = held(seller_at(&client));
    assert!(seller.publish_packages().await.unwrap());
    // Somebody takes all that are there.
    let claim = async || {
        buyer_at(&client).claim_packages(&[self::seller()]).await.unwrap().remove(0).package.unwrap()
    };
    let mut claimed = 0;
    while !claim().await.last_resort {
        claimed += 1;
        assert!(claimed < 64);
    }
    assert_eq!(claimed, 16, "each was given once");
    let (buyer, _vault) = held(buyer_at(&client));
    let buying = opened(&buyer).await;
    let selling = seller.session(&buying.id());
    // As one who has come in before they were taken.
    assert!(!seller.publish_packages().await.unwrap());
    selling.introduce().await.unwrap();
    buying.inform(text("one")).await.unwrap();
    selling.inform(text("two")).await.unwrap();
    assert!(seller.publish_packages().await.unwrap(), "the last resort was used");
    assert!(!claim().await.last_resort);
}

#[test]
fn what_is_printed_of_an_agent_holds_nothing_of_its_vault() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Folder::new(buyer(), folder.path());
    let mut open = vault.open().unwrap();
    open.sealer().publish(&text("node.example/log"), &key("buyer")).unwrap();
    open.sealer().file_secret(&Hash::of(&[])).unwrap();
    open.save().unwrap();
    let secret = hex(&*open.sealer().file_secret(&Hash::of(&[])).unwrap());
    drop(open);
    drop(vault.open().unwrap());
    let printed = format!("{vault:?}");
    assert!(!printed.contains(&secret) && printed.len() < 20_000, "{} {printed}", printed.len());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn to_whom_and_where_something_is_said_does_not_hang_on_the_nodes_word() {
    // THR-SEAL-MISLED
    let (stage, direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = Client::connect(between.url()).await.unwrap();
    let (buyer, _vault) = held(buyer_at(&client));
    let buying = opened(&buyer).await;
    let selling = with_vault(seller_at(&direct)).session(&buying.id());
    selling.introduce().await.unwrap();
    buying.propose(offer("1150.75", true)).await.unwrap();
    let view = selling.view().await.unwrap();
    let terms = *view.offers[0].packages.keys().next().unwrap();
    selling.accept(&view.offers[0].id, terms).await.unwrap();
    let commitment = buying.view().await.unwrap().commitments[0].id;
    let honest = buyer.session_of(&commitment).await.unwrap();
    assert_eq!((honest.0.id(), honest.1.terms_hash), (buying.id(), terms));

    // The deal was made in a session that the node can read.
    let readable = Opening::new(seller(), text("provision.compute.gpu"));
    let readable = buyer.open_session(readable).await.unwrap().id();
    between.lie(move |answer| {
        if answer.request.contains("/v1/commitments/") {
            answer.change(|view| view["session"] = serde_json::json!(readable));
        }
    });
    assert_forged(
        buyer.session_of(&commitment).await.map(|(session, _)| session),
        "has not made the commitment",
    );

    // The seller signs with one key more, which is the node's.
    let whom = Issuer::Agent(seller());
    let own = buyer_at(&direct).disclosure_keys(&whom).await.unwrap();
    let asked = Arc::new(Mutex::new(0));
    let (count, added) = (Arc::clone(&asked), key("judge").id());
    between.lie(move |answer| {
        if answer.request.contains("/v1/agents/") {
            *count.lock().unwrap() += 1;
            answer.change(|agent| {
                let mut life = agent["keys"][0].clone();
                life["key"] = serde_json::json!(added);
                agent["keys"].as_array_mut().unwrap().push(life);
            });
        }
    });
    assert_eq!(buyer.disclosure_keys(&whom).await.unwrap(), own);
    // The control: who asks the node is told of the other.
    assert_eq!(client.agent(&seller()).await.unwrap().keys.len(), own.len() + 1);
    assert_ne!(*asked.lock().unwrap(), 0);
}
