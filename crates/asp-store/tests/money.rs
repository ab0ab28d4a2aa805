//! Accounts in the store: loaded from their rows, shown to their organisation alone, audited to the cent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use asp_core::amount::Money;
use asp_core::bundle::{Anchors, Bundle, Check, Verdict};
use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{
    Accept, Acceptance, AccountCredit, AccountDeposit, AccountOpen, DisputeFile, DisputeReason, DisputeTerms,
    Evidence, Fulfilment, Inform, ObligationNote, Offer, Propose,
};
use asp_core::statement::{Body, Verified};
use asp_store::{Fault, Refusal, Settings, Store, Tenant, audit};
use rusqlite::Connection;
use support::{Stage, agent_uri, domain, identity, text};

/// Both have an account, the buyer with so much in it.
fn fund(stage: &mut Stage, amount: &str) {
    for name in ["acme", "globex"] {
        let open = AccountOpen { currency: text("USD") };
        let statement = stage.author.of_account(name, Body::AccountOpen(open));
        stage.take(statement);
    }
    let amount: Money = format!("{amount} USD").parse().unwrap();
    let deposit = AccountDeposit { amount: amount.clone(), reference: text("order 7") };
    let statement = stage.author.of_account("acme", Body::AccountDeposit(deposit));
    let deposit = stage.take(statement);
    let credit = AccountCredit { amount, deposit, evidence: None };
    let statement = stage.author.custodian("acme", Body::AccountCredit(credit));
    stage.take(statement);
}

/// An offer whose price is held, and the statement that accepts it.
fn accepting(stage: &mut Stage, session: Hash, amount: &str) -> Verified {
    let package = stage.author.priced("globex/seller", "acme/buyer", amount);
    let terms_hash = package.terms_hash();
    let body = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
    let offer = stage.say(session, "globex/seller", body, None);
    let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    stage.author.say(session, "acme/buyer", accept, Some(offer))
}

fn available(stage: &Stage, name: &str) -> u64 {
    let domain = domain(name);
    let account = stage.store.read(|reader| reader.custody(&domain)).unwrap().unwrap();
    account.balance(&text("USD")).unwrap().available.0
}

#[test]
fn of_two_sessions_that_promise_the_same_money_at_once_one_is_bound() {
    // ASP-ESC-011, THR-DOUBLE-SPEND
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, first) = stage.introduced();
    let second = stage.session("acme/buyer", "globex/seller", consent);
    fund(&mut stage, "1000");
    let accepts = [accepting(&mut stage, first, "1000"), accepting(&mut stage, second, "1000")];
    let answers = accepts.map(|statement| {
        let (told, answered) = tokio::sync::oneshot::channel();
        stage.store.submit_for(statement, Box::new(move |answer| drop(told.send(answer))));
        answered
    });
    let answers = answers.map(|answered| answered.blocking_recv().unwrap());
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = answers.into_iter().find_map(Result::err).unwrap();
    assert!(matches!(refused, Refusal::Rejected(found) if found.code == Code::InsufficientFunds));
    assert_eq!(available(&stage, "acme"), 0);
}

#[test]
fn a_writer_that_keeps_hardly_any_stream_moves_nothing_twice() {
    // Each statement reads its session and the accounts anew.
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    fund(&mut stage, "1000");
    stage.store.stop();
    let elsewhere = tempfile::tempdir().unwrap();
    stage.store = support::open(elsewhere.path(), stage.author.clock()).unwrap();
    let few = Settings { streams_cached: 1, ..Settings::default() };
    stage.store = Store::open(folder.path(), identity(), stage.author.clock(), few).unwrap();
    let accept = accepting(&mut stage, session, "1000");
    let commitment = stage.take(accept);
    stage.deliver(session, commitment, "globex/seller", "acme/buyer");
    stage.remark(session, "acme/buyer", "paid");
    assert_eq!((available(&stage, "acme"), available(&stage, "globex")), (0, 100_000));
    stage.store.stop();
    let report = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!((report.finding, report.money.movements), (None, 3));
    assert_eq!(report.money.inside.values().copied().collect::<Vec<_>>(), [100_000]);
}

#[test]
fn an_award_moves_what_was_contested_once_whatever_stops_the_node() {
    // ASP-DIS-017
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    fund(&mut stage, "1000");
    let accept = accepting(&mut stage, session, "1000");
    let commitment = stage.take(accept);
    let done = Inform::Fulfilment(Fulfilment {
        commitment,
        evidence: Evidence::Acknowledgement { text: text("there") },
        obligation: text("delivery"),
        stage: None,
    });
    stage.say(session, "globex/seller", Body::Inform(done), None);
    let obligation = text("delivery");
    let contest = Inform::Contest(ObligationNote { commitment, obligation, stage: None, text: text("no") });
    stage.say(session, "acme/buyer", Body::Inform(contest), None);
    let file = DisputeFile {
        against: agent_uri("globex/seller"),
        amount: None,
        claim: text("it was late"),
        commitment,
        disclosures: None,
        evidence: Vec::new(),
        nonce: stage.author.nonce(),
        obligation: Some(text("delivery")),
        party: agent_uri("acme/buyer"),
        reason: DisputeReason::Late,
        rules: None,
        session,
        severity: 2,
    };
    let stream = StreamName::Opens(StreamKind::Dispute);
    let filed = stage.author.by_agent("acme/buyer", stream, Body::DisputeFile(file), None);
    stage.take(filed);
    // The ruling, the close and the award: the node stops before each.
    for _ in 0..3 {
        assert_eq!(available(&stage, "globex"), 0);
        stage.reopen(folder.path());
        let now = stage.author.now();
        let due = stage.store.read(|reader| reader.due(now, 10)).unwrap();
        assert_eq!(due.len(), 1, "{due:?}");
        let statement = stage.author.by_node(&due[0]);
        stage.take(statement);
    }
    assert_eq!((available(&stage, "acme"), available(&stage, "globex")), (0, 100_000));
    stage.store.stop();
    let report = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!((report.finding, report.money.movements), (None, 3));
}

