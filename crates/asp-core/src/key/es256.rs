//! ECDSA over P-256 with SHA-256: what keys that live in hardware can do (ES256, RFC 7518 §3.4).
//! Knows the bytes of keys and signatures and nothing of who signs.

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::rejection::Code;

/// Bytes of a compressed point (SEC 1 §2.3.3).
pub(super) const POINT_BYTES: usize = 33;

/// A point of the curve in its one compressed encoding. The group has prime order, so no point of it is weak.
pub(super) fn read_key(bytes: &[u8; POINT_BYTES]) -> Result<VerifyingKey, Code> {
    // The reader takes more tags than the two of a compressed point.
    match bytes {
        [2 | 3, ..] => VerifyingKey::from_sec1_bytes(bytes).map_err(|_| Code::InvalidKey),
        _ => Err(Code::InvalidKey),
    }
}

/// The compressed encoding of a key.
pub(super) fn write_key(key: &VerifyingKey) -> [u8; POINT_BYTES] {
    let point = key.to_sec1_point(true);
    // A key is never the one point whose encoding is shorter.
    <[u8; POINT_BYTES]>::try_from(point.as_bytes()).unwrap_or([0; POINT_BYTES])
}

/// The compressed encoding of the point with these coordinates, if they are of one.
pub(super) fn compressed(x: &[u8; 32], y: &[u8; 32]) -> Option<[u8; POINT_BYTES]> {
    let whole = [[4].as_slice(), x, y].concat();
    VerifyingKey::from_sec1_bytes(&whole).ok().map(|key| write_key(&key))
}

/// The coordinates of a compressed point.
pub(super) fn coordinates(bytes: &[u8; POINT_BYTES]) -> Option<([u8; 32], [u8; 32])> {
    let whole = read_key(bytes).ok()?.to_sec1_point(false);
    let (x, y) = whole.as_bytes().get(1..)?.split_first_chunk::<32>()?;
    Some((*x, y.try_into().ok()?))
}

/// r ‖ s, both between 0 and the order, and the equation.
fn holds(key: &VerifyingKey, message: &[u8], signature: &Signature) -> Result<(), Code> {
    key.verify_prehash(&Sha256::digest(message), signature).map_err(|_| Code::InvalidSignature)
}

/// Verifies a signature whose s is the smaller of the two that there are.
///
/// To each (r, s) also (r, −s) verifies, which anybody can compute. The log binds the bytes of signatures, so there
/// is one spelling; hardware that gives the other is put right by [`smaller`].
pub(super) fn verify(key: &VerifyingKey, message: &[u8], bytes: &[u8; 64]) -> Result<(), Code> {
    let signature = Signature::from_slice(bytes).map_err(|_| Code::InvalidSignature)?;
    if signature.normalize_s() == signature {
        holds(key, message, &signature)
    } else {
        Err(Code::InvalidSignature)
    } // ASP-STM-019
}

/// Verifies a signature with either s, as RFC 7518 §3.4 does.
pub(super) fn verify_either(key: &VerifyingKey, message: &[u8], bytes: &[u8; 64]) -> Result<(), Code> {
    let signature = Signature::from_slice(bytes).map_err(|_| Code::InvalidSignature)?;
    holds(key, message, &signature)
}

/// The same signature with the smaller s; none if the bytes are no signature at all.
pub(super) fn smaller(bytes: &[u8; 64]) -> Option<[u8; 64]> {
    let signature = Signature::from_slice(bytes).ok()?.normalize_s();
    signature.to_bytes().as_slice().try_into().ok()
}

/// r and s of a signature in DER.
pub(super) fn from_der(bytes: &[u8]) -> Option<[u8; 64]> {
    let signature = Signature::from_der(bytes).ok()?;
    signature.to_bytes().as_slice().try_into().ok()
}

/// The private key with this scalar, which is neither 0 nor the order or more.
pub(super) fn read_secret(scalar: &[u8; 32]) -> Result<SigningKey, Code> {
    SigningKey::from_slice(scalar).map_err(|_| Code::InvalidKey)
}

/// Signs, deterministically (RFC 6979), with the smaller s.
pub(super) fn sign(key: &SigningKey, message: &[u8]) -> [u8; 64] {
    // It fails for a digest that is too short alone, and SHA-256's is not.
    let signature: Result<Signature, _> = key.sign_prehash(&Sha256::digest(message));
    signature
        .ok()
        .and_then(|signature| signature.normalize_s().to_bytes().as_slice().try_into().ok())
        .unwrap_or([0; 64])
}
