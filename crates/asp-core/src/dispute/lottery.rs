//! The lottery of a panel: who may be drawn, and in which order the lot calls them. Anybody who has the log draws the same.
//!
//! The seed is the root of the tree that ends with the statement by which the panel was convened: a root that did not exist
//! when the dispute was filed, while who may be drawn was settled by then. Knows no votes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dispute, Panel};
use crate::agent::Agent;
use crate::limits;
use crate::name::{AgentUri, Domain, Issuer};
use crate::position::{Hash, LogPoint, Position};
use crate::session::Session;
use crate::statement::body::{Card, DisputeDraw};
use crate::trust::{Level, Outlook, Question};

/// What stands before the seed's parts; no type of statement is called so.
const TAG: &[u8] = b"asp/1.0/lot\n";

/// The capability of whoever offers to sit on panels; one below it does too.
const CAPABILITY: &str = "arbitration";

/// What is known of a lottery that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lot {
    /// Whom it calls.
    Drawn(DisputeDraw),
    /// Whether those whom it calls are trusted enough has to be answered first.
    Unanswered,
    /// Of a part of the log nobody can tell who could have been called.
    NotShown,
}

/// Whether a card offers to sit on panels.
#[must_use]
pub fn offers(card: &Card) -> bool {
    CAPABILITY.parse().is_ok_and(|wanted| card.capabilities.iter().any(|it| it.is_within(&wanted)))
}

/// Whether an agent offers to sit on panels, and since when its card says what it says.
#[must_use]
pub fn offering(agent: &Agent) -> Option<Position> {
    (!agent.retired() && offers(agent.card())).then(|| agent.card_since())
}

/// What the lot is drawn by: nobody knows it before the log has the statement that convenes the panel.
#[must_use]
pub fn seed(dispute: &Hash, root: &Hash) -> Hash {
    Hash::of(&[TAG, dispute.as_bytes(), root.as_bytes()])
}

fn rank(seed: &Hash, name: &str) -> Hash {
    Hash::of(&[seed.as_bytes(), name.as_bytes()])
}

/// The candidates in the order in which the lot calls them: one of each organisation, which has one ticket however many
/// agents it has, the lowest hash first.
fn order(seed: &Hash, candidates: &BTreeSet<AgentUri>) -> Vec<AgentUri> {
    let mut tickets: BTreeMap<Domain, (Hash, &AgentUri)> = BTreeMap::new();
    for agent in candidates {
        let place = (rank(seed, &agent.to_string()), agent);
        let ticket = tickets.entry(agent.organisation()).or_insert(place);
        if place.0 < ticket.0 {
            *ticket = place;
        }
    }
    let mut called: Vec<(Hash, &AgentUri)> =
        tickets.iter().map(|(domain, (_, agent))| (rank(seed, domain.as_str()), *agent)).collect();
    called.sort_unstable();
    called.into_iter().map(|(_, agent)| agent.clone()).collect()
}

impl Dispute {
    /// Who can be drawn, trust aside: of those who offer it, each with the place of the log from which its card says so,
    /// who did so before the filing and is of no organisation that has to do with either side.
    ///
    /// `dealt` are the organisations with which one of the two made a deal in the time before the filing.
    #[must_use]
    pub fn candidates(
        &self,
        offering: impl Iterator<Item = (AgentUri, Position)>,
        dealt: &BTreeSet<Domain>,
    ) -> BTreeSet<AgentUri> {
        let named = self.ladder.arbiter().and_then(Issuer::organisation);
        let apart = |domain: &Domain| {
            !self.homes().contains(domain) && named.as_ref() != Some(domain) && !dealt.contains(domain)
        };
        let in_time = offering.filter(|(_, since)| *since < self.filed.index);
        in_time.map(|(agent, _)| agent).filter(|agent| apart(&agent.organisation())).collect()
    }

    /// The organisations of the two sides.
    #[must_use]
    pub fn homes(&self) -> BTreeSet<Domain> {
        [&self.filing.party, &self.filing.against].map(AgentUri::organisation).into()
    }

    /// Whether a deal that was made at this point of the log is one of those that keep who made it from the panel.
    #[must_use]
    pub fn is_recent(&self, formed: LogPoint) -> bool {
        formed.index < self.filed.index && formed.time.plus(limits::PANEL_APART_MS) >= self.filed.time
    }

    /// The candidates that the lot calls first, in its order; trust is asked of no more.
    pub(crate) fn called(&self, root: &Hash, candidates: &BTreeSet<AgentUri>) -> Vec<AgentUri> {
        let mut called = order(&seed(&self.id, root), candidates);
        called.truncate(limits::PANEL_CALLED_MAX);
        called
    }

    /// What is asked of a candidate's trust: each of the two sides' organisations looks at it as of the filing, for a deal of
    /// the size in dispute. Nothing where the parties agreed that none is needed; none where there is no such deal.
    pub(crate) fn asked_of(&self, candidate: &AgentUri, session: &Session) -> Option<Vec<Question>> {
        if self.ladder.panel_level() == Level::Unverified {
            return Some(Vec::new());
        }
        let class = self.class(session)?;
        let question = |observer: Domain| Question {
            subject: candidate.clone(),
            observer: BTreeSet::from([observer]),
            class: class.clone(),
            // A policy can change after the filing, and would choose the judges.
            outlook: Outlook::default(),
            capability: None,
            instant: self.filed.time,
            prefix: self.filed.index,
        };
        Some(self.homes().into_iter().map(question).collect())
    }

    /// Whom the lot draws; none as long as it is not known of all who are called whether they are trusted enough.
    pub(crate) fn drawn(
        &self,
        root: Hash,
        candidates: &BTreeSet<AgentUri>,
        trusted: impl Fn(&AgentUri) -> Option<bool>,
    ) -> Option<DisputeDraw> {
        let called = self.called(&root, candidates);
        let fit: Vec<bool> = called.iter().map(trusted).collect::<Option<_>>()?;
        let seats = self.panel.as_ref().map_or(0, Panel::size).saturating_mul(limits::PANEL_TURNS_MAX);
        let ranked = called.into_iter().zip(fit).filter(|(_, fit)| *fit).map(|(agent, _)| agent);
        let organisations: BTreeSet<Domain> = candidates.iter().map(AgentUri::organisation).collect();
        Some(DisputeDraw {
            candidates: u32::try_from(organisations.len()).unwrap_or(u32::MAX),
            ranked: ranked.take(seats).collect(),
            root,
        })
    }

    /// Whether a draw could be right, for who cannot tell who offered to sit: its order follows from its root, and nobody of
    /// the two sides is in it.
    pub(super) fn is_in_order(&self, draw: &DisputeDraw) -> bool {
        let homes = self.homes();
        let ranked: BTreeSet<AgentUri> = draw.ranked.iter().cloned().collect();
        order(&seed(&self.id, &draw.root), &ranked) == draw.ranked
            && draw.ranked.iter().all(|agent| !homes.contains(&agent.organisation()))
    }
}
