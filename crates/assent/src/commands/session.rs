//! `assent session`: open, list, show, say, watch, close; `replay` has what works on files.

use std::collections::BTreeSet;
use std::pin::pin;

use asp_client::api::{FloorView, Message, OfferView, ParticipantView, SessionView};
use asp_client::{AgentParty, Opening, Read, Session};
use asp_core::log::receipt::Receipt;
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Sequence};
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::Statement;
use asp_core::statement::body::{Body, Budget, Invitee, Limits, Mode, ParticipantRole, TrustFloor};
use asp_seal::sealer::Reading;
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::agent::list;
use super::replay;
use super::say::Floor;
use crate::cli::{Close, Open, Say, SessionCommand, Watch};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::{Page, Paint, Text};
use crate::read::Id;
use crate::{narrate, terms, words};

/// Columns of who speaks and of what is done, in a listing of messages.
const COLUMNS: [usize; 3] = [5, 32, 10];

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: SessionCommand) -> Outcome {
    match command {
        SessionCommand::Open(args) => open(context, &context.agent().await?, *args).await,
        SessionCommand::Tender(command) => super::tender::run(context, command).await,
        SessionCommand::List => sessions(context, &context.agent().await?).await,
        SessionCommand::Show { id, messages } => one(context, &context.agent().await?, &id, messages).await,
        SessionCommand::Say(args) => {
            let party = context.agent().await?;
            let session = party.session(&find(&party, &args.id).await?);
            say(context, &party, &session, &args).await
        }
        SessionCommand::Send { id, file, name, media_type, text } => {
            let party = context.agent().await?;
            let session = party.session(&find(&party, &id).await?);
            super::file::send(context, &session, &file, (name, media_type), text).await
        }
        SessionCommand::Fetch { id, message, output } => {
            let party = context.agent().await?;
            let session = party.session(&find(&party, &id).await?);
            super::file::fetch(context, &session, Sequence(message), &output).await
        }
        SessionCommand::Watch(args) => watch(context, &context.agent().await?, args).await,
        SessionCommand::Close(args) => close(context, &context.agent().await?, args).await,
        SessionCommand::Export { id, output } => {
            let party = context.agent().await?;
            let session = party.session(&find(&party, &id).await?);
            replay::export(context, &session, &output).await
        }
        SessionCommand::Replay { file } => replay::replay(context, &file),
        SessionCommand::Digest { id } => super::digest::run(context, &context.agent().await?, &id).await,
    }
}

async fn one(context: &Context, party: &AgentParty, id: &Id, messages: bool) -> Outcome {
    let session = party.session(&find(party, id).await?);
    let view = session.view().await?;
    context.printer.show(&view, |page| show(page, &view));
    if messages {
        let mut all = Vec::new();
        for message in session.messages(None).await? {
            all.push(Heard::of(&session, message).await?);
        }
        context.printer.show_all(&all, |page| {
            page.gap();
            page.heading("Messages");
            all.iter().for_each(|heard| {
                page.line(heard.told());
            });
        });
    }
    Ok(())
}

async fn open(context: &Context, party: &AgentParty, args: Open) -> Outcome {
    let limits = Limits {
        ceiling: args.ceiling,
        invitation_ms: args.invitation_time,
        response_ms: args.response_time,
        session_ms: args.session_time,
        rounds: args.rounds,
        messages: args.messages,
        budget: (args.budget_cost.is_some() || args.budget_tokens.is_some())
            .then_some(Budget { cost: args.budget_cost, tokens: args.budget_tokens }),
        trust_floor: args.trust.floor(),
        ..Limits::defaults()
    };
    let mut schemas = Vec::new();
    for name in &args.schema {
        schemas.push(super::schema::find(context, name).await?);
    }
    let of = |agents: Vec<AgentUri>, role| agents.into_iter().map(move |agent| Invitee::of(agent, role));
    let maybe =
        of(args.maybe, ParticipantRole::Party).map(|invitee| Invitee { required: Some(false), ..invitee });
    let with = of(args.with, ParticipantRole::Party)
        .chain(maybe)
        .chain(of(args.observer, ParticipantRole::Observer))
        .chain(of(args.mediator, ParticipantRole::Mediator));
    let opening = Opening {
        with: with.collect(),
        capability: args.capability,
        purpose: args.purpose,
        consents: args.consent,
        limits,
        mode: args.mode,
        schemas,
    };
    let asked = consent_request(&opening, party.agent());
    let session = party.open_session(opening).await.map_err(|error| without_consent(error, &asked))?;
    let view = session.view().await?;
    context.printer.show(&view, |page| show(page, &view));
    let digits = session.id().to_hex();
    let command = format!("assent session watch {}", digits.get(..12).unwrap_or_default());
    context.printer.say(Text::from("Follow it: ").and(Paint::Accent, command));
    Ok(())
}

