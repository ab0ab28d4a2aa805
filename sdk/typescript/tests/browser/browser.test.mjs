// The built package as a module of a page, in the browser of the machine: the guide's page as it is printed, and a deal between
// two agents in a page. Run by `cargo xtask test`, which has the libraries that drive the browser.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { start } from "../../../../tests/console/browser.mjs";
import { environment, program, Stage } from "../node/stage.mjs";
import { serve } from "./site.mjs";

const guide = readFileSync(new URL("../../../../docs/guides/typescript.md", import.meta.url), "utf8");
const [printed, ...others] = [...guide.matchAll(/^```html\n(.*?)^```$/gms)].map(([, block]) => block);
const vectors = new URL("../../../../spec/vectors/bundles/commitment.json", import.meta.url);

let stage, browser, site;
before(async () => {
  stage = await Stage.open();
  site = await serve(printed, stage.url);
  browser = await start();
});
after(async () => {
  await browser?.close();
  site?.close();
  await stage?.close();
});

/** A page of an address; what it complains of fails the test, and so does what it loads from elsewhere. */
const visit = async (t, url) => {
  const [page, complaints] = [await browser.newPage(), []];
  t.after(() => page.close());
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => request.url().startsWith(url) || complaints.push(`it asks for ${request.url()}`));
  await page.goto(url);
  return { page, complaints };
};

test("the guide's page checks proofs as it is printed, and nothing leaves it", async (t) => {
  assert.deepEqual(others, []);
  const { page, complaints } = await visit(t, site.url);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const told = async (bundle) => {
    await page.locator("output").evaluate((output) => (output.value = ""));
    await page.locator("input").setInputFiles({ name: "deal.json", mimeType: "application/json", buffer: Buffer.from(bundle) });
    return page.locator("output", { hasText: "checks" }).textContent();
  };
  const { accept, reject } = JSON.parse(readFileSync(vectors, "utf8"));
  for (const { name, bundle } of accept) assert.match(await told(bundle), /^proved: [1-9]\d* checks proved, 0 refuted$/, name);
  // What only the replay of a session's rules refutes is the command line's to say.
  const refuted = [];
  for (const { change, bundle } of reject) if (/^not proved: .* [1-9]\d* refuted$/.test(await told(bundle))) refuted.push(change);
  assert.ok(refuted.length >= 15, refuted.join());
  assert.deepEqual([asked, complaints], [[], []]);
});

test("two agents in a page make a deal, and the command line verifies its proof", async (t) => {
  const { page, complaints } = await visit(t, site.url);
  const made = await page.evaluate(async () => (await import("/tests/exchange.mjs")).exchange(location.origin));
  assert.ok(made.ok, made.commitment);
  const file = join(stage.folder, "deal.json");
  writeFileSync(file, made.bundle);
  await promisify(execFile)(program, ["verify", file, "--node-key", made.nodeKey], { env: environment() });
  assert.deepEqual(complaints, []);
});

test("a page of another address does not reach a node by itself", async (t) => {
  const { page } = await visit(t, site.url);
  const told = await page.evaluate(async (url) => {
    const { Client } = await import("assent");
    return Client.connect(url).then(() => "connected", (error) => error.constructor.name);
  }, stage.url);
  assert.equal(told, "Unreachable");
});
