//! Settings: each with its unit, its default and its reason, from a TOML file, the environment, or the program.
//!
//! Without any a node runs well on one machine. What a setting does is not known here.

use std::fmt;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use asp_core::limits;
use asp_core::name::{Domain, Origin};
use serde::{Deserialize, Serialize};

use crate::fetch::Allowances;
use crate::share::{Domains, Factors};

/// Bytes of the largest settings file.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// What the environment's names begin with.
const PREFIX: &str = "ASSENT_";

/// A setting, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file; in the environment in upper case after `ASSENT_`.
    pub name: &'static str,
    /// What it counts.
    pub unit: &'static str,
    /// What it is when nobody says.
    pub default: &'static str,
    /// What it is for, and why the default is what it is.
    pub reason: &'static str,
}

/// Declares the settings: the struct, its defaults, its names in the environment and its table in one.
macro_rules! settings {
    ($($(#[doc = $reason:literal])+ $name:ident: $type:ty = $default:expr, $shown:literal, $unit:literal;)+) => {
        /// The settings of a node. [`Config::load`] merges file and environment; a program sets what its flags say.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Config { $($(#[doc = $reason])+ #[doc = concat!("\n\nUnit: ", $unit, ". Default: ", $shown, ".")] pub $name: $type,)+ }

        impl Default for Config {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Config {
            /// All settings in the order in which they are documented.
            pub const SETTINGS: &'static [Setting] = &[$(Setting {
                name: stringify!($name),
                unit: $unit,
                default: $shown,
                reason: concat!($($reason),+),
            },)+];

            /// Each setting with what it is; null where it says nothing.
            #[must_use]
            pub fn values(&self) -> Vec<(Setting, serde_json::Value)> {
                let mut settings = Self::SETTINGS.iter().copied();
                let mut values = Vec::with_capacity(Self::SETTINGS.len());
                $(values.extend(settings.next().zip(serde_json::to_value(&self.$name).ok()));)+
                values
            }

            fn merge(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<(), ConfigError> {
                $(
                    let name = format!("{PREFIX}{}", stringify!($name).to_uppercase());
                    if let Some(text) = variable(&name) {
                        self.$name = Read_::read(&text).ok_or(ConfigError::Variable { name })?;
                    }
                )+
                Ok(())
            }
        }
    };
}

settings! {
    /// The folder with the log and the node's key. Without one, the program's own place for data.
    data: PathBuf = PathBuf::new(), "the program's place for data", "path";
    /// Where the node listens. Only this machine by default: a proxy with TLS stands in front of a public node.
    listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 4860)), "127.0.0.1:4860", "address and port";
    /// How the node is reached from outside. DPoP proofs name it; without one they name the address in Host.
    public_url: Option<String> = None, "none", "URL";
    /// The name of the log, given once for ever. Without one it is made from the node's key.
    origin: Option<Origin> = None, "`node-<12 digits>.invalid`", "origin";
    /// Statements that share one transaction and one fsync at most.
    batch_max: usize = limits::BATCH_MAX, "512", "statements";
    /// Statements that wait for the writer; a further one is answered OVERLOADED. Bounds memory and waiting.
    queue_max: usize = limits::SUBMIT_QUEUE_MAX, "4096", "statements";
    /// Streams whose state the writer keeps between batches; others are read from their statements.
    streams_cached: usize = limits::STREAMS_CACHED_MAX, "20000", "streams";
    /// Reads of the store that run at once. Each holds up to 8 MiB of pages.
    readers: usize = limits::STORE_READERS, "4", "reads";
    /// Reads that wait for their turn; a further one is answered OVERLOADED.
    reads_waiting_max: usize = 1024, "1024", "reads";
    /// Threads that check signatures, 57 µs each. As many as the machine has cores, where that can be found out.
    admission_threads: usize = cores(), "the number of cores", "threads";
    /// Statements that wait for such a thread; a further one is answered OVERLOADED.
    admission_queue_max: usize = limits::SUBMIT_QUEUE_MAX, "4096", "statements";
    /// Connections at once; beyond, the address with most of them gives one up to who has fewer, and whoever finds no place
    /// is answered OVERLOADED. An idle one costs some 20 KiB and a descriptor (`ulimit -n`).
    connections_max: usize = 12_288, "12288", "connections";
    /// Connections of one address (of IPv6: of one network of 64 bits); a further one is answered RATE_LIMITED, 0 bears
    /// any number. Those of this machine are not counted: a proxy has those of many.
    address_connections_max: usize = 256, "256", "connections";
    /// How long headers may take to arrive, and a connection may idle between requests.
    header_timeout_ms: u64 = 60_000, "60000", "milliseconds";
    /// How long a body may take to arrive: the largest needs 70 kbit/s.
    body_timeout_ms: u64 = 30_000, "30000", "milliseconds";
    /// Bodies of requests that are held at once; a further one is answered OVERLOADED. Bounds memory under attack.
    bodies_bytes_max: usize = 256 * 1024 * 1024, "268435456", "bytes";
    /// How long an answer may take, long polls apart; longer means that the machine cannot keep up.
    request_timeout_ms: u64 = 30_000, "30000", "milliseconds";
    /// How long a reader may take nothing of what is sent to it before it is cut off. It can resume where it was.
    stall_timeout_ms: u64 = 30_000, "30000", "milliseconds";
    /// Event streams and long polls at once; a further one is answered OVERLOADED.
    subscribers_max: usize = 10_240, "10240", "subscribers";
    /// The same of one agent or organisation, so that one cannot take the place of all; a further one is answered
    /// RATE_LIMITED, as are those beyond the two settings that follow. 0 bears any number.
    subscribers_per_party_max: usize = 64, "64", "subscribers";
    /// The same of an organisation with all its agents.
    subscribers_per_organisation_max: usize = 512, "512", "subscribers";
    /// The same of one address; this machine's are not counted.
    subscribers_per_address_max: usize = 512, "512", "subscribers";
    /// Access tokens at once; each lives 600 seconds. Beyond, the organisation with most of them loses its oldest.
    tokens_max: usize = 65_536, "65536", "tokens";
    /// Access tokens of one agent or organisation; the oldest gives way.
    tokens_per_party_max: usize = 16, "16", "tokens";
    /// Proofs that are remembered for two minutes so that none is used twice. Beyond, the organisation with most of
    /// them loses its oldest token. As many requests for tokens are remembered; one organisation may make an eighth.
    proofs_max: usize = 262_144, "262144", "proofs";
    /// The OpenID Connect provider by which people sign in: its issuer, exactly as it calls itself. Off without one.
    oidc_issuer: Option<String> = None, "none", "URL";
    /// What the node is called at the provider, where its way back is registered: this node's address and `/signin/oidc/callback`.
    oidc_client_id: Option<String> = None, "none", "text";
    /// The file with the node's secret at the provider. Without one PKCE alone proves that the code is ours.
    oidc_client_secret_file: Option<PathBuf> = None, "none", "path";
    /// Whose people the provider vouches for.
    oidc_organisation: Option<Domain> = None, "none", "domain";
    /// Whoever has a verified address of mail in this domain comes in as an auditor, invited or not.
    oidc_email_domain: Option<String> = None, "none", "domain";
    /// The claim with what a person is here for (owner, auditor, arbiter), read at each sign-in; who has none stays out.
    oidc_role_claim: Option<String> = None, "none", "name";
    /// The settlement provider by which money comes in and goes out: its address. Without one the node's operator says what came,
    /// by `assent account credit`.
    settlement_url: Option<String> = None, "none", "URL";
    /// The file with the key that the node shares with the provider: `whsec_` and Base64, as Standard Webhooks writes it.
    settlement_key_file: Option<PathBuf> = None, "none", "path";
    /// What outbound requests may reach besides public addresses: networks (`10.1.0.0/16`), and hosts that stand elsewhere
    /// (`acme.example=10.1.0.7:8443`). In the file a list, in the environment with commas. For networks of one's own.
    fetch_allow: Allowances = Allowances::default(), "none", "list";
    /// The name server that is asked for names of others and for proofs in DNS. Without one, those of the machine.
    name_server: Option<SocketAddr> = None, "the machine's", "address and port";
    /// A file of certificates (PEM) that outbound requests trust beside the machine's.
    fetch_roots: Option<PathBuf> = None, "none", "path";
    /// How long one outbound request may take, look-up and answer together.
    fetch_timeout_ms: u64 = 5000, "5000", "milliseconds";
    /// Outbound requests at once; further ones wait, which counts as their time.
    fetches_max: usize = 16, "16", "requests";
    /// How often an agent that is listed with an endpoint is asked whether it is there; up to a tenth later, so that not all
    /// are asked at once. Who is stale is asked a quarter, who is gone a twenty-fourth as often. 0 asks nobody.
    probe_interval_ms: u64 = 3_600_000, "3600000", "milliseconds";
    /// Silence after which an agent is stale: it stands behind others in searches.
    probe_stale_ms: u64 = 86_400_000, "86400000", "milliseconds";
    /// Silence after which an agent is gone: it is not found any more, until it answers.
    probe_gone_ms: u64 = 604_800_000, "604800000", "milliseconds";
    /// Hosts whose agents are asked at once, those of one host one after the other; within `fetches_max`.
    probes_max: usize = 8, "8", "hosts";
    /// How often the node looks under a domain whose key it found; one that it did not find after pauses that grow to
    /// this. 0 looks at none.
    domain_check_ms: u64 = limits::DOMAIN_CHECK_MS.0, "86400000", "milliseconds";
    /// A file with what `assent org publish` prints. The node then serves the keys of that organisation beside its own
    /// description, for an organisation whose domain leads to its own node.
    organisation_document: Option<PathBuf> = None, "none", "path";
    /// How often the node looks whether the card for A2A that an agent has pinned is still served. 0 looks at none; what
    /// the node said before holds until the agent pins another card or none.
    card_check_ms: u64 = limits::CARD_CHECK_MS.0, "3600000", "milliseconds";
    /// Statements that one organisation may send in a second. Ten seconds' worth can be saved up, and is then taken in at
    /// twice the pace. 16 KiB cost as much as one statement, 0 bears anything. What one may send all others wait for:
    /// measure with `assent bench flood` before you allow more.
    organisation_statements_per_second: u64 = 100, "100", "statements";
    /// Statements of one organisation that are being taken in at once: its share of the queues, an eighth of them.
    organisation_pending_max: usize = 512, "512", "statements";
    /// Requests in the name of one organisation and its agents in a second; ten times as many at once.
    organisation_requests_per_second: u64 = 1_000, "1000", "requests";
    /// Organisations through whose eyes the node looks when it asks how far others can be trusted: whoever has a level with
    /// one of them has more than a newcomer's share of what is counted by organisation. Without any all have the same.
    trusted_organisations: Domains = Domains::default(), "none", "domains";
    /// How many times a newcomer's share the levels 0 to 4 have.
    level_factors: Factors = Factors::default(), "1, 2, 4, 8, 16", "numbers";
    /// How long whoever asked for more than its share waits for the answer that says so: a flood on so many connections
    /// then costs so many refusals. 0 answers at once.
    refusal_pause_ms: u64 = 100, "100", "milliseconds";
    /// Requests from one address (of IPv6: from one network of 64 bits) in a second; ten times as many at once. The
    /// same machine is not counted: a proxy that stands before the node bounds those for whom it speaks.
    address_requests_per_second: u64 = 200, "200", "requests";
    /// Organisations that may register from one address in an hour.
    address_registrations_per_hour: usize = 60, "60", "registrations";
    /// Organisations that may register in an hour, wherever from: what a flood of names costs at most.
    registrations_per_hour: usize = 3_600, "3600", "registrations";
    /// Invitations by one organisation that nobody has answered; a further one is answered TOO_MANY_HALF_OPEN.
    half_open_max: usize = 1_024, "1024", "sessions";
    /// The same to one other organisation.
    half_open_per_pair_max: usize = 256, "256", "sessions";
    /// Chunks of attached files that one organisation may put in a second; ten seconds' worth at once, which is a file of 80
    /// MiB. A further one is answered RATE_LIMITED, 0 bears any number.
    organisation_chunks_per_second: u64 = 8, "8", "chunks";
    /// Chunks of one organisation that are kept, each counted as 64 KiB at least; a further one is answered CHUNK_LIMIT, 0
    /// bears any number.
    organisation_chunks_bytes_max: u64 = 1024 * 1024 * 1024, "1073741824", "bytes";
    /// The same of all organisations: how much of the disk they may take beside the log.
    chunks_bytes_max: u64 = 16 * 1024 * 1024 * 1024, "17179869184", "bytes";
    /// How long chunks stay after the last word of a session that has ended, and as long as a dispute about it is open. 0
    /// keeps them for good.
    chunks_keep_ms: u64 = limits::CHUNKS_KEEP_MS.0, "7776000000", "milliseconds";
    /// A collector of OpenTelemetry that is told of sessions as they go on, by OTLP/HTTP with JSON: its address, with or
    /// without `/v1/traces`. It learns who said what kind of thing to whom and when, never what was said or what it costs.
    otlp_endpoint: Option<String> = None, "none", "URL";
    /// Adds an agent that plays the other side of the public conformance kit of A2A, and lets the node reach this machine to tell
    /// the kit of tasks. For trying a node that listens on this machine alone; clients without a token speak with that
    /// agent.
    a2a_conformance: bool = false, "false", "true or false";
    /// How long running requests have to finish when the node stops.
    stop_timeout_ms: u64 = 10_000, "10000", "milliseconds";
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get)
}

