//! Finding agents and following searches by the commands of the guide, against a served node.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use serde_json::json;
use support::{Ran, Served, User, assent};

/// Runs a block as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, home: &Path, node: &str) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).env("PATH", path).env("COLUMNS", "100");
    command.env("ASSENT_HOME", home).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    Ran::from(command.output().unwrap())
}

/// An organisation with a buyer and one that sells, registered.
fn market(folder: &Path, node: &Served) -> (User, User) {
    let mut buyer = User::new(&folder.join("buyer"), &node.url);
    buyer.run(&["init", "--org", "acme.example", "--agent", "acme.example/buyer"]).with_code(0);
    buyer.done(&["org", "register", "--name", "Acme"]);
    buyer.done(&["agent", "register", "acme.example/buyer"]);
    let mut seller = User::new(&folder.join("seller"), &node.url);
    seller.run(&["init", "--org", "volt.example"]).with_code(0);
    seller.done(&["org", "register", "--name", "Volt"]);
    (buyer, seller)
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let _market = market(folder.path(), &node);
    let page = include_str!("../../../docs/guides/registry.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut told = Vec::new();
    for block in blocks {
        let (who, block) = block.strip_prefix("# the ").unwrap().split_once('\n').unwrap();
        told.push(shell(block, &folder.path().join(who), &node.url).with_code(0).stdout);
    }
    let [_, found, trusted, saved, _, first, _, second, forgotten] = &told[..] else {
        panic!("{} blocks", told.len());
    };
    let lines = |text: &str, part: &str| text.lines().filter(|line| line.contains(part)).count();
    assert_eq!((lines(found, "Volt CPU"), lines(found, "Volt GPU")), (2, 3), "{found}");
    assert!(found.rfind("Volt CPU") < found.rfind("Volt GPU"), "the cheapest first: {found}");
    assert!(found.contains("lies within"), "{found}");
    assert!(trusted.contains("10.000 (level") && trusted.contains("acme.example"), "{trusted}");
    assert!(saved.contains("Volt GPU") && saved.contains("can provision.compute.gpu"), "{saved}");
    assert!(first.contains("volt.example/sales/spot") && !first.contains("sales/gpu"), "{first}");
    let second: serde_json::Value = serde_json::from_str(second).unwrap();
    assert_eq!(second["price"], json!({ "amount": "0.8", "currency": "USD" }));
    assert!(forgotten.contains("Forgotten: gpu"), "{forgotten}");
}

#[test]
fn a_search_is_followed_from_where_it_stopped_and_only_by_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let (mut buyer, mut seller) = market(folder.path(), &node);
    let register = |seller: &mut User, name: &str| {
        let name = format!("volt.example/{name}");
        seller.done(&["agent", "register", &name, "--capability", "provision.compute"]);
    };
    register(&mut seller, "first");
    let discover = ["discover", "--capability", "provision.compute", "--save", "all"];
    assert_eq!(buyer.done(&discover)["agent"], "agent://volt.example/first");
    // Saying it again changes nothing; another search under the name is refused.
    buyer.run(&discover).with_code(0);
    let taken = buyer.run(&["discover", "ships", "--save", "all"]).with_code(1);
    assert!(taken.stderr.contains("SEARCH_NAME_TAKEN"), "{}", taken.stderr);
    let saved = buyer.done(&["discover", "saved"]);
    assert_eq!((&saved["name"], &saved["savedBy"]), (&json!("all"), &json!("agent://acme.example/buyer")));
    assert_eq!(buyer.done(&["discover", "saved", "--as", "acme.example"]), saved);

    let names = |ran: Ran| -> Vec<String> {
        let name =
            |hit: &serde_json::Value| hit["agent"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        ran.json().iter().map(name).collect()
    };
    register(&mut seller, "second");
    register(&mut seller, "third");
    let watch = ["discover", "watch", "all", "--limit", "1"];
    assert_eq!(names(buyer.run(&watch).with_code(0)), ["second"]);
    assert_eq!(names(buyer.run(&watch).with_code(0)), ["third"]);
    let idle = ["discover", "watch", &saved["id"].as_str().unwrap()[..8], "--idle", "300ms"];
    assert_eq!(names(buyer.run(&idle).with_code(0)), [""; 0]);
    let all = ["discover", "watch", "all", "--after", "0", "--limit", "3"];
    assert_eq!(names(buyer.run(&all).with_code(0)), ["first", "second", "third"]);

    // Others have no such search, and a search that nobody fits is kept all the same.
    seller.done(&["agent", "register", "volt.example/first2"]);
    seller.run(&["discover", "watch", "all", "--as", "volt.example"]).with_code(1);
    seller.run(&["discover", "forget", "all", "--as", "volt.example"]).with_code(1);
    seller.run(&["discover", "ships", "--save", "ships", "--as", "volt.example"]).with_code(0);
    seller.run(&["discover", "ships"]).with_code(1);
    buyer.done(&["discover", "forget", "all"]);
    buyer.run(&["discover", "forget", "all"]).with_code(1);
    buyer.run(&["discover", "watch", "all"]).with_code(1);
    for wrong in
        [&["discover", "watch"][..], &["discover", "watch", "x", "--limit", "0"], &["discover", "x", "saved"]]
    {
        buyer.run(wrong).with_code(2);
    }
}

#[test]
fn the_registry_is_measured_from_a_seed() {
    let bench = ["bench", "search", "--agents", "300", "--queries", "60", "--seed", "3", "--json"];
    let ran = support::run(&bench).with_code(0).one();
    assert_eq!((&ran["agents"], &ran["organisations"], &ran["seed"]), (&json!(300), &json!(8), &json!(3)));
    assert_eq!(ran["registrationsPerSecond"].as_array().unwrap().len(), 10);
    assert!(ran["fittingMedian"].as_u64().unwrap() > 0, "{ran}");
    let median = |figure: &str| ran[figure]["p50"].as_f64().unwrap();
    assert!(median("rankMs") > 0.0 && median("httpMs") > 0.0, "{ran}");
    let figures = support::run(&["bench", "search", "--agents", "20", "--queries", "20"]).with_code(0).stdout;
    assert!(figures.contains("over HTTP") && figures.contains("index ready"), "{figures}");
}
