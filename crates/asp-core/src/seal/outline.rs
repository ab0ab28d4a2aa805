//! The outline of a body: what everybody may see of it in a mode. Every body that a session has is named here, so a new one
//! cannot be forgotten.

use serde_json::Map;

use crate::amount::Money;
use crate::statement::body::{
    Accept, Amendment, Because, Body, Close, Closing, Counter, Due, Escalation, Evidence, Fulfilment, Inform,
    Mode, Note, Obligation, ObligationNote, ObligationStage, Offer, Package, Propose, Question, Resumption,
    Showing, Termination, Text, True, Withdraw, Withheld,
};

/// The same body without what is secret in this mode; in `open` nothing is. An outline is its own outline.
#[must_use]
pub fn outline(body: &Body, mode: Mode) -> Body {
    if mode == Mode::Open {
        return body.clone();
    }
    match body {
        Body::Propose(said) => Body::Propose(propose(said, mode)),
        Body::Counter(Counter::CounterOffer(said)) => Body::Counter(Counter::CounterOffer(offer(said, mode))),
        Body::Accept(Accept::Resumption(said)) => {
            Body::Accept(Accept::Resumption(Resumption { instructions: None, ..said.clone() }))
        }
        Body::Reject(_) => Body::Reject(nothing()),
        Body::Inform(said) => Body::Inform(inform(said, mode)),
        Body::Query(asked) => Body::Query(Question { data: None, text: blank(), ..asked.clone() }),
        Body::Clarify(_) => Body::Clarify(note()),
        Body::Observe(_) => Body::Observe(note()),
        Body::Escalate(asked) => Body::Escalate(Escalation { question: blank(), ..asked.clone() }),
        Body::Withdraw(Withdraw::Withdrawal(_)) => Body::Withdraw(Withdraw::Withdrawal(nothing())),
        Body::Withdraw(Withdraw::Departure(_)) => Body::Withdraw(Withdraw::Departure(nothing())),
        Body::Close(Close::Receipt(closing)) => {
            Body::Close(Close::Receipt(Closing { reason: blank(), receipt: closing.receipt.clone() }))
        }
        // Hashes, names and numbers by which the node keeps order, and the node's own words.
        Body::Counter(Counter::Conditions(_))
        | Body::Accept(Accept::Introduction(_) | Accept::Acceptance(_) | Accept::Admission(_))
        | Body::Commit(_)
        | Body::Delegate(_)
        | Body::Withdraw(Withdraw::Timeout(_))
        | Body::Close(Close::Timeout(_)) => body.clone(),
        // What is said outside sessions is never sealed.
        Body::OrgRegister(_)
        | Body::OrgKeyAdd(_)
        | Body::OrgKeyRotate(_)
        | Body::OrgKeyRevoke(_)
        | Body::OrgPolicySet(_)
        | Body::OrgVerify(_)
        | Body::OrgCheck(_)
        | Body::OrgSchemaRegister(_)
        | Body::AgentRegister(_)
        | Body::AgentCardSet(_)
        | Body::AgentCardCheck(_)
        | Body::AgentKeyAdd(_)
        | Body::AgentKeyRotate(_)
        | Body::AgentKeyRevoke(_)
        | Body::AgentKeypackagePublish(_)
        | Body::AgentRetire(_)
        | Body::AgentEndorse(_)
        | Body::AgentEndorseWithdraw(_)
        | Body::AgentRate(_)
        | Body::ConsentRequest(_)
        | Body::ConsentGrant(_)
        | Body::ConsentNarrow(_)
        | Body::ConsentRevoke(_)
        | Body::ConsentAcknowledge(_)
        | Body::AccountOpen(_)
        | Body::AccountDeposit(_)
        | Body::AccountCredit(_)
        | Body::AccountRefuse(_)
        | Body::AccountWithdraw(_)
        | Body::AccountPaid(_)
        | Body::AccountReturned(_)
        | Body::DisputeFile(_)
        | Body::DisputeRespond(_)
        | Body::DisputeEvidence(_)
        | Body::DisputeSettle(_)
        | Body::DisputeRule(_)
        | Body::DisputeConvene(_)
        | Body::DisputeDraw(_)
        | Body::DisputeSeat(_)
        | Body::DisputeCommit(_)
        | Body::DisputeVote(_)
        | Body::DisputeAppeal(_)
        | Body::DisputeClose(_) => body.clone(),
    }
}

