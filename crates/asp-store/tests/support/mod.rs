//! A stage for dialogues: organisations, agents, consents and sessions, signed and submitted to a real store.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]
#![allow(unreachable_pub, reason = "the same file is a module of unit tests and of integration tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use asp_core::amount::Money;
use asp_core::key::SecretKey;
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Domain, Issuer, Origin, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogTime, Millis, Sequence};
use asp_core::statement::body::*;
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Body, Verified};
use asp_store::{AgentQuery, AgentsFound, Clock, Fault, Identity, Refusal, Settings, Store};

/// The instant at which every stage begins.
pub const START: LogTime = LogTime::from_millis(1_795_449_312_000);

pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub fn identity() -> Identity {
    Identity { origin: "assent.example/test".parse().unwrap(), key: key(200) }
}

pub fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn agent_uri(name: &str) -> AgentUri {
    // `acme/buyer` is agent://acme.example/buyer.
    let (organisation, path) = name.split_once('/').unwrap();
    text(&format!("agent://{organisation}.example/{path}"))
}

pub fn domain(name: &str) -> Domain {
    text(&format!("{name}.example"))
}

/// What signs, by the name of the organisation or agent.
pub fn seed_of(name: &str) -> u8 {
    Hash::of(&[name.as_bytes()]).as_bytes()[0] / 2
}

/// Makes statements on the heads that it knows; submits nothing.
pub struct Author {
    pub origin: Origin,
    pub heads: BTreeMap<StreamId, Head>,
    /// The conditions that an introduction answers, the offers and commitments of sessions: by what was said last.
    pub cards: BTreeMap<AgentUri, Hash>,
    random: u64,
    pub now: Arc<AtomicU64>,
}

impl Author {
    pub fn new() -> Self {
        Self {
            origin: identity().origin,
            heads: BTreeMap::new(),
            cards: BTreeMap::new(),
            random: 0,
            now: Arc::new(AtomicU64::new(START.millis())),
        }
    }

