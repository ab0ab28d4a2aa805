//! The promise of the store, through its public door: real core, real files, stepped time.

#![expect(clippy::panic, reason = "what a test cannot do fails it")]

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier, Mutex};

use asp_core::amount::Money;
use asp_core::bundle::{Anchors, Bundle, Verdict};
use asp_core::log::checkpoint::{Note, NoteKey};
use asp_core::log::proof::{verify_consistency, verify_inclusion};
use asp_core::log::tile::{TileKind, TilePath};
use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Position};
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::{
    Accept, Acceptance, AdmissionFloor, AdmissionPolicy, Because, CardSet, ConsentNarrow, ExposureCap,
    Inform, Introduction, Invitation, Invitee, KeyRevoke, Limits, Mandate, Mode, ObligationRef, Offer,
    ParticipantRole, PolicySet, Propose, TrustFloor,
};
use asp_core::trust::{Outcome, Question, Settled, assess};
use asp_store::{AgentQuery, Fault, Refusal, SessionQuery, Settings, Store, Tenant, audit};

use support::*;

#[track_caller]
fn code(refusal: Refusal) -> Code {
    match refusal {
        Refusal::Rejected(rejection) => rejection.code,
        other @ (Refusal::Full | Refusal::Stopping | Refusal::Fault(_)) => panic!("{other}"),
    }
}

#[test]
fn what_is_acknowledged_is_in_the_log_with_a_receipt_that_verifies() {
    // ASP-LOG-001, ASP-LOG-002, ASP-RCT-001, ASP-RCT-003
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.business();
    let node_key = stage.store.node_key();
    for (position, (statement, receipt)) in (0..).zip(&stage.taken) {
        assert_eq!(receipt.verify(&node_key), Ok(()));
        assert_eq!(receipt.receipt.log_index.0, position);
        assert_eq!(receipt.receipt.statement, statement.statement().hash);
    }
    let size = stage.taken.len() as u64;
    assert_eq!(*stage.store.watch().borrow(), size);
    let note = stage.store.read(|reader| reader.checkpoint()).unwrap().unwrap();
    let name = stage.store.origin().clone();
    let checkpoint = Note::open(&note, &NoteKey { name, key: node_key }).unwrap().checkpoint;
    assert_eq!(checkpoint.size, size);
    for (index, (statement, receipt)) in (0..).zip(&stage.taken) {
        let leaf = asp_core::log::leaf::Leaf {
            statement: statement.statement().hash,
            signatures: statement.signatures_hash(),
            log_time: receipt.receipt.log_time,
        };
        let proof = stage.store.read(|reader| reader.inclusion(index, size)).unwrap().unwrap();
        assert_eq!(verify_inclusion(&leaf.hash(), index, size, &proof, &checkpoint.root), Ok(()));
    }
}

#[test]
fn the_same_bytes_get_the_same_receipt_and_others_must_not_have_the_id() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.business();
    stage.author.pass(600_000);
    for (statement, receipt) in stage.taken.clone() {
        assert_eq!(stage.store.submit_blocking(statement), Ok(receipt));
    }
    // The same statement under the signature of another key is other bytes.
    let (statement, _) = stage.taken.last().unwrap().clone();
    let countersigned = statement.countersign(&key(9)).unwrap();
    // ASP-STM-017
    assert_eq!(code(stage.store.submit_blocking(countersigned).unwrap_err()), Code::IdReused);
    assert_eq!(*stage.store.watch().borrow(), stage.taken.len() as u64);
}

#[test]
fn a_refused_statement_changes_nothing_and_is_told_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    let late = stage.author.remark(session, "acme/buyer", "late");
    stage.remark(session, "globex/seller", "first");
    let head = stage.author.heads[&StreamId::Session(session)];
    match stage.store.submit_blocking(late) {
        Err(Refusal::Rejected(rejection)) => {
            assert_eq!(rejection.code, Code::SequenceConflict);
            assert_eq!(rejection.head, Some(head));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.store.read(|reader| reader.size()).unwrap(), stage.taken.len() as u64);
}

#[test]
fn the_growth_of_the_log_is_told_from_its_first_entry_to_its_last() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let growth = |stage: &Stage, most| stage.store.read(|reader| reader.growth(most)).unwrap();
    assert!(growth(&stage, 8).is_empty());
    stage.business();
    let size = stage.taken.len() as u64;
    assert!(size > 8, "{size}");
    let few = growth(&stage, 8);
    assert_eq!((few.len(), few[0].0, few[7].0), (8, 1, size));
    assert!(few.is_sorted_by(|(one, then), (next, later)| one < next && then <= later), "{few:?}");
    let sizes: Vec<u64> = growth(&stage, 1000).into_iter().map(|(size, _)| size).collect();
    assert_eq!(sizes, (1..=size).collect::<Vec<_>>());
    assert_eq!(growth(&stage, 1).len(), 1);
    assert!(growth(&stage, 0).is_empty());
}

#[test]
fn after_a_restart_everything_is_there_with_the_same_receipts() {
    // ASP-RCT-002
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session, _) = stage.business();
    let before = stage.store.read(|reader| reader.checkpoint()).unwrap();
    stage.reopen(folder.path());
    assert_eq!(stage.store.read(|reader| reader.checkpoint()).unwrap(), before);
    for (statement, receipt) in stage.taken.clone() {
        assert_eq!(stage.store.submit_blocking(statement), Ok(receipt));
    }
    stage.remark(session, "globex/seller", "and on it goes");
}

