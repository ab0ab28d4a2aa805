//! `assent trust verify`: whether an answer is what the log gives. Believes neither the node nor the answer.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;

use asp_core::position::LogTime;
use asp_core::trust::{Question, STEPS_MAX, STEPS_MIN, assess, history, profile};
use asp_store::audit::{self, Evidenced};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::read_input;
use crate::cli::TrustVerify;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::terms::grouped;
use crate::words;

/// Bytes of the longest answer that is read: lists in it are bounded, and this is far beyond.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Compares an answer with what an export of the log gives.
///
/// # Errors
/// [`crate::failure::Exit::No`] if they differ or the export does not hold, [`crate::failure::Exit::Usage`] if one of
/// them cannot be read or the export ends before what the answer looked at.
pub(super) fn run(context: &Context, args: &TrustVerify) -> Outcome {
    let answer = Answer::read(args)?;
    let progress = context.printer.progress("deriving the evidence", 0);
    let file = File::open(&args.export)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", args.export.display())))?;
    let asked = answer.question.clone();
    let found = audit::evidence(BufReader::new(file), asked, &mut |done, total| progress.at(done, total));
    drop(progress);
    let found = found.map_err(Failure::usage)?;
    let report = &found.report;
    if let Some(finding) = &report.finding {
        return Err(Failure::no(format_args!("the export does not hold: {finding}")));
    }
    if args.node_key.is_some_and(|known| known != report.node_key) {
        return Err(Failure::no(format_args!("the export is of another node: {}", report.node_key)));
    }
    if report.entries < answer.question.prefix.0 {
        let what = format_args!(
            "the export has {} entries, and the answer looked at {}",
            report.entries, answer.question.prefix
        );
        return Err(Failure::usage(what).hint("Export the log again: assent log export."));
    }
    let derived = answer.derive(&found)?;
    let differing = differing(&answer.members, &derived);
    let value = json!({
        "verdict": if differing.is_empty() { "proved" } else { "refuted" },
        "origin": report.origin, "nodeKey": report.node_key, "entries": report.entries, "root": report.root,
        "question": answer.question, "score": derived.get("score"), "differing": differing,
    });
    context.printer.show(&value, |page| {
        page.field("agent", Text::of(Paint::Strong, words::agent(&answer.question.subject)))
            .field("log", format!("{}, {} entries that hold", report.origin, grouped(report.entries)))
            .field("node key", report.node_key.to_string());
        if let Some(Value::String(score)) = derived.get("score") {
            page.field("score", Text::of(Paint::Strong, score));
        }
        for name in &differing {
            page.field("differs", Text::of(Paint::Bad, name));
        }
        let verdict = if differing.is_empty() {
            Text::of(Paint::Good, "proved: the log gives this answer, digit by digit")
        } else {
            Text::of(Paint::Bad, "refuted: the log gives another answer")
        };
        page.field("verdict", verdict);
    });
    if args.node_key.is_none() {
        context.printer.say("Whether that is the key of a node that you know, --node-key tells.");
    }
    if differing.is_empty() { Ok(()) } else { Err(Failure::no("the answer is not what the log gives")) }
}

/// An answer as it was printed.
struct Answer {
    question: Question,
    members: Map<String, Value>,
}

/// What only the history of a score has.
#[derive(Deserialize)]
struct Span {
    since: LogTime,
    moments: Vec<Value>,
}

impl Answer {
    fn read(args: &TrustVerify) -> Outcome<Self> {
        let bytes = read_input(&args.answer, ANSWER_BYTES_MAX)?;
        let wrong = |why: &dyn std::fmt::Display| {
            let what = format_args!("{}: this is no answer about trust: {why}", args.answer.display());
            Failure::usage(what).hint("Take what `assent trust explain --json` printed.")
        };
        let members: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
        let question = members.get("question").ok_or_else(|| wrong(&"it names no question"))?;
        let question = Question::deserialize(question).map_err(|error| wrong(&error))?;
        Ok(Self { question, members })
    }

    /// The answer that the log gives to the same question, with how its observer looked at it by the log (ASP-TRU-009).
    fn derive(&self, found: &Evidenced) -> Outcome<Map<String, Value>> {
        let evidence = found.settled.evidence();
        let question = &Question { outlook: found.outlook.clone(), ..self.question.clone() };
        let value = if self.members.contains_key("moments") {
            let wrong = |why: String| Failure::usage(format_args!("the history cannot be read: {why}"));
            let span = Span::deserialize(&Value::Object(self.members.clone()))
                .map_err(|error| wrong(error.to_string()))?;
            let steps = u32::try_from(span.moments.len()).unwrap_or(u32::MAX);
            if !(STEPS_MIN..=STEPS_MAX).contains(&steps) {
                return Err(wrong(format!("it has {steps} moments")));
            }
            serde_json::to_value(history(evidence, question, span.since, steps))
        } else if self.members.contains_key("components") {
            let unknown = || Failure::no("the log had no such agent by then");
            let dossier = found.dossier.as_ref().ok_or_else(unknown)?;
            serde_json::to_value(profile(evidence, dossier, question))
        } else {
            serde_json::to_value(assess(evidence, question))
        };
        match value {
            Ok(Value::Object(members)) => Ok(members),
            Ok(_) | Err(_) => Err(Failure::fault("the answer cannot be written")),
        }
    }
}

/// The members that are not the same on both sides.
fn differing(given: &Map<String, Value>, derived: &Map<String, Value>) -> BTreeSet<String> {
    let names = given.keys().chain(derived.keys());
    names.filter(|name| given.get(*name) != derived.get(*name)).cloned().collect()
}
