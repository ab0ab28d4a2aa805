//! Which rule a refusal names, and where in the statement it points, case by case.
//!
//! That every refusal has both is asserted wherever a test is refused; here stands that they are the right ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test cannot do fails it")]

mod support;

use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::statement::Verified;
use asp_core::statement::body::{
    Body, Empty, KeyAdd, KeyRevoke, KeyRotate, OrgRegister, OrgVerify, Question, VerifyMethod,
};
use support::ledger::check;
use support::{Stage, agent_key, because, domain, key, text, uri};

#[test]
fn a_session_says_which_rule_and_where() {
    // ASP-SES-013, ASP-SES-028 to ASP-SES-034, ASP-SES-022
    check(
        "buyer PROPOSE with seller
         buyer ACCEPT                     -> ! NOT_YOUR_TURN ASP-SES-013 /issuer
         seller ACCEPT #7                 -> ! PROPOSAL_NOT_OPEN ASP-SES-025 /inReplyTo
         seller ACCEPT introduction wrongly -> ! CARD_MISMATCH ASP-SES-026 /body/card
         stranger QUERY                   -> ! UNKNOWN_STREAM ASP-STM-018 /stream
         seller QUERY                     -> ! NOT_ALLOWED ASP-SES-003 /type
         seller ACCEPT
         seller CLOSE timeout ABANDONED   -> ! NOT_ALLOWED ASP-SES-022 /body
         buyer QUERY on #0                -> ! SEQUENCE_CONFLICT ASP-STM-010 /sequence
         bad = seller owes seller goods 100 within 1h
         buyer PROPOSE bad                -> ! INVALID_TERMS ASP-SES-031 /body
         buyer COMMIT                     -> ! NOT_ALLOWED ASP-SES-003 /type
         buyer PROPOSE as offered
         seller WITHDRAW offered          -> ! NOT_THE_ISSUER ASP-SES-029 /inReplyTo
         seller ACCEPT choosing other     -> ! TERMS_MISMATCH ASP-SES-014 /body/termsHash
         buyer COMMIT                     -> ! TERMS_NOT_AGREED ASP-SES-030 /body/termsHash
         seller ACCEPT
         buyer ESCALATE to stranger.example -> ! INVALID_AUTHORITY ASP-SES-034 /body/authority
         buyer COMMIT
         seller ACCEPT offered            -> ! PROPOSAL_NOT_OPEN ASP-SES-028 /inReplyTo
         seller ACCEPT
         buyer CLOSE                      -> ! OBLIGATION_OPEN ASP-SES-015 /type",
    );
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer CLOSE wrongly              -> ! RECEIPT_MISMATCH ASP-SES-032 /body/receipt
         buyer CLOSE
         buyer CLOSE                      -> ! ALREADY_COUNTERSIGNED ASP-SES-033 /issuer
         seller QUERY                     -> ! SESSION_ENDED ASP-SES-003 /type",
    );
}

#[test]
fn a_commitment_says_which_rule_and_where() {
    // ASP-COM-006 to ASP-COM-010
    check(
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm trade
         seller ACCEPT
         seller INFORM fulfilment goods of nothing -> ! COMMITMENT_NOT_ACTIVE ASP-COM-006 /body/commitment
         seller INFORM fulfilment nothing          -> ! UNKNOWN_OBLIGATION ASP-COM-007 /body/obligation
         buyer INFORM fulfilment goods             -> ! NOT_THE_DEBTOR ASP-COM-008 /issuer
         buyer INFORM acknowledgement goods        -> ! OBLIGATION_NOT_OPEN ASP-COM-010 /body/obligation
         seller INFORM fulfilment goods
         seller INFORM acknowledgement goods       -> ! NOT_THE_CREDITOR ASP-COM-009 /issuer",
    );
}

/// What a stage says to a statement of these keys.
#[track_caller]
fn refused(
    stage: &mut Stage,
    stream: StreamName,
    issuer: Issuer,
    body: Body,
    keys: &[&asp_core::key::SecretKey],
    expected: &str,
) {
    let draft = stage.draft(stream, issuer, body);
    let statement = stage.sign(&draft, keys);
    let outcome = stage.take(statement);
    assert!(outcome.is_err(), "{expected}");
    let refusal = stage.refusal.clone().unwrap();
    let told = format!("{} {} {}", refusal.code, refusal.rule.unwrap(), refusal.pointer.unwrap());
    assert_eq!(told, expected);
}

