//! `assent agent card` as A2A has cards: writing one, pinning the one that is served, checking one from anywhere.

use std::path::Path;

use asp_client::api::AgentView;
use asp_core::a2a::{self, Host, Received};
use asp_core::bundle::Verdict;
use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{AgentUri, Issuer, Origin, WebAddress};
use asp_core::statement::body::{A2aPin, Card};
use serde::Serialize;

use super::card::card_of;
use super::verify::verdict;
use super::{read_input, write_output};
use crate::cli::CardExport;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::Text;
use crate::words;

/// What a check came to.
#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    verdict: Verdict,
    detail: String,
}

/// All checks of a card.
#[derive(Debug, Serialize)]
struct Checked {
    agent: AgentUri,
    digest: asp_core::position::Hash,
    checks: Vec<Check>,
}

/// Writes the agent's card for A2A, signed with its own key.
pub(super) async fn export(context: &Context, args: CardExport) -> Outcome {
    let agent = args.agent.map_or_else(|| context.agent_name(), Ok)?;
    let key = context.key(&Issuer::Agent(agent.clone()))?;
    let client = context.client().await?;
    let card = Card { availability: None, ..card_of(&client.agent(&agent).await?)? };
    let url = context.node(&context.home()?);
    let host = Host { log: client.origin(), url: url.trim_end_matches('/') };
    let signed = a2a::sign(a2a::of_agent(&agent, &card, &host), &key);
    match args.output {
        Some(file) => {
            write_output(&file, &signed)?;
            let card = received(&signed)?;
            context.printer.say(format!("{}: {}", file.display(), card.digest()));
            Ok(())
        }
        None => context.printer.raw(&[&signed, "\n".as_bytes()].concat()).map_err(Failure::fault),
    }
}

/// Reads the card that an agent serves, and pins what it is now.
///
/// # Errors
/// When nothing is there, it is no card, or it is another's.
pub(super) async fn pin(agent: &AgentUri, url: WebAddress) -> Outcome<A2aPin> {
    let card = received(&asp_client::document(&url, limits::A2A_CARD_BYTES_MAX).await?)?;
    match card.agent() {
        Some(named) if named != *agent => {
            Err(Failure::no(format_args!("{url} has the card of {}", words::agent(&named))))
        }
        Some(_) | None => Ok(A2aPin { digest: card.digest(), url }),
    }
}

/// Checks a card.
///
/// # Errors
/// [`crate::failure::Exit::Usage`] if it is no card, [`crate::failure::Exit::No`] if anything is refuted.
pub(super) async fn verify(context: &Context, place: &str, agent: Option<AgentUri>) -> Outcome {
    let bytes = match place.parse::<WebAddress>() {
        Ok(url) => asp_client::document(&url, limits::A2A_CARD_BYTES_MAX).await?,
        Err(wrong) if place.contains("://") => return Err(Failure::usage(format_args!("{place}: {wrong}"))),
        Err(_) => read_input(Path::new(place), limits::A2A_CARD_BYTES_MAX as u64)?,
    };
    let card = received(&bytes)?;
    let Some(agent) = agent.or_else(|| card.agent()) else {
        return Err(
            Failure::usage("the card names no agent of the log").hint("Say whose it has to be: --agent.")
        );
    };
    let client = context.client().await?;
    let view = client.agent(&agent).await?;
    let checks = checks(&card, &view, client.origin(), &client.node_key());
    let refuted = checks.iter().any(|check| check.verdict == Verdict::Refuted);
    let checked = Checked { agent, digest: card.digest(), checks };
    context.printer.show(&checked, |page| {
        page.line(
            Text::from(words::agent(&checked.agent)).dim(format_args!("  {}", words::line(card.name(), 60))),
        );
        let row =
            |check: &Check| vec![verdict(check.verdict), check.check.into(), check.detail.clone().into()];
        page.table(vec!["VERDICT", "CHECK", "WHAT"], checked.checks.iter().map(row).collect(), "");
        page.field("digest", checked.digest.to_string());
    });
    if refuted { Err(Failure::no("the card does not hold")) } else { Ok(()) }
}

fn received(bytes: &[u8]) -> Outcome<Received> {
    Received::read(bytes).map_err(Failure::usage)
}

fn checks(card: &Received, view: &AgentView, log: &Origin, node: &KeyId) -> Vec<Check> {
    let check =
        |check, (verdict, detail): (Verdict, &str)| Check { check, verdict, detail: detail.to_owned() };
    let names = match card.agent() {
        Some(agent) if agent == view.agent => (Verdict::Proved, "it is of this agent, by its own account"),
        Some(_) => (Verdict::Refuted, "it is of another agent"),
        None => (Verdict::Refuted, "it names no agent of the log"),
    };
    let place = match card.log() {
        Some(named) if named == *log => (Verdict::Proved, "it is in the log of this node"),
        Some(_) => (Verdict::Refuted, "it is in another log"),
        None => (Verdict::NotShown, "it names no log"),
    };
    let signers = card.signers();
    let current = |key: &KeyId| view.keys.iter().any(|known| known.key == *key && known.until.is_none());
    let signature = if view.retired {
        (Verdict::Refuted, "the agent has retired")
    } else if signers.iter().any(current) {
        (Verdict::Proved, "a current key of the agent signed it")
    } else if signers.contains(node) {
        (Verdict::NotShown, "the node signed it, and not the agent")
    } else {
        (Verdict::Refuted, "no current key of the agent signed it")
    };
    let pin = match &view.a2a {
        Some(pin) if pin.digest == card.digest() => (Verdict::Proved, "the agent has pinned it in the log"),
        Some(_) => (Verdict::Refuted, "the agent has pinned another card"),
        None => (Verdict::NotShown, "the agent has pinned no card"),
    };
    vec![check("agent", names), check("log", place), check("signature", signature), check("pin", pin)]
}
