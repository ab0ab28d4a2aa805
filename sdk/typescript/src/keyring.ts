// Keys in files that only their owner can read, in the form and under the names that the command line uses: both can work with
// one folder. The one module that needs Node.

import { chmod, mkdir, open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { fromHex } from "./bytes.js";
import { isObject } from "./canonical.js";
import { SecretKey } from "./keys.js";
import { AssentError } from "./refusal.js";

/** Bytes of the largest key file. */
const FILE_BYTES_MAX = 4_096;

/** A key file cannot be used. */
export class KeyFault extends AssentError {
  override readonly name = "KeyFault";
}

/** The keys of a folder. */
export class Keyring {
  readonly #folder: string;

  /** The folder, which need not be there yet. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The key of an issuer: a domain, or an agent's URI. Throws {@link KeyFault} if there is none that can be used. */
  async load(issuer: string): Promise<SecretKey> {
    const path = this.#path(issuer);
    let content: unknown;
    try {
      const { mode, size } = await stat(path);
      if (process.platform !== "win32" && (mode & 0o077) !== 0) throw new KeyFault(`${path}: others can read it; \`chmod 600\` it`);
      if (size > FILE_BYTES_MAX) throw new KeyFault(`${path}: not a key file`);
      content = JSON.parse(await readFile(path, "utf8"));
    } catch (error) {
      // The words of what failed could quote the secret.
      if (error instanceof SyntaxError) throw new KeyFault(`${path}: not a key file`);
      if (isMissing(error)) throw new KeyFault(`${path}: there is no key for ${issuer}`);
      throw error;
    }
    return keyOf(content, issuer, path);
  }

  /** The key of an issuer; makes one if there is none. */
  async loadOrCreate(issuer: string): Promise<SecretKey> {
    try {
      await stat(this.#path(issuer));
    } catch (error) {
      if (!isMissing(error)) throw error;
      return this.create(issuer);
    }
    return this.load(issuer);
  }

  /** Makes a key for an issuer that has none. A key is never overwritten. */
  async create(issuer: string): Promise<SecretKey> {
    const key = SecretKey.generate();
    await this.keep(issuer, key);
    return key;
  }

  /** Keeps a key that was made elsewhere, for an issuer that has none here. */
  async keep(issuer: string, key: SecretKey): Promise<void> {
    const path = this.#path(issuer);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    let file;
    try {
      file = await open(path, "wx", 0o600);
    } catch (error) {
      throw isThere(error) ? new KeyFault(`${path}: there is a key for ${issuer} already`) : error;
    }
    try {
      const secret = Array.from(key.exportSecret(), (byte) => byte.toString(16).padStart(2, "0")).join("");
      await file.writeFile(`${JSON.stringify({ issuer, key: key.id, secret }, undefined, 2)}\n`);
      // What was registered must not be lost with the power.
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(path, 0o600);
  }

  /** A file name that reads like the issuer; `_` stands for what a path would take for a separator. */
  #path(issuer: string): string {
    if (!/^(agent:\/\/)?[a-z0-9][a-z0-9._/-]*$/.test(issuer)) throw new KeyFault(`${issuer} is no issuer`);
    return join(this.#folder, `${issuer.replace(/^agent:\/\//, "").replaceAll("/", "_")}.key`);
  }
}

const codeIs = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;
const isMissing = (error: unknown): boolean => codeIs(error, "ENOENT");
const isThere = (error: unknown): boolean => codeIs(error, "EEXIST");

/** The key of a file's content, if it is that of the issuer and the one that the file names. */
const keyOf = (content: unknown, issuer: string, path: string): SecretKey => {
  const { issuer: named, key: id, secret } = isObject(content) ? content : {};
  if (typeof secret !== "string" || !/^[0-9a-f]{64}$/.test(secret)) throw new KeyFault(`${path}: not a key file`);
  const isEs256 = typeof id === "string" && id.startsWith("did:key:zDn");
  const key = isEs256 ? SecretKey.fromScalar(fromHex(secret)) : SecretKey.fromSeed(fromHex(secret));
  if (key.id !== id || named !== issuer) throw new KeyFault(`${path}: its key is not the one that it names`);
  return key;
};
