//! Three organisations that have everything with one another, a fourth that has nothing, and who may see what of it.

use std::collections::BTreeSet;
use std::path::Path;

use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::statement::body::*;
use asp_core::statement::{Body, Verified};

use crate::author::{agent_uri, domain, note, offer, package, text};
use crate::callers::{self, Caller};
use crate::rows::Kind;
use crate::scene::Scene;
use asp_node::Clock;

/// Who has everything.
pub(crate) const ORGANISATIONS: [&str; 3] = ["acme", "globex", "initech"];
/// Who is registered and deals with nobody.
pub(crate) const OUTSIDER: &str = "hooli";
/// An agent that was in a session and has left it.
pub(crate) const FORMER: &str = "initech/gone";
/// Those who deal with each other, who opens sessions first.
pub(crate) const PAIRS: [(&str, &str); 3] = [("acme", "globex"), ("globex", "initech"), ("initech", "acme")];

/// Something that not everybody may see.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// The labels of those who may see it.
    pub(crate) readers: BTreeSet<String>,
}

/// What a pair has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) by: &'static str,
    pub(crate) with: &'static str,
    pub(crate) consent: Hash,
    /// A session in which a commitment stands.
    pub(crate) session: Hash,
    /// That commitment.
    pub(crate) commitment: Hash,
    /// An invitation that nobody has answered.
    pub(crate) invitation: Hash,
    /// A sealed session in which both have come in, into which files are put.
    pub(crate) sealed: Hash,
}

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) objects: Vec<Object>,
    pub(crate) callers: Vec<Caller>,
    pub(crate) pairs: Vec<Pair>,
}

/// An organisation with those of its people who read whatever it may.
fn organisation(name: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{name} owner"), format!("{name} auditor")]
}

/// The readers of what two organisations, or two of their agents, have with each other.
fn between(one: &str, other: &str, agents: &[&str]) -> BTreeSet<String> {
    let agent = |name: &str| agents.iter().map(|agent| format!("{name}/{agent}")).collect::<Vec<_>>();
    [organisation(one), organisation(other), agent(one), agent(other)].concat().into_iter().collect()
}

fn reason(words: &str) -> Because {
    Because { reason: text(words) }
}

/// A dispute that the log alone does not decide, so that it stays open.
fn filing(scene: &mut Scene, (by, against): (&str, &str), session: Hash, commitment: Hash) -> Verified {
    let file = crate::words::file(&mut scene.author, (by, against), session, commitment);
    scene.author.by(by, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file))
}

impl World {
    fn add(&mut self, kind: Kind, id: &str, readers: &BTreeSet<String>) {
        self.objects.push(Object { kind, id: id.to_owned(), readers: readers.clone() });
    }

    fn hash(&mut self, kind: Kind, hash: Hash, readers: &BTreeSet<String>) -> Hash {
        self.add(kind, &hash.to_hex(), readers);
        hash
    }

    /// Registers everybody, and has each pair deal.
    pub(crate) async fn build(scene: &mut Scene) -> Self {
        let mut world = Self::default();
        for name in ORGANISATIONS.into_iter().chain([OUTSIDER]) {
            let statement = scene.author.org(name);
            scene.take(statement).await;
            for agent in ["trader", "clerk"] {
                let statement = scene.author.agent(&format!("{name}/{agent}"));
                scene.take(statement).await;
            }
            let policy = Body::OrgPolicySet(PolicySet::of(vec![text("somebody")]));
            let statement = scene.author.by(name, StreamName::Of(StreamId::Org(domain(name))), policy);
            scene.take(statement).await;
        }
        let statement = scene.author.agent(FORMER);
        scene.take(statement).await;
        for name in ORGANISATIONS.into_iter().chain([OUTSIDER]) {
            world.account(scene, name).await;
        }
        for (by, with) in PAIRS {
            world.pair(scene, by, with).await;
        }
        world.company(scene).await;
        world
    }

    /// An account with a deposit that waits: its organisation's own, and no agent's.
    async fn account(&mut self, scene: &mut Scene, name: &'static str) {
        let readers: BTreeSet<String> = organisation(name).into_iter().collect();
        let words = format!("harmonicas of {name}");
        let stream = || StreamName::Of(StreamId::Account(domain(name)));
        let open = Body::AccountOpen(AccountOpen { currency: text("USD") });
        let amount = "71.31 USD".parse().unwrap();
        let deposit = Body::AccountDeposit(AccountDeposit { amount, reference: text(&words) });
        for body in [open, deposit] {
            let statement = scene.author.by(name, stream(), body);
            self.hash(Kind::Statement, scene.take(statement).await, &readers);
        }
        self.add(Kind::Words, &words, &readers);
    }

