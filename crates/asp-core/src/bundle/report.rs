//! What a bundle proves: a verdict per check, and the deal in a form for people.
//! Knows not how a verdict came about; see `verify` and `replay`.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::amount::Money;
use crate::display::DisplayName;
use crate::key::KeyId;
use crate::name::{AgentUri, Capability, Domain, Issuer, Origin};
use crate::position::{Hash, LogTime, Position, Sequence};
use crate::rejection::Code;
use crate::session::table::State;
use crate::statement::body::{Body, CommitmentState, ObligationId, ParticipantRole, Text};

/// What the reader trusts beforehand. No file can give that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchors {
    /// The key of the log, as the reader knows it from elsewhere.
    pub node_key: Option<KeyId>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The bundle shows that it is so.
    Proved,
    /// The bundle shows that it is not so.
    Refuted,
    /// The bundle cannot show it, or no longer can after what was refuted.
    NotShown,
}

impl Verdict {
    /// The words for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refuted => "refuted",
            Self::NotShown => "not shown",
        }
    }
}

/// Declares the checks with the claim that each decides.
macro_rules! rules {
    ($(#[$whole:meta])* $rules:ident: $($(#[$doc:meta])* $name:ident = $text:literal, $claim:literal;)+) => {
        $(#[$whole])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $rules { $($(#[$doc])* $name,)+ }

        impl $rules {
            /// All of them, in the order in which they are made and reported.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable text, such as `signed-by-all`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What is claimed, as a sentence.
            #[must_use]
            pub const fn claim(self) -> &'static str {
                match self { $(Self::$name => $claim,)+ }
            }
        }
    };
}

rules! {
    /// A check of a bundle. Its text is stable.
    Rule:
    /// ASP-BUN-001
    Form = "form", "The file is a bundle in its one spelling, in the order of the log.";
    /// ASP-BUN-002
    Signatures = "signatures", "Every signature of every statement holds.";
    /// ASP-BUN-003
    Chains = "chains", "Every stream that the deal rests on is there from its first statement, without a gap.";
    /// ASP-BUN-004
    KeysWhenLogged = "keys-when-logged", "Every key could sign for its issuer when the log took its statement.";
    /// ASP-BUN-005
    KeysNow = "keys-now", "No key that signed was distrusted in hindsight later.";
    /// ASP-BUN-006
    Replay = "replay", "The rules of the protocol allow every statement and lead to the commitment.";
    /// ASP-BUN-007
    SignedByAll = "signed-by-all", "Everybody who is bound has signed the same terms.";
    /// ASP-BUN-008
    Checkpoint = "checkpoint", "The log has signed the checkpoint.";
    /// ASP-BUN-009
    Inclusion = "inclusion", "Every entry is in the tree of the checkpoint.";
    /// ASP-BUN-010
    Receipts = "receipts", "The log has given a receipt for every entry.";
    /// ASP-BUN-011
    Obligations = "obligations", "What became of each obligation follows from the statements.";
    /// ASP-BUN-012
    LogKey = "log-key", "The log's key is the one that the reader trusts.";
    /// ASP-BUN-013
    DomainControl = "domain-control", "The organisations control their domains.";
    /// ASP-BUN-014
    Witnesses = "witnesses", "Others have seen the same log.";
    /// ASP-BUN-015
    Later = "later", "Nothing was said afterwards.";
}

rules! {
    /// A check of what is sealed in the session of a bundle, made where there is something to say. Its text is stable.
    SealRule:
    /// ASP-SEA-009, ASP-SEA-010
    Disclosed = "disclosed", "What is shown of this statement is what its issuer committed to in it.";
    /// What nobody opened is not shown.
    StillSealed = "still-sealed", "Everything that was said in the session can be read.";
    /// The package that was disclosed has the hash that was signed.
    Terms = "disclosed-terms", "The terms that were disclosed are those of the commitment.";
    /// What the node could not see.
    Overdue = "overdue", "An obligation was due and not met in time.";
}

/// A check and how it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which: the text of a [`Rule`] or a [`SealRule`].
    pub rule: &'static str,
    /// What is claimed, as a sentence.
    pub claim: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found, in a few words.
    pub detail: String,
    /// The one statement whose disclosure it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<Hash>,
}

