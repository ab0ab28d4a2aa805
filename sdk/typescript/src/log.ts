// The log: the tree of RFC 6962, its proofs, checkpoints as C2SP signed notes, and receipts. Each check gives nothing if it
// holds and throws `NotProved` with a sentence if it does not.

import { concat, fromBase64, same, utf8, utf8Length } from "./bytes.js";
import { encode, isObject, scan, type JsonObject } from "./canonical.js";
import { ORIGIN, readHash, readInstant, readKey, readSignature, sha256, STREAM, writeHash } from "./forms.js";
import { InvalidKey, verifySignature } from "./keys.js";
import { NotProved, Refusal } from "./refusal.js";

const NOTE_BYTES_MAX = 16 * 1024;
const NOTE_SIGNATURES_MAX = 32;
const RECEIPT_BYTES_MAX = 4_096;
const BATCH_PATH_MAX = 16;
const BATCH_SIZE_MAX = 1 << BATCH_PATH_MAX;
/** Hashes of the longest path of a proof. */
export const PATH_MAX = 64;
/** The signature type of plain Ed25519 in a signed note. */
const NOTE_ED25519 = 1;

/** The hash of a leaf with these bytes (RFC 6962 §2.1). */
export const leafHash = (data: Uint8Array): Uint8Array => sha256(Uint8Array.of(0), data);

/** The hash of a node over its two children (RFC 6962 §2.1). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(Uint8Array.of(1), left, right);

/** The bytes that the tree has of a statement: a tag, two hashes, the log time in milliseconds. */
export const entryBytes = (statement: Uint8Array, signatures: Uint8Array, logTime: number): Uint8Array => {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(logTime));
  return concat(utf8("asp/1.0/leaf\n"), statement, signatures, time);
};

/** One step towards the root: the places of the node and of the last one, one level up. */
const climb = (first: number, last: number): [number, number] => [Math.floor(first / 2), Math.floor(last / 2)];

const checkWidth = (...hashes: readonly Uint8Array[]): void => {
  if (hashes.some((hash) => hash.length !== 32)) throw new NotProved("malformed", "a hash has not 32 bytes");
};

const tooLong = (): NotProved => new NotProved("wrong-length", "the path has more hashes than it must");
const tooShort = (): NotProved => new NotProved("wrong-length", "the path has fewer hashes than it must");

/** The root that a proof of inclusion leads to (RFC 9162 §2.1.3.2). */
export const inclusionRoot = (leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array => {
  if (!(index >= 0 && index < size)) throw new NotProved("out-of-range", `a tree of ${size} leaves has no leaf ${index}`);
  checkWidth(leaf, ...path);
  let [first, last, root] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) throw tooLong();
    if (first % 2 === 1 || first === last) {
      root = nodeHash(sibling, root);
      while (first % 2 === 0 && first !== 0) [first, last] = climb(first, last);
    } else {
      root = nodeHash(root, sibling);
    }
    [first, last] = climb(first, last);
  }
  if (last !== 0) throw tooShort();
  return root;
};

/** The leaf with this hash is the `index`-th of the tree with `size` leaves and this root. */
export const checkInclusion = (
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): void => {
  if (!same(inclusionRoot(leaf, index, size, path), root)) {
    throw new NotProved("root-mismatch", "the hashes lead to another root");
  }
};

/** A tree by its size and root. */
export interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** The newer tree begins with the older one, which has one leaf at least (RFC 9162 §2.1.4.2). */
export const checkConsistency = (older: Tree, newer: Tree, path: readonly Uint8Array[]): void => {
  if (!(older.size > 0 && older.size <= newer.size)) {
    throw new NotProved("out-of-range", `a tree of ${newer.size} leaves does not continue one of ${older.size}`);
  }
  checkWidth(older.root, newer.root, ...path);
  if (older.size === newer.size) {
    if (path.length > 0) throw tooLong();
    if (!same(older.root, newer.root)) throw new NotProved("root-mismatch", "two roots over the same number of leaves");
    return;
  }
  const isPower = (BigInt(older.size) & BigInt(older.size - 1)) === 0n;
  const [begin, ...rest] = isPower ? [older.root, ...path] : path;
  if (begin === undefined) throw tooShort();
  let [first, last] = [older.size - 1, newer.size - 1];
  while (first % 2 === 1) [first, last] = climb(first, last);
  let [before, after] = [begin, begin];
  for (const sibling of rest) {
    if (last === 0) throw tooLong();
    if (first % 2 === 1 || first === last) {
      [before, after] = [nodeHash(sibling, before), nodeHash(sibling, after)];
      while (first % 2 === 0 && first !== 0) [first, last] = climb(first, last);
    } else {
      after = nodeHash(after, sibling);
    }
    [first, last] = climb(first, last);
  }
  if (last !== 0) throw tooShort();
  if (!same(before, older.root) || !same(after, newer.root)) {
    throw new NotProved("root-mismatch", "the hashes lead to other roots");
  }
};

