// A bundle: the proof of a commitment in one file, checked offline.
//
// Makes each check of spec/asp-1.0.md §14 that can be made without the rules of a session: form, signatures, chains, keys at each
// index of the log, who signed the terms, checkpoint, inclusion, receipts. What a session allows is not played here.

import { isObject, BUNDLE, encode, scan, type JsonObject } from "./canonical.js";
import { utf8 } from "./bytes.js";
import { signaturesOf } from "./envelope.js";
import { ORIGIN, readHash, readInstant, readKey, writeKey } from "./forms.js";
import { same } from "./bytes.js";
import { checkInclusion, checkReceipt, entryBytes, leafHash, openNote, PATH_MAX, readNote, receiptOf, type Note, type Receipt } from "./log.js";
import { attestationOf, needs, openedBy, packagesOf } from "./needs.js";
import { caught, NotProved, Refusal } from "./refusal.js";
import { checkSignatures, readStatement, termsHash, type Statement } from "./statement.js";
import { checkPlace, Streams, type KeyHistory, type Organisation } from "./streams.js";

const ENTRIES_MAX = 16_384;
const NOT_PLAYED = "session rules: not checked here";

/** The checks with the rule that each decides, in the order in which they are told. */
const CHECKS = {
  form: "ASP-BUN-001",
  signatures: "ASP-BUN-002",
  chains: "ASP-BUN-003",
  "keys-when-logged": "ASP-BUN-004",
  "keys-now": "ASP-BUN-005",
  replay: "ASP-BUN-006",
  "signed-by-all": "ASP-BUN-007",
  checkpoint: "ASP-BUN-008",
  inclusion: "ASP-BUN-009",
  receipts: "ASP-BUN-010",
  obligations: "ASP-BUN-011",
  "log-key": "ASP-BUN-012",
  "domain-control": "ASP-BUN-013",
  witnesses: "ASP-BUN-014",
  later: "ASP-BUN-015",
} as const;

/** How a check came out. */
export type Verdict = "proved" | "refuted" | "not shown";

/** A check and how it came out. */
export interface Check {
  /** What is checked. */
  readonly name: keyof typeof CHECKS;
  /** The number of the rule that it decides. */
  readonly rule: string;
  readonly verdict: Verdict;
  /** Why, in a sentence. */
  readonly detail: string;
}

