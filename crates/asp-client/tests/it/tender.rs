//! Tenders through the client and a real node: offers compared, one taken, the others declined.

use asp_client::{Award, Awarded, Bid, Declined, Error, Standing, Tender};
use asp_core::name::AgentUri;
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::{CommitmentState, Propose, Termination};
use std::time::Duration;

use crate::support::*;

const REASON: &str = "We do not take this any further.";

async fn offers(session: &asp_client::Session, value: &str, binding: bool) -> asp_core::position::Hash {
    session.introduce().await.unwrap();
    let offer = sale(session.agent().agent(), value, binding);
    session.propose(offer.clone()).await.unwrap();
    terms_hash(&offer)
}

fn standings(bids: &[Bid]) -> Vec<(String, Standing)> {
    bids.iter().map(|bid| (bid.supplier.organisation().to_string(), bid.standing)).collect()
}

fn outcome<'a>(declined: &'a [(AgentUri, Declined)], agent: &AgentUri) -> &'a Declined {
    &declined.iter().find(|(who, _)| who == agent).unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cheapest_firm_offer_is_taken_and_the_others_are_declined_with_a_reason() {
    let (_stage, client) = market().await;
    let buyer = buyer_at(&client);
    let strangers: AgentUri = text("agent://stranger.example/desk");
    let all = [seller(), rival("amp"), rival("ohm"), rival("tesla"), strangers.clone()];
    let tender = tender(&buyer, all.clone()).await;
    let (volt, amp, ohm) = (seller_at(&client), rival_at(&client, "amp"), rival_at(&client, "ohm"));
    let [ours, amps, ohms] = [&volt, &amp, &ohm].map(|party| theirs(&tender, party));

    // A supplier without a consent, and one that stays away, hold up nobody.
    let mut told = 0;
    for supplier in tender.suppliers.iter().filter_map(|supplier| supplier.session) {
        let invitation = buyer.session(&supplier).messages(None).await.unwrap().remove(0).verify().unwrap();
        let receipt = client.submit(&invitation).await.unwrap();
        assert_eq!(
            receipt.batch.size, 1,
            "an invitation is logged alone, so that its receipt tells of no other"
        );
    }
    let (gathered, ()) = tokio::join!(tender.gather(&buyer, Duration::from_secs(3), |_| told += 1), async {
        offers(&ours, "900", true).await;
        offers(&amps, "1000", false).await;
        ohms.introduce().await.unwrap();
    });
    let mut bids = gathered.unwrap();
    assert!(told >= 1, "what comes in is told");
    bids.sort_by_cached_key(Bid::rank);
    let expected = [
        ("volt.example", Standing::Offered),
        ("amp.example", Standing::Offered),
        ("ohm.example", Standing::In),
        ("tesla.example", Standing::Invited),
        ("stranger.example", Standing::NotInvited),
    ];
    assert_eq!(standings(&bids), expected.map(|(name, standing)| (name.to_owned(), standing)));
    assert!(bids[4].failure.as_ref().unwrap().contains("consent"), "{bids:?}");
    let cheapest = &bids[0].offers[0];
    assert!(cheapest.binding && cheapest.due == Some(START.plus(asp_core::position::Millis(3_600_000))));
    assert_eq!(cheapest.buyer_owes, [text("900 USD")]);
    assert_eq!(cheapest.supplier_owes, [text("900 USD")]);

    let award = Award { supplier: seller(), terms: cheapest.terms };
    let awarded = tender.award(&buyer, &award, Duration::ZERO).await.unwrap();
    let Awarded::Stands(commitment) = awarded else { panic!("{awarded:?}") };
    assert_eq!(buyer.commitment(&commitment).await.unwrap().state, CommitmentState::Active);
    let declined = tender.decline(&buyer, &all, &text(REASON), |_, _| {}).await;
    assert_eq!(declined.len(), 4, "who was not invited is not declined");
    assert!(matches!(outcome(&declined, &seller()), Declined::Bound), "{declined:?}");
    for name in RIVALS {
        assert!(matches!(outcome(&declined, &rival(name)), Declined::Done), "{declined:?}");
    }
    refused_and_closed(&amps, 1).await;
    refused_and_closed(&ohms, 0).await;
    let uninvited = theirs(&tender, &rival_at(&client, "tesla")).view().await.unwrap();
    assert_eq!((uninvited.state, uninvited.end.unwrap().sentence.as_str()), (State::Failed, REASON));

    // Asked again, nothing is said twice.
    let head = ours.view().await.unwrap().head;
    assert_eq!(tender.award(&buyer, &award, Duration::ZERO).await.unwrap(), awarded);
    assert_eq!(ours.view().await.unwrap().head, head);
    let again = tender.decline(&buyer, &[rival("amp")], &text(REASON), |_, _| {}).await;
    assert!(matches!(again[..], [(_, Declined::EndedBefore)]), "{again:?}");
}

