//! The profile of an agent: eight components, each with the facts that it is made of.
//!
//! It shows what the score does not count, and moves no gate. Each component is from 0 to 100, rounded down. Where it is
//! a share, two cases that went wrong are added to what the log has: so a short record shows little, a long one all.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::conduct::{Conduct, Watch};
use super::evidence::{Evidence, Outcome, Question, View};
use super::flow::Graph;
use super::parameters::{Model, days};
use crate::agent::Agent;
use crate::dispute::Dispute;
use crate::name::{AgentUri, Capability, Domain, StreamId};
use crate::org::Organisation;
use crate::position::{Hash, LogTime, Position};
use crate::statement::Statement;
use crate::statement::body::{Body, DisputeOutcome, Endorsement, EndorsementEnd, Rating};
use crate::stream::Accepted;
use crate::world::World;

/// The sessions that a profile is made of at most: those in which the agent spoke last.
pub const PROFILE_SESSIONS_MAX: usize = 64;

/// Cases that went wrong which are added to every share.
const DOUBT: u64 = 2;
/// Days after which a key is called old, and within which a key that was found stolen is remembered.
const KEY_DAYS: u32 = 365;

/// What is known of an agent besides its obligations.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The agent.
    pub agent: Agent,
    /// Its organisation.
    pub organisation: Organisation,
    /// What it did in the sessions in which it spoke last.
    pub conduct: Vec<Conduct>,
    /// What others said of it.
    pub praise: Praise,
    /// What became of the claims that were filed in its name, of those that were filed last.
    pub claims: Claims,
    /// When the log had each entry of the agent's own stream.
    pub times: BTreeMap<Position, LogTime>,
}

/// The claims that a profile is made of at most: those that were filed last.
pub const PROFILE_CLAIMS_MAX: usize = 64;

/// What became of claims that were decided, by whatever rung, as more than an opinion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Claims {
    /// How many were decided.
    pub decided: u64,
    /// Those of them that were dismissed or found abusive.
    pub lost: u64,
    /// Those of them that were found abusive.
    pub abusive: u64,
}

impl Claims {
    /// Counts disputes that were filed in one agent's name, the last filed first.
    #[must_use]
    pub fn of<'a>(disputes: impl Iterator<Item = &'a Dispute>) -> Self {
        let mut claims = Self::default();
        let ended = disputes.take(PROFILE_CLAIMS_MAX).filter_map(Dispute::ended);
        for verdict in ended.filter(|verdict| verdict.stands()) {
            let abusive = verdict.outcome == DisputeOutcome::Abusive;
            claims.decided += 1;
            claims.lost += u64::from(abusive || verdict.outcome == DisputeOutcome::Dismissed);
            claims.abusive += u64::from(abusive);
        }
        claims
    }
}

/// What an agent did in those of the sessions in which it spoke last, the latest first.
#[must_use]
pub fn conduct_of<'a>(agent: &AgentUri, sessions: impl Iterator<Item = &'a Watch>) -> Vec<Conduct> {
    let mut conduct: Vec<Conduct> =
        sessions.filter_map(|watch| watch.conduct().get(agent)).copied().collect();
    conduct.sort_unstable_by_key(|it| std::cmp::Reverse(it.spoke));
    conduct.truncate(PROFILE_SESSIONS_MAX);
    conduct
}

/// Makes the dossier of one agent from a whole log, entry by entry.
#[derive(Debug, Clone)]
pub struct Notes {
    subject: AgentUri,
    sessions: BTreeMap<Hash, Watch>,
    praise: Praise,
    times: BTreeMap<Position, LogTime>,
}

impl Notes {
    /// Nothing yet.
    #[must_use]
    pub const fn about(subject: AgentUri) -> Self {
        Self { subject, sessions: BTreeMap::new(), praise: Praise::EMPTY, times: BTreeMap::new() }
    }

    /// For whom a session waits before the statement changes it; to be passed on to [`Notes::take`].
    #[must_use]
    pub fn awaited(world: &World, statement: &Statement) -> BTreeSet<AgentUri> {
        let StreamId::Session(id) = &statement.stream else { return BTreeSet::new() };
        // Who comes in late answers what was said before, so each session is watched from its beginning.
        world.session(id).map(Watch::awaited).unwrap_or_default()
    }

