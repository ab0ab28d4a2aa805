//! How an agent behaved in a session, as far as the log tells: what it answered and how fast, what it took back, whether
//! it kept others waiting until time ran out. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::name::AgentUri;
use crate::position::{Hash, LogTime, Millis, Position};
use crate::session::Session;
use crate::session::table::{Performative, Reason};
use crate::statement::Kind;
use crate::statement::body::{Body, Inform, Withdraw};
use crate::stream::Accepted;

/// What one agent did in one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conduct {
    /// Where it spoke last.
    pub spoke: Position,
    /// Offers and questions of others that it answered.
    pub answers: u64,
    /// How long these had waited for it, together.
    pub waited: Millis,
    /// Offers that it made.
    pub offers: u64,
    /// Those that it took back.
    pub withdrawn: u64,
    /// Fulfilments of it that the creditor contested.
    pub contested: u64,
    /// Whether the session has ended.
    pub ended: bool,
    /// Whether it ended because this agent kept the others waiting.
    pub silent: bool,
}

impl Conduct {
    /// Nothing yet.
    const NONE: Self = Self {
        spoke: Position(0),
        answers: 0,
        waited: Millis(0),
        offers: 0,
        withdrawn: 0,
        contested: 0,
        ended: false,
        silent: false,
    };
}

/// Takes in a session's statements one after the other.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// Who said what can be answered, and when.
    asked: BTreeMap<Hash, (AgentUri, LogTime)>,
    conduct: BTreeMap<AgentUri, Conduct>,
}

impl Watch {
    /// Whom a session waits for: who has yet to answer an offer, a question or a commit.
    #[must_use]
    pub fn awaited(session: &Session) -> BTreeSet<AgentUri> {
        let offers = session.offers().values().flat_map(|offer| {
            offer.awaits.iter().filter(|agent| offer.awaits(agent)).cloned().collect::<Vec<_>>()
        });
        let questions = session.questions().values().map(|question| question.awaits.clone());
        let commits = session.pending().into_iter().flat_map(|pending| pending.awaits.iter().cloned());
        offers.chain(questions).chain(commits).collect()
    }

    /// Takes in the next statement; `awaited` are those for whom the session waited before it, `after` is what it is now.
    pub fn take(&mut self, awaited: &BTreeSet<AgentUri>, accepted: &Accepted, after: &Session) {
        let (statement, at) = (accepted.statement(), accepted.at());
        if let Some(agent) = statement.issuer.agent() {
            let answered = statement.in_reply_to.and_then(|asked| self.asked.get(&asked)).cloned();
            let conduct = self.conduct.entry(agent.clone()).or_insert(Conduct::NONE);
            conduct.spoke = at.index;
            if let Some((_, since)) = answered.filter(|(by, _)| by != agent) {
                conduct.answers += 1;
                conduct.waited = Millis(conduct.waited.0.saturating_add(at.time.since(since).0));
            }
            self.spoken(agent, accepted);
        }
        if let Body::Inform(Inform::Contest(contest)) = &statement.body {
            let commitment = after.commitments().get(&contest.commitment);
            let duty = commitment.and_then(|commitment| commitment.duty(&contest.obligation));
            if let Some(duty) = duty {
                self.conduct.entry(duty.obligation.debtor.clone()).or_insert(Conduct::NONE).contested += 1;
            }
        }
        if let Some(end) = after.end() {
            let by_silence = matches!(end.reason, Reason::ResponseTimeout | Reason::SessionTimeout);
            for (agent, conduct) in &mut self.conduct {
                if !conduct.ended {
                    conduct.ended = true;
                    conduct.silent = by_silence && awaited.contains(agent);
                }
            }
        }
    }

    fn spoken(&mut self, agent: &AgentUri, accepted: &Accepted) {
        let statement = accepted.statement();
        let Kind::Session(performative) = statement.kind else { return };
        let offers = matches!(performative, Performative::Propose | Performative::Counter);
        let asks = offers || matches!(performative, Performative::Query | Performative::Commit);
        if offers {
            self.conduct.entry(agent.clone()).or_insert(Conduct::NONE).offers += 1;
        }
        if asks {
            self.asked.insert(statement.hash, (agent.clone(), accepted.at().time));
        }
        if matches!(statement.body, Body::Withdraw(Withdraw::Withdrawal(_))) {
            self.conduct.entry(agent.clone()).or_insert(Conduct::NONE).withdrawn += 1;
        }
    }

    /// What each agent that spoke did so far.
    #[must_use]
    pub const fn conduct(&self) -> &BTreeMap<AgentUri, Conduct> {
        &self.conduct
    }
}