/// What can be read from a variable.
trait Read_: Sized {
    fn read(text: &str) -> Option<Self>;
}

macro_rules! read_from_str {
    ($($type:ty),+) => {$(
        impl Read_ for $type {
            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )+};
}

read_from_str!(bool, PathBuf, SocketAddr, String, Domain, Domains, Factors, Origin, Allowances, usize, u64);

impl<T: Read_> Read_ for Option<T> {
    /// An empty variable is one that says nothing.
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() { Some(None) } else { T::read(text).map(Some) }
    }
}

impl Config {
    /// The defaults with this data folder.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), ..Self::default() }
    }

    /// The settings of the file, if one is named, and of the environment, which outranks it.
    ///
    /// # Errors
    /// The file cannot be read, has an unknown or malformed setting, or a variable is malformed.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = file.map(read).transpose()?;
        Self::from_parts(text.as_deref(), |name| std::env::var(name).ok())
    }

    /// The same from a file's text and a way to look up variables.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_parts(
        text: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut config: Self = match text {
            Some(text) => toml::from_str(text)
                .map_err(|error| ConfigError::Malformed { what: error.message().to_owned() })?,
            None => Self::default(),
        };
        config.merge(variable)?;
        Ok(config)
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let failed =
        |error: std::io::Error| ConfigError::File { path: path.to_owned(), detail: error.to_string() };
    let mut text = String::new();
    std::fs::File::open(path)
        .map_err(failed)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    // What is cut off in the middle may still be settings, but not those that were written.
    if text.len() as u64 > FILE_BYTES_MAX {
        let detail = format!("it has more than {FILE_BYTES_MAX} bytes");
        return Err(ConfigError::File { path: path.to_owned(), detail });
    }
    Ok(text)
}

