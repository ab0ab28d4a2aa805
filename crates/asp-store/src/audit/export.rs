//! The audit of an export: JSON lines, as `Reader::export` writes them. There are no receipts and no views in it, so
//! a change that only the root shows cannot be given an index.

use std::io::{BufRead, Read};
use std::time::Instant;

use asp_core::statement::{ENVELOPE_BYTES_MAX, VERSION};
use asp_core::trust::Question;

use super::examiner::{Checked, Examiner};
use super::{AuditError, Evidenced, Finding, Report, pipeline};
use crate::export::{Footer, Header, KIND, Line};

/// Bytes of the longest line: an envelope, its index and time.
const LINE_BYTES_MAX: u64 = ENVELOPE_BYTES_MAX as u64 + 1024;

/// Lines that are checked together.
const CHUNK_LINES: usize = 512;

/// What a chunk of lines came to: entries that hold alone, then perhaps the first that does not, or the last line.
struct Done {
    entries: Vec<Checked>,
    end: Option<End>,
}

enum End {
    Finding(Finding),
    Note(String),
}

/// Audits an export. `progress` is told how many entries hold so far; how many there are is not known (0).
///
/// # Errors
/// That the input cannot be read, or is no export.
pub fn export(input: impl BufRead, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, AuditError> {
    examine(input, None, progress).map(|(report, _)| report)
}

/// The same, and what the answer to a question of trust rests on: the evidence of the entries, as far as they hold, and
/// what else was known by as many of them as it looks at. How the observer looked is derived, not taken from the question.
///
/// # Errors
/// As [`export`].
pub fn evidence(
    input: impl BufRead,
    question: Question,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Evidenced, AuditError> {
    let (report, examiner) = examine(input, Some(question), progress)?;
    let (settled, dossier, outlook) = examiner.into_evidence();
    Ok(Evidenced { report, settled, dossier, outlook })
}

fn examine(
    mut input: impl BufRead,
    about: Option<Question>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(Report, Examiner), AuditError> {
    let began = Instant::now();
    let header = read_header(&mut input)?;
    let mut examiner = Examiner::new(header.origin, header.node_key, false)?;
    if let Some(question) = about {
        examiner.note(question);
    }
    let mut first = 0;
    let mut failed = None;
    let mut end = None;
    let mut rest = 0;
    pipeline::run(
        || match chunk(&mut input) {
            Ok(lines) if lines.is_empty() => None,
            Ok(lines) => {
                let begins = first;
                first += u64::try_from(lines.len()).unwrap_or(u64::MAX);
                Some((begins, lines))
            }
            Err(error) => {
                failed = Some(error);
                None
            }
        },
        |(begins, lines)| check(begins, &lines),
        |done: Done| {
            rest += usize::from(end.is_some());
            for entry in done.entries {
                if let Err(finding) = examiner.take(entry) {
                    end = Some(End::Finding(finding));
                    return false;
                }
            }
            progress(examiner.tree.size(), 0);
            let go_on = !matches!(done.end, Some(End::Finding(_)));
            end = done.end.or(end.take());
            go_on
        },
    );
    if let Some(error) = failed {
        return Err(error);
    }
    let verdict = match end {
        Some(End::Finding(finding)) => Err(finding),
        Some(End::Note(_)) if rest > 0 => Err(Finding::whole("there are lines after the checkpoint")),
        Some(End::Note(note)) => examiner.check_note(Some(&note)),
        None => examiner.check_note(None),
    };
    let report = Report {
        entries: examiner.tree.size(),
        root: examiner.tree.root(),
        elapsed: began.elapsed(),
        money: examiner.money(),
        finding: verdict.err(),
        origin: examiner.origin.clone(),
        node_key: examiner.node_key,
    };
    Ok((report, examiner))
}

fn read_header(input: &mut impl BufRead) -> Result<Header, AuditError> {
    let no_export = |detail: &str| AuditError::Input { detail: detail.to_owned() };
    let line = read_line(input)?.ok_or_else(|| no_export("it is empty"))?;
    let header: Header =
        serde_json::from_slice(&line).map_err(|_| no_export("the first line is not that of an export"))?;
    if header.kind != KIND {
        return Err(no_export("the first line is not that of an export"));
    }
    if header.asp == VERSION {
        Ok(header)
    } else {
        Err(no_export("it is of another version of the protocol"))
    }
}

fn chunk(input: &mut impl BufRead) -> Result<Vec<Vec<u8>>, AuditError> {
    let mut lines = Vec::with_capacity(CHUNK_LINES);
    while lines.len() < CHUNK_LINES {
        match read_line(input)? {
            Some(line) => lines.push(line),
            None => break,
        }
    }
    Ok(lines)
}

/// The next line without its end; none after the last.
fn read_line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, AuditError> {
    let mut line = Vec::new();
    let read = input.take(LINE_BYTES_MAX).read_until(b'\n', &mut line);
    let length = read.map_err(|error| AuditError::Input { detail: error.to_string() })?;
    if length == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if u64::try_from(length).unwrap_or(u64::MAX) >= LINE_BYTES_MAX {
        return Err(AuditError::Input { detail: "a line is longer than an entry can be".into() });
    }
    Ok(Some(line))
}

/// Checks each line alone; `first` is the index that the first of them ought to have.
fn check(first: u64, lines: &[Vec<u8>]) -> Done {
    let mut entries = Vec::with_capacity(lines.len());
    for (number, (index, line)) in (1..).zip((first..).zip(lines)) {
        match check_line(index, line) {
            Ok(entry) => entries.push(entry),
            Err(finding) => {
                let end = match serde_json::from_slice::<Footer>(line) {
                    Ok(_) if number < lines.len() => {
                        End::Finding(Finding::whole("there are lines after the checkpoint"))
                    }
                    Ok(footer) => End::Note(footer.checkpoint),
                    Err(_) => End::Finding(finding),
                };
                return Done { entries, end: Some(end) };
            }
        }
    }
    Done { entries, end: None }
}

fn check_line(index: u64, line: &[u8]) -> Result<Checked, Finding> {
    let line: Line<'_> = serde_json::from_slice(line)
        .map_err(|error| Finding::at(index, format!("its line is not that of an entry: {error}")))?;
    if line.index != index {
        return Err(Finding::at(index, format!("entry {} stands in its place", line.index)));
    }
    Checked::of(index, line.log_time, line.signatures, line.statement.get().as_bytes())
}
