//! The vendor: waits for invitations, sells above its floor, and delivers as long as it has something to deliver.
//! It looks at its price before it signs, and at its stock only afterwards: that is its flaw.

use std::pin::pin;
use std::time::Instant;

use asp_client::Session;
use asp_client::api::{CommitmentView, ConsentView, OfferView, SessionView};
use asp_core::amount::{Decimal, Money};
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Millis};
use asp_core::session::table::State;
use asp_core::statement::body::{Body, Counter, Evidence, ObligationRef, Offer};
use futures::{StreamExt, TryStreamExt};
use serde_json::json;

use super::{Part, Registered, look};
use crate::commands::demo::notes::{Note, Score};
use crate::failure::{Failure, Outcome};
use crate::terms::{self, DELIVERY, PAYMENT, Sale};

/// What the vendor sells, and for how much.
#[derive(Debug, Clone)]
pub(in super::super) struct Stock {
    /// Hours that it has.
    pub(in super::super) hours: Decimal,
    /// The price that it asks.
    pub(in super::super) asks: Money,
    /// The price below which it does not sell.
    pub(in super::super) floor: Money,
}

/// The vendor, registered.
struct Vendor {
    part: Part,
    registered: Registered,
    stock: Stock,
    /// Hours that it has delivered.
    delivered: Decimal,
    /// What it thought of the buyer when they met.
    met: Option<Score>,
}

/// Registers, consents, and serves so many sessions to their end.
///
/// # Errors
/// When the node refuses, or nobody comes.
pub(in super::super) async fn run(part: Part, stock: Stock, sessions: usize) -> Outcome {
    let registered = part.register().await?;
    let mut vendor = Vendor { part, registered, stock, delivered: Decimal::ZERO, met: None };
    vendor.consent().await?;
    for _ in 0..sessions {
        let session = vendor.registered.agent.next_invitation(super::PATIENCE).await?;
        vendor.serve(&session).await?;
    }
    Ok(())
}

impl Vendor {
    /// Waits until somebody asks for consent to what it sells, and grants it.
    async fn consent(&self) -> Outcome {
        let organisation = &self.registered.organisation;
        let sells = &self.part.card.capabilities;
        let asked = look("a request for consent", || async {
            let consents: Vec<_> = organisation.consents().try_collect().await?;
            let fits = consents.into_iter().find(|consent: &ConsentView| {
                consent.with == self.part.domain
                    && consent.standing == "REQUESTED"
                    && consent
                        .capabilities
                        .iter()
                        .all(|wanted| sells.iter().any(|sold| wanted.is_within(sold)))
            });
            Ok(fits.map(|consent| consent.id))
        })
        .await?;
        let start = Instant::now();
        let receipt = organisation.grant_consent(&asked).await?;
        self.part.teller.received(&receipt, start.elapsed()).await;
        Ok(())
    }

    /// Reacts to everything that is said in a session, until its receipt is signed by both.
    async fn serve(&mut self, session: &Session) -> Outcome {
        let mut messages = pin!(session.watch(None));
        let mut answered: Option<Hash> = None;
        let mut sold_out = false;
        while let Some(message) = messages.next().await {
            message?;
            let view = session.view().await?;
            match view.state {
                State::Invited => self.introduce(session, &view).await?,
                State::Conversing => {
                    let open = view.offers.iter().find(|offer| offer.awaits.contains(&self.part.agent));
                    if let Some(offer) = open.filter(|offer| answered != Some(offer.id)) {
                        answered = Some(offer.id);
                        self.answer(session, &view.initiator, offer).await?;
                    }
                }
                State::Executing => {
                    if let Some(commitment) = view.commitments.first() {
                        self.execute(session, commitment, &mut sold_out).await?;
                    }
                }
                State::Closed => {
                    if !self.has_signed(&view) {
                        let start = Instant::now();
                        let receipt = session.close("agreed".parse().map_err(Failure::fault)?).await?;
                        self.part.teller.received(&receipt, start.elapsed()).await;
                    }
                    return self.look_back(&view).await;
                }
                State::Failed => return Err(Failure::fault("the session failed")),
                State::Idle | State::Introduced | State::Agreeing | State::Escalated => {}
            }
        }
        Err(Failure::fault("the session's stream ended"))
    }

    fn has_signed(&self, view: &SessionView) -> bool {
        view.participants.iter().any(|other| other.agent == self.part.agent && other.countersigned)
    }

    async fn introduce(&mut self, session: &Session, view: &SessionView) -> Outcome {
        let me = view.participants.iter().find(|other| other.agent == self.part.agent);
        if me.is_some_and(|me| me.joined) {
            return Ok(());
        }
        if self.met.is_none() {
            let asked = &self.stock.asks;
            let all = Money {
                amount: self
                    .stock
                    .hours
                    .checked_mul(asked.amount)
                    .ok_or_else(|| Failure::fault("an odd total"))?,
                currency: asked.currency.clone(),
            };
            self.met = Some(self.part.trust(&self.registered.agent, &view.initiator, &all, None).await?);
        }
        let start = Instant::now();
        let receipt = session.introduce().await?;
        self.part.teller.received(&receipt, start.elapsed()).await;
        Ok(())
    }

