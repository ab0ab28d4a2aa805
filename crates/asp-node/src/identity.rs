//! Who the node is: a key in a file that only its owner can read, and the name of its log, both kept for good.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use asp_core::key::SecretKey;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_store::Identity;
use serde::{Deserialize, Serialize};

use crate::StartError;

/// The file in the data folder.
const FILE: &str = "node.key";

/// What the file says, as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    origin: Origin,
    /// 32 bytes in hexadecimal digits.
    secret: Hash,
}

/// Reads the identity of a data folder, or makes one.
///
/// # Errors
/// If the file cannot be read or written, others can read it, or the log has another name than asked for.
pub(crate) fn load_or_create(folder: &Path, origin: Option<&Origin>) -> Result<Identity, StartError> {
    let path = folder.join(FILE);
    let fault = |why: &dyn fmt::Display| StartError::Identity(format!("{}: {why}", path.display()));
    if !path.exists() {
        create(folder, &path, origin).map_err(|error| fault(&error))?;
    }
    check_mode(&path).map_err(|why| fault(&why))?;
    let text = fs::read_to_string(&path).map_err(|error| fault(&error))?;
    // The parser's own words could quote the secret.
    let file: KeyFile = serde_json::from_str(&text).map_err(|_| fault(&"not a node's key file"))?;
    if origin.is_some_and(|asked| *asked != file.origin) {
        return Err(fault(&format_args!("the log's name is {} and stays so", file.origin)));
    }
    Ok(Identity { origin: file.origin, key: SecretKey::from_seed(file.secret.as_bytes()) })
}

fn create(folder: &Path, path: &Path, origin: Option<&Origin>) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
    let key = SecretKey::from_seed(&seed);
    let digits = Hash::of(&[key.id().as_bytes()]).to_hex();
    let made = format!("node-{}", digits.get(..12).unwrap_or(&digits)).parse();
    let origin = origin.cloned().map_or_else(|| made.map_err(std::io::Error::other), Ok)?;
    let file = KeyFile { origin, secret: Hash::from_bytes(seed) };
    let text = serde_json::to_string_pretty(&file)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Written beside and renamed: a crash leaves no half a key.
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut opened = options.open(&beside)?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    fs::rename(&beside, path)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err("others can read it; `chmod 600` it".to_owned()) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stays_who_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("a/b");
        let first = load_or_create(&data, None).unwrap();
        let again = load_or_create(&data, None).unwrap();
        assert_eq!((first.key.id(), &first.origin), (again.key.id(), &again.origin));
        assert!(load_or_create(&data, Some(&"other.example".parse().unwrap())).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = data.join(FILE);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(load_or_create(&data, None).is_err());
        }
    }
}
