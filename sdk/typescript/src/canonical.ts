// Strict I-JSON on bytes: the canonical form of RFC 8785, narrowed to what statements may have. Integers of ±(2^53−1) are the
// only numbers, and U+0000 stands in no string. Knows no member of a statement.

import { fromUtf8, utf8, utf8Length } from "./bytes.js";
import { Refusal, token, type Code } from "./refusal.js";

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** An object of JSON. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** How much of everything bytes may have. */
export interface Bounds {
  /** Bytes in all. */
  readonly size: number;
  /** Levels of objects and lists. */
  readonly depth: number;
  /** Values in all. */
  readonly nodes: number;
  /** Bytes of one string as it is written. */
  readonly stringBytes: number;
}

/** The bounds of a statement. */
export const STATEMENT: Bounds = { size: 262_144, depth: 32, nodes: 4_096, stringBytes: 65_536 };
/** The bounds of a bundle. */
export const BUNDLE: Bounds = { size: 16_777_216, depth: 35, nodes: 8_388_608, stringBytes: 65_536 };

const LEVELS_MAX = 64;
const POINTER_BYTES_MAX = 4_096;

/** What is noted while reading goes on, the least severe first. Everything else stops the reader. */
const SEVERITY: readonly Code[] = [
  "NOT_CANONICAL",
  "INVALID_ENVELOPE",
  "NUMBER_OUT_OF_RANGE",
  "NOT_AN_INTEGER",
  "DUPLICATE_NAME",
  "LONE_SURROGATE",
  "NUL_CHARACTER",
];

/**
 * The object that bytes are, if it is one in canonical form and within bounds.
 *
 * Throws {@link Refusal} with the most telling code: size and UTF-8 first, then what stops a reader, then the worst of what
 * makes a value unusable; `NOT_CANONICAL` only where nothing worse is found.
 */
