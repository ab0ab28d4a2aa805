"""What the scanner takes is canonical JSON of the narrower grammar, and nothing else is."""

from __future__ import annotations

import random
import unittest

import canonical
from canonical import Bounds, encode, scan
from refusal import Refused
from tests.support import foreign

PAIR = "\U0001f602"


def verdict(data: str | bytes, bounds: Bounds = canonical.STATEMENT) -> str:
    """`OK`, or the code and the pointer."""
    try:
        scan(data.encode("utf-8") if isinstance(data, str) else data, bounds)
    except Refused as refused:
        return f"{refused.code} {refused.pointer}"
    return "OK"


class Canonical(unittest.TestCase):
    def check(self, expected: str, *texts: str | bytes) -> None:
        """Each text is judged so; the pointer is compared where one is expected."""
        for text in texts:
            found = verdict(text)
            self.assertEqual(found if " " in expected else found.partition(" ")[0], expected, text[:200])

    def test_canonical_objects_are_accepted(self) -> None:
        self.check("OK", "{}", '{"":""}', '{"a":[],"b":{},"c":[{}],"d":[null,true,false]}')
        self.check("OK", '{"a":0,"b":-1,"c":9007199254740991,"d":-9007199254740991}')
        self.check("OK", r'{"a":"\b\t\n\f\r\"\\\u0001\u001f/"}', '{"a":"\x7f\x80é€😂\u2028\uffff"}')
        self.check("OK", f'{{"{PAIR}":1,"\ue000":2,"\uffff":3}}', r'{"\n":1,"\u001f":2,"!":3,"\"":4}')

    def test_what_is_not_json_is_refused_as_that(self) -> None:
        self.check(
            "NOT_JSON", "", " ", "{", "}", "{}}", "{}{}", "{,}", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}"
        )
        for value in (
            "[1,]",
            "[,1]",
            "[1 2]",
            "[",
            "tru",
            "True",
            "NaN",
            "'a'",
            "01",
            "-01",
            "-",
            "+1",
            ".5",
            "1.",
        ):
            self.check("NOT_JSON", f'{{"a":{value}}}')
        for string in (r"\x41", r"\u12", r"\u12g4", r"\u+123", r"\'", "a\nb", "a\tb", "\x1f", "\\"):
            self.check("NOT_JSON", f'{{"a":"{string}"}}')
        self.check("NOT_JSON", "\ufeff{}", "{}\u00a0", '{"a":"\\ud800\\uZZZZ"}')
        self.check("NOT_JSON /a/1/b", '{"a":[0,{"b":tru}]}')
        self.check("NOT_JSON ", '{"a":1,"a":2')

    def test_what_is_not_utf8_is_refused_as_that(self) -> None:
        for text in (
            b"\xff",
            b"\xc0\x80",
            b"\xe0\x80\x80",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xe2\x82",
        ):
            self.check("INVALID_UTF8 /a", b'{"a":"' + text + b'"}')
        self.check("INVALID_UTF8 ", b'{"a":1,"a":1.5}\x80')

    def test_a_name_that_stands_twice_is_refused_however_it_is_spelled(self) -> None:
        self.check("DUPLICATE_NAME /a", '{"a":1,"a":1}', r'{"a":1,"\u0061":2}', r'{"\u0061":1,"a":2}')
        self.check("DUPLICATE_NAME /a", '{ "a": 1, "b": 2, "a": 3 }')
        self.check("DUPLICATE_NAME /b/0/c", '{"a":1.5,"b":[{"c":0,"c":9007199254740993}]}')
        self.check("OK", '{"a":{"b":1},"b":{"b":1}}', '{"A\u030a":1,"\u00c5":2}')

    def test_other_spellings_of_a_good_value_are_not_canonical(self) -> None:
        self.check("NOT_CANONICAL", " {}", "{}\n", "{ }", '{"a" :1}', '{"a": 1}', '{"a":[1, 2]}', "\r\n\t{}")
        for string in (r"\/", r"\u0041", r"\u0008", r"\u000a", r"\u000A", r"\u001F", r"\u0022", r"\u20ac"):
            self.check("NOT_CANONICAL /a", f'{{"a":"{string}"}}')
        self.check("NOT_CANONICAL /a", '{"b":1,"a":2}', r'{"a":"\ud83d\ude02"}')
        self.check("NOT_CANONICAL /10", '{"2":1,"10":2}')
        self.check(f"NOT_CANONICAL /{PAIR}", f'{{"\ue000":1,"{PAIR}":2}}')
        self.check("NOT_CANONICAL /a/~0~1/0", '{"a":{"~/":[{"c":1, "d":2}]}}')

    def test_numbers_that_some_reader_rounds_are_refused(self) -> None:
        for number in ("1.0", "0.0", "-0.0", "-0", "1e0", "1E3", "1e-7", "9007199254740993.0", "1e999999"):
            self.check("NOT_AN_INTEGER /a", f'{{"a":{number}}}')
        for number in ("9007199254740992", "-9007199254740992", "18446744073709551616", "9" * 200_000):
            self.check("NUMBER_OUT_OF_RANGE /a", f'{{"a":{number}}}')

    def test_characters_that_some_reader_loses_are_refused(self) -> None:
        for string in (r"\ud800", r"\udfff", r"\uD83Dx", r"\ude02\ud83d", r"\ud83d\ud83d", r"\ud83d\u0041"):
            self.check("LONE_SURROGATE /a", f'{{"a":"{string}"}}')
        self.check("LONE_SURROGATE ", r'{"\ud800":1,"\ud801":2}')
        self.check("NUL_CHARACTER", r'{"a":"\u0000"}', r'{"a\u0000":1}', '{"a":"x\0"}', "{}\0", "{\0}")

    def test_json_that_is_no_object_is_no_envelope(self) -> None:
        self.check("INVALID_ENVELOPE ", "[]", "[{}]", "1", '"a"', "null", " [ ] ")
        self.check("NOT_AN_INTEGER /0", "[1.5]")

    def test_each_bound_holds_to_the_last_unit(self) -> None:
        self.check("OK", '{"a":' * 32 + "1" + "}" * 32, '{"a":[' + ",".join(["1"] * 4094) + "]}")
        self.check("TOO_DEEP", '{"a":' * 33 + "1" + "}" * 33, '{"a":' + "[" * 5000)
        self.check("TOO_MANY_NODES", '{"a":[' + ",".join(["1"] * 4095) + "]}")
        for length, expected in ((65_536, "OK"), (65_537, "STRING_TOO_LONG")):
            self.check(expected, f'{{"a":"{"x" * length}"}}', f'{{"{"x" * length}":1}}')
        self.check("STRING_TOO_LONG", '{"a":"' + r"\n" * 32_769 + '"}', '{"a":"' + "é" * 32_769 + '"}')
        self.check("STATEMENT_TOO_LARGE", b"\xff" * 262_145)
        self.check("INVALID_UTF8", b"\xff" * 262_144)

    def test_a_hostile_name_does_not_make_the_pointer_long(self) -> None:
        self.check(f"NOT_AN_INTEGER /{'y' * 4095}", f'{{"{"y" * 4095}":{{"b":1.5}}}}')
        self.check("NOT_AN_INTEGER ", f'{{"{"y" * 4096}":{{"b":1.5}}}}')

    def test_what_is_taken_is_what_writing_it_again_gives(self) -> None:
        chance = random.Random(20261123)
        for _ in range(3_000):
            text = made_up(chance, 4)
            try:
                value = scan(text.encode("utf-8"))
            except Refused:
                continue
            self.assertEqual(encode(value), text.encode("utf-8"))

    def test_the_vectors_of_rfc_8785_are_written_so(self) -> None:
        for name in ("french", "structures", "unicode", "weird"):
            expected = foreign(f"rfc8785/{name}.output.json").read_bytes()
            self.assertEqual(encode(scan(expected)), expected, name)
            given = foreign(f"rfc8785/{name}.input.json").read_bytes()
            self.assertNotEqual(verdict(given), "OK", name)


def made_up(chance: random.Random, depth: int) -> str:
    """A text that is often JSON, sometimes canonical."""
    names = ['"a"', '"b"', r'"\u0061"', f'"{PAIR}"', '"\ue000"', r'"\n"', r'"\u000a"', '""', '"10"', '"2"']
    values = [
        "1",
        '"x"',
        "-0",
        "1.5",
        r'"\/"',
        r'"\ud83d\ude02"',
        f'"{PAIR}"',
        r'"\u001f"',
        r'"\u001F"',
        "01",
        "null",
    ]
    space = chance.choice(["", "", "", "", "", "", "", " "])
    count = chance.randint(0, 3)
    chosen = sorted({chance.choice(names) for _ in range(count)}, reverse=chance.random() < 0.2)
    members = []
    for name in chosen:
        inner = made_up(chance, depth - 1) if depth and chance.random() < 0.4 else chance.choice(values)
        members.append(f"{name}:{space}{inner}")
    return "{" + ",".join(members) + "}"


if __name__ == "__main__":
    unittest.main()
