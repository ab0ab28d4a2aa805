// The page's own verifier against the vectors of the specification. Run by `node --test crates/asp-node/tests/pages`.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { check, checkpointOf, concat, hex, keyOf, rootOf, sha256 } from "../../src/http/console/assets/check.mjs";

const vectors = new URL("../../../../spec/vectors/", import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, vectors), "utf8"));
const unhex = (hash) => Uint8Array.from(hash.replace("sha256:", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));

// No log can be asked here: what it would say is looked at below.
globalThis.fetch = async () => ({ ok: false, status: 503 });

const verdicts = async (statement) => {
  const found = await check({ previous: "", index: 0, time: 0, base: "", ...statement });
  return found.slice(0, 1 + statement.signatures.length).map(({ verdict }) => verdict);
};

test("every accepted statement holds, and no byte of it can be another", async () => {
  let count = 0;
  for (const name of readdirSync(new URL("statements/", vectors))) {
    for (const { envelope, hash } of read(`statements/${name}`).accept) {
      const { signatures } = JSON.parse(envelope);
      const bytes = envelope.slice(envelope.indexOf('"statement":') + 12, -1);
      assert.deepEqual(new Set(await verdicts({ bytes, hash, signatures })), new Set(["good"]), name);
      const forged = bytes.replace('"asp":"1.0"', '"asp":"1.1"');
      assert.deepEqual(new Set(await verdicts({ bytes: forged, hash, signatures })), new Set(["wrong"]), name);
      count += 1;
    }
  }
  assert.ok(count > 50, String(count));
});

test("a statement that continues another, that nobody signed, or that is none is called so", async () => {
  const { envelope, hash } = read("statements/PROPOSE.json").accept[0];
  const { signatures, statement } = JSON.parse(envelope);
  const bytes = envelope.slice(envelope.indexOf('"statement":') + 12, -1);
  const of = async (change) => check({ bytes, hash, signatures, index: 0, time: 0, base: "", previous: "", ...change });
  assert.equal((await of({ previous: statement.previousHash }))[1].verdict, "good");
  assert.equal((await of({ previous: hash }))[1].verdict, "wrong");
  assert.equal((await of({ signatures: [] }))[1].verdict, "wrong");
  assert.equal((await of({ bytes: "{" }))[0].verdict, "wrong");
  assert.equal((await of({ signatures: [{ ...signatures[0], keyId: "did:web:x" }] }))[1].verdict, "wrong");
  // The log does not answer: that is not called good.
  assert.equal((await of({})).at(-1).verdict, "unknown");
});

test("a proof of inclusion leads to its root, and to no other", async () => {
  const leafOf = async ({ statement, signatures, logTime }) => {
    const when = new Uint8Array(8);
    new DataView(when.buffer).setBigUint64(0, BigInt(Date.parse(logTime)));
    const tag = new TextEncoder().encode("asp/1.0/leaf\n");
    return sha256(concat(Uint8Array.of(0), tag, unhex(statement), unhex(signatures), when));
  };
  for (const one of read("log/inclusion.json").accept) {
    const root = await rootOf(await leafOf(one), one.index, one.size, one.proof.map(unhex));
    assert.equal(`sha256:${hex(root)}`, one.root, one.name);
  }
  for (const one of read("log/inclusion.json").reject) {
    const root = await rootOf(await leafOf(one), one.index, one.size, one.proof.map(unhex));
    assert.notEqual(root && `sha256:${hex(root)}`, one.root, one.name);
  }
});

test("a checkpoint is taken apart as it was put together", () => {
  for (const { checkpoint, origin, size, root, nodeKey } of read("log/checkpoints.json").accept) {
    const read = checkpointOf(checkpoint);
    assert.deepEqual([read.origin, read.size, `sha256:${hex(read.root)}`], [origin, size, root]);
    assert.ok(read.signatures.some(({ name, value }) => name === origin && value.length === 64));
    assert.equal(keyOf(nodeKey).alg, "Ed25519");
  }
});
