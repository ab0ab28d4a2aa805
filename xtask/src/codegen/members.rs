//! Tables of members from the JSON Schemas under `spec/schemas`, for people.
//! Knows the few keywords that those files use; whether a value fits is the business of validators.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::{cell, read_text};

/// Where the schemas are written by hand.
const FOLDER: &str = "spec/schemas";

/// The schema of what all schemas share.
const COMMON: &str = "common";

/// The tables of one schema file, such as `statement` or `bodies/PROPOSE`: one, or one for each kind of body.
///
/// Nothing where there are no schemas at all.
///
/// # Errors
/// A sentence naming the file that cannot be read, or that has no members to show.
pub(super) fn tables(root: &Path, name: &str) -> Result<String, String> {
    let path = format!("{FOLDER}/{name}.json");
    if !root.join(FOLDER).join(format!("{COMMON}.json")).exists() {
        return Ok(String::new());
    }
    let schema: Value =
        serde_json::from_str(&read_text(root, &path)?).map_err(|error| format!("{path}: {error}"))?;
    if name == COMMON { types(&schema) } else { whole(&schema) }
        .ok_or_else(|| format!("{path}: has no members"))
}

/// An object, or the alternatives of one; a body begins with its type.
fn whole(schema: &Value) -> Option<String> {
    let mut out = String::new();
    let title = schema.get("title").and_then(Value::as_str)?;
    let _ = write!(out, "**`{title}`**: {}\n\n", described(schema));
    if schema.get("$ref").is_some() {
        let _ = writeln!(out, "The body is {}.", form(schema));
    } else if schema.get("properties").is_some() {
        table(&mut out, schema);
    } else {
        for one in alternatives(schema)? {
            let one = local(schema, one);
            let _ = write!(out, "- `{}`: {}", kind(one).unwrap_or_default(), described(one));
            match one.get("$ref") {
                Some(_) => {
                    let _ = write!(out, " The members are those of {}.\n\n", form(one));
                }
                None => {
                    out.push_str("\n\n");
                    table(&mut out, one);
                    out.push('\n');
                }
            }
        }
    }
    definitions(&mut out, schema);
    Some(out.trim_end().to_owned() + "\n")
}

/// What a file defines for itself.
fn definitions(out: &mut String, schema: &Value) {
    let defined = schema.get("$defs").and_then(Value::as_object).into_iter().flatten();
    for (name, one) in defined.filter(|(_, one)| kind(one).is_none() && one.get("properties").is_some()) {
        let _ =
            write!(out, "\n<a id=\"type-{}\"></a>**{name}**: {}\n\n", name.to_lowercase(), described(one));
        table(out, one);
    }
}

/// What all schemas share: plain forms in one table, objects in one each.
fn types(schema: &Value) -> Option<String> {
    let all = schema.get("$defs")?.as_object()?;
    let mut out = String::from("| name | form | what it is |\n|---|---|---|\n");
    let is_object = |one: &Value| one.get("properties").is_some() || alternatives(one).is_some();
    for (name, one) in all.iter().filter(|(_, one)| !is_object(one)) {
        let anchor = name.to_lowercase();
        let _ = writeln!(
            out,
            "| <a id=\"type-{anchor}\"></a>{name} | {} | {} |",
            form(one),
            cell(&described(one))
        );
    }
    for (name, one) in all.iter().filter(|(_, one)| is_object(one)) {
        let _ =
            write!(out, "\n<a id=\"type-{}\"></a>**{name}**: {}\n\n", name.to_lowercase(), described(one));
        match alternatives(one) {
            Some(ways) => {
                for way in ways {
                    let way = local(schema, way);
                    let _ = write!(out, "- {}", described(way));
                    out.push_str("\n\n");
                    table(&mut out, way);
                    out.push('\n');
                }
            }
            None => table(&mut out, one),
        }
    }
    Some(out)
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)
}

/// What a reference within the same file leads to, else the value itself.
fn local<'a>(file: &'a Value, one: &'a Value) -> &'a Value {
    let target = one.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| file.pointer(pointer)).unwrap_or(one)
}

/// The word that tells this body from the others of its type.
fn kind(schema: &Value) -> Option<&str> {
    let tag = schema.pointer("/properties/kind").or_else(|| schema.pointer("/properties/method"));
    tag.and_then(|tag| tag.get("const")).and_then(Value::as_str)
}

