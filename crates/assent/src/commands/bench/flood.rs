//! `assent bench flood`: how long an organisation waits for its receipts while another floods the node, held against how
//! long it waits when the node is quiet. Node and both loads share this machine; nothing is asserted.

use std::time::Duration;

use asp_node::{Config, Node};
use serde::Serialize;

use super::figures::Percentiles;
use super::load::{self, Pace, Requests, request};
use super::prepare::Cast;
use super::{AHEAD, Place, generate, sign};
use crate::cli::{Flood, SignedWith};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::terms::grouped;

/// Connections of the one that is kept waiting, or not.
const QUIET_CONNECTIONS: usize = 8;
/// Statements a second that it sends, in all.
const QUIET_RATE: u32 = 200;
/// Statements that are prepared for each second of the flood: more than a node with limits takes of one.
const FLOOD_RATE: usize = 4_000;

/// The figures of one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    seconds: u32,
    /// Connections of the flood.
    connections: usize,
    /// Statements of one organisation in a second that the node bore; none if any number.
    per_second: Option<u64>,
    /// From when a statement was due to its receipt, without the flood, milliseconds.
    quiet_ms: Percentiles,
    /// The same while the other floods.
    flooded_ms: Percentiles,
    /// The second p99 over the first.
    p99_ratio: f64,
    /// What the flood sent in a second.
    sent_per_second: f64,
    /// Of that, what was taken in.
    taken_per_second: f64,
    /// Of that, what was refused.
    refused_per_second: f64,
    /// Of one core, what making the flood took: no cost of the node's.
    generator_cores: Option<f64>,
    /// Statements of the one that does not flood that had to be sent again.
    overloaded: u64,
}

/// Measures and prints.
///
/// # Errors
/// When the node refuses what is valid of the one that does not flood, or the disk fails.
pub(super) async fn run(context: &Context, args: &Flood) -> Outcome {
    let printer = &context.printer;
    let place = Place::of(args.dir.as_deref())?;
    let mut config = Config { listen: super::anywhere(), ..Config::new(place.folder.join("node")) };
    if args.no_limits {
        config = super::without_limits(config);
    }
    if let Some(statements) = args.per_second {
        config.organisation_statements_per_second = statements;
    }
    let per_second = config.organisation_statements_per_second;
    let node = Node::start(config).await.map_err(Failure::from)?;
    let (seconds, connections) = (u64::from(args.seconds), args.connections as usize);
    let each = QUIET_RATE as usize * args.seconds as usize / QUIET_CONNECTIONS;
    printer.say("signing what both send");
    let quiet = cast(&node, ["north", "south"], (2 * QUIET_CONNECTIONS, each.max(1))).await?;
    let wave = (FLOOD_RATE * args.seconds as usize).div_ceil(connections);
    let wave = cast(&node, ["storm", "tide"], (connections, wave.max(1))).await?;
    let (before, during) = quiet.split_at_checked(QUIET_CONNECTIONS).unwrap_or((quiet.as_slice(), &[]));
    printer.say(format!("{QUIET_RATE} statements a second for {seconds} s, and nobody else"));
    let pace = Pace::Steady(f64::from(QUIET_RATE));
    let alone = generate(node.address(), before.into(), pace).await?;
    printer.say(format!("the same while another organisation floods on {connections} connections"));
    let (beside, storm) = tokio::join!(
        generate(node.address(), during.into(), pace),
        generate(node.address(), wave.into(), Pace::Flood(Duration::from_secs(seconds))),
    );
    let (beside, storm) = (beside?, storm?);
    node.stop().await;
    let figures = figures(args, Some(per_second).filter(|most| *most > 0), (alone, beside, storm));
    printer.show(&figures, |page| show(page, &figures));
    Ok(())
}

fn figures(
    args: &Flood,
    per_second: Option<u64>,
    (alone, beside, storm): (load::Result, load::Result, load::Result),
) -> Figures {
    let took = storm.took.as_secs_f64();
    let taken = storm.latencies.count() as f64;
    let (quiet_ms, flooded_ms) = (alone.latencies.percentiles(), beside.latencies.percentiles());
    Figures {
        seconds: args.seconds,
        connections: args.connections as usize,
        per_second,
        quiet_ms,
        flooded_ms,
        p99_ratio: flooded_ms.p99 / quiet_ms.p99,
        sent_per_second: (taken + storm.refused as f64) / took,
        taken_per_second: taken / took,
        refused_per_second: storm.refused as f64 / took,
        generator_cores: storm.busy.map(|busy| busy.as_secs_f64() / took),
        overloaded: alone.overloaded + beside.overloaded,
    }
}

/// Registers two organisations with agents and a consent, opens a session for each connection, and signs so many
/// statements for each.
async fn cast(node: &Node, names: [&str; 2], (sessions, each): (usize, usize)) -> Outcome<Vec<Requests>> {
    let cast =
        Cast::named(node.origin().clone(), crate::commands::now().plus(AHEAD), SignedWith::Ed25519, names)?;
    let host = node.address().to_string();
    let opening = cast.opening()?;
    let first: Requests =
        opening.statements.iter().map(|statement| request(&host, &statement.envelope())).collect();
    generate(node.address(), [first].into(), Pace::Full(Duration::MAX)).await?;
    let (mut openings, mut ready) = (Requests::new(), Vec::new());
    for _ in 0..sessions {
        let (pair, session) = cast.session(&opening)?;
        openings.extend(pair.iter().map(|statement| request(&host, &statement.envelope())));
        ready.push(session);
    }
    generate(node.address(), [openings].into(), Pace::Full(Duration::MAX)).await?;
    let jobs = ready.into_iter().map(|session| (session, each)).collect();
    tokio::task::spawn_blocking(move || sign(&host, &cast, jobs)).await.map_err(Failure::fault)?
}

fn show(page: &mut Page, figures: &Figures) {
    let times = |times: &Percentiles| {
        format!("p50 {:.2} ms   p99 {:.2} ms   max {:.1} ms", times.p50, times.p99, times.max)
    };
    let rate = |rate: f64| grouped(rate.round() as u64);
    page.heading("One organisation");
    page.field("while it is quiet", times(&figures.quiet_ms));
    page.field(
        "during the flood",
        Text::from(times(&figures.flooded_ms))
            .join(Text::of(Paint::Strong, format_args!("   × {:.2}", figures.p99_ratio)).dim(" at p99")),
    );
    page.heading("The flood of another");
    page.field(
        "sent",
        format!(
            "{} a second on {} connections: {} taken in, {} refused",
            rate(figures.sent_per_second),
            figures.connections,
            rate(figures.taken_per_second),
            rate(figures.refused_per_second)
        ),
    );
    if let Some(cores) = figures.generator_cores {
        page.field("to make it", format!("{:.0} % of one core, which the node did not have", cores * 100.0));
    }
    let most = figures.per_second.map_or("any number".to_owned(), grouped);
    page.field(
        "borne",
        format!("{most} statements of one organisation in a second, ten times as many saved up"),
    );
}
