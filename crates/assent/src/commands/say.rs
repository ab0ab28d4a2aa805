//! `assent session say`: flags to a body of the protocol. What is not said is looked up in the session, as long as
//! only one thing can be meant; what is allowed is for the node to judge.

use std::collections::BTreeSet;
use std::path::Path;

use asp_client::api::{OfferView, SessionView};
use asp_core::attestation::Attestation;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, LogTime};
use asp_core::session::table::{Performative, State};
use asp_core::statement::body::{
    Accept, Acceptance, Admission, Because, Body, Close, Closing, Commit, CommitmentState, Counter,
    DisputeTerms, DisputeWindows, Empty, Escalation, Evidence, Fulfilment, Inform, Introduction, Mandate,
    Note, ObligationId, ObligationNote, ObligationRef, Offer, Package, PanelTerms, ParticipantRole, Propose,
    Question, Resumption, Showing, Text, Usage, Withdraw,
};
use serde::de::DeserializeOwned;

use super::read_input;
use crate::cli::{HandOver, Offering, Say};
use crate::failure::{Failure, Outcome};
use crate::terms::Sale;
use crate::words;

/// Bytes of the largest body that is read.
const BODY_BYTES_MAX: u64 = asp_core::limits::STATEMENT_BYTES_MAX as u64;
/// Bytes of the largest file with an attestation, with a line's end.
const ATTESTATION_BYTES_MAX: u64 = asp_core::limits::ATTESTATION_BYTES_MAX as u64 + 2;
/// Bytes of the largest artefact whose digest is made here.
const ARTEFACT_BYTES_MAX: u64 = 1 << 30;

/// What is said, and what it answers.
pub(super) type Said = (Body, Option<Hash>);

/// What the flags are read against: the session as it stands, and who speaks.
pub(super) struct Floor<'a> {
    /// The session.
    pub(super) view: &'a SessionView,
    /// Who speaks.
    pub(super) me: &'a AgentUri,
    /// The statement that set the speaker's card.
    pub(super) card: Hash,
    /// The speaker's clock.
    pub(super) now: LogTime,
}

