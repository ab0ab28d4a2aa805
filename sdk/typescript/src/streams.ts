// Streams in the order of the log: chains, and the keys of organisations and agents with their history.
//
// Plays the rules of organisations, agents and consents, since keys come and go by them. Of a session it judges who signed and
// the place in the chain, and none of the session's own rules.

import { same, toHex } from "./bytes.js";
import { isObject, type Json, type JsonObject } from "./canonical.js";
import { Consent, requestFits } from "./consent.js";
import { organisationOf, readHash, readInstant, readKey } from "./forms.js";
import { Refusal, type Code } from "./refusal.js";
import { genesis, type Statement } from "./statement.js";

const KEYS_MAX = 64;
const CLOCK_SKEW_MS = 120_000;
const OFFLINE_MS = 604_800_000;

/** From where to where a key counts, in indices of the log. */
interface KeyLife {
  readonly since: number;
  until?: number;
  distrustedFrom?: number;
}

/** All keys that a stream has ever had. Revoking never erases history. */
export class KeyHistory {
  readonly #lives = new Map<string, KeyLife>();

  /** The life of a key, if it ever was one. */
  life(key: Uint8Array): KeyLife | undefined {
    return this.#lives.get(toHex(key));
  }

  /** Brings a key. */
  add(key: Uint8Array, since: number): void {
    this.#lives.set(toHex(key), { since });
  }

  /** Whether the key can sign the next statement. */
  isCurrent(key: Uint8Array): boolean {
    const life = this.life(key);
    return life !== undefined && life.until === undefined;
  }

  /** Whether the key could sign at this index: from what brings it to what ends it, both included. */
  validAt(key: Uint8Array, index: number): boolean {
    const life = this.life(key);
    return life !== undefined && life.since <= index && (life.until === undefined || index <= life.until);
  }

  /** How many keys can sign. */
  get currentCount(): number {
    return [...this.#lives.values()].filter((life) => life.until === undefined).length;
  }

  /** Why the key cannot be added, if it cannot. */
  checkNew(key: Uint8Array): Code | undefined {
    if (this.life(key) !== undefined) return "KEY_ALREADY_USED";
    return this.#lives.size >= KEYS_MAX ? "KEY_LIMIT" : undefined;
  }

  /** One current key signed, and nobody but current keys and `others` (ASP-KEY-001). */
  checkSigners(statement: Statement, others: readonly Uint8Array[] = []): void {
    const signers = statement.signatures.map(({ key }) => key);
    const isKnown = (key: Uint8Array): boolean => this.isCurrent(key) || others.some((other) => same(other, key));
    if (!signers.some((key) => this.isCurrent(key)) || !signers.every(isKnown)) {
      throw new Refusal("KEY_NOT_VALID", "/signatures");
    }
  }

  /**
   * From where the key is not to be trusted, if that reaches what it signed at this index. The statement that ends a key may be
   * signed by it, and does not accuse itself.
   */
  distrustedFrom(key: Uint8Array, index: number): number | undefined {
    const life = this.life(key);
    const from = life?.distrustedFrom;
    if (life === undefined || from === undefined || from > index) return undefined;
    return from === index && index === life.until ? undefined : from;
  }
}

/** What the node said that it found somewhere. */
interface Checked {
  readonly key: Uint8Array;
  readonly method: string;
  readonly found: boolean;
  readonly index: number;
}

/** The state of an `org:` stream. */
export class Organisation {
  readonly keys = new KeyHistory();
  /** The key and the method of the last org.verify. */
  evidence: { readonly key: Uint8Array; readonly method: string } | undefined;
  /** The last org.check. */
  checked: Checked | undefined;
  consentRules: readonly JsonObject[] = [];

