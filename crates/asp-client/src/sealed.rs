//! Sessions that the node cannot read: what is said in them is sealed here, and what is heard is opened and judged here.
//!
//! The node keeps order among outlines. What it cannot judge this side judges by the same core, against the session as its
//! members know it, and what cannot be read counts as unsaid: see [`Session::tell_unread`].

use std::sync::Arc;

use asp_core::key::KeyId;
use asp_core::log::receipt::Receipt;
use asp_core::name::{AgentUri, StreamId, StreamName};
use asp_core::position::{Hash, Head, LogPoint, Sequence};
use asp_core::rejection::Code;
use asp_core::seal::{Opaque, Opened, outline};
use asp_core::session::table::State;
use asp_core::statement::body::{Body, Breach, Counter, Disclosure, Inform, Mode, Propose, Unreadable};
use asp_core::statement::{Statement, Verified};
use asp_seal::course::{Broken, Course, Known};
use asp_seal::disclosure::{self, Place};
use asp_seal::fault::Fault;
use asp_seal::folder::{Folder, Open};
use asp_seal::package::KeyPackage;
use asp_seal::sealer::{Reading, salted};
use zeroize::Zeroizing;

use crate::agent::AgentParty;
use crate::api::{ClaimedPackage, Message, MessagePage, SessionView};
use crate::party::Query;
use crate::session::{Session, is_refusal, keeps_its_meaning};
use crate::{Error, replay};

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

    /// Takes the vault for itself; not to be held while waiting for anything.
    fn open_vault(&self) -> Result<Open<'_>, Error> {
        let vault =
            self.vault.as_ref().ok_or(Error::Missing { what: "vault, which a sealed session needs" })?;
        if vault.agent() != self.agent() {
            return Err(Error::Vault { why: format!("it is the vault of {}", vault.agent()) });
        }
        Ok(vault.open()?)
    }

    /// Whether others could ever take this agent into their groups.
    pub(crate) fn has_packages(&self) -> Result<bool, Error> {
        if self.vault.is_none() { Ok(false) } else { Ok(self.open_vault()?.sealer().has_packages()) }
    }

    /// Publishes key packages where few are left, so that others can seal something for this agent while it is away.
    ///
    /// Done by itself before the agent comes into a session that needs it. Gives whether any were published.
    ///
    /// # Errors
    /// As every call; [`Error::Vault`].
    pub async fn publish_packages(&self) -> Result<bool, Error> {
        let body = {
            let mut vault = self.open_vault()?;
            let body = vault.sealer().publish(self.client().origin(), self.party().key())?;
            vault.save()?;
            body
        };
        let Some(body) = body else { return Ok(false) };
        match self.say(body, &[]).await {
            // What seemed lost had been heard.
            Err(Error::Refused(problem)) if problem.code == Code::NothingChanged => {}
            said => drop(said?),
        }
        let mut vault = self.open_vault()?;
        vault.sealer().published();
        vault.save()?;
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
        Body::Accept(_) | Body::Reject(_) | Body::Withdraw(_) | Body::Counter(Counter::Conditions(_))
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
        let taken = self.agent().open_vault()?.sealer().next(&self.id()) > statement.sequence;
        if !taken {
            self.known().await?;
        }
        let reading = self.agent().open_vault()?.sealer().reading(statement);
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
        let unsuited = |_| Error::Missing { what: "key of Ed25519 that something can be disclosed to" };
        let shut = disclosure::shut(to, &place, &opened.to_text()).map_err(unsuited)?;
        let too_large = |_| Error::Missing { what: "room for what is disclosed" };
        let content = Opaque::new(shut.content).map_err(too_large)?;
        let enc = Opaque::new(shut.enc).map_err(too_large)?;
        Ok(Disclosure { content, enc, statement, to: *to })
    }

    /// Says something in a session that the node cannot read: what of it is secret is sealed for the group, which is made or
    /// led on first where it has to be.
    pub(crate) async fn say_sealed(&self, body: Body, reply: Option<Hash>) -> Result<Receipt, Error> {
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
        let known = self.known().await?;
        let head = known.outlined.head();
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
            return self.seal(&known, Err(saying.body.clone()), saying.reply).map(Some);
        }
        if !self.is_ready(&known)? {
            match self.regroup(&known).await {
                // Nobody is kept in a session by somebody who cannot be taken into its group: one goes without saying why.
                Err(Error::Missing { .. }) if ends(&saying.body) => saying.body = shown,
                regrouped => regrouped?,
            }
            return Ok(None);
        }
        self.seal(&known, Ok(saying.body.clone()), saying.reply).map(Some)
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
        let mut vault = self.agent().open_vault()?;
        let secret = vault.sealer().file_secret(&self.id())?;
        vault.save()?;
        Ok(secret)
    }

    async fn tell_each(&self, known: &Known) -> Result<(), Error> {
        for (statement, code) in &known.untold {
            self.tell(*statement, *code).await?;
        }
        Ok(())
    }

    fn is_ready(&self, known: &Known) -> Result<bool, Error> {
        let key = self.agent().party().key();
        Ok(known.is_ready(self.agent().open_vault()?.sealer(), key))
    }

    /// Signs after the head: a body that is to be sealed, or one that is said as it is.
    fn seal(&self, known: &Known, body: Result<Body, Body>, reply: Option<Hash>) -> Result<Verified, Error> {
        let party = self.agent().party();
        let (shown, seal) = match body {
            Err(clear) => (clear, None),
            Ok(secret) => {
                let mut vault = self.agent().open_vault()?;
                let sealed =
                    vault.sealer().seal(party.key(), &known.outlined, known.outlined.head(), secret)?;
                // Before it is handed in: a key is never used twice, and what was said is never lost.
                vault.save()?;
                sealed
            }
        };
        let stream = StreamName::Of(StreamId::Session(self.id()));
        party.draft_sealed(stream, Some(known.outlined.head()), shown, seal, reply)
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
            let statement = self.seal(&known, Err(body), Some(statement))?;
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
        let known = self.known().await?;
        self.regroup(&known).await
    }

    /// One attempt; where another was first, nothing is left of it.
    async fn regroup(&self, known: &Known) -> Result<(), Error> {
        let agent = self.agent();
        // A vault that is new has none yet, and is taken in by them the next time.
        agent.publish_packages().await?;
        let (key, id) = (agent.party().key(), self.id());
        let how = known.regrouping(agent.open_vault()?.sealer(), key);
        let wanted: Vec<AgentUri> = how.packages_of.iter().cloned().collect();
        let claimed = if wanted.is_empty() { Vec::new() } else { agent.claim_packages(&wanted).await? };
        let packages = claimed.iter().map(key_package).collect::<Result<Vec<_>, _>>()?;
        let body = {
            let mut vault = agent.open_vault()?;
            let body = vault.sealer().regroup(key, &id, &how, &packages)?;
            vault.save()?;
            body
        };
        let statement = self.seal(known, Err(body), None)?;
        match agent.client().submit(&statement).await {
            Ok(_) => {
                // Settles it.
                self.known().await.map(|_| ())
            }
            Err(Error::Conflict { .. }) => {
                let mut vault = agent.open_vault()?;
                vault.sealer().drop_pending(&id)?;
                Ok(vault.save()?)
            }
            Err(error) if is_refusal(&error) => {
                let mut vault = agent.open_vault()?;
                vault.sealer().drop_pending(&id)?;
                vault.save()?;
                Err(error)
            }
            // Its fate is not known: it stays until the log shows it, or another.
            Err(error) => Err(error),
        }
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
        let party = self.agent().party();
        let messages = replay::messages(party, self.id()).await?;
        let client = party.client();
        let mut vault = self.agent().open_vault()?;
        let mut course = Course::new(client.origin().clone(), client.node_key(), self.id());
        for message in &messages {
            let at = LogPoint { index: message.log_index, time: message.log_time };
            let verified = message.verify().map_err(Error::forged)?;
            course.take(vault.sealer(), party.key(), &verified, at)?;
        }
        let known = course.finish(vault.sealer());
        vault.save().map_err(Error::from)?;
        Ok(known?)
    }
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
