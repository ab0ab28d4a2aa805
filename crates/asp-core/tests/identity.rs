//! Who may say what of organisations, agents and consents, and which key signs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test cannot do fails it")]

mod support;

use asp_core::key::SecretKey;
use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, Millis, Position, Sequence};
use asp_core::rejection::Code;
use asp_core::statement::body::{
    A2aPin, Because, Body, Card, CardCheck, CardSet, Empty, KeyAdd, KeyRevoke, KeyRotate, OrgCheck,
    OrgRegister, OrgVerify, PolicySet, VerifyMethod,
};
use support::{Stage, agent_key, because, card, domain, key, text, uri};

fn org_stream(name: &str) -> StreamName {
    StreamName::Of(StreamId::Org(domain(name)))
}

fn agent_stream(name: &str) -> StreamName {
    StreamName::Of(StreamId::Agent(uri(name)))
}

/// Says something of an organisation's stream with these keys.
#[track_caller]
fn org(stage: &mut Stage, name: &str, body: Body, keys: &[&SecretKey], expected: Result<(), Code>) {
    let draft = stage.draft(org_stream(name), Issuer::Organisation(domain(name)), body);
    let statement = stage.sign(&draft, keys);
    assert_eq!(stage.take(statement).map(|_| ()), expected);
}

/// Says something of an agent's stream, by the agent or by its organisation, with these keys.
#[track_caller]
fn agent(stage: &mut Stage, by: Issuer, body: Body, keys: &[&SecretKey], expected: Result<(), Code>) {
    let draft = stage.draft(agent_stream("a"), by, body);
    let statement = stage.sign(&draft, keys);
    assert_eq!(stage.take(statement).map(|_| ()), expected);
}

fn revoke(name: &str) -> KeyRevoke {
    KeyRevoke { from_index: None, key: key(name).id(), reason: text("lost") }
}

#[test]
fn an_organisation_begins_with_the_key_that_signs() {
    // ASP-ORG-001, ASP-ORG-002
    let mut stage = Stage::empty();
    let register = Body::OrgRegister(OrgRegister { key: key("a").id(), name: text("A") });
    org(&mut stage, "a", register.clone(), &[&key("b")], Err(Code::KeyNotValid));
    org(&mut stage, "a", register.clone(), &[&key("a"), &key("b")], Err(Code::KeyNotValid));
    org(&mut stage, "a", register.clone(), &[&key("a")], Ok(()));
    let again = stage.draft(org_stream("a"), Issuer::Organisation(domain("a")), register.clone());
    let stamp = stage.stamp();
    let again = again.sign(None, stamp, &[&key("a")]).unwrap();
    assert_eq!(stage.judge(&again).unwrap_err().code, Code::AlreadyRegistered);
    org(&mut stage, "a", register, &[&key("a")], Err(Code::AlreadyRegistered));
}

#[test]
fn a_key_is_added_with_its_own_consent_and_the_last_one_stays() {
    // ASP-ORG-003, ASP-ORG-004, ASP-KEY-001
    let mut stage = Stage::with(&["a"]);
    let add = |name: &str| Body::OrgKeyAdd(KeyAdd { key: key(name).id() });
    org(&mut stage, "a", add("a2"), &[&key("a")], Err(Code::SignatureMissing));
    org(&mut stage, "a", add("a2"), &[&key("a2")], Err(Code::KeyNotValid));
    org(&mut stage, "a", add("a2"), &[&key("a"), &key("a2"), &key("a3")], Err(Code::KeyNotValid));
    org(&mut stage, "a", Body::OrgKeyRevoke(revoke("a")), &[&key("a")], Err(Code::LastKey));
    org(&mut stage, "a", add("a2"), &[&key("a"), &key("a2")], Ok(()));
    org(&mut stage, "a", add("a2"), &[&key("a"), &key("a2")], Err(Code::KeyAlreadyUsed));
    org(&mut stage, "a", Body::OrgKeyRevoke(revoke("a3")), &[&key("a")], Err(Code::UnknownKey));
    org(&mut stage, "a", Body::OrgKeyRevoke(revoke("a")), &[&key("a2")], Ok(()));
    org(&mut stage, "a", add("a3"), &[&key("a"), &key("a3")], Err(Code::KeyNotValid));
    org(&mut stage, "a", add("a"), &[&key("a2"), &key("a")], Err(Code::KeyAlreadyUsed));
    org(&mut stage, "a", add("a3"), &[&key("a2"), &key("a3")], Ok(()));
}

