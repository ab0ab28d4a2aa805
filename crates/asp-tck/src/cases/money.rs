//! Accounts, and what commitments hold (ASP-ESC). What a node says of the world outside is its own to say, so that nothing
//! here has any money: a kit sees what is refused for want of it.

use asp_core::limits;
use asp_core::name::{StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{
    AccountCredit, AccountDeposit, AccountOpen, AccountPaid, AccountWithdraw, Body,
};

use super::{Case, code, dialogue};
use crate::finding::Finding;
use crate::stage::{Stage, text};

const WHO: &str = "buyer";

pub(super) const CASES: &[Case] = &[
    code!(["ASP-ESC-001"], "an account is opened and led by its own organisation", own),
    code!(["ASP-ESC-002"], "an account has each currency once, and sixteen at most", currencies),
    code!(["ASP-ESC-003"], "an amount is some, in whole minor units of a currency that the account has", amounts),
    code!(["ASP-ESC-004"], "few deposits and withdrawals wait at once", waiting),
    code!(["ASP-ESC-005"], "what is withdrawn is available", covered),
    code!(["ASP-ESC-006"], "what became of a deposit the node alone says", custody),
    dialogue(
        &["ASP-ESC-010"],
        "a hold is of its package, between the two sides of an obligation, and some",
        "one   = seller owes buyer goods 1 within 1h, hold price 1 by buyer to seller pays for other
         two   = seller owes buyer goods 1 within 1h, hold price 1 by seller to buyer pays for goods
         three = seller owes buyer goods 1 within 1h, hold price 0.001 by buyer to seller pays for goods
         four  = seller owes buyer goods 1 within 1h, hold price 1 by buyer to seller pays for goods settles goods
         right = seller owes buyer goods 1 within 1h, hold price 1 by buyer to seller pays for goods
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm one             -> ! INVALID_TERMS
         buyer PROPOSE firm two             -> ! INVALID_TERMS
         buyer PROPOSE firm three           -> ! INVALID_TERMS
         buyer PROPOSE firm four            -> ! INVALID_TERMS
         buyer PROPOSE firm right           -> CONVERSING",
    ),
    code!(["ASP-ESC-011"], "nobody is bound to hold what it does not have", held),
    dialogue(
        &["ASP-TRU-011"],
        "nobody owes more uncovered than the policy of who is owed allows",
        "half = seller owes buyer goods 50 within 1h
         bare = seller owes buyer goods 100 within 1h
         buyer.example POLICY exposure 60
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm bare                   -> CONVERSING
         seller ACCEPT                             -> ! EXPOSURE_TOO_HIGH ASP-TRU-011 /type
         buyer PROPOSE firm half
         seller ACCEPT                             -> EXECUTING
         buyer PROPOSE firm half
         seller ACCEPT                             -> ! EXPOSURE_TOO_HIGH
         buyer.example POLICY exposure 110
         seller ACCEPT                             -> EXECUTING",
    ),
    dialogue(
        &["ASP-ESC-013"],
        "the shares of a termination are of what the commitment holds",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm
         seller ACCEPT                             -> EXECUTING
         buyer PROPOSE termination shares price:1  -> ! INVALID_TERMS
         buyer PROPOSE termination                 -> EXECUTING
         seller ACCEPT                             -> EXECUTING [TERMINATED: goods LAPSED]",
    ),
];

impl Stage {
    /// Sends what somebody says in the account of an organisation: it is taken in, or refused with this code.
    async fn money(
        &mut self,
        who: &str,
        whose: &str,
        body: Body,
        refused: Option<Code>,
    ) -> Result<(), Finding> {
        let stream = StreamName::Of(StreamId::Account(self.domain(whose)?));
        let statement = self.by(who, stream, body)?;
        let came = match refused {
            Some(code) => self.refuse(&statement, code).await,
            None => self.take(statement.clone()).await.map(drop),
        };
        came.map_err(|finding| finding.at(format_args!("{who} says {}", statement.statement().kind)))
    }

    async fn account(&mut self, name: &str) -> Result<(), Finding> {
        self.member(name).await?;
        self.money(&format!("{name}.example"), name, open("USD")?, None).await
    }
}

fn open(currency: &str) -> Result<Body, Finding> {
    Ok(Body::AccountOpen(AccountOpen { currency: text(currency)? }))
}

fn deposit(amount: &str) -> Result<Body, Finding> {
    Ok(Body::AccountDeposit(AccountDeposit { amount: text(amount)?, reference: text("order 7")? }))
}

fn withdraw(amount: &str) -> Result<Body, Finding> {
    Ok(Body::AccountWithdraw(AccountWithdraw { amount: text(amount)?, destination: text("the bank")? }))
}

async fn own(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("seller").await?;
    stage.member(WHO).await?;
    stage.money("buyer.example", WHO, deposit("1 USD")?, Some(Code::UnknownStream)).await?;
    stage.money("seller.example", WHO, open("USD")?, Some(Code::UnknownStream)).await?;
    stage.money("buyer.example", WHO, open("USD")?, None).await?;
    // Who else asks learns no more than of an account that there is not.
    stage.money("seller.example", WHO, deposit("1 USD")?, Some(Code::UnknownStream)).await?;
    stage.money("buyer", WHO, deposit("1 USD")?, Some(Code::UnknownStream)).await?;
    stage.money("buyer.example", WHO, deposit("1 USD")?, None).await
}

async fn currencies(stage: &mut Stage) -> Result<(), Finding> {
    stage.account(WHO).await?;
    stage.money("buyer.example", WHO, open("USD")?, Some(Code::NothingChanged)).await?;
    for number in 1..limits::CURRENCIES_MAX {
        let letter = u8::try_from(number).ok().and_then(|number| b'A'.checked_add(number));
        let currency = format!("XX{}", char::from(letter.unwrap_or(b'A')));
        stage.money("buyer.example", WHO, open(&currency)?, None).await?;
    }
    stage.money("buyer.example", WHO, open("EUR")?, Some(Code::TooManyOpen)).await
}

async fn amounts(stage: &mut Stage) -> Result<(), Finding> {
    stage.account(WHO).await?;
    for (amount, code) in [
        ("0 USD", Code::InvalidBody),
        ("0.005 USD", Code::InvalidBody),
        ("90071992547409.92 USD", Code::InvalidBody),
        ("1 EUR", Code::UnknownAccount),
    ] {
        stage.money("buyer.example", WHO, deposit(amount)?, Some(code)).await?;
    }
    stage.money("buyer.example", WHO, deposit("0.01 USD")?, None).await
}

async fn waiting(stage: &mut Stage) -> Result<(), Finding> {
    stage.account(WHO).await?;
    for _ in 0..limits::TRANSFERS_OPEN_MAX {
        stage.money("buyer.example", WHO, deposit("1 USD")?, None).await?;
    }
    stage.money("buyer.example", WHO, deposit("1 USD")?, Some(Code::TooManyOpen)).await
}

async fn covered(stage: &mut Stage) -> Result<(), Finding> {
    stage.account(WHO).await?;
    stage.money("buyer.example", WHO, withdraw("0.01 USD")?, Some(Code::InsufficientFunds)).await?;
    // What was asked for has not come yet.
    stage.money("buyer.example", WHO, deposit("1 USD")?, None).await?;
    stage.money("buyer.example", WHO, withdraw("1 USD")?, Some(Code::InsufficientFunds)).await
}

async fn custody(stage: &mut Stage) -> Result<(), Finding> {
    stage.account(WHO).await?;
    stage.money("buyer.example", WHO, deposit("1 USD")?, None).await?;
    let nothing = Hash::of(&[b"nothing"]);
    let credit = AccountCredit { amount: text("1 USD")?, deposit: nothing, evidence: None };
    let paid = AccountPaid { evidence: None, withdrawal: nothing };
    stage.money("buyer.example", WHO, Body::AccountCredit(credit), Some(Code::NotAParty)).await?;
    stage.money("buyer.example", WHO, Body::AccountPaid(paid), Some(Code::NotAParty)).await
}

async fn held(stage: &mut Stage) -> Result<(), Finding> {
    stage.enter("buyer seller").await?;
    stage
        .go_on(
            "price = seller owes buyer goods 1 within 1h, hold price 1 by buyer to seller pays for goods
             buyer PROPOSE with seller
             seller ACCEPT
             buyer PROPOSE firm price           -> CONVERSING
             seller ACCEPT                      -> ! UNKNOWN_ACCOUNT",
        )
        .await?;
    for name in ["buyer", "seller"] {
        stage.money(&format!("{name}.example"), name, open("USD")?, None).await?;
    }
    stage
        .go_on(
            "seller ACCEPT                      -> ! INSUFFICIENT_FUNDS
             buyer PROPOSE firm
             seller ACCEPT                      -> EXECUTING [ACTIVE: goods OPEN]",
        )
        .await
}
