//! What a terms schema may be and cost, and that the starters are such.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what a test cannot do fails it")]

use asp_core::terms::{TermsSchema, starters};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

/// The fault as `costly /pointer` or `malformed /pointer`, `taken` if there is none.
fn verdict(schema: Value) -> String {
    match TermsSchema::new(&object(schema)) {
        Ok(_) => "taken".to_owned(),
        Err(fault) => format!("{} {}", if fault.costly { "costly" } else { "malformed" }, fault.pointer),
    }
}

#[test]
fn a_schema_is_of_the_profile() {
    // ASP-TRM-001
    for (schema, expected) in [
        (json!({}), "taken"),
        (json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}), "taken"),
        (json!({"$schema": "http://json-schema.org/draft-07/schema#"}), "malformed /$schema"),
        (json!({"$id": "https://example.org/a"}), "malformed /$id"),
        (json!({"$ref": "https://example.org/a"}), "malformed /$ref"),
        (json!({"$ref": "file:///etc/passwd"}), "malformed /$ref"),
        (json!({"$ref": "#"}), "malformed /$ref"),
        (json!({"$ref": "#/properties/a"}), "malformed /$ref"),
        (json!({"$ref": "#/$defs/none"}), "malformed /$ref"),
        (json!({"$ref": 1}), "malformed /$ref"),
        (json!({"$dynamicRef": "#a"}), "malformed /$dynamicRef"),
        (json!({"$anchor": "a"}), "malformed /$anchor"),
        (json!({"unevaluatedProperties": false}), "malformed /unevaluatedProperties"),
        (json!({"propertees": {}}), "malformed /propertees"),
        (json!({"properties": {"a": {"typ": "string"}}}), "malformed /properties/a/typ"),
        (json!({"properties": {"a/b~c": 1}}), "malformed /properties/a~1b~0c"),
        (json!({"properties": []}), "malformed /properties"),
        (json!({"allOf": {}}), "malformed /allOf"),
        (json!({"items": 1}), "malformed /items"),
        (json!({"$defs": []}), "malformed /$defs"),
        (json!({"$defs": {"a": {"typ": 1}}}), "malformed /$defs/a/typ"),
        (json!({"type": "text"}), "malformed "),
        (json!({"pattern": "("}), "malformed "),
        (json!({"pattern": "(a)\\1"}), "malformed "),
        (json!({"pattern": "a(?=b)"}), "malformed "),
        (json!({"pattern": 1}), "malformed /pattern"),
        (json!({"minimum": "1"}), "malformed "),
        (json!({"properties": {"a": {"type": "string", "x-dataClass": "personal"}}}), "taken"),
        (json!({"properties": {"properties": {"x-dataClass": "public"}}}), "taken"),
        (json!({"properties": {"a": {"x-dataClass": "secret"}}}), "malformed /properties/a/x-dataClass"),
        (json!({"properties": {"a": {"x-dataClass": 1}}}), "malformed /properties/a/x-dataClass"),
        (json!({"x-dataClass": "public"}), "malformed /x-dataClass"),
        (
            json!({"properties": {"a": {"properties": {"b": {"x-dataClass": "public"}}}}}),
            "malformed /properties/a/properties/b/x-dataClass",
        ),
        (json!({"$defs": {"a": {"x-dataClass": "public"}}}), "malformed /$defs/a/x-dataClass"),
        (json!({"patternProperties": {"^x-": true}, "additionalProperties": false}), "taken"),
        (json!({"$defs": {"a": {"type": "string"}}, "properties": {"b": {"$ref": "#/$defs/a"}}}), "taken"),
    ] {
        assert_eq!(verdict(schema.clone()), expected, "{schema}");
    }
}

/// Each definition refers twice to the one before: the cost doubles with each.
fn doubling(depth: usize) -> Value {
    let mut all = Map::new();
    all.insert("d0".to_owned(), json!({"type": "string"}));
    for number in 1..=depth {
        let before = json!({"$ref": format!("#/$defs/d{}", number - 1)});
        all.insert(format!("d{number}"), json!({"allOf": [before, before]}));
    }
    json!({"$defs": all, "$ref": format!("#/$defs/d{depth}")})
}

