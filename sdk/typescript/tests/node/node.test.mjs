// The SDK against a real node: exact resuming, refusals, and a node that lies.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { Client, codeOf, Conflict, Missing, Refused, SecretKey, sign, Statement, TimedOut, Unverified, verifyBundle } from "assent";
import { Keyring } from "assent/keyring";

import { environment, program, Stage } from "./stage.mjs";

const run = promisify(execFile);

let stage, market;
before(async () => {
  stage = await Stage.open();
  market = await stage.market();
});
after(() => stage?.close());

const offer = (amount, binding = false) => ({
  binding,
  packages: [
    {
      terms: { note: "as usual" },
      obligations: [
        {
          id: "delivery",
          what: "a GPU for a day",
          debtor: market.volt.uri,
          creditor: market.acme.uri,
          value: { amount, currency: "USD" },
          due: { at: market.client.after(3_600_000) },
          shownBy: { method: "acknowledgement" },
        },
      ],
    },
  ],
});

/** A session that both are in, as each has it. */
const session = async (opening = {}) => {
  const ours = await market.acme.agent.openSession({ with: market.volt.uri, capability: "provision.compute.gpu", ...opening });
  const theirs = market.volt.agent.session(ours.id);
  await theirs.introduce();
  await ours.waitUntil(({ state }) => state === "INTRODUCED");
  return { ours, theirs };
};

/** A sealed session that acme has opened, which this package does not by itself. */
const sealed = async () => {
  const { party } = market.acme.agent;
  const { consents } = await (await session()).ours.view();
  const body = {
    kind: "session-invitation",
    capability: "provision.compute.gpu",
    consents,
    limits: {},
    mode: "sealed",
    nonce: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex"),
    participants: [
      { agent: market.acme.uri, role: "initiator" },
      { agent: market.volt.uri, role: "party" },
    ],
    purpose: "trade",
  };
  return (await party.say({ stream: "session:", type: "PROPOSE", body })).said.statement;
};

test("the node hears no word that would have to be sealed, whatever it says of the session", async () => {
  const id = await sealed();
  const heard = [];
  const change = (asked, text) => (heard.push(asked), text.replaceAll('"mode":"sealed"', '"mode":"open"'));
  const far = await Client.connect(await stage.liar((asked, text) => (heard.push(asked), text)));
  const theirs = far.agent(market.volt.uri, market.volt.key).session(id);
  assert.equal(await theirs.mode(), "sealed");
  const secret = () => [theirs.inform("a secret"), theirs.propose(offer("900", true)), theirs.introduce(), theirs.query("a secret?")];
  for (const said of await Promise.allSettled(secret())) assert.ok(said.reason instanceof Missing, said.reason);
  const lied = await Client.connect(await stage.liar(change));
  await assert.rejects(lied.agent(market.volt.uri, market.volt.key).session(id).inform("a secret"), Unverified);
  assert.deepEqual(heard.filter((asked) => asked.startsWith("POST /v1/statements")), []);
  // Who cannot take part says so, without a reason for the node to read.
  await theirs.reject(id, "a secret reason");
  const [, rejected] = await market.acme.agent.session(id).messages();
  assert.deepEqual([rejected.type, rejected.body.reason], ["REJECT", ""]);
  assert.equal(heard.filter((asked) => asked.startsWith("POST /v1/statements")).length, 1);
  // The control: in an open session the same is said.
  const { theirs: open } = await session();
  assert.equal(await open.mode(), "open");
  await open.inform("no secret");
});

test("the checked-in description is the node's own", async () => {
  const answer = await fetch(`${stage.url}/openapi.json`);
  const kept = readFileSync(new URL("../../openapi.json", import.meta.url), "utf8");
  assert.ok((await answer.text()).trim() === kept.trim(), "run `ASSENT_BINARY=… npm run generate -- --openapi` and check in what changed");
});

test("a reader whose connection is cut again and again misses nothing and hears nothing twice", async () => {
  const { ours, theirs } = await session();
  const relay = await stage.relay();
  const far = await Client.connect(relay.url);
  const reading = far.agent(market.acme.uri, market.acme.key).session(ours.id);
  const heard = [];
  const words = Array.from({ length: 12 }, (_, number) => `word ${number}`);
  let cuts = 0;
  const listening = (async () => {
    for await (const message of reading) {
      heard.push(message);
      if (message.body.text === words.at(-1)) return;
    }
  })();
  for (const [number, word] of words.entries()) {
    await theirs.inform(word);
    if (number % 3 === 1) {
      // Not before something came this way, so that a connection is there to be cut.
      while (!heard.some(({ body }) => body.text === word)) await new Promise((done) => setTimeout(done, 5));
      cuts += relay.cut() > 0 ? 1 : 0;
    }
  }
  await listening;
  assert.equal(cuts, 4);
  assert.deepEqual(heard.map(({ sequence }) => sequence), heard.map((_, index) => index));
  assert.deepEqual(heard.slice(-12).map(({ body }) => body.text), words);
  assert.deepEqual([heard[0].isMine, heard.at(-1).isMine, heard.at(-1).sender], [true, false, market.volt.uri]);
  // Another loop over the same session goes on behind what the first one gave.
  await theirs.inform("later");
  for await (const message of reading) {
    assert.deepEqual([message.sequence, message.body.text], [heard.length, "later"]);
    break;
  }
});

