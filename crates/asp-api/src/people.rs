//! The JSON about people: accounts of a node, invitations, links. Nothing of it is a statement.

use asp_core::statement::body::Name;

use super::*;

/// What a person is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum PersonRole {
    /// Decides on disputes that are put before it.
    Arbiter,
    /// Reads what is its organisation's, and changes nothing.
    Auditor,
    /// Keeps the node running; reads no organisation's contents.
    Operator,
    /// Reads what is its organisation's, and says which people do.
    Owner,
}

impl PersonRole {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arbiter => "arbiter",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }
}

api! {
    /// A person with an account at the node.
    struct PersonView {
        /// 32 hexadecimal digits.
        id: String,
        /// Whose person it is; absent for one of the node's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        organisation: Option<Domain>,
        /// What others call it.
        name: String,
        /// Where mail reaches it, if that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// What it is here for.
        roles: BTreeSet<PersonRole>,
        /// Since when there is the account.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        created_at: LogTime,
        /// When it was here last, to the minute.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        seen_at: Option<LogTime>,
    }
    /// An invitation that nobody has accepted yet.
    struct InvitationView {
        /// 32 hexadecimal digits.
        id: String,
        /// Who invites.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        organisation: Domain,
        /// What the person is called, if that was said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Who may accept it by a provider of identities.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// What the person is to be here for.
        roles: BTreeSet<PersonRole>,
        /// When it ends.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        until: LogTime,
    }
    /// People and open invitations.
    struct PeopleView {
        /// The people, the longest there first.
        people: Vec<PersonView>,
        /// Invitations that nobody has accepted yet.
        invitations: Vec<InvitationView>,
    }
    /// What an invitation is to say.
    #[serde(deny_unknown_fields)]
    struct NewInvitation {
        /// What the person is called; else it says so itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        name: Option<Name>,
        /// The address of mail that a provider of identities has to vouch for, if it is accepted that way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// `arbiter`, `auditor`, `owner`, at least one.
        roles: BTreeSet<PersonRole>,
    }
    /// An invitation with the link that is to be handed on. The link is shown this once.
    struct InvitationLink {
        /// What it says.
        invitation: InvitationView,
        /// Where the person accepts it.
        url: String,
    }
    /// Takes an invitation up.
    #[serde(deny_unknown_fields)]
    struct AcceptInvitation {
        /// What the person wants to be called, if the invitation does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        name: Option<Name>,
        /// The end of the link: 64 hexadecimal digits.
        secret: String,
    }
    /// Whom a link is for.
    #[serde(deny_unknown_fields)]
    struct NewLink {
        /// The person; absent, the owner that is there longest, who is made if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
    }
    /// A link by which a person signs in, once. It is shown this once.
    struct SignInLink {
        /// Whom it signs in.
        person: PersonView,
        /// When it ends.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        until: LogTime,
        /// Where the person signs in.
        url: String,
    }
    /// Who has signed in.
    struct Me {
        /// The person.
        person: PersonView,
        /// When the session ends if it is not used again.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        until: LogTime,
    }
    /// A setting of the node as it stands.
    struct SettingView {
        /// Its name in the settings file.
        name: String,
        /// What it counts.
        unit: String,
        /// What it is; absent if it says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
    }
    /// The node as its operators see it.
    struct NodeStanding {
        /// Whether statements can be taken in.
        writable: bool,
        /// How many statements the log has.
        size: u64,
        /// Statements that wait for the writer.
        queued: usize,
        /// Access tokens in use.
        tokens: usize,
        /// Event streams and long polls that wait.
        subscribers: usize,
        /// All settings, in the order of the guide.
        settings: Vec<SettingView>,
    }
}
