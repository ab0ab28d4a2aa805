//! What requests bring, read once into types that cannot be wrong. Every length has a bound.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use asp_core::a2a;
use asp_core::limits;
use asp_core::log::tile::TilePath;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::{Hash, Position};
use asp_core::rejection::Code;
use asp_core::statement::ENVELOPE_BYTES_MAX;
use asp_store::inbox::GroupName;
use asp_store::people::PersonId;
use asp_store::saved::SearchId;
use asp_store::webhooks::WebhookId;
use axum::body::{BodyDataStream, Bytes};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Path, Query, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use super::App;
use super::places::Place;
use super::problem::Denial;
use crate::admission::Encoding;
use crate::auth::people::{Kind, Secret};
use crate::auth::{Credentials, cookie, dpop};
use crate::quota::Prefix;

/// An envelope as JSON.
const JSON: &str = "application/json";
/// A message of A2A over HTTP+JSON.
const A2A_JSON: &str = "application/a2a+json";
/// A chunk of a file.
const OCTETS: &str = "application/octet-stream";
/// An envelope as MessagePack.
const MESSAGE_PACK: &str = "application/asp+msgpack";

/// A form as browsers send it.
const FORM: &str = "application/x-www-form-urlencoded";

/// Bytes of the longest body about people.
const SMALL_BYTES_MAX: usize = 4096;
/// Bytes of the longest query.
const QUERY_BYTES_MAX: usize = 4096;
/// Bytes of the longest question in a body.
const QUESTION_BYTES_MAX: usize = 8192;
/// Bytes of the longest claim: so many agents, each with what stands around its name.
const CLAIM_BYTES_MAX: usize = limits::KEY_PACKAGES_CLAIMED_MAX * (limits::URI_BYTES_MAX + 8) + 64;
/// Bytes of the longest access token; ours have 64.
const TOKEN_BYTES_MAX: usize = 256;
/// Bytes of the longest form: an assertion and the names around it.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a refused body that are read all the same: sixteen times what the largest statement has.
const DRAIN_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The longest wait of a long poll.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(30);

/// The parameters of a query.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for Params<T> {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Denial> {
        if parts.uri.query().is_some_and(|query| query.len() > QUERY_BYTES_MAX) {
            return Err(Code::InvalidQuery.into());
        }
        let Query(params) = Query::try_from_uri(&parts.uri).map_err(|_| Code::InvalidQuery)?;
        Ok(Self(params))
    }
}

/// The id at the end of a path: 64 hexadecimal digits. What is no id names nothing.
pub(super) struct Id(pub(super) Hash);

/// A session and the digest of a chunk at the end of a path: twice 64 hexadecimal digits.
pub(super) struct ChunkName {
    pub(super) session: Hash,
    pub(super) digest: Hash,
}

/// The network that a request came from; none for this machine's own.
pub(super) struct Network(pub(super) Option<Prefix>);

impl FromRequestParts<Arc<App>> for Network {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Prefix>().copied()))
    }
}

/// The place of the connection on which a request came, for who keeps the connection.
pub(super) struct Held(pub(super) Option<Arc<Place>>);

impl FromRequestParts<Arc<App>> for Held {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Arc<Place>>().cloned()))
    }
}

/// The domain at the end of a path.
pub(super) struct OrganisationName(pub(super) Domain);

/// The domain and path of an agent at the end of a path, or what is below it: that begins with a dot, as no part of a name
/// does.
pub(super) enum AgentPath {
    /// The agent.
    View(AgentUri),
    /// Its card for A2A.
    Card(AgentUri),
}

/// An agent as an A2A agent, and what is asked of it, as it stands behind the agent's address.
///
/// No part of an agent's name has a colon or a capital letter; where a name could still be meant the method decides, since
/// nothing but JSON-RPC is posted to an agent's own address and nothing is got from there.
pub(super) struct A2aPath {
    pub(super) agent: AgentUri,
    pub(super) rest: String,
}

/// The tile at the end of a path.
pub(super) struct TileName(pub(super) TilePath);

/// The name of something that pages load, at the end of a path.
pub(super) struct AssetName(pub(super) String);

impl FromRequestParts<Arc<App>> for AssetName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        Ok(Self(path(parts, app).await?))
    }
}

/// The id of a person or an invitation at the end of a path.
pub(super) struct PersonName(pub(super) PersonId);

