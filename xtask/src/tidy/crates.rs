//! Who may use whom: the one-way edges between our crates, and what the core must never link.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::tree::Tree;
use crate::command::{cargo, output};

/// What each crate of the house may use of the others. Tests may link more: what they link does not ship.
const EDGES: [(&str, &[&str]); 13] = [
    ("asp-core", &[]),
    // What a node answers, for who knows neither a node nor its client.
    ("asp-api", &["asp-core"]),
    ("asp-store", &["asp-core"]),
    // Ciphers draw random bytes, and whoever only verifies needs none of them.
    ("asp-seal", &["asp-core"]),
    // Who takes part in a sealed session seals and opens at its own end.
    ("asp-client", &["asp-core", "asp-api", "asp-seal"]),
    ("asp-surfaces", &["asp-core", "asp-client"]),
    // A surface knows doors; the node's own is made of its handlers. Of what is sealed a node opens one thing: what was
    // disclosed to the key that an organisation keeps there so that its people can rule.
    ("asp-node", &["asp-core", "asp-store", "asp-seal", "asp-client", "asp-surfaces"]),
    ("asp-tck", &["asp-core"]),
    ("asp-sim", &["asp-core"]),
    // Python brings its own runtime and sockets.
    ("asp-python", &["asp-core", "asp-api", "asp-seal"]),
    (
        "assent",
        &[
            "asp-core",
            "asp-store",
            "asp-seal",
            "asp-client",
            "asp-node",
            "asp-surfaces",
            "asp-sim",
            "asp-tck",
        ],
    ),
    ("xtask", &[]),
    // The vectors are made and held against the core's judgement here, not in a build of the core.
    ("xtask-vectors", &["asp-core"]),
];

/// Crates whose tests keep to the same edges: the core's purity and the black box would be worth less.
const STRICT: [&str; 2] = ["asp-core", "asp-tck"];

/// What would give the core a runtime, a socket, a disk, randomness or a clock.
const IMPURE: [&str; 5] = ["tokio", "axum", "rusqlite", "getrandom", "chrono"];

/// What may stand between the core and something impure, for a reason.
///
/// The hash tables of the JSON Schema library seed themselves from the operating system. No verdict follows their order:
/// the core takes the smallest of the places that do not fit.
const SEEDED: (&str, &str) = ("getrandom", "ahash");

/// The feature that makes a node wrong on purpose; the crates that have it hand it down and to nobody else.
const FAULTS: &str = "misbehave";

/// Uses of one crate by another that the table does not allow.
///
/// # Errors
/// A sentence if cargo cannot tell.
pub(super) fn edges(tree: &Tree) -> Result<Vec<String>, String> {
    packages(tree).map(|packages| forbidden_edges(&packages))
}

/// Ways by which a build could have the faults without asking for them.
///
/// # Errors
/// A sentence if cargo cannot tell.
pub(super) fn faults(tree: &Tree) -> Result<Vec<String>, String> {
    packages(tree).map(|packages| unasked_faults(&packages))
}

