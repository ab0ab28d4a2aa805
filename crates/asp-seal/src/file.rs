//! Files beside a sealed session: shut chunk by chunk, named by what is shut, opened as the chunks arrive.
//!
//! Each file has a random key of its own, which travels in the sealed body that attaches it. A chunk is 1 MiB of the
//! file, the last one what is left, under ChaCha20-Poly1305 (RFC 8439). Its nonce is that of STREAM (Hoang,
//! Reyhanitabar, Rogaway, Vizár 2015): the number of the chunk in 11 bytes, big-endian, and a byte that is 1 for the
//! last chunk, so that none can be moved, left out or cut off. Whoever keeps the chunks knows them by the SHA-256 of
//! what is shut, and learns of the file how many there are and how long they are.
//!
//! Knows no node and no file system: it reads from a `Read`, writes to a `Write`, and holds one chunk at a time.

use std::fmt;
use std::io::{Cursor, Error, Read, Write};

use asp_core::limits::{FILE_BYTES_MAX, FILE_CHUNK_BYTES, FILE_CHUNK_SEALED_BYTES_MAX};
use asp_core::position::Hash;
use asp_core::statement::body::{Attachment, FileKey, FileName, MediaType};
use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Chunks of the largest file.
const CHUNKS_MAX: usize = FILE_BYTES_MAX.div_ceil(FILE_CHUNK_BYTES);

/// One chunk of a file, shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its number in the file, from 0 on.
    pub index: u32,
    /// The SHA-256 of `content`, by which it is kept and asked for.
    pub digest: Hash,
    /// What travels: at most [`FILE_CHUNK_SEALED_BYTES_MAX`] bytes.
    pub content: Vec<u8>,
}

/// Shuts a file: an iterator over its chunks, in order, which ends with the first fault.
///
/// The key is drawn here and never given from outside: two texts under one key would open each other. So a file that
/// is shut anew has other chunks, and an upload that broke off goes on only while this, or its chunks, are at hand.
pub struct Sealer<R> {
    source: R,
    /// The byte after the last chunk, which tells that there is another.
    ahead: Vec<u8>,
    key: FileKey,
    cipher: ChaCha20Poly1305,
    plain: Sha256,
    size: u64,
    chunks: Vec<Hash>,
    state: Progress,
}

/// How far a file is shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Open,
    Whole,
    Broken,
}

impl<R: Read> Sealer<R> {
    /// Begins to shut what `source` has, under a key that nothing else was or will be shut with.
    ///
    /// # Errors
    /// [`Fault::Randomness`] if the system has no random bytes.
    pub fn new(source: R) -> Result<Self, Fault> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice()).map_err(|_| Fault::Randomness)?;
        Ok(Self::under(FileKey::from_bytes(key), source))
    }

    fn under(key: FileKey, source: R) -> Self {
        Self {
            source,
            ahead: Vec::new(),
            cipher: cipher(&key),
            key,
            plain: Sha256::new(),
            size: 0,
            chunks: Vec::new(),
            state: Progress::Open,
        }
    }

    /// What names the file and opens it, once all its chunks were shut.
    ///
    /// # Errors
    /// [`Fault::Incomplete`] before that, and after a fault.
    pub fn attachment(self, name: FileName, media_type: Option<MediaType>) -> Result<Attachment, Fault> {
        let Self { key, plain, size, chunks, state, .. } = self;
        if state != Progress::Whole {
            return Err(Fault::Incomplete { next: number(chunks.len()) });
        }
        Ok(Attachment { chunks, digest: digest(plain), key, media_type, name, size })
    }

    fn shut_next(&mut self) -> Result<Chunk, Fault> {
        let mut content = Vec::with_capacity(FILE_CHUNK_SEALED_BYTES_MAX);
        content.append(&mut self.ahead);
        read_up_to(&mut self.source, FILE_CHUNK_BYTES - content.len(), &mut content)?;
        if content.is_empty() {
            return Err(Fault::Empty);
        }
        read_up_to(&mut self.source, 1, &mut self.ahead)?;
        let (index, last) = (self.chunks.len(), self.ahead.is_empty());
        if index + 1 >= CHUNKS_MAX && !last {
            return Err(Fault::TooLarge);
        }
        self.plain.update(&content);
        self.size = self.size.saturating_add(content.len() as u64);
        let digest = shut(&self.cipher, number(index), last, &mut content)?;
        self.chunks.push(digest);
        if last {
            self.state = Progress::Whole;
        }
        Ok(Chunk { index: number(index), digest, content })
    }
}

