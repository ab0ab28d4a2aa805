//! The words of a ledger's lines: what a performative carries when nothing more is said, and what more can be said.
//!
//! ```text
//! PROPOSE with seller mediator! carrier? [limits] [consents=none] [about=a.b] [by=other] [mode=hybrid]  an invitation
//! PROPOSE [firm] [goods or trade] [awaits a,b] [until 30s] [quorum 2] [answers ACCEPT]       an offer
//! … goods in box 3                       the terms {"size": 3} after the schema `box`, which comes behind the packages
//! PROPOSE admission of carrier [watching] [consents=none] [until 30s]
//! PROPOSE amendment to cheap [of deal] · PROPOSE termination [of deal]
//! COUNTER conditions [limits] · COUNTER [to name] and the words of an offer
//! ACCEPT admission · QUERY [to seller] [about name] [until 30s] · CLARIFY [name] · WITHDRAW departure
//! INFORM usage [tokens 5] [cost 3] ·
//! ACCEPT [name] [choosing trade] · ACCEPT introduction|acceptance|resumption · REJECT [name] · COMMIT [trade]
//! INFORM [note] · INFORM progress|fulfilment|acknowledgement|contest|breach|silence goods [of deal] [stage design]
//! INFORM fulfilment goods [digest x] [result 3] [attested carrier] · INFORM breach goods [owing 5]
//! DELEGATE to clerk [may A,B] [ceiling 100] [expires 10m] [hops 1] [consent other] · ESCALATE [to mediator|seller.example]
//! WITHDRAW [name] · WITHDRAW timeout REASON · CLOSE [wrongly] · CLOSE timeout REASON · QUERY · CLARIFY · OBSERVE
//! INFORM note · QUERY · CLARIFY · OBSERVE, each with [data=size,grade]
//! INFORM group and the words of `sealing.rs` · INFORM unreadable [name]
//! limits: tokens= cost= messages= rounds= response= session= invitation= escalation= ceiling= floor=
//! ```

use std::collections::BTreeSet;

use asp_core::attestation::Claim;
use asp_core::name::Issuer;
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::session::Session;
use asp_core::session::table::{Performative, Reason, State};
use asp_core::statement::body::{
    Accept, Acceptance, Admission, Amendment, Award, Body, Breach, Budget, Close, Closing, Commit,
    Conditions, Counter, DisputeOutcome, Due, DueAfter, DueAt, Empty, Escalation, Evidence, Fulfilment,
    Inform, Introduction, Invitation, Invitee, Limits, Mandate, Mode, Nonce, Note, Obligation, ObligationEnd,
    ObligationId, ObligationNote, ObligationRef, ObligationStage, Offer, Package, ParticipantRole, Propose,
    Question, Remedy, Resumption, SchemaRef, Showing, Termination, Timeout, TrustFloor, Unreadable, Usage,
    Withdraw,
};

use super::ledger::{Ledger, issuer, span};
use super::sealing::mode;
use super::{agent_key, because, note, text, uri, usd};

/// A body and what it answers.
#[derive(Debug)]
pub struct Said {
    pub body: Body,
    pub reply: Option<Hash>,
    /// Whether it is meant to open a session although there is one.
    pub opens: bool,
}

/// What an ACCEPT can be of.
const KINDS: [&str; 4] = ["introduction", "acceptance", "resumption", "admission"];

impl Ledger {
    fn state(&self) -> State {
        self.session().map_or(State::Idle, Session::state)
    }

