//! Agents with vaults, and members that keep to no rules.
#![allow(dead_code, reason = "each test of the crate takes what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

use std::collections::BTreeMap;

use asp_core::key::{KeyId, SecretKey};
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use asp_seal::package::{KeyPackage, MadePackage};
use asp_seal::vault::{Change, Followed, Plan, Vault};
use openmls::prelude::{
    BasicCredential, Capabilities, Ciphersuite, CredentialWithKey, ExtensionType, Lifetime, MlsGroup,
    MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, PURE_CIPHERTEXT_WIRE_FORMAT_POLICY,
    SignatureScheme, StagedWelcome,
};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};
use tls_codec::{Deserialize as _, Serialize as _};

pub(crate) type Members = BTreeMap<AgentUri, KeyId>;

/// An agent that keeps its key and its vault.
pub(crate) struct Party {
    pub(crate) agent: AgentUri,
    pub(crate) key: SecretKey,
    pub(crate) vault: Vault,
}

impl Party {
    pub(crate) fn new(number: u8) -> Self {
        let agent = agent(number);
        Self { vault: Vault::new(agent.clone()), agent, key: key(number) }
    }

    /// A key package that others have read.
    pub(crate) fn package(&mut self) -> KeyPackage {
        let made = self.vault.make_packages(&self.key, 1, false).unwrap().remove(0);
        self.read(&made)
    }

    pub(crate) fn last_resort(&mut self) -> KeyPackage {
        let made = self.vault.make_packages(&self.key, 0, true).unwrap().remove(0);
        self.read(&made)
    }

    fn read(&self, made: &MadePackage) -> KeyPackage {
        KeyPackage::read(&made.content, &self.agent, &self.key.id()).unwrap()
    }

    pub(crate) fn saved(&self) -> Vec<u8> {
        self.vault.to_bytes().unwrap().to_vec()
    }

    /// The vault is put away and read again.
    pub(crate) fn reload(&mut self) {
        self.vault = Vault::from_bytes(&self.vault.to_bytes().unwrap()).unwrap();
    }

    /// A thief with the vault of this moment and the key.
    pub(crate) fn stolen(&self) -> Self {
        let vault = Vault::from_bytes(&self.vault.to_bytes().unwrap()).unwrap();
        Self { agent: self.agent.clone(), key: self.key.clone(), vault }
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.vault.epoch(&session()).unwrap()
    }

    pub(crate) fn seal(&mut self, place: &str, text: &str) -> Vec<u8> {
        let epoch = self.epoch();
        self.vault.seal(&self.key, &session(), epoch, place.as_bytes(), text.as_bytes()).unwrap()
    }

    /// The text, or the code of the fault.
    pub(crate) fn open(&mut self, by: &AgentUri, place: &str, content: &[u8]) -> String {
        let epoch = self.vault.epoch(&session()).unwrap_or(0);
        match self.vault.open(&session(), epoch, by, place.as_bytes(), content) {
            Ok(text) => String::from_utf8(text.to_vec()).unwrap(),
            Err(fault) => fault.code().to_owned(),
        }
    }

    /// Prepares a change to the next epoch.
    pub(crate) fn change(&mut self, remove: &[AgentUri], add: &[KeyPackage]) -> Change {
        let next = self.epoch() + 1;
        let plan = Plan { remove, add, new_key: None };
        self.vault.change(&self.key, &session(), next, &plan).unwrap()
    }

    pub(crate) fn settle(&mut self) {
        let next = self.epoch() + 1;
        self.vault.settle(&session(), next).unwrap();
    }

    /// Follows a change to the next epoch; the code of the fault if it is refused.
    pub(crate) fn follow(&mut self, by: &AgentUri, change: &Change) -> Result<Followed, &'static str> {
        let next = self.vault.epoch(&session()).unwrap_or(0) + 1;
        let commit = change.commit.as_ref().unwrap();
        self.vault.follow(&session(), next, by, commit, &change.members).map_err(|fault| fault.code())
    }

    pub(crate) fn join(&mut self, epoch: u64, by: &AgentUri, change: &Change) -> Result<(), &'static str> {
        let welcome = change.welcome.as_ref().unwrap();
        self.vault.join(&session(), epoch, by, welcome, &change.members).map_err(|fault| fault.code())
    }
}

