//! What may be said in a session, by whom, under which conditions, and where it leads. Generated from
//! `spec/transitions.toml` by `cargo xtask codegen`; do not edit.
#![expect(clippy::too_many_lines, reason = "a line for each word that there is")]

use std::fmt;
use std::str::FromStr;

use crate::position::{InvalidText, text_serde};
use crate::rejection::Code;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing has been said.
    Idle,
    /// The invitation waits for the invitees.
    Invited,
    /// All required invitees are in, nothing is on the table.
    Introduced,
    /// The participants talk and bargain.
    Conversing,
    /// A commit waits for the signatures of those it binds.
    Agreeing,
    /// At least one commitment stands and is carried out.
    Executing,
    /// The session waits for the decision of an authority.
    Escalated,
    /// The session ended in good order; terminal.
    Closed,
    /// The session ended without what it was for; terminal.
    Failed,
}

impl State {
    /// All of them, in order.
    #[must_use]
    pub const fn all() -> [Self; 9] {
        [
            Self::Idle,
            Self::Invited,
            Self::Introduced,
            Self::Conversing,
            Self::Agreeing,
            Self::Executing,
            Self::Escalated,
            Self::Closed,
            Self::Failed,
        ]
    }

    /// The text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "IDLE",
            Self::Invited => "INVITED",
            Self::Introduced => "INTRODUCED",
            Self::Conversing => "CONVERSING",
            Self::Agreeing => "AGREEING",
            Self::Executing => "EXECUTING",
            Self::Escalated => "ESCALATED",
            Self::Closed => "CLOSED",
            Self::Failed => "FAILED",
        }
    }

    /// What it means, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Idle => "Nothing has been said.",
            Self::Invited => "The invitation waits for the invitees.",
            Self::Introduced => "All required invitees are in, nothing is on the table.",
            Self::Conversing => "The participants talk and bargain.",
            Self::Agreeing => "A commit waits for the signatures of those it binds.",
            Self::Executing => "At least one commitment stands and is carried out.",
            Self::Escalated => "The session waits for the decision of an authority.",
            Self::Closed => "The session ended in good order; terminal.",
            Self::Failed => "The session ended without what it was for; terminal.",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "IDLE" => Ok(Self::Idle),
            "INVITED" => Ok(Self::Invited),
            "INTRODUCED" => Ok(Self::Introduced),
            "CONVERSING" => Ok(Self::Conversing),
            "AGREEING" => Ok(Self::Agreeing),
            "EXECUTING" => Ok(Self::Executing),
            "ESCALATED" => Ok(Self::Escalated),
            "CLOSED" => Ok(Self::Closed),
            "FAILED" => Ok(Self::Failed),
            _ => Err(InvalidText("a state of a session")),
        }
    }
}

/// What a statement in a session does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Performative {
    /// Puts an invitation, an offer or a change on the table.
    Propose,
    /// Answers with other conditions or another offer.
    Counter,
    /// Agrees to what is on the table.
    Accept,
    /// Declines what is on the table.
    Reject,
    /// Tells a fact, progress, fulfilment or its acknowledgement.
    Inform,
    /// Asks.
    Query,
    /// Answers a question.
    Clarify,
    /// Asks for signatures under agreed terms.
    Commit,
    /// Lets another agent act under a mandate.
    Delegate,
    /// Hands the session to an authority.
    Escalate,
    /// Takes back what its issuer said.
    Withdraw,
    /// Notes something without taking part.
    Observe,
    /// Ends the session with its receipt.
    Close,
}

impl Performative {
    /// All of them, in order.
    #[must_use]
    pub const fn all() -> [Self; 13] {
        [
            Self::Propose,
            Self::Counter,
            Self::Accept,
            Self::Reject,
            Self::Inform,
            Self::Query,
            Self::Clarify,
            Self::Commit,
            Self::Delegate,
            Self::Escalate,
            Self::Withdraw,
            Self::Observe,
            Self::Close,
        ]
    }

    /// The text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Propose => "PROPOSE",
            Self::Counter => "COUNTER",
            Self::Accept => "ACCEPT",
            Self::Reject => "REJECT",
            Self::Inform => "INFORM",
            Self::Query => "QUERY",
            Self::Clarify => "CLARIFY",
            Self::Commit => "COMMIT",
            Self::Delegate => "DELEGATE",
            Self::Escalate => "ESCALATE",
            Self::Withdraw => "WITHDRAW",
            Self::Observe => "OBSERVE",
            Self::Close => "CLOSE",
        }
    }

    /// What it means, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Propose => "Puts an invitation, an offer or a change on the table.",
            Self::Counter => "Answers with other conditions or another offer.",
            Self::Accept => "Agrees to what is on the table.",
            Self::Reject => "Declines what is on the table.",
            Self::Inform => "Tells a fact, progress, fulfilment or its acknowledgement.",
            Self::Query => "Asks.",
            Self::Clarify => "Answers a question.",
            Self::Commit => "Asks for signatures under agreed terms.",
            Self::Delegate => "Lets another agent act under a mandate.",
            Self::Escalate => "Hands the session to an authority.",
            Self::Withdraw => "Takes back what its issuer said.",
            Self::Observe => "Notes something without taking part.",
            Self::Close => "Ends the session with its receipt.",
        }
    }
}

impl fmt::Display for Performative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Performative {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "PROPOSE" => Ok(Self::Propose),
            "COUNTER" => Ok(Self::Counter),
            "ACCEPT" => Ok(Self::Accept),
            "REJECT" => Ok(Self::Reject),
            "INFORM" => Ok(Self::Inform),
            "QUERY" => Ok(Self::Query),
            "CLARIFY" => Ok(Self::Clarify),
            "COMMIT" => Ok(Self::Commit),
            "DELEGATE" => Ok(Self::Delegate),
            "ESCALATE" => Ok(Self::Escalate),
            "WITHDRAW" => Ok(Self::Withdraw),
            "OBSERVE" => Ok(Self::Observe),
            "CLOSE" => Ok(Self::Close),
            _ => Err(InvalidText("a performative")),
        }
    }
}

/// Who a participant is in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Opened the session.
    Initiator,
    /// Negotiates and can be bound.
    Party,
    /// Helps the parties; is never bound.
    Mediator,
    /// Watches and may ask.
    Observer,
    /// Invited while the session goes on; answers that and no more.
    Newcomer,
    /// Decides an escalation.
    Authority,
    /// Keeps the log; speaks for the passing of time alone.
    Node,
}

impl Role {
    /// All of them, in order.
    #[must_use]
    pub const fn all() -> [Self; 7] {
        [
            Self::Initiator,
            Self::Party,
            Self::Mediator,
            Self::Observer,
            Self::Newcomer,
            Self::Authority,
            Self::Node,
        ]
    }

    /// The text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initiator => "initiator",
            Self::Party => "party",
            Self::Mediator => "mediator",
            Self::Observer => "observer",
            Self::Newcomer => "newcomer",
            Self::Authority => "authority",
            Self::Node => "node",
        }
    }

    /// What it means, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Initiator => "Opened the session.",
            Self::Party => "Negotiates and can be bound.",
            Self::Mediator => "Helps the parties; is never bound.",
            Self::Observer => "Watches and may ask.",
            Self::Newcomer => "Invited while the session goes on; answers that and no more.",
            Self::Authority => "Decides an escalation.",
            Self::Node => "Keeps the log; speaks for the passing of time alone.",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "initiator" => Ok(Self::Initiator),
            "party" => Ok(Self::Party),
            "mediator" => Ok(Self::Mediator),
            "observer" => Ok(Self::Observer),
            "newcomer" => Ok(Self::Newcomer),
            "authority" => Ok(Self::Authority),
            "node" => Ok(Self::Node),
            _ => Err(InvalidText("a role")),
        }
    }
}

