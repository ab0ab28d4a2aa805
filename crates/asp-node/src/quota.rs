//! How much one organisation, and one address, may ask of the node, so that a flood costs others nothing.
//!
//! Counts in memory, of the time that it is given; knows no rule of the protocol and reads no store. A statement is
//! paid for by its organisation once a key of its own has been seen to count; until then by the address that it came
//! from, so that nobody spends what is another's by writing its name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use asp_client::api::LimitView;
use asp_core::key::KeyId;
use asp_core::limits;
use asp_core::name::{Domain, StreamId};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::rejection::{Code, Rejection};
use asp_core::statement::Verified;
use asp_core::statement::body::{Body, Propose};
use asp_store::chunks::Room;

use crate::pace::Pace;
use crate::share::Levels;

/// Payers that are remembered; beyond, those that have used least are forgotten, which costs them nothing.
const PAYERS_MAX: usize = 65_536;
/// Keys that are remembered as their organisation's; one that is forgotten is learned again.
const KEYS_MAX: usize = 65_536;
/// Invitations that are counted as not answered; beyond, the organisation with most of them loses its oldest.
const HALF_OPEN_MAX: usize = 65_536;
/// Policies and pairs of organisations whose invitations are counted.
const PAIRS_MAX: usize = 16_384;
/// Bytes of a statement that cost as much as the statement itself.
const COST_BYTES: usize = 16 * 1024;
/// How many seconds' allowance can be saved up.
const BURST_SECONDS: u64 = 10;
/// The span over which invitations and registrations are counted.
const HOUR: Millis = Millis(3_600_000);

/// What a statement of so many bytes costs.
fn cost(bytes: usize) -> u64 {
    1 + u64::try_from(bytes / COST_BYTES).unwrap_or(u64::MAX - 1)
}

/// What is borne; a number of 0 bears anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Statements of one organisation in a second.
    pub(crate) statements_per_second: u64,
    /// Statements of one organisation that are being taken in at once.
    pub(crate) pending: usize,
    /// Requests from one address in a second.
    pub(crate) requests_per_second: u64,
    /// Requests in the name of one organisation in a second.
    pub(crate) reads_per_second: u64,
    /// Chunks that one organisation puts in a second.
    pub(crate) chunks_per_second: u64,
    /// Bytes of chunks of one organisation that are kept.
    pub(crate) chunk_bytes: u64,
    /// The same of all organisations.
    pub(crate) chunk_bytes_in_all: u64,
    /// Organisations registered from one address in an hour.
    pub(crate) registrations_per_hour: usize,
    /// Organisations registered in an hour, wherever from.
    pub(crate) registrations_in_all: usize,
    /// Invitations by one organisation that nobody has answered.
    pub(crate) half_open: usize,
    /// The same to one other organisation.
    pub(crate) half_open_per_pair: usize,
}

impl Bounds {
    /// What an organisation is borne that has so many times a newcomer's share.
    fn times(self, factor: u64) -> Self {
        let count = |bound: usize| bound.saturating_mul(usize::try_from(factor).unwrap_or(usize::MAX));
        Self {
            statements_per_second: self.statements_per_second.saturating_mul(factor),
            pending: count(self.pending),
            reads_per_second: self.reads_per_second.saturating_mul(factor),
            chunks_per_second: self.chunks_per_second.saturating_mul(factor),
            chunk_bytes: self.chunk_bytes.saturating_mul(factor),
            half_open: count(self.half_open),
            half_open_per_pair: count(self.half_open_per_pair),
            ..self
        }
    }
}

/// The part of an address that one customer of a network has: all of IPv4, the first 64 bits of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Prefix(IpAddr);

impl Prefix {
    /// None for this machine itself: a proxy that stands before the node bounds those for whom it speaks.
    pub(crate) fn of(address: IpAddr) -> Option<Self> {
        let address = address.to_canonical();
        let prefix = match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(whole) => IpAddr::V6(Ipv6Addr::from_bits(whole.to_bits() >> 64 << 64)),
        };
        (!address.is_loopback()).then_some(Self(prefix))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Payer {
    /// For statements.
    Organisation(Domain),
    /// For requests.
    Reader(Domain),
    /// For chunks.
    Sender(Domain),
    Address(Prefix),
}

/// What a payer has left, in thousandths, and what of it is being worked on.
#[derive(Debug)]
struct Account {
    left: u64,
    at: LogTime,
    pending: usize,
    pace: Pace,
}

impl Account {
    /// What is left by then.
    fn left_at(&self, rate: u64, now: LogTime) -> u64 {
        let full = rate.saturating_mul(BURST_SECONDS * 1_000);
        let grown = now.since(self.at).0.saturating_mul(rate);
        self.left.saturating_add(grown).min(full)
    }

