//! The repository's own tasks: `cargo xtask <task>`.

mod codegen;

use std::process::ExitCode;

fn main() -> ExitCode {
    let check = std::env::args().any(|argument| argument == "--check");
    let mode = if check { codegen::Mode::Check } else { codegen::Mode::Write };
    match codegen::run(&root(), mode) {
        Ok(drifted) if drifted.is_empty() || !check => ExitCode::SUCCESS,
        other => {
            println!("{other:?}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root.
fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
