//! One run of a command: its options, its home, its printer, and who is speaking to which node.

use std::sync::Arc;

use asp_client::keys::Keyring;
use asp_client::{AgentParty, Client, OrganisationParty};
use asp_core::key::SecretKey;
use asp_core::keyfile;
use asp_core::name::{AgentUri, Domain, Issuer};

use asp_seal::folder::Folder;

use crate::cli::Options;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::printer::Printer;
use crate::words;

/// The node of a machine where nothing else is said.
const NODE: &str = "http://127.0.0.1:4860";

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Context {
    /// Prints.
    pub(crate) printer: Printer,
    options: Options,
}

impl Context {
    /// A run with these options.
    pub(crate) fn new(options: Options) -> Self {
        let printer = Printer::new(options.json, options.quiet, options.color);
        Self { printer, options }
    }

    /// The global options.
    pub(crate) const fn options(&self) -> &Options {
        &self.options
    }

    /// The user's folder.
    ///
    /// # Errors
    /// When its configuration cannot be read.
    pub(crate) fn home(&self) -> Outcome<Home> {
        Home::open(self.options.home.clone())
    }

    /// The address of the node that is meant.
    pub(crate) fn node(&self, home: &Home) -> String {
        let configured = || home.config().node.clone();
        self.options.node.clone().or_else(configured).unwrap_or_else(|| NODE.to_owned())
    }

    /// A connection to the node.
    ///
    /// # Errors
    /// When nobody answers there, or no node does.
    pub(crate) async fn client(&self) -> Outcome<Client> {
        let node = self.node(&self.home()?);
        let client = Client::connect(&node).await.map_err(|error| {
            let failure = Failure::from(error);
            match failure.hint {
                Some(_) => failure,
                None => failure.hint(format_args!("Is a node running at {node}? `assent serve` starts one.")),
            }
        })?;
        Ok(match &self.options.traceparent {
            Some(trace) => client.in_trace(trace.clone()),
            None => client,
        })
    }

    /// The keys of the home.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub(crate) fn keyring(&self) -> Outcome<Keyring> {
        Keyring::open(self.home()?.keys()).map_err(Failure::from)
    }

    /// The vault of an agent, with what it keeps of sessions that the node cannot read; made when it is needed.
    ///
    /// # Errors
    /// When there is no home.
    pub(crate) fn vault(&self, agent: &AgentUri) -> Outcome<Arc<Folder>> {
        let name = keyfile::name_of(&Issuer::Agent(agent.clone()));
        Ok(Arc::new(Folder::new(agent.clone(), self.home()?.vaults().join(name))))
    }

    /// The organisation that speaks, connected: the one named, or that of the identity in use.
    ///
    /// # Errors
    /// When it is not clear who is meant, or the key is not here.
    pub(crate) async fn organisation(&self) -> Outcome<OrganisationParty> {
        let identity = self.identity(|issuer| issuer.organisation().is_some())?;
        let domain = identity.organisation().ok_or_else(|| Failure::usage("a node has no organisation"))?;
        let key = self.key(&Issuer::Organisation(domain.clone()))?;
        Ok(self.client().await?.organisation_with(domain, key))
    }

    /// The agent that speaks, connected.
    ///
    /// # Errors
    /// As [`Context::organisation`].
    pub(crate) async fn agent(&self) -> Outcome<AgentParty> {
        let agent = self.agent_name()?;
        let key = self.key(&Issuer::Agent(agent.clone()))?;
        let vault = self.vault(&agent)?;
        Ok(self.client().await?.agent_with(agent, key).with_vault(vault))
    }

    /// This agent, connected; `--as` must not name another.
    ///
    /// # Errors
    /// When another is named, or the key is not here.
    pub(crate) async fn agent_named(&self, agent: &AgentUri) -> Outcome<AgentParty> {
        let named = Issuer::Agent(agent.clone());
        if self.options.identity.as_ref().is_some_and(|identity| *identity != named) {
            return Err(Failure::usage(format_args!("this belongs to {}, not to --as", words::agent(agent))));
        }
        let key = self.key(&named)?;
        let vault = self.vault(agent)?;
        Ok(self.client().await?.agent_with(agent.clone(), key).with_vault(vault))
    }

    /// The agent that speaks.
    ///
    /// # Errors
    /// When it is not clear which.
    pub(crate) fn agent_name(&self) -> Outcome<AgentUri> {
        match self.identity(|issuer| issuer.agent().is_some())? {
            Issuer::Agent(agent) => Ok(agent),
            Issuer::Organisation(domain) => {
                Err(Failure::usage(format_args!("{domain} is an organisation; this needs one of its agents"))
                    .hint("Say which: --as acme.example/buyer."))
            }
            Issuer::Node(_) => Err(Failure::usage("a node is no agent")),
        }
    }

    /// The organisation of whoever speaks.
    ///
    /// # Errors
    /// When it is not clear who speaks.
    pub(crate) fn organisation_name(&self) -> Outcome<Domain> {
        let identity = self.identity(|issuer| issuer.organisation().is_some())?;
        identity.organisation().ok_or_else(|| Failure::usage("a node has no organisation"))
    }

    /// Who speaks: `--as`, or the home's identity, or the only key that fits.
    fn identity(&self, fits: fn(&Issuer) -> bool) -> Outcome<Issuer> {
        let home = self.home()?;
        if let Some(identity) = &self.options.identity {
            return Ok(identity.clone());
        }
        if let Some(identity) = home.config().identity.as_ref().filter(|identity| fits(identity)) {
            return Ok(identity.clone());
        }
        let held = self.keyring()?.list().map_err(Failure::from)?;
        let mut fitting = held.into_iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Failure::usage(format_args!("no fitting key in {}", home.folder().display()))
                .hint("`assent init --org acme.example --agent acme.example/buyer` makes keys.")),
            (Some(first), Some(second)) => Err(Failure::usage(format_args!(
                "several could be meant: {}, {} …",
                words::issuer(&first),
                words::issuer(&second)
            ))
            .hint("Say who is speaking: --as acme.example/buyer, or `identity` in config.toml.")),
        }
    }

    /// The key of an issuer, made if there is none; and whether it was made.
    ///
    /// # Errors
    /// When it can be neither read nor made.
    pub(crate) fn key_or_made(&self, issuer: &Issuer) -> Outcome<(SecretKey, bool)> {
        let keyring = self.keyring()?;
        let held = keyring.has(issuer);
        let key = if held { keyring.load(issuer) } else { keyring.create(issuer) };
        Ok((key?, !held))
    }

    /// The key of an issuer.
    ///
    /// # Errors
    /// When it is not in the home, or its file is readable by others.
    pub(crate) fn key(&self, issuer: &Issuer) -> Outcome<SecretKey> {
        self.keyring()?.load(issuer).map_err(Failure::from)
    }
}
