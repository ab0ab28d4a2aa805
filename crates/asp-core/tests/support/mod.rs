//! A log in memory, its people with their keys, and time that is stepped by hand.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test whose preparation fails is to stop"
)]

pub mod court;
pub mod evidence;
pub mod ledger;
pub mod money;
pub mod sealing;
pub mod words;

use std::collections::BTreeSet;

use asp_core::amount::Money;
use asp_core::key::SecretKey;
use asp_core::log::leaf::Leaf;
use asp_core::log::tree::Tree;
use asp_core::name::{AgentUri, Domain, Issuer, Origin, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogPoint, LogTime, Millis, Position};
use asp_core::rejection::{Code, Rejection};
use asp_core::session::Session;
use asp_core::session::table::State;
use asp_core::statement::Verified;
use asp_core::statement::body::{
    A2aPin, Accept, Acceptance, AgentRegister, Availability, Because, Body, Card, CardCheck, CardSet, Close,
    Closing, ConsentRequest, Due, DueAt, Empty, Evidence, Fulfilment, Inform, Introduction, Invitation,
    Invitee, Limits, Mode, Nonce, Note, Obligation, ObligationRef, Offer, OrgRegister, Package,
    ParticipantRole, Propose, Remedy, Showing,
};
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::world::World;

/// When every test begins.
pub const START: LogTime = LogTime::from_millis(1_795_449_312_000);

pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// `buyer` is agent://buyer.example/a.
pub fn uri(name: &str) -> AgentUri {
    text(&format!("agent://{name}.example/a"))
}

pub fn domain(name: &str) -> Domain {
    text(&format!("{name}.example"))
}

/// The key of an organisation (`buyer`), an agent (`buyer/a`) or anything else with a name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(Hash::of(&[name.as_bytes()]).as_bytes())
}

pub fn agent_key(name: &str) -> SecretKey {
    key(&format!("{name}/a"))
}

/// Everybody at work.
#[derive(Debug, Clone)]
pub struct Stage {
    pub world: World,
    pub origin: Origin,
    pub now: LogTime,
    /// What was taken in, in order.
    pub log: Vec<(LogPoint, Verified)>,
    /// The last refusal.
    pub refusal: Option<Rejection>,
    random: u64,
}

impl Stage {
    /// An empty log.
    pub fn empty() -> Self {
        let origin: Origin = text("test.example/log");
        let world = World::new(origin.clone(), key("node").id()).with_evidence();
        Self { world, origin, now: START, log: Vec::new(), refusal: None, random: 0 }
    }

    /// A log with these organisations, each with one agent.
    pub fn with(names: &[&str]) -> Self {
        let mut stage = Self::empty();
        for name in names {
            stage.member(name);
        }
        stage
    }

    pub fn pass(&mut self, millis: u64) {
        self.now = self.now.plus(Millis(millis));
    }

