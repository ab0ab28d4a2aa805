//! Lists that are longer than a page.

use std::collections::BTreeSet;

use asp_client::{ConsentTerms, Opening};
use asp_core::position::{Hash, Millis};
use futures::{StreamExt, TryStreamExt, stream};

use crate::support::*;

/// More than a page of any list has.
const MANY: usize = 205;

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_found_behind_pages_of_other_sessions() {
    let (_stage, client) = Stage::with_people().await;
    let opening = |with| Opening::new(with, text("provision.compute.gpu"));
    let (buyer, seller) = (buyer_at(&client), seller_at(&client));
    let invitation = buyer.open_session(opening(seller.agent().clone())).await.unwrap();
    let own: BTreeSet<Hash> = stream::iter(0..MANY)
        .map(|_| async { seller.open_session(opening(buyer.agent().clone())).await.unwrap().id() })
        .buffer_unordered(16)
        .collect()
        .await;
    let found = seller.next_invitation(PATIENCE).await.unwrap();
    assert_eq!(found.id(), invitation.id());
    // Each once, and what moved first comes last.
    let listed: Vec<Hash> = seller.sessions().map_ok(|session| session.id).try_collect().await.unwrap();
    assert_eq!((own.len(), listed.len(), listed.last()), (MANY, MANY + 1, Some(&invitation.id())));
    assert_eq!(
        listed.iter().copied().collect::<BTreeSet<_>>(),
        own.into_iter().chain([invitation.id()]).collect()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn consents_are_listed_page_by_page_the_newest_first() {
    let (_stage, client) = Stage::with_people().await;
    let acme = client.organisation_with(text("acme.example"), key("acme"));
    let mut asked = Vec::new();
    for number in 0..MANY {
        let (about, until) = ([text("advise.law")].into(), START.plus(Millis(3_600_000)));
        let purpose = text(&format!("number {number}"));
        let terms = ConsentTerms::about(text("volt.example"), about, purpose, until);
        asked.push(acme.request_consent(terms).await.unwrap());
    }
    let listed: Vec<Hash> = acme.consents().map_ok(|consent| consent.id).try_collect().await.unwrap();
    asked.reverse();
    // The first of all was granted while the stage was set.
    assert_eq!(listed[..MANY], asked);
    assert_eq!(listed.len(), MANY + 1);
}
