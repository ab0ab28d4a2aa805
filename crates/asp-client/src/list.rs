//! Lists that are longer than a page: read page by page, as far as somebody looks.

use futures::{Stream, TryStreamExt, stream};
use serde::de::DeserializeOwned;

use crate::Error;
use crate::api::{
    ActView, ActivityPage, CommitmentPage, CommitmentView, ConsentPage, ConsentSession, ConsentSessionPage,
    ConsentView, DisputePage, DisputeView, OwnAgentPage, OwnAgentView, PostingPage, PostingView, SessionPage,
    SessionSummary,
};
use crate::party::{Party, Query};

/// Entries of a page that is asked for; the node may give fewer.
const PAGE_SIZE: usize = 200;
/// Pages of a list at most: a node that gives more is none, or never ends.
const PAGES_MAX: usize = 100_000;

/// A page of a list.
pub(crate) trait Page: DeserializeOwned + Send {
    /// What is listed.
    type Entry: Send;

    /// The entries, and what asks for the page after this one.
    fn open(self) -> (Vec<Self::Entry>, Option<String>);
}

macro_rules! pages {
    ($($page:ident of $entry:ident in $entries:ident;)+) => {$(
        impl Page for $page {
            type Entry = $entry;

            fn open(self) -> (Vec<$entry>, Option<String>) {
                (self.$entries, self.next_page_token)
            }
        }
    )+};
}

pages! {
    ActivityPage of ActView in statements;
    CommitmentPage of CommitmentView in commitments;
    ConsentPage of ConsentView in consents;
    DisputePage of DisputeView in disputes;
    ConsentSessionPage of ConsentSession in sessions;
    OwnAgentPage of OwnAgentView in agents;
    PostingPage of PostingView in entries;
    SessionPage of SessionSummary in sessions;
}

/// Where a list goes on.
enum Next {
    First,
    Page(String),
    End,
}

/// The entries of a list, in its order. What is not looked at is not asked for.
pub(crate) fn entries<P: Page>(
    party: Party,
    path: impl Into<String>,
    query: Query,
) -> impl Stream<Item = Result<P::Entry, Error>> + Send {
    let path = path.into();
    let pages = stream::try_unfold((Next::First, 0), move |(next, count)| {
        let (party, path, mut query) = (party.clone(), path.clone(), query.clone());
        async move {
            match next {
                Next::End => return Ok(None),
                Next::First => {}
                Next::Page(_) if count >= PAGES_MAX => return Err(Error::bad("a list without an end")),
                Next::Page(token) => query.push(("pageToken", token)),
            }
            query.push(("pageSize", PAGE_SIZE.to_string()));
            let (entries, next) = party.get::<P>(&path, &query).await?.open();
            let next = next.map_or(Next::End, Next::Page);
            Ok(Some((stream::iter(entries.into_iter().map(Ok)), (next, count + 1))))
        }
    });
    Box::pin(pages.try_flatten())
}
