//! Asks those who are listed with an endpoint whether they are there, and tells the search how each stands.
//!
//! Whom to ask next is kept in the store's probes, which outlive a restart; here is who works it off: so many hosts at
//! once, the agents of one host one after the other. What is asked and what counts as an answer is asp-core's, how a name
//! that strangers chose is reached is `fetch`'s. Nothing of it enters the log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use asp_client::api::AgentStanding;
use asp_core::challenge::{Challenge, ChallengeAnswer};
use asp_core::limits;
use asp_core::name::AgentUri;
use asp_core::position::{LogTime, Millis};
use asp_core::statement::body::Nonce;
use asp_store::probes::{Asked, Listed, Probe};
use asp_store::{AgentNumber, Reader, Standing};
use futures::{StreamExt, stream};
use tokio::sync::watch;

use crate::config::Config;
use crate::fetch::FetchError;
use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// Hosts of one round.
const HOSTS_MAX: usize = 64;
/// Agents of one host that are asked in one round.
const OF_HOST_MAX: usize = 16;
/// Cards and probes that are read at once.
const CHUNK: usize = 512;
/// How often new cards are looked for while the log grows.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The pause after the store failed: the same would happen at once.
const PAUSE: Duration = Duration::from_secs(1);
/// How much less often who is stale is asked, and who is gone.
const STALE_RARER: u64 = 4;
const GONE_RARER: u64 = 24;

/// How often agents are asked, and what follows from silence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    interval: Millis,
    stale: Millis,
    gone: Millis,
    hosts: usize,
}

impl Schedule {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            interval: Millis(config.probe_interval_ms),
            stale: Millis(config.probe_stale_ms),
            gone: Millis(config.probe_gone_ms),
            hosts: config.probes_max.max(1),
        }
    }

    /// How an agent stands by what was seen of it.
    pub(crate) fn standing(&self, probe: &Probe, now: LogTime) -> Standing {
        probe.standing(now, self.stale, self.gone)
    }

    /// When who stands like this is asked again: up to a tenth later than that, by a byte of chance.
    fn next(&self, standing: Standing, now: LogTime, chance: u8) -> LogTime {
        let rarer = match standing {
            Standing::Unknown | Standing::Answering => 1,
            Standing::Stale => STALE_RARER,
            Standing::Gone => GONE_RARER,
        };
        let span = self.interval.0.saturating_mul(rarer);
        let later = (span / 10).saturating_mul(u64::from(chance)) / u64::from(u8::MAX);
        now.plus(Millis(span.saturating_add(later)))
    }
}

/// A standing as it is told; what is not known is not.
pub(crate) const fn told(standing: Standing) -> Option<AgentStanding> {
    match standing {
        Standing::Unknown => None,
        Standing::Answering => Some(AgentStanding::Answering),
        Standing::Stale => Some(AgentStanding::Stale),
        Standing::Gone => Some(AgentStanding::Gone),
    }
}

/// What came of asking an agent: what it was asked, and the bytes that it answered, if any.
struct Answered {
    asked: Asked,
    challenge: Challenge,
    bytes: Option<Vec<u8>>,
}

/// The task's whole life: until the node stops.
pub(crate) async fn run(app: Arc<App>) {
    let mut stopping = app.stopping.clone();
    let whole = async {
        // With no interval nobody is asked.
        while app.schedule.interval > Millis(0) && !app.is_stopping() {
            if let Err(denial) = work(&app).await {
                tracing::error!(?denial, "whom to ask whether it is there is not known");
                tokio::time::sleep(PAUSE).await;
            }
        }
    };
    // What has not been noted is asked again.
    tokio::select! {
        () = whole => {}
        () = stopped(&mut stopping) => {}
    }
}

/// Asks whoever is due, for ever.
async fn work(app: &Arc<App>) -> Result<(), Denial> {
    recall(app).await?;
    let mut size = app.store.watch();
    loop {
        let seen = *size.borrow_and_update();
        follow(app, seen).await?;
        let asked = due(app).await?;
        if asked.is_empty() {
            wait(app, &mut size).await?;
        } else {
            let answers = ask(app, asked).await?;
            settle(app, answers).await?;
        }
    }
}

