//! Messages over HTTP that are signed by the scheme of Standard Webhooks: `webhook-id`, `webhook-timestamp` and
//! `webhook-signature` over `id.timestamp.body`, in HMAC-SHA256 (`v1`) with a key that both sides share, or in Ed25519
//! (`v1a`) with a key whose public half anybody may have. Knows nothing of what is said.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use asp_core::key::SecretKey;
use asp_core::position::{LogTime, Millis};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far the other side's clock may be from ours, either way (ASP-ESC-009).
pub(crate) const TOLERANCE: Millis = Millis(300_000);
/// What a key begins with, as Standard Webhooks writes it.
const PREFIX: &str = "whsec_";
/// What the public half of a key begins with.
const PUBLIC_PREFIX: &str = "whpk_";
/// The scheme of a signature with a shared key.
const SCHEME: &str = "v1";
/// The scheme of a signature with a key of one's own.
const OWN_SCHEME: &str = "v1a";
/// Bytes of the shortest key.
const KEY_BYTES_MIN: usize = 24;
/// Characters of the longest id.
const ID_MAX: usize = 128;
/// Ids that are remembered; beyond, the oldest gives way. What it said is then still said once, by the rules of the account.
const SEEN_MAX: usize = 65_536;

/// The headers of a signed message.
pub(crate) const ID: &str = "webhook-id";
pub(crate) const TIMESTAMP: &str = "webhook-timestamp";
pub(crate) const SIGNATURE: &str = "webhook-signature";

/// The key that two sides share.
#[derive(Clone)]
pub(crate) struct SharedKey(Vec<u8>);

impl std::fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }
}

/// Why a message is not believed. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unbelieved {
    /// A header is missing or cannot be read.
    Unsigned,
    /// It is too old, or from the future.
    Untimely,
    /// No signature is by the shared key.
    Forged,
}

impl SharedKey {
    /// Reads `whsec_` and Base64, of at least 24 bytes.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim().strip_prefix(PREFIX)?).ok()?;
        (bytes.len() >= KEY_BYTES_MIN).then_some(Self(bytes))
    }

    /// Of these bytes.
    pub(crate) fn of(bytes: &[u8; 32]) -> Self {
        Self(bytes.to_vec())
    }

    /// As it is told to the other side, and read.
    pub(crate) fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).ok()?;
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        Some(mac)
    }

    /// The headers that sign a message of ours.
    pub(crate) fn sign(&self, id: &str, now: LogTime, body: &[u8]) -> Option<[(&'static str, String); 3]> {
        let timestamp = (now.millis() / 1_000).to_string();
        let mac = self.mac(id, &timestamp, body)?.finalize().into_bytes();
        let signature = format!("{SCHEME},{}", STANDARD.encode(mac));
        Some([(ID, id.to_owned()), (TIMESTAMP, timestamp), (SIGNATURE, signature)])
    }

    /// The id of a message that is signed with this key, about now.
    ///
    /// # Errors
    /// See [`Unbelieved`].
    pub(crate) fn check(&self, headers: &HeaderMap, body: &[u8], now: LogTime) -> Result<String, Unbelieved> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (id, timestamp) = header(ID).zip(header(TIMESTAMP)).ok_or(Unbelieved::Unsigned)?;
        let signatures = header(SIGNATURE).ok_or(Unbelieved::Unsigned)?;
        let seconds: u64 = timestamp.parse().map_err(|_| Unbelieved::Unsigned)?;
        if id.is_empty() || id.len() > ID_MAX {
            return Err(Unbelieved::Unsigned);
        }
        let said = LogTime::from_millis(seconds.saturating_mul(1_000));
        if now.since(said).max(said.since(now)) > TOLERANCE {
            return Err(Unbelieved::Untimely); // ASP-ESC-009
        }
        let holds = |value: &str| {
            let Some(bytes) = value.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok()) else {
                return false;
            };
            self.mac(id, timestamp, body).is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
        };
        // Several while a key is being changed.
        if signatures.split(' ').any(holds) { Ok(id.to_owned()) } else { Err(Unbelieved::Forged) } // ASP-ESC-009
    }
}

/// What signs messages to somebody who need not have a secret: a key of one's own, and one that both share for those whose
/// libraries know no other.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    own: SecretKey,
    shared: SharedKey,
}

impl Signer {
    /// Of the seed of an Ed25519 key and of what is shared.
    pub(crate) fn of(seed: &[u8; 32], shared: &[u8; 32]) -> Self {
        Self { own: SecretKey::from_seed(seed), shared: SharedKey::of(shared) }
    }

    /// The public half of the key, as Standard Webhooks writes it.
    pub(crate) fn public_key(&self) -> String {
        format!("{PUBLIC_PREFIX}{}", STANDARD.encode(self.own.id().as_bytes()))
    }

    /// The headers that sign a message in both schemes.
    pub(crate) fn sign(&self, id: &str, now: LogTime, body: &[u8]) -> Option<[(&'static str, String); 3]> {
        let [name, timestamp, (header, shared)] = self.shared.sign(id, now, body)?;
        let signed = [id.as_bytes(), b".", timestamp.1.as_bytes(), b".", body].concat();
        let own = STANDARD.encode(self.own.sign(&signed).as_bytes());
        Some([name, timestamp, (header, format!("{OWN_SCHEME},{own} {shared}"))])
    }
}

/// The messages that were taken, as long as they could be sent again.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    ids: Mutex<BTreeMap<String, LogTime>>,
}

