//! A whole deal through the commands, against a served node: as two users would type it, each with a home of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Served, User, run};

const BUYER: &str = "acme.example/procurement/buyer";
const VENDOR: &str = "volt.example/sales/gpu";

/// Two users who are registered and may talk to one another.
struct Deal {
    buyer: User,
    vendor: User,
    _node: Served,
    folder: tempfile::TempDir,
}

impl Deal {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Served::start(&folder.path().join("data"));
        let user = |name: &str| User::new(&folder.path().join(name), &node.url);
        let (buyer, vendor) = (user("buyer"), user("vendor"));
        let mut deal = Self { buyer, vendor, _node: node, folder };
        deal.buyer.run(&["init", "--org", "acme.example", "--agent", BUYER]).with_code(0);
        deal.vendor.run(&["init", "--org", "volt.example", "--agent", VENDOR]).with_code(0);
        deal.buyer.done(&["org", "register", "--name", "Acme Research"]);
        deal.vendor.done(&["org", "register", "volt.example", "--name", "Volt Compute"]);
        deal.buyer.done(&["agent", "register", BUYER, "--capability", "procure.compute"]);
        deal.vendor.done(&[
            "agent",
            "register",
            &format!("agent://{VENDOR}"),
            "--capability",
            "provision.compute.gpu",
        ]);
        deal
    }

    fn consent(&mut self) -> String {
        let asked = self.buyer.done(&[
            "consent",
            "request",
            "--with",
            "volt.example",
            "--capability",
            "provision.compute",
            "--ceiling",
            "10000 USD",
        ]);
        assert_eq!(asked["standing"], "REQUESTED");
        let id = digits(&asked["id"]);
        assert_eq!(self.vendor.done(&["consent", "grant", &id[..8]])["standing"], "GRANTED");
        assert_eq!(self.buyer.done(&["consent", "list"])["standing"], "GRANTED");
        id
    }

    fn open(&mut self) -> String {
        let opened =
            self.buyer.done(&["session", "open", "--with", VENDOR, "--capability", "provision.compute.gpu"]);
        assert_eq!(opened["state"], "INVITED");
        digits(&opened["id"])
    }
}

fn digits(id: &Value) -> String {
    id.as_str().unwrap().strip_prefix("sha256:").unwrap().to_owned()
}

/// Says something and holds that it led from one state to another.
#[track_caller]
fn say(user: &mut User, session: &str, words: &[&str], states: &str) {
    let said = user.done(&[&["session", "say", session], words].concat());
    let led = format!("{} {}", said["before"].as_str().unwrap(), said["state"].as_str().unwrap());
    assert_eq!(led, states, "{words:?}");
}

