//! Connections: so many at once, headers of so many bytes in so much time, nobody who only stands there.
//!
//! `axum::serve` has no such bounds, so this speaks to hyper itself. What a request means is not known here.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use asp_core::rejection::Code;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep};

use super::places::{Place, Places};
use super::problem::Denial;
use crate::quota::Prefix;
use crate::stopped;

/// Bytes of the largest head of a request.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Headers of one request.
const HEADERS_MAX: usize = 64;
/// Connections that are being told at once that there is no place for them, and for how long.
const TURNED_AWAY_MAX: usize = 64;
const TURNED_AWAY: Duration = Duration::from_secs(1);
/// The pause after the operating system could not give a connection; it has run out of something.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How much is borne.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Time for the head of a request, and between two.
    pub(crate) header: Duration,
    /// Time in which something of an answer has to be taken.
    pub(crate) stall: Duration,
    /// Time for running requests when the node stops.
    pub(crate) stop: Duration,
}

/// The task's whole life: accepts until the node stops, then lets running requests finish, but not for ever.
pub(crate) async fn run(
    listener: TcpListener,
    router: Router,
    (bounds, places): (Bounds, Arc<Places>),
    mut stopping: watch::Receiver<bool>,
) {
    let turning_away = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            (stream, from) = accept(&listener) => match places.enter(from) {
                Ok(place) => {
                    let connection = serve((stream, from, place), router.clone(), bounds, stopping.clone());
                    connections.spawn(connection);
                }
                Err(code) => {
                    // Of a flood not everybody is told: the others find the door closed.
                    if let Ok(turn) = Arc::clone(&turning_away).try_acquire_owned() {
                        connections.spawn(turn_away(stream, code, turn));
                    }
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = stopped(&mut stopping) => break,
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(bounds.stop, finished).await.is_err() {
        tracing::warn!(cut = connections.len(), "requests were cut off: the node stops");
        connections.shutdown().await;
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, Option<Prefix>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, Prefix::of(peer.ip())),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Tells whoever finds no place why, whatever it asks.
async fn turn_away(mut stream: TcpStream, code: Code, turn: OwnedSemaphorePermit) {
    let (head, body) = Denial::from(code).into_response().into_parts();
    let mut answer = format!("HTTP/1.1 {}\r\nconnection: close\r\n", head.status).into_bytes();
    for (name, value) in &head.headers {
        answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let told = async {
        let body = axum::body::to_bytes(body, HEAD_BYTES_MAX).await.unwrap_or_default();
        // The length is among the headers already if the body knows it.
        if !head.headers.contains_key(CONTENT_LENGTH) {
            answer.extend(format!("content-length: {}\r\n", body.len()).into_bytes());
        }
        answer.extend([b"\r\n", &*body].concat());
        // Many hold an answer that comes before they have asked for a defect; what was asked does not matter.
        let mut asked = [0; 1024];
        if stream.read(&mut asked).await? == 0 {
            return Ok(0);
        }
        stream.write_all(&answer).await?;
        stream.shutdown().await?;
        // What was asked is read to its end: to close before would take the answer back.
        let mut rest = stream.take(HEAD_BYTES_MAX as u64);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    if let Ok(Err(error)) = tokio::time::timeout(TURNED_AWAY, told).await {
        tracing::trace!(%error, "a connection was turned away, and ended early");
    }
    drop(turn);
}

async fn serve(
    (stream, from, place): (TcpStream, Option<Prefix>, Place),
    router: Router,
    bounds: Bounds,
    mut stopping: watch::Receiver<bool>,
) {
    // Answers are small and somebody waits for each; what cannot be set is only slower.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Unstalled::new(stream, bounds.stall));
    let place = Arc::new(place);
    let held = Arc::clone(&place);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        // Who goes on with the connection after it was upgraded keeps its place.
        request.extensions_mut().insert(Arc::clone(&held));
        if let Some(from) = from {
            request.extensions_mut().insert(from);
        }
        tower_call(router.clone(), request)
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header)
        .max_header_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX);
    let mut connection = std::pin::pin!(builder.serve_connection(io, service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        () = place.wanted() => {
            connection.as_mut().graceful_shutdown();
            // What runs may finish, but not for ever: an event stream can be resumed.
            tokio::time::timeout(bounds.stop, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
    drop(place);
}

async fn tower_call(
    router: Router,
    request: Request<Body>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    use hyper::service::Service;
    hyper_util::service::TowerToHyperService::new(router).call(request).await
}

/// A stream whose peer has to take what is written to it, some of it each time the clock runs down.
struct Unstalled {
    stream: TcpStream,
    patience: Duration,
    /// Runs while the peer takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Unstalled {
    const fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, stalled: None }
    }

    /// Passes on what writing came to; one that waits too long has failed.
    fn judge<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled =
            self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Unstalled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Unstalled {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