#[cfg(unix)]
#[test]
fn what_the_parties_said_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut stage = Stage::new(folder.path());
    stage.org("acme");
    for name in ["", "-wal", "-shm"] {
        let file = folder.path().join(format!("{}{name}", asp_store::FILE_NAME));
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", file.display());
    }
}

#[test]
fn a_store_belongs_to_one_process_and_one_node() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::new(folder.path());
    let clock = stage.author.clock();
    assert!(matches!(open(folder.path(), clock.clone()), Err(Fault::InUse { .. })));
    drop(stage);
    let mut other = identity();
    other.key = key(1);
    let settings = Settings::default();
    let refused = Store::open(folder.path(), other, clock.clone(), settings);
    assert!(matches!(refused, Err(Fault::OtherIdentity { .. })));
    open(folder.path(), clock).unwrap();
}

fn agent(name: &str) -> Tenant {
    Tenant::Agent(agent_uri(name))
}

fn organisation(name: &str) -> Tenant {
    Tenant::Organisation(domain(name))
}

fn all() -> SessionQuery {
    SessionQuery { moved_since: 0, limit: 100, before: None }
}

#[test]
fn the_parties_read_what_is_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, session, commitment) = stage.business();
    let last = Position(stage.taken.len() as u64 - 1);
    for tenant in [agent("acme/buyer"), agent("globex/seller"), organisation("acme"), organisation("globex")]
    {
        let read = |reader: &asp_store::Reader<'_>| {
            let found = reader.session(&tenant, &session)?.unwrap();
            assert_eq!((found.state(), found.initiator()), (State::Executing, &agent_uri("acme/buyer")));
            let rows = reader.sessions(&tenant, all())?;
            assert_eq!(rows.len(), 1);
            assert_eq!((rows[0].id, rows[0].state, rows[0].position), (session, State::Executing, last));
            assert_eq!(reader.consent(&tenant, &consent)?.unwrap().id(), consent);
            assert_eq!(reader.consents(&tenant, 10, None)?[0].1.id(), consent);
            assert_eq!(reader.commitment(&tenant, &commitment)?.unwrap().0, session);
            let commitments = reader.commitments(&tenant, 10, None)?;
            assert_eq!((commitments.len(), commitments[0].1, commitments[0].2.id), (1, session, commitment));
            assert_eq!(reader.commitments(&tenant, 10, Some(commitments[0].0))?, []);
            assert!(reader.may_read(Some(&tenant), &StreamId::Session(session))?);
            assert!(reader.may_read(Some(&tenant), &StreamId::Consent(consent))?);
            Ok(())
        };
        stage.store.read(read).unwrap();
    }
}

#[test]
fn strangers_see_nothing() {
    // ASP-AUT-005
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, session, commitment) = stage.business();
    stage.org("initech");
    stage.agent("initech/spy");
    // An agent of the same organisation is a stranger to what its colleagues do.
    stage.agent("acme/colleague");
    for tenant in [agent("initech/spy"), organisation("initech"), agent("acme/colleague"), agent("no/body")] {
        let colleague = tenant == agent("acme/colleague");
        let read = |reader: &asp_store::Reader<'_>| {
            assert!(reader.session(&tenant, &session)?.is_none());
            assert!(reader.sessions(&tenant, all())?.is_empty());
            assert!(reader.commitment(&tenant, &commitment)?.is_none());
            assert!(reader.commitments(&tenant, 10, None)?.is_empty());
            assert!(!reader.may_read(Some(&tenant), &StreamId::Session(session))?);
            // Consents are between organisations.
            assert_eq!(reader.consent(&tenant, &consent)?.is_some(), colleague);
            assert_eq!(reader.consents(&tenant, 10, None)?.len(), usize::from(colleague));
            assert_eq!(reader.may_read(Some(&tenant), &StreamId::Consent(consent))?, colleague);
            Ok(())
        };
        stage.store.read(read).unwrap();
    }
    let read = |reader: &asp_store::Reader<'_>| {
        assert!(!reader.may_read(None, &StreamId::Session(session))?);
        assert!(!reader.may_read(None, &StreamId::Consent(consent))?);
        assert!(reader.may_read(None, &StreamId::Org(domain("acme")))?);
        assert!(reader.may_read(None, &StreamId::Agent(agent_uri("acme/buyer")))?);
        assert!(!reader.may_read(None, &StreamId::Agent(agent_uri("acme/nobody")))?);
        Ok(())
    };
    stage.store.read(read).unwrap();
}

#[test]
fn a_delegate_reads_as_long_as_its_mandate_stands() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    stage.org("initech");
    stage.agent("initech/deputy");
    let readable = |stage: &Stage, tenant: Tenant| {
        let read = |reader: &asp_store::Reader<'_>| {
            let listed = reader.sessions(&tenant, all())?.len() == 1;
            assert_eq!(reader.session(&tenant, &session)?.is_some(), listed);
            Ok(listed)
        };
        stage.store.read(read).unwrap()
    };
    assert!(!readable(&stage, agent("initech/deputy")));
    let consent = stage.consent("acme", "initech");
    let mandate = Mandate {
        ceiling: None,
        consent: Some(consent),
        hops: None,
        expires_at: stage.author.now().plus(asp_core::position::Millis(60_000)),
        performatives: [asp_core::session::table::Performative::Inform].into(),
        to: agent_uri("initech/deputy"),
    };
    let mandate = stage.say(session, "acme/buyer", Body::Delegate(mandate), None);
    assert!(readable(&stage, agent("initech/deputy")) && readable(&stage, organisation("initech")));
    stage.remark(session, "globex/seller", "who is that?");
    assert!(readable(&stage, agent("initech/deputy")));
    let back = asp_core::statement::body::Withdraw::Withdrawal(Because { reason: text("done") });
    stage.say(session, "acme/buyer", Body::Withdraw(back), Some(mandate));
    assert!(!readable(&stage, agent("initech/deputy")) && !readable(&stage, organisation("initech")));
    assert!(readable(&stage, agent("acme/buyer")));
}

