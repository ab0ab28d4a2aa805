//! Private keys in files: our own that name whose they are, and those of other programs: PKCS#8 and SEC 1 in PEM or DER, or
//! the bare 32 bytes. Reads files of a few hundred bytes; nothing here touches a disk.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::key::{Algorithm, KeyId, SecretKey};
use crate::name::Issuer;

/// OID 1.3.101.112, Ed25519 (RFC 8410 §3).
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// OID 1.2.840.10045.2.1, a key of an elliptic curve (RFC 5480 §2.1.1).
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// OID 1.2.840.10045.3.1.7, the curve P-256 (RFC 5480 §2.1.1.1).
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// What a file of one's own says, as JSON; the secret is wiped when it is let go.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
    issuer: Issuer,
    key: KeyId,
    /// The 32 bytes of the private key in hexadecimal digits: of Ed25519 the seed, of P-256 the scalar.
    secret: String,
}

impl Drop for Named {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// Why a file of one's own is not taken; what it says is not repeated, since it holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It has not the members of a key file.
    Form,
    /// Its secret is not that of the key that it names.
    Other,
}

/// The file of an issuer's key: JSON that names both.
#[must_use]
pub fn to_named(issuer: &Issuer, key: &SecretKey) -> Zeroizing<String> {
    let secret = Zeroizing::new(key.seed()).iter().map(|byte| format!("{byte:02x}")).collect();
    let content = Named { issuer: issuer.clone(), key: key.id(), secret };
    // Texts alone, which no serialiser refuses.
    Zeroizing::new(serde_json::to_string_pretty(&content).unwrap_or_default() + "\n")
}

/// Reads such a file.
///
/// # Errors
/// [`Unusable`].
pub fn read_named(text: &str) -> Result<(Issuer, SecretKey), Unusable> {
    let content: Named = serde_json::from_str(text).map_err(|_| Unusable::Form)?;
    let seed = digits(&content.secret).ok_or(Unusable::Other)?;
    let key = made(&*seed, content.key.algorithm()).filter(|key| key.id() == content.key);
    key.map(|key| (content.issuer.clone(), key)).ok_or(Unusable::Other)
}

/// What such a file is called, without an ending: it reads like the issuer; `_` stands for what a path would take for a
/// separator.
#[must_use]
pub fn name_of(issuer: &Issuer) -> String {
    let text = issuer.to_string();
    text.strip_prefix("agent://").unwrap_or(&text).replace('/', "_")
}

/// Reads a key; of bare bytes `bare` says what they are. None if it is none of the forms, or of another kind.
#[must_use]
pub fn read(bytes: &[u8], bare: Algorithm) -> Option<SecretKey> {
    if bytes.len() == 32 {
        return made(bytes, bare);
    }
    // A text can begin with the byte that DER begins with: the digit 0.
    of_der(bytes).or_else(|| of_text(std::str::from_utf8(bytes).ok()?, bare))
}

/// PKCS#8 (RFC 5958) in PEM, as openssl reads it.
#[must_use]
pub fn to_pem(key: &SecretKey) -> Zeroizing<String> {
    let seed = Zeroizing::new(key.seed());
    let der = Zeroizing::new(match key.id().algorithm() {
        // RFC 8410 §7.
        Algorithm::Ed25519 => {
            [[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3].as_slice(), ED25519, &[4, 0x22, 4, 0x20], &*seed].concat()
        }
        // RFC 5915 within RFC 5208, without the public half.
        Algorithm::Es256 => [
            [0x30, 0x41, 2, 1, 0, 0x30, 0x13, 6, 7].as_slice(),
            EC,
            &[6, 8],
            P256,
            &[4, 0x27, 0x30, 0x25, 2, 1, 1, 4, 0x20],
            &*seed,
        ]
        .concat(),
    });
    let text = Zeroizing::new(STANDARD.encode(&*der));
    let mut pem = Zeroizing::new("-----BEGIN PRIVATE KEY-----\n".to_owned());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}

