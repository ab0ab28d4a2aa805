//! What an operator can set. Everything has a default that is right for one machine.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use asp_core::limits;
use asp_core::name::Origin;
use serde::Deserialize;

/// Where a node listens when nobody says otherwise: this machine alone can reach it.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4860);

/// The settings of a node.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of the log and the node's key.
    pub data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address under which clients reach the node, without a slash at the end, where a proxy stands before it.
    /// Without it, the `Host` header of each request counts.
    pub public_url: Option<String>,
    /// The name of a new log; made from the node's key if absent. A log keeps its name.
    pub origin: Option<Origin>,
    /// Statements that wait for the writer; more are refused with `OVERLOADED`.
    pub queue_max: usize,
    /// Statements that wait for a check of their signatures; more are refused with `OVERLOADED`.
    pub admission_queue_max: usize,
}

/// The same as a file says it; what is absent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    origin: Option<Origin>,
    queue_max: Option<usize>,
    admission_queue_max: Option<usize>,
}

impl Config {
    /// The defaults, with this data folder.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: LISTEN,
            public_url: None,
            origin: None,
            queue_max: limits::SUBMIT_QUEUE_MAX,
            admission_queue_max: limits::SUBMIT_QUEUE_MAX,
        }
    }

    /// The defaults, then a file if one is named, then `ASSENT_DATA`, `ASSENT_LISTEN`, `ASSENT_PUBLIC_URL` and
    /// `ASSENT_ORIGIN`. The data folder is empty if nobody named one.
    ///
    /// # Errors
    /// A sentence naming what cannot be read.
    pub fn load(path: Option<&Path>) -> Result<Self, String> {
        let config = Self::new("");
        let mut config = path.map_or(Ok(config.clone()), |path| config.read(path))?;
        if let Some(data) = variable("ASSENT_DATA")? {
            config.data = data;
        }
        if let Some(listen) = variable("ASSENT_LISTEN")? {
            config.listen = listen;
        }
        if let Some(origin) = variable("ASSENT_ORIGIN")? {
            config.origin = Some(origin);
        }
        if let Some(url) = variable::<String>("ASSENT_PUBLIC_URL")? {
            config.public_url = Some(url.trim_end_matches('/').to_owned());
        }
        Ok(config)
    }

    /// Takes over what a TOML file says.
    ///
    /// # Errors
    /// A sentence if it cannot be read, has an unknown setting or a value that cannot be.
    pub fn read(mut self, path: &Path) -> Result<Self, String> {
        let told = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
        let file: File = toml::from_str(&text).map_err(|error| told(&error.message()))?;
        self.data = file.data.unwrap_or(self.data);
        self.listen = file.listen.unwrap_or(self.listen);
        self.public_url = file.public_url.map(|url| url.trim_end_matches('/').to_owned()).or(self.public_url);
        self.origin = file.origin.or(self.origin);
        self.queue_max = file.queue_max.unwrap_or(self.queue_max);
        self.admission_queue_max = file.admission_queue_max.unwrap_or(self.admission_queue_max);
        Ok(self)
    }
}

/// A variable of the environment; an empty one counts as none.
fn variable<T: FromStr<Err: fmt::Display>>(name: &str) -> Result<Option<T>, String> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|error| format!("{name}: {error}"))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.toml");
        std::fs::write(&path, "listen = \"0.0.0.0:80\"\npublic_url = \"https://node.example/\"\n").unwrap();
        let config = Config::new("data").read(&path).unwrap();
        assert_eq!(config.listen.to_string(), "0.0.0.0:80");
        assert_eq!(config.public_url.as_deref(), Some("https://node.example"));
        assert_eq!((config.data.to_str(), config.queue_max), (Some("data"), limits::SUBMIT_QUEUE_MAX));
        for wrong in ["listens = 1", "listen = \"here\"", "queue_max = -1", "origin = \"\""] {
            std::fs::write(&path, wrong).unwrap();
            assert!(Config::new("data").read(&path).is_err(), "{wrong}");
        }
    }
}