pub(crate) fn agent(number: u8) -> AgentUri {
    format!("agent://org{number}.example/sales/agent-{number}").parse().unwrap()
}

pub(crate) fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number.wrapping_add(100); 32])
}

pub(crate) fn session() -> Hash {
    Hash::of(&[b"a session"])
}

/// So many agents in a group that the first has founded, at epoch 1.
pub(crate) fn group(count: u8) -> Vec<Party> {
    let mut parties: Vec<Party> = (0..count).map(Party::new).collect();
    let packages: Vec<KeyPackage> = parties.iter_mut().skip(1).map(Party::package).collect();
    let founder = &mut parties[0];
    let founded = founder.vault.found(&founder.key, &session(), 1, &packages).unwrap();
    founder.vault.settle(&session(), 1).unwrap();
    let by = founder.agent.clone();
    for party in parties.iter_mut().skip(1) {
        party.join(1, &by, &founded).unwrap();
    }
    parties
}

/// Everybody says something and everybody else reads it.
pub(crate) fn all_talk(parties: &mut [Party]) {
    for speaker in 0..parties.len() {
        let place = format!("place {speaker}");
        let content = parties[speaker].seal(&place, "the price is 42");
        let by = parties[speaker].agent.clone();
        for reader in (0..parties.len()).filter(|reader| *reader != speaker) {
            assert_eq!(parties[reader].open(&by, &place, &content), "the price is 42");
        }
    }
}

pub(crate) const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

/// Signs as an agent does, for whatever it is given.
pub(crate) struct Signing<'a>(pub(crate) &'a SecretKey);

impl Signer for Signing<'_> {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).as_bytes().to_vec())
    }
    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

pub(crate) fn credential(identity: &[u8], key: &SecretKey) -> CredentialWithKey {
    CredentialWithKey {
        credential: BasicCredential::new(identity.to_vec()).into(),
        signature_key: key.id().as_bytes().to_vec().into(),
    }
}

/// A member that makes whatever MLS lets it make.
pub(crate) struct Rogue {
    pub(crate) agent: AgentUri,
    pub(crate) key: SecretKey,
    pub(crate) provider: OpenMlsRustCrypto,
    pub(crate) mls: Option<MlsGroup>,
}

impl Rogue {
    pub(crate) fn new(number: u8) -> Self {
        Self { agent: agent(number), key: key(number), provider: OpenMlsRustCrypto::default(), mls: None }
    }

    pub(crate) fn package(&self) -> KeyPackage {
        let made = self.made(SUITE, Lifetime::init(0, u64::MAX), self.agent.as_str().as_bytes());
        KeyPackage::read(&made, &self.agent, &self.key.id()).unwrap()
    }

    /// A key package of any kind.
    pub(crate) fn made(&self, suite: Ciphersuite, lifetime: Lifetime, identity: &[u8]) -> Vec<u8> {
        let extensions = [ExtensionType::LastResort];
        let made = openmls::prelude::KeyPackage::builder()
            .key_package_lifetime(lifetime)
            .leaf_node_capabilities(Capabilities::new(
                None,
                Some(&[suite, SUITE]),
                Some(&extensions),
                None,
                None,
            ))
            .build(suite, &self.provider, &Signing(&self.key), credential(identity, &self.key))
            .unwrap();
        MlsMessageOut::from(made.into_key_package()).to_bytes().unwrap()
    }