    /// The statement that the words make.
    pub fn body(&mut self, who: &str, words: &[&str]) -> Said {
        let [performative, words @ ..] = words else { panic!("{who} says nothing") };
        let mut opens = false;
        let mut reply = None;
        let body = match text::<Performative>(performative) {
            Performative::Propose => {
                opens = words.first() == Some(&"with") && self.id.is_none();
                Body::Propose(self.propose(who, words))
            }
            Performative::Counter => {
                reply = self.answered(words, "to");
                Body::Counter(self.counter(words))
            }
            Performative::Accept => {
                reply = self.answered(words, "");
                Body::Accept(self.accept(who, words, reply))
            }
            Performative::Reject => {
                reply = self.answered(words, "");
                Body::Reject(because("no"))
            }
            Performative::Inform => {
                if words.first() == Some(&"unreadable") {
                    reply = Some(self.hash(words.get(1).unwrap_or(&"offer")));
                }
                Body::Inform(self.inform(who, words))
            }
            Performative::Query => {
                reply = after(words, "about").map(|name| self.hash(name));
                Body::Query(Question {
                    awaits: after(words, "to").map(uri),
                    respond_by: after(words, "until").map(|time| self.stage.now.plus(span(time))),
                    data: data(words),
                    ..Question::to_all(text("how many?"))
                })
            }
            Performative::Clarify => {
                reply = words.first().filter(|word| !word.contains('=')).map(|name| self.hash(name));
                Body::Clarify(Note { data: data(words), ..note("eight") })
            }
            Performative::Observe => Body::Observe(Note { data: data(words), ..note("seen") }),
            Performative::Commit => {
                let terms_hash = self.terms(words.first().unwrap_or(&"goods"));
                Body::Commit(Commit { terms_hash })
            }
            Performative::Delegate => Body::Delegate(self.mandate(who, words)),
            Performative::Escalate => {
                let authority = issuer(after(words, "to").unwrap_or("mediator"), &self.stage);
                let contact = after(words, "person").map(text);
                Body::Escalate(Escalation { authority, contact, question: text("what now?") })
            }
            Performative::Withdraw => {
                reply = self.withdrawn(words);
                if words.contains(&"departure") {
                    let body = Body::Withdraw(Withdraw::Departure(because("bye")));
                    return Said { body, reply: None, opens };
                }
                let timeout = after(words, "timeout").map(|reason| timeout(text(reason)));
                Body::Withdraw(timeout.map_or(Withdraw::Withdrawal(because("sorry")), Withdraw::Timeout))
            }
            Performative::Close => Body::Close(self.close(words)),
        };
        Said { body, reply, opens }
    }

    /// What an answer answers: what the line names, else what the state puts before everybody.
    fn answered(&self, words: &[&str], keyword: &str) -> Option<Hash> {
        let named = match keyword {
            "" => words
                .iter()
                .copied()
                .take_while(|word| *word != "choosing")
                .find(|word| !KINDS.contains(word) && *word != "wrongly" && !word.contains('=')),
            keyword => after(words, keyword),
        };
        if let Some(name) = named {
            return Some(self.hash(name));
        }
        let session = self.session()?;
        match session.state() {
            State::Invited => session.conditions(),
            State::Agreeing => session.pending().map(|pending| pending.statement),
            State::Escalated => Some(self.hash("ESCALATE")),
            State::Idle
            | State::Introduced
            | State::Conversing
            | State::Executing
            | State::Closed
            | State::Failed => Some(self.hash("offer")),
        }
    }

    fn withdrawn(&self, words: &[&str]) -> Option<Hash> {
        match words.first() {
            Some(&"timeout") | None => self.answered(&[], ""),
            Some(name) => Some(self.hash(name)),
        }
    }

    fn propose(&mut self, who: &str, words: &[&str]) -> Propose {
        match words {
            ["with", words @ ..] => Propose::Invitation(self.invitation_of(who, words)),
            ["amendment", "to", package, words @ ..] => Propose::Amendment(Amendment {
                commitment: self.deal(words),
                package: {
                    let mut package = self.package_named(package);
                    package.schema = after(words, "in").map(|name| self.schema(name).hash);
                    package
                },
                respond_by: after(words, "until").map(|time| self.stage.now.plus(span(time))),
            }),
            ["admission", "of", newcomer, words @ ..] => Propose::Admission(Admission {
                agent: uri(newcomer),
                consents: match key_of(words, "consents") {
                    Some("none") => BTreeSet::new(),
                    Some(list) => list.split(',').map(|name| self.consent(name)).collect(),
                    None => self.consents.get(&format!("{who}-{newcomer}")).copied().into_iter().collect(),
                },
                respond_by: after(words, "until").map(|time| self.stage.now.plus(span(time))),
                role: if words.contains(&"watching") {
                    ParticipantRole::Observer
                } else {
                    ParticipantRole::Party
                },
            }),
            ["termination", words @ ..] => Propose::Termination(Termination {
                commitment: self.deal(words),
                reason: text("over"),
                respond_by: after(words, "until").map(|time| self.stage.now.plus(span(time))),
                shares: super::money::shares(words),
            }),
            words => Propose::Proposal(self.offer_of(words)),
        }
    }

