//! The user's own folder: which node, who one is, and the keys. Keys never leave it but to sign.

use std::io;
use std::path::{Path, PathBuf};

use asp_core::name::Issuer;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Outcome};

/// The file with what is chosen once.
const CONFIG: &str = "config.toml";
/// The folder of the key files.
const KEYS: &str = "keys";

/// What `config.toml` says; everything may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The node to talk to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    /// Who speaks when `--as` does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<Issuer>,
}

/// The folder of `--home`, `ASSENT_HOME` or the platform's configuration.
#[derive(Debug)]
pub(crate) struct Home {
    folder: PathBuf,
    config: Config,
}

impl Home {
    /// Reads the home; one that does not exist is an empty one.
    ///
    /// # Errors
    /// When the folder is unknown or its configuration cannot be read.
    pub(crate) fn open(folder: Option<PathBuf>) -> Outcome<Self> {
        let folder = folder.map_or_else(standard_folder, Ok)?;
        let path = folder.join(CONFIG);
        let config = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|error| Failure::usage(format_args!("{}: {}", path.display(), error.message())))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Config::default(),
            Err(error) => return Err(Failure::usage(format_args!("{}: {error}", path.display()))),
        };
        Ok(Self { folder, config })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where agents keep what they need for sessions that the node cannot read.
    #[must_use]
    pub(crate) fn vaults(&self) -> PathBuf {
        self.folder.join("vaults")
    }

    /// Where the keys are.
    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.join(KEYS)
    }

    /// What is configured.
    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }

    /// Makes the folder, for its owner alone, and writes the configuration.
    ///
    /// # Errors
    /// What the operating system says.
    pub(crate) fn write(&mut self, config: Config) -> Outcome {
        let fault = |error: &dyn std::fmt::Display| {
            Failure::fault(format_args!("{}: {error}", self.folder.display()))
        };
        private_folder(&self.folder).map_err(|error| fault(&error))?;
        let text = toml::to_string(&config).map_err(|error| fault(&error))?;
        std::fs::write(self.folder.join(CONFIG), text).map_err(|error| fault(&error))?;
        self.config = config;
        Ok(())
    }
}

/// Makes a folder, with those above it, that only its owner can enter.
pub(crate) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn standard_folder() -> Outcome<PathBuf> {
    directories::ProjectDirs::from("", "", "assent")
        .map(|folders| folders.config_dir().to_owned())
        .ok_or_else(|| Failure::usage("no home folder is known").hint("Say where by --home or ASSENT_HOME."))
}

/// The folder of a node when nobody says otherwise.
pub(crate) fn standard_data() -> Outcome<PathBuf> {
    directories::ProjectDirs::from("", "", "assent")
        .map(|folders| folders.data_dir().to_owned())
        .ok_or_else(|| Failure::usage("no data folder is known").hint("Say where by --data."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let mut home = Home::open(Some(path.clone())).unwrap();
        assert_eq!(*home.config(), Config::default());
        let config = Config {
            node: Some("http://127.0.0.1:1".to_owned()),
            identity: Some("acme.example".parse().unwrap()),
        };
        home.write(config.clone()).unwrap();
        assert_eq!(*Home::open(Some(path)).unwrap().config(), config);
    }

    #[test]
    fn a_configuration_with_an_unknown_member_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(CONFIG), "nodes = \"x\"\n").unwrap();
        let failure = Home::open(Some(folder.path().to_owned())).unwrap_err();
        assert_eq!(failure.exit, crate::failure::Exit::Usage);
    }
}
