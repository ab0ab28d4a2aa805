//! Draws what `assent demo` prints, for the README: a picture that is made again rather than edited.

use std::path::Path;

use anstyle::{Color, RgbColor};
use anstyle_svg::{Term, WIN10_CONSOLE};

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
    // Faint words stay readable on this ground.
    let term = Term::new()
        .palette(WIN10_CONSOLE)
        .fg_color(Color::Rgb(RgbColor(0xf2, 0xf2, 0xf2)))
        .bg_color(Color::Rgb(RgbColor(0x12, 0x16, 0x1c)));
    let picture = term.render_svg(&text).replace(".dimmed { opacity: 0.4; }", ".dimmed { opacity: 0.6; }");
    std::fs::write(root.join(PICTURE), picture).map_err(|error| format!("{PICTURE}: {error}"))?;
    println!("picture: wrote {PICTURE}");
    Ok(())
}