#[test]
fn an_organisation_has_so_many_keys_and_no_more_ever() {
    let mut stage = Stage::with(&["a"]);
    let add = |number: usize| Body::OrgKeyAdd(KeyAdd { key: key(&format!("a{number}")).id() });
    for number in 1..asp_core::limits::KEYS_MAX {
        org(&mut stage, "a", add(number), &[&key("a"), &key(&format!("a{number}"))], Ok(()));
    }
    org(&mut stage, "a", Body::OrgKeyRevoke(revoke("a1")), &[&key("a")], Ok(()));
    org(&mut stage, "a", add(999), &[&key("a"), &key("a999")], Err(Code::KeyLimit));
}

#[test]
fn nobody_speaks_in_the_stream_of_another() {
    let mut stage = Stage::with(&["a", "b"]);
    let body = Body::OrgKeyRevoke(revoke("a"));
    let draft = stage.draft(org_stream("a"), Issuer::Organisation(domain("b")), body);
    let statement = stage.sign(&draft, &[&key("b")]);
    assert_eq!(stage.take(statement), Err(Code::NotAParty));
    let set = Body::AgentCardSet(CardSet { card: card() });
    agent(&mut stage, Issuer::Agent(uri("b")), set, &[&agent_key("b")], Err(Code::NotAParty));
}

#[test]
fn an_agent_is_admitted_by_its_organisation() {
    // ASP-AGT-001, ASP-AGT-002
    let mut stage = Stage::empty();
    let draft = stage.agent_register("a");
    let alone = stage.sign(&draft, &[&agent_key("a"), &key("a")]);
    assert_eq!(stage.take(alone), Err(Code::UnknownOrganisation));
    let register = Body::OrgRegister(OrgRegister { key: key("a").id(), name: text("A") });
    org(&mut stage, "a", register, &[&key("a")], Ok(()));
    for (keys, expected) in [
        (vec![&key("a")], Code::SignatureMissing),
        (vec![&agent_key("a")], Code::SignatureMissing),
        (vec![&agent_key("a"), &key("b")], Code::KeyNotValid),
    ] {
        let statement = stage.sign(&draft, &keys);
        assert_eq!(stage.take(statement), Err(expected));
    }
    let statement = stage.sign(&draft, &[&agent_key("a"), &key("a")]);
    assert!(stage.take(statement).is_ok());
}

#[test]
fn a_key_is_rotated_by_the_old_and_the_new() {
    // ASP-AGT-004
    let mut stage = Stage::with(&["a"]);
    let (old, new) = (agent_key("a"), key("next"));
    let rotate = Body::AgentKeyRotate(KeyRotate { new_key: new.id(), old_key: old.id() });
    let by = || Issuer::Agent(uri("a"));
    agent(&mut stage, by(), rotate.clone(), &[&old], Err(Code::SignatureMissing));
    agent(&mut stage, by(), rotate.clone(), &[&new], Err(Code::SignatureMissing));
    agent(&mut stage, by(), rotate.clone(), &[&old, &new], Ok(()));
    let set = Body::AgentCardSet(CardSet { card: card() });
    agent(&mut stage, by(), set.clone(), &[&old], Err(Code::KeyNotValid));
    agent(&mut stage, by(), set, &[&new], Ok(()));
    let known = stage.world.agent(&uri("a")).unwrap();
    let at = |index| Position(index);
    assert!(known.keys().valid_at(&old.id(), at(1)) && known.keys().trusted_at(&old.id(), at(1)));
    assert!(!known.keys().valid_at(&old.id(), at(3)), "what it signed stays, it signs nothing more");
}

#[test]
fn an_organisation_can_take_an_agents_last_key_and_the_agent_cannot() {
    // ASP-AGT-003, ASP-AGT-005, ASP-AGT-007
    let mut stage = Stage::with(&["a", "b"]);
    let lost = || {
        Body::AgentKeyRevoke(KeyRevoke { from_index: None, key: agent_key("a").id(), reason: text("lost") })
    };
    agent(&mut stage, Issuer::Agent(uri("a")), lost(), &[&agent_key("a")], Err(Code::LastKey));
    assert!(
        stage
            .clone_judges(&agent_stream("a"), Issuer::Organisation(domain("b")), lost(), &[&key("b")])
            .is_err()
    );
    let ahead =
        KeyRevoke { from_index: Some(Position(1_000)), key: agent_key("a").id(), reason: text("lost") };
    let ahead = Body::AgentKeyRevoke(ahead);
    agent(&mut stage, Issuer::Organisation(domain("a")), ahead, &[&key("a")], Err(Code::InvalidBody));
    agent(&mut stage, Issuer::Organisation(domain("a")), lost(), &[&key("a")], Ok(()));
    let set = Body::AgentCardSet(CardSet { card: card() });
    agent(&mut stage, Issuer::Agent(uri("a")), set, &[&agent_key("a")], Err(Code::KeyNotValid));

    let mut stage = Stage::with(&["a"]);
    let retire = Body::AgentRetire(because("done"));
    agent(&mut stage, Issuer::Agent(uri("a")), retire.clone(), &[&agent_key("a")], Ok(()));
    agent(&mut stage, Issuer::Agent(uri("a")), retire, &[&agent_key("a")], Err(Code::AgentRetired));
}