/// The command that asks for the consent under which a session can be opened.
fn consent_request(opening: &Opening, own: &AgentUri) -> String {
    let own = own.organisation();
    let others: BTreeSet<String> = opening
        .with
        .iter()
        .map(|invitee| invitee.agent.organisation())
        .filter(|other| *other != own)
        .map(|other| other.to_string())
        .collect();
    let mut others = others.into_iter();
    let with = match (others.next(), others.next()) {
        (Some(only), None) => only,
        (None, _) | (Some(_), Some(_)) => "DOMAIN".to_owned(),
    };
    format!("assent consent request --with {with} --capability {}", opening.capability)
}

/// Why a session was not opened; where a consent is missing, how to ask for one.
fn without_consent(error: asp_client::Error, asked: &str) -> Failure {
    let missing = matches!(error, asp_client::Error::Missing { what } if what.contains("consent"));
    let failure = Failure::from(error);
    if missing { failure.hint(format_args!("Ask for one: {asked}")) } else { failure }
}

async fn sessions(context: &Context, party: &AgentParty) -> Outcome {
    let found: Vec<_> = party.sessions().try_collect().await?;
    context.printer.show_all(&found, |page| {
        let rows = found.iter().map(|summary| {
            vec![
                words::id(&summary.id),
                words::state(summary.state),
                summary.capability.to_string().into(),
                words::agent(&summary.initiator).into(),
                Text::of(Paint::Dim, words::instant(summary.updated_at)),
            ]
        });
        page.table(vec!["ID", "STATE", "ABOUT", "OPENED BY", "LAST MOVED"], rows.collect(), "no sessions");
    });
    Ok(())
}

/// What a statement in a session came to.
#[derive(Debug, Serialize)]
struct Spoken<'a> {
    session: Hash,
    before: State,
    state: State,
    receipt: &'a Receipt,
}

async fn say(context: &Context, party: &AgentParty, session: &Session, args: &Say) -> Outcome {
    let view = session.view().await?;
    let introduces = view.state == State::Invited
        || view.offers.iter().any(|offer| offer.admits.as_ref() == Some(party.agent()));
    let card = if introduces { context.client().await?.agent(party.agent()).await?.card } else { view.id };
    let floor = Floor { view: &view, me: party.agent(), card, now: super::now() };
    let (body, answered) = floor.body(args)?;
    let receipt = session.say(body, answered).await?;
    spoken(context, session, view.state, &receipt).await
}

async fn close(context: &Context, party: &AgentParty, args: Close) -> Outcome {
    let session = party.session(&find(party, &args.id).await?);
    let before = session.view().await?.state;
    let receipt = session.close(args.reason).await?;
    spoken(context, &session, before, &receipt).await
}

async fn spoken(context: &Context, session: &Session, before: State, receipt: &Receipt) -> Outcome {
    let state = session.view().await?.state;
    let value = Spoken { session: session.id(), before, state, receipt };
    let body = &receipt.receipt;
    context.printer.show(&value, |page| {
        page.field("state", words::state(before).dim(" → ").join(words::state(state)));
        page.field("statement", body.statement.to_string());
        page.field("log", format!("index {}, {}", body.log_index, words::instant(body.log_time)));
    });
    Ok(())
}

