//! One MLS group of a session: its secrets, its members, and each step that it takes.
//! Works on a copy of what is stored, so that a step which fails changes nothing.

use std::collections::BTreeMap;
use std::fmt;

use asp_core::key::{KeyId, SecretKey};
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use openmls::prelude::{
    AddProposal, CommitMessageBundle, ContentType, GroupId, KeyPackageRef, LeafNodeIndex, MlsGroup,
    NewSignerBundle, PrivateMessageIn, ProcessMessageError, ProcessedMessageContent, Proposal, StagedCommit,
    StagedWelcome, Welcome,
};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::storage::StorageProvider as _;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::package::{self, KeyPackage, OwnPackage};
use crate::store::Store;
use crate::suite::{self, Provider, SUITE, Signing};
use crate::vault::{CONTENT_BYTES_MAX, Change, Followed, HANDSHAKE_BYTES_MAX, Plan};

/// A group at one epoch.
pub(crate) struct Group {
    id: GroupId,
    /// The epoch of the session at which it was founded: its own first.
    pub(crate) founded: u64,
    /// The epoch of the session that it is in.
    pub(crate) epoch: u64,
    pub(crate) members: BTreeMap<AgentUri, KeyId>,
    pub(crate) store: Store,
    /// What `store` has, read. Reading takes longer than most steps.
    live: Option<Box<MlsGroup>>,
}

impl Group {
    /// A group that was kept.
    pub(crate) fn kept(
        session: &Hash,
        founded: u64,
        epoch: u64,
        members: BTreeMap<AgentUri, KeyId>,
        store: Store,
    ) -> Self {
        Self { id: suite::group_id(session, founded), founded, epoch, members, store, live: None }
    }

    /// A new group of its founder and those who are added. Gives what they are to join with, if there are any.
    pub(crate) fn found(
        crypto: &RustCrypto,
        agent: &AgentUri,
        key: &SecretKey,
        (session, epoch): (&Hash, u64),
        add: &[KeyPackage],
    ) -> Result<(Self, Option<Vec<u8>>), Fault> {
        let signing = Signing::new(key)?;
        let id = suite::group_id(session, epoch);
        let store = Store::default();
        let provider = Provider { crypto, storage: store.storage() };
        let mut mls = MlsGroup::new_with_group_id(
            &provider,
            &signing,
            &suite::create_config(),
            id.clone(),
            signing.credential(agent),
        )
        .map_err(|_| Fault::CannotCommit)?;
        let alone = BTreeMap::from([(agent.clone(), key.id())]);
        let plan = Plan { add, ..Plan::default() };
        expected(&alone, agent, &plan)?;
        // Nobody else is there to follow this commit: it is not sent, and MLS counts from 1 as the session does.
        let (_, welcome, _) = commit(&mut mls, &provider, agent, &signing, &plan)?.into_messages();
        mls.merge_pending_commit(&provider).map_err(|_| Fault::CannotCommit)?;
        let members = suite::roster(mls.members())?;
        let welcome = welcome.map(|welcome| bounded(&welcome)).transpose()?;
        let live = Some(Box::new(mls));
        Ok((Self { id, founded: epoch, epoch, members, store, live }, welcome))
    }

