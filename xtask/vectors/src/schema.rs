//! What the schemas ask of a statement, and for each thing asked a change that breaks it alone.
//!
//! The schemas are the oracle: a change that they forbid has to be refused by the core too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use asp_core::limits;
use asp_core::rejection::Code;
use serde_json::{Map, Value, json};

use super::case::{Case, Change};
use super::wrong;

/// Where the schemas stand.
const FOLDER: &str = "spec/schemas";

/// Large parts that bodies of several types have, and where.
const SHARED: [(&str, &str); 3] =
    [("/body/packages/0/", "package/"), ("/body/package/", "package/"), ("/body/limits/", "limits/")];

/// How deep references and members lead at most.
const DEPTH_MAX: usize = 64;

/// The schemas by their path in the folder.
pub(super) struct Schemas(BTreeMap<String, Value>);

/// What was broken so far: each thing that a schema asks is broken once in a type.
#[derive(Default)]
pub(super) struct Broken {
    asked: BTreeSet<String>,
    /// How many wrong spellings of each form were used, so that all of them come.
    spelled: BTreeMap<String, usize>,
}

impl Broken {
    /// Whether something was not yet broken at this place of statements of this type; from now on it was.
    fn is_new(&mut self, kind: &str, at: &str, what: &str) -> bool {
        let general: Vec<&str> = at.split('/').map(|name| if is_index(name) { "0" } else { name }).collect();
        let general = general.join("/");
        // A package and the limits are the same in whatever they stand.
        let part = |(place, part): &(&str, &str)| Some(format!("{part}{}", general.strip_prefix(place)?));
        let asked = SHARED.iter().find_map(part).unwrap_or_else(|| format!("{kind}{general}"));
        self.asked.insert(format!("{asked} {what}"))
    }
}

#[cfg(test)]
impl Broken {
    /// Forms that have more wrong spellings than were used.
    pub(super) fn unused(&self) -> Vec<String> {
        let some_left = |(form, used): (&String, &usize)| {
            let all = wrong::spellings(form).len();
            (*used < all).then(|| format!("{form}: {used} of {all}"))
        };
        self.spelled.iter().filter_map(some_left).collect()
    }
}

impl Schemas {
    /// Reads the schemas of statements of these types.
    ///
    /// # Errors
    /// A sentence naming the file that cannot be read.
    pub(super) fn load(root: &Path, kinds: &BTreeSet<&str>) -> Result<Self, String> {
        let names = ["common.json", "statement.json"].map(str::to_owned);
        let bodies = kinds.iter().map(|kind| format!("bodies/{kind}.json"));
        let load = |name: String| {
            let path = root.join(FOLDER).join(&name);
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
            let schema = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
            Ok((name, schema))
        };
        names.into_iter().chain(bodies).map(load).collect::<Result<_, String>>().map(Self)
    }

    /// The changes of a case that break what nothing before has broken in its type.
    pub(super) fn changes(&self, case: &Case, broken: &mut Broken) -> Vec<Change> {
        let mut walk = Walk { schemas: self, kind: case.kind, broken, changes: Vec::new() };
        let statement = Value::Object(case.statement.clone());
        walk.schema("statement.json", "", &statement, "", DEPTH_MAX);
        walk.changes
    }

    /// The file and the place in it that a reference leads to.
    fn resolve(&self, file: &str, reference: &str) -> Option<(String, String)> {
        let (path, place) = reference.split_once('#').unwrap_or((reference, ""));
        let target = match path {
            "" => file.to_owned(),
            path => path.strip_prefix("../").map_or_else(|| path.to_owned(), str::to_owned),
        };
        self.0.get(&target)?.pointer(place)?;
        Some((target, place.to_owned()))
    }

    fn at(&self, file: &str, place: &str) -> Option<&Map<String, Value>> {
        self.0.get(file)?.pointer(place)?.as_object()
    }

    /// Whether an alternative is the one that a value is of, by the members that tell them apart.
    fn is_of(&self, file: &str, place: &str, value: &Value) -> bool {
        let Some(schema) = self.at(file, place) else { return false };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
            && !self.resolve(file, reference).is_some_and(|(file, place)| self.is_of(&file, &place, value))
        {
            return false;
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let has_all = required.filter_map(Value::as_str).all(|name| value.get(name).is_some());
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let told_apart = properties
            .filter_map(|(name, property)| Some((name, property.get("const")?)))
            .all(|(name, constant)| value.get(name) == Some(constant));
        value.is_object() && has_all && told_apart
    }
}

struct Walk<'a> {
    schemas: &'a Schemas,
    kind: &'static str,
    broken: &'a mut Broken,
    changes: Vec<Change>,
}

