//! The 10 % quantile of a Beta distribution: the share of kept deals that the record at least supports.
//! Knows no deals; two shape parameters give a number.

use super::fixed::Fixed;

/// The value that a Beta(1 + `kept`, 1 + `broken`) variable exceeds with a probability of 90 %.
///
/// Within 10⁻⁹. Counts above [`COUNT_MAX`] are taken as that; negative ones as nothing.
pub(super) fn tenth(kept: Fixed, broken: Fixed) -> Fixed {
    let one = Fixed::ONE;
    let kept = kept.clamp(Fixed::ZERO, COUNT_MAX);
    let broken = broken.clamp(Fixed::ZERO, COUNT_MAX);
    if broken == Fixed::ZERO {
        // I(x; a, 1) = x^a, so the quantile is 0.1^(1/a).
        return (Fixed::LOG2_10 / (one + kept)).half_to();
    }
    let beta = Beta::new(one + kept, one + broken);
    // The density is log-concave, so at least 1/e of it lies below the mean: the quantile does too, and the
    // continued fraction converges fast there.
    let (mut low, mut high) = (Fixed::ZERO, beta.mean());
    let target = -(Fixed::LOG2_10 * Fixed::LN_2);
    for _ in 0..BISECTIONS {
        let middle = Fixed::from_steps((low.steps() + high.steps()) / 2);
        if beta.ln_below(middle) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// A Beta distribution with both shapes at least one.
struct Beta {
    a: Fixed,
    b: Fixed,
    /// −ln(a · B(a, b))
    ln_scale: Fixed,
}

impl Beta {
    fn new(a: Fixed, b: Fixed) -> Self {
        Self { a, b, ln_scale: ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) - a.ln() }
    }

    fn mean(&self) -> Fixed {
        self.a / (self.a + self.b)
    }

    /// ln I(x; a, b), the logarithm of the probability of a value below `x`, for `x` up to the mean.
    fn ln_below(&self, x: Fixed) -> Fixed {
        if x <= Fixed::ZERO {
            return Fixed::from_steps(i128::MIN / 2);
        }
        let powers = self.a * x.ln() + self.b * (Fixed::ONE - x).ln();
        powers + self.ln_scale + self.fraction(x).ln()
    }

    /// The continued fraction of DLMF 8.17.22, evaluated from the front (Lentz).
    fn fraction(&self, x: Fixed) -> Fixed {
        let (a, b, one) = (self.a, self.b, Fixed::ONE);
        let mut numerator = one;
        let mut denominator = one / (one - (a + b) / (a + one) * x);
        let mut value = denominator;
        for m in 1..=TERMS_MAX {
            let m = Fixed::whole(m);
            let even = a + m + m;
            let before = value;
            let steps = [
                (m / even) * ((b - m) / (even - one)) * x,
                -(((a + m) / even) * ((a + b + m) / (even + one)) * x),
            ];
            for step in steps {
                denominator = one / (one + step * denominator);
                numerator = one + step / numerator;
                value = value * (numerator * denominator);
            }
            if (value.steps() - before.steps()).abs() < SETTLED {
                break;
            }
        }
        value
    }
}

/// ln Γ(z) for z ≥ 1 by Stirling's series (DLMF 5.11.1), within 10⁻¹⁰ up to 8,192.
fn ln_gamma(z: Fixed) -> Fixed {
    // The series needs a large argument; Γ(z + 1) = z · Γ(z) brings a small one there.
    let mut z = z;
    let mut shift = Fixed::ZERO;
    for _ in 0..STIRLING_FROM {
        if z >= Fixed::whole(STIRLING_FROM) {
            break;
        }
        shift = shift + z.ln();
        z = z + Fixed::ONE;
    }
    let half = Fixed::share(1, 2);
    let inverse = Fixed::ONE / z;
    let square = inverse * inverse;
    let over = |denominator: u32| Fixed::share(1, u128::from(denominator));
    let tail =
        over(12) - square * (over(360) - square * (over(1260) - square * (over(1680) - square * over(1188))));
    (z - half) * z.ln() - z + Fixed::HALF_LN_2PI + inverse * tail - shift
}

/// More evidence than this says no more about certainty; it bounds the terms that the fraction needs.
const COUNT_MAX: Fixed = Fixed::whole(4096);
/// From here on the first term left out of Stirling's series is below 10⁻¹⁵.
const STIRLING_FROM: u32 = 16;
/// Halvings of an interval no wider than one, to less than 10⁻¹².
const BISECTIONS: u32 = 42;
/// The fraction needs about the square root of the larger shape; twice that for 4,097 and more.
const TERMS_MAX: u32 = 200;
/// A change of the fraction that no longer shows, in steps of 2⁻⁴⁸: about 10⁻¹³.
const SETTLED: i128 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows by kept, columns by broken, in billionths: mpmath.betainc inverted with 30 digits.
    const BROKEN: [u128; 9] = [
        0,
        1_000,
        500_000_000,
        1_000_000_000,
        2_000_000_000,
        3_750_000_000,
        8_000_000_000,
        40_000_000_000,
        1_024_000_000_000,
    ];
    #[rustfmt::skip]
    const TABLE: [(u128, [u128; 9]); 10] = [
        (0, [100_000_000, 99_999_905, 67_830_248, 51_316_702, 34_510_615, 21_936_968, 11_638_467, 2_566_470, 102_785]),
        (250, [158_489_319, 158_489_185, 111_551_329, 86_157_949, 59_256_005, 38_342_604, 20_655_240, 4_619_028, 185_711]),
        (1_000, [316_227_766, 316_227_567, 241_362_521, 195_800_106, 142_559_317, 96_828_144, 54_528_620, 12_734_060, 518_453]),
        (3_000, [562_341_325, 562_341_118, 477_002_833, 416_109_625, 333_194_387, 248_319_719, 154_187_653, 40_240_532, 1_698_284]),
        (6_500, [735_642_254, 735_642_099, 667_575_661, 613_604_032, 531_001_822, 432_455_153, 300_410_061, 92_212_279, 4_147_361]),
        (10_000, [811_130_831, 811_130_710, 757_223_513, 712_502_195, 640_223_795, 546_993_077, 407_536_614, 142_042_440, 6_793_131]),
        (30_000, [928_414_545, 928_414_494, 904_806_453, 883_804_924, 846_666_145, 791_579_865, 688_234_829, 356_374_114, 22_920_188]),
        (60_000, [962_956_252, 962_956_225, 950_246_990, 938_706_624, 917_721_575, 885_118_934, 818_499_551, 535_520_651, 47_410_173]),
        (500_000, [995_414_567, 995_414_564, 993_783_600, 992_273_821, 989_453_741, 984_865_712, 974_595_393, 909_507_506, 312_954_130]),
        (4_096_000, [999_438_141, 999_438_140, 999_237_415, 999_051_159, 998_702_083, 998_130_804, 996_836_345, 988_074_927, 792_694_206]),
    ];

    #[test]
    fn the_quantile_agrees_with_thirty_digits() {
        for (kept, row) in TABLE {
            for (broken, expected) in BROKEN.into_iter().zip(row) {
                let found = tenth(Fixed::from_nanos(kept * 1_000_000), Fixed::from_nanos(broken));
                let nanos = (found.steps() * 1_000_000_000) >> 48;
                let distance = nanos.abs_diff(i128::try_from(expected).unwrap());
                assert!(distance <= 2, "kept {kept}/1000, broken {broken}n: {nanos}, not {expected}");
            }
        }
    }

    #[test]
    fn more_kept_raises_it_and_more_broken_lowers_it() {
        let tenths = |count: u32| Fixed::share(u128::from(count), 10_000) * Fixed::whole(1000);
        for kept in 0..60 {
            for broken in 0..30 {
                let here = tenth(tenths(kept), tenths(broken));
                assert!(tenth(tenths(kept + 1), tenths(broken)) > here, "{kept} {broken}");
                assert!(tenth(tenths(kept), tenths(broken + 1)) < here, "{kept} {broken}");
            }
        }
    }

    #[test]
    fn the_logarithm_of_gamma_agrees_with_sixty_digits() {
        for (tenths, expected) in [
            (100, 0_i128),
            (150, -33_997_177_525_442),
            (200, 0),
            (325, 263_404_826_764_615),
            (500, 894_542_627_882_399),
            (1_200, 4_926_461_693_300_084),
            (3_100, 21_014_425_337_545_622),
            (3_350, 23_447_548_278_384_023),
            (102_500, 1_710_864_548_702_452_867),
            (409_700, 8_438_239_264_743_031_133),
        ] {
            let found = ln_gamma(Fixed::from_nanos(tenths * 10_000_000)).steps();
            // 28,147 steps are 10⁻¹⁰.
            assert!((found - expected).abs() < 28_147, "ln gamma({tenths}/100): {}", found - expected);
        }
    }
}
