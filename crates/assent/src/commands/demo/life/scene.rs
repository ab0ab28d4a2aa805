//! One negotiation from its invitation to its end, both sides of it: an offer, counter-offers that come nearer to one another, and
//! what becomes of the deal.

use std::time::Duration;

use asp_client::{AgentParty, CaseEvidence, Filing, Opening, Session};
use asp_core::amount::Money;
use asp_core::name::{Issuer, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::session::table::State;
use asp_core::statement::body::{
    Accept, Body, DisputeOutcome, DisputeReason, DisputeRule, DisputeTerms, DisputeWindows, Evidence,
    ObligationRef, Offer, Package, Resumption, RulingEffect, Text,
};
use asp_core::statement::draft::Draft;
use asp_sim::chance::Chance;

use super::{Member, Pace};
use crate::commands::demo::story::look;
use crate::failure::{Failure, Outcome};
use crate::terms::{DELIVERY, PAYMENT, Sale};

/// What becomes of a negotiation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// A deal that is kept.
    Kept,
    /// No deal.
    NoDeal,
    /// A deal of which nothing is delivered.
    Broken,
    /// A deal whose delivery is contested, before the arbiter.
    Disputed,
    /// A question to a person, who answers; then a deal that is kept.
    Asked,
}

impl Ending {
    /// One of them, as often as in a market that works.
    pub(super) fn drawn(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..58 => Self::Kept,
            58..76 => Self::NoDeal,
            76..82 => Self::Broken,
            82..90 => Self::Disputed,
            _ => Self::Asked,
        }
    }
}

/// A negotiation that is about to begin.
pub(super) struct Scene<'a> {
    pub(super) buyer: &'a Member,
    pub(super) seller: &'a Member,
    /// Who rules where they do not agree.
    pub(super) court: &'a Member,
    pub(super) ending: Ending,
    pub(super) chance: Chance,
    pub(super) pace: Pace,
}

/// A negotiation that has begun, as its two sides see it.
struct Table<'a> {
    id: Hash,
    buyer: &'a AgentParty,
    seller: &'a AgentParty,
}

/// A fresh handle for each word: it is said on what was said last, by whomever.
impl Table<'_> {
    fn buys(&self) -> Session {
        self.buyer.session(&self.id)
    }

    fn sells(&self) -> Session {
        self.seller.session(&self.id)
    }
}

