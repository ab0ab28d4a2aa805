//! `assent bench search`: what finding agents costs in a registry of so many, in memory and over HTTP, whether
//! registering stays as quick as the registry fills, and how long a restart takes. Nothing is asserted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use asp_client::api::{SearchQuery, SearchSort};
use asp_core::name::{Issuer, Origin, StreamId, StreamName};
use asp_core::statement::Verified;
use asp_core::statement::body::{AgentRegister, Body, OrgRegister};
use asp_core::statement::draft::{Draft, Stamp};
use asp_node::Node;
use asp_store::{AgentCursor, AgentQuery, Order, Store};
use serde::Serialize;

use super::figures::{Latencies, Percentiles, resident_bytes};
use super::load::{Pace, Requests, post, request};
use super::market::{Chance, Market, PAGE};
use super::{Place, generate, start};
use crate::cli::SearchBench;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::terms::grouped;

/// Statements that are signed and sent at once: they stay admissible, and their keys are not kept.
const PIECE: u64 = 5_000;
/// Connections that registrations are sent on.
const CONNECTIONS: usize = 64;
/// Connections that questions are asked on where several ask.
const ASKING: usize = 16;
/// Parts of the registrations whose rates are told.
const PARTS: u64 = 10;
/// Of so many questions one asks for further pages.
const DEEP: u64 = 5;
/// Further pages that are asked for.
const PAGES: usize = 3;

/// The figures of one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    agents: u64,
    organisations: u64,
    queries: usize,
    seed: u64,
    /// Agents registered in a second while the registry fills, tenth by tenth; signing them is not counted.
    registrations_per_second: Vec<f64>,
    /// From the last acknowledgement until the index has seen all, milliseconds.
    index_behind_ms: f64,
    /// The ranking alone, milliseconds.
    rank_ms: Percentiles,
    /// The ranking, and reading what is shown, milliseconds.
    find_ms: Percentiles,
    /// Over HTTP on one connection, milliseconds.
    http_ms: Percentiles,
    /// Over HTTP on several, each with one question in flight, milliseconds.
    http_busy_ms: Percentiles,
    /// Questions that are answered in a second on several connections.
    http_per_second: f64,
    /// Agents that fit a question, of half of all questions at most.
    fitting_median: u64,
    /// The questions that took longest to rank, milliseconds and the question.
    slowest: Vec<(f64, SearchQuery)>,
    /// From the start of the node on this log until it takes statements, milliseconds.
    restart_ms: f64,
    /// From the start of the node until agents are found, milliseconds.
    ready_ms: f64,
    /// Memory of the process after the restart, with the index.
    resident_bytes: Option<u64>,
    /// Memory of the process before anything was registered.
    resident_empty_bytes: Option<u64>,
}

