//! Names: organisations by domain, agents by URI, capabilities, logs by origin, streams.
//! A value of these types is well formed; whether anybody bears the name is not known here.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::limits;
use crate::position::{Hash, InvalidText, text_serde};

/// Declares a name: a checked, cheaply cloned text.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $check:path;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = InvalidText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if $check(text) { Ok(Self(text.into())) } else { Err(InvalidText($what)) }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        text_serde!($name);
    )+};
}

names! {
    /// An organisation: the domain it controls, in lower case, without a final dot.
    Domain, "a domain like acme.example", is_domain;
    /// An agent: `agent://<domain>/<path>/<name>`.
    AgentUri, "an agent URI like agent://acme.example/procurement/buyer", is_agent_uri;
    /// What an agent can do: a dotted name such as `provision.compute.gpu`.
    Capability, "a capability like provision.compute.gpu", is_capability;
    /// The name of one log, and so of the node that keeps it; the audience of its statements.
    Origin, "a log origin like assent.example/main", is_origin;
    /// An address on the web: `https` of a name, or `http` of this machine alone; never an address in digits.
    WebAddress, "an address like https://volt.example/asp", is_web_address;
    /// A language of BCP 47 in its usual case, with script and region if they matter: `de`, `zh-Hant-TW`.
    Language, "a language like de, pt-BR or zh-Hant-TW", is_language;
}

