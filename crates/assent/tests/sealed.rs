//! Disclosures by the commands: a deal that the node cannot read, shown to somebody message by message.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::time::{Duration, Instant};

use serde_json::Value;
use support::trade::Trade;
use support::{Ran, User, run};

const ITEM: &str = "an unreleased accelerator";
const WORDS: &str = "the warehouse has no other door";

/// A sealed deal with its proof in a file, and the number of each message that was sealed.
struct Sealed {
    trade: Trade,
    offer: String,
    note: String,
    commitment: String,
    folder: String,
}

impl Sealed {
    fn start() -> Self {
        let mut trade = Trade::start(&[]);
        let session = trade.open(&["--mode", "sealed"]);
        let offer = ["--buy", ITEM, "--price", "240 USD", "--firm"];
        trade.buyer.done(&[&["session", "say", &session, "propose"][..], &offer].concat());
        trade.vendor.done(&["session", "say", &session, "accept"]);
        trade.vendor.done(&["session", "say", &session, "inform", "--text", WORDS]);
        let messages = trade.buyer.run(&["session", "show", &session, "--messages"]).with_code(0).json();
        let opened = |words: &str| {
            let said = messages[1..].iter().find(|said| said["opened"].to_string().contains(words)).unwrap();
            said["statement"]["sequence"].to_string()
        };
        let (offer, note) = (opened(ITEM), opened(WORDS));
        let commitment = trade.buyer.done(&["commitment", "list"])["id"].as_str().unwrap().to_owned();
        let folder = trade.folder.path().to_str().unwrap().to_owned();
        let made = Self { trade, offer, note, commitment, folder };
        let mut made = made;
        let deal = made.path("deal.json");
        made.trade.buyer.done(&["commitment", "bundle", &made.commitment.clone(), "-o", &deal]);
        made
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    /// A new key in a file: the file, and what the key is called.
    fn key(&self, name: &str) -> (String, String) {
        let file = self.path(name);
        let made = run(&["key", "new", &file, "--json"]).with_code(0).one();
        (file, made["key"].as_str().unwrap().to_owned())
    }

    fn disclose(&mut self, messages: &[&str], to: &str, name: &str) -> Ran {
        let (deal, case) = (self.path("deal.json"), self.path(name));
        let asked = [&["bundle", "disclose", &deal, "--message"], messages, &["--to", to, "-o", &case]];
        self.trade.buyer.run(&asked.concat())
    }

    /// Checks a file offline, with a home in which nothing is.
    fn verify(&self, name: &str, more: &[&str]) -> Ran {
        let (home, file) = (self.path("nobody"), self.path(name));
        run(&[&["--home", &home, "verify", &file, "--json"], more].concat())
    }
}

fn check<'a>(report: &'a Value, rule: &str) -> Vec<(&'a str, &'a str)> {
    let checks = report["checks"].as_array().unwrap().iter().filter(|check| check["rule"] == rule);
    checks.map(|check| (check["verdict"].as_str().unwrap(), check["detail"].as_str().unwrap())).collect()
}

#[test]
fn one_message_is_proved_to_one_key_and_nothing_else_opens() {
    // THR-SEAL-STOLEN-DISCLOSURE
    let mut deal = Sealed::start();
    let (judge, name) = deal.key("judge.pem");
    let (other, _) = deal.key("other.pem");
    let offer = deal.offer.clone();
    let written = deal.disclose(&[&offer], &name, "case.json").with_code(0).one();
    assert_eq!(written["to"], serde_json::json!([name]));

    let report = deal.verify("case.json", &["--key", &judge]).with_code(0).one();
    let [("proved", detail)] = check(&report, "disclosed")[..] else { panic!("{report:#}") };
    assert!(detail.contains("agent://acme.example/buyer committed to in this PROPOSE"), "{detail}");
    let [("proved", terms)] = check(&report, "disclosed-terms")[..] else { panic!("{report:#}") };
    assert!(terms.contains("240 USD"), "{terms}");
    let [("not-shown", _)] = check(&report, "still-sealed")[..] else { panic!("{report:#}") };
    let shown = report["disclosed"]["statements"].as_array().unwrap();
    assert_eq!(shown.len(), 1);
    assert!(shown[0]["body"].to_string().contains(ITEM));
    assert!(!report["disclosed"]["sealed"].as_array().unwrap().is_empty());
    assert!(!report.to_string().contains(WORDS), "the other message stays shut");
    let owed = report["disclosed"]["obligations"].to_string();
    assert!(owed.contains("240") && owed.contains("\"due\":\"20"), "{owed}");
    let (home, case) = (deal.path("nobody"), deal.path("case.json"));
    let page = run(&["--home", &home, "verify", &case, "--key", &judge]).with_code(0).stdout;
    assert!(page.contains("Disclosed to you, sealed to others") && page.contains(ITEM), "{page}");

    // Another key, no key, and the file without what was disclosed: the outlines hold, and nothing is read.
    for (file, key) in
        [("case.json", &["--key", &other][..]), ("case.json", &[]), ("deal.json", &["--key", &judge])]
    {
        let report = deal.verify(file, key).with_code(0).one();
        assert!(check(&report, "disclosed").is_empty() && report.get("disclosed").is_none());
        assert_eq!(check(&report, "still-sealed").len(), 1);
        assert!(!report.to_string().contains(ITEM));
    }
    let raw = std::fs::read_to_string(deal.path("case.json")).unwrap();
    assert!(!raw.contains(ITEM) && !raw.contains(WORDS));
}

