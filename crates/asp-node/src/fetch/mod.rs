//! The only requests that the node makes to names that strangers chose: agent cards, proofs of domains, endpoints, webhooks.
//!
//! Whoever names an address may want the node to reach what only the node can (server-side request forgery). So: `https`
//! on its own port, no user, no redirect, no proxy; every address of the name must be public and the connection goes to
//! one of those that were checked; what comes back is bounded in size, kind and time. The operator can widen that for
//! its own networks by [`Allowances`]. Nothing here knows what is fetched.

mod address;
mod allow;
mod resolve;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, Response, Url};
use tokio::sync::Semaphore;

pub use allow::{Allowances, NotAnAllowance};
use resolve::{Names, Unresolved};

/// The port of `https`.
const HTTPS: u16 = 443;
/// The name of this machine.
const LOCALHOST: &str = "localhost";
/// The kind of everything that is fetched.
const JSON: &str = "application/json";
/// Characters of the longest URL that is fetched.
const URL_MAX: usize = 2048;

/// What the requests are given by the settings.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// What is allowed beyond the rule.
    pub(crate) allow: Allowances,
    /// Who resolves names, if not whom the machine asks.
    pub(crate) name_server: Option<SocketAddr>,
    /// Certificates that are trusted beside the machine's.
    pub(crate) roots: Option<PathBuf>,
    /// How long one request may take, from its first look-up to its last byte.
    pub(crate) timeout: Duration,
    /// Requests at once.
    pub(crate) at_once: usize,
}

/// Makes requests to foreign names.
#[derive(Debug)]
pub(crate) struct Fetch {
    client: Client,
    names: Names,
    allowances: Arc<Allowances>,
    slots: Semaphore,
    timeout: Duration,
}

/// What an address answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetched {
    /// The body: JSON by what the answer says of itself, which nobody has read yet.
    pub(crate) bytes: Vec<u8>,
}

/// Why nothing was fetched. Nothing that the other side sent is repeated in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FetchError {
    /// It is no `https:` URL with a host, without user, of at most 2048 characters.
    Url,
    /// The URL names another port than that of `https`.
    Port,
    /// The host is or has an address that is not public.
    Address,
    /// The name has no address.
    NoSuchName,
    /// No name server answered.
    NamesSilent,
    /// There is no connection, its certificate does not prove the name, or it broke.
    Unreachable,
    /// The answer leads elsewhere.
    Redirected,
    /// The answer is no success.
    Status(u16),
    /// The answer is no JSON.
    MediaType,
    /// The answer has more bytes than were asked for.
    TooLarge,
    /// The answer was not there in time.
    TooSlow,
}

impl FetchError {
    /// Whether it may be otherwise in an hour, though nobody changed anything.
    pub(crate) const fn is_passing(self) -> bool {
        match self {
            Self::NamesSilent | Self::Unreachable | Self::TooSlow => true,
            Self::Status(status) => status >= 500 || status == 429,
            Self::Url | Self::Port | Self::Address | Self::NoSuchName => false,
            Self::Redirected | Self::MediaType | Self::TooLarge => false,
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "it is no https URL without a user",
            Self::Port => "it names another port than 443",
            Self::Address => "its host has an address that is not public",
            Self::NoSuchName => "its host has no address",
            Self::NamesSilent => "no name server answers",
            Self::Unreachable => "it cannot be reached, or does not prove its name",
            Self::Redirected => "it leads elsewhere",
            Self::Status(status) => return write!(f, "it answers {status}"),
            Self::MediaType => "its answer is no application/json",
            Self::TooLarge => "its answer is too large",
            Self::TooSlow => "it does not answer in time",
        })
    }
}

impl Error for FetchError {}

impl From<Unresolved> for FetchError {
    fn from(why: Unresolved) -> Self {
        match why {
            Unresolved::Forbidden(_) => Self::Address,
            Unresolved::Nothing => Self::NoSuchName,
            Unresolved::Silent => Self::NamesSilent,
        }
    }
}

impl Fetch {
    /// Ready to make requests.
    ///
    /// # Errors
    /// The certificates cannot be read, or TLS cannot be had; in words.
    pub(crate) fn new(bounds: Bounds) -> Result<Self, String> {
        let allowances = Arc::new(bounds.allow);
        let names = Names::new(bounds.name_server, Arc::clone(&allowances));
        let roots = bounds.roots.as_deref().map(certificates).transpose()?.unwrap_or_default();
        let client = Client::builder()
            .dns_resolver(names.clone())
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            // A connection that is kept would outlive the check of its address.
            .pool_max_idle_per_host(0)
            .connect_timeout(bounds.timeout)
            .timeout(bounds.timeout)
            .tls_certs_merge(roots)
            .user_agent(concat!("assent/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        let slots = Semaphore::new(bounds.at_once.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { client, names, allowances, slots, timeout: bounds.timeout })
    }

    /// Fetches a JSON document of at most `bytes_max` bytes.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub(crate) async fn get(&self, url: &str, bytes_max: usize) -> Result<Fetched, FetchError> {
        self.ask(Method::GET, url, (&[], Vec::new()), bytes_max).await
    }

    /// Sends a JSON document and takes one of at most `bytes_max` bytes as the answer.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub(crate) async fn post(
        &self,
        url: &str,
        body: Vec<u8>,
        bytes_max: usize,
    ) -> Result<Fetched, FetchError> {
        self.ask(Method::POST, url, (&[], body), bytes_max).await
    }

