//! What the load sends: two organisations, their agents, a consent, sessions, and notes signed beforehand.
//! Knows the protocol and no node; all of it is valid on a fresh one.

use asp_core::key::SecretKey;
use asp_core::limits;
use asp_core::name::{AgentUri, Capability, Domain, Issuer, Origin, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, LogTime, Millis};
use asp_core::statement::Verified;
use asp_core::statement::body::{
    Accept, AgentRegister, Body, Card, ConsentRequest, Empty, Inform, Introduction, Invitation, Invitee,
    Limits, Mode, Nonce, Note, OrgRegister, ParticipantRole, Propose,
};
use asp_core::statement::draft::{Draft, Stamp};
use serde_json::{Map, Value};

use super::load::{Requests, request};
use crate::cli::SignedWith;
use crate::failure::{Failure, Outcome};

/// Bytes that fill a note, so that its statement is about 1 KiB.
const PADDING: usize = 420;
/// What the sessions are about.
const CAPABILITY: &str = "provision.compute.gpu";

/// A party of the load.
struct Party {
    issuer: Issuer,
    key: SecretKey,
}

/// Who speaks in the load, and to which log.
pub(super) struct Cast {
    origin: Origin,
    /// Whom the sessions are between.
    agents: [(AgentUri, Party); 2],
    organisations: [(Domain, Party); 2],
    /// When the first statements are issued; each further one of a session a millisecond later.
    time: LogTime,
}

/// A session that both sides are in, and its end so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    id: Hash,
    head: Head,
}

impl Cast {
    /// Makes the parties, with keys of their own.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(super) fn new(origin: Origin, time: LogTime, alg: SignedWith) -> Outcome<Self> {
        Self::named(origin, time, alg, ["north", "south"])
    }

    /// The same with organisations of other names, beside those that are there.
    ///
    /// # Errors
    /// As [`Cast::new`].
    pub(super) fn named(
        origin: Origin,
        time: LogTime,
        alg: SignedWith,
        [buys, sells]: [&str; 2],
    ) -> Outcome<Self> {
        let organisation = |domain: &str| -> Outcome<(Domain, Party)> {
            let domain: Domain = domain.parse().map_err(Failure::fault)?;
            Ok((domain.clone(), Party { issuer: Issuer::Organisation(domain), key: key(alg)? }))
        };
        let agent = |uri: &str| -> Outcome<(AgentUri, Party)> {
            let uri: AgentUri = uri.parse().map_err(Failure::fault)?;
            Ok((uri.clone(), Party { issuer: Issuer::Agent(uri), key: key(alg)? }))
        };
        Ok(Self {
            origin,
            agents: [
                agent(&format!("agent://{buys}.example/load/buyer"))?,
                agent(&format!("agent://{sells}.example/load/vendor"))?,
            ],
            organisations: [
                organisation(&format!("{buys}.example"))?,
                organisation(&format!("{sells}.example"))?,
            ],
            time,
        })
    }

    /// A key that signs in this load.
    pub(super) const fn any_key(&self) -> &SecretKey {
        &self.agents[0].1.key
    }

    /// The statements that register everybody and make the consent, in order; the last two are the agents'.
    ///
    /// # Errors
    /// When a statement breaks a rule by itself, which would be a defect.
    pub(super) fn opening(&self) -> Outcome<Opening> {
        let mut statements = Vec::new();
        for (domain, party) in &self.organisations {
            let body =
                OrgRegister { key: party.key.id(), name: domain.as_str().parse().map_err(Failure::fault)? };
            let stream = StreamName::Of(StreamId::Org(domain.clone()));
            statements.push(self.sign(party, &[], stream, Body::OrgRegister(body), None)?);
        }
        let mut cards = Vec::new();
        for ((uri, party), (_, organisation)) in self.agents.iter().zip(&self.organisations) {
            let description = "Part of a load.".parse().map_err(Failure::fault)?;
            let name = uri.path().parse().map_err(Failure::fault)?;
            let card = Card::of(name, description, [capability()?].into());
            let body = Body::AgentRegister(AgentRegister { card, key: party.key.id() });
            let stream = StreamName::Of(StreamId::Agent(uri.clone()));
            let statement = self.sign(party, &[&organisation.key], stream, body, None)?;
            cards.push(statement.statement().hash);
            statements.push(statement);
        }
        let [(_, asking), (asked, granting)] = &self.organisations;
        let request = ConsentRequest {
            capabilities: [capability()?].into(),
            ceiling: None,
            data_classes: None,
            expires_at: self.time.plus(Millis(86_400_000)),
            fields: None,
            nonce: Nonce(random()?),
            performatives: None,
            purpose: "Load".parse().map_err(Failure::fault)?,
            with: asked.clone(),
            mode: None,
        };
        let opens = StreamName::Opens(StreamKind::Consent);
        let consent = self.sign(asking, &[], opens, Body::ConsentRequest(request), None)?;
        let id = consent.statement().hash;
        let stream = StreamName::Of(StreamId::Consent(id));
        let grant = self.sign(granting, &[], stream, Body::ConsentGrant(Empty {}), Some(head(&consent)))?;
        statements.extend([consent, grant]);
        let card = cards.last().copied().ok_or_else(|| Failure::fault("no card"))?;
        Ok(Opening { statements, consent: id, card })
    }

    /// A session with its two opening statements.
    ///
    /// # Errors
    /// As [`Cast::opening`].
    pub(super) fn session(&self, opening: &Opening) -> Outcome<([Verified; 2], Ready)> {
        let [(buyer, asking), (vendor, answering)] = &self.agents;
        let invitee = |agent: &AgentUri, role| Invitee { agent: agent.clone(), required: None, role };
        let day = Some(Millis(86_400_000));
        let invitation = Invitation {
            capability: capability()?,
            consents: [opening.consent].into(),
            limits: Limits {
                invitation_ms: day,
                messages: u32::try_from(limits::MESSAGES_HARD_MAX).ok(),
                response_ms: day,
                session_ms: day,
                ..Limits::defaults()
            },
            mode: Mode::Open,
            nonce: Nonce(random()?),
            participants: vec![
                invitee(buyer, ParticipantRole::Initiator),
                invitee(vendor, ParticipantRole::Party),
            ],
            purpose: "Load".parse().map_err(Failure::fault)?,
            schemas: None,
        };
        let opens = StreamName::Opens(StreamKind::Session);
        let body = Body::Propose(Propose::Invitation(invitation));
        let invitation = self.sign(asking, &[], opens, body, None)?;
        let id = invitation.statement().hash;
        let body = Body::Accept(Accept::Introduction(Introduction { card: opening.card, schemas: None }));
        let stream = StreamName::Of(StreamId::Session(id));
        let draft = self.draft(answering, stream, body).replying_to(id);
        let introduction = self.finish(&draft, &[&answering.key], Some(head(&invitation)), self.time)?;
        let ready = Ready { id, head: head(&introduction) };
        Ok(([invitation, introduction], ready))
    }

    /// So many requests with notes that continue a session, both sides in turn.
    ///
    /// # Errors
    /// As [`Cast::opening`].
    pub(super) fn notes(&self, host: &str, from: Ready, count: usize) -> Outcome<Requests> {
        let mut requests = Vec::with_capacity(count);
        let mut at = from.head;
        for number in 0..count {
            let (_, speaker) = if number % 2 == 0 { &self.agents[0] } else { &self.agents[1] };
            let data: Map<String, Value> =
                [("padding".to_owned(), Value::from("x".repeat(PADDING)))].into_iter().collect();
            let text = format!("note {number}").parse().map_err(Failure::fault)?;
            let body = Body::Inform(Inform::Note(Note { data: Some(data), text }));
            let stream = StreamName::Of(StreamId::Session(from.id));
            let draft = self.draft(speaker, stream, body);
            let issued_at = self.time.plus(Millis(number as u64));
            let note = self.finish(&draft, &[&speaker.key], Some(at), issued_at)?;
            at = head(&note);
            requests.push(request(host, &note.envelope()));
        }
        Ok(requests)
    }

    fn draft(&self, party: &Party, stream: StreamName, body: Body) -> Draft {
        Draft::new(stream, self.origin.clone(), party.issuer.clone(), body)
    }

    fn sign(
        &self,
        party: &Party,
        others: &[&SecretKey],
        stream: StreamName,
        body: Body,
        after: Option<Head>,
    ) -> Outcome<Verified> {
        let keys: Vec<&SecretKey> = std::iter::once(&party.key).chain(others.iter().copied()).collect();
        self.finish(&self.draft(party, stream, body), &keys, after, self.time)
    }

    fn finish(
        &self,
        draft: &Draft,
        keys: &[&SecretKey],
        after: Option<Head>,
        issued_at: LogTime,
    ) -> Outcome<Verified> {
        let stamp = Stamp { issued_at, random: random()? };
        draft.sign(after, stamp, keys).map_err(Failure::fault)
    }
}

