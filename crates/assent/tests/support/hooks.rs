//! A receiver of webhooks that keeps what it is told, and the guide whose commands and programs are tried.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{Ran, Served, assent};

/// What was received: headers and body.
pub type Told = (BTreeMap<String, String>, String);

/// How long something may take that comes at once.
pub const WAIT: Duration = Duration::from_secs(60);

/// A receiver that answers with this status, and passes on what it is told.
pub fn receive(status: Arc<AtomicU16>) -> (SocketAddr, Receiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut headers = BTreeMap::new();
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap_or(0) > 0 && line != "\r\n" {
                if let Some((name, value)) = line.split_once(": ") {
                    headers.insert(name.to_ascii_lowercase(), value.trim_end().to_owned());
                }
                line.clear();
            }
            let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            let _ = reader.read_exact(&mut body);
            let _ = sender.send((headers, String::from_utf8(body).unwrap()));
            let status = status.load(Ordering::SeqCst);
            let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (address, receiver)
}

/// A node that may call this machine.
pub fn calling(folder: &Path) -> Served {
    let settings = folder.join("node.toml");
    std::fs::write(&settings, "fetch_allow = [\"127.0.0.0/8\"]\n").unwrap();
    Served::start_with(&folder.join("data"), &["--config", settings.to_str().unwrap()])
}

/// The blocks of the guide in a language.
pub fn blocks(language: &str) -> Vec<&'static str> {
    let page = include_str!("../../../../docs/guides/webhooks.md");
    let begin = format!("```{language}\n");
    page.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Runs commands of the guide in a folder, as somebody whose home is there.
pub fn shell(block: &str, folder: &Path, node: &str, variables: &[(&str, &str)]) -> Ran {
    let program = assent();
    let program = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-e", "-c", block]).current_dir(folder).env("PATH", path).env("COLUMNS", "160");
    command.envs(variables.iter().copied());
    command.env("ASSENT_HOME", folder.join("home")).env("ASSENT_NODE", node).env_remove("ASSENT_AS");
    Ran::from(command.output().unwrap()).with_code(0)
}
