//! Keys of organisations that whoever runs the node keeps beside the log, so that people can act with them from a page.
//! A key that is not here signs nothing here. Knows files and keys; what may be signed is judged where it is asked.

use std::fs;
use std::path::{Path, PathBuf};

use asp_core::key::{Algorithm, KeyId, SecretKey};
use asp_core::keyfile;
use asp_core::name::Domain;

use crate::identity::{self, IdentityError};

/// The folder of the keys, within the node's own.
const FOLDER: &str = "acting";
/// What follows the domain in the name of a file.
const ENDING: &str = ".pem";

/// The keys that a node keeps for organisations. Nothing is held in memory: what is taken away is gone at once.
#[derive(Debug, Clone)]
pub struct ActingKeys {
    node: PathBuf,
}

impl ActingKeys {
    /// Those beside the log in a node's folder. The node may be running.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { node: folder.to_owned() }
    }

    /// The key that is kept for an organisation, if one is.
    ///
    /// # Errors
    /// A file that cannot be read, that is no key, or that others than its owner can read.
    pub fn find(&self, organisation: &Domain) -> Result<Option<SecretKey>, IdentityError> {
        let path = self.path(organisation);
        if !path.is_file() {
            return Ok(None);
        }
        let text = identity::read_private(&path)?;
        let key = keyfile::read(text.as_bytes(), Algorithm::Ed25519);
        key.map(Some).ok_or(IdentityError::Malformed { path })
    }

    /// Keeps a key for an organisation, in place of one that was kept.
    ///
    /// # Errors
    /// That there is no node in the folder, or that the file cannot be written.
    pub fn keep(&self, organisation: &Domain, key: &SecretKey) -> Result<(), IdentityError> {
        if !identity::is_in(&self.node) {
            return Err(IdentityError::NoNode { folder: self.node.clone() });
        }
        self.remove(organisation)?;
        identity::write_private(&self.path(organisation), &keyfile::to_pem(key))
    }

    /// Takes the key of an organisation away; whether there was one.
    ///
    /// # Errors
    /// That the file cannot be removed.
    pub fn remove(&self, organisation: &Domain) -> Result<bool, IdentityError> {
        let path = self.path(organisation);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(IdentityError::file(&path, &error)),
        }
    }

    /// Whose keys are kept, with their public halves, by domain.
    ///
    /// # Errors
    /// As [`ActingKeys::find`], or that the folder cannot be read.
    pub fn list(&self) -> Result<Vec<(Domain, KeyId)>, IdentityError> {
        let folder = self.node.join(FOLDER);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let failed = |error: &std::io::Error| IdentityError::file(&folder, error);
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|error| failed(&error))? {
            let name = entry.map_err(|error| failed(&error))?.file_name();
            let domain = name.to_str().and_then(|name| name.strip_suffix(ENDING)?.parse::<Domain>().ok());
            let Some(domain) = domain else { continue };
            if let Some(key) = self.find(&domain)? {
                found.push((domain, key.id()));
            }
        }
        found.sort();
        Ok(found)
    }

    fn path(&self, organisation: &Domain) -> PathBuf {
        // A domain is letters, digits, hyphens and dots between them: it names a file in this folder and no other.
        self.node.join(FOLDER).join(format!("{organisation}{ENDING}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> (tempfile::TempDir, ActingKeys) {
        let folder = tempfile::tempdir().unwrap();
        identity::load(folder.path(), None).unwrap();
        let keys = ActingKeys::of(folder.path());
        (folder, keys)
    }

    #[test]
    fn a_key_is_kept_replaced_and_taken_away() {
        let (_folder, keys) = node();
        let court: Domain = "court.example".parse().unwrap();
        assert_eq!(keys.find(&court).unwrap().map(|key| key.id()), None);
        assert!(keys.list().unwrap().is_empty());
        for seed in [1, 2] {
            let key = SecretKey::from_seed(&[seed; 32]);
            keys.keep(&court, &key).unwrap();
            assert_eq!(keys.find(&court).unwrap().unwrap().id(), key.id());
            assert_eq!(keys.list().unwrap(), [(court.clone(), key.id())]);
        }
        let hardware = SecretKey::from_scalar(&[7; 32]).unwrap();
        keys.keep(&"other.example".parse().unwrap(), &hardware).unwrap();
        assert_eq!(keys.list().unwrap().len(), 2);
        assert!(keys.remove(&court).unwrap());
        assert!(!keys.remove(&court).unwrap());
        assert_eq!(keys.list().unwrap(), [("other.example".parse().unwrap(), hardware.id())]);
    }

    #[test]
    fn a_folder_without_a_node_gets_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let keys = ActingKeys::of(folder.path());
        let kept = keys.keep(&"court.example".parse().unwrap(), &SecretKey::from_seed(&[1; 32]));
        assert!(matches!(kept, Err(IdentityError::NoNode { .. })), "{kept:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_signs_nothing() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, keys) = node();
        let court: Domain = "court.example".parse().unwrap();
        keys.keep(&court, &SecretKey::from_seed(&[1; 32])).unwrap();
        let path = folder.path().join("acting/court.example.pem");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(keys.find(&court), Err(IdentityError::KeyExposed { .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for broken in ["", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            fs::write(&path, broken).unwrap();
            assert!(matches!(keys.find(&court), Err(IdentityError::Malformed { .. })), "{broken}");
        }
    }
}
