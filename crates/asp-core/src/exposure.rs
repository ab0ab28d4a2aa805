//! Exposure: what an agent owes an organisation that no held money covers, and how much of that its policy lets it.
//!
//! What it owes others is not asked: that is not the organisation's to know. Sums what sessions say, computes no trust.

use std::collections::BTreeMap;

use crate::amount::{Currency, Decimal, Money};
use crate::name::{AgentUri, Domain};
use crate::position::Hash;
use crate::rejection::{Code, Rejection};
use crate::statement::body::{ExposureCap, Hold, Obligation};
use crate::trust::Outlook;

/// What is owed to organisations and not covered, by currency.
pub type Amounts = BTreeMap<(Domain, Currency), Decimal>;

/// Adds what of an obligation is open and covered by none of these holds.
pub(crate) fn add<'a>(
    amounts: &mut Amounts,
    obligation: &Obligation,
    open: Decimal,
    holds: impl Iterator<Item = &'a Hold>,
) {
    let currency = &obligation.value.currency;
    let covers = |hold: &&Hold| {
        let named = hold.obligation == obligation.id || hold.settles.as_ref() == Some(&obligation.id);
        named && hold.amount.currency == *currency
    };
    let covered =
        holds.filter(covers).fold(Decimal::ZERO, |sum, hold| sum.saturating_add(hold.amount.amount));
    let left = open.saturating_sub(covered);
    if left > Decimal::ZERO {
        let sum = amounts.entry((obligation.creditor.organisation(), currency.clone())).or_default();
        *sum = sum.saturating_add(left);
    }
}

/// What one agent owes and nothing covers, by session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owing(BTreeMap<Hash, Amounts>);

impl Owing {
    /// Notes what it owes by a session, in place of what it owed by it before.
    pub fn set(&mut self, session: Hash, owed: Amounts) {
        if owed.is_empty() {
            self.0.remove(&session);
        } else {
            self.0.insert(session, owed);
        }
    }

    /// Everything that it owes but by one session, as far as it is in a currency that counts.
    pub(crate) fn elsewhere(&self, but: &Hash, cap: &Cap) -> Decimal {
        let others = self.0.iter().filter(|(session, _)| *session != but);
        others.fold(Decimal::ZERO, |sum, (_, owed)| sum.saturating_add(cap.known(owed)))
    }
}

/// How much an agent may owe an organisation uncovered, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// So much.
    Amount(Decimal),
    /// It follows from more than is here; whatever is owed then counts as allowed.
    NotShown,
    /// Nobody has computed it; nothing more is allowed then.
    Unanswered,
}

/// What the policy of an organisation lets an agent of another owe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// The organisation that is owed.
    pub by: Domain,
    /// The agent that owes.
    pub debtor: AgentUri,
    /// In which currency it counts.
    pub currency: Currency,
    /// What others are worth in that.
    pub outlook: Outlook,
    /// The most that it may owe.
    pub most: Most,
    /// What it owes by other sessions.
    pub elsewhere: Decimal,
}

impl Cap {
    /// What of these amounts is owed to the organisation, in its currency; what has no rate is left out.
    pub(crate) fn known(&self, amounts: &Amounts) -> Decimal {
        let own = amounts.iter().filter(|((to, _), _)| *to == self.by);
        let worth = own.filter_map(|((_, currency), amount)| self.worth(currency, *amount));
        worth.fold(Decimal::ZERO, Decimal::saturating_add)
    }

    fn worth(&self, currency: &Currency, amount: Decimal) -> Option<Decimal> {
        let money = Money { amount, currency: currency.clone() };
        self.outlook.worth(&money, &self.currency).map(Decimal::saturating)
    }

    /// Whether the agent may owe so much more by this session, where it owes `before` by it.
    ///
    /// # Errors
    /// [`Code::ExposureTooHigh`], with the room that there is if it is known (ASP-TRU-011).
    pub(crate) fn check(&self, before: &Amounts, more: &Amounts) -> Result<(), Rejection> {
        let refused = || Code::ExposureTooHigh.at("/type");
        let mut asked = more.iter().filter(|((to, _), _)| *to == self.by).peekable();
        if asked.peek().is_none() {
            return Ok(());
        }
        let most = match self.most {
            Most::NotShown => return Ok(()),
            Most::Unanswered => return Err(refused()),
            Most::Amount(most) => most,
        };
        let owed = self.elsewhere.saturating_add(self.known(before));
        let room = most.saturating_sub(owed);
        let told = || refused().with_room(Money { amount: room, currency: self.currency.clone() });
        // What cannot be counted has to be covered.
        let mut worth = asked.map(|((_, currency), amount)| self.worth(currency, *amount));
        let sum = worth.try_fold(Decimal::ZERO, |sum, amount| Some(sum.saturating_add(amount?)));
        if sum.is_some_and(|sum| sum <= room) { Ok(()) } else { Err(told()) }
    }
}

