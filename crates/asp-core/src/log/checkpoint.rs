//! Checkpoints: what a log says about itself, as a signed note (C2SP tlog-checkpoint, signed-note).
//! Whether a checkpoint continues an earlier one is not known here; see `proof`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::key::{Algorithm, KeyId, PublicKey, SecretKey, SignatureBytes};
use crate::name::Origin;
use crate::position::{Hash, InvalidText};

/// Bytes of the longest note; room for a log, its witnesses and a few signatures of kinds still to come.
pub const NOTE_BYTES_MAX: usize = 16 * 1024;

/// Signatures of one note; C2SP signed-note asks for 16 at least.
pub const NOTE_SIGNATURES_MAX: usize = 32;

/// The signature type of plain Ed25519 (C2SP signed-note, Signature types).
const TYPE_ED25519: u8 = 0x01;

/// The state of a log: so many leaves under this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub origin: Origin,
    /// Leaves of the tree.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Hash,
}

/// The text that is signed: three lines, without extensions (C2SP tlog-checkpoint, Note text).
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }
}

impl Checkpoint {
    /// Signs in the name of the log. Others may add their lines to [`Note::signatures`].
    #[must_use]
    pub fn sign(self, key: &SecretKey) -> Note {
        let line = NoteSignature {
            name: self.origin.as_str().to_owned(),
            key_hash: NoteKey { name: self.origin.clone(), key: key.id() }.key_hash(),
            signature: key.sign(self.to_string().as_bytes()).as_bytes().to_vec(),
        };
        Note { checkpoint: self, signatures: vec![line] }
    }
}

/// A key that a log is known by: its verifier key, `<name>+<key hash>+<base64 of type and key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    /// The name in the signature line; for a log its origin.
    pub name: Origin,
    /// The Ed25519 key.
    pub key: KeyId,
}

impl NoteKey {
    /// Four bytes that tell the keys of one name apart; no proof of anything (C2SP signed-note, Signatures).
    #[must_use]
    pub fn key_hash(&self) -> [u8; 4] {
        let hash = Hash::of(&[self.name.as_str().as_bytes(), b"\n", &[TYPE_ED25519], self.key.as_bytes()]);
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[TYPE_ED25519], self.key.as_bytes()].concat());
        write!(f, "{}+{}+{key}", self.name, hex::encode(self.key_hash()))
    }
}

impl FromStr for NoteKey {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a verifier key like log.example+033de0ae+Ac4z…");
        // An origin has no `+`, base64 may have more.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(invalid);
        };
        let bytes = STANDARD.decode(key).map_err(|_| invalid)?;
        let key = match bytes.split_first() {
            Some((&TYPE_ED25519, key)) => KeyId::from_bytes(key.try_into().map_err(|_| invalid)?),
            _ => return Err(invalid),
        };
        let key = Self { name: name.parse()?, key };
        // The key hash is compared here too: it is a part of the one spelling.
        if key.to_string() == text { Ok(key) } else { Err(invalid) }
    }
}

/// Why a text is no checkpoint of the log that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteError {
    /// The text exceeds [`NOTE_BYTES_MAX`] or has more than [`NOTE_SIGNATURES_MAX`] signatures.
    TooLong,
    /// The text is not three lines, an empty one and lines of signatures, each in its one spelling.
    Malformed,
    /// Two lines are signatures by the same key.
    DuplicateSignature,
    /// The checkpoint is that of another log.
    OtherOrigin,
    /// No line is a signature by the key that was asked for.
    NotSigned,
    /// The key that was asked for is no Ed25519 key, or a weak one.
    InvalidKey,
    /// The signature by the key that was asked for does not verify.
    InvalidSignature,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the note is too long",
            Self::Malformed => "the text is no signed checkpoint",
            Self::DuplicateSignature => "two signatures are by the same key",
            Self::OtherOrigin => "the checkpoint is that of another log",
            Self::NotSigned => "the log's key has not signed",
            Self::InvalidKey => "the log's key is no key",
            Self::InvalidSignature => "the log's signature does not verify",
        })
    }
}

