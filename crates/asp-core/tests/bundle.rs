//! What a bundle proves, and that each way to make one up is named.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use asp_core::bundle::{Anchors, Bundle, Report, Rule, Verdict};
use asp_core::key::{KeyId, SecretKey};
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, LogPoint, Millis, Position};
use asp_core::session::table::{Performative, State};
use asp_core::statement::Verified;
use asp_core::statement::body::{
    Accept, Acceptance, Amendment, Body, Breach, Commit, CommitmentState, Inform, KeyRevoke, KeyRotate,
    Mandate, OrgCheck, OrgVerify, Propose, VerifyMethod,
};
use serde_json::{Value, json};
use support::evidence::{Node, rules};
use support::{Stage, agent_key, domain, key, text, uri};

/// What a bundle by itself can prove.
const ALL: [&str; 11] = [
    "form",
    "signatures",
    "chains",
    "keys-when-logged",
    "keys-now",
    "replay",
    "signed-by-all",
    "checkpoint",
    "inclusion",
    "receipts",
    "obligations",
];

/// What none can.
const NEVER: [&str; 3] = ["domain-control", "witnesses", "later"];

fn verify(bundle: &Bundle) -> Report {
    let bytes = bundle.to_bytes();
    let read = Bundle::parse(&bytes).unwrap();
    assert_eq!(read.to_bytes(), bytes, "what is read is written again byte for byte");
    read.verify(&Anchors { node_key: Some(key("node").id()) })
}

/// Everything is proved that can be; gives the report back.
#[track_caller]
fn holds(stage: &Stage, session: Hash, commitment: Hash) -> Report {
    let report = verify(&Node::from(stage).bundle(session, commitment));
    let proved: Vec<&str> = ALL.into_iter().chain(["log-key"]).collect();
    assert_eq!(rules(&report, Verdict::Proved), proved, "{:#?}", report.checks);
    assert_eq!(rules(&report, Verdict::NotShown), NEVER);
    assert!(!report.refuted());
    report
}

fn detail(report: &Report, rule: Rule) -> &str {
    &report.check(rule).unwrap().detail
}

#[test]
fn a_deal_is_proved_with_what_is_owed() {
    let (mut stage, session, commitment) = Stage::bound();
    stage.member("passer-by");
    let report = holds(&stage, session, commitment);
    let summary = report.summary.as_ref().unwrap();
    assert_eq!((summary.commitment, summary.session), (commitment, session));
    assert_eq!((summary.state, summary.session_state), (CommitmentState::Active, State::Executing));
    assert_eq!(summary.signers, [uri("buyer"), uri("seller")]);
    let signed: Vec<(&Issuer, Position)> =
        summary.signatures.iter().map(|line| (&line.signed_by, line.log_index)).collect();
    let [buyer, seller] = ["buyer", "seller"].map(|name| Issuer::Agent(uri(name)));
    assert_eq!(signed, [(&buyer, Position(10)), (&seller, Position(11))]);
    assert_eq!(summary.formed_index, Position(11));
    assert_eq!(summary.size, 14);
    let names: Vec<&str> =
        summary.parties.iter().map(|party| party.organisation_name.as_ref().unwrap().as_str()).collect();
    assert_eq!(names, ["buyer", "seller"]);
    let [owed] = &summary.obligations[..] else { panic!("one obligation") };
    assert_eq!((owed.state, owed.due), ("OPEN", Some(stage.now.plus(Millis(3_660_000)))));
    assert_eq!((&owed.debtor, &owed.creditor), (&uri("seller"), &uri("buyer")));
    assert_eq!(report.subject.entries, 10, "neither of the strangers is in it");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["checks"][0]["verdict"], "proved");
    assert_eq!(json["summary"]["obligations"][0]["value"], json!({"amount": "100", "currency": "USD"}));
    assert_eq!(json["summary"]["sessionState"], "EXECUTING");
}

