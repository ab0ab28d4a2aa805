//! Typed bodies of all statements. What a body means is decided where its stream is.
//!
//! Unknown members are refused: a signature covers nothing that has no meaning. A member that is absent is absent;
//! `null` never stands for it, so that a body has one spelling.
#![expect(clippy::wildcard_enum_match_arm, reason = "most bodies have no list to bound")]

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use super::card::{A2aPin, Availability, Card};
pub use super::text::{Name, Nonce, ObligationId, SchemaAlias, Text};
use super::{Kind, draft, spelling};
use crate::amount::Money;
use crate::display::DisplayName;
use crate::key::KeyId;
use crate::limits;
use crate::name::{AgentUri, Capability, Domain, Issuer};
use crate::position::{Hash, LogTime, Millis, Position};
use crate::rejection::{Code, Rejection};
use crate::session::table::{Performative, Reason};

/// The highest score of trust, in whole points.
const TRUST_SCORE_MAX: u32 = 100;

/// Reads an optional member that, if present, is not `null`.
pub(crate) fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Declares bodies: structs in camel case that refuse unknown members.
macro_rules! bodies {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )+};
}

/// Declares small enumerations written in one case.
macro_rules! words {
    ($($(#[$doc:meta])* enum $name:ident as $case:literal { $($(#[$variant_doc:meta])* $variant:ident,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = $case)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }
    )+};
}

mod account;
mod attachment;
mod consent;
mod dispute;
mod obligation;
mod policy;
mod praise;
mod sealed;

pub use account::{
    AccountCredit, AccountDeposit, AccountOpen, AccountPaid, AccountRefuse, AccountReturned, AccountWithdraw,
    Hold, OnFulfilled, Share,
};
pub use attachment::{Attachment, FileKey, FileName, MediaType};
pub use consent::{ConsentNarrow, ConsentRequest};
pub use dispute::{
    Award, AwardPayment, DisputeAppeal, DisputeClose, DisputeCommit, DisputeDraw, DisputeEvidence,
    DisputeFile, DisputeOutcome, DisputeReason, DisputeRespond, DisputeRule, DisputeSeat, DisputeSettle,
    DisputeTerms, DisputeVote, DisputeWindows, Exhibit, ObligationEnd, PanelTerms, RulingEffect, Rung,
};
pub use obligation::{
    Due, DueAfter, DueAt, Evidence, Obligation, ObligationStage, Package, Quantity, Remedy, Showing, True,
    Withheld,
};
pub use policy::{
    AdmissionFloor, AdmissionPolicy, ConsentRule, DataClass, ExposureCap, InvitationRate, PolicySet, Rate,
    Rates, Seed,
};
pub use praise::{Endorsement, EndorsementEnd, Rating};
pub use sealed::{Disclosure, FileNote, Group, GroupMember, KeyPackages, PublishedPackage, Unreadable};

bodies! {
    /// `org.register`: the organisation's first key, which signs this.
    struct OrgRegister {
        /// The root key.
        key: KeyId,
        /// What people call the organisation.
        name: DisplayName,
    }
    /// `org.key.add` and `agent.key.add`: signed by a valid key and by the new one.
    struct KeyAdd {
        /// The key that is added.
        key: KeyId,
    }
    /// `org.key.revoke` and `agent.key.revoke`.
    struct KeyRevoke {
        /// The log index from which the key is not to be trusted; the revocation's own if absent.
        ///
        /// Of a key that has ended already it is needed, and lies before what was distrusted until now.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        from_index: Option<Position>,
        /// The key that is revoked.
        key: KeyId,
        /// Why.
        reason: Text,
    }
    /// `org.schema.register`: a terms schema that sessions can agree to use.
    struct SchemaRegister {
        /// What people call it, without its version.
        alias: SchemaAlias,
        /// What it is for, for people.
        description: Text,
        /// JSON Schema 2020-12 within the profile and budget of this protocol.
        schema: Map<String, Value>,
        /// Its version, from 1 on.
        version: u32,
    }
    /// A terms schema as an invitation names it.
    struct SchemaRef {
        /// The organisation that registered it; none for one of the starters.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        by: Option<Domain>,
        /// The SHA-256 of its canonical form.
        hash: Hash,
    }
    /// `org.verify`: where anybody can find the key's thumbprint under the domain.
    struct OrgVerify {
        /// The key whose thumbprint is published.
        key: KeyId,
        /// How it is published.
        method: VerifyMethod,
    }
    /// `org.check`: what the node found when it looked under the domain. No word of the organisation's.
    struct OrgCheck {
        /// The SHA-256 of what was read: the document, or the text of the record that names the key.
        ///
        /// Absent if there was nothing to be read.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        evidence: Option<Hash>,
        /// Whether the key stands there.
        found: bool,
        /// The key that was looked for.
        key: KeyId,
        /// Where it was looked for.
        method: VerifyMethod,
    }
    /// `agent.card.check`: what the node found where the agent has pinned a card of A2A. No word of the agent's.
    struct CardCheck {
        /// The digest of the card that was read; absent if there was none to be read.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        digest: Option<Hash>,
        /// Whether it is the card that was looked for.
        matches: bool,
        /// The digest that was looked for: the one on the agent's card.
        pin: Hash,
    }
    /// `agent.register`: signed by the agent's key and by its organisation's.
    struct AgentRegister {
        /// What the agent shows of itself.
        card: Card,
        /// Its first key.
        key: KeyId,
    }
    /// `agent.card.set`.
    struct CardSet {
        /// The card from here on.
        card: Card,
    }
    /// `org.key.rotate` and `agent.key.rotate`: signed by the old key and by the new.
    struct KeyRotate {
        /// The key from here on.
        new_key: KeyId,
        /// The key until here.
        old_key: KeyId,
    }
    /// A body that only gives a reason.
    struct Because {
        /// Why.
        reason: Text,
    }
    /// `consent.grant` and `consent.acknowledge`: nothing to add.
    struct Empty {}
    /// A participant as the invitation names it.
    struct Invitee {
        /// Who.
        agent: AgentUri,
        /// Whether the session cannot start without it; parties are required unless this says otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        required: Option<bool>,
        /// As what.
        role: ParticipantRole,
    }
    /// The limits of a session; what is absent is the default of the protocol.
    struct Limits {
        /// What the participants together may spend on the session itself.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        budget: Option<Budget>,
        /// The most that one party may owe under one package of terms.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        ceiling: Option<Money>,
        /// How long an escalation waits.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        escalation_ms: Option<Millis>,
        /// How long the invitation waits.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        invitation_ms: Option<Millis>,
        /// How many statements participants may make.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        messages: Option<u32>,
        /// How long the session waits for the next statement.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        response_ms: Option<Millis>,
        /// How many offers may be made.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        rounds: Option<u32>,
        /// How long the session may go on before a commitment stands.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        session_ms: Option<Millis>,
        /// What whoever comes in has to have earned in the eyes of the initiator's organisation.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        trust_floor: Option<TrustFloor>,
    }
    /// What an agent has to have earned: a score in a value class.
    struct TrustFloor {
        /// The score that has to be reached, 1 to 100 points.
        score: u32,
        /// The value class in which it is asked: the size of the deal in mind.
        value: Money,
    }
    /// What a session may cost those who lead it; at least one of the two.
    struct Budget {
        /// What inference and tools may cost.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        cost: Option<Money>,
        /// How many tokens models may read and write.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        tokens: Option<u64>,
    }
    /// PROPOSE, `admission`: one more participant is to come in while the session goes on.
    ///
    /// Every other negotiator has to admit it by ACCEPT; then it is invited, and comes in by introducing itself.
    struct Admission {
        /// Who.
        agent: AgentUri,
        /// Consents between the issuer's organisation and the newcomer's; the session rests on them from then on.
        consents: BTreeSet<Hash>,
        /// Until when the invitation stands; the session's response time if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        respond_by: Option<LogTime>,
        /// As what: anything but the initiator.
        role: ParticipantRole,
    }
    /// PROPOSE, `session-invitation`: opens a session.
    struct Invitation {
        /// What the session is about.
        capability: Capability,
        /// The consents between the initiator's organisation and each other one.
        consents: BTreeSet<Hash>,
        /// The limits proposed.
        limits: Limits,
        /// Who can read the session.
        mode: Mode,
        /// Makes the session's id unguessable.
        nonce: Nonce,
        /// Everybody, the initiator included.
        participants: Vec<Invitee>,
        /// What for, for people.
        purpose: Text,
        /// The schemas that terms may follow, the preferred first; any terms will do if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        schemas: Option<Vec<SchemaRef>>,
    }
    /// COUNTER, `conditions`: an invitee asks for other limits, or other schemas.
    struct Conditions {
        /// The limits proposed instead.
        limits: Limits,
        /// The schemas proposed instead; those offered before if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        schemas: Option<Vec<SchemaRef>>,
    }
    /// PROPOSE `proposal` or COUNTER `counter-offer`.
    struct Offer {
        /// What those awaited may answer, of ACCEPT, COUNTER and REJECT; any of them if absent. REJECT always may.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        answers: Option<BTreeSet<Performative>>,
        /// Whose answers are awaited; all other parties if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        awaits: Option<BTreeSet<AgentUri>>,
        /// Whether acceptance alone binds (a firm offer).
        binding: bool,
        /// Alternatives; an acceptance names one.
        packages: Vec<Package>,
        /// How many of those awaited have to accept one package; all of them if absent, any one of them if 1.
        ///
        /// Whoever owes or is owed under the package has to be among them: nobody is bound without signing.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        quorum: Option<u32>,
        /// Why, for people.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        reasoning: Option<Text>,
        /// Until when the offer is open; the session's response time from its admission if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        respond_by: Option<LogTime>,
    }
    /// PROPOSE, `amendment`: other terms in place of a commitment's. Binds when every signer has accepted.
    struct Amendment {
        /// Which commitment.
        commitment: Hash,
        /// What is to stand instead.
        package: Package,
        /// Until when the offer is open.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        respond_by: Option<LogTime>,
    }
    /// PROPOSE, `termination`: ends a commitment by consent of every signer.
    struct Termination {
        /// Which commitment.
        commitment: Hash,
        /// Why.
        reason: Text,
        /// Until when the offer is open.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        respond_by: Option<LogTime>,
        /// What of the money that is held goes to its payees; all goes back if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        shares: Option<Vec<Share>>,
    }
    /// ACCEPT, `introduction`: the invitee is in.
    struct Introduction {
        /// The hash of the statement that set the card the invitee stands by.
        card: Hash,
        /// Which of the schemas on offer the invitee speaks; all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        schemas: Option<BTreeSet<Hash>>,
    }
    /// ACCEPT, `acceptance`: of an offer or a commit, by the hash of its terms.
    struct Acceptance {
        /// What exactly is accepted.
        terms_hash: Hash,
    }
    /// ACCEPT, `resumption`: the authority lets the session go on.
    struct Resumption {
        /// The person who decided.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        decided_by: Option<Name>,
        /// What it asks the participants to do.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        instructions: Option<Text>,
    }
    /// QUERY: a question, to somebody or to all.
    struct Question {
        /// Whose CLARIFY is awaited, if somebody's.
        ///
        /// The time of an open offer that the question replies to, put by who is to answer the offer to who made it,
        /// stands still meanwhile.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        awaits: Option<AgentUri>,
        /// Data for machines.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        data: Option<Map<String, Value>>,
        /// Until when the answer is awaited; the session's response time if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        respond_by: Option<LogTime>,
        /// Words for people.
        text: Text,
    }
    /// INFORM, `usage`: what the issuer has spent on this session so far, all together.
    struct Usage {
        /// On inference and tools, in the currency of the budget.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        cost: Option<Money>,
        /// Tokens that its models read and wrote.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        tokens: Option<u64>,
    }
    /// INFORM, `note`: a fact or remark.
    struct Note {
        /// Data for machines.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        data: Option<Map<String, Value>>,
        /// Words for people.
        text: Text,
    }
    /// Names an obligation of the session.
    struct ObligationRef {
        /// The commitment.
        commitment: Hash,
        /// The obligation in it.
        obligation: ObligationId,
        /// The stage of it, where it has stages.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        stage: Option<ObligationId>,
    }
    /// INFORM, `breach`: by the node.
    struct Breach {
        /// The commitment.
        commitment: Hash,
        /// The obligation in it.
        obligation: ObligationId,
        /// What the remedy makes the debtor owe; nothing if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        owed: Option<Money>,
        /// The stage of it that was not met, where it has stages.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        stage: Option<ObligationId>,
    }
    /// INFORM, `progress` and `contest`: about an obligation, with words.
    struct ObligationNote {
        /// The commitment.
        commitment: Hash,
        /// The obligation in it.
        obligation: ObligationId,
        /// The stage of it, where it has stages.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        stage: Option<ObligationId>,
        /// Words for people.
        text: Text,
    }
    /// INFORM, `fulfilment`.
    struct Fulfilment {
        /// The commitment.
        commitment: Hash,
        /// What shows it.
        evidence: Evidence,
        /// The obligation in it.
        obligation: ObligationId,
        /// The stage of it, where it has stages.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        stage: Option<ObligationId>,
    }
    /// COMMIT: binds its issuer to agreed terms once the others sign too.
    struct Commit {
        /// The terms.
        terms_hash: Hash,
    }
    /// DELEGATE: lets another act for the issuer in this session.
    struct Mandate {
        /// The most that the delegate may let the principal owe under one package.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        ceiling: Option<Money>,
        /// The consent between both organisations that lets in a delegate of one that takes no part; it has to stand.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        consent: Option<Hash>,
        /// Until when.
        expires_at: LogTime,
        /// How many further mandates may be given one under the other below this one; as many as there may be if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        hops: Option<u32>,
        /// What the delegate may say.
        performatives: BTreeSet<Performative>,
        /// Who may act.
        to: AgentUri,
    }
    /// ESCALATE: asks an authority to decide.
    struct Escalation {
        /// A mediator of the session, or the organisation of a participant.
        authority: Issuer,
        /// The person who is asked: one of the human contacts in the organisation's policy.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        contact: Option<Name>,
        /// What is asked.
        question: Text,
    }
    /// A commitment in a receipt.
    struct ReceiptLine {
        /// The commitment.
        id: Hash,
        /// How it ended.
        state: CommitmentState,
    }
    /// What a session came to: signed by whoever closes it, countersigned by the others.
    struct SessionReceipt {
        /// All commitments in the order of their ids.
        commitments: Vec<ReceiptLine>,
        /// Statements before the CLOSE.
        count: u64,
        /// The statement before the CLOSE.
        head: Hash,
        /// In one word.
        outcome: Outcome,
    }
    /// CLOSE, `receipt`: by a participant.
    struct Closing {
        /// Why, for people.
        reason: Text,
        /// What the session came to.
        receipt: SessionReceipt,
    }
    /// CLOSE and WITHDRAW, `timeout`: by the node.
    struct Timeout {
        /// Which time has passed.
        reason: Reason,
        /// What the session came to, where it ends in order.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        receipt: Option<SessionReceipt>,
    }
}

words! {
    /// How an organisation publishes its key's thumbprint.
    enum VerifyMethod as "kebab-case" {
        /// In `/.well-known/asp-configuration` of the domain.
        WellKnown,
        /// In a DNS TXT record of the domain.
        Dns,
    }
    /// What a participant is.
    enum ParticipantRole as "kebab-case" {
        /// Opened the session.
        Initiator,
        /// Negotiates.
        Party,
        /// Sees, asks and remarks.
        Observer,
        /// Helps, and may be asked to decide.
        Mediator,
    }
    /// Who can read a session.
    enum Mode as "kebab-case" {
        /// The participants and the node.
        Open,
        /// The participants; the node what is owed, by when and for how much, so that it finds breaches.
        Hybrid,
        /// The participants; the node who says what kind of thing to whom.
        Sealed,
    }
    /// The state of a commitment after both signed.
    enum CommitmentState as "SCREAMING_SNAKE_CASE" {
        /// Something is owed.
        Active,
        /// All that was owed was given.
        Fulfilled,
        /// A due time passed.
        Breached,
        /// Ended by every signer.
        Terminated,
        /// Replaced by other terms.
        Amended,
    }
    /// What a session came to.
    enum Outcome as "kebab-case" {
        /// No commitment was made.
        None,
        /// Every commitment that was not replaced or ended by consent was fulfilled.
        Fulfilled,
        /// At least one was breached.
        Breached,
        /// At least one fulfilment is contested, none was breached.
        Contested,
        /// All were ended by consent.
        Terminated,
    }
}

impl Mode {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Hybrid => "hybrid",
            Self::Sealed => "sealed",
        }
    }
}