/** What became of a bundle's checks. */
export interface Report {
  /** Whether something was proved and nothing refuted. What is not shown counts as neither. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** What a reader knows from elsewhere. */
export interface Anchors {
  /** The `did:key` of the log's key. Without it nothing says that the log is one to trust. */
  readonly nodeKey?: string | undefined;
}

/** Makes every check of a bundle offline; none stops the others. What is no bundle has one check, which is refuted. */
export const verifyBundle = (data: Uint8Array | string, anchors: Anchors = {}): Report => {
  const trusted = anchors.nodeKey === undefined ? undefined : readKey(anchors.nodeKey);
  if (anchors.nodeKey !== undefined && trusted === undefined) throw new TypeError("the node's key is no did:key");
  let checks: Check[];
  try {
    checks = allChecks(readBundle(typeof data === "string" ? utf8(data) : data), trusted);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    checks = [check("form", "refuted", error.message)];
  }
  const has = (verdict: Verdict): boolean => checks.some((one) => one.verdict === verdict);
  return { ok: has("proved") && !has("refuted"), checks };
};

/** An entry of the log as a bundle shows it. */
interface Entry {
  readonly index: number;
  readonly logTime: number;
  readonly proof: readonly Uint8Array[];
  readonly receipt: Receipt;
  readonly statement: Statement;
}

/** A bundle that has been read, and of which nothing has been verified. */
interface Bundle {
  readonly origin: string;
  readonly nodeKey: Uint8Array;
  readonly commitment: string;
  readonly checkpoint: string;
  readonly entries: readonly Entry[];
  /** The session's stream, if the statement that completed the commitment is here and of a session. */
  readonly session: string | undefined;
}

/** The bytes are no bundle (ASP-BUN-001). */
class Unreadable extends Error {}

const hasMembers = (value: unknown, names: string): value is JsonObject =>
  isObject(value) && Object.keys(value).sort().join() === names;

/** Reads a bundle: canonical as a whole, within bounds, each part of its form. Throws {@link Unreadable}. */
const readBundle = (data: Uint8Array): Bundle => {
  let value: JsonObject;
  try {
    value = scan(data, BUNDLE);
  } catch (error) {
    throw error instanceof Refusal ? new Unreadable(`the file is not canonical JSON: ${error.message}`) : error;
  }
  const { asp, kind, origin, commitment, checkpoint, entries } = value;
  const nodeKey = readKey(value["nodeKey"]);
  // What is disclosed to somebody is opened elsewhere; nothing here rests on it.
  const { disclosures, ...others } = value;
  const isWhole = hasMembers(others, "asp,checkpoint,commitment,entries,kind,nodeKey,origin") && asp === "1.0";
  const areDisclosures = Array.isArray(disclosures) && disclosures.length > 0 && disclosures.length <= ENTRIES_MAX;
  const areForms = typeof checkpoint === "string" && typeof origin === "string" && ORIGIN.test(origin);
  const isNamed = typeof commitment === "string" && readHash(commitment) !== undefined && nodeKey !== undefined;
  if (disclosures !== undefined && !areDisclosures) throw new Unreadable("what is disclosed is no list");
  if (!isWhole || kind !== "commitment-bundle" || !areForms || !isNamed || !Array.isArray(entries)) {
    throw new Unreadable("the file has not the members of a bundle");
  }
  if (entries.length > ENTRIES_MAX) throw new Unreadable("the file has more entries than a bundle can have");
  const read = entries.map(readEntry);
  const completed = read.find(({ statement }) => statement.hash === commitment)?.statement;
  const session = completed?.kind === "session" ? completed.stream : undefined;
  return { origin, nodeKey, commitment, checkpoint, entries: read, session };
};

const readEntry = (value: unknown, place: number): Entry => {
  const malformed = new Unreadable(`entry ${place} has not the members of an entry`);
  if (!hasMembers(value, "index,logTime,proof,receipt,signatures,statement")) throw malformed;
  const { index, proof } = value;
  const logTime = readInstant(value["logTime"]);
  const hashes = Array.isArray(proof) ? proof.map(readHash) : [undefined];
  const path = hashes.filter((hash) => hash !== undefined);
  if (typeof index !== "number" || index < 0 || logTime === undefined) throw malformed;
  if (path.length !== hashes.length || path.length > PATH_MAX) throw malformed;
  try {
    // The file is canonical, so writing the statement again gives the bytes that stand in it.
    const data = encode(value["statement"]);
    const statement = readStatement(scan(data), data, signaturesOf(value["signatures"]));
    return { index, logTime, proof: path, receipt: receiptOf(value["receipt"]), statement };
  } catch (error) {
    const isFault = error instanceof Refusal || error instanceof NotProved;
    throw isFault ? new Unreadable(`entry ${place}: ${error.message}`) : error;
  }
};

const check = (name: keyof typeof CHECKS, verdict: Verdict, detail: string): Check => ({
  name,
  rule: CHECKS[name],
  verdict,
  detail,
});

/** Proved if there is no fault, else refuted by the first. */
const told = (name: keyof typeof CHECKS, faults: readonly string[], proved: string): Check => {
  const [first, ...more] = faults;
  if (first === undefined) return check(name, "proved", proved);
  return check(name, "refuted", more.length === 0 ? first : `${first} (and ${more.length} more)`);
};

const allChecks = (bundle: Bundle, trusted: Uint8Array | undefined): Check[] => {
  // Signatures are what takes time, so each is verified once.
  const unsigned = new Map<Entry, Refusal>();
  for (const entry of bundle.entries) {
    const fault = caught(Refusal, () => checkSignatures(entry.statement));
    if (fault !== undefined) unsigned.set(entry, fault);
  }
  const played = play(bundle, unsigned);
  const [note, checkpoint] = checkCheckpoint(bundle);
  return [
    checkForm(bundle),
    checkSigned(bundle, unsigned),
    checkChains(bundle),
    played.whenLogged,
    played.now,
    played.replay,
    checkSignedByAll(bundle),
    checkpoint,
    checkIncluded(bundle, note),
    checkReceipts(bundle),
    check("obligations", "not shown", NOT_PLAYED),
    checkLogKey(bundle, trusted),
    checkDomains(played.streams),
    check("witnesses", "not shown", "no witness has cosigned the checkpoint"),
    checkLater(bundle, note),
  ];
};

const checkForm = (bundle: Bundle): Check => {
  const faults = bundle.entries.slice(1).flatMap((after, at) => {
    const before = bundle.entries[at];
    if (before === undefined) return [];
    if (after.index <= before.index) return [`entry ${after.index} stands after entry ${before.index}`];
    return after.logTime < before.logTime ? [`the log time goes back at entry ${after.index}`] : [];
  });
  if (bundle.session === undefined) faults.push("no statement of a session here is the commitment");
  return told("form", faults, `canonical JSON, ${bundle.entries.length} entries in the order of the log`);
};

const checkSigned = (bundle: Bundle, unsigned: ReadonlyMap<Entry, Refusal>): Check => {
  const faults = [...unsigned].map(([entry, fault]) => `entry ${entry.index}: ${fault.message}`);
  const count = bundle.entries.reduce((sum, entry) => sum + entry.statement.signatures.length, 0);
  return told("signatures", faults, `${count} signatures, each strictly verified`);
};

/** Each stream without a gap, every stream that is needed, and none besides. */
const checkChains = (bundle: Bundle): Check => {
  const faults: string[] = [];
  const heads = new Map<string, Statement>();
  const ids = new Set<string>();
  for (const { index, statement } of bundle.entries) {
    const fault = caught(Refusal, () => checkPlace(statement, heads.get(statement.stream)));
    if (fault !== undefined) faults.push(`entry ${index} does not follow in ${statement.stream}: ${fault.message}`);
    const id = `${statement.fields.issuer} ${statement.fields.id}`;
    if (ids.has(id)) faults.push(`entry ${index} has the id of another statement of its issuer`);
    ids.add(id);
    heads.set(statement.stream, statement);
  }
  const needed = streamsNeeded(bundle);
  const missing = [...needed].filter((stream) => !heads.has(stream)).sort();
  const foreign = [...heads.keys()].filter((stream) => !needed.has(stream)).sort();
  faults.push(...missing.map((stream) => `the stream ${stream} is missing`));
  faults.push(...foreign.map((stream) => `the stream ${stream} does not belong to this deal`));
  return told("chains", faults, `${heads.size} streams, whole from their first statement on`);
};

/** The streams that can be reached from the session's, and the disputes about it. */
const streamsNeeded = (bundle: Bundle): Set<string> => {
  const needed = new Set<string>(bundle.session === undefined ? [] : [bundle.session]);
  const byStream = new Map<string, Statement[]>();
  for (const { statement } of bundle.entries) {
    byStream.set(statement.stream, [...(byStream.get(statement.stream) ?? []), statement]);
    const isAbout = statement.fields.type === "dispute.file" && openedBy("session", String(statement.body["session"]));
    if (isAbout !== false && isAbout === bundle.session) needed.add(statement.stream);
  }
  // A set that is walked through gives what is added on the way, each once.
  for (const stream of needed) {
    for (const statement of byStream.get(stream) ?? []) needs(statement).forEach((other) => needed.add(other));
  }
  return needed;
};

interface Played {
  readonly whenLogged: Check;
  readonly now: Check;
  readonly replay: Check;
  readonly streams: Streams;
}

/** Keys at each index of the log, and the rules of organisations, agents and consents. */
const play = (bundle: Bundle, unsigned: ReadonlyMap<Entry, Refusal>): Played => {
  const streams = new Streams(bundle.origin, bundle.nodeKey);
  const strangers: string[] = [];
  const broken: string[] = [];
  const accepted: Entry[] = [];
  for (const entry of bundle.entries) {
    if (unsigned.has(entry)) continue;
    const fault = caught(Refusal, () => streams.take(entry.statement, entry.index, entry.logTime));
    if (fault === undefined) accepted.push(entry);
    else {
      const byKey = fault.code === "KEY_NOT_VALID" || fault.code === "SIGNATURE_MISSING";
      (byKey ? strangers : broken).push(`entry ${entry.index}: ${fault.message}`);
    }
  }
  const refused = [...broken, ...strangers];
  strangers.push(...outOfTime(streams, accepted));
  const isPartial = unsigned.size > 0 || broken.length > 0;
  const count = accepted.reduce((sum, entry) => sum + entry.statement.signatures.length, 0);
  const proved = `each of ${count} signatures is by a key that was valid then`;
  const partial = (name: "keys-when-logged" | "keys-now"): Check =>
    check(name, "not shown", "not every statement could be taken");
  return {
    whenLogged: strangers.length === 0 && isPartial ? partial("keys-when-logged") : told("keys-when-logged", strangers, proved),
    now: isPartial || strangers.length > 0 ? partial("keys-now") : checkKeysNow(streams, accepted),
    replay:
      refused.length > 0
        ? told("replay", refused, "")
        : check("replay", "not shown", `organisations, agents and consents are in order; ${NOT_PLAYED}`),
    streams,
  };
};

/** Keys that were taken in their order, but by the indices given had not come yet or had ended. */
const outOfTime = (streams: Streams, accepted: readonly Entry[]): string[] =>
  accepted.flatMap(({ statement, index }) => {
    const histories = streams.histories(statement);
    if (histories.length === 0) return [];
    const late = statement.signatures.filter(({ key }) => !histories.some((history) => history.validAt(key, index)));
    return late.map(({ key }) => `entry ${index}: ${writeKey(key)} could not sign then`);
  });

/** What was logged in order stays so when a key is distrusted in hindsight, but a reader has to know. */
const checkKeysNow = (streams: Streams, accepted: readonly Entry[]): Check => {
  for (const { statement, index } of accepted) {
    const histories = streams.histories(statement);
    const signed = statement.signatures.map(({ key }): [Uint8Array, KeyHistory[]] => [key, histories]);
    for (const [key, keptIn] of [...signed, ...attestedIn(streams, statement)]) {
      const from = keptIn.map((history) => history.distrustedFrom(key, index)).find((place) => place !== undefined);
      if (from === undefined) continue;
      const detail = `${writeKey(key)} signed entry ${index} and is not to be trusted from ${from} on`;
      return check("keys-now", "not shown", detail);
    }
  }
  return check("keys-now", "proved", "no key was distrusted in hindsight, as far as shown");
};

/** The key by which somebody else attested what is fulfilled here, with where its life is told. */
const attestedIn = (streams: Streams, statement: Statement): [Uint8Array, KeyHistory[]][] => {
  const attestation = attestationOf(statement);
  const claim = attestation?.["claim"];
  const agent = isObject(claim) ? streams.agents.get(String(claim["attester"])) : undefined;
  const key = readKey(attestation?.["keyId"]);
  return agent === undefined || key === undefined ? [] : [[key, [agent.keys]]];
};

/** Everybody who owes or is owed signed one hash of terms, read from the statements alone. */
const checkSignedByAll = (bundle: Bundle): Check => {
  const said = bundle.entries.map(({ statement }) => statement).filter(({ stream }) => stream === bundle.session);
  const byHash = new Map(said.map((statement) => [statement.hash, statement]));
  const completed = byHash.get(bundle.commitment);
  const base = byHash.get(completed?.fields.inReplyTo ?? "");
  const terms = completed?.body["termsHash"];
  if (completed?.fields.type !== "ACCEPT" || base === undefined || terms === undefined) {
    return check("signed-by-all", "not shown", "the statements form no such commitment");
  }
  const terming = said.flatMap(packagesOf).find((item) => termsHash(item) === terms);
  const isCommit = base.fields.type === "COMMIT" && base.body["termsHash"] === terms;
  const isOffered = isCommit || packagesOf(base).some((item) => termsHash(item) === terms);
  if (terming === undefined || !isOffered) {
    return check("signed-by-all", "refuted", `${String(terms)} is not the hash of terms that were offered`);
  }
  const accepts = ({ fields, body }: Statement): boolean =>
    fields.type === "ACCEPT" && fields.inReplyTo === completed.fields.inReplyTo && body["termsHash"] === terms;
  const signing = said.filter((statement) => statement === base || accepts(statement));
  // Who speaks under a mandate binds who gave it.
  const signed = new Set(signing.map(({ fields }) => byHash.get(fields.onBehalfOf?.[0] ?? "")?.fields.issuer ?? fields.issuer));
  const obligations = terming["obligations"];
  const owed = Array.isArray(obligations) ? obligations.filter(isObject) : [];
  const bound = new Set(owed.flatMap((duty) => [String(duty["debtor"]), String(duty["creditor"])]));
  const missing = [...bound].filter((party) => !signed.has(party)).sort();
  if (missing.length > 0 || signed.size < 2) {
    return check("signed-by-all", "refuted", `${missing.join(", ") || "a second party"} has not signed ${String(terms)}`);
  }
  return check("signed-by-all", "proved", `${signed.size} parties signed ${String(terms)}`);
};

const checkCheckpoint = (bundle: Bundle): [Note | undefined, Check] => {
  let note: Note | undefined;
  const fault = caught(NotProved, () => {
    note = readNote(bundle.checkpoint);
    openNote(bundle.checkpoint, bundle.origin, bundle.nodeKey);
  });
  if (fault !== undefined || note === undefined) return [note, check("checkpoint", "refuted", fault?.message ?? "")];
  if (note.lines.length !== 1) return [note, check("checkpoint", "refuted", "it has lines that nothing here can check")];
  return [note, check("checkpoint", "proved", `signed by the log for ${note.checkpoint.size} entries`)];
};

const checkIncluded = (bundle: Bundle, note: Note | undefined): Check => {
  if (note === undefined) return check("inclusion", "not shown", "there is no checkpoint that can be read");
  const { size, root } = note.checkpoint;
  const faults = bundle.entries.flatMap(({ index, logTime, proof, statement }) => {
    const leaf = leafHash(entryBytes(statement.digest, statement.signaturesDigest, logTime));
    const fault = caught(NotProved, () => checkInclusion(leaf, index, size, proof, root));
    return fault === undefined ? [] : [`entry ${index}: ${fault.message}`];
  });
  return told("inclusion", faults, `the log of ${size} entries has each of them`);
};

const checkReceipts = (bundle: Bundle): Check => {
  const faults = bundle.entries.flatMap(({ index, logTime, receipt, statement }) => {
    const fault = caught(NotProved, () => checkReceipt(receipt, bundle.nodeKey));
    if (fault !== undefined) return [`entry ${index}: ${fault.message}`];
    const { said } = receipt;
    const isOf =
      said.logIndex === index &&
      said.sequence === statement.fields.sequence &&
      said.origin === bundle.origin &&
      said.statement === statement.hash &&
      said.stream === statement.stream &&
      receipt.logTime === logTime;
    return isOf ? [] : [`entry ${index}: the receipt is of something else`];
  });
  return told("receipts", faults, "the node signed for each of them");
};

const checkLogKey = (bundle: Bundle, trusted: Uint8Array | undefined): Check => {
  const named = writeKey(bundle.nodeKey);
  if (trusted === undefined) {
    return check("log-key", "not shown", `whether ${named} is the key of a log you trust is for you to know`);
  }
  if (same(trusted, bundle.nodeKey)) return check("log-key", "proved", "it is the one you trust");
  return check("log-key", "refuted", `it is ${named}, and you trust ${writeKey(trusted)}`);
};

/** What the node found under the domains is its own word, signed by nobody else: it proves nothing. */
const checkDomains = (streams: Streams): Check => {
  const known = [...streams.organisations].sort(([one], [other]) => (one < other ? -1 : 1));
  const isLooked = known.some(([, organisation]) => organisation.checked !== undefined);
  const word = isLooked ? "the node's word alone" : "nobody has looked under the domains";
  return check("domain-control", "not shown", `${word}: ${known.map(domainClaim).join(", ")}`);
};

const domainClaim = ([domain, known]: readonly [string, Organisation]): string => {
  if (known.checked !== undefined) {
    const { found, method, index } = known.checked;
    const ended = found && !known.isProved ? " and has ended since" : "";
    return `the key of ${domain} was ${found ? "" : "not "}found (${method}, entry ${index})${ended}`;
  }
  const { evidence } = known;
  return evidence === undefined ? `${domain} names no evidence` : `${domain} says that it is published (${evidence.method})`;
};

const checkLater = (bundle: Bundle, note: Note | undefined): Check => {
  const shown = bundle.entries.filter(({ statement }) => statement.stream === bundle.session).at(-1);
  const last = shown === undefined ? "no entry" : `entry ${shown.index}`;
  const size = note?.checkpoint.size ?? 0;
  return check("later", "not shown", `the session is shown up to ${last} of a log of ${size}; later ones are not here`);
};