#[test]
fn an_agent_and_an_organisation_open_it_with_the_keys_of_their_homes() {
    let mut deal = Sealed::start();
    let mut court = User::new(deal.path("court").as_ref(), &deal.trade.node.url);
    court.run(&["init", "--org", "court.example", "--agent", "court.example/judge"]).with_code(0);
    court.done(&["org", "register"]);
    court.done(&["agent", "register", "court.example/judge", "--capability", "judge"]);
    let (offer, note) = (deal.offer.clone(), deal.note.clone());
    for to in ["agent://court.example/judge", "court.example"] {
        deal.disclose(&[&offer, &note], to, "case.json").with_code(0);
        let report = court.run(&["verify", &deal.path("case.json")]).with_code(0).one();
        assert_eq!(check(&report, "disclosed").len(), 2, "{to}");
        assert!(report.to_string().contains(WORDS));
    }
    deal.disclose(&["0"], "court.example", "none.json").with_code(1);
    let refused = deal.disclose(&["99"], "court.example", "none.json").with_code(1);
    assert!(refused.stderr.contains("message 99: "), "{}", refused.stderr);
    let refused = deal.disclose(&["four"], "court.example", "none.json").with_code(2);
    assert!(refused.stderr.contains("session show --messages"), "{}", refused.stderr);
    deal.disclose(&[&offer], "nobody.example", "none.json").with_code(1);
    deal.disclose(&[&offer], "did:key:z6Mkno", "none.json").with_code(2);
    let p256 = deal.path("p256.pem");
    let made = run(&["key", "new", &p256, "--kind", "p256", "--json"]).with_code(0).one();
    let refused = deal.disclose(&[&offer], made["key"].as_str().unwrap(), "none.json").with_code(2);
    assert!(refused.stderr.contains("Ed25519"), "{}", refused.stderr);
    assert!(!std::path::Path::new(&deal.path("none.json")).exists());
}

#[test]
fn what_was_disclosed_of_another_statement_is_refuted() {
    // THR-SEAL-FALSE-DISCLOSURE
    let mut deal = Sealed::start();
    let (judge, name) = deal.key("judge.pem");
    let (offer, note) = (deal.offer.clone(), deal.note.clone());
    deal.disclose(&[&offer, &note], &name, "case.json").with_code(0);
    let read = std::fs::read(deal.path("case.json")).unwrap();
    let mut json: Value = serde_json::from_slice(&read).unwrap();
    let shown = json["disclosures"].as_array_mut().unwrap();
    let taken = shown[0]["content"].take();
    shown[0]["content"] = std::mem::replace(&mut shown[1]["content"], taken);
    std::fs::write(deal.path("case.json"), serde_json::to_vec(&json).unwrap()).unwrap();
    let ran = deal.verify("case.json", &["--key", &judge]).with_code(1);
    let report: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    let found = check(&report, "disclosed");
    assert!(found.len() == 2 && found.iter().all(|(verdict, _)| *verdict == "refuted"), "{found:?}");
    assert!(found[0].1.contains("CONTENT_UNOPENED"), "{found:?}");
}