/// Holds that the buyer refused so many offers and closed the session, each with the reason.
async fn refused_and_closed(session: &asp_client::Session, offers: usize) {
    let view = session.view().await.unwrap();
    assert_eq!((view.state, view.offers.len()), (State::Closed, 0));
    assert_eq!(view.end.unwrap().sentence, REASON);
    let messages = session.messages(None).await.unwrap();
    let refusals = messages.iter().filter_map(|message| {
        let verified = message.verify().unwrap();
        let Body::Reject(because) = &verified.statement().body else { return None };
        Some(because.reason.as_str().to_owned())
    });
    assert_eq!(refusals.collect::<Vec<_>>(), vec![REASON; offers]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_is_not_firm_binds_once_its_supplier_has_signed() {
    let (_stage, client) = market().await;
    let buyer = buyer_at(&client);
    let tender = tender(&buyer, [seller(), rival("amp")]).await;
    let ours = theirs(&tender, &seller_at(&client));
    let terms = offers(&ours, "900", false).await;
    let award = Award { supplier: seller(), terms };
    assert_eq!(tender.award(&buyer, &award, Duration::ZERO).await.unwrap(), Awarded::AwaitsSupplier);
    let standing =
        |bids: Vec<Bid>| bids.iter().find(|bid| bid.supplier == seller()).map(|bid| bid.standing).unwrap();
    assert_eq!(standing(tender.bids(&buyer).await), Standing::Agreed);
    // Asked again meanwhile, it commits no second time.
    assert_eq!(tender.award(&buyer, &award, Duration::ZERO).await.unwrap(), Awarded::AwaitsSupplier);
    let pending = ours.view().await.unwrap().pending.unwrap();
    let (awarded, signed) =
        tokio::join!(tender.award(&buyer, &award, PATIENCE), ours.accept(&pending.id, terms));
    signed.unwrap();
    assert!(matches!(awarded.unwrap(), Awarded::Stands(_)));
    assert_eq!(standing(tender.bids(&buyer).await), Standing::Awarded);
    assert_eq!(ours.replayed().await.unwrap().commitments.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_on_the_table_is_not_awarded() {
    let (_stage, client) = market().await;
    let buyer = buyer_at(&client);
    let tender = tender(&buyer, [seller(), rival("amp")]).await;
    let ours = theirs(&tender, &seller_at(&client));
    let terms = offers(&ours, "900", true).await;
    let refused = async |supplier, terms| {
        tender.award(&buyer, &Award { supplier, terms }, Duration::ZERO).await.unwrap_err()
    };
    for (supplier, named) in [
        (seller(), asp_core::position::Hash::of(&[b"other terms"])),
        (rival("amp"), terms),
        (rival("ohm"), terms),
    ] {
        let error = refused(supplier, named).await;
        assert!(matches!(error, Error::Missing { .. }), "{error}");
    }
    let open = ours.view().await.unwrap().offers[0].id;
    ours.withdraw(&open, text("sold")).await.unwrap();
    let error = refused(seller(), terms).await;
    assert!(matches!(error, Error::Missing { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_told_of_its_supplier_and_stops_no_other() {
    let (stage, _) = market().await;
    let between = Between::honest(&stage.url()).await;
    let buyer = buyer_at(&asp_client::Client::connect(between.url()).await.unwrap());
    let (mut tender, invitations) =
        Tender::prepare(&buyer, call([seller(), rival("amp"), rival("ohm")])).await.unwrap();
    let session = |agent: &AgentUri, tender: &Tender| tender.supplier(agent).unwrap().session.unwrap();
    let (refused, lost) = (session(&rival("amp"), &tender), session(&rival("ohm"), &tender));
    let names = |answer: &Answer, agent: &AgentUri| {
        answer.request == "POST /v1/statements"
            && String::from_utf8_lossy(&answer.sent).contains(agent.as_str())
    };
    between.lie(move |answer| {
        if names(answer, &rival("amp")) {
            answer.refuse(Code::ConsentRevoked, None);
        } else if names(answer, &rival("ohm")) {
            // Taken in, and told of in no way that anybody could believe.
            answer.bytes = b"{}".to_vec();
        }
    });
    tender.open(&buyer, invitations, |_| {}).await;
    between.lie(|_| {});
    let supplier = |agent: &AgentUri| tender.supplier(agent).unwrap().clone();
    assert_eq!((supplier(&seller()).failure, supplier(&rival("amp")).session), (None, None));
    assert_ne!(refused, lost);
    assert!(supplier(&rival("amp")).failure.is_some() && supplier(&rival("ohm")).failure.is_some());
    assert_eq!(supplier(&rival("ohm")).session, Some(lost), "what may be there is not forgotten");
    let told = standings(&tender.bids(&buyer).await);
    let told = |name: &str| told.iter().find(|(who, _)| who == name).unwrap().1;
    assert_eq!(told("volt.example"), Standing::Invited);
    assert_eq!(told("amp.example"), Standing::NotInvited);
    assert_eq!(told("ohm.example"), Standing::Invited, "the statements are the truth");

    // One session that cannot be read, and later declined, hides no other.
    let broken = format!("/v1/sessions/{}", lost.to_hex());
    between.lie(move |answer| {
        if answer.request.contains(&broken) {
            answer.bytes = b"{}".to_vec();
        }
    });
    let told = standings(&tender.bids(&buyer).await);
    assert!(told.contains(&("ohm.example".to_owned(), Standing::Unknown)), "{told:?}");
    assert!(told.contains(&("volt.example".to_owned(), Standing::Invited)), "{told:?}");
    let declined = tender.decline(&buyer, &[seller(), rival("ohm")], &text(REASON), |_, _| {}).await;
    assert!(matches!(outcome(&declined, &rival("ohm")), Declined::Failed(_)), "{declined:?}");
    assert!(matches!(outcome(&declined, &seller()), Declined::Done), "{declined:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tender_is_for_somebody_and_for_no_crowd() {
    let (_stage, client) = Stage::with_people().await;
    let crowd = (0..257).map(|number| text(&format!("agent://volt.example/seller-{number}")));
    for suppliers in [Vec::new(), crowd.collect()] {
        let error = Tender::prepare(&buyer_at(&client), call(suppliers)).await.unwrap_err();
        assert_eq!(error.code(), Some(Code::InvalidParticipants), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commitment_that_both_ended_leaves_the_tender_open() {
    let (_stage, client) = market().await;
    let buyer = buyer_at(&client);
    let tender = tender(&buyer, [seller(), rival("amp")]).await;
    let volt = seller_at(&client);
    let ours = theirs(&tender, &volt);
    offers(&ours, "900", true).await;
    let chosen = async || {
        let bids = tender.bids(&buyer).await;
        bids.into_iter().find(|bid| bid.supplier == seller()).unwrap()
    };
    let terms = chosen().await.offers[0].terms;
    let award = Award { supplier: seller(), terms };
    let Awarded::Stands(commitment) = tender.award(&buyer, &award, Duration::ZERO).await.unwrap() else {
        panic!()
    };
    assert_eq!(chosen().await.standing, Standing::Awarded);
    let end = Termination {
        commitment,
        reason: text("we both think better of it"),
        respond_by: None,
        shares: None,
    };
    let session = buyer.session(&ours.id());
    let asked = session.say(Body::Propose(Propose::Termination(end)), None).await.unwrap();
    ours.messages(None).await.unwrap();
    ours.accept(&asked.receipt.statement, terms).await.unwrap();
    let bid = chosen().await;
    assert_ne!(bid.standing, Standing::Awarded);
    assert!(bid.commitments.is_empty());
    assert!(
        tender.award(&buyer, &award, Duration::ZERO).await.is_err(),
        "nothing of it is on the table any more"
    );
    let declined = tender.decline(&buyer, &[seller()], &text(REASON), |_, _| {}).await;
    assert!(matches!(outcome(&declined, &seller()), Declined::Done), "{declined:?}");
}
