//! Exact amounts: decimal quantities and money. No floats, no rounding.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(u128);

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);

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

/// A currency: three upper-case letters (ISO 4217) or up to eight for others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(Arc<str>);

impl Currency {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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
