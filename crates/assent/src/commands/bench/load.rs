//! The load: kept-alive HTTP/1.1 connections, each with one prepared request in flight.
//! As little as possible besides, because the generator shares the cores with the node that it measures.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::figures::Latencies;
use crate::failure::{Failure, Outcome};

/// Bytes of the largest answer that is read: a receipt, a page of agents, or a problem.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// How long one answer may take before the load is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often an overloaded node is asked again for one request.
const AGAIN_MAX: u32 = 1_000;

/// Requests of one connection, in the order in which they are sent; whole, with their heads.
pub(super) type Requests = Vec<Box<[u8]>>;

/// When requests are sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// As soon as the answer to the one before is there, for at most this long.
    Full(Duration),
    /// The same, and what is refused is sent again at once: whatever the node says, for so long.
    Flood(Duration),
    /// At so many a second over all connections, whatever the answers do.
    Steady(f64),
}

/// What a load came to.
#[derive(Debug, Default)]
pub(super) struct Result {
    /// How long each acknowledgement took.
    pub(super) latencies: Latencies,
    /// From the first request to the last answer.
    pub(super) took: Duration,
    /// Answers that asked to come again.
    pub(super) overloaded: u64,
    /// Answers that refused a request of a flood.
    pub(super) refused: u64,
    /// Processor time of the load's own thread, where the system tells.
    pub(super) busy: Option<Duration>,
}

/// Connects, then sends each connection's requests and waits for all answers.
///
/// # Errors
/// The first answer that is no acknowledgement.
pub(super) async fn run(address: SocketAddr, work: Arc<[Requests]>, pace: Pace) -> Outcome<Result> {
    let connections = work.len();
    let mut streams = Vec::with_capacity(connections);
    for _ in 0..connections {
        // One after the other, before the clock starts: what is measured is statements.
        streams.push(connect(address).await.map_err(|error| away(address, &error))?);
    }
    let (start, busy) = (Instant::now(), busy());
    let mut tasks = tokio::task::JoinSet::new();
    for (number, stream) in streams.into_iter().enumerate() {
        let (work, schedule) = (Arc::clone(&work), Schedule { start, pace, number, connections });
        tasks.spawn(async move {
            let requests = work.get(number).map(Vec::as_slice).unwrap_or_default();
            connection(address, stream, requests, schedule).await
        });
    }
    let mut result = Result::default();
    while let Some(done) = tasks.join_next().await {
        let one = done.map_err(Failure::fault)??;
        result.latencies.extend(one.latencies);
        result.overloaded += one.overloaded;
        result.refused += one.refused;
    }
    result.busy = self::busy().zip(busy).map(|(now, then)| now.saturating_sub(then));
    result.took = start.elapsed();
    Ok(result)
}

/// Processor time of this thread so far.
fn busy() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn away(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::away(format_args!("{address}: {error}"))
}

/// When the requests of one connection are due.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    start: Instant,
    pace: Pace,
    number: usize,
    connections: usize,
}

impl Schedule {
    /// When request `place` is due; none if it is not sent any more.
    fn due(&self, place: usize) -> Option<Instant> {
        match self.pace {
            Pace::Full(most) | Pace::Flood(most) => (self.start.elapsed() < most).then_some(self.start),
            Pace::Steady(rate) => {
                let before = place * self.connections + self.number;
                Some(self.start + Duration::from_secs_f64(before as f64 / rate))
            }
        }
    }
}

