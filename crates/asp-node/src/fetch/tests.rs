//! Servers of the tests that do what servers must not, and a name server that changes its mind: all on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::rdata::{A, TXT};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

/// Bytes that the tests take at most.
const BYTES: usize = 1000;

/// How a server answers.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Well,
    Leads(&'static str),
    Says(u16),
    Kind(&'static str),
    Announces(usize),
    Endless,
    Drips,
    Breaks,
    Silent,
}

/// A server on a free port of this machine, and how many have connected to it.
struct Server {
    address: SocketAddr,
    met: Arc<AtomicUsize>,
}

impl Server {
    async fn start(manner: Manner) -> Self {
        Self::serve(manner, None).await
    }

    async fn start_secure(manner: Manner) -> Self {
        let file = |name: &str| format!("{}/tests/tls/{name}", env!("CARGO_MANIFEST_DIR"));
        let chain = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self::serve(manner, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn serve(manner: Manner, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let met = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&met);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                match tls.clone() {
                    // Who does not trust the certificate hangs up.
                    Some(tls) => drop(tokio::spawn(async move {
                        if let Ok(stream) = tls.accept(stream).await {
                            answer(stream, manner).await;
                        }
                    })),
                    None => drop(tokio::spawn(answer(stream, manner))),
                }
            }
        });
        Self { address, met }
    }

    fn met(&self) -> usize {
        self.met.load(Ordering::SeqCst)
    }
}

/// Reads a request to its empty line, then answers; who hangs up meanwhile has its reasons.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, manner: Manner) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.unwrap_or(0) > 0 {
        request.push(byte[0]);
    }
    let head =
        |status: u16, headers: &str| format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}\r\n");
    let json = "content-type: application/json\r\n";
    let text = match manner {
        Manner::Well => head(200, json) + "{\"well\":true}",
        Manner::Leads(to) => head(302, &format!("location: {to}\r\ncontent-length: 0\r\n")),
        Manner::Says(status) => head(status, json) + "{}",
        Manner::Kind(kind) => head(200, &format!("content-type: {kind}\r\n")) + "{}",
        Manner::Announces(bytes) => {
            head(200, &format!("{json}content-length: {bytes}\r\n")) + &" ".repeat(bytes)
        }
        Manner::Endless | Manner::Drips => head(200, json),
        Manner::Breaks => head(200, &format!("{json}content-length: 100\r\n")) + "{",
        Manner::Silent => return std::future::pending().await,
    };
    let _ = stream.write_all(text.as_bytes()).await;
    if matches!(manner, Manner::Endless) {
        while stream.write_all(&[b' '; 512]).await.is_ok() {}
    }
    if matches!(manner, Manner::Drips) {
        let _ = stream.write_all(b" ").await;
        let () = std::future::pending().await;
    }
    let _ = stream.shutdown().await;
}

fn fetch(allow: &str, name_server: Option<SocketAddr>) -> Fetch {
    bounded(allow, name_server, Duration::from_secs(20))
}

fn bounded(allow: &str, name_server: Option<SocketAddr>, timeout: Duration) -> Fetch {
    let roots = Some(format!("{}/tests/tls/authority.pem", env!("CARGO_MANIFEST_DIR")).into());
    let bounds = Bounds { allow: allow.parse().unwrap(), name_server, roots, timeout, at_once: 4 };
    Fetch::new(bounds).unwrap()
}

fn plain(server: &Server) -> Fetch {
    fetch(&format!("acme.example=http://{}", server.address), None)
}

async fn get(fetch: &Fetch, url: &str) -> Result<Vec<u8>, FetchError> {
    fetch.get(url, BYTES).await.map(|fetched| fetched.bytes)
}

