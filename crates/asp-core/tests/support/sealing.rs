//! What the lines of a ledger say of sessions that the node cannot read, and those who can.
//!
//! In a session that is hybrid or sealed an agent says the outline of what its line says. Where there is a group it seals what
//! the outline lacks, in plain bytes: no core encrypts. Behind the line can stand another manner:
//!
//! ```text
//! … clear          the body as it is            … bare           the outline, and nothing sealed
//! … sealed         sealed, also what the outline shows in full   … sealed@3        in that epoch
//! … sealed:clear   the body as it is, and sealed
//! INFORM group [anew] [leading] [without a,b] [plus a] [epoch 3] [keyed a/name] [silent] [welcoming]
//!     and of its packages [of a] [named x] [unknown] [repacked] [unpacked] [packaged]
//! seller PUBLISH [3] [named=x] · seller KEY added|revoked|rotated NAME · seller RETIRE
//! ```

use asp_core::key::{Algorithm, KeyId, SecretKey};
use asp_core::name::{AgentUri, Issuer, StreamId, StreamName};
use asp_core::position::{Hash, LogTime, Sequence};
use asp_core::rejection::{Code, Rejection};
use asp_core::seal::{Opaque, Opened, Salt, Seal, outline};
use asp_core::session::Session;
use asp_core::session::table::State;
use asp_core::statement::body::{
    Body, Group, GroupMember, Inform, KeyAdd, KeyPackages, KeyRevoke, KeyRotate, Mode, Nonce,
    PublishedPackage,
};
use asp_core::stream::Accepted;
use asp_core::world::World;

use super::ledger::{Ledger, issuer, signer};
use super::words::after;
use super::{Stage, agent_key, because, key, uri};

/// How a line is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As everybody does.
    Usual,
    /// As it is.
    Clear,
    /// The outline alone.
    Bare,
    /// Sealed, in the epoch that is or in another; over the outline, or over the body as it is.
    Sealed(Option<u64>, bool),
}

impl Manner {
    /// The manner in which words are said, and the words without it.
    pub fn of<'a, 'b>(words: &'a [&'b str]) -> (&'a [&'b str], Self) {
        let Some((last, before)) = words.split_last() else { return (words, Self::Usual) };
        match *last {
            "clear" => (before, Self::Clear),
            "bare" => (before, Self::Bare),
            "sealed" => (before, Self::Sealed(None, true)),
            "sealed:clear" => (before, Self::Sealed(None, false)),
            last => match last.strip_prefix("sealed@") {
                Some(epoch) => (before, Self::Sealed(Some(epoch.parse().unwrap()), true)),
                None => (words, Self::Usual),
            },
        }
    }
}

/// `open`, `hybrid`, `sealed`
pub fn mode(name: &str) -> Mode {
    serde_json::from_value(name.into()).unwrap()
}

/// A key of the other algorithm.
pub fn hardware_key(name: &str) -> SecretKey {
    SecretKey::from_scalar(Hash::of(&[name.as_bytes()]).as_bytes()).unwrap()
}

/// `first` is the key by which an agent was registered, `hardware` one of the other algorithm.
fn named_key(who: &str, name: &str) -> SecretKey {
    match name {
        "first" => agent_key(who),
        "hardware" => hardware_key(name),
        name => key(name),
    }
}

/// A key package that nobody can use.
pub fn package(name: &str) -> PublishedPackage {
    let content = Opaque::new(format!("a key package: {name}").into_bytes()).unwrap();
    PublishedPackage { content, last_resort: None }
}

impl Ledger {
    fn closed(&self) -> Option<Mode> {
        self.session().map(Session::mode).filter(|mode| *mode != Mode::Open)
    }

    /// What keeps terms from being found by trying, where they are hidden.
    pub fn salt(&mut self) -> Option<Nonce> {
        self.closed().map(|_| self.stage.nonce())
    }

