//! A session as its participant uses it: each performative is a method.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Head, Sequence};
use asp_core::reading::Chain;
use asp_core::rejection::Code;
use asp_core::session::digest::SessionDigest;
use asp_core::session::trace::SessionTrace;
use asp_core::statement::Verified;
use asp_core::statement::body::{
    Accept, Acceptance, Admission, Amendment, Because, Body, Close, Closing, Commit, Counter, Empty,
    Escalation, Evidence, Fulfilment, Inform, Introduction, Mandate, Mode, Note, ObligationNote,
    ObligationRef, Offer, Propose, Question, Resumption, Termination, Text, Usage, Withdraw,
};
use futures::Stream;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::Error;
use crate::agent::AgentParty;
use crate::api::{Message, MessagePage, OfferView, SessionView, TraceView};
use crate::export::SessionExport;
use crate::party::Query;
use crate::replay::{self, Ground};
use crate::stream::{self, KnownHead, Pages};

/// How often something that cannot have changed its meaning is signed anew on a head that moved.
const RESIGN_MAX: u32 = 8;
/// The longest that one request waits for news.
const POLL: Duration = Duration::from_secs(20);

/// A session of one agent. Cheap to clone; clones share what they know of the head.
#[derive(Debug, Clone)]
pub struct Session {
    agent: AgentParty,
    id: Hash,
    pub(crate) head: KnownHead,
    /// Who can read it, once that is known.
    pub(crate) mode: Arc<OnceLock<Mode>>,
    /// What was read of it, and of what it rests on, where the node cannot read it.
    pub(crate) ground: Arc<Mutex<Ground>>,
    /// Held while something is sealed and said: a group is changed once at a time, and for what is said next.
    pub(crate) turn: Arc<Mutex<()>>,
}

impl Session {
    pub(crate) fn new(agent: AgentParty, id: Hash) -> Self {
        let (mode, ground, turn) = Default::default();
        Self { agent, id, head: KnownHead::default(), mode, ground, turn }
    }

