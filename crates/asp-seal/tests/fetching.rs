//! A file on its way to a path: where it stands meanwhile, who can read it there, and what is refused.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot read its folder is to stop")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use asp_core::limits::FILE_CHUNK_BYTES;
use asp_core::statement::body::Attachment;
use asp_seal::fetching::Fetching;
use asp_seal::file::{Chunk, Fault, Sealer};

/// A file of two chunks, shut.
fn shut() -> (Vec<u8>, Vec<Chunk>, Attachment) {
    let bytes: Vec<u8> = (0..FILE_CHUNK_BYTES + 10).map(|at| (at % 251) as u8).collect();
    let mut sealer = Sealer::of_held(bytes.as_slice(), &[7; 32]);
    let chunks: Vec<Chunk> = sealer.by_ref().map(Result::unwrap).collect();
    let file = sealer.attachment("report.pdf".parse().unwrap(), None).unwrap();
    (bytes, chunks, file)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_has_come_is_its_owners_alone_and_the_next_attempt_goes_on_there() {
    // THR-SEAL-FILE
    let (bytes, chunks, file) = shut();
    let folder = tempfile::tempdir().unwrap();
    let (path, part) = (folder.path().join("report.pdf"), folder.path().join("report.pdf.part"));
    let mut first = Fetching::begin(&file, &path).unwrap();
    assert_eq!(first.wanted(), Some(chunks[0].digest));
    first.take(chunks[0].content.clone()).unwrap();
    drop(first);
    assert_eq!((path.exists(), mode(&part)), (false, 0o600));
    let mut second = Fetching::begin(&file, &path).unwrap();
    assert_eq!((second.written(), second.wanted()), (FILE_CHUNK_BYTES as u64, Some(chunks[1].digest)));
    second.take(chunks[1].content.clone()).unwrap();
    second.finish().unwrap();
    assert_eq!((fs::read(&path).unwrap(), part.exists(), mode(&path)), (bytes, false, 0o600));
}

#[test]
fn what_is_not_whole_does_not_come_under_its_name() {
    let (_, chunks, file) = shut();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    let mut fetching = Fetching::begin(&file, &path).unwrap();
    assert!(matches!(fetching.take(chunks[1].content.clone()), Err(Fault::Altered { index: 0 })));
    fetching.take(chunks[0].content.clone()).unwrap();
    assert!(matches!(fetching.finish(), Err(Fault::Incomplete { next: 1 })));
    assert!(!path.exists());
}

#[test]
fn a_part_that_others_could_have_put_there_is_refused_and_left_as_it_is() {
    let (_, _, file) = shut();
    let folder = tempfile::tempdir().unwrap();
    let (path, part) = (folder.path().join("report.pdf"), folder.path().join("report.pdf.part"));
    let other = folder.path().join("other");
    let puts: [fn(&Path, &Path); 3] = [
        |other, part| symlink(other, part).unwrap(),
        |other, part| fs::hard_link(other, part).unwrap(),
        |other, part| {
            fs::copy(other, part).unwrap();
            fs::set_permissions(part, fs::Permissions::from_mode(0o620)).unwrap();
        },
    ];
    for put in puts {
        fs::write(&other, "what is another's").unwrap();
        put(&other, &part);
        let Err(Fault::Target(refused)) = Fetching::begin(&file, &path) else { panic!("taken") };
        assert!(refused.to_string().contains("no file of yours alone"), "{refused}");
        assert_eq!(fs::read(&other).unwrap(), b"what is another's");
        fs::remove_file(&part).unwrap();
    }
    // The control: one that is its owner's alone is gone on with.
    fs::copy(&other, &part).unwrap();
    fs::set_permissions(&part, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(Fetching::begin(&file, &path).unwrap().written(), 0);
}

#[test]
fn two_do_not_fetch_to_one_path_at_once() {
    let (bytes, chunks, file) = shut();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    let mut first = Fetching::begin(&file, &path).unwrap();
    let Err(Fault::Target(refused)) = Fetching::begin(&file, &path) else { panic!("taken") };
    assert!(refused.to_string().contains("fetched by somebody else"), "{refused}");
    for chunk in &chunks {
        first.take(chunk.content.clone()).unwrap();
    }
    first.finish().unwrap();
    // A file that stands there is replaced by one that is whole.
    fs::write(&path, "an older one").unwrap();
    let mut again = Fetching::begin(&file, &path).unwrap();
    for chunk in chunks {
        assert_eq!(fs::read(&path).unwrap(), b"an older one");
        again.take(chunk.content).unwrap();
    }
    again.finish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn what_is_no_file_is_not_replaced_by_one() {
    let (_, _, file) = shut();
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    symlink(folder.path().join("elsewhere"), &link).unwrap();
    for path in [folder.path(), &link, Path::new("/dev/null")] {
        let Err(Fault::Target(refused)) = Fetching::begin(&file, path) else { panic!("taken") };
        assert!(refused.to_string().contains("is no file"), "{refused}");
    }
    assert!(link.is_symlink());
}