impl Scene<'_> {
    /// Plays it to its end.
    ///
    /// # Errors
    /// When the node does not take what is said.
    pub(super) async fn play(mut self) -> Outcome {
        let capability = self.seller.firm.capability.parse().map_err(Failure::fault)?;
        let opening = Opening {
            purpose: text(&format!("{} for {}", self.seller.firm.item, self.buyer.firm.name))?,
            ..Opening::new(self.seller.agent.clone(), capability)
        };
        let id = self.buyer.desk.open_session(opening).await?.id();
        let table = Table { id, buyer: &self.buyer.desk, seller: &self.seller.desk };
        self.breath().await;
        table.sells().introduce().await?;
        self.breath().await;
        let Some(commitment) = self.haggle(&table).await? else { return Ok(()) };
        match self.ending {
            Ending::Kept | Ending::Asked => self.keep(&table, commitment).await,
            Ending::Broken => self.break_it(&table).await,
            Ending::Disputed => self.dispute(&table, commitment).await,
            Ending::NoDeal => Ok(()),
        }
    }

    async fn breath(&mut self) {
        let pause = self.pace.pause(&mut self.chance);
        tokio::time::sleep(pause).await;
    }

    /// Offers and counter-offers; the commitment, if they agree.
    async fn haggle(&mut self, table: &Table<'_>) -> Outcome<Option<Hash>> {
        let firm = self.seller.firm;
        let quantity = firm.fewest * self.chance.between(1, 5);
        let rounds = self.chance.between(1, 4);
        // In thousandths of the usual price: the buyer comes up, the seller comes down.
        let (mut bid, mut ask) = (self.chance.between(780, 880), self.chance.between(1_080, 1_220));
        let meet = if self.ending == Ending::NoDeal { 960 } else { self.chance.between(930, 1_030) };
        let first = self.package(quantity, bid)?;
        let mut last = table.buys().propose(Offer::of(vec![first], false)).await?.receipt.statement;
        for round in 0..rounds {
            self.breath().await;
            if round == 0 {
                self.hesitate(table).await?;
            }
            let counter = Offer::of(vec![self.package(quantity, ask)?], false);
            last = table.sells().counter(&last, counter).await?.receipt.statement;
            self.breath().await;
            if round == 0 && self.ending == Ending::Asked {
                self.ask_a_person(table).await?;
            }
            bid += (meet.saturating_sub(bid)) * (round + 1) / (rounds + 1);
            ask -= (ask.saturating_sub(meet)) * (round + 1) / (rounds + 1);
            let binding = round + 1 == rounds && self.ending != Ending::NoDeal;
            let price = if binding { meet } else { bid };
            let package = self.package(quantity, price)?;
            let terms = package.terms_hash();
            last = table.buys().counter(&last, Offer::of(vec![package], binding)).await?.receipt.statement;
            if binding {
                self.breath().await;
                table.sells().accept(&last, terms).await?;
            }
        }
        self.breath().await;
        if self.ending == Ending::NoDeal {
            table.sells().reject(&last, text("We are too far apart this time.")?).await?;
            self.breath().await;
            table.buys().close(text("We ask elsewhere.")?).await?;
            self.breath().await;
            table.sells().close(text("Another time.")?).await?;
            return Ok(None);
        }
        let view = table.buys().view().await?;
        let agreed = view.commitments.first().map(|commitment| commitment.id);
        agreed.map(Some).ok_or_else(|| Failure::fault("they agreed and owe nothing"))
    }

    async fn hesitate(&mut self, table: &Table<'_>) -> Outcome {
        if let Some(said) = self.chance.pick(self.seller.firm.hesitates) {
            table.sells().inform(text(said)?).await?;
            self.breath().await;
        }
        Ok(())
    }

    /// The seller's agent may not decide this alone: its organisation does.
    async fn ask_a_person(&mut self, table: &Table<'_>) -> Outcome {
        let own = self.seller.organisation.domain().clone();
        let question = text("May I go below the list price for a new customer?")?;
        table.sells().escalate(Issuer::Organisation(own.clone()), question).await?;
        tokio::time::sleep(self.pace.thinks()).await;
        let body = Body::Accept(Accept::Resumption(Resumption {
            decided_by: None,
            instructions: Some(text("Yes, down to cost and no further.")?),
        }));
        let client = self.seller.desk.client();
        let stream = StreamName::Of(asp_core::name::StreamId::Session(table.id));
        let draft = Draft::new(stream, client.origin().clone(), Issuer::Organisation(own), body);
        let head = table.sells().view().await?.head;
        client.say(&draft, Some(head), &[&self.seller.key]).await?;
        self.breath().await;
        Ok(())
    }

    /// So many for a price in thousandths of the usual one.
    fn package(&self, quantity: u32, thousandths: u32) -> Outcome<Package> {
        let cents = u64::from(self.seller.firm.price) * u64::from(thousandths) / 1_000;
        // Written without needless zeros, as every decimal is.
        let price = match (cents / 100, cents % 100) {
            (euros, 0) => format!("{euros} EUR"),
            (euros, tenths) if tenths.is_multiple_of(10) => format!("{euros}.{} EUR", tenths / 10),
            (euros, cents) => format!("{euros}.{cents:02} EUR"),
        };
        let price: Money = price.parse().map_err(Failure::fault)?;
        let due = if self.ending == Ending::Broken { self.pace.due_soon() } else { Millis(6 * 3_600_000) };
        let sale = Sale {
            seller: self.seller.agent.clone(),
            buyer: self.buyer.agent.clone(),
            item: text(self.seller.firm.item)?,
            quantity: quantity.to_string().parse().map_err(Failure::fault)?,
            price,
            due: self.buyer.desk.client().after(due),
            pay_within: Millis(86_400_000),
        };
        let windows = DisputeWindows {
            appeal_ms: None,
            rule_ms: None,
            settle_ms: Some(self.pace.settles()),
            vote_ms: None,
        };
        let disputes = DisputeTerms {
            arbiter: Some(Issuer::Organisation(self.court.organisation.domain().clone())),
            deposit: None,
            effect: None,
            panel: None,
            rungs: None,
            windows: Some(windows),
        };
        Ok(Package { disputes: Some(disputes), ..sale.package()? })
    }

    async fn keep(&mut self, table: &Table<'_>, commitment: Hash) -> Outcome {
        self.deliver(table, commitment).await?;
        table.buys().acknowledge(owed(commitment, DELIVERY)?).await?;
        self.breath().await;
        let paid = Evidence::Acknowledgement { text: text("Bank transfer, same day.")? };
        table.buys().fulfil(owed(commitment, PAYMENT)?, paid).await?;
        self.breath().await;
        table.sells().acknowledge(owed(commitment, PAYMENT)?).await?;
        self.breath().await;
        table.buys().close(text("All done.")?).await?;
        self.breath().await;
        table.sells().close(text("Thank you.")?).await?;
        Ok(())
    }

    async fn deliver(&mut self, table: &Table<'_>, commitment: Hash) -> Outcome {
        self.breath().await;
        let papers = format!("delivery note of {}", commitment.to_hex());
        let digest = Hash::of(&[papers.as_bytes()]);
        table.sells().fulfil(owed(commitment, DELIVERY)?, Evidence::Digest { digest }).await?;
        self.breath().await;
        Ok(())
    }

    /// Nothing comes, and the node finds it.
    async fn break_it(&mut self, table: &Table<'_>) -> Outcome {
        let breached = |state: &str| state == "BREACHED";
        let until = Duration::from_millis(self.pace.due_soon().0) + Duration::from_secs(30);
        let session = table.buys();
        let view = session.wait_until(Some(until), |view| {
            let mut owed = view.commitments.iter().flat_map(|commitment| &commitment.obligations);
            view.state != State::Executing || owed.any(|owed| breached(&owed.state))
        });
        view.await?;
        self.breath().await;
        table.buys().close(text("Nothing was delivered.")?).await?;
        Ok(())
    }

    /// The delivery is contested, and the arbiter has to rule; if nobody does for it, its own agent does.
    async fn dispute(&mut self, table: &Table<'_>, commitment: Hash) -> Outcome {
        self.deliver(table, commitment).await?;
        table.buys().contest(owed(commitment, DELIVERY)?, text("A third of it is missing.")?).await?;
        self.breath().await;
        let about = self.buyer.desk.commitment(&commitment).await?;
        let filing = Filing {
            party: self.buyer.agent.clone(),
            against: self.seller.agent.clone(),
            obligation: Some(DELIVERY.parse().map_err(Failure::fault)?),
            reason: DisputeReason::NotAsAgreed,
            severity: 3,
            claim: text("We counted on the quay: a third of what was agreed did not come.")?,
            amount: None,
            evidence: CaseEvidence::default(),
        };
        let id = self.buyer.desk.disputes().file(&about, filing).await?;
        self.breath().await;
        // The node looks first whether the log alone decides it.
        let replayed = || async {
            let view = self.seller.desk.disputes().show(&id).await?;
            Ok((view.phase != "REPLAYING").then_some(()))
        };
        look("the first look at a dispute", replayed).await?;
        let answer = text("Everything was on the truck; the seals were whole when it left.")?;
        self.seller.desk.disputes().respond(&id, false, answer, Vec::new()).await?;
        tokio::time::sleep(self.pace.judges()).await;
        if self.court.organisation.disputes().show(&id).await?.phase != "ARBITRATING" {
            return Ok(());
        }
        let ruling = DisputeRule {
            amount: None,
            effect: RulingEffect::Binding,
            outcome: if self.chance.happens(5_000) {
                DisputeOutcome::Upheld
            } else {
                DisputeOutcome::Dismissed
            },
            reasons: text("The count of the quay and the papers of the truck, side by side.")?,
            rung: asp_core::statement::body::Rung::Arbiter,
        };
        self.court.organisation.disputes().rule(&id, ruling).await?;
        Ok(())
    }
}

fn owed(commitment: Hash, obligation: &str) -> Outcome<ObligationRef> {
    Ok(ObligationRef::whole(commitment, obligation.parse().map_err(Failure::fault)?))
}

fn text(words: &str) -> Outcome<Text> {
    words.parse().map_err(Failure::fault)
}
