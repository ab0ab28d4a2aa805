//! `assent trace`: the course of a session, step by step, for people, for programs, for a collector of OpenTelemetry.

use std::collections::BTreeMap;
use std::path::Path;

use asp_client::api::{BesideView, DeliveryState, DeliveryView, RefusedView, TraceView};
use asp_client::{Error, SessionExport, otlp};
use asp_core::name::{Issuer, Origin};
use asp_core::position::{LogTime, Millis};
use asp_core::session::trace::{SessionTrace, TraceOwed, TraceStep, TraceTrust, TraceWait, WaitEnd};
use asp_core::trust::Outcome as Kept;
use serde::Serialize;

use super::agent::list;
use super::read_input;
use super::session::find;
use crate::cli::TraceArgs;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::{terms, words};

/// Bytes of the largest file that is read: an export of every statement that a session may have, at a usual size.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Lanes that are drawn; whoever speaks beyond these shares the last.
const LANES_MAX: usize = 8;
/// Columns of a step's place and of its time.
const PLACE: usize = 5;
const TIME: usize = 10;
/// Columns of who speaks.
const WHO: usize = 28;
/// Columns of what is done.
const WHAT: usize = 26;
/// Conditions on a line.
const GUARDS: usize = 4;
/// Columns of the longest wait.
const BAR: u64 = 24;

/// What was sent to a collector.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    to: &'a str,
    spans: usize,
    taken: usize,
}

/// Runs the command.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, args: &TraceArgs) -> Outcome {
    let (view, origin) = match (&args.file, &args.id) {
        (Some(file), _) => of_file(file)?,
        (None, Some(id)) => {
            let party = context.agent().await?;
            let session = party.session(&find(&party, id).await?);
            let view = session.trace().await?;
            if args.check {
                check(&view, &session.traced().await?)?;
            }
            (view, Some(party.client().origin().clone()))
        }
        (None, None) => return Err(Failure::usage("which session?")),
    };
    match &args.otlp {
        Some(url) => send(context, &view.trace, origin, url).await,
        None => {
            context.printer.show(&view, |page| show(page, &view, args.guards));
            if args.check {
                context
                    .printer
                    .say(Text::of(Paint::Good, "Judged again here: the statements tell the same."));
            }
            Ok(())
        }
    }
}

/// A trace from a file: as `--json` printed it, or told anew of an exported session, whose statements are judged again.
fn of_file(file: &Path) -> Outcome<(TraceView, Option<Origin>)> {
    let bytes = read_input(file, FILE_BYTES_MAX)?;
    if let Ok(view) = serde_json::from_slice::<TraceView>(&bytes) {
        return Ok((view, None));
    }
    let neither =
        |error| Failure::usage(format_args!("{}: neither a trace nor an export: {error}", file.display()));
    let export: SessionExport = serde_json::from_slice(&bytes).map_err(neither)?;
    let trace = export.trace().map_err(Failure::no)?;
    let (beside, refused, deliveries) = (Vec::new(), Vec::new(), Vec::new());
    Ok((TraceView { trace, beside, refused, deliveries }, Some(export.origin)))
}

/// Holds what the node tells against what follows from the statements.
fn check(view: &TraceView, judged: &SessionTrace) -> Outcome {
    // What was said between the two questions is in the second alone.
    let known = judged.steps.iter().zip(&view.trace.steps).all(|(own, told)| own == told);
    if known && judged.steps.len() >= view.trace.steps.len() {
        Ok(())
    } else {
        Err(Error::Forged { what: "the trace is not what follows from the statements".to_owned() }.into())
    }
}