  /** Whether the node's last word is that it found a key which can still sign. */
  get isProved(): boolean {
    return this.checked !== undefined && this.checked.found && this.keys.isCurrent(this.checked.key);
  }
}

/** The state of an `agent:` stream. */
class Agent {
  readonly keys = new KeyHistory();
  isRetired = false;
  /** The digest of the A2A card that the present card pins. */
  pin: Json | undefined;
  /** Pin and outcome of the last agent.card.check. */
  checked: { readonly pin: Json | undefined; readonly matches: Json | undefined } | undefined;
}

/** The statement follows the head of its stream (ASP-STM-010, ASP-STM-011). Throws {@link Refusal}. */
export const checkPlace = (statement: Statement, head: Statement | undefined): void => {
  const following = head === undefined ? 0 : head.fields.sequence + 1;
  if (statement.fields.sequence !== following) throw new Refusal("SEQUENCE_CONFLICT", "/sequence");
  const previous = head?.digest ?? genesis(statement.kind);
  if (!same(readHash(statement.fields.previousHash) ?? new Uint8Array(), previous)) {
    throw new Refusal("PREVIOUS_HASH_MISMATCH", "/previousHash");
  }
};

const keyIn = (body: JsonObject, name = "key"): Uint8Array => readKey(body[name]) ?? new Uint8Array();
const signedBy = (statement: Statement, key: Uint8Array): boolean => statement.signatures.some((one) => same(one.key, key));
const isNode = (statement: Statement): boolean => statement.fields.issuer.startsWith("node:");
const nameOf = (stream: string): string => stream.slice(stream.indexOf(":") + 1);

/** The streams of one log, as far as they are shown. */
export class Streams {
  readonly organisations = new Map<string, Organisation>();
  readonly agents = new Map<string, Agent>();
  readonly #consents = new Map<string, Consent>();
  readonly #origin: string;
  readonly #nodeKey: Uint8Array;

  constructor(origin: string, nodeKey: Uint8Array) {
    this.#origin = origin;
    this.#nodeKey = nodeKey;
  }

  /** Judges a statement as the next one and applies it. Throws {@link Refusal}; then nothing has changed. */
  take(statement: Statement, index: number, logTime: number): void {
    this.#checkAdmission(statement, logTime);
    const name = nameOf(statement.stream);
    if (statement.kind === "org") this.#takeOrganisation(statement, name, index);
    else if (statement.kind === "agent") this.#takeAgent(statement, name, index);
    else if (statement.kind === "consent") this.#takeConsent(statement, name, logTime);
    else this.#checkIssuer(statement);
  }

  /** The histories in which a signer may be: the issuer's, and that of who admits an agent. */
  histories(statement: Statement): KeyHistory[] {
    const { issuer, type } = statement.fields;
    const holders = [this.agents.get(issuer), this.organisations.get(issuer)];
    if (type === "agent.register") holders.push(this.organisations.get(organisationOf(issuer)));
    if (type === "agent.key.add") holders.push(this.agents.get(nameOf(statement.stream)));
    return holders.filter((holder) => holder !== undefined).map((holder) => holder.keys);
  }

  #checkAdmission(statement: Statement, logTime: number): void {
    if (statement.fields.audience !== this.#origin) throw new Refusal("WRONG_AUDIENCE", "/audience");
    let issuedAt = readInstant(statement.fields.issuedAt) ?? 0;
    const expiresAt = readInstant(statement.fields.expiresAt);
    // What is signed away from the network takes its time; it says until when.
    const mayBeOld = statement.kind === "org" || statement.kind === "agent";
    if (mayBeOld && expiresAt !== undefined && expiresAt - issuedAt <= OFFLINE_MS) issuedAt = Math.max(issuedAt, logTime);
    if (Math.abs(issuedAt - logTime) > CLOCK_SKEW_MS) throw new Refusal("CLOCK_SKEW", "/issuedAt");
    if (expiresAt !== undefined && logTime >= expiresAt) throw new Refusal("EXPIRED", "/expiresAt");
  }