/// Tells the index what was seen before this start: it is made anew, and knows nothing of it.
async fn recall(app: &Arc<App>) -> Result<(), Denial> {
    index_reaches(app, 0).await?;
    let mut after: Option<AgentUri> = None;
    loop {
        let (of_thread, from) = (Arc::clone(app), after.take());
        let read = move |reader: &Reader<'_>| {
            let known = of_thread.probes.all(from.as_ref(), CHUNK)?;
            let now = of_thread.clock.now();
            let stand =
                |(agent, probe): &(AgentUri, Probe)| (agent.clone(), of_thread.schedule.standing(probe, now));
            of_thread.note(reader, known.iter().map(stand))?;
            Ok((known.len() == CHUNK).then(|| known.last().map(|(agent, _)| agent.clone())).flatten())
        };
        after = app.reads.wait_and_run(read).await?;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Takes in the cards that were set since the last time.
async fn follow(app: &Arc<App>, size: u64) -> Result<(), Denial> {
    index_reaches(app, size).await?;
    loop {
        let of_thread = Arc::clone(app);
        let read = move |reader: &Reader<'_>| {
            let from = of_thread.probes.size()?;
            if from >= size {
                return Ok(true);
            }
            let cards = reader.cards_set(from, size, CHUNK)?;
            let last = cards.last().filter(|_| cards.len() == CHUNK).map(|(set_at, _)| set_at.0);
            let upto = last.map_or(size, |last| last.saturating_add(1));
            let listed: Vec<Listed> = cards.into_iter().map(|(_, listed)| listed).collect();
            let forgotten = of_thread.probes.list(&listed, upto, of_thread.clock.now())?;
            of_thread.note(reader, forgotten.into_iter().map(|agent| (agent, Standing::Unknown)))?;
            Ok(upto >= size)
        };
        if app.reads.wait_and_run(read).await? {
            return Ok(());
        }
    }
}

/// Waits until the index knows the agents of the log up to a size: of others it cannot note how they stand.
async fn index_reaches(app: &App, size: u64) -> Result<(), Denial> {
    let mut seen = app.store.search_size();
    let reached = seen.wait_for(|seen| seen.is_some_and(|seen| seen >= size)).await;
    reached.map(drop).map_err(|_| Denial::Stopping)
}

async fn due(app: &Arc<App>) -> Result<Vec<Asked>, Denial> {
    let of_thread = Arc::clone(app);
    let read =
        move |_: &Reader<'_>| Ok(of_thread.probes.due(of_thread.clock.now(), HOSTS_MAX, OF_HOST_MAX)?);
    app.reads.wait_and_run(read).await
}

