//! What an organisation lets others do with its agents: the body of `org.policy.set` and its parts.
//! Says what may stand in it; who is let in by it is decided where sessions and consents are.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Mode, Name, TRUST_SCORE_MAX, TrustFloor, some};
use crate::amount::{Currency, Decimal, Money};
use crate::limits;
use crate::name::{Capability, Domain};
use crate::position::{InvalidText, Millis};
use crate::rejection::{Code, Rejection};

bodies! {
    /// `org.policy.set`: replaces the policy before it.
    struct PolicySet {
        /// Who may invite the organisation's agents; whoever has its consent if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        admission: Option<AdmissionPolicy>,
        /// The most that an agent of this organisation may owe under one package of terms.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        ceiling: Option<Money>,
        /// Which requests for consent it grants as soon as they are made; none if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        consent_rules: Option<Vec<ConsentRule>>,
        /// How much agents of others may owe its own that no held money covers; any amount if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        exposure_cap: Option<ExposureCap>,
        /// How to reach people who answer for the organisation.
        human_contacts: Vec<Name>,
        /// How often one other organisation may invite.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        invitations: Option<InvitationRate>,
        /// How closed sessions of its agents have to be at least; any will do if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        mode: Option<Mode>,
        /// What other currencies are worth to it when it asks how far to trust somebody; none counts if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        rates: Option<Rates>,
        /// Whom it takes to be good for something when it asks how far to trust somebody; only itself if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        seeds: Option<Vec<Seed>>,
    }
    /// How much an agent may owe that no held money covers.
    struct ExposureCap {
        /// So much in any case: what a newcomer may owe. All is counted in this currency.
        floor: Money,
        /// More, up to so many hundredths of what it kept for those whom the organisation trusts; 50 if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        share: Option<u32>,
    }
    /// An organisation whose word counts before there is any evidence.
    struct Seed {
        /// Which; of several entries for one the smallest holds.
        organisation: Domain,
        /// What it is taken to be good for.
        worth: Money,
    }
    /// What currencies are worth to an organisation, all in one of them. No market's word.
    struct Rates {
        /// In which currency.
        base: Currency,
        /// The others; of several entries for one the smallest holds.
        worth: Vec<Rate>,
    }
    /// What one unit of a currency is worth.
    struct Rate {
        /// Of which.
        currency: Currency,
        /// In the base.
        worth: Decimal,
    }
    /// Who may invite the agents of an organisation.
    struct AdmissionPolicy {
        /// What whoever invites has to have earned in this organisation's eyes; of those that cover a session the strictest.
        floors: Vec<AdmissionFloor>,
        /// The organisations whose agents may invite; all if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        from: Option<BTreeSet<Domain>>,
    }
    /// The least trust with which an agent of another organisation may invite.
    struct AdmissionFloor {
        /// Sessions about this, or what lies below it; all sessions if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        capability: Option<Capability>,
        /// The score that it must have, 1 to 100 points.
        score: u32,
        /// The value class in which it is asked: the size of the deals in mind.
        value: Money,
    }
    /// Which requests for consent are granted as soon as they are made.
    struct ConsentRule {
        /// The prefixes within which all capabilities of the request have to lie.
        capabilities: BTreeSet<Capability>,
        /// The most that the request may allow one party to owe; without bound if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        ceiling: Option<Money>,
        /// The classes of data that the request may name; any if absent.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        data_classes: Option<BTreeSet<DataClass>>,
        /// What whoever invites under the consent has to have earned in the eyes of the organisation that set the rule.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        floor: Option<TrustFloor>,
        /// How far away the end of the consent may lie when it is asked for.
        lasts_ms: Millis,
    }
    /// How often another organisation may invite the agents of this one.
    struct InvitationRate {
        /// The most invitations that one organisation may send within an hour.
        per_hour: u32,
    }
}

/// How closely data has to be kept, as organisations agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataClass {
    /// Anybody may see it.
    Public,
    /// For the two organisations.
    Internal,
    /// For those in them who need it.
    Confidential,
    /// About people.
    Personal,
    /// About people, of the kinds that law protects most.
    Special,
}

