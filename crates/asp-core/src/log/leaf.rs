//! What the log shows of a statement: two hashes and a time, nothing of what it says.
//! Hashing of leaves is in `hash`.

use super::hash::leaf_hash;
use crate::position::{Hash, LogTime};

/// Tells an entry of this log from any other signed or hashed bytes of the protocol.
const TAG: &[u8; 13] = b"asp/1.0/leaf\n";

/// Bytes of an entry: the tag, two hashes, eight bytes of time.
pub const LEAF_BYTES: usize = TAG.len() + 32 + 32 + 8;

/// An entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The hash of the statement.
    pub statement: Hash,
    /// The hash of its signatures, so that none can be taken away or exchanged later.
    pub signatures: Hash,
    /// When the node took it in.
    pub log_time: LogTime,
}

impl Leaf {
    /// The [`LEAF_BYTES`] bytes of the entry; the time is big-endian milliseconds since 1970.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let time = self.log_time.millis().to_be_bytes();
        [TAG.as_slice(), self.statement.as_bytes(), self.signatures.as_bytes(), &time].concat()
    }

    /// Reads an entry; `None` unless it is exactly what [`Leaf::encode`] writes.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (statement, rest) = bytes.strip_prefix(TAG)?.split_first_chunk::<32>()?;
        let (signatures, rest) = rest.split_first_chunk::<32>()?;
        let millis = u64::from_be_bytes(rest.try_into().ok()?);
        (millis <= LogTime::MAX.millis()).then_some(Self {
            statement: Hash::from_bytes(*statement),
            signatures: Hash::from_bytes(*signatures),
            log_time: LogTime::from_millis(millis),
        })
    }

    /// The hash under which the tree has it (RFC 6962 §2.1).
    #[must_use]
    pub fn hash(&self) -> Hash {
        leaf_hash(&self.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_one_spelling() {
        let leaf = Leaf {
            statement: Hash::of(&[b"statement"]),
            signatures: Hash::of(&[b"signatures"]),
            log_time: LogTime::MAX,
        };
        let bytes = leaf.encode();
        assert_eq!(bytes.len(), LEAF_BYTES);
        assert_eq!(Leaf::decode(&bytes), Some(leaf));
        assert_eq!(leaf.hash(), leaf_hash(&bytes));
        assert_eq!(Leaf::decode(&bytes[1..]), None);
        assert_eq!(Leaf::decode(&bytes[..LEAF_BYTES - 1]), None);
        assert_eq!(Leaf::decode(&[&bytes[..], &[0]].concat()), None);
        let mut late = bytes.clone();
        late[LEAF_BYTES - 8] = 1;
        assert_eq!(Leaf::decode(&late), None);
        let mut other_tag = bytes;
        other_tag[4] = b'2';
        assert_eq!(Leaf::decode(&other_tag), None);
    }
}
