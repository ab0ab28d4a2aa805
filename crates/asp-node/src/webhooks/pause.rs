//! How long a webhook is left alone after a failure. Knows nothing of what failed, and no clock.

use asp_core::limits;
use asp_core::position::{Hash, Millis};
use asp_store::webhooks::WebhookId;

/// The jitter, in thousandths of a pause to either side.
const JITTER: u64 = 250;

/// The pause after so many failures in a row: twice as long as the one before, up to the longest, and up to a quarter longer
/// or shorter. What it is follows from the webhook and the count, so that a restart changes nothing and no two that failed
/// together come back together.
pub(super) fn after(webhook: WebhookId, failures: u64) -> Millis {
    let doubled = failures.saturating_sub(1).min(32);
    let whole = limits::WEBHOOK_PAUSE_MS.0.saturating_mul(1 << doubled).min(limits::WEBHOOK_PAUSE_MAX_MS.0);
    let digest = Hash::of(&[b"asp-node/webhook-pause\n", &webhook.0, &failures.to_be_bytes()]);
    let drawn = digest.as_bytes().iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    let thousandths = 1_000 - JITTER + drawn % (2 * JITTER + 1);
    Millis(whole / 1_000 * thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_about_twice_the_one_before_up_to_the_longest() {
        let webhook = WebhookId([7; 16]);
        for failures in 1..=80 {
            let whole = (5_000_u64 << (failures - 1).min(20)).min(3_600_000);
            let Millis(pause) = after(webhook, failures);
            assert!((whole * 3 / 4..=whole * 5 / 4).contains(&pause), "{failures}: {pause}");
        }
        assert_eq!(after(webhook, 3), after(webhook, 3), "a restart changes nothing");
    }

    #[test]
    fn two_that_fail_together_come_back_apart() {
        let pauses: std::collections::BTreeSet<u64> =
            (0..50).map(|number: u8| after(WebhookId([number; 16]), 10).0).collect();
        assert!(pauses.len() > 40, "{}", pauses.len());
    }
}
