//! The replay of a bundle: the same judge and the same apply as the node's, in the order of the log.
//! What follows from the state that it ends in: keys, the signed terms, the obligations.

mod disclosed;

use std::collections::{BTreeMap, BTreeSet};

use disclosed::Following;

use super::report::{Check, ObligationLine, Party, Rule, SignatureCheck, SignatureLine, Summary, Verdict};
use super::{Bundle, Openings};
use crate::agent::Agent;
use crate::key::KeyId;
use crate::name::{AgentUri, Domain, Issuer, StreamId};
use crate::org::{DomainCheck, Organisation};
use crate::position::{Hash, LogPoint, Position};
use crate::rejection::{Code, Rejection};
use crate::session::{Commitment, Duty, Owed, Participant, Progress, Session};
use crate::statement::body::{Accept, Body, Counter, Evidence, Inform, ObligationId, Propose};
use crate::statement::{Kind, Statement, Verified};
use crate::stream::{KeyHistory, KeyLife};
use crate::world::World;

/// An entry whose signatures have been looked at.
pub(super) struct Seen {
    pub(super) at: LogPoint,
    pub(super) verified: Result<Verified, Rejection>,
}

/// Where the replay could not go on.
enum Stop {
    /// At a statement whose signatures do not hold.
    Unsigned(Position),
    /// At a statement that the rules refuse, and its first key that is not one of its issuer's.
    Refused(Position, Box<Rejection>, Option<KeyId>),
}

/// The state after the last statement that could be replayed.
pub(super) struct Replay<'a> {
    bundle: &'a Bundle,
    world: World,
    /// What was replayed.
    judged: Vec<(LogPoint, &'a Verified)>,
    stop: Option<Stop>,
    session: Option<Hash>,
    /// Whether somebody was let in by trust, which rests on other deals.
    by_trust: bool,
    /// What was disclosed of sealed statements.
    openings: &'a Openings,
    following: Following,
}

impl<'a> Replay<'a> {
    pub(super) fn of(
        bundle: &'a Bundle,
        session: Option<Hash>,
        seen: &'a [Seen],
        openings: &'a Openings,
    ) -> Self {
        let world = World::new(bundle.origin.clone(), bundle.node_key).without_trust();
        let (following, judged) = (Following::default(), Vec::new());
        let mut replay =
            Self { bundle, world, judged, stop: None, session, by_trust: false, openings, following };
        for Seen { at, verified } in seen {
            let judged = match verified {
                Ok(verified) => replay.take(*at, verified),
                Err(_) => Err(Stop::Unsigned(at.index)),
            };
            if let Err(stop) = judged {
                replay.stop = Some(stop);
                break;
            }
        }
        replay
    }

    fn take(&mut self, at: LogPoint, verified: &'a Verified) -> Result<(), Stop> {
        let accepted = self.world.judge(verified, at).map_err(|rejection| {
            let by_key = matches!(rejection.code, Code::KeyNotValid | Code::SignatureMissing);
            let key = self.stranger(at.index, verified).filter(|_| by_key).copied();
            Stop::Refused(at.index, Box::new(rejection), key)
        })?;
        self.by_trust |= !self.world.questions(verified.statement(), at).is_empty();
        let in_session = self.session.map(StreamId::Session).as_ref() == Some(&verified.statement().stream);
        if in_session && !self.openings.is_empty() {
            self.following.take(self.openings, &self.world, &accepted);
        }
        self.world.apply(&accepted);
        self.judged.push((at, verified));
        Ok(())
    }

    fn session(&self) -> Option<&Session> {
        self.world.session(&self.session?)
    }

    /// The commitment, if the replay came to its end and gave it.
    fn commitment(&self) -> Option<&Commitment> {
        match self.stop {
            Some(Stop::Unsigned(_) | Stop::Refused(..)) => None,
            None => self.session()?.commitments().get(&self.bundle.commitment),
        }
    }

    /// Why there is nothing to say about what follows from the whole.
    fn unfinished(&self, rule: Rule) -> Check {
        let detail = match &self.stop {
            Some(Stop::Unsigned(index) | Stop::Refused(index, ..)) => {
                format!("the replay ends before entry {index}")
            }
            None => "the statements form no such commitment".to_owned(),
        };
        Check::of(rule, Verdict::NotShown, detail)
    }

