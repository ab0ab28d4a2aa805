//! A market for tenders: the buyer and several who could sell, all registered and free to trade with the buyer.

use std::collections::BTreeSet;

use asp_client::{AgentParty, Client, ConsentTerms, Invitations, Session, Tender, TenderCall};
use asp_core::name::AgentUri;
use asp_core::position::{Hash, Millis};
use asp_core::statement::body::{Limits, Offer};

use super::*;

/// Those who could sell besides the seller.
pub const RIVALS: [&str; 3] = ["amp", "ohm", "tesla"];

pub fn rival(name: &str) -> AgentUri {
    text(&format!("agent://{name}.example/desk"))
}

pub fn rival_at(client: &Client, name: &str) -> AgentParty {
    client.agent_with(rival(name), key(&format!("{name}-desk")))
}

/// A stage on which the rivals may trade too.
pub async fn market() -> (Stage, Client) {
    let (stage, client) = Stage::with_people().await;
    let acme = client.organisation_with(text("acme.example"), key("acme"));
    for name in RIVALS {
        let own = organisation(&client, name).await;
        own.register_agent(&rival(name), &key(&format!("{name}-desk")), card(name)).await.unwrap();
        let (about, until) = ([text("provision")].into(), START.plus(Millis(30 * 86_400_000)));
        let with = text(&format!("{name}.example"));
        let terms = ConsentTerms::about(with, about, text("to trade in compute"), until);
        own.grant_consent(&acme.request_consent(terms).await.unwrap()).await.unwrap();
    }
    (stage, client)
}

pub fn call(suppliers: impl IntoIterator<Item = AgentUri>) -> TenderCall {
    TenderCall {
        suppliers: suppliers.into_iter().collect(),
        capability: text("provision.compute.gpu"),
        purpose: text("eight GPUs for a day"),
        consents: BTreeSet::new(),
        limits: Limits::defaults(),
        schemas: Vec::new(),
        offers_within: Millis(3_600_000),
        decide_within: Millis(3_600_000),
    }
}

/// A tender that is open to these.
pub async fn tender(buyer: &AgentParty, suppliers: impl IntoIterator<Item = AgentUri>) -> Tender {
    let (mut tender, invitations): (Tender, Invitations) =
        Tender::prepare(buyer, call(suppliers)).await.unwrap();
    tender.open(buyer, invitations, |_| {}).await;
    tender
}

/// The session of a tender as its supplier has it.
pub fn theirs(tender: &Tender, supplier: &AgentParty) -> Session {
    let id: Option<Hash> = tender.supplier(supplier.agent()).unwrap().session;
    supplier.session(&id.unwrap())
}

/// What a supplier offers: to deliver for so much, and then to be paid.
pub fn sale(by: &AgentUri, value: &str, binding: bool) -> Offer {
    let mut offer = offer(value, binding);
    let package = &mut offer.packages[0];
    package.obligations[0].debtor = by.clone();
    let mut payment = package.obligations[0].clone();
    payment.id = text("payment");
    (payment.debtor, payment.creditor) = (buyer(), by.clone());
    package.obligations.push(payment);
    offer
}
