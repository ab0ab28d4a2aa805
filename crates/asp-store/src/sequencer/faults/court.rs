//! Tests: each call to storage fails between breach, hold, filing, ruling and award. Nothing is paid twice or lost.

use asp_core::name::{StreamKind, StreamName};
use asp_core::position::Hash;
use asp_core::statement::body::{
    Accept, Acceptance, AccountCredit, AccountDeposit, AccountOpen, DisputeFile, DisputeReason, Evidence,
    Fulfilment, Inform, ObligationNote, Offer, Propose,
};
use asp_core::statement::{Body, Verified};

use super::{How, audited, balances, take, take_failing};
use crate::fault::Step;
use crate::support::{Author, Stage, agent_uri, text};

/// What is said from the hold on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Hold,
    Fulfil,
    Contest,
    /// The buyer says that it was late, the seller that it was there.
    File(&'static str),
    /// What the node owes then: a breach, a ruling, the end of a dispute, an award.
    Due(&'static str),
}

/// What is contested is disputed, and found to have been in time.
const CONTESTED: [Said; 7] = [
    Said::Hold,
    Said::Fulfil,
    Said::Contest,
    Said::File("acme/buyer"),
    Said::Due("dispute.rule"),
    Said::Due("dispute.close"),
    Said::Due("INFORM"),
];

/// What was never delivered is a breach, and the dispute changes nothing.
const BREACHED: [Said; 6] = [
    Said::Hold,
    Said::Due("INFORM"),
    Said::File("globex/seller"),
    Said::Due("dispute.rule"),
    Said::Due("dispute.close"),
    Said::Due("INFORM"),
];

struct Case {
    session: Hash,
    offer: Hash,
    commitment: Hash,
}

impl Case {
    fn said(&self, stage: &mut Stage, what: Said) -> Verified {
        let commitment = self.commitment;
        let note =
            || ObligationNote { commitment, obligation: text("delivery"), stage: None, text: text("no") };
        let author = &mut stage.author;
        match what {
            Said::Hold => {
                let terms_hash = author.priced("globex/seller", "acme/buyer", "1000").terms_hash();
                let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
                author.say(self.session, "acme/buyer", accept, Some(self.offer))
            }
            Said::Fulfil => {
                let evidence = Evidence::Acknowledgement { text: text("there") };
                let obligation = text("delivery");
                let done = Fulfilment { commitment, evidence, obligation, stage: None };
                author.say(self.session, "globex/seller", Body::Inform(Inform::Fulfilment(done)), None)
            }
            Said::Contest => {
                author.say(self.session, "acme/buyer", Body::Inform(Inform::Contest(note())), None)
            }
            Said::File(by) => self.filed(author, by),
            Said::Due(kind) => {
                let now = author.now();
                let due = stage.store.read(|reader| reader.due(now, 10)).unwrap();
                let due = due.iter().find(|due| due.body.kind().as_str() == kind);
                stage.author.by_node(due.unwrap_or_else(|| panic!("no {kind} is due")))
            }
        }
    }

    fn filed(&self, author: &mut Author, by: &str) -> Verified {
        let (against, reason) = match by {
            "acme/buyer" => ("globex/seller", DisputeReason::Late),
            _ => ("acme/buyer", DisputeReason::NonDelivery),
        };
        let file = DisputeFile {
            against: agent_uri(against),
            amount: None,
            claim: text("it is not as they say"),
            commitment: self.commitment,
            disclosures: None,
            evidence: Vec::new(),
            nonce: author.nonce(),
            obligation: Some(text("delivery")),
            party: agent_uri(by),
            reason,
            rules: None,
            session: self.session,
            severity: 2,
        };
        author.by_agent(by, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file), None)
    }
}

/// Two accounts, 1,500 USD in one of them, and a firm offer that asks 1,000 to be held.
fn prepared(stage: &mut Stage) -> Case {
    let (_, session) = stage.introduced();
    for name in ["acme", "globex"] {
        let open = stage.author.of_account(name, Body::AccountOpen(AccountOpen { currency: text("USD") }));
        stage.take(open);
    }
    let amount = || "1500 USD".parse().unwrap();
    let deposit = AccountDeposit { amount: amount(), reference: text("order 7") };
    let deposit = stage.author.of_account("acme", Body::AccountDeposit(deposit));
    let deposit = stage.take(deposit);
    let credit = AccountCredit { amount: amount(), deposit, evidence: None };
    let credit = stage.author.custodian("acme", Body::AccountCredit(credit));
    stage.take(credit);
    let package = stage.author.priced("globex/seller", "acme/buyer", "1000");
    let body = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
    let offer = stage.say(session, "globex/seller", body, None);
    // The commitment is named by what makes it: its acceptance.
    Case { session, offer, commitment: offer }
}

/// Plays a story with one fault at one of its statements, and compares what both have at the end, in cents.
#[track_caller]
fn check(story: &[Said], failing: usize, step: Step, how: How, end: [(u64, u64, u64); 2], movements: u64) {
    let what = format!("{:?} {failing}: {step:?} {how:?}", story[failing]);
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let mut case = prepared(&mut stage);
    for (place, each) in story.iter().enumerate() {
        let statement = case.said(&mut stage, *each);
        if place == failing {
            take_failing(&mut stage, folder.path(), &statement, step, how, &what);
        } else {
            take(&mut stage, &statement, &what);
        }
        if *each == Said::Hold {
            case.commitment = statement.statement().hash;
            if story[place + 1] == Said::Due("INFORM") {
                stage.author.pass(3_600_000 + 60_001);
            }
        }
    }
    let now = stage.author.now();
    let left = stage.store.read(|reader| reader.due(now, 10)).unwrap();
    assert!(left.is_empty(), "{what}: {left:?}");
    assert_eq!(balances(&stage), end, "{what}");
    stage.store.stop();
    assert_eq!(audited(folder.path(), &what), movements, "{what}");
}

const STEPS: [Step; 5] = [Step::Facts, Step::Entry, Step::Views, Step::Sessions, Step::Commit];

#[test]
fn what_is_contested_is_awarded_once_whatever_call_fails() {
    // ASP-DIS-013, ASP-DIS-017: deposited, held, paid.
    let end = [(50_000, 0, 0), (100_000, 0, 0)];
    for failing in 0..CONTESTED.len() {
        for step in STEPS {
            check(&CONTESTED, failing, step, How::Lost, end, 3);
        }
        check(&CONTESTED, failing, Step::Commit, How::PersistedAnyway, end, 3);
    }
}

#[test]
fn what_was_breached_is_given_back_once_whatever_call_fails() {
    // ASP-ESC-012, ASP-DIS-013: deposited, held, given back.
    let end = [(150_000, 0, 0), (0, 0, 0)];
    for failing in 0..BREACHED.len() {
        for step in STEPS {
            check(&BREACHED, failing, step, How::Lost, end, 3);
        }
        check(&BREACHED, failing, Step::Commit, How::PersistedAnyway, end, 3);
    }
}