#[tokio::test]
async fn nothing_is_reached_that_a_stranger_must_not_reach() {
    // THR-SSRF
    let server = Server::start(Manner::Well).await;
    let port = server.address.port();
    let strict = fetch("", None);
    for url in [
        format!("https://127.0.0.1:{port}/"),
        format!("https://127.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0x7f000001:{port}/"),
        format!("https://017700000001:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://LOCALHOST:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("https://0.0.0.0:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[fd00:ec2::254]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[64:ff9b::7f00:1]/".to_owned(),
    ] {
        assert_eq!(get(&strict, &url).await, Err(FetchError::Address), "{url}");
    }
    assert_eq!(server.met(), 0);
    // The control: one word of the operator, and the same address is reached.
    let allowed = fetch("127.0.0.0/8", None);
    assert_eq!(get(&allowed, &format!("http://127.0.0.1:{port}/")).await, Ok(b"{\"well\":true}".to_vec()));
    assert_eq!(get(&allowed, &format!("http://localhost:{port}/")).await, Ok(b"{\"well\":true}".to_vec()));
    assert_eq!(server.met(), 2);
}

#[tokio::test]
async fn a_url_is_https_on_its_port_without_a_user() {
    let strict = fetch("acme.example=127.0.0.1:1,10.0.0.0/8", None);
    for (url, refused) in [
        ("http://example.com/", FetchError::Url),
        ("ftp://example.com/", FetchError::Url),
        ("file:///etc/passwd", FetchError::Url),
        ("gopher://example.com/", FetchError::Url),
        ("data:application/json,{}", FetchError::Url),
        ("https://", FetchError::Url),
        ("//example.com/", FetchError::Url),
        ("", FetchError::Url),
        ("https://user@example.com/", FetchError::Url),
        ("https://user:word@example.com/", FetchError::Url),
        ("https://:word@example.com/", FetchError::Url),
        ("https://acme.example@10.0.0.1/", FetchError::Url),
        ("http://acme.example/", FetchError::Url),
        ("http://10.0.0.1/", FetchError::Url),
        ("http://9.9.9.9/", FetchError::Url),
        ("https://example.com:444/", FetchError::Port),
        ("https://example.com:22/", FetchError::Port),
        ("https://9.9.9.9:8443/", FetchError::Port),
        ("https://acme.example:8443/", FetchError::Port),
    ] {
        assert_eq!(strict.check(url).err(), Some(refused), "{url}");
    }
    let long = format!("https://example.com/{}", "a".repeat(URL_MAX));
    assert_eq!(strict.check(&long).err(), Some(FetchError::Url));
    for url in [
        "https://example.com/",
        "https://example.com:443/a?b=c",
        "https://10.0.0.1:8443/",
        "https://9.9.9.9/",
    ] {
        assert!(strict.check(url).is_ok(), "{url}");
    }
}

#[tokio::test]
async fn an_answer_is_small_json_that_comes_from_where_it_was_asked_for() {
    for (manner, expected) in [
        (Manner::Says(404), FetchError::Status(404)),
        (Manner::Says(500), FetchError::Status(500)),
        (Manner::Kind("text/html"), FetchError::MediaType),
        (Manner::Kind("application/jsonp"), FetchError::MediaType),
        (Manner::Kind("text/json"), FetchError::MediaType),
        (Manner::Announces(BYTES + 1), FetchError::TooLarge),
        (Manner::Announces(1 << 20), FetchError::TooLarge),
        (Manner::Endless, FetchError::TooLarge),
        (Manner::Breaks, FetchError::Unreachable),
    ] {
        let server = Server::start(manner).await;
        assert_eq!(get(&plain(&server), "https://acme.example/").await, Err(expected), "{manner:?}");
    }
    for manner in [
        Manner::Well,
        Manner::Kind("application/json; charset=utf-8"),
        Manner::Kind("application/agent+json"),
        Manner::Announces(BYTES),
    ] {
        let server = Server::start(manner).await;
        assert!(get(&plain(&server), "https://acme.example/").await.is_ok(), "{manner:?}");
    }
}

#[tokio::test]
async fn who_is_told_something_answers_by_its_status_alone() {
    for (manner, heard) in [
        (Manner::Well, Ok(())),
        (Manner::Kind("text/html"), Ok(())),
        (Manner::Endless, Ok(())),
        (Manner::Breaks, Ok(())),
        (Manner::Says(204), Ok(())),
        (Manner::Says(400), Err(FetchError::Status(400))),
        (Manner::Says(503), Err(FetchError::Status(503))),
        (Manner::Leads("https://acme.example/b"), Err(FetchError::Redirected)),
    ] {
        let server = Server::start(manner).await;
        let told = plain(&server).tell("https://acme.example/a", ("text/plain", &[]), Vec::new()).await;
        assert_eq!(told, heard, "{manner:?}");
        assert_eq!(server.met(), 1, "{manner:?}");
    }
    let nobody = fetch("", None);
    for (url, why) in [
        ("https://127.0.0.1/a", FetchError::Address),
        ("https://[::1]/a", FetchError::Address),
        ("https://acme.example:8443/a", FetchError::Port),
        ("http://acme.example/a", FetchError::Url),
    ] {
        assert_eq!(nobody.permits(url), Err(why), "{url}");
        assert_eq!(nobody.tell(url, ("text/plain", &[]), Vec::new()).await, Err(why), "{url}");
    }
    assert_eq!(nobody.permits("https://acme.example/a"), Ok(()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    // THR-SSRF
    for to in ["https://acme.example/other", "http://127.0.0.1:1/", "//10.0.0.1/", "/other"] {
        let server = Server::start(Manner::Leads(to)).await;
        let refused = get(&plain(&server), "https://acme.example/").await;
        assert_eq!(refused, Err(FetchError::Redirected), "{to}");
        assert_eq!(server.met(), 1, "{to}");
    }
}

#[tokio::test]
async fn who_answers_slowly_or_never_is_left() {
    for manner in [Manner::Drips, Manner::Silent] {
        let server = Server::start(manner).await;
        let allow = format!("acme.example=http://{}", server.address);
        let hasty = bounded(&allow, None, Duration::from_millis(200));
        assert_eq!(get(&hasty, "https://acme.example/").await, Err(FetchError::TooSlow), "{manner:?}");
        assert_eq!(server.met(), 1, "{manner:?}");
    }
}

#[tokio::test]
async fn slow_servers_hold_no_more_than_their_places() {
    let server = Server::start(Manner::Silent).await;
    let patient = Arc::new(plain(&server));
    let ask = |_| {
        let patient = Arc::clone(&patient);
        tokio::spawn(async move { get(&patient, "https://acme.example/").await })
    };
    let held: Vec<_> = (0..20).map(ask).collect();
    while server.met() < 4 {
        tokio::task::yield_now().await;
    }
    assert_eq!((patient.slots.available_permits(), server.met()), (0, 4));
    held.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_certificate_proves_the_name_to_who_trusts_its_authority() {
    let server = Server::start_secure(Manner::Well).await;
    let allow = format!("acme.example={0},other.example={0}", server.address);
    let trusting = fetch(&allow, None);
    assert_eq!(get(&trusting, "https://acme.example/").await, Ok(b"{\"well\":true}".to_vec()));
    assert_eq!(trusting.post("https://acme.example/", b"{}".to_vec(), BYTES).await.unwrap().bytes.len(), 13);
    assert_eq!(get(&trusting, "https://other.example/").await, Err(FetchError::Unreachable));
    let bounds = Bounds {
        allow: allow.parse().unwrap(),
        name_server: None,
        roots: None,
        timeout: Duration::from_secs(20),
        at_once: 4,
    };
    let distrustful = Fetch::new(bounds.clone()).unwrap();
    assert_eq!(get(&distrustful, "https://acme.example/").await, Err(FetchError::Unreachable));
    let missing = Bounds { roots: Some("/nowhere/authority.pem".into()), ..bounds };
    assert!(Fetch::new(missing).is_err());
}

/// A name server with addresses and texts by name; it counts questions for addresses of version 4.
async fn name_server(asked: Arc<AtomicUsize>) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut packet).await {
            let Ok(question) = Message::from_vec(&packet[..length]) else { continue };
            let mut answer = question.clone();
            answer.metadata.message_type = hickory_resolver::proto::op::MessageType::Response;
            answer.metadata.recursion_available = true;
            let query = question.queries[0].clone();
            let name = query.name().to_ascii().to_lowercase();
            let counts = query.query_type() == RecordType::A;
            let count = if counts { asked.fetch_add(1, Ordering::SeqCst) } else { 0 };
            for data in records(&name, query.query_type(), count) {
                answer.add_answer(Record::from_rdata(query.name().clone(), 0, data));
            }
            let _ = socket.send_to(&answer.to_vec().unwrap(), from).await;
        }
    });
    address
}

