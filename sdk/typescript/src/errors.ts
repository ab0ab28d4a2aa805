// Why a call did not do what it should, and what is known afterwards.

import type { components } from "./generated/openapi.js";
import { AssentError, NotProved, Refusal, type Code } from "./refusal.js";
import type { Head } from "./statement.js";

/** What a node says when it refuses: RFC 9457 `application/problem+json`. */
export type Problem = Omit<components["schemas"]["Problem"], "code" | "head"> & {
  readonly code: Code;
  readonly head?: Head | null;
};

/**
 * The node refused: nothing was taken in, unless the code is `STORAGE_FAULT` or `INTERNAL`; with those it is not known, and
 * sending the same bytes again is safe.
 */
export class Refused extends AssentError {
  override readonly name: string = "Refused";
  /** The stable code of the protocol. */
  readonly code: Code;
  /** The HTTP status. */
  readonly status: number;
  /** What to do about it. */
  readonly hint: string;
  /** Whether a retry can help: `never`, `change` (send something else) or `later` (the same bytes). */
  readonly retry: string;
  /** The number of the rule that a statement breaks, and where, as far as the node says. */
  readonly rule: string | undefined;
  readonly pointer: string | undefined;
  /** All that the node said. */
  readonly problem: Problem;

  constructor(problem: Problem) {
    const place = [problem.rule, problem.pointer].filter(Boolean).join(" at ");
    super(`${problem.code} ${problem.detail}${place === "" ? "" : ` (${place})`}`);
    this.code = problem.code;
    this.status = problem.status;
    this.hint = problem.hint;
    this.retry = problem.retry;
    this.rule = problem.rule ?? undefined;
    this.pointer = problem.pointer ?? undefined;
    this.problem = problem;
  }
}

/** Somebody else spoke first: nothing was taken in. Read what came between and decide anew. */
export class Conflict extends Refused {
  override readonly name = "Conflict";
  /** The stream's head, if the node told it. */
  readonly head: Head | undefined;

  constructor(problem: Problem) {
    super(problem);
    this.head = problem.head ?? undefined;
  }
}

/** The node did not answer. A statement may have been taken in; sending the same bytes again is safe. */
export class Unreachable extends AssentError {
  override readonly name = "Unreachable";
}

/** What answers is no node that this client understands. Whether a statement was taken in is not known. */
export class BadAnswer extends AssentError {
  override readonly name = "BadAnswer";
}

/** What was answered does not verify: do not trust this node. Whether a statement was taken in is not known. */
export class Unverified extends AssentError {
  override readonly name = "Unverified";
}

/** The wait was longer than allowed; nothing has changed by it. */
export class TimedOut extends AssentError {
  override readonly name = "TimedOut";
}

/** There is nothing of that kind here, such as a consent that fits. */
export class Missing extends AssentError {
  override readonly name = "Missing";
}

/** The code of the protocol, where the node or the form of a statement gave one. */
export const codeOf = (error: unknown): Code | undefined =>
  error instanceof Refused || error instanceof Refusal ? error.code : undefined;

/** What an action gives; what does not verify in it is told as {@link Unverified}. */
export const verified = <T>(what: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    // What cannot be written canonically, or is nested beyond all bounds, was not signed as it stands.
    const isOurs = error instanceof Refusal || error instanceof NotProved;
    if (isOurs || error instanceof TypeError || error instanceof RangeError) {
      throw new Unverified(`${what}: ${error.message}`, { cause: error });
    }
    throw error;
  }
};
