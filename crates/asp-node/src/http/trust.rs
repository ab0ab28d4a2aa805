//! How far an agent can be trusted with a deal of some size, and why. The digits are asp-core's.

use std::collections::BTreeSet;
use std::sync::Arc;

use asp_client::api::AssessmentView;
use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Domain};
use asp_core::position::Position;
use asp_core::rejection::Code;
use asp_core::trust::{Assessment, Question, assess as assessed};
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

/// What is asked, before the log has had its say.
struct Asked {
    agent: AgentUri,
    class: Money,
    capability: Option<Capability>,
    observer: BTreeSet<Domain>,
}

impl Asked {
    /// Reads parameters of which one may come several times.
    fn read(parameters: &[(String, String)]) -> Option<Self> {
        let (mut agent, mut amount, mut currency, mut capability) = (None, None, None, None);
        let mut observer = BTreeSet::new();
        for (name, value) in parameters {
            let once = match name.as_str() {
                "agent" => agent.replace(value.parse().ok()?).is_none(),
                "amount" => amount.replace(value.parse().ok()?).is_none(),
                "currency" => currency.replace(value.parse().ok()?).is_none(),
                "capability" => capability.replace(value.parse().ok()?).is_none(),
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
        Some(Self { agent: agent?, class, capability, observer })
    }
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
    let asked = Asked::read(&parameters).ok_or(Code::InvalidQuery)?;
    let instant = app.clock.now();
    let read = move |reader: &Reader<'_>, access: &Access| {
        reader.agent(&asked.agent)?.ok_or(Code::NotFound)?;
        let Asked { agent, class, capability, mut observer } = asked;
        if observer.is_empty() {
            observer.insert(access.tenant.organisation());
        }
        let size = reader.size()?;
        let settled = reader.settled(size)?;
        let prefix = Position(size);
        Ok((settled, Question { subject: agent, observer, class, capability, instant, prefix }))
    };
    let turn = Arc::clone(&app.assessing).acquire_owned().await.map_err(|_| Denial::Stopping)?;
    let (settled, question) = app.read_as(credentials, read).await?;
    let compute = tokio::task::spawn_blocking(move || {
        // It goes on when who asked has gone, and so does its turn.
        let _turn = turn;
        assessed(settled.evidence(), &question)
    });
    compute.await.map(Json).map_err(|_| Denial::Internal)
}