    fn unique(&mut self) -> [u8; 16] {
        self.random += 1;
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.random.to_be_bytes());
        bytes
    }

    pub fn nonce(&mut self) -> Nonce {
        Nonce(self.unique())
    }

    pub fn stamp(&mut self) -> Stamp {
        let mut random = [0; 10];
        random.copy_from_slice(&self.unique()[..10]);
        Stamp { issued_at: self.now, random }
    }

    pub fn head(&self, stream: &StreamName) -> Option<Head> {
        match stream {
            StreamName::Of(stream) => self.world.head(stream),
            StreamName::Opens(_) => None,
        }
    }

    pub fn draft(&self, stream: StreamName, issuer: Issuer, body: Body) -> Draft {
        Draft::new(stream, self.origin.clone(), issuer, body)
    }

    pub fn sign(&mut self, draft: &Draft, keys: &[&SecretKey]) -> Verified {
        let (head, stamp) = (self.head(&draft.stream), self.stamp());
        draft.sign(head, stamp, keys).unwrap()
    }

    pub fn judge(&self, verified: &Verified) -> Result<(), Rejection> {
        self.world.judge(verified, self.point()).map(|_| ())
    }

    pub fn point(&self) -> LogPoint {
        LogPoint { index: Position(self.log.len() as u64), time: self.now }
    }

    /// Takes a statement in, or says why not.
    pub fn take(&mut self, verified: Verified) -> Result<Hash, Code> {
        let at = self.point();
        let accepted = self.world.judge(&verified, at).map_err(|rejection| self.refuse(rejection))?;
        self.world.apply(&accepted);
        let hash = verified.statement().hash;
        self.log.push((at, verified));
        if let (Body::DisputeConvene(_), StreamId::Dispute(dispute)) =
            (&accepted.statement().body, &accepted.statement().stream)
        {
            self.world.note_root(*dispute, self.root());
        }
        Ok(hash)
    }

    /// The root of the log as it stands.
    pub fn root(&self) -> Hash {
        let mut tree = Tree::new();
        for (at, verified) in &self.log {
            let statement = verified.statement().hash;
            let leaf = Leaf { statement, signatures: verified.signatures_hash(), log_time: at.time };
            tree.append(leaf.hash());
        }
        tree.root()
    }

    /// Keeps a refusal, which has to say which rule is broken and where.
    pub fn refuse(&mut self, rejection: Rejection) -> Code {
        assert!(rejection.rule.is_some() && rejection.pointer.is_some(), "{rejection}");
        self.refusal.insert(rejection).code
    }

    pub fn by_org(&mut self, name: &str, stream: StreamName, body: Body) -> Result<Hash, Code> {
        let draft = self.draft(stream, Issuer::Organisation(domain(name)), body);
        let statement = self.sign(&draft, &[&key(name)]);
        self.take(statement)
    }

    pub fn member(&mut self, name: &str) {
        let register = OrgRegister { key: key(name).id(), name: text(name) };
        let stream = StreamName::Of(StreamId::Org(domain(name)));
        self.by_org(name, stream, Body::OrgRegister(register)).unwrap();
        let draft = self.agent_register(name);
        let statement = self.sign(&draft, &[&key(name), &agent_key(name)]);
        self.take(statement).unwrap();
    }

    /// The agent pins a card for A2A, and the node says whether it is where it should be.
    pub fn pin_card(&mut self, name: &str) -> Result<Hash, Code> {
        let pin = A2aPin { digest: Hash::of(&[b"a card"]), url: text("https://a.example/card.json") };
        let card = Card { a2a: Some(pin), ..self.world.agent(&uri(name)).unwrap().card().clone() };
        let stream = StreamName::Of(StreamId::Agent(uri(name)));
        let draft = self.draft(stream, Issuer::Agent(uri(name)), Body::AgentCardSet(CardSet { card }));
        let statement = self.sign(&draft, &[&agent_key(name)]);
        self.take(statement)
    }

    /// The node says what it found where the card should be.
    pub fn look_at_card(&mut self, name: &str, matches: bool) -> Result<Hash, Code> {
        let pin = Hash::of(&[b"a card"]);
        let check = CardCheck { digest: matches.then_some(pin), matches, pin };
        let stream = StreamName::Of(StreamId::Agent(uri(name)));
        let draft = self.draft(stream, Issuer::Node(self.origin.clone()), Body::AgentCardCheck(check));
        let statement = self.sign(&draft, &[&key("node")]);
        self.take(statement)
    }

    /// `away` and its like set availability alone, anything else the one capability.
    pub fn set_card(&mut self, name: &str, what: &str) -> Result<Hash, Code> {
        let availability = match what {
            "available" => Some(Availability::Available),
            "away" => Some(Availability::Away),
            _ => None,
        };
        let shown = self.world.agent(&uri(name)).unwrap().card().clone();
        let card = match availability {
            Some(_) => Card { availability, ..shown },
            None => Card { capabilities: BTreeSet::from([text(what)]), ..shown },
        };
        let stream = StreamName::Of(StreamId::Agent(uri(name)));
        let draft = self.draft(stream, Issuer::Agent(uri(name)), Body::AgentCardSet(CardSet { card }));
        let statement = self.sign(&draft, &[&agent_key(name)]);
        self.take(statement)
    }

    pub fn agent_register(&self, name: &str) -> Draft {
        let register = AgentRegister { card: card(), key: agent_key(name).id() };
        let stream = StreamName::Of(StreamId::Agent(uri(name)));
        self.draft(stream, Issuer::Agent(uri(name)), Body::AgentRegister(register))
    }

    pub fn request(&mut self, with: &str) -> ConsentRequest {
        ConsentRequest {
            capabilities: BTreeSet::from([text("provision")]),
            ceiling: None,
            data_classes: None,
            expires_at: self.now.plus(Millis(90 * 86_400_000)),
            fields: None,
            nonce: self.nonce(),
            performatives: None,
            purpose: text("trade"),
            with: domain(with),
            mode: None,
        }
    }

    /// Asks for consent and gives it.
    pub fn consent(&mut self, by: &str, with: &str) -> Hash {
        let request = self.request(with);
        self.consent_of(by, with, request)
    }

    pub fn consent_of(&mut self, by: &str, with: &str, request: ConsentRequest) -> Hash {
        let stream = StreamName::Opens(StreamKind::Consent);
        let id = self.by_org(by, stream, Body::ConsentRequest(request)).unwrap();
        self.of_consent(with, id, Body::ConsentGrant(Empty {})).unwrap();
        id
    }

    pub fn of_consent(&mut self, name: &str, id: Hash, body: Body) -> Result<Hash, Code> {
        self.by_org(name, StreamName::Of(StreamId::Consent(id)), body)
    }

    pub fn invitation(&mut self, names: &[&str], consents: &[Hash]) -> Invitation {
        let role = |number| if number == 0 { ParticipantRole::Initiator } else { ParticipantRole::Party };
        let invitee =
            |(number, name): (usize, &&str)| Invitee { agent: uri(name), required: None, role: role(number) };
        Invitation {
            capability: text("provision.compute.gpu"),
            consents: consents.iter().copied().collect(),
            limits: Limits::defaults(),
            mode: Mode::Open,
            nonce: self.nonce(),
            participants: names.iter().enumerate().map(invitee).collect(),
            purpose: text("GPUs"),
            schemas: None,
        }
    }

    pub fn invite(&mut self, by: &str, invitation: Invitation) -> Result<Hash, Code> {
        let body = Body::Propose(Propose::Invitation(invitation));
        let draft = self.draft(StreamName::Opens(StreamKind::Session), Issuer::Agent(uri(by)), body);
        let statement = self.sign(&draft, &[&agent_key(by)]);
        self.take(statement)
    }

    /// A log in which buyer and seller talk.
    pub fn talking() -> (Self, Hash) {
        let mut stage = Self::with(&["buyer", "seller", "other"]);
        let consent = stage.consent("buyer", "seller");
        let invitation = stage.invitation(&["buyer", "seller"], &[consent]);
        let session = stage.invite("buyer", invitation).unwrap();
        stage.introduce(session, "seller").unwrap();
        (stage, session)
    }

    pub fn introduce(&mut self, session: Hash, name: &str) -> Result<Hash, Code> {
        let card = self.world.agent(&uri(name)).unwrap().card_set_by();
        let conditions = self.session(session).conditions();
        self.say(
            session,
            name,
            Body::Accept(Accept::Introduction(Introduction { card, schemas: None })),
            conditions,
        )
    }

    pub fn session(&self, session: Hash) -> &Session {
        self.world.session(&session).unwrap()
    }

    pub fn state(&self, session: Hash) -> State {
        self.session(session).state()
    }

    pub fn statement(
        &mut self,
        session: Hash,
        name: &str,
        body: Body,
        reply: Option<Hash>,
        chain: &[Hash],
    ) -> Verified {
        let stream = StreamName::Of(StreamId::Session(session));
        let mut draft = self.draft(stream, Issuer::Agent(uri(name)), body);
        draft.in_reply_to = reply;
        draft.on_behalf_of = chain.to_vec();
        self.sign(&draft, &[&agent_key(name)])
    }

    pub fn say(&mut self, session: Hash, name: &str, body: Body, reply: Option<Hash>) -> Result<Hash, Code> {
        let statement = self.statement(session, name, body, reply, &[]);
        self.take(statement)
    }

    /// Lets the node say what is due; gives back whether it had anything to say.
    pub fn tick(&mut self, session: Hash) -> bool {
        let Some(body) = self.world.due(&session, self.now) else { return false };
        self.by_node(session, body).unwrap();
        true
    }

    pub fn by_node(&mut self, session: Hash, body: Body) -> Result<Hash, Code> {
        let stream = StreamName::Of(StreamId::Session(session));
        let draft = self.draft(stream, Issuer::Node(self.origin.clone()), body);
        let statement = self.sign(&draft, &[&key("node")]);
        self.take(statement)
    }

    /// The seller owes one delivery, due after an hour, worth this much.
    pub fn package(&self, amount: &str) -> Package {
        Package {
            disputes: None,
            holds: None,
            obligations: vec![Obligation {
                acknowledge_ms: None,
                creditor: uri("buyer"),
                debtor: uri("seller"),
                due: Due::At(DueAt { at: self.now.plus(Millis(3_600_000)) }),
                id: text("delivery"),
                quantity: None,
                remedy: Some(Remedy::cure(Millis(60_000))),
                shown_by: Showing::Digest { digest: None },
                stages: None,
                value: usd(amount),
                what: text("GPU hours"),
            }],
            schema: None,
            terms: serde_json::Map::new(),
            hidden: None,
            salt: None,
        }
    }

    pub fn offer(&self, amount: &str, binding: bool) -> Offer {
        Offer::of(vec![self.package(amount)], binding)
    }

    pub fn propose(&mut self, session: Hash, by: &str, offer: Offer) -> Result<Hash, Code> {
        self.say(session, by, Body::Propose(Propose::Proposal(offer)), None)
    }

    pub fn accept(&mut self, session: Hash, by: &str, what: Hash, terms_hash: Hash) -> Result<Hash, Code> {
        self.say(session, by, Body::Accept(Accept::Acceptance(Acceptance { terms_hash })), Some(what))
    }

    /// A log in which the seller owes the buyer a delivery.
    pub fn bound() -> (Self, Hash, Hash) {
        let (mut stage, session) = Self::talking();
        let offer = stage.offer("100", true);
        let terms = offer.packages[0].terms_hash();
        let offered = stage.propose(session, "buyer", offer).unwrap();
        let commitment = stage.accept(session, "seller", offered, terms).unwrap();
        (stage, session, commitment)
    }

    pub fn fulfil(&mut self, session: Hash, by: &str, commitment: Hash) -> Result<Hash, Code> {
        let evidence = Evidence::Digest { digest: Hash::of(&[b"artefact"]) };
        let body = Inform::Fulfilment(Fulfilment {
            commitment,
            evidence,
            obligation: text("delivery"),
            stage: None,
        });
        self.say(session, by, Body::Inform(body), None)
    }

    pub fn acknowledge(&mut self, session: Hash, by: &str, commitment: Hash) -> Result<Hash, Code> {
        let body = Inform::Acknowledgement(ObligationRef::whole(commitment, text("delivery")));
        self.say(session, by, Body::Inform(body), None)
    }

    pub fn close(&mut self, session: Hash, by: &str) -> Result<Hash, Code> {
        let receipt = self.session(session).receipt();
        self.say(session, by, Body::Close(Close::Receipt(Closing { reason: text("done"), receipt })), None)
    }
}

pub fn usd(amount: &str) -> Money {
    Money { amount: text(amount), currency: text("USD") }
}

pub fn note(words: &str) -> Note {
    Note { data: None, text: text(words) }
}

pub fn because(words: &str) -> Because {
    Because { reason: text(words) }
}

pub fn card() -> Card {
    Card::of(text("An agent"), text("sells"), BTreeSet::from([text("provision.compute.gpu")]))
}
