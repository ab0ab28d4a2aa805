// From an envelope's bytes to a statement whose signatures hold, or to the code of the rule that it breaks. Decides what can be
// decided from the bytes alone; whether a key counts for its issuer is told by `streams`.

import { concat, utf8 } from "./bytes.js";
import { encode, isObject, scan, type Json, type JsonObject } from "./canonical.js";
import { byKey, openEnvelope, readSignatures, signaturesOf, writeSignatures, type Signature } from "./envelope.js";
import { readHash, sha256, writeHash, writeInstant } from "./forms.js";
import type { Bodies, Seal, StatementType, Trace } from "./generated/bodies.js";
import { SCHEMAS } from "./generated/schemas.js";
import { InvalidKey, SecretKey, verifySignature } from "./keys.js";
import { Refusal } from "./refusal.js";
import { misfit } from "./schema.js";

/** A kind of stream. */
export type StreamKind = "org" | "agent" | "consent" | "session" | "account" | "dispute";

/** The kinds of stream whose name is the hash of the statement that opens them. */
const NAMED_BY_HASH: readonly string[] = ["consent", "session", "dispute"];

/** The members of a statement, whose form has been checked. */
export interface Fields<T extends StatementType = StatementType> {
  readonly asp: "1.0";
  readonly audience: string;
  readonly body: Bodies[T];
  readonly expiresAt?: string;
  readonly id: string;
  readonly inReplyTo?: string;
  readonly issuedAt: string;
  readonly issuer: string;
  readonly onBehalfOf?: readonly string[];
  readonly previousHash: string;
  readonly seal?: Seal;
  readonly sequence: number;
  readonly stream: string;
  readonly trace?: Trace;
  readonly type: T;
}

/** A statement that has been read; whether its signatures hold is told by {@link checkSignatures}. */
export class Statement {
  /** Its members. */
  readonly fields: Fields;
  /** The canonical bytes. */
  readonly data: Uint8Array;
  /** The 32 bytes of its hash. */
  readonly digest: Uint8Array;
  /** Who signed. */
  readonly signatures: readonly Signature[];
  /** The stream by its full name, also where the statement opens it. */
  readonly stream: string;
  /** Whether it opens its stream. */
  readonly opens: boolean;

  constructor(fields: Fields, data: Uint8Array, signatures: readonly Signature[]) {
    const [kind = "", name] = split(fields.stream);
    this.fields = fields;
    this.data = data;
    this.digest = sha256(signingInput(fields.type, data));
    this.signatures = signatures;
    this.opens = name === "" || (fields.sequence === 0 && !NAMED_BY_HASH.includes(kind));
    this.stream = name === "" ? `${kind}:${this.hash.slice(7)}` : fields.stream;
  }

  /** Its hash, as other statements name it. */
  get hash(): string {
    return writeHash(this.digest);
  }

  /** The kind of its stream. */
  get kind(): StreamKind {
    return split(this.stream)[0] as StreamKind;
  }

  /** The hash of the set of signatures, which the log's leaf binds. */
  get signaturesDigest(): Uint8Array {
    return sha256(utf8("asp/1.0/signatures\n"), ...this.signatures.flatMap(({ key, value }) => [key, value]));
  }

  /** The body as a value of JSON, whichever it is. */
  get body(): JsonObject {
    return this.fields.body as unknown as JsonObject;
  }

  /** The envelope's canonical text, as it is handed in. */
  get envelope(): string {
    return new TextDecoder().decode(
      concat(utf8('{"signatures":'), encode(writeSignatures(this.signatures)), utf8(',"statement":'), this.data, utf8("}")),
    );
  }
}

const split = (stream: string): [string, string] => {
  const at = stream.indexOf(":");
  return [stream.slice(0, at), stream.slice(at + 1)];
};

/** The statement of an envelope, its signatures verified. Throws {@link Refusal} by the first rule that is broken. */
export const judge = (envelope: Uint8Array | string): Statement => {
  const opened = openEnvelope(typeof envelope === "string" ? utf8(envelope) : envelope);
  const value = scan(opened.statement);
  const statement = readStatement(value, opened.statement, readSignatures(opened.signaturesText));
  checkSignatures(statement);
  return statement;
};

/** The same of a statement and signatures that stand in a larger value of JSON. */
export const judgeParts = (statement: unknown, signatures: unknown): Statement => {
  const data = encode(statement);
  const read = readStatement(scan(data), data, signaturesOf(signatures));
  checkSignatures(read);
  return read;
};

/** What is hashed and signed: a tag with the type, a newline, the canonical bytes. */
export const signingInput = (type: string, data: Uint8Array): Uint8Array => concat(utf8(`asp/1.0/${type}\n`), data);

/** The hash that an acceptance repeats: that of a package of terms; of hidden terms what stands for them. */
export const termsHash = (terms: unknown): string => {
  const hidden = isObject(terms) ? terms["hidden"] : undefined;
  return typeof hidden === "string" ? hidden : writeHash(sha256(utf8("asp/1.0/terms\n"), encode(terms)));
};

/** The hash that the first statement of a stream continues, by the stream's kind. */
export const genesis = (kind: StreamKind): Uint8Array => sha256(utf8(kind));