    async fn pair(&mut self, scene: &mut Scene, by: &'static str, with: &'static str) {
        let parties = between(by, with, &["trader", "clerk", "gone"]);
        let traders = between(by, with, &["trader"]);
        let (buyer, seller) = (format!("{by}/trader"), format!("{with}/trader"));
        let consent = self.consent(scene, by, with, &parties).await;

        let opening = scene.author.invitation(&buyer, &seller, consent);
        let session = self.hash(Kind::Session, scene.take(opening).await, &traders);
        let introduction = scene.author.introduction(&seller);
        let words = format!("xylophones of {by} for {with}");
        self.add(Kind::Words, &words, &traders);
        let terms = package(Clock::system().now(), &seller, &buyer);
        let terms_hash = terms.terms_hash();
        let mut said = Vec::new();
        for (who, body, to) in [
            (&seller, introduction, Some(session)),
            (&buyer, note(&words), None),
            (&seller, offer(terms), None),
        ] {
            let statement = scene.author.say(session, who, body, to);
            said.push(self.hash(Kind::Statement, scene.take(statement).await, &traders));
        }
        let acceptance = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
        let statement = scene.author.say(session, &buyer, acceptance, said.last().copied());
        let commitment = self.hash(Kind::Commitment, scene.take(statement).await, &traders);
        let filing = filing(scene, (&buyer, &seller), session, commitment);
        self.hash(Kind::Dispute, scene.take(filing).await, &traders);

        let invitation = self.invitation(scene, (&buyer, &seller), consent).await;
        self.hash(Kind::Session, invitation, &traders);
        let refused = self.invitation(scene, (&buyer, &seller), consent).await;
        self.hash(Kind::Session, refused, &traders);
        let statement = scene.author.say(refused, &seller, Body::Reject(reason("no time")), Some(refused));
        self.hash(Kind::Statement, scene.take(statement).await, &traders);
        let sealed = self.sealed(scene, (&buyer, &seller), consent, &traders).await;
        self.pairs.push(Pair { by, with, consent, session, commitment, invitation, sealed });
    }

    /// A sealed session in which both have come in.
    async fn sealed(
        &mut self,
        scene: &mut Scene,
        (by, with): (&str, &str),
        consent: Hash,
        readers: &BTreeSet<String>,
    ) -> Hash {
        let opening = scene.author.invitation_in(Mode::Sealed, by, with, consent);
        let session = self.hash(Kind::Session, scene.take(opening).await, readers);
        let introduction = scene.author.introduction(with);
        let statement = scene.author.say(session, with, introduction, Some(session));
        self.hash(Kind::Statement, scene.take(statement).await, readers);
        session
    }

    /// A consent that stands; one that is asked for and one that was revoked beside it.
    async fn consent(&mut self, scene: &mut Scene, by: &str, with: &str, parties: &BTreeSet<String>) -> Hash {
        let mut consents = Vec::new();
        for _ in 0..3 {
            let request = scene.author.consent_request(by, with);
            consents.push(self.hash(Kind::Consent, scene.take(request).await, parties));
        }
        for consent in [consents[0], consents[2]] {
            let grant = scene.author.consent_grant(with, consent);
            self.hash(Kind::Statement, scene.take(grant).await, parties);
        }
        let revoke = Body::ConsentRevoke(reason("no more"));
        let revoke = scene.author.by(by, StreamName::Of(StreamId::Consent(consents[2])), revoke);
        self.hash(Kind::Statement, scene.take(revoke).await, parties);
        consents[0]
    }

    /// An invitation that stays open for as long as a test takes.
    async fn invitation(&mut self, scene: &mut Scene, (by, to): (&str, &str), consent: Hash) -> Hash {
        let plain = scene.author.invitation(by, to, consent);
        let Body::Propose(Propose::Invitation(mut invitation)) = plain.statement().body.clone() else {
            panic!("an invitation");
        };
        invitation.limits.invitation_ms = Some(Millis(3_000_000));
        let body = Body::Propose(Propose::Invitation(invitation));
        let statement = scene.author.by(by, StreamName::Opens(StreamKind::Session), body);
        scene.take(statement).await
    }

