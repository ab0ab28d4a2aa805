//! What a sealed statement costs its writer and each reader, beside one in the clear; what a change of the group costs each member,
//! and a disclosure who makes and who opens it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark whose group is refused is to stop"
)]

use std::hint::black_box;

use asp_core::key::{PublicKey, SecretKey};
use asp_core::name::{AgentUri, Origin};
use asp_core::position::Hash;
use asp_seal::disclosure::{self, Place};
use asp_seal::package::KeyPackage;
use asp_seal::vault::{Plan, Vault};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const PLACE: &[u8] =
    b"asp/1.0/seal\nsha256:0000000000000000000000000000000000000000000000000000000000000000\n7";

struct Member {
    key: SecretKey,
    vault: Vault,
}

fn session() -> Hash {
    Hash::of(&[b"a session"])
}

/// So many members of a group at epoch 1.
fn group(count: u8) -> Vec<Member> {
    let agent = |number: u8| -> AgentUri { format!("agent://org{number}.example/sales").parse().unwrap() };
    let member =
        |number| Member { key: SecretKey::from_seed(&[number; 32]), vault: Vault::new(agent(number)) };
    let mut members: Vec<Member> = (0..count).map(member).collect();
    let package = |member: &mut Member| {
        let made = member.vault.make_packages(&member.key, 1, false).unwrap();
        KeyPackage::read(&made[0].content, member.vault.agent(), &member.key.id()).unwrap()
    };
    let packages: Vec<KeyPackage> = members.iter_mut().skip(1).map(package).collect();
    let founder = &mut members[0];
    let founded = founder.vault.found(&founder.key, &session(), 1, &packages).unwrap();
    founder.vault.settle(&session(), 1).unwrap();
    let welcome = founded.welcome.unwrap();
    for member in members.iter_mut().skip(1) {
        member.vault.join(&session(), 1, &agent(0), &welcome, &founded.members).unwrap();
    }
    members
}

fn copy(vault: &Vault) -> Vault {
    Vault::from_bytes(&vault.to_bytes().unwrap()).unwrap()
}

fn messages(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("message");
    bench.throughput(Throughput::Elements(1));
    let text = [7; 1_024];
    for count in [2, 32] {
        let mut members = group(count);
        let by = members[0].vault.agent().clone();
        bench.bench_function(format!("seal and open 1 KiB among {count}"), |bencher| {
            bencher.iter(|| {
                let [first, second, ..] = members.as_mut_slice() else { return };
                let sealed = first.vault.seal(&first.key, &session(), 1, PLACE, &text).unwrap();
                black_box(second.vault.open(&session(), 1, &by, PLACE, &sealed).unwrap());
            });
        });
        bench.bench_function(format!("refuse a forged one among {count}"), |bencher| {
            let Member { key, vault } = &mut members[0];
            let mut forged = vault.seal(key, &session(), 1, PLACE, &text).unwrap();
            *forged.last_mut().unwrap() ^= 1;
            bencher.iter(|| members[1].vault.open(&session(), 1, &by, PLACE, &forged).unwrap_err());
        });
    }
    bench.finish();
}

/// What an open session costs in its place, and any session besides: a signature and its check.
fn clear(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("message");
    bench.throughput(Throughput::Elements(1));
    let (key, text) = (SecretKey::from_seed(&[7; 32]), [7; 1_024]);
    let public = PublicKey::try_from(&key.id()).unwrap();
    bench.bench_function("sign and verify 1 KiB in the clear", |bencher| {
        bencher.iter(|| public.verify(&text, &key.sign(&text)).unwrap());
    });
    bench.finish();
}

fn disclosures(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("disclosure");
    bench.throughput(Throughput::Elements(1));
    let (key, text) = (SecretKey::from_seed(&[7; 32]), [7; 1_024]);
    let origin: Origin = "node.example/log".parse().unwrap();
    let place = Place { origin: &origin, session: session(), statement: session() };
    bench.bench_function("shut 1 KiB", |bencher| {
        bencher.iter(|| disclosure::shut(&key.id(), &place, &text).unwrap());
    });
    let shut = disclosure::shut(&key.id(), &place, &text).unwrap();
    bench.bench_function("open 1 KiB", |bencher| {
        bencher.iter(|| disclosure::open(&key, &place, &shut).unwrap());
    });
    bench.finish();
}

fn changes(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("change");
    for count in [2, 32] {
        let mut members = group(count);
        let by = members[0].vault.agent().clone();
        // Made before the many that are dropped: each takes a key, and members pass over a thousand at most.
        let Member { key, vault } = &mut members[0];
        let change = vault.change(key, &session(), 2, &Plan::default()).unwrap();
        let commit = change.commit.unwrap();
        vault.drop_pending(&session()).unwrap();
        bench.bench_function(format!("make and drop among {count}"), |bencher| {
            bencher.iter(|| {
                black_box(vault.change(key, &session(), 2, &Plan::default()).unwrap());
                vault.drop_pending(&session()).unwrap();
            });
        });
        bench.bench_function(format!("follow among {count}"), |bencher| {
            let follower = &members[1].vault;
            bencher.iter_batched_ref(
                || copy(follower),
                |vault| vault.follow(&session(), 2, &by, &commit, &change.members).unwrap(),
                BatchSize::SmallInput,
            );
        });
        let vault = &members[1].vault;
        bench.bench_function(format!("save a vault among {count}"), |bencher| {
            bencher.iter(|| vault.to_bytes().unwrap());
        });
        bench.bench_function(format!("found among {count}"), |bencher| bencher.iter(|| group(count)));
    }
    bench.finish();
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(20);
    targets = clear, messages, changes, disclosures
}
criterion_main!(all);
