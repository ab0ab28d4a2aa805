//! Counters in Prometheus' text format. Numbers of the node alone: no names of parties, streams or routes of people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use asp_core::rejection::Code;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::{App, plain};

/// Upper bounds of the buckets in which answers are counted by their time, in milliseconds.
const BUCKETS_MS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 30_000];

/// What is counted as it happens; everything else is asked for when somebody looks.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Answers by the first digit of their status.
    classes: [AtomicU64; 5],
    /// Answers up to each bound, not cumulated.
    buckets: [AtomicU64; BUCKETS_MS.len()],
    micros: AtomicU64,
    /// Problems by their code.
    codes: BTreeMap<&'static str, AtomicU64>,
    /// Statements that the node itself has made.
    pub(crate) issued: AtomicU64,
    /// Agents that answered when they were asked whether they are there, and those that did not.
    pub(crate) probes: [AtomicU64; 2],
    /// Looks for keys under domains.
    pub(crate) domains_looked_at: AtomicU64,
    /// Events that webhooks took, and attempts that were for nothing.
    pub(crate) deliveries: [AtomicU64; 2],
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            classes: Default::default(),
            buckets: Default::default(),
            micros: AtomicU64::new(0),
            codes: Code::all().map(|code| (code.as_str(), AtomicU64::new(0))).collect(),
            issued: AtomicU64::new(0),
            probes: Default::default(),
            domains_looked_at: AtomicU64::new(0),
            deliveries: Default::default(),
        }
    }

    /// Counts an answer.
    pub(crate) fn count(&self, status: StatusCode, elapsed: Duration, code: Option<Code>) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        let bucket = BUCKETS_MS.iter().position(|bound| elapsed <= Duration::from_millis(*bound));
        let counters = [
            self.classes.get(class),
            bucket.and_then(|bucket| self.buckets.get(bucket)),
            code.and_then(|code| self.codes.get(code.as_str())),
        ];
        for counter in counters.into_iter().flatten() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// A page of metrics as it is written.
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text cannot fail.
        let _ = write!(self.0, "# HELP assent_{name} {help}\n# TYPE assent_{name} {kind}\n");
    }

    fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "assent_{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.value(name, "", value);
    }
}

/// Count what the node does.
///
/// Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "node",
    responses((status = 200, description = "The counters", body = String, content_type = "text/plain")))]
pub(crate) async fn show(State(app): State<Arc<App>>) -> Response {
    let mut page = Page(String::with_capacity(16 * 1024));
    answers(&mut page, &app.metrics);
    log(&mut page, &app);
    let issued = app.metrics.issued.load(Ordering::Relaxed);
    page.one(
        "node_statements_total",
        "counter",
        "Statements that the node made: of time that passed, of domains.",
        issued,
    );
    page.head("probes_total", "counter", "Agents that were asked whether they are there.");
    for (answered, counter) in ["true", "false"].iter().zip(&app.metrics.probes) {
        page.value("probes_total", &format!("{{answered=\"{answered}\"}}"), counter.load(Ordering::Relaxed));
    }
    page.head("webhook_deliveries_total", "counter", "Events that were sent to webhooks.");
    for (taken, counter) in ["true", "false"].iter().zip(&app.metrics.deliveries) {
        let count = counter.load(Ordering::Relaxed);
        page.value("webhook_deliveries_total", &format!("{{taken=\"{taken}\"}}"), count);
    }
    let looks = app.metrics.domains_looked_at.load(Ordering::Relaxed);
    page.one(
        "domain_looks_total",
        "counter",
        "Looks for the key of an organisation under its domain.",
        looks,
    );
    let waiting = app.admission.queued();
    page.one("verify_queue", "gauge", "Statements that wait for their signatures to be checked.", waiting);
    page.one("subscribers", "gauge", "Event streams and long polls that wait.", app.hub.count());
    page.one("connections", "gauge", "Connections that are open.", app.places.count());
    let turned_away = app.places.refused.load(Ordering::Relaxed);
    page.one("connections_refused_total", "counter", "Connections that found no place.", turned_away);
    let refused = app.quotas.refused.load(Ordering::Relaxed);
    page.one("quota_refused_total", "counter", "Requests and statements beyond somebody's share.", refused);
    page.one("tokens", "gauge", "Access tokens in use.", app.auth.count());
    plain("text/plain; version=0.0.4; charset=utf-8", page.0)
}

fn answers(page: &mut Page, metrics: &Metrics) {
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    page.head("http_responses_total", "counter", "Answers by the class of their status.");
    for (class, counter) in (1..).zip(&metrics.classes) {
        page.value("http_responses_total", &format!("{{class=\"{class}xx\"}}"), read(counter));
    }
    let name = "http_response_milliseconds";
    page.head(name, "histogram", "Time to the head of an answer.");
    let mut below = 0_u64;
    for (bound, counter) in BUCKETS_MS.iter().zip(&metrics.buckets) {
        below += read(counter);
        page.value(&format!("{name}_bucket"), &format!("{{le=\"{bound}\"}}"), below);
    }
    let all: u64 = metrics.classes.iter().map(read).sum();
    page.value(&format!("{name}_bucket"), "{le=\"+Inf\"}", all);
    page.value(&format!("{name}_sum"), "", read(&metrics.micros) / 1000);
    page.value(&format!("{name}_count"), "", all);
    page.head("problems_total", "counter", "Problems by their code.");
    for (code, counter) in &metrics.codes {
        page.value("problems_total", &format!("{{code=\"{code}\"}}"), read(counter));
    }
}

fn log(page: &mut Page, app: &App) {
    let done = app.store.statistics();
    let size = *app.store.watch().borrow();
    let writable = u8::from(app.store.is_writable() && !app.is_stopping());
    page.one("log_size", "gauge", "Statements in the log.", size);
    page.one("writable", "gauge", "Whether statements can be taken in.", writable);
    page.one("batches_total", "counter", "Transactions of the writer.", done.batches);
    page.one("statements_accepted_total", "counter", "Statements that got a receipt.", done.accepted);
    page.one(
        "statements_refused_total",
        "counter",
        "Statements that a rule of a stream refused.",
        done.refused,
    );
    page.one("batch_last", "gauge", "Statements of the last transaction.", done.last_batch);
    page.one("submit_queue", "gauge", "Statements that wait for the writer.", done.queued);
}
