//! A stage for the tests: a real node with a clock that stands still, two organisations with an agent each, and what
//! can stand between a client and its node.
mod between;
mod market;
mod relay;

use std::time::Duration;

use asp_client::{AgentParty, Client, ConsentTerms, Error, Opening, OrganisationParty, Session};
use asp_core::key::SecretKey;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::session::table::State;
use asp_core::statement::body::{Card, Due, DueAt, Obligation, Offer, Package, Showing};
use asp_node::{Clock, Config, Node, Stepper};

pub use between::{Answer, Between};
pub use market::*;
pub use relay::Relay;

/// The instant at which every stage begins, by the node's clock alone: the client has to find out.
pub const START: LogTime = LogTime::from_millis(1_795_449_312_000);
/// How long a test waits for what has to come; only a failing one waits that long.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The key of a name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(Hash::of(&[name.as_bytes()]).as_bytes())
}

pub fn buyer() -> AgentUri {
    text("agent://acme.example/buyer")
}

pub fn seller() -> AgentUri {
    text("agent://volt.example/seller")
}

pub fn card(name: &str) -> Card {
    Card::of(text(name), text("trades in compute"), [text("provision.compute.gpu")].into())
}

/// One obligation of the seller's, worth so many USD.
pub fn offer(value: &str, binding: bool) -> Offer {
    let obligation = Obligation {
        acknowledge_ms: None,
        creditor: buyer(),
        debtor: seller(),
        due: Due::At(DueAt { at: START.plus(Millis(3_600_000)) }),
        id: text("delivery"),
        quantity: None,
        remedy: None,
        shown_by: Showing::Acknowledgement,
        stages: None,
        value: text(&format!("{value} USD")),
        what: text("eight GPUs for a day"),
    };
    let package = Package {
        disputes: None,
        holds: None,
        obligations: vec![obligation],
        schema: None,
        terms: serde_json::Map::new(),
        hidden: None,
        salt: None,
    };
    Offer::of(vec![package], binding)
}

pub fn terms_hash(offer: &Offer) -> Hash {
    offer.packages[0].terms_hash()
}

/// A node on a real store in a temporary folder.
pub struct Stage {
    pub node: Node,
    _stepper: Stepper,
    clock: Clock,
    config: Config,
    _folder: tempfile::TempDir,
}

impl Stage {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            origin: Some(text("assent.example/test")),
            ..Config::new(folder.path().join("data"))
        };
        let (clock, _stepper) = Clock::stepped(START);
        let node = Node::start_at(config.clone(), clock.clone()).await.unwrap();
        Self { node, _stepper, clock, config, _folder: folder }
    }

    /// A stage on which both organisations and agents are registered and have agreed to trade.
    pub async fn with_people() -> (Self, Client) {
        let stage = Self::new().await;
        let client = stage.client().await;
        stage.people(&client).await;
        (stage, client)
    }

    /// Where the node keeps everything.
    pub fn folder(&self) -> &std::path::Path {
        self._folder.path()
    }

    /// Stops the node and starts it again, at another address.
    pub async fn restart(mut self) -> Self {
        self.node.stop().await;
        self.node = Node::start_at(self.config.clone(), self.clock.clone()).await.unwrap();
        self
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.node.address())
    }

    pub async fn client(&self) -> Client {
        Client::connect(&self.url()).await.unwrap()
    }

    pub async fn people(&self, client: &Client) -> Hash {
        let acme = organisation(client, "acme").await;
        let volt = organisation(client, "volt").await;
        acme.register_agent(&buyer(), &key("buyer"), card("Buyer")).await.unwrap();
        volt.register_agent(&seller(), &key("seller"), card("Seller")).await.unwrap();
        let (about, until) = ([text("provision")].into(), START.plus(Millis(30 * 86_400_000)));
        let terms = ConsentTerms::about(text("volt.example"), about, text("to trade in compute"), until);
        let consent = acme.request_consent(terms).await.unwrap();
        volt.grant_consent(&consent).await.unwrap();
        consent
    }
}

pub async fn organisation(client: &Client, name: &str) -> OrganisationParty {
    let party = client.organisation_with(text(&format!("{name}.example")), key(name));
    party.register(text(name)).await.unwrap();
    party
}

pub fn buyer_at(client: &Client) -> AgentParty {
    client.agent_with(buyer(), key("buyer"))
}

pub fn seller_at(client: &Client) -> AgentParty {
    client.agent_with(seller(), key("seller"))
}

/// A session in which both have come in: the buyer's handle and the seller's.
pub async fn session(buyers: &Client, sellers: &Client) -> (Session, Session) {
    let opening = Opening::new(seller(), text("provision.compute.gpu"));
    let ours = buyer_at(buyers).open_session(opening).await.unwrap();
    let theirs = seller_at(sellers).next_invitation(PATIENCE).await.unwrap();
    assert_eq!(theirs.id(), ours.id());
    theirs.introduce().await.unwrap();
    ours.wait_until(Some(PATIENCE), |view| view.state == State::Introduced).await.unwrap();
    (ours, theirs)
}

#[track_caller]
pub fn assert_forged<T: std::fmt::Debug>(answer: Result<T, Error>, why: &str) {
    match answer {
        Err(Error::Forged { what }) => assert!(what.contains(why), "{what} is not about: {why}"),
        other => panic!("not forged ({why}): {other:?}"),
    }
}