impl Floor<'_> {
    /// The body that the flags describe.
    ///
    /// # Errors
    /// When something is missing, or several things could be meant.
    pub(super) fn body(&self, args: &Say) -> Outcome<Said> {
        if let Some(path) = &args.body {
            return Ok((raw(args.performative, path)?, args.reply_to));
        }
        let body = match args.performative {
            Performative::Propose => match &args.hand_over.admit {
                Some(agent) => Body::Propose(Propose::Admission(self.admission(agent, args))),
                None => Body::Propose(Propose::Proposal(self.offer(&args.offer, args.text.clone())?)),
            },
            Performative::Counter => return self.counter(args),
            Performative::Accept => return self.accept(args),
            Performative::Reject => {
                let reason = args.text.clone().unwrap_or(empty()?);
                return Ok((Body::Reject(Because { reason }), Some(self.awaiting_me(args)?)));
            }
            Performative::Inform => Body::Inform(self.inform(args)?),
            Performative::Query => Body::Query(Question {
                awaits: args.hand_over.ask.clone(),
                data: None,
                respond_by: self.respond_by(args),
                text: words(args, "the question")?,
            }),
            Performative::Clarify => {
                let asked = self.view.questions.iter().filter(|open| open.awaits == *self.me);
                let asked: Vec<Hash> = asked.map(|open| open.id).collect();
                let only = match asked.as_slice() {
                    [only] => Some(*only),
                    _ => None,
                };
                return Ok((Body::Clarify(note(args)?), args.reply_to.or(only)));
            }
            Performative::Observe => Body::Observe(note(args)?),
            Performative::Commit => Body::Commit(Commit { terms_hash: self.agreed(args)? }),
            Performative::Delegate => Body::Delegate(self.mandate(args)?),
            Performative::Escalate => Body::Escalate(Escalation {
                authority: args
                    .hand_over
                    .authority
                    .clone()
                    .ok_or_else(|| missing("--authority", "who shall decide"))?,
                contact: args.hand_over.person.clone(),
                question: words(args, "the question")?,
            }),
            Performative::Withdraw => {
                let reason = args.text.clone().unwrap_or(empty()?);
                if args.hand_over.leave {
                    return Ok((Body::Withdraw(Withdraw::Departure(Because { reason })), None));
                }
                let withdrawal = Body::Withdraw(Withdraw::Withdrawal(Because { reason }));
                return Ok((withdrawal, Some(self.own(args)?)));
            }
            Performative::Close => self.close(args.text.clone().unwrap_or(empty()?)),
        };
        Ok((body, args.reply_to))
    }

    /// A CLOSE with the receipt that the session has now; on a closed one it countersigns.
    pub(super) fn close(&self, reason: Text) -> Body {
        Body::Close(Close::Receipt(Closing { reason, receipt: self.view.receipt.clone() }))
    }

    fn offer(&self, args: &Offering, reasoning: Option<Text>) -> Outcome<Offer> {
        if let Some(path) = &args.offer {
            let mut offer: serde_json::Value = json(path)?;
            if let Some(fields) = offer.as_object_mut() {
                fields.entry("binding").or_insert(args.firm.into());
                fields.remove("kind");
            }
            let offer: Offer = serde_json::from_value(offer)
                .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))?;
            return Ok(self.constrained(offer, args));
        }
        let price = args
            .price
            .clone()
            .ok_or_else(|| missing("--buy or --sell with --price, or --offer", "what is offered"))?;
        let other = self.counterparty()?;
        let (item, seller, buyer) = match (&args.buy, &args.sell) {
            (Some(item), _) => (item, other, self.me.clone()),
            (None, Some(item)) => (item, self.me.clone(), other),
            (None, None) => return Err(missing("--buy or --sell", "who delivers")),
        };
        let sale = Sale {
            seller,
            buyer,
            item: item.clone(),
            quantity: args.quantity,
            price,
            due: self.now.plus(args.due),
            pay_within: args.pay_within,
        };
        let package = sale.secured(args.escrow, args.bond.clone())?;
        let package = Package { disputes: disputes(args), ..package };
        let offer = Offer { reasoning, ..Offer::of(vec![package], args.firm) };
        Ok(self.constrained(offer, args))
    }

    /// The offer with the constraints that the flags put on its answers.
    fn constrained(&self, offer: Offer, args: &Offering) -> Offer {
        let awaits: BTreeSet<AgentUri> = args.awaits.iter().cloned().collect();
        let answers: BTreeSet<Performative> = args.answer.iter().copied().collect();
        Offer {
            awaits: if awaits.is_empty() { offer.awaits } else { Some(awaits) },
            answers: if answers.is_empty() { offer.answers } else { Some(answers) },
            quorum: args.quorum.or(offer.quorum),
            respond_by: args.respond_within.map(|span| self.now.plus(span)).or(offer.respond_by),
            ..offer
        }
    }

    fn admission(&self, agent: &AgentUri, args: &Say) -> Admission {
        Admission {
            agent: agent.clone(),
            consents: args.hand_over.consent.iter().copied().collect(),
            respond_by: self.respond_by(args),
            role: args.hand_over.role,
        }
    }

    fn respond_by(&self, args: &Say) -> Option<LogTime> {
        args.offer.respond_within.map(|span| self.now.plus(span))
    }

    /// The one other party that negotiates.
    fn counterparty(&self) -> Outcome<AgentUri> {
        let negotiates = |role| matches!(role, ParticipantRole::Initiator | ParticipantRole::Party);
        let mut others = self
            .view
            .participants
            .iter()
            .filter(|other| other.agent != *self.me && negotiates(other.role))
            .map(|other| other.agent.clone());
        match (others.next(), others.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => {
                Err(Failure::usage("a sale is between two, and this session has more parties")
                    .hint("Write the packages to a file and give it by --offer."))
            }
            (None, _) => Err(Failure::usage("nobody else negotiates in this session")),
        }
    }

    fn counter(&self, args: &Say) -> Outcome<Said> {
        let offer = self.offer(&args.offer, args.text.clone())?;
        Ok((Body::Counter(Counter::CounterOffer(offer)), Some(self.awaiting_me(args)?)))
    }

    fn accept(&self, args: &Say) -> Outcome<Said> {
        match self.view.state {
            State::Invited => {
                let body =
                    Body::Accept(Accept::Introduction(Introduction { card: self.card, schemas: None }));
                Ok((body, args.reply_to.or(self.view.conditions)))
            }
            State::Escalated => {
                let decided_by = args.hand_over.person.clone();
                let resumption = Resumption { decided_by, instructions: args.text.clone() };
                Ok((Body::Accept(Accept::Resumption(resumption)), args.reply_to))
            }
            State::Idle
            | State::Introduced
            | State::Conversing
            | State::Agreeing
            | State::Executing
            | State::Closed
            | State::Failed => {
                let answered = self.awaiting_me(args)?;
                let offer = self.view.offers.iter().find(|offer| offer.id == answered);
                let accept = match offer.and_then(|offer| offer.admits.as_ref()) {
                    Some(newcomer) if newcomer == self.me => {
                        Some(Accept::Introduction(Introduction { card: self.card, schemas: None }))
                    }
                    Some(_) => Some(Accept::Admission(Empty {})),
                    None => None,
                };
                if let Some(accept) = accept {
                    return Ok((Body::Accept(accept), Some(answered)));
                }
                let terms_hash = self.terms(args, answered)?;
                Ok((Body::Accept(Accept::Acceptance(Acceptance { terms_hash })), Some(answered)))
            }
        }
    }

    /// The terms of what is answered: those named, or the only ones there are.
    fn terms(&self, args: &Say, answered: Hash) -> Outcome<Hash> {
        if let Some(terms) = args.terms {
            return Ok(terms);
        }
        if let Some(pending) = self.view.pending.as_ref().filter(|pending| pending.id == answered) {
            return Ok(pending.terms_hash);
        }
        let offer = self.view.offers.iter().find(|offer| offer.id == answered);
        let packages = offer.map(|offer| offer.packages.keys().copied().collect()).unwrap_or_default();
        one(packages, "packages in that offer", "--terms", "none")
    }

    /// What awaits the speaker's answer.
    fn awaiting_me(&self, args: &Say) -> Outcome<Hash> {
        if let Some(answered) = args.reply_to {
            return Ok(answered);
        }
        if self.view.state == State::Invited {
            return self.view.conditions.ok_or_else(|| Failure::no("no invitation waits for an answer"));
        }
        let pending = self.view.pending.iter().filter(|pending| pending.awaits.contains(self.me));
        let offers = self.view.offers.iter().filter(|offer| offer.awaits.contains(self.me));
        let all: Vec<Hash> =
            pending.map(|pending| pending.id).chain(offers.map(|offer: &OfferView| offer.id)).collect();
        one(all, "things await your answer", "--reply-to", &self.why_none("nothing awaits your answer"))
    }

    /// Why there is nothing to answer or to take back: that the session has ended, where it has.
    fn why_none(&self, going_on: &str) -> String {
        match &self.view.end {
            Some(end) => {
                let sentence = words::line(&end.sentence, 200);
                format!("the session has ended: {} {}", end.code, sentence.trim_end_matches('.'))
            }
            None => going_on.to_owned(),
        }
    }

    /// What the speaker can take back.
    fn own(&self, args: &Say) -> Outcome<Hash> {
        if let Some(answered) = args.reply_to {
            return Ok(answered);
        }
        match self.view.state {
            State::Invited => Ok(self.view.conditions.unwrap_or(self.view.id)),
            State::Escalated => Ok(self.view.head.hash),
            State::Idle
            | State::Introduced
            | State::Conversing
            | State::Agreeing
            | State::Executing
            | State::Closed
            | State::Failed => {
                let pending = self.view.pending.iter().filter(|pending| pending.by == *self.me);
                let offers = self.view.offers.iter().filter(|offer| offer.by == *self.me);
                let all = pending
                    .map(|pending| pending.id)
                    .chain(offers.map(|offer: &OfferView| offer.id))
                    .collect();
                one(
                    all,
                    "offers of yours are open",
                    "--reply-to",
                    &self.why_none("no offer of yours is open"),
                )
            }
        }
    }

    fn agreed(&self, args: &Say) -> Outcome<Hash> {
        match args.terms {
            Some(terms) => Ok(terms),
            None => {
                let none = self.why_none("no terms are agreed on");
                one(self.view.agreed.clone(), "terms are agreed on", "--terms", &none)
            }
        }
    }

    fn inform(&self, args: &Say) -> Outcome<Inform> {
        let about = &args.about;
        let note = |obligation: &ObligationId, what| -> Outcome<ObligationNote> {
            Ok(ObligationNote {
                commitment: self.commitment(args, obligation)?,
                obligation: obligation.clone(),
                stage: args.hand_over.stage.clone(),
                text: words(args, what)?,
            })
        };
        if let Some(obligation) = &about.fulfil {
            let commitment = self.commitment(args, obligation)?;
            return Ok(Inform::Fulfilment(Fulfilment {
                commitment,
                evidence: self.evidence(args, &commitment, obligation)?,
                obligation: obligation.clone(),
                stage: args.hand_over.stage.clone(),
            }));
        }
        if let Some(obligation) = &about.acknowledge {
            return Ok(Inform::Acknowledgement(ObligationRef {
                commitment: self.commitment(args, obligation)?,
                obligation: obligation.clone(),
                stage: args.hand_over.stage.clone(),
            }));
        }
        if let Some(obligation) = &about.contest {
            return Ok(Inform::Contest(note(obligation, "why")?));
        }
        if let Some(obligation) = &about.progress {
            return Ok(Inform::Progress(note(obligation, "how far it is")?));
        }
        let HandOver { tokens, cost, .. } = &args.hand_over;
        if tokens.is_some() || cost.is_some() {
            return Ok(Inform::Usage(Usage { cost: cost.clone(), tokens: *tokens }));
        }
        Ok(Inform::Note(self::note(args)?))
    }

    /// The commitment named, or the only one that stands and has the obligation.
    fn commitment(&self, args: &Say, obligation: &ObligationId) -> Outcome<Hash> {
        let commitments = &self.view.commitments;
        if let Some(id) = &args.hand_over.commitment {
            return super::only(id, commitments.iter().map(|commitment| commitment.id), "commitment");
        }
        let standing: Vec<Hash> = commitments
            .iter()
            .filter(|commitment| {
                matches!(commitment.state, CommitmentState::Active | CommitmentState::Breached)
            })
            .filter(|commitment| commitment.obligations.iter().any(|known| known.id == obligation.as_str()))
            .map(|commitment| commitment.id)
            .collect();
        one(
            standing,
            "commitments stand with that obligation",
            "--commitment",
            &format!("no commitment stands here with an obligation {obligation}"),
        )
    }

    /// What shows a fulfilment.
    fn evidence(&self, args: &Say, commitment: &Hash, obligation: &ObligationId) -> Outcome<Evidence> {
        let details = &args.hand_over;
        if let Some(path) = &details.attestation {
            let bytes = read_input(path, ATTESTATION_BYTES_MAX)?;
            let attestation = Attestation::from_json(bytes.trim_ascii())
                .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))?;
            return Ok(Evidence::Attestation { attestation: Box::new(attestation) });
        }
        if let Some(path) = &details.result {
            let schema = self.schema(commitment, obligation, details.stage.as_ref()).ok_or_else(|| {
                Failure::usage(format_args!("{obligation} is not to be shown by a result"))
                    .hint("`assent commitment show` tells what shows it.")
            })?;
            return Ok(Evidence::Schema { result: json(path)?, schema });
        }
        match (details.digest, &details.artefact, &args.text) {
            (Some(digest), _, _) => Ok(Evidence::Digest { digest }),
            (None, Some(path), _) => Ok(Evidence::Digest { digest: digest_of(path)? }),
            (None, None, Some(text)) => Ok(Evidence::Acknowledgement { text: text.clone() }),
            (None, None, None) => {
                Err(missing("--artefact, --digest, --result, --attestation or --text", "what shows it"))
            }
        }
    }

    /// The schema that the result of a fulfilment has to follow.
    fn schema(
        &self,
        commitment: &Hash,
        obligation: &ObligationId,
        stage: Option<&ObligationId>,
    ) -> Option<Hash> {
        let found = self.view.commitments.iter().find(|found| found.id == *commitment)?;
        let owed = found.obligations.iter().find(|owed| owed.id == obligation.as_str())?;
        let of_stage = |stage: &ObligationId| owed.stages.iter().find(|it| it.id == stage.as_str());
        let shown_by = match stage {
            Some(stage) => &of_stage(stage)?.shown_by,
            None => &owed.shown_by,
        };
        match shown_by {
            Showing::Schema { schema, .. } => Some(*schema),
            Showing::Acknowledgement | Showing::Digest { .. } | Showing::Attestation { .. } => None,
        }
    }

    fn mandate(&self, args: &Say) -> Outcome<Mandate> {
        let details = &args.hand_over;
        let performatives: BTreeSet<Performative> = details.may.iter().copied().collect();
        if performatives.is_empty() {
            return Err(missing("--may", "what the delegate may say"));
        }
        Ok(Mandate {
            ceiling: details.ceiling.clone(),
            consent: details.consent.first().copied(),
            hops: details.hops,
            expires_at: self.now.plus(details.mandate_time),
            performatives,
            to: details.to.clone().ok_or_else(|| missing("--to", "who may act for you"))?,
        })
    }
}

