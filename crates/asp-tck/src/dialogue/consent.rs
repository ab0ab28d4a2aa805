//! The words of a consent, asked for or narrowed: `[only A,B] [ceiling 50] [for 2s] [about a.b,c] [fields a,b|none]
//! [classes public]`, before which `[mode sealed]` stands in one that is asked for.

use std::collections::BTreeSet;
use std::str::FromStr;

use asp_core::statement::body::{ConsentNarrow, ConsentRequest};

use super::sealing::mode;
use super::{span, words};
use crate::finding::Finding;
use crate::stage::{Stage, text};

impl Stage {
    /// The request that words describe; of what they do not name as the kit asks for everything.
    pub(super) fn consent_asked(&self, with: &str, terms: &[&str]) -> Result<ConsentRequest, Finding> {
        let request = self.consent_request(with)?;
        let (terms, closed) = match terms {
            ["mode", name, terms @ ..] => (terms, Some(mode(name)?)),
            terms => (terms, None),
        };
        let named = self.narrowing(terms)?;
        Ok(ConsentRequest {
            capabilities: named.capabilities.unwrap_or(request.capabilities),
            ceiling: named.ceiling,
            data_classes: named.data_classes,
            expires_at: named.expires_at.unwrap_or(request.expires_at),
            fields: named.fields,
            mode: closed,
            performatives: named.performatives,
            ..request
        })
    }

    /// What is to be left of a consent in the members that words name.
    pub(super) fn narrowing(&self, terms: &[&str]) -> Result<ConsentNarrow, Finding> {
        let mut narrow = ConsentNarrow::because(text("less")?);
        for pair in terms.chunks(2) {
            match pair {
                ["only", list] => narrow.performatives = Some(set(list)?),
                ["ceiling", amount] => narrow.ceiling = Some(words::usd(amount)?),
                ["for", time] => narrow.expires_at = Some(self.now().plus(span(time)?)),
                ["about", list] => narrow.capabilities = Some(set(list)?),
                ["fields", "none"] => narrow.fields = Some(BTreeSet::new()),
                ["fields", list] => narrow.fields = Some(set(list)?),
                ["classes", list] => narrow.data_classes = Some(set(list)?),
                _ => return Err(Finding::new("a case that can be read", format_args!("{pair:?}"))),
            }
        }
        Ok(narrow)
    }
}

fn set<T: FromStr + Ord>(list: &str) -> Result<BTreeSet<T>, Finding> {
    list.split(',').map(text).collect()
}
