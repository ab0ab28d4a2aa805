// The tree and its proofs: what others computed comes out, and every change is found.
import assert from "node:assert/strict";
import { test } from "node:test";

import { checkConsistency, checkInclusion, leafHash, NotProved } from "assent";

import { nodeHash } from "../dist/log.js";
import { foreignJson } from "./support.mjs";

const base64 = (text) => Uint8Array.from(Buffer.from(text ?? "", "base64"));
const holds = (check) => {
  try {
    check();
    return true;
  } catch (error) {
    assert.ok(error instanceof NotProved, error);
    return false;
  }
};

test("proofs of others are judged as they say", () => {
  const counts = { true: 0, false: 0 };
  const told = (found, { desc, wantErr }) => {
    assert.equal(found, !wantErr, desc);
    counts[found] += 1;
  };
  for (const one of foreignJson("rfc6962/inclusion.json")) {
    const path = (one.proof ?? []).map(base64);
    told(holds(() => checkInclusion(base64(one.leafHash), one.leafIdx, one.treeSize, path, base64(one.root))), one);
  }
  // Some have words for roots, of which only matters whether they are the same.
  const rootOf = (text) => (base64(text).length === 32 ? base64(text) : leafHash(base64(text)));
  for (const one of foreignJson("rfc6962/consistency.json")) {
    const [older, newer] = [[one.size1, one.root1], [one.size2, one.root2]].map(([size, root]) => ({ size, root: rootOf(root) }));
    told(holds(() => checkConsistency(older, newer, (one.proof ?? []).map(base64))), one);
  }
  assert.equal(counts.true + counts.false, 196);
});

const leaves = Array.from({ length: 20 }, (_, number) => leafHash(Uint8Array.of(number)));
const split = (count) => 2 ** (Math.ceil(Math.log2(count)) - 1);
const rootOf = (some) =>
  some.length === 1 ? some[0] : nodeHash(rootOf(some.slice(0, split(some.length))), rootOf(some.slice(split(some.length))));
/** RFC 6962 §2.1.1. */
const pathOf = (some, index) => {
  if (some.length === 1) return [];
  const [left, right] = [some.slice(0, split(some.length)), some.slice(split(some.length))];
  return index < left.length ? [...pathOf(left, index), rootOf(right)] : [...pathOf(right, index - left.length), rootOf(left)];
};
/** RFC 6962 §2.1.2. */
const continued = (some, old, isWhole = true) => {
  if (old === some.length) return isWhole ? [] : [rootOf(some)];
  const at = split(some.length);
  const [left, right] = [some.slice(0, at), some.slice(at)];
  return old <= at ? [...continued(left, old, isWhole), rootOf(right)] : [...continued(right, old - at, false), rootOf(left)];
};

test("every leaf of every tree is proved and no other, and every tree continues every earlier one", () => {
  for (let size = 1; size <= leaves.length; size += 1) {
    const tree = leaves.slice(0, size);
    const root = rootOf(tree);
    for (let index = 0; index < size; index += 1) {
      const path = pathOf(tree, index);
      assert.ok(holds(() => checkInclusion(leaves[index], index, size, path, root)));
      assert.ok(!holds(() => checkInclusion(leaves[index], index + 1, size, path, root)));
      assert.ok(!holds(() => checkInclusion(leaves[index], index, size, [...path, root], root)));
      const older = { size: index + 1, root: rootOf(tree.slice(0, index + 1)) };
      const proof = continued(tree, index + 1);
      assert.ok(holds(() => checkConsistency(older, { size, root }, proof)));
      assert.ok(!holds(() => checkConsistency(older, { size, root }, [...proof, root])));
      assert.ok(size === 1 || !holds(() => checkConsistency(older, { size, root: leaves[0] }, proof)));
    }
  }
});
