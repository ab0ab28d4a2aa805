//! Protocol values as people read them: short ids and names, states in colour, spans, instants.

use asp_core::name::{AgentUri, Issuer};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::session::table::State;
use asp_core::statement::body::CommitmentState;

use crate::page::{Paint, Text};

/// Digits of a shortened id.
const ID_DIGITS: usize = 12;

/// The first digits of an id, enough to name it again.
pub(crate) fn id(hash: &Hash) -> Text {
    Text::of(Paint::Dim, hash.to_hex().get(..ID_DIGITS).unwrap_or_default())
}

/// An agent without `agent://`.
pub(crate) fn agent(uri: &AgentUri) -> String {
    uri.as_str().strip_prefix("agent://").unwrap_or(uri.as_str()).to_owned()
}

/// Whoever signs, an agent without `agent://`.
pub(crate) fn issuer(issuer: &Issuer) -> String {
    match issuer {
        Issuer::Agent(uri) => agent(uri),
        Issuer::Organisation(domain) => domain.to_string(),
        Issuer::Node(_) => "the node".to_owned(),
    }
}

/// A session's state.
pub(crate) fn state(state: State) -> Text {
    let paint = match state {
        State::Idle | State::Invited | State::Introduced | State::Conversing => Paint::Plain,
        State::Agreeing | State::Executing => Paint::Accent,
        State::Escalated => Paint::Warn,
        State::Closed => Paint::Good,
        State::Failed => Paint::Bad,
    };
    Text::of(paint, state.as_str())
}

/// A commitment's state.
pub(crate) fn commitment(state: CommitmentState) -> Text {
    match state {
        CommitmentState::Active => Text::of(Paint::Accent, "ACTIVE"),
        CommitmentState::Fulfilled => Text::of(Paint::Good, "FULFILLED"),
        CommitmentState::Breached => Text::of(Paint::Bad, "BREACHED"),
        CommitmentState::Terminated => Text::of(Paint::Dim, "TERMINATED"),
        CommitmentState::Amended => Text::of(Paint::Dim, "AMENDED"),
    }
}

/// How far an obligation is, by its word.
pub(crate) fn obligation(word: &str) -> Text {
    let paint = match word {
        "FULFILLED" => Paint::Good,
        "BREACHED" => Paint::Bad,
        "CONTESTED" => Paint::Warn,
        "DELIVERED" => Paint::Accent,
        _ => Paint::Plain,
    };
    Text::of(paint, word)
}

/// A span in its largest whole unit but one: `90 s`, `3 h`, `12 d`.
pub(crate) fn span(span: Millis) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let unit = units.iter().find(|(millis, _)| span.0 >= 2 * millis);
    unit.map_or_else(|| format!("{} ms", span.0), |(millis, name)| format!("{} {name}", span.0 / millis))
}

/// How long something took: as [`span`], seconds with their tenths.
pub(crate) fn lasted(time: Millis) -> String {
    if (1_000..120_000).contains(&time.0) {
        format!("{}.{} s", time.0 / 1_000, time.0 % 1_000 / 100)
    } else {
        span(time)
    }
}

/// An instant without its milliseconds: `2026-11-23 15:55:12`.
pub(crate) fn instant(time: LogTime) -> String {
    let text = time.to_string();
    text.get(..19).map_or(text.clone(), |seconds| seconds.replace('T', " "))
}

/// Words that a stranger may have written, without what would steer a terminal or turn their order around.
pub(crate) fn still(text: &str) -> String {
    let steers = |letter: char| {
        // Unicode's controls of direction (UAX #9 §2) and its separators of lines.
        letter.is_control()
            || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect()
}

/// A word of the protocol as statements spell it: `not-as-agreed`.
pub(crate) fn spelled(word: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(word).ok();
    value.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// One line of words that a stranger may have written, not longer than `most`.
pub(crate) fn line(text: &str, most: usize) -> String {
    let clean: String = still(text).chars().take(most + 1).collect();
    if clean.chars().count() > most {
        let cut: String = clean.chars().take(most.saturating_sub(1)).collect();
        format!("{cut}…")
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_keeps_two_digits_where_it_can() {
        for (millis, text) in
            [(900, "900 ms"), (1_999, "1999 ms"), (90_000, "90 s"), (7_200_000, "2 h"), (172_800_000, "2 d")]
        {
            assert_eq!(span(Millis(millis)), text);
        }
    }

    #[test]
    fn what_took_seconds_is_told_with_their_tenths() {
        for (millis, text) in
            [(999, "999 ms"), (1_000, "1.0 s"), (1_299, "1.2 s"), (119_999, "119.9 s"), (120_000, "2 min")]
        {
            assert_eq!(lasted(Millis(millis)), text);
        }
    }

    #[test]
    fn what_a_stranger_wrote_cannot_steer_the_terminal() {
        assert_eq!(line("a\u{1b}[31mb\nc", 20), "a [31mb c");
        assert_eq!(still("1 USD\u{202e}\u{9b}2J\r"), "1 USD  2J ");
        assert_eq!(line("abcdef", 4), "abc…");
        assert_eq!(line("abcd", 4), "abcd");
    }
}
