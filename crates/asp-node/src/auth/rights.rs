//! What a person's role may do: the one table. Every right is one that the organisation's own token or key has too, or
//! that whoever runs the node has anyway; nobody becomes more by being a person.

use asp_store::people::Role;

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// Read whatever the organisation's token reads.
    ReadOrganisation,
    /// See who the people beside oneself are: of the organisation, or of the node.
    SeePeople,
    /// Invite, remove and let in people of the organisation.
    ManagePeople,
    /// Save searches in the organisation's name, and forget them.
    SaveSearches,
    /// See the organisation's webhooks, and what was put aside of them.
    SeeWebhooks,
    /// Make webhooks, try, resume and remove them.
    ManageWebhooks,
    /// See settings and standing of the node.
    SeeNode,
    /// Read the disputes in which the organisation is the arbiter.
    ReadCases,
    /// Rule in them, with a key that is kept at the node for that.
    Rule,
    /// Grant, revoke and acknowledge consents of the organisation, with such a key.
    Consent,
}

impl Right {
    /// Whether one of these roles has it.
    pub(crate) fn is_of(self, roles: impl IntoIterator<Item = Role>) -> bool {
        roles.into_iter().any(|role| self.is_of_role(role))
    }

    const fn is_of_role(self, role: Role) -> bool {
        match (role, self) {
            (
                Role::Owner,
                Self::ReadOrganisation
                | Self::SeePeople
                | Self::ManagePeople
                | Self::SaveSearches
                | Self::SeeWebhooks
                | Self::ManageWebhooks
                | Self::ReadCases
                | Self::Consent,
            )
            | (
                Role::Auditor,
                Self::ReadOrganisation | Self::SeePeople | Self::SeeWebhooks | Self::ReadCases,
            )
            | (Role::Operator, Self::SeePeople | Self::SeeNode)
            | (Role::Arbiter, Self::ReadCases | Self::Rule) => true,
            (Role::Owner, Self::SeeNode | Self::Rule)
            | (
                Role::Auditor,
                Self::ManagePeople
                | Self::SaveSearches
                | Self::ManageWebhooks
                | Self::SeeNode
                | Self::Rule
                | Self::Consent,
            )
            | (
                Role::Operator,
                Self::ReadOrganisation
                | Self::ManagePeople
                | Self::SaveSearches
                | Self::SeeWebhooks
                | Self::ManageWebhooks
                | Self::ReadCases
                | Self::Rule
                | Self::Consent,
            )
            // What is put before it, and nothing else of its organisation.
            | (
                Role::Arbiter,
                Self::ReadOrganisation
                | Self::SeePeople
                | Self::ManagePeople
                | Self::SaveSearches
                | Self::SeeWebhooks
                | Self::ManageWebhooks
                | Self::SeeNode
                | Self::Consent,
            ) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_the_rights_of_the_table_and_no_other() {
        let rights = [
            Right::ReadOrganisation,
            Right::SeePeople,
            Right::ManagePeople,
            Right::SaveSearches,
            Right::SeeWebhooks,
            Right::ManageWebhooks,
            Right::SeeNode,
            Right::ReadCases,
            Right::Rule,
            Right::Consent,
        ];
        let table = [
            (Role::Owner, [true, true, true, true, true, true, false, true, false, true]),
            (Role::Auditor, [true, true, false, false, true, false, false, true, false, false]),
            (Role::Operator, [false, true, false, false, false, false, true, false, false, false]),
            (Role::Arbiter, [false, false, false, false, false, false, false, true, true, false]),
        ];
        for (role, row) in table {
            for (right, has) in rights.into_iter().zip(row) {
                assert_eq!(right.is_of([role]), has, "{role:?} {right:?}");
            }
        }
        assert_eq!(table.len(), Role::ALL.len());
        for right in rights {
            assert!(!right.is_of([]), "nobody may {right:?} without a role");
            let several = right.is_of([Role::Arbiter, Role::Auditor]);
            assert_eq!(several, right.is_of([Role::Arbiter]) || right.is_of([Role::Auditor]));
        }
    }
}
