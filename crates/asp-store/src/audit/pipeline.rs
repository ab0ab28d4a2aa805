//! Work in parallel, results in order: chunks go to the cores in turn and come back in the same turn.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

/// Chunks that wait for one worker; with the one in work it bounds what is in memory.
const WAITING_MAX: usize = 2;

/// Runs chunks on all cores.
///
/// `next` gives chunks until there are none. `work` turns each into a result, on any core. `take` gets the results
/// in the order of the chunks, and says whether to go on. Nothing is known here of what a chunk is.
pub(super) fn run<C: Send, R: Send>(
    mut next: impl FnMut() -> Option<C>,
    work: impl Fn(C) -> R + Sync,
    mut take: impl FnMut(R) -> bool,
) {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        let workers: Vec<Worker<'_, C, R>> = (0..cores).map(|_| Worker::start(scope, &work)).collect();
        let mut sent = workers.iter().cycle();
        let mut taken = workers.iter().cycle();
        let mut in_flight = 0;
        loop {
            let chunk = if in_flight < cores * WAITING_MAX { next() } else { None };
            let more = chunk.is_some();
            if let (Some(chunk), Some(worker)) = (chunk, sent.next()) {
                // A worker ends only when told to: a failed send shows itself as a missing result.
                let _ = worker.chunks.send(chunk);
                in_flight += 1;
            }
            if in_flight == 0 {
                return;
            }
            if more && in_flight < cores * WAITING_MAX {
                continue;
            }
            let result = taken.next().and_then(|worker| worker.results.recv().ok());
            in_flight -= 1;
            // Dropping the workers' channels ends them.
            if !result.is_some_and(&mut take) {
                return;
            }
        }
    });
}

struct Worker<'scope, C, R> {
    chunks: SyncSender<C>,
    results: Receiver<R>,
    _thread: ScopedJoinHandle<'scope, ()>,
}

impl<'scope, C: Send + 'scope, R: Send + 'scope> Worker<'scope, C, R> {
    fn start<'env>(scope: &'scope Scope<'scope, 'env>, work: &'scope (impl Fn(C) -> R + Sync)) -> Self {
        let (chunks, received) = sync_channel::<C>(WAITING_MAX);
        let (finished, results) = sync_channel(WAITING_MAX);
        let thread = scope.spawn(move || {
            while let Ok(chunk) = received.recv() {
                if finished.send(work(chunk)).is_err() {
                    return;
                }
            }
        });
        Self { chunks, results, _thread: thread }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_chunks() {
        for count in [0, 1, 2, 3, 50] {
            let mut chunks = 0..count;
            let mut taken = Vec::new();
            run(
                || chunks.next(),
                |chunk: u32| chunk * 2,
                |result| {
                    taken.push(result);
                    true
                },
            );
            assert_eq!(taken, (0..count).map(|chunk| chunk * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn whoever_takes_can_end_it() {
        let mut taken = 0;
        run(
            || Some(()),
            |()| (),
            |()| {
                taken += 1;
                taken < 3
            },
        );
        assert_eq!(taken, 3);
    }
}
