//! The words of sessions that the node cannot read. Nothing is encrypted: to a node that keeps order among outlines all
//! content is alike.
//!
//! In a hybrid or sealed session that has begun an agent says the outline of what its line says, and seals the rest where
//! there is a group. Behind the line can stand another manner:
//!
//! ```text
//! … clear          the body as it is            … bare           the outline, and nothing sealed
//! … sealed         sealed, also what the outline shows in full   … sealed@3        in that epoch
//! … sealed:clear   the body as it is, and sealed
//! INFORM group buyer,seller [anew] [leading] [epoch 3] [keyed seller/name] [silent] [welcoming]
//!     and of its packages [of carrier] [named x] [unknown] [repacked] [unpacked] [packaged]
//! seller PUBLISH [32] [named=x] · seller KEY added|rotated NAME · seller RETIRE
//! ```

use std::collections::BTreeMap;

use asp_core::key::KeyId;
use asp_core::position::Hash;
use asp_core::seal::{Opaque, Opened, Salt, Seal, outline};
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::{
    Because, Group, GroupMember, KeyAdd, KeyPackages, KeyRotate, Mode, Nonce, PublishedPackage,
};

use super::Outcome;
use super::words::after;
use crate::finding::Finding;
use crate::stage::{Stage, text};
use crate::token::random;

/// What the kit knows of a session's group, and of key packages.
#[derive(Debug, Default)]
pub(crate) struct Sealing {
    /// Who can read the session that was opened last; everybody who takes part if none was.
    mode: Option<Mode>,
    /// The last group, by the names of its members.
    group: Option<(u64, BTreeMap<String, KeyId>)>,
    /// The key package that somebody published last.
    published: BTreeMap<String, Hash>,
    /// The key by which somebody was registered that has another now.
    first: BTreeMap<String, KeyId>,
}

/// How a line is said.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner {
    /// As everybody does.
    Usual,
    /// As it is.
    Clear,
    /// The outline alone.
    Bare,
    /// Sealed, in the epoch that is or in another.
    Sealed(Option<u64>),
    /// Sealed, over the body as it is.
    Both,
}

impl Manner {
    /// The words of a line without the manner in which it is said, and that.
    pub(super) fn of<'a, 'b>(words: &'a [&'b str]) -> Result<(&'a [&'b str], Self), Finding> {
        let Some((last, before)) = words.split_last() else { return Ok((words, Self::Usual)) };
        let manner = match *last {
            "clear" => Self::Clear,
            "bare" => Self::Bare,
            "sealed" => Self::Sealed(None),
            "sealed:clear" => Self::Both,
            last => match last.strip_prefix("sealed@") {
                Some(epoch) => Self::Sealed(Some(text(epoch)?)),
                None => return Ok((words, Self::Usual)),
            },
        };
        Ok((before, manner))
    }
}

/// `open`, `hybrid`, `sealed`
pub(super) fn mode(name: &str) -> Result<Mode, Finding> {
    serde_json::from_value(name.into()).map_err(|_| Finding::new("a case that can be read", name))
}

/// A key package with this content, which nobody can use.
pub(crate) fn key_package(content: &str) -> Result<PublishedPackage, Finding> {
    Ok(PublishedPackage { content: opaque(content.as_bytes().to_vec())?, last_resort: None })
}

fn opaque(bytes: Vec<u8>) -> Result<Opaque, Finding> {
    Opaque::new(bytes).map_err(|code| Finding::new("a case that can be read", code))
}

impl Stage {
    /// The mode of the session once it has begun; everybody reads it until then.
    fn closed(&self) -> Mode {
        match self.view.as_ref().map_or(State::Idle, |view| view.state) {
            State::Idle | State::Invited => Mode::Open,
            State::Introduced
            | State::Conversing
            | State::Agreeing
            | State::Executing
            | State::Escalated
            | State::Closed
            | State::Failed => self.sealing.mode.unwrap_or(Mode::Open),
        }
    }

    /// What keeps terms from being found by trying, where they are hidden.
    pub(super) fn salt(&self) -> Result<Option<Nonce>, Finding> {
        if self.closed() == Mode::Open { Ok(None) } else { self.nonce().map(Some) }
    }

    /// What everybody sees of a body, and what is sealed of it.
    pub(crate) fn sealed(&self, body: &Body, epoch: u64) -> Result<Seal, Finding> {
        let opened = Opened { body: body.clone(), salt: Salt(random()?) };
        let unsound = |refusal| Finding::new("a case that seals what can be sent", refusal);
        let content = opaque(opened.padded().map_err(unsound)?)?;
        Ok(Seal { commitment: opened.commitment(), content, epoch })
    }

    pub(super) fn shown(
        &self,
        who: &str,
        body: &Body,
        manner: Manner,
    ) -> Result<(Body, Option<Seal>), Finding> {
        let agent = !who.ends_with(".example") && who != "node";
        let outlined = if agent { outline(body, self.closed()) } else { body.clone() };
        let current = self.sealing.group.as_ref().map(|(epoch, _)| *epoch);
        let epoch = match manner {
            Manner::Usual => current.filter(|_| outlined != *body),
            Manner::Clear | Manner::Bare => None,
            Manner::Sealed(epoch) => epoch.or(current).or(Some(1)),
            Manner::Both => current.or(Some(1)),
        };
        let shown = if matches!(manner, Manner::Clear | Manner::Both) { body.clone() } else { outlined };
        Ok((shown, epoch.map(|epoch| self.sealed(body, epoch)).transpose()?))
    }

