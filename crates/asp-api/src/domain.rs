//! The JSON about domains: what an organisation publishes under its own, and what a node found there.

use super::*;

api! {
    /// The keys that an organisation publishes under its domain.
    struct PublishedKeys {
        /// The domain.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        domain: Domain,
        /// The keys, each as a `did:key`.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        keys: Vec<KeyId>,
    }
    /// The document under a domain by which an organisation shows that the domain is its own.
    struct DomainDocument {
        /// The organisation and its keys.
        organisation: PublishedKeys,
    }
    /// What a node found under the domain of an organisation. Its own word: whoever wants to know looks there.
    struct DomainView {
        /// Whether it found the key there when it last said so, and the key can still sign.
        proved: bool,
        /// Where the organisation says that it publishes its key: `well-known` or `dns`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        method: VerifyMethod,
        /// The key that it publishes there.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        key: KeyId,
        /// What the node found, of this key and there; absent until it has looked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found: Option<bool>,
        /// When the node last said what it found: the first time, and whenever that changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        checked_at: Option<LogTime>,
        /// The log index of that statement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        checked_in: Option<Position>,
        /// When this node last looked, whatever came of it; absent if it has not since it started.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        looked_at: Option<LogTime>,
        /// What it saw then, as a sentence for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        saw: Option<String>,
    }
}