    /// The rules of the protocol, and that they lead to the commitment.
    pub(super) fn rules(&self) -> Check {
        let refuted = |detail: String| Check::of(Rule::Replay, Verdict::Refuted, detail);
        match (&self.stop, self.commitment()) {
            (Some(Stop::Unsigned(_)), _) => self.unfinished(Rule::Replay),
            (Some(Stop::Refused(index, rejection, _)), _) => refuted(format!("entry {index}: {rejection}")),
            (None, Some(commitment)) => {
                let floor = self.session().is_some_and(|session| session.limits().trust_floor.is_some());
                let state = word(&commitment.state());
                let held = self.session().into_iter().flat_map(|session| session.commitments().values());
                // What somebody had follows from all its deals, and what is held here from this one.
                if held.into_iter().any(|commitment| commitment.package.holds.is_some()) {
                    let detail = format!(
                        "the rules allow all of it but for the cover of what is held, which is not shown; the commitment \
                         is {state}"
                    );
                    return Check::of(Rule::Replay, Verdict::NotShown, detail);
                }
                // Trust rests on other deals, which a bundle has no place for.
                if floor || self.by_trust {
                    let detail = format!(
                        "the rules allow all of it but for the trust floor, which is not shown; the commitment is {state}"
                    );
                    return Check::of(Rule::Replay, Verdict::NotShown, detail);
                }
                let detail = format!("the rules allow all of it; the commitment is {state}");
                Check::of(Rule::Replay, Verdict::Proved, detail)
            }
            (None, None) => refuted("the statements form no such commitment".to_owned()),
        }
    }

    fn keys_of_organisation(&self, domain: &Domain) -> Option<&KeyHistory> {
        self.world.organisation(domain).map(Organisation::keys)
    }

    /// The histories in which a signer of the statement may be: its issuer's, and that of who admits it.
    fn histories(&self, statement: &Statement) -> Vec<&KeyHistory> {
        let own = match &statement.issuer {
            Issuer::Agent(agent) => self.world.agent(agent).map(Agent::keys),
            Issuer::Organisation(domain) => self.keys_of_organisation(domain),
            Issuer::Node(_) => None,
        };
        let admits = match &statement.stream {
            StreamId::Agent(agent) if statement.kind == Kind::AgentRegister => {
                self.keys_of_organisation(&agent.organisation())
            }
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Session(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        };
        // A key that an organisation adds to its agent signs beside the organisation's.
        let added = match &statement.stream {
            StreamId::Agent(agent) if statement.kind == Kind::AgentKeyAdd => {
                self.world.agent(agent).map(Agent::keys)
            }
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Session(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        };
        own.into_iter().chain(admits).chain(added).collect()
    }

    /// Every signature of what was replayed, with its entry.
    fn signatures(&self) -> impl Iterator<Item = (Position, &Statement, &KeyId)> {
        self.judged.iter().flat_map(|(at, verified)| {
            let key = |signature: &'a crate::statement::Signature| &signature.key_id;
            verified.signatures().iter().map(key).map(|key| (at.index, verified.statement(), key))
        })
    }

    /// Each signature with what is to be thought of it at its place of the log, and in hindsight.
    pub(super) fn signature_checks(&self) -> Vec<SignatureCheck> {
        let check = |(log_index, statement, key): (Position, &Statement, &KeyId)| {
            let histories = self.histories(statement);
            let valid_when_logged = match statement.issuer {
                Issuer::Node(_) => *key == self.bundle.node_key,
                Issuer::Agent(_) | Issuer::Organisation(_) => {
                    histories.iter().any(|keys| keys.valid_at(key, log_index))
                }
            };
            let lives = histories.iter().flat_map(|keys| keys.all()).filter(|(known, _)| *known == key);
            let distrusted_from = lives.filter_map(|(_, life)| distrusted(life, log_index)).min();
            SignatureCheck {
                log_index,
                statement: statement.hash,
                issuer: statement.issuer.clone(),
                key_id: *key,
                valid_when_logged,
                valid_now: valid_when_logged && distrusted_from.is_none(),
                distrusted_from,
            }
        };
        self.signatures().map(check).collect()
    }

    /// The first signer who could not sign for the statement's issuer at this place of the log.
    fn stranger<'v>(&self, index: Position, verified: &'v Verified) -> Option<&'v KeyId> {
        let statement = verified.statement();
        let histories = self.histories(statement);
        let could = |key: &KeyId| match statement.issuer {
            Issuer::Node(_) => *key == self.bundle.node_key,
            Issuer::Agent(_) | Issuer::Organisation(_) => {
                histories.iter().any(|keys| keys.valid_at(key, index))
            }
        };
        verified.signatures().iter().map(|signature| &signature.key_id).find(|key| !could(key))
    }

