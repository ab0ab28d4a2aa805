//! A TCP relay between a client and its node, which can cut connections and lose answers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

struct Shared {
    upstream: Mutex<SocketAddr>,
    accepted: AtomicUsize,
    losing: AtomicBool,
    lost: AtomicUsize,
}

/// The relay. It ends with the runtime of its test.
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    cut: watch::Sender<u32>,
}

impl Relay {
    pub async fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            accepted: AtomicUsize::new(0),
            losing: AtomicBool::new(false),
            lost: AtomicUsize::new(0),
        });
        let (cut, cuts) = watch::channel(0);
        tokio::spawn(accept(listener, Arc::clone(&shared), cuts));
        Self { address, shared, cut }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Connections that were made so far.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// Cuts every connection there is; new ones are accepted.
    pub fn cut(&self) {
        self.cut.send_modify(|count| *count += 1);
    }

    /// Sends new connections elsewhere.
    pub fn lead_to(&self, upstream: SocketAddr) {
        *self.shared.upstream.lock().unwrap() = upstream;
    }

    /// Loses the next answer of the node, and the connection with it.
    pub fn lose_next_answer(&self) {
        self.shared.losing.store(true, Ordering::SeqCst);
    }

    /// Answers that were lost.
    pub fn lost(&self) -> usize {
        self.shared.lost.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, cuts: watch::Receiver<u32>) {
    while let Ok((client, _)) = listener.accept().await {
        shared.accepted.fetch_add(1, Ordering::SeqCst);
        let (shared, mut cuts) = (Arc::clone(&shared), cuts.clone());
        cuts.mark_unchanged();
        tokio::spawn(async move {
            tokio::select! {
                () = carry(client, &shared) => {}
                _ = cuts.changed() => {}
            }
        });
    }
}

/// Carries bytes both ways until one side ends or an answer is to be lost.
async fn carry(mut client: TcpStream, shared: &Shared) {
    let upstream = *shared.upstream.lock().unwrap();
    let Ok(mut node) = TcpStream::connect(upstream).await else { return };
    let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(0) | Err(_) => return,
                Ok(length) => if node.write_all(&up[..length]).await.is_err() { return },
            },
            read = node.read(&mut down) => match read {
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    if shared.losing.swap(false, Ordering::SeqCst) {
                        // The node answers only what it has done.
                        shared.lost.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    if client.write_all(&down[..length]).await.is_err() { return }
                }
            },
        }
    }
}