#[test]
fn what_became_of_it_is_proved() {
    let (mut stage, session, commitment) = Stage::bound();
    stage.pass(1000);
    stage.fulfil(session, "seller", commitment).unwrap();
    let report = holds(&stage, session, commitment);
    assert!(detail(&report, Rule::Obligations).starts_with("delivery DELIVERED at "));
    stage.acknowledge(session, "buyer", commitment).unwrap();
    stage.close(session, "buyer").unwrap();
    stage.close(session, "seller").unwrap();
    let report = holds(&stage, session, commitment);
    let summary = report.summary.as_ref().unwrap();
    assert_eq!((summary.state, summary.session_state), (CommitmentState::Fulfilled, State::Closed));
    assert_eq!(summary.obligations[0].state, "FULFILLED");
    assert_eq!(summary.obligations[0].log_index, Some(Position(13)), "where it was acknowledged");

    let (mut stage, session, commitment) = Stage::bound();
    stage.pass(3_660_001);
    assert!(stage.tick(session));
    let report = holds(&stage, session, commitment);
    let summary = report.summary.as_ref().unwrap();
    assert_eq!((summary.state, summary.obligations[0].state), (CommitmentState::Breached, "BREACHED"));
    assert_eq!(detail(&report, Rule::Replay), "the rules allow all of it; the commitment is BREACHED");
}

#[test]
fn each_road_to_a_commitment_is_one_over_the_same_terms() {
    // By agreement and commit.
    let (mut stage, session) = Stage::talking();
    let offer = stage.offer("100", false);
    let terms_hash = offer.packages[0].terms_hash();
    let offered = stage.propose(session, "buyer", offer).unwrap();
    stage.accept(session, "seller", offered, terms_hash).unwrap();
    let commit = stage.say(session, "seller", Body::Commit(Commit { terms_hash }), None).unwrap();
    let commitment = stage.accept(session, "buyer", commit, terms_hash).unwrap();
    let report = holds(&stage, session, commitment);
    let signed: Vec<Hash> = report.summary.unwrap().signatures.iter().map(|line| line.statement).collect();
    assert_eq!(signed, [commit, commitment], "the agreement before binds nobody");

    // By other terms in place of a commitment's.
    let (mut stage, session, first) = Stage::bound();
    let package = stage.package("80");
    let terms_hash = package.terms_hash();
    let change = Amendment { commitment: first, package, respond_by: None };
    let offered = stage.say(session, "seller", Body::Propose(Propose::Amendment(change)), None).unwrap();
    let second = stage.accept(session, "buyer", offered, terms_hash).unwrap();
    let report = holds(&stage, session, second);
    assert_eq!(report.summary.unwrap().replaces, Some(first));
    let report = holds(&stage, session, first);
    assert_eq!(report.summary.unwrap().state, CommitmentState::Amended);

    // By a delegate of another organisation.
    let (mut stage, session) = Stage::talking();
    let consent = stage.consent("seller", "other");
    let mandate = Mandate {
        ceiling: None,
        consent: Some(consent),
        hops: None,
        expires_at: stage.now.plus(Millis(60_000)),
        performatives: [Performative::Accept].into(),
        to: uri("other"),
    };
    let given = stage.say(session, "seller", Body::Delegate(mandate), None).unwrap();
    let offer = stage.offer("100", true);
    let terms_hash = offer.packages[0].terms_hash();
    let offered = stage.propose(session, "buyer", offer).unwrap();
    let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let accept = stage.statement(session, "other", accept, Some(offered), &[given]);
    let commitment = stage.take(accept).unwrap();
    let report = holds(&stage, session, commitment);
    let last = report.summary.unwrap().signatures.pop().unwrap();
    assert_eq!((last.agent, last.signed_by), (uri("seller"), Issuer::Agent(uri("other"))));

    // By three.
    let mut stage = Stage::with(&["buyer", "seller", "other"]);
    let consents = [stage.consent("buyer", "seller"), stage.consent("other", "buyer")];
    let invitation = stage.invitation(&["buyer", "seller", "other"], &consents);
    let session = stage.invite("buyer", invitation).unwrap();
    stage.introduce(session, "seller").unwrap();
    stage.introduce(session, "other").unwrap();
    let offer = stage.offer("100", true);
    let terms = offer.packages[0].terms_hash();
    let offered = stage.propose(session, "buyer", offer).unwrap();
    stage.accept(session, "other", offered, terms).unwrap();
    let commitment = stage.accept(session, "seller", offered, terms).unwrap();
    assert_eq!(holds(&stage, session, commitment).summary.unwrap().signers.len(), 3);
}

