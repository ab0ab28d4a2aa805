//! What counts as a word of a text, and which words an agent is found by. Knows no index.

use std::collections::BTreeSet;

use asp_core::name::AgentUri;
use asp_core::statement::body::Card;

/// Words of one agent that are kept; a description has at most 4 KiB.
const WORDS_MAX: usize = 512;

/// Letters of a word that is only begun, at least; of shorter ones the whole word has to be there.
pub(super) const BEGINNING_MIN: usize = 3;

/// The words of a text in lower case, in order: runs of letters and digits. A character of a script that puts no space
/// between words is a word by itself.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        let alone = stands_alone(letter);
        if (alone || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if alone {
            words.push(letter.to_string());
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Kana and Han characters.
const fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

/// The words of an agent: of its name and capabilities, which say most, and all that are kept.
pub(super) struct AgentWords {
    pub(super) leading: BTreeSet<String>,
    pub(super) all: BTreeSet<String>,
}

impl AgentWords {
    pub(super) fn of(agent: &AgentUri, card: &Card) -> Self {
        let mut kept = words(card.name.as_str());
        kept.extend(card.capabilities.iter().flat_map(|capability| words(capability.as_str())));
        kept.truncate(WORDS_MAX);
        let leading = kept.iter().cloned().collect();
        kept.extend(words(agent.as_str().trim_start_matches("agent://")));
        kept.extend(words(card.description.as_str()));
        Self { leading, all: kept.into_iter().take(WORDS_MAX).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_run_of_letters_and_digits() {
        assert_eq!(words("GPU-Zeit, in  Zürich (h100)"), ["gpu", "zeit", "in", "zürich", "h100"]);
        assert_eq!(words("翻訳 API"), ["翻", "訳", "api"]);
        assert_eq!(words("…"), Vec::<String>::new());
    }
}
