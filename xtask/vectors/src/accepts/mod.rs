//! Statements that are in order: of each type each kind of body, with and without what is optional.

mod answers;
mod disputes;
mod duties;
mod identity;
mod money;
mod offers;
mod sealed;
mod words;

use serde_json::{Value, json};

use super::case::Case;

/// All of them, type by type.
pub(super) fn all() -> Vec<Case> {
    [
        identity::cases(),
        money::cases(),
        offers::cases(),
        answers::cases(),
        duties::cases(),
        words::cases(),
        disputes::cases(),
        sealed::cases(),
    ]
    .concat()
}

/// An amount of money.
fn money(amount: &str, currency: &str) -> Value {
    json!({"amount": amount, "currency": currency})
}
