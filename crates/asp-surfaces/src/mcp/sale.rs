//! What a model offers: a plain sale in a few words, or a package of terms as the protocol has it.

use asp_client::api::SessionView;
use asp_core::amount::{Decimal, Money};
use asp_core::name::AgentUri;
use asp_core::position::{LogTime, Millis};
use asp_core::statement::body::{
    Due, DueAfter, DueAt, Name, Obligation, ObligationId, Offer, Package, ParticipantRole, Quantity, Showing,
    Text,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::args::{needed, parsed};
use super::failure::Failure;
use super::schema::{flag, money, takes, text, whole};

/// Milliseconds of an hour.
const HOUR_MS: u64 = 3_600_000;
/// Hours until delivery is due, and from it until payment is, where nothing is said.
const HOURS: u64 = 24;
/// The longest time that a sale may take, in hours: a year.
pub(super) const HOURS_MAX: u64 = 8_784;

/// What is offered.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Offering {
    buy: Option<String>,
    sell: Option<String>,
    quantity: Option<String>,
    unit_price: Option<String>,
    due_in_hours: Option<u64>,
    pay_within_hours: Option<u64>,
    package: Option<Package>,
    firm: Option<bool>,
    reasoning: Option<String>,
}

/// Its schema.
pub(super) fn schema() -> Value {
    takes(
        json!({
            "buy": text("What you want to buy from the other side, such as \"GPU hours\". Give this or sell, or package."),
            "sell": text("What you sell to the other side."),
            "quantity": text("How many, an exact decimal number such as \"1000\"; 1 if absent."),
            "unitPrice": money("The price of one"),
            "dueInHours": whole(1, HOURS_MAX, "Hours until delivery is due; 24 if absent."),
            "payWithinHours": whole(1, HOURS_MAX, "Hours from the acknowledged delivery until payment; 24 if absent."),
            "package": { "type": "object", "description": "A whole package of the protocol instead of a plain sale: \
                {\"terms\": {...}, \"obligations\": [...]}. Copy one from an offer that you read, and change it." },
            "firm": flag("Whether the other side's acceptance alone makes a commitment that binds you. Without it both \
                still have to commit."),
            "reasoning": text("Why, for people on the other side: they read it."),
        }),
        &[],
    )
}

impl Offering {
    /// The offer.
    ///
    /// # Errors
    /// What is missing or does not fit.
    pub(super) fn offer(self, view: &SessionView, me: &AgentUri, now: LogTime) -> Result<Offer, Failure> {
        let reasoning = self.reasoning.as_deref().map(|text| parsed("reasoning", text)).transpose()?;
        let firm = self.firm.unwrap_or(false);
        let package = match self.package {
            Some(package) => package,
            None => self.sale(view, me, now)?,
        };
        Ok(Offer { reasoning, ..Offer::of(vec![package], firm) })
    }

    /// A sale: one delivers by a time, the other pays after it has acknowledged that.
    fn sale(&self, view: &SessionView, me: &AgentUri, now: LogTime) -> Result<Package, Failure> {
        let other = counterparty(view, me)?;
        let (item, seller, buyer) = match (&self.buy, &self.sell) {
            (Some(item), None) => (item, other, me.clone()),
            (None, Some(item)) => (item, me.clone(), other),
            (Some(_), Some(_)) | (None, None) => {
                return Err(Failure::arguments("an offer has either buy, sell or package"));
            }
        };
        let price = needed(self.unit_price.as_deref(), "unitPrice", "the price of one")?;
        let price: Money = parsed("unitPrice", price)?;
        let quantity: Decimal = parsed("quantity", self.quantity.as_deref().unwrap_or("1"))?;
        let total = quantity.checked_mul(price.amount).map(|amount| Money { amount, ..price.clone() });
        let total =
            total.ok_or_else(|| Failure::arguments("quantity × unitPrice cannot be written exactly"))?;
        let hours =
            |hours: Option<u64>| Millis(hours.unwrap_or(HOURS).clamp(1, HOURS_MAX).saturating_mul(HOUR_MS));
        let (unit, what): (Name, Text) = (parsed("item", item)?, parsed("item", item)?);
        let delivery: ObligationId = parsed("obligation", "delivery")?;
        let terms = [("item", json!(item)), ("quantity", json!(quantity)), ("unitPrice", json!(price))];
        let owes =
            |debtor: &AgentUri, creditor: &AgentUri, id: ObligationId, due: Due, what: Text| Obligation {
                acknowledge_ms: None,
                creditor: creditor.clone(),
                debtor: debtor.clone(),
                due,
                id,
                quantity: None,
                remedy: None,
                shown_by: Showing::Acknowledgement,
                stages: None,
                value: total.clone(),
                what,
            };
        let due = Due::At(DueAt { at: now.plus(hours(self.due_in_hours)) });
        let delivered = Obligation {
            quantity: Some(Quantity { amount: quantity, unit }),
            shown_by: Showing::Digest { digest: None },
            ..owes(&seller, &buyer, delivery.clone(), due, what)
        };
        let after = Due::After(DueAfter { after: delivery, within_ms: hours(self.pay_within_hours) });
        let paid = owes(&buyer, &seller, parsed("obligation", "payment")?, after, parsed("item", "payment")?);
        let terms: Map<String, Value> =
            terms.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Package {
            disputes: None,
            holds: None,
            obligations: vec![delivered, paid],
            schema: None,
            terms,
            hidden: None,
            salt: None,
        })
    }
}

/// The one other party that negotiates.
fn counterparty(view: &SessionView, me: &AgentUri) -> Result<AgentUri, Failure> {
    let negotiates = |role| matches!(role, ParticipantRole::Initiator | ParticipantRole::Party);
    let mut others = view.participants.iter().filter(|other| other.agent != *me && negotiates(other.role));
    match (others.next(), others.next()) {
        (Some(only), None) => Ok(only.agent.clone()),
        _ => Err(Failure::arguments(
            "a plain sale is between two, and this session has more or fewer parties: give package",
        )),
    }
}