async fn watch(context: &Context, party: &AgentParty, args: Watch) -> Outcome {
    let session = party.session(&find(party, &args.id).await?);
    let mut messages = pin!(session.watch(args.after.map(Sequence)));
    while let Some(message) = messages.next().await {
        let message = message?;
        let heard = Heard::of(&session, message.clone()).await?;
        context.printer.show(&heard, |page| {
            page.line(heard.told());
        });
        if args.until_end {
            let view = session.view().await?;
            // What was said before the end is shown too.
            if message.hash == view.head.hash && ended(&view) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Nothing more will be said but further countersignatures.
fn ended(view: &SessionView) -> bool {
    match view.state {
        State::Closed => view.participants.iter().all(|other| other.countersigned || !other.joined),
        State::Failed => true,
        State::Idle
        | State::Invited
        | State::Introduced
        | State::Conversing
        | State::Agreeing
        | State::Executing
        | State::Escalated => false,
    }
}

/// A message, with what the agent reads in it where it was sealed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Heard {
    #[serde(flatten)]
    message: Message,
    /// The body in full, where it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened: Option<Body>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<Code>,
    #[serde(skip)]
    statement: Statement,
    #[serde(skip)]
    shut: bool,
}

impl Heard {
    async fn of(session: &Session, message: Message) -> Outcome<Self> {
        let Read { statement, reading } = session.read(&message).await?;
        let (opened, unreadable, shut) = match reading {
            Reading::Clear => (None, None, false),
            Reading::Opened(opened) => (Some(opened.body), None, false),
            Reading::Shut => (None, None, true),
            Reading::Unreadable(code) => (None, Some(code), false),
        };
        Ok(Self { message, opened, unreadable, statement, shut })
    }

    fn told(&self) -> Text {
        let line = line(&self.statement);
        match self.unreadable {
            Some(code) => line.and(Paint::Bad, format_args!("  could not be read: {code}")),
            None if self.shut => line.dim("  sealed, not for you or before you came"),
            None if self.opened.is_some() => line.dim("  sealed"),
            None => line,
        }
    }
}

/// A message on one line, as everybody can read it.
pub(super) fn told(message: &Message) -> Text {
    match message.verify() {
        Ok(verified) => line(verified.statement()),
        Err(refusal) => Text::of(Paint::Bad, format_args!("{}: {refusal}", message.hash)),
    }
}

/// A statement on one line: its place, who, what, with what.
fn line(statement: &Statement) -> Text {
    let [place, who, what] = COLUMNS;
    let told = narrate::tell(statement, None);
    Text::of(Paint::Dim, statement.sequence)
        .pad(place)
        .join(Text::of(Paint::Strong, words::issuer(&statement.issuer)).pad(who))
        .join(Text::of(Paint::Accent, told.verb).pad(what))
        .plain(told.about)
}

/// The session that is meant: of those that this home has followed, else of those that the node names, which could make one that
/// begins with the same digits and that it can read.
///
/// # Errors
/// When none or several are.
pub(super) async fn find(party: &AgentParty, id: &Id) -> Outcome<Hash> {
    if let Id::Whole(hash) = id {
        return Ok(*hash);
    }
    let followed: Vec<Hash> = party.followed().await?.into_iter().filter(|hash| id.matches(hash)).collect();
    if !followed.is_empty() {
        return super::only(id, followed.into_iter(), "session");
    }
    super::only_of(id, party.sessions().map_ok(|session| session.id), "session").await
}

fn show(page: &mut Page, view: &SessionView) {
    page.field("session", view.id.to_hex());
    page.field("state", words::state(view.state));
    if view.mode != Mode::Open {
        page.field("mode", readers(view));
    }
    if let Some(end) = &view.end {
        page.field("ended", format!("{} {}", end.code, words::line(&end.sentence, 80)));
    }
    page.field("about", view.capability.to_string());
    if !view.purpose.is_empty() {
        page.field("for", words::line(&view.purpose, 80));
    }
    for (schema, by) in &view.schemas {
        let by = by.as_ref().map_or_else(|| "a starter".to_owned(), |by| format!("of {by}"));
        page.field("terms", words::id(schema).dim(format!("  {by}")));
    }
    if let Some(TrustFloor { score, value }) = &view.trust_floor {
        let asked = format!("at least {score} for a deal of {}", terms::money(value));
        let by = format!("  as {} sees it", view.initiator.organisation());
        page.field("trust", Text::from(asked).dim(by));
    }
    for FloorView { organisation, floor } in view.admitted.iter().flat_map(|admitted| &admitted.floors) {
        let asked = format!("{} points in a deal of {} were asked", floor.score, terms::money(&floor.value));
        let when =
            view.admitted.as_ref().map(|admitted| words::instant(admitted.judged_at)).unwrap_or_default();
        let by = format!(" by {organisation}, and earned by {when}");
        page.field("admitted", Text::from(asked).dim(by));
    }
    if view.conditions.is_some_and(|asked| asked != view.id) {
        page.field(
            "asked",
            Text::of(Paint::Warn, "other conditions than those of the invitation: --messages shows who"),
        );
    }
    page.field("opened", words::instant(view.opened_at));
    page.field("head", format!("{}, {} offers, {} messages", view.head.sequence, view.rounds, view.messages));
    if let Some(open) = &view.escalation {
        page.field(
            "asked",
            Text::of(Paint::Warn, words::issuer(&open.authority)).plain(words::line(&open.question, 60)),
        );
    }
    for open in &view.questions {
        let asked = format!("{} asks {}: ", words::agent(&open.by), words::agent(&open.awaits));
        page.field("question", Text::of(Paint::Warn, asked).plain(words::line(&open.text, 60)));
    }
    for given in &view.mandates {
        let until = words::instant(given.mandate.expires_at);
        let acts = format!("{} for {}", words::agent(&given.mandate.to), words::agent(&given.principal));
        let depth = given.chain.len() + 1;
        page.field("mandate", Text::from(acts).dim(format!(" until {until}, link {depth} of its chain")));
    }
    for spent in &view.usage {
        let tokens = spent.usage.tokens.map(|tokens| format!("{tokens} tokens"));
        let cost = spent.usage.cost.as_ref().map(ToString::to_string);
        let told = list(tokens.into_iter().chain(cost));
        page.field("spent", format!("{} {told}", words::agent(&spent.agent)));
    }
    page.heading("Participants");
    let rows = view.participants.iter().map(participant);
    page.table(vec!["AGENT", "ROLE", "", "MAY SAY"], rows.collect(), "none");
    if !view.offers.is_empty() {
        page.heading("Open offers");
        let rows = view.offers.iter().map(offer);
        page.table(vec!["ID", "BY", "TERMS", "AWAITS", "UNTIL"], rows.collect(), "none");
    }
    for commitment in &view.commitments {
        page.heading("Commitment");
        super::commitment::show(page, commitment);
    }
}

/// Who can read a session that the node cannot.
fn readers(view: &SessionView) -> Text {
    let members = view.channel.as_ref().map(|channel| {
        let names: Vec<String> = channel.members.keys().map(words::agent).collect();
        format!("  epoch {}: {} can open it", channel.epoch, names.join(", "))
    });
    Text::from(view.mode.as_str()).dim(members.unwrap_or_default())
}

fn participant(view: &ParticipantView) -> Vec<Text> {
    let standing = if view.countersigned {
        "signed the receipt"
    } else if view.joined {
        "in"
    } else if view.left {
        "left"
    } else {
        "invited"
    };
    let role = serde_json::to_value(view.role).ok();
    let role = role.as_ref().and_then(|role| role.as_str()).unwrap_or_default().to_owned();
    let may = list(view.may_say.iter().map(|performative| performative.as_str().to_lowercase()));
    vec![
        Text::of(Paint::Strong, words::agent(&view.agent)),
        role.into(),
        standing.into(),
        Text::of(Paint::Dim, may),
    ]
}

fn offer(view: &OfferView) -> Vec<Text> {
    let packages: Vec<String> = match &view.admits {
        Some(newcomer) => vec![format!("to let in {}", words::agent(newcomer))],
        None => view.packages.values().map(terms::in_words).collect(),
    };
    let firm = if view.binding { ", firm" } else { "" };
    let awaits = list(view.awaits.iter().map(|agent: &AgentUri| words::agent(agent)));
    vec![
        words::id(&view.id),
        words::agent(&view.by).into(),
        format!("{}{firm}", packages.join(" or ")).into(),
        awaits.into(),
        Text::of(Paint::Dim, words::instant(view.respond_by)),
    ]
}