/** What a log says of itself: so many leaves under this root. */
export interface Checkpoint extends Tree {
  readonly origin: string;
}

/** A signed note that has been read: the text that is signed, what it says, and its lines of signature, not judged. */
export interface Note {
  readonly text: string;
  readonly checkpoint: Checkpoint;
  readonly lines: readonly NoteLine[];
}

interface NoteLine {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

const noCheckpoint = (): NotProved => new NotProved("malformed", "the text is no signed checkpoint");

/** Reads a checkpoint strictly: three lines, an empty one, lines of signature (C2SP signed-note). */
export const readNote = (text: string): Note => {
  if (utf8Length(text) > NOTE_BYTES_MAX) throw new NotProved("too-long", "the note is too long");
  const lines = text.split("\n");
  const [origin = "", size = "", root = "", empty, ...signed] = lines;
  if (lines.length < 6 || empty !== "" || signed.pop() !== "") throw noCheckpoint();
  const hash = fromBase64(root);
  // Sizes that a number cannot hold exactly are none that any log has.
  const isSize = /^(0|[1-9][0-9]{0,15})$/.test(size) && Number.isSafeInteger(Number(size));
  if (!ORIGIN.test(origin) || !isSize || hash?.length !== 32) throw noCheckpoint();
  const signatures = signed.map(readLine);
  if (signatures.length > NOTE_SIGNATURES_MAX) throw new NotProved("too-long", "the note has too many signatures");
  const isTwice = signatures.some((one, at) =>
    signatures.slice(0, at).some((other) => one.name === other.name && same(one.keyHash, other.keyHash)),
  );
  if (isTwice) throw new NotProved("duplicate-signature", "two signatures of the note are by the same key");
  return { text: `${origin}\n${size}\n${root}\n`, checkpoint: { origin, size: Number(size), root: hash }, lines: signatures };
};

const readLine = (line: string): NoteLine => {
  const parts = /^\u2014 ([^ ]+) (.*)$/.exec(line);
  const [name = "", encoded = ""] = parts?.slice(1) ?? [];
  const data = fromBase64(encoded);
  const isBarred = /[\s+\x00-\x1f]/u.test(name);
  if (parts === null || isBarred || data === undefined || data.length < 5) throw noCheckpoint();
  return { name, keyHash: data.subarray(0, 4), signature: data.subarray(4) };
};

/** Four bytes that tell the keys of one name apart (C2SP signed-note). */
const noteKeyHash = (name: string, key: Uint8Array): Uint8Array =>
  sha256(utf8(`${name}\n`), Uint8Array.of(NOTE_ED25519), key).subarray(0, 4);

/** The note, if the log of this name signed it with this key. Other lines do not count. */
export const openNote = (text: string, origin: string, key: Uint8Array): Note => {
  const note = readNote(text);
  if (note.checkpoint.origin !== origin) throw new NotProved("other-origin", "the checkpoint is that of another log");
  const wanted = noteKeyHash(origin, key);
  const line = note.lines.find(({ name, keyHash }) => name === origin && same(keyHash, wanted));
  if (line === undefined) throw new NotProved("not-signed", "the log's key has not signed the checkpoint");
  checkSigned(key, utf8(note.text), line.signature, "the signature of the checkpoint does not verify");
  return note;
};

const checkSigned = (key: Uint8Array, message: Uint8Array, signature: Uint8Array, sentence: string): void => {
  let holds = false;
  try {
    if (key.length !== 32) throw new InvalidKey("INVALID_KEY");
    holds = verifySignature(key, message, signature);
  } catch (error) {
    if (!(error instanceof InvalidKey)) throw error;
    throw new NotProved("invalid-key", `the log's key is no key (${error.code})`);
  }
  if (!holds) throw new NotProved("invalid-signature", sentence);
};

/** What a receipt says. */
export interface Said {
  readonly logIndex: number;
  readonly logTime: string;
  readonly origin: string;
  readonly sequence: number;
  readonly statement: string;
  readonly stream: string;
}

/** A receipt that has been read, and of which nothing has been verified. */
export interface Receipt {
  /** What it says. */
  readonly said: Said;
  /** Log time in milliseconds since 1970. */
  readonly logTime: number;
  /** The canonical bytes of what it says. */
  readonly body: Uint8Array;
  /** The key that is said to have signed. */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
  /** Its place in the batch that was signed as one. */
  readonly batch: { readonly index: number; readonly size: number; readonly path: readonly Uint8Array[] };
  /** The receipt as it was given, to keep. */
  readonly value: JsonObject;
}

const noReceipt = (): NotProved => new NotProved("not-canonical", "not the canonical JSON of a receipt");

/** Reads the canonical JSON of a receipt and nothing else. */
export const readReceipt = (data: Uint8Array | string): Receipt => {
  const bytes = typeof data === "string" ? utf8(data) : data;
  if (bytes.length > RECEIPT_BYTES_MAX) throw noReceipt();
  try {
    return receiptOf(scan(bytes));
  } catch (error) {
    throw error instanceof Refusal ? noReceipt() : error;
  }
};

const membersOf = (value: unknown, ...names: readonly string[]): JsonObject => {
  if (!isObject(value) || Object.keys(value).sort().join() !== names.join()) throw noReceipt();
  return value;
};

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** A receipt from a value that was read from JSON. */
export const receiptOf = (value: unknown): Receipt => {
  const outer = membersOf(value, "batch", "receipt", "signature");
  const batch = membersOf(outer["batch"], "index", "path", "size");
  const said = membersOf(outer["receipt"], "logIndex", "logTime", "origin", "sequence", "statement", "stream");
  const by = membersOf(outer["signature"], "alg", "keyId", "value");
  const hashes = Array.isArray(batch["path"]) ? batch["path"].map(readHash) : [undefined];
  const path = hashes.filter((hash) => hash !== undefined);
  const logTime = readInstant(said["logTime"]);
  const [key, signature] = [readKey(by["keyId"]), readSignature(by["value"])];
  const { index, size } = batch;
  const areForms =
    readHash(said["statement"]) !== undefined &&
    [said["logIndex"], said["sequence"]].every(isCount) &&
    typeof said["origin"] === "string" &&
    ORIGIN.test(said["origin"]) &&
    typeof said["stream"] === "string" &&
    STREAM.test(said["stream"]) &&
    by["alg"] === "Ed25519" &&
    path.length === hashes.length &&
    path.length <= BATCH_PATH_MAX;
  if (!areForms || logTime === undefined || key?.length !== 32 || signature === undefined) throw noReceipt();
  if (!isCount(index) || !isCount(size)) throw noReceipt();
  const body = encode(said);
  return { said: said as unknown as Said, logTime, body, key, signature, batch: { index, size, path }, value: outer };
};

/** The node with this key said this: its signature is over the root of the batch that has this receipt. */
export const checkReceipt = (receipt: Receipt, key: Uint8Array): void => {
  const { index, size, path } = receipt.batch;
  if (size > BATCH_SIZE_MAX) throw new NotProved("out-of-range", "the batch of the receipt is larger than one can be");
  if (!same(receipt.key, key)) throw new NotProved("other-key", "the receipt is signed with another key");
  let root: Uint8Array;
  try {
    root = inclusionRoot(leafHash(receipt.body), index, size, path);
  } catch (error) {
    if (!(error instanceof NotProved)) throw error;
    throw new NotProved(`path-${error.fault}`, `the place in the batch does not hold: ${error.message}`);
  }
  const signed = encode({ origin: receipt.said.origin, root: writeHash(root), size });
  checkSigned(key, concat(utf8("asp/1.0/receipts\n"), signed), receipt.signature, "the receipt's signature does not verify");
};
