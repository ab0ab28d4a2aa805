// Reading is authorised by tokens: `private_key_jwt` (RFC 7523) for a token that DPoP (RFC 9449) binds to a key. An assertion is
// signed as its key signs; the DPoP key is of Ed25519, made anew for each party and never stored.

import { toBase64url, utf8 } from "./bytes.js";
import type { Clock } from "./clock.js";
import { BadAnswer } from "./errors.js";
import { sha256 } from "./forms.js";
import { SecretKey } from "./keys.js";
import { json, persist, type Transport } from "./transport.js";

/** Seconds for which an assertion can be used. */
const ASSERTION_SECONDS = 60;
/** A token is renewed this long before it expires. */
const MARGIN_MS = 30_000;
/** The longest that a token is kept, whatever the node says. */
const TOKEN_SECONDS_MAX = 86_400;

/** Tokens of one party at one node. */
export class Tokens {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #issuer: string;
  readonly #origin: string;
  readonly #key: SecretKey;
  readonly #dpop = SecretKey.generate();
  /** The token that is held or asked for; several requests at once share one. */
  #held: Promise<{ readonly token: string; readonly until: number }> | undefined;

  constructor(transport: Transport, clock: Clock, who: { readonly issuer: string; readonly origin: string; readonly key: SecretKey }) {
    this.#transport = transport;
    this.#clock = clock;
    this.#issuer = who.issuer;
    this.#origin = who.origin;
    this.#key = who.key;
  }

  /** Forgets the token, which the node no longer takes. */
  forget(): void {
    this.#held = undefined;
  }

  /** The headers that authorise one request; each attempt needs its own, since a proof is good for one. */
  async headers(method: string, path: string): Promise<Record<string, string>> {
    const token = await this.#token();
    const ath = toBase64url(sha256(utf8(token)));
    return { authorization: `DPoP ${token}`, dpop: this.#proof(method, `${this.#transport.base}${path}`, ath) };
  }

  async #token(): Promise<string> {
    const asked = this.#held;
    const held = await asked?.catch(() => undefined);
    if (held !== undefined && Date.now() < held.until) return held.token;
    // Whoever comes first asks for all who wait.
    if (this.#held === asked) this.#held = persist(() => this.#ask());
    return (await this.#held)?.token ?? this.#token();
  }

  async #ask(): Promise<{ readonly token: string; readonly until: number }> {
    const path = "/oauth/token";
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: this.#assertion(),
    });
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      dpop: this.#proof("POST", `${this.#transport.base}${path}`),
    };
    const answer = json(await this.#transport.send({ method: "POST", path, headers, body: form.toString() }));
    const { access_token: token, expires_in: seconds } = answer as { access_token?: unknown; expires_in?: unknown };
    if (typeof token !== "string" || typeof seconds !== "number") throw new BadAnswer("the answer is no token");
    return { token, until: Date.now() + 1_000 * Math.min(seconds, TOKEN_SECONDS_MAX) - MARGIN_MS };
  }

  /** Says who asks, signed with the key that the log has for it (RFC 7523 §2.2). */
  #assertion(): string {
    const now = Math.floor(this.#clock.now() / 1_000);
    const header = { alg: this.#key.algorithm === "Ed25519" ? "EdDSA" : "ES256", kid: this.#key.id, typ: "JWT" };
    const who = { iss: this.#issuer, sub: this.#issuer, aud: this.#origin };
    return jwt(header, { ...who, iat: now, exp: now + ASSERTION_SECONDS, jti: unique() }, this.#key);
  }

  /** A proof of the DPoP key for one request (RFC 9449 §4.2). */
  #proof(method: string, url: string, ath?: string): string {
    const jwk = { crv: "Ed25519", kty: "OKP", x: toBase64url(this.#dpop.publicKey) };
    const claims = { htm: method, htu: url, iat: Math.floor(this.#clock.now() / 1_000), jti: unique(), ath };
    return jwt({ typ: "dpop+jwt", alg: "EdDSA", jwk }, claims, this.#dpop);
  }
}

const unique = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(16)));

/** A JWS in compact form (RFC 7515 §7.1). */
const jwt = (header: object, claims: object, key: SecretKey): string => {
  const signed = [header, claims].map((part) => toBase64url(utf8(JSON.stringify(part)))).join(".");
  return `${signed}.${toBase64url(key.sign(utf8(signed)))}`;
};
