//! Disputes in a store: what the node has to say of them in time, what survives a restart, and who reads what.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use asp_core::bundle::{Anchors, Bundle};
use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Millis};
use asp_core::rejection::Code;
use asp_core::session::Commitment;
use asp_core::statement::Body;
use asp_core::statement::body::{
    Accept, Acceptance, DisputeAppeal, DisputeCommit, DisputeFile, DisputeOutcome, DisputeReason,
    DisputeRule, DisputeTerms, DisputeVote, Due, Inform, Obligation, Offer, Package, PanelTerms, Propose,
    RulingEffect, Rung,
};
use asp_core::trust::Outcome;
use asp_store::{Docket, Refusal, Tenant, audit};
use support::{Stage, agent_uri, domain, text};

const HOUR: u64 = 3_600_000;

/// A session in which globex owes acme a delivery that acme contests; initech may rule.
struct Court {
    stage: Stage,
    session: Hash,
    commitment: Hash,
    rules: Option<DisputeTerms>,
}

fn agent(name: &str) -> Tenant {
    Tenant::Agent(agent_uri(name))
}

/// What an audit of the whole folder finds.
fn audited(folder: &std::path::Path) -> Option<audit::Finding> {
    audit::folder(folder, &mut |_, _| ()).unwrap().finding
}

fn rules() -> Option<DisputeTerms> {
    let arbiter = Some(Issuer::Agent(agent_uri("initech/judge")));
    Some(DisputeTerms { arbiter, ..DisputeTerms::defaults() })
}

impl Court {
    fn open(folder: &std::path::Path, change: impl FnOnce(&mut Obligation)) -> Self {
        Self::open_by(folder, rules(), change)
    }

    fn open_by(
        folder: &std::path::Path,
        rules: Option<DisputeTerms>,
        change: impl FnOnce(&mut Obligation),
    ) -> Self {
        Self::open_with(folder, rules, |package| change(&mut package.obligations[0]))
    }

    /// So many obligations, `d0` and on, due in half a year.
    fn open_more(folder: &std::path::Path, rules: Option<DisputeTerms>, count: usize) -> Self {
        Self::open_with(folder, rules, |package| {
            let mut one = package.obligations[0].clone();
            if let Due::At(due) = &mut one.due {
                due.at = due.at.plus(Millis(180 * 24 * HOUR));
            }
            package.obligations =
                (0..count).map(|it| Obligation { id: text(&format!("d{it}")), ..one.clone() }).collect();
        })
    }

    fn open_with(
        folder: &std::path::Path,
        rules: Option<DisputeTerms>,
        change: impl FnOnce(&mut Package),
    ) -> Self {
        let mut stage = Stage::new(folder);
        let (_, session) = stage.introduced();
        stage.org("initech");
        let judge = stage.author.agent("initech/judge", support::card("Judge", &["judge"], "rules"));
        stage.take(judge);
        let mut package = stage.author.package("globex/seller", "acme/buyer", "100");
        package.disputes = rules.clone();
        change(&mut package);
        let terms_hash = package.terms_hash();
        let offer = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
        let offer = stage.author.say(session, "acme/buyer", offer, None);
        let offered = offer.statement().hash;
        stage.take(offer);
        let accept = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
        let accept = stage.author.say(session, "globex/seller", accept, Some(offered));
        let commitment = accept.statement().hash;
        stage.take(accept);
        Self { stage, session, commitment, rules }
    }

    /// Organisations with an agent each that offers to sit on panels.
    fn jurors(&mut self, names: &[&str]) {
        for name in names {
            self.stage.org(name);
            let card = support::card("Juror", &["arbitration"], "weighs both sides");
            let juror = self.stage.author.agent(&format!("{name}/juror"), card);
            self.stage.take(juror);
        }
    }

    fn dispute(&self, id: &Hash) -> asp_core::dispute::Dispute {
        let read = |reader: &asp_store::Reader<'_>| reader.dispute(&agent("acme/buyer"), id);
        self.stage.store.read(read).unwrap().unwrap()
    }

    /// What somebody says in a dispute.
    fn say(&mut self, id: Hash, who: &str, body: Body) {
        let statement = self.stage.author.by_agent(who, StreamName::Of(StreamId::Dispute(id)), body, None);
        self.stage.take(statement);
    }

