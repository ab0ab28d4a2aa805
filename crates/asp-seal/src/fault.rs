//! What can be wrong with a message of the sealed channel, or keeps one from being made.

use std::fmt;

/// Declares the faults: each with its stable code and its sentence.
macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $sentence:literal;)+) => {
        /// Why something was refused. Whoever refuses is as it was before.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault {$(
            $(#[$doc])*
            $name,
        )+}

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code, as in `{"kind":"unreadable","code":…}`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }

        impl fmt::Display for Fault {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $sentence,)+
                })
            }
        }
    };
}

faults! {
    /// Not the form that it has to have, or of another version or ciphersuite.
    Malformed, "MALFORMED", "these are not the bytes of such a message";
    /// Longer than anything that belongs here.
    TooLarge, "TOO_LARGE", "this is too large for the sealed channel";
    /// Of the group of another session, or of another founding of this one.
    WrongGroup, "WRONG_GROUP", "this belongs to another group";
    /// Of an epoch that is over or has not come.
    WrongEpoch, "WRONG_EPOCH", "this belongs to another epoch";
    /// Made by somebody else than who states it.
    WrongSender, "WRONG_SENDER", "this was made by somebody else";
    /// Sealed for another place in the log.
    WrongPlace, "WRONG_PLACE", "this was sealed for another place";
    /// The members that come of it are not those that were stated.
    WrongMembers, "WRONG_MEMBERS", "the members are not those that were stated";
    /// Not the key that the own leaf has.
    WrongKey, "WRONG_KEY", "the group knows this member by another key";
    /// The owner of the vault is in no group of the session.
    NotAMember, "NOT_A_MEMBER", "the owner of this vault is no member of such a group";
    /// No own change waits for the log.
    NothingPending, "NOTHING_PENDING", "no change waits for the log";
    /// An own change waits for the log.
    ChangePending, "CHANGE_PENDING", "another change waits for the log";
    /// A key package that is not to be used.
    PackageInvalid, "PACKAGE_INVALID", "this is no key package of that agent with that key";
    /// The private part of the key package is not here, or not any more.
    PackageUnknown, "PACKAGE_UNKNOWN", "the private part of the key package is not here";
    /// Altered, forged, read before, or of no member.
    CannotOpen, "CANNOT_OPEN", "this cannot be opened";
    /// Sealed by the owner of the vault, who cannot open what it sealed.
    OwnContent, "OWN_CONTENT", "who seals something cannot open it";
    /// A commit that opens and breaks a rule.
    CommitInvalid, "COMMIT_INVALID", "this commit breaks a rule of the group";
    /// No commit can be made of it: a key that nothing can be encrypted to.
    CannotCommit, "CANNOT_COMMIT", "no commit can be made of this";
    /// Not an Ed25519 key.
    KeyUnsuited, "KEY_UNSUITED", "the sealed channel needs an Ed25519 key";
    /// The operating system gives no random numbers.
    NoRandomness, "NO_RANDOMNESS", "the operating system gives no random numbers";
    /// A stream that is shorter than it was, or another.
    LogChanged, "LOG_CHANGED", "the log is not the one that was followed before: something of it is missing or another";
    /// A vault whose bytes are not as they were written.
    VaultDamaged, "VAULT_DAMAGED", "the vault is damaged";
    /// A vault that a later version has written.
    VaultVersionUnknown, "VAULT_VERSION_UNKNOWN", "the vault is of an unknown version";
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fault_has_its_own_code_and_sentence() {
        let codes: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.code()).collect();
        let sentences: BTreeSet<_> = Fault::ALL.iter().map(ToString::to_string).collect();
        assert_eq!((codes.len(), sentences.len()), (Fault::ALL.len(), Fault::ALL.len()));
    }
}
