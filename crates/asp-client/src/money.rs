//! What an organisation does with money: opens its account, takes money in, pays it out, looks at it.

use asp_core::amount::{Currency, Money};
use asp_core::log::receipt::Receipt;
use asp_core::name::{StreamId, StreamName};
use asp_core::rejection::Code;
use asp_core::statement::body::{AccountDeposit, AccountOpen, AccountWithdraw, Body, Name};
use futures::Stream;

use crate::Error;
use crate::api::{AccountView, PostingPage, PostingView};
use crate::list::entries;
use crate::organisation::OrganisationParty;
use crate::party::Query;

impl OrganisationParty {
    /// Its account.
    ///
    /// # Errors
    /// As every call; [`Error::Refused`] if it has none.
    pub async fn account(&self) -> Result<AccountView, Error> {
        self.party().get(&format!("/v1/accounts/{}", self.domain()), &Vec::new()).await
    }

    /// What moved in its account, newest first, read as far as one looks. An error, as of every call, ends it.
    pub fn account_entries(&self) -> impl Stream<Item = Result<PostingView, Error>> + Send + use<> {
        let path = format!("/v1/accounts/{}/entries", self.domain());
        entries::<PostingPage>(self.party().clone(), path, Query::new())
    }

    /// Opens its account, or a further currency of it.
    ///
    /// # Errors
    /// As every call.
    pub async fn open_account(&self, currency: Currency) -> Result<Receipt, Error> {
        let body = Body::AccountOpen(AccountOpen { currency });
        match self.account().await {
            Ok(account) => self.say_of_account(&account, body).await,
            Err(error) if error.code() == Some(Code::NotFound) => {
                let stream = StreamName::Of(StreamId::Account(self.domain().clone()));
                self.party().say(stream, None, body, &[]).await
            }
            Err(error) => Err(error),
        }
    }

    /// Asks that money be taken in. Whether it came the node says.
    ///
    /// # Errors
    /// As every call.
    pub async fn deposit(&self, amount: Money, reference: Name) -> Result<Receipt, Error> {
        let account = self.account().await?;
        self.say_of_account(&account, Body::AccountDeposit(AccountDeposit { amount, reference })).await
    }

    /// Asks that money be paid out: from here on it is not available.
    ///
    /// # Errors
    /// As every call.
    pub async fn withdraw(&self, amount: Money, destination: Name) -> Result<Receipt, Error> {
        let account = self.account().await?;
        self.say_of_account(&account, Body::AccountWithdraw(AccountWithdraw { amount, destination })).await
    }

    async fn say_of_account(&self, account: &AccountView, body: Body) -> Result<Receipt, Error> {
        let stream = StreamId::Account(self.domain().clone());
        self.party().say_beside_node(stream, account.head, body, &[]).await
    }
}
