// What organisations and agents share: signing, handing in, and reading what is theirs.

import { filled, type AgentPage, type Answer, type Assessment, type Parameters, type ReadPath, type SearchQuery } from "./api.js";
import { isObject, type JsonObject } from "./canonical.js";
import { readPages, searching, type Client } from "./client.js";
import type { Clock } from "./clock.js";
import { BadAnswer, Conflict, Refused } from "./errors.js";
import type { Bodies, Money, StatementType } from "./generated/bodies.js";
import type { SecretKey } from "./keys.js";
import type { Receipt } from "./log.js";
import { Chain } from "./message.js";
import { sign, type Head, type Statement } from "./statement.js";
import { Tokens } from "./tokens.js";
import { json, persist, type Query, type Request, type Transport } from "./transport.js";

/** How often a statement is signed anew because the node said what it found. */
const CONFLICTS_MAX = 3;
/** Entries of a page that is asked for; the node may give fewer. */
const PAGE_SIZE = 200;
/** Pages of a list at most: a node that gives more is none, or never ends. */
const PAGES_MAX = 100_000;

/** A statement to be, as a party says it. */
export interface Saying<T extends StatementType> {
  readonly stream: string;
  readonly type: T;
  readonly body: Bodies[T];
  readonly head?: Head | undefined;
  readonly inReplyTo?: string | undefined;
  readonly onBehalfOf?: readonly string[] | undefined;
  /** Who signs besides the party itself. */
  readonly with?: readonly SecretKey[];
}

/** A question of trust. */
export interface TrustQuestion {
  /** The size of the deal; 1000 USD if absent. */
  readonly value?: Money;
  /** Count only deals within this capability. */
  readonly capability?: string;
  /** Through whose eyes; those of one's own organisation if absent. */
  readonly observers?: readonly string[];
}

/** Somebody with a key at a node. */
export class Party {
  readonly client: Client;
  readonly issuer: string;
  readonly key: SecretKey;
  readonly #transport: Transport;
  readonly #tokens: Tokens;

  constructor(client: Client, transport: Transport, clock: Clock, issuer: string, key: SecretKey) {
    this.client = client;
    this.issuer = issuer;
    this.key = key;
    this.#transport = transport;
    this.#tokens = new Tokens(transport, clock, { issuer, origin: client.origin, key });
  }

  /** Signs a statement of this party without handing it in. */
  sign<T extends StatementType>({ with: others = [], ...saying }: Saying<T>): Statement {
    const { client, issuer } = this;
    return sign({ ...saying, issuer, audience: client.origin, issuedAt: client.now(), trace: client.trace }, [this.key, ...others]);
  }

  /** Signs and hands in. */
  async say<T extends StatementType>(saying: Saying<T>): Promise<Receipt> {
    return this.client.submit(this.sign(saying));
  }

  /** The same in a stream in which the node speaks too: where it alone spoke in between, it is signed anew. */
  async sayBesideNode<T extends StatementType>(saying: Saying<T> & { readonly head: Head }): Promise<Receipt> {
    let { head } = saying;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.say({ ...saying, head });
      } catch (error) {
        if (!(error instanceof Conflict) || error.head === undefined || attempt >= CONFLICTS_MAX) throw error;
        const between = await this.client.chained(saying.stream, head.sequence);
        if (!between.every(({ sender }) => sender.startsWith("node:"))) throw error;
        head = error.head;
      }
    }
  }

  /** Sends in this party's name and reads the answer; a token that the node forgot is renewed once. */
  async bytes(request: Request): Promise<Uint8Array> {
    return persist(() => this.#renewing(async () => this.#transport.send(await this.#signed(request))));
  }

  /** Begins to read something long in this party's name. */
  async open(request: Request): Promise<Response> {
    return this.#renewing(async () => this.#transport.open(await this.#signed(request)));
  }

  /** Sends in this party's name and reads the answer's JSON. What is asked may be asked twice. */
  async ask(request: Request): Promise<unknown> {
    return json(await this.bytes(request));
  }

  /** Reads what is this party's own, by the path as the API names it. */
  async read<P extends ReadPath>(path: P, parameters: Parameters<P> = {}): Promise<Answer<P>> {
    const query = parameters.query as Query | undefined;
    return (await this.ask({ path: filled(path, parameters.path as Record<string, unknown>), query })) as Answer<P>;
  }

  /** The entries of a list, read page by page as far as somebody looks. */
  async *list(path: string, entries: string, query: Query = {}): AsyncGenerator<JsonObject> {
    let pageToken: unknown;
    for (let count = 0; count < PAGES_MAX; count += 1) {
      const asked = { pageSize: PAGE_SIZE, ...query, ...(typeof pageToken === "string" ? { pageToken } : {}) };
      const page = await this.ask({ path, query: asked });
      const found = isObject(page) ? page[entries] : undefined;
      if (!isObject(page) || !Array.isArray(found)) throw new BadAnswer(`a page without ${entries}`);
      yield* found.filter(isObject);
      pageToken = page["nextPageToken"];
      if (typeof pageToken !== "string") return;
    }
  }

  /** The statements of a stream that this party may read, verified and without a gap; who signed is not checked. */
  async chained(path: string, stream: string, query: Query, after?: number): ReturnType<typeof readPages> {
    const page = (last: number | undefined) => this.ask({ path, query: { ...query, after: last } });
    return readPages(new Chain(this.client.origin, stream, after), page, this.issuer);
  }

  /** Agents that fit, best first, with trust as this party's organisation sees it. */
  async search(query: SearchQuery): Promise<AgentPage> {
    return (await this.ask(searching(query))) as AgentPage;
  }

  /** How far an agent can be trusted, and why. */
  async trust(agent: string, question: TrustQuestion = {}): Promise<Assessment> {
    const { value, capability, observers } = question;
    const query = { agent, amount: value?.amount, currency: value?.currency, capability, observer: observers };
    return (await this.ask({ path: "/v1/trust", query })) as Assessment;
  }

  /** Forgets the token, which the node no longer takes. */
  forgetToken(): void {
    this.#tokens.forget();
  }

  async #signed(request: Request): Promise<Request> {
    const own = await this.#tokens.headers(request.method ?? "GET", request.path);
    return { ...request, headers: { ...request.headers, ...own } };
  }

  async #renewing<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      this.#tokens.forget();
      return action();
    }
  }
}
