//! The group of a session that the node cannot read: who can open what is said from which statement on.
//!
//! The node keeps order among outlines by the same table. It never sees inside a seal: whether what is there is what was
//! signed, and whether the rules that read terms hold of it, is judged by the members with [`Session::judge_opened`].

use std::collections::{BTreeMap, BTreeSet};

use super::guard::Case;
use super::table::Guard;
use super::{Facts, Session};
use crate::agent::Agent;
use crate::consent::{Consent, Standing};
use crate::key::{Algorithm, KeyId};
use crate::limits;
use crate::name::{AgentUri, Domain};
use crate::position::{Hash, LogPoint};
use crate::rejection::{Code, Rejection};
use crate::seal::outline;
use crate::statement::body::{Body, Group, GroupMember, Inform, Mode, Package};
use crate::statement::{Kind, Statement};

/// Who can open what is sealed in a session, as its last group statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The number of that statement among those of its kind: from 1 on.
    pub epoch: u64,
    /// The statement.
    pub statement: Hash,
    /// Where it stands in the log.
    pub at: LogPoint,
    /// The members, with the key by which each is in.
    pub members: BTreeMap<AgentUri, KeyId>,
}

/// What was said not to be readable, and by whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unread {
    /// The statements that could not be read, each with who said so.
    named: BTreeSet<(Hash, AgentUri)>,
    /// The statements that say so.
    saying: BTreeSet<Hash>,
}

impl Unread {
    fn is_said_of(&self, statement: &Hash) -> bool {
        self.named.iter().any(|(named, _)| named == statement)
    }
}

/// What a group is judged by, at one point of the log.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The point.
    pub at: LogPoint,
    /// The consents that the session names.
    pub consents: &'a [&'a Consent],
    /// Those that newcomers and delegates rest on.
    pub further: &'a [&'a Consent],
    /// Those who take part, as far as they are known here.
    pub agents: &'a [&'a Agent],
}

impl<'a> Facts<'a> {
    fn grounds(&'a self) -> Grounds<'a> {
        Grounds { at: self.at, consents: &self.consents, further: &self.further, agents: &self.agents }
    }
}

impl Session {
    /// Who can read it.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Who can open what is sealed in it, once that was said.
    #[must_use]
    pub const fn channel(&self) -> Option<&Channel> {
        self.channel.as_ref()
    }

    /// Who takes part, and who may act for whom.
    #[must_use]
    pub fn party_names(&self) -> BTreeSet<&AgentUri> {
        let delegates = self.mandates.iter().map(|(_, given)| &given.mandate.to);
        self.participants.iter().map(|(agent, _)| agent).chain(delegates).collect()
    }

    /// Who is to be in the group of the session from a place of the log on: all who are in, and their delegates, but for
    /// those who have retired.
    #[must_use]
    pub fn group(&self, grounds: Grounds<'_>) -> BTreeSet<AgentUri> {
        let known = |agent: &AgentUri| grounds.agents.iter().find(|known| known.uri() == agent);
        let retired = |agent: &AgentUri| known(agent).is_some_and(|known| known.retired());
        let joined = self.participants.iter().filter(|(_, participant)| participant.joined);
        let all = joined.map(|(agent, _)| agent).chain(self.delegates_at(grounds.further, grounds.at));
        all.filter(|agent| !retired(agent)).cloned().collect()
    }

    /// Those of the group beside whom this agent may be: where consents have ended, not those who are on their other side.
    #[must_use]
    pub fn group_around(&self, agent: &AgentUri, grounds: Grounds<'_>) -> BTreeSet<AgentUri> {
        let home = agent.organisation();
        let ended = grounds.consents.iter().filter(|consent| self.is_over(consent, grounds.at));
        let ended: Vec<&&Consent> = ended.filter(|consent| consent.is_party(&home)).collect();
        let beside = |other: &AgentUri| {
            let theirs = other.organisation();
            theirs == home || !ended.iter().any(|consent| consent.is_party(&theirs))
        };
        self.group(grounds).into_iter().filter(beside).collect()
    }

    /// Whether the group is the one that it has to be, so that something can be sealed for it.
    #[must_use]
    pub fn is_sealable(&self, grounds: Grounds<'_>) -> bool {
        self.channel.as_ref().is_some_and(|channel| self.members_stand(&channel.members, grounds))
    }

