//! The deliberately wrong node, for tests of those who judge nodes: which rules it breaks, and what the store does for it.
//!
//! Compiled with the feature `misbehave` alone, which no build that ships has. A wrong node is a process of its own, so
//! its kind is kept once for the process, and the honest code passes nothing on. The numbers of rules are put together
//! from two parts here: a fault is no check, and tidy counts the places that check.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use asp_core::account::Account;
use asp_core::agent::Agent;
use asp_core::consent::Consent;
use asp_core::dispute::Dispute;
use asp_core::name::{Issuer, StreamId};
use asp_core::org::Organisation;
use asp_core::position::{LogPoint, Sequence};
use asp_core::rejection::Rejection;
use asp_core::session::Session;
use asp_core::statement::body::{Accept, Close, Closing, Inform, Introduction, Note, PolicySet, Text};
use asp_core::statement::{Body, Signed, Statement, Verified};
use asp_core::stream::Accepted;
use asp_core::world::World;
use rusqlite::Connection;

use crate::fault::Fault;
use crate::{entries, names};

/// Declares the kinds: the enum, its words, and the table that help and tests read, in one.
macro_rules! kinds {
    ($(#[doc = $sentence:literal] $kind:ident = $word:literal $part:ident [$($rule:literal),+];)+) => {
        /// A way in which the node is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $sentence] $kind,)+ }

        impl Kind {
            /// All kinds, in the order of the rules that they break.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            const fn row(self) -> Row {
                match self {
                    $(Self::$kind => Row {
                        word: $word,
                        sentence: $sentence,
                        part: Part::$part,
                        breaks: &[$(concat!("ASP-", $rule)),+],
                    },)+
                }
            }
        }
    };
}

struct Row {
    word: &'static str,
    sentence: &'static str,
    part: Part,
    breaks: &'static [&'static str],
}

/// Which part of the node is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What reads a statement before it is judged.
    Admission,
    /// What judges: it forgives a statement that breaks these rules.
    Writer,
    /// What knows which ids it has seen.
    Memory,
    /// What answers.
    Answers,
    /// What states that time has passed.
    Timers,
}

