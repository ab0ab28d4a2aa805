//! Both sides of one deal, from two new keys to a file that proves it.
//!
//! Start a node with `assent serve`, then `cargo run -p asp-client --example negotiate -- http://127.0.0.1:4860`. The
//! second argument is the folder for keys. In life the two sides are two programs of two organisations; all that they
//! share is the address of the node.
#![expect(clippy::print_stdout, reason = "this is a program that talks")]

use std::error::Error;
use std::time::Duration;

use asp_client::api::SessionView;
use asp_client::keys::Keyring;
use asp_client::{AgentParty, Client, ConsentTerms, Opening, OrganisationParty};
use asp_core::bundle::{Anchors, Bundle, Verdict};
use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::session::table::State;
use asp_core::statement::body::{
    Card, Due, DueAt, Evidence, Obligation, ObligationRef, Offer, Package, Showing,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long one side waits for the other.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(60));

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_else(|| "http://127.0.0.1:4860".to_owned());
    let keys = arguments.next().unwrap_or_else(|| "negotiate-keys".to_owned());
    println!("{}", negotiate(&url, &keys).await?);
    Ok(())
}

/// Makes the deal and says what the proof of it shows.
pub async fn negotiate(url: &str, keys: &str) -> Outcome<String> {
    // Connecting reads the log's name and key, and how far this machine's clock is from the node's.
    let client = Client::connect(url).await?;
    let keys = Keyring::open(keys)?;

    let (acme, buyer) = arrive(&client, &keys, "agent://acme.example/buyer").await?;
    let (volt, seller) = arrive(&client, &keys, "agent://volt.example/seller").await?;
    consent(&client, &acme, &volt).await?;

    // Both sides act at once and meet only in the session.
    let due = in_an_hour(&client);
    let (commitment, ()) = tokio::try_join!(buy(&buyer, seller.agent(), due), sell(&seller, due))?;

    // The proof is a file. Whoever verifies it needs the node's key, and nothing else of the node.
    let bundle = buyer.bundle(&commitment).await?;
    let report = Bundle::parse(&bundle)?.verify(&Anchors { node_key: Some(client.node_key()) });
    let count = |verdict| report.checks.iter().filter(|check| check.verdict == verdict).count();
    let (proved, refuted) = (count(Verdict::Proved), count(Verdict::Refuted));
    Ok(format!("{commitment}: {proved} checks proved, {refuted} refuted"))
}

/// Registers an agent and its organisation, unless there are keys of theirs from an earlier run.
async fn arrive(client: &Client, keys: &Keyring, name: &str) -> Outcome<(OrganisationParty, AgentParty)> {
    let agent: AgentUri = name.parse()?;
    let domain = agent.organisation();
    let (own, root) = (Issuer::Agent(agent.clone()), Issuer::Organisation(domain.clone()));
    let is_new = !keys.has(&own);

    // Keys are files that only their owner can read. They never leave this machine.
    let organisation = client.organisation_with(domain.clone(), key(keys, &root)?);
    let agent_key = key(keys, &own)?;
    if is_new {
        organisation.register(domain.to_string().parse()?).await?;
        let capabilities = ["provision.compute.gpu".parse()?].into();
        let card = Card::of(name.parse()?, "trades in GPU hours".parse()?, capabilities);
        // Two signatures: the agent's own, and that of the organisation that admits it.
        organisation.register_agent(&agent, &agent_key, card).await?;
    }
    Ok((organisation, client.agent_with(agent, agent_key)))
}

fn key(keys: &Keyring, issuer: &Issuer) -> Outcome<SecretKey> {
    Ok(if keys.has(issuer) { keys.load(issuer)? } else { keys.create(issuer)? })
}

/// Lets the two organisations agree that their agents may talk, and about what.
async fn consent(client: &Client, asks: &OrganisationParty, grants: &OrganisationParty) -> Outcome<()> {
    let about = ["provision.compute".parse()?].into();
    let purpose = "to trade in GPU hours".parse()?;
    let plain = ConsentTerms::about(grants.domain().clone(), about, purpose, in_an_hour(client));
    let terms = ConsentTerms { ceiling: Some("5000 USD".parse()?), ..plain };
    let consent = asks.request_consent(terms).await?;
    grants.grant_consent(&consent).await?;
    Ok(())
}