impl FromRequestParts<Arc<App>> for PersonName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(text.parse().map_err(|()| Code::NotFound)?))
    }
}

/// The id of a saved search in a path.
pub(super) struct SearchName(pub(super) SearchId);

impl FromRequestParts<Arc<App>> for SearchName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(text.parse().map_err(|()| Code::NotFound)?))
    }
}

/// The name of a group of workers.
pub(super) struct InboxName(pub(super) GroupName);

impl FromRequestParts<Arc<App>> for InboxName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(text.parse().map_err(|()| Code::NotFound)?))
    }
}

/// The id of a webhook in a path.
pub(super) struct WebhookName(pub(super) WebhookId);

impl FromRequestParts<Arc<App>> for WebhookName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(text.parse().map_err(|()| Code::NotFound)?))
    }
}

/// The secret at the end of a link.
pub(super) struct SecretName(pub(super) Secret);

impl FromRequestParts<Arc<App>> for SecretName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(Secret::parse(&text).ok_or(Code::NotFound)?))
    }
}

impl FromRequestParts<Arc<App>> for Id {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(Hash::from_hex(&text).ok_or(Code::NotFound)?))
    }
}

impl FromRequestParts<Arc<App>> for ChunkName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let (session, digest): (String, String) = path(parts, app).await?;
        let named = Hash::from_hex(&session).zip(Hash::from_hex(&digest));
        named.map(|(session, digest)| Self { session, digest }).ok_or_else(|| Code::NotFound.into())
    }
}

impl FromRequestParts<Arc<App>> for OrganisationName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(text.parse().map_err(|_| Code::NotFound)?))
    }
}

impl FromRequestParts<Arc<App>> for AgentPath {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let (domain, rest): (String, String) = path(parts, app).await?;
        let (name, what): (&str, fn(AgentUri) -> Self) = match rest.strip_suffix(a2a::PATH) {
            Some(name) => (name, Self::Card),
            None => (&rest, Self::View),
        };
        let agent = format!("agent://{domain}/{name}").parse().map_err(|_| Code::NotFound)?;
        Ok(what(agent))
    }
}

impl FromRequestParts<Arc<App>> for A2aPath {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let (domain, rest): (String, String) = path(parts, app).await?;
        let names = behind_name(&rest, &parts.method);
        let (name, rest) = rest.split_at(names);
        let agent = format!("agent://{domain}/{name}").parse().map_err(|_| Code::NotFound)?;
        Ok(Self { agent, rest: rest.to_owned() })
    }
}

/// Where the name of an agent ends, in bytes of what follows its domain.
fn behind_name(rest: &str, method: &Method) -> usize {
    if let Some(name) = rest.strip_suffix(a2a::PATH) {
        return name.len();
    }
    let parts: Vec<&str> = rest.split('/').collect();
    let reads = *method != Method::POST;
    let asked = match parts.as_slice() {
        [.., "tasks", _, "pushNotificationConfigs", _] => 4,
        [.., "tasks", _, "pushNotificationConfigs"] => 3,
        [.., "tasks", task] if reads || task.contains(':') => 2,
        [.., "tasks" | "message:send" | "message:stream" | "extendedAgentCard"] if reads => 1,
        [.., "message:send" | "message:stream"] => 1,
        _ => 0,
    };
    let behind: usize = parts.iter().rev().take(asked).map(|part| part.len() + 1).sum();
    rest.len().saturating_sub(behind)
}

impl FromRequestParts<Arc<App>> for TileName {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        let text: String = path(parts, app).await?;
        Ok(Self(format!("tile/{text}").parse().map_err(|_| Code::NotFound)?))
    }
}

async fn path<T: DeserializeOwned + Send>(parts: &mut Parts, app: &Arc<App>) -> Result<T, Denial> {
    let Path(value) =
        <Path<T> as FromRequestParts<_>>::from_request_parts(parts, app).await.map_err(|_| Code::NotFound)?;
    Ok(value)
}

impl FromRequestParts<Arc<App>> for Credentials {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        credentials(parts, app)?.ok_or_else(|| Code::Unauthenticated.into())
    }
}

/// For what is public in part: none if the request does not say who sends it.
impl OptionalFromRequestParts<Arc<App>> for Credentials {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Option<Self>, Denial> {
        credentials(parts, app)
    }
}

