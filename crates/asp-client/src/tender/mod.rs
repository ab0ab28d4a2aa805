//! A tender: one buyer, many suppliers, each in a session of two that knows nothing of the others.
//!
//! The node knows no tenders. What ties the sessions together is this record, which the buyer alone has; it names
//! them and says what was chosen, and everything else is read from the sessions themselves.

mod bid;
mod settle;

use std::collections::{BTreeMap, BTreeSet};

use asp_core::name::{AgentUri, Capability, Origin};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::rejection::Code;
use asp_core::statement::Verified;
use asp_core::statement::body::{Invitee, Limits, Mode, ParticipantRole, SchemaRef, Text};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::agent::{AgentParty, Opening, fitting};
use crate::api::ConsentView;
use crate::session::is_refusal;
use crate::{Error, clock};

pub use bid::{Bid, OfferedPackage, Standing};
pub use settle::{Awarded, Declined};

/// Suppliers of one tender at most: what one person can still compare.
const SUPPLIERS_MAX: usize = 256;
/// Sessions that are read at once.
const AT_ONCE: usize = 8;

/// What a buyer asks of all suppliers alike.
#[derive(Debug, Clone)]
pub struct TenderCall {
    /// Whom to ask; up to 256.
    pub suppliers: BTreeSet<AgentUri>,
    /// What it is about.
    pub capability: Capability,
    /// What is wanted, for people: each supplier reads it, so it must not speak of others.
    pub purpose: Text,
    /// The consents that may be used; each session rests on that with its own supplier alone. Any that fits, if empty.
    pub consents: BTreeSet<Hash>,
    /// The limits of each session. Times that are absent follow from the two below.
    pub limits: Limits,
    /// The schemas that terms may follow, the preferred first.
    pub schemas: Vec<SchemaRef>,
    /// How long suppliers have to come in and to offer.
    pub offers_within: Millis,
    /// How long the buyer then has to decide.
    pub decide_within: Millis,
}

/// A tender as its buyer keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tender {
    /// The log that has the sessions.
    pub origin: Origin,
    /// Who asks.
    pub buyer: AgentUri,
    /// What it is about.
    pub capability: Capability,
    /// What is wanted.
    pub purpose: Text,
    /// When it was opened, by the buyer's clock.
    pub opened_at: LogTime,
    /// Until when offers are waited for.
    pub offers_until: LogTime,
    /// Who was asked.
    pub suppliers: Vec<Supplier>,
    /// What was chosen, from before it is said on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<Award>,
}

/// A supplier that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Supplier {
    /// Who.
    pub agent: AgentUri,
    /// The session with it; none if it could not be invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Hash>,
    /// Why it could not be invited, or why that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What the buyer chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Award {
    /// Whose offer.
    pub supplier: AgentUri,
    /// Which package of it, by the hash of its terms.
    pub terms: Hash,
}

/// Invitations that are signed and not handed in.
#[derive(Debug)]
pub struct Invitations(BTreeMap<Hash, Verified>);

impl Tender {
    /// Signs an invitation to each supplier, without handing one in: keep the tender, then [`Tender::open`] it.
    ///
    /// Who cannot be invited, such as for want of a consent, has the reason in the record; the others go on.
    ///
    /// # Errors
    /// As every call; [`Code::InvalidParticipants`] for nobody or too many.
    pub async fn prepare(buyer: &AgentParty, call: TenderCall) -> Result<(Self, Invitations), Error> {
        if call.suppliers.is_empty() || call.suppliers.len() > SUPPLIERS_MAX {
            return Err(Error::Invalid(Code::InvalidParticipants.into()));
        }
        let known: Vec<ConsentView> = buyer.party().consents().try_collect().await?;
        let mut invitations = BTreeMap::new();
        let mut suppliers = Vec::with_capacity(call.suppliers.len());
        for agent in &call.suppliers {
            let signed = call.invitation(buyer, &known, agent);
            let (session, failure) = match &signed {
                Ok(invitation) => (Some(invitation.statement().hash), None),
                Err(error) => (None, Some(error.to_string())),
            };
            invitations.extend(signed.into_iter().map(|signed| (signed.statement().hash, signed)));
            suppliers.push(Supplier { agent: agent.clone(), session, failure });
        }
        let opened_at = clock::now();
        let TenderCall { capability, purpose, offers_within, .. } = call;
        let tender = Self {
            origin: buyer.client().origin().clone(),
            buyer: buyer.agent().clone(),
            capability,
            purpose,
            opened_at,
            offers_until: opened_at.plus(offers_within),
            suppliers,
            award: None,
        };
        Ok((tender, Invitations(invitations)))
    }

    /// Hands the invitations in. What fails stands in the record of its supplier and stops no other.
    ///
    /// `told` hears of each as it comes back. They go out one after the other: a receipt shows how many statements the
    /// log took in with it, so two at once would tell of each other. The order is that of the sessions' ids, which are
    /// random: the log does not show in which order the buyer thinks of its suppliers.
    pub async fn open(
        &mut self,
        buyer: &AgentParty,
        invitations: Invitations,
        mut told: impl FnMut(&Supplier),
    ) {
        let client = buyer.client();
        for (session, invitation) in invitations.0 {
            let answer = client.submit(&invitation).await;
            let Some(supplier) = self.suppliers.iter_mut().find(|it| it.session == Some(session)) else {
                continue;
            };
            if let Err(error) = answer {
                // Of what was refused nothing is there. What is unknown shows itself when the session is read.
                if is_refusal(&error) {
                    supplier.session = None;
                }
                supplier.failure = Some(error.to_string());
            }
            told(supplier);
        }
    }

    /// A supplier of this tender.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is none.
    pub fn supplier(&self, agent: &AgentUri) -> Result<&Supplier, Error> {
        let found = self.suppliers.iter().find(|supplier| supplier.agent == *agent);
        found.ok_or(Error::Missing { what: "such supplier in this tender" })
    }
}

impl TenderCall {
    /// The invitation of one supplier: nothing in it depends on who else is asked.
    fn invitation(
        &self,
        buyer: &AgentParty,
        known: &[ConsentView],
        agent: &AgentUri,
    ) -> Result<Verified, Error> {
        let usable = known.iter().filter(|it| self.consents.is_empty() || self.consents.contains(&it.id));
        let other = agent.organisation();
        let consents = if other == buyer.agent().organisation() {
            BTreeSet::new()
        } else {
            BTreeSet::from([fitting(usable, &other, &self.capability)?])
        };
        let whole = Millis(self.offers_within.0.saturating_add(self.decide_within.0));
        let limits = Limits {
            invitation_ms: self.limits.invitation_ms.or(Some(self.offers_within)),
            response_ms: self.limits.response_ms.or(Some(whole)),
            session_ms: self.limits.session_ms.or(Some(whole)),
            ..self.limits.clone()
        };
        let opening = Opening {
            with: vec![Invitee::of(agent.clone(), ParticipantRole::Party)],
            capability: self.capability.clone(),
            purpose: self.purpose.clone(),
            consents: Vec::new(),
            limits,
            mode: Mode::Open,
            schemas: self.schemas.clone(),
        };
        buyer.invitation(opening, consents)
    }
}