/// PROPOSE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Propose {
    /// Opens a session.
    #[serde(rename = "session-invitation")]
    Invitation(Invitation),
    /// Offers business.
    Proposal(Offer),
    /// Offers other terms for a commitment.
    Amendment(Amendment),
    /// Offers to end a commitment.
    Termination(Termination),
    /// Asks that one more comes in.
    Admission(Admission),
}

/// COUNTER.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Counter {
    /// Other conditions for the session.
    Conditions(Conditions),
    /// Another offer in answer to one.
    CounterOffer(Offer),
}

/// ACCEPT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Accept {
    /// Of an invitation.
    Introduction(Introduction),
    /// Of an offer or a commit.
    Acceptance(Acceptance),
    /// Of going on, by an authority.
    Resumption(Resumption),
    /// Of a newcomer, by those who are in.
    Admission(Empty),
}

/// INFORM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Inform {
    /// A fact or remark.
    Note(Note),
    /// A file, in a seal.
    File(FileNote),
    /// How far an obligation is.
    Progress(ObligationNote),
    /// That it is fulfilled.
    Fulfilment(Fulfilment),
    /// That the fulfilment is in order.
    Acknowledgement(ObligationRef),
    /// That it is not.
    Contest(ObligationNote),
    /// What the issuer has spent.
    Usage(Usage),
    /// Who can open what is sealed from here on.
    Group(Group),
    /// That something sealed could not be opened, or is not what it has to be.
    Unreadable(Unreadable),
    /// The node: that a due time passed.
    Breach(Breach),
    /// The node: that nobody contested in time.
    Silence(ObligationRef),
    /// The node: what a dispute that has ended makes of an obligation.
    Award(Award),
}