/// A condition of a row; where it does not hold, the statement is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// The issuer is the initiator, there is a required party besides, nobody is named twice.
    ParticipantsValid,
    /// Consents in force between the organisations cover the capability and the ceiling.
    ConsentCovers,
    /// The consents that the session rests on are in force and cover this performative.
    ConsentStands,
    /// The statement answers the conditions that are on the table, and in time.
    AnswersInvitation,
    /// The introduction names the statement that set the card the agent shows.
    CardShown,
    /// The answer of this party is awaited.
    YourTurn,
    /// The session has an offer left.
    RoundLeft,
    /// The session has a statement left.
    MessageLeft,
    /// The packages fit the parties, name each obligation once and lie ahead.
    TermsValid,
    /// No party would owe more than the session and the mandate allow.
    BelowCeiling,
    /// Everybody whose money would be held has it, and everybody named by a hold has an account.
    FundsCover,
    /// Nobody would owe an organisation more that nothing covers than its policy lets it.
    ExposureCapped,
    /// There is room for one more offer, commitment or mandate.
    RoomLeft,
    /// The offer is open: not expired, superseded, answered or withdrawn.
    OfferOpen,
    /// The termsHash is that of the package in question.
    TermsMatch,
    /// Exactly these terms were agreed in this session and are not committed yet.
    TermsAgreed,
    /// The statement answers the commit that is pending.
    AnswersCommit,
    /// Who said it takes it back.
    Own,
    /// The commitment in question is active.
    CommitmentActive,
    /// The commitment has the obligation.
    ObligationKnown,
    /// The issuer owes the obligation.
    IsDebtor,
    /// The issuer is owed the obligation.
    IsCreditor,
    /// The obligation is open, or contested while the session has a statement left, and waits for nothing.
    ObligationOpen,
    /// A fulfilment has been stated and not been answered.
    ObligationDelivered,
    /// The creditor's time to look at the fulfilment has not passed.
    WindowOpen,
    /// The due time with its cure period has not passed.
    InTime,
    /// The evidence is of the method agreed, and the one named if one was.
    EvidenceMatches,
    /// Nothing is owed any more.
    NoObligationOpen,
    /// The receipt states the head, count, outcome and commitments of the session.
    ReceiptMatches,
    /// The participant has not signed the receipt before.
    NotCountersigned,
    /// The authority is a mediator of the session or the organisation of a participant.
    AuthorityValid,
    /// The mandate lies within the one under which it is given, and ahead.
    MandateNarrows,
    /// The newcomer is registered, takes no part and is not asked already, and there is room and time.
    NewcomerValid,
    /// Consents in force between the issuer's organisation and the newcomer's cover the capability.
    NewcomerCovered,
    /// The offer may be answered so.
    AnswerAllowed,
    /// At least two negotiators stay.
    OthersRemain,
    /// Who leaves is bound by no live commitment and by no pending commit.
    Unbound,
    /// Whose answer is awaited takes part and may answer, in time, and there is room for one more question.
    QuestionValid,
    /// A question to somebody is answered by that one.
    AnswersQuestion,
    /// The session has a budget for what is counted, and nothing spent before is left out.
    UsageGrows,
    /// The delegate is registered, and its organisation takes part or has a consent with the giver's that the mandate names.
    DelegateAdmitted,
    /// Each terms schema on offer is registered, or is one of the starters.
    SchemasKnown,
    /// Who comes in speaks one of the schemas on offer.
    SchemaShared,
    /// Who comes in has earned the trust that the conditions ask for.
    Trusted,
    /// The policies of all organisations that are invited let the inviter's organisation invite.
    Welcome,
    /// Who invites has earned the trust that each organisation asks for whose agents it invites.
    InviterTrusted,
    /// What the session is about is on the card of the party that comes in, or on that of who invited.
    CapabilityOffered,
    /// The card of nobody who would be bound has come to say anything else since its agent stood by it.
    CardUnchanged,
    /// The terms of each package follow a schema of the session.
    TermsFit,
    /// A time has passed, and this is what follows from it.
    Overdue,
    /// A dispute has ended, this is what follows from it for the obligation, and it has not been said.
    AwardDue,
    /// The group is the next after the one before, led there by a member, and all and only who have to be are in it by keys that count.
    GroupValid,
    /// A statement of the session is named.
    SealNamed,
}

impl Guard {
    /// All of them, in order.
    #[must_use]
    pub const fn all() -> [Self; 53] {
        [
            Self::ParticipantsValid,
            Self::ConsentCovers,
            Self::ConsentStands,
            Self::AnswersInvitation,
            Self::CardShown,
            Self::YourTurn,
            Self::RoundLeft,
            Self::MessageLeft,
            Self::TermsValid,
            Self::BelowCeiling,
            Self::FundsCover,
            Self::ExposureCapped,
            Self::RoomLeft,
            Self::OfferOpen,
            Self::TermsMatch,
            Self::TermsAgreed,
            Self::AnswersCommit,
            Self::Own,
            Self::CommitmentActive,
            Self::ObligationKnown,
            Self::IsDebtor,
            Self::IsCreditor,
            Self::ObligationOpen,
            Self::ObligationDelivered,
            Self::WindowOpen,
            Self::InTime,
            Self::EvidenceMatches,
            Self::NoObligationOpen,
            Self::ReceiptMatches,
            Self::NotCountersigned,
            Self::AuthorityValid,
            Self::MandateNarrows,
            Self::NewcomerValid,
            Self::NewcomerCovered,
            Self::AnswerAllowed,
            Self::OthersRemain,
            Self::Unbound,
            Self::QuestionValid,
            Self::AnswersQuestion,
            Self::UsageGrows,
            Self::DelegateAdmitted,
            Self::SchemasKnown,
            Self::SchemaShared,
            Self::Trusted,
            Self::Welcome,
            Self::InviterTrusted,
            Self::CapabilityOffered,
            Self::CardUnchanged,
            Self::TermsFit,
            Self::Overdue,
            Self::AwardDue,
            Self::GroupValid,
            Self::SealNamed,
        ]
    }

