//! A plain sale as a package of terms: one side delivers, then the other pays. And any package in words again.
//! The protocol knows no sales; it sees two obligations, of which the second waits for the first.

use asp_core::amount::{Decimal, Money};
use asp_core::name::AgentUri;
use asp_core::position::{LogTime, Millis};
use asp_core::statement::body::{
    Due, DueAfter, DueAt, Hold, Name, Obligation, ObligationId, OnFulfilled, Package, Quantity, Remedy,
    Showing, Text,
};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Outcome};

/// The obligation to deliver.
pub(crate) const DELIVERY: &str = "delivery";
/// The obligation to pay.
pub(crate) const PAYMENT: &str = "payment";

/// What two agents agree on when one buys from the other.
#[derive(Debug, Clone)]
pub(crate) struct Sale {
    /// Who delivers.
    pub(crate) seller: AgentUri,
    /// Who pays.
    pub(crate) buyer: AgentUri,
    /// What is sold, such as `GPU hours`.
    pub(crate) item: Text,
    /// How many.
    pub(crate) quantity: Decimal,
    /// The price of one.
    pub(crate) price: Money,
    /// When delivery is due.
    pub(crate) due: LogTime,
    /// How long after the acknowledged delivery payment is due.
    pub(crate) pay_within: Millis,
}

impl Sale {
    /// What all of it costs.
    pub(crate) fn total(&self) -> Outcome<Money> {
        let amount = self.quantity.checked_mul(self.price.amount).ok_or_else(|| {
            Failure::usage(format_args!("{} × {} cannot be written exactly", self.quantity, self.price))
        })?;
        Ok(Money { amount, currency: self.price.currency.clone() })
    }

    /// The sale as terms and obligations.
    ///
    /// # Errors
    /// When the total cannot be written or the item's name is empty or too long.
    pub(crate) fn package(&self) -> Outcome<Package> {
        let total = self.total()?;
        let unit: Name = self.item.as_str().parse().map_err(|error| {
            Failure::usage(format_args!("what is bought or sold is {error}: {:?}", self.item.as_str()))
        })?;
        let delivery = Obligation {
            acknowledge_ms: None,
            creditor: self.buyer.clone(),
            debtor: self.seller.clone(),
            due: Due::At(DueAt { at: self.due }),
            id: id(DELIVERY)?,
            quantity: Some(Quantity { amount: self.quantity, unit }),
            remedy: None,
            shown_by: Showing::Digest { digest: None },
            stages: None,
            value: total.clone(),
            what: self.item.clone(),
        };
        let payment = Obligation {
            acknowledge_ms: None,
            creditor: self.seller.clone(),
            debtor: self.buyer.clone(),
            due: Due::After(DueAfter { after: id(DELIVERY)?, within_ms: self.pay_within }),
            id: id(PAYMENT)?,
            quantity: None,
            remedy: None,
            shown_by: Showing::Acknowledgement,
            stages: None,
            value: total,
            what: PAYMENT.parse().map_err(Failure::fault)?,
        };
        Ok(Package {
            disputes: None,
            holds: None,
            obligations: vec![delivery, payment],
            schema: None,
            terms: self.terms(),
            hidden: None,
            salt: None,
        })
    }

    /// The sale with the price held until the delivery is acknowledged, and with a bond that is lost if it does not come.
    ///
    /// # Errors
    /// As [`Sale::package`].
    pub(crate) fn secured(&self, escrow: bool, bond: Option<Money>) -> Outcome<Package> {
        let mut package = self.package()?;
        let hold = |name: &str, amount, on_fulfilled, settles| -> Outcome<Hold> {
            let (payer, payee) = match on_fulfilled {
                OnFulfilled::Pay => (&self.buyer, &self.seller),
                OnFulfilled::Return => (&self.seller, &self.buyer),
            };
            Ok(Hold {
                amount,
                id: id(name)?,
                obligation: id(DELIVERY)?,
                on_fulfilled,
                payee: payee.clone(),
                payer: payer.clone(),
                settles,
            })
        };
        let mut holds = Vec::new();
        if escrow {
            holds.push(hold("price", self.total()?, OnFulfilled::Pay, Some(id(PAYMENT)?))?);
        }
        if let Some(bond) = bond {
            let delivery = package.obligations.iter_mut().find(|owed| owed.id.as_str() == DELIVERY);
            if let Some(delivery) = delivery {
                delivery.remedy = Some(Remedy {
                    cap: None,
                    cure_ms: None,
                    penalty: Some(bond.clone()),
                    penalty_per_day: None,
                });
            }
            holds.push(hold("bond", bond, OnFulfilled::Return, None)?);
        }
        package.holds = (!holds.is_empty()).then_some(holds);
        Ok(package)
    }

