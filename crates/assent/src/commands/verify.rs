//! `assent verify`: a bundle's checks, offline. Judges nothing itself: the core does, as it does everywhere.

use asp_core::bundle::{Anchors, Bundle, Report, SignatureCheck, Verdict};

use super::read_input;
use crate::cli::Verify;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};

/// Bytes of the largest bundle that is read.
const BUNDLE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Reads, checks, shows every verdict.
///
/// # Errors
/// [`crate::failure::Exit::Usage`] if the file is no bundle, [`crate::failure::Exit::No`] if anything is refuted.
pub(super) fn run(context: &Context, args: &Verify) -> Outcome {
    let bytes = read_input(&args.file, BUNDLE_BYTES_MAX)?;
    let bundle = Bundle::parse(&bytes)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", args.file.display())))?;
    let report = bundle.verify(&Anchors { node_key: args.node_key });
    context.printer.show(&report, |page| show(page, &report));
    if report.refuted() { Err(Failure::no("the bundle does not hold")) } else { Ok(()) }
}

/// How a verdict is shown.
pub(crate) fn verdict(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Proved => Text::of(Paint::Good, "proved"),
        Verdict::Refuted => Text::of(Paint::Bad, "REFUTED"),
        Verdict::NotShown => Text::of(Paint::Warn, "not shown"),
    }
}

fn show(page: &mut Page, report: &Report) {
    let rows = report.checks.iter().map(|check| {
        vec![verdict(check.verdict), Text::of(Paint::Dim, check.rule), check.detail.clone().into()]
    });
    page.table(vec!["VERDICT", "CHECK", "WHAT"], rows.collect(), "nothing was checked");
    let count = |valid: fn(&SignatureCheck) -> bool| {
        let valid = report.signatures.iter().filter(|check| valid(check)).count();
        format!("{valid} of {} signatures", report.signatures.len())
    };
    page.field("valid when logged", count(|check| check.valid_when_logged));
    page.field("valid now", count(|check| check.valid_now));
    for check in report.signatures.iter().filter(|check| !check.valid_now) {
        page.line(Text::of(Paint::Warn, "void").plain(format_args!(
            "  entry {}, {} by {}",
            check.log_index,
            crate::words::issuer(&check.issuer),
            check.key_id
        )));
    }
}
