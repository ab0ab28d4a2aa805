//! How a session begins, who speaks in it and where in the stream.

use asp_core::name::{StreamKind, StreamName};
use asp_core::rejection::Code;
use asp_core::statement::body::{Body, ParticipantRole};

use crate::support::ledger::{CAST, check};
use crate::support::{Stage, uri};

#[test]
fn an_invitation_that_nobody_answers_fails() {
    check(
        "buyer PROPOSE with seller             -> INVITED
         +29s                                  -> INVITED
         node CLOSE timeout INVITATION_TIMEOUT -> ! NOT_DUE
         +2s                                   -> FAILED(INVITATION_TIMEOUT)
         buyer ACCEPT introduction             -> ! SESSION_ENDED
         buyer QUERY                           -> ! SESSION_ENDED",
    );
    check(
        "buyer PROPOSE with seller invitation=2m -> INVITED
         +119s                                   -> INVITED
         seller ACCEPT                           -> INTRODUCED
         +2s                                     -> INTRODUCED",
    );
}

#[test]
fn who_is_invited_must_make_a_session() {
    // ASP-SES-001, ASP-SES-005
    check(
        "buyer PROPOSE with seller seller                       -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller buyer                        -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with mediator! watcher                   -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller?                             -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller by=seller                    -> ! INVALID_PARTICIPANTS
         stranger PROPOSE with seller by=buyer                  -> ! INVALID_PARTICIPANTS
         buyer.example PROPOSE with seller by=buyer             -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller nobody                       -> ! UNKNOWN_AGENT
         nobody PROPOSE with seller                             -> ! UNKNOWN_AGENT
         buyer QUERY                                            -> ! NOT_ALLOWED
         buyer PROPOSE goods                                    -> ! NOT_ALLOWED
         buyer PROPOSE with seller carrier? mediator! watcher   -> INVITED",
    );
}

#[test]
fn a_session_has_one_initiator() {
    // ASP-SES-001
    let mut stage = Stage::with(&["buyer", "seller"]);
    let consent = stage.consent("buyer", "seller");
    for (number, role) in
        [(0, ParticipantRole::Party), (1, ParticipantRole::Initiator), (1, ParticipantRole::Observer)]
    {
        let mut invitation = stage.invitation(&["buyer", "seller"], &[consent]);
        invitation.participants[number].role = role;
        assert_eq!(stage.invite("buyer", invitation), Err(Code::InvalidParticipants));
    }
    let invitation = stage.invitation(&["buyer", "seller"], &[consent]);
    assert!(stage.invite("buyer", invitation).is_ok());
}

#[test]
fn a_session_between_organisations_rests_on_consents() {
    // ASP-CON-008, ASP-CON-009, ASP-SES-018
    check(
        "buyer PROPOSE with seller consents=none                     -> ! CONSENT_REQUIRED
         buyer PROPOSE with stranger                                 -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller carrier consents=buyer-seller     -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller consents=buyer-carrier            -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller consents=no-such                  -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller about=sell.compute                -> ! OUTSIDE_CONSENT
         carrier PROPOSE with buyer consents=buyer-carrier,buyer-seller -> ! CONSENT_REQUIRED
         carrier.example CONSENT seller.example only QUERY,OBSERVE
         carrier PROPOSE with seller                                 -> ! OUTSIDE_CONSENT
         seller.example CONSENT carrier.example for 10s
         seller PROPOSE with carrier                                 -> INVITED",
    );
    check(
        "seller.example CONSENT carrier.example for 10s
         +10s
         seller PROPOSE with carrier                                 -> ! CONSENT_EXPIRED
         seller.example REVOKE
         buyer PROPOSE with seller                                   -> ! CONSENT_REVOKED",
    );
}

#[test]
fn every_required_invitee_comes_in_and_nobody_twice() {
    check(
        "buyer PROPOSE with seller carrier watcher  -> INVITED
         seller ACCEPT                              -> INVITED
         seller ACCEPT                              -> ! NOT_YOUR_TURN
         buyer ACCEPT                               -> ! NOT_YOUR_TURN
         stranger ACCEPT                            -> ! UNKNOWN_STREAM
         watcher ACCEPT other                       -> ! PROPOSAL_NOT_OPEN
         watcher ACCEPT                             -> INVITED
         watcher QUERY                              -> ! NOT_ALLOWED
         carrier ACCEPT                             -> INTRODUCED
         carrier ACCEPT introduction                -> ! NOT_ALLOWED",
    );
}

