//! The starter set: schemas that everybody knows without anybody having registered them.
//! Their text is a copy of `spec/schemas/terms/`, made by `cargo xtask codegen`.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::TermsSchema;

/// The text of each starter with its alias; all are of version 1.
const TEXTS: [(&str, &str); 5] = [
    ("compute-lease", include_str!("starters/compute-lease-1.json")),
    ("data-licence", include_str!("starters/data-licence-1.json")),
    ("freight", include_str!("starters/freight-1.json")),
    ("goods-purchase", include_str!("starters/goods-purchase-1.json")),
    ("service-agreement", include_str!("starters/service-agreement-1.json")),
];

/// The starters by their aliases.
pub fn starters() -> &'static [(&'static str, TermsSchema)] {
    static ALL: LazyLock<Vec<(&str, TermsSchema)>> = LazyLock::new(|| {
        let read = |(alias, text): (&'static str, &str)| {
            let schema: Map<String, Value> = serde_json::from_str(text).ok()?;
            Some((alias, TermsSchema::trusted(&schema)))
        };
        TEXTS.into_iter().filter_map(read).collect()
    });
    &ALL
}
