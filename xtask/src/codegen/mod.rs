//! Writes what is made from the data under `spec/`, or says which of it has drifted.
//! Knows each source and each target; what a target says stands in its own file.

mod errors;
mod kit;
mod laboratory;
mod limits;
mod rules;
pub(crate) mod threats;
mod transitions;

mod diagram;
mod members;
mod page;
pub(crate) mod proofs;
mod spec;
mod table;
mod views;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use transitions::Transitions;

/// What a run of the generator may do to the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write what differs.
    Write,
    /// Only name what differs.
    Check,
}

/// Generates all; returns the paths that differed.
///
/// # Errors
/// A sentence naming the file that cannot be read, generated or written.
pub(crate) fn run(root: &Path, mode: Mode) -> Result<Vec<&'static str>, String> {
    let mut drifted = Vec::new();
    for (path, text) in generate(root)? {
        let target = root.join(path);
        if std::fs::read_to_string(&target).is_ok_and(|present| present == text) {
            continue;
        }
        if mode == Mode::Write {
            let folder = target.parent().unwrap_or(root);
            std::fs::create_dir_all(folder).map_err(|error| format!("{path}: {error}"))?;
            std::fs::write(&target, text).map_err(|error| format!("{path}: {error}"))?;
        }
        drifted.push(path);
    }
    Ok(drifted)
}

/// Every generated file with its text.
fn generate(root: &Path) -> Result<Vec<(&'static str, String)>, String> {
    let errors = errors::load(root)?;
    let limits = limits::load(root)?;
    let codes = errors.iter().map(|row| row.code.as_str()).collect();
    let rules = rules::load(root, &codes)?;
    errors::check_rules(&errors, &rules)?;
    let threats = threats::load(root)?;
    threats::check_rules(&threats, &rules)?;
    let mut files = vec![
        ("crates/asp-core/src/rejection/registry.rs", rustfmt(root, &errors::rust(&errors))?),
        ("crates/asp-core/src/limits.rs", rustfmt(root, &limits::rust(&limits))?),
        ("crates/asp-tck/src/rules/table.rs", rustfmt(root, &kit::rules(&rules))?),
        ("docs/reference/errors.md", errors::page(&errors)),
        ("docs/reference/limits.md", limits::page(&limits)),
        ("docs/reference/rules.md", rules::page(&rules)),
        (threats::TARGET, threats::page(&threats)),
    ];
    for (source, target) in STARTERS {
        if root.join(source).exists() {
            files.push((target, read_text(root, source)?));
        }
    }
    if root.join(laboratory::TARGET).exists() {
        files.push((laboratory::TARGET, laboratory::page(root)?));
    }
    if let Some(transitions) = Transitions::load(root, &codes, &rules)? {
        files.extend([
            ("crates/asp-core/src/session/table.rs", rustfmt(root, &table::rust(&transitions))?),
            ("docs/reference/transitions.md", page::page(&transitions)),
            ("docs/reference/transitions.svg", diagram::svg(&transitions.arrows())?),
            ("spec/transitions.svg", diagram::svg(&transitions.arrows())?),
        ]);
        if root.join(spec::TARGET).exists() {
            let proofs = proofs::load(root)?;
            let (rules, errors, limits) = (rules.as_slice(), errors.as_slice(), limits.as_slice());
            let sources =
                spec::Sources { root, rules, errors, limits, transitions: &transitions, proofs: &proofs };
            files.push((spec::TARGET, spec::filled(&read_text(root, spec::TARGET)?, &sources)?));
        }
    }
    Ok(files)
}

/// The terms schemas that the core carries, and where.
const STARTERS: [(&str, &str); 5] = [
    ("spec/schemas/terms/compute-lease-1.json", "crates/asp-core/src/terms/starters/compute-lease-1.json"),
    ("spec/schemas/terms/data-licence-1.json", "crates/asp-core/src/terms/starters/data-licence-1.json"),
    ("spec/schemas/terms/freight-1.json", "crates/asp-core/src/terms/starters/freight-1.json"),
    ("spec/schemas/terms/goods-purchase-1.json", "crates/asp-core/src/terms/starters/goods-purchase-1.json"),
    (
        "spec/schemas/terms/service-agreement-1.json",
        "crates/asp-core/src/terms/starters/service-agreement-1.json",
    ),
];