#[test]
fn two_users_make_a_deal_keep_it_and_prove_it() {
    let mut deal = Deal::start();
    deal.consent();
    let found = deal.buyer.done(&["discover", "--capability", "provision.compute"]);
    assert_eq!(found["agent"], format!("agent://{VENDOR}"));
    let session = deal.open();
    let (buyer, vendor) = (&mut deal.buyer, &mut deal.vendor);
    let listed = vendor.done(&["session", "list"]);
    assert_eq!((digits(&listed["id"]), &listed["state"]), (session.clone(), &Value::from("INVITED")));
    let short = &session[..10];
    let price = |words: &[&'static str]| -> Vec<&'static str> {
        [words, &["--quantity", "1000", "--price"]].concat()
    };
    say(vendor, short, &["accept"], "INVITED INTRODUCED");
    say(
        buyer,
        short,
        &[&price(&["propose", "--buy", "GPU hours"])[..], &["2.40 USD"]].concat(),
        "INTRODUCED CONVERSING",
    );
    say(
        vendor,
        short,
        &[&price(&["counter", "--sell", "GPU hours"])[..], &["2.80 USD"]].concat(),
        "CONVERSING CONVERSING",
    );
    say(buyer, short, &["query", "--text", "Which region?"], "CONVERSING CONVERSING");
    say(vendor, short, &["clarify", "--text", "North."], "CONVERSING CONVERSING");
    say(
        buyer,
        short,
        &[&price(&["counter", "--firm", "--buy", "GPU hours"])[..], &["2.55 USD"]].concat(),
        "CONVERSING CONVERSING",
    );
    say(vendor, short, &["accept"], "CONVERSING EXECUTING");
    let artefact = deal.folder.path().join("voucher.txt");
    std::fs::write(&artefact, "1,000 GPU hours").unwrap();
    let artefact = artefact.to_str().unwrap();
    say(vendor, short, &["inform", "--fulfil", "delivery", "--artefact", artefact], "EXECUTING EXECUTING");
    say(buyer, short, &["inform", "--acknowledge", "delivery"], "EXECUTING EXECUTING");
    say(buyer, short, &["inform", "--fulfil", "payment", "--text", "transfer 1"], "EXECUTING EXECUTING");
    say(vendor, short, &["inform", "--acknowledge", "payment"], "EXECUTING EXECUTING");
    let closed = buyer.done(&["session", "close", short, "--reason", "done"]);
    assert_eq!((&closed["before"], &closed["state"]), (&"EXECUTING".into(), &"CLOSED".into()));
    vendor.done(&["session", "close", short]);

    replays(buyer, short, deal.folder.path());
    let commitment = buyer.done(&["commitment", "list"]);
    assert_eq!(commitment["state"], "FULFILLED");
    let id = digits(&commitment["id"]);
    assert_eq!(vendor.done(&["commitment", "show", &id[..8]])["obligations"].as_array().unwrap().len(), 2);
    let file = deal.folder.path().join("deal.json");
    buyer.done(&["commitment", "bundle", &id, "-o", file.to_str().unwrap()]);
    run(&["verify", file.to_str().unwrap()]).with_code(0);

    let watched = vendor.run(&["session", "watch", short, "--until-end"]).with_code(0).json();
    assert_eq!(watched.len(), 14);
    let later = vendor.run(&["session", "watch", short, "--after", "10", "--until-end"]).with_code(0).json();
    assert_eq!(later[..], watched[11..]);
    let shown = buyer.run(&["session", "show", short, "--messages"]).with_code(0).json();
    assert_eq!((&shown[0]["state"], &shown[1..]), (&"CLOSED".into(), &watched[..]));

    let trust = buyer.done(&["trust", "explain", VENDOR, "--amount", "2550 USD"]);
    assert!(trust["score"].as_str().unwrap().parse::<f64>().unwrap() > 10.0, "{trust}");
    assert_eq!(trust["lenders"]["first"][0]["organisation"], "acme.example");
    the_profile_shows_what_is_said(buyer, short);
    answers_are_checked_against_the_log(buyer, deal.folder.path());
    for user in [&*buyer, &*vendor] {
        holds_no_secret(user);
    }
}

/// Ratings and endorsements stand in the profile of whom they are about.
fn the_profile_shows_what_is_said(buyer: &mut User, short: &str) {
    buyer.done(&["trust", "rate", short, VENDOR, "--stars", "4", "--note", "as agreed"]);
    buyer.done(&["trust", "endorse", VENDOR, "--capability", "provision.compute"]);
    buyer.done(&["trust", "endorse", VENDOR]);
    buyer.done(&["trust", "withdraw", VENDOR, "--reason", "not in all"]);
    let profile = buyer.done(&["trust", "profile", VENDOR]);
    let told = |name: &str| -> Value {
        let components = profile["components"].as_array().unwrap();
        components.iter().find(|component| component["name"] == name).unwrap().clone()
    };
    assert_eq!(profile["components"].as_array().unwrap().len(), 8);
    let facts = told("responseQuality")["facts"].clone();
    assert_eq!((&facts[0]["value"], &facts[2]["value"]), (&"1".into(), &"4.00".into()), "{profile}");
    assert_eq!(told("peerEndorsements")["facts"][0]["value"], "1");
    assert_eq!(told("communicationHistory")["facts"][0]["value"], "1");
}

/// An answer about trust is what an export of the log gives, and nothing else passes for it.
fn answers_are_checked_against_the_log(buyer: &mut User, folder: &Path) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (log, answer) = (path("log.jsonl"), path("answer.json"));
    run(&["log", "export", "--data", &path("data"), "--output", &log]).with_code(0);
    let check = |text: &str, log: &str, code: i32| {
        std::fs::write(&answer, text).unwrap();
        run(&["trust", "verify", &answer, "--export", log, "--json"]).with_code(code)
    };
    for words in [&["show"][..], &["explain"], &["history", "--steps", "5", "--back", "30d"], &["profile"]] {
        let words = [&["trust"], words, &[VENDOR, "--amount", "2550 USD"]].concat();
        let told = buyer.run(&words).with_code(0).stdout;
        let proved = check(&told, &log, 0).one();
        assert_eq!((&proved["verdict"], &proved["differing"]), (&"proved".into(), &serde_json::json!([])));
        // Whichever digit is changed: it is named, or the answer to another question is another one.
        let changed = if told.contains("levelNumber") {
            ("levelNumber\":0", "levelNumber\":1")
        } else {
            ("\"offers\",\"value\":\"", "\"offers\",\"value\":\"9")
        };
        // Rates that the observer never said are none of the question's.
        let rated = ("\"question\":{", "\"question\":{\"outlook\":{\"rates\":{\"EUR\":\"2\"}},");
        for (from, to) in [("\"flow-1\"", "\"flow-2\""), rated, changed] {
            let forged = told.replace(from, to);
            assert_ne!(forged, told, "{told}");
            let refuted = check(&forged, &log, 1).one();
            assert_eq!(refuted["verdict"], "refuted");
            assert_eq!(refuted["differing"].as_array().unwrap().len(), 1, "{refuted}");
        }
        check(&told.replace("\"question\"", "\"asked\""), &log, 2);
    }
    let told = std::fs::read_to_string(&answer).unwrap().replace("\"asked\"", "\"question\"");
    let whole = std::fs::read_to_string(&log).unwrap();
    let short = path("short.jsonl");
    // Without its checkpoint, and without its last entries, it does not hold.
    std::fs::write(&short, whole.lines().take(9).fold(String::new(), |all, line| all + line + "\n")).unwrap();
    check(&told, &short, 1);
    check(&told, &path("nowhere.jsonl"), 2);
    let stranger = asp_core::key::SecretKey::from_seed(&[7; 32]).id().to_string();
    run(&["trust", "verify", &answer, "--export", &log, "--node-key", &stranger]).with_code(1);
}