#[test]
fn who_rules_reads_what_a_side_discloses_in_a_dispute() {
    let mut trade = Trade::start(&[]);
    let folder = trade.folder.path().to_str().unwrap().to_owned();
    let path = |name: &str| format!("{folder}/{name}");
    let mut court = User::new(path("court").as_ref(), &trade.node.url);
    court.run(&["init", "--org", "court.example", "--agent", "court.example/judge"]).with_code(0);
    court.done(&["org", "register"]);
    court.done(&["agent", "register", "court.example/judge", "--capability", "judge"]);
    let session = trade.open(&["--mode", "sealed"]);
    let offer = ["--buy", ITEM, "--price", "240 USD", "--firm", "--arbiter", "court.example/judge"];
    trade.buyer.done(&[&["session", "say", &session, "propose"][..], &offer].concat());
    trade.vendor.done(&["session", "say", &session, "accept"]);
    let messages = trade.buyer.run(&["session", "show", &session, "--messages"]).with_code(0).json();
    let offer = messages[1..].iter().find(|said| said["opened"].to_string().contains(ITEM)).unwrap();
    let offer = offer["statement"]["sequence"].to_string();
    let commitment = trade.buyer.done(&["commitment", "list"])["id"].as_str().unwrap().to_owned();

    // Nothing comes, and only the two know by when it was to: the buyer lets the judge read it.
    let owed = ["--obligation", "delivery", "--reason", "non-delivery", "--claim", "Nothing came"];
    let filed = [&["dispute", "file", &commitment][..], &owed, &["--disclose", &offer]].concat();
    let dispute = trade.buyer.done(&filed)["id"].as_str().unwrap().to_owned();
    let (case, shown) = (path("case.json"), ["dispute", "show", &dispute, "--bundle"]);
    court.run(&[&shown[..], &[&case]].concat()).with_code(0);
    let report = court.run(&["verify", &case]).with_code(0).one();
    assert!(check(&report, "disclosed")[0].1.contains("committed to in this PROPOSE"), "{report:#}");
    assert!(check(&report, "disclosed-terms")[0].1.contains("240 USD"), "{report:#}");
    assert!(report["disclosed"]["statements"].to_string().contains(ITEM));
    // What cannot be disclosed is told by its number, with what to do.
    let shows = ["dispute", "evidence", &dispute];
    trade.buyer.run(&shows).with_code(2);
    let refused = trade.buyer.run(&[&shows[..], &["--disclose", "0"]].concat()).with_code(1).stderr;
    assert!(refused.contains("message 0: ") && refused.contains("session show ID --messages"), "{refused}");
    let made = run(&["key", "new", &path("p256.pem"), "--kind", "p256", "--json"]).with_code(0).one();
    let to = ["--disclose", &offer, "--disclose-to", made["key"].as_str().unwrap()];
    let refused = trade.buyer.run(&[&shows[..], &to].concat()).with_code(2).stderr;
    assert!(refused.contains("assent key new"), "{refused}");
    // Nobody else opens it, not who has disclosed it either.
    let (home, nobody) = (path("nobody"), &case);
    for ran in [run(&["--home", &home, "verify", nobody, "--json"]), trade.vendor.run(&["verify", nobody])] {
        let report = ran.with_code(0).one();
        assert!(check(&report, "disclosed").is_empty() && !report.to_string().contains(ITEM));
    }
}

#[test]
fn members_see_what_a_commitment_is_and_the_listing_says_that_it_is_sealed() {
    let mut deal = Sealed::start();
    let commitment = deal.commitment.clone();
    assert_eq!(deal.trade.buyer.done(&["commitment", "list"])["sealed"], true);
    let list = deal.trade.buyer.plain(&["commitment", "list"]).with_code(0).stdout;
    assert!(list.contains("sealed") && !list.contains(ITEM), "{list}");
    let shown = deal.trade.buyer.done(&["commitment", "show", &commitment]).to_string();
    assert!(shown.contains(ITEM) && shown.contains("\"240\"") && !shown.contains("XXX"), "{shown}");
    let page = deal.trade.vendor.plain(&["commitment", "show", &commitment]).with_code(0).stdout;
    assert!(page.contains(ITEM) && page.contains("240 USD"), "{page}");
}

#[test]
fn who_sends_a_file_is_told_the_number_that_fetches_it() {
    let mut trade = Trade::start(&[]);
    let session = trade.open(&["--mode", "sealed"]);
    let folder = trade.folder.path().to_str().unwrap().to_owned();
    let (sent, fetched) = (format!("{folder}/report.txt"), format!("{folder}/fetched.txt"));
    std::fs::write(&sent, WORDS).unwrap();
    let number = trade.vendor.done(&["session", "send", &session, &sent])["message"].to_string();
    let told = trade.buyer.done(&["session", "fetch", &session, &number, "-o", &fetched]);
    assert_eq!(told["message"].to_string(), number);
    assert_eq!(std::fs::read_to_string(&fetched).unwrap(), WORDS);
    let refused = trade.buyer.run(&["session", "fetch", &session, &number, "-o", "-"]).with_code(2);
    assert!(refused.stderr.contains("name a file"), "{}", refused.stderr);
    for (number, code, what) in [("0", 1, "message 0: "), ("seven", 2, "session show --messages")] {
        let refused =
            trade.buyer.run(&["session", "fetch", &session, number, "-o", &fetched]).with_code(code);
        assert!(refused.stderr.contains(what), "{}", refused.stderr);
    }
}

#[test]
fn who_comes_too_late_or_without_a_consent_is_told_why_and_what_to_do() {
    let mut trade = Trade::start(&[]);
    let open = ["session", "open", "--with", "volt.example/sales", "--mode", "sealed", "--capability"];
    let refused = trade.buyer.run(&[&open[..], &["repair.bridge"]].concat()).with_code(1).stderr;
    let hint = "assent consent request --with volt.example --capability repair.bridge";
    assert!(refused.contains(hint), "{refused}");

    let short = ["provision.compute.gpu", "--invitation-time", "100ms"];
    let opened = trade.buyer.done(&[&open[..], &short].concat());
    let session = opened["id"].as_str().unwrap().to_owned();
    let until = Instant::now() + Duration::from_secs(30);
    while trade.vendor.done(&["session", "show", &session])["state"] != "FAILED" {
        assert!(Instant::now() < until, "the invitation does not run out");
        std::thread::sleep(Duration::from_millis(100));
    }
    let refused = trade.vendor.run(&["session", "say", &session, "accept"]).with_code(1).stderr;
    let why = "the session has ended: INVITATION_TIMEOUT A required invitee did not answer in time";
    assert!(refused.contains(why), "{refused}");
}
