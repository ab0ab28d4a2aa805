//! A process that is killed in the middle of its work loses nothing that it acknowledged.

#![expect(clippy::unwrap_used, reason = "what a test cannot do fails it")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use asp_core::position::Hash;

use support::*;

/// Tells the second process, which is this test again, where to work.
const FOLDER: &str = "ASSENT_TEST_KILL_FOLDER";

/// Says what it is told until it is killed; a line for each receipt.
fn work(folder: &Path) {
    let mut stage = Stage::new(folder);
    let (consent, first) = stage.introduced();
    let sessions = [first, stage.session("acme/buyer", "globex/seller", consent)];
    let mut out = std::io::stdout();
    // More than is waited for; a session takes a thousand statements.
    for number in 0..900 {
        for session in sessions {
            let hash = stage.remark(session, "acme/buyer", &number.to_string());
            writeln!(out, "acknowledged {}", hash.to_hex()).unwrap();
            out.flush().unwrap();
        }
    }
}

#[test]
fn a_killed_process_keeps_its_word() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return work(Path::new(&folder));
    }
    for count in [1, 10, 150] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_killed_process_keeps_its_word", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let receipts = lines.filter_map(|line| {
            let (_, hash) = line.split_once("acknowledged ")?;
            Hash::from_hex(hash.trim())
        });
        let acknowledged: Vec<Hash> = receipts.take(count).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(acknowledged.len(), count);

        let store = open(folder.path(), Author::new().clock()).unwrap();
        let node_key = store.node_key();
        for hash in acknowledged {
            let (receipt, _) = store.read(|reader| reader.receipt(&hash)).unwrap().unwrap();
            assert_eq!(receipt.verify(&node_key), Ok(()));
        }
        store.stop();
        drop(store);
        assert_eq!(asp_store::audit::folder(folder.path(), &mut |_, _| ()).unwrap().finding, None);
    }
}
