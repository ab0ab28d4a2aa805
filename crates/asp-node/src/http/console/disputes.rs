//! Disputes: the case on one page for a person who has to rule, and the ruling itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asp_client::api::{DisputeSide, DisputeView, Message, NewRuling};
use asp_core::amount::Money;
use asp_core::log::receipt::Receipt;
use asp_core::name::{Domain, Issuer};
use asp_core::position::{Hash, LogTime, Position};
use asp_core::rejection::Code;
use asp_core::statement::Signature;
use asp_core::statement::body::{Exhibit, Rung};
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::super::consents::Which;
use super::super::extract::{Id, OwnForm, Params};
use super::super::problem::Denial;
use super::super::{App, disputes};
use super::cells::{self, Html};
use super::talk::{Columns, Disclosed, Said, Talk};
use super::{Frame, Look, Visitor, Way, deciding, disclosed, page};
use crate::auth::Credentials;
use crate::auth::people::Kind;
use crate::auth::rights::Right;

#[derive(Template)]
#[template(path = "disputes.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

/// A dispute in the list.
struct Row {
    id: String,
    reason: String,
    filer: Html,
    against: Html,
    amount: Option<Html>,
    phase: Html,
    until: Option<Html>,
    yours: bool,
}

/// See one's disputes.
#[utoipa::path(get, path = "/console/disputes", tag = "console", params(Which),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Params(which): Params<Which>,
) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let news = look.news(&app).await?;
        let Json(found) =
            disputes::list(State(Arc::clone(&app)), look.credentials.clone(), Params(which)).await?;
        let (own, now) = (look.organisation(), app.clock.now());
        let mut rows: Vec<Row> = found
            .disputes
            .iter()
            .map(|one| Row {
                id: one.id.to_hex(),
                reason: cells::spoken(&cells::word(&one.reason)),
                filer: cells::agent(&one.party, own),
                against: cells::agent(&one.against, own),
                amount: one.amount.as_ref().map(cells::money),
                phase: cells::pill(&one.phase),
                until: one.until.map(|until| cells::left(until, now)),
                yours: is_ruled_by(one, own),
            })
            .collect();
        // What waits for who looks comes first; else the order is that of the log.
        rows.sort_by_key(|row| !row.yours);
        page(&Page {
            frame: Frame { news, ..look.frame("disputes", "Disputes") },
            rows,
            next: found.next_page_token,
        })
    };
    way.answer(found.await)
}

/// Whether it waits for a ruling of this organisation.
pub(super) fn is_ruled_by(dispute: &DisputeView, own: Option<&Domain>) -> bool {
    let arbiter = dispute.arbiter.as_ref().and_then(Issuer::organisation);
    dispute.phase == "ARBITRATING" && arbiter.as_ref() == own && own.is_some()
}

#[derive(Template)]
#[template(path = "dispute.html")]
struct Case {
    frame: Frame,
    reason: String,
    phase: Html,
    until: Option<Html>,
    id: Html,
    id_text: String,
    session: String,
    reads_session: bool,
    obligation: Option<String>,
    filer: Html,
    against: Html,
    arbiter: Option<Html>,
    effect: String,
    severity: u32,
    amount: Option<Html>,
    deposit: Option<Html>,
    claim: Html,
    filed: Html,
    answer: Option<(Html, Html, Html)>,
    exhibits: Vec<Shown>,
    offer: Option<(String, Html, Option<Html>)>,
    rulings: Vec<Ruling>,
    verdict: Option<(Html, Option<Html>, String)>,
    ruling: Option<Form>,
    currency: String,
}

/// Something that a side showed.
struct Shown {
    side: String,
    at: Html,
    note: Option<Html>,
    what: &'static str,
    hash: Html,
    /// The statement, if it is one and the case file has it.
    cited: Vec<Said>,
}

/// A case file, as far as a page shows what it has.
#[derive(Deserialize)]
struct CaseFile {
    entries: Vec<CaseEntry>,
}

/// A statement in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CaseEntry {
    index: Position,
    log_time: LogTime,
    receipt: Receipt,
    signatures: Vec<Signature>,
    statement: Box<RawValue>,
}

/// A ruling.
struct Ruling {
    tone: &'static str,
    rung: &'static str,
    by: Html,
    at: Html,
    outcome: Html,
    effect: String,
    amount: Option<Html>,
    reasons: Html,
}

/// What a person rules with.
struct Form {
    organisation: String,
    /// The key that signs; none if the operator keeps none.
    key: Option<Html>,
}

