//! The node is killed with SIGKILL while it writes, again and again. Whatever it has acknowledged must be there
//! afterwards, in order, exactly once, and give the same receipt again, byte for byte.
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

mod support;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use asp_core::key::SecretKey;
use asp_core::name::{Domain, Issuer, Origin, StreamId, StreamName};
use asp_core::position::{Hash, Head, LogTime};
use asp_core::statement::body::{Body, OrgRegister, PolicySet};
use asp_core::statement::draft::{Draft, Stamp};
use serde_json::Value;
use support::{Served, Wire, run};

/// Kills when nobody says otherwise.
const CYCLES: u32 = 3;
/// Writers, each with a stream and a connection of its own.
const WRITERS: u8 = 6;
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

    fn bytes(&mut self) -> [u8; 10] {
        let (a, b) = (self.next().to_le_bytes(), self.next().to_le_bytes());
        std::array::from_fn(|place| if place < 8 { a[place] } else { b[place - 8] })
    }

    fn below(&mut self, most: Duration) -> Duration {
        most.mul_f64((self.next() >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// A statement that was sent, with its receipt if that came.
struct Sent {
    hash: Hash,
    envelope: Vec<u8>,
    receipt: Option<Vec<u8>>,
}

/// One organisation that sets its policy over and over.
struct Writer {
    domain: Domain,
    key: SecretKey,
    choices: Choices,
    sent: Vec<Sent>,
    /// How many of `sent` were acknowledged before this cycle.
    checked: usize,
}

fn now() -> LogTime {
    LogTime::from_millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64)
}

impl Writer {
    fn new(number: u8, seed: u64) -> Self {
        let mut seed_bytes = [number; 32];
        seed_bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self {
            domain: format!("writer-{number}.example").parse().unwrap(),
            key: SecretKey::from_seed(&seed_bytes),
            choices: Choices(seed ^ u64::from(number).wrapping_mul(0x5851_f42d_4c95_7f2d)),
            sent: Vec::new(),
            checked: 0,
        }
    }

    fn stream(&self) -> StreamId {
        StreamId::Org(self.domain.clone())
    }

    fn draft(&mut self, origin: &Origin) -> Sent {
        let body = if self.sent.is_empty() {
            Body::OrgRegister(OrgRegister { key: self.key.id(), name: self.domain.as_str().parse().unwrap() })
        } else {
            let contact = format!("contact {}", self.sent.len()).parse().unwrap();
            Body::OrgPolicySet(PolicySet { ceiling: None, human_contacts: vec![contact] })
        };
        let head = self.sent.last().map(|last| Head {
            sequence: asp_core::position::Sequence(self.sent.len() as u64 - 1),
            hash: last.hash,
        });
        let issuer = Issuer::Organisation(self.domain.clone());
        let draft = Draft::new(StreamName::Of(self.stream()), origin.clone(), issuer, body);
        let stamp = Stamp { issued_at: now(), random: self.choices.bytes() };
        let verified = draft.sign(head, stamp, &[&self.key]).unwrap();
        Sent { hash: verified.statement().hash, envelope: verified.envelope(), receipt: None }
    }

    /// Writes until the node is gone; what was sent last may have no receipt.
    fn write(&mut self, address: &str, origin: &Origin, stop: &AtomicBool) {
        let Ok(mut wire) = Wire::connect(address) else { return };
        while !stop.load(Ordering::Relaxed) {
            if self.sent.last().is_none_or(|last| last.receipt.is_some()) {
                let next = self.draft(origin);
                self.sent.push(next);
            }
            let last = self.sent.last_mut().unwrap();
            match wire.submit(&last.envelope) {
                Ok((202, receipt)) => last.receipt = Some(receipt),
                Ok((503, _)) => {}
                Ok((status, body)) => panic!("{status}: {}", String::from_utf8_lossy(&body)),
                Err(_) => return,
            }
        }
    }

    /// Holds the node to what it acknowledged.
    fn check(&mut self, address: &str) {
        let mut wire = Wire::connect(address).unwrap();
        let stored = self.stored(&mut wire);
        let acknowledged = self.sent.iter().filter(|sent| sent.receipt.is_some()).count();
        assert!(stored.len() >= acknowledged, "{} lost {}", self.domain, acknowledged - stored.len());
        assert!(stored.len() <= self.sent.len(), "{} has what nobody sent", self.domain);
        for (place, (hash, sent)) in stored.iter().zip(&self.sent).enumerate() {
            assert_eq!(*hash, sent.hash, "{} at {place}", self.domain);
        }
        for (place, sent) in self.sent.iter_mut().enumerate().skip(self.checked) {
            let (status, receipt) = wire.submit(&sent.envelope).unwrap();
            assert_eq!(status, 202, "{} at {place}: {}", self.domain, String::from_utf8_lossy(&receipt));
            // What was never acknowledged is acknowledged by this answer; the node may not have had it before.
            match &sent.receipt {
                Some(first) => assert_eq!(*first, receipt, "{} at {place} has another receipt", self.domain),
                None => sent.receipt = Some(receipt),
            }
        }
        self.checked = self.sent.len();
    }

    /// The hashes of the stream as the node has it, in order, from the first.
    fn stored(&self, wire: &mut Wire) -> Vec<Hash> {
        let mut hashes: Vec<Hash> = Vec::new();
        loop {
            let stream = self.stream();
            let after = hashes.len().checked_sub(1).map(|last| format!("&after={last}")).unwrap_or_default();
            let path = format!("/v1/statements?stream={stream}&limit={PAGE}{after}");
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
}

/// One life of the node: check what the last one left, write, be killed.
fn live(data: &Path, writers: &mut [Writer], choices: &mut Choices) {
    // Now and then it is killed before it has even said where it is.
    if choices.next().is_multiple_of(8) {
        let mut child = Served::spawn(data);
        std::thread::sleep(choices.below(LOAD_MAX));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let node = Served::start(data);
    let origin: Origin = node.first["origin"].as_str().unwrap().parse().unwrap();
    let address = node.address().to_owned();
    writers.iter_mut().for_each(|writer| writer.check(&address));
    let stop = AtomicBool::new(false);
    let life = choices.below(LOAD_MAX);
    std::thread::scope(|scope| {
        for writer in writers.iter_mut() {
            let (address, origin, stop) = (&address, &origin, &stop);
            scope.spawn(move || writer.write(address, origin, stop));
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
    let seed = number("ASSENT_TORTURE_SEED").unwrap_or_else(|| now().millis());
    println!("{cycles} kills, ASSENT_TORTURE_SEED={seed}");
    let mut choices = Choices(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::new(number, seed)).collect();
    for _ in 0..cycles {
        live(&data, &mut writers, &mut choices);
    }
    let node = Served::start(&data);
    let address = node.address().to_owned();
    writers.iter_mut().for_each(|writer| writer.check(&address));
    node.kill();
    let all: usize = writers.iter().map(|writer| writer.sent.len()).sum();
    let audit = run(&["log", "audit", "--data", data.to_str().unwrap(), "--json"]).with_code(0).one();
    assert_eq!(audit["entries"].as_u64(), Some(all as u64));
    println!("{all} statements, each there once");
}
