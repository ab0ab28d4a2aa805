// A node as anybody can use it: what is public, and handing in statements.

import { AgentParty } from "./agent.js";
import { filled, type AgentHit, type AgentPage, type AgentView, type Answer, type Configuration, type OrganisationView, type Parameters, type ReadPath, type SearchQuery } from "./api.js";
import { Authors } from "./authors.js";
import { fromUtf8 } from "./bytes.js";
import { isObject } from "./canonical.js";
import { Clock } from "./clock.js";
import { BadAnswer, Unverified, verified } from "./errors.js";
import { ORIGIN, organisationOf, readInstant, readKey, writeInstant } from "./forms.js";
import type { Trace } from "./generated/bodies.js";
import { SecretKey } from "./keys.js";
import { checkReceipt, openNote, receiptOf, type Checkpoint, type Receipt } from "./log.js";
import { Chain, readMessage, type Message } from "./message.js";
import { OrganisationParty } from "./organisation.js";
import { Party } from "./party.js";
import type { Statement } from "./statement.js";
import { json, persist, Transport, type Fetch, type Query, type Request } from "./transport.js";

/** Pages of a stream that are read at most: a node that gives more is none, or never ends. */
const PAGES_MAX = 100_000;

/** How to connect. */
export interface Options {
  /**
   * The `did:key` of the log's key, known from elsewhere. Without it the node's own word is taken at this moment, and everything
   * later is held to that.
   */
  readonly nodeKey?: string;
  /** What every statement that is signed here belongs to (W3C Trace Context), to everybody who reads it and for ever. */
  readonly trace?: Trace;
  /** What sends requests; the platform's `fetch` if absent. */
  readonly fetch?: Fetch;
}

/** A node. */
export class Client {
  /** What the node says of itself. */
  readonly configuration: Configuration;
  /** What every statement that is signed here belongs to. */
  readonly trace: Trace | undefined;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #authors = new Authors(this);

  private constructor(transport: Transport, configuration: Configuration, clock: Clock, key: Uint8Array, trace?: Trace) {
    this.#transport = transport;
    this.#clock = clock;
    this.#key = key;
    this.configuration = configuration;
    this.trace = trace;
  }

  /** Connects to the node at this address and reads what it says of itself. */
  static async connect(url: string, options: Options = {}): Promise<Client> {
    const transport = new Transport(url, options.fetch ?? ((address, init) => fetch(address, init)));
    const [value, before, after] = await persist(async () => {
      // Waiting for another attempt must not look like a clock that is off.
      const start = Date.now();
      return [json(await transport.send({ path: "/.well-known/asp-configuration" })), start, Date.now()] as const;
    });
    if (!isObject(value)) throw new BadAnswer("what a node says of itself is no object");
    const key = readKey(value["nodeKey"]);
    const time = readInstant(value["time"]);
    if (key?.length !== 32 || time === undefined || typeof value["origin"] !== "string" || !ORIGIN.test(value["origin"])) {
      throw new BadAnswer("a node says of itself which log it keeps, with which key, and the time");
    }
    if (options.nodeKey !== undefined && options.nodeKey !== value["nodeKey"]) {
      throw new Unverified(`the node's key is ${String(value["nodeKey"])}, not ${options.nodeKey}`);
    }
    const configuration = value as unknown as Configuration;
    return new Client(transport, configuration, new Clock(before, time, after), key, options.trace);
  }

  /** The name of the node's log. */
  get origin(): string {
    return this.configuration.origin;
  }

  /** The `did:key` that signs receipts and checkpoints. */
  get nodeKey(): string {
    return this.configuration.nodeKey;
  }

  /** The present by the node's clock, in milliseconds since 1970. */
  now(): number {
    return this.#clock.now();
  }

  /** The instant so many milliseconds from now by the node's clock, as statements spell it. */
  after(millis: number): string {
    return writeInstant(this.now() + millis);
  }

