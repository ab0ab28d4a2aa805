//! The types of what a node answers, as tables: read from the declarations that node and client share.
//! Knows how those declarations are laid out, and nothing of Rust besides.

use std::fmt::Write as _;
use std::path::Path;

use super::{cell, read_text};

/// Where the types are declared.
const SOURCES: [&str; 12] = [
    "crates/asp-api/src/dispute.rs",
    "crates/asp-api/src/lib.rs",
    "crates/asp-api/src/commitment.rs",
    "crates/asp-api/src/domain.rs",
    "crates/asp-api/src/trust.rs",
    "crates/asp-api/src/work.rs",
    "crates/asp-api/src/account.rs",
    "crates/asp-api/src/inbox.rs",
    "crates/asp-api/src/packages.rs",
    "crates/asp-api/src/trace.rs",
    "crates/asp-core/src/session/trace.rs",
    "crates/asp-core/src/session/digest.rs",
];

/// A table for each type.
///
/// # Errors
/// A sentence naming the file, if one cannot be read or declares nothing.
pub(super) fn tables(root: &Path) -> Result<String, String> {
    let mut out = String::new();
    for source in SOURCES {
        let tables = of_source(&read_text(root, source)?);
        if tables.is_empty() {
            return Err(format!("{source}: declares no types"));
        }
        out.push_str(&tables);
    }
    Ok(out)
}

fn of_source(source: &str) -> String {
    let mut out = String::new();
    let mut said = String::new();
    let mut renamed = None;
    let mut inside = false;
    let start = source.find("api! {").unwrap_or(source.len());
    for line in source.get(start..).unwrap_or_default().lines().skip(1).take_while(|line| *line != "}") {
        let line = line.trim();
        if let Some(words) = line.strip_prefix("/// ") {
            said = format!("{said}{}{words}", if said.is_empty() { "" } else { " " });
        } else if let Some(name) = line.strip_prefix("struct ").and_then(|rest| rest.strip_suffix(" {")) {
            let anchor = name.to_lowercase();
            let _ = write!(out, "<a id=\"view-{anchor}\"></a>**{name}**: {said}\n\n");
            out.push_str("| member | | form | what it is |\n|---|---|---|---|\n");
            (said, inside) = (String::new(), true);
        } else if line == "}" {
            out.push('\n');
            inside = false;
        } else if line.starts_with("#[") {
            renamed = attribute(line, "rename").or(renamed);
        } else if let Some((name, kind)) =
            line.strip_suffix(',').and_then(|field| field.split_once(": ")).filter(|_| inside)
        {
            let name = renamed.take().unwrap_or_else(|| camel_case(name));
            let (form, optional) = form(kind);
            let optional = if optional { "optional" } else { "" };
            let _ = writeln!(out, "| `{name}` | {optional} | {form} | {} |", cell(&said));
            said = String::new();
        }
    }
    out
}

/// The text that an attribute such as `rename = "type"` gives.
fn attribute(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("{name} = \""))?;
    rest.split_once('"').map(|(text, _)| text.to_owned())
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.extend(letters);
    }
    out
}

/// A Rust type in the words of the specification, and whether it may be absent.
fn form(kind: &str) -> (String, bool) {
    let within = |outer: &str| kind.strip_prefix(outer).and_then(|rest| rest.strip_suffix('>'));
    if let Some(inner) = within("Option<") {
        return (form(inner).0, true);
    }
    if let Some(inner) = within("Vec<").or_else(|| within("BTreeSet<")) {
        return (format!("list of {}", form(inner).0), false);
    }
    if let Some((key, value)) = within("BTreeMap<").and_then(|inner| inner.split_once(", ")) {
        return (format!("object: {} by {}", form(value).0, form(key).0), false);
    }
    let word = match kind {
        "String" | "Code" | "Awaited" | "Cause" | "DeliveryState" | "WaitEnd" => "text",
        "bool" => "boolean",
        "u8" | "u16" | "u32" | "u64" | "i64" | "usize" | "Sequence" | "Position" | "Millis" => "integer",
        "Hash" => "hash",
        "KeyId" => "key",
        "LogTime" => "instant",
        "AgentUri" => "agent URI",
        "Domain" => "domain",
        "Issuer" => "issuer",
        "Origin" => "origin",
        "StreamId" => "stream",
        "Capability" => "capability",
        "Head" => "`{\"hash\", \"sequence\"}`",
        "Money" => "money",
        "Value" => "JSON",
        "Map<String, Value>" => "object",
        "State" => "state",
        "Performative" => "performative",
        "Role" => "role",
        "Guard" => "condition of the table",
        "Selector" => "selector of the table",
        "Reason" => "reason",
        "Came" | "Outcome" => "outcome",
        "Box<RawValue>" => "statement",
        "Signature" => "signature: `{\"alg\", \"keyId\", \"value\"}`",
        other => return (named(other), false),
    };
    (word.to_owned(), false)
}

/// A type of another declaration: a link if it stands on this page, else its name as bodies have it.
fn named(kind: &str) -> String {
    let here = kind.ends_with("View")
        || kind.starts_with("Listed")
        || ["Trace", "Digest"].iter().any(|page| kind.starts_with(page))
        || [
            "AgentHit",
            "HitTrust",
            "Message",
            "SessionDigest",
            "SessionSummary",
            "SessionTrace",
            "TrustAsked",
        ]
        .contains(&kind);
    if here { format!("[{kind}](#view-{})", kind.to_lowercase()) } else { format!("*{kind}*") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_becomes_a_table() {
        let source = "api! {
    /// A page.
    struct SessionPage {
        /// The sessions,
        /// all of them.
        #[cfg_attr(feature = \"openapi\", schema(value_type = String))]
        sessions: Vec<SessionSummary>,
        /// More.
        #[serde(rename = \"next\")]
        next_page: Option<u64>,
        by_hash: BTreeMap<Hash, Option<Domain>>,
    }
}
";
        let expected = "<a id=\"view-sessionpage\"></a>**SessionPage**: A page.\n\n\
            | member | | form | what it is |\n|---|---|---|---|\n\
            | `sessions` |  | list of [SessionSummary](#view-sessionsummary) | The sessions, all of them. |\n\
            | `next` | optional | integer | More. |\n\
            | `byHash` |  | object: domain by hash |  |\n\n";
        assert_eq!(of_source(source), expected);
    }
}
