//! How far an agent can be trusted with a deal of some size, and why. The digits are asp-core's.

use std::collections::BTreeSet;
use std::sync::Arc;

use asp_client::api::{AssessmentView, HistoryView};
use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Domain};
use asp_core::position::{LogTime, Position};
use asp_core::rejection::Code;
use asp_core::trust::{Assessment, History, Question, STEPS_MAX, STEPS_MIN, Settled};
use asp_core::trust::{assess as assessed, history as traced};
use asp_store::Reader;
use axum::Json;
use axum::extract::State;

use super::App;
use super::extract::Params;
use super::problem::Denial;
use crate::auth::{Access, Credentials};

/// Organisations through whose eyes one question looks at most.
const OBSERVERS_MAX: usize = 16;
/// The size of the deal when nobody says.
const AMOUNT: &str = "1000";
const CURRENCY: &str = "USD";

/// The value class in which is asked when nobody says.
pub(crate) fn usual_class() -> Option<Money> {
    Some(Money { amount: AMOUNT.parse().ok()?, currency: CURRENCY.parse().ok()? })
}

/// Instants of a history when nobody says.
const STEPS: u32 = 30;
/// How far back a history goes when nobody says: as long as a kept deal takes to lose half of its weight.
const BACK_MS: u64 = 180 * 86_400_000;

/// What is asked, before the log has had its say.
struct Asked {
    agent: AgentUri,
    class: Money,
    capability: Option<Capability>,
    observer: BTreeSet<Domain>,
    /// Of a history alone.
    since: Option<LogTime>,
    steps: Option<u32>,
}

impl Asked {
    /// Reads parameters of which one may come several times.
    fn read(parameters: &[(String, String)]) -> Option<Self> {
        let (mut agent, mut amount, mut currency, mut capability) = (None, None, None, None);
        let (mut since, mut steps) = (None, None);
        let mut observer = BTreeSet::new();
        for (name, value) in parameters {
            let once = match name.as_str() {
                "agent" => agent.replace(value.parse().ok()?).is_none(),
                "amount" => amount.replace(value.parse().ok()?).is_none(),
                "currency" => currency.replace(value.parse().ok()?).is_none(),
                "capability" => capability.replace(value.parse().ok()?).is_none(),
                "since" => since.replace(value.parse().ok()?).is_none(),
                "steps" => steps.replace(steps_of(value)?).is_none(),
                "observer" => observer.insert(value.parse().ok()?) && observer.len() <= OBSERVERS_MAX,
                _ => false,
            };
            if !once {
                return None;
            }
        }
        let usual = usual_class()?;
        let class =
            Money { amount: amount.unwrap_or(usual.amount), currency: currency.unwrap_or(usual.currency) };
        Some(Self { agent: agent?, class, capability, observer, since, steps })
    }

    /// The question, and what stands in the log to answer it.
    fn of_log(
        self,
        reader: &Reader<'_>,
        access: &Access,
        instant: LogTime,
    ) -> Result<(Settled, Question), Denial> {
        reader.agent(&self.agent)?.ok_or(Code::NotFound)?;
        let Self { agent, class, capability, mut observer, .. } = self;
        if observer.is_empty() {
            observer.insert(access.tenant.organisation());
        }
        let size = reader.size()?;
        let prefix = Position(size);
        Ok((reader.settled(size)?, Question { subject: agent, observer, class, capability, instant, prefix }))
    }
}

fn steps_of(text: &str) -> Option<u32> {
    text.parse().ok().filter(|steps| (STEPS_MIN..=STEPS_MAX).contains(steps))
}

/// Answers when it is this question's turn, away from the threads that serve: a maximum flow takes what it takes.
async fn answer<T: Send + 'static>(
    app: &Arc<App>,
    credentials: Credentials,
    asked: Asked,
    compute: impl FnOnce(&Settled, &Question) -> T + Send + 'static,
) -> Result<T, Denial> {
    let instant = app.clock.now();
    let turn = Arc::clone(&app.assessing).acquire_owned().await.map_err(|_| Denial::Stopping)?;
    let read = move |reader: &Reader<'_>, access: &Access| asked.of_log(reader, access, instant);
    let (settled, question) = app.read_as(credentials, read).await?;
    let compute = tokio::task::spawn_blocking(move || {
        // It goes on when who asked has gone, and so does its turn.
        let _turn = turn;
        compute(&settled, &question)
    });
    compute.await.map_err(|_| Denial::Internal)
}

/// Ask how far to trust an agent.
///
/// The answer names the log prefix, the instant, the observer, the value class and the model that it depends on, and
/// the statements that it rests on: anybody who has them computes the same digits.
#[utoipa::path(get, path = "/v1/trust", tag = "trust",
    params(("agent" = String, Query, description = "Whom"),
        ("amount" = Option<String>, Query, description = "The size of the deal; 1000 if absent"),
        ("currency" = Option<String>, Query, description = "Its currency; USD if absent"),
        ("capability" = Option<String>, Query, description = "Count only deals within this capability"),
        ("observer" = Option<Vec<String>>, Query, description = "Through whose eyes, up to 16 organisations; \
            the caller's if absent")),
    responses((status = 200, description = "The assessment with its reasons", body = AssessmentView)),
    security(("dpop" = [])))]
pub(super) async fn assess(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Params(parameters): Params<Vec<(String, String)>>,
) -> Result<Json<Assessment>, Denial> {
    let asked = Asked::read(&parameters)
        .filter(|asked| asked.since.is_none() && asked.steps.is_none())
        .ok_or(Code::InvalidQuery)?;
    let found = answer(&app, credentials, asked, |settled, question| assessed(settled.evidence(), question));
    found.await.map(Json)
}

/// Ask how an agent's score came to be what it is.
///
/// The same question at evenly spaced instants, each answered by what the log knew then.
#[utoipa::path(get, path = "/v1/trust/history", tag = "trust",
    params(("agent" = String, Query, description = "Whom"),
        ("amount" = Option<String>, Query, description = "The size of the deal; 1000 if absent"),
        ("currency" = Option<String>, Query, description = "Its currency; USD if absent"),
        ("capability" = Option<String>, Query, description = "Count only deals within this capability"),
        ("observer" = Option<Vec<String>>, Query, description = "Through whose eyes, up to 16 organisations; \
            the caller's if absent"),
        ("since" = Option<String>, Query, description = "The first instant; 180 days ago if absent"),
        ("steps" = Option<u32>, Query, description = "How many instants, 2 to 100; 30 if absent")),
    responses((status = 200, description = "The score over time", body = HistoryView)),
    security(("dpop" = [])))]
pub(super) async fn history(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Params(parameters): Params<Vec<(String, String)>>,
) -> Result<Json<History>, Denial> {
    let asked = Asked::read(&parameters).ok_or(Code::InvalidQuery)?;
    let (since, steps) = (asked.since, asked.steps.unwrap_or(STEPS));
    let found = answer(&app, credentials, asked, move |settled, question| {
        let usual = LogTime::from_millis(question.instant.millis().saturating_sub(BACK_MS));
        traced(settled.evidence(), question, since.unwrap_or(usual), steps)
    });
    found.await.map(Json)
}
