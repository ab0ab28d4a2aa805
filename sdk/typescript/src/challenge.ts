// Challenges: what an agent may sign when it is asked whether it is there, and what counts as its answer.

import { concat, fromUtf8, same, utf8 } from "./bytes.js";
import { encode, isObject, readLoosely, scan, STATEMENT, type JsonObject } from "./canonical.js";
import { readInstant, readKey, readSignature, writeSignature } from "./forms.js";
import { InvalidKey, verifySignature, type SecretKey } from "./keys.js";
import { NotProved, Refusal } from "./refusal.js";
import { misfit } from "./schema.js";

const TAG = utf8("asp/1.0/challenge\n");
const BYTES_MAX = 1_024;
const CLOCK_SKEW_MS = 120_000;

/** Throws {@link NotProved} unless this agent, which works with this log, may sign the challenge at this time. */
export const checkChallenge = (data: Uint8Array, agent: string, audience: string, now: number): void => {
  const value = readChallenge(data);
  if (value["agent"] !== agent) throw new NotProved("other-agent", "the challenge is for another agent");
  if (value["audience"] !== audience) throw new NotProved("other-log", "the challenge is of another log");
  if (Math.abs((readInstant(value["issuedAt"]) ?? 0) - now) > CLOCK_SKEW_MS) {
    throw new NotProved("other-time", "the challenge is of another time");
  }
};

const readChallenge = (data: Uint8Array): JsonObject => {
  const malformed = new NotProved("not-canonical", "not the canonical JSON of a challenge");
  if (data.length > BYTES_MAX) throw malformed;
  let value: JsonObject;
  try {
    value = scan(data);
  } catch (error) {
    throw error instanceof Refusal ? malformed : error;
  }
  if (misfit("challenge.json", value) !== undefined) throw malformed;
  return value;
};

/** The answer to a challenge that has been checked, as it is sent. */
export const answerChallenge = (challenge: Uint8Array, key: SecretKey): string =>
  new TextDecoder().decode(encode({ keyId: key.id, signature: writeSignature(key.sign(concat(TAG, challenge))) }));

/** Throws {@link NotProved} unless the bytes answer the challenge by one of these keys. */
export const checkAnswer = (data: Uint8Array, challenge: Uint8Array, keys: readonly Uint8Array[]): void => {
  const { key, signature } = readAnswer(data);
  if (!keys.some((one) => same(one, key))) throw new NotProved("other-key", "the key is not one of the agent's");
  let holds: boolean;
  try {
    holds = verifySignature(key, concat(TAG, challenge), signature);
  } catch (error) {
    throw error instanceof InvalidKey ? new NotProved("other-key", "the key is none") : error;
  }
  if (!holds) throw new NotProved("invalid-signature", "the signature is of something else");
};

/** The key and the signature; the two members may be spelt in any way, but once each. */
const readAnswer = (data: Uint8Array): { readonly key: Uint8Array; readonly signature: Uint8Array } => {
  const malformed = new NotProved("no-answer", "not an answer to a challenge");
  const text = data.length > BYTES_MAX ? undefined : fromUtf8(data);
  if (text === undefined) throw malformed;
  let value: unknown;
  try {
    value = readLoosely(text, STATEMENT);
  } catch (error) {
    throw error instanceof Refusal ? malformed : error;
  }
  if (!isObject(value) || Object.keys(value).sort().join() !== "keyId,signature") throw malformed;
  const [key, signature] = [readKey(value["keyId"]), readSignature(value["signature"])];
  if (key === undefined || signature === undefined) throw malformed;
  return { key, signature };
};
