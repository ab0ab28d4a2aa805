// The one place that sends: bounded answers, problems read, what is safe tried again.

import { fromUtf8 } from "./bytes.js";
import { BadAnswer, Conflict, Refused, Unreachable, type Problem } from "./errors.js";
import { RULES } from "./generated/codes.js";

/** The most that is read of an answer. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** How often a request that is safe to repeat is sent. */
const ATTEMPTS_MAX = 5;
/** Half of the wait before the first repetition; it doubles with each, and up to as much is added by chance. */
const BACKOFF_MS = 100;
/** The longest wait that a node can ask for. */
const RETRY_AFTER_MAX_MS = 10_000;
/** How long an answer may take: longer than the longest long poll. */
export const ANSWER_MS = 60_000;

/** A request to a path of a node. */
export interface Request {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Query | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The parameters of an address; what is undefined is left out, a list is given several times. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

/** What sends: the `fetch` of the platform, or another with its manners. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The way to one node. */
export class Transport {
  /** The node's address without a slash at its end, as proofs name it. */
  readonly base: string;
  readonly #fetch: Fetch;

  constructor(url: string, send: Fetch) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    const isBare = parsed !== undefined && parsed.search === "" && parsed.hash === "" && parsed.username === "";
    if (!isBare || !/^https?:$/.test(parsed.protocol)) {
      throw new BadAnswer(`${url}: an address begins with http:// or https:// and has no name, query or fragment`);
    }
    this.base = parsed.href.replace(/\/+$/, "");
    this.#fetch = send;
  }

  /** Sends once and gives the answer's head if it is a success; the rest is the caller's. */
  async open({ method = "GET", path, query, headers, body, signal }: Request): Promise<Response> {
    const init: RequestInit = { method, redirect: "error", credentials: "omit", cache: "no-store" };
    if (headers !== undefined) init.headers = headers;
    if (body !== undefined) init.body = body;
    if (signal !== undefined) init.signal = signal;
    let response: Response;
    try {
      response = await this.#fetch(`${this.base}${path}${search(query)}`, init);
    } catch (error) {
      throw lost(error);
    }
    if (response.ok) return response;
    throw refusalOf(response, await readAll(response));
  }

  /** Sends once and reads the answer to its end. */
  async send(request: Request): Promise<Uint8Array> {
    const limit = AbortSignal.timeout(ANSWER_MS);
    const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
    return readAll(await this.open({ ...request, signal }));
  }

  /** Sends the same bytes until they are answered, a few times: for what is safe to repeat. */
  async repeat(request: Request): Promise<Uint8Array> {
    return persist(() => this.send(request));
  }
}

/** Does what is safe to repeat until it is done, a few times; gives the last error. */
export const persist = async <T>(action: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !canHelp(error)) throw error;
      await sleep(Math.max(backoff(attempt), retryAfterOf(error)));
    }
  }
};

/** Whether the same bytes may succeed in a moment. */
const canHelp = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refused && (error.status === 503 || error.code === "INTERNAL"));

/** The wait before a repetition by our own count, in milliseconds. */
export const backoff = (attempt: number): number => BACKOFF_MS * 2 ** Math.min(attempt, 6) * (1 + Math.random());

/** Waits, or stops waiting when told. */
export const sleep = (millis: number, signal?: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, millis);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });

/** How long a node asked to be left alone, by the error that says so. */
const waits = new WeakMap<object, number>();
const retryAfterOf = (error: unknown): number => Math.min(waits.get(error as object) ?? 0, RETRY_AFTER_MAX_MS);

/** A failure to reach the node, in words. */
export const lost = (error: unknown): Unreachable => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new Unreachable(`the node cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause: error });
};

/** Reads JSON of the API. */
export const json = (bytes: Uint8Array): unknown => {
  const text = fromUtf8(bytes);
  try {
    if (text !== undefined) return JSON.parse(text);
  } catch {
    // Told below, as for bytes that are no text.
  }
  throw new BadAnswer("the answer is no JSON");
};

const search = (query: Query | undefined): string => {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [value].flat().map((one) => [name, String(one)]),
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
};

const readAll = async (response: Response): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      length += piece.value.length;
      if (length > ANSWER_BYTES_MAX) {
        await reader.cancel();
        throw new BadAnswer(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
      }
      parts.push(piece.value);
    }
  } catch (error) {
    throw error instanceof BadAnswer ? error : lost(error);
  }
  const whole = new Uint8Array(length);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
};

/** The error that an answer tells. */
const refusalOf = (response: Response, bytes: Uint8Array): Error => {
  const { status } = response;
  const problem = problemOf(bytes);
  if (problem === undefined) {
    // Something between here and the node, which cannot tell what the node did.
    return status >= 502 && status <= 504
      ? new Unreachable(`the node cannot be reached: a gateway answers ${status}`)
      : new BadAnswer(`status ${status} without a problem`);
  }
  const error = problem.code === "SEQUENCE_CONFLICT" ? new Conflict(problem) : new Refused(problem);
  // The other form of the header, a date, would need the node's clock; our own count does.
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  if (seconds > 0) waits.set(error, 1_000 * seconds);
  return error;
};

const problemOf = (bytes: Uint8Array): Problem | undefined => {
  try {
    const value = json(bytes) as Partial<Problem> | null;
    const isOne = typeof value?.code === "string" && typeof value.detail === "string" && typeof value.status === "number";
    return isOne && Object.hasOwn(RULES, value.code ?? "") ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
};