    /// The text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ParticipantsValid => "participants-valid",
            Self::ConsentCovers => "consent-covers",
            Self::ConsentStands => "consent-stands",
            Self::AnswersInvitation => "answers-invitation",
            Self::CardShown => "card-shown",
            Self::YourTurn => "your-turn",
            Self::RoundLeft => "round-left",
            Self::MessageLeft => "message-left",
            Self::TermsValid => "terms-valid",
            Self::BelowCeiling => "below-ceiling",
            Self::FundsCover => "funds-cover",
            Self::ExposureCapped => "exposure-capped",
            Self::RoomLeft => "room-left",
            Self::OfferOpen => "offer-open",
            Self::TermsMatch => "terms-match",
            Self::TermsAgreed => "terms-agreed",
            Self::AnswersCommit => "answers-commit",
            Self::Own => "own",
            Self::CommitmentActive => "commitment-active",
            Self::ObligationKnown => "obligation-known",
            Self::IsDebtor => "is-debtor",
            Self::IsCreditor => "is-creditor",
            Self::ObligationOpen => "obligation-open",
            Self::ObligationDelivered => "obligation-delivered",
            Self::WindowOpen => "window-open",
            Self::InTime => "in-time",
            Self::EvidenceMatches => "evidence-matches",
            Self::NoObligationOpen => "no-obligation-open",
            Self::ReceiptMatches => "receipt-matches",
            Self::NotCountersigned => "not-countersigned",
            Self::AuthorityValid => "authority-valid",
            Self::MandateNarrows => "mandate-narrows",
            Self::NewcomerValid => "newcomer-valid",
            Self::NewcomerCovered => "newcomer-covered",
            Self::AnswerAllowed => "answer-allowed",
            Self::OthersRemain => "others-remain",
            Self::Unbound => "unbound",
            Self::QuestionValid => "question-valid",
            Self::AnswersQuestion => "answers-question",
            Self::UsageGrows => "usage-grows",
            Self::DelegateAdmitted => "delegate-admitted",
            Self::SchemasKnown => "schemas-known",
            Self::SchemaShared => "schema-shared",
            Self::Trusted => "trusted",
            Self::Welcome => "welcome",
            Self::InviterTrusted => "inviter-trusted",
            Self::CapabilityOffered => "capability-offered",
            Self::CardUnchanged => "card-unchanged",
            Self::TermsFit => "terms-fit",
            Self::Overdue => "overdue",
            Self::AwardDue => "award-due",
            Self::GroupValid => "group-valid",
            Self::SealNamed => "seal-named",
        }
    }

    /// What it means, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ParticipantsValid => {
                "The issuer is the initiator, there is a required party besides, nobody is named twice."
            }
            Self::ConsentCovers => {
                "Consents in force between the organisations cover the capability and the ceiling."
            }
            Self::ConsentStands => {
                "The consents that the session rests on are in force and cover this performative."
            }
            Self::AnswersInvitation => {
                "The statement answers the conditions that are on the table, and in time."
            }
            Self::CardShown => "The introduction names the statement that set the card the agent shows.",
            Self::YourTurn => "The answer of this party is awaited.",
            Self::RoundLeft => "The session has an offer left.",
            Self::MessageLeft => "The session has a statement left.",
            Self::TermsValid => "The packages fit the parties, name each obligation once and lie ahead.",
            Self::BelowCeiling => "No party would owe more than the session and the mandate allow.",
            Self::FundsCover => {
                "Everybody whose money would be held has it, and everybody named by a hold has an account."
            }
            Self::ExposureCapped => {
                "Nobody would owe an organisation more that nothing covers than its policy lets it."
            }
            Self::RoomLeft => "There is room for one more offer, commitment or mandate.",
            Self::OfferOpen => "The offer is open: not expired, superseded, answered or withdrawn.",
            Self::TermsMatch => "The termsHash is that of the package in question.",
            Self::TermsAgreed => "Exactly these terms were agreed in this session and are not committed yet.",
            Self::AnswersCommit => "The statement answers the commit that is pending.",
            Self::Own => "Who said it takes it back.",
            Self::CommitmentActive => "The commitment in question is active.",
            Self::ObligationKnown => "The commitment has the obligation.",
            Self::IsDebtor => "The issuer owes the obligation.",
            Self::IsCreditor => "The issuer is owed the obligation.",
            Self::ObligationOpen => {
                "The obligation is open, or contested while the session has a statement left, and waits for nothing."
            }
            Self::ObligationDelivered => "A fulfilment has been stated and not been answered.",
            Self::WindowOpen => "The creditor's time to look at the fulfilment has not passed.",
            Self::InTime => "The due time with its cure period has not passed.",
            Self::EvidenceMatches => "The evidence is of the method agreed, and the one named if one was.",
            Self::NoObligationOpen => "Nothing is owed any more.",
            Self::ReceiptMatches => {
                "The receipt states the head, count, outcome and commitments of the session."
            }
            Self::NotCountersigned => "The participant has not signed the receipt before.",
            Self::AuthorityValid => {
                "The authority is a mediator of the session or the organisation of a participant."
            }
            Self::MandateNarrows => "The mandate lies within the one under which it is given, and ahead.",
            Self::NewcomerValid => {
                "The newcomer is registered, takes no part and is not asked already, and there is room and time."
            }
            Self::NewcomerCovered => {
                "Consents in force between the issuer's organisation and the newcomer's cover the capability."
            }
            Self::AnswerAllowed => "The offer may be answered so.",
            Self::OthersRemain => "At least two negotiators stay.",
            Self::Unbound => "Who leaves is bound by no live commitment and by no pending commit.",
            Self::QuestionValid => {
                "Whose answer is awaited takes part and may answer, in time, and there is room for one more question."
            }
            Self::AnswersQuestion => "A question to somebody is answered by that one.",
            Self::UsageGrows => {
                "The session has a budget for what is counted, and nothing spent before is left out."
            }
            Self::DelegateAdmitted => {
                "The delegate is registered, and its organisation takes part or has a consent with the giver's that the mandate names."
            }
            Self::SchemasKnown => "Each terms schema on offer is registered, or is one of the starters.",
            Self::SchemaShared => "Who comes in speaks one of the schemas on offer.",
            Self::Trusted => "Who comes in has earned the trust that the conditions ask for.",
            Self::Welcome => {
                "The policies of all organisations that are invited let the inviter's organisation invite."
            }
            Self::InviterTrusted => {
                "Who invites has earned the trust that each organisation asks for whose agents it invites."
            }
            Self::CapabilityOffered => {
                "What the session is about is on the card of the party that comes in, or on that of who invited."
            }
            Self::CardUnchanged => {
                "The card of nobody who would be bound has come to say anything else since its agent stood by it."
            }
            Self::TermsFit => "The terms of each package follow a schema of the session.",
            Self::Overdue => "A time has passed, and this is what follows from it.",
            Self::AwardDue => {
                "A dispute has ended, this is what follows from it for the obligation, and it has not been said."
            }
            Self::GroupValid => {
                "The group is the next after the one before, led there by a member, and all and only who have to be are in it by keys that count."
            }
            Self::SealNamed => "A statement of the session is named.",
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Guard {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "participants-valid" => Ok(Self::ParticipantsValid),
            "consent-covers" => Ok(Self::ConsentCovers),
            "consent-stands" => Ok(Self::ConsentStands),
            "answers-invitation" => Ok(Self::AnswersInvitation),
            "card-shown" => Ok(Self::CardShown),
            "your-turn" => Ok(Self::YourTurn),
            "round-left" => Ok(Self::RoundLeft),
            "message-left" => Ok(Self::MessageLeft),
            "terms-valid" => Ok(Self::TermsValid),
            "below-ceiling" => Ok(Self::BelowCeiling),
            "funds-cover" => Ok(Self::FundsCover),
            "exposure-capped" => Ok(Self::ExposureCapped),
            "room-left" => Ok(Self::RoomLeft),
            "offer-open" => Ok(Self::OfferOpen),
            "terms-match" => Ok(Self::TermsMatch),
            "terms-agreed" => Ok(Self::TermsAgreed),
            "answers-commit" => Ok(Self::AnswersCommit),
            "own" => Ok(Self::Own),
            "commitment-active" => Ok(Self::CommitmentActive),
            "obligation-known" => Ok(Self::ObligationKnown),
            "is-debtor" => Ok(Self::IsDebtor),
            "is-creditor" => Ok(Self::IsCreditor),
            "obligation-open" => Ok(Self::ObligationOpen),
            "obligation-delivered" => Ok(Self::ObligationDelivered),
            "window-open" => Ok(Self::WindowOpen),
            "in-time" => Ok(Self::InTime),
            "evidence-matches" => Ok(Self::EvidenceMatches),
            "no-obligation-open" => Ok(Self::NoObligationOpen),
            "receipt-matches" => Ok(Self::ReceiptMatches),
            "not-countersigned" => Ok(Self::NotCountersigned),
            "authority-valid" => Ok(Self::AuthorityValid),
            "mandate-narrows" => Ok(Self::MandateNarrows),
            "newcomer-valid" => Ok(Self::NewcomerValid),
            "newcomer-covered" => Ok(Self::NewcomerCovered),
            "answer-allowed" => Ok(Self::AnswerAllowed),
            "others-remain" => Ok(Self::OthersRemain),
            "unbound" => Ok(Self::Unbound),
            "question-valid" => Ok(Self::QuestionValid),
            "answers-question" => Ok(Self::AnswersQuestion),
            "usage-grows" => Ok(Self::UsageGrows),
            "delegate-admitted" => Ok(Self::DelegateAdmitted),
            "schemas-known" => Ok(Self::SchemasKnown),
            "schema-shared" => Ok(Self::SchemaShared),
            "trusted" => Ok(Self::Trusted),
            "welcome" => Ok(Self::Welcome),
            "inviter-trusted" => Ok(Self::InviterTrusted),
            "capability-offered" => Ok(Self::CapabilityOffered),
            "card-unchanged" => Ok(Self::CardUnchanged),
            "terms-fit" => Ok(Self::TermsFit),
            "overdue" => Ok(Self::Overdue),
            "award-due" => Ok(Self::AwardDue),
            "group-valid" => Ok(Self::GroupValid),
            "seal-named" => Ok(Self::SealNamed),
            _ => Err(InvalidText("a guard")),
        }
    }
}