/// Key files are their owner's alone, and what they hold was never printed.
fn holds_no_secret(user: &User) {
    use std::os::unix::fs::PermissionsExt;
    let keys = user.keys();
    assert_eq!(keys.len(), 2);
    for (path, secret) in keys {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let words =
            secret.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() == 64);
        let seeds: Vec<&str> = words.collect();
        assert!(!seeds.is_empty(), "{path:?} holds no seed that this test knows");
        for seed in seeds {
            assert!(!user.printed().contains(seed), "{path:?} was printed");
        }
    }
}

#[test]
fn what_a_rule_refuses_ends_with_one_and_the_code() {
    let mut deal = Deal::start();
    let refused = |user: &mut User, words: &[&str], code: &str| {
        let ran = user.run(words).with_code(1);
        assert!(ran.stdout.is_empty());
        let error: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(error["error"]["code"], code, "{words:?}");
    };
    refused(&mut deal.buyer, &["org", "register"], "ALREADY_REGISTERED");
    refused(&mut deal.buyer, &["org", "show", "nobody.example"], "NOT_FOUND");
    refused(&mut deal.buyer, &["agent", "show", "nobody.example/x"], "NOT_FOUND");
    deal.buyer.run(&["discover", "--capability", "fly"]).with_code(1);
    deal.buyer.run(&["session", "show", "abcdef"]).with_code(1);
    deal.consent();
    let session = deal.open();
    deal.vendor.done(&["session", "say", &session, "accept"]);
    let offer = ["--sell", "x", "--price", "1 USD"];
    deal.vendor.done(&[&["session", "say", &session, "propose"], &offer[..]].concat());
    deal.vendor.run(&["session", "say", &session, "accept"]).with_code(1);
    let own = deal.vendor.done(&["session", "show", &session]);
    let (id, terms) = (
        digits(&own["offers"][0]["id"]),
        own["offers"][0]["packages"].as_object().unwrap().keys().next().unwrap().clone(),
    );
    refused(
        &mut deal.vendor,
        &["session", "say", &session, "accept", "--reply-to", &id, "--terms", &terms],
        "NOT_YOUR_TURN",
    );
    refused(
        &mut deal.buyer,
        &["session", "say", &session, "accept", "--reply-to", &id, "--terms", &"0".repeat(64)],
        "TERMS_MISMATCH",
    );
    deal.buyer.run(&["session", "say", &session, "query"]).with_code(2);
    deal.buyer.run(&["session", "say", &session, "counter", "--buy", "x"]).with_code(2);
}

