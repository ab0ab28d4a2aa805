//! `assent bench`; `search` measures the registry. `ingest`: how many signed statements this machine makes durable, held against what its core can verify
//! and what its disk can sync. Everything is measured in one run; nothing is asserted.

mod figures;
mod flood;
mod load;
mod market;
mod prepare;
mod search;
mod subscribers;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use asp_core::position::Millis;
use asp_core::statement::Verified;
use asp_node::{Config, Node};
use asp_store::Statistics;
use serde::Serialize;
use tempfile::TempDir;

use self::figures::Percentiles;
use self::load::{Pace, Requests, request};
use self::prepare::{Cast, Ready};
use crate::cli::{Flood, Ingest, SearchBench, Subscribers};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::private_folder;
use crate::page::{Page, Paint, Text};
use crate::terms::grouped;

/// Of what one core verifies, so much is prepared for a second of full load: more than two cores can take in.
const PREPARED_SHARE: f64 = 0.9;
/// How far the statements' clock is ahead: they stay admissible twice as long as if it were not.
const AHEAD: Millis = Millis(60_000);

/// The figures of one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    connections: usize,
    /// Bytes of one statement with its signatures, on average.
    statement_bytes: usize,
    /// What all signed with.
    algorithm: String,
    /// Strict verifications a second on one core.
    bare_verifications_per_second: f64,
    /// Durable statements a second at full load.
    statements_per_second: f64,
    /// The second over the first.
    statements_to_verifications: f64,
    /// Statements at full load.
    statements: usize,
    /// From sending to acknowledgement at full load, milliseconds.
    full_load_ms: Percentiles,
    /// Statements a second at half of that.
    half_load_per_second: f64,
    /// From when it was due to acknowledgement at half load, milliseconds.
    half_load_ms: Percentiles,
    /// One append and fdatasync in the same folder, milliseconds.
    disk_sync_ms: Percentiles,
    /// Statements per transaction at full load.
    batch_mean: f64,
    /// Answers that asked to come again.
    overloaded: u64,
    /// Memory of the process at the end of the load, without the statements that were prepared.
    resident_bytes: Option<u64>,
    /// Entries in the log at the end.
    entries: u64,
    /// From the start of the node on this log until it takes statements, milliseconds.
    restart_ms: f64,
    /// Entries that the audit re-derives in a second.
    audited_per_second: f64,
    /// That over the bare verifications of one core.
    audited_to_verifications: f64,
}

/// `assent bench subscribers`
///
/// # Errors
/// When the node does not start, or refuses what is valid.
pub(super) async fn subscribers(context: &Context, args: &Subscribers) -> Outcome {
    subscribers::run(context, args).await
}

/// `assent bench flood`
///
/// # Errors
/// When the node refuses what is valid of the one that does not flood, or the disk fails.
pub(super) async fn flood(context: &Context, args: &Flood) -> Outcome {
    flood::run(context, args).await
}

/// Measures the registry.
///
/// # Errors
/// When the node refuses what is valid, or the disk fails.
pub(super) async fn search(context: &Context, args: &SearchBench) -> Outcome {
    search::run(context, args).await
}

/// Measures and prints.
///
/// # Errors
/// When the node refuses what is valid, or the disk fails.
pub(super) async fn ingest(context: &Context, args: &Ingest) -> Outcome {
    let printer = &context.printer;
    let place = Place::of(args.dir.as_deref())?;
    let data = place.folder.join("node");
    printer.say(format!("measuring the disk and one core in {}", place.folder.display()));
    let disk_sync_ms = figures::disk(&place.folder)?;
    let node = start(&data).await?;
    let cast = Cast::new(node.origin().clone(), super::now().plus(AHEAD), args.alg)?;
    let bare = figures::bare_verifications(cast.any_key())?;
    let algorithm = cast.any_key().id().algorithm().to_string();
    let plan = Plan::of(args, bare);
    printer.say(format!("signing {} statements", grouped(plan.total())));
    let prepared = prepare(&node, cast, &plan).await?;
    let (prepared_bytes, statement_bytes) = prepared.bytes();
    printer.say(format!("sending on {} connections, as fast as the node answers", plan.connections));
    let before = node.store().statistics();
    let loaded = generate(
        node.address(),
        Arc::clone(&prepared.full),
        Pace::Full(Duration::from_secs(u64::from(args.seconds))),
    )
    .await?;
    let batch_mean = batch_mean(before, node.store().statistics());
    let count = loaded.latencies.count();
    let rate = count as f64 / loaded.took.as_secs_f64();
    printer.say(format!("{} a second; now at half of that", grouped(rate as u64)));
    let steady = generate(node.address(), Arc::clone(&prepared.half), Pace::Steady(rate / 2.0)).await?;
    let half_rate = steady.latencies.count() as f64 / steady.took.as_secs_f64();
    let resident_bytes = figures::resident_bytes().map(|bytes| bytes.saturating_sub(prepared_bytes));
    drop(prepared);
    node.stop().await;
    printer.say("starting again, then auditing");
    let again = Instant::now();
    start(&data).await?.stop().await;
    let restart_ms = again.elapsed().as_secs_f64() * 1e3;
    let audited = audit(context, &data)?;
    let figures = Figures {
        connections: plan.connections,
        statement_bytes,
        algorithm,
        bare_verifications_per_second: bare,
        statements_per_second: rate,
        statements_to_verifications: rate / bare,
        statements: count,
        full_load_ms: loaded.latencies.percentiles(),
        half_load_per_second: half_rate,
        half_load_ms: steady.latencies.percentiles(),
        disk_sync_ms,
        batch_mean,
        overloaded: loaded.overloaded + steady.overloaded,
        resident_bytes,
        entries: audited.0,
        restart_ms,
        audited_per_second: audited.1,
        audited_to_verifications: audited.1 / bare,
    };
    printer.show(&figures, |page| show(page, &figures));
    Ok(())
}

