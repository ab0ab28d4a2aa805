//! Files come back as they were, at every size; what somebody did to a chunk is found at that chunk.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

const MIB: usize = FILE_CHUNK_BYTES;

/// Bytes that differ from chunk to chunk.
fn bytes(size: usize) -> Vec<u8> {
    (0..size as u32).map(|index| (index.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect()
}

fn key(byte: u8) -> FileKey {
    FileKey::from_bytes(Zeroizing::new([byte; 32]))
}

/// A file that was shut, with its chunks.
#[derive(Clone)]
struct Sealed {
    attachment: Attachment,
    chunks: Vec<Vec<u8>>,
}

fn seal_with<R: Read>(mut sealer: Sealer<R>) -> Sealed {
    let chunks: Vec<Chunk> = sealer.by_ref().map(Result::unwrap).collect();
    let attachment = sealer.attachment("file.bin".parse().unwrap(), None).unwrap();
    for (index, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk.index as usize, index);
        assert_eq!(chunk.digest, Hash::of(&[&chunk.content]));
        assert_eq!(chunk.digest, attachment.chunks[index]);
        assert!(chunk.content.len() <= FILE_CHUNK_SEALED_BYTES_MAX);
    }
    assert_eq!(attachment.bounds(""), Ok(()));
    Sealed { attachment, chunks: chunks.into_iter().map(|chunk| chunk.content).collect() }
}

fn seal(plain: &[u8]) -> Sealed {
    seal_with(Sealer::new(plain).unwrap())
}

impl Sealed {
    fn open(&self) -> Result<Vec<u8>, Fault> {
        let mut opener = Opener::new(&self.attachment)?;
        let mut target = Vec::new();
        for chunk in &self.chunks {
            opener.take(chunk.clone(), &mut target)?;
        }
        opener.finish().map(|()| target)
    }

    /// The sender lies: whatever the chunks are, the attachment names them.
    fn renamed(mut self) -> Self {
        self.attachment.chunks = self.chunks.iter().map(|chunk| Hash::of(&[chunk])).collect();
        self
    }
}

fn refused(sealed: &Sealed, want: &str) {
    let fault = sealed.open().unwrap_err();
    assert_eq!(format!("{fault:?}"), want);
}

#[test]
fn a_file_comes_back_as_it_was() {
    // THR-SEAL-FILE
    let check = |size: usize, chunks: usize| {
        let plain = bytes(size);
        let sealed = seal(&plain);
        assert_eq!((sealed.attachment.size, sealed.chunks.len()), (size as u64, chunks), "{size} bytes");
        let travels: usize = sealed.chunks.iter().map(Vec::len).sum();
        assert_eq!(travels, size + 16 * chunks, "{size} bytes");
        assert_eq!(sealed.attachment.digest, Hash::of(&[&plain]));
        assert!(sealed.open().unwrap() == plain, "{size} bytes");
    };
    check(1, 1);
    check(MIB - 1, 1);
    check(MIB, 1);
    check(MIB + 1, 2);
    check(3 * MIB + 5, 4);
}

#[test]
fn the_largest_file_comes_back_and_one_byte_more_is_refused() {
    let plain = bytes(64 * MIB);
    let sealed = seal(&plain);
    assert_eq!(sealed.chunks.len(), 64);
    assert!(sealed.open().unwrap() == plain);

    let mut sealer = Sealer::new(plain.chain(&b"!"[..])).unwrap();
    assert_eq!(sealer.by_ref().take_while(Result::is_ok).count(), 63, "the last is not shut as the last");
    assert!(sealer.next().is_none());
    let name = "file.bin".parse().unwrap();
    assert!(matches!(sealer.attachment(name, None), Err(Fault::Incomplete { .. })));
    let fault = Sealer::new(std::io::repeat(0)).unwrap().find_map(Result::err).unwrap();
    assert!(matches!(fault, Fault::TooLarge), "{fault:?}");
}

#[test]
fn there_is_no_empty_file() {
    let mut sealer = Sealer::new(std::io::empty()).unwrap();
    assert!(matches!(sealer.next(), Some(Err(Fault::Empty))));
    assert!(sealer.next().is_none());
    let mut sealed = seal(b"x");
    sealed.attachment.size = 0;
    refused(&sealed, "Attachment");
    sealed.attachment.chunks.clear();
    sealed.chunks.clear();
    refused(&sealed, "Attachment");
}

/// Gives a byte or a few at a time, and is interrupted now and then.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(5) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1 + self.1 % 4000);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn how_a_file_is_read_does_not_matter() {
    let plain = bytes(2 * MIB);
    let sealed = seal_with(Sealer::under(key(1), Slow(&plain, 0)));
    let at_once = seal_with(Sealer::under(key(1), plain.as_slice()));
    assert_eq!(sealed.attachment, at_once.attachment);
}

