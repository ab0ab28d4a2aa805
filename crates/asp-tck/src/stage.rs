//! The stage of one case: fresh organisations and agents, their keys and tokens, the streams that they speak in.
//!
//! Every case has a stage of its own, so that cases run side by side and nothing of one can be seen in another.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use asp_core::key::SecretKey;
use asp_core::log::receipt::{Receipt, ReceiptBody};
use asp_core::name::{AgentUri, Domain, Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogTime, Millis, Sequence};
use asp_core::rejection::Code;
use asp_core::statement::body::{
    AgentRegister, Body, Card, ConsentRequest, DisputeTerms, Empty, Inform, Nonce, Note, OrgRegister,
    Package, SchemaRef, SessionReceipt,
};
use asp_core::statement::draft::{Draft, Stamp, canonical};
use asp_core::statement::{Kind, Signature, Verified, draft, signing_input};
use serde_json::Value;

use crate::dialogue::sealing::Sealing;
use crate::finding::Finding;
use crate::rules;
use crate::token::{Reader, random};
use crate::view::SessionView;
use crate::wire::{Answer, Wire, check_problem};

/// Everybody whom a dialogue can name.
pub(crate) const CAST: [&str; 8] =
    ["buyer", "seller", "carrier", "mediator", "watcher", "clerk", "aide", "stranger"];

/// Who has a consent with whom when a dialogue begins.
const CONSENTS: [(&str, &str); 11] = [
    ("buyer", "seller"),
    ("buyer", "carrier"),
    ("buyer", "mediator"),
    ("buyer", "watcher"),
    ("buyer", "clerk"),
    ("seller", "clerk"),
    ("mediator", "clerk"),
    ("buyer", "aide"),
    ("seller", "aide"),
    ("clerk", "aide"),
    ("seller", "carrier"),
];

/// What a case works with.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) wire: Arc<Wire>,
    /// The rules that the case is about.
    pub(crate) about: &'static [&'static str],
    /// What the node does otherwise without stopping the case.
    pub(crate) remarks: Vec<Finding>,
    /// What makes the names of this stage different from all others.
    tag: String,
    seed: [u8; 32],
    keys: BTreeMap<String, SecretKey>,
    readers: BTreeMap<String, Reader>,
    pub(crate) heads: BTreeMap<StreamId, Head>,
    pub(crate) cards: BTreeMap<String, Hash>,
    registered: BTreeSet<String>,
    /// What the node said of the place of each statement that it took in.
    pub(crate) receipts: BTreeMap<Hash, ReceiptBody>,
    /// Consents as `buyer-seller`.
    pub(crate) consents: BTreeMap<String, Hash>,
    /// The session that a dialogue is about.
    pub(crate) session: Option<Hash>,
    /// Who opened it, through whose eyes it is looked at.
    pub(crate) initiator: String,
    /// What the session was when it was last looked at.
    pub(crate) view: Option<SessionView>,
    /// Statements by the name that a line gave them, and the last of each type by its own.
    pub(crate) names: BTreeMap<String, Head>,
    /// Packages as they are written, and as they were last said.
    pub(crate) definitions: BTreeMap<String, String>,
    pub(crate) packages: BTreeMap<String, Package>,
    /// What packages say of disputes.
    pub(crate) disputes: Option<DisputeTerms>,
    /// Terms schemas by their alias.
    pub(crate) schemas: BTreeMap<String, SchemaRef>,
    /// Who can read what is sealed.
    pub(crate) sealing: Sealing,
    /// The receipt in the first CLOSE that was said.
    pub(crate) receipt: Option<SessionReceipt>,
}

/// Reads one of the core's names from text that the kit itself wrote.
pub(crate) fn text<T: FromStr>(text: &str) -> Result<T, Finding> {
    text.parse().map_err(|_| Finding::new("a case that can be read", text))
}

