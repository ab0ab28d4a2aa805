"""Strict Ed25519: one spelling of each signature, no weak keys, the equation without cofactor."""

from __future__ import annotations

import hashlib
import time
import unittest

import ed25519
from ed25519 import ORDER, NoKey, P
from tests.support import Key, foreign, read_json, times_base

# The eight points of small order, in every encoding that some reader takes.
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
MESSAGE = b"asp/1.0/org.register\n{}"


class Strict(unittest.TestCase):
    def refused(self, key: bytes) -> str:
        """The code with which a key is refused."""
        with self.assertRaises(NoKey) as caught:
            ed25519.verify(key, MESSAGE, bytes(64))
        return caught.exception.code

    def test_the_first_vectors_of_rfc_8032_hold(self) -> None:
        for key, message, signature in (
            (
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590"
                "a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e"
                "15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
        ):
            parts = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
            self.assertTrue(ed25519.verify(*parts))
            self.assertFalse(ed25519.verify(parts[0], parts[1] + b"x", parts[2]))

    def test_wycheproof_is_judged_as_it_says(self) -> None:
        count = 0
        for group in read_json(foreign("wycheproof/ed25519_test.json"))["testGroups"]:
            key = bytes.fromhex(group["publicKey"]["pk"])
            for case in group["tests"]:
                holds = ed25519.verify(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
                self.assertEqual(holds, case["result"] == "valid", case["comment"])
                count += 1
        self.assertEqual(count, 151)

    def test_a_point_of_small_order_is_a_weak_key_however_it_is_written(self) -> None:
        for encoded in SMALL:
            self.assertEqual(self.refused(bytes.fromhex(encoded)), "WEAK_KEY", encoded)

    def test_what_is_no_point_is_no_key(self) -> None:
        self.assertEqual(self.refused(b"\x02" + bytes(31)), "INVALID_KEY")

    def test_a_point_has_one_encoding(self) -> None:
        # y = 3 to 18 can be written as y + p too; those that are points are of large order.
        seen = 0
        for y in range(2, 19):
            if ed25519.decode(y.to_bytes(32, "little")) is not None:
                self.assertEqual(self.refused((y + P).to_bytes(32, "little")), "INVALID_KEY", y)
                seen += 1
        self.assertGreater(seen, 3)

    def test_a_commitment_of_small_order_is_refused_though_the_equation_holds(self) -> None:
        key = Key(7)
        # With nonce 0 the commitment is the neutral point, and S = k * a fits it.
        for encoded in SMALL:
            commitment = bytes.fromhex(encoded)
            digest = hashlib.sha512(commitment + key.public + MESSAGE).digest()
            scalar = int.from_bytes(digest, "little") * key.scalar % ORDER
            self.assertFalse(ed25519.verify(key.public, MESSAGE, commitment + scalar.to_bytes(32, "little")))

    def test_the_equation_has_no_cofactor(self) -> None:
        # R of large order with a part of order 8: eight times the equation holds, the equation does not.
        key, torsion = Key(7), ed25519.decode(bytes.fromhex(SMALL[4]))
        assert torsion is not None
        nonce = 12345
        clean = ed25519.decode(times_base(nonce))
        assert clean is not None
        commitment = ed25519.encode(ed25519.add(clean, torsion))
        digest = hashlib.sha512(commitment + key.public + MESSAGE).digest()
        scalar = (nonce + int.from_bytes(digest, "little") * key.scalar) % ORDER
        self.assertFalse(ed25519.verify(key.public, MESSAGE, commitment + scalar.to_bytes(32, "little")))

    def test_a_key_with_a_part_of_small_order_is_judged_by_the_plain_equation(self) -> None:
        key, torsion = Key(7), ed25519.decode(bytes.fromhex(SMALL[1]))
        point = ed25519.decode(key.public)
        assert torsion is not None and point is not None
        mixed = ed25519.encode(ed25519.add(point, torsion))
        verdicts = set()
        for nonce in range(1, 20):
            commitment = times_base(nonce)
            challenge = (
                int.from_bytes(hashlib.sha512(commitment + mixed + MESSAGE).digest(), "little") % ORDER
            )
            scalar = (nonce + challenge * key.scalar) % ORDER
            holds = ed25519.verify(mixed, MESSAGE, commitment + scalar.to_bytes(32, "little"))
            self.assertEqual(holds, challenge % 2 == 0)
            verdicts.add(holds)
        self.assertEqual(verdicts, {True, False})

    def test_the_scalar_is_below_the_order(self) -> None:
        key = Key(7)
        signature = key.sign(MESSAGE)
        self.assertTrue(ed25519.verify(key.public, MESSAGE, signature))
        scalar = int.from_bytes(signature[32:], "little") + ORDER
        self.assertFalse(ed25519.verify(key.public, MESSAGE, signature[:32] + scalar.to_bytes(32, "little")))
        self.assertFalse(ed25519.verify(key.public, MESSAGE, signature[:63]))
        self.assertFalse(ed25519.verify(key.public, MESSAGE, signature + b"\0"))

    def test_no_changed_bit_verifies(self) -> None:
        key = Key(7)
        signature = key.sign(MESSAGE)
        for bit in range(512):
            changed = bytearray(signature)
            changed[bit // 8] ^= 1 << bit % 8
            self.assertFalse(ed25519.verify(key.public, MESSAGE, bytes(changed)), bit)

    def test_a_thousand_signatures_take_some_seconds(self) -> None:
        keys = [Key(seed) for seed in range(10)]
        signed = [(key.public, str(number).encode()) for number in range(20) for key in keys]
        signatures = [key.sign(str(number).encode()) for number in range(20) for key in keys]
        start = time.process_time()
        for (key, message), signature in zip(signed, signatures):
            self.assertTrue(ed25519.verify(key, message, signature))
        self.assertLess((time.process_time() - start) * 5, 30, "seconds for a thousand")


if __name__ == "__main__":
    unittest.main()