/// RFC 1034 §3.5 labels in lower case, at least two of them (or punycode ones).
fn is_domain(text: &str) -> bool {
    text.len() <= limits::URI_BYTES_MAX - 10 && text.split('.').count() >= 2 && text.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_segment(segment: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    (1..=64).contains(&segment.len())
        && segment.bytes().all(inner)
        && segment.starts_with(|first: char| first.is_ascii_alphanumeric())
}

fn is_agent_uri(text: &str) -> bool {
    let Some((domain, path)) = text.strip_prefix("agent://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    text.len() <= limits::URI_BYTES_MAX
        && is_domain(domain)
        && path.split('/').count() <= 8
        && path.split('/').all(is_segment)
}

fn is_capability(text: &str) -> bool {
    let label = |label: &str| {
        (1..=32).contains(&label.len())
            && label.starts_with(|first: char| first.is_ascii_lowercase())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= limits::NAME_BYTES_MAX && text.split('.').count() <= 8 && text.split('.').all(label)
}

/// Also a line of a signed note, which has neither spaces nor `+` (C2SP signed-note).
fn is_origin(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:/".contains(&byte);
    (1..=limits::NAME_BYTES_MAX).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(inner)
}

/// RFC 3986 in one spelling: no user, no fragment, lower case, a port only if it is one.
fn is_web_address(text: &str) -> bool {
    let (rest, local) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let end =
        if authority.starts_with('[') { authority.find(']').map(|at| at + 1) } else { authority.find(':') };
    let (host, port) = authority.split_at(end.unwrap_or(authority.len()));
    let named = || {
        host.split('.').count() >= 2
            && host.split('.').all(is_label)
            && host
                .rsplit('.')
                .next()
                .is_some_and(|last| last.starts_with(|first: char| first.is_ascii_lowercase()))
    };
    let port_valid = port.strip_prefix(':').map_or(port.is_empty(), |digits| {
        digits.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == digits)
    });
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!$%&'()*+,-./:;=@_~".contains(&byte);
    let host_valid = if local { ["localhost", "127.0.0.1", "[::1]"].contains(&host) } else { named() };
    text.len() <= limits::WEB_ADDRESS_BYTES_MAX
        && host_valid
        && port_valid
        && path.bytes().all(plain)
        && query.bytes().all(|byte| plain(byte) || byte == b'?')
}

/// Language, script and region of RFC 5646 §2.1 in the case of its §2.1.1.
fn is_language(text: &str) -> bool {
    let lower = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let script = |part: &str| {
        part.len() == 4
            && part.starts_with(|first: char| first.is_ascii_uppercase())
            && part.get(1..).is_some_and(lower)
    };
    let region = |part: &str| match part.len() {
        2 => part.bytes().all(|byte| byte.is_ascii_uppercase()),
        3 => part.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    let parts: Vec<&str> = text.split('-').collect();
    let Some((language, further)) = parts.split_first() else { return false };
    let further_valid = match further {
        [] => true,
        [one] => script(one) || region(one),
        [first, second] => script(first) && region(second),
        _ => false,
    };
    (2..=3).contains(&language.len()) && lower(language) && further_valid
}

impl AgentUri {
    /// The organisation that admitted the agent.
    #[must_use]
    pub fn organisation(&self) -> Domain {
        let rest = self.0.get("agent://".len()..).unwrap_or_default();
        Domain(rest.split('/').next().unwrap_or_default().into())
    }

    /// What follows the domain: path and name, without a leading slash.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.0.get("agent://".len()..).unwrap_or_default();
        rest.split_once('/').map_or("", |(_, path)| path)
    }
}

impl Capability {
    /// Whether `self` is `wider` or lies below it: `a.b.c` lies within `a.b`, `a.bc` does not.
    #[must_use]
    pub fn is_within(&self, wider: &Self) -> bool {
        self.0.strip_prefix(&*wider.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// The kinds of stream that this version of the protocol orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamKind {
    /// An organisation's keys and policy.
    Org,
    /// An agent's keys and card.
    Agent,
    /// A consent between two organisations.
    Consent,
    /// A session between agents.
    Session,
    /// The money of an organisation.
    Account,
    /// A dispute about an obligation of a session.
    Dispute,
}

impl StreamKind {
    /// The text before the colon of a stream's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Agent => "agent",
            Self::Consent => "consent",
            Self::Session => "session",
            Self::Account => "account",
            Self::Dispute => "dispute",
        }
    }

    /// What the first statement of a stream names as `previousHash`: the hash of the kind's name.
    #[must_use]
    pub fn genesis(self) -> Hash {
        Hash::of(&[self.as_str().as_bytes()])
    }
}

/// A stream: what a statement is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamId {
    /// `org:<domain>`
    Org(Domain),
    /// `agent:<agent URI>`
    Agent(AgentUri),
    /// `consent:<hash of the statement that opens it>`
    Consent(Hash),
    /// `session:<hash of the statement that opens it>`
    Session(Hash),
    /// `account:<domain>`
    Account(Domain),
    /// `dispute:<hash of the statement that opens it>`
    Dispute(Hash),
}

impl StreamId {
    /// The kind of stream.
    #[must_use]
    pub const fn kind(&self) -> StreamKind {
        match self {
            Self::Org(_) => StreamKind::Org,
            Self::Agent(_) => StreamKind::Agent,
            Self::Consent(_) => StreamKind::Consent,
            Self::Session(_) => StreamKind::Session,
            Self::Account(_) => StreamKind::Account,
            Self::Dispute(_) => StreamKind::Dispute,
        }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().as_str())?;
        f.write_str(":")?;
        match self {
            Self::Org(domain) | Self::Account(domain) => domain.fmt(f),
            Self::Agent(agent) => agent.fmt(f),
            Self::Consent(hash) | Self::Session(hash) | Self::Dispute(hash) => f.write_str(&hash.to_hex()),
        }
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for StreamId {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a stream like session:<64 hexadecimal digits>");
        let (kind, name) = text.split_once(':').ok_or(invalid)?;
        match kind {
            "org" => name.parse().map(Self::Org),
            "agent" => name.parse().map(Self::Agent),
            "consent" => Hash::from_hex(name).map(Self::Consent).ok_or(invalid),
            "session" => Hash::from_hex(name).map(Self::Session).ok_or(invalid),
            "account" => name.parse().map(Self::Account),
            "dispute" => Hash::from_hex(name).map(Self::Dispute).ok_or(invalid),
            _ => Err(invalid),
        }
    }
}

/// The stream as a statement names it: one that exists, or one that the statement itself opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamName {
    /// A stream with a name of its own.
    Of(StreamId),
    /// `session:`, `consent:` or `dispute:`: the id will be the hash of this very statement.
    Opens(StreamKind),
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(stream) => stream.fmt(f),
            Self::Opens(kind) => write!(f, "{}:", kind.as_str()),
        }
    }
}

impl FromStr for StreamName {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "session:" => Ok(Self::Opens(StreamKind::Session)),
            "consent:" => Ok(Self::Opens(StreamKind::Consent)),
            "dispute:" => Ok(Self::Opens(StreamKind::Dispute)),
            named => named.parse().map(Self::Of),
        }
    }
}

/// Who signs: an agent, an organisation, or the node (for what time alone decides).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Issuer {
    /// `agent://…`
    Agent(AgentUri),
    /// A domain.
    Organisation(Domain),
    /// `node:<origin>`
    Node(Origin),
}

impl Issuer {
    /// The organisation behind the issuer; none behind a node.
    #[must_use]
    pub fn organisation(&self) -> Option<Domain> {
        match self {
            Self::Agent(agent) => Some(agent.organisation()),
            Self::Organisation(domain) => Some(domain.clone()),
            Self::Node(_) => None,
        }
    }

    /// The agent, if it is one.
    #[must_use]
    pub const fn agent(&self) -> Option<&AgentUri> {
        match self {
            Self::Agent(agent) => Some(agent),
            Self::Organisation(_) | Self::Node(_) => None,
        }
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(agent) => agent.fmt(f),
            Self::Organisation(domain) => domain.fmt(f),
            Self::Node(origin) => write!(f, "node:{origin}"),
        }
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Issuer {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("agent://") {
            text.parse().map(Self::Agent)
        } else if let Some(origin) = text.strip_prefix("node:") {
            origin.parse().map(Self::Node)
        } else {
            text.parse().map(Self::Organisation)
        }
    }
}

