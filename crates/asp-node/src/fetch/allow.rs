//! What an operator allows the node's outbound requests beyond the rule, for networks of its own and for tests.
//! By default nothing: see [`super::address`].

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::address::{self, Network};

/// The setting `fetch_allow`: networks that may be reached, and hosts that stand somewhere else.
///
/// `10.1.0.0/16` lets names and addresses of that network through. `acme.example=10.1.0.7:8443` reaches that address
/// whenever `https://acme.example` is meant, `acme.example:9000=…` when that port is; `acme.example=http://127.0.0.1:8080`
/// does it without TLS, on this machine alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Allowances {
    networks: Vec<Network>,
    hosts: Vec<Host>,
}

/// A host that stands where the operator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    name: String,
    port: u16,
    pub(super) address: SocketAddr,
    pub(super) plain: bool,
}

impl Allowances {
    /// The same, and whatever listens on this machine.
    #[must_use]
    pub(crate) fn and_this_machine(mut self) -> Self {
        let own = ["127.0.0.0/8", "::1/128"].iter().filter_map(|network| network.parse::<Network>().ok());
        self.networks.extend(own);
        self
    }

    /// Whether the node may connect to the address, however it came by it.
    pub(super) fn permits(&self, address: IpAddr) -> bool {
        address::is_public(address) || self.allows(address)
    }

    /// Whether the operator named the address.
    pub(super) fn allows(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Where a host stands, if the operator says.
    pub(super) fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == name)
    }
}

impl Host {
    /// Whether it is meant by a URL with this port.
    pub(super) const fn is_at(&self, port: u16) -> bool {
        self.port == port
    }
}

/// An entry of `fetch_allow` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnAllowance(String);

impl fmt::Display for NotAnAllowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(entry) = self;
        write!(
            f,
            "{entry} is neither a network (10.1.0.0/16) nor a host and its address (acme.example=10.1.0.7:443)"
        )
    }
}

impl std::error::Error for NotAnAllowance {}

impl TryFrom<Vec<String>> for Allowances {
    type Error = NotAnAllowance;

    fn try_from(entries: Vec<String>) -> Result<Self, NotAnAllowance> {
        let mut allowances = Self::default();
        for entry in entries {
            let refused = || NotAnAllowance(entry.clone());
            if let Some((host, place)) = entry.split_once('=') {
                let host = read(host.trim(), place.trim()).ok_or_else(refused)?;
                // A name stands in one place.
                if allowances.host(&host.name).is_some() {
                    return Err(refused());
                }
                allowances.hosts.push(host);
            } else {
                allowances.networks.push(entry.trim().parse().map_err(|()| refused())?);
            }
        }
        Ok(allowances)
    }
}

impl From<Allowances> for Vec<String> {
    /// As they are read.
    fn from(allowances: Allowances) -> Self {
        let networks = allowances.networks.iter().map(ToString::to_string);
        let host = |host: &Host| {
            let scheme = if host.plain { "http://" } else { "" };
            format!("{}:{}={scheme}{}", host.name, host.port, host.address)
        };
        networks.chain(allowances.hosts.iter().map(host)).collect()
    }
}

impl FromStr for Allowances {
    type Err = NotAnAllowance;

    /// The entries with commas between them.
    fn from_str(text: &str) -> Result<Self, NotAnAllowance> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(str::to_owned).collect::<Vec<String>>().try_into()
    }
}

fn read(host: &str, place: &str) -> Option<Host> {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, port.parse().ok()?),
        None => (host, super::HTTPS),
    };
    let name_is_plain =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte));
    if name.is_empty() || !name_is_plain || name.parse::<IpAddr>().is_ok() {
        return None;
    }
    let (plain, place) = match place.strip_prefix("http://") {
        Some(place) => (true, place),
        None => (false, place),
    };
    let address: SocketAddr = match place.parse() {
        Ok(address) => address,
        Err(_) => SocketAddr::new(place.parse().ok()?, port),
    };
    // Without TLS nobody knows who answers, unless nothing leaves the machine.
    let safe = address.port() != 0 && (!plain || address.ip().is_loopback());
    safe.then(|| Host { name: name.to_owned(), port, address, plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_hosts_are_read_and_everything_else_refused() {
        let allowances: Allowances =
            "10.1.0.0/16, ::1, acme.example=10.1.0.7, b.example:9000=http://127.0.0.1:8080,".parse().unwrap();
        assert!(allowances.allows("10.1.2.3".parse().unwrap()) && allowances.allows("::1".parse().unwrap()));
        assert!(!allowances.permits("10.2.0.1".parse().unwrap()));
        assert!(allowances.permits("9.9.9.9".parse().unwrap()));
        let acme = allowances.host("acme.example").unwrap();
        assert_eq!((acme.address, acme.plain), ("10.1.0.7:443".parse().unwrap(), false));
        assert!(acme.is_at(443) && !acme.is_at(9000));
        let other = allowances.host("b.example").unwrap();
        assert!(other.plain && other.is_at(9000) && !other.is_at(443));
        assert_eq!(Allowances::try_from(Vec::<String>::from(allowances.clone())).as_ref(), Ok(&allowances));
        assert_eq!("".parse::<Allowances>(), Ok(Allowances::default()));
        for wrong in [
            "localhost",
            "10.0.0.0/33",
            "acme.example=",
            "=127.0.0.1:1",
            "acme.example=elsewhere.example",
            "acme.example=127.0.0.1:0",
            "acme.example:x=127.0.0.1:1",
            "Acme.example=127.0.0.1:1",
            "127.0.0.1=127.0.0.1:1",
            "acme.example=http://10.0.0.1:80",
            "acme.example=https://127.0.0.1:80",
            "acme.example=127.0.0.1:1,acme.example:2=127.0.0.1:2",
        ] {
            assert!(wrong.parse::<Allowances>().is_err(), "{wrong}");
        }
    }
}
