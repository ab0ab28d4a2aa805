//! Domains by the commands of the guide: published, looked at, shown.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use support::{Ran, Served, User, assent, run};

/// Serves a file to whoever asks for anything, and 404 while it is not there.
fn serve(file: PathBuf) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) > 0 {
                request.push(byte[0]);
            }
            let (status, body) = match std::fs::read_to_string(&file) {
                Ok(body) => (200, body),
                Err(_) => (404, "{}".to_owned()),
            };
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n");
            let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
        }
    });
    address
}

/// A node that finds acme.example where the file is served.
fn node(folder: &Path, address: SocketAddr) -> Served {
    let settings = folder.join("node.toml");
    std::fs::write(&settings, format!("fetch_allow = [\"acme.example=http://{address}\"]\n")).unwrap();
    Served::start_with(&folder.join("data"), &["--config", settings.to_str().unwrap()])
}

fn shell(block: &str, folder: &Path, node: &str) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = std::process::Command::new("sh");
    command.args(["-e", "-c", block]).current_dir(folder).env("PATH", path).env("COLUMNS", "120");
    command.env("ASSENT_HOME", folder.join("home")).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    Ran::from(command.output().unwrap())
}

#[test]
fn the_commands_of_the_guide_work_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let address = serve(folder.path().join("asp-configuration"));
    let node = node(folder.path(), address);
    let page = include_str!("../../../docs/guides/domains.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut last = String::new();
    let mut count = 0;
    for block in blocks {
        last = shell(block, folder.path(), &node.url).with_code(0).stdout;
        count += 1;
    }
    assert_eq!(count, 3);
    assert!(
        last.contains("proved  the node says so at log index 2") && last.contains("the key is there"),
        "{last}"
    );
}

#[test]
fn what_the_node_found_is_told_and_is_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("asp-configuration");
    let node = node(folder.path(), serve(file.clone()));
    let mut user = User::new(&folder.path().join("home"), &node.url);
    user.run(&["init", "--org", "acme.example", "--agent", "acme.example/buyer"]).with_code(0);
    let publication = user.done(&["org", "publish", "acme.example"]);
    let key = publication["document"]["organisation"]["keys"][0].as_str().unwrap().to_owned();
    assert_eq!(publication["name"], "_asp.acme.example");
    assert_eq!(publication["texts"][0], format!("asp1 key={key}"));
    user.done(&["org", "register", "acme.example"]);

    // Nothing is there yet; asking does not wait where nobody wants to.
    let missing = user.run(&["org", "verify", "acme.example"]).with_code(1);
    let view = &missing.json()[0]["proof"];
    assert_eq!((view["proved"].as_bool(), view["saw"].as_str()), (Some(false), Some("it answers 404")));
    assert!(missing.stderr.contains("did not find the key"), "{}", missing.stderr);
    // Somebody else's key is none of ours.
    std::fs::write(&file, r#"{"organisation":{"domain":"acme.example","keys":["did:key:z6Mkother"]}}"#)
        .unwrap();
    let other = user.run(&["org", "verify", "acme.example"]).with_code(1);
    assert_eq!(other.json()[0]["proof"]["saw"], "another key is there");
    user.done(&["org", "publish", "acme.example", "--output", file.to_str().unwrap()]);
    let view = user.done(&["org", "verify", "acme.example"]);
    assert_eq!(
        (view["proof"]["proved"].as_bool(), view["proof"]["key"].as_str()),
        (Some(true), Some(key.as_str()))
    );
    let shown = user.done(&["org", "show", "acme.example"]);
    assert_eq!(shown["proof"]["found"], true);
    user.run(&["org", "verify", "acme.example", "--wait", "0s"]).with_code(0);
    let refused = user.run(&[
        "org",
        "verify",
        "acme.example",
        "--key",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    ]);
    assert!(refused.with_code(1).stderr.contains("UNKNOWN_KEY"));
    run(&["org", "verify", "--method", "post"]).with_code(2);
}