/// See a dispute.
///
/// Claim, answer, evidence and rulings on one page; for who may rule with a form for that.
#[utoipa::path(get, path = "/console/disputes/{id}", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
    security(("session" = [])))]
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor, Id(id): Id) -> Response {
    let Visitor { look, way } = visitor;
    let found = async {
        let look = look?;
        let news = look.news(&app).await?;
        let Json(view) = disputes::show(State(Arc::clone(&app)), look.credentials.clone(), Id(id)).await?;
        let ruling = form(&app, &look, &view).await?;
        let (cited, disclosed) = match cited(&app, &look, &view).await? {
            Some(file) => (said(&file)?, disclosed::opened(&app, &look, &view, file).await?),
            None => (Vec::new(), BTreeMap::new()),
        };
        let mut case = case(&app, &look, &view, (ruling, cited.as_slice(), &disclosed));
        case.frame.news = news;
        page(&case)
    };
    way.answer(found.await)
}

/// The file of the case, which whoever may read the case may have. None where no statement is cited.
async fn cited(app: &Arc<App>, look: &Look, view: &DisputeView) -> Result<Option<Vec<u8>>, Denial> {
    if !view.evidence.iter().any(|one| matches!(one.exhibit, Exhibit::Statement { .. })) {
        return Ok(None);
    }
    match disputes::case(app, look.credentials.clone(), view.id).await {
        Ok(file) => Ok(Some(file)),
        // Who rules reads the session until the dispute has ended.
        Err(Denial::Rejected(rejection)) if rejection.code == Code::NotFound => Ok(None),
        Err(denial) => Err(denial),
    }
}

/// The statements that the case rests on.
fn said(file: &[u8]) -> Result<Vec<Message>, Denial> {
    let file: CaseFile = serde_json::from_slice(file).map_err(|_| Denial::Internal)?;
    let messages = file.entries.into_iter().map(|entry| Message {
        log_index: entry.index,
        log_time: entry.log_time,
        hash: entry.receipt.receipt.statement,
        statement: entry.statement,
        signatures: entry.signatures,
    });
    Ok(messages.collect())
}

/// The form for who may rule now.
async fn form(app: &Arc<App>, look: &Look, view: &DisputeView) -> Result<Option<Form>, Denial> {
    let Some(organisation) = look.organisation().cloned() else { return Ok(None) };
    if !is_ruled_by(view, Some(&organisation)) || !look.may(Right::Rule) {
        return Ok(None);
    }
    let key = deciding::key(app, &organisation).await?;
    Ok(Some(Form { organisation: organisation.to_string(), key }))
}

const fn rung(rung: Rung) -> &'static str {
    match rung {
        Rung::Replay => "What the log alone decides",
        Rung::Settlement => "Agreed by the parties",
        Rung::Panel => "The panel",
        Rung::Arbiter => "The arbiter",
    }
}

const fn side(side: DisputeSide) -> &'static str {
    match side {
        DisputeSide::Filer => "Who filed",
        DisputeSide::Against => "The other side",
        DisputeSide::Panel => "The panel",
        DisputeSide::Arbiter => "The arbiter",
        DisputeSide::Node => "The node",
    }
}

fn shown(
    view: &DisputeView,
    (cited, disclosed): (&[Message], &BTreeMap<Hash, Disclosed>),
    own: Option<&Domain>,
) -> Vec<Shown> {
    let columns = Columns { left: None, own };
    let of = |of: DisputeSide| match of {
        DisputeSide::Filer => Some(view.party.organisation()),
        DisputeSide::Against => Some(view.against.organisation()),
        DisputeSide::Panel | DisputeSide::Arbiter | DisputeSide::Node => None,
    };
    let exhibits = view.evidence.iter().map(|one| {
        let (what, hash, note) = match &one.exhibit {
            Exhibit::Statement { note, statement } => ("A statement of the session", statement, note),
            Exhibit::Digest { digest, note } => ("A file outside the log", digest, note),
        };
        let mut talk = Talk::default();
        let before = cited.iter().take_while(|message| message.hash != *hash);
        if let Some(message) = cited.iter().find(|message| message.hash == *hash) {
            before.for_each(|message| talk.hear(message));
            talk.take_disclosed(message, disclosed.get(hash), &columns);
        }
        Shown {
            cited: talk.said,
            side: side(one.side).to_owned(),
            at: cells::at(one.at),
            note: (!note.as_str().is_empty())
                .then(|| cells::theirs(note.as_str(), of(one.side).as_ref(), own)),
            what,
            hash: cells::hash(hash),
        }
    });
    exhibits.collect()
}

fn rulings(view: &DisputeView, own: Option<&Domain>) -> Vec<Ruling> {
    let ruling = |one: &asp_client::api::RulingView| {
        let outcome = cells::word(&one.outcome);
        Ruling {
            tone: cells::tone(&outcome),
            rung: rung(one.rung),
            by: cells::issuer(&one.by, own),
            at: cells::at(one.at),
            outcome: cells::pill(&outcome),
            effect: cells::spoken(&cells::word(&one.effect)),
            amount: one.amount.as_ref().map(cells::money),
            reasons: cells::theirs(&one.reasons, one.by.organisation().as_ref(), own),
        }
    };
    view.rulings.iter().map(ruling).collect()
}

