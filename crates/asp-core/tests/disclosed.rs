//! What was disclosed of a sealed deal, held against its proof: each text as it was said, and as it was not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test whose preparation fails is to stop"
)]

mod support;

use asp_core::bundle::{Anchors, Bundle, Openings, Report, Verdict};
use asp_core::key::KeyId;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened, Salt, Seal, outline};
use asp_core::statement::body::{
    Accept, Acceptance, Body, Disclosure, Inform, Mode, Nonce, Propose, Unreadable,
};
use support::evidence::Node;
use support::{Stage, agent_key, note, uri};

/// A sealed deal: the seller owes a delivery after an hour and a minute, which the node does not know.
struct Deal {
    stage: Stage,
    session: Hash,
    commitment: Hash,
    offer: (Hash, Opened),
    note: (Hash, Opened),
}

fn opaque(bytes: &[u8]) -> Opaque {
    Opaque::new(bytes.to_vec()).unwrap()
}

fn seal(stage: &mut Stage, session: Hash, by: &str, body: Body) -> (Hash, Opened) {
    let shown = outline(&body, Mode::Sealed);
    let opened = Opened { body, salt: Salt([7; 32]) };
    let mut draft = stage.draft(StreamName::Of(StreamId::Session(session)), Issuer::Agent(uri(by)), shown);
    draft.seal = Some(Seal { commitment: opened.commitment(), content: opaque(b"shut"), epoch: 1 });
    let statement = stage.sign(&draft, &[&agent_key(by)]);
    (stage.take(statement).unwrap(), opened)
}

impl Deal {
    fn new() -> Self {
        let mut stage = Stage::with(&["buyer", "seller"]);
        let consent = stage.consent("buyer", "seller");
        let mut invitation = stage.invitation(&["buyer", "seller"], &[consent]);
        invitation.mode = Mode::Sealed;
        let session = stage.invite("buyer", invitation).unwrap();
        stage.introduce(session, "seller").unwrap();
        stage.group(session, "buyer", "seller");
        let mut said = stage.offer("100", true);
        said.packages[0].salt = Some(Nonce([9; 16]));
        let terms_hash = said.packages[0].terms_hash();
        let offer = seal(&mut stage, session, "buyer", Body::Propose(Propose::Proposal(said)));
        let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
        let commitment = stage.say(session, "seller", accept, Some(offer.0)).unwrap();
        let note = seal(&mut stage, session, "seller", Body::Inform(Inform::Note(note("a word"))));
        Self { stage, session, commitment, offer, note }
    }

    fn bundle(&self) -> Bundle {
        Node::from(&self.stage).bundle(self.session, self.commitment)
    }

    fn verify(&self, texts: &[(Hash, Result<Opened, Code>)]) -> Report {
        let openings: Openings = texts.iter().cloned().collect();
        self.bundle().verify_opened(&Anchors::default(), &openings)
    }
}

/// The verdicts on what is sealed: `rule verdict`, and what was found.
fn told(report: &Report, rule: &str) -> Vec<(Verdict, String)> {
    let checks = report.checks.iter().filter(|check| check.rule == rule);
    checks.map(|check| (check.verdict, check.detail.clone())).collect()
}

fn shown((hash, opened): &(Hash, Opened)) -> (Hash, Result<Opened, Code>) {
    (*hash, Ok(opened.clone()))
}

#[test]
fn what_was_sealed_is_proved_and_the_rest_stays_sealed() {
    // THR-SEAL-FALSE-DISCLOSURE
    let deal = Deal::new();
    let report = deal.verify(&[]);
    assert!(!report.refuted(), "{:#?}", report.checks);
    assert!(told(&report, "still-sealed")[0].1.starts_with("2 statements"));
    assert!(told(&report, "disclosed").is_empty() && report.disclosed.is_none());

    let report = deal.verify(&[shown(&deal.offer)]);
    assert!(!report.refuted(), "{:#?}", report.checks);
    assert_eq!(told(&report, "disclosed")[0].0, Verdict::Proved);
    assert_eq!(told(&report, "still-sealed").len(), 1);
    assert!(told(&report, "disclosed-terms")[0].1.contains("delivery of 100 USD until"));
    assert!(told(&report, "overdue").is_empty());
    let disclosed = report.disclosed.unwrap();
    assert_eq!(disclosed.statements[0].body, deal.offer.1.body);
    assert_eq!(disclosed.sealed, [deal.note.0]);
    assert!(disclosed.obligations[0].due.is_some());
    assert_eq!(report.summary.unwrap().obligations[0].due, None, "the log alone does not know it");

    let report = deal.verify(&[shown(&deal.note)]);
    assert_eq!(told(&report, "disclosed")[0].0, Verdict::Proved);
    assert!(told(&report, "disclosed-terms").is_empty(), "no terms were shown");
}

