//! What a message of A2A says in a session: its data parts with a member `act`, or else one remark.
//!
//! An act names what it is and what cannot be guessed; what it answers is looked up in the session as long as only one thing
//! can be meant. What is allowed is for the log to judge.

use std::collections::BTreeSet;

use asp_client::api::{OfferView, SessionView};
use asp_core::limits;
use asp_core::name::{AgentUri, Capability};
use asp_core::position::Hash;
use asp_core::session::table::{Performative, State};
use asp_core::statement::Body;
use asp_core::statement::body::{
    Accept, Acceptance, Because, Close, Closing, Commit, Counter, Empty, Evidence, Fulfilment, Inform,
    Introduction, Limits, Note, ObligationId, ObligationNote, ObligationRef, Offer, Package, Propose,
    Question, SchemaRef, Text, Withdraw,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::wire::{A2aError, Message};

/// The largest number that a double holds exactly: libraries of A2A write integers as doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What a message says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spoken {
    /// How a session is to be opened, where the message says so.
    pub(crate) opening: Opening,
    /// What is said in it, in this order.
    pub(crate) acts: Vec<Act>,
}

/// What a client wants of the session that its first message opens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opening {
    pub(crate) capability: Option<Capability>,
    pub(crate) purpose: Option<Text>,
    pub(crate) limits: Option<Limits>,
    pub(crate) consents: Option<BTreeSet<Hash>>,
    pub(crate) schemas: Option<Vec<SchemaRef>>,
}

/// The word for what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Open,
    Propose,
    Counter,
    Accept,
    Reject,
    Inform,
    Query,
    Clarify,
    Commit,
    Withdraw,
    Observe,
    Delegate,
    Escalate,
    Close,
    Fulfil,
    Acknowledge,
    Contest,
    Progress,
}

/// An act as a data part has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Act {
    act: Word,
    /// The whole body, for whoever knows the protocol's own.
    body: Option<Value>,
    in_reply_to: Option<Hash>,
    text: Option<Text>,
    /// One package of terms, or several to choose from.
    package: Option<Package>,
    packages: Option<Vec<Package>>,
    /// Whether acceptance alone binds; it does if nothing is said.
    binding: Option<bool>,
    terms_hash: Option<Hash>,
    data: Option<Map<String, Value>>,
    commitment: Option<Hash>,
    obligation: Option<ObligationId>,
    stage: Option<ObligationId>,
    evidence: Option<Evidence>,
    capability: Option<Capability>,
    purpose: Option<Text>,
    limits: Option<Limits>,
    consents: Option<BTreeSet<Hash>>,
    schemas: Option<Vec<SchemaRef>>,
    /// Whether the message had no act: what it says answers the question that awaits its client, if just one does.
    #[serde(skip)]
    plain: bool,
}

/// What an act is read against: the session as it stands, and who speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Floor<'a> {
    pub(crate) view: &'a SessionView,
    pub(crate) me: &'a AgentUri,
    /// The statement that set the speaker's card.
    pub(crate) card: Hash,
}

impl Spoken {
    /// Reads a message.
    ///
    /// # Errors
    /// A part that says `act` and is none, or more than one message may say.
    pub(crate) fn of(message: &Message) -> Result<Self, A2aError> {
        let words = text(&message.words())?;
        let mut spoken = Self::default();
        let mut other = Vec::new();
        for data in message.parts.iter().filter_map(|part| part.data.as_ref()) {
            if data.get("act").is_none() {
                other.push(data.clone());
                continue;
            }
            let mut act: Act = typed(integers(data.clone()), "a part with `act`")?;
            act.text = act.text.or_else(|| Some(words.clone()).filter(|words| !words.as_str().is_empty()));
            if act.act == Word::Open {
                spoken.opening = act.opening();
            } else {
                spoken.acts.push(act);
            }
        }
        if spoken.acts.len() > limits::A2A_ACTS_MAX {
            return Err(A2aError::params("the message has too many acts"));
        }
        let only_opens = other.is_empty() && message.parts.iter().any(|part| part.data.is_some());
        if spoken.acts.is_empty() && !only_opens {
            spoken.acts.push(Act::remark(words, other));
        } else if !other.is_empty() {
            return Err(A2aError::params("a message has parts with `act` or other data, not both"));
        }
        Ok(spoken)
    }
}

impl Act {
    /// What is said without an act: words, and data as it came.
    fn remark(words: Text, mut data: Vec<Value>) -> Self {
        let data = match (data.pop(), data.is_empty()) {
            (None, _) => None,
            (Some(Value::Object(only)), true) => Some(only),
            (Some(last), _) => {
                data.push(last);
                Some(Map::from_iter([("parts".to_owned(), Value::Array(data))]))
            }
        };
        Self { text: Some(words), data, plain: true, ..Self::nothing() }
    }

