//! `assent account`: an organisation's money, and what the operator of a node says of deposits and withdrawals.

use std::path::PathBuf;

use asp_client::api::{AccountView, PostingView, TransferView};
use asp_core::account::{Account, Direction, Transfer};
use asp_core::name::{Domain, Issuer, StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::statement::Body;
use asp_core::statement::body::{AccountCredit, AccountPaid, AccountRefuse, AccountReturned};
use asp_core::statement::draft::Draft;
use futures::{StreamExt, TryStreamExt};

use crate::cli::{AccountCommand, AccountTransfer};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::standard_data;
use crate::page::{Page, Paint, Text};
use crate::{terms, words};

/// Accounts that the operator is shown at once.
const ACCOUNTS_MAX: usize = 1_000;

/// Runs one of the commands.
///
/// # Errors
/// Why it did not do what it was asked.
pub(super) async fn run(context: &Context, command: AccountCommand) -> Outcome {
    match command {
        AccountCommand::Open { currency } => {
            let party = context.organisation().await?;
            party.open_account(currency).await?;
            show(context, &party.account().await?);
            Ok(())
        }
        AccountCommand::Show => {
            show(context, &context.organisation().await?.account().await?);
            Ok(())
        }
        AccountCommand::Deposit { amount, reference } => {
            let party = context.organisation().await?;
            let receipt = party.deposit(amount, reference).await?;
            show(context, &party.account().await?);
            let digits = receipt.receipt.statement.to_hex();
            let command =
                format!("assent account credit {} {}", party.domain(), digits.get(..12).unwrap_or_default());
            context.printer.say(
                Text::from("without a settlement provider the node's operator credits it with: ")
                    .and(Paint::Accent, command),
            );
            Ok(())
        }
        AccountCommand::Withdraw { amount, to } => {
            let party = context.organisation().await?;
            party.withdraw(amount, to).await?;
            show(context, &party.account().await?);
            Ok(())
        }
        AccountCommand::History { limit } => {
            let party = context.organisation().await?;
            let entries: Vec<PostingView> = party.account_entries().take(limit).try_collect().await?;
            context.printer.show_all(&entries, |page| history(page, &entries));
            Ok(())
        }
        AccountCommand::Waiting { data } => {
            let folder: PathBuf = data.map_or_else(standard_data, Ok)?;
            let found = asp_store::accounts_waiting(&folder, ACCOUNTS_MAX).map_err(Failure::usage)?;
            let views: Vec<AccountView> = found.iter().map(AccountView::of).collect();
            context.printer.show_all(&views, |page| waiting(page, &views));
            Ok(())
        }
        AccountCommand::Credit(args) => {
            let evidence = args.evidence;
            let credit = |deposit, asked: Transfer| {
                let amount = args.amount.unwrap_or(asked.amount);
                Body::AccountCredit(AccountCredit { amount, deposit, evidence })
            };
            as_node(context, args.which, Direction::Deposit, credit).await
        }
        AccountCommand::Refuse(args) => {
            let refuse = |deposit, _| Body::AccountRefuse(AccountRefuse { deposit, reason: args.reason });
            as_node(context, args.which, Direction::Deposit, refuse).await
        }
        AccountCommand::Paid(args) => {
            let evidence = args.evidence;
            let paid = |withdrawal, _| Body::AccountPaid(AccountPaid { evidence, withdrawal });
            as_node(context, args.which, Direction::Withdrawal, paid).await
        }
        AccountCommand::Returned(args) => {
            let reason = args.reason;
            let returned = |withdrawal, _| Body::AccountReturned(AccountReturned { reason, withdrawal });
            as_node(context, args.which, Direction::Withdrawal, returned).await
        }
    }
}

/// Says what became of a deposit or a withdrawal, with the node's own key.
async fn as_node(
    context: &Context,
    which: AccountTransfer,
    direction: Direction,
    body: impl FnOnce(Hash, Transfer) -> Body,
) -> Outcome {
    let AccountTransfer { domain, id, data } = which;
    let folder: PathBuf = data.map_or_else(standard_data, Ok)?;
    let key = asp_node::operator::node_key(&folder).map_err(Failure::usage)?;
    let client = context.client().await?;
    if client.node_key() != key.id() {
        return Err(Failure::usage(format_args!("{} is not the folder of that node", folder.display()))
            .hint("Say which by --data and --node."));
    }
    let account = custody(&folder, &domain)?;
    let waiting = account.transfers().iter().filter(|(_, open)| open.direction == direction);
    let meant = waiting.filter(|(hash, _)| id.as_ref().is_none_or(|id| id.matches(hash)));
    let meant: Vec<(&Hash, &Transfer)> = meant.collect();
    let what = direction.as_str();
    let (hash, transfer) = match meant.as_slice() {
        [] => return Err(Failure::no(format_args!("no {what} of {domain} waits"))),
        [(hash, transfer)] => (**hash, (*transfer).clone()),
        [_, _, ..] => {
            return Err(Failure::usage(format_args!("several {what}s of {domain} wait"))
                .hint("Say which, by the first digits of it."));
        }
    };
    let stream = StreamName::Of(StreamId::Account(domain.clone()));
    let origin = client.origin().clone();
    let draft = Draft::new(stream, origin.clone(), Issuer::Node(origin), body(hash, transfer));
    client.say(&draft, Some(account.head()), &[&key]).await?;
    show(context, &AccountView::of(&custody(&folder, &domain)?));
    Ok(())
}

fn custody(folder: &std::path::Path, domain: &Domain) -> Outcome<Account> {
    let account = asp_store::custody(folder, domain).map_err(Failure::usage)?;
    account.ok_or_else(|| Failure::no(format_args!("{domain} has no account there")))
}

fn show(context: &Context, view: &AccountView) {
    context.printer.show(view, |page| {
        page.field("account", view.domain.to_string());
        page.field("opened", words::instant(view.opened_at));
        page.field("last moved", format!("by log index {}", view.moved));
        page.heading("Balances");
        let rows = view.balances.iter().map(|balance| {
            let money = [&balance.available, &balance.held, &balance.withdrawing];
            money.map(|money| Text::from(terms::money(money))).into()
        });
        page.table(vec!["AVAILABLE", "HELD", "ON ITS WAY OUT"], rows.collect(), "none");
        page.heading("Waiting for the node's word");
        page.table(
            vec!["ID", "WHAT", "AMOUNT", "REFERENCE"],
            view.transfers.iter().map(transfer).collect(),
            "nothing",
        );
    });
}

fn waiting(page: &mut Page, views: &[AccountView]) {
    let of = |view: &AccountView| {
        let whose = Text::from(view.domain.to_string());
        let row = |open: &TransferView| [vec![whose.clone()], transfer(open)].concat();
        view.transfers.iter().map(row).collect::<Vec<_>>()
    };
    let rows = views.iter().flat_map(of).collect();
    page.table(vec!["WHOSE", "ID", "WHAT", "AMOUNT", "REFERENCE"], rows, "nothing waits");
}

fn transfer(view: &TransferView) -> Vec<Text> {
    vec![
        words::id(&view.statement),
        view.direction.as_str().into(),
        terms::money(&view.amount).into(),
        words::line(&view.reference, 40).into(),
    ]
}

fn history(page: &mut Page, entries: &[PostingView]) {
    let rows = entries.iter().map(|entry| {
        vec![
            Text::of(Paint::Dim, entry.log_index.to_string()),
            Text::of(Paint::Dim, words::instant(entry.log_time)),
            entry.why.as_str().into(),
            terms::money(&entry.amount).into(),
            place(&entry.from).into(),
            place(&entry.to).into(),
        ]
    });
    page.table(vec!["INDEX", "TIME", "WHY", "AMOUNT", "FROM", "TO"], rows.collect(), "nothing moved");
}

/// A place without most of the digits of a commitment.
fn place(text: &str) -> String {
    let short = |part: &str| {
        if part.len() == 64 { part.get(..12).unwrap_or(part).to_owned() } else { part.to_owned() }
    };
    text.split(':').map(short).collect::<Vec<_>>().join(":")
}
