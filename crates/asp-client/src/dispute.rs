//! Disputes of a party: filing, answering, showing, settling, ruling, appealing, and reading what is its own.

use asp_core::amount::Money;
use asp_core::key::KeyId;
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::Hash;
use asp_core::statement::body::{
    Body, Disclosure, DisputeAppeal, DisputeCommit, DisputeEvidence, DisputeFile, DisputeOutcome,
    DisputeReason, DisputeRespond, DisputeRule, DisputeSettle, DisputeVote, Exhibit, Nonce, ObligationId,
    Text,
};
use futures::Stream;

use crate::agent::AgentParty;
use crate::api::{CommitmentView, DisputePage, DisputeView, MessagePage};
use crate::list::entries;
use crate::organisation::OrganisationParty;
use crate::party::{Party, Query};
use crate::{Error, clock, replay};

/// The disputes of an agent or an organisation.
#[derive(Debug, Clone)]
pub struct Disputes {
    party: Party,
}

/// What to file.
#[derive(Debug, Clone)]
pub struct Filing {
    /// Whose dispute it is: the agent that files, or one of the organisation.
    pub party: AgentUri,
    /// The other side.
    pub against: AgentUri,
    /// The obligation; all that the other side owes if none.
    pub obligation: Option<ObligationId>,
    /// What it is about.
    pub reason: DisputeReason,
    /// How grave it is, 1 to 5.
    pub severity: u32,
    /// What is claimed, for people.
    pub claim: Text,
    /// What is asked for, at most.
    pub amount: Option<Money>,
    /// What shows it.
    pub evidence: CaseEvidence,
}

/// What a side shows: exhibits, and what of them is disclosed to whoever is to read what is sealed in them.
#[derive(Debug, Clone, Default)]
pub struct CaseEvidence {
    /// The exhibits; a statement that is disclosed is one of them by itself, without a note.
    pub exhibits: Vec<Exhibit>,
    /// The disclosures: see [`crate::Session::disclose`].
    pub disclosures: Vec<Disclosure>,
}

impl From<Vec<Exhibit>> for CaseEvidence {
    fn from(exhibits: Vec<Exhibit>) -> Self {
        Self { exhibits, disclosures: Vec::new() }
    }
}

impl CaseEvidence {
    /// Exhibits and disclosures as a body has them: what is disclosed is shown too.
    fn into_parts(self) -> (Vec<Exhibit>, Option<Vec<Disclosure>>) {
        let Self { mut exhibits, disclosures } = self;
        for disclosed in &disclosures {
            let shows = |one: &Exhibit| matches!(one, Exhibit::Statement { statement, .. } if *statement == disclosed.statement);
            if !exhibits.iter().any(shows) {
                exhibits.push(Exhibit::Statement { note: Text::default(), statement: disclosed.statement });
            }
        }
        (exhibits, (!disclosures.is_empty()).then_some(disclosures))
    }
}

impl AgentParty {
    /// Its disputes.
    #[must_use]
    pub fn disputes(&self) -> Disputes {
        Disputes { party: self.party().clone() }
    }

    /// The keys of an agent or organisation to which something can be disclosed: those that sign for it now, by its own
    /// statements and not by the node's word.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] where it has none of Ed25519.
    pub async fn disclosure_keys(&self, whom: &Issuer) -> Result<Vec<KeyId>, Error> {
        let none = Error::Missing { what: "key of Ed25519 that something can be disclosed to" };
        if matches!(whom, Issuer::Node(_)) {
            return Err(none);
        }
        let history = replay::read_keys(self.client(), whom).await?;
        let keys: Vec<KeyId> = history.live().filter(|key| key.exchange_key().is_ok()).copied().collect();
        if keys.is_empty() { Err(none) } else { Ok(keys) }
    }
}

impl OrganisationParty {
    /// The disputes of it and of its agents.
    #[must_use]
    pub fn disputes(&self) -> Disputes {
        Disputes { party: self.party().clone() }
    }
}

impl Disputes {
    /// All of them, those filed last first, read as far as one looks. An error, as of every call, ends them.
    pub fn list(&self) -> impl Stream<Item = Result<DisputeView, Error>> + Send + use<> {
        entries::<DisputePage>(self.party.clone(), "/v1/disputes", Query::new())
    }

    /// One of them.
    ///
    /// # Errors
    /// As every call.
    pub async fn show(&self, id: &Hash) -> Result<DisputeView, Error> {
        self.party.get(&format!("/v1/disputes/{}", id.to_hex()), &Vec::new()).await
    }

    /// What opened a dispute, as who filed it has signed it: whose hash is the dispute's id.
    ///
    /// # Errors
    /// As every call; [`Error::Forged`] if another statement is given in its place.
    pub async fn filing(&self, id: &Hash) -> Result<DisputeFile, Error> {
        let stream = StreamId::Dispute(*id);
        let query: Query = vec![("stream", stream.to_string()), ("limit", "1".to_owned())];
        let page: MessagePage = self.party.get("/v1/statements", &query).await?;
        let first = page.messages.first().ok_or_else(|| Error::forged("a dispute that nothing opens"))?;
        let said = first.verify().map_err(Error::forged)?;
        let Body::DisputeFile(filing) = &said.statement().body else {
            return Err(Error::forged("a dispute that no filing opens"));
        };
        if said.statement().hash != *id {
            return Err(Error::forged("the beginning of another dispute"));
        }
        Ok(filing.clone())
    }

