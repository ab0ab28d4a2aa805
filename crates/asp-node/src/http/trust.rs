//! How far an agent can be trusted with a deal of some size, and why. The digits are asp-core's.

use std::collections::BTreeSet;
use std::sync::Arc;

use asp_client::api::{AssessmentView, HistoryView, ProfileView};
use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Domain};
use asp_core::position::{LogTime, Position};
use asp_core::rejection::Code;
use asp_core::trust::{Assessment, Dossier, History, Profile, Question, STEPS_MAX, STEPS_MIN, Settled};
use asp_core::trust::{assess as assessed, history as traced, profile as profiled};
use asp_store::Reader;
use axum::Json;
use axum::extract::State;

use super::App;
use super::extract::Params;
use super::problem::Denial;
use crate::auth::{Access, Credentials};
use crate::registry::scores;

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

/// What may be asked; read by [`Asked::read`], as one of them may come several times.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what is read elsewhere")]
struct Parameters {
    /// Whom
    agent: String,
    /// The size of the deal; 1000 if absent
    amount: Option<String>,
    /// Its currency; USD if absent
    currency: Option<String>,
    /// Count only deals within this capability
    capability: Option<String>,
    /// Through whose eyes, up to 16 organisations; the caller's if absent
    observer: Option<Vec<String>>,
}

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

    /// The same without the parameters of a history.
    fn of_one_instant(parameters: &[(String, String)]) -> Option<Self> {
        Self::read(parameters).filter(|asked| asked.since.is_none() && asked.steps.is_none())
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
        let outlook = scores::outlook(reader, &observer, &class)?;
        let question = Question { subject: agent, observer, class, outlook, capability, instant, prefix };
        Ok((reader.settled(size)?, question))
    }
}

/// All that is needed is in the evidence.
fn nothing(_: &Reader<'_>, _: &Question) -> Result<(), Denial> {
    Ok(())
}

fn steps_of(text: &str) -> Option<u32> {
    text.parse().ok().filter(|steps| (STEPS_MIN..=STEPS_MAX).contains(steps))
}

/// Answers when it is this question's turn, away from the threads that serve: a maximum flow takes what it takes.
async fn answer<M: Send + 'static, T: Send + 'static>(
    app: &Arc<App>,
    credentials: Credentials,
    asked: Asked,
    more: impl FnOnce(&Reader<'_>, &Question) -> Result<M, Denial> + Send + 'static,
    compute: impl FnOnce(&Settled, &Question, M) -> T + Send + 'static,
) -> Result<T, Denial> {
    let instant = app.clock.now();
    let turn = Arc::clone(&app.assessing).acquire_owned().await.map_err(|_| Denial::Stopping)?;
    let read = move |reader: &Reader<'_>, access: &Access| {
        let (settled, question) = asked.of_log(reader, access, instant)?;
        let more = more(reader, &question)?;
        Ok((settled, question, more))
    };
    let (settled, question, more) = app.read_as(credentials, read).await?;
    let compute = tokio::task::spawn_blocking(move || {
        // It goes on when who asked has gone, and so does its turn.
        let _turn = turn;
        compute(&settled, &question, more)
    });
    compute.await.map_err(|_| Denial::Internal)
}

/// Ask how far to trust an agent.
///
/// The answer names the log prefix, the instant, the observer, the value class and the model that it depends on, and
/// the statements that it rests on: anybody who has them computes the same digits.
#[utoipa::path(get, path = "/v1/trust", tag = "trust",
    params(Parameters),
    responses((status = 200, description = "The assessment with its reasons", body = AssessmentView)),
    security(("dpop" = [])))]
pub(super) async fn assess(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Params(parameters): Params<Vec<(String, String)>>,
) -> Result<Json<Assessment>, Denial> {
    let asked = Asked::of_one_instant(&parameters).ok_or(Code::InvalidQuery)?;
    let compute = |settled: &Settled, question: &Question, ()| assessed(settled.evidence(), question);
    answer(&app, credentials, asked, nothing, compute).await.map(Json)
}

/// Ask how an agent's score came to be what it is.
///
/// The same question at evenly spaced instants, each answered by what the log knew then.
#[utoipa::path(get, path = "/v1/trust/history", tag = "trust",
    params(Parameters,
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
    let found = answer(&app, credentials, asked, nothing, move |settled, question, ()| {
        let usual = LogTime::from_millis(question.instant.millis().saturating_sub(BACK_MS));
        traced(settled.evidence(), question, since.unwrap_or(usual), steps)
    });
    found.await.map(Json)
}

/// Ask what else the log tells of an agent.
///
/// Eight components, each from 0 to 100 with its facts. They show what the score does not count, and move no gate.
#[utoipa::path(get, path = "/v1/trust/profile", tag = "trust",
    params(Parameters),
    responses((status = 200, description = "The profile with its facts", body = ProfileView)),
    security(("dpop" = [])))]
pub(super) async fn profile(
    State(app): State<Arc<App>>,
    credentials: Credentials,
    Params(parameters): Params<Vec<(String, String)>>,
) -> Result<Json<Profile>, Denial> {
    let asked = Asked::of_one_instant(&parameters).ok_or(Code::InvalidQuery)?;
    let dossier = |reader: &Reader<'_>, question: &Question| -> Result<Dossier, Denial> {
        Ok(reader.dossier(&question.subject)?.ok_or(Code::NotFound)?)
    };
    let compute = |settled: &Settled, question: &Question, dossier: Dossier| {
        profiled(settled.evidence(), &dossier, question)
    };
    answer(&app, credentials, asked, dossier, compute).await.map(Json)
}