/// How a mandate ends, and whether its delegate has no more to read at once or with the next statement.
#[test]
fn who_acted_under_a_mandate_reads_nothing_that_is_said_after_its_end() {
    // ASP-AUT-014
    type Ending = fn(&mut Stage, Hash);
    let endings: [Ending; 3] = [
        |stage, _| stage.author.pass(60_000),
        |stage, consent| {
            let stream = StreamName::Of(StreamId::Consent(consent));
            let revoke = Body::ConsentRevoke(Because { reason: text("no more") });
            let revoke = stage.author.by_org("initech", stream, revoke);
            stage.take(revoke);
        },
        |stage, consent| {
            let stream = StreamName::Of(StreamId::Consent(consent));
            let capabilities = Some([text("provision.nothing")].into());
            let narrow = ConsentNarrow { capabilities, ..ConsentNarrow::because(text("less")) };
            let narrow = stage.author.by_org("initech", stream, Body::ConsentNarrow(narrow));
            stage.take(narrow);
        },
    ];
    for end in endings {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::new(folder.path());
        let (_, session) = stage.introduced();
        stage.org("initech");
        stage.agent("initech/deputy");
        let consent = stage.consent("acme", "initech");
        let mandate = Mandate {
            ceiling: None,
            consent: Some(consent),
            hops: None,
            expires_at: stage.author.now().plus(asp_core::position::Millis(60_000)),
            performatives: [asp_core::session::table::Performative::Inform].into(),
            to: agent_uri("initech/deputy"),
        };
        stage.say(session, "acme/buyer", Body::Delegate(mandate), None);
        let first = stage.deal(session, "globex/seller", "acme/buyer", "10");
        let last = stage.remark(session, "acme/buyer", "while it held");
        end(&mut stage, consent);
        let later = stage.remark(session, "acme/buyer", "after its end");
        let second = stage.deal(session, "globex/seller", "acme/buyer", "20");
        for tenant in [agent("initech/deputy"), organisation("initech")] {
            let reads = |reader: &asp_store::Reader<'_>| {
                let may = reader.may_read(Some(&tenant), &StreamId::Session(session))?;
                let shown = reader.session(&tenant, &session)?.is_some();
                let listed = !reader.sessions(&tenant, all())?.is_empty();
                assert_eq!((may, shown, listed), (false, false, false));
                Ok((reader.bundle(&tenant, &first)?, reader.bundle(&tenant, &second)?))
            };
            let (first, second) = stage.store.read(reads).unwrap();
            let first = String::from_utf8(first.unwrap()).unwrap();
            assert!(first.contains(&last.to_string()) && !first.contains(&later.to_string()));
            let bundle = Bundle::parse(first.as_bytes()).unwrap();
            assert!(!bundle.verify(&Anchors::default()).refuted());
            assert_eq!(second, None, "it was formed afterwards");
        }
        assert_eq!(stage.store.read(|reader| reader.bundle(&organisation("other"), &first)).unwrap(), None);
        // The views are what the entries give, whatever was said of the consent in between.
        stage.store.stop();
        let report = audit::folder(folder.path(), &mut |_, _| {}).unwrap();
        assert!(report.finding.is_none(), "{:?}", report.finding);
    }
}

#[test]
fn who_was_invited_and_stayed_away_reads_no_more_once_the_session_begins() {
    // ASP-SES-024
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    for name in ["acme", "globex", "initech"] {
        stage.org(name);
    }
    for name in ["acme/buyer", "globex/seller", "initech/clerk"] {
        stage.agent(name);
    }
    let consents = ["globex", "initech"].map(|with| stage.consent("acme", with));
    let party = |name, role, required| Invitee { agent: agent_uri(name), required, role };
    let invitation = Body::Propose(Propose::Invitation(Invitation {
        capability: text("provision.compute.gpu"),
        consents: consents.into(),
        limits: Limits::defaults(),
        mode: Mode::Open,
        nonce: stage.author.nonce(),
        participants: vec![
            party("acme/buyer", ParticipantRole::Initiator, None),
            party("globex/seller", ParticipantRole::Party, None),
            party("initech/clerk", ParticipantRole::Party, Some(false)),
        ],
        purpose: text("not for everybody"),
        schemas: None,
    }));
    let invitation =
        stage.author.by_agent("acme/buyer", StreamName::Opens(StreamKind::Session), invitation, None);
    let session = stage.take(invitation);
    let stream = StreamId::Session(session);
    let reads = |stage: &Stage, tenant: &Tenant| {
        let may = stage.store.read(|reader| reader.may_read(Some(tenant), &stream)).unwrap();
        let listed = stage.store.read(|reader| reader.sessions(tenant, all())).unwrap();
        assert_eq!(may, !listed.is_empty());
        may
    };
    let invited = [agent("initech/clerk"), organisation("initech")];
    assert!(invited.iter().all(|tenant| reads(&stage, tenant)));
    let introduction = Introduction { card: stage.author.cards[&agent_uri("globex/seller")], schemas: None };
    stage.say(session, "globex/seller", Body::Accept(Accept::Introduction(introduction)), Some(session));
    stage.remark(session, "acme/buyer", "between us");
    assert!(!invited.iter().any(|tenant| reads(&stage, tenant)));
    assert!(reads(&stage, &agent("globex/seller")) && reads(&stage, &organisation("acme")));
}

