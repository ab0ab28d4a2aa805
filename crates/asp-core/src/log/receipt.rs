//! Receipts in bulk: the node's word that statements are in its log, with one signature for a whole batch.
//! Whether the log itself agrees is told by a proof of inclusion later; see `proof`.
//!
//! Who has a receipt learns nothing of what the others in its batch say, only how many the log took in with it: in the
//! batch's tree a hash that nobody can guess stands beside each receipt, so that a path shows no hash of which somebody
//! knows what it is of.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::hash::{leaf_hash, row_above};
use super::proof::{ProofError, inclusion_root};
use crate::key::{Algorithm, KeyId, PublicKey, SecretKey, SignatureBytes};
use crate::limits;
use crate::name::{Origin, StreamId};
use crate::position::{Hash, LogTime, Position, Sequence};
use crate::rejection::Code;

/// Hashes of the longest path of a receipt.
pub const BATCH_PATH_MAX: usize = 16;

/// Leaves of the largest tree of a batch.
pub const BATCH_SIZE_MAX: u32 = 1 << BATCH_PATH_MAX;

/// Statements of the largest batch that can have receipts; what a node takes is [`limits::BATCH_MAX`].
pub const BATCH_RECEIPTS_MAX: u32 = BATCH_SIZE_MAX / 2;

/// Bytes of the longest receipt: 16 hashes of 74 bytes, names of up to 300 bytes, and what stands around them.
pub const RECEIPT_BYTES_MAX: usize = 4096;

/// Tells the signature of a batch from all other signatures of the protocol.
const TAG: &str = "asp/1.0/receipts\n";

/// Tells the signature that blinds a batch, which nobody gets to see, from all others.
const BLIND_TAG: &[u8] = b"asp/1.0/receipts/blind\n";

/// What the node says about one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
// The fields stand in the order of their JSON names, which makes what serde writes canonical (RFC 8785 §3.2.3).
pub struct ReceiptBody {
    /// Where in the log the statement stands.
    pub log_index: Position,
    /// When the node took it in; decides deadlines.
    pub log_time: LogTime,
    /// The log.
    pub origin: Origin,
    /// Its place in its stream.
    pub sequence: Sequence,
    /// The hash of the statement.
    pub statement: Hash,
    /// The stream it extends.
    pub stream: StreamId,
}

impl ReceiptBody {
    /// The canonical JSON: the bytes that are hashed into the tree of the batch.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { log_index, log_time, origin, sequence, statement, stream } = self;
        // None of these texts can have a character that JSON escapes.
        format!(
            r#"{{"logIndex":{log_index},"logTime":"{log_time}","origin":"{origin}","sequence":{sequence},"statement":"{statement}","stream":"{stream}"}}"#
        )
    }

    /// The hash under which the tree of the batch has it.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(self.to_json().as_bytes())
    }
}

/// The place of a receipt in its batch: what leads from its body to what was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchPlace {
    /// The zero-based number among the leaves of the batch's tree.
    pub index: u32,
    /// The proof of inclusion in the tree of the batch (RFC 6962 §2.1.1), from the leaf up; at most 16 hashes.
    #[serde(deserialize_with = "bounded_path")]
    pub path: Vec<Hash>,
    /// Leaves of the batch's tree; a verifier need not know which of them are receipts.
    pub size: u32,
}

impl BatchPlace {
    /// The place of the `index`-th receipt among all of its batch, by the hashes of their bodies and the batch's seed.
    ///
    /// `None` if there is no such receipt, or a larger tree than [`BATCH_SIZE_MAX`]. Costs some hashes per receipt.
    #[must_use]
    pub fn among(leaves: &[Hash], seed: Option<&Hash>, index: u32) -> Option<Self> {
        let tree = blinded(leaves, seed);
        let size = u32::try_from(tree.len()).ok().filter(|size| *size <= BATCH_SIZE_MAX)?;
        place_in(&rows_over(tree), leaf_of(index, seed)?, size)
    }

    /// The path as 32 bytes per hash, for storing.
    #[must_use]
    pub fn path_bytes(&self) -> Vec<u8> {
        self.path.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }

