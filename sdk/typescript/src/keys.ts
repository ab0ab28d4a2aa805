// Keys: strict Ed25519 (RFC 8032) and ES256 (ECDSA over P-256 with SHA-256), which both sign statements. A key is named by its
// `did:key`, and its algorithm follows from the key alone.

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, fromBase64, same, toBase64 } from "./bytes.js";
import { readKey, writeKey } from "./forms.js";
import { AssentError, type Code } from "./refusal.js";

/** How a key signs, in the words of a statement's signature. */
export type Algorithm = "Ed25519" | "ES256";

/** The bytes are no key, or one that anybody could sign for. */
export class InvalidKey extends AssentError {
  override readonly name = "InvalidKey";
  /** `INVALID_KEY` or `WEAK_KEY`. */
  readonly code: Code;

  constructor(code: "INVALID_KEY" | "WEAK_KEY") {
    super(code === "WEAK_KEY" ? "the key is of small order" : "the bytes are no key");
    this.code = code;
  }
}

/** The algorithm of a public key, which follows from its length. */
export const algorithmOf = (key: Uint8Array): Algorithm => (key.length === 32 ? "Ed25519" : "ES256");

/**
 * Whether a signature of 64 bytes holds under a public key of 32 or 33, strictly: one encoding of each point and number, no
 * point of small order, the equation without cofactor; of the two signatures of ECDSA with one r that with the smaller s.
 *
 * Throws {@link InvalidKey} if the key is none.
 */
export const verifySignature = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  key.length === 32 ? verifyEd25519(key, message, signature) : verifyEs256(key, message, signature);

type Point = InstanceType<typeof ed25519.Point>;
const ORDER = ed25519.Point.Fn.ORDER;

/** The point of 32 bytes, however it is written, and whether they are its one encoding. */
const decode = (bytes: Uint8Array): { readonly point: Point; readonly isCanonical: boolean } | undefined => {
  try {
    const point = ed25519.Point.fromBytes(bytes, true);
    return { point, isCanonical: same(point.toBytes(), bytes) };
  } catch {
    return undefined;
  }
};

const knownKeys = new Map<string, Point>();
const KNOWN_KEYS_MAX = 1_024;

/** The point of a public key of Ed25519. */
const readEd25519 = (key: Uint8Array): Point => {
  const name = toBase64(key);
  const known = knownKeys.get(name);
  if (known !== undefined) return known;
  const decoded = decode(key);
  if (decoded === undefined) throw new InvalidKey("INVALID_KEY");
  if (decoded.point.isSmallOrder()) throw new InvalidKey("WEAK_KEY");
  if (!decoded.isCanonical) throw new InvalidKey("INVALID_KEY");
  if (knownKeys.size >= KNOWN_KEYS_MAX) knownKeys.clear();
  knownKeys.set(name, decoded.point);
  return decoded.point;
};

const littleEndian = (bytes: Uint8Array): bigint => {
  let number = 0n;
  for (const byte of [...bytes].reverse()) number = (number << 8n) | BigInt(byte);
  return number;
};

const verifyEd25519 = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  const point = readEd25519(key);
  if (signature.length !== 64) return false;
  const [commitment, scalar] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))];
  const expected = decode(commitment);
  if (scalar >= ORDER || expected === undefined || !expected.isCanonical || expected.point.isSmallOrder()) return false;
  const challenge = littleEndian(sha512(concat(commitment, key, message))) % ORDER;
  // s·B − k·A = R, and not eight times that: the library's own check is laxer.
  const sum = ed25519.Point.BASE.multiplyUnsafe(scalar).subtract(point.multiplyUnsafe(challenge));
  return sum.equals(expected.point);
};

const verifyEs256 = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  try {
    p256.Point.fromBytes(key);
  } catch {
    throw new InvalidKey("INVALID_KEY");
  }
  try {
    return signature.length === 64 && p256.verify(signature, message, key, { prehash: true, lowS: true, format: "compact" });
  } catch {
    return false;
  }
};

/** A private key, which never leaves this machine by anything that is done here. */
export class SecretKey {
  readonly #seed: Uint8Array;
  /** How it signs. */
  readonly algorithm: Algorithm;
  /** The `did:key` that names the public half. */
  readonly id: string;

  private constructor(algorithm: Algorithm, seed: Uint8Array) {
    this.#seed = seed;
    this.algorithm = algorithm;
    this.id = writeKey(algorithm === "Ed25519" ? ed25519.getPublicKey(seed) : p256.getPublicKey(seed, true));
  }