    /// A key is judged at the log index of what it signed, whatever became of it.
    pub(super) fn keys_when_logged(&self) -> Check {
        let refuted = |detail: String| Check::of(Rule::KeysWhenLogged, Verdict::Refuted, detail);
        let stranger =
            |(at, verified): &(LogPoint, &Verified)| Some((at.index, *self.stranger(at.index, verified)?));
        if let Some((index, key)) = self.judged.iter().find_map(stranger) {
            return refuted(format!("entry {index}: {key} could not sign then"));
        }
        match &self.stop {
            Some(Stop::Refused(index, _, Some(key))) => {
                refuted(format!("entry {index}: {key} could not sign then"))
            }
            // The keys are known, but they do not suffice for this statement.
            Some(Stop::Refused(index, rejection, None))
                if matches!(rejection.code, Code::KeyNotValid | Code::SignatureMissing) =>
            {
                refuted(format!("entry {index}: {rejection}"))
            }
            Some(Stop::Unsigned(_) | Stop::Refused(..)) => self.unfinished(Rule::KeysWhenLogged),
            None => {
                let count = self.signatures().count();
                let detail = format!("each of {count} signatures is by a key that was valid then");
                Check::of(Rule::KeysWhenLogged, Verdict::Proved, detail)
            }
        }
    }

    /// What was logged in order stays so when a key is distrusted in hindsight, but a reader has to know.
    ///
    /// It refutes nothing: otherwise who is bound could undo it by revoking a key.
    pub(super) fn keys_now(&self) -> Check {
        if self.stop.is_some() {
            return self.unfinished(Rule::KeysNow);
        }
        let mut ended: BTreeMap<KeyId, Position> = BTreeMap::new();
        let signed = self.signatures().flat_map(|(index, statement, key)| {
            let histories = self.histories(statement).into_iter();
            histories.filter_map(|keys| Some((index, key, life_of(keys, key)?))).collect::<Vec<_>>()
        });
        for (index, key, life) in signed.chain(self.attested()) {
            if let Some(from) = distrusted(life, index) {
                let detail = format!(
                    "{key} signed entry {index}; its revocation says that it was not to be trusted from entry \
                     {from} on"
                );
                return Check::of(Rule::KeysNow, Verdict::NotShown, detail);
            }
            ended.extend(life.until.map(|until| (*key, until)));
        }
        let list: Vec<String> =
            ended.iter().map(|(key, until)| format!("; {key} ended in order at entry {until}")).collect();
        let detail = format!("no key was distrusted in hindsight, as far as shown{}", list.concat());
        Check::of(Rule::KeysNow, Verdict::Proved, detail)
    }

    /// The keys by which others attested what was fulfilled, each with its entry.
    fn attested(&self) -> impl Iterator<Item = (Position, &KeyId, &KeyLife)> {
        self.judged.iter().filter_map(|(at, verified)| {
            let Body::Inform(Inform::Fulfilment(done)) = &verified.statement().body else { return None };
            let Evidence::Attestation { attestation } = &done.evidence else { return None };
            let attester = self.world.agent(&attestation.claim.attester)?;
            let life = life_of(attester.keys(), &attestation.key_id)?;
            Some((at.index, &attestation.key_id, life))
        })
    }

    /// Offer and acceptances, or commit and acceptances, over one hash of terms.
    pub(super) fn signed_by_all(&self) -> Check {
        let Some(commitment) = self.commitment() else { return self.unfinished(Rule::SignedByAll) };
        let terms = commitment.terms_hash;
        let lines = self.signature_lines(commitment);
        let signed: BTreeSet<&AgentUri> = lines.iter().map(|line| &line.agent).collect();
        let bound = commitment.package.obligations.iter().flat_map(|owed| [&owed.debtor, &owed.creditor]);
        let missing = bound.chain(&commitment.signers).find(|agent| !signed.contains(agent));
        let (verdict, detail) = if let Some(agent) = missing {
            (Verdict::Refuted, format!("{agent} is bound and has not signed {terms}"))
        } else if signed.len() < 2 || commitment.package.terms_hash() != terms {
            (Verdict::Refuted, format!("{terms} is not the hash of terms that two parties signed"))
        } else {
            let places: Vec<String> = lines.iter().map(|line| line.log_index.to_string()).collect();
            let count = signed.len();
            (Verdict::Proved, format!("{count} parties signed {terms} in entries {}", places.join(", ")))
        };
        Check::of(Rule::SignedByAll, verdict, detail)
    }

