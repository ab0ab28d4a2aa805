//! People by the commands of the guide, against a served node: links that sign in, once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::{Ran, Served, User, assent, run};

/// Runs a block of the guide as its user has it: the program on the path, the home and the node in the environment.
fn shell(block: &str, home: &Path, node: &str, variables: [(&str, &str); 2]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).env("PATH", path).env("COLUMNS", "100").envs(variables);
    command.current_dir(home).env("ASSENT_HOME", home).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    Ran::from(command.output().unwrap()).with_code(0)
}

/// Uses a link as a browser's button does; gives the cookie, or the status that refused it.
fn press(url: &str) -> Result<String, u16> {
    let (page, secret) = url.rsplit_once('/').unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (page, secret) = (page.to_owned(), secret.to_owned());
    let answer = blocking(async move {
        let request = http.post(page).form(&[("secret", secret.as_str()), ("name", "Ann")]);
        request.header("sec-fetch-site", "same-origin").send().await.unwrap()
    });
    let cookie = answer.headers().get("set-cookie").map(|value| value.to_str().unwrap());
    let cookie = cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned());
    cookie.ok_or(answer.status().as_u16())
}

/// What an address says to whoever has the cookie.
fn look(node: &str, path: &str, cookie: &str) -> (u16, Value) {
    let request = reqwest::Client::new().get(format!("{node}{path}")).header("cookie", cookie);
    blocking(async move {
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    })
}

fn blocking<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The links in what was printed.
fn links(printed: &str) -> Vec<&str> {
    printed.split_whitespace().filter(|word| word.starts_with("http://")).collect()
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let node = Served::start(&data);
    let home = folder.path().join("home");
    let mut acme = User::new(&home, &node.url);
    acme.run(&["init", "--org", "acme.example"]).with_code(0);
    acme.done(&["org", "register", "--name", "Acme"]);
    let page = include_str!("../../../docs/guides/people.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut told = Vec::new();
    for block in blocks {
        let (whom, block) = block.strip_prefix("# ").unwrap().split_once('\n').unwrap();
        assert!(matches!(whom, "the organisation" | "the operator"), "who is {whom}?");
        // Somebody to let in and to remove.
        let asked = acme.done(&["people", "invite", "--role", "arbiter"]);
        press(asked["url"].as_str().unwrap()).unwrap();
        let listed = acme.done(&["people", "list"]);
        let last = listed["people"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
        let variables = [("PERSON", &last[..8]), ("DATA", data.to_str().unwrap())];
        told.push(shell(block, &home, &node.url, variables).stdout);
    }
    let [first, invited, removed, _, kept, operator] = &told[..] else { panic!("{told:?}") };
    let owner = press(links(first)[0]).unwrap();
    let me = look(&node.url, "/v1/me", &owner).1;
    assert_eq!(me["person"]["roles"], serde_json::json!(["owner"]));
    assert_eq!(me["person"]["organisation"], "acme.example");
    assert!(invited.contains("Ann Lee") && invited.contains("auditor"), "{invited}");
    assert!(kept.contains("acme.example") && kept.contains("did:key:"), "{kept}");
    assert_eq!(links(invited).len(), 2);
    press(links(invited)[0]).unwrap();
    assert_eq!(press(links(invited)[0]), Err(403), "an invitation is good once");
    assert_eq!(press(links(removed)[0]), Err(403), "the link of who was removed opens nothing");
    assert_eq!(press(links(operator)[0]), Err(403), "nor that of an operator who was");
}

#[test]
fn an_operator_is_made_by_the_folder_and_sees_the_node_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let node = Served::start(&data);
    let data = data.to_str().unwrap();
    let home = folder.path().join("home");
    let operator = |more: &[&str]| {
        let home = home.to_str().unwrap();
        run(&[&["people", "operator", "--json", "--home", home, "--node", &node.url][..], more].concat())
    };
    let link = operator(&["--data", data]).with_code(0).one();
    let again = operator(&["--data", data]).with_code(0).one();
    assert_eq!(link["id"], again["id"]);
    let cookie = press(link["url"].as_str().unwrap()).unwrap();
    let (status, standing) = look(&node.url, "/v1/node", &cookie);
    assert_eq!(status, 200);
    assert_eq!(standing["writable"], true);
    let settings = standing["settings"].as_array().unwrap();
    assert!(settings.iter().any(|setting| setting["name"] == "queue_max" && setting["value"] == 4096));
    for path in ["/v1/sessions", "/v1/consents", "/v1/commitments"] {
        assert_eq!(look(&node.url, path, &cookie).0, 404, "{path}");
    }
    assert_eq!(look(&node.url, "/v1/people", &cookie).1["people"][0]["name"], "Operator");
    operator(&["--data", data, "--remove"]).with_code(0);
    assert_eq!(look(&node.url, "/v1/node", &cookie).0, 401);
    operator(&["--data", data, "--remove"]).with_code(1);
    // Where no node is, nothing is made.
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    operator(&["--data", empty.to_str().unwrap()]).with_code(2);
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);
}