/// Waits until somebody is due, or the log has grown and a moment has passed.
async fn wait(app: &Arc<App>, size: &mut watch::Receiver<u64>) -> Result<(), Denial> {
    let of_thread = Arc::clone(app);
    let next = app.reads.wait_and_run(move |_: &Reader<'_>| Ok(of_thread.probes.next()?)).await?;
    let due = async {
        match next {
            Some(next) => app.clock.reaches(next).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = due => Ok(()),
        grown = size.changed() => {
            tokio::time::sleep(LOOK_EVERY).await;
            grown.map_err(|_| Denial::Stopping)
        }
    }
}

/// Asks all of a round: hosts side by side, the agents of a host one after the other.
async fn ask(app: &App, asked: Vec<Asked>) -> Result<Vec<Answered>, Denial> {
    let mut hosts: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    for one in asked {
        hosts.entry(one.host.clone()).or_default().push(one);
    }
    let asking = stream::iter(hosts.into_values()).map(|asked| ask_host(app, asked));
    let answers: Vec<Result<Vec<Answered>, Denial>> =
        asking.buffer_unordered(app.schedule.hosts).collect().await;
    let mut all = Vec::new();
    for of_host in answers {
        all.extend(of_host?);
    }
    Ok(all)
}

async fn ask_host(app: &App, asked: Vec<Asked>) -> Result<Vec<Answered>, Denial> {
    let mut answers = Vec::with_capacity(asked.len());
    for asked in asked {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|_| Denial::Internal)?;
        let challenge = Challenge {
            agent: asked.agent.clone(),
            audience: app.store.origin().clone(),
            challenge: Nonce(nonce),
            issued_at: app.clock.now(),
        };
        let (endpoint, bytes) = (asked.endpoint.as_str(), challenge.bytes());
        let answer = app.fetch.post(endpoint, bytes, limits::CHALLENGE_BYTES_MAX).await;
        if let Err(why) = &answer {
            tracing::debug!(agent = %asked.agent, %why, "no answer");
        }
        // Who keeps others waiting keeps those at its own host waiting, who are due again in the next round.
        let slow = matches!(answer, Err(FetchError::TooSlow));
        answers.push(Answered { asked, challenge, bytes: answer.ok().map(|answer| answer.bytes) });
        if slow {
            break;
        }
    }
    Ok(answers)
}

/// Judges what was answered, by the keys that are current now, and notes it.
async fn settle(app: &Arc<App>, answers: Vec<Answered>) -> Result<(), Denial> {
    let of_thread = Arc::clone(app);
    let judge = move |reader: &Reader<'_>| {
        let now = of_thread.clock.now();
        let (mut seen, mut stand) = (Vec::new(), Vec::new());
        for Answered { asked, challenge, bytes } in answers {
            let answered = match bytes {
                Some(bytes) => is_answer(reader, &challenge, &bytes)?,
                None => false,
            };
            let probe = asked.probe.after(now, answered);
            let standing = of_thread.schedule.standing(&probe, now);
            let Nonce([chance, ..]) = challenge.challenge;
            let [heard, silent] = &of_thread.metrics.probes;
            if answered { heard } else { silent }.fetch_add(1, Ordering::Relaxed);
            stand.push((asked.agent.clone(), standing));
            seen.push((asked, probe, of_thread.schedule.next(standing, now, chance)));
        }
        of_thread.probes.note(&seen)?;
        of_thread.note(reader, stand)
    };
    app.reads.wait_and_run(judge).await
}

/// Whether the bytes are the agent's answer (ASP-AGT-010): who has retired answers no more.
fn is_answer(reader: &Reader<'_>, challenge: &Challenge, bytes: &[u8]) -> Result<bool, Denial> {
    let Ok(answer) = ChallengeAnswer::from_json(bytes) else { return Ok(false) };
    let Some(agent) = reader.agent(&challenge.agent)? else { return Ok(false) };
    let verdict = answer.verify(challenge, |key| !agent.retired() && agent.keys().is_current(key));
    if let Err(why) = verdict {
        tracing::debug!(agent = %challenge.agent, %why, "no answer");
    }
    Ok(verdict.is_ok())
}

impl App {
    /// Tells the index how agents stand.
    fn note(
        &self,
        reader: &Reader<'_>,
        agents: impl IntoIterator<Item = (AgentUri, Standing)>,
    ) -> Result<(), Denial> {
        let mut known: Vec<(AgentNumber, Standing)> = Vec::new();
        for (agent, standing) in agents {
            known.extend(reader.agent_number(&agent)?.map(|number| (number, standing)));
        }
        self.store.note_standing(&known);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_asked_less_often_and_nobody_at_the_same_time() {
        let schedule = Schedule::of(&Config::default());
        let now = LogTime::from_millis(1_795_449_312_000);
        let after = |standing, chance| schedule.next(standing, now, chance).since(now).0 / 60_000;
        for (standing, chance, minutes) in [
            (Standing::Unknown, 0, 60),
            (Standing::Answering, 0, 60),
            (Standing::Answering, 255, 66),
            (Standing::Answering, 128, 63),
            (Standing::Stale, 0, 240),
            (Standing::Stale, 255, 264),
            (Standing::Gone, 0, 1440),
        ] {
            assert_eq!(after(standing, chance), minutes, "{standing:?} {chance}");
        }
    }
}