    /// The proof of a case: a file that anybody can verify offline.
    ///
    /// # Errors
    /// As every call.
    pub async fn bundle(&self, id: &Hash) -> Result<Vec<u8>, Error> {
        self.party.bytes(&format!("/v1/disputes/{}/bundle", id.to_hex()), &Vec::new()).await
    }

    /// Files a dispute about a commitment, by the rules that it agreed; gives the dispute's id.
    ///
    /// # Errors
    /// As every call.
    pub async fn file(&self, about: &CommitmentView, filing: Filing) -> Result<Hash, Error> {
        let Filing { party, against, obligation, reason, severity, claim, amount, evidence } = filing;
        let (evidence, disclosures) = evidence.into_parts();
        let file = DisputeFile {
            against,
            amount,
            claim,
            commitment: about.id,
            disclosures,
            evidence,
            nonce: Nonce(clock::random()?),
            obligation,
            party,
            reason,
            rules: about.disputes.clone(),
            session: about.session,
            severity,
        };
        let stream = StreamName::Opens(StreamKind::Dispute);
        let receipt = self.party.say(stream, None, Body::DisputeFile(file), &[]).await?;
        Ok(receipt.receipt.statement)
    }

    async fn say(&self, id: &Hash, body: Body) -> Result<Receipt, Error> {
        let head = self.show(id).await?.head;
        let stream = StreamName::Of(StreamId::Dispute(*id));
        self.party.say(stream, Some(head), body, &[]).await
    }

    /// Answers a filing; admitting it ends the dispute.
    ///
    /// # Errors
    /// As every call.
    pub async fn respond(
        &self,
        id: &Hash,
        accepts: bool,
        text: Text,
        shown: impl Into<CaseEvidence> + Send,
    ) -> Result<Receipt, Error> {
        let (evidence, disclosures) = shown.into().into_parts();
        self.say(id, Body::DisputeRespond(DisputeRespond { accepts, disclosures, evidence, text })).await
    }

    /// Shows more.
    ///
    /// # Errors
    /// As every call.
    pub async fn show_evidence(
        &self,
        id: &Hash,
        shown: impl Into<CaseEvidence> + Send,
    ) -> Result<Receipt, Error> {
        let (evidence, disclosures) = shown.into().into_parts();
        self.say(id, Body::DisputeEvidence(DisputeEvidence { disclosures, evidence })).await
    }

    /// Offers how to end it.
    ///
    /// # Errors
    /// As every call.
    pub async fn offer(&self, id: &Hash, settle: DisputeSettle) -> Result<Receipt, Error> {
        self.say(id, Body::DisputeSettle(settle)).await
    }

    /// Takes the other side's last offer, in exactly its words.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] if there is none.
    pub async fn settle(&self, id: &Hash, text: Text) -> Result<Receipt, Error> {
        let view = self.show(id).await?;
        let offer = view.offer.ok_or(Error::Missing { what: "offer to settle" })?;
        let settle = DisputeSettle { amount: offer.amount, outcome: offer.outcome, text };
        let stream = StreamName::Of(StreamId::Dispute(*id));
        let body = Body::DisputeSettle(settle);
        let statement = self.party.draft(stream, Some(view.head), body, Some(offer.statement), &[])?;
        self.party.client().submit(&statement).await
    }

    /// Rules, as the arbiter whom the deal names.
    ///
    /// # Errors
    /// As every call.
    pub async fn rule(&self, id: &Hash, rule: DisputeRule) -> Result<Receipt, Error> {
        self.say(id, Body::DisputeRule(rule)).await
    }

    /// A vote with a salt of its own, which nobody can guess from its hash.
    ///
    /// # Errors
    /// That the operating system gives no randomness.
    pub fn ballot(
        outcome: DisputeOutcome,
        amount: Option<Money>,
        reasons: Text,
    ) -> Result<DisputeVote, Error> {
        Ok(DisputeVote { amount, outcome, reasons, salt: Nonce(clock::random()?) })
    }

    /// Hides a vote, as a member of the panel: the hash that it gives is shown, the vote is not.
    ///
    /// Whoever loses the vote or its salt cannot show it: keep both before this is called.
    ///
    /// # Errors
    /// As every call.
    pub async fn commit(&self, id: &Hash, voter: &AgentUri, vote: &DisputeVote) -> Result<Receipt, Error> {
        let commitment = asp_core::dispute::hidden(id, voter, vote);
        self.say(id, Body::DisputeCommit(DisputeCommit { commitment })).await
    }

    /// Shows the vote that was hidden, once all members have hidden theirs.
    ///
    /// # Errors
    /// As every call.
    pub async fn vote(&self, id: &Hash, vote: DisputeVote) -> Result<Receipt, Error> {
        self.say(id, Body::DisputeVote(vote)).await
    }

    /// Does not take a ruling that can be appealed.
    ///
    /// # Errors
    /// As every call.
    pub async fn appeal(&self, id: &Hash, reason: Text) -> Result<Receipt, Error> {
        self.say(id, Body::DisputeAppeal(DisputeAppeal { reason })).await
    }
}
