//! What is owed under a package of terms: by when, how it is shown, what follows if it is not met.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{DisputeTerms, Hold, Name, Nonce, ObligationId, Text, bound, some};
use crate::amount::{Decimal, Money};
use crate::attestation::Attestation;
use crate::limits;
use crate::name::{AgentUri, Domain};
use crate::position::{Hash, InvalidText, LogTime, Millis};
use crate::rejection::Rejection;
use crate::statement::draft;

bodies! {
    /// One party's duty under a package of terms.
    struct Obligation {
        /// How long the creditor may look at a fulfilment before silence acknowledges it; 72 h if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        acknowledge_ms: Option<Millis>,
        /// Who is owed.
        creditor: AgentUri,
        /// Who owes.
        debtor: AgentUri,
        /// By when, in log time.
        due: Due,
        /// Its name in the package.
        id: ObligationId,
        /// How much, if it can be counted.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        quantity: Option<Quantity>,
        /// What follows if it is not met.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        remedy: Option<Remedy>,
        /// How fulfilment is shown.
        shown_by: Showing,
        /// Its stages, each fulfilled by itself and worth a part of it; it is fulfilled as a whole if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        stages: Option<Vec<ObligationStage>>,
        /// What it is worth.
        value: Money,
        /// What is owed, for people.
        what: Text,
    }
    /// A part of an obligation that is fulfilled by itself.
    struct ObligationStage {
        /// When it is due, no later than the obligation; when that is due if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        due: Option<DueAt>,
        /// Its name in the obligation.
        id: ObligationId,
        /// How its fulfilment is shown; as the obligation's if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        shown_by: Option<Showing>,
        /// What it is worth of the obligation's value.
        value: Money,
        /// What is owed by then, for people.
        what: Text,
    }
    /// An exact number of something.
    struct Quantity {
        /// How many.
        amount: Decimal,
        /// Of what unit.
        unit: Name,
    }
    /// What follows if an obligation is not met in time; all amounts in one currency.
    struct Remedy {
        /// The most that all of it comes to.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        cap: Option<Money>,
        /// How long after the due time it can still be met.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        cure_ms: Option<Millis>,
        /// What a breach costs, once.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        penalty: Option<Money>,
        /// What each day costs that has begun since the due time, until it is met or breached.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        penalty_per_day: Option<Money>,
    }
    /// Terms with the obligations that follow from them: what is agreed on, as a whole.
    struct Package {
        /// How disputes under it go; by the rules of the protocol, with nobody to rule, if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        disputes: Option<DisputeTerms>,
        /// The hash of the terms that stand in a seal, in the outline of what offers them.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        hidden: Option<Hash>,
        /// What money is held while the commitment is active.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        holds: Option<Vec<Hold>>,
        /// Who owes what; at least one obligation.
        obligations: Vec<Obligation>,
        /// Makes the hash of terms that are sealed one that nobody finds by trying.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        salt: Option<Nonce>,
        /// The schema that the terms follow, where the session agreed on some.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        schema: Option<Hash>,
        /// The terms as the parties' domain writes them.
        terms: Map<String, Value>,
    }
}

/// By when an obligation is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Due {
    /// At an instant of log time.
    At(DueAt),
    /// Some time after another obligation of the package was acknowledged.
    After(DueAfter),
    /// For the members of the session's group to know: the node finds no breach.
    Withheld(Withheld),
}

/// The value `true`, and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct True;

