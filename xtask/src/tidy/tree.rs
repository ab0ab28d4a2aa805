//! The files of the repository that tidy reads: Rust and Markdown, with their text.
//! Build output, hidden folders and what other package managers bring are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The repository as tidy sees it; paths are relative to its root, with `/` between names.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) root: PathBuf,
    /// The text of each Rust and Markdown file.
    pub(super) files: BTreeMap<String, String>,
    /// Every file and folder, whatever its kind.
    pub(super) paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the repository.
    ///
    /// # Errors
    /// A sentence naming the folder or file that cannot be read.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self { root: root.to_owned(), ..Self::default() };
        let mut folders = vec![String::new()];
        // Bounded by the folders of the disk: symbolic links are not followed.
        while let Some(folder) = folders.pop() {
            folders.extend(tree.read_folder(&folder)?);
        }
        Ok(tree)
    }

    /// Takes in what stands in a folder; gives the folders within.
    fn read_folder(&mut self, folder: &str) -> Result<Vec<String>, String> {
        let fault = |error: std::io::Error| format!("{folder}: {error}");
        let mut folders = Vec::new();
        for entry in std::fs::read_dir(self.root.join(folder)).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(fault)?;
            self.paths.insert(path.clone());
            if kind.is_dir() {
                let foreign = name.starts_with('.') || ["target", "node_modules"].contains(&name.as_str());
                folders.extend((!foreign).then_some(path));
            } else if kind.is_file() && (is_rust(&name) || is_markdown(&name)) {
                let text =
                    std::fs::read_to_string(entry.path()).map_err(|error| format!("{path}: {error}"))?;
                self.files.insert(path, text);
            }
        }
        Ok(folders)
    }

    /// The Rust files under `crates/*/src` and `xtask/src`.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.with_text(|path| is_rust(path) && (is_in_crate(path, "src") || path.starts_with("xtask/src/")))
    }

    /// The Rust files of the workspace, tests and benchmarks too.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.with_text(|path| is_rust(path) && (path.starts_with("crates/") || path.starts_with("xtask/")))
    }

    /// The Markdown files, wherever they stand.
    pub(super) fn markdown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.with_text(is_markdown)
    }

    fn with_text(&self, keep: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |(path, _)| keep(path))
    }
}

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

fn is_markdown(path: &str) -> bool {
    path.ends_with(".md")
}

/// Whether the path is `crates/<any>/<folder>/…`.
pub(super) fn is_in_crate(path: &str, folder: &str) -> bool {
    let mut names = path.split('/');
    names.next() == Some("crates") && names.next().is_some() && names.next() == Some(folder)
}

/// Whether the whole file is a test: under `crates/*/tests`, or a module `tests` in a file of its own.
pub(super) fn is_test(path: &str) -> bool {
    is_in_crate(path, "tests") || path.ends_with("/tests.rs")
}

/// What ships and what tests it: parts at the first `#[cfg(test)]` that opens a module in the file.
pub(super) fn split_tests(text: &str) -> (&str, &str) {
    let mut at = 0;
    let mut gate = None;
    for line in text.split_inclusive('\n') {
        match (line.trim_end(), gate) {
            ("#[cfg(test)]", _) => gate = Some(at),
            (line, Some(start)) if line.starts_with("mod ") && line.ends_with('{') => {
                return text.split_at(start);
            }
            (line, Some(_)) if line.starts_with("#[") => {}
            _ => gate = None,
        }
        at += line.len();
    }
    (text, "")
}

#[cfg(test)]
impl Tree {
    /// A tree of files with these texts, and the folders that they stand in.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.files.insert((*path).to_owned(), (*text).to_owned());
            tree.paths.insert((*path).to_owned());
            for (end, _) in path.match_indices('/') {
                tree.paths.insert(path[..end].to_owned());
            }
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_read_without_what_is_built() {
        let tree = Tree::read(&crate::root()).unwrap();
        assert!(tree.sources().any(|(path, _)| path == "xtask/src/tidy/tree.rs"));
        assert!(tree.paths.contains("Cargo.toml") && tree.paths.contains("crates/asp-core"));
        assert!(!tree.files.keys().any(|path| path.starts_with("target/") || path.starts_with('.')));
    }

    #[test]
    fn tests_begin_where_a_module_for_them_opens() {
        for (text, tests) in [
            ("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n", "#[cfg(test)]\nmod tests {\n}\n"),
            ("#[cfg(test)]\n#[expect(x)]\nmod tests {\n}\n", "#[cfg(test)]\n#[expect(x)]\nmod tests {\n}\n"),
            ("#[cfg(test)]\nmod tests;\nfn a() {}\n", ""),
            ("#[cfg(test)]\nuse a;\nmod b {\n}\n", ""),
            ("    #[cfg(test)]\n    fn a() {}\n", ""),
            ("", ""),
        ] {
            assert_eq!(split_tests(text).1, tests, "{text}");
        }
    }

    #[test]
    fn paths_tell_what_a_file_is_for() {
        assert!(is_in_crate("crates/a/src/b.rs", "src") && !is_in_crate("crates/a/build.rs", "src"));
        assert!(is_test("crates/a/tests/b.rs") && is_test("crates/a/src/b/tests.rs"));
        assert!(!is_test("crates/a/src/tests/b.rs") && !is_test("crates/a/src/contests.rs"));
    }
}
