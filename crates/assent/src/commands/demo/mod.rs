//! `assent demo`: a real node, two agents that know nothing of each other, and somebody who watches.
//! Sets the stage and takes it down; what happens on it is decided by the agents.

mod life;
mod notes;
mod story;
mod watch;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use asp_client::keys::Keyring;
use asp_core::bundle::{Anchors, Bundle};
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::Millis;
use asp_core::statement::body::Card;
use asp_node::acting::ActingKeys;
use asp_node::{Config, Node};
use serde_json::json;
use tempfile::TempDir;

use self::life::Market;
use self::notes::{Note, Started};
use self::story::buyer::{Buyer, Wish};
use self::story::vendor::{self, Stock};
use self::story::{Part, capability};
use self::watch::{Teller, Watch, channel};
use super::serve::{Signals, until_stopped};
use crate::cli::Demo;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::{self, Home, private_folder};
use crate::page::{Paint, Text};

/// The file that proves the deal.
const BUNDLE: &str = "assent-demo-bundle.json";
/// Who buys.
const BUYER: &str = "agent://acme.example/buyer";
/// Who sells.
const VENDOR: &str = "agent://volt.example/vendor";
/// How soon the second delivery is due: long enough to agree on it, short enough to watch it pass.
const DUE_SOON: Millis = Millis(1_500);

/// Runs the demo.
///
/// # Errors
/// When anything in it does not go as it must.
pub(super) async fn run(context: &Context, args: &Demo) -> Outcome {
    let signals = Signals::listen()?;
    let stage = Stage::prepare(args)?;
    let start = Instant::now();
    let node = Node::start(stage.node_config()).await.map_err(Failure::from)?;
    let (teller, happenings) = channel(node.store());
    teller.note(Note::Started(stage.started(&node, start.elapsed())?)).await;
    let watch = Watch::new(&context.printer, node.store().clone());
    // Both sides and the watch end together: whoever fails, fails the demo.
    let play = play(&stage, &node, teller);
    let (statements, ()) = tokio::try_join!(watch.run(happenings), play)?;
    end(context, &stage, &node, statements, start.elapsed(), args);
    if args.serve {
        go_on(context, &stage, node, signals).await
    } else {
        node.stop().await;
        Ok(())
    }
}

/// A market whose agents go on until somebody ends it, and how to look into it.
async fn go_on(context: &Context, stage: &Stage, node: Node, signals: Signals) -> Outcome {
    let printer = &context.printer;
    printer.say("a dozen organisations open their market …");
    let market = Market::open(&node.url(), &ActingKeys::of(&stage.node_config().data)).await?;
    let [home, judge] = market.links().await?;
    if printer.is_json() {
        printer.json(&json!({ "event": "demo.market", "console": home, "arbiter": judge }));
    } else {
        let link = |what: &str, url: &str| Text::of(Paint::Strong, what).pad(12).and(Paint::Accent, url);
        printer.line("");
        printer.line(link("Look in as", "the owner of Harbour Freight"));
        printer.line(link("", &home));
        printer.line(link("or as", "an arbiter of the Court of Trade, who has to rule"));
        printer.line(link("", &judge));
        printer.line(Text::default().dim("Each link signs in once. Ctrl-C ends the market."));
    }
    tokio::select! {
        never = market.live(context) => match never {},
        stopped = until_stopped(context, node, signals) => stopped,
    }
}

/// Both agents, each in a task of its own.
async fn play(stage: &Stage, node: &Node, teller: Teller) -> Outcome {
    teller.note(Note::Chapter { title: "Two organisations and their agents register" }).await;
    let stock = Stock {
        hours: "1000".parse().map_err(Failure::fault)?,
        asks: money("2.8 USD")?,
        floor: money("2.5 USD")?,
    };
    let vendor_part =
        stage.part(node, VENDOR, "Volt Compute", "Rents GPUs by the hour.", true, teller.clone())?;
    let buyer_part =
        stage.part(node, BUYER, "Acme Research", "Buys what training needs.", false, teller.clone())?;
    let vendor = tokio::spawn(vendor::run(vendor_part, stock, 2));
    let buyer = tokio::spawn(buy(buyer_part, stage.bundle.clone(), teller));
    let (vendor, buyer) = tokio::try_join!(flat(vendor), flat(buyer))?;
    let ((), ()) = (vendor, buyer);
    Ok(())
}

async fn flat(task: tokio::task::JoinHandle<Outcome>) -> Outcome {
    task.await.map_err(Failure::fault)?
}

/// The buyer's day: one deal that is kept and proved, one that is broken.
async fn buy(part: Part, bundle: PathBuf, teller: Teller) -> Outcome {
    let buyer = Buyer::arrive(part).await?;
    buyer.chapter("They make a deal and keep it").await;
    let wish = Wish {
        hours: "1000".parse().map_err(Failure::fault)?,
        first: money("2.4 USD")?,
        last: money("2.55 USD")?,
        due: Millis(3_600_000),
    };
    let deal = buyer.deal(&wish, None).await?;
    buyer.chapter("The proof stands by itself").await;
    let start = Instant::now();
    let bytes = buyer.bundle(&deal.commitment).await?;
    let took = start.elapsed();
    super::write_output(&bundle, &bytes)?;
    teller
        .note(Note::Wrote { commitment: deal.commitment, path: bundle.clone(), bytes: bytes.len(), took })
        .await;
    teller.note(check(&bundle)?).await;
    buyer.chapter("A second deal is broken").await;
    let short = Wish {
        hours: "200".parse().map_err(Failure::fault)?,
        first: wish.last.clone(),
        due: DUE_SOON,
        ..wish
    };
    buyer.deal(&short, Some(deal.score)).await?;
    Ok(())
}

