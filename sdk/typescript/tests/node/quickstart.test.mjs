// The quick start of docs/guides/typescript.md, exactly as it is printed: the package is installed into an empty folder by the
// commands of the page, then its program is compiled and run against a real node.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { Stage } from "./stage.mjs";

const root = new URL("../../", import.meta.url);
const guide = readFileSync(new URL("../../docs/guides/typescript.md", root), "utf8");
const blocks = (language) => [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);
/** The address that the page speaks of. */
const PRINTED = "http://127.0.0.1:4860";

test("the guide's commands and program make a deal and prove it", async (t) => {
  const stage = await Stage.open();
  t.after(() => stage.close());
  // What a clone has: what is installed and built here is not part of it.
  const clone = join(stage.folder, "assent", "sdk", "typescript");
  const isForeign = (path) => /\/(node_modules|dist|build)(\/|$)/.test(path.slice(root.pathname.length - 1));
  cpSync(root.pathname, clone, { recursive: true, filter: (path) => !isForeign(path) });

  const [serve, install, compile, ...more] = blocks("sh");
  assert.deepEqual([serve, more], ["assent serve\n", []]);
  const program = blocks("ts").join("\n");
  const negotiator = join(stage.folder, "negotiator");
  assert.ok(program.split(PRINTED).length === 2 && compile.split(PRINTED).length === 2);
  await shell(install, stage.folder);
  writeFileSync(join(negotiator, "negotiate.ts"), program);
  const said = await shell(compile.replace(PRINTED, stage.url), negotiator);
  assert.match(said, /^agent:\/\/volt\.example\/seller is trusted 10\.000 of 100: unverified$/m);
  assert.match(said, /^sha256:[0-9a-f]{64}: 10 checks proved, 0 refuted$/m);
});

/** Runs lines as a shell does and stops at the first that fails; gives what they print. */
const shell = async (lines, cwd) => {
  // The runner's own variables are not for what is run here.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_TEST|npm_|ASSENT_)/.test(name)));
  try {
    return (await promisify(execFile)("bash", ["-euc", lines], { cwd, env })).stdout;
  } catch ({ stdout, stderr }) {
    return assert.fail(`${stdout}\n${stderr}`);
  }
};