    fn counter(&mut self, words: &[&str]) -> Counter {
        let conditions = words.first() == Some(&"conditions");
        if conditions || (words.is_empty() && self.state() == State::Invited) {
            return Counter::Conditions(Conditions { limits: limits(words), schemas: self.schemas(words) });
        }
        Counter::CounterOffer(self.offer_of(words))
    }

    fn deal(&self, words: &[&str]) -> Hash {
        self.hash(after(words, "of").unwrap_or("deal"))
    }

    /// `seller` negotiates unless its name says otherwise; `!` is required, `?` is not.
    fn invitation_of(&mut self, who: &str, words: &[&str]) -> Invitation {
        let by = key_of(words, "by").unwrap_or(who);
        let first = Invitee { agent: uri(by), required: None, role: ParticipantRole::Initiator };
        let invitee = |word: &&str| {
            let name = word.trim_end_matches(['!', '?']);
            let role = match name {
                "mediator" => ParticipantRole::Mediator,
                "watcher" => ParticipantRole::Observer,
                _ => ParticipantRole::Party,
            };
            let required = (word.len() > name.len()).then(|| word.ends_with('!'));
            Invitee { agent: uri(name), required, role }
        };
        let named: Vec<&str> = words.iter().copied().filter(|word| !word.contains('=')).collect();
        let covering =
            |name: &&str| self.consents.get(&format!("{by}-{}", name.trim_end_matches(['!', '?'])));
        let consents = match key_of(words, "consents") {
            Some("none") => BTreeSet::new(),
            Some(list) => list.split(',').map(|name| self.consent(name)).collect(),
            None => named.iter().filter_map(covering).copied().collect(),
        };
        Invitation {
            capability: text(key_of(words, "about").unwrap_or("provision.compute.gpu")),
            consents,
            limits: limits(words),
            mode: key_of(words, "mode").map_or(Mode::Open, mode),
            nonce: Nonce(*b"sixteen bytes it"),
            participants: [first].into_iter().chain(named.iter().map(invitee)).collect(),
            purpose: text("GPUs"),
            schemas: self.schemas(words),
        }
    }

    /// `schemas=box,crate`
    fn schemas(&self, words: &[&str]) -> Option<Vec<SchemaRef>> {
        key_of(words, "schemas").map(|list| list.split(',').map(|name| self.schema(name)).collect())
    }

    /// A schema that an organisation registered under this name, or one that nobody did.
    fn schema(&self, name: &str) -> SchemaRef {
        let unknown = || SchemaRef { by: None, hash: Hash::of(&[name.as_bytes()]) };
        self.schemas.get(name).cloned().unwrap_or_else(unknown)
    }

