// The part of JSON Schema 2020-12 that spec/schemas uses; a keyword that is not known here is an error.
//
// Lengths of texts count code points, as the standard says. Six keywords are the protocol's own: `x-maxBytes` bounds the UTF-8
// of a text, `x-uniqueBy` asks that a member, or one of some, differs between items, `x-sortedBy` that it rises from each item to the next,
// `x-atLeastOneOf` that one of some members is there, `x-chunked` that an object names as many `chunks` of so many bytes as its
// `size` makes, `x-form` what no pattern can say (a real date, the base58 of a key, a name that shows all that it holds, a code
// of the registry).

import { utf8Length } from "./bytes.js";
import { isObject, type JsonObject } from "./canonical.js";
import { readInstant, readKey } from "./forms.js";
import { RULES } from "./generated/codes.js";
import { SCHEMAS } from "./generated/schemas.js";
import { isDisplayName, isShown } from "./names.js";
import { token } from "./refusal.js";

/** The place of the first thing in a value that does not fit a schema file, as a pointer; nothing if it fits. */
export const misfit = (file: string, value: unknown): string | undefined => check(fileOf(file), file, value, "");

type Schema = Readonly<Record<string, unknown>>;
type Where = { readonly schema: Schema; readonly file: string; readonly pointer: string };
type Check = (where: Where, asked: never, value: never) => string | undefined;

const fileOf = (file: string): Schema => {
  const schema = SCHEMAS[file];
  if (!isObject(schema)) throw new TypeError(`there is no schema ${file}`);
  return schema;
};

const check = (schema: unknown, file: string, value: unknown, pointer: string): string | undefined => {
  if (schema === true) return undefined;
  if (!isObject(schema)) return pointer;
  for (const [keyword, asked] of Object.entries(schema)) {
    if (keyword === "$defs") continue;
    const one = CHECKS[keyword];
    if (one === undefined) throw new TypeError(`${file}: the keyword ${keyword} is not known here`);
    const fault = one({ schema, file, pointer }, asked as never, value as never);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

const FORMS: Readonly<Record<string, (text: string) => boolean>> = {
  calendar: (text) => readInstant(text) !== undefined,
  "did-key": (text) => readKey(text) !== undefined,
  "display-name": isDisplayName,
  "file-name": (text) => [...text].every(isShown),
  code: (text) => Object.hasOwn(RULES, text),
};

/** Whether two values of JSON are the same. */
const isEqual = (one: unknown, other: unknown): boolean => {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => isEqual(item, other[at]));
  }
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    const alike = (name: string): boolean => Object.hasOwn(other, name) && isEqual(one[name], other[name]);
    return names.length === Object.keys(other).length && names.every(alike);
  }
  return one === other;
};

const isTwice = (items: readonly unknown[]): boolean =>
  items.some((one, at) => items.slice(0, at).some((other) => isEqual(one, other)));

const first = <T>(items: Iterable<T>, fault: (item: T) => string | undefined): string | undefined => {
  for (const item of items) {
    const found = fault(item);
    if (found !== undefined) return found;
  }
  return undefined;
};

const at = (where: Where, fits: boolean): string | undefined => (fits ? undefined : where.pointer);
const inner = (where: Where, schema: unknown, value: unknown, step: string | number): string | undefined =>
  check(schema, where.file, value, where.pointer + token(step));

const compiled = new Map<string, RegExp>();
const patternOf = (source: string): RegExp => {
  const known = compiled.get(source) ?? new RegExp(source, "u");
  compiled.set(source, known);
  return known;
};

/** The schema that a reference leads to, and the file that it stands in. */
const resolved = (file: string, reference: string): { readonly schema: Schema; readonly file: string } => {
  const [name = "", fragment = ""] = reference.split("#");
  // References lead to a definition of the same file or of one beside it or above.
  const path = name === "" ? file : name.startsWith("../") ? name.slice(3) : name;
  let schema: unknown = fileOf(path);
  for (const step of fragment.split("/").slice(1)) schema = isObject(schema) ? schema[step] : undefined;
  if (!isObject(schema)) throw new TypeError(`${file}: ${reference} leads nowhere`);
  return { schema, file: path };
};

/** The members for which a branch asks one text, also by way of a reference. */
const constantsOf = (file: string, schema: Schema): Map<string, string> => {
  const target = typeof schema["$ref"] === "string" ? resolved(file, schema["$ref"]) : undefined;
  const found = target === undefined ? new Map<string, string>() : constantsOf(target.file, target.schema);
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  for (const [name, asked] of Object.entries(properties)) {
    if (isObject(asked) && typeof asked["const"] === "string") found.set(name, asked["const"]);
  }
  return found;
};