async fn connection(
    address: SocketAddr,
    mut stream: TcpStream,
    requests: &[Box<[u8]>],
    schedule: Schedule,
) -> Outcome<Result> {
    let away = |error: std::io::Error| away(address, &error);
    let mut buffer = Vec::with_capacity(HEAD_BYTES_MAX);
    let mut result = Result::default();
    for (place, request) in requests.iter().enumerate() {
        let Some(due) = schedule.due(place) else { break };
        // Waiting that the node causes counts; what the timer oversleeps while the connection is free does not.
        let from = if Instant::now() < due {
            tokio::time::sleep_until(due.into()).await;
            Instant::now()
        } else {
            match schedule.pace {
                Pace::Full(_) | Pace::Flood(_) => Instant::now(),
                Pace::Steady(_) => due,
            }
        };
        let mut tries = 0;
        loop {
            stream.write_all(request).await.map_err(away)?;
            let answer = tokio::time::timeout(PATIENCE, answer(&mut stream, &mut buffer));
            let status = answer
                .await
                .map_err(|_| Failure::away(format_args!("no answer within {} s", PATIENCE.as_secs())))?
                .map_err(away)?;
            match (status, schedule.pace) {
                (200 | 202, _) => break,
                (429 | 503, Pace::Flood(_)) => {
                    result.refused += 1;
                    if schedule.due(place).is_none() {
                        return Ok(result);
                    }
                }
                (503, _) if tries < AGAIN_MAX => {
                    tries += 1;
                    result.overloaded += 1;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                (status, _) => return Err(refused(status, &buffer)),
            }
        }
        result.latencies.push(from.elapsed());
    }
    Ok(result)
}

fn refused(status: u16, buffer: &[u8]) -> Failure {
    let text = String::from_utf8_lossy(buffer);
    let body = text.split_once("\r\n\r\n").map_or(text.as_ref(), |(_, body)| body);
    Failure::fault(format_args!("the node answered {status}: {}", crate::words::line(body, 300)))
}

/// Reads one answer into `buffer` and gives its status.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<u16> {
    buffer.clear();
    let broken = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned());
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(broken("the node closed the connection"));
        }
        if let Some(head) = Head::read(buffer) {
            if head.bytes + head.content > ANSWER_BYTES_MAX {
                return Err(broken("the answer is too long"));
            }
            while buffer.len() < head.bytes + head.content {
                if stream.read_buf(buffer).await? == 0 {
                    return Err(broken("the answer ends early"));
                }
            }
            return Ok(head.status);
        }
        if buffer.len() > HEAD_BYTES_MAX {
            return Err(broken("the answer has no end of its head"));
        }
    }
}

/// What an answer's head says.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Bytes of the head with its empty line.
    bytes: usize,
    /// Bytes of the body.
    content: usize,
}

impl Head {
    /// Reads a head; none while it is not whole or if it is no HTTP/1.1 answer with a length.
    fn read(buffer: &[u8]) -> Option<Self> {
        let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let text = std::str::from_utf8(buffer.get(..end)?).ok()?;
        let mut lines = text.split("\r\n");
        let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        let length = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())
        });
        Some(Self { status, bytes: end + 4, content: length.unwrap_or(Some(0))? })
    }
}

/// A whole request that submits an envelope.
pub(super) fn request(host: &str, envelope: &[u8]) -> Box<[u8]> {
    post(host, "/v1/statements", envelope)
}

/// A whole request that posts JSON to a path.
pub(super) fn post(host: &str, path: &str, body: &[u8]) -> Box<[u8]> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let whole = b"HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\ndate: x\r\n\r\nhello";
        assert_eq!(Head::read(whole), Some(Head { status: 202, bytes: 53, content: 5 }));
        assert_eq!(Head::read(&whole[..40]), None);
        assert_eq!(Head::read(b"HTTP/1.0 200 OK\r\n\r\n"), None);
        assert_eq!(Head::read(b"HTTP/1.1 204 x\r\n\r\n"), Some(Head { status: 204, bytes: 18, content: 0 }));
        assert_eq!(Head::read(b"HTTP/1.1 200 x\r\ncontent-length: many\r\n\r\n"), None);
    }

    #[test]
    fn a_steady_pace_spreads_requests_over_connections() {
        let start = Instant::now();
        let of = |number, place| {
            let schedule = Schedule { start, pace: Pace::Steady(100.0), number, connections: 2 };
            schedule.due(place).unwrap().duration_since(start).as_millis()
        };
        assert_eq!([of(0, 0), of(1, 0), of(0, 1), of(1, 1)], [0, 10, 20, 30]);
    }
}
