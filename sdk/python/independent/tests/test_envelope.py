"""Envelopes and signatures have one form; what stands between the two members does not matter."""

from __future__ import annotations

import json
import unittest

import forms
from envelope import open_envelope, read_signatures
from refusal import Refused
from tests.support import Key, base64url

KEYS = sorted((Key(seed) for seed in range(5)), key=lambda key: key.public)


def opened(text: str | bytes) -> str:
    """The statement's text, or the code."""
    try:
        return open_envelope(text.encode("utf-8") if isinstance(text, str) else text).statement.decode(
            "utf-8"
        )
    except Refused as refused:
        return refused.code


def signed(value: object) -> str:
    """`OK`, or the code."""
    try:
        read_signatures(json.dumps(value))
    except Refused as refused:
        return f"{refused.code} {refused.pointer}"
    return "OK"


class Envelopes(unittest.TestCase):
    def test_the_statement_is_taken_as_it_stands(self) -> None:
        self.assertEqual(opened('{"signatures":[],"statement":{"a":1}}'), '{"a":1}')
        self.assertEqual(
            opened('\n{ "statement" : { "b": [1 , "]}"] , "a":1.50 } ,\t"signatures" :[] }\r\n'),
            '{ "b": [1 , "]}"] , "a":1.50 }',
        )
        self.assertEqual(opened(r'{"st\u0061tement":"\"","signatures":[]}'), r'"\""')
        self.assertEqual(
            opened('{"signatures":[],"statement":' + "[" * 9999 + "]" * 9999 + "}"), "[" * 9999 + "]" * 9999
        )

    def test_what_is_no_json_is_refused_as_that(self) -> None:
        for text in (
            "",
            "{",
            '{"signatures":[],"statement":{}',
            '{"signatures":[],"statement":{}}}',
            '{"signatures":[],"statement":{,}}',
            '{"signatures":[1,],"statement":{}}',
            '{"signatures":[],"statement":{"a":01}}',
            '{"signatures":[],"statement":{"a":"\x01"}}',
            '{"signatures":[],"statement":"\\ud80"}',
            '{"signatures":[] "statement":{}}',
            '{"signatures":[],}',
            "{signatures:[]}",
        ):
            self.assertEqual(opened(text), "NOT_JSON", text)
        self.assertEqual(opened(b'{"signatures":[],"statement":{"a":"\xff"}}'), "INVALID_UTF8")

    def test_an_envelope_is_an_object_of_two_members(self) -> None:
        for text in (
            "{}",
            "[]",
            "null",
            '{"statement":{}}',
            '{"signatures":[]}',
            '{"signatures":[],"statement":{},"more":1}',
            '{"signatures":[],"statement":{},"statement":{}}',
            '{"Signatures":[],"statement":{}}',
            "[{},[]]",
        ):
            self.assertEqual(opened(text), "INVALID_ENVELOPE", text)
        self.assertEqual(opened('{"statement":"' + "x" * 270_000), "STATEMENT_TOO_LARGE")

    def test_one_to_four_signatures_stand_in_the_order_of_their_keys(self) -> None:
        all_of = [key.signature(b"x") for key in KEYS]
        for count, expected in ((0, "INVALID_ENVELOPE /signatures"), (1, "OK"), (4, "OK")):
            self.assertEqual(signed(all_of[:count]), expected)
        for wrong in (all_of, all_of[1::-1], all_of[:1] * 2):
            self.assertEqual(signed(wrong), "INVALID_ENVELOPE /signatures")

    def test_the_order_of_keys_is_that_of_their_texts(self) -> None:
        self.assertEqual([key.id for key in KEYS], sorted(key.id for key in KEYS))

    def test_a_signature_has_three_members_of_one_spelling(self) -> None:
        good = KEYS[0].signature(b"x")
        last = good["value"][-1]
        loose = good["value"][:-1] + chr(ord(last) + 1)
        for change in (
            {"alg": None},
            {"alg": {"Ed25519": None}},
            {"keyId": None},
            {"value": good["value"] + "=="},
            {"value": loose},
            {"value": base64url(bytes(63))},
            {"value": "+" + good["value"][1:]},
            {"more": 1},
        ):
            self.assertEqual(signed([good | change]), "INVALID_ENVELOPE /signatures", change)
        self.assertEqual(signed([{"alg": "Ed25519", "keyId": good["keyId"]}]), "INVALID_ENVELOPE /signatures")
        self.assertEqual(signed([list(good.values())]), "INVALID_ENVELOPE /signatures")
        self.assertEqual(signed([good | {"alg": "ES256"}]), "UNSUPPORTED_ALGORITHM /signatures")

    def test_a_key_id_is_the_did_key_of_a_key_in_its_one_spelling(self) -> None:
        good = KEYS[0].signature(b"x")
        for text in (
            good["keyId"][8:],
            good["keyId"].replace("z6Mk", "z6Mj"),
            "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
            "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU21699",
            "did:key:z1" + good["keyId"][9:],
            "",
        ):
            self.assertEqual(signed([good | {"keyId": text}]), "INVALID_KEY /signatures", text)

    def test_the_algorithm_is_the_one_of_the_key(self) -> None:
        good = KEYS[0].signature(b"x")
        hardware = "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169"
        key = read_signatures(json.dumps([good | {"keyId": hardware, "alg": "ES256"}]))[0].key
        self.assertEqual((len(key), forms.write_key(key)), (33, hardware))
        for wrong in (good | {"keyId": hardware}, good | {"alg": "ES256"}):
            self.assertEqual(signed([wrong]), "UNSUPPORTED_ALGORITHM /signatures")

    def test_a_name_that_stands_twice_in_a_signature_is_refused(self) -> None:
        good = KEYS[0].signature(b"x")
        text = json.dumps([good]).replace('"alg"', '"alg":"Ed25519","alg"')
        with self.assertRaises(Refused):
            read_signatures(text)


