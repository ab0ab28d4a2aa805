//! Sessions that the node cannot read: what is said in them is sealed here, and what is heard is opened and judged here.
//!
//! The node keeps order among outlines. What it cannot judge this side judges by the same core, against the session as its
//! members know it, and what cannot be read counts as unsaid: see [`Session::tell_unread`].

use std::sync::Arc;

use asp_core::key::{KeyId, SecretKey};
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, StreamId, StreamName};
use asp_core::position::{Hash, Head, LogPoint, Sequence};
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened, Seal, outline};
use asp_core::session::table::State;
use asp_core::statement::body::{
    Accept, Body, Breach, Counter, Disclosure, Inform, Mode, Propose, Unreadable,
};
use asp_core::statement::{Statement, Verified};
use asp_seal::course::{Broken, Course, Known};
use asp_seal::disclosure::{self, Place};
use asp_seal::fault::Fault;
use asp_seal::folder::{Folder, Open};
use asp_seal::package::KeyPackage;
use asp_seal::sealer::{Reading, Sealer, salted};
use zeroize::Zeroizing;

use crate::Error;
use crate::agent::AgentParty;
use crate::api::{ClaimedPackage, Message, MessagePage, SessionView};
use crate::party::Query;
use crate::replay::Ground;
use crate::session::{Session, is_refusal, keeps_its_meaning};

/// How often a group is made, or something sealed, anew because others spoke first.
const ATTEMPTS_MAX: u32 = 8;

impl From<asp_seal::folder::FolderError> for Error {
    fn from(error: asp_seal::folder::FolderError) -> Self {
        Self::Vault { why: error.to_string() }
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Fault(fault @ Fault::LogChanged) => Self::forged(fault),
            Broken::Fault(fault) => fault.into(),
            Broken::Refused { .. } | Broken::NoBeginning => Self::forged(broken),
        }
    }
}

impl From<disclosure::Fault> for Error {
    fn from(fault: disclosure::Fault) -> Self {
        match fault {
            disclosure::Fault::CannotShut => Self::NoRandomness,
            disclosure::Fault::TooLarge => Self::Missing { what: "room for what is disclosed" },
            disclosure::Fault::KeyUnsuited | disclosure::Fault::CannotOpen | disclosure::Fault::Malformed => {
                Self::Missing { what: "key of Ed25519 that something can be disclosed to" }
            }
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Vault { why: fault.to_string() }
    }
}

impl AgentParty {
    /// The same agent with a vault, in which it keeps what it needs to take part in sessions that the node cannot read.
    ///
    /// One vault for all processes of the agent: see [`Folder`].
    #[must_use]
    pub fn with_vault(mut self, vault: Arc<Folder>) -> Self {
        self.vault = Some(vault);
        self
    }

    /// Does something with the vault and the key, on a thread that may wait: for the disk, and for other processes of this agent.
    async fn in_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Open<'_>, &SecretKey) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let vault = self.vault.clone();
        let vault = vault.ok_or(Error::Missing { what: "vault, which a sealed session needs" })?;
        if vault.agent() != self.agent() {
            return Err(Error::Vault { why: format!("it is the vault of {}", vault.agent()) });
        }
        let key = self.party().key().clone();
        let done = tokio::task::spawn_blocking(move || work(&mut vault.open()?, &key)).await;
        done.unwrap_or_else(|ended| Err(Error::Vault { why: ended.to_string() }))
    }

    /// The same, and keeps what has changed: before anything that it made is handed in.
    async fn kept<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Sealer, &SecretKey) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.in_vault(|vault, key| {
            let done = work(vault.sealer(), key)?;
            vault.save()?;
            Ok(done)
        })
        .await
    }

    /// The sessions that the vault has followed; none without one.
    ///
    /// # Errors
    /// [`Error::Vault`].
    pub async fn followed(&self) -> Result<Vec<Hash>, Error> {
        if self.vault.is_none() {
            return Ok(Vec::new());
        }
        self.in_vault(|vault, _| Ok(vault.sealer().sessions().collect())).await
    }

    /// Whether others could ever take this agent into their groups.
    pub(crate) async fn has_packages(&self) -> Result<bool, Error> {
        if self.vault.is_none() {
            return Ok(false);
        }
        self.in_vault(|vault, _| Ok(vault.sealer().has_packages())).await
    }

    /// Publishes key packages where few are left, so that others can seal something for this agent while it is away.
    ///
    /// Done by itself before the agent comes into a session that needs it. Gives whether any were published.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`].
    pub async fn publish_packages(&self) -> Result<bool, Error> {
        let origin = self.client().origin().clone();
        let at = origin.clone();
        let behind = self.in_vault(move |vault, _| Ok(vault.sealer().looked(&at))).await?;
        // Another vault of this agent may have published since; it may be lost by now, and its packages with it.
        let own = self.client().chained(&StreamId::Agent(self.agent().clone()), behind).await?;
        let own: Vec<Verified> =
            own.iter().map(Message::verify).collect::<Result<_, _>>().map_err(Error::forged)?;
        let publish = move |sealer: &mut Sealer, key: &SecretKey| {
            sealer.saw(&origin, own.iter().map(Verified::statement));
            Ok(sealer.publish(&origin, key)?)
        };
        let body = self.kept(publish).await?;
        let Some(body) = body else { return Ok(false) };
        match self.say(body, &[]).await {
            // What seemed lost had been heard.
            Err(Error::Refused(problem)) if problem.code == Code::NothingChanged => {}
            said => drop(said?),
        }
        self.kept(|sealer, _| {
            sealer.published();
            Ok(())
        })
        .await?;
        Ok(true)
    }
}

