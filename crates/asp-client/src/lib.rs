//! The Agent Session Protocol from an agent's side: keys, registration, discovery, sessions, proofs.
//!
//! Nobody has to trust the node: every receipt is verified under the node's key, every message that is read is
//! verified under a key that its issuer's own stream gives it, and streams are checked to have no gap. A view, such as
//! [`Session::view`], is the node's word; [`Session::replayed`] is what follows from the statements.
//!
//! ```no_run
//! use asp_client::keys::Keyring;
//! use asp_client::{Client, Opening};
//! use asp_core::session::table::State;
//! use asp_core::statement::body::Offer;
//!
//! async fn buy(offer: Offer) -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::connect("http://127.0.0.1:4860").await?;
//!     let key = Keyring::open("keys")?.load(&"agent://acme.example/buyer".parse()?)?;
//!     let buyer = client.agent_with("agent://acme.example/buyer".parse()?, key);
//!
//!     let seller = "agent://volt.example/sales".parse()?;
//!     let session = buyer.open_session(Opening::new(seller, "provision.compute.gpu".parse()?)).await?;
//!     session.wait_until(None, |view| view.state == State::Introduced).await?;
//!     let receipt = session.propose(offer).await?;
//!     println!("said at log index {}", receipt.receipt.log_index);
//!     Ok(())
//! }
//! ```

pub mod a2a;
pub mod keys;
pub mod otlp;

mod agent;
mod chunks;
mod client;
mod clock;
mod dispute;
mod error;
mod export;
mod files;
mod inbox;
mod list;
mod money;
mod organisation;
mod packages;
mod party;
mod people;
mod replay;
mod sealed;
mod searches;
mod session;
mod stream;
mod tender;
mod token;
mod trail;
mod transport;
mod webhooks;
mod work;

pub use agent::{AgentParty, Opening};
/// The JSON of the API.
pub use asp_api as api;
pub use client::{Client, SchemaSearch};
pub use dispute::{CaseEvidence, Disputes, Filing};
pub use error::Error;
pub use export::{Difference, Replay, SessionExport, Step};
pub use inbox::Inbox;
pub use organisation::{ConsentTerms, OrganisationParty};
pub use sealed::Read;
pub use session::Session;
pub use tender::{
    Award, Awarded, Bid, Declined, Invitations, OfferedPackage, Standing, Supplier, Tender, TenderCall,
};
pub use trail::{
    KIND as TRAIL_KIND, Trail, TrailCheck, TrailComparison, TrailDifference, TrailEnd, TrailFile, TrailHead,
    TrailRecord, TrailReport, TrailUnreadable,
};
pub use transport::document;
pub use work::Activity;

/// The code on the page is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/concepts/statement.md")]
struct StatementPage;
