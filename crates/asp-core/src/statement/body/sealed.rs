//! Bodies by which a channel that the node cannot read is kept: key packages, and who is in the group of a session.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Attachment, Text, True, bound, some};
use crate::key::KeyId;
use crate::limits;
use crate::name::AgentUri;
use crate::position::Hash;
use crate::rejection::{Code, Rejection};
use crate::seal::{Opaque, package_hash};

bodies! {
    /// `agent.keypackage.publish`: what others need to take the agent into a group, in addition to what it published before.
    struct KeyPackages {
        /// Key packages, each with the agent as credential and one of its keys as signature key.
        packages: Vec<PublishedPackage>,
    }
    /// A key package of an agent.
    struct PublishedPackage {
        /// A KeyPackage of MLS (RFC 9420 §10).
        content: Opaque,
        /// That it may be used more than once, when there is no other.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        last_resort: Option<True>,
    }
    /// INFORM, `group`: from here on these and nobody else can open what is sealed.
    struct Group {
        /// What leads the members of the group before it here (RFC 9420 §12.4); a new group is founded if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        commit: Option<Opaque>,
        /// Its number: one more than that of the group statement before it in the session, from 1 on.
        epoch: u64,
        /// Everybody who is in it, who says this included, ordered by name.
        members: Vec<GroupMember>,
        /// What lets those in who were added (RFC 9420 §12.4.3.1).
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        welcome: Option<Opaque>,
    }
    /// A member of the group of a session.
    struct GroupMember {
        /// Who.
        agent: AgentUri,
        /// By which of its keys.
        key: KeyId,
        /// The hash of the key package by which it is taken in here; none of who was in before, or founds the group.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        package: Option<Hash>,
    }
    /// What was sealed in a statement, shut anew for one key: who has that key can open it and prove that it is what was signed.
    struct Disclosure {
        /// The body and its salt, encrypted to the key (RFC 9180 §5.1.1).
        content: Opaque,
        /// The encapsulated key that goes with it.
        enc: Opaque,
        /// The statement in which it was sealed.
        statement: Hash,
        /// The key that opens it.
        to: KeyId,
    }
    /// INFORM, `file`: a file for the members of the group. Only in a seal; everybody else sees a note.
    struct FileNote {
        /// What names the file and opens it.
        file: Attachment,
        /// Words for people.
        text: Text,
    }
    /// INFORM, `unreadable`: the issuer could not read the statement that this replies to, so it has not answered it.
    struct Unreadable {
        /// The code of what is wrong with it.
        code: Code,
    }
}

impl PublishedPackage {
    /// The hash by which a group statement names it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        package_hash(self.content.bytes())
    }
}

impl KeyPackages {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        bound("/body/packages", self.packages.len(), 1..=limits::KEY_PACKAGES_PUBLISHED_MAX)?;
        let large =
            |package: &PublishedPackage| package.content.bytes().len() > limits::KEY_PACKAGE_BYTES_MAX;
        let hashes: BTreeSet<Hash> = self.packages.iter().map(PublishedPackage::hash).collect();
        let twice = hashes.len() < self.packages.len();
        if twice || self.packages.iter().any(large) {
            return Err(Code::InvalidBody.at("/body/packages"));
        }
        Ok(())
    }
}

impl Group {
    /// A member by name.
    #[must_use]
    pub fn member(&self, agent: &AgentUri) -> Option<&GroupMember> {
        self.members.iter().find(|member| member.agent == *agent)
    }

    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        bound("/body/members", self.members.len(), 1..=limits::GROUP_MEMBERS_MAX)?;
        // One order and nobody twice: the same group has one spelling.
        let ordered = self.members.is_sorted_by(|one, other| one.agent < other.agent);
        if ordered { Ok(()) } else { Err(Code::InvalidBody.at("/body/members")) }
    }
}
