// This machine's clock against a node's, as measured when connecting.

/** Differences up to this are left alone: the node allows for more. */
const TOLERATED_MS = 30_000;

/** The node's clock, near enough. */
export class Clock {
  readonly #offsetMs: number;

  /** Measured by what the node said between two instants here; all in milliseconds since 1970. */
  constructor(before: number, theirs: number, after: number) {
    const [ahead, behind] = [before - theirs, theirs - after];
    this.#offsetMs = behind > TOLERATED_MS ? behind : ahead > TOLERATED_MS ? -ahead : 0;
  }

  /** The present, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }
}
