//! Clients that nobody here wrote, from the public registries, against the program as it is built: a table of checks, each
//! a folder with what it needs, pinned by hash, and a script of assertions. What is installed stands in `target/interop`
//! until the pins change. Nothing calls out while a check runs.

use std::path::{Path, PathBuf};

use crate::command::{cargo, program, python, run};
use crate::sdk;

/// By what a check learns where the program is.
const PROGRAM: &str = "ASSENT_PROGRAM";

/// A check. Another one is another row.
struct Check {
    name: &'static str,
    /// Where its pins and its script are.
    folder: &'static str,
    script: &'static str,
    runs: Runs,
    /// Whether it uses the Python SDK.
    sdk: bool,
    /// A package that is published as source alone, built by what `build.txt` pins beside; everything else is installed
    /// without running any of it.
    source: Option<&'static str>,
}

/// What runs a script, and by that what pins what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    /// `requirements.txt`, with hashes.
    Python,
    /// `package.json` and `package-lock.json`.
    Node,
}

impl Runs {
    /// The files that say what is installed.
    const fn pins(self) -> &'static [&'static str] {
        match self {
            Self::Python => &["requirements.txt"],
            Self::Node => &["package.json", "package-lock.json"],
        }
    }
}

impl Check {
    const fn of(name: &'static str, folder: &'static str) -> Self {
        Self { name, folder, script: "check.py", runs: Runs::Python, sdk: false, source: None }
    }

    const fn in_node(self) -> Self {
        Self { script: "check.mjs", runs: Runs::Node, ..self }
    }

    const fn with_sdk(self) -> Self {
        Self { sdk: true, ..self }
    }

    const fn built(self, package: &'static str) -> Self {
        Self { source: Some(package), ..self }
    }
}

const CHECKS: &[Check] = &[
    Check::of("mcp-v1", "tests/interop/mcp/v1"),
    Check::of("mcp-v2", "tests/interop/mcp/v2"),
    Check::of("mcp-conformance", "tests/interop/mcp/conformance").in_node(),
    Check::of("a2a-python", "tests/interop/a2a/python"),
    Check::of("a2a-javascript", "tests/interop/a2a/javascript").in_node(),
    Check::of("langchain", "tests/interop/langchain").with_sdk(),
    Check::of("crewai", "tests/interop/crewai").with_sdk(),
    Check::of("autogen", "tests/interop/autogen").with_sdk(),
    Check::of("agent-framework", "tests/interop/agent_framework").with_sdk(),
    Check::of("openapi", "tests/interop/openapi").with_sdk(),
    Check::of("negmas", "tests/interop/negmas").with_sdk().built("stringcase"),
];

/// Where the wheel of the Python SDK is put.
const WHEELS: &str = "target/interop/wheels";
/// What builds a package that is published as source alone.
const BUILD: &str = "build.txt";

/// What third parties' packages would otherwise tell of themselves.
const SILENT: [(&str, &str); 5] = [
    ("CREWAI_DISABLE_TELEMETRY", "true"),
    ("CREWAI_TRACING_ENABLED", "false"),
    ("LANGSMITH_TRACING", "false"),
    ("OPENAI_AGENTS_DISABLE_TRACING", "1"),
    ("OTEL_SDK_DISABLED", "true"),
];

/// Runs all of them; one that fails does not hide what the others find.
///
/// # Errors
/// The names of those that failed.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    // With what the tests were built with, so that nothing is built twice.
    run(&mut cargo(root, &["build", "--workspace", "--tests"]))?;
    let built = root.join("target/debug/assent");
    let wheel = wheel(root)?;
    let mut failed = Vec::new();
    for check in CHECKS {
        println!("--- {}", check.name);
        if let Err(fault) =
            prepared(root, check, &wheel).and_then(|folder| held(root, check, &folder, &built))
        {
            println!("    {} FAILED: {fault}", check.name);
            failed.push(check.name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn held(root: &Path, check: &Check, folder: &Path, built: &Path) -> Result<(), String> {
    let mut command = match check.runs {
        Runs::Python => program(folder.join("bin/python"), &root.join(check.folder), &[check.script]),
        // What it imports is looked for beside it.
        Runs::Node => {
            let script = folder.join(check.script);
            let copied = std::fs::copy(root.join(check.folder).join(check.script), &script);
            copied.map_err(|error| format!("{}: {error}", script.display()))?;
            program("node", folder, &[check.script])
        }
    };
    command.env(PROGRAM, built).env("PYTHONDONTWRITEBYTECODE", "1").envs(SILENT);
    run(&mut command)
}

/// The SDK as it is packed for others.
fn wheel(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join(WHEELS);
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(fault)?;
    }
    sdk::pack(root, &folder)?;
    let mut built = std::fs::read_dir(&folder).map_err(fault)?;
    built.next().ok_or("the SDK was not packed")?.map(|entry| entry.path()).map_err(fault)
}

/// The folder of a check, with the SDK as it is now where the check uses it.
fn prepared(root: &Path, check: &Check, wheel: &Path) -> Result<PathBuf, String> {
    let folder = installed(root, check)?;
    if check.sdk {
        let pip =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"];
        let wheel = wheel.to_string_lossy();
        let pip = [&pip[..], &["--force-reinstall", &wheel]].concat();
        run(&mut program(folder.join("bin/python"), root, &pip))?;
    }
    Ok(folder)
}

/// The folder with what a check needs from elsewhere; installs it unless it is there.
fn installed(root: &Path, check: &Check) -> Result<PathBuf, String> {
    let (from, folder) = (root.join(check.folder), root.join("target/interop").join(check.name));
    let mark = folder.join("pinned.txt");
    let mut wanted = Vec::new();
    for pin in check.runs.pins().iter().chain(check.source.map(|_| &BUILD)) {
        let pin = from.join(pin);
        wanted.extend(std::fs::read(&pin).map_err(|error| format!("{}: {error}", pin.display()))?);
    }
    // The mark is written last, so a half-made folder has none.
    if std::fs::read(&mark).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(fault)?;
    match check.runs {
        Runs::Python => {
            run(&mut python(&folder, &["-m", "venv", "--clear", "."]))?;
            let pinned = |file: &str, more: &[&str]| {
                let file = from.join(file);
                let file = file.to_string_lossy();
                let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
                let by_hash = ["--require-hashes", "--requirement", &file, "--only-binary", ":all:"];
                run(&mut program(folder.join("bin/python"), &folder, &[&pip[..], &by_hash, more].concat()))
            };
            match check.source {
                None => pinned("requirements.txt", &[])?,
                Some(package) => {
                    pinned(BUILD, &[])?;
                    pinned("requirements.txt", &["--no-binary", package, "--no-build-isolation"])?;
                }
            }
        }
        Runs::Node => {
            for pin in check.runs.pins() {
                std::fs::copy(from.join(pin), folder.join(pin)).map_err(fault)?;
            }
            run(&mut program("npm", &folder, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
        }
    }
    std::fs::write(&mark, wanted).map_err(fault)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_pins_and_its_script() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for check in CHECKS {
            let folder = root.join(check.folder);
            let pins = std::fs::read_to_string(folder.join(check.runs.pins().last().unwrap())).unwrap();
            assert!(
                pins.contains("--hash=sha256:") || pins.contains("\"integrity\": \"sha512-"),
                "{}",
                check.name
            );
            assert!(folder.join(check.script).is_file(), "{}", check.name);
        }
    }
}
