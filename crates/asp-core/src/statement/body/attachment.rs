//! A file that a sealed body attaches: what it is, the key that opens it, and its chunks by the digest of each.
//! Shuts and opens nothing itself. The key stands in it, so only bodies that are sealed have it as a member.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::some;
use crate::display::is_shown;
use crate::limits;
use crate::position::{Hash, InvalidText, text_serde};
use crate::rejection::{Code, Rejection};

bodies! {
    /// A file of 1 byte to 64 MiB that travels beside the log, in chunks of 1 MiB that are shut one by one.
    struct Attachment {
        /// The SHA-256 of each chunk as it travels, shut; in order, only the last one shorter.
        chunks: Vec<Hash>,
        /// The SHA-256 of the file.
        digest: Hash,
        /// What opens it.
        key: FileKey,
        /// What kind of file it is, for whoever shows it. The sender's word.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        media_type: Option<MediaType>,
        /// What people call it.
        name: FileName,
        /// How many bytes the file has.
        size: u64,
    }
}

impl Attachment {
    /// Bounds that the types do not give: a size that a file can have, and as many chunks as that size makes.
    ///
    /// # Errors
    /// [`Code::InvalidBody`] at `size` or `chunks` under `place`.
    pub fn bounds(&self, place: &str) -> Result<(), Rejection> {
        if !(1..=limits::FILE_BYTES_MAX as u64).contains(&self.size) {
            return Err(Code::InvalidBody.at(format!("{place}/size")));
        }
        let chunks = self.size.div_ceil(limits::FILE_CHUNK_BYTES as u64);
        if self.chunks.len() as u64 == chunks {
            Ok(())
        } else {
            Err(Code::InvalidBody.at(format!("{place}/chunks")))
        }
    }
}

/// The key of one file: 32 random bytes, written in base64url without padding. Wiped when it is dropped.
///
/// It never appears in `Debug`, and has no `Display`; only its JSON, which is to be sealed, tells it.
#[derive(Clone, PartialEq, Eq)]
pub struct FileKey(Zeroizing<[u8; 32]>);

impl FileKey {
    /// Takes 32 bytes; the caller answers for their randomness, and that no other file gets them.
    #[must_use]
    pub const fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(…)")
    }
}

impl FromStr for FileKey {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = InvalidText("a key of 32 bytes in base64url without padding");
        if text.len() != 43 {
            return Err(invalid);
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid)?);
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(bytes.get(..32).ok_or(invalid)?);
        Ok(Self(key))
    }
}

impl Serialize for FileKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.0)))
    }
}

impl<'de> Deserialize<'de> for FileKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Zeroizing::new(String::deserialize(deserializer)?).parse().map_err(D::Error::custom)
    }
}

/// What people call a file: 1 to 200 bytes that can be seen, without what separates the parts of a path.
///
/// It can be shown as it is, and names no other folder than the one where its reader puts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileName(String);

impl FileName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FileName {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = |character| is_shown(character) && !matches!(character, '/' | '\\' | ':');
        let fits = (1..=limits::NAME_BYTES_MAX).contains(&text.len())
            && text.chars().all(part)
            && !text.starts_with(' ')
            // Some systems drop these, and `.` and `..` are folders everywhere.
            && !text.ends_with([' ', '.']);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText("a name of a file, without its folder"))
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(FileName);

/// A media type without parameters, such as `application/pdf` (RFC 6838 §4.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MediaType(String);