    /// Takes in the next entry, after the world has.
    pub fn take(&mut self, awaited: &BTreeSet<AgentUri>, accepted: &Accepted, world: &World) {
        match &accepted.statement().stream {
            StreamId::Session(id) => {
                if let Some(session) = world.session(id) {
                    self.sessions.entry(*id).or_default().take(awaited, accepted, session);
                }
            }
            StreamId::Agent(agent) => {
                if *agent == self.subject {
                    self.times.insert(accepted.at().index, accepted.at().time);
                }
                if Praise::subject(&accepted.statement().body) == Some(&self.subject) {
                    self.praise.take(accepted);
                }
            }
            StreamId::Org(_) | StreamId::Consent(_) | StreamId::Account(_) | StreamId::Dispute(_) => {}
        }
    }

    /// The dossier; none of who is not registered.
    #[must_use]
    pub fn dossier(&self, world: &World) -> Option<Dossier> {
        let mut filed: Vec<&Dispute> =
            world.disputes().filter(|dispute| dispute.filing().party == self.subject).collect();
        filed.sort_unstable_by_key(|dispute| std::cmp::Reverse(dispute.filed().index));
        Some(Dossier {
            agent: world.agent(&self.subject)?.clone(),
            organisation: world.organisation(&self.subject.organisation())?.clone(),
            conduct: conduct_of(&self.subject, self.sessions.values()),
            praise: self.praise.clone(),
            claims: Claims::of(filed.into_iter()),
            times: self.times.clone(),
        })
    }
}

/// What agents of others say of one agent, as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Praise {
    endorsed: BTreeSet<(AgentUri, Option<Capability>)>,
    rated: BTreeMap<(AgentUri, Hash), u32>,
}

impl Praise {
    /// Nothing.
    pub const EMPTY: Self = Self { endorsed: BTreeSet::new(), rated: BTreeMap::new() };

    /// Whom a statement speaks of, if it is an endorsement, its end or a rating.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other statements speak of nobody")]
    pub const fn subject(body: &Body) -> Option<&AgentUri> {
        match body {
            Body::AgentEndorse(Endorsement { agent, .. })
            | Body::AgentEndorseWithdraw(EndorsementEnd { agent, .. })
            | Body::AgentRate(Rating { agent, .. }) => Some(agent),
            _ => None,
        }
    }