impl ExposureCap {
    /// The most that an agent may owe uncovered who stands for so much in the eyes of the organisation.
    #[must_use]
    pub fn most(&self, backed: Decimal) -> Decimal {
        let share = u128::from(self.share.unwrap_or(SHARE));
        Decimal::saturating(backed.nanos() / 100 * share).max(self.floor.amount)
    }
}

/// Hundredths of what an agent stands for that it may owe, where the policy names no other share.
const SHARE: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn cap(most: &str) -> Cap {
        Cap {
            by: "buyer.example".parse().unwrap(),
            debtor: "agent://seller.example/sales".parse().unwrap(),
            currency: "USD".parse().unwrap(),
            outlook: Outlook {
                rates: BTreeMap::from([("EUR".parse().unwrap(), "2".parse().unwrap())]),
                ..Outlook::default()
            },
            most: Most::Amount(most.parse().unwrap()),
            elsewhere: Decimal::ZERO,
        }
    }

    fn amounts(of: &[(&str, &str, &str)]) -> Amounts {
        let one = |(to, currency, amount): &(&str, &str, &str)| {
            ((to.parse().unwrap(), currency.parse().unwrap()), amount.parse().unwrap())
        };
        of.iter().map(one).collect()
    }

    #[test]
    fn what_is_owed_in_all_fits_the_cap() {
        // ASP-TRU-011
        let to = |currency, amount| amounts(&[("buyer.example", currency, amount)]);
        let fits = |cap: &Cap, before: &Amounts, more: &Amounts| match cap.check(before, more) {
            Ok(()) => "fits".to_owned(),
            Err(refused) => refused.room.map_or("refused".to_owned(), |room| room.to_string()),
        };
        let none = Amounts::new();
        assert_eq!(fits(&cap("100"), &none, &to("USD", "100")), "fits");
        assert_eq!(fits(&cap("100"), &none, &to("USD", "100.01")), "100 USD");
        assert_eq!(fits(&cap("100"), &to("USD", "30"), &to("EUR", "35")), "fits");
        assert_eq!(fits(&cap("100"), &to("EUR", "30"), &to("USD", "40.5")), "40 USD");
        // What has no rate cannot be counted: it is refused, and does not count beside others.
        assert_eq!(fits(&cap("100"), &none, &to("GBP", "1")), "100 USD");
        assert_eq!(fits(&cap("100"), &to("GBP", "1000"), &to("USD", "100")), "fits");
        // What others are owed is theirs to bound.
        assert_eq!(fits(&cap("0"), &none, &amounts(&[("other.example", "USD", "5")])), "fits");
        let elsewhere = Cap { elsewhere: "70".parse().unwrap(), ..cap("100") };
        assert_eq!(fits(&elsewhere, &to("USD", "20"), &to("USD", "11")), "10 USD");
        assert_eq!(fits(&elsewhere, &to("USD", "90"), &to("USD", "1")), "0 USD");
        assert_eq!(fits(&Cap { most: Most::Unanswered, ..cap("1") }, &none, &to("USD", "1")), "refused");
        assert_eq!(fits(&Cap { most: Most::NotShown, ..cap("1") }, &none, &to("USD", "5")), "fits");
    }

    #[test]
    fn a_newcomer_may_owe_the_floor_and_others_their_share() {
        // ASP-TRU-011
        let most = |share, backed: &str| {
            let cap = ExposureCap { floor: "50 USD".parse().unwrap(), share };
            cap.most(backed.parse().unwrap()).to_string()
        };
        assert_eq!([most(None, "0"), most(None, "99"), most(None, "101")], ["50", "50", "50.5"]);
        assert_eq!([most(Some(100), "101"), most(Some(10), "501")], ["101", "50.1"]);
    }
}
