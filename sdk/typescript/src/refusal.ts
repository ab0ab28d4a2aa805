// Why bytes are refused: a code of the registry, the number of the rule, and where. Nothing here decides.

import { RULES, type Code } from "./generated/codes.js";

export type { Code };

/** Whatever goes wrong here is one of these. */
export class AssentError extends Error {
  override readonly name: string = "AssentError";
}

/** A statement, or bytes that should be one, that a rule of the protocol refuses. */
export class Refusal extends AssentError {
  override readonly name = "Refusal";
  /** The stable code. */
  readonly code: Code;
  /** Where: a pointer of RFC 6901 into the statement, empty for the whole. */
  readonly pointer: string;
  /** The number of the rule that is broken. */
  readonly rule: string;

  constructor(code: Code, pointer = "", rule: string = RULES[code]) {
    super(`${code} at ${pointer === "" ? "the top" : pointer} (${rule})`);
    this.code = code;
    this.pointer = pointer;
    this.rule = rule;
  }
}

/** Something that was claimed of a log does not follow from what was shown. */
export class NotProved extends AssentError {
  override readonly name = "NotProved";
  /** What is wrong, in a word of the test vectors, such as `root-mismatch`. */
  readonly fault: string;

  constructor(fault: string, sentence: string) {
    super(sentence);
    this.fault = fault;
  }
}

/** One step of a pointer, escaped as RFC 6901 asks. */
export const token = (step: string | number): string => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** What a function throws that is of this kind; anything else goes on. */
export const caught = <T extends Error>(kind: abstract new (...args: never[]) => T, action: () => void): T | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
};
