// Keys of organisations and agents over time, and consents: what is taken, and what is refused with which code.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Refusal, sign } from "assent";

import { checkPlace, Streams } from "../dist/streams.js";
import { keyOf } from "./support.mjs";

const ORIGIN = "log.example/main";
const NODE = keyOf(9);
const START = Date.parse("2026-11-23T15:55:12.000Z");
const AGENT = "agent://acme.example/desk";
const CARD = { name: "desk", description: "trades", capabilities: ["a.b"] };
const [ROOT, SECOND, OWN, NEXT, STRANGER, OTHER] = [1, 2, 3, 4, 5, 6].map(keyOf);

let streams, heads, index;
beforeEach(() => {
  streams = new Streams(ORIGIN, NODE.publicKey);
  heads = new Map();
  index = 0;
});

/** Says something on the head of its stream and has it judged; gives its index, or the code of the refusal. */
const say = (stream, issuer, type, body, keys, changes = {}) => {
  const head = heads.get(stream);
  const draft = { stream, audience: ORIGIN, issuer, type, body, issuedAt: START + index, head, ...changes };
  const statement = sign(draft, keys);
  try {
    checkPlace(statement, heads.get(stream)?.statement);
    streams.take(statement, index, START + index);
  } catch (error) {
    assert.ok(error instanceof Refusal, error);
    return error.code;
  }
  heads.set(statement.stream, { sequence: statement.fields.sequence, hash: statement.hash, statement });
  index += 1;
  return index - 1;
};
const org = (type, body, keys, changes) => say("org:acme.example", "acme.example", type, body, keys, changes);
const agent = (type, body, keys, issuer = AGENT) => say(`agent:${AGENT}`, issuer, type, body, keys);
const register = () => {
  org("org.register", { key: ROOT.id, name: "acme" }, [ROOT]);
  agent("agent.register", { card: CARD, key: OWN.id }, [ROOT, OWN]);
};

test("an organisation is registered once, by its key, and nothing comes before", () => {
  assert.equal(org("org.key.add", { key: SECOND.id }, [ROOT, SECOND]), "UNKNOWN_STREAM");
  assert.equal(org("org.register", { key: ROOT.id, name: "acme" }, [STRANGER]), "KEY_NOT_VALID");
  assert.equal(org("org.register", { key: ROOT.id, name: "acme" }, [ROOT]), 0);
  assert.equal(org("org.register", { key: ROOT.id, name: "acme" }, [ROOT]), "ALREADY_REGISTERED");
  assert.equal(org("org.key.add", { key: SECOND.id }, [ROOT], { audience: "other.example" }), "WRONG_AUDIENCE");
  assert.equal(org("org.key.add", { key: SECOND.id }, [ROOT], { issuedAt: START - 120_001 }), "CLOCK_SKEW");
  const forked = { head: { sequence: 7, hash: heads.get("org:acme.example").hash } };
  assert.equal(org("org.key.add", { key: SECOND.id }, [ROOT, SECOND], forked), "SEQUENCE_CONFLICT");
  const torn = { head: { sequence: 0, hash: `sha256:${"0".repeat(64)}` } };
  assert.equal(org("org.key.add", { key: SECOND.id }, [ROOT, SECOND], torn), "PREVIOUS_HASH_MISMATCH");
});

test("a key that is added signs too, and one that is revoked counts no more", () => {
  register();
  assert.equal(org("org.key.add", { key: SECOND.id }, [ROOT]), "SIGNATURE_MISSING");
  assert.equal(org("org.key.add", { key: SECOND.id }, [SECOND]), "KEY_NOT_VALID");
  assert.equal(org("org.key.revoke", { key: ROOT.id, reason: "lost" }, [ROOT]), "LAST_KEY");
  const added = org("org.key.add", { key: SECOND.id }, [ROOT, SECOND]);
  assert.equal(org("org.key.add", { key: SECOND.id }, [ROOT, SECOND]), "KEY_ALREADY_USED");
  const ended = org("org.key.revoke", { key: ROOT.id, reason: "lost" }, [SECOND]);
  assert.equal(org("org.key.add", { key: STRANGER.id }, [ROOT, STRANGER]), "KEY_NOT_VALID");
  const { keys } = streams.organisations.get("acme.example");
  assert.deepEqual([0, ended, ended + 1].map((place) => keys.validAt(ROOT.publicKey, place)), [true, true, false]);
  assert.deepEqual([added - 1, added].map((place) => keys.validAt(SECOND.publicKey, place)), [false, true]);
  // What was signed with it before is told to be distrusted, not undone.
  org("org.key.revoke", { key: ROOT.id, reason: "stolen before", fromIndex: 1 }, [SECOND]);
  assert.deepEqual([0, 1].map((place) => keys.distrustedFrom(ROOT.publicKey, place)), [undefined, 1]);
});

