// Writes `src/generated`: from `spec/`, and the types of the API from a node's own description of itself, which is kept
// beside them. With `--openapi` the description is first read anew from the program that ASSENT_BINARY names.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { types } from "./openapi.mjs";
import { files } from "./spec.mjs";

const here = new URL("../", import.meta.url);
const generated = new URL("src/generated/", here);
mkdirSync(generated, { recursive: true });
for (const [name, text] of Object.entries(files())) writeFileSync(new URL(name, generated), text);

const kept = new URL("openapi.json", here);
if (process.argv.includes("--openapi")) writeFileSync(kept, `${(await described()).trim()}\n`);
writeFileSync(new URL("openapi.ts", generated), await types(readFileSync(kept, "utf8")));

/** What a node says of its API. */
async function described() {
  const folder = mkdtempSync(join(tmpdir(), "assent-openapi-"));
  const serve = ["serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data", folder];
  const node = spawn(process.env.ASSENT_BINARY, serve, { env: { ...process.env, ASSENT_LOG: "warn" }, stdio: ["ignore", "pipe", "inherit"] });
  try {
    for await (const line of createInterface({ input: node.stdout })) {
      return await (await fetch(new URL("/openapi.json", JSON.parse(line).url))).text();
    }
    throw new Error("the program does not serve");
  } finally {
    const gone = new Promise((done) => node.once("exit", done));
    node.kill("SIGTERM");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  }
}