text_serde!(StreamId, StreamName, Issuer);

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromStr + fmt::Display>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(text.parse::<T>().ok().map(|value| value.to_string()).as_deref(), Some(*text));
        }
        for text in bad {
            assert!(text.parse::<T>().is_err(), "{text} should be refused");
        }
    }

    #[test]
    fn a_domain_is_lower_case_labels() {
        check::<Domain>(
            &["acme.example", "a-b.c1.example", "xn--bcher-kva.example"],
            &[
                "",
                "acme",
                "Acme.example",
                "acme.example.",
                ".example",
                "-a.example",
                "a_b.example",
                "a b.example",
                "bücher.example",
            ],
        );
    }

    #[test]
    fn an_agent_uri_has_a_domain_and_a_path() {
        check::<AgentUri>(
            &["agent://acme.example/buyer", "agent://acme.example/procurement/buyer-2"],
            &[
                "agent://acme.example",
                "agent://acme.example/",
                "agent://acme.example//b",
                "agent://acme.example/../b",
                "agent://acme/buyer",
                "AGENT://acme.example/b",
                "agent://acme.example/B",
                "https://acme.example/b",
            ],
        );
        let agent: AgentUri = "agent://acme.example/procurement/buyer".parse().unwrap();
        assert_eq!(agent.organisation().as_str(), "acme.example");
        assert_eq!(agent.path(), "procurement/buyer");
    }

    #[test]
    fn a_capability_lies_within_its_prefixes() {
        let of = |text: &str| text.parse::<Capability>().unwrap();
        assert!(of("provision.compute.gpu").is_within(&of("provision.compute")));
        assert!(of("provision.compute").is_within(&of("provision.compute")));
        assert!(!of("provision.computers").is_within(&of("provision.compute")));
        assert!(!of("provision").is_within(&of("provision.compute")));
        check::<Capability>(&["a", "a.b-c.d1"], &["", ".", "a.", "A", "a..b", "1a", "a b"]);
    }

    #[test]
    fn a_web_address_is_https_of_a_name_or_http_of_this_machine() {
        check::<WebAddress>(
            &[
                "https://volt.example",
                "https://volt.example/",
                "https://a-b.volt.example:8443/asp/answer?x=1&y=%20?",
                "https://xn--bcher-kva.example?x",
                "http://localhost:8080/a",
                "http://127.0.0.1/a",
                "http://[::1]:65535",
            ],
            &[
                "",
                "https://",
                "https://volt",
                "http://volt.example",
                "https://10.0.0.1/a",
                "https://127.0.0.1/a",
                "https://[::1]/a",
                "http://127.0.0.2/a",
                "http://localhost.example/a",
                "https://localhost/a",
                "https://Volt.example",
                "https://volt.example.",
                "https://user@volt.example",
                "https://volt.example:0",
                "https://volt.example:080",
                "https://volt.example:65536",
                "https://volt.example:",
                "https://volt.example#a",
                "https://volt.example/a b",
                "https://volt.example/é",
                "https://volt.example/a\nb",
                "ftp://volt.example",
                "HTTPS://volt.example",
                "//volt.example",
                &format!("https://volt.example/{}", "a".repeat(492)),
            ],
        );
        assert!(format!("https://volt.example/{}", "a".repeat(491)).parse::<WebAddress>().is_ok());
    }

    #[test]
    fn a_language_has_its_usual_case() {
        check::<Language>(
            &["de", "gsw", "pt-BR", "es-419", "zh-Hant", "zh-Hant-TW"],
            &["", "d", "DE", "german", "de-", "de-at", "de-DEU", "zh-hant", "zh-TW-Hant", "de-DE-x", "de_DE"],
        );
    }

    #[test]
    fn streams_issuers_and_origins_have_one_spelling() {
        let hash = "ab".repeat(32);
        check::<StreamName>(
            &[
                "org:acme.example",
                "agent:agent://acme.example/buyer",
                "session:",
                "consent:",
                "dispute:",
                &format!("session:{hash}"),
            ],
            &[
                "",
                "org:",
                "agent:",
                "session",
                "session:ab",
                "disputes:",
                &format!("session:{}", hash.to_uppercase()),
            ],
        );
        check::<Issuer>(
            &["acme.example", "agent://acme.example/buyer", "node:assent.local/1f"],
            &["", "node:", "acme", "node:A", "agent://acme.example"],
        );
        check::<Origin>(&["assent.local/1f", "localhost:8080"], &["", "a b", "a+b", "A", "/a", "a\nb"]);
    }
}
