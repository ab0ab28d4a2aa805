// Makes from `spec/` what the SDK carries with it: codes, schemas, types of bodies, characters of names.
// Each function gives the text of one file under `src/generated`; `generate.mjs` writes them, a test compares them.
import { readFileSync, readdirSync } from "node:fs";

const spec = new URL("../../../spec/", import.meta.url);
const read = (path) => readFileSync(new URL(path, spec), "utf8");
const head = (source) => `// Generated from ${source} by \`npm run generate\`; do not edit.\n\n`;

/** The path of each generated file in `src/generated`, with its text. */
export const files = () => ({ "codes.ts": codes(), "schemas.ts": schemas(), "bodies.ts": bodies(), "characters.ts": characters() });

/** The registry of errors: a type of all codes, and the rule that each stands for by itself. */
const codes = () => {
  const rows = read("errors.toml").split("[[error]]").slice(1).map((row) => ({
    code: /^code = "(\w+)"$/m.exec(row)[1],
    rule: /^rule = "([A-Z0-9-]+)"$/m.exec(row)?.[1],
    sentence: JSON.parse(/^sentence = (".*")$/m.exec(row)[1]),
  }));
  const lines = rows.map(({ code, rule, sentence }) => `  /** ${sentence} */\n  ${code}: ${JSON.stringify(rule ?? "")},\n`);
  return `${head("spec/errors.toml")}/** Every code of the protocol, with the number of the rule that it stands for by itself; empty where it stands for none. */
export const RULES = {\n${lines.join("")}} as const;\n\n/** A stable code of the protocol. */\nexport type Code = keyof typeof RULES;\n`;
};

/** What a schema file says for people, and remarks. */
const REMARKS = new Set(["$schema", "$id", "$comment", "title", "description", "x-limit"]);
/** Members whose own members are names and not keywords. */
const NAMED = new Set(["properties", "$defs"]);

const bare = (schema) => {
  if (Array.isArray(schema)) return schema.map(bare);
  if (schema === null || typeof schema !== "object") return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !REMARKS.has(keyword));
  const inner = (keyword, value) =>
    NAMED.has(keyword) ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, bare(item)])) : bare(value);
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, keyword === "const" || keyword === "enum" ? value : inner(keyword, value)]));
};

const bodyFiles = () => readdirSync(new URL("schemas/bodies/", spec)).filter((name) => name.endsWith(".json")).sort();

/** The schemas as they are checked, without what they say for people. */
const schemas = () => {
  const names = ["common.json", "statement.json", "challenge.json", ...bodyFiles().map((name) => `bodies/${name}`)];
  const lines = names.map((name) => {
    const schema = bare(JSON.parse(read(`schemas/${name}`)));
    // Which body and stream a type has, and where a seal may stand, is judged by code, with codes of its own.
    if (name === "statement.json") {
      delete schema.oneOf;
      delete schema.dependentSchemas;
    }
    return `  ${JSON.stringify(name)}: ${JSON.stringify(schema)},\n`;
  });
  return `${head("spec/schemas")}/** The schema files by their path. */\nexport const SCHEMAS: Readonly<Record<string, unknown>> = {\n${lines.join("")}};\n`;
};

const upper = (name) => name[0].toUpperCase() + name.slice(1);
/** The name of a type: `consent.request` is `ConsentRequest`, `PROPOSE` is `Propose`. */
const named = (type) => (type.includes(".") ? type.split(".").map(upper).join("") : upper(type.toLowerCase()));

/** The name of the type of a definition. What closes a session is no receipt of the log. */
const typeName = (name) =>
  name === "receipt" ? "SessionReceipt" : upper(name).replace(/-(.)/g, (_, letter) => letter.toUpperCase());

/** The type of a schema, written in TypeScript. */
const typeOf = (schema, indent) => {
  if (schema.$ref !== undefined && schema.properties !== undefined) {
    const { $ref, ...rest } = schema;
    return `${typeOf({ $ref }, indent)} & ${typeOf({ type: "object", required: Object.keys(rest.properties), ...rest }, indent)}`;
  }
  if (schema.$ref !== undefined) return typeName(schema.$ref.split("/").at(-1));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.oneOf !== undefined) return schema.oneOf.map((one) => typeOf(one, indent)).join(" | ");
  if (schema.type === "array") return `readonly (${typeOf(schema.items, indent)})[]`;
  if (schema.type === "object") return objectOf(schema, indent);
  return { string: "string", integer: "number", boolean: "boolean" }[schema.type] ?? "Json";
};

const objectOf = (schema, indent) => {
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0) return schema.additionalProperties === false ? "Record<string, never>" : "JsonObject";
  const lines = members.map(([name, inner]) => {
    const optional = (schema.required ?? []).includes(name) ? "" : "?";
    const about = inner.description === undefined ? "" : `${indent}  /** ${inner.description.replaceAll("*/", "* /")} */\n`;
    return `${about}${indent}  readonly ${name}${optional}: ${typeOf(inner, `${indent}  `)};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
};

const declared = (name, schema) => {
  const about = schema.description === undefined ? "" : `/** ${schema.description} */\n`;
  return `${about}export type ${name} = ${typeOf(schema, "")};\n\n`;
};

/** The types of what statements say. */
const bodies = () => {
  const common = Object.entries(JSON.parse(read("schemas/common.json")).$defs).map(([name, schema]) => declared(typeName(name), schema));
  const own = [];
  const table = [];
  for (const file of bodyFiles()) {
    const type = file.replace(".json", "");
    const schema = JSON.parse(read(`schemas/bodies/${file}`));
    for (const [name, inner] of Object.entries(schema.$defs ?? {})) {
      const whole = named(type) + typeName(name).replace("SessionReceipt", "Receipt");
      own.push(declared(whole, localised(inner, type)));
    }
    own.push(declared(`${named(type)}Body`, localised({ ...schema, $defs: undefined }, type)));
    table.push(`  readonly ${JSON.stringify(type)}: ${named(type)}Body;\n`);
  }
  return `${head("spec/schemas")}import type { JsonObject } from "../canonical.js";

${common.join("")}${own.join("")}/** What each type of statement says. */\nexport interface Bodies {\n${table.join("")}}\n\n/** A type of statement: a performative in a session, the statement's kind elsewhere. */\nexport type StatementType = keyof Bodies;\n`;
};

/** References into the file itself lead to types that begin with its own name. */
const localised = (schema, type) =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "$ref" && value.startsWith("#/$defs/") ? `#/$defs/${named(type)}${upper(value.slice(8))}` : value,
  );

/** The characters that stand in no display name, as pairs of first and last code point. */
const characters = () => {
  const { refused } = JSON.parse(read("vectors/names/characters.json"));
  const numbers = refused.map((range) => range.split("-").map((digits) => `0x${digits.toLowerCase()}`).join(", "));
  return `${head("spec/vectors/names/characters.json")}/** The first and the last code point of each range that stands in no display name, in order. */
export const REFUSED: readonly number[] = [\n${numbers.map((pair) => `  ${pair},\n`).join("")}];\n`;
};
