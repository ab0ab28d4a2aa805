//! `assent trust verify`: whether an answer is what the log gives. Believes neither the node nor the answer.

use std::fs::File;
use std::io::BufReader;

use asp_core::trust::{ANSWER_BYTES_MAX, Answer, Comparison, Unjudged};
use asp_store::audit;
use serde_json::{Value, json};

use super::super::read_input;
use crate::cli::TrustVerify;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::terms::grouped;
use crate::words;

/// Compares an answer with what an export of the log gives.
///
/// # Errors
/// [`crate::failure::Exit::No`] if they differ or the export does not hold, [`crate::failure::Exit::Usage`] if one of
/// them cannot be read or the export ends before what the answer looked at.
pub(super) fn run(context: &Context, args: &TrustVerify) -> Outcome {
    let answer = read(args)?;
    let progress = context.printer.progress("deriving the evidence", 0);
    let file = File::open(&args.export)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", args.export.display())))?;
    let asked = answer.question().clone();
    let found = audit::evidence(BufReader::new(file), asked, &mut |done, total| progress.at(done, total));
    drop(progress);
    let found = found.map_err(Failure::usage)?;
    let Comparison { derived, differing } = answer.compare(&found, args.node_key).map_err(unjudged)?;
    let value = json!({
        "verdict": if differing.is_empty() { "proved" } else { "refuted" },
        "origin": found.origin, "nodeKey": found.node_key, "entries": found.entries, "root": found.root,
        "question": answer.question(), "score": derived.get("score"), "differing": differing,
    });
    context.printer.show(&value, |page| {
        page.field("agent", Text::of(Paint::Strong, words::agent(&answer.question().subject)))
            .field("log", format!("{}, {} entries that hold", found.origin, grouped(found.entries)))
            .field("node key", found.node_key.to_string());
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

fn read(args: &TrustVerify) -> Outcome<Answer> {
    let most = u64::try_from(ANSWER_BYTES_MAX).unwrap_or(u64::MAX);
    Answer::read(&read_input(&args.answer, most)?).map_err(|why| {
        let what = format_args!("{}: {why}", args.answer.display());
        Failure::usage(what).hint("Take what `assent trust explain --json` printed.")
    })
}

/// Why nothing is known, for who asked.
fn unjudged(why: Unjudged) -> Failure {
    match why {
        Unjudged::Export(_) | Unjudged::OtherNode(_) | Unjudged::NoAgent => Failure::no(why),
        Unjudged::Short { .. } => Failure::usage(why).hint("Export the log again: assent log export."),
        Unjudged::History(_) => Failure::usage(why),
        Unjudged::Unwritable => Failure::fault(why),
    }
}
