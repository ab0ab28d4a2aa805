//! Disclosures open for one key in one place, and the library beneath does what RFC 9180 says.

use curve25519_dalek::montgomery::MontgomeryPoint;
use openmls_traits::types::{AeadType, HashType};
use proptest::prelude::*;

use super::*;

const SECOND_SEED: [u8; 32] = [2; 32];

fn key() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn origin() -> Origin {
    "assent.example/main".parse().unwrap()
}

fn place(origin: &Origin) -> Place<'_> {
    Place { origin, session: Hash::of(&[b"session"]), statement: Hash::of(&[b"statement"]) }
}

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

#[test]
fn what_was_shut_to_a_key_opens_with_it() {
    let origin = origin();
    for text in [&b""[..], b"{}", &vec![7; limits::DISCLOSURE_BYTES_MAX]] {
        let shut = shut(&key().id(), &place(&origin), text).unwrap();
        assert_eq!((shut.enc.len(), shut.content.len()), (32, text.len() + 16));
        assert_eq!(open(&key(), &place(&origin), &shut).unwrap().as_slice(), text);
    }
}

#[test]
fn nothing_is_shut_twice_in_the_same_way() {
    let origin = origin();
    let [one, other] = [0, 1].map(|_| shut(&key().id(), &place(&origin), b"text").unwrap());
    assert_ne!(one.enc, other.enc);
    assert_ne!(one.content, other.content);
}

#[test]
fn a_disclosure_opens_for_nobody_else_and_nowhere_else() {
    // THR-SEAL-STOLEN-DISCLOSURE
    let (here, there) = (origin(), "other.example/main".parse().unwrap());
    let place = place(&here);
    let shut = shut(&key().id(), &place, b"text").unwrap();
    let refused =
        |key: &SecretKey, place: Place<'_>| assert_eq!(open(key, &place, &shut), Err(Fault::CannotOpen));
    refused(&SecretKey::from_seed(&SECOND_SEED), place);
    refused(&key(), Place { origin: &there, ..place });
    refused(&key(), Place { session: Hash::of(&[b"another"]), ..place });
    refused(&key(), Place { statement: Hash::of(&[b"another"]), ..place });
    refused(&key(), Place { session: place.statement, statement: place.session, ..place });
    assert!(open(&key(), &place, &shut).is_ok());
}

#[test]
fn an_altered_disclosure_does_not_open() {
    // THR-SEAL-STOLEN-DISCLOSURE
    let origin = origin();
    let shut = shut(&key().id(), &place(&origin), b"text").unwrap();
    for bit in 0..shut.enc.len() * 8 {
        let mut altered = shut.clone();
        altered.enc[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&key(), &place(&origin), &altered), Err(Fault::CannotOpen), "enc, bit {bit}");
    }
    for bit in 0..shut.content.len() * 8 {
        let mut altered = shut.clone();
        altered.content[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&key(), &place(&origin), &altered), Err(Fault::CannotOpen), "content, bit {bit}");
    }
}

#[test]
fn what_has_not_the_lengths_of_a_disclosure_is_malformed() {
    let origin = origin();
    let check = |enc: usize, content: usize, want: Fault| {
        let shut = Shut { enc: vec![9; enc], content: vec![0; content] };
        assert_eq!(open(&key(), &place(&origin), &shut), Err(want), "{enc} and {content} bytes");
    };
    check(0, 20, Fault::Malformed);
    check(31, 20, Fault::Malformed);
    check(33, 20, Fault::Malformed);
    check(32, 0, Fault::Malformed);
    check(32, 15, Fault::Malformed);
    check(32, 16, Fault::CannotOpen);
    check(32, limits::DISCLOSURE_BYTES_MAX + 16, Fault::CannotOpen);
    check(32, limits::DISCLOSURE_BYTES_MAX + 17, Fault::TooLarge);
    let large = vec![0; limits::DISCLOSURE_BYTES_MAX + 1];
    assert_eq!(shut(&key().id(), &place(&origin), &large), Err(Fault::TooLarge));
}

#[test]
fn nothing_is_shut_to_a_key_that_cannot_open_it() {
    // THR-SEAL-ZERO-DH
    let origin = origin();
    let es256 = SecretKey::from_scalar(&[7; 32]).unwrap();
    let identity = KeyId::from_bytes([[1].as_slice(), &[0; 31]].concat().try_into().unwrap());
    let no_point = KeyId::from_bytes([[2].as_slice(), &[0; 31]].concat().try_into().unwrap());
    for unsuited in [es256.id(), identity, no_point] {
        assert_eq!(shut(&unsuited, &place(&origin), b"text"), Err(Fault::KeyUnsuited), "{unsuited}");
    }
    let shut = shut(&key().id(), &place(&origin), b"text").unwrap();
    assert_eq!(open(&es256, &place(&origin), &shut), Err(Fault::KeyUnsuited));
}

#[test]
fn faults_keep_their_codes() {
    let codes = [Fault::KeyUnsuited, Fault::CannotOpen, Fault::Malformed, Fault::TooLarge, Fault::CannotShut];
    let texts = ["KEY_UNSUITED", "CANNOT_OPEN", "MALFORMED", "TOO_LARGE", "CANNOT_SHUT"];
    assert_eq!(codes.map(Fault::code), texts);
}