/// Reads the file again and checks it with nothing but the core.
fn check(path: &Path) -> Outcome<Note> {
    let bytes =
        std::fs::read(path).map_err(|error| Failure::fault(format_args!("{}: {error}", path.display())))?;
    let start = Instant::now();
    let bundle = Bundle::parse(&bytes).map_err(Failure::fault)?;
    let report = bundle.verify(&Anchors { node_key: None });
    if report.refuted() {
        return Err(Failure::fault("the bundle of the demo does not hold"));
    }
    Ok(Note::Checked { report: Box::new(report), took: start.elapsed() })
}

fn money(text: &str) -> Outcome<asp_core::amount::Money> {
    text.parse().map_err(Failure::fault)
}

/// The folder in which everything happens.
struct Stage {
    /// Removed at the end, unless it is to be kept.
    _temporary: Option<TempDir>,
    folder: PathBuf,
    bundle: PathBuf,
}

impl Stage {
    fn prepare(args: &Demo) -> Outcome<Self> {
        let fault = |error: std::io::Error| Failure::fault(format_args!("the demo's folder: {error}"));
        match &args.keep {
            Some(folder) => {
                let used = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
                if used {
                    return Err(Failure::usage(format_args!("{} is not empty", folder.display()))
                        .hint("Name a new folder: a demo starts from nothing."));
                }
                private_folder(folder).map_err(fault)?;
                Ok(Self { _temporary: None, folder: folder.clone(), bundle: folder.join(BUNDLE) })
            }
            None => {
                let temporary = tempfile::Builder::new().prefix("assent-demo-").tempdir().map_err(fault)?;
                let folder = temporary.path().to_owned();
                Ok(Self { _temporary: Some(temporary), folder, bundle: PathBuf::from(BUNDLE) })
            }
        }
    }

    fn node_config(&self) -> Config {
        Config {
            data: self.folder.join("node"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ..Config::new("")
        }
    }

    fn started(&self, node: &Node, took: Duration) -> Outcome<Started> {
        let agent = |text: &str| text.parse::<AgentUri>().map_err(Failure::fault);
        Ok(Started {
            node: node.url(),
            origin: node.origin().clone(),
            node_key: node.node_key(),
            folder: self.folder.clone(),
            took,
            cast: [
                (agent(BUYER)?, "wants 1,000 GPU hours, for 2.55 USD at most".to_owned()),
                (agent(VENDOR)?, "has 1,000 GPU hours, asks 2.80 USD, not below 2.50 USD".to_owned()),
            ],
        })
    }

    /// A part with a home and keys of its own.
    fn part(
        &self,
        node: &Node,
        agent: &str,
        name: &str,
        description: &str,
        sells: bool,
        teller: Teller,
    ) -> Outcome<Part> {
        let agent: AgentUri = agent.parse().map_err(Failure::fault)?;
        let domain = agent.organisation();
        let mut home = Home::open(Some(self.folder.join(agent.path())))?;
        home.write(home::Config { node: Some(node.url()), identity: Some(Issuer::Agent(agent.clone())) })?;
        let keyring = Keyring::open(home.keys()).map_err(Failure::from)?;
        let hand_over = self.folder.join("handed-over");
        private_folder(&hand_over).map_err(Failure::fault)?;
        Ok(Part {
            node: node.url(),
            organisation_name: name.parse().map_err(Failure::fault)?,
            organisation_key: keyring.create(&Issuer::Organisation(domain.clone())).map_err(Failure::from)?,
            agent_key: keyring.create(&Issuer::Agent(agent.clone())).map_err(Failure::from)?,
            card: Card::of(
                name.parse().map_err(Failure::fault)?,
                description.parse().map_err(Failure::fault)?,
                if sells { [capability()?].into() } else { [].into() },
            ),
            domain,
            agent,
            hand_over,
            teller,
        })
    }
}

fn end(context: &Context, stage: &Stage, node: &Node, statements: u64, took: Duration, args: &Demo) {
    let printer = &context.printer;
    let bundle = stage.bundle.display().to_string();
    let kept = args.keep.as_ref().map(|folder| folder.display().to_string());
    if printer.is_json() {
        return printer.json(&json!({
            "event": "demo.end",
            "statements": statements,
            "tookMs": notes::millis(took),
            "bundle": bundle,
            "kept": kept,
            "node": args.serve.then(|| node.url()),
        }));
    }
    let command =
        |command: String, why: &str| Text::from("  ").join(Text::of(Paint::Accent, command).pad(52)).dim(why);
    printer.line("");
    printer.line(Text::from(format!(
        "{statements} signed statements in {:.1} s, each of them durable before anybody was told.",
        took.as_secs_f64()
    )));
    printer.line("");
    printer.line(Text::of(Paint::Strong, "Try next"));
    printer.line(command(format!("assent verify {bundle}"), "the proof, without the node"));
    match (&kept, args.serve) {
        (Some(folder), true) => {
            printer
                .line(command(format!("assent --home {folder}/buyer session list"), "as the buyer sees it"));
            printer.line(command(
                format!("assent --home {folder}/buyer trust explain {}", "volt.example/vendor"),
                "why trust fell",
            ));
        }
        (Some(folder), false) => {
            printer.line(command(format!("assent log audit --data {folder}/node"), "re-derive all of it"));
        }
        (None, _) => {
            printer.line(command("assent demo --keep ./demo --serve".to_owned(), "then look around in it"));
        }
    }
    printer.line(command("assent serve".to_owned(), "a node of your own"));
    printer.line(command("assent init --org you.example --agent you.example/bot".to_owned(), "your keys"));
    if args.serve {
        printer.line("");
        printer.line(Text::from("The node runs at ").and(Paint::Accent, node.url()).plain(" until Ctrl-C."));
    }
}