    fn offer_of(&mut self, words: &[&str]) -> Offer {
        let mut offer = Offer::of(Vec::new(), false);
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match *word {
                "firm" => offer.binding = true,
                "quorum" => offer.quorum = rest.next().map(|number| number.parse().unwrap()),
                "answers" => offer.answers = rest.next().map(|list| list.split(',').map(text).collect()),
                "in" => {
                    if offer.packages.is_empty() {
                        offer.packages.push(self.package_named("goods"));
                    }
                    let schema = rest.next().map(|name| self.schema(name).hash);
                    let size: Option<u64> = rest.next().and_then(|size| size.parse().ok());
                    for package in &mut offer.packages {
                        package.schema = schema;
                        package.terms =
                            size.map(|size| ("size".to_owned(), size.into())).into_iter().collect();
                    }
                }
                "or" => {}
                "to" => drop(rest.next()),
                "awaits" => offer.awaits = rest.next().map(|list| list.split(',').map(uri).collect()),
                "until" => offer.respond_by = rest.next().map(|time| self.stage.now.plus(span(time))),
                name => offer.packages.push(self.package_named(name)),
            }
        }
        if offer.packages.is_empty() {
            offer.packages.push(self.package_named("goods"));
        }
        offer
    }

    /// A defined package as it is when said at this instant.
    fn package_named(&mut self, name: &str) -> Package {
        let words = self.definitions.get(name).unwrap_or_else(|| panic!("no package is named {name}"));
        let (holds, obligations): (Vec<&str>, Vec<&str>) =
            words.split(',').map(str::trim).partition(|words| words.starts_with("hold "));
        let obligations = obligations.into_iter().map(|words| self.obligation(words)).collect();
        let holds: Vec<_> = holds.into_iter().map(super::money::hold).collect();
        let holds = (!holds.is_empty()).then_some(holds);
        let package = Package {
            disputes: None,
            holds,
            obligations,
            schema: None,
            terms: serde_json::Map::new(),
            hidden: None,
            salt: self.salt(),
        };
        self.packages.insert(name.to_owned(), package.clone());
        package
    }

    /// `seller owes buyer goods 100 within 1h [of other] [look 5m] [EUR]`, and the words of [`Ledger::showing`],
    /// of a remedy and of stages
    fn obligation(&self, words: &str) -> Obligation {
        let words: Vec<&str> = words.split_whitespace().collect();
        let [debtor, "owes", creditor, id, value, "within", within, more @ ..] = words.as_slice() else {
            panic!("no obligation: {words:?}")
        };
        let due = match after(more, "of") {
            Some(other) => Due::After(DueAfter { after: text(other), within_ms: span(within) }),
            None => Due::At(DueAt { at: self.stage.now.plus(span(within)) }),
        };
        let mut value = usd(value);
        if more.contains(&"EUR") {
            value.currency = text("EUR");
        }
        Obligation {
            acknowledge_ms: after(more, "look").map(span),
            creditor: uri(creditor),
            debtor: uri(debtor),
            due,
            id: text(id),
            quantity: None,
            remedy: remedy(more),
            shown_by: self.showing(more).unwrap_or(Showing::Acknowledgement),
            stages: key_of(more, "stages")
                .map(|list| list.split('/').map(|words| self.milestone(words)).collect()),
            value,
            what: text("as agreed"),
        }
    }

    /// `[digest] [digest=x] [schema=box] [attested=carrier]`
    fn showing(&self, words: &[&str]) -> Option<Showing> {
        if let Some(name) = key_of(words, "schema") {
            let SchemaRef { by, hash } = self.schema(name);
            return Some(Showing::Schema { by, schema: hash });
        }
        if let Some(by) = key_of(words, "attested") {
            return Some(Showing::Attestation { by: uri(by) });
        }
        let digest = key_of(words, "digest").map(|artefact| Hash::of(&[artefact.as_bytes()]));
        (digest.is_some() || words.contains(&"digest")).then_some(Showing::Digest { digest })
    }

    /// `design:40[:30m][:attested=carrier]`, one of `stages=design:40/build:60`
    fn milestone(&self, words: &str) -> ObligationStage {
        let parts: Vec<&str> = words.split(':').collect();
        let [id, value, more @ ..] = parts.as_slice() else { panic!("no stage: {words}") };
        let within = more.iter().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
        ObligationStage {
            due: within.map(|within| DueAt { at: self.stage.now.plus(span(within)) }),
            id: text(id),
            shown_by: self.showing(more),
            value: usd(value),
            what: text("a part"),
        }
    }

    /// The hash of a package as it was last said.
    fn terms(&self, name: &str) -> Hash {
        self.packages.get(name).map_or_else(|| Hash::of(&[name.as_bytes()]), Package::terms_hash)
    }

    fn accept(&self, who: &str, words: &[&str], reply: Option<Hash>) -> Accept {
        let named = words.iter().find(|word| KINDS.contains(word)).copied();
        let kind = named.unwrap_or(match self.state() {
            State::Invited => "introduction",
            State::Escalated => "resumption",
            _ => "acceptance",
        });
        match kind {
            "introduction" => {
                let card = if words.contains(&"wrongly") {
                    Hash::of(&[b"another card"])
                } else {
                    self.stage.world.agent(&uri(who)).map_or(Hash::of(&[]), |agent| agent.card_set_by())
                };
                let schemas = key_of(words, "speaking")
                    .map(|list| list.split(',').map(|name| self.schema(name).hash).collect());
                Accept::Introduction(Introduction { card, schemas })
            }
            "resumption" => Accept::Resumption(Resumption { decided_by: None, instructions: None }),
            "admission" => Accept::Admission(Empty {}),
            _ => Accept::Acceptance(Acceptance { terms_hash: self.accepted_terms(words, reply) }),
        }
    }

    /// The terms that the line chooses, else the first of what it accepts.
    fn accepted_terms(&self, words: &[&str], reply: Option<Hash>) -> Hash {
        if let Some(name) = after(words, "choosing") {
            return self.terms(name);
        }
        let session = self.session();
        let pending = session.and_then(Session::pending).filter(|_| self.state() == State::Agreeing);
        let offer = session.and_then(|session| session.offers().get(&reply?));
        let offered = offer.and_then(|offer| {
            let chosen = offer.accepted.values().next().filter(|_| offer.needs_all());
            chosen.or_else(|| offer.packages.keys().next()).copied()
        });
        pending.map(|pending| pending.terms_hash).or(offered).unwrap_or_else(|| self.terms("goods"))
    }

    fn inform(&mut self, who: &str, words: &[&str]) -> Inform {
        let (kind, obligation) = match words {
            [] | ["note", ..] => return Inform::Note(Note { data: data(words), ..note("so it is") }),
            ["usage", words @ ..] => {
                let tokens = after(words, "tokens").map(|count| count.parse().unwrap());
                let cost = after(words, "cost").map(usd);
                let tokens = tokens.or_else(|| cost.is_none().then_some(5));
                return Inform::Usage(Usage { cost, tokens });
            }
            ["award", ..] => return Inform::Award(self.award(words)),
            ["group", words @ ..] => return Inform::Group(self.group(who, words)),
            ["unreadable", ..] => return Inform::Unreadable(Unreadable { code: Code::CommitmentMismatch }),
            [kind, obligation, ..] => (*kind, text::<ObligationId>(obligation)),
            [kind] => (*kind, text("goods")),
        };
        let commitment = self.deal(words);
        let stage: Option<ObligationId> = after(words, "stage").map(text);
        let named = ObligationRef { commitment, obligation: obligation.clone(), stage: stage.clone() };
        let noted = ObligationNote {
            commitment,
            obligation: obligation.clone(),
            stage: stage.clone(),
            text: text("look"),
        };
        match kind {
            "progress" => Inform::Progress(noted),
            "contest" => Inform::Contest(noted),
            "acknowledgement" => Inform::Acknowledgement(named),
            "breach" => {
                Inform::Breach(Breach { commitment, obligation, owed: after(words, "owing").map(usd), stage })
            }
            "silence" => Inform::Silence(named),
            "fulfilment" => {
                let evidence = self.evidence(words, &named);
                Inform::Fulfilment(Fulfilment { commitment, evidence, obligation, stage })
            }
            other => panic!("nothing to inform of: {other}"),
        }
    }

    /// `[digest x] [result 3 [in box]] [attested seller [with key] [not] [about pay] [at design] [in other.example/log]]`
    fn evidence(&self, words: &[&str], named: &ObligationRef) -> Evidence {
        if let Some(artefact) = after(words, "digest") {
            return Evidence::Digest { digest: Hash::of(&[artefact.as_bytes()]) };
        }
        if let Some(size) = after(words, "result") {
            let size = match size.parse::<u64>() {
                Ok(size) => size.into(),
                Err(_) => size.repeat(20_000).into(),
            };
            let result = [("size".to_owned(), size)].into_iter().collect();
            return Evidence::Schema {
                result,
                schema: self.schema(after(words, "in").unwrap_or("box")).hash,
            };
        }
        let Some(attester) = after(words, "attested") else {
            return Evidence::Acknowledgement { text: text("done") };
        };
        let claim = Claim {
            attester: uri(attester),
            audience: after(words, "in").map_or_else(|| self.stage.origin.clone(), text),
            commitment: after(words, "under").map_or(named.commitment, |name| self.hash(name)),
            digest: None,
            fulfilled: !words.contains(&"not"),
            obligation: after(words, "about").map_or_else(|| named.obligation.clone(), text),
            stage: after(words, "at").map(text).or_else(|| named.stage.clone()),
        };
        let mut signed = claim.sign(&agent_key(after(words, "with").unwrap_or(attester)));
        if words.contains(&"forged") {
            signed.claim.digest = Some(Hash::of(&[]));
        }
        Evidence::Attestation { attestation: Box::new(signed) }
    }

    /// The award that is due; where none is, one that nothing gives.
    fn award(&self, words: &[&str]) -> Award {
        let id = self.id.unwrap_or_else(|| Hash::of(&[]));
        match self.stage.world.due(&id, self.stage.now) {
            Some(Body::Inform(Inform::Award(award))) => award,
            _ => Award {
                becomes: ObligationEnd::Fulfilled,
                commitment: self.deal(words),
                dispute: Hash::of(&[b"none"]),
                obligation: text("goods"),
                outcome: DisputeOutcome::Upheld,
                pays: None,
            },
        }
    }

    fn mandate(&self, who: &str, words: &[&str]) -> Mandate {
        let to = after(words, "to").unwrap_or("clerk");
        let consent = match after(words, "consent") {
            Some("none") => None,
            Some(name) => Some(self.consent(name)),
            None => self.consents.get(&format!("{who}-{to}")).copied(),
        };
        Mandate {
            consent,
            hops: after(words, "hops").map(|count| count.parse().unwrap()),
            ceiling: after(words, "ceiling").map(usd),
            expires_at: self.stage.now.plus(span(after(words, "expires").unwrap_or("1h"))),
            performatives: match after(words, "may") {
                Some(list) => list.split(',').map(text).collect(),
                None => Performative::all().into(),
            },
            to: uri(to),
        }
    }

    fn close(&self, words: &[&str]) -> Close {
        let receipt = self.session().map(Session::receipt);
        if let Some(reason) = after(words, "timeout") {
            let receipt = receipt.filter(|_| self.state() == State::Executing);
            return Close::Timeout(Timeout { reason: text(reason), receipt });
        }
        let mut receipt = receipt.unwrap_or_else(|| asp_core::statement::body::SessionReceipt {
            commitments: Vec::new(),
            count: 0,
            head: Hash::of(&[]),
            outcome: asp_core::statement::body::Outcome::None,
        });
        if words.contains(&"wrongly") {
            receipt.count += 1;
        }
        Close::Receipt(Closing { reason: text(""), receipt })
    }
}

