//! A whole deal by the async API, both sides at once.

use asp_client::{Error, Session};
use asp_core::bundle::{Anchors, Bundle, Verdict};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::body::{CommitmentState, Evidence, ObligationRef};

use futures::TryStreamExt;

use crate::support::*;

/// The seller: comes in, counters once, agrees to the buyer's last word, delivers, countersigns.
pub async fn sell(session: Session) {
    session.introduce().await.unwrap();
    let view = session.wait_until(Some(PATIENCE), |view| !view.offers.is_empty()).await.unwrap();
    let countered = session.counter(&view.offers[0].id, offer("1300", false)).await.unwrap();
    let last_word = |view: &asp_client::api::SessionView| {
        view.offers.iter().any(|open| open.binding && open.by == buyer())
    };
    let view = session.wait_until(Some(PATIENCE), last_word).await.unwrap();
    let last = view.offers.iter().find(|open| open.binding).unwrap();
    assert_ne!(last.id, countered.receipt.statement);
    let last_terms = last.packages.values().next().unwrap().terms_hash();
    session.accept(&last.id, last_terms).await.unwrap();
    let view = session.wait_until(Some(PATIENCE), |view| view.state == State::Executing).await.unwrap();
    let evidence = Evidence::Acknowledgement { text: text("the machines are yours") };
    session.fulfil(ObligationRef::whole(view.commitments[0].id, text("delivery")), evidence).await.unwrap();
    session.wait_until(Some(PATIENCE), |view| view.state == State::Closed).await.unwrap();
    session.close(text("thank you")).await.unwrap();
}

/// The buyer: proposes, hears the counter-offer, says a last word, acknowledges, closes. Gives the commitment.
pub async fn buy(session: Session) -> Hash {
    session.wait_until(Some(PATIENCE), |view| view.state == State::Introduced).await.unwrap();
    session.propose(offer("1000.25", false)).await.unwrap();
    let by_seller = |view: &asp_client::api::SessionView| view.offers.iter().any(|open| open.by == seller());
    let view = session.wait_until(Some(PATIENCE), by_seller).await.unwrap();
    let counter = view.offers.iter().find(|open| open.by == seller()).unwrap().id;
    session.counter(&counter, offer("1150.75", true)).await.unwrap();
    let fulfilled = |view: &asp_client::api::SessionView| {
        view.commitments.iter().any(|it| it.obligations[0].state == "DELIVERED")
    };
    let view = session.wait_until(Some(PATIENCE), fulfilled).await.unwrap();
    let commitment = view.commitments[0].id;
    session.acknowledge(ObligationRef::whole(commitment, text("delivery"))).await.unwrap();
    session.close(text("all is well")).await.unwrap();
    let all = |view: &asp_client::api::SessionView| view.participants.iter().all(|party| party.countersigned);
    session.wait_until(Some(PATIENCE), all).await.unwrap();
    commitment
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_goes_from_the_first_key_to_a_bundle_that_proves_it() {
    let (stage, client) = Stage::with_people().await;
    let opening = asp_client::Opening::new(seller(), text("provision.compute.gpu"));
    let session = buyer_at(&client).open_session(opening).await.unwrap();
    let invited = seller_at(&client).next_invitation(PATIENCE).await.unwrap();
    let (commitment, ()) = tokio::join!(buy(session.clone()), sell(invited));

    let bundle = buyer_at(&client).bundle(&commitment).await.unwrap();
    let anchors = Anchors { node_key: Some(stage.node.node_key()) };
    let report = Bundle::parse(&bundle).unwrap().verify(&anchors);
    assert!(!report.refuted(), "{report:?}");
    let proved = report.checks.iter().filter(|check| check.verdict == Verdict::Proved).count();
    assert!(proved >= 12, "{report:?}");

    // What the node says of the session is what follows from the statements, to the last field; what it was admitted by
    // follows from policies, which stand in other streams.
    let (mut said, follows) = (session.view().await.unwrap(), session.replayed().await.unwrap());
    assert!(said.admitted.take().is_some());
    assert_eq!(serde_json::to_value(&said).unwrap(), serde_json::to_value(&follows).unwrap());
    assert_eq!(said.state, State::Closed);
    assert_eq!(said.commitments[0].state, CommitmentState::Fulfilled);
    assert_eq!(session.messages(None).await.unwrap().len() as u64, said.head.sequence.0 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn agreed_terms_become_a_commitment_by_commit_and_acceptance() {
    let (_stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let terms = offer("800", false);
    let hash = terms_hash(&terms);
    let proposed = ours.propose(terms).await.unwrap().receipt.statement;
    theirs.view().await.unwrap();
    let wrong = theirs.accept(&proposed, Hash::of(&[b"other terms"])).await.unwrap_err();
    assert_eq!(wrong.code(), Some(Code::TermsMismatch), "{wrong}");
    theirs.accept(&proposed, hash).await.unwrap();
    ours.view().await.unwrap();
    let commit = ours.commit(hash).await.unwrap().receipt.statement;
    theirs.view().await.unwrap();
    theirs.accept(&commit, hash).await.unwrap();
    let view = ours.replayed().await.unwrap();
    assert_eq!((view.state, view.commitments.len()), (State::Executing, 1));
    assert_eq!(buyer_at(&client).commitments().try_collect::<Vec<_>>().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_is_opened_without_a_consent_that_covers_it() {
    let (_stage, client) = Stage::with_people().await;
    let opening = asp_client::Opening::new(seller(), text("advise.law"));
    let error = buyer_at(&client).open_session(opening).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error}");
    let error = seller_at(&client).next_invitation(std::time::Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut), "{error}");
}