/// Who asks for something that changes what the node keeps for people and parties: by token, or by the cookie of a page of this node.
pub(super) struct Acting(pub(super) Credentials);

impl FromRequestParts<Arc<App>> for Acting {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        if let Some(credentials) = of_token(parts, app)? {
            return Ok(Self(credentials));
        }
        let credentials = of_cookie(parts, app)?.ok_or(Code::Unauthenticated)?;
        // ASP-AUT-012
        cookie::check_intent(&parts.headers, &bases(parts, app))?;
        Ok(Self(credentials))
    }
}

fn credentials(parts: &Parts, app: &App) -> Result<Option<Credentials>, Denial> {
    if let Some(credentials) = of_token(parts, app)? {
        return Ok(Some(credentials));
    }
    let credentials = of_cookie(parts, app)?;
    // A person's session reads (ASP-AUT-011).
    if credentials.is_some() && !matches!(parts.method, Method::GET | Method::HEAD) {
        return Err(Code::NotPermitted.into());
    }
    Ok(credentials)
}

fn of_cookie(parts: &Parts, app: &App) -> Result<Option<Credentials>, Denial> {
    if !app.cookies.has_session(&parts.headers) {
        return Ok(None);
    }
    let secret = app.cookies.session(&parts.headers).ok_or(Code::Unauthenticated)?;
    Ok(Some(Credentials::Session(secret.hash(Kind::Session))))
}

fn of_token(parts: &Parts, app: &App) -> Result<Option<Credentials>, Denial> {
    if !parts.headers.contains_key(AUTHORIZATION) {
        return Ok(None);
    }
    let header = one(&parts.headers, &AUTHORIZATION).ok_or(Code::InvalidToken)?;
    let (scheme, token) = header.split_once(' ').ok_or(Code::InvalidToken)?;
    if !scheme.eq_ignore_ascii_case("DPoP") || token.len() > TOKEN_BYTES_MAX {
        return Err(Code::InvalidToken.into());
    }
    let proof = proof(&parts.headers)?;
    Ok(Some(Credentials::Token { token: token.to_owned(), proof, request: request(parts, app) }))
}

/// The one proof of a request (RFC 9449 §4.3: exactly one).
fn proof(headers: &HeaderMap) -> Result<String, Denial> {
    let proof = one(headers, &HeaderName::from_static("dpop")).ok_or(Code::InvalidDpopProof)?;
    Ok(proof.to_owned())
}

/// The text of a header that is there exactly once.
pub(super) fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// What a proof of this request has to name.
fn request(parts: &Parts, app: &App) -> dpop::Request {
    let bases = bases(parts, app);
    dpop::Request { method: parts.method.to_string(), path: parts.uri.path().to_owned(), bases }
}

/// The addresses by which this node is meant, the one to tell others first.
fn bases(parts: &Parts, app: &App) -> Vec<String> {
    match &app.public_url {
        // A name that anybody can put into Host would let a proof made for another site count here.
        Some(url) => vec![url.clone(), format!("http://{}", app.address)],
        None => {
            let host = host(parts);
            vec![format!("http://{host}"), format!("https://{host}")]
        }
    }
}

/// The host and port that a request is sent to, by what it says.
fn host(parts: &Parts) -> &str {
    let host = parts.uri.authority().map(|authority| authority.as_str());
    host.or_else(|| one(&parts.headers, &HOST)).unwrap_or_default()
}

/// The address by which whoever asks reaches this node, for links that are given to people.
pub(super) struct Base(pub(super) String);

impl FromRequestParts<Arc<App>> for Base {
    type Rejection = Denial;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Denial> {
        bases(parts, app).into_iter().next().map(Self).ok_or(Denial::Internal)
    }
}

/// A small body of JSON, read into its type.
pub(super) struct Small<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Small<T> {
    type Rejection = Denial;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let (bytes, _share) = body(request, app, JSON, SMALL_BYTES_MAX).await?;
        of_object(&bytes).map(Self)
    }
}

/// A form that a page of this node sends, with who sends it.
pub(super) struct OwnForm {
    pub(super) fields: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
}

impl OwnForm {
    /// The value of the field that is there once.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(known, _)| known == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value.as_str())
    }
}