    /// Takes `cost` if it is there. `rate` is both the allowance of a second and thousandths of that of a millisecond.
    fn take(&mut self, cost: u64, rate: u64, now: LogTime) -> bool {
        self.left = self.left_at(rate, now);
        self.at = self.at.max(now);
        match self.left.checked_sub(cost.saturating_mul(1_000)) {
            Some(left) => {
                self.left = left;
                true
            }
            None => rate == 0,
        }
    }
}

/// What has to be undone or learned once a statement is answered.
#[derive(Debug)]
pub(crate) struct Ticket {
    payer: Option<Payer>,
    /// What it costs, and what its payer may spend in a second.
    price: (u64, u64),
    issuer: Option<Domain>,
    keys: Vec<KeyId>,
    session: Option<Hash>,
    invited: Option<(Domain, Vec<Domain>, LogTime)>,
    /// What invitations are counted with once it is taken in: its key was not seen to count for its issuer before.
    unproven: Option<(BTreeMap<Domain, Option<u32>>, LogTime)>,
    withdraws: bool,
    policy: bool,
    /// When it came, if it registers an organisation.
    registers: Option<LogTime>,
}

/// An invitation that nobody has answered.
#[derive(Debug)]
struct Opened {
    to: Vec<Domain>,
    until: LogTime,
}

#[derive(Debug, Default)]
struct State {
    accounts: BTreeMap<Payer, Account>,
    keys: BTreeMap<KeyId, Domain>,
    /// By who invites.
    half_open: BTreeMap<Domain, BTreeMap<Hash, Opened>>,
    opened_by: BTreeMap<Hash, Domain>,
    /// When who invited whom, where the policy of the latter counts it.
    invitations: BTreeMap<(Domain, Domain), VecDeque<LogTime>>,
    registrations: BTreeMap<Prefix, VecDeque<LogTime>>,
    /// When organisations were registered.
    registered: VecDeque<LogTime>,
    /// What policies say of invitations in an hour.
    rates: BTreeMap<Domain, Option<u32>>,
    /// Changes with each policy that is set.
    generation: u64,
}

/// All that is counted.
#[derive(Debug)]
pub(crate) struct Quotas {
    bounds: Bounds,
    levels: Arc<Levels>,
    state: Mutex<State>,
    /// Requests and statements that were refused here.
    pub(crate) refused: AtomicU64,
}

impl Quotas {
    pub(crate) fn new(bounds: Bounds, levels: Arc<Levels>) -> Self {
        Self { bounds, levels, state: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// What an organisation is borne, by its level.
    fn borne(&self, organisation: &Domain, now: LogTime) -> Bounds {
        self.bounds.times(self.levels.factor(organisation, now))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, code: Code) -> Rejection {
        self.refused.fetch_add(1, Ordering::Relaxed);
        code.into()
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub(crate) fn request(&self, from: Option<Prefix>, now: LogTime) -> Result<(), Rejection> {
        let Some(from) = from else { return Ok(()) };
        let rate = self.bounds.requests_per_second;
        let payer = Payer::Address(from);
        let fits = self.state().account(payer, rate, now).take(1, rate, now);
        if fits { Ok(()) } else { Err(self.refuse(Code::RateLimited)) }
    }

    /// Counts a request in the name of an organisation.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub(crate) fn read(&self, organisation: &Domain, now: LogTime) -> Result<(), Rejection> {
        let rate = self.borne(organisation, now).reads_per_second;
        let payer = Payer::Reader(organisation.clone());
        let fits = self.state().account(payer, rate, now).take(1, rate, now);
        if fits { Ok(()) } else { Err(self.refuse(Code::RateLimited)) }
    }

    /// Counts a chunk that an organisation puts; gives how much may be kept.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub(crate) fn chunk(&self, organisation: &Domain, now: LogTime) -> Result<Room, Rejection> {
        let borne = self.borne(organisation, now);
        let rate = borne.chunks_per_second;
        let payer = Payer::Sender(organisation.clone());
        let fits = self.state().account(payer, rate, now).take(1, rate, now);
        let room = Room { organisation: borne.chunk_bytes, all: borne.chunk_bytes_in_all };
        if fits { Ok(room) } else { Err(self.refuse(Code::RateLimited)) }
    }

    /// Whether a statement of so many bytes by somebody of this organisation could be paid for now, if its signatures
    /// hold. Takes nothing: whoever only writes the name spends nothing of what is the organisation's.
    ///
    /// # Errors
    /// [`Code::RateLimited`].
    pub(crate) fn is_open(
        &self,
        issuer: Option<&Domain>,
        bytes: usize,
        now: LogTime,
    ) -> Result<(), Rejection> {
        let Some(domain) = issuer else { return Ok(()) };
        let bounds = self.borne(domain, now);
        let state = self.state();
        // Who has no account has all of its share.
        let Some(account) = state.accounts.get(&Payer::Organisation(domain.clone())) else { return Ok(()) };
        let rate = bounds.statements_per_second;
        let room = bounds.pending == 0 || account.pending < bounds.pending;
        let paid = rate == 0 || account.left_at(rate, now) >= cost(bytes).saturating_mul(1_000);
        drop(state);
        if room && paid { Ok(()) } else { Err(self.refuse(Code::RateLimited)) }
    }

    /// What an organisation may still ask for, of whose chunks so many bytes are kept.
    pub(crate) fn standing(&self, organisation: &Domain, chunk_bytes: u64, now: LogTime) -> Vec<LimitView> {
        let bounds = self.borne(organisation, now);
        let state = self.state();
        let left = |payer: Payer, rate: u64| {
            let full = rate.saturating_mul(BURST_SECONDS);
            state.accounts.get(&payer).map_or(full, |account| account.left_at(rate, now) / 1_000)
        };
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let pending = state.accounts.get(&Payer::Organisation(organisation.clone()));
        let pending = number(pending.map_or(0, |account| account.pending));
        let opened = state.half_open.get(organisation).into_iter().flat_map(BTreeMap::values);
        let opened = number(opened.filter(|opened| opened.until > now).count());
        let (statements, reads) = (bounds.statements_per_second, bounds.reads_per_second);
        let chunks = bounds.chunks_per_second;
        let limit = |what: &str, most: u64, left: Option<u64>| LimitView {
            what: what.to_owned(),
            most: (most > 0).then_some(most),
            left: left.filter(|_| most > 0),
        };
        let counted = |what: &str, most: usize, used: u64| {
            limit(what, number(most), Some(number(most).saturating_sub(used)))
        };
        vec![
            limit(
                "statementsPerSecond",
                statements,
                Some(left(Payer::Organisation(organisation.clone()), statements)),
            ),
            counted("statementsWaiting", bounds.pending, pending),
            limit("requestsPerSecond", reads, Some(left(Payer::Reader(organisation.clone()), reads))),
            limit("chunksPerSecond", chunks, Some(left(Payer::Sender(organisation.clone()), chunks))),
            limit("chunkBytes", bounds.chunk_bytes, Some(bounds.chunk_bytes.saturating_sub(chunk_bytes))),
            counted("invitationsUnanswered", bounds.half_open, opened),
            limit("invitationsUnansweredByOne", number(bounds.half_open_per_pair), None),
        ]
    }

    /// Counts a statement whose signatures hold. `rate` tells what the policy of an organisation says of invitations in
    /// an hour; it is asked once, until that organisation sets another. The ticket has to come back with the answer.
    ///
    /// # Errors
    /// [`Code::RateLimited`] or [`Code::TooManyHalfOpen`]; nothing is counted then.
    pub(crate) fn begin(
        &self,
        verified: &Verified,
        from: Option<Prefix>,
        now: LogTime,
        rate: impl Fn(&Domain) -> Option<u32>,
    ) -> Result<Ticket, Rejection> {
        let statement = verified.statement();
        let issuer = statement.issuer.organisation();
        let keys: Vec<KeyId> = verified.signatures().iter().map(|signature| signature.key_id).collect();
        let session = match statement.stream {
            StreamId::Session(id) => Some(id),
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        };
        // One that is sent again is counted already.
        let new = session.is_some_and(|id| !self.state().opened_by.contains_key(&id));
        let invites = self.invites(verified, now).filter(|_| new);
        let rates = invites.iter().flat_map(|(_, to, _)| to).map(|to| (to.clone(), self.rate(to, &rate)));
        let rates: BTreeMap<Domain, Option<u32>> = rates.collect();
        let borne = issuer.as_ref().map_or(self.bounds, |domain| self.borne(domain, now));
        let mut state = self.state();
        let own = |domain: &Domain| keys.iter().any(|key| state.keys.get(key) == Some(domain));
        let payer = match issuer.clone().filter(own) {
            Some(domain) => Some(Payer::Organisation(domain)),
            None => from.map(Payer::Address),
        };
        let registers = matches!(statement.body, Body::OrgRegister(_)).then_some(now);
        if registers.is_some() && !state.may_register(from, &self.bounds, now) {
            return Err(self.refuse(Code::RateLimited));
        }
        let proven = matches!(payer, Some(Payer::Organisation(_)));
        if let (Some(invites), Some(session), true) = (&invites, session, proven) {
            state.may_invite(invites, &rates, &borne, now).map_err(|code| self.refuse(code))?;
            self.pay(&mut state, &borne, payer.as_ref(), (statement.bytes().len(), now))?;
            state.invite(session, invites, &rates, now);
        } else {
            self.pay(&mut state, &borne, payer.as_ref(), (statement.bytes().len(), now))?;
        }
        let withdraws = matches!(statement.body, Body::Withdraw(_));
        let policy = matches!(statement.body, Body::OrgPolicySet(_));
        let unproven = (!proven).then_some((rates, now));
        let price = (cost(statement.bytes().len()), borne.statements_per_second);
        Ok(Ticket {
            payer,
            price,
            issuer,
            keys,
            session,
            invited: invites,
            unproven,
            withdraws,
            policy,
            registers,
        })
    }

    /// How long the statement of a ticket has to wait, so that what its organisation has saved up is not spent at once.
    pub(crate) fn wait(&self, ticket: &Ticket, now: Instant) -> Duration {
        let Some(payer @ Payer::Organisation(_)) = &ticket.payer else { return Duration::ZERO };
        let (cost, per_second) = ticket.price;
        let mut state = self.state();
        let account = state.accounts.get_mut(payer);
        account.map_or(Duration::ZERO, |account| account.pace.wait(cost, per_second, now))
    }

    fn pay(
        &self,
        state: &mut State,
        borne: &Bounds,
        payer: Option<&Payer>,
        (bytes, now): (usize, LogTime),
    ) -> Result<(), Rejection> {
        let Some(payer) = payer else { return Ok(()) };
        let rate = match payer {
            Payer::Organisation(_) => borne.statements_per_second,
            Payer::Reader(_) => borne.reads_per_second,
            Payer::Sender(_) => borne.chunks_per_second,
            Payer::Address(_) => borne.requests_per_second,
        };
        let account = state.account(payer.clone(), rate, now);
        let room = borne.pending == 0 || account.pending < borne.pending;
        if !room || !account.take(cost(bytes), rate, now) {
            return Err(self.refuse(Code::RateLimited));
        }
        account.pending += 1;
        Ok(())
    }

    /// Who invites whom by a statement that opens a session, and until when it can be answered.
    fn invites(&self, verified: &Verified, now: LogTime) -> Option<(Domain, Vec<Domain>, LogTime)> {
        let statement = verified.statement();
        let Body::Propose(Propose::Invitation(invitation)) = &statement.body else { return None };
        let home = statement.issuer.organisation()?;
        let others: BTreeSet<Domain> =
            invitation.participants.iter().map(|invitee| invitee.agent.organisation()).collect();
        let to: Vec<Domain> = others.into_iter().filter(|other| *other != home).collect();
        let wait = invitation.limits.invitation_ms.unwrap_or(limits::INVITATION_MS);
        (!to.is_empty()).then(|| (home, to, now.plus(wait)))
    }

    fn rate(&self, to: &Domain, look: impl Fn(&Domain) -> Option<u32>) -> Option<u32> {
        let generation = {
            let state = self.state();
            if let Some(known) = state.rates.get(to) {
                return *known;
            }
            state.generation
        };
        // Not under the lock: it may wait for the store.
        let rate = look(to);
        let mut state = self.state();
        if state.generation == generation {
            if state.rates.len() >= PAIRS_MAX {
                state.rates.pop_first();
            }
            state.rates.insert(to.clone(), rate);
        }
        rate
    }

    /// Takes a ticket back with what became of its statement: when it was logged, or why it was not.
    pub(crate) fn end(&self, ticket: Ticket, became: Result<LogTime, Code>) {
        let refused = became.err();
        let mut state = self.state();
        if let Some(account) = ticket.payer.and_then(|payer| state.accounts.get_mut(&payer)) {
            account.pending = account.pending.saturating_sub(1);
        }
        match (refused, &ticket.issuer) {
            (None, Some(domain)) => state.learn(&ticket.keys, domain),
            (Some(Code::KeyNotValid), _) => ticket.keys.iter().for_each(|key| drop(state.keys.remove(key))),
            (Some(_), _) | (None, None) => {}
        }
        match (ticket.session, ticket.invited) {
            (Some(session), Some(invites)) => match (refused, ticket.unproven) {
                (None, Some((rates, now))) => state.invite(session, &invites, &rates, now),
                (Some(_), None) => state.take_back(session, &invites),
                (Some(_), Some(_)) | (None, None) => {}
            },
            (Some(session), None) if refused.is_none() => {
                // What else the inviting organisation says in it is no answer.
                let ends = ticket.issuer.is_none_or(|from| ticket.withdraws || state.invited(session, &from));
                if ends {
                    state.answered(session);
                }
            }
            (Some(_) | None, _) => {}
        }
        // What was logged before it came is sent again, and counts no further.
        if let (Some(came), Ok(logged)) = (ticket.registers, became)
            && logged >= came
            && self.bounds.registrations_in_all > 0
        {
            state.registered.push_back(logged);
        }
        if ticket.policy && refused.is_none() {
            state.generation += 1;
            state.rates.clear();
        }
    }
}

impl State {
    /// The account of a payer; a new one is full.
    fn account(&mut self, payer: Payer, rate: u64, now: LogTime) -> &mut Account {
        if self.accounts.len() >= PAYERS_MAX && !self.accounts.contains_key(&payer) {
            self.forget();
        }
        let full = rate.saturating_mul(BURST_SECONDS * 1_000);
        self.accounts.entry(payer).or_insert(Account {
            left: full,
            at: now,
            pending: 0,
            pace: Pace::default(),
        })
    }

