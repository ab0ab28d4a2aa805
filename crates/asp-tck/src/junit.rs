//! The report as the XML that build servers read (JUnit's, as Jenkins and GitLab take it).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::report::{CaseResult, Report};

/// The text of the file.
pub(crate) fn write(report: &Report) -> String {
    let mut suites: BTreeMap<&str, Vec<&CaseResult>> = BTreeMap::new();
    for case in &report.cases {
        suites.entry(family(case)).or_default().push(case);
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let failed = |cases: &[&CaseResult]| cases.iter().filter(|case| !case.findings.is_empty()).count();
    let all: Vec<&CaseResult> = report.cases.iter().collect();
    let _ = writeln!(
        out,
        "<testsuites name=\"asp-tck\" tests=\"{}\" failures=\"{}\" time=\"{:.3}\">",
        all.len(),
        failed(&all),
        report.seconds
    );
    for (family, cases) in suites {
        let seconds: f64 = cases.iter().map(|case| case.seconds).sum();
        let (tests, failures) = (cases.len(), failed(&cases));
        let _ = writeln!(
            out,
            "  <testsuite name=\"ASP-{family}\" tests=\"{tests}\" failures=\"{failures}\" time=\"{seconds:.3}\">"
        );
        for case in cases {
            write_case(&mut out, family, case);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn write_case(out: &mut String, family: &str, case: &CaseResult) {
    let _ = writeln!(
        out,
        "    <testcase classname=\"asp.{family}\" name=\"{}\" time=\"{:.3}\">\n      <properties>",
        escape(case.case),
        case.seconds
    );
    for rule in case.rules {
        let _ = writeln!(out, "        <property name=\"rule\" value=\"{rule}\"/>");
    }
    out.push_str("      </properties>\n");
    if let Some(first) = case.findings.first() {
        let all: Vec<String> =
            case.findings.iter().map(|found| format!("[{}] {found}", found.rules.join(", "))).collect();
        let _ = writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            escape(&first.rules.join(" ")),
            escape(&first.to_string()),
            escape(&all.join("\n"))
        );
    }
    out.push_str("    </testcase>\n");
}

fn family(case: &CaseResult) -> &'static str {
    case.rules.first().and_then(|rule| rule.split('-').nth(1)).unwrap_or("ALL")
}

/// Text as XML 1.0 may hold it, in an attribute too.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_node_says_breaks_the_file() {
        assert_eq!(escape("a<b>&\"c\"\n\u{1b}[2K"), "a&lt;b&gt;&amp;&quot;c&quot;&#10; [2K");
    }
}
