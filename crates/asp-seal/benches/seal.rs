//! What a sealed statement costs its writer and each reader, and a change of the group each member.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark whose group is refused is to stop"
)]

use std::hint::black_box;

use asp_core::key::SecretKey;
use asp_core::name::AgentUri;
use asp_core::position::Hash;
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
    targets = messages, changes
}
criterion_main!(all);
