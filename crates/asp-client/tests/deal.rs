//! A deal as a developer leads it: from two key pairs to a proof that holds without the node.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_client::{Client, Error, Search};
use asp_core::bundle::{Anchors, Bundle};
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::Sequence;
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::body::{CommitmentState, Evidence, ObligationRef};

use support::{PATIENCE, People, key, node, offer, package, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_is_found_made_kept_and_proved() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let client = Client::connect(&node.url()).await.unwrap();
    let people = People::at(&client).await;

    let search = Search { capability: Some(text("provision.compute")), ..Search::default() };
    let found = client.search(&search).await.unwrap();
    let found: Vec<AgentUri> = found.agents.into_iter().map(|found| found.agent).collect();
    assert!(found.contains(&text("agent://volt.example/vendor")));

    let (of_buyer, of_vendor) = people.session().await;
    let invited = people.vendor.sessions(None, None).await.unwrap();
    assert_eq!(invited.sessions[0].id, of_buyer.id());

    let terms = package();
    let proposed = of_vendor.propose(offer(terms.clone())).await.unwrap();
    let view = of_buyer.wait_until(Some(PATIENCE), |view| !view.offers.is_empty()).await.unwrap();
    assert_eq!(view.state, State::Conversing);
    let accepted = of_buyer.accept(&proposed.receipt.statement, terms.terms_hash()).await.unwrap();
    let commitment = accepted.receipt.statement;

    of_vendor.wait_until(Some(PATIENCE), |view| view.state == State::Executing).await.unwrap();
    let evidence = Evidence::Acknowledgement { text: text("delivered") };
    of_vendor.fulfil(&commitment, &text("delivery"), evidence).await.unwrap();
    of_buyer.view().await.unwrap();
    of_buyer.acknowledge(&commitment, &text("delivery")).await.unwrap();
    of_buyer.close(text("all is well")).await.unwrap();
    let view = of_vendor.wait_until(Some(PATIENCE), |view| view.state == State::Closed).await.unwrap();
    of_vendor.close(text("all is well")).await.unwrap();
    assert_eq!(view.commitments[0].state, CommitmentState::Fulfilled);

    let said = of_buyer.messages(None).await.unwrap();
    let places: Vec<u64> = said.iter().map(|said| said.verify().unwrap().statement().sequence.0).collect();
    assert_eq!(places, (0..8).collect::<Vec<u64>>());
    let later = of_buyer.messages(Some(Sequence(5))).await.unwrap();
    assert_eq!(later.len(), 2);

    let bundle = people.buyer.bundle(&commitment).await.unwrap();
    let report = Bundle::parse(&bundle).unwrap().verify(&Anchors { node_key: Some(client.node_key()) });
    assert!(!report.refuted(), "{report:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_words_are_signed_anew_when_somebody_else_spoke_first() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let client = Client::connect(&node.url()).await.unwrap();
    let (of_buyer, of_vendor) = People::at(&client).await.session().await;
    of_buyer.view().await.unwrap();
    of_vendor.inform(text("one moment")).await.unwrap();
    let receipt = of_buyer.inform(text("take your time")).await.unwrap();
    assert_eq!(receipt.receipt.sequence, Sequence(3));

    // What binds is not said again in another place: who asked decides.
    let before = of_vendor.inform(text("there is more")).await.unwrap().receipt;
    let refused = of_buyer.propose(offer(package())).await;
    let Err(Error::Conflict { head: Some(head) }) = refused else { panic!("{refused:?}") };
    assert_eq!(head.hash, before.statement);
    assert_eq!(of_buyer.messages(None).await.unwrap().len(), 5, "nothing was said");
    of_buyer.view().await.unwrap();
    assert_eq!(of_buyer.propose(offer(package())).await.unwrap().receipt.sequence, Sequence(5));
    let wrong = of_buyer.contest(
        ObligationRef { commitment: head.hash, obligation: text("delivery") },
        text("there is none"),
    );
    assert!(wrong.await.unwrap_err().code().is_some_and(|code| code != Code::SequenceConflict));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_reads_where_the_old_one_no_longer_does() {
    let folder = tempfile::tempdir().unwrap();
    let node = node(&folder).await;
    let client = Client::connect(&node.url()).await.unwrap();
    let people = People::at(&client).await;
    let (of_buyer, _) = people.session().await;
    of_buyer.view().await.unwrap();
    let new = key("the buyer's next key");
    people.buyer.rotate_key(&new).await.unwrap();
    // The token of the old key has died with it, and the old key gets no other.
    let refused = of_buyer.view().await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::InvalidClient), "{refused}");
    let buyer = client.agent_with(text("agent://acme.example/buyer"), new);
    buyer.session(&of_buyer.id()).view().await.unwrap();
    let stream = StreamId::Agent(text("agent://acme.example/buyer"));
    assert_eq!(client.statements(&stream, None).await.unwrap().len(), 2);
    node.stop().await;
}