    fn terms(&self) -> Map<String, Value> {
        let fields = [
            ("item", json!(self.item)),
            ("quantity", json!(self.quantity)),
            ("unitPrice", json!(self.price)),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn id(text: &str) -> Outcome<ObligationId> {
    text.parse().map_err(Failure::fault)
}

/// The price of one under a sale's terms, if these are a sale's.
pub(crate) fn unit_price(package: &Package) -> Option<Money> {
    serde_json::from_value(package.terms.get("unitPrice")?.clone()).ok()
}

/// How many are sold under a sale's terms, if these are a sale's.
pub(crate) fn quantity(package: &Package) -> Option<Decimal> {
    serde_json::from_value(package.terms.get("quantity")?.clone()).ok()
}

/// Whether the obligations, which alone bind, are worth what the terms of a sale say.
fn is_worth(package: &Package, quantity: Decimal, price: &Money) -> bool {
    let total = quantity.checked_mul(price.amount);
    let worth = |owed: &Obligation| Some(owed.value.amount) == total && owed.value.currency == price.currency;
    package.obligations.iter().all(worth)
}

/// A package in words: `1,000 GPU hours × 2.55 USD`, or who owes what where it is no sale.
pub(crate) fn in_words(package: &Package) -> String {
    let item = package.terms.get("item").and_then(Value::as_str);
    if let (Some(item), Some(price), Some(quantity)) = (item, unit_price(package), quantity(package))
        && is_worth(package, quantity, &price)
    {
        return format!("{} {item} × {}", grouped(quantity), money(&price));
    }
    let owed = |obligation: &Obligation| format!("{} ({})", obligation.what, money(&obligation.value));
    package.obligations.iter().map(owed).collect::<Vec<_>>().join(", ")
}

/// Money as people write it: `2,550 USD`, `2.80 USD`; `sealed` where only members know it.
pub(crate) fn money(money: &Money) -> String {
    if money.is_withheld() {
        return "sealed".to_owned();
    }
    let text = grouped(money.amount);
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{fraction:0<2} {}", money.currency),
        None => format!("{text} {}", money.currency),
    }
}

/// A number with a comma between thousands.
pub(crate) fn grouped(number: impl ToString) -> String {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or(grouped.clone(), |fraction| format!("{grouped}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sale(price: &str) -> Sale {
        Sale {
            seller: "agent://volt.example/sales".parse().unwrap(),
            buyer: "agent://acme.example/buyer".parse().unwrap(),
            item: "GPU hours".parse().unwrap(),
            quantity: "1000".parse().unwrap(),
            price: price.parse().unwrap(),
            due: LogTime::from_millis(1),
            pay_within: Millis(2),
        }
    }

    #[test]
    fn both_sides_of_a_sale_owe_its_total() {
        let package = sale("2.55 USD").package().unwrap();
        let owed: Vec<String> =
            package.obligations.iter().map(|obligation| obligation.value.to_string()).collect();
        assert_eq!(owed, ["2550 USD", "2550 USD"]);
        assert_eq!(in_words(&package), "1,000 GPU hours × 2.55 USD");
        assert_eq!(unit_price(&package).unwrap(), sale("2.55 USD").price);
    }

    #[test]
    fn terms_that_say_less_than_the_obligations_are_not_believed() {
        let mut package = sale("2.55 USD").package().unwrap();
        package.obligations[1].value = "25500 USD".parse().unwrap();
        assert_eq!(in_words(&package), "GPU hours (2,550 USD), payment (25,500 USD)");
    }

    #[test]
    fn a_total_that_needs_rounding_is_refused() {
        let mut odd = sale("0.000000001 USD");
        odd.quantity = "0.5".parse().unwrap();
        assert_eq!(odd.package().unwrap_err().exit, crate::failure::Exit::Usage);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [("0", "0"), ("999", "999"), ("1000", "1,000"), ("1234567.89", "1,234,567.89")]
        {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(money(&"2.8 USD".parse().unwrap()), "2.80 USD");
        assert_eq!(money(&"2550 USD".parse().unwrap()), "2,550 USD");
    }
}