impl Walk<'_> {
    /// Breaks what the schema at this place of a file asks of the value at this place of the statement.
    fn schema(&mut self, file: &str, place: &str, value: &Value, at: &str, depth_left: usize) {
        let (Some(schema), Some(depth_left)) = (self.schemas.at(file, place), depth_left.checked_sub(1))
        else {
            return;
        };
        self.scalar(schema, form(file, place, at), value, at);
        match value {
            Value::Object(members) => self.object(schema, members, at),
            Value::Array(items) => self.array(schema, items, at),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
            && let Some((file, place)) = self.schemas.resolve(file, reference)
        {
            self.schema(&file, &place, value, at, depth_left);
        }
        for number in 0..schema.get("oneOf").and_then(Value::as_array).map_or(0, Vec::len) {
            let place = format!("{place}/oneOf/{number}");
            if self.schemas.is_of(file, &place, value) {
                self.schema(file, &place, value, at, depth_left);
            }
        }
        for (name, _) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if let Some(member) = value.get(name) {
                self.schema(
                    file,
                    &format!("{place}/properties/{name}"),
                    member,
                    &format!("{at}/{name}"),
                    depth_left,
                );
            }
        }
        if schema.contains_key("items")
            && let Some(first) = value.get(0)
        {
            self.schema(file, &format!("{place}/items"), first, &format!("{at}/0"), depth_left);
        }
    }

    /// Notes a change, unless the same was asked and broken before.
    fn note(&mut self, at: &str, what: &str, words: String, value: Option<Value>) {
        if !self.broken.is_new(self.kind, at, what) {
            return;
        }
        let place = at.trim_start_matches('/');
        let name = if place.is_empty() { what.to_owned() } else { format!("{place} {what}") };
        let code = code(at, what, value.is_none());
        // Only a stream that the statement opens has a place 0.
        let rule = match at {
            "/sequence" if value == Some(json!(0)) => Some("ASP-STM-005"),
            _ if at == "/seal" || at.starts_with("/seal/") => Some("ASP-SEA-001"),
            _ => None,
        };
        self.changes.push(Change { name, words, at: at.to_owned(), value, code, rule });
    }

    fn scalar(&mut self, schema: &Map<String, Value>, form: &str, value: &Value, at: &str) {
        if let Some(kind) = schema.get("type").and_then(Value::as_str)
            && !at.is_empty()
        {
            let other = match kind {
                "string" => json!(7),
                "integer" => json!(value.to_string()),
                "boolean" => json!("true"),
                "array" => json!({}),
                _ => json!([]),
            };
            self.note(at, "of another type", format!("{} in place of {kind}", told(&other)), Some(other));
        }
        if let Some(constant) = schema.get("const").and_then(Value::as_str) {
            self.note(at, "other", format!("another text than `{constant}`"), Some(json!("other")));
            self.note(at, "by number", format!("0 in place of `{constant}`"), Some(json!(0)));
        }
        if schema.get("const") == Some(&Value::Bool(true)) {
            self.note(at, "false", "false in place of true".to_owned(), Some(json!(false)));
            self.note(at, "by number", "1 in place of true".to_owned(), Some(json!(1)));
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            let count = words.len();
            self.note(at, "unknown", format!("a word that is none of the {count}"), Some(json!("other")));
            if let Some(word) = value.as_str() {
                let mut object = Map::new();
                object.insert(word.to_owned(), Value::Null);
                self.note(at, "as an object", format!("an object that names `{word}`"), Some(object.into()));
                let other =
                    if word.to_uppercase() == word { word.to_lowercase() } else { word.to_uppercase() };
                self.note(at, "in other case", format!("`{other}` for `{word}`"), Some(json!(other)));
            }
        }
        // A text of several forms has one list of wrong spellings: what is of none of them.
        if schema.contains_key("pattern") || (schema.contains_key("oneOf") && value.is_string()) {
            self.spelling(form, at);
        }
        self.lengths(schema, at);
        self.numbers(schema, value, at);
    }

    /// Where a form comes first, all wrong spellings of it; at every other place the next one.
    fn spelling(&mut self, form: &str, at: &str) {
        if !self.broken.is_new(self.kind, at, "misspelled") {
            return;
        }
        let spellings = wrong::spellings(form);
        let used = self.broken.spelled.entry(form.to_owned()).or_default();
        let count = if *used == 0 { spellings.len() } else { 1 };
        let chosen: Vec<wrong::Wrong> = spellings.into_iter().cycle().skip(*used).take(count).collect();
        *used += chosen.len();
        for (what, text) in chosen {
            let words = format!("{form} {what}: `{}`", shortened(&text));
            self.note(at, &format!("misspelled, {what}"), words, Some(json!(text)));
        }
    }

    fn lengths(&mut self, schema: &Map<String, Value>, at: &str) {
        if schema.contains_key("minLength") {
            self.note(at, "empty", "an empty text".to_owned(), Some(json!("")));
        }
        if let Some(most) =
            schema.get("x-maxBytes").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok())
        {
            let long = "a".repeat(most + 1);
            self.note(at, "too long", format!("{} bytes", most + 1), Some(json!(long)));
            // In characters it is not too long.
            let wide = format!("é{}", "a".repeat(most.saturating_sub(1)));
            if most < limits::TEXT_BYTES_MAX {
                self.note(
                    at,
                    "too long in bytes",
                    format!("{most} characters that are more bytes"),
                    Some(json!(wide)),
                );
            }
        }
    }

    fn numbers(&mut self, schema: &Map<String, Value>, value: &Value, at: &str) {
        // An alternative that the value is not of is told apart by more than constants.
        let fits = |least: &i64| value.as_i64().is_some_and(|value| value >= *least);
        if let Some(least) = schema.get("minimum").and_then(Value::as_i64).filter(fits) {
            self.note(
                at,
                "too small",
                format!("{} in place of {least} or more", least - 1),
                Some(json!(least - 1)),
            );
        }
        // Beyond the greatest integer it is the grammar that is broken.
        if let Some(most) =
            schema.get("maximum").and_then(Value::as_u64).filter(|most| *most < limits::INTEGER_MAX)
        {
            self.note(
                at,
                "too great",
                format!("{} in place of {most} or less", most + 1),
                Some(json!(most + 1)),
            );
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, members: &Map<String, Value>, at: &str) {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let required: BTreeSet<&str> = required.filter_map(Value::as_str).collect();
        for name in &required {
            self.note(&format!("{at}/{name}"), "missing", format!("`{name}` is missing"), None);
        }
        if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
            return;
        }
        let optional = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (name, _) in optional.filter(|(name, _)| !required.contains(name.as_str())) {
            // Absent is absent: nothing stands for it.
            let words = format!("null for `{name}`, which may be absent");
            self.note(&format!("{at}/{name}"), "null", words, Some(Value::Null));
        }
        self.note(
            &format!("{at}/unknown"),
            "unknown member",
            "a member that no schema has".to_owned(),
            Some(json!(1)),
        );
        if !at.is_empty() && !members.is_empty() {
            let values: Value = members.values().cloned().collect();
            self.note(at, "as a list", "a list of the object's values".to_owned(), Some(values));
        }
    }

    fn array(&mut self, schema: &Map<String, Value>, items: &[Value], at: &str) {
        let bound = |keyword: &str| {
            schema.get(keyword).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok())
        };
        if let Some(least) = bound("minItems") {
            let fewer: Vec<&Value> = items.iter().take(least.saturating_sub(1)).collect();
            let words = format!("{} in place of {least} or more", fewer.len());
            self.note(at, "too few", words, Some(json!(fewer)));
        }
        let Some(first) = items.first() else { return };
        if let Some(most) = bound("maxItems") {
            let more: Vec<Value> = (0..=most).map(|number| numbered(first, number)).collect();
            self.note(at, "too many", format!("{} in place of {most} or less", most + 1), Some(json!(more)));
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            let twice: Vec<&Value> = [first].into_iter().chain(items).collect();
            self.note(at, "one twice", "the first item twice".to_owned(), Some(json!(twice)));
        }
    }
}