/// The folder of the run.
struct Place {
    /// Removed at the end, unless the user named one.
    _temporary: Option<TempDir>,
    folder: PathBuf,
}

impl Place {
    fn of(named: Option<&Path>) -> Outcome<Self> {
        let fault = |error: std::io::Error| Failure::fault(format_args!("the folder: {error}"));
        if let Some(folder) = named {
            if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(Failure::usage(format_args!("{} is not empty", folder.display())));
            }
            private_folder(folder).map_err(fault)?;
            return Ok(Self { _temporary: None, folder: folder.to_owned() });
        }
        let temporary = tempfile::Builder::new().prefix("assent-bench-").tempdir().map_err(fault)?;
        let folder = temporary.path().to_owned();
        Ok(Self { _temporary: Some(temporary), folder })
    }
}

async fn start(data: &Path) -> Outcome<Node> {
    let config = without_limits(Config { listen: anywhere(), ..Config::new(data) });
    Node::start(config).await.map_err(Failure::from)
}

/// A free port of this machine.
fn anywhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// What the node can do, not what it lets one do.
fn without_limits(config: Config) -> Config {
    Config {
        organisation_statements_per_second: 0,
        organisation_pending_max: 0,
        organisation_requests_per_second: 0,
        registrations_per_hour: 0,
        half_open_max: 0,
        half_open_per_pair_max: 0,
        ..config
    }
}

/// How much is sent.
struct Plan {
    connections: usize,
    /// Statements of each connection at full load, and at half.
    each: [usize; 2],
}

impl Plan {
    fn of(args: &Ingest, bare: f64) -> Self {
        let connections = args.connections as usize;
        let likely = (bare * PREPARED_SHARE * f64::from(args.seconds)) as usize;
        let full = args.statements.map_or(likely, |most| (most as usize).min(likely));
        // A session takes 10,000 statements, its two opening ones among them.
        let each = |all: usize| all.div_ceil(connections).clamp(1, asp_core::limits::MESSAGES_HARD_MAX - 2);
        Self { connections, each: [each(full), each(full / 2)] }
    }

    const fn total(&self) -> usize {
        self.connections * (self.each[0] + self.each[1])
    }
}

/// Requests of each connection, for both loads.
struct Prepared {
    full: Arc<[Requests]>,
    half: Arc<[Requests]>,
}

impl Prepared {
    /// Bytes of all requests, and of one on average.
    fn bytes(&self) -> (u64, usize) {
        let all = self.full.iter().chain(&*self.half).flatten();
        let (count, bytes) = all.fold((0, 0), |(count, bytes), request| (count + 1, bytes + request.len()));
        (bytes as u64, bytes / count.max(1))
    }
}