kinds! {
    /// Makes bytes canonical instead of refusing them
    AcceptsUncanonical = "accepts-uncanonical" Admission ["STM-001"];
    /// Puts signatures in order instead of refusing them
    IgnoresSignatureOrder = "ignores-signature-order" Admission ["STM-002"];
    /// Takes signatures whatever algorithm they say they are of
    IgnoresAlgorithms = "ignores-algorithms" Admission ["STM-003"];
    /// Takes keys of small order, under which anybody can sign
    TakesWeakKeys = "takes-weak-keys" Admission ["STM-006"];
    /// Does not verify signatures
    SkipsSignatures = "skips-signatures" Admission ["STM-007"];
    /// Takes statements that do not continue the last one of their stream
    IgnoresPreviousHash = "ignores-previous-hash" Writer ["STM-011"];
    /// Takes statements that are meant for another log
    TakesAnyAudience = "takes-any-audience" Writer ["STM-012"];
    /// Takes statements of any time
    IgnoresClock = "ignores-clock" Writer ["STM-013"];
    /// Takes statements at the address of another stream
    IgnoresAddresses = "ignores-addresses" Admission ["STM-016"];
    /// Takes what it has taken in before once more, at the end of its stream
    TakesReplays = "takes-replays" Memory ["STM-010", "STM-017"];
    /// Forgets which statements it has taken in
    ForgetsRequests = "forgets-requests" Memory ["STM-017"];
    /// Takes signatures by keys that are not the issuer's, or not any more
    IgnoresKeyHistory = "ignores-key-history" Writer ["KEY-001"];
    /// Lets organisations revoke their last key
    RevokesLastKeys = "revokes-last-keys" Writer ["ORG-004"];
    /// Lets organisations say that their own domain is proved
    LetsDomainsProveThemselves = "lets-domains-prove-themselves" Writer ["ORG-007"];
    /// Registers agents that their organisation has not signed for
    AdmitsUnsignedAgents = "admits-unsigned-agents" Writer ["AGT-002"];
    /// Opens sessions that no consent covers
    IgnoresConsent = "ignores-consent" Writer ["CON-008", "CON-009"];
    /// Lets data flow that the consents do not name
    LeaksData = "leaks-data" Writer ["CON-010", "CON-011", "CON-016"];
    /// Grants nothing by the rules of a policy
    IgnoresConsentRules = "ignores-consent-rules" Writer ["CON-012"];
    /// Lets consents be made wider
    WidensConsents = "widens-consents" Writer ["CON-014"];
    /// Lets sessions go on whose capability was taken out of their consent
    IgnoresNarrowing = "ignores-narrowing" Writer ["CON-015"];
    /// Lets sessions go on whose consent was revoked
    IgnoresRevocation = "ignores-revocation" Writer ["SES-018"];
    /// Takes seals in sessions that everybody reads
    SealsOpenSessions = "seals-open-sessions" Writer ["SEA-001"];
    /// Opens sessions that are more open than is asked for, and lets those in who ask for more closed ones
    IgnoresModes = "ignores-modes" Writer ["SEA-002"];
    /// Takes in the clear what has to be sealed
    TakesClearContent = "takes-clear-content" Writer ["SEA-003"];
    /// Takes what those seal who are in no group
    TakesForeignSeals = "takes-foreign-seals" Writer ["SEA-004"];
    /// Takes what is sealed for a group that is not, or no longer, the one that it has to be
    TakesStaleEpochs = "takes-stale-epochs" Writer ["SEA-005"];
    /// Takes groups of anybody, by key packages that nobody has published
    TakesAnyGroup = "takes-any-group" Writer ["SEA-006", "SEA-007"];
    /// Takes key packages more than once, and from anybody
    TakesAnyPackages = "takes-any-packages" Writer ["SEA-012"];
    /// Lets parties say of nothing that they could not read it
    ReadsNothing = "reads-nothing" Writer ["SEA-013"];
    /// Takes any performative in any state
    AllowsAnyState = "allows-any-state" Writer ["SES-003"];
    /// Takes performatives from any role
    IgnoresRoles = "ignores-roles" Writer ["SES-004"];
    /// Lets sessions have more offers and messages than was agreed
    IgnoresLimits = "ignores-limits" Writer ["SES-010", "SES-011"];
    /// Takes answers to offers that are not open any more
    AnswersDeadOffers = "answers-dead-offers" Writer ["SES-012"];
    /// Takes answers from those whose answer is not awaited
    IgnoresTurns = "ignores-turns" Writer ["SES-013"];
    /// Takes acceptances of terms that nobody offered
    IgnoresTermsHash = "ignores-terms-hash" Writer ["SES-014"];
    /// Lets parties owe more than their ceilings
    IgnoresCeilings = "ignores-ceilings" Writer ["SES-017"];
    /// Lets anybody into a session, whatever trust it asks for
    IgnoresFloors = "ignores-floors" Writer ["SES-047", "ADM-002", "CON-013"];
    /// Lets anybody invite, whatever the policy of who is invited says
    IgnoresPolicies = "ignores-policies" Writer ["ADM-001"];
    /// Lets agents exchange their cards before they are bound, and offer what is not on them
    IgnoresCards = "ignores-cards" Writer ["SES-048", "SES-049"];
    /// Takes mandates that give more than their giver has, or that rest on a consent which has fallen
    IgnoresMandates = "ignores-mandates" Writer ["SES-020", "SES-021"];
    /// Takes terms that do not fit the session's schemas
    IgnoresSchemas = "ignores-schemas" Writer ["TRM-006"];
    /// Takes schemas that refer elsewhere, and goes where they lead
    FollowsSchemas = "follows-schemas" Writer ["TRM-001"];
    /// Lets anybody state that an obligation is fulfilled
    LetsAnybodyFulfil = "lets-anybody-fulfil" Writer ["COM-008"];
    /// Signs receipts with a signature that does not verify
    ForgesReceipts = "forges-receipts" Answers ["RCT-001"];
    /// Serves the first checkpoint that it was asked for, for ever
    KeepsOldCheckpoints = "keeps-old-checkpoints" Answers ["LOG-001"];
    /// Gives proofs of inclusion and consistency that do not hold
    ForksTheLog = "forks-the-log" Answers ["LOG-003"];
    /// Shows sessions and consents to whoever has a token
    ReadsForAnybody = "reads-for-anybody" Answers ["AUT-001", "AUT-005"];
    /// Tells strangers apart from those who ask for what does not exist
    TellsStrangers = "tells-strangers" Answers ["AUT-005"];
    /// Does not look at proofs of possession
    IgnoresProofs = "ignores-proofs" Answers ["AUT-003"];
    /// Gives the first two statements of a page in the wrong order
    ReordersMessages = "reorders-messages" Answers ["DLV-001"];
    /// Leaves one statement out when events are resumed
    LosesEvents = "loses-events" Answers ["DLV-002"];
    /// Never states that time has passed
    NeverTimesOut = "never-times-out" Timers ["DLV-003"];
    /// Refuses without saying which rule, and where
    HidesRules = "hides-rules" Answers ["API-001"];
    /// Does not tell who could be mistaken for another organisation
    HidesLikeness = "hides-likeness" Answers ["REG-011"];
    /// Leaves the beginning of a stream out of bundles
    CutsBundles = "cuts-bundles" Answers ["BUN-003"];
    /// Answers with more trust than the evidence bears
    InflatesTrust = "inflates-trust" Answers ["TRU-001"];
}