/// Each definition refers to the next, the last of them first by name.
fn chain(length: usize) -> Value {
    let mut all = Map::new();
    for number in 1000 - length..1000 {
        all.insert(format!("d{number}"), json!({"$ref": format!("#/$defs/d{}", number + 1)}));
    }
    all.insert("d1000".to_owned(), json!({"type": "string"}));
    json!({"$defs": all})
}

#[test]
fn a_schema_that_costs_too_much_is_refused_without_compiling_it() {
    // ASP-TRM-002
    let many = |number: usize| -> Value {
        let patterns = (0..number).map(|number| (format!("p{number}"), json!({"pattern": "^a+$"})));
        json!({"properties": patterns.collect::<Map<_, _>>()})
    };
    let wide = |number: usize| -> Value {
        json!({"anyOf": (0..number).map(|number| json!({"const": number})).collect::<Vec<_>>()})
    };
    for (schema, expected) in [
        (doubling(8), "taken"),
        (doubling(12), "costly /$defs/d10/allOf"),
        (doubling(900), "costly /$defs/d10/allOf"),
        (chain(60), "taken"),
        (chain(900), "costly /$defs/d163/$ref"),
        (
            json!({"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}),
            "costly /$defs/a/items/$ref",
        ),
        (
            json!({"$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
            "costly /$defs/b/not/$ref",
        ),
        (many(64), "taken"),
        (many(65), "costly /properties/p9/pattern"),
        (json!({"pattern": "a".repeat(257)}), "costly /pattern"),
        (json!({"pattern": "(a{100}){100}"}), "costly /pattern"),
        (json!({"pattern": "((a{9,99}){9,99}){9,99}"}), "costly /pattern"),
        (json!({"uniqueItems": true}), "costly /uniqueItems"),
        (json!({"uniqueItems": true, "maxItems": 257}), "costly /uniqueItems"),
        (json!({"uniqueItems": true, "maxItems": 256}), "taken"),
        (wide(2_000), "taken"),
        (wide(2_100), "costly /anyOf"),
        (json!({"description": "x".repeat(66_000)}), "costly "),
    ] {
        let shown: String = schema.to_string().chars().take(80).collect();
        assert_eq!(verdict(schema), expected, "{shown}");
    }
}

#[test]
fn the_first_place_that_does_not_fit_is_named_alike_everywhere() {
    let schema = json!({"type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": "integer"}, "b": {"items": {"maxLength": 2}}}});
    let schema = TermsSchema::new(&object(schema)).unwrap();
    for (terms, place) in [
        (json!({"a": 1}), None),
        (json!({"a": 1, "b": ["xx", "xx"]}), None),
        (json!({}), Some("")),
        (json!({"a": "1"}), Some("/a")),
        (json!({"a": 1, "b": ["xx", "xxx", "xxx"]}), Some("/b/1")),
        (json!({"a": "1", "b": ["xxx"]}), Some("/a")),
        (json!({"a": 1, "c": 1}), Some("")),
    ] {
        assert_eq!(schema.check(&object(terms.clone())).err().as_deref(), place, "{terms}");
    }
    // Formats are remarks: what they mean differs from language to language.
    let format = TermsSchema::new(&object(json!({"properties": {"a": {"format": "date"}}}))).unwrap();
    assert_eq!(format.check(&object(json!({"a": "no date"}))), Ok(()));
}

/// Terms as a buyer would write them, for each starter.
fn real_terms(alias: &str) -> Value {
    let money = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let payment = json!({"due": {"days": 30, "after": "invoice"}, "method": "bank-transfer"});
    let late = json!({"percentPerDay": "0.5", "capPercent": "10", "graceHours": 12});
    match alias {
        "compute-lease" => json!({
            "resource": {"kind": "gpu", "model": "H100-SXM-80GB", "count": 8, "memoryGiB": 1024, "interconnect": "nvlink"},
            "region": "DE-Frankfurt",
            "period": {"from": "2026-12-01T00:00:00.000Z", "until": "2026-12-08T00:00:00.000Z", "renewal": "none"},
            "price": {"rate": {"amount": "2.4", "currency": "USD"}, "per": "device-hour", "billedBy": "minute"},
            "serviceLevel": {"availabilityPercent": "99.5", "measuredOver": "week",
                "credits": [{"below": "99.5", "creditPercent": "10"}, {"below": "95", "creditPercent": "50"}]},
            "data": {"deletedWithinHours": 24, "location": ["DE"], "encryptedAtRest": true},
            "payment": payment,
        }),
        "goods-purchase" => json!({
            "items": [{"description": "Steel coil, 2 mm", "gtin": "4006381333931", "quantity": {"amount": "20000", "unit": "KGM"},
                "unitPrice": money("0.84"), "origin": "SE", "tolerancePercent": "5"}],
            "total": money("16800"),
            "delivery": {"incoterm": "DAP", "place": "Duisburg", "country": "DE", "latest": "2027-01-15"},
            "inspection": {"withinDays": 10, "by": "buyer"},
            "penalties": {"late": late},
            "payment": payment,
        }),
        "service-agreement" => json!({
            "scope": "Translate a manual of 40,000 words from German to Polish.",
            "deliverables": [{"id": "manual", "description": "The manual in Polish", "due": "2027-02-01",
                "acceptance": ["no more than 2 errors per 1,000 words"], "format": "docx"}],
            "fee": {"model": "per-unit", "rate": money("0.12"), "unit": "word", "cap": money("5000")},
            "rights": {"ownership": "client", "licence": "exclusive"},
            "payment": payment,
            "penalties": {"late": late},
        }),
        "data-licence" => json!({
            "dataset": {"title": "Road traffic, hourly", "version": "2026.3", "format": "parquet", "records": 91_000_000},
            "grant": {"uses": ["model-training", "internal-analysis"], "exclusive": false, "territory": ["DE", "FR"]},
            "fee": {"model": "subscription", "amount": money("1200"), "per": "month"},
            "term": {"from": "2027-01-01", "until": "2027-12-31", "deleteWithinDays": 30},
            "personalData": {"contains": false},
            "penalties": {"breach": money("20000")},
        }),
        "freight" => json!({
            "cargo": [{"description": "Lithium batteries", "packages": 4, "packaging": "pallet", "grossKg": "1820",
                "dangerous": {"un": "UN3480", "class": "9"}}],
            "origin": {"country": "PL", "place": "Gdańsk", "unlocode": "PLGDN", "from": "2027-01-04T06:00:00.000Z"},
            "destination": {"country": "DE", "place": "Hamburg"},
            "mode": "road",
            "equipment": {"kind": "curtainsider", "count": 1},
            "charge": {"amount": money("1450"), "basis": "shipment", "surcharges": [{"kind": "toll", "amount": money("96.4")}]},
            "transit": {"latest": "2027-01-06T16:00:00.000Z", "tracking": "milestones"},
            "liability": {"regime": "CMR", "insuredValue": money("250000")},
            "waiting": {"freeHours": 2, "perHour": money("60")},
            "penalties": {"late": late},
        }),
        other => panic!("no terms for {other}"),
    }
}

#[test]
fn the_starters_are_within_the_budget_and_take_real_terms() {
    assert_eq!(starters().len(), 5);
    for (alias, schema) in starters() {
        let again = TermsSchema::new(&object(schema.schema().clone())).unwrap();
        assert_eq!(again.hash(), schema.hash(), "{alias}");
        let terms = object(real_terms(alias));
        assert_eq!(schema.check(&terms), Ok(()), "{alias}");
        // Nothing that a schema requires can be left out, and nothing unknown slips in.
        for required in schema.schema()["required"].as_array().unwrap() {
            let mut without = terms.clone();
            without.remove(required.as_str().unwrap());
            assert_eq!(schema.check(&without), Err(String::new()), "{alias} without {required}");
        }
        let mut more = terms.clone();
        more.insert("prize".to_owned(), json!("misspelt"));
        assert_eq!(schema.check(&more), Err(String::new()), "{alias}");
        let first = terms.keys().next().unwrap().clone();
        let mut wrong = terms.clone();
        wrong.insert(first.clone(), json!(7));
        assert_eq!(schema.check(&wrong), Err(format!("/{first}")), "{alias}");
    }
}

#[test]
fn the_example_on_the_page_is_a_schema_and_its_terms_fit() {
    let page = include_str!("../../../docs/concepts/terms.md");
    let mut blocks = page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut next = || object(serde_json::from_str(blocks.next().unwrap()).unwrap());
    let schema = TermsSchema::new(&next()).unwrap();
    let mut terms = next();
    assert_eq!(schema.check(&terms), Ok(()));
    terms.insert("powerKw".to_owned(), json!("4.50"));
    assert_eq!(schema.check(&terms), Err("/powerKw".to_owned()));
}