/// Registers everybody, opens the sessions, and signs what will be sent.
async fn prepare(node: &Node, cast: Cast, plan: &Plan) -> Outcome<Prepared> {
    let host = node.address().to_string();
    let opening = cast.opening()?;
    let first = opening.statements.iter().map(|statement| request(&host, &statement.envelope())).collect();
    generate(node.address(), [first].into(), Pace::Full(Duration::MAX)).await?;
    let mut sessions = Vec::new();
    let mut openings: Vec<Requests> = Vec::new();
    for _ in 0..2 * plan.connections {
        let (pair, ready) = cast.session(&opening)?;
        openings
            .push(pair.iter().map(|statement: &Verified| request(&host, &statement.envelope())).collect());
        sessions.push(ready);
    }
    generate(node.address(), openings.into(), Pace::Full(Duration::MAX)).await?;
    let [of_full, of_half] = plan.each;
    let half = sessions.len() / 2;
    let jobs = sessions.into_iter().enumerate();
    // The first half of the sessions is for full load.
    let jobs = jobs.map(|(number, ready)| (ready, if number < half { of_full } else { of_half })).collect();
    let signing = tokio::task::spawn_blocking(move || sign(&host, &cast, jobs));
    let mut signed = signing.await.map_err(Failure::fault)??;
    let half = signed.split_off(half);
    Ok(Prepared { full: signed.into(), half: half.into() })
}

/// Signs so many statements for each session, on all cores.
fn sign(host: &str, cast: &Cast, jobs: Vec<(Ready, usize)>) -> Outcome<Vec<Requests>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = jobs.len().div_ceil(threads).max(1);
    let mut signed: Vec<Requests> = Vec::with_capacity(jobs.len());
    std::thread::scope(|scope| -> Outcome {
        let running: Vec<_> = jobs
            .chunks(share)
            .map(|jobs| {
                scope.spawn(move || -> Outcome<Vec<Requests>> {
                    jobs.iter().map(|(session, count)| cast.notes(host, *session, *count)).collect()
                })
            })
            .collect();
        for thread in running {
            signed.extend(thread.join().map_err(|_| Failure::fault("a signing thread failed"))??);
        }
        Ok(())
    })?;
    Ok(signed)
}

/// Runs the load on a thread and a runtime of its own, so that it does not queue behind the node's tasks.
async fn generate(address: SocketAddr, work: Arc<[Requests]>, pace: Pace) -> Outcome<load::Result> {
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(Failure::fault)?.block_on(load::run(address, work, pace))
    })
    .await
    .map_err(Failure::fault)?
}

fn batch_mean(before: Statistics, after: Statistics) -> f64 {
    let batches = after.batches.saturating_sub(before.batches);
    let statements = after.accepted.saturating_sub(before.accepted);
    statements as f64 / batches.max(1) as f64
}

/// How many entries there are, and how many a second the audit re-derives.
fn audit(context: &Context, data: &Path) -> Outcome<(u64, f64)> {
    let progress = context.printer.progress("auditing", 0);
    let start = Instant::now();
    let report = super::log::audit_folder(data, &progress)?;
    let took = start.elapsed().as_secs_f64();
    match &report.finding {
        None => Ok((report.entries, report.entries as f64 / took)),
        Some(finding) => Err(Failure::fault(format_args!("the audit refutes the log: {finding:?}"))),
    }
}

fn show(page: &mut Page, figures: &Figures) {
    let rate = |rate: f64| grouped(rate.round() as u64);
    let times = |times: &Percentiles| {
        format!("p50 {:.2} ms   p99 {:.2} ms   max {:.1} ms", times.p50, times.p99, times.max)
    };
    let ratio = |ratio: f64| {
        Text::of(Paint::Strong, format_args!("   × {ratio:.2}")).dim(" of one core's verifications")
    };
    page.heading("Throughput");
    page.field(
        "one core verifies",
        format!(
            "{} {} signatures a second, strictly",
            rate(figures.bare_verifications_per_second),
            figures.algorithm
        ),
    );
    page.field(
        "durable statements",
        Text::of(Paint::Strong, rate(figures.statements_per_second))
            .plain(" a second")
            .join(ratio(figures.statements_to_verifications)),
    );
    page.field(
        "sent",
        format!(
            "{} of {} bytes on {} connections, {:.1} in a batch, {} sent again",
            grouped(figures.statements),
            figures.statement_bytes,
            figures.connections,
            figures.batch_mean,
            figures.overloaded
        ),
    );
    page.heading("Acknowledgement");
    page.field("at full load", times(&figures.full_load_ms));
    page.field(
        "at half",
        Text::from(times(&figures.half_load_ms))
            .dim(format_args!("   {} a second", rate(figures.half_load_per_second))),
    );
    page.field("disk sync alone", times(&figures.disk_sync_ms));
    page.heading("Afterwards");
    if let Some(bytes) = figures.resident_bytes {
        page.field("memory", format!("{} MiB", bytes / (1024 * 1024)));
    }
    page.field(
        "start with this log",
        format!("{:.0} ms, {} entries", figures.restart_ms, grouped(figures.entries)),
    );
    page.field(
        "audit",
        Text::from(format!("{} entries a second", rate(figures.audited_per_second)))
            .join(ratio(figures.audited_to_verifications)),
    );
}
