//! What can be asked of the index, and what it answers: places in a ranking, not what is shown of an agent.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Domain, Language};
use asp_core::position::{Hash, InvalidText, Position};
use asp_core::statement::body::{Availability, Card};

/// Which agents to find. Agents that have retired, and those that do not answer any more, are never found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentQuery {
    /// Only those that offer this capability or one below it.
    pub capability: Option<Capability>,
    /// Only those with each of these words, or a word that begins with it, in name, description, URI or capabilities.
    /// The first eight count.
    pub text: Option<String>,
    /// Only those of this organisation.
    pub organisation: Option<Domain>,
    /// Only those that speak this terms schema.
    pub schema: Option<Hash>,
    /// Only those that speak this language, or a variety of it.
    pub language: Option<Language>,
    /// Only those that say this of themselves.
    pub availability: Option<Availability>,
    /// Only those whose offers begin at this price or below it, in its currency.
    pub price_max: Option<Money>,
    /// Only those whose card was set after this position.
    pub set_after: Option<Position>,
    /// Only some that were chosen before.
    pub among: Among,
    /// What stands first.
    pub order: Order,
    /// How many at most.
    pub limit: usize,
    /// Only those after the last one of the page before.
    pub after: Option<AgentCursor>,
}

/// The number that the store knows an agent by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentNumber(pub i64);

/// A choice of agents, made before the search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Among {
    /// Anybody.
    #[default]
    All,
    /// One of these.
    These(Vec<AgentNumber>),
    /// Anybody but these.
    Others(Vec<AgentNumber>),
}

/// What stands first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// What fits best.
    #[default]
    Relevance,
    /// The least price, in the currency of the highest that is asked for; without one nobody is found.
    Price,
    /// Whose card was set first.
    Position,
}

/// The place of an agent in a ranking: what the next page begins after. Its text form is opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentCursor {
    /// What the order goes by first: 100 less the relevance, or billionths of the price; nothing in that of the log.
    pub(super) first: u128,
    /// The position at which the card was set.
    pub(super) set_at: Position,
}

impl fmt::Display for AgentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.first, self.set_at.0)
    }
}

impl FromStr for AgentCursor {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("the place of an agent in a list");
        let (first, set_at) = text.split_once('.').ok_or(invalid)?;
        let cursor = Self {
            first: first.parse().map_err(|_| invalid)?,
            set_at: Position(set_at.parse().map_err(|_| invalid)?),
        };
        // One spelling: no sign, no zeros in front.
        if cursor.to_string() == text { Ok(cursor) } else { Err(invalid) }
    }
}

/// Whether an agent answers when it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has asked.
    #[default]
    Unknown,
    /// It answered when it was asked last.
    Answering,
    /// It did not answer lately; it stands behind the others.
    Stale,
    /// It has not answered for so long that it is not found.
    Gone,
}

/// A place in a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// The agent.
    pub number: AgentNumber,
    /// Where the log has the card.
    pub set_at: Position,
    /// How well the agent fits, 0 to 100.
    pub relevance: u8,
    /// Whether it answers.
    pub standing: Standing,
    /// Its place: a page that begins after it goes on with the next.
    pub cursor: AgentCursor,
}

/// A page of a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// Those of the page.
    pub agents: Vec<Ranked>,
    /// How many fit in all.
    pub total: u64,
    /// How many entries of the log the index had seen.
    pub size: u64,
    /// Asks for the page after this one; none when this was the last.
    pub next: Option<AgentCursor>,
}

/// A page of agents as they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentsFound {
    /// Those of the page. One whose card changed since the ranking was made is left out: it is found again by that.
    pub agents: Vec<FoundAgent>,
    /// The ranking.
    pub ranking: Ranking,
}

/// An agent that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAgent {
    /// Its URI.
    pub agent: AgentUri,
    /// What it shows of itself.
    pub card: Card,
    /// Its place.
    pub place: Ranked,
    /// Why it stands where it stands, as sentences without their full stops.
    pub reasons: Vec<String>,
    /// The organisations for which it could be mistaken by its name, at most eight.
    pub mistakable_for: BTreeSet<Domain>,
}