    /// What everybody sees of a body, what is sealed of it, and that in full.
    pub fn shown(&mut self, who: &str, body: &Body, manner: Manner) -> (Body, Option<Seal>, Option<Opened>) {
        let session = self.session();
        let begun = session.is_some_and(|it| it.state() != State::Invited);
        let mode = self.closed().filter(|_| begun).unwrap_or(Mode::Open);
        let agent = !who.ends_with(".example") && who != "node";
        let outlined = if agent { outline(body, mode) } else { body.clone() };
        let grouped = session.and_then(Session::channel).map(|channel| channel.epoch);
        let (shown, epoch) = match manner {
            Manner::Usual => {
                let hides = outlined != *body;
                (outlined, grouped.filter(|_| hides))
            }
            Manner::Clear => (body.clone(), None),
            Manner::Bare => (outlined, None),
            Manner::Sealed(epoch, true) => (outlined, epoch.or(grouped).or(Some(1))),
            Manner::Sealed(epoch, false) => (body.clone(), epoch.or(grouped).or(Some(1))),
        };
        let Some(epoch) = epoch else { return (shown, None, None) };
        let opened =
            Opened { body: body.clone(), salt: Salt(*Hash::of(&[&self.stage.nonce().0]).as_bytes()) };
        let content = Opaque::new(opened.padded().unwrap()).unwrap();
        (shown, Some(Seal { commitment: opened.commitment(), content, epoch }), Some(opened))
    }

    /// The group that a session has to have, with the key and where it is new a package of each member.
    pub fn group(&mut self, who: &str, words: &[&str]) -> Group {
        let at = self.stage.point();
        let Some(session) = self.session() else {
            let alone = GroupMember { agent: uri("buyer"), key: agent_key("buyer").id(), package: None };
            return Group { commit: None, epoch: 1, members: vec![alone], welcome: None };
        };
        let world = &self.stage.world;
        let further: Vec<_> = session.further_consents().filter_map(|id| world.consent(id)).collect();
        let agents: Vec<_> = session.party_names().into_iter().filter_map(|name| world.agent(name)).collect();
        let grounds = asp_core::session::Grounds { at, consents: &[], further: &further, agents: &agents };
        let mut names = session.group(grounds);
        let listed = |keyword: &str| -> Vec<AgentUri> {
            after(words, keyword).map(|list| list.split(',').map(uri).collect()).unwrap_or_default()
        };
        names.retain(|name| !listed("without").contains(name));
        names.extend(listed("plus"));
        let before = session.channel().filter(|_| !words.contains(&"anew")).cloned();
        let own = if who.ends_with(".example") || who == "node" { None } else { Some(uri(who)) };
        let leads = words.contains(&"leading")
            || before.as_ref().is_some_and(|it| own.as_ref().is_some_and(|own| it.members.contains_key(own)));
        let before = before.filter(|_| leads);
        let next = session.channel().map_or(1, |channel| channel.epoch + 1);
        let members: Vec<GroupMember> = names
            .into_iter()
            .map(|agent| {
                let was = before.as_ref().and_then(|it| it.members.get(&agent)).copied();
                let key = self.member_key(&agent, after(words, "keyed"), was);
                let taken_in = match own.as_ref() == Some(&agent) {
                    true => words.contains(&"packaged"),
                    false => {
                        (was != Some(key) || words.contains(&"repacked")) && !words.contains(&"unpacked")
                    }
                };
                let package = taken_in.then(|| self.package_of(&agent, words));
                GroupMember { agent, key, package }
            })
            .collect();
        let bytes = |words: &str| Opaque::new(words.as_bytes().to_vec()).unwrap();
        let taken_in = members.iter().any(|member| member.package.is_some());
        let welcomes = taken_in && !words.contains(&"silent") || words.contains(&"welcoming");
        Group {
            commit: leads.then(|| bytes("a commit")),
            epoch: after(words, "epoch").map_or(next, |epoch| epoch.parse().unwrap()),
            members,
            welcome: welcomes.then(|| bytes("a welcome")),
        }
    }

