//! Chunks in a folder of their own.

use super::*;

const ANY: Room = Room { organisation: 0, all: 0 };

fn session(name: &str) -> Hash {
    Hash::of(&[name.as_bytes()])
}

fn domain(name: &str) -> Domain {
    name.parse().unwrap()
}

/// Puts bytes under their own digest.
fn put(chunks: &Chunks, of: &str, by: &str, bytes: &[u8], room: Room) -> Result<Put, NotPut> {
    chunks.put(&session(of), &Hash::of(&[bytes]), &domain(by), bytes, room)
}

fn get(chunks: &Chunks, of: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    chunks.get(&session(of), &Hash::of(&[bytes])).unwrap()
}

/// The files below a folder, with what stands in front of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn a_chunk_that_was_put_is_there_after_a_restart_for_its_session_alone() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    let large = vec![7; limits::CHUNK_BYTES_MAX];
    assert_eq!(put(&chunks, "one", "acme.example", b"a", ANY), Ok(Put::New));
    assert_eq!(put(&chunks, "one", "globex.example", &large, ANY), Ok(Put::New));
    drop(chunks);
    let chunks = Chunks::open(folder.path()).unwrap();
    assert_eq!(get(&chunks, "one", b"a").as_deref(), Some(b"a".as_slice()));
    assert_eq!(get(&chunks, "one", &large), Some(large.clone()));
    assert_eq!(chunks.size(&session("one"), &Hash::of(&[&large])), Ok(Some(large.len() as u64)));
    assert_eq!((get(&chunks, "other", b"a"), get(&chunks, "one", b"b")), (None, None));
    assert_eq!(chunks.size(&session("other"), &Hash::of(&[b"a"])), Ok(None));
    let used = [chunks.used_by(&domain("acme.example")), chunks.used_by(&domain("globex.example"))];
    assert_eq!(used, [COST_MIN, large.len() as u64], "the least that a chunk counts as, and what it has");
}

#[test]
fn the_same_chunk_is_kept_once_whoever_puts_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    assert_eq!(put(&chunks, "one", "acme.example", b"a", ANY), Ok(Put::New));
    for by in ["acme.example", "globex.example"] {
        assert_eq!(put(&chunks, "one", by, b"a", ANY), Ok(Put::Known), "{by}");
    }
    assert_eq!(put(&chunks, "two", "globex.example", b"a", ANY), Ok(Put::New));
    assert_eq!(chunks.used_by(&domain("acme.example")), COST_MIN);
    assert_eq!(chunks.used_by(&domain("globex.example")), COST_MIN);
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn bytes_under_the_digest_of_others_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    let (of, wrong) = (session("one"), Hash::of(&[b"b"]));
    assert_eq!(chunks.put(&of, &wrong, &domain("acme.example"), b"a", ANY), Err(NotPut::Digest));
    // Nor where the digest names something that is there.
    put(&chunks, "one", "acme.example", b"b", ANY).unwrap();
    assert_eq!(chunks.put(&of, &wrong, &domain("acme.example"), b"a", ANY), Err(NotPut::Digest));
    assert_eq!((files(folder.path()).len(), get(&chunks, "one", b"a")), (1, None));
}

#[test]
fn what_was_not_written_to_its_end_is_gone_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    put(&chunks, "one", "acme.example", b"a", ANY).unwrap();
    drop(chunks);
    let root = folder.path().join(CHUNKS_FOLDER_NAME);
    fs::write(root.join(format!("{}.3{UNFINISHED}", session("b").to_hex())), b"half").unwrap();
    // What is not ours is left alone, and counts for nothing.
    fs::write(root.join("readme"), b"somebody's").unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    let names: Vec<_> = files(&root).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, [Hash::of(&[b"a"]).to_hex().as_str(), "readme"]);
    assert_eq!(chunks.used_by(&domain("acme.example")), COST_MIN);
}