    /// Forgets a quarter of the payers: those of whom nothing is pending and who have most left, longest ago.
    fn forget(&mut self) {
        let idle = self.accounts.iter().filter(|(_, account)| account.pending == 0);
        let mut ranked: Vec<(LogTime, u64, Payer)> =
            idle.map(|(payer, account)| (account.at, u64::MAX - account.left, payer.clone())).collect();
        ranked.sort_unstable();
        for (_, _, payer) in ranked.into_iter().take(PAYERS_MAX / 4) {
            self.accounts.remove(&payer);
        }
    }

    fn learn(&mut self, keys: &[KeyId], domain: &Domain) {
        for key in keys {
            if self.keys.len() >= KEYS_MAX && !self.keys.contains_key(key) {
                self.keys.pop_first();
            }
            self.keys.insert(*key, domain.clone());
        }
    }

    /// Whether one more organisation may register, from there and at all. Counts each try from there; in all those are
    /// counted that registered.
    fn may_register(&mut self, from: Option<Prefix>, bounds: &Bounds, now: LogTime) -> bool {
        let in_all = bounds.registrations_in_all;
        self.registered.retain(|time| now.since(*time) < HOUR);
        (in_all == 0 || self.registered.len() < in_all)
            && from.is_none_or(|from| self.registers(from, bounds.registrations_per_hour, now))
    }

