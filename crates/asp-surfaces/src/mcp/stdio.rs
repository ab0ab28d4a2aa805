//! One message a line, in and out: the program is started by whoever uses it and ends with its input.
//!
//! Requests run side by side, so many at once, and each can be cancelled. A line that is too long is thrown away to its end
//! and told so; the next one is read as if nothing had been.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use asp_core::limits;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::respond;
use super::wire::{self, Fault, INTERNAL_ERROR, INVALID_REQUEST, Incoming};
use crate::door::Door;

/// Requests at once; no further line is read before one of them is done.
const RUNNING_MAX: usize = 16;
/// How long what still runs may take after the input has ended: shorter than clients wait before they kill.
const ENDING: Duration = Duration::from_millis(1_500);

/// Serves who writes to `input` and reads `output`, until `input` ends.
///
/// # Errors
/// That one of them broke.
pub async fn serve<D: Door>(
    door: D,
    input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut lines = Lines::new(input);
    let mut running = Running { door: Arc::new(door), tasks: JoinSet::new(), known: HashMap::new() };
    loop {
        let answer = tokio::select! {
            line = lines.next(), if running.tasks.len() < RUNNING_MAX => match line? {
                None => break,
                Some(line) => running.take(line),
            },
            Some(done) = running.tasks.join_next_with_id() => running.done(done),
        };
        write(&mut output, answer).await?;
    }
    // What was asked may still be said; nobody waits for long polls any more.
    let rest = async {
        while let Some(done) = running.tasks.join_next_with_id().await {
            let answer = running.done(done);
            write(&mut output, answer).await?;
        }
        Ok(())
    };
    tokio::time::timeout(ENDING, rest).await.unwrap_or(Ok(()))
}

async fn write(output: &mut (impl AsyncWrite + Unpin), answer: Option<Value>) -> io::Result<()> {
    let Some(answer) = answer else { return Ok(()) };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    output.write_all(&line).await?;
    output.flush().await
}

/// The requests that are being answered.
struct Running<D> {
    door: Arc<D>,
    tasks: JoinSet<Value>,
    known: HashMap<Id, (Value, AbortHandle)>,
}

impl<D: Door> Running<D> {
    /// Takes a line; gives the answer where that is known at once.
    fn take(&mut self, line: Line) -> Option<Value> {
        let bytes = match line {
            Line::Whole(bytes) if bytes.trim_ascii().is_empty() => return None,
            Line::Whole(bytes) => bytes,
            Line::TooLong => {
                let why = format!("a message has {} bytes at most", limits::MCP_MESSAGE_BYTES_MAX);
                return Some(Fault::new(INVALID_REQUEST, why).answer(&Value::Null));
            }
        };
        match wire::read(&bytes) {
            Err(answer) => return Some(answer),
            Ok(Incoming::Answer) => {}
            Ok(Incoming::Notification(method, params)) => {
                if method == "notifications/cancelled" {
                    self.cancel(params.get("requestId"));
                }
            }
            Ok(Incoming::Request(request)) => {
                let (door, id) = (Arc::clone(&self.door), request.id.clone());
                let task = self.tasks.spawn(async move { respond(door.as_ref(), request).await });
                self.known.insert(task.id(), (id, task));
            }
        }
        None
    }

    /// The answer of what is done; none of what was cancelled.
    fn done(&mut self, done: Result<(Id, Value), JoinError>) -> Option<Value> {
        match done {
            Ok((task, answer)) => {
                self.known.remove(&task);
                Some(answer)
            }
            Err(error) => {
                let (id, _) = self.known.remove(&error.id())?;
                let defect = Fault::new(
                    INTERNAL_ERROR,
                    "a defect of this program; whether anything was said is not known",
                );
                (!error.is_cancelled()).then(|| defect.answer(&id))
            }
        }
    }

    fn cancel(&self, id: Option<&Value>) {
        let named = self.known.values().filter(|(known, _)| Some(known) == id);
        named.for_each(|(_, task)| task.abort());
    }
}

/// A line of the input.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// Reads lines up to a bound. Whoever stops waiting for one loses nothing of it.
struct Lines<R> {
    input: BufReader<R>,
    begun: Vec<u8>,
    too_long: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(input: R) -> Self {
        Self { input: BufReader::new(input), begun: Vec::new(), too_long: false }
    }

    /// The next line without its end; none at the end of the input. A line that has no end is none.
    async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let there = self.input.fill_buf().await?;
            if there.is_empty() {
                return Ok(None);
            }
            let end = there.iter().position(|byte| *byte == b'\n');
            let piece = there.get(..end.unwrap_or(there.len())).unwrap_or_default();
            self.too_long |= self.begun.len().saturating_add(piece.len()) > limits::MCP_MESSAGE_BYTES_MAX;
            if self.too_long {
                self.begun.clear();
            } else {
                self.begun.extend_from_slice(piece);
            }
            let taken = piece.len().saturating_add(usize::from(end.is_some()));
            self.input.consume(taken);
            if end.is_some() {
                let line = std::mem::take(&mut self.begun);
                let too_long = std::mem::take(&mut self.too_long);
                return Ok(Some(if too_long { Line::TooLong } else { Line::Whole(line) }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(bytes: &[u8]) -> Vec<Line> {
        let mut lines = Lines::new(bytes);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        all
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_thrown_away_and_the_next_is_read() {
        let most = limits::MCP_MESSAGE_BYTES_MAX;
        let whole = |bytes: &[u8]| Line::Whole(bytes.to_vec());
        assert_eq!(lines(b"a\n\nb\nc").await, [whole(b"a"), whole(b""), whole(b"b")]);
        let largest = vec![b'x'; most];
        let all = [&largest[..], b"\n", &largest, b"x\n", b"y\n"].concat();
        assert_eq!(lines(&all).await, [whole(&largest), Line::TooLong, whole(b"y")]);
        assert_eq!(lines(&vec![b'x'; 3 * most]).await, []);
    }
}