/// A file that is held whole.
impl<T: AsRef<[u8]>> Sealer<Cursor<T>> {
    /// Begins to shut it so that an upload which broke off can go on: the same file, sent with the same secret, has the same
    /// chunks.
    ///
    /// The file's key is SHA-256 over `asp/1.0/file-key`, a newline, the secret, which is the sender's for one session, and the
    /// digest of the file: nothing else can be shut with it.
    #[must_use]
    pub fn of_held(held: T, secret: &[u8; 32]) -> Self {
        let digest = Hash::of(&[held.as_ref()]);
        let parts: [&[u8]; 3] = [b"asp/1.0/file-key\n", secret, digest.as_bytes()];
        let key = Zeroizing::new(*Hash::of(&parts).as_bytes());
        Self::under(FileKey::from_bytes(key), Cursor::new(held))
    }
}

/// The chunks of the file.
///
/// Ends with [`Fault::Source`] if the file cannot be read, [`Fault::Empty`] if there is nothing in it, and
/// [`Fault::TooLarge`] when more than 64 MiB were found in it; whoever knows the size beforehand asks nobody to keep
/// the chunks that came before.
impl<R: Read> Iterator for Sealer<R> {
    type Item = Result<Chunk, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state != Progress::Open {
            return None;
        }
        let shut = self.shut_next();
        if shut.is_err() {
            self.state = Progress::Broken;
        }
        Some(shut)
    }
}

impl<R> fmt::Debug for Sealer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("chunks", &self.chunks.len())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Opens a file as its chunks arrive, in order.
///
/// What it has written is authentic as far as it goes. That it is the whole file, and the one that the attachment
/// names, is known when [`Opener::finish`] says so and no sooner.
pub struct Opener {
    cipher: ChaCha20Poly1305,
    chunks: Vec<Hash>,
    digest: Hash,
    size: u64,
    plain: Sha256,
    opened: usize,
}

impl Opener {
    /// Begins with the first chunk.
    ///
    /// # Errors
    /// [`Fault::Attachment`] for one whose size no file can have, or makes another number of chunks.
    pub fn new(attachment: &Attachment) -> Result<Self, Fault> {
        attachment.bounds("").map_err(|_| Fault::Attachment)?;
        Ok(Self {
            cipher: cipher(&attachment.key),
            chunks: attachment.chunks.clone(),
            digest: attachment.digest,
            size: attachment.size,
            plain: Sha256::new(),
            opened: 0,
        })
    }

    /// Goes on where it broke off: `held` is what was written so far, read from its beginning.
    ///
    /// Each whole chunk of it is shut once more and compared with its digest. The first that is cut off or is not what
    /// was sent is wanted again, with all after it: the caller cuts what it holds to [`Opener::written`] bytes.
    ///
    /// # Errors
    /// As [`Opener::new`]; [`Fault::Source`] if what is held cannot be read.
    pub fn resume(attachment: &Attachment, held: &mut impl Read) -> Result<Self, Fault> {
        let mut opener = Self::new(attachment)?;
        while let Some((index, digest)) = opener.wanted() {
            let (length, last) = opener.shape(opener.opened);
            let mut content = Zeroizing::new(Vec::with_capacity(FILE_CHUNK_SEALED_BYTES_MAX));
            read_up_to(held, length, &mut content)?;
            if content.len() != length {
                break;
            }
            let plain = opener.plain.clone().chain_update(content.as_slice());
            if shut(&opener.cipher, index, last, &mut content)? != digest {
                break;
            }
            opener.plain = plain;
            opener.opened += 1;
        }
        Ok(opener)
    }