impl Guard {
    /// What the statement is refused with where the guard does not hold.
    #[must_use]
    pub const fn refusal(self) -> Code {
        match self {
            Self::ParticipantsValid => Code::InvalidParticipants,
            Self::ConsentCovers => Code::ConsentRequired,
            Self::ConsentStands => Code::ConsentRevoked,
            Self::AnswersInvitation => Code::ProposalNotOpen,
            Self::CardShown => Code::CardMismatch,
            Self::YourTurn => Code::NotYourTurn,
            Self::RoundLeft => Code::RoundLimit,
            Self::MessageLeft => Code::MessageLimit,
            Self::TermsValid => Code::InvalidTerms,
            Self::BelowCeiling => Code::AboveCeiling,
            Self::FundsCover => Code::InsufficientFunds,
            Self::ExposureCapped => Code::ExposureTooHigh,
            Self::RoomLeft => Code::TooManyOpen,
            Self::OfferOpen => Code::ProposalNotOpen,
            Self::TermsMatch => Code::TermsMismatch,
            Self::TermsAgreed => Code::TermsNotAgreed,
            Self::AnswersCommit => Code::ProposalNotOpen,
            Self::Own => Code::NotTheIssuer,
            Self::CommitmentActive => Code::CommitmentNotActive,
            Self::ObligationKnown => Code::UnknownObligation,
            Self::IsDebtor => Code::NotTheDebtor,
            Self::IsCreditor => Code::NotTheCreditor,
            Self::ObligationOpen => Code::ObligationNotOpen,
            Self::ObligationDelivered => Code::ObligationNotOpen,
            Self::WindowOpen => Code::DeadlinePassed,
            Self::InTime => Code::DeadlinePassed,
            Self::EvidenceMatches => Code::EvidenceMismatch,
            Self::NoObligationOpen => Code::ObligationOpen,
            Self::ReceiptMatches => Code::ReceiptMismatch,
            Self::NotCountersigned => Code::AlreadyCountersigned,
            Self::AuthorityValid => Code::InvalidAuthority,
            Self::MandateNarrows => Code::InvalidMandate,
            Self::NewcomerValid => Code::InvalidParticipants,
            Self::NewcomerCovered => Code::ConsentRequired,
            Self::AnswerAllowed => Code::AnswerNotAllowed,
            Self::OthersRemain => Code::TooFewRemain,
            Self::Unbound => Code::ObligationOpen,
            Self::QuestionValid => Code::InvalidQuestion,
            Self::AnswersQuestion => Code::NotYourTurn,
            Self::UsageGrows => Code::InvalidUsage,
            Self::DelegateAdmitted => Code::ConsentRequired,
            Self::SchemasKnown => Code::UnknownSchema,
            Self::SchemaShared => Code::SchemaNotShared,
            Self::Trusted => Code::TrustTooLow,
            Self::Welcome => Code::InvitationNotWelcome,
            Self::InviterTrusted => Code::TrustTooLow,
            Self::CapabilityOffered => Code::CapabilityNotOffered,
            Self::CardUnchanged => Code::CardChanged,
            Self::TermsFit => Code::TermsDoNotFit,
            Self::Overdue => Code::NotDue,
            Self::AwardDue => Code::NotDue,
            Self::GroupValid => Code::InvalidGroup,
            Self::SealNamed => Code::InvalidField,
        }
    }

    /// The number of the rule that it holds up, see `spec/rules.toml`.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::ParticipantsValid => "ASP-SES-001",
            Self::ConsentCovers => "ASP-CON-008",
            Self::ConsentStands => "ASP-SES-018",
            Self::AnswersInvitation => "ASP-SES-025",
            Self::CardShown => "ASP-SES-026",
            Self::YourTurn => "ASP-SES-013",
            Self::RoundLeft => "ASP-SES-010",
            Self::MessageLeft => "ASP-SES-011",
            Self::TermsValid => "ASP-SES-031",
            Self::BelowCeiling => "ASP-SES-017",
            Self::FundsCover => "ASP-ESC-011",
            Self::ExposureCapped => "ASP-TRU-011",
            Self::RoomLeft => "ASP-SES-023",
            Self::OfferOpen => "ASP-SES-012",
            Self::TermsMatch => "ASP-SES-014",
            Self::TermsAgreed => "ASP-SES-030",
            Self::AnswersCommit => "ASP-SES-028",
            Self::Own => "ASP-SES-029",
            Self::CommitmentActive => "ASP-COM-006",
            Self::ObligationKnown => "ASP-COM-007",
            Self::IsDebtor => "ASP-COM-008",
            Self::IsCreditor => "ASP-COM-009",
            Self::ObligationOpen => "ASP-COM-010",
            Self::ObligationDelivered => "ASP-COM-010",
            Self::WindowOpen => "ASP-COM-004",
            Self::InTime => "ASP-COM-002",
            Self::EvidenceMatches => "ASP-COM-003",
            Self::NoObligationOpen => "ASP-SES-015",
            Self::ReceiptMatches => "ASP-SES-032",
            Self::NotCountersigned => "ASP-SES-033",
            Self::AuthorityValid => "ASP-SES-034",
            Self::MandateNarrows => "ASP-SES-021",
            Self::NewcomerValid => "ASP-SES-040",
            Self::NewcomerCovered => "ASP-SES-040",
            Self::AnswerAllowed => "ASP-SES-039",
            Self::OthersRemain => "ASP-SES-041",
            Self::Unbound => "ASP-SES-042",
            Self::QuestionValid => "ASP-SES-043",
            Self::AnswersQuestion => "ASP-SES-044",
            Self::UsageGrows => "ASP-SES-045",
            Self::DelegateAdmitted => "ASP-SES-046",
            Self::SchemasKnown => "ASP-TRM-004",
            Self::SchemaShared => "ASP-TRM-005",
            Self::Trusted => "ASP-SES-047",
            Self::Welcome => "ASP-ADM-001",
            Self::InviterTrusted => "ASP-ADM-002",
            Self::CapabilityOffered => "ASP-SES-049",
            Self::CardUnchanged => "ASP-SES-048",
            Self::TermsFit => "ASP-TRM-006",
            Self::Overdue => "ASP-SES-016",
            Self::AwardDue => "ASP-DIS-013",
            Self::GroupValid => "ASP-SEA-006",
            Self::SealNamed => "ASP-SEA-013",
        }
    }

    /// What it looks at, as an RFC 6901 pointer into the statement.
    #[must_use]
    pub const fn place(self) -> &'static str {
        match self {
            Self::ParticipantsValid => "/body/participants",
            Self::ConsentCovers => "/body/consents",
            Self::ConsentStands => "/type",
            Self::AnswersInvitation => "/inReplyTo",
            Self::CardShown => "/body/card",
            Self::YourTurn => "/issuer",
            Self::RoundLeft => "/type",
            Self::MessageLeft => "/type",
            Self::TermsValid => "/body",
            Self::BelowCeiling => "/body",
            Self::FundsCover => "/type",
            Self::ExposureCapped => "/type",
            Self::RoomLeft => "/type",
            Self::OfferOpen => "/inReplyTo",
            Self::TermsMatch => "/body/termsHash",
            Self::TermsAgreed => "/body/termsHash",
            Self::AnswersCommit => "/inReplyTo",
            Self::Own => "/inReplyTo",
            Self::CommitmentActive => "/body/commitment",
            Self::ObligationKnown => "/body/obligation",
            Self::IsDebtor => "/issuer",
            Self::IsCreditor => "/issuer",
            Self::ObligationOpen => "/body/obligation",
            Self::ObligationDelivered => "/body/obligation",
            Self::WindowOpen => "/body/obligation",
            Self::InTime => "/body/obligation",
            Self::EvidenceMatches => "/body/evidence",
            Self::NoObligationOpen => "/type",
            Self::ReceiptMatches => "/body/receipt",
            Self::NotCountersigned => "/issuer",
            Self::AuthorityValid => "/body/authority",
            Self::MandateNarrows => "/body",
            Self::NewcomerValid => "/body/agent",
            Self::NewcomerCovered => "/body/consents",
            Self::AnswerAllowed => "/type",
            Self::OthersRemain => "/issuer",
            Self::Unbound => "/issuer",
            Self::QuestionValid => "/body",
            Self::AnswersQuestion => "/inReplyTo",
            Self::UsageGrows => "/body",
            Self::DelegateAdmitted => "/body/to",
            Self::SchemasKnown => "/body/schemas",
            Self::SchemaShared => "/body/schemas",
            Self::Trusted => "/issuer",
            Self::Welcome => "/issuer",
            Self::InviterTrusted => "/issuer",
            Self::CapabilityOffered => "/body/card",
            Self::CardUnchanged => "/type",
            Self::TermsFit => "/body",
            Self::Overdue => "/body",
            Self::AwardDue => "/body",
            Self::GroupValid => "/body/members",
            Self::SealNamed => "/inReplyTo",
        }
    }
}

