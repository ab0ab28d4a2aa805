//! A statement in a few words: what is done, and with what. For listings, for watching, for the demo.
//! Says what the statement says; whether it was right to say it is not known here.

use asp_core::amount::Money;
use asp_core::name::StreamId;
use asp_core::position::Hash;
use asp_core::session::Session;
use asp_core::statement::Statement;
use asp_core::statement::body::{
    Accept, Body, Close, Counter, Evidence, Inform, Invitation, ObligationEnd, ObligationId, Offer, Outcome,
    Package, ParticipantRole, Propose, Withdraw,
};

use crate::{terms, words};

/// Characters of a stranger's words in one line.
const WORDS_MAX: usize = 60;

/// What a statement does and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// A stable name for machines: `session.propose`, `obligation.fulfil`.
    pub(crate) event: &'static str,
    /// The performative, or the statement's kind.
    pub(crate) verb: &'static str,
    /// With what, in words.
    pub(crate) about: String,
}

/// Tells a statement; `session` is the state before it, which knows the terms that a hash names.
pub(crate) fn tell(statement: &Statement, session: Option<&Session>) -> Told {
    let verb = statement.kind.as_str();
    let (event, about) = match &statement.stream {
        StreamId::Org(_) | StreamId::Agent(_) | StreamId::Consent(_) => registered(&statement.body),
        StreamId::Session(_) => said(statement, session),
        StreamId::Account(_) => booked(&statement.body),
        StreamId::Dispute(_) => disputed(&statement.body),
    };
    Told { event, verb, about }
}

/// What organisations and agents say of themselves and of consent; nothing of what belongs elsewhere.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller asks for what is said outside of dealings alone"
)]
fn registered(body: &Body) -> (&'static str, String) {
    match body {
        Body::OrgRegister(body) => ("org.register", quoted(body.name.as_str())),
        Body::OrgKeyAdd(body) => ("org.key.add", body.key.to_string()),
        Body::OrgKeyRotate(body) => ("org.key.rotate", body.new_key.to_string()),
        Body::OrgKeyRevoke(body) => ("org.key.revoke", body.key.to_string()),
        Body::OrgPolicySet(_) => ("org.policy.set", String::new()),
        Body::OrgVerify(body) => ("org.verify", body.key.to_string()),
        Body::OrgCheck(body) => {
            let found = if body.found { "found" } else { "did not find" };
            ("org.check", format!("{found} {}", body.key))
        }
        Body::AgentRegister(body) => {
            let can = body.card.capabilities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            ("agent.register", if can.is_empty() { quoted(body.card.name.as_str()) } else { can })
        }
        Body::OrgSchemaRegister(body) => ("org.schema.register", format!("{}/{}", body.alias, body.version)),
        Body::AgentCardSet(body) => ("agent.card.set", quoted(body.card.name.as_str())),
        Body::AgentCardCheck(body) => {
            let found = if body.matches { "found" } else { "did not find" };
            ("agent.card.check", format!("{found} {}", body.pin))
        }
        Body::AgentKeyAdd(body) => ("agent.key.add", body.key.to_string()),
        Body::AgentKeyRotate(body) => ("agent.key.rotate", body.new_key.to_string()),
        Body::AgentKeyRevoke(body) => ("agent.key.revoke", body.key.to_string()),
        Body::AgentRetire(body) => ("agent.retire", quoted(body.reason.as_str())),
        Body::AgentEndorse(body) => ("agent.endorse", words::agent(&body.agent)),
        Body::AgentEndorseWithdraw(body) => ("agent.endorse.withdraw", words::agent(&body.agent)),
        Body::AgentRate(body) => {
            ("agent.rate", format!("{} of 5 stars for {}", body.stars, words::agent(&body.agent)))
        }
        Body::ConsentRequest(body) => {
            let what = body.capabilities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            ("consent.request", format!("{what}, to {}", body.with))
        }
        Body::ConsentGrant(_) => ("consent.grant", String::new()),
        Body::ConsentNarrow(body) => ("consent.narrow", quoted(body.reason.as_str())),
        Body::ConsentRevoke(body) => ("consent.revoke", quoted(body.reason.as_str())),
        Body::ConsentAcknowledge(_) => ("consent.acknowledge", String::new()),
        _ => ("statement", String::new()),
    }
}

