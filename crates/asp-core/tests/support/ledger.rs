//! Dialogues as ledgers: a line says who says what, and behind the arrow what comes of it.
//!
//! ```text
//! buyer  PROPOSE with seller            -> INVITED
//! seller ACCEPT                         -> INTRODUCED
//! buyer  PROPOSE firm trade             -> CONVERSING
//! buyer  ACCEPT                         -> ! NOT_YOUR_TURN
//! seller ACCEPT                         -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
//! +1h                                   -> EXECUTING
//! +1s                                   -> EXECUTING [BREACHED: goods BREACHED, pay LAPSED]
//! ```
//! Behind a code may stand the rule that is broken and where: `-> ! NOT_YOUR_TURN ASP-SES-013 /issuer`.
//! A line without an arrow has to be accepted. `+time` lets the node say all that falls due until then;
//! `+time quietly` lets the time pass while the node is silent. `as name` names a statement for later lines,
//! `on name` signs on it as the head, `name = seller owes buyer goods 100 within 1h` names a package.
//! `anew` leaves the session, so that the next line can open another.
//! What can be said with which words stands in `words.rs`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogPoint, Millis};
use asp_core::rejection::{Code, Rejection};
use asp_core::seal::Opened;
use asp_core::session::Session;
use asp_core::statement::Verified;
use asp_core::statement::body::{
    AdmissionFloor, AdmissionPolicy, Body, CommitmentState, ConsentNarrow, ConsentRequest, ConsentRule,
    DisputeFile, DisputeSettle, Empty, ExposureCap, Package, PolicySet, SchemaRef, SchemaRegister,
    TrustFloor,
};

use super::sealing::{Manner, mode};
use super::{Stage, agent_key, because, domain, key, text, uri, usd};

/// Everybody there is; the buyer's organisation has a consent with each of [`PARTNERS`], others as in [`CONSENTS`].
pub const CAST: [&str; 8] =
    ["buyer", "seller", "carrier", "mediator", "watcher", "clerk", "aide", "stranger"];
/// Whom the buyer may invite.
pub const PARTNERS: [&str; 4] = ["seller", "carrier", "mediator", "watcher"];

/// Consents besides the buyer's with its partners.
const CONSENTS: [(&str, &str); 7] = [
    ("buyer", "clerk"),
    ("seller", "clerk"),
    ("mediator", "clerk"),
    ("buyer", "aide"),
    ("seller", "aide"),
    ("clerk", "aide"),
    ("seller", "carrier"),
];

/// More than any session has to say at one instant.
const DUE_MAX: usize = 1_000;

/// A session with all that was said in it.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub stage: Stage,
    pub id: Option<Hash>,
    /// Statements by the name that a line gave them, and the last of each kind by its own.
    pub names: BTreeMap<String, Head>,
    /// Packages as they are written.
    pub definitions: BTreeMap<String, String>,
    /// Packages as they were last said, so that others can repeat their hash.
    pub packages: BTreeMap<String, Package>,
    /// Consents as `buyer-seller`.
    pub consents: BTreeMap<String, Hash>,
    /// Terms schemas by their alias.
    pub schemas: BTreeMap<String, SchemaRef>,
    /// Every line with what came of it.
    pub written: Vec<String>,
    /// What was sealed, by the statement in whose seal it is.
    pub opened: BTreeMap<Hash, Opened>,
    /// By which key somebody signs who has changed it.
    pub keys: BTreeMap<String, String>,
    /// The statement that was last made in the session, taken or not, and where.
    pub tried: Option<(LogPoint, Verified)>,
}

/// What comes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Moved,
    Refused(Code),
}

/// Plays the dialogue; every line must come to what is written behind its arrow.
#[track_caller]
pub fn check(text: &str) -> Ledger {
    let mut ledger = Ledger::open();
    ledger.check(text);
    ledger
}

impl Ledger {
    /// The whole cast before anything is said.
    pub fn open() -> Self {
        static CAST_REGISTERED: LazyLock<Ledger> = LazyLock::new(Ledger::registered);
        CAST_REGISTERED.clone()
    }

