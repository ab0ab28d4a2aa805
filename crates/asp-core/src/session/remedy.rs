//! What being late and a breach cost: exact sums of what was agreed and of how many days had begun.
//! Knows no clock and no account; money is moved elsewhere.

use crate::amount::{Decimal, Money};
use crate::position::{LogTime, Millis};
use crate::statement::body::Remedy;

/// A day, as penalties count it.
const DAY_MS: u64 = 86_400_000;

impl Remedy {
    /// Nothing but time to make it good.
    #[must_use]
    pub const fn cure(span: Millis) -> Self {
        Self { cap: None, cure_ms: Some(span), penalty: None, penalty_per_day: None }
    }

    /// What being late at `at` costs by itself: each day that has begun since `due`, up to the cap.
    ///
    /// `None` where it costs nothing.
    #[must_use]
    pub fn late(&self, due: LogTime, at: LogTime) -> Option<Money> {
        self.money(self.days(due, at))
    }

    /// What a breach at `at` costs: the penalty and each day that has begun since `due`, together up to the cap.
    ///
    /// `None` where it costs nothing.
    #[must_use]
    pub fn owed(&self, due: LogTime, at: LogTime) -> Option<Money> {
        self.money(self.breached(due, at))
    }

    /// The sum of amounts of this remedy, up to the cap; none where it comes to nothing.
    pub(super) fn money(&self, sum: Option<Decimal>) -> Option<Money> {
        let money = self.penalty.as_ref().or(self.penalty_per_day.as_ref())?;
        let sum = match (sum, self.cap.as_ref().map(|cap| cap.amount)) {
            (Some(sum), Some(cap)) => sum.min(cap),
            // More than can be written is more than any cap; without one such a remedy is not agreed to.
            (None, cap) => cap?,
            (Some(sum), None) => sum,
        };
        (sum > Decimal::ZERO).then(|| Money { amount: sum, currency: money.currency.clone() })
    }

    /// The price of the days begun, without the cap; none if it cannot be written.
    pub(super) fn days(&self, due: LogTime, at: LogTime) -> Option<Decimal> {
        let Some(daily) = &self.penalty_per_day else { return Some(Decimal::ZERO) };
        daily.amount.checked_mul(Decimal::whole(at.since(due).0.div_ceil(DAY_MS))?)
    }

    /// The penalty and the days, without the cap; none if it cannot be written.
    pub(super) fn breached(&self, due: LogTime, at: LogTime) -> Option<Decimal> {
        let once = self.penalty.as_ref().map_or(Decimal::ZERO, |penalty| penalty.amount);
        once.checked_add(self.days(due, at)?)
    }

    /// The first instant at which being late costs as much as it ever can; none without days or cap.
    #[must_use]
    pub fn capped_at(&self, due: LogTime) -> Option<LogTime> {
        let (daily, cap) = (self.penalty_per_day.as_ref()?, self.cap.as_ref()?);
        let days = cap.amount.nanos().checked_add(daily.amount.nanos().checked_sub(1)?)?;
        let days = u64::try_from(days.checked_div(daily.amount.nanos())?).ok()?;
        // The day that reaches it costs from its first millisecond on.
        Some(due.plus(Millis(days.checked_sub(1)?.checked_mul(DAY_MS)?.checked_add(1)?)))
    }