    const fn nothing() -> Self {
        Self {
            act: Word::Inform,
            body: None,
            in_reply_to: None,
            text: None,
            package: None,
            packages: None,
            binding: None,
            terms_hash: None,
            data: None,
            commitment: None,
            obligation: None,
            stage: None,
            evidence: None,
            capability: None,
            purpose: None,
            limits: None,
            consents: None,
            schemas: None,
            plain: false,
        }
    }

    fn opening(self) -> Opening {
        let Self { capability, purpose, limits, consents, schemas, .. } = self;
        Opening { capability, purpose, limits, consents, schemas }
    }

    /// What it is in the protocol, and what it answers.
    ///
    /// # Errors
    /// That something is missing, or that several things could be meant.
    pub(crate) fn body(&self, floor: &Floor<'_>) -> Result<(Body, Option<Hash>), A2aError> {
        if let Some(body) = &self.body {
            return Ok((raw(self.act, body.clone())?, self.in_reply_to));
        }
        // An authority that decides leaves no answers to give meanwhile.
        if self.plain
            && floor.view.state != State::Escalated
            && let Some(asked) = floor.asked()
        {
            return Ok((Body::Clarify(self.note()), Some(asked)));
        }
        let reason = || Because { reason: self.words() };
        Ok(match self.act {
            Word::Propose => (Body::Propose(Propose::Proposal(self.offer()?)), self.in_reply_to),
            Word::Counter => {
                (Body::Counter(Counter::CounterOffer(self.offer()?)), Some(self.answered(floor)?))
            }
            Word::Accept => self.accept(floor)?,
            Word::Reject => (Body::Reject(reason()), Some(self.answered(floor)?)),
            Word::Inform => (Body::Inform(Inform::Note(self.note())), self.in_reply_to),
            Word::Query => {
                let question =
                    Question { awaits: None, data: self.data.clone(), respond_by: None, text: self.words() };
                (Body::Query(question), self.in_reply_to)
            }
            Word::Clarify => (Body::Clarify(self.note()), self.in_reply_to.or_else(|| floor.asked())),
            Word::Observe => (Body::Observe(self.note()), self.in_reply_to),
            Word::Commit => {
                let terms_hash = match self.terms_hash {
                    Some(terms) => terms,
                    None => one(floor.view.agreed.clone(), "terms are agreed on: say `termsHash`")?,
                };
                (Body::Commit(Commit { terms_hash }), self.in_reply_to)
            }
            Word::Withdraw => (Body::Withdraw(Withdraw::Withdrawal(reason())), Some(self.own(floor)?)),
            Word::Close => (floor.close(self.words()), None),
            Word::Fulfil | Word::Acknowledge | Word::Contest | Word::Progress => {
                (Body::Inform(self.of_obligation(floor)?), self.in_reply_to)
            }
            Word::Open => return Err(A2aError::params("`open` is for the first message of a task")),
            Word::Delegate | Word::Escalate => return Err(A2aError::params("this act needs a `body`")),
        })
    }

    fn words(&self) -> Text {
        self.text.clone().unwrap_or_else(nothing)
    }

    fn note(&self) -> Note {
        Note { data: self.data.clone(), text: self.words() }
    }

    fn offer(&self) -> Result<Offer, A2aError> {
        let packages = match (&self.packages, &self.package) {
            (Some(packages), None) => packages.clone(),
            (None, Some(package)) => vec![package.clone()],
            (Some(_), Some(_)) | (None, None) => {
                return Err(A2aError::params("an offer has `package` or `packages`"));
            }
        };
        Ok(Offer { reasoning: self.text.clone(), ..Offer::of(packages, self.binding.unwrap_or(true)) })
    }

    fn accept(&self, floor: &Floor<'_>) -> Result<(Body, Option<Hash>), A2aError> {
        if floor.view.state == State::Invited {
            let introduction = Introduction { card: floor.card, schemas: None };
            return Ok((Body::Accept(Accept::Introduction(introduction)), floor.view.conditions));
        }
        let answered = self.answered(floor)?;
        let pending = floor.view.pending.as_ref().filter(|pending| pending.id == answered);
        let offer = floor.view.offers.iter().find(|offer| offer.id == answered);
        let accept = if offer.is_some_and(|offer| offer.admits.is_some()) {
            Accept::Admission(Empty {})
        } else {
            let terms_hash = match (self.terms_hash, pending) {
                (Some(terms), _) => terms,
                (None, Some(pending)) => pending.terms_hash,
                (None, None) => {
                    let packages = offer.map(|offer| offer.packages.keys().copied().collect());
                    one(packages.unwrap_or_default(), "packages are in that offer: say `termsHash`")?
                }
            };
            Accept::Acceptance(Acceptance { terms_hash })
        };
        Ok((Body::Accept(accept), Some(answered)))
    }

