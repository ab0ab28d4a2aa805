//! What the sides of a dispute disclosed to the organisation that rules: opened with the key that it keeps at this node, and
//! held against what was signed. Nothing of it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use asp_client::api::{DisputeView, Message};
use asp_core::key::SecretKey;
use asp_core::name::Origin;
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::seal::Opened;
use asp_core::statement::Statement;
use asp_core::statement::body::{Body, Disclosure, Mode, Propose};
use asp_seal::disclosure::{self, Place, Shut};

use super::super::problem::Denial;
use super::super::{App, speaking};
use super::Look;
use super::talk::Disclosed;
use crate::auth::rights::Right;

/// What was disclosed to the organisation of who looks, by statement: to who rules in it, and to nobody else.
///
/// Of several disclosures of one statement one that proves true is believed.
///
/// # Errors
/// That the key that is kept cannot be read, or a failure of ours.
pub(super) async fn opened(
    app: &Arc<App>,
    look: &Look,
    view: &DisputeView,
    entries: &[Message],
) -> Result<BTreeMap<Hash, Disclosed>, Denial> {
    let Some(own) = look.organisation().filter(|_| look.may(Right::Rule)) else {
        return Ok(BTreeMap::new());
    };
    if view.arbiter.as_ref().and_then(asp_core::name::Issuer::organisation).as_ref() != Some(own) {
        return Ok(BTreeMap::new());
    }
    // They come from our own log; what cannot be read there is a fault of ours.
    let read = |message: &Message| {
        message.verify().map(|verified| verified.statement().clone()).map_err(|_| Denial::Internal)
    };
    let statements = entries.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let (own, session) = (own.clone(), view.session);
    let open = move |app: &App| {
        let key = speaking::kept(app, &own)?;
        Ok(key.map(|key| found(&key, app.store.origin(), session, &statements)).unwrap_or_default())
    };
    app.blocking(open).await
}

fn found(
    key: &SecretKey,
    origin: &Origin,
    session: Hash,
    statements: &[Statement],
) -> BTreeMap<Hash, Disclosed> {
    let said: BTreeMap<Hash, &Statement> = statements.iter().map(|one| (one.hash, one)).collect();
    let mode = said.get(&session).map_or(Mode::Open, |first| mode(&first.body));
    let mut all: BTreeMap<Hash, Disclosed> = BTreeMap::new();
    let disclosed = statements.iter().flat_map(|one| one.body.disclosures());
    for one in disclosed.filter(|one| one.to == key.id()) {
        let Some(statement) = said.get(&one.statement) else { continue };
        let place = Place { origin, session, statement: one.statement };
        let result = proved(key, &place, one, statement, mode);
        if !matches!(all.get(&one.statement), Some(Ok(_))) {
            all.insert(one.statement, result);
        }
    }
    all
}

/// The body that was sealed, if what is disclosed is what was signed.
fn proved(
    key: &SecretKey,
    place: &Place<'_>,
    disclosed: &Disclosure,
    statement: &Statement,
    mode: Mode,
) -> Disclosed {
    let shut = Shut { enc: disclosed.enc.bytes().to_vec(), content: disclosed.content.bytes().to_vec() };
    let text = disclosure::open(key, place, &shut).map_err(|_| Code::ContentUnopened)?;
    let opened = Opened::from_text(statement.kind, &text).map_err(|refused| refused.code)?;
    opened.fits(statement, mode).map_err(|refused| refused.code)?;
    serde_json::to_value(&opened.body).map_err(|_| Code::ContentInvalid)
}

/// Who can read a session that begins with this.
const fn mode(body: &Body) -> Mode {
    if let Body::Propose(Propose::Invitation(invitation)) = body { invitation.mode } else { Mode::Open }
}
