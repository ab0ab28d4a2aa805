//! Lotteries of panels: what a world knows of who can be drawn, and what it has to be told.

use std::collections::BTreeSet;

use super::{Pool, Trust, World};
use crate::dispute::{self, Dispute, Lot, Phase};
use crate::name::{AgentUri, Domain};
use crate::position::Hash;
use crate::session::Earned;
use crate::trust::{Level, Question};

impl World {
    /// Notes the root of the log that ends with the statement which convened the panel of a dispute: for who replays a whole
    /// log, at once after that statement.
    pub fn note_root(&mut self, dispute: Hash, root: Hash) {
        self.pools.insert(dispute, Pool { root, candidates: None });
    }

    /// Notes that root and who can be drawn by [`Dispute::candidates`]: for who holds a part of the log, before a draw is
    /// judged or [`World::due_in`] is asked.
    pub fn note_pool(&mut self, dispute: Hash, root: Hash, candidates: BTreeSet<AgentUri>) {
        self.pools.insert(dispute, Pool { root, candidates: Some(candidates) });
    }

    /// The organisations with which one of the two sides made a deal in the time before the filing, as far as the sessions
    /// are here.
    fn dealt_with(&self, dispute: &Dispute) -> BTreeSet<Domain> {
        let homes = dispute.homes();
        let deals = self.sessions.values().flat_map(|session| session.commitments().values());
        let recent = deals.filter(|deal| dispute.is_recent(deal.formed));
        let signed =
            recent.map(|deal| deal.signers.iter().map(AgentUri::organisation).collect::<BTreeSet<_>>());
        signed.filter(|signers| !signers.is_disjoint(&homes)).flatten().collect()
    }

    /// What is drawn from, if it is known: the root and the candidates.
    fn pool(&self, dispute: &Dispute) -> Option<(Hash, BTreeSet<AgentUri>)> {
        let Pool { root, candidates } = self.pools.get(&dispute.id())?;
        let candidates = candidates.clone().unwrap_or_else(|| {
            let offering = self.agents.values();
            let offering = offering.filter_map(|it| Some((it.uri().clone(), dispute::offering(it)?)));
            dispute.candidates(offering, &self.dealt_with(dispute))
        });
        Some((*root, candidates))
    }

    /// The lottery of a dispute whose panel is to be drawn; none if that cannot be known yet.
    pub(super) fn lot(&self, dispute: &Dispute) -> Option<Lot> {
        // Nothing but a statement of the node ends this phase, or the end of the dispute: time alone does not.
        dispute.panel().filter(|panel| panel.phase() == Phase::Drawing)?;
        if matches!(self.trust, Trust::NotShown) {
            return Some(Lot::NotShown);
        }
        let (root, candidates) = self.pool(dispute)?;
        let trusted = |agent: &AgentUri| self.is_trusted(dispute, agent);
        Some(dispute.drawn(root, &candidates, trusted).map_or(Lot::Unanswered, Lot::Drawn))
    }

    /// Whether both sides trust a candidate enough; none as long as a question about it has no answer.
    fn is_trusted(&self, dispute: &Dispute, agent: &AgentUri) -> Option<bool> {
        let session = self.sessions.get(&dispute.filing().session);
        let Some(asked) = session.and_then(|session| dispute.asked_of(agent, session)) else {
            return Some(false);
        };
        let mut trusted = true;
        for question in &asked {
            match self.points(question) {
                Earned::Points(points) => trusted &= Level::of(points) >= dispute.ladder().panel_level(),
                Earned::Unanswered | Earned::NotShown => return None,
            }
        }
        Some(trusted)
    }

    /// The questions of trust on which the lottery of a dispute rests.
    pub(super) fn lot_asks(&self, dispute: &Hash) -> Vec<Question> {
        let Some(dispute) = self.disputes.get(dispute) else { return Vec::new() };
        let Some(session) = self.sessions.get(&dispute.filing().session) else { return Vec::new() };
        let Some((root, candidates)) = self.pool(dispute) else { return Vec::new() };
        let called = dispute.called(&root, &candidates);
        called.iter().filter_map(|agent| dispute.asked_of(agent, session)).flatten().collect()
    }

    /// The questions of trust that have to be answered before it is known what is due in a dispute; none for most.
    #[must_use]
    pub fn due_asks(&self, dispute: &Hash) -> Vec<Question> {
        let draws = self.disputes.get(dispute).and_then(Dispute::panel);
        let asked = draws.filter(|panel| panel.phase() == Phase::Drawing).map(|_| self.lot_asks(dispute));
        let open = |question: &Question| self.points(question) == Earned::Unanswered;
        asked.into_iter().flatten().filter(open).collect()
    }
}