    /// What awaits the speaker's answer.
    fn answered(&self, floor: &Floor<'_>) -> Result<Hash, A2aError> {
        if let Some(answered) = self.in_reply_to {
            return Ok(answered);
        }
        let view = floor.view;
        let pending = view.pending.iter().filter(|pending| pending.awaits.contains(floor.me));
        let offers = view.offers.iter().filter(|offer| awaits(offer, floor.me));
        let all = pending.map(|pending| pending.id).chain(offers.map(|offer| offer.id)).collect();
        one(all, "things await your answer: say `inReplyTo`")
    }

    /// What the speaker can take back.
    fn own(&self, floor: &Floor<'_>) -> Result<Hash, A2aError> {
        if let Some(answered) = self.in_reply_to {
            return Ok(answered);
        }
        floor.own()
    }

    fn of_obligation(&self, floor: &Floor<'_>) -> Result<Inform, A2aError> {
        let commitment = match self.commitment {
            Some(commitment) => commitment,
            None => {
                let all = floor.view.commitments.iter().map(|commitment| commitment.id).collect();
                one(all, "commitments are in the session: say `commitment`")?
            }
        };
        let obligation = self.obligation.clone().ok_or_else(|| A2aError::params("say `obligation`"))?;
        let (stage, text) = (self.stage.clone(), self.words());
        let note = || ObligationNote {
            commitment,
            obligation: obligation.clone(),
            stage: stage.clone(),
            text: text.clone(),
        };
        Ok(match self.act {
            Word::Fulfil => {
                let shown = Evidence::Acknowledgement { text: text.clone() };
                let evidence = self.evidence.clone().unwrap_or(shown);
                Inform::Fulfilment(Fulfilment { commitment, evidence, obligation, stage })
            }
            Word::Contest => Inform::Contest(note()),
            Word::Progress => Inform::Progress(note()),
            Word::Acknowledge
            | Word::Open
            | Word::Propose
            | Word::Counter
            | Word::Accept
            | Word::Reject
            | Word::Inform
            | Word::Query
            | Word::Clarify
            | Word::Commit
            | Word::Withdraw
            | Word::Observe
            | Word::Delegate
            | Word::Escalate
            | Word::Close => Inform::Acknowledgement(ObligationRef { commitment, obligation, stage }),
        })
    }
}

impl Floor<'_> {
    /// A CLOSE with the receipt that the session has now.
    pub(crate) fn close(&self, reason: Text) -> Body {
        Body::Close(Close::Receipt(Closing { reason, receipt: self.view.receipt.clone() }))
    }

    /// The one thing that the speaker can take back.
    ///
    /// # Errors
    /// That there is none, or several.
    pub(crate) fn own(&self) -> Result<Hash, A2aError> {
        let view = self.view;
        if view.state == State::Invited {
            return Ok(view.conditions.unwrap_or(view.id));
        }
        let pending = view.pending.iter().filter(|pending| pending.by == *self.me).map(|pending| pending.id);
        let offers = view.offers.iter().filter(|offer| offer.by == *self.me).map(|offer| offer.id);
        one(pending.chain(offers).collect(), "things of yours are open: say `inReplyTo`")
    }

    /// The question that awaits the speaker, if it is one.
    fn asked(&self) -> Option<Hash> {
        let mut asked = self.view.questions.iter().filter(|open| open.awaits == *self.me);
        let first = asked.next()?;
        asked.next().is_none().then_some(first.id)
    }
}

/// Whether an offer still awaits this agent.
pub(crate) fn awaits(offer: &OfferView, agent: &AgentUri) -> bool {
    offer.awaits.contains(agent) && !offer.accepted.contains_key(agent)
}

fn one(all: Vec<Hash>, what: &str) -> Result<Hash, A2aError> {
    match all.as_slice() {
        [only] => Ok(*only),
        other => Err(A2aError::params(format!("{} {what}", other.len()))),
    }
}

/// Words within the bound of a text.
///
/// # Errors
/// That they are too long.
pub(crate) fn text(words: &str) -> Result<Text, A2aError> {
    let too_long = |_| A2aError::params(format!("the text has more than {} bytes", limits::TEXT_BYTES_MAX));
    words.parse().map_err(too_long)
}

/// No words at all, which is a text.
pub(crate) fn nothing() -> Text {
    "".parse().unwrap_or_else(|_| unreachable!("nothing is short enough"))
}