async fn send(context: &Context, trace: &SessionTrace, origin: Option<Origin>, url: &str) -> Outcome {
    let origin = match origin {
        Some(origin) => origin,
        None => context.client().await?.origin().clone(),
    };
    let request = otlp::ExportRequest::of(&origin, otlp::spans(trace, None));
    let away = |error| {
        if let Error::Unreachable { why } = error {
            Failure::away(format_args!("no collector answers at {url}: {why}"))
        } else {
            Failure::away(format_args!("the collector takes no spans: {error}"))
        }
    };
    let taken = otlp::send(url, &request).await.map_err(away)?;
    let sent = Sent { to: url, spans: request.count(), taken };
    context.printer.show(&sent, |page| {
        let of = if taken == sent.spans { String::new() } else { format!(" of {}", sent.spans) };
        page.line(Text::from(format!("{taken}{of} spans")).dim(format_args!("  {url}")));
    });
    if taken == sent.spans { Ok(()) } else { Err(Failure::no("the collector refused some of the spans")) }
}

fn show(page: &mut Page, view: &TraceView, guards: bool) {
    let trace = &view.trace;
    page.field("session", trace.session.to_hex());
    page.field("about", trace.capability.to_string());
    page.field("state", words::state(trace.state));
    if let Some(end) = &trace.end {
        page.field("ended", format!("{} {}", end.code, words::line(&end.sentence, 80)));
    }
    page.field("opened", Text::from(words::instant(trace.opened_at)).dim("  times below count from here"));
    page.heading("Steps");
    let lanes = Lanes::of(trace);
    lanes.names(page);
    for step in &trace.steps {
        lanes.step(page, trace, step);
        details(page, &lanes, trace, step, guards);
    }
    waits(page, trace);
    refused(page, trace.opened_at, &view.refused);
    deliveries(page, trace, &view.deliveries);
    beside(page, &view.beside);
}

/// One column for everybody who speaks, so that the eye follows each.
struct Lanes<'a> {
    of: BTreeMap<&'a Issuer, usize>,
    names: Vec<&'a Issuer>,
}

impl<'a> Lanes<'a> {
    fn of(trace: &'a SessionTrace) -> Self {
        let (mut of, mut names) = (BTreeMap::new(), Vec::new());
        for step in &trace.steps {
            of.entry(&step.issuer).or_insert_with(|| {
                names.push(&step.issuer);
                names.len().min(LANES_MAX) - 1
            });
        }
        Self { of, names }
    }

    fn count(&self) -> usize {
        self.names.len().min(LANES_MAX)
    }

    /// The lines of all lanes, with a mark on one.
    fn drawn(&self, marked: Option<(usize, &str, Paint)>) -> Text {
        let mut text = Text::default();
        for lane in 0..self.count() {
            text = match marked.filter(|(on, _, _)| *on == lane) {
                Some((_, mark, paint)) => text.and(paint, mark),
                None => text.dim("│"),
            };
            text = text.plain(" ");
        }
        text
    }

    fn names(&self, page: &mut Page) {
        let named = list(self.names.iter().map(|issuer| words::issuer(issuer)));
        page.line(Text::of(Paint::Dim, format_args!("from left to right: {named}")));
    }

    fn step(&self, page: &mut Page, trace: &SessionTrace, step: &TraceStep) {
        let lane = self.of.get(&step.issuer).copied().unwrap_or_default();
        let (mark, paint) = match step.issuer {
            Issuer::Node(_) => ("◆", Paint::Warn),
            Issuer::Agent(_) | Issuer::Organisation(_) => ("●", Paint::Accent),
        };
        let what = match &step.kind {
            Some(kind) => format!("{} {kind}", step.performative),
            None => step.performative.to_string(),
        };
        let mut line = Text::of(Paint::Dim, step.sequence)
            .pad(PLACE)
            .join(Text::of(Paint::Dim, after(trace.opened_at, step.log_time)).pad(TIME))
            .join(self.drawn(Some((lane, mark, paint))))
            .join(Text::of(Paint::Strong, words::issuer(&step.issuer)).pad(WHO))
            .join(Text::of(Paint::Accent, what).pad(WHAT));
        if step.before != step.after {
            line = line.dim("→ ").join(words::state(step.after));
        }
        page.line(line);
    }

    /// A line under a step.
    fn under(&self, page: &mut Page, text: Text) {
        page.line(Text::from(" ".repeat(PLACE + TIME)).join(self.drawn(None)).plain("  ").join(text));
    }
}

/// The time since the session was opened.
fn after(opened: LogTime, time: LogTime) -> String {
    format!("+{}", words::lasted(time.since(opened)))
}

