//! Who this node is: its key, made at the first start, and the name of its log, remembered beside it.
//! Whether the store in the folder belongs to them is found out by the store.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use asp_core::key::SecretKey;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_store::Identity;
use zeroize::Zeroizing;

/// The file with the key's 32 bytes as 64 hexadecimal digits.
const KEY: &str = "node.key";
/// The file with the log's name.
const ORIGIN: &str = "node.origin";
/// Hexadecimal digits of the key's hash in the name of a log that nobody named.
const NAME_DIGITS: usize = 12;
/// Bytes that are read of either file; both are shorter.
const FILE_BYTES_MAX: u64 = 1024;

/// Why nobody can say who a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityError {
    /// A file or folder cannot be used.
    File {
        /// Which.
        path: PathBuf,
        /// In the words of the operating system.
        detail: String,
    },
    /// A file is not what the node wrote; its content may be secret and is not repeated.
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// A key can be read by others than its owner.
    KeyExposed {
        /// The file.
        path: PathBuf,
    },
    /// No node has this folder.
    NoNode {
        /// Which.
        folder: PathBuf,
    },
    /// There is a log, but not the key that continues it.
    KeyLost {
        /// Where the key should be.
        path: PathBuf,
    },
    /// The log has another name than the one asked for.
    OtherOrigin {
        /// What the settings say.
        asked: Origin,
        /// What the log is called.
        remembered: Origin,
    },
    /// The operating system has no random bytes.
    NoRandomness,
}

impl IdentityError {
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::File { path: path.to_owned(), detail: error.to_string() }
    }
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, detail } => write!(f, "{} cannot be used: {detail}", path.display()),
            Self::Malformed { path } => write!(f, "{} is not what the node wrote there", path.display()),
            Self::KeyExposed { path } => {
                write!(f, "others can read {}: chmod 600 makes it its owner's alone", path.display())
            }
            Self::NoNode { folder } => write!(f, "no node has the folder {}", folder.display()),
            Self::KeyLost { path } => {
                write!(f, "there is a log, but no key at {}: bring the key back", path.display())
            }
            Self::OtherOrigin { asked, remembered } => {
                write!(f, "the log is called {remembered}, not {asked}: a log keeps its name")
            }
            Self::NoRandomness => f.write_str("the operating system has no random bytes"),
        }
    }
}

impl std::error::Error for IdentityError {}

/// Reads who the node is; makes a key and a name in a folder that has neither.
///
/// # Errors
/// What cannot be read or written, a key that others can read, a name that is not the remembered one.
pub(crate) fn load(folder: &Path, asked: Option<&Origin>) -> Result<Identity, IdentityError> {
    make_folder(folder).map_err(|error| IdentityError::file(folder, &error))?;
    let key = key(folder)?;
    let origin = origin(folder, asked, &key)?;
    Ok(Identity { origin, key })
}

/// The key in a folder; none is made.
///
/// # Errors
/// That there is none, or that it cannot be read.
pub(crate) fn key_of(folder: &Path) -> Result<SecretKey, IdentityError> {
    if is_in(folder) { key(folder) } else { Err(IdentityError::KeyLost { path: folder.join(KEY) }) }
}

