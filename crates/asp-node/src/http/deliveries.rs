//! Where what was said in a session is on its way to one's own side: in inboxes, and to webhooks.

use std::collections::BTreeSet;

use asp_client::api::{DeliveryState, DeliveryView};
use asp_core::name::{Domain, Issuer, StreamId, StreamKind};
use asp_core::position::{LogTime, Position};
use asp_core::session::trace::SessionTrace;
use asp_core::statement::Kind;
use asp_store::inbox::{Deliveries, Delivery};
use asp_store::webhooks::Progress;
use asp_store::{Reader, Tenant};

use super::App;
use super::problem::Denial;
use crate::webhooks::event;

/// Statements that are told.
const DELIVERIES_MAX: usize = 1_000;

/// How what was said in a session fares in the inboxes of a tenant and its agents, until it is confirmed there, and on its way
/// to the webhooks of an organisation, until it is delivered. Ask whether the session may be read before.
pub(super) fn deliveries(
    app: &App,
    reader: &Reader<'_>,
    tenant: &Tenant,
    trace: &SessionTrace,
) -> Result<Vec<DeliveryView>, Denial> {
    let stream = StreamId::Session(trace.session);
    let now = app.clock.now();
    let Deliveries { items, groups } = app.inboxes.deliveries(tenant, &stream)?;
    let mut told: Vec<DeliveryView> = items.into_iter().filter_map(|item| delivery(item, now)).collect();
    for group in groups {
        // A group whose party may not read the session is never given it.
        let Some((party, own)) = whose(group.party) else { continue };
        if !reader.may_read(Some(&own), &stream)? {
            continue;
        }
        let unseen =
            trace.steps.iter().filter(|step| step.log_index >= group.next && !own.said(&step.issuer));
        told.extend(unseen.map(|step| DeliveryView {
            log_index: step.log_index,
            party: party.clone(),
            group: Some(group.group.clone()),
            webhook: None,
            state: DeliveryState::Unseen,
            attempts: 0,
            until: None,
            reason: None,
        }));
    }
    if let Tenant::Organisation(own) = tenant {
        to_webhooks(app, own, trace, &mut told)?;
    }
    told.sort_by_cached_key(|it| (it.log_index, it.party.clone(), it.group.clone(), it.webhook.clone()));
    told.truncate(DELIVERIES_MAX);
    Ok(told)
}

fn delivery(item: Delivery, now: LogTime) -> Option<DeliveryView> {
    let until = item.until.filter(|until| *until > now && item.dead.is_none());
    let state = match (&item.dead, until) {
        (Some(_), _) => DeliveryState::Dead,
        (None, Some(_)) => DeliveryState::Leased,
        (None, None) => DeliveryState::Waiting,
    };
    let (party, _) = whose(item.party)?;
    Some(DeliveryView {
        log_index: item.position,
        party,
        group: Some(item.group),
        webhook: None,
        state,
        attempts: u64::try_from(item.attempts).unwrap_or(u64::MAX),
        until,
        reason: item.dead,
    })
}

/// Whose inbox it is that is known by this name; a token of this party made it.
fn whose(party: StreamId) -> Option<(Issuer, Tenant)> {
    match party {
        StreamId::Agent(agent) => Some((Issuer::Agent(agent.clone()), Tenant::Agent(agent))),
        StreamId::Org(domain) => Some((Issuer::Organisation(domain.clone()), Tenant::Organisation(domain))),
        StreamId::Consent(_) | StreamId::Session(_) | StreamId::Account(_) | StreamId::Dispute(_) => None,
    }
}

/// How it fares on its way to the webhooks of an organisation. Whoever reads in its name may see these.
fn to_webhooks(
    app: &App,
    own: &Domain,
    trace: &SessionTrace,
    told: &mut Vec<DeliveryView>,
) -> Result<(), Denial> {
    let places: BTreeSet<Position> = trace.steps.iter().map(|step| step.log_index).collect();
    for (webhook, _) in app.webhooks.list(own)? {
        let view = |log_index, state, attempts, reason| DeliveryView {
            log_index,
            party: Issuer::Organisation(own.clone()),
            group: None,
            webhook: Some(webhook.id.to_string()),
            state,
            attempts,
            until: None,
            reason,
        };
        let dead = app.webhooks.dead(webhook.id)?.into_iter().filter(|it| places.contains(&it.position));
        told.extend(dead.map(|it| {
            let state = if it.again { DeliveryState::Waiting } else { DeliveryState::Dead };
            view(it.position, state, it.attempts, Some(it.reason))
        }));
        let Progress { place, attempts, due, reason, stopped, .. } = &webhook.progress;
        let left = trace.steps.iter().filter(|step| {
            step.log_index >= *place
                && event::wants(&webhook, StreamKind::Session, Kind::Session(step.performative))
        });
        told.extend(left.map(|step| {
            let at = step.log_index;
            match (stopped, reason.as_ref().filter(|_| at == *place)) {
                (Some(why), _) => view(at, DeliveryState::Stopped, 0, Some(why.as_str().to_owned())),
                (None, Some(why)) => DeliveryView {
                    until: *due,
                    ..view(at, DeliveryState::Waiting, *attempts, Some(why.clone()))
                },
                (None, None) => view(at, DeliveryState::Unseen, 0, None),
            }
        }));
    }
    Ok(())
}