#[test]
fn sessions_are_listed_by_what_moved_last_in_pages() {
    // ASP-API-004
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, first) = stage.introduced();
    let second = stage.session("acme/buyer", "globex/seller", consent);
    let third = stage.session("acme/buyer", "globex/seller", consent);
    let size = stage.taken.len() as u64;
    stage.remark(first, "acme/buyer", "still there?");
    let list = |stage: &Stage, query| {
        let rows = stage.store.read(|reader| reader.sessions(&agent("globex/seller"), query)).unwrap();
        rows.into_iter().map(|row| (row.id, row.position)).collect::<Vec<_>>()
    };
    let ids: Vec<_> = list(&stage, all()).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [first, third, second]);
    assert_eq!(list(&stage, SessionQuery { moved_since: size, ..all() }).len(), 1);
    assert_eq!(list(&stage, SessionQuery { moved_since: size + 1, ..all() }).len(), 0);
    let page = list(&stage, SessionQuery { limit: 2, ..all() });
    let rest = list(&stage, SessionQuery { before: Some(page[1].1), ..all() });
    assert_eq!((page[0].0, page[1].0, rest.len(), rest[0].0), (first, third, 1, second));
    let moved = stage.store.read(|reader| reader.streams_moved(size, size + 1)).unwrap();
    assert_eq!(moved, [StreamId::Session(first)]);
}

#[test]
fn a_stream_is_read_in_order_from_any_place() {
    // ASP-DLV-001
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session, _) = stage.business();
    let stream = StreamId::Session(session);
    let expected: Vec<_> =
        stage.taken.iter().filter(|(statement, _)| statement.statement().stream == stream).collect();
    let read = stage.store.read(|reader| reader.entries(&stream, None, usize::MAX)).unwrap();
    assert_eq!(read.len(), expected.len());
    for (entry, (statement, receipt)) in read.iter().zip(&expected) {
        assert_eq!(entry.statement.envelope(), statement.envelope());
        assert_eq!(
            (entry.point.index, entry.point.time),
            (receipt.receipt.log_index, receipt.receipt.log_time)
        );
    }
    let page = stage.store.read(|reader| reader.entries(&stream, Some(sequence(1)), 2)).unwrap();
    let sequences: Vec<u64> = page.iter().map(|entry| entry.statement.statement().sequence.0).collect();
    assert_eq!(sequences, [2, 3]);
    assert!(stage.store.read(|reader| reader.entries(&stream, Some(sequence(99)), 2)).unwrap().is_empty());
}

#[test]
fn agents_are_found_by_capability_words_and_organisation() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.org("acme");
    stage.org("globex");
    for (name, capabilities, description) in [
        ("acme/gpu", &["provision.compute.gpu"][..], "Rents graphics cards by the hour"),
        ("acme/compute", &["provision.compute"][..], "Rents machines by the day"),
        ("globex/gpus", &["provision.compute.gpu", "translate"][..], "Graphics cards and Übersetzungen"),
        ("globex/computer", &["provision.computer"][..], "Sells computers"),
    ] {
        let statement = stage.author.agent(name, card(name, capabilities, description));
        stage.take(statement);
    }
    let find = |stage: &Stage, query: AgentQuery| {
        let found = stage.found(&query);
        let paths = found.agents.iter().map(|agent| agent.agent.path().to_owned()).collect::<Vec<_>>();
        (paths.join(" "), found)
    };
    let query = |capability: &str, words: &str, organisation: &str| AgentQuery {
        capability: (!capability.is_empty()).then(|| text(capability)),
        text: (!words.is_empty()).then(|| words.to_owned()),
        organisation: (!organisation.is_empty()).then(|| domain(organisation)),
        limit: 10,
        ..AgentQuery::default()
    };
    for (capability, words, organisation, expected) in [
        ("", "", "", "gpu compute gpus computer"),
        ("provision.compute", "", "", "compute gpu gpus"),
        ("provision.compute.gpu", "", "", "gpu gpus"),
        ("provision.comput", "", "", ""),
        ("", "graphics", "", "gpu gpus"),
        ("", "GRAPH rent", "", "gpu"),
        ("", "übersetz", "", "gpus"),
        ("", "", "globex", "gpus computer"),
        ("provision.compute", "cards", "globex", "gpus"),
        ("", "", "initech", ""),
    ] {
        assert_eq!(find(&stage, query(capability, words, organisation)).0, expected, "{capability} {words}");
    }
    let (_, found) = find(&stage, query("provision.compute", "", ""));
    assert_eq!(found.agents[0].reasons, ["offers provision.compute"]);
    let within = "offers provision.compute.gpu, which lies within provision.compute";
    assert_eq!(found.agents[1].reasons, [within]);
    let points: Vec<u8> = found.agents.iter().map(|agent| agent.place.relevance).collect();
    assert_eq!((found.ranking.total, points), (3, vec![92, 52, 52]));
    let (first, page) = find(&stage, AgentQuery { limit: 2, ..query("provision.compute", "", "") });
    let cursor = page.ranking.next.unwrap().to_string().parse().unwrap();
    let (rest, last) = find(&stage, AgentQuery { after: Some(cursor), ..query("provision.compute", "", "") });
    assert_eq!((first.as_str(), rest.as_str(), last.ranking.next), ("compute gpu", "gpus", None));
}