/// CLOSE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Close {
    /// By a participant.
    Receipt(Closing),
    /// By the node.
    Timeout(Timeout),
}

/// WITHDRAW.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Withdraw {
    /// By who said it.
    Withdrawal(Because),
    /// By who leaves the session.
    Departure(Because),
    /// By the node.
    Timeout(Timeout),
}

/// Declares [`Body`] with the kind that each body belongs to.
macro_rules! body {
    ($($variant:ident($type:ty) = $kind:expr, $pattern:pat => ())+) => {
        /// The body of a statement, by its type.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Body {
            $(#[doc = concat!("See [`", stringify!($type), "`].")] $variant($type),)+
        }

        impl Body {
            /// The type of statement that carries this body.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$variant(_) => $kind,)+
                }
            }

            fn parse(kind: Kind, bytes: &[u8]) -> Result<Self, Rejection> {
                match kind {
                    $($pattern => typed(bytes).map(Self::$variant),)+
                }
            }
        }
    };
}

body! {
    OrgRegister(OrgRegister) = Kind::OrgRegister, Kind::OrgRegister => ()
    OrgKeyAdd(KeyAdd) = Kind::OrgKeyAdd, Kind::OrgKeyAdd => ()
    OrgKeyRotate(KeyRotate) = Kind::OrgKeyRotate, Kind::OrgKeyRotate => ()
    OrgKeyRevoke(KeyRevoke) = Kind::OrgKeyRevoke, Kind::OrgKeyRevoke => ()
    OrgPolicySet(PolicySet) = Kind::OrgPolicySet, Kind::OrgPolicySet => ()
    OrgVerify(OrgVerify) = Kind::OrgVerify, Kind::OrgVerify => ()
    OrgCheck(OrgCheck) = Kind::OrgCheck, Kind::OrgCheck => ()
    OrgSchemaRegister(SchemaRegister) = Kind::OrgSchemaRegister, Kind::OrgSchemaRegister => ()
    AgentRegister(AgentRegister) = Kind::AgentRegister, Kind::AgentRegister => ()
    AgentCardSet(CardSet) = Kind::AgentCardSet, Kind::AgentCardSet => ()
    AgentCardCheck(CardCheck) = Kind::AgentCardCheck, Kind::AgentCardCheck => ()
    AgentKeyAdd(KeyAdd) = Kind::AgentKeyAdd, Kind::AgentKeyAdd => ()
    AgentKeyRotate(KeyRotate) = Kind::AgentKeyRotate, Kind::AgentKeyRotate => ()
    AgentKeyRevoke(KeyRevoke) = Kind::AgentKeyRevoke, Kind::AgentKeyRevoke => ()
    AgentKeypackagePublish(KeyPackages) = Kind::AgentKeypackagePublish, Kind::AgentKeypackagePublish => ()
    AgentRetire(Because) = Kind::AgentRetire, Kind::AgentRetire => ()
    AgentEndorse(Endorsement) = Kind::AgentEndorse, Kind::AgentEndorse => ()
    AgentEndorseWithdraw(EndorsementEnd) = Kind::AgentEndorseWithdraw, Kind::AgentEndorseWithdraw => ()
    AgentRate(Rating) = Kind::AgentRate, Kind::AgentRate => ()
    ConsentRequest(ConsentRequest) = Kind::ConsentRequest, Kind::ConsentRequest => ()
    ConsentGrant(Empty) = Kind::ConsentGrant, Kind::ConsentGrant => ()
    ConsentNarrow(ConsentNarrow) = Kind::ConsentNarrow, Kind::ConsentNarrow => ()
    ConsentRevoke(Because) = Kind::ConsentRevoke, Kind::ConsentRevoke => ()
    ConsentAcknowledge(Empty) = Kind::ConsentAcknowledge, Kind::ConsentAcknowledge => ()
    AccountOpen(AccountOpen) = Kind::AccountOpen, Kind::AccountOpen => ()
    AccountDeposit(AccountDeposit) = Kind::AccountDeposit, Kind::AccountDeposit => ()
    AccountCredit(AccountCredit) = Kind::AccountCredit, Kind::AccountCredit => ()
    AccountRefuse(AccountRefuse) = Kind::AccountRefuse, Kind::AccountRefuse => ()
    AccountWithdraw(AccountWithdraw) = Kind::AccountWithdraw, Kind::AccountWithdraw => ()
    AccountPaid(AccountPaid) = Kind::AccountPaid, Kind::AccountPaid => ()
    AccountReturned(AccountReturned) = Kind::AccountReturned, Kind::AccountReturned => ()
    DisputeFile(DisputeFile) = Kind::DisputeFile, Kind::DisputeFile => ()
    DisputeRespond(DisputeRespond) = Kind::DisputeRespond, Kind::DisputeRespond => ()
    DisputeEvidence(DisputeEvidence) = Kind::DisputeEvidence, Kind::DisputeEvidence => ()
    DisputeSettle(DisputeSettle) = Kind::DisputeSettle, Kind::DisputeSettle => ()
    DisputeRule(DisputeRule) = Kind::DisputeRule, Kind::DisputeRule => ()
    DisputeConvene(Empty) = Kind::DisputeConvene, Kind::DisputeConvene => ()
    DisputeDraw(DisputeDraw) = Kind::DisputeDraw, Kind::DisputeDraw => ()
    DisputeSeat(DisputeSeat) = Kind::DisputeSeat, Kind::DisputeSeat => ()
    DisputeCommit(DisputeCommit) = Kind::DisputeCommit, Kind::DisputeCommit => ()
    DisputeVote(DisputeVote) = Kind::DisputeVote, Kind::DisputeVote => ()
    DisputeAppeal(DisputeAppeal) = Kind::DisputeAppeal, Kind::DisputeAppeal => ()
    DisputeClose(DisputeClose) = Kind::DisputeClose, Kind::DisputeClose => ()
    Propose(Propose) = Kind::Session(Performative::Propose), Kind::Session(Performative::Propose) => ()
    Counter(Counter) = Kind::Session(Performative::Counter), Kind::Session(Performative::Counter) => ()
    Accept(Accept) = Kind::Session(Performative::Accept), Kind::Session(Performative::Accept) => ()
    Reject(Because) = Kind::Session(Performative::Reject), Kind::Session(Performative::Reject) => ()
    Inform(Inform) = Kind::Session(Performative::Inform), Kind::Session(Performative::Inform) => ()
    Query(Question) = Kind::Session(Performative::Query), Kind::Session(Performative::Query) => ()
    Clarify(Note) = Kind::Session(Performative::Clarify), Kind::Session(Performative::Clarify) => ()
    Commit(Commit) = Kind::Session(Performative::Commit), Kind::Session(Performative::Commit) => ()
    Delegate(Mandate) = Kind::Session(Performative::Delegate), Kind::Session(Performative::Delegate) => ()
    Escalate(Escalation) = Kind::Session(Performative::Escalate), Kind::Session(Performative::Escalate) => ()
    Withdraw(Withdraw) = Kind::Session(Performative::Withdraw), Kind::Session(Performative::Withdraw) => ()
    Observe(Note) = Kind::Session(Performative::Observe), Kind::Session(Performative::Observe) => ()
    Close(Close) = Kind::Session(Performative::Close), Kind::Session(Performative::Close) => ()
}