export const scan = (data: Uint8Array, bounds: Bounds = STATEMENT): JsonObject => {
  if (data.length > bounds.size) throw new Refusal("STATEMENT_TOO_LARGE");
  const text = fromUtf8(data);
  if (text !== undefined) {
    const reader = new Reader(text, bounds);
    const value = reader.document();
    if (reader.worst !== undefined) throw reader.worst;
    if (isObject(value)) return value;
    throw new Refusal("INVALID_ENVELOPE");
  }
  // Where the text stops being one is the best place that can be named.
  const reader = new Reader(readable(data), bounds);
  try {
    reader.document();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  throw new Refusal("INVALID_UTF8", reader.pointer());
};

/**
 * Any JSON within bounds in which no name stands twice and all texts are whole, however it is spelt.
 *
 * Throws {@link Refusal} if it is none.
 */
export const readLoosely = (text: string, bounds: Bounds): Json => {
  const reader = new Reader(text, bounds);
  const value = reader.document();
  if (reader.worst === undefined || SEVERITY.indexOf(reader.worst.code) <= SEVERITY.indexOf("INVALID_ENVELOPE")) return value;
  throw reader.worst;
};

/** The canonical form of a value. Throws `TypeError` for what has no place in a statement, such as a fraction. */
export const encode = (value: unknown): Uint8Array => utf8(write(value));

const write = (value: unknown): string => {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (!isWhole(value)) throw new TypeError("a text with half a surrogate pair has no place in a statement");
    // For whole texts the language writes what RFC 8785 asks for.
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new TypeError(`${value} has no place in a statement`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} has no place in a statement`);
  // Names are ordered by their UTF-16 code units (RFC 8785 §3.2.3), as the language compares texts.
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${write(name)}:${write(member)}`).join(",")}}`;
};

/** Whether a value is an object of JSON. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a text has no half of a surrogate pair. */
const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** The longest beginning that is UTF-8; the bytes as a whole are none. */
const readable = (data: Uint8Array): string => {
  let [least, most] = [0, data.length];
  const begins = (end: number): string | undefined => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data.subarray(0, end), { stream: true });
    } catch {
      return undefined;
    }
  };
  while (least < most) {
    const middle = (least + most + 1) >> 1;
    if (begins(middle) === undefined) most = middle - 1;
    else least = middle;
  }
  return begins(least) ?? "";
};

const SPACE = /[ \t\n\r]*/y;
const NUMBER_RUN = /[0-9.eE+\-]+/y;
const NUMBER = /^-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/;
const ESCAPE = /\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))/y;
/** The only escapes of canonical form: the two that need one, five short ones, other controls in lower case. */
const CANONICAL_ESCAPE = /\\(?:["\\bfnrt]|u00(?:0[1-7be-f]|1[0-9a-f]))/y;
const SHORT: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** A reader of any JSON; it throws at what is not JSON and at a bound, everything else it notes. */
class Reader {
  worst: Refusal | undefined;
  readonly #text: string;
  readonly #bounds: Bounds;
  readonly #path: (string | number)[] = [];
  #at = 0;
  #nodesLeft: number;

  constructor(text: string, bounds: Bounds) {
    this.#text = text;
    this.#bounds = bounds;
    this.#nodesLeft = bounds.nodes;
  }

  document(): Json {
    this.#space();
    if (this.#text[this.#at] !== "{") this.#note("INVALID_ENVELOPE");
    const value = this.#value(Math.min(this.#bounds.depth, LEVELS_MAX));
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  pointer(): string {
    let pointer = "";
    for (const step of this.#path) {
      const part = token(step);
      // A hostile name must not make the answer as large as the request.
      if (utf8Length(pointer) + utf8Length(part) > POINTER_BYTES_MAX) break;
      pointer += part;
    }
    return pointer;
  }

  #note(code: Code): void {
    if (this.worst === undefined || SEVERITY.indexOf(code) > SEVERITY.indexOf(this.worst.code)) this.worst = this.#stop(code);
  }

  #stop(code: Code): Refusal {
    return new Refusal(code, this.pointer());
  }

  #unexpected(): Refusal {
    return this.#stop(this.#text[this.#at] === "\0" ? "NUL_CHARACTER" : "NOT_JSON");
  }

  #space(): void {
    const run = matchAt(SPACE, this.#text, this.#at)?.[0].length ?? 0;
    if (run > 0) this.#note("NOT_CANONICAL");
    this.#at += run;
  }

  #take(word: string): boolean {
    const found = this.#text.startsWith(word, this.#at);
    if (found) this.#at += word.length;
    return found;
  }

  #value(levelsLeft: number): Json {
    this.#space();
    if (this.#nodesLeft === 0) throw this.#stop("TOO_MANY_NODES");
    this.#nodesLeft -= 1;
    const first = this.#text[this.#at];
    if (first === "{" || first === "[") {
      if (levelsLeft === 0) throw this.#stop("TOO_DEEP");
      this.#at += 1;
      return first === "{" ? this.#object(levelsLeft - 1) : this.#list(levelsLeft - 1);
    }
    if (first === '"') return this.#string();
    if (first !== undefined && "-0123456789".includes(first)) return this.#number();
    if (this.#take("true")) return true;
    if (this.#take("false")) return false;
    if (this.#take("null")) return null;
    throw this.#unexpected();
  }

  #object(levelsLeft: number): JsonObject {
    const members: Record<string, Json> = {};
    this.#space();
    if (this.#take("}")) return members;
    let previous: string | undefined;
    // Ends with the text: each turn takes a name or throws.
    for (;;) {
      this.#space();
      const name = this.#string();
      this.#path.push(name);
      if (Object.hasOwn(members, name)) this.#note("DUPLICATE_NAME");
      if (previous !== undefined && previous >= name) this.#note("NOT_CANONICAL");
      previous = name;
      this.#space();
      if (!this.#take(":")) throw this.#unexpected();
      // Defined and not assigned, since one name of an object means something else to the language.
      const value = this.#value(levelsLeft);
      Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
      this.#path.pop();
      this.#space();
      if (this.#take("}")) return members;
      if (!this.#take(",")) throw this.#unexpected();
    }
  }

  #list(levelsLeft: number): Json[] {
    const items: Json[] = [];
    this.#space();
    if (this.#take("]")) return items;
    // Ends with the text: each turn takes a value or throws.
    for (;;) {
      this.#path.push(items.length);
      items.push(this.#value(levelsLeft));
      this.#path.pop();
      this.#space();
      if (this.#take("]")) return items;
      if (!this.#take(",")) throw this.#unexpected();
    }
  }

  #number(): number {
    const run = matchAt(NUMBER_RUN, this.#text, this.#at)?.[0] ?? "";
    const parts = NUMBER.exec(run);
    if (parts === null) throw this.#stop("NOT_JSON");
    this.#at += run.length;
    if (parts[1] !== "" || run === "-0") {
      this.#note("NOT_AN_INTEGER");
      return 0;
    }
    if (!Number.isSafeInteger(Number(run))) {
      this.#note("NUMBER_OUT_OF_RANGE");
      return 0;
    }
    return Number(run);
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw this.#unexpected();
    const start = this.#at + 1;
    const end = this.#endOfString(start);
    const closed = end < this.#text.length;
    const written = this.#text.slice(start, end);
    if (utf8Length(written) > this.#bounds.stringBytes) throw this.#stop("STRING_TOO_LONG");
    const text = this.#unescape(written);
    if (!closed) throw this.#stop("NOT_JSON");
    this.#at = end + 1;
    return text;
  }

  /** The place of the quotation mark that ends a string, or the end of the text. */
  #endOfString(start: number): number {
    let at = start;
    while (at < this.#text.length) {
      const unit = this.#text.charCodeAt(at);
      if (unit === 0x22) return at;
      at += unit === 0x5c ? 2 : 1;
    }
    return this.#text.length;
  }

  #unescape(written: string): string {
    let text = "";
    let kept = 0;
    let at = 0;
    while (at < written.length) {
      const unit = written.charCodeAt(at);
      if (unit === 0x5c) {
        const [behind, character] = this.#escape(written, at);
        text += written.slice(kept, at) + character;
        at = kept = behind;
      } else if (unit < 0x20) {
        throw this.#stop(unit === 0 ? "NUL_CHARACTER" : "NOT_JSON");
      } else {
        at += 1;
      }
    }
    return text + written.slice(kept);
  }

  /** The place behind an escape, and its character; half a surrogate pair becomes U+FFFD. */
  #escape(written: string, at: number): [number, string] {
    if (matchAt(CANONICAL_ESCAPE, written, at) === null) this.#note("NOT_CANONICAL");
    const escape = matchAt(ESCAPE, written, at);
    if (escape === null) throw this.#stop("NOT_JSON");
    const behind = at + escape[0].length;
    const [, short, digits] = escape;
    if (short !== undefined) return [behind, SHORT[short] ?? short];
    const unit = Number.parseInt(digits ?? "", 16);
    if (unit === 0) this.#note("NUL_CHARACTER");
    if (unit < 0xd800 || unit > 0xdfff) return [behind, String.fromCharCode(unit)];
    const low = matchAt(ESCAPE, written, behind);
    const second = low?.[2] === undefined ? 0 : Number.parseInt(low[2], 16);
    if (low !== null && unit <= 0xdbff && second >= 0xdc00 && second <= 0xdfff) {
      return [behind + low[0].length, String.fromCharCode(unit, second)];
    }
    this.#note("LONE_SURROGATE");
    return [behind, "\ufffd"];
  }
}