/// What tells which of several rows applies to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// The body is an invitation.
    Invitation,
    /// The body is an offer of business.
    Proposal,
    /// The body is an offer to amend or to end a commitment.
    Change,
    /// The body states other conditions for the session.
    Conditions,
    /// The body is an offer that answers another.
    CounterOffer,
    /// With this introduction every required invitee is in.
    AllIn,
    /// Required invitees are still awaited after this introduction.
    MoreInvitees,
    /// A required invitee stays away.
    TooFew,
    /// Only an optional invitee stays away.
    Enough,
    /// With this acceptance of a firm offer everybody awaited has signed.
    CompletesBinding,
    /// With this acceptance everybody awaited agrees, and nobody is bound yet.
    CompletesAgreement,
    /// Further acceptances are awaited.
    MoreAcceptances,
    /// With this acceptance everybody awaited has signed the commit.
    CompletesCommit,
    /// Further signatures are awaited.
    MoreSignatures,
    /// A commitment of the session is active.
    CommitmentsStand,
    /// No commitment of the session is active.
    NoCommitment,
    /// The statement takes back a mandate.
    TakesBackMandate,
    /// The statement takes back an offer.
    TakesBackOffer,
    /// The body asks that one more participant comes in.
    Admission,
    /// Somebody who is in admits the newcomer.
    Admits,
    /// The newcomer introduces itself.
    Joins,
    /// Somebody leaves the session.
    Departs,
    /// The body tells what was spent on the session.
    Usage,
    /// The body is a fact or remark without effect on obligations.
    Note,
    /// The body says who can open what is sealed from here on.
    Group,
    /// Somebody could not read what was sealed for it.
    Unreadable,
    /// The body tells of progress on an obligation.
    Progress,
    /// The body states that an obligation is fulfilled.
    Fulfilment,
    /// The creditor confirms a fulfilment.
    Acknowledgement,
    /// The creditor contests a fulfilment.
    Contest,
    /// The node states a breach, or an acknowledgement by silence.
    LapseOfTime,
    /// The node says what a dispute makes of an obligation.
    Award,
    /// Something is owed.
    ObligationsOpen,
    /// Nothing is owed.
    NothingOwed,
}

impl Selector {
    /// All of them, in order.
    #[must_use]
    pub const fn all() -> [Self; 34] {
        [
            Self::Invitation,
            Self::Proposal,
            Self::Change,
            Self::Conditions,
            Self::CounterOffer,
            Self::AllIn,
            Self::MoreInvitees,
            Self::TooFew,
            Self::Enough,
            Self::CompletesBinding,
            Self::CompletesAgreement,
            Self::MoreAcceptances,
            Self::CompletesCommit,
            Self::MoreSignatures,
            Self::CommitmentsStand,
            Self::NoCommitment,
            Self::TakesBackMandate,
            Self::TakesBackOffer,
            Self::Admission,
            Self::Admits,
            Self::Joins,
            Self::Departs,
            Self::Usage,
            Self::Note,
            Self::Group,
            Self::Unreadable,
            Self::Progress,
            Self::Fulfilment,
            Self::Acknowledgement,
            Self::Contest,
            Self::LapseOfTime,
            Self::Award,
            Self::ObligationsOpen,
            Self::NothingOwed,
        ]
    }