    pub fn now(&self) -> LogTime {
        LogTime::from_millis(self.now.load(Ordering::SeqCst))
    }

    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Arc::new(move || LogTime::from_millis(now.load(Ordering::SeqCst)))
    }

    pub fn pass(&self, millis: u64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    pub fn stamp(&mut self) -> Stamp {
        self.random += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.random.to_be_bytes());
        Stamp { issued_at: self.now(), random }
    }

    pub fn nonce(&mut self) -> Nonce {
        self.random += 1;
        let mut nonce = [0; 16];
        nonce[8..].copy_from_slice(&self.random.to_be_bytes());
        Nonce(nonce)
    }

    pub fn sign(&mut self, draft: &Draft, keys: &[&SecretKey]) -> Verified {
        let head = match &draft.stream {
            StreamName::Of(stream) => self.heads.get(stream).copied(),
            StreamName::Opens(_) => None,
        };
        let stamp = self.stamp();
        draft.sign(head, stamp, keys).unwrap()
    }

    /// Counts on a statement being taken in.
    pub fn note(&mut self, verified: &Verified) {
        let statement = verified.statement();
        self.heads
            .insert(statement.stream.clone(), Head { sequence: statement.sequence, hash: statement.hash });
        if let (StreamId::Agent(agent), Body::AgentRegister(_) | Body::AgentCardSet(_)) =
            (&statement.stream, &statement.body)
        {
            self.cards.insert(agent.clone(), statement.hash);
        }
    }

    pub fn org(&mut self, name: &str) -> Verified {
        let key = key(seed_of(name));
        let body = Body::OrgRegister(OrgRegister { key: key.id(), name: text(name) });
        self.by_org(name, StreamName::Of(StreamId::Org(domain(name))), body)
    }

    pub fn by_org(&mut self, name: &str, stream: StreamName, body: Body) -> Verified {
        let issuer = Issuer::Organisation(domain(name));
        let draft = Draft::new(stream, self.origin.clone(), issuer, body);
        self.sign(&draft, &[&key(seed_of(name))])
    }

    pub fn agent(&mut self, name: &str, card: Card) -> Verified {
        let (agent_key, org_key) = (key(seed_of(name)), key(seed_of(name.split('/').next().unwrap())));
        let body = Body::AgentRegister(AgentRegister { card, key: agent_key.id() });
        let uri = agent_uri(name);
        let stream = StreamName::Of(StreamId::Agent(uri.clone()));
        let draft = Draft::new(stream, self.origin.clone(), Issuer::Agent(uri), body);
        self.sign(&draft, &[&agent_key, &org_key])
    }

    pub fn by_agent(
        &mut self,
        name: &str,
        stream: StreamName,
        body: Body,
        replies: Option<Hash>,
    ) -> Verified {
        let mut draft = Draft::new(stream, self.origin.clone(), Issuer::Agent(agent_uri(name)), body);
        draft.in_reply_to = replies;
        self.sign(&draft, &[&key(seed_of(name))])
    }

    pub fn consent_request(&mut self, by: &str, with: &str) -> Verified {
        let body = Body::ConsentRequest(ConsentRequest {
            capabilities: BTreeSet::from([text("provision")]),
            ceiling: None,
            data_classes: None,
            expires_at: self.now().plus(Millis(30 * 86_400_000)),
            fields: None,
            nonce: self.nonce(),
            performatives: None,
            purpose: text("to trade"),
            with: domain(with),
            mode: None,
        });
        self.by_org(by, StreamName::Opens(StreamKind::Consent), body)
    }

    pub fn invitation(&mut self, by: &str, invitee: &str, consent: Hash) -> Verified {
        let invitation = self.invitation_of(by, invitee, consent);
        self.invite(by, invitation)
    }

    pub fn invite(&mut self, by: &str, invitation: Invitation) -> Verified {
        let body = Body::Propose(Propose::Invitation(invitation));
        self.by_agent(by, StreamName::Opens(StreamKind::Session), body, None)
    }

    pub fn invitation_of(&mut self, by: &str, invitee: &str, consent: Hash) -> Invitation {
        let party = |name: &str, role| Invitee::of(agent_uri(name), role);
        Invitation {
            capability: text("provision.compute.gpu"),
            consents: BTreeSet::from([consent]),
            limits: Limits::defaults(),
            mode: Mode::Open,
            nonce: self.nonce(),
            participants: vec![party(by, ParticipantRole::Initiator), party(invitee, ParticipantRole::Party)],
            purpose: text("eight GPUs for a day"),
            schemas: None,
        }
    }

    pub fn say(&mut self, session: Hash, name: &str, body: Body, replies: Option<Hash>) -> Verified {
        self.by_agent(name, StreamName::Of(StreamId::Session(session)), body, replies)
    }

    pub fn remark(&mut self, session: Hash, name: &str, words: &str) -> Verified {
        let note = Note { data: None, text: text(words) };
        self.say(session, name, Body::Inform(Inform::Note(note)), None)
    }

    /// One obligation of `debtor` to `creditor`, due after an hour.
    pub fn package(&self, debtor: &str, creditor: &str, amount: &str) -> Package {
        Package {
            disputes: None,
            holds: None,
            obligations: vec![Obligation {
                acknowledge_ms: None,
                creditor: agent_uri(creditor),
                debtor: agent_uri(debtor),
                due: Due::At(DueAt { at: self.now().plus(Millis(3_600_000)) }),
                id: text("delivery"),
                quantity: None,
                remedy: None,
                shown_by: Showing::Acknowledgement,
                stages: None,
                value: Money { amount: text(amount), currency: text("USD") },
                what: text("eight GPUs"),
            }],
            schema: None,
            terms: serde_json::Map::new(),
            hidden: None,
            salt: None,
        }
    }

    /// What an organisation says in its account.
    pub fn of_account(&mut self, name: &str, body: Body) -> Verified {
        self.by_org(name, StreamName::Of(StreamId::Account(domain(name))), body)
    }

    /// What the node, the custodian, says in an account.
    pub fn custodian(&mut self, name: &str, body: Body) -> Verified {
        let stream = StreamName::Of(StreamId::Account(domain(name)));
        let draft = Draft::new(stream, self.origin.clone(), Issuer::Node(self.origin.clone()), body);
        self.sign(&draft, &[&identity().key])
    }

    /// The same deal with its price held.
    pub fn priced(&self, debtor: &str, creditor: &str, amount: &str) -> Package {
        let hold = Hold {
            amount: Money { amount: text(amount), currency: text("USD") },
            id: text("price"),
            obligation: text("delivery"),
            on_fulfilled: OnFulfilled::Pay,
            payee: agent_uri(debtor),
            payer: agent_uri(creditor),
            settles: None,
        };
        Package { holds: Some(vec![hold]), ..self.package(debtor, creditor, amount) }
    }

    /// What the node says when time has passed.
    pub fn by_node(&mut self, due: &asp_store::Due) -> Verified {
        let stream = StreamName::Of(due.stream.clone());
        let issuer = Issuer::Node(self.origin.clone());
        let draft = Draft::new(stream, self.origin.clone(), issuer, due.body.clone());
        let stamp = self.stamp();
        draft.sign(Some(due.head), stamp, &[&identity().key]).unwrap()
    }
}

pub fn card(name: &str, capabilities: &[&str], description: &str) -> Card {
    let capabilities = capabilities.iter().map(|capability| text(capability)).collect();
    Card::of(text(name), text(description), capabilities)
}

/// An author and the store that takes in what it says.
pub struct Stage {
    pub author: Author,
    pub store: Store,
    /// Everything taken in, with its receipt, in order.
    pub taken: Vec<(Verified, Receipt)>,
}

pub fn open(folder: &Path, clock: Clock) -> Result<Store, Fault> {
    Store::open(folder, identity(), clock, Settings::default())
}

