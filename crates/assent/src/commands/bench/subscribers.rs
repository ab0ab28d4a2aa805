//! `assent bench subscribers`: what those who listen cost a node that runs in a process of its own, and how long a statement
//! takes to reach all that it is for. Both processes share this machine; nothing is asserted.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::pin::Pin;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use asp_client::api::Message;
use asp_client::{AgentParty, Client, Error};
use asp_core::name::AgentUri;
use asp_core::statement::body::Card;
use futures::stream::FuturesUnordered;
use futures::{Stream, StreamExt};
use serde::Serialize;
use serde_json::Value;

use super::figures::{Latencies, Percentiles, resident_bytes_of};
use super::{Place, prepare};
use crate::cli::{SignedWith, Subscribers};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::terms::grouped;

/// Streams that are opened side by side.
const OPENING: usize = 64;
/// How long all may take to hear of a statement.
const PATIENCE: Duration = Duration::from_secs(60);

/// The figures of one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    subscribers: usize,
    agents: usize,
    /// Memory of the node before the first of them.
    resident_before_bytes: Option<u64>,
    /// The same with all of them, while nothing is said.
    resident_bytes: Option<u64>,
    /// What each more costs.
    bytes_each: Option<u64>,
    /// Event streams opened in a second, each with a proof of its own.
    opened_per_second: f64,
    /// From when one agent handed in a statement until each of its streams had it, milliseconds.
    told_ms: Percentiles,
    /// Streams that it was for.
    told: usize,
}

