// Keys: one spelling of each, no weak one, and signatures of others as their vectors say.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";

import { InvalidKey, SecretKey } from "assent";

import { readKey, writeKey } from "../dist/forms.js";
import { verifySignature } from "../dist/keys.js";
import { foreignJson, keyOf, unhex, utf8 } from "./support.mjs";

const MESSAGE = utf8("a message");
const { ORDER } = ed25519.Point.Fn;
const SMALL = ed25519.Point.Fp.ORDER;
const { BASE } = ed25519.Point;

const little = (number) => unhex(number.toString(16).padStart(64, "0")).reverse();
const number = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const challenge = (commitment, key) =>
  number(createHash("sha512").update(commitment).update(key).update(MESSAGE).digest()) % ORDER;

/** A point of order eight (RFC 8032's curve has one up to its sign and odd multiples). */
const TORSION = ed25519.Point.fromBytes(unhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), true);
/** A secret whose public half is known as a point. */
const scalar = 123_456_789n;
const point = BASE.multiply(scalar);

test("wycheproof is judged as it says", () => {
  let count = 0;
  for (const { publicKey, tests } of foreignJson("wycheproof/ed25519_test.json").testGroups) {
    for (const { msg, sig, result, comment } of tests) {
      assert.equal(verifySignature(unhex(publicKey.pk), unhex(msg), unhex(sig)), result === "valid", comment);
      count += 1;
    }
  }
  assert.equal(count, 151);
});

test("wycheproof of P-256 is judged as it says, but for the larger s", () => {
  const counts = { true: 0, false: 0 };
  for (const { publicKey, tests } of foreignJson("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json").testGroups) {
    const whole = unhex(publicKey.uncompressed);
    const key = Uint8Array.of(2 + (whole[64] & 1), ...whole.subarray(1, 33));
    for (const { msg, sig, result, comment } of tests) {
      const s = sig.length === 128 ? BigInt(`0x${sig.slice(64)}`) : -1n;
      const isSmall = s >= 0n && s <= p256.Point.Fn.ORDER / 2n;
      const expected = result === "valid" && isSmall;
      assert.equal(verifySignature(key, unhex(msg), unhex(sig)), expected, comment);
      counts[expected] += 1;
    }
  }
  assert.ok(Math.min(counts.true, counts.false) > 50, JSON.stringify(counts));
});

test("a point of small order is a weak key however it is written, and a point has one encoding", () => {
  const refused = (bytes) => {
    try {
      verifySignature(bytes, MESSAGE, new Uint8Array(64));
    } catch (error) {
      assert.ok(error instanceof InvalidKey, error);
      return error.code;
    }
    return "none";
  };
  for (let times = 0n; times < 8n; times += 1n) {
    const weak = times === 0n ? ed25519.Point.ZERO : TORSION.multiplyUnsafe(times);
    assert.equal(refused(weak.toBytes()), "WEAK_KEY", String(times));
  }
  // y = 1 written as p + 1.
  assert.equal(refused(little(SMALL + 1n)), "WEAK_KEY");
  assert.equal(refused(Uint8Array.of(2, ...new Uint8Array(31))), "INVALID_KEY");
  const large = Array.from({ length: 17 }, (_, y) => little(BigInt(y + 2)));
  const points = large.filter((bytes) => refused(bytes) === "none");
  assert.ok(points.length > 3);
  for (const bytes of points) assert.equal(refused(little(number(bytes) + SMALL)), "INVALID_KEY");
  for (const bytes of [Uint8Array.of(4, ...new Uint8Array(32)), Uint8Array.of(2, ...new Uint8Array(31), 4), new Uint8Array(5)]) {
    assert.equal(refused(bytes), "INVALID_KEY");
  }
});

test("a commitment of small order is refused though the equation holds", () => {
  const key = point.toBytes();
  for (let times = 0n; times < 8n; times += 1n) {
    const commitment = (times === 0n ? ed25519.Point.ZERO : TORSION.multiplyUnsafe(times)).toBytes();
    const signature = Uint8Array.of(...commitment, ...little((challenge(commitment, key) * scalar) % ORDER));
    assert.equal(verifySignature(key, MESSAGE, signature), false);
  }
});

