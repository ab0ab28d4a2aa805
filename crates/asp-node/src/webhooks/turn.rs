//! One turn of a webhook: what is there for it is read, delivered in order until something is not taken, and noted.
//!
//! A receiver that does not answer is waited for at the place; an event that it refuses again and again is put aside, and the
//! next has its turn.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use asp_core::limits;
use asp_core::position::Position;
use asp_store::Reader;
use asp_store::webhooks::{DeadLetter, Progress, Stopped, Webhook, WebhookId};

use super::event::Event;
use super::{event, pause, tenant};
use crate::fetch::FetchError;
use crate::http::App;
use crate::http::problem::Denial;
use crate::signed::Signer;
use crate::stopped;

/// Events of one turn; at most 8 MiB of statements.
const CHUNK: usize = 32;
/// A place that nothing was delivered up to is noted this often: after a restart it is looked through once more.
const FAR: u64 = 4096;

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// It was taken.
    Taken,
    /// Who is there does not want it; another may be wanted.
    Refused(FetchError),
    /// Nobody is there who could want it.
    Silent(FetchError),
    /// Who is there says that it wants nothing any more.
    Gone,
    /// The node stops, and what became of it is not known.
    Unknown,
}

impl Heard {
    fn of(result: Result<(), FetchError>) -> Self {
        let Err(error) = result else { return Self::Taken };
        match error {
            FetchError::Status(410) => Self::Gone,
            // Said by what stands before a receiver that is not there, or by one that has too much to do.
            FetchError::Status(408 | 425 | 429 | 502..=504) => Self::Silent(error),
            FetchError::Status(_) | FetchError::Redirected => Self::Refused(error),
            FetchError::Url
            | FetchError::Port
            | FetchError::Address
            | FetchError::NoSuchName
            | FetchError::NamesSilent
            | FetchError::Unreachable
            | FetchError::MediaType
            | FetchError::TooLarge
            | FetchError::TooSlow => Self::Silent(error),
        }
    }
}

/// Why an attempt failed, in words for its organisation. Which names a private network has is in none of them.
pub(crate) fn words(error: FetchError) -> String {
    match error {
        FetchError::Redirected | FetchError::Status(_) | FetchError::TooSlow => error.to_string(),
        FetchError::Url
        | FetchError::Port
        | FetchError::Address
        | FetchError::NoSuchName
        | FetchError::NamesSilent
        | FetchError::Unreachable
        | FetchError::MediaType
        | FetchError::TooLarge => "it cannot be reached".to_owned(),
    }
}

/// What is to be delivered in a turn.
#[derive(Debug)]
struct Work {
    /// What was put aside and is to be delivered once more; none where it cannot be read any more.
    again: Vec<(DeadLetter, Option<Event>)>,
    /// What comes next.
    events: Vec<Event>,
    /// What was looked through ends here.
    end: Position,
    /// Whether there may be more.
    more: bool,
}

/// How a turn ended.
#[derive(Debug)]
pub(super) struct Turned {
    pub(super) id: WebhookId,
    pub(super) progress: Progress,
    /// Whether there may be more for it.
    pub(super) more: bool,
}

/// Delivers what is there for a webhook, until something is not taken or there has been enough for a turn.
pub(super) async fn take_turn(app: Arc<App>, webhook: Webhook) -> Turned {
    let (id, mut progress) = (webhook.id, webhook.progress.clone());
    let work = match read(&app, webhook.clone()).await {
        Ok(work) => work,
        Err(denial) => {
            tracing::error!(webhook = %id, ?denial, "what a webhook is for cannot be read");
            progress.due = Some(app.clock.now().plus(limits::WEBHOOK_PAUSE_MS));
            return Turned { id, progress, more: true };
        }
    };
    let mut turn = Turn { app, webhook, progress };
    let more = work.more;
    let whole = turn.deliver_again(work.again).await && turn.deliver_next(work.events, work.end).await;
    Turned { id, progress: turn.progress, more: more || !whole }
}

