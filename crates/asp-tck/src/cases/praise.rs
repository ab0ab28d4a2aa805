//! What agents say of one another: endorsements and ratings (ASP-TRU-005 to ASP-TRU-007).

use asp_core::name::AgentUri;
use asp_core::rejection::Code;
use asp_core::statement::body::{Body, Endorsement, EndorsementEnd, Rating};

use super::{Case, code};
use crate::finding::Finding;
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(["ASP-TRU-005", "ASP-TRU-006"], "an agent speaks for registered agents of others", endorses),
    code!(["ASP-TRU-007"], "who took part in a session that has ended is rated by who did too", rates),
];

/// An agent says something in its own stream.
async fn say(stage: &mut Stage, who: &str, body: Body, refused: Option<Code>) -> Result<(), Finding> {
    let draft = stage.draft(who, stage.agent_stream(who)?, body)?;
    let statement = stage.sign(&draft, &[who])?;
    match refused {
        None => stage.take(statement).await.map(drop),
        Some(code) => stage.refuse(&statement, code).await,
    }
}

fn endorsement(agent: AgentUri, note: Option<&str>) -> Result<Body, Finding> {
    let note = note.map(text).transpose()?;
    Ok(Body::AgentEndorse(Endorsement { agent, capability: None, note }))
}

async fn endorses(stage: &mut Stage) -> Result<(), Finding> {
    for name in ["buyer", "seller", "clerk"] {
        stage.member(name).await?;
    }
    let seller = stage.uri("seller")?;
    let nobody = endorsement(stage.uri("nobody")?, None)?;
    say(stage, "buyer", nobody, Some(Code::UnknownAgent)).await?;
    let own = endorsement(stage.uri("buyer")?, None)?;
    say(stage, "buyer", own, Some(Code::InvalidBody)).await?;
    let draft =
        stage.draft("buyer.example", stage.agent_stream("buyer")?, endorsement(seller.clone(), None)?)?;
    let by_organisation = stage.sign(&draft, &["buyer.example"])?;
    stage.refuse(&by_organisation, Code::NotAParty).await?;
    let end = |agent| {
        Ok(Body::AgentEndorseWithdraw(EndorsementEnd { agent, capability: None, reason: text("no more")? }))
    };
    say(stage, "buyer", end(seller.clone())?, Some(Code::NothingChanged)).await?;
    say(stage, "buyer", endorsement(seller.clone(), None)?, None).await?;
    say(stage, "buyer", endorsement(seller.clone(), None)?, Some(Code::NothingChanged)).await?;
    say(stage, "buyer", endorsement(seller.clone(), Some("on time"))?, None).await?;
    say(stage, "buyer", end(seller)?, None).await
}

async fn rates(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    stage.member("stranger").await?;
    let (buyer, seller) = (stage.uri("buyer")?, stage.uri("seller")?);
    let session = stage.session.ok_or_else(|| Finding::new("a session", "none"))?;
    let rating = |agent: &AgentUri, stars| {
        Body::AgentRate(Rating { agent: agent.clone(), note: None, session, stars })
    };
    say(stage, "buyer", rating(&seller, 5), Some(Code::SessionOpen)).await?;
    stage.go_on("buyer CLOSE -> CLOSED(COMPLETED)").await?;
    say(stage, "buyer", rating(&buyer, 5), Some(Code::InvalidParticipants)).await?;
    let stranger = stage.uri("stranger")?;
    say(stage, "buyer", rating(&stranger, 5), Some(Code::InvalidParticipants)).await?;
    say(stage, "stranger", rating(&seller, 1), Some(Code::UnknownStream)).await?;
    say(stage, "buyer", rating(&seller, 2), None).await?;
    say(stage, "buyer", rating(&seller, 4), None).await?;
    say(stage, "seller", rating(&buyer, 5), None).await
}
