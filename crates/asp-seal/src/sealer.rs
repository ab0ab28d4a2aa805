//! One agent's side of its sealed sessions: seals what it says, and opens what it hears, in the order of the log.
//!
//! Content opens once: what was opened is kept as text under its statement, and what the agent seals itself under its place.
//! So whoever keeps a sealer has to keep [`Sealer::take_texts`] first and the sealer's bytes after, before anything that it
//! made is handed in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use asp_core::key::{KeyId, SecretKey};
use asp_core::name::{AgentUri, Origin, StreamId};
use asp_core::position::{Hash, Head, Sequence};
use asp_core::rejection::{Code, Rejection};
use asp_core::seal::{Opaque, Opened, Salt, Seal, outline, place};
use asp_core::session::{Channel, Session};
use asp_core::statement::body::{
    Body, Counter, Group, GroupMember, Inform, KeyPackages, Mode, Nonce, Propose, PublishedPackage, True,
};
use asp_core::statement::{Statement, draft};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::fault::Fault;
use crate::package::KeyPackage;
use crate::vault::{Change, Plan, Vault};

/// How many key packages for one use an agent keeps ready for others.
pub const PACKAGES_READY: usize = 16;

/// With fewer than these left, new ones are published.
const PACKAGES_LOW: usize = 8;

/// The version of [`Sealer::to_bytes`].
const VERSION: u32 = 1;

/// What a statement is to who holds the sealer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Nothing is sealed in it.
    Clear,
    /// It was opened, or said by the agent itself.
    Opened(Box<Opened>),
    /// It was sealed for a group in which the agent was not, or with keys that it has lost.
    Shut,
    /// It was sealed for the agent and could not be read, or breaks a rule.
    Unreadable(Code),
}

/// A text to be kept: what was sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeptText {
    /// The hash of the statement; of what the owner sealed, which was not signed then, SHA-256 over `asp/1.0/own-text`, a newline,
    /// the commitment and its place.
    pub name: Hash,
    /// The canonical text of body and salt.
    pub text: String,
}

impl fmt::Debug for KeptText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptText({})", self.name)
    }
}

/// How far a session was taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Course {
    /// The sequence of the statement that comes next.
    next: u64,
    /// Whether the last group statement names the agent.
    named: bool,
    /// What the agent would make of the group, until the log shows it or another: the hash of its group statement's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<Hash>,
    /// The statements that could not be read, and why.
    unreadable: BTreeMap<Hash, Code>,
    /// Those of them about which the agent has said so.
    told: BTreeSet<Hash>,
    /// What the keys of files follow from that the agent sends there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    files: Option<FileSecret>,
}

/// 64 hexadecimal digits that nobody else knows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FileSecret(String);

impl fmt::Debug for FileSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSecret")
    }
}

impl Drop for FileSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// How far a stream was followed, whatever it was followed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Followed {
    sequence: u64,
    hash: Hash,
}

/// Key packages that were made, and of which nothing is known yet but that they were to be published.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Unpublished {
    /// The log that they are to be published in.
    origin: Origin,
    /// The key that they were made with.
    key: KeyId,
    packages: KeyPackages,
}

/// Key packages that stand in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Publication {
    /// The hash of the body that published the newest of them.
    body: Hash,
    /// The last statement of the agent's stream that publishes any and was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Sequence>,
}

/// What is kept of a sealer beside its vault.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Saved {
    version: u32,
    courses: BTreeMap<Hash, Course>,
    #[serde(default)]
    followed: BTreeMap<Origin, BTreeMap<StreamId, Followed>>,
    #[serde(default)]
    published: BTreeMap<Origin, Publication>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unpublished: Option<Unpublished>,
    #[serde(default)]
    drained: bool,
    /// In hexadecimal digits.
    vault: String,
}

/// Seals and opens for one agent.
#[derive(Debug)]
pub struct Sealer {
    vault: Vault,
    courses: BTreeMap<Hash, Course>,
    /// By the log that has them: agents of one name can be at several nodes.
    followed: BTreeMap<Origin, BTreeMap<StreamId, Followed>>,
    /// By log, what of its key packages stands there.
    published: BTreeMap<Origin, Publication>,
    unpublished: Option<Unpublished>,
    /// Whether somebody had nothing left to take but the last resort.
    drained: bool,
    texts: BTreeMap<Hash, Zeroizing<String>>,
    fresh: Vec<KeptText>,
}