#[test]
fn a_file_that_cannot_be_read_has_no_attachment() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(Error::other("pulled out"))
        }
    }
    let plain = bytes(MIB + 7);
    let mut sealer = Sealer::new(plain.chain(Broken)).unwrap();
    assert!(sealer.next().unwrap().is_ok());
    let fault = sealer.next().unwrap().unwrap_err();
    assert_eq!(
        (fault.code(), fault.to_string().as_str()),
        ("FILE_UNREADABLE", "it cannot be read: pulled out")
    );
    assert!(sealer.next().is_none());
    assert!(sealer.attachment("file.bin".parse().unwrap(), None).is_err());
}

/// Shut by hand from RFC 8439 and the nonces of STREAM, as another implementation would.
#[test]
fn chunks_are_shut_as_they_are_described() {
    let plain = bytes(MIB + 3);
    let sealed = seal_with(Sealer::under(key(9), plain.as_slice()));
    let cipher = ChaCha20Poly1305::new(&[9; 32].into());
    let first = [0u8; 12];
    let mut second = [0u8; 12];
    second[10] = 1;
    second[11] = 1;
    use chacha20poly1305::aead::Aead;
    assert!(cipher.encrypt(&first.into(), &plain[..MIB]).unwrap() == sealed.chunks[0]);
    assert!(cipher.encrypt(&second.into(), &plain[MIB..]).unwrap() == sealed.chunks[1]);
}

#[test]
fn each_file_has_a_key_of_its_own() {
    let [one, other] = [0, 1].map(|_| seal(b"the same file"));
    assert_ne!(one.attachment.key, other.attachment.key);
    assert_ne!(one.attachment.chunks, other.attachment.chunks);
    assert_eq!(one.attachment.digest, other.attachment.digest);
}

#[test]
fn what_happened_to_a_chunk_on_its_way_is_found_at_that_chunk() {
    // THR-SEAL-FILE
    let sealed = seal(&bytes(2 * MIB + 9));
    let check = |change: &dyn Fn(&mut Vec<Vec<u8>>), want: &str| {
        let mut changed = sealed.clone();
        change(&mut changed.chunks);
        refused(&changed, want);
    };
    check(&|chunks| chunks[1][5] ^= 1, "Altered { index: 1 }");
    check(&|chunks| *chunks[2].last_mut().unwrap() ^= 1, "Altered { index: 2 }");
    check(&|chunks| chunks.swap(0, 1), "Altered { index: 0 }");
    check(&|chunks| drop(chunks.remove(1)), "Altered { index: 1 }");
    check(&|chunks| chunks.insert(1, chunks[0].clone()), "Altered { index: 1 }");
    check(&|chunks| chunks[1].truncate(MIB), "Altered { index: 1 }");
    check(&|chunks| chunks[1].push(0), "Altered { index: 1 }");
    check(&|chunks| chunks[1].resize(3 * MIB, 0), "Altered { index: 1 }");
    check(&|chunks| chunks[0].clear(), "Altered { index: 0 }");
    check(&|chunks| drop(chunks.pop()), "Incomplete { next: 2 }");
    check(&|chunks| chunks.clear(), "Incomplete { next: 0 }");
    check(&|chunks| chunks.push(chunks[2].clone()), "Surplus");
}

