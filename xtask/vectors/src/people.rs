//! Who speaks in the vectors: names, keys from fixed seeds, and the hashes that stand for what came before.

use asp_core::key::SecretKey;
use asp_core::position::{Hash, LogTime};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The log that every statement of the vectors is meant for.
pub(super) const AUDIENCE: &str = "vectors.example";
/// When every statement of the vectors is issued.
pub(super) const ISSUED_AT: LogTime = LogTime::from_millis(1_795_449_312_000);

/// The organisation that opens things.
pub(super) const ACME: &str = "acme.example";
/// The organisation that answers.
pub(super) const GLOBEX: &str = "globex.example";
/// The agent of ACME that buys.
pub(super) const BUYER: &str = "agent://acme.example/procurement/buyer";
/// The agent of GLOBEX that sells.
pub(super) const SELLER: &str = "agent://globex.example/seller-1";
/// The agent of a third organisation that carries.
pub(super) const CARRIER: &str = "agent://haulier.example/fleet/carrier";
/// An agent that helps the parties.
pub(super) const MEDIATOR: &str = "agent://court.example/mediator";
/// The node that keeps the log.
pub(super) const NODE: &str = "node:vectors.example";

/// The key of whoever has this name: its seed, or for P-256 its scalar, is the SHA-256 of the name.
pub(super) fn key(name: &str) -> SecretKey {
    let seed = Hash::of(&[name.as_bytes()]);
    let in_hardware = name.ends_with(IN_HARDWARE).then(|| SecretKey::from_scalar(seed.as_bytes()).ok());
    in_hardware.flatten().unwrap_or_else(|| SecretKey::from_seed(seed.as_bytes()))
}

/// How the names of keys of P-256 end.
const IN_HARDWARE: &str = ", in hardware";

/// The `did:key` name of that key.
pub(super) fn key_id(name: &str) -> String {
    key(name).id().to_string()
}

/// The hash that stands for a thing with this name: the SHA-256 of the name.
pub(super) fn hash(name: &str) -> String {
    Hash::of(&[name.as_bytes()]).to_string()
}

/// So many bytes that stand for something opaque with this name, in base64url without padding.
///
/// They are the first of the hashes of the name and a number.
pub(super) fn opaque(name: &str, count: usize) -> String {
    let hashes = (0_u32..).map(|number| Hash::of(&[name.as_bytes(), &number.to_be_bytes()]));
    let bytes: Vec<u8> = hashes.flat_map(|hash| *hash.as_bytes()).take(count).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A stream that the statement with this name opened.
pub(super) fn opened(kind: &str, name: &str) -> String {
    format!("{kind}:{}", Hash::of(&[name.as_bytes()]).to_hex())
}

/// An instant so many seconds after all is issued.
pub(super) fn after(seconds: u64) -> String {
    LogTime::from_millis(ISSUED_AT.millis() + seconds * 1000).to_string()
}