#[test]
fn a_consent_that_nobody_needs_is_part_of_what_the_session_rests_on() {
    let mut stage = Stage::with(&["buyer", "seller", "other"]);
    let consents = [stage.consent("buyer", "seller"), stage.consent("other", "buyer")];
    let invitation = stage.invitation(&["buyer", "seller"], &consents);
    let session = stage.invite("buyer", invitation).unwrap();
    stage.introduce(session, "seller").unwrap();
    let offer = stage.offer("100", true);
    let terms = offer.packages[0].terms_hash();
    let offered = stage.propose(session, "buyer", offer).unwrap();
    let commitment = stage.accept(session, "seller", offered, terms).unwrap();
    let streams = Node::from(&stage).streams(session);
    assert!(streams.contains(&StreamId::Org(domain("other"))));
    assert!(!streams.contains(&StreamId::Agent(uri("other"))));
    holds(&stage, session, commitment);
}

#[test]
fn the_logs_key_is_compared_with_the_one_that_the_reader_trusts() {
    // ASP-BUN-012
    let (stage, session, commitment) = Stage::bound();
    let bundle = Node::from(&stage).bundle(session, commitment);
    let verdict = |node_key| {
        let report = bundle.verify(&Anchors { node_key });
        (report.check(Rule::LogKey).unwrap().verdict, report.refuted())
    };
    assert_eq!(verdict(None), (Verdict::NotShown, false));
    assert_eq!(verdict(Some(key("node").id())), (Verdict::Proved, false));
    assert_eq!(verdict(Some(key("other").id())), (Verdict::Refuted, true));
}

#[test]
fn what_no_bundle_shows_is_said() {
    // ASP-BUN-013, ASP-BUN-014, ASP-BUN-015
    let (mut stage, session, commitment) = Stage::bound();
    let whole = Node::from(&stage).bundle(session, commitment);
    stage.pass(3_660_001);
    assert!(stage.tick(session), "a breach");
    let node = Node::from(&stage);
    let (breach, _) = node.log.last().unwrap();
    let streams = node.streams(session);
    let mut pieces = node.pieces(|verified| streams.contains(&verified.statement().stream));
    assert_eq!(pieces.pop().unwrap().index, breach.index);
    let report = verify(&node.bundle_of(commitment, pieces));
    assert!(!report.refuted(), "what was left out at the end cannot be missed");
    assert_eq!(rules(&report, Verdict::NotShown), NEVER);
    let shown = |report: &Report| detail(report, Rule::Later).to_owned();
    assert_eq!(
        shown(&report),
        "the session is shown up to entry 11; 3 other entries of the log up to 13, and all later ones, are not here"
    );
    assert!(shown(&verify(&whole)).contains("; 2 other entries of the log up to 12,"));
    assert_eq!(
        detail(&report, Rule::DomainControl),
        "nobody has looked under the domains: buyer.example names no evidence, seller.example names no evidence"
    );
}

