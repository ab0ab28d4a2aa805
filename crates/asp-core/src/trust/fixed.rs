//! Numbers with 48 binary places, and the few functions that trust needs, in integers alone.
//! Floats differ between processors and optimisers; these digits do not. Knows nothing of trust.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::position::Millis;

/// A number with 48 binary places; one step is about 3.6 · 10⁻¹⁵.
///
/// Products and quotients are rounded down and hold while both sides and the result stay below 2³¹;
/// beyond the range of the type they saturate instead of wrapping.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Fixed(i128);

impl Fixed {
    pub(super) const ZERO: Self = Self(0);
    pub(super) const ONE: Self = Self(1 << PLACES);
    /// ln 2.
    pub(super) const LN_2: Self = Self(195_103_586_505_167);
    /// log₂ 10.
    pub(super) const LOG2_10: Self = Self(935_039_633_142_894);
    /// ½ · ln 2π, of Stirling's series.
    pub(super) const HALF_LN_2PI: Self = Self(258_658_202_232_310);

    /// A whole number.
    pub(super) const fn whole(number: u32) -> Self {
        Self((number as i128) << PLACES)
    }

    /// A number in steps of 2⁻⁴⁸.
    pub(super) const fn from_steps(steps: i128) -> Self {
        Self(steps)
    }

    /// The number in steps of 2⁻⁴⁸.
    pub(super) const fn steps(self) -> i128 {
        self.0
    }

    /// `part / whole` for a part that is no larger; one for everything else.
    ///
    /// Exact to one step up to 2⁷⁹; above it both lose their last bits, 2⁻⁷⁸ of the value.
    pub(super) const fn share(part: u128, whole: u128) -> Self {
        if part >= whole {
            return Self::ONE;
        }
        let excess = (u128::BITS - part.leading_zeros()).saturating_sub(79);
        match ((part >> excess) << PLACES).checked_div(whole >> excess) {
            // Less than one, so it fits.
            Some(share) => Self(share.cast_signed()),
            None => Self::ONE,
        }
    }

    /// The number of units in so many billionths.
    pub(super) const fn from_nanos(nanos: u128) -> Self {
        let whole = (nanos / NANOS).cast_signed();
        let fraction = (nanos % NANOS) << PLACES;
        Self((whole << PLACES) + (fraction / NANOS).cast_signed())
    }

    /// How many times `unit` the span is.
    pub(super) fn spans(span: Millis, unit: Millis) -> Self {
        Self((i128::from(span.0) << PLACES).checked_div(i128::from(unit.0)).unwrap_or(i128::MAX))
    }

    /// The number in millionths, rounded to the nearest; nothing for a negative one.
    pub(super) fn micros(self) -> u64 {
        let scaled = self.0.saturating_mul(MICROS).saturating_add(1 << (PLACES - 1)) >> PLACES;
        u64::try_from(scaled).unwrap_or(if scaled < 0 { 0 } else { u64::MAX })
    }

    /// The logarithm to base two, within two steps; zero for what has none.
    pub(super) fn log2(self) -> Self {
        let Ok(number) = u128::try_from(self.0) else { return Self::ZERO };
        let Some(exponent) = number.checked_ilog2() else { return Self::ZERO };
        // Squaring a mantissa between one and two shows the next binary digit of its logarithm.
        let mut mantissa = if exponent > MANTISSA_PLACES {
            number >> (exponent - MANTISSA_PLACES)
        } else {
            number << (MANTISSA_PLACES - exponent)
        };
        let mut result = i128::from(exponent) - i128::from(PLACES);
        for _ in 0..PLACES {
            mantissa = (mantissa * mantissa) >> MANTISSA_PLACES;
            result <<= 1;
            if mantissa >> MANTISSA_PLACES > 1 {
                mantissa >>= 1;
                result |= 1;
            }
        }
        Self(result)
    }

    /// The natural logarithm; the error is a few steps and grows by one for each doubling of the result.
    pub(super) fn ln(self) -> Self {
        self.log2() * Self::LN_2
    }

    /// Two to the power of minus `self`, within two steps; one for a negative number.
    pub(super) fn half_to(self) -> Self {
        if self.0 <= 0 {
            return Self::ONE;
        }
        let whole = u32::try_from(self.0 >> PLACES).unwrap_or(u32::MAX);
        let fraction = self.0 & (Self::ONE.0 - 1);
        if fraction == 0 {
            return Self(Self::ONE.0.checked_shr(whole).unwrap_or(0));
        }
        // 2^−f = 2^(1−f) / 2, and the series of the latter has no signs to alternate.
        let rest = (Self::ONE.0 - fraction) << (MANTISSA_PLACES - PLACES);
        let sum = POWERS_OF_LN_2.iter().rev().fold(0, |sum, term| term + ((sum * rest) >> MANTISSA_PLACES));
        Self((sum >> (MANTISSA_PLACES - PLACES + 1)).checked_shr(whole).unwrap_or(0))
    }

