//! `assent agent card`: what an agent shows of itself.

use asp_client::api::AgentView;
use asp_core::amount::Money;
use asp_core::name::Issuer;
use asp_core::position::Hash;
use asp_core::statement::body::{Card, CardCheck};

use super::a2a;
use super::agent::list;
use crate::cli::{CardCommand, CardMembers, CardPart, CardSet};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::words;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: CardCommand) -> Outcome {
    match command {
        CardCommand::Show { agent } => {
            let agent = agent.map_or_else(|| context.agent_name(), Ok)?;
            let view = context.client().await?.agent(&agent).await?;
            let card = card_of(&view)?;
            context.printer.show(&card, |page| show(page, &view));
            Ok(())
        }
        CardCommand::Set(args) => set(context, *args).await,
        CardCommand::Export(args) => a2a::export(context, args).await,
        CardCommand::Verify { card, agent } => a2a::verify(context, &card, agent).await,
    }
}

async fn set(context: &Context, args: CardSet) -> Outcome {
    let CardSet { agent, capability, name, description, a2a_url, more, without } = args;
    let agent = agent.map_or_else(|| context.agent_name(), Ok)?;
    let key = context.key(&Issuer::Agent(agent.clone()))?;
    let client = context.client().await?;
    let mut card = card_of(&client.agent(&agent).await?)?;
    for part in without {
        take_off(&mut card, part);
    }
    card.name = name.unwrap_or(card.name);
    card.description = description.unwrap_or(card.description);
    if !capability.is_empty() {
        card.capabilities = capability.into_iter().collect();
    }
    put(context, &mut card, more).await?;
    if let Some(url) = a2a_url {
        card.a2a = Some(a2a::pin(&agent, url).await?);
    }
    let receipt = client.agent_with(agent.clone(), key).set_card(card).await?;
    super::receipt(
        context,
        &receipt,
        Text::of(Paint::Strong, words::agent(&agent)).plain(" shows this card"),
    );
    Ok(())
}

/// Puts what was named on a card; lists replace those before.
///
/// # Errors
/// Which schema is not known to the node.
pub(super) async fn put(context: &Context, card: &mut Card, members: CardMembers) -> Outcome {
    let CardMembers { endpoint, price, ceiling, language, schema, availability } = members;
    card.endpoint = endpoint.or_else(|| card.endpoint.take());
    card.price = price.or_else(|| card.price.take());
    card.ceiling = ceiling.or_else(|| card.ceiling.take());
    card.availability = availability.or(card.availability);
    if !language.is_empty() {
        card.languages = language.into_iter().collect();
    }
    if !schema.is_empty() {
        card.schemas.clear();
        for name in &schema {
            card.schemas.insert(super::schema::find(context, name).await?.hash);
        }
    }
    Ok(())
}

fn take_off(card: &mut Card, part: CardPart) {
    match part {
        CardPart::A2a => card.a2a = None,
        CardPart::Availability => card.availability = None,
        CardPart::Capabilities => card.capabilities.clear(),
        CardPart::Ceiling => card.ceiling = None,
        CardPart::Endpoint => card.endpoint = None,
        CardPart::Languages => card.languages.clear(),
        CardPart::Price => card.price = None,
        CardPart::Schemas => card.schemas.clear(),
    }
}

pub(super) fn card_of(view: &AgentView) -> Result<Card, Failure> {
    view.to_card().ok_or_else(|| Failure::fault("the node shows a card that no agent can have set"))
}

fn show(page: &mut Page, view: &AgentView) {
    page.line(
        Text::of(Paint::Strong, words::agent(&view.agent))
            .plain(format_args!("  {}", words::line(&view.name, 60))),
    );
    super::org::caution(page, &view.mistakable_for);
    if !view.description.is_empty() {
        page.field("what", words::line(&view.description, 80));
    }
    page.field("can", list(view.capabilities.iter()));
    fields(page, view);
    page.field("set by", words::id(&view.card));
}

/// What the node found where the card for A2A should be.
pub(super) fn seen(check: &CardCheck) -> &'static str {
    match (check.matches, check.digest) {
        (true, _) => "this card, as the node says",
        (false, Some(_)) => "another card, as the node says: nobody is bound",
        (false, None) => "no card, as the node says: nobody is bound",
    }
}

/// What not every card says.
pub(super) fn fields(page: &mut Page, view: &AgentView) {
    let lists = [
        ("languages", list(view.languages.iter())),
        ("schemas", list(view.schemas.iter().map(Hash::to_string))),
    ];
    let members = [
        ("answers", view.availability.map(|word| word.as_str().to_owned())),
        ("price from", view.price.as_ref().map(Money::to_string)),
        ("ceiling", view.ceiling.as_ref().map(Money::to_string)),
        ("endpoint", view.endpoint.as_ref().map(ToString::to_string)),
        ("A2A card", view.a2a.as_ref().map(|pin| format!("{} at {}", pin.digest, pin.url))),
        ("seen there", view.a2a_check.as_ref().map(|check| seen(check).to_owned())),
    ];
    let lists = lists.into_iter().map(|(name, text)| (name, Some(text).filter(|text| !text.is_empty())));
    for (name, text) in lists.chain(members) {
        if let Some(text) = text {
            page.field(name, text);
        }
    }
}
