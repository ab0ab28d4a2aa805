//! What agents say of one another: who may, of whom, and when.

#![expect(clippy::unwrap_used, reason = "what a test cannot read is a failed test")]

mod support;

use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::rejection::Code;
use asp_core::statement::body::{Because, Body, Endorsement, EndorsementEnd, Rating, Text};
use support::*;

fn agent_stream(name: &str) -> StreamName {
    StreamName::Of(StreamId::Agent(uri(name)))
}

/// The agent of `by` says something in its own stream.
fn say(stage: &mut Stage, by: &str, body: Body, expected: Result<(), Code>) {
    let draft = stage.draft(agent_stream(by), Issuer::Agent(uri(by)), body.clone());
    let statement = stage.sign(&draft, &[&agent_key(by)]);
    assert_eq!(stage.take(statement).map(drop), expected, "{by} {body:?}");
}

fn endorse(of: &str, note: Option<&str>) -> Body {
    let note = note.map(|note| note.parse::<Text>().unwrap());
    Body::AgentEndorse(Endorsement { agent: uri(of), capability: None, note })
}

fn end(of: &str, capability: Option<&str>) -> Body {
    let capability = capability.map(|name| name.parse().unwrap());
    Body::AgentEndorseWithdraw(EndorsementEnd { agent: uri(of), capability, reason: text("no more") })
}

#[test]
fn an_agent_speaks_for_registered_agents_of_others() {
    // ASP-TRU-005
    let mut stage = Stage::with(&["a", "b"]);
    say(&mut stage, "a", endorse("nobody", None), Err(Code::UnknownAgent));
    say(&mut stage, "a", endorse("a", None), Err(Code::InvalidBody));
    let by_org = stage.draft(agent_stream("a"), Issuer::Organisation(domain("a")), endorse("b", None));
    let by_org = stage.sign(&by_org, &[&key("a")]);
    assert_eq!(stage.judge(&by_org).unwrap_err().code, Code::NotAParty);
    say(&mut stage, "a", endorse("b", None), Ok(()));
    say(&mut stage, "b", Body::AgentRetire(Because { reason: text("done") }), Ok(()));
    say(&mut stage, "a", endorse("b", Some("still")), Err(Code::AgentRetired));
}

#[test]
fn what_is_said_changes_what_was_said_before() {
    // ASP-TRU-006
    let mut stage = Stage::with(&["a", "b"]);
    say(&mut stage, "a", end("b", None), Err(Code::NothingChanged));
    say(&mut stage, "a", endorse("b", None), Ok(()));
    say(&mut stage, "a", endorse("b", None), Err(Code::NothingChanged));
    say(&mut stage, "a", endorse("b", Some("always on time")), Ok(()));
    say(&mut stage, "a", end("b", Some("provision")), Err(Code::NothingChanged));
    say(&mut stage, "a", end("b", None), Ok(()));
    say(&mut stage, "a", end("b", None), Err(Code::NothingChanged));
    say(&mut stage, "a", endorse("b", None), Ok(()));
}

#[test]
fn only_so_many_endorsements_stand() {
    // ASP-TRU-006
    let mut stage = Stage::with(&["a", "b"]);
    let of = |number: usize| {
        let capability = Some(format!("trade.c{number}").parse().unwrap());
        Body::AgentEndorse(Endorsement { agent: uri("b"), capability, note: None })
    };
    for number in 0..asp_core::limits::ENDORSEMENTS_MAX {
        say(&mut stage, "a", of(number), Ok(()));
    }
    say(&mut stage, "a", of(1_000), Err(Code::EndorsementLimit));
    say(&mut stage, "a", end("b", Some("trade.c7")), Ok(()));
    say(&mut stage, "a", of(1_000), Ok(()));
}

#[test]
fn who_took_part_is_rated_by_who_did_too_once_it_is_over() {
    // ASP-TRU-007
    let (mut stage, session) = Stage::talking();
    let rate = |of: &str, stars| Body::AgentRate(Rating { agent: uri(of), note: None, session, stars });
    let nowhere =
        Rating { agent: uri("seller"), note: None, session: asp_core::position::Hash::of(&[]), stars: 3 };
    say(&mut stage, "buyer", rate("seller", 5), Err(Code::SessionOpen));
    stage.close(session, "buyer").unwrap();
    say(&mut stage, "buyer", Body::AgentRate(nowhere), Err(Code::UnknownStream));
    say(&mut stage, "other", rate("seller", 1), Err(Code::UnknownStream));
    say(&mut stage, "buyer", rate("other", 1), Err(Code::InvalidParticipants));
    say(&mut stage, "buyer", rate("buyer", 5), Err(Code::InvalidParticipants));
    say(&mut stage, "buyer", rate("seller", 2), Ok(()));
    say(&mut stage, "buyer", rate("seller", 4), Ok(()));
    say(&mut stage, "seller", rate("buyer", 1), Ok(()));
}
