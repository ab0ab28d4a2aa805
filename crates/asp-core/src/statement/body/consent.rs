//! Bodies in the stream of a consent: what two organisations allow one another.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{DataClass, Mode, Name, Nonce, Text, bound, some};
use crate::amount::Money;
use crate::limits;
use crate::name::{Capability, Domain};
use crate::position::LogTime;
use crate::rejection::{Code, Rejection};
use crate::session::table::Performative;

bodies! {
    /// `consent.request`: the request is its issuer's own grant.
    struct ConsentRequest {
        /// The prefixes of what sessions may be about.
        capabilities: BTreeSet<Capability>,
        /// The most that one party may owe under one package of terms.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        ceiling: Option<Money>,
        /// The classes of data that may flow; all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        data_classes: Option<BTreeSet<DataClass>>,
        /// When it ends by itself.
        expires_at: LogTime,
        /// The names of the members that data and terms may have; any if absent, none if empty.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        fields: Option<BTreeSet<Name>>,
        /// How closed sessions under it have to be at least; any will do if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        mode: Option<Mode>,
        /// Makes the consent's id unguessable.
        nonce: Nonce,
        /// The performatives that may be used; all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        performatives: Option<BTreeSet<Performative>>,
        /// What for, for people.
        purpose: Text,
        /// The organisation that is asked.
        with: Domain,
    }
    /// `consent.narrow`: of what the consent allows, the members that allow less from here on; at least one.
    struct ConsentNarrow {
        /// The prefixes of what sessions may still be about.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        capabilities: Option<BTreeSet<Capability>>,
        /// The most that one party may still owe under one package of terms.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        ceiling: Option<Money>,
        /// The classes of data that may still flow.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        data_classes: Option<BTreeSet<DataClass>>,
        /// When it ends by itself.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        expires_at: Option<LogTime>,
        /// The names of the members that data and terms may still have.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        fields: Option<BTreeSet<Name>>,
        /// The performatives that may still be used.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        performatives: Option<BTreeSet<Performative>>,
        /// Why, for people.
        reason: Text,
    }
}

impl ConsentRequest {
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        bound("/body/capabilities", self.capabilities.len(), 1..=limits::CAPABILITIES_MAX)?;
        classes_bounded(self.data_classes.as_ref())?;
        fields_bounded(self.fields.as_ref())
    }
}

impl ConsentNarrow {
    /// One that names nothing yet, and as such is none.
    #[must_use]
    pub const fn because(reason: Text) -> Self {
        Self {
            capabilities: None,
            ceiling: None,
            data_classes: None,
            expires_at: None,
            fields: None,
            performatives: None,
            reason,
        }
    }

    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        if *self == Self::because(self.reason.clone()) {
            return Err(Code::InvalidBody.at("/body"));
        }
        if let Some(capabilities) = &self.capabilities {
            bound("/body/capabilities", capabilities.len(), 1..=limits::CAPABILITIES_MAX)?;
        }
        classes_bounded(self.data_classes.as_ref())?;
        fields_bounded(self.fields.as_ref())
    }
}

/// Some class of data is named where any are.
fn classes_bounded(classes: Option<&BTreeSet<DataClass>>) -> Result<(), Rejection> {
    classes.map_or(Ok(()), |classes| bound("/body/dataClasses", classes.len(), 1..=DataClass::ALL.len()))
}

fn fields_bounded(fields: Option<&BTreeSet<Name>>) -> Result<(), Rejection> {
    fields.map_or(Ok(()), |fields| bound("/body/fields", fields.len(), 0..=limits::CONSENT_FIELDS_MAX))
}
