//! The words of a policy: `ceiling 60`, `mode sealed`, `person Ada`, `from buyer.example,carrier.example` (`none`: nobody),
//! `floors 11,provision=20@5` (a value class of a hundred where none is named), and `grants provision;ceiling=5;floor=20@5`,
//! a rule of consent for each. Several stand one after the other.

use asp_core::statement::body::{
    AdmissionFloor, AdmissionPolicy, ConsentRule, ExposureCap, PolicySet, TrustFloor,
};

use super::sealing::mode;
use super::span;
use super::words::usd;
use crate::finding::Finding;
use crate::stage::{Stage, text};

impl Stage {
    /// The policy that words describe.
    pub(super) fn policy(&self, words: &[&str]) -> Result<PolicySet, Finding> {
        let mut policy = PolicySet::of(Vec::new());
        for pair in words.chunks(2) {
            match pair {
                ["ceiling", ceiling] => policy.ceiling = Some(usd(ceiling)?),
                ["exposure", floor] => {
                    policy.exposure_cap = Some(ExposureCap { floor: usd(floor)?, share: None });
                }
                ["mode", name] => policy.mode = Some(mode(name)?),
                ["person", person] => policy.human_contacts.push(text(person)?),
                ["from", list] => {
                    let named = list.split(',').filter(|name| *name != "none");
                    let domains = named.map(|name| self.domain(name.trim_end_matches(".example")));
                    admission(&mut policy).from = Some(domains.collect::<Result<_, _>>()?);
                }
                ["floors", list] => {
                    admission(&mut policy).floors = list.split(',').map(floor).collect::<Result<_, _>>()?;
                }
                ["grants", rule] => {
                    policy.consent_rules.get_or_insert_default().push(consent_rule(rule)?);
                }
                _ => return Err(Finding::new("a case that can be read", format_args!("{pair:?}"))),
            }
        }
        Ok(policy)
    }
}

fn admission(policy: &mut PolicySet) -> &mut AdmissionPolicy {
    policy.admission.get_or_insert(AdmissionPolicy { floors: Vec::new(), from: None })
}

fn consent_rule(words: &str) -> Result<ConsentRule, Finding> {
    let (capabilities, more) = words.split_once(';').unwrap_or((words, ""));
    let mut rule = ConsentRule {
        capabilities: capabilities.split(',').map(text).collect::<Result<_, _>>()?,
        ceiling: None,
        data_classes: None,
        floor: None,
        lasts_ms: span("91d")?,
    };
    for pair in more.split(';').filter_map(|pair| pair.split_once('=')) {
        match pair {
            ("ceiling", amount) => rule.ceiling = Some(usd(amount)?),
            ("for", time) => rule.lasts_ms = span(time)?,
            ("floor", words) => {
                let AdmissionFloor { score, value, .. } = floor(words)?;
                rule.floor = Some(TrustFloor { score, value });
            }
            _ => return Err(Finding::new("a case that can be read", format_args!("{pair:?}"))),
        }
    }
    Ok(rule)
}

fn floor(words: &str) -> Result<AdmissionFloor, Finding> {
    let (capability, words) = match words.split_once('=') {
        Some((capability, rest)) => (Some(text(capability)?), rest),
        None => (None, words),
    };
    let (score, value) = words.split_once('@').unwrap_or((words, "100"));
    Ok(AdmissionFloor { capability, score: text(score)?, value: usd(value)? })
}