impl DataClass {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Public, Self::Internal, Self::Confidential, Self::Personal, Self::Special];

    /// The word that stands in statements.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Personal => "personal",
            Self::Special => "special",
        }
    }
}

impl std::fmt::Display for DataClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for DataClass {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = InvalidText("public, internal, confidential, personal or special");
        Self::ALL.into_iter().find(|class| class.as_str() == text).ok_or(unknown)
    }
}

impl Rates {
    /// What one unit of each currency is worth in `class`, rounded down to a billionth (ASP-TRU-009).
    ///
    /// Empty where the rates do not know that currency.
    #[must_use]
    pub fn in_terms_of(&self, class: &Currency) -> BTreeMap<Currency, Decimal> {
        let one = Decimal::whole(1).unwrap_or(Decimal::ZERO);
        let mut worth: BTreeMap<&Currency, Decimal> = BTreeMap::new();
        for rate in &self.worth {
            let known = worth.entry(&rate.currency).or_insert(rate.worth);
            *known = rate.worth.min(*known);
        }
        worth.insert(&self.base, one);
        // What is worth nothing has no rate.
        let some = |worth: &Decimal| *worth > Decimal::ZERO;
        let Some(of_class) = worth.remove(class).filter(some) else { return BTreeMap::new() };
        let share = |(currency, worth): (&Currency, Decimal)| {
            Some((currency.clone(), worth.share_of(of_class).filter(some)?))
        };
        worth.into_iter().filter_map(share).collect()
    }
}

impl PolicySet {
    /// A policy that says nothing but whom to reach.
    #[must_use]
    pub const fn of(human_contacts: Vec<Name>) -> Self {
        Self {
            admission: None,
            ceiling: None,
            consent_rules: None,
            exposure_cap: None,
            human_contacts,
            invitations: None,
            mode: None,
            rates: None,
            seeds: None,
        }
    }

    /// Bounds on lists and numbers, which the types do not give.
    pub(super) fn bounds(&self) -> Result<(), Rejection> {
        let within = |pointer: &str, fits: bool| {
            if fits { Ok(()) } else { Err(Code::InvalidBody.at(pointer)) }
        };
        let scores = 1..=TRUST_SCORE_MAX;
        if let Some(AdmissionPolicy { floors, from }) = &self.admission {
            within("/body/admission/floors", floors.len() <= limits::POLICY_FLOORS_MAX)?;
            within("/body/admission/floors", floors.iter().all(|floor| scores.contains(&floor.score)))?;
            let domains = from.as_ref().map_or(0, BTreeSet::len);
            within("/body/admission/from", domains <= limits::POLICY_DOMAINS_MAX)?;
        }
        if let Some(rules) = &self.consent_rules {
            within("/body/consentRules", (1..=limits::CONSENT_RULES_MAX).contains(&rules.len()))?;
            for (index, rule) in rules.iter().enumerate() {
                let capabilities = (1..=limits::CAPABILITIES_MAX).contains(&rule.capabilities.len());
                within(&format!("/body/consentRules/{index}/capabilities"), capabilities)?;
                let floor = rule.floor.as_ref().is_none_or(|floor| scores.contains(&floor.score));
                within(&format!("/body/consentRules/{index}/floor/score"), floor)?;
            }
        }
        let rates = self.rates.as_ref().map_or(1, |rates| rates.worth.len());
        within("/body/rates/worth", (1..=limits::POLICY_RATES_MAX).contains(&rates))?;
        let share = self.exposure_cap.as_ref().and_then(|cap| cap.share).unwrap_or(1);
        within("/body/exposureCap/share", (1..=100).contains(&share))?;
        let seeds = self.seeds.as_ref().map_or(1, Vec::len);
        within("/body/seeds", (1..=limits::POLICY_SEEDS_MAX).contains(&seeds))?;
        within("/body/humanContacts", self.human_contacts.len() <= 16)?;
        let most = self.invitations.as_ref().map_or(Ok(1), |rate| usize::try_from(rate.per_hour));
        let fits = most.is_ok_and(|most| (1..=limits::INVITATIONS_PER_HOUR_MAX).contains(&most));
        within("/body/invitations/perHour", fits)
    }
}