    /// The text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Proposal => "proposal",
            Self::Change => "change",
            Self::Conditions => "conditions",
            Self::CounterOffer => "counter-offer",
            Self::AllIn => "all-in",
            Self::MoreInvitees => "more-invitees",
            Self::TooFew => "too-few",
            Self::Enough => "enough",
            Self::CompletesBinding => "completes-binding",
            Self::CompletesAgreement => "completes-agreement",
            Self::MoreAcceptances => "more-acceptances",
            Self::CompletesCommit => "completes-commit",
            Self::MoreSignatures => "more-signatures",
            Self::CommitmentsStand => "commitments-stand",
            Self::NoCommitment => "no-commitment",
            Self::TakesBackMandate => "takes-back-mandate",
            Self::TakesBackOffer => "takes-back-offer",
            Self::Admission => "admission",
            Self::Admits => "admits",
            Self::Joins => "joins",
            Self::Departs => "departs",
            Self::Usage => "usage",
            Self::Note => "note",
            Self::Group => "group",
            Self::Unreadable => "unreadable",
            Self::Progress => "progress",
            Self::Fulfilment => "fulfilment",
            Self::Acknowledgement => "acknowledgement",
            Self::Contest => "contest",
            Self::LapseOfTime => "lapse-of-time",
            Self::Award => "award",
            Self::ObligationsOpen => "obligations-open",
            Self::NothingOwed => "nothing-owed",
        }
    }

    /// What it means, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Invitation => "The body is an invitation.",
            Self::Proposal => "The body is an offer of business.",
            Self::Change => "The body is an offer to amend or to end a commitment.",
            Self::Conditions => "The body states other conditions for the session.",
            Self::CounterOffer => "The body is an offer that answers another.",
            Self::AllIn => "With this introduction every required invitee is in.",
            Self::MoreInvitees => "Required invitees are still awaited after this introduction.",
            Self::TooFew => "A required invitee stays away.",
            Self::Enough => "Only an optional invitee stays away.",
            Self::CompletesBinding => "With this acceptance of a firm offer everybody awaited has signed.",
            Self::CompletesAgreement => {
                "With this acceptance everybody awaited agrees, and nobody is bound yet."
            }
            Self::MoreAcceptances => "Further acceptances are awaited.",
            Self::CompletesCommit => "With this acceptance everybody awaited has signed the commit.",
            Self::MoreSignatures => "Further signatures are awaited.",
            Self::CommitmentsStand => "A commitment of the session is active.",
            Self::NoCommitment => "No commitment of the session is active.",
            Self::TakesBackMandate => "The statement takes back a mandate.",
            Self::TakesBackOffer => "The statement takes back an offer.",
            Self::Admission => "The body asks that one more participant comes in.",
            Self::Admits => "Somebody who is in admits the newcomer.",
            Self::Joins => "The newcomer introduces itself.",
            Self::Departs => "Somebody leaves the session.",
            Self::Usage => "The body tells what was spent on the session.",
            Self::Note => "The body is a fact or remark without effect on obligations.",
            Self::Group => "The body says who can open what is sealed from here on.",
            Self::Unreadable => "Somebody could not read what was sealed for it.",
            Self::Progress => "The body tells of progress on an obligation.",
            Self::Fulfilment => "The body states that an obligation is fulfilled.",
            Self::Acknowledgement => "The creditor confirms a fulfilment.",
            Self::Contest => "The creditor contests a fulfilment.",
            Self::LapseOfTime => "The node states a breach, or an acknowledgement by silence.",
            Self::Award => "The node says what a dispute makes of an obligation.",
            Self::ObligationsOpen => "Something is owed.",
            Self::NothingOwed => "Nothing is owed.",
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Selector {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "invitation" => Ok(Self::Invitation),
            "proposal" => Ok(Self::Proposal),
            "change" => Ok(Self::Change),
            "conditions" => Ok(Self::Conditions),
            "counter-offer" => Ok(Self::CounterOffer),
            "all-in" => Ok(Self::AllIn),
            "more-invitees" => Ok(Self::MoreInvitees),
            "too-few" => Ok(Self::TooFew),
            "enough" => Ok(Self::Enough),
            "completes-binding" => Ok(Self::CompletesBinding),
            "completes-agreement" => Ok(Self::CompletesAgreement),
            "more-acceptances" => Ok(Self::MoreAcceptances),
            "completes-commit" => Ok(Self::CompletesCommit),
            "more-signatures" => Ok(Self::MoreSignatures),
            "commitments-stand" => Ok(Self::CommitmentsStand),
            "no-commitment" => Ok(Self::NoCommitment),
            "takes-back-mandate" => Ok(Self::TakesBackMandate),
            "takes-back-offer" => Ok(Self::TakesBackOffer),
            "admission" => Ok(Self::Admission),
            "admits" => Ok(Self::Admits),
            "joins" => Ok(Self::Joins),
            "departs" => Ok(Self::Departs),
            "usage" => Ok(Self::Usage),
            "note" => Ok(Self::Note),
            "group" => Ok(Self::Group),
            "unreadable" => Ok(Self::Unreadable),
            "progress" => Ok(Self::Progress),
            "fulfilment" => Ok(Self::Fulfilment),
            "acknowledgement" => Ok(Self::Acknowledgement),
            "contest" => Ok(Self::Contest),
            "lapse-of-time" => Ok(Self::LapseOfTime),
            "award" => Ok(Self::Award),
            "obligations-open" => Ok(Self::ObligationsOpen),
            "nothing-owed" => Ok(Self::NothingOwed),
            _ => Err(InvalidText("a selector")),
        }
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The parties closed the session.
    Completed,
    /// The session had nothing left to do and nobody closed it.
    Abandoned,
    /// A required invitee declined.
    InvitationRejected,
    /// The initiator took the invitation back.
    InvitationWithdrawn,
    /// A required invitee did not answer in time.
    InvitationTimeout,
    /// Nobody said anything within the response time.
    ResponseTimeout,
    /// The session's total time passed before a commitment stood.
    SessionTimeout,
    /// The session had as many statements as it may.
    MessageLimit,
    /// The participants spent more than the budget of the session.
    BudgetSpent,
    /// The authority ended the session.
    EscalationRejected,
    /// The authority did not decide in time.
    EscalationTimeout,
    /// A consent that the session rested on ended.
    ConsentRevoked,
}

impl Reason {
    /// All of them, in order.
    #[must_use]
    pub const fn all() -> [Self; 12] {
        [
            Self::Completed,
            Self::Abandoned,
            Self::InvitationRejected,
            Self::InvitationWithdrawn,
            Self::InvitationTimeout,
            Self::ResponseTimeout,
            Self::SessionTimeout,
            Self::MessageLimit,
            Self::BudgetSpent,
            Self::EscalationRejected,
            Self::EscalationTimeout,
            Self::ConsentRevoked,
        ]
    }

    /// The text form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::Abandoned => "ABANDONED",
            Self::InvitationRejected => "INVITATION_REJECTED",
            Self::InvitationWithdrawn => "INVITATION_WITHDRAWN",
            Self::InvitationTimeout => "INVITATION_TIMEOUT",
            Self::ResponseTimeout => "RESPONSE_TIMEOUT",
            Self::SessionTimeout => "SESSION_TIMEOUT",
            Self::MessageLimit => "MESSAGE_LIMIT",
            Self::BudgetSpent => "BUDGET_SPENT",
            Self::EscalationRejected => "ESCALATION_REJECTED",
            Self::EscalationTimeout => "ESCALATION_TIMEOUT",
            Self::ConsentRevoked => "CONSENT_REVOKED",
        }
    }

    /// What it means, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Completed => "The parties closed the session.",
            Self::Abandoned => "The session had nothing left to do and nobody closed it.",
            Self::InvitationRejected => "A required invitee declined.",
            Self::InvitationWithdrawn => "The initiator took the invitation back.",
            Self::InvitationTimeout => "A required invitee did not answer in time.",
            Self::ResponseTimeout => "Nobody said anything within the response time.",
            Self::SessionTimeout => "The session's total time passed before a commitment stood.",
            Self::MessageLimit => "The session had as many statements as it may.",
            Self::BudgetSpent => "The participants spent more than the budget of the session.",
            Self::EscalationRejected => "The authority ended the session.",
            Self::EscalationTimeout => "The authority did not decide in time.",
            Self::ConsentRevoked => "A consent that the session rested on ended.",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Reason {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "COMPLETED" => Ok(Self::Completed),
            "ABANDONED" => Ok(Self::Abandoned),
            "INVITATION_REJECTED" => Ok(Self::InvitationRejected),
            "INVITATION_WITHDRAWN" => Ok(Self::InvitationWithdrawn),
            "INVITATION_TIMEOUT" => Ok(Self::InvitationTimeout),
            "RESPONSE_TIMEOUT" => Ok(Self::ResponseTimeout),
            "SESSION_TIMEOUT" => Ok(Self::SessionTimeout),
            "MESSAGE_LIMIT" => Ok(Self::MessageLimit),
            "BUDGET_SPENT" => Ok(Self::BudgetSpent),
            "ESCALATION_REJECTED" => Ok(Self::EscalationRejected),
            "ESCALATION_TIMEOUT" => Ok(Self::EscalationTimeout),
            "CONSENT_REVOKED" => Ok(Self::ConsentRevoked),
            _ => Err(InvalidText("a reason for which sessions end")),
        }
    }
}

text_serde!(State, Performative, Role, Guard, Selector, Reason);

/// Where a row leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// To this state.
    To(State),
    /// To the state from which the session was escalated.
    Return,
}

/// One performative in one state: who may say it, under which conditions, and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The state in which it is said.
    pub state: State,
    /// What is said.
    pub performative: Performative,
    /// Who may say it.
    pub roles: &'static [Role],
    /// What must hold for this row to be the one that applies; `None` always does.
    pub when: Option<Selector>,
    /// What must hold for the statement to be taken, in the order of checking.
    pub requires: &'static [Guard],
    /// Where it leads.
    pub next: Next,
}

/// The rows of a performative in a state, in the order in which they are tried; empty if it may not be said.
#[must_use]
pub fn rows(state: State, performative: Performative) -> &'static [Row] {
    let range = RANGES.get(state as usize).and_then(|ranges| ranges.get(performative as usize));
    range.and_then(|(start, end)| ROWS.get(*start..*end)).unwrap_or_default()
}