    fn registers(&mut self, from: Prefix, most: usize, now: LogTime) -> bool {
        if self.registrations.len() >= PAYERS_MAX {
            self.registrations.retain(|_, times| times.back().is_some_and(|last| now.since(*last) < HOUR));
        }
        let room = self.registrations.len() < PAYERS_MAX;
        let times = self.registrations.entry(from).or_default();
        times.retain(|time| now.since(*time) < HOUR);
        let fits = most == 0 || (room && times.len() < most);
        if fits && most > 0 {
            times.push_back(now);
        }
        fits
    }

    fn may_invite(
        &mut self,
        (home, to, _): &(Domain, Vec<Domain>, LogTime),
        rates: &BTreeMap<Domain, Option<u32>>,
        bounds: &Bounds,
        now: LogTime,
    ) -> Result<(), Code> {
        let past: Vec<Hash> = self
            .half_open
            .get(home)
            .into_iter()
            .flatten()
            .filter(|(_, opened)| opened.until <= now)
            .map(|(id, _)| *id)
            .collect();
        past.into_iter().for_each(|id| self.answered(id));
        let open = self.half_open.get(home);
        let all = open.map_or(0, BTreeMap::len);
        let with = |other: &Domain| {
            open.into_iter().flat_map(BTreeMap::values).filter(|opened| opened.to.contains(other)).count()
        };
        if (bounds.half_open > 0 && all >= bounds.half_open)
            || (bounds.half_open_per_pair > 0
                && to.iter().any(|other| with(other) >= bounds.half_open_per_pair))
        {
            return Err(Code::TooManyHalfOpen);
        }
        for other in to {
            let Some(Some(most)) = rates.get(other) else { continue };
            let times = self.invitations.entry((home.clone(), other.clone())).or_default();
            times.retain(|time| now.since(*time) < HOUR);
            if usize::try_from(*most).is_ok_and(|most| times.len() >= most) {
                return Err(Code::RateLimited);
            }
        }
        Ok(())
    }