#[test]
fn a_sender_cannot_name_chunks_that_make_no_file() {
    // THR-SEAL-FILE
    let sealed = seal(&bytes(3 * MIB));
    let check = |change: &dyn Fn(&mut Vec<Vec<u8>>), size: usize, want: &str| {
        let mut changed = sealed.clone();
        change(&mut changed.chunks);
        changed.attachment.size = size as u64;
        refused(&changed.renamed(), want);
    };
    check(&|chunks| chunks[1][5] ^= 1, 3 * MIB, "Unopened { index: 1 }");
    check(&|chunks| chunks.swap(0, 1), 3 * MIB, "Unopened { index: 0 }");
    check(&|chunks| chunks.swap(1, 2), 3 * MIB, "Unopened { index: 1 }");
    check(&|chunks| chunks[2] = chunks[0].clone(), 3 * MIB, "Unopened { index: 2 }");
    check(&|chunks| drop(chunks.remove(0)), 2 * MIB, "Unopened { index: 0 }");
    check(&|chunks| drop(chunks.remove(1)), 2 * MIB, "Unopened { index: 1 }");
    // What is left was not the last chunk, and what comes more was not after the last.
    check(&|chunks| drop(chunks.pop()), 2 * MIB, "Unopened { index: 1 }");
    check(&|chunks| chunks.push(chunks[0].clone()), 4 * MIB, "Unopened { index: 2 }");
    check(&|chunks| chunks[1].truncate(MIB), 3 * MIB, "Length { index: 1 }");
    check(&|chunks| chunks[1].truncate(15), 3 * MIB, "Length { index: 1 }");
    check(&|chunks| chunks[1].clear(), 3 * MIB, "Length { index: 1 }");
    check(&|chunks| chunks[2].truncate(MIB), 3 * MIB - 16, "Unopened { index: 2 }");
}

#[test]
fn a_chunk_of_another_file_is_none_of_this_one() {
    // THR-SEAL-FILE
    let sealed = seal_with(Sealer::under(key(1), bytes(2 * MIB).as_slice()));
    let mut plain = bytes(2 * MIB);
    plain.reverse();
    let other_key = seal_with(Sealer::under(key(2), plain.as_slice()));
    let same_key = seal_with(Sealer::under(key(1), plain.as_slice()));

    for other in [&other_key, &same_key] {
        let mut mixed = sealed.clone();
        mixed.chunks[1] = other.chunks[1].clone();
        refused(&mixed, "Altered { index: 1 }");
    }
    let mut mixed = sealed.clone();
    mixed.chunks[1] = other_key.chunks[1].clone();
    refused(&mixed.renamed(), "Unopened { index: 1 }");
    // Only a sender that takes one key twice gets so far, and the digest of the whole stops it.
    let mut mixed = sealed;
    mixed.chunks[1] = same_key.chunks[1].clone();
    refused(&mixed.renamed(), "Digest");
}

#[test]
fn an_attachment_that_lies_is_found_out() {
    // THR-SEAL-FILE
    let sealed = seal(&bytes(MIB + 9));
    let check = |change: &dyn Fn(&mut Attachment), want: &str| {
        let mut changed = sealed.clone();
        change(&mut changed.attachment);
        refused(&changed, want);
    };
    check(&|attachment| attachment.size += 1, "Length { index: 1 }");
    check(&|attachment| attachment.size -= 1, "Length { index: 1 }");
    check(&|attachment| attachment.size = MIB as u64, "Attachment");
    check(&|attachment| attachment.size = 2 * MIB as u64 + 1, "Attachment");
    check(&|attachment| attachment.size = u64::MAX, "Attachment");
    check(&|attachment| attachment.digest = Hash::of(&[b"another"]), "Digest");
    check(&|attachment| attachment.key = key(3), "Unopened { index: 0 }");
    check(&|attachment| attachment.chunks.truncate(1), "Attachment");
    check(&|attachment| attachment.chunks.push(attachment.digest), "Attachment");
    check(&|attachment| attachment.chunks.clear(), "Attachment");
    check(&|attachment| attachment.chunks[1] = attachment.chunks[0], "Altered { index: 1 }");
}

