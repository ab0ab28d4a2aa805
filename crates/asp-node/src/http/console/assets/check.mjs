// Checks a statement in the page: hash, chain, signatures, and that the log has it, by WebCrypto alone.
// It shares no code with the node. What this browser cannot check it says so of, and never calls it good.

const text = new TextEncoder();
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

const good = (words) => ({ verdict: "good", text: words });
const wrong = (words) => ({ verdict: "wrong", text: words });
const unknown = (words) => ({ verdict: "unknown", text: words });

export const concat = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const unbase64 = (letters) =>
  Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const same = (one, other) => hex(one) === hex(other);

/** The bytes of a base58 text. */
function unbase58(letters) {
  let number = 0n;
  for (const letter of letters) {
    const digit = BASE58.indexOf(letter);
    if (digit < 0) throw new Error("no base58");
    number = number * 58n + BigInt(digit);
  }
  const digits = number.toString(16);
  return unhex(digits.length % 2 ? `0${digits}` : digits);
}

/** The key that a `did:key` names: its algorithm and its bytes. */
export function keyOf(id) {
  if (!id.startsWith("did:key:z")) throw new Error("no did:key");
  const bytes = unbase58(id.slice(9));
  if (bytes[0] === 0xed && bytes[1] === 0x01 && bytes.length === 34) return { alg: "Ed25519", bytes: bytes.slice(2) };
  if (bytes[0] === 0x80 && bytes[1] === 0x24 && bytes.length === 35) return { alg: "ES256", bytes: bytes.slice(2) };
  throw new Error("no key of a kind that is known");
}

function power(base, exponent) {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P;
    base = (base * base) % P;
  }
  return result;
}

/** A point of P-256 with both coordinates. */
function whole(bytes) {
  const x = BigInt(`0x${hex(bytes.slice(1))}`);
  const square = (((x * x) % P) * x + P * 3n - 3n * x + B) % P;
  let y = power(square, (P + 1n) / 4n);
  if ((y * y) % P !== square) throw new Error("no point of the curve");
  if ((y & 1n) !== BigInt(bytes[0] & 1)) y = P - y;
  return concat(Uint8Array.of(4), bytes.slice(1), unhex(y.toString(16).padStart(64, "0")));
}

async function verifies({ alg, bytes }, signature, input) {
  if (alg === "Ed25519") {
    const key = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", key, signature, input);
  }
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("raw", whole(bytes), curve, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, input);
}

async function ofSignature({ keyId, value }, input) {
  const short = `${keyId.slice(0, 16)}…${keyId.slice(-6)}`;
  try {
    const holds = await verifies(keyOf(keyId), unbase64(value), input);
    return holds ? good(`The signature by ${short} holds`) : wrong(`The signature by ${short} does not hold`);
  } catch (error) {
    const cannot = error?.name === "NotSupportedError";
    return cannot
      ? unknown("This browser cannot check signatures of this kind")
      : wrong(`The signature by ${short} cannot be one: ${error.message || error.name}`);
  }
}

const node = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** The root to which a proof of inclusion leads (RFC 9162 §2.1.3.2). */
export async function rootOf(leaf, index, size, proof) {
  if (!(index >= 0 && index < size)) return null;
  let [at, last, root] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      root = await node(sibling, root);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      root = await node(root, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? root : null;
}

/** A checkpoint taken apart: what is signed, the size, the root, the signatures. */
export function checkpointOf(note) {
  const end = note.indexOf("\n\n");
  const [origin, size, root] = note.slice(0, end).split("\n");
  const lines = note.slice(end + 2).split("\n").filter((line) => line.startsWith("— "));
  const signatures = lines.map((line) => line.split(" ")).map(([, name, value]) => ({ name, value: unbase64(value).slice(4) }));
  return { signed: note.slice(0, end + 1), origin, size: Number(size), root: unbase64(root), signatures };
}

async function get(address, read) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is answered ${answer.status}`);
  return answer[read]();
}

async function inLog({ index, time, signatures, base }, statement) {
  try {
    const [note, node] = await Promise.all([
      get(`${base}log/checkpoint`, "text"),
      get(`${base}.well-known/asp-configuration`, "json"),
    ]);
    const checkpoint = checkpointOf(note);
    if (index >= checkpoint.size) return [unknown("The newest checkpoint is older than this statement")];
    const { proof } = await get(`${base}log/proof/inclusion?index=${index}&size=${checkpoint.size}`, "json");
    const keys = signatures.flatMap(({ keyId, value }) => [keyOf(keyId).bytes, unbase64(value)]);
    const signed = await sha256(concat(text.encode("asp/1.0/signatures\n"), ...keys));
    const when = new Uint8Array(8);
    new DataView(when.buffer).setBigUint64(0, BigInt(time));
    const leaf = await sha256(concat(Uint8Array.of(0), text.encode("asp/1.0/leaf\n"), statement, signed, when));
    const path = proof.map((one) => unhex(one.replace("sha256:", "")));
    const root = await rootOf(leaf, index, checkpoint.size, path);
    const found = root && same(root, checkpoint.root)
      ? good(`The log of ${checkpoint.size} statements has it at ${index}`)
      : wrong("The proof does not lead to the root of the log");
    const own = checkpoint.signatures.find(({ name }) => name === checkpoint.origin);
    const holds = own && await verifies(keyOf(node.nodeKey), own.value, text.encode(checkpoint.signed));
    return [found, holds ? good("The node has signed that root") : wrong("The node's signature of the root does not hold")];
  } catch (error) {
    return [unknown(`Whether the log has it could not be checked: ${error.message || error.name}`)];
  }
}

/** Checks a statement; what was found, in the order in which it was looked at. */
export async function check({ bytes, hash, previous, index, time, signatures, base }) {
  if (!globalThis.crypto?.subtle) return [unknown("Without TLS this browser checks nothing")];
  let statement;
  try {
    statement = JSON.parse(bytes);
  } catch {
    return [wrong("The statement is no JSON")];
  }
  const input = text.encode(`asp/1.0/${statement.type}\n${bytes}`);
  const own = await sha256(input);
  const found = [
    `sha256:${hex(own)}` === hash ? good("The hash is that of these very bytes") : wrong("The hash is that of other bytes"),
  ];
  if (previous) {
    found.push(statement.previousHash === previous
      ? good("It continues the statement before it")
      : wrong("It does not continue the statement before it"));
  }
  found.push(...await Promise.all(signatures.map((one) => ofSignature(one, input))));
  if (!signatures.length) found.push(wrong("Nobody has signed it"));
  return [...found, ...await inLog({ index, time, signatures, base }, own)];
}
