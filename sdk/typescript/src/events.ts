// What comes from a stream: server-sent events, resumed where they broke off.

import { BadAnswer, Refused, Unreachable } from "./errors.js";
import type { Chain, Message } from "./message.js";
import { readMessage } from "./message.js";
import type { Party } from "./party.js";
import { backoff, json, lost, sleep } from "./transport.js";
import { utf8 } from "./bytes.js";

/** Characters of the largest event: a message of the largest statement, and what surrounds it. */
const EVENT_MAX = 1024 * 1024;
/** How long nothing may come before the connection counts as lost; the node's heartbeats are more frequent. */
const SILENCE_MS = 45_000;

/** What to follow, and how. */
export interface Following {
  readonly party: Party;
  readonly path: string;
  /** What the messages have to form, and where it stands. */
  readonly chain: Chain;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The statements of a stream as they are said, each verified, none twice and none left out, however often the connection is
 * lost. Waits for a node that is away however long that takes; an error that waiting cannot help ends it.
 */
export async function* follow({ party, path, chain, signal }: Following): AsyncGenerator<Message> {
  let failures = 0;
  let isRenewed = false;
  while (!isAborted(signal)) {
    const connection = new AbortController();
    const stop = (): void => connection.abort();
    signal?.addEventListener("abort", stop);
    try {
      for await (const data of events(party, path, chain.last, connection)) {
        const message = readMessage(json(utf8(data)), party.issuer);
        chain.check(message);
        await party.client.checkAuthor(message);
        chain.take(message);
        [failures, isRenewed] = [0, false];
        yield message;
      }
      throw new Unreachable("the stream of events ended");
    } catch (error) {
      if (isAborted(signal)) return;
      if (error instanceof Refused && error.status === 401 && !isRenewed) {
        // A node that began anew has forgotten its tokens.
        isRenewed = true;
        party.forgetToken();
      } else if (error instanceof Unreachable || (error instanceof Refused && error.status === 503)) {
        failures += 1;
        await sleep(backoff(failures), signal);
      } else {
        throw error;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      connection.abort();
    }
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted ?? false;

/** The data of the events of one connection, until it ends or nothing comes for too long. */
async function* events(party: Party, path: string, last: number | undefined, connection: AbortController): AsyncGenerator<string> {
  let timer = setTimeout(() => connection.abort(), SILENCE_MS);
  try {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (last !== undefined) headers["last-event-id"] = String(last);
    const response = await party.open({ path, headers, signal: connection.signal });
    const reader = response.body?.getReader();
    if (reader === undefined) throw new BadAnswer("an answer without a body to read");
    const splitter = new Events();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => connection.abort(), SILENCE_MS);
      yield* splitter.feed(piece.value);
    }
  } catch (error) {
    const isOurs = error instanceof BadAnswer || error instanceof Refused || error instanceof Unreachable;
    throw isOurs ? error : lost(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Takes events out of the bytes of an event stream (WHATWG HTML §9.2), as far as this API uses it. */
export class Events {
  readonly #decoder = new TextDecoder();
  #buffer = "";

  /** Adds bytes; gives the data of the events that are whole. Comments and what has no data are passed over. */
  feed(bytes: Uint8Array): string[] {
    this.#buffer += this.#decoder.decode(bytes, { stream: true });
    const found: string[] = [];
    for (let end = this.#buffer.indexOf("\n\n"); end >= 0; end = this.#buffer.indexOf("\n\n")) {
      const data = /^data: ?(.*)$/m.exec(this.#buffer.slice(0, end))?.[1];
      if (data !== undefined) found.push(data);
      this.#buffer = this.#buffer.slice(end + 2);
    }
    if (this.#buffer.length > EVENT_MAX) throw new BadAnswer("an event without an end");
    return found;
  }
}