#[test]
fn a_card_is_found_as_it_was_set_last_and_a_retired_agent_never() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.org("acme");
    stage.agent("acme/buyer");
    let stream = StreamName::Of(StreamId::Agent(agent_uri("acme/buyer")));
    let set = Body::AgentCardSet(CardSet { card: card("Buyer", &["translate"], "another trade") });
    let set = stage.author.by_agent("acme/buyer", stream.clone(), set, None);
    stage.take(set);
    let count = |stage: &Stage, capability: &str| {
        let query = AgentQuery { capability: Some(text(capability)), limit: 10, ..AgentQuery::default() };
        stage.found(&query).agents.len()
    };
    assert_eq!((count(&stage, "provision"), count(&stage, "translate")), (0, 1));
    let retire = Body::AgentRetire(Because { reason: text("done") });
    let retire = stage.author.by_agent("acme/buyer", stream, retire, None);
    stage.take(retire);
    assert_eq!((count(&stage, "provision"), count(&stage, "translate")), (0, 0));
    let known = stage.store.read(|reader| reader.agent(&agent_uri("acme/buyer"))).unwrap().unwrap();
    assert!(known.retired());
    assert_eq!(stage.store.read(|reader| reader.agent(&agent_uri("acme/nobody"))).unwrap(), None);
    let acme = stage.store.read(|reader| reader.organisation(&domain("acme"))).unwrap().unwrap();
    assert_eq!(acme.name().as_str(), "acme");
}

#[test]
fn an_outcome_is_evidence_from_its_position_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, _, _) = stage.business();
    let (settling, receipt) = stage
        .taken
        .iter()
        .find(|(statement, _)| {
            matches!(statement.statement().body, Body::Inform(Inform::Acknowledgement(ObligationRef { .. })))
        })
        .unwrap();
    let index = receipt.receipt.log_index;
    let evidence = stage.store.read(|reader| reader.settled(index.0 + 1)).unwrap();
    let evidence = evidence.evidence();
    assert_eq!(evidence.len(), 1);
    assert_eq!((evidence[0].index, evidence[0].outcome), (index, Outcome::Fulfilled));
    assert_eq!(evidence[0].statement, settling.statement().hash);
    assert_eq!(evidence[0].debtor, agent_uri("globex/seller"));
    assert_eq!(stage.store.read(|reader| reader.settled(index.0)).unwrap().evidence(), []);
}

#[test]
fn evidence_is_void_from_where_a_key_that_it_rests_on_is_distrusted() {
    // ASP-TRU-003
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.business();
    let key = key(seed_of("acme/buyer")).id();
    let revoke = KeyRevoke { from_index: Some(Position(0)), key, reason: text("stolen") };
    let stream = StreamName::Of(StreamId::Agent(agent_uri("acme/buyer")));
    let revoke = stage.author.by_org("acme", stream, Body::AgentKeyRevoke(revoke));
    stage.take(revoke);
    let place = stage.taken.last().unwrap().1.receipt.log_index;
    let void = |prefix: u64| {
        let settled = stage.store.read(|reader| reader.settled(prefix)).unwrap();
        settled.evidence()[0].void.map(|void| void.index)
    };
    assert_eq!((void(place.0), void(place.0 + 1)), (None, Some(place)));
    // Read piece by piece it is the same.
    let settled = stage.store.read(|reader| {
        let mut settled = Settled::default();
        for from in 0..=place.0 {
            reader.settled_between(&mut settled, from, from + 1)?;
        }
        Ok(settled)
    });
    assert_eq!(settled.unwrap().evidence()[0].void.unwrap().index, place);
}

#[test]
fn the_next_deadline_is_known_and_what_is_due_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    let deadline = stage.store.read(|reader| reader.next_deadline()).unwrap().unwrap();
    assert_eq!(deadline, stage.author.now().plus(asp_core::limits::RESPONSE_MS));
    assert!(stage.store.read(|reader| reader.due(stage.author.now(), 10)).unwrap().is_empty());
    stage.author.pass(asp_core::limits::RESPONSE_MS.0);
    let due = stage.store.read(|reader| reader.due(stage.author.now(), 10)).unwrap();
    assert_eq!((due.len(), &due[0].stream), (1, &StreamId::Session(session)));
    let statement = stage.author.by_node(&due[0]);
    stage.take(statement);
    assert_eq!(stage.store.read(|reader| reader.next_deadline()).unwrap(), None);
    assert!(stage.store.read(|reader| reader.due(stage.author.now(), 10)).unwrap().is_empty());
}

#[test]
fn a_revoked_consent_makes_its_sessions_due_and_leaves_those_that_owe() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, idle) = stage.introduced();
    let owing = stage.session("acme/buyer", "globex/seller", consent);
    stage.deal(owing, "globex/seller", "acme/buyer", "5");
    stage.author.pass(500);
    let stream = StreamName::Of(StreamId::Consent(consent));
    let revoke = Body::ConsentRevoke(Because { reason: text("enough") });
    let revoke = stage.author.by_org("globex", stream, revoke);
    stage.take(revoke);
    let now = stage.author.now();
    assert_eq!(stage.store.read(|reader| reader.next_deadline()).unwrap(), Some(now));
    let due = stage.store.read(|reader| reader.due(now, 10)).unwrap();
    assert_eq!(due.iter().map(|due| due.stream.clone()).collect::<Vec<_>>(), [StreamId::Session(idle)]);
}

