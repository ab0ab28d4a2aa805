"""ES256: one spelling of each key and signature."""

from __future__ import annotations

import unittest

import p256
from ed25519 import NoKey
from tests.support import foreign, read_json


def pressed(point: str) -> bytes:
    """The compressed encoding of `04`, x, y in hexadecimal digits."""
    data = bytes.fromhex(point)
    return bytes([2 + (data[64] & 1)]) + data[1:33]


class Es256(unittest.TestCase):
    def test_wycheproof_is_judged_as_it_says_but_for_the_larger_s(self) -> None:
        counts = {True: 0, False: 0}
        for group in read_json(foreign("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json"))["testGroups"]:
            key = pressed(group["publicKey"]["uncompressed"])
            for case in group["tests"]:
                message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
                s = int.from_bytes(signature[32:], "big")
                is_small = len(signature) == 64 and s <= p256.ORDER // 2
                expected = case["result"] == "valid" and is_small
                self.assertEqual(p256.verify(key, message, signature), expected, case["comment"])
                if case["result"] == "valid" and not is_small:
                    other = signature[:32] + (p256.ORDER - s).to_bytes(32, "big")
                    self.assertTrue(p256.verify(key, message, other), case["comment"])
                counts[expected] += 1
        self.assertGreater(min(counts.values()), 50)

    def test_a_key_is_a_point_in_its_one_encoding(self) -> None:
        base = p256.BASE[0].to_bytes(32, "big")
        self.assertEqual(p256.read_key(b"\x03" + base), p256.BASE)
        for data in (
            b"\x02" + bytes(31) + b"\x04",  # no point has this x
            b"\x04" + base,
            b"\x00" + base,
            b"\x02" + b"\xff" * 32,
            b"\x02" + (p256.P + 5).to_bytes(32, "big"),  # 5 is the x of a point
            b"\x02" + base[:31],
            b"",
        ):
            with self.assertRaises(NoKey) as caught:
                p256.read_key(data)
            self.assertEqual(caught.exception.code, "INVALID_KEY")

    def test_sums_of_a_point_with_itself_and_its_opposite_are_right(self) -> None:
        x, y, _ = p256.BASE
        self.assertEqual(p256.add(p256.BASE, (x, p256.P - y, 1))[2], 0)
        twice, other = p256.add(p256.BASE, p256.BASE), p256.double(p256.BASE)
        self.assertEqual(twice, other)
        self.assertEqual(p256.add(p256.NEUTRAL, p256.BASE), p256.BASE)
