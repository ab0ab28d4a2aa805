//! An agent: keys of its own and a card, admitted by its organisation. Knows no sessions.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::BTreeMap;

use crate::limits;
use crate::name::{AgentUri, Capability, Issuer};
use crate::org::Organisation;
use crate::position::{Hash, Head, LogPoint, Position};
use crate::rejection::{Code, Rejection};
use crate::statement::Verified;
use crate::statement::body::{Body, Card, CardCheck, Endorsement, KeyPackages, PublishedPackage, Text};
use crate::stream::{Accepted, KeyHistory, require_signatures};

/// The state of an `agent:` stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    uri: AgentUri,
    card: Card,
    card_set_by: Hash,
    card_since: Position,
    card_check: Option<CardCheck>,
    named_at: Position,
    keys: KeyHistory,
    retired: bool,
    /// The key packages that it published last, the oldest first.
    key_packages: Vec<Hash>,
    /// For whom it speaks, in what, and its words about that.
    endorsed: BTreeMap<(AgentUri, Option<Capability>), Option<Text>>,
    head: Head,
    registered: LogPoint,
}

impl Agent {
    /// Judges the statement that would open the stream: by the agent's key, admitted by its organisation's.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide_opening(
        uri: &AgentUri,
        verified: &Verified,
        org: Option<&Organisation>,
    ) -> Result<(), Rejection> {
        let Body::AgentRegister(register) = &verified.statement().body else {
            return Err(Code::UnknownStream.at("/stream").by("ASP-AGT-001"));
        };
        let org = org.ok_or_else(|| Code::UnknownOrganisation.at("/issuer"))?;
        if verified.statement().issuer != Issuer::Agent(uri.clone()) {
            return Err(Code::NotAParty.at("/issuer").by("ASP-AGT-001"));
        }
        require_signatures(verified, &[&register.key]).map_err(|refusal| refusal.by("ASP-AGT-001"))?;
        if verified.signatures().len() < 2 {
            return Err(Code::SignatureMissing.at("/signatures")); // ASP-AGT-002
        }
        org.keys().check_signers(verified, &[&register.key]).map_err(|refusal| refusal.by("ASP-AGT-002"))
    }

    /// The stream after its first statement; none if that is no registration.
    #[must_use]
    pub fn open(uri: &AgentUri, accepted: &Accepted) -> Option<Self> {
        let Body::AgentRegister(register) = &accepted.statement().body else { return None };
        let mut keys = KeyHistory::default();
        keys.add(register.key, accepted.at().index);
        Some(Self {
            uri: uri.clone(),
            card: register.card.clone(),
            card_set_by: accepted.statement().hash,
            card_since: accepted.at().index,
            card_check: None,
            named_at: accepted.at().index,
            keys,
            retired: false,
            key_packages: Vec::new(),
            endorsed: BTreeMap::new(),
            head: accepted.head(),
            registered: accepted.at(),
        })
    }

    /// Judges a further statement. Changes nothing.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide(
        &self,
        verified: &Verified,
        org: Option<&Organisation>,
        at: LogPoint,
    ) -> Result<(), Rejection> {
        let statement = verified.statement();
        if self.retired {
            return Err(Code::AgentRetired.at("/stream")); // ASP-AGT-003
        }
        if let (Issuer::Node(_), Body::AgentCardCheck(check)) = (&statement.issuer, &statement.body) {
            return self.decide_check(check);
        }
        let by_agent = statement.issuer == Issuer::Agent(self.uri.clone());
        let by_org = statement.issuer == Issuer::Organisation(self.uri.organisation());
        match &statement.body {
            Body::AgentRegister(_) => return Err(Code::AlreadyRegistered.at("/type").by("ASP-AGT-006")),
            Body::AgentCardSet(_)
            | Body::AgentKeyRotate(_)
            | Body::AgentEndorse(_)
            | Body::AgentEndorseWithdraw(_)
            | Body::AgentRate(_)
            | Body::AgentKeypackagePublish(_)
                if by_agent => {}
            // Whoever looks is not who is looked at.
            Body::AgentCardCheck(_) => return Err(Code::NotAParty.at("/issuer").by("ASP-AGT-011")),
            Body::AgentKeyAdd(_) | Body::AgentKeyRevoke(_) | Body::AgentRetire(_) if by_agent || by_org => {}
            Body::AgentCardSet(_)
            | Body::AgentKeyAdd(_)
            | Body::AgentKeyRotate(_)
            | Body::AgentKeyRevoke(_)
            | Body::AgentRetire(_)
            | Body::AgentEndorse(_)
            | Body::AgentEndorseWithdraw(_)
            | Body::AgentRate(_) => return Err(Code::NotAParty.at("/issuer")),
            Body::AgentKeypackagePublish(_) => return Err(Code::NotAParty.at("/issuer").by("ASP-SEA-012")),
            _ => return Err(Code::UnknownType.at("/type")),
        }
        if by_org {
            let org = org.ok_or_else(|| Code::UnknownOrganisation.at("/issuer"))?;
            let added = if let Body::AgentKeyAdd(add) = &statement.body { vec![&add.key] } else { vec![] };
            org.keys().check_signers(verified, &added)?;
        }
        match &statement.body {
            Body::AgentKeyAdd(add) => {
                let refused = |refusal: Rejection| refusal.by("ASP-AGT-008");
                self.keys.decide_add(&add.key).map_err(|code| refused(code.at("/body/key")))?;
                if by_agent {
                    self.keys.check_signers(verified, &[&add.key])?;
                }
                require_signatures(verified, &[&add.key]).map_err(refused)
            }
            Body::AgentKeyRotate(rotate) => self.keys.decide_rotate(verified, rotate, "ASP-AGT-004"),
            Body::AgentKeyRevoke(revoke) => {
                if by_agent {
                    self.keys.check_signers(verified, &[])?;
                }
                self.decide_revoke(revoke.key, revoke.from_index, at, by_org)
            }
            Body::AgentEndorse(endorsement) => {
                self.keys.check_signers(verified, &[])?;
                self.decide_endorsement(endorsement)
            }
            Body::AgentEndorseWithdraw(end) => {
                self.keys.check_signers(verified, &[])?;
                let stands = self.endorsed.contains_key(&(end.agent.clone(), end.capability.clone()));
                if stands { Ok(()) } else { Err(Code::NothingChanged.at("/body/agent").by("ASP-TRU-006")) }
            }
            Body::AgentKeypackagePublish(published) => {
                self.keys.check_signers(verified, &[])?;
                self.decide_packages(published)
            }
            _ if by_agent => self.keys.check_signers(verified, &[]),
            _ => Ok(()),
        }
    }

    fn decide_packages(&self, published: &KeyPackages) -> Result<(), Rejection> {
        let again = published.packages.iter().any(|package| self.key_packages.contains(&package.hash()));
        if again { Err(Code::NothingChanged.at("/body/packages").by("ASP-SEA-012")) } else { Ok(()) }
    }

    /// Whom an agent speaks for is of another organisation, and a page of names and no more (ASP-TRU-005).
    ///
    /// That there is such an agent is judged by who knows all of them.
    fn decide_endorsement(&self, endorsement: &Endorsement) -> Result<(), Rejection> {
        if endorsement.agent.organisation() == self.uri.organisation() {
            return Err(Code::InvalidBody.at("/body/agent").by("ASP-TRU-005"));
        }
        let key = (endorsement.agent.clone(), endorsement.capability.clone());
        match self.endorsed.get(&key) {
            Some(note) if *note == endorsement.note => {
                Err(Code::NothingChanged.at("/body").by("ASP-TRU-006"))
            }
            None if self.endorsed.len() >= limits::ENDORSEMENTS_MAX => {
                Err(Code::EndorsementLimit.at("/body").by("ASP-TRU-006"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The node looked for the card that the agent has pinned, and found otherwise than it has said.
    ///
    /// That it is the node that speaks has been judged by its signature.
    fn decide_check(&self, check: &CardCheck) -> Result<(), Rejection> {
        let refused = |pointer: &str| Err(Code::InvalidBody.at(pointer).by("ASP-AGT-012"));
        if self.pin() != Some(check.pin) {
            return refused("/body/pin");
        }
        if check.matches != (check.digest == Some(check.pin)) {
            return refused("/body/matches");
        }
        let repeats = self
            .card_check
            .as_ref()
            .is_some_and(|last| (last.matches, last.pin) == (check.matches, check.pin));
        if repeats { Err(Code::NothingChanged.at("/body/matches").by("ASP-AGT-013")) } else { Ok(()) }
    }

    /// An organisation may revoke the last key of its agent: that silences it.
    fn decide_revoke(
        &self,
        key: crate::key::KeyId,
        from: Option<Position>,
        at: LogPoint,
        by_org: bool,
    ) -> Result<(), Rejection> {
        match self.keys.decide_revoke(&key, from, at.index) {
            Err(Code::LastKey) if by_org => Ok(()), // ASP-AGT-005
            Err(Code::LastKey) => Err(Code::LastKey.at("/body/key").by("ASP-AGT-005")),
            other => other.map_err(|code| code.at("/body").by("ASP-AGT-007")),
        }
    }

    /// Total: what is passed in has been judged.
    pub fn apply(&mut self, accepted: &Accepted) {
        let index = accepted.at().index;
        match &accepted.statement().body {
            Body::AgentCardSet(set) => {
                if !set.card.says_as(&self.card) {
                    self.card_since = index;
                }
                if set.card.name != self.card.name {
                    self.named_at = index;
                }
                self.card = set.card.clone();
                self.card_set_by = accepted.statement().hash;
            }
            Body::AgentCardCheck(check) => self.card_check = Some(check.clone()),
            Body::AgentKeyAdd(add) => self.keys.add(add.key, index),
            Body::AgentKeyRotate(rotate) => {
                self.keys.retire(&rotate.old_key, index);
                self.keys.add(rotate.new_key, index);
            }
            Body::AgentKeyRevoke(revoke) => self.keys.revoke(&revoke.key, revoke.from_index, index),
            Body::AgentKeypackagePublish(published) => {
                self.key_packages.extend(published.packages.iter().map(PublishedPackage::hash));
                let surplus = self.key_packages.len().saturating_sub(limits::KEY_PACKAGES_KEPT_MAX);
                self.key_packages.drain(..surplus);
            }
            Body::AgentRetire(_) => self.retired = true,
            Body::AgentEndorse(endorsement) => {
                let Endorsement { agent, capability, note } = endorsement.clone();
                self.endorsed.insert((agent, capability), note);
            }
            Body::AgentEndorseWithdraw(end) => {
                self.endorsed.remove(&(end.agent.clone(), end.capability.clone()));
            }
            _ => {}
        }
        self.head = accepted.head();
    }

    /// Its name.
    #[must_use]
    pub const fn uri(&self) -> &AgentUri {
        &self.uri
    }

    /// What it shows of itself.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.card
    }

    /// The statement that set the card.
    #[must_use]
    pub const fn card_set_by(&self) -> Hash {
        self.card_set_by
    }

    /// Where in the log the card came to say what it says, availability aside.
    #[must_use]
    pub const fn card_since(&self) -> Position {
        self.card_since
    }

    /// The digest of the A2A card that it has pinned.
    #[must_use]
    pub fn pin(&self) -> Option<Hash> {
        self.card.a2a.as_ref().map(|pin| pin.digest)
    }

    /// What the node found of the present pin, as it said last; none while it has not looked, or without a pin.
    #[must_use]
    pub fn card_check(&self) -> Option<&CardCheck> {
        self.card_check.as_ref().filter(|check| self.pin() == Some(check.pin))
    }

    /// Where in the log it came to be called as it is.
    #[must_use]
    pub const fn named_at(&self) -> Position {
        self.named_at
    }

    /// Its keys.
    #[must_use]
    pub const fn keys(&self) -> &KeyHistory {
        &self.keys
    }

    /// The hashes of the key packages by which it can be taken into a group: those that it published last, the oldest first.
    #[must_use]
    pub fn key_packages(&self) -> &[Hash] {
        &self.key_packages
    }

    /// Whether it has ended.
    #[must_use]
    pub const fn retired(&self) -> bool {
        self.retired
    }

    /// The last statement.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// When it registered.
    #[must_use]
    pub const fn registered(&self) -> LogPoint {
        self.registered
    }
}