    /// The Ed25519 key by which an agent can be in a group, if it can be that by which it was; `seller/next` names another.
    fn member_key(&self, agent: &AgentUri, named: Option<&str>, was: Option<KeyId>) -> KeyId {
        let named = named.and_then(|named| named.split_once('/'));
        if let Some((who, name)) = named.filter(|(who, _)| uri(who) == *agent) {
            return named_key(who, name).id();
        }
        let keys = self.stage.world.agent(agent).unwrap().keys();
        let was = was.filter(|key| keys.is_current(key));
        let found = keys.current().find(|key| key.algorithm() == Algorithm::Ed25519).copied();
        was.or(found).unwrap_or_else(|| key("none").id())
    }

    /// A package of an agent's, published on the way.
    fn package_of(&mut self, agent: &AgentUri, words: &[&str]) -> Hash {
        let own = agent.as_str().trim_start_matches("agent://").split('.').next().unwrap().to_owned();
        if words.contains(&"unknown") {
            return package("nobody's").hash();
        }
        if let Some(name) = after(words, "named") {
            return package(name).hash();
        }
        let of = after(words, "of").unwrap_or(&own).to_owned();
        let known = self.stage.world.agent(&uri(&of)).unwrap().key_packages().last().copied();
        known.unwrap_or_else(|| self.publish(&of, &[]).unwrap())
    }

    /// Publishes key packages, so many or one; the hash of the last.
    pub fn publish(&mut self, who: &str, words: &[&str]) -> Result<Hash, Code> {
        let number: usize = words.first().and_then(|word| word.parse().ok()).unwrap_or(1);
        let first = self.stage.log.len() * 100;
        let name = |number: usize| match words.iter().find_map(|word| word.strip_prefix("named=")) {
            Some(name) => package(name),
            None => package(&format!("{who} {number}")),
        };
        let packages: Vec<PublishedPackage> = (first..first + number).map(name).collect();
        let last = packages.last().map_or(Hash::of(&[]), PublishedPackage::hash);
        self.by_agent(who, Body::AgentKeypackagePublish(KeyPackages { packages }), &[])?;
        Ok(last)
    }

    /// Says a body in the session as it is.
    pub fn say(
        &mut self,
        who: &str,
        body: Body,
        reply: Option<Hash>,
        seal: Option<Seal>,
    ) -> Result<Hash, Code> {
        let stream = StreamName::Of(StreamId::Session(self.id.unwrap()));
        let mut draft = self.stage.draft(stream, issuer(who, &self.stage), body);
        draft.in_reply_to = reply;
        draft.seal = seal;
        let (head, stamp) = (self.stage.head(&draft.stream), self.stage.stamp());
        let signed = draft.sign(head, stamp, &[&self.key_of(who)]);
        let signed = signed.map_err(|refusal| self.stage.refuse(refusal))?;
        self.stage.take(signed)
    }

    /// What an agent says in its own stream.
    pub fn by_agent(&mut self, who: &str, body: Body, more: &[&SecretKey]) -> Result<Hash, Code> {
        let stream = StreamName::Of(StreamId::Agent(uri(who)));
        let draft = self.stage.draft(stream, Issuer::Agent(uri(who)), body);
        let own = self.key_of(who);
        let keys: Vec<&SecretKey> = [&own].into_iter().chain(more.iter().copied()).collect();
        let (head, stamp) = (self.stage.head(&draft.stream), self.stage.stamp());
        let statement = draft.sign(head, stamp, &keys).map_err(|refusal| self.stage.refuse(refusal))?;
        self.stage.take(statement)
    }

    /// `added NAME`, `rotated NAME` from the key that signs, `revoked NAME`; who has a new one signs by it.
    pub fn change_key(&mut self, who: &str, words: &[&str]) -> Result<(), Code> {
        let [what, name] = words else { panic!("no change of a key: {words:?}") };
        let named = named_key(who, name);
        let old_key = self.key_of(who).id();
        match *what {
            "added" => {
                let hash = self.by_agent(who, Body::AgentKeyAdd(KeyAdd { key: named.id() }), &[&named])?;
                if *name != "hardware" {
                    self.keys.insert(who.to_owned(), (*name).to_owned());
                }
                hash
            }
            "rotated" => {
                let rotate = KeyRotate { new_key: named.id(), old_key };
                let hash = self.by_agent(who, Body::AgentKeyRotate(rotate), &[&named])?;
                self.keys.insert(who.to_owned(), (*name).to_owned());
                hash
            }
            _ => {
                let revoke = KeyRevoke { from_index: None, key: named.id(), reason: because("lost").reason };
                self.by_agent(who, Body::AgentKeyRevoke(revoke), &[])?
            }
        };
        Ok(())
    }

