//! Which tests prove which numbered rule: each test function whose body, or the lines before it, cite the number.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The tests that cite each rule, such as `asp-core/tests/trust.rs: a_newcomer_has_ten_points`, in the order of files.
pub(super) type Proofs = BTreeMap<String, Vec<String>>;

/// Looks through the tests of all crates.
///
/// # Errors
/// A sentence naming the folder or file that cannot be read.
pub(super) fn load(root: &Path) -> Result<Proofs, String> {
    let mut proofs = Proofs::new();
    let crates = root.join("crates");
    for path in rust_files(&crates)? {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.strip_prefix(&crates).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        for (function, cited) in tests(&text) {
            for rule in cited {
                proofs.entry(rule).or_default().push(format!("{name}: {function}"));
            }
        }
    }
    Ok(proofs)
}

/// The Rust files of `crates/*/src` and `crates/*/tests`, sorted.
fn rust_files(crates: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![crates.to_owned()];
    // Bounded by the folders of the disk: build output lies elsewhere, and links are not followed.
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(fault)? {
            let path = entry.map_err(fault)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The test functions of a file, each with the rules that it cites.
fn tests(text: &str) -> Vec<(&str, BTreeSet<String>)> {
    let cites = |test: TestFunction<'_>| test.text.lines().flat_map(cited).collect();
    functions(text).into_iter().map(|test| (test.name, cites(test))).collect()
}

/// A test function: its name, and its lines with the comments and attributes before it.
pub(crate) struct TestFunction<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: String,
}

/// The test functions of a file.
pub(crate) fn functions(text: &str) -> Vec<TestFunction<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(name) = function(line) else { continue };
        let before = lines.iter().take(number).rev();
        let leads = |line: &&&str| line.trim_start().starts_with("//") || line.trim_start().starts_with("#[");
        let head: Vec<&str> = before.take_while(leads).copied().collect();
        if !head.iter().any(|line| line.contains("test")) {
            continue;
        }
        // What rustfmt lays out ends in a line with the brace alone, as far in as the function began.
        let indent = line.len() - line.trim_start().len();
        let ends = |line: &&str| line.trim_end().len() == indent + 1 && line.ends_with('}');
        let body = lines.iter().skip(number).take_while(|line| !ends(line)).copied();
        let text: Vec<&str> = head.iter().copied().chain(body).collect();
        found.push(TestFunction { name, text: text.join("\n") });
    }
    found
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
    rest.get(..end)
}

/// The numbers in a line; `ASP-SES-028 to ASP-SES-034` are those between, too.
fn cited(line: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut after = 0;
    for (at, _) in line.match_indices("ASP-") {
        let Some((family, digits)) = line.get(at + 4..at + 11).and_then(|rest| rest.split_once('-')) else {
            continue;
        };
        let Ok(number) = digits.parse::<u16>() else { continue };
        let first = match found.last() {
            Some(last)
                if line.get(after..at) == Some(" to ") && last.starts_with(&format!("ASP-{family}-")) =>
            {
                last.get(8..).and_then(|digits| digits.parse::<u16>().ok()).map_or(number, |last| last + 1)
            }
            Some(_) | None => number,
        };
        found.extend((first..=number).map(|number| format!("ASP-{family}-{number:03}")));
        after = at + 11;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_one_by_one_and_as_spans() {
        assert_eq!(
            cited("// ASP-SES-013, ASP-SES-028 to ASP-SES-030"),
            ["ASP-SES-013", "ASP-SES-028", "ASP-SES-029", "ASP-SES-030"]
        );
        assert_eq!(cited("ASP-STM-001 to ASP-SES-003, ASP-SES-xyz ASP-"), ["ASP-STM-001", "ASP-SES-003"]);
    }

    #[test]
    fn a_test_is_proof_of_what_stands_in_it_or_before_it() {
        let text = "
// ASP-AAA-001
#[test]
fn before() {
    inner(|| {
    });
    // ASP-AAA-002
}

// ASP-AAA-003
fn helper() {}

#[tokio::test]
async fn within() {
    check(\"ASP-AAA-004\");
}
// ASP-AAA-005
";
        let found: Vec<(&str, Vec<String>)> =
            tests(text).into_iter().map(|(name, rules)| (name, rules.into_iter().collect())).collect();
        let rules = |rules: &[&str]| rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>();
        let expected =
            vec![("before", rules(&["ASP-AAA-001", "ASP-AAA-002"])), ("within", rules(&["ASP-AAA-004"]))];
        assert_eq!(found, expected);
    }
}