    fn filing(&mut self, reason: DisputeReason) -> DisputeFile {
        DisputeFile {
            against: agent_uri("globex/seller"),
            amount: None,
            claim: text("nothing came"),
            commitment: self.commitment,
            disclosures: None,
            evidence: Vec::new(),
            nonce: self.stage.author.nonce(),
            obligation: Some(text("delivery")),
            party: agent_uri("acme/buyer"),
            reason,
            rules: self.rules.clone(),
            session: self.session,
            severity: 2,
        }
    }

    fn file(&mut self, reason: DisputeReason) -> Hash {
        let body = Body::DisputeFile(self.filing(reason));
        let stream = StreamName::Opens(StreamKind::Dispute);
        let filed = self.stage.author.by_agent("acme/buyer", stream, body, None);
        let id = filed.statement().hash;
        self.stage.take(filed);
        id
    }

    /// What is due is said, one round after the other; how many statements.
    fn node(&mut self) -> usize {
        let mut said = 0;
        for _ in 0..16 {
            let now = self.stage.author.now();
            let due = self.stage.store.read(|reader| reader.due(now, 10)).unwrap();
            if due.is_empty() {
                return said;
            }
            for due in due {
                let statement = self.stage.author.by_node(&due);
                self.stage.take(statement);
                said += 1;
            }
        }
        panic!("what is due has no end");
    }

    fn commitment(&self) -> Commitment {
        let read = |reader: &asp_store::Reader<'_>| reader.session(&agent("acme/buyer"), &self.session);
        let session = self.stage.store.read(read).unwrap().unwrap();
        session.commitments()[&self.commitment].clone()
    }

    fn duty(&self) -> &'static str {
        self.commitment().duty(&text("delivery")).unwrap().progress.as_str()
    }
}

#[test]
fn deadlines_of_disputes_are_said_in_time_and_once() {
    // ASP-DIS-006, ASP-DIS-011, ASP-DIS-013
    let folder = tempfile::tempdir().unwrap();
    let mut court = Court::open(folder.path(), |_| {});
    court.stage.author.pass(HOUR + 1);
    assert_eq!(court.node(), 1);
    let id = court.file(DisputeReason::NonDelivery);
    let now = court.stage.author.now();
    assert_eq!(court.stage.store.read(|reader| reader.next_deadline()).unwrap(), Some(now));
    assert_eq!(court.node(), 1);
    let until = now.plus(asp_core::limits::DISPUTE_APPEAL_MS);
    let due = court.stage.store.read(|reader| reader.due(until, 10)).unwrap();
    assert!(due.iter().any(|due| due.stream == StreamId::Dispute(id)), "{due:?}");
    // The node was away over the window: close and award come in their order, and the session's own end.
    court.stage.author.pass(90 * 24 * HOUR);
    court.node();
    let dispute =
        court.stage.store.read(|reader| reader.dispute(&agent("acme/buyer"), &id)).unwrap().unwrap();
    assert_eq!(dispute.ended().unwrap().outcome, DisputeOutcome::Upheld);
    assert_eq!(court.commitment().duty(&text("delivery")).unwrap().awards(), [id]);
    assert_eq!(court.stage.store.read(|reader| reader.next_deadline()).unwrap(), None);
    assert_eq!(audited(folder.path()), None);
}

