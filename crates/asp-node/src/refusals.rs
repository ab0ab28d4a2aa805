//! What parties of a session tried and were refused, for themselves to see: the last of each session, in memory.
//!
//! No log has what was refused, and the other side does not learn of it. Only what a party of the session signed is kept:
//! whoever is none is refused before, with codes that nobody needs to see again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use asp_client::api::RefusedView;
use asp_core::name::{Issuer, StreamId};
use asp_core::position::{Hash, LogTime, Sequence};
use asp_core::rejection::{Code, Rejection};
use asp_core::session::table::{Guard, Performative};
use asp_core::session::trace::guard_of;
use asp_core::statement::{Kind, Verified};
use asp_store::Tenant;

/// Refusals that are kept of a session.
const OF_SESSION_MAX: usize = 64;
/// Sessions of which some are kept; the one that was refused least lately gives way. Some 20 MiB when all are full.
const SESSIONS_MAX: usize = 1_024;
/// Characters of a pointer that are kept.
const POINTER_MAX: usize = 128;

/// A statement that may be refused.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    session: Hash,
    hash: Hash,
    issuer: Issuer,
    performative: Performative,
    sequence: Sequence,
    in_reply_to: Option<Hash>,
}

impl Attempt {
    /// Of a further statement in a session; none of others.
    pub(crate) fn of(verified: &Verified) -> Option<Self> {
        let statement = verified.statement();
        let (StreamId::Session(session), Kind::Session(performative), false) =
            (&statement.stream, statement.kind, statement.opens)
        else {
            return None;
        };
        Some(Self {
            session: *session,
            hash: statement.hash,
            issuer: statement.issuer.clone(),
            performative,
            sequence: statement.sequence,
            in_reply_to: statement.in_reply_to,
        })
    }

    fn refused(self, rejection: &Rejection, at: LogTime) -> RefusedView {
        let pointer = rejection.pointer.as_ref().map(|pointer| pointer.chars().take(POINTER_MAX).collect());
        RefusedView {
            at,
            hash: self.hash,
            issuer: self.issuer,
            performative: self.performative,
            sequence: self.sequence,
            in_reply_to: self.in_reply_to,
            code: rejection.code,
            rule: rejection.rule.map(str::to_owned),
            pointer,
            guard: guard_of(rejection.code, rejection.rule),
            times: 1,
        }
    }
}

/// Whether a statement that is refused so is known to be a party's.
///
/// The table is asked after that; whose key it is and who takes part is judged before.
fn is_of_a_party(code: Code) -> bool {
    let of_table = matches!(
        code,
        Code::NotAllowed
            | Code::RoleNotAllowed
            | Code::SessionEnded
            | Code::SequenceConflict
            | Code::PreviousHashMismatch
            | Code::InvalidMandate
    );
    of_table || Guard::all().into_iter().any(|guard| guard.refusal() == code)
}

#[derive(Debug, Default)]
struct Kept {
    /// When something of it was last refused, as a number that only grows.
    touched: u64,
    refused: VecDeque<RefusedView>,
}

#[derive(Debug, Default)]
struct Sessions {
    turn: u64,
    kept: BTreeMap<Hash, Kept>,
}

/// The last refusals of the sessions in which there were any lately.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    sessions: Mutex<Sessions>,
}

impl Refusals {
    /// Keeps a refusal, if it is one of a party.
    pub(crate) fn note(&self, attempt: Attempt, rejection: &Rejection, at: LogTime) {
        if !is_of_a_party(rejection.code) {
            return;
        }
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.turn += 1;
        let turn = sessions.turn;
        if !sessions.kept.contains_key(&attempt.session) && sessions.kept.len() >= SESSIONS_MAX {
            let oldest =
                sessions.kept.iter().min_by_key(|(_, kept)| kept.touched).map(|(session, _)| *session);
            if let Some(session) = oldest {
                sessions.kept.remove(&session);
            }
        }
        let kept = sessions.kept.entry(attempt.session).or_default();
        kept.touched = turn;
        // Who sends the same again fills no second place.
        if let Some(last) = kept.refused.back_mut()
            && last.hash == attempt.hash
            && last.code == rejection.code
        {
            last.times = last.times.saturating_add(1);
            last.at = at;
            return;
        }
        if kept.refused.len() >= OF_SESSION_MAX {
            kept.refused.pop_front();
        }
        kept.refused.push_back(attempt.refused(rejection, at));
    }