#[test]
fn a_commitment_leaves_the_store_as_a_bundle_that_proves_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, _, commitment) = stage.business();
    stage.org("initech");
    let bundle = |tenant: &Tenant| stage.store.read(|reader| reader.bundle(tenant, &commitment)).unwrap();
    assert_eq!(bundle(&organisation("initech")), None);
    let bytes = bundle(&agent("acme/buyer")).unwrap();
    assert_eq!(bundle(&organisation("globex")), Some(bytes.clone()));
    let anchors = Anchors { node_key: Some(stage.store.node_key()) };
    let report = Bundle::parse(&bytes).unwrap().verify(&anchors);
    let verdict =
        |rule: &str| report.checks.iter().find(|check| check.rule == rule).map(|check| check.verdict);
    assert!(!report.refuted(), "{:?}", report.checks);
    for rule in ["replay", "checkpoint", "inclusion", "receipts", "log-key"] {
        assert_eq!(verdict(rule), Some(Verdict::Proved), "{rule}");
    }
}

#[test]
fn sixty_four_writers_race_for_each_place_and_one_wins() {
    // ASP-RCT-003
    const WRITERS: usize = 64;
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    for round in 0..8 {
        let attempts: Vec<_> = (0..WRITERS)
            .map(|writer| stage.author.remark(session, "acme/buyer", &format!("{round}: {writer}")))
            .collect();
        let (store, barrier) = (&stage.store, Barrier::new(WRITERS));
        let answers: Vec<_> = std::thread::scope(|scope| {
            let run = |attempt: asp_core::statement::Verified| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    (store.submit_blocking(attempt.clone()), attempt)
                })
            };
            let threads: Vec<_> = attempts.into_iter().map(run).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let winners: Vec<_> = answers.iter().filter(|(answer, _)| answer.is_ok()).collect();
        assert_eq!(winners.len(), 1);
        let winner = winners[0].1.clone();
        stage.author.note(&winner);
        let head = stage.author.heads[&StreamId::Session(session)];
        for (answer, _) in answers {
            if let Err(Refusal::Rejected(rejection)) = &answer {
                assert_eq!((rejection.code, rejection.head), (Code::SequenceConflict, Some(head)));
            } else {
                assert!(answer.is_ok(), "{answer:?}");
            }
        }
    }
}

#[test]
fn a_batch_of_many_streams_is_one_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, first) = stage.introduced();
    let mut sessions = vec![first];
    sessions.extend((0..31).map(|_| stage.session("acme/buyer", "globex/seller", consent)));
    for round in 0..20 {
        let words = format!("round {round}");
        let statements: Vec<_> =
            sessions.iter().map(|session| stage.author.remark(*session, "acme/buyer", &words)).collect();
        let store = &stage.store;
        std::thread::scope(|scope| {
            for statement in &statements {
                scope.spawn(move || store.submit_blocking(statement.clone()).unwrap());
            }
        });
        statements.iter().for_each(|statement| stage.author.note(statement));
    }
    let statistics = stage.store.statistics();
    assert!(statistics.batches < statistics.accepted, "{statistics:?}");
    assert_eq!((statistics.refused, statistics.queued), (0, 0));
    stage.store.stop();
    let report = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!((report.finding, report.entries), (None, statistics.accepted));
}

#[test]
fn a_writer_that_keeps_few_streams_judges_alike() {
    let folder = tempfile::tempdir().unwrap();
    let author = Author::new();
    let settings = Settings { streams_cached: 3, ..Settings::default() };
    let store = Store::open(folder.path(), identity(), author.clock(), settings).unwrap();
    let mut stage = Stage { author, store, taken: Vec::new() };
    let (consent, first, _) = stage.business();
    let second = stage.session("acme/buyer", "globex/seller", consent);
    for number in 0..50 {
        let session = if number % 3 == 0 { first } else { second };
        stage.remark(session, "globex/seller", &number.to_string());
    }
    let refused = stage.author.org("acme");
    assert_eq!(code(stage.store.submit_blocking(refused).unwrap_err()), Code::AlreadyRegistered);
    stage.store.stop();
    assert_eq!(audit::folder(folder.path(), &mut |_, _| ()).unwrap().finding, None);
}

#[test]
fn tiles_and_proofs_are_those_of_the_tree() {
    // ASP-LOG-003, ASP-LOG-005
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    for number in 0..600 {
        stage.remark(session, "acme/buyer", &number.to_string());
    }
    let size = stage.taken.len() as u64;
    let path = |text: &str| text.parse::<TilePath>().unwrap();
    let read = |reader: &asp_store::Reader<'_>| {
        let length = |name: &str| Ok::<_, Fault>(reader.tile(&path(name))?.map(|bytes| bytes.len()));
        assert_eq!(length("tile/0/000")?, Some(8192));
        assert_eq!(length("tile/0/001.p/7")?, Some(7 * 32));
        assert_eq!(length("tile/0/003")?, None);
        assert_eq!(length("tile/1/000.p/2")?, Some(64));
        assert_eq!(length("tile/1/000.p/3")?, None);
        let entry = 2 + asp_core::log::leaf::LEAF_BYTES;
        assert_eq!(length("tile/entries/001")?, Some(256 * entry));
        assert_eq!(length("tile/entries/002.p/9")?, Some(9 * entry));
        assert_eq!(length("tile/entries/002")?, None);
        let edge = TilePath::in_log(TileKind::Hashes(0), 2, size).unwrap();
        assert!(reader.tile(&edge)?.is_some());
        for from in [1, 255, 256, 257, size] {
            let roots = [from, size].map(|size| {
                asp_core::log::proof::root(size, |height, index| {
                    asp_core::log::tile::node_from_tile(height, index, |level, tile| {
                        let path = TilePath::in_log(TileKind::Hashes(level), tile, 608)?;
                        asp_core::log::tile::Tile::from_bytes(level, tile, &reader.tile(&path).unwrap()?)
                    })
                })
                .unwrap()
            });
            let proof = reader.consistency(from, size)?.unwrap();
            assert_eq!(verify_consistency(from, size, &roots[0], &roots[1], &proof), Ok(()));
        }
        assert_eq!(reader.inclusion(0, size + 1)?, None);
        assert_eq!(reader.inclusion(size, size)?, None);
        assert_eq!(reader.consistency(1, size + 1)?, None);
        Ok(())
    };
    stage.store.read(read).unwrap();
}