  /** Every signature is by a current key of the issuer, one at least (ASP-KEY-001 to 003). */
  #checkIssuer(statement: Statement): void {
    const { issuer } = statement.fields;
    if (isNode(statement)) {
      const byNode = statement.signatures.every(({ key }) => same(key, this.#nodeKey));
      if (issuer !== `node:${this.#origin}` || !byNode) throw new Refusal("KEY_NOT_VALID", "/signatures", "ASP-KEY-002");
    } else if (issuer.startsWith("agent://")) {
      const agent = this.agents.get(issuer);
      if (agent === undefined) throw new Refusal("UNKNOWN_AGENT", "/issuer");
      if (agent.isRetired) throw new Refusal("AGENT_RETIRED", "/issuer");
      agent.keys.checkSigners(statement);
    } else {
      this.#organisation(issuer).keys.checkSigners(statement);
    }
  }

  #organisation(domain: string): Organisation {
    const organisation = this.organisations.get(domain);
    if (organisation === undefined) throw new Refusal("UNKNOWN_ORGANISATION", "/issuer");
    return organisation;
  }

  #takeOrganisation(statement: Statement, domain: string, index: number): void {
    const { type, issuer } = statement.fields;
    const known = this.organisations.get(domain);
    if (known === undefined) {
      if (type !== "org.register") throw new Refusal("UNKNOWN_STREAM", "/stream", "ASP-ORG-001");
      if (issuer !== domain) throw new Refusal("NOT_A_PARTY", "/issuer");
      const organisation = new Organisation();
      organisation.keys.add(keyIn(statement.body), index);
      organisation.keys.checkSigners(statement);
      this.organisations.set(domain, organisation);
      return;
    }
    if (type === "org.register") throw new Refusal("ALREADY_REGISTERED", "/stream");
    if (isNode(statement)) {
      this.#checkIssuer(statement);
      if (type === "org.check") return takeDomainCheck(known, statement, index);
    }
    if (issuer !== domain) throw new Refusal("NOT_A_PARTY", "/issuer");
    if (type === "org.check") throw new Refusal("NOT_A_PARTY", "/issuer", "ASP-ORG-007");
    if (type === "org.key.add") return addKey(known.keys, known.keys, statement, index, "ASP-ORG-003");
    if (type === "org.key.rotate") return rotate(known.keys, statement, index, "ASP-ORG-006");
    known.keys.checkSigners(statement);
    if (type === "org.key.revoke") {
      revoke(known.keys, statement, index, { rule: "ASP-ORG-004", lastKey: "ASP-ORG-004", mayBeLast: false });
    } else if (type === "org.verify") {
      const key = keyIn(statement.body);
      if (!known.keys.isCurrent(key)) throw new Refusal("UNKNOWN_KEY", "/body/key", "ASP-ORG-005");
      known.evidence = { key, method: String(statement.body["method"]) };
    } else if (type === "org.policy.set") {
      const rules = statement.body["consentRules"];
      known.consentRules = Array.isArray(rules) ? rules.filter(isObject) : [];
    }
  }

