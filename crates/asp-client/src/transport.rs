//! The one place that sends: bounded answers, problems read, what is safe tried again.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::api::Problem;
use crate::{Error, clock};

/// The most that is read of an answer.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How often a request that is safe to repeat is sent.
const ATTEMPTS_MAX: u32 = 5;
/// The wait before the first repetition; it doubles with each, and up to as much is added by chance.
const BACKOFF_MS: u64 = 100;
/// How long an answer may take: longer than the longest long poll.
const ANSWER_TIME: Duration = Duration::from_secs(60);
/// How long connecting may take.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// A connection pool to one node.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    base: String,
}

impl Transport {
    /// A pool for the node at this address.
    ///
    /// # Errors
    /// [`Error::BadAnswer`] if the address is no `http:` or `https:` URL.
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        let url = url.trim_end_matches('/');
        let parsed = reqwest::Url::parse(url).map_err(|error| Error::bad(format_args!("{url}: {error}")))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(Error::bad(format_args!("{url}: an address begins with http:// or https://")));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIME)
            .tcp_nodelay(true)
            // Signed requests name their address; following elsewhere would only fail later.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("asp-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unreachable(&error))?;
        Ok(Self { http, base: url.to_owned() })
    }

    /// The full address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A request to a path, with the usual time.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).timeout(ANSWER_TIME)
    }

    /// A request whose answer does not end by itself.
    pub(crate) fn open(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }
}

/// Sends once.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn send(request: RequestBuilder) -> Result<Vec<u8>, Error> {
    match request.send().await {
        Ok(response) => read(response).await,
        Err(error) => Err(unreachable(&error)),
    }
}

/// Sends the same bytes until they are answered, up to [`ATTEMPTS_MAX`] times: for what is safe to repeat.
///
/// # Errors
/// The last error: see [`Error`].
pub(crate) async fn repeat(request: RequestBuilder) -> Result<Vec<u8>, Error> {
    let mut attempts = Attempts::default();
    loop {
        let again = request.try_clone().ok_or_else(|| Error::bad("a request that cannot be repeated"))?;
        match send(again).await {
            Err(error) => attempts.again(error).await?,
            answer => return answer,
        }
    }
}

/// Counts how often something was tried.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    count: u32,
}

impl Attempts {
    /// Waits, if trying again can help after this error; else gives it back.
    ///
    /// # Errors
    /// The error itself.
    pub(crate) async fn again(&mut self, error: Error) -> Result<(), Error> {
        self.count += 1;
        if self.count >= ATTEMPTS_MAX || !can_help(&error) {
            return Err(error);
        }
        tokio::time::sleep(backoff(self.count)?).await;
        Ok(())
    }
}

/// Whether the same bytes may succeed in a moment.
fn can_help(error: &Error) -> bool {
    match error {
        Error::Unreachable { .. } => true,
        Error::Refused(problem) => problem.status == StatusCode::SERVICE_UNAVAILABLE.as_u16(),
        Error::Conflict { .. }
        | Error::Invalid(_)
        | Error::BadAnswer { .. }
        | Error::Forged { .. }
        | Error::TimedOut
        | Error::Missing { .. }
        | Error::Key { .. }
        | Error::NoRandomness => false,
    }
}

/// The wait before a repetition.
///
/// # Errors
/// [`Error::NoRandomness`].
pub(crate) fn backoff(attempt: u32) -> Result<Duration, Error> {
    let least = BACKOFF_MS << attempt.min(6);
    let chance = u64::from(u16::from_le_bytes(clock::random()?));
    Ok(Duration::from_millis(least + least * chance / u64::from(u16::MAX)))
}

/// Reads an answer to its end, or the problem that it tells.
pub(crate) async fn read(mut response: Response) -> Result<Vec<u8>, Error> {
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Error::bad(format_args!("more than {ANSWER_BYTES_MAX} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok(bytes);
    }
    match serde_json::from_slice::<Problem>(&bytes) {
        Ok(problem) if problem.code == asp_core::rejection::Code::SequenceConflict => {
            Err(Error::Conflict { head: problem.head })
        }
        Ok(problem) => Err(Error::Refused(Box::new(problem))),
        // A proxy that does not reach its node has words of its own.
        Err(_) if matches!(status.as_u16(), 502..=504) => {
            Err(Error::Unreachable { why: format!("status {status} without a problem") })
        }
        Err(_) => Err(Error::bad(format_args!("status {status} without a problem"))),
    }
}

/// Reads JSON of the API.
///
/// # Errors
/// [`Error::BadAnswer`].
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(Error::bad)
}

/// A transport failure in words, without the library's own types.
pub(crate) fn unreachable(error: &reqwest::Error) -> Error {
    let mut why = error.to_string();
    let mut source = std::error::Error::source(error);
    // Causes end; a handful of them say it all.
    for _ in 0..8 {
        let Some(cause) = source else { break };
        why = cause.to_string();
        source = cause.source();
    }
    Error::Unreachable { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        for attempt in 0..40 {
            let wait = backoff(attempt).unwrap();
            let least = Duration::from_millis(BACKOFF_MS << attempt.min(6));
            assert!(wait >= least && wait <= 2 * least, "{attempt}: {wait:?}");
        }
    }

    #[test]
    fn an_address_is_http() {
        assert!(Transport::new("http://127.0.0.1:4860/").is_ok());
        for wrong in ["", "127.0.0.1:4860", "ftp://node.example", "file:///etc/passwd"] {
            assert!(Transport::new(wrong).is_err(), "{wrong}");
        }
    }
}