#[test]
fn a_store_that_stops_refuses_and_still_reads() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (_, session) = stage.introduced();
    let next = stage.author.remark(session, "acme/buyer", "too late");
    stage.store.stop();
    assert!(!stage.store.is_writable());
    assert_eq!(stage.store.submit_blocking(next), Err(Refusal::Stopping));
    assert!(stage.store.read(|reader| reader.size()).unwrap() > 0);
}

#[test]
fn a_full_queue_is_told_at_once_and_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut author = Author::new();
    // The writer asks for the time before it writes: whoever holds the gate holds the writer.
    let gate = Arc::new(Mutex::new(()));
    let (of_writer, clock) = (Arc::clone(&gate), author.clock());
    let clock: asp_store::Clock = Arc::new(move || {
        let _passed = of_writer.lock().unwrap();
        clock()
    });
    let settings = Settings { queue_max: 1, ..Settings::default() };
    let store = Store::open(folder.path(), identity(), clock, settings).unwrap();
    let held = gate.lock().unwrap();
    let (answer, answers) = std::sync::mpsc::channel();
    let statements = ["acme", "globex", "initech"].map(|name| author.org(name));
    for statement in statements.clone() {
        let (store, answer) = (store.clone(), answer.clone());
        std::thread::spawn(move || answer.send(store.submit_blocking(statement)).unwrap());
    }
    // One is with the writer, one waits: a third has no place.
    assert_eq!(answers.recv().unwrap(), Err(Refusal::Full));
    drop(held);
    let rest = [answers.recv().unwrap(), answers.recv().unwrap()];
    assert!(rest.iter().any(Result::is_ok), "{rest:?}");
    statements.into_iter().for_each(|statement| drop(store.submit_blocking(statement).unwrap()));
}

#[test]
fn what_another_says_is_in_the_next_batch_though_one_organisation_fills_the_queue() {
    let folder = tempfile::tempdir().unwrap();
    let mut author = Author::new();
    // As above: whoever holds the gate holds the writer.
    let gate = Arc::new(Mutex::new(()));
    let (of_writer, clock) = (Arc::clone(&gate), author.clock());
    let clock: asp_store::Clock = Arc::new(move || {
        let _passed = of_writer.lock().unwrap();
        clock()
    });
    let settings = Settings { queue_max: 64, ..Settings::default() };
    let store = Store::open(folder.path(), identity(), clock, settings).unwrap();
    for name in ["acme", "globex"] {
        let statement = author.org(name);
        store.submit_blocking(statement.clone()).unwrap();
        author.note(&statement);
    }
    let held = gate.lock().unwrap();
    let (told, answers) = std::sync::mpsc::channel();
    let mut say = |name: &'static str| {
        let stream = StreamName::Of(StreamId::Org(domain(name)));
        let policy = Body::OrgPolicySet(PolicySet::of(vec![text("somebody")]));
        let statement = author.by_org(name, stream, policy);
        author.note(&statement);
        let told = told.clone();
        store.submit_for(statement, Box::new(move |answer| told.send((name, answer)).unwrap()));
    };
    say("acme");
    // The writer has it, and nothing else.
    while store.statistics().queued > 0 {
        std::thread::yield_now();
    }
    (0..64).for_each(|_| say("acme"));
    say("globex");
    let (name, refused) = answers.try_recv().unwrap();
    assert_eq!((name, code(refused.unwrap_err())), ("acme", Code::RateLimited));
    drop(held);
    let of_globex = answers.iter().find(|(name, _)| *name == "globex").unwrap().1.unwrap();
    // Two to register, the one that the writer had, one of the next batch, and it.
    assert_eq!(of_globex.receipt.log_index, Position(4));
}

#[test]
fn log_time_never_goes_back() {
    // ASP-LOG-006
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.author.pass(60_000);
    stage.org("acme");
    let later = stage.author.now();
    stage.author.now.store(START.millis(), std::sync::atomic::Ordering::SeqCst);
    stage.org("globex");
    assert_eq!(stage.taken[1].1.receipt.log_time, later);
    stage.reopen(folder.path());
    stage.org("initech");
    assert_eq!(stage.taken[2].1.receipt.log_time, later);
}

#[test]
fn a_trust_floor_is_answered_beside_the_writer_and_by_the_audit_alike() {
    // ASP-SES-047
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, _, _) = stage.business();
    let introduce = |stage: &mut Stage, score: u32| {
        let value = Money { amount: text("1000"), currency: text("USD") };
        let mut invitation = stage.author.invitation_of("acme/buyer", "globex/seller", consent);
        invitation.limits.trust_floor = Some(TrustFloor { score, value });
        let invited = stage.author.invite("acme/buyer", invitation);
        let session = stage.take(invited);
        let card = stage.author.cards[&agent_uri("globex/seller")];
        let introduction = Body::Accept(Accept::Introduction(Introduction { card, schemas: None }));
        let statement = stage.author.say(session, "globex/seller", introduction, Some(session));
        (session, stage.submit(statement))
    };
    // One kept deal of that size earns some 16 points.
    let (session, taken) = introduce(&mut stage, 15);
    assert!(taken.is_ok(), "{taken:?}");
    stage.remark(session, "globex/seller", "here I am");
    let (_, refused) = introduce(&mut stage, 90);
    assert_eq!(code(refused.unwrap_err()), Code::TrustTooLow);

    let size = stage.store.read(|reader| reader.size()).unwrap();
    let mut export = Vec::new();
    stage.store.read(|reader| reader.export(&mut export)).unwrap();
    drop(stage);
    let of_folder = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!((of_folder.entries, of_folder.finding), (size, None));
    let of_export = audit::export(export.as_slice(), &mut |_, _| ()).unwrap();
    assert_eq!((of_export.entries, of_export.finding), (size, None));
}

