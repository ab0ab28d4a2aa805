//! What asks for the next page of a search. Opaque to others: its text form may change.

use std::fmt;
use std::str::FromStr;

use asp_core::position::{InvalidText, LogTime};
use asp_store::AgentCursor;

/// Where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// After this place of the ranking; by trust, of those who have a newcomer's.
    Ranked(AgentCursor),
    /// By trust: after so many of those who have more than a newcomer.
    Above(usize),
    /// By trust: with the first newcomer.
    Middle,
    /// By trust: after so many of those who have less.
    Below(usize),
}

/// A place, and of what the scores are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// The instant and the prefix of the log; none where no score is asked for.
    pub(super) pinned: Option<(LogTime, u64)>,
    pub(super) place: Place,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((instant, prefix)) = self.pinned {
            write!(f, "{}-{prefix}-", instant.millis())?;
        }
        match self.place {
            Place::Ranked(cursor) => write!(f, "r{cursor}"),
            Place::Above(from) => write!(f, "a{from}"),
            Place::Middle => f.write_str("m"),
            Place::Below(from) => write!(f, "b{from}"),
        }
    }
}

impl FromStr for Token {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("the token of a page");
        let number = |text: &str| text.parse::<u64>().map_err(|_| invalid);
        let (pinned, place) = match text.splitn(3, '-').collect::<Vec<_>>()[..] {
            [place] => (None, place),
            [instant, prefix, place] => {
                (Some((LogTime::from_millis(number(instant)?), number(prefix)?)), place)
            }
            _ => return Err(invalid),
        };
        let (kind, rest) = place.split_at_checked(1).ok_or(invalid)?;
        let count = || rest.parse::<usize>().map_err(|_| invalid);
        let place = match kind {
            "r" => Place::Ranked(rest.parse()?),
            "a" => Place::Above(count()?),
            "b" => Place::Below(count()?),
            "m" if rest.is_empty() => Place::Middle,
            _ => return Err(invalid),
        };
        Ok(Self { pinned, place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_what_is_none_is_refused() {
        for text in ["r20.7", "1795449312000-12-r20.7", "1795449312000-12-a40", "5-0-m", "5-0-b1"] {
            assert_eq!(text.parse::<Token>().unwrap().to_string(), text);
        }
        for wrong in
            ["", "r", "20.7", "x1", "a", "a-1", "5-m", "-5-0-m", "5-0-", "5-0-mm", "5-0-r1", "ü", "5-0-ü"]
        {
            assert!(wrong.parse::<Token>().is_err(), "{wrong}");
        }
    }
}