    /// The place with a path that [`BatchPlace::path_bytes`] gave; `None` unless that is up to 16 whole hashes.
    #[must_use]
    pub fn from_stored(index: u32, size: u32, path: &[u8]) -> Option<Self> {
        let (hashes, rest) = path.as_chunks::<32>();
        let fits = rest.is_empty() && hashes.len() <= BATCH_PATH_MAX;
        fits.then(|| Self { index, path: hashes.iter().copied().map(Hash::from_bytes).collect(), size })
    }
}

/// The node's signature over a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchSignature {
    /// The algorithm of the key: Ed25519, as a node has no other.
    #[serde(deserialize_with = "ed25519_alone")]
    pub alg: Algorithm,
    /// The node's key.
    #[serde(deserialize_with = "key_of_a_node")]
    pub key_id: KeyId,
    /// The signature.
    pub value: SignatureBytes,
}

fn ed25519_alone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Algorithm, D::Error> {
    match Algorithm::deserialize(deserializer)? {
        Algorithm::Ed25519 => Ok(Algorithm::Ed25519),
        Algorithm::Es256 => Err(serde::de::Error::custom("a node signs with Ed25519")),
    }
}

fn key_of_a_node<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyId, D::Error> {
    match KeyId::deserialize(deserializer)? {
        KeyId::Ed25519(bytes) => Ok(KeyId::Ed25519(bytes)),
        KeyId::P256(_) => Err(serde::de::Error::custom("a node's key is of Ed25519")),
    }
}

/// A receipt: portable evidence that a log took a statement at this place and time.
///
/// What serde writes is canonical JSON; [`Receipt::from_json`] takes nothing else. The parts are plain values: put
/// together again from what was stored, they give the same JSON, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// How it hangs on the signature.
    pub batch: BatchPlace,
    /// What is said.
    pub receipt: ReceiptBody,
    /// Who says it.
    pub signature: BatchSignature,
}

/// Why a receipt is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptError {
    /// The bytes are not the canonical JSON of a receipt, or too many.
    NotCanonical,
    /// A number is beyond what JSON keeps, or the batch is larger than one can be.
    OutOfRange,
    /// The index, size and path do not fit each other.
    Path(ProofError),
    /// The receipt names another key than the node's.
    OtherKey,
    /// The node's key is no Ed25519 key, or a weak one.
    InvalidKey,
    /// The signature does not verify over this body at this place.
    InvalidSignature,
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCanonical => f.write_str("not the canonical JSON of a receipt"),
            Self::OutOfRange => f.write_str("a number of the receipt is out of range"),
            Self::Path(error) => write!(f, "the place in the batch does not hold: {error}"),
            Self::OtherKey => f.write_str("the receipt is signed with another key"),
            Self::InvalidKey => f.write_str("the node's key is no key"),
            Self::InvalidSignature => f.write_str("the receipt's signature does not verify"),
        }
    }
}

impl std::error::Error for ReceiptError {}

impl Receipt {
    /// Reads canonical JSON (RFC 8785) and nothing else; verifies nothing.
    ///
    /// # Errors
    /// [`ReceiptError::NotCanonical`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::NotCanonical);
        }
        let receipt: Self = serde_json::from_slice(bytes).map_err(|_| ReceiptError::NotCanonical)?;
        // serde is lax about space, order, escapes and lists for objects; writing again shows all of them.
        match serde_json::to_vec(&receipt) {
            Ok(canonical) if canonical == bytes => Ok(receipt),
            Ok(_) | Err(_) => Err(ReceiptError::NotCanonical),
        }
    }

    /// Verifies that the node with this key said this. Costs one signature and up to 17 hashes.
    ///
    /// # Errors
    /// Which way to be wrong it is; whether the fault is the node's or the bearer's cannot be told apart.
    pub fn verify(&self, node_key: &KeyId) -> Result<(), ReceiptError> {
        let Self { batch, receipt, signature } = self;
        let largest = receipt.log_index.0.max(receipt.sequence.0);
        if largest > limits::INTEGER_MAX || batch.size > BATCH_SIZE_MAX {
            return Err(ReceiptError::OutOfRange);
        }
        if signature.key_id != *node_key {
            return Err(ReceiptError::OtherKey);
        }
        if (signature.alg, node_key.algorithm()) != (Algorithm::Ed25519, Algorithm::Ed25519) {
            return Err(ReceiptError::InvalidKey);
        }
        let leaf = receipt.leaf();
        let root = inclusion_root(&leaf, batch.index.into(), batch.size.into(), &batch.path)
            .map_err(ReceiptError::Path)?;
        let key = PublicKey::try_from(node_key).map_err(|_: Code| ReceiptError::InvalidKey)?;
        key.verify(signed_text(&receipt.origin, &root, batch.size).as_bytes(), &signature.value)
            .map_err(|_| ReceiptError::InvalidSignature)
    }
}