/// What names a publication of key packages.
fn published_as(packages: &KeyPackages) -> Hash {
    Hash::of(&[&draft::canonical(packages)])
}

/// Who has to be in a group that is to be made, and who of them is to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regrouping {
    /// Those whose key packages are needed.
    pub packages_of: BTreeSet<AgentUri>,
    /// Those who stay by the keys that they have; none of a group that is founded.
    stay: BTreeMap<AgentUri, KeyId>,
    /// Those who are in the group before and do not stay.
    remove: Vec<AgentUri>,
    founds: bool,
    epoch: u64,
}

impl Sealer {
    /// A sealer that has nothing yet.
    #[must_use]
    pub fn new(agent: AgentUri) -> Self {
        Self {
            vault: Vault::new(agent),
            courses: BTreeMap::new(),
            followed: BTreeMap::new(),
            published: BTreeMap::new(),
            unpublished: None,
            drained: false,
            texts: BTreeMap::new(),
            fresh: Vec::new(),
        }
    }

    /// Reads what [`Sealer::to_bytes`] gave, and the texts that were kept beside it.
    ///
    /// # Errors
    /// [`Fault::VaultDamaged`] and what a vault says.
    pub fn from_bytes(bytes: &[u8], texts: impl IntoIterator<Item = KeptText>) -> Result<Self, Fault> {
        let saved: Saved = serde_json::from_slice(bytes).map_err(|_| Fault::VaultDamaged)?;
        if saved.version != VERSION {
            return Err(Fault::VaultVersionUnknown);
        }
        let vault = hex::decode(&saved.vault).map(Zeroizing::new).map_err(|_| Fault::VaultDamaged)?;
        let mut sealer = Self {
            vault: Vault::from_bytes(&vault)?,
            courses: saved.courses,
            followed: saved.followed,
            published: saved.published,
            unpublished: saved.unpublished,
            drained: saved.drained,
            texts: BTreeMap::new(),
            fresh: Vec::new(),
        };
        sealer.remember(texts);
        Ok(sealer)
    }