/// The only one of several, or why it is not clear which.
fn one(mut all: Vec<Hash>, several: &str, option: &str, none: &str) -> Outcome<Hash> {
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Failure::no(none)),
        (Some(last), false) => {
            all.push(last);
            let list: Vec<String> = all.iter().map(Hash::to_hex).collect();
            Err(Failure::usage(format_args!("{} {several}", list.len()))
                .hint(format_args!("Say which by {option}: {}", list.join(" or "))))
        }
    }
}

fn missing(option: &str, what: &str) -> Failure {
    Failure::usage(format_args!("{what}: {option} is missing"))
}

fn empty() -> Outcome<Text> {
    "".parse().map_err(Failure::fault)
}

fn words(args: &Say, what: &str) -> Outcome<Text> {
    args.text.clone().ok_or_else(|| missing("--text", what))
}

fn note(args: &Say) -> Outcome<Note> {
    Ok(Note { data: None, text: words(args, "what to say")? })
}

/// The SHA-256 of a file, which stays here.
pub(super) fn digest_of(path: &Path) -> Outcome<Hash> {
    Ok(Hash::of(&[&read_input(path, ARTEFACT_BYTES_MAX)?]))
}

fn json<T: DeserializeOwned>(path: &Path) -> Outcome<T> {
    let bytes = read_input(path, BODY_BYTES_MAX)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))
}