impl FromRequest<Arc<App>> for OwnForm {
    type Rejection = Denial;
    async fn from_request(whole: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let (parts, rest) = whole.into_parts();
        let own = cookie::check_origin(&parts.headers, &bases(&parts, app));
        let headers = parts.headers.clone();
        let (bytes, _share) = body(Request::from_parts(parts, rest), app, FORM, SMALL_BYTES_MAX).await?;
        own?;
        Ok(Self { fields: fields(&bytes)?, headers })
    }
}

/// Reads a form: its syntax is that of a query, and there is one reader for both.
fn fields(bytes: &[u8]) -> Result<Vec<(String, String)>, Denial> {
    let text = std::str::from_utf8(bytes).map_err(|_| Code::InvalidQuery)?;
    let uri = format!("/?{text}").parse().map_err(|_| Code::InvalidQuery)?;
    let Query(fields) = Query::try_from_uri(&uri).map_err(|_| Code::InvalidQuery)?;
    Ok(fields)
}

/// The body of a request for a statement: JSON of at most [`ENVELOPE_BYTES_MAX`], and its share of the memory for
/// bodies, which goes with the bytes until they are answered.
pub(super) struct Envelope {
    pub(super) bytes: Bytes,
    pub(super) encoding: Encoding,
    /// The address that it came from, unless that is this machine's.
    pub(super) from: Option<Prefix>,
    pub(super) share: Share,
}

/// Places among the bodies that are held at once, one for each block of bytes.
pub(super) type Share = tokio::sync::OwnedSemaphorePermit;

/// Bytes that one place stands for.
pub(crate) const BLOCK_BYTES: usize = 4096;

/// How many places there are in so many bytes.
pub(crate) fn blocks(bytes: usize) -> usize {
    // Room for one body at least: a node that takes none is not asked for.
    (bytes / BLOCK_BYTES).clamp(ENVELOPE_BYTES_MAX.div_ceil(BLOCK_BYTES), u32::MAX as usize)
}

impl FromRequest<Arc<App>> for Envelope {
    type Rejection = Denial;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let packed = is_of(request.headers(), MESSAGE_PACK);
        let (media, encoding) =
            if packed { (MESSAGE_PACK, Encoding::MessagePack) } else { (JSON, Encoding::Json) };
        let from = request.extensions().get::<Prefix>().copied();
        let (bytes, share) = body(request, app, media, ENVELOPE_BYTES_MAX).await?;
        Ok(Self { bytes, encoding, from, share })
    }
}

/// A chunk of a file, and its share of the memory for bodies.
pub(super) struct Chunk {
    pub(super) bytes: Bytes,
    pub(super) share: Share,
}

impl FromRequest<Arc<App>> for Chunk {
    type Rejection = Denial;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let read = body(request, app, OCTETS, limits::CHUNK_BYTES_MAX).await;
        let (bytes, share) = read.map_err(|denial| match denial {
            Denial::Rejected(rejection) if rejection.code == Code::StatementTooLarge => {
                Code::ChunkTooLarge.into()
            }
            other @ (Denial::Rejected(_)
            | Denial::Full
            | Denial::Stopping
            | Denial::Fault(_)
            | Denial::Internal) => other,
        })?;
        Ok(Self { bytes, share })
    }
}

/// Takes a share of the memory for bodies, for an answer of at most so many bytes.
///
/// # Errors
/// That none is left.
pub(super) fn share(app: &App, bytes_max: usize) -> Result<Share, Denial> {
    let blocks = u32::try_from(bytes_max.div_ceil(BLOCK_BYTES).max(1)).unwrap_or(u32::MAX);
    Arc::clone(&app.bodies).try_acquire_many_owned(blocks).map_err(|_| Denial::Full)
}

/// Whether one of the tags that a caller has is this one (RFC 9110 §13.1.2).
pub(super) fn names_tag<'a>(known: impl IntoIterator<Item = &'a HeaderValue>, tag: &str) -> bool {
    let known = known.into_iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|list| list.split(',')).map(|one| one.trim().trim_start_matches("W/"));
    known.any(|one| one == tag || one == "*")
}

/// The body of a request of an A2A client.
///
/// # Errors
/// That it is no JSON by what it says, or too long.
pub(super) async fn a2a_body(request: Request, app: &App) -> Result<Bytes, Denial> {
    let media = if is_of(request.headers(), A2A_JSON) { A2A_JSON } else { JSON };
    let (bytes, _share) = body(request, app, media, limits::A2A_BODY_BYTES_MAX).await?;
    Ok(bytes)
}

