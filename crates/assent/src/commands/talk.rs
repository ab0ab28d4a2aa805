//! `assent a2a`: lets clients without a key speak as an agent, and talks to agents that speak nothing but A2A.

use std::path::PathBuf;

use asp_client::a2a::{Peer, Saying};
use asp_client::{AgentParty, Opening, Session};
use asp_core::limits;
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::Hash;
use asp_core::session::table::State;
use asp_core::statement::Body;
use asp_core::statement::body::Inform;
use asp_node::{A2aClients, A2aClientsError};
use serde::Serialize;

use super::{read_input, session};
use crate::cli::{A2aClientCommand, A2aCommand, A2aTalk};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::standard_data;
use crate::page::{Paint, Text};
use crate::words;

/// Digits of an id that are enough to show.
const DIGITS: usize = 8;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: A2aCommand) -> Outcome {
    match command {
        A2aCommand::Client(A2aClientCommand::Add { agent, name, data }) => {
            add(context, &agent, &name, data).await
        }
        A2aCommand::Client(A2aClientCommand::List { data }) => list(context, data),
        A2aCommand::Client(A2aClientCommand::Remove { id, data }) => remove(context, &id, data),
        A2aCommand::Talk(args) => talk(context, *args).await,
    }
}

/// A client, as it is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    id: String,
    agent: AgentUri,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// What a removal prints.
#[derive(Serialize)]
struct Removed<'a> {
    event: &'static str,
    id: &'a str,
}

fn clients(data: Option<PathBuf>) -> Outcome<A2aClients> {
    let folder = data.map_or_else(standard_data, Ok)?;
    A2aClients::of(&folder).map_err(failure)
}

fn failure(error: A2aClientsError) -> Failure {
    match &error {
        A2aClientsError::NoNode { .. } => {
            Failure::usage(&error).hint("Say where the node keeps its data: --data DIR.")
        }
        A2aClientsError::Full => Failure::no(&error),
        A2aClientsError::Store(_) | A2aClientsError::NoRandomness => Failure::fault(&error),
    }
}

async fn add(context: &Context, agent: &AgentUri, name: &str, data: Option<PathBuf>) -> Outcome {
    let clients = clients(data)?;
    let key = context.key(&Issuer::Agent(agent.clone()))?;
    let view = context.client().await?.agent(agent).await?;
    let current = view.keys.iter().any(|known| known.key == key.id() && known.until.is_none());
    if view.retired || !current {
        return Err(Failure::no(format_args!("the key in your home is none of {}'s", words::agent(agent))));
    }
    let (id, token) = clients.add(agent, &key, name).map_err(failure)?;
    let node = context.node(&context.home()?);
    let printed = Client {
        id: id.to_string(),
        agent: agent.clone(),
        name: name.to_owned(),
        token: Some(token),
        url: Some(format!("{}{}", node.trim_end_matches('/'), asp_core::a2a::BASE)),
    };
    context.printer.show(&printed, |page| {
        let who = Text::of(Paint::Strong, words::line(name, 40));
        page.line(
            who.plain(" speaks as ")
                .plain(words::agent(agent))
                .dim(format_args!("  {}", digits(&printed.id))),
        );
        let token = printed.token.as_deref().unwrap_or_default();
        page.field("token", Text::of(Paint::Accent, token).dim("  shown this once"));
        page.field("agents", format!("{}/DOMAIN/PATH", printed.url.as_deref().unwrap_or_default()));
    });
    Ok(())
}

fn list(context: &Context, data: Option<PathBuf>) -> Outcome {
    let known = clients(data)?.list().map_err(failure)?;
    let view = |client: asp_store::a2a::Client| Client {
        id: client.id.to_string(),
        agent: client.agent,
        name: client.name,
        token: None,
        url: None,
    };
    let known: Vec<Client> = known.into_iter().map(view).collect();
    context.printer.show_all(&known, |page| {
        let row = |client: &Client| {
            vec![
                digits(&client.id).into(),
                words::line(&client.name, 40).into(),
                words::agent(&client.agent).into(),
            ]
        };
        page.table(vec!["ID", "NAME", "SPEAKS AS"], known.iter().map(row).collect(), "no clients");
    });
    Ok(())
}

