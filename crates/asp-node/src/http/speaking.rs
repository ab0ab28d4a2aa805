//! What a person says in its organisation's name: signed with the key that the organisation keeps at the node for this.
//! Knows keys and drafts; who may say what is asked where it is said, and the log judges it as any other statement.

use std::sync::Arc;

use asp_core::key::SecretKey;
use asp_core::log::receipt::Receipt;
use asp_core::name::{Domain, Issuer, StreamId, StreamName};
use asp_core::position::Head;
use asp_core::rejection::Code;
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Body, Verified};
use asp_store::Reader;

use super::App;
use super::problem::Denial;
use crate::acting::ActingKeys;
use crate::auth::{Caller, Credentials};

/// The key that is kept for an organisation, if one is.
///
/// # Errors
/// That it cannot be read.
pub(super) fn kept(app: &App, organisation: &Domain) -> Result<Option<SecretKey>, Denial> {
    ActingKeys::of(&app.folder).find(organisation).map_err(|error| {
        tracing::error!(%error, "a key that is kept cannot be read");
        Denial::Internal
    })
}

/// Says what a person has decided, and gives the receipt.
///
/// `said` asks whether the caller may say it and makes the statement.
///
/// # Errors
/// What `said` refuses, what the log says of the statement, or that the node is stopping.
pub(super) async fn say(
    app: &Arc<App>,
    credentials: Credentials,
    said: impl FnOnce(&App, &Reader<'_>, &Caller) -> Result<Verified, Denial> + Send + 'static,
) -> Result<Receipt, Denial> {
    if app.is_stopping() {
        return Err(Denial::Stopping);
    }
    let signing = Arc::clone(app);
    let sign = move |reader: &Reader<'_>| {
        let caller = signing.auth.caller(reader, &credentials)?;
        said(&signing, reader, &caller)
    };
    let statement = app.reads.run(sign).await?;
    let signed = statement.statement();
    let (stream, issuer) = (signed.stream.clone(), signed.issuer.clone());
    let receipt = app.store.submit(statement).await?;
    tracing::info!(%stream, %issuer, index = receipt.receipt.log_index.0, "a person decided");
    Ok(receipt)
}

/// A statement of an organisation that continues a stream.
///
/// # Errors
/// That no key is kept for it, that the key is none for this, or a failure of ours.
pub(super) fn signed(
    app: &App,
    organisation: Domain,
    (stream, head): (StreamId, Head),
    body: Body,
) -> Result<Verified, Denial> {
    let key = kept(app, &organisation)?.ok_or(Code::NoActingKey)?;
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| Denial::Internal)?;
    let stamp = Stamp { issued_at: app.clock.now(), random };
    let origin = app.store.origin().clone();
    let draft = Draft::new(StreamName::Of(stream), origin, Issuer::Organisation(organisation), body);
    Ok(draft.sign(Some(head), stamp, &[&key])?)
}