#[test]
fn an_organisation_in_a_session_and_in_all_and_the_node_keep_so_much_and_no_more() {
    // THR-SEAL-CHUNK-CROWD
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    for number in 0..limits::CHUNKS_MAX {
        assert_eq!(put(&chunks, "one", "acme.example", &number.to_be_bytes(), ANY), Ok(Put::New));
    }
    assert_eq!(put(&chunks, "one", "acme.example", b"one more", ANY), Err(NotPut::Full));
    assert_eq!(put(&chunks, "one", "globex.example", b"of the other", ANY), Ok(Put::New), "each has its own");
    assert_eq!(put(&chunks, "one", "acme.example", &0_usize.to_be_bytes(), ANY), Ok(Put::Known));
    assert_eq!(put(&chunks, "two", "acme.example", b"one more", ANY), Ok(Put::New));

    let of_acme = chunks.used_by(&domain("acme.example"));
    let own = Room { organisation: of_acme + COST_MIN, all: 0 };
    assert_eq!(put(&chunks, "three", "acme.example", b"a", own), Ok(Put::New));
    assert_eq!(put(&chunks, "three", "acme.example", b"c", own), Err(NotPut::Full));
    assert_eq!(put(&chunks, "three", "globex.example", b"b", own), Ok(Put::New), "each has its own");
    let all = Room { organisation: 0, all: COST_MIN * (limits::CHUNKS_MAX as u64 + 5) };
    assert_eq!(put(&chunks, "four", "initech.example", b"a", all), Ok(Put::New));
    assert_eq!(put(&chunks, "four", "initech.example", b"b", all), Err(NotPut::Full));
    // The same is counted after a restart, and what is removed makes room.
    drop(chunks);
    let chunks = Chunks::open(folder.path()).unwrap();
    assert_eq!(put(&chunks, "four", "initech.example", b"b", all), Err(NotPut::Full));
    assert_eq!(put(&chunks, "three", "acme.example", b"c", own), Err(NotPut::Full));
    chunks.remove(&session("two")).unwrap();
    assert_eq!(put(&chunks, "four", "initech.example", b"b", all), Ok(Put::New));
    assert_eq!(put(&chunks, "three", "acme.example", b"c", own), Ok(Put::New));
}

#[test]
fn many_who_put_at_once_find_no_more_room_than_there_is_and_the_same_is_new_once() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    let room = Room { organisation: 3 * COST_MIN, all: 0 };
    let all = std::thread::scope(|scope| {
        let begin = |number: usize| {
            let chunks = &chunks;
            scope.spawn(move || put(chunks, "one", "acme.example", &(number / 4).to_be_bytes(), room))
        };
        let running: Vec<_> = (0..32).map(begin).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    let new = all.iter().filter(|put| **put == Ok(Put::New)).count();
    assert!((1..=3).contains(&new), "{all:?}");
    assert_eq!(
        (files(folder.path()).len(), chunks.used_by(&domain("acme.example"))),
        (new, new as u64 * COST_MIN)
    );
}

#[test]
fn a_chunk_that_the_storage_does_not_take_leaves_nothing_and_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    // A file stands where the folder of the session would be made.
    let in_the_way = folder.path().join(CHUNKS_FOLDER_NAME).join(session("one").to_hex());
    fs::write(&in_the_way, b"").unwrap();
    let room = Room { organisation: COST_MIN, all: 0 };
    let failed = put(&chunks, "one", "acme.example", b"a", room);
    assert!(matches!(failed, Err(NotPut::Fault(Fault::Storage { during: Step::Chunks, .. }))), "{failed:?}");
    assert_eq!(
        (files(folder.path()), chunks.used_by(&domain("acme.example"))),
        (vec![in_the_way.clone()], 0)
    );
    fs::remove_file(in_the_way).unwrap();
    assert_eq!(put(&chunks, "one", "acme.example", b"a", room), Ok(Put::New));
}

#[test]
fn bytes_that_are_not_those_that_were_put_are_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    put(&chunks, "one", "acme.example", b"a", ANY).unwrap();
    fs::write(&files(folder.path())[0], b"b").unwrap();
    let read = chunks.get(&session("one"), &Hash::of(&[b"a"]));
    assert!(matches!(read, Err(Fault::Corrupt { .. })), "{read:?}");
}

#[test]
fn a_session_whose_chunks_are_removed_has_none_and_others_keep_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    for of in ["one", "two", "three"] {
        put(&chunks, of, "acme.example", b"a", ANY).unwrap();
    }
    let all = chunks.sessions(None, 9);
    assert_eq!((all.len(), chunks.sessions(Some(&all[0]), 1)), (3, vec![all[1]]));
    chunks.remove(&session("one")).unwrap();
    chunks.remove(&session("one")).unwrap();
    assert_eq!((get(&chunks, "one", b"a"), chunks.sessions(None, 9).len()), (None, 2));
    assert_eq!(get(&chunks, "two", b"a").as_deref(), Some(b"a".as_slice()));
    assert_eq!(chunks.used_by(&domain("acme.example")), 2 * COST_MIN);
}

#[cfg(unix)]
#[test]
fn chunks_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let chunks = Chunks::open(folder.path()).unwrap();
    put(&chunks, "one", "acme.example", b"a", ANY).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let chunk = files(folder.path()).remove(0);
    assert_eq!(mode(&chunk), 0o600);
    let folders = chunk.ancestors().skip(1).take_while(|above| *above != folder.path());
    assert!(folders.into_iter().all(|above| mode(above) == 0o700));
}