#[test]
fn a_required_invitee_that_declines_ends_it_and_an_optional_one_does_not() {
    check(
        "buyer PROPOSE with seller carrier? -> INVITED
         carrier REJECT other               -> ! PROPOSAL_NOT_OPEN
         buyer REJECT                       -> ! NOT_YOUR_TURN
         stranger REJECT                    -> ! UNKNOWN_STREAM
         carrier REJECT                     -> INVITED
         seller REJECT                      -> FAILED(INVITATION_REJECTED)",
    );
}

#[test]
fn the_initiator_takes_its_invitation_back() {
    check(
        "buyer PROPOSE with seller  -> INVITED
         seller WITHDRAW            -> ! ROLE_NOT_ALLOWED
         node WITHDRAW              -> ! ROLE_NOT_ALLOWED
         stranger WITHDRAW          -> ! UNKNOWN_STREAM
         buyer WITHDRAW             -> FAILED(INVITATION_WITHDRAWN)",
    );
}

#[test]
fn other_conditions_await_everybody_anew() {
    check(
        "buyer PROPOSE with seller carrier          -> INVITED
         carrier ACCEPT as first                    -> INVITED
         +20s                                       -> INVITED
         seller COUNTER conditions rounds=1         -> INVITED
         seller ACCEPT                              -> ! NOT_YOUR_TURN
         seller COUNTER conditions                  -> ! NOT_YOUR_TURN
         buyer ACCEPT #0                            -> ! PROPOSAL_NOT_OPEN
         +20s                                       -> INVITED
         buyer ACCEPT                               -> INVITED
         carrier ACCEPT                             -> INTRODUCED
         buyer PROPOSE                              -> ! ROUND_LIMIT",
    );
    check(
        "buyer PROPOSE with seller                  -> INVITED
         seller COUNTER conditions                  -> INVITED
         buyer COUNTER conditions rounds=9          -> INVITED
         +31s                                       -> FAILED(INVITATION_TIMEOUT)",
    );
    check(
        "buyer PROPOSE with seller rounds=1         -> INVITED
         seller COUNTER conditions rounds=1         -> INVITED
         buyer COUNTER conditions rounds=9          -> ! ROUND_LIMIT
         buyer REJECT                               -> FAILED(INVITATION_REJECTED)",
    );
}

#[test]
fn a_stranger_learns_nothing() {
    // ASP-SES-002
    let ledger = check(
        "buyer PROPOSE with seller carrier?  -> INVITED
         seller ACCEPT                       -> INTRODUCED
         stranger QUERY                      -> ! UNKNOWN_STREAM
         stranger QUERY on PROPOSE           -> ! UNKNOWN_STREAM
         stranger.example QUERY              -> ! UNKNOWN_STREAM
         seller.example QUERY                -> ! UNKNOWN_STREAM
         carrier QUERY                       -> ! UNKNOWN_STREAM
         nobody QUERY                        -> ! UNKNOWN_AGENT
         watcher QUERY                       -> ! UNKNOWN_STREAM",
    );
    let (_, tried) = ledger.tried.unwrap();
    assert_eq!(ledger.stage.judge(&tried).unwrap_err().head, None, "not even where the stream ends");
}

#[test]
fn a_head_has_one_successor() {
    // ASP-STM-010
    check(
        "buyer PROPOSE with seller         -> INVITED
         seller ACCEPT as in               -> INTRODUCED
         buyer QUERY                       -> CONVERSING
         seller QUERY on in                -> ! SEQUENCE_CONFLICT
         seller QUERY on PROPOSE           -> ! SEQUENCE_CONFLICT
         seller QUERY                      -> CONVERSING",
    );
}

#[test]
fn an_observer_only_observes_and_asks() {
    // ASP-SES-003, ASP-SES-004
    check(
        "buyer PROPOSE with seller watcher     -> INVITED
         watcher ACCEPT                        -> INVITED
         seller ACCEPT                         -> INTRODUCED
         watcher OBSERVE                       -> CONVERSING
         watcher QUERY                         -> CONVERSING
         watcher INFORM                        -> ! ROLE_NOT_ALLOWED
         watcher CLARIFY                       -> ! ROLE_NOT_ALLOWED
         watcher PROPOSE                       -> ! ROLE_NOT_ALLOWED
         watcher DELEGATE                      -> ! ROLE_NOT_ALLOWED
         watcher ESCALATE to seller.example    -> ! ROLE_NOT_ALLOWED
         watcher CLOSE                         -> ! ROLE_NOT_ALLOWED
         buyer PROPOSE firm awaits watcher     -> ! INVALID_TERMS
         deal = watcher owes buyer goods 1 within 1h
         seller PROPOSE firm deal              -> ! INVALID_TERMS
         buyer PROPOSE firm                    -> CONVERSING
         watcher ACCEPT                        -> ! ROLE_NOT_ALLOWED
         watcher REJECT                        -> ! ROLE_NOT_ALLOWED
         watcher COUNTER                       -> ! ROLE_NOT_ALLOWED",
    );
}

