//! Names to addresses and to texts. A name is resolved once, every address it has is checked, and the connection is
//! made to one of those: there is no second look-up that could say something else (DNS rebinding).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RData;
use hickory_resolver::{Resolver, TokioResolver};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::allow::Allowances;

/// One question to one name server; a second attempt still fits into the time of a request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Texts that are read of one name; whoever has more than these has mislaid the one that counts.
const TEXTS_MAX: usize = 64;

/// Asks name servers, and passes on what the rule and the operator let through.
#[derive(Clone)]
pub(super) struct Names {
    /// None where the machine names no server: then nothing resolves.
    resolver: Option<TokioResolver>,
    allowances: Arc<Allowances>,
}

/// Why a name has no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// It has an address that nobody may be sent to.
    Forbidden(IpAddr),
    /// There is no such name, or it has no address.
    Nothing,
    /// No server answered.
    Silent,
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(address) => write!(f, "{address} is no public address"),
            Self::Nothing => f.write_str("the name has no address"),
            Self::Silent => f.write_str("no name server answers"),
        }
    }
}

impl std::error::Error for Unresolved {}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("allowances", &self.allowances).finish_non_exhaustive()
    }
}

impl Names {
    /// By the name server, else by those that the machine names.
    pub(super) fn new(name_server: Option<SocketAddr>, allowances: Arc<Allowances>) -> Self {
        let built = match name_server {
            Some(server) => {
                let config = ResolverConfig::from_name_servers(vec![at(server)]);
                let mut builder = Resolver::builder_with_config(config, TokioRuntimeProvider::default());
                adjust(builder.options_mut());
                builder.options_mut().use_hosts_file = ResolveHosts::Never;
                builder.build()
            }
            None => TokioResolver::builder_tokio().and_then(|mut builder| {
                adjust(builder.options_mut());
                builder.build()
            }),
        };
        let resolver = built
            .inspect_err(|error| tracing::warn!(%error, "no name servers: names of others do not resolve"))
            .ok();
        Self { resolver, allowances }
    }

    /// The addresses of a host, all of them permitted. A port other than 0 is where the operator says it stands.
    async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, Unresolved> {
        if let Some(host) = self.allowances.host(name) {
            return Ok(vec![host.address]);
        }
        let found = if name == super::LOCALHOST { vec![LOOPBACK] } else { self.look_up(name).await? };
        match found.iter().find(|address| !self.allowances.permits(**address)) {
            // One of many is enough: who mixes them wants the next connection to go elsewhere.
            Some(address) => Err(Unresolved::Forbidden(*address)),
            None => Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect()),
        }
    }

    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, Unresolved> {
        let resolver = self.resolver.as_ref().ok_or(Unresolved::Silent)?;
        // With a dot at the end it is whole: no search list of this machine is tried.
        let found = resolver.lookup_ip(format!("{}.", name.trim_end_matches('.'))).await;
        let addresses: Vec<IpAddr> = match found {
            Ok(found) => found.iter().collect(),
            Err(error) if says_nothing(&error) => Vec::new(),
            Err(_) => return Err(Unresolved::Silent),
        };
        if addresses.is_empty() { Err(Unresolved::Nothing) } else { Ok(addresses) }
    }

    /// The texts of a name, each with its parts put together; none if there is no such name.
    pub(super) async fn texts(&self, name: &str) -> Result<Vec<String>, Unresolved> {
        let resolver = self.resolver.as_ref().ok_or(Unresolved::Silent)?;
        let found = match resolver.txt_lookup(format!("{name}.")).await {
            Ok(found) => found,
            Err(error) if says_nothing(&error) => return Ok(Vec::new()),
            Err(_) => return Err(Unresolved::Silent),
        };
        let text = |data: &RData| {
            let RData::TXT(text) = data else { return None };
            String::from_utf8(text.txt_data.concat()).ok()
        };
        Ok(found.answers().iter().filter_map(|record| text(&record.data)).take(TEXTS_MAX).collect())
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether a server said that there is no such record, which is an answer; every other error is none.
fn says_nothing(error: &NetError) -> bool {
    let NetError::Dns(DnsError::NoRecordsFound(none)) = error else { return false };
    matches!(none.response_code, ResponseCode::NoError | ResponseCode::NXDomain)
}

/// What a name means that never leaves the machine (RFC 6761 §6.3).
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn at(server: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = server.port();
        connection
    });
    NameServerConfig::new(server.ip(), true, connections.into())
}

/// Nothing is remembered: what is asked for is how things stand at this moment.
fn adjust(options: &mut ResolverOpts) {
    options.cache_size = 0;
    options.timeout = ANSWER_TIMEOUT;
    options.attempts = 1;
    options.try_tcp_on_error = true;
}