#[test]
fn what_the_node_found_under_a_domain_is_told_as_its_word() {
    // ASP-BUN-013
    let (mut stage, session, commitment) = Stage::bound();
    let says = |stage: &mut Stage, by: Issuer, body: Body, signers: &[&str]| {
        let draft = stage.draft(StreamName::Of(StreamId::Org(domain("buyer"))), by, body);
        let keys: Vec<SecretKey> = signers.iter().map(|name| key(name)).collect();
        let statement = stage.sign(&draft, &keys.iter().collect::<Vec<_>>());
        stage.take(statement).unwrap();
    };
    let buyer = || Issuer::Organisation(domain("buyer"));
    let told = |stage: &Stage| {
        let report = holds(stage, session, commitment);
        assert_eq!(report.check(Rule::DomainControl).unwrap().verdict, Verdict::NotShown);
        detail(&report, Rule::DomainControl).to_owned()
    };
    let (first, method) = (key("buyer").id(), VerifyMethod::Dns);
    says(&mut stage, buyer(), Body::OrgVerify(OrgVerify { key: first, method }), &["buyer"]);
    let asked = "nobody has looked under the domains: buyer.example says that it is published (dns), \
                 seller.example names no evidence";
    assert_eq!(told(&stage), asked);
    let node = Issuer::Node(stage.origin.clone());
    let check = |found| OrgCheck { evidence: Some(Hash::of(&[b"a record"])), found, key: first, method };
    says(&mut stage, node.clone(), Body::OrgCheck(check(false)), &["node"]);
    assert!(told(&stage).contains("the key of buyer.example was not found (dns, entry 13),"));
    says(&mut stage, node, Body::OrgCheck(check(true)), &["node"]);
    let found = "the node's word alone: the key of buyer.example was found (dns, entry 14), \
                 seller.example names no evidence";
    assert_eq!(told(&stage), found);
    let rotate = KeyRotate { old_key: first, new_key: key("buyer's next").id() };
    says(&mut stage, buyer(), Body::OrgKeyRotate(rotate), &["buyer", "buyer's next"]);
    assert!(told(&stage).contains("was found (dns, entry 14) and has ended since,"));
}

/// Changes the JSON of a deal's bundle and writes it canonically again; `expected` are the rules that are refuted.
#[track_caller]
fn check(name: &str, change: impl FnOnce(&mut Value), expected: &[&str]) {
    let (mut stage, session, commitment) = Stage::bound();
    stage.fulfil(session, "seller", commitment).unwrap();
    let bytes = Node::from(&stage).bundle(session, commitment).to_bytes();
    let mut json: Value = serde_json::from_slice(&bytes).unwrap();
    change(&mut json);
    let changed = serde_json_canonicalizer::to_vec(&json).unwrap();
    assert_ne!(changed, bytes, "{name}: nothing was changed");
    let bundle = Bundle::parse(&changed).unwrap_or_else(|error| panic!("{name}: {error}"));
    let report = bundle.verify(&Anchors::default());
    assert_eq!(rules(&report, Verdict::Refuted), expected, "{name}: {:#?}", report.checks);
    assert!(report.refuted());
}

/// The entries: buyer's and seller's organisations and agents (0 to 3), their consent (4, 5), invitation (6),
/// introduction (7), offer (8), acceptance (9), fulfilment (10).
fn entries(json: &mut Value) -> &mut Vec<Value> {
    json["entries"].as_array_mut().unwrap()
}

fn swap(json: &mut Value, member: &str) {
    let taken = entries(json)[8][member].take();
    entries(json)[8][member] = std::mem::replace(&mut entries(json)[9][member], taken);
}

#[test]
fn what_is_missing_or_misplaced_is_named() {
    // ASP-BUN-001, ASP-BUN-003
    check("no entry", |json| entries(json).clear(), &["form", "replay"]);
    check("a gap in the session", |json| drop(entries(json).remove(8)), &["chains", "replay"]);
    check("no acceptance", |json| drop(entries(json).remove(9)), &["form", "chains", "replay"]);
    check("no consent", |json| drop(entries(json).drain(4..6)), &["chains", "replay"]);
    check("no grant", |json| drop(entries(json).remove(5)), &["replay"]);
    check("no seller", |json| drop(entries(json).remove(3)), &["chains", "replay"]);
    check("no invitation", |json| drop(entries(json).remove(6)), &["chains", "replay"]);
    check("in another order", |json| entries(json).swap(8, 9), &["form", "chains", "replay"]);
    check(
        "the same again",
        |json| {
            let again = entries(json)[9].clone();
            entries(json).insert(10, again);
        },
        &["form", "chains", "replay"],
    );
}