    /// The same with headers of one's own.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub(crate) async fn post_with(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
        bytes_max: usize,
    ) -> Result<Fetched, FetchError> {
        self.ask(Method::POST, url, (headers, body), bytes_max).await
    }

    /// Sends something of this kind, and hears only whether it is taken: what comes back is not read.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub(crate) async fn tell(
        &self,
        url: &str,
        (kind, headers): (&str, &[(&str, String)]),
        body: Vec<u8>,
    ) -> Result<(), FetchError> {
        let request = self.client.post(self.check(url)?).header(CONTENT_TYPE, kind).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        self.in_time(async {
            let response = request.send().await.map_err(|error| reason(&error))?;
            success(&response)
        })
        .await
    }

    /// Whether a URL is one that may be asked, as far as that is known before its name is looked up.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub(crate) fn permits(&self, url: &str) -> Result<(), FetchError> {
        self.check(url).map(drop)
    }

    /// The DNS texts of a name; none if it has none.
    ///
    /// # Errors
    /// That no name server answers, or not in time.
    pub(crate) async fn texts(&self, name: &str) -> Result<Vec<String>, FetchError> {
        self.in_time(async { Ok(self.names.texts(name).await?) }).await
    }

    async fn ask(
        &self,
        method: Method,
        url: &str,
        (headers, body): (&[(&str, String)], Vec<u8>),
        bytes_max: usize,
    ) -> Result<Fetched, FetchError> {
        let url = self.check(url)?;
        let request = self.client.request(method.clone(), url).header(ACCEPT, JSON);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request =
            if method == Method::POST { request.header(CONTENT_TYPE, JSON).body(body) } else { request };
        self.in_time(async {
            let response = request.send().await.map_err(|error| reason(&error))?;
            read(response, bytes_max).await
        })
        .await
    }

    /// Waiting for a turn counts.
    async fn in_time<T>(&self, what: impl Future<Output = Result<T, FetchError>>) -> Result<T, FetchError> {
        let whole = async {
            let _turn = self.slots.acquire().await.map_err(|_| FetchError::TooSlow)?;
            what.await
        };
        tokio::time::timeout(self.timeout, whole).await.unwrap_or(Err(FetchError::TooSlow))
    }

    /// What of a URL can be judged before anybody is asked; the addresses of its name are judged when they are known.
    fn check(&self, url: &str) -> Result<Url, FetchError> {
        if url.len() > URL_MAX {
            return Err(FetchError::Url);
        }
        let mut url = Url::parse(url).map_err(|_| FetchError::Url)?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        let secure = url.scheme() == "https";
        if has_user || !(secure || url.scheme() == "http") {
            return Err(FetchError::Url);
        }
        let port = url.port_or_known_default().unwrap_or(HTTPS);
        let host = url.host_str().ok_or(FetchError::Url)?.to_owned();
        if let Some(place) = self.allowances.host(&host) {
            if !secure {
                return Err(FetchError::Url);
            }
            if !place.is_at(port) {
                return Err(FetchError::Port);
            }
            let scheme = if place.plain { "http" } else { "https" };
            // Without a port in the URL it is the place's that counts.
            let changed = url.set_scheme(scheme).and_then(|()| url.set_port(None));
            return changed.map(|()| url).map_err(|()| FetchError::Url);
        }
        match literal(&host) {
            // Any port and no TLS, but only where the operator said so.
            Some(address) if self.allowances.allows(address) => {
                if secure || address.is_loopback() {
                    Ok(url)
                } else {
                    Err(FetchError::Url)
                }
            }
            Some(address) if !address::is_public(address) => Err(FetchError::Address),
            Some(_) | None if !secure => Err(FetchError::Url),
            Some(_) | None if port != HTTPS => Err(FetchError::Port),
            Some(_) | None => Ok(url),
        }
    }
}

/// The address that a host is without asking anybody.
fn literal(host: &str) -> Option<IpAddr> {
    if host == LOCALHOST {
        return Some(IpAddr::from([127, 0, 0, 1]));
    }
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let failed = |detail: String| format!("{}: {detail}", path.display());
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    Certificate::from_pem_bundle(&pem).map_err(|error| failed(error.to_string()))
}

/// Ours, where it lies at the ground of an error of the library's.
fn reason(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        if let Some(why) = inner.downcast_ref::<Unresolved>() {
            return FetchError::from(*why);
        }
        cause = inner.source();
    }
    if error.is_timeout() { FetchError::TooSlow } else { FetchError::Unreachable }
}

fn success(response: &Response) -> Result<(), FetchError> {
    let status = response.status();
    if status.is_redirection() {
        return Err(FetchError::Redirected);
    }
    if status.is_success() { Ok(()) } else { Err(FetchError::Status(status.as_u16())) }
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Fetched, FetchError> {
    success(&response)?;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(is_json) {
        return Err(FetchError::MediaType);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        // What is announced is not believed; what arrives is counted.
        if bytes.len() + chunk.len() > bytes_max {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Fetched { bytes })
}

/// `application/json`, or a kind that says it is written in it (RFC 6839 §3.1), with or without parameters.
fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == JSON || kind.strip_prefix("application/").is_some_and(|kind| kind.ends_with("+json"))
}
