// Proofs of fraud: two receipts for one place of a log, or two checkpoints of one size, by one key.

import { compare, same, utf8 } from "./bytes.js";
import { scan, type JsonObject } from "./canonical.js";
import { readHash, readKey } from "./forms.js";
import { checkReceipt, openNote, readNote, receiptOf, type Receipt } from "./log.js";
import { NotProved, Refusal } from "./refusal.js";

const BYTES_MAX = 40 * 1024;

const malformed = (): NotProved => new NotProved("not-canonical", "not the canonical JSON of a proof of fraud");

/**
 * What a log contradicts itself in, in a sentence; of the log with this key, if one is known.
 *
 * Throws {@link NotProved} if the two do not show it.
 */
export const checkFraud = (data: Uint8Array | string, known?: Uint8Array): string => {
  const bytes = typeof data === "string" ? utf8(data) : data;
  if (bytes.length > BYTES_MAX) throw malformed();
  const value = readProof(bytes);
  const nodeKey = readKey(value["nodeKey"]);
  const pair = value["receipts"] ?? value["checkpoints"];
  if (nodeKey === undefined || !Array.isArray(pair) || pair.length !== 2) throw malformed();
  const [first, second]: readonly unknown[] = pair;
  if ("receipts" in value) {
    const receipts = [first, second].map(formOf(receiptOf)) as [Receipt, Receipt];
    checkKnown(known, nodeKey);
    return ofReceipts(receipts, nodeKey);
  }
  const texts = [first, second].map((text) => {
    if (typeof text !== "string") throw malformed();
    formOf(readNote)(text);
    return text;
  }) as [string, string];
  checkKnown(known, nodeKey);
  return ofCheckpoints(texts, nodeKey);
};

/** A proof whose members are those of one. */
const readProof = (bytes: Uint8Array): JsonObject => {
  let value: JsonObject;
  try {
    value = scan(bytes);
  } catch (error) {
    throw error instanceof Refusal ? malformed() : error;
  }
  const names = Object.keys(value).sort().join();
  const isProof = names === "nodeKey,proof,receipts" || names === "checkpoints,nodeKey,proof";
  if (!isProof || value["proof"] !== "asp/1.0/fraud") throw malformed();
  return value;
};

/** A reader whose every complaint is that the proof is none. */
const formOf =
  <T, U>(read: (value: T) => U) =>
  (value: T): U => {
    try {
      return read(value);
    } catch (error) {
      throw error instanceof NotProved ? malformed() : error;
    }
  };

const checkKnown = (known: Uint8Array | undefined, nodeKey: Uint8Array): void => {
  if (known !== undefined && !same(known, nodeKey)) throw new NotProved("other-key", "the proof is about another key");
};

const within = <T>(prefix: string, sentence: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof NotProved)) throw error;
    throw new NotProved(`${prefix}-${error.fault}`, `${sentence}: ${error.message}`);
  }
};

const ofReceipts = (pair: readonly [Receipt, Receipt], nodeKey: Uint8Array): string => {
  for (const receipt of pair) within("receipt", "a receipt does not hold", () => checkReceipt(receipt, nodeKey));
  const [first, second] = [pair[0].said, pair[1].said];
  sameLog(first.origin, second.origin);
  const isSamePlace = first.stream === second.stream && first.sequence === second.sequence;
  if (!isSamePlace && first.logIndex !== second.logIndex) throw noContradiction();
  inOrder(readHash(first.statement), readHash(second.statement));
  return isSamePlace
    ? `two statements are number ${first.sequence} of ${first.stream}`
    : `two statements have the index ${first.logIndex} of the log`;
};

const ofCheckpoints = (texts: readonly [string, string], nodeKey: Uint8Array): string => {
  const open = (text: string) => {
    const note = within("checkpoint", "a checkpoint does not hold", () =>
      openNote(text, readNote(text).checkpoint.origin, nodeKey),
    );
    if (note.lines.length !== 1) throw new NotProved("foreign-lines", "a checkpoint has signatures besides the node's");
    return note.checkpoint;
  };
  const [first, second] = [open(texts[0]), open(texts[1])];
  sameLog(first.origin, second.origin);
  if (first.size !== second.size) throw noContradiction();
  inOrder(first.root, second.root);
  return `two trees have the size ${first.size}`;
};

const noContradiction = (): NotProved => new NotProved("no-contradiction", "the two do not contradict each other");

const sameLog = (one: string, other: string): void => {
  if (one !== other) throw new NotProved("other-log", "the two are of different logs");
};

const inOrder = (first: Uint8Array | undefined, second: Uint8Array | undefined): void => {
  const order = compare(first ?? new Uint8Array(), second ?? new Uint8Array());
  if (order === 0) throw noContradiction();
  if (order > 0) throw new NotProved("out-of-order", "the two stand in the wrong order");
};