    /// One that the agent has begun itself.
    pub(crate) fn begun(agent: AgentParty, id: Hash, mode: Mode) -> Self {
        Self { mode: Arc::new(mode.into()), ..Self::new(agent, id) }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> Hash {
        self.id
    }

    /// Who takes part by this handle.
    #[must_use]
    pub const fn agent(&self) -> &AgentParty {
        &self.agent
    }

    const fn stream(&self) -> StreamId {
        StreamId::Session(self.id)
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/sessions/{}{rest}", self.id.to_hex())
    }

    /// The session as it stands, by the node's word; see [`Session::replayed`]. One that the node cannot read is judged and
    /// opened here, where the agent has a vault.
    ///
    /// # Errors
    /// As every call.
    pub async fn view(&self) -> Result<SessionView, Error> {
        let plain = self.mode().await? == Mode::Open || self.agent.vault.is_none();
        if plain { self.outline_view().await } else { self.inner_view().await }
    }

    /// The session as the node knows it.
    pub(crate) async fn outline_view(&self) -> Result<SessionView, Error> {
        let view: SessionView = self.agent.party().get(&self.path(""), &Vec::new()).await?;
        // Who accepts names terms by their hash, so the hash has to be that of the terms that are shown.
        let named =
            |offer: &OfferView| offer.packages.iter().all(|(hash, terms)| terms.terms_hash() == *hash);
        if view.id != self.id || !view.offers.iter().all(named) {
            return Err(Error::forged("terms under another name, or another session"));
        }
        self.head.learn(view.head);
        Ok(view)
    }

    /// The session as it follows from its statements and those that it rests on, each verified and judged here.
    ///
    /// Reads all of them, so it takes several requests.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the rules do not allow what the node gives.
    pub async fn replayed(&self) -> Result<SessionView, Error> {
        let session = replay::session(self.agent.party(), self.id).await?;
        self.head.learn(session.head());
        Ok(SessionView::from(&session))
    }

    /// The session's course by the node's word, with what stands beside it and what was refused of one's own; see
    /// [`Session::traced`].
    ///
    /// # Errors
    /// As every call.
    pub async fn trace(&self) -> Result<TraceView, Error> {
        let view: TraceView = self.agent.party().get(&self.path("/trace"), &Vec::new()).await?;
        let own = view.trace.session == self.id;
        own.then_some(view).ok_or_else(|| Error::forged("the trace of another session"))
    }

    /// The session's course as it follows from its statements, each verified and judged here with all that it rests on.
    ///
    /// # Errors
    /// As [`Session::export`]; [`Error::Forged`] if the rules do not allow what the node gives.
    pub async fn traced(&self) -> Result<SessionTrace, Error> {
        self.export().await?.trace().map_err(Error::forged)
    }

    /// What one's organisation can learn from the session, held against its earlier ones, by the node's word.
    ///
    /// # Errors
    /// As every call.
    pub async fn digest(&self) -> Result<SessionDigest, Error> {
        let digest: SessionDigest = self.agent.party().get(&self.path("/digest"), &Vec::new()).await?;
        let own = digest.session == self.id && digest.own == self.agent.agent().organisation();
        own.then_some(digest).ok_or_else(|| Error::forged("the digest of another session"))
    }

    /// The session in one file: what was said, what it rests on, what the node says that it comes to.
    ///
    /// # Errors
    /// As every call; [`Error::Conflict`] if something new is said however often it is read.
    pub async fn export(&self) -> Result<SessionExport, Error> {
        let (party, client) = (self.agent.party(), self.agent.client());
        for _ in 0..RESIGN_MAX {
            let before = self.outline_view().await?.head;
            let messages = replay::messages(party, self.id).await?;
            let recorded: Value = party.get(&self.path(""), &Vec::new()).await?;
            let after: SessionView = serde_json::from_value(recorded.clone()).map_err(Error::forged)?;
            if before == after.head {
                let (origin, node_key) = (client.origin().clone(), client.node_key());
                return Ok(SessionExport { origin, node_key, session: self.id, messages, recorded });
            }
        }
        Err(Error::Conflict { head: self.head.get() })
    }

    /// What was said after a place, each statement verified, without a gap.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the stream does not hold together.
    pub async fn messages(&self, after: Option<Sequence>) -> Result<Vec<Message>, Error> {
        let client = self.agent.client();
        let mut pages = Pages::new(client.origin().clone(), self.stream(), after);
        while let Some(after) = pages.next() {
            let query: Query = after.map(|last| ("after", last.to_string())).into_iter().collect();
            pages.take(self.agent.party().get(&self.path("/messages"), &query).await?)?;
        }
        let head = pages.head();
        let all = pages.into_messages();
        for message in &all {
            client.check_author(&message.verify().map_err(Error::forged)?, message.log_index).await?;
        }
        head.into_iter().for_each(|head| self.head.learn(head));
        Ok(all)
    }

    /// What is said after a place, as it is said; resumes by itself when the connection is lost.
    ///
    /// The stream does not end by itself, and waits for a node that is away however long that takes. An error that
    /// waiting cannot help ends it.
    pub fn watch(
        &self,
        after: Option<Sequence>,
    ) -> impl Stream<Item = Result<Message, Error>> + Send + use<> {
        let chain = Chain::after(self.agent.client().origin().clone(), self.stream(), after);
        stream::watch(self.agent.party().clone(), self.path("/events"), chain, self.head.clone())
    }

    /// Waits until the session is as asked, at most this long if said.
    ///
    /// # Errors
    /// As every call; [`Error::TimedOut`].
    pub async fn wait_until(
        &self,
        at_most: Option<Duration>,
        mut wanted: impl FnMut(&SessionView) -> bool,
    ) -> Result<SessionView, Error> {
        let until = at_most.map(|wait| tokio::time::Instant::now() + wait);
        loop {
            let view = self.view().await?;
            if wanted(&view) {
                return Ok(view);
            }
            let left =
                until.map_or(POLL, |until| until.saturating_duration_since(tokio::time::Instant::now()));
            if left.is_zero() {
                return Err(Error::TimedOut);
            }
            let seconds = left.min(POLL).as_secs().max(1);
            let query: Query =
                vec![("after", view.head.sequence.to_string()), ("waitSeconds", seconds.to_string())];
            let _news: MessagePage = self.agent.party().get(&self.path("/messages"), &query).await?;
        }
    }

    /// Says something on the head that is known; `reply` is the statement that it answers.
    ///
    /// Only what cannot have changed its meaning (a note, QUERY, CLARIFY, OBSERVE) is signed anew when somebody
    /// else spoke first.
    ///
    /// After [`Error::Unreachable`] it is not known whether it was said. Anything but a note, QUERY, CLARIFY or
    /// OBSERVE can be said again with the same handle: it is then said once, or the answer is [`Error::Conflict`].
    ///
    /// # Errors
    /// As every call; [`Error::Conflict`] if somebody else spoke first.
    pub async fn say(&self, body: Body, reply: Option<Hash>) -> Result<Receipt, Error> {
        if self.mode().await? != Mode::Open {
            // Who comes in is taken into the group by a key package of its own.
            if matches!(body, Body::Accept(Accept::Introduction(_))) {
                self.agent.publish_packages().await?;
            }
            return self.say_sealed(body, reply).await;
        }
        let mut attempt = 0;
        loop {
            let statement = self.sign(body.clone(), reply).await?;
            match self.agent.client().submit(&statement).await {
                Ok(receipt) => {
                    let Receipt { receipt: body, .. } = &receipt;
                    self.head.learn(Head { sequence: body.sequence, hash: body.statement });
                    return Ok(receipt);
                }
                Err(Error::Conflict { head }) => {
                    self.head.forget();
                    if attempt >= RESIGN_MAX || !keeps_its_meaning(&body) {
                        return Err(Error::Conflict { head });
                    }
                    attempt += 1;
                    head.into_iter().for_each(|head| self.head.learn(head));
                }
                Err(error) => {
                    // A head that was refused may be none. One whose fate is unknown stays, so that saying the same
                    // again cannot say it twice.
                    if is_refusal(&error) {
                        self.head.forget();
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Signs a statement on the head that is known without handing it in.
    ///
    /// Who keeps it and gives it to [`Client::submit`](crate::Client::submit) until there is a receipt has said it
    /// exactly once, even across a restart. Where the node cannot read the session it is sealed, after whatever has to be said
    /// for that.
    ///
    /// # Errors
    /// As every call.
    pub async fn sign(&self, body: Body, reply: Option<Hash>) -> Result<Verified, Error> {
        if self.mode().await? != Mode::Open {
            return self.sign_sealed(body, reply).await;
        }
        let head = match self.head.get() {
            Some(head) => head,
            None => self.outline_view().await?.head,
        };
        self.agent.party().draft(StreamName::Of(self.stream()), Some(head), body, reply, &[])
    }

    /// ACCEPT of the invitation: introduces the agent with its present card.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] if there is no invitation to answer.
    pub async fn introduce(&self) -> Result<Receipt, Error> {
        let view = self.outline_view().await?;
        let asked = view.offers.iter().find(|offer| offer.admits.as_ref() == Some(self.agent.agent()));
        let conditions = view.conditions.or(asked.map(|offer| offer.id));
        let conditions = conditions.ok_or(Error::Missing { what: "invitation to answer" })?;
        let card = self.agent.client().agent(self.agent.agent()).await?.card;
        let body = Body::Accept(Accept::Introduction(Introduction { card, schemas: None }));
        self.say(body, Some(conditions)).await
    }

    /// PROPOSE.
    ///
    /// # Errors
    /// As every call.
    pub async fn propose(&self, offer: Offer) -> Result<Receipt, Error> {
        self.say(Body::Propose(Propose::Proposal(offer)), None).await
    }

    /// COUNTER of an offer.
    ///
    /// # Errors
    /// As every call.
    pub async fn counter(&self, to: &Hash, offer: Offer) -> Result<Receipt, Error> {
        self.say(Body::Counter(Counter::CounterOffer(offer)), Some(*to)).await
    }

    /// ACCEPT of an offer or a COMMIT, by the hash of its terms.
    ///
    /// # Errors
    /// As every call.
    pub async fn accept(&self, what: &Hash, terms_hash: Hash) -> Result<Receipt, Error> {
        self.say(Body::Accept(Accept::Acceptance(Acceptance { terms_hash })), Some(*what)).await
    }

    /// ACCEPT by an authority: the session goes on.
    ///
    /// # Errors
    /// As every call.
    pub async fn resume(&self, instructions: Option<Text>) -> Result<Receipt, Error> {
        self.say(Body::Accept(Accept::Resumption(Resumption { decided_by: None, instructions })), None).await
    }

    /// PROPOSE that one more comes in: every other negotiator has to [`Session::admit`] it, then it is invited.
    ///
    /// # Errors
    /// As every call.
    pub async fn propose_admission(&self, admission: Admission) -> Result<Receipt, Error> {
        self.say(Body::Propose(Propose::Admission(admission)), None).await
    }

    /// ACCEPT of a newcomer by one who is in.
    ///
    /// # Errors
    /// As every call.
    pub async fn admit(&self, admission: &Hash) -> Result<Receipt, Error> {
        self.say(Body::Accept(Accept::Admission(Empty {})), Some(*admission)).await
    }

    /// WITHDRAW from the session as a whole; the others go on.
    ///
    /// # Errors
    /// As every call.
    pub async fn leave(&self, reason: Text) -> Result<Receipt, Error> {
        self.say(Body::Withdraw(Withdraw::Departure(Because { reason })), None).await
    }

    /// REJECT of an invitation, an offer, a COMMIT.
    ///
    /// # Errors
    /// As every call.
    pub async fn reject(&self, what: &Hash, reason: Text) -> Result<Receipt, Error> {
        self.say(Body::Reject(Because { reason }), Some(*what)).await
    }

    /// WITHDRAW of one's own offer, COMMIT, invitation or escalation.
    ///
    /// # Errors
    /// As every call.
    pub async fn withdraw(&self, what: &Hash, reason: Text) -> Result<Receipt, Error> {
        self.say(Body::Withdraw(Withdraw::Withdrawal(Because { reason })), Some(*what)).await
    }

    /// INFORM: a remark.
    ///
    /// # Errors
    /// As every call.
    pub async fn inform(&self, text: Text) -> Result<Receipt, Error> {
        self.say(Body::Inform(Inform::Note(Note { data: None, text })), None).await
    }

    /// QUERY, to all.
    ///
    /// # Errors
    /// As every call.
    pub async fn query(&self, text: Text) -> Result<Receipt, Error> {
        let question = Question { awaits: None, data: None, respond_by: None, text };
        self.say(Body::Query(question), None).await
    }

    /// QUERY to one participant, whose CLARIFY is awaited.
    ///
    /// `about` is an open offer of that participant that awaits one's own answer, if the question is about it: its time
    /// stands still until the answer.
    ///
    /// # Errors
    /// As every call.
    pub async fn ask(&self, whom: AgentUri, text: Text, about: Option<Hash>) -> Result<Receipt, Error> {
        let question = Question { awaits: Some(whom), data: None, respond_by: None, text };
        self.say(Body::Query(question), about).await
    }

    /// CLARIFY, in answer to a question if one is named.
    ///
    /// # Errors
    /// As every call.
    pub async fn clarify(&self, text: Text, question: Option<Hash>) -> Result<Receipt, Error> {
        self.say(Body::Clarify(Note { data: None, text }), question).await
    }

    /// INFORM: what this agent has spent on the session so far, all together.
    ///
    /// # Errors
    /// As every call.
    pub async fn spent(&self, usage: Usage) -> Result<Receipt, Error> {
        self.say(Body::Inform(Inform::Usage(usage)), None).await
    }

    /// OBSERVE.
    ///
    /// # Errors
    /// As every call.
    pub async fn observe(&self, text: Text) -> Result<Receipt, Error> {
        self.say(Body::Observe(Note { data: None, text }), None).await
    }

    /// INFORM: how far an obligation is.
    ///
    /// # Errors
    /// As every call.
    pub async fn progress(&self, on: ObligationRef, text: Text) -> Result<Receipt, Error> {
        let ObligationRef { commitment, obligation, stage } = on;
        self.say(Body::Inform(Inform::Progress(ObligationNote { commitment, obligation, stage, text })), None)
            .await
    }

    /// INFORM by the debtor: the obligation, or the stage of it, is fulfilled, and this shows it.
    ///
    /// # Errors
    /// As every call.
    pub async fn fulfil(&self, on: ObligationRef, evidence: Evidence) -> Result<Receipt, Error> {
        let ObligationRef { commitment, obligation, stage } = on;
        let body = Inform::Fulfilment(Fulfilment { commitment, evidence, obligation, stage });
        self.say(Body::Inform(body), None).await
    }

    /// INFORM by the creditor: the fulfilment is in order.
    ///
    /// # Errors
    /// As every call.
    pub async fn acknowledge(&self, on: ObligationRef) -> Result<Receipt, Error> {
        self.say(Body::Inform(Inform::Acknowledgement(on)), None).await
    }

    /// INFORM by the creditor: the fulfilment is not in order.
    ///
    /// # Errors
    /// As every call.
    pub async fn contest(&self, on: ObligationRef, text: Text) -> Result<Receipt, Error> {
        let ObligationRef { commitment, obligation, stage } = on;
        self.say(Body::Inform(Inform::Contest(ObligationNote { commitment, obligation, stage, text })), None)
            .await
    }

    /// COMMIT to terms that are agreed on.
    ///
    /// # Errors
    /// As every call.
    pub async fn commit(&self, terms_hash: Hash) -> Result<Receipt, Error> {
        self.say(Body::Commit(Commit { terms_hash }), None).await
    }

    /// DELEGATE: another agent may act for this one here.
    ///
    /// # Errors
    /// As every call.
    pub async fn delegate(&self, mandate: Mandate) -> Result<Receipt, Error> {
        self.say(Body::Delegate(mandate), None).await
    }

    /// ESCALATE to an authority.
    ///
    /// # Errors
    /// As every call.
    pub async fn escalate(&self, authority: Issuer, question: Text) -> Result<Receipt, Error> {
        self.say(Body::Escalate(Escalation { authority, contact: None, question }), None).await
    }

    /// PROPOSE other terms in place of a commitment's.
    ///
    /// # Errors
    /// As every call.
    pub async fn propose_amendment(&self, amendment: Amendment) -> Result<Receipt, Error> {
        self.say(Body::Propose(Propose::Amendment(amendment)), None).await
    }

    /// PROPOSE to end a commitment by consent of all who signed it.
    ///
    /// # Errors
    /// As every call.
    pub async fn propose_termination(&self, termination: Termination) -> Result<Receipt, Error> {
        self.say(Body::Propose(Propose::Termination(termination)), None).await
    }

    /// CLOSE with the session's receipt; in a closed session, countersigns it.
    ///
    /// What is signed is what follows from the statements, see [`Session::replayed`], not what the node says.
    ///
    /// # Errors
    /// As every call.
    pub async fn close(&self, reason: Text) -> Result<Receipt, Error> {
        let receipt = self.replayed().await?.receipt;
        self.say(Body::Close(Close::Receipt(Closing { reason, receipt })), None).await
    }
}

/// Whether the node has said that it did not take a statement in.
pub(crate) fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Refused(problem) if !matches!(problem.code, Code::StorageFault | Code::Internal))
}

/// Whether a statement means the same whatever was said just before it (protocol, section 1).
pub(crate) fn keeps_its_meaning(body: &Body) -> bool {
    matches!(body, Body::Inform(Inform::Note(_)) | Body::Query(_) | Body::Clarify(_) | Body::Observe(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_are_signed_anew() {
        let note = Note { data: None, text: "x".parse().unwrap() };
        let duty = ObligationRef::whole(Hash::of(&[]), "a".parse().unwrap());
        for body in [
            Body::Inform(Inform::Note(note.clone())),
            Body::Query(Question { awaits: None, data: None, respond_by: None, text: "x".parse().unwrap() }),
            Body::Clarify(note.clone()),
            Body::Observe(note),
        ] {
            assert!(keeps_its_meaning(&body));
        }
        let reason: Text = "x".parse().unwrap();
        for body in [
            Body::Inform(Inform::Acknowledgement(duty)),
            Body::Accept(Accept::Acceptance(Acceptance { terms_hash: Hash::of(&[]) })),
            Body::Commit(Commit { terms_hash: Hash::of(&[]) }),
            Body::Reject(Because { reason }),
        ] {
            assert!(!keeps_its_meaning(&body));
        }
    }
}