/// The kind of this process, once it is wrong.
static KIND: OnceLock<Kind> = OnceLock::new();

/// Makes every node of this process wrong from here on; a second kind is not taken.
pub fn begin(kind: Kind) {
    let _first = KIND.get_or_init(|| kind);
}

/// In which way this process is wrong, if it is.
#[must_use]
pub fn kind() -> Option<Kind> {
    KIND.get().copied()
}

/// Whether this process is wrong in this way.
#[must_use]
pub fn is(kind: Kind) -> bool {
    self::kind() == Some(kind)
}

impl Kind {
    /// What it is called on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().word
    }

    /// What it does, as a sentence without its full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        self.row().sentence.trim_start()
    }

    /// The numbers of the rules that it breaks, one of which a judge has to name.
    #[must_use]
    pub const fn breaks(self) -> &'static [&'static str] {
        self.row().breaks
    }

    fn forgives(self, rejection: &Rejection) -> bool {
        self.row().part == Part::Writer && rejection.rule.is_some_and(|rule| self.breaks().contains(&rule))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// That nothing is called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no fault of this name; `--misbehave list` prints them")
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// Whether it is forgotten that a statement was taken in before.
///
/// What opens a session, consent or dispute would take the same place twice, which no store can hold: it is remembered.
pub(crate) fn forgets(statement: &Statement) -> bool {
    let named_by_itself =
        matches!(statement.stream, StreamId::Session(_) | StreamId::Consent(_) | StreamId::Dispute(_));
    (is(Kind::ForgetsRequests) || is(Kind::TakesReplays)) && !(statement.opens && named_by_itself)
}

/// A statement that was taken in before, as if it were the next of its stream; every other as it is.
///
/// What is kept are its old bytes: only what is judged is changed.
pub(crate) fn moved_up(world: &World, verified: Verified, again: bool) -> Verified {
    let head = world.head(&verified.statement().stream);
    let Some(head) = head.filter(|_| again && is(Kind::TakesReplays)) else { return verified };
    let mut signed = Signed::from(verified);
    signed.statement.sequence = head.sequence.next();
    signed.statement.previous = head.hash;
    signed.assume_verified()
}

/// Whether a stream is shown to whoever asks: it is there.
pub(crate) fn shows(connection: &Connection, stream: &StreamId) -> Result<bool, Fault> {
    let id = if is(Kind::ReadsForAnybody) { names::find(connection, stream)? } else { None };
    let first = id.map(|id| entries::of_stream(connection, id, None, 1)).transpose()?;
    Ok(first.is_some_and(|first| !first.is_empty()))
}

/// Turns a refusal into a yes if its rule is one that is not kept, and the log can hold the statement at its place.
pub(crate) fn forgive(
    verdict: Result<(), Rejection>,
    world: &World,
    verified: &Verified,
    at: LogPoint,
) -> Result<(), Rejection> {
    let Err(rejection) = verdict else { return Ok(()) };
    let forgiven = kind().is_some_and(|kind| kind.forgives(&rejection)) && fits(world, verified, at);
    if forgiven { Ok(()) } else { Err(rejection) }
}

/// Whether the statement stands at the end of its stream, or makes one, and the stream moves with it.
fn fits(world: &World, verified: &Verified, at: LogPoint) -> bool {
    let statement = verified.statement();
    let next = world.head(&statement.stream).map_or(Sequence(0), |head| head.sequence.next());
    if statement.sequence != next {
        return false;
    }
    let accepted = Accepted::from_store(verified.clone(), at);
    match (&statement.stream, statement.opens) {
        (StreamId::Org(domain), true) => Organisation::open(domain, &accepted).is_some(),
        (StreamId::Agent(agent), true) => Agent::open(agent, &accepted).is_some(),
        (StreamId::Consent(_), true) => Consent::open(&accepted, None).is_some(),
        (StreamId::Session(_), true) => Session::open(&accepted).is_some(),
        (StreamId::Dispute(_), true) => Dispute::open(&accepted).is_some(),
        (StreamId::Session(id), false) => {
            world.session(id).is_some_and(|session| follows(session, &applicable(world, accepted)))
        }
        (StreamId::Account(domain), true) => Account::open(domain, &accepted).is_some(),
        (
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_),
            false,
        ) => true,
    }
}