impl TryFrom<bool> for True {
    type Error = InvalidText;
    fn try_from(value: bool) -> Result<Self, InvalidText> {
        if value { Ok(Self) } else { Err(InvalidText("true")) }
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

bodies! {
    /// Due at an instant.
    struct DueAt {
        /// The instant.
        at: LogTime,
    }
    /// Due when only the members of the session's group know.
    struct Withheld {
        /// That it is so.
        withheld: True,
    }
    /// Due after another obligation; lapses if that is breached.
    struct DueAfter {
        /// The obligation waited for.
        after: ObligationId,
        /// How long after its acknowledgement.
        within_ms: Millis,
    }
}

/// How a fulfilment is to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Showing {
    /// The creditor says so.
    Acknowledgement,
    /// By the SHA-256 of an artefact: the one named, or any that the creditor acknowledges.
    Digest {
        /// The digest agreed in advance.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        digest: Option<Hash>,
    },
    /// By a result that a schema describes.
    Schema {
        /// The organisation that registered it; none for one of the starters.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        by: Option<Domain>,
        /// The SHA-256 of its canonical form.
        schema: Hash,
    },
    /// By somebody else's word, which settles it.
    Attestation {
        /// Who attests: an agent of another organisation than the debtor's.
        by: AgentUri,
    },
}

/// What shows a fulfilment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Evidence {
    /// Nothing but the word of the debtor, for the creditor to acknowledge.
    Acknowledgement {
        /// Words for people.
        text: Text,
    },
    /// The SHA-256 of the artefact delivered.
    Digest {
        /// The digest.
        digest: Hash,
    },
    /// A result, for machines.
    Schema {
        /// What was delivered, or what is to be known of it.
        result: Map<String, Value>,
        /// The schema that it follows: the one agreed.
        schema: Hash,
    },
    /// The word of who was named to judge it.
    Attestation {
        /// The attestation.
        attestation: Box<Attestation>,
    },
}

impl Obligation {
    /// How it and its stages are shown, each with its place in the obligation.
    pub fn showings(&self) -> impl Iterator<Item = (String, &Showing)> {
        let stages = self.stages.iter().flatten().enumerate();
        let own = stages.filter_map(|(number, stage)| {
            Some((format!("/stages/{number}/shownBy"), stage.shown_by.as_ref()?))
        });
        std::iter::once(("/shownBy".to_owned(), &self.shown_by)).chain(own)
    }
}

impl Package {
    /// Bounds on its lists, which the types do not give.
    pub(super) fn bounds(&self, place: &str) -> Result<(), Rejection> {
        bound(place, self.obligations.len(), 1..=limits::OBLIGATIONS_MAX)?;
        let stages = self.obligations.iter().filter_map(|obligation| obligation.stages.as_ref());
        stages.map(Vec::len).try_for_each(|stages| bound(place, stages, 1..=limits::STAGES_MAX))
    }

    /// The hash that an acceptance repeats: SHA-256 over `asp/1.0/terms`, a newline and the canonical bytes.
    ///
    /// Of terms that are hidden it is what stands for them.
    #[must_use]
    pub fn terms_hash(&self) -> Hash {
        if let Some(hidden) = self.hidden {
            return hidden;
        }
        Hash::of(&[b"asp/1.0/terms\n", &draft::canonical(self)])
    }

    /// Everybody who owes or is owed under it; somebody may come more than once.
    pub fn parties(&self) -> impl Iterator<Item = &AgentUri> {
        self.obligations.iter().flat_map(|obligation| [&obligation.debtor, &obligation.creditor])
    }

    /// Whether none of these debtors owes more than `ceiling`; one who owes in another currency does. What is withheld here
    /// is for those to judge who can read it.
    pub fn owes_at_most(&self, ceiling: &Money, concerns: impl Fn(&AgentUri) -> bool) -> bool {
        let mut owed: BTreeMap<&AgentUri, Decimal> = BTreeMap::new();
        let known = |obligation: &&Obligation| !matches!(obligation.due, Due::Withheld(_));
        let concerned = self.obligations.iter().filter(|obligation| concerns(&obligation.debtor));
        concerned.filter(known).all(|obligation| {
            let sum = owed.entry(&obligation.debtor).or_insert(Decimal::ZERO);
            let more = sum.checked_add(obligation.value.amount);
            *sum = more.unwrap_or(*sum);
            obligation.value.currency == ceiling.currency && more.is_some_and(|sum| sum <= ceiling.amount)
        })
    }
}
