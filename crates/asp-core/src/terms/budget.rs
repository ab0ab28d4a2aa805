//! What a terms schema may be and what checking against it may cost, judged before anything is compiled.
//!
//! The profile leaves out of JSON Schema 2020-12 what reaches outside the schema (`$id`, `$anchor`, dynamic references,
//! references to other documents), what recurs, and what has to remember what other branches looked at
//! (`unevaluatedProperties`, `unevaluatedItems`). The cost of a schema is the number of subschemas that one value can
//! meet, references followed; checking takes at most that many steps per value of the terms.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::CLASS_KEYWORD;
use crate::limits;
use crate::statement::body::DataClass;
use crate::statement::draft::canonical;

/// Bytes that a compiled pattern may take.
pub const PATTERN_STATES_MAX: usize = 1 << 16;

/// The draft, where a schema names it.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Why a schema is not taken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place in the schema, as an RFC 6901 pointer.
    pub pointer: String,
    /// Whether it is a schema that costs too much to check; else it is none of the profile.
    pub costly: bool,
}

impl Fault {
    pub(super) fn not_a_schema(pointer: &str) -> Self {
        Self { pointer: pointer.to_owned(), costly: false }
    }

    fn costly(pointer: &str) -> Self {
        Self { pointer: pointer.to_owned(), costly: true }
    }
}

/// Judges a schema.
///
/// # Errors
/// The first place outside the profile or the budget.
pub(super) fn check(schema: &Map<String, Value>) -> Result<(), Fault> {
    if schema.get("$schema").is_some_and(|draft| draft != DRAFT) {
        return Err(Fault::not_a_schema("/$schema"));
    }
    if canonical(schema).len() > limits::SCHEMA_BYTES_MAX {
        return Err(Fault::costly(""));
    }
    let mut walk = Walk { definitions: definitions(schema)?, costs: BTreeMap::new(), patterns: 0, bytes: 0 };
    let named: Vec<String> = walk.definitions.keys().cloned().collect();
    for name in named {
        walk.definition(&name, &mut BTreeSet::new(), "")?;
    }
    let cost = walk.object(schema, "", &mut BTreeSet::new())?;
    if cost > limits::SCHEMA_COST_MAX { Err(Fault::costly("")) } else { Ok(()) }
}

fn definitions(schema: &Map<String, Value>) -> Result<BTreeMap<String, Value>, Fault> {
    match schema.get("$defs") {
        None => Ok(BTreeMap::new()),
        Some(Value::Object(all)) => Ok(all.iter().map(|(name, one)| (name.clone(), one.clone())).collect()),
        Some(_) => Err(Fault::not_a_schema("/$defs")),
    }
}

/// What holds a keyword's value.
enum Keyword {
    /// A remark: any value.
    Remark,
    /// Something small that the library checks.
    Plain,
    /// The class of data of a member at the top.
    Class,
    /// A subschema of the same value or of one inside it.
    Schema,
    /// A list of them.
    Schemas,
    /// A table of them.
    Table,
    /// A table of them by regular expressions.
    Patterns,
}

fn keyword(name: &str) -> Option<Keyword> {
    Some(match name {
        CLASS_KEYWORD => Keyword::Class,
        "$schema" | "$comment" | "title" | "description" | "default" | "examples" | "deprecated"
        | "readOnly" | "writeOnly" | "format" | "$defs" => Keyword::Remark,
        "type" | "enum" | "const" | "required" | "minProperties" | "maxProperties" | "minContains"
        | "maxContains" | "minItems" | "maxItems" | "uniqueItems" | "minimum" | "maximum"
        | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minLength" | "maxLength" | "pattern"
        | "dependentRequired" | "$ref" => Keyword::Plain,
        "additionalProperties" | "propertyNames" | "items" | "contains" | "not" | "if" | "then" | "else" => {
            Keyword::Schema
        }
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Keyword::Schemas,
        "properties" | "dependentSchemas" => Keyword::Table,
        "patternProperties" => Keyword::Patterns,
        _ => return None,
    })
}

/// A walk over a schema that adds up what one value can meet.
struct Walk {
    definitions: BTreeMap<String, Value>,
    /// What each definition costs, once known.
    costs: BTreeMap<String, usize>,
    patterns: usize,
    bytes: usize,
}

