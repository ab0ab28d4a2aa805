//! The node is killed with SIGKILL while organisations set their policies and agents make deals, again and again.
//! Whatever it has acknowledged must be there afterwards, in order, exactly once, and give the same receipt again, byte
//! for byte; what it has made of the log (sessions, commitments, deadlines, trust) must be what the log gives.
//!
//! `ASSENT_TORTURE_CYCLES` says how often (3 if unset), `ASSENT_TORTURE_SEED` repeats a run's choices.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

#[path = "../../asp-node/tests/support/author.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses its part")]
mod author;
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asp_core::name::{Origin, StreamId, StreamName};
use asp_core::position::{Hash, LogTime, Millis, Sequence};
use asp_core::statement::Verified;
use asp_core::statement::body::{
    Accept, Acceptance, Body, Counter, Evidence, Fulfilment, Inform, ObligationRef, Offer, PolicySet, Propose,
};
use asp_node::Clock;
use author::{Author, domain, note, package, text};
use serde_json::Value;
use support::{Served, Wire, run};

/// Kills when nobody says otherwise.
const CYCLES: u32 = 3;
/// Organisations that set their policies, each with a connection of its own.
const POLICIES: u8 = 3;
/// Pairs of agents that make deals, each with a connection of its own.
const PAIRS: u8 = 3;
/// The longest a node writes before it is killed.
const LOAD_MAX: Duration = Duration::from_millis(150);
/// Statements that one page of a stream has.
const PAGE: usize = 500;

/// A small generator of choices (splitmix64): a run is repeated by its seed.
struct Choices(u64);