#[test]
fn who_may_invite_is_answered_beside_the_writer_and_by_the_audit_alike() {
    // ASP-ADM-002
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, _, _) = stage.business();
    let invite = |stage: &mut Stage, score: u32| {
        let value = Money { amount: text("1000"), currency: text("USD") };
        let floors = vec![AdmissionFloor { capability: None, score, value }];
        let admission = Some(AdmissionPolicy { floors, from: None });
        let policy = PolicySet { admission, ..PolicySet::of(Vec::new()) };
        let stream = StreamName::Of(StreamId::Org(domain("acme")));
        let set = stage.author.by_org("acme", stream, Body::OrgPolicySet(policy));
        stage.take(set);
        let invitation = stage.author.invitation_of("globex/seller", "acme/buyer", consent);
        let invited = stage.author.invite("globex/seller", invitation);
        stage.submit(invited)
    };
    // One kept deal of that size earns some 16 points, but not within the minute in which it was kept.
    assert!(invite(&mut stage, 10).is_ok());
    assert_eq!(code(invite(&mut stage, 15).unwrap_err()), Code::TrustTooLow);
    stage.author.pass(60_000);
    let receipt = invite(&mut stage, 15).unwrap().receipt;
    assert_eq!(code(invite(&mut stage, 90).unwrap_err()), Code::TrustTooLow);

    // What was asked and by when it was earned follows from the log, whatever the policy says by now.
    let tenant = Tenant::Agent(agent_uri("acme/buyer"));
    let read = |reader: &asp_store::Reader<'_>| {
        let session = reader.session(&tenant, &receipt.statement)?.unwrap();
        Ok((reader.admitted(&session)?, reader.settled(reader.size()?)?))
    };
    let (admitted, settled) = stage.store.read(read).unwrap();
    let value = Money { amount: text("1000"), currency: text("USD") };
    let floor = TrustFloor { score: 15, value: value.clone() };
    assert_eq!((admitted.index, &admitted.floors[..]), (receipt.log_index, &[(domain("acme"), floor)][..]));
    assert_eq!(admitted.judged_at, asp_core::admission::judged_at(receipt.log_time));
    let question = Question {
        subject: agent_uri("globex/seller"),
        observer: BTreeSet::from([domain("acme")]),
        class: value,
        outlook: asp_core::trust::Outlook::default(),
        capability: None,
        instant: admitted.judged_at,
        prefix: admitted.index,
    };
    let earned = assess(settled.evidence(), &question).score.thousandths();
    assert!((15_000..90_000).contains(&earned), "{earned}");

    let size = stage.store.read(|reader| reader.size()).unwrap();
    drop(stage);
    let of_folder = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!((of_folder.entries, of_folder.finding), (size, None));
}

#[test]
fn what_is_owed_uncovered_outlives_a_restart_and_bounds_every_session() {
    // ASP-TRU-011
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    let (consent, session) = stage.introduced();
    let floor = Money { amount: text("60"), currency: text("USD") };
    let policy =
        PolicySet { exposure_cap: Some(ExposureCap { floor, share: None }), ..PolicySet::of(Vec::new()) };
    let stream = StreamName::Of(StreamId::Org(domain("acme")));
    let set = stage.author.by_org("acme", stream, Body::OrgPolicySet(policy));
    stage.take(set);
    let owe = |stage: &mut Stage, session: Hash, amount: &str| {
        let package = stage.author.package("globex/seller", "acme/buyer", amount);
        let terms_hash = package.terms_hash();
        let offer = Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
        let offer = stage.say(session, "globex/seller", offer, None);
        let acceptance = Body::Accept(Accept::Acceptance(Acceptance { terms_hash }));
        let acceptance = stage.author.say(session, "acme/buyer", acceptance, Some(offer));
        match stage.submit(acceptance) {
            Ok(receipt) => Ok(receipt.receipt.statement),
            Err(Refusal::Rejected(refused)) => {
                assert_eq!(refused.code, Code::ExposureTooHigh);
                Err(refused.room.unwrap().to_string())
            }
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(owe(&mut stage, session, "61"), Err("60 USD".to_owned()));
    let commitment = owe(&mut stage, session, "40").unwrap();
    let other = stage.session("acme/buyer", "globex/seller", consent);
    assert_eq!(owe(&mut stage, other, "21"), Err("20 USD".to_owned()));
    stage.reopen(folder.path());
    assert_eq!(owe(&mut stage, other, "21"), Err("20 USD".to_owned()));
    owe(&mut stage, other, "20").unwrap();
    assert_eq!(owe(&mut stage, session, "1"), Err("0 USD".to_owned()));
    // What is settled makes room, by whatever stands behind it.
    stage.deliver(session, commitment, "globex/seller", "acme/buyer");
    assert_eq!(owe(&mut stage, other, "41"), Err("40 USD".to_owned()));
    stage.reopen(folder.path());
    owe(&mut stage, session, "40").unwrap();

    let size = stage.store.read(|reader| reader.size()).unwrap();
    drop(stage);
    let of_folder = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
    assert_eq!((of_folder.entries, of_folder.finding), (size, None));
}