/// What is signed for a batch: a tag and canonical JSON.
fn signed_text(origin: &Origin, root: &Hash, size: u32) -> String {
    format!(r#"{TAG}{{"origin":"{origin}","root":"{root}","size":{size}}}"#)
}

/// A batch with its one signature, from which each receipt takes its place.
#[derive(Debug, Clone)]
pub struct SignedBatch {
    leaves: Vec<Hash>,
    seed: Option<Hash>,
    size: u32,
    signature: BatchSignature,
    /// The rows of the tree, leaves first, root last; a node without a sibling stands in the row above too.
    rows: Vec<Vec<Hash>>,
}

/// Signs the receipts of one batch: the whole tree once, less than five hashes per receipt, and two signatures.
///
/// `None` if there are none, more than [`BATCH_RECEIPTS_MAX`], or receipts of more than one log.
#[must_use]
pub fn sign_batch(bodies: &[ReceiptBody], key: &SecretKey) -> Option<SignedBatch> {
    let origin = &bodies.first()?.origin;
    u32::try_from(bodies.len()).ok().filter(|count| *count <= BATCH_RECEIPTS_MAX)?;
    if bodies.iter().any(|body| body.origin != *origin) {
        return None;
    }
    let leaves: Vec<Hash> = bodies.iter().map(ReceiptBody::leaf).collect();
    let seed = seed(&leaves, key);
    let rows = rows_over(blinded(&leaves, seed.as_ref()));
    let size = u32::try_from(rows.first()?.len()).ok()?;
    let root = rows.last()?.first()?;
    let value = key.sign(signed_text(origin, root, size).as_bytes());
    let signature = BatchSignature { alg: Algorithm::Ed25519, key_id: key.id(), value };
    Some(SignedBatch { leaves, seed, size, signature, rows })
}

/// What the blinding hashes of a batch are made from; one receipt alone has nothing to hide from.
///
/// A signature that nobody sees is as good as random, and needs no source of randomness.
fn seed(leaves: &[Hash], key: &SecretKey) -> Option<Hash> {
    if leaves.len() < 2 {
        return None;
    }
    let all: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
    Some(Hash::of(&[key.sign(&[BLIND_TAG, &all].concat()).as_bytes()]))
}

/// The leaves of a batch's tree: the receipts, and with a seed a blinding hash behind each.
fn blinded(leaves: &[Hash], seed: Option<&Hash>) -> Vec<Hash> {
    let Some(seed) = seed else { return leaves.to_vec() };
    let blind = |number: u32| Hash::of(&[seed.as_bytes(), &number.to_be_bytes()]);
    (0..).zip(leaves).flat_map(|(number, leaf)| [*leaf, blind(number)]).collect()
}

/// The number of a receipt's leaf in the tree of its batch.
fn leaf_of(index: u32, seed: Option<&Hash>) -> Option<u32> {
    if seed.is_some() { index.checked_mul(2) } else { Some(index) }
}

/// The rows of the tree over these leaves, the root last.
fn rows_over(leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
    let mut rows = vec![leaves];
    // Each turn halves the row, so there are at most 17.
    while let Some(row) = rows.last().filter(|row| row.len() > 1) {
        rows.push(row_above(row));
    }
    rows
}

fn place_in(rows: &[Vec<Hash>], index: u32, size: u32) -> Option<BatchPlace> {
    if index >= size {
        return None;
    }
    let mut place = usize::try_from(index).ok()?;
    let mut path = Vec::with_capacity(rows.len());
    for row in rows {
        // A node without a sibling adds nothing to its path (RFC 6962 §2.1.1).
        path.extend(row.get(place ^ 1));
        place /= 2;
    }
    Some(BatchPlace { index, path, size })
}

impl SignedBatch {
    /// The signature that all receipts of the batch have.
    #[must_use]
    pub const fn signature(&self) -> &BatchSignature {
        &self.signature
    }

    /// The place of the `index`-th receipt, in the order in which they were signed; `None` if there is none.
    #[must_use]
    pub fn place(&self, index: u32) -> Option<BatchPlace> {
        place_in(&self.rows, leaf_of(index, self.seed.as_ref())?, self.size)
    }

    /// The hashes of all bodies: with seed and signature, all that has to be kept to give each receipt again.
    #[must_use]
    pub fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// What the blinding hashes follow from. Whoever has it can test what the other receipts say; keep it.
    #[must_use]
    pub const fn seed(&self) -> Option<&Hash> {
        self.seed.as_ref()
    }
}

/// Reads at most [`BATCH_PATH_MAX`] hashes and stops there.
fn bounded_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Hash>, D::Error> {
    struct Path;
    impl<'de> Visitor<'de> for Path {
        type Value = Vec<Hash>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {BATCH_PATH_MAX} hashes")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Hash>, A::Error> {
            let mut path = Vec::new();
            while let Some(hash) = list.next_element()? {
                if path.len() == BATCH_PATH_MAX {
                    return Err(A::Error::invalid_length(path.len() + 1, &self));
                }
                path.push(hash);
            }
            Ok(path)
        }
    }
    deserializer.deserialize_seq(Path)
}

