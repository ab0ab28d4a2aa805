//! Terms schemas: registered within their budget, offered, shared, followed (ASP-TRM).

use asp_core::rejection::Code;
use asp_core::statement::body::{Body, SchemaRegister};
use serde_json::{Map, Value, json};

use super::{Case, code, dialogue};
use crate::finding::Finding;
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(["ASP-TRM-001"], "a terms schema keeps to the profile and refers to its own $defs alone", profile),
    code!(["ASP-TRM-002"], "a terms schema stays within its budget and does not refer to itself", budget),
    dialogue(
        &["ASP-TRM-003"],
        "an alias has one schema per version, and a schema one alias",
        "seller.example SCHEMA box upto 9
         seller.example SCHEMA box upto 10               -> ! SCHEMA_VERSION_TAKEN
         seller.example SCHEMA crate upto 9              -> ! SCHEMA_VERSION_TAKEN
         seller.example SCHEMA crate upto 10
         buyer.example SCHEMA box upto 9",
    ),
    code!(["ASP-TRM-003"], "an organisation has so many schemas and no more", many),
    dialogue(
        &["ASP-TRM-004"],
        "every schema that is offered is registered by the organisation named",
        "seller.example SCHEMA box upto 9
         buyer PROPOSE with seller schemas=box,nothing   -> ! UNKNOWN_SCHEMA
         buyer PROPOSE with seller schemas=box           -> INVITED
         seller COUNTER conditions schemas=other         -> ! UNKNOWN_SCHEMA
         seller ACCEPT                                   -> INTRODUCED",
    ),
    dialogue(
        &["ASP-TRM-005"],
        "an introduction that names schemas names one of those on offer",
        "seller.example SCHEMA box upto 9
         buyer.example SCHEMA crate upto 99
         buyer PROPOSE with seller schemas=box,crate
         seller ACCEPT speaking=nothing                  -> ! SCHEMA_NOT_SHARED
         seller ACCEPT speaking=box,nothing              -> INTRODUCED
         buyer PROPOSE goods in crate 3                  -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods in box 3                    -> CONVERSING",
    ),
    dialogue(
        &["ASP-TRM-006"],
        "in a session with schemas all terms name one and fit it",
        "seller.example SCHEMA box upto 9
         buyer PROPOSE with seller schemas=box
         seller ACCEPT                                   -> INTRODUCED
         buyer PROPOSE goods                             -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods in other 3                  -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods in box none                 -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods in box 10                   -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods or cheap in box 10          -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE firm goods in box 9               -> CONVERSING
         seller COUNTER firm cheap in box 0              -> ! TERMS_DO_NOT_FIT
         seller COUNTER firm cheap in box 1              -> CONVERSING
         buyer ACCEPT                                    -> EXECUTING",
    ),
    dialogue(
        &["ASP-TRM-006"],
        "in a session without schemas terms name none",
        "seller.example SCHEMA box upto 9
         buyer PROPOSE with seller
         seller ACCEPT                                   -> INTRODUCED
         buyer PROPOSE goods in box 3                    -> ! TERMS_DO_NOT_FIT
         buyer PROPOSE goods                             -> CONVERSING",
    ),
];

impl Stage {
    /// Registers a schema of the buyer's organisation: it is taken in, or refused with this code.
    async fn registers(&mut self, schema: Value, refused: Option<Code>) -> Result<(), Finding> {
        let shown: String = schema.to_string().chars().take(80).collect();
        let Value::Object(schema) = schema else {
            return Err(Finding::new("a case that can be read", shown));
        };
        let statement = self.schema_statement(schema, &format!("s{}", shown.len()))?;
        let came = match refused {
            Some(code) => self.refuse(&statement, code).await,
            None => self.take(statement).await.map(drop),
        };
        came.map_err(|finding| finding.at(shown))
    }

    fn schema_statement(
        &self,
        schema: Map<String, Value>,
        alias: &str,
    ) -> Result<asp_core::statement::Verified, Finding> {
        let register =
            SchemaRegister { alias: text(alias)?, description: text("terms")?, schema, version: 1 };
        self.by("buyer.example", self.org_stream("buyer")?, Body::OrgSchemaRegister(register))
    }
}

async fn profile(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    for wrong in [
        json!({ "type": "nonsense" }),
        json!({ "$ref": "https://example.com/schema.json" }),
        json!({ "$ref": "#/$defs/missing" }),
        json!({ "$ref": "file:///etc/passwd" }),
        json!({ "unknownKeyword": 1 }),
        json!({ "$schema": "http://json-schema.org/draft-07/schema#" }),
        json!({ "minimum": "1" }),
    ] {
        stage.registers(wrong, Some(Code::InvalidSchema)).await?;
    }
    let right = json!({
        "$defs": { "size": { "type": "integer", "minimum": 1 } },
        "properties": { "size": { "$ref": "#/$defs/size" } },
        "type": "object",
    });
    stage.registers(right, None).await
}

async fn budget(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let patterns: Map<String, Value> =
        (0..65).map(|number| (format!("p{number}"), json!({ "pattern": "^a+$" }))).collect();
    // Each definition refers twice to the next: the cost of the first is two to the power of their number.
    let mut doubling: Map<String, Value> = (0..14)
        .map(|number| {
            let next = json!({ "$ref": format!("#/$defs/d{}", number + 1) });
            (format!("d{number}"), json!({ "anyOf": [next, next] }))
        })
        .collect();
    doubling.insert("d14".to_owned(), json!({ "type": "string" }));
    for wrong in [
        json!({ "$defs": { "a": { "$ref": "#/$defs/a" } }, "$ref": "#/$defs/a" }),
        json!({ "pattern": format!("^{}$", "a".repeat(300)) }),
        json!({ "pattern": "^((a{100}){100}){100}$" }),
        json!({ "properties": patterns }),
        json!({ "$defs": doubling, "$ref": "#/$defs/d0" }),
    ] {
        stage.registers(wrong, Some(Code::SchemaTooCostly)).await?;
    }
    stage.registers(json!({ "type": "object", "properties": { "a": { "pattern": "^a{1,9}$" } } }), None).await
}

async fn many(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let schema = |number: usize| Map::from_iter([("minimum".to_owned(), json!(number))]);
    for number in 0..asp_core::limits::SCHEMAS_MAX {
        let statement = stage.schema_statement(schema(number), &format!("box{number}"))?;
        stage.take(statement).await?;
    }
    let one_more = stage.schema_statement(schema(1_000), "more")?;
    stage.refuse(&one_more, Code::TooManySchemas).await
}