    /// Everybody who has to be in is, each by a key that counts, and nobody to whom a consent was ended beside the other.
    fn members_stand(&self, members: &BTreeMap<AgentUri, KeyId>, grounds: Grounds<'_>) -> bool {
        let known = |agent: &AgentUri| grounds.agents.iter().find(|known| known.uri() == agent);
        let group = self.group(grounds);
        let names: BTreeSet<&AgentUri> = members.keys().collect();
        let ended: Vec<&&Consent> =
            grounds.consents.iter().filter(|consent| self.is_over(consent, grounds.at)).collect();
        let complete = if ended.is_empty() {
            names.iter().copied().eq(&group)
        } else {
            names.iter().all(|name| group.contains(*name))
        };
        let homes: BTreeSet<Domain> = names.iter().map(|name| name.organisation()).collect();
        let parted = |consent: &&&Consent| homes.iter().filter(|home| consent.is_party(home)).count() < 2;
        let counts = |(agent, key): (&AgentUri, &KeyId)| {
            known(agent).is_none_or(|known| known.keys().valid_at(key, grounds.at.index))
        };
        complete && ended.iter().all(parted) && members.iter().all(counts) // ASP-SEA-005
    }

    fn is_over(&self, consent: &Consent, at: LogPoint) -> bool {
        consent.standing(at.time) != Standing::Granted || self.fell_away(consent).is_some()
    }

    /// Judges what a member of the group found in a seal, by the rules that read it. `self` is the session as the members
    /// know it before the statement, which has its opened body.
    ///
    /// # Errors
    /// The rule that is broken: the member then says that it could not read this.
    pub fn judge_opened(&self, statement: &Statement, facts: &Facts<'_>) -> Result<(), Rejection> {
        let Kind::Session(performative) = statement.kind else {
            return Err(Code::UnknownType.at("/type"));
        };
        let actor = self.actor(statement, performative, facts.at.time)?;
        let case = Case { session: self, statement, performative, actor: &actor, at: facts.at };
        let row = case.row()?;
        // Nobody is bound by terms that nobody has shown.
        if statement.body.packages_offered().into_iter().any(|(_, package)| package.hidden.is_some()) {
            return Err(Code::InvalidTerms.at("/body").by("ASP-SEA-011"));
        }
        let reads = |guard: &&Guard| {
            matches!(
                guard,
                Guard::TermsValid | Guard::TermsFit | Guard::BelowCeiling | Guard::EvidenceMatches
            )
        };
        row.requires.iter().filter(reads).try_for_each(|guard| case.check(*guard, facts))?;
        // A result was agreed on with the terms: no consent is asked about it, nor is one here.
        let asks = row.requires.contains(&Guard::ConsentStands);
        if asks { case.data_flows(facts) } else { Ok(()) } // ASP-SEA-011
    }

    pub(super) fn regroup(&mut self, group: &Group, statement: Hash, at: LogPoint) {
        let members = group.members.iter().map(|member| (member.agent.clone(), member.key)).collect();
        self.channel = Some(Channel { epoch: group.epoch, statement, at, members });
    }

    pub(super) fn note_unread(&mut self, said: &Statement) {
        let named = said.in_reply_to.zip(said.issuer.agent().cloned());
        self.unread.named.extend(named);
        self.unread.saying.insert(said.hash);
    }
}

impl Case<'_> {
    /// What is said is as open as the session is, and what is sealed is for the group that has to read it.
    ///
    /// # Errors
    /// [`Code::InvalidField`], [`Code::ContentInClear`], [`Code::NotInGroup`] or [`Code::EpochStale`].
    pub(super) fn seal_fits(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let session = self.session;
        let seal = self.statement.seal.as_ref();
        let hides = |package: &Package| package.hidden.is_some() || package.salt.is_some();
        let hidden = || self.statement.body.packages_offered().into_iter().any(|(_, it)| hides(it));
        if session.mode == Mode::Open {
            return match seal {
                Some(_) => Err(Code::InvalidField.at("/seal").by("ASP-SEA-001")),
                // The key of a file is for a group to know.
                None if matches!(self.statement.body, Body::Inform(Inform::File(_))) => {
                    Err(Code::NotAllowed.at("/body").by("ASP-SEA-003"))
                }
                None if hidden() => Err(Code::InvalidTerms.at("/body").by("ASP-SEA-003")),
                None => Ok(()),
            };
        }
        // Who is in no group says in the clear what it says: the node, and an authority from outside.
        if self.agent().is_none() {
            return if seal.is_none() { Ok(()) } else { Err(Code::NotInGroup.at("/seal").by("ASP-SEA-004")) };
        }
        let begun = session.conditions.is_none();
        if begun && outline(&self.statement.body, session.mode) != self.statement.body {
            return Err(Code::ContentInClear.at("/body")); // ASP-SEA-003
        }
        let Some(seal) = seal else { return Ok(()) };
        let stale = || Code::EpochStale.at("/seal/epoch"); // ASP-SEA-005
        let channel = session.channel.as_ref().ok_or_else(stale)?;
        if !self.statement.issuer.agent().is_some_and(|agent| channel.members.contains_key(agent)) {
            return Err(Code::NotInGroup.at("/issuer")); // ASP-SEA-004
        }
        let current = channel.epoch == seal.epoch && session.members_stand(&channel.members, facts.grounds());
        if current { Ok(()) } else { Err(stale()) }
    }