  #takeAgent(statement: Statement, uri: string, index: number): void {
    const { type, issuer } = statement.fields;
    const known = this.agents.get(uri);
    if (known === undefined) return this.#registerAgent(statement, uri, index);
    if (type === "agent.register") throw new Refusal("ALREADY_REGISTERED", "/stream", "ASP-AGT-006");
    if (isNode(statement)) this.#checkIssuer(statement);
    if (known.isRetired) throw new Refusal("AGENT_RETIRED", "/stream");
    if (type === "agent.card.check") {
      if (!isNode(statement)) throw new Refusal("NOT_A_PARTY", "/issuer", "ASP-AGT-011");
      return takeCardCheck(known, statement);
    }
    const domain = organisationOf(uri);
    const byOrganisation = issuer === domain;
    const mayBe = type === "agent.key.add" || type === "agent.key.revoke" || type === "agent.retire";
    if (issuer !== uri && !(byOrganisation && mayBe)) throw new Refusal("NOT_A_PARTY", "/issuer");
    if (type === "agent.key.rotate") return rotate(known.keys, statement, index, "ASP-AGT-004");
    const signers = byOrganisation ? this.#organisation(domain).keys : known.keys;
    if (type === "agent.key.add") {
      if (byOrganisation) signers.checkSigners(statement, [keyIn(statement.body)]);
      return addKey(known.keys, signers, statement, index, "ASP-AGT-008");
    }
    signers.checkSigners(statement);
    if (type === "agent.key.revoke") {
      revoke(known.keys, statement, index, { rule: "ASP-AGT-007", lastKey: "ASP-AGT-005", mayBeLast: byOrganisation });
    } else if (type === "agent.card.set") {
      known.pin = pinOf(statement);
    } else if (type === "agent.retire") {
      known.isRetired = true;
    }
  }

  #registerAgent(statement: Statement, uri: string, index: number): void {
    if (statement.fields.type !== "agent.register") throw new Refusal("UNKNOWN_STREAM", "/stream", "ASP-AGT-001");
    const organisation = this.#organisation(organisationOf(uri));
    if (statement.fields.issuer !== uri) throw new Refusal("NOT_A_PARTY", "/issuer", "ASP-AGT-001");
    const key = keyIn(statement.body);
    if (!signedBy(statement, key)) throw new Refusal("SIGNATURE_MISSING", "/signatures", "ASP-AGT-001");
    if (statement.signatures.length < 2) throw new Refusal("SIGNATURE_MISSING", "/signatures", "ASP-AGT-002");
    organisation.keys.checkSigners(statement, [key]);
    const agent = new Agent();
    agent.keys.add(key, index);
    agent.pin = pinOf(statement);
    this.agents.set(uri, agent);
  }

  #takeConsent(statement: Statement, name: string, logTime: number): void {
    const { issuer } = statement.fields;
    if (statement.opens) return this.#requestConsent(statement, name, logTime);
    const consent = this.#consents.get(name);
    if (consent === undefined || !consent.isBetween(organisationOf(issuer))) throw new Refusal("UNKNOWN_STREAM", "/stream");
    this.#checkIssuer(statement);
    if (!consent.isBetween(issuer)) throw new Refusal("NOT_A_PARTY", "/issuer", "ASP-CON-003");
    consent.take(statement, logTime);
  }

  #requestConsent(statement: Statement, name: string, logTime: number): void {
    const { type, issuer } = statement.fields;
    if (type !== "consent.request") throw new Refusal("UNKNOWN_STREAM", "/stream");
    if (issuer.startsWith("agent://") || isNode(statement)) throw new Refusal("NOT_A_PARTY", "/issuer", "ASP-CON-003");
    this.#organisation(issuer).keys.checkSigners(statement);
    const asked = String(statement.body["with"]);
    if (asked === issuer) throw new Refusal("INVALID_BODY", "/body/with", "ASP-CON-001");
    const other = this.organisations.get(asked);
    if (other === undefined) throw new Refusal("UNKNOWN_ORGANISATION", "/body/with", "ASP-CON-001");
    if ((readInstant(statement.body["expiresAt"]) ?? 0) <= logTime) {
      throw new Refusal("INVALID_BODY", "/body/expiresAt", "ASP-CON-002");
    }
    const isGranted = other.consentRules.some((rule) => requestFits(statement.body, rule, logTime));
    this.#consents.set(name, new Consent(issuer, asked, { ...statement.body }, isGranted));
  }
}

const pinOf = (statement: Statement): Json | undefined => {
  const card = statement.body["card"];
  const pin = isObject(card) ? card["a2a"] : undefined;
  return isObject(pin) ? pin["digest"] : undefined;
};