/// The same, or nothing where the request has no body.
///
/// # Errors
/// As [`a2a_body`].
pub(super) async fn a2a_body_or_none(request: Request, app: &App) -> Result<Bytes, Denial> {
    let headers = request.headers();
    let empty = one(headers, &CONTENT_LENGTH).is_none_or(|length| length == "0");
    if empty && !headers.contains_key(CONTENT_TYPE) { Ok(Bytes::new()) } else { a2a_body(request, app).await }
}

/// A message that is signed by its headers.
pub(super) struct SignedMessage {
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
}

impl FromRequest<Arc<App>> for SignedMessage {
    type Rejection = Denial;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let headers = request.headers().clone();
        let (bytes, _share) = body(request, app, JSON, QUESTION_BYTES_MAX).await?;
        Ok(Self { headers, bytes })
    }
}

/// A message that a program posts. A browser says in `Origin` which page asks for it: of pages only those of this node may.
pub(super) struct Posted {
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
    pub(super) share: Share,
}

impl FromRequest<Arc<App>> for Posted {
    type Rejection = Denial;
    async fn from_request(whole: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let (parts, rest) = whole.into_parts();
        let own = check_page(&parts, app);
        let headers = parts.headers.clone();
        let whole = Request::from_parts(parts, rest);
        let (bytes, share) = body(whole, app, JSON, limits::MCP_MESSAGE_BYTES_MAX).await?;
        own?;
        Ok(Self { headers, bytes, share })
    }
}

/// Holds that no page asks but one of this node.
///
/// Where nobody said how the node is reached, the name in `Host` proves nothing: whoever owns a name can let it lead here
/// after a browser has loaded a page from it, and then `Origin`, `Host` and the browser's own word agree. Nobody can do
/// that with an address or with `localhost`.
fn check_page(parts: &Parts, app: &App) -> Result<(), Denial> {
    // A browser says at least one of these of whatever a page posts; programs that fetch as browsers do say neither.
    let by_page = |name: &HeaderName| *name == ORIGIN || name.as_str() == "sec-fetch-site";
    if !parts.headers.keys().any(by_page) {
        return Ok(());
    }
    if app.public_url.is_none() && !is_own_place(host(parts)) {
        return Err(Code::CrossSiteRequest.into());
    }
    cookie::check_origin(&parts.headers, &bases(parts, app))
}

/// Whether a host with its port is an address or this machine, and no name that somebody gives.
fn is_own_place(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    address.parse::<IpAddr>().is_ok() || host.eq_ignore_ascii_case("localhost")
}

/// A form and the proof beside it.
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    pub(super) proof: String,
    pub(super) request: dpop::Request,
}

impl FromRequest<Arc<App>> for Form {
    type Rejection = Denial;
    async fn from_request(whole: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let (parts, rest) = whole.into_parts();
        let (named, found) = (request(&parts, app), proof(&parts.headers));
        let whole = Request::from_parts(parts, rest);
        let (bytes, _share) = body(whole, app, FORM, FORM_BYTES_MAX).await?;
        Ok(Self { fields: fields(&bytes)?, proof: found?, request: named })
    }
}

/// A question as JSON in the body: what does not fit into a query, or should not stand in logs of addresses.
pub(super) struct Question<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequest<Arc<App>> for Question<T> {
    type Rejection = Denial;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let (bytes, _share) = body(request, app, JSON, QUESTION_BYTES_MAX).await?;
        // A list would be read as the members in their order.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Code::InvalidQuery.into());
        }
        Ok(Self(serde_json::from_slice(&bytes).map_err(|_| Code::InvalidQuery)?))
    }
}

/// A claim of something of several agents.
pub(super) struct Claim<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequest<Arc<App>> for Claim<T> {
    type Rejection = Denial;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Denial> {
        let (bytes, _share) = body(request, app, JSON, CLAIM_BYTES_MAX).await?;
        of_object(&bytes).map(Self)
    }
}

/// Reads an object of JSON into its type.
fn of_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Denial> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| Code::NotJson)?;
    // A list would be read as the members in their order.
    if !value.is_object() {
        return Err(Code::InvalidBody.into());
    }
    Ok(serde_json::from_value(value).map_err(|_| Code::InvalidBody)?)
}