    /// The chunk that is wanted next, by its number and digest; none if all were opened.
    #[must_use]
    pub fn wanted(&self) -> Option<(u32, Hash)> {
        self.chunks.get(self.opened).map(|digest| (number(self.opened), *digest))
    }

    /// How many bytes of the file are opened and written.
    #[must_use]
    pub fn written(&self) -> u64 {
        (self.opened as u64).saturating_mul(FILE_CHUNK_BYTES as u64).min(self.size)
    }

    /// Opens the next chunk and writes what is in it.
    ///
    /// After any fault the same chunk is still wanted. After [`Fault::Target`] how much of it was written is unknown:
    /// the caller cuts what it holds to [`Opener::written`] bytes and asks again.
    ///
    /// # Errors
    /// [`Fault::Surplus`] after the last; [`Fault::Altered`] for other bytes than the attachment names, which may be
    /// right elsewhere; [`Fault::Length`] and [`Fault::Unopened`] for the bytes it names if they are not a chunk of the
    /// file in this place, which nobody but the sender can have done; [`Fault::Target`] if it cannot be written.
    pub fn take(&mut self, content: Vec<u8>, target: &mut impl Write) -> Result<(), Fault> {
        let mut content = Zeroizing::new(content);
        let (index, digest) = self.wanted().ok_or(Fault::Surplus)?;
        if content.len() > FILE_CHUNK_SEALED_BYTES_MAX || Hash::of(&[&content]) != digest {
            return Err(Fault::Altered { index });
        }
        let (length, last) = self.shape(self.opened);
        let (text, tag) = content.split_at_mut_checked(length).ok_or(Fault::Length { index })?;
        let tag = <[u8; 16]>::try_from(&*tag).map_err(|_| Fault::Length { index })?;
        self.cipher
            .decrypt_in_place_detached(&nonce(index, last), b"", text, &Tag::from(tag))
            .map_err(|_| Fault::Unopened { index })?;
        target.write_all(text).map_err(Fault::Target)?;
        self.plain.update(text);
        self.opened += 1;
        Ok(())
    }

    /// Says that all of the file was written, and that it is the file.
    ///
    /// # Errors
    /// [`Fault::Incomplete`] if a chunk is still wanted; [`Fault::Digest`] if the chunks make another file than the
    /// attachment names, which nobody but the sender can have done.
    pub fn finish(self) -> Result<(), Fault> {
        match self.wanted() {
            Some((next, _)) => Err(Fault::Incomplete { next }),
            None if digest(self.plain) == self.digest => Ok(()),
            None => Err(Fault::Digest),
        }
    }

    /// How many bytes of the file a chunk holds, and whether it is the last.
    fn shape(&self, index: usize) -> (usize, bool) {
        let before = (index as u64).saturating_mul(FILE_CHUNK_BYTES as u64);
        let left = usize::try_from(self.size.saturating_sub(before)).unwrap_or(usize::MAX);
        (left.min(FILE_CHUNK_BYTES), left <= FILE_CHUNK_BYTES)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("chunks", &self.chunks.len())
            .field("opened", &self.opened)
            .finish_non_exhaustive()
    }
}

/// Why a file was not shut or not opened.
#[derive(Debug)]
pub enum Fault {
    /// There is nothing in the file.
    Empty,
    /// There is more in the file than 64 MiB.
    TooLarge,
    /// The system gave no random bytes for a key.
    Randomness,
    /// What is to be shut, or was opened before, cannot be read.
    Source(Error),
    /// What was opened cannot be written.
    Target(Error),
    /// The attachment's size and chunks do not belong together, or are of no file.
    Attachment,
    /// These are not the bytes that the attachment names for this chunk.
    Altered {
        /// The chunk.
        index: u32,
    },
    /// The chunk that the attachment names has not the length that its size makes.
    Length {
        /// The chunk.
        index: u32,
    },
    /// The chunk that the attachment names was not shut under its key in this place.
    Unopened {
        /// The chunk.
        index: u32,
    },
    /// All chunks were opened already.
    Surplus,
    /// A chunk is still to come.
    Incomplete {
        /// The chunk.
        next: u32,
    },
    /// All chunks were opened, and together they are not the file that the attachment names.
    Digest,
}

