//! The secret state of one agent for all its sealed sessions.
//!
//! A vault is to be saved after each call that changes it, before anything that the call gave is sent: what is sealed
//! twice from one state cannot be opened the second time, and a key that was saved is not gone.

use std::collections::BTreeMap;
use std::fmt;

use asp_core::key::{KeyId, SecretKey};
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use openmls::prelude::{KeyPackageRef, MlsMessageBodyIn, Welcome};
use openmls_rust_crypto::RustCrypto;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::group::Group;
use crate::package::{KeyPackage, MadePackage, OwnPackage};
use crate::saved;
use crate::suite::{self, SUITE};

/// Bytes of a sealed content, which are 65,536 characters of base64url.
pub const CONTENT_BYTES_MAX: usize = 49_152;

/// Bytes of a text that is sealed: the largest bucket. The rest of the content is MLS.
pub const TEXT_BYTES_MAX: usize = 45_056;

/// Bytes of a place: an origin of words and three numbers have less.
pub const PLACE_BYTES_MAX: usize = 1_024;

/// Bytes of a commit, and of a Welcome: both fit a statement.
pub const HANDSHAKE_BYTES_MAX: usize = 81_920;

/// Bytes of a vault: some thirty thousand sessions of two, six thousand of thirty-two.
pub const VAULT_BYTES_MAX: usize = 268_435_456;

/// Key packages made at once: a statement takes no more.
pub const PACKAGES_AT_ONCE_MAX: usize = 32;

/// Single-use key packages whose private parts are kept; of more the oldest are forgotten.
pub const PACKAGES_KEPT_MAX: usize = 256;

/// Last resorts that are kept: the one in use, and the one before it, with which a Welcome may be under way.
const LAST_RESORTS_KEPT_MAX: usize = 2;

/// What a change of a group does besides renewing the keys of who makes it. Nothing else, if it is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan<'a> {
    /// Who is removed; who is added again in the same change gets a new place.
    pub remove: &'a [AgentUri],
    /// Who is added.
    pub add: &'a [KeyPackage],
    /// The key with which the maker of the change signs from then on. The change itself is signed with the old one.
    pub new_key: Option<&'a SecretKey>,
}

/// A change that waits for the log: what the statement says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The commit for the members; absent of a founding.
    pub commit: Option<Vec<u8>>,
    /// What those who are added join with; absent if nobody is.
    pub welcome: Option<Vec<u8>>,
    /// The members of the new epoch.
    pub members: BTreeMap<AgentUri, KeyId>,
}

/// What a commit of another made of the owner of the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// A member as before.
    Member,
    /// Nobody: the secrets of the group are gone.
    Removed,
}

/// What a vault has of one session.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// The newest epoch that was reached; 0 if none was.
    pub(crate) epoch: u64,
    pub(crate) group: Option<Group>,
    /// A group that the owner founds, until the log has its statement.
    pub(crate) founding: Option<Group>,
}

/// One agent's secret state for all its sealed sessions.
///
/// A call that fails leaves the vault as it was. Epochs are those of the session: they count its group statements.
pub struct Vault {
    pub(crate) agent: AgentUri,
    /// By their age, the oldest first.
    pub(crate) packages: Vec<OwnPackage>,
    pub(crate) sessions: BTreeMap<Hash, Session>,
    crypto: RustCrypto,
}

impl Vault {
    /// The empty vault of an agent.
    #[must_use]
    pub fn new(agent: AgentUri) -> Self {
        Self { agent, packages: Vec::new(), sessions: BTreeMap::new(), crypto: RustCrypto::default() }
    }

