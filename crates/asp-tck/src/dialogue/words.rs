//! The words of a dialogue's lines: what a performative carries when nothing more is said, and what more can be said.
//!
//! The core's own tests speak the same words and share nothing with these: a kit that is a stranger to our node must not
//! be changed by what our node's tests need.
//!
//! ```text
//! PROPOSE with seller mediator! carrier? [limits] [consents=none] [about=a.b] [by=other]     an invitation
//! PROPOSE [firm] [goods or trade] [awaits a,b] [until 30s] [quorum 2] [answers ACCEPT]       an offer
//! … goods in box 3                       the terms {"size": 3} after the schema `box`, which comes behind the packages
//! PROPOSE admission of carrier [watching] [consents=none] [until 30s]
//! PROPOSE amendment to cheap [of deal] · PROPOSE termination [of deal]
//! COUNTER conditions [limits] · COUNTER [to name] and the words of an offer
//! ACCEPT admission · QUERY [to seller] [about name] [until 30s] · CLARIFY [name] · WITHDRAW departure
//! INFORM usage [tokens 5] [cost 3] · INFORM [note]
//! ACCEPT [name] [choosing trade] · ACCEPT introduction|acceptance|resumption · REJECT [name] · COMMIT [trade]
//! INFORM progress|fulfilment|acknowledgement|contest|breach|silence goods [of deal] [stage design]
//! INFORM fulfilment goods [digest x] [result 3] [attested carrier] · INFORM breach goods [owing 5]
//! DELEGATE to clerk [may A,B] [ceiling 100] [expires 10m] [hops 1] [consent other] · ESCALATE [to mediator|seller.example]
//! WITHDRAW [name] · WITHDRAW timeout REASON · CLOSE [wrongly] · CLOSE timeout REASON · QUERY · CLARIFY · OBSERVE
//! INFORM note · QUERY · CLARIFY · OBSERVE, each with [data=size,grade]
//! INFORM unreadable [name] · INFORM group and the words of `sealing.rs` · PROPOSE with seller mode=hybrid
//! limits: tokens= cost= messages= rounds= response= session= invitation= escalation= ceiling= floor=
//! ```

use std::collections::BTreeSet;

use asp_core::amount::Money;
use asp_core::attestation::Claim;
use asp_core::position::{Hash, LogTime};
use asp_core::rejection::Code;
use asp_core::session::table::{Performative, Reason, State};
use asp_core::statement::body::{
    Accept, Acceptance, Admission, Amendment, Because, Body, Breach, Budget, Close, Closing, Commit,
    CommitmentState, Conditions, Counter, Due, DueAfter, DueAt, Empty, Escalation, Evidence, Fulfilment,
    Hold, Inform, Introduction, Invitation, Invitee, Limits, Mandate, Mode, Note, Obligation, ObligationId,
    ObligationNote, ObligationRef, ObligationStage, Offer, OnFulfilled, Outcome, Package, ParticipantRole,
    Propose, Question, ReceiptLine, Remedy, Resumption, SchemaRef, SessionReceipt, Share, Showing,
    Termination, Timeout, TrustFloor, Unreadable, Usage, Withdraw,
};

use super::sealing::mode;
use super::span;
use crate::finding::Finding;
use crate::stage::{Stage, text};

/// A body and what it answers.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) body: Body,
    pub(super) reply: Option<Hash>,
    /// Whether it is meant to open a session.
    pub(super) opens: bool,
}

/// What an ACCEPT can be of.
const KINDS: [&str; 4] = ["introduction", "acceptance", "resumption", "admission"];

/// Packages that every dialogue knows.
const PACKAGES: [(&str, &str); 3] = [
    ("goods", "seller owes buyer goods 100 within 1h"),
    ("cheap", "seller owes buyer goods 50 within 1h"),
    ("trade", "seller owes buyer goods 100 within 1h, buyer owes seller pay 100 within 1h of goods"),
];

pub(super) fn usd(amount: &str) -> Result<Money, Finding> {
    Ok(Money { amount: text(amount)?, currency: text("USD")? })
}

fn note(words: &str) -> Result<Note, Finding> {
    Ok(Note { data: None, text: text(words)? })
}