fn records(name: &str, kind: RecordType, count: usize) -> Vec<RData> {
    let a = |addresses: &[[u8; 4]]| {
        addresses.iter().map(|address| RData::A(A(Ipv4Addr::from(*address)))).collect::<Vec<_>>()
    };
    match (name, kind) {
        ("private.example.", RecordType::A) => a(&[[10, 0, 0, 1]]),
        ("mixed.example.", RecordType::A) => a(&[[9, 9, 9, 9], [127, 0, 0, 1]]),
        // First a harmless address, then one within.
        ("rebinding.example.", RecordType::A) => {
            a(&[if count == 0 { [127, 0, 0, 9] } else { [10, 0, 0, 1] }])
        }
        ("_asp.acme.example.", RecordType::TXT) => [vec!["asp1 key=", "x"], vec!["other"]]
            .map(|parts| RData::TXT(TXT::new(parts.into_iter().map(str::to_owned).collect())))
            .into(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_address_of_a_name_is_checked_before_anybody_is_reached() {
    // THR-SSRF
    let server = name_server(Arc::default()).await;
    let strict = fetch("", Some(server));
    for (url, refused) in [
        ("https://private.example/", FetchError::Address),
        ("https://mixed.example/", FetchError::Address),
        ("https://unknown.example/", FetchError::NoSuchName),
    ] {
        assert_eq!(get(&strict, url).await, Err(refused), "{url}");
    }
    let closed = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let lost = bounded("", Some(closed), Duration::from_secs(20));
    assert_eq!(get(&lost, "https://acme.example/").await, Err(FetchError::NamesSilent));
}

#[tokio::test]
async fn a_name_is_resolved_once_for_check_and_connection() {
    // THR-SSRF
    let asked = Arc::new(AtomicUsize::new(0));
    let server = name_server(Arc::clone(&asked)).await;
    // 127.0.0.9 plays the public address; nobody listens there.
    let fetch = fetch("127.0.0.9", Some(server));
    assert_eq!(get(&fetch, "https://rebinding.example/").await, Err(FetchError::Unreachable));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(get(&fetch, "https://rebinding.example/").await, Err(FetchError::Address));
}

#[tokio::test]
async fn texts_of_a_name_are_put_together_from_their_parts() {
    let fetch = fetch("", Some(name_server(Arc::default()).await));
    let found = fetch.texts("_asp.acme.example").await.unwrap();
    assert_eq!(found, ["asp1 key=x", "other"]);
    assert_eq!(fetch.texts("_asp.unknown.example").await, Ok(Vec::new()));
}
