//! The one place that sends: bounded answers, problems read, what is safe tried again.

use std::time::Duration;

use asp_core::name::WebAddress;
use asp_core::rejection::Code;
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::api::Problem;
use crate::{Error, clock};

/// The most that is read of an answer.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How often a request that is safe to repeat is sent.
const ATTEMPTS_MAX: u32 = 5;
/// Half of the wait before the first repetition; it doubles with each, and up to as much is added by chance.
const BACKOFF_MS: u64 = 100;
/// The longest wait that a node can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(10);
/// How long an answer may take: longer than the longest long poll.
const ANSWER_TIME: Duration = Duration::from_secs(60);
/// How long an answer to what is handed on may take.
const POST_TIME: Duration = Duration::from_secs(10);
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
        let bare = parsed.query().is_none() && parsed.fragment().is_none() && parsed.username().is_empty();
        if !bare {
            return Err(Error::bad(format_args!("{url}: an address has no name, query or fragment")));
        }
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(Error::bad(format_args!("{url}: an address begins with http:// or https://")));
        }
        // As it is sent, so that proofs name the address that the node sees.
        Ok(Self { http: pool()?, base: parsed.as_str().trim_end_matches('/').to_owned() })
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

fn pool() -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIME)
        .tcp_nodelay(true)
        // Signed requests name their address; following elsewhere would only fail later.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("asp-client/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| unreachable(&error))
}

/// An error, and how long the node asks to be left alone.
#[derive(Debug)]
pub(crate) struct Failure {
    error: Error,
    retry_after: Option<Duration>,
}

impl Failure {
    /// Whether the token or what is asked for it was refused.
    pub(crate) fn is_unauthorised(&self) -> bool {
        matches!(&self.error, Error::Refused(problem) if problem.status == StatusCode::UNAUTHORIZED.as_u16())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, retry_after: None }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// Sends once.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn send(request: RequestBuilder) -> Result<Vec<u8>, Failure> {
    match request.send().await {
        Ok(response) => read(response).await,
        Err(error) => Err(unreachable(&error).into()),
    }
}

/// Sends once a question that is answered by a status alone.
///
/// # Errors
/// [`Error::Unreachable`].
pub(crate) async fn look(request: RequestBuilder) -> Result<StatusCode, Failure> {
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    Ok(response.status())
}

/// A status that answers no question, and comes without a problem that says why.
pub(crate) fn unanswered(status: StatusCode) -> Failure {
    let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let gateway = matches!(status.as_u16(), 502..=504);
    let why = format!("the node answers {status}");
    if busy || gateway { Error::Unreachable { why }.into() } else { Error::bad(why).into() }
}

/// Sends once, and leaves it to the caller to read the answer as it comes.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn begin(request: RequestBuilder) -> Result<Response, Failure> {
    let late = |_| Error::Unreachable { why: "no answer in time".to_owned() };
    let response = tokio::time::timeout(ANSWER_TIME, request.send()).await.map_err(late)?;
    let response = response.map_err(|error| unreachable(&error))?;
    if response.status().is_success() {
        return Ok(response);
    }
    match read(response).await {
        Err(failure) => Err(failure),
        Ok(_) => Err(Error::bad("an answer without a body to read").into()),
    }
}

/// The next piece of an answer that is read as it comes; none at its end.
///
/// # Errors
/// [`Error::Unreachable`] if it breaks off or nothing comes.
pub(crate) async fn piece(response: &mut Response) -> Result<Option<Vec<u8>>, Error> {
    let silent = |_| Error::Unreachable { why: "silence".to_owned() };
    let piece = tokio::time::timeout(ANSWER_TIME, response.chunk()).await.map_err(silent)?;
    Ok(piece.map_err(|error| unreachable(&error))?.map(Vec::from))
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
            Err(failure) => attempts.again(failure).await?,
            Ok(answer) => return Ok(answer),
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
    pub(crate) async fn again(&mut self, failure: Failure) -> Result<(), Error> {
        let Failure { error, retry_after } = failure;
        self.count += 1;
        if self.count >= ATTEMPTS_MAX || !can_help(&error) {
            return Err(error);
        }
        tokio::time::sleep(wait(backoff(self.count)?, retry_after)).await;
        Ok(())
    }
}

/// Whether the same bytes may succeed in a moment.
fn can_help(error: &Error) -> bool {
    match error {
        Error::Unreachable { .. } => true,
        Error::Refused(problem) => {
            problem.status == StatusCode::SERVICE_UNAVAILABLE.as_u16() || problem.code == Code::Internal
        }
        Error::Conflict { .. }
        | Error::Invalid(_)
        | Error::BadAnswer { .. }
        | Error::Forged { .. }
        | Error::TimedOut
        | Error::Missing { .. }
        | Error::Key { .. }
        | Error::Unread { .. }
        | Error::File { .. }
        | Error::Vault { .. }
        | Error::NoRandomness => false,
    }
}

/// The wait before a repetition, by our own count and by what the node asked for, as far as that is bearable.
fn wait(own: Duration, asked: Option<Duration>) -> Duration {
    own.max(asked.unwrap_or_default().min(RETRY_AFTER_MAX))
}