/// What is said in a session; what belongs elsewhere has no words here.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller asks for what is said in sessions alone")]
fn said(statement: &Statement, session: Option<&Session>) -> (&'static str, String) {
    match &statement.body {
        Body::Propose(body) => propose(body),
        Body::Counter(Counter::Conditions(asked)) => {
            let floor = asked.limits.trust_floor.as_ref();
            let trust = floor
                .map_or_else(|| "no trust floor".to_owned(), |floor| format!("trust floor {}", floor.score));
            ("session.conditions", format!("other conditions, {trust}"))
        }
        Body::Counter(Counter::CounterOffer(body)) => ("session.counter", offer(body)),
        Body::Accept(body) => accept(body, statement.in_reply_to, session),
        Body::Reject(body) => ("session.reject", quoted(body.reason.as_str())),
        Body::Inform(body) => inform(body),
        Body::Query(body) => ("session.query", quoted(body.text.as_str())),
        Body::Clarify(body) => ("session.clarify", quoted(body.text.as_str())),
        Body::Observe(body) => ("session.observe", quoted(body.text.as_str())),
        Body::Commit(body) => ("session.commit", named_terms(&body.terms_hash, None, session)),
        Body::Delegate(body) => ("session.delegate", format!("to {}", words::agent(&body.to))),
        Body::Escalate(body) => (
            "session.escalate",
            format!("to {}: {}", words::issuer(&body.authority), quoted(body.question.as_str())),
        ),
        Body::Withdraw(Withdraw::Withdrawal(body)) => ("session.withdraw", quoted(body.reason.as_str())),
        Body::Withdraw(Withdraw::Departure(body)) => ("session.leave", quoted(body.reason.as_str())),
        Body::Withdraw(Withdraw::Timeout(body)) => ("session.timeout", body.reason.sentence().to_owned()),
        Body::Close(Close::Timeout(body)) => ("session.timeout", body.reason.sentence().to_owned()),
        Body::Close(Close::Receipt(body)) => {
            let closed =
                session.is_some_and(|session| session.state() == asp_core::session::table::State::Closed);
            let event = if closed { "session.countersign" } else { "session.close" };
            (event, format!("the receipt: {}", outcome(body.receipt.outcome)))
        }
        _ => ("statement", String::new()),
    }
}

/// Money that comes in or goes out: `5 USD, to "the bank"`.
fn transfer(amount: &Money, way: &str, words: &str) -> String {
    format!("{}, {way}{}", terms::money(amount), quoted(words))
}

/// What happens on an account; nothing of what belongs elsewhere.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller asks for what happens on accounts alone")]
fn booked(body: &Body) -> (&'static str, String) {
    match body {
        Body::AccountOpen(body) => ("account.open", body.currency.to_string()),
        Body::AccountDeposit(body) => {
            ("account.deposit", transfer(&body.amount, "", body.reference.as_str()))
        }
        Body::AccountCredit(body) => ("account.credit", terms::money(&body.amount)),
        Body::AccountRefuse(body) => ("account.refuse", quoted(body.reason.as_str())),
        Body::AccountWithdraw(body) => {
            ("account.withdraw", transfer(&body.amount, "to ", body.destination.as_str()))
        }
        Body::AccountPaid(_) => ("account.paid", String::new()),
        Body::AccountReturned(body) => ("account.returned", quoted(body.reason.as_str())),
        _ => ("statement", String::new()),
    }
}

