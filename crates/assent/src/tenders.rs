//! Tenders in files: which sessions belong together, and what was chosen. Knows no node.
//!
//! A file is written whole or not at all, and one command at a time works with it.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use asp_client::Tender;

use crate::cli::TenderName;
use crate::failure::{Failure, Outcome};
use crate::home::{Home, private_folder};

/// The folder of the home's tenders.
const FOLDER: &str = "tenders";
/// What the name of such a file ends with.
const ENDING: &str = "json";
/// Bytes of the largest file that is read; a supplier takes some 300.
const BYTES_MAX: u64 = 1024 * 1024;
/// Tenders of a home that are listed.
const LISTED_MAX: usize = 10_000;

/// A tender with its file, which nobody else writes meanwhile.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The tender.
    pub(crate) tender: Tender,
    path: PathBuf,
    /// Held for as long as this lives.
    _lock: File,
}

impl Kept {
    /// Keeps a tender that is not there yet.
    ///
    /// # Errors
    /// When there is one of that name, or it cannot be written.
    pub(crate) fn create(home: &Home, name: &TenderName, tender: Tender) -> Outcome<Self> {
        let path = path(home, name);
        if let TenderName::Named(_) = name {
            private_folder(&home.folder().join(FOLDER)).map_err(|error| fault(&path, error))?;
        }
        let lock = lock(&path)?;
        if path.exists() {
            return Err(Failure::usage(format_args!("{}: there is one already", path.display()))
                .hint("Choose another name; the sessions of that one go on whatever becomes of the file."));
        }
        let kept = Self { tender, path, _lock: lock };
        kept.save()?;
        Ok(kept)
    }

    /// Opens the tender that is meant.
    ///
    /// # Errors
    /// When it is not there, is none, or another command works with it.
    pub(crate) fn open(home: &Home, name: &TenderName) -> Outcome<Self> {
        let path = path(home, name);
        if !path.exists() {
            return Err(Failure::usage(format_args!("no tender {name} is kept at {}", path.display()))
                .hint("`assent session tender list` shows those of your home."));
        }
        let lock = lock(&path)?;
        Ok(Self { tender: load(&path)?, path, _lock: lock })
    }

    /// Writes it as it is now.
    ///
    /// # Errors
    /// What the operating system says; then the file is as it was.
    pub(crate) fn save(&self) -> Outcome {
        let fail = |error| fault(&self.path, error);
        let text = serde_json::to_string_pretty(&self.tender).map_err(Failure::fault)?;
        // A temporary file is its owner's alone, and takes the other's place in one step.
        let mut file = tempfile::NamedTempFile::new_in(parent(&self.path)).map_err(fail)?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
        file.persist(&self.path).map_err(|error| fail(error.error))?;
        Ok(())
    }
}

/// The tenders of a home by their names, those opened last first; a file that is none has the reason instead.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn list(home: &Home) -> Outcome<Vec<(String, Outcome<Tender>)>> {
    let folder = home.folder().join(FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault(&folder, error)),
    };
    let mut all = Vec::new();
    for entry in entries.take(LISTED_MAX) {
        let path = entry.map_err(|error| fault(&folder, error))?.path();
        let ours = path.extension().is_some_and(|ending| ending == ENDING);
        if let Some(name) = path.file_stem().and_then(|name| name.to_str()).filter(|_| ours) {
            all.push((name.to_owned(), load(&path)));
        }
    }
    let opened = |kept: &Outcome<Tender>| kept.as_ref().ok().map(|tender| tender.opened_at);
    all.sort_by(|(one, first), (other, second)| (opened(second), one).cmp(&(opened(first), other)));
    Ok(all)
}

fn load(path: &Path) -> Outcome<Tender> {
    let bytes = crate::commands::read_input(path, BYTES_MAX)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::usage(format_args!("{}: no tender: {error}", path.display())))
}

fn path(home: &Home, name: &TenderName) -> PathBuf {
    match name {
        TenderName::Named(name) => home.folder().join(FOLDER).join(name).with_extension(ENDING),
        TenderName::File(path) => path.clone(),
    }
}

/// The folder of a file.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Keeps other commands away from a tender: two awards at once could bind its buyer twice.
fn lock(path: &Path) -> Outcome<File> {
    // Beside the file, which is replaced whenever it is written.
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let fail = |error| fault(&lock, error);
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&lock).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::no(format_args!("another command works with {}", path.display()))
                .hint("Wait for it, or end it; nothing is lost."))
        }
        Err(TryLockError::Error(error)) => Err(fail(error)),
    }
}

fn fault(path: &Path, error: std::io::Error) -> Failure {
    Failure::fault(format_args!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;

    fn tender() -> Tender {
        serde_json::from_value(serde_json::json!({
            "origin": "assent.example/test",
            "buyer": "agent://acme.example/buyer",
            "capability": "provision.compute",
            "purpose": "GPU hours",
            "openedAt": "2026-11-23T15:55:12.000Z",
            "offersUntil": "2026-11-23T16:55:12.000Z",
            "suppliers": [{ "agent": "agent://volt.example/sales", "failure": "there is no consent" }],
        }))
        .unwrap()
    }

    #[test]
    fn a_tender_is_there_again_after_the_program_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().join("home"))).unwrap();
        let file = TenderName::File(folder.path().join("own.json"));
        for name in [&"gpu".parse().unwrap(), &file] {
            let kept = Kept::create(&home, name, tender()).unwrap();
            assert_eq!(Kept::open(&home, name).unwrap_err().exit, Exit::No, "one command at a time");
            drop(kept);
            assert_eq!(Kept::open(&home, name).unwrap().tender, tender());
            assert_eq!(Kept::create(&home, name, tender()).unwrap_err().exit, Exit::Usage, "not overwritten");
        }
        let listed: Vec<String> = list(&home).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(listed, ["gpu"]);
    }

    #[test]
    fn what_is_no_tender_is_named_and_hides_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        assert!(list(&home).unwrap().is_empty());
        drop(Kept::create(&home, &"good".parse().unwrap(), tender()).unwrap());
        for (name, text) in [("empty", ""), ("more", "{\"origin\":\"x\",\"price\":1}")] {
            std::fs::write(folder.path().join(FOLDER).join(name).with_extension(ENDING), text).unwrap();
            assert_eq!(Kept::open(&home, &name.parse().unwrap()).unwrap_err().exit, Exit::Usage);
        }
        let good: Vec<bool> = list(&home).unwrap().iter().map(|(_, kept)| kept.is_ok()).collect();
        assert_eq!(good, [true, false, false]);
        assert_eq!(Kept::open(&home, &"none".parse().unwrap()).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn a_name_is_no_path_and_a_path_is_no_name() {
        for name in ["gpu", "gpu-2026_a"] {
            assert_eq!(name.parse(), Ok(TenderName::Named(name.to_owned())));
        }
        for file in ["./gpu", "a/b", "gpu.json", "../x"] {
            assert_eq!(file.parse(), Ok(TenderName::File(file.into())));
        }
        for wrong in ["", "two words", "gpü", &"a".repeat(65)] {
            assert!(wrong.parse::<TenderName>().is_err(), "{wrong}");
        }
    }
}
