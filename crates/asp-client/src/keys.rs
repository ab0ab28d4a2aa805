//! Private keys in files that only their owner can read: one file for each issuer.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use asp_core::key::SecretKey;
use asp_core::keyfile::{self, Unusable};
use asp_core::name::Issuer;
use zeroize::Zeroizing;

use crate::{Error, clock};

/// The most that is read of a key file.
const FILE_BYTES_MAX: usize = 4096;
/// How key files end.
const EXTENSION: &str = "key";

/// A folder of key files.
#[derive(Debug, Clone)]
pub struct Keyring {
    folder: PathBuf,
}

/// A new key that is on disk beside the one in use, until it takes its place.
#[derive(Debug)]
pub struct Prepared {
    key: SecretKey,
    from: PathBuf,
    to: PathBuf,
}

impl Prepared {
    /// The new key.
    #[must_use]
    pub const fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Puts it in the place of the one in use.
    ///
    /// # Errors
    /// What the operating system says; at least one file with the new key is still there then.
    pub fn commit(self) -> Result<(), Error> {
        let folder = self.to.parent().unwrap_or(Path::new("."));
        let kept = fs::rename(&self.from, &self.to).and_then(|()| sync(folder));
        kept.map_err(|error| fault(&self.to, &error))
    }
}

impl Keyring {
    /// The keys of a folder, which need not be there yet.
    ///
    /// # Errors
    /// If it is there and is no folder.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let folder = folder.into();
        match fs::metadata(&folder) {
            Ok(found) if !found.is_dir() => Err(fault(&folder, &"not a folder")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault(&folder, &error)),
            Ok(_) | Err(_) => Ok(Self { folder }),
        }
    }

    /// Makes a key for an issuer that has none.
    ///
    /// # Errors
    /// If there is one already, or the file cannot be written.
    pub fn create(&self, issuer: &Issuer) -> Result<SecretKey, Error> {
        let key = SecretKey::from_seed(&clock::random()?);
        self.write(&self.path(issuer, EXTENSION), issuer, &key)?;
        Ok(key)
    }

    /// Takes over a key that was made elsewhere, for an issuer that has none here.
    ///
    /// # Errors
    /// If there is one already, or the file cannot be written.
    pub fn import(&self, issuer: &Issuer, key: &SecretKey) -> Result<(), Error> {
        self.write(&self.path(issuer, EXTENSION), issuer, key)
    }

    /// Puts a key that was made elsewhere beside the one in use, until it takes its place.
    ///
    /// # Errors
    /// If it cannot be written, or another stands there.
    pub fn prepare_with(&self, issuer: &Issuer, key: &SecretKey) -> Result<Prepared, Error> {
        let from = self.path(issuer, "next");
        if !from.exists() {
            self.write(&from, issuer, key)?;
        }
        let held = read(&from, Some(issuer))?.1;
        if held.id() != key.id() {
            return Err(fault(&from, &"another key waits there"));
        }
        Ok(Prepared { key: held, from, to: self.path(issuer, EXTENSION) })
    }

    /// The key of an issuer.
    ///
    /// # Errors
    /// If there is none, others can read it, or it is not what it says.
    pub fn load(&self, issuer: &Issuer) -> Result<SecretKey, Error> {
        read(&self.path(issuer, EXTENSION), Some(issuer)).map(|(_, key)| key)
    }

    /// Whether there is a key for the issuer.
    #[must_use]
    pub fn has(&self, issuer: &Issuer) -> bool {
        self.path(issuer, EXTENSION).exists()
    }

    /// Who has a key here, in the order of their names.
    ///
    /// # Errors
    /// If the folder or a key file in it cannot be read.
    pub fn list(&self) -> Result<Vec<Issuer>, Error> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fault(&self.folder, &error)),
        };
        let mut issuers = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| fault(&self.folder, &error))?.path();
            if path.extension().is_some_and(|extension| extension == EXTENSION) {
                issuers.push(read(&path, None)?.0);
            }
        }
        issuers.sort();
        Ok(issuers)
    }

    /// Makes the next key of an issuer and keeps it beside the one in use, so that none is lost whatever happens.
    ///
    /// # Errors
    /// If it cannot be written. One that was prepared before is given again.
    pub fn prepare(&self, issuer: &Issuer) -> Result<Prepared, Error> {
        let from = self.path(issuer, "next");
        let key = if from.exists() {
            read(&from, Some(issuer))?.1
        } else {
            let key = SecretKey::from_seed(&clock::random()?);
            self.write(&from, issuer, &key)?;
            key
        };
        Ok(Prepared { key, from, to: self.path(issuer, EXTENSION) })
    }

    fn path(&self, issuer: &Issuer, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", keyfile::name_of(issuer)))
    }

    fn write(&self, path: &Path, issuer: &Issuer, key: &SecretKey) -> Result<(), Error> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(|error| fault(&self.folder, &error))?;
        let text = keyfile::to_named(issuer, key);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| fault(path, &error))?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        let kept = written.and_then(|()| sync(&self.folder));
        kept.map_err(|error| fault(path, &error))
    }
}