impl Seen {
    /// Whether a message was taken already.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).contains_key(id) // ASP-ESC-009
    }

    /// Notes that a message was taken.
    pub(crate) fn note(&self, id: String, now: LogTime) {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let twice = Millis(TOLERANCE.0.saturating_mul(2));
        ids.retain(|_, at| now.since(*at) <= twice);
        if ids.len() >= SEEN_MAX
            && let Some(oldest) = ids.iter().min_by_key(|(_, at)| **at).map(|(id, _)| id.clone())
        {
            ids.remove(&oldest);
        }
        ids.insert(id, now);
    }
}

#[cfg(test)]
mod tests {
    use asp_core::key::{KeyId, PublicKey, SignatureBytes};
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    /// The example of Standard Webhooks' own libraries.
    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: u64 = 1_614_265_330;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn headers(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
        let pairs = [(ID, id), (TIMESTAMP, timestamp), (SIGNATURE, signature)];
        let header = |(name, value): (&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.map(header).into_iter().collect()
    }

    fn at(seconds: u64) -> LogTime {
        LogTime::from_millis(seconds * 1_000)
    }

    #[test]
    fn a_message_is_signed_as_standard_webhooks_does() {
        let key = SharedKey::read(KEY).unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let made = key.sign(id, at(AT), BODY).unwrap();
        assert_eq!(made[2].1, SIGNED);
        assert_eq!(key.check(&headers(id, &AT.to_string(), SIGNED), BODY, at(AT)), Ok(id.to_owned()));
        let several = format!("v1,AAAA v1a,xyz {SIGNED}");
        assert!(key.check(&headers(id, &AT.to_string(), &several), BODY, at(AT)).is_ok());
    }

    #[test]
    fn a_message_is_signed_for_whoever_has_the_public_key_and_for_whoever_shares_one() {
        let signer = Signer::of(&[7; 32], &[8; 32]);
        let made = signer.sign("one-7", at(AT), BODY).unwrap();
        let (own, shared) = made[2].1.split_once(' ').unwrap();
        // Who shares a key reads past the other signature.
        let key = SharedKey::read(&SharedKey::of(&[8; 32]).text()).unwrap();
        let taken = key.check(&headers("one-7", &made[1].1, &made[2].1), BODY, at(AT));
        assert_eq!(taken, Ok("one-7".to_owned()));
        assert!(shared.starts_with("v1,"));
        // Who has the public half needs no secret.
        let bytes = STANDARD.decode(signer.public_key().strip_prefix("whpk_").unwrap()).unwrap();
        let public = PublicKey::try_from(&KeyId::Ed25519(bytes.try_into().unwrap())).unwrap();
        let signature = STANDARD.decode(own.strip_prefix("v1a,").unwrap()).unwrap();
        let signature = SignatureBytes::from_bytes(signature.try_into().unwrap());
        let signed = [format!("one-7.{AT}.").as_bytes(), BODY].concat();
        assert_eq!(public.verify_token(&signed, &signature), Ok(()));
        for wrong in [format!("one-8.{AT}."), format!("one-7.{}.", AT + 1), "one-7..".to_owned()] {
            let wrong = [wrong.as_bytes(), BODY].concat();
            assert!(public.verify_token(&wrong, &signature).is_err());
        }
        assert!(!format!("{signer:?}").contains(&signer.shared.text()));
    }

    #[test]
    fn what_is_forged_or_old_is_not_believed() {
        // ASP-ESC-009
        let key = SharedKey::read(KEY).unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let now = AT.to_string();
        let good = || headers(id, &now, SIGNED);
        for (headers, body, time, why) in [
            (HeaderMap::new(), BODY, AT, Unbelieved::Unsigned),
            (headers(id, "soon", SIGNED), BODY, AT, Unbelieved::Unsigned),
            (headers("", &now, SIGNED), BODY, AT, Unbelieved::Unsigned),
            (good(), BODY, AT + 301, Unbelieved::Untimely),
            (good(), BODY, AT - 301, Unbelieved::Untimely),
            (good(), b"{}", AT, Unbelieved::Forged),
            (headers("msg_other", &now, SIGNED), BODY, AT, Unbelieved::Forged),
            (headers(id, &(AT + 1).to_string(), SIGNED), BODY, AT, Unbelieved::Forged),
            (headers(id, &now, "v1,"), BODY, AT, Unbelieved::Forged),
            (
                headers(id, &now, "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
                BODY,
                AT,
                Unbelieved::Forged,
            ),
        ] {
            assert_eq!(key.check(&headers, body, at(time)), Err(why));
        }
        assert!(key.check(&good(), BODY, at(AT + 300)).is_ok());
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert!(SharedKey::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_message_is_remembered_as_long_as_it_could_be_believed() {
        // ASP-ESC-009
        let seen = Seen::default();
        seen.note("a".to_owned(), at(AT));
        assert!(seen.has("a") && !seen.has("b"));
        seen.note("b".to_owned(), at(AT + 600));
        assert!(seen.has("a") && seen.has("b"));
        seen.note("c".to_owned(), at(AT + 601));
        assert!(!seen.has("a") && seen.has("b"));
    }
}
