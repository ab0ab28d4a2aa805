// The published conformance tests of MCP against a node's `/mcp`: those of its scenarios that need no tool made for them.
// Run by `cargo xtask test --interop`; `ASSENT_PROGRAM` says where the program is. Talks to this machine alone.
// They want a newer Node than this may be, so the one that is pinned beside them runs them.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SCENARIOS = [
  "server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "dns-rebinding-protection",
];
const PATIENCE = 60_000;
const modules = join(import.meta.dirname, "node_modules");
const newer = join(modules, `node-${process.platform}-${process.arch}`, "bin", "node");
const tests = join(modules, "@modelcontextprotocol", "conformance", "dist", "index.js");

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ASSENT_")));
const folder = mkdtempSync(join(tmpdir(), "assent-mcp-"));
const serving = ["serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data", join(folder, "data")];
const node = spawn(process.env.ASSENT_PROGRAM, serving, { env, stdio: ["ignore", "pipe", "inherit"] });

async function started() {
  for await (const line of createInterface({ input: node.stdout })) return JSON.parse(line).url;
  throw new Error("the node did not start");
}

try {
  const url = await started();
  const failed = SCENARIOS.filter((scenario) => {
    try {
      const words = [tests, "server", "--url", `${url}/mcp`, "--scenario", scenario];
      execFileSync(newer, words, { cwd: folder, encoding: "utf8", env, timeout: PATIENCE, stdio: "pipe" });
      return false;
    } catch (error) {
      console.error(error.stdout ?? error);
      return true;
    }
  });
  if (failed.length > 0) throw new Error(`failed: ${failed.join(", ")}`);
  console.log(`@modelcontextprotocol/conformance: ${SCENARIOS.join(", ")}: all held`);
} finally {
  node.kill();
  await new Promise((resolve) => node.once("exit", resolve));
  rmSync(folder, { recursive: true });
}