impl Check {
    pub(super) fn of(rule: Rule, verdict: Verdict, detail: impl Into<String>) -> Self {
        let (claim, detail, statement) = (rule.claim(), detail.into(), None);
        Self { rule: rule.as_str(), claim, verdict, detail, statement }
    }

    pub(super) fn sealed(rule: SealRule, verdict: Verdict, detail: impl Into<String>) -> Self {
        let (claim, detail, statement) = (rule.claim(), detail.into(), None);
        Self { rule: rule.as_str(), claim, verdict, detail, statement }
    }

    /// What came of one disclosure of a statement.
    pub(super) fn disclosed(statement: Hash, verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { statement: Some(statement), ..Self::sealed(SealRule::Disclosed, verdict, detail) }
    }
}

/// What the bundle says it is about, before anything is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// The commitment.
    pub commitment: Hash,
    /// The session in which it was made, if the bundle has the statement that completed it.
    pub session: Option<Hash>,
    /// The log.
    pub origin: Origin,
    /// The log's key.
    pub node_key: KeyId,
    /// Leaves of the checkpoint's tree, if there is a checkpoint that can be read.
    pub checkpoint_size: Option<u64>,
    /// Entries of the bundle.
    pub entries: usize,
}

/// A participant of the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// Who.
    pub agent: AgentUri,
    /// For which organisation.
    pub organisation: Domain,
    /// What the organisation calls itself.
    pub organisation_name: Option<DisplayName>,
    /// As what.
    pub role: ParticipantRole,
}

/// A signature that makes the commitment bind, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureLine {
    /// Who is bound.
    pub agent: AgentUri,
    /// Who signed: the same, or a delegate.
    pub signed_by: Issuer,
    /// The statement that was signed: offer, acceptance or commit.
    pub statement: Hash,
    /// Where the log has it.
    pub log_index: Position,
    /// When the log took it in.
    pub log_time: LogTime,
}

/// A signature of the bundle, and what is to be thought of it then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureCheck {
    /// Where the log has the statement.
    pub log_index: Position,
    /// The statement.
    pub statement: Hash,
    /// In whose name it is.
    pub issuer: Issuer,
    /// The key that signed.
    pub key_id: KeyId,
    /// Whether the key could sign for the issuer when the log took the statement. Nothing later changes that.
    pub valid_when_logged: bool,
    /// The same, and no revocation that is shown distrusts the key from there or further back.
    pub valid_now: bool,
    /// From where a revocation says that the key was not to be trusted, if that reaches this signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distrusted_from: Option<Position>,
}

/// An obligation of the commitment with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObligationLine {
    /// Its name in the terms.
    pub id: ObligationId,
    /// What is owed.
    pub what: Text,
    /// Who owes.
    pub debtor: AgentUri,
    /// Who is owed.
    pub creditor: AgentUri,
    /// What it is worth.
    pub value: Money,
    /// The last instant at which it can be met; none while it waits for another obligation.
    pub due: Option<LogTime>,
    /// How far it is: `OPEN`, `DELIVERED`, `FULFILLED`, `CONTESTED`, `BREACHED` or `LAPSED`.
    pub state: &'static str,
    /// Where the log has what was last said about it, if anything was.
    pub log_index: Option<Position>,
    /// When the log took that in.
    pub log_time: Option<LogTime>,
}

