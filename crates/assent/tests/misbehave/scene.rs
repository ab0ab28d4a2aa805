//! A scene before one node: people with names of their own, statements that can be wrong, and bare HTTP.

use std::sync::atomic::{AtomicU64, Ordering};

use asp_core::log::receipt::Receipt;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use asp_core::statement::{Body, Verified};
use asp_node::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::author::{Author, agent_uri, domain, issuer, key, note, offer, package, text};

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self { status: response.status().as_u16(), bytes: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn taken(&self) -> bool {
        assert!(matches!(self.status, 202 | 400..=499), "{}: {}", self.status, self.text());
        self.status == 202
    }
}

/// An envelope as JSON, changed.
pub(crate) fn changed(verified: &Verified, change: impl FnOnce(&mut Value)) -> String {
    let mut envelope: Value = serde_json::from_slice(&verified.envelope()).unwrap();
    change(&mut envelope);
    // The maps of this library keep their names sorted, as the canonical form of these statements has them.
    envelope.to_string()
}

/// What tells one scene, token or proof from another.
fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Two parties who are to deal, a third who watches from outside, and the node.
pub(crate) struct Scene {
    pub(crate) author: Author,
    pub(crate) url: String,
    tag: String,
    http: Client,
    consent: Option<Hash>,
}

impl Scene {
    pub(crate) fn new(url: &str, origin: &str) -> Self {
        let author = Author::new(origin.parse().unwrap(), Clock::system());
        let tag = format!("s{}", unique());
        Self { author, url: url.to_owned(), tag, http: Client::new(), consent: None }
    }

    /// `buyer` is an organisation, `buyer/a` its agent; nobody else's scene has them.
    pub(crate) fn name(&self, short: &str) -> String {
        format!("{}-{short}", self.tag)
    }