    /// Who is let in later asks for no more closed session than this one.
    ///
    /// # Errors
    /// [`Code::ModeTooOpen`].
    pub(super) fn lets_in_fits(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let named = self.statement.body.consents_named();
        let consents = facts.further.iter().filter(|consent| named.contains(&&consent.id()));
        let fits = mode_fits(self.session.mode, consents, facts);
        if fits { Ok(()) } else { Err(Code::ModeTooOpen.at("/body")) } // ASP-SEA-002
    }

    /// The group that is named is the one that has to be, one step after the one before.
    pub(super) fn group_valid(&self, facts: &Facts<'_>) -> Result<(), Rejection> {
        let refused = |place: &'static str| Code::InvalidGroup.at(place); // ASP-SEA-006
        if !self.may_regroup(facts) {
            return Err(Code::MessageLimit.at("/type").by("ASP-SEA-006"));
        }
        let Body::Inform(Inform::Group(group)) = &self.statement.body else { return Err(refused("/body")) };
        let before = self.session.channel.as_ref();
        if group.epoch != before.map_or(1, |channel| channel.epoch.saturating_add(1)) {
            return Err(Code::EpochStale.at("/body/epoch").by("ASP-SEA-006"));
        }
        let speaker = self.statement.issuer.agent().ok_or_else(|| refused("/issuer"))?;
        let stays = |member: &GroupMember| {
            let was = before.and_then(|channel| channel.members.get(&member.agent));
            group.commit.is_some() && was == Some(&member.key)
        };
        // Who leads the members on is one of them, also where it brings a new key.
        let leads = group.commit.is_none() || before.is_some_and(|it| it.members.contains_key(speaker));
        if !leads || group.member(speaker).is_none_or(|own| own.package.is_some()) {
            return Err(refused("/issuer"));
        }
        let others = group.members.iter().filter(|member| member.agent != *speaker);
        let mut taken_in = 0_usize;
        for member in others {
            if stays(member) != member.package.is_none() {
                return Err(refused("/body/members"));
            }
            let Some(package) = &member.package else { continue };
            taken_in = taken_in.saturating_add(1);
            let known = facts.agents.iter().find(|known| *known.uri() == member.agent);
            if known.is_some_and(|known| !known.key_packages().contains(package)) {
                return Err(Code::UnknownKeyPackage.at("/body/members")); // ASP-SEA-007
            }
        }
        if group.members.iter().any(|member| member.key.algorithm() != Algorithm::Ed25519) {
            return Err(refused("/body/members"));
        }
        let members = group.members.iter().map(|member| (member.agent.clone(), member.key)).collect();
        let stands = self.session.members_stand(&members, facts.grounds());
        if stands && (taken_in > 0) == group.welcome.is_some() {
            Ok(())
        } else {
            Err(refused("/body/members"))
        }
    }

    /// Whether the group may be changed. It counts as no message, so that nobody is kept from sealing by a session that has
    /// none left; what bounds it is that there is a reason.
    fn may_regroup(&self, facts: &Facts<'_>) -> bool {
        let session = self.session;
        let Some(channel) = &session.channel else { return true };
        let most = session.limits.messages;
        if session.messages < most && channel.epoch < u64::from(most) {
            return true;
        }
        let speaker = self.statement.issuer.agent();
        let shut_out = speaker.is_none_or(|speaker| !channel.members.contains_key(speaker))
            || session.unread.is_said_of(&channel.statement);
        // Two who shut each other out by turns come to an end too.
        let turns_left = usize::try_from(channel.epoch).is_ok_and(|epoch| epoch < limits::MESSAGES_HARD_MAX);
        !session.is_sealable(facts.grounds()) || (shut_out && turns_left)
    }

    /// A statement is named, by an agent who has not said so of it; what says so is no statement to be read.
    pub(super) fn seal_named(&self) -> Result<(), Rejection> {
        let refused = |code: Code| Err(code.at("/inReplyTo").by("ASP-SEA-013"));
        let session = self.session;
        let named = self.statement.in_reply_to.filter(|named| session.said.contains(named));
        let Some((named, reader)) = named.zip(self.statement.issuer.agent()) else {
            return refused(Code::InvalidField);
        };
        if session.unread.saying.contains(&named) {
            return refused(Code::InvalidField);
        }
        if session.unread.named.contains(&(named, reader.clone())) {
            return refused(Code::NothingChanged);
        }
        Ok(())
    }
}

/// Whether a session is closed enough for these consents, and for the policies of all whom a statement lets in.
pub(super) fn mode_fits<'a>(
    mode: Mode,
    consents: impl Iterator<Item = &'a &'a Consent>,
    facts: &Facts<'_>,
) -> bool {
    let consents = consents.filter_map(|consent| consent.terms().mode);
    let policies = facts.modes.iter().map(|(_, floor)| *floor);
    consents.chain(policies).all(|floor| mode >= floor) // ASP-SEA-002
}
