//! The buyer: wants GPU hours, knows what they may cost at most, and checks what it gets before it pays.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all that is said, one thing is looked for")]

use std::pin::pin;
use std::time::Instant;

use asp_client::api::SearchQuery;
use asp_client::api::{CommitmentView, OfferView, SessionView};
use asp_client::{ConsentTerms, Opening, Session};
use asp_core::amount::{Decimal, Money};
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Millis};
use asp_core::session::table::State;
use asp_core::statement::body::{
    Body, Evidence, Inform, Invitee, Limits, Mode, ObligationId, ObligationRef, Offer, Package,
    ParticipantRole, Propose,
};
use futures::StreamExt;

use super::{Part, Registered, capability, look};
use crate::commands::demo::notes::{Note, Score};
use crate::failure::{Failure, Outcome};
use crate::terms::{self, DELIVERY, PAYMENT, Sale};

/// What the buyer wants, and to which price.
#[derive(Debug, Clone)]
pub(in super::super) struct Wish {
    /// How many hours.
    pub(in super::super) hours: Decimal,
    /// The price that it offers first.
    pub(in super::super) first: Money,
    /// The price that it offers last, as a firm offer.
    pub(in super::super) last: Money,
    /// Within what time delivery is due.
    pub(in super::super) due: Millis,
}

/// How a deal ended for the buyer.
#[derive(Debug)]
pub(in super::super) struct Deal {
    /// The commitment.
    pub(in super::super) commitment: Hash,
    /// What it thinks of the vendor from here on.
    pub(in super::super) score: Score,
}

/// The buyer, registered, with a vendor that it may talk to.
#[derive(Debug)]
pub(in super::super) struct Buyer {
    part: Part,
    registered: Registered,
    vendor: AgentUri,
}

impl Buyer {
    /// Registers, finds a vendor, and gets consent from the vendor's organisation.
    ///
    /// # Errors
    /// When the node refuses, or nobody answers.
    pub(in super::super) async fn arrive(part: Part) -> Outcome<Self> {
        let registered = part.register().await?;
        let vendor = find_vendor(&part, &registered).await?;
        let buyer = Self { part, registered, vendor };
        buyer.agree_to_talk().await?;
        Ok(buyer)
    }

    /// Asks the vendor's organisation for consent and waits until it is granted.
    async fn agree_to_talk(&self) -> Outcome {
        let organisation = &self.registered.organisation;
        self.part.teller.note(Note::Chapter { title: "They agree to talk" }).await;
        let purpose = "GPU capacity for model training".parse().map_err(Failure::fault)?;
        let until = crate::commands::now().plus(Millis(30 * 86_400_000));
        let plain = ConsentTerms::about(self.vendor.organisation(), [capability()?].into(), purpose, until);
        let ceiling = Some("10000 USD".parse().map_err(Failure::fault)?);
        let terms = ConsentTerms { ceiling, ..plain };
        let start = Instant::now();
        let id = organisation.request_consent(terms).await?;
        self.part.teller.said(id, start.elapsed()).await;
        look("the consent to be granted", || async {
            let consent = organisation.consent(&id).await?;
            Ok((consent.standing == "GRANTED").then_some(()))
        })
        .await
    }

    /// Makes a deal and sees it through to the receipt.
    ///
    /// # Errors
    /// When the node refuses, or the vendor does not answer.
    pub(in super::super) async fn deal(&self, wish: &Wish, before: Option<Score>) -> Outcome<Deal> {
        let amount = Money {
            amount: wish.hours.checked_mul(wish.last.amount).ok_or_else(|| Failure::fault("an odd total"))?,
            currency: wish.last.currency.clone(),
        };
        let before = match before {
            Some(score) => score,
            None => self.part.trust(&self.registered.agent, &self.vendor, &amount, None).await?,
        };
        let start = Instant::now();
        let session = self.registered.agent.open_session(self.opening()?).await?;
        self.part.teller.said(session.id(), start.elapsed()).await;
        let commitment = self.see_through(&session, wish).await?;
        let score = self.part.trust(&self.registered.agent, &self.vendor, &amount, Some(before)).await?;
        Ok(Deal { commitment, score })
    }