fn packages(tree: &Tree) -> Result<Vec<Package>, String> {
    let text = output(&mut cargo(&tree.root, &["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Metadata =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    Ok(metadata.packages)
}

/// What the core links although it must not.
///
/// # Errors
/// A sentence if cargo cannot tell.
pub(super) fn purity(tree: &Tree) -> Result<Vec<String>, String> {
    let arguments =
        ["tree", "--package", "asp-core", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let text = output(&mut cargo(&tree.root, &arguments))?;
    let (seeded, by) = SEEDED;
    let who = [
        "tree",
        "--package",
        "asp-core",
        "--edges",
        "normal",
        "--prefix",
        "depth",
        "--format",
        "{p}",
        "--invert",
    ];
    let spec = versioned(&text, seeded);
    let inverted = output(&mut cargo(&tree.root, &[&who[..], &[&spec]].concat()));
    let known = inverted.is_ok_and(|tree| used_by_alone(&tree, by));
    let found = impurities(&text);
    Ok(found.into_iter().filter(|(name, _)| !(known && *name == seeded)).map(|(_, told)| told).collect())
}

/// `name@version` as the lines of `cargo tree` give it: the name alone may stand for several versions.
fn versioned(tree: &str, name: &str) -> String {
    let version = tree.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" v"));
    let version = version.and_then(|rest| rest.split_whitespace().next());
    version.map_or_else(|| name.to_owned(), |version| format!("{name}@{version}"))
}

/// Whether an inverted tree with depths names nobody but `by` as who uses its root.
fn used_by_alone(tree: &str, by: &str) -> bool {
    let mut users = tree.lines().filter_map(|line| line.strip_prefix('1')).peekable();
    let named = |user: &str| user.split_whitespace().next() == Some(by);
    users.peek().is_some() && users.all(named)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
    features: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev` or `build`; null for what the crate itself uses.
    kind: Option<String>,
    /// What is asked of it besides its defaults.
    features: Vec<String>,
}

fn forbidden_edges(packages: &[Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = EDGES.iter().find(|(from, _)| *from == name) else {
            findings.push(format!("{name} is not in the table of xtask/src/tidy/crates.rs"));
            continue;
        };
        let bound = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev") || STRICT.contains(&name));
        for dependency in bound {
            let used = dependency.name.as_str();
            if ours.contains(used) && !allowed.contains(&used) {
                findings.push(format!("{name} may not use {used}"));
            }
        }
    }
    findings
}

fn unasked_faults(packages: &[Package]) -> Vec<String> {
    let is_meant = |feature: &String| feature.rsplit('/').next() == Some(FAULTS);
    let mut findings = Vec::new();
    for Package { name, dependencies, features } in packages {
        let others = features.iter().filter(|(feature, _)| *feature != FAULTS);
        let leading = others.filter(|(_, list)| list.iter().any(is_meant));
        findings.extend(leading.map(|(feature, _)| format!("feature {feature} of {name} has {FAULTS}")));
        let asking = dependencies.iter().filter(|dependency| dependency.features.iter().any(is_meant));
        findings.extend(asking.map(|dependency| format!("{name} asks {} for {FAULTS}", dependency.name)));
    }
    findings
}

/// Reads the output of `cargo tree`: a name, a version and more on each line. Gives what is impure with what to say.
fn impurities(tree: &str) -> Vec<(&'static str, String)> {
    let linked: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    if !linked.contains("asp-core") {
        return vec![("", "cargo tree does not show asp-core".to_owned())];
    }
    let found = IMPURE.iter().filter(|name| linked.contains(*name));
    found
        .map(|name| {
            (*name, format!("asp-core links {name}; `cargo tree --package asp-core --invert {name}`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(name: &str, kind: Option<&str>) -> Dependency {
        Dependency { name: name.to_owned(), kind: kind.map(str::to_owned), features: Vec::new() }
    }

    fn packages(edges: &[(&str, &str, Option<&str>)]) -> Vec<Package> {
        let names = EDGES.iter().map(|(name, _)| *name).chain(edges.iter().map(|(from, _, _)| *from));
        let package = |name: &str| Package {
            name: name.to_owned(),
            dependencies: edges
                .iter()
                .filter(|(from, _, _)| *from == name)
                .map(|(_, to, kind)| dependency(to, *kind))
                .collect(),
            features: BTreeMap::new(),
        };
        names.collect::<BTreeSet<_>>().into_iter().map(package).collect()
    }

    #[test]
    fn uses_point_down() {
        let build = Some("build");
        for (from, to, kind) in [
            ("asp-node", "asp-store", None),
            ("asp-client", "asp-node", Some("dev")),
            ("asp-core", "serde", build),
        ] {
            assert_eq!(forbidden_edges(&packages(&[(from, to, kind)])), Vec::<String>::new());
        }
        for (from, to, kind) in [
            ("asp-store", "asp-node", None),
            ("asp-core", "asp-store", build),
            ("asp-core", "asp-store", Some("dev")),
            ("asp-tck", "asp-node", Some("dev")),
            ("asp-surfaces", "asp-node", None),
            ("xtask", "asp-store", None),
        ] {
            assert_eq!(forbidden_edges(&packages(&[(from, to, kind)])), [format!("{from} may not use {to}")]);
        }
        let unknown = forbidden_edges(&packages(&[("asp-extra", "asp-core", None)]));
        assert_eq!(unknown, ["asp-extra is not in the table of xtask/src/tidy/crates.rs"]);
    }

    #[test]
    fn faults_are_built_only_for_who_asks_for_them() {
        let owned = |list: &[&str]| list.iter().map(|feature| (*feature).to_owned()).collect::<Vec<_>>();
        let package = |features: &[(&str, &[&str])], asked: &[&str]| Package {
            name: "assent".to_owned(),
            dependencies: vec![Dependency { features: owned(asked), ..dependency("asp-node", None) }],
            features: features.iter().map(|(name, list)| ((*name).to_owned(), owned(list))).collect(),
        };
        let handed_down =
            package(&[("misbehave", &["asp-node/misbehave"]), ("default", &["x"])], &["openapi"]);
        assert_eq!(unasked_faults(&[handed_down]), Vec::<String>::new());
        for (features, asked, finding) in [
            (&[("default", &["misbehave"][..])][..], &[][..], "feature default of assent has misbehave"),
            (&[("x", &["asp-node/misbehave"])], &[], "feature x of assent has misbehave"),
            (&[], &["misbehave"], "assent asks asp-node for misbehave"),
        ] {
            assert_eq!(unasked_faults(&[package(features, asked)]), [finding]);
        }
    }

    #[test]
    fn the_table_has_no_cycle() {
        for (place, (from, allowed)) in EDGES.iter().enumerate() {
            for used in *allowed {
                let below = |(place, (name, _)): (usize, &(&str, _))| (name == used).then_some(place);
                let found = EDGES.iter().enumerate().find_map(below);
                assert!(found.is_some_and(|found| found < place), "{from} stands above {used}");
            }
        }
    }

    #[test]
    fn what_the_core_must_not_link_is_named() {
        let tree = "asp-core v0.1.0 (/x)\nserde v1.0.1\ntokio-macros v1.0.0\n";
        assert_eq!(impurities(tree), []);
        let findings = impurities(&format!("{tree}chrono v0.4.1 (*)\n"));
        let told = "asp-core links chrono; `cargo tree --package asp-core --invert chrono`".to_owned();
        assert_eq!(findings, [("chrono", told)]);
        assert_eq!(impurities(""), [("", "cargo tree does not show asp-core".to_owned())]);
    }

    #[test]
    fn what_seeds_hash_tables_is_used_by_them_alone() {
        let tree = "0getrandom v0.3.4\n1ahash v0.8.12\n2jsonschema v0.61.2\n";
        assert!(used_by_alone(tree, "ahash"));
        assert!(!used_by_alone(&format!("{tree}1rand v0.9.0\n"), "ahash"));
        assert!(!used_by_alone("", "ahash"));
    }
}