/// What let a step pass, and what came of it.
fn details(page: &mut Page, lanes: &Lanes<'_>, trace: &SessionTrace, step: &TraceStep, guards: bool) {
    let mut told = Vec::new();
    if let Some(principal) = &step.principal {
        told.push(Text::from(format!("for {}", words::agent(principal))));
    }
    let answers = |wait: &&TraceWait| wait.ended_by == Some(step.hash) && wait.end == Some(WaitEnd::Answered);
    for wait in trace.waits.iter().filter(answers) {
        let waited = words::lasted(wait.waited_ms.unwrap_or(Millis(0)));
        told.push(Text::of(Paint::Dim, format_args!("answers the {} after {waited}", wait.what.as_str())));
    }
    for offer in &step.offers {
        let owed = |owed: &TraceOwed| {
            format!("{} owes {}", words::agent(&owed.debtor), list(owed.owed.iter().map(terms::money)))
        };
        told.push(words::id(&offer.terms).plain(format_args!("  {}", list(offer.owed.iter().map(owed)))));
    }
    for commitment in &step.commitments {
        let id = Text::from("commitment ").join(words::id(&commitment.id)).plain("  ");
        told.push(id.join(words::commitment(commitment.after)));
    }
    for it in &step.obligations {
        let stage = it.stage.as_ref().map(|stage| format!(" ({stage})")).unwrap_or_default();
        let was = it.before.as_ref().map(|before| format!("{before} → ")).unwrap_or_default();
        let due =
            it.due_at.filter(|_| it.before.is_none()).map(|due| format!("  due {}", words::instant(due)));
        let name = Text::from(format!("{}{stage}  ", it.obligation)).dim(was);
        told.push(name.join(words::obligation(&it.after)).dim(due.unwrap_or_default()));
    }
    for moved in &step.moved {
        let ways = format!("  {} → {}", moved.from, moved.to);
        told.push(Text::from(terms::money(&moved.amount)).plain(format!(" {}", moved.why)).dim(ways));
    }
    told.extend(step.trust.iter().map(trust));
    told.extend(step.joined.iter().map(|agent| Text::from(format!("{} is in", words::agent(agent)))));
    told.extend(step.delegated.iter().map(|agent| Text::from(format!("{} may act", words::agent(agent)))));
    let context =
        |context: &String| Text::of(Paint::Dim, format_args!("part of {}", words::line(context, 60)));
    told.extend(step.traceparent.iter().map(context));
    let held = step.guards.chunks(GUARDS).filter(|_| guards);
    told.extend(held.map(|some| Text::of(Paint::Dim, format_args!("held: {}", list(some.iter())))));
    for text in told {
        lanes.under(page, text);
    }
}

/// What a step means for trust, with the reason.
fn trust(it: &TraceTrust) -> Text {
    let because = format!("  {}", it.cause.as_str());
    if let Some(overrules) = it.overrules {
        return Text::of(Paint::Warn, format_args!("the outcome at log index {overrules} counts no more"))
            .dim(because);
    }
    let about = it.debtor.as_ref().map(words::agent).unwrap_or_default();
    let value = it.value.as_ref().map(terms::money).unwrap_or_default();
    let kept = match it.outcome {
        Some(Kept::Breached) => Text::of(Paint::Bad, "broken"),
        Some(Kept::Fulfilled) | None => Text::of(Paint::Good, "kept"),
    };
    Text::from(format!("trust in {about}: ")).join(kept).plain(format!(" {value}")).dim(because)
}