impl Stage {
    pub fn new(folder: &Path) -> Self {
        let author = Author::new();
        let store = open(folder, author.clock()).unwrap();
        Self { author, store, taken: Vec::new() }
    }

    /// Closes the store and opens it again.
    pub fn reopen(&mut self, folder: &Path) {
        self.store.stop();
        // The last handle gives the folder back.
        let elsewhere = tempfile::tempdir().unwrap();
        self.store = open(elsewhere.path(), self.author.clock()).unwrap();
        self.store = open(folder, self.author.clock()).unwrap();
    }

    /// Searches once the index has seen the whole log.
    pub fn found(&self, query: &AgentQuery) -> AgentsFound {
        let (log, mut seen) = (*self.store.watch().borrow(), self.store.search_size());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(seen.wait_for(|seen| *seen >= Some(log))).unwrap();
        self.store.read(|reader| reader.agents(query)).unwrap().unwrap()
    }

    pub fn submit(&mut self, verified: Verified) -> Result<Receipt, Refusal> {
        let receipt = self.store.submit_blocking(verified.clone())?;
        self.author.note(&verified);
        self.taken.push((verified, receipt.clone()));
        Ok(receipt)
    }

    #[track_caller]
    pub fn take(&mut self, verified: Verified) -> Hash {
        self.submit(verified).unwrap().receipt.statement
    }

    pub fn org(&mut self, name: &str) {
        let statement = self.author.org(name);
        self.take(statement);
    }

    pub fn agent(&mut self, name: &str) {
        let statement = self.author.agent(name, card(name, &["provision.compute.gpu"], "trades in compute"));
        self.take(statement);
    }

    pub fn consent(&mut self, by: &str, with: &str) -> Hash {
        let request = self.author.consent_request(by, with);
        let consent = self.take(request);
        let stream = StreamName::Of(StreamId::Consent(consent));
        let grant = self.author.by_org(with, stream, Body::ConsentGrant(Empty {}));
        self.take(grant);
        consent
    }

    /// A session in which both have come in.
    pub fn session(&mut self, by: &str, invitee: &str, consent: Hash) -> Hash {
        let invitation = self.author.invitation(by, invitee, consent);
        let session = self.take(invitation);
        let introduction = Introduction { card: self.author.cards[&agent_uri(invitee)], schemas: None };
        self.say(session, invitee, Body::Accept(Accept::Introduction(introduction)), Some(session));
        session
    }

    #[track_caller]
    pub fn say(&mut self, session: Hash, name: &str, body: Body, replies: Option<Hash>) -> Hash {
        let statement = self.author.say(session, name, body, replies);
        self.take(statement)
    }

    pub fn remark(&mut self, session: Hash, name: &str, words: &str) -> Hash {
        let statement = self.author.remark(session, name, words);
        self.take(statement)
    }

    /// A firm offer and its acceptance; the commitment's id.
    pub fn deal(&mut self, session: Hash, seller: &str, buyer: &str, amount: &str) -> Hash {
        let package = self.author.package(seller, buyer, amount);
        let terms_hash = package.terms_hash();
        let offer = Offer::of(vec![package], true);
        let offer = self.say(session, seller, Body::Propose(Propose::Proposal(offer)), None);
        let acceptance = Accept::Acceptance(Acceptance { terms_hash });
        self.say(session, buyer, Body::Accept(acceptance), Some(offer))
    }

    /// Fulfilment and acknowledgement of the one obligation of a deal.
    pub fn deliver(&mut self, session: Hash, commitment: Hash, seller: &str, buyer: &str) {
        let obligation: ObligationId = text("delivery");
        let done = Inform::Fulfilment(Fulfilment {
            commitment,
            evidence: Evidence::Acknowledgement { text: text("there") },
            obligation: obligation.clone(),
            stage: None,
        });
        self.say(session, seller, Body::Inform(done), None);
        let thanks = Inform::Acknowledgement(ObligationRef::whole(commitment, obligation));
        self.say(session, buyer, Body::Inform(thanks), None);
    }

    /// Two organisations with an agent each, a consent, and a session between them: the ids of both.
    pub fn introduced(&mut self) -> (Hash, Hash) {
        self.org("acme");
        self.org("globex");
        self.agent("acme/buyer");
        self.agent("globex/seller");
        let consent = self.consent("acme", "globex");
        (consent, self.session("acme/buyer", "globex/seller", consent))
    }

    /// A whole business: a session with a deal that is kept, and a remark after it.
    pub fn business(&mut self) -> (Hash, Hash, Hash) {
        let (consent, session) = self.introduced();
        let commitment = self.deal(session, "globex/seller", "acme/buyer", "1000");
        self.deliver(session, commitment, "globex/seller", "acme/buyer");
        self.remark(session, "acme/buyer", "a pleasure");
        (consent, session, commitment)
    }
}

pub fn sequence(number: u64) -> Sequence {
    Sequence(number)
}