impl Stage {
    fn clone_judges(
        &mut self,
        stream: &StreamName,
        issuer: Issuer,
        body: Body,
        keys: &[&SecretKey],
    ) -> Result<(), asp_core::rejection::Rejection> {
        let draft = self.draft(stream.clone(), issuer, body);
        let statement = self.sign(&draft, keys);
        self.judge(&statement)
    }
}

#[test]
fn a_consent_is_asked_of_another_and_ends() {
    // ASP-CON-001, ASP-CON-002
    let mut stage = Stage::with(&["a", "b"]);
    let opens = || StreamName::Opens(StreamKind::Consent);
    let own = stage.request("a");
    assert_eq!(stage.by_org("a", opens(), Body::ConsentRequest(own)), Err(Code::InvalidBody));
    let unknown = stage.request("c");
    assert_eq!(stage.by_org("a", opens(), Body::ConsentRequest(unknown)), Err(Code::UnknownOrganisation));
    let mut ended = stage.request("b");
    ended.expires_at = stage.now;
    assert_eq!(stage.by_org("a", opens(), Body::ConsentRequest(ended)), Err(Code::InvalidBody));
    let request = stage.request("b");
    assert!(stage.by_org("a", opens(), Body::ConsentRequest(request)).is_ok());
}

#[test]
fn the_other_side_grants_and_either_revokes() {
    // ASP-CON-003, ASP-CON-005, ASP-CON-006, ASP-CON-007
    let mut stage = Stage::with(&["a", "b", "c"]);
    let request = stage.request("b");
    let id =
        stage.by_org("a", StreamName::Opens(StreamKind::Consent), Body::ConsentRequest(request)).unwrap();
    let grant = || Body::ConsentGrant(Empty {});
    let withdraw = || Body::ConsentRevoke(because("no more"));
    let confirm = || Body::ConsentAcknowledge(Empty {});
    let mut check = |name: &str, body: Body, expected: Result<(), Code>| {
        assert_eq!(stage.of_consent(name, id, body).map(|_| ()), expected, "{name}");
    };
    check("c", grant(), Err(Code::UnknownStream));
    check("a", grant(), Err(Code::AlreadyGranted));
    check("b", grant(), Ok(()));
    check("b", grant(), Err(Code::AlreadyGranted));
    check("b", confirm(), Err(Code::NotRevoked));
    check("c", withdraw(), Err(Code::UnknownStream));
    check("b", withdraw(), Ok(()));
    check("a", withdraw(), Err(Code::ConsentRevoked));
    check("b", confirm(), Err(Code::NotRevoked));
    check("a", confirm(), Ok(()));
    check("a", confirm(), Err(Code::NotRevoked));
}

#[test]
fn nobody_grants_what_has_ended() {
    // ASP-CON-004
    let mut stage = Stage::with(&["a", "b"]);
    let mut request = stage.request("b");
    request.expires_at = stage.now.plus(Millis(1000));
    let id =
        stage.by_org("a", StreamName::Opens(StreamKind::Consent), Body::ConsentRequest(request)).unwrap();
    stage.pass(1000);
    assert_eq!(stage.of_consent("b", id, Body::ConsentGrant(Empty {})), Err(Code::ConsentExpired));
}

#[test]
fn a_statement_stands_where_its_stream_ends() {
    // ASP-STM-010, ASP-STM-011
    let mut stage = Stage::with(&["a"]);
    let draft = stage.draft(
        org_stream("a"),
        Issuer::Organisation(domain("a")),
        Body::OrgKeyAdd(KeyAdd { key: key("a2").id() }),
    );
    let head = stage.head(&org_stream("a")).unwrap();
    let keys = [&key("a"), &key("a2")];
    let mut judged = |head: Head| {
        let stamp = stage.stamp();
        stage
            .judge(&draft.sign(Some(head), stamp, &keys).unwrap())
            .map_err(|refused| (refused.code, refused.head))
    };
    let conflict = Err((Code::SequenceConflict, Some(head)));
    assert_eq!(judged(Head { sequence: Sequence(1), ..head }), conflict);
    assert_eq!(judged(Head { sequence: Sequence(7), ..head }), conflict);
    let forked = Head { hash: Hash::of(&[]), ..head };
    assert_eq!(judged(forked), Err((Code::PreviousHashMismatch, Some(head))));
    assert_eq!(judged(head), Ok(()));
}

