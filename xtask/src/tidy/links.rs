//! Links between the repository's pages: the file is there, and so is the heading.
//! Links to other places are not followed.

use std::collections::BTreeSet;

use super::tree::Tree;

/// Links that lead nowhere.
pub(super) fn links(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (page, text) in tree.markdown() {
        for (number, target) in targets(text) {
            if let Some(fault) = fault(tree, page, target) {
                findings.push(format!("{page}:{number}: the link to {target} {fault}"));
            }
        }
    }
    findings
}

/// What is wrong with a link, if it is one into the repository.
fn fault(tree: &Tree, page: &str, target: &str) -> Option<&'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let Some(path) = resolve(page, path) else {
        return Some("leaves the repository");
    };
    if !path.is_empty() && !tree.paths.contains(&path) {
        return Some("finds no file");
    }
    // Only Markdown has headings that can be looked for.
    let text = tree.files.get(&path).filter(|_| path.ends_with(".md") && !anchor.is_empty())?;
    (!anchors(text).contains(anchor)).then_some("finds no heading")
}

/// The path that a link means, seen from a page; `None` above the root.
fn resolve(page: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(page.to_owned());
    }
    let mut names: Vec<&str> = page.split('/').collect();
    names.pop();
    if path.starts_with('/') {
        names.clear();
    }
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// The targets of all links and images with their lines.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        found.extend(inline(line).into_iter().map(|target| (number, target)));
        let definition = line.strip_prefix('[').and_then(|rest| rest.split_once("]: "));
        found.extend(
            definition.and_then(|(_, rest)| rest.split_whitespace().next()).map(|target| (number, target)),
        );
    }
    found
}

/// The targets of `[text](target)` in a line; what stands in backticks is not a link.
fn inline(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        let code = before.matches('`').count() % 2 == 1;
        // A target may hold parentheses itself, if they are paired.
        let mut depth = 0_usize;
        let end = after.find(|letter| {
            depth += usize::from(letter == '(');
            letter == ')' && depth.checked_sub(1).map(|less| depth = less).is_none()
        });
        let Some((target, following)) = end.and_then(|end| after.split_at_checked(end)) else {
            break;
        };
        if code {
            rest = after;
            // The backtick that opened still stands open.
            if let Some((_, closed)) = after.split_once('`') {
                rest = closed;
            }
        } else {
            found.extend(target.split_whitespace().next());
            rest = following;
        }
    }
    found
}

/// The anchors of a page: its headings, as they are named in links, and those set by hand.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, line) in prose(text) {
        if line.starts_with('#') {
            let slug = slug(line.trim_start_matches('#').trim());
            let again = (1..).map(|number| format!("{slug}-{number}"));
            let free = [slug.clone()].into_iter().chain(again).find(|name| !found.contains(name));
            found.extend(free);
        }
        found.extend(line.split("id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    found
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The lines outside of code blocks, numbered from one.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_named_with_its_line() {
        let tree = Tree::of(&[
            (
                "docs/a.md",
                "# A\n[b](b.md) [c](c.md \"C\")\n[up](../README.md#how-it-works) ![p](/docs/b.md)\n\
                 [down](../README.md#how-it-fails) [here](#a) [there](#b)\n\
                 ```\n[not](a-link.md)\n```\n`[nor](this.md)` [far](https://example.org/x) [folder](../docs)\n\
                 [out](../../x.md)\n[named]: gone.md\n",
            ),
            ("docs/b.md", ""),
            ("README.md", "## How it *works*!\n"),
        ]);
        assert_eq!(
            links(&tree),
            [
                "docs/a.md:2: the link to c.md finds no file",
                "docs/a.md:4: the link to ../README.md#how-it-fails finds no heading",
                "docs/a.md:4: the link to #b finds no heading",
                "docs/a.md:9: the link to ../../x.md leaves the repository",
                "docs/a.md:10: the link to gone.md finds no file",
            ]
        );
    }

    #[test]
    fn headings_are_named_as_pages_show_them() {
        let text = "# `run` & stop\n## A_b c\n## A_b c\n```\n# no\n```\n<a id=\"x\"></a>\n";
        assert_eq!(anchors(text).into_iter().collect::<Vec<_>>(), ["a_b-c", "a_b-c-1", "run--stop", "x"]);
    }

    #[test]
    fn a_target_may_hold_parentheses() {
        assert_eq!(inline("[a](b(c).md) and [d](e.md)"), ["b(c).md", "e.md"]);
        assert_eq!(inline("[a](b"), Vec::<&str>::new());
    }
}