/// What there is for a webhook at one state of the log, as its organisation may read it.
async fn read(app: &Arc<App>, webhook: Webhook) -> Result<Work, Denial> {
    let of_thread = Arc::clone(app);
    let read = move |reader: &Reader<'_>| {
        let (app, tenant) = (of_thread, tenant(&webhook));
        // Who has failed so often is tried with one.
        let broken = webhook.progress.failures >= limits::WEBHOOK_BROKEN_AFTER as u64;
        let most = if broken { 1 } else { CHUNK };
        let again = app.webhooks.again(webhook.id, most)?.into_iter().map(|letter| {
            let entry = reader.entry(&tenant, letter.position)?;
            let event = entry.map(|entry| event::of(&entry, app.store.origin())).transpose()?;
            Ok::<_, Denial>((letter, event))
        });
        let again: Vec<_> = again.collect::<Result<_, _>>()?;
        let size = reader.size()?;
        let entries = reader.feed(&tenant, webhook.progress.place, CHUNK)?; // ASP-DLV-010
        let last = entries.last().filter(|_| entries.len() == CHUNK);
        let mut end = last.map_or(Position(size), |last| behind(last.point.index));
        let mut more = last.is_some() || again.len() == most;
        let mut events = Vec::new();
        for entry in entries.iter().filter(|entry| event::wanted(&webhook, entry)) {
            if events.len() == most {
                // What was not looked at is for the next turn.
                (end, more) = (entry.point.index, true);
                break;
            }
            events.push(event::of(entry, app.store.origin())?);
        }
        Ok(Work { again, events, end, more })
    };
    app.reads.wait_and_run(read).await
}

/// A turn that is being taken.
struct Turn {
    app: Arc<App>,
    webhook: Webhook,
    progress: Progress,
}

impl Turn {
    /// Delivers what was put aside, each once; whether somebody was there for all of it. What is refused stays put aside, and
    /// keeps nobody waiting: who asked for it sees it there.
    async fn deliver_again(&mut self, again: Vec<(DeadLetter, Option<Event>)>) -> bool {
        for (letter, event) in again {
            let Some(event) = event else {
                self.settle(letter.position).await;
                continue;
            };
            match self.deliver(&event).await {
                Heard::Taken => {
                    self.taken();
                    self.note(None).await;
                    self.settle(letter.position).await;
                }
                Heard::Refused(why) => {
                    self.progress.silent_from = None;
                    let attempts = letter.attempts.saturating_add(1);
                    let (aside, reason) = (self.app.clock.now(), words(why));
                    self.note(Some(DeadLetter { attempts, aside, reason, again: false, ..letter })).await;
                }
                heard @ (Heard::Silent(_) | Heard::Gone | Heard::Unknown) => {
                    self.missed(heard);
                    self.note(None).await;
                    return false;
                }
            }
        }
        true
    }

    /// Delivers in order; whether all of it was delivered. How far it came is noted whatever happens.
    async fn deliver_next(&mut self, events: Vec<Event>, end: Position) -> bool {
        let before = self.progress.place.0;
        let mut delivered = false;
        for event in events {
            let heard = self.deliver(&event).await;
            if heard == Heard::Taken {
                self.taken();
                (self.progress.place, self.progress.attempts) = (behind(event.position), 0);
                delivered = true;
                continue;
            }
            // What stands before it was delivered, or is not for this webhook.
            self.progress.place = event.position;
            self.missed(heard);
            let aside = match heard {
                Heard::Refused(why) => self.put_aside(event.position, why).await,
                Heard::Taken | Heard::Silent(_) | Heard::Gone | Heard::Unknown => None,
            };
            self.note(aside).await;
            return false;
        }
        if self.progress.place < end {
            (self.progress.place, self.progress.attempts) = (end, 0);
        }
        if delivered || self.progress.place.0 / FAR != before / FAR {
            self.note(None).await;
        }
        true
    }

    fn taken(&mut self) {
        let progress = &mut self.progress;
        progress.delivered = Some(self.app.clock.now());
        (progress.failures, progress.silent_from, progress.due, progress.reason) = (0, None, None, None);
    }

    /// What an attempt that was for nothing says of the receiver.
    fn missed(&mut self, heard: Heard) {
        let (now, progress) = (self.app.clock.now(), &mut self.progress);
        let why = match heard {
            Heard::Taken | Heard::Unknown => return,
            Heard::Refused(why) | Heard::Silent(why) => why,
            Heard::Gone => FetchError::Status(410),
        };
        progress.failures = progress.failures.saturating_add(1);
        progress.reason = Some(words(why));
        progress.due = Some(now.plus(pause::after(self.webhook.id, progress.failures)));
        match heard {
            Heard::Silent(_) => {
                let from = *progress.silent_from.get_or_insert(now);
                let silent = now.since(from) >= limits::WEBHOOK_SILENT_MS;
                progress.stopped = silent.then_some(Stopped::Silent);
            }
            Heard::Gone => (progress.silent_from, progress.stopped) = (None, Some(Stopped::Gone)),
            Heard::Refused(_) | Heard::Taken | Heard::Unknown => progress.silent_from = None,
        }
    }