    /// What was refused to a tenant, or to an agent of it, in a session: the oldest first.
    pub(crate) fn of(&self, session: &Hash, tenant: &Tenant) -> Vec<RefusedView> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |refused: &&RefusedView| tenant.said(&refused.issuer);
        let kept = sessions.kept.get(session).into_iter().flat_map(|kept| &kept.refused);
        kept.filter(own).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(session: u64, number: u64, agent: &str) -> Attempt {
        Attempt {
            session: Hash::of(&[&session.to_be_bytes()]),
            hash: Hash::of(&[b"statement", &number.to_be_bytes()]),
            issuer: Issuer::Agent(agent.parse().unwrap()),
            performative: Performative::Accept,
            sequence: Sequence(number),
            in_reply_to: None,
        }
    }

    fn refusal(code: Code) -> Rejection {
        code.at("/issuer")
    }

    const BUYER: &str = "agent://acme.example/buyer";
    const SELLER: &str = "agent://volt.example/sales";
    const AT: LogTime = LogTime::from_millis(1);

    fn seen(refusals: &Refusals, session: u64, domain: &str) -> Vec<u64> {
        let tenant = Tenant::Organisation(domain.parse().unwrap());
        let session = Hash::of(&[&session.to_be_bytes()]);
        refusals.of(&session, &tenant).iter().map(|refused| refused.sequence.0).collect()
    }

    #[test]
    fn each_side_sees_what_was_refused_to_itself_alone() {
        let refusals = Refusals::default();
        refusals.note(attempt(1, 5, BUYER), &refusal(Code::NotYourTurn), AT);
        refusals.note(attempt(1, 6, SELLER), &refusal(Code::NotAllowed), AT);
        assert_eq!(seen(&refusals, 1, "acme.example"), [5]);
        assert_eq!(seen(&refusals, 1, "volt.example"), [6]);
        assert!(seen(&refusals, 1, "other.example").is_empty());
        assert!(seen(&refusals, 2, "acme.example").is_empty());
        let agent = Tenant::Agent("agent://acme.example/other".parse().unwrap());
        assert!(refusals.of(&Hash::of(&[&1_u64.to_be_bytes()]), &agent).is_empty());
    }

    #[test]
    fn nobody_who_takes_no_part_leaves_anything() {
        let refusals = Refusals::default();
        for code in [
            Code::UnknownStream,
            Code::UnknownAgent,
            Code::KeyNotValid,
            Code::WrongAudience,
            Code::RateLimited,
        ] {
            refusals.note(attempt(1, 5, BUYER), &refusal(code), AT);
        }
        assert!(seen(&refusals, 1, "acme.example").is_empty());
    }

    #[test]
    fn the_last_of_a_session_and_of_the_latest_sessions_are_kept() {
        let refusals = Refusals::default();
        let many = u64::try_from(OF_SESSION_MAX).unwrap() + 3;
        for number in 0..many {
            refusals.note(attempt(0, number, BUYER), &refusal(Code::NotYourTurn), AT);
        }
        let kept = seen(&refusals, 0, "acme.example");
        assert_eq!((kept.len(), kept[0]), (OF_SESSION_MAX, 3));
        let sessions = u64::try_from(SESSIONS_MAX).unwrap();
        for session in 1..=sessions {
            refusals.note(attempt(session, 1, BUYER), &refusal(Code::NotYourTurn), AT);
        }
        assert!(seen(&refusals, 0, "acme.example").is_empty());
        assert_eq!(seen(&refusals, sessions, "acme.example"), [1]);
    }

    #[test]
    fn the_same_again_is_counted_and_fills_no_place() {
        let refusals = Refusals::default();
        for _ in 0..3 {
            refusals.note(attempt(1, 5, BUYER), &refusal(Code::NotYourTurn), AT);
        }
        let tenant = Tenant::Organisation("acme.example".parse().unwrap());
        let kept = refusals.of(&Hash::of(&[&1_u64.to_be_bytes()]), &tenant);
        assert_eq!((kept.len(), kept[0].times), (1, 3));
        assert_eq!(kept[0].guard, guard_of(Code::NotYourTurn, kept[0].rule.as_deref()));
    }
}