#[test]
fn what_was_said_is_what_was_signed() {
    // ASP-BUN-002
    let signed = ["signatures", "inclusion", "receipts"];
    check(
        "the price",
        |json| {
            entries(json)[8]["statement"]["body"]["packages"][0]["obligations"][0]["value"]["amount"] =
                json!("1");
        },
        &["signatures", "chains", "inclusion", "receipts"],
    );
    check(
        "the last words",
        |json| {
            entries(json)[10]["statement"]["issuedAt"] = json!("2026-11-23T15:55:12.001Z");
        },
        &signed,
    );
    check(
        "a signature",
        |json| {
            let other = entries(json)[9]["signatures"][0]["value"].clone();
            entries(json)[8]["signatures"][0]["value"] = other;
        },
        &["signatures", "inclusion"],
    );
    check(
        "who signed",
        |json| {
            let other = entries(json)[9]["signatures"][0]["keyId"].clone();
            entries(json)[8]["signatures"][0]["keyId"] = other;
        },
        &["signatures", "inclusion"],
    );
    check(
        "one of two signatures",
        |json| {
            drop(entries(json)[1]["signatures"].as_array_mut().unwrap().pop());
        },
        &["keys-when-logged", "replay", "inclusion"],
    );
}

#[test]
fn where_and_when_it_was_logged_is_what_the_log_proves() {
    // ASP-BUN-009, ASP-BUN-010
    check(
        "the log time",
        |json| {
            entries(json)[10]["logTime"] = json!("2026-11-23T15:55:12.001Z");
        },
        &["inclusion", "receipts"],
    );
    check(
        "an earlier log time",
        |json| {
            entries(json)[10]["logTime"] = json!("2026-11-23T15:55:11.999Z");
        },
        &["form", "inclusion", "receipts"],
    );
    check("the index", |json| entries(json)[10]["index"] = json!(13), &["inclusion", "receipts"]);
    check("the proof", |json| entries(json)[10]["proof"][0] = json!(Hash::of(&[])), &["inclusion"]);
    check(
        "a shorter proof",
        |json| {
            drop(entries(json)[10]["proof"].as_array_mut().unwrap().pop());
        },
        &["inclusion"],
    );
    check("two proofs", |json| swap(json, "proof"), &["inclusion"]);
    check("two receipts", |json| swap(json, "receipt"), &["receipts"]);
    check(
        "a receipt",
        |json| {
            entries(json)[9]["receipt"]["receipt"]["sequence"] = json!(7);
        },
        &["receipts"],
    );
    check(
        "a receipt's place",
        |json| {
            entries(json)[9]["receipt"]["batch"]["size"] = json!(1);
        },
        &["receipts"],
    );
}

#[test]
fn a_bundle_names_its_log_and_what_it_is_about() {
    // ASP-BUN-006, ASP-BUN-008
    check("the log", |json| json["origin"] = json!("other.example"), &["replay", "checkpoint", "receipts"]);
    check(
        "the log's key",
        |json| {
            json["nodeKey"] = json!(key("other").id());
        },
        &["checkpoint", "receipts"],
    );
    check(
        "the commitment",
        |json| {
            json["commitment"] = json!(Hash::of(&[]));
        },
        &["form", "chains", "replay"],
    );
    check(
        "for a statement that is none",
        |json| {
            json["commitment"] = entries(json)[8]["receipt"]["receipt"]["statement"].clone();
        },
        &["replay"],
    );
    check(
        "for one of another stream",
        |json| {
            json["commitment"] = entries(json)[5]["receipt"]["receipt"]["statement"].clone();
        },
        &["form", "chains", "replay"],
    );
}

