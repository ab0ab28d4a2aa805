//! `assent agent`: register an agent, look at one.

use asp_client::api::{AgentStanding, AgentView};
use asp_core::name::{Issuer, StreamId};
use asp_core::statement::body::{AgentRegister as RegisterBody, Body, Card};

use super::sign::{Saying, hand_in};
use crate::cli::{AgentCommand, AgentRegister};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::words;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: AgentCommand) -> Outcome {
    match command {
        AgentCommand::Register(args) => register(context, *args).await,
        AgentCommand::Show { agent } => {
            let view = context.client().await?.agent(&agent).await?;
            context.printer.show(&view, |page| show(page, &view));
            Ok(())
        }
        AgentCommand::Answer { agent, listen } => super::answer::run(context, agent.as_ref(), listen).await,
        AgentCommand::Card(command) => super::card::run(context, command).await,
        AgentCommand::Key(command) => super::keys::agent(context, command).await,
    }
}

async fn register(context: &Context, args: AgentRegister) -> Outcome {
    let AgentRegister { agent, capability, name, description, more, preparing } = args;
    let last = agent.path().rsplit('/').next().unwrap_or_default();
    let name = name.map_or_else(|| last.parse().map_err(Failure::usage), Ok)?;
    let domain = agent.organisation();
    let client = context.client().await?;
    let (key, made) = context.key_or_made(&Issuer::Agent(agent.clone()))?;
    if made {
        context.printer.say(format!("made a key for {}: {}", words::agent(&agent), key.id()));
    }
    let mut card = Card::of(name, description, capability.into_iter().collect());
    super::card::put(context, &mut card, more).await?;
    if preparing.prepare.is_some() {
        let body = Body::AgentRegister(RegisterBody { card, key: key.id() });
        let (issuer, stream) = (Issuer::Agent(agent.clone()), StreamId::Agent(agent));
        let saying = Saying { issuer, stream, opens: true, body, keys: vec![key], what: String::new() };
        return hand_in(context, saying, Some(preparing)).await;
    }
    let organisation = context.key(&Issuer::Organisation(domain.clone())).map_err(|failure| {
        failure
            .hint(format_args!("The agent's organisation signs too: `assent org register {domain}` first."))
    })?;
    let party = client.organisation_with(domain, organisation);
    let receipt = party.register_agent(&agent, &key, card).await?;
    super::receipt(context, &receipt, Text::of(Paint::Strong, words::agent(&agent)).plain(" is registered"));
    Ok(())
}

fn show(page: &mut Page, view: &AgentView) {
    let mut title = Text::of(Paint::Strong, words::agent(&view.agent))
        .plain(format_args!("  {}", words::line(&view.name, 60)));
    if view.retired {
        title = title.and(Paint::Bad, "  retired");
    }
    page.line(title);
    super::org::caution(page, &view.mistakable_for);
    if !view.description.is_empty() {
        page.field("what", words::line(&view.description, 80));
    }
    page.field("can", list(view.capabilities.iter()));
    page.field("registered", words::instant(view.registered_at));
    super::card::fields(page, view);
    if let Some(standing) = view.standing {
        let since =
            view.last_answer.map_or_else(|| "never".to_owned(), |last| words::instant(last).to_string());
        page.field("seen", answering(standing).dim(format_args!("  last answer {since}")));
    }
    page.field("card", words::id(&view.card));
    super::org::keys(page, &view.keys);
}

/// Whether an agent answers, in its colour.
fn answering(standing: AgentStanding) -> Text {
    let paint = match standing {
        AgentStanding::Answering => Paint::Good,
        AgentStanding::Stale | AgentStanding::Gone => Paint::Bad,
    };
    Text::of(paint, standing.as_str())
}

/// Things with commas between them.
pub(super) fn list<T: ToString>(things: impl Iterator<Item = T>) -> String {
    things.map(|thing| thing.to_string()).collect::<Vec<_>>().join(", ")
}