    /// The group that a Welcome for this key package invites to.
    ///
    /// It has to be one of this session at this epoch, by a member of this name, with exactly these members.
    pub(crate) fn join(
        crypto: &RustCrypto,
        (session, epoch): (&Hash, u64),
        (by, welcome): (&AgentUri, Welcome),
        (reference, package): (&KeyPackageRef, &OwnPackage),
        members: &BTreeMap<AgentUri, KeyId>,
    ) -> Result<Self, Fault> {
        let store = package.store.copy();
        let provider = Provider { crypto, storage: store.storage() };
        let staged = StagedWelcome::build_from_welcome(&provider, &suite::join_config(), welcome)
            .map_err(|_| Fault::CannotOpen)?;
        let id = staged.processed_welcome().unverified_group_info().group_id().clone();
        let founded = suite::founded(session, &id).ok_or(Fault::WrongGroup)?;
        let own = staged.processed_welcome().own_key_package().map(|package| package.leaf_node().clone());
        let staged = staged.build().map_err(|_| Fault::CannotOpen)?;
        let context = staged.group_context();
        if Some(context.epoch().as_u64()) != mls_epoch(founded, epoch) {
            return Err(Fault::WrongEpoch);
        }
        if context.ciphersuite() != SUITE || context.extensions().iter().next().is_some() {
            return Err(Fault::Malformed);
        }
        let sender = staged.welcome_sender().map_err(|_| Fault::WrongSender)?;
        if suite::agent(sender.credential()).as_ref() != Some(by) {
            return Err(Fault::WrongSender);
        }
        // RFC 9420 §12.4.3.1: the own leaf is that of the key package, and no older one with the same key.
        if staged.own_leaf_node() != own.as_ref() || suite::roster(staged.members())? != *members {
            return Err(Fault::WrongMembers);
        }
        let mls = staged.into_group(&provider).map_err(|_| Fault::CannotOpen)?;
        // One that may be used again would stay with the group otherwise.
        store.storage().delete_key_package(reference).map_err(|_| Fault::VaultDamaged)?;
        let live = Some(Box::new(mls));
        Ok(Self { id, founded, epoch, members: members.clone(), store, live })
    }

    /// Prepares the commit that leads to the next epoch.
    pub(crate) fn change(
        &mut self,
        crypto: &RustCrypto,
        agent: &AgentUri,
        key: &SecretKey,
        plan: &Plan<'_>,
    ) -> Result<Change, Fault> {
        let signing = self.signing(agent, key)?;
        let members = expected(&self.members, agent, plan)?;
        let (commit, welcome) = self.attempt(crypto, |mls, provider| {
            if mls.pending_commit().is_some() {
                return Err(Fault::ChangePending);
            }
            let (commit, welcome, _) = commit(mls, provider, agent, &signing, plan)?.into_messages();
            Ok((bounded(&commit)?, welcome.map(|welcome| bounded(&welcome)).transpose()?))
        })?;
        Ok(Change { commit: Some(commit), welcome, members })
    }

    /// Whether an own commit waits.
    pub(crate) fn is_pending(&mut self, crypto: &RustCrypto) -> Result<bool, Fault> {
        self.attempt(crypto, |mls, _| Ok(mls.pending_commit().is_some()))
    }

    /// Takes the own commit that waits.
    pub(crate) fn settle(&mut self, crypto: &RustCrypto) -> Result<(), Fault> {
        let members = self.attempt(crypto, |mls, provider| {
            if mls.pending_commit().is_none() {
                return Err(Fault::NothingPending);
            }
            mls.merge_pending_commit(provider).map_err(|_| Fault::CommitInvalid)?;
            suite::roster(mls.members())
        })?;
        self.members = members;
        self.epoch = self.epoch.saturating_add(1);
        Ok(())
    }

    /// Lets go of the own commit that waits, if one does.
    pub(crate) fn drop_pending(&mut self, crypto: &RustCrypto) -> Result<(), Fault> {
        self.attempt(crypto, |mls, provider| {
            mls.clear_pending_commit(provider.storage).map_err(|_| Fault::VaultDamaged)
        })
    }

    /// Follows the commit of another member, which has to lead to exactly these members.
    pub(crate) fn follow(
        &mut self,
        crypto: &RustCrypto,
        by: &AgentUri,
        bytes: &[u8],
        members: &BTreeMap<AgentUri, KeyId>,
    ) -> Result<Followed, Fault> {
        let message = self.read(bytes, HANDSHAKE_BYTES_MAX, ContentType::Commit)?;
        let followed = self.attempt(crypto, |mls, provider| {
            let ProcessedMessageContent::StagedCommitMessage(staged) = process(mls, provider, by, message)?
            else {
                return Err(Fault::CommitInvalid);
            };
            if !is_lawful(crypto, &staged) {
                return Err(Fault::CommitInvalid);
            }
            let followed = if staged.self_removed() { Followed::Removed } else { Followed::Member };
            mls.merge_staged_commit(provider, *staged).map_err(|_| Fault::CommitInvalid)?;
            if suite::roster(mls.members())? != *members {
                return Err(Fault::WrongMembers);
            }
            Ok(followed)
        })?;
        self.members.clone_from(members);
        self.epoch = self.epoch.saturating_add(1);
        Ok(followed)
    }

