//! The type of a statement: a performative in a session, a dotted name elsewhere.

use std::fmt;

use crate::name::StreamKind;
use crate::session::table::Performative;

/// Declares the types outside sessions with the stream that has them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal in $stream:ident;)+) => {
        /// The type of a statement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $name,)+
            /// A performative, in a session.
            Session(Performative),
        }

        impl Kind {
            /// The text of `type`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Session(performative) => performative.as_str(),
                }
            }

            /// The kind of stream that has statements of this type.
            #[must_use]
            pub const fn stream(self) -> StreamKind {
                match self {
                    $(Self::$name => StreamKind::$stream,)+
                    Self::Session(_) => StreamKind::Session,
                }
            }

            /// Reads the type of a statement in a stream of this kind.
            #[must_use]
            pub fn read(text: &str, stream: StreamKind) -> Option<Self> {
                Self::named(text).filter(|kind| kind.stream() == stream)
            }

            /// Reads the type of a statement in whatever stream has it.
            #[must_use]
            pub fn named(text: &str) -> Option<Self> {
                let kind = match text {
                    $($text => Self::$name,)+
                    performative => Self::Session(performative.parse().ok()?),
                };
                Some(kind)
            }
        }
    };
}

kinds! {
    /// An organisation registers with its root key.
    OrgRegister = "org.register" in Org;
    /// An organisation adds a key.
    OrgKeyAdd = "org.key.add" in Org;
    /// An organisation replaces a key.
    OrgKeyRotate = "org.key.rotate" in Org;
    /// An organisation revokes a key.
    OrgKeyRevoke = "org.key.revoke" in Org;
    /// An organisation sets its policy.
    OrgPolicySet = "org.policy.set" in Org;
    /// An organisation says where the evidence of its domain lies.
    OrgVerify = "org.verify" in Org;
    /// The node says whether it found that evidence.
    OrgCheck = "org.check" in Org;
    /// An organisation registers a terms schema.
    OrgSchemaRegister = "org.schema.register" in Org;
    /// An agent registers, admitted by its organisation.
    AgentRegister = "agent.register" in Agent;
    /// An agent sets its card.
    AgentCardSet = "agent.card.set" in Agent;
    /// The node says whether the A2A card that an agent has pinned is where it should be.
    AgentCardCheck = "agent.card.check" in Agent;
    /// An agent or its organisation adds a key.
    AgentKeyAdd = "agent.key.add" in Agent;
    /// An agent replaces its key.
    AgentKeyRotate = "agent.key.rotate" in Agent;
    /// An agent or its organisation revokes a key.
    AgentKeyRevoke = "agent.key.revoke" in Agent;
    /// An agent publishes what others need to seal something for it.
    AgentKeypackagePublish = "agent.keypackage.publish" in Agent;
    /// An agent or its organisation ends the agent.
    AgentRetire = "agent.retire" in Agent;
    /// An agent speaks for another.
    AgentEndorse = "agent.endorse" in Agent;
    /// It does so no more.
    AgentEndorseWithdraw = "agent.endorse.withdraw" in Agent;
    /// An agent says how it was to deal with another in a session that has ended.
    AgentRate = "agent.rate" in Agent;
    /// An organisation asks another for consent.
    ConsentRequest = "consent.request" in Consent;
    /// The other organisation grants.
    ConsentGrant = "consent.grant" in Consent;
    /// Either organisation takes away a part of what is allowed.
    ConsentNarrow = "consent.narrow" in Consent;
    /// Either organisation revokes.
    ConsentRevoke = "consent.revoke" in Consent;
    /// The side that did not revoke confirms that it knows.
    ConsentAcknowledge = "consent.acknowledge" in Consent;
    /// An organisation opens its account, or a further currency of it.
    AccountOpen = "account.open" in Account;
    /// An organisation asks that money be taken in.
    AccountDeposit = "account.deposit" in Account;
    /// The node says that money for a deposit has come.
    AccountCredit = "account.credit" in Account;
    /// The node says that nothing will come of a deposit.
    AccountRefuse = "account.refuse" in Account;
    /// An organisation asks that money be paid out.
    AccountWithdraw = "account.withdraw" in Account;
    /// The node says that a withdrawal was paid out.
    AccountPaid = "account.paid" in Account;
    /// The node says that a withdrawal was not paid out.
    AccountReturned = "account.returned" in Account;
    /// A party disputes what became of an obligation.
    DisputeFile = "dispute.file" in Dispute;
    /// The other side admits or denies it.
    DisputeRespond = "dispute.respond" in Dispute;
    /// Either side shows something.
    DisputeEvidence = "dispute.evidence" in Dispute;
    /// Either side offers how to end it, or takes the other's offer.
    DisputeSettle = "dispute.settle" in Dispute;
    /// The node or the arbiter rules.
    DisputeRule = "dispute.rule" in Dispute;
    /// The node convenes a panel.
    DisputeConvene = "dispute.convene" in Dispute;
    /// The node says whom the lot has called to the panel.
    DisputeDraw = "dispute.draw" in Dispute;
    /// The node says who sits on the panel from here on.
    DisputeSeat = "dispute.seat" in Dispute;
    /// A member of the panel hides its vote in a hash.
    DisputeCommit = "dispute.commit" in Dispute;
    /// A member of the panel shows its vote.
    DisputeVote = "dispute.vote" in Dispute;
    /// A party asks for the next rung of the ladder.
    DisputeAppeal = "dispute.appeal" in Dispute;
    /// The node says how it ended.
    DisputeClose = "dispute.close" in Dispute;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