    /// Takes in what an agent says; in log order.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other statements speak of nobody")]
    pub fn take(&mut self, accepted: &Accepted) {
        let Some(by) = accepted.statement().issuer.agent() else { return };
        match &accepted.statement().body {
            Body::AgentEndorse(Endorsement { capability, .. }) => {
                self.endorsed.insert((by.clone(), capability.clone()));
            }
            Body::AgentEndorseWithdraw(EndorsementEnd { capability, .. }) => {
                self.endorsed.remove(&(by.clone(), capability.clone()));
            }
            Body::AgentRate(Rating { session, stars, .. }) => {
                self.rated.insert((by.clone(), *session), *stars);
            }
            _ => {}
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The model, `flow-1`.
    pub model: &'static str,
    /// What was asked.
    pub question: Question,
    /// Eight of them, in the order of the specification.
    pub components: Vec<Component>,
}

/// One component of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// Its name.
    pub name: &'static str,
    /// From 0 to 100.
    pub score: u8,
    /// What it is made of.
    pub facts: Vec<Fact>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// What is told.
    pub name: &'static str,
    /// A number, a yes or no, an instant.
    pub value: String,
}

fn fact(name: &'static str, value: impl ToString) -> Fact {
    Fact { name, value: value.to_string() }
}

fn component(name: &'static str, score: u64, facts: Vec<Fact>) -> Component {
    Component { name, score: u8::try_from(score.min(100)).unwrap_or(100), facts }
}

/// A share of a hundred, with doubt.
fn share(good: u64, all: u64) -> u64 {
    good.min(all).saturating_mul(100) / all.saturating_add(DOUBT)
}

/// Makes the profile of the question's subject (ASP-TRU-008).
///
/// The dossier is that of the question's prefix; evidence counts as the question says.
#[must_use]
pub fn profile(evidence: &[Evidence], dossier: &Dossier, question: &Question) -> Profile {
    let own: Vec<&Evidence> =
        evidence.iter().filter(|item| item.debtor == question.subject && question.counts(item)).collect();
    let components = vec![
        identity(dossier, question),
        communication(&dossier.conduct),
        fulfilment(&own),
        consistency(dossier, &own),
        quality(&dossier.praise.rated),
        security(dossier, question),
        reliability(&own, question),
        endorsements(evidence, dossier, question),
    ];
    Profile { model: Model::FLOW_1.name, question: question.clone(), components }
}

/// Half for a proved domain, a fifth for an A2A card that is where it should be, the rest for a year in the log.
fn identity(dossier: &Dossier, question: &Question) -> Component {
    let proved = dossier.organisation.proved();
    let card = dossier.agent.card_check().map(|check| check.matches);
    let since = dossier.agent.registered().time;
    let age = question.instant.since(since).0 / days(1).0;
    let score = 50 * u64::from(proved) + 20 * u64::from(card == Some(true)) + 30 * age.min(365) / 365;
    let mut facts = vec![fact("domainProved", proved), fact("registered", since)];
    facts.extend(card.map(|matches| fact("cardMatches", matches)));
    component("identityVerification", score, facts)
}

/// The share of ended sessions that did not end because it kept others waiting.
fn communication(conduct: &[Conduct]) -> Component {
    let count = |is: fn(&Conduct) -> bool| {
        u64::try_from(conduct.iter().filter(|it| is(it)).count()).unwrap_or(u64::MAX)
    };
    let (ended, silent) = (count(|it| it.ended), count(|it| it.silent));
    let answers: u64 = conduct.iter().map(|it| it.answers).sum();
    let waited = conduct.iter().fold(0_u64, |sum, it| sum.saturating_add(it.waited.0));
    let mut facts = vec![
        fact("sessions", conduct.len()),
        fact("ended", ended),
        fact("endedByItsSilence", silent),
        fact("answers", answers),
    ];
    facts.extend(waited.checked_div(answers).map(|mean| fact("meanAnswerMs", mean)));
    component("communicationHistory", share(ended - silent, ended), facts)
}

/// The share of obligations that were kept.
fn fulfilment(own: &[&Evidence]) -> Component {
    let (kept, broken) = counted(own);
    let facts = vec![fact("kept", kept), fact("broken", broken)];
    component("commitmentFulfilment", share(kept, kept.saturating_add(broken)), facts)
}

fn counted(own: &[&Evidence]) -> (u64, u64) {
    own.iter().fold((0, 0), |(kept, broken), item| match item.outcome {
        Outcome::Fulfilled => (kept + 1, broken),
        Outcome::Breached => (kept, broken + 1),
    })
}

/// The share of offers, fulfilments and claims that were not taken back, contested or lost.
fn consistency(dossier: &Dossier, own: &[&Evidence]) -> Component {
    let sum = |of: fn(&Conduct) -> u64| dossier.conduct.iter().map(of).fold(0, u64::saturating_add);
    let (offers, withdrawn, contested) =
        (sum(|it| it.offers), sum(|it| it.withdrawn), sum(|it| it.contested));
    let Claims { decided, lost, abusive } = dossier.claims;
    let all = [counted(own).0, contested, decided].into_iter().fold(offers, u64::saturating_add);
    let good = all.saturating_sub(withdrawn).saturating_sub(contested).saturating_sub(lost);
    let facts = vec![
        fact("offers", offers),
        fact("withdrawn", withdrawn),
        fact("contested", contested),
        fact("claimsDecided", decided),
        fact("claimsLost", lost),
        fact("claimsAbusive", abusive),
    ];
    component("behaviouralConsistency", share(good, all), facts)
}

/// What the ratings of each organisation come to on average, five stars being all; each organisation counts once.
fn quality(rated: &BTreeMap<(AgentUri, Hash), u32>) -> Component {
    let mut by: BTreeMap<Domain, (u64, u64)> = BTreeMap::new();
    for ((agent, _), stars) in rated {
        let (sum, count) = by.entry(agent.organisation()).or_default();
        (*sum, *count) = (sum.saturating_add(u64::from(*stars)), *count + 1);
    }
    // One star is nothing of what there is between one and five.
    let worth = by.values().map(|(sum, count)| sum.saturating_sub(*count).saturating_mul(25) / count.max(&1));
    let worth = worth.fold(0, u64::saturating_add);
    let raters = u64::try_from(by.len()).unwrap_or(u64::MAX);
    let stars: u64 = rated.values().map(|stars| u64::from(*stars)).sum();
    let count = u64::try_from(rated.len()).unwrap_or(u64::MAX);
    let mut facts = vec![fact("ratings", count), fact("organisations", raters)];
    facts.extend(
        (stars.saturating_mul(100))
            .checked_div(count)
            .map(|mean| fact("meanStars", format_args!("{}.{:02}", mean / 100, mean % 100))),
    );
    component("responseQuality", worth / raters.saturating_add(DOUBT), facts)
}

/// All, less forty for each key that was found stolen within a year, and twenty if the oldest key is older than that.
fn security(dossier: &Dossier, question: &Question) -> Component {
    let time = |at: Position| dossier.times.get(&at).copied();
    let recent = |at: Option<LogTime>| at.is_none_or(|at| question.instant.since(at) <= days(KEY_DAYS));
    let keys = dossier.agent.keys();
    let lives: Vec<_> = keys.all().map(|(_, life)| *life).collect();
    let current = lives.iter().filter(|life| life.until.is_none());
    let oldest = current.clone().filter_map(|life| time(life.from)).min();
    let stolen = lives.iter().filter(|life| {
        let hindsight = life.until.zip(life.distrusted_from).is_some_and(|(until, from)| from < until);
        hindsight && recent(life.until.and_then(time))
    });
    let stolen = u64::try_from(stolen.count()).unwrap_or(u64::MAX);
    let old = oldest.is_some_and(|oldest| question.instant.since(oldest) > days(KEY_DAYS));
    let score = 100_u64.saturating_sub(stolen.saturating_mul(40)).saturating_sub(20 * u64::from(old));
    let mut facts = vec![fact("currentKeys", current.count()), fact("stolenWithinAYear", stolen)];
    facts.extend(oldest.map(|oldest| fact("oldestKeySince", oldest)));
    component("securityPosture", score, facts)
}

/// The share of the value owed that was kept, in doubt by two deals of the class's value.
fn reliability(own: &[&Evidence], question: &Question) -> Component {
    let worth = |outcome: Outcome| {
        let items = own.iter().filter(|item| item.outcome == outcome);
        items.fold(0_u128, |sum, item| sum.saturating_add(question.worth(&item.value).unwrap_or(0)))
    };
    let (kept, broken) = (worth(Outcome::Fulfilled), worth(Outcome::Breached));
    let doubt = question.class_nanos().saturating_mul(u128::from(DOUBT));
    let all = kept.saturating_add(broken).saturating_add(doubt).max(1);
    let score = u64::try_from(kept.saturating_mul(100) / all).unwrap_or(100);
    // Values are what the parties agreed on, and theirs alone to tell: only the share is shown.
    component("economicReliability", score, vec![fact("currency", &question.class.currency)])
}

/// How many organisations endorse it to which flow reaches from those whom the observer trusts; each further adds less.
fn endorsements(evidence: &[Evidence], dossier: &Dossier, question: &Question) -> Component {
    let by: BTreeSet<Domain> =
        dossier.praise.endorsed.iter().map(|(agent, _)| agent.organisation()).collect();
    let model = &Model::FLOW_1;
    let record = View::of(model, evidence, question).record(&question.subject);
    let reached = Graph::of(record.kept.iter(), &record.seeds, model).reached();
    let trusted: BTreeSet<Domain> = (0..)
        .zip(&reached)
        .filter(|(_, reached)| **reached)
        .filter_map(|(node, _)| record.organisation(node))
        .chain(question.observer.iter().cloned())
        .collect();
    let backed = u64::try_from(by.intersection(&trusted).count()).unwrap_or(u64::MAX);
    let facts = vec![
        fact("endorsements", dossier.praise.endorsed.len()),
        fact("organisations", by.len()),
        fact("trustedOrganisations", backed),
    ];
    component("peerEndorsements", share(backed, backed), facts)
}