/// A body as a file has it.
fn raw(performative: Performative, path: &Path) -> Outcome<Body> {
    Ok(match performative {
        Performative::Propose => Body::Propose(json(path)?),
        Performative::Counter => Body::Counter(json(path)?),
        Performative::Accept => Body::Accept(json(path)?),
        Performative::Reject => Body::Reject(json(path)?),
        Performative::Inform => Body::Inform(json(path)?),
        Performative::Query => Body::Query(json(path)?),
        Performative::Clarify => Body::Clarify(json(path)?),
        Performative::Commit => Body::Commit(json(path)?),
        Performative::Delegate => Body::Delegate(json(path)?),
        Performative::Escalate => Body::Escalate(json(path)?),
        Performative::Withdraw => Body::Withdraw(json(path)?),
        Performative::Observe => Body::Observe(json(path)?),
        Performative::Close => Body::Close(json(path)?),
    })
}

/// What the flags say of disputes; nothing if they name nobody who rules and no time.
fn disputes(args: &Offering) -> Option<DisputeTerms> {
    let windows = args.settle_within.map(|settle| DisputeWindows {
        appeal_ms: None,
        rule_ms: None,
        settle_ms: Some(settle),
        vote_ms: None,
    });
    let panel = args.panel.map(|size| PanelTerms { level: args.panel_level, size });
    let deposit = args.dispute_deposit.clone();
    let named = args.arbiter.is_some() || deposit.is_some() || panel.is_some() || windows.is_some();
    let arbiter = args.arbiter.clone();
    named.then_some(DisputeTerms { arbiter, deposit, effect: None, panel, rungs: None, windows })
}
