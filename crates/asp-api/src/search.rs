//! What can be asked of the registry: the body of `POST /v1/search`, and searches that are saved, which keep it as it is.

use asp_core::amount::Money;
use asp_core::name::{Capability, Domain, Issuer, Language};
use asp_core::position::{Hash, LogTime, Position};
use asp_core::statement::body::{Availability, Name, TrustFloor};
use serde::{Deserialize, Deserializer, Serialize};

/// What to look for among agents; everything that is given has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchQuery {
    /// Words in name, description, address or capabilities; one of three letters or more may be the beginning of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A capability, or what lies above it, such as `provision.compute`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub capability: Option<Capability>,
    /// The organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub organisation: Option<Domain>,
    /// A terms schema that it speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub schema: Option<Hash>,
    /// A language that it negotiates in: `de` finds `de-AT` too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub language: Option<Language>,
    /// What it says of its availability: `available`, `busy` or `away`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub availability: Option<Availability>,
    /// The most that its offers may begin from, in this currency; who names no price is not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub max_price: Option<Money>,
    /// The least trust, as `{"score", "value"}`: points and the value class. Needs a token, since it is asked through the
    /// eyes of the caller's organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub min_trust: Option<TrustFloor>,
    /// The value class in which trust is told; that of `minTrust` if absent. Needs a token too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub value: Option<Money>,
    /// What stands first: `relevance` if absent, `trust` (asks for a value class), or `price` (asks for `maxPrice`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<SearchSort>,
    /// How many at most, 1 to 1000; 50 if absent. A page has 200 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<usize>,
    /// The `nextPageToken` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
    /// Waits until the index has seen this position of the log: who gives that of a receipt finds what it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
    pub after: Option<Position>,
}

/// What stands first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SearchSort {
    /// What fits best.
    #[default]
    Relevance,
    /// Who can be trusted most.
    Trust,
    /// The least price.
    Price,
}

/// Whether an agent answers when the node asks it; one node's word, and no part of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AgentStanding {
    /// It did when it was asked last, or shortly before.
    Answering,
    /// It has not for a while: it stands behind others.
    Stale,
    /// It has not for long: it is not found.
    Gone,
}

impl AgentStanding {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answering => "answering",
            Self::Stale => "stale",
            Self::Gone => "gone",
        }
    }
}

impl SearchQuery {
    /// The query without what belongs to one page.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        (self.page_size, self.page_token, self.after) = (None, None, None);
        self
    }
}

/// A search to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSearch {
    /// What its saver calls it; no other of its searches may have the name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Name,
    /// What to look for; `pageSize`, `pageToken` and `after` are not kept.
    #[serde(deserialize_with = "members")]
    pub query: SearchQuery,
}

/// Reads an object: a list would be taken for the members in their order.
fn members<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SearchQuery, D::Error> {
    let members = serde_json::Map::deserialize(deserializer)?;
    serde_json::from_value(members.into()).map_err(serde::de::Error::custom)
}

/// A search that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SavedSearchView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// What its saver calls it.
    pub name: String,
    /// What is looked for.
    pub query: SearchQuery,
    /// When it was saved.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub saved_at: LogTime,
    /// Who saved it: an agent, or an organisation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub saved_by: Issuer,
    /// How many entries the log had when it was saved: what comes after them is news.
    pub size: u64,
}

/// Searches that were saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SavedSearches {
    /// The searches, the first saved first.
    pub searches: Vec<SavedSearchView>,
}
