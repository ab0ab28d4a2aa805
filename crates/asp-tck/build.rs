//! Makes an index of the vectors under `spec/vectors`, so that the kit carries them and keeps no list of its own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where the vectors of statements are, one file a type.
const FOLDER: &str = "../../spec/vectors/statements";

fn main() -> io::Result<()> {
    let folder = Path::new(FOLDER);
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut files: Vec<PathBuf> = match folder.is_dir() {
        true => fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?,
        false => Vec::new(),
    };
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut text = String::from("[\n");
    for file in files {
        let _ = writeln!(text, "include_str!({:?}),", fs::canonicalize(file)?);
    }
    text.push(']');
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("vectors.rs"), text)
}