/// Reads a body within its time. What is refused is read to its end too, and thrown away: whoever still sends does not
/// listen, and would find a broken connection instead of the reason.
async fn body(request: Request, app: &App, media: &str, bytes_max: usize) -> Result<(Bytes, Share), Denial> {
    let (Parts { headers, .. }, body) = request.into_parts();
    let mut body = body.into_data_stream();
    let until = Instant::now() + app.body_timeout;
    let read = timeout_at(until, read_body(&headers, &mut body, app, media, bytes_max)).await;
    let read = read.unwrap_or_else(|_| Err(Code::RequestTimeout.into()));
    // Who asks before it sends has sent nothing yet.
    if read.is_err() && !headers.contains_key(EXPECT) {
        // Too late or too long: then the connection breaks after all.
        let _ = timeout_at(until, drain(&mut body)).await;
    }
    read
}

async fn read_body(
    headers: &HeaderMap,
    body: &mut BodyDataStream,
    app: &App,
    media: &str,
    bytes_max: usize,
) -> Result<(Bytes, Share), Denial> {
    if !is_of(headers, media) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let announced = one(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(Code::StatementTooLarge.into());
    }
    // What does not say how long it is may be as long as it can.
    let room = announced.unwrap_or(bytes_max);
    let share = share(app, room)?;
    // Copied, so that no buffer of the connection is held by what came with it.
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(piece) = body.next().await {
        // A connection that broke: nobody hears the answer.
        let piece = piece.map_err(|_| Code::NotJson)?;
        if bytes.len().saturating_add(piece.len()) > room {
            return Err(Code::StatementTooLarge.into());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((bytes.into(), share))
}

/// Whether a request says that its body is of this media type.
fn is_of(headers: &HeaderMap, media: &str) -> bool {
    let kind = one(headers, &CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case(media)
}

async fn drain(body: &mut BodyDataStream) {
    let mut left = DRAIN_BYTES_MAX;
    while let Some(Ok(piece)) = body.next().await {
        let Some(rest) = left.checked_sub(piece.len()) else { return };
        left = rest;
    }
}

/// How long a long poll waits.
///
/// # Errors
/// [`Code::InvalidQuery`] for more than 30 seconds.
pub(super) fn wait(seconds: Option<u64>) -> Result<Duration, Denial> {
    let wait = Duration::from_secs(seconds.unwrap_or(0));
    if wait > WAIT_MAX { Err(Code::InvalidQuery.into()) } else { Ok(wait) }
}

/// How many entries of a list: 50 if nobody says, at most 1,000, and never more than `here_max`.
///
/// # Errors
/// [`Code::InvalidQuery`] for none, or more than 1,000.
pub(crate) fn page_size(asked: Option<usize>, here_max: usize) -> Result<usize, Denial> {
    use asp_client::api::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX};
    let size = asked.unwrap_or(PAGE_SIZE_DEFAULT);
    if (1..=PAGE_SIZE_MAX).contains(&size) { Ok(size.min(here_max)) } else { Err(Code::InvalidQuery.into()) }
}

/// The id of the last event that a reader received, if it says that it follows on from one.
///
/// # Errors
/// [`Code::InvalidQuery`].
pub(super) fn last_event(headers: &HeaderMap) -> Result<Option<u64>, Denial> {
    let number = |last: &HeaderValue| last.to_str().ok().and_then(|text| text.parse().ok());
    let last = headers.get("last-event-id").map(|last| number(last).ok_or(Code::InvalidQuery));
    Ok(last.transpose()?)
}

/// The place after which a page begins, as the page before gave it.
///
/// # Errors
/// [`Code::InvalidQuery`].
pub(super) fn place(token: Option<&str>) -> Result<Option<Position>, Denial> {
    let read = |token: &str| token.parse().map(Position).map_err(|_| Code::InvalidQuery.into());
    token.map(read).transpose()
}

/// The page of a list of which one entry more than asked for was read, and what asks for the next page (ASP-API-004).
pub(super) fn page<T>(mut rows: Vec<(Position, T)>, size: usize) -> (Vec<T>, Option<String>) {
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|(position, _)| position.to_string());
    (rows.into_iter().map(|(_, row)| row).collect(), next)
}
