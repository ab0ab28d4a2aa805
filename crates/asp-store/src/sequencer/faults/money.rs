//! Tests: each call to storage fails while money comes in, is held, released, and goes out.

use asp_core::position::Hash;
use asp_core::statement::body::{
    Accept, Acceptance, AccountCredit, AccountDeposit, AccountOpen, AccountPaid, AccountWithdraw, Evidence,
    Fulfilment, Inform, ObligationRef, Offer, Propose,
};
use asp_core::statement::{Body, Verified};

use super::{How, audited, balances, take, take_failing};
use crate::fault::Step;
use crate::support::{Author, Stage, text};

/// What is said of money, one after the other.
const STORY: [Said; 9] = [
    Said::Open("acme"),
    Said::Open("globex"),
    Said::Deposit,
    Said::Credit,
    Said::Hold,
    Said::Fulfil,
    Said::Release,
    Said::Withdraw,
    Said::Paid,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Open(&'static str),
    Deposit,
    Credit,
    Hold,
    Fulfil,
    Release,
    Withdraw,
    Paid,
}

/// The next statement of the story; `last` are those before.
fn said(author: &mut Author, session: Hash, offer: Hash, what: Said, last: &[Hash]) -> Verified {
    let amount = |of: &str| format!("{of} USD").parse().unwrap();
    let at = |place: usize| last[place];
    let body = match what {
        Said::Open(name) => {
            let open = AccountOpen { currency: text("USD") };
            return author.of_account(name, Body::AccountOpen(open));
        }
        Said::Deposit => {
            let deposit = AccountDeposit { amount: amount("1500"), reference: text("order 7") };
            return author.of_account("acme", Body::AccountDeposit(deposit));
        }
        Said::Credit => {
            let credit = AccountCredit { amount: amount("1500"), deposit: at(2), evidence: None };
            return author.custodian("acme", Body::AccountCredit(credit));
        }
        Said::Withdraw => {
            let withdraw = AccountWithdraw { amount: amount("1000"), destination: text("the bank") };
            return author.of_account("globex", Body::AccountWithdraw(withdraw));
        }
        Said::Paid => {
            let paid = AccountPaid { evidence: None, withdrawal: at(7) };
            return author.custodian("globex", Body::AccountPaid(paid));
        }
        Said::Hold => {
            let terms_hash = author.priced("globex/seller", "acme/buyer", "1000").terms_hash();
            let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
            return author.say(session, "acme/buyer", accept, Some(offer));
        }
        Said::Fulfil => {
            let evidence = Evidence::Acknowledgement { text: text("there") };
            Inform::Fulfilment(Fulfilment {
                commitment: at(4),
                evidence,
                obligation: text("delivery"),
                stage: None,
            })
        }
        Said::Release => Inform::Acknowledgement(ObligationRef::whole(at(4), text("delivery"))),
    };
    let by = if what == Said::Fulfil { "globex/seller" } else { "acme/buyer" };
    author.say(session, by, Body::Inform(body), None)
}

/// Plays the story with one fault at one of its statements, reopening after it.
#[track_caller]
fn check_money(failing: Said, step: Step, how: How) {
    let what = format!("{failing:?}: {step:?} {how:?}");
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    let package = stage.author.priced("globex/seller", "acme/buyer", "1000");
    let body = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
    let offer = stage.say(session, "globex/seller", body, None);
    let mut hashes = Vec::new();
    for each in STORY {
        let statement = said(&mut stage.author, session, offer, each, &hashes);
        hashes.push(statement.statement().hash);
        if each == failing {
            take_failing(&mut stage, folder.path(), &statement, step, how, &what);
        } else {
            take(&mut stage, &statement, &what);
        }
    }
    // Nothing twice, nothing lost.
    assert_eq!(balances(&stage), [(50_000, 0, 0), (0, 0, 0)], "{what}");
    stage.store.stop();
    assert_eq!(audited(folder.path(), &what), 5, "{what}");
}

#[test]
fn no_money_is_lost_or_moved_twice_whatever_call_fails() {
    // ASP-ESC-012, ASP-ESC-014
    for failing in [Said::Credit, Said::Hold, Said::Release, Said::Withdraw, Said::Paid] {
        for step in [Step::Facts, Step::Entry, Step::Views, Step::Sessions, Step::Commit] {
            check_money(failing, step, How::Lost);
            check_money(failing, step, How::PersistedAnyway);
        }
    }
}
