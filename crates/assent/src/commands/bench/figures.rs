//! Figures of one run: percentiles of waiting, what the disk's own sync takes, what one core verifies.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use asp_core::key::{PublicKey, SecretKey};
use serde::Serialize;

use crate::failure::{Failure, Outcome};

/// How often the disk is asked to sync.
const SYNCS: usize = 400;
/// Bytes between two syncs: about what one small commit writes.
const SYNC_BYTES: usize = 16 * 1024;
/// How long bare verifications are counted.
const VERIFY_FOR: Duration = Duration::from_secs(1);
/// Bytes of what is verified: about those of a statement.
const MESSAGE_BYTES: usize = 1024;

/// How long each of many things took.
#[derive(Debug, Default)]
pub(super) struct Latencies(Vec<u64>);

impl Latencies {
    /// Adds one.
    pub(super) fn push(&mut self, took: Duration) {
        self.0.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Adds those of another.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The usual percentiles in milliseconds.
    pub(super) fn percentiles(mut self) -> Percentiles {
        self.0.sort_unstable();
        let at = |per_mille: usize| {
            // The nearest rank: the least value that so many do not exceed.
            let rank = (self.0.len() * per_mille).div_ceil(1000).max(1) - 1;
            self.0.get(rank).map_or(0.0, |nanos| *nanos as f64 / 1e6)
        };
        Percentiles { p50: at(500), p99: at(990), max: at(1000) }
    }
}

/// Percentiles in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Percentiles {
    /// Half of all took no longer.
    pub(super) p50: f64,
    /// All but one in a hundred took no longer.
    pub(super) p99: f64,
    /// The longest.
    pub(super) max: f64,
}

/// What an append and `fdatasync` take in `folder`.
///
/// # Errors
/// What the operating system says.
pub(super) fn disk(folder: &Path) -> Outcome<Percentiles> {
    let path = folder.join("sync-probe");
    let fault = |error: std::io::Error| Failure::fault(format_args!("{}: {error}", path.display()));
    let mut file = std::fs::File::create(&path).map_err(fault)?;
    let block = vec![0x5a; SYNC_BYTES];
    let mut latencies = Latencies::default();
    for _ in 0..SYNCS {
        let start = Instant::now();
        file.write_all(&block).map_err(fault)?;
        file.sync_data().map_err(fault)?;
        latencies.push(start.elapsed());
    }
    drop(file);
    std::fs::remove_file(&path).map_err(fault)?;
    Ok(latencies.percentiles())
}

/// How many strict Ed25519 verifications this thread makes in a second.
///
/// # Errors
/// Never in practice: the key and the signatures are its own.
pub(super) fn bare_verifications(key: &SecretKey) -> Outcome<f64> {
    let public = PublicKey::try_from(&key.id()).map_err(Failure::fault)?;
    let signed: Vec<(Vec<u8>, _)> = (0..=u8::MAX)
        .map(|number| {
            let message = vec![number; MESSAGE_BYTES];
            let signature = key.sign(&message);
            (message, signature)
        })
        .collect();
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < VERIFY_FOR {
        for (message, signature) in &signed {
            public.verify(message, signature).map_err(Failure::fault)?;
            count += 1;
        }
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

/// Bytes of memory that this process has in use (resident), where the system tells.
pub(super) fn resident_bytes() -> Option<u64> {
    resident_bytes_of("self")
}

/// The same of another process, by its number.
pub(super) fn resident_bytes_of(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_value_of_its_rank() {
        let mut latencies = Latencies::default();
        (1..=200).rev().for_each(|millis| latencies.push(Duration::from_millis(millis)));
        let Percentiles { p50, p99, max } = latencies.percentiles();
        assert_eq!((p50, p99, max), (100.0, 198.0, 200.0));
    }

    #[test]
    fn no_values_have_no_percentiles_and_do_no_harm() {
        let Percentiles { p50, p99, max } = Latencies::default().percentiles();
        assert_eq!((p50, p99, max), (0.0, 0.0, 0.0));
    }
}