fn propose(said: &Propose, mode: Mode) -> Propose {
    match said {
        Propose::Proposal(said) => Propose::Proposal(offer(said, mode)),
        Propose::Amendment(change) => {
            let (commitment, respond_by) = (change.commitment, change.respond_by);
            Propose::Amendment(Amendment { commitment, package: package(&change.package, mode), respond_by })
        }
        Propose::Termination(end) => Propose::Termination(Termination { reason: blank(), ..end.clone() }),
        // Before there is a group, and about who is in it.
        Propose::Invitation(_) | Propose::Admission(_) => said.clone(),
    }
}

fn offer(said: &Offer, mode: Mode) -> Offer {
    let packages = said.packages.iter().map(|said| package(said, mode)).collect();
    Offer { packages, reasoning: None, ..said.clone() }
}

fn inform(said: &Inform, mode: Mode) -> Inform {
    let wordless = |told: &ObligationNote| ObligationNote { text: blank(), ..told.clone() };
    match said {
        // That it is about a file is for those to know who can open it.
        Inform::Note(_) | Inform::File(_) => Inform::Note(note()),
        Inform::Progress(told) => Inform::Progress(wordless(told)),
        Inform::Contest(told) => Inform::Contest(wordless(told)),
        Inform::Fulfilment(done) => {
            Inform::Fulfilment(Fulfilment { evidence: evidence(&done.evidence, mode), ..done.clone() })
        }
        Inform::Acknowledgement(_)
        | Inform::Usage(_)
        | Inform::Group(_)
        | Inform::Unreadable(_)
        | Inform::Breach(_)
        | Inform::Silence(_)
        | Inform::Award(_) => said.clone(),
    }
}

fn evidence(shown: &Evidence, mode: Mode) -> Evidence {
    match shown {
        Evidence::Digest { .. } | Evidence::Attestation { .. } if mode == Mode::Hybrid => shown.clone(),
        Evidence::Digest { .. }
        | Evidence::Attestation { .. }
        | Evidence::Schema { .. }
        | Evidence::Acknowledgement { .. } => Evidence::Acknowledgement { text: blank() },
    }
}

/// What everybody knows of a package: the hash of its terms, who owes whom, and in `hybrid` how much and by when.
fn package(said: &Package, mode: Mode) -> Package {
    let obligations = said.obligations.iter().map(|owed| obligation(owed, mode)).collect();
    Package {
        disputes: said.disputes.clone(),
        hidden: Some(said.terms_hash()),
        holds: said.holds.clone().filter(|_| mode == Mode::Hybrid),
        obligations,
        salt: None,
        schema: None,
        terms: Map::new(),
    }
}

/// What everybody knows of an obligation.
pub(crate) fn obligation(owed: &Obligation, mode: Mode) -> Obligation {
    if mode == Mode::Hybrid {
        let shown = |stage: &ObligationStage| {
            let shown_by = stage.shown_by.as_ref().map(showing);
            ObligationStage { shown_by, what: blank(), ..stage.clone() }
        };
        let stages = owed.stages.as_ref().map(|stages| stages.iter().map(shown).collect());
        let shown_by = showing(&owed.shown_by);
        return Obligation { quantity: None, shown_by, stages, what: blank(), ..owed.clone() };
    }
    Obligation {
        due: Due::Withheld(Withheld { withheld: True }),
        quantity: None,
        remedy: None,
        shown_by: Showing::Acknowledgement,
        stages: None,
        value: Money::withheld(),
        what: blank(),
        ..owed.clone()
    }
}

/// How the node sees that something is to be shown: a result is for those who can read it.
fn showing(shown_by: &Showing) -> Showing {
    match shown_by {
        Showing::Schema { .. } | Showing::Acknowledgement => Showing::Acknowledgement,
        Showing::Digest { .. } | Showing::Attestation { .. } => shown_by.clone(),
    }
}

fn blank() -> Text {
    Text::of("")
}

fn nothing() -> Because {
    Because { reason: blank() }
}

fn note() -> Note {
    Note { data: None, text: blank() }
}
