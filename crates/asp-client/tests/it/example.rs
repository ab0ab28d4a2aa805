//! The example is run, and the guide shows nothing but the example.

#[path = "../../examples/negotiate.rs"]
#[expect(dead_code, reason = "its main is for who runs it by hand")]
mod negotiate;

use crate::support::*;

const SOURCE: &str = include_str!("../../examples/negotiate.rs");
const GUIDE: &str = include_str!("../../../../docs/guides/rust.md");

#[tokio::test(flavor = "multi_thread")]
async fn the_example_makes_a_deal_and_makes_it_again() {
    let stage = Stage::new().await;
    let keys = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let said = negotiate::negotiate(&stage.url(), keys.path().to_str().unwrap()).await.unwrap();
        assert!(said.starts_with("sha256:") && said.ends_with(" 0 refuted"), "{said}");
    }
}

/// Lines without what depends on how far they are indented.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_guide_shows_the_example_as_it_is() {
    let source = lines(SOURCE);
    let blocks: Vec<&str> =
        GUIDE.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5, "{}", blocks.len());
    for block in blocks {
        let wanted = lines(block);
        assert!(source.windows(wanted.len()).any(|part| part == wanted), "not in the example:\n{block}");
    }
}