#[test]
fn a_statement_is_for_one_log_and_for_now() {
    // ASP-STM-012, ASP-STM-013, ASP-STM-014
    let mut stage = Stage::with(&["a"]);
    let body = Body::OrgKeyAdd(KeyAdd { key: key("a2").id() });
    let mut draft = stage.draft(org_stream("a"), Issuer::Organisation(domain("a")), body);
    let keys = [&key("a"), &key("a2")];
    let statement = stage.sign(&draft, &keys);
    assert_eq!(stage.judge(&statement), Ok(()));
    stage.pass(120_000);
    assert_eq!(stage.judge(&statement), Ok(()), "two minutes are allowed for");
    stage.pass(1);
    assert_eq!(stage.judge(&statement).unwrap_err().code, Code::ClockSkew);
    draft.expires_at = Some(stage.now.plus(Millis(10)));
    let statement = stage.sign(&draft, &keys);
    assert_eq!(stage.judge(&statement), Ok(()));
    stage.pass(10);
    assert_eq!(stage.judge(&statement).unwrap_err().code, Code::Expired);
    draft.expires_at = None;
    draft.audience = text("other.example/log");
    let statement = stage.sign(&draft, &keys);
    assert_eq!(stage.judge(&statement).unwrap_err().code, Code::WrongAudience);
}

#[test]
fn only_the_nodes_key_speaks_for_the_node() {
    // ASP-KEY-002
    let (mut stage, session) = Stage::talking();
    stage.pass(3_600_001);
    let due = stage.world.due(&session, stage.now).unwrap();
    let stream = StreamName::Of(StreamId::Session(session));
    for (origin, signer) in [("test.example/log", "buyer"), ("other.example/log", "node")] {
        let draft = stage.draft(stream.clone(), Issuer::Node(text(origin)), due.clone());
        let statement = stage.sign(&draft, &[&key(signer)]);
        assert_eq!(stage.take(statement), Err(Code::KeyNotValid), "{origin} {signer}");
    }
    assert!(stage.by_node(session, due).is_ok());
}

#[test]
fn who_is_no_party_learns_nothing() {
    let (mut stage, session) = Stage::talking();
    let consent = *stage.session(session).consents().first().unwrap();
    let missing = Hash::of(&[b"missing"]);
    for id in [consent, missing] {
        let body = Body::ConsentRevoke(Because { reason: text("") });
        let stream = StreamName::Of(StreamId::Consent(id));
        let draft = stage.draft(stream, Issuer::Organisation(domain("other")), body);
        let head = Head { sequence: Sequence(0), hash: missing };
        let stamp = stage.stamp();
        let refused = stage.judge(&draft.sign(Some(head), stamp, &[&key("other")]).unwrap()).unwrap_err();
        assert_eq!((refused.code, refused.head), (Code::UnknownStream, None));
    }
}

#[test]
fn an_organisation_replaces_a_key_by_the_old_and_the_new() {
    // ASP-ORG-006
    let mut stage = Stage::with(&["a"]);
    let rotate = |old: &str, new: &str| {
        Body::OrgKeyRotate(KeyRotate { new_key: key(new).id(), old_key: key(old).id() })
    };
    org(&mut stage, "a", rotate("a", "a2"), &[&key("a")], Err(Code::SignatureMissing));
    org(&mut stage, "a", rotate("a", "a2"), &[&key("a2")], Err(Code::SignatureMissing));
    org(&mut stage, "a", rotate("a", "a2"), &[&key("a"), &key("a2"), &key("a3")], Err(Code::KeyNotValid));
    org(&mut stage, "a", rotate("a3", "a2"), &[&key("a3"), &key("a2")], Err(Code::UnknownKey));
    org(&mut stage, "a", rotate("a", "a"), &[&key("a")], Err(Code::KeyAlreadyUsed));
    org(&mut stage, "a", rotate("a", "a2"), &[&key("a"), &key("a2")], Ok(()));
    org(&mut stage, "a", rotate("a2", "a"), &[&key("a2"), &key("a")], Err(Code::KeyAlreadyUsed));
    org(&mut stage, "a", rotate("a", "a3"), &[&key("a"), &key("a3")], Err(Code::UnknownKey));
    org(&mut stage, "a", rotate("a2", "a3"), &[&key("a2"), &key("a3")], Ok(()));
}

