//! A node in a temporary folder, two organisations with an agent each, and a relay that can be told to misbehave.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test whose preparation fails is to stop")]

pub mod relay;

use std::collections::BTreeSet;
use std::time::Duration;

use asp_client::{AgentParty, Client, ConsentTerms, Opening, OrganisationParty, Session};
use asp_core::amount::Money;
use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::statement::body::{Card, Due, DueAt, Obligation, Offer, Package, Showing};
use asp_node::{Config, Node};

/// The longest that a test waits for what must come: longer means that it does not.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The key of a name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(Hash::of(&[name.as_bytes()]).as_bytes())
}

/// Starts a node in the folder, on a port that is free.
pub async fn node(folder: &tempfile::TempDir) -> Node {
    let listen = "127.0.0.1:0".parse().unwrap();
    let origin = Some(text("assent.example/test"));
    Node::start(Config { listen, origin, ..Config::new(folder.path().join("data")) }).await.unwrap()
}

/// Acme's buyer and Volt's vendor, registered, with a consent between their organisations.
pub struct People {
    pub acme: OrganisationParty,
    pub buyer: AgentParty,
    pub vendor: AgentParty,
}

impl People {
    pub async fn at(client: &Client) -> Self {
        let (acme, buyer) = member(client, "acme.example", "buyer").await;
        let (volt, vendor) = member(client, "volt.example", "vendor").await;
        let terms = ConsentTerms {
            with: text("volt.example"),
            purpose: text("to trade"),
            capabilities: BTreeSet::from([text("provision.compute.gpu")]),
            ceiling: None,
            expires_at: now().plus(Millis(86_400_000)),
        };
        let consent = acme.request_consent(terms).await.unwrap();
        volt.grant_consent(&consent).await.unwrap();
        Self { acme, buyer, vendor }
    }

    /// A session in which both are: the buyer's view of it, and the vendor's.
    pub async fn session(&self) -> (Session, Session) {
        let opening = Opening::new(text("agent://volt.example/vendor"), text("provision.compute.gpu"));
        let of_buyer = self.buyer.open_session(opening).await.unwrap();
        let of_vendor = self.vendor.session(&of_buyer.id());
        of_vendor.introduce().await.unwrap();
        (of_buyer, of_vendor)
    }
}

async fn member(client: &Client, domain: &str, agent: &str) -> (OrganisationParty, AgentParty) {
    let domain: Domain = text(domain);
    let organisation = client.organisation_with(domain.clone(), key(domain.as_str()));
    organisation.register(text(domain.as_str())).await.unwrap();
    let uri: AgentUri = text(&format!("agent://{domain}/{agent}"));
    let card = Card {
        capabilities: BTreeSet::from([text("provision.compute.gpu")]),
        description: text("trades in compute"),
        name: text(agent),
    };
    organisation.register_agent(&uri, &key(agent), card).await.unwrap();
    (organisation, client.agent_with(uri, key(agent)))
}

pub fn now() -> LogTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    LogTime::from_millis(u64::try_from(since.as_millis()).unwrap())
}

/// The vendor owes one delivery.
pub fn package() -> Package {
    Package {
        obligations: vec![Obligation {
            acknowledge_ms: None,
            creditor: text("agent://acme.example/buyer"),
            debtor: text("agent://volt.example/vendor"),
            due: Due::At(DueAt { at: now().plus(Millis(3_600_000)) }),
            id: text("delivery"),
            quantity: None,
            remedy: None,
            shown_by: Showing::Acknowledgement,
            value: Money { amount: text("2550"), currency: text("USD") },
            what: text("1000 GPU hours"),
        }],
        terms: serde_json::Map::new(),
    }
}

/// A firm offer of these terms.
pub fn offer(package: Package) -> Offer {
    Offer { awaits: None, binding: true, packages: vec![package], reasoning: None, respond_by: None }
}
