//! A relay between client and node that cuts, loses, refuses and alters what passes, when it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use asp_client::api::Problem;
use asp_core::rejection::Code;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Alters what the node sends; says whether it found what it looks for.
type Alter = Box<dyn Fn(&mut Vec<u8>) -> bool + Send>;

/// What happens to the next answer.
enum Mischief {
    /// The node has done its work, and the answer never arrives.
    Lose,
    /// The answer is another one. Stays until it has found what to alter.
    Alter(Alter),
}

#[derive(Default)]
struct Plan {
    next: Option<Mischief>,
    /// How many requests are turned away before one reaches the node.
    busy: usize,
    /// The bodies of the requests that were turned away.
    bodies: Vec<Vec<u8>>,
    /// Where the node is.
    node: Option<SocketAddr>,
}

/// The relay; it ends with the test.
pub struct Relay {
    pub url: String,
    plan: Arc<Mutex<Plan>>,
    cut: watch::Sender<u64>,
}

impl Relay {
    pub async fn to(node: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let plan = Arc::new(Mutex::new(Plan { node: Some(node), ..Plan::default() }));
        let (cut, _) = watch::channel(0);
        let (shared, cuts) = (Arc::clone(&plan), cut.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (plan, mut cut) = (Arc::clone(&shared), cuts.subscribe());
                tokio::spawn(async move {
                    tokio::select! {
                        () = pass(stream, &plan) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self { url, plan, cut }
    }

    /// Ends every connection as it is.
    pub fn cut(&self) {
        self.cut.send_modify(|count| *count += 1);
    }

    /// The next answer is lost.
    pub fn lose_an_answer(&self) {
        self.plan.lock().unwrap().next = Some(Mischief::Lose);
    }

    /// Replaces a text of an answer by another of the same length, once; `from` ends where the replacement begins.
    pub fn alter(&self, from: &'static str, with: impl Fn(&mut [u8]) + Send + 'static) {
        let alter = move |bytes: &mut Vec<u8>| {
            let found = bytes.windows(from.len()).position(|window| window == from.as_bytes());
            if let Some(place) = found {
                with(&mut bytes[place + from.len()..]);
            }
            found.is_some()
        };
        self.plan.lock().unwrap().next = Some(Mischief::Alter(Box::new(alter)));
    }

    /// Whether what was planned has happened.
    pub fn has_acted(&self) -> bool {
        self.plan.lock().unwrap().next.is_none()
    }

    /// So many requests are turned away as a node does that has too much to do.
    pub fn be_busy(&self, times: usize) {
        let mut plan = self.plan.lock().unwrap();
        plan.busy = times;
        plan.bodies.clear();
    }

    /// The bodies of the requests since [`Relay::be_busy`] that were turned away.
    pub fn turned_away(&self) -> Vec<Vec<u8>> {
        self.plan.lock().unwrap().bodies.clone()
    }

    /// From now on another node answers.
    pub fn lead_to(&self, node: SocketAddr) {
        self.plan.lock().unwrap().node = Some(node);
        self.cut();
    }
}

/// What a node says that has too much to do, and what a proxy says that does not reach its node, in turn.
fn busy(left: usize) -> Vec<u8> {
    let (kind, body) = if left.is_multiple_of(2) {
        let problem = Problem::from(&Code::Overloaded.into());
        ("application/problem+json", serde_json::to_string(&problem).unwrap())
    } else {
        ("text/html", "<h1>no node here</h1>".to_owned())
    };
    let head = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n";
    format!("{head}content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn pass(mut client: TcpStream, plan: &Mutex<Plan>) {
    let node = plan.lock().unwrap().node.unwrap();
    let Ok(mut node) = TcpStream::connect(node).await else { return };
    let (mut up, mut down) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(length @ 1..) = read else { return };
                if plan.lock().unwrap().busy > 0 {
                    let request = whole(&mut client, up[..length].to_vec()).await;
                    let answer = {
                        let mut plan = plan.lock().unwrap();
                        plan.busy -= 1;
                        plan.bodies.push(request);
                        busy(plan.busy)
                    };
                    let _ = client.write_all(&answer).await;
                    return;
                }
                if node.write_all(&up[..length]).await.is_err() { return }
            }
            read = node.read(&mut down) => {
                let Ok(length @ 1..) = read else { return };
                let mut bytes = down[..length].to_vec();
                let lost = {
                    let next = &mut plan.lock().unwrap().next;
                    match next {
                        Some(Mischief::Lose) => { *next = None; true }
                        Some(Mischief::Alter(alter)) => {
                            if alter(&mut bytes) { *next = None; }
                            false
                        }
                        None => false,
                    }
                };
                if lost || client.write_all(&bytes).await.is_err() { return }
            }
        }
    }
}

/// Reads a request to its end and gives its body.
async fn whole(client: &mut TcpStream, mut bytes: Vec<u8>) -> Vec<u8> {
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length =
                head.split("content-length: ").nth(1).map_or("0", |rest| rest.lines().next().unwrap());
            let length: usize = length.trim().parse().unwrap();
            if bytes.len() >= end + 4 + length {
                return bytes[end + 4..].to_vec();
            }
        }
        let mut more = vec![0; 64 * 1024];
        let read = client.read(&mut more).await.unwrap();
        assert!(read > 0, "the request ended early");
        bytes.extend_from_slice(&more[..read]);
    }
}
