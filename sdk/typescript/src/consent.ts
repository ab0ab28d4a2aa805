// The state of a `consent:` stream: what two organisations allow each other's agents, how it is narrowed and how it ends.

import { isObject, type Json, type JsonObject } from "./canonical.js";
import { readInstant } from "./forms.js";
import { Refusal } from "./refusal.js";
import type { Statement } from "./statement.js";

const NARROWINGS_MAX = 32;
/** How many values a list can have that names all there are. */
const EVERYTHING: Readonly<Record<string, number>> = { dataClasses: 5, performatives: 13 };

/** A consent as far as its statements are shown. */
export class Consent {
  readonly #by: string;
  readonly #asked: string;
  readonly #terms: Record<string, Json>;
  #isGranted: boolean;
  #narrowed = 0;
  #revokedBy: string | undefined;
  #isAcknowledged = false;

  constructor(by: string, asked: string, terms: Record<string, Json>, isGranted: boolean) {
    this.#by = by;
    this.#asked = asked;
    this.#terms = terms;
    this.#isGranted = isGranted;
  }

  /** Whether an organisation is one of the two. */
  isBetween(organisation: string): boolean {
    return organisation === this.#by || organisation === this.#asked;
  }

  /** Judges a statement of one of the two and applies it. Throws {@link Refusal}; then nothing has changed. */
  take(statement: Statement, logTime: number): void {
    const { type, issuer } = statement.fields;
    if (type === "consent.grant") {
      this.#checkOpen(logTime, "ASP-CON-004");
      if (issuer === this.#by || this.#isGranted) throw new Refusal("ALREADY_GRANTED", "/type");
      this.#isGranted = true;
    } else if (type === "consent.narrow") {
      this.#narrow(statement.body, logTime);
    } else if (type === "consent.revoke") {
      if (this.#revokedBy !== undefined) throw new Refusal("CONSENT_REVOKED", "/type", "ASP-CON-006");
      this.#revokedBy = issuer;
    } else {
      if (this.#revokedBy === undefined || this.#revokedBy === issuer || this.#isAcknowledged) {
        throw new Refusal("NOT_REVOKED", "/type");
      }
      this.#isAcknowledged = true;
    }
  }

  #checkOpen(logTime: number, rule: string): void {
    if (this.#revokedBy !== undefined) throw new Refusal("CONSENT_REVOKED", "/type", rule);
    if (logTime >= (readInstant(this.#terms["expiresAt"]) ?? 0)) throw new Refusal("CONSENT_EXPIRED", "/type", rule);
  }

  /** Takes away what a consent.narrow names (ASP-CON-014). */
  #narrow(body: JsonObject, logTime: number): void {
    this.#checkOpen(logTime, "ASP-CON-014");
    if (this.#narrowed >= NARROWINGS_MAX) throw new Refusal("NARROWING_LIMIT", "/type");
    const named = Object.entries(body).filter(([name]) => name !== "reason").sort(([one], [other]) => (one < other ? -1 : 1));
    for (const [name, after] of named) {
      if (!isLess(name, this.#terms[name], after, logTime)) throw new Refusal("NOT_NARROWER", `/body/${name}`);
    }
    for (const [name, after] of named) this.#terms[name] = after;
    this.#narrowed += 1;
  }
}

const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];

/** Whether a capability is one of these or lies below one. */
export const liesWithin = (capability: string, wider: readonly string[]): boolean =>
  wider.some((prefix) => capability === prefix || capability.startsWith(`${prefix}.`));

/** Whether the first canonical decimal is no larger than the second. */
const isAtMost = (one: string, other: string): boolean => {
  const places = Math.max(...[one, other].map((text) => text.split(".")[1]?.length ?? 0));
  const scaled = (text: string): bigint => {
    const [whole = "0", part = ""] = text.split(".");
    return BigInt(whole + part.padEnd(places, "0"));
  };
  return scaled(one) <= scaled(other);
};

/** Whether there is a bound on what is owed that is no higher than this one. */
const costsAtMost = (money: Json | undefined, most: Json | undefined): boolean =>
  isObject(money) &&
  isObject(most) &&
  money["currency"] === most["currency"] &&
  isAtMost(String(money["amount"]), String(most["amount"]));

const isSubset = (some: readonly string[], all: readonly string[]): boolean => some.every((item) => all.includes(item));

/** Whether a request for consent asks for no more than a rule grants (ASP-CON-012). */
export const requestFits = (request: JsonObject, rule: JsonObject, logTime: number): boolean => {
  const lasts = (readInstant(request["expiresAt"]) ?? 0) - logTime;
  const { dataClasses } = request;
  return (
    texts(request["capabilities"]).every((capability) => liesWithin(capability, texts(rule["capabilities"]))) &&
    (rule["ceiling"] === undefined || costsAtMost(request["ceiling"], rule["ceiling"])) &&
    (rule["dataClasses"] === undefined ||
      (dataClasses !== undefined && isSubset(texts(dataClasses), texts(rule["dataClasses"])))) &&
    lasts <= Number(rule["lastsMs"])
  );
};

/** Whether a member of a consent allows less than it did; `before` is absent where it bounded nothing. */
const isLess = (name: string, before: Json | undefined, after: Json, logTime: number): boolean => {
  if (name === "capabilities") {
    const isInside = texts(after).every((capability) => liesWithin(capability, texts(before)));
    return isInside && !texts(before).every((capability) => liesWithin(capability, texts(after)));
  }
  if (name === "ceiling") {
    if (before === undefined) return true;
    return costsAtMost(after, before) && isObject(after) && isObject(before) && after["amount"] !== before["amount"];
  }
  if (name === "expiresAt") {
    const [ends, ended] = [readInstant(after) ?? 0, readInstant(before) ?? 0];
    return logTime < ends && ends < ended;
  }
  const [now, then] = [texts(after), texts(before)];
  if (before === undefined) return name === "fields" || now.length < (EVERYTHING[name] ?? 0);
  return isSubset(now, then) && now.length < then.length;
};