#[test]
fn a_key_comes_to_an_agent_by_itself_and_by_its_organisation() {
    // ASP-AGT-008
    let mut stage = Stage::with(&["a", "b"]);
    let (by_agent, by_org) = (|| Issuer::Agent(uri("a")), || Issuer::Organisation(domain("a")));
    let by_other = Issuer::Organisation(domain("b"));
    let add = |name: &str| Body::AgentKeyAdd(KeyAdd { key: key(name).id() });
    let own = agent_key("a");
    agent(&mut stage, by_agent(), add("k"), &[&own], Err(Code::SignatureMissing));
    agent(&mut stage, by_agent(), add("k"), &[&key("k")], Err(Code::KeyNotValid));
    agent(&mut stage, by_agent(), add("k"), &[&key("a"), &key("k")], Err(Code::KeyNotValid));
    agent(&mut stage, by_other, add("k"), &[&key("b"), &key("k")], Err(Code::NotAParty));
    agent(&mut stage, by_agent(), add("k"), &[&own, &key("k")], Ok(()));
    agent(&mut stage, by_agent(), add("k"), &[&own, &key("k")], Err(Code::KeyAlreadyUsed));
    // An agent that lost every key gets a voice again from its organisation alone.
    let revoke = |lost: &SecretKey| {
        Body::AgentKeyRevoke(KeyRevoke { from_index: None, key: lost.id(), reason: text("lost") })
    };
    agent(&mut stage, by_org(), revoke(&own), &[&key("a")], Ok(()));
    agent(&mut stage, by_org(), revoke(&key("k")), &[&key("a")], Ok(()));
    agent(&mut stage, by_agent(), add("m"), &[&key("m")], Err(Code::KeyNotValid));
    agent(&mut stage, by_org(), add("m"), &[&key("a")], Err(Code::SignatureMissing));
    agent(&mut stage, by_org(), add("m"), &[&key("m")], Err(Code::KeyNotValid));
    agent(&mut stage, by_org(), add("k"), &[&key("a"), &key("k")], Err(Code::KeyAlreadyUsed));
    agent(&mut stage, by_org(), add("m"), &[&key("a"), &key("m")], Ok(()));
    let set = Body::AgentCardSet(CardSet { card: card() });
    agent(&mut stage, by_agent(), set, &[&key("m")], Ok(()));
}

#[test]
fn a_theft_found_out_late_is_dated_back_and_never_forward() {
    // ASP-ORG-004, ASP-AGT-007
    let mut stage = Stage::with(&["a"]);
    let rotate = Body::OrgKeyRotate(KeyRotate { new_key: key("a2").id(), old_key: key("a").id() });
    org(&mut stage, "a", rotate, &[&key("a"), &key("a2")], Ok(()));
    let rotated = stage.point().index.0 - 1;
    let from =
        |index: Option<u64>| Body::OrgKeyRevoke(KeyRevoke { from_index: index.map(Position), ..revoke("a") });
    let ahead = stage.point().index.0 + 1;
    org(&mut stage, "a", from(None), &[&key("a2")], Err(Code::UnknownKey));
    org(&mut stage, "a", from(Some(ahead)), &[&key("a2")], Err(Code::InvalidBody));
    org(&mut stage, "a", from(Some(ahead - 1)), &[&key("a2")], Err(Code::UnknownKey));
    org(&mut stage, "a", from(Some(1)), &[&key("a")], Err(Code::KeyNotValid));
    org(&mut stage, "a", from(Some(1)), &[&key("a2")], Ok(()));
    for again in [None, Some(1), Some(2)] {
        org(&mut stage, "a", from(again), &[&key("a2")], Err(Code::UnknownKey));
    }
    org(&mut stage, "a", from(Some(0)), &[&key("a2")], Ok(()));
    let keys = stage.world.organisation(&domain("a")).unwrap().keys().clone();
    let life = *keys.all().find(|(known, _)| **known == key("a").id()).unwrap().1;
    assert_eq!((life.until, life.distrusted_from), (Some(Position(rotated)), Some(Position(0))));
    assert!(keys.valid_at(&key("a").id(), Position(0)), "what was valid when it was logged stays so");
    assert!(!keys.trusted_at(&key("a").id(), Position(0)));
}