#[cfg(test)]
mod tests {
    use super::super::hash::row_root;
    use super::*;

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed(&[seed; 32])
    }

    fn bodies(count: u64) -> Vec<ReceiptBody> {
        let body = |number: u64| ReceiptBody {
            log_index: Position(1000 + number),
            log_time: LogTime::from_millis(1_795_449_312_007),
            origin: "assent.example/main".parse().unwrap(),
            sequence: Sequence(number % 3),
            statement: Hash::of(&[&number.to_be_bytes()]),
            stream: format!("session:{}", Hash::of(&[b"s"]).to_hex()).parse().unwrap(),
        };
        (0..count).map(body).collect()
    }

    fn receipts(count: u64) -> Vec<Receipt> {
        let bodies = bodies(count);
        let batch = sign_batch(&bodies, &key(7)).unwrap();
        let receipt = |(index, receipt)| Receipt {
            batch: batch.place(index).unwrap(),
            receipt,
            signature: *batch.signature(),
        };
        (0..).zip(bodies).map(receipt).collect()
    }

    #[test]
    fn each_receipt_of_each_batch_verifies_alone() {
        for count in (1..70).chain([511, 512, 513]) {
            for receipt in receipts(count).iter().step_by(1 + count as usize / 9) {
                assert_eq!(receipt.verify(&key(7).id()), Ok(()), "{count}");
            }
        }
        let batch = sign_batch(&bodies(5), &key(7)).unwrap();
        assert_eq!(batch.place(5), None);
        assert_eq!(BatchPlace::among(batch.leaves(), batch.seed(), 5), None);
        for index in 0..5 {
            assert_eq!(BatchPlace::among(batch.leaves(), batch.seed(), index), batch.place(index));
        }
        let leaves: Vec<Hash> = bodies(5).iter().map(|body| leaf_hash(body.to_json().as_bytes())).collect();
        assert_eq!(batch.leaves(), leaves);
        let tree = blinded(&leaves, batch.seed());
        let signed = signed_text(&bodies(1)[0].origin, &row_root(&tree).unwrap(), 10);
        assert_eq!(batch.signature().value, key(7).sign(signed.as_bytes()));
        // What was signed before receipts were blinded is given again as it was.
        let place = BatchPlace::among(&leaves, None, 4).unwrap();
        assert_eq!((place.index, place.size), (4, 5));
        assert_eq!(row_root(&leaves), inclusion_root(&leaves[4], 4, 5, &place.path).ok());
    }

    #[test]
    fn a_receipt_shows_no_hash_that_follows_from_what_the_others_say() {
        // Index, time, hash and number of every other statement are known or guessed: the log shows most of it.
        for count in 2..20_u64 {
            let leaves: Vec<Hash> = bodies(count).iter().map(ReceiptBody::leaf).collect();
            let plain: Vec<Hash> = rows_over(leaves).concat();
            for receipt in receipts(count) {
                assert!(receipt.batch.path.iter().all(|hash| !plain.contains(hash)), "{count}");
            }
        }
        let (one, other) =
            (sign_batch(&bodies(2), &key(7)).unwrap(), sign_batch(&bodies(2), &key(8)).unwrap());
        assert_ne!(one.seed(), other.seed(), "only the node knows it");
        assert_ne!(one.seed(), sign_batch(&bodies(3), &key(7)).unwrap().seed(), "each batch has its own");
        assert_eq!(sign_batch(&bodies(1), &key(7)).unwrap().seed(), None);
    }

    #[test]
    fn a_batch_is_of_one_log_and_neither_empty_nor_endless() {
        assert!(sign_batch(&[], &key(7)).is_none());
        let mut mixed = bodies(2);
        mixed[1].origin = "assent.example/other".parse().unwrap();
        assert!(sign_batch(&mixed, &key(7)).is_none());
        let endless = vec![bodies(1)[0].clone(); BATCH_RECEIPTS_MAX as usize + 1];
        assert!(sign_batch(&endless, &key(7)).is_none());
        let batch = sign_batch(&endless[1..], &key(7)).unwrap();
        assert_eq!(batch.place(BATCH_RECEIPTS_MAX - 1).unwrap().path.len(), BATCH_PATH_MAX);
    }

    #[test]
    fn what_is_written_is_canonical_and_read_back() {
        for receipt in receipts(11) {
            let json = serde_json::to_vec(&receipt).unwrap();
            assert_eq!(json, serde_json_canonicalizer::to_vec(&receipt).unwrap());
            assert_eq!(receipt.receipt.to_json(), serde_json::to_string(&receipt.receipt).unwrap());
            assert_eq!(Receipt::from_json(&json).as_ref(), Ok(&receipt));
        }
        let signed = signed_text(&bodies(1)[0].origin, &Hash::of(&[]), 12);
        let value: serde_json::Value = serde_json::from_str(signed.strip_prefix(TAG).unwrap()).unwrap();
        assert_eq!(format!("{TAG}{}", serde_json_canonicalizer::to_string(&value).unwrap()), signed);
    }

    #[test]
    fn a_stored_receipt_comes_back_byte_for_byte() {
        for receipt in receipts(13) {
            let Receipt { batch, receipt: body, signature } = &receipt;
            let path = batch.path_bytes();
            let back = |path: &[u8]| {
                let batch = BatchPlace::from_stored(batch.index, batch.size, path)?;
                Some(Receipt { batch, receipt: body.clone(), signature: *signature })
            };
            let json = serde_json::to_string(&back(&path).unwrap()).unwrap();
            assert_eq!(json, serde_json::to_string(&receipt).unwrap());
            assert_eq!(back(&[&path[..], &[0]].concat()), None);
            assert_eq!(back(&[0; 17 * 32]), None);
        }
    }

    #[test]
    fn no_changed_byte_of_a_receipt_verifies() {
        let receipt = receipts(3).swap_remove(1);
        let json = serde_json::to_vec(&receipt).unwrap();
        let verifies =
            |bytes: &[u8]| Receipt::from_json(bytes).is_ok_and(|read| read.verify(&key(7).id()).is_ok());
        assert!(verifies(&json));
        for place in 0..json.len() {
            for byte in 0..=255u8 {
                let mut changed = json.clone();
                changed[place] = byte;
                assert!(changed == json || !verifies(&changed), "byte {byte} at {place}");
            }
            let mut shorter = json.clone();
            shorter.remove(place);
            assert!(!verifies(&shorter), "without the byte at {place}");
            let mut longer = json.clone();
            longer.insert(place, b' ');
            assert!(!verifies(&longer), "a space at {place}");
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Receipt), expected: ReceiptError) {
        let mut receipt = receipts(5).swap_remove(4);
        change(&mut receipt);
        assert_eq!(receipt.verify(&key(7).id()), Err(expected));
    }

    #[test]
    fn a_receipt_holds_in_its_place_alone() {
        let (wrong_length, out_of_range) = (ProofError::WrongLength, ProofError::OutOfRange);
        check(|it| it.batch.index = 3, ReceiptError::Path(wrong_length));
        check(|it| it.batch.index = 10, ReceiptError::Path(out_of_range));
        check(|it| it.batch.size = 0, ReceiptError::Path(out_of_range));
        check(|it| it.batch.size = 12, ReceiptError::Path(wrong_length));
        check(|it| it.batch.size = BATCH_SIZE_MAX + 1, ReceiptError::OutOfRange);
        check(|it| it.batch.path.push(Hash::of(&[])), ReceiptError::Path(wrong_length));
        check(|it| it.batch.path.clear(), ReceiptError::Path(wrong_length));
        check(|it| it.batch.path[0] = Hash::of(&[]), ReceiptError::InvalidSignature);
        check(|it| it.receipt.log_index = Position(limits::INTEGER_MAX + 1), ReceiptError::OutOfRange);
        check(|it| it.receipt.sequence = Sequence(u64::MAX), ReceiptError::OutOfRange);
        check(|it| it.receipt.log_index = Position(0), ReceiptError::InvalidSignature);
        check(|it| it.receipt.origin = "other.example".parse().unwrap(), ReceiptError::InvalidSignature);
        check(|it| it.signature.key_id = key(8).id(), ReceiptError::OtherKey);
        check(|it| it.signature.value = SignatureBytes::from_bytes([0; 64]), ReceiptError::InvalidSignature);
        let mut weak = receipts(1).swap_remove(0);
        weak.signature.key_id = KeyId::from_bytes([0; 32]);
        assert_eq!(weak.verify(&KeyId::from_bytes([0; 32])), Err(ReceiptError::InvalidKey));
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        let text = serde_json::to_string(&receipts(2)[1]).unwrap();
        let hash = Hash::of(&[]).to_string();
        let long_path = format!(r#""path":["{}"],"#, vec![hash; 17].join(r#"",""#));
        let path_start = text.find(r#""path":"#).unwrap();
        let path_end = text.find(r#""size":"#).unwrap();
        let too_long = [&text[..path_start], &long_path, &text[path_end..]].concat();
        assert!(serde_json::from_str::<Receipt>(&too_long).is_err());
        for (from, to) in [
            (r#"{"batch":"#, r#"{"more":1,"batch":"#),
            (r#""size":4"#, r#""size":4,"size":4"#),
            (r#""size":4"#, r#""size":4.0"#),
            (r#""size":4"#, r#""size":04"#),
            (r#""size":4"#, r#""size":"4""#),
            (r#""index":2"#, r#""index":-2"#),
            (r#""index":2"#, r#""index":4294967296"#),
            (r#""logIndex":1001"#, r#""logIndex":1001e0"#),
            (r#""alg":"Ed25519""#, r#""alg":"ed25519""#),
            (r#""alg":"Ed25519","#, ""),
            ("assent.example", r"assent\u002eexample"),
            ("session:", r"session\u003a"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            assert_eq!(Receipt::from_json(changed.as_bytes()), Err(ReceiptError::NotCanonical), "{changed}");
        }
        let long = format!("{text}{}", " ".repeat(RECEIPT_BYTES_MAX));
        assert_eq!(Receipt::from_json(long.as_bytes()), Err(ReceiptError::NotCanonical));
    }

    #[test]
    fn the_longest_receipt_fits_its_bound() {
        let mut receipt = receipts(1).swap_remove(0);
        let path = format!("{0}/{0}/{0}/{0}", "a".repeat(50));
        receipt.receipt.stream = format!("agent:agent://{}.example/{path}", "b".repeat(33)).parse().unwrap();
        receipt.receipt.origin = "o".repeat(limits::NAME_BYTES_MAX).parse().unwrap();
        receipt.receipt.log_index = Position(limits::INTEGER_MAX);
        receipt.receipt.sequence = Sequence(limits::INTEGER_MAX);
        receipt.batch = BatchPlace::from_stored(u32::MAX, u32::MAX, &[7; 32 * BATCH_PATH_MAX]).unwrap();
        let json = serde_json::to_vec(&receipt).unwrap();
        assert!(json.len() < RECEIPT_BYTES_MAX, "{}", json.len());
        assert_eq!(Receipt::from_json(&json), Ok(receipt));
    }
}
