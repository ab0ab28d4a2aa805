//! One file a verb. A command reads its arguments, asks the client, and shows what it got; rules stand elsewhere.

mod a2a;
mod account;
mod agent;
mod answer;
mod attest;
mod bench;
mod bundle;
mod card;
mod commitment;
mod completions;
mod consent;
mod demo;
mod digest;
mod discover;
mod dispute;
mod domain;
mod file;
mod fraud;
mod inbox;
mod init;
mod keys;
mod lab;
mod log;
mod mcp;
mod org;
mod people;
mod policy;
mod replay;
mod say;
mod schema;
mod serve;
mod session;
mod sign;
mod talk;
mod tck;
mod tender;
mod trace;
mod trust;
mod verify;
mod webhook;
mod work;

use std::fs::File;
use std::future::{Future, ready};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use asp_core::log::receipt::Receipt;
use asp_core::position::{Hash, LogTime};
use futures::{Stream, StreamExt, TryStreamExt};

use crate::cli::{BenchCommand, BundleCommand, Command, LogCommand};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::page::Text;
use crate::read::Id;
use crate::words;

/// Runs a command to its end.
///
/// # Errors
/// Why it did not do what it was asked.
pub(crate) fn run(context: &Context, command: Command) -> Outcome {
    match command {
        Command::Init(args) => init::run(context, &args),
        Command::Verify(args) => verify::run(context, &args),
        Command::VerifyFraud(args) => fraud::run(context, &args),
        Command::Completions { shell } => completions::run(context, shell),
        Command::Log(LogCommand::Audit(args)) => log::audit(context, &args),
        Command::Log(LogCommand::Export(args)) => log::export(context, &args),
        Command::Log(LogCommand::Receipt { statement }) => block_on(log::receipt(context, &statement)),
        Command::Log(LogCommand::Checkpoint) => block_on(log::checkpoint(context)),
        Command::Demo(args) => block_on(demo::run(context, &args)),
        Command::Serve(args) => block_on(serve::run(context, &args)),
        Command::People(command) => block_on(people::run(context, command)),
        Command::Webhook(command) => block_on(webhook::run(context, command)),
        Command::A2a(command) => block_on(talk::run(context, command)),
        Command::Console(args) => block_on(people::console(context, args)),
        Command::Org(command) => block_on(org::run(context, command)),
        Command::Agent(command) => block_on(agent::run(context, command)),
        Command::Key(command) => keys::run(context, command),
        Command::Sign(args) => sign::run(context, &args),
        Command::Submit { file } => block_on(sign::submit(context, &file)),
        Command::Discover(args) => block_on(discover::run(context, args)),
        Command::Consent(command) => block_on(consent::run(context, command)),
        Command::Schema(command) => block_on(schema::run(context, command)),
        Command::Session(command) => block_on(session::run(context, command)),
        Command::Trace(args) => block_on(trace::run(context, &args)),
        Command::Commitment(command) => block_on(commitment::run(context, command)),
        Command::Bundle(BundleCommand::Disclose(args)) => block_on(bundle::disclose(context, &args)),
        Command::Account(command) => block_on(account::run(context, command)),
        Command::Attest(args) => block_on(attest::run(context, &args)),
        Command::Inbox(command) => block_on(inbox::run(context, command)),
        Command::Dispute(command) => block_on(dispute::run(context, command)),
        Command::Trust(command) => block_on(trust::run(context, command)),
        Command::Mcp => block_on(mcp::run(context)),
        Command::Tck(args) => block_on(tck::run(context, &args)),
        Command::Lab(command) => lab::run(context, &command),
        Command::Bench(BenchCommand::Ingest(args)) => block_on(bench::ingest(context, &args)),
        Command::Bench(BenchCommand::Search(args)) => block_on(bench::search(context, &args)),
        Command::Bench(BenchCommand::Subscribers(args)) => block_on(bench::subscribers(context, &args)),
        Command::Bench(BenchCommand::Flood(args)) => block_on(bench::flood(context, &args)),
    }
}

fn block_on(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::fault(format_args!("no runtime: {error}")))?.block_on(work)
}

/// Reads a file, or stdin for `-`, up to `most` bytes.
///
/// # Errors
/// When it cannot be read or is larger; both are the caller's input.
pub(crate) fn read_input(path: &Path, most: u64) -> Outcome<Vec<u8>> {
    let name = path.display();
    let refuse = |error: io::Error| Failure::usage(format_args!("{name}: {error}"));
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(most + 1).read_to_end(&mut bytes).map_err(refuse)?;
    } else {
        File::open(path).map_err(refuse)?.take(most + 1).read_to_end(&mut bytes).map_err(refuse)?;
    }
    if bytes.len() as u64 > most {
        return Err(Failure::usage(format_args!("{name}: larger than {most} bytes")));
    }
    Ok(bytes)
}

/// Writes a file of the user's.
///
/// # Errors
/// What the operating system says.
pub(crate) fn write_output(path: &Path, bytes: &[u8]) -> Outcome {
    create(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|error| Failure::fault(format_args!("{}: {error}", path.display())))
}

/// Makes a file for what the parties said, or empties it; a new one is its owner's alone.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The present, by this machine's clock.
fn now() -> LogTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    LogTime::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Shows the node's receipt, after a sentence about what it is for.
fn receipt(context: &Context, receipt: &Receipt, what: Text) {
    let body = &receipt.receipt;
    context.printer.show(receipt, |page| {
        page.line(what.dim(format_args!(
            "  log index {}, {}",
            body.log_index,
            words::instant(body.log_time)
        )));
    });
}

/// The one of `all` that an id means.
///
/// # Errors
/// When it means none or several of them.
fn only(id: &Id, all: impl Iterator<Item = Hash>, what: &str) -> Outcome<Hash> {
    let mut meant = all.filter(|hash| id.matches(hash));
    match (meant.next(), meant.next()) {
        (Some(hash), None) => Ok(hash),
        (None, _) => Err(Failure::no(format_args!("no {what} {id} is known to you"))),
        (Some(_), Some(_)) => Err(Failure::usage(format_args!("{id} is the beginning of several {what}s"))
            .hint("Give more digits.")),
    }
}

/// [`only`] of a list that is read page by page.
async fn only_of(
    id: &Id,
    all: impl Stream<Item = Result<Hash, asp_client::Error>>,
    what: &str,
) -> Outcome<Hash> {
    // Two are as good as many.
    let meant = all.try_filter(|hash| ready(id.matches(hash))).take(2).try_collect::<Vec<_>>().await?;
    only(id, meant.into_iter(), what)
}