#[test]
fn a_bundle_says_that_what_an_organisation_had_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    fund(&mut stage, "1000");
    let accept = accepting(&mut stage, session, "1000");
    let commitment = stage.take(accept);
    stage.deliver(session, commitment, "globex/seller", "acme/buyer");
    let tenant = Tenant::Agent(agent_uri("globex/seller"));
    let bytes = stage.store.read(|reader| reader.bundle(&tenant, &commitment)).unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("account."), "no account is in it");
    let report = Bundle::parse(&bytes).unwrap().verify(&Anchors { node_key: Some(identity().key.id()) });
    assert!(!report.refuted(), "{report:?}");
    let of_cover = |check: &&Check| check.detail.contains("the cover of what is held");
    assert_eq!(report.checks.iter().find(of_cover).unwrap().verdict, Verdict::NotShown, "{report:?}");
}

#[test]
fn an_account_is_its_organisations_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.introduced();
    fund(&mut stage, "1000");
    let acme = domain("acme");
    let stream = StreamId::Account(acme.clone());
    for (tenant, sees) in [
        (Tenant::Organisation(acme.clone()), true),
        (Tenant::Organisation(domain("globex")), false),
        (Tenant::Agent(agent_uri("acme/buyer")), false),
        (Tenant::Agent(agent_uri("globex/seller")), false),
    ] {
        let seen = stage.store.read(|reader| {
            let account = reader.account(&tenant, &acme)?;
            let postings = reader.postings(&tenant, &acme, 10, None)?;
            let readable = reader.may_read(Some(&tenant), &stream)?;
            Ok::<_, Fault>((account.is_some(), postings.map(|found| found.len()), readable))
        });
        assert_eq!(seen.unwrap(), (sees, sees.then_some(1), sees), "{tenant:?}");
    }
    assert!(!stage.store.read(|reader| reader.may_read(None, &stream)).unwrap());
}

#[test]
fn an_audit_finds_a_row_of_money_that_was_changed() {
    // ASP-ESC-014
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    fund(&mut stage, "1000");
    let accept = accepting(&mut stage, session, "999.99");
    stage.take(accept);
    stage.store.stop();
    let audit = || audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!(audit().finding, None);
    assert_eq!(audit().money.held.values().copied().collect::<Vec<_>>(), [99_999]);
    for (change, back, view) in [
        (
            r#"UPDATE accounts SET state = replace(state, '"available":1,', '"available":2,')"#,
            r#"UPDATE accounts SET state = replace(state, '"available":2,', '"available":1,')"#,
            "accounts",
        ),
        (
            "UPDATE postings SET amount = amount + 1 WHERE why = 'held'",
            "UPDATE postings SET amount = amount - 1 WHERE why = 'held'",
            "postings",
        ),
        ("UPDATE holds SET state = 'PAID'", "UPDATE holds SET state = 'HELD'", "holds"),
    ] {
        let connection = Connection::open(folder.path().join(asp_store::FILE_NAME)).unwrap();
        assert!(connection.execute(change, []).unwrap() > 0);
        let found = audit().finding.unwrap().what;
        assert!(found.contains(&format!("the view {view} has")), "{found}");
        connection.execute(back, []).unwrap();
    }
    assert_eq!(audit().finding, None);
}

#[test]
fn a_deposit_is_held_and_given_once_whatever_stops_the_node() {
    // ASP-DIS-026
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    fund(&mut stage, "1000");
    let mut package = stage.author.package("globex/seller", "acme/buyer", "100");
    let disputes = DisputeTerms { deposit: Some("5 USD".parse().unwrap()), ..DisputeTerms::defaults() };
    package.disputes = Some(disputes.clone());
    let terms_hash = package.terms_hash();
    let body = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
    let offer = stage.say(session, "globex/seller", body, None);
    let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
    let commitment = stage.say(session, "acme/buyer", accept, Some(offer));
    let file = DisputeFile {
        against: agent_uri("globex/seller"),
        amount: None,
        claim: text("somebody else signed"),
        commitment,
        disclosures: None,
        evidence: Vec::new(),
        nonce: stage.author.nonce(),
        obligation: Some(text("delivery")),
        party: agent_uri("acme/buyer"),
        reason: DisputeReason::Impersonation,
        rules: Some(disputes),
        session,
        severity: 2,
    };
    let stream = StreamName::Opens(StreamKind::Dispute);
    let filed = stage.author.by_agent("acme/buyer", stream, Body::DisputeFile(file), None);
    stage.take(filed);
    // The ruling and the close: the node stops before each and after.
    for _ in 0..2 {
        assert_eq!((available(&stage, "acme"), available(&stage, "globex")), (99_500, 0));
        stage.reopen(folder.path());
        let now = stage.author.now();
        let due = stage.store.read(|reader| reader.due(now, 10)).unwrap();
        let statement = stage.author.by_node(&due[0]);
        stage.take(statement);
        stage.reopen(folder.path());
    }
    assert_eq!((available(&stage, "acme"), available(&stage, "globex")), (99_500, 500));
    let found = audit::folder(folder.path(), &mut |_, _| ()).unwrap().finding;
    assert_eq!(found, None);
}