/// The buyer: invites, asks for a price, takes the counter-offer, checks the delivery. Gives the commitment.
async fn buy(buyer: &AgentParty, seller: &AgentUri, due: LogTime) -> Outcome<Hash> {
    let opening = Opening::new(seller.clone(), "provision.compute.gpu".parse()?);
    let session = buyer.open_session(opening).await?;
    session.wait_until(PATIENCE, |view| view.state == State::Introduced).await?;

    // Not binding: an opening for talks. Acceptance would be agreement, not yet a commitment.
    session.propose(offer(buyer.agent(), seller, "1000 USD", due)?).await?;

    // The seller's answer is a firm offer, so acceptance alone makes the deal. What is signed is the hash of these
    // very terms, so look at them first.
    let countered = |view: &SessionView| view.offers.iter().any(|offer| offer.by == *seller);
    let view = session.wait_until(PATIENCE, countered).await?;
    let offer = view.offers.iter().find(|offer| offer.by == *seller).ok_or("no offer")?;
    let (terms_hash, package) = offer.packages.first_key_value().ok_or("no terms")?;
    let price: Vec<String> = package.obligations.iter().map(|duty| duty.value.to_string()).collect();
    if price != ["1150 USD"] {
        session.reject(&offer.id, "beyond my limit".parse()?).await?;
        return Err("no deal".into());
    }
    let receipt = session.accept(&offer.id, *terms_hash).await?;
    let commitment = receipt.receipt.statement;

    // The seller says that it delivered. Acknowledging ends the obligation; silence would too, after a while.
    let delivered = |view: &SessionView| {
        view.commitments.iter().flat_map(|it| &it.obligations).any(|duty| duty.state == "DELIVERED")
    };
    session.wait_until(PATIENCE, delivered).await?;
    session.acknowledge(ObligationRef::whole(commitment, "delivery".parse()?)).await?;

    // Closing signs the session's receipt, recomputed here from all statements; the seller countersigns it.
    session.close("all is well".parse()?).await?;
    let signed = |view: &SessionView| view.participants.iter().all(|party| party.countersigned);
    session.wait_until(PATIENCE, signed).await?;
    Ok(commitment)
}

/// The seller: comes in, counters with a firm offer, delivers, countersigns the receipt.
async fn sell(seller: &AgentParty, due: LogTime) -> Outcome<()> {
    let session = seller.next_invitation(Duration::from_secs(60)).await?;
    session.introduce().await?;
    let view = session.wait_until(PATIENCE, |view| !view.offers.is_empty()).await?;
    let asked = view.offers.first().ok_or("no offer")?;
    let firm = Offer { binding: true, ..offer(&asked.by, seller.agent(), "1150 USD", due)? };
    session.counter(&asked.id, firm).await?;

    let view = session.wait_until(PATIENCE, |view| view.state == State::Executing).await?;
    let commitment = view.commitments.first().ok_or("no commitment")?.id;
    let evidence = Evidence::Acknowledgement { text: "the machines are yours".parse()? };
    session.fulfil(ObligationRef::whole(commitment, "delivery".parse()?), evidence).await?;

    session.wait_until(PATIENCE, |view| view.state == State::Closed).await?;
    session.close("thank you".parse()?).await?;
    Ok(())
}

/// An offer of one package with one obligation: GPUs for a day, owed by the seller.
fn offer(buyer: &AgentUri, seller: &AgentUri, value: &str, due: LogTime) -> Outcome<Offer> {
    let obligation = Obligation {
        id: "delivery".parse()?,
        what: "eight GPUs for a day".parse()?,
        debtor: seller.clone(),
        creditor: buyer.clone(),
        value: value.parse()?,
        // In log time. If nothing is delivered until then, the node states the breach for everybody to see.
        due: Due::At(DueAt { at: due }),
        shown_by: Showing::Acknowledgement,
        acknowledge_ms: None,
        quantity: None,
        remedy: None,
        stages: None,
    };
    let package = Package {
        disputes: None,
        holds: None,
        obligations: vec![obligation],
        schema: None,
        terms: serde_json::Map::new(),
        hidden: None,
        salt: None,
    };
    Ok(Offer::of(vec![package], false))
}

fn in_an_hour(client: &Client) -> LogTime {
    client.configuration().time.plus(Millis(3_600_000))
}