#[test]
fn an_award_is_due_until_it_stands_whatever_stops_the_node() {
    // ASP-DIS-013, ASP-DIS-014
    let folder = tempfile::tempdir().unwrap();
    let mut court = Court::open(folder.path(), |it| it.acknowledge_ms = Some(Millis(HOUR)));
    let done = Body::Inform(Inform::Fulfilment(asp_core::statement::body::Fulfilment {
        commitment: court.commitment,
        evidence: asp_core::statement::body::Evidence::Acknowledgement { text: text("done") },
        obligation: text("delivery"),
        stage: None,
    }));
    let done = court.stage.author.say(court.session, "globex/seller", done, None);
    court.stage.take(done);
    court.stage.author.pass(HOUR);
    assert_eq!(court.node(), 1);
    assert_eq!(court.duty(), "FULFILLED");
    let id = court.file(DisputeReason::NotAsAgreed);
    assert_eq!(court.node(), 1);
    court.stage.author.pass(asp_core::limits::DISPUTE_SETTLE_MS.0);
    court.node();
    let rule = Body::DisputeRule(DisputeRule {
        amount: None,
        effect: RulingEffect::Binding,
        outcome: DisputeOutcome::Upheld,
        reasons: text("a heap of rust"),
        rung: Rung::Arbiter,
    });
    let rule =
        court.stage.author.by_agent("initech/judge", StreamName::Of(StreamId::Dispute(id)), rule, None);
    court.stage.take(rule);
    // After each step the node stops, and goes on from what is there: first the close, then the award.
    for step in 0..2 {
        let Court { mut stage, session, commitment, rules } = court;
        stage.reopen(folder.path());
        let now = stage.author.now();
        let due = stage.store.read(|reader| reader.due(now, 10)).unwrap();
        let due = due.into_iter().find(|due| match due.stream {
            StreamId::Dispute(_) => step == 0,
            StreamId::Session(_) => matches!(due.body, Body::Inform(Inform::Award(_))),
            StreamId::Org(_) | StreamId::Agent(_) | StreamId::Consent(_) | StreamId::Account(_) => false,
        });
        let due = due.unwrap();
        let statement = stage.author.by_node(&due);
        stage.take(statement);
        // Said twice, it is refused.
        let again = stage.author.by_node(&due);
        let refused = stage.submit(again);
        assert!(
            matches!(refused, Err(Refusal::Rejected(rejection)) if rejection.code == Code::SequenceConflict)
        );
        court = Court { stage, session, commitment, rules };
    }
    assert_eq!(court.duty(), "BREACHED");
    let settled = court.stage.store.read(|reader| reader.settled(u64::MAX)).unwrap();
    let counts: Vec<Outcome> =
        settled.evidence().iter().filter(|it| it.void.is_none()).map(|it| it.outcome).collect();
    assert_eq!(counts, [Outcome::Breached]);
    court.node();
    assert_eq!(audited(folder.path()), None);
}

#[test]
fn who_rules_reads_the_session_until_the_dispute_ends() {
    // ASP-DIS-016
    let folder = tempfile::tempdir().unwrap();
    let mut court = Court::open(folder.path(), |_| {});
    court.stage.org("umbrella");
    let judge = agent("initech/judge");
    let session = StreamId::Session(court.session);
    let reads = |court: &Court, tenant: &Tenant, stream: &StreamId| {
        court.stage.store.read(|reader| reader.may_read(Some(tenant), stream)).unwrap()
    };
    assert!(!reads(&court, &judge, &session));
    court.stage.author.pass(HOUR + 1);
    court.node();
    let id = court.file(DisputeReason::NonDelivery);
    court.node();
    let dispute = StreamId::Dispute(id);
    let strangers = [Tenant::Organisation(domain("umbrella")), agent("umbrella/agent")];
    for tenant in [&judge, &Tenant::Organisation(domain("initech"))] {
        assert!(reads(&court, tenant, &session) && reads(&court, tenant, &dispute));
        let case = court.stage.store.read(|reader| reader.case(tenant, &id)).unwrap().unwrap();
        let anchors = Anchors { node_key: Some(court.stage.store.node_key()) };
        let report = Bundle::parse(&case).unwrap().verify(&anchors);
        assert!(!report.refuted(), "{:?}", report.checks);
    }
    for tenant in &strangers {
        assert!(!reads(&court, tenant, &session) && !reads(&court, tenant, &dispute));
        assert!(court.stage.store.read(|reader| reader.case(tenant, &id)).unwrap().is_none());
        assert!(court.stage.store.read(|reader| reader.dispute(tenant, &id)).unwrap().is_none());
        assert!(
            court
                .stage
                .store
                .read(|reader| reader.disputes(tenant, Docket::All, 10, None))
                .unwrap()
                .is_empty()
        );
    }
    court.stage.author.pass(asp_core::limits::DISPUTE_APPEAL_MS.0);
    court.node();
    assert!(!reads(&court, &judge, &session) && reads(&court, &judge, &dispute));
    assert!(court.stage.store.read(|reader| reader.case(&judge, &id)).unwrap().is_none());
    assert!(court.stage.store.read(|reader| reader.case(&agent("acme/buyer"), &id)).unwrap().is_some());
}

#[test]
fn a_dispute_is_not_filed_twice_after_a_restart() {
    // ASP-DIS-004
    let folder = tempfile::tempdir().unwrap();
    let mut court = Court::open(folder.path(), |_| {});
    court.stage.author.pass(HOUR + 1);
    court.node();
    court.file(DisputeReason::NonDelivery);
    court.stage.reopen(folder.path());
    let body = Body::DisputeFile(court.filing(DisputeReason::Late));
    let again = court.stage.author.by_agent("acme/buyer", StreamName::Opens(StreamKind::Dispute), body, None);
    let refused = court.stage.submit(again);
    assert!(matches!(refused, Err(Refusal::Rejected(rejection)) if rejection.code == Code::DisputeOpen));
}

