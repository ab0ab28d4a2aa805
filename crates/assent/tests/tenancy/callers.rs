//! Who asks: nobody, agents and organisations by their tokens, people by their cookies.

use std::path::Path;

use asp_core::position::Hash;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::rows::CHUNK;
use crate::scene::Scene;
use crate::support::run;

/// Somebody who asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// `acme`, `acme/trader`, `acme owner`, `operator`, `nobody`.
    pub(crate) label: String,
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    Nobody,
    Token(String),
    Cookie(String),
}

/// An answer without what differs from one request to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Told {
    /// Reads an answer to its end; of one that goes on for ever only how it begins.
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let header = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let mut headers: Vec<(String, String)> = response.headers().iter().map(header).collect();
        let streams = headers.iter().any(|(_, value)| value == "text/event-stream");
        headers.retain(|(name, _)| name != "date");
        headers.sort();
        let body = if streams { Vec::new() } else { response.bytes().await.unwrap().to_vec() };
        Self { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// The same with another word for an id.
    pub(crate) fn without(mut self, id: &str) -> Self {
        self.body = self.body.replace(id, "ID");
        for (_, value) in &mut self.headers {
            *value = value.replace(id, "ID");
        }
        self
    }
}

impl Caller {
    pub(crate) fn nobody() -> Self {
        Self { label: "nobody".to_owned(), how: How::Nobody }
    }

    pub(crate) async fn party(scene: &Scene, name: &str) -> Self {
        Self { label: name.to_owned(), how: How::Token(scene.token(name).await) }
    }

    fn person(label: String, cookie: String) -> Self {
        Self { label, how: How::Cookie(cookie) }
    }

    /// A request in its name.
    pub(crate) fn request(
        &self,
        (scene, http): (&Scene, &Client),
        method: &Method,
        path: &str,
        body: Option<String>,
    ) -> reqwest::RequestBuilder {
        let mut request = http.request(method.clone(), format!("{}{path}", scene.url));
        if let Some(body) = body {
            // Only chunks of files are put.
            let kind = if *method == Method::PUT { "application/octet-stream" } else { "application/json" };
            request = request.header("content-type", kind).body(body);
        }
        match &self.how {
            How::Nobody => request,
            How::Token(token) => {
                let proof = scene.proof(&self.label, method.as_str(), path, Some(token));
                request.header("authorization", format!("DPoP {token}")).header("dpop", proof)
            }
            How::Cookie(cookie) => request
                .header("cookie", cookie)
                .header("sec-fetch-site", "same-origin")
                .header("assent-intent", "1"),
        }
    }
}

/// The secret at the end of a link.
fn secret(url: &Value) -> String {
    url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn cookie(answer: &Told) -> String {
    let set = answer.headers.iter().find(|(name, _)| name == "set-cookie");
    set.unwrap_or_else(|| panic!("{answer:?}")).1.split(';').next().unwrap().to_owned()
}

fn json(answer: &Told) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

/// An invitation of a person: its id and its secret.
pub(crate) async fn invited(scene: &Scene, by: &Caller, name: &str, role: &str) -> (String, String) {
    let asked = json!({ "roles": [role], "name": name }).to_string();
    let path = "/v1/people/invitations";
    let request = by.request((scene, &Client::new()), &Method::POST, path, Some(asked));
    let link = json(&Told::of(request).await);
    (link["invitation"]["id"].as_str().unwrap().to_owned(), secret(&link["url"]))
}

/// A person of an organisation, signed in: its id and who it is as a caller.
pub(crate) async fn person(
    scene: &Scene,
    by: &Caller,
    (label, name, role): (String, &str, &str),
) -> (String, Caller) {
    let (_, secret) = invited(scene, by, name, role).await;
    let accepted = json!({ "secret": secret }).to_string();
    let path = "/v1/people/invitations:accept";
    let request = Caller::nobody().request((scene, &Client::new()), &Method::POST, path, Some(accepted));
    let answer = Told::of(request).await;
    (json(&answer)["id"].as_str().unwrap().to_owned(), Caller::person(label, cookie(&answer)))
}

/// The secret of a link that signs a person in, unused.
pub(crate) async fn link(scene: &Scene, by: &Caller, person: &str) -> String {
    let asked = json!({ "person": person }).to_string();
    let request = by.request((scene, &Client::new()), &Method::POST, "/v1/people/links", Some(asked));
    secret(&json(&Told::of(request).await)["url"])
}

/// A chunk that is put into a session: its id.
pub(crate) async fn chunk(scene: &Scene, by: &Caller, session: &Hash) -> String {
    let (session, digest) = (session.to_hex(), Hash::of(&[CHUNK.as_bytes()]).to_hex());
    let path = format!("/v1/sessions/{session}/chunks/{digest}");
    let request = by.request((scene, &Client::new()), &Method::PUT, &path, Some(CHUNK.to_owned()));
    let answer = Told::of(request).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("{session}.{digest}")
}

/// A search that is saved: its id.
pub(crate) async fn search(scene: &Scene, by: &Caller, name: &str) -> String {
    let asked = json!({ "name": name, "query": { "capability": "provision" } }).to_string();
    let request = by.request((scene, &Client::new()), &Method::POST, "/v1/searches", Some(asked));
    json(&Told::of(request).await)["id"].as_str().unwrap().to_owned()
}

/// A webhook of an organisation, which is never called: its id.
pub(crate) async fn webhook(scene: &Scene, by: &Caller, url: &str) -> String {
    // No account is opened in a dispute.
    let asked = json!({ "url": url, "streams": ["dispute"], "types": ["account.open"] }).to_string();
    let request = by.request((scene, &Client::new()), &Method::POST, "/v1/webhooks", Some(asked));
    json(&Told::of(request).await)["webhook"]["id"].as_str().unwrap().to_owned()
}

/// Whoever runs the node.
pub(crate) async fn operator(scene: &Scene, data: &Path) -> Caller {
    let home = data.join("operators-home");
    let (data, home) = (data.to_str().unwrap(), home.to_str().unwrap());
    let asked = ["people", "operator", "--json", "--data", data, "--home", home, "--node", &scene.url];
    let secret = secret(&run(&asked).with_code(0).one()["url"]);
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = http.post(format!("{}/signin", scene.url)).form(&[("secret", secret.as_str())]);
    let answer = Told::of(form.header("sec-fetch-site", "same-origin")).await;
    Caller::person("operator".to_owned(), cookie(&answer))
}