fn waits(page: &mut Page, trace: &SessionTrace) {
    if trace.waits.is_empty() {
        return;
    }
    page.heading("Who waited for whom");
    let longest = trace.waits.iter().filter_map(|wait| wait.waited_ms).max().unwrap_or(Millis(0));
    let rows = trace.waits.iter().map(|wait| {
        let (how, paint) = match wait.end {
            Some(WaitEnd::Answered) => ("answered", Paint::Good),
            Some(WaitEnd::Lapsed) => ("in vain", Paint::Bad),
            Some(WaitEnd::Overtaken) => ("overtaken", Paint::Dim),
            None => ("still waits", Paint::Warn),
        };
        let long = wait.waited_ms.map(words::lasted).unwrap_or_default();
        vec![
            words::agent(&wait.by).into(),
            words::issuer(&wait.of).into(),
            wait.what.as_str().into(),
            Text::from(long),
            Text::of(paint, bar(wait.waited_ms, longest)),
            Text::of(paint, how),
        ]
    });
    page.table(vec!["WHO", "FOR WHOM", "FOR", "HOW LONG", "", ""], rows.collect(), "nobody");
}

/// A bar whose length says how long something took, of the longest.
fn bar(waited: Option<Millis>, longest: Millis) -> String {
    let columns = waited.map_or(0, |waited| waited.0.saturating_mul(BAR) / longest.0.max(1)).max(1);
    "▇".repeat(usize::try_from(columns.min(BAR)).unwrap_or(1))
}

fn refused(page: &mut Page, opened: LogTime, refused: &[RefusedView]) {
    if refused.is_empty() {
        return;
    }
    page.heading("Refused to you, and in no log");
    let rows = refused.iter().map(|it| {
        let rule = it.rule.clone().unwrap_or_default();
        let times = if it.times > 1 { format!("{} ×", it.times) } else { String::new() };
        vec![
            Text::of(Paint::Dim, after(opened, it.at)),
            words::issuer(&it.issuer).into(),
            Text::of(Paint::Accent, it.performative),
            Text::of(Paint::Bad, it.code),
            Text::of(Paint::Dim, format_args!("{rule} {times}")),
        ]
    });
    page.table(vec!["WHEN", "WHO", "WHAT", "WHY", "RULE"], rows.collect(), "nothing");
}

fn deliveries(page: &mut Page, trace: &SessionTrace, deliveries: &[DeliveryView]) {
    if deliveries.is_empty() {
        return;
    }
    page.heading("Not delivered to you yet");
    let places: BTreeMap<_, _> = trace.steps.iter().map(|step| (step.log_index, step.sequence)).collect();
    let rows = deliveries.iter().map(|it| {
        let paint = match it.state {
            DeliveryState::Unseen | DeliveryState::Waiting => Paint::Warn,
            DeliveryState::Leased => Paint::Accent,
            DeliveryState::Dead | DeliveryState::Stopped => Paint::Bad,
        };
        let place = places.get(&it.log_index).map(ToString::to_string).unwrap_or_default();
        let until = it.until.map(|until| format!("until {}", words::instant(until)));
        let reason = it.reason.as_ref().map(|reason| words::line(reason, 60));
        vec![
            Text::of(Paint::Dim, place),
            words::issuer(&it.party).into(),
            Text::from(way(it)),
            Text::of(paint, it.state.as_str()),
            Text::from(it.attempts.to_string()),
            Text::of(Paint::Dim, list(until.into_iter().chain(reason))),
        ]
    });
    page.table(vec!["STEP", "WHOSE", "BY", "STANDS", "TIMES", ""], rows.collect(), "nothing");
}

/// By what a statement comes.
fn way(it: &DeliveryView) -> String {
    let hook = it.webhook.as_ref().map(|id| format!("webhook {}", id.chars().take(8).collect::<String>()));
    hook.or_else(|| it.group.clone().map(|group| format!("inbox {group}"))).unwrap_or_default()
}

fn beside(page: &mut Page, beside: &[BesideView]) {
    if beside.is_empty() {
        return;
    }
    page.heading("Beside it");
    let rows = beside.iter().map(|it| {
        let stream: String = it.stream.to_string().chars().take(24).collect();
        vec![
            Text::of(Paint::Dim, it.log_index),
            Text::of(Paint::Dim, words::instant(it.log_time)),
            words::issuer(&it.issuer).into(),
            Text::of(Paint::Accent, &it.kind),
            Text::of(Paint::Dim, format_args!("{stream}…")),
        ]
    });
    page.table(vec!["LOG", "WHEN", "WHO", "WHAT", "WHERE"], rows.collect(), "nothing");
}