/// Reads a body; the second, slower reading only tells where the first failed.
fn typed<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Rejection> {
    serde_json::from_slice(bytes).map_err(|_| {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        match serde_path_to_error::deserialize::<_, T>(&mut reader) {
            Ok(_) => Code::InvalidBody.at("/body"),
            Err(error) => Code::InvalidBody.at(pointer("/body", error.path())),
        }
    })
}

/// An RFC 6901 pointer for the path of an error.
pub(crate) fn pointer(prefix: &str, path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = prefix.to_owned();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("/{index}")),
            Segment::Map { key } => text.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

impl Body {
    /// Reads the body of a type from JSON in any spelling; what it is read into writes the one that is signed.
    ///
    /// # Errors
    /// [`Code::InvalidBody`] with a pointer at what does not fit.
    pub fn from_json(kind: Kind, text: &str) -> Result<Self, Rejection> {
        let value: Value = serde_json::from_str(text).map_err(|_| Code::InvalidBody.at("/body"))?;
        Self::read(kind, &draft::canonical(&value))
    }

    /// Reads and bounds the body of a statement of type `kind` from its canonical bytes.
    pub(crate) fn read(kind: Kind, bytes: &[u8]) -> Result<Self, Rejection> {
        let body = Self::parse(kind, bytes)?;
        spelling::check(&body, bytes)?;
        body.bounds()?;
        Ok(body)
    }

