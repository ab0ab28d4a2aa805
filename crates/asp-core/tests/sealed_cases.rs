//! Disputes about sealed deals: what who rules can prove of what is disclosed to it, in the file and in the dispute, and what it
//! is that only who is owed it can dispute.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::collections::BTreeMap;

use asp_core::bundle::{Anchors, Bundle, Report, Verdict, needs};
use asp_core::key::KeyId;
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened, Salt, Seal, outline};
use asp_core::statement::body::{
    Body, Disclosure, DisputeEvidence, DisputeFile, DisputeOutcome, DisputeReason, DisputeTerms, Evidence,
    Fulfilment, Inform, Invitation, Mode, Offer, Propose, RulingEffect,
};
use support::court::{Court, HOUR, WINDOW, by_judge, exhibit, package, rule};
use support::evidence::Node;
use support::{Stage, agent_key, note, text, uri, usd};

fn opaque(bytes: &[u8]) -> Opaque {
    Opaque::new(bytes.to_vec()).unwrap()
}

fn judge() -> KeyId {
    agent_key("judge").id()
}

/// Shut by nobody: what it opens to is what a test says.
fn to_judge(statement: Hash) -> Disclosure {
    Disclosure { content: opaque(&[7; 40]), enc: opaque(&[9; 32]), statement, to: judge() }
}

/// A sealed deal between buyer and seller, and what they know of it; the judge rules.
#[derive(Clone)]
struct Room {
    court: Court,
    /// What was sealed, by its statement.
    texts: BTreeMap<Hash, Opened>,
    offer: Hash,
}

impl Room {
    /// The seller owes a delivery after an hour, with a minute to cure, and shows it by a digest.
    fn bound() -> Self {
        let mut room = Self::open(Mode::Sealed);
        let mut package = package(&room.court.stage, by_judge(), |_| {});
        package.salt = Some(room.court.stage.nonce());
        let terms = package.terms_hash();
        room.offer = room.seal("buyer", Body::Propose(Propose::Proposal(Offer::of(vec![package], true))));
        let session = room.court.session;
        room.court.commitment = room.court.stage.accept(session, "seller", room.offer, terms).unwrap();
        room
    }

    /// The two and their group, before anything is offered.
    fn open(mode: Mode) -> Self {
        let mut stage = Stage::with(&["buyer", "seller", "judge"]);
        let consent = stage.consent("buyer", "seller");
        let invitation = stage.invitation(&["buyer", "seller"], &[consent]);
        let session = stage.invite("buyer", Invitation { mode, ..invitation }).unwrap();
        stage.introduce(session, "seller").unwrap();
        let none = Hash::of(&[]);
        let court = Court { stage, session, commitment: none, dispute: none };
        let mut room = Self { court, texts: BTreeMap::new(), offer: none };
        room.court.stage.group(session, "buyer", "seller");
        room
    }

    fn seal(&mut self, by: &str, body: Body) -> Hash {
        self.sealed(Mode::Sealed, by, body).unwrap()
    }

    fn sealed(&mut self, mode: Mode, by: &str, body: Body) -> Result<Hash, Code> {
        let opened = Opened { body, salt: Salt(*Hash::of(&[&[self.texts.len() as u8]]).as_bytes()) };
        let stream = StreamName::Of(StreamId::Session(self.court.session));
        let shown = outline(&opened.body, mode);
        let mut draft = self.court.stage.draft(stream, Issuer::Agent(uri(by)), shown);
        draft.seal =
            Some(Seal { commitment: opened.commitment(), content: opaque(b"for the group"), epoch: 1 });
        let statement = self.court.stage.sign(&draft, &[&agent_key(by)]);
        let hash = self.court.stage.take(statement)?;
        self.texts.insert(hash, opened);
        Ok(hash)
    }

    fn say(&mut self, by: &str, words: &str) -> Hash {
        self.seal(by, Body::Inform(Inform::Note(note(words))))
    }

    fn fulfil(&mut self) -> Hash {
        let (commitment, obligation, stage) = (self.court.commitment, text("delivery"), None);
        let evidence = Evidence::Digest { digest: Hash::of(&[b"artefact"]) };
        let done = Fulfilment { commitment, evidence, obligation, stage };
        self.seal("seller", Body::Inform(Inform::Fulfilment(done)))
    }

