//! A trail in a file, read line by line: bounded lines, and no more than one of them in memory.

use std::fmt;
use std::io::{BufRead, Read};

use asp_core::statement::VERSION;
use serde::de::DeserializeOwned;

use super::{KIND, TrailEnd, TrailHead, TrailRecord};

/// Bytes of the longest line: a statement, four signatures, a receipt and a proof are shorter.
pub(super) const LINE_BYTES_MAX: u64 = 1024 * 1024;

/// A file of which the first line has been read.
#[derive(Debug)]
pub struct TrailFile<R> {
    head: TrailHead,
    lines: R,
    /// Lines that have been read.
    read: u64,
    /// The line after the one that was given last, which is the end if nothing comes after it.
    ahead: Vec<u8>,
}

/// The line, counted from 1, that cannot be read as what has to stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailUnreadable(pub u64);

impl fmt::Display for TrailUnreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is not of a trail", self.0)
    }
}

impl std::error::Error for TrailUnreadable {}

impl<R: BufRead> TrailFile<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// That it is not the one of a trail.
    pub fn open(mut lines: R) -> Result<Self, TrailUnreadable> {
        let head: TrailHead = parse(&line(&mut lines, 1)?, 1)?;
        if head.kind != KIND || head.asp != VERSION {
            return Err(TrailUnreadable(1));
        }
        let ahead = line(&mut lines, 2)?;
        Ok(Self { head, lines, read: 2, ahead })
    }

    /// The first line.
    pub const fn head(&self) -> &TrailHead {
        &self.head
    }

    /// The next statement; none at the end, which has to give their number and be the last line.
    ///
    /// # Errors
    /// The line that is none of these, also if the file ends before its end.
    pub fn next_record(&mut self) -> Result<Option<TrailRecord>, TrailUnreadable> {
        let at = self.read;
        if self.lines.fill_buf().map_err(|_| TrailUnreadable(at))?.is_empty() {
            let TrailEnd { count } = parse(&self.ahead, at)?;
            return if count.saturating_add(2) == at { Ok(None) } else { Err(TrailUnreadable(at)) };
        }
        let record = parse(&self.ahead, at)?;
        self.read = at.saturating_add(1);
        self.ahead = line(&mut self.lines, self.read)?;
        Ok(Some(record))
    }
}

fn line(lines: &mut impl BufRead, number: u64) -> Result<Vec<u8>, TrailUnreadable> {
    let mut bytes = Vec::new();
    let read = lines.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
    match read {
        Ok(_) if bytes.ends_with(b"\n") => Ok(bytes),
        Ok(_) | Err(_) => Err(TrailUnreadable(number)),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8], number: u64) -> Result<T, TrailUnreadable> {
    serde_json::from_slice(bytes).map_err(|_| TrailUnreadable(number))
}
