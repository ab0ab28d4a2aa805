//! Proof of domains: looks where organisations say that their keys are published, and says in the log what it found.
//!
//! What it found is said once and again only when it changes (ASP-ORG-009). The schedule follows from the log and the
//! clock, so that a restart neither forgets nor repeats: what was never looked at is looked at at once, what was not found
//! after pauses that grow, what was found once in an interval, each domain at its own time of it. How one looks is in
//! `look`, which addresses may be reached in `fetch`; what a statement may say is asp-core's.

mod look;
mod schedule;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asp_client::api::{DomainDocument, PublishedKeys};
use asp_core::key::SecretKey;
use asp_core::limits;
use asp_core::name::{Domain, StreamId};
use asp_core::org::Organisation;
use asp_core::position::{LogTime, Millis};
use asp_core::rejection::Code;
use asp_core::statement::Body;
use asp_core::statement::body::{OrgCheck, OrgVerify};
use asp_store::{DomainRow, Refusal};
use tokio::task::JoinSet;

use crate::http::App;
use crate::waiting::{grown, reached};
use crate::{StartError, stopped, timers};
pub(crate) use look::Sight;
use schedule::Schedule;

/// Domains that are looked at at once: less than the requests that may be out, so that others get their turn.
const LOOKS_AT_ONCE: usize = 8;
/// Rows that are read at once.
const PAGE: usize = 1_000;
/// Domains of which the last look is kept; one that gives way is shown again once it is looked at.
const SIGHTS_MAX: usize = 65_536;
/// How often what was found is signed anew because the organisation spoke in between.
const CONFLICTS_MAX: usize = 5;
/// The pause after the store could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// What was seen last, by domain: for the organisation that waits for it. The log has the outcome, this the reason.
#[derive(Debug, Default)]
pub(crate) struct Sights {
    seen: Mutex<BTreeMap<Domain, Look>>,
}

/// One look at a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// When it began.
    pub(crate) at: LogTime,
    /// Which key was looked for, and where.
    pub(crate) wanted: OrgVerify,
    /// What was there.
    pub(crate) sight: Sight,
}

impl Sights {
    /// The last look at a domain since the node started.
    pub(crate) fn last(&self, domain: &Domain) -> Option<Look> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(domain).cloned()
    }

    fn note(&self, domain: &Domain, look: Look) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SIGHTS_MAX && !seen.contains_key(domain) {
            seen.pop_first();
        }
        seen.insert(domain.clone(), look);
    }
}

/// What came of a look.
enum Done {
    /// The key is there, or is not; the log has it.
    Found(bool),
    /// Nobody could be reached.
    Unknown,
    /// This node could not look, or not say what it saw.
    Failed,
    /// There is nothing to look for any more: the key has ended.
    Moot,
    /// Another key or place was named meanwhile.
    Overtaken,
}

/// The task's whole life: until the node stops, or its store takes nothing more.
pub(crate) async fn run(app: Arc<App>, key: SecretKey, interval: Millis) {
    if interval.0 == 0 {
        return;
    }
    let (mut stopping, mut size) = (app.stopping.clone(), app.store.watch());
    let key = Arc::new(key);
    let mut schedule = Schedule::new(interval);
    let mut looks: JoinSet<(DomainRow, Done)> = JoinSet::new();
    let mut read = 0;
    while !app.is_stopping() && app.store.is_writable() {
        let end = *size.borrow_and_update();
        match news(&app, read, end).await {
            Some(rows) => {
                read = rows.last().map_or(end, |row| row.asked.0.saturating_add(1));
                rows.into_iter().for_each(|row| schedule.add(row, app.clock.now()));
            }
            None => tokio::time::sleep(PAUSE).await,
        }
        while looks.len() < LOOKS_AT_ONCE {
            let Some(row) = schedule.take_due(app.clock.now()) else { break };
            let (app, key) = (Arc::clone(&app), Arc::clone(&key));
            let failures = schedule.failures(&row.organisation);
            looks.spawn(async move {
                let done = look_at(&app, &key, &row, failures).await;
                (row, done)
            });
        }
        if read < end {
            continue;
        }
        let next = schedule.next().filter(|_| looks.len() < LOOKS_AT_ONCE);
        tokio::select! {
            Some(finished) = looks.join_next() => match finished {
                Ok((row, done)) => schedule.done(row, &done, app.clock.now()),
                Err(error) => tracing::error!(%error, "a look at a domain ended badly"),
            },
            () = grown(&mut size) => {}
            () = reached(&app.clock, next) => {}
            () = stopped(&mut stopping) => {}
        }
    }
}