/// Measures and prints.
///
/// # Errors
/// When the node refuses what is valid, or the disk fails.
pub(super) async fn run(context: &Context, args: &SearchBench) -> Outcome {
    let printer = &context.printer;
    let place = Place::of(args.dir.as_deref())?;
    let data = place.folder.join("node");
    let (agents, queries) = (u64::from(args.agents), args.queries as usize);
    let market = Market::new(args.seed, agents);
    let resident_empty_bytes = resident_bytes();
    let node = start(&data).await?;
    printer.say(format!(
        "registering {} agents of {} organisations",
        grouped(agents),
        grouped(market.organisations())
    ));
    let registrations_per_second = register(context, &node, &market, agents).await?;
    let index_behind_ms = seen(node.store()).await?;
    printer.say(format!("asking {} questions", grouped(queries as u64)));
    let asked = asked(&market, args.seed, queries)?;
    let (store, questions) = (node.store().clone(), asked.clone());
    let memory = tokio::task::spawn_blocking(move || in_memory(&store, &questions));
    let memory = memory.await.map_err(Failure::fault)??;
    let alone = ask(&node, &asked, 1).await?;
    let busy = ask(&node, &asked, ASKING).await?;
    let http_per_second = busy.latencies.count() as f64 / busy.took.as_secs_f64();
    node.stop().await;
    printer.say("starting again");
    let again = Instant::now();
    let node = start(&data).await?;
    let restart_ms = millis(again.elapsed());
    seen(node.store()).await?;
    let ready_ms = millis(again.elapsed());
    let resident = resident_bytes();
    node.stop().await;
    let figures = Figures {
        agents,
        organisations: market.organisations(),
        queries,
        seed: args.seed,
        registrations_per_second,
        index_behind_ms,
        rank_ms: memory.rank.percentiles(),
        find_ms: memory.find.percentiles(),
        http_ms: alone.latencies.percentiles(),
        http_busy_ms: busy.latencies.percentiles(),
        http_per_second,
        fitting_median: memory.fitting_median,
        slowest: memory.slowest,
        restart_ms,
        ready_ms,
        resident_bytes: resident,
        resident_empty_bytes,
    };
    printer.show(&figures, |page| show(page, &figures));
    Ok(())
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Registers everybody; gives how many a second in each part.
async fn register(context: &Context, node: &Node, market: &Market, agents: u64) -> Outcome<Vec<f64>> {
    let (host, origin) = (node.address().to_string(), node.origin().clone());
    for from in (0..market.organisations()).step_by(PIECE as usize) {
        let to = market.organisations().min(from + PIECE);
        let (market, signer) = (market.clone(), Signer { host: host.clone(), origin: origin.clone() });
        let signed = tokio::task::spawn_blocking(move || {
            signer.all(from..to, |it, number| it.organisation(&market, number))
        });
        generate(node.address(), signed.await.map_err(Failure::fault)??, Pace::Full(Duration::MAX)).await?;
    }
    let progress = context.printer.progress("agents", agents);
    let mut rates = Vec::new();
    for part in 0..PARTS {
        let (from, to) = (agents * part / PARTS, agents * (part + 1) / PARTS);
        let mut took = Duration::ZERO;
        for from in (from..to).step_by(PIECE as usize) {
            let to = to.min(from + PIECE);
            let (market, signer) = (market.clone(), Signer { host: host.clone(), origin: origin.clone() });
            let signed = tokio::task::spawn_blocking(move || {
                signer.all(from..to, |it, number| it.agent(&market, number))
            });
            let signed = signed.await.map_err(Failure::fault)??;
            took += generate(node.address(), signed, Pace::Full(Duration::MAX)).await?.took;
            progress.at(to, agents);
        }
        rates.push((to - from) as f64 / took.as_secs_f64());
    }
    Ok(rates)
}

/// Signs registrations.
#[derive(Clone)]
struct Signer {
    host: String,
    origin: Origin,
}

impl Signer {
    /// Signs those of some numbers on all cores; spread over connections.
    fn all(
        &self,
        numbers: std::ops::Range<u64>,
        sign: impl Fn(&Self, u64) -> Outcome<Verified> + Sync,
    ) -> Outcome<Arc<[Requests]>> {
        let numbers: Vec<u64> = numbers.collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = numbers.len().div_ceil(threads).max(1);
        let mut requests: Vec<Requests> = vec![Requests::new(); CONNECTIONS];
        std::thread::scope(|scope| -> Outcome {
            let one = |number: &u64| Ok(request(&self.host, &sign(self, *number)?.envelope()));
            let running: Vec<_> = numbers
                .chunks(share)
                .map(|numbers| scope.spawn(move || numbers.iter().map(one).collect::<Outcome<Requests>>()))
                .collect();
            let mut place = (0..CONNECTIONS).cycle();
            for thread in running {
                for request in thread.join().map_err(|_| Failure::fault("a signing thread failed"))?? {
                    requests
                        .get_mut(place.next().unwrap_or_default())
                        .into_iter()
                        .for_each(|it| it.push(request.clone()));
                }
            }
            Ok(())
        })?;
        Ok(requests.into())
    }

    fn organisation(&self, market: &Market, number: u64) -> Outcome<Verified> {
        let (domain, key) = market.organisation(number)?;
        let body = OrgRegister { key: key.id(), name: domain.as_str().parse().map_err(Failure::fault)? };
        let stream = StreamName::Of(StreamId::Org(domain.clone()));
        let issuer = Issuer::Organisation(domain);
        let draft = Draft::new(stream, self.origin.clone(), issuer, Body::OrgRegister(body));
        draft.sign(None, stamp()?, &[&key]).map_err(Failure::fault)
    }

    fn agent(&self, market: &Market, number: u64) -> Outcome<Verified> {
        let listed = market.agent(number)?;
        let (_, organisation) = market.organisation(listed.organisation)?;
        let body = Body::AgentRegister(AgentRegister { card: listed.card, key: listed.key.id() });
        let stream = StreamName::Of(StreamId::Agent(listed.agent.clone()));
        let draft = Draft::new(stream, self.origin.clone(), Issuer::Agent(listed.agent), body);
        draft.sign(None, stamp()?, &[&listed.key, &organisation]).map_err(Failure::fault)
    }
}

fn stamp() -> Outcome<Stamp> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| Failure::fault(format_args!("no randomness: {error}")))?;
    Ok(Stamp { issued_at: crate::commands::now(), random })
}

/// Waits until the index has seen the whole log; gives how long that took.
async fn seen(store: &Store) -> Outcome<f64> {
    let began = Instant::now();
    let size = *store.watch().borrow();
    let mut indexed = store.search_size();
    indexed.wait_for(|seen| seen.is_some_and(|seen| seen >= size)).await.map_err(Failure::fault)?;
    Ok(millis(began.elapsed()))
}

/// The questions of a run.
fn asked(market: &Market, seed: u64, queries: usize) -> Outcome<Arc<[SearchQuery]>> {
    let mut chance = Chance::new(!seed);
    (0..queries).map(|_| market.query(&mut chance)).collect()
}

