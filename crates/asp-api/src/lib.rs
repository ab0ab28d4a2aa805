//! The JSON that a node answers with: one set of types for the node that writes it and the client that reads it.
//!
//! Hashes, keys, instants and amounts have the text forms of the protocol; statements are passed on as they were
//! received.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::amount::Money;
use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{AgentUri, Capability, Domain, Issuer, Language, Origin, WebAddress};
use asp_core::position::{Hash, Head, LogTime, Position, Sequence};
use asp_core::rejection::{Code, Rejection};
use asp_core::session::table::{Performative, State};
use asp_core::statement::body::{
    A2aPin, Availability, CardCheck, DataClass, Mandate, Mode, Name, Package, ParticipantRole, PolicySet,
    SessionReceipt, TrustFloor, Usage, VerifyMethod,
};
use asp_core::statement::{Signature, Verified};
use asp_core::trust::Outlook;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

mod convert;
mod search;

pub use consent::{
    ConsentCommitment, ConsentDecision, ConsentSession, ConsentSessionPage, GrantedBy, NewConsentDecision,
};
pub use search::{AgentStanding, NewSearch, SavedSearchView, SavedSearches, SearchQuery, SearchSort};

/// Declares types of the API: camel case, absent members left out, schema on request.
macro_rules! api {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {$(
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        $(#[$doc])*
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )+};
}

mod account;
mod commitment;
mod consent;
mod dispute;
mod domain;
mod inbox;
mod packages;
mod people;
mod trace;
mod trust;
mod webhook;
mod work;

pub use account::*;
pub use commitment::*;
pub use dispute::*;
pub use domain::*;
pub use inbox::*;
pub use packages::*;
pub use people::*;
pub use trace::*;
pub use trust::*;
pub use webhook::*;
pub use work::*;

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
        /// What could still be owed, where more would be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        room: Option<Money>,
        /// The numbered rule of the specification that a statement breaks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
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
        /// The organisation whose domain leads here, with its keys, if the node serves them for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organisation: Option<PublishedKeys>,
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
        /// Whether its domain is its own, as far as the node can tell; absent until it says where its key is published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<DomainView>,
        /// The organisations with a stronger claim for which it could be mistaken by its domain or name; eight at most.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        mistakable_for: BTreeSet<Domain>,
        /// All keys it ever had.
        keys: Vec<KeyView>,
        /// What it lets others do with its agents: the body of its last `org.policy.set`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        policy: Option<PolicySet>,
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
        /// The card of the A2A protocol that it serves itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        a2a: Option<A2aPin>,
        /// What the node found of that card when it last said so, and that is its word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        a2a_check: Option<CardCheck>,
        /// Whether it takes on work now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        availability: Option<Availability>,
        /// The most that it may agree to owe under one package of terms, by its own account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        ceiling: Option<Money>,
        /// Where it answers challenges.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        endpoint: Option<WebAddress>,
        /// The languages that it negotiates in.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        languages: BTreeSet<Language>,
        /// The price from which its offers begin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        price: Option<Money>,
        /// The terms schemas that it speaks.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        schemas: BTreeSet<Hash>,
        /// The organisations with a stronger claim for which it could be mistaken by its name; eight at most.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        mistakable_for: BTreeSet<Domain>,
        /// The statement that set its card.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        card: Hash,
        /// Whether it answers when the node asks it; absent if that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        standing: Option<AgentStanding>,
        /// When it answered the node last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        last_answer: Option<LogTime>,
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
        /// Whether it takes on work now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        availability: Option<Availability>,
        /// The languages that it negotiates in.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        languages: BTreeSet<Language>,
        /// The price from which its offers begin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        price: Option<Money>,
        /// The terms schemas that it speaks.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        schemas: BTreeSet<Hash>,
        /// The organisations with a stronger claim for which it could be mistaken by its name; eight at most.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        mistakable_for: BTreeSet<Domain>,
        /// Where the log has its card.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        set_at: Position,
        /// How well it fits what was asked, 0 to 100; trust has no part in it.
        relevance: u8,
        /// How far it can be trusted; only if that was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trust: Option<HitTrust>,
        /// Whether it answers when the node asks it; absent if that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        standing: Option<AgentStanding>,
        /// When it answered the node last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        last_answer: Option<LogTime>,
        /// Why it stands where it stands.
        reasons: Vec<String>,
    }
    /// How far an agent that was found can be trusted, in the class and as of the place that the page names.
    struct HitTrust {
        /// Points, a hundred at most, with three places: `61.204`.
        score: String,
        /// The level that they amount to, 0 to 4.
        level: u8,
    }
    /// Of what scores are told: with it anybody who has the log computes the same digits.
    struct TrustAsked {
        /// Through whose eyes.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        observer: Domain,
        /// The value class: the size of the deal in mind.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        value: Money,
        /// The instant at which the scores hold.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        instant: LogTime,
        /// What the observer's policy says beside: rates and seeds.
        #[serde(default, skip_serializing_if = "Outlook::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        outlook: Outlook,
        /// The size of the log that they rest on.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        prefix: Position,
    }
    /// A page of agents.
    struct AgentPage {
        /// The agents, best first.
        agents: Vec<AgentHit>,
        /// How many fit in all; where trust is asked for, of those whose trust could be looked at.
        total: u64,
        /// How many entries of the log the index had seen.
        size: u64,
        /// Of what the scores are, if there are any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trust: Option<TrustAsked>,
        /// Whether some were left out, since not everybody's trust could be computed within its bound.
        #[serde(default, skip_serializing_if = "is_false")]
        truncated: bool,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
    /// A terms schema: what the terms of a package have to look like.
    struct SchemaView {
        /// The SHA-256 of its canonical form: what an invitation names.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        hash: Hash,
        /// What people call it.
        alias: String,
        /// Its version.
        version: u32,
        /// Who registered it; nobody a starter, which every node knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        by: Option<Domain>,
        /// What it is for.
        description: String,
        /// JSON Schema 2020-12; left out of lists.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        schema: Option<Value>,
    }
    /// Some of the terms schemas.
    struct SchemaPage {
        /// The schemas: the starters first, then those registered last.
        schemas: Vec<SchemaView>,
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
        /// The classes of data that may flow; all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
        data_classes: Option<BTreeSet<DataClass>>,
        /// The names of the members that data and terms may have; any if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
        fields: Option<BTreeSet<Name>>,
        /// The performatives that may be used; all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
        performatives: Option<BTreeSet<Performative>>,
        /// When it ends by itself.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        expires_at: LogTime,
        /// How the other side granted; absent if it has not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        granted_by: Option<GrantedBy>,
        /// Where in the log the policy stands whose rule granted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
        policy: Option<Position>,
        /// What an agent of who asked has to have earned to invite agents of who granted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        trust_floor: Option<TrustFloor>,
        /// Who took away a part of it last; what is shown is what is left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        narrowed_by: Option<Domain>,
        /// When that was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        narrowed_at: Option<LogTime>,
        /// Who revoked it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        revoked_by: Option<Domain>,
        /// When it was revoked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        revoked_at: Option<LogTime>,
        /// Whether the other side confirmed the revocation.
        acknowledged: bool,
        /// When it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        acknowledged_at: Option<LogTime>,
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
        /// Whether it came in and went again.
        #[serde(default)]
        left: bool,
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
        /// `business`, `amendment`, `termination` or `admission`.
        kind: String,
        /// Who would come in by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        admits: Option<AgentUri>,
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
        /// Who has accepted, and which of the packages.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        accepted: BTreeMap<AgentUri, Hash>,
        /// How many of those asked have to accept one package.
        #[serde(default)]
        quorum: usize,
        /// What it may be answered with, besides REJECT.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        answers: BTreeSet<Performative>,
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
    /// A question that waits for somebody's answer.
    struct QuestionView {
        /// The statement: what the answer names as `inReplyTo`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Who asked.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: AgentUri,
        /// Whose answer is awaited.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        awaits: AgentUri,
        /// The offer whose time stands still until the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        about: Option<Hash>,
        /// What is asked.
        text: String,
        /// Until when the answer is awaited.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        respond_by: LogTime,
    }
    /// A mandate under which somebody acts for a participant.
    struct MandateView {
        /// The statement that gave it: what a statement under it names in `onBehalfOf`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// Who gave it.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: AgentUri,
        /// For whom the delegate acts in the end.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        principal: AgentUri,
        /// What it allows, to whom, until when.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        mandate: Mandate,
        /// The mandates under which it was given, from the principal's own.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        chain: Vec<Hash>,
    }
    /// What a participant says that it has spent on a session.
    struct UsageView {
        /// Who.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        agent: AgentUri,
        /// What.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        usage: Usage,
    }
    /// A question that waits for an authority.
    struct EscalationView {
        /// Who asked.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: AgentUri,
        /// Who decides.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        authority: Issuer,
        /// The person there who is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<String>,
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
    /// What a session was narrowed by.
    struct NarrowedView {
        /// The consent that has ended.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        consent: Hash,
        /// When it ended.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        at: LogTime,
    }
    /// Something that a node lets an organisation ask for.
    struct LimitView {
        /// What: `statementsPerSecond`, `statementsWaiting`, `requestsPerSecond`, `chunksPerSecond`, `chunkBytes`,
        /// `invitationsUnanswered`, `invitationsUnansweredByOne` or `eventStreamsAndPolls`; others may come.
        what: String,
        /// How much of it at most; any amount if absent. Of what is counted by the second ten times as much at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<u64>,
        /// What is left of it at this moment, where that is counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<u64>,
    }
    /// What an organisation may ask of a node.
    struct LimitsView {
        /// The organisation.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        organisation: Domain,
        /// The level of its best agent in the eyes of those whom the node trusts, 0 to 4; as it was lately found.
        level: u8,
        /// Whom the node trusts; nobody where all organisations have the same limits.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        seen_by: BTreeSet<Domain>,
        /// Its limits.
        limits: Vec<LimitView>,
    }
    /// What an organisation asked of who invited it.
    struct FloorView {
        /// The organisation.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        organisation: Domain,
        /// The floor that its policy set.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        floor: TrustFloor,
    }
    /// What whoever opened a session had to have earned, and by when.
    struct AdmittedView {
        /// The log index of the invitation: policies that were set before it are those that it was judged by.
        #[cfg_attr(feature = "openapi", schema(value_type = u64))]
        index: Position,
        /// The last instant of which anything counted; it follows from the log time in the receipt of the invitation.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        judged_at: LogTime,
        /// The floors, all of which were reached; none where nobody asked for any.
        floors: Vec<FloorView>,
    }
    /// Who can open what is sealed in a session, by its last group statement.
    struct ChannelView {
        /// The number of that statement among those of its kind.
        epoch: u64,
        /// The statement.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        statement: Hash,
        /// The members by name, each with the key by which it is in.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        members: BTreeMap<AgentUri, KeyId>,
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
        /// Who can read it: `open`, `hybrid` or `sealed`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        mode: Mode,
        /// Who can open what is sealed in it; absent while nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelView>,
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
        /// The schemas that terms have to follow, each with who registered it; none if any terms will do.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        schemas: BTreeMap<Hash, Option<Domain>>,
        /// Who takes part.
        participants: Vec<ParticipantView>,
        /// The statement whose conditions an introduction answers, while participants come in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        conditions: Option<Hash>,
        /// Offers that can be answered.
        offers: Vec<OfferView>,
        /// Questions that wait for somebody's answer.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        questions: Vec<QuestionView>,
        /// Who may act for whom.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mandates: Vec<MandateView>,
        /// What the participants say that they have spent on the session.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        usage: Vec<UsageView>,
        /// Hashes of terms agreed on that bind nobody yet.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        agreed: Vec<Hash>,
        /// The commit that awaits signatures.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pending: Option<PendingView>,
        /// Its commitments.
        commitments: Vec<CommitmentView>,
        /// What who comes in from another organisation has to have earned in the eyes of the initiator's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        trust_floor: Option<TrustFloor>,
        /// What its initiator had to have earned to be admitted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        admitted: Option<AdmittedView>,
        /// The question that waits for an authority.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        escalation: Option<EscalationView>,
        /// The consent that has ended while something is still owed; nothing else is left to say than what settles that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        narrowed: Option<NarrowedView>,
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
    /// A proof of the log (RFC 6962 §2.1).
    struct ProofView {
        /// The hashes, from the leaf towards the root.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        proof: Vec<Hash>,
    }
    /// That the log of a size has an entry (RFC 6962 §2.1.1).
    struct InclusionProof {
        /// The index of the entry.
        index: u64,
        /// The size of the log.
        size: u64,
        /// The hashes from the leaf up.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        proof: Vec<Hash>,
    }
    /// That the log of one size begins with the log of another (RFC 6962 §2.1.2).
    struct ConsistencyProof {
        /// The smaller size.
        from: u64,
        /// The larger size.
        to: u64,
        /// The hashes.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        proof: Vec<Hash>,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