    fn registered() -> Self {
        let mut stage = Stage::with(&CAST);
        let pairs = PARTNERS.map(|name| ("buyer", name)).into_iter().chain(CONSENTS);
        let consents: BTreeMap<_, _> =
            pairs.map(|(by, with)| (format!("{by}-{with}"), stage.consent(by, with))).collect();
        let definitions = [
            ("goods", "seller owes buyer goods 100 within 1h"),
            ("cheap", "seller owes buyer goods 50 within 1h"),
            ("trade", "seller owes buyer goods 100 within 1h, buyer owes seller pay 100 within 1h of goods"),
        ];
        Self {
            stage,
            id: None,
            names: BTreeMap::new(),
            definitions: definitions.map(|(name, words)| (name.to_owned(), words.to_owned())).into(),
            packages: BTreeMap::new(),
            consents,
            schemas: BTreeMap::new(),
            written: Vec::new(),
            opened: BTreeMap::new(),
            keys: BTreeMap::new(),
            tried: None,
        }
    }

    #[track_caller]
    pub fn check(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (said, expected) = match line.split_once("->") {
                Some((said, expected)) => (said.trim(), Some(expected.trim())),
                None => (line, None),
            };
            let outcome = self.line(said);
            let mut came = self.tell(&outcome, expected.is_some_and(|text| text.contains('[')));
            if expected.is_some_and(|text| text.contains(" ASP-")) {
                came.extend(self.stage.refusal.iter().map(tell_place));
            }
            let as_expected = match expected {
                Some(expected) => came == expected,
                None => outcome == Outcome::Moved,
            };
            assert!(as_expected, "{}\nexpected -> {}", self.story(), expected.unwrap_or("no refusal"));
        }
    }

    /// All lines so far, each with what came of it.
    pub fn story(&self) -> String {
        self.written.join("\n")
    }

    pub fn session(&self) -> Option<&Session> {
        self.stage.world.session(&self.id?)
    }

    /// Does what a line says.
    pub fn line(&mut self, said: &str) -> Outcome {
        let words: Vec<&str> = said.split_whitespace().collect();
        let outcome = match words.as_slice() {
            [name, "=", ..] => {
                let package = said.split_once('=').map_or("", |(_, package)| package.trim());
                self.definitions.insert((*name).to_owned(), package.to_owned());
                Outcome::Moved
            }
            ["anew"] => {
                self.id = None;
                Outcome::Moved
            }
            [time, rest @ ..] if time.starts_with('+') => {
                self.pass(span(time.trim_start_matches('+')), rest.contains(&"quietly"));
                Outcome::Moved
            }
            [who, rest @ ..] if !rest.is_empty() => match self.act(who, rest) {
                Ok(()) => Outcome::Moved,
                Err(code) => Outcome::Refused(code),
            },
            _ => panic!("cannot read {said}"),
        };
        let came = self.tell(&outcome, true);
        self.written.push(format!("{said:<60} -> {came}"));
        outcome
    }

    fn act(&mut self, who: &str, words: &[&str]) -> Result<(), Code> {
        match words {
            ["REVOKE", consent @ ..] => {
                let id = self.consent(consent.first().unwrap_or(&"buyer-seller"));
                let body = Body::ConsentRevoke(because("no more"));
                self.stage.of_consent(organisation(who), id, body).map(|_| ())
            }
            ["POLICY", words @ ..] => {
                let name = organisation(who);
                let stream = StreamName::Of(StreamId::Org(domain(name)));
                self.stage.by_org(name, stream, Body::OrgPolicySet(policy(words))).map(|_| ())
            }
            ["DISPUTE", obligation, reason, end @ ..] => self.dispute(who, obligation, reason, end),
            ["CARD", "pinned"] => self.stage.pin_card(who).map(|_| ()),
            ["CARD", "there"] => self.stage.look_at_card(who, true).map(|_| ()),
            ["CARD", "swapped"] => self.stage.look_at_card(who, false).map(|_| ()),
            ["CARD", what] => self.stage.set_card(who, what).map(|_| ()),
            ["SCHEMA", alias, "upto", most] => self.register_schema(who, alias, most, ""),
            ["SCHEMA", alias, "upto", most, "class", class] => {
                self.register_schema(who, alias, most, &format!(r#","x-dataClass":"{class}""#))
            }
            ["CONSENT", with, terms @ ..] => {
                self.give_consent(organisation(who), organisation(with), terms);
                Ok(())
            }
            ["ASK", with, terms @ ..] => {
                self.ask_consent(organisation(who), organisation(with), terms).map(drop)
            }
            ["ACCOUNT", words @ ..] => self.account(who, words),
            ["PUBLISH", words @ ..] => self.publish(who, words).map(drop),
            ["KEY", words @ ..] => self.change_key(who, words),
            ["RETIRE"] => self.by_agent(who, Body::AgentRetire(because("no more")), &[]).map(drop),
            ["GRANT", consent @ ..] => {
                let id = self.consent(consent.first().unwrap_or(&"buyer-seller"));
                self.stage.of_consent(organisation(who), id, Body::ConsentGrant(Empty {})).map(|_| ())
            }
            ["NARROW", "of", name, terms @ ..] => {
                let id = self.consent(name);
                let body = Body::ConsentNarrow(self.narrowing(terms));
                self.stage.of_consent(organisation(who), id, body).map(|_| ())
            }
            _ => self.speak(who, words),
        }
    }

    /// `buyer DISPUTE goods late [settled partly 30]`: files a dispute, lets the node say in it what is due at once, and
    /// settles it; `none` instead of an amount.
    fn dispute(&mut self, who: &str, obligation: &str, reason: &str, end: &[&str]) -> Result<(), Code> {
        let commitment = self.hash("deal");
        let session = self.id.unwrap();
        let nonce = self.stage.nonce();
        let found = self.session().unwrap().commitments().get(&commitment).unwrap();
        let owed = &found.duty(&text(obligation)).unwrap().obligation;
        let against = if owed.debtor == uri(who) { owed.creditor.clone() } else { owed.debtor.clone() };
        let other = if against == uri("seller") { "seller" } else { "buyer" };
        let file = DisputeFile {
            against,
            amount: None,
            claim: text("it is not right"),
            commitment,
            disclosures: None,
            evidence: Vec::new(),
            nonce,
            obligation: Some(text(obligation)),
            party: uri(who),
            reason: serde_json::from_value(reason.into()).unwrap(),
            rules: found.package.disputes.clone(),
            session,
            severity: 1,
        };
        let stream = StreamName::Opens(StreamKind::Dispute);
        let draft = self.stage.draft(stream, issuer(who, &self.stage), Body::DisputeFile(file));
        let filed = self.stage.sign(&draft, &[&signer(who)]);
        let id = StreamId::Dispute(self.stage.take(filed)?);
        self.node_in(&id)?;
        if let ["settled", outcome, amount] = end {
            let settle = Body::DisputeSettle(DisputeSettle {
                amount: (*amount != "none").then(|| usd(amount)),
                outcome: serde_json::from_value((*outcome).into()).unwrap(),
                text: text("let us end it"),
            });
            let mut offered = None;
            for by in [who, other] {
                let stream = StreamName::Of(id.clone());
                let mut draft = self.stage.draft(stream, issuer(by, &self.stage), settle.clone());
                draft.in_reply_to = offered;
                let said = self.stage.sign(&draft, &[&signer(by)]);
                offered = Some(self.stage.take(said)?);
            }
            self.node_in(&id)?;
        }
        Ok(())
    }

    /// All that the node has to say in a stream now.
    fn node_in(&mut self, stream: &StreamId) -> Result<(), Code> {
        while let Some(body) = self.stage.world.due_in(stream, self.stage.now) {
            let draft = self.stage.draft(StreamName::Of(stream.clone()), issuer("node", &self.stage), body);
            let said = self.stage.sign(&draft, &[&key("node")]);
            self.stage.take(said)?;
        }
        Ok(())
    }

    /// `seller.example SCHEMA box upto 9 [class personal]` registers what takes `{"size": 1}` to `{"size": 9}`.
    fn register_schema(&mut self, who: &str, alias: &str, most: &str, mark: &str) -> Result<(), Code> {
        let schema = format!(
            r#"{{"type":"object","properties":{{"size":{{"type":"integer","minimum":1,"maximum":{most}{mark}}}}},"required":["size"]}}"#
        );
        let schema: serde_json::Map<_, _> = serde_json::from_str(&schema).unwrap();
        let hash = asp_core::terms::TermsSchema::new(&schema).unwrap().hash();
        let register = SchemaRegister { alias: text(alias), description: text("boxes"), schema, version: 1 };
        let by = domain(organisation(who));
        let stream = StreamName::Of(StreamId::Org(by.clone()));
        self.stage.by_org(organisation(who), stream, Body::OrgSchemaRegister(register))?;
        self.schemas.insert(alias.to_owned(), SchemaRef { by: Some(by), hash });
        Ok(())
    }

    /// `buyer.example CONSENT seller.example` and the words of [`Ledger::ask_consent`]: asked and granted.
    fn give_consent(&mut self, by: &str, with: &str, terms: &[&str]) {
        let id = self.ask_consent(by, with, terms).unwrap();
        self.stage.of_consent(with, id, Body::ConsentGrant(Empty {})).unwrap();
    }

    /// `seller.example NARROW of buyer-seller` and the same words.
    fn narrowing(&self, terms: &[&str]) -> ConsentNarrow {
        let mut narrow = ConsentNarrow::because(text("less"));
        for pair in terms.chunks(2) {
            match pair {
                ["only", list] => narrow.performatives = Some(list.split(',').map(text).collect()),
                ["ceiling", amount] => narrow.ceiling = Some(usd(amount)),
                ["for", time] => narrow.expires_at = Some(self.stage.now.plus(span(time))),
                ["about", list] => narrow.capabilities = Some(list.split(',').map(text).collect()),
                ["fields", "none"] => narrow.fields = Some(std::collections::BTreeSet::new()),
                ["fields", list] => narrow.fields = Some(list.split(',').map(text).collect()),
                ["classes", list] => narrow.data_classes = Some(list.split(',').map(text).collect()),
                other => panic!("no terms of a consent: {other:?}"),
            }
        }
        narrow
    }

    /// `ASK seller.example [only A,B] [ceiling 50] [for 10m] [about a.b] [fields a,b|none] [classes public] [mode sealed]`
    fn ask_consent(&mut self, by: &str, with: &str, terms: &[&str]) -> Result<Hash, Code> {
        let mut request: ConsentRequest = self.stage.request(with);
        for pair in terms.chunks(2) {
            match pair {
                ["only", list] => request.performatives = Some(list.split(',').map(text).collect()),
                ["ceiling", amount] => request.ceiling = Some(usd(amount)),
                ["for", time] => request.expires_at = self.stage.now.plus(span(time)),
                ["about", list] => request.capabilities = list.split(',').map(text).collect(),
                ["fields", "none"] => request.fields = Some(std::collections::BTreeSet::new()),
                ["fields", list] => request.fields = Some(list.split(',').map(text).collect()),
                ["mode", name] => request.mode = Some(mode(name)),
                ["classes", list] => request.data_classes = Some(list.split(',').map(text).collect()),
                other => panic!("no terms of a consent: {other:?}"),
            }
        }
        let stream = StreamName::Opens(StreamKind::Consent);
        let id = self.stage.by_org(by, stream, Body::ConsentRequest(request))?;
        self.consents.insert(format!("{by}-{with}"), id);
        Ok(id)
    }

    pub fn consent(&self, name: &str) -> Hash {
        self.consents.get(name).copied().unwrap_or_else(|| Hash::of(&[name.as_bytes()]))
    }

    fn speak(&mut self, who: &str, words: &[&str]) -> Result<(), Code> {
        let (words, name) = cut(words, "as");
        let (words, on) = cut(words, "on");
        let (chain, words) = match words {
            ["for", chain, words @ ..] => (chain.split(',').map(|link| self.hash(link)).collect(), words),
            words => (Vec::new(), words),
        };
        let (words, manner) = Manner::of(words);
        let said = self.body(who, words);
        let opens = self.id.is_none() || said.opens;
        let stream = match self.id {
            Some(id) if !opens => StreamName::Of(StreamId::Session(id)),
            _ => StreamName::Opens(StreamKind::Session),
        };
        let (shown, seal, opened) = self.shown(who, &said.body, manner);
        let mut draft = self.stage.draft(stream, issuer(who, &self.stage), shown);
        draft.in_reply_to = said.reply;
        draft.on_behalf_of = chain;
        draft.seal = seal;
        let head = match on {
            Some(name) => self.names.get(name).copied(),
            None => self.stage.head(&draft.stream),
        };
        let stamp = self.stage.stamp();
        let signed =
            draft.sign(head, stamp, &[&self.key_of(who)]).map_err(|refusal| self.stage.refuse(refusal))?;
        let statement =
            Verified::from_envelope(&signed.envelope()).map_err(|rejection| self.stage.refuse(rejection))?;
        let head = Head { sequence: statement.statement().sequence, hash: statement.statement().hash };
        self.tried = Some((self.stage.point(), statement.clone()));
        self.stage.take(statement)?;
        self.opened.extend(opened.map(|opened| (head.hash, opened)));
        if opens {
            self.id = Some(head.hash);
        }
        self.remember(&said.body, head);
        self.names.extend(name.map(|name| (name.to_owned(), head)));
        Ok(())
    }

    fn remember(&mut self, body: &Body, head: Head) {
        let kind = body.kind().as_str();
        self.names.insert(kind.to_owned(), head);
        self.names.insert(format!("#{}", head.sequence), head);
        let formed = self.session().is_some_and(|session| session.commitments().contains_key(&head.hash));
        if formed {
            self.names.insert("deal".to_owned(), head);
        }
        if matches!(kind, "PROPOSE" | "COUNTER") {
            self.names.insert("offer".to_owned(), head);
        }
    }

    /// A statement by its name; of a name that nobody bears, a hash that is of nothing.
    pub fn hash(&self, name: &str) -> Hash {
        self.names.get(name).map_or_else(|| Hash::of(&[name.as_bytes()]), |head| head.hash)
    }

    /// Lets time pass; the node speaks at each deadline on the way unless it is to be quiet.
    pub fn pass(&mut self, span: Millis, quietly: bool) {
        let end = self.stage.now.plus(span);
        let Some(id) = self.id.filter(|_| !quietly) else {
            self.stage.now = end;
            return;
        };
        for _ in 0..DUE_MAX {
            let Some(deadline) = self.stage.world.next_deadline(&id).filter(|time| *time <= end) else {
                self.stage.now = end;
                return;
            };
            self.stage.now = self.stage.now.max(deadline);
            assert!(self.stage.tick(id), "{deadline} has nothing to say\n{}", self.story());
        }
        panic!("what is due has no end\n{}", self.story());
    }

    /// What an outcome is in words, with the commitments if asked.
    pub fn tell(&self, outcome: &Outcome, in_full: bool) -> String {
        match outcome {
            Outcome::Refused(code) => format!("! {code}"),
            Outcome::Moved => match self.session() {
                None => "IDLE".to_owned(),
                Some(session) => tell_session(session, in_full),
            },
        }
    }
}

/// `grants provision;ceiling=5;for=1h;classes=public;floor=20@5`, a rule of consent for each, `ceiling 60`, `mode sealed`, `person Ada`, `from buyer.example,carrier.example` (`none`: nobody), `floors 11,provision=20@5`
fn policy(words: &[&str]) -> PolicySet {
    let mut policy = PolicySet::of(Vec::new());
    for pair in words.chunks(2) {
        match pair {
            ["ceiling", ceiling] => policy.ceiling = Some(usd(ceiling)),
            ["exposure", floor] => policy.exposure_cap = Some(ExposureCap { floor: usd(floor), share: None }),
            ["mode", name] => policy.mode = Some(mode(name)),
            ["person", person] => policy.human_contacts.push(text(person)),
            ["from", list] => {
                let named = list.split(',').filter(|name| *name != "none");
                admission(&mut policy).from = Some(named.map(text).collect());
            }
            ["grants", rule] => policy.consent_rules.get_or_insert_default().push(consent_rule(rule)),
            ["floors", list] => admission(&mut policy).floors = list.split(',').map(floor).collect(),
            other => panic!("no part of a policy: {other:?}"),
        }
    }
    policy
}

fn admission(policy: &mut PolicySet) -> &mut AdmissionPolicy {
    policy.admission.get_or_insert(AdmissionPolicy { floors: Vec::new(), from: None })
}

fn consent_rule(words: &str) -> ConsentRule {
    let (capabilities, more) = words.split_once(';').unwrap_or((words, ""));
    let mut rule = ConsentRule {
        capabilities: capabilities.split(',').map(text).collect(),
        ceiling: None,
        data_classes: None,
        floor: None,
        lasts_ms: span("90d"),
    };
    for pair in more.split(';').filter_map(|pair| pair.split_once('=')) {
        match pair {
            ("ceiling", amount) => rule.ceiling = Some(usd(amount)),
            ("for", time) => rule.lasts_ms = span(time),
            ("classes", list) => rule.data_classes = Some(list.split(',').map(text).collect()),
            ("floor", words) => {
                let AdmissionFloor { score, value, .. } = floor(words);
                rule.floor = Some(TrustFloor { score, value });
            }
            other => panic!("no part of a rule: {other:?}"),
        }
    }
    rule
}

/// `11`, `11@50`, `provision=11@50`; a hundred where no value is named.
fn floor(words: &str) -> AdmissionFloor {
    let (capability, words) =
        words.split_once('=').map_or((None, words), |(name, rest)| (Some(text(name)), rest));
    let (score, value) = words.split_once('@').unwrap_or((words, "100"));
    AdmissionFloor { capability, score: score.parse().unwrap(), value: usd(value) }
}

/// ` ASP-SES-013 /issuer`
fn tell_place(refusal: &Rejection) -> String {
    format!(" {} {}", refusal.rule.unwrap_or_default(), refusal.pointer.as_deref().unwrap_or_default())
}

fn tell_session(session: &Session, in_full: bool) -> String {
    let mut told = session.state().to_string();
    if let Some(end) = session.end() {
        told = format!("{told}({})", end.reason);
    }
    let mut commitments: Vec<_> = session.commitments().values().collect();
    commitments.sort_by_key(|commitment| commitment.formed.index);
    if in_full && !commitments.is_empty() {
        let tell = |commitment: &&asp_core::session::Commitment| {
            let duties: Vec<String> = commitment
                .duties()
                .iter()
                .flat_map(|duty| {
                    let stage = |it: &asp_core::session::Milestone| {
                        format!("{} {}", it.stage.id, it.progress.as_str())
                    };
                    let stages: Vec<String> = duty.stages.iter().map(stage).collect();
                    let stages =
                        if stages.is_empty() { String::new() } else { format!(" ({})", stages.join(", ")) };
                    [format!("{} {}{stages}", duty.obligation.id, duty.progress.as_str())]
                })
                .collect();
            format!("{}: {}", state_word(commitment.state()), duties.join(", "))
        };
        let all: Vec<String> = commitments.iter().map(tell).collect();
        told = format!("{told} [{}]", all.join("; "));
    }
    told
}

fn state_word(state: CommitmentState) -> String {
    serde_json::to_value(state).unwrap().as_str().unwrap().to_owned()
}

/// `words… keyword value` without the last two, and the value.
fn cut<'a>(words: &'a [&'a str], keyword: &str) -> (&'a [&'a str], Option<&'a str>) {
    match words {
        [before @ .., last, value] if *last == keyword => (before, Some(value)),
        all => (all, None),
    }
}

/// `90s`, `5m`, `72h`, `3d`, `10ms`.
pub fn span(word: &str) -> Millis {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match word.get(digits.len()..) {
        Some("ms") => 1,
        Some("s") => 1_000,
        Some("m") => 60_000,
        Some("h") => 3_600_000,
        Some("d") => 86_400_000,
        _ => panic!("no span of time: {word}"),
    };
    Millis(digits.parse::<u64>().unwrap() * unit)
}

/// `seller` of `seller.example`.
fn organisation(who: &str) -> &str {
    who.strip_suffix(".example").unwrap_or(who)
}

/// `seller` is the agent, `seller.example` its organisation, `node` the node.
pub fn issuer(who: &str, stage: &Stage) -> Issuer {
    match who.strip_suffix(".example") {
        Some(name) => Issuer::Organisation(domain(name)),
        None if who == "node" => Issuer::Node(stage.origin.clone()),
        None => Issuer::Agent(uri(who)),
    }
}

/// The key of whoever that is.
pub fn signer(who: &str) -> asp_core::key::SecretKey {
    match who.strip_suffix(".example") {
        Some(name) => key(name),
        None if who == "node" => key("node"),
        None => agent_key(who),
    }
}
