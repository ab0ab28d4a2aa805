// The quick start of docs/guides/typescript.md, exactly as it is printed: its types are checked, then it runs.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { Stage } from "./stage.mjs";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url);
const guide = new URL("../../docs/guides/typescript.md", root);

test("the guide's program makes a deal and proves it", async (t) => {
  const blocks = [...readFileSync(guide, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block);
  assert.ok(blocks.length >= 8, `${blocks.length} blocks`);
  // Beside the package, so that its own name leads to it.
  const build = new URL("build/", root);
  mkdirSync(build, { recursive: true });
  writeFileSync(new URL("quickstart.ts", build), blocks.join("\n"));
  const options = { extends: "../tsconfig.json", compilerOptions: { rootDir: ".", outDir: "." }, include: ["quickstart.ts"], exclude: [] };
  writeFileSync(new URL("tsconfig.json", build), JSON.stringify(options));
  const compiler = new URL("node_modules/typescript/bin/tsc", root).pathname;
  await run(process.execPath, [compiler, "--project", build.pathname]).catch(({ stdout }) => assert.fail(stdout));

  const stage = await Stage.open();
  t.after(() => stage.close());
  const program = new URL("quickstart.js", build).pathname;
  const { stdout } = await run(process.execPath, [program, stage.url, join(stage.folder, "keys")]);
  assert.match(stdout, /^agent:\/\/volt\.example\/seller is trusted 10\.000 of 100: unverified$/m);
  assert.match(stdout, /^sha256:[0-9a-f]{64}: 10 checks proved, 0 refuted$/m);
});
