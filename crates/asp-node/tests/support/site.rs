//! Somebody's server, to which the node goes out: what it answers, whether it makes whoever asks wait, how often it was asked.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asp_core::position::Millis;
use asp_node::Config;
use axum::Router;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::Stage;

/// More steps than any schedule needs.
pub const STEPS_MAX: usize = 2_000;

/// A status, one header, and what follows.
type Said = (StatusCode, (HeaderName, String), Vec<u8>);

/// What stands at one path: nothing at first.
#[derive(Clone)]
pub struct Site {
    pub address: SocketAddr,
    answer: Arc<Mutex<Said>>,
    asked: watch::Sender<usize>,
    /// Answers wait while this is true.
    pub held: watch::Sender<bool>,
}

impl Site {
    pub async fn start(path: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let json = (CONTENT_TYPE, "application/json".to_owned());
        let site = Self {
            address: listener.local_addr().unwrap(),
            answer: Arc::new(Mutex::new((StatusCode::NOT_FOUND, json, b"{}".to_vec()))),
            asked: watch::Sender::new(0),
            held: watch::Sender::new(false),
        };
        let served = site.clone();
        let answer = move || {
            served.asked.send_modify(|count| *count += 1);
            let (status, header, bytes) = served.answer.lock().unwrap().clone();
            let mut held = served.held.subscribe();
            async move {
                held.wait_for(|held| !held).await.unwrap();
                (status, [header], bytes).into_response()
            }
        };
        let router = Router::new().route(path, axum::routing::get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        site
    }

    /// Stands for this host, where TLS is left to others.
    pub fn stands_for(&self, host: &str, config: &mut Config) {
        config.fetch_allow = format!("{host}=http://{}", self.address).parse().unwrap();
    }

    pub fn answers(&self, status: StatusCode, json: impl Into<Vec<u8>>) {
        *self.answer.lock().unwrap() = (status, (CONTENT_TYPE, "application/json".to_owned()), json.into());
    }

    /// Sends everybody there.
    pub fn leads(&self, to: &str) {
        *self.answer.lock().unwrap() = (StatusCode::FOUND, (LOCATION, to.to_owned()), Vec::new());
    }

    pub fn asked(&self) -> usize {
        *self.asked.borrow()
    }

    /// Lets time pass, step by step, until it was asked so often.
    pub async fn until_asked(&self, stage: &Stage, count: usize, step: Millis) {
        let mut asked = self.asked.subscribe();
        for _ in 0..STEPS_MAX {
            let enough = asked.wait_for(|asked| *asked >= count);
            if tokio::time::timeout(Duration::from_millis(20), enough).await.is_ok() {
                return;
            }
            stage.stepper.pass(step);
        }
        panic!("nobody looked");
    }
}