    pub(crate) fn agent(&self, short: &str) -> String {
        self.name(&format!("{short}/a"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(format!("{}{path}", self.url))).await
    }

    /// Sends an envelope.
    pub(crate) async fn send(&self, envelope: impl Into<reqwest::Body>) -> Answer {
        self.send_to("/v1/statements", envelope).await
    }

    pub(crate) async fn send_to(&self, path: &str, envelope: impl Into<reqwest::Body>) -> Answer {
        let request = self.http.post(format!("{}{path}", self.url));
        Answer::of(request.header("content-type", "application/json").body(envelope)).await
    }

    /// Whether a statement is taken in; its stream then goes on from it.
    pub(crate) async fn takes(&mut self, verified: &Verified) -> bool {
        let taken = self.send(verified.envelope()).await.taken();
        if taken {
            self.author.note(verified);
        }
        taken
    }

    /// Has a statement taken in that breaks nothing.
    pub(crate) async fn take(&mut self, verified: Verified) -> Hash {
        let answer = self.send(verified.envelope()).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        self.author.note(&verified);
        verified.statement().hash
    }

    pub(crate) async fn org(&mut self, short: &str) -> Verified {
        let statement = self.author.org(&self.name(short));
        self.take(statement.clone()).await;
        statement
    }

    /// The organisations buyer, seller and third, an agent of each, and a consent of the first two.
    pub(crate) async fn people(&mut self) -> Hash {
        for short in ["buyer", "seller", "third"] {
            self.org(short).await;
            let statement = self.author.agent(&self.agent(short));
            self.take(statement).await;
        }
        let (buyer, seller) = (self.name("buyer"), self.name("seller"));
        let request = self.author.consent_request(&buyer, &seller);
        let consent = self.take(request).await;
        let grant = self.author.consent_grant(&seller, consent);
        self.consent = Some(consent);
        self.take(grant).await;
        consent
    }

    /// Has the seller's organisation narrow its consent with the buyer's.
    /// The seller calls its agent as the buyer is called, by letters that look alike; gives what is shown of it: by its
    /// address and by a search.
    pub(crate) async fn impostor(&mut self) -> [Value; 2] {
        self.people().await;
        let (seller, buyer) = (self.agent("seller"), self.name("buyer"));
        let name = buyer.replace('e', "\u{435}");
        assert_ne!(name, buyer);
        let card = Card::of(text(&name), text("trades in something"), [text("provision")].into());
        let stream = StreamName::Of(StreamId::Agent(agent_uri(&seller)));
        let set = self.author.by(&seller, stream, Body::AgentCardSet(CardSet { card }));
        let answer = self.send(set.envelope()).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        self.author.note(&set);
        let path = agent_uri(&seller).to_string().replace("agent://", "/v1/agents/");
        let after = Self::receipt(&answer).receipt.log_index;
        let home = agent_uri(&seller).organisation();
        let found = self.get(&format!("/v1/agents?organisation={home}&after={after}")).await.json();
        [self.get(&path).await.json(), found["agents"][0].clone()]
    }

    pub(crate) async fn narrow(&mut self, narrow: ConsentNarrow) {
        assert!(self.narrows(narrow).await, "less is taken in");
    }

    /// Whether the consent is narrowed so.
    pub(crate) async fn narrows(&mut self, narrow: ConsentNarrow) -> bool {
        let stream = StreamName::Of(StreamId::Consent(self.consent()));
        let seller = self.name("seller");
        let narrow = self.author.by(&seller, stream, Body::ConsentNarrow(narrow));
        self.takes(&narrow).await
    }

    /// An invitation of the seller by the buyer, changed before it is signed.
    pub(crate) fn invitation(&mut self, consent: Hash, change: impl FnOnce(&mut Invitation)) -> Verified {
        let (buyer, seller) = (self.agent("buyer"), self.agent("seller"));
        let plain = self.author.invitation(&buyer, &seller, consent);
        let Body::Propose(Propose::Invitation(mut invitation)) = plain.statement().body.clone() else {
            panic!("an invitation");
        };
        change(&mut invitation);
        let stream = StreamName::Opens(asp_core::name::StreamKind::Session);
        self.author.by(&buyer, stream, Body::Propose(Propose::Invitation(invitation)))
    }

    /// A session of which the buyer is the initiator, and into which the seller has come.
    pub(crate) async fn session_with(&mut self, change: impl FnOnce(&mut Invitation)) -> Hash {
        let consent = self.people().await;
        let invitation = self.invitation(consent, change);
        let session = self.take(invitation).await;
        let introduction = self.author.introduction(&self.agent("seller"));
        self.say(session, "seller", introduction, Some(session)).await;
        session
    }

    pub(crate) async fn session(&mut self) -> Hash {
        self.session_with(|_| {}).await
    }

    pub(crate) fn consent(&self) -> Hash {
        self.consent.unwrap()
    }

    pub(crate) fn words(&mut self, session: Hash, short: &str, body: Body, to: Option<Hash>) -> Verified {
        self.author.say(session, &self.agent(short), body, to)
    }

    pub(crate) async fn say(&mut self, session: Hash, short: &str, body: Body, to: Option<Hash>) -> Hash {
        let words = self.words(session, short, body, to);
        self.take(words).await
    }

    /// The agent shows a card that offers this one capability.
    pub(crate) async fn show(&mut self, short: &str, capability: &str) -> Hash {
        let card = self.author.card(&self.agent(short), capability);
        self.take(card).await
    }

    /// Whether it is taken in, and what breaks nothing after it too.
    pub(crate) async fn says(&mut self, session: Hash, short: &str, body: Body, to: Option<Hash>) -> bool {
        let words = self.words(session, short, body, to);
        self.takes(&words).await
    }

    /// A package of 1,000 USD that the seller owes.
    pub(crate) fn package(&self) -> Package {
        package(Clock::system().now(), &self.agent("seller"), &self.agent("buyer"))
    }

    /// A firm offer of the seller, and its acceptance: the commitment.
    pub(crate) async fn deal(&mut self, session: Hash) -> Hash {
        let package = self.package();
        let terms_hash = package.terms_hash();
        let offered = self.say(session, "seller", offer(package), None).await;
        let acceptance = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
        self.say(session, "buyer", acceptance, Some(offered)).await
    }

    pub(crate) fn fulfilment(commitment: Hash) -> Body {
        let evidence = Evidence::Acknowledgement { text: text("there") };
        Body::Inform(Inform::Fulfilment(Fulfilment {
            commitment,
            evidence,
            obligation: text("delivery"),
            stage: None,
        }))
    }

    pub(crate) fn remark() -> Body {
        note("good morning")
    }

    /// A statement of the buyer's organisation in its own stream.
    pub(crate) fn policy(&mut self, contact: &str) -> Draft {
        let buyer = self.name("buyer");
        let stream = StreamName::Of(StreamId::Org(domain(&buyer)));
        let body = Body::OrgPolicySet(PolicySet::of(vec![text(contact)]));
        Draft::new(stream, self.author.origin.clone(), issuer(&buyer), body)
    }

    pub(crate) fn receipt(answer: &Answer) -> Receipt {
        Receipt::from_json(&answer.bytes).unwrap()
    }

    /// A JSON Web Signature in compact form.
    fn jwt(header: &Value, claims: &Value, signer: &str) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        format!("{signed}.{}", key(signer).sign(signed.as_bytes()))
    }