/// Reads the document of the organisation whose domain leads to this node.
///
/// # Errors
/// [`StartError::Document`].
pub(crate) fn published(path: &Path) -> Result<PublishedKeys, StartError> {
    let failed = |detail: String| StartError::Document { path: path.to_owned(), detail };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let bytes_max = u64::try_from(limits::DOMAIN_DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(bytes_max).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    let document: DomainDocument = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    Ok(document.organisation)
}

/// Who has asked since; none if the store cannot be read.
async fn news(app: &Arc<App>, from: u64, to: u64) -> Option<Vec<DomainRow>> {
    if from >= to {
        return Some(Vec::new());
    }
    let rows = app.reads.wait_and_run(move |reader| Ok(reader.domains(from, to, PAGE)?)).await;
    rows.inspect_err(|denial| tracing::error!(?denial, "whose domain is to be looked at is not known")).ok()
}

async fn organisation(app: &Arc<App>, domain: &Domain) -> Option<Organisation> {
    let domain = domain.clone();
    let found = app.reads.wait_and_run(move |reader| Ok(reader.organisation(&domain)?)).await;
    found.inspect_err(|denial| tracing::error!(?denial, "an organisation cannot be read")).ok().flatten()
}

/// What an organisation asks to be looked for, if its key can still sign.
fn asked(organisation: &Organisation) -> Option<OrgVerify> {
    organisation.evidence().filter(|asked| organisation.keys().is_current(&asked.key)).cloned()
}

/// Looks at a domain, and says what is there where the log does not have it.
async fn look_at(app: &Arc<App>, key: &Arc<SecretKey>, row: &DomainRow, failures: u32) -> Done {
    let domain = &row.organisation;
    // Never before it was asked to, also where the log's time is ahead of the clock.
    let at = app.clock.now().max(row.asked_at);
    let Some(organisation) = organisation(app, domain).await else { return Done::Failed };
    let Some(wanted) = asked(&organisation) else { return Done::Moot };
    let sight = look::look(&app.fetch, domain, &wanted).await;
    app.metrics.domains_looked_at.fetch_add(1, Ordering::Relaxed);
    tracing::info!(%domain, method = ?wanted.method, %sight, "looked for the key of a domain");
    let done = conclude(app, key, organisation, (&wanted, &sight), failures).await;
    // Last, so that whoever sees that it has looked finds in the log what came of it.
    app.sights.note(domain, Look { at, wanted, sight });
    done
}

/// Says what a look is worth.
async fn conclude(
    app: &Arc<App>,
    key: &Arc<SecretKey>,
    organisation: Organisation,
    (wanted, sight): (&OrgVerify, &Sight),
    failures: u32,
) -> Done {
    // Who was there yesterday and cannot be reached today has not lost its domain yet.
    let stood = organisation.check().is_some_and(|check| {
        check.found.found && check.found.key == wanted.key && check.found.method == wanted.method
    });
    let patient =
        usize::try_from(failures).unwrap_or(usize::MAX).saturating_add(1) < limits::DOMAIN_FAILURES_MAX;
    if sight.is_passing() && stood && patient {
        return Done::Unknown;
    }
    let found = sight.is_found();
    let check = OrgCheck { evidence: sight.evidence(), found, key: wanted.key, method: wanted.method };
    let said = say(app, key, organisation, check).await;
    // What may pass is looked at again soon, whatever was said.
    if sight.is_passing() && matches!(said, Done::Found(_)) { Done::Unknown } else { said }
}

/// Says what was found on the stream's head; where the organisation was quicker, on the new one.
async fn say(app: &Arc<App>, key: &Arc<SecretKey>, first: Organisation, check: OrgCheck) -> Done {
    let wanted = OrgVerify { key: check.key, method: check.method };
    let mut organisation = Some(first);
    for _ in 0..CONFLICTS_MAX {
        let Some(current) = organisation else { return Done::Failed };
        match asked(&current) {
            None => return Done::Moot,
            Some(asked) if asked != wanted => return Done::Overtaken,
            Some(_) => {}
        }
        let last = current.check().map(|last| (last.found.found, last.found.key, last.found.method));
        // ASP-ORG-009
        if last == Some((check.found, check.key, check.method)) {
            return Done::Found(check.found);
        }
        let stream = StreamId::Org(current.domain().clone());
        let (origin, now) = (app.store.origin(), app.clock.now());
        let Ok(statement) =
            timers::by_node(&stream, current.head(), Body::OrgCheck(check.clone()), origin, (key, now))
        else {
            return Done::Failed;
        };
        match app.store.submit(statement).await {
            Ok(receipt) => {
                app.metrics.issued.fetch_add(1, Ordering::Relaxed);
                tracing::info!(%stream, found = check.found, index = receipt.receipt.log_index.0, "said what was found");
                return Done::Found(check.found);
            }
            Err(Refusal::Rejected(rejection)) if rejection.code == Code::SequenceConflict => {
                organisation = self::organisation(app, current.domain()).await;
            }
            Err(refusal) => {
                tracing::warn!(%stream, %refusal, "what was found could not be said");
                return Done::Failed;
            }
        }
    }
    Done::Failed
}