test("a firm offer ends in a commitment, and its proof verifies here and with the program", async () => {
  const { ours, theirs } = await session();
  await ours.propose(offer("700", true));
  const selling = (async () => {
    for await (const message of theirs) {
      if (message.type === "PROPOSE" && message.body.kind === "proposal") await theirs.accept(message);
      if (message.type === "ACCEPT" && message.body.kind === "acceptance") {
        await theirs.fulfil({ commitment: message.hash, obligation: "delivery" }, { method: "acknowledgement", text: "here" });
      }
      if (message.type === "CLOSE" && !message.isMine) await theirs.close("thank you");
    }
  })();
  for await (const message of ours) {
    if (message.type !== "INFORM") continue;
    await ours.acknowledge({ commitment: message.body.commitment, obligation: "delivery" });
    await ours.close("all is well");
    break;
  }
  await selling;
  const { state, receipt, participants } = await ours.view();
  assert.deepEqual([state, receipt.outcome, participants.every(({ countersigned }) => countersigned)], ["CLOSED", "fulfilled", true]);

  const bundle = await ours.bundle();
  const report = verifyBundle(bundle, { nodeKey: market.client.nodeKey });
  assert.equal(report.ok, true, JSON.stringify(report.checks));
  const other = verifyBundle(bundle, { nodeKey: SecretKey.generate().id });
  assert.deepEqual(other.checks.filter(({ verdict }) => verdict === "refuted").map(({ name }) => name), ["log-key"]);
  const file = join(stage.folder, "bundle.json");
  writeFileSync(file, bundle);
  const { stdout } = await run(program, ["verify", file, "--node-key", market.client.nodeKey, "--json"], { env: environment() });
  assert.ok(stdout.includes('"proved"') && !stdout.includes('"refuted"'), stdout);
});

test("agreement and COMMIT bind too, and a session that ends ends the loop", async () => {
  const { ours, theirs } = await session();
  await ours.propose(offer("900"));
  const proposal = (await theirs.messages()).at(-1);
  await theirs.accept(proposal);
  const said = await ours.messages();
  assert.equal(said.at(-1).type, "ACCEPT");
  await ours.commit(said.at(-1).body.termsHash);
  await theirs.accept((await theirs.messages()).at(-1));
  const view = await ours.view();
  assert.deepEqual([view.state, view.commitments[0].state], ["EXECUTING", "ACTIVE"]);

  const refused = await session();
  await refused.ours.propose(offer("1"));
  await refused.theirs.reject((await refused.theirs.messages()).at(-1), "too little");
  await refused.ours.close("no deal");
  const heard = [];
  for await (const { type } of refused.theirs) heard.push(type);
  assert.deepEqual(heard, ["PROPOSE", "ACCEPT", "PROPOSE", "REJECT", "CLOSE"]);
  for await (const _ of refused.theirs) assert.fail("all of it has been given");
});

test("a counter-offer that came first is a conflict, and a remark is signed anew", async () => {
  const { ours, theirs } = await session();
  await ours.inform("hello");
  await theirs.view();
  await ours.inform("are you there?");
  await theirs.inform("yes");
  await assert.rejects(ours.propose(offer("5")), (error) => error instanceof Conflict && error.code === "SEQUENCE_CONFLICT");
  await ours.propose(offer("5"));
  assert.equal((await theirs.messages()).length, 6);
});

test("refusals have the protocol's codes, and what was not sent has too", async () => {
  const { acme, client } = market;
  const again = await acme.organisation.register().catch((error) => error);
  assert.ok(again instanceof Refused && again.hint !== "" && again.status === 409, again);
  assert.equal(codeOf(again), "ALREADY_REGISTERED");
  await assert.rejects(acme.agent.session("0".repeat(64)).view(), { code: "NOT_FOUND", status: 404 });
  const { ours } = await session();
  await assert.rejects(ours.propose({ ...offer("1.50"), packages: [] }), { name: "Refusal", code: "INVALID_BODY" });
  await assert.rejects(market.volt.agent.nextInvitation(0), TimedOut);
  await assert.rejects(Client.connect(stage.url, { nodeKey: SecretKey.generate().id }), Unverified);
  assert.ok((await client.checkpoint()).size > 0);
});

