//! What the lines of a ledger say of money: accounts, and what packages hold.

use asp_core::account::Direction;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{
    AccountCredit, AccountDeposit, AccountOpen, AccountPaid, AccountRefuse, AccountReturned, AccountWithdraw,
    Body, Hold, OnFulfilled, Share,
};

use super::ledger::{Ledger, issuer, signer};
use super::words::after;
use super::{domain, text, uri, usd};

/// `hold price 100 by buyer to seller pays for goods [settles pay] [EUR]`, `hold bond 20 by seller to buyer returns for goods`
pub fn hold(words: &str) -> Hold {
    let words: Vec<&str> = words.split_whitespace().collect();
    let ["hold", id, amount, "by", payer, "to", payee, what, "for", obligation, more @ ..] = words.as_slice()
    else {
        panic!("no hold: {words:?}")
    };
    let mut amount = usd(amount);
    if more.contains(&"EUR") {
        amount.currency = text("EUR");
    }
    Hold {
        amount,
        id: text(id),
        obligation: text(obligation),
        on_fulfilled: if *what == "pays" { OnFulfilled::Pay } else { OnFulfilled::Return },
        payee: uri(payee),
        payer: uri(payer),
        settles: after(more, "settles").map(text),
    }
}

/// `shares price:40,bond:5`
pub fn shares(words: &[&str]) -> Option<Vec<Share>> {
    let share = |part: &str| {
        let (hold, payee) = part.split_once(':').unwrap();
        Share { hold: text(hold), payee: usd(payee) }
    };
    after(words, "shares").map(|list| list.split(',').map(share).collect())
}

impl Ledger {
    /// `buyer.example ACCOUNT open USD`, `… deposit 100`, `… withdraw 5`, `node ACCOUNT credit 100 in buyer`, `… refuse`,
    /// `… paid`, `… returned`; `in other` is somebody else's account.
    pub fn account(&mut self, who: &str, words: &[&str]) -> Result<(), Code> {
        let own = who.strip_suffix(".example").unwrap_or(who);
        let whose = domain(after(words, "in").unwrap_or(own));
        let account = self.stage.world.account(&whose);
        let open = |direction| {
            let found = account
                .and_then(|account| account.transfers().iter().find(|(_, open)| open.direction == direction));
            found.map_or_else(|| Hash::of(&[b"nothing"]), |(id, _)| *id)
        };
        let (deposit, withdrawal) = (open(Direction::Deposit), open(Direction::Withdrawal));
        let body = match words {
            ["open", currency, ..] => Body::AccountOpen(AccountOpen { currency: text(currency) }),
            ["deposit", amount, ..] => {
                Body::AccountDeposit(AccountDeposit { amount: money(amount), reference: text("order 7") })
            }
            ["withdraw", amount, ..] => Body::AccountWithdraw(AccountWithdraw {
                amount: money(amount),
                destination: text("the bank"),
            }),
            ["credit", amount, ..] => {
                Body::AccountCredit(AccountCredit { amount: money(amount), deposit, evidence: None })
            }
            ["refuse", ..] => Body::AccountRefuse(AccountRefuse { deposit, reason: text("declined") }),
            ["paid", ..] => Body::AccountPaid(AccountPaid { evidence: None, withdrawal }),
            ["returned", ..] => {
                Body::AccountReturned(AccountReturned { reason: text("no such bank"), withdrawal })
            }
            other => panic!("nothing to do with an account: {other:?}"),
        };
        let stream = StreamName::Of(StreamId::Account(whose));
        let draft = self.stage.draft(stream, issuer(who, &self.stage), body);
        let statement = self.stage.sign(&draft, &[&signer(who)]);
        self.stage.take(statement).map(drop)
    }

    /// What an organisation has in dollars: available, held, on its way out, in cents.
    pub fn money(&self, name: &str) -> (u64, u64, u64) {
        let account = self.stage.world.account(&domain(name)).unwrap();
        let balance = account.balance(&text("USD")).unwrap();
        (balance.available.0, balance.held.0, balance.withdrawing.0)
    }
}

/// `100` is of dollars, `100EUR` is not.
fn money(word: &str) -> asp_core::amount::Money {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_uppercase());
    let mut money = usd(digits);
    if digits.len() < word.len() {
        money.currency = text(word.get(digits.len()..).unwrap());
    }
    money
}
