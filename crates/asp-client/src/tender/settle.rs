//! How a tender ends: one offer is taken, the others are declined. Each step follows from the session as its
//! statements have it, so that a step that was broken off is taken up by asking again.

use std::time::Duration;

use asp_core::name::AgentUri;
use asp_core::position::Hash;
use asp_core::session::table::{Performative, State};
use asp_core::statement::body::Text;

use super::bid::{is_between, stands};
use super::{Award, Supplier, Tender};
use crate::Error;
use crate::agent::AgentParty;
use crate::api::SessionView;
use crate::session::Session;

/// Statements that one award or refusal makes at most: every open offer of a session, and its end.
const STEPS_MAX: usize = 64;

/// What became of an award.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awarded {
    /// Both have signed: the commitment.
    Stands(Hash),
    /// The buyer has signed, the supplier has not; asking again goes on from here.
    AwaitsSupplier,
}

/// What became of declining a supplier.
#[derive(Debug, Clone)]
pub enum Declined {
    /// The offers are refused and the session has ended.
    Done,
    /// The session had ended before.
    EndedBefore,
    /// A commitment stands: nobody leaves that alone.
    Bound,
    /// An authority has to decide first.
    Escalated,
    /// It could not be said.
    Failed(Error),
}

/// What brings an award on.
enum Step {
    Stands(Hash),
    Accept(Hash),
    Commit,
    Wait,
    Gone,
}

impl Tender {
    /// Takes a supplier's package: ACCEPT of a firm offer, else ACCEPT and COMMIT, for whose signature it waits so long.
    ///
    /// Asked again, it goes on from where the session is, and says nothing twice.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] if the package is on the table no more, or its supplier does not sign.
    pub async fn award(&self, buyer: &AgentParty, award: &Award, wait: Duration) -> Result<Awarded, Error> {
        let id = self.supplier(&award.supplier)?.session;
        let session = buyer.session(&id.ok_or(Error::Missing { what: "session with this supplier" })?);
        let until = tokio::time::Instant::now() + wait;
        let mut committed = false;
        for _ in 0..STEPS_MAX {
            let view = session.replayed().await?;
            let said = match next(&view, buyer.agent(), &award.terms) {
                Step::Stands(commitment) => return Ok(Awarded::Stands(commitment)),
                Step::Accept(what) => session.accept(&what, award.terms).await,
                Step::Commit if committed => {
                    return Err(Error::Missing { what: "signature: the supplier has refused to commit" });
                }
                Step::Commit => {
                    committed = true;
                    session.commit(award.terms).await
                }
                Step::Wait => {
                    committed = true;
                    let left = until.saturating_duration_since(tokio::time::Instant::now());
                    let pending = |view: &SessionView| view.pending.is_some();
                    match session.wait_until(Some(left), |view| !pending(view)).await {
                        Ok(_) => continue,
                        Err(Error::TimedOut) => return Ok(Awarded::AwaitsSupplier),
                        Err(error) => return Err(error),
                    }
                }
                Step::Gone => return Err(Error::Missing { what: "offer on the table with these terms" }),
            };
            // Who spoke first may have changed what there is to do.
            if !matches!(said, Ok(_) | Err(Error::Conflict { .. })) {
                said?;
            }
        }
        Err(Error::TimedOut)
    }

    /// Declines these suppliers, each with the same reason; what fails stops no other. `told` hears of each.
    ///
    /// Open offers are refused, then the session is closed; who has not come in is uninvited.
    pub async fn decline(
        &self,
        buyer: &AgentParty,
        suppliers: &[AgentUri],
        reason: &Text,
        mut told: impl FnMut(&AgentUri, &Declined),
    ) -> Vec<(AgentUri, Declined)> {
        let mut asked: Vec<(Hash, AgentUri)> = self
            .suppliers
            .iter()
            .filter(|supplier| suppliers.contains(&supplier.agent))
            .filter_map(|Supplier { agent, session, .. }| Some(((*session)?, agent.clone())))
            .collect();
        // As when they were opened: the log shows no order that means something.
        asked.sort_unstable();
        let mut all = Vec::new();
        // One after the other, as they were opened.
        for (id, agent) in asked {
            let declined = decline(&buyer.session(&id), &agent, reason).await;
            let declined = declined.unwrap_or_else(Declined::Failed);
            told(&agent, &declined);
            all.push((agent, declined));
        }
        all
    }
}

fn next(view: &SessionView, buyer: &AgentUri, terms: &Hash) -> Step {
    let mut standing = view.commitments.iter().filter(|formed| stands(formed));
    if let Some(formed) = standing.find(|formed| formed.terms_hash == *terms) {
        return Step::Stands(formed.id);
    }
    if let Some(pending) = view.pending.as_ref().filter(|pending| pending.terms_hash == *terms) {
        return if pending.awaits.contains(buyer) { Step::Accept(pending.id) } else { Step::Wait };
    }
    if matches!(view.state, State::Closed | State::Failed) {
        return Step::Gone;
    }
    if view.agreed.contains(terms) {
        return Step::Commit;
    }
    let offered = view.offers.iter().find(|offer| {
        offer.awaits.contains(buyer)
            && offer.answers.contains(&Performative::Accept)
            && offer.packages.contains_key(terms)
    });
    offered.map_or(Step::Gone, |offer| Step::Accept(offer.id))
}

async fn decline(session: &Session, supplier: &AgentUri, reason: &Text) -> Result<Declined, Error> {
    let me = session.agent().agent();
    let mut spoke = false;
    for _ in 0..STEPS_MAX {
        let view = session.view().await?;
        if !is_between(&view, me, supplier) {
            return Err(Error::Missing { what: "session with this supplier" });
        }
        let ended = if spoke { Declined::Done } else { Declined::EndedBefore };
        let answered = view.offers.iter().find(|offer| offer.awaits.contains(me)).map(|offer| offer.id);
        let pending = view.pending.as_ref();
        let said = match (view.state, pending) {
            (State::Closed | State::Failed, _) => return Ok(ended),
            _ if view.commitments.iter().any(stands) => return Ok(Declined::Bound),
            (State::Invited, _) => {
                session.withdraw(&view.conditions.unwrap_or(view.id), reason.clone()).await
            }
            (State::Agreeing, Some(open)) if open.awaits.contains(me) => {
                session.reject(&open.id, reason.clone()).await
            }
            (State::Agreeing, Some(open)) => session.withdraw(&open.id, reason.clone()).await,
            (State::Escalated, _) => return Ok(Declined::Escalated),
            (State::Conversing | State::Introduced | State::Agreeing | State::Executing | State::Idle, _) => {
                match answered {
                    Some(offer) => session.reject(&offer, reason.clone()).await,
                    None => session.close(reason.clone()).await,
                }
            }
        };
        match said {
            Ok(_) => spoke = true,
            // The supplier spoke first: what it said is read, then declined.
            Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::TimedOut)
}
