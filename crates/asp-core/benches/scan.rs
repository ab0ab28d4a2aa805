//! What it costs to judge a statement's bytes: a good one of 1 KiB, large ones, and hostile ones.

use std::hint::black_box;

use asp_core::limits;
use asp_core::statement::scan::{Bounds, member, scan};
use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("scan");
    measure(&mut group, "statement of 1 KiB", STATEMENT);
    measure(&mut group, "escapes and text beyond ASCII, 192 KiB", &filled_with(r#"é\n😂\u0001€\""#));
    measure(&mut group, "small values, 4,096 of them", &small_values());
    measure(&mut group, "refused: white space in 1 KiB", &STATEMENT.replace(':', ": "));
    measure(&mut group, "refused: 4,000 names in falling order", &falling_names());
    measure(&mut group, "refused: a string of needless escapes, 192 KiB", &filled_with(r"\u0041"));
    group.finish();
    criterion.bench_function("member/eighth of eleven in 1 KiB", |bencher| {
        bencher.iter(|| member(black_box(STATEMENT.as_bytes()), black_box("previousHash")));
    });
    criterion.final_summary();
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, text: &str) {
    let is_refused = scan(text.as_bytes(), &Bounds::STATEMENT).is_err();
    assert_eq!(is_refused, name.starts_with("refused"), "{name} measures something else");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| scan(black_box(text.as_bytes()), &Bounds::STATEMENT));
    });
}

fn filled_with(part: &str) -> String {
    let string = part.repeat(limits::STRING_BYTES_MAX / part.len() - 1);
    format!(r#"{{"a":["{string}","{string}","{string}"]}}"#)
}

fn small_values() -> String {
    format!(r#"{{"a":[{}]}}"#, vec![r#"{"a":-1}"#; limits::STATEMENT_NODES_MAX / 2 - 1].join(","))
}

fn falling_names() -> String {
    let beginning = "x".repeat(50);
    let members: Vec<_> = (0..4_000).rev().map(|number| format!(r#""{beginning}{number:04}":0"#)).collect();
    format!("{{{}}}", members.join(","))
}

/// A proposal as an agent sends it: short names, hashes, one sentence, small numbers.
const STATEMENT: &str = concat!(
    r#"{"asp":"1.0","audience":"assent.example/main","body":{"awaits":["agent://globex.example/sales/seller"],"#,
    r#""binding":true,"expiresAt":"2026-01-05T10:05:00.000Z","packages":[{"id":"standard","obligations":["#,
    r#"{"creditor":"agent://acme.example/procurement/buyer","debtor":"agent://globex.example/sales/seller","#,
    r#""due":"2026-02-01T00:00:00.000Z","fulfilment":"acknowledgement","id":"delivery","#,
    r#""value":{"amount":"1250.00","currency":"EUR"}}],"terms":{"hours":400,"region":"eu-north","units":8}}],"#,
    r#""reasoning":"Eight units for four hundred hours, as in the last quarter; “delivery” means access.","#,
    r#""termsSchema":"compute-lease/1"},"expiresAt":"2026-01-05T10:05:00.000Z","#,
    r#""id":"019b8e4e-6c1a-7cc0-98c4-dc0c0c07398f","issuedAt":"2026-01-05T10:00:00.000Z","#,
    r#""issuer":"agent://acme.example/procurement/buyer","#,
    r#""previousHash":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","sequence":7,"#,
    r#""stream":"session:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","type":"PROPOSE"}"#,
);
