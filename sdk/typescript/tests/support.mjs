// What more than one test needs: vectors that others wrote, and keys that are the same in each run.
import { readFileSync } from "node:fs";

import { SecretKey } from "assent";

const folder = process.env.ASSENT_VECTORS ?? new URL("../../../../shared/vectors/", import.meta.url).pathname;

/** A file of vectors that others wrote: beside the repository, or where ASSENT_VECTORS says. */
export const foreign = (path) => readFileSync(`${folder.replace(/\/?$/, "/")}${path}`);
export const foreignJson = (path) => JSON.parse(foreign(path));

/** The key that is always the same for a number. */
export const keyOf = (number) => SecretKey.fromSeed(new Uint8Array(32).fill(number));

export const utf8 = (text) => new TextEncoder().encode(text);
export const unhex = (digits) => Uint8Array.from(Buffer.from(digits, "hex"));