fn read_text(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

fn read<T: serde::de::DeserializeOwned>(root: &Path, path: &str) -> Result<T, String> {
    toml::from_str(&read_text(root, path)?).map_err(|error| format!("{path}: {error}"))
}

/// `NOT_YOUR_TURN` or `not-your-turn` as `NotYourTurn`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    for word in name.split(['_', '-']) {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.extend(letters.map(|letter| letter.to_ascii_lowercase()));
    }
    out
}

fn is_upper_snake(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    name.split('_')
        .all(|word| word.starts_with(|first: char| first.is_ascii_uppercase()) && word.bytes().all(letter))
}

/// Text that may stand in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

/// Formats Rust text as the repository's own settings say.
fn rustfmt(root: &Path, text: &str) -> Result<String, String> {
    let fault = |error: &dyn std::fmt::Display| format!("rustfmt: {error}");
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| fault(&error))?;
    let mut input = child.stdin.take().ok_or("rustfmt took no input")?;
    input.write_all(text.as_bytes()).map_err(|error| fault(&error))?;
    drop(input);
    let output = child.wait_with_output().map_err(|error| fault(&error))?;
    if !output.status.success() {
        return Err(fault(&String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| fault(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_variants() {
        for (name, variant) in
            [("NOT_YOUR_TURN", "NotYourTurn"), ("all-in", "AllIn"), ("own", "Own"), ("", "")]
        {
            assert_eq!(camel(name), variant);
        }
    }

    #[test]
    fn a_cell_never_breaks_its_table() {
        assert_eq!(cell("a | b <c>"), "a \\| b &lt;c>");
    }

    #[test]
    fn text_that_is_not_rust_is_not_written() {
        let fault = rustfmt(&crate::root(), "fn {").unwrap_err();
        assert!(fault.starts_with("rustfmt: error: "), "{fault}");
    }

    #[test]
    fn a_tree_without_transitions_still_has_its_registries() {
        let root = std::env::temp_dir().join(format!("xtask-codegen-{}", std::process::id()));
        std::fs::create_dir_all(root.join("spec")).unwrap();
        for file in [errors::SOURCE, limits::SOURCE, rules::SOURCE, threats::SOURCE, "rustfmt.toml"] {
            std::fs::copy(crate::root().join(file), root.join(file)).unwrap();
        }
        assert_eq!(run(&root, Mode::Check).unwrap().len(), 7);
        assert_eq!(run(&root, Mode::Write).unwrap().len(), 7);
        assert_eq!(run(&root, Mode::Check), Ok(vec![]));
        std::fs::copy(crate::root().join(transitions::SOURCE), root.join(transitions::SOURCE)).unwrap();
        assert_eq!(run(&root, Mode::Write).unwrap().len(), 4);
        // A specification whose blocks are empty is filled; one without a source for a block is refused.
        std::fs::write(root.join(spec::TARGET), "<!-- generated: roles -->\n<!-- end -->\n").unwrap();
        assert_eq!(run(&root, Mode::Write), Ok(vec![spec::TARGET]));
        assert_eq!(run(&root, Mode::Check), Ok(vec![]));
        let filled = std::fs::read_to_string(root.join(spec::TARGET)).unwrap();
        assert!(filled.contains("| `initiator` |") && filled.ends_with("\n\n<!-- end -->\n"), "{filled}");
        for (text, fault) in [
            ("<!-- generated: wishes -->\n<!-- end -->\n", "nothing makes the block wishes"),
            ("<!-- generated: rules XXX -->\n<!-- end -->\n", "no rules are of the family XXX"),
            ("<!-- generated: rules LOG -->\n<!-- end -->\n", "no test proves ASP-LOG-001"),
            ("<!-- generated: roles -->\n", "the block roles is not closed"),
        ] {
            std::fs::write(root.join(spec::TARGET), text).unwrap();
            assert_eq!(run(&root, Mode::Check), Err(format!("spec/asp-1.0.md: {fault}")));
        }
        std::fs::remove_file(root.join(spec::TARGET)).unwrap();
        std::fs::write(root.join("docs/reference/limits.md"), "edited").unwrap();
        assert_eq!(run(&root, Mode::Check), Ok(vec!["docs/reference/limits.md"]));
        std::fs::remove_dir_all(&root).unwrap();
    }
}