#[test]
fn the_checkpoint_is_the_logs_own_and_covers_everything() {
    // ASP-BUN-008, ASP-BUN-009
    let (stage, _, _) = Stage::bound();
    let node = Node::from(&stage);
    let set = |note: String| move |json: &mut Value| json["checkpoint"] = json!(note);
    let small = node.checkpoint(6);
    check("one that is too small", set(small), &["inclusion"]);
    let mut other = Node::from(&stage);
    other.key = key("other");
    let whole = other.checkpoint(12);
    check("one by another key", set(whole), &["checkpoint", "inclusion"]);
    let mut elsewhere = Node::from(&stage);
    elsewhere.origin = text("other.example");
    let note = elsewhere.checkpoint(12);
    check("one of another log", set(note), &["checkpoint", "inclusion"]);
    check("none", set(String::new()), &["checkpoint"]);
    check(
        "a line that nobody can check",
        |json| {
            let note = json["checkpoint"].as_str().unwrap().to_owned();
            json["checkpoint"] = json!(format!("{note}\u{2014} witness.example AAAAAAAA\n"));
        },
        &["checkpoint"],
    );
}

/// A log that a dishonest node kept; `made` signs what an honest one would refuse.
#[track_caller]
fn check_node(made: impl FnOnce(&mut Stage, Hash) -> (Hash, Vec<Verified>), expected: &[&str]) -> Report {
    let (mut stage, session) = Stage::talking();
    let (commitment, more) = made(&mut stage, session);
    let mut node = Node::from(&stage);
    for verified in more {
        let at = LogPoint { index: Position(node.log.len() as u64), time: stage.now };
        node.log.push((at, verified));
    }
    let report = verify(&node.bundle(session, commitment));
    assert_eq!(rules(&report, Verdict::Refuted), expected, "{:#?}", report.checks);
    report
}

#[test]
fn a_node_cannot_take_a_statement_by_a_key_that_does_not_count() {
    // ASP-BUN-004
    // The seller's key was replaced before it accepted.
    let report = check_node(
        |stage, session| {
            let (old, new) = (agent_key("seller"), key("new"));
            let rotate = Body::AgentKeyRotate(KeyRotate { new_key: new.id(), old_key: old.id() });
            let stream = StreamName::Of(StreamId::Agent(uri("seller")));
            let draft = stage.draft(stream, Issuer::Agent(uri("seller")), rotate);
            let statement = stage.sign(&draft, &[&old, &new]);
            stage.take(statement).unwrap();
            let offer = stage.offer("100", true);
            let terms_hash = offer.packages[0].terms_hash();
            let offered = stage.propose(session, "buyer", offer).unwrap();
            let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
            let accept = stage.statement(session, "seller", accept, Some(offered), &[]);
            (accept.statement().hash, vec![accept])
        },
        &["keys-when-logged", "replay"],
    );
    let said = format!("entry 12: {} could not sign then", agent_key("seller").id());
    assert_eq!(detail(&report, Rule::KeysWhenLogged), said);
    assert_eq!(report.check(Rule::SignedByAll).unwrap().verdict, Verdict::NotShown);
    assert_eq!(detail(&report, Rule::SignedByAll), "the replay ends before entry 12");
    assert_eq!(report.summary, None);

    // A stranger's key signed beside the seller's.
    check_node(
        |stage, session| {
            let offer = stage.offer("100", true);
            let terms_hash = offer.packages[0].terms_hash();
            let offered = stage.propose(session, "buyer", offer).unwrap();
            let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
            let accept = stage.statement(session, "seller", accept, Some(offered), &[]);
            let accept = accept.countersign(&agent_key("other")).unwrap();
            (accept.statement().hash, vec![accept])
        },
        &["keys-when-logged", "replay"],
    );
}