/// What is said in a dispute; nothing of what belongs elsewhere.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller asks for what is said in disputes alone")]
fn disputed(body: &Body) -> (&'static str, String) {
    let paid = |amount: &Option<Money>| amount.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
    match body {
        Body::DisputeFile(body) => (
            "dispute.file",
            format!("{} against {}", words::spelled(&body.reason), words::agent(&body.against)),
        ),
        Body::DisputeRespond(body) => {
            ("dispute.respond", if body.accepts { "admits it" } else { "denies it" }.to_owned())
        }
        Body::DisputeEvidence(body) => ("dispute.evidence", format!("shows {}", body.evidence.len())),
        Body::DisputeSettle(body) => (
            "dispute.settle",
            format!("would settle: {}{}", words::spelled(&body.outcome), paid(&body.amount)),
        ),
        Body::DisputeRule(body) => (
            "dispute.rule",
            format!(
                "{}{}: {}",
                words::spelled(&body.outcome),
                paid(&body.amount),
                quoted(body.reasons.as_str())
            ),
        ),
        Body::DisputeConvene(_) => ("dispute.convene", String::new()),
        Body::DisputeDraw(body) => {
            ("dispute.draw", format!("calls {} of {} organisations", body.ranked.len(), body.candidates))
        }
        Body::DisputeSeat(body) => {
            let members: Vec<String> = body.members.iter().map(words::agent).collect();
            ("dispute.seat", members.join(", "))
        }
        Body::DisputeCommit(_) => ("dispute.commit", String::new()),
        Body::DisputeVote(body) => {
            ("dispute.vote", format!("{}{}", words::spelled(&body.outcome), paid(&body.amount)))
        }
        Body::DisputeAppeal(body) => ("dispute.appeal", quoted(body.reason.as_str())),
        Body::DisputeClose(body) => {
            ("dispute.close", format!("{}{}", words::spelled(&body.outcome), paid(&body.amount)))
        }
        _ => ("statement", String::new()),
    }
}

fn propose(body: &Propose) -> (&'static str, String) {
    match body {
        Propose::Invitation(invitation) => ("session.invite", invited(invitation)),
        Propose::Proposal(body) => ("session.propose", offer(body)),
        Propose::Amendment(body) => {
            ("session.amend", format!("other terms: {}", terms::in_words(&body.package)))
        }
        Propose::Termination(body) => {
            ("session.terminate", format!("to end it: {}", quoted(body.reason.as_str())))
        }
        Propose::Admission(body) => ("session.admission", format!("to let in {}", words::agent(&body.agent))),
    }
}

fn invited(invitation: &Invitation) -> String {
    let others = invitation.participants.iter().filter(|other| other.role != ParticipantRole::Initiator);
    let names: Vec<String> = others.map(|other| words::agent(&other.agent)).collect();
    format!("invites {}", names.join(", "))
}

fn offer(offer: &Offer) -> String {
    let packages: Vec<String> = offer.packages.iter().map(terms::in_words).collect();
    let firm = if offer.binding { ", firm" } else { "" };
    words::line(&format!("{}{firm}", packages.join(" or ")), WORDS_MAX)
}

fn accept(body: &Accept, answered: Option<Hash>, session: Option<&Session>) -> (&'static str, String) {
    match body {
        Accept::Introduction(_) => ("session.introduce", "comes in".to_owned()),
        Accept::Acceptance(body) => ("session.accept", named_terms(&body.terms_hash, answered, session)),
        Accept::Resumption(body) => {
            let words = body.instructions.as_ref().map(|text| quoted(text.as_str()));
            ("session.resume", words.unwrap_or_else(|| "goes on".to_owned()))
        }
        Accept::Admission(_) => ("session.admit", "lets the newcomer in".to_owned()),
    }
}