#[test]
fn what_was_not_sealed_there_is_refuted() {
    // ASP-SEA-009, THR-SEAL-FALSE-DISCLOSURE
    let deal = Deal::new();
    let (note, offer) = (&deal.note, &deal.offer);
    let text = Opened { body: Body::Inform(Inform::Note(support::note("another"))), ..note.1.clone() };
    let salt = Opened { salt: Salt([8; 32]), ..note.1.clone() };
    for (name, at, opened, found) in [
        ("another text", note.0, Ok(text), "COMMITMENT_MISMATCH"),
        ("another salt", note.0, Ok(salt), "COMMITMENT_MISMATCH"),
        ("another place", offer.0, Ok(note.1.clone()), "COMMITMENT_MISMATCH"),
        ("nothing sealed", deal.commitment, Ok(note.1.clone()), "COMMITMENT_MISMATCH"),
        ("not opened", note.0, Err(Code::ContentUnopened), "CONTENT_UNOPENED"),
        ("never said", Hash::of(&[b"never"]), Ok(note.1.clone()), "is not here"),
        (
            "not of the session",
            deal.stage.log[0].1.statement().hash,
            Ok(note.1.clone()),
            "not said in the session",
        ),
    ] {
        let report = deal.verify(&[(at, opened)]);
        let told = told(&report, "disclosed");
        let [(Verdict::Refuted, detail)] = &told[..] else { panic!("{name}: {report:#?}") };
        assert!(detail.contains(found), "{name}: {detail}");
        assert!(report.refuted() && report.disclosed.is_none(), "{name}");
    }
}

#[test]
fn what_members_could_not_read_is_told_with_what_was_committed_to() {
    // THR-SEAL-SAID-TO-NOBODY: the content of the note is noise, and its commitment is to words.
    let mut deal = Deal::new();
    let whole = |deal: &Deal| deal.verify(&[shown(&deal.offer), shown(&deal.note)]);
    let silent = whole(&deal);
    assert!(told(&silent, "disclosed").iter().all(|(_, detail)| !detail.contains("could not read")));
    let mut tells = |by: &str, code| {
        let body = Body::Inform(Inform::Unreadable(Unreadable { code }));
        deal.stage.say(deal.session, by, body, Some(deal.note.0))
    };
    tells("seller", Code::CommitmentMismatch).unwrap();
    tells("buyer", Code::ContentUnopened).unwrap();
    assert!(tells("buyer", Code::ContentInvalid).is_err(), "it is said once");
    let report = whole(&deal);
    assert!(!report.refuted(), "what was committed to is proved: {:#?}", report.checks);
    let [(Verdict::Proved, offer), (Verdict::Proved, note)] = &told(&report, "disclosed")[..] else {
        panic!("{report:#?}")
    };
    let by = "what is shown is what agent://seller.example/a committed to in this INFORM";
    let lost = "1 of its members said that they could not read it: CONTENT_UNOPENED";
    assert!(note.ends_with(&format!("{by}; {lost}")), "{note}");
    assert!(offer.ends_with("committed to in this PROPOSE"), "{offer}");
    let json = serde_json::to_value(&report).unwrap();
    let [offer, note] = json["disclosed"]["statements"].as_array().unwrap().as_slice() else {
        panic!("{json}")
    };
    let could_not = serde_json::json!([{ "member": "agent://buyer.example/a", "code": "CONTENT_UNOPENED" }]);
    assert_eq!((&note["couldNotRead"], offer.get("couldNotRead")), (&could_not, None));
    let about: Vec<_> = report.checks.iter().filter_map(|check| check.statement).collect();
    assert_eq!(about, [deal.offer.0, deal.note.0], "which check is of which statement");
}

#[test]
fn what_was_due_and_not_met_is_proved_by_what_was_said_after() {
    let mut deal = Deal::new();
    deal.stage.pass(3_660_000);
    seal(&mut deal.stage, deal.session, "buyer", Body::Inform(Inform::Note(note("in time"))));
    assert!(told(&deal.verify(&[shown(&deal.offer)]), "overdue").is_empty(), "the last instant");
    deal.stage.pass(1);
    assert!(told(&deal.verify(&[shown(&deal.offer)]), "overdue").is_empty(), "nothing was said after it");
    seal(&mut deal.stage, deal.session, "buyer", Body::Inform(Inform::Note(note("late"))));
    let overdue = told(&deal.verify(&[shown(&deal.offer)]), "overdue");
    let [(Verdict::Proved, detail)] = &overdue[..] else { panic!("{overdue:?}") };
    assert!(detail.starts_with("delivery was to be met, until "), "{detail}");
    assert!(told(&deal.verify(&[shown(&deal.note)]), "overdue").is_empty(), "the terms were not shown");
    assert!(!deal.stage.tick(deal.session), "the node does not see it");
}

#[test]
fn a_file_has_disclosures_in_one_spelling() {
    let deal = Deal::new();
    let key: KeyId = agent_key("judge").id();
    let of = |statement: Hash| Disclosure { content: opaque(b"x"), enc: opaque(b"y"), statement, to: key };
    let bundle = deal.bundle().disclosing([of(deal.offer.0), of(deal.note.0), of(deal.offer.0)]).unwrap();
    let bytes = bundle.to_bytes();
    let read = Bundle::parse(&bytes).unwrap();
    assert_eq!((read.to_bytes(), read.disclosures().count()), (bytes.clone(), 2));
    assert!(!read.verify(&Anchors::default()).refuted());
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    for change in [
        |list: &mut Vec<serde_json::Value>| list.reverse(),
        |list: &mut Vec<serde_json::Value>| list.clear(),
        |list: &mut Vec<serde_json::Value>| list.push(list[0].clone()),
        |list: &mut Vec<serde_json::Value>| list[0]["more"] = "x".into(),
    ] {
        let mut json = json.clone();
        change(json["disclosures"].as_array_mut().unwrap());
        assert!(Bundle::parse(&serde_json_canonicalizer::to_vec(&json).unwrap()).is_err(), "{json}");
    }
}
