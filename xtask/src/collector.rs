//! A collector of OpenTelemetry to send spans to: a published package, pinned by hash, fetched once into `target/`.

use std::path::{Path, PathBuf};

use crate::command::{python, run};

/// By what a test learns where it is.
pub(crate) const PROGRAM: &str = "ASSENT_COLLECTOR";
/// What is fetched, with the hash of each file that it may be.
const PINNED: &str = "xtask/collector.txt";
const FOLDER: &str = "target/collector";

/// The collector's program; fetches it unless it is there.
///
/// # Errors
/// A sentence, if it cannot be fetched.
pub(crate) fn install(root: &Path) -> Result<PathBuf, String> {
    let (pinned, folder) = (root.join(PINNED), root.join(FOLDER));
    let (program, mark) = (folder.join("rotel/rotel-agent"), folder.join("pinned.txt"));
    let wanted = std::fs::read(&pinned).map_err(|error| format!("{PINNED}: {error}"))?;
    // The mark is written last, so a half-made folder has none.
    if program.is_file() && std::fs::read(&mark).is_ok_and(|there| there == wanted) {
        return Ok(program);
    }
    let pinned = pinned.to_string_lossy();
    let options =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"];
    let safe = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--upgrade"];
    let what = ["--target", FOLDER, "--requirement", &pinned];
    run(&mut python(root, &[&options[..], &safe, &what].concat()))?;
    std::fs::write(&mark, wanted).map_err(|error| format!("{FOLDER}: {error}"))?;
    Ok(program)
}