    /// Whether it can be computed and means what it says (ASP-COM-011).
    ///
    /// All amounts are of one currency and the cap is no less than any of them; days are counted only where there is
    /// time to make good; and what all of it comes to can be written, with the days of each of so many stages.
    #[must_use]
    pub fn is_sound(&self, stages: usize) -> bool {
        let amounts = [&self.penalty, &self.penalty_per_day];
        let Some(first) = amounts.into_iter().flatten().next() else { return self.cap.is_none() };
        let mut all = amounts.into_iter().chain([&self.cap]).flatten();
        let one_currency = all.all(|money| money.currency == first.currency);
        let within = |cap: &Money| amounts.into_iter().flatten().all(|money| money.amount <= cap.amount);
        let cure = self.cure_ms.unwrap_or(Millis(0));
        let daily = self.penalty_per_day.as_ref();
        let counts = daily.is_none_or(|daily| daily.amount > Decimal::ZERO && cure > Millis(0));
        let start = LogTime::from_millis(0);
        let all = u64::try_from(stages).ok().and_then(Decimal::whole);
        let most = self.breached(start, start.plus(cure)).zip(all);
        let written = self.cap.is_some() || most.is_some_and(|(one, all)| one.checked_mul(all).is_some());
        one_currency && self.cap.as_ref().is_none_or(within) && counts && written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    fn remedy(text: &str) -> Remedy {
        let mut remedy = Remedy::cure(Millis(10 * DAY_MS));
        for part in text.split_terminator(", ") {
            let (name, value) = part.split_once(' ').unwrap();
            let place = match name {
                "once" => &mut remedy.penalty,
                "daily" => &mut remedy.penalty_per_day,
                "cap" => &mut remedy.cap,
                "cure" => {
                    remedy.cure_ms = value.parse().ok().map(Millis);
                    continue;
                }
                other => panic!("{other}"),
            };
            *place = Some(value.parse().unwrap());
        }
        remedy
    }

    /// What being late by so many milliseconds costs, and what a breach then does.
    fn check(text: &str, late_ms: u64, late: &str, owed: &str) {
        let due = LogTime::from_millis(1_000);
        let text_of = |money: Option<Money>| money.map_or_else(String::new, |money| money.to_string());
        let remedy = remedy(text);
        assert!(remedy.is_sound(1), "{text}");
        let at = due.plus(Millis(late_ms));
        assert_eq!(text_of(remedy.late(due, at)), late, "{text}, late by {late_ms}");
        assert_eq!(text_of(remedy.owed(due, at)), owed, "{text}, breached after {late_ms}");
    }

    #[test]
    fn each_day_that_has_begun_costs_up_to_the_cap() {
        check("daily 2.5 USD", 0, "", "");
        check("daily 2.5 USD", 1, "2.5 USD", "2.5 USD");
        check("daily 2.5 USD", DAY_MS, "2.5 USD", "2.5 USD");
        check("daily 2.5 USD", DAY_MS + 1, "5 USD", "5 USD");
        check("daily 2.5 USD, cap 6 USD", 2 * DAY_MS + HOUR, "6 USD", "6 USD");
        check("once 10 USD", 5 * HOUR, "", "10 USD");
        check("once 10 USD, daily 2.5 USD, cap 11 USD", HOUR, "2.5 USD", "11 USD");
        check("once 0 USD", HOUR, "", "");
        check("", HOUR, "", "");
        let most = "999999999999999999.999999999 USD";
        check(&format!("daily {most}, cap {most}"), 9 * DAY_MS, most, most);
    }

    #[test]
    fn the_cap_is_reached_by_the_day_that_begins() {
        let due = LogTime::from_millis(0);
        let reached = |text: &str| remedy(text).capped_at(due).map(LogTime::millis);
        assert_eq!(reached("daily 2 USD, cap 2 USD"), Some(1));
        assert_eq!(reached("daily 2 USD, cap 3 USD"), Some(DAY_MS + 1));
        assert_eq!(reached("daily 2 USD, cap 4 USD"), Some(DAY_MS + 1));
        assert_eq!(reached("daily 2 USD"), None);
        assert_eq!(reached("once 2 USD, cap 4 USD"), None);
    }

    #[test]
    fn a_remedy_that_cannot_be_computed_is_not_sound() {
        // ASP-COM-011
        for text in [
            "daily 3 USD, cap 2 USD",
            "once 3 USD, cap 2 USD",
            "daily 3 USD, cap 5 EUR",
            "daily 3 USD, once 5 EUR",
            "daily 0 USD",
            "daily 3 USD, cure 0",
            "daily 999999999999999999 USD",
            "once 999999999999999999 USD, daily 1 USD",
            "cap 3 USD",
        ] {
            assert!(!remedy(text).is_sound(1), "{text}");
        }
        let days = remedy("daily 90000000000000000 USD");
        assert!(days.is_sound(1) && !days.is_sound(2));
    }
}