    /// Bounds on lists, which the types do not give.
    fn bounds(&self) -> Result<(), Rejection> {
        match self {
            Self::OrgPolicySet(policy) => policy.bounds(),
            Self::AgentRegister(AgentRegister { card, .. }) | Self::AgentCardSet(CardSet { card }) => {
                card.bounds()
            }
            Self::AgentRate(rating) => rating.bounds(),
            Self::AgentKeypackagePublish(published) => published.bounds(),
            Self::Inform(Inform::Group(group)) => group.bounds(),
            Self::Inform(Inform::File(note)) => note.file.bounds("/body/file"),
            Self::ConsentRequest(request) => request.bounds(),
            Self::DisputeFile(file) => file.bounds(),
            Self::DisputeRespond(respond) => respond.bounds(),
            Self::DisputeEvidence(shown) => shown.bounds(),
            Self::DisputeSettle(settle) => settle.bounds(),
            Self::DisputeDraw(draw) => draw.bounds(),
            Self::DisputeSeat(seat) => bound("/body/members", seat.members.len(), 1..=limits::PANEL_MAX),
            Self::DisputeVote(vote) => vote.bounds(),
            Self::ConsentNarrow(narrow) => narrow.bounds(),
            Self::OrgSchemaRegister(register) if register.version == 0 => {
                Err(Code::InvalidBody.at("/body/version"))
            }
            Self::Propose(Propose::Invitation(invitation)) => {
                schemas_bounded(invitation.schemas.as_deref())?;
                bound("/body/participants", invitation.participants.len(), 2..=limits::PARTICIPANTS_MAX)?;
                bound("/body/consents", invitation.consents.len(), 0..=limits::PARTICIPANTS_MAX)?;
                invitation.limits.bounds()
            }
            Self::Counter(Counter::Conditions(conditions)) => {
                schemas_bounded(conditions.schemas.as_deref())?;
                conditions.limits.bounds()
            }
            Self::Propose(Propose::Proposal(offer)) | Self::Counter(Counter::CounterOffer(offer)) => {
                bound("/body/packages", offer.packages.len(), 1..=limits::PACKAGES_MAX)?;
                let quorum = offer.quorum.map_or(1, |quorum| usize::try_from(quorum).unwrap_or(usize::MAX));
                bound("/body/quorum", quorum, 1..=limits::PARTICIPANTS_MAX)?;
                let answers = [Performative::Accept, Performative::Counter, Performative::Reject].into();
                if offer.answers.as_ref().is_some_and(|allowed| !allowed.is_subset(&answers)) {
                    return Err(Code::InvalidBody.at("/body/answers"));
                }
                offer.packages.iter().enumerate().try_for_each(|(place, package)| {
                    dispute::terms_bounded(&format!("/body/packages/{place}"), package)?;
                    account::holds_bounded("/body/packages", package.holds.as_deref())?;
                    package.bounds("/body/packages")
                })
            }
            Self::Propose(Propose::Amendment(Amendment { package, .. })) => {
                dispute::terms_bounded("/body/package", package)?;
                account::holds_bounded("/body/package/holds", package.holds.as_deref())?;
                package.bounds("/body/package/obligations")
            }
            Self::Propose(Propose::Termination(end)) => {
                account::holds_bounded("/body/shares", end.shares.as_deref())
            }
            Self::Propose(Propose::Admission(admission)) => {
                bound("/body/consents", admission.consents.len(), 0..=limits::PARTICIPANTS_MAX)?;
                match admission.role {
                    ParticipantRole::Initiator => Err(Code::InvalidBody.at("/body/role")),
                    ParticipantRole::Party | ParticipantRole::Observer | ParticipantRole::Mediator => Ok(()),
                }
            }
            Self::Inform(Inform::Usage(Usage { cost: None, tokens: None })) => {
                Err(Code::InvalidBody.at("/body"))
            }
            Self::Delegate(mandate) => bound("/body/performatives", mandate.performatives.len(), 1..=13),
            Self::Escalate(Escalation { authority: Issuer::Node(_), .. }) => {
                Err(Code::InvalidBody.at("/body/authority"))
            }
            _ => Ok(()),
        }
    }
}