impl Fault {
    /// The stable name of the fault.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "FILE_EMPTY",
            Self::TooLarge => "FILE_TOO_LARGE",
            Self::Randomness => "NO_RANDOMNESS",
            Self::Source(_) => "FILE_UNREADABLE",
            Self::Target(_) => "FILE_UNWRITABLE",
            Self::Attachment => "ATTACHMENT_INVALID",
            Self::Altered { .. } => "CHUNK_ALTERED",
            Self::Length { .. } => "CHUNK_LENGTH_WRONG",
            Self::Unopened { .. } => "CHUNK_CANNOT_OPEN",
            Self::Surplus => "CHUNK_SURPLUS",
            Self::Incomplete { .. } => "FILE_INCOMPLETE",
            Self::Digest => "FILE_DIGEST_WRONG",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is nothing in the file"),
            Self::TooLarge => f.write_str("there is more in the file than 64 MiB"),
            Self::Randomness => f.write_str("the system gave no random bytes for a key"),
            Self::Source(error) => write!(f, "it cannot be read: {error}"),
            Self::Target(error) => write!(f, "it cannot be written: {error}"),
            Self::Attachment => f.write_str("the attachment's size and chunks are of no file"),
            Self::Altered { index } => write!(f, "chunk {index} is not what the attachment names"),
            Self::Length { index } => {
                write!(f, "chunk {index} was sent with another length than the file's size makes")
            }
            Self::Unopened { index } => write!(f, "chunk {index} was not shut as a part of this file"),
            Self::Surplus => f.write_str("all chunks of the file were opened already"),
            Self::Incomplete { next } => write!(f, "chunk {next} is still to come"),
            Self::Digest => f.write_str("the chunks are not the file that the attachment names"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Source(error) | Self::Target(error) => Some(error),
            Self::Empty
            | Self::TooLarge
            | Self::Randomness
            | Self::Attachment
            | Self::Altered { .. }
            | Self::Length { .. }
            | Self::Unopened { .. }
            | Self::Surplus
            | Self::Incomplete { .. }
            | Self::Digest => None,
        }
    }
}

/// Wiped when it is dropped.
fn cipher(key: &FileKey) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.as_bytes().into())
}

/// Shuts a chunk where it lies, puts its tag behind it, and tells the digest of both.
fn shut(cipher: &ChaCha20Poly1305, index: u32, last: bool, content: &mut Vec<u8>) -> Result<Hash, Fault> {
    // The cipher refuses nothing below 256 GiB.
    let tag =
        cipher.encrypt_in_place_detached(&nonce(index, last), b"", content).map_err(|_| Fault::TooLarge)?;
    content.extend_from_slice(&tag);
    Ok(Hash::of(&[content]))
}

/// The nonce of STREAM: a counter of 11 bytes, of which four are enough here, and the mark of the last chunk.
fn nonce(index: u32, last: bool) -> Nonce {
    let [a, b, c, d] = index.to_be_bytes();
    Nonce::from([0, 0, 0, 0, 0, 0, 0, a, b, c, d, u8::from(last)])
}

/// Appends what `source` has, at most so many bytes.
fn read_up_to(source: &mut impl Read, bytes: usize, content: &mut Vec<u8>) -> Result<(), Fault> {
    source.take(bytes as u64).read_to_end(content).map(|_| ()).map_err(Fault::Source)
}

fn digest(plain: Sha256) -> Hash {
    Hash::from_bytes(plain.finalize().into())
}

/// The number of a chunk, of which there are at most [`CHUNKS_MAX`].
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