/// What has to be in the log before sessions are.
pub(super) struct Opening {
    /// The statements, in order.
    pub(super) statements: Vec<Verified>,
    consent: Hash,
    /// The vendor's card.
    card: Hash,
}

fn head(verified: &Verified) -> Head {
    let statement = verified.statement();
    Head { sequence: statement.sequence, hash: statement.hash }
}

fn capability() -> Outcome<Capability> {
    CAPABILITY.parse().map_err(Failure::fault)
}

pub(super) fn key(alg: SignedWith) -> Outcome<SecretKey> {
    let seed = random()?;
    match alg {
        SignedWith::Ed25519 => Ok(SecretKey::from_seed(&seed)),
        SignedWith::Es256 => SecretKey::from_scalar(&seed).map_err(Failure::fault),
    }
}

fn random<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::fault(format_args!("no randomness: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use asp_core::position::{LogPoint, Position};
    use asp_core::world::World;

    use super::*;

    #[test]
    fn all_that_is_prepared_is_valid_on_a_fresh_log() {
        let origin: Origin = "bench.example".parse().unwrap();
        let time = LogTime::from_millis(1_800_000_000_000);
        for alg in [SignedWith::Ed25519, SignedWith::Es256] {
            judge_all(&origin, time, alg);
        }
    }

    fn judge_all(origin: &Origin, time: LogTime, alg: SignedWith) {
        let cast = Cast::new(origin.clone(), time, alg).unwrap();
        let opening = cast.opening().unwrap();
        let (pair, ready) = cast.session(&opening).unwrap();
        let notes = cast.notes("h", ready, 20).unwrap();
        let mut world = World::new(origin.clone(), SecretKey::from_seed(&[7; 32]).id());
        let bodies = notes.iter().map(|request| {
            let text = std::str::from_utf8(request).unwrap();
            let (_, body) = text.split_once("\r\n\r\n").unwrap();
            assert!((900..1300).contains(&body.len()), "{}", body.len());
            Verified::from_envelope(body.as_bytes()).unwrap()
        });
        let all: Vec<Verified> = opening.statements.iter().chain(&pair).cloned().chain(bodies).collect();
        for (index, verified) in all.iter().enumerate() {
            let at = LogPoint { index: Position(index as u64), time };
            let accepted = world.judge(verified, at).unwrap_or_else(|refusal| panic!("{index}: {refusal}"));
            world.apply(&accepted);
        }
    }
}