/// RFC 9180 A.2.1, sequence number 0, and the key pair of its receiver from its `ikmR`.
#[test]
fn the_library_opens_what_rfc_9180_shut() {
    let crypto = RustCrypto::default();
    let secret = bytes("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    let public = bytes("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
    let ikm = bytes("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df");
    let pair = crypto.derive_hpke_keypair(SUITE, &ikm).unwrap();
    assert_eq!((pair.public, pair.private.to_vec()), (public, secret.clone()));

    let input = HpkeCiphertext {
        kem_output: bytes("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a").into(),
        ciphertext: bytes(
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
        )
        .into(),
    };
    let info = bytes("4f6465206f6e2061204772656369616e2055726e");
    let opened = crypto.hpke_open(SUITE, &input, &secret, &info, b"Count-0").unwrap();
    assert_eq!(opened, b"Beauty is truth, truth beauty");
}

/// The key and nonce that RFC 9180 §4.1 and §5.1 derive from a shared point, written out a second time.
fn schedule(shared: &[u8], enc: &[u8], receiver: &[u8], info: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let crypto = RustCrypto::default();
    let (kem, suite) = (b"KEM\x00\x20".as_slice(), b"HPKE\x00\x20\x00\x01\x00\x03".as_slice());
    let extract = |suite: &[u8], salt: &[u8], label: &[u8], ikm: &[u8]| {
        let ikm = [b"HPKE-v1".as_slice(), suite, label, ikm].concat();
        crypto.hkdf_extract(HashType::Sha2_256, salt, &ikm).unwrap().as_slice().to_vec()
    };
    let expand = |suite: &[u8], key: &[u8], label: &[u8], info: &[u8], length: u8| {
        let info = [&[0, length], b"HPKE-v1".as_slice(), suite, label, info].concat();
        let expanded = crypto.hkdf_expand(HashType::Sha2_256, key, &info, usize::from(length)).unwrap();
        expanded.as_slice().to_vec()
    };
    let prk = extract(kem, b"", b"eae_prk", shared);
    let secret = expand(kem, &prk, b"shared_secret", &[enc, receiver].concat(), 32);
    let ids = [extract(suite, b"", b"psk_id_hash", b""), extract(suite, b"", b"info_hash", info)].concat();
    let context = [b"\0".as_slice(), &ids].concat();
    let secret = extract(suite, &secret, b"secret", b"");
    (expand(suite, &secret, b"key", &context, 32), expand(suite, &secret, b"base_nonce", &context, 12))
}

/// A disclosure that is right in all but its point: whoever sent it knows the `shared` point.
fn forge(enc: [u8; 32], shared: [u8; 32], place: &Place<'_>) -> Shut {
    let receiver = key().id().exchange_key().unwrap();
    let (key_bytes, nonce) = schedule(&shared, &enc, &receiver, INFO);
    let associated = place.associated(&key().id());
    let sealed = RustCrypto::default().aead_encrypt(
        AeadType::ChaCha20Poly1305,
        &key_bytes,
        b"forged",
        &nonce,
        &associated,
    );
    Shut { enc: enc.to_vec(), content: sealed.unwrap() }
}

/// Every u of small order, and those that are equal to one of them (RFC 7748 §6.1).
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

#[test]
fn a_point_of_small_order_opens_nothing() {
    // THR-SEAL-ZERO-DH
    let origin = origin();
    let place = place(&origin);
    let receiver = MontgomeryPoint(key().id().exchange_key().unwrap());
    let ephemeral = [5; 32];
    let honest = MontgomeryPoint::mul_base_clamped(ephemeral).to_bytes();
    let opened = open(&key(), &place, &forge(honest, receiver.mul_clamped(ephemeral).to_bytes(), &place));
    assert_eq!(opened.unwrap().as_slice(), b"forged", "what is forged below is right in all else");

    for point in SMALL_ORDER {
        let enc: [u8; 32] = bytes(point).try_into().unwrap();
        let shared = MontgomeryPoint(enc).mul_clamped(*key().exchange_key().unwrap());
        assert_eq!(shared.to_bytes(), [0; 32], "{point} is of small order");
        let mut high_bit = enc;
        high_bit[31] |= 0x80;
        for enc in [enc, high_bit] {
            assert_eq!(open(&key(), &place, &forge(enc, [0; 32], &place)), Err(Fault::CannotOpen), "{point}");
            let shut = RustCrypto::default().hpke_seal(SUITE, &enc, INFO, b"", b"text");
            assert!(shut.is_err(), "nothing is shut to {point}");
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_bring_opening_down(
        enc in prop_oneof![prop::collection::vec(any::<u8>(), 32), prop::collection::vec(any::<u8>(), 0..70)],
        content in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let origin = origin();
        let fault = open(&key(), &place(&origin), &Shut { enc, content }).unwrap_err();
        prop_assert!(matches!(fault, Fault::Malformed | Fault::CannotOpen));
    }

    #[test]
    fn any_text_comes_back(text in prop::collection::vec(any::<u8>(), 0..2000), seed in any::<[u8; 32]>()) {
        let (origin, key) = (origin(), SecretKey::from_seed(&seed));
        let shut = shut(&key.id(), &place(&origin), &text).unwrap();
        let opened = open(&key, &place(&origin), &shut).unwrap();
        prop_assert_eq!(opened.as_slice(), text.as_slice());
    }
}