/// What the bundle is about, as the replay gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The commitment.
    pub commitment: Hash,
    /// Where it stands.
    pub state: CommitmentState,
    /// Whether a fulfilment is contested.
    pub disputed: bool,
    /// The hash of what was signed.
    pub terms_hash: Hash,
    /// The terms for the parties' domain.
    pub terms: Map<String, Value>,
    /// The commitment that it replaces.
    pub replaces: Option<Hash>,
    /// Where the log has the statement that completed it.
    pub formed_index: Position,
    /// When it was formed.
    pub formed_at: LogTime,
    /// The session.
    pub session: Hash,
    /// Where the session stands.
    pub session_state: State,
    /// What the session is about.
    pub capability: Capability,
    /// What for, in the initiator's words.
    pub purpose: Text,
    /// Everybody who was in the session.
    pub parties: Vec<Party>,
    /// Who is bound.
    pub signers: Vec<AgentUri>,
    /// By which statements.
    pub signatures: Vec<SignatureLine>,
    /// What is owed and what became of it, in the order of the terms.
    pub obligations: Vec<ObligationLine>,
    /// The log.
    pub origin: Origin,
    /// The size of the log at the checkpoint.
    pub size: u64,
}

/// A member of the group who said that it could not read what was sealed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CouldNotRead {
    /// Who.
    pub member: Issuer,
    /// What it found wrong.
    pub code: Code,
}

/// How many could not read it, and why, as a sentence without its end; none if all kept silent about that.
pub(super) fn told_by(could_not: &[CouldNotRead]) -> Option<String> {
    let codes: BTreeSet<&str> = could_not.iter().map(|one| one.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let (count, codes) = (could_not.len(), codes.join(", "));
    (count > 0).then(|| format!("{count} of its members said that they could not read it: {codes}"))
}

/// A sealed statement whose body was disclosed, and is what its issuer committed to. Whether it reached anybody is not proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisclosedStatement {
    /// The statement.
    pub statement: Hash,
    /// Where it stands in the session.
    pub sequence: Sequence,
    /// Where the log has it.
    pub log_index: Position,
    /// When the log took it in.
    pub log_time: LogTime,
    /// Who said it.
    pub issuer: Issuer,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What was committed to.
    pub body: Body,
    /// The rule that it breaks, for which it counted as unread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<Code>,
    /// Who said that it could not read it, each once, in the order of the log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub could_not_read: Vec<CouldNotRead>,
}

impl DisclosedStatement {
    /// `2 of its members said that they could not read it: CONTENT_UNOPENED`; none if nobody said so.
    #[must_use]
    pub fn told_unreadable(&self) -> Option<String> {
        told_by(&self.could_not_read)
    }
}

/// What was disclosed of a session that others cannot read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disclosed {
    /// The statements, in the order of the log.
    pub statements: Vec<DisclosedStatement>,
    /// Those that stay sealed.
    pub sealed: Vec<Hash>,
    /// The terms of the commitment, if they were disclosed.
    pub terms: Option<Map<String, Value>>,
    /// What is owed under them with amounts and due times; none if they were not disclosed.
    pub obligations: Vec<ObligationLine>,
}

/// All verdicts on a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the bundle says it is about.
    pub subject: Subject,
    /// The verdicts, one for each of [`Rule::ALL`], in that order; then those on what is sealed, see [`SealRule`].
    pub checks: Vec<Check>,
    /// The signatures of what could be replayed, each with what was valid then and what is now.
    pub signatures: Vec<SignatureCheck>,
    /// The commitment; none unless every statement could be replayed.
    pub summary: Option<Summary>,
    /// What was disclosed, as far as it is what was sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosed: Option<Disclosed>,
}

impl Report {
    /// Whether anything is not as the bundle claims: then nothing of it is to be relied on.
    ///
    /// If nothing is, all that a bundle can prove by itself is proved.
    #[must_use]
    pub fn refuted(&self) -> bool {
        self.checks.iter().any(|check| check.verdict == Verdict::Refuted)
    }

    /// One check.
    #[must_use]
    pub fn check(&self, rule: Rule) -> Option<&Check> {
        self.checks.iter().find(|check| check.rule == rule.as_str())
    }
}