/// The wait before a repetition by our own count.
///
/// # Errors
/// [`Error::NoRandomness`].
pub(crate) fn backoff(attempt: u32) -> Result<Duration, Error> {
    let least = BACKOFF_MS << attempt.min(6);
    let chance = u64::from(u16::from_le_bytes(clock::random()?));
    Ok(Duration::from_millis(least + least * chance / u64::from(u16::MAX)))
}

/// Reads an answer to its end, or the problem that it tells.
pub(crate) async fn read(response: Response) -> Result<Vec<u8>, Failure> {
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    // The other form, a date, would need the node's clock; our own count does.
    let retry_after = header.and_then(|text| text.parse().ok()).map(Duration::from_secs);
    read_whole(response).await.map_err(|error| Failure { error, retry_after })
}

/// Reads the document at an address that somebody named: once, without following elsewhere, up to so many bytes.
///
/// For who asks on a machine of their own; a node has stricter ways.
///
/// # Errors
/// [`Error::Unreachable`], or [`Error::BadAnswer`] for anything but success and for more bytes.
pub async fn document(address: &WebAddress, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let request = pool()?.get(address.as_str()).header(ACCEPT, "application/json").timeout(ANSWER_TIME);
    let mut response = request.send().await.map_err(|error| unreachable(&error))?;
    let bytes = bytes(&mut response, bytes_max).await?;
    let status = response.status();
    if status.is_success() { Ok(bytes) } else { Err(Error::bad(format_args!("{address} answers {status}"))) }
}

/// Sends JSON to an address that who runs this program chose, once, and reads up to so many bytes of the answer.
///
/// # Errors
/// [`Error::Unreachable`], or [`Error::BadAnswer`] for anything but success and for more bytes.
pub(crate) async fn post_document(address: &str, body: Vec<u8>, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let request =
        pool()?.post(address).header(CONTENT_TYPE, "application/json").timeout(POST_TIME).body(body);
    let mut response = request.send().await.map_err(|error| unreachable(&error))?;
    let bytes = bytes(&mut response, bytes_max).await?;
    let status = response.status();
    if status.is_success() { Ok(bytes) } else { Err(Error::bad(format_args!("{address} answers {status}"))) }
}

/// Sends JSON with headers to an address that who runs this program chose, once; gives the status and up to so many bytes of
/// the answer, whatever the status is.
///
/// # Errors
/// [`Error::Unreachable`], or [`Error::BadAnswer`] for more bytes.
pub(crate) async fn ask(
    address: &WebAddress,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
    bytes_max: usize,
) -> Result<(StatusCode, Vec<u8>), Error> {
    let request =
        pool()?.post(address.as_str()).header(CONTENT_TYPE, "application/json").timeout(ANSWER_TIME);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    let mut response = request.body(body).send().await.map_err(|error| unreachable(&error))?;
    let bytes = bytes(&mut response, bytes_max).await?;
    Ok((response.status(), bytes))
}

async fn bytes(response: &mut Response, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(Error::bad(format_args!("more than {bytes_max} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn read_whole(mut response: Response) -> Result<Vec<u8>, Error> {
    let status = response.status();
    let bytes = bytes(&mut response, ANSWER_BYTES_MAX).await?;
    if status.is_success() {
        return Ok(bytes);
    }
    match serde_json::from_slice::<Problem>(&bytes) {
        Ok(problem) if problem.code == Code::SequenceConflict => Err(Error::Conflict { head: problem.head }),
        Ok(problem) => Err(Error::Refused(Box::new(problem))),
        // Something between here and the node, which cannot tell what the node did.
        Err(_) if matches!(status.as_u16(), 502..=504) => {
            Err(Error::Unreachable { why: format!("a gateway answers {status}") })
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
    fn a_node_can_ask_for_a_longer_wait_but_not_for_any() {
        let own = Duration::from_millis(300);
        for (asked, expected) in [(None, own), (Some(0), own)] {
            assert_eq!(wait(own, asked.map(Duration::from_secs)), expected);
        }
        assert_eq!(wait(own, Some(Duration::from_secs(2))), Duration::from_secs(2));
        assert_eq!(wait(own, Some(Duration::from_secs(86_400))), RETRY_AFTER_MAX);
    }

    #[test]
    fn an_address_is_spelled_as_it_is_sent() {
        for (url, expected) in [
            ("http://127.0.0.1:4860/", "http://127.0.0.1:4860/v1"),
            ("HTTP://Node.Example:80", "http://node.example/v1"),
            ("https://node.example/assent/", "https://node.example/assent/v1"),
        ] {
            assert_eq!(Transport::new(url).unwrap().url("/v1"), expected);
        }
    }

    #[test]
    fn an_address_is_http() {
        assert!(Transport::new("http://127.0.0.1:4860/").is_ok());
        for wrong in [
            "",
            "127.0.0.1:4860",
            "ftp://node.example",
            "file:///etc/passwd",
            "http://node.example/?a",
            "http://me@node.example",
        ] {
            assert!(Transport::new(wrong).is_err(), "{wrong}");
        }
    }
}
