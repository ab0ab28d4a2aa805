//! Exact amounts: decimal quantities and money. No floats, no rounding.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::position::{InvalidText, text_serde};

/// Nano-units in one unit.
const NANOS: u128 = 1_000_000_000;
/// Digits before the point, at most.
const INTEGER_DIGITS_MAX: usize = 18;
/// Digits after the point, at most.
const FRACTION_DIGITS_MAX: usize = 9;

/// A non-negative decimal number: at most 18 digits before the point and 9 behind it.
///
/// Written without sign, exponent, leading or trailing zeros: `2.55`, `1000`, `0.5`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(u128);

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A whole number, if it can be written.
    #[must_use]
    pub fn whole(number: u64) -> Option<Self> {
        let nanos = u128::from(number).checked_mul(NANOS)?;
        (nanos < NANOS * 10u128.pow(18)).then_some(Self(nanos))
    }

    /// The number in billionths.
    #[must_use]
    pub const fn nanos(self) -> u128 {
        self.0
    }

    /// The sum, if it can be written.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let sum = self.0.checked_add(other.0)?;
        (sum < NANOS * 10u128.pow(18)).then_some(Self(sum))
    }

    /// So many billionths, or the most that can be written.
    #[must_use]
    pub const fn saturating(nanos: u128) -> Self {
        match Self::from_nanos(nanos) {
            Some(number) => number,
            None => Self(NANOS * 10u128.pow(18) - 1),
        }
    }

    /// The sum, or the most that can be written.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self::saturating(self.0.saturating_add(other.0))
    }

    /// The difference, or nothing.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many billionths, unless that is more than can be written.
    #[must_use]
    pub const fn from_nanos(nanos: u128) -> Option<Self> {
        if nanos < NANOS * 10u128.pow(18) { Some(Self(nanos)) } else { None }
    }

    /// The share of `self` in `by`, rounded down to a billionth; none of nothing, and none that cannot be written.
    #[must_use]
    pub fn share_of(self, by: Self) -> Option<Self> {
        let share = self.0.checked_mul(NANOS)?.checked_div(by.0)?;
        (share < NANOS * 10u128.pow(18)).then_some(Self(share))
    }

    /// The product in billionths, rounded down; the greatest number there is where it is more than that.
    #[must_use]
    pub const fn nanos_times(self, other: Self) -> u128 {
        let whole = (self.0 / NANOS).saturating_mul(other.0);
        whole.saturating_add((self.0 % NANOS).saturating_mul(other.0) / NANOS)
    }

    /// The product, if it can be written: none that would need rounding or more digits.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let (mine, my_tens) = without_tens(self.0);
        let (others, other_tens) = without_tens(other.0);
        let product = mine.checked_mul(others)?;
        // Each factor counts billionths, so the product counts billionths of billionths.
        let (product, tens) = match (my_tens + other_tens).checked_sub(9) {
            Some(tens) => (product, tens),
            None => {
                let (product, more) = without_tens(product);
                (product, (my_tens + other_tens + more).checked_sub(9)?)
            }
        };
        let nanos = product.checked_mul(10u128.checked_pow(tens)?)?;
        (nanos < NANOS * 10u128.pow(18)).then_some(Self(nanos))
    }
}

/// The number without the zeros at its end, and how many there were; nothing has none.
fn without_tens(mut number: u128) -> (u128, u32) {
    let mut tens = 0;
    while number != 0 && number.is_multiple_of(10) {
        number /= 10;
        tens += 1;
    }
    if number == 0 { (0, 9) } else { (number, tens) }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / NANOS)?;
        let fraction = self.0 % NANOS;
        if fraction == 0 {
            return Ok(());
        }
        let digits = format!("{fraction:09}");
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Decimal {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a decimal like 2.55 (no sign, no exponent, no needless zeros)");
        let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = !integer.is_empty()
            && integer.len() <= INTEGER_DIGITS_MAX
            && fraction.len() <= FRACTION_DIGITS_MAX
            && digits(integer)
            && digits(fraction)
            && (integer == "0" || !integer.starts_with('0'))
            && !fraction.ends_with('0')
            && text.contains('.') != fraction.is_empty();
        if !canonical {
            return Err(invalid);
        }
        let whole: u128 = integer.parse().map_err(|_| invalid)?;
        let nanos: u128 = format!("{fraction:0<9}").parse().map_err(|_| invalid)?;
        Ok(Self(whole * NANOS + nanos))
    }
}

/// An amount in the smallest unit that its currency has; at most 2^53-1 where it is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minor(pub u64);

impl Minor {
    /// The sum, or the most that there can be.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, or nothing.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The same in the currency's main unit; the most that can be written, if it is more.
    #[must_use]
    pub fn of(self, currency: &Currency) -> Money {
        let nanos = u128::from(self.0).saturating_mul(10u128.pow(9 - currency.exponent()));
        Money { amount: Decimal(nanos.min(NANOS * 10u128.pow(18) - 1)), currency: currency.clone() }
    }
}

/// A currency: three upper-case letters (ISO 4217) or up to eight for others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(Arc<str>);