fn panel(level: u32) -> Option<DisputeTerms> {
    let panel = Some(PanelTerms { level: Some(level), size: 3 });
    Some(DisputeTerms { panel, ..rules().unwrap() })
}

/// The seller does not deliver, the buyer is found right by the log, and the seller asks for the panel.
fn appealed(folder: &std::path::Path, level: u32) -> (Court, Hash) {
    let mut court = Court::open_by(folder, panel(level), |_| {});
    court.jurors(&["hooli", "stark", "wayne", "tyrell", "cyberdyne"]);
    court.stage.author.pass(HOUR + 1);
    court.node();
    let id = court.file(DisputeReason::NonDelivery);
    court.node();
    let appeal = Body::DisputeAppeal(DisputeAppeal { reason: text("it came by another road") });
    court.say(id, "globex/seller", appeal);
    (court, id)
}

fn seats(court: &Court, id: &Hash) -> Vec<String> {
    let dispute = court.dispute(id);
    let members = dispute.panel().unwrap().seats().iter().map(|seat| seat.member.to_string());
    members.map(|member| member.trim_start_matches("agent://").replacen(".example", "", 1)).collect()
}

#[test]
fn a_panel_rules_once_whatever_stops_the_node() {
    // ASP-DIS-016, ASP-DIS-020, ASP-DIS-021, ASP-DIS-024
    let folder = tempfile::tempdir().unwrap();
    let (mut court, id) = appealed(folder.path(), 0);
    let dispute = StreamId::Dispute(id);
    let once = |court: &mut Court| {
        // The node stops before each of its statements and after.
        court.stage.reopen(folder.path());
        let now = court.stage.author.now();
        let due = court.stage.store.read(|reader| reader.due(now, 10)).unwrap();
        let due = due.into_iter().find(|due| due.stream == dispute).unwrap();
        let statement = court.stage.author.by_node(&due);
        court.stage.take(statement);
        court.stage.reopen(folder.path());
        let again = court.stage.author.by_node(&due);
        let refused = court.stage.submit(again);
        assert!(
            matches!(refused, Err(Refusal::Rejected(rejection)) if rejection.code == Code::SequenceConflict)
        );
        due.body.kind().as_str()
    };
    assert_eq!([once(&mut court), once(&mut court)], ["dispute.convene", "dispute.draw"]);
    let first = seats(&court, &id);
    assert_eq!(first.len(), 3);
    let reads = |court: &Court, who: &str, stream: &StreamId| {
        court.stage.store.read(|reader| reader.may_read(Some(&agent(who)), stream)).unwrap()
    };
    let session = StreamId::Session(court.session);
    let called: Vec<String> =
        ["hooli", "stark", "wayne", "tyrell", "cyberdyne"].map(|it| format!("{it}/juror")).into();
    for juror in &called {
        let sits = first.contains(juror);
        assert_eq!((reads(&court, juror, &session), reads(&court, juror, &dispute)), (sits, sits), "{juror}");
    }
    // Two hide their votes, and the third is replaced: it reads no more.
    let vote = DisputeVote {
        amount: None,
        outcome: DisputeOutcome::Dismissed,
        reasons: text("it came"),
        salt: court.stage.author.nonce(),
    };
    let hide = |court: &mut Court, who: &str| {
        let commitment = asp_core::dispute::hidden(&id, &agent_uri(who), &vote);
        court.say(id, who, Body::DisputeCommit(DisputeCommit { commitment }));
    };
    hide(&mut court, &first[0]);
    hide(&mut court, &first[1]);
    court.stage.author.pass(asp_core::limits::DISPUTE_VOTE_MS.0);
    assert_eq!(once(&mut court), "dispute.seat");
    let second = seats(&court, &id);
    assert!(second[..2] == first[..2] && second[2] != first[2], "{first:?} {second:?}");
    assert!(!reads(&court, &first[2], &session) && !reads(&court, &first[2], &dispute));
    let case = court.stage.store.read(|reader| reader.case(&agent(&second[2]), &id)).unwrap().unwrap();
    let anchors = Anchors { node_key: Some(court.stage.store.node_key()) };
    let report = Bundle::parse(&case).unwrap().verify(&anchors);
    assert!(!report.refuted(), "{:?}", report.checks);
    hide(&mut court, &second[2]);
    for who in &second {
        court.say(id, who, Body::DisputeVote(vote.clone()));
    }
    assert_eq!(once(&mut court), "dispute.rule");
    let ruling = court.dispute(&id).rulings().last().unwrap().rule.clone();
    let came = (ruling.rung, ruling.outcome, ruling.effect);
    assert_eq!(came, (Rung::Panel, DisputeOutcome::Dismissed, RulingEffect::Presumptive));
    court.stage.author.pass(asp_core::limits::DISPUTE_APPEAL_MS.0);
    court.node();
    assert_eq!(court.duty(), "LAPSED");
    assert!(!reads(&court, &second[0], &session) && reads(&court, &second[0], &dispute));
    let case = court.stage.store.read(|reader| reader.case(&agent("acme/buyer"), &id)).unwrap().unwrap();
    assert!(!Bundle::parse(&case).unwrap().verify(&anchors).refuted());
    assert_eq!(audited(folder.path()), None);
}

