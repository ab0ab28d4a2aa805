//! Draws what `assent demo` prints, for the README: a picture that is made again rather than edited.

use std::path::Path;

use anstyle_svg::Term;

use crate::command::{cargo, output};

/// Where the README looks for it.
const PICTURE: &str = "docs/images/demo.svg";

/// Runs the demo as it ships, in colour, and writes the picture.
///
/// # Errors
/// A sentence if the demo fails or the picture cannot be written.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    // The demo leaves its bundle where it runs, which must not be the repository.
    let folder = std::env::temp_dir().join("assent-picture");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let manifest = root.join("Cargo.toml").to_string_lossy().into_owned();
    let cargo_run =
        ["run", "--quiet", "--release", "--manifest-path", &manifest, "--package", "assent", "--"];
    let demo = ["demo", "--color", "always"];
    let text = output(cargo(&folder, &[&cargo_run[..], &demo].concat()).env("COLUMNS", "100"))?;
    std::fs::create_dir_all(root.join("docs/images")).map_err(|error| format!("docs/images: {error}"))?;
    std::fs::write(root.join(PICTURE), Term::new().render_svg(&text))
        .map_err(|error| format!("{PICTURE}: {error}"))?;
    println!("picture: wrote {PICTURE}");
    Ok(())
}
