// The package itself: what is generated is as its sources say, and a browser can load what it is offered.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { types } from "../scripts/openapi.mjs";
import { files } from "../scripts/spec.mjs";

const root = new URL("../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");

test("what is generated is as its sources say: `npm run generate`", async () => {
  const made = { ...files(), "openapi.ts": await types(read("openapi.json")) };
  assert.deepEqual(readdirSync(new URL("src/generated/", root)).sort(), Object.keys(made).sort());
  for (const [name, text] of Object.entries(made)) assert.ok(read(`src/generated/${name}`) === text, name);
});

test("what a browser loads needs nothing but curves and hashes", () => {
  const seen = new Set();
  const foreign = new Set();
  const follow = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, from] of read(`dist/${path}`).matchAll(/\bfrom "([^"]+)";$/gm)) {
      if (from.startsWith(".")) follow(new URL(from, `file:///${path}`).pathname.slice(1));
      else foreign.add(from);
    }
  };
  follow("index.js");
  assert.ok(seen.size > 20 && !seen.has("keyring.js"), [...seen].join());
  assert.deepEqual([...foreign].sort(), ["@noble/curves/ed25519.js", "@noble/curves/nist.js", "@noble/hashes/sha2.js"]);
  const { dependencies } = JSON.parse(read("package.json"));
  assert.deepEqual(Object.keys(dependencies), ["@noble/curves", "@noble/hashes"]);
});

test("every library is pinned, by hash", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  for (const version of Object.values({ ...dependencies, ...devDependencies })) assert.match(version, /^\d+\.\d+\.\d+$/);
  const { packages } = JSON.parse(read("package-lock.json"));
  for (const [name, { integrity, resolved }] of Object.entries(packages)) {
    if (name !== "") assert.ok(integrity?.startsWith("sha512-") && resolved === undefined, name);
  }
});

test("every file is short enough to be read, and opens with why it exists", () => {
  for (const name of readdirSync(new URL("src/", root)).filter((name) => name.endsWith(".ts"))) {
    const text = read(`src/${name}`);
    assert.ok(text.startsWith("// ") && text.split("\n").length <= 1_000, name);
  }
});