    /// All of it but the texts, to be kept where only its owner can read.
    ///
    /// # Errors
    /// [`Fault::TooLarge`].
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let vault = hex::encode(&*self.vault.to_bytes()?);
        let (courses, followed) = (self.courses.clone(), self.followed.clone());
        let (published, unpublished) = (self.published.clone(), self.unpublished.clone());
        let drained = self.drained;
        let mut saved = Saved { version: VERSION, courses, followed, published, unpublished, drained, vault };
        let bytes = serde_json::to_vec(&saved).map(Zeroizing::new);
        saved.vault.zeroize();
        bytes.map_err(|_| Fault::TooLarge)
    }

    /// Takes in texts that were kept.
    pub fn remember(&mut self, texts: impl IntoIterator<Item = KeptText>) {
        self.texts.extend(texts.into_iter().map(|kept| (kept.name, Zeroizing::new(kept.text))));
    }

    /// The texts that have come since this was asked last: to be kept before anything else.
    pub fn take_texts(&mut self) -> Vec<KeptText> {
        std::mem::take(&mut self.fresh)
    }

    /// Whose it is.
    #[must_use]
    pub const fn agent(&self) -> &AgentUri {
        self.vault.agent()
    }

    /// The statement by which others at a node can take the agent into their groups, where few key packages are ready, with one of
    /// last resort. It is the same until [`Sealer::published`].
    ///
    /// # Errors
    /// [`Fault::KeyUnsuited`] for a key that is not of Ed25519.
    pub fn publish(&mut self, origin: &Origin, key: &SecretKey) -> Result<Option<Body>, Fault> {
        let is_it = |waiting: &&Unpublished| waiting.key == key.id() && waiting.origin == *origin;
        if let Some(waiting) = self.unpublished.as_ref().filter(is_it) {
            return Ok(Some(Body::AgentKeypackagePublish(waiting.packages.clone())));
        }
        // Those that nobody can take any more say nothing of those that are there to be taken.
        let there = self.published.contains_key(origin) && !self.drained;
        let left = if there { self.vault.packages_left(&key.id()) } else { 0 };
        if left >= PACKAGES_LOW {
            return Ok(None);
        }
        let made = self.vault.make_packages(key, PACKAGES_READY.saturating_sub(left), true)?;
        let published = |made: crate::package::MadePackage| {
            let content = Opaque::new(made.content).map_err(|_| Fault::TooLarge)?;
            Ok(PublishedPackage { content, last_resort: made.last_resort.then_some(True) })
        };
        let packages =
            KeyPackages { packages: made.into_iter().map(published).collect::<Result<_, Fault>>()? };
        self.drained = false;
        self.unpublished =
            Some(Unpublished { origin: origin.clone(), key: key.id(), packages: packages.clone() });
        Ok(Some(Body::AgentKeypackagePublish(packages)))
    }

    /// Whether others could ever take the agent into their groups by a package of this vault.
    #[must_use]
    pub fn has_packages(&self) -> bool {
        self.vault.has_packages()
    }

    /// Notes that the log has what [`Sealer::publish`] gave.
    pub fn published(&mut self) {
        let Some(Unpublished { origin, packages, .. }) = self.unpublished.take() else { return };
        let seen = self.published.get(&origin).and_then(|known| known.seen);
        self.published.insert(origin, Publication { body: published_as(&packages), seen });
    }

    /// Behind which statement of the agent's own stream it is to be looked for key packages that were published elsewhere.
    #[must_use]
    pub fn looked(&self, origin: &Origin) -> Option<Sequence> {
        self.published.get(origin).and_then(|known| known.seen)
    }

    /// Takes in what was published in the agent's name behind that. Where the newest is another vault's, which may be lost by
    /// now, [`Sealer::publish`] gives newer ones: those are handed out first.
    pub fn saw<'a>(&mut self, origin: &Origin, publications: impl IntoIterator<Item = &'a Statement>) {
        let Some(known) = self.published.get_mut(origin) else { return };
        let named = |statement: &'a Statement| {
            let Body::AgentKeypackagePublish(packages) = &statement.body else { return None };
            Some((statement.sequence, published_as(packages)))
        };
        let Some((at, newest)) = publications.into_iter().filter_map(named).last() else { return };
        known.seen = Some(at);
        let waiting = self.unpublished.as_ref().map(|waiting| published_as(&waiting.packages));
        self.drained |= newest != known.body && Some(newest) != waiting;
    }

    /// The sessions of which something was taken in.
    pub fn sessions(&self) -> impl Iterator<Item = Hash> {
        self.courses.keys().copied()
    }

    /// The statement of a session that is to be taken in next.
    #[must_use]
    pub fn next(&self, session: &Hash) -> Sequence {
        Sequence(self.courses.get(session).map_or(0, |course| course.next))
    }

    /// Takes in the next statement of a session in this mode; one that was taken in before changes nothing.
    ///
    /// # Errors
    /// [`Fault::WrongPlace`] for one that is not the next. What cannot be opened is no error: see [`Sealer::reading`].
    pub fn take(&mut self, key: &SecretKey, mode: Mode, statement: &Statement) -> Result<(), Fault> {
        let StreamId::Session(session) = &statement.stream else { return Err(Fault::WrongPlace) };
        let next = self.next(session);
        if statement.sequence < next {
            return Ok(());
        }
        if statement.sequence > next {
            return Err(Fault::WrongPlace);
        }
        let unreadable = match (&statement.body, &statement.seal) {
            (Body::Inform(Inform::Group(group)), _) => self.regrouped(key, session, statement, group),
            // It has nothing to hide, and what says so is not named by others.
            (Body::Inform(Inform::Unreadable(_)), _) => None,
            (_, Some(seal)) => self.opened(session, mode, statement, seal),
            (_, None) => None,
        };
        let course = self.courses.entry(*session).or_default();
        course.next = statement.sequence.next().0;
        course.unreadable.extend(unreadable.map(|code| (statement.hash, code)));
        if statement.issuer.agent() == Some(self.vault.agent())
            && let Body::Inform(Inform::Unreadable(_)) = &statement.body
        {
            course.told.extend(statement.in_reply_to);
        }
        Ok(())
    }

    fn regrouped(
        &mut self,
        key: &SecretKey,
        session: &Hash,
        said: &Statement,
        group: &Group,
    ) -> Option<Code> {
        let own = group.member(self.vault.agent());
        let course = self.courses.entry(*session).or_default();
        course.named = own.is_some();
        // Another process with the same vault may have put its own change in the place of the one that is said here.
        let is_pending = course.pending.take() == Some(named(group));
        let by = said.issuer.agent()?;
        let members: BTreeMap<AgentUri, KeyId> =
            group.members.iter().map(|member| (member.agent.clone(), member.key)).collect();
        let done = match (own, &group.commit, &group.welcome) {
            _ if by == self.vault.agent() && said_with(said, key) => {
                if is_pending {
                    self.vault.settle(session, group.epoch)
                } else {
                    Err(Fault::NothingPending)
                }
            }
            (Some(own), _, Some(welcome)) if own.package.is_some() => {
                let left = self.vault.packages_left(&own.key);
                let joined = self.vault.join(session, group.epoch, by, welcome.bytes(), &members);
                self.drained |= joined.is_ok() && self.vault.packages_left(&own.key) == left;
                joined
            }
            (_, Some(commit), _) => {
                self.vault.follow(session, group.epoch, by, commit.bytes(), &members).map(|_| ())
            }
            _ => Err(Fault::NotAMember),
        };
        if done.is_err() {
            // What is sealed from here on is not for this vault: it has to be taken in anew.
            self.vault.forget(session);
        }
        // Who is not named has nothing to read there.
        done.err().and_then(|_| own.map(|_| Code::ContentUnopened))
    }

    fn opened(&mut self, session: &Hash, mode: Mode, said: &Statement, seal: &Seal) -> Option<Code> {
        if self.text(said, seal).is_some() {
            return None;
        }
        let by = said.issuer.agent()?;
        let at = place(session, said.sequence, &said.previous);
        let text = match self.vault.open(session, seal.epoch, by, &at, seal.content.bytes()) {
            Ok(text) => text,
            // A member who has lost its keys is told so once, by the group statement that it cannot follow.
            Err(Fault::NotAMember | Fault::OwnContent) => return None,
            Err(_) => return Some(Code::ContentUnopened),
        };
        let opened = Opened::from_padded(said.kind, &text).and_then(|opened| {
            opened.fits(said, mode)?;
            Ok(opened)
        });
        match opened {
            Ok(opened) => {
                self.keep(said.hash, &opened);
                None
            }
            Err(Rejection { code, .. }) => Some(code),
        }
    }

    fn keep(&mut self, name: Hash, opened: &Opened) {
        let text = String::from_utf8(opened.to_text()).unwrap_or_default();
        self.fresh.push(KeptText { name, text: text.clone() });
        self.texts.insert(name, Zeroizing::new(text));
    }

    /// What was opened of this very statement, or sealed by the owner for its very place: another that has the same commitment
    /// says nothing by it.
    fn text(&self, said: &Statement, seal: &Seal) -> Option<&str> {
        let StreamId::Session(session) = &said.stream else { return None };
        let own = || {
            let at = place(session, said.sequence, &said.previous);
            self.texts
                .get(&own_text(&seal.commitment, &at))
                .filter(|_| said.issuer.agent() == Some(self.agent()))
        };
        self.texts.get(&said.hash).or_else(own).map(|text| text.as_str())
    }

    /// Whether a statement stands where another was followed before.
    pub(crate) fn is_other(&self, said: &Statement) -> bool {
        let seen = self.followed.get(&said.audience).and_then(|streams| streams.get(&said.stream));
        seen.is_some_and(|seen| seen.sequence == said.sequence.0 && seen.hash != said.hash)
    }

    /// Takes the heads of streams for followed, where none has lost anything.
    ///
    /// # Errors
    /// [`Fault::LogChanged`].
    pub(crate) fn follow(
        &mut self,
        origin: &Origin,
        streams: &BTreeMap<StreamId, Option<Head>>,
    ) -> Result<(), Fault> {
        let followed = self.followed.entry(origin.clone()).or_default();
        let is_shorter = |(stream, head): (&StreamId, &Option<Head>)| {
            let seen = followed.get(stream).map(|seen| seen.sequence);
            seen > head.map(|head| head.sequence.0)
        };
        if streams.iter().any(is_shorter) {
            return Err(Fault::LogChanged);
        }
        for (stream, head) in streams {
            let Some(Head { sequence, hash }) = *head else { continue };
            followed.insert(stream.clone(), Followed { sequence: sequence.0, hash });
        }
        Ok(())
    }

    /// What the keys of files follow from that the agent sends in a session: the same file sent again, because it broke off, is
    /// the same chunks. It is random, and stands in the vault alone.
    ///
    /// # Errors
    /// [`Fault::NoRandomness`].
    pub fn file_secret(&mut self, session: &Hash) -> Result<Zeroizing<[u8; 32]>, Fault> {
        let course = self.courses.entry(*session).or_default();
        let mut secret = Zeroizing::new([0; 32]);
        match &course.files {
            Some(FileSecret(digits)) => {
                hex::decode_to_slice(digits, secret.as_mut_slice()).map_err(|_| Fault::VaultDamaged)?;
            }
            None => {
                getrandom::fill(secret.as_mut_slice()).map_err(|_| Fault::NoRandomness)?;
                course.files = Some(FileSecret(hex::encode(*secret)));
            }
        }
        Ok(secret)
    }

    /// What a statement that was taken in is to the agent.
    #[must_use]
    pub fn reading(&self, statement: &Statement) -> Reading {
        let StreamId::Session(session) = &statement.stream else { return Reading::Clear };
        let course = self.courses.get(session);
        if let Some(code) = course.and_then(|course| course.unreadable.get(&statement.hash)) {
            return Reading::Unreadable(*code);
        }
        let Some(seal) = &statement.seal else { return Reading::Clear };
        let text = self.text(statement, seal);
        let opened = text.and_then(|text| Opened::from_text(statement.kind, text.as_bytes()).ok());
        opened.map_or(Reading::Shut, |opened| Reading::Opened(Box::new(opened)))
    }

    /// Notes that what was opened breaks a rule: from here on it counts as unreadable.
    pub fn refuse(&mut self, session: &Hash, statement: &Hash, code: Code) {
        self.courses.entry(*session).or_default().unreadable.entry(*statement).or_insert(code);
    }

    /// What the agent could not read and has not said so about, the statements in no order.
    #[must_use]
    pub fn untold(&self, session: &Hash) -> Vec<(Hash, Code)> {
        let Some(course) = self.courses.get(session) else { return Vec::new() };
        let untold = course.unreadable.iter().filter(|(statement, _)| !course.told.contains(statement));
        untold.map(|(statement, code)| (*statement, *code)).collect()
    }

    /// What it takes to make the group of a session the one that it has to be.
    ///
    /// `wanted` are those who have to be in it, `ended` those of its members whose keys count no more.
    #[must_use]
    pub fn regrouping(
        &self,
        key: &SecretKey,
        session: &Session,
        wanted: &BTreeSet<AgentUri>,
        ended: &BTreeSet<AgentUri>,
    ) -> Regrouping {
        let agent = self.vault.agent();
        let before = session.channel();
        let epoch = before.map_or(1, |channel| channel.epoch.saturating_add(1));
        let stays = |(member, _): &(&AgentUri, &KeyId)| wanted.contains(*member) && !ended.contains(*member);
        let members = before.into_iter().flat_map(|channel| channel.members.iter());
        let founds = !self.can_seal(key, session);
        let stay: BTreeMap<AgentUri, KeyId> = members
            .clone()
            .filter(|member| !founds && stays(member))
            .map(|(member, key)| (member.clone(), *key))
            .collect();
        let remove =
            members.map(|(member, _)| member).filter(|member| !founds && !stay.contains_key(*member));
        let remove = remove.cloned().collect();
        let others = wanted.iter().filter(|member| *member != agent && !stay.contains_key(*member));
        Regrouping { packages_of: others.cloned().collect(), stay, remove, founds, epoch }
    }

    /// The group statement that makes it so, with a key package of each who is to be taken in. It waits for the log: once it is
    /// taken in there it counts, and another's that comes first takes its place.
    ///
    /// # Errors
    /// [`Fault::WrongMembers`] where key packages are missing, and what a vault says.
    pub fn regroup(
        &mut self,
        key: &SecretKey,
        session: &Hash,
        how: &Regrouping,
        packages: &[KeyPackage],
    ) -> Result<Body, Fault> {
        let given: BTreeSet<&AgentUri> = packages.iter().map(KeyPackage::agent).collect();
        if !given.iter().copied().eq(&how.packages_of) {
            return Err(Fault::WrongMembers);
        }
        self.vault.drop_pending(session)?;
        let Change { commit, welcome, members } = if how.founds {
            self.vault.found(key, session, how.epoch, packages)?
        } else {
            let plan = Plan { remove: &how.remove, add: packages, new_key: None };
            self.vault.change(key, session, how.epoch, &plan)?
        };
        let taken_in: BTreeMap<&AgentUri, Hash> =
            packages.iter().map(|package| (package.agent(), *package.hash())).collect();
        let member = |(agent, key): (AgentUri, KeyId)| {
            let package = taken_in.get(&agent).copied();
            GroupMember { agent, key, package }
        };
        let opaque = |bytes: Option<Vec<u8>>| bytes.map(Opaque::new).transpose().map_err(|_| Fault::TooLarge);
        let group = Group {
            commit: opaque(commit)?,
            epoch: how.epoch,
            members: members.into_iter().map(member).collect(),
            welcome: opaque(welcome)?,
        };
        self.courses.entry(*session).or_default().pending = Some(named(&group));
        Ok(Body::Inform(Inform::Group(group)))
    }

    /// Forgets a group statement that the log has not taken in and will not.
    ///
    /// # Errors
    /// [`Fault::VaultDamaged`].
    pub fn drop_pending(&mut self, session: &Hash) -> Result<(), Fault> {
        self.vault.drop_pending(session)
    }

    /// Whether something can be sealed for the group of a session as it stands.
    #[must_use]
    pub fn can_seal(&self, key: &SecretKey, session: &Session) -> bool {
        let (id, members) = (session.id(), self.vault.members(&session.id()));
        let known = members.and_then(|members| members.get(self.vault.agent())) == Some(&key.id());
        let same = |channel: &Channel| {
            self.vault.epoch(&id) == Some(channel.epoch) && members == Some(&channel.members)
        };
        known && session.channel().is_some_and(same)
    }

    /// What is to be signed in place of this body after `head`: its outline, and a seal where that does not say all.
    ///
    /// Packages have to be [`salted`].
    ///
    /// # Errors
    /// [`Fault::TooLarge`] and what a vault says; [`Fault::Malformed`] for a package without a salt.
    pub fn seal(
        &mut self,
        key: &SecretKey,
        session: &Session,
        head: Head,
        body: Body,
    ) -> Result<(Body, Option<Seal>), Fault> {
        let shown = outline(&body, session.mode());
        if shown == body {
            return Ok((body, None));
        }
        if body.packages_offered().into_iter().any(|(_, package)| package.salt.is_none()) {
            return Err(Fault::Malformed);
        }
        let epoch = session.channel().map(|channel| channel.epoch).ok_or(Fault::NotAMember)?;
        let opened = Opened { body, salt: Salt(random()?) };
        let padded = Zeroizing::new(opened.padded().map_err(|_| Fault::TooLarge)?);
        let id = session.id();
        let at = place(&id, head.sequence.next(), &head.hash);
        let content = self.vault.seal(key, &id, epoch, &at, &padded)?;
        self.keep(own_text(&opened.commitment(), &at), &opened);
        let content = Opaque::new(content).map_err(|_| Fault::TooLarge)?;
        Ok((shown, Some(Seal { commitment: opened.commitment(), content, epoch })))
    }
}

