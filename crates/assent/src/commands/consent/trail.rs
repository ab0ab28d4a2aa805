//! `assent consent audit`: the trail of a consent in a file, checked alone and beside the other side's.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use asp_client::{OrganisationParty, TrailDifference, TrailEnd, TrailFile};
use asp_core::bundle::Anchors;
use asp_core::key::KeyId;
use asp_core::position::Hash;
use serde::Serialize;

use crate::commands::{create, verify::verdict};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};

/// Writes a trail to a file, line by line.
pub(super) async fn export(context: &Context, party: &OrganisationParty, id: &Hash, path: &Path) -> Outcome {
    let mut trail = party.trail(id).await?;
    let name = path.display().to_string();
    let broken = |error: std::io::Error| Failure::fault(format_args!("{name}: {error}"));
    let mut file = BufWriter::new(create(path).map_err(broken)?);
    let mut line = |value: &[u8]| file.write_all(value).and_then(|()| file.write_all(b"\n")).map_err(broken);
    line(&json(trail.head())?)?;
    let mut count = 0u64;
    while let Some(record) = trail.next_record().await? {
        line(&json(&record)?)?;
        count = count.saturating_add(1);
    }
    line(&json(&TrailEnd { count })?)?;
    file.flush().map_err(broken)?;
    let value = serde_json::json!({ "consent": id, "file": name, "statements": count });
    context.printer.show(&value, |page| {
        page.line(format!("{name}  {count} statements"));
    });
    Ok(())
}

fn json(value: &impl Serialize) -> Outcome<Vec<u8>> {
    serde_json::to_vec(value).map_err(Failure::fault)
}

/// Checks a file and, if there is another, that one too, and compares the two.
///
/// # Errors
/// [`crate::failure::Exit::Usage`] if a file is no trail, [`crate::failure::Exit::No`] if something is refuted or differs.
pub(super) fn audit(context: &Context, file: &Path, against: Option<&Path>, key: Option<KeyId>) -> Outcome {
    let anchors = Anchors { node_key: key };
    let held = check(context, file, &anchors)?;
    let Some(against) = against else {
        return if held { Ok(()) } else { Err(Failure::no("the trail does not hold")) };
    };
    let both = check(context, against, &anchors)? && held;
    let (mut first, mut second) = (open(file)?, open(against)?);
    let (one, two) = (first.head().of.clone(), second.head().of.clone());
    let found = first.compare(&mut second).map_err(Failure::usage)?;
    let found = found.ok_or_else(|| Failure::usage("the two files are not about one consent of one log"))?;
    context.printer.show(&found, |page| {
        for TrailDifference { log_index, stream, sequence, first: own, second: others } in &found.differences
        {
            let what = match (own, others) {
                (None, _) => format!("{one} lacks it"),
                (_, None) => format!("{two} lacks it"),
                (Some(_), Some(_)) => "the two have different statements".to_owned(),
            };
            let place = format!("  entry {log_index}: {stream} sequence {sequence}");
            page.line(Text::of(Paint::Bad, what).plain(place));
        }
        let (same, differ) = (found.same, found.differences.len());
        page.line(format!(
            "up to log size {}: {same} statements in both, {differ} differences",
            found.compared_up_to
        ));
    });
    if !found.differences.is_empty() {
        return Err(Failure::no("the two trails differ"));
    }
    if both { Ok(()) } else { Err(Failure::no("a trail does not hold")) }
}

fn open(path: &Path) -> Outcome<TrailFile<BufReader<File>>> {
    let refused = |error: &dyn std::fmt::Display| Failure::usage(format_args!("{}: {error}", path.display()));
    let file = File::open(path).map_err(|error| refused(&error))?;
    TrailFile::open(BufReader::new(file)).map_err(|error| refused(&error))
}

/// Shows what a file shows by itself; whether nothing in it is refuted.
fn check(context: &Context, path: &Path, anchors: &Anchors) -> Outcome<bool> {
    let mut trail = open(path)?;
    let of = trail.head().of.clone();
    let name = path.display().to_string();
    let report = trail.verify(anchors).map_err(|error| Failure::usage(format_args!("{name}: {error}")))?;
    let value = serde_json::json!({ "file": name, "of": of, "report": report });
    context.printer.show(&value, |page| {
        page.line(Text::of(Paint::Strong, &name).plain(format!("  of {of}")));
        let rows = report.checks.iter().map(|check| {
            vec![verdict(check.verdict), Text::of(Paint::Dim, check.rule), check.detail.clone().into()]
        });
        page.table(vec!["VERDICT", "CHECK", "WHAT"], rows.collect(), "nothing was checked");
    });
    Ok(!report.refuted())
}