/// `data=size,grade` carries `{"grade": 1, "size": 1}` for machines.
fn data(words: &[&str]) -> Option<serde_json::Map<String, serde_json::Value>> {
    key_of(words, "data").map(|list| list.split(',').map(|name| (name.to_owned(), 1.into())).collect())
}

const fn timeout(reason: Reason) -> Timeout {
    Timeout { reason, receipt: None }
}

/// `messages=5 rounds=2 response=1m session=10m invitation=10s escalation=1h ceiling=100 floor=20`
fn limits(words: &[&str]) -> Limits {
    let (tokens, cost) = (key_of(words, "tokens"), key_of(words, "cost").map(usd));
    let tokens = tokens.map(|count| count.parse().unwrap());
    Limits {
        budget: (tokens.is_some() || cost.is_some()).then_some(Budget { cost, tokens }),
        ceiling: key_of(words, "ceiling").map(usd),
        escalation_ms: key_of(words, "escalation").map(span),
        invitation_ms: key_of(words, "invitation").map(span),
        messages: key_of(words, "messages").map(|count| count.parse().unwrap()),
        response_ms: key_of(words, "response").map(span),
        rounds: key_of(words, "rounds").map(|count| count.parse().unwrap()),
        session_ms: key_of(words, "session").map(span),
        trust_floor: key_of(words, "floor")
            .map(|score| TrustFloor { score: score.parse().unwrap(), value: usd("100") }),
    }
}

/// The word after `keyword`.
pub fn after<'a>(words: &[&'a str], keyword: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == keyword)?;
    words.get(at + 1).copied()
}

/// `[cure 10m] [penalty 5] [daily 2] [cap 10]`
fn remedy(words: &[&str]) -> Option<Remedy> {
    let money = |name| after(words, name).map(usd);
    let remedy = Remedy {
        cap: money("cap"),
        cure_ms: after(words, "cure").map(span),
        penalty: money("penalty"),
        penalty_per_day: money("daily"),
    };
    let Remedy { cap, cure_ms, penalty, penalty_per_day } = &remedy;
    let any = cure_ms.is_some() || [cap, penalty, penalty_per_day].into_iter().any(Option::is_some);
    any.then_some(remedy)
}

/// The value of `key=value`.
fn key_of<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    words
        .iter()
        .find_map(|word| word.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value))
}

/// Who decides an escalation to `name`.
pub fn authority(name: &str, ledger: &Ledger) -> Issuer {
    issuer(name, &ledger.stage)
}