/// What the owner's own text is kept under.
fn own_text(commitment: &Hash, at: &[u8]) -> Hash {
    Hash::of(&[b"asp/1.0/own-text\n", commitment.as_bytes(), at])
}

/// What a change of a group is known by while it waits for the log.
fn named(group: &Group) -> Hash {
    Hash::of(&[&draft::canonical(group)])
}

/// Whether a statement is signed over by this key's owner in the name that the group knows; another device of the same agent
/// signs with the same key, and has made a change that is not here.
fn said_with(said: &Statement, key: &SecretKey) -> bool {
    matches!(&said.body, Body::Inform(Inform::Group(group)) if group.members.iter().any(|member| member.key == key.id()))
}

/// The same body with a salt in every package that has none, so that the hash of its terms tells nothing of them.
///
/// # Errors
/// [`Fault::NoRandomness`].
pub fn salted(mut body: Body) -> Result<Body, Fault> {
    let packages = if let Body::Propose(Propose::Amendment(change)) = &mut body {
        std::slice::from_mut(&mut change.package)
    } else if let Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) =
        &mut body
    {
        offer.packages.as_mut_slice()
    } else {
        return Ok(body);
    };
    for package in packages {
        if package.salt.is_none() && package.hidden.is_none() {
            package.salt = Some(Nonce(random()?));
        }
    }
    Ok(body)
}

fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Fault::NoRandomness)?;
    Ok(bytes)
}