    /// Asks about the buyer again when it has paid.
    async fn look_back(&mut self, view: &SessionView) -> Outcome {
        let paid = view
            .commitments
            .iter()
            .flat_map(|commitment| &commitment.obligations)
            .find(|obligation| obligation.id == PAYMENT && obligation.state == "FULFILLED");
        if let (Some(paid), Some(met)) = (paid, self.met.clone()) {
            self.part.trust(&self.registered.agent, &view.initiator, &paid.value, Some(met)).await?;
        }
        Ok(())
    }

    /// Takes a firm offer at or above its floor, and counters everything else with what it asks.
    async fn answer(&self, session: &Session, buyer: &AgentUri, offer: &OfferView) -> Outcome {
        let package = offer.packages.iter().next();
        let Some((hash, package)) = package else { return Ok(()) };
        let (Some(price), Some(hours)) = (terms::unit_price(package), terms::quantity(package)) else {
            return Ok(());
        };
        let good = price.currency == self.stock.floor.currency && price.amount >= self.stock.floor.amount;
        if good && offer.binding {
            self.think(format!("{} is above my floor", terms::money(&price))).await;
            let start = Instant::now();
            let receipt = session.accept(&offer.id, *hash).await?;
            self.part.teller.received(&receipt, start.elapsed()).await;
            return Ok(());
        }
        self.think(format!("{} is below my floor", terms::money(&price))).await;
        let due = package.obligations.first().and_then(|obligation| match &obligation.due {
            asp_core::statement::body::Due::At(due) => Some(due.at),
            asp_core::statement::body::Due::After(_) | asp_core::statement::body::Due::Withheld(_) => None,
        });
        let sale = Sale {
            seller: self.part.agent.clone(),
            buyer: buyer.clone(),
            item: "GPU hours".parse().map_err(Failure::fault)?,
            quantity: hours,
            price: self.stock.asks.clone(),
            due: due.unwrap_or_else(|| crate::commands::now().plus(Millis(3_600_000))),
            pay_within: Millis(86_400_000),
        };
        let packages = vec![sale.package()?];
        let counter = Offer::of(packages, false);
        let start = Instant::now();
        let receipt = session.say(Body::Counter(Counter::CounterOffer(counter)), Some(offer.id)).await?;
        self.part.teller.received(&receipt, start.elapsed()).await;
        Ok(())
    }

    /// Delivers if it can, and acknowledges the money.
    async fn execute(
        &mut self,
        session: &Session,
        commitment: &CommitmentView,
        sold_out: &mut bool,
    ) -> Outcome {
        for obligation in &commitment.obligations {
            let id = obligation.id.parse().map_err(Failure::fault)?;
            let start = Instant::now();
            let receipt = match (obligation.id.as_str(), obligation.state.as_str()) {
                (DELIVERY, "OPEN") => {
                    let Some(digest) = self.deliver(session, commitment).await? else {
                        if !*sold_out {
                            *sold_out = true;
                            self.think("my hours are sold already: nothing is left to deliver".to_owned())
                                .await;
                        }
                        continue;
                    };
                    session
                        .fulfil(ObligationRef::whole(commitment.id, id), Evidence::Digest { digest })
                        .await?
                }
                (PAYMENT, "DELIVERED") => {
                    session.acknowledge(ObligationRef::whole(commitment.id, id)).await?
                }
                _ => continue,
            };
            self.part.teller.received(&receipt, start.elapsed()).await;
        }
        Ok(())
    }

    /// Leaves the voucher for the buyer; none when there is nothing left to give.
    async fn deliver(&mut self, session: &Session, commitment: &CommitmentView) -> Outcome<Option<Hash>> {
        let hours: Option<Decimal> =
            commitment.terms.get("quantity").and_then(|number| serde_json::from_value(number.clone()).ok());
        let after = hours.and_then(|hours| self.delivered.checked_add(hours));
        let Some(after) = after.filter(|after| *after <= self.stock.hours) else { return Ok(None) };
        let voucher =
            json!({ "commitment": commitment.id, "hours": hours, "pool": "volt-gpu-1" }).to_string();
        let digest = Hash::of(&[voucher.as_bytes()]);
        let path = self.part.hand_over.join(format!("{}.json", session.id().to_hex()));
        tokio::task::spawn_blocking(move || std::fs::write(path, voucher))
            .await
            .map_err(Failure::fault)?
            .map_err(|error| Failure::fault(format_args!("the delivery: {error}")))?;
        self.delivered = after;
        Ok(Some(digest))
    }

    async fn think(&self, why: String) {
        self.part.teller.note(Note::Decided { who: "vendor", why }).await;
    }
}