/// Every row, by state and performative, and where several fit, in the order in which they are tried.
pub const ROWS: &[Row] = &[
    Row {
        state: State::Idle,
        performative: Performative::Propose,
        roles: &[Role::Initiator],
        when: Some(Selector::Invitation),
        requires: &[
            Guard::ParticipantsValid,
            Guard::ConsentCovers,
            Guard::SchemasKnown,
            Guard::Welcome,
            Guard::InviterTrusted,
        ],
        next: Next::To(State::Invited),
    },
    Row {
        state: State::Invited,
        performative: Performative::Counter,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Conditions),
        requires: &[
            Guard::AnswersInvitation,
            Guard::YourTurn,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::SchemasKnown,
            Guard::Trusted,
        ],
        next: Next::To(State::Invited),
    },
    Row {
        state: State::Invited,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::AllIn),
        requires: &[
            Guard::AnswersInvitation,
            Guard::YourTurn,
            Guard::CardShown,
            Guard::CapabilityOffered,
            Guard::SchemaShared,
            Guard::ConsentStands,
            Guard::Trusted,
        ],
        next: Next::To(State::Introduced),
    },
    Row {
        state: State::Invited,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::MoreInvitees),
        requires: &[
            Guard::AnswersInvitation,
            Guard::YourTurn,
            Guard::CardShown,
            Guard::CapabilityOffered,
            Guard::SchemaShared,
            Guard::ConsentStands,
            Guard::Trusted,
        ],
        next: Next::To(State::Invited),
    },
    Row {
        state: State::Invited,
        performative: Performative::Reject,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::TooFew),
        requires: &[Guard::AnswersInvitation, Guard::YourTurn],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Invited,
        performative: Performative::Reject,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Enough),
        requires: &[Guard::AnswersInvitation, Guard::YourTurn],
        next: Next::To(State::Invited),
    },
    Row {
        state: State::Invited,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator],
        when: None,
        requires: &[],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Invited,
        performative: Performative::Close,
        roles: &[Role::Node],
        when: None,
        requires: &[Guard::Overdue],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Propose,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Proposal),
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Propose,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Admission),
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::NewcomerValid,
            Guard::NewcomerCovered,
            Guard::Welcome,
            Guard::InviterTrusted,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Note),
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Usage),
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::UsageGrows],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Group),
        requires: &[Guard::GroupValid],
        next: Next::To(State::Introduced),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Unreadable),
        requires: &[Guard::SealNamed],
        next: Next::To(State::Introduced),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Query,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::QuestionValid],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Clarify,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Delegate,
        roles: &[Role::Initiator, Role::Party],
        when: None,
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoomLeft,
            Guard::MandateNarrows,
            Guard::DelegateAdmitted,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Departs),
        requires: &[Guard::OthersRemain],
        next: Next::To(State::Introduced),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Observe,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Close,
        roles: &[Role::Initiator, Role::Party],
        when: None,
        requires: &[Guard::ReceiptMatches],
        next: Next::To(State::Closed),
    },
    Row {
        state: State::Introduced,
        performative: Performative::Close,
        roles: &[Role::Node],
        when: None,
        requires: &[Guard::Overdue],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Propose,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Proposal),
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Propose,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Admission),
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::NewcomerValid,
            Guard::NewcomerCovered,
            Guard::Welcome,
            Guard::InviterTrusted,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Counter,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CounterOffer),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CompletesBinding),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::TermsMatch,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::CardUnchanged,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::CommitmentActive,
            Guard::RoomLeft,
            Guard::FundsCover,
            Guard::ExposureCapped,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CompletesAgreement),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::TermsMatch,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::CommitmentActive,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::MoreAcceptances),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::TermsMatch,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::CommitmentActive,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Admits),
        requires: &[Guard::OfferOpen, Guard::YourTurn, Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Accept,
        roles: &[Role::Newcomer],
        when: Some(Selector::Joins),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::CardShown,
            Guard::CapabilityOffered,
            Guard::SchemaShared,
            Guard::ConsentStands,
            Guard::Trusted,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Reject,
        roles: &[Role::Initiator, Role::Party, Role::Newcomer],
        when: None,
        requires: &[Guard::OfferOpen, Guard::YourTurn],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Note),
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Usage),
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::UsageGrows],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Group),
        requires: &[Guard::GroupValid],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Unreadable),
        requires: &[Guard::SealNamed],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Query,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::QuestionValid],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Clarify,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::AnswersQuestion],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Commit,
        roles: &[Role::Initiator, Role::Party],
        when: None,
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::TermsAgreed,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::RoomLeft,
        ],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Delegate,
        roles: &[Role::Initiator, Role::Party],
        when: None,
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoomLeft,
            Guard::MandateNarrows,
            Guard::DelegateAdmitted,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Escalate,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::MessageLeft, Guard::AuthorityValid],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Departs),
        requires: &[Guard::OthersRemain],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::TakesBackMandate),
        requires: &[Guard::Own],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::TakesBackOffer),
        requires: &[Guard::OfferOpen, Guard::Own],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Observe,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Close,
        roles: &[Role::Initiator, Role::Party],
        when: None,
        requires: &[Guard::ReceiptMatches],
        next: Next::To(State::Closed),
    },
    Row {
        state: State::Conversing,
        performative: Performative::Close,
        roles: &[Role::Node],
        when: None,
        requires: &[Guard::Overdue],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Counter,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CommitmentsStand),
        requires: &[
            Guard::AnswersCommit,
            Guard::YourTurn,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Counter,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::NoCommitment),
        requires: &[
            Guard::AnswersCommit,
            Guard::YourTurn,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CompletesCommit),
        requires: &[
            Guard::AnswersCommit,
            Guard::YourTurn,
            Guard::TermsMatch,
            Guard::ConsentStands,
            Guard::CardUnchanged,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::FundsCover,
            Guard::ExposureCapped,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::MoreSignatures),
        requires: &[
            Guard::AnswersCommit,
            Guard::YourTurn,
            Guard::TermsMatch,
            Guard::ConsentStands,
            Guard::TermsValid,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Reject,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CommitmentsStand),
        requires: &[Guard::AnswersCommit, Guard::YourTurn],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Reject,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::NoCommitment),
        requires: &[Guard::AnswersCommit, Guard::YourTurn],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Note),
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Usage),
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::UsageGrows],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Group),
        requires: &[Guard::GroupValid],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Unreadable),
        requires: &[Guard::SealNamed],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Progress),
        requires: &[Guard::CommitmentActive, Guard::ObligationKnown, Guard::IsDebtor, Guard::MessageLeft],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Fulfilment),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsDebtor,
            Guard::ObligationOpen,
            Guard::InTime,
            Guard::EvidenceMatches,
        ],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Acknowledgement),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsCreditor,
            Guard::ObligationDelivered,
        ],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Contest),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsCreditor,
            Guard::ObligationDelivered,
            Guard::WindowOpen,
        ],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::LapseOfTime),
        requires: &[Guard::Overdue],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::Award),
        requires: &[Guard::AwardDue],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Query,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::QuestionValid],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Clarify,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::AnswersQuestion],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Escalate,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::MessageLeft, Guard::AuthorityValid],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Departs),
        requires: &[Guard::OthersRemain, Guard::Unbound],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::TakesBackMandate),
        requires: &[Guard::Own],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CommitmentsStand),
        requires: &[Guard::Own],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::NoCommitment),
        requires: &[Guard::Own],
        next: Next::To(State::Conversing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Withdraw,
        roles: &[Role::Node],
        when: Some(Selector::CommitmentsStand),
        requires: &[Guard::Overdue],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Observe,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Agreeing,
        performative: Performative::Close,
        roles: &[Role::Node],
        when: Some(Selector::NoCommitment),
        requires: &[Guard::Overdue],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Executing,
        performative: Performative::Propose,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Proposal),
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Propose,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Admission),
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::NewcomerValid,
            Guard::NewcomerCovered,
            Guard::Welcome,
            Guard::InviterTrusted,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Propose,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Change),
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::CommitmentActive,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Counter,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CounterOffer),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::RoundLeft,
            Guard::RoomLeft,
            Guard::TermsValid,
            Guard::TermsFit,
            Guard::BelowCeiling,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CompletesBinding),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::TermsMatch,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::CardUnchanged,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::CommitmentActive,
            Guard::RoomLeft,
            Guard::FundsCover,
            Guard::ExposureCapped,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::CompletesAgreement),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::TermsMatch,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::CommitmentActive,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::MoreAcceptances),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::AnswerAllowed,
            Guard::TermsMatch,
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::CommitmentActive,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Accept,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Admits),
        requires: &[Guard::OfferOpen, Guard::YourTurn, Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Accept,
        roles: &[Role::Newcomer],
        when: Some(Selector::Joins),
        requires: &[
            Guard::OfferOpen,
            Guard::YourTurn,
            Guard::CardShown,
            Guard::CapabilityOffered,
            Guard::SchemaShared,
            Guard::ConsentStands,
            Guard::Trusted,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Reject,
        roles: &[Role::Initiator, Role::Party, Role::Newcomer],
        when: None,
        requires: &[Guard::OfferOpen, Guard::YourTurn],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Note),
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Usage),
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::UsageGrows],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Group),
        requires: &[Guard::GroupValid],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Unreadable),
        requires: &[Guard::SealNamed],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Progress),
        requires: &[Guard::CommitmentActive, Guard::ObligationKnown, Guard::IsDebtor, Guard::MessageLeft],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Fulfilment),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsDebtor,
            Guard::ObligationOpen,
            Guard::InTime,
            Guard::EvidenceMatches,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Acknowledgement),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsCreditor,
            Guard::ObligationDelivered,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Contest),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsCreditor,
            Guard::ObligationDelivered,
            Guard::WindowOpen,
        ],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::LapseOfTime),
        requires: &[Guard::Overdue],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::Award),
        requires: &[Guard::AwardDue],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Query,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::QuestionValid],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Clarify,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands, Guard::AnswersQuestion],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Commit,
        roles: &[Role::Initiator, Role::Party],
        when: None,
        requires: &[
            Guard::MessageLeft,
            Guard::ConsentStands,
            Guard::TermsAgreed,
            Guard::TermsValid,
            Guard::BelowCeiling,
            Guard::RoomLeft,
        ],
        next: Next::To(State::Agreeing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Escalate,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::MessageLeft, Guard::AuthorityValid],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Executing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: Some(Selector::Departs),
        requires: &[Guard::OthersRemain, Guard::Unbound],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::TakesBackMandate),
        requires: &[Guard::Own],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::TakesBackOffer),
        requires: &[Guard::OfferOpen, Guard::Own],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Observe,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::MessageLeft, Guard::ConsentStands],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Executing,
        performative: Performative::Close,
        roles: &[Role::Initiator, Role::Party],
        when: None,
        requires: &[Guard::NoObligationOpen, Guard::ReceiptMatches],
        next: Next::To(State::Closed),
    },
    Row {
        state: State::Executing,
        performative: Performative::Close,
        roles: &[Role::Node],
        when: None,
        requires: &[Guard::NoObligationOpen, Guard::Overdue],
        next: Next::To(State::Closed),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Accept,
        roles: &[Role::Authority],
        when: None,
        requires: &[],
        next: Next::Return,
    },
    Row {
        state: State::Escalated,
        performative: Performative::Reject,
        roles: &[Role::Authority],
        when: Some(Selector::ObligationsOpen),
        requires: &[],
        next: Next::To(State::Executing),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Reject,
        roles: &[Role::Authority],
        when: Some(Selector::NothingOwed),
        requires: &[],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Authority],
        when: Some(Selector::Note),
        requires: &[Guard::MessageLeft],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: Some(Selector::Group),
        requires: &[Guard::GroupValid],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer, Role::Authority],
        when: Some(Selector::Unreadable),
        requires: &[Guard::SealNamed],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Progress),
        requires: &[Guard::CommitmentActive, Guard::ObligationKnown, Guard::IsDebtor, Guard::MessageLeft],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Fulfilment),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsDebtor,
            Guard::ObligationOpen,
            Guard::InTime,
            Guard::EvidenceMatches,
        ],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Acknowledgement),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsCreditor,
            Guard::ObligationDelivered,
        ],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::Contest),
        requires: &[
            Guard::CommitmentActive,
            Guard::ObligationKnown,
            Guard::IsCreditor,
            Guard::ObligationDelivered,
            Guard::WindowOpen,
        ],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::LapseOfTime),
        requires: &[Guard::Overdue],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::Award),
        requires: &[Guard::AwardDue],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party],
        when: Some(Selector::TakesBackMandate),
        requires: &[Guard::Own],
        next: Next::To(State::Escalated),
    },
    Row {
        state: State::Escalated,
        performative: Performative::Withdraw,
        roles: &[Role::Initiator, Role::Party, Role::Mediator],
        when: None,
        requires: &[Guard::Own],
        next: Next::Return,
    },
    Row {
        state: State::Escalated,
        performative: Performative::Withdraw,
        roles: &[Role::Node],
        when: Some(Selector::ObligationsOpen),
        requires: &[Guard::Overdue],
        next: Next::Return,
    },
    Row {
        state: State::Escalated,
        performative: Performative::Close,
        roles: &[Role::Node],
        when: Some(Selector::NothingOwed),
        requires: &[Guard::Overdue],
        next: Next::To(State::Failed),
    },
    Row {
        state: State::Closed,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::Award),
        requires: &[Guard::AwardDue],
        next: Next::To(State::Closed),
    },
    Row {
        state: State::Closed,
        performative: Performative::Close,
        roles: &[Role::Initiator, Role::Party, Role::Mediator, Role::Observer],
        when: None,
        requires: &[Guard::ReceiptMatches, Guard::NotCountersigned],
        next: Next::To(State::Closed),
    },
    Row {
        state: State::Failed,
        performative: Performative::Inform,
        roles: &[Role::Node],
        when: Some(Selector::Award),
        requires: &[Guard::AwardDue],
        next: Next::To(State::Failed),
    },
];