    fn opening(&self) -> Outcome<Opening> {
        Ok(Opening {
            with: vec![Invitee::of(self.vendor.clone(), ParticipantRole::Party)],
            capability: capability()?,
            purpose: "GPU hours".parse().map_err(Failure::fault)?,
            consents: Vec::new(),
            limits: Limits::defaults(),
            mode: Mode::Open,
            schemas: Vec::new(),
        })
    }

    /// Reacts to everything that is said in the session, until it is closed.
    async fn see_through(&self, session: &Session, wish: &Wish) -> Outcome<Hash> {
        let mut offered: Option<Money> = None;
        let mut warned = false;
        let mut messages = pin!(session.watch(None));
        while let Some(message) = messages.next().await {
            message?;
            let view = session.view().await?;
            match view.state {
                State::Introduced if offered.is_none() => {
                    // Whose first word is the last one makes it firm.
                    self.propose(session, wish, &wish.first, wish.first == wish.last).await?;
                    offered = Some(wish.first.clone());
                }
                State::Conversing => {
                    if let Some(counter) = view.offers.iter().find(|offer| self.awaits_me(offer)) {
                        offered = self.answer(session, wish, counter, offered).await?;
                    }
                }
                State::Executing => {
                    let Some(commitment) = view.commitments.first() else { continue };
                    if !warned && is_short(wish) {
                        warned = true;
                        self.warn(commitment).await;
                    }
                    self.execute(session, &view, commitment).await?;
                }
                // The receipt is whole when both have signed it.
                State::Closed if view.participants.iter().any(|other| !other.countersigned) => {}
                State::Closed => return view.commitments.first().map(|kept| kept.id).ok_or_else(nothing),
                State::Failed => return Err(nothing()),
                State::Idle | State::Invited | State::Introduced | State::Agreeing | State::Escalated => {}
            }
        }
        Err(nothing())
    }

    fn awaits_me(&self, offer: &OfferView) -> bool {
        offer.awaits.contains(&self.part.agent)
    }

    /// Takes a price below its limit, else says its last word.
    async fn answer(
        &self,
        session: &Session,
        wish: &Wish,
        counter: &OfferView,
        offered: Option<Money>,
    ) -> Outcome<Option<Money>> {
        let Some((hash, package)) = counter.packages.iter().next() else { return Ok(offered) };
        let Some(asked) = terms::unit_price(package) else { return Ok(offered) };
        if asked.amount <= wish.last.amount {
            let start = Instant::now();
            let receipt = session.accept(&counter.id, *hash).await?;
            self.part.teller.received(&receipt, start.elapsed()).await;
            return Ok(offered);
        }
        // The counter stays open while the vendor thinks; the last word is said once.
        if offered.as_ref() == Some(&wish.last) {
            return Ok(offered);
        }
        self.think(format!(
            "{} is above my limit; {} is my last word",
            terms::money(&asked),
            terms::money(&wish.last)
        ))
        .await;
        self.propose(session, wish, &wish.last, true).await?;
        Ok(Some(wish.last.clone()))
    }

    async fn propose(&self, session: &Session, wish: &Wish, price: &Money, binding: bool) -> Outcome {
        let sale = Sale {
            seller: self.vendor.clone(),
            buyer: self.part.agent.clone(),
            item: "GPU hours".parse().map_err(Failure::fault)?,
            quantity: wish.hours,
            price: price.clone(),
            due: crate::commands::now().plus(wish.due),
            pay_within: Millis(86_400_000),
        };
        let packages: Vec<Package> = vec![sale.package()?];
        let offer = Offer::of(packages, binding);
        let start = Instant::now();
        let receipt = session.say(Body::Propose(Propose::Proposal(offer)), None).await?;
        self.part.teller.received(&receipt, start.elapsed()).await;
        Ok(())
    }

