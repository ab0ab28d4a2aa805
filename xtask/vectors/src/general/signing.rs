//! Keys that are none and signatures that do not hold.

use asp_core::key::{KeyId, SignatureBytes};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use curve25519_dalek::Scalar;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::{Row, replaced};
use crate::case::{Case, envelope, signatures};
use crate::people::key;

pub(super) fn rows() -> Vec<Row> {
    [keys(), values(), hardware()].concat()
}

/// The envelope whose first signature names this key.
fn by(case: &Case, bytes: [u8; 32]) -> Option<Vec<u8>> {
    let mut signatures = signatures(case.kind, &case.text(), &case.keys());
    let last = signatures.pop()?;
    let id = json!(KeyId::from_bytes(bytes));
    // Alone, so that the order of key ids is not what breaks.
    Some(envelope(&case.text(), &[json!({"alg": "Ed25519", "keyId": id, "value": last.get("value")?})]))
}

/// 32 bytes from hexadecimal digits, little-endian as RFC 8032 has points.
fn point(digits: &str) -> Option<[u8; 32]> {
    Hash::from_hex(digits).map(|bytes| *bytes.as_bytes())
}

fn keys() -> Vec<Row> {
    let none = |name, words, make| Row { name, words, code: Code::InvalidKey, make };
    let weak = |name, words, make| Row { name, words, code: Code::WeakKey, make };
    vec![
        none("no-point", "a key whose y is that of no point of the curve", |case| {
            by(case, point("0200000000000000000000000000000000000000000000000000000000000000")?)
        }),
        none(
            "unreduced-point",
            "a key whose y is written with p added to it, that of a point of large order",
            |case| by(case, point("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")?),
        ),
        weak("order-1", "the neutral element as the key", |case| {
            by(case, point("0100000000000000000000000000000000000000000000000000000000000000")?)
        }),
        weak("order-2", "the point of order 2 as the key", |case| {
            by(case, point("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")?)
        }),
        weak("order-4", "a point of order 4 as the key", |case| {
            by(case, point("0000000000000000000000000000000000000000000000000000000000000080")?)
        }),
        weak("order-8", "a point of order 8 as the key", |case| {
            by(case, point("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")?)
        }),
        weak("order-8-other", "another point of order 8 as the key", |case| {
            by(case, point("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")?)
        }),
        weak("order-1-unreduced", "the neutral element with p added to its y", |case| {
            by(case, point("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")?)
        }),
    ]
}

/// The envelope whose first signature has changed bytes.
fn changed(case: &Case, change: impl FnOnce(&mut [u8; 64])) -> Option<Vec<u8>> {
    let mut signatures = signatures(case.kind, &case.text(), &case.keys());
    let first = signatures.first_mut()?;
    let value: SignatureBytes = first.get("value")?.as_str()?.parse().ok()?;
    let mut bytes = *value.as_bytes();
    change(&mut bytes);
    *first.get_mut("value")? = json!(SignatureBytes::from_bytes(bytes));
    Some(envelope(&case.text(), &signatures))
}

/// The envelope signed over other bytes than those that a statement is signed by.
fn over(case: &Case, input: &[u8]) -> Option<Vec<u8>> {
    let key = case.keys().into_iter().next()?;
    let signature = json!({"alg": "Ed25519", "keyId": key.id(), "value": key.sign(input)});
    Some(envelope(&case.text(), &[signature]))
}

fn values() -> Vec<Row> {
    let row = |name, words, make| Row { name, words, code: Code::InvalidSignature, make };
    vec![
        row("flipped-point", "one bit of R flipped", |case| changed(case, |bytes| bytes[0] ^= 1)),
        row("flipped-scalar", "one bit of S flipped", |case| changed(case, |bytes| bytes[32] ^= 1)),
        row("all-zero", "a signature of zeros", |case| changed(case, |bytes| *bytes = [0; 64])),
        row("scalar-and-order", "S with the order of the group added to it", |case| changed(case, add_order)),
        row("small-order-commitment", "R of small order, with the S that makes the equation hold", |case| {
            let key = case.keys().into_iter().next()?;
            let input = [b"asp/1.0/", case.kind.as_bytes(), b"\n", case.text().as_slice()].concat();
            let value = SignatureBytes::from_bytes(with_neutral_commitment(
                &key.seed(),
                key.id().as_bytes().try_into().ok()?,
                &input,
            )?);
            let signature = json!({"alg": "Ed25519", "keyId": key.id(), "value": value});
            Some(envelope(&case.text(), &[signature]))
        }),
        row("other-key", "the signature of another key", |case| {
            let mut own = signatures(case.kind, &case.text(), &case.keys());
            let other = signatures(case.kind, &case.text(), &[key("a stranger")]);
            *own.first_mut()?.get_mut("value")? = other.first()?.get("value")?.clone();
            Some(envelope(&case.text(), &own))
        }),
        row("other-type", "signed as a statement of another type", |case| {
            over(case, &[b"asp/1.0/OTHER\n", case.text().as_slice()].concat())
        }),
        row("no-tag", "signed without the tag", |case| over(case, &case.text())),
        row("tag-without-line", "signed with a tag that no line break ends", |case| {
            over(case, &[b"asp/1.0/", case.kind.as_bytes(), case.text().as_slice()].concat())
        }),
        row("other-version", "signed with the tag of another version", |case| {
            over(case, &[b"asp/1.1/", case.kind.as_bytes(), b"\n", case.text().as_slice()].concat())
        }),
        row("hash-signed", "the statement's hash signed in place of its bytes", |case| {
            let hash = Hash::of(&[b"asp/1.0/", case.kind.as_bytes(), b"\n", &case.text()]);
            over(case, hash.as_bytes())
        }),
        row("other-statement", "the signatures of a statement of another instant", |case| {
            let later = replaced(&case.text(), "15:55:12.000Z", b"15:55:12.001Z")?;
            Some(envelope(&case.text(), &signatures(case.kind, &later, &case.keys())))
        }),
        row("second-signature", "a second signature that does not hold beside those that do", |case| {
            let mut all: Vec<Value> = signatures(case.kind, &case.text(), &case.keys());
            let foreign = signatures("OTHER", &case.text(), &[key("a stranger")]);
            all.extend(foreign);
            all.sort_by_key(|signature| {
                signature.get("keyId").and_then(Value::as_str).and_then(|id| id.parse::<KeyId>().ok())
            });
            Some(envelope(&case.text(), &all))
        }),
    ]
}

