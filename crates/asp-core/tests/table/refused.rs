//! What no row allows: every performative with every body, by every role, in every state.

use std::collections::BTreeSet;

use asp_core::rejection::Code;
use asp_core::session::table::{Performative, Role, Row, Selector, State, rows};

use crate::support::ledger::{Ledger, Outcome};
use crate::{Judged, codes, name, play, speaker, spoken};

/// A dialogue that leads to each state, with everybody in; two where it matters what the session holds.
const SCENES: [(State, &str); 13] = [
    (State::Invited, "{invited}"),
    (State::Introduced, "{introduced}"),
    (State::Conversing, "{talking}"),
    (State::Conversing, "{talking}; seller PROPOSE"),
    (State::Agreeing, "{agreeing}"),
    (State::Agreeing, "{agreeing-bound}"),
    (State::Executing, "{bound}"),
    (State::Executing, "{settled}"),
    (State::Escalated, "{asked}"),
    (State::Escalated, "{asked-bound}"),
    (State::Closed, "{introduced}; buyer CLOSE"),
    (State::Failed, "{invited}; buyer WITHDRAW"),
    (State::Failed, "{asked}; seller.example REJECT"),
];

/// All that can be said with a performative.
const fn bodies(performative: Performative) -> &'static [&'static str] {
    match performative {
        Performative::Propose => {
            &["with carrier", "firm", "amendment to cheap", "termination", "admission of carrier"]
        }
        Performative::Counter => &["conditions", "cheap"],
        Performative::Accept => &["introduction", "acceptance", "resumption", "admission"],
        Performative::Inform => &[
            "note",
            "usage",
            "progress goods",
            "fulfilment goods",
            "acknowledgement goods",
            "contest goods",
            "breach goods",
            "silence goods",
            "group",
            "unreadable offer",
        ],
        Performative::Withdraw => &["", "departure", "timeout RESPONSE_TIMEOUT"],
        Performative::Close => &["", "timeout RESPONSE_TIMEOUT"],
        Performative::Escalate => &["to seller.example"],
        Performative::Reject
        | Performative::Query
        | Performative::Clarify
        | Performative::Commit
        | Performative::Delegate
        | Performative::Observe => &[""],
    }
}

/// What the head of the table says of a performative that no row gives to this role; none if one does.
fn refusal(state: State, performative: Performative, role: Role) -> Option<Code> {
    // Nobody is asked to decide or to come in, so nobody has the role: it speaks as a stranger.
    if role == Role::Newcomer || (role == Role::Authority && state != State::Escalated) {
        return Some(Code::UnknownStream);
    }
    // The scenes are open sessions, in which nobody says who can read them.
    let is_open = |row: &&Row| !matches!(row.when, Some(Selector::Group | Selector::Unreadable));
    let rows: Vec<&Row> = rows(state, performative).iter().filter(is_open).collect();
    let ended = matches!(state, State::Closed | State::Failed);
    // What the node alone may still say where a session is over is nobody else's.
    let nodes = ended && role != Role::Node && rows.iter().all(|row| row.roles == [Role::Node]);
    match (rows.is_empty() || nodes, ended) {
        (true, true) => Some(Code::SessionEnded),
        (true, false) => Some(Code::NotAllowed),
        (false, _) if rows.iter().all(|row| !row.roles.contains(&role)) => Some(Code::RoleNotAllowed),
        (false, _) => None,
    }
}

/// Lets a role say everything in a scene; gives back the cells in which no row stands.
fn say_everything(ledger: &Ledger, state: State) -> BTreeSet<(State, Performative, Role)> {
    let mut empty = BTreeSet::new();
    for (performative, role) in
        Performative::all().into_iter().flat_map(|said| Role::all().map(|role| (said, role)))
    {
        for body in bodies(performative) {
            let line = format!("{} {performative} {body}", speaker(role));
            let judged = Judged::after(ledger.clone(), &line);
            let told = format!("{line} in {state} -> {:?}", judged.outcome);
            match (refusal(state, performative, role), judged.ruling) {
                (Some(code), ruling) => {
                    assert_eq!(judged.outcome, Outcome::Refused(code), "{told}");
                    assert_eq!(ruling.err(), Some(code), "{told}");
                    empty.insert((state, performative, role));
                }
                (None, Err(code)) => {
                    assert_eq!(
                        (code, &judged.outcome),
                        (Code::NotAllowed, &Outcome::Refused(code)),
                        "{told}"
                    );
                }
                (None, Ok((said_as, row))) => {
                    assert!(
                        said_as == role && row.state == state && row.performative == performative,
                        "{told}"
                    );
                    let guarded = |code| row.requires.iter().any(|guard| codes(*guard).contains(&code));
                    if let Outcome::Refused(code) = judged.outcome {
                        assert!(guarded(code), "{told} but {} has no such guard", name(row));
                    }
                }
            }
            if judged.outcome != Outcome::Moved {
                assert_eq!(judged.before.as_ref(), judged.ledger.session(), "{told} and changed the session");
            }
        }
    }
    empty
}

#[test]
fn what_no_row_allows_is_refused_and_changes_nothing() {
    // ASP-SES-003, ASP-SES-004
    let mut empty = BTreeSet::new();
    for (state, dialogue) in SCENES {
        let ledger = play(&spoken(dialogue, Role::Initiator));
        assert_eq!(Judged::state(ledger.session()), state, "{}", ledger.story());
        empty.extend(say_everything(&ledger, state));
    }
    let everything = State::all().into_iter().skip(1).flat_map(|state| {
        let roles = move |said| Role::all().map(|role| (state, said, role));
        Performative::all().into_iter().flat_map(roles)
    });
    let without_row: BTreeSet<_> =
        everything.filter(|(state, said, role)| refusal(*state, *said, *role).is_some()).collect();
    assert_eq!(empty, without_row, "a state was not reached");
}

/// Before there is a session nobody has a role in it; whoever opens one is its initiator.
#[test]
fn nothing_but_an_invitation_by_an_agent_opens_a_session() {
    for performative in Performative::all() {
        for (role, body) in Role::all()
            .into_iter()
            .flat_map(|role| bodies(performative).iter().map(move |body| (role, *body)))
        {
            let by_agent = !matches!(role, Role::Authority | Role::Node);
            let named = if by_agent || body != "with carrier" { "" } else { " by=buyer" };
            let line = format!("{} {performative} {body}{named}", speaker(role));
            let judged = Judged::after(play(&[]), &line);
            let expected = match (body, by_agent) {
                ("with carrier", true) => continue,
                ("with carrier", false) => Code::InvalidParticipants,
                _ => Code::NotAllowed,
            };
            assert_eq!(judged.outcome, Outcome::Refused(expected), "{line}");
            assert!(judged.ledger.session().is_none(), "{line}");
        }
    }
}