fn made(bytes: &[u8], algorithm: Algorithm) -> Option<SecretKey> {
    let seed: &[u8; 32] = bytes.try_into().ok()?;
    match algorithm {
        Algorithm::Ed25519 => Some(SecretKey::from_seed(seed)),
        Algorithm::Es256 => SecretKey::from_scalar(seed).ok(),
    }
}

/// 32 bytes in hexadecimal digits.
fn digits(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// PEM (RFC 7468) with one private key, whatever stands around it, or 64 hexadecimal digits.
fn of_text(text: &str, bare: Algorithm) -> Option<SecretKey> {
    let trimmed = text.trim();
    if let Some(bytes) = digits(trimmed) {
        return made(&*bytes, bare);
    }
    ["PRIVATE KEY", "EC PRIVATE KEY"].into_iter().find_map(|label| {
        let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
        let (inside, _) = rest.split_once(&format!("-----END {label}-----"))?;
        let inside: Zeroizing<String> = Zeroizing::new(inside.split_ascii_whitespace().collect());
        of_der(&Zeroizing::new(STANDARD.decode(inside.as_bytes()).ok()?))
    })
}

/// The content of the first value of DER, if it has this tag, and what follows it.
fn value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match *length {
        short @ 0..=0x7f => (usize::from(short), rest),
        // One more byte of length suffices for keys of these kinds.
        0x81 => {
            let (length, rest) = rest.split_first()?;
            (usize::from(*length), rest)
        }
        _ => return None,
    };
    (*first == tag).then(|| rest.split_at_checked(length)).flatten()
}

fn of_der(bytes: &[u8]) -> Option<SecretKey> {
    let (whole, _) = value(bytes, 0x30)?;
    let (version, rest) = value(whole, 2)?;
    // SEC 1 has version 1 and the scalar next, PKCS#8 the algorithm.
    if version == [1] && rest.first() == Some(&4) {
        return of_sec1(bytes);
    }
    let (algorithm, rest) = value(rest, 0x30)?;
    let (oid, parameters) = value(algorithm, 6)?;
    let (inside, _) = value(rest, 4)?;
    match oid {
        ED25519 => made(value(inside, 4)?.0, Algorithm::Ed25519),
        EC if value(parameters, 6)?.0 == P256 => of_sec1(inside),
        _ => None,
    }
}