    /// Notes what a statement that was taken in says of who can read the session.
    pub(super) fn regroup(&mut self, body: &Body) -> Result<(), Finding> {
        use asp_core::statement::body::{Inform, Propose};
        if let Body::Propose(Propose::Invitation(invitation)) = body {
            (self.sealing.mode, self.sealing.group) = (Some(invitation.mode), None);
        }
        let Body::Inform(Inform::Group(group)) = body else { return Ok(()) };
        let mut members = BTreeMap::new();
        for name in crate::stage::CAST {
            let agent = self.uri(name)?;
            members.extend(group.member(&agent).map(|member| (name.to_owned(), member.key)));
        }
        self.sealing.group = Some((group.epoch, members));
        Ok(())
    }

    /// The group that the words name; whoever is taken in needs a package, see [`Stage::pack`].
    pub(super) fn group(&self, who: &str, words: &[&str]) -> Result<Group, Finding> {
        let names: Vec<&str> = words.first().unwrap_or(&"").split(',').collect();
        let last = self.sealing.group.as_ref();
        let before = last.filter(|_| !words.contains(&"anew"));
        let leads =
            words.contains(&"leading") || before.is_some_and(|(_, members)| members.contains_key(who));
        let before = before.filter(|_| leads);
        let mut members = Vec::new();
        for name in names {
            let key = self.member_key(name, after(words, "keyed"));
            let stays = before.and_then(|(_, members)| members.get(name)) == Some(&key);
            let own = name == who;
            let taken_in = own && words.contains(&"packaged")
                || !own && (!stays || words.contains(&"repacked")) && !words.contains(&"unpacked");
            let package = if taken_in { Some(self.package_of(name, words)?) } else { None };
            members.push(GroupMember { agent: self.uri(name)?, key, package });
        }
        members.sort_by(|one, other| one.agent.cmp(&other.agent));
        let taken_in = members.iter().any(|member| member.package.is_some());
        let welcomes = taken_in && !words.contains(&"silent") || words.contains(&"welcoming");
        let bytes = |there: bool, words: &str| there.then(|| opaque(words.as_bytes().to_vec())).transpose();
        let next = last.map_or(1, |(epoch, _)| epoch.saturating_add(1));
        Ok(Group {
            commit: bytes(leads, "a commit")?,
            epoch: after(words, "epoch").map_or(Ok(next), text)?,
            members,
            welcome: bytes(welcomes, "a welcome")?,
        })
    }

    /// The key by which somebody is in a group; `seller/other` names another, `seller/first` the one that it had.
    fn member_key(&self, name: &str, named: Option<&str>) -> KeyId {
        match named.and_then(|named| named.split_once('/')).filter(|(who, _)| *who == name) {
            Some((_, "first")) => self.sealing.first.get(name).copied(),
            Some((_, key)) => Some(self.key(key).id()),
            None => None,
        }
        .unwrap_or_else(|| self.key(name).id())
    }

    fn package_of(&self, name: &str, words: &[&str]) -> Result<Hash, Finding> {
        if words.contains(&"unknown") {
            return Ok(key_package("nobody's")?.hash());
        }
        if let Some(named) = after(words, "named") {
            return Ok(key_package(named)?.hash());
        }
        let of = after(words, "of").unwrap_or(name);
        self.sealing.published.get(of).copied().ok_or_else(|| Finding::new("a case that can be read", of))
    }

    /// Publishes a key package of everybody whom a group statement can take in and who has none.
    pub(super) async fn pack(&mut self, words: &[&str]) -> Result<(), Finding> {
        let ["INFORM", "group", names, more @ ..] = words else { return Ok(()) };
        for name in names.split(',').chain(after(more, "of")) {
            if !self.sealing.published.contains_key(name) {
                let outcome = self.publish(name, &[]).await?;
                if let Outcome::Refused(answer) = outcome {
                    return Err(self.refused_though_right(&answer));
                }
            }
        }
        Ok(())
    }

    /// Publishes key packages, so many or one.
    pub(super) async fn publish(&mut self, who: &str, words: &[&str]) -> Result<Outcome, Finding> {
        let named = words.iter().find_map(|word| word.strip_prefix("named="));
        let number: usize = words.first().and_then(|word| word.parse().ok()).unwrap_or(1);
        let mut packages = Vec::new();
        for _ in 0..number {
            let any = Hash::of(&[&random::<16>()?]).to_string();
            packages.push(key_package(named.unwrap_or(&any))?);
        }
        let last = packages.last().map(PublishedPackage::hash);
        let body = Body::AgentKeypackagePublish(KeyPackages { packages });
        let statement = self.by(who, self.agent_stream(who)?, body)?;
        let outcome = self.attempt(statement).await?;
        if matches!(outcome, Outcome::Moved) {
            self.sealing.published.extend(last.map(|last| (who.to_owned(), last)));
        }
        Ok(outcome)
    }

    /// `seller KEY added hardware`, `seller KEY rotated next`.
    pub(super) async fn change_key(&mut self, who: &str, what: &str, name: &str) -> Result<Outcome, Finding> {
        let (own, other) = (self.key(who), self.key(name));
        let body = if what == "rotated" {
            Body::AgentKeyRotate(KeyRotate { new_key: other.id(), old_key: own.id() })
        } else {
            Body::AgentKeyAdd(KeyAdd { key: other.id() })
        };
        let draft = self.draft(who, self.agent_stream(who)?, body)?;
        let statement = self.sign(&draft, &[who, name])?;
        let outcome = self.attempt(statement).await?;
        if matches!(outcome, Outcome::Moved) && what == "rotated" {
            self.sealing.first.insert(who.to_owned(), own.id());
            self.use_key(who, other);
        }
        Ok(outcome)
    }

    pub(super) async fn retire(&mut self, who: &str) -> Result<Outcome, Finding> {
        let body = Body::AgentRetire(Because { reason: text("no more")? });
        let statement = self.by(who, self.agent_stream(who)?, body)?;
        self.attempt(statement).await
    }
}
