//! The X25519 form of an Ed25519 key, so that something can be shut to whoever signs with it (RFC 7748 §4.1).
//!
//! One key for both is sound: signatures tell nothing of what is shut to the key, nor the reverse (Thormarker,
//! ePrint 2021/509). Knows nothing of what is shut, and of P-256 only that it has no such form.

use zeroize::Zeroizing;

use super::{KeyId, Point, PublicKey, Secret, SecretKey};
use crate::rejection::Code;

impl KeyId {
    /// The public half in its X25519 form: the u of the same point.
    ///
    /// # Errors
    /// As [`PublicKey::try_from`], so never of small order; [`Code::InvalidKey`] for P-256, which has no such form.
    pub fn exchange_key(&self) -> Result<[u8; 32], Code> {
        match PublicKey::try_from(self)?.0 {
            Point::Ed25519(key) => Ok(key.to_montgomery().to_bytes()),
            Point::P256(_) => Err(Code::InvalidKey),
        }
    }
}

impl SecretKey {
    /// The private half in its X25519 form: the scalar that signs, clamped (RFC 8032 §5.1.5, RFC 7748 §5).
    ///
    /// # Errors
    /// [`Code::InvalidKey`] for P-256, which has no such form.
    pub fn exchange_key(&self) -> Result<Zeroizing<[u8; 32]>, Code> {
        match &self.0 {
            Secret::Ed25519(key) => {
                let mut scalar = Zeroizing::new(key.to_scalar_bytes());
                let [first, .., last] = &mut *scalar;
                *first &= 0b1111_1000;
                *last = *last & 0b0111_1111 | 0b0100_0000;
                Ok(scalar)
            }
            Secret::P256(_) => Err(Code::InvalidKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::montgomery::MontgomeryPoint;
    use proptest::prelude::*;

    use super::*;

    fn bytes(hex: &str) -> [u8; 32] {
        hex::decode(hex).unwrap().try_into().unwrap()
    }

    /// The figures of libsodium's own test, `ed25519_convert`.
    #[test]
    fn a_key_has_the_form_that_libsodium_gives_it() {
        let seed = bytes("421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee");
        let key = SecretKey::from_seed(&seed);
        let public = bytes("f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50");
        let secret = bytes("8052030376d47112be7f73ed7a019293dd12ad910b654455798b4667d73de166");
        assert_eq!(key.id().exchange_key().unwrap(), public);
        assert_eq!(*key.exchange_key().unwrap(), secret);
    }

    proptest! {
        #[test]
        fn both_halves_are_of_one_key(seed in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
            let key = SecretKey::from_seed(&seed);
            let scalar = *key.exchange_key().unwrap();
            let public = key.id().exchange_key().unwrap();
            prop_assert_eq!(MontgomeryPoint::mul_base_clamped(scalar).to_bytes(), public);
            let other = SecretKey::from_seed(&other);
            let theirs = MontgomeryPoint(other.id().exchange_key().unwrap()).mul_clamped(scalar);
            let ours = MontgomeryPoint(public).mul_clamped(*other.exchange_key().unwrap());
            prop_assert_eq!(theirs, ours);
        }
    }

    #[test]
    fn a_key_of_p256_has_no_such_form() {
        let key = SecretKey::from_scalar(&[7; 32]).unwrap();
        assert_eq!(key.id().exchange_key(), Err(Code::InvalidKey));
        assert_eq!(key.exchange_key().unwrap_err(), Code::InvalidKey);
    }

    #[test]
    fn a_weak_key_and_what_is_no_key_have_no_such_form() {
        let identity = bytes("0100000000000000000000000000000000000000000000000000000000000000");
        let order_eight = bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
        let no_point = bytes("0200000000000000000000000000000000000000000000000000000000000000");
        assert_eq!(KeyId::from_bytes(identity).exchange_key(), Err(Code::WeakKey));
        assert_eq!(KeyId::from_bytes(order_eight).exchange_key(), Err(Code::WeakKey));
        assert_eq!(KeyId::from_bytes(no_point).exchange_key(), Err(Code::InvalidKey));
    }
}
