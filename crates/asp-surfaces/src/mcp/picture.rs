//! Sessions, messages, commitments and what surrounds them as tools show them: what a model needs to go on, with ids as
//! they are given back, and with the words of others apart.

use asp_client::api::{
    CommitmentView, ConsentView, DisputeView, Message, ObligationView, OfferView, SessionSummary, SessionView,
};
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::Hash;
use serde_json::{Map, Value, json};

use super::schema::members;
use super::words;

/// In whose eyes something is shown.
pub(super) type Me<'a> = Option<&'a Issuer>;

fn is(me: Me<'_>, agent: &AgentUri) -> bool {
    me.and_then(Issuer::agent) == Some(agent)
}

/// A session as it stands: who is in it, what lies on the table, whose turn it is.
pub(super) fn session(me: Me<'_>, view: &SessionView) -> Value {
    let participants = view.participants.iter().map(|other| {
        json!({
            "agent": other.agent, "role": other.role, "joined": other.joined, "left": other.left,
            "isMe": is(me, &other.agent),
        })
    });
    let may = view.participants.iter().find(|other| is(me, &other.agent)).map(|own| own.may_say.clone());
    let awaits = |all: &std::collections::BTreeSet<AgentUri>| all.iter().any(|agent| is(me, agent));
    let questions = view.questions.iter().map(|open| {
        let mut told = members(json!({
            "question": open.id, "by": open.by, "awaits": open.awaits, "respondBy": open.respond_by,
            "awaitsMe": is(me, &open.awaits),
        }));
        words::put(&mut told, me, &Issuer::Agent(open.by.clone()), open.text.clone().into());
        Value::Object(told)
    });
    let mut told = members(json!({
        "session": view.id,
        "state": view.state,
        "position": view.head.sequence,
        "capability": view.capability,
        "participants": participants.collect::<Vec<_>>(),
        "iMaySay": may.unwrap_or_default(),
        "offers": view.offers.iter().map(|open| offer(me, open)).collect::<Vec<_>>(),
        "questions": questions.collect::<Vec<_>>(),
        "agreed": view.agreed,
        "commitments": view.commitments.iter().map(|made| made.id).collect::<Vec<Hash>>(),
    }));
    if let Some(asked) = view.conditions {
        told.insert("invitation".to_owned(), json!(asked));
    }
    if let Some(open) = &view.pending {
        let pending = json!({
            "commit": open.id, "by": open.by, "termsHash": open.terms_hash, "awaits": open.awaits,
            "awaitsMe": awaits(&open.awaits),
        });
        told.insert("pendingCommit".to_owned(), pending);
    }
    if let Some(open) = &view.escalation {
        let mut asked = members(json!({ "by": open.by, "authority": open.authority }));
        words::put(&mut asked, me, &Issuer::Agent(open.by.clone()), open.question.clone().into());
        told.insert("escalation".to_owned(), Value::Object(asked));
    }
    if let Some(end) = &view.end {
        told.insert("ended".to_owned(), json!({ "code": end.code }));
    }
    words::put(&mut told, me, &Issuer::Agent(view.initiator.clone()), json!({ "purpose": view.purpose }));
    Value::Object(told)
}

/// An offer that can be answered.
fn offer(me: Me<'_>, view: &OfferView) -> Value {
    let by = Issuer::Agent(view.by.clone());
    let packages = view.packages.iter().map(|(hash, package)| {
        let mut told = members(json!({ "termsHash": hash }));
        words::put(&mut told, me, &by, json!(package));
        Value::Object(told)
    });
    let mut told = members(json!({
        "offer": view.id,
        "by": view.by,
        "kind": view.kind,
        "isMine": is(me, &view.by),
        "acceptanceBinds": view.binding,
        "awaitsMe": view.awaits.iter().any(|agent| is(me, agent)),
        "answers": view.answers,
        "respondBy": view.respond_by,
        "packages": packages.collect::<Vec<_>>(),
    }));
    if let Some(newcomer) = &view.admits {
        told.insert("admits".to_owned(), json!(newcomer));
    }
    Value::Object(told)
}