/// The envelope with one signature by a key of P-256, its members changed.
fn es256(case: &Case, change: impl FnOnce(&mut [u8; 33], &mut [u8; 64]) -> Option<()>) -> Option<Vec<u8>> {
    let key = key("a stranger, in hardware");
    let KeyId::P256(mut point) = key.id() else { return None };
    let input = [b"asp/1.0/", case.kind.as_bytes(), b"\n", case.text().as_slice()].concat();
    let mut bytes = *key.sign(&input).as_bytes();
    change(&mut point, &mut bytes)?;
    let value = SignatureBytes::from_bytes(bytes);
    let signature = json!({"alg": "ES256", "keyId": KeyId::P256(point), "value": value});
    Some(envelope(&case.text(), &[signature]))
}

fn hardware() -> Vec<Row> {
    let row = |code| move |name, words, make| Row { name, words, code, make };
    let (no_key, no_signature) = (row(Code::InvalidKey), row(Code::InvalidSignature));
    vec![
        no_key("p256-no-point", "a key of P-256 whose x is that of no point", |case| {
            es256(case, |point, _| {
                *point = [[2].as_slice(), &[0; 31], &[4]].concat().try_into().ok()?;
                Some(())
            })
        }),
        no_key("p256-other-tag", "a key of P-256 with the tag of a point that is not compressed", |case| {
            es256(case, |point, _| {
                point[0] = 4;
                Some(())
            })
        }),
        no_key("p256-unreduced", "a key of P-256 whose x is not below the prime", |case| {
            es256(case, |point, _| {
                *point = [0xff; 33];
                point[0] = 2;
                Some(())
            })
        }),
        no_signature("es256-larger-s", "the other signature that verifies, with the larger s", |case| {
            es256(case, |_, value| negate_s(value))
        }),
        no_signature("es256-all-zero", "an ES256 signature of zeros", |case| {
            es256(case, |_, value| {
                *value = [0; 64];
                Some(())
            })
        }),
        no_signature("es256-flipped-r", "one bit of r flipped", |case| {
            es256(case, |_, value| {
                value[31] ^= 1;
                Some(())
            })
        }),
        no_signature("es256-order-as-s", "the order of the group as s", |case| {
            es256(case, |_, value| {
                value.get_mut(32..)?.copy_from_slice(&P256_ORDER);
                Some(())
            })
        }),
        no_signature("es256-other-point", "the signature under the point with the other y", |case| {
            es256(case, |point, _| {
                point[0] ^= 1;
                Some(())
            })
        }),
        no_signature("es256-other-type", "signed by a key of P-256 as a statement of another type", |case| {
            let key = key("a stranger, in hardware");
            let value = key.sign(&[b"asp/1.0/OTHER\n", case.text().as_slice()].concat());
            let signature = json!({"alg": "ES256", "keyId": key.id(), "value": value});
            Some(envelope(&case.text(), &[signature]))
        }),
    ]
}

/// The order of P-256 in big-endian bytes (SEC 2 §2.4.2).
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Takes s, the second half, from the order of the group: a signature that verifies as well.
fn negate_s(bytes: &mut [u8; 64]) -> Option<()> {
    let mut borrow = 0;
    for (digit, order) in bytes.get_mut(32..)?.iter_mut().zip(P256_ORDER).rev() {
        let difference = i16::from(order) - i16::from(*digit) - borrow;
        borrow = i16::from(difference < 0);
        *digit = u8::try_from(difference & 0xff).ok()?;
    }
    Some(())
}

/// Adds the order of the group to S, the second half: the same number to who reduces it, another spelling.
fn add_order(bytes: &mut [u8; 64]) {
    let order = (-Scalar::ONE).to_bytes();
    // The order is one more than the greatest scalar.
    let mut carry = 1;
    for (digit, more) in bytes.iter_mut().skip(32).zip(order) {
        let sum = u16::from(*digit) + u16::from(more) + carry;
        let [low, high] = sum.to_le_bytes();
        *digit = low;
        carry = u16::from(high);
    }
}

/// A signature whose R is the neutral element: S is then the hash times the secret scalar, and the equation holds.
fn with_neutral_commitment(seed: &[u8; 32], public: &[u8; 32], message: &[u8]) -> Option<[u8; 64]> {
    let mut secret: [u8; 32] = Sha512::digest(seed).first_chunk().copied()?;
    // RFC 8032 §5.1.5, step 2.
    secret[0] &= 0xf8;
    secret[31] = (secret[31] & 0x7f) | 0x40;
    let mut commitment = [0; 32];
    commitment[0] = 1;
    let hash = Sha512::new().chain_update(commitment).chain_update(public).chain_update(message).finalize();
    let scalar = Scalar::from_bytes_mod_order_wide(&hash.into()) * Scalar::from_bytes_mod_order(secret);
    [commitment, scalar.to_bytes()].concat().try_into().ok()
}