/// RFC 5915; a curve that it names has to be P-256, whose scalars have 32 bytes.
fn of_sec1(bytes: &[u8]) -> Option<SecretKey> {
    let (whole, _) = value(bytes, 0x30)?;
    let (_, rest) = value(whole, 2)?;
    let (scalar, rest) = value(rest, 4)?;
    match value(rest, 0xa0) {
        Some((named, _)) if value(named, 6)?.0 != P256 => None,
        Some(_) | None => made(scalar, Algorithm::Es256),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // openssl genpkey -algorithm ed25519; openssl ecparam -name prime256v1 -genkey -noout; openssl pkcs8 -topk8 -nocrypt
    const OPENSSL_ED25519: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHzklDY00L202X5BRgyBIL5IY1aO9iHjycKTEknZWtGb\n-----END PRIVATE KEY-----\n";
    const ED25519_KEY: &str = "did:key:z6Mksi8bSJixAfCAu5YZa2MA9wJQ31d2CFh8nV8ZiMGsz9Mj";
    const OPENSSL_SEC1: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIEbPnznEVflENRsgm0OwqvP3a7dvP6V5h2OqLSXJKZs+oAoGCCqGSM49\nAwEHoUQDQgAEwxYVyl4gi83d1mSlQRkeZTJwRGcNacZ07gOuYQbVRV0ieY3wxraf\nYQ4eJJlH5MwG29oXT83yFhDl4rqgYNh+NA==\n-----END EC PRIVATE KEY-----\n";
    const OPENSSL_PKCS8: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRs+fOcRV+UQ1GyCb\nQ7Cq8/drt28/pXmHY6otJckpmz6hRANCAATDFhXKXiCLzd3WZKVBGR5lMnBEZw1p\nxnTuA65hBtVFXSJ5jfDGtp9hDh4kmUfkzAbb2hdPzfIWEOXiuqBg2H40\n-----END PRIVATE KEY-----\n";
    const P256_KEY: &str = "did:key:zDnaedZW5ZUjHNqMvYdNBJQcPX1nS4zBwN6mFP3AaJNMZ23S4";
    const OPENSSL_P384: &str = "-----BEGIN PRIVATE KEY-----\nMIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBQZFAcbRl/cIy6wHFc\nvhTDDhf0zOCThCZCLDUjZZWuT55pIRdTzCl2GhsaZxWqau6hZANiAAQseBMd///1\nxUCUuwv5uq/impXVE1BnTJE41/mWjRelcel3zjZFWsmHc/gR3K+xVHodLYXfWl2+\n2r52v1MpKMkRSM9l6azkuxD7g7CIfGrHirFiEscPthwoddXC3Xh0R8M=\n-----END PRIVATE KEY-----\n";

    fn named(text: &str) -> Option<String> {
        read(text.as_bytes(), Algorithm::Ed25519).map(|key| key.id().to_string())
    }

    #[test]
    fn what_openssl_makes_is_read() {
        assert_eq!(named(OPENSSL_ED25519).as_deref(), Some(ED25519_KEY));
        assert_eq!(named(OPENSSL_SEC1).as_deref(), Some(P256_KEY));
        assert_eq!(named(OPENSSL_PKCS8).as_deref(), Some(P256_KEY));
        assert_eq!(named(OPENSSL_P384), None, "another curve");
    }

    #[test]
    fn a_file_of_ones_own_names_whose_key_it_is() {
        let issuer: Issuer = "agent://acme.example/sales/bot".parse().unwrap();
        assert_eq!(name_of(&issuer), "acme.example_sales_bot");
        for key in [SecretKey::from_seed(&[7; 32]), SecretKey::from_scalar(&[7; 32]).unwrap()] {
            let text = to_named(&issuer, &key);
            let (whose, read) = read_named(&text).unwrap();
            assert_eq!((whose, read.id()), (issuer.clone(), key.id()));
            for (old, new, why) in [
                ("0707", "0000", Unusable::Other),
                ("0707", "07", Unusable::Other),
                ("secret", "sekret", Unusable::Form),
                ("did:key:", "did:cat:", Unusable::Form),
            ] {
                assert_eq!(read_named(&text.replacen(old, new, 1)).unwrap_err(), why, "{new}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for key in [SecretKey::from_seed(&[7; 32]), SecretKey::from_scalar(&[7; 32]).unwrap()] {
            let pem = to_pem(&key);
            assert_eq!(named(&pem), Some(key.id().to_string()), "{pem:?}");
            let bare = read(&key.seed(), key.id().algorithm()).unwrap();
            assert_eq!(bare.id(), key.id());
        }
        let digits = "07".repeat(32);
        assert_eq!(named(&digits), Some(SecretKey::from_seed(&[7; 32]).id().to_string()));
    }

    #[test]
    fn what_is_cut_short_or_says_something_else_is_no_key() {
        for text in [OPENSSL_ED25519, OPENSSL_SEC1, OPENSSL_PKCS8] {
            let inside: String = text.lines().filter(|line| !line.starts_with('-')).collect();
            let der = STANDARD.decode(inside).unwrap();
            assert!(read(&der, Algorithm::Ed25519).is_some());
            for length in 1..der.len() - 1 {
                if length != 32 {
                    assert!(read(&der[..length], Algorithm::Ed25519).is_none(), "{length} bytes");
                }
            }
        }
        for text in ["", "00", "not a key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"] {
            assert_eq!(named(text), None, "{text}");
        }
        assert!(read(&[0; 32], Algorithm::Es256).is_none(), "zero is no scalar");
    }
}