/// A statement of a session.
pub(super) fn message(me: Me<'_>, message: &Message) -> Value {
    let statement = serde_json::from_str::<Value>(message.statement.get()).map(members).unwrap_or_default();
    let member = |name: &str| statement.get(name).cloned().unwrap_or_default();
    let issuer = statement.get("issuer").and_then(Value::as_str).and_then(|text| text.parse::<Issuer>().ok());
    let mut told = members(json!({
        "sequence": member("sequence"),
        "from": member("issuer"),
        "isMine": issuer.is_some() && issuer.as_ref() == me,
        "type": member("type"),
        "statement": message.hash,
        "at": message.log_time,
        "logIndex": message.log_index,
    }));
    if let Some(answered) = statement.get("inReplyTo") {
        told.insert("inReplyTo".to_owned(), answered.clone());
    }
    match issuer {
        Some(by) => words::put(&mut told, me, &by, member("body")),
        None => told.extend(words::foreign("somebody unknown", member("body"))),
    }
    Value::Object(told)
}

/// A session in a list.
pub(super) fn summary(me: Me<'_>, view: &SessionSummary) -> Value {
    json!({
        "session": view.id, "state": view.state, "capability": view.capability, "initiator": view.initiator,
        "openedByMe": is(me, &view.initiator), "openedAt": view.opened_at, "updatedAt": view.updated_at,
    })
}

/// A commitment: who owes what, how far it is. What was agreed on was signed by all, and written by one of them.
pub(super) fn commitment(me: Me<'_>, view: &CommitmentView) -> Value {
    let obligations = view.obligations.iter().map(|owed| obligation(me, owed));
    let mut told = members(json!({
        "commitment": view.id, "session": view.session, "termsHash": view.terms_hash, "state": view.state,
        "disputed": view.disputed, "signers": view.signers, "formedAt": view.formed_at,
        "obligations": obligations.collect::<Vec<_>>(),
    }));
    let parties = view.signers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    told.extend(words::foreign(&parties, json!({ "terms": view.terms, "disputes": view.disputes })));
    Value::Object(told)
}

fn obligation(me: Me<'_>, view: &ObligationView) -> Value {
    let stages = view.stages.iter().map(|stage| {
        let mut told = members(json!({
            "state": stage.state, "value": stage.value.to_string(), "due": stage.due, "shownBy": stage.shown_by,
        }));
        told.extend(words::foreign("the parties", json!({ "stage": stage.id, "what": stage.what })));
        Value::Object(told)
    });
    let mut told = members(json!({
        "state": view.state, "debtor": view.debtor, "creditor": view.creditor,
        "iOwe": is(me, &view.debtor), "iAmOwed": is(me, &view.creditor),
        "value": view.value.to_string(), "due": view.due, "metUntil": view.met_until, "shownBy": view.shown_by,
        "stages": stages.collect::<Vec<_>>(),
    }));
    told.extend(words::foreign("the parties", json!({ "obligation": view.id, "what": view.what })));
    Value::Object(told)
}

/// A consent.
pub(super) fn consent(me: Me<'_>, view: &ConsentView) -> Value {
    let mine = me.and_then(Issuer::organisation);
    let mut told: Map<String, Value> = members(json!({
        "consent": view.id, "standing": view.standing, "by": view.by, "with": view.with,
        "awaitsMyOrganisation": view.standing == "REQUESTED" && mine.as_ref() == Some(&view.with),
        "capabilities": view.capabilities, "expiresAt": view.expires_at,
        "ceiling": view.ceiling.as_ref().map(ToString::to_string),
    }));
    let by = Issuer::Organisation(view.by.clone());
    let own = (mine.as_ref() == Some(&view.by)).then_some(&by);
    words::put(&mut told, own, &by, json!({ "purpose": view.purpose }));
    Value::Object(told)
}

/// A dispute.
pub(super) fn dispute(me: Me<'_>, view: &DisputeView) -> Value {
    let mut told = members(json!({
        "dispute": view.id, "session": view.session, "commitment": view.commitment, "phase": view.phase,
        "party": view.party, "against": view.against, "iFiled": is(me, &view.party), "reason": view.reason,
        "severity": view.severity, "filedAt": view.filed_at, "until": view.until,
        "amount": view.amount.as_ref().map(ToString::to_string), "arbiter": view.arbiter,
        "rulings": view.rulings.len(), "answered": view.response.is_some(), "settlementOffered": view.offer.is_some(),
    }));
    let said = json!({
        "claim": view.claim, "response": view.response, "offer": view.offer, "rulings": view.rulings,
        "evidence": view.evidence,
    });
    told.extend(words::foreign("both sides and who ruled", said));
    Value::Object(told)
}