/// What asking in memory came to.
struct InMemory {
    rank: Latencies,
    find: Latencies,
    fitting_median: u64,
    slowest: Vec<(f64, SearchQuery)>,
}

/// Asks without HTTP, one question after the other; some for further pages.
fn in_memory(store: &Store, asked: &[SearchQuery]) -> Outcome<InMemory> {
    let (mut rank, mut find) = (Latencies::default(), Latencies::default());
    let mut fitting = Vec::new();
    let mut slowest: Vec<(f64, SearchQuery)> = Vec::new();
    for (number, asked) in (0u64..).zip(asked) {
        let mut after = None;
        let pages = if number.is_multiple_of(DEEP) { 1 + PAGES } else { 1 };
        for _ in 0..pages {
            let query = query(asked, after);
            let began = Instant::now();
            let ranking = store.rank_agents(&query).ok_or_else(|| Failure::fault("there is no index"))?;
            let ranked = began.elapsed();
            let shown = store.read(|reader| reader.agents_ranked(&query, &ranking.agents));
            let found = began.elapsed();
            std::hint::black_box(shown.map_err(Failure::fault)?);
            rank.push(ranked);
            find.push(found);
            fitting.push(ranking.total);
            slowest.push((millis(ranked), asked.clone()));
            after = ranking.next;
            if after.is_none() {
                break;
            }
        }
        slowest.sort_by(|one, other| other.0.total_cmp(&one.0));
        slowest.truncate(3);
    }
    fitting.sort_unstable();
    let fitting_median = fitting.get(fitting.len() / 2).copied().unwrap_or_default();
    Ok(InMemory { rank, find, fitting_median, slowest })
}

/// A question as the store is asked.
fn query(asked: &SearchQuery, after: Option<AgentCursor>) -> AgentQuery {
    let asked = asked.clone();
    AgentQuery {
        capability: asked.capability,
        text: asked.text,
        organisation: asked.organisation,
        schema: asked.schema,
        language: asked.language,
        availability: asked.availability,
        price_max: asked.max_price,
        order: match asked.sort {
            Some(SearchSort::Price) => Order::Price,
            Some(SearchSort::Relevance | SearchSort::Trust) | None => Order::Relevance,
        },
        limit: asked.page_size.unwrap_or(PAGE),
        after,
        ..AgentQuery::default()
    }
}

/// Asks over HTTP, on so many connections.
async fn ask(node: &Node, asked: &[SearchQuery], connections: usize) -> Outcome<super::load::Result> {
    let host = node.address().to_string();
    let mut requests: Vec<Requests> = vec![Requests::new(); connections];
    for (number, query) in asked.iter().enumerate() {
        let body = serde_json::to_vec(query).map_err(Failure::fault)?;
        let request = post(&host, "/v1/search", &body);
        requests.get_mut(number % connections).into_iter().for_each(|it| it.push(request.clone()));
    }
    generate(node.address(), requests.into(), Pace::Full(Duration::MAX)).await
}

fn show(page: &mut Page, figures: &Figures) {
    let times = |times: &Percentiles| {
        format!("p50 {:.2} ms   p99 {:.2} ms   max {:.1} ms", times.p50, times.p99, times.max)
    };
    let at = |place: usize| {
        grouped(figures.registrations_per_second.get(place).copied().unwrap_or_default() as u64)
    };
    let mib = |bytes: u64| format!("{} MiB", bytes / (1024 * 1024));
    page.heading("The registry");
    page.field(
        "agents",
        format!(
            "{} of {} organisations, seed {}",
            grouped(figures.agents),
            grouped(figures.organisations),
            figures.seed
        ),
    );
    page.field(
        "registered a second",
        Text::of(Paint::Strong, at(0))
            .plain(format_args!(" in the first tenth, {} in the fifth, ", at(4)))
            .strong(at(9))
            .plain(" in the last"),
    );
    page.field("index behind the log", format!("{:.1} ms after the last", figures.index_behind_ms));
    page.heading("Questions");
    page.field(
        "asked",
        format!(
            "{}, half of them fit {} agents or more",
            grouped(figures.queries as u64),
            grouped(figures.fitting_median)
        ),
    );
    page.field("ranked in memory", times(&figures.rank_ms));
    page.field("ranked and read", times(&figures.find_ms));
    page.field("over HTTP", times(&figures.http_ms));
    page.field(
        "with 16 who ask",
        Text::from(times(&figures.http_busy_ms))
            .dim(format_args!("   {} a second", grouped(figures.http_per_second as u64))),
    );
    page.heading("Afterwards");
    page.field("start with this log", format!("{:.0} ms", figures.restart_ms));
    page.field("index ready", format!("{:.0} ms after the start", figures.ready_ms));
    if let (Some(bytes), Some(empty)) = (figures.resident_bytes, figures.resident_empty_bytes) {
        page.field("memory", format!("{}, {} before anything was registered", mib(bytes), mib(empty)));
    }
}
