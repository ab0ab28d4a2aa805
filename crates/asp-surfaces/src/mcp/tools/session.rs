//! Tools of sessions: opening, reading with a bounded wait, saying.

use std::time::Duration;

use asp_client::api::{OfferView, SessionView};
use asp_client::{Opening, Session};
use asp_core::limits;
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::{Hash, Millis, Sequence};
use asp_core::session::table::State;
use asp_core::statement::body::{Invitee, ParticipantRole, Text};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::args::{agent, id, maybe_id, needed, parsed, read as arguments};
use super::super::failure::Failure;
use super::super::picture;
use super::super::sale::Offering;
use super::{limit, page};
use crate::door::{Door, Own};

/// The longest wait for news.
pub(super) const WAIT_SECONDS_MAX: u64 = limits::MCP_WAIT_MS_MAX.0 / 1_000;
/// Messages of one answer.
const MESSAGES_MAX: usize = 50;

/// What can be said.
pub(super) const ACTS: &[&str] = &[
    "join", "propose", "counter", "accept", "reject", "withdraw", "escalate", "query", "clarify", "inform",
    "leave", "close",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Most {
    limit: Option<usize>,
}

pub(super) async fn list<D: Door>(door: &D, given: Map<String, Value>) -> Result<Value, Failure> {
    let Most { limit: most } = arguments(given)?;
    let (me, most) = (door.who(), limit(most));
    let found = door.sessions(most.saturating_add(1)).await?;
    Ok(page("sessions", found.iter().map(|it| picture::summary(me.as_ref(), it)).collect(), most))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reading {
    session: String,
    after: Option<u64>,
    wait_seconds: Option<u64>,
}

pub(super) async fn read<D: Door>(door: &D, given: Map<String, Value>) -> Result<Value, Failure> {
    let Reading { session, after, wait_seconds } = arguments(given)?;
    let (id, after) = (id("session", &session)?, after.map(Sequence));
    let wait = Duration::from_secs(wait_seconds.unwrap_or(0).min(WAIT_SECONDS_MAX));
    let mut said = door.messages(&id, after, wait).await?;
    // After the messages, so that what is shown of the table is no older than what was said.
    let view = door.session(&id).await?;
    let more = said.len() > MESSAGES_MAX;
    said.truncate(MESSAGES_MAX);
    let me = door.who();
    let messages: Vec<Value> = said.iter().map(|it| picture::message(me.as_ref(), it)).collect();
    let last = messages.last().and_then(|message| message.get("sequence")).and_then(Value::as_u64);
    let next = last.or(after.map(|after| after.0)).unwrap_or(0);
    Ok(json!({
        "session": picture::session(me.as_ref(), &view), "messages": messages, "nextAfter": next, "more": more,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inviting {
    with: Vec<String>,
    capability: String,
    purpose: Option<String>,
    consent: Option<String>,
}

pub(super) async fn open(own: &Own, given: Map<String, Value>) -> Result<Value, Failure> {
    let Inviting { with, capability, purpose, consent } = arguments(given)?;
    let names = with.iter().map(|name| agent("with", name)).collect::<Result<Vec<AgentUri>, Failure>>()?;
    let first = needed(names.first(), "with", "whom to invite")?;
    let mut opening = Opening::new(first.clone(), parsed("capability", &capability)?);
    opening.with = names.iter().map(|name| Invitee::of(name.clone(), ParticipantRole::Party)).collect();
    opening.consents = maybe_id("consent", consent.as_deref())?.into_iter().collect();
    if let Some(purpose) = purpose {
        opening.purpose = parsed("purpose", &purpose)?;
    }
    let session = own.agent().open_session(opening).await?;
    Ok(picture::session(own.who().as_ref(), &session.view().await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Saying {
    session: String,
    act: String,
    offer: Option<Offering>,
    reply_to: Option<String>,
    terms_hash: Option<String>,
    authority: Option<String>,
    text: Option<String>,
}

pub(super) async fn say(own: &Own, given: Map<String, Value>) -> Result<Value, Failure> {
    let said: Saying = arguments(given)?;
    let session = own.agent().session(&id("session", &said.session)?);
    let floor = Floor { view: session.view().await?, me: own.agent().agent().clone() };
    let reply = maybe_id("replyTo", said.reply_to.as_deref())?;
    let words =
        || -> Result<Text, Failure> { parsed("text", needed(said.text.as_deref(), "text", "the words")?) };
    let receipt = match said.act.as_str() {
        "join" => session.introduce().await?,
        "propose" | "counter" => {
            let offering = needed(said.offer, "offer", "what is offered")?;
            let offer = offering.offer(&floor.view, &floor.me, own.agent().client().after(Millis(0)))?;
            match said.act.as_str() {
                "propose" => session.propose(offer).await?,
                _ => session.counter(&floor.awaiting_me(reply)?, offer).await?,
            }
        }
        "accept" => floor.accept(&session, reply, maybe_id("termsHash", said.terms_hash.as_deref())?).await?,
        "reject" => session.reject(&floor.awaiting_me(reply)?, words()?).await?,
        "withdraw" => session.withdraw(&floor.of_mine(reply)?, words()?).await?,
        "escalate" => {
            let authority = needed(said.authority.as_deref(), "authority", "who decides")?;
            session.escalate(parsed::<Issuer>("authority", authority)?, words()?).await?
        }
        "query" => session.query(words()?).await?,
        "clarify" => session.clarify(words()?, floor.question(reply)).await?,
        "inform" => session.inform(words()?).await?,
        "leave" => session.leave(words()?).await?,
        "close" => session.close(words()?).await?,
        other => {
            return Err(Failure::arguments(format_args!("act: {other:?} is none of {}", ACTS.join(", "))));
        }
    };
    told(own, &session, &receipt).await
}

/// What was said, with the session as it stands then.
pub(super) async fn told(own: &Own, session: &Session, receipt: &Receipt) -> Result<Value, Failure> {
    let body = &receipt.receipt;
    let view = session.view().await?;
    Ok(json!({
        "said": { "statement": body.statement, "sequence": body.sequence, "logIndex": body.log_index, "at": body.log_time },
        "session": picture::session(own.who().as_ref(), &view),
    }))
}

/// A session as it stands, and who speaks in it: what is not said is looked up where only one thing can be meant.
pub(super) struct Floor {
    pub(super) view: SessionView,
    pub(super) me: AgentUri,
}

impl Floor {
    /// What awaits the speaker's answer.
    fn awaiting_me(&self, named: Option<Hash>) -> Result<Hash, Failure> {
        if let Some(named) = named {
            return Ok(named);
        }
        if self.view.state == State::Invited {
            let none = || Failure::nothing("no invitation waits for you", READ);
            return self.view.conditions.ok_or_else(none);
        }
        let pending = self.view.pending.iter().filter(|it| it.awaits.contains(&self.me)).map(|it| it.id);
        let offers = self.view.offers.iter().filter(|it| it.awaits.contains(&self.me)).map(|it| it.id);
        one(pending.chain(offers), "awaits your answer", "replyTo")
    }

    /// What the speaker can take back.
    fn of_mine(&self, named: Option<Hash>) -> Result<Hash, Failure> {
        if let Some(named) = named {
            return Ok(named);
        }
        let pending = self.view.pending.iter().filter(|it| it.by == self.me).map(|it| it.id);
        let offers = self.view.offers.iter().filter(|it| it.by == self.me).map(|it| it.id);
        one(pending.chain(offers), "of yours can be taken back", "replyTo")
    }

    /// The question that is answered: the one named, or the only one that awaits the speaker.
    fn question(&self, named: Option<Hash>) -> Option<Hash> {
        let mut open = self.view.questions.iter().filter(|open| open.awaits == self.me).map(|open| open.id);
        named.or_else(|| open.next().filter(|_| open.next().is_none()))
    }

    /// Accepts what awaits the speaker.
    async fn accept(
        &self,
        session: &Session,
        reply: Option<Hash>,
        terms: Option<Hash>,
    ) -> Result<Receipt, Failure> {
        if self.view.state == State::Invited {
            return Ok(session.introduce().await?);
        }
        let answered = self.awaiting_me(reply)?;
        let offer = self.view.offers.iter().find(|offer| offer.id == answered);
        match offer.and_then(|offer| offer.admits.as_ref()) {
            Some(newcomer) if *newcomer == self.me => return Ok(session.introduce().await?),
            Some(_) => return Ok(session.admit(&answered).await?),
            None => {}
        }
        let pending = self.view.pending.iter().find(|it| it.id == answered).map(|it| it.terms_hash);
        let terms = match (terms, pending) {
            (Some(terms), _) | (None, Some(terms)) => terms,
            (None, None) => {
                let packages =
                    offer.map(|offer: &OfferView| offer.packages.keys().copied()).into_iter().flatten();
                one(packages, "of that offer can be accepted", "termsHash")?
            }
        };
        Ok(session.accept(&answered, terms).await?)
    }
}

/// What to do when something is not there.
const READ: &str = "Read the session with read_session: the other side may have to speak first.";

/// The only one of several.
pub(super) fn one(all: impl Iterator<Item = Hash>, what: &str, argument: &str) -> Result<Hash, Failure> {
    let all: Vec<Hash> = all.collect();
    match all.as_slice() {
        [only] => Ok(*only),
        [] => Err(Failure::nothing(format_args!("nothing {what}"), READ)),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            let next = format!("Say which by {argument}: {}.", ids.join(" or "));
            Err(Failure::ambiguous(format_args!("more than one {what}"), &next))
        }
    }
}