    fn invite(
        &mut self,
        session: Hash,
        (home, to, until): &(Domain, Vec<Domain>, LogTime),
        rates: &BTreeMap<Domain, Option<u32>>,
        now: LogTime,
    ) {
        if self.opened_by.len() >= HALF_OPEN_MAX {
            let most = self.half_open.values().max_by_key(|open| open.len());
            let oldest = most.and_then(|open| open.iter().min_by_key(|(_, opened)| opened.until));
            if let Some(id) = oldest.map(|(id, _)| *id) {
                self.answered(id);
            }
        }
        if self.invitations.len() >= PAIRS_MAX {
            self.invitations.retain(|_, times| times.back().is_some_and(|last| now.since(*last) < HOUR));
        }
        self.opened_by.insert(session, home.clone());
        let opened = Opened { to: to.clone(), until: *until };
        self.half_open.entry(home.clone()).or_default().insert(session, opened);
        for other in to.iter().filter(|other| rates.get(other).is_some_and(Option::is_some)) {
            self.invitations.entry((home.clone(), other.clone())).or_default().push_back(now);
        }
    }

    fn take_back(&mut self, session: Hash, (home, to, _): &(Domain, Vec<Domain>, LogTime)) {
        self.answered(session);
        for other in to {
            if let Some(times) = self.invitations.get_mut(&(home.clone(), other.clone())) {
                times.pop_back();
            }
        }
    }