    fn seconds() -> u64 {
        Clock::system().now().plus(Millis(0)).millis() / 1000
    }

    /// A proof of possession for a request.
    pub(crate) fn proof(&self, who: &str, method: &str, path: &str, token: Option<&str>) -> String {
        let x = URL_SAFE_NO_PAD.encode(key(who).id().as_bytes());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
        let htu = format!("{}{}", self.url, path.split('?').next().unwrap());
        let mut claims =
            json!({ "htm": method, "htu": htu, "iat": Self::seconds(), "jti": format!("{}", unique()) });
        if let Some(token) = token {
            claims["ath"] = URL_SAFE_NO_PAD.encode(Hash::of(&[token.as_bytes()]).as_bytes()).into();
        }
        Self::jwt(&json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk }), &claims, who)
    }

    /// A token of an agent or organisation, bound to its own key.
    pub(crate) async fn token(&self, who: &str) -> String {
        let now = Self::seconds();
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": key(who).id() });
        let claims = json!({
            "iss": issuer(who), "sub": issuer(who), "aud": self.author.origin,
            "iat": now, "exp": now + 60, "jti": format!("{}", unique()),
        });
        let assertion = Self::jwt(&header, &claims, who);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        let proof = self.proof(who, "POST", "/oauth/token", None);
        let request = self.http.post(format!("{}/oauth/token", self.url)).header("dpop", proof).form(&form);
        Answer::of(request).await.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A request with a token and this proof.
    pub(crate) fn request_with(&self, token: &str, proof: &str, path: &str) -> RequestBuilder {
        let request = self.http.get(format!("{}{path}", self.url));
        request.header("authorization", format!("DPoP {token}")).header("dpop", proof)
    }

    pub(crate) async fn request_as(&self, who: &str, path: &str) -> RequestBuilder {
        let token = self.token(who).await;
        self.request_with(&token, &self.proof(who, "GET", path, Some(&token)), path)
    }

    pub(crate) async fn get_as(&self, who: &str, path: &str) -> Answer {
        Answer::of(self.request_as(who, path).await).await
    }

    pub(crate) async fn get_with(&self, token: &str, proof: &str, path: &str) -> Answer {
        Answer::of(self.request_with(token, proof, path)).await
    }

    pub(crate) fn uri(&self, short: &str) -> asp_core::name::AgentUri {
        agent_uri(&self.agent(short))
    }
}
