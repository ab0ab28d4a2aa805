//! Clients that nobody here wrote, from the public registries, against the program as it is built: a table of checks, each
//! a folder with what it needs, pinned by hash, and a script of assertions. What is installed stands in `target/interop`
//! until the pins change. Nothing calls out while a check runs.

use std::path::{Path, PathBuf};

use crate::command::{cargo, program, python, run};

/// By what a check learns where the program is.
const PROGRAM: &str = "ASSENT_PROGRAM";

/// A check. Another one is another row.
struct Check {
    name: &'static str,
    /// Where its `requirements.txt` and its script are.
    folder: &'static str,
    script: &'static str,
}

const CHECKS: &[Check] = &[
    Check { name: "mcp-v1", folder: "tests/interop/mcp/v1", script: "check.py" },
    Check { name: "mcp-v2", folder: "tests/interop/mcp/v2", script: "check.py" },
];

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
    run(&mut cargo(root, &["build", "--package", "assent"]))?;
    let built = root.join("target/debug/assent");
    let mut failed = Vec::new();
    for check in CHECKS {
        println!("--- {}", check.name);
        if let Err(fault) = installed(root, check).and_then(|python| held(root, check, &python, &built)) {
            println!("    {} FAILED: {fault}", check.name);
            failed.push(check.name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn held(root: &Path, check: &Check, python: &Path, built: &Path) -> Result<(), String> {
    let mut command = program(python, &root.join(check.folder), &[check.script]);
    command.env(PROGRAM, built).env("PYTHONDONTWRITEBYTECODE", "1").envs(SILENT);
    run(&mut command)
}

/// The Python with what a check needs; installs it unless it is there.
fn installed(root: &Path, check: &Check) -> Result<PathBuf, String> {
    let (pinned, folder) =
        (root.join(check.folder).join("requirements.txt"), root.join("target/interop").join(check.name));
    let (interpreter, mark) = (folder.join("bin/python"), folder.join("pinned.txt"));
    let wanted = std::fs::read(&pinned).map_err(|error| format!("{}: {error}", pinned.display()))?;
    // The mark is written last, so a half-made folder has none.
    if interpreter.is_file() && std::fs::read(&mark).is_ok_and(|there| there == wanted) {
        return Ok(interpreter);
    }
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(fault)?;
    run(&mut python(&folder, &["-m", "venv", "--clear", "."]))?;
    let pinned = pinned.to_string_lossy();
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let by_hash = ["--only-binary", ":all:", "--require-hashes", "--requirement", &pinned];
    run(&mut program(&interpreter, &folder, &[&pip[..], &by_hash].concat()))?;
    std::fs::write(&mark, wanted).map_err(fault)?;
    Ok(interpreter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_pins_and_its_script() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for check in CHECKS {
            let folder = root.join(check.folder);
            let pins = std::fs::read_to_string(folder.join("requirements.txt")).unwrap();
            assert!(pins.contains("--hash=sha256:"), "{}", check.name);
            assert!(folder.join(check.script).is_file(), "{}", check.name);
        }
    }
}