/** Exactly one fits. If none does, the fault is that of the branch which the value says to be. */
const oneOf = (where: Where, asked: readonly Schema[], value: unknown): string | undefined => {
  const faults = asked.map((schema) => check(schema, where.file, value, where.pointer));
  if (faults.filter((fault) => fault === undefined).length === 1) return undefined;
  const members = isObject(value) ? value : {};
  const constants = asked.map((schema) => constantsOf(where.file, schema));
  const says = (branch: Map<string, string>): boolean =>
    branch.size > 0 && [...branch].every(([name, text]) => Object.hasOwn(members, name) && members[name] === text);
  const meant = faults.filter((_, index) => says(constants[index] ?? new Map()));
  if (meant.length === 1 && meant[0] !== undefined) return meant[0];
  // A member that tells all branches apart, such as `kind`, and has a value that none of them has.
  const names = [...(constants[0]?.keys() ?? [])].filter((name) => constants.every((branch) => branch.has(name)));
  const telling = names.filter((name) => Object.hasOwn(members, name));
  return telling.length === 1 && meant.length === 0 ? where.pointer + token(telling[0] ?? "") : where.pointer;
};

const additional = (where: Where, asked: unknown, value: unknown): string | undefined => {
  const known = isObject(where.schema["properties"]) ? where.schema["properties"] : {};
  const others = isObject(value) ? Object.keys(value).filter((name) => !Object.hasOwn(known, name)) : [];
  return first(others, (name) => inner(where, asked, isObject(value) ? value[name] : undefined, name));
};

const atLeast = (measure: (value: never) => number | undefined): Check => (where, asked, value) =>
  at(where, (measure(value) ?? Number.POSITIVE_INFINITY) >= asked);
const atMost = (measure: (value: never) => number | undefined): Check => (where, asked, value) =>
  at(where, (measure(value) ?? Number.NEGATIVE_INFINITY) <= asked);

const count = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);
const letters = (value: unknown): number | undefined => (typeof value === "string" ? [...value].length : undefined);
const bytes = (value: unknown): number | undefined => (typeof value === "string" ? utf8Length(value) : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

const CHECKS: Readonly<Record<string, Check>> = {
  $ref: (where, asked: string, value) => {
    const target = resolved(where.file, asked);
    return check(target.schema, target.file, value, where.pointer);
  },
  type: (where, asked: string | readonly string[], value) =>
    at(where, [asked].flat().some((name) => TYPES[name]?.(value) ?? false)),
  const: (where, asked, value) => at(where, isEqual(asked, value)),
  enum: (where, asked: readonly unknown[], value) => at(where, asked.some((item) => isEqual(item, value))),
  pattern: (where, asked, value) => at(where, typeof value !== "string" || patternOf(asked).test(value)),
  "x-form": (where, asked, value) => {
    const reads = FORMS[asked];
    if (reads === undefined) throw new TypeError(`${where.file}: the form ${String(asked)} is not known here`);
    return at(where, typeof value !== "string" || reads(value));
  },
  properties: (where, asked: JsonObject, value: JsonObject) =>
    isObject(value)
      ? first(Object.entries(asked), ([name, schema]) =>
          Object.hasOwn(value, name) ? inner(where, schema, value[name], name) : undefined,
        )
      : undefined,
  required: (where, asked: readonly string[], value: unknown) =>
    at(where, !isObject(value) || asked.every((name) => Object.hasOwn(value, name))),
  additionalProperties: additional,
  items: (where, asked, value: unknown) =>
    Array.isArray(value) ? first(value.entries(), ([step, item]) => inner(where, asked, item, step)) : undefined,
  oneOf,
  uniqueItems: (where, asked: boolean, value: unknown) => at(where, !asked || !Array.isArray(value) || !isTwice(value)),
  "x-uniqueBy": (where, asked: string | readonly string[], value: unknown) => {
    const names = [asked].flat();
    const items = (Array.isArray(value) ? value : []).filter(isObject);
    const whole = items.filter((item) => names.every((name) => Object.hasOwn(item, name)));
    return at(where, !isTwice(whole.map((item) => names.map((name) => item[name]))));
  },
  "x-sortedBy": (where, asked: string, value: unknown) => {
    // Names are of ASCII: the order of their letters is that of their bytes.
    const texts = (Array.isArray(value) ? value : []).filter(isObject).map((item) => String(item[asked]));
    return at(where, texts.every((text, step) => step === 0 || (texts[step - 1] ?? "") < text));
  },
  "x-chunked": (where, asked: number, value: unknown) => {
    const { size, chunks } = isObject(value) ? value : {};
    return at(where, typeof size !== "number" || !Array.isArray(chunks) || chunks.length === Math.ceil(size / asked));
  },
  "x-atLeastOneOf": (where, asked: readonly string[], value: unknown) =>
    at(where, !isObject(value) || asked.some((name) => Object.hasOwn(value, name))),
  minItems: atLeast(count),
  maxItems: atMost(count),
  minLength: atLeast(letters),
  maxLength: atMost(letters),
  "x-maxBytes": atMost(bytes),
  minimum: atLeast(number),
  maximum: atMost(number),
};