    /// Reads what [`Vault::to_bytes`] gave.
    ///
    /// # Errors
    /// [`Fault::TooLarge`], [`Fault::VaultDamaged`], [`Fault::VaultVersionUnknown`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let (agent, packages, sessions) = saved::read(bytes)?;
        Ok(Self { agent, packages, sessions, crypto: RustCrypto::default() })
    }

    /// All of the vault, to be kept where only its owner can read. The same vault gives the same bytes.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] above [`VAULT_BYTES_MAX`].
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Fault> {
        saved::write(&self.agent, &self.packages, &self.sessions)
    }

    /// Whose it is.
    #[must_use]
    pub const fn agent(&self) -> &AgentUri {
        &self.agent
    }

    /// Makes `count` key packages for one use each and, if asked, one of last resort. Their private parts stay here.
    ///
    /// # Errors
    /// [`Fault::KeyUnsuited`]; [`Fault::TooLarge`] for more than [`PACKAGES_AT_ONCE_MAX`].
    pub fn make_packages(
        &mut self,
        key: &SecretKey,
        count: usize,
        last_resort: bool,
    ) -> Result<Vec<MadePackage>, Fault> {
        let kinds = std::iter::repeat_n(false, count).chain(last_resort.then_some(true));
        if count.saturating_add(usize::from(last_resort)) > PACKAGES_AT_ONCE_MAX {
            return Err(Fault::TooLarge);
        }
        let made: Vec<_> = kinds
            .map(|last_resort| OwnPackage::make(&self.crypto, &self.agent, key, last_resort))
            .collect::<Result<_, _>>()?;
        let (own, made): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        self.packages.extend(own);
        self.forget_packages(false, PACKAGES_KEPT_MAX);
        self.forget_packages(true, LAST_RESORTS_KEPT_MAX);
        Ok(made)
    }

    /// Whether any key packages are kept, of whatever key.
    #[must_use]
    pub const fn has_packages(&self) -> bool {
        !self.packages.is_empty()
    }

    /// How many key packages for one use are left that were made with this key.
    #[must_use]
    pub fn packages_left(&self, key: &KeyId) -> usize {
        self.packages.iter().filter(|package| !package.last_resort && package.key == *key).count()
    }

    /// Founds a group of this session at this epoch, newer than all before. It counts once it is settled.
    ///
    /// # Errors
    /// [`Fault::ChangePending`], [`Fault::WrongEpoch`], [`Fault::WrongMembers`] if somebody is added twice,
    /// [`Fault::KeyUnsuited`], [`Fault::TooLarge`], [`Fault::CannotCommit`].
    pub fn found(
        &mut self,
        key: &SecretKey,
        session: &Hash,
        epoch: u64,
        add: &[KeyPackage],
    ) -> Result<Change, Fault> {
        let known = self.sessions.get_mut(session);
        if epoch <= known.as_ref().map_or(0, |known| known.epoch) {
            return Err(Fault::WrongEpoch);
        }
        if let Some(known) = known
            && known.is_pending(&self.crypto)?
        {
            return Err(Fault::ChangePending);
        }
        let (group, welcome) = Group::found(&self.crypto, &self.agent, key, (session, epoch), add)?;
        let members = group.members.clone();
        self.sessions.entry(*session).or_default().founding = Some(group);
        Ok(Change { commit: None, welcome, members })
    }

    /// Prepares the change of the group that leads to this epoch, the next. It counts once it is settled.
    ///
    /// # Errors
    /// [`Fault::NotAMember`], [`Fault::ChangePending`], [`Fault::WrongEpoch`], [`Fault::WrongKey`],
    /// [`Fault::KeyUnsuited`], [`Fault::TooLarge`], [`Fault::CannotCommit`]; [`Fault::WrongMembers`] if somebody is
    /// removed who is not there or makes the change, or is added who is there.
    pub fn change(
        &mut self,
        key: &SecretKey,
        session: &Hash,
        epoch: u64,
        plan: &Plan<'_>,
    ) -> Result<Change, Fault> {
        let known = self.sessions.get_mut(session).ok_or(Fault::NotAMember)?;
        let group = known.group.as_mut().ok_or(Fault::NotAMember)?;
        if known.founding.is_some() {
            return Err(Fault::ChangePending);
        }
        if group.epoch.checked_add(1) != Some(epoch) {
            return Err(Fault::WrongEpoch);
        }
        group.change(&self.crypto, &self.agent, key, plan)
    }

    /// The log has taken the own change that leads to this epoch.
    ///
    /// # Errors
    /// [`Fault::NothingPending`], [`Fault::WrongEpoch`].
    pub fn settle(&mut self, session: &Hash, epoch: u64) -> Result<(), Fault> {
        let known = self.sessions.get_mut(session).ok_or(Fault::NothingPending)?;
        if let Some(founding) = &known.founding {
            if founding.epoch != epoch {
                return Err(Fault::WrongEpoch);
            }
            known.group = known.founding.take();
        } else {
            let group = known.group.as_mut().ok_or(Fault::NothingPending)?;
            if group.epoch.checked_add(1) != Some(epoch) {
                return Err(Fault::WrongEpoch);
            }
            group.settle(&self.crypto)?;
        }
        known.epoch = epoch;
        Ok(())
    }

    /// The log has refused the own change, or taken another before it. Nothing happens if there is none.
    ///
    /// # Errors
    /// [`Fault::VaultDamaged`].
    pub fn drop_pending(&mut self, session: &Hash) -> Result<(), Fault> {
        let Some(known) = self.sessions.get_mut(session) else { return Ok(()) };
        if let Some(group) = &mut known.group {
            group.drop_pending(&self.crypto)?;
        }
        known.founding = None;
        if known.epoch == 0 {
            self.sessions.remove(session);
        }
        Ok(())
    }

    /// Follows the commit of another member to this epoch, the next, and drops an own change that waits.
    ///
    /// It has to be by that member and to lead to exactly these members.
    ///
    /// # Errors
    /// [`Fault::NotAMember`], [`Fault::TooLarge`], [`Fault::Malformed`], [`Fault::WrongGroup`],
    /// [`Fault::WrongEpoch`], [`Fault::CannotOpen`], [`Fault::OwnContent`], [`Fault::WrongSender`],
    /// [`Fault::CommitInvalid`], [`Fault::WrongMembers`].
    pub fn follow(
        &mut self,
        session: &Hash,
        epoch: u64,
        by: &AgentUri,
        commit: &[u8],
        members: &BTreeMap<AgentUri, KeyId>,
    ) -> Result<Followed, Fault> {
        let known = self.sessions.get_mut(session).ok_or(Fault::NotAMember)?;
        let group = known.group.as_mut().ok_or(Fault::NotAMember)?;
        if group.epoch.checked_add(1) != Some(epoch) {
            return Err(Fault::WrongEpoch);
        }
        let followed = group.follow(&self.crypto, by, commit, members)?;
        if followed == Followed::Removed {
            known.group = None;
        }
        known.founding = None;
        known.epoch = epoch;
        Ok(followed)
    }

    /// Joins the group of a session with the Welcome that a member has made for this epoch, and leaves an older one.
    ///
    /// It has to be by that member, for a key package of this vault, and lead to exactly these members. A key package
    /// for one use is used up.
    ///
    /// # Errors
    /// [`Fault::WrongEpoch`], [`Fault::TooLarge`], [`Fault::Malformed`], [`Fault::PackageUnknown`],
    /// [`Fault::CannotOpen`], [`Fault::WrongGroup`], [`Fault::WrongSender`], [`Fault::WrongMembers`].
    pub fn join(
        &mut self,
        session: &Hash,
        epoch: u64,
        by: &AgentUri,
        welcome: &[u8],
        members: &BTreeMap<AgentUri, KeyId>,
    ) -> Result<(), Fault> {
        if self.sessions.get(session).is_some_and(|known| epoch <= known.epoch) {
            return Err(Fault::WrongEpoch);
        }
        let MlsMessageBodyIn::Welcome(welcome) = suite::read(welcome, HANDSHAKE_BYTES_MAX)? else {
            return Err(Fault::Malformed);
        };
        if welcome.ciphersuite() != SUITE {
            return Err(Fault::Malformed);
        }
        let (place, reference) = self.invited(&welcome).ok_or(Fault::PackageUnknown)?;
        let package = self.packages.get(place).ok_or(Fault::PackageUnknown)?;
        let (at, with) = ((session, epoch), (&reference, package));
        let group = Group::join(&self.crypto, at, (by, welcome), with, members)?;
        if !package.last_resort {
            self.packages.remove(place);
        }
        self.sessions.insert(*session, Session { epoch, group: Some(group), founding: None });
        Ok(())
    }

    /// Seals a text at this epoch, so that it opens in its place alone. The own vault cannot open it.
    ///
    /// # Errors
    /// [`Fault::NotAMember`], [`Fault::WrongEpoch`], [`Fault::WrongKey`], [`Fault::KeyUnsuited`],
    /// [`Fault::TooLarge`] above [`TEXT_BYTES_MAX`] and [`PLACE_BYTES_MAX`].
    pub fn seal(
        &mut self,
        key: &SecretKey,
        session: &Hash,
        epoch: u64,
        place: &[u8],
        text: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        if text.len() > TEXT_BYTES_MAX || place.len() > PLACE_BYTES_MAX {
            return Err(Fault::TooLarge);
        }
        let group = group_at(&mut self.sessions, session, epoch)?;
        group.seal(&self.crypto, &self.agent, key, place, text)
    }

    /// Opens what this member has sealed at this epoch for this place. It opens once.
    ///
    /// # Errors
    /// [`Fault::NotAMember`], [`Fault::WrongEpoch`], [`Fault::TooLarge`], [`Fault::Malformed`],
    /// [`Fault::WrongGroup`], [`Fault::WrongPlace`], [`Fault::CannotOpen`], [`Fault::OwnContent`],
    /// [`Fault::WrongSender`].
    pub fn open(
        &mut self,
        session: &Hash,
        epoch: u64,
        by: &AgentUri,
        place: &[u8],
        content: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        group_at(&mut self.sessions, session, epoch)?.open(&self.crypto, by, place, content)
    }

    /// The epoch of the group of a session; none if the owner is in none.
    #[must_use]
    pub fn epoch(&self, session: &Hash) -> Option<u64> {
        Some(self.sessions.get(session)?.group.as_ref()?.epoch)
    }

    /// Who the members are and by which keys; none if the owner is in no group of the session.
    #[must_use]
    pub fn members(&self, session: &Hash) -> Option<&BTreeMap<AgentUri, KeyId>> {
        Some(&self.sessions.get(session)?.group.as_ref()?.members)
    }

    /// Forgets all of a session that is over.
    pub fn forget(&mut self, session: &Hash) {
        self.sessions.remove(session);
    }

    /// Which of the own key packages a Welcome is for.
    fn invited(&self, welcome: &Welcome) -> Option<(usize, KeyPackageRef)> {
        welcome.secrets().iter().find_map(|secret| {
            let reference = secret.new_member();
            let is_own = |package: &OwnPackage| package.reference == reference.as_slice();
            Some((self.packages.iter().position(is_own)?, reference))
        })
    }

    /// Forgets the oldest of one kind, so that so many are left.
    fn forget_packages(&mut self, last_resort: bool, kept_max: usize) {
        let count = self.packages.iter().filter(|package| package.last_resort == last_resort).count();
        let mut surplus = count.saturating_sub(kept_max);
        self.packages.retain(|package| {
            let is_surplus = package.last_resort == last_resort && surplus > 0;
            surplus -= usize::from(is_surplus);
            !is_surplus
        });
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({}, {} packages, {:?})", self.agent, self.packages.len(), self.sessions)
    }
}

impl Session {
    /// Whether an own change waits.
    fn is_pending(&mut self, crypto: &RustCrypto) -> Result<bool, Fault> {
        match (&self.founding, &mut self.group) {
            (Some(_), _) => Ok(true),
            (None, Some(group)) => group.is_pending(crypto),
            (None, None) => Ok(false),
        }
    }
}

/// The group of a session, if it is in this epoch.
fn group_at<'a>(
    sessions: &'a mut BTreeMap<Hash, Session>,
    session: &Hash,
    epoch: u64,
) -> Result<&'a mut Group, Fault> {
    let group = sessions.get_mut(session).and_then(|known| known.group.as_mut()).ok_or(Fault::NotAMember)?;
    if group.epoch == epoch { Ok(group) } else { Err(Fault::WrongEpoch) }
}
