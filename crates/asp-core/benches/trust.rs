//! How long an assessment takes in networks of 1,000 and 10,000 organisations, ten kept deals to each.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its own names is to stop")]

use std::hint::black_box;

use asp_core::position::{Hash, LogTime, Position};
use asp_core::trust::{Evidence, Outcome, Question, assess};
use criterion::{Criterion, criterion_group, criterion_main};

const NOW: u64 = 1_700_000_000_000;

fn network(organisations: u64) -> (Vec<Evidence>, Question) {
    let agent = |number: u64| format!("agent://o{number}.example/a").parse().unwrap();
    // A fixed sequence of pseudo-random numbers (Knuth's MMIX constants): the same network in each run.
    let mut state = 1_u64;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let count = organisations * 10;
    let evidence = (0..count).map(|index| Evidence {
        index: Position(index),
        at: LogTime::from_millis(NOW - (count - index) * 60_000),
        // Every fiftieth deal is the subject's, the organisation with the number 0.
        debtor: agent(if index % 50 == 0 { 0 } else { next(organisations) }),
        creditor: agent(next(organisations)),
        value: format!("{} USD", 1 + next(200)).parse().unwrap(),
        capability: None,
        outcome: if index == count / 2 / 50 * 50 { Outcome::Breached } else { Outcome::Fulfilled },
        statement: Hash::of(&[&index.to_be_bytes()]),
        grounds: [].into(),
        void: None,
    });
    let question = Question {
        subject: agent(0),
        observer: (1..=5).map(|number| format!("o{number}.example").parse().unwrap()).collect(),
        class: "100 USD".parse().unwrap(),
        outlook: asp_core::trust::Outlook::default(),
        capability: None,
        instant: LogTime::from_millis(NOW),
        prefix: Position(count),
    };
    (evidence.collect(), question)
}

fn assessments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("assess");
    group.sample_size(10);
    for organisations in [1_000, 10_000] {
        let (evidence, question) = network(organisations);
        group.bench_function(format!("{organisations} organisations"), |bencher| {
            bencher.iter(|| assess(black_box(&evidence), black_box(&question)));
        });
    }
    group.finish();
}

criterion_group!(benches, assessments);
criterion_main!(benches);
