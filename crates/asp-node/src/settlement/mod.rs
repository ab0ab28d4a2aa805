//! Money outside: asks a settlement provider to take money in or to pay it out, and says in the log what the provider says.
//!
//! The node asks over HTTP, signed, with the hash of the organisation's statement as the key under which asking twice is
//! asking once; the provider answers whenever it likes, by signed messages that are checked in [`crate::signed`]. Nothing is kept
//! here that matters: what waits follows from the log, so that a restart asks again, and an account takes each outcome once.
//!
//! An outcome is what a message says, never what an answer to a request says: who answers is not who signs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use asp_core::account::{Account, Direction, Transfer};
use asp_core::amount::Money;
use asp_core::name::{Domain, StreamId};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::rejection::Code;
use asp_core::statement::Body;
use asp_core::statement::body::{AccountCredit, AccountPaid, AccountRefuse, AccountReturned, Name, Text};
use asp_store::Refusal;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::http::App;
use crate::http::problem::Denial;
use crate::signed::{Seen, SharedKey};
use crate::waiting::{grown, reached};
use crate::{stopped, timers};

/// Accounts with something that waits that are looked at in one round.
const ACCOUNTS_MAX: usize = 1_000;
/// The first pause after a request; each further one is twice as long, up to the longest.
const PAUSE: Millis = Millis(10_000);
const PAUSE_MAX: Millis = Millis(3_600_000);
/// How often the node signs anew because the organisation spoke in between.
const CONFLICTS_MAX: usize = 5;
/// Bytes of the longest answer that is read of a provider.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// Entries of an account's stream that are read at once.
const CHUNK: usize = 200;

/// The provider that the operator chose.
#[derive(Debug)]
pub(crate) struct Settlement {
    url: String,
    key: SharedKey,
    seen: Seen,
    /// Deposits that the provider says it can take: to be captured.
    authorised: Mutex<BTreeSet<Hash>>,
}

/// What is asked of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Make sure of the money of a deposit.
    Authorise,
    /// Take it.
    Capture,
    /// Give back what was taken for a deposit that has ended.
    Refund,
    /// Pay a withdrawal out.
    Payout,
}

impl Asked {
    const fn path(self) -> &'static str {
        match self {
            Self::Authorise => "authorisations",
            Self::Capture => "captures",
            Self::Refund => "refunds",
            Self::Payout => "payouts",
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    account: &'a Domain,
    amount: &'a Money,
    reference: &'a str,
    transfer: &'a Hash,
}

/// What a provider says of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Event {
    /// The money of a deposit is there, and can be taken.
    Authorised { account: Domain, transfer: Hash },
    /// It is not.
    Declined { account: Domain, transfer: Hash, reason: Text },
    /// So much was taken for a deposit.
    Captured { account: Domain, transfer: Hash, amount: Money, evidence: Name },
    /// What had been taken was given back.
    Refunded { account: Domain, transfer: Hash },
    /// A withdrawal was paid out.
    Paid { account: Domain, transfer: Hash, evidence: Name },
    /// It was not, and will not be.
    Failed { account: Domain, transfer: Hash, reason: Text },
}

impl Event {
    const fn account(&self) -> &Domain {
        match self {
            Self::Authorised { account, .. }
            | Self::Declined { account, .. }
            | Self::Captured { account, .. }
            | Self::Refunded { account, .. }
            | Self::Paid { account, .. }
            | Self::Failed { account, .. } => account,
        }
    }
}

impl Settlement {
    /// The provider of the settings, if they name one.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub(crate) fn read(config: &Config) -> Result<Option<Self>, String> {
        let (url, file) = match (&config.settlement_url, &config.settlement_key_file) {
            (None, None) => return Ok(None),
            (Some(url), Some(file)) => (url.trim_end_matches('/').to_owned(), file),
            (Some(_), None) | (None, Some(_)) => {
                return Err("settlement_url and settlement_key_file belong together".to_owned());
            }
        };
        let key = read_key(file)?;
        Ok(Some(Self { url, key, seen: Seen::default(), authorised: Mutex::default() }))
    }

    fn is_authorised(&self, transfer: &Hash) -> bool {
        self.authorised.lock().unwrap_or_else(PoisonError::into_inner).contains(transfer)
    }

    fn note_authorised(&self, transfer: Hash) {
        self.authorised.lock().unwrap_or_else(PoisonError::into_inner).insert(transfer);
    }

    fn keep_authorised(&self, waiting: &BTreeSet<Hash>) {
        let mut authorised = self.authorised.lock().unwrap_or_else(PoisonError::into_inner);
        authorised.retain(|transfer| waiting.contains(transfer));
    }
}

fn read_key(file: &Path) -> Result<SharedKey, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    SharedKey::read(&text)
        .ok_or_else(|| format!("{} is no key: `whsec_` and Base64 of at least 24 bytes", file.display()))
}