    /// Does what is the buyer's to do while a commitment stands: check, acknowledge, pay, close.
    async fn execute(&self, session: &Session, view: &SessionView, commitment: &CommitmentView) -> Outcome {
        let state = |id: &str| {
            let known = commitment.obligations.iter().find(|obligation| obligation.id == id);
            known.map(|obligation| obligation.state.as_str()).unwrap_or_default()
        };
        let start = Instant::now();
        let receipt = match (state(DELIVERY), state(PAYMENT)) {
            ("DELIVERED", _) => {
                self.check(session, commitment).await?;
                session.acknowledge(ObligationRef::whole(commitment.id, obligation(DELIVERY)?)).await?
            }
            ("FULFILLED", "OPEN") => {
                let text = "bank transfer DEMO-2550".parse().map_err(Failure::fault)?;
                let evidence = Evidence::Acknowledgement { text };
                session.fulfil(ObligationRef::whole(commitment.id, obligation(PAYMENT)?), evidence).await?
            }
            ("FULFILLED", "FULFILLED") => session.close("all done".parse().map_err(Failure::fault)?).await?,
            ("BREACHED", _) if view.state == State::Executing => {
                session.close("nothing was delivered".parse().map_err(Failure::fault)?).await?
            }
            _ => return Ok(()),
        };
        self.part.teller.received(&receipt, start.elapsed()).await;
        Ok(())
    }

    /// Compares what the vendor left with the digest that it signed.
    async fn check(&self, session: &Session, commitment: &CommitmentView) -> Outcome {
        let path = self.part.hand_over.join(format!("{}.json", session.id().to_hex()));
        let bytes = tokio::task::spawn_blocking(move || std::fs::read(path))
            .await
            .map_err(Failure::fault)?
            .map_err(|error| Failure::fault(format_args!("the delivery: {error}")))?;
        let found = Hash::of(&[&bytes]);
        let signed = session.messages(None).await?.iter().rev().find_map(|message| {
            let verified = message.verify().ok()?;
            match &verified.statement().body {
                Body::Inform(Inform::Fulfilment(done)) if done.commitment == commitment.id => {
                    match done.evidence {
                        Evidence::Digest { digest } => Some(digest),
                        Evidence::Acknowledgement { .. }
                        | Evidence::Schema { .. }
                        | Evidence::Attestation { .. } => None,
                    }
                }
                _ => None,
            }
        });
        if signed != Some(found) {
            return Err(Failure::no("what was delivered is not what was signed"));
        }
        self.think("what I got has the digest that the vendor signed".to_owned()).await;
        Ok(())
    }

    /// Says that a delivery is due soon.
    async fn warn(&self, commitment: &CommitmentView) {
        let due =
            commitment.obligations.iter().find(|known| known.id == DELIVERY).and_then(|known| known.due);
        if let Some(due) = due {
            let left = due.since(crate::commands::now());
            self.part.teller.note(Note::Waits { obligation: DELIVERY.to_owned(), due, left }).await;
        }
    }

    async fn think(&self, why: String) {
        self.part.teller.note(Note::Decided { who: "buyer", why }).await;
    }

    /// The proof of a commitment.
    ///
    /// # Errors
    /// When the node does not give it.
    pub(in super::super) async fn bundle(&self, commitment: &Hash) -> Outcome<Vec<u8>> {
        Ok(self.registered.agent.bundle(commitment).await?)
    }

    /// A title for what follows.
    pub(in super::super) async fn chapter(&self, title: &'static str) {
        self.part.teller.note(Note::Chapter { title }).await;
    }
}

/// Asks the registry until somebody sells what is wanted.
async fn find_vendor(part: &Part, registered: &Registered) -> Outcome<AgentUri> {
    let wanted = capability()?;
    let start = Instant::now();
    let search = SearchQuery { capability: Some(wanted.clone()), ..SearchQuery::default() };
    let found = look("a vendor", || async {
        let page = registered.client.search(&search).await?;
        Ok((!page.agents.is_empty()).then_some(page.agents))
    })
    .await?;
    let took = start.elapsed();
    let best = found.first().map(|hit| hit.agent.clone()).ok_or_else(|| Failure::no("nobody sells that"))?;
    let found = found.into_iter().map(|hit| (hit.agent, hit.reasons.join("; "))).collect();
    part.teller.note(Note::Searched { who: "buyer", capability: wanted, found, took }).await;
    Ok(best)
}

/// Whether delivery is due so soon that it is worth waiting for.
const fn is_short(wish: &Wish) -> bool {
    wish.due.0 < 60_000
}

fn obligation(id: &str) -> Outcome<ObligationId> {
    id.parse().map_err(Failure::fault)
}

fn nothing() -> Failure {
    Failure::fault("the session ended without a commitment")
}