test("an agent has its own key and its organisation's word, and its key is replaced by both", () => {
  org("org.register", { key: ROOT.id, name: "acme" }, [ROOT]);
  assert.equal(agent("agent.register", { card: CARD, key: OWN.id }, [OWN]), "SIGNATURE_MISSING");
  assert.equal(agent("agent.register", { card: CARD, key: OWN.id }, [OWN, STRANGER]), "KEY_NOT_VALID");
  assert.equal(agent("agent.register", { card: CARD, key: OWN.id }, [ROOT, OWN]), 1);
  assert.equal(agent("agent.card.set", { card: CARD }, [ROOT], "acme.example"), "NOT_A_PARTY");
  assert.equal(agent("agent.key.rotate", { oldKey: OWN.id, newKey: NEXT.id }, [OWN]), "SIGNATURE_MISSING");
  assert.equal(agent("agent.key.rotate", { oldKey: OWN.id, newKey: NEXT.id }, [OWN, NEXT]), 2);
  assert.equal(agent("agent.card.set", { card: CARD }, [OWN]), "KEY_NOT_VALID");
  assert.equal(agent("agent.key.revoke", { key: NEXT.id, reason: "lost" }, [ROOT], "acme.example"), 3);
  assert.equal(agent("agent.card.set", { card: CARD }, [NEXT]), "KEY_NOT_VALID");
  assert.equal(agent("agent.retire", { reason: "done" }, [ROOT], "acme.example"), 4);
  assert.equal(agent("agent.card.set", { card: CARD }, [NEXT]), "AGENT_RETIRED");
});

test("a consent is granted by the other side, narrowed, revoked and acknowledged, each once", () => {
  register();
  say("org:volt.example", "volt.example", "org.register", { key: OTHER.id, name: "volt" }, [OTHER]);
  const terms = {
    with: "volt.example",
    purpose: "trade",
    capabilities: ["a", "b.c"],
    ceiling: { amount: "500", currency: "USD" },
    expiresAt: "2026-11-24T15:55:12.000Z",
    nonce: "0".repeat(32),
  };
  assert.equal(say("consent:", "acme.example", "consent.request", { ...terms, with: "acme.example" }, [ROOT]), "INVALID_BODY");
  assert.equal(say("consent:", "acme.example", "consent.request", { ...terms, with: "no.example" }, [ROOT]), "UNKNOWN_ORGANISATION");
  say("consent:", "acme.example", "consent.request", terms, [ROOT]);
  const stream = [...heads.keys()].at(-1);
  const ours = (type, body) => say(stream, "acme.example", type, body, [ROOT]);
  const theirs = (type, body) => say(stream, "volt.example", type, body, [OTHER]);
  assert.equal(ours("consent.grant", {}), "ALREADY_GRANTED");
  assert.equal(typeof theirs("consent.grant", {}), "number");
  assert.equal(theirs("consent.grant", {}), "ALREADY_GRANTED");
  const narrow = (changes) => theirs("consent.narrow", { ...changes, reason: "less" });
  for (const wider of [
    { capabilities: ["a", "b"] },
    { ceiling: { amount: "500.01", currency: "USD" } },
    { ceiling: { amount: "5", currency: "EUR" } },
    { expiresAt: "2026-11-25T15:55:12.000Z" },
  ]) {
    assert.equal(narrow(wider), "NOT_NARROWER", JSON.stringify(wider));
  }
  assert.equal(typeof narrow({ capabilities: ["a.x"], ceiling: { amount: "499.5", currency: "USD" } }), "number");
  assert.equal(ours("consent.acknowledge", {}), "NOT_REVOKED");
  assert.equal(typeof theirs("consent.revoke", { reason: "no more" }), "number");
  assert.equal(ours("consent.revoke", { reason: "no more" }), "CONSENT_REVOKED");
  assert.equal(theirs("consent.acknowledge", {}), "NOT_REVOKED");
  assert.equal(typeof ours("consent.acknowledge", {}), "number");
});

test("the node speaks with its own key alone", () => {
  register();
  const checked = { key: ROOT.id, method: "dns", found: false };
  const check = (keys) => say("org:acme.example", `node:${ORIGIN}`, "org.check", checked, keys);
  assert.equal(check([NODE]), "UNKNOWN_KEY", "nobody asked");
  org("org.verify", { key: ROOT.id, method: "dns" }, [ROOT]);
  assert.equal(check([STRANGER]), "KEY_NOT_VALID");
  assert.equal(org("org.check", checked, [ROOT]), "NOT_A_PARTY");
  assert.equal(typeof check([NODE]), "number");
  assert.equal(check([NODE]), "NOTHING_CHANGED");
});
