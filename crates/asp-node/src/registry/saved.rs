//! Searches that were saved: kept for whoever saved them, and what is new to them.
//!
//! A search is looked at anew when an agent is listed. That is in memory and short, for one search after the other, so
//! that many of them do not keep others waiting; only for what is to be told the store is read and trust computed.

use std::sync::Arc;

use asp_client::api::{AgentHit, HitTrust, SavedSearchView, SearchQuery};
use asp_core::amount::Money;
use asp_core::name::Issuer;
use asp_core::position::Position;
use asp_core::rejection::Code;
use asp_core::statement::body::Name;
use asp_core::trust::{Level, Points};
use asp_store::saved::{SavedSearch, SearchId, Searches};
use asp_store::{AgentQuery, Order, Ranked, Reader, Tenant};
use tokio::sync::Semaphore;

use super::{hit, query};
use crate::auth::Access;
use crate::auth::people::random;
use crate::http::App;
use crate::http::problem::Denial;

/// Agents that are told at once.
const CHUNK: usize = 16;

/// The searches of a node.
#[derive(Debug)]
pub(crate) struct Saved {
    searches: Searches,
    /// Who looks whether something is new to its search: one after the other.
    looking: Arc<Semaphore>,
}

/// A saved search that somebody follows.
#[derive(Debug, Clone)]
pub(crate) struct Followed {
    /// Who follows.
    pub(crate) access: Access,
    id: SearchId,
    asked: SearchQuery,
    query: AgentQuery,
    /// What was told, or need not be, ends here.
    after: Position,
    /// As many alarms as when it was last looked whether who follows may, and whether the search is there.
    alarms: u64,
}

impl Saved {
    pub(crate) fn new(searches: Searches) -> Self {
        Self { searches, looking: Arc::new(Semaphore::new(1)) }
    }

    /// Saves a search. Blocks.
    ///
    /// # Errors
    /// That it is none, that there are as many as may be, or that its saver has another under this name.
    pub(crate) fn save(
        &self,
        app: &App,
        by: Tenant,
        name: &Name,
        asked: SearchQuery,
    ) -> Result<SavedSearchView, Denial> {
        let asked = asked.lasting();
        query(&asked)?;
        let text = serde_json::to_string(&asked).map_err(|_| Denial::Internal)?;
        let search = SavedSearch {
            id: SearchId(random()?),
            by,
            name: name.as_str().to_owned(),
            query: text,
            size: *app.store.watch().borrow(),
            at: app.clock.now(),
        };
        view(self.searches.save(search)?)
    }

    /// The searches that somebody may see. Blocks.
    ///
    /// # Errors
    /// That the storage failed.
    pub(crate) fn list(&self, tenant: &Tenant) -> Result<Vec<SavedSearchView>, Denial> {
        self.searches.list(tenant)?.into_iter().map(view).collect()
    }

    /// A search that somebody may see. Blocks.
    ///
    /// # Errors
    /// [`Code::NotFound`], or that the storage failed.
    pub(crate) fn find(&self, tenant: &Tenant, id: SearchId) -> Result<SavedSearchView, Denial> {
        view(self.searches.find(tenant, id)?.ok_or(Code::NotFound)?)
    }

    /// Forgets a search that somebody may see. Blocks.
    ///
    /// # Errors
    /// [`Code::NotFound`], or that the storage failed.
    pub(crate) fn forget(&self, tenant: &Tenant, id: SearchId) -> Result<(), Denial> {
        if self.searches.forget(tenant, id)? { Ok(()) } else { Err(Code::NotFound.into()) }
    }

    /// A search, to be followed after a position or since it was saved; `alarms` is how many there were before it was
    /// looked who follows. Blocks.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::InvalidQuery`] for a position that is not there, or that the storage failed.
    pub(crate) fn follow(
        &self,
        app: &App,
        access: Access,
        (id, after): (SearchId, Option<u64>),
        alarms: u64,
    ) -> Result<Followed, Denial> {
        let found = self.find(&access.tenant, id)?;
        let after = after.unwrap_or_else(|| found.size.saturating_sub(1));
        if after >= *app.store.watch().borrow() {
            return Err(Code::InvalidQuery.into());
        }
        let query = AgentQuery { order: Order::Position, ..query(&found.query)? };
        Ok(Followed { access, id, asked: found.query, query, after: Position(after), alarms })
    }