/// What an agent reads in a statement of a session that the node cannot read.
#[derive(Debug, Clone)]
pub struct Read {
    /// The statement; where it was opened with its body in full.
    pub statement: Statement,
    /// What it is to this agent.
    pub reading: Reading,
}

/// Something that is to be said, and what was known when that was decided.
struct Saying {
    body: Body,
    reply: Option<Hash>,
    /// The head of the session that was known then.
    heard: Option<Head>,
    /// Whether it is first told what could not be read.
    tells: bool,
}

impl Saying {
    fn new(body: Body, reply: Option<Hash>, heard: Option<Head>) -> Self {
        let tells = !matches!(body, Body::Inform(Inform::Unreadable(_)));
        Self { body, reply, heard, tells }
    }
}

/// Whether a body has a place in a session into which nobody has come yet. What has none is not told to the node to be refused.
const fn has_place_before(body: &Body) -> bool {
    matches!(
        body,
        Body::Accept(Accept::Introduction(_))
            | Body::Reject(_)
            | Body::Withdraw(_)
            | Body::Counter(Counter::Conditions(_))
    )
}

/// Whether a body says that its speaker has done with the session.
const fn ends(body: &Body) -> bool {
    matches!(body, Body::Reject(_) | Body::Withdraw(_) | Body::Close(_))
}

/// Whether somebody can say in this state that something could not be read.
const fn can_tell(state: State) -> bool {
    match state {
        State::Introduced | State::Conversing | State::Agreeing | State::Executing => true,
        State::Idle | State::Invited | State::Escalated | State::Closed | State::Failed => false,
    }
}

impl Session {
    /// Who can read the session: by the statement that opens it, whose hash is the session's id, and never by the node's word.
    ///
    /// # Errors
    /// As every call.
    pub async fn mode(&self) -> Result<Mode, Error> {
        if let Some(mode) = self.mode.get() {
            return Ok(*mode);
        }
        let first: Query = vec![("limit", "1".to_owned())];
        let page: MessagePage = self.agent().party().get(&self.path("/messages"), &first).await?;
        let opening = page.messages.first().ok_or_else(|| Error::forged("a session that nothing opens"))?;
        let said = opening.verify().map_err(Error::forged)?;
        let Body::Propose(Propose::Invitation(invitation)) = &said.statement().body else {
            return Err(Error::forged("a session that no invitation opens"));
        };
        if said.statement().hash != self.id() {
            return Err(Error::forged("the beginning of another session"));
        }
        let mode = invitation.mode;
        Ok(*self.mode.get_or_init(|| mode))
    }

    /// A statement as this agent reads it: opened where it was sealed for it. Takes in what was said before.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`].
    pub async fn read(&self, message: &Message) -> Result<Read, Error> {
        let said = message.verify().map_err(Error::forged)?;
        let statement = said.statement();
        if statement.seal.is_none() || self.agent().vault.is_none() {
            let reading = if statement.seal.is_some() { Reading::Shut } else { Reading::Clear };
            return Ok(Read { statement: statement.clone(), reading });
        }
        let (id, sequence) = (self.id(), statement.sequence);
        let next = self.agent().in_vault(move |vault, _| Ok(vault.sealer().next(&id))).await?;
        if next <= sequence {
            self.known().await?;
        }
        let sealed = statement.clone();
        let reading = self.agent().in_vault(move |vault, _| Ok(vault.sealer().reading(&sealed))).await?;
        let statement = match &reading {
            Reading::Opened(opened) => statement.opened(opened.body.clone()),
            Reading::Clear | Reading::Shut | Reading::Unreadable(_) => statement.clone(),
        };
        Ok(Read { statement, reading })
    }