#[test]
fn a_node_cannot_make_up_what_the_rules_refuse() {
    // ASP-BUN-006
    // Other terms than were offered.
    check_node(
        |stage, session| {
            let offered = stage.propose(session, "buyer", stage.offer("100", true)).unwrap();
            let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash: Hash::of(&[]) }));
            let accept = stage.statement(session, "seller", accept, Some(offered), &[]);
            (accept.statement().hash, vec![accept])
        },
        &["replay"],
    );

    // A breach before the time is over.
    let report = check_node(
        |stage, session| {
            let offer = stage.offer("100", true);
            let terms = offer.packages[0].terms_hash();
            let offered = stage.propose(session, "buyer", offer).unwrap();
            let commitment = stage.accept(session, "seller", offered, terms).unwrap();
            let breach =
                Inform::Breach(Breach { commitment, obligation: text("delivery"), owed: None, stage: None });
            let stream = StreamName::Of(StreamId::Session(session));
            let draft = stage.draft(stream, Issuer::Node(stage.origin.clone()), Body::Inform(breach));
            let breach = stage.sign(&draft, &[&key("node")]);
            (commitment, vec![breach])
        },
        &["replay"],
    );
    assert_eq!(report.check(Rule::KeysWhenLogged).unwrap().verdict, Verdict::NotShown);

    // The same id twice.
    check_node(
        |stage, session| {
            let offer = stage.offer("100", true);
            let terms_hash = offer.packages[0].terms_hash();
            let stamp = stage.stamp();
            let stream = StreamName::Of(StreamId::Session(session));
            let propose = Body::Propose(Propose::Proposal(offer));
            let draft = stage.draft(stream.clone(), Issuer::Agent(uri("buyer")), propose);
            for _ in 0..2 {
                let head = stage.head(&stream);
                let offered = draft.sign(head, stamp, &[&agent_key("buyer")]).unwrap();
                stage.take(offered).unwrap();
            }
            let last = stage.head(&stream).unwrap().hash;
            (stage.accept(session, "seller", last, terms_hash).unwrap(), Vec::new())
        },
        &["chains"],
    );
}

#[test]
fn a_statement_of_another_deal_is_named() {
    // ASP-BUN-003
    let (mut stage, session, commitment) = Stage::bound();
    let consent = *stage.session(session).consents().first().unwrap();
    let invitation = stage.invitation(&["buyer", "seller"], &[consent]);
    let other = stage.invite("buyer", invitation).unwrap();
    let node = Node::from(&stage);
    for foreign in [StreamId::Session(other), StreamId::Org(domain("other"))] {
        let mut streams = node.streams(session);
        streams.insert(foreign.clone());
        let pieces = node.pieces(|verified| streams.contains(&verified.statement().stream));
        let report = verify(&node.bundle_of(commitment, pieces));
        assert_eq!(rules(&report, Verdict::Refuted), ["chains"]);
        let said = format!("the stream {foreign} does not belong to this deal");
        assert_eq!(detail(&report, Rule::Chains), said);
    }
}

/// The seller's key `lost` is revoked after the deal, with effect from `from`.
fn revoked(lost: &str, from: Option<u64>) -> Report {
    let (mut stage, session, commitment) = Stage::bound();
    let revoke =
        KeyRevoke { from_index: from.map(Position), key: agent_key(lost).id(), reason: text("lost") };
    let stream = StreamName::Of(StreamId::Agent(uri(lost)));
    stage.by_org(lost, stream, Body::AgentKeyRevoke(revoke)).unwrap();
    verify(&Node::from(&stage).bundle(session, commitment))
}