/// A node in a process of its own, ended when it is dropped.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(data: &Path) -> Outcome<Self> {
        let fault = |error: std::io::Error| Failure::fault(format_args!("the node: {error}"));
        let mut command = std::process::Command::new(std::env::current_exe().map_err(fault)?);
        command.args(["serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        for setting in [
            "SUBSCRIBERS_PER_PARTY_MAX",
            "SUBSCRIBERS_PER_ORGANISATION_MAX",
            "ORGANISATION_REQUESTS_PER_SECOND",
            "ORGANISATION_STATEMENTS_PER_SECOND",
            "REGISTRATIONS_PER_HOUR",
        ] {
            command.env(format!("ASSENT_{setting}"), "0");
        }
        command.env("ASSENT_LOG", "warn");
        for setting in ["CONNECTIONS_MAX", "SUBSCRIBERS_MAX"] {
            command.env(format!("ASSENT_{setting}"), "200000");
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(fault)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(fault)?;
        }
        let mut served = Self { child, url: String::new() };
        let first: Value = serde_json::from_str(&line).map_err(Failure::fault)?;
        let url = first.get("url").and_then(Value::as_str);
        url.ok_or_else(|| Failure::fault("the node does not say where it is"))?.clone_into(&mut served.url);
        Ok(served)
    }

    fn resident_bytes(&self) -> Option<u64> {
        resident_bytes_of(&self.child.id().to_string())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended already, or it does now; its folder is this run's.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one stream hears.
type Heard = Pin<Box<dyn Stream<Item = Result<Message, Error>> + Send>>;

/// Measures and prints.
///
/// # Errors
/// When the node does not start, or refuses what is valid.
pub(super) async fn run(context: &Context, args: &Subscribers) -> Outcome {
    let printer = &context.printer;
    let place = Place::of(args.dir.as_deref())?;
    let node = Served::start(&place.folder.join("node"))?;
    let client = Client::connect(&node.url).await?;
    printer.say(format!("registering {} agents", grouped(u64::from(args.agents))));
    let parties = parties(&client, args.agents as usize).await?;
    let resident_before_bytes = node.resident_bytes();
    printer.say(format!("opening {} event streams", grouped(u64::from(args.count))));
    let begun = Instant::now();
    let mut streams = open(&parties, args.count as usize).await?;
    let opened_per_second = streams.len() as f64 / begun.elapsed().as_secs_f64();
    let resident_bytes = node.resident_bytes();
    printer.say("one agent says something");
    let told = streams.iter_mut().step_by(parties.len());
    let told_ms = tell(&parties, told.collect()).await?;
    let grown = resident_bytes.zip(resident_before_bytes).map(|(with, before)| with.saturating_sub(before));
    let figures = Figures {
        subscribers: streams.len(),
        agents: parties.len(),
        resident_before_bytes,
        resident_bytes,
        bytes_each: grown.and_then(|grown| grown.checked_div(u64::from(args.count))),
        opened_per_second,
        told: told_ms.count(),
        told_ms: told_ms.percentiles(),
    };
    printer.show(&figures, |page| show(page, &figures));
    Ok(())
}

/// Registers an organisation with so many agents.
async fn parties(client: &Client, agents: usize) -> Outcome<Vec<AgentParty>> {
    let key = || prepare::key(SignedWith::Ed25519);
    let organisation = client.organisation_with("listeners.example".parse().map_err(Failure::fault)?, key()?);
    organisation.register("Listeners".parse().map_err(Failure::fault)?).await?;
    let mut parties = Vec::with_capacity(agents);
    for number in 0..agents {
        let uri: AgentUri =
            format!("agent://listeners.example/ear-{number}").parse().map_err(Failure::fault)?;
        let own = key()?;
        organisation.register_agent(&uri, &own, card(number)?).await?;
        parties.push(client.agent_with(uri, own));
    }
    Ok(parties)
}

fn card(number: usize) -> Outcome<Card> {
    let name = format!("Ear {number}").parse().map_err(Failure::fault)?;
    let description = "Hears what is said.".parse().map_err(Failure::fault)?;
    let capability = "listen".parse().map_err(Failure::fault)?;
    Ok(Card::of(name, description, [capability].into()))
}

/// Opens the streams, each until its first event: the agent's registration, which is there already.
async fn open(parties: &[AgentParty], count: usize) -> Outcome<Vec<Heard>> {
    let mut opened = Vec::with_capacity(count);
    let begin = |party: &AgentParty| {
        let mut heard: Heard = Box::pin(party.events(asp_core::position::Position(0)));
        async move {
            match heard.next().await {
                Some(Ok(_)) => Ok(heard),
                Some(Err(error)) => Err(Failure::from(error)),
                None => Err(Failure::fault("a stream ended")),
            }
        }
    };
    let streams = parties.iter().cycle().take(count).map(begin);
    let mut opening = futures::stream::iter(streams).buffered(OPENING);
    while let Some(heard) = opening.next().await {
        opened.push(heard?);
    }
    Ok(opened)
}

/// Has the first agent change its card, and waits until each of its streams has heard of it.
async fn tell(parties: &[AgentParty], streams: Vec<&mut Heard>) -> Outcome<Latencies> {
    let first = parties.first().ok_or_else(|| Failure::fault("nobody listens"))?;
    let card = card(parties.len())?;
    let said = Instant::now();
    let hearing: FuturesUnordered<_> = streams
        .into_iter()
        .map(|heard| async move { heard.next().await.map(|message| (message, said.elapsed())) })
        .collect();
    let all = async {
        let mut latencies = Latencies::default();
        let mut hearing = hearing;
        while let Some(heard) = hearing.next().await {
            let (message, took) = heard.ok_or_else(|| Failure::fault("a stream ended"))?;
            message?;
            latencies.push(took);
        }
        Ok::<_, Failure>(latencies)
    };
    let (receipt, latencies) = tokio::join!(first.set_card(card), tokio::time::timeout(PATIENCE, all));
    receipt?;
    latencies.map_err(|_| Failure::fault("not all heard of it within a minute"))?
}

fn show(page: &mut Page, figures: &Figures) {
    let mib = |bytes: Option<u64>| {
        bytes.map_or("unknown here".to_owned(), |bytes| format!("{} MiB", grouped(bytes.div_ceil(1 << 20))))
    };
    page.heading("Idle");
    page.field(
        "event streams",
        format!(
            "{} of {} agents, opened at {} a second",
            grouped(figures.subscribers as u64),
            figures.agents,
            grouped(figures.opened_per_second.round() as u64)
        ),
    );
    let each = figures.bytes_each.map_or(String::new(), |bytes| format!("   {} bytes each", grouped(bytes)));
    let memory = Text::of(Paint::Strong, mib(figures.resident_bytes)).dim(each);
    page.field("memory of the node", memory);
    page.field("without them", mib(figures.resident_before_bytes));
    page.heading("When something is said");
    let Percentiles { p50, p99, max } = figures.told_ms;
    page.field(
        "told",
        format!(
            "{} streams: p50 {p50:.2} ms   p99 {p99:.2} ms   max {max:.1} ms",
            grouped(figures.told as u64)
        ),
    );
}
