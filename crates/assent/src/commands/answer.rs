//! `assent agent answer`: the endpoint of an agent that says it is there, until somebody stops it.
//!
//! Everybody may ask, so everything is bounded: connections at once, the bytes of a question, the time of both.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use asp_client::AgentParty;
use asp_core::challenge::ChallengeError;
use asp_core::limits;
use asp_core::name::AgentUri;
use axum::body::{Body, Bytes, to_bytes};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE};
use hyper::http::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::serve::Signals;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Paint, Text};
use crate::words;

/// Connections at once; further ones wait.
const CONNECTIONS_MAX: usize = 64;
/// How long a connection may take, from its first byte to its last: a question and its answer are small.
const CONNECTION_LASTS: Duration = Duration::from_secs(10);
/// The pause after a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// Who answers where.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answering {
    event: &'static str,
    agent: AgentUri,
    url: String,
}

/// What came of a question.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

/// Answers challenges until SIGINT or SIGTERM.
///
/// # Errors
/// When nobody can listen there, or the agent's key is not here.
pub(super) async fn run(context: &Context, agent: Option<&AgentUri>, listen: SocketAddr) -> Outcome {
    let mut signals = Signals::listen()?;
    let party = match agent {
        Some(agent) => context.agent_named(agent).await?,
        None => context.agent().await?,
    };
    let failed = |error| Failure::fault(format_args!("cannot listen on {listen}: {error}"));
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let answering =
        Answering { event: "answering", agent: party.agent().clone(), url: format!("http://{address}") };
    context.printer.show(&answering, |page| {
        let who = Text::of(Paint::Strong, words::agent(&answering.agent));
        page.line(who.plain(" answers challenges at ").and(Paint::Accent, &answering.url));
    });
    context.printer.say(Text::of(Paint::Dim, "Ctrl-C stops it."));
    let party = Arc::new(party);
    tokio::select! {
        () = accept(context, &listener, &party) => Ok(()),
        () = signals.next() => Ok(()),
    }
}

/// Takes connections for ever, so many at once.
async fn accept(context: &Context, listener: &TcpListener, party: &Arc<AgentParty>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (told, mut asked) = tokio::sync::mpsc::channel::<Asked>(CONNECTIONS_MAX);
    let serve = async {
        loop {
            // The semaphore is never closed; without a permit a connection would only not be counted.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let (party, told) = (Arc::clone(party), told.clone());
            tokio::spawn(async move {
                // Who takes longer is cut off, and may ask again.
                let _ = tokio::time::timeout(CONNECTION_LASTS, connection(stream, party, told)).await;
                drop(place);
            });
        }
    };
    let tell = async {
        while let Some(asked) = asked.recv().await {
            context.printer.show(&asked, |page| {
                page.line(match &asked.refused {
                    None => Text::of(Paint::Good, "answered"),
                    Some(why) => Text::of(Paint::Bad, "refused").plain(format_args!("  {why}")),
                });
            });
        }
    };
    tokio::join!(serve, tell);
}

async fn connection(stream: TcpStream, party: Arc<AgentParty>, told: tokio::sync::mpsc::Sender<Asked>) {
    let service = service_fn(move |request| {
        let (party, told) = (Arc::clone(&party), told.clone());
        async move { Ok::<_, Infallible>(answer(request, &party, &told).await) }
    });
    // An error is the other side's, which has gone.
    let _ = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(CONNECTION_LASTS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    party: &AgentParty,
    told: &tokio::sync::mpsc::Sender<Asked>,
) -> Response<Body> {
    if request.method() != Method::POST {
        let mut response = json(StatusCode::METHOD_NOT_ALLOWED, b"{}".to_vec());
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let body = to_bytes(Body::new(request.into_body()), limits::CHALLENGE_BYTES_MAX).await;
    let answered =
        body.map_err(|_| ChallengeError::NotCanonical).and_then(|bytes: Bytes| party.answer(&bytes));
    // Who prints slowly misses what was asked; nobody waits for it.
    let refused = answered.as_ref().err().map(ToString::to_string);
    let _ = told.try_send(Asked { event: if refused.is_none() { "answered" } else { "refused" }, refused });
    match answered {
        Ok(bytes) => json(StatusCode::OK, bytes),
        Err(_) => json(StatusCode::BAD_REQUEST, b"{}".to_vec()),
    }
}

fn json(status: StatusCode, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