fn case(
    app: &App,
    look: &Look,
    view: &DisputeView,
    (ruling, cited, disclosed): (Option<Form>, &[Message], &BTreeMap<Hash, Disclosed>),
) -> Case {
    let (own, now) = (look.organisation(), app.clock.now());
    let reason = cells::spoken(&cells::word(&view.reason));
    let against = view.against.organisation();
    Case {
        frame: look.frame("disputes", reason.clone()),
        reason,
        phase: cells::pill(&view.phase),
        until: view.until.map(|until| cells::left(until, now)),
        id: cells::hash(&view.id),
        id_text: view.id.to_hex(),
        session: view.session.to_hex(),
        reads_session: look.may(Right::ReadOrganisation),
        obligation: view.obligation.as_ref().map(ToString::to_string),
        filer: cells::agent(&view.party, own),
        against: cells::agent(&view.against, own),
        arbiter: view.arbiter.as_ref().map(|arbiter| cells::issuer(arbiter, own)),
        effect: cells::spoken(&cells::word(&view.effect)),
        severity: view.severity,
        amount: view.amount.as_ref().map(cells::money),
        deposit: view.deposit.as_ref().map(cells::money),
        claim: cells::theirs(&view.claim, Some(&view.party.organisation()), own),
        filed: cells::at(view.filed_at),
        answer: view.response.as_ref().map(|answer| {
            let stand = if answer.accepts { ("ok", "Admits it") } else { ("warn", "Denies it") };
            (
                cells::pill_of(stand.0, stand.1),
                cells::theirs(&answer.text, Some(&against), own),
                cells::at(answer.at),
            )
        }),
        exhibits: shown(view, (cited, disclosed), own),
        offer: view.offer.as_ref().map(|offer| {
            let what =
                format!("{} would settle: {}", side(offer.side), cells::spoken(&cells::word(&offer.outcome)));
            (what, cells::theirs(&offer.text, None, own), offer.amount.as_ref().map(cells::money))
        }),
        rulings: rulings(view, own),
        verdict: view.verdict.as_ref().map(|verdict| {
            let by = verdict.rung.map_or("Nobody decided", rung);
            (
                cells::pill(&cells::word(&verdict.outcome)),
                verdict.amount.as_ref().map(cells::money),
                by.to_owned(),
            )
        }),
        ruling,
        currency: view.amount.as_ref().map_or_else(|| "USD".to_owned(), |amount| amount.currency.to_string()),
    }
}

/// What a form rules.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read field by field")]
pub(super) struct RulingForm {
    /// `upheld`, `partly`, `dismissed` or `abusive`.
    outcome: String,
    /// What is paid, in digits; nothing if empty.
    amount: Option<String>,
    /// Its currency.
    currency: Option<String>,
    /// Why.
    reasons: String,
}

/// Rule by a form.
///
/// The same as `POST /v1/disputes/{id}/ruling`, for a page of this node.
#[utoipa::path(post, path = "/console/disputes/{id}/ruling", tag = "console",
    params(("id" = String, Path, description = "64 hexadecimal digits")),
    request_body(content = RulingForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "It is taken; leads to the case")),
    security(("session" = [])))]
pub(super) async fn rule(State(app): State<Arc<App>>, Id(id): Id, form: Result<OwnForm, Denial>) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(denial) => return denial.into_response(),
    };
    let way = Way::of(&format!("/console/disputes/{}/ruling", id.to_hex()), &form.headers);
    way.answer(ruled(&app, &id, &form).await)
}

async fn ruled(app: &Arc<App>, id: &Hash, form: &OwnForm) -> Result<Response, Denial> {
    let secret = app.cookies.session(&form.headers).ok_or(Code::Unauthenticated)?;
    let ruling = ruling(form).ok_or(Code::InvalidBody)?;
    disputes::carry_out(app, Credentials::Session(secret.hash(Kind::Session)), *id, ruling).await?;
    let to = HeaderValue::from_str(&format!("../{}", id.to_hex())).map_err(|_| Denial::Internal)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response())
}

/// Reads a form as what a client would send.
fn ruling(form: &OwnForm) -> Option<NewRuling> {
    let field = |name: &str| form.field(name).map(str::trim).filter(|text| !text.is_empty());
    let mut ruling = json!({ "outcome": field("outcome")?, "reasons": field("reasons")? });
    if let Some(amount) = field("amount") {
        let amount: Money = format!("{amount} {}", field("currency")?).parse().ok()?;
        ruling.as_object_mut()?.insert("amount".to_owned(), serde_json::to_value(amount).ok()?);
    }
    serde_json::from_value(ruling).ok()
}