impl Stage {
    /// An empty stage for a case about these rules.
    pub(crate) fn new(wire: Arc<Wire>, about: &'static [&'static str]) -> Result<Self, Finding> {
        let tag = random::<6>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            wire,
            about,
            remarks: Vec::new(),
            tag,
            seed: random()?,
            keys: BTreeMap::new(),
            readers: BTreeMap::new(),
            heads: BTreeMap::new(),
            cards: BTreeMap::new(),
            registered: BTreeSet::new(),
            receipts: BTreeMap::new(),
            consents: BTreeMap::new(),
            session: None,
            initiator: String::new(),
            view: None,
            names: BTreeMap::new(),
            definitions: BTreeMap::new(),
            packages: BTreeMap::new(),
            disputes: None,
            schemas: BTreeMap::new(),
            sealing: Sealing::default(),
            receipt: None,
        })
    }

    /// `buyer` is agent://buyer.tck-<random>.example/a.
    pub(crate) fn uri(&self, name: &str) -> Result<AgentUri, Finding> {
        text(&format!("agent://{name}.tck-{}.example/a", self.tag))
    }

    pub(crate) fn domain(&self, name: &str) -> Result<Domain, Finding> {
        text(&format!("{name}.tck-{}.example", self.tag))
    }

    /// `seller` is the agent, `seller.example` its organisation, `node` the node.
    pub(crate) fn issuer(&self, who: &str) -> Result<Issuer, Finding> {
        match who.strip_suffix(".example") {
            Some(name) => Ok(Issuer::Organisation(self.domain(name)?)),
            None if who == "node" => Ok(Issuer::Node(self.wire.origin.clone())),
            None => Ok(Issuer::Agent(self.uri(who)?)),
        }
    }

    /// The key of an agent, an organisation or anything else with a name; that of `hardware` is of P-256.
    pub(crate) fn key(&self, name: &str) -> SecretKey {
        let seed = Hash::of(&[&self.seed, name.as_bytes()]);
        let p256 = || (name == "hardware").then(|| SecretKey::from_scalar(seed.as_bytes()).ok()).flatten();
        let made = || p256().unwrap_or_else(|| SecretKey::from_seed(seed.as_bytes()));
        self.keys.get(name).cloned().unwrap_or_else(made)
    }

    /// From here on somebody signs with another key.
    pub(crate) fn use_key(&mut self, name: &str, key: SecretKey) {
        self.keys.insert(name.to_owned(), key);
        self.readers.remove(name);
    }

    pub(crate) fn now(&self) -> LogTime {
        self.wire.now()
    }

    pub(crate) fn stamp(&self) -> Result<Stamp, Finding> {
        Ok(Stamp { issued_at: self.now(), random: random()? })
    }

    pub(crate) fn nonce(&self) -> Result<Nonce, Finding> {
        random().map(Nonce)
    }

    pub(crate) fn org_stream(&self, name: &str) -> Result<StreamName, Finding> {
        Ok(StreamName::Of(StreamId::Org(self.domain(name)?)))
    }

    pub(crate) fn agent_stream(&self, name: &str) -> Result<StreamName, Finding> {
        Ok(StreamName::Of(StreamId::Agent(self.uri(name)?)))
    }

    /// What somebody would say in a stream.
    pub(crate) fn draft(&self, who: &str, stream: StreamName, body: Body) -> Result<Draft, Finding> {
        Ok(Draft::new(stream, self.wire.origin.clone(), self.issuer(who)?, body))
    }

    pub(crate) fn head(&self, stream: &StreamName) -> Option<Head> {
        match stream {
            StreamName::Of(stream) => self.heads.get(stream).copied(),
            StreamName::Opens(_) => None,
        }
    }

    /// Signs a draft on the head that is known.
    pub(crate) fn sign(&self, draft: &Draft, keys: &[&str]) -> Result<Verified, Finding> {
        self.sign_on(draft, self.head(&draft.stream), keys)
    }

    pub(crate) fn sign_on(
        &self,
        draft: &Draft,
        head: Option<Head>,
        keys: &[&str],
    ) -> Result<Verified, Finding> {
        let keys: Vec<SecretKey> = keys.iter().map(|name| self.key(name)).collect();
        let keys: Vec<&SecretKey> = keys.iter().collect();
        let unsound = |rejection| Finding::new("a case that signs what can be sent", rejection);
        draft.sign(head, self.stamp()?, &keys).map_err(unsound)
    }

    /// What somebody says in a stream, signed with that one's key.
    pub(crate) fn by(&self, who: &str, stream: StreamName, body: Body) -> Result<Verified, Finding> {
        self.sign(&self.draft(who, stream, body)?, &[who])
    }

    /// A statement with some of its members changed, signed anew: what the core's own draft would not write.
    pub(crate) fn altered(
        &self,
        statement: &Verified,
        keys: &[&str],
        change: impl FnOnce(&mut Value),
    ) -> Result<Vec<u8>, Finding> {
        let unsound = |error| Finding::new("a case that can be read", error);
        let mut value: Value = serde_json::from_slice(statement.statement().bytes()).map_err(unsound)?;
        change(&mut value);
        Ok(self.envelope(statement.statement().kind, &canonical(&value), keys))
    }

    /// An envelope around any bytes, signed as a statement of this type.
    pub(crate) fn envelope(&self, kind: Kind, bytes: &[u8], keys: &[&str]) -> Vec<u8> {
        let input = signing_input(kind, bytes);
        let sign = |name: &&str| {
            let key = self.key(name);
            Signature { key_id: key.id(), value: key.sign(&input) }
        };
        let mut signatures: Vec<Signature> = keys.iter().map(sign).collect();
        signatures.sort_by_key(|signature| signature.key_id);
        draft::envelope(bytes, &signatures)
    }

    /// Sends an envelope as it is.
    pub(crate) async fn send(&self, envelope: Vec<u8>) -> Result<Answer, Finding> {
        self.wire.post("/v1/statements", "application/json", envelope).await
    }

    /// Sends a statement; one that is taken in has to be answered with its receipt.
    pub(crate) async fn post(&mut self, statement: &Verified) -> Result<Answer, Finding> {
        let answer = self.send(statement.envelope()).await?;
        if answer.status == 202 {
            self.taken(statement, &answer)?;
        }
        Ok(answer)
    }

    fn taken(&mut self, verified: &Verified, answer: &Answer) -> Result<(), Finding> {
        self.wire.transcript.taken(verified, &answer.bytes, self.wire.node_key);
        // What a forged receipt says is still used: the case goes on, and its own rules are judged by themselves.
        if let Ok(receipt) = Receipt::from_json(&answer.bytes) {
            self.remarks.extend(self.wire.places.take(&receipt.receipt));
            self.receipts.insert(verified.statement().hash, receipt.receipt);
        }
        if let Err(finding) = check_receipt(&self.wire, verified, &answer.bytes) {
            self.remarks.push(finding.of(&["ASP-RCT-001"]).at("the receipt of an accepted statement"));
        }
        let statement = verified.statement();
        let head = Head { sequence: statement.sequence, hash: statement.hash };
        self.heads.insert(statement.stream.clone(), head);
        Ok(())
    }

    /// Has a statement taken in; a refusal is a finding.
    pub(crate) async fn take(&mut self, statement: Verified) -> Result<Hash, Finding> {
        let answer = self.post(&statement).await?;
        if answer.status == 202 {
            return Ok(statement.statement().hash);
        }
        Err(self.refused_though_right(&answer))
    }

    /// What is right has to be taken in.
    pub(crate) fn refused_though_right(&self, answer: &Answer) -> Finding {
        Finding::new("202 with a receipt", answer.told()).of(self.about)
    }

    /// Holds an answer against the refusal that is due: its code, and what every refusal says besides.
    ///
    /// Which rule and place are named is remarked on and stops nothing: the statement was refused.
    pub(crate) fn refuses(
        &mut self,
        answer: &Answer,
        code: Code,
        place: Option<(&str, &str)>,
    ) -> Result<(), Finding> {
        if answer.member("code") != code.as_str() {
            let about: Vec<&'static str> = rules::answered_with(self.about, code.as_str());
            let about = if about.is_empty() { self.about } else { about.as_slice() };
            return Err(Finding::new(code, answer.told()).of(about));
        }
        let mut said = check_problem(answer).err();
        let (rule, pointer) = (answer.member("rule"), answer.member("pointer"));
        let has_pointer = serde_json::from_slice::<Value>(&answer.bytes)
            .is_ok_and(|problem| problem.get("pointer").is_some_and(Value::is_string));
        let names = rules::find(&rule).is_some_and(|rule| rule.codes.contains(&code.as_str()));
        if !names {
            let expected = format!("the number of a rule that is answered with {code}");
            said = said.or_else(|| Some(Finding::new(expected, format_args!("{rule:?}"))));
        } else if !has_pointer || !(pointer.is_empty() || pointer.starts_with('/')) {
            said = said.or_else(|| Some(Finding::new("an RFC 6901 pointer", format_args!("{pointer:?}"))));
        } else if let Some((due, at)) = place
            && (due != rule || at != pointer)
        {
            let came = format!("{rule} at {pointer:?}");
            said = said.or_else(|| Some(Finding::new(format_args!("{code} by {due} at {at:?}"), came)));
        }
        self.remarks.extend(said.map(|finding| finding.of(&["ASP-API-001"]).at(code)));
        Ok(())
    }

    /// Sends a statement that has to be refused with this code.
    pub(crate) async fn refuse(&mut self, statement: &Verified, code: Code) -> Result<(), Finding> {
        let answer = self.post(statement).await?;
        self.refuses(&answer, code, None)
    }

    /// Sends bytes that have to be refused with this code.
    pub(crate) async fn refuse_bytes(&mut self, envelope: Vec<u8>, code: Code) -> Result<(), Finding> {
        let answer = self.send(envelope).await?;
        self.refuses(&answer, code, None)
    }

    /// A token for somebody of the stage.
    pub(crate) async fn reader(&mut self, who: &str) -> Result<Reader, Finding> {
        if let Some(reader) = self.readers.get(who) {
            return Ok(reader.clone());
        }
        let reader = self.wire.reader(&self.issuer(who)?, &self.key(who)).await?;
        self.readers.insert(who.to_owned(), reader.clone());
        Ok(reader)
    }

    /// Reads in somebody's name.
    pub(crate) async fn get_as(&mut self, who: &str, path: &str) -> Result<Answer, Finding> {
        let reader = self.reader(who).await?;
        self.wire.get_as(&reader, path).await
    }

    /// Registers an organisation.
    pub(crate) async fn organisation(&mut self, name: &str) -> Result<(), Finding> {
        let who = format!("{name}.example");
        if self.registered.insert(who.clone()) {
            let register = OrgRegister { key: self.key(&who).id(), name: text(name)? };
            let statement = self.by(&who, self.org_stream(name)?, Body::OrgRegister(register))?;
            self.take(statement).await?;
        }
        Ok(())
    }

    /// The statement with which an agent registers.
    pub(crate) fn registration(&self, name: &str) -> Result<Draft, Finding> {
        let capabilities = BTreeSet::from([text("provision.compute.gpu")?]);
        let card = Card::of(text(name)?, text("deals in compute")?, capabilities);
        let body = Body::AgentRegister(AgentRegister { card, key: self.key(name).id() });
        self.draft(name, self.agent_stream(name)?, body)
    }

    /// Registers an organisation with its agent.
    pub(crate) async fn member(&mut self, name: &str) -> Result<(), Finding> {
        self.organisation(name).await?;
        if self.registered.insert(name.to_owned()) {
            let draft = self.registration(name)?;
            let statement = self.sign(&draft, &[name, &format!("{name}.example")])?;
            let card = self.take(statement).await?;
            self.cards.insert(name.to_owned(), card);
        }
        Ok(())
    }

    /// Registers everybody who is named in a text, with the consents between them.
    pub(crate) async fn enter(&mut self, text: &str) -> Result<(), Finding> {
        let words: BTreeSet<&str> = text.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
        for name in CAST.into_iter().filter(|name| words.contains(name)) {
            self.member(name).await?;
        }
        for (by, with) in CONSENTS {
            if words.contains(by)
                && words.contains(with)
                && !self.consents.contains_key(&format!("{by}-{with}"))
            {
                self.consent(by, with).await?;
            }
        }
        Ok(())
    }

    pub(crate) fn consent_request(&self, with: &str) -> Result<ConsentRequest, Finding> {
        Ok(ConsentRequest {
            capabilities: BTreeSet::from([text("provision")?]),
            ceiling: None,
            data_classes: None,
            expires_at: self.now().plus(Millis(90 * 86_400_000)),
            fields: None,
            nonce: self.nonce()?,
            performatives: None,
            purpose: text("to trade")?,
            with: self.domain(with)?,
            mode: None,
        })
    }

    /// Asks for consent and gives it.
    pub(crate) async fn consent(&mut self, by: &str, with: &str) -> Result<Hash, Finding> {
        let request = self.consent_request(with)?;
        self.consent_of(by, with, request).await
    }

    pub(crate) async fn consent_of(
        &mut self,
        by: &str,
        with: &str,
        request: ConsentRequest,
    ) -> Result<Hash, Finding> {
        let id = self.ask_consent(by, request).await?;
        self.consents.insert(format!("{by}-{with}"), id);
        let grant = self.in_consent(with, id, Body::ConsentGrant(Empty {}))?;
        self.take(grant).await?;
        Ok(id)
    }

    pub(crate) async fn ask_consent(&mut self, by: &str, request: ConsentRequest) -> Result<Hash, Finding> {
        let stream = StreamName::Opens(StreamKind::Consent);
        let statement = self.by(&format!("{by}.example"), stream, Body::ConsentRequest(request))?;
        self.take(statement).await
    }

    /// A remark, the plainest thing that can be said in a session.
    pub(crate) fn remark(&self) -> Result<Body, Finding> {
        Ok(Body::Inform(Inform::Note(Note { data: None, text: text("hello")? })))
    }

    /// A remark of somebody's on the head of a session.
    pub(crate) fn note(&self, who: &str, session: Hash) -> Result<Verified, Finding> {
        self.by(who, StreamName::Of(StreamId::Session(session)), self.remark()?)
    }

    /// Has somebody observe something in a session.
    pub(crate) async fn observe(&mut self, who: &str, session: Hash) -> Result<Hash, Finding> {
        let body = Body::Observe(Note { data: None, text: text("seen")? });
        let statement = self.by(who, StreamName::Of(StreamId::Session(session)), body)?;
        self.take(statement).await
    }

    /// What an organisation says in a consent.
    pub(crate) fn in_consent(&self, name: &str, id: Hash, body: Body) -> Result<Verified, Finding> {
        self.by(&format!("{name}.example"), StreamName::Of(StreamId::Consent(id)), body)
    }

    /// Looks at the session through the eyes of who opened it, and learns where its stream ends.
    pub(crate) async fn look(&mut self) -> Result<(), Finding> {
        let Some(session) = self.session else { return Ok(()) };
        let path = format!("/v1/sessions/{}", session.to_hex());
        let initiator = self.initiator.clone();
        let view: SessionView =
            self.get_as(&initiator, &path).await?.json().map_err(|finding| finding.at(&path))?;
        self.heads.insert(StreamId::Session(session), view.head);
        self.view = Some(view);
        Ok(())
    }
}

/// A receipt is for this statement, at its place, signed by the node.
fn check_receipt(wire: &Wire, verified: &Verified, bytes: &[u8]) -> Result<Receipt, Finding> {
    let receipt = Receipt::from_json(bytes).map_err(|error| Finding::new("a receipt", error))?;
    receipt.verify(&wire.node_key).map_err(|error| Finding::new("a receipt of the node's key", error))?;
    let (said, statement) = (&receipt.receipt, verified.statement());
    let place: (&Hash, Sequence, &StreamId) = (&said.statement, said.sequence, &said.stream);
    if place != (&statement.hash, statement.sequence, &statement.stream) || said.origin != wire.origin {
        return Err(Finding::new("a receipt of this statement at its place", said.to_json()));
    }
    Ok(receipt)
}
