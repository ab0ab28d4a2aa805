//! `assent session export` and `assent session replay`: a session in a file, and what it comes to when judged again.

use std::path::Path;

use asp_client::{Session, SessionExport};

use super::read_input;
use super::session::told;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::{terms, words};

/// Bytes of the largest export that is read: every statement that a session may have, at a usual size.
const EXPORT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Characters of what differs that are shown.
const DIFFERENCE_MAX: usize = 300;
/// Where the states stand under what led to them.
const INDENT: usize = 5;

/// Writes a session to a file or to stdout.
///
/// # Errors
/// As every call; when the file cannot be written.
pub(super) async fn export(context: &Context, session: &Session, output: &Path) -> Outcome {
    let export = session.export().await?;
    let bytes = serde_json::to_vec(&export).map_err(Failure::fault)?;
    if output.as_os_str() == "-" {
        return context.printer.raw(&bytes).map_err(Failure::fault);
    }
    super::write_output(output, &bytes)?;
    let path = output.display().to_string();
    let statements = export.messages.len();
    let value = serde_json::json!({ "bytes": bytes.len(), "file": path, "session": export.session, "statements": statements });
    context.printer.show(&value, |page| {
        page.line(format!("{path}  {statements} statements, {} bytes", terms::grouped(bytes.len())));
    });
    context.printer.say(
        Text::from("Check it anywhere: ").and(Paint::Accent, format_args!("assent session replay {path}")),
    );
    Ok(())
}

/// Judges an export again and shows every step.
///
/// # Errors
/// [`crate::failure::Exit::Usage`] if the file is no export, [`crate::failure::Exit::No`] if something differs.
pub(super) fn replay(context: &Context, file: &Path) -> Outcome {
    let bytes = read_input(file, EXPORT_BYTES_MAX)?;
    let export: SessionExport = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", file.display())))?;
    let replay = export.replay();
    context.printer.show(&replay, |page| {
        for step in &replay.steps {
            page.line(told(&step.message));
            let states = words::state(step.before).dim(" → ").join(words::state(step.state));
            page.line(Text::from(" ".repeat(INDENT)).join(states));
        }
        if replay.difference.is_none() {
            page.gap();
            page.line(Text::of(Paint::Good, "The result equals what was recorded."));
        }
    });
    match replay.difference {
        None => Ok(()),
        Some(difference) => Err(Failure::no(words::line(&difference.to_string(), DIFFERENCE_MAX))),
    }
}
