//! What was disclosed of a session that others cannot read: whether it is what was committed to, and what follows.
//!
//! Opens nothing: the texts are given. They are judged by the signed commitment and the outline, and the session is then
//! followed once more with them, as its members follow it.

use std::collections::{BTreeMap, BTreeSet};

use super::Replay;
use crate::bundle::Openings;
use crate::bundle::report::{
    Check, CouldNotRead, Disclosed, DisclosedStatement, ObligationLine, SealRule, Verdict, told_by,
};
use crate::name::{AgentUri, StreamId};
use crate::position::{Hash, LogPoint};
use crate::rejection::Code;
use crate::session::{Commitment, Duty, Session};
use crate::statement::Statement;
use crate::statement::body::{Body, Breach, Inform, ObligationId};
use crate::stream::Accepted;
use crate::world::World;

/// The session while it is followed with what was disclosed of it.
#[derive(Default)]
pub(super) struct Following {
    /// As far as it is known with that.
    inner: Option<Session>,
    /// What came of each text whose statement was reached.
    found: BTreeMap<Hash, Finding>,
    /// The last statement of the session.
    last: Option<LogPoint>,
    /// Whether something that was sealed before is not known: then nobody here can tell what breaks a rule.
    gaps: bool,
}

/// What came of a text.
enum Finding {
    /// It is what was committed to.
    Fits,
    /// It is what was committed to and breaks a rule, so it counted as unread among those who could open it.
    Unread(Code),
    /// It is not.
    Misfit(Code),
}

impl Following {
    /// Takes in a statement of the session before the world does.
    pub(super) fn take(&mut self, openings: &Openings, world: &World, accepted: &Accepted) {
        let statement = accepted.statement();
        self.last = Some(accepted.at());
        let Some(inner) = &mut self.inner else {
            self.inner = Session::open(accepted);
            return;
        };
        let opened = match openings.get(&statement.hash) {
            None => None,
            Some(Err(code)) => Some(Err(*code)),
            Some(Ok(opened)) => Some(match opened.fits(statement, inner.mode()) {
                Ok(()) => Ok(opened),
                Err(rejection) => Err(rejection.code),
            }),
        };
        let (finding, known) = match opened {
            None => (None, None),
            Some(Err(code)) => (Some(Finding::Misfit(code)), None),
            Some(Ok(full)) if self.gaps => {
                let known = Accepted::opened(accepted.verified(), full.body.clone(), accepted.at());
                (Some(Finding::Fits), Some(known))
            }
            Some(Ok(full)) => match world.judge_within(inner, accepted.verified(), Some(full), accepted.at())
            {
                Ok(full) => (Some(Finding::Fits), Some(full)),
                Err(rejection) => (Some(Finding::Unread(rejection.code)), None),
            },
        };
        self.gaps |= statement.seal.is_some() && !matches!(finding, Some(Finding::Fits | Finding::Unread(_)));
        self.found.extend(finding.map(|finding| (statement.hash, finding)));
        inner.apply(known.as_ref().unwrap_or(accepted));
    }
}

