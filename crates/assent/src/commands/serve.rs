//! `assent serve`: a node until somebody stops it.

use std::path::PathBuf;

use asp_node::{Config, Node};
use serde::Serialize;
use tracing_subscriber::EnvFilter;

use crate::cli::{LogFormat, Serve};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::standard_data;
use crate::page::{Paint, Text};

/// Files that a node holds besides its connections: its folder's, and its own requests.
const FILES: u64 = 1_024;
/// What is logged when `ASSENT_LOG` does not say.
const LOG: &str = "info";

/// What runs, for whoever wants to reach it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Serving {
    event: &'static str,
    url: String,
    origin: String,
    node_key: String,
    data: PathBuf,
}

/// Runs a node until SIGINT or SIGTERM.
///
/// # Errors
/// When it cannot start, or could not stop in order.
pub(super) async fn run(context: &Context, args: &Serve) -> Outcome {
    #[cfg(feature = "misbehave")]
    if crate::misbehave::only_lists(context, args.misbehave) {
        return Ok(());
    }
    log_to_stderr(args.log_format)?;
    // Heard from the start: a node that has said where it is can be asked to stop.
    let signals = Signals::listen()?;
    let config = config(args)?;
    let data = config.data.clone();
    let descriptors = reserve_descriptors(&config);
    let node = Node::start(config).await.map_err(Failure::from)?;
    let serving = Serving {
        event: "serving",
        url: node.url(),
        origin: node.origin().to_string(),
        node_key: node.node_key().to_string(),
        data,
    };
    context.printer.show(&serving, |page| {
        page.line(
            Text::of(Paint::Strong, "assent").plain(" is serving at ").and(Paint::Accent, &serving.url),
        );
        page.field("log", serving.origin.as_str())
            .field("node key", serving.node_key.as_str())
            .field("data", serving.data.display().to_string());
    });
    if let Err(few) = descriptors {
        context.printer.say(Text::of(Paint::Warn, few));
    }
    context.printer.say(Text::of(Paint::Dim, "Ctrl-C stops it."));
    until_stopped(context, node, signals).await
}

/// Lets this process hold as many files as its connections may need, where the system gives it fewer to begin with.
///
/// # Errors
/// What to tell the operator, if the system does not let it.
fn reserve_descriptors(config: &Config) -> Result<(), String> {
    let wanted = FILES.saturating_add(u64::try_from(config.connections_max).unwrap_or(u64::MAX));
    let held = rlimit::increase_nofile_limit(wanted)
        .map_err(|error| format!("How many files this process may hold cannot be found out: {error}"))?;
    if held >= wanted {
        return Ok(());
    }
    let places = held.saturating_sub(FILES);
    Err(format!(
        "This process may hold {held} files, which is enough for some {places} connections; connections_max is {}. \
         Raise `ulimit -n` to {wanted}, or set connections_max lower.",
        config.connections_max
    ))
}

fn config(args: &Serve) -> Outcome<Config> {
    let mut config = Config::load(args.config.as_deref()).map_err(Failure::usage)?;
    if let Some(data) = &args.data {
        config.data = data.clone();
    } else if config.data.as_os_str().is_empty() {
        config.data = standard_data()?;
    }
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    config.a2a_conformance |= args.a2a_conformance;
    if args.public_url.is_some() {
        config.public_url = args.public_url.clone();
    }
    Ok(config)
}

/// Waits for a signal and stops the node; a second signal ends the process at once.
///
/// # Errors
/// When the node could not stop in order.
pub(super) async fn until_stopped(context: &Context, node: Node, mut signals: Signals) -> Outcome {
    signals.next().await;
    context.printer.say("stopping …");
    tokio::select! {
        () = node.stop() => Ok(()),
        () = signals.next() => Err(Failure::fault("stopped at once; what was acknowledged is durable")),
    }
}

/// What asks a process to stop.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from here on.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(super) fn listen() -> Outcome<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).map_err(|error| Failure::fault(format_args!("signals: {error}")));
        Ok(Self { interrupt: hear(SignalKind::interrupt())?, terminate: hear(SignalKind::terminate())? })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What asks a process to stop.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Listens from here on.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(super) fn listen() -> Outcome<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) {
        // Without the console's signal there is only the task manager, which does not ask.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn log_to_stderr(format: LogFormat) -> Outcome {
    let asked = std::env::var("ASSENT_LOG").unwrap_or_else(|_| LOG.to_owned());
    let filter = EnvFilter::builder().parse(&asked).map_err(|error| {
        Failure::usage(format_args!("ASSENT_LOG: {error}")).hint("Such as info, or asp_node=debug.")
    })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match format {
        LogFormat::Human => {
            let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr())
                && std::env::var_os("NO_COLOR").is_none();
            subscriber.with_ansi(ansi).with_target(false).try_init()
        }
        LogFormat::Json => subscriber.json().try_init(),
    };
    set.map_err(|error| Failure::fault(format_args!("the log: {error}")))
}
