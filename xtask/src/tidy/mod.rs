//! The rules of the house that no compiler knows, each a check that names what breaks it.

mod crates;
mod links;
mod rules;
mod sources;
mod threats;
mod tree;

use std::path::Path;

use tree::Tree;

use crate::codegen;

/// Runs all checks and lists what they found.
///
/// # Errors
/// How much was found, or why a check could not be made.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let tree = Tree::read(root)?;
    let mut count = 0;
    for (name, check) in CHECKS {
        let findings = check(&tree).map_err(|fault| format!("tidy could not check {name}: {fault}"))?;
        for finding in &findings {
            println!("{name}: {finding}");
        }
        count += findings.len();
    }
    match count {
        0 => {
            println!("tidy: {} checks over {} files found nothing", CHECKS.len(), tree.files.len());
            Ok(())
        }
        1 => Err("tidy found one breach of the rules".to_owned()),
        _ => Err(format!("tidy found {count} breaches of the rules")),
    }
}

/// A check: what it found, one sentence each, or why it could not look.
type Check = fn(&Tree) -> Result<Vec<String>, String>;

const CHECKS: [(&str, Check); 11] = [
    ("edges", crates::edges),
    ("purity", crates::purity),
    ("faults", crates::faults),
    ("drift", drift),
    ("size", |tree| Ok(sources::size(tree))),
    ("opening", |tree| Ok(sources::opening(tree))),
    ("leftovers", |tree| Ok(sources::leftovers(tree))),
    ("order", |tree| Ok(sources::order(tree))),
    ("rules", |tree| Ok(rules::rules(tree))),
    ("threats", threats::threats),
    ("links", |tree| Ok(links::links(tree))),
];

fn drift(tree: &Tree) -> Result<Vec<String>, String> {
    let drifted = codegen::run(&tree.root, codegen::Mode::Check)?;
    let told = |path: &&str| format!("{path} is not as its source says: `cargo xtask codegen`");
    Ok(drifted.iter().map(told).collect())
}
