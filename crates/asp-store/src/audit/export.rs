//! The audit of an export on all cores: lines are checked alone in parallel, and judged in their order.

use std::io::{BufRead, Read as _};
use std::time::Instant;

use asp_core::audit::{Examined, Export, Finding, LINE_BYTES_MAX, Read};
use asp_core::trust::Question;

use super::{AuditError, Report, pipeline};

/// Lines that are checked together.
const CHUNK_LINES: usize = 512;

/// Audits an export. `progress` is told how many entries hold so far; how many there are is not known (0).
///
/// # Errors
/// That the input cannot be read, or is no export.
pub fn export(input: impl BufRead, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, AuditError> {
    let began = Instant::now();
    let Examined { origin, node_key, entries, root, money, finding, basis: _ } =
        examine(input, None, progress)?;
    Ok(Report { origin, node_key, entries, root, elapsed: began.elapsed(), money, finding })
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
) -> Result<Examined, AuditError> {
    examine(input, Some(question), progress)
}

fn examine(
    mut input: impl BufRead,
    about: Option<Question>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Examined, AuditError> {
    let no_export = |detail: String| AuditError::Input { detail };
    let header = read_line(&mut input)?.ok_or_else(|| no_export("it is empty".to_owned()))?;
    let mut export = Export::begin(&header).map_err(|error| no_export(error.to_string()))?;
    if let Some(question) = about {
        export = export.about(question);
    }
    let mut first = 0;
    let mut failed = None;
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
        |read| {
            let go_on = read.into_iter().all(|line| export.take(line));
            if go_on {
                progress(export.entries(), 0);
            }
            go_on
        },
    );
    failed.map_or_else(|| Ok(export.finish()), Err)
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
    let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    let read = input.take(most).read_until(b'\n', &mut line);
    let length = read.map_err(|error| AuditError::Input { detail: error.to_string() })?;
    if length == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if length >= LINE_BYTES_MAX {
        return Err(AuditError::Input { detail: "a line is longer than an entry can be".into() });
    }
    Ok(Some(line))
}

/// Checks each line alone, up to the first that does not hold; `first` is the index that the first of them ought to have.
fn check(first: u64, lines: &[Vec<u8>]) -> Vec<Result<Read, Finding>> {
    let mut read = Vec::with_capacity(lines.len());
    for (index, line) in (first..).zip(lines) {
        read.push(Read::of(index, line));
        if read.last().is_some_and(Result::is_err) {
            break;
        }
    }
    read
}