/** A statement from its canonical bytes and their value. Throws {@link Refusal}. */
export const readStatement = (value: JsonObject, data: Uint8Array, signatures: readonly Signature[]): Statement => {
  const fault = misfit("statement.json", value);
  if (fault !== undefined) throw fieldRefused(fault, value);
  const fields = value as unknown as Fields;
  const [kind, name] = split(fields.stream);
  if (kindOf(fields.type) !== kind) throw new Refusal("UNKNOWN_TYPE", "/type");
  // A seal is for the group of a session, which there is none of before the session.
  if (fields.seal !== undefined && (kind !== "session" || name === "" || fields.sequence === 0)) {
    throw new Refusal("INVALID_FIELD", "/seal", "ASP-SEA-001");
  }
  const inBody = misfit(`bodies/${fields.type}.json`, fields.body);
  if (inBody !== undefined) throw new Refusal("INVALID_BODY", `/body${inBody}`);
  const statement = new Statement(fields, data, signatures);
  // Sessions, consents and disputes are named by the hash of what opens them, so that statement cannot carry the name.
  if (statement.opens !== (fields.sequence === 0)) throw new Refusal("INVALID_FIELD", "/stream", "ASP-STM-005");
  return statement;
};

/** The kind of stream that has statements of a type. */
const kindOf = (type: string): string => {
  if (!Object.hasOwn(SCHEMAS, `bodies/${type}.json`)) return "";
  return type.includes(".") ? (type.split(".")[0] ?? "") : "session";
};

/** Two members have codes of their own for a text that is not known, a seal has a rule; a body is not of its form. */
const fieldRefused = (pointer: string, value: JsonObject): Refusal => {
  if (pointer === "/seal" || pointer.startsWith("/seal/")) return new Refusal("INVALID_FIELD", pointer, "ASP-SEA-001");
  if (pointer === "/body") return new Refusal("INVALID_BODY", "/body");
  if (pointer === "/asp" && typeof value["asp"] === "string") return new Refusal("UNSUPPORTED_VERSION", "/asp");
  if (pointer === "/type" && typeof value["type"] === "string") return new Refusal("UNKNOWN_TYPE", "/type");
  return new Refusal("INVALID_FIELD", pointer);
};

/** Every signature holds strictly under the key that it names. Throws {@link Refusal}. */
export const checkSignatures = (statement: Statement): void => {
  const message = signingInput(statement.fields.type, statement.data);
  for (const { key, value } of statement.signatures) {
    try {
      if (verifySignature(key, message, value)) continue;
    } catch (error) {
      if (!(error instanceof InvalidKey)) throw error;
      throw new Refusal(error.code, "/signatures");
    }
    throw new Refusal("INVALID_SIGNATURE", "/signatures");
  }
};

/** The end of a stream: what the next statement follows. */
export interface Head {
  readonly sequence: number;
  readonly hash: string;
}

/** A statement to be. */
export interface Draft<T extends StatementType = StatementType> {
  /** The stream, or the bare kind with its colon for a statement that opens one, such as `session:`. */
  readonly stream: string;
  /** The log that it is meant for. */
  readonly audience: string;
  /** Who says it. */
  readonly issuer: string;
  /** What kind of statement it is. */
  readonly type: T;
  /** What it says. */
  readonly body: Bodies[T];
  /** The end of the stream; none if it opens it. */
  readonly head?: Head | undefined;
  /** The issuer's clock, in milliseconds since 1970. */
  readonly issuedAt: number;
  /** The statement that it answers. */
  readonly inReplyTo?: string | undefined;
  /** The mandates under which it is said. */
  readonly onBehalfOf?: readonly string[] | undefined;
  /** Where it belongs in a distributed trace. */
  readonly trace?: Trace | undefined;
}

/** Signs a draft with each key. Throws {@link Refusal} by the rule of form that the statement itself would break. */
export const sign = <T extends StatementType>(draft: Draft<T>, keys: readonly SecretKey[]): Statement => {
  const [kind = ""] = split(draft.stream);
  const fields: Record<string, unknown> = {
    asp: "1.0",
    audience: draft.audience,
    body: draft.body,
    id: uuid7(draft.issuedAt),
    inReplyTo: draft.inReplyTo,
    issuedAt: writeInstant(draft.issuedAt),
    issuer: draft.issuer,
    onBehalfOf: draft.onBehalfOf,
    previousHash: draft.head?.hash ?? writeHash(genesis(kind as StreamKind)),
    sequence: draft.head === undefined ? 0 : draft.head.sequence + 1,
    stream: draft.stream,
    trace: draft.trace,
    type: draft.type,
  };
  const data = encode(fields);
  const message = signingInput(draft.type, data);
  const own = new Map(keys.map((key) => [key.id, { key: key.publicKey, value: key.sign(message) }]));
  // The own signatures need no check; everything else is held to what a stranger's would be.
  return readStatement(scan(data), data, signaturesOf(writeSignatures([...own.values()].sort(byKey))));
};

/** A UUID of version 7 (RFC 9562 §5.7): the time, and 74 random bits. */
const uuid7 = (millis: number): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(millis / 2 ** 32));
  view.setUint32(2, millis % 2 ** 32);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

/** 32 random hexadecimal digits, which make what they stand in unguessable. */
export const nonce = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The members of a body, where it is an object that has them; for what is read of any statement. */
export const member = (body: Json | undefined, name: string): Json | undefined => (isObject(body) ? body[name] : undefined);

/** Whether a text is a hash. */
export const isHash = (text: unknown): text is string => readHash(text) !== undefined;
