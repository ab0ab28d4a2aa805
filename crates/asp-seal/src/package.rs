//! Key packages (RFC 9420 §10): what an agent publishes so that others can add it to a group while it is away.

use std::fmt;

use asp_core::key::{KeyId, SecretKey};
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use openmls::prelude::{ExtensionType, MlsMessageBodyIn, MlsMessageOut, ProtocolVersion};
use openmls_rust_crypto::RustCrypto;

use crate::fault::Fault;
use crate::store::Store;
use crate::suite::{self, Provider, SUITE, Signing};

/// Bytes of a key package: ours have some 600 and a name.
pub const PACKAGE_BYTES_MAX: usize = 4_096;

/// The hash by which a key package is named.
#[must_use]
pub fn hash(content: &[u8]) -> Hash {
    Hash::of(&[b"asp/1.0/key-package\n", content])
}

/// Somebody's key package that was read and found good.
#[derive(Clone)]
pub struct KeyPackage {
    agent: AgentUri,
    key: KeyId,
    hash: Hash,
    pub(crate) package: openmls::prelude::KeyPackage,
}

impl KeyPackage {
    /// Reads an MLSMessage with the key package of this agent and key.
    ///
    /// Checks form, ciphersuite, both signatures, name and key, and that something can be encrypted to its keys. It has
    /// to be valid for all time: its end is said by the log alone.
    ///
    /// # Errors
    /// [`Fault::TooLarge`], [`Fault::Malformed`], [`Fault::PackageInvalid`].
    pub fn read(content: &[u8], agent: &AgentUri, key: &KeyId) -> Result<Self, Fault> {
        let MlsMessageBodyIn::KeyPackage(package) = suite::read(content, PACKAGE_BYTES_MAX)? else {
            return Err(Fault::Malformed);
        };
        let crypto = RustCrypto::default();
        let package = package.validate(&crypto, ProtocolVersion::Mls10).map_err(|_| Fault::PackageInvalid)?;
        let leaf = package.leaf_node();
        let is_theirs = suite::agent(leaf.credential()).as_ref() == Some(agent)
            && leaf.signature_key().as_slice() == key.as_bytes();
        if !is_theirs || !is_usable(&crypto, &package) {
            return Err(Fault::PackageInvalid);
        }
        Ok(Self { agent: agent.clone(), key: *key, hash: hash(content), package })
    }

    /// Whose it is.
    #[must_use]
    pub const fn agent(&self) -> &AgentUri {
        &self.agent
    }

    /// The key with which its owner will sign in the group.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// The hash by which it is named.
    #[must_use]
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Whether it may be used more than once.
    #[must_use]
    pub fn is_last_resort(&self) -> bool {
        self.package.last_resort()
    }
}

/// Whether a key package that verifies is one that anybody can be added with.
pub(crate) fn is_usable(crypto: &RustCrypto, package: &openmls::prelude::KeyPackage) -> bool {
    package.ciphersuite() == SUITE
        && *package.life_time() == suite::lifetime()
        && package.extensions().iter().all(|one| one.extension_type() == ExtensionType::LastResort)
        && suite::is_agreeable(crypto, package.hpke_init_key().as_slice())
        && suite::is_leaf_plain(crypto, package.leaf_node())
}

impl fmt::Debug for KeyPackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPackage({}, {})", self.agent, self.hash)
    }
}

/// A key package to publish, whose private part stays in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePackage {
    /// The MLSMessage to publish.
    pub content: Vec<u8>,
    /// Whether it may be used more than once.
    pub last_resort: bool,
}

/// The private part of one's own key package.
pub(crate) struct OwnPackage {
    /// The hash by which a Welcome names it (RFC 9420 §5.2).
    pub(crate) reference: Vec<u8>,
    /// The key with which its owner will sign in the group.
    pub(crate) key: KeyId,
    pub(crate) last_resort: bool,
    pub(crate) store: Store,
}

impl OwnPackage {
    /// Makes a key package of the agent with this key.
    pub(crate) fn make(
        crypto: &RustCrypto,
        agent: &AgentUri,
        key: &SecretKey,
        last_resort: bool,
    ) -> Result<(Self, MadePackage), Fault> {
        let signing = Signing::new(key)?;
        let builder = openmls::prelude::KeyPackage::builder()
            .key_package_lifetime(suite::lifetime())
            .leaf_node_capabilities(suite::capabilities());
        let builder = if last_resort { builder.mark_as_last_resort() } else { builder };
        let store = Store::default();
        let provider = Provider { crypto, storage: store.storage() };
        let made = builder.build(SUITE, &provider, &signing, signing.credential(agent));
        let package = made.map_err(|_| Fault::CannotCommit)?.into_key_package();
        let reference = package.hash_ref(crypto).map_err(|_| Fault::CannotCommit)?.as_slice().to_vec();
        let content = MlsMessageOut::from(package).to_bytes().map_err(|_| Fault::CannotCommit)?;
        Ok((Self { reference, key: key.id(), last_resort, store }, MadePackage { content, last_resort }))
    }
}