#[test]
fn a_store_and_an_audit_call_the_same_to_a_panel() {
    // ASP-DIS-020: what is asked of their trust is answered beside the writer.
    let folder = tempfile::tempdir().unwrap();
    let (mut court, id) = appealed(folder.path(), 1);
    court.node();
    // Nobody knows the newcomers, so the arbiter is asked.
    assert!(seats(&court, &id).is_empty());
    let dispute = court.dispute(&id);
    assert_eq!(dispute.phase_at(court.stage.author.now()).as_str(), "ARBITRATING");
    assert_eq!(dispute.rulings().last().unwrap().rule.outcome, DisputeOutcome::Undecided);
    assert_eq!(audited(folder.path()), None);
    // Who has dealt with a side lately has no ticket, nor who came after the filing.
    let folder = tempfile::tempdir().unwrap();
    let mut court = Court::open_by(folder.path(), panel(0), |_| {});
    court.jurors(&["hooli", "stark", "wayne", "tyrell"]);
    for agent in ["acme/clerk", "globex/clerk", "initech/clerk"] {
        let card = support::card("Clerk", &["arbitration"], "of one of them");
        let clerk = court.stage.author.agent(agent, card);
        court.stage.take(clerk);
    }
    court.stage.author.pass(HOUR + 1);
    court.node();
    let id = court.file(DisputeReason::NonDelivery);
    court.jurors(&["late"]);
    court.node();
    court.say(id, "globex/seller", Body::DisputeAppeal(DisputeAppeal { reason: text("no") }));
    court.node();
    let dispute = court.dispute(&id);
    let ranked = dispute.panel().unwrap().ranked();
    let called: Vec<String> = ranked.iter().map(|it| it.organisation().to_string()).collect();
    let mut sorted = called.clone();
    sorted.sort();
    assert_eq!(sorted, ["hooli.example", "stark.example", "tyrell.example", "wayne.example"]);
    assert_eq!(audited(folder.path()), None);
}

#[test]
fn what_was_filed_before_counts_after_a_restart_too() {
    // ASP-DIS-025
    let folder = tempfile::tempdir().unwrap();
    let terms = DisputeTerms { rungs: Some([Rung::Arbiter].into()), ..rules().unwrap() };
    let mut court = Court::open_more(folder.path(), Some(terms), 6);
    let file = |court: &mut Court, number: usize| {
        let mut file = court.filing(DisputeReason::Impersonation);
        file.obligation = Some(text(&format!("d{number}")));
        let stream = StreamName::Opens(StreamKind::Dispute);
        court.stage.author.by_agent("acme/buyer", stream, Body::DisputeFile(file), None)
    };
    for number in 0..3 {
        let filed = file(&mut court, number);
        let id = filed.statement().hash;
        court.stage.take(filed);
        let spite = DisputeRule {
            amount: None,
            effect: RulingEffect::Binding,
            outcome: DisputeOutcome::Abusive,
            reasons: text("it was whole"),
            rung: Rung::Arbiter,
        };
        court.say(id, "initech/judge", Body::DisputeRule(spite));
        court.node();
        court.stage.reopen(folder.path());
    }
    let fourth = file(&mut court, 3);
    let refused = court.stage.submit(fourth);
    assert!(matches!(refused, Err(Refusal::Rejected(rejection)) if rejection.code == Code::NotAllowed));
    court.stage.author.pass(90 * 24 * HOUR + 1);
    court.node();
    let filed = file(&mut court, 4);
    court.stage.take(filed);
    assert_eq!(audited(folder.path()), None);
}