impl Currency {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Digits behind the point of its smallest unit: as ISO 4217 has it, two of what that does not know, and six of a
    /// longer code, which none of its currencies has.
    #[must_use]
    pub fn exponent(&self) -> u32 {
        match self.as_str() {
            code if code.len() > 3 => 6,
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
            | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Currency {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = (3..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if valid { Ok(Self(text.into())) } else { Err(InvalidText("a currency like USD")) }
    }
}

text_serde!(Decimal, Currency);

/// An amount of a currency: `{"amount": "2.55", "currency": "USD"}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// How much, in the currency's main unit.
    pub amount: Decimal,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// What stands for an amount that only the members of a group may know: nothing, of no currency (XXX in ISO 4217).
    #[must_use]
    pub fn withheld() -> Self {
        Self { amount: Decimal::ZERO, currency: Currency("XXX".into()) }
    }

    /// Whether it stands for an amount that only the members of a group may know.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        *self == Self::withheld()
    }

    /// The amount in minor units of its currency; none of nothing, of what is finer, and of more than 2^53-1.
    #[must_use]
    pub fn minor(&self) -> Option<Minor> {
        let unit = 10u128.pow(9 - self.currency.exponent());
        let minor = u64::try_from(self.amount.nanos() / unit).ok()?;
        let whole = self.amount.nanos().is_multiple_of(unit);
        (whole && (1..=limits::INTEGER_MAX).contains(&minor)).then_some(Minor(minor))
    }

    /// The same, with what is finer left out and nothing allowed: what of a remedy can be paid.
    #[must_use]
    pub fn minor_at_most(&self, most: Minor) -> Minor {
        let minor = self.amount.nanos() / 10u128.pow(9 - self.currency.exponent());
        Minor(u64::try_from(minor).unwrap_or(u64::MAX)).min(most)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

impl FromStr for Money {
    type Err = InvalidText;
    /// Reads what `Display` writes: `2.55 USD`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (amount, currency) = text.split_once(' ').ok_or(InvalidText("money like 2.55 USD"))?;
        Ok(Self { amount: amount.parse()?, currency: currency.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_one_spelling() {
        for text in ["0", "1", "2.55", "0.5", "1000", "0.000000001", "999999999999999999.999999999"] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        for text in [
            "",
            ".",
            "-1",
            "+1",
            "01",
            "1.",
            ".5",
            "2.50",
            "1e3",
            "1.0",
            "0.0",
            " 1",
            "1_0",
            "0.0000000001",
            "1000000000000000000",
            "１",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text} should be refused");
        }
    }

    #[test]
    fn sums_that_cannot_be_written_are_none() {
        let most: Decimal = "999999999999999999.999999999".parse().unwrap();
        assert_eq!(most.checked_add("0.000000001".parse().unwrap()), None);
        assert_eq!(
            "2.5".parse::<Decimal>().unwrap().checked_add("0.05".parse().unwrap()),
            "2.55".parse().ok()
        );
    }

    #[test]
    fn money_is_held_in_whole_minor_units_of_its_currency() {
        for (text, minor) in [
            ("2.55 USD", Some(255)),
            ("2 USD", Some(200)),
            ("0.01 EUR", Some(1)),
            ("7 JPY", Some(7)),
            ("0.125 KWD", Some(125)),
            ("0.000001 USDC", Some(1)),
            ("90071992547409.91 USD", Some(9_007_199_254_740_991)),
            ("90071992547409.92 USD", None),
            ("2.555 USD", None),
            ("0.5 JPY", None),
            ("0.0000001 USDC", None),
            ("0 USD", None),
        ] {
            let money: Money = text.parse().unwrap();
            assert_eq!(money.minor(), minor.map(Minor), "{text}");
            if let Some(minor) = money.minor() {
                assert_eq!(minor.of(&money.currency), money);
            }
        }
        let money: Money = "2.559 USD".parse().unwrap();
        assert_eq!(
            (money.minor_at_most(Minor(1_000)), money.minor_at_most(Minor(9))),
            (Minor(255), Minor(9))
        );
    }

    #[test]
    fn whole_numbers_are_written_without_a_point() {
        assert_eq!(Decimal::whole(30).unwrap().to_string(), "30");
        assert_eq!(Decimal::whole(0), Some(Decimal::ZERO));
        assert_eq!(Decimal::whole(999_999_999_999_999_999).unwrap().to_string(), "999999999999999999");
        assert_eq!(Decimal::whole(1_000_000_000_000_000_000), None);
    }

    #[test]
    fn products_are_exact_or_none() {
        let times = |a: &str, b: &str| {
            let (a, b): (Decimal, Decimal) = (a.parse().unwrap(), b.parse().unwrap());
            assert_eq!(a.checked_mul(b), b.checked_mul(a));
            a.checked_mul(b).map(|product| product.to_string())
        };
        for (a, b, product) in [
            ("1000", "2.55", Some("2550")),
            ("0", "2.55", Some("0")),
            ("0.000000001", "1", Some("0.000000001")),
            ("0.5", "0.5", Some("0.25")),
            ("0.00005", "0.0002", Some("0.00000001")),
            ("0.00001", "0.00001", None),
            ("999999999999999999", "1", Some("999999999999999999")),
            ("1000000000", "1000000000", None),
            ("999999999.999999999", "999999999.999999999", None),
            ("3", "0.333333333", Some("0.999999999")),
        ] {
            assert_eq!(times(a, b).as_deref(), product, "{a} x {b}");
        }
    }
}