#[test]
fn any_body_of_the_protocol_can_be_said_from_a_file() {
    let mut deal = Deal::start();
    deal.consent();
    let session = deal.open();
    deal.vendor.done(&["session", "say", &session, "accept"]);
    let file = |name: &str, text: &str| {
        let path = deal.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let note = file("note.json", r#"{"kind":"note","text":"hello","data":{"n":1}}"#);
    let query = file("query.json", r#"{"text":"why?"}"#);
    let wrong = file("wrong.json", r#"{"kind":"note","words":"hello"}"#);
    let say = |user: &mut User, verb: &str, body: &str| {
        user.run(&["session", "say", &session, verb, "--body", body]).code
    };
    assert_eq!(say(&mut deal.buyer, "inform", &note), 0);
    assert_eq!(say(&mut deal.vendor, "QUERY", &query), 0);
    assert_eq!(say(&mut deal.buyer, "inform", &wrong), 2);
    assert_eq!(say(&mut deal.buyer, "inform", "/nowhere.json"), 2);
}

#[test]
fn a_rotated_key_signs_and_the_one_before_is_kept_for_nobody() {
    let mut deal = Deal::start();
    let before = deal.vendor.done(&["agent", "show", VENDOR]);
    deal.vendor.done(&["agent", "key", "rotate"]);
    let after = deal.vendor.done(&["agent", "show", VENDOR]);
    let keys = |view: &Value| view["keys"].as_array().unwrap().len();
    assert_eq!((keys(&before), keys(&after)), (1, 2));
    deal.consent();
    let session = deal.open();
    deal.vendor.done(&["session", "say", &session, "accept"]);
    holds_no_secret(&deal.vendor);
}

#[test]
fn a_consent_that_is_revoked_is_acknowledged_by_the_other_side() {
    let mut deal = Deal::start();
    let id = deal.consent();
    let revoked = deal.buyer.done(&["consent", "revoke", &id[..6], "--reason", "over"]);
    assert_eq!((&revoked["standing"], &revoked["acknowledged"]), (&"REVOKED".into(), &false.into()));
    assert_eq!(deal.vendor.done(&["consent", "acknowledge", &id[..6]])["acknowledged"], true);
    deal.buyer
        .run(&["session", "open", "--with", VENDOR, "--capability", "provision.compute.gpu"])
        .with_code(1);
}

#[test]
fn nothing_of_a_session_is_there_for_a_stranger() {
    let mut deal = Deal::start();
    deal.consent();
    let session = deal.open();
    let home: &Path = &deal.folder.path().join("stranger");
    let mut stranger = User::new(home, &deal._node.url);
    stranger.run(&["init", "--org", "odd.example", "--agent", "odd.example/x"]).with_code(0);
    stranger.done(&["org", "register"]);
    stranger.done(&["agent", "register", "odd.example/x"]);
    stranger.run(&["session", "show", &session]).with_code(1);
    stranger.run(&["session", "say", &session, "inform", "--text", "hello"]).with_code(1);
    assert!(stranger.run(&["session", "list"]).with_code(0).json().is_empty());
    assert!(stranger.run(&["consent", "list"]).with_code(0).json().is_empty());
}

#[test]
fn people_get_tables_where_scripts_get_lines() {
    let mut deal = Deal::start();
    deal.consent();
    let session = deal.open();
    for (command, word) in [
        (&["session", "show", &session][..], "INVITED"),
        (&["session", "list"], "STATE"),
        (&["consent", "list"], "GRANTED"),
        (&["org", "show", "volt.example"], "Volt Compute"),
        (&["agent", "show", VENDOR], "provision.compute.gpu"),
        (&["discover"], "AGENT"),
        (&["trust", "explain", VENDOR], "10.000"),
        (&["trust", "show", VENDOR], "unverified"),
        (&["log", "checkpoint"], "entries"),
    ] {
        let ran = deal.buyer.plain(command).with_code(0);
        assert!(ran.stdout.to_lowercase().contains(&word.to_lowercase()), "{command:?}: {}", ran.stdout);
        for line in ran.stdout.lines().filter(|line| !line.contains("did:key:")) {
            assert!(line.chars().count() <= 100, "{command:?}: {line}");
        }
    }
}

/// Terms schemas as a user meets them: listed, checked offline, registered, named when a session is opened.
#[test]
fn schemas_are_listed_checked_registered_and_used() {
    let mut deal = Deal::start();
    deal.consent();
    let file = |name: &str, text: &str| {
        let path = deal.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let schema =
        file("rack.json", r#"{"type":"object","properties":{"size":{"minimum":1}},"required":["size"]}"#);
    let costly = file("costly.json", r#"{"uniqueItems":true}"#);
    let (fits, unfit) = (file("fits.json", r#"{"size":3}"#), file("unfit.json", r#"{"size":0}"#));
    assert_eq!(
        run(&["schema", "check", &schema, "--terms", &fits, "--json"]).with_code(0).one()["termsFit"],
        true
    );
    let refused = run(&["schema", "check", &schema, "--terms", &unfit]).with_code(1);
    assert!(refused.stderr.contains("does not fit at /size"), "{}", refused.stderr);
    let refused = run(&["schema", "check", &costly]).with_code(1);
    assert!(refused.stderr.contains("costs too much to check at /uniqueItems"), "{}", refused.stderr);
    deal.buyer.done(&["schema", "register", &schema, "--alias", "rack", "--version", "1"]);
    let listed = deal.vendor.run(&["schema", "list"]).with_code(0).json();
    assert_eq!(listed.len(), 6);
    assert_eq!(deal.vendor.done(&["schema", "show", "acme.example/rack"])["version"], 1);
    deal.vendor.run(&["schema", "show", "acme.example/rack/2"]).with_code(1);
    let opened = deal.buyer.done(&[
        "session",
        "open",
        "--with",
        VENDOR,
        "--capability",
        "provision.compute.gpu",
        "--schema",
        "acme.example/rack",
        "--schema",
        "compute-lease",
        "--budget-tokens",
        "100000",
    ]);
    assert_eq!(opened["schemas"].as_object().unwrap().len(), 2);
    let id = digits(&opened["id"]);
    deal.vendor.done(&["session", "say", &id, "accept"]);
    let refused = deal
        .buyer
        .run(&["session", "say", &id, "propose", "--buy", "racks", "--price", "5 USD"])
        .with_code(1);
    assert!(refused.stderr.contains("ASP-TRM-006 at /body/packages/0/schema"), "{}", refused.stderr);
    deal.buyer.done(&["session", "say", &id, "query", "--text", "How many?", "--ask", VENDOR]);
    assert_eq!(deal.vendor.done(&["session", "show", &id])["questions"][0]["text"], "How many?");
    deal.vendor.done(&["session", "say", &id, "clarify", "--text", "Eight."]);
    assert!(deal.vendor.done(&["session", "show", &id]).get("questions").is_none());
    deal.vendor.done(&["session", "say", &id, "inform", "--tokens", "512"]);
    assert_eq!(deal.buyer.done(&["session", "show", &id])["usage"][0]["usage"]["tokens"], 512);
    let refused = deal.vendor.run(&["session", "say", &id, "withdraw", "--leave"]).with_code(1);
    assert!(refused.stderr.contains("Close the session instead"), "{}", refused.stderr);
}

/// Exports a session that was closed, and judges it again: whole, and with something changed.
#[track_caller]
fn replays(user: &mut User, session: &str, folder: &Path) {
    let file = folder.join("session.json");
    let name = file.to_str().unwrap();
    let written = user.done(&["session", "export", session, "-o", name]);
    let text = std::fs::read_to_string(&file).unwrap();
    let export: Value = serde_json::from_str(&text).unwrap();
    let all = export["messages"].as_array().unwrap();
    assert_eq!(written["statements"], all.len());
    let replayed = run(&["session", "replay", name, "--json"]).with_code(0).one();
    let steps = replayed["steps"].as_array().unwrap();
    assert_eq!((&steps[0]["before"], &steps[0]["state"]), (&"IDLE".into(), &"INVITED".into()));
    assert!(steps.windows(2).all(|pair| pair[0]["state"] == pair[1]["before"]));
    assert_eq!(steps.last().unwrap()["state"], "CLOSED");
    let shown = run(&["session", "replay", name]).with_code(0).stdout;
    assert!(shown.contains("IDLE → INVITED") && shown.contains("equals what was recorded"), "{shown}");

    let told = |change: &dyn Fn(&mut Value)| {
        let mut changed = export.clone();
        change(&mut changed);
        std::fs::write(&file, changed.to_string()).unwrap();
        run(&["session", "replay", name]).with_code(1).stderr
    };
    let recorded = told(&|export| export["recorded"]["state"] = "EXECUTING".into());
    assert!(recorded.contains(r#"/state was recorded as "EXECUTING", and "CLOSED" follows"#), "{recorded}");
    let second = steps[1]["logIndex"].as_u64().unwrap();
    let at = all.iter().position(|message| message["logIndex"] == second).unwrap();
    let without = told(&|export| drop(export["messages"].as_array_mut().unwrap().remove(at)));
    assert!(without.contains(&format!("log index {} would be refused", steps[2]["logIndex"])), "{without}");
    assert!(without.contains("SEQUENCE_CONFLICT"), "{without}");
    let twice = told(&|export| export["messages"].as_array_mut().unwrap().insert(at, all[at].clone()));
    assert!(twice.contains(&format!("the order of the log is broken at {second}")), "{twice}");
    let forged = told(&|export| export["messages"][at]["signatures"][0]["value"] = "A".repeat(86).into());
    assert!(forged.contains(&format!("log index {second} would be refused: ")), "{forged}");
    let unsaid = told(&|export| export["messages"] = Value::Array(Vec::new()));
    assert!(unsaid.contains("no statement opens the session"), "{unsaid}");
    std::fs::write(&file, "{}").unwrap();
    run(&["session", "replay", name]).with_code(2);
}