impl std::error::Error for NoteError {}

/// A line of signature: by the log, by a witness, or of a kind that is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_hash: [u8; 4],
    signature: Vec<u8>,
}

impl NoteSignature {
    /// Makes a line; `None` if the name is empty or has spaces, `+` or control characters, or nothing is signed.
    #[must_use]
    pub fn new(name: &str, key_hash: [u8; 4], signature: &[u8]) -> Option<Self> {
        let barred = |letter: char| letter.is_whitespace() || letter < ' ' || letter == '+';
        let fits = !name.is_empty() && !name.contains(barred) && !signature.is_empty();
        fits.then(|| Self { name: name.to_owned(), key_hash, signature: signature.to_vec() })
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hash of the key, see [`NoteKey::key_hash`].
    #[must_use]
    pub const fn key_hash(&self) -> [u8; 4] {
        self.key_hash
    }

    /// The signature; what it is over depends on the type of the key.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// The line without its newline (C2SP signed-note, Format).
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_hash.as_slice(), &self.signature].concat();
        write!(f, "\u{2014} {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for NoteSignature {
    type Err = InvalidText;
    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a line of signature like — log.example Az3g…");
        let (name, bytes) =
            line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(invalid)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| invalid)?;
        let (key_hash, signature) = bytes.split_first_chunk().ok_or(invalid)?;
        Self::new(name, *key_hash, signature).ok_or(invalid)
    }
}

/// A signed checkpoint. Its text has one spelling; what reads, writes the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// The signatures, in the order of their lines, none of them verified.
    pub signatures: Vec<NoteSignature>,
}

impl Note {
    /// Reads a note and verifies the signature of this log's key. The other signatures are kept, not judged.
    ///
    /// # Errors
    /// What is wrong with the text, or that the log did not sign it.
    pub fn open(text: &str, key: &NoteKey) -> Result<Self, NoteError> {
        let note: Self = text.parse()?;
        if note.checkpoint.origin != key.name {
            return Err(NoteError::OtherOrigin);
        }
        note.verify(key)?;
        Ok(note)
    }

    /// Verifies the plain Ed25519 signature of this key.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`], [`NoteError::InvalidKey`], [`NoteError::InvalidSignature`].
    pub fn verify(&self, key: &NoteKey) -> Result<(), NoteError> {
        let key_hash = key.key_hash();
        let is_by_key = |line: &&NoteSignature| line.name == key.name.as_str() && line.key_hash == key_hash;
        let line = self.signatures.iter().find(is_by_key).ok_or(NoteError::NotSigned)?;
        let bytes = line.signature.as_slice().try_into().map_err(|_| NoteError::InvalidSignature)?;
        // The type of the signature is that of Ed25519 (C2SP signed-note).
        let is_ed25519 = key.key.algorithm() == Algorithm::Ed25519;
        let public =
            PublicKey::try_from(&key.key).ok().filter(|_| is_ed25519).ok_or(NoteError::InvalidKey)?;
        let message = self.checkpoint.to_string();
        public
            .verify(message.as_bytes(), &SignatureBytes::from_bytes(bytes))
            .map_err(|_| NoteError::InvalidSignature)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    /// Reads strictly; verifies nothing, see [`Note::open`].
    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::Malformed)?.split('\n');
        let checkpoint = read_checkpoint(&mut lines).ok_or(NoteError::Malformed)?;
        let mut signatures: Vec<NoteSignature> = Vec::new();
        for line in lines {
            let line: NoteSignature = line.parse().map_err(|_| NoteError::Malformed)?;
            if signatures.len() >= NOTE_SIGNATURES_MAX {
                return Err(NoteError::TooLong);
            }
            let same_key = |other: &NoteSignature| other.name == line.name && other.key_hash == line.key_hash;
            if signatures.iter().any(same_key) {
                return Err(NoteError::DuplicateSignature);
            }
            signatures.push(line);
        }
        if signatures.is_empty() { Err(NoteError::Malformed) } else { Ok(Self { checkpoint, signatures }) }
    }
}