#[test]
fn what_is_signed_away_from_the_network_says_until_when() {
    // ASP-STM-013, ASP-STM-014
    let week = asp_core::limits::OFFLINE_MS.0;
    let came = |lasts: Option<u64>, after: u64, ahead: u64| {
        let mut stage = Stage::with(&["a"]);
        let add = Body::OrgKeyAdd(KeyAdd { key: key("a2").id() });
        let mut draft = stage.draft(org_stream("a"), Issuer::Organisation(domain("a")), add);
        let mut stamp = stage.stamp();
        stamp.issued_at = stamp.issued_at.plus(Millis(ahead));
        draft.expires_at = lasts.map(|lasts| stamp.issued_at.plus(Millis(lasts)));
        let head = stage.head(&org_stream("a"));
        let statement = draft.sign(head, stamp, &[&key("a"), &key("a2")]).unwrap();
        stage.pass(after);
        stage.take(statement).map(|_| ())
    };
    assert_eq!(came(Some(week), week - 1, 0), Ok(()));
    assert_eq!(came(Some(week), week, 0), Err(Code::Expired));
    assert_eq!(came(Some(week + 1), 200_000, 0), Err(Code::ClockSkew));
    assert_eq!(came(None, 200_000, 0), Err(Code::ClockSkew));
    assert_eq!(came(Some(week), 0, 200_000), Err(Code::ClockSkew), "nothing comes from the future");
}

/// The organisation `a` says where its key stands.
#[track_caller]
fn asks(stage: &mut Stage, name: &str, method: VerifyMethod) {
    let verify = Body::OrgVerify(OrgVerify { key: key(name).id(), method });
    org(stage, "a", verify, &[&key("a")], Ok(()));
}

/// What the node finds of a key of `a`.
fn finding(name: &str, method: VerifyMethod, found: bool) -> OrgCheck {
    let evidence = found.then(|| Hash::of(&[b"what was read"]));
    OrgCheck { evidence, found, key: key(name).id(), method }
}

/// The node says what it found in the stream of `a`; a refusal as `CODE RULE /pointer`.
fn says(stage: &mut Stage, check: OrgCheck) -> Result<(), String> {
    let node = Issuer::Node(stage.origin.clone());
    says_by(stage, node, check, "node")
}

fn says_by(stage: &mut Stage, by: Issuer, check: OrgCheck, signer: &str) -> Result<(), String> {
    let draft = stage.draft(org_stream("a"), by, Body::OrgCheck(check));
    let statement = stage.sign(&draft, &[&key(signer)]);
    stage.take(statement).map(|_| ()).map_err(|code| {
        let refusal = stage.refusal.clone().unwrap();
        format!("{code} {} {}", refusal.rule.unwrap(), refusal.pointer.unwrap())
    })
}

fn proved(stage: &Stage) -> bool {
    stage.world.organisation(&domain("a")).unwrap().proved()
}

#[test]
fn the_node_says_what_it_found_under_a_domain_and_nobody_else_does() {
    // ASP-ORG-007, ASP-KEY-002, ASP-KEY-004
    let mut stage = Stage::with(&["a", "b"]);
    let found = || finding("a", VerifyMethod::Dns, true);
    asks(&mut stage, "a", VerifyMethod::Dns);
    for (by, signer, expected) in [
        (Issuer::Organisation(domain("a")), "a", "NOT_A_PARTY ASP-ORG-007 /issuer"),
        (Issuer::Organisation(domain("b")), "b", "NOT_A_PARTY ASP-KEY-004 /issuer"),
        (Issuer::Node(stage.origin.clone()), "a", "KEY_NOT_VALID ASP-KEY-002 /signatures"),
        (Issuer::Node(text("other.example/log")), "node", "KEY_NOT_VALID ASP-KEY-002 /signatures"),
    ] {
        assert_eq!(says_by(&mut stage, by, found(), signer), Err(expected.to_owned()));
    }
    assert!(!proved(&stage), "who was refused has proved nothing");
    assert_eq!(says(&mut stage, found()), Ok(()));
    assert!(proved(&stage));
    // Of all that an organisation says, the node says nothing.
    let node = Issuer::Node(stage.origin.clone());
    let draft = stage.draft(org_stream("a"), node, Body::OrgPolicySet(PolicySet::of(Vec::new())));
    let statement = stage.sign(&draft, &[&key("node")]);
    assert_eq!(stage.take(statement), Err(Code::NotAParty));
    // And of who is not registered it says nothing either.
    let node = Issuer::Node(stage.origin.clone());
    let draft = stage.draft(org_stream("nobody"), node, Body::OrgCheck(found()));
    let statement = stage.sign(&draft, &[&key("node")]);
    assert_eq!(stage.take(statement), Err(Code::UnknownStream));
}