#[test]
fn nobody_undoes_a_deal_by_revoking_a_key() {
    // ASP-BUN-004, ASP-BUN-005, ASP-BUN-007, ASP-BUN-011
    let verdicts = |report: &Report| {
        let [logged, now] =
            [Rule::KeysWhenLogged, Rule::KeysNow].map(|rule| report.check(rule).unwrap().verdict);
        (logged, now, report.refuted())
    };
    let report = revoked("seller", None);
    assert_eq!(verdicts(&report), (Verdict::Proved, Verdict::Proved, false));
    let lost: KeyId = agent_key("seller").id();
    let said =
        format!("no key was distrusted in hindsight, as far as shown; {lost} ended in order at entry 12");
    assert_eq!(detail(&report, Rule::KeysNow), said);

    let report = revoked("seller", Some(11));
    assert_eq!(verdicts(&report), (Verdict::Proved, Verdict::NotShown, false));
    let said =
        format!("{lost} signed entry 11; its revocation says that it was not to be trusted from entry 11 on");
    assert_eq!(detail(&report, Rule::KeysNow), said);
    assert_eq!(report.check(Rule::SignedByAll).unwrap().verdict, Verdict::Proved);
    assert_eq!(report.check(Rule::Obligations).unwrap().verdict, Verdict::Proved);
    // Each signature says both: all were valid, and one is no longer.
    assert!(report.signatures.iter().all(|check| check.valid_when_logged));
    let void: Vec<_> = report.signatures.iter().filter(|check| !check.valid_now).collect();
    assert_eq!(void.len(), 1);
    assert_eq!((void[0].log_index, void[0].key_id), (Position(11), lost));
    assert_eq!(void[0].distrusted_from, Some(Position(11)));
}

#[test]
fn a_key_that_was_replaced_and_found_stolen_later_is_void_from_there() {
    // ASP-BUN-005
    let (mut stage, session, commitment) = Stage::bound();
    let (old, new) = (agent_key("seller"), key("new"));
    let stream = || StreamName::Of(StreamId::Agent(uri("seller")));
    let rotate = KeyRotate { new_key: new.id(), old_key: old.id() };
    let draft = stage.draft(stream(), Issuer::Agent(uri("seller")), Body::AgentKeyRotate(rotate));
    let statement = stage.sign(&draft, &[&old, &new]);
    stage.take(statement).unwrap();
    let revoke = KeyRevoke { from_index: Some(Position(9)), key: old.id(), reason: text("stolen") };
    stage.by_org("seller", stream(), Body::AgentKeyRevoke(revoke)).unwrap();
    let report = verify(&Node::from(&stage).bundle(session, commitment));
    assert!(!report.refuted());
    assert_eq!(report.check(Rule::KeysNow).unwrap().verdict, Verdict::NotShown);
    for check in &report.signatures {
        let stolen = check.key_id == old.id() && check.log_index >= Position(9);
        assert_eq!((check.valid_when_logged, check.valid_now), (true, !stolen), "{check:?}");
    }
    assert!(report.signatures.iter().any(|check| !check.valid_now));
}

#[test]
fn a_key_that_signs_its_own_revocation_is_not_distrusted_for_that() {
    let (mut stage, session, commitment) = Stage::bound();
    let (old, new) = (agent_key("seller"), key("new"));
    let stream = || StreamName::Of(StreamId::Agent(uri("seller")));
    let rotate = KeyRotate { new_key: new.id(), old_key: old.id() };
    let draft = stage.draft(stream(), Issuer::Agent(uri("seller")), Body::AgentKeyRotate(rotate));
    let statement = stage.sign(&draft, &[&old, &new]);
    stage.take(statement).unwrap();
    holds(&stage, session, commitment);

    let (mut stage, session, commitment) = Stage::bound();
    let org_stream = || StreamName::Of(StreamId::Org(domain("seller")));
    let by = || Issuer::Organisation(domain("seller"));
    let add = asp_core::statement::body::KeyAdd { key: new.id() };
    let draft = stage.draft(org_stream(), by(), Body::OrgKeyAdd(add));
    let statement = stage.sign(&draft, &[&key("seller"), &new]);
    stage.take(statement).unwrap();
    let revoke = KeyRevoke { from_index: None, key: key("seller").id(), reason: text("old") };
    let draft = stage.draft(org_stream(), by(), Body::OrgKeyRevoke(revoke));
    let statement = stage.sign(&draft, &[&key("seller")]);
    stage.take(statement).unwrap();
    holds(&stage, session, commitment);
}