#[test]
fn identity_says_which_rule_and_where() {
    // ASP-AGT-007, ASP-KEY-004, ASP-ORG-005
    let mut stage = Stage::with(&["a", "b"]);
    let org = |name: &str| StreamName::Of(StreamId::Org(domain(name)));
    let agent = |name: &str| StreamName::Of(StreamId::Agent(uri(name)));
    let by_org = |name: &str| Issuer::Organisation(domain(name));
    let by_agent = |name: &str| Issuer::Agent(uri(name));
    let add = |name: &str| Body::OrgKeyAdd(KeyAdd { key: key(name).id() });
    refused(&mut stage, org("a"), by_org("b"), add("c"), &[&key("b")], "NOT_A_PARTY ASP-KEY-004 /issuer");
    refused(
        &mut stage,
        org("a"),
        by_org("a"),
        add("c"),
        &[&key("a")],
        "SIGNATURE_MISSING ASP-ORG-003 /signatures",
    );
    let verify = Body::OrgVerify(OrgVerify { key: key("c").id(), method: VerifyMethod::Dns });
    refused(&mut stage, org("a"), by_org("a"), verify, &[&key("a")], "UNKNOWN_KEY ASP-ORG-005 /body/key");
    let revoke =
        Body::AgentKeyRevoke(KeyRevoke { from_index: None, key: key("c").id(), reason: text("lost") });
    refused(
        &mut stage,
        agent("a"),
        by_agent("a"),
        revoke,
        &[&agent_key("a")],
        "UNKNOWN_KEY ASP-AGT-007 /body",
    );
    let rotate = Body::AgentKeyRotate(KeyRotate { old_key: agent_key("a").id(), new_key: key("c").id() });
    refused(
        &mut stage,
        agent("a"),
        by_agent("a"),
        rotate,
        &[&agent_key("a")],
        "SIGNATURE_MISSING ASP-AGT-004 /signatures",
    );
    let card = Body::AgentRetire(because("over"));
    refused(
        &mut stage,
        agent("a"),
        by_agent("b"),
        card,
        &[&agent_key("b")],
        "NOT_A_PARTY ASP-KEY-004 /issuer",
    );
}

#[test]
fn consents_and_what_is_there_already_say_which_rule_and_where() {
    // ASP-AGT-006, ASP-KEY-003, ASP-CON-001
    let mut stage = Stage::with(&["a", "b", "c"]);
    let by_org = |name: &str| Issuer::Organisation(domain(name));
    let consent = stage.consent("a", "b");
    let stream = StreamName::Of(StreamId::Consent(consent));
    refused(
        &mut stage,
        stream,
        by_org("c"),
        Body::ConsentGrant(Empty {}),
        &[&key("c")],
        "UNKNOWN_STREAM ASP-STM-018 /stream",
    );
    let mut request = stage.request("b");
    request.with = domain("nobody");
    refused(
        &mut stage,
        StreamName::Opens(StreamKind::Consent),
        by_org("a"),
        Body::ConsentRequest(request.clone()),
        &[&key("a")],
        "UNKNOWN_ORGANISATION ASP-CON-001 /body/with",
    );
    request.with = domain("a");
    refused(
        &mut stage,
        StreamName::Opens(StreamKind::Consent),
        by_org("nobody"),
        Body::ConsentRequest(request),
        &[&key("nobody")],
        "UNKNOWN_ORGANISATION ASP-KEY-003 /issuer",
    );
    let again = stage.agent_register("a");
    let stamp = stage.stamp();
    let again = again.sign(None, stamp, &[&key("a"), &agent_key("a")]).unwrap();
    let refusal = stage.judge(&again).unwrap_err();
    assert_eq!((refusal.rule, refusal.pointer.as_deref()), (Some("ASP-AGT-006"), Some("/stream")));
}

#[test]
fn what_is_malformed_says_which_rule_and_where() {
    // ASP-STM-008, ASP-STM-009, ASP-STM-015, ASP-STM-018
    let mut stage = Stage::empty();
    let register = Body::OrgRegister(OrgRegister { key: key("a").id(), name: text("A") });
    let stream = StreamName::Of(StreamId::Org(domain("a")));
    let draft = stage.draft(stream.clone(), Issuer::Organisation(domain("a")), register);
    let valid = String::from_utf8(stage.sign(&draft, &[&key("a")]).envelope()).unwrap();
    for (from, to, expected) in [
        (r#""asp":"1.0""#, r#""asp":"1.1""#, "UNSUPPORTED_VERSION ASP-STM-008 /asp"),
        (r#""sequence":0"#, r#""sequence":"0""#, "INVALID_FIELD ASP-STM-009 /sequence"),
        (r#""name":"A""#, r#""name":"""#, "INVALID_BODY ASP-STM-015 /body/name"),
        (r#""name":"A""#, r#""name":1.5"#, "NOT_AN_INTEGER ASP-STM-001 /body/name"),
        (r#"{"signatures""#, r#"{"more":1,"signatures""#, "INVALID_ENVELOPE ASP-STM-002 "),
    ] {
        assert!(valid.contains(from), "{valid}");
        let changed = valid.replacen(from, to, 1);
        let refusal = Verified::from_envelope(changed.as_bytes()).unwrap_err();
        let told = format!("{} {} {}", refusal.code, refusal.rule.unwrap(), refusal.pointer.unwrap());
        assert_eq!(told, expected);
    }
    let early = Body::OrgKeyAdd(KeyAdd { key: key("b").id() });
    refused(
        &mut stage,
        stream,
        Issuer::Organisation(domain("a")),
        early,
        &[&key("a")],
        "UNKNOWN_STREAM ASP-ORG-001 /stream",
    );
    let mut stage = Stage::with(&["a"]);
    let session = StreamName::Of(StreamId::Session(asp_core::position::Hash::of(&[])));
    let draft = stage.draft(session, Issuer::Agent(uri("a")), Body::Query(Question::to_all(text("who?"))));
    let stamp = stage.stamp();
    let refusal = draft.sign(None, stamp, &[&agent_key("a")]).unwrap_err();
    assert_eq!((refusal.rule, refusal.pointer.as_deref()), (Some("ASP-STM-005"), Some("/stream")));
}