    fn in_session(&self) -> impl Iterator<Item = (LogPoint, &Statement)> {
        let stream = self.session.map(StreamId::Session);
        self.judged
            .iter()
            .map(|(at, verified)| (*at, verified.statement()))
            .filter(move |(_, statement)| stream.as_ref() == Some(&statement.stream))
    }

    fn statement(&self, hash: &Hash) -> Option<&Statement> {
        self.in_session().map(|(_, statement)| statement).find(|statement| statement.hash == *hash)
    }

    /// Who stands by the terms, read from the statements alone, without the session's own book-keeping.
    fn signature_lines(&self, commitment: &Commitment) -> Vec<SignatureLine> {
        let completed = self.statement(&commitment.id);
        let Some(base) = completed.and_then(|statement| statement.in_reply_to) else { return Vec::new() };
        let terms = commitment.terms_hash;
        let signs = |statement: &Statement| {
            (statement.hash == base && offers(&statement.body, &terms))
                || (statement.in_reply_to == Some(base) && accepts(&statement.body, &terms))
        };
        let line = |(at, statement): (LogPoint, &Statement)| {
            Some(SignatureLine {
                agent: self.principal(statement)?,
                signed_by: statement.issuer.clone(),
                statement: statement.hash,
                log_index: at.index,
                log_time: at.time,
            })
        };
        self.in_session().filter(|(_, statement)| signs(statement)).filter_map(line).collect()
    }

    /// For whom a statement is said: its issuer, or who gave the first mandate of its chain.
    fn principal(&self, statement: &Statement) -> Option<AgentUri> {
        match statement.on_behalf_of.first() {
            None => statement.issuer.agent().cloned(),
            Some(mandate) => self.statement(mandate)?.issuer.agent().cloned(),
        }
    }

    pub(super) fn obligations(&self) -> Check {
        let Some(commitment) = self.commitment() else { return self.unfinished(Rule::Obligations) };
        let list: Vec<String> = commitment.duties().iter().map(|duty| outcome(commitment, duty)).collect();
        Check::of(Rule::Obligations, Verdict::Proved, list.join(", "))
    }

    /// What the node found is its own word, signed by nobody else: it proves no domain, and refutes none.
    pub(super) fn domain_control(&self) -> Check {
        let issuers =
            self.judged.iter().filter_map(|(_, verified)| verified.statement().issuer.organisation());
        let domains: BTreeSet<Domain> = issuers.collect();
        let checks = |domain: &Domain| self.world.organisation(domain).and_then(Organisation::check);
        let word = if domains.iter().any(|domain| checks(domain).is_some()) {
            "the node's word alone"
        } else {
            "nobody has looked under the domains"
        };
        let list: Vec<String> = domains.iter().map(|domain| self.domain_claim(domain)).collect();
        Check::of(Rule::DomainControl, Verdict::NotShown, format!("{word}: {}", list.join(", ")))
    }

    fn domain_claim(&self, domain: &Domain) -> String {
        let Some(found) = self.world.organisation(domain) else {
            return format!("{domain} names no evidence");
        };
        match (found.evidence(), found.check()) {
            (_, Some(DomainCheck { found: check, at })) => {
                let what = if check.found { "was found" } else { "was not found" };
                let ended = if check.found && !found.proved() { " and has ended since" } else { "" };
                let method = word(&check.method);
                format!("the key of {domain} {what} ({method}, entry {}){ended}", at.index)
            }
            (Some(evidence), None) => {
                format!("{domain} says that it is published ({})", word(&evidence.method))
            }
            (None, None) => format!("{domain} names no evidence"),
        }
    }

    /// What the bundle is about, if the replay came to its end.
    pub(super) fn summary(&self, size: u64) -> Option<Summary> {
        let (session, commitment) = (self.session()?, self.commitment()?);
        let party = |(agent, participant): (&AgentUri, &Participant)| {
            let organisation = agent.organisation();
            let name = self.world.organisation(&organisation).map(|found| found.name().clone());
            Party { agent: agent.clone(), organisation, organisation_name: name, role: participant.role }
        };
        let joined = session.participants().iter().filter(|(_, participant)| participant.joined);
        Some(Summary {
            commitment: commitment.id,
            state: commitment.state(),
            disputed: commitment.disputed(),
            terms_hash: commitment.terms_hash,
            terms: commitment.package.terms.clone(),
            replaces: commitment.replaces,
            formed_index: commitment.formed.index,
            formed_at: commitment.formed.time,
            session: session.id(),
            session_state: session.state(),
            capability: session.capability().clone(),
            purpose: session.purpose().clone(),
            parties: joined.map(party).collect(),
            signers: commitment.signers.iter().cloned().collect(),
            signatures: self.signature_lines(commitment),
            obligations: commitment.duties().iter().map(|duty| self.line(commitment, duty)).collect(),
            origin: self.bundle.origin.clone(),
            size,
        })
    }

