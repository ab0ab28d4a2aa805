// What an organisation does: register itself and its agents, keep its keys, give and take consent.

import type { Answer, ConsentView, CommitmentView, Parameters, ReadPath } from "./api.js";
import { writeHash, readHash } from "./forms.js";
import type { Bodies, Card, ConsentRequestBody, OrgPolicySetBody, OrgSchemaRegisterBody, OrgVerifyBody, StatementType } from "./generated/bodies.js";
import { SecretKey } from "./keys.js";
import type { Receipt } from "./log.js";
import type { Party } from "./party.js";
import { nonce } from "./statement.js";

/** What a consent is to allow. */
export type ConsentTerms = Omit<ConsentRequestBody, "nonce">;

/** An organisation at a node. */
export class OrganisationParty {
  readonly #party: Party;

  constructor(party: Party) {
    this.#party = party;
  }

  /** Its domain. */
  get domain(): string {
    return this.#party.issuer;
  }

  /** Registers the organisation with this key as its root. What people call it is its domain if nothing is said. */
  async register(name: string = this.domain): Promise<Receipt> {
    return this.#party.say({ stream: this.#stream, type: "org.register", body: { key: this.#party.key.id, name } });
  }

  /** Adds a key, which signs too. */
  async addKey(key: SecretKey): Promise<Receipt> {
    return this.#say("org.key.add", { key: key.id }, [key]);
  }

  /** Revokes a key from here on. */
  async revokeKey(key: string, reason: string): Promise<Receipt> {
    return this.#say("org.key.revoke", { key, reason });
  }

  /** Replaces the organisation's policy. */
  async setPolicy(policy: OrgPolicySetBody): Promise<Receipt> {
    return this.#say("org.policy.set", policy);
  }

  /** Registers a terms schema under an alias and a version that are new. */
  async registerSchema(schema: OrgSchemaRegisterBody): Promise<Receipt> {
    return this.#say("org.schema.register", schema);
  }

  /** Says where the key's thumbprint can be found under the domain. */
  async verifyDomain(evidence: OrgVerifyBody): Promise<Receipt> {
    return this.#say("org.verify", evidence);
  }

  /** Registers an agent of this organisation with its key and card; both keys sign. */
  async registerAgent(uri: string, key: SecretKey, card: Card): Promise<Receipt> {
    const agent = this.#party.client.agent(uri, key);
    const body = { card, key: key.id };
    // The agent is the issuer; its organisation signs with it.
    return agent.party.say({ stream: `agent:${uri}`, type: "agent.register", body, with: [this.#party.key] });
  }

  /** Revokes the key of an agent, which silences the agent: for a key that was lost or stolen. */
  async revokeAgentKey(uri: string, key: string, reason: string): Promise<Receipt> {
    return this.#sayOfAgent(uri, "agent.key.revoke", { key, reason });
  }

  /** Ends an agent of this organisation. */
  async retireAgent(uri: string, reason: string): Promise<Receipt> {
    return this.#sayOfAgent(uri, "agent.retire", { reason });
  }

  /** Asks another organisation for consent, which is this one's own grant; gives the consent's id. */
  async requestConsent(terms: ConsentTerms): Promise<string> {
    const body = { ...terms, nonce: nonce() };
    const receipt = await this.#party.say({ stream: "consent:", type: "consent.request", body });
    return receipt.said.statement;
  }

  /** Grants a consent that was asked of this organisation. */
  async grantConsent(consent: string): Promise<Receipt> {
    return this.#sayOfConsent(consent, "consent.grant", {});
  }

  /** Takes away a part of what a consent allows, effective at once. */
  async narrowConsent(consent: string, terms: Bodies["consent.narrow"]): Promise<Receipt> {
    return this.#sayOfConsent(consent, "consent.narrow", terms);
  }

  /** Revokes a consent, effective at once. */
  async revokeConsent(consent: string, reason: string): Promise<Receipt> {
    return this.#sayOfConsent(consent, "consent.revoke", { reason });
  }

  /** Confirms that the other side revoked a consent. */
  async acknowledgeRevocation(consent: string): Promise<Receipt> {
    return this.#sayOfConsent(consent, "consent.acknowledge", {});
  }

  /** One of its consents as the node tells it. */
  async consent(id: string): Promise<ConsentView> {
    return (await this.read("/v1/consents/{id}", { path: { id: digits(id) } })) as unknown as ConsentView;
  }

  /** Its consents, newest first, read as far as one looks. */
  consents(): AsyncGenerator<ConsentView> {
    return this.#party.list("/v1/consents", "consents") as unknown as AsyncGenerator<ConsentView>;
  }

  /** The commitments of its agents, newest first, read as far as one looks. */
  commitments(): AsyncGenerator<CommitmentView> {
    return this.#party.list("/v1/commitments", "commitments") as unknown as AsyncGenerator<CommitmentView>;
  }

  /** Reads what is this organisation's own, by the path as the API names it. */
  async read<P extends ReadPath>(path: P, parameters: Parameters<P> = {}): Promise<Answer<P>> {
    return this.#party.read(path, parameters);
  }

  get #stream(): string {
    return `org:${this.domain}`;
  }

  /** Says something on the head. Where the node alone spoke in between, of the domain, it is signed anew. */
  async #say<T extends StatementType>(type: T, body: Bodies[T], others: readonly SecretKey[] = []): Promise<Receipt> {
    const { head } = await this.#party.client.findOrganisation(this.domain);
    return this.#party.sayBesideNode({ stream: this.#stream, type, body, head, with: others });
  }

  async #sayOfAgent<T extends StatementType>(uri: string, type: T, body: Bodies[T]): Promise<Receipt> {
    const { head } = await this.#party.client.findAgent(uri);
    return this.#party.sayBesideNode({ stream: `agent:${uri}`, type, body, head });
  }

  async #sayOfConsent<T extends StatementType>(consent: string, type: T, body: Bodies[T]): Promise<Receipt> {
    const { head } = await this.consent(consent);
    return this.#party.say({ stream: `consent:${digits(consent)}`, type, body, head });
  }
}

/** The digits of a hash, as paths and streams name it. */
export const digits = (hash: string): string => {
  const read = readHash(hash) ?? readHash(`sha256:${hash}`);
  if (read === undefined) throw new TypeError(`${hash} is no hash`);
  return writeHash(read).slice(7);
};