/** What the node found under a domain (ASP-ORG-008, ASP-ORG-009). */
const takeDomainCheck = (known: Organisation, statement: Statement, index: number): void => {
  const { body } = statement;
  const checked = { key: keyIn(body), method: String(body["method"]), found: body["found"] === true, index };
  if (known.evidence === undefined || !same(checked.key, known.evidence.key) || !known.keys.isCurrent(checked.key)) {
    throw new Refusal("UNKNOWN_KEY", "/body/key", "ASP-ORG-008");
  }
  if (checked.method !== known.evidence.method) throw new Refusal("INVALID_BODY", "/body/method", "ASP-ORG-008");
  if (checked.found && body["evidence"] === undefined) throw new Refusal("INVALID_BODY", "/body/evidence", "ASP-ORG-008");
  const before = known.checked;
  const isSame = before?.method === checked.method && before.found === checked.found && same(before.key, checked.key);
  if (isSame) throw new Refusal("NOTHING_CHANGED", "/body/found");
  known.checked = checked;
};

/** What the node found where the pinned card should be (ASP-AGT-012, ASP-AGT-013). */
const takeCardCheck = (known: Agent, statement: Statement): void => {
  const { pin, matches, digest } = statement.body;
  if (pin !== known.pin) throw new Refusal("INVALID_BODY", "/body/pin", "ASP-AGT-012");
  if (matches !== (digest === pin)) throw new Refusal("INVALID_BODY", "/body/matches", "ASP-AGT-012");
  if (known.checked !== undefined && known.checked.pin === pin && known.checked.matches === matches) {
    throw new Refusal("NOTHING_CHANGED", "/body/matches", "ASP-AGT-013");
  }
  known.checked = { pin, matches };
};

const checkNewKey = (keys: KeyHistory, key: Uint8Array, pointer: string, rule: string): void => {
  const code = keys.checkNew(key);
  if (code !== undefined) throw new Refusal(code, pointer, rule);
};

/** A key more, which signs too. */
const addKey = (keys: KeyHistory, signers: KeyHistory, statement: Statement, index: number, rule: string): void => {
  const key = keyIn(statement.body);
  checkNewKey(keys, key, "/body/key", rule);
  signers.checkSigners(statement, [key]);
  if (!signedBy(statement, key)) throw new Refusal("SIGNATURE_MISSING", "/signatures", rule);
  keys.add(key, index);
};

/** A new key in place of an old one; both sign. */
const rotate = (keys: KeyHistory, statement: Statement, index: number, rule: string): void => {
  const [before, after] = [keyIn(statement.body, "oldKey"), keyIn(statement.body, "newKey")];
  checkNewKey(keys, after, "/body/newKey", rule);
  const life = keys.life(before);
  if (life === undefined || !keys.isCurrent(before)) throw new Refusal("UNKNOWN_KEY", "/body/oldKey", rule);
  if (!signedBy(statement, before) || !signedBy(statement, after)) {
    throw new Refusal("SIGNATURE_MISSING", "/signatures", rule);
  }
  keys.checkSigners(statement, [after]);
  // A key that was replaced in order ends, and what it signed stays trusted.
  life.until = index;
  keys.add(after, index);
};

/** The end of a key, or the distrust of one that has ended. */
const revoke = (
  keys: KeyHistory,
  statement: Statement,
  index: number,
  { rule, lastKey, mayBeLast }: { readonly rule: string; readonly lastKey: string; readonly mayBeLast: boolean },
): void => {
  const life = keys.life(keyIn(statement.body));
  const from = statement.body["fromIndex"];
  const distrustedFrom = typeof from === "number" ? from : index;
  if (life === undefined) throw new Refusal("UNKNOWN_KEY", "/body", rule);
  if (distrustedFrom > index) throw new Refusal("INVALID_BODY", "/body", rule);
  if (life.until !== undefined) {
    // A key that has ended can be distrusted from further back, and no trust comes back.
    const known = life.distrustedFrom ?? life.until + 1;
    if (from === undefined || distrustedFrom >= known) throw new Refusal("UNKNOWN_KEY", "/body", rule);
    life.distrustedFrom = distrustedFrom;
    return;
  }
  if (keys.currentCount === 1 && !mayBeLast) throw new Refusal("LAST_KEY", "/body", lastKey);
  life.until = index;
  life.distrustedFrom = distrustedFrom;
};
