//! A vault as bytes: a mark, a version, a hash of the rest, and the rest in the presentation language of MLS
//! (RFC 9420 §2). What OpenMLS stores is kept as it is, so the version stands for its form too.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use asp_core::key::KeyId;
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use tls_codec::{
    Deserialize as _, SecretVLBytes, Serialize as _, Size as _, TlsDeserialize, TlsSerialize, TlsSize,
    VLBytes,
};
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::group::Group;
use crate::package::OwnPackage;
use crate::store::Store;
use crate::vault::{Session, VAULT_BYTES_MAX};

/// How every vault begins.
const MARK: &[u8; 10] = b"asp vault\n";

/// The form of what follows.
const VERSION: u16 = 1;

/// What a vault consists of.
type Content = (AgentUri, Vec<OwnPackage>, BTreeMap<Hash, Session>);

#[derive(TlsSize, TlsSerialize, TlsDeserialize)]
struct SavedVault {
    agent: VLBytes,
    packages: Vec<SavedPackage>,
    sessions: Vec<SavedSession>,
}

#[derive(Debug, TlsSize, TlsSerialize, TlsDeserialize)]
struct SavedPackage {
    reference: VLBytes,
    key: [u8; 32],
    last_resort: u8,
    store: Vec<Entry>,
}

#[derive(Debug, TlsSize, TlsSerialize, TlsDeserialize)]
struct SavedSession {
    session: [u8; 32],
    epoch: u64,
    group: Option<SavedGroup>,
    founding: Option<SavedGroup>,
}

#[derive(Debug, TlsSize, TlsSerialize, TlsDeserialize)]
struct SavedGroup {
    founded: u64,
    epoch: u64,
    members: Vec<SavedMember>,
    store: Vec<Entry>,
}

#[derive(Debug, TlsSize, TlsSerialize, TlsDeserialize)]
struct SavedMember {
    agent: VLBytes,
    key: [u8; 32],
}

#[derive(TlsSize, TlsSerialize, TlsDeserialize)]
struct Entry {
    key: VLBytes,
    value: SecretVLBytes,
}

/// The value of an entry is a secret.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entry")
    }
}

/// Writes a vault. [`Fault::TooLarge`] above [`VAULT_BYTES_MAX`].
pub(crate) fn write(
    agent: &AgentUri,
    packages: &[OwnPackage],
    sessions: &BTreeMap<Hash, Session>,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let saved = SavedVault {
        agent: agent.as_str().as_bytes().to_vec().into(),
        packages: packages.iter().filter_map(save_package).collect(),
        sessions: sessions.iter().map(save_session).collect(),
    };
    let size = saved.tls_serialized_len();
    let start = MARK.len() + 2 + 32;
    if start.saturating_add(size) > VAULT_BYTES_MAX {
        return Err(Fault::TooLarge);
    }
    // Of the right size from the start: to grow would leave copies behind.
    let mut body = Zeroizing::new(Vec::with_capacity(size));
    saved.tls_serialize(&mut *body).map_err(|_| Fault::TooLarge)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(start + size));
    bytes.extend_from_slice(MARK);
    bytes.extend_from_slice(&VERSION.to_be_bytes());
    bytes.extend_from_slice(Hash::of(&[&body]).as_bytes());
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// Reads a vault that [`write`] has written, and nothing else.
pub(crate) fn read(bytes: &[u8]) -> Result<Content, Fault> {
    if bytes.len() > VAULT_BYTES_MAX {
        return Err(Fault::TooLarge);
    }
    let rest = bytes.strip_prefix(MARK).ok_or(Fault::VaultDamaged)?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or(Fault::VaultDamaged)?;
    if u16::from_be_bytes(*version) != VERSION {
        return Err(Fault::VaultVersionUnknown);
    }
    let (hash, body) = rest.split_first_chunk::<32>().ok_or(Fault::VaultDamaged)?;
    if Hash::of(&[body]).as_bytes() != hash {
        return Err(Fault::VaultDamaged);
    }
    let saved = SavedVault::tls_deserialize_exact(body).map_err(|_| Fault::VaultDamaged)?;
    restore(saved).ok_or(Fault::VaultDamaged)
}

fn save_package(package: &OwnPackage) -> Option<SavedPackage> {
    Some(SavedPackage {
        reference: package.reference.clone().into(),
        key: raw(&package.key)?,
        last_resort: u8::from(package.last_resort),
        store: save_store(&package.store),
    })
}

/// The bytes of a key; packages and members have none but of Ed25519.
const fn raw(key: &KeyId) -> Option<[u8; 32]> {
    match key {
        KeyId::Ed25519(key) => Some(*key),
        KeyId::P256(_) => None,
    }
}

fn save_session((session, known): (&Hash, &Session)) -> SavedSession {
    SavedSession {
        session: *session.as_bytes(),
        epoch: known.epoch,
        group: known.group.as_ref().map(save_group),
        founding: known.founding.as_ref().map(save_group),
    }
}

fn save_group(group: &Group) -> SavedGroup {
    let member = |(agent, key): (&AgentUri, &KeyId)| {
        Some(SavedMember { agent: agent.as_str().as_bytes().to_vec().into(), key: raw(key)? })
    };
    SavedGroup {
        founded: group.founded,
        epoch: group.epoch,
        members: group.members.iter().filter_map(member).collect(),
        store: save_store(&group.store),
    }
}

fn save_store(store: &Store) -> Vec<Entry> {
    store.look(|values| {
        let sorted: BTreeMap<_, _> = values.iter().collect();
        let entry = |(key, value): (&Vec<u8>, &Vec<u8>)| Entry {
            key: key.clone().into(),
            value: SecretVLBytes::new(value.clone()),
        };
        sorted.into_iter().map(entry).collect()
    })
}

fn restore(saved: SavedVault) -> Option<Content> {
    let agent = agent(&saved.agent)?;
    let packages = saved.packages.into_iter().map(restore_package).collect();
    let sessions = saved.sessions.into_iter().map(restore_session).collect::<Option<_>>()?;
    Some((agent, packages, sessions))
}

fn agent(bytes: &VLBytes) -> Option<AgentUri> {
    std::str::from_utf8(bytes.as_slice()).ok()?.parse().ok()
}

fn restore_package(saved: SavedPackage) -> OwnPackage {
    OwnPackage {
        reference: saved.reference.into(),
        key: KeyId::Ed25519(saved.key),
        last_resort: saved.last_resort != 0,
        store: restore_store(saved.store),
    }
}

fn restore_session(saved: SavedSession) -> Option<(Hash, Session)> {
    let session = Hash::from_bytes(saved.session);
    let group = |saved: Option<SavedGroup>| match saved {
        Some(saved) => restore_group(&session, saved).map(Some),
        None => Some(None),
    };
    Some((
        session,
        Session { epoch: saved.epoch, group: group(saved.group)?, founding: group(saved.founding)? },
    ))
}

fn restore_group(session: &Hash, saved: SavedGroup) -> Option<Group> {
    let member = |saved: SavedMember| Some((agent(&saved.agent)?, KeyId::from_bytes(saved.key)));
    let members = saved.members.into_iter().map(member).collect::<Option<_>>()?;
    Some(Group::kept(session, saved.founded, saved.epoch, members, restore_store(saved.store)))
}

fn restore_store(entries: Vec<Entry>) -> Store {
    let pair = |entry: Entry| (Vec::from(entry.key), entry.value.as_slice().to_vec());
    Store::of(entries.into_iter().map(pair).collect::<HashMap<_, _>>())
}
