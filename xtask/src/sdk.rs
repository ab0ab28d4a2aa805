//! The SDK for Python as its users get it: installed by pip from its folder, its types and style checked, run against a node.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{cargo, program, python, run};

/// Where the SDK stands.
const SDK: &str = "sdk/python";
/// What its tests need, with the hash of each file that it may be.
const PINNED: &str = "sdk/python/tests/requirements.txt";
/// What is made for it.
const FOLDER: &str = "target/sdk";
/// Tells the tests which program they run.
const BINARY: &str = "ASSENT_BINARY";

/// Installs the package with what its tests need, and holds it to its types, its style and its tests.
///
/// # Errors
/// What does not hold, or that something cannot be had.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let python = install(root)?;
    // As the tests are built, so that no library is built a second time with other features.
    run(&mut cargo(root, &["build", "--workspace", "--tests"]))?;
    let tool = |arguments: &[&str]| {
        let mut command = within(root, &python, arguments);
        command.env("MYPY_CACHE_DIR", root.join(FOLDER).join("mypy")).env("RUFF_NO_CACHE", "true");
        run(command.env(BINARY, root.join("target/debug/assent")))
    };
    tool(&["-m", "mypy"])?;
    tool(&["-m", "ruff", "check"])?;
    tool(&["-m", "ruff", "format", "--check"])?;
    tool(&["-m", "pytest", "-p", "no:cacheprovider", "--timeout", "300"])
}

/// Packs the package as a wheel into a folder, by the builder that is pinned.
///
/// # Errors
/// That it cannot be built, or that the builder cannot be had.
pub(crate) fn pack(root: &Path, folder: &Path) -> Result<(), String> {
    let python = environment(root)?;
    let pip = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"];
    let folder = folder.to_string_lossy();
    build(root, &python, &[&pip[..], &["--wheel-dir", &folder]].concat())
}

/// The Python that has the package as it is now.
fn install(root: &Path) -> Result<PathBuf, String> {
    let python = environment(root)?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"];
    build(root, &python, &[&pip[..], &["--force-reinstall"]].concat())?;
    Ok(python)
}

/// Has pip build the package. What is pinned has the builder, so nothing is fetched; the libraries are those that are built already.
fn build(root: &Path, python: &Path, pip: &[&str]) -> Result<(), String> {
    let bare = ["--no-index", "--no-deps", "--no-build-isolation", "."];
    let mut command = within(root, python, &[pip, &bare].concat());
    command.env("CARGO_TARGET_DIR", root.join("target")).env("MATURIN_PEP517_ARGS", "--profile dev");
    run(&mut command)
}

/// An environment of its own under `target/`, made once for what is pinned; gives its Python.
fn environment(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join(FOLDER);
    let (environment, mark) = (folder.join("venv"), folder.join("pinned.txt"));
    let python_there = environment.join("bin/python");
    let fault = |what: &Path, error: std::io::Error| format!("{}: {error}", what.display());
    let wanted = std::fs::read(root.join(PINNED)).map_err(|error| fault(Path::new(PINNED), error))?;
    // The mark is written last, so a half-made folder has none.
    if !(python_there.is_file() && std::fs::read(&mark).is_ok_and(|there| there == wanted)) {
        std::fs::create_dir_all(&folder).map_err(|error| fault(&folder, error))?;
        run(&mut python(root, &["-m", "venv", "--clear", &environment.to_string_lossy()]))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
        let by_hash = ["--only-binary", ":all:", "--require-hashes", "--requirement", PINNED];
        run(&mut program(&python_there, root, &[&pip[..], &by_hash].concat()))?;
        std::fs::write(&mark, wanted).map_err(|error| fault(&mark, error))?;
    }
    Ok(python_there)
}

/// The environment's Python in the SDK's folder; it leaves nothing there, and finds the environment's own programs first.
fn within(root: &Path, python: &Path, arguments: &[&str]) -> Command {
    let mut command = program(python, &root.join(SDK), arguments);
    let beside = python.parent().unwrap_or(root);
    let before = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([beside.to_owned()].into_iter().chain(std::env::split_paths(&before)));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PATH", path.unwrap_or(before));
    command
}