    fn file(&mut self, disclosures: Option<Vec<Disclosure>>) -> String {
        let file = self.court.filing("buyer", DisputeReason::NonDelivery);
        let came = self.court.file_as("buyer", DisputeFile { amount: Some(usd("40")), disclosures, ..file });
        if came.is_empty() {
            self.court.node();
        }
        came
    }

    fn bundle(&self, disclosures: Vec<Disclosure>) -> Bundle {
        let node = Node::from(&self.court.stage);
        let mut streams = node.streams(self.court.session);
        streams.insert(StreamId::Dispute(self.court.dispute));
        for _ in 0..4 {
            let of = node.log.iter().filter(|(_, verified)| streams.contains(&verified.statement().stream));
            let more: Vec<StreamId> = of.flat_map(|(_, verified)| needs(verified.statement())).collect();
            streams.extend(more);
        }
        let pieces = node.pieces(|verified| streams.contains(&verified.statement().stream));
        node.bundle_of(self.court.commitment, pieces).disclosing(disclosures).unwrap()
    }

    /// As the judge sees it, to whom each disclosure opens as what its members know of the statement.
    fn judged(&self, disclosures: &[Hash]) -> Report {
        self.tried(disclosures, |statement| {
            self.texts.get(&statement).map(Opened::to_text).ok_or(Code::ContentUnopened)
        })
    }

    fn tried(&self, disclosures: &[Hash], open: impl Fn(Hash) -> Result<Vec<u8>, Code>) -> Report {
        let bundle = self.bundle(disclosures.iter().copied().map(to_judge).collect());
        let open = |one: &Disclosure| (one.to == judge()).then(|| open(one.statement));
        bundle.verify_disclosed(&Anchors::default(), &open)
    }
}

/// The verdicts by one rule on what is sealed, and what was found.
fn told(report: &Report, rule: &str) -> Vec<(Verdict, String)> {
    let checks = report.checks.iter().filter(|check| check.rule == rule);
    checks.map(|check| (check.verdict, check.detail.clone())).collect()
}

#[test]
fn what_was_said_late_is_proved_so_by_who_reads_the_terms() {
    for (wait, late) in [(HOUR + 60_000, false), (HOUR + 60_001, true)] {
        let mut room = Room::bound();
        room.court.stage.pass(wait);
        let done = room.fulfil();
        room.say("buyer", "at last");
        for disclosed in [&[room.offer][..], &[room.offer, done]] {
            let report = room.judged(disclosed);
            assert!(!report.refuted(), "{:#?}", report.checks);
            let overdue = told(&report, "overdue");
            assert_eq!(overdue.len(), usize::from(late), "{overdue:?}");
            assert!(overdue.iter().all(|(verdict, detail)| {
                *verdict == Verdict::Proved && detail.contains("was said to be in entry ")
            }));
        }
        assert!(told(&room.judged(&[done]), "overdue").is_empty(), "the terms were not shown");
    }
}

#[test]
fn sealed_terms_ask_for_no_deposit() {
    // ASP-SEA-011: the node would have to read the amount.
    let room = Room::bound();
    for (mode, deposit, came) in
        [(Mode::Sealed, None, ""), (Mode::Sealed, Some("5"), "INVALID_TERMS"), (Mode::Hybrid, Some("5"), "")]
    {
        let mut room = if mode == Mode::Sealed { room.clone() } else { Room::open(mode) };
        let rules = DisputeTerms { deposit: deposit.map(usd), ..by_judge().unwrap() };
        let mut package = package(&room.court.stage, Some(rules), |_| {});
        package.salt = Some(room.court.stage.nonce());
        let offer = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
        let told = room.sealed(mode, "buyer", offer).err().map(Code::as_str);
        assert_eq!(told.unwrap_or_default(), came, "{mode:?} {deposit:?}");
    }
}