#[test]
fn what_a_person_may_be_is_said_in_words_and_who_is_meant_in_digits() {
    let folder = tempfile::tempdir().unwrap();
    let node = Served::start(&folder.path().join("data"));
    let mut acme = User::new(&folder.path().join("home"), &node.url);
    acme.run(&["init", "--org", "acme.example"]).with_code(0);
    acme.done(&["org", "register"]);
    for wrong in [&["invite"][..], &["invite", "--role", "operator"], &["invite", "--role", "king"]] {
        acme.run(&[&["people"], wrong].concat()).with_code(2);
    }
    acme.run(&["people", "invite", "--role", "owner", "--email", "nobody"]).with_code(1);
    let invited = acme.done(&["people", "invite", "--role", "auditor", "--role", "owner"]);
    let id = invited["invitation"]["id"].as_str().unwrap().to_owned();
    acme.run(&["people", "remove", &id[..3]]).with_code(2);
    acme.run(&["people", "remove", "zzzz"]).with_code(1);
    acme.run(&["people", "link", "zzzz"]).with_code(1);
    assert_eq!(acme.done(&["people", "remove", &id[..8]])["id"], id.as_str());
    assert_eq!(press(invited["url"].as_str().unwrap()), Err(403));
    let shown = acme.plain(&["people", "list"]).with_code(0);
    assert!(shown.stdout.contains("no people"), "{}", shown.stdout);
}

#[test]
fn a_link_to_the_console_opens_its_first_page_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let node = Served::start(&data);
    let mut acme = User::new(&folder.path().join("home"), &node.url);
    acme.run(&["init", "--org", "acme.example"]).with_code(0);
    acme.done(&["org", "register", "--name", "Acme"]);
    let first = |cookie: &str| {
        let request = reqwest::Client::new().get(&node.url).header("cookie", cookie.to_owned());
        blocking(async move { request.send().await.unwrap().text().await.unwrap() })
    };
    let link = acme.done(&["console"]);
    let url = link["url"].as_str().unwrap();
    let page = first(&press(url).unwrap());
    assert!(page.contains("<h1>Live</h1>") && page.contains("acme.example"), "{page}");
    assert_eq!(press(url), Err(403));
    // Who runs the node is led to what it may see, by the node's folder.
    let data = data.to_str().unwrap();
    let link = acme.done(&["console", "--operator", "--data", data]);
    let page = first(&press(link["url"].as_str().unwrap()).unwrap());
    assert!(page.contains("All settings") && !page.contains("Commitments</a>"), "{page}");
    for wrong in [&["console", "--data", data][..], &["console", "--operator", "--person", "5f0c2e9a"]] {
        acme.run(wrong).with_code(2);
    }
}
