//! The JSON that a node answers with: one set of types for the node that writes it and the client that reads it.
//!
//! Hashes, keys, instants and amounts have the text forms of the protocol; statements are passed on as they were
//! received.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::agent::Agent;
use asp_core::amount::Money;
use asp_core::consent::Consent;
use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{AgentUri, Capability, Domain, Issuer, Origin};
use asp_core::org::Organisation;
use asp_core::position::{Hash, Head, LogTime, Position, Sequence};
use asp_core::rejection::{Code, Rejection, Retry};
use asp_core::session::table::{Performative, Role, State};
use asp_core::session::{Commitment, OfferKind, OpenOffer, Progress, Session};
use asp_core::statement::body::{CommitmentState, Package, ParticipantRole, SessionReceipt, Showing};
use asp_core::statement::{Signature, Verified};
use asp_core::stream::{KeyHistory, KeyLife};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Declares types of the API: camel case, absent members left out, schema on request.
macro_rules! api {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )+};
}

api! {
    /// An error, as RFC 9457 `application/problem+json`.
    struct Problem {
        /// The stable code of `spec/errors`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        code: Code,
        /// What happened, as a sentence.
        detail: String,
        /// The stream's head, where signing anew on it may help.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        head: Option<Head>,
        /// What to do about it.
        hint: String,
        /// Where in the statement, as an RFC 6901 pointer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pointer: Option<String>,
        /// Whether a retry can help: `never`, `change` or `later`.
        retry: String,
        /// The HTTP status.
        status: u16,
        /// The code again, for people who skim.
        title: String,
        /// Where the code is documented.
        #[serde(rename = "type")]
        kind: String,
    }
    /// What a node says of itself: `/.well-known/asp-configuration`.
    struct Configuration {
        /// The versions of the protocol that it speaks.
        asp_versions: Vec<String>,
        /// The name of its log; the audience of statements.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        origin: Origin,
        /// The key that signs receipts and checkpoints.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        node_key: KeyId,
        /// The same as a verifier key of C2SP signed notes.
        note_key: String,
        /// The node's clock.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        time: LogTime,
        /// The address of the token endpoint, relative to the node.
        token_endpoint: String,
        /// The software and its version.
        software: String,
    }
    /// A key with its life in the log.
    struct KeyView {
        /// The key.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        key: KeyId,
        /// The log index that brought it.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        from: Position,
        /// The log index after which it signs nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        until: Option<Position>,
        /// The log index from which it is not trusted in hindsight.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        distrusted_from: Option<Position>,
    }
    /// An organisation.
    struct OrganisationView {
        /// Its domain.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        domain: Domain,
        /// What people call it.
        name: String,
        /// All keys it ever had.
        keys: Vec<KeyView>,
        /// The head of its stream.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        head: Head,
        /// When it registered.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        registered_at: LogTime,
    }
    /// An agent.
    struct AgentView {
        /// Its URI.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        agent: AgentUri,
        /// What people call it.
        name: String,
        /// What it is.
        description: String,
        /// What it can do.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        capabilities: BTreeSet<Capability>,
        /// All keys it ever had.
        keys: Vec<KeyView>,
        /// The statement that set its card.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        card: Hash,
        /// Whether it has ended.
        retired: bool,
        /// The head of its stream.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        head: Head,
        /// When it registered.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        registered_at: LogTime,
    }
    /// An agent found by a search.
    struct AgentHit {
        /// Its URI.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        agent: AgentUri,
        /// What people call it.
        name: String,
        /// What it is.
        description: String,
        /// What it can do.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        capabilities: BTreeSet<Capability>,
        /// Why it stands where it stands.
        reason: String,
    }
    /// A page of agents.
    struct AgentPage {
        /// The agents, best first.
        agents: Vec<AgentHit>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
    /// A consent between two organisations.
    struct ConsentView {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Who asked.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: Domain,
        /// Who was asked.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        with: Domain,
        /// `REQUESTED`, `GRANTED`, `EXPIRED` or `REVOKED`.
        standing: String,
        /// What for.
        purpose: String,
        /// The prefixes of what sessions may be about.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        capabilities: BTreeSet<Capability>,
        /// The most that one party may owe under one package.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        ceiling: Option<Money>,
        /// When it ends by itself.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        expires_at: LogTime,
        /// Who revoked it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        revoked_by: Option<Domain>,
        /// Whether the other side confirmed the revocation.
        acknowledged: bool,
        /// The head of its stream.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        head: Head,
    }
    /// A page of consents.
    struct ConsentPage {
        /// The consents, newest first.
        consents: Vec<ConsentView>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
    /// A participant of a session.
    struct ParticipantView {
        /// Who.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        agent: AgentUri,
        /// As what.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        role: ParticipantRole,
        /// Whether it is in.
        joined: bool,
        /// Whether it has signed the receipt.
        countersigned: bool,
        /// What it may say in the present state.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        may_say: Vec<Performative>,
    }
    /// An offer that can be answered.
    struct OfferView {
        /// The statement that made it: what an answer names as `inReplyTo`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Who made it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: AgentUri,
        /// `business`, `amendment` or `termination`.
        kind: String,
        /// Whether the last acceptance binds.
        binding: bool,
        /// The commitment that it would change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        commitment: Option<Hash>,
        /// The alternatives by the hash of their terms.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        packages: BTreeMap<Hash, Package>,
        /// Whose answer is awaited.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        awaits: BTreeSet<AgentUri>,
        /// Until when it can be answered.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        respond_by: LogTime,
    }
    /// A commit that awaits signatures.
    struct PendingView {
        /// The statement: what an answer names as `inReplyTo`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Who committed first.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: AgentUri,
        /// To what.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        terms_hash: Hash,
        /// Whose signature is awaited.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        awaits: BTreeSet<AgentUri>,
    }
    /// A question that waits for an authority.
    struct EscalationView {
        /// Who asked.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: AgentUri,
        /// Who decides.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        authority: Issuer,
        /// What is asked.
        question: String,
    }
    /// How a session ended.
    struct EndView {
        /// The reason code.
        code: String,
        /// A sentence for people.
        sentence: String,
    }
    /// A session, whole.
    struct SessionView {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Its state.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        state: State,
        /// The head of its stream: what the next statement continues.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        head: Head,
        /// When it was opened.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        opened_at: LogTime,
        /// When something was last said.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        updated_at: LogTime,
        /// Who opened it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        initiator: AgentUri,
        /// What it is about.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        capability: Capability,
        /// What for.
        purpose: String,
        /// The consents it rests on.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        consents: BTreeSet<Hash>,
        /// Who takes part.
        participants: Vec<ParticipantView>,
        /// The statement whose conditions an introduction answers, while participants come in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        conditions: Option<Hash>,
        /// Offers that can be answered.
        offers: Vec<OfferView>,
        /// Hashes of terms agreed on that bind nobody yet.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        agreed: Vec<Hash>,
        /// The commit that awaits signatures.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pending: Option<PendingView>,
        /// Its commitments.
        commitments: Vec<CommitmentView>,
        /// The question that waits for an authority.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        escalation: Option<EscalationView>,
        /// The receipt that a CLOSE has to carry now.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        receipt: SessionReceipt,
        /// How it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<EndView>,
        /// Offers made.
        rounds: u32,
        /// Statements by participants.
        messages: u32,
    }
    /// A session in a list.
    struct SessionSummary {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Its state.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        state: State,
        /// What it is about.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        capability: Capability,
        /// Who opened it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        initiator: AgentUri,
        /// When it was opened.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        opened_at: LogTime,
        /// When something was last said.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        updated_at: LogTime,
        /// The log index of the last statement.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        position: Position,
    }
    /// A page of sessions, those moved last first.
    struct SessionPage {
        /// The sessions.
        sessions: Vec<SessionSummary>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
        /// The size of the log that this page was read at: `after` of the next long poll.
        size: u64,
    }
    /// A statement as the log has it.
    struct Message {
        /// Its index in the log.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        log_index: Position,
        /// When the node took it in.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        log_time: LogTime,
        /// Its hash.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        hash: Hash,
        /// The statement, byte for byte.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        statement: Box<RawValue>,
        /// Its signatures.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
        signatures: Vec<Signature>,
    }
    /// Statements of a stream, in order.
    struct MessagePage {
        /// The statements.
        messages: Vec<Message>,
        /// The `after` of the next page; none when this one reaches the head.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        next_after: Option<Sequence>,
    }
    /// One party's duty.
    struct ObligationView {
        /// Its name in the commitment.
        id: String,
        /// What is owed.
        what: String,
        /// Who owes.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        debtor: AgentUri,
        /// Who is owed.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        creditor: AgentUri,
        /// What it is worth.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        value: Money,
        /// `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`.
        state: String,
        /// How fulfilment is shown.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        shown_by: Showing,
        /// When it is due; absent while it waits for another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        due: Option<LogTime>,
        /// The last instant at which it can be met.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        met_until: Option<LogTime>,
    }
    /// A commitment.
    struct CommitmentView {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// The session that formed it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        session: Hash,
        /// The hash of what was signed.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        terms_hash: Hash,
        /// The terms for the parties' domain.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        terms: Map<String, Value>,
        /// Where it stands.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        state: CommitmentState,
        /// Whether a fulfilment is contested.
        disputed: bool,
        /// Who signed.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        signers: BTreeSet<AgentUri>,
        /// When it was formed.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        formed_at: LogTime,
        /// The commitment that it replaces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        replaces: Option<Hash>,
        /// What is owed.
        obligations: Vec<ObligationView>,
    }
    /// A page of commitments.
    struct CommitmentPage {
        /// The commitments, newest first.
        commitments: Vec<CommitmentView>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
    /// An access token (RFC 6749 §5.1), bound to the key of the DPoP proof (RFC 9449).
    struct TokenResponse {
        /// The token.
        #[serde(rename = "access_token")]
        access_token: String,
        /// Always `DPoP`.
        #[serde(rename = "token_type")]
        token_type: String,
        /// Seconds.
        #[serde(rename = "expires_in")]
        expires_in: u64,
    }
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        let code = rejection.code;
        Self {
            code,
            detail: code.sentence().to_owned(),
            head: rejection.head,
            hint: code.hint().to_owned(),
            pointer: rejection.pointer.clone(),
            retry: match code.retry() {
                Retry::Never => "never",
                Retry::Change => "change",
                Retry::Later => "later",
            }
            .to_owned(),
            status: code.status(),
            title: code.as_str().to_owned(),
            kind: format!("urn:asp:error:{}", code.as_str()),
        }
    }
}

fn keys(history: &KeyHistory) -> Vec<KeyView> {
    history
        .all()
        .map(|(key, KeyLife { from, until, distrusted_from })| KeyView {
            key: *key,
            from: *from,
            until: *until,
            distrusted_from: *distrusted_from,
        })
        .collect()
}

impl From<&Organisation> for OrganisationView {
    fn from(organisation: &Organisation) -> Self {
        Self {
            domain: organisation.domain().clone(),
            name: organisation.name().to_string(),
            keys: keys(organisation.keys()),
            head: organisation.head(),
            registered_at: organisation.registered().time,
        }
    }
}

impl From<&Agent> for AgentView {
    fn from(agent: &Agent) -> Self {
        Self {
            agent: agent.uri().clone(),
            name: agent.card().name.to_string(),
            description: agent.card().description.to_string(),
            capabilities: agent.card().capabilities.clone(),
            keys: keys(agent.keys()),
            card: agent.card_set_by(),
            retired: agent.retired(),
            head: agent.head(),
            registered_at: agent.registered().time,
        }
    }
}

impl ConsentView {
    /// A consent as it stands at `now`.
    #[must_use]
    pub fn of(consent: &Consent, now: LogTime) -> Self {
        let request = consent.request();
        Self {
            id: consent.id(),
            by: consent.by().clone(),
            with: request.with.clone(),
            standing: consent.standing(now).as_str().to_owned(),
            purpose: request.purpose.to_string(),
            capabilities: request.capabilities.clone(),
            ceiling: request.ceiling.clone(),
            expires_at: request.expires_at,
            revoked_by: consent.revoked().map(|(by, _)| by.clone()),
            acknowledged: consent.acknowledged(),
            head: consent.head(),
        }
    }
}

impl CommitmentView {
    /// A commitment of a session.
    #[must_use]
    pub fn of(session: Hash, commitment: &Commitment) -> Self {
        let obligations = commitment
            .duties()
            .iter()
            .map(|duty| ObligationView {
                id: duty.obligation.id.to_string(),
                what: duty.obligation.what.to_string(),
                debtor: duty.obligation.debtor.clone(),
                creditor: duty.obligation.creditor.clone(),
                value: duty.obligation.value.clone(),
                state: Progress::as_str(&duty.progress).to_owned(),
                shown_by: duty.obligation.shown_by.clone(),
                due: commitment.due_at(duty),
                met_until: commitment.met_until(duty),
            })
            .collect();
        Self {
            id: commitment.id,
            session,
            terms_hash: commitment.terms_hash,
            terms: commitment.package.terms.clone(),
            state: commitment.state(),
            disputed: commitment.disputed(),
            signers: commitment.signers.clone(),
            formed_at: commitment.formed.time,
            replaces: commitment.replaces,
            obligations,
        }
    }
}

fn offer(id: Hash, offer: &OpenOffer) -> OfferView {
    let (kind, commitment) = match &offer.kind {
        OfferKind::Business { .. } => ("business", None),
        OfferKind::Amendment { commitment } => ("amendment", Some(*commitment)),
        OfferKind::Termination { commitment } => ("termination", Some(*commitment)),
    };
    OfferView {
        id,
        by: offer.by.clone(),
        kind: kind.to_owned(),
        binding: offer.binds(),
        commitment,
        packages: offer.packages.clone(),
        awaits: offer.awaits.difference(&offer.accepted).cloned().collect(),
        respond_by: offer.respond_by,
    }
}

impl From<&Session> for SessionView {
    fn from(session: &Session) -> Self {
        let (rounds, messages) = session.counts();
        let participants = session
            .participants()
            .iter()
            .map(|(agent, participant)| ParticipantView {
                agent: agent.clone(),
                role: participant.role,
                joined: participant.joined,
                countersigned: participant.countersigned,
                may_say: session.allowed(Role::from(participant.role)).collect(),
            })
            .collect();
        Self {
            id: session.id(),
            state: session.state(),
            head: session.head(),
            opened_at: session.opened().time,
            updated_at: session.last(),
            initiator: session.initiator().clone(),
            capability: session.capability().clone(),
            purpose: session.purpose().to_string(),
            consents: session.consents().clone(),
            participants,
            conditions: session.conditions(),
            offers: session.offers().iter().map(|(id, open)| offer(*id, open)).collect(),
            agreed: session.agreed().keys().copied().collect(),
            pending: session.pending().map(|pending| PendingView {
                id: pending.statement,
                by: pending.by.clone(),
                terms_hash: pending.terms_hash,
                awaits: pending.awaits.difference(&pending.accepted).cloned().collect(),
            }),
            commitments: session
                .commitments()
                .values()
                .map(|commitment| CommitmentView::of(session.id(), commitment))
                .collect(),
            escalation: session.escalation().map(|open| EscalationView {
                by: open.by.clone(),
                authority: open.authority.clone(),
                question: open.question.to_string(),
            }),
            receipt: session.receipt(),
            end: session
                .end()
                .map(|end| EndView { code: end.reason.as_str().to_owned(), sentence: end.sentence.clone() }),
            rounds,
            messages,
        }
    }
}

/// Default and largest page of a list.
pub const PAGE_SIZE_DEFAULT: usize = 50;
/// The largest page that a node gives.
pub const PAGE_SIZE_MAX: usize = limits::MESSAGES_MAX;

impl Message {
    /// The statement with its place in the log, checked to be what it says.
    ///
    /// # Errors
    /// The rule that the statement or a signature breaks.
    pub fn verify(&self) -> Result<Verified, Rejection> {
        use asp_core::statement::Received;
        let verified = Received::from_parts(self.statement.get().as_bytes(), self.signatures.clone())?
            .read()?
            .verify()?;
        if verified.statement().hash == self.hash {
            Ok(verified)
        } else {
            Err(Code::StreamMismatch.at("/hash"))
        }
    }
}