/// When a transfer is asked about next, and how often it was.
#[derive(Debug, Clone, Copy)]
struct Turn {
    next: LogTime,
    count: u32,
    /// Whether it has been asked since the provider said that it can take the money.
    captured: bool,
}

/// The task's whole life: asks for all that waits, again after pauses that grow, until the node stops.
pub(crate) async fn run(app: Arc<App>) {
    let Some(settlement) = &app.settlement else { return };
    let (mut stopping, mut size) = (app.stopping.clone(), app.store.watch());
    let mut turns: BTreeMap<Hash, Turn> = BTreeMap::new();
    while !app.is_stopping() && app.store.is_writable() {
        size.borrow_and_update();
        let accounts = app.reads.wait_and_run(|reader| Ok(reader.accounts_waiting(ACCOUNTS_MAX)?)).await;
        let accounts = accounts.inspect_err(|denial| tracing::error!(?denial, "what waits is not known"));
        let accounts = accounts.unwrap_or_default();
        let waiting: BTreeSet<Hash> =
            accounts.iter().flat_map(|account| account.transfers().keys().copied()).collect();
        turns.retain(|transfer, _| waiting.contains(transfer));
        settlement.keep_authorised(&waiting);
        for account in &accounts {
            for (id, transfer) in account.transfers() {
                ask_in_turn(&app, settlement, (account, id, transfer), &mut turns).await;
            }
        }
        let next = turns.values().map(|turn| turn.next).min();
        tokio::select! {
            () = grown(&mut size) => {}
            () = app.settlement_moved.notified() => {}
            () = reached(&app.clock, next) => {}
            () = stopped(&mut stopping) => {}
        }
    }
}

async fn ask_in_turn(
    app: &App,
    settlement: &Settlement,
    (account, id, transfer): (&Account, &Hash, &Transfer),
    turns: &mut BTreeMap<Hash, Turn>,
) {
    let now = app.clock.now();
    let asked = match transfer.direction {
        Direction::Withdrawal => Asked::Payout,
        Direction::Deposit if settlement.is_authorised(id) => Asked::Capture,
        Direction::Deposit => Asked::Authorise,
    };
    let turn = turns.entry(*id).or_insert(Turn { next: now, count: 0, captured: false });
    let new = asked == Asked::Capture && !turn.captured;
    if now < turn.next && !new {
        return;
    }
    let pause = Millis(PAUSE.0.saturating_mul(1u64.checked_shl(turn.count).unwrap_or(u64::MAX)));
    *turn = Turn {
        next: now.plus(pause.min(PAUSE_MAX)),
        count: turn.count.saturating_add(1).min(20),
        captured: turn.captured || asked == Asked::Capture,
    };
    let reference = transfer.reference.to_string();
    let request =
        Request { account: account.domain(), amount: &transfer.amount, reference: &reference, transfer: id };
    // What was not heard is asked again in its turn.
    let _ = ask(app, settlement, asked, &request).await;
}

/// Sends a request; whether it was heard. Whatever comes back says no more; what becomes of it a signed message says.
async fn ask(app: &App, settlement: &Settlement, asked: Asked, request: &Request<'_>) -> bool {
    let body = asp_core::statement::draft::canonical(request);
    // The same for the same, so that asking twice is asking once.
    let key = format!("{}:{}", asked.path(), request.transfer.to_hex());
    let Some(headers) = settlement.key.sign(&key, app.clock.now(), &body) else { return false };
    let headers: Vec<(&str, String)> =
        headers.into_iter().chain([("idempotency-key", key.clone())]).collect();
    let url = format!("{}/{}", settlement.url, asked.path());
    match app.fetch.post_with(&url, &headers, body, ANSWER_BYTES_MAX).await {
        Ok(_) => {
            tracing::info!(%key, "asked the settlement provider");
            true
        }
        Err(error) => {
            tracing::warn!(%key, %error, "the settlement provider did not hear");
            false
        }
    }
}

/// Takes a message of the provider: checks who says it, and says in the log what follows.
///
/// # Errors
/// [`Code::NotFound`] without a provider, [`Code::Unauthenticated`] for what the provider has not signed about now, and
/// what keeps the node from saying it; then the provider is to send it again.
pub(crate) async fn receive(app: &Arc<App>, headers: &HeaderMap, body: &[u8]) -> Result<(), Denial> {
    let settlement = app.settlement.as_ref().ok_or(Code::NotFound)?;
    let now = app.clock.now();
    let id = settlement.key.check(headers, body, now).map_err(|why| {
        tracing::warn!(?why, "a message that is not the settlement provider's");
        Code::Unauthenticated
    })?;
    if settlement.seen.has(&id) {
        return Ok(());
    }
    let event: Event = serde_json::from_slice(body).map_err(|_| Code::InvalidBody)?;
    follow(app, settlement, event).await?;
    settlement.seen.note(id, now);
    Ok(())
}

