// What the scanner takes is canonical JSON of the narrower grammar, and nothing else is.
import assert from "node:assert/strict";
import { test } from "node:test";

import { encode, readLoosely, scan, STATEMENT } from "../dist/canonical.js";
import { foreign, utf8 } from "./support.mjs";

const PAIR = "\u{1f602}";

/** `OK`, or the code and the pointer. */
const verdict = (data, bounds = STATEMENT) => {
  try {
    scan(typeof data === "string" ? utf8(data) : data, bounds);
    return "OK";
  } catch (refusal) {
    return `${refusal.code} ${refusal.pointer}`.trim();
  }
};

const check = (expected, ...texts) => {
  for (const text of texts) {
    const found = verdict(text);
    assert.equal(expected.includes(" ") ? found : found.split(" ")[0], expected, String(text).slice(0, 200));
  }
};

test("canonical objects are taken", () => {
  check("OK", "{}", '{"":""}', '{"a":[],"b":{},"c":[{}],"d":[null,true,false]}');
  check("OK", '{"a":0,"b":-1,"c":9007199254740991,"d":-9007199254740991}');
  check("OK", String.raw`{"a":"\b\t\n\f\r\"\\\u0001\u001f/"}`, '{"a":"\x7f\x80é€😂\u2028\uffff"}');
  check("OK", `{"${PAIR}":1,"\ue000":2,"\uffff":3}`, String.raw`{"\n":1,"\u001f":2,"!":3,"\"":4}`);
});

test("what is not JSON is refused as that", () => {
  check("NOT_JSON", "", " ", "{", "}", "{}}", "{}{}", "{,}", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}");
  for (const value of ["[1,]", "[,1]", "[1 2]", "[", "tru", "True", "NaN", "'a'", "01", "-01", "-", "+1", ".5", "1."]) {
    check("NOT_JSON", `{"a":${value}}`);
  }
  for (const text of [String.raw`\x41`, String.raw`\u12`, String.raw`\u12g4`, String.raw`\u+123`, String.raw`\'`, "a\nb", "\x1f", "\\"]) {
    check("NOT_JSON", `{"a":"${text}"}`);
  }
});

test("the worst of what is wrong is named, and where", () => {
  check("INVALID_ENVELOPE", "[]", "1", '"a"', "null");
  check("NOT_CANONICAL", " {}", '{"b":1,"a":2}', String.raw`{"a":"\/"}`, String.raw`{"a":"\u001F"}`, `{"\ue000":2,"${PAIR}":1}`);
  check("NOT_AN_INTEGER /a", '{"a":1.5}', '{"a":1e2}', '{"a":-0}', '{"a":1.0}');
  check("NUMBER_OUT_OF_RANGE /a/0", '{"a":[9007199254740992]}', '{"a":[-9007199254740993]}', `{"a":[${"9".repeat(500)}]}`);
  check("DUPLICATE_NAME /a", '{"a":1,"a":2}', String.raw`{"a":1,"\u0061":2}`);
  check("DUPLICATE_NAME /__proto__", '{"__proto__":1,"__proto__":2}');
  check("LONE_SURROGATE /a", String.raw`{"a":"\ud800"}`, String.raw`{"a":"\udc00\ud800"}`);
  check("NUL_CHARACTER /a~1b", String.raw`{"a/b":"\u0000"}`);
  check("INVALID_UTF8 /a", Buffer.concat([utf8('{"a":"'), Uint8Array.of(0xff), utf8('"}')]));
  check("DUPLICATE_NAME /a", '{"a":1.5,"a":99999999999999999999}');
});

test("what has bounds is bounded", () => {
  const nested = (depth) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  assert.equal(verdict(nested(31)), "OK");
  assert.equal(verdict(nested(32)).split(" ")[0], "TOO_DEEP");
  const many = (count) => `{"a":[${Array(count).fill(0).join(",")}]}`;
  assert.equal(verdict(many(4_094)), "OK");
  assert.equal(verdict(many(4_095)), "TOO_MANY_NODES /a/4094");
  const long = (count) => `{"a":"${"é".repeat(count)}"}`;
  assert.equal(verdict(long(32_768)), "OK");
  assert.equal(verdict(long(32_769)), "STRING_TOO_LONG /a");
  assert.equal(verdict(new Uint8Array(262_145)), "STATEMENT_TOO_LARGE");
});

test("what was read is written the same, whatever its names mean to the language", () => {
  for (const text of ['{"__proto__":{"a":1},"constructor":2}', '{"10":1,"9":2,"a":{"2":[],"3":"é"}}', String.raw`{"a":"\u001f\"\\"}`]) {
    assert.equal(Buffer.from(encode(scan(utf8(text)))).toString(), text);
  }
  assert.equal({}.a, undefined, "no prototype was touched");
});

test("what has no place in a statement is not written", () => {
  for (const value of [1.5, -0, Number.NaN, 2 ** 53, "\ud800", { "\udc00": 1 }, () => 1, 1n, undefined]) {
    assert.throws(() => encode({ value: [value] }), TypeError);
  }
  assert.equal(Buffer.from(encode({ b: undefined, a: 1 })).toString(), '{"a":1}', "what is absent is left out");
});

test("the vectors of RFC 8785 are written as they say, but for fractions", () => {
  for (const name of ["arrays", "french", "structures", "unicode", "weird"]) {
    const [input, output] = ["input", "output"].map((side) => foreign(`rfc8785/${name}.${side}.json`));
    let value = JSON.parse(input);
    if (JSON.stringify(value).match(/\d\.\d|e[+-]/)) continue;
    assert.equal(Buffer.from(encode(value)).toString(), output.toString().trim(), name);
  }
});

test("a loose reader takes any spelling, and no name twice", () => {
  assert.deepEqual(readLoosely(' { "b" : [ "\\u0061" ] , "a" : 1 } ', STATEMENT), { b: ["a"], a: 1 });
  assert.throws(() => readLoosely('{"a":1,"a":1}', STATEMENT), { code: "DUPLICATE_NAME" });
  assert.throws(() => readLoosely('{"a":1.5}', STATEMENT), { code: "NOT_AN_INTEGER" });
});
