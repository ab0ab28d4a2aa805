//! How well a score tells bad from good: the curve of a threshold that moves, and the area below it.

/// A score with what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The score, of any scale; higher is meant to be better.
    pub score: f64,
    /// Whether it turned out bad.
    pub bad: bool,
}

/// The chance that somebody bad has a lower score than somebody good, ties counted half; ½ if there is only one kind.
#[must_use]
pub fn area(outcomes: &[Outcome]) -> f64 {
    curve(outcomes).windows(2).fold(0.0, |sum, pair| match pair {
        [(x0, y0), (x1, y1)] => sum + (x1 - x0) * (y0 + y1) / 2.0,
        _ => sum,
    })
}

/// Of the good the share that is suspected, and of the bad the share that is found, as the threshold rises: from (0, 0)
/// to (1, 1).
#[must_use]
pub fn curve(outcomes: &[Outcome]) -> Vec<(f64, f64)> {
    let mut sorted = outcomes.to_vec();
    sorted.sort_by(|one, other| one.score.total_cmp(&other.score));
    let count = |bad| sorted.iter().filter(|it| it.bad == bad).fold(0.0, |sum, _| sum + 1.0);
    let (all_bad, all_good): (f64, f64) = (count(true), count(false));
    if all_bad == 0.0 || all_good == 0.0 {
        return vec![(0.0, 0.0), (1.0, 1.0)];
    }
    let mut curve = vec![(0.0, 0.0)];
    let (mut bad, mut good) = (0.0, 0.0);
    for same in sorted.chunk_by(|one, other| one.score.total_cmp(&other.score).is_eq()) {
        for outcome in same {
            *(if outcome.bad { &mut bad } else { &mut good }) += 1.0;
        }
        curve.push((good / all_good, bad / all_bad));
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bad: &[f64], good: &[f64], expected: f64) {
        let with = |scores: &[f64], bad| scores.iter().map(|score| Outcome { score: *score, bad }).collect();
        let all: Vec<Outcome> =
            [with(bad, true), with(good, false)].into_iter().flat_map(|it: Vec<_>| it).collect();
        assert!((area(&all) - expected).abs() < 1e-12, "{}", area(&all));
    }

    #[test]
    fn the_area_is_the_chance_that_bad_stands_below_good() {
        check(&[1.0, 2.0], &[3.0, 4.0], 1.0);
        check(&[3.0, 4.0], &[1.0, 2.0], 0.0);
        check(&[1.0, 3.0], &[2.0, 4.0], 0.75);
        check(&[2.0], &[2.0, 2.0], 0.5);
        check(&[], &[1.0], 0.5);
    }
}