  /** A new key from the machine's random bytes. */
  static generate(algorithm: Algorithm = "Ed25519"): SecretKey {
    const made = algorithm === "Ed25519" ? ed25519.utils.randomSecretKey() : p256.utils.randomSecretKey();
    return new SecretKey(algorithm, made);
  }

  /** The key of Ed25519 with this seed of 32 bytes (RFC 8032 §5.1.5). */
  static fromSeed(seed: Uint8Array): SecretKey {
    if (seed.length !== 32) throw new InvalidKey("INVALID_KEY");
    return new SecretKey("Ed25519", Uint8Array.from(seed));
  }

  /** The key of P-256 with this scalar of 32 bytes, big-endian. Throws {@link InvalidKey} if there is none. */
  static fromScalar(scalar: Uint8Array): SecretKey {
    if (!p256.utils.isValidSecretKey(scalar)) throw new InvalidKey("INVALID_KEY");
    return new SecretKey("ES256", Uint8Array.from(scalar));
  }

  /** The key in a text of PKCS#8 (RFC 5958) in PEM, as `toPem`, `assent keys export` and openssl write it. */
  static fromPem(text: string): SecretKey {
    const inside = /-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]*)-----END PRIVATE KEY-----/.exec(text)?.[1];
    const der = inside === undefined ? undefined : fromBase64(inside.replaceAll(/\s/g, ""));
    if (der === undefined) throw new InvalidKey("INVALID_KEY");
    if (der.length === ED25519_DER.length + 32 && same(der.subarray(0, ED25519_DER.length), ED25519_DER)) {
      return SecretKey.fromSeed(der.subarray(ED25519_DER.length));
    }
    const at = scalarOf(der);
    if (at === undefined) throw new InvalidKey("INVALID_KEY");
    return SecretKey.fromScalar(der.subarray(at, at + 32));
  }

  /** PKCS#8 in PEM. Whoever has the text can sign. */
  toPem(): string {
    const der = this.algorithm === "Ed25519" ? ED25519_DER : concat(P256_OUTER, P256_ALGORITHM, P256_INNER);
    const lines = toBase64(concat(der, this.#seed)).match(/.{1,64}/g) ?? [];
    return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
  }

  /** The bytes of the public half: 32 of Ed25519, 33 of P-256. */
  get publicKey(): Uint8Array {
    return readKey(this.id) ?? new Uint8Array();
  }

  /** A copy of the 32 secret bytes, seed or scalar: what has to be kept, and from everybody. */
  exportSecret(): Uint8Array {
    return Uint8Array.from(this.#seed);
  }

  /** The 64 bytes of a signature. */
  sign(message: Uint8Array): Uint8Array {
    return this.algorithm === "Ed25519"
      ? ed25519.sign(message, this.#seed)
      : p256.sign(message, this.#seed, { prehash: true, lowS: true, format: "compact" });
  }

  /** Shows the public half alone: whoever prints or stores an object does not mean to give a key away. */
  toJSON(): { readonly id: string } {
    return { id: this.id };
  }
}

/** What stands before the seed in PKCS#8 of Ed25519 (RFC 8410 §7). */
const ED25519_DER = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);
/** What stands around the scalar in PKCS#8 of P-256 (RFC 5915 within RFC 5208): the algorithm, and before the scalar. */
const P256_OUTER = Uint8Array.of(0x30, 0x41, 2, 1, 0);
const P256_ALGORITHM = Uint8Array.of(
  ...[0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
);
const P256_INNER = Uint8Array.of(4, 0x27, 0x30, 0x25, 2, 1, 1, 4, 0x20);

/** Where the scalar begins in PKCS#8 of P-256; others write lengths in one byte more, and the public half behind it. */
const scalarOf = (der: Uint8Array): number | undefined => {
  const length = der[1] === 0x81 ? 3 : 2;
  const algorithm = length + 3;
  const inner = algorithm + P256_ALGORITHM.length;
  const begins = der[0] === 0x30 && same(der.subarray(length, algorithm), Uint8Array.of(2, 1, 0));
  if (!begins || !same(der.subarray(algorithm, inner), P256_ALGORITHM) || der[inner] !== 4) return undefined;
  const octets = inner + (der[inner + 1] === 0x81 ? 3 : 2);
  const sequence = octets + (der[octets + 1] === 0x81 ? 3 : 2);
  const isKey = der[octets] === 0x30 && same(der.subarray(sequence, sequence + 5), Uint8Array.of(2, 1, 1, 4, 0x20));
  return isKey && der.length >= sequence + 37 ? sequence + 5 : undefined;
};