    /// Who is new to a search, as far as it is told at once.
    ///
    /// # Errors
    /// That the search is not there any more or who follows it may not, that the index is not ready, or that the storage
    /// failed.
    pub(crate) async fn look(&self, app: &Arc<App>, followed: &mut Followed) -> Result<Vec<Ranked>, Denial> {
        let turn = Arc::clone(&self.looking).acquire_owned().await.map_err(|_| Denial::Stopping)?;
        let (app, mut looking) = (Arc::clone(app), followed.clone());
        let look = move || -> Result<_, Denial> {
            // It goes on when who asked has gone, and so does its turn.
            let _turn = turn;
            let alarms = app.hub.alarms();
            if alarms != looking.alarms {
                app.store.read(|reader| Ok(app.auth.check(reader, &looking.access)))??;
                let there = app.saved.searches.find(&looking.access.tenant, looking.id)?;
                there.ok_or(Code::NotFound)?;
                looking.alarms = alarms;
            }
            let limit = looking.class().map_or(CHUNK, |_| app.scores.with(|it| it.computed_max()).min(CHUNK));
            let query = AgentQuery { set_after: Some(looking.after), limit, ..looking.query.clone() };
            let ranking = app.store.rank_agents(&query).ok_or(Denial::Full)?;
            Ok((looking, ranking))
        };
        let looked = tokio::task::spawn_blocking(look).await.map_err(|_| Denial::Internal)??;
        let (looking, ranking) = looked;
        *followed = looking;
        // Whatever is behind that, nobody of it fits.
        let seen = Position(ranking.size.saturating_sub(1));
        let last = ranking.agents.last().map(|last| last.set_at);
        followed.after = last.unwrap_or_else(|| seen.max(followed.after));
        Ok(ranking.agents)
    }
}

impl Followed {
    /// The value class in which trust is told, if any is.
    pub(crate) fn class(&self) -> Option<&Money> {
        self.asked.value.as_ref().or_else(|| self.asked.min_trust.as_ref().map(|floor| &floor.value))
    }

    /// What is told of agents that are new: of those who have the least trust that is asked for, as it is now.
    ///
    /// # Errors
    /// That who follows may not any more, or that the storage failed.
    pub(crate) fn told(
        &self,
        app: &App,
        reader: &Reader<'_>,
        new: &[Ranked],
    ) -> Result<Vec<AgentHit>, Denial> {
        app.auth.check(reader, &self.access)?;
        let trust = match self.class() {
            None => None,
            Some(class) => Some(self.trust(app, reader, class, new)?),
        };
        let found = reader.agents_ranked(&self.query, new)?;
        let place = |number| new.iter().position(|ranked| ranked.number == number);
        let hits = found.into_iter().filter_map(|found| match &trust {
            None => Some(hit(None, found)),
            Some(points) => {
                let points = *points.get(place(found.place.number)?)?;
                let least = self.asked.min_trust.as_ref().map_or(0, |floor| i64::from(floor.score) * 1000);
                let told = HitTrust { score: points.to_string(), level: Level::of(points).number() };
                (points.thousandths() >= least).then(|| hit(Some(told), found))
            }
        });
        Ok(hits.collect())
    }

    fn trust(
        &self,
        app: &App,
        reader: &Reader<'_>,
        class: &Money,
        new: &[Ranked],
    ) -> Result<Vec<Points>, Denial> {
        app.scores.catch_up(reader)?;
        let observer = self.access.tenant.organisation();
        let asked = app.scores.ask(reader, observer, class.clone(), app.clock.now(), None)?;
        let asked = asked.ok_or(Denial::Internal)?;
        Ok(app.scores.with(|known| new.iter().map(|ranked| known.score(&asked, ranked.number)).collect()))
    }
}

fn view(saved: SavedSearch) -> Result<SavedSearchView, Denial> {
    let SavedSearch { id, by, name, query, size, at } = saved;
    let saved_by = match by {
        Tenant::Agent(agent) => Issuer::Agent(agent),
        Tenant::Organisation(domain) => Issuer::Organisation(domain),
    };
    let query = serde_json::from_str(&query).map_err(|_| Denial::Internal)?;
    Ok(SavedSearchView { id: id.to_string(), name, query, saved_at: at, saved_by, size })
}
