//! What the sides of a dispute disclosed to the organisation that rules: opened with the key that it keeps at this node, and
//! found by the case file as `assent verify` finds it. Nothing of it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use asp_client::api::DisputeView;
use asp_core::bundle::{Anchors, Bundle, Check, DisclosedStatement, Report, Verdict};
use asp_core::position::Hash;
use asp_seal::disclosure::tried;

use super::super::problem::Denial;
use super::super::{App, speaking};
use super::Look;
use super::talk::{Disclosed, Finding};
use crate::auth::rights::Right;

/// What was disclosed to the organisation of who looks, by statement: to who rules in it, and to nobody else.
///
/// Of several disclosures of one statement one that holds is believed.
///
/// # Errors
/// That the key that is kept cannot be read, or a failure of ours.
pub(super) async fn opened(
    app: &Arc<App>,
    look: &Look,
    view: &DisputeView,
    case: Vec<u8>,
) -> Result<BTreeMap<Hash, Disclosed>, Denial> {
    let Some(own) = look.organisation().filter(|_| look.may(Right::Rule)) else {
        return Ok(BTreeMap::new());
    };
    if view.arbiter.as_ref().and_then(asp_core::name::Issuer::organisation).as_ref() != Some(own) {
        return Ok(BTreeMap::new());
    }
    let own = own.clone();
    let open = move |app: &App| {
        let Some(key) = speaking::kept(app, &own)? else { return Ok(BTreeMap::new()) };
        // It comes from our own log; what cannot be read there is a fault of ours.
        let bundle = Bundle::parse(&case).map_err(|_| Denial::Internal)?;
        let keys = [key];
        let report = bundle.verify_disclosed(&Anchors::default(), &|shown| tried(&bundle, &keys, shown));
        Ok(found(&report))
    };
    app.blocking(open).await
}

fn found(report: &Report) -> BTreeMap<Hash, Disclosed> {
    let mut all: BTreeMap<Hash, Disclosed> = BTreeMap::new();
    let statements = || report.disclosed.iter().flat_map(|disclosed| &disclosed.statements);
    for check in &report.checks {
        let Some(hash) = check.statement else { continue };
        let line = statements().find(|line| line.statement == hash);
        // What holds comes before what else was said of the same statement.
        all.entry(hash).or_insert_with(|| told(check, line));
    }
    all
}

fn told(check: &Check, line: Option<&DisclosedStatement>) -> Disclosed {
    let line = line.filter(|_| check.verdict == Verdict::Proved);
    let finding = match line {
        None => Finding::DoesNotHold,
        Some(line) if line.unread.is_some() => Finding::BreaksARule,
        Some(line) if !line.could_not_read.is_empty() => Finding::NotReadByAll,
        Some(_) => Finding::Proved,
    };
    let body = line.and_then(|line| serde_json::to_value(&line.body).ok());
    Disclosed { finding, detail: check.detail.clone(), body }
}