test("the equation has no cofactor", () => {
  // R of large order with a part of order 8: eight times the equation holds, the equation does not.
  const key = point.toBytes();
  const commitment = BASE.multiply(12_345n).add(TORSION).toBytes();
  const s = (12_345n + challenge(commitment, key) * scalar) % ORDER;
  const signature = Uint8Array.of(...commitment, ...little(s));
  assert.equal(verifySignature(key, MESSAGE, signature), false);
  assert.equal(ed25519.verify(signature, MESSAGE, key, { zip215: false }), true, "which the library alone would take");
});

test("a signature is of one message, by one key, and no bit of it can be another", () => {
  for (const key of [keyOf(7), SecretKey.fromScalar(new Uint8Array(32).fill(7))]) {
    const signature = key.sign(MESSAGE);
    assert.equal(verifySignature(key.publicKey, MESSAGE, signature), true);
    assert.equal(verifySignature(key.publicKey, utf8("another"), signature), false);
    assert.equal(verifySignature(keyOf(8).publicKey, MESSAGE, signature), false);
    for (let bit = 0; bit < 512; bit += 11) {
      const changed = Uint8Array.from(signature);
      changed[bit >> 3] ^= 1 << (bit & 7);
      assert.equal(verifySignature(key.publicKey, MESSAGE, changed), false, `bit ${bit}`);
    }
    assert.equal(verifySignature(key.publicKey, MESSAGE, signature.subarray(0, 63)), false);
  }
  const signature = keyOf(7).sign(MESSAGE);
  const larger = Uint8Array.of(...signature.subarray(0, 32), ...little(number(signature.subarray(32)) + ORDER));
  assert.equal(verifySignature(keyOf(7).publicKey, MESSAGE, larger), false);
});

test("a key has one name", () => {
  for (const key of [keyOf(1), SecretKey.generate("ES256")]) {
    assert.deepEqual(readKey(key.id), key.publicKey);
    assert.equal(writeKey(key.publicKey), key.id);
    for (const wrong of [`${key.id}1`, key.id.replace("did:key:z", "did:key:z1"), key.id.slice(0, -1), key.id.toUpperCase(), ""]) {
      assert.equal(readKey(wrong), undefined, wrong);
    }
  }
});

// openssl genpkey -algorithm ed25519; openssl ecparam -name prime256v1 -genkey -noout; openssl pkcs8 -topk8 -nocrypt
const OPENSSL = {
  "did:key:z6Mksi8bSJixAfCAu5YZa2MA9wJQ31d2CFh8nV8ZiMGsz9Mj":
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHzklDY00L202X5BRgyBIL5IY1aO9iHjycKTEknZWtGb\n-----END PRIVATE KEY-----\n",
  "did:key:zDnaedZW5ZUjHNqMvYdNBJQcPX1nS4zBwN6mFP3AaJNMZ23S4":
    "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRs+fOcRV+UQ1GyCb\nQ7Cq8/drt28/pXmHY6otJckpmz6hRANCAATDFhXKXiCLzd3WZKVBGR5lMnBEZw1p\nxnTuA65hBtVFXSJ5jfDGtp9hDh4kmUfkzAbb2hdPzfIWEOXiuqBg2H40\n-----END PRIVATE KEY-----\n",
};

test("what openssl makes is read, and what is written is read again", () => {
  for (const [id, pem] of Object.entries(OPENSSL)) {
    const key = SecretKey.fromPem(pem);
    assert.equal(key.id, id);
    assert.equal(SecretKey.fromPem(key.toPem()).id, id);
  }
  assert.equal(SecretKey.fromPem(OPENSSL["did:key:z6Mksi8bSJixAfCAu5YZa2MA9wJQ31d2CFh8nV8ZiMGsz9Mj"]).toPem(), Object.values(OPENSSL)[0]);
  for (const wrong of ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN PUBLIC KEY-----"]) {
    assert.throws(() => SecretKey.fromPem(wrong), InvalidKey);
  }
  assert.throws(() => SecretKey.fromScalar(new Uint8Array(32)), InvalidKey);
  assert.throws(() => SecretKey.fromSeed(new Uint8Array(31)), InvalidKey);
});

test("a key that is printed or stored shows no secret", async () => {
  const key = keyOf(3);
  const { inspect } = await import("node:util");
  for (const text of [JSON.stringify({ key }), inspect(key, { depth: 9, showHidden: true }), String(key)]) {
    assert.ok(!text.includes("030303") && !text.includes("3, 3, 3"), text);
  }
  assert.equal(JSON.parse(JSON.stringify({ key })).key.id, key.id);
});
