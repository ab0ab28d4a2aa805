//! Deals in sessions that the node cannot read.

use std::path::Path;
use std::sync::{Arc, Mutex};

use asp_client::{AgentParty, Client, Error, Opening, Session};
use asp_core::position::{Hash, Sequence};
use asp_core::session::table::State;
use asp_core::statement::body::{Body, CommitmentState, Inform, Mode, Propose};
use asp_seal::folder::Folder;
use asp_seal::sealer::Reading;

use crate::support::*;

/// What no byte of the node's folder may hold.
const SECRETS: [&str; 5] =
    ["eight GPUs for a day", "1150.75", "1000.25", "the machines are yours", "all is well"];

pub(crate) fn with_vault(party: AgentParty) -> AgentParty {
    let vault = Folder::in_memory(party.agent().clone());
    party.with_vault(Arc::new(vault))
}

/// A session in this mode, seen from both sides.
async fn session(client: &Client, mode: Mode) -> (Session, Session) {
    let (buyer, seller) = (with_vault(buyer_at(client)), with_vault(seller_at(client)));
    let opening = Opening { mode, ..Opening::new(self::seller(), text("provision.compute.gpu")) };
    let opened = buyer.open_session(opening).await.unwrap();
    let invited = seller.next_invitation(PATIENCE).await.unwrap();
    (opened, invited)
}

async fn deal(mode: Mode) -> (Stage, Session, Session, Hash) {
    let (stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, mode).await;
    let (commitment, ()) = tokio::join!(crate::deal::buy(buying.clone()), crate::deal::sell(selling.clone()));
    (stage, buying, selling, commitment)
}