    /// Whether an organisation is among those that were invited to a session that nobody has answered.
    fn invited(&self, session: Hash, who: &Domain) -> bool {
        let home = self.opened_by.get(&session);
        let opened = home.and_then(|home| self.half_open.get(home)).and_then(|open| open.get(&session));
        opened.is_some_and(|opened| opened.to.contains(who))
    }

    fn answered(&mut self, session: Hash) {
        let Some(home) = self.opened_by.remove(&session) else { return };
        if let Some(open) = self.half_open.get_mut(&home) {
            open.remove(&session);
            if open.is_empty() {
                self.half_open.remove(&home);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::{Domains, Factors};

    const BOUNDS: Bounds = Bounds {
        statements_per_second: 2,
        pending: 3,
        requests_per_second: 2,
        reads_per_second: 2,
        chunks_per_second: 2,
        chunk_bytes: 100,
        chunk_bytes_in_all: 1_000,
        registrations_per_hour: 2,
        registrations_in_all: 5,
        half_open: 3,
        half_open_per_pair: 2,
    };

    fn quotas(bounds: Bounds) -> Quotas {
        Quotas::new(bounds, Arc::new(Levels::new(Domains::default(), Factors::default())))
    }

    fn at(millis: u64) -> LogTime {
        LogTime::from_millis(millis)
    }

    fn domain(name: &str) -> Domain {
        name.parse().unwrap()
    }

    fn prefix(address: &str) -> Option<Prefix> {
        Prefix::of(address.parse().unwrap())
    }

    #[test]
    fn an_address_that_floods_is_refused_and_no_other() {
        let quotas = quotas(BOUNDS);
        let (one, other) = (prefix("192.0.2.1"), prefix("192.0.2.2"));
        let taken = (0..100).filter(|_| quotas.request(one, at(0)).is_ok()).count();
        assert_eq!(taken, 20, "ten seconds' worth");
        assert!(quotas.request(other, at(0)).is_ok());
        assert!(quotas.request(one, at(499)).is_err() && quotas.request(one, at(500)).is_ok());
        assert!((0..1_000).all(|_| quotas.request(None, at(0)).is_ok()), "this machine is not counted");
        assert_eq!(quotas.refused.load(Ordering::Relaxed), 81);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_this_machine_none() {
        assert_eq!(prefix("2001:db8::1"), prefix("2001:db8::ffff:1"));
        assert_ne!(prefix("2001:db8::1"), prefix("2001:db8:0:1::1"));
        assert_eq!(prefix("::ffff:192.0.2.1"), prefix("192.0.2.1"));
        assert_eq!((prefix("127.0.0.1"), prefix("::1"), prefix("::ffff:127.0.0.1")), (None, None, None));
    }

    #[test]
    fn so_many_statements_of_one_organisation_are_pending_and_another_is_not_kept_waiting() {
        let quotas = quotas(BOUNDS);
        let mut state = quotas.state();
        let (one, other) =
            (Payer::Organisation(domain("a.example")), Payer::Organisation(domain("b.example")));
        assert!((0..3).all(|_| quotas.pay(&mut state, &BOUNDS, Some(&one), (100, at(0))).is_ok()));
        assert!(quotas.pay(&mut state, &BOUNDS, Some(&one), (100, at(0))).is_err());
        assert!(quotas.pay(&mut state, &BOUNDS, Some(&other), (100, at(0))).is_ok());
        state.accounts.get_mut(&one).unwrap().pending -= 1;
        assert!(quotas.pay(&mut state, &BOUNDS, Some(&one), (100, at(0))).is_ok());
    }

    #[test]
    fn an_organisation_that_spends_what_it_saved_up_waits_and_nobody_else_does() {
        let bounds = Bounds { statements_per_second: 100, pending: 0, ..BOUNDS };
        let (quotas, now) = (quotas(bounds), Instant::now());
        let ticket = |payer: &Payer| {
            quotas.pay(&mut quotas.state(), &bounds, Some(payer), (100, at(0))).unwrap();
            let (issuer, session, invited, unproven) = (None, None, None, None);
            let (keys, price, payer) = (Vec::new(), (1, 100), Some(payer.clone()));
            let (withdraws, policy, registers) = (false, false, None);
            Ticket { payer, price, issuer, keys, session, invited, unproven, withdraws, policy, registers }
        };
        let one = Payer::Organisation(domain("a.example"));
        let waits: Vec<Duration> = (0..200).map(|_| quotas.wait(&ticket(&one), now)).collect();
        assert!(waits[..65].iter().all(Duration::is_zero) && waits[199] == Duration::from_millis(675));
        let others = [Payer::Organisation(domain("b.example")), Payer::Address(prefix("192.0.2.1").unwrap())];
        assert!(others.iter().all(|other| quotas.wait(&ticket(other), now).is_zero()));
    }

    #[test]
    fn a_long_statement_costs_as_much_as_several() {
        let bounds = Bounds { pending: 0, ..BOUNDS };
        let quotas = quotas(bounds);
        let mut state = quotas.state();
        let payer = Payer::Organisation(domain("a.example"));
        let paid = (0..100)
            .filter(|_| quotas.pay(&mut state, &bounds, Some(&payer), (4 * COST_BYTES, at(0))).is_ok());
        assert_eq!(paid.count(), 4);
    }

    #[test]
    fn invitations_that_nobody_answers_are_few_and_an_answer_or_time_makes_room() {
        let mut state = State::default();
        let to = |other: &str, until: u64| (domain("a.example"), vec![domain(other)], at(until));
        let none = BTreeMap::new();
        let open = |state: &mut State, name: &str, other: &str, now: u64| {
            let invites = to(other, now + 100);
            state.may_invite(&invites, &none, &BOUNDS, at(now))?;
            state.invite(Hash::of(&[name.as_bytes()]), &invites, &none, at(now));
            Ok::<(), Code>(())
        };
        assert!(
            open(&mut state, "1", "b.example", 0).is_ok() && open(&mut state, "2", "b.example", 0).is_ok()
        );
        assert_eq!(open(&mut state, "3", "b.example", 0), Err(Code::TooManyHalfOpen));
        assert!(open(&mut state, "3", "c.example", 0).is_ok());
        assert_eq!(open(&mut state, "4", "d.example", 0), Err(Code::TooManyHalfOpen));
        state.answered(Hash::of(&[b"1"]));
        assert!(open(&mut state, "4", "d.example", 50).is_ok());
        assert_eq!(open(&mut state, "5", "d.example", 99), Err(Code::TooManyHalfOpen));
        assert!(open(&mut state, "5", "d.example", 100).is_ok());
    }

    #[test]
    fn a_policy_says_how_many_invitations_one_organisation_may_send_in_an_hour() {
        let mut state = State::default();
        let bounds = Bounds { half_open: 0, half_open_per_pair: 0, ..BOUNDS };
        let invites = (domain("a.example"), vec![domain("b.example")], at(0));
        let rates = BTreeMap::from([(domain("b.example"), Some(2))]);
        let invite = |state: &mut State, name: &str, now: u64| {
            state.may_invite(&invites, &rates, &bounds, at(now))?;
            state.invite(Hash::of(&[name.as_bytes()]), &invites, &rates, at(now));
            Ok::<(), Code>(())
        };
        assert!(invite(&mut state, "1", 0).is_ok() && invite(&mut state, "2", 1_000).is_ok());
        assert_eq!(invite(&mut state, "3", 2_000), Err(Code::RateLimited));
        assert!(invite(&mut state, "3", HOUR.0).is_ok());
        assert_eq!(invite(&mut state, "4", HOUR.0), Err(Code::RateLimited));
    }

    #[test]
    fn so_many_organisations_register_from_one_address_in_an_hour() {
        // THR-REGISTRATION-FLOOD
        let mut state = State::default();
        let (one, other) = (prefix("192.0.2.1").unwrap(), prefix("192.0.2.2").unwrap());
        assert!(state.registers(one, 2, at(0)) && state.registers(one, 2, at(1)));
        assert!(!state.registers(one, 2, at(2)) && state.registers(other, 2, at(2)));
        assert!(state.registers(one, 2, at(HOUR.0)));
        // The control: without a bound all of them do.
        assert!((0..100).all(|_| state.registers(one, 0, at(HOUR.0))));
    }

    #[test]
    fn so_many_organisations_register_in_an_hour_wherever_from() {
        let mut state = State::default();
        state.registered.extend([at(0), at(1), at(2), at(3)]);
        assert!(state.may_register(None, &BOUNDS, at(4)));
        state.registered.push_back(at(4));
        assert!(
            !state.may_register(None, &BOUNDS, at(5))
                && !state.may_register(prefix("192.0.2.1"), &BOUNDS, at(5))
        );
        assert!(state.may_register(prefix("192.0.2.1"), &BOUNDS, at(HOUR.0)));
        assert!((0..100).all(|_| state.may_register(
            None,
            &Bounds { registrations_in_all: 0, ..BOUNDS },
            at(5)
        )));
    }

    #[test]
    fn who_has_nothing_left_is_known_before_its_signatures_are_checked() {
        let quotas = quotas(BOUNDS);
        let acme = domain("a.example");
        let payer = Payer::Organisation(acme.clone());
        let open = |bytes: usize, now: u64| quotas.is_open(Some(&acme), bytes, at(now)).is_ok();
        assert!(open(100, 0) && quotas.is_open(None, 100, at(0)).is_ok());
        for _ in 0..20 {
            assert!(open(100, 0), "a look takes nothing");
            let mut state = quotas.state();
            quotas.pay(&mut state, &BOUNDS, Some(&payer), (100, at(0))).unwrap();
            state.accounts.get_mut(&payer).unwrap().pending = 0;
        }
        assert!(!open(100, 0) && !open(100, 499) && open(100, 500) && !open(COST_BYTES, 500));
        quotas.state().accounts.get_mut(&payer).unwrap().pending = BOUNDS.pending;
        assert!(!open(100, 60_000), "as many as may are being taken in");
        assert!(quotas.is_open(Some(&domain("b.example")), 100, at(0)).is_ok());
    }

    #[test]
    fn chunks_are_paid_for_by_themselves_and_keep_no_statement_waiting() {
        let quotas = quotas(BOUNDS);
        let acme = domain("a.example");
        let put = |now: u64| quotas.chunk(&acme, at(now));
        assert_eq!(put(0).unwrap(), Room { organisation: 100, all: 1_000 });
        assert_eq!((0..100).filter(|_| put(0).is_ok()).count(), 19, "ten seconds' worth");
        assert_eq!((put(499).unwrap_err().code, put(500).is_ok()), (Code::RateLimited, true));
        assert!(quotas.chunk(&domain("b.example"), at(0)).is_ok());
        assert!(quotas.read(&acme, at(0)).is_ok() && quotas.is_open(Some(&acme), 100, at(0)).is_ok());
    }

    #[test]
    fn a_level_multiplies_what_one_may_ask_and_what_is_left_is_told() {
        let level = BOUNDS.times(4);
        assert_eq!((level.statements_per_second, level.pending, level.half_open), (8, 12, 12));
        assert_eq!(
            (level.requests_per_second, level.registrations_in_all),
            (2, 5),
            "of addresses and of all"
        );
        let quotas = quotas(BOUNDS);
        let acme = domain("a.example");
        assert!((0..3).all(|_| quotas.read(&acme, at(0)).is_ok()));
        let told = quotas.standing(&acme, 30, at(0));
        let of =
            |what: &str| told.iter().find(|limit| limit.what == what).map(|limit| (limit.most, limit.left));
        assert_eq!(of("requestsPerSecond"), Some((Some(2), Some(17))));
        assert_eq!(of("statementsPerSecond"), Some((Some(2), Some(20))));
        assert_eq!(of("invitationsUnanswered"), Some((Some(3), Some(3))));
        assert_eq!(of("chunkBytes"), Some((Some(100), Some(70))));
        assert_eq!((level.chunks_per_second, level.chunk_bytes, level.chunk_bytes_in_all), (8, 400, 1_000));
        assert!((3..20).all(|_| quotas.read(&acme, at(0)).is_ok()) && quotas.read(&acme, at(0)).is_err());
        assert!(quotas.read(&domain("b.example"), at(0)).is_ok());
    }
}