    /// A session of three, of whom one has left.
    async fn company(&mut self, scene: &mut Scene) {
        let readers = between("acme", "globex", &["trader"]);
        let agents = ["acme/trader", "globex/trader", FORMER];
        let own = self.pairs.iter().filter(|pair| pair.by == "acme" || pair.with == "acme");
        let consents: BTreeSet<Hash> = own.map(|pair| pair.consent).collect();
        let plain = scene.author.invitation(agents[0], agents[1], self.pairs[0].consent);
        let Body::Propose(Propose::Invitation(mut invitation)) = plain.statement().body.clone() else {
            panic!("an invitation");
        };
        invitation.consents = consents;
        invitation.participants.push(Invitee::of(agent_uri(FORMER), ParticipantRole::Party));
        let body = Body::Propose(Propose::Invitation(invitation));
        let opening = scene.author.by(agents[0], StreamName::Opens(StreamKind::Session), body);
        let session = self.hash(Kind::Session, scene.take(opening).await, &readers);
        for agent in &agents[1..] {
            let introduction = scene.author.introduction(agent);
            let statement = scene.author.say(session, agent, introduction, Some(session));
            self.hash(Kind::Statement, scene.take(statement).await, &readers);
        }
        let departure = Body::Withdraw(Withdraw::Departure(reason("called away")));
        let statement = scene.author.say(session, FORMER, departure, None);
        self.hash(Kind::Statement, scene.take(statement).await, &readers);
        self.add(Kind::Words, "ocarinas among two", &readers);
        let statement = scene.author.say(session, agents[0], note("ocarinas among two"), None);
        self.hash(Kind::Statement, scene.take(statement).await, &readers);
    }

    /// Gives everybody a way to ask, and each organisation people.
    pub(crate) async fn people(&mut self, scene: &Scene, data: &Path) {
        self.callers.push(Caller::nobody());
        self.callers.push(callers::operator(scene, data).await);
        for name in ORGANISATIONS.into_iter().chain([OUTSIDER]) {
            let organisation = Caller::party(scene, name).await;
            for agent in ["trader", "clerk"] {
                self.callers.push(Caller::party(scene, &format!("{name}/{agent}")).await);
            }
            let readers: BTreeSet<String> = self::organisation(name).into_iter().collect();
            for role in ["owner", "auditor", "arbiter"] {
                let label = format!("{name} {role}");
                let called = format!("zither {role} of {name}");
                let about = (label.clone(), called.as_str(), role);
                let (id, caller) = callers::person(scene, &organisation, about).await;
                let mut knows = readers.clone();
                self.add(Kind::Person, &id, &knows);
                let secret = callers::link(scene, &organisation, &id).await;
                self.add(Kind::Secret, &secret, &BTreeSet::new());
                // A person sees its own name, also one that sees nobody else.
                knows.insert(label);
                self.add(Kind::Words, &called, &knows);
                self.callers.push(caller);
            }
            let called = format!("zither guest of {name}");
            let (id, secret) = callers::invited(scene, &organisation, &called, "auditor").await;
            self.add(Kind::Invitation, &id, &readers);
            self.add(Kind::Secret, &secret, &BTreeSet::new());
            self.add(Kind::Words, &called, &readers);
            let called = format!("kazoos for {name}");
            let id = callers::search(scene, &organisation, &called).await;
            self.add(Kind::Search, &id, &readers);
            self.add(Kind::Words, &called, &readers);
            // Nobody answers to a name below `invalid`.
            let url = format!("https://ukulele-{name}.invalid/in");
            let id = callers::webhook(scene, &organisation, &url).await;
            self.add(Kind::Webhook, &id, &readers);
            self.add(Kind::Words, &url, &readers);
            self.callers.push(organisation);
        }
        for pair in self.pairs.clone() {
            let trader = Caller::party(scene, &format!("{}/trader", pair.by)).await;
            let id = callers::chunk(scene, &trader, &pair.sealed).await;
            self.add(Kind::Chunk, &id, &between(pair.by, pair.with, &["trader"]));
        }
        self.callers.push(Caller::party(scene, FORMER).await);
    }
}