#[test]
fn what_is_shown_without_what_went_before_accuses_nobody() {
    // THR-SEAL-HALF-SHOWN
    // By the terms the delivery is shown by a digest, as it was; who is shown this alone cannot know.
    let mut room = Room::bound();
    let done = room.fulfil();
    for disclosed in [&[done][..], &[room.offer, done]] {
        let report = room.judged(disclosed);
        assert!(!report.refuted());
        let found = report.disclosed.unwrap();
        assert_eq!(found.statements.len(), disclosed.len());
        assert!(found.statements.iter().all(|line| line.unread.is_none()), "{:?}", found.statements);
    }
    // Who knows all of it can: it is shown by something else.
    let mut room = Room::bound();
    let (commitment, obligation, stage) = (room.court.commitment, text("delivery"), None);
    let evidence = Evidence::Acknowledgement { text: text("there") };
    let done = Fulfilment { commitment, evidence, obligation, stage };
    let done = room.seal("seller", Body::Inform(Inform::Fulfilment(done)));
    let unread = |disclosed: &[Hash]| {
        let found = room.judged(disclosed).disclosed.unwrap();
        found.statements.iter().find(|line| line.statement == done).unwrap().unread
    };
    assert_eq!(unread(&[room.offer, done]), Some(Code::EvidenceMismatch));
    assert_eq!(unread(&[done]), None);
}

#[test]
fn what_a_side_discloses_in_a_dispute_is_opened_by_who_rules() {
    // THR-SEAL-FALSE-DISCLOSURE
    let mut room = Room::bound();
    let remark = room.say("seller", "soon");
    assert_eq!(room.file(Some(vec![to_judge(room.offer)])), "");
    let report = room.judged(&[]);
    assert!(!report.refuted(), "{:#?}", report.checks);
    assert!(told(&report, "disclosed-terms")[0].1.contains("delivery of 100 USD until"));
    assert_eq!(report.disclosed.unwrap().statements[0].statement, room.offer);
    let bundle = room.bundle(Vec::new());
    assert!(bundle.verify(&Anchors::default()).disclosed.is_none(), "nobody else opens it");
    assert!(bundle.verify_disclosed(&Anchors::default(), &|_| None).disclosed.is_none());

    // The other side shows what was not said, of the same and of another statement: it is told, and spoils nothing.
    let lies = vec![to_judge(remark), to_judge(room.court.commitment)];
    let more = DisputeEvidence { disclosures: Some(lies), evidence: vec![exhibit(remark)] };
    assert_eq!(room.court.say("seller", Body::DisputeEvidence(more)), "");
    let open = |statement: Hash| match room.texts.get(&statement) {
        Some(opened) if statement == room.offer => Ok(opened.to_text()),
        Some(_) | None => Ok(room.texts[&room.offer].to_text()),
    };
    let report = room.tried(&[], open);
    assert!(!report.refuted(), "{:#?}", report.checks);
    assert!(told(&report, "disclosed-terms")[0].1.contains("delivery of 100 USD until"));
    let verdicts: Vec<Verdict> = told(&report, "disclosed").iter().map(|(verdict, _)| *verdict).collect();
    assert_eq!(verdicts, [Verdict::Proved, Verdict::NotShown, Verdict::NotShown]);
    let (_, detail) = told(&report, "disclosed").pop().unwrap();
    assert!(detail.contains("what agent://seller.example/a discloses of"), "{detail}");
    // The same in the file itself refutes it.
    assert!(room.tried(&[remark], open).refuted());
    assert!(room.tried(&[room.offer], |_| Err(Code::ContentUnopened)).refuted());
}

#[test]
fn that_nothing_came_in_time_is_for_who_is_owed_it_to_dispute() {
    // ASP-DIS-002, ASP-DIS-006: nothing was delivered, and only the two know by when it was to be.
    let nothing = "NOTHING_TO_DISPUTE ASP-DIS-002 /body/reason";
    let mut room = Room::bound();
    assert_eq!(room.court.clone().file("buyer", DisputeReason::NotAsAgreed), nothing);
    for reason in [DisputeReason::NonDelivery, DisputeReason::Late] {
        assert_eq!(room.court.clone().file("seller", reason), nothing, "else it would shut the buyer out");
        assert_eq!(room.court.clone().file("buyer", reason), "");
    }
    assert_eq!(room.file(None), "");
    let found = &room.court.state().rulings()[0].rule;
    let words = "Whether it is so is not in the log.";
    assert_eq!((found.outcome, found.reasons.as_str()), (DisputeOutcome::Undecided, words));
    room.court.stage.pass(WINDOW);
    let ruling = rule(DisputeOutcome::Upheld, RulingEffect::Binding, Some("40"));
    assert_eq!(room.court.say("judge", ruling), "");
    room.court.node();
    assert_eq!((room.court.end().as_str(), room.court.duty()), ("upheld binding 3 40 USD", "BREACHED"));
}