/// Why there are no settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// The file cannot be read.
    File {
        /// Which.
        path: PathBuf,
        /// In the words of the operating system.
        detail: String,
    },
    /// The file is no TOML, or has a setting that is unknown or malformed.
    Malformed {
        /// In the words of the parser.
        what: String,
    },
    /// A variable of the environment does not fit its setting.
    Variable {
        /// Which; its value may be anything and is not repeated.
        name: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, detail } => write!(f, "{} cannot be read: {detail}", path.display()),
            Self::Malformed { what } => write!(f, "the settings cannot be read: {what}"),
            Self::Variable { name } => write!(f, "the variable {name} does not fit its setting"),
        }
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let find = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Config::from_parts(Some(text), find)
    }

    #[test]
    fn nothing_needs_to_be_set() {
        assert_eq!(load("", &[]), Ok(Config::default()));
    }

    #[test]
    fn the_environment_outranks_the_file() {
        let config = load(
            "listen = \"0.0.0.0:80\"\norigin = \"assent.example/a\"\nqueue_max = 7",
            &[("ASSENT_LISTEN", "127.0.0.1:81"), ("ASSENT_ORIGIN", "")],
        );
        let expected = Config {
            listen: "127.0.0.1:81".parse().unwrap(),
            origin: None,
            queue_max: 7,
            ..Config::default()
        };
        assert_eq!(config, Ok(expected));
    }

    #[test]
    fn what_is_unknown_or_malformed_is_refused() {
        for text in [
            "fetch_allow = [\"here\"]",
            "listne = \"127.0.0.1:1\"",
            "listen = 4860",
            "queue_max = -1",
            "level_factors = [1, 2, 3, 4]",
            "trusted_organisations = \"acme.example\"",
            "origin = \"A\"",
            "=",
        ] {
            assert!(matches!(load(text, &[]), Err(ConfigError::Malformed { .. })), "{text}");
        }
        for (name, value) in [
            ("ASSENT_LISTEN", "here"),
            ("ASSENT_QUEUE_MAX", "many"),
            ("ASSENT_ORIGIN", "A b"),
            ("ASSENT_FETCH_ALLOW", "a.example"),
        ] {
            let refused = ConfigError::Variable { name: name.to_owned() };
            assert_eq!(load("", &[(name, value)]), Err(refused));
        }
    }

    #[test]
    fn allowances_are_a_list_in_the_file_and_have_commas_in_the_environment() {
        let entries = "10.1.0.0/16,acme.example=10.1.0.7:8443";
        let file = load("fetch_allow = [\"10.1.0.0/16\", \"acme.example=10.1.0.7:8443\"]", &[]).unwrap();
        let environment = load("", &[("ASSENT_FETCH_ALLOW", entries)]).unwrap();
        assert_eq!(file, environment);
        assert_eq!(file.fetch_allow, entries.parse().unwrap());
    }

    #[test]
    fn a_file_that_is_too_long_is_not_cut_off() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = format!("queue_max = 7\n{}", "# more\n".repeat(10_000));
        std::fs::write(file.path(), text).unwrap();
        assert!(matches!(Config::load(Some(file.path())), Err(ConfigError::File { .. })));
    }

    #[test]
    fn the_settings_of_the_guide_about_people_are_read() {
        let guide = include_str!("../../../docs/guides/people.md");
        let block = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let config = load(block, &[("ASSENT_OIDC_ROLE_CLAIM", "assent")]).unwrap();
        assert_eq!(config.oidc_issuer.as_deref(), Some("https://login.acme.example"));
        assert_eq!(
            config.oidc_organisation.map(|domain| domain.to_string()).as_deref(),
            Some("acme.example")
        );
        assert_eq!(config.oidc_role_claim.as_deref(), Some("assent"));
        let shown = Config::default().values();
        assert_eq!(shown.len(), Config::SETTINGS.len());
        assert!(shown.iter().any(|(setting, value)| setting.name == "queue_max" && *value == 4096));
    }

    #[test]
    fn the_guide_names_every_setting_with_its_default() {
        let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/operating.md");
        let guide = std::fs::read_to_string(guide).unwrap();
        for Setting { name, unit, default, reason } in Config::SETTINGS {
            let row = format!("| `{name}` | {default} | {unit} |{reason} |");
            assert!(guide.contains(&row), "docs/guides/operating.md needs the row\n{row}");
        }
    }
}