    /// The session as its members know it.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`].
    pub(crate) async fn inner_view(&self) -> Result<SessionView, Error> {
        let known = self.known().await?;
        self.head.learn(known.outlined.head());
        Ok(SessionView::from(&known.inner))
    }

    /// What this agent could not read, and has not said so about: the statements and why.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`].
    pub async fn unread(&self) -> Result<Vec<(Hash, Code)>, Error> {
        Ok(self.known().await?.untold)
    }

    /// Says of everything that this agent could not read that it could not: it has not answered it.
    ///
    /// Done by itself before the agent says something else.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`].
    pub async fn tell_unread(&self) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        for (statement, code) in self.unread().await? {
            self.tell(statement, code).await?;
        }
        Ok(())
    }

    /// What is overdue although nothing was said of it: what the node cannot see in a sealed session.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`].
    pub async fn overdue(&self) -> Result<Vec<Breach>, Error> {
        let now = self.agent().client().after(asp_core::position::Millis(0));
        if self.mode().await? == Mode::Open || self.agent().vault.is_none() {
            return Ok(Vec::new());
        }
        Ok(self.known().await?.inner.breaches(now))
    }

    /// The text that was sealed in a statement, to be shown to somebody else: see [`asp_core::seal::Opened`].
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] where this agent has not opened it.
    pub async fn opened(&self, sequence: Sequence) -> Result<(Hash, Opened), Error> {
        let before = sequence.0.checked_sub(1).map(Sequence);
        let messages = self.messages(before).await?;
        let message = messages.first().ok_or(Error::Missing { what: "statement of that number" })?;
        let Read { statement, reading } = self.read(message).await?;
        match reading {
            Reading::Opened(opened) => Ok((statement.hash, *opened)),
            Reading::Clear | Reading::Shut | Reading::Unreadable(_) => {
                Err(Error::Missing { what: "sealed text in that statement that could be opened" })
            }
        }
    }

    /// What was sealed in a statement, shut anew to one key, to be shown in a dispute or handed over.
    ///
    /// # Errors
    /// As [`Session::opened`]; [`Error::Missing`] where nothing can be shut to the key.
    pub async fn disclose(&self, sequence: Sequence, to: &KeyId) -> Result<Disclosure, Error> {
        let (statement, opened) = self.opened(sequence).await?;
        let place = Place { origin: self.agent().client().origin(), session: self.id(), statement };
        Ok(disclosure::disclose(to, &place, &opened)?)
    }

    /// Says something in a session that the node cannot read: what of it is secret is sealed for the group, which is made or
    /// led on first where it has to be.
    pub(crate) async fn say_sealed(&self, body: Body, reply: Option<Hash>) -> Result<Receipt, Error> {
        let _turn = self.turn.lock().await;
        let mut saying = Saying::new(salted(body)?, reply, self.head.get());
        let mut said = Err(Error::Conflict { head: None });
        for _ in 0..ATTEMPTS_MAX {
            let Some(statement) = self.next_step(&mut saying).await? else { continue };
            said = self.agent().client().submit(&statement).await;
            match &said {
                // Whether that changes what was meant is seen when it was read.
                Err(Error::Conflict { .. }) => {}
                // The group moved between reading and saying.
                Err(Error::Refused(problem)) if problem.code == Code::EpochStale => {}
                Ok(_) | Err(_) => break,
            }
        }
        match &said {
            Ok(Receipt { receipt, .. }) => {
                self.head.learn(Head { sequence: receipt.sequence, hash: receipt.statement });
            }
            Err(error) if is_refusal(error) || matches!(error, Error::Conflict { .. }) => self.head.forget(),
            Err(_) => {}
        }
        said
    }

    /// The same, signed and not handed in.
    pub(crate) async fn sign_sealed(&self, body: Body, reply: Option<Hash>) -> Result<Verified, Error> {
        let _turn = self.turn.lock().await;
        let mut saying = Saying::new(salted(body)?, reply, self.head.get());
        for _ in 0..ATTEMPTS_MAX {
            if let Some(statement) = self.next_step(&mut saying).await? {
                return Ok(statement);
            }
        }
        Err(Error::Conflict { head: None })
    }

    /// The statement that says it; none where something else had to be said first, and was.
    async fn next_step(&self, saying: &mut Saying) -> Result<Option<Verified>, Error> {
        let known = Arc::new(self.known().await?);
        let head = known.outlined.head();
        if self.head.get().is_some_and(|learnt| learnt.sequence > head.sequence) {
            return Err(Error::forged(Fault::LogChanged));
        }
        if known.moved > saying.heard.get_or_insert(head).sequence && !keeps_its_meaning(&saying.body) {
            self.head.forget();
            return Err(Error::Conflict { head: Some(head) });
        }
        // If it is not known afterwards whether it was said, it is not said twice.
        saying.heard.into_iter().for_each(|heard| self.head.learn(heard));
        let state = known.outlined.state();
        if saying.tells && can_tell(state) && !known.untold.is_empty() {
            match self.tell_each(&known).await {
                // Where that may not be said, what was meant may still be.
                Err(error) if is_refusal(&error) => saying.tells = false,
                told => told?,
            }
            return Ok(None);
        }
        if known.agrees_unread(&saying.body) {
            return Err(Error::Unread { code: Code::ContentUnopened });
        }
        let shown = outline(&saying.body, known.outlined.mode());
        if shown == saying.body || state == State::Invited {
            if state == State::Invited && !has_place_before(&saying.body) {
                return Err(Error::Missing {
                    what: "group before somebody has come in, for which this could be sealed",
                });
            }
            // Why somebody does not come in is said to nobody, since nobody is there for whom it could be sealed.
            let said = if ends(&saying.body) { shown } else { saying.body.clone() };
            return self.sign_after(&known, said, None, saying.reply).map(Some);
        }
        if !self.is_ready(&known).await? {
            match self.regroup(&known).await {
                // Nobody is kept in a session by somebody who cannot be taken into its group: one goes without saying why.
                Err(Error::Missing { .. }) if ends(&saying.body) => saying.body = shown,
                regrouped => regrouped?,
            }
            return Ok(None);
        }
        self.sign_shut(&known, saying.body.clone(), saying.reply).await.map(Some)
    }

    /// What the keys of files follow from that are sent here.
    ///
    /// # Errors
    /// As every call; [`Error::Missing`] where nobody has come in, for whom a file could be sealed.
    pub(crate) async fn file_secret(&self) -> Result<Zeroizing<[u8; 32]>, Error> {
        if self.known().await?.outlined.state() == State::Invited {
            return Err(Error::Missing {
                what: "group before somebody has come in, for which a file could be sealed",
            });
        }
        let id = self.id();
        self.agent().kept(move |sealer, _| Ok(sealer.file_secret(&id)?)).await
    }

    async fn tell_each(&self, known: &Known) -> Result<(), Error> {
        for (statement, code) in &known.untold {
            self.tell(*statement, *code).await?;
        }
        Ok(())
    }

    async fn is_ready(&self, known: &Arc<Known>) -> Result<bool, Error> {
        let known = Arc::clone(known);
        self.agent().in_vault(move |vault, key| Ok(known.is_ready(vault.sealer(), key))).await
    }

    /// Signs after the head with what is secret in a body sealed.
    async fn sign_shut(
        &self,
        known: &Arc<Known>,
        body: Body,
        reply: Option<Hash>,
    ) -> Result<Verified, Error> {
        let session = Arc::clone(known);
        // Kept before it is handed in: a key is never used twice, and what was said is never lost.
        let sealed = self.agent().kept(move |sealer, key| {
            let outlined = &session.outlined;
            Ok(sealer.seal(key, outlined, outlined.head(), body)?)
        });
        let (shown, seal) = sealed.await?;
        self.sign_after(known, shown, seal, reply)
    }

    /// Signs after the head what is said as it is.
    fn sign_after(
        &self,
        known: &Known,
        body: Body,
        seal: Option<Seal>,
        reply: Option<Hash>,
    ) -> Result<Verified, Error> {
        let stream = StreamName::Of(StreamId::Session(self.id()));
        self.agent().party().draft_sealed(stream, Some(known.outlined.head()), body, seal, reply)
    }

    /// Says that a statement could not be read, on the newest head; again where others spoke first.
    async fn tell(&self, statement: Hash, code: Code) -> Result<(), Error> {
        for _ in 0..ATTEMPTS_MAX {
            let known = self.known().await?;
            // It is said once; the same agent may have said it elsewhere.
            if !known.untold.iter().any(|(untold, _)| *untold == statement) {
                return Ok(());
            }
            let body = Body::Inform(Inform::Unreadable(Unreadable { code }));
            let statement = self.sign_after(&known, body, None, Some(statement))?;
            match self.agent().client().submit(&statement).await {
                Err(Error::Conflict { .. }) => {}
                said => return said.map(|_| ()),
            }
        }
        Err(Error::Conflict { head: None })
    }

    /// Makes the group of the session the one that it has to be, if it is not: at an agent's wish also otherwise, which gives the
    /// group new keys.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`]; [`Error::Missing`] where somebody has no key packages.
    pub async fn renew_group(&self) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        let known = Arc::new(self.known().await?);
        self.regroup(&known).await
    }

    /// One attempt; where another was first, nothing is left of it.
    async fn regroup(&self, known: &Arc<Known>) -> Result<(), Error> {
        let agent = self.agent();
        // A vault that is new has none yet, and is taken in by them the next time.
        agent.publish_packages().await?;
        let (id, followed) = (self.id(), Arc::clone(known));
        let how = agent.in_vault(move |vault, key| Ok(followed.regrouping(vault.sealer(), key))).await?;
        let wanted: Vec<AgentUri> = how.packages_of.iter().cloned().collect();
        let claimed = if wanted.is_empty() { Vec::new() } else { agent.claim_packages(&wanted).await? };
        let packages = claimed.iter().map(key_package).collect::<Result<Vec<_>, _>>()?;
        let regroup =
            move |sealer: &mut Sealer, key: &SecretKey| Ok(sealer.regroup(key, &id, &how, &packages)?);
        let statement = self.sign_after(known, agent.kept(regroup).await?, None, None)?;
        match agent.client().submit(&statement).await {
            Ok(_) => {
                // Settles it.
                self.known().await.map(|_| ())
            }
            Err(Error::Conflict { .. }) => self.drop_pending().await,
            Err(error) if is_refusal(&error) => {
                self.drop_pending().await?;
                Err(error)
            }
            // Its fate is not known: it stays until the log shows it, or another.
            Err(error) => Err(error),
        }
    }

    async fn drop_pending(&self) -> Result<(), Error> {
        let id = self.id();
        self.agent().kept(move |sealer, _| Ok(sealer.drop_pending(&id)?)).await
    }

    /// Reads the session and what it rests on, judges all of it, and opens what was sealed for this agent.
    pub(crate) async fn known(&self) -> Result<Known, Error> {
        let mut known = self.follow().await;
        for _ in 1..ATTEMPTS_MAX {
            // Another process of the same agent may have read more since this one read.
            let Err(Following::Behind) = known else { break };
            known = self.follow().await;
        }
        known.map_err(|why| match why {
            Following::Behind => Error::forged(Fault::LogChanged),
            Following::Failed(error) => error,
        })
    }

    async fn follow(&self) -> Result<Known, Following> {
        let mut ground = self.ground.lock().await;
        let read = ground.read(self.agent().party(), self.id()).await;
        // What was told falsely once may be told rightly later.
        if let Err(error @ Error::Forged { .. }) = read {
            *ground = Ground::default();
            return Err(error.into());
        }
        read?;
        let (said, client) = (ground.in_order(), self.agent().client());
        let course = Course::new(client.origin().clone(), client.node_key(), self.id());
        let known = self.agent().in_vault(move |vault, key| Ok(follow(vault, key, course, &said))).await?;
        if known.is_err() {
            *ground = Ground::default();
        }
        known
    }
}