/// The form that a pattern is of: the name of the definition, or of the member where it has none.
fn form<'a>(file: &str, place: &'a str, at: &'a str) -> &'a str {
    match place.strip_prefix("/$defs/") {
        Some(name) if file == "common.json" && !name.contains('/') => name,
        _ => at.rsplit('/').next().unwrap_or_default(),
    }
}

/// The code by which a change has to be refused.
fn code(at: &str, what: &str, taken_away: bool) -> Code {
    let in_body = at.starts_with("/body/") || (at == "/body" && !taken_away);
    match (at, what) {
        _ if in_body => Code::InvalidBody,
        ("/asp", "other") => Code::UnsupportedVersion,
        ("/type", "other" | "unknown" | "in other case") => Code::UnknownType,
        _ => Code::InvalidField,
    }
}

fn is_index(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

fn told(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= 80 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(60).collect::<String>())
    }
}

/// An item that differs by its number from others of its form.
fn numbered(item: &Value, number: usize) -> Value {
    match item {
        Value::String(text) => match text.strip_prefix("sha256:").and_then(|digits| digits.get(4..)) {
            Some(digits) => json!(format!("sha256:{number:04x}{digits}")),
            // A language with a region in digits is one too.
            None if text.len() == 2 => json!(format!("{text}-{number:03}")),
            None => json!(format!("{text}{number}")),
        },
        Value::Object(members) => {
            let distinct =
                ["hash", "agent", "content", "id"].iter().find(|name| members.contains_key(**name));
            let mut members = members.clone();
            if let Some(member) = distinct.and_then(|name| members.get_mut(*name)) {
                *member = numbered(member, number);
            }
            Value::Object(members)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => item.clone(),
    }
}