class Forms(unittest.TestCase):
    def test_a_key_is_read_as_it_is_written(self) -> None:
        for key in (bytes(32), bytes([255]) * 32, KEYS[0].public):
            self.assertEqual(forms.read_key(forms.write_key(key)), key)
        for text in (
            "",
            "did:key:z",
            "did:key:z6Mk",
            KEYS[0].id + "1",
            KEYS[0].id.replace("z", "m", 1),
            None,
            7,
        ):
            self.assertIsNone(forms.read_key(text), text)

    def test_an_instant_has_one_spelling(self) -> None:
        self.assertEqual(forms.read_instant("1970-01-01T00:00:00.000Z"), 0)
        self.assertEqual(forms.read_instant("2026-11-23T15:55:12.007Z"), 1_795_449_312_007)
        self.assertEqual(forms.read_instant("9998-12-31T23:59:59.999Z"), 253_370_764_799_999)
        for text in (
            "2026-11-23T15:55:12Z",
            "2026-11-23T15:55:12.0070Z",
            "2026-11-23T15:55:12.007+00:00",
            "2026-11-23t15:55:12.007z",
            "2026-02-30T00:00:00.000Z",
            "2026-11-23T24:00:00.000Z",
            "2016-12-31T23:59:60.000Z",
            "1969-12-31T23:59:59.999Z",
            "9999-01-01T00:00:00.000Z",
            "2026-11-23T15:55:12.007Z\n",
            "\u0662026-11-23T15:55:12.007Z",
            None,
        ):
            self.assertIsNone(forms.read_instant(text), text)

    def test_a_hash_has_one_spelling(self) -> None:
        text = forms.write_hash(bytes(32))
        self.assertEqual(forms.read_hash(text), bytes(32))
        for wrong in (text.upper(), text[7:], text + "0", text[:-1], text + "\n", None):
            self.assertIsNone(forms.read_hash(wrong), wrong)


if __name__ == "__main__":
    unittest.main()