impl Replay<'_> {
    /// A check for each text, one of what stays sealed, and what follows for the commitment. None in a session that all can read.
    pub(in crate::bundle) fn disclosures(&self) -> Vec<Check> {
        let shown = self.bundle.statements().map(|(at, statement)| (statement.hash, (at, statement)));
        let shown: BTreeMap<Hash, (LogPoint, &Statement)> = shown.collect();
        let mut texts: Vec<&Hash> = self.openings.keys().collect();
        texts.sort_by_key(|hash| shown.get(*hash).map_or(u64::MAX, |(at, _)| at.index.0));
        let check = |hash: &Hash| match shown.get(hash) {
            Some((at, statement)) => self.disclosed_in(*at, statement),
            None => {
                let detail = "is not here: it was never said, or this shows less of the session";
                Check::disclosed(*hash, Verdict::Refuted, format!("{hash} {detail}"))
            }
        };
        let mut checks: Vec<Check> = texts.into_iter().map(check).collect();
        checks.extend(self.still_sealed());
        checks.extend(self.terms_disclosed());
        checks.extend(self.overdue());
        checks
    }

    fn disclosed_in(&self, at: LogPoint, statement: &Statement) -> Check {
        let (index, kind) = (at.index, statement.kind.as_str());
        let check = |verdict, detail: String| Check::disclosed(statement.hash, verdict, detail);
        if Some(&statement.stream) != self.session.map(StreamId::Session).as_ref() {
            return check(Verdict::Refuted, format!("entry {index} was not said in the session"));
        }
        let broken = match self.following.found.get(&statement.hash) {
            Some(Finding::Fits) => String::new(),
            Some(Finding::Unread(code)) => format!("; it breaks a rule ({code}) and counted as unread"),
            Some(Finding::Misfit(code)) => {
                return check(Verdict::Refuted, format!("entry {index}: {code}: {}", code.sentence()));
            }
            None if self.stop.is_some() => {
                return check(Verdict::NotShown, format!("the replay ends before entry {index}"));
            }
            None => return check(Verdict::Refuted, format!("entry {index} has nothing sealed in it")),
        };
        // That the content holds it too is for its members to see: what they said of it is all that others know.
        let could_not = told_by(&self.could_not_read(statement));
        let could_not = could_not.map(|told| format!("; {told}")).unwrap_or_default();
        let by = &statement.issuer;
        let detail = format!("entry {index}: what is shown is what {by} committed to in this {kind}");
        check(Verdict::Proved, format!("{detail}{broken}{could_not}"))
    }

    /// Who of the group that a statement was sealed for has said that it could not read it; its issuer does not count.
    fn could_not_read(&self, sealed: &Statement) -> Vec<CouldNotRead> {
        let Some(seal) = &sealed.seal else { return Vec::new() };
        let members = self.in_session().find_map(|(_, statement)| {
            let Body::Inform(Inform::Group(group)) = &statement.body else { return None };
            (group.epoch == seal.epoch).then_some(&group.members)
        });
        let members: BTreeSet<&AgentUri> =
            members.into_iter().flatten().map(|member| &member.agent).collect();
        let mut found: Vec<CouldNotRead> = Vec::new();
        for (_, statement) in self.in_session() {
            let Body::Inform(Inform::Unreadable(told)) = &statement.body else { continue };
            let of_group = statement.issuer.agent().is_some_and(|agent| members.contains(agent));
            let known = found.iter().any(|one| one.member == statement.issuer);
            if statement.in_reply_to == Some(sealed.hash)
                && of_group
                && !known
                && statement.issuer != sealed.issuer
            {
                found.push(CouldNotRead { member: statement.issuer.clone(), code: told.code });
            }
        }
        found
    }

    /// The statements of the session whose seals nobody opened here.
    fn shut(&self) -> impl Iterator<Item = (LogPoint, &Statement)> {
        let session = self.session.map(StreamId::Session);
        self.bundle.statements().filter(move |(_, statement)| {
            let sealed = statement.seal.is_some() && Some(&statement.stream) == session.as_ref();
            sealed && !self.openings.contains_key(&statement.hash)
        })
    }

    fn still_sealed(&self) -> Option<Check> {
        let entries: Vec<String> = self.shut().map(|(at, _)| at.index.to_string()).collect();
        let detail = match entries.len() {
            0 => return None,
            1 => format!("entry {} is still sealed", entries.concat()),
            count => format!("{count} statements are still sealed: entries {}", entries.join(", ")),
        };
        Some(Check::sealed(SealRule::StillSealed, Verdict::NotShown, detail))
    }

    /// The commitment with its terms in full, if they were disclosed.
    fn known(&self) -> Option<(&Session, &Commitment)> {
        self.commitment()?;
        let inner = self.following.inner.as_ref()?;
        let commitment = inner.commitments().get(&self.bundle.commitment)?;
        let told = commitment.package.hidden.is_none() && commitment.package.salt.is_some();
        told.then_some((inner, commitment))
    }

    fn terms_disclosed(&self) -> Option<Check> {
        let offers = |opened: &Result<crate::seal::Opened, Code>| {
            opened.as_ref().is_ok_and(|opened| !opened.body.packages_offered().is_empty())
        };
        if !self.openings.values().any(offers) || self.commitment().is_none() {
            return None;
        }
        let Some((_, commitment)) = self.known() else {
            let detail = "none of the terms that were disclosed are those of the commitment";
            return Some(Check::sealed(SealRule::Terms, Verdict::NotShown, detail));
        };
        let due = |line: &ObligationLine| match line.due {
            Some(due) => format!("{} of {} until {due}", line.id, line.value),
            None => format!("{} of {}, waits for another", line.id, line.value),
        };
        let owed: Vec<String> = self.lines(commitment).iter().map(due).collect();
        let detail = format!("{} is the hash of what is shown: {}", commitment.terms_hash, owed.join(", "));
        Some(Check::sealed(SealRule::Terms, Verdict::Proved, detail))
    }

    fn lines(&self, commitment: &Commitment) -> Vec<ObligationLine> {
        commitment.duties().iter().map(|duty| self.line(commitment, duty)).collect()
    }

    /// What was due before the last statement of the session, without a fulfilment before it: the chain has no gap, so there
    /// was none. And what is said to be fulfilled after that, which the node could not refuse.
    fn overdue(&self) -> Vec<Check> {
        let Some(((inner, commitment), last)) = self.known().zip(self.following.last) else {
            return Vec::new();
        };
        let late = commitment.duties().iter().filter_map(|duty| self.late(commitment, duty));
        // What was said of these may be that they are fulfilled in a way that is not shown.
        let unknown: BTreeSet<&ObligationId> =
            self.shut().filter_map(|(_, statement)| fulfils(&statement.body, &commitment.id)).collect();
        let mine =
            |breach: &Breach| breach.commitment == commitment.id && !unknown.contains(&breach.obligation);
        let told = |breach: Breach| {
            let duty = commitment.duties().iter().find(|duty| duty.obligation.id == breach.obligation);
            let until = duty.and_then(|duty| commitment.met_until(duty));
            let until = until.map(|until| format!(", until {until}")).unwrap_or_default();
            let stage = breach.stage.map(|stage| format!(", stage {stage}")).unwrap_or_default();
            let detail = format!(
                "{}{stage} was to be met{until}, and was not when entry {} was logged at {}",
                breach.obligation, last.index, last.time
            );
            Check::sealed(SealRule::Overdue, Verdict::Proved, detail)
        };
        inner.breaches(last.time).into_iter().filter(mine).map(told).chain(late).collect()
    }

    /// That a duty was first said to be fulfilled after the last instant at which it could be.
    fn late(&self, commitment: &Commitment, duty: &Duty) -> Option<Check> {
        let until = commitment.met_until(duty).filter(|_| duty.is_withheld())?;
        let id = &duty.obligation.id;
        let said =
            |(_, statement): &(LogPoint, &Statement)| fulfils(&statement.body, &commitment.id) == Some(id);
        let (at, _) = self.in_session().find(said).filter(|(at, _)| at.time > until)?;
        let detail = format!(
            "{id} was to be met, until {until}, and was said to be in entry {}, at {}",
            at.index, at.time
        );
        Some(Check::sealed(SealRule::Overdue, Verdict::Proved, detail))
    }

    /// What was disclosed and is what was committed to, with what follows from it; none if nothing is.
    pub(in crate::bundle) fn disclosed(&self) -> Option<Disclosed> {
        let line = |(at, statement): (LogPoint, &Statement)| {
            let finding = self.following.found.get(&statement.hash)?;
            let opened = self.openings.get(&statement.hash)?.as_ref().ok()?;
            let unread = match finding {
                Finding::Fits => None,
                Finding::Unread(code) => Some(*code),
                Finding::Misfit(_) => return None,
            };
            Some(DisclosedStatement {
                statement: statement.hash,
                sequence: statement.sequence,
                log_index: at.index,
                log_time: at.time,
                issuer: statement.issuer.clone(),
                kind: statement.kind.as_str(),
                body: opened.body.clone(),
                unread,
                could_not_read: self.could_not_read(statement),
            })
        };
        let statements: Vec<DisclosedStatement> = self.in_session().filter_map(line).collect();
        if statements.is_empty() {
            return None;
        }
        let known = self.known().map(|(_, commitment)| commitment);
        Some(Disclosed {
            statements,
            sealed: self.shut().map(|(_, statement)| statement.hash).collect(),
            terms: known.map(|commitment| commitment.package.terms.clone()),
            obligations: known.map(|commitment| self.lines(commitment)).unwrap_or_default(),
        })
    }
}

/// The obligation of the commitment that a statement says is fulfilled.
fn fulfils<'a>(body: &'a Body, commitment: &Hash) -> Option<&'a ObligationId> {
    let Body::Inform(Inform::Fulfilment(done)) = body else { return None };
    (done.commitment == *commitment).then_some(&done.obligation)
}