/// A list at this place has so many items.
fn bound(pointer: &str, length: usize, range: std::ops::RangeInclusive<usize>) -> Result<(), Rejection> {
    if range.contains(&length) { Ok(()) } else { Err(Code::InvalidBody.at(pointer)) }
}

/// A list of schemas names some, not too many, none twice.
fn schemas_bounded(schemas: Option<&[SchemaRef]>) -> Result<(), Rejection> {
    let Some(schemas) = schemas else { return Ok(()) };
    let distinct: BTreeSet<&Hash> = schemas.iter().map(|schema| &schema.hash).collect();
    let few = (1..=limits::SCHEMAS_OFFERED_MAX).contains(&schemas.len());
    if few && distinct.len() == schemas.len() { Ok(()) } else { Err(Code::InvalidBody.at("/body/schemas")) }
}

impl Limits {
    /// Nothing but the defaults.
    #[must_use]
    pub const fn defaults() -> Self {
        Self {
            budget: None,
            ceiling: None,
            escalation_ms: None,
            invitation_ms: None,
            messages: None,
            response_ms: None,
            rounds: None,
            session_ms: None,
            trust_floor: None,
        }
    }

    fn bounds(&self) -> Result<(), Rejection> {
        let spans = [self.escalation_ms, self.invitation_ms, self.response_ms, self.session_ms];
        let span_ok = |span: &Millis| (1..=limits::SESSION_LIMIT_MS_MAX.0).contains(&span.0);
        let messages_max = u32::try_from(limits::MESSAGES_HARD_MAX).unwrap_or(u32::MAX);
        let counts = [self.messages, self.rounds];
        if self.budget.as_ref().is_some_and(|budget| budget.cost.is_none() && budget.tokens.is_none()) {
            return Err(Code::InvalidBody.at("/body/limits/budget"));
        }
        if self.trust_floor.as_ref().is_some_and(|floor| !(1..=TRUST_SCORE_MAX).contains(&floor.score)) {
            return Err(Code::InvalidBody.at("/body/limits/trustFloor/score"));
        }
        let fits = spans.iter().flatten().all(span_ok)
            && counts.iter().flatten().all(|count| (1..=messages_max).contains(count));
        if fits { Ok(()) } else { Err(Code::InvalidBody.at("/body/limits")) }
    }
}

impl Invitee {
    /// Somebody in this role, required if it is to negotiate.
    #[must_use]
    pub const fn of(agent: AgentUri, role: ParticipantRole) -> Self {
        Self { agent, required: None, role }
    }
}

impl ObligationRef {
    /// An obligation as a whole.
    #[must_use]
    pub const fn whole(commitment: Hash, obligation: ObligationId) -> Self {
        Self { commitment, obligation, stage: None }
    }
}

impl Offer {
    /// An offer of these packages to all other parties, all of whom have to accept.
    #[must_use]
    pub const fn of(packages: Vec<Package>, binding: bool) -> Self {
        Self {
            answers: None,
            awaits: None,
            binding,
            packages,
            quorum: None,
            reasoning: None,
            respond_by: None,
        }
    }
}

impl Question {
    /// A question to all, whose answer nothing waits for.
    #[must_use]
    pub const fn to_all(text: Text) -> Self {
        Self { awaits: None, data: None, respond_by: None, text }
    }
}