fn because(words: &str) -> Result<Because, Finding> {
    Ok(Because { reason: text(words)? })
}

/// A commitment's state as the protocol writes it.
pub(super) fn state_word(state: CommitmentState) -> String {
    serde_json::to_value(state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Stage {
    fn state(&self) -> State {
        self.view.as_ref().map_or(State::Idle, |view| view.state)
    }

    /// The instant that lies a time ahead, if a word says how far.
    fn ahead(&self, words: &[&str], keyword: &str) -> Result<Option<LogTime>, Finding> {
        after(words, keyword).map(|time| Ok(self.now().plus(span(time)?))).transpose()
    }

    /// The body that the words make, with what it answers.
    pub(super) fn body(&mut self, who: &str, words: &[&str]) -> Result<Said, Finding> {
        let [performative, words @ ..] = words else {
            return Err(Finding::new("a case that can be read", who));
        };
        let opens = *performative == "PROPOSE" && words.first() == Some(&"with");
        let reply = match *performative {
            "COUNTER" => self.answered(words, "to"),
            "ACCEPT" | "REJECT" => self.answered(words, ""),
            "QUERY" => after(words, "about").map(|name| self.hash(name)),
            "CLARIFY" => words.first().filter(|word| !word.contains('=')).map(|name| self.hash(name)),
            "INFORM" if words.first() == Some(&"unreadable") => {
                Some(self.hash(words.get(1).unwrap_or(&"offer")))
            }
            "WITHDRAW" if words.contains(&"departure") => None,
            "WITHDRAW" => self.withdrawn(words),
            _ => None,
        };
        let body = self.body_of(text(performative)?, who, words, reply)?;
        Ok(Said { body, reply, opens })
    }

    fn body_of(
        &mut self,
        performative: Performative,
        who: &str,
        words: &[&str],
        reply: Option<Hash>,
    ) -> Result<Body, Finding> {
        Ok(match performative {
            Performative::Propose => Body::Propose(self.propose(who, words)?),
            Performative::Counter => Body::Counter(self.counter(words)?),
            Performative::Accept => Body::Accept(self.accept(who, words, reply)?),
            Performative::Reject => Body::Reject(because("no")?),
            Performative::Inform => Body::Inform(self.inform(who, words)?),
            Performative::Query => Body::Query(Question {
                awaits: after(words, "to").map(|name| self.uri(name)).transpose()?,
                respond_by: self.ahead(words, "until")?,
                data: data(words),
                ..Question::to_all(text("how many?")?)
            }),
            Performative::Clarify => Body::Clarify(Note { data: data(words), ..note("eight")? }),
            Performative::Observe => Body::Observe(Note { data: data(words), ..note("seen")? }),
            Performative::Commit => {
                let terms_hash = self.terms(words.first().unwrap_or(&"goods"));
                Body::Commit(Commit { terms_hash })
            }
            Performative::Delegate => Body::Delegate(self.mandate(who, words)?),
            Performative::Escalate => Body::Escalate(Escalation {
                authority: self.issuer(after(words, "to").unwrap_or("mediator"))?,
                contact: after(words, "person").map(text).transpose()?,
                question: text("what now?")?,
            }),
            Performative::Withdraw => Body::Withdraw(match after(words, "timeout") {
                Some(reason) => Withdraw::Timeout(timeout(text(reason)?)),
                None if words.contains(&"departure") => Withdraw::Departure(because("bye")?),
                None => Withdraw::Withdrawal(because("sorry")?),
            }),
            Performative::Close => Body::Close(self.close(words)?),
        })
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
        let view = self.view.as_ref()?;
        match view.state {
            State::Invited => view.conditions,
            State::Agreeing => view.pending.as_ref().map(|pending| pending.id),
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

    fn propose(&mut self, who: &str, words: &[&str]) -> Result<Propose, Finding> {
        Ok(match words {
            ["with", words @ ..] => Propose::Invitation(self.invitation(who, words)?),
            ["amendment", "to", package, words @ ..] => Propose::Amendment(Amendment {
                commitment: self.deal(words),
                package: self.package(package)?,
                respond_by: self.ahead(words, "until")?,
            }),
            ["admission", "of", newcomer, words @ ..] => Propose::Admission(Admission {
                agent: self.uri(newcomer)?,
                consents: match value_of(words, "consents") {
                    Some("none") => BTreeSet::new(),
                    Some(list) => list.split(',').map(|name| self.consent_named(name)).collect(),
                    None => self.consents.get(&format!("{who}-{newcomer}")).copied().into_iter().collect(),
                },
                respond_by: self.ahead(words, "until")?,
                role: if words.contains(&"watching") {
                    ParticipantRole::Observer
                } else {
                    ParticipantRole::Party
                },
            }),
            ["termination", words @ ..] => Propose::Termination(Termination {
                commitment: self.deal(words),
                reason: text("over")?,
                respond_by: self.ahead(words, "until")?,
                shares: shares(words)?,
            }),
            words => Propose::Proposal(self.offer(words)?),
        })
    }

    fn counter(&mut self, words: &[&str]) -> Result<Counter, Finding> {
        let conditions = words.first() == Some(&"conditions");
        if conditions || (words.is_empty() && self.state() == State::Invited) {
            let (limits, schemas) = (limits(words)?, self.schemas(words));
            return Ok(Counter::Conditions(Conditions { limits, schemas }));
        }
        Ok(Counter::CounterOffer(self.offer(words)?))
    }

    fn deal(&self, words: &[&str]) -> Hash {
        self.hash(after(words, "of").unwrap_or("deal"))
    }

    /// `seller` negotiates unless its name says otherwise; `!` is required, `?` is not.
    pub(crate) fn invitation(&self, who: &str, words: &[&str]) -> Result<Invitation, Finding> {
        let by = value_of(words, "by").unwrap_or(who.strip_suffix(".example").unwrap_or(who));
        let named: Vec<&str> = words.iter().copied().filter(|word| !word.contains('=')).collect();
        let mut participants = vec![Invitee::of(self.uri(by)?, ParticipantRole::Initiator)];
        for word in &named {
            let name = word.trim_end_matches(['!', '?']);
            let role = match name {
                "mediator" => ParticipantRole::Mediator,
                "watcher" => ParticipantRole::Observer,
                _ => ParticipantRole::Party,
            };
            let required = (word.len() > name.len()).then(|| word.ends_with('!'));
            participants.push(Invitee { required, ..Invitee::of(self.uri(name)?, role) });
        }
        let covering =
            |name: &&str| self.consents.get(&format!("{by}-{}", name.trim_end_matches(['!', '?'])));
        let consents = match value_of(words, "consents") {
            Some("none") => BTreeSet::new(),
            Some(list) => list.split(',').map(|name| self.consent_named(name)).collect(),
            None => named.iter().filter_map(covering).copied().collect(),
        };
        Ok(Invitation {
            capability: text(value_of(words, "about").unwrap_or("provision.compute.gpu"))?,
            consents,
            limits: limits(words)?,
            mode: value_of(words, "mode").map_or(Ok(Mode::Open), mode)?,
            nonce: self.nonce()?,
            participants,
            purpose: text("GPUs")?,
            schemas: self.schemas(words),
        })
    }

    /// `schemas=box,crate`
    fn schemas(&self, words: &[&str]) -> Option<Vec<SchemaRef>> {
        value_of(words, "schemas").map(|list| list.split(',').map(|name| self.schema(name)).collect())
    }

    /// A schema that an organisation registered under this name, or one that nobody did.
    fn schema(&self, name: &str) -> SchemaRef {
        let unknown = || SchemaRef { by: None, hash: Hash::of(&[name.as_bytes()]) };
        self.schemas.get(name).cloned().unwrap_or_else(unknown)
    }

    fn offer(&mut self, words: &[&str]) -> Result<Offer, Finding> {
        let mut offer = Offer::of(Vec::new(), false);
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match *word {
                "firm" => offer.binding = true,
                "quorum" => offer.quorum = rest.next().map(|number| text(number)).transpose()?,
                "answers" => {
                    let list = rest.next().unwrap_or(&"");
                    offer.answers = Some(list.split(',').map(text).collect::<Result<_, _>>()?);
                }
                "in" => {
                    let schema = rest.next().map(|name| self.schema(name).hash);
                    let size: Option<u64> = rest.next().and_then(|size| size.parse().ok());
                    if offer.packages.is_empty() {
                        offer.packages.push(self.package("goods")?);
                    }
                    for package in &mut offer.packages {
                        package.schema = schema;
                        package.terms =
                            size.map(|size| ("size".to_owned(), size.into())).into_iter().collect();
                    }
                }
                "or" => {}
                "to" => drop(rest.next()),
                "awaits" => {
                    let list = rest.next().unwrap_or(&"");
                    let awaits: Result<_, _> = list.split(',').map(|name| self.uri(name)).collect();
                    offer.awaits = Some(awaits?);
                }
                "until" => {
                    let time = rest.next().unwrap_or(&"");
                    offer.respond_by = Some(self.now().plus(span(time)?));
                }
                name => offer.packages.push(self.package(name)?),
            }
        }
        if offer.packages.is_empty() {
            offer.packages.push(self.package("goods")?);
        }
        Ok(offer)
    }

    /// A defined package as it is when said at this instant.
    pub(crate) fn package(&mut self, name: &str) -> Result<Package, Finding> {
        let known = PACKAGES.iter().find(|(known, _)| *known == name).map(|(_, words)| *words);
        let words = self.definitions.get(name).map(String::as_str).or(known);
        let words = words.ok_or_else(|| Finding::new("a case that can be read", name))?;
        let (holds, obligations): (Vec<&str>, Vec<&str>) =
            words.split(',').map(str::trim).partition(|words| words.starts_with("hold "));
        let obligations =
            obligations.into_iter().map(|words| self.obligation(words)).collect::<Result<Vec<_>, _>>()?;
        let holds = holds.into_iter().map(|words| self.hold(words)).collect::<Result<Vec<_>, _>>()?;
        let holds = (!holds.is_empty()).then_some(holds);
        let package = Package {
            disputes: self.disputes.clone(),
            holds,
            obligations,
            schema: None,
            terms: serde_json::Map::new(),
            hidden: None,
            salt: self.salt()?,
        };
        self.packages.insert(name.to_owned(), package.clone());
        Ok(package)
    }

    /// `seller owes buyer goods 100 within 1h [of other] [cure 10m] [look 5m] [EUR]`, and the words of [`Stage::showing`],
    /// of a remedy and of stages
    fn obligation(&self, words: &str) -> Result<Obligation, Finding> {
        let words: Vec<&str> = words.split_whitespace().collect();
        let [debtor, "owes", creditor, id, value, "within", within, more @ ..] = words.as_slice() else {
            return Err(Finding::new("a case that can be read", format_args!("{words:?}")));
        };
        let due = match after(more, "of") {
            Some(other) => Due::After(DueAfter { after: text(other)?, within_ms: span(within)? }),
            None => Due::At(DueAt { at: self.now().plus(span(within)?) }),
        };
        let mut value = usd(value)?;
        if more.contains(&"EUR") {
            value.currency = text("EUR")?;
        }
        Ok(Obligation {
            acknowledge_ms: after(more, "look").map(span).transpose()?,
            creditor: self.uri(creditor)?,
            debtor: self.uri(debtor)?,
            due,
            id: text(id)?,
            quantity: None,
            remedy: remedy(more)?,
            shown_by: self.showing(more)?.unwrap_or(Showing::Acknowledgement),
            stages: self.milestones(more)?,
            value,
            what: text("as agreed")?,
        })
    }

    /// `hold price 100 by buyer to seller pays for goods [settles pay]`, `hold bond 20 by seller to buyer returns for goods`
    fn hold(&self, words: &str) -> Result<Hold, Finding> {
        let words: Vec<&str> = words.split_whitespace().collect();
        let ["hold", id, amount, "by", payer, "to", payee, what, "for", obligation, more @ ..] =
            words.as_slice()
        else {
            return Err(Finding::new("a case that can be read", format_args!("{words:?}")));
        };
        Ok(Hold {
            amount: usd(amount)?,
            id: text(id)?,
            obligation: text(obligation)?,
            on_fulfilled: if *what == "pays" { OnFulfilled::Pay } else { OnFulfilled::Return },
            payee: self.uri(payee)?,
            payer: self.uri(payer)?,
            settles: after(more, "settles").map(text).transpose()?,
        })
    }

    /// `[digest] [digest=x] [schema=box] [attested=carrier]`
    fn showing(&self, words: &[&str]) -> Result<Option<Showing>, Finding> {
        if let Some(name) = value_of(words, "schema") {
            let SchemaRef { by, hash } = self.schema(name);
            return Ok(Some(Showing::Schema { by, schema: hash }));
        }
        if let Some(by) = value_of(words, "attested") {
            return Ok(Some(Showing::Attestation { by: self.uri(by)? }));
        }
        let digest = value_of(words, "digest").map(|artefact| Hash::of(&[artefact.as_bytes()]));
        Ok((digest.is_some() || words.contains(&"digest")).then_some(Showing::Digest { digest }))
    }

    /// `stages=design:40/build:60:30m`: names, values, and when they are due if not with the whole.
    fn milestones(&self, words: &[&str]) -> Result<Option<Vec<ObligationStage>>, Finding> {
        let Some(list) = value_of(words, "stages") else { return Ok(None) };
        let one = |words: &str| {
            let mut parts = words.split(':');
            let (id, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let within = parts.next().map(span).transpose()?;
            Ok(ObligationStage {
                due: within.map(|within| DueAt { at: self.now().plus(within) }),
                id: text(id)?,
                shown_by: None,
                value: usd(value)?,
                what: text("a part")?,
            })
        };
        list.split('/').map(one).collect::<Result<_, Finding>>().map(Some)
    }

    /// The hash of a package as it was last said.
    fn terms(&self, name: &str) -> Hash {
        self.packages.get(name).map_or_else(|| Hash::of(&[name.as_bytes()]), Package::terms_hash)
    }

    fn accept(&self, who: &str, words: &[&str], reply: Option<Hash>) -> Result<Accept, Finding> {
        let named = words.iter().find(|word| KINDS.contains(word)).copied();
        let usual = match self.state() {
            State::Invited => "introduction",
            State::Escalated => "resumption",
            State::Idle
            | State::Introduced
            | State::Conversing
            | State::Agreeing
            | State::Executing
            | State::Closed
            | State::Failed => "acceptance",
        };
        Ok(match named.unwrap_or(usual) {
            "introduction" => {
                let card = self.cards.get(who).copied().filter(|_| !words.contains(&"wrongly"));
                let schemas = value_of(words, "speaking")
                    .map(|list| list.split(',').map(|name| self.schema(name).hash).collect());
                Accept::Introduction(Introduction { card: card.unwrap_or(Hash::of(&[b"other"])), schemas })
            }
            "resumption" => Accept::Resumption(Resumption { decided_by: None, instructions: None }),
            "admission" => Accept::Admission(Empty {}),
            _ => Accept::Acceptance(Acceptance { terms_hash: self.accepted_terms(words, reply) }),
        })
    }

    /// The terms that the line chooses, else the first of what it accepts.
    fn accepted_terms(&self, words: &[&str], reply: Option<Hash>) -> Hash {
        if let Some(name) = after(words, "choosing") {
            return self.terms(name);
        }
        let view = self.view.as_ref();
        let pending = view.and_then(|view| view.pending.as_ref()).filter(|_| self.state() == State::Agreeing);
        let offer = view.and_then(|view| view.offers.iter().find(|offer| Some(offer.id) == reply));
        let offered = offer.and_then(|offer| {
            offer.accepted.values().next().or_else(|| offer.packages.keys().next()).copied()
        });
        pending.map(|pending| pending.terms_hash).or(offered).unwrap_or_else(|| self.terms("goods"))
    }

    fn inform(&self, who: &str, words: &[&str]) -> Result<Inform, Finding> {
        let (kind, obligation) = match words {
            [] | ["note", ..] => return Ok(Inform::Note(Note { data: data(words), ..note("so it is")? })),
            ["usage", words @ ..] => {
                let tokens = after(words, "tokens").map(text).transpose()?;
                let cost = after(words, "cost").map(usd).transpose()?;
                let tokens = tokens.or_else(|| cost.is_none().then_some(5));
                return Ok(Inform::Usage(Usage { cost, tokens }));
            }
            ["group", words @ ..] => return Ok(Inform::Group(self.group(who, words)?)),
            ["unreadable", ..] => {
                return Ok(Inform::Unreadable(Unreadable { code: Code::CommitmentMismatch }));
            }
            [kind, obligation, ..] => (*kind, text::<ObligationId>(obligation)?),
            [kind] => (*kind, text("goods")?),
        };
        let commitment = self.deal(words);
        let stage: Option<ObligationId> = after(words, "stage").map(text).transpose()?;
        let named = ObligationRef { commitment, obligation: obligation.clone(), stage: stage.clone() };
        let noted = ObligationNote {
            commitment,
            obligation: obligation.clone(),
            stage: stage.clone(),
            text: text("look")?,
        };
        Ok(match kind {
            "progress" => Inform::Progress(noted),
            "contest" => Inform::Contest(noted),
            "acknowledgement" => Inform::Acknowledgement(named),
            "breach" => {
                let owed = after(words, "owing").map(usd).transpose()?;
                Inform::Breach(Breach { commitment, obligation, owed, stage })
            }
            "silence" => Inform::Silence(named),
            "fulfilment" => {
                let evidence = self.evidence(words, &named)?;
                Inform::Fulfilment(Fulfilment { commitment, evidence, obligation, stage })
            }
            other => return Err(Finding::new("a case that can be read", other)),
        })
    }

    /// `[digest x] [result 3 [in box]] [attested carrier [with seller] [not] [about pay] [at design] [under other]]`
    fn evidence(&self, words: &[&str], named: &ObligationRef) -> Result<Evidence, Finding> {
        if let Some(artefact) = after(words, "digest") {
            return Ok(Evidence::Digest { digest: Hash::of(&[artefact.as_bytes()]) });
        }
        if let Some(size) = after(words, "result") {
            let size: u64 = text(size)?;
            let result = [("size".to_owned(), size.into())].into_iter().collect();
            let schema = self.schema(after(words, "in").unwrap_or("box")).hash;
            return Ok(Evidence::Schema { result, schema });
        }
        let Some(attester) = after(words, "attested") else {
            return Ok(Evidence::Acknowledgement { text: text("done")? });
        };
        let told = |word: &str, usual: &ObligationId| after(words, word).map_or(Ok(usual.clone()), text);
        let claim = Claim {
            attester: self.uri(attester)?,
            audience: self.wire.origin.clone(),
            commitment: after(words, "under").map_or(named.commitment, |name| Hash::of(&[name.as_bytes()])),
            digest: None,
            fulfilled: !words.contains(&"not"),
            obligation: told("about", &named.obligation)?,
            stage: after(words, "at").map(text).transpose()?.or_else(|| named.stage.clone()),
        };
        let mut signed = claim.sign(&self.key(after(words, "with").unwrap_or(attester)));
        if words.contains(&"forged") {
            signed.claim.digest = Some(Hash::of(&[]));
        }
        Ok(Evidence::Attestation { attestation: Box::new(signed) })
    }

    fn mandate(&self, who: &str, words: &[&str]) -> Result<Mandate, Finding> {
        let to = after(words, "to").unwrap_or("clerk");
        let consent = match after(words, "consent") {
            Some("none") => None,
            Some(name) => Some(self.consent_named(name)),
            None => self.consents.get(&format!("{who}-{to}")).copied(),
        };
        Ok(Mandate {
            consent,
            hops: after(words, "hops").map(text).transpose()?,
            ceiling: after(words, "ceiling").map(usd).transpose()?,
            expires_at: self.now().plus(span(after(words, "expires").unwrap_or("1h"))?),
            performatives: match after(words, "may") {
                Some(list) => list.split(',').map(text).collect::<Result<_, _>>()?,
                None => Performative::all().into(),
            },
            to: self.uri(to)?,
        })
    }

    fn close(&mut self, words: &[&str]) -> Result<Close, Finding> {
        if let Some(reason) = after(words, "timeout") {
            return Ok(Close::Timeout(timeout(text(reason)?)));
        }
        let mut receipt = self.receipt();
        if words.contains(&"wrongly") {
            receipt.count += 1;
        } else if self.state() != State::Closed {
            self.receipt = Some(receipt.clone());
        }
        Ok(Close::Receipt(Closing { reason: text("")?, receipt }))
    }

    /// The receipt that follows from the session; once it is closed, the one that closed it.
    fn receipt(&self) -> SessionReceipt {
        if let Some(receipt) = self.receipt.clone().filter(|_| self.state() == State::Closed) {
            return receipt;
        }
        let commitments = self.view.as_ref().map(|view| view.commitments.as_slice()).unwrap_or_default();
        let mut lines: Vec<ReceiptLine> =
            commitments.iter().map(|one| ReceiptLine { id: one.id, state: one.state }).collect();
        lines.sort_by_key(|line| line.id);
        let breached = |one: &crate::view::CommitmentView| {
            one.state == CommitmentState::Breached
                || one.obligations.iter().any(|duty| duty.state == "BREACHED")
        };
        let outcome = if commitments.is_empty() {
            Outcome::None
        } else if commitments.iter().any(breached) {
            Outcome::Breached
        } else if commitments.iter().any(|one| one.disputed) {
            Outcome::Contested
        } else if commitments.iter().any(|one| one.state == CommitmentState::Fulfilled) {
            Outcome::Fulfilled
        } else {
            Outcome::Terminated
        };
        let head = self.view.as_ref().map(|view| view.head);
        SessionReceipt {
            commitments: lines,
            count: head.map_or(0, |head| head.sequence.next().0),
            head: head.map_or(Hash::of(&[]), |head| head.hash),
            outcome,
        }
    }
}

const fn timeout(reason: Reason) -> Timeout {
    Timeout { reason, receipt: None }
}

/// `messages=5 rounds=2 response=1m session=10m invitation=10s escalation=1h ceiling=100 floor=20`
fn limits(words: &[&str]) -> Result<Limits, Finding> {
    let cost = value_of(words, "cost").map(usd).transpose()?;
    let tokens = value_of(words, "tokens").map(text).transpose()?;
    let time = |name: &str| value_of(words, name).map(span).transpose();
    let count = |name: &str| value_of(words, name).map(text).transpose();
    Ok(Limits {
        budget: (tokens.is_some() || cost.is_some()).then_some(Budget { cost, tokens }),
        ceiling: value_of(words, "ceiling").map(usd).transpose()?,
        escalation_ms: time("escalation")?,
        invitation_ms: time("invitation")?,
        messages: count("messages")?,
        response_ms: time("response")?,
        rounds: count("rounds")?,
        session_ms: time("session")?,
        trust_floor: value_of(words, "floor")
            .map(|score| Ok(TrustFloor { score: text(score)?, value: usd("100")? }))
            .transpose()?,
    })
}

/// `shares price:40,bond:5`
fn shares(words: &[&str]) -> Result<Option<Vec<Share>>, Finding> {
    let share = |part: &str| {
        let (hold, payee) = part.split_once(':').unwrap_or((part, ""));
        Ok(Share { hold: text(hold)?, payee: usd(payee)? })
    };
    after(words, "shares").map(|list| list.split(',').map(share).collect()).transpose()
}

/// The word after `keyword`.
pub(super) fn after<'a>(words: &[&'a str], keyword: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == keyword)?;
    words.get(at + 1).copied()
}

/// `[cure 10m] [penalty 5] [daily 2] [cap 10]`
fn remedy(words: &[&str]) -> Result<Option<Remedy>, Finding> {
    let money = |name| after(words, name).map(usd).transpose();
    let remedy = Remedy {
        cap: money("cap")?,
        cure_ms: after(words, "cure").map(span).transpose()?,
        penalty: money("penalty")?,
        penalty_per_day: money("daily")?,
    };
    let Remedy { cap, cure_ms, penalty, penalty_per_day } = &remedy;
    let any = cure_ms.is_some() || [cap, penalty, penalty_per_day].into_iter().any(Option::is_some);
    Ok(any.then_some(remedy))
}

/// `data=size,grade` carries `{"grade": 1, "size": 1}` for machines.
fn data(words: &[&str]) -> Option<serde_json::Map<String, serde_json::Value>> {
    value_of(words, "data").map(|list| list.split(',').map(|name| (name.to_owned(), 1.into())).collect())
}

/// The value of `key=value`.
fn value_of<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    words
        .iter()
        .find_map(|word| word.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value))
}