fn described(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn table(out: &mut String, schema: &Value) {
    if schema.get("properties").and_then(Value::as_object).is_none_or(|members| members.is_empty()) {
        out.push_str("No members: `{}`.\n");
        return;
    }
    out.push_str("| member | | form | what it is |\n|---|---|---|---|\n");
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (name, member) in members {
        let needed = if required.contains(&name.as_str()) { "" } else { "optional" };
        let _ = writeln!(out, "| `{name}` | {needed} | {} | {} |", form(member), cell(&described(member)));
    }
}

/// The form of a value in a few words.
fn form(schema: &Value) -> String {
    if let Some(name) =
        schema.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next())
    {
        return format!("[{name}](#type-{})", name.to_lowercase());
    }
    if let Some(word) = schema.get("const") {
        return format!("`{word}`");
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(ways) = alternatives(schema) {
        return ways.iter().map(form).collect::<Vec<_>>().join(" or ");
    }
    match schema.get("type").and_then(Value::as_str).unwrap_or("object") {
        "array" => {
            let items = schema.get("items").map(form).unwrap_or_default();
            format!("list of {items}{}", span(schema, "minItems", "maxItems", ""))
        }
        "string" => {
            let bytes = schema.get("x-maxBytes").and_then(Value::as_u64);
            let most = bytes.map(|most| format!(", at most {most} bytes"));
            let most = most.unwrap_or_else(|| span(schema, "minLength", "maxLength", " characters"));
            let pattern = schema.get("pattern").and_then(Value::as_str);
            let pattern = pattern.map(|pattern| format!(", `{}`", cell(pattern).replace("&lt;", "<")));
            format!("text{most}{}", pattern.unwrap_or_default())
        }
        "integer" => format!("integer{}", span(schema, "minimum", "maximum", "")),
        other => other.to_owned(),
    }
}

/// Bounds in words.
fn span(schema: &Value, least: &str, most: &str, unit: &str) -> String {
    let number = |name: &str| schema.get(name).and_then(Value::as_u64);
    match (number(least), number(most)) {
        (Some(least), Some(most)) if least == most => format!(", {least}{unit}"),
        (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
        (None, Some(most)) => format!(", at most {most}{unit}"),
        (Some(least), None) => format!(", at least {least}{unit}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_said_in_a_few_words() {
        for (schema, words) in [
            (json!({"$ref": "../common.json#/$defs/hash"}), "[hash](#type-hash)"),
            (json!({"const": "1.0"}), "`\"1.0\"`"),
            (json!({"enum": ["open"]}), "`\"open\"`"),
            (json!({"type": "boolean"}), "boolean"),
            (json!({"type": "integer", "minimum": 0, "maximum": 5}), "integer, 0 to 5"),
            (json!({"type": "string", "maxLength": 9, "x-maxBytes": 9}), "text, at most 9 bytes"),
            (json!({"type": "string", "pattern": "^a|b$"}), "text, `^a\\|b$`"),
            (
                json!({"type": "array", "items": {"$ref": "#/$defs/hash"}, "maxItems": 8}),
                "list of [hash](#type-hash), at most 8",
            ),
        ] {
            assert_eq!(form(&schema), words);
        }
    }

    #[test]
    fn a_body_of_several_kinds_has_a_table_for_each() {
        let schema = json!({"title": "DO", "description": "Does.", "oneOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {
            "description": "The first.", "required": ["kind"],
            "properties": {"kind": {"const": "one"}, "more": {"type": "boolean", "description": "Or not."}}
        }}});
        let expected = "**`DO`**: Does.\n\n- `one`: The first.\n\n| member | | form | what it is |\n|---|---|---|---|\n\
                        | `kind` |  | `\"one\"` |  |\n| `more` | optional | boolean | Or not. |\n";
        assert_eq!(whole(&schema).unwrap(), expected);
        let nothing = json!({"title": "DO", "description": "Does.", "properties": {}});
        assert_eq!(whole(&nothing).unwrap(), "**`DO`**: Does.\n\nNo members: `{}`.\n");
        let shared = json!({"title": "DO", "description": "Does.", "$ref": "../common.json#/$defs/because"});
        assert_eq!(whole(&shared).unwrap(), "**`DO`**: Does.\n\nThe body is [because](#type-because).\n");
    }
}