    fn line(&self, commitment: &Commitment, duty: &Duty) -> ObligationLine {
        let about =
            |statement: &Statement| settles(&statement.body) == Some((&commitment.id, &duty.obligation.id));
        let last = self.in_session().filter(|(_, statement)| about(statement)).last().map(|(at, _)| at);
        let obligation = commitment.agreed(duty).clone();
        ObligationLine {
            id: obligation.id,
            what: obligation.what,
            debtor: obligation.debtor,
            creditor: obligation.creditor,
            value: obligation.value,
            due: commitment.met_until(duty),
            state: duty.progress.as_str(),
            log_index: last.map(|at| at.index),
            log_time: last.map(|at| at.time),
        }
    }
}

fn life_of<'a>(keys: &'a KeyHistory, key: &KeyId) -> Option<&'a KeyLife> {
    keys.all().find(|(known, _)| *known == key).map(|(_, life)| life)
}

/// From where a key is distrusted, if that reaches what it signed at `index`. What revokes a key may be signed by it.
fn distrusted(life: &KeyLife, index: Position) -> Option<Position> {
    let from = life.distrusted_from.filter(|from| *from <= index)?;
    (from != index || life.until != Some(index)).then_some(from)
}

/// A state in the words of the protocol.
fn word(state: &impl serde::Serialize) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn outcome(commitment: &Commitment, duty: &Duty) -> String {
    let progress = duty.progress.as_str();
    let id = &duty.obligation.id;
    let done = |owed: &Owed<'_>| matches!(owed.progress(), Progress::Fulfilled { .. });
    let told = told(commitment, duty, id, progress);
    match duty.stages.len() {
        0 => told,
        all => format!("{told} ({} of {all} stages fulfilled)", duty.owed().filter(done).count()),
    }
}

fn told(commitment: &Commitment, duty: &Duty, id: &ObligationId, progress: &str) -> String {
    match &duty.progress {
        Progress::Delivered { at, .. } | Progress::Fulfilled { at } => format!("{id} {progress} at {at}"),
        Progress::Open | Progress::Breached => match commitment.met_until(duty) {
            Some(until) => format!("{id} {progress}, to be met until {until}"),
            None if duty.is_withheld() => format!("{id} {progress}, as is sealed"),
            None => format!("{id} {progress}, waits for another"),
        },
        Progress::Contested | Progress::Lapsed => format!("{id} {progress}"),
    }
}

/// Whether who says this stands by the terms if the others accept.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other body offers nothing")]
fn offers(body: &Body, terms: &Hash) -> bool {
    match body {
        Body::Commit(commit) => commit.terms_hash == *terms,
        Body::Propose(Propose::Proposal(offer)) | Body::Counter(Counter::CounterOffer(offer)) => {
            offer.packages.iter().any(|package| package.terms_hash() == *terms)
        }
        Body::Propose(Propose::Amendment(amendment)) => amendment.package.terms_hash() == *terms,
        _ => false,
    }
}

fn accepts(body: &Body, terms: &Hash) -> bool {
    matches!(body, Body::Accept(Accept::Acceptance(acceptance)) if acceptance.terms_hash == *terms)
}

/// The obligation whose progress a statement changes.
fn settles(body: &Body) -> Option<(&Hash, &ObligationId)> {
    let Body::Inform(inform) = body else { return None };
    match inform {
        Inform::Note(_)
        | Inform::File(_)
        | Inform::Usage(_)
        | Inform::Progress(_)
        | Inform::Group(_)
        | Inform::Unreadable(_) => None,
        Inform::Fulfilment(done) => Some((&done.commitment, &done.obligation)),
        Inform::Contest(note) => Some((&note.commitment, &note.obligation)),
        Inform::Award(award) => Some((&award.commitment, &award.obligation)),
        Inform::Breach(breach) => Some((&breach.commitment, &breach.obligation)),
        Inform::Acknowledgement(named) | Inform::Silence(named) => {
            Some((&named.commitment, &named.obligation))
        }
    }
}
