//! A market that goes on after the demo: a dozen organisations of different trades that negotiate, deliver, pay, and now and then
//! break what they promised, at a pace that one can watch.

mod firms;
mod scene;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use asp_client::api::{NewInvitation, PersonRole};
use asp_client::{AgentParty, Client, ConsentTerms, OrganisationParty};
use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Domain};
use asp_core::position::Millis;
use asp_core::statement::body::Card;
use asp_node::acting::ActingKeys;
use asp_sim::chance::Chance;
use tokio::task::JoinSet;

use self::firms::{FIRMS, Firm};
use self::scene::{Ending, Scene};
use crate::cli::KeyKind;
use crate::commands::keys;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Negotiations that are over before anybody looks.
const PAST: usize = 24;
/// Negotiations that go on side by side.
const TABLES: usize = 5;
/// Of ten negotiations so many are those of the first firm, the home.
const HOME_SHARE: u32 = 6;
/// The arbiter of all deals.
const COURT: Firm = Firm {
    domain: "court.example",
    name: "Court of Trade",
    does: "Rules where two sides do not agree.",
    capability: "arbitration",
    item: "rulings",
    price: 0,
    fewest: 1,
    hesitates: &[],
};

/// How fast a negotiation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// As fast as the node takes it.
    Past,
    /// So that one can read along.
    Live,
}

impl Pace {
    /// Between two statements.
    fn pause(self, chance: &mut Chance) -> Duration {
        match self {
            Self::Past => Duration::ZERO,
            Self::Live => Duration::from_millis(u64::from(chance.between(1_500, 6_000))),
        }
    }

    /// How long a person takes to answer.
    const fn thinks(self) -> Duration {
        match self {
            Self::Past => Duration::ZERO,
            Self::Live => Duration::from_secs(25),
        }
    }

    /// How long the two sides have among themselves before the arbiter rules.
    const fn settles(self) -> Millis {
        match self {
            Self::Past => Millis(3_000),
            Self::Live => Millis(8_000),
        }
    }

    /// How long the arbiter's people have before its agent rules for them.
    const fn judges(self) -> Duration {
        match self {
            Self::Past => Duration::from_secs(4),
            Self::Live => Duration::from_secs(240),
        }
    }

    /// When a delivery is due that will not come.
    const fn due_soon(self) -> Millis {
        match self {
            Self::Past => Millis(1_500),
            Self::Live => Millis(40_000),
        }
    }
}

/// An organisation of the market with its agent.
#[derive(Debug)]
pub(super) struct Member {
    firm: &'static Firm,
    agent: AgentUri,
    desk: AgentParty,
    organisation: OrganisationParty,
    /// The organisation's key.
    key: SecretKey,
}

/// Who trades.
#[derive(Debug)]
pub(super) struct Market {
    members: Vec<Member>,
    court: Member,
}

impl Market {
    /// Registers everybody, each with the consent of all others, and plays what is past.
    ///
    /// # Errors
    /// When the node does not take it.
    pub(super) async fn open(node: &str, keys: &ActingKeys) -> Outcome<Arc<Self>> {
        let client = Client::connect(node).await?;
        let mut members = Vec::with_capacity(FIRMS.len());
        for firm in &FIRMS {
            members.push(member(&client, firm).await?);
        }
        let market = Arc::new(Self { members, court: member(&client, &COURT).await? });
        for host in [market.home(), &market.court] {
            keys.keep(host.organisation.domain(), &host.key).map_err(Failure::fault)?;
        }
        for (place, buyer) in market.members.iter().enumerate() {
            for seller in market.members.iter().skip(place + 1) {
                consent(buyer, seller).await?;
            }
        }
        let mut past = JoinSet::new();
        for number in 0..PAST {
            if past.len() >= TABLES {
                joined(past.join_next().await)?;
            }
            past.spawn(play(Arc::clone(&market), number as u64, Pace::Past));
        }
        while let Some(ended) = past.join_next().await {
            joined(Some(ended))?;
        }
        Ok(market)
    }

    fn home(&self) -> &Member {
        self.members.first().unwrap_or(&self.court)
    }