impl Walk {
    fn schema(&mut self, schema: &Value, at: &str, inside: &mut BTreeSet<String>) -> Result<usize, Fault> {
        match schema {
            Value::Bool(_) => Ok(1),
            Value::Object(members) => self.object(members, at, inside),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(Fault::not_a_schema(at))
            }
        }
    }

    fn object(
        &mut self,
        members: &Map<String, Value>,
        at: &str,
        inside: &mut BTreeSet<String>,
    ) -> Result<usize, Fault> {
        let mut cost: usize = 1;
        for (name, value) in members {
            let place = step(at, name);
            let more = match keyword(name).ok_or_else(|| Fault::not_a_schema(&place))? {
                Keyword::Remark => 0,
                Keyword::Class if marks_class(at, value) => 0,
                Keyword::Class => return Err(Fault::not_a_schema(&place)),
                Keyword::Plain => self.plain(name, value, members, &place, inside)?,
                Keyword::Schema => self.schema(value, &place, inside)?,
                Keyword::Schemas => {
                    let Value::Array(all) = value else { return Err(Fault::not_a_schema(&place)) };
                    let costs = all.iter().enumerate();
                    let mut sum: usize = 0;
                    for (number, one) in costs {
                        sum = sum.saturating_add(self.schema(
                            one,
                            &step(&place, &number.to_string()),
                            inside,
                        )?);
                    }
                    sum
                }
                Keyword::Table | Keyword::Patterns => {
                    let Value::Object(all) = value else { return Err(Fault::not_a_schema(&place)) };
                    let mut sum: usize = 0;
                    for (key, one) in all {
                        let place = step(&place, key);
                        if name == "patternProperties" {
                            self.pattern(key, &place)?;
                        }
                        sum = sum.saturating_add(self.schema(one, &place, inside)?);
                    }
                    sum
                }
            };
            cost = cost.saturating_add(more);
            if cost > limits::SCHEMA_COST_MAX {
                return Err(Fault::costly(&place));
            }
        }
        Ok(cost)
    }

    /// A keyword whose value is no schema.
    fn plain(
        &mut self,
        name: &str,
        value: &Value,
        beside: &Map<String, Value>,
        place: &str,
        inside: &mut BTreeSet<String>,
    ) -> Result<usize, Fault> {
        match (name, value) {
            ("$ref", Value::String(target)) => {
                let name = target.strip_prefix("#/$defs/").filter(|name| !name.contains(['/', '~', '%']));
                let name = name.ok_or_else(|| Fault::not_a_schema(place))?;
                self.definition(name, inside, place)
            }
            ("pattern", Value::String(pattern)) => self.pattern(pattern, place).map(|()| 1),
            ("$ref" | "pattern", _) => Err(Fault::not_a_schema(place)),
            // Compares each with each, so the list has to be short.
            ("uniqueItems", Value::Bool(true)) => {
                let most = beside.get("maxItems").and_then(Value::as_u64);
                let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
                if most > limits::SCHEMA_UNIQUE_ITEMS_MAX { Err(Fault::costly(place)) } else { Ok(most) }
            }
            ("enum", Value::Array(all)) => Ok(all.len() / 8),
            _ => Ok(0),
        }
    }

    /// What a definition costs; one that comes back to itself costs too much.
    fn definition(&mut self, name: &str, inside: &mut BTreeSet<String>, at: &str) -> Result<usize, Fault> {
        if let Some(known) = self.costs.get(name) {
            return Ok(*known);
        }
        let schema = self.definitions.get(name).cloned().ok_or_else(|| Fault::not_a_schema(at))?;
        // The walk goes one deeper with each reference that it follows.
        if inside.len() >= limits::SCHEMA_REFERENCES_DEPTH_MAX || !inside.insert(name.to_owned()) {
            return Err(Fault::costly(at));
        }
        let cost = self.schema(&schema, &step("/$defs", name), inside)?;
        inside.remove(name);
        self.costs.insert(name.to_owned(), cost);
        Ok(cost)
    }

    /// Patterns are few and short; that they compile within their bound is seen when the schema is compiled.
    fn pattern(&mut self, pattern: &str, place: &str) -> Result<(), Fault> {
        self.patterns += 1;
        self.bytes = self.bytes.saturating_add(pattern.len());
        let few = self.patterns <= limits::SCHEMA_PATTERNS_MAX;
        if few && pattern.len() <= limits::SCHEMA_PATTERN_BYTES_MAX && repeats_little(pattern) {
            Ok(())
        } else {
            Err(Fault::costly(place))
        }
    }
}

/// Whether a class of data stands where it is looked for, at a member of the terms themselves, and is one.
///
/// Anywhere else it would be a mark that nobody heeds. ASP-CON-011
fn marks_class(at: &str, value: &Value) -> bool {
    let member = at.strip_prefix("/properties/").is_some_and(|name| !name.contains('/'));
    member && value.as_str().is_some_and(|class| class.parse::<DataClass>().is_ok())
}

/// Whether no counted repetition of a pattern is long: `{1,1000}` compiles into as many copies.
fn repeats_little(pattern: &str) -> bool {
    let counts = pattern.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(counts, _)| counts);
    let numbers =
        counts.flat_map(|counts| counts.split(',')).filter_map(|number| number.parse::<usize>().ok());
    let product = numbers.fold(1usize, |product, number| product.saturating_mul(number.max(1)));
    product <= limits::SCHEMA_REPETITION_MAX
}

/// A pointer one step deeper.
fn step(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}