/// Reads three lines and the empty one after them.
fn read_checkpoint<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Option<Checkpoint> {
    let origin = lines.next()?.parse().ok()?;
    let size_text = lines.next()?;
    let size: u64 = size_text.parse().ok()?;
    let root = STANDARD.decode(lines.next()?).ok()?;
    let root = Hash::from_bytes(root.try_into().ok()?);
    // The number is written again because reading it is lax about zeros and signs.
    (lines.next()?.is_empty() && size.to_string() == size_text).then_some(Checkpoint { origin, size, root })
}

#[cfg(test)]
mod tests {
    use super::super::hash::leaf_hash;
    use super::*;

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed(&[seed; 32])
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "assent.example/main".parse().unwrap(),
            size: 20_852_163,
            root: leaf_hash(b"root"),
        }
    }

    fn log_key() -> NoteKey {
        NoteKey { name: checkpoint().origin, key: key(7).id() }
    }

    /// What the text opens to, in a word.
    #[track_caller]
    fn check(text: &str, expected: Result<(), NoteError>) {
        assert_eq!(Note::open(text, &log_key()).map(|_| ()), expected, "{text}");
    }

    #[test]
    fn a_signed_checkpoint_opens_with_the_key_of_its_log() {
        let note = checkpoint().sign(&key(7));
        let opened = Note::open(&note.to_string(), &log_key()).unwrap();
        assert_eq!(opened, note);
        assert_eq!(opened.checkpoint, checkpoint());
        let other = NoteKey { key: key(8).id(), ..log_key() };
        assert_eq!(Note::open(&note.to_string(), &other), Err(NoteError::NotSigned));
        let elsewhere = NoteKey { name: "assent.example/other".parse().unwrap(), ..log_key() };
        assert_eq!(Note::open(&note.to_string(), &elsewhere), Err(NoteError::OtherOrigin));
        let weak = NoteKey { key: KeyId::from_bytes([0; 32]), ..log_key() };
        let mut forged = note;
        forged.signatures =
            vec![NoteSignature::new("assent.example/main", weak.key_hash(), &[0; 64]).unwrap()];
        assert_eq!(Note::open(&forged.to_string(), &weak), Err(NoteError::InvalidKey));
    }

    #[test]
    fn no_changed_byte_of_a_signed_checkpoint_opens() {
        let text = checkpoint().sign(&key(7)).to_string();
        for place in 0..text.len() {
            for byte in 0..=255u8 {
                let mut bytes = text.clone().into_bytes();
                bytes[place] = byte;
                if bytes == text.as_bytes() {
                    continue;
                }
                let opens = String::from_utf8(bytes).is_ok_and(|text| Note::open(&text, &log_key()).is_ok());
                assert!(!opens, "byte {byte} at {place}");
            }
            let mut shorter = text.clone().into_bytes();
            shorter.remove(place);
            let opens = String::from_utf8(shorter).is_ok_and(|text| Note::open(&text, &log_key()).is_ok());
            assert!(!opens, "without the byte at {place}");
        }
    }

    #[test]
    fn lines_of_others_are_kept_and_must_be_well_formed() {
        let mut note = checkpoint().sign(&key(7));
        note.signatures.push(NoteSignature::new("witness.example/W1", [1, 2, 3, 4], &[5; 72]).unwrap());
        note.signatures.insert(0, NoteSignature::new("assent.example/main", [1; 4], &[5]).unwrap());
        let text = note.to_string();
        assert_eq!(Note::open(&text, &log_key()), Ok(note));
        for tail in [
            "\n",
            "x",
            " ",
            "\u{2014}",
            "\u{2014} \n",
            "\u{2014} a\n",
            "\u{2014} a \n",
            "\u{2014} a AAAA\n",
            "\u{2014} a AAAAAA==\n",
            "\u{2014} a AAAAAAB=\n",
            "\u{2014} a AAAAAAA\n",
            "\u{2014} a AAAAAAA=",
            "\u{2014} a AAAAAAA=\r\n",
            "\u{2014} a AAAAAAA= \n",
            "\u{2014} a  AAAAAAA=\n",
            "\u{2014}  AAAAAAA=\n",
            "\u{2014} a+b AAAAAAA=\n",
            "\u{2014} a\u{a0}b AAAAAAA=\n",
            "\u{2014} a\tb AAAAAAA=\n",
            "- a AAAAAAA=\n",
        ] {
            check(&format!("{text}{tail}"), Err(NoteError::Malformed));
        }
        check(&format!("{text}\u{2014} a AAAAAAA=\n"), Ok(()));
        let last = text.lines().next_back().unwrap();
        check(&format!("{text}{last}\n"), Err(NoteError::DuplicateSignature));
        let many: String = (0..30).map(|name| format!("\u{2014} {name} AAAAAAA=\n")).collect();
        check(&format!("{text}{many}"), Err(NoteError::TooLong));
        let long = "a".repeat(NOTE_BYTES_MAX);
        check(&format!("{text}\u{2014} {long} AAAAAAA=\n"), Err(NoteError::TooLong));
    }

    #[test]
    fn a_checkpoint_is_three_lines_in_one_spelling() {
        let text = checkpoint().sign(&key(7)).to_string();
        for (from, to) in [
            ("20852163\n", "020852163\n"),
            ("20852163\n", "+20852163\n"),
            ("20852163\n", "-1\n"),
            ("20852163\n", "18446744073709551616\n"),
            ("20852163\n", "\n"),
            ("=\n\n", "=\nextension\n\n"),
            ("=\n\n", "=\n\n\n"),
            ("=\n\n", "=\n"),
            ("=\n\n", "\n\n"),
            ("assent", "Assent"),
            ("assent", "a ssent"),
            ("\n", "\r\n"),
        ] {
            check(&text.replacen(from, to, 1), Err(NoteError::Malformed));
        }
        check("", Err(NoteError::Malformed));
        check(&checkpoint().to_string(), Err(NoteError::Malformed));
        check(&format!("{}\n", checkpoint()), Err(NoteError::Malformed));
        check(&text.replacen("assent", "absent", 1), Err(NoteError::OtherOrigin));
        check(&text.replacen("20852163", "20852164", 1), Err(NoteError::InvalidSignature));
    }

    #[test]
    fn the_example_of_the_specification_reads_and_writes_the_same() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
            \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/\
            Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
        let note: Note = text.parse().unwrap();
        assert_eq!(note.checkpoint.size, 20_852_163);
        assert_eq!(note.signatures[0].signature().len(), 64);
        assert_eq!(note.to_string(), text);
    }

    /// The verifier key of Go's checksum database, as golang.org/x/mod has it.
    #[test]
    fn a_verifier_key_has_one_spelling() {
        let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        let key: NoteKey = text.parse().unwrap();
        assert_eq!(key.key_hash(), [0x03, 0x3d, 0xe0, 0xae]);
        assert_eq!(key.to_string(), text);
        assert_eq!(log_key().to_string().parse(), Ok(log_key()));
        for wrong in [
            "",
            "sum.golang.org",
            "sum.golang.org+033de0ae",
            "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            "sum.golang.org+033DE0AE+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            "sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            "sum.golang.org+033de0ae+As4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuA==",
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\n",
            "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        ] {
            assert!(wrong.parse::<NoteKey>().is_err(), "{wrong}");
        }
    }
}