#[test]
fn a_mediator_helps_and_is_never_bound() {
    check(
        "buyer PROPOSE with seller mediator!   -> INVITED
         mediator COUNTER conditions           -> ! ROLE_NOT_ALLOWED
         mediator ACCEPT                       -> INVITED
         seller ACCEPT                         -> INTRODUCED
         mediator INFORM                       -> CONVERSING
         mediator PROPOSE                      -> ! ROLE_NOT_ALLOWED
         buyer PROPOSE                         -> CONVERSING
         mediator ACCEPT                       -> ! ROLE_NOT_ALLOWED
         mediator DELEGATE                     -> ! ROLE_NOT_ALLOWED
         mediator CLOSE                        -> ! ROLE_NOT_ALLOWED
         mediator CLARIFY                      -> CONVERSING",
    );
}

#[test]
fn who_was_invited_learns_how_it_ended_and_who_stayed_away_learns_nothing() {
    // ASP-SES-024
    let readers = |story: &str| -> Vec<&'static str> {
        let ledger = check(story);
        let session = ledger.session().unwrap();
        CAST.into_iter().filter(|name| session.is_readable_by(&uri(name), &[])).collect()
    };
    let invited = "buyer PROPOSE with seller carrier? watcher -> INVITED\n carrier ACCEPT\n";
    assert_eq!(readers(invited), ["buyer", "seller", "carrier", "watcher"]);
    let failed = &format!(
        "{invited} seller REJECT\n seller QUERY -> ! SESSION_ENDED\n watcher ACCEPT -> ! SESSION_ENDED"
    );
    assert_eq!(readers(failed), ["buyer", "seller", "carrier", "watcher"]);
    let begun = &format!("{invited} seller ACCEPT -> INTRODUCED\n watcher QUERY -> ! UNKNOWN_STREAM\n");
    assert_eq!(readers(begun), ["buyer", "seller", "carrier"]);
    assert_eq!(readers(&format!("{begun} +5m -> FAILED(RESPONSE_TIMEOUT)")), ["buyer", "seller", "carrier"]);
}

#[test]
fn who_declined_is_not_awaited_until_conditions_change() {
    // ASP-SES-013
    check(
        "buyer PROPOSE with seller carrier?         -> INVITED
         carrier REJECT                             -> INVITED
         carrier REJECT                             -> ! NOT_YOUR_TURN
         carrier ACCEPT                             -> ! NOT_YOUR_TURN
         carrier COUNTER conditions                 -> ! NOT_YOUR_TURN
         seller COUNTER conditions rounds=3         -> INVITED
         carrier ACCEPT                             -> INVITED
         buyer ACCEPT                               -> INTRODUCED
         carrier QUERY                              -> CONVERSING",
    );
}

#[test]
fn an_invitation_is_answered_in_time_whatever_the_node_does() {
    // ASP-SES-025
    check(
        "buyer PROPOSE with seller                  -> INVITED
         +30s quietly                               -> INVITED
         seller ACCEPT                              -> ! PROPOSAL_NOT_OPEN
         seller REJECT                              -> ! PROPOSAL_NOT_OPEN
         seller COUNTER conditions                  -> ! PROPOSAL_NOT_OPEN
         +0s                                        -> FAILED(INVITATION_TIMEOUT)",
    );
    check(
        "buyer PROPOSE with seller                  -> INVITED
         +29999ms                                   -> INVITED
         seller ACCEPT                              -> INTRODUCED",
    );
}

#[test]
fn a_session_needs_a_party_that_must_come() {
    // ASP-SES-001
    check(
        "buyer PROPOSE with seller? watcher         -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller? mediator!       -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller? carrier!        -> INVITED",
    );
}

#[test]
fn an_introduction_names_the_card_that_the_agent_shows() {
    // ASP-SES-026
    check(
        "buyer PROPOSE with seller                  -> INVITED
         seller ACCEPT introduction wrongly         -> ! CARD_MISMATCH
         seller ACCEPT                              -> INTRODUCED",
    );
}

#[test]
fn a_consent_that_one_side_gave_carries_nothing_and_is_nobody_elses_to_know() {
    let mut stage = Stage::with(&["buyer", "seller", "other"]);
    let request = Body::ConsentRequest(stage.request("seller"));
    let consent = stage.by_org("buyer", StreamName::Opens(StreamKind::Consent), request).unwrap();
    let mut invite = |by: &str| {
        let invitation = stage.invitation(&[by, "seller"], &[consent]);
        stage.invite(by, invitation)
    };
    assert_eq!(invite("buyer"), Err(Code::ConsentNotGranted));
    assert_eq!(invite("other"), Err(Code::ConsentRequired));
}
