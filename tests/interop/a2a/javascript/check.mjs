// The official JavaScript client of A2A against a node: opens a session, negotiates, ends with a commitment, over both bindings.
// Run by `cargo xtask test --interop`; `ASSENT_PROGRAM` says where the program is. Talks to this machine alone.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { Role, TaskState } from "@a2a-js/sdk";
import { ClientFactory, JsonRpcTransportFactory, RestTransportFactory } from "@a2a-js/sdk/client";

const PROGRAM = process.env.ASSENT_PROGRAM;
const [BUYER, VENDOR] = ["acme.example/buyer", "volt.example/sales"];
// What a sale says shows a delivery: the SHA-256 of what was delivered.
const DELIVERED = `sha256:${createHash("sha256").update("eight GPUs").digest("hex")}`;
const CAPABILITY = "provision.compute.gpu";
const PATIENCE = 60_000;

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ASSENT_")));
const folder = mkdtempSync(join(tmpdir(), "assent-a2a-"));
const serving = ["serve", "--json", "--quiet", "--listen", "127.0.0.1:0", "--a2a-conformance"];
const node = spawn(PROGRAM, [...serving, "--data", join(folder, "data")], { env, stdio: ["ignore", "pipe", "inherit"] });

async function started() {
  for await (const line of createInterface({ input: node.stdout })) return JSON.parse(line).url;
  throw new Error("the node did not start");
}

// A command of one of the users; the last datum that it prints.
function run(url, name, ...words) {
  const common = ["--home", join(folder, name), "--node", url, "--json"];
  const lines = execFileSync(PROGRAM, [...common, ...words], { env, encoding: "utf8" }).trim().split("\n");
  return lines.at(-1) ? JSON.parse(lines.at(-1)) : undefined;
}

function prepare(url) {
  for (const [name, agent] of [["acme", BUYER], ["volt", VENDOR]]) {
    run(url, name, "init", "--org", `${name}.example`, "--agent", agent);
    run(url, name, "org", "register");
    run(url, name, "agent", "register", agent, "--capability", CAPABILITY);
  }
  const asked = run(url, "acme", "consent", "request", "--with", "volt.example", "--capability", "provision.compute");
  run(url, "volt", "consent", "grant", asked.id);
  return run(url, "acme", "a2a", "client", "add", BUYER, "--data", join(folder, "data")).token;
}

function part(content) {
  const [$case, value] = typeof content === "string" ? ["text", content] : ["data", content];
  return { content: { $case, value }, metadata: undefined, filename: "", mediaType: "" };
}

function message(parts, taskId = "", returnImmediately = false, messageId = randomUUID()) {
  return {
    tenant: "",
    message: {
      messageId, taskId, contextId: "", role: Role.ROLE_USER, parts: parts.map(part),
      metadata: undefined, extensions: [], referenceTaskIds: [],
    },
    configuration: {
      acceptedOutputModes: [], taskPushNotificationConfig: undefined, historyLength: undefined, returnImmediately,
    },
    metadata: undefined,
  };
}

const data = (parts) => parts.filter(({ content }) => content.$case === "data").map(({ content }) => content.value);
const named = (id) => ({ tenant: "", id, historyLength: undefined, metadata: undefined });

async function until(client, id, state, phase = "") {
  const end = Date.now() + PATIENCE;
  let task;
  while (Date.now() < end) {
    task = await client.getTask(named(id));
    if (task.status.state === state && task.metadata["urn:asp:a2a:1.0"].state.includes(phase)) return task;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(JSON.stringify(task));
}

// From the first message to a commitment, and to its end.
async function deal(url, client) {
  const vendor = (id, ...words) => run(url, "volt", "session", "say", id, ...words);
  const opening = { act: "open", capability: CAPABILITY, purpose: "eight GPUs for a day" };
  let task = await client.sendMessage(message(["Eight GPUs, please.", opening], "", true));
  assert.equal(task.status.state, TaskState.TASK_STATE_SUBMITTED);
  vendor(task.id, "accept");
  await until(client, task.id, TaskState.TASK_STATE_INPUT_REQUIRED);
  vendor(task.id, "propose", "--sell", "GPU hours", "--price", "240 USD", "--firm");
  task = await until(client, task.id, TaskState.TASK_STATE_INPUT_REQUIRED, "CONVERSING");
  const [offered] = data(task.status.message.parts);
  assert.equal(offered.act, "propose");
  assert.equal(offered.termsHashes.length, 1);
  task = await client.sendMessage(message([{ act: "accept", termsHash: offered.termsHashes[0] }], task.id));
  const [made] = data(task.artifacts[0].parts);
  assert.equal(made.state, "ACTIVE");
  await assert.rejects(client.cancelTask(named(task.id)));
  for (const owed of made.obligations) {
    if (owed.debtor.endsWith(VENDOR)) {
      vendor(task.id, "inform", "--fulfil", owed.id, "--digest", DELIVERED);
      await client.sendMessage(message([{ act: "acknowledge", obligation: owed.id }], task.id));
    } else {
      await client.sendMessage(message([{ act: "fulfil", obligation: owed.id, text: "paid" }], task.id));
      vendor(task.id, "inform", "--acknowledge", owed.id);
    }
  }
  task = await client.sendMessage(message([{ act: "close" }], task.id));
  assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED);
  await assert.rejects(client.sendMessage(message(["more"], task.id)));
  await assert.rejects(client.getTask(named("0".repeat(64))));
  const file = join(folder, `${made.id.slice(-8)}.json`);
  run(url, "acme", "commitment", "bundle", made.id, "--output", file);
  execFileSync(PROGRAM, ["verify", file], { env });
}

async function streams(client) {
  const heard = [];
  const id = `tck-stream-ordering-001-${randomUUID()}`;
  for await (const event of client.sendMessageStream(message(["go"], "", false, id))) heard.push(event.payload ?? event);
  assert.equal(heard[0].$case, "task");
  const handed = heard.filter((event) => event.$case === "artifactUpdate");
  assert.equal(handed[0].value.artifact.parts[0].content.value, "Ordered output");
  assert.equal(heard.at(-1).value.status.state, TaskState.TASK_STATE_COMPLETED);
}

try {
  const url = await started();
  const token = prepare(url);
  const shown = (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  for (const Transport of [JsonRpcTransportFactory, RestTransportFactory]) {
    const card = `${url}/a2a/${VENDOR}/.well-known/agent-card.json`;
    const factory = new ClientFactory({ transports: [new Transport({ fetchImpl: shown })] });
    const client = await factory.createFromUrl(card, "");
    await deal(url, client);
    const player = `${url}/a2a/a2a-conformance.invalid/agent/.well-known/agent-card.json`;
    await streams(await new ClientFactory({ transports: [new Transport()] }).createFromUrl(player, ""));
  }
  console.log("@a2a-js/sdk: two deals from the first message to the proof, streams, errors: all held");
} finally {
  node.kill();
  await new Promise((resolve) => node.once("exit", resolve));
  rmSync(folder, { recursive: true });
}
