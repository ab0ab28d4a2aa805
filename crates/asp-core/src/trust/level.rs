//! Levels: the names of a score, and all that follows from one of them, in one place.
//!
//! A level is of one agent in the eyes of one observer for one value class, like the score that it is made of.

use serde::Serialize;

use super::parameters::LEVELS_FROM;
use super::score::Points;

/// What a score amounts to; ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// Level 0, below 25 points.
    Unverified,
    /// Level 1, from 25 points.
    Verified,
    /// Level 2, from 50 points.
    Established,
    /// Level 3, from 70 points.
    Trusted,
    /// Level 4, from 90 points.
    Premium,
}

/// What follows from a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consequences {
    /// What to have held of a deal with it, as advice: whether it binds is the policy of who is owed.
    pub cover: Cover,
    /// Whether it may sit on a panel that rules on disputes of others.
    pub judges: bool,
    /// How many times a newcomer's share of a node its organisation has, unless the operator sets others.
    pub share: u64,
}

/// How much of a deal to have held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Cover {
    /// All of it: nothing vouches for the rest.
    Whole,
    /// What goes beyond half of what it kept for those whom the observer trusts.
    Beyond,
    /// Nothing, if the deal is of the value class that was asked about.
    Nothing,
}

impl Level {
    /// All levels, the lowest first.
    pub const ALL: [Self; 5] =
        [Self::Unverified, Self::Verified, Self::Established, Self::Trusted, Self::Premium];

    /// The level of a score.
    #[must_use]
    pub fn of(score: Points) -> Self {
        let reached = |level: &&Self| score.thousandths() >= i64::from(level.begins());
        Self::ALL.iter().rev().find(reached).copied().unwrap_or(Self::Unverified)
    }

    /// The points, in thousandths, from which a score amounts to it.
    #[must_use]
    pub const fn begins(self) -> u32 {
        let [verified, established, trusted, premium] = LEVELS_FROM;
        match self {
            Self::Unverified => 0,
            Self::Verified => verified,
            Self::Established => established,
            Self::Trusted => trusted,
            Self::Premium => premium,
        }
    }

    /// The level's number, 0 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Unverified => 0,
            Self::Verified => 1,
            Self::Established => 2,
            Self::Trusted => 3,
            Self::Premium => 4,
        }
    }

    /// The level's name as reading shows it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Verified => "verified",
            Self::Established => "established",
            Self::Trusted => "trusted",
            Self::Premium => "premium",
        }
    }

    /// All that follows from it: the only table of it.
    #[must_use]
    pub const fn consequences(self) -> Consequences {
        let (cover, judges, share) = match self {
            Self::Unverified => (Cover::Whole, false, 1),
            Self::Verified => (Cover::Beyond, false, 2),
            Self::Established => (Cover::Beyond, true, 4),
            Self::Trusted => (Cover::Nothing, true, 8),
            Self::Premium => (Cover::Nothing, true, 16),
        };
        Consequences { cover, judges, share }
    }

    /// Whether an agent of this level may sit on a panel that rules on disputes of others.
    #[must_use]
    pub const fn may_judge(self) -> bool {
        self.consequences().judges
    }
}

impl Cover {
    /// The advice in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "have the whole held",
            Self::Beyond => "have held what goes beyond half of what it kept",
            Self::Nothing => "nothing needs to be held",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_begins_at_its_points() {
        for (thousandths, level, number) in [
            (0, Level::Unverified, 0),
            (24_999, Level::Unverified, 0),
            (25_000, Level::Verified, 1),
            (49_999, Level::Verified, 1),
            (50_000, Level::Established, 2),
            (70_000, Level::Trusted, 3),
            (89_999, Level::Trusted, 3),
            (90_000, Level::Premium, 4),
            (100_000, Level::Premium, 4),
        ] {
            assert_eq!((Level::of(Points::new(thousandths)), level.number()), (level, number));
        }
        assert_eq!(Level::of(Points::new(-1)), Level::Unverified);
    }

    #[test]
    fn a_higher_level_never_has_less() {
        for (lower, higher) in Level::ALL.iter().zip(Level::ALL.iter().skip(1)) {
            let (less, more) = (lower.consequences(), higher.consequences());
            assert!(less.cover <= more.cover && less.judges <= more.judges && less.share < more.share);
            assert_eq!(lower.number() + 1, higher.number());
            assert!(lower < higher && lower.begins() < higher.begins());
        }
    }

    #[test]
    fn who_rules_on_others_is_established() {
        let judges: Vec<&str> =
            Level::ALL.into_iter().filter(|level| level.may_judge()).map(Level::as_str).collect();
        assert_eq!(judges, ["established", "trusted", "premium"]);
    }
}
