// A served node with a market in it, set up by the commands that people type: organisations of different trades with
// deals that are kept, argued about, and under way. Everything stands in one temporary folder and goes with it.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = process.env.ASSENT ?? new URL("../../target/debug/assent", import.meta.url).pathname;

/** The environment without what it might say to the program. */
function environment() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("ASSENT_"));
  return { ...Object.fromEntries(kept), ASSENT_LOG: "warn", COLUMNS: "100" };
}

/** What others wrote in the walks: it must stay text, wherever it is shown. */
export const HOSTILE = "<script>globalThis.broken = 1</script><img src=x onerror=\"globalThis.broken = 2\"> \" onload=\"x";

export class Stage {
  #node;

  /** Serves a node on a free port. */
  static async open() {
    const stage = new Stage();
    stage.folder = mkdtempSync(join(tmpdir(), "assent-console-"));
    const data = join(stage.folder, "data");
    const serve = ["serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--data", data];
    // Webhooks of the walks lead to this machine.
    const env = { ...environment(), ASSENT_FETCH_ALLOW: "127.0.0.1/32" };
    stage.#node = spawn(program, serve, { env, stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: stage.#node.stdout })) {
      stage.url = JSON.parse(line).url;
      return stage;
    }
    throw new Error(`${program} does not serve`);
  }

  /** Stops the node and removes all there was. */
  async close() {
    const gone = new Promise((done) => this.#node.once("exit", done));
    this.#node.kill("SIGTERM");
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a command in the name of a party; gives what it prints, a value for each line. */
  async lines(party, ...args) {
    const all = ["--home", join(this.folder, party), "--node", this.url, ...args, "--json"];
    const { stdout } = await run(program, all, { env: environment(), maxBuffer: 1 << 26 });
    return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  /** The same of a command that says one thing first. */
  async as(party, ...args) {
    return (await this.lines(party, ...args))[0];
  }

  /** An organisation with an agent. */
  async party(name, agent, about = {}) {
    const [domain, whole] = [`${name}.example`, `${name}.example/${agent}`];
    await this.as(name, "init", "--org", domain, "--agent", whole);
    await this.as(name, "org", "register", domain, ...(about.organisation ? ["--name", about.organisation] : []));
    const card = Object.entries(about.card ?? {}).flatMap(([flag, value]) => [value].flat().flatMap((one) => [`--${flag}`, one]));
    await this.as(name, "agent", "register", whole, ...card);
    return whole;
  }

  /** A consent that both give. */
  async consent(by, by_whom, capability, purpose = "") {
    const asked = await this.as(by, "consent", "request", "--with", `${by_whom}.example`, "--capability", capability, "--purpose", purpose);
    await this.as(by_whom, "consent", "grant", asked.id);
    return digits(asked.id);
  }

  /** An invitation that waits as long as anybody looks at it. */
  async invitation(by, whole, capability, purpose = "") {
    const lasts = ["--invitation-time", "1h", "--response-time", "1h"];
    const opened = await this.as(by, "session", "open", "--with", whole, "--capability", capability, "--purpose", purpose, ...lasts);
    return digits(opened.id);
  }

  /** A session in which both are. */
  async session(by, other, agent, capability, purpose = "") {
    const session = await this.invitation(by, `${other}.example/${agent}`, capability, purpose);
    await this.as(other, "session", "say", session, "accept");
    return session;
  }

  async say(party, session, ...args) {
    return this.as(party, "session", "say", session, ...args);
  }

  /** A key of the organisation that stays with the node for its people. */
  async keep(name) {
    const file = join(this.folder, `${name}-bench.pem`);
    await this.as(name, "key", "new", file);
    await this.as(name, "org", "key", "add", "--key", file, "--as", `${name}.example`);
    await run(program, ["people", "key", `${name}.example`, "--from", file, "--data", join(this.folder, "data")], { env: environment() });
  }

  /** The link by which somebody of a party comes in. */
  async link(party, role) {
    if (!role) return (await this.as(party, "console", "--as", `${party}.example`)).url;
    return (await this.as(party, "people", "invite", "--role", role, "--name", `An ${role}`, "--as", `${party}.example`)).url;
  }

  /** A file in the stage's folder. */
  file(name, content) {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }
}

/** An id without what stands before its digits. */
export const digits = (id) => id.replace("sha256:", "");

/** Asks until there is an answer. */
export async function until(ask) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error("it does not come");
}