#[test]
fn the_node_looks_for_what_the_organisation_named_last() {
    // ASP-ORG-008
    let mut stage = Stage::with(&["a"]);
    let dns = VerifyMethod::Dns;
    let refused = |expected: &str| {
        Err(format!(
            "{expected} ASP-ORG-008 {}",
            if expected == "UNKNOWN_KEY" { "/body/key" } else { "/body/method" }
        ))
    };
    assert_eq!(says(&mut stage, finding("a", dns, false)), refused("UNKNOWN_KEY"), "nobody asked");
    asks(&mut stage, "a", dns);
    assert_eq!(says(&mut stage, finding("b", dns, true)), refused("UNKNOWN_KEY"));
    assert_eq!(says(&mut stage, finding("a", VerifyMethod::WellKnown, true)), refused("INVALID_BODY"));
    let unread = OrgCheck { evidence: None, ..finding("a", dns, true) };
    assert_eq!(says(&mut stage, unread), Err("INVALID_BODY ASP-ORG-008 /body/evidence".to_owned()));
    assert_eq!(says(&mut stage, finding("a", dns, false)), Ok(()));
    asks(&mut stage, "a", VerifyMethod::WellKnown);
    assert_eq!(says(&mut stage, finding("a", dns, true)), refused("INVALID_BODY"), "it looked too early");
    let rotate = KeyRotate { old_key: key("a").id(), new_key: key("a2").id() };
    org(&mut stage, "a", Body::OrgKeyRotate(rotate), &[&key("a"), &key("a2")], Ok(()));
    let ended = finding("a", VerifyMethod::WellKnown, true);
    assert_eq!(says(&mut stage, ended), refused("UNKNOWN_KEY"), "the key has ended");
}

#[test]
fn the_node_says_nothing_twice() {
    // ASP-ORG-009
    let mut stage = Stage::with(&["a"]);
    let (dns, file) = (VerifyMethod::Dns, VerifyMethod::WellKnown);
    let again = Err("NOTHING_CHANGED ASP-ORG-009 /body/found".to_owned());
    asks(&mut stage, "a", dns);
    assert_eq!(says(&mut stage, finding("a", dns, false)), Ok(()), "the first time whatever it found");
    assert_eq!(says(&mut stage, finding("a", dns, false)), again);
    let read = OrgCheck { evidence: Some(Hash::of(&[b"another record"])), ..finding("a", dns, false) };
    assert_eq!(says(&mut stage, read), again, "what was read is no outcome");
    asks(&mut stage, "a", dns);
    assert_eq!(says(&mut stage, finding("a", dns, false)), again, "asking again changes nothing");
    assert_eq!(says(&mut stage, finding("a", dns, true)), Ok(()));
    assert_eq!(says(&mut stage, finding("a", dns, true)), again);
    asks(&mut stage, "a", file);
    assert_eq!(says(&mut stage, finding("a", file, true)), Ok(()), "it stands elsewhere too");
    assert_eq!(says(&mut stage, finding("a", file, false)), Ok(()));
    assert!(!proved(&stage));
}

#[test]
fn a_domain_is_proved_by_a_key_that_can_still_sign() {
    let mut stage = Stage::with(&["a"]);
    asks(&mut stage, "a", VerifyMethod::Dns);
    assert!(!proved(&stage), "saying where is no proof");
    assert_eq!(says(&mut stage, finding("a", VerifyMethod::Dns, true)), Ok(()));
    let add = Body::OrgKeyAdd(KeyAdd { key: key("a2").id() });
    org(&mut stage, "a", add, &[&key("a"), &key("a2")], Ok(()));
    assert!(proved(&stage));
    org(&mut stage, "a", Body::OrgKeyRevoke(revoke("a")), &[&key("a2")], Ok(()));
    assert!(!proved(&stage), "nobody had to look");
    let verify = Body::OrgVerify(OrgVerify { key: key("a2").id(), method: VerifyMethod::Dns });
    org(&mut stage, "a", verify, &[&key("a2")], Ok(()));
    assert!(!proved(&stage));
    assert_eq!(says(&mut stage, finding("a2", VerifyMethod::Dns, true)), Ok(()));
    assert!(proved(&stage));
}

/// The agent pins what is called so on its card.
#[track_caller]
fn pins(stage: &mut Stage, what: &str) -> Hash {
    let digest = Hash::of(&[what.as_bytes()]);
    let pin = A2aPin { digest, url: text("https://a.example/card.json") };
    let set = Body::AgentCardSet(CardSet { card: Card { a2a: Some(pin), ..card() } });
    let draft = stage.draft(agent_stream("a"), Issuer::Agent(uri("a")), set);
    let statement = stage.sign(&draft, &[&agent_key("a")]);
    stage.take(statement).unwrap();
    digest
}