/// Makes the names in a folder durable: a key that was registered must not be lost with the power.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    // The empty path is this folder to everything but `open`.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

fn read(path: &Path, expected: Option<&Issuer>) -> Result<(Issuer, SecretKey), Error> {
    let file = File::open(path).map_err(|error| match (error.kind(), expected) {
        (io::ErrorKind::NotFound, Some(issuer)) => fault(path, &format_args!("there is no key for {issuer}")),
        _ => fault(path, &error),
    })?;
    check_mode(path, &file)?;
    // As large as it gets: a buffer that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(FILE_BYTES_MAX));
    file.take(FILE_BYTES_MAX as u64).read_to_string(&mut text).map_err(|error| fault(path, &error))?;
    // What is said of a file never quotes it.
    let strange = "its key is not the one that it names";
    match keyfile::read_named(&text) {
        Ok((issuer, key)) if expected.is_none_or(|expected| *expected == issuer) => Ok((issuer, key)),
        Ok(_) | Err(Unusable::Other) => Err(fault(path, &strange)),
        Err(Unusable::Form) => Err(fault(path, &"not a key file")),
    }
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(|error| fault(path, &error))?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(fault(path, &"others can read it; `chmod 600` it")) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File) -> Result<(), Error> {
    Ok(())
}

fn fault(path: &Path, why: &dyn fmt::Display) -> Error {
    Error::Key { path: path.to_owned(), why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn issuer() -> Issuer {
        "agent://acme.example/sales/bot".parse().unwrap()
    }

    #[test]
    fn a_key_is_kept_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Keyring::open(folder.path().join("keys")).unwrap();
        assert!(ring.list().unwrap().is_empty());
        let key = ring.create(&issuer()).unwrap();
        assert_eq!(ring.load(&issuer()).unwrap().id(), key.id());
        assert_eq!(ring.list().unwrap(), [issuer()]);
        assert!(ring.create(&issuer()).is_err(), "a key is never overwritten");
        assert!(ring.load(&"acme.example".parse().unwrap()).is_err());
        let path = folder.path().join("keys/acme.example_sales_bot.key");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            for mode in [0o640, 0o604, 0o660] {
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                assert!(ring.load(&issuer()).is_err(), "{mode:o}");
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(&digits(&key.seed()), &"00".repeat(32))).unwrap();
        let error = ring.load(&issuer()).unwrap_err().to_string();
        assert!(error.contains("not the one that it names"), "{error}");
        fs::write(&path, text.replace("secret", "sekret")).unwrap();
        let error = format!("{:?}", ring.load(&issuer()).unwrap_err());
        assert!(!error.contains(&digits(&key.seed())), "an error never shows a secret");
    }

    #[test]
    fn the_next_key_takes_the_place_of_the_last_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let ring = Keyring::open(folder.path()).unwrap();
        let old = ring.create(&issuer()).unwrap().id();
        let next = ring.prepare(&issuer()).unwrap().key().id();
        assert_eq!(ring.load(&issuer()).unwrap().id(), old);
        let again = ring.prepare(&issuer()).unwrap();
        assert_eq!(again.key().id(), next, "a prepared key is not forgotten");
        again.commit().unwrap();
        assert_eq!(ring.load(&issuer()).unwrap().id(), next);
        assert!(!format!("{ring:?}").contains(&digits(&ring.load(&issuer()).unwrap().seed())));
    }
}
