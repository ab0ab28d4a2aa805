//! What the tests of the binary share: running it in a clean environment, a served node, bare HTTP.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "what a test cannot do fails it"
)]

pub mod hooks;
pub mod trade;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take that should end at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary, without what the environment might say to it.
pub fn assent() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ASSENT_") {
            command.env_remove(name);
        }
    }
    command.env_remove("NO_COLOR").env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Stdout as lines of JSON.
    pub fn json(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(parse).collect()
    }

    /// The only line of JSON.
    pub fn one(&self) -> Value {
        let mut all = self.json();
        assert_eq!(all.len(), 1, "{self:?}");
        all.remove(0)
    }

    /// Holds that it ended with this exit code.
    #[track_caller]
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs the binary with these arguments.
pub fn run(arguments: &[&str]) -> Ran {
    assent().args(arguments).output().unwrap().into()
}

/// A user: a home, and the node that is talked to.
pub struct User {
    home: PathBuf,
    node: String,
    /// Everything that was printed, for looking what must not be in it.
    printed: String,
}

impl User {
    pub fn new(home: &Path, node: &str) -> Self {
        Self { home: home.to_owned(), node: node.to_owned(), printed: String::new() }
    }

    /// Runs a command as this user, with `--json`.
    pub fn run(&mut self, arguments: &[&str]) -> Ran {
        self.plain(&[arguments, &["--json"]].concat())
    }

    /// Runs a command as this user, for people.
    pub fn plain(&mut self, arguments: &[&str]) -> Ran {
        let home = self.home.to_str().unwrap();
        let ran: Ran =
            assent().args(["--home", home, "--node", &self.node]).args(arguments).output().unwrap().into();
        self.printed += &ran.stdout;
        self.printed += &ran.stderr;
        ran
    }

    /// Runs a command that must succeed, and gives its one datum.
    #[track_caller]
    pub fn done(&mut self, arguments: &[&str]) -> Value {
        self.run(arguments).with_code(0).one()
    }

    /// Key files of the home with what they hold.
    pub fn keys(&self) -> Vec<(PathBuf, String)> {
        let entries = std::fs::read_dir(self.home.join("keys")).unwrap();
        let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        files.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
    }

    pub fn printed(&self) -> &str {
        &self.printed
    }
}

/// A node in a process of its own.
pub struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub url: String,
    pub first: Value,
}

impl Served {
    /// Starts a node on a folder, and waits until it says where it is.
    pub fn start(data: &Path) -> Self {
        Self::after(Self::spawn(data)).expect("the node says where it is")
    }

    /// The same of a node that is asked for more.
    pub fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let mut command = Self::serve(data);
        let child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        Self::after(child).expect("the node says where it is")
    }

    /// The same of a node that cannot make any file longer than this: beyond, its storage fails.
    pub fn start_within(data: &Path, bytes_max: u64) -> Self {
        // A shell counts in blocks of 512; without the trap the process would be ended instead of told.
        let limit = format!(r#"trap "" XFSZ; ulimit -f {}; exec "$0" "$@""#, bytes_max / 512);
        let served = Self::serve(data);
        let mut shell = Command::new("sh");
        shell.args(["-c", &limit]).arg(served.get_program()).args(served.get_args());
        for (name, value) in served.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        Self::after(child).expect("the node says where it is")
    }

    /// The node of a process, or nothing if that ends before it has said where it is.
    fn after(mut child: Child) -> Option<Self> {
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).ok()?;
        let url = first["url"].as_str()?.to_owned();
        Some(Self { child, stdout, url, first })
    }

    /// Starts the process without waiting for anything.
    pub fn spawn(data: &Path) -> Child {
        Self::serve(data).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn serve(data: &Path) -> Command {
        let mut command = assent();
        command
            .args(["serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("ASSENT_LOG", "warn");
        command
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Sends a signal by name, as an operator would.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// SIGKILL, and waits until the process is gone.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the process to end by itself.
    pub fn wait(mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the node does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A kept-alive HTTP/1.1 connection with nothing in it that could retry or hide something.
pub struct Wire {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Wire {
    pub fn connect(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream), host: address.to_owned() })
    }

    /// Sends an envelope; status and body of the answer.
    pub fn submit(&mut self, envelope: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
        let head = format!(
            "POST /v1/statements HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.host,
            envelope.len()
        );
        self.stream.get_mut().write_all(&[head.as_bytes(), envelope].concat())?;
        self.answer()
    }

    /// Asks for a path; status and body of the answer.
    pub fn get(&mut self, path: &str) -> std::io::Result<(u16, Vec<u8>)> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> std::io::Result<(u16, Vec<u8>)> {
        let gone = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let mut status = None;
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(gone());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().ok();
            } else if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status.ok_or_else(gone)?, body))
    }
}