#[test]
fn what_was_opened_before_is_not_asked_for_again() {
    let plain = bytes(3 * MIB + 9);
    let sealed = seal(&plain);
    let check = |held: &[u8], opened: usize| {
        let mut held = held.to_vec();
        let mut opener = Opener::resume(&sealed.attachment, &mut held.as_slice()).unwrap();
        assert_eq!(opener.wanted().map(|(index, _)| index as usize), (opened < 4).then_some(opened));
        assert_eq!(opener.written(), (opened * MIB).min(plain.len()) as u64);
        held.truncate(opener.written() as usize);
        for chunk in &sealed.chunks[opened..] {
            opener.take(chunk.clone(), &mut held).unwrap();
        }
        opener.finish().unwrap();
        assert!(held == plain, "{opened} chunks were held");
    };
    check(&[], 0);
    check(&plain[..MIB - 1], 0);
    check(&plain[..MIB], 1);
    check(&plain[..2 * MIB + 500], 2);
    check(&plain[..3 * MIB + 8], 3);
    check(&plain, 4);
    check(&[plain.as_slice(), b"more"].concat(), 4);

    let mut damaged = plain.clone();
    damaged[MIB + 1] ^= 1;
    check(&damaged, 1);
    damaged[0] ^= 1;
    check(&damaged, 0);
}

#[test]
fn a_chunk_that_was_refused_is_still_wanted() {
    let plain = bytes(MIB + 9);
    let sealed = seal(&plain);
    let mut opener = Opener::new(&sealed.attachment).unwrap();
    let mut target = Vec::new();
    assert!(matches!(opener.take(sealed.chunks[1].clone(), &mut target), Err(Fault::Altered { index: 0 })));
    assert_eq!((opener.wanted(), target.len()), (Some((0, sealed.attachment.chunks[0])), 0));
    opener.take(sealed.chunks[0].clone(), &mut target).unwrap();

    let mut full = [0; 5];
    let fault = opener.take(sealed.chunks[1].clone(), &mut Cursor::new(full.as_mut_slice())).unwrap_err();
    assert_eq!(fault.code(), "FILE_UNWRITABLE");
    assert_eq!(opener.written(), MIB as u64);
    opener.take(sealed.chunks[1].clone(), &mut target).unwrap();
    opener.finish().unwrap();
    assert!(target == plain);
}

#[test]
fn neither_sealer_nor_opener_shows_a_key() {
    let sealer = Sealer::under(key(0x41), b"x".as_slice());
    assert_eq!(format!("{sealer:?}"), "Sealer { chunks: 0, state: Open, .. }");
    let opener = Opener::new(&seal_with(sealer).attachment).unwrap();
    assert_eq!(format!("{opener:?}"), "Opener { chunks: 1, opened: 0, .. }");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_bring_opening_down(
        size in prop_oneof![0..5000u64, any::<u64>()],
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..4),
        named in any::<bool>(),
        held in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut attachment = seal(b"x").attachment;
        attachment.size = size;
        attachment.chunks = contents.iter().map(|content| Hash::of(&[content])).collect();
        if !named {
            attachment.chunks.iter_mut().for_each(|digest| *digest = Hash::of(&[digest.as_bytes()]));
        }
        let sealed = Sealed { attachment, chunks: contents };
        prop_assert!(sealed.open().is_err());
        if let Ok(opener) = Opener::resume(&sealed.attachment, &mut held.as_slice()) {
            prop_assert_eq!(opener.written(), 0);
        }
    }

    #[test]
    fn a_small_file_comes_back(plain in prop::collection::vec(any::<u8>(), 1..3000)) {
        let sealed = seal(&plain);
        let text = serde_json::to_string(&sealed.attachment).unwrap();
        let attachment = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(Sealed { attachment, ..sealed }.open().unwrap(), plain);
    }
}