    /// Seals a text for this place.
    pub(crate) fn seal(
        &mut self,
        crypto: &RustCrypto,
        agent: &AgentUri,
        key: &SecretKey,
        place: &[u8],
        text: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let signing = self.signing(agent, key)?;
        self.attempt(crypto, |mls, provider| {
            mls.set_aad(place.to_vec());
            let message = mls.create_message(provider, &signing, text).map_err(|_| Fault::CannotCommit)?;
            message.to_bytes().map_err(|_| Fault::CannotCommit)
        })
    }

    /// Opens what this member has sealed for this place.
    pub(crate) fn open(
        &mut self,
        crypto: &RustCrypto,
        by: &AgentUri,
        place: &[u8],
        bytes: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let message = self.read(bytes, CONTENT_BYTES_MAX, ContentType::Application)?;
        if message.aad() != place {
            return Err(Fault::WrongPlace);
        }
        self.attempt(crypto, |mls, provider| {
            let ProcessedMessageContent::ApplicationMessage(text) = process(mls, provider, by, message)?
            else {
                return Err(Fault::CannotOpen);
            };
            Ok(Zeroizing::new(text.into_bytes()))
        })
    }

    /// The key, if it is the one of the own leaf.
    fn signing<'a>(&self, agent: &AgentUri, key: &'a SecretKey) -> Result<Signing<'a>, Fault> {
        let signing = Signing::new(key)?;
        if self.members.get(agent) == Some(&key.id()) { Ok(signing) } else { Err(Fault::WrongKey) }
    }

    /// Reads a message of this group at this epoch.
    fn read(&self, bytes: &[u8], bytes_max: usize, kind: ContentType) -> Result<PrivateMessageIn, Fault> {
        let message = suite::read_private(bytes, bytes_max)?;
        if *message.group_id() != self.id {
            return Err(Fault::WrongGroup);
        }
        if Some(message.epoch().as_u64()) != mls_epoch(self.founded, self.epoch) {
            return Err(Fault::WrongEpoch);
        }
        if message.content_type() == kind { Ok(message) } else { Err(Fault::Malformed) }
    }

    /// Takes a step on a copy. What was before is let go of, and wiped, only when the step has succeeded.
    fn attempt<T>(
        &mut self,
        crypto: &RustCrypto,
        step: impl FnOnce(&mut MlsGroup, &Provider<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let store = self.store.copy();
        let mut mls = match self.live.take() {
            Some(mls) => mls,
            None => Box::new(self.load(&store)?),
        };
        let result = step(&mut mls, &Provider { crypto, storage: store.storage() })?;
        self.store = store;
        self.live = Some(mls);
        Ok(result)
    }

    fn load(&self, store: &Store) -> Result<MlsGroup, Fault> {
        let loaded = MlsGroup::load(store.storage(), &self.id);
        let mls = loaded.ok().flatten().ok_or(Fault::VaultDamaged)?;
        let is_whole =
            Some(mls.epoch().as_u64()) == mls_epoch(self.founded, self.epoch) && mls.ciphersuite() == SUITE;
        if is_whole { Ok(mls) } else { Err(Fault::VaultDamaged) }
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Group({} since {}, {:?})", self.epoch, self.founded, self.members)
    }
}

/// The epoch as MLS counts it: 0 is that of the founder alone, which the session does not see.
fn mls_epoch(founded: u64, epoch: u64) -> Option<u64> {
    epoch.checked_sub(founded)?.checked_add(1)
}

