//! The one way in which MLS is used here: ciphersuite, configuration, names and signatures.

use std::collections::BTreeMap;

use asp_core::key::{KeyId, SecretKey};
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use openmls::prelude::{
    BasicCredential, Capabilities, Credential, CredentialType, CredentialWithKey, ExtensionType, GroupId,
    LeafNode, Lifetime, Member, MlsGroupCreateConfig, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn,
    PURE_CIPHERTEXT_WIRE_FORMAT_POLICY, PrivateMessageIn, ProtocolVersion, SenderRatchetConfiguration,
};
use openmls_rust_crypto::{MemoryStorage, RustCrypto};
use openmls_traits::OpenMlsProvider;
use openmls_traits::crypto::OpenMlsCrypto as _;
use openmls_traits::signatures::{Signer, SignerError};
use openmls_traits::types::{Ciphersuite, SignatureScheme};
use tls_codec::{Deserialize as _, Serialize as _, VLBytes};

use crate::fault::Fault;

/// RFC 9420 §17.1, 0x0003. Its signatures are those of our statements.
pub(crate) const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

/// How many contents of one member in one epoch may go missing between two that arrive. A statement that the log did
/// not take has used up a key all the same; more than so many in a row are no accident.
const SKIPPED_MAX: u32 = 1_024;

/// What OpenMLS asks for: our random numbers and the storage of one group.
pub(crate) struct Provider<'a> {
    pub(crate) crypto: &'a RustCrypto,
    pub(crate) storage: &'a MemoryStorage,
}

impl OpenMlsProvider for Provider<'_> {
    type CryptoProvider = RustCrypto;
    type RandProvider = RustCrypto;
    type StorageProvider = MemoryStorage;

    fn storage(&self) -> &MemoryStorage {
        self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        self.crypto
    }

    fn rand(&self) -> &RustCrypto {
        self.crypto
    }
}

/// The key of an agent, with which it signs in the group as it signs its statements.
///
/// MLS signs a structure that begins with the length and the text of a label (RFC 9420 §5.1.2); no statement begins so.
pub(crate) struct Signing<'a>(&'a SecretKey);

impl<'a> Signing<'a> {
    /// [`Fault::KeyUnsuited`] for a key that is not Ed25519.
    pub(crate) fn new(key: &'a SecretKey) -> Result<Self, Fault> {
        match key.id() {
            KeyId::Ed25519(_) => Ok(Self(key)),
            KeyId::P256(_) => Err(Fault::KeyUnsuited),
        }
    }

    /// What a leaf says of its owner.
    pub(crate) fn credential(&self, agent: &AgentUri) -> CredentialWithKey {
        let credential = BasicCredential::new(agent.as_str().as_bytes().to_vec()).into();
        CredentialWithKey { credential, signature_key: self.0.id().as_bytes().to_vec().into() }
    }
}

impl Signer for Signing<'_> {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).as_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// The agent that a credential names; none if it is of another kind or names no agent.
pub(crate) fn agent(credential: &Credential) -> Option<AgentUri> {
    let basic = BasicCredential::try_from(credential.clone()).ok()?;
    std::str::from_utf8(basic.identity()).ok()?.parse().ok()
}

/// Who the members are and by which keys. [`Fault::WrongMembers`] if one of them is nobody, or two are the same.
pub(crate) fn roster(members: impl Iterator<Item = Member>) -> Result<BTreeMap<AgentUri, KeyId>, Fault> {
    let mut roster = BTreeMap::new();
    for member in members {
        let agent = agent(&member.credential).ok_or(Fault::WrongMembers)?;
        let key = member.signature_key.try_into().map_err(|_| Fault::WrongMembers)?;
        if roster.insert(agent, KeyId::from_bytes(key)).is_some() {
            return Err(Fault::WrongMembers);
        }
    }
    Ok(roster)
}

/// The name of the group that was founded in this session at this epoch: 40 bytes.
pub(crate) fn group_id(session: &Hash, founded: u64) -> GroupId {
    GroupId::from_slice(&[session.as_bytes().as_slice(), &founded.to_be_bytes()].concat())
}

/// The epoch at which the group of this name was founded, if it is one of this session.
pub(crate) fn founded(session: &Hash, id: &GroupId) -> Option<u64> {
    let (of, founded) = id.as_slice().split_first_chunk::<32>()?;
    (of == session.as_bytes()).then_some(())?;
    Some(u64::from_be_bytes(founded.try_into().ok()?))
}

/// All time: OpenMLS compares lifetimes with the clock of whoever reads, also of who reads the log years later, and
/// members would part over it. How long a key package may be used is said by the log.
pub(crate) fn lifetime() -> Lifetime {
    Lifetime::init(0, u64::MAX)
}

/// What our leaves can do: as little as there is.
pub(crate) fn capabilities() -> Capabilities {
    Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[SUITE]),
        Some(&[ExtensionType::LastResort]),
        None,
        Some(&[CredentialType::Basic]),
    )
}

/// Everything is encrypted. No key of a past epoch and none of a skipped content is kept: members read the log in its
/// order, so nothing comes late. Padding is in what is sealed already.
pub(crate) fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .number_of_resumption_psks(0)
        .use_ratchet_tree_extension(true)
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(0, SKIPPED_MAX))
        .build()
}

/// The same for who founds.
pub(crate) fn create_config() -> MlsGroupCreateConfig {
    MlsGroupCreateConfig::builder()
        .ciphersuite(SUITE)
        .lifetime(lifetime())
        .capabilities(capabilities())
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .max_past_epochs(0)
        .number_of_resumption_psks(0)
        .use_ratchet_tree_extension(true)
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(0, SKIPPED_MAX))
        .build()
}

/// Reads an MLSMessage (RFC 9420 §6) of at most so many bytes, nothing behind it.
pub(crate) fn read(bytes: &[u8], bytes_max: usize) -> Result<MlsMessageBodyIn, Fault> {
    if bytes.len() > bytes_max {
        return Err(Fault::TooLarge);
    }
    MlsMessageIn::tls_deserialize_exact(bytes).map(MlsMessageIn::extract).map_err(|_| Fault::Malformed)
}

/// Reads a PrivateMessage (RFC 9420 §6.3).
pub(crate) fn read_private(bytes: &[u8], bytes_max: usize) -> Result<PrivateMessageIn, Fault> {
    let MlsMessageBodyIn::PrivateMessage(message) = read(bytes, bytes_max)? else {
        return Err(Fault::Malformed);
    };
    Ok(message)
}

/// Whether something can be encrypted to this point: of small order it agrees on zero with everybody, which the
/// provider refuses (RFC 9180 §7.1.4). In a tree it would keep all others from committing.
pub(crate) fn is_agreeable(crypto: &RustCrypto, point: &[u8]) -> bool {
    crypto.hpke_seal(SUITE.hpke_config(), point, b"", b"", b"").is_ok()
}

/// Whether a leaf has no extensions, and a key that something can be encrypted to.
pub(crate) fn is_leaf_plain(crypto: &RustCrypto, leaf: &LeafNode) -> bool {
    let key = leaf.encryption_key().tls_serialize_detached();
    let key = key.and_then(VLBytes::tls_deserialize_exact);
    leaf.extensions().iter().next().is_none() && key.is_ok_and(|key| is_agreeable(crypto, key.as_slice()))
}