async fn follow(app: &Arc<App>, settlement: &Settlement, event: Event) -> Result<(), Denial> {
    let domain = event.account().clone();
    for _ in 0..CONFLICTS_MAX {
        let Some(account) = custody(app, &domain).await? else {
            tracing::warn!(%domain, "the settlement provider speaks of an account that there is not");
            return Ok(());
        };
        let Some(body) = outcome(app, settlement, &account, &event).await? else { return Ok(()) };
        let stream = StreamId::Account(domain.clone());
        let place = (&app.key, app.clock.now());
        let statement = timers::by_node(&stream, account.head(), body, app.store.origin(), place)?;
        match app.store.submit(statement).await {
            Ok(receipt) => {
                app.metrics.issued.fetch_add(1, Ordering::Relaxed);
                tracing::info!(%stream, index = receipt.receipt.log_index.0, "said what the settlement provider said");
                return Ok(());
            }
            Err(Refusal::Rejected(rejection)) if rejection.code == Code::SequenceConflict => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Denial::Full)
}

/// What is to be said for a message; nothing for what has been said, and for what nobody asked for.
async fn outcome(
    app: &Arc<App>,
    settlement: &Settlement,
    account: &Account,
    event: &Event,
) -> Result<Option<Body>, Denial> {
    let open = |transfer: &Hash, direction: Direction| {
        account.transfers().get(transfer).filter(|open| open.direction == direction)
    };
    Ok(match event {
        Event::Authorised { transfer, .. } => {
            if open(transfer, Direction::Deposit).is_some() {
                settlement.note_authorised(*transfer);
                app.settlement_moved.notify_one();
            }
            None
        }
        Event::Declined { transfer, reason, .. } => open(transfer, Direction::Deposit)
            .map(|_| Body::AccountRefuse(AccountRefuse { deposit: *transfer, reason: reason.clone() })),
        Event::Captured { transfer, amount, evidence, .. } => match open(transfer, Direction::Deposit) {
            Some(asked) if fits(account, asked, amount) => Some(Body::AccountCredit(AccountCredit {
                amount: amount.clone(),
                deposit: *transfer,
                evidence: Some(evidence.clone()),
            })),
            // What cannot be credited is given back, and the deposit has ended.
            Some(_) => {
                give_back(app, settlement, account, (transfer, amount)).await?;
                let reason = format!("the settlement provider took {amount}, which was not asked for");
                let reason = reason.parse().map_err(|_| Denial::Internal)?;
                Some(Body::AccountRefuse(AccountRefuse { deposit: *transfer, reason }))
            }
            None => {
                if was_refused(app, account.domain(), transfer).await? {
                    give_back(app, settlement, account, (transfer, amount)).await?;
                }
                None
            }
        },
        Event::Refunded { .. } => None,
        Event::Paid { transfer, evidence, .. } => open(transfer, Direction::Withdrawal).map(|_| {
            Body::AccountPaid(AccountPaid { evidence: Some(evidence.clone()), withdrawal: *transfer })
        }),
        Event::Failed { transfer, reason, .. } => open(transfer, Direction::Withdrawal).map(|_| {
            Body::AccountReturned(AccountReturned { reason: reason.clone(), withdrawal: *transfer })
        }),
    })
}

/// Whether what came can be credited: of the currency that was asked for, and some.
fn fits(account: &Account, asked: &Transfer, amount: &Money) -> bool {
    let known = account.balance(&amount.currency).is_some();
    known && asked.amount.currency == amount.currency && amount.minor().is_some()
}

/// Asks that money be given back. If that is not heard, the message that led to it is to come again.
async fn give_back(
    app: &App,
    settlement: &Settlement,
    account: &Account,
    (transfer, amount): (&Hash, &Money),
) -> Result<(), Denial> {
    let request = Request { account: account.domain(), amount, reference: "refund", transfer };
    if ask(app, settlement, Asked::Refund, &request).await { Ok(()) } else { Err(Denial::Full) }
}

/// Whether the node said that nothing came of a deposit: then money that comes after all is nobody's.
async fn was_refused(app: &Arc<App>, domain: &Domain, transfer: &Hash) -> Result<bool, Denial> {
    let (stream, transfer) = (StreamId::Account(domain.clone()), *transfer);
    let read = move |reader: &asp_store::Reader<'_>| {
        let mut after = None;
        loop {
            // Each turn reads on, so the stream's end ends it.
            let entries = reader.entries(&stream, after, CHUNK)?;
            let refuses = |body: &Body| matches!(body, Body::AccountRefuse(it) if it.deposit == transfer);
            if entries.iter().any(|entry| refuses(&entry.statement.statement().body)) {
                return Ok(true);
            }
            match entries.last().filter(|_| entries.len() == CHUNK) {
                Some(last) => after = Some(last.statement.statement().sequence),
                None => return Ok(false),
            }
        }
    };
    app.reads.wait_and_run(read).await
}

async fn custody(app: &Arc<App>, domain: &Domain) -> Result<Option<Account>, Denial> {
    let domain = domain.clone();
    app.reads.wait_and_run(move |reader| Ok(reader.custody(&domain)?)).await
}
