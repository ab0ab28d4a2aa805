//! What the store costs: durable submits a second at several numbers in flight, and the speed of an audit.
//!
//! Statements are signed beforehand; the time is that of the store alone. Beside it stand what the disk needs for a
//! bare `fdatasync` and a core for a bare signature check: the figures mean little without them.
#![expect(clippy::print_stderr, reason = "a benchmark tells its figures")]
#![expect(clippy::unwrap_used, reason = "what a benchmark cannot do ends it")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use asp_core::key::PublicKey;
use asp_core::position::Hash;
use asp_core::statement::{Verified, signing_input};
use asp_store::{Store, audit};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures::future::join_all;

use support::*;

/// Statements of one session; an invitation may ask for 10,000.
const SESSION_MAX: u64 = 900;

/// Makes remarks of about 1 KiB, spread over sessions so that none waits for another.
struct Talk {
    stage: Stage,
    consent: Hash,
    sessions: Vec<(Hash, u64)>,
    words: String,
}

impl Talk {
    fn new(folder: &std::path::Path, width: usize) -> Self {
        let mut stage = Stage::new(folder);
        let (consent, _) = stage.introduced();
        let sessions =
            (0..width).map(|_| (stage.session("acme/buyer", "globex/seller", consent), 0)).collect();
        Self { stage, consent, sessions, words: "word ".repeat(90) }
    }

    /// One queue of statements per session; each must be taken in before the next.
    fn statements(&mut self, count: u64) -> Vec<Vec<Verified>> {
        let width = self.sessions.len() as u64;
        (0..width)
            .map(|place| (0..(count + width - 1 - place) / width).map(|_| self.next(place)).collect())
            .collect()
    }

    fn next(&mut self, place: u64) -> Verified {
        let slot = self.sessions.get_mut(usize::try_from(place).unwrap()).unwrap();
        if slot.1 == SESSION_MAX {
            *slot = (self.stage.session("acme/buyer", "globex/seller", self.consent), 0);
        }
        slot.1 += 1;
        let session = slot.0;
        let statement = self.stage.author.remark(session, "acme/buyer", &self.words);
        self.stage.author.note(&statement);
        statement
    }
}

/// Submits each queue in order, all queues at once; the whole time, and that of each answer.
fn run(store: &Store, queues: Vec<Vec<Verified>>) -> (Duration, Vec<Duration>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let began = Instant::now();
    let answers = runtime.block_on(join_all(queues.into_iter().map(|queue| async {
        let mut times = Vec::with_capacity(queue.len());
        for statement in queue {
            let asked = Instant::now();
            store.submit(statement).await.unwrap();
            times.push(asked.elapsed());
        }
        times
    })));
    (began.elapsed(), answers.into_iter().flatten().collect())
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    // None when only another benchmark was asked for.
    let last = times.len().saturating_sub(1);
    let at = |share: usize| times.get((times.len() * share / 1000).min(last)).copied().unwrap_or_default();
    format!("p50 {:?}, p99 {:?}, p99.9 {:?}, max {:?}", at(500), at(990), at(999), at(1000))
}

/// The processor time of the writers' threads so far, where the system tells (Linux).
fn writer_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of_writer = threads.filter(|thread| {
        let name = std::fs::read_to_string(thread.path().join("comm"));
        name.is_ok_and(|name| name.trim() == "assent-writer")
    });
    let spent = of_writer.filter_map(|thread| {
        let spent = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        spent.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(spent.sum())
}

/// What the disk needs to make a page durable.
fn fdatasync(folder: &std::path::Path) -> String {
    let mut file = std::fs::File::create(folder.join("bare")).unwrap();
    let times = (0..500).map(|_| {
        let began = Instant::now();
        file.write_all(&[1; 4096]).unwrap();
        file.sync_data().unwrap();
        began.elapsed()
    });
    percentiles(times.collect())
}

fn submits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("durable submits");
    group.sample_size(10).throughput(Throughput::Elements(1));
    for width in [1usize, 16, 256] {
        let folder = tempfile::tempdir().unwrap();
        let mut talk = Talk::new(folder.path(), width);
        let mut all = Vec::new();
        group.bench_function(BenchmarkId::from_parameter(width), |bencher| {
            bencher.iter_custom(|count| {
                let queues = talk.statements(count);
                let (elapsed, times) = run(&talk.stage.store, queues);
                all.extend(times);
                elapsed
            });
        });
        eprintln!("{width} in flight, answers: {}", percentiles(all));
        eprintln!("the disk alone: {}", fdatasync(folder.path()));
        let statistics = talk.stage.store.statistics();
        let each = writer_time() / u32::try_from(statistics.accepted).unwrap();
        let batch = statistics.accepted / statistics.batches.max(1);
        eprintln!("the writer: {each:?} of processor a statement, {batch} in a batch");
    }
    group.finish();
}

fn audits(criterion: &mut Criterion) {
    const ENTRIES: u64 = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let mut talk = Talk::new(folder.path(), 256);
    let queues = talk.statements(ENTRIES);
    let sample = queues.first().unwrap().first().unwrap().clone();
    run(&talk.stage.store, queues);
    talk.stage.store.stop();
    let mut group = criterion.benchmark_group("audit");
    group.sample_size(10).throughput(Throughput::Elements(ENTRIES));
    group.bench_function("folder", |bencher| {
        bencher.iter(|| {
            let report = audit::folder(folder.path(), &mut |_, _| ()).unwrap();
            assert_eq!(report.finding, None);
        });
    });
    let mut export = Vec::new();
    talk.stage.store.read(|reader| reader.export(&mut export)).unwrap();
    group.bench_function("export", |bencher| {
        bencher.iter(|| {
            let report = audit::export(export.as_slice(), &mut |_, _| ()).unwrap();
            assert_eq!(report.finding, None);
        });
    });
    group.throughput(Throughput::Elements(1));
    let signature = sample.signatures().first().unwrap().clone();
    let input = signing_input(sample.statement().kind, sample.statement().bytes());
    group.bench_function("one signature on one core", |bencher| {
        bencher.iter(|| {
            PublicKey::try_from(black_box(&signature.key_id))
                .unwrap()
                .verify(&input, &signature.value)
                .unwrap();
        });
    });
    group.finish();
}

fn restart(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut talk = Talk::new(folder.path(), 256);
    let queues = talk.statements(50_000);
    run(&talk.stage.store, queues);
    let clock = talk.stage.author.clock();
    drop(talk);
    let mut group = criterion.benchmark_group("restart");
    group.sample_size(10);
    group.bench_function("50,000 entries", |bencher| {
        bencher
            .iter(|| open(folder.path(), clock.clone()).unwrap().read(|reader| reader.checkpoint()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, submits, audits, restart);
criterion_main!(benches);
