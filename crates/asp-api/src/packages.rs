//! The JSON about key packages: what agents have published so that others can add them to a sealed session.

use super::*;

api! {
    /// Of whom key packages are claimed.
    #[serde(deny_unknown_fields)]
    struct ClaimPackages {
        /// The agents, 1 to 32, each once.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        agents: Vec<AgentUri>,
    }
    /// A key package that an agent has published.
    struct KeyPackageView {
        /// The package, a `KeyPackage` of RFC 9420, in base64url without padding.
        content: String,
        /// Its hash: SHA-256 over `asp/1.0/key-package\n` and its bytes.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        hash: Hash,
        /// Whether others are given the same.
        last_resort: bool,
    }
    /// What was claimed of one agent.
    struct ClaimedPackage {
        /// The agent.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        agent: AgentUri,
        /// The package; absent if the agent has none for the claimer, or is not there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        package: Option<KeyPackageView>,
        /// The statement that published it, by whose signature it is the agent's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        statement: Option<Message>,
    }
    /// What was claimed.
    struct ClaimedPackages {
        /// One entry for each agent, in the order in which they were asked for.
        claimed: Vec<ClaimedPackage>,
    }
}