/// First row and the row after the last, by state and performative in the order of their enums.
#[rustfmt::skip]
const RANGES: [[(usize, usize); 13]; 9] = [
    [(0, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1)], // IDLE
    [(1, 1), (1, 2), (2, 4), (4, 6), (6, 6), (6, 6), (6, 6), (6, 6), (6, 6), (6, 6), (6, 7), (7, 7), (7, 8)], // INVITED
    [(8, 10), (10, 10), (10, 10), (10, 10), (10, 14), (14, 15), (15, 16), (16, 16), (16, 17), (17, 17), (17, 18), (18, 19), (19, 21)], // INTRODUCED
    [(21, 23), (23, 24), (24, 29), (29, 30), (30, 34), (34, 35), (35, 36), (36, 37), (37, 38), (38, 39), (39, 42), (42, 43), (43, 45)], // CONVERSING
    [(45, 45), (45, 47), (47, 49), (49, 51), (51, 61), (61, 62), (62, 63), (63, 63), (63, 63), (63, 64), (64, 69), (69, 70), (70, 71)], // AGREEING
    [(71, 74), (74, 75), (75, 80), (80, 81), (81, 91), (91, 92), (92, 93), (93, 94), (94, 94), (94, 95), (95, 98), (98, 99), (99, 101)], // EXECUTING
    [(101, 101), (101, 101), (101, 102), (102, 104), (104, 113), (113, 113), (113, 113), (113, 113), (113, 113), (113, 113), (113, 116), (116, 116), (116, 117)], // ESCALATED
    [(117, 117), (117, 117), (117, 117), (117, 117), (117, 118), (118, 118), (118, 118), (118, 118), (118, 118), (118, 118), (118, 118), (118, 118), (118, 119)], // CLOSED
    [(119, 119), (119, 119), (119, 119), (119, 119), (119, 120), (120, 120), (120, 120), (120, 120), (120, 120), (120, 120), (120, 120), (120, 120), (120, 120)], // FAILED
];
