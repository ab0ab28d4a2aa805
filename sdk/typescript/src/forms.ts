// Texts with one spelling: hashes, instants, keys, signatures. Each reader gives what is meant, or nothing.

import { sha256 as digest } from "@noble/hashes/sha2.js";

import { concat, fromBase64url, fromHex, same, toBase64url, toHex } from "./bytes.js";

const HASH = /^sha256:[0-9a-f]{64}$/;
const INSTANT = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z$/;
const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;
const KEY = /^did:key:z([1-9A-HJ-NP-Za-km-z]{1,49})$/;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN = String.raw`(?=.{1,245}$)${LABEL}(?:\.${LABEL})+`;
const AGENT = String.raw`(?=.{1,255}$)agent://${LABEL}(?:\.${LABEL})+(?:/[a-z0-9][a-z0-9._-]{0,63}){1,8}`;

/** The name of a log. */
export const ORIGIN = /^[a-z0-9][a-z0-9._:/-]{0,199}$/;
/** The name of a stream. */
export const STREAM = new RegExp(`^(?:(?:org|account):${DOMAIN}|agent:${AGENT}|(?:consent|session|dispute):[0-9a-f]{64})$`);

/** SHA-256 over the parts one after the other. */
export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => digest(concat(...parts));

/** A hash as statements spell it. */
export const writeHash = (hash: Uint8Array): string => `sha256:${toHex(hash)}`;

/** The 32 bytes of `sha256:` and 64 lower-case digits. */
export const readHash = (text: unknown): Uint8Array | undefined =>
  typeof text === "string" && HASH.test(text) ? fromHex(text.slice(7)) : undefined;

/** Milliseconds since 1970 of an instant such as `2026-11-23T15:55:12.000Z`, from 1970 to the year 9998. */
export const readInstant = (text: unknown): number | undefined => {
  const parts = typeof text === "string" ? INSTANT.exec(text) : null;
  if (parts === null) return undefined;
  const year = Number(parts[1]);
  const millis = Date.parse(parts[0]);
  // What no calendar has, such as the 30th of February, is written back otherwise.
  const isReal = !Number.isNaN(millis) && new Date(millis).toISOString() === parts[0];
  return isReal && year >= 1970 && year <= 9998 ? millis : undefined;
};

/** An instant as statements spell it. */
export const writeInstant = (millis: number): string => new Date(millis).toISOString();

/** The multicodec prefix of a public key by the number of its bytes: Ed25519, and compressed points of P-256. */
const PREFIXES: Readonly<Record<number, Uint8Array>> = { 32: Uint8Array.of(0xed, 0x01), 33: Uint8Array.of(0x80, 0x24) };

/** The bytes that a `did:key` names, 32 of Ed25519 or 33 of P-256; whether they are a key is another matter. */
export const readKey = (text: unknown): Uint8Array | undefined => {
  const digits = typeof text === "string" ? KEY.exec(text)?.[1] : undefined;
  if (digits === undefined) return undefined;
  let number = 0n;
  for (const digit of digits) number = number * 58n + BigInt(BASE58.indexOf(digit));
  const written = number.toString(16);
  const data = fromHex(written.length % 2 === 0 ? written : `0${written}`);
  const key = data.subarray(2);
  const prefix = PREFIXES[key.length];
  // A leading 1 is a zero byte more, which the number does not show: it has to be written the same.
  return prefix !== undefined && same(data.subarray(0, 2), prefix) && writeKey(key) === text ? key : undefined;
};

/** The `did:key` of 32 or 33 bytes. */
export const writeKey = (key: Uint8Array): string => {
  let number = BigInt(`0x${toHex(concat(PREFIXES[key.length] ?? new Uint8Array(), key))}`);
  let digits = "";
  while (number > 0n) {
    digits = (BASE58[Number(number % 58n)] ?? "") + digits;
    number /= 58n;
  }
  return `did:key:z${digits}`;
};

/** The 64 bytes of a signature in base64url without padding. */
export const readSignature = (text: unknown): Uint8Array | undefined =>
  typeof text === "string" && SIGNATURE.test(text) ? fromBase64url(text) : undefined;

/** A signature as statements spell it. */
export const writeSignature = toBase64url;

/** The organisation behind an issuer: that of an agent's URI, else the domain itself. */
export const organisationOf = (name: string): string => (name.replace(/^agent:\/\//, "").split("/")[0] ?? "");