  /** An organisation that this key speaks for. */
  organisation(domain: string, key: SecretKey): OrganisationParty {
    return new OrganisationParty(new Party(this, this.#transport, this.#clock, domain, key));
  }

  /** An agent that this key speaks for, by its URI. */
  agent(uri: string, key: SecretKey): AgentParty {
    return new AgentParty(new Party(this, this.#transport, this.#clock, uri, key));
  }

  /** Reads what anybody may read, by the path as the API names it, such as `/v1/organisations/{domain}`. */
  async read<P extends ReadPath>(path: P, parameters: Parameters<P> = {}): Promise<Answer<P>> {
    const query = parameters.query as Query | undefined;
    return (await this.ask({ path: filled(path, parameters.path as Record<string, unknown>), query })) as Answer<P>;
  }

  /** An organisation as the node tells it. */
  async findOrganisation(domain: string): Promise<OrganisationView> {
    return (await this.read("/v1/organisations/{domain}", { path: { domain } })) as unknown as OrganisationView;
  }

  /** An agent as the node tells it. */
  async findAgent(uri: string): Promise<AgentView> {
    const domain = organisationOf(uri);
    const path = uri.slice(`agent://${domain}/`.length);
    return (await this.read("/v1/agents/{domain}/{path}", { path: { domain, path } })) as unknown as AgentView;
  }

  /** Agents that fit, best first: one page. What asks for trust needs a party: {@link AgentParty.search}. */
  async search(query: SearchQuery): Promise<AgentPage> {
    return (await this.ask(searching(query))) as AgentPage;
  }

  /** The agents of the first page of {@link Client.search}. */
  async discover(query: SearchQuery): Promise<readonly AgentHit[]> {
    return (await this.search(query)).agents;
  }

  /**
   * Hands a statement in and verifies the receipt. Sends the same bytes again while the node cannot be reached, which is safe:
   * a statement is stored once and has one receipt.
   */
  async submit(statement: Statement): Promise<Receipt> {
    const headers = { "content-type": "application/json" };
    const value = await this.ask({ method: "POST", path: "/v1/statements", headers, body: statement.envelope });
    const receipt = this.checkedReceipt(value);
    const { said } = receipt;
    const isOf =
      said.statement === statement.hash && said.sequence === statement.fields.sequence && said.stream === statement.stream;
    if (!isOf) throw new Unverified("the receipt is of another statement");
    return receipt;
  }

  /** A receipt that the node gave, if the log's key signed it and it is of this log. Throws {@link Unverified}. */
  checkedReceipt(value: unknown): Receipt {
    const receipt = verified("the receipt", () => {
      const read = receiptOf(value);
      checkReceipt(read, this.#key);
      return read;
    });
    if (receipt.said.origin !== this.origin) throw new Unverified("the receipt is of another log");
    return receipt;
  }

  /** The newest checkpoint of the log, its signature verified. */
  async checkpoint(): Promise<Checkpoint> {
    const text = fromUtf8(await this.#transport.repeat({ path: "/log/checkpoint" }));
    if (text === undefined) throw new BadAnswer("the checkpoint is no text");
    return verified("the checkpoint", () => openNote(text, this.origin, this.#key).checkpoint);
  }

  /** The statements of a public stream after a place, verified, without a gap, each by a key that its issuer had then. */
  async statements(stream: string, after?: number): Promise<Message[]> {
    const messages = await this.chained(stream, after);
    for (const message of messages) await this.checkAuthor(message);
    return messages;
  }

  /** The same, but for who signed. */
  async chained(stream: string, after?: number): Promise<Message[]> {
    const from = (last: number | undefined) => this.ask({ path: "/v1/statements", query: { stream, after: last } });
    return readPages(new Chain(this.origin, stream, after), from);
  }

  /** Throws {@link Unverified} unless the issuer signed with a key that was its own at this place of the log. */
  async checkAuthor(message: Message): Promise<void> {
    await this.#authors.check(message);
  }

  /** Sends what is safe to repeat, and reads the answer's JSON. */
  async ask(request: Request): Promise<unknown> {
    return json(await this.#transport.repeat(request));
  }
}

/** A search as a request. */
export const searching = (query: SearchQuery): Request => ({
  method: "POST",
  path: "/v1/search",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(query),
});

/** All pages of a stream as one chain. */
export const readPages = async (
  chain: Chain,
  page: (after: number | undefined) => Promise<unknown>,
  reader?: string,
): Promise<Message[]> => {
  const all: Message[] = [];
  for (let count = 0; count < PAGES_MAX; count += 1) {
    const value = await page(chain.last);
    if (!isObject(value) || !Array.isArray(value["messages"])) throw new BadAnswer("a page without messages");
    for (const one of value["messages"]) {
      const message = readMessage(one, reader);
      chain.check(message);
      chain.take(message);
      all.push(message);
    }
    if (value["nextAfter"] === undefined || value["nextAfter"] === null) return all;
    if (value["messages"].length === 0) throw new BadAnswer("an empty page that is not the last");
  }
  throw new BadAnswer("a stream without an end");
};