fn remove(context: &Context, id: &str, data: Option<PathBuf>) -> Outcome {
    let clients = clients(data)?;
    let known = clients.list().map_err(failure)?;
    let mut meant = known.iter().filter(|client| !id.is_empty() && client.id.to_string().starts_with(id));
    let client = match (meant.next(), meant.next()) {
        (Some(only), None) => only.id,
        (None, _) => return Err(Failure::no(format_args!("no client has the id {id}"))),
        (Some(_), Some(_)) => {
            return Err(Failure::usage(format_args!("{id} is the beginning of several ids")));
        }
    };
    clients.remove(client).map_err(failure)?;
    let id = client.to_string();
    context.printer.show(&Removed { event: "removed", id: &id }, |page| {
        page.line(Text::of(Paint::Strong, digits(&id)).plain(" is removed; its token is good for nothing"));
    });
    Ok(())
}

fn digits(id: &str) -> String {
    id.get(..DIGITS).unwrap_or(id).to_owned()
}

/// What was said and heard.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Talked {
    session: Hash,
    /// The remark that quotes the answer.
    hearsay: Hash,
    peer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    words: String,
    answer: String,
}

async fn talk(context: &Context, args: A2aTalk) -> Outcome {
    let data = match &args.data {
        Some(file) => {
            let bytes = read_input(file, limits::A2A_BODY_BYTES_MAX as u64)?;
            let wrong = |error| Failure::usage(format_args!("{}: {error}", file.display()));
            Some(serde_json::from_slice(&bytes).map_err(wrong)?)
        }
        None => None,
    };
    if args.text.is_none() && data.is_none() {
        return Err(Failure::usage("there is nothing to say").hint("Give words, or --data FILE."));
    }
    let party = context.agent().await?;
    let peer = Peer::find(&args.url).await?;
    let session = recorded_in(context, &party, &args).await?;
    let saying = Saying { text: args.text, data, task: args.task, context: args.context };
    // What is said is recorded first: whatever comes of it, it is known that it was said.
    session.say(Body::Inform(Inform::Note(saying.note(&peer)?)), None).await?;
    let heard = peer.say(&saying, args.token.as_deref()).await?;
    let receipt = session.say(Body::Inform(Inform::Note(heard.note())), None).await?;
    let talked = Talked {
        session: session.id(),
        hearsay: receipt.receipt.statement,
        peer: peer.name,
        task: heard.task,
        context: heard.context,
        state: heard.state,
        words: heard.words,
        answer: heard.answer,
    };
    context.printer.show(&talked, |page| {
        let who = Text::of(Paint::Strong, words::line(&talked.peer, 40));
        page.line(who.plain(" says, and nobody has signed it:"));
        talked.words.lines().for_each(|line| {
            page.line(Text::from(words::line(line, 400)));
        });
        if let Some(task) = &talked.task {
            page.field("task", words::line(task, 80));
        }
        if let Some(state) = &talked.state {
            page.field("state", words::line(state, 40));
        }
        page.field("session", talked.session.to_hex());
    });
    Ok(())
}

/// The session that is named, or one with another agent of one's own, which comes in at once.
async fn recorded_in(context: &Context, party: &AgentParty, args: &A2aTalk) -> Outcome<Session> {
    if let Some(id) = &args.session {
        return Ok(party.session(&session::find(party, id).await?));
    }
    let witness = args.witness.clone().ok_or_else(|| Failure::usage("say --session or --witness"))?;
    if witness.organisation() != party.agent().organisation() {
        return Err(Failure::usage("a witness is another agent of your own organisation"));
    }
    let key = context.key(&Issuer::Agent(witness.clone()))?;
    let capability = match args.capability.clone() {
        Some(capability) => capability,
        None => {
            let offered = context.client().await?.agent(party.agent()).await?.capabilities;
            let none =
                || Failure::usage("your agent offers nothing").hint("Say what it is about: --capability.");
            offered.into_iter().next().ok_or_else(none)?
        }
    };
    let opened = party.open_session(Opening::new(witness.clone(), capability)).await?;
    context.client().await?.agent_with(witness, key).session(&opened.id()).introduce().await?;
    opened.wait_until(None, |view| view.state != State::Invited).await?;
    Ok(opened)
}
