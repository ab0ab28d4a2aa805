//! Who signs: keys by name, drafts on the heads that are known.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::amount::Money;
use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Domain, Issuer, Origin, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogTime, Millis};
use asp_core::statement::body::*;
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Body, Verified};
use asp_node::Clock;

pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// `acme/buyer` is agent://acme.example/buyer.
pub fn agent_uri(name: &str) -> AgentUri {
    let (organisation, path) = name.split_once('/').unwrap();
    text(&format!("agent://{organisation}.example/{path}"))
}

pub fn domain(name: &str) -> Domain {
    text(&format!("{name}.example"))
}

/// An organisation or, with a slash, an agent.
pub fn issuer(name: &str) -> Issuer {
    if name.contains('/') { Issuer::Agent(agent_uri(name)) } else { Issuer::Organisation(domain(name)) }
}

/// The key of a name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(Hash::of(&[name.as_bytes()]).as_bytes())
}

/// One obligation worth 1,000 USD, due after an hour.
pub fn package(now: LogTime, debtor: &str, creditor: &str) -> Package {
    Package {
        disputes: None,
        holds: None,
        obligations: vec![Obligation {
            acknowledge_ms: None,
            creditor: agent_uri(creditor),
            debtor: agent_uri(debtor),
            due: Due::At(DueAt { at: now.plus(Millis(3_600_000)) }),
            id: text("delivery"),
            quantity: None,
            remedy: None,
            shown_by: Showing::Acknowledgement,
            stages: None,
            value: Money { amount: text("1000"), currency: text("USD") },
            what: text("eight GPUs"),
        }],
        schema: None,
        terms: serde_json::Map::new(),
        hidden: None,
        salt: None,
    }
}

pub fn offer(package: Package) -> Body {
    let offer = Offer::of(vec![package], true);
    Body::Propose(Propose::Proposal(offer))
}

pub fn note(words: &str) -> Body {
    Body::Inform(Inform::Note(Note { data: None, text: text(words) }))
}

/// Makes statements on the heads that it knows.
pub struct Author {
    pub origin: Origin,
    pub heads: BTreeMap<StreamId, Head>,
    cards: BTreeMap<AgentUri, Hash>,
    random: u64,
    clock: Clock,
}

impl Author {
    pub fn new(origin: Origin, clock: Clock) -> Self {
        Self { origin, heads: BTreeMap::new(), cards: BTreeMap::new(), random: 0, clock }
    }

    pub fn nonce(&mut self) -> Nonce {
        self.random += 1;
        let mut nonce = [0; 16];
        nonce[8..].copy_from_slice(&self.random.to_be_bytes());
        Nonce(nonce)
    }

    pub fn sign(&mut self, draft: &Draft, keys: &[&SecretKey]) -> Verified {
        self.random += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.random.to_be_bytes());
        let head = match &draft.stream {
            StreamName::Of(stream) => self.heads.get(stream).copied(),
            StreamName::Opens(_) => None,
        };
        draft.sign(head, Stamp { issued_at: self.clock.now(), random }, keys).unwrap()
    }

    /// Counts on a statement having been taken in.
    pub fn note(&mut self, verified: &Verified) {
        let statement = verified.statement();
        let head = Head { sequence: statement.sequence, hash: statement.hash };
        self.heads.insert(statement.stream.clone(), head);
        let sets_card = matches!(statement.body, Body::AgentRegister(_) | Body::AgentCardSet(_));
        if let (StreamId::Agent(agent), true) = (&statement.stream, sets_card) {
            self.cards.insert(agent.clone(), statement.hash);
        }
    }

    /// A statement by a name in a stream, signed with the name's key.
    pub fn by(&mut self, name: &str, stream: StreamName, body: Body) -> Verified {
        let draft = Draft::new(stream, self.origin.clone(), issuer(name), body);
        self.sign(&draft, &[&key(name)])
    }

    /// What a name would say in a stream, for who signs with other keys.
    pub fn draft(&self, name: &str, stream: StreamId, body: Body) -> Draft {
        Draft::new(StreamName::Of(stream), self.origin.clone(), issuer(name), body)
    }

    pub fn org(&mut self, name: &str) -> Verified {
        let body = Body::OrgRegister(OrgRegister { key: key(name).id(), name: text(name) });
        self.by(name, StreamName::Of(StreamId::Org(domain(name))), body)
    }

    pub fn agent(&mut self, name: &str) -> Verified {
        let organisation = key(name.split('/').next().unwrap());
        let capabilities = BTreeSet::from([text("provision.compute.gpu")]);
        let card = Card::of(text(name), text("trades in compute"), capabilities);
        let body = Body::AgentRegister(AgentRegister { card, key: key(name).id() });
        let stream = StreamName::Of(StreamId::Agent(agent_uri(name)));
        let draft = Draft::new(stream, self.origin.clone(), issuer(name), body);
        self.sign(&draft, &[&key(name), &organisation])
    }

    /// A card that offers this one capability.
    pub fn card(&mut self, name: &str, capability: &str) -> Verified {
        let capabilities = BTreeSet::from([text(capability)]);
        let card = Card::of(text(name), text("trades in something"), capabilities);
        let stream = StreamName::Of(StreamId::Agent(agent_uri(name)));
        self.by(name, stream, Body::AgentCardSet(CardSet { card }))
    }

    pub fn consent_request(&mut self, by: &str, with: &str) -> Verified {
        let body = Body::ConsentRequest(ConsentRequest {
            capabilities: BTreeSet::from([text("provision")]),
            ceiling: None,
            data_classes: None,
            expires_at: self.clock.now().plus(Millis(30 * 86_400_000)),
            fields: None,
            nonce: self.nonce(),
            performatives: None,
            purpose: text("to trade"),
            with: domain(with),
            mode: None,
        });
        self.by(by, StreamName::Opens(StreamKind::Consent), body)
    }

    pub fn consent_grant(&mut self, by: &str, consent: Hash) -> Verified {
        self.by(by, StreamName::Of(StreamId::Consent(consent)), Body::ConsentGrant(Empty {}))
    }

    pub fn invitation(&mut self, by: &str, invitee: &str, consent: Hash) -> Verified {
        self.invitation_in(Mode::Open, by, invitee, consent)
    }

    pub fn invitation_in(&mut self, mode: Mode, by: &str, invitee: &str, consent: Hash) -> Verified {
        let party = |name: &str, role| Invitee { agent: agent_uri(name), required: None, role };
        let body = Body::Propose(Propose::Invitation(Invitation {
            capability: text("provision.compute.gpu"),
            consents: BTreeSet::from([consent]),
            limits: Limits::defaults(),
            mode,
            nonce: self.nonce(),
            participants: vec![party(by, ParticipantRole::Initiator), party(invitee, ParticipantRole::Party)],
            purpose: text("eight GPUs for a day"),
            schemas: None,
        }));
        self.by(by, StreamName::Opens(StreamKind::Session), body)
    }

    pub fn introduction(&self, name: &str) -> Body {
        Body::Accept(Accept::Introduction(Introduction { card: self.cards[&agent_uri(name)], schemas: None }))
    }

    pub fn say(&mut self, session: Hash, name: &str, body: Body, replies: Option<Hash>) -> Verified {
        let stream = StreamName::Of(StreamId::Session(session));
        let mut draft = Draft::new(stream, self.origin.clone(), issuer(name), body);
        draft.in_reply_to = replies;
        self.sign(&draft, &[&key(name)])
    }
}