    /// The key by which somebody signs.
    pub fn key_of(&self, who: &str) -> SecretKey {
        self.keys.get(who).map_or_else(|| signer(who), |name| key(name))
    }
}

/// What the members refuse of a session, each by its place.
///
/// They replay the log beside the node. After each statement they are where the node is: state is a function of the log for
/// everybody, and what only they know changes none of it.
#[track_caller]
pub fn refused(ledger: &Ledger) -> Vec<(Sequence, Rejection)> {
    let world = || World::new(ledger.stage.origin.clone(), key("node").id()).with_evidence();
    let (mut node, mut members) = (world(), world());
    let mut refused = Vec::new();
    for (at, verified) in &ledger.stage.log {
        let statement = verified.statement();
        node.apply(&node.judge(verified, *at).unwrap());
        let sealed = match &statement.stream {
            StreamId::Session(id) if !statement.opens => members.session(id).unwrap().mode() != Mode::Open,
            _ => false,
        };
        let accepted = if sealed {
            let opened = ledger.opened.get(&statement.hash);
            members.judge_opened(verified, opened, *at).unwrap_or_else(|rejection| {
                refused.push((statement.sequence, rejection));
                Accepted::from_store(verified.clone(), *at)
            })
        } else {
            members.judge(verified, *at).unwrap()
        };
        members.apply(&accepted);
        if let StreamId::Session(id) = &statement.stream {
            let [told, known] =
                [&node, &members].map(|world| told(world.session(id).unwrap(), world.next_deadline(id)));
            assert_eq!(told, known, "after {}\n{}", statement.sequence, ledger.story());
        }
    }
    refused
}

/// All that order depends on.
fn told(session: &Session, deadline: Option<LogTime>) -> Vec<String> {
    let mut all = vec![
        format!("{} {:?} {:?} {:?}", session.state(), session.head(), session.counts(), session.end()),
        format!("owes {}, until {deadline:?}", session.owes()),
        format!("{:?} {:?}", session.receipt(), session.channel()),
    ];
    all.extend(
        session.offers().iter().map(|(id, offer)| {
            format!("{id} {:?} {:?} {:?}", offer.kind, offer.awaits, offer.packages.keys())
        }),
    );
    all.extend(session.agreed().keys().map(|terms| format!("agreed {terms}")));
    for commitment in session.commitments().values() {
        all.push(format!("{} {} {:?}", commitment.id, commitment.terms_hash, commitment.state()));
        all.extend(commitment.duties().iter().map(|duty| {
            // What only members know of a due time is no part of the order.
            let until = commitment.met_until(duty).filter(|_| !duty.is_withheld());
            format!("{} {} {until:?}", duty.obligation.id, duty.progress.as_str())
        }));
    }
    all
}

impl Stage {
    /// The group that one founds in a session with another, by a key package that the other publishes. No part of it is of MLS.
    pub fn group(&mut self, session: Hash, by: &str, with: &str) {
        let package = package("a key package");
        let hash = package.hash();
        let body = Body::AgentKeypackagePublish(KeyPackages { packages: vec![package] });
        let draft = self.draft(StreamName::Of(StreamId::Agent(uri(with))), Issuer::Agent(uri(with)), body);
        let statement = self.sign(&draft, &[&agent_key(with)]);
        self.take(statement).unwrap();
        let member =
            |name: &str, package| GroupMember { agent: uri(name), key: agent_key(name).id(), package };
        let members = vec![member(by, None), member(with, Some(hash))];
        let welcome = Some(Opaque::new(b"a welcome".to_vec()).unwrap());
        let group = Group { commit: None, epoch: 1, members, welcome };
        self.say(session, by, Body::Inform(Inform::Group(group)), None).unwrap();
    }
}
