// The shared vectors of spec/vectors, which the node, the verifier in Python and this SDK are all held to.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { fromBase64, toBase64 } from "../dist/bytes.js";
import { checkAnswer, checkChallenge } from "../dist/challenge.js";
import { readHash, readInstant, readKey, writeHash } from "../dist/forms.js";
import { checkFraud } from "../dist/fraud.js";
import { NotProved, Refusal, judge, verifyBundle } from "../dist/index.js";
import * as log from "../dist/log.js";

const vectors = new URL("../../../spec/vectors/", import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, vectors), "utf8"));
const utf8 = (text) => new TextEncoder().encode(text);

for (const name of readdirSync(new URL("statements/", vectors)).sort()) {
  test(`statements: ${name}`, () => {
    const { type, accept, reject } = read(`statements/${name}`);
    for (const { name: which, envelope, hash, signaturesHash } of accept) {
      const judged = judge(envelope);
      assert.deepEqual([judged.fields.type, judged.hash, writeHash(judged.signaturesDigest)], [type, hash, signaturesHash], which);
    }
    for (const wrong of reject) {
      const bytes = wrong.envelopeBase64 === undefined ? utf8(wrong.envelope) : fromBase64(wrong.envelopeBase64);
      const which = `${wrong.name} of ${wrong.of}`;
      assert.throws(() => judge(bytes), (refusal) => {
        assert.ok(refusal instanceof Refusal, `${which}: ${refusal.stack}`);
        assert.deepEqual([refusal.code, refusal.rule], [wrong.code, wrong.rule], which);
        const [found, meant] = [`${refusal.pointer}/`, `${wrong.pointer}/`];
        assert.ok(found.startsWith(meant) || meant.startsWith(found), `${which}: at ${found}, not ${meant}`);
        return true;
      }, which);
    }
    assert.ok(accept.length > 0 && reject.length >= 3 * accept.length);
  });
}

/** Follows a claim about a log; throws `NotProved`, or an assertion where something else comes out. */
const follow = (claim) => {
  if (claim.challenge !== undefined) {
    const asked = utf8(claim.challenge);
    checkChallenge(asked, claim.agent, claim.audience, readInstant(claim.now));
    checkAnswer(utf8(claim.answer), asked, claim.keys.map(readKey));
  } else if (claim.checkpoint !== undefined) {
    const { checkpoint } = log.openNote(claim.checkpoint, claim.origin, readKey(claim.nodeKey));
    if (claim.root !== undefined) assert.deepEqual([checkpoint.size, writeHash(checkpoint.root)], [claim.size, claim.root]);
  } else if (claim.fraud !== undefined) {
    checkFraud(claim.fraud, readKey(claim.nodeKey));
  } else if (claim.receipt !== undefined) {
    log.checkReceipt(log.readReceipt(claim.receipt), readKey(claim.nodeKey));
  } else if (claim.from !== undefined) {
    const [older, newer] = [[claim.from, claim.fromRoot], [claim.to, claim.toRoot]];
    const tree = ([size, root]) => ({ size, root: readHash(root) });
    log.checkConsistency(tree(older), tree(newer), claim.proof.map(readHash));
  } else {
    const entry = log.entryBytes(readHash(claim.statement), readHash(claim.signatures), readInstant(claim.logTime));
    const leaf = log.leafHash(entry);
    if (claim.leaf !== undefined) assert.deepEqual([writeHash(leaf), toBase64(entry)], [claim.leaf, claim.bytesBase64]);
    else log.checkInclusion(leaf, claim.index, claim.size, claim.proof.map(readHash), readHash(claim.root));
  }
};

for (const folder of ["log", "challenges"]) {
  for (const name of readdirSync(new URL(`${folder}/`, vectors)).sort()) {
    test(`${folder}: ${name}`, () => {
      const { accept, reject = [] } = read(`${folder}/${name}`);
      for (const claim of accept) follow(claim);
      for (const claim of reject) {
        const which = `${claim.change} of ${claim.of}`;
        assert.throws(() => follow(claim), (error) => {
          assert.ok(error instanceof NotProved, `${which}: ${error.stack}`);
          assert.equal(error.fault, claim.fault, which);
          return true;
        }, which);
      }
      assert.ok(accept.length > 0);
    });
  }
}

/** What follows from the rules of sessions, which are not played here. */
const NOT_PLAYED = new Set(["ASP-BUN-006", "ASP-BUN-011"]);

test("bundles: commitment.json", () => {
  const { nodeKey, accept, reject } = read("bundles/commitment.json");
  const refuted = (bundle) =>
    verifyBundle(bundle, { nodeKey }).checks.filter(({ verdict }) => verdict === "refuted").map(({ rule }) => rule);
  for (const { name, bundle } of accept) {
    assert.deepEqual(refuted(bundle), [], name);
    assert.equal(verifyBundle(bundle, { nodeKey }).ok, true, name);
  }
  let judged = 0;
  for (const { change, bundle, refuted: expected } of reject) {
    const meant = expected.filter((rule) => !NOT_PLAYED.has(rule));
    if (meant.length === 0) continue;
    judged += 1;
    assert.deepEqual(refuted(bundle).filter((rule) => !NOT_PLAYED.has(rule)).sort(), meant, change);
    assert.equal(verifyBundle(bundle, { nodeKey }).ok, false, change);
  }
  assert.ok(judged >= 20, `${judged} bundles`);
});

test("no changed byte of a bundle verifies, wherever it stands", () => {
  const { nodeKey, accept } = read("bundles/commitment.json");
  const whole = utf8(accept[0].bundle);
  // Every byte would take minutes; this walks through all kinds of members.
  for (let at = 0; at < whole.length; at += 397) {
    const changed = Uint8Array.from(whole);
    changed[at] ^= 1;
    assert.equal(verifyBundle(changed, { nodeKey }).ok, false, `byte ${at}`);
  }
});