/// Somebody says what is there in the stream of the agent `a`; a refusal as `CODE RULE /pointer`.
fn looked(stage: &mut Stage, by: Issuer, signer: &SecretKey, check: CardCheck) -> Result<(), String> {
    let draft = stage.draft(agent_stream("a"), by, Body::AgentCardCheck(check));
    let statement = stage.sign(&draft, &[signer]);
    stage.take(statement).map(|_| ()).map_err(|code| {
        let refusal = stage.refusal.clone().unwrap();
        format!("{code} {} {}", refusal.rule.unwrap(), refusal.pointer.unwrap())
    })
}

fn sees(stage: &mut Stage, digest: Option<Hash>, pin: Hash) -> Result<(), String> {
    let node = Issuer::Node(stage.origin.clone());
    looked(stage, node, &key("node"), CardCheck { digest, matches: digest == Some(pin), pin })
}

#[test]
fn the_node_says_whether_a_pinned_card_is_there_and_nobody_else_does() {
    // ASP-AGT-011, ASP-KEY-002, ASP-KEY-004
    let mut stage = Stage::with(&["a", "b"]);
    let pin = pins(&mut stage, "card");
    let check = || CardCheck { digest: Some(pin), matches: true, pin };
    for (by, signer, expected) in [
        (Issuer::Agent(uri("a")), agent_key("a"), "NOT_A_PARTY ASP-AGT-011 /issuer"),
        (Issuer::Organisation(domain("a")), key("a"), "NOT_A_PARTY ASP-AGT-011 /issuer"),
        (Issuer::Agent(uri("b")), agent_key("b"), "NOT_A_PARTY ASP-AGT-011 /issuer"),
        (Issuer::Node(stage.origin.clone()), agent_key("a"), "KEY_NOT_VALID ASP-KEY-002 /signatures"),
        (Issuer::Node(text("other.example/log")), key("node"), "KEY_NOT_VALID ASP-KEY-002 /signatures"),
    ] {
        assert_eq!(looked(&mut stage, by, &signer, check()), Err(expected.to_owned()));
    }
    assert!(stage.world.agent(&uri("a")).unwrap().card_check().is_none());
    assert_eq!(sees(&mut stage, Some(pin), pin), Ok(()));
    // Of all that an agent says, the node says nothing.
    let node = Issuer::Node(stage.origin.clone());
    let draft = stage.draft(agent_stream("a"), node, Body::AgentCardSet(CardSet { card: card() }));
    let statement = stage.sign(&draft, &[&key("node")]);
    assert_eq!(stage.take(statement), Err(Code::NotAParty));
}

#[test]
fn the_node_looks_for_the_card_that_is_pinned_now() {
    // ASP-AGT-012
    let mut stage = Stage::with(&["a"]);
    let other = Hash::of(&[b"another card"]);
    let no_pin = Err("INVALID_BODY ASP-AGT-012 /body/pin".to_owned());
    assert_eq!(sees(&mut stage, None, other), no_pin, "nothing is pinned");
    let pin = pins(&mut stage, "card");
    assert_eq!(sees(&mut stage, Some(other), other), no_pin);
    for (digest, matches) in [(Some(pin), false), (Some(other), true), (None, true)] {
        let node = Issuer::Node(stage.origin.clone());
        let said = looked(&mut stage, node, &key("node"), CardCheck { digest, matches, pin });
        assert_eq!(said, Err("INVALID_BODY ASP-AGT-012 /body/matches".to_owned()));
    }
    assert_eq!(sees(&mut stage, Some(other), pin), Ok(()));
    assert!(!stage.world.agent(&uri("a")).unwrap().card_check().unwrap().matches);
    pins(&mut stage, "another card");
    assert!(stage.world.agent(&uri("a")).unwrap().card_check().is_none(), "it was about another pin");
}

#[test]
fn the_node_says_of_a_card_nothing_twice() {
    // ASP-AGT-013
    let mut stage = Stage::with(&["a"]);
    let again = Err("NOTHING_CHANGED ASP-AGT-013 /body/matches".to_owned());
    let pin = pins(&mut stage, "card");
    assert_eq!(sees(&mut stage, None, pin), Ok(()), "the first time whatever it found");
    assert_eq!(sees(&mut stage, Some(Hash::of(&[b"other"])), pin), again, "what was read is no outcome");
    assert_eq!(sees(&mut stage, Some(pin), pin), Ok(()));
    assert_eq!(sees(&mut stage, Some(pin), pin), again);
    let other = pins(&mut stage, "another card");
    assert_eq!(sees(&mut stage, Some(other), other), Ok(()), "another pin");
}