/// The bytes of a message that others will take.
fn bounded(message: &openmls::prelude::MlsMessageOut) -> Result<Vec<u8>, Fault> {
    let bytes = message.to_bytes().map_err(|_| Fault::CannotCommit)?;
    if bytes.len() > HANDSHAKE_BYTES_MAX { Err(Fault::TooLarge) } else { Ok(bytes) }
}

/// The members that a change leads to. Nobody removes itself or who is not there, and adds nobody twice.
fn expected(
    members: &BTreeMap<AgentUri, KeyId>,
    agent: &AgentUri,
    plan: &Plan<'_>,
) -> Result<BTreeMap<AgentUri, KeyId>, Fault> {
    let mut members = members.clone();
    for removed in plan.remove {
        if removed == agent || members.remove(removed).is_none() {
            return Err(Fault::WrongMembers);
        }
    }
    for added in plan.add {
        if members.insert(added.agent().clone(), *added.key()).is_some() {
            return Err(Fault::WrongMembers);
        }
    }
    if let Some(key) = plan.new_key {
        members.insert(agent.clone(), key.id());
    }
    Ok(members)
}

/// Makes a commit, which always has new keys of who commits, so that what was stolen before is of no use after it.
fn commit(
    mls: &mut MlsGroup,
    provider: &Provider<'_>,
    agent: &AgentUri,
    signing: &Signing<'_>,
    plan: &Plan<'_>,
) -> Result<CommitMessageBundle, Fault> {
    let is_removed = |of: Option<AgentUri>| of.is_some_and(|of| plan.remove.contains(&of));
    let removed: Vec<LeafNodeIndex> = mls
        .members()
        .filter(|member| is_removed(suite::agent(&member.credential)))
        .map(|member| member.index)
        .collect();
    let builder = mls
        .commit_builder()
        .consume_proposal_store(false)
        .force_self_update(true)
        .propose_removals(removed)
        .propose_adds(plan.add.iter().map(|added| added.package.clone()))
        .load_psks(provider.storage)
        .map_err(|_| Fault::CannotCommit)?;
    let crypto = provider.crypto;
    let built = match plan.new_key {
        None => builder.build(crypto, crypto, signing, |_| true),
        Some(key) => {
            let signer = Signing::new(key)?;
            let credential_with_key = signer.credential(agent);
            let new = NewSignerBundle { signer: &signer, credential_with_key };
            builder.build_with_new_signer(crypto, crypto, signing, new, |_| true)
        }
    };
    let built = built.map_err(|_| Fault::CannotCommit)?;
    built.stage_commit(provider).map_err(|_| Fault::CannotCommit)
}

/// Decrypts a message, verifies it, and holds its sender against who stated it.
fn process(
    mls: &mut MlsGroup,
    provider: &Provider<'_>,
    by: &AgentUri,
    message: PrivateMessageIn,
) -> Result<ProcessedMessageContent, Fault> {
    let processed = mls.process_message(provider, message).map_err(|error| {
        let is_lawless = matches!(error, ProcessMessageError::InvalidCommit(_));
        if is_lawless { Fault::CommitInvalid } else { Fault::CannotOpen }
    })?;
    if matches!(processed.content(), ProcessedMessageContent::OwnPrivateMessage) {
        return Err(Fault::OwnContent);
    }
    if suite::agent(processed.credential()).as_ref() != Some(by) {
        return Err(Fault::WrongSender);
    }
    Ok(processed.into_content())
}

/// Whether a commit does no more than to add, to remove and to renew the keys of its maker, which it always does.
///
/// Keys of the nodes above a leaf need no look: whoever is below the other child has derived them (RFC 9420 §7.9).
fn is_lawful(crypto: &RustCrypto, staged: &StagedCommit) -> bool {
    let is_known = |proposal: &Proposal| {
        let is_usable = |added: &AddProposal| package::is_usable(crypto, added.key_package());
        matches!(proposal, Proposal::Remove(_))
            || matches!(proposal, Proposal::Add(added) if is_usable(added))
    };
    staged.update_path_leaf_node().is_some_and(|leaf| suite::is_leaf_plain(crypto, leaf))
        && staged.queued_proposals().all(|queued| is_known(queued.proposal()))
}
