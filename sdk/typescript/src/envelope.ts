// The envelope around a statement: any JSON object with two members; the statement's exact bytes count. What stands between the
// members and how names are written does not matter, since the envelope is neither signed nor hashed.

import { compare, fromUtf8, utf8, utf8Length } from "./bytes.js";
import { isObject, readLoosely, STATEMENT, type Json } from "./canonical.js";
import { readKey, readSignature, writeKey, writeSignature } from "./forms.js";
import { algorithmOf } from "./keys.js";
import { Refusal } from "./refusal.js";

const SIGNATURES_TEXT_MAX = 4_096;
const SIGNATURES_MAX = 4;

const SPACE = /[ \t\n\r]*/y;
/** A string, a number or a word; nothing of it is interpreted. */
const SCALAR =
  /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9.eE+\-])|true|false|null/y;

/** One signature. */
export interface Signature {
  /** The public key's bytes: 32 of Ed25519, 33 of P-256. */
  readonly key: Uint8Array;
  /** The 64 bytes of its value. */
  readonly value: Uint8Array;
}

/** The exact bytes of a statement, and who signed them. */
export interface Envelope {
  readonly statement: Uint8Array;
  readonly signaturesText: string;
}

/** Takes an envelope apart. Throws {@link Refusal} if it is none; the statement itself is not looked at. */
export const openEnvelope = (data: Uint8Array): Envelope => {
  if (data.length > STATEMENT.size + SIGNATURES_TEXT_MAX) throw new Refusal("STATEMENT_TOO_LARGE");
  const text = fromUtf8(data);
  if (text === undefined) throw new Refusal("INVALID_UTF8");
  const members = membersOf(text);
  return { statement: utf8(members.get("statement") ?? ""), signaturesText: members.get("signatures") ?? "" };
};

/** The texts of the two members. What comes first in the text decides the code. */
const membersOf = (text: string): Map<string, string> => {
  let at = skipSpace(text, 0);
  if (text[at] !== "{") {
    skipValue(text, at);
    throw new Refusal("INVALID_ENVELOPE");
  }
  const members = new Map<string, string>();
  at = skipSpace(text, at + 1);
  while (text[at] !== "}") {
    if (members.size > 0) at = skipSpace(text, expect(text, at, ","));
    const nameEnd = skipName(text, at);
    const name: unknown = JSON.parse(text.slice(at, nameEnd));
    if ((name !== "statement" && name !== "signatures") || members.has(name)) throw new Refusal("INVALID_ENVELOPE");
    const start = skipSpace(text, expect(text, skipSpace(text, nameEnd), ":"));
    const end = skipValue(text, start);
    members.set(name, text.slice(start, end));
    at = skipSpace(text, end);
  }
  if (members.size !== 2) throw new Refusal("INVALID_ENVELOPE");
  if (skipSpace(text, at + 1) !== text.length) throw new Refusal("NOT_JSON");
  return members;
};

const skipSpace = (text: string, at: number): number => {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(text)?.[0].length ?? 0);
};

const expect = (text: string, at: number, sign: string): number => {
  if (text[at] !== sign) throw new Refusal("NOT_JSON");
  return at + 1;
};

const skipName = (text: string, at: number): number => {
  if (text[at] !== '"') throw new Refusal("NOT_JSON");
  return skipScalar(text, at);
};

const skipScalar = (text: string, at: number): number => {
  SCALAR.lastIndex = at;
  const found = SCALAR.exec(text);
  if (found === null) throw new Refusal("NOT_JSON");
  return at + found[0].length;
};

/** The end of the JSON value that begins here. Deep nesting costs no recursion. */
const skipValue = (text: string, begin: number): number => {
  const closing: string[] = [];
  let at = begin;
  do {
    const opened = text[at];
    if (opened === "{" || opened === "[") {
      const close = opened === "{" ? "}" : "]";
      at = skipSpace(text, at + 1);
      if (text[at] !== close) {
        closing.push(close);
        at = skipMemberName(text, at, close);
        continue;
      }
      at += 1;
    } else {
      at = skipScalar(text, at);
    }
    at = skipEnds(text, at, closing);
  } while (closing.length > 0);
  return at;
};

/** Behind a value: the place of the next one around it, or behind the last that ends here. */
const skipEnds = (text: string, begin: number, closing: string[]): number => {
  let at = begin;
  while (closing.length > 0) {
    const close = closing.at(-1) ?? "";
    at = skipSpace(text, at);
    if (text[at] !== close) return skipMemberName(text, skipSpace(text, expect(text, at, ",")), close);
    closing.pop();
    at += 1;
  }
  return at;
};

/** In an object, the place of the value behind the name that begins here. */
const skipMemberName = (text: string, at: number, closing: string): number =>
  closing === "]" ? at : skipSpace(text, expect(text, skipSpace(text, skipName(text, at)), ":"));

/** One to four signatures, ordered by their keys, no key twice, each of an algorithm that is known. */
export const readSignatures = (text: string): Signature[] => {
  if (utf8Length(text) > SIGNATURES_TEXT_MAX) throw new Refusal("INVALID_ENVELOPE", "/signatures");
  let value: Json;
  try {
    value = readLoosely(text, { ...STATEMENT, size: SIGNATURES_TEXT_MAX });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal("INVALID_ENVELOPE", "/signatures");
  }
  return signaturesOf(value);
};

/** The signatures of a value that was read from JSON. */
export const signaturesOf = (value: unknown): Signature[] => {
  const malformed = new Refusal("INVALID_ENVELOPE", "/signatures");
  if (!Array.isArray(value)) throw malformed;
  const signatures = value.map((member: unknown): Signature => {
    if (!isObject(member) || Object.keys(member).sort().join() !== "alg,keyId,value") throw malformed;
    const { alg, keyId, value: text } = member;
    if (typeof alg !== "string" || typeof keyId !== "string" || typeof text !== "string") throw malformed;
    if (alg !== "Ed25519" && alg !== "ES256") throw new Refusal("UNSUPPORTED_ALGORITHM", "/signatures");
    const key = readKey(keyId);
    if (key === undefined) throw new Refusal("INVALID_KEY", "/signatures");
    if (alg !== algorithmOf(key)) throw new Refusal("UNSUPPORTED_ALGORITHM", "/signatures");
    const signature = readSignature(text);
    if (signature === undefined) throw malformed;
    return { key, value: signature };
  });
  const isOrdered = signatures.every((one, at) => at === 0 || byKey(signatures[at - 1] ?? one, one) < 0);
  if (signatures.length < 1 || signatures.length > SIGNATURES_MAX || !isOrdered) throw malformed;
  return signatures;
};

/** The order of signatures: those of Ed25519 first, then by the bytes of their keys. */
export const byKey = (one: Signature, other: Signature): number =>
  one.key.length - other.key.length || compare(one.key, other.key);

/** Signatures as an envelope has them. */
export const writeSignatures = (signatures: readonly Signature[]): { alg: string; keyId: string; value: string }[] =>
  signatures.map(({ key, value }) => ({ alg: algorithmOf(key), keyId: writeKey(key), value: writeSignature(value) }));
