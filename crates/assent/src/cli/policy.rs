//! Commands about what an organisation lets others do with its agents.

use std::path::PathBuf;

use asp_core::amount::{Currency, Money};
use asp_core::name::Domain;
use asp_core::statement::body::{AdmissionFloor, Mode, Name, Seed};
use clap::{Args, Subcommand, ValueEnum};

use super::Preparing;
use crate::read;

/// `assent org policy`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Show what an organisation lets others do with its agents
    #[command(after_help = "Examples:\n  assent org policy show volt.example\n  \
        assent org policy show --json > policy.json")]
    Show {
        /// The organisation [default: yours]
        domain: Option<Domain>,
    },
    /// Change the policy of your organisation: a statement that its key signs
    #[command(
        long_about = "Change the policy of your organisation: a statement that its key signs.\n\n\
        Begins with the policy that holds, or with the one in --file, and replaces what you name. Policies are public, \
        as everything is that an organisation says of itself. Nothing that has begun is undone by a new policy.",
        after_help = "Examples:\n  assent org policy set --ceiling \"25000 USD\" --contact mailto:ada@acme.example\n  \
        assent org policy set --floor \"20@1000 USD\" --floor \"provision.compute=40@10000 USD\"\n  \
        assent org policy set --from volt.example --from amp.example --invitations-per-hour 60\n  \
        assent org policy set --rate \"EUR=1.08 USD\" --rate \"GBP=1.27 USD\"\n  \
        assent org policy set --exposure-floor \"500 USD\"\n  \
        assent org policy set --seed \"guild.example=5000 USD\"\n  \
        assent org policy set --without admission\n  \
        assent org policy set --file policy.json --prepare statement.json"
    )]
    Set {
        #[command(flatten)]
        setting: Box<PolicySetting>,
        #[command(flatten)]
        preparing: Preparing,
    },
}

/// `assent org policy set`
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct PolicySetting {
    /// Begin with this policy instead of the one that holds: JSON as `show --json` prints it, `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The most that one of your agents may owe under one package of terms
    #[arg(long, value_name = "MONEY", value_parser = read::money)]
    pub(crate) ceiling: Option<Money>,
    /// How closed sessions of your agents have to be at least: hybrid or sealed
    #[arg(long, value_name = "MODE", value_parser = read::mode)]
    pub(crate) mode: Option<Mode>,
    /// How to reach somebody who answers for the organisation; may be repeated
    #[arg(long, value_name = "CONTACT")]
    pub(crate) contact: Vec<Name>,
    /// An organisation whose agents may invite yours; may be repeated, all others may not
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) from: Vec<Domain>,
    /// What who invites has to have earned in your eyes: SCORE@MONEY, or CAPABILITY=SCORE@MONEY; may be repeated
    #[arg(long, value_name = "FLOOR", value_parser = read::floor)]
    pub(crate) floor: Vec<AdmissionFloor>,
    /// The most invitations that one organisation may send you within an hour
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) invitations_per_hour: Option<u32>,
    /// What one unit of another currency is worth to you when you ask whom to trust, `EUR=1.08 USD`; may be repeated, all in
    /// one currency
    #[arg(long, value_name = "RATE", value_parser = read::rate)]
    pub(crate) rate: Vec<(Currency, Money)>,
    /// What an agent of others may owe yours that no held money covers, whoever it is
    #[arg(long, value_name = "AMOUNT", value_parser = read::money)]
    pub(crate) exposure_floor: Option<Money>,
    /// How many hundredths of what it kept for those whom you trust an agent may owe yours beyond that floor [default: 50]
    #[arg(long, value_name = "HUNDREDTHS", requires = "exposure_floor", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) exposure_share: Option<u32>,
    /// An organisation that you take to be good for so much before it has kept anything for you, `guild.example=5000 USD`;
    /// may be repeated
    #[arg(long, value_name = "SEED", value_parser = read::seed)]
    pub(crate) seed: Vec<Seed>,
    /// Leave this part out; may be repeated
    #[arg(long, value_enum, value_name = "PART")]
    pub(crate) without: Vec<PolicyPart>,
}

/// A part of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyPart {
    /// Who may invite, and what it has to have earned
    Admission,
    /// The most that an agent may owe
    Ceiling,
    /// Requests for consent that are granted at once
    ConsentRules,
    /// Whom to reach
    Contacts,
    /// How much others may owe that nothing covers
    Exposure,
    /// How often others may invite
    Invitations,
    /// How closed sessions have to be
    Mode,
    /// What other currencies are worth
    Rates,
    /// Whom you take to be good for something
    Seeds,
}