fn typed<T: DeserializeOwned>(value: Value, what: &str) -> Result<T, A2aError> {
    serde_json::from_value(value).map_err(|error| A2aError::params(format!("{what}: {error}")))
}

/// The same with whole numbers as such, whatever library wrote them.
fn integers(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(whole(&number).unwrap_or(number)),
        Value::Array(items) => items.into_iter().map(integers).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, integers(value))).collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}

fn whole(number: &Number) -> Option<Number> {
    let double = number.as_f64().filter(|_| number.is_f64())?;
    // Compared as text, so that no cast decides: a whole double is written with nothing behind its point.
    let whole = (double.fract() == 0.0 && double.abs() <= EXACT).then(|| format!("{double:.0}"))?;
    whole.parse::<i64>().ok().map(Number::from)
}

fn raw(word: Word, body: Value) -> Result<Body, A2aError> {
    let body = integers(body);
    let performative = match word {
        Word::Propose => Performative::Propose,
        Word::Counter => Performative::Counter,
        Word::Accept => Performative::Accept,
        Word::Reject => Performative::Reject,
        Word::Query => Performative::Query,
        Word::Clarify => Performative::Clarify,
        Word::Commit => Performative::Commit,
        Word::Withdraw => Performative::Withdraw,
        Word::Observe => Performative::Observe,
        Word::Delegate => Performative::Delegate,
        Word::Escalate => Performative::Escalate,
        Word::Close => Performative::Close,
        Word::Open => return Err(A2aError::params("`open` has no `body`")),
        Word::Inform | Word::Fulfil | Word::Acknowledge | Word::Contest | Word::Progress => {
            Performative::Inform
        }
    };
    let what = "`body`";
    Ok(match performative {
        Performative::Propose => Body::Propose(typed(body, what)?),
        Performative::Counter => Body::Counter(typed(body, what)?),
        Performative::Accept => Body::Accept(typed(body, what)?),
        Performative::Reject => Body::Reject(typed(body, what)?),
        Performative::Inform => Body::Inform(typed(body, what)?),
        Performative::Query => Body::Query(typed(body, what)?),
        Performative::Clarify => Body::Clarify(typed(body, what)?),
        Performative::Commit => Body::Commit(typed(body, what)?),
        Performative::Delegate => Body::Delegate(typed(body, what)?),
        Performative::Escalate => Body::Escalate(typed(body, what)?),
        Performative::Withdraw => Body::Withdraw(typed(body, what)?),
        Performative::Observe => Body::Observe(typed(body, what)?),
        Performative::Close => Body::Close(typed(body, what)?),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spoken(parts: Value) -> Result<Spoken, A2aError> {
        let message = json!({ "messageId": "1", "role": "ROLE_USER", "parts": parts });
        Spoken::of(&serde_json::from_value(message).unwrap())
    }

    #[test]
    fn what_is_no_act_is_one_remark() {
        let spoken =
            spoken(json!([{ "text": "hello" }, { "data": { "count": 2.0 } }, { "text": "you" }])).unwrap();
        let [act] = spoken.acts.as_slice() else { panic!("{spoken:?}") };
        assert_eq!((act.act, act.words().as_str()), (Word::Inform, "hello\n\nyou"));
        assert_eq!(act.data.as_ref().unwrap()["count"], 2.0);
    }

    #[test]
    fn a_message_that_only_opens_says_nothing_more() {
        let spoken = spoken(json!([{ "data": { "act": "open", "capability": "a.b" } }])).unwrap();
        assert!(spoken.acts.is_empty());
        assert_eq!(spoken.opening.capability.unwrap().to_string(), "a.b");
    }

    #[test]
    fn acts_that_are_none_are_refused() {
        for wrong in [
            json!([{ "data": { "act": "sing" } }]),
            json!([{ "data": { "act": 1 } }]),
            json!([{ "data": { "act": "accept", "wish": 1 } }]),
            json!([{ "data": { "act": "accept", "termsHash": "abc" } }]),
            json!([{ "data": { "act": "accept" } }, { "data": { "x": 1 } }]),
            json!([{ "text": "x".repeat(limits::TEXT_BYTES_MAX + 1) }]),
            Value::Array(vec![json!({ "data": { "act": "query" } }); limits::A2A_ACTS_MAX + 1]),
        ] {
            assert!(spoken(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn whole_numbers_are_read_from_doubles_and_no_others() {
        let read = integers(json!({ "a": [1.0, 1.5, -2.0, 9.1e15, 1e300], "b": 7 }));
        assert_eq!(read, json!({ "a": [1, 1.5, -2, 9.1e15, 1e300], "b": 7 }));
    }
}