/// Whether a node has its key in this folder.
pub(crate) fn is_in(folder: &Path) -> bool {
    folder.join(KEY).is_file()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn key(folder: &Path) -> Result<SecretKey, IdentityError> {
    let path = folder.join(KEY);
    let failed = |error: &io::Error| IdentityError::file(&path, error);
    if !path.try_exists().map_err(|error| failed(&error))? {
        // A log whose key is lost can be read and audited, but nobody can continue it.
        if folder.join(asp_store::FILE_NAME).exists() {
            return Err(IdentityError::KeyLost { path });
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| IdentityError::NoRandomness)?;
        create(&path, &format!("{}\n", Hash::from_bytes(seed).to_hex())).map_err(|error| failed(&error))?;
    }
    let text = read_private(&path)?;
    // 64 hexadecimal digits are read in one place, whatever they stand for.
    let seed =
        Hash::from_hex(text.trim_end()).ok_or_else(|| IdentityError::Malformed { path: path.clone() })?;
    Ok(SecretKey::from_seed(seed.as_bytes()))
}

fn origin(folder: &Path, asked: Option<&Origin>, key: &SecretKey) -> Result<Origin, IdentityError> {
    let path = folder.join(ORIGIN);
    let failed = |error: &io::Error| IdentityError::file(&path, error);
    if !path.try_exists().map_err(|error| failed(&error))? {
        let name = asked.map_or_else(|| name(key), ToString::to_string);
        create(&path, &format!("{name}\n")).map_err(|error| failed(&error))?;
    }
    let text = read(&path).map_err(|error| failed(&error))?;
    let remembered: Origin =
        text.trim_end().parse().map_err(|_| IdentityError::Malformed { path: path.clone() })?;
    match asked {
        Some(asked) if *asked != remembered => {
            Err(IdentityError::OtherOrigin { asked: asked.clone(), remembered })
        }
        Some(_) | None => Ok(remembered),
    }
}

/// The name of a log that nobody named: unique, and in the top-level domain that never resolves (RFC 6761 §6.4).
fn name(key: &SecretKey) -> String {
    let digits = Hash::of(&[key.id().as_bytes()]).to_hex();
    format!("node-{}.invalid", digits.get(..NAME_DIGITS).unwrap_or_default())
}

/// Reads a file that is its owner's alone.
///
/// # Errors
/// What cannot be read, or can be read by others.
pub(crate) fn read_private(path: &Path) -> Result<Zeroizing<String>, IdentityError> {
    check_private(path)?;
    read(path).map(Zeroizing::new).map_err(|error| IdentityError::file(path, &error))
}

/// Writes a file for its owner alone, in a folder that is made for it; one that is there stays.
///
/// # Errors
/// What cannot be written.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), IdentityError> {
    let written = path.parent().map_or(Ok(()), make_folder).and_then(|()| create(path, text));
    written.map_err(|error| IdentityError::file(path, &error))
}

/// Writes a file for its owner alone, whole or not at all; one that is there by then stays.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = unfinished(path);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // Unlike a renaming, a link replaces nothing: two starts at once agree on the file of whoever came first.
    match fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    fs::remove_file(&unfinished)?;
    // The new name is durable only with its folder.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.unfinished", std::process::id()));
    PathBuf::from(name)
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), IdentityError> {
    use std::os::unix::fs::MetadataExt;
    let mode = fs::metadata(path).map_err(|error| IdentityError::file(path, &error))?.mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(IdentityError::KeyExposed { path: path.to_owned() }) }
}

#[cfg(not(unix))]
fn check_private(_path: &Path) -> Result<(), IdentityError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stays_who_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("deep/data");
        let first = load(&data, None).unwrap();
        let second = load(&data, None).unwrap();
        assert_eq!((first.key.id(), &first.origin), (second.key.id(), &second.origin));
        assert!(load(&data, Some(&first.origin)).is_ok());
        let other = "assent.example/other".parse().unwrap();
        assert!(matches!(load(&data, Some(&other)), Err(IdentityError::OtherOrigin { .. })));
        let names: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn a_log_has_the_name_that_it_was_given_first() {
        let folder = tempfile::tempdir().unwrap();
        let name: Origin = "assent.example/main".parse().unwrap();
        assert_eq!(load(folder.path(), Some(&name)).unwrap().origin, name);
        assert_eq!(load(folder.path(), None).unwrap().origin, name);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        load(folder.path(), None).unwrap();
        let key = folder.path().join(KEY);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&key), 0o600);
        for exposed in [0o640, 0o604, 0o660] {
            fs::set_permissions(&key, fs::Permissions::from_mode(exposed)).unwrap();
            assert!(matches!(load(folder.path(), None), Err(IdentityError::KeyExposed { .. })));
        }
    }

    #[test]
    fn a_lost_or_broken_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        load(folder.path(), None).unwrap();
        let key = folder.path().join(KEY);
        for broken in ["", "00", &"A".repeat(64), &"0".repeat(66)] {
            fs::write(&key, broken).unwrap();
            assert!(matches!(load(folder.path(), None), Err(IdentityError::Malformed { .. })), "{broken}");
        }
        fs::remove_file(&key).unwrap();
        fs::write(folder.path().join(asp_store::FILE_NAME), "").unwrap();
        assert!(matches!(load(folder.path(), None), Err(IdentityError::KeyLost { .. })));
    }
}
