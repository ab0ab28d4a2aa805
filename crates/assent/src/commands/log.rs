//! `assent log`: the checkpoint of a node, the export of a log, the audit of all of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use asp_core::amount::{Currency, Minor, Money};
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_store::audit::{self, AuditError, Report};
use serde_json::json;

use crate::cli::{Audit, Export};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::standard_data;
use crate::page::{Paint, Text};
use crate::printer::Progress;
use crate::terms::{self, grouped};

/// Shows the node's newest checkpoint, verified under the key that the node names.
///
/// # Errors
/// When the node cannot be reached, or did not sign it.
pub(super) async fn checkpoint(context: &Context) -> Outcome {
    let client = context.client().await?;
    let text = client.checkpoint().await?;
    let key = NoteKey { name: client.origin().clone(), key: client.node_key() };
    let note =
        Note::open(&text, &key).map_err(|error| Failure::fault(format_args!("the checkpoint: {error}")))?;
    let signed = &note.checkpoint;
    let value = json!({
        "origin": signed.origin, "size": signed.size, "root": signed.root, "nodeKey": key.key, "note": text,
    });
    context.printer.show(&value, |page| {
        page.field("log", signed.origin.to_string())
            .field("entries", grouped(signed.size))
            .field("root", signed.root.to_string())
            .field("signed by", Text::of(Paint::Good, key.key));
    });
    Ok(())
}

/// Shows the receipt of a statement, verified under the key that the node names.
///
/// # Errors
/// When there is none for who is speaking, or the node did not sign it.
pub(super) async fn receipt(context: &Context, statement: &Hash) -> Outcome {
    let client = context.client().await?;
    let found = match client.receipt(statement).await {
        // Whose it is need not be public: then it is asked for in one's own name.
        Err(error) if error.code() == Some(Code::NotFound) => match context.organisation().await {
            Ok(party) => party.receipt(statement).await?,
            Err(_) => context.agent().await.map_err(|_| Failure::from(error))?.receipt(statement).await?,
        },
        found => found?,
    };
    super::receipt(context, &found, Text::of(Paint::Strong, statement).plain(" is in the log"));
    Ok(())
}

/// Writes a folder's log as JSON lines.
///
/// # Errors
/// When the folder has no log that can be read, or the output fails.
pub(super) fn export(context: &Context, args: &Export) -> Outcome {
    let data = folder(args.data.as_deref())?;
    let written = if args.output.as_os_str() == "-" {
        asp_store::export(&data, &mut BufWriter::new(io::stdout().lock()))
    } else {
        let file = super::create(&args.output)
            .map_err(|error| Failure::usage(format_args!("{}: {error}", args.output.display())))?;
        let mut out = BufWriter::new(file);
        asp_store::export(&data, &mut out).and_then(|count| {
            let ended = out.flush().and_then(|()| out.get_ref().sync_all());
            ended.map(|()| count).map_err(|error| asp_store::Fault::Output { detail: error.to_string() })
        })
    };
    let count = written.map_err(Failure::usage)?;
    context.printer.say(format!("{} entries written", grouped(count)));
    Ok(())
}

/// Re-derives everything and says what does not hold.
///
/// # Errors
/// [`crate::failure::Exit::No`] if something does not hold, [`crate::failure::Exit::Usage`] if there is no log to read.
pub(super) fn audit(context: &Context, args: &Audit) -> Outcome {
    let progress = context.printer.progress("auditing", 0);
    let report = match &args.export {
        Some(path) => audit_export(path, &progress)?,
        None => audit_folder(&folder(args.data.as_deref())?, &progress)?,
    };
    drop(progress);
    let speed = speed(report.entries, report.elapsed);
    let finding = report.finding.as_ref();
    let value = json!({
        "origin": report.origin,
        "nodeKey": report.node_key,
        "entries": report.entries,
        "root": report.root,
        "seconds": report.elapsed.as_secs_f64(),
        "entriesPerSecond": speed,
        "money": {
            "movements": report.money.movements,
            "inside": sums(&report.money.inside),
            "held": sums(&report.money.held),
        },
        "finding": finding.map(|finding| json!({
            "index": finding.index,
            "code": finding.code.map(Code::as_str),
            "what": finding.what,
        })),
    });
    context.printer.show(&value, |page| {
        page.field("log", report.origin.to_string())
            .field("node key", report.node_key.to_string())
            .field("entries that hold", grouped(report.entries))
            .field("root", report.root.to_string())
            .field("money", money(&report.money))
            .field("speed", format!("{} entries a second", grouped(speed)))
            .field(
                "verdict",
                match finding {
                    None => Text::of(Paint::Good, "everything holds"),
                    Some(finding) => Text::of(Paint::Bad, finding),
                },
            );
    });
    match finding {
        None => Ok(()),
        Some(finding) => Err(Failure::no(format_args!("the log does not hold: {finding}"))),
    }
}

/// Sums in minor units as money.
fn sums(of: &BTreeMap<Currency, i128>) -> Vec<Money> {
    of.iter().filter(|(_, sum)| **sum != 0).map(|(currency, sum)| written(currency, *sum)).collect()
}

fn written(currency: &Currency, sum: i128) -> Money {
    Minor(u64::try_from(sum).unwrap_or_default()).of(currency)
}

fn money(found: &audit::Money) -> String {
    if found.movements == 0 {
        return "none moved".to_owned();
    }
    let list = |of| sums(of).iter().map(terms::money).collect::<Vec<_>>().join(", ");
    let inside = list(&found.inside);
    let inside = if inside.is_empty() { "nothing".to_owned() } else { inside };
    let held = list(&found.held);
    let held = if held.is_empty() { String::new() } else { format!(", {held} of it held") };
    format!("{} movements, zero in sum at each entry; {inside} inside{held}", grouped(found.movements))
}

/// Audits a folder with a bar that counts.
///
/// # Errors
/// When there is no log to read.
pub(super) fn audit_folder(folder: &Path, progress: &Progress) -> Outcome<Report> {
    audit::folder(folder, &mut |done, total| progress.at(done, total)).map_err(unreadable)
}

fn audit_export(path: &Path, progress: &Progress) -> Outcome<Report> {
    let mut at = |done, total| progress.at(done, total);
    if path.as_os_str() == "-" {
        return audit::export(io::stdin().lock(), &mut at).map_err(unreadable);
    }
    let file =
        File::open(path).map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))?;
    audit::export(BufReader::new(file), &mut at).map_err(unreadable)
}

fn unreadable(error: AuditError) -> Failure {
    Failure::usage(error)
}

/// Entries a second.
fn speed(entries: u64, elapsed: Duration) -> u64 {
    let millis = elapsed.as_millis().max(1);
    u64::try_from(u128::from(entries) * 1000 / millis).unwrap_or(u64::MAX)
}

fn folder(named: Option<&Path>) -> Outcome<PathBuf> {
    named.map_or_else(standard_data, |folder| Ok(folder.to_owned()))
}
