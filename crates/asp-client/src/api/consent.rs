//! The words of the API about consents.

use serde::{Deserialize, Serialize};

/// How the organisation that was asked for consent granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum GrantedBy {
    /// By a rule of its policy.
    Rule,
    /// By a statement of its own.
    Statement,
}