/// What is applied for a statement that the log has: itself or, where its session knows nothing to do with it, something
/// harmless with its hash, so that the stream goes on after it.
pub(crate) fn applicable(world: &World, accepted: Accepted) -> Accepted {
    let StreamId::Session(id) = accepted.statement().stream else { return without_rules(accepted) };
    match world.session(&id) {
        Some(session) if !follows(session, &accepted) => {
            let found =
                stand_ins(session).into_iter().flatten().map(|body| replaced(&accepted, session, body));
            found.into_iter().find(|stand_in| follows(session, stand_in)).unwrap_or(accepted)
        }
        Some(_) | None => accepted,
    }
}

/// A policy without its rules of consent, where they are ignored.
fn without_rules(accepted: Accepted) -> Accepted {
    let Body::OrgPolicySet(policy) = &accepted.statement().body else { return accepted };
    if !is(Kind::IgnoresConsentRules) || policy.consent_rules.is_none() {
        return accepted;
    }
    let policy = PolicySet { consent_rules: None, ..policy.clone() };
    let mut signed = Signed::from(accepted.verified().clone());
    signed.statement.body = Body::OrgPolicySet(policy);
    Accepted::from_store(signed.assume_verified(), accepted.at())
}

fn follows(session: &Session, accepted: &Accepted) -> bool {
    let mut trial = session.clone();
    trial.apply(accepted);
    trial.head() == accepted.head()
}

/// Words of the initiator of which one changes little in every state but FAILED, which nothing leaves.
fn stand_ins(session: &Session) -> [Option<Body>; 3] {
    let text: Option<Text> = "taken in against the rules".parse().ok();
    let note = text.clone().map(|text| Body::Inform(Inform::Note(Note { data: None, text })));
    let card = session.id();
    let introduction = Body::Accept(Accept::Introduction(Introduction { card, schemas: None }));
    let receipt = session.receipt();
    let closing = (session.end().is_some()).then_some(text).flatten();
    let closing = closing.map(|reason| Body::Close(Close::Receipt(Closing { reason, receipt })));
    [note, Some(introduction), closing]
}

fn replaced(accepted: &Accepted, session: &Session, body: Body) -> Accepted {
    let mut signed = Signed::from(accepted.verified().clone());
    signed.statement.issuer = Issuer::Agent(session.initiator().clone());
    signed.statement.on_behalf_of = Vec::new();
    signed.statement.in_reply_to = None;
    signed.statement.kind = body.kind();
    signed.statement.body = body;
    Accepted::from_store(signed.assume_verified(), accepted.at())
}