    /// Links that sign in once: the owner of the organisation on whose console the demo opens, and an arbiter.
    ///
    /// # Errors
    /// When the node does not make them.
    pub(super) async fn links(&self) -> Outcome<[String; 2]> {
        let owner = self.home().organisation.sign_in_link(None).await?;
        let judge = NewInvitation {
            name: Some("Ada".parse().map_err(Failure::fault)?),
            email: None,
            roles: [PersonRole::Arbiter].into(),
        };
        let judge = self.court.organisation.invite_person(&judge).await?;
        Ok([owner.url, judge.url])
    }

    /// Goes on for ever. What a negotiation stumbles over is told, and the next begins.
    pub(super) async fn live(self: Arc<Self>, context: &Context) -> Infallible {
        let mut tables = JoinSet::new();
        let mut number = PAST as u64;
        loop {
            while tables.len() >= TABLES {
                if let Err(failure) = joined(tables.join_next().await) {
                    context.printer.say(format!("a negotiation ended early: {failure}"));
                }
            }
            tables.spawn(play(Arc::clone(&self), number, Pace::Live));
            number += 1;
            tokio::time::sleep(Duration::from_secs(4)).await;
        }
    }
}

fn joined(ended: Option<Result<Outcome, tokio::task::JoinError>>) -> Outcome {
    ended.map_or(Ok(()), |ended| ended.map_err(Failure::fault)?)
}

/// One negotiation; who and how follow from its number.
async fn play(market: Arc<Market>, number: u64, pace: Pace) -> Outcome {
    let mut chance = Chance::new(number, 6);
    let count = u32::try_from(market.members.len()).unwrap_or(u32::MAX);
    let any = |chance: &mut Chance| market.members.get(chance.below(count) as usize);
    let one = if chance.below(10) < HOME_SHARE { market.members.first() } else { any(&mut chance) };
    let other = any(&mut chance);
    let (Some(one), Some(other)) = (one, other) else { return Ok(()) };
    if one.firm.domain == other.firm.domain {
        return Ok(());
    }
    let (buyer, seller) = if chance.happens(7_000) { (one, other) } else { (other, one) };
    let ending = Ending::drawn(&mut chance);
    Scene { buyer, seller, court: &market.court, ending, chance, pace }.play().await
}

async fn member(client: &Client, firm: &'static Firm) -> Outcome<Member> {
    let domain: Domain = firm.domain.parse().map_err(Failure::fault)?;
    let (key, own) = (keys::made(KeyKind::Ed25519)?, keys::made(KeyKind::Ed25519)?);
    let organisation = client.organisation_with(domain, key.clone());
    organisation.register(firm.name.parse().map_err(Failure::fault)?).await?;
    let agent: AgentUri = format!("agent://{}/desk", firm.domain).parse().map_err(Failure::fault)?;
    let card = Card::of(
        firm.name.parse().map_err(Failure::fault)?,
        firm.does.parse().map_err(Failure::fault)?,
        [firm.capability.parse().map_err(Failure::fault)?].into(),
    );
    organisation.register_agent(&agent, &own, card).await?;
    let desk = client.agent_with(agent.clone(), own);
    Ok(Member { firm, agent, desk, organisation, key })
}

/// The two organisations let their agents talk about what either sells, to an end that people understand.
async fn consent(one: &Member, other: &Member) -> Outcome {
    let mut capabilities = BTreeSet::new();
    for member in [one, other] {
        capabilities.insert(member.firm.capability.parse().map_err(Failure::fault)?);
    }
    let purpose = format!("{} and {} buy from one another", one.firm.name, other.firm.name);
    let terms = ConsentTerms {
        ceiling: Some("50000 EUR".parse().map_err(Failure::fault)?),
        ..ConsentTerms::about(
            other.organisation.domain().clone(),
            capabilities,
            purpose.parse().map_err(Failure::fault)?,
            one.desk.client().after(Millis(90 * 86_400_000)),
        )
    };
    let id = one.organisation.request_consent(terms).await?;
    other.organisation.grant_consent(&id).await?;
    Ok(())
}