/// Judges all that was read, and opens what was sealed for the owner of the vault.
fn follow(
    vault: &mut Open<'_>,
    key: &SecretKey,
    mut course: Course,
    said: &[(Arc<Verified>, LogPoint)],
) -> Result<Known, Following> {
    for (verified, at) in said {
        course.take(vault.sealer(), key, verified, *at)?;
    }
    let known = course.finish(vault.sealer());
    vault.save().map_err(Error::from)?;
    Ok(known?)
}

/// Why a session could not be followed.
enum Following {
    /// Less is there than was there before.
    Behind,
    Failed(Error),
}

impl From<Error> for Following {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Broken> for Following {
    fn from(broken: Broken) -> Self {
        let behind = matches!(broken, Broken::Fault(Fault::LogChanged));
        if behind { Self::Behind } else { Self::Failed(broken.into()) }
    }
}

/// The key package that was claimed of an agent.
fn key_package(claimed: &ClaimedPackage) -> Result<KeyPackage, Error> {
    let missing = Error::Missing { what: "key package of somebody who has to be in the group" };
    let package = claimed.package.as_ref().ok_or(missing)?;
    let said = claimed.statement.as_ref().and_then(|message| message.signatures.first());
    let key =
        said.map(|signature| signature.key_id).ok_or_else(|| Error::forged("an unsigned key package"))?;
    let content: Opaque = package.content.parse().map_err(Error::forged)?;
    Ok(KeyPackage::read(content.bytes(), &claimed.agent, &key)?)
}
