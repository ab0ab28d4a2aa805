//! Votes of panels in files: what was hidden has to be shown word for word, with its salt. Knows no node.
//!
//! A file is written whole before the vote is hidden, and is its owner's alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use asp_core::name::AgentUri;
use asp_core::position::Hash;
use asp_core::statement::body::DisputeVote;

use crate::failure::{Failure, Outcome};
use crate::home::{Home, private_folder};

/// The folder of the home's votes.
const FOLDER: &str = "votes";
/// Bytes of the largest file that is read; the words of a vote take most of it.
const BYTES_MAX: u64 = 64 * 1024;

/// The file of an agent's vote in a dispute.
fn path(home: &Home, dispute: &Hash, voter: &AgentUri) -> PathBuf {
    let voter = voter.to_string();
    let name = voter.trim_start_matches("agent://").replace('/', "_");
    home.folder().join(FOLDER).join(format!("{}_{name}.json", dispute.to_hex()))
}

/// Keeps a vote that is to be hidden, in place of one that never was.
///
/// # Errors
/// What the operating system says; then the file is as it was.
pub(crate) fn keep(home: &Home, dispute: &Hash, voter: &AgentUri, vote: &DisputeVote) -> Outcome {
    let path = path(home, dispute, voter);
    let folder = home.folder().join(FOLDER);
    let fail = |error| fault(&path, error);
    let text = serde_json::to_string_pretty(vote).map_err(Failure::fault)?;
    private_folder(&folder).map_err(fail)?;
    // A temporary file is its owner's alone, and takes the other's place in one step.
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    file.persist(&path).map_err(|error| fail(error.error))?;
    Ok(())
}

/// The vote that an agent has kept.
///
/// # Errors
/// When there is none, or the file is not one.
pub(crate) fn kept(home: &Home, dispute: &Hash, voter: &AgentUri) -> Outcome<DisputeVote> {
    let path = path(home, dispute, voter);
    if !path.exists() {
        return Err(Failure::no(format_args!("no vote is kept at {}", path.display()))
            .hint("A vote is shown from where it was hidden: use the home that you voted from."));
    }
    let bytes = crate::commands::read_input(&path, BYTES_MAX)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::usage(format_args!("{}: no vote: {error}", path.display())))
}

fn fault(path: &Path, error: std::io::Error) -> Failure {
    Failure::fault(format_args!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_is_there_again_after_the_program_has_gone_and_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().join("home"))).unwrap();
        let (one, other): (AgentUri, AgentUri) =
            ("agent://a.example/judge".parse().unwrap(), "agent://a.example/clerk".parse().unwrap());
        let vote: DisputeVote = serde_json::from_value(serde_json::json!({
            "outcome": "dismissed", "reasons": "It came.", "salt": "00112233445566778899aabbccddeeff",
        }))
        .unwrap();
        let (dispute, another) = (Hash::of(&[b"a dispute"]), Hash::of(&[b"another"]));
        keep(&home, &dispute, &one, &vote).unwrap();
        assert_eq!(kept(&home, &dispute, &one).unwrap(), vote);
        assert!(kept(&home, &dispute, &other).is_err() && kept(&home, &another, &one).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = path(&home, &dispute, &one).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(path(&home, &dispute, &one), "{}").unwrap();
        assert!(kept(&home, &dispute, &one).is_err());
    }
}
