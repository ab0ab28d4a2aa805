//! People as their browsers act: signed in by links, looking, sending forms; and a case that waits for one of them.

use asp_core::name::{StreamKind, StreamName};
use asp_core::position::Hash;
use asp_core::statement::Body;
use asp_core::statement::body::{
    DisputeFile, DisputeReason, DisputeTerms, Evidence, Fulfilment, Inform, ObligationNote, Package, Rung,
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::*;

/// The end of a link.
pub fn secret(url: &Value) -> String {
    url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// The value of the cookie that an answer sets, with how it is set.
pub fn cookie(answer: &Answer) -> (String, String) {
    let set = answer.header("set-cookie");
    let (pair, how) = set.split_once("; ").unwrap();
    (pair.to_owned(), how.to_owned())
}

impl Stage {
    /// Asks with a token of this party.
    pub async fn act(&self, reader: &Reader, method: Method, path: &str, body: Option<Value>) -> Answer {
        let proof = self.proof(&reader.dpop, method.as_str(), path, Some(&reader.token)).text();
        let request = self.http.request(method, self.url(path));
        let request = request.header("authorization", format!("DPoP {}", reader.token)).header("dpop", proof);
        Answer::of(with(request, body)).await
    }

    /// Asks with a cookie, as a page of the node does.
    pub async fn page(&self, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.http.request(method, self.url(path)).header("cookie", cookie);
        let request = request.header("sec-fetch-site", "same-origin").header("assent-intent", "1");
        Answer::of(with(request, body)).await
    }

    pub async fn look(&self, cookie: &str, path: &str) -> Answer {
        Answer::of(self.http.get(self.url(path)).header("cookie", cookie)).await
    }

    /// Asks for a page as a browser does; where it leads is looked at, not gone to.
    pub async fn browse(&self, cookie: Option<&str>, path: &str) -> Answer {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut request = http.get(self.url(path)).header("accept", "text/html");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        Answer::of(request).await
    }

    /// Sends a form as a browser does from a page of the node.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.form_request(path, fields).header("sec-fetch-site", "same-origin")).await
    }

    pub fn form_request(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        // Where an answer leads is looked at, not gone to.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        http.post(self.url(path)).form(fields)
    }

    /// A link to sign in with, made by a party.
    pub async fn link(&self, reader: &Reader, body: Value) -> Value {
        self.act(reader, Method::POST, "/v1/people/links", Some(body)).await.ok()
    }

    /// Signs in by a link; gives the cookie.
    pub async fn sign_in(&self, link: &Value) -> String {
        let answer = self.form("/signin", &[("secret", &secret(&link["url"]))]).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(answer.header("location"), "./");
        cookie(&answer).0
    }

    /// A person of an organisation with this role, signed in: its id and cookie.
    pub async fn person(&self, reader: &Reader, role: &str) -> (String, String) {
        let asked = json!({ "roles": [role], "name": format!("a {role}") });
        let invited = self.act(reader, Method::POST, "/v1/people/invitations", Some(asked)).await.ok();
        let accepted = json!({ "secret": secret(&invited["url"]) });
        let request = self.http.post(self.url("/v1/people/invitations:accept")).json(&accepted);
        let answer = Answer::of(request).await;
        (answer.ok()["id"].as_str().unwrap().to_owned(), cookie(&answer).0)
    }
}

pub fn with(request: RequestBuilder, body: Option<Value>) -> RequestBuilder {
    match body {
        Some(body) => request.json(&body),
        None => request,
    }
}

/// A dispute about a contested delivery that initech.example is to rule: its id, and the session's.
pub async fn put_before_initech(stage: &mut Stage) -> (String, Hash) {
    let (session, _) = stage.session().await;
    let rules = DisputeTerms {
        arbiter: Some(issuer("initech")),
        rungs: Some([Rung::Arbiter].into()),
        ..DisputeTerms::defaults()
    };
    let terms =
        Package { disputes: Some(rules.clone()), ..package(stage.now(), "globex/seller", "acme/buyer") };
    let commitment = stage.agreed(session, terms).await;
    let obligation = || text("delivery");
    let evidence = Evidence::Acknowledgement { text: text("there") };
    let done = Fulfilment { commitment, evidence, obligation: obligation(), stage: None };
    stage.say(session, "globex/seller", Body::Inform(Inform::Fulfilment(done))).await;
    let no = ObligationNote { commitment, obligation: obligation(), stage: None, text: text("no") };
    stage.say(session, "acme/buyer", Body::Inform(Inform::Contest(no))).await;
    let file = DisputeFile {
        against: agent_uri("globex/seller"),
        amount: None,
        claim: text("half of it is rust"),
        commitment,
        disclosures: None,
        evidence: Vec::new(),
        nonce: stage.author.nonce(),
        obligation: Some(obligation()),
        party: agent_uri("acme/buyer"),
        reason: DisputeReason::NotAsAgreed,
        rules: Some(rules),
        session,
        severity: 3,
    };
    let filed =
        stage.author.by("acme/buyer", StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file));
    (stage.take(filed).await.to_hex(), session)
}
