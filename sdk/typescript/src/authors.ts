// Who could sign what: the keys of issuers, as their own public streams have them; read when one is met that is not known.

import type { Client } from "./client.js";
import { Unverified, verified } from "./errors.js";
import { organisationOf, readInstant, readKey } from "./forms.js";
import type { Message } from "./message.js";
import { Streams, type KeyHistory } from "./streams.js";

/** Issuers that are remembered at most. */
const KNOWN_MAX = 4_096;

/** The keys of the issuers that were met at one node. */
export class Authors {
  readonly #client: Client;
  readonly #known = new Map<string, KeyHistory>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Throws {@link Unverified} unless the issuer signed, with a key that was its own at this place of the log. */
  async check({ statement, logIndex }: Message): Promise<void> {
    const { issuer } = statement.fields;
    const isSigned = (keys: KeyHistory | undefined): boolean =>
      keys !== undefined && statement.signatures.some(({ key }) => keys.validAt(key, logIndex));
    const strange = () => new Unverified(`the statement at ${logIndex} is not signed by ${issuer}`);
    if (issuer.startsWith("node:")) {
      const { origin, nodeKey } = this.#client;
      const own = readKey(nodeKey)?.join();
      if (issuer !== `node:${origin}` || !statement.signatures.some(({ key }) => key.join() === own)) throw strange();
      return;
    }
    if (isSigned(this.#known.get(issuer))) return;
    const keys = await this.#read(issuer);
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(issuer, keys);
    if (!isSigned(keys)) throw strange();
  }

  /** The keys of an agent or organisation, replayed from its public stream. */
  async #read(issuer: string): Promise<KeyHistory> {
    const isAgent = issuer.startsWith("agent://");
    const said = isAgent ? await this.#client.chained(`agent:${issuer}`) : [];
    // Read last, so that what the agent's stream rests on is there.
    said.push(...(await this.#client.chained(`org:${organisationOf(issuer)}`)));
    said.sort((one, other) => one.logIndex - other.logIndex);
    const { origin, nodeKey } = this.#client;
    const streams = new Streams(origin, readKey(nodeKey) ?? new Uint8Array());
    for (const { statement, logIndex, logTime } of said) {
      verified(`entry ${logIndex}`, () => streams.take(statement, logIndex, readInstant(logTime) ?? 0));
    }
    const keys = (isAgent ? streams.agents.get(issuer) : streams.organisations.get(issuer))?.keys;
    if (keys === undefined) throw new Unverified(`${issuer} signs but is not registered`);
    return keys;
  }
}