/// Every file below a folder that holds the text in any spelling that we know of.
fn holding(folder: &Path, secret: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, secret));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        if holds(secret.as_bytes()) || holds(hex.as_bytes()) || holds(&utf16) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_deal_binds_and_the_node_has_no_word_of_it() {
    // THR-SEAL-CLEAR
    let (stage, buying, selling, commitment) = deal(Mode::Sealed).await;
    let view = buying.view().await.unwrap();
    assert_eq!((view.mode, view.state), (Mode::Sealed, State::Closed));
    assert_eq!(view.commitments[0].state, CommitmentState::Fulfilled);
    assert_eq!(view.commitments[0].obligations[0].value.to_string(), "1150.75 USD");
    let other = selling.view().await.unwrap();
    assert_eq!(other.commitments[0].obligations[0].value, view.commitments[0].obligations[0].value);
    let blind = buyer_at(buying.agent().client()).session(&buying.id()).view().await.unwrap();
    assert_eq!(blind.commitments[0].id, commitment);
    assert_eq!(blind.commitments[0].obligations[0].value.to_string(), "0 XXX");
    for secret in SECRETS {
        assert_eq!(holding(stage.folder(), secret), Vec::<String>::new(), "{secret}");
    }
    // The search finds what is there: who takes part is no secret.
    assert!(!holding(stage.folder(), "agent://volt.example/seller").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hybrid_deal_shows_the_node_what_is_owed_and_no_words() {
    let (stage, buying, ..) = deal(Mode::Hybrid).await;
    let blind = buyer_at(buying.agent().client()).session(&buying.id()).view().await.unwrap();
    assert_eq!(blind.commitments[0].obligations[0].value.to_string(), "1150.75 USD");
    assert_eq!(blind.commitments[0].obligations[0].what.as_str(), "");
    for secret in ["eight GPUs for a day", "the machines are yours", "all is well"] {
        assert_eq!(holding(stage.folder(), secret), Vec::<String>::new(), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_can_be_read_again_and_by_nobody_without_the_vault() {
    let (_stage, buying, selling, _) = deal(Mode::Sealed).await;
    for side in [&buying, &selling] {
        let mut texts = 0;
        for message in side.messages(None).await.unwrap() {
            let read = side.read(&message).await.unwrap();
            match read.reading {
                Reading::Opened(_) => texts += 1,
                Reading::Clear => {}
                Reading::Shut | Reading::Unreadable(_) => panic!("{:?}", read.statement.body),
            }
        }
        assert!(texts >= 5, "{texts}");
    }
    let newcomer = with_vault(buyer_at(buying.agent().client())).session(&buying.id());
    let message = newcomer.messages(Some(Sequence(2))).await.unwrap().remove(0);
    let read = newcomer.read(&message).await.unwrap();
    assert!(matches!(read.reading, Reading::Shut | Reading::Unreadable(_)), "{:?}", read.reading);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_its_vault_is_taken_in_again_and_reads_what_comes_then() {
    let (_stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    buying.inform(text("before")).await.unwrap();
    let view = selling.view().await.unwrap();
    assert_eq!(view.channel.unwrap().epoch, 1);
    // A new machine with the same key and nothing else.
    let again = with_vault(seller_at(&client)).session(&selling.id());
    again.agent().publish_packages().await.unwrap();
    again.inform(text("after")).await.unwrap();
    assert_eq!(again.view().await.unwrap().channel.unwrap().epoch, 2);
    let heard = buying.messages(None).await.unwrap();
    let last = buying.read(heard.last().unwrap()).await.unwrap();
    let Body::Inform(Inform::Note(note)) = &last.statement.body else { panic!("{:?}", last.statement.body) };
    assert_eq!(note.text.as_str(), "after");
    // What was said before stays unreadable to it.
    let mut shut = 0;
    for message in again.messages(None).await.unwrap() {
        let read = again.read(&message).await.unwrap();
        shut += usize::from(matches!(read.reading, Reading::Shut | Reading::Unreadable(_)));
    }
    assert!(shut >= 1, "{shut}");
    buying.inform(text("and on")).await.unwrap();
    let heard = again.messages(None).await.unwrap();
    let last = again.read(heard.last().unwrap()).await.unwrap();
    assert!(matches!(last.reading, Reading::Opened(_)), "{:?}", last.reading);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_agrees_to_terms_that_it_could_not_read() {
    // ASP-SEA-011, THR-SEAL-HIDDEN-TERMS
    let (_stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    buying.propose(offer("1150.75", true)).await.unwrap();
    let view = selling.view().await.unwrap();
    let terms = *view.offers[0].packages.keys().next().unwrap();
    // A new machine with the same key sees an offer and the hash of its terms.
    let blind = with_vault(seller_at(&client)).session(&selling.id());
    let refused = blind.accept(&view.offers[0].id, terms).await.unwrap_err();
    assert!(matches!(refused, Error::Unread { .. }), "{refused}");
    assert!(buying.view().await.unwrap().commitments.is_empty());
    // The control: who has read them is bound by the same words.
    selling.accept(&view.offers[0].id, terms).await.unwrap();
    assert_eq!(buying.view().await.unwrap().commitments.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_on_the_disk_serves_one_process_after_the_other() {
    let (_stage, client) = Stage::with_people().await;
    let folder = tempfile::tempdir().unwrap();
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    let at = |name: &str| Arc::new(Folder::new(buyer(), folder.path().join(name)));
    let first = buyer_at(&client).with_vault(at("vault")).session(&buying.id());
    first.inform(text("one")).await.unwrap();
    let second = buyer_at(&client).with_vault(at("vault")).session(&buying.id());
    second.inform(text("two")).await.unwrap();
    first.inform(text("three")).await.unwrap();
    let heard = selling.messages(None).await.unwrap();
    let mut words = Vec::new();
    for message in &heard {
        if let Body::Inform(Inform::Note(note)) = &selling.read(message).await.unwrap().statement.body {
            words.push(note.text.to_string());
        }
    }
    assert_eq!(words, ["one", "two", "three"]);
    // Both know what the other said in the same name.
    for side in [&first, &second] {
        for message in &heard {
            let reading = side.read(message).await.unwrap().reading;
            assert!(matches!(reading, Reading::Clear | Reading::Opened(_)), "{reading:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_in_a_sealed_session_without_a_vault() {
    let (_stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    let blind = buyer_at(&client).session(&buying.id());
    let refused = blind.inform(text("x")).await.unwrap_err();
    assert!(matches!(refused, Error::Missing { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_by_chunks_that_the_node_cannot_open_and_on_where_it_broke_off() {
    // THR-SEAL-FILE
    let (stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    // A text that would be found, and more than one chunk.
    let file: Vec<u8> = b"drawings of the engine ".iter().copied().cycle().take(2_500_000).collect();
    let name = || (text("engine.pdf"), Some(text("application/pdf")));
    selling.send_file(name(), &file, text("the drawings"), |_| {}).await.unwrap();
    assert_eq!(holding(stage.folder(), "drawings of the engine"), Vec::<String>::new());
    let heard = buying.messages(None).await.unwrap();
    let read = buying.read(heard.last().unwrap()).await.unwrap();
    let Body::Inform(Inform::File(note)) = read.statement.body else { panic!("{:?}", read.statement.body) };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.pdf");
    // As after an attempt that broke off, with a byte that is wrong in the second chunk.
    let mut held = file[..1_500_000].to_vec();
    held[1_200_000] ^= 1;
    std::fs::write(folder.path().join("engine.pdf.part"), held).unwrap();
    let mut from = Vec::new();
    buying.fetch_file(&note.file, &path, |done| from.push(done)).await.unwrap();
    assert_eq!(from, [1_048_576, 2_097_152, 2_500_000]);
    assert_eq!(std::fs::read(&path).unwrap(), file);
    // Sent again, nothing is put a second time: the chunks are the same.
    let mut again = Vec::new();
    selling.send_file(name(), &file, text("once more"), |done| again.push(done)).await.unwrap();
    let heard = buying.messages(None).await.unwrap();
    let read = buying.read(heard.last().unwrap()).await.unwrap();
    let Body::Inform(Inform::File(second)) = read.statement.body else { panic!("{:?}", read.statement.body) };
    assert_eq!(second.file, note.file);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_session_takes_no_file() {
    let (_stage, client) = Stage::with_people().await;
    let (_, selling) = session(&client, Mode::Open).await;
    selling.introduce().await.unwrap();
    let refused = selling.send_file((text("a"), None), b"x", text(""), |_| {}).await.unwrap_err();
    assert!(matches!(refused, Error::Missing { .. }), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_consent_parts_the_group_and_what_is_owed_can_still_be_met() {
    // ASP-SEA-005, THR-SEAL-LEFT
    let (_stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    let terms = offer("1150.75", true);
    buying.propose(terms).await.unwrap();
    let view = selling.view().await.unwrap();
    let terms = *view.offers[0].packages.keys().next().unwrap();
    selling.accept(&view.offers[0].id, terms).await.unwrap();
    let acme = client.organisation_with(text("acme.example"), key("acme"));
    let consent = *buying.view().await.unwrap().consents.iter().next().unwrap();
    acme.revoke_consent(&consent, text("no more")).await.unwrap();
    buying.renew_group().await.unwrap();
    let channel = buying.view().await.unwrap().channel.unwrap();
    assert_eq!((channel.epoch, channel.members.into_keys().collect::<Vec<_>>()), (2, vec![buyer()]));
    // The seller is no member any more: what it says goes to the node as an outline, sealed for itself.
    let commitment = selling.view().await.unwrap().commitments[0].id;
    let evidence = asp_core::statement::body::Evidence::Acknowledgement { text: text("here they are") };
    let on = asp_core::statement::body::ObligationRef::whole(commitment, text("delivery"));
    selling.fulfil(on.clone(), evidence).await.unwrap();
    let view = buying.view().await.unwrap();
    assert_eq!(view.commitments[0].obligations[0].state, "DELIVERED");
    let heard = buying.messages(None).await.unwrap();
    let last = buying.read(heard.last().unwrap()).await.unwrap();
    assert!(matches!(last.reading, Reading::Shut), "{:?}", last.reading);
    // Nothing can be said under the old epoch.
    let Body::Inform(Inform::Group(group)) = heard
        .iter()
        .rev()
        .map(|message| message.verify().unwrap().statement().body.clone())
        .find(|body| matches!(body, Body::Inform(Inform::Group(_))))
        .unwrap()
    else {
        panic!("no group")
    };
    assert_eq!((group.epoch, group.members.len()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_calls_a_sealed_session_open_is_told_nothing() {
    // THR-SEAL-CLEAR
    let (stage, direct) = Stage::with_people().await;
    let (buying, selling) = session(&direct, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    let between = Between::honest(&stage.url()).await;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let (seen, id) = (Arc::clone(&sent), buying.id());
    between.lie(move |answer| {
        seen.lock().unwrap().extend_from_slice(&answer.sent);
        if answer.request.ends_with(&id.to_hex()) {
            answer.change(|view| view["mode"] = "open".into());
        }
    });
    let client = Client::connect(between.url()).await.unwrap();
    let ours = with_vault(buyer_at(&client)).session(&id);
    let believed = buyer_at(&client).session(&id).view().await.unwrap();
    assert_eq!(believed.mode, Mode::Open, "the node lies");
    ours.inform(text("eight GPUs for a day")).await.unwrap();
    let body = Body::Propose(Propose::Proposal(offer("1150.75", true)));
    let signed = ours.sign(body, None).await.unwrap();
    assert!(signed.statement().seal.is_some());
    let sent = String::from_utf8_lossy(&sent.lock().unwrap()).into_owned();
    assert!(sent.contains("INFORM") && !sent.contains("GPUs"), "{sent}");
    // Nor is it believed when it shows another beginning.
    between.lie(|answer| {
        if answer.request.contains("/messages") {
            answer.change(|page| drop(page["messages"].as_array_mut().unwrap().remove(0)));
        }
    });
    let ours = with_vault(buyer_at(&client)).session(&id);
    assert!(matches!(ours.inform(text("x")).await, Err(Error::Forged { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_what_it_has_not_read_also_where_the_node_cannot_read() {
    let (_stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    buying.view().await.unwrap();
    selling.propose(offer("1150.75", true)).await.unwrap();
    let blindly = buying.propose(offer("1000.25", true)).await;
    assert!(matches!(blindly, Err(Error::Conflict { head: Some(_) })), "{blindly:?}");
    // Whoever says the same again knows that something came in between.
    buying.propose(offer("1000.25", true)).await.unwrap();
    // A group that another makes in between changes nothing of what is meant.
    let view = buying.view().await.unwrap();
    selling.renew_group().await.unwrap();
    let newest = view.offers.iter().find(|offer| offer.by == seller()).unwrap();
    let terms = *newest.packages.keys().next().unwrap();
    buying.accept(&newest.id, terms).await.unwrap();
    assert_eq!(buying.view().await.unwrap().commitments.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_has_key_packages_of_its_own() {
    let (_stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Sealed).await;
    selling.introduce().await.unwrap();
    buying.inform(text("before")).await.unwrap();
    let vault = Arc::new(Folder::in_memory(seller()));
    seller_at(&client).with_vault(Arc::clone(&vault)).publish_packages().await.unwrap();
    seller_at(&client).with_vault(Arc::clone(&vault)).rotate_key(&key("next")).await.unwrap();
    // The other side takes it in again by its new key, while it is away.
    buying.inform(text("after")).await.unwrap();
    let channel = buying.view().await.unwrap().channel.unwrap();
    assert_eq!((channel.epoch, channel.members[&seller()]), (2, key("next").id()));
    let new = client.agent_with(seller(), key("next")).with_vault(vault).session(&selling.id());
    let heard = new.messages(None).await.unwrap();
    let read = new.read(heard.last().unwrap()).await.unwrap();
    let Body::Inform(Inform::Note(note)) = &read.statement.body else { panic!("{:?}", read.statement.body) };
    assert_eq!(note.text.as_str(), "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn key_packages_whose_fate_is_not_known_are_published_until_it_is() {
    for arrived in [true, false] {
        let (stage, direct) = Stage::with_people().await;
        let between = Between::honest(&stage.url()).await;
        let client = Client::connect(between.url()).await.unwrap();
        let vault = Arc::new(Folder::in_memory(seller()));
        if arrived {
            // The receipt is lost.
            between.lie(|answer| answer.bytes.truncate(if answer.is_receipt() { 3 } else { usize::MAX }));
            let first = seller_at(&client).with_vault(Arc::clone(&vault));
            assert!(first.publish_packages().await.is_err());
        } else {
            // The process ends before anything is handed in.
            let mut open = vault.open().unwrap();
            assert!(open.sealer().publish(direct.origin(), &key("seller")).unwrap().is_some());
            open.save().unwrap();
        }
        let again = seller_at(&direct).with_vault(vault);
        assert!(again.publish_packages().await.unwrap(), "they are published, or were");
        assert!(!again.publish_packages().await.unwrap(), "once is enough");
        let claimed = buyer_at(&direct).claim_packages(&[seller()]).await.unwrap();
        assert!(claimed[0].package.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_gone_leaves_no_packages_that_are_taken_before_those_of_the_one_that_is_there() {
    let (_stage, client) = Stage::with_people().await;
    let (home, seller) = (with_vault(buyer_at(&client)), with_vault(seller_at(&client)));
    let opening =
        || Opening { mode: Mode::Sealed, ..Opening::new(self::seller(), text("provision.compute.gpu")) };
    for _ in 0..2 {
        let session = home.open_session(opening()).await.unwrap();
        let invited = seller.session(&session.id());
        invited.introduce().await.unwrap();
        // What is heard first was sealed by the other side, for a package that was handed out to it.
        invited.inform(text("welcome")).await.unwrap();
        let heard = session.messages(None).await.unwrap();
        let read = session.read(heard.last().unwrap()).await.unwrap();
        assert!(matches!(read.reading, Reading::Opened(_)), "{:?}", read.reading);
        // Another program of the same agent publishes packages, and its vault ends with it.
        with_vault(buyer_at(&client)).open_session(opening()).await.unwrap();
    }
    // The control: nothing is published anew while nobody else has.
    home.publish_packages().await.unwrap();
    assert!(!home.publish_packages().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn why_somebody_does_not_come_in_is_not_told_to_the_node() {
    // THR-SEAL-CLEAR
    let (stage, client) = Stage::with_people().await;
    let (buying, selling) = session(&client, Mode::Hybrid).await;
    selling.reject(&buying.id(), text("we have 1.90 from another")).await.unwrap();
    assert_eq!(holding(stage.folder(), "we have 1.90"), Vec::<String>::new());
    let heard = buying.messages(None).await.unwrap();
    let said = heard.last().unwrap().verify().unwrap();
    let Body::Reject(rejected) = &said.statement().body else { panic!("{:?}", said.statement().body) };
    assert_eq!(rejected.reason, text(""));
}