impl Choices {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: Duration) -> Duration {
        most.mul_f64((self.next() >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// A statement that was sent, with its receipt if that came.
struct Sent {
    statement: Verified,
    envelope: Vec<u8>,
    receipt: Option<Vec<u8>>,
}

/// Says one thing after the other, and the next one only when the one before was acknowledged.
struct Writer {
    name: String,
    author: Author,
    /// What it says, by the hashes of what it has said so far.
    script: fn(&mut Author, &str, LogTime, &[Hash]) -> Verified,
    /// When everything that is promised is due, about: long after the test.
    due: LogTime,
    sent: Vec<Sent>,
    /// How many of `sent` were acknowledged before this cycle.
    checked: usize,
}

/// An organisation that registers and sets its policy over and over.
fn policies(author: &mut Author, name: &str, _: LogTime, said: &[Hash]) -> Verified {
    if said.is_empty() {
        return author.org(name);
    }
    let contact = text(&format!("contact {}", said.len()));
    let body = Body::OrgPolicySet(PolicySet::of(vec![contact]));
    author.by(name, StreamName::Of(StreamId::Org(domain(name))), body)
}

/// Two organisations with an agent each that make a deal, keep it, and make another in the next session.
fn deals(author: &mut Author, name: &str, due: LogTime, said: &[Hash]) -> Verified {
    /// What comes before the first session.
    const OPENING: usize = 6;
    /// What is said in one session.
    const SESSION: usize = 9;
    let (asks, grants) = (format!("{name}-a"), format!("{name}-b"));
    let (buyer, seller) = (format!("{asks}/buyer"), format!("{grants}/seller"));
    let Some(turn) = said.len().checked_sub(OPENING) else {
        return match said.len() {
            0 => author.org(&asks),
            1 => author.org(&grants),
            2 => author.agent(&buyer),
            3 => author.agent(&seller),
            4 => author.consent_request(&asks, &grants),
            _ => author.consent_grant(&grants, said[4]),
        };
    };
    if turn.is_multiple_of(SESSION) {
        return author.invitation(&buyer, &seller, said[4]);
    }
    let of_session = &said[OPENING + turn / SESSION * SESSION..];
    let session = of_session[0];
    let offered = package(due, &seller, &buyer);
    let terms_hash = offered.terms_hash();
    let offer = Offer::of(vec![offered], true);
    let owed = |place: usize| ObligationRef::whole(of_session[place], text("delivery"));
    let (who, body, replies) = match turn % SESSION {
        1 => (&seller, author.introduction(&seller), Some(session)),
        2 => (&buyer, Body::Propose(Propose::Proposal(offer)), None),
        3 => (&seller, Body::Counter(Counter::CounterOffer(offer)), Some(of_session[2])),
        4 => (&buyer, Body::Accept(Accept::Acceptance(Acceptance { terms_hash })), Some(of_session[3])),
        5 => (&buyer, note("when does it come?"), None),
        6 => {
            let ObligationRef { commitment, obligation, stage } = owed(4);
            let evidence = Evidence::Acknowledgement { text: text("there") };
            let done = Fulfilment { commitment, evidence, obligation, stage };
            (&seller, Body::Inform(Inform::Fulfilment(done)), None)
        }
        7 => (&buyer, Body::Inform(Inform::Acknowledgement(owed(4))), None),
        _ => (&seller, note("come again"), None),
    };
    author.say(session, who, body, replies)
}

impl Writer {
    fn all(origin: &Origin) -> Vec<Self> {
        let policies = (0..POLICIES).map(|number| (format!("policy-{number}"), policies as _));
        let deals = (0..PAIRS).map(|number| (format!("pair-{number}"), deals as _));
        let writer = |(name, script)| Self {
            name,
            author: Author::new(origin.clone(), Clock::system()),
            script,
            due: Clock::system().now().plus(Millis(86_400_000)),
            sent: Vec::new(),
            checked: 0,
        };
        policies.chain(deals).map(writer).collect()
    }

    fn say(&mut self) {
        let said: Vec<Hash> = self.sent.iter().map(|sent| sent.statement.statement().hash).collect();
        let statement = (self.script)(&mut self.author, &self.name, self.due, &said);
        self.sent.push(Sent { envelope: statement.envelope(), statement, receipt: None });
    }

    /// Writes until the node is gone; what was sent last may have no receipt.
    fn write(&mut self, address: &str, stop: &AtomicBool) {
        let Ok(mut wire) = Wire::connect(address) else { return };
        while !stop.load(Ordering::Relaxed) {
            if self.sent.last().is_none_or(|last| last.receipt.is_some()) {
                self.say();
            }
            let last = self.sent.last_mut().unwrap();
            match wire.submit(&last.envelope) {
                Ok((202, receipt)) => {
                    last.receipt = Some(receipt);
                    self.author.note(&last.statement);
                }
                Ok((503, _)) => {}
                Ok((status, body)) => panic!("{status}: {}", String::from_utf8_lossy(&body)),
                Err(_) => return,
            }
        }
    }

    /// Holds the node to what it acknowledged.
    fn check(&mut self, address: &str) {
        let mut wire = Wire::connect(address).unwrap();
        self.check_public(&mut wire);
        for (place, sent) in self.sent.iter_mut().enumerate().skip(self.checked) {
            let (status, receipt) = wire.submit(&sent.envelope).unwrap();
            assert_eq!(status, 202, "{} at {place}: {}", self.name, String::from_utf8_lossy(&receipt));
            // What was never acknowledged is acknowledged by this answer; the node may not have had it before.
            match &sent.receipt {
                Some(first) => assert_eq!(*first, receipt, "{} at {place} has another receipt", self.name),
                None => {
                    sent.receipt = Some(receipt);
                    self.author.note(&sent.statement);
                }
            }
        }
        self.checked = self.sent.len();
    }

    /// Compares the streams that anybody may read with what was sent to them.
    fn check_public(&self, wire: &mut Wire) {
        let sent = |sent: &Sent| sent.statement.statement().stream.clone();
        let public = |stream: &StreamId| matches!(stream, StreamId::Org(_) | StreamId::Agent(_));
        let streams: BTreeSet<StreamId> = self.sent.iter().map(sent).filter(public).collect();
        for stream in streams {
            let ours: Vec<&Sent> = self.sent.iter().filter(|it| sent(it) == stream).collect();
            let stored = stored(&stream, wire);
            let acknowledged = ours.iter().filter(|sent| sent.receipt.is_some()).count();
            assert!(stored.len() >= acknowledged, "{stream} lost {}", acknowledged - stored.len());
            assert!(stored.len() <= ours.len(), "{stream} has what nobody sent");
            for (place, (hash, sent)) in stored.iter().zip(ours).enumerate() {
                assert_eq!(*hash, sent.statement.statement().hash, "{stream} at {place}");
            }
        }
    }

    /// Places in the log, as its receipts give them: later for what was said later.
    fn places(&self) -> Vec<u64> {
        let place = |sent: &Sent| {
            let receipt: Value = serde_json::from_slice(sent.receipt.as_ref().unwrap()).unwrap();
            receipt["receipt"]["logIndex"].as_u64().unwrap()
        };
        let places: Vec<u64> = self.sent.iter().map(place).collect();
        assert!(places.is_sorted(), "{}", self.name);
        places
    }
}

/// The hashes of a public stream as the node has it, in order, from the first.
fn stored(stream: &StreamId, wire: &mut Wire) -> Vec<Hash> {
    let mut hashes: Vec<Hash> = Vec::new();
    loop {
        let after = hashes.len().checked_sub(1).map(|last| format!("&after={}", Sequence(last as u64)));
        let path = format!("/v1/statements?stream={stream}&limit={PAGE}{}", after.unwrap_or_default());
        let (status, body) = wire.get(&path).unwrap();
        if status == 404 && hashes.is_empty() {
            return hashes;
        }
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let page: Value = serde_json::from_slice(&body).unwrap();
        let messages = page["messages"].as_array().unwrap();
        hashes.extend(
            messages.iter().map(|message| message["hash"].as_str().unwrap().parse::<Hash>().unwrap()),
        );
        if page.get("nextAfter").is_none_or(Value::is_null) || messages.is_empty() {
            return hashes;
        }
    }
}

/// One life of the node: check what the last one left, write, be killed.
fn live(data: &Path, writers: &mut Vec<Writer>, choices: &mut Choices) {
    // Now and then it is killed before it has even said where it is.
    if choices.next().is_multiple_of(8) {
        let mut child = Served::spawn(data);
        std::thread::sleep(choices.below(LOAD_MAX));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let node = Served::start(data);
    if writers.is_empty() {
        *writers = Writer::all(&node.first["origin"].as_str().unwrap().parse().unwrap());
    }
    let address = node.address().to_owned();
    writers.iter_mut().for_each(|writer| writer.check(&address));
    let stop = AtomicBool::new(false);
    let life = choices.below(LOAD_MAX);
    std::thread::scope(|scope| {
        for writer in writers.iter_mut() {
            let (address, stop) = (&address, &stop);
            scope.spawn(move || writer.write(address, stop));
        }
        std::thread::sleep(life);
        node.kill();
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let cycles = number("ASSENT_TORTURE_CYCLES").unwrap_or(u64::from(CYCLES));
    let seed = number("ASSENT_TORTURE_SEED")
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64);
    println!("{cycles} kills, ASSENT_TORTURE_SEED={seed}");
    let mut choices = Choices(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut writers = Vec::new();
    for _ in 0..cycles {
        live(&data, &mut writers, &mut choices);
    }
    let node = Served::start(&data);
    let address = node.address().to_owned();
    writers.iter_mut().for_each(|writer| writer.check(&address));
    node.kill();
    let places: Vec<u64> = writers.iter().flat_map(Writer::places).collect();
    // Each has its place, and no place is left over.
    let all = places.len();
    assert_eq!(places.into_iter().collect::<BTreeSet<_>>(), (0..all as u64).collect());
    // The audit also makes the sessions, commitments, deadlines and evidence again, and compares.
    let audit = run(&["log", "audit", "--data", data.to_str().unwrap(), "--json"]).with_code(0).one();
    assert_eq!(audit["entries"].as_u64(), Some(all as u64));
    println!("{all} statements, each there once");
}