test("a forged statement is refused by the node, whoever it claims to be by", async () => {
  const { ours } = await session();
  const { head } = await ours.view();
  const { client, acme, volt } = market;
  const draft = {
    stream: ours.stream,
    audience: client.origin,
    issuer: volt.uri,
    type: "INFORM",
    body: { kind: "note", text: "I never said this" },
    head,
    issuedAt: client.now(),
  };
  // With a key of somebody else: who it says to be by never had it.
  await assert.rejects(client.submit(sign(draft, [acme.key])), { code: "KEY_NOT_VALID" });
  // With the right key's name under another's signature.
  const genuine = sign({ ...draft, issuer: acme.uri }, [acme.key]);
  const [signature] = genuine.signatures;
  const value = acme.key.sign(new TextEncoder().encode("something else"));
  const forged = new Statement(genuine.fields, genuine.data, [{ ...signature, value }]);
  await assert.rejects(client.submit(forged), { code: "INVALID_SIGNATURE" });
  assert.equal((await ours.view()).head.sequence, head.sequence);
});

test("a node that lies is not believed", async () => {
  const { ours, theirs } = await session();
  await theirs.inform("a GPU costs 700");
  let change = (_, text) => text;
  const url = await stage.liar((request, text) => change(request, text));
  const client = await Client.connect(url);
  const reading = () => client.agent(market.acme.uri, market.acme.key).session(ours.id);
  const lies = {
    "another's words": ["a GPU costs 700", "a GPU costs 100"],
    "another issuer": [`"issuer":"${market.volt.uri}"`, `"issuer":"${market.acme.uri}"`],
    "another place": ['"sequence":2', '"sequence":3'],
  };
  for (const [what, [from, to]] of Object.entries(lies)) {
    change = (request, text) => (request.includes("/messages") || request.includes("/events") ? text.replaceAll(from, to) : text);
    await assert.rejects(reading().messages(), Unverified, what);
    await assert.rejects(async () => {
      for await (const _ of reading()) continue;
    }, Unverified, what);
  }
  // One that leaves a statement out.
  change = (request, text) => {
    if (!request.includes("/messages")) return text;
    const page = JSON.parse(text);
    return JSON.stringify({ ...page, messages: page.messages.filter((_, index) => index !== 1) });
  };
  await assert.rejects(reading().messages(), Unverified);
  // One that signs for what was not handed in.
  change = (request, text) => (request === "POST /v1/statements" ? text.replace(/"sequence":\d+/, '"sequence":7') : text);
  await assert.rejects(reading().inform("is this kept?"), Unverified);
  // One that gives other keys to an agent.
  const stranger = SecretKey.generate().id;
  change = (request, text) => (request.startsWith("GET /v1/statements") ? text.replaceAll(market.volt.key.id, stranger) : text);
  const naive = await Client.connect(url);
  await assert.rejects(naive.agent(market.acme.uri, market.acme.key).session(ours.id).messages(), Unverified);
  change = (_, text) => text;
  assert.equal((await reading().messages()).length, 4);
});

test("a key of P-256 signs statements and tokens as one of Ed25519 does", async () => {
  const { client, acme } = market;
  const [key, uri] = [SecretKey.generate("ES256"), "agent://acme.example/hardware"];
  await acme.organisation.registerAgent(uri, key, { name: "hardware", description: "kept in a chip", capabilities: [] });
  const agent = client.agent(uri, key);
  await agent.setCard({ name: "hardware", description: "kept in a chip", capabilities: ["sign"] });
  for await (const _ of agent.sessions()) assert.fail("it has no session");
  const next = SecretKey.generate();
  await agent.rotateKey(next);
  await client.agent(uri, next).retire("done");
  assert.equal((await client.findAgent(uri)).retired, true);
  assert.deepEqual((await client.statements(`agent:${uri}`)).map(({ type }) => type), [
    "agent.register",
    "agent.card.set",
    "agent.key.rotate",
    "agent.retire",
  ]);
});

test("keys are kept as the program keeps them", async () => {
  const home = join(stage.folder, "home");
  await run(program, ["--home", home, "init", "--org", "ink.example", "--agent", "ink.example/desk"], { env: environment() });
  const keys = new Keyring(join(home, "keys"));
  const organisation = market.client.organisation("ink.example", await keys.load("ink.example"));
  await organisation.register("Ink");
  assert.equal((await market.client.findOrganisation("ink.example")).name, "Ink");
  // And the other way round: the program speaks with a key that was made here.
  const shown = async (who) => JSON.parse((await run(program, ["--home", home, "key", "show", "--of", who, "--json"], { env: environment() })).stdout);
  const made = await keys.create("agent://ink.example/other");
  assert.equal((await shown("ink.example/other")).key, made.id);
  await assert.rejects(keys.create("agent://ink.example/other"), { name: "KeyFault" });
  await assert.rejects(keys.load("agent://ink.example/nobody"), { name: "KeyFault" });
  // What is exported can be read as a text too.
  assert.equal(SecretKey.fromPem(made.toPem()).id, made.id);
});
