//! An agent's card: what it shows of itself. Whether it is true is asked elsewhere; a score never stands on it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::body::{Text, some};
use crate::amount::Money;
use crate::display::DisplayName;
use crate::limits;
use crate::name::{Capability, Language, WebAddress};
use crate::position::Hash;
use crate::rejection::{Code, Rejection};

/// What an agent shows of itself. Never a score: that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Card {
    /// The card of the A2A protocol that the agent serves itself.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub a2a: Option<A2aPin>,
    /// Whether it takes on work now; nobody is held to it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub availability: Option<Availability>,
    /// What it can do.
    pub capabilities: BTreeSet<Capability>,
    /// The most that it may agree to owe under one package of terms, by its own account.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub ceiling: Option<Money>,
    /// What it is, for people.
    pub description: Text,
    /// Where it answers challenges.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub endpoint: Option<WebAddress>,
    /// The languages that it negotiates in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub languages: BTreeSet<Language>,
    /// What people call it.
    pub name: DisplayName,
    /// The price from which its offers begin.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub price: Option<Money>,
    /// The terms schemas that it speaks, by the hash of their content.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub schemas: BTreeSet<Hash>,
}

/// The A2A Agent Card that an agent serves at an address of its own, pinned to its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct A2aPin {
    /// The SHA-256 of its canonical form (RFC 8785), its signatures included.
    pub digest: Hash,
    /// Where it is.
    pub url: WebAddress,
}

/// Whether an agent takes on work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    /// It does.
    Available,
    /// It has enough to do; answers may take their time.
    Busy,
    /// It does not answer now.
    Away,
}

impl Availability {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Away => "away",
        }
    }
}

impl Card {
    /// A card with nothing but what every card has.
    #[must_use]
    pub const fn of(name: DisplayName, description: Text, capabilities: BTreeSet<Capability>) -> Self {
        Self {
            a2a: None,
            availability: None,
            capabilities,
            ceiling: None,
            description,
            endpoint: None,
            languages: BTreeSet::new(),
            name,
            price: None,
            schemas: BTreeSet::new(),
        }
    }

    /// Whether the two say the same but for availability, which may change at any time.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        *self == Self { availability: self.availability, ..other.clone() }
    }

    /// Whether it offers a capability: this one, or one that it lies within.
    #[must_use]
    pub fn offers(&self, capability: &Capability) -> bool {
        self.capabilities.iter().any(|offered| capability.is_within(offered))
    }

    /// Bounds on its lists.
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        let lists = [
            ("/body/card/capabilities", self.capabilities.len(), limits::CAPABILITIES_MAX),
            ("/body/card/languages", self.languages.len(), limits::CARD_LANGUAGES_MAX),
            ("/body/card/schemas", self.schemas.len(), limits::CARD_SCHEMAS_MAX),
        ];
        match lists.into_iter().find(|(_, length, most)| length > most) {
            Some((place, _, _)) => Err(Code::InvalidBody.at(place)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        let capabilities = ["provision.compute".parse().unwrap()].into();
        Card::of("Seller".parse().unwrap(), "sells".parse().unwrap(), capabilities)
    }

    #[test]
    fn all_but_availability_counts_as_what_a_card_says() {
        let before = card();
        assert!(before.says_as(&Card { availability: Some(Availability::Away), ..card() }));
        let others = [
            Card { name: "Another".parse().unwrap(), ..card() },
            Card { description: "buys".parse().unwrap(), ..card() },
            Card { capabilities: BTreeSet::new(), ..card() },
            Card { endpoint: Some("https://volt.example/asp".parse().unwrap()), ..card() },
            Card { languages: ["de".parse().unwrap()].into(), ..card() },
        ];
        for other in others {
            assert!(!before.says_as(&other) && !other.says_as(&before), "{other:?}");
        }
    }

    #[test]
    fn a_card_offers_what_lies_within_its_capabilities() {
        for (capability, offered) in [
            ("provision.compute", true),
            ("provision.compute.gpu", true),
            ("provision", false),
            ("provision.computers", false),
            ("translate", false),
        ] {
            assert_eq!(card().offers(&capability.parse().unwrap()), offered, "{capability}");
        }
    }
}
