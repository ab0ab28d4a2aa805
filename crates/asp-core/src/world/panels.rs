//! What a world has to be told of disputes in other sessions: who can be drawn for a panel, and what was filed before.

use std::collections::BTreeSet;

use super::{Pool, Trust, World};
use crate::dispute::{self, Dispute, Filings, Lot, Phase};
use crate::name::{AgentUri, Domain, StreamId};
use crate::position::{Hash, LogTime};
use crate::rejection::{Code, Rejection};
use crate::session::Earned;
use crate::statement::body::DisputeFile;
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

    /// Notes what an organisation has filed, and against another: for who holds a part of the log, before a filing is judged.
    pub fn note_filings(&mut self, filer: Domain, against: Domain, filings: Filings) {
        self.filings = Some((filer, against, filings));
    }

    /// What the organisation that files has filed; none if that is not known here.
    pub(super) fn filings(&self, file: &DisputeFile, now: LogTime) -> Option<Filings> {
        let (filer, against) = (file.party.organisation(), file.against.organisation());
        match &self.trust {
            Trust::Settled(_) => Some(Filings::among(self.disputes.values(), &filer, &against, now)),
            Trust::Answered(_) => {
                let noted = self.filings.as_ref().filter(|it| (&it.0, &it.1) == (&filer, &against));
                noted.map(|it| it.2)
            }
            Trust::NotShown => None,
        }
    }

    /// Who files has the deposit that the package asks for (ASP-DIS-026); of a part of the log that is not shown.
    pub(super) fn decide_deposit(&self, file: &DisputeFile) -> Result<(), Rejection> {
        let Some(deposit) = file.rules.as_ref().and_then(|rules| rules.deposit.as_ref()) else {
            return Ok(());
        };
        if matches!(self.trust, Trust::NotShown) {
            return Ok(());
        }
        let account = self.accounts.get(&file.party.organisation());
        let available = account.and_then(|account| account.balance(&deposit.currency)).map(|it| it.available);
        let covered =
            available.is_some_and(|available| deposit.minor().is_some_and(|asked| asked <= available));
        if covered {
            Ok(())
        } else {
            Err(Code::InsufficientFunds.at("/body/rules/deposit").by("ASP-DIS-026"))
        }
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

/// The accounts between which the deposit of a filing moves; none where there is none.
pub(super) fn deposit_accounts(file: &DisputeFile) -> Vec<StreamId> {
    if file.rules.as_ref().is_none_or(|rules| rules.deposit.is_none()) {
        return Vec::new();
    }
    [&file.party, &file.against].map(|agent| StreamId::Account(agent.organisation())).into()
}
