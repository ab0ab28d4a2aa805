//! A session as its participant uses it: each performative is a method.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asp_core::log::receipt::Receipt;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Head, Sequence};
use asp_core::statement::body::{
    Accept, Acceptance, Amendment, Because, Body, Close, Closing, Commit, Counter, Escalation, Evidence,
    Fulfilment, Inform, Introduction, Mandate, Note, ObligationId, ObligationNote, ObligationRef, Offer,
    Propose, Resumption, Termination, Text, Withdraw,
};
use futures::Stream;

use crate::Error;
use crate::agent::AgentParty;
use crate::api::{Message, MessagePage, OfferView, SessionView};
use crate::party::Query;
use crate::stream::{self, Chain};

/// How often something that cannot have changed its meaning is signed anew on a head that moved.
const RESIGN_MAX: u32 = 8;
/// The longest that one request waits for news.
const POLL: Duration = Duration::from_secs(20);

/// A session of one agent. Cheap to clone; clones share what they know of the head.
#[derive(Debug, Clone)]
pub struct Session {
    agent: AgentParty,
    id: Hash,
    head: Arc<Mutex<Option<Head>>>,
}

impl Session {
    pub(crate) fn new(agent: AgentParty, id: Hash) -> Self {
        Self { agent, id, head: Arc::default() }
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

    fn path(&self, rest: &str) -> String {
        format!("/v1/sessions/{}{rest}", self.id.to_hex())
    }

    fn known_head(&self) -> Option<Head> {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, head: Option<Head>) {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = head;
    }

    /// The session as it stands, asked of the node.
    ///
    /// # Errors
    /// As every call.
    pub async fn view(&self) -> Result<SessionView, Error> {
        let view: SessionView = self.agent.party().get(&self.path(""), &Vec::new()).await?;
        if view.id != self.id {
            return Err(Error::forged("the session is another"));
        }
        check_offers(&view.offers)?;
        self.learn(Some(view.head));
        Ok(view)
    }

    /// What was said after a place, each statement verified, without a gap.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if the stream does not hold together.
    pub async fn messages(&self, after: Option<Sequence>) -> Result<Vec<Message>, Error> {
        let mut chain = Chain::after(StreamId::Session(self.id), after);
        let mut all = Vec::new();
        loop {
            let query: Query = chain.last().map(|last| ("after", last.to_string())).into_iter().collect();
            let page: MessagePage = self.agent.party().get(&self.path("/messages"), &query).await?;
            for message in page.messages {
                chain.take(&message)?;
                all.push(message);
            }
            if page.next_after.is_none() {
                return Ok(all);
            }
        }
    }

    /// What is said after a place, as it is said; resumes by itself when the connection is lost.
    ///
    /// The stream does not end by itself. An error that waiting cannot help ends it.
    pub fn watch(
        &self,
        after: Option<Sequence>,
    ) -> impl Stream<Item = Result<Message, Error>> + Send + use<> {
        let chain = Chain::after(StreamId::Session(self.id), after);
        stream::watch(self.agent.party().clone(), self.path("/events"), chain)
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
    /// # Errors
    /// As every call; [`Error::Conflict`] if somebody else spoke first.
    pub async fn say(&self, body: Body, reply: Option<Hash>) -> Result<Receipt, Error> {
        let mut attempt = 0;
        loop {
            let head = match self.known_head() {
                Some(head) => head,
                None => self.view().await?.head,
            };
            let stream = StreamName::Of(StreamId::Session(self.id));
            let statement = self.agent.party().draft(stream, Some(head), body.clone(), reply, &[])?;
            match self.agent.client().submit(&statement).await {
                Ok(receipt) => {
                    let sequence = receipt.receipt.sequence;
                    self.learn(Some(Head { sequence, hash: receipt.receipt.statement }));
                    return Ok(receipt);
                }
                Err(Error::Conflict { head }) if keeps_its_meaning(&body) && attempt < RESIGN_MAX => {
                    attempt += 1;
                    self.learn(head);
                }
                Err(error) => {
                    self.learn(None);
                    return Err(error);
                }
            }
        }
    }

    /// ACCEPT of the invitation: introduces the agent with its present card.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] if there is no invitation to answer.
    pub async fn introduce(&self) -> Result<Receipt, Error> {
        let conditions =
            self.view().await?.conditions.ok_or(Error::Missing { what: "invitation to answer" })?;
        let card = self.agent.client().agent(self.agent.agent()).await?.card;
        let body = Body::Accept(Accept::Introduction(Introduction { card }));
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
        self.say(Body::Accept(Accept::Resumption(Resumption { instructions })), None).await
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

    /// QUERY.
    ///
    /// # Errors
    /// As every call.
    pub async fn query(&self, text: Text) -> Result<Receipt, Error> {
        self.say(Body::Query(Note { data: None, text }), None).await
    }

    /// CLARIFY.
    ///
    /// # Errors
    /// As every call.
    pub async fn clarify(&self, text: Text) -> Result<Receipt, Error> {
        self.say(Body::Clarify(Note { data: None, text }), None).await
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
        let ObligationRef { commitment, obligation } = on;
        self.say(Body::Inform(Inform::Progress(ObligationNote { commitment, obligation, text })), None).await
    }

    /// INFORM by the debtor: the obligation is fulfilled, and this shows it.
    ///
    /// # Errors
    /// As every call.
    pub async fn fulfil(
        &self,
        commitment: &Hash,
        obligation: &ObligationId,
        evidence: Evidence,
    ) -> Result<Receipt, Error> {
        let (commitment, obligation) = (*commitment, obligation.clone());
        let body = Inform::Fulfilment(Fulfilment { commitment, evidence, obligation });
        self.say(Body::Inform(body), None).await
    }

    /// INFORM by the creditor: the fulfilment is in order.
    ///
    /// # Errors
    /// As every call.
    pub async fn acknowledge(&self, commitment: &Hash, obligation: &ObligationId) -> Result<Receipt, Error> {
        let (commitment, obligation) = (*commitment, obligation.clone());
        self.say(Body::Inform(Inform::Acknowledgement(ObligationRef { commitment, obligation })), None).await
    }

    /// INFORM by the creditor: the fulfilment is not in order.
    ///
    /// # Errors
    /// As every call.
    pub async fn contest(&self, on: ObligationRef, text: Text) -> Result<Receipt, Error> {
        let ObligationRef { commitment, obligation } = on;
        self.say(Body::Inform(Inform::Contest(ObligationNote { commitment, obligation, text })), None).await
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
        self.say(Body::Escalate(Escalation { authority, question }), None).await
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
    /// # Errors
    /// As every call.
    pub async fn close(&self, reason: Text) -> Result<Receipt, Error> {
        let receipt = self.view().await?.receipt;
        self.say(Body::Close(Close::Receipt(Closing { reason, receipt })), None).await
    }
}

/// Checks that the terms shown of each offer are those of the hash that an acceptance signs.
fn check_offers(offers: &[OfferView]) -> Result<(), Error> {
    let mut packages = offers.iter().flat_map(|offer| &offer.packages);
    match packages.find(|(hash, package)| package.terms_hash() != **hash) {
        Some((hash, _)) => Err(Error::forged(format_args!("{hash} is not the hash of the terms shown"))),
        None => Ok(()),
    }
}

/// Whether a statement means the same whatever was said just before it (protocol, section 1).
fn keeps_its_meaning(body: &Body) -> bool {
    matches!(body, Body::Inform(Inform::Note(_)) | Body::Query(_) | Body::Clarify(_) | Body::Observe(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_under_the_hash_of_others_are_forged() {
        use asp_core::statement::body::Package;
        let package = Package { obligations: Vec::new(), terms: serde_json::Map::new() };
        let offer = |hash: Hash| OfferView {
            id: Hash::of(&[]),
            by: "agent://acme.example/buyer".parse().unwrap(),
            kind: "business".to_owned(),
            binding: true,
            commitment: None,
            packages: [(hash, package.clone())].into(),
            awaits: std::collections::BTreeSet::new(),
            respond_by: asp_core::position::LogTime::from_millis(1),
        };
        assert!(check_offers(&[offer(package.terms_hash())]).is_ok());
        assert!(matches!(check_offers(&[offer(Hash::of(&[b"x"]))]), Err(Error::Forged { .. })));
    }

    #[test]
    fn only_words_are_signed_anew() {
        let note = Note { data: None, text: "x".parse().unwrap() };
        let duty = ObligationRef { commitment: Hash::of(&[]), obligation: "a".parse().unwrap() };
        for body in [
            Body::Inform(Inform::Note(note.clone())),
            Body::Query(note.clone()),
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