fn inform(body: &Inform) -> (&'static str, String) {
    match body {
        Inform::Note(body) => ("session.inform", quoted(body.text.as_str())),
        Inform::File(body) => {
            let size = body.file.size;
            ("session.file", format!("{} ({size} bytes) {}", body.file.name, quoted(body.text.as_str())))
        }
        Inform::Usage(body) => {
            let tokens = body.tokens.map(|tokens| format!("{tokens} tokens"));
            let cost = body.cost.as_ref().map(ToString::to_string);
            let spent: Vec<String> = tokens.into_iter().chain(cost).collect();
            ("session.usage", format!("has spent {}", spent.join(", ")))
        }
        Inform::Group(body) => {
            let members: Vec<String> =
                body.members.iter().map(|member| words::agent(&member.agent)).collect();
            ("channel.group", format!("epoch {}: sealed for {}", body.epoch, members.join(", ")))
        }
        Inform::Unreadable(body) => ("channel.unreadable", format!("could not read it: {}", body.code)),
        Inform::Progress(body) => {
            let what = named(&body.obligation, body.stage.as_ref());
            ("obligation.progress", format!("{what}: {}", quoted(body.text.as_str())))
        }
        Inform::Fulfilment(body) => {
            let what = named(&body.obligation, body.stage.as_ref());
            ("obligation.fulfil", format!("{what} done, {}", evidence(&body.evidence)))
        }
        Inform::Acknowledgement(body) => (
            "obligation.acknowledge",
            format!("{} is in order", named(&body.obligation, body.stage.as_ref())),
        ),
        Inform::Contest(body) => {
            let what = named(&body.obligation, body.stage.as_ref());
            ("obligation.contest", format!("{what}: {}", quoted(body.text.as_str())))
        }
        Inform::Breach(body) => {
            let owed = body.owed.as_ref().map(|owed| format!("; {} is owed for it", terms::money(owed)));
            let what = named(&body.obligation, body.stage.as_ref());
            ("obligation.breach", format!("breach: {what} was due, nothing came{}", owed.unwrap_or_default()))
        }
        Inform::Award(body) => {
            let becomes = match body.becomes {
                ObligationEnd::Fulfilled => "counts as fulfilled",
                ObligationEnd::Breached => "counts as breached",
                ObligationEnd::Lapsed => "is owed no more",
                ObligationEnd::Unchanged => "stays as it is",
            };
            let paid = body.pays.as_ref().map(|pays| format!(", {} pays {}", pays.from, pays.amount));
            (
                "obligation.award",
                format!("{} {becomes} by a dispute{}", body.obligation, paid.unwrap_or_default()),
            )
        }
        Inform::Silence(body) => {
            let what = named(&body.obligation, body.stage.as_ref());
            ("obligation.silence", format!("{what} counts as in order: nobody contested"))
        }
    }
}

/// An obligation, or a stage of it: `delivery`, `delivery (design)`.
fn named(obligation: &ObligationId, stage: Option<&ObligationId>) -> String {
    stage.map_or_else(|| obligation.to_string(), |stage| format!("{obligation} ({stage})"))
}

fn evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Acknowledgement { text } => quoted(text.as_str()),
        Evidence::Digest { digest } => {
            format!("sha256 {}…", digest.to_hex().get(..12).unwrap_or_default())
        }
        Evidence::Schema { result, .. } => format!("a result of {} members", result.len()),
        Evidence::Attestation { attestation } => {
            format!("attested by {}", words::agent(&attestation.claim.attester))
        }
    }
}

/// The terms that a hash names, as far as the session knows them.
fn named_terms(hash: &Hash, answered: Option<Hash>, session: Option<&Session>) -> String {
    let known = session.and_then(|session| package(session, hash, answered));
    known.map_or_else(
        || format!("terms {}…", hash.to_hex().get(..12).unwrap_or_default()),
        |package| terms::in_words(&package),
    )
}

fn package(session: &Session, hash: &Hash, answered: Option<Hash>) -> Option<Package> {
    let offered = answered.and_then(|answered| session.offers().get(&answered));
    let in_offer = offered.and_then(|offer| offer.packages.get(hash)).cloned();
    in_offer.or_else(|| session.agreed().get(hash).map(|agreement| agreement.package.clone()))
}

/// What a session came to.
pub(crate) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::None => "no commitment",
        Outcome::Fulfilled => "all fulfilled",
        Outcome::Breached => "breached",
        Outcome::Contested => "contested",
        Outcome::Terminated => "ended by consent",
    }
}

/// A stranger's words in quotes, on one line.
fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("“{}”", words::line(text, WORDS_MAX)) }
}