impl MediaType {
    /// The type as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MediaType {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        let part = |part: &str| {
            (1..=limits::MEDIA_TYPE_PART_BYTES_MAX).contains(&part.len())
                && part.starts_with(|first: char| first.is_ascii_alphanumeric())
                && part.bytes().all(inner)
        };
        let fits = text.split_once('/').is_some_and(|(kind, subtype)| part(kind) && part(subtype));
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidText("a media type like application/pdf")) }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_serde!(MediaType);

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::statement::spelling;

    const MIB: u64 = 1 << 20;

    fn attachment(size: u64, chunks: usize) -> Value {
        json!({
            "chunks": (0..chunks).map(|index| Hash::of(&[&index.to_be_bytes()])).collect::<Vec<_>>(),
            "digest": Hash::of(&[b"the file"]),
            "key": "A".repeat(43),
            "mediaType": "application/pdf",
            "name": "report.pdf",
            "size": size,
        })
    }

    fn read(value: &Value) -> Option<Attachment> {
        let bytes = serde_json::to_vec(value).unwrap();
        let read: Attachment = serde_json::from_slice(&bytes).ok()?;
        spelling::check(&read, &bytes).ok()?;
        Some(read)
    }

    #[test]
    fn an_attachment_is_written_as_it_was_read() {
        let value = attachment(MIB + 1, 2);
        let attachment = read(&value).unwrap();
        assert_eq!(attachment.bounds(""), Ok(()));
        assert_eq!(serde_json::to_value(&attachment).unwrap(), value);
        let mut unknown = value.clone();
        unknown["iv"] = json!("00");
        assert!(read(&unknown).is_none());
        let mut null = value;
        null["mediaType"] = Value::Null;
        assert!(read(&null).is_none());
    }

    #[test]
    fn there_are_as_many_chunks_as_the_size_makes() {
        let check = |size, chunks, want: Result<(), &str>| {
            let bounds = read(&attachment(size, chunks)).unwrap().bounds("/body/attachment");
            assert_eq!(
                bounds,
                want.map_err(|place| Code::InvalidBody.at(place)),
                "{size} bytes, {chunks} chunks"
            );
        };
        let (size, chunks) = (Err("/body/attachment/size"), Err("/body/attachment/chunks"));
        check(1, 1, Ok(()));
        check(MIB, 1, Ok(()));
        check(MIB + 1, 2, Ok(()));
        check(64 * MIB, 64, Ok(()));
        check(0, 0, size);
        check(0, 1, size);
        check(64 * MIB + 1, 65, size);
        check(u64::MAX, 64, size);
        check(1, 0, chunks);
        check(1, 2, chunks);
        check(MIB, 2, chunks);
        check(MIB + 1, 1, chunks);
        check(64 * MIB, 63, chunks);
        check(64 * MIB, 65, chunks);
    }

    #[test]
    fn a_key_is_told_by_its_json_alone() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let key: FileKey = text.parse().unwrap();
        assert_eq!(serde_json::to_value(&key).unwrap(), json!(text));
        assert_eq!(key.as_bytes()[31], 31);
        let mut value = attachment(1, 1);
        value["key"] = json!(text);
        let shown = format!("{:?}", read(&value).unwrap());
        assert!(shown.contains("FileKey(…)") && !shown.contains(text), "{shown}");
    }

    #[test]
    fn a_key_has_one_spelling() {
        for text in [
            "",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH/8",
        ] {
            assert!(text.parse::<FileKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_of_a_file_leads_to_no_other_folder() {
        for text in ["report.pdf", "Jahresabschluß 2026.xlsx", ".profile", "a..b", "議事録.txt"] {
            assert!(text.parse::<FileName>().is_ok(), "{text}");
        }
        for text in [
            "",
            ".",
            "..",
            "../a",
            "/etc/passwd",
            "a\\b",
            "C:a",
            "a/",
            " a",
            "a ",
            "a.",
            "a\0b",
            "a\nb",
            "fdp\u{202e}exe",
            "a\u{200b}b",
        ] {
            assert!(text.parse::<FileName>().is_err(), "{text:?}");
        }
        assert!("x".repeat(200).parse::<FileName>().is_ok());
        assert!("x".repeat(201).parse::<FileName>().is_err());
    }

    #[test]
    fn a_media_type_has_two_parts_and_no_parameters() {
        for text in ["application/pdf", "image/svg+xml", "application/vnd.ms-excel.sheet.macroEnabled.12"] {
            assert!(text.parse::<MediaType>().is_ok(), "{text}");
        }
        for text in
            ["", "pdf", "/pdf", "text/", "text/html; charset=utf-8", "a/b/c", "text/ht ml", ".a/b", "a/é"]
        {
            assert!(text.parse::<MediaType>().is_err(), "{text}");
        }
        assert!(format!("a/{}", "b".repeat(128)).parse::<MediaType>().is_err());
    }
}