    /// The number multiplied by itself `times` over.
    pub(super) fn power(self, times: u32) -> Self {
        (0..times).fold(Self::ONE, |product, _| product * self)
    }
}

impl Add for Fixed {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Fixed {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Fixed {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Mul for Fixed {
    type Output = Self;
    #[expect(
        clippy::suspicious_arithmetic_impl,
        reason = "a product of two fixed-point numbers has twice the places"
    )]
    fn mul(self, other: Self) -> Self {
        Self(self.0.saturating_mul(other.0) >> PLACES)
    }
}

impl Div for Fixed {
    type Output = Self;
    /// Division by nothing gives the largest number, so that a formula never stops a node.
    fn div(self, other: Self) -> Self {
        Self(self.0.saturating_mul(Self::ONE.0).checked_div(other.0).unwrap_or(i128::MAX))
    }
}

/// Binary places of a number.
const PLACES: u32 = 48;
/// Binary places inside of `log2` and `half_to`; a square of a mantissa still fits 128 bits.
const MANTISSA_PLACES: u32 = 62;
const NANOS: u128 = 1_000_000_000;
const MICROS: i128 = 1_000_000;

/// (ln 2)ᵏ / k! with 62 binary places, k = 0 … 18: the series of 2ˣ; the next term is below 2⁻⁶².
const POWERS_OF_LN_2: [i128; 19] = [
    4_611_686_018_427_387_904,
    3_196_577_161_300_663_915,
    1_107_849_223_398_934_356,
    255_967_521_894_832_113,
    44_355_791_529_079_737,
    6_149_018_367_977_265,
    710_362_457_495_793,
    70_340_819_226_978,
    6_094_567_565_682,
    469_381_369_432,
    32_535_037_283,
    2_050_142_669,
    118_420_884,
    6_314_085,
    312_614,
    14_446,
    626,
    26,
    1,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// `found` is within `steps` of a value computed with 60 digits.
    fn near(what: &str, found: Fixed, expected: i128, steps: i128) {
        let distance = (found.steps() - expected).abs();
        assert!(distance <= steps, "{what}: {} is {distance} steps from {expected}", found.steps());
    }

    #[test]
    fn logarithms_agree_with_sixty_digits() {
        for (nanos, log2, ln) in [
            (1_000_000, -2_805_118_899_428_683, -1_944_360_256_274_409),
            (100_000_000, -935_039_633_142_895, -648_120_085_424_803),
            (500_000_000, -281_474_976_710_656, -195_103_586_505_168),
            (1_000_000_000, 0, 0),
            (1_500_000_000, 164_652_306_267_094, 114_128_281_861_729),
            (3_000_000_000, 446_127_282_977_750, 309_231_868_366_896),
            (7_000_000_000, 790_200_161_304_709, 547_725_013_886_373),
            (31_000_000_000, 1_394_482_291_086_163, 966_581_468_407_147),
            (1_000_001_000_000_000, 5_610_238_204_939_715, 3_888_720_794_023_652),
            (123_456_789_000_000, 4_760_768_296_393_905, 3_299_913_121_944_609),
        ] {
            let number = Fixed::from_nanos(nanos);
            // A number below one is itself off by up to a step, which its logarithm magnifies.
            let slack = if nanos < 1_000_000_000 { 1_500 } else { 3 };
            near("log2", number.log2(), log2, slack);
            near("ln", number.ln(), ln, slack + 16);
        }
    }

    #[test]
    fn powers_of_a_half_agree_with_sixty_digits() {
        for (nanos, power) in [
            (0, 281_474_976_710_656),
            (250_000_000, 236_691_298_899_613),
            (500_000_000, 199_032_864_766_430),
            (750_000_000, 167_366_022_499_768),
            (1_000_000_000, 140_737_488_355_328),
            (1_500_000_000, 99_516_432_383_215),
            (3_321_900_000, 28_148_045_817_731),
            (10_100_000_000, 256_470_155_823),
            (40_250_000_000, 215),
            (200_000_000_000, 0),
        ] {
            near("half to", Fixed::from_nanos(nanos).half_to(), power, 2);
        }
        assert_eq!((-Fixed::ONE).half_to(), Fixed::ONE);
    }

    #[test]
    fn a_share_is_exact_for_small_and_for_huge_numbers() {
        near("a third", Fixed::share(1, 3), 93_824_992_236_885, 0);
        near("a third", Fixed::share(u128::MAX / 3, u128::MAX), 93_824_992_236_885, 1);
        assert_eq!(Fixed::share(2, 1), Fixed::ONE);
        assert_eq!(Fixed::share(0, 0), Fixed::ONE);
        assert_eq!(Fixed::share(0, 5), Fixed::ZERO);
    }

    #[test]
    fn what_has_no_value_saturates_instead_of_stopping() {
        assert_eq!(Fixed::ZERO.log2(), Fixed::ZERO);
        assert_eq!((Fixed::ONE / Fixed::ZERO).steps(), i128::MAX);
        assert_eq!((-Fixed::ONE).micros(), 0);
        assert_eq!(Fixed::share(2, 3).micros(), 666_667);
    }
}
