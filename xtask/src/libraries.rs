//! Libraries of others that check what a node delivers: installed into `target/` as they are pinned, by hash.

use std::path::{Path, PathBuf};

use crate::command::{program, python, run};

/// Where it stands what is installed.
const PINNED: &str = "crates/assent/tests/libraries";
/// What tells the test where it is.
pub(crate) const VARIABLE: &str = "ASSENT_TEST_LIBRARIES";

/// Installs them; gives the folder, with `python/` and `node_modules/`. None runs a program of its own while it is installed.
///
/// # Errors
/// A sentence if a program fails or a file cannot be written.
pub(crate) fn install(root: &Path) -> Result<PathBuf, String> {
    let (pinned, folder) = (root.join(PINNED), root.join("target/libraries"));
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(fault)?;
    for name in ["requirements.txt", "package.json", "package-lock.json"] {
        std::fs::copy(pinned.join(name), folder.join(name)).map_err(fault)?;
    }
    run(&mut python(&folder, &["-m", "venv", "--clear", "python"]))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let by_hash = ["--only-binary", ":all:", "--require-hashes", "--requirement", "requirements.txt"];
    run(&mut program(folder.join("python/bin/python"), &folder, &[&pip[..], &by_hash].concat()))?;
    run(&mut program("npm", &folder, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    Ok(folder)
}