    /// Counts that the event at the place was refused. One that was refused too often is put aside; then the place is behind
    /// it, and the next has its turn at once.
    async fn put_aside(&mut self, position: Position, why: FetchError) -> Option<DeadLetter> {
        let (now, id, progress) = (self.app.clock.now(), self.webhook.id, &mut self.progress);
        progress.attempts = progress.attempts.saturating_add(1);
        if progress.attempts < limits::WEBHOOK_ATTEMPTS_MAX as u64 {
            // Each event has its own time, however many were refused before.
            progress.due = Some(now.plus(pause::after(id, progress.attempts)));
            return None;
        }
        let attempts = std::mem::take(&mut progress.attempts);
        (progress.place, progress.due) = (behind(position), None);
        let of_thread = Arc::clone(&self.app);
        let dead = self.app.reads.wait_and_run(move |_| Ok(of_thread.webhooks.dead(id)?.len())).await;
        if dead.is_ok_and(|dead| dead.saturating_add(1) >= limits::WEBHOOK_DEAD_MAX) {
            self.progress.stopped = Some(Stopped::Refused);
        }
        Some(DeadLetter { position, attempts, aside: now, reason: words(why), again: false })
    }

    async fn deliver(&self, event: &Event) -> Heard {
        let (app, id) = (&self.app, self.webhook.id);
        let mut stopping = app.stopping.clone();
        let name = event::id(id, event.position);
        tokio::select! {
            biased;
            () = stopped(&mut stopping) => Heard::Unknown,
            result = send(app, &self.webhook, &name, event.body.clone()) => {
                let [taken, failed] = &app.metrics.deliveries;
                let counter = if result.is_ok() { taken } else { failed };
                counter.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(webhook = %id, position = event.position.0, ?result, "called a webhook");
                Heard::of(result)
            }
        }
    }

    async fn note(&self, aside: Option<DeadLetter>) {
        let (app, id, progress) = (Arc::clone(&self.app), self.webhook.id, self.progress.clone());
        let write = move |_: &Reader<'_>| Ok(app.webhooks.note(id, &progress, aside.as_ref())?);
        // What is not noted is delivered again.
        if let Err(denial) = self.app.reads.wait_and_run(write).await {
            tracing::error!(webhook = %id, ?denial, "how far a webhook has come cannot be noted");
        }
    }

    async fn settle(&self, position: Position) {
        let (app, id) = (Arc::clone(&self.app), self.webhook.id);
        let write = move |_: &Reader<'_>| Ok(app.webhooks.settle(id, position)?);
        if let Err(denial) = self.app.reads.wait_and_run(write).await {
            tracing::error!(webhook = %id, ?denial, "that an event was delivered cannot be noted");
        }
    }
}

const fn behind(position: Position) -> Position {
    Position(position.0.saturating_add(1))
}

/// Sends something to a webhook, signed.
///
/// # Errors
/// See [`FetchError`].
pub(crate) async fn send(app: &App, webhook: &Webhook, id: &str, body: Vec<u8>) -> Result<(), FetchError> {
    let signer = Signer::of(&webhook.secrets.seed, &webhook.secrets.shared);
    // Keys of 32 bytes sign whatever there is.
    let headers = signer.sign(id, app.clock.now(), &body).ok_or(FetchError::Unreachable)?; // ASP-DLV-011
    app.fetch.tell(webhook.url.as_str(), (event::KIND, &headers), body).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_has_refused_and_who_does_not_is_silent() {
        assert_eq!(Heard::of(Ok(())), Heard::Taken);
        assert_eq!(Heard::of(Err(FetchError::Status(410))), Heard::Gone);
        for refused in [FetchError::Status(400), FetchError::Status(404), FetchError::Status(500)] {
            assert_eq!(Heard::of(Err(refused)), Heard::Refused(refused));
        }
        assert_eq!(Heard::of(Err(FetchError::Redirected)), Heard::Refused(FetchError::Redirected));
        for silent in [
            FetchError::Status(429),
            FetchError::Status(502),
            FetchError::Status(503),
            FetchError::Status(504),
            FetchError::Unreachable,
            FetchError::TooSlow,
            FetchError::NoSuchName,
            FetchError::Address,
        ] {
            assert_eq!(Heard::of(Err(silent)), Heard::Silent(silent));
        }
    }

    #[test]
    fn nobody_learns_which_names_a_private_network_has() {
        // THR-SSRF-WEBHOOK
        let hidden =
            [FetchError::Address, FetchError::NoSuchName, FetchError::NamesSilent, FetchError::Unreachable];
        assert!(hidden.into_iter().all(|error| words(error) == "it cannot be reached"));
    }
}