    pub(crate) fn join(&mut self, welcome: &[u8]) {
        let MlsMessageBodyIn::Welcome(welcome) =
            MlsMessageIn::tls_deserialize_exact(welcome).unwrap().extract()
        else {
            panic!("no Welcome");
        };
        let config = MlsGroupJoinConfig::builder()
            .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .build();
        let staged = StagedWelcome::new_from_welcome(&self.provider, &config, welcome, None).unwrap();
        self.mls = Some(staged.into_group(&self.provider).unwrap());
    }

    pub(crate) fn mls(&mut self) -> &mut MlsGroup {
        self.mls.as_mut().unwrap()
    }
}

/// Two agents and a rogue, in a group that the first has founded.
pub(crate) fn with_rogue() -> (Party, Party, Rogue) {
    let (mut ada, mut bob, mut rogue) = (Party::new(0), Party::new(1), Rogue::new(2));
    let packages = [bob.package(), rogue.package()];
    let founded = ada.vault.found(&ada.key, &session(), 1, &packages).unwrap();
    ada.vault.settle(&session(), 1).unwrap();
    bob.join(1, &ada.agent.clone(), &founded).unwrap();
    rogue.join(founded.welcome.as_ref().unwrap());
    (ada, bob, rogue)
}

/// RFC 9420 §5.1.2.
fn sign_with_label(key: &SecretKey, label: &str, content: &[u8]) -> Vec<u8> {
    let label = tls_codec::VLBytes::new(format!("MLS 1.0 {label}").into_bytes());
    let content = tls_codec::VLBytes::new(content.to_vec());
    let signed =
        [label.tls_serialize_detached().unwrap(), content.tls_serialize_detached().unwrap()].concat();
    let signature = tls_codec::VLBytes::new(key.sign(&signed).as_bytes().to_vec());
    signature.tls_serialize_detached().unwrap()
}

/// A key package with other keys to encrypt to or another lifetime, signed anew by its owner.
pub(crate) fn resigned(
    content: &[u8],
    key: &SecretKey,
    init_key: Option<[u8; 32]>,
    leaf_key: Option<[u8; 32]>,
    lifetime: Option<(u64, u64)>,
) -> Vec<u8> {
    // MLSMessage 4, version and ciphersuite 4, init key 1 + 32, leaf …, extensions, signature 2 + 64.
    const SIGNATURE: usize = 66;
    let mut package = content.to_vec();
    if let Some(point) = init_key {
        package[9..41].copy_from_slice(&point);
    }
    let end = package.len() - SIGNATURE;
    // Ours have no extensions: one byte before the last signature, and one before that of the leaf.
    let (leaf_start, leaf_end) = (41, end - 1);
    let mut leaf = package[leaf_start..leaf_end - SIGNATURE].to_vec();
    if let Some(point) = leaf_key {
        leaf[1..33].copy_from_slice(&point);
    }
    if let Some((from, to)) = lifetime {
        let at = leaf.len() - 17;
        leaf[at..at + 8].copy_from_slice(&from.to_be_bytes());
        leaf[at + 8..at + 16].copy_from_slice(&to.to_be_bytes());
    }
    let leaf_signature = sign_with_label(key, "LeafNodeTBS", &leaf);
    let signed = [&package[4..leaf_start], &leaf, &leaf_signature, &package[leaf_end..end]].concat();
    let signature = sign_with_label(key, "KeyPackageTBS", &signed);
    [&package[..4], &signed, &signature].concat()
}

/// Every shortening of some bytes, and every bit of some of them turned: all at the start, then each `stride`th byte.
pub(crate) fn damages(bytes: &[u8], stride: usize) -> Vec<Vec<u8>> {
    let shortened = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    let looked_at = (0..bytes.len()).filter(|at| *at < 96 || at % stride == 0 || at + 4 > bytes.len());
    let turned = looked_at.flat_map(|at| (0..8).map(move |bit| (at, bit))).map(|(at, bit)| {
        let mut turned = bytes.to_vec();
        turned[at] ^= 1 << bit;
        turned
    });
    let longer = std::iter::once([bytes, &[0]].concat());
    shortened.chain(turned).chain(longer).collect()
}
